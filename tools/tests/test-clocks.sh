#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c
# Clocks (D35): a machine's clock before 1970 or after 2106, and a zone with leap seconds.
#
#   RELOAD_FAKE_CLOCK  the library fake-clock
. "$(dirname "$0")/tap.bash"

[ -r "${RELOAD_FAKE_CLOCK:?is not set: the library fake-clock}" ] || bail_out "$RELOAD_FAKE_CLOCK is missing"
# at SECONDS COMMAND...: runs the command with the clock at that time
at()
{
    FAKE_CLOCK=$1 LD_PRELOAD=$RELOAD_FAKE_CLOCK ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 "${@:2}"
}
over=4294967296 # the first second that does not fit 32 bits
when=1183896000 # 2007-07-08T12:00:00Z
unfit='outside 1970 to 2106-02-07T06:28:15Z, the range of 32 bits'
cp "$TESTDATA/hmac.secret" secret
chmod 600 secret
secret=(--secret secret)
certs=(--key owner.key --cert owner.crt)

reload-sign --example PEER-SEARCH >search.json
reload-keygen self-signed -q --overlay chat --bits 1024 --seed 00 --peer-id "$alice" --not-before 0 --not-after 253402300799 -o owner
jq -c ".header.source_id = \"$alice\"" search.json >own.json

# timestamp FILE: the TIMESTAMP of a message's SIGNATURE
timestamp()
{
    reload-dump -f json "$1" | jq '.attributes[] | select(.type == "SIGNATURE") | .value[] | select(.type == "SIGNATURE.TIMESTAMP" or .type == "TIMESTAMP") | .value'
}

# ---- signing ----

t "CERTS: the last second that fits is signed" 0 '' '' at $((over - 1)) reload-sign "${certs[@]}" own.json -o last.bin
is "$(timestamp last.bin)" $((over - 1)) "CERTS: the TIMESTAMP is the last second that fits"
refused() # DESCRIPTION SECONDS DATE OPTION...
{
    t "$1" 4 '' "=reload-sign: own.json: offset 0: message 1: refused: TIMESTAMP is $3, $unfit" at "$2" reload-sign "${@:4}" own.json
}
refused "CERTS: a clock after 2106 is refused" $over 2106-02-07T06:28:16Z "${certs[@]}"
refused "CERTS: a clock before 1970 is refused" -1 1969-12-31T23:59:59Z "${certs[@]}"
refused "CERTS: a clock whose low 32 bits are a usual time is refused" $((over + when)) 2143-08-14T18:28:16Z "${certs[@]}"
refused "CERTS: --boot-time does not replace the TIMESTAMP" $over 2106-02-07T06:28:16Z "${certs[@]}" --boot-time 1
refused "CERTS: --force does not make it fit" $over 2106-02-07T06:28:16Z "${certs[@]}" --force
refused "HMAC --timestamp: a clock after 2106 is refused" $over 2106-02-07T06:28:16Z "${secret[@]}" --timestamp
refused "a refused message uses no counter" $over 2106-02-07T06:28:16Z "${certs[@]}" --counter-file counter
ok "a refused message leaves the counter's file empty" test ! -s counter
t "HMAC without a TIMESTAMP is signed after 2106" 0 '*' '' at $over reload-sign "${secret[@]}" own.json
t "NONE: a message is completed before 1970" 0 '*' '' at -1 reload-sign --none own.json
t "--time replaces the clock" 0 '' '' at $over reload-sign "${certs[@]}" --time $when own.json -o own.bin
is "$(timestamp own.bin)" $when "--time is the TIMESTAMP"
for option in time boot-time; do
    t "usage: --$option $over" 2 '' "~reload-sign: --$option: .*32 bits"$'\n'"Try 'reload-sign --help'\\." reload-sign "${certs[@]}" --$option $over own.json
done

# ---- verifying ----

verdict() # DESCRIPTION SECONDS STATUS REGEX OPTION...: the verdict on own.bin
{
    t "$1" "$3" "~own.bin: .*: $4" '' at "$2" reload-verify "${@:5}" own.bin
}
self=(--pin pins --min-rsa-bits 1024)
verdict "a clock before 1970: the message is of the future" -1 1 'invalid: future .*13702 days 12 h after the time of checking.*' "${self[@]}"
verdict "a clock whose low 32 bits fit: the message is stale" $((over + when)) 1 "invalid: stale .*$((over / 86400)) days [0-9]* h before the time of checking.*" "${self[@]}"
verdict "a clock far before 1970: the message is of the future" -9223372036854775808 1 'invalid: future .*' "${self[@]}"
verdict "a clock far after 2106: the message is stale" 9223372036854775807 1 'invalid: stale .*' "${self[@]}" --max-skew 4294967295
verdict "a clock after 2106 with a skew beyond it" $((over + when - 1)) 0 'pinned.*' "${self[@]}" --max-skew 4294967295

# pinned SECONDS FILE: the time at which a pin was stored, in a new file
pinned()
{
    at "$1" reload-verify --min-rsa-bits 1024 --max-skew none --pin "$2" own.bin >run/pinned 2>&1
    grep -aoE '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z' "$2"
}
is "$(pinned -1 pins.1969)" 1969-12-31T23:59:59Z "a pin stored before 1970 has that time"
is "$(pinned $over pins.2106)" 2106-02-07T06:28:16Z "a pin stored after 2106 has that time"

# ---- issuing ----

dates=(--not-before 2020-01-01T00:00:00Z --not-after 2040-01-01T00:00:00Z)
reload-keygen ca -q --overlay chat --bits 1024 --seed 01 "${dates[@]}" -o ca
reload-keygen request -q --bits 1024 --seed 02 --user bob@example.com -o bob
reload-keygen issue -q --ca ca --request bob.csr --user bob@example.com --peer-id "$alice" "${dates[@]}" -o bob
reload-sign --key bob.key --cert bob.crt --time $when own.json -o bob.bin
t "a clock before 1970 is before a certificate's validity" 1 '~bob.bin: .*: invalid: expired-certificate .*' '~.*not yet valid: notBefore .*' \
    at -1 reload-verify --ca ca/ca.crt --min-rsa-bits 1024 --max-skew none bob.bin
cp ca/index index.before
serial=$(grep -v '^#' ca/index | cut -f 1)
early() # COMMAND OPTION ARGUMENT...
{
    t "$1 with a clock before 1970 is refused" 4 '' "=reload-keygen $1: the clock is at 1969-12-31T23:59:59Z, out of range (1970 to 9999); --$2 is required" \
        at -1 reload-keygen "$1" -q "${@:3}"
}
early ca not-before --overlay chat --bits 1024 -o late
early self-signed not-before --overlay chat --bits 1024 -o late
early issue not-before --ca ca --request bob.csr --user carol@example.com -o late
early revoke time --ca ca --serial "$serial"
early crl time --ca ca -o late.crl
ok "refused calls leave no file" bash -c '[ ! -e late ] && [ ! -e late.key ] && [ ! -e late.crt ] && [ ! -e late.crl ]'
same ca/index index.before "refused calls leave the index as it was"
for clock in -1 253402300800; do
    t "a CA is taken over with the clock at $clock" 0 '' '~.*' at $clock reload-keygen ca --overlay chat --key ca/ca.key --cert ca/ca.crt -o taken$clock
    cp -r ca old$clock
    t "a CA is succeeded with the clock at $clock" 0 '' '' at $clock reload-keygen ca -q --succeed old$clock --bits 1024 "${dates[@]}" -o next$clock
    for made in taken next; do
        is "$(openssl crl -in $made$clock/overlay.crl -noout -lastupdate)" "lastUpdate=Jan  1 00:00:00 2020 GMT" \
            "$made$clock: its first CRL is valid from the CA's beginning"
    done
done
t "a certificate from 9999 on, without --not-after, is refused" 4 '' '~reload-keygen self-signed: .*date out of range \(1970 to 9999\)' \
    at 253402300799 reload-keygen self-signed -q --overlay chat --bits 1024 --seed 03 -o late
t "revoke with a clock after 2106 is accepted" 0 '' '' at $over reload-keygen revoke --quiet --ca ca --serial "$serial"
ok "the index has the date after 2106" grep -q "	2106-02-07T06:28:16Z	" ca/index
t "a CRL after 2106 is made" 0 '' '' at $over reload-keygen crl --ca ca -o late.crl
is "$(openssl crl -in late.crl -noout -lastupdate -nextupdate)" "lastUpdate=Feb  7 06:28:16 2106 GMT
nextUpdate=May  8 06:28:16 2106 GMT" "the CRL has the dates after 2106"

# ---- a zone with leap seconds ----

# RFC 8536, version 1: one type of local time, UTC, and one leap second record, 23 s from 1980 on
{
    printf 'TZif'
    printf '\0%.0s' {1..16}
    printf '\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\4'
    printf '\0\0\0\0\0\0UTC\0'
    printf '\x12\xce\xa6\x00\0\0\0\x17'
} >zone
leap()
{
    TZ=:$work/zone "$@"
}
is "$(leap date -d @$when +%T)" 11:59:37 "the zone has 23 leap seconds"
times() # all that reads or writes a time, with the clock at $when
{
    at $when reload-sign "${certs[@]}" own.json | reload-dump | grep TIMESTAMP
    reload-sign "${certs[@]}" --time 2007-07-08T12:00:00Z own.json | reload-dump -f json | jq -c '.attributes[-1].value[0]'
    rm -rf zoned*
    at $when reload-keygen self-signed -q --overlay chat --bits 1024 --seed 03 -o zoned
    openssl x509 -in zoned.crt -noout -startdate -enddate
    reload-keygen self-signed -q --overlay chat --bits 1024 --seed 03 --not-before 2007-07-08T12:00:00Z --not-after 2050-01-01T00:00:00Z -o zoned2
    openssl x509 -in zoned2.crt -noout -startdate -enddate
    at $when reload-keygen crl --ca ca | openssl crl -noout -lastupdate -nextupdate
    pinned $when zoned.pins
    for seconds in $((when + 300)) $((when + 301)); do
        at $seconds reload-verify "${self[@]}" own.bin
    done
    reload-verify --time 2007-07-08T12:05:00Z "${self[@]}" own.bin
}
times >usual 2>&1
leap times >leaping 2>&1
ok "the times of the usual zone were shown" grep -q 2007-07-08T12:00:00Z usual
same leaping usual "a zone with leap seconds changes no time"
done_testing
