#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2094 # single quotes hold scripts for awk and bash; a file may have the name of a variable
# reload-dump -f annotated: each octet appears once, next to its field, and is marked if a signature covers it (checked by openssl).
. "$(dirname "$0")/tap.bash"

key=$(text "$(cat "$TESTDATA/hmac.secret")")

# ---- layout ----

# octets <ANNOTATED: the octets of all rows, in hex; a gap or overlap between two rows is marked
octets()
{
    awk '/^ *[0-9]+  [0-9a-f][0-9a-f] / {
        row = substr($0, 11, 48)
        gsub(" ", "", row)
        if ($1 != at) printf "<%s, expected %s>", $1, at
        at = $1 + length(row) / 2
        printf "%s", row
    }' at=0
}

for input in "$TESTDATA"/*.bin; do
    run reload-dump -f annotated "$input"
    is "$(octets <"$output")" "$(hex <"$input")" "each octet of ${input##*/} appears once"
done
t "a message under HMAC with ROUTE-LOGs" 0 "@$TESTDATA/route-log.hmac.annotated" '' bash -c 'reload-dump -f annotated <"$1"' - "$TESTDATA/route-log.hmac.bin"
t "a message under CERTS with ROUTE-LOGs" 0 "@$TESTDATA/route-log.certs.annotated" '' bash -c 'reload-dump -f annotated <"$1"' - \
    "$TESTDATA/route-log.certs.bin"

# the rows of the header that message writes, without the gutter
head_rows='       0  52 45 4c 4f                                      token "RELO"
       4  20                                               TTL 32
       5  00                                               Routing 0x00 UNSPECIFIED
       6  00 00                                            FRAG 0, LFRG 0, Fragment bits 0
       8  01                                               EXP 0, Version 1
       9  01                                               DHT 0x01 Chord1.0
      10  01                                               Hash 0x01 SHA-1
      11  02                                               Security 0x02 HMAC
      12  01                                               Response 0, Method 0x01 PEER-SEARCH
      13  LENGTH
      16  a6 c5 92 7a 45 00 00 00 00 00 00 00 00 00 00 00  Destination ID a6c5927a45000000000000000000000000000000
      32  00 00 00 00                                     
      36  46 3a c4 13 c4 00 00 00 00 00 00 00 00 00 00 00  Source ID 463ac413c4000000000000000000000000000000
      52  00 00 00 00                                     
      56  01 02 03 04 05 06 07 08                          Transaction ID 0102030405060708
      64  65 9d f2 aa                                      Overlay 659df2aa'
# head_with GUTTER LENGTH-ROW: these rows, with GUTTER from octet 8 on
head_with()
{
    awk -v gutter="$1" -v length_row="$2" '$2 == "LENGTH" { print "      13  " length_row; next }
        { print substr($0, 1, 58) (gutter == "" ? "" : " " ($1 < 8 ? "." : gutter)) \
            (length($0) > 59 ? (gutter == "" ? " " : "  ") substr($0, 60) : "") }' <<<"$head_rows"
}

# many flaws at once: misplaced with a NUL and nonzero padding, a response class of 0, ignored and malformed, truncated
flawed=$(message 02 01 "01020003""00ffff""01$(attr 0001 00000000)$(attr 0006 "$(attr 0802 '')")$(attr 0002 0101000041424344)00070009414243" 44)
unhex "$flawed" >flawed
cat >wanted <<END_OF_ROWS
1: flawed, offset 0: PEER-SEARCH request, 111 octets
  A  SIGNATURE /attributes/2 (Security 0x02 HMAC): octets 8 to 87, digested with Length 24
$(head_with A '00 00 2c                                         A  Length 44 (A digests 24, 00 00 18: D2)')
      68  01 02 00 03                                      A  PEER-NAME (0x0102), Length 3 ! out of place
      72  00 ff ff                                         A    ! text with a NUL
      75  01                                               A    padding, not zero
      76  00 01 00 04                                      A  RESPONSE-CODE (0x0001), Length 4
      80  00 00 00 00                                      A    ! response class not 1 to 7, or number over 99
      84  00 06 00 04                                      A  SIGNATURE (0x0006), Length 4
      88  08 02 00 00                                      .    DIGEST (0x0802), Length 0
      92  00 02 00 08                                      .  SOURCE-INFO (0x0002), Length 8 (ignored: after the SIGNATURE)
      96  01 01 00 00 41 42 43 44                          .    ! an attribute's Length runs past the end of its container
     104  00 07 00 09                                      .  SDP, Length 9 ! an attribute's Length runs past the end of its container
     108  41 42 43                                         .    3 octets of it
$(printf '%60s' '')  ! truncated: 1 octet missing at the end
END_OF_ROWS
sed -i 's/ *$//' wanted
run reload-dump -f annotated flawed
is "$status $(cat "$errors")" "3 reload-dump: flawed: offset 13: message 1: truncated: Length is 44, but 43 octets follow the header" \
    "a message with many flaws is malformed"
sed 's/ *$//' "$output" >said
same said wanted "each flaw is marked in its row"
unhex "$(message 02 01 "$(attr 0655 00)0007")" >short
t "a DHT's attribute and half an attribute header are malformed" 3 '*' '*' reload-dump -f annotated short
is "$(sed -n '2p;18,$p' "$output")" '       0  52 45 4c 4f                                        token "RELO"
      68  06 55 00 01                                        0x0655 (unknown), Length 1
      72  00                                                   1 octet
      73  00 00 00                                             padding
      76  00 07                                              ! fewer than four octets left, too few for an attribute'"'s type and Length" "rows without a signature have no gutter"
long='v=0 '
for ((i = 0; i < 9; i++)); do long+='mäandernd "'; done
unhex "$(message 02 01 "$(attr 0007 "$(text "$long")")")" >long
run reload-dump -f annotated long
is "$(sed -n 's/^.\{63\}"\(.*\)"$/\1/p' "$output" | tr -d '\n' | sed 's/\\"/"/g')" "$long" "each row of a long text shows the text of its own octets"
ok "no character of a long text is split between rows" grep -qxE ' +88  [0-9a-f ]{47} +".*"' "$output"
unhex "$(message 02 01 "$(attr 0102 "$(text $'\033[31m\n')")")" >hostile
run reload-dump -f annotated hostile
ok "text from untrusted input is escaped" grep -qF '"\x1b[31m\n"' "$output"
printf 'no RELO at all\033x and more' >garbage
t "garbage is shown in hex and as text" 3 '=1: garbage, offset 0: ! 25 octets of garbage: not a RELOAD message: truncated header at octet 3: 22 octets, expected 68
       0  6e 6f 20 52 45 4c 4f 20 61 74 20 61 6c 6c 1b 78    |no RELO at all.x|
      16  20 61 6e 64 20 6d 6f 72 65                         | and more|' '*' reload-dump -f annotated garbage
reload-dump -f annotated "$TESTDATA/tunnel.hmac.bin" | cat >plain
lacks plain $'\033' "output to a pipe has no colour"
t "colour does not change the text" 0 @<(reload-dump -f annotated "$TESTDATA/tunnel.hmac.bin") '' \
    bash -c 'reload-dump -f annotated --color=always "$1" | sed "s/\x1b\[[0-9]*m//g"' - "$TESTDATA/tunnel.hmac.bin"
t "-o FILE is accepted" 0 '' '' reload-dump -f annotated -o here "$TESTDATA/tunnel.hmac.bin"
is "$(octets <here)" "$(hex <"$TESTDATA/tunnel.hmac.bin")" "-o FILE contains all rows"

# prefixes of a message: truncated messages, or garbage if shorter than a header
whole=$(hex <"$TESTDATA/section-4.1.hmac.bin")
missing=''
for ((n = 1; n < ${#whole} / 2; n += 7)); do
    unhex "${whole:0:2 * n}" | reload-dump -i binary -f annotated >said 2>/dev/null
    [ "$? $(octets <said)" = "3 ${whole:0:2 * n}" ] || missing+=" $n"
done
is "$missing" '' "each octet of a truncated message appears once"

# ---- marks ----

# marked LETTER <ANNOTATED: the octets marked with LETTER, in hex, Length as it is digested
marked()
{
    awk -v letter="$1" '/^ *[0-9]+  [0-9a-f][0-9a-f] / {
        gutter = substr($0, 60)
        sub(" .*", "", gutter)
        if (!index(gutter, letter)) next
        row = substr($0, 11, 48)
        if (match($0, "\\(" letter " digests [0-9]+, [0-9a-f ]+: D2")) {
            row = substr($0, RSTART, RLENGTH - 4)
            sub(".*, ", "", row)
        }
        gsub(" ", "", row)
        printf "%s", row
    }'
}

# letter PATH <ANNOTATED: the letter of the signature at PATH
letter()
{
    sed -n "s|^ *\([A-Za-z]\)  [A-Z.-]* $1 (Security .*|\1|p"
}

# digest JSON PATH: the DIGEST of the signature at PATH, in hex
digest()
{
    jq -r --arg path "$2" 'getpath($path[1:] / "/" | map(tonumber? // .)).value | map(select(.type == "DIGEST"))[0].hex' <<<"$1"
}

# paths JSON: the paths of all signatures
paths()
{
    jq -r 'paths(objects | .type? | strings | test("SIGNATURE$")) | map(tostring) | "/" + join("/")' <<<"$1"
}

cp "$TESTDATA"/{section-4.1,route-log,response,unknown,tunnelled}.hmac.bin .
# two more hops, the first with a PEER-INFO signed according to D27
log=$(attr 0101 "$alice")$(printf '01060018')
log+=$(attr 0802 "$(hmac "$key" "$log")")
unhex "$(patch 13 "$(printf '%06x' $((396 - 68 + 4 + ${#log} / 2 + 4)))" "$whole")$(attr 0004 "$(attr 0402 "$log")")" >hops.hmac.bin
# a PEER-SIGNATURE in a BODY.PEER-INFO, covered by the BODY's signature and by the message's
reload-dump -f json "$TESTDATA/section-4.1.json" | jq -c '.header.transaction_id = "0102030405060708"' >three.json
info=$(attr 0101 "$bob")$(printf '01060018')
info=$(attr 0101 "$bob")$(attr 0106 "$(attr 0802 "$(hmac "$key" "$info")")")
jq -c --arg info "$info" '.attributes[1].value[1].value += [{"type": "RESOURCE-INFO.BODY.PEER-INFO", "hex": $info}]
    | .attributes[1].value[1].value |= map(select(.value == null or (.value | type) != "array"))' three.json |
    reload-sign --quiet --secret "$TESTDATA/hmac.secret" --sign-source-info --time 946702799 -o three.hmac.bin
checked=0
for input in *.hmac.bin; do
    run reload-dump -f annotated "$input"
    json=$(reload-dump -f json "$input")
    for path in $(paths "$json"); do
        is "$(hmac "$key" "$(marked "$(letter "$path" <"$output")" <"$output")")" "$(digest "$json" "$path")" \
            "openssl computes the DIGEST at $path from the octets marked in $input"
        checked=$((checked + 1))
    done
done
is "$checked" 17 "all 17 signatures have been checked"
run reload-dump -f annotated three.hmac.bin
ok "each of three signatures over one octet has its own column" grep -qE '^ +[0-9]+  01 01 00 14 +ACD  ' "$output"
run reload-dump -f annotated section-4.1.hmac.bin
ok "the signatures of two BODYs share a column" grep -qE '^ +1  A' <(sed -n 's/^.\{59\}\(A[BC]\) .*/\1/p' "$output" | cut -c 2 | sort | uniq | wc -l | sed 's/2/ 1  A/')

openssl x509 -in "$TESTDATA/alice.crt" -noout -pubkey >alice.pub
for name in section-4.1 route-log; do
    input=$TESTDATA/$name.certs.bin
    reload-dump -f annotated "$input" >annotated
    json=$(reload-dump -f json "$input")
    for path in $(paths "$json"); do
        unhex "$(marked "$(letter "$path" <annotated)" <annotated)" >covered
        unhex "$(digest "$json" "$path")" >signature
        t "openssl verifies the DIGEST at $path over the octets marked in $name.certs.bin" 0 '=Verified OK' '' \
            openssl dgst -sha1 -verify alice.pub -signature signature covered
    done
done

# the inner message: its own signature's letter, offsets in the outer message
run reload-dump -f annotated "$TESTDATA/tunnel.hmac.bin"
is "$(marked A <"$output" | wc -c) $(grep -c '^ *[AB]  SIGNATURE /attributes/1 ' "$output")" "432 2" "the inner message has its own legend"
inner=$(hex <"$TESTDATA/tunnelled.hmac.bin")
is "$(hmac "$key" "$(marked B <"$output")")" "${inner: -40}" "openssl computes the inner message's DIGEST from the marked octets"
ok "the inner message's offsets are those in the outer message" grep -qE '^ +88  52 45 4c 4f +A\.      token "RELO"$' "$output"

# six nested messages, of which five are read
nested=$inner
for ((i = 0; i < 5; i++)); do
    nested=$(message 01 21 "$(attr 0008 "$(attr 0403 "$(text reload)")$(attr 0404 "$nested")")")
done
unhex "$nested" >nested
run reload-dump -f annotated nested
is "$(octets <"$output")" "$nested" "each octet of nested messages appears once"
is "$(grep -c 'token "RELO"' "$output") $(grep -cF '! inner messages are read no deeper (D26)' "$output")" "5 1" "nested messages are read to D26's depth"

# signatures that cover nothing
peer=$(attr 0106 "$(attr 0802 '')")
unhex "$(message 02 01 "$(attr 0002 "$peer$peer$(attr 0101 "$alice")")$peer$(attr 0002 "$(attr 0106 '')")$(attr 0006 0802)$(attr 0006 '')$(attr 0002 "$peer")")" >none
run reload-dump -f annotated none
is "$(sed -n '2,7p' "$output")" '  A  PEER-SIGNATURE /attributes/0/value/0 (Security 0x02 HMAC): octets 72 to 75 ! misplaced
  -  PEER-SIGNATURE /attributes/0/value/1 (Security 0x02 HMAC): nothing is marked: duplicate
  -  PEER-SIGNATURE /attributes/1 (Security 0x02 HMAC): nothing is marked: out of place
  -  PEER-SIGNATURE /attributes/2/value/0 (Security 0x02 HMAC): nothing is marked: no DIGEST
  -  SIGNATURE /attributes/3 (Security 0x02 HMAC): nothing is marked: members cannot be read
  -  SIGNATURE /attributes/4 (Security 0x02 HMAC): nothing is marked: after the SIGNATURE' "the legend gives the reason if nothing is marked"
ok "a duplicate signature is marked as duplicate" grep -qF 'PEER-SIGNATURE (0x0106), Length 4 ! duplicate' "$output"
done_testing
