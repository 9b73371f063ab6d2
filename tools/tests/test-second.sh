#!/bin/bash
# shellcheck disable=SC2016 # single quotes hold jq's scripts
# testdata/vectors/verifier.py, the second implementation: its word and status for each of D24's reasons, and that reload-verify
# says the same.
# Many seconds of CPU: each of some 190 messages is made, then judged by a process of either implementation.
. "$(dirname "$0")/tap.bash"
command -v python3 >/dev/null || bail_out "the command python3 is missing"

second=$TESTDATA/vectors/verifier.py
now=1700000000
export PYTHONDONTWRITEBYTECODE=1

# policy OPTION...: reload-verify's options, as the second implementation's environment, to the array policy
policy()
{
    local secrets='' name
    policy=(RELOAD_TIME="$now" RELOAD_SECURITY=CERTS)
    while [ $# -gt 0 ]; do
        case $1 in
        --secret)
            secrets+=" $(head -c -1 "$2" | hex)"
            policy+=(RELOAD_SECURITY=HMAC RELOAD_SECRET="$secrets")
            ;;
        --none)
            policy+=(RELOAD_SECURITY=NONE)
            shift
            continue
            ;;
        --allow-sha1-certs | --require-peer-signature)
            name=${1#--}
            name=${name//-/_}
            policy+=("RELOAD_${name^^}=1")
            shift
            continue
            ;;
        --ca | --intermediates | --crl | --time | --max-skew | --min-rsa-bits | --overlay | --dht | --hash)
            name=${1#--}
            name=${name//-/_}
            policy+=("RELOAD_${name^^}=$2")
            ;;
        *) bail_out "policy: $1" ;;
        esac
        shift 2
    done
}

# second DESCRIPTION WANTED FILE [NAME=VALUE...]: the second implementation's word, code and status; WANTED: "bad-digest 431"
second()
{
    local wanted_status=1
    [[ ! $2 =~ ^(valid|unsecured|pinned)$ ]] || wanted_status=0
    run env "${@:4}" "$second" <"$3"
    if [ "$status" = "$wanted_status" ] && holds "$output" "=$2"; then
        pass "$1"
    else
        fail "$1" "expected: $2" "     got: $(cat "$output"), status $status" "$(cat "$errors")"
    fi
}

# both DESCRIPTION WANTED FILE [OPTION...]: either implementation's; OPTION: reload-verify's
both()
{
    local said
    policy "${@:4}"
    second "$1" "$2" "$3" "${policy[@]}"
    said=$(reload-verify -i binary --json --time "$now" "${@:4}" "$3" 2>"$errors" |
        jq -r '"\(.reason // .verdict)\(if .response_code == null then "" else " \(.response_code)" end)"')
    is "$said" "$2" "$1: reload-verify agrees"
}

# make FILE SIGN-OPTION...: a message made and signed from JSON on standard input, in binary
make()
{
    reload-sign --quiet --force --time "${at:-$now}" -o "$1" "${@:2}" || bail_out "reload-sign makes no $1"
}

# edit FILE JQ [FROM]: the message of FROM changed, and its signatures as they were
edit()
{
    reload-dump -f json "${3:-good.bin}" | jq -c "$2" | reload-dump -i json -f binary -o "$1" 2>/dev/null
}

declare -A example
for name in PEER-JOIN PEER-SEARCH RESOURCE-PUT; do
    example[$name]=$(reload-sign --example $name | jq -c '.header.transaction_id = "6553f10000000001"')
done

# ---- HMAC, and what does not depend on the algorithm ----

install -m 600 "$TESTDATA/hmac.secret" secret
(umask 077; printf 'another secret\n' >other)
H=(--secret secret)
make good.bin "${H[@]}" --timestamp --sign-source-info <<<"${example[RESOURCE-PUT]}"
make join.bin "${H[@]}" --timestamp <<<"${example[PEER-JOIN]}"
good=$(hex <good.bin)
for name in section-4.1 response tunnelled tunnel unknown route-log; do
    both "testdata's $name" valid "$TESTDATA/$name.hmac.bin" "${H[@]}" --time 946702799
done
both "a RESOURCE-PUT" valid good.bin "${H[@]}"
both "another secret" "bad-digest 431" good.bin --secret other
both "two secrets: one will do" valid good.bin --secret other --secret secret

# step 1
unhex "${good:0:134}" >cut.bin
second "67 octets" malformed cut.bin RELOAD_SECURITY=HMAC RELOAD_SECRET=00
unhex "${good:0:$((${#good} - 2))}" >cut.bin
both "an octet is missing" malformed cut.bin "${H[@]}"
unhex "${good}00" >longer.bin
second "an octet behind the end" malformed longer.bin RELOAD_SECURITY=HMAC RELOAD_SECRET=00
unhex "$(patch 0 53 "$good")" >token.bin
both "no token" malformed token.bin "${H[@]}"
: >empty.bin
second "no octets" malformed empty.bin RELOAD_SECURITY=NONE
unhex "$(patch 8 02 "$good")" >version.bin
both "Version 2" unsupported-version version.bin "${H[@]}"
unhex "$(patch 8 81 "$good")" >exp.bin
both "EXP decides nothing" "bad-digest 431" exp.bin "${H[@]}"
# step 2
unhex "$(patch 6 80 "$good")" >fragment.bin
both "a fragment" fragment fragment.bin "${H[@]}"
unhex "$(patch 4 0102 "$(patch 6 7f "$good")")" >hop.bin
both "what hops may change" "valid" hop.bin "${H[@]}"
# step 3
for case in 'PEER-ID of 19 octets|.attributes[0].value[0] = {type: "PEER-ID", hex: ("00" * 19)}' \
    'text that is not UTF-8|.attributes[1].value[0] = {type: "RESOURCE-INFO.KEY", hex: "ff"}' \
    'text with a NUL|.attributes[1].value[0] = {type: "RESOURCE-INFO.KEY", hex: "610062"}' \
    'an IPv6 address of 4 octets|.attributes[0].value[1] = {type: "PEER-IP-PORT", hex: "000213c40a040102"}' \
    'an OP of two octets|.attributes[1].value[2].value[2].value[1] = {type: "RESOURCE-INFO.BODY.PARAMETER.OP", hex: "0001"}' \
    'a TIMESTAMP of 8 octets|.attributes[2].value[0] = {type: "TIMESTAMP", hex: ("00" * 8)}' \
    'members that cannot be read|.attributes[0] = {type: "SOURCE-INFO", hex: "01010014"}' \
    'a code of number 100|.attributes = [{type: "RESPONSE-CODE", hex: "00000264"}] + .attributes' \
    'a code with reserved bits|.attributes = [{type: "RESPONSE-CODE", hex: "00000a00"}] + .attributes' \
    'a depth of 16|.attributes = [reduce range(16) as $_ ({type: "0x9999", hex: ""}; {type: "RESOURCE", value: [.]})] + .attributes'; do
    edit flawed.bin "${case#*|}"
    both "${case%%|*}" malformed flawed.bin "${H[@]}"
done
edit deep.bin '.attributes = [reduce range(15) as $_ ({type: "0x9999", hex: ""}; {type: "RESOURCE", value: [.]})] + .attributes'
both "a depth of 15 can be read" "bad-digest 431" deep.bin "${H[@]}"
edit elsewhere.bin '.attributes = [{type: "PEER-ID", hex: "00"}] + .attributes'
both "a flaw out of its place decides nothing" "bad-digest 431" elsewhere.bin "${H[@]}"
edit behind.bin '.attributes += [{type: "SOURCE-INFO", hex: "0101"}, .attributes[2]]'
both "what is behind the SIGNATURE is ignored (D2, D10)" valid behind.bin "${H[@]}"
unhex "$(patch 13 "$(printf %06x $((${#good} / 2 - 64)))" "$good")00060004" >framing.bin
both "the framing behind the SIGNATURE must hold" malformed framing.bin "${H[@]}"
# step 4
both "the overlay, DHT and hash told" valid good.bin "${H[@]}" --overlay chat --dht 1 --hash 1
both "another overlay" "overlay-mismatch 498" good.bin "${H[@]}" --overlay chatter
both "another DHT" "overlay-mismatch 498" good.bin "${H[@]}" --dht 2
both "another hash" "overlay-mismatch 498" good.bin "${H[@]}" --hash 2
both "another algorithm" "security-mismatch 401" good.bin --none
unhex "$(patch 64 00000000 "$good")" >overlay0.bin
both "Overlay 0 in a RESOURCE-PUT" "overlay-mismatch 498" overlay0.bin "${H[@]}" --overlay chat
unhex "$(patch 11 00 "$good")" >security0.bin
both "Security 0 in a RESOURCE-PUT" "security-mismatch 401" security0.bin "${H[@]}"
jq -c '.header.overlay = "00000000"' <<<"${example[PEER-JOIN]}" | make join0.bin "${H[@]}" --keep-security
both "Overlay and Security 0 in a PEER-JOIN request" valid join0.bin "${H[@]}" --overlay chat
reload-sign --quiet --none -o none.bin <<<"${example[PEER-SEARCH]}"
both "NONE" unsecured none.bin --none
# steps 5 and 6
edit unsigned.bin 'del(.attributes[2])'
both "no SIGNATURE" "missing-signature 401" unsigned.bin "${H[@]}"
edit twice.bin '.attributes[0].value |= [.[0]] + .'
both "two PEER-IDs" "duplicate-attribute 431" twice.bin "${H[@]}"
edit twice.bin '.attributes[2].value |= [.[0]] + .'
both "two TIMESTAMPs" "duplicate-attribute 431" twice.bin "${H[@]}"
edit misplaced.bin '.attributes[2].value |= reverse'
both "DIGEST is not last" "misplaced 431" misplaced.bin "${H[@]}"
edit length.bin '.attributes[2].value[1].hex |= .[2:]'
both "DIGEST of 19 octets" "bad-digest-length 431" length.bin "${H[@]}"
edit length.bin 'del(.attributes[2].value[1])'
both "no DIGEST" "bad-digest-length 431" length.bin "${H[@]}"
# steps 8 and 10
unhex "$(patch 20 ff "$good")" >digest.bin
both "another Destination ID" "bad-digest 431" digest.bin "${H[@]}"
reload-sign --quiet --append-route-log '[{"type": "ROUTE-LOG.P2PSIP-VERSION", "value": "1"}]' -o route.bin good.bin
both "a ROUTE-LOG behind the SIGNATURE (D2)" valid route.bin "${H[@]}"
both "300 s behind" valid good.bin "${H[@]}" --time $((now + 300))
both "301 s behind" "stale 431" good.bin "${H[@]}" --time $((now + 301))
both "300 s ahead" valid good.bin "${H[@]}" --time $((now - 300))
both "301 s ahead" "future 431" good.bin "${H[@]}" --time $((now - 301))
# step 12
at=$((now + 601)) make late.bin "${H[@]}" --timestamp < <(reload-dump -f json good.bin)
both "a SOURCE-INFO that has expired" "expired 431" late.bin "${H[@]}" --time $((now + 601))
both "no skew limit: it expires 300 s earlier, and nothing is stale" "expired 431" good.bin \
    "${H[@]}" --max-skew none --time $((now + 301))
both "no skew limit: within its EXPIRATION" valid good.bin "${H[@]}" --max-skew none --time $((now + 300))
both "no skew limit: nothing is ahead" valid good.bin "${H[@]}" --max-skew none --time 5
both "a PEER-SIGNATURE, required" valid good.bin "${H[@]}" --require-peer-signature
both "no PEER-SIGNATURE, required" "missing-signature 401" join.bin "${H[@]}" --require-peer-signature
resigned() # JQ [SIGN-OPTION...]: a change, then the message's signature made anew
{
    reload-dump -f json good.bin | jq -c "$1" | make resigned.bin "${sign[@]:-${H[@]}}" --timestamp "${@:2}"
}
resigned '.attributes[0].value |= [.[-1]] + .[:-1]'
both "PEER-SIGNATURE is not last" "misplaced 431" resigned.bin "${H[@]}"
resigned '.attributes[0].value[1].value.port = 1'
both "a changed SOURCE-INFO" "bad-digest 431" resigned.bin "${H[@]}"
resigned '.header.method = "RESOURCE-TRANSFER" | del(.attributes[1].value[1].value[-1])'
both "a BODY without a signature" "missing-signature 401" resigned.bin "${H[@]}"
jq -c 'del(.attributes[1].value[1].value[1])' <<<"${example[RESOURCE-PUT]}" | make body.bin "${H[@]}"
both "a PUT's BODY without EXPIRATION" "missing-expiration 431" body.bin "${H[@]}"
jq -c '.header.method = "RESOURCE-TRANSFER" | del(.attributes[1].value[1].value[1])' <<<"${example[RESOURCE-PUT]}" |
    make body.bin "${H[@]}" --sign-bodies
both "another's BODY without EXPIRATION" valid body.bin "${H[@]}"
# a response gets the same reasons and no code (S5.3)
make response.bin "${H[@]}" --reply-to good.bin --code 200 --peer-id $alice </dev/null
both "a response" valid response.bin "${H[@]}"
both "a response with a bad digest" bad-digest response.bin --secret other
both "a response of another overlay" overlay-mismatch response.bin "${H[@]}" --overlay chatter

# ---- CERTS ----

valid=(--not-before 2020-01-01T00:00:00Z --not-after 2040-01-01T00:00:00Z)
reload-keygen ca --quiet --overlay chat --bits 2048 --seed 00 "${valid[@]}" -o ca
reload-keygen ca --quiet --overlay chat --bits 2048 --seed 01 "${valid[@]}" -o other-ca
reload-keygen issue --quiet --ca ca --user alice@example.com --seed 02 "${valid[@]}" --peer-id $alice -o alice
reload-keygen issue --quiet --ca ca --user bob@example.com --seed 03 "${valid[@]}" --peer-id $bob -o bob
reload-keygen issue --quiet --ca other-ca --user alice@example.com --seed 04 "${valid[@]}" --peer-id $alice -o stranger
reload-keygen issue --quiet --ca ca --user carol@example.com --bits 1024 --seed 05 "${valid[@]}" --peers 1 -o weak
reload-keygen crl --ca ca --time $now -o empty.crl
reload-keygen revoke --quiet --ca ca --serial "$(openssl x509 -in bob.crt -noout -serial | sed 's/.*=//')" --time $now
reload-keygen crl --ca ca --time $now --next-update $((now + 9)) -o bob.crl
C=(--ca ca/ca.crt)
alice_signs=(--key alice.key --cert alice.crt)
make good.bin "${alice_signs[@]}" --sign-source-info <<<"${example[RESOURCE-PUT]}"
good=$(hex <good.bin)
both "testdata's CERTS example" valid "$TESTDATA/section-4.1.certs.bin" --ca "$TESTDATA/overlay/ca.crt" --time 946702799
both "a RESOURCE-PUT under CERTS" valid good.bin "${C[@]}"
both "its overlay by name" valid good.bin "${C[@]}" --overlay chat
# steps 5 and 6
edit no.bin 'del(.attributes[0])'
both "no SOURCE-INFO" "missing-certificate 401" no.bin "${C[@]}"
edit no.bin 'del(.attributes[0].value[0])'
both "no PEER-ID" "missing-certificate 401" no.bin "${C[@]}"
edit no.bin '.attributes[0].value |= map(select(.type != "PEER-CERT"))'
both "no PEER-CERT" "missing-certificate 401" no.bin "${C[@]}"
edit no.bin 'del(.attributes[2].value[0])'
both "no TIMESTAMP" "missing-timestamp 431" no.bin "${C[@]}"
# step 7
replaced() # NAME.der: the message with this instead of alice's certificate
{
    edit cert.bin '(.attributes[0].value[] | select(.type == "PEER-CERT")).hex = "'"$(hex <"$1")"'"'
}
openssl x509 -in alice.crt -outform DER -out alice.der
{ cat alice.der; printf '\0'; } >behind.der
head -c -1 alice.der >short.der
for name in behind short; do
    replaced $name.der
    both "a certificate: $name" "bad-certificate 431" cert.bin "${C[@]}"
done
make weak.bin --key weak.key --cert weak.crt <<<"${example[PEER-SEARCH]}"
both "RSA of 1024 bits" "weak-key 431" weak.bin "${C[@]}"
both "RSA of 1024 bits, allowed" "peer-id-mismatch 431" weak.bin "${C[@]}" --min-rsa-bits 1024
both "RSA of 2048 bits, 2049 wanted" "weak-key 431" good.bin "${C[@]}" --min-rsa-bits 2049
make stranger.bin --key stranger.key --cert stranger.crt <<<"${example[PEER-SEARCH]}"
both "another CA's certificate" "untrusted-certificate 431" stranger.bin "${C[@]}"
printf '%s' "$(hex <alice.der)" | sed 's/..$/00/' | xxd -r -p >flipped.der
cmp -s flipped.der alice.der && printf '%s' "$(hex <alice.der)" | sed 's/..$/01/' | xxd -r -p >flipped.der
replaced flipped.der
both "a certificate whose signature is changed" "untrusted-certificate 431" cert.bin "${C[@]}"
jq -c ".header.source_id = \"$bob\" | .attributes[0].value[0].value = \"$bob\"" <<<"${example[PEER-SEARCH]}" |
    make bob.bin --key bob.key --cert bob.crt
both "bob" valid bob.bin "${C[@]}" --crl empty.crl
both "bob, revoked" "revoked-certificate 431" bob.bin "${C[@]}" --crl bob.crl
both "alice is not" valid good.bin "${C[@]}" --crl bob.crl
at=$((now - 1)) make bob1.bin --key bob.key --cert bob.crt < <(reload-dump -f json bob.bin)
both "bob, revoked a second later" valid bob1.bin "${C[@]}" --crl bob.crl --time $((now - 1))
both "bob, and a CRL out of date" "revoked-certificate 431" bob.bin "${C[@]}" --crl bob.crl --time $((now + 99))
far=$(date -u -d 2041-01-01T00:00:00Z +%s)
both "a certificate that has expired, before stale" "expired-certificate 431" good.bin "${C[@]}" --time "$far"
both "a certificate that is not yet valid" "expired-certificate 431" good.bin "${C[@]}" --time 1
# step 8
edit length.bin '.attributes[2].value[1].hex |= .[2:]'
both "DIGEST of 255 octets" "bad-digest-length 431" length.bin "${C[@]}"
edit digest.bin '.attributes[2].value[1].hex |= "ff" * 256'
both "DIGEST of a number that is no less than the modulus" "bad-digest 431" digest.bin "${C[@]}"
reload-sign --quiet --tbs "${alice_signs[@]}" --time $now -o tbs <<<"${example[PEER-SEARCH]}"
openssl dgst -sha256 -sign alice.key -out sha256.sig tbs
make sha256.bin --cert alice.crt --attach sha256.sig <<<"${example[PEER-SEARCH]}"
both "RSA over SHA-256" "bad-digest 431" sha256.bin "${C[@]}"
openssl dgst -sha1 -sign alice.key -out sha1.sig tbs
make sha1.bin --cert alice.crt --attach sha1.sig <<<"${example[PEER-SEARCH]}"
both "RSA over SHA-1, by openssl" valid sha1.bin "${C[@]}"
openssl dgst -sha1 -binary tbs | openssl pkeyutl -sign -inkey alice.key -out bare.sig
make bare.bin --cert alice.crt --attach bare.sig <<<"${example[PEER-SEARCH]}"
both "no DigestInfo around the hash (D13)" "bad-digest 431" bare.bin "${C[@]}"
{ printf '301f300706052b0e03021a0414'; openssl dgst -sha1 -binary tbs | hex; } | xxd -r -p |
    openssl pkeyutl -sign -inkey alice.key -out loose.sig
make loose.bin --cert alice.crt --attach loose.sig <<<"${example[PEER-SEARCH]}"
both "a DigestInfo without NULL (D13)" "bad-digest 431" loose.bin "${C[@]}"
# step 9
jq -c ".header.source_id = \"$bob\"" <<<"${example[PEER-SEARCH]}" | make id.bin "${alice_signs[@]}"
both "another Source ID" "peer-id-mismatch 431" id.bin "${C[@]}"
jq -c ".header.source_id = \"$bob\" | .attributes[0].value[0].value = \"$bob\"" <<<"${example[PEER-JOIN]}" |
    make id.bin "${alice_signs[@]}"
both "another's Peer-ID in a PEER-JOIN" "peer-id-mismatch 493" id.bin "${C[@]}"
jq -c '.header.overlay = "00000001"' <<<"${example[PEER-SEARCH]}" | make id.bin "${alice_signs[@]}"
both "a Peer-ID of another overlay" "peer-id-mismatch 431" id.bin "${C[@]}"
jq -c '.header.overlay = "00000000"' <<<"${example[PEER-JOIN]}" | make id.bin "${alice_signs[@]}"
both "a PEER-JOIN request with Overlay 0" valid id.bin "${C[@]}"
# step 12: D21
sign=("${alice_signs[@]}")
jq -c '.attributes[1].value[0].value = "bob@example.com"' <<<"${example[RESOURCE-PUT]}" | make key.bin "${alice_signs[@]}"
both "another's KEY" "resource-key-mismatch 431" key.bin "${C[@]}"
jq -c '.attributes[1].value[0].value = "SIPS:alice@Example.COM"' <<<"${example[RESOURCE-PUT]}" | make key.bin "${alice_signs[@]}"
both "a KEY with a scheme and its host in another case" valid key.bin "${C[@]}"
jq -c 'del(.attributes[1].value[0])' <<<"${example[RESOURCE-PUT]}" | make key.bin "${alice_signs[@]}"
both "no KEY" "resource-key-mismatch 431" key.bin "${C[@]}"
resigned 'del(.attributes[1].value[-1])'
both "no certificate BODY" "missing-certificate 401" resigned.bin "${C[@]}"
resigned '.attributes[1].value[1].value[0].value = "sip:mallory@10.9.9.9"'
both "a changed BODY" "bad-digest 431" resigned.bin "${C[@]}"
body_of() # DER...: certificate BODYs, as JSON
{
    local der
    for der; do
        printf '{"type":"RESOURCE-INFO.BODY","value":[{"type":"RESOURCE-INFO.BODY.CERTIFICATE","hex":"%s"}]}' "$(hex <"$der")"
    done | jq -cs .
}
for name in bob stranger; do
    openssl x509 -in $name.crt -outform DER -out $name.der
done
resigned ".attributes[1].value |= .[:1] + $(body_of bob.der stranger.der) + .[1:]"
both "any certificate BODY will do" valid resigned.bin "${C[@]}"
resigned ".attributes[1].value |= .[:-1] + $(body_of stranger.der bob.der short.der)"
both "none will do: the one that got furthest" "bad-digest 431" resigned.bin "${C[@]}"
resigned ".attributes[1].value |= .[:-1] + $(body_of short.der stranger.der behind.der)"
both "none will do: untrusted got further than bad" "untrusted-certificate 431" resigned.bin "${C[@]}"

# ---- replay and pairing (D25) ----

# later DESCRIPTION WANTED FILE "BEFORE..." NAME=VALUE...: the verdict on FILE with these messages before it
later()
{
    local before
    read -ra before <<<"$4"
    cat "${before[@]}" >before.bin
    second "$1" "$2" "$3" RELOAD_TIME=$now RELOAD_SECURITY=CERTS RELOAD_CA=ca/ca.crt RELOAD_BEFORE=before.bin "${@:5}"
}
# counted FILE BOOT-TIME COUNTER
counted()
{
    jq -c ".header.transaction_id = \"$(printf '%08x%08x' "$2" "$3")\"" <<<"${example[PEER-SEARCH]}" |
    make "$1" "${alice_signs[@]}"
}
boot=$((now - 1000))
counted c100.bin $boot 100
counted c36.bin $boot 36
counted c35.bin $boot 35
counted c101.bin $boot 101
counted earlier.bin $((boot - 1)) 200
counted new-boot.bin $((boot + 1)) 0
counted boot-ahead.bin $((now + 301)) 0
counted boot-skew.bin $((now + 300)) 0
R=RELOAD_REPLAY=1
later "seen before" "replay 431" c100.bin c100.bin $R
later "seen before, and no replay protection" valid c100.bin c100.bin
later "64 below the highest" valid c36.bin c100.bin $R
later "64 below the highest, twice" "replay 431" c36.bin "c100.bin c36.bin" $R
later "65 below the highest" "replay 431" c35.bin c100.bin $R
later "one more" valid c101.bin c100.bin $R
later "seen before, others between" "replay 431" c100.bin "c100.bin c101.bin" $R
later "an earlier boot time" "replay 431" earlier.bin c100.bin $R
later "a later boot time" valid new-boot.bin c100.bin $R
later "a later boot time leaves the earlier one behind" "replay 431" c101.bin "c100.bin new-boot.bin" $R
later "a boot time ahead of TIMESTAMP and skew" "replay 431" boot-ahead.bin empty.bin $R
later "a boot time ahead of TIMESTAMP, within the skew" valid boot-skew.bin empty.bin $R
later "a boot time ahead, and no skew limit" valid boot-ahead.bin empty.bin $R RELOAD_MAX_SKEW=none
edit forged.bin '.attributes[1].value[1].hex |= "00" + .[2:]' c101.bin
later "a forgery leaves nothing behind" valid c101.bin forged.bin $R
later "garbage and messages cut short before it" valid c101.bin "behind.der c100.bin cut.bin" $R
make reply.bin "${alice_signs[@]}" --reply-to c100.bin --code 200 </dev/null
P=RELOAD_PAIR=1
later "a response to a request" valid reply.bin c100.bin $P
later "a response to nothing" unmatched-response reply.bin empty.bin $P
later "a response to another request" unmatched-response reply.bin c101.bin $P
edit forged.bin '.attributes[1].value[1].hex |= "00" + .[2:]' c100.bin
later "a response to a request of any verdict" valid reply.bin forged.bin $P
edit overlay1.bin '.header.overlay = "00000001"' c100.bin
later "a response to a request of another Overlay" unmatched-response reply.bin overlay1.bin $P
edit overlay0.bin '.header.overlay = "00000000"' c100.bin
later "a response to a PEER-SEARCH request with Overlay 0" unmatched-response reply.bin overlay0.bin $P
edit overlay0.bin '.header |= (.overlay = "00000000" | .method = "PEER-JOIN")' c100.bin
reload-dump -f json reply.bin | jq -c '.header.method = "PEER-JOIN"' | make joined.bin "${alice_signs[@]}"
later "a PEER-JOIN response to a PEER-JOIN request with Overlay 0" valid joined.bin overlay0.bin $P
later "another one to it" unmatched-response reply.bin overlay0.bin $P
later "requests are not paired" valid c101.bin empty.bin $P

# ---- self-signed identities (D28) ----

# self_signed NAME: a key and a certificate of its own for alice
self_signed()
{
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1.key" -subj "/CN=$1" -days 1 \
        -addext "subjectAltName=URI:reload://$alice@chat/,email:alice@example.com" -out "$1.crt" 2>/dev/null || bail_out "openssl makes no $1"
}
self_signed one
self_signed two
for name in one two; do
    make $name.bin --key $name.key --cert $name.crt <<<"${example[PEER-SEARCH]}"
    make $name-put.bin --key alice.key --cert alice.crt --resource-key $name.key --resource-cert $name.crt <<<"${example[RESOURCE-PUT]}"
    make $name-both.bin --key $name.key --cert $name.crt <<<"${example[RESOURCE-PUT]}"
done
pin() { later "$1" "$2" "$3" "$4" RELOAD_CA= RELOAD_PIN=1 "${@:5}"; }
pin "a self-signed identity" pinned one.bin empty.bin
pin "the same again" pinned one.bin one.bin
pin "another key" "pin-mismatch 431" two.bin one.bin
pin "another key, whatever was rejected between" "pin-mismatch 431" two.bin "one.bin two.bin"
edit forged.bin '.attributes[1].value[1].hex |= "00" + .[2:]' one.bin
pin "a forgery leaves no pin" pinned two.bin forged.bin
pin "a CA's certificate" "untrusted-certificate 431" good.bin empty.bin
pin "a key too small" "weak-key 431" one.bin empty.bin RELOAD_MIN_RSA_BITS=3072
pin "validity is not looked at, but TIMESTAMP is" "stale 431" one.bin empty.bin RELOAD_TIME="$far"
pin "a Peer-ID that it does not name" "peer-id-mismatch 431" <(jq -c ".header.source_id = \"$bob\"" <<<"${example[PEER-SEARCH]}" |
    reload-sign --quiet --force --time $now --key one.key --cert one.crt) empty.bin
pin "a user and a peer" pinned one-both.bin empty.bin
pin "a KEY's certificate that is not self-signed is another's" "untrusted-certificate 431" one-put.bin empty.bin
make three.bin --key one.key --cert one.crt --resource-key two.key --resource-cert two.crt <<<"${example[RESOURCE-PUT]}"
pin "a KEY's other key" "pin-mismatch 431" three.bin one-both.bin
jq -c '.attributes[1].value[0].value = "sip:alice@EXAMPLE.com"' <<<"${example[RESOURCE-PUT]}" |
    make four.bin --key one.key --cert one.crt --resource-key two.key --resource-cert two.crt
pin "a KEY's other key, the KEY in another spelling" "pin-mismatch 431" four.bin one-both.bin
later "without D28, nobody trusts it" "untrusted-certificate 431" one.bin empty.bin

# ---- what could not be judged ----

cannot()
{
    t "$1" 2 '' '~verifier\.py: .+' env "${@:2}" "$second"
}
cannot "no policy"
cannot "an unknown algorithm" RELOAD_SECURITY=RSA
cannot "HMAC without a secret" RELOAD_SECURITY=HMAC
cannot "a secret that is not hex" RELOAD_SECURITY=HMAC RELOAD_SECRET=xyz
cannot "no such file" RELOAD_SECURITY=CERTS RELOAD_CA=missing
cannot "a file without a certificate" RELOAD_SECURITY=CERTS RELOAD_CA=alice.key
cannot "a CRL that is none" RELOAD_SECURITY=CERTS RELOAD_CA=ca/ca.crt RELOAD_CRL=ca/ca.crt
for name in TIME MAX_SKEW MIN_RSA_BITS DHT HASH; do
    cannot "RELOAD_$name=x" RELOAD_SECURITY=NONE RELOAD_$name=x
    cannot "RELOAD_$name=-1" RELOAD_SECURITY=NONE RELOAD_$name=-1
done
cannot "RELOAD_PIN=yes" RELOAD_SECURITY=NONE RELOAD_PIN=yes
mkdir bin
python=$(python3 -c "import sys; print(sys.executable)")
t "no openssl" 2 '' '~verifier\.py: openssl: .*' \
    env PATH="$PWD/bin" RELOAD_SECURITY=CERTS RELOAD_CA=ca/ca.crt "$python" "$second" <good.bin
done_testing
