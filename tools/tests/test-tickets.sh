#!/bin/bash
# shellcheck disable=SC2016,SC2086 # single quotes hold scripts for jq; options are words
# Resource tickets (S§3.3): a BODY that its user has signed goes from message to message, octet for octet, and is judged there.
here=$(dirname "$(realpath "$0")")
. "$here/tap.bash"
. "$here/certs.bash"

install -m 600 "$TESTDATA/hmac.secret" secret

# value_of HEX TYPE:NTH...: an attribute's value, in hex
value_of()
{
    local at
    at=$(find_attr "$@") || bail_out "value_of: no ${*:2}"
    cut_octets "$1" $((at + 4)) $((at + 4 + 0x${1:$((2 * at + 4)):4}))
}

# The messages that carry a RESOURCE on, as JSON: carry GET|TRANSFER RESOURCE [TRANSACTION-ID]
carry()
{
    if [ "$1" = GET ]; then
        jq -nc --argjson resource "$2" --arg id "$alice" '{header: {method: "RESOURCE-GET", response: true, source_id: $id, transaction_id: "6553ec1800000007", overlay: {name: "chat"}},
            attributes: [{type: "RESPONSE-CODE", value: {code: 200, reason: "OK"}}, $resource]}'
    else
        jq -c --argjson resource "$2" --arg id "$bob" '.header.source_id = $id | .attributes[0].value[0].value = $id | .attributes[1] = $resource' RESOURCE-TRANSFER.json
    fi
}

# Registered by alice under each algorithm, and carried on by bob.
sign_as alice -o put.CERTS.bin RESOURCE-PUT.json
reload-sign --secret secret --timestamp --time "$now" -o put.HMAC.bin RESOURCE-PUT.json
declare -A as=([CERTS]="sign_as bob" [HMAC]="reload-sign --secret secret --peer-id $bob --timestamp --time $now")
declare -A check=([CERTS]="--ca ca/ca.crt" [HMAC]="--secret secret")
for algorithm in CERTS HMAC; do
    put=$(hex <put.$algorithm.bin)
    resource=$(reload-dump -f json put.$algorithm.bin | jq -c '.attributes[1]')
    for method in GET TRANSFER; do
        what="$algorithm, $method"
        carry $method "$resource" | ${as[$algorithm]} -o carried.bin
        carried=$(hex <carried.bin)
        for body in 0 1; do
            is "$(value_of "$carried" 0003:0 0202:$body)" "$(value_of "$put" 0003:0 0202:$body)" "$what: BODY $body is carried on octet for octet"
        done
        is "$(value_of "$carried" 0003:0)" "$(value_of "$put" 0003:0)" "$what: so is the RESOURCE"
        verdicts "$what: and is valid there" valid reload-verify ${check[$algorithm]} --overlay chat --time "$now" carried.bin
        is "$(jq -c '[.signatures[] | .type, .verdict]' "$output")" \
            '["RESOURCE-INFO.BODY.SIGNATURE","valid","RESOURCE-INFO.BODY.SIGNATURE","valid","SIGNATURE","valid"]' "$what: each signature"
        if [ $algorithm = CERTS ]; then
            is "$(jq -c '[.signatures[].signer.subject]' "$output")" '["CN=alice@example.com","CN=alice@example.com","CN=bob@example.com"]' \
                "$what: the BODYs are alice's, the message is bob's"
        fi
        # one of the BODYs alone, taken from a message that was signed, with its certificate
        for body in 1 2; do
            alone=$(jq -c ".value |= [.[0], .[$body]] + map(select((.value | type) == \"array\" and .value[0].type == \"RESOURCE-INFO.BODY.CERTIFICATE\"))" <<<"$resource")
            carry $method "$alone" | ${as[$algorithm]} -o carried.bin
            verdicts "$what: BODY $body alone" valid reload-verify ${check[$algorithm]} --overlay chat --time "$now" carried.bin
        done
    done
done

# ---- what does not pass ----

resource=$(reload-dump -f json put.CERTS.bin | jq -c '.attributes[1]')
# ticket DESCRIPTION REASON CODE JQ [RESOURCE [TIME]]: carried on in both, changed by jq; the code is a request's
ticket()
{
    local changed method at=${6:-$now}
    changed=$(jq -c "$4" <<<"${5:-$resource}")
    for method in GET TRANSFER; do
        local wanted=$2
        [ $method = GET ] || wanted+=$3
        carry $method "$changed" | sign_as bob --time "$at" -o ticket.bin
        verdicts "$1: $method" "$wanted" reload-verify --ca ca/ca.crt --overlay chat --time "$at" ticket.bin
    done
}
ticket "as it is" valid '' .
ticket "another ENTRY" bad-digest :431 '.value[1].value[0].value = "sip:mallory@10.9.9.9"'
ticket "a longer EXPIRATION" bad-digest :431 '.value[1].value[1].value += 1'
ticket "a later TIMESTAMP" bad-digest :431 '.value[1].value[-1].value[0].value += 1'
ticket "another parameter" bad-digest :431 '.value[2].value[2].value[2].value = "video"'
ticket "a member less" bad-digest :431 'del(.value[2].value[2])'
is "$(jq -c '[.signatures[] | .verdict]' "$output")" '["valid","invalid","valid"]' "the BODY in front and the message stay valid"
ticket "padding" bad-digest :431 '(.value[1].value[0] | select(.value | length % 4 != 0)).padding = "01"'
ticket "the other BODY's signature" bad-digest :431 '.value[1].value[-1] = .value[2].value[-1]'
ticket "another KEY" resource-key-mismatch :431 '.value[0].value = "bob@example.com"'
ticket "the KEY as a SIP URI" valid '' '.value[0].value = "sip:alice@EXAMPLE.com"'
ticket "no KEY" resource-key-mismatch :431 'del(.value[0])'
ticket "without its certificate BODY" missing-certificate :401 'del(.value[-1])'
bob_body=$(jq -c '.attributes[1].value[0].value = "bob@example.com"' RESOURCE-PUT.json | sign_as alice --resource-key bob.key --resource-cert bob.crt -f json | jq -c '.attributes[1].value[-1]')
ticket "with another's certificate BODY" bad-digest :431 ".value[-1] = $bob_body"
ticket "with both" valid '' ".value += [$bob_body]"
ticket "unsigned" missing-signature :401 'del(.value[1].value[-1])'
ticket "the second one unsigned" missing-signature :401 'del(.value[2].value[-1])'
ticket "a member behind its signature" misplaced :431 '.value[1].value |= [.[-1]] + .[:-1]'
ticket "no TIMESTAMP" missing-timestamp :431 'del(.value[1].value[-1].value[0])'
ticket "no DIGEST" bad-digest-length :431 'del(.value[1].value[-1].value[1])'
# how long it may be carried on: TIMESTAMP + EXPIRATION (300) + skew (300)
ticket "in its last second" valid '' . '' $((now + 600))
ticket "a second later" expired :431 . '' $((now + 601))
is "$(jq -c '[.signatures[] | .verdict, .reason]' "$output")" '["invalid","expired","unchecked",null,"valid",null]' "it is the first BODY that has expired"
ticket "the other one lives on" valid '' 'del(.value[1])' '' $((now + 24000 + 300))
ticket "and ends a second later" expired :431 'del(.value[1])' '' $((now + 24000 + 301))
for expiration in 0 4294967295; do
    limited=$(jq -c ".attributes[1].value[1].value[1].value = $expiration | del(.attributes[1].value[2])" RESOURCE-PUT.json | sign_as alice -f json | jq -c '.attributes[1]')
    [ $expiration = 0 ] || ticket "an EXPIRATION of $expiration" valid '' . "$limited" $((now + 1000000))
    [ $expiration != 0 ] || ticket "an EXPIRATION of 0 at its end" valid '' . "$limited" $((now + 300))
    [ $expiration != 0 ] || ticket "and behind it" expired :431 . "$limited" $((now + 301))
done
endless=$(jq -c 'del(.attributes[1].value[1].value[1]) | del(.attributes[1].value[2]) | .header.method = "RESOURCE-TRANSFER"' RESOURCE-PUT.json | sign_as alice --sign-bodies -f json | jq -c '.attributes[1]')
ticket "without EXPIRATION it does not expire" valid '' . "$endless" $((now + 1000000))
ticket "from the future" future :431 . '' $((now - 301))
ticket "not so far" valid '' . '' $((now - 300))

# the session of reload-sign(1)
sign_as alice -o put.certs RESOURCE-PUT.json
reload-dump -f json put.certs | jq '
    .header = {method: "RESOURCE-GET", response: true,
      overlay: .header.overlay, transaction_id: "4690c25c00000001"} |
    .attributes = [{type: "RESPONSE-CODE",
      value: {code: 200, reason: "OK"}},
      (.attributes[] | select(.type == "RESOURCE"))]' |
    sign_as bob -o get.certs
t "the manual's session" 0 '=get.certs: offset 0: message 1: RESOURCE-GET response: valid' '' reload-verify --profile ca/overlay.json --time "$now" get.certs
is "$(value_of "$(hex <get.certs)" 0003:0)" "$(value_of "$(hex <put.certs)" 0003:0)" "carries the octets on"
done_testing
