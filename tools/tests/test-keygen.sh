#!/bin/bash
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c
# reload-keygen secret and id.
. "$(dirname "$0")/tap.bash"

# ---- help and mistakes ----

t "--help is on standard output" 0 '~Usage: reload-keygen secret .*' '' reload-keygen --help
t "secret --help too" 0 '~Usage: reload-keygen secret --output=FILE.*--bits=N.*--force.*--quiet.*' '' reload-keygen secret --help
t "id --help too" 0 '~Usage: reload-keygen id .*--resource=KEY.*--replica=N.*--address=IP:PORT.*--uuid.*--transport=PROTO:PORT.*--overlay=NAME.*' '' \
    reload-keygen id --help
t "--version" 0 '~reload-keygen \(libreload\) [0-9.]+' '' reload-keygen --version
for command in '' secret id ca issue request revoke crl self-signed; do
    # shellcheck disable=SC2086 # an empty command is none
    is "$(reload-keygen $command --help | awk 'length > 80')" '' "${command:+$command }--help fits 80 columns"
done
t "--help that cannot be written" 4 '' '~reload-keygen: .*No space left on device' bash -c 'exec reload-keygen --help >/dev/full'
# usage DESCRIPTION WORDS ARGUMENT...: a mistake on the command line
usage()
{
    local description=$1 words=$2
    shift 2
    t "usage: $description" 2 '' "~reload-keygen$words"$'\n'"Try 'reload-keygen[a-z ]* --help'\\." reload-keygen "$@"
}
usage "no command" ': a command is required: secret, id, .*'
usage "an unknown command" ': .*"frobnicate".*' frobnicate
usage "an unknown option" ' secret: unknown option --frobnicate' secret --frobnicate
usage "an unknown option with an argument" ' secret: unknown option --frobnicate' secret --frobnicate=x
usage "an unknown short option" ' id: unknown option -x' id -x
usage "an unknown short option after another" ' id: unknown option -x' id a -vx
usage "an ambiguous abbreviation" ' id: option --re is ambiguous: --resource, --replica' id --re=x
usage "an option without its argument" ' secret: option --bits requires an argument' secret -o f --bits
usage "a short option without its argument" ' secret: option --output requires an argument' secret -o
usage "an option that takes no argument" ' secret: option --force takes no argument' secret --force=x -o f
usage "secret without --output" ' secret: --output is required' secret
usage "secret with an operand" ' secret: .*"operand".*' secret -o f operand
for bits in 0 7 4097 4104 -8 8x '' 8.0 99999999999999999999 ' 8' +8 0x10; do
    usage "--bits '$bits'" ' secret: .*--bits.*' secret -o f --bits "$bits"
done
usage "--bits 12" ' secret: .*--bits.*multiple of 8.*' secret -o f --bits 12
usage "id of nothing" ' id: one of .* is required' id
usage "id of two things" ' id: .* cannot be combined' id --resource a --overlay b
usage "id with an operand" ' id: .*"operand".*' id --resource a operand
usage "--replica without --resource" ' id: --replica requires --resource' id --overlay a --replica 1
usage "--replica -1" ' id: .*--replica.*' id --resource a --replica -1
usage "--replica 4294967296" ' id: .*--replica.*' id --resource a --replica 4294967296
usage "--transport without --uuid" ' id: --transport requires --uuid' id --overlay a --transport udp:1
for transport in udp tls:1 udp: udp:0 udp:65536 tcp:x :5; do
    usage "--transport $transport" ' id: .*--transport.*' id --uuid --transport "$transport"
done
for address in 10.4.1.2 10.4.1.256:1 10.4.1.2:65536 10.4.1.2: example.com:1 '[::1]' '[::g]:1' ::1:1 ''; do
    usage "--address '$address'" ' id: .*--address.*' id --address "$address"
done
ok "none of these left a file" only_files . run

# ---- secret ----

t "a secret" 0 '' '' reload-keygen secret -o secret
ok "is hex: and 160 bits" grep -qxE 'hex:[0-9a-f]{40}' secret
is "$(wc -lc <secret | xargs)" "1 45" "and a newline"
is "$(stat -c %a secret)" 600 "of mode 0600"
before=$(cat secret)
t "is not overwritten" 4 '' '~reload-keygen secret: secret: .*exists.*--force.*' reload-keygen secret -o secret
is "$(cat secret)" "$before" "and stays as it is"
chmod 644 secret
t "but with --force" 0 '' '' reload-keygen secret -o secret --force
ok "it is another one" test "$(cat secret)" != "$before"
is "$(stat -c %a secret)" 600 "and of mode 0600 again"
(umask 0; reload-keygen secret -o open; umask 077; reload-keygen secret -o closed)
is "$(stat -c %a open closed | xargs)" "600 600" "whatever the umask"
t "no file beside them" 0 '' '' only_files . run secret open closed
for bits in 160 168 256 4096; do
    t "--bits $bits" 0 "~hex:[0-9a-f]{$((bits / 4))}" '' reload-keygen secret --bits "$bits" -o -
done
for bits in 8 152; do
    t "--bits $bits draws a warning" 0 "~hex:[0-9a-f]{$((bits / 4))}" '~reload-keygen secret: warning: .*160.*' reload-keygen secret --bits "$bits" -o -
    t "--bits $bits --quiet draws none" 0 "~hex:[0-9a-f]{$((bits / 4))}" '' reload-keygen secret --quiet --bits "$bits" -o -
done
t "a secret into a directory" 4 '' '~reload-keygen secret: run: .*Is a directory' reload-keygen secret -o run
t "a secret beside no directory" 4 '' '~reload-keygen secret: none/secret: .*No such file or directory' reload-keygen secret -o none/secret
t "a secret into /dev/full" 4 '' '~reload-keygen secret: /dev/full: .*No space left on device' reload-keygen secret -o /dev/full
t "a secret to a full standard output" 4 '' '~reload-keygen secret: standard output: .*No space left on device' bash -c \
    'exec reload-keygen secret -o - >/dev/full'
ln -s secret link
t "a link to a secret is not overwritten either" 4 '' '~reload-keygen secret: link: .*exists.*' reload-keygen secret -o link
ln -s nowhere dangling
run reload-keygen secret -o dangling
if [ "$status" = 0 ]; then
    ok "a dangling link: the secret is of mode 0600" test "$(stat -L -c %a dangling)" = 600
else
    is "$status" 4 "a dangling link: refused"
fi
rm -f dangling nowhere
t "the secret signs and verifies" 0 '~-: offset 0: message 1: PEER-JOIN request: valid' '' bash -c \
    'reload-sign --secret secret "$TESTDATA/tunnelled.json" | reload-verify --secret secret'

# ---- id ----

# id DESCRIPTION ID ARGUMENT...
id()
{
    t "id: $1" 0 "=$2" '' reload-keygen id "${@:3}"
}
sha1()
{
    printf '%s' "$1" | openssl dgst -sha1 -binary | hex
}
id "--resource" fc2398a73dd54d6237c4fdb58fd7d75347cf5af3 --resource alice@example.com
id "--resource is the SHA-1 of the KEY" "$(sha1 alice@example.com)" --resource alice@example.com
id "--resource of nothing" "$(sha1 "")" --resource ""
id "--replica 0 is the KEY itself (D17)" "$(sha1 alice@example.com)" --resource alice@example.com --replica 0
id "--replica 1" "$(sha1 alice@example.com1)" --resource alice@example.com --replica 1
id "--replica 12" "$(sha1 alice@example.com12)" --replica 12 --resource alice@example.com
id "--replica 4294967295" "$(sha1 alice@example.com4294967295)" --resource alice@example.com --replica 4294967295
id "--overlay chat (D15)" 659df2aa --overlay chat
id "--overlay 123456789 (D15)" cbf43926 --overlay 123456789
id "--address" "$(sha1 10.4.1.2 | cut -c 1-36)13c4" --address 10.4.1.2:5060
id "--address with IPv6" "$(sha1 2001:db8::1 | cut -c 1-36)13c4" --address "[2001:DB8:0:0::1]:5060"
t "-o FILE" 0 '' '' reload-keygen id --overlay chat -o id.out
is "$(cat id.out)" 659df2aa "writes it there"
is "$(stat -c %a id.out)" 644 "of the usual mode"
t "-o FILE again: no key file, so it is replaced" 0 '' '' reload-keygen id --overlay 123456789 -o id.out
is "$(cat id.out)" cbf43926 "by the new one"
t "-o /dev/full" 4 '' '~reload-keygen id: /dev/full: .*No space left on device' reload-keygen id --overlay chat -o /dev/full
t "--uuid" 0 '~[0-9a-f]{40}' '*' reload-keygen id --uuid --verbose
ok "two UUIDs give two IDs" test "$(reload-keygen id --quiet --uuid)" != "$(reload-keygen id --quiet --uuid)"
uuid='[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}' # of version 1
for transport in udp:5060 tcp:1 udp:65535; do
    t "--uuid --transport $transport prints the hashed text" 0 '~[0-9a-f]{40}' "~reload-keygen id: .*$uuid;${transport/:/;}.*" \
        reload-keygen id --uuid --transport "$transport" -v
    hashed=$(grep -oE "$uuid;${transport/:/;}" "$errors" | head -n 1)
    is "$(cat "$output")" "$(sha1 "$hashed")" "and its SHA-1 is the Peer-ID (B§6.1.1)"
done
t "--quiet says less than --verbose" 0 '~[0-9a-f]{40}' '' reload-keygen id --uuid --transport udp:5060 --verbose --quiet
done_testing
