#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c
# Typical mistakes: each message names the object, the fault, what was found and expected, and the remedy. One process for each.
. "$(dirname "$0")/tap.bash"

# Files such as users have
cp -r "$TESTDATA/overlay" overlay
cp "$TESTDATA"/alice.* "$TESTDATA/section-4.1.json" .
install -m 600 "$TESTDATA/hmac.secret" secret
chmod 600 alice.key overlay/ca.key
ca=overlay/ca.crt
put=$TESTDATA/section-4.1.hmac.bin
signed=$TESTDATA/section-4.1.certs.bin
json=section-4.1.json
stamp=946702799 # of both
printf 'other\n' >other
chmod 600 other

# mistake DESCRIPTION STATUS WORDS COMMAND...: the tool exits with STATUS, and prints all of WORDS, which "|" separates. After a usage error
# standard output is empty, and the last line points to --help.
mistake()
{
    local description=$1 expected=$2 words bad=() text word
    IFS='|' read -r -a words <<<"$3"
    shift 3
    run "$@"
    text=$(<"$errors")$'\n'$(tr -d '\000' <"$output")
    [ "$status" = "$expected" ] || bad+=("status $status, expected $expected")
    for word in "${words[@]}"; do
        [[ $text == *"$word"* ]] || bad+=("missing: $word")
    done
    if [ "$expected" = 2 ]; then
        [ ! -s "$output" ] || bad+=("standard output is not empty")
        [[ $(<"$errors") == *"Try 'reload-"*" --help'." ]] || bad+=("no pointer to --help")
    fi
    if [ ${#bad[@]} -eq 0 ]; then
        pass "$description"
    else
        fail "$description" "command: $*" "${bad[@]}" "output: ${text:0:1500}"
    fi
}

# ---- Names of options, commands and words ----

mistake "an option with two letters exchanged" 2 'unknown option --explian (did you mean --explain?)' reload-verify --explian
mistake "an option with a letter missing" 2 'unknown option --secrt (did you mean --secret?)' reload-sign --secrt secret
mistake "an option in capitals" 2 'unknown option --JSON (did you mean --json?)' reload-verify --JSON
mistake "the middle of an option" 2 'unknown option --skew (did you mean --max-skew?)' reload-verify --skew=5
mistake "an option that another tool has, with a letter more" 2 'unknown option --certs (did you mean --cert?)' reload-sign --certs=x
mistake "an option that another program has" 2 'unknown option --password' reload-sign --password x
for option in certs diff meta tbs attach example mutate reply-to strip timestamp check-all explain lint pair pin rejects replay report summary; do
    run reload-keygen id --$option
    other=$(sed -n "1s/^reload-keygen id: unknown option --$option (\\(reload-[a-z]*\\) has it)$/\\1/p" "$errors")
    run "${other:-no-tool}" --help
    ok "the tool that has --$option is named" grep -q "^  .*--${option}[ =]" "$output"
done
mistake "an unknown letter" 2 'unknown option -z' reload-dump -z
mistake "an abbreviation of several options" 2 'option --re is ambiguous: --resource-key, --resource-cert, --resign-bodies, --reply-to' \
    reload-sign --re
mistake "an option without its argument" 2 'option --secret requires an argument: FILE' reload-verify --secret
mistake "an argument of an option that takes none" 2 'option --json takes no argument' reload-verify --json=yes
mistake "a mistyped command" 2 'unknown command "isue" (did you mean issue?)' reload-keygen isue
mistake "no command" 2 'a command is required: |issue|secret' reload-keygen
mistake "a command of another program" 2 'unknown command "genrsa"|expected one of secret' reload-keygen genrsa
mistake "a mistyped form" 2 '--format: "jsno" is unknown (did you mean json?)|text, line' reload-dump -f jsno
mistake "a form that the tool lacks" 2 '--format: "yaml" is unknown, expected one of' reload-dump -f yaml
mistake "a mistyped method" 2 '"RESOURCE-PUTT" is unknown (did you mean RESOURCE-PUT?)' reload-sign --example=RESOURCE-PUTT
mistake "the short name of a method" 2 '"PUT" is unknown (did you mean RESOURCE-PUT?)' reload-sign --example=PUT
mistake "a mistyped DHT" 2 '--dht: "chord" is unknown (did you mean Chord1.0?)' reload-verify --none --dht=chord
mistake "an unknown hash" 2 '--hash: "MD5" is unknown, expected SHA-1' reload-verify --none --hash=MD5
mistake "a word of an option" 2 '--color: "yes" is unknown|auto, always, never' reload-dump --color=yes
mistake "a file whose name begins with -" 2 '-put.bin is a file|write ./-put.bin, or -- before' bash -c 'cp "$1" ./-put.bin; exec -a reload-dump "$2" -put.bin' \
    reload-dump "$put" "$RELOAD_TOOLS/reload-dump"
rm -f ./-put.bin
# The first letter is that of an option with an argument, or of --help.
for name in -overlay.json -secret.bin -h.bin -in; do
    cp "$put" "./$name"
    mistake "the file $name" 2 "$name is a file|write ./$name, or -- before" reload-verify --none "$name"
    rm "./$name"
done
cp "$put" ./-secret
mistake "an option's argument may begin with -" 4 '-secret' reload-verify --secret -secret -o -secret "$put"
rm ./-secret

for option in --secret --ca --profile --pin --report --output; do
    mistake "a variable that is not set, for $option" 2 "$option: the name is empty, expected FILE" reload-verify "$option=" "$put"
done
mistake "a variable that is not set, for a CA's folder" 2 '--ca: the name is empty, expected DIR' reload-keygen list --ca ''
mistake "a variable that is not set, for a new folder" 2 '--output: the name is empty, expected DIR' reload-keygen ca --overlay=chat -o ''
mistake "a variable that is not set, for an operand" 2 'operand 2 is an empty name, expected FILE' reload-dump "$put" ''

# ---- Times, spans, numbers and digits ----

mistake "a time in another notation" 2 '--time: "08/07/2007" is not a time: expected seconds|2007-07-08T12:00:00Z' \
    reload-verify --none --time=08/07/2007
mistake "a date that does not exist" 2 '--time: "2007-02-30" is not a time' reload-verify --none --time=2007-02-30
mistake "a word for a time" 2 '--time: "yesterday" is not a time|now|-5m' reload-verify --none --time=yesterday
mistake "a span after a time without its unit" 2 '--time: "now+5" is not a time' reload-verify --none --time=now+5
mistake "a TIMESTAMP beyond 32 bits" 2 '2107-01-01|1970 to 2106-02-07T06:28:15Z, the range of 32 bits' reload-sign --secret=secret --time=2107-01-01
mistake "a span with an unknown unit" 2 '--max-skew: "5min" is not a span: expected seconds, or a number with s, m, h, d, w or y' \
    reload-verify --secret=secret --max-skew=5min
mistake "a span with a sign" 2 '--max-skew: "-5" is not a span' reload-verify --secret=secret --max-skew=-5
mistake "a span beyond 32 bits" 2 '"200y" is 6307200000 s, expected at most 4294967295 s' reload-verify --secret=secret --max-skew=200y
# Each option that takes a time or a span according to --help accepts each notation. If a call repeats the option, the last value counts.
times=(now+90d 2007-07-08 2007-07-08T12:00:00Z 2007-07-08+2w now-1y 1183896000 now)
spans=(2w 30d 12h 5m 90s 1y 1209600)
mapfile -t commands < <(reload-keygen frobnicate 2>&1 | sed -n 's/,//g; s/.*expected one of //p' | tr ' ' '\n' | sed 's/^/reload-keygen /')
: >timed
for command in reload-verify reload-sign reload-dump "${commands[@]}"; do
    # shellcheck disable=SC2086 # a tool and its command
    mapfile -t options < <($command --help | sed -n 's/^  .*\(--[a-z-]*\)=\(TIME\|SPAN\)\( .*\)\{0,1\}$/\2 \1/p')
    for option in "${options[@]}"; do
        echo "$command $option" >>timed
        values=("${times[@]}") wrong=now+5 kind="a time"
        [[ $option == TIME* ]] || values=("${spans[@]}") wrong=5min kind="a span"
        option=${option#* }
        # shellcheck disable=SC2086
        run $command "${values[@]/#/$option=}" --frobnicate
        is "$(head -n 1 "$errors")" "$command: unknown option --frobnicate" "$command $option takes each notation of $kind"
        # shellcheck disable=SC2086
        mistake "$command $option: another notation" 2 "$option: \"$wrong\" is not $kind" $command "$option=$wrong"
    done
done
is "$(wc -l <timed)" 14 "the options that take a time or a span"

mistake "a number out of range" 2 '--min-rsa-bits: "512" is not an integer from 1024 to 8192' reload-verify --ca=$ca --min-rsa-bits=512
mistake "a word for a number" 2 '--max-message: "big" is not an integer' reload-dump --max-message=big
mistake "too few hex digits" 2 '--peer-id: "463ac413" has 8 digits, expected 40 hex digits' reload-sign --none --peer-id=463ac413
mistake "hex digits with 0x" 2 '--transaction-id: "0x386d157b" is not 16 hex digits' reload-sign --none --transaction-id=0x386d157b
mistake "a response code out of range" 2 '--code: "42" is not an integer from 100 to 799' reload-sign --none --reply-to=x --code=42
mistake "an empty overlay name" 2 '--overlay: the name is empty' reload-verify --none --overlay=

# ---- Standard input, which can be read only once ----

t "--secret - of reload-verify" 0 '~.*: RESOURCE-PUT request: valid' '' bash -c 'exec reload-verify --secret - --time "$2" "$1" <secret' - "$put" $stamp
t "--secret - of reload-sign" 0 '~.*: RESOURCE-PUT request: valid' '' \
    bash -c 'reload-sign --secret - "$1" <secret | reload-verify --secret secret' - $json
t "--key - of reload-sign" 0 "@$signed" '' bash -c 'reload-sign --key - --cert alice.crt --time "$2" -o - "$1" <alice.key' - $json $stamp
openssl rsa -in alice.key -aes256 -traditional -passout pass:words -out locked.key 2>/dev/null
t "--passphrase-file - of reload-sign" 0 "@$signed" '' \
    bash -c 'echo words | reload-sign --key locked.key --passphrase-file - --cert alice.crt --time "$2" -o - "$1"' - $json $stamp
t "--passphrase-file - of reload-keygen" 0 '' '*' bash -c 'echo words | reload-keygen ca --overlay chat -o piped --bits 1024 --passphrase-file -'
ok "it encrypts the key" grep -q ENCRYPTED piped/ca.key
t "--passphrase-file - for two keys" 0 "@$signed" '' bash -c 'echo words | reload-sign --key locked.key --cert alice.crt --resource-key locked.key \
    --resource-cert alice.crt --passphrase-file - --time "$2" -o - "$1"' - $json $stamp
t "--passphrase-file - for a CA's key and its successor's" 0 '' '*' \
    bash -c 'echo words | reload-keygen ca --succeed piped -o piped2 --bits 1024 --passphrase-file -'
ok "it encrypts the successor's key" grep -q ENCRYPTED piped2/ca.key
t "--key - of reload-keygen" 0 '' '' bash -c 'reload-keygen self-signed --key - --overlay chat --user bob@example.com -o bob <alice.key'
t "an error has the name -" 4 '' "=reload-verify: -: an empty secret; 'reload-keygen secret --output=FILE' makes a secret" bash -c 'exec reload-verify --secret - "$1" </dev/null' - "$put"
printf 'other\n' >./-
t "a file named - is ./-" 1 '~.*bad-digest.*' '*' reload-verify --secret ./- --time $stamp "$put"
rm ./-
mistake "--secret - without a file" 2 '--secret=- requires an input FILE: standard input can be read only once' reload-verify --secret=-
mistake "--secret - without a file: reload-sign" 2 '--secret=- requires an input FILE' reload-sign --secret=-
mistake "--secret - beside the file -" 2 '--secret=- cannot be combined with the operand "-"' reload-verify --secret=- "$put" -
mistake "--secret - beside /dev/stdin" 2 '--secret=- cannot be combined with the operand "/dev/stdin"' reload-sign --secret=- /dev/stdin
mistake "--secret - twice" 2 '--secret=- cannot be repeated: standard input can be read only once' reload-verify --secret=- --secret=- "$put"
mistake "two keys in standard input" 2 '--key=- cannot be combined with --cert=/dev/fd/0: standard input can be read only once' \
    reload-sign --key=- --cert=/dev/fd/0 $json
mistake "a key and a request in standard input" 2 '--key=- cannot be combined with --reply-to=-' \
    reload-sign --key=- --cert=alice.crt --reply-to=- --code=200
mistake "a key and its passphrase in standard input" 2 '--key=- cannot be combined with --passphrase-file=-' \
    reload-keygen self-signed --key=- --passphrase-file=- --overlay=chat --user=bob@example.com -o x

# ---- Options that cannot be combined ----

mistake "a command without its CA" 2 '--ca is required' reload-keygen issue -o x
mistake "neither of two options, one of which is required" 2 '--overlay or --succeed is required' reload-keygen ca -o x
mistake "none of several options, one of which is required" 2 'one of --resource, --address, --uuid or --overlay is required' reload-keygen id
mistake "no security algorithm is specified" 2 'one of --secret, --ca, --pin, --none or --profile is required' reload-verify "$put"
mistake "two algorithms" 2 '--secret, --ca, --pin and --none cannot be combined' reload-verify --secret=secret --ca=$ca "$put"
mistake "a CRL under HMAC" 2 '--crl requires --ca or --profile' reload-verify --secret=secret --crl=x "$put"
mistake "a CRL under HMAC, with a profile" 2 '--crl cannot be combined with --secret' \
    reload-verify --secret=secret --profile=x --crl=x "$put"
mistake "intermediates under HMAC" 2 '--intermediates requires --ca or --profile' reload-verify --secret=secret --intermediates=x "$put"
mistake "a CRL with pins" 2 '--crl requires --ca or --profile' reload-verify --pin=pins --crl=x "$put"
mistake "a key size under HMAC" 2 '--min-rsa-bits requires --ca, --pin or --profile' reload-verify --secret=secret --min-rsa-bits=2048 "$put"
mistake "SHA-1 certificates under NONE" 2 '--allow-sha1-certs requires --ca or --profile' reload-verify --none --allow-sha1-certs "$put"
mistake "replays under HMAC" 2 '--replay requires --ca, --pin or --profile' reload-verify --secret=secret --replay "$put"
mistake "replay state under NONE" 2 '--replay-state requires --ca, --pin or --profile' reload-verify --none --replay-state=x "$put"
mistake "a number of peers without replays" 2 '--replay-peers requires --replay, --replay-state or --profile' \
    reload-verify --ca=$ca --replay-peers=5 "$put"
mistake "pairs under NONE" 2 '--pair cannot be combined with --none' reload-verify --none --pair "$put"
mistake "a skew under NONE" 2 '--max-skew cannot be combined with --none' reload-verify --none --max-skew=5m "$put"
printf '{"security": "NONE"}' >none.json
mistake "a CRL with a profile of NONE" 2 '--crl requires CERTS, but the security of none.json is NONE' \
    reload-verify --profile=none.json --crl=x "$put"
mistake "pairs with a profile of NONE" 2 '--pair requires HMAC or CERTS, but the security of none.json is NONE' \
    reload-verify --profile=none.json --pair "$put"
printf '{"security": 200}' >unknown.json
mistake "a profile's unknown algorithm" 2 'unknown.json: security is 200, which is unknown; one of --secret, --ca, --pin or --none is required' \
    reload-verify --profile unknown.json "$put"
mistake "a profile's unknown algorithm that the options override" 1 "unknown.json: warning: security is 200, but the options specify CERTS" \
    reload-verify --profile unknown.json --ca "$TESTDATA/overlay/ca.crt" "$put"
printf '{"security": "HMAC"}' >hmac.json
mistake "the secret of another overlay than the profile's" 1 "warning: security is CERTS, but the options specify HMAC|overlay-mismatch" \
    reload-verify --secret=secret --profile="$TESTDATA/overlay/overlay.json" "$put"
mistake "a profile of HMAC alone" 2 'hmac.json: security is HMAC, which requires --secret' reload-verify --profile=hmac.json "$put"
mistake "-v with JSON" 2 '--verbose cannot be combined with --json' reload-verify --none --json -v "$put"
mistake "nothing to sign with" 2 'one of --secret, --key, --none, --strip, --append-route-log or --example is required' reload-sign $json
mistake "a key without its certificate" 2 '--key requires --cert' reload-sign --key=alice.key $json
mistake "a certificate without its key" 2 '--cert requires --key, --tbs or --attach' reload-sign --cert=alice.crt $json
mistake "a secret and a key" 2 '--secret, --key and --none cannot be combined' reload-sign --secret=secret --key=alice.key --cert=alice.crt $json
mistake "a boot time under HMAC" 2 '--boot-time requires --cert' reload-sign --secret=secret --boot-time=1 $json
mistake "a counter under HMAC" 2 '--counter-file requires --cert' reload-sign --secret=secret --counter-file=x $json
mistake "a TIMESTAMP under CERTS, which has one" 2 '--timestamp requires --secret' reload-sign --key=alice.key --cert=alice.crt --timestamp $json
mistake "a TIMESTAMP under NONE, which has none" 2 '--time requires --secret or --cert' reload-sign --none --time=2007-07-08 $json
mistake "a boot time and a Transaction ID" 2 '--boot-time cannot be combined with --transaction-id' \
    reload-sign --key=alice.key --cert=alice.crt --boot-time=1 --transaction-id=386d157b00000000 $json
mistake "signatures of BODYs under NONE" 2 '--sign-bodies requires --secret or --cert' reload-sign --none --sign-bodies $json
mistake "a passphrase without a key" 2 '--passphrase-file requires --key or --resource-key' reload-sign --secret=secret --passphrase-file=x $json
mistake "a response without its code" 2 '--reply-to requires --code' reload-sign --none --reply-to=$json
mistake "a code without a request" 2 '--code requires --reply-to' reload-sign --none --code=200 $json
mistake "both steps of signing elsewhere" 2 '--tbs cannot be combined with --attach' reload-sign --secret=secret --tbs --attach=x $json
mistake "stripping with a secret" 2 '--strip cannot be combined with --secret' reload-sign --strip --secret=secret $json
mistake "indentation of binary" 2 '--pretty requires --format=json' reload-sign --none --pretty $json
mistake "an example of a file" 2 '--example cannot be combined with the operand' reload-sign --example=PEER-SEARCH $json
mistake "an example by force" 2 '--example cannot be combined with --force' reload-sign --example=PEER-SEARCH --force
mistake "an example's Length" 2 '--example cannot be combined with --max-message' reload-sign --example=PEER-SEARCH --max-message=9
mistake "indentation of text" 2 '--pretty requires --format=json' reload-dump --pretty "$put"
mistake "origins in text" 2 '--meta requires --format=json' reload-dump --meta "$put"
mistake "colours in binary" 2 '--color=always requires --format=text, line, ladder or annotated' reload-dump --color=always -f hex "$put"
mistake "a comparison of one file" 2 '--diff requires two files, not 1' reload-dump --diff "$put"
mistake "an operand that a command does not take" 2 'unexpected operand "x"' reload-keygen secret -o new x
mistake "binary on a terminal" 0 'binary octets are not written to a terminal: use --output=FILE or --format=json|status=2' \
    python3 -I "$(dirname "$0")/at-terminal.py" reload-sign --none $json

# ---- Files of the wrong kind ----

mistake "a file that is missing" 4 'missing.bin: No such file or directory' reload-dump missing.bin
mistake "a directory" 4 'overlay: Is a directory, expected RELOAD messages' reload-dump overlay
mistake "a CA's directory for its certificate" 4 'overlay: Is a directory, expected a certificate; use overlay/ca.crt, or --profile=overlay/overlay.json' \
    reload-verify --ca=overlay "$signed"
mistake "a CA's directory for its profile" 4 "overlay/: Is a directory, expected an overlay's profile; use overlay/overlay.json" \
    reload-verify --profile=overlay/ "$signed"
mistake "a CA's directory for its CRL" 4 'overlay: Is a directory, expected a CRL; use overlay/overlay.crl' \
    reload-verify --ca=$ca --crl=overlay "$signed"
mistake "a directory for a peer's certificate" 4 'overlay: Is a directory, expected a certificate' reload-sign --key=alice.key --cert=overlay $json
mistake "a directory for a key" 4 'overlay: Is a directory, expected a private key' reload-sign --key=overlay --cert=alice.crt $json
mistake "a directory for a secret" 4 'overlay: Is a directory, expected a shared secret' reload-sign --secret=overlay $json
mistake "a directory for a passphrase" 4 'overlay: Is a directory, expected a passphrase' \
    reload-sign --key=alice.key --cert=alice.crt --passphrase-file=overlay $json
mistake "a directory for a digest" 4 'overlay: Is a directory, expected a digest' reload-sign --cert=alice.crt --attach=overlay --time=$stamp $json
mistake "a directory for a counter" 4 'overlay: Is a directory, expected a counter file; a missing file is created' \
    reload-sign --key=alice.key --cert=alice.crt --counter-file=overlay $json
mistake "a directory for pins" 4 'overlay: cannot be opened: not a regular file; a missing file is created' reload-verify --pin=overlay "$signed"
mistake "a directory for a certificate request" 4 'overlay: Is a directory, expected a certificate request' \
    reload-keygen issue --ca=overlay --request=overlay --user=a@example.com -o x
mkdir folder
mistake "a folder without a CA for its certificate" 4 'folder: Is a directory, expected a certificate' reload-verify --ca=folder "$signed"
mistake "a folder without a CA" 4 "folder: not a CA's directory: overlay.json is missing; 'reload-keygen ca --overlay=NAME --output=folder' makes a CA" \
    reload-keygen issue --ca folder --user alice@example.com -o x
mistake "a CA's certificate for its folder" 4 'overlay/ca.crt: Not a directory; use --ca=overlay' \
    reload-keygen issue --ca overlay/ca.crt --user alice@example.com -o x
mistake "another file for a CA's folder" 4 "alice.crt: Not a directory, expected a CA's directory, as 'reload-keygen ca' makes it" reload-keygen list --ca alice.crt
mistake "a CA's certificate for its folder, in that folder" 4 'ca.crt: Not a directory; use --ca=.' \
    bash -c 'cd overlay && reload-keygen list --ca ca.crt' reload-keygen
mistake "PREFIX for a certificate" 4 'alice: No such file or directory; use alice.crt' reload-keygen revoke --ca overlay alice
mistake "PREFIX for a key" 4 'alice: No such file or directory; use alice.key' reload-sign --key=alice --cert=alice $json
mistake "a certificate that is missing" 4 'bob: No such file or directory' reload-verify --ca=bob "$signed"
mistake "a CA's folder that is missing" 4 "ca: No such file or directory; 'reload-keygen ca --overlay=NAME --output=ca' makes a CA" \
    reload-keygen issue --ca ca --user alice@example.com -o x
mistake "the secret itself for its file" 4 'rosebud: No such file or directory; --secret requires the name of a file that holds the secret' \
    reload-verify --secret=rosebud "$signed"
mistake "key and certificate swapped" 4 'alice.crt: a certificate, not a private key; it belongs to --cert or --ca' \
    reload-sign --key=alice.crt --cert=alice.key $json
mistake "the key for the certificate too" 4 'alice.key: a private key, not a certificate; it belongs to --key' \
    reload-sign --key=alice.key --cert=alice.key $json
mistake "a CA's key for its certificate" 4 'overlay/ca.key: a private key, not a certificate' reload-verify --ca=overlay/ca.key "$signed"
mistake "a certificate for a CRL" 4 'alice.crt: a certificate, not a CRL; it belongs to --cert or --ca' \
    reload-verify --ca=$ca --crl=alice.crt "$signed"
mistake "an index for a CRL" 4 'overlay/index: neither PEM nor DER, expected a CRL' \
    reload-verify --ca=$ca --crl=overlay/index "$signed"
mistake "a secret for a key" 4 'secret: neither PEM nor DER, expected a private key' reload-sign --key=secret --cert=alice.crt $json
printf 'hex:00112233' >hex.secret
mistake "a secret in hex for a certificate" 4 'hex.secret: a shared secret, not a certificate; it belongs to --secret' \
    reload-verify --ca=hex.secret "$signed"
mistake "a key for a secret" 1 'alice.key: warning: a private key, not a shared secret; all its octets are used as the secret' reload-verify --secret=alice.key "$put"
mistake "a certificate for a passphrase" 0 \
    'alice.crt: warning: a certificate, not a passphrase; all its octets are used as the passphrase|alice.key: not encrypted, so --passphrase-file has no effect' \
    reload-sign --key=alice.key --cert=alice.crt --passphrase-file=alice.crt $json
mistake "a compressed file for a passphrase" 4 'secret.gz: a NUL, which a passphrase cannot have' bash -c '
    head -c 20 /dev/zero | gzip -n >secret.gz && chmod 600 secret.gz
    reload-sign --key=locked.key --cert=alice.crt --passphrase-file=secret.gz section-4.1.json' reload-sign
reload-sign --example=PEER-SEARCH >search.json
for file in alice.crt:'a certificate' alice.key:'a private key' overlay/overlay.crl:'a CRL' a.gz:'compressed by gzip' "$json:a message as JSON"; do
    kind=${file#*:} file=${file%%:*}
    [ "$file" != a.gz ] || gzip -nc "$signed" >a.gz
    mistake "$kind for a digest" 4 "the attached digest has |, expected 256: it is $kind, not raw octets" \
        reload-sign --cert=alice.crt --attach="$file" --time=$stamp search.json
    mistake "$kind for pins" 4 "$file: $kind, not a database of reload-verify; a missing file is created" reload-verify --pin="$file" "$signed"
    mistake "$kind for a replay state" 4 "$file: $kind, not a database of reload-verify; a missing file is created" \
        reload-verify --ca=$ca --replay-state="$file" "$signed"
    mistake "$kind for a counter" 4 "$file: $kind, not a counter file: expected one line as reload-sign writes it; a missing file is created" \
        reload-sign --key=alice.key --cert=alice.crt --counter-file="$file" section-4.1.json
done
mistake "a large capture for a key" 4 'large.pcap: a capture (pcap), not a private key' bash -c '
    { printf "\324\303\262\241\2\0\4\0"; head -c 70000 /dev/zero; } >large.pcap && chmod 600 large.pcap
    reload-sign --key=large.pcap --cert=alice.crt section-4.1.json' reload-sign
mistake "a large file for a key" 4 'zeros: longer than 65536 octets, expected a private key' bash -c '
    head -c 70000 /dev/zero >zeros && chmod 600 zeros && reload-sign --key=zeros --cert=alice.crt section-4.1.json' reload-sign
mistake "a message for a profile" 4 'section-4.1.json: a message as JSON, not an overlay'"'"'s profile' reload-verify --profile=$json "$signed"
mistake "a certificate for a profile" 4 'ca.crt: a certificate, not an overlay'"'"'s profile' reload-verify --profile=$ca "$signed"
mistake "a message for a certificate" 4 'put.hex: a message as hex text, not a certificate' bash -c '
    xxd -p -c 0 "$1" >put.hex; exec -a reload-verify reload-verify --ca=put.hex "$1"' reload-verify "$put"
: >empty
mistake "an empty key" 4 'empty: empty, expected a private key' reload-sign --key=empty --cert=alice.crt $json
mistake "an empty secret" 4 "empty: an empty secret; 'reload-keygen secret --output=FILE' makes a secret" reload-sign --secret=empty $json
mistake "an empty message" 3 'empty: no message in it' reload-dump empty
mistake "a certificate for a message" 3 'a certificate, not a RELOAD message' reload-dump alice.crt
mistake "a profile for a message" 3 "an overlay's profile, not a message" reload-dump overlay/overlay.json
openssl x509 -in alice.crt -outform DER -out alice.der
mistake "a certificate in DER for a message" 3 'a certificate, not a RELOAD message' reload-dump alice.der
gzip -c $json >json.gz
mistake "a compressed message" 3 'compressed by gzip, not a RELOAD message; use gunzip -c FILE' reload-dump json.gz
printf '\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\5abcde' >dtls
mistake "a DTLS record" 3 'a DTLS record, not a RELOAD message; decrypt the connection first' reload-dump dtls
printf '\x17\3\3\0\5abcde' >tls-data
for file in json.gz:'compressed by gzip, not a RELOAD message; use gunzip -c FILE' dtls:'a DTLS record, not a RELOAD message; decrypt the connection first' \
    tls-data:'a TLS record, not a RELOAD message; decrypt the connection first' alice.crt:'a certificate, not a RELOAD message' \
    $json:'a message as JSON, expected binary; all messages of a file have one form' put.hex:'a message as hex text, expected binary; all'; do
    cat "$put" "${file%%:*}" "$put" >mixed
    mistake "${file%%:*} between messages" 3 "offset 396: message 2: |octets of garbage: ${file#*:}" reload-dump mixed
done
for row in hex:"$put":'a RELOAD message, expected hex text; omit --input=hex' hex:$json:'a message as JSON, expected hex text; omit --input=hex' \
    hex:json.gz:'compressed by gzip, not a RELOAD message; use gunzip -c FILE' json:"$put":'a RELOAD message, expected JSON; omit --input=json' \
    json:put.hex:'a message as hex text, expected JSON; omit --input=json' json:alice.crt:'a certificate, not a RELOAD message' \
    base64:"$put":'a RELOAD message, expected base64; omit --input=base64' base64:$json:'a message as JSON, expected base64; omit --input=base64'; do
    form=${row%%:*} row=${row#*:}
    mistake "$form: ${row#*:}" 3 "message 1: line 1, column |: ${row#*:}" reload-dump -i "$form" "${row%%:*}"
done
mistake "hex text with a fault" 3 'line 1, column 9: not a hex digit or white space' bash -c 'printf 52454c4fg | reload-dump -i hex' reload-dump
mistake "JSON with a fault" 3 'line 1, column 2: ' bash -c 'printf "{x}" | reload-dump -i json' reload-dump
mistake "JSON for binary" 3 'a message as JSON, expected binary; omit --input=binary' reload-dump -i binary $json
{ cat "$put"; printf '\xff\xfex'; } >mixed
mistake "three octets after a message" 3 '3 octets of garbage: not a RELOAD message: the token 52454c4f is missing' reload-dump mixed
base64 "$put" >put.base64
mistake "base64" 3 'base64, not a RELOAD message; use --input=base64, or base64 -d FILE' reload-dump put.base64
{ printf '\xff\xfe'; iconv -t UTF-16LE $json; } >json.utf16
mistake "UTF-16" 3 'UTF-16 text, not a RELOAD message; use iconv -f UTF-16 -t UTF-8 FILE' reload-dump json.utf16
iconv -t UTF-16LE $json >json.utf16le
mistake "UTF-16 without a byte order mark" 3 'UTF-16 text, not a RELOAD message; use iconv -f UTF-16LE -t UTF-8 FILE' reload-dump json.utf16le
xxd -p "$put" | iconv -t UTF-16BE >hex.utf16be
mistake "hex text in UTF-16" 3 'UTF-16 text, not a RELOAD message; use iconv -f UTF-16BE -t UTF-8 FILE' reload-dump hex.utf16be
iconv -t UTF-16LE alice.crt >crt.utf16le
mistake "a certificate in UTF-16" 4 'UTF-16 text, not a certificate; use iconv -f UTF-16LE -t UTF-8 FILE' reload-verify --ca=crt.utf16le "$signed"
mistake "a profile in UTF-16" 4 "UTF-16 text, not an overlay's profile; use iconv -f UTF-16LE -t UTF-8 FILE" bash -c '
    iconv -t UTF-16LE overlay/overlay.json >profile.utf16le && reload-verify --profile=profile.utf16le "$1"' reload-verify "$signed"
printf '\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0' >a.pcap
mistake "a pcap capture" 3 'a capture (pcap), not a RELOAD message; use --input=pcap' reload-dump -i binary a.pcap
printf '\n\r\r\n\x1c\0\0\0M<+\x1a\1\0\0\0' >a.pcapng
mistake "a pcapng capture" 3 'a capture (pcapng), not a RELOAD message; use --input=pcap' reload-dump -i binary a.pcapng
mistake "a message for a capture" 4 ': a RELOAD message, not a capture; omit --input=pcap' reload-dump -i pcap "$put"
mistake "a message as JSON for a capture" 4 'a message as JSON, not a capture; omit --input=pcap' reload-dump -i pcap $json
mistake "base64 for a capture" 4 'base64, not a capture; use --input=base64' reload-dump -i pcap put.base64
mistake "a certificate for a capture" 4 'a certificate, not a capture' reload-verify --none -i pcap alice.crt
mistake "a compressed message for a capture" 4 'compressed by gzip, not a capture; use gunzip -c FILE' reload-dump -i pcap json.gz
mistake "an empty capture" 4 'empty, not a capture' reload-dump -i pcap empty
mistake "a text for a capture" 4 'other: not a capture, expected pcap or pcapng' reload-dump -i pcap other
mistake "a capture for a certificate" 4 'a.pcap: a capture (pcap), not a certificate' reload-verify --ca=a.pcap "$put"
printf '\x16\x03\x01\x00\x05abcde' >tls
for dump in 'od -x' hexdump; do
    $dump "$put" >words 2>"$errors" || continue
    mistake "a dump of $dump" 3 'its octets are swapped in pairs, as hexdump and od -x write them; use xxd or hexdump -C' reload-dump words
done
od -tx4 "$put" >words
mistake "a dump of od -tx4" 3 'its octets are reversed in fours, as xxd -e and od -tx4 write them; use xxd or hexdump -C' reload-dump words
{ printf OLER; tail -c +5 "$put"; } >swapped
mistake "a little-endian token" 3 'not a RELOAD message: the token is little-endian, expected 52454c4f' reload-dump swapped
xxd swapped >words
mistake "a dump of a little-endian token" 3 'not a RELOAD message: the token is little-endian, expected 52454c4f' reload-dump words
od "$put" >words
mistake "a dump in octal" 3 'not a RELOAD message: a dump in octal, as od writes it; use xxd or hexdump -C' reload-dump words
printf 123456789 | cat "$put" - | od >words
is $(($(tr -cd 0-9 <words | wc -c) % 2)) 1 "a dump in octal can have an odd number of digits"
mistake "a dump in octal with an odd number of digits" 3 'not a RELOAD message: a dump in octal, as od writes it; use xxd or hexdump -C' reload-dump words
od -c "$put" >words
mistake "a dump of characters" 3 'a dump, not a RELOAD message; write it by xxd or hexdump -C' reload-dump words
mistake "a TLS record" 3 'a TLS record, not a RELOAD message; decrypt the connection first' reload-dump tls
mistake "a public key" 4 'public.pem: a public key, not a private key; its private key is required' bash -c '
    openssl pkey -in alice.key -pubout -out public.pem && chmod 600 public.pem && reload-sign --key=public.pem --cert=alice.crt section-4.1.json' \
    reload-sign
mistake "an encrypted key without a passphrase" 4 'encrypted.key: |passphrase' bash -c '
    openssl rsa -in alice.key -aes256 -traditional -passout pass:x -out encrypted.key 2>/dev/null
    setsid reload-sign --key=encrypted.key --cert=alice.crt section-4.1.json' reload-sign
printf 'wrong\n' >wrong
chmod 600 wrong
mistake "a wrong passphrase" 4 'encrypted.key: wrong passphrase' \
    reload-sign --key=encrypted.key --cert=alice.crt --passphrase-file=wrong $json
mistake "an unreadable encrypted PKCS#8" 4 'openssl rsa -aes256 -traditional' bash -c '
    openssl pkcs8 -topk8 -in alice.key -v2 aes-256-cbc -passout pass:wrong -out pkcs8.key
    reload-sign --key=pkcs8.key --cert=alice.crt --passphrase-file=wrong section-4.1.json' reload-sign
# sum COMMAND...: the SHA-256 of the public key that openssl prints
sum()
{
    "$@" | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r | cut -d ' ' -f 1
}
own=$(sum openssl pkey -in overlay/ca.key -pubout) other=$(sum openssl x509 -in alice.crt -noout -pubkey)
wrong="private key and certificate do not match: SHA-256 of their public keys is $own and $other"
mistake "a seed for a certificate of a given key" 0 'warning: with --seed the serial number and drawn Peer-IDs can be predicted; use it for test vectors only' \
    reload-keygen self-signed --overlay=chat --key=alice.key --user=a@example.com --seed=00 -o seeded
mistake "a seed for a key" 0 'warning: with --seed the key is not secret; use it for test vectors only' \
    reload-keygen request --bits=1024 --seed=00 -o seeded-request
mistake "another certificate's key" 4 "overlay/ca.key, alice.crt: refused: the peer's $wrong" reload-sign --key=overlay/ca.key --cert=alice.crt $json
mistake "another certificate's key for resources" 4 "overlay/ca.key, alice.crt: refused: the resource's $wrong" \
    reload-sign --key=alice.key --cert=alice.crt --resource-key=overlay/ca.key --resource-cert=alice.crt $json
mistake "a CA's certificate for a peer" 4 "overlay/ca.key, $ca: refused: the peer's certificate is a CA certificate" \
    reload-sign --key=overlay/ca.key --cert=$ca $json
mistake "a CA's directory with another key" 4 "other.ca/ca.key, other.ca/ca.crt: private key and certificate do not match" bash -c '
    cp -r overlay other.ca && cp alice.key other.ca/ca.key && reload-keygen issue --ca other.ca -o x' reload-keygen
mistake "a CA taken over with another key" 4 "alice.key, $ca: private key and certificate do not match" \
    reload-keygen ca --overlay=chat --key=alice.key --cert=$ca -o taken
cp -r overlay ca
reload-keygen crl --ca ca -o ca.crl
mistake "a certificate for a request" 4 'alice.crt: a certificate, not a certificate request' reload-keygen issue --ca=ca --request=alice.crt -o x
mistake "a key for a certificate to renew" 4 'alice.key: a private key, not a certificate' reload-keygen issue --ca=ca --renew=alice.key -o x
mistake "a CRL for a certificate to revoke" 4 'ca.crl: a CRL, not a certificate' reload-keygen revoke --ca=ca ca.crl
mistake "a message for a certificate to adopt" 4 'put.hex: a message as hex text, not a certificate' reload-keygen adopt --ca=ca put.hex
mistake "key and certificate of a CA swapped" 4 'alice.key: a private key, not a certificate' \
    reload-keygen ca --overlay=chat --key=alice.crt --cert=alice.key -o taken
mistake "a certificate for a CA's key" 4 'alice.crt: a certificate, not a private key' reload-keygen ca --overlay=chat --key=alice.crt --cert=$ca -o taken
mistake "a certificate for a CA's CRL" 4 'alice.crt: a certificate, not a CRL' \
    reload-keygen ca --overlay=chat --key=ca/ca.key --cert=$ca --crl=alice.crt -o taken
mistake "a certificate for the key of a self-signed one" 4 'alice.crt: a certificate, not a private key' \
    reload-keygen self-signed --overlay=chat --key=alice.crt -o x
printf '{"header": {"method": "PEER-SEARCH",}}' >comma.json
mistake "a comma too many in JSON" 3 'comma.json: |line 1, column ' reload-dump comma.json
# json DESCRIPTION ERROR TEXT: a mistake in a message as JSON
json()
{
    printf '%s' "$3" >mistake.json
    mistake "JSON: $1" 3 "mistake.json: offset 0: message 1: $2" reload-dump mistake.json
}
json "a number out of range" '/header/ttl: must be an integer from 0 to 255, not 300' '{"header": {"method": "PEER-JOIN", "ttl": 300}}'
json "a name for an ID" '/header/source_id: must be a string of 40 hex digits, or an object with the key "sha1" and a text, not "alice"' \
    '{"header": {"method": "PEER-JOIN", "source_id": "alice"}}'
json "a name for an Overlay" '/header/overlay: must be a string of 8 hex digits, or an object with the key "name" and a text, not "chat"' \
    '{"header": {"method": "PEER-JOIN", "overlay": "chat"}}'
json "an address without a port" '/attributes/0/value: must be an address such as "10.4.1.2:5060" or "[2001:db8::1]:5060", not "10.4.1.2"' \
    '{"header": {"method": "PEER-JOIN"}, "attributes": [{"type": "PEER-IP-PORT", "value": "10.4.1.2"}]}'
json "a field without its header" '/method: must be in "header"' '{"method": "PEER-JOIN"}'
printf '52454c4f0g' >digit.hex
mistake "a character that is not a hex digit" 3 'digit.hex: ' reload-dump digit.hex

# ---- Messages: both values of each mismatch ----

H=(reload-verify --secret secret --time "$stamp")
C=(reload-verify --profile overlay/overlay.json --time "$stamp")
at=/attributes/2/value/0
mistake "the wrong secret" 1 'bad-digest|(--explain may tell why)' reload-verify --secret=other --time=$stamp "$put"
mistake "the wrong overlay" 1 'Overlay is 659df2aa, expected 2cb36909 (CRC-32 of "chat2")' "${H[@]}" --overlay=chat2 "$put"
mistake "the wrong DHT" 1 'DHT is 0, expected 2 (Bamboo1.0)' "${H[@]}" --dht=Bamboo1.0 "$put"
mistake "the wrong algorithm" 1 'Security is 2 (HMAC), expected 3 (CERTS)' reload-verify --ca=$ca --time=$stamp "$put"
mistake "an old message" 1 'stale|TIMESTAMP at|2000-01-01T04:59:59Z is 25 min before the time of checking; the limit is 5 min' \
    reload-verify --secret=secret --time=$((stamp + 1500)) "$put"
mistake "a second too old" 1 'is 5 min 1 s before the time of checking; the limit is 5 min' \
    reload-verify --secret=secret --time=$((stamp + 301)) "$put"
mistake "a fast clock" 1 'future|is 2 h after the time of checking; the limit is 1 h' \
    reload-verify --secret=secret --max-skew=1h --time=$((stamp - 7200)) "$put"
mistake "another overlay's certificate" 1 'the certificate names it for overlay "chat", expected "chat2"' bash -c '
    jq -c ".header.overlay = \"2cb36909\"" "$1/tunnelled.json" |
        reload-sign --force --key=alice.key --cert=alice.crt --time=946702799 -o join.bin
    reload-verify --ca=overlay/ca.crt --overlay=chat2 --time=946702799 join.bin' reload-verify "$TESTDATA"
jq -c '(.header.source_id, (.attributes[0].value[] | select(.type == "PEER-ID") | .value)) = "4823affe45000000000000000000000000000000"' $json >source.json
mistake "another peer's ID" 1 'peer-id-mismatch|4823affe45000000000000000000000000000000, but the certificate names 463ac413c4000000000000000000000000000000 and 1 more' \
    bash -c 'reload-sign --force --key=alice.key --cert=alice.crt --time=946702799 source.json >source.bin
    reload-verify --ca=overlay/ca.crt --time=946702799 source.bin' reload-verify
jq -c '(.attributes[] | select(.type == "RESOURCE-INFO" or .type == "RESOURCE") | .value[0].value) = "bob@example.com"' $json >key.json
mistake "another user's KEY" 1 'resource-key-mismatch|"bob@example.com", but the certificate names "alice@example.com"' \
    bash -c 'reload-sign --force --key=alice.key --cert=alice.crt --time=946702799 key.json >key.bin
    reload-verify --ca=overlay/ca.crt --time=946702799 key.bin' reload-verify
mistake "signing as another peer" 4 '4823affe45000000000000000000000000000000' reload-sign --key=alice.key --cert=alice.crt source.json
mistake "PEM in a PEER-CERT" 1 'bad-certificate|a certificate as PEM, expected DER|openssl x509 -in FILE -outform DER' bash -c '
    reload-dump -f json "$1" | jq -c --arg pem "$(xxd -p -c 0 alice.crt)" "(.attributes[] | select(.type == \"SOURCE-INFO\") | .value[] |
        select(.type == \"PEER-CERT\")) |= {type: .type, hex: \$pem} | del(.header.length)" >pem.json
    reload-verify --ca=overlay/ca.crt --time=946702799 pem.json' reload-verify "$signed"
mistake "an empty PEER-CERT" 1 'PEER-CERT at|bad-certificate|empty, expected a certificate in DER' bash -c '
    reload-dump -f json "$1" | jq -c "(.attributes[] | select(.type == \"SOURCE-INFO\") | .value[] |
        select(.type == \"PEER-CERT\")) |= {type: .type, hex: \"\"} | del(.header.length)" >empty-cert.json
    reload-verify --ca=overlay/ca.crt --time=946702799 empty-cert.json' reload-verify "$signed"
mistake "an empty certificate BODY" 1 'RESOURCE-INFO.BODY.CERTIFICATE at|bad-certificate|empty, expected a certificate in DER' bash -c '
    reload-sign --key=alice.key --cert=alice.crt --time=946702799 "$1" | reload-dump -f json |
        jq -c "(.attributes[] | select(.type | startswith(\"RESOURCE\")) | .value[].value | arrays[] |
            select(.type == \"RESOURCE-INFO.BODY.CERTIFICATE\")) |= {type: .type, hex: \"\"} | del(.header.length)" >empty-body.json
    reload-sign --force --key=alice.key --cert=alice.crt --time=946702799 empty-body.json |
        reload-verify --ca=overlay/ca.crt --time=946702799' reload-verify $json
mistake "a message under HMAC with the CA's profile" 1 'Security is 2 (HMAC), expected 3 (CERTS)' "${C[@]}" --dht=0 --hash=0 "$put"
head -c 100 "$put" >short.bin
mistake "a truncated message" 3 'truncated' reload-dump short.bin

done_testing
