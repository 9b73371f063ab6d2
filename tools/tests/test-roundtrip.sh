#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c
# Binary to JSON or hex and back gives the same octets for every input.
# Many seconds of CPU: 500 mutated messages and streams of garbage are created, then converted to each form and back.
. "$(dirname "$0")/tap.bash"

# there_and_back FORM ARGUMENT...: converts binary files to FORM and back into the file "back"; prints errors.
there_and_back()
{
    local form=$1
    shift
    reload-dump -i binary -f "$form" "$@" >there 2>there.err
    local there=$?
    case $there in
    0 | 3) ;;
    *) echo "to $form: status $there: $(head -n 3 there.err)"; return 1 ;;
    esac
    reload-dump -i "$form" -f binary there >back 2>back.err
    local status=$?
    [ "$status" = "$there" ] || { echo "from $form: status $status, but $there to $form: $(head -n 3 back.err)"; return 1; }
}

# back FORM BINARY [OPTION...]: whether a binary input survives conversion to FORM and back; prints errors.
back()
{
    local form=$1 input=$2
    shift 2
    there_and_back "$form" "$@" "$input" && cmp "$input" back
}

# back_together FORM FILE...: like back, for many files in one process. Both conversions must report the same number of faulty inputs.
back_together()
{
    there_and_back "$@" || return 1
    local form=$1
    shift
    # In binary, adjacent garbage becomes one item.
    [ "$form" = binary ] || [ "$(wc -l <there.err)" = "$(wc -l <back.err)" ] || { echo "$form: $(wc -l <there.err) errors there, $(wc -l <back.err) back"; return 1; }
    cat "$@" | cmp - back
}

# every_way INPUT DESCRIPTION: back for all forms
every_way()
{
    ok "$2: binary to binary" back binary "$1"
    ok "$2: JSON and back" back json "$1"
    ok "$2: pretty JSON and back" back json "$1" --pretty
    ok "$2: JSON with meta and back" back json "$1" --meta
    ok "$2: hex and back" back hex "$1"
}

for input in "$TESTDATA"/*.hmac.bin; do
    every_way "$input" "${input##*/}"
done
cat "$TESTDATA"/*.hmac.bin >all.bin
every_way all.bin "all messages in one stream"
t "JSON of a stream has one object per line" 0 =6 '' bash -c 'reload-dump -f json all.bin | wc -l'
reload-dump -f json all.bin | jq -s . >array.json
t "one JSON array gives the stream" 0 @all.bin '' reload-dump -f binary array.json
reload-dump -f json all.bin | tr -d '\n' >concatenated.json
t "concatenated JSON objects give the stream" 0 @all.bin '' reload-dump -f binary concatenated.json
reload-dump -f json all.bin | jq . >indented.json
t "JSON indented by jq gives the stream" 0 @all.bin '' reload-dump -f binary indented.json
reload-dump -f json --meta all.bin | jq -c . >meta.json
t "JSON is detected without -i" 0 @all.bin '' reload-dump -f binary meta.json
reload-dump -f hex all.bin >all.hex
t "hex is detected without -i" 0 @all.bin '' reload-dump -f binary all.hex
t "hex has one line per message, in lower case" 0 '~([0-9a-f]{248,}'$'\n''?){6}' '' cat all.hex
fold -w 31 all.hex | tr a-f A-F | sed 's/../& /g' >folded.hex
t "hex in upper case with white space between digits is read" 0 @all.bin '' reload-dump -f binary folded.hex

# random SEED SIZE: pseudo-random octets, the same in each run
random()
{
    openssl enc -aes-128-ctr -K "000102030405060708090a0b0c0d0e0f" -iv "$(printf '%032x' "$1")" -in /dev/zero 2>/dev/null | head -c "$2"
}
is "$(random 0 16 | hex)" c6a13b37878f5b826f4f8162a1c8d879 "the pseudo-random octets are those of AES-128 in counter mode"

wrong=
for size in 1 2 3 4 5 67 68 69 70 500 5000 70000 200000; do
    random "$size" "$size" >garbage.bin
    for form in binary json hex; do
        said=$(back "$form" garbage.bin 2>&1) || wrong+=" $size-$form($said)"
    done
done
is "$wrong" "" "garbage of 13 sizes survives three forms"

# Garbage with tokens and parts of tokens, converted in one process for each form
for seed in {10..49}; do
    random "$((seed - 9))" 4000 | hex | sed 's/00/52454c4f/g; s/a[0-7]/52454c/g; s/3[0-9]/52/g; s/f[0-3]/4f/g; s/.\{90\}/&52454c4f20000000010101020000002a/g' \
        | xxd -r -p >"strewn-$seed.bin"
done
wrong=
for form in binary json hex; do
    said=$(back_together "$form" strewn-*.bin 2>&1) || wrong+=" $form($said)"
done
is "$wrong" "" "40 streams of garbage with tokens and parts of tokens survive three forms"

# Mutations: one to four octets of each message changed, removed or inserted; 40 streams of six
random 77 65536 | xxd -p -c 8 >dice
exec 3<dice
roll() # N: sets $rolled, a number below N
{
    local digits
    read -r digits <&3
    rolled=$((0x${digits:0:8} % $1))
}
declare -A originals
for input in "$TESTDATA"/*.hmac.bin; do
    originals[$input]=$(hex <"$input")
done
mkdir one
for stream in {10..49}; do
    : >mutants.hex
    for input in "$TESTDATA"/*.hmac.bin; do
        message=${originals[$input]}
        roll 4
        changes=$((rolled + 1))
        for ((change = 0; change < changes; change++)); do
            roll $((${#message} / 2)); at=$rolled
            roll 256; printf -v octet '%02x' "$rolled"
            roll 8
            case $rolled in
            0) message=${message:0:$((2 * at))}${message:$((2 * at + 2))} ;;
            1) message=${message:0:$((2 * at))}$octet${message:$((2 * at))} ;;
            *) message=${message:0:$((2 * at))}$octet${message:$((2 * at + 2))} ;;
            esac
        done
        printf '%s' "$message" >>mutants.hex
        xxd -r -p <<<"$message" >"one/$stream-${input##*/}"
    done
    xxd -r -p mutants.hex >"mutants-$stream.bin"
done
exec 3<&-
wrong=''
for form in json hex; do
    said=$(back_together "$form" one/* 2>&1) || wrong+=" alone-$form($said)"
done
for form in binary json hex; do
    said=$(back_together "$form" mutants-*.bin 2>&1) || wrong+=" streams-$form($said)"
done
mutants=(one/*)
is "${#mutants[@]} $wrong" "240 " "240 mutated messages survive all forms, alone and as 40 streams"

# Header fields and values that JSON writes by name or as a number
mkdir octets paddings
route_log=$(hex <"$TESTDATA/route-log.hmac.bin")
for octet in 00 01 02 03 06 11 38 7f 80 84 ff; do
    for at in 4 5 6 7 8 9 10 11 12; do
        xxd -r -p <<<"${route_log:0:$((2 * at))}$octet${route_log:$((2 * at + 2))}" >"octets/$at-$octet.bin"
    done
    unhex "$(message 02 01 "$(attr 0004 "$(attr 0401 "00$octet")")$(attr 030a "$octet")")" >"octets/value-$octet.bin"
done
ok "known and unknown header values survive JSON" back_together json octets/*

for padding in 01 80 ff 0001 0100 000001 000100 010000; do
    value=616161
    unhex "$(message 02 01 "$(printf '0007%04x' $((4 - ${#padding} / 2)))${value:0:$((8 - ${#padding}))}${padding}$(attr 0007 61)")" >"paddings/$padding.bin"
done
ok "nonzero padding survives JSON" back_together json paddings/*

# a truncated message at the end of a file, then another file: hex and JSON keep them separate
head -c 100 "$TESTDATA/tunnelled.hmac.bin" >short.bin
for form in json hex; do
    reload-dump -f "$form" short.bin "$TESTDATA/tunnelled.hmac.bin" >apart 2>apart.err
    t "a truncated message and the next file stay separate in $form" 3 '~1 apart, .*truncated.*'$'\n''2 apart, .*SIGNATURE\(\)' '*' reload-dump -f line apart
done
done_testing
