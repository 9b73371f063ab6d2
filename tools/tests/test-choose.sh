#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2154 # single quotes hold scripts for bash -c; variables of tap.bash
# Choosing messages in reload-dump.
. "$(dirname "$0")/tap.bash"

install -m 600 "$TESTDATA/hmac.secret" secret
for name in response route-log section-4.1 tunnel tunnelled unknown; do
    cat "$TESTDATA/$name.hmac.bin"
done >good.bin
cp good.bin stream.bin
printf noise >>stream.bin

# indexes: the numbers of the messages in the lines of the last run, in order
indexes()
{
    local first rest all=()
    while read -r first rest; do
        case $first$rest in
        tunnelled:*) ;;
        *': message '*) rest=${rest#*: message } && all+=("${rest%%:*}") ;; # reload-verify
        *) all+=("$first") ;;
        esac
    done <"$output"
    echo "${all[*]}"
}

# ---- reload-dump ----

# chosen DESCRIPTION INDEXES OPTION...: which items of the stream reload-dump writes. The status is that of the garbage in any case.
chosen()
{
    run reload-dump -f line "${@:3}" stream.bin
    is "$status $(indexes)" "3 $2" "$1"
}
chosen "without a choice, everything" "1 2 3 4 5 6 7"
chosen "--method by name, and no garbage" "2" --method PEER-SEARCH
chosen "--method repeated, by number" "2 6" --method PEER-SEARCH --method 54
chosen "--peer: Source ID and Destination ID, and SOURCE-INFO of a response" "1 2 4 6" --peer 4823affe45000000000000000000000000000000
chosen "--peer: an odd number of digits in capitals" "1 2 4 6" --peer 4823AFFE4
chosen "--peer: another last digit" "" --peer 4823AFFE5
chosen "--peer repeated" "1 2 3 4 6" --peer 4823 --peer a6
chosen "--transaction" "2" --transaction 386d157b00000004
chosen "--transaction by its first digits" "1 2 3 4 5 6" --transaction 386d157b0000000
chosen "--transaction repeated" "2 5" --transaction 386d157b00000004 --transaction 386d157b00000001
chosen "--requests" "2 3 4 5 6" --requests
chosen "--responses" "1" --responses
chosen "every kind of option must fit" "4" --peer 4823 --requests --method TRANSPORT-TUNNEL --method RESOURCE-GET

t "a choice that no message fits draws a warning" 0 '' '=reload-dump: warning: none of 6 messages was chosen' reload-dump --peer ff good.bin
t "--quiet prints no such warning" 0 '' '' reload-dump -q --peer ff good.bin
t "a fault in an item that is not chosen is reported" 3 '~1 .*' '~reload-dump: stream.bin: offset .*: message 7: 5 octets of garbage.*' \
    reload-dump -f line --responses stream.bin
run reload-dump -f binary -o chosen.bin --method RESOURCE-PUT stream.bin
same chosen.bin "$TESTDATA/section-4.1.hmac.bin" "a chosen message is written octet for octet"
t "--diff compares those that are chosen" 0 '' '' reload-dump --diff --method PEER-SEARCH good.bin "$TESTDATA/route-log.hmac.bin"
t "--tbs of those that are chosen" 0 '~[0-9a-f]+' '' reload-dump --tbs /attributes/1 -f hex --method PEER-SEARCH good.bin
mkdir certs
cat "$TESTDATA/section-4.1.certs.bin" >certs.bin
run reload-dump -f line --certs certs --responses certs.bin
ok "--certs writes none of a message that is not chosen" only_files certs ''

# ---- Usage ----

usage()
{
    t "usage: $1" 2 '' "~reload-[a-z]*: $2"$'\n'"Try '.* --help'\\." "${@:3}" good.bin
}
usage "a mistyped method" '--method: "RESOURCE-PTU" is unknown \(did you mean RESOURCE-PUT\?\)' reload-dump --method RESOURCE-PTU
usage "a method that does not fit" '--method: "128" is not an integer from 0 to 127' reload-dump --method 128
usage "a peer's name" '--peer: "alice@example.com" is not the first digits of an ID, in hex' reload-dump --peer alice@example.com
usage "no digit" '--peer: "" is not the first digits of an ID, in hex' reload-dump --peer ''
usage "a digit too many of a peer" '--peer: ".*" has 41 digits, expected at most 40' reload-dump --peer "${alice}0"
many=()
for ((i = 0; i < 65; i++)); do
    many+=(--transaction "$i")
done
usage "too many IDs" '--transaction: more than 64 IDs' reload-dump "${many[@]}"
usage "requests and responses" '--requests cannot be combined with --responses' reload-dump --requests --responses

done_testing
