#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for jq
# Routing-table trust (S§5.1): a peer's signed SOURCE-INFO in other peers' messages; ROUTE-LOGs (D27); tunnels (D26).
here=$(dirname "$(realpath "$0")")
. "$here/tap.bash"
. "$here/certs.bash"

# value_of HEX TYPE:NTH...: an attribute's value, in hex
value_of()
{
    local at
    at=$(find_attr "$@") || bail_out "value_of: the message has no ${*:2}"
    cut_octets "$1" $((at + 4)) $((at + 4 + 0x${1:$((2 * at + 4)):4}))
}

# bob's PEER-INFO, from his own signed message
jq -c --arg id "$bob" '.header.source_id = $id | .attributes[0].value[0].value = $id' PEER-SEARCH.json >bobs.json
sign_as bob --sign-source-info -o bobs.bin bobs.json
info=$(reload-dump -f json bobs.bin | jq -c '.attributes[0].value')
octets=$(value_of "$(hex <bobs.bin)" 0002:0)
verdicts "a message with a signed SOURCE-INFO is valid" valid "${verify[@]}" --require-peer-signature bobs.bin
is "$(jq -c '[.signatures[] | .path, .type, .verdict]' "$output")" '["/attributes/0/value/4","PEER-SIGNATURE","valid","/attributes/1","SIGNATURE","valid"]' "a signed SOURCE-INFO is reported as a second signature"
sign_as bob -o plain.bin bobs.json
verdicts "--require-peer-signature rejects an unsigned SOURCE-INFO" missing-signature:401 "${verify[@]}" --require-peer-signature plain.bin
verdicts "an unsigned SOURCE-INFO is valid without --require-peer-signature" valid "${verify[@]}" plain.bin
echo '{"overlay": "chat", "ca": "ca/ca.crt", "security": "CERTS", "require_peer_signature": true}' >profile.json
verdicts "a profile's require_peer_signature rejects an unsigned SOURCE-INFO" missing-signature:401 reload-verify --profile profile.json --time "$now" plain.bin

# ---- a PEER-INFO in other peers' messages ----

# embed REDIRECT|BODY|LOG MEMBERS TIME: creates outer.bin, alice's message with this PEER-INFO, and sets $way to the path to it
embed()
{
    case $1 in
    REDIRECT)
        way=(0005:0)
        jq -c --argjson info "$2" '.header.response = true | .attributes = [{type: "RESPONSE-CODE", value: {code: 302, reason: "Moved Temporarily"}}, .attributes[0], {type: "REDIRECT", value: $info}]' \
            PEER-SEARCH.json | sign_as alice --time "$3" -o outer.bin
        ;;
    BODY)
        way=(0003:0 0202:0 0307:0)
        jq -c --argjson info "$2" '.attributes[1].value[1].value |= [.[0], .[1], {type: "RESOURCE-INFO.BODY.PEER-INFO", value: $info}]' RESOURCE-PUT.json | sign_as alice --time "$3" -o outer.bin
        ;;
    LOG)
        way=(0004:0 0402:0)
        sign_as alice --time "$3" --append-route-log "[{\"type\": \"ROUTE-LOG.PEER-INFO\", \"value\": $2}]" -o outer.bin PEER-SEARCH.json
        ;;
    esac
}
# trust DESCRIPTION REASON CODE JQ [MEMBERS [TIME [OPTION...]]]: bob's PEER-INFO, changed by JQ, in all three places. CODE is that of
# requests. In a ROUTE-LOG, REASON is the signature's only, and the message is valid.
trust()
{
    local place members at=${6:-$now} description=$1 reason=$2 expected
    members=$(jq -c "$4" <<<"${5:-$info}")
    local code=$3
    for place in REDIRECT BODY LOG; do
        embed $place "$members" "$at"
        expected=$reason
        [ $place != BODY ] || expected+=$code
        [ $place != LOG ] || expected=valid
        verdicts "$description: $place" "$expected" reload-verify --ca ca/ca.crt --overlay chat --time "$at" "${@:7}" outer.bin
        if [ "$reason" = valid ]; then
            expected='["valid",null,"CN=bob@example.com"]'
        else
            expected="[\"invalid\",\"$reason\",null]"
        fi
        is "$(jq -c --arg reason "$reason" '.signatures[] | select(.type == "PEER-SIGNATURE") | [.verdict, .reason, if $reason == "valid" then .signer.subject else null end]' "$output")" \
            "$expected" "$description: $place: its signature"
    done
}
for place in REDIRECT BODY LOG; do
    embed $place "$info" "$now"
    is "$(value_of "$(hex <outer.bin)" "${way[@]}")" "$octets" "a PEER-INFO is embedded octet for octet: $place"
done
trust "an unchanged PEER-INFO" valid '' .
trust "another address" bad-digest :431 '.[1].value.port = 5061'
trust "a longer PEER-EXPIRATION" bad-digest :431 '.[2].value = 301'
trust "a later TIMESTAMP" bad-digest :431 '.[4].value[0].value += 1'
trust "another PEER-ID" bad-digest :431 ".[0].value = \"$alice\""
trust "an added PEER-NAME" bad-digest :431 '[{type: "PEER-NAME", value: "bob"}] + .'
trust "no PEER-CERT" missing-certificate :401 'map(select(.type != "PEER-CERT"))'
trust "no PEER-ID" missing-certificate :401 'map(select(.type != "PEER-ID"))'
trust "alice's PEER-CERT" bad-digest :431 "(.[] | select(.type == \"PEER-CERT\")).hex = \"$(openssl x509 -in alice.crt -outform DER | hex)\""
trust "a PEER-SIGNATURE that is not last" misplaced :431 '[.[-1]] + .[:-1]'
trust "no TIMESTAMP" missing-timestamp :431 'del(.[-1].value[0])'
trust "no DIGEST" bad-digest-length :431 'del(.[-1].value[1])'
trust "a DIGEST of another length" bad-digest-length :431 '.[-1].value[1].hex |= .[2:]'
# a PEER-ID that bob's certificate does not name
jq -c --arg id "${bob:0:39}1" '.header.source_id = $id | .attributes[0].value[0].value = $id' PEER-SEARCH.json >wrong.json
wrong=$(sign_as bob --force --sign-source-info -f json wrong.json | jq -c '.attributes[0].value')
trust "a PEER-ID that the certificate does not name" peer-id-mismatch :431 . "$wrong"
# TIMESTAMP + PEER-EXPIRATION (300) + skew (300)
trust "a PEER-INFO in its last second" valid '' . "" $((now + 600))
trust "a PEER-INFO after its last second" expired :431 . "" $((now + 601))
trust "a PEER-INFO after its last second, with a skew of 301" valid '' . "" $((now + 601)) --max-skew 301
trust "a PEER-INFO in its last second, without a skew limit" valid '' . "" $((now + 300)) --max-skew none
trust "a PEER-INFO after its last second, without a skew limit" expired :431 . "" $((now + 301)) --max-skew none
trust "a PEER-INFO 301 s from the future" future :431 . "" $((now - 301))
trust "a PEER-INFO 300 s from the future" valid '' . "" $((now - 300))
jq -c 'del(.attributes[0].value[2])' bobs.json >endless.json
endless=$(sign_as bob --sign-source-info -f json endless.json | jq -c '.attributes[0].value')
trust "a PEER-INFO without PEER-EXPIRATION, which does not expire" valid '' . "$endless" $((now + 1000000))
# the certificate's validity at the time of checking
short=(--not-before 2023-01-01T00:00:00Z --not-after "2023-11-14T22:13:30Z")
reload-keygen issue --quiet --ca ca --seed 05 "${short[@]}" --user short@example.com --peer-id "${bob:0:39}5" -o short
brief=$(jq -c --arg id "${bob:0:39}5" '.header.source_id = $id | .attributes[0].value[0].value = $id' PEER-SEARCH.json | sign_as short --sign-source-info -f json | jq -c '.attributes[0].value')
trust "an expired certificate" expired-certificate :431 . "$brief" $((now + 11))
# without PEER-SIGNATURE, a PEER-INFO is not checked
unsigned=$(jq -c 'map(select(.type != "PEER-SIGNATURE"))' <<<"$info")
for place in REDIRECT BODY LOG; do
    embed $place "$unsigned" "$now"
    verdicts "an unsigned PEER-INFO is not checked: $place" valid "${verify[@]}" outer.bin
done
# duplicates
twice=$(jq -c '[.[0]] + .' <<<"$info")
embed LOG "$twice" "$now"
verdicts "two PEER-IDs in a ROUTE-LOG leave the message valid" valid "${verify[@]}" outer.bin
is "$(jq -c '[.signatures[1] | .verdict, .reason]' "$output")" '["invalid","duplicate-attribute"]' "two PEER-IDs in a ROUTE-LOG make its signature invalid"
embed BODY "$twice" "$now"
verdicts "two PEER-IDs in a BODY make the message invalid" duplicate-attribute:431 "${verify[@]}" outer.bin

# ---- several ROUTE-LOGs ----

log()
{
    reload-sign --append-route-log "[{\"type\": \"ROUTE-LOG.PEER-INFO\", \"value\": $1}]"
}
altered=$(jq -c '.[1].value.port = 5061' <<<"$info")
sign_as alice PEER-SEARCH.json | log "$info" | log "$altered" | log "$unsigned" | log "$info" >logs.bin
verdicts "a message with good, bad and unsigned ROUTE-LOGs is valid" valid "${verify[@]}" logs.bin
is "$status $(jq -c '[.signatures[] | .verdict]' "$output")" '0 ["valid","valid","invalid","valid"]' "each ROUTE-LOG is judged separately"
t "-v shows each ROUTE-LOG's signature as unauthenticated" 0 '~.*: valid
    SIGNATURE /attributes/1: valid, .*
    PEER-SIGNATURE /attributes/2/value/0/value/4: valid, .*, signer CN=bob@example\.com, unauthenticated: .*
    PEER-SIGNATURE /attributes/3/value/0/value/4: invalid: bad-digest, .*, unauthenticated: .*
    PEER-SIGNATURE /attributes/5/value/0/value/4: valid, .*, unauthenticated: .*' '' "${verify[@]}" -v logs.bin
t "a filter passes on a message with all its ROUTE-LOGs" 0 @logs.bin '' "${verify[@]}" -f binary logs.bin
message=$(hex <logs.bin)
digest=$(find_attr "$message" 0006:0 0802:0)
unhex "$(patch $((digest + 4)) "$(printf '%02x' $((0x${message:$((2 * digest + 8)):2} ^ 1)))" "$message")" >bad-logs.bin
verdicts "a bad digest of a message with ROUTE-LOGs is reported" bad-digest:431 "${verify[@]}" bad-logs.bin
is "$(jq -c '[.signatures[] | .verdict]' "$output")" '["invalid","unchecked","unchecked","unchecked"]' "ROUTE-LOGs of an invalid message are unchecked"
# a ROUTE-LOG that the message's SIGNATURE covers
jq -c --argjson info "$altered" '.attributes = [{type: "ROUTE-LOG", value: [{type: "ROUTE-LOG.PEER-INFO", value: $info}]}] + .attributes' PEER-SEARCH.json | sign_as alice -o early.bin
verdicts "a bad ROUTE-LOG before the SIGNATURE leaves the message valid" valid "${verify[@]}" early.bin
is "$(jq -c '[.signatures[] | .verdict, .reason]' "$output")" '["invalid","bad-digest","valid",null]' "a ROUTE-LOG before the SIGNATURE is judged separately"

# ---- tunnels (D26) ----

# tunnel FILE [JQ]: a TRANSPORT-TUNNEL by bob with the file's octets as the inner message
tunnel()
{
    jq -c --arg id "$bob" --rawfile body <(hex <"$1") '.header.source_id = $id | .attributes[0].value[0].value = $id |
        .attributes[1].value[0].value = "reload" | .attributes[1].value[1] = {type: "APPLICATION.BODY", hex: $body} | '"${2:-.}" TRANSPORT-TUNNEL.json | sign_as bob
}
sign_as alice <PEER-SEARCH.json >depth0.bin
flip=$(hex <depth0.bin)
unhex "${flip:0:$((${#flip} - 2))}$(printf '%02x' $((0x${flip: -2} ^ 1)))" >bad0.bin
for depth in 1 2 3 4 5; do
    tunnel "depth$((depth - 1)).bin" >"depth$depth.bin"
    tunnel "bad$((depth - 1)).bin" >"bad$depth.bin"
done
path=
inner=
for depth in 1 2 3 4; do
    path+='.tunnelled[0]'
    inner+='.attributes[1].value[1].message'
    verdicts "an outer message of a good one at depth $depth is valid" valid "${verify[@]}" "depth$depth.bin"
    is "$status $(jq -c "[$path | .method, .verdict, .source_id]" "$output")" "0 [\"PEER-SEARCH\",\"valid\",\"$alice\"]" "a good message at depth $depth is valid"
    verdicts "a bad message at depth $depth leaves the outer messages valid" valid "${verify[@]}" "bad$depth.bin"
    is "$status $(jq -c "[$path | .verdict, .reason, .response_code]" "$output")" '1 ["invalid","bad-digest",431]' "a bad message at depth $depth: status 1"
    is "$(reload-dump -f json "bad$depth.bin" | jq -c "$inner.header.method")" '"PEER-SEARCH"' "reload-dump shows a message at depth $depth"
done
verdicts "an outer message with a bad message at depth 5 is valid" valid "${verify[@]}" bad5.bin
is "$status $(jq -c "[$path | .method, .verdict, has(\"tunnelled\")]" "$output")" '0 ["TRANSPORT-TUNNEL","valid",false]' "a message at depth 5 is not judged"
is "$(reload-dump -f json bad5.bin | jq -c "[$inner.header.method, ($inner.attributes[1].value[1] | has(\"message\"))]")" '["TRANSPORT-TUNNEL",false]' "reload-dump does not show a message at depth 5"
t "text shows inner messages indented" 1 '~bad2\.bin: .*: TRANSPORT-TUNNEL request: valid
    tunnelled: TRANSPORT-TUNNEL request: valid
        tunnelled: PEER-SEARCH request: invalid: bad-digest \(431\): .*' '' "${verify[@]}" bad2.bin
t "a filter passes on the outer message of a bad message, with status 1" 1 @bad1.bin '' "${verify[@]}" -f binary bad1.bin
cat bad1.bin depth0.bin depth1.bin >stream.bin
t "a filter passes on outer messages in a stream octet for octet" 1 @stream.bin '' "${verify[@]}" -f binary stream.bin
verdicts "a bad outer message is reported" bad-digest:431 "${verify[@]}" <(hex <depth1.bin | sed 's/..$/00/' | xxd -r -p)
is "$(jq -c '.tunnelled[0].verdict' "$output")" '"valid"' "a bad outer message leaves the inner message valid"
for change in '.header.version = 2' '.header.frag = true'; do
    tunnel depth0.bin "$change" >unknown.bin
    run "${verify[@]}" --replay --json unknown.bin
    is "$(jq -c '[.verdict, has("tunnelled")]' "$output")" '["invalid",false]' "an outer message with $change has no inner message"
done
tunnel depth0.bin '.attributes[1].value[0].value = "sip"' >sip.bin
verdicts "a tunnel of another application is valid" valid "${verify[@]}" sip.bin
is "$(jq -c 'has("tunnelled")' "$output")" false "a tunnel of another application has no inner message"
tunnel depth0.bin '.attributes += [.attributes[1]]' >twice.bin
verdicts "an outer message with two inner messages is valid" valid "${verify[@]}" twice.bin
is "$(jq -c '[.tunnelled[] | .path, .verdict]' "$output")" '["/attributes/1/value/1","valid","/attributes/2/value/1","valid"]' "both inner messages are judged"
verdicts "with --replay, an outer message with the same inner message twice is valid" valid "${verify[@]}" --replay twice.bin
is "$status $(jq -c '[.tunnelled[] | .verdict, .reason]' "$output")" '1 ["valid",null,"invalid","replay"]' "the second of two equal inner messages is a replay"
verdicts "a message after its own tunnel is a replay" "valid replay:431" "${verify[@]}" --replay depth1.bin depth0.bin
is "$(head -n 1 "$output" | jq -c .tunnelled[0].verdict)" '"valid"' "the inner message before its repetition is valid"
verdicts "an outer message of a replay is valid" "valid valid" "${verify[@]}" --replay depth0.bin depth1.bin
is "$status $(tail -n 1 "$output" | jq -c '[.tunnelled[0].verdict, .tunnelled[0].reason]')" '1 ["invalid","replay"]' "an inner replay: status 1"
done_testing
