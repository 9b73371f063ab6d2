#!/bin/bash
# shellcheck disable=SC2016,SC2034 # single quotes hold filters for jq; arrays are used by name
# Resource tickets (S§3.3): a BODY that alice has signed verifies wherever it is carried to, until it is altered, has expired, or is
# taken from what it belongs to.
. "$(dirname "$0")/tap.bash"

now=1700000000
span=(--not-before 2020-01-01T00:00:00Z --not-after 2040-01-01T00:00:00Z)
reload-keygen ca --overlay chat -o ca "${span[@]}" || bail_out "no CA"
reload-keygen issue --ca ca "${span[@]}" --user alice@example.com --peer-id "$alice" -o alice || bail_out "no certificate"
reload-keygen issue --ca ca "${span[@]}" --user bob@example.com --peer-id "$bob" -o bob || bail_out "no certificate"
reload-keygen secret -o secret || bail_out "no secret"

# kinds of overlay: how alice and bob sign, and how a third peer verifies
alice_CERTS=(--key alice.key --cert alice.crt)
bob_CERTS=(--key bob.key --cert bob.crt)
verify_CERTS=(--profile ca/overlay.json)
alice_HMAC=(--secret secret --timestamp)
bob_HMAC=(--secret secret --timestamp)
verify_HMAC=(--secret secret --overlay chat)

# body_of FILE: the octets of the first BODY, its head and padding included, in hex
body_of()
{
    local message at
    message=$(reload-dump -f hex "$1")
    at=$(find_attr "$message" 0003:0 0202:0) || { echo none; return; }
    cut_octets "$message" "$at" $((at + 4 + (0x${message:$((2 * at + 4)):4} + 3) / 4 * 4))
}

# verdict DESCRIPTION WANTED FILE [OPTION...]: verdict, reason and code; "-" for none
verdict()
{
    run reload-verify "${verify[@]}" --json --time "$now" "${@:4}" "$3"
    is "$(jq -r '[.verdict, .reason // "-", .response_code // "-"] | join(" ")' "$output") $status" "$2" "$1"
}

# carry FILTER OUTPUT: the ticket in bob's RESOURCE-TRANSFER, changed by a filter on the RESOURCE's members
carry()
{
    jq "(.attributes[] | select(.type == \"RESOURCE\") | .value) |= ($1)" transfer.unsigned.json |
        reload-sign "${by_bob[@]}" --time "$now" "${@:3}" -o "$2"
}

for kind in CERTS HMAC; do
    declare -n by_alice=alice_$kind by_bob=bob_$kind verify=verify_$kind
    reload-sign --example RESOURCE-PUT | reload-sign "${by_alice[@]}" --time $now -o put.bin
    verdict "$kind: alice registers" "valid - - 0" put.bin
    reload-dump -f json put.bin | jq '.attributes[] | select(.type == "RESOURCE")' >ticket.json
    seconds=$(jq '.value[1].value[] | select(.type == "RESOURCE-INFO.BODY.EXPIRATION") | .value' ticket.json)

    # in bob's answer to a query
    reload-sign --example RESOURCE-GET | reload-sign "${by_alice[@]}" --time $now -o get.bin
    reload-sign --reply-to get.bin --code 200 "${by_bob[@]}" --peer-id "$bob" --time $now -f json |
        jq --slurpfile ticket ticket.json '.attributes |= (map(select(.type != "SIGNATURE")) + $ticket)' |
        reload-sign "${by_bob[@]}" --time $now -o got.bin
    verdict "$kind: in a RESOURCE-GET response" "valid - - 0" got.bin
    is "$(body_of got.bin)" "$(body_of put.bin)" "$kind: it is there octet for octet"
    ok "$kind: which is no empty comparison" test "$(body_of put.bin | wc -c)" -gt 100

    # and when bob hands over what he keeps
    reload-sign --example RESOURCE-TRANSFER |
        jq --arg bob "$bob" --slurpfile ticket ticket.json '.header.source_id = $bob
            | .attributes |= (map(select(.type != "RESOURCE" and .type != "SOURCE-INFO")) + $ticket)' >transfer.unsigned.json
    carry . transfer.bin
    verdict "$kind: in a RESOURCE-TRANSFER" "valid - - 0" transfer.bin
    is "$(body_of transfer.bin)" "$(body_of put.bin)" "$kind: octet for octet too"
    if [ "$kind" = CERTS ]; then
        is "$(reload-verify "${verify[@]}" --time $now --json transfer.bin | jq -c '[.signatures[].signer.users[0]]')" \
            '["alice@example.com","alice@example.com","bob@example.com"]' "alice signed the BODYs, and bob the message"
    fi

    # altered: the message's own SIGNATURE is bob's, and good
    carry '.[1].value[0].value = "sip:mallory@10.6.6.6:5060"' altered.bin
    verdict "$kind: an altered ticket" "invalid bad-digest 431 1" altered.bin
    is "$(reload-verify "${verify[@]}" --time $now --json altered.bin | jq -r '.signatures[-1].verdict')" valid "$kind: in a message whose SIGNATURE is good"
    # expired: TIMESTAMP + EXPIRATION + skew
    carry . late.bin --time $((now + seconds + 300))
    verdict "$kind: a ticket in its last second" "valid - - 0" late.bin --time $((now + seconds + 300))
    verdict "$kind: an expired ticket" "invalid expired 431 1" late.bin --time $((now + seconds + 301))
    # unsigned
    carry '.[1].value |= map(select(.type != "RESOURCE-INFO.BODY.SIGNATURE"))' unsigned.bin
    verdict "$kind: an unsigned ticket" "invalid missing-signature 401 1" unsigned.bin
    if [ "$kind" = CERTS ]; then
        carry '.[0].value = "bob@example.com"' moved.bin
        verdict "a ticket moved under another KEY" "invalid resource-key-mismatch 431 1" moved.bin
        carry 'map(select((.value[0]?.type? // "") != "RESOURCE-INFO.BODY.CERTIFICATE"))' certless.bin
        verdict "a ticket without its certificate BODY" "invalid missing-certificate 401 1" certless.bin
        jq '.value[-1]' ticket.json >certificate.json
        is "$(jq -r '.value[0].type' certificate.json)" RESOURCE-INFO.BODY.CERTIFICATE "that is what was taken away"
    else
        # everybody who has the secret may say anything (D12)
        carry '.[0].value = "bob@example.com"' moved.bin
        verdict "HMAC: under another KEY it says the same to whoever has the secret" "valid - - 0" moved.bin
    fi
done

done_testing
