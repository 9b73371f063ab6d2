#!/bin/bash
# shellcheck disable=SC2016 # single quotes hold scripts for jq
# Routing-table trust (S§5.1): a peer's signed SOURCE-INFO carried on in other peers' messages; ROUTE-LOGs (D27); tunnels (D26).
here=$(dirname "$(realpath "$0")")
. "$here/tap.bash"
. "$here/certs.bash"

# value_of HEX TYPE:NTH...: an attribute's value, in hex
value_of()
{
    local at
    at=$(find_attr "$@") || bail_out "value_of: no ${*:2}"
    cut_octets "$1" $((at + 4)) $((at + 4 + 0x${1:$((2 * at + 4)):4}))
}

# bob's PEER-INFO as he signs it in his own messages
jq -c --arg id "$bob" '.header.source_id = $id | .attributes[0].value[0].value = $id' PEER-SEARCH.json >bobs.json
sign_as bob --sign-source-info -o bobs.bin bobs.json
info=$(reload-dump -f json bobs.bin | jq -c '.attributes[0].value')
octets=$(value_of "$(hex <bobs.bin)" 0002:0)
verdicts "a signed SOURCE-INFO" valid "${verify[@]}" --require-peer-signature bobs.bin
is "$(jq -c '[.signatures[] | .path, .type, .verdict]' "$output")" '["/attributes/0/value/4","PEER-SIGNATURE","valid","/attributes/1","SIGNATURE","valid"]' "has two signatures"
sign_as bob -o plain.bin bobs.json
verdicts "--require-peer-signature" missing-signature:401 "${verify[@]}" --require-peer-signature plain.bin
verdicts "without it" valid "${verify[@]}" plain.bin
echo '{"overlay": "chat", "ca": "ca/ca.crt", "security": "CERTS", "require_peer_signature": true}' >profile.json
verdicts "in a profile" missing-signature:401 reload-verify --profile profile.json --time "$now" plain.bin

# ---- carried on ----

# carry REDIRECT|BODY|LOG MEMBERS TIME: alice's message with that PEER-INFO in it; carried.bin, and the way to its PEER-INFO in $way
carry()
{
    case $1 in
    REDIRECT)
        way=(0005:0)
        jq -c --argjson info "$2" '.header.response = true | .attributes = [{type: "RESPONSE-CODE", value: {code: 302, reason: "Moved Temporarily"}}, .attributes[0], {type: "REDIRECT", value: $info}]' \
            PEER-SEARCH.json | sign_as alice --time "$3" -o carried.bin
        ;;
    BODY)
        way=(0003:0 0202:0 0307:0)
        jq -c --argjson info "$2" '.attributes[1].value[1].value |= [.[0], .[1], {type: "RESOURCE-INFO.BODY.PEER-INFO", value: $info}]' RESOURCE-PUT.json | sign_as alice --time "$3" -o carried.bin
        ;;
    LOG)
        way=(0004:0 0402:0)
        sign_as alice --time "$3" --append-route-log "[{\"type\": \"ROUTE-LOG.PEER-INFO\", \"value\": $2}]" -o carried.bin PEER-SEARCH.json
        ;;
    esac
}
# trust DESCRIPTION REASON CODE JQ [MEMBERS [TIME [OPTION...]]]: bob's PEER-INFO, changed by jq, in all three places. CODE is a
# request's; in a ROUTE-LOG the reason is the signature's alone, and the message valid.
trust()
{
    local place members at=${6:-$now} description=$1 reason=$2 wanted
    members=$(jq -c "$4" <<<"${5:-$info}")
    local code=$3
    for place in REDIRECT BODY LOG; do
        carry $place "$members" "$at"
        wanted=$reason
        [ $place != BODY ] || wanted+=$code
        [ $place != LOG ] || wanted=valid
        verdicts "$description: $place" "$wanted" reload-verify --ca ca/ca.crt --overlay chat --time "$at" "${@:7}" carried.bin
        if [ "$reason" = valid ]; then
            wanted='["valid",null,"CN=bob@example.com"]'
        else
            wanted="[\"invalid\",\"$reason\",null]"
        fi
        is "$(jq -c --arg reason "$reason" '.signatures[] | select(.type == "PEER-SIGNATURE") | [.verdict, .reason, if $reason == "valid" then .signer.subject else null end]' "$output")" \
            "$wanted" "$description: $place: its signature"
    done
}
for place in REDIRECT BODY LOG; do
    carry $place "$info" "$now"
    is "$(value_of "$(hex <carried.bin)" "${way[@]}")" "$octets" "$place: carried on octet for octet"
done
trust "as it is" valid '' .
trust "another address" bad-digest :431 '.[1].value.port = 5061'
trust "a longer PEER-EXPIRATION" bad-digest :431 '.[2].value = 301'
trust "a later TIMESTAMP" bad-digest :431 '.[4].value[0].value += 1'
trust "another PEER-ID" bad-digest :431 ".[0].value = \"$alice\""
trust "a name more" bad-digest :431 '[{type: "PEER-NAME", value: "bob"}] + .'
trust "without PEER-CERT" missing-certificate :401 'map(select(.type != "PEER-CERT"))'
trust "without PEER-ID" missing-certificate :401 'map(select(.type != "PEER-ID"))'
trust "with alice's PEER-CERT" bad-digest :431 "(.[] | select(.type == \"PEER-CERT\")).hex = \"$(openssl x509 -in alice.crt -outform DER | hex)\""
trust "not the last member" misplaced :431 '[.[-1]] + .[:-1]'
trust "without TIMESTAMP" missing-timestamp :431 'del(.[-1].value[0])'
trust "without DIGEST" bad-digest-length :431 'del(.[-1].value[1])'
trust "a DIGEST of another length" bad-digest-length :431 '.[-1].value[1].hex |= .[2:]'
# bob says that he is somebody else: his certificate does not
jq -c --arg id "${bob:0:39}1" '.header.source_id = $id | .attributes[0].value[0].value = $id' PEER-SEARCH.json >wrong.json
wrong=$(sign_as bob --force --sign-source-info -f json wrong.json | jq -c '.attributes[0].value')
trust "a PEER-ID that its certificate does not name" peer-id-mismatch :431 . "$wrong"
# TIMESTAMP + PEER-EXPIRATION (300) + skew (300)
trust "in its last second" valid '' . "" $((now + 600))
trust "a second later" expired :431 . "" $((now + 601))
trust "with a skew of 301" valid '' . "" $((now + 601)) --max-skew 301
trust "without a skew limit, in its last second" valid '' . "" $((now + 300)) --max-skew none
trust "a second later" expired :431 . "" $((now + 301)) --max-skew none
trust "from the future" future :431 . "" $((now - 301))
trust "not so far" valid '' . "" $((now - 300))
jq -c 'del(.attributes[0].value[2])' bobs.json >endless.json
endless=$(sign_as bob --sign-source-info -f json endless.json | jq -c '.attributes[0].value')
trust "without PEER-EXPIRATION it does not expire" valid '' . "$endless" $((now + 1000000))
# the certificate is judged at the time of checking too
short=(--not-before 2023-01-01T00:00:00Z --not-after "2023-11-14T22:13:30Z")
reload-keygen issue --quiet --ca ca --seed 05 "${short[@]}" --user short@example.com --peer-id "${bob:0:39}5" -o short
brief=$(jq -c --arg id "${bob:0:39}5" '.header.source_id = $id | .attributes[0].value[0].value = $id' PEER-SEARCH.json | sign_as short --sign-source-info -f json | jq -c '.attributes[0].value')
trust "its certificate has expired" expired-certificate :431 . "$brief" $((now + 11))
# without a PEER-SIGNATURE nothing is checked
unsigned=$(jq -c 'map(select(.type != "PEER-SIGNATURE"))' <<<"$info")
for place in REDIRECT BODY LOG; do
    carry $place "$unsigned" "$now"
    verdicts "unsigned: $place" valid "${verify[@]}" carried.bin
done
# twice what may be there once
twice=$(jq -c '[.[0]] + .' <<<"$info")
carry LOG "$twice" "$now"
verdicts "two PEER-IDs in a ROUTE-LOG" valid "${verify[@]}" carried.bin
is "$(jq -c '[.signatures[1] | .verdict, .reason]' "$output")" '["invalid","duplicate-attribute"]' "are its signature's fault"
carry BODY "$twice" "$now"
verdicts "and in a BODY the message's" duplicate-attribute:431 "${verify[@]}" carried.bin

# ---- several ROUTE-LOGs ----

log()
{
    reload-sign --append-route-log "[{\"type\": \"ROUTE-LOG.PEER-INFO\", \"value\": $1}]"
}
altered=$(jq -c '.[1].value.port = 5061' <<<"$info")
sign_as alice PEER-SEARCH.json | log "$info" | log "$altered" | log "$unsigned" | log "$info" >logs.bin
verdicts "each hop's" valid "${verify[@]}" logs.bin
is "$status $(jq -c '[.signatures[] | .verdict]' "$output")" '0 ["valid","valid","invalid","valid"]' "is judged on its own"
t "and shown with -v" 0 '~.*: valid
    SIGNATURE /attributes/1: valid, .*
    PEER-SIGNATURE /attributes/2/value/0/value/4: valid, .*, signer CN=bob@example\.com, unauthenticated: .*
    PEER-SIGNATURE /attributes/3/value/0/value/4: invalid: bad-digest, .*, unauthenticated: .*
    PEER-SIGNATURE /attributes/5/value/0/value/4: valid, .*, unauthenticated: .*' '' "${verify[@]}" -v logs.bin
t "the filter passes it on with all of them" 0 @logs.bin '' "${verify[@]}" -f binary logs.bin
message=$(hex <logs.bin)
digest=$(find_attr "$message" 0006:0 0802:0)
unhex "$(patch $((digest + 4)) "$(printf '%02x' $((0x${message:$((2 * digest + 8)):2} ^ 1)))" "$message")" >bad-logs.bin
verdicts "where the message is not good" bad-digest:431 "${verify[@]}" bad-logs.bin
is "$(jq -c '[.signatures[] | .verdict]' "$output")" '["invalid","unchecked","unchecked","unchecked"]' "they are not looked at"
# one that a peer signed into its own message's covered octets is no different
jq -c --argjson info "$altered" '.attributes = [{type: "ROUTE-LOG", value: [{type: "ROUTE-LOG.PEER-INFO", value: $info}]}] + .attributes' PEER-SEARCH.json | sign_as alice -o early.bin
verdicts "in front of the SIGNATURE" valid "${verify[@]}" early.bin
is "$(jq -c '[.signatures[] | .verdict, .reason]' "$output")" '["invalid","bad-digest","valid",null]' "it fails on its own as well"

# ---- tunnels (D26) ----

# tunnel FILE [JQ]: a TRANSPORT-TUNNEL of bob's that carries the file's octets
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
    path+=.tunnelled
    inner+='.attributes[1].value[1].message'
    verdicts "a good message at depth $depth" valid "${verify[@]}" "depth$depth.bin"
    is "$status $(jq -c "[$path | .method, .verdict, .source_id]" "$output")" "0 [\"PEER-SEARCH\",\"valid\",\"$alice\"]" "is judged there"
    verdicts "a bad one at depth $depth leaves its carriers valid" valid "${verify[@]}" "bad$depth.bin"
    is "$status $(jq -c "[$path | .verdict, .reason, .response_code]" "$output")" '1 ["invalid","bad-digest",431]' "and is a failure of the run"
    is "$(reload-dump -f json "bad$depth.bin" | jq -c "$inner.header.method")" '"PEER-SEARCH"' "reload-dump shows it"
done
verdicts "at depth 5" valid "${verify[@]}" bad5.bin
is "$status $(jq -c "[$path | .method, .verdict, has(\"tunnelled\")]" "$output")" '0 ["TRANSPORT-TUNNEL","valid",false]' "nothing is judged"
is "$(reload-dump -f json bad5.bin | jq -c "[$inner.header.method, ($inner.attributes[1].value[1] | has(\"message\"))]")" '["TRANSPORT-TUNNEL",false]' "nor shown"
t "in text" 1 '~bad2\.bin: .*: TRANSPORT-TUNNEL request: valid
    tunnelled: TRANSPORT-TUNNEL request: valid
        tunnelled: PEER-SEARCH request: invalid: bad-digest \(431\): .*' '' "${verify[@]}" bad2.bin
t "a filter passes the carrier on, and the run fails" 1 @bad1.bin '' "${verify[@]}" -f binary bad1.bin
cat bad1.bin depth0.bin depth1.bin >stream.bin
t "octet for octet, on a stream too" 1 @stream.bin '' "${verify[@]}" -f binary stream.bin
verdicts "a bad carrier" bad-digest:431 "${verify[@]}" <(hex <depth1.bin | sed 's/..$/00/' | xxd -r -p)
is "$(jq -c '.tunnelled.verdict' "$output")" '"valid"' "leaves what it carries valid"
for change in '.header.version = 2' '.header.frag = true'; do
    tunnel depth0.bin "$change" >unknown.bin
    run "${verify[@]}" --replay --json unknown.bin
    is "$(jq -c '[.verdict, has("tunnelled")]' "$output")" '["invalid",false]' "where $change, nobody knows what it carries"
done
tunnel depth0.bin '.attributes[1].value[0].value = "sip"' >sip.bin
verdicts "another application" valid "${verify[@]}" sip.bin
is "$(jq -c 'has("tunnelled")' "$output")" false "is not looked into"
tunnel depth0.bin '.attributes += [.attributes[1]]' >twice.bin
verdicts "two in one carrier" valid "${verify[@]}" twice.bin
is "$(jq -c '[.tunnelled[] | .path, .verdict]' "$output")" '["/attributes/1/value/1","valid","/attributes/2/value/1","valid"]' "are judged both"
verdicts "with --replay the second is a replay" valid "${verify[@]}" --replay twice.bin
is "$status $(jq -c '[.tunnelled[] | .verdict, .reason]' "$output")" '1 ["valid",null,"invalid","replay"]' "in the order of the message"
verdicts "and so is the message itself behind its carrier" "valid replay:431" "${verify[@]}" --replay depth1.bin depth0.bin
is "$(head -n 1 "$output" | jq -c .tunnelled.verdict)" '"valid"' "which it came in"
verdicts "a replay inside a carrier fails the run" "valid valid" "${verify[@]}" --replay depth0.bin depth1.bin
is "$status $(tail -n 1 "$output" | jq -c '[.tunnelled.verdict, .tunnelled.reason]')" '1 ["invalid","replay"]' "and not its carrier"
done_testing
