#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c
# reload-keygen secret and reload-keygen id: usage, files and identifiers.
. "$(dirname "$0")/tap.bash"

# ---- help and mistakes ----

t "--help prints on standard output" 0 '~Usage: reload-keygen secret .*' '' reload-keygen --help
t "secret --help prints on standard output" 0 '~Usage: reload-keygen secret --output=FILE.*--bits=N.*--force.*--quiet.*' '' reload-keygen secret --help
t "id --help prints on standard output" 0 '~Usage: reload-keygen id .*--resource=KEY.*--replica=N.*--address=IP:PORT.*--uuid.*--transport=PROTO:PORT.*--overlay=NAME.*' '' \
    reload-keygen id --help
t "--version" 0 '~reload-keygen \(libreload\) [0-9.]+' '' reload-keygen --version
for command in '' secret id ca issue request revoke crl self-signed; do
    # shellcheck disable=SC2086 # an empty command must not become an argument
    is "$(reload-keygen $command --help | awk 'length > 80')" '' "${command:+$command }--help fits 80 columns"
done
t "--help fails if it cannot be written" 4 '' '~reload-keygen: .*No space left on device' bash -c 'exec reload-keygen --help >/dev/full'
# usage DESCRIPTION REGEX ARGUMENT...: a usage error
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
usage "an option without its argument" ' secret: option --bits requires an argument: N' secret -o f --bits
usage "a short option without its argument" ' secret: option --output requires an argument: FILE' secret -o
usage "an option that takes no argument" ' secret: option --force takes no argument' secret --force=x -o f
usage "secret without --output" ' secret: --output is required' secret
usage "secret with an operand" ' secret: .*"operand".*' secret -o f operand
for bits in 0 7 4097 4104 -8 8x '' 8.0 99999999999999999999 ' 8' +8 0x10; do
    usage "--bits '$bits'" ' secret: .*--bits.*' secret -o f --bits "$bits"
done
usage "--bits 12" ' secret: .*--bits.*multiple of 8.*' secret -o f --bits 12
usage "id without an option" ' id: one of .* is required' id
usage "id with two identifiers" ' id: .* cannot be combined' id --resource a --overlay b
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
ok "usage errors leave no file" only_files . run

# ---- secret ----

t "a secret is created" 0 '' '' reload-keygen secret -o secret
ok "a secret is \"hex:\" and 160 bits" grep -qxE 'hex:[0-9a-f]{40}' secret
is "$(wc -lc <secret | xargs)" "1 45" "a secret ends with a newline"
is "$(stat -c %a secret)" 600 "a secret has mode 0600"
before=$(cat secret)
t "an existing secret is not overwritten" 4 '' '~reload-keygen secret: secret: .*exists.*--force.*' reload-keygen secret -o secret
is "$(cat secret)" "$before" "an existing secret is not changed"
chmod 644 secret
t "--force overwrites a secret" 0 '' '' reload-keygen secret -o secret --force
ok "--force writes a new secret" test "$(cat secret)" != "$before"
is "$(stat -c %a secret)" 600 "--force sets mode 0600 again"
(umask 0; reload-keygen secret -o open; umask 077; reload-keygen secret -o closed)
is "$(stat -c %a open closed | xargs)" "600 600" "a secret has mode 0600 with any umask"
t "no other files are left" 0 '' '' only_files . run secret open closed
for bits in 160 168 256 4096; do
    t "--bits $bits gives $bits bits" 0 "~hex:[0-9a-f]{$((bits / 4))}" '' reload-keygen secret --bits "$bits" -o -
done
for bits in 8 152; do
    t "--bits $bits causes a warning" 0 "~hex:[0-9a-f]{$((bits / 4))}" '~reload-keygen secret: warning: .*160.*' reload-keygen secret --bits "$bits" -o -
    t "--bits $bits --quiet causes no warning" 0 "~hex:[0-9a-f]{$((bits / 4))}" '' reload-keygen secret --quiet --bits "$bits" -o -
done
t "secret -o with a directory fails" 4 '' '~reload-keygen secret: run: .*Is a directory' reload-keygen secret -o run
t "secret -o in a missing directory fails" 4 '' '~reload-keygen secret: none/secret: .*No such file or directory' reload-keygen secret -o none/secret
t "secret -o /dev/full fails" 4 '' '~reload-keygen secret: /dev/full: .*No space left on device' reload-keygen secret -o /dev/full
t "secret -o - fails with a full standard output" 4 '' '~reload-keygen secret: standard output: .*No space left on device' bash -c \
    'exec reload-keygen secret -o - >/dev/full'
ln -s secret link
t "a symbolic link to a secret is not overwritten" 4 '' '~reload-keygen secret: link: .*exists.*' reload-keygen secret -o link
ln -s nowhere dangling
run reload-keygen secret -o dangling
if [ "$status" = 0 ]; then
    ok "a secret through a dangling link has mode 0600" test "$(stat -L -c %a dangling)" = 600
else
    is "$status" 4 "a secret through a dangling link is refused"
fi
rm -f dangling nowhere
t "a message signed with the secret is valid" 0 '~-: offset 0: message 1: PEER-JOIN request: valid' '' bash -c \
    'reload-sign --secret secret "$TESTDATA/tunnelled.json" | reload-verify --secret secret'

# ---- id ----

# id DESCRIPTION ID ARGUMENT...: reload-keygen id prints ID
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
id "--resource with an empty KEY" "$(sha1 "")" --resource ""
id "--replica 0 is the KEY itself (D17)" "$(sha1 alice@example.com)" --resource alice@example.com --replica 0
id "--replica 1" "$(sha1 alice@example.com1)" --resource alice@example.com --replica 1
id "--replica 12" "$(sha1 alice@example.com12)" --replica 12 --resource alice@example.com
id "--replica 4294967295" "$(sha1 alice@example.com4294967295)" --resource alice@example.com --replica 4294967295
id "--overlay chat (D15)" 659df2aa --overlay chat
id "--overlay 123456789 (D15)" cbf43926 --overlay 123456789
id "--address" "$(sha1 10.4.1.2 | cut -c 1-36)13c4" --address 10.4.1.2:5060
id "--address with IPv6" "$(sha1 2001:db8::1 | cut -c 1-36)13c4" --address "[2001:DB8:0:0::1]:5060"
t "id -o FILE prints nothing" 0 '' '' reload-keygen id --overlay chat -o id.out
is "$(cat id.out)" 659df2aa "id -o FILE writes the ID to FILE"
is "$(stat -c %a id.out)" 644 "id -o FILE: the mode follows the umask"
t "id -o FILE with an existing file succeeds" 0 '' '' reload-keygen id --overlay 123456789 -o id.out
is "$(cat id.out)" cbf43926 "id -o FILE replaces an existing file"
t "id -o /dev/full fails" 4 '' '~reload-keygen id: /dev/full: .*No space left on device' reload-keygen id --overlay chat -o /dev/full
t "id --uuid prints an ID" 0 '~[0-9a-f]{40}' '*' reload-keygen id --uuid --verbose
ok "two UUIDs give two IDs" test "$(reload-keygen id --quiet --uuid)" != "$(reload-keygen id --quiet --uuid)"
uuid='[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}' # of version 1
for transport in udp:5060 tcp:1 udp:65535; do
    t "--uuid --transport $transport prints the hashed text" 0 '~[0-9a-f]{40}' "~reload-keygen id: .*$uuid;${transport/:/;}.*" \
        reload-keygen id --uuid --transport "$transport" -v
    hashed=$(grep -oE "$uuid;${transport/:/;}" "$errors" | head -n 1)
    is "$(cat "$output")" "$(sha1 "$hashed")" "--uuid --transport $transport: the Peer-ID is the text's SHA-1 (B§6.1.1)"
done
t "--quiet overrides --verbose" 0 '~[0-9a-f]{40}' '' reload-keygen id --uuid --transport udp:5060 --verbose --quiet
done_testing
