#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2094 # single quotes hold scripts for bash; a file may have the name of a variable
# reload-dump --diff: the differences between the messages of two files, and diff(1)'s exit statuses.
# Many seconds of CPU: one process for each of 130 flipped bits, to test its exit status.
. "$(dirname "$0")/tap.bash"

put=$TESTDATA/section-4.1.hmac.bin
search=$(message 02 01 "$(attr 0102 "$(text alice)")$(attr 0007 "$(text v=0)")")
unhex "$search" >search

# ---- statuses ----

for input in "$TESTDATA"/*.bin; do
    t "${input##*/} does not differ from itself" 0 '' '' reload-dump --diff "$input" "$input"
    t "${input##*/} does not differ from its JSON" 0 '' '' bash -c 'reload-dump -f json "$1" | reload-dump --diff "$1" -' - "$input"
done
t "two different messages: status 1" 1 '*' '' reload-dump --diff "$put" search
t "two different messages, --quiet: only status 1" 1 '' '' reload-dump --diff --quiet "$put" search
t "equal messages, -q: status 0" 0 '' '' reload-dump --diff -q search search
usage="Try 'reload-dump --help'."
t "--diff with one file is refused" 2 '' "=reload-dump: --diff requires two files, not 1
$usage" reload-dump --diff search
t "--diff with three files is refused" 2 '' "=reload-dump: --diff requires two files, not 3
$usage" reload-dump --diff search search search
t "--diff with standard input twice is refused" 2 '' "=reload-dump: --diff can read only one of its files from standard input
$usage" reload-dump --diff - -
for option in --format=text --pretty --meta --certs=certs; do
    t "--diff with $option is refused" 2 '' "=reload-dump: --diff cannot be combined with ${option%%=*}
$usage" reload-dump --diff "$option" search search
done
ok "refused options create no directory" test ! -e certs
t "a missing file: status 2, the other one's message is listed" 2 '=--- 1: search, offset 0: PEER-SEARCH request, 88 octets
+++ no message' '=reload-dump: gone: No such file or directory' reload-dump --diff search gone
t "two missing files: status 2" 2 '' '=reload-dump: gone: No such file or directory
reload-dump: away: No such file or directory' reload-dump --diff gone away
: >empty
t "an empty file: status 2, the other one's message is listed" 2 '=--- no message
+++ 1: search, offset 0: PEER-SEARCH request, 88 octets' '=reload-dump: empty: no message in it' reload-dump --diff empty search
t "two empty files: status 2" 2 '' '=reload-dump: empty: no message in it
reload-dump: empty: no message in it' reload-dump --diff empty empty
printf 'no message' >garbage
t "garbage and a message: status 2" 2 '=--- 1: garbage, offset 0: 10 octets of garbage
+++ 1: search, offset 0: PEER-SEARCH request, 88 octets' '~reload-dump: garbage: offset 0: .*' reload-dump --diff garbage search
printf 'no massage' >other
t "garbage and other garbage are compared" 2 '=--- 1: garbage, offset 0: 10 octets of garbage
+++ 1: other, offset 0: 10 octets of garbage
@ /garbage  garbage
- 6e6f206d657373616765
+ 6e6f206d617373616765' '*' reload-dump --diff garbage other
t "malformed JSON: status 2" 2 '' '~reload-dump: -: offset 0: .*' bash -c 'echo "{\"header\": 1}" | reload-dump --diff - search'
t "an output that cannot be written: status 2" 2 '' '*' reload-dump --diff -o /dev/full "$put" search
t "an output that cannot be opened: status 2" 2 '' '*' reload-dump --diff -o gone/here "$put" search
t "an output that cannot be opened, with equal messages: status 2" 2 '' '*' reload-dump --diff -o gone/here search search
t "-o FILE: nothing on standard output" 1 '' '' reload-dump --diff -o here "$put" search
t "-o FILE: the file has the text of standard output" 1 @here '' reload-dump --diff "$put" search
t "-i specifies the form of both files" 0 '' '' bash -c 'reload-dump -f hex "$1" >hex; reload-dump --diff -i hex hex hex' - "$put"

# ---- differences ----

# shows DESCRIPTION HEX-A HEX-B LINES: the lines after the titles
shows()
{
    unhex "$2" >a
    unhex "$3" >b
    run reload-dump --diff a b
    is "$status $(cat "$errors")" "1 " "$1: the status"
    is "$(tail -n +3 "$output")" "$4" "$1"
}

shows "a field of the header" "$search" "$(patch 4 1f "$search")" '@ /header/ttl  header.ttl
- 32
+ 31'
is "$(head -n 2 "$output")" '--- 1: a, offset 0: PEER-SEARCH request, 88 octets
+++ 1: b, offset 0: PEER-SEARCH request, 88 octets' "a field of the header: the titles"
shows "an ID" "$search" "$(patch 36 00 "$search")" "@ /header/source_id  header.source_id
- $alice
+ 00${alice#??}"
shows "a value" "$search" "$(patch 72 "$(text A)" "$search")" '@ /attributes/0  PEER-NAME
- "alice"
+ "Alice"'
shows "padding" "$search" "$(patch 79 aa "$search")" '@ /attributes/0/padding  PEER-NAME padding
- 000000
+ 0000aa'
shows "a type" "$search" "$(patch 68 0101 "$search")" '@ /attributes/0  PEER-NAME
- PEER-NAME "alice"
@ /attributes/0  PEER-ID
+ PEER-ID 616c696365 ! wrong length for its type'
shows "octets after the attributes" "$(message 02 01 00070009414243)" "$(message 02 01 00070009414244)" \
    "@ /trailing  trailing
- 00070009414243 ! an attribute's Length runs past the end of its container
+ 00070009414244 ! an attribute's Length runs past the end of its container"
shows "an inserted attribute, and a following one with another index" "$(message 02 01 "$(attr 0655 00)$(attr 0656 01)")" \
    "$(message 02 01 "$(attr 0657 '')$(attr 0655 00)$(attr 0656 02)")" '@ /header/length  header.length
- 16
+ 20
@ /attributes/0  0x0657
+ 0x0657, Length 0
@ /attributes/1 /attributes/2  0x0656
- 01
+ 02'
long=$(printf '%0200d' 0)
shows "long octet strings, from the first difference on" "$(message 02 01 "$(attr 0655 "$long")")" \
    "$(message 02 01 "$(attr 0655 "${long%0}1")")" '@ /attributes/0  0x0655
- 100 octets, from 99 on: 00
+ 100 octets, from 99 on: 01'
shows "text with control characters is escaped" "$search" "$(patch 72 1b "$search")" '@ /attributes/0  PEER-NAME
- "alice"
+ "\x1blice"'
inner=$(hex <"$TESTDATA/tunnel.hmac.bin")
at=$(($(find_attr "$inner" 0008:0 0404:0) + 4))
shows "a field of an inner message" "$inner" "$(patch $((at + 4)) 07 "$inner")" "@ /attributes/0/value/1/message/header/ttl  APPLICATION/APPLICATION.BODY/header.ttl
- 32
+ 7"
shows "a truncated message" "$search" "${search:0:166}" "@ /attributes/1  SDP
- SDP \"v=0\"
@ /trailing  trailing
- (no octets)
+ 000700 ! fewer than four octets left, too few for an attribute's type and Length"
shows "a signed message and one with a forged address" "$(hex <"$put")" "$(sed 's/sip:alice@10/sip:alice@66/' "$put" | hex)" \
    '@ /attributes/1/value/1/value/0  RESOURCE/RESOURCE-INFO.BODY/RESOURCE-INFO.BODY.ENTRY
- "sip:alice@10.4.1.2:5060"
+ "sip:alice@66.4.1.2:5060"'
t "colour does not change the text" 0 @<(reload-dump --diff search "$put") '' \
    bash -c 'reload-dump --diff --color=always "$1" "$2" | sed "s/\x1b\[[0-9]*m//g"' - search "$put"
ok "--color=always colours the lines" bash -c 'reload-dump --diff --color=always "$1" "$2" | grep -q "^.\[[0-9;]*m[-+] "' - search "$put"

# ---- files of several messages ----

cat search "$put" search >three
{ cat search; sed 's/sip:alice@10/sip:alice@66/' "$put"; cat search; } >forged
t "of three messages, only the second differs" 1 '=--- 2: three, offset 88: RESOURCE-PUT request, 396 octets
+++ 2: forged, offset 88: RESOURCE-PUT request, 396 octets
@ /attributes/1/value/1/value/0  RESOURCE/RESOURCE-INFO.BODY/RESOURCE-INFO.BODY.ENTRY
- "sip:alice@10.4.1.2:5060"
+ "sip:alice@66.4.1.2:5060"' '' reload-dump --diff three forged
t "a file with two more messages" 1 '=--- no message
+++ 2: three, offset 88: RESOURCE-PUT request, 396 octets
--- no message
+++ 3: three, offset 484: PEER-SEARCH request, 88 octets' '' reload-dump --diff search three

# ---- every bit ----

# Each flipped bit must show in the report and in the status. Without a token there is no message to compare (status 2); a longer Length
# truncates the message, and a shorter one leaves garbage. These octets get a process for each bit, and so does one bit of each other
# octet; the remaining bits are compared in one stream.
flip search flipped 1 2 4 8 16 32 64 128
missing=
stream=() copies=()
for path in flipped/*; do
    mask=${path#*-}
    at=${path%-*}
    at=$((10#${at#*/}))
    mask=$((10#$mask))
    if ((at >= 4 && (at < 13 || at > 15) && mask != 1 << at % 8)); then
        stream+=("$path") copies+=(search)
        continue
    fi
    said=$(reload-dump --diff search "$path" 2>/dev/null)
    got="$? $(grep -c '^+++ ' <<<"$said")"
    case $at:$got in
    [0-3]:'2 1') ;;
    [0-3]:* | *:'0 '* | *:*' 0') missing+=" $at/$mask: $got" ;;
    *:'1 1') [[ $said == *$'\n@ /'* ]] || missing+=" $at/$mask" ;;
    1[345]:2*) ;;
    *) missing+=" $at/$mask: $got" ;;
    esac
done
is "$missing" '' "a flipped bit is shown in the report and in the status"
cat "${stream[@]}" >flips
cat "${copies[@]}" >copies
run reload-dump --diff copies flips
is "$status $(awk '/^\+\+\+ / { message = $2 } /^@ \// { shown[message] = 1 } END { print length(shown) }' "$output")" "1 ${#stream[@]}" \
    "each of the other bits is shown, in a stream of ${#stream[@]} messages"
done_testing
