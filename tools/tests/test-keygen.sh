#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2046,SC2086,SC2059 # single quotes hold scripts for bash -c; lists are words
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
usage "an unknown command before options" ': unknown command "revok" \(did you mean revoke\?\)' revok --ca s
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
usage "id with two identifiers" ' id: --resource cannot be combined with --overlay' id --resource a --overlay b
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
differ "$(cat secret)" "$before" "--force writes a new secret"
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
differ "$(reload-keygen id --quiet --uuid)" "$(reload-keygen id --quiet --uuid)" "two UUIDs give two IDs"
uuid='[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}' # of version 1
for transport in udp:5060 tcp:1 udp:65535; do
    t "--uuid --transport $transport prints the hashed text" 0 '~[0-9a-f]{40}' "~reload-keygen id: .*$uuid;${transport/:/;}.*" \
        reload-keygen id --uuid --transport "$transport" -v
    hashed=$(grep -oE "$uuid;${transport/:/;}" "$errors" | head -n 1)
    is "$(cat "$output")" "$(sha1 "$hashed")" "--uuid --transport $transport: the Peer-ID is the text's SHA-1 (B§6.1.1)"
done

# ---- Options with an effect, and options that are refused, in each mode of each command ----

# Usage errors are found before any file is opened or made. So a call whose files cannot be used has status 2 if it is refused,
# and otherwise 4.
for command in $(reload-keygen frobnicate 2>&1 | sed -n 's/,//g; s/.*expected one of //p'); do
    reload-keygen "$command" --help | sed -n "s/^  \\(-., \\|    \\)--\\([a-z-]*\\).*/$command \\2/p" | grep -v -e ' help$' -e ' version$'
done >options
: >tried
value()
{
    case $1 in
    user) echo a@b.example ;;
    peer-id) echo $alice ;;
    not-before | time) echo 2007-07-08 ;;
    not-after | next-update) echo now+2w ;;
    expiring) echo 2w ;;
    status) echo good ;;
    reason) echo superseded ;;
    dht | hash | peers | max-peers | replica | seed | serial) echo 01 ;;
    bits) echo 1024 ;;
    address) echo 10.4.1.2:5060 ;;
    transport) echo udp:5060 ;;
    overlay | name | resource) echo chat ;;
    *) echo none/file ;;
    esac
}
# options_of WORD...: the words as options with a value, if they have one
options_of()
{
    local name
    for name; do
        case $name in
        *=*) echo "--$name" ;;
        quiet | force | json | revoked | uuid | verbose | allow-weak) echo "--$name" ;;
        *) echo "--$name=$(value "$name")" ;;
        esac
    done
}
# mode COMMAND "OPTION..." "EFFECTIVE..." "REFUSED...": a call of the command with the first options is accepted with all of the second, and
# refused with each of the third. Each option gets a default value, or the one after "=".
mode()
{
    local command=$1 name base effective refused
    mapfile -t base < <(options_of $2)
    mapfile -t effective < <(options_of $3)
    printf "$command %s\n" $2 $3 | sed 's/=.*//' >>tried
    t "$command $2: the other options have an effect" 4 '' '*' reload-keygen "$command" "${base[@]}" "${effective[@]}"
    for name in ${4-}; do
        mapfile -t refused < <(options_of $name)
        t "$command $2: --$name is refused" 2 '' '~.*(cannot be combined with|requires) --.*' reload-keygen "$command" "${base[@]}" "${refused[@]}"
    done
}
leaf="not-before not-after force seed quiet"
mode secret output "bits=160 force quiet"
t "secret --output=-: --force is refused" 2 '' '~.*--force cannot be combined with --output=-.*' reload-keygen secret --output=- --force
mode id "resource output" "replica quiet" "address uuid overlay transport verbose"
mode id "address output" quiet "resource uuid overlay replica transport verbose"
mode id "uuid output" "transport verbose" "resource address overlay replica"
mode id "uuid verbose output" "transport" quiet
mode id "overlay output" quiet "resource address uuid replica transport verbose"
mode ca "overlay output" "bits not-before not-after name max-peers dht hash passphrase-file seed quiet" "key cert crl succeed"
mode ca "overlay key cert output" "crl max-peers dht hash passphrase-file quiet" "succeed name bits not-before not-after seed"
mode ca "succeed output" "bits not-before not-after passphrase-file seed quiet" "overlay key cert crl name max-peers dht hash"
mode issue "ca output" "user peers bits json passphrase-file $leaf" allow-weak
mode issue "ca output peer-id" "user bits json passphrase-file $leaf" "peers allow-weak"
mode issue "ca output peers=0" "allow-weak bits json passphrase-file $leaf" "peer-id"
mode issue "ca output request" "user peers allow-weak json passphrase-file $leaf" bits
mode issue "ca output renew" "bits json passphrase-file $leaf" "user peers peer-id allow-weak"
mode issue "ca output renew request" "allow-weak json passphrase-file $leaf" "user peers peer-id bits"
mode request output "user bits passphrase-file force seed quiet"
mode list ca "user peer-id status json quiet"
mode list "ca revoked" "user peer-id status=revoked json quiet" "status=good expiring"
mode list "ca expiring" "user peer-id status json quiet" "status=expired status=revoked revoked"
mode revoke "ca serial" "user reason time passphrase-file quiet"
mode crl ca "output crl time next-update passphrase-file quiet"
mode adopt ca quiet
mode export "ca output" quiet
mode self-signed "overlay output" "user peers bits name passphrase-file $leaf"
mode self-signed "overlay output peer-id" "user bits name passphrase-file $leaf" peers
mode self-signed "overlay output key" "user peers name passphrase-file $leaf" bits
is "$(sort -u options)" "$(sort -u tried)" "each option of each command is in this table"
ok "these calls make no file" test ! -e none
done_testing
