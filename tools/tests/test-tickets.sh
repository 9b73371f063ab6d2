#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2034 # single quotes hold filters for jq; arrays are used by name
# Resource tickets (S§3.3): a BODY signed by alice is valid in any message, unless it is altered, expired, or moved to another
# resource.
. "$(dirname "$0")/tap.bash"

now=1700000000
span=(--not-before 2020-01-01T00:00:00Z --not-after 2040-01-01T00:00:00Z)
reload-keygen ca --overlay chat -o ca "${span[@]}" || bail_out "cannot create the CA"
reload-keygen issue --quiet --ca ca "${span[@]}" --user alice@example.com --peer-id "$alice" -o alice || bail_out "cannot issue a certificate"
reload-keygen issue --quiet --ca ca "${span[@]}" --user bob@example.com --peer-id "$bob" -o bob || bail_out "cannot issue a certificate"
reload-keygen secret -o secret || bail_out "cannot create the secret"

# for each algorithm: options with which alice and bob sign, and a third peer verifies
alice_CERTS=(--key alice.key --cert alice.crt)
bob_CERTS=(--key bob.key --cert bob.crt)
verify_CERTS=(--profile ca/overlay.json)
alice_HMAC=(--secret secret --timestamp)
bob_HMAC=(--secret secret --timestamp)
verify_HMAC=(--secret secret --overlay chat)

# body_of FILE: the octets of the first BODY, including its header and padding, in hex
body_of()
{
    local message at
    message=$(reload-dump -f hex "$1")
    at=$(find_attr "$message" 0003:0 0202:0) || { echo none; return; }
    cut_octets "$message" "$at" $((at + 4 + (0x${message:$((2 * at + 4)):4} + 3) / 4 * 4))
}

# verdict DESCRIPTION EXPECTED FILE [OPTION...]: verdict, reason, code ("-" if none) and status
verdict()
{
    run reload-verify "${verify[@]}" --json --time "$now" "${@:4}" "$3"
    is "$(jq -r '[.verdict, .reason // "-", .response_code // "-"] | join(" ")' "$output") $status" "$2" "$1"
}

# transfer FILTER OUTPUT [OPTION...]: the ticket in bob's RESOURCE-TRANSFER, changed by FILTER on the RESOURCE's members
transfer()
{
    jq "(.attributes[] | select(.type == \"RESOURCE\") | .value) |= ($1)" transfer.unsigned.json |
        reload-sign "${by_bob[@]}" --time "$now" "${@:3}" -o "$2"
}

for kind in CERTS HMAC; do
    declare -n by_alice=alice_$kind by_bob=bob_$kind verify=verify_$kind
    reload-sign --example RESOURCE-PUT | reload-sign "${by_alice[@]}" --time $now -o put.bin
    verdict "$kind: alice's registration" "valid - - 0" put.bin
    reload-dump -f json put.bin | jq '.attributes[] | select(.type == "RESOURCE")' >ticket.json
    seconds=$(jq '.value[1].value[] | select(.type == "RESOURCE-INFO.BODY.EXPIRATION") | .value' ticket.json)

    # in bob's response to a query
    reload-sign --example RESOURCE-GET | reload-sign "${by_alice[@]}" --time $now -o get.bin
    reload-sign --reply-to get.bin --code 200 "${by_bob[@]}" --peer-id "$bob" --time $now -f json |
        jq --slurpfile ticket ticket.json '.attributes |= (map(select(.type != "SIGNATURE")) + $ticket)' |
        reload-sign "${by_bob[@]}" --time $now -o got.bin
    verdict "$kind: a ticket in a RESOURCE-GET response" "valid - - 0" got.bin
    is "$(body_of got.bin)" "$(body_of put.bin)" "$kind: a RESOURCE-GET response has the ticket octet for octet"
    ok "$kind: the compared ticket is not empty" test "$(body_of put.bin | wc -c)" -gt 100

    # in bob's transfer of the resource
    reload-sign --example RESOURCE-TRANSFER |
        jq --arg bob "$bob" --slurpfile ticket ticket.json '.header.source_id = $bob
            | .attributes |= (map(select(.type != "RESOURCE" and .type != "SOURCE-INFO")) + $ticket)' >transfer.unsigned.json
    transfer . transfer.bin
    verdict "$kind: a ticket in a RESOURCE-TRANSFER" "valid - - 0" transfer.bin
    is "$(body_of transfer.bin)" "$(body_of put.bin)" "$kind: a RESOURCE-TRANSFER has the ticket octet for octet"
    if [ "$kind" = CERTS ]; then
        is "$(reload-verify "${verify[@]}" --time $now --json transfer.bin | jq -c '[.signatures[].signer.users[0]]')" \
            '["alice@example.com","alice@example.com","bob@example.com"]' "CERTS: the BODYs' signer is alice, the message's bob"
    fi

    # altered: bob's SIGNATURE of the message is good
    transfer '.[1].value[0].value = "sip:mallory@10.6.6.6:5060"' altered.bin
    verdict "$kind: an altered ticket" "invalid bad-digest 431 1" altered.bin
    is "$(reload-verify "${verify[@]}" --time $now --json altered.bin | jq -r '.signatures[-1].verdict')" valid "$kind: the SIGNATURE of a message with an altered ticket is valid"
    # expired: TIMESTAMP + EXPIRATION + skew
    transfer . late.bin --time $((now + seconds + 300))
    verdict "$kind: a ticket in its last second" "valid - - 0" late.bin --time $((now + seconds + 300))
    verdict "$kind: an expired ticket" "invalid expired 431 1" late.bin --time $((now + seconds + 301))
    # unsigned
    transfer '.[1].value |= map(select(.type != "RESOURCE-INFO.BODY.SIGNATURE"))' unsigned.bin
    verdict "$kind: an unsigned ticket" "invalid missing-signature 401 1" unsigned.bin
    if [ "$kind" = CERTS ]; then
        transfer '.[0].value = "bob@example.com"' moved.bin
        verdict "a ticket moved under another KEY" "invalid resource-key-mismatch 431 1" moved.bin
        transfer 'map(select((.value[0]?.type? // "") != "RESOURCE-INFO.BODY.CERTIFICATE"))' certless.bin
        verdict "a ticket without its certificate BODY" "invalid missing-certificate 401 1" certless.bin
        jq '.value[-1]' ticket.json >certificate.json
        is "$(jq -r '.value[0].type' certificate.json)" RESOURCE-INFO.BODY.CERTIFICATE "the removed BODY was the certificate BODY"
    else
        # any holder of the secret can sign any KEY (D12)
        transfer '.[0].value = "bob@example.com"' moved.bin
        verdict "HMAC: a ticket moved under another KEY" "valid - - 0" moved.bin
    fi
done

done_testing
