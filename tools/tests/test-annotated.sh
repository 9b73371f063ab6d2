#!/bin/bash
# shellcheck disable=SC2016,SC2094 # single quotes hold scripts for awk and bash; variables are written to files of their names
# reload-dump -f annotated: every octet once, beside its name, and marked for what openssl digests.
. "$(dirname "$0")/tap.bash"

key=$(text "$(cat "$TESTDATA/hmac.secret")")

# ---- layout ----

# octets <ANNOTATED: those in the rows, in hex; a row that does not begin where the one before it ended says so
octets()
{
    awk '/^ *[0-9]+  [0-9a-f][0-9a-f] / {
        row = substr($0, 11, 48)
        gsub(" ", "", row)
        if ($1 != at) printf "<%s instead of %s>", $1, at
        at = $1 + length(row) / 2
        printf "%s", row
    }' at=0
}

for input in "$TESTDATA"/*.bin; do
    run reload-dump -f annotated "$input"
    is "$(octets <"$output")" "$(hex <"$input")" "each octet of ${input##*/} comes out once"
done
t "under HMAC, with ROUTE-LOGs" 0 "@$TESTDATA/route-log.hmac.annotated" '' bash -c 'reload-dump -f annotated <"$1"' - "$TESTDATA/route-log.hmac.bin"
t "under CERTS, with ROUTE-LOGs" 0 "@$TESTDATA/route-log.certs.annotated" '' bash -c 'reload-dump -f annotated <"$1"' - \
    "$TESTDATA/route-log.certs.bin"

# the first 68 octets of a message that message makes, with the gutter left out
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
# head_with GUTTER LENGTH-ROW: those rows, with GUTTER from octet 8 on
head_with()
{
    awk -v gutter="$1" -v length_row="$2" '$2 == "LENGTH" { print "      13  " length_row; next }
        { print substr($0, 1, 58) (gutter == "" ? "" : " " ($1 < 8 ? "." : gutter)) \
            (length($0) > 59 ? (gutter == "" ? " " : "  ") substr($0, 60) : "") }' <<<"$head_rows"
}

# flaws, one beside the other: out of place with a NUL and padding that is not zero, a code of class 0, ignored and broken, cut short
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
$(printf '%60s' '')  ! truncated: 1 octets missing at the end
END_OF_ROWS
sed -i 's/ *$//' wanted
run reload-dump -f annotated flawed
is "$status $(cat "$errors")" "3 reload-dump: flawed: offset 13: message 1: truncated: Length is 44, but 43 octets follow the header" \
    "a message full of flaws: its status"
sed 's/ *$//' "$output" >said
same said wanted "and its rows"
unhex "$(message 02 01 "$(attr 0655 00)0007")" >short
t "an attribute of the DHT's, and half a head; no gutter without a signature" 3 '*' '*' reload-dump -f annotated short
is "$(sed -n '2p;18,$p' "$output")" '       0  52 45 4c 4f                                        token "RELO"
      68  06 55 00 01                                        0x0655 (unknown), Length 1
      72  00                                                   1 octet
      73  00 00 00                                             padding
      76  00 07                                              ! fewer than four octets left, too few for an attribute'"'s type and Length" "its rows"
long='v=0 '
for ((i = 0; i < 9; i++)); do long+='mäandernd "'; done
unhex "$(message 02 01 "$(attr 0007 "$(text "$long")")")" >long
run reload-dump -f annotated long
is "$(sed -n 's/^.\{63\}"\(.*\)"$/\1/p' "$output" | tr -d '\n' | sed 's/\\"/"/g')" "$long" "long text comes beside its own octets"
ok "of which none begins in another row" grep -qxE ' +88  [0-9a-f ]{47} +".*"' "$output"
unhex "$(message 02 01 "$(attr 0102 "$(text $'\033[31m\n')")")" >hostile
run reload-dump -f annotated hostile
ok "text from strangers is escaped" grep -qF '"\x1b[31m\n"' "$output"
printf 'no RELO at all\033x and more' >garbage
t "garbage" 3 '=1: garbage, offset 0: ! 25 octets of garbage: not a RELOAD message: the token 52454c4f (RELO) is missing
       0  6e 6f 20 52 45 4c 4f 20 61 74 20 61 6c 6c 1b 78    |no RELO at all.x|
      16  20 61 6e 64 20 6d 6f 72 65                         | and more|' '*' reload-dump -f annotated garbage
is "$(reload-dump -f annotated "$TESTDATA/tunnel.hmac.bin" | grep -c $'\033')" 0 "no colour into a pipe"
t "colour changes no letter" 0 @<(reload-dump -f annotated "$TESTDATA/tunnel.hmac.bin") '' \
    bash -c 'reload-dump -f annotated --color=always "$1" | sed "s/\x1b\[[0-9]*m//g"' - "$TESTDATA/tunnel.hmac.bin"
t "-o FILE" 0 '' '' reload-dump -f annotated -o here "$TESTDATA/tunnel.hmac.bin"
is "$(octets <here)" "$(hex <"$TESTDATA/tunnel.hmac.bin")" "has the rows"

# every beginning of a message, which is cut short or no message at all
whole=$(hex <"$TESTDATA/section-4.1.hmac.bin")
missing=''
for ((n = 1; n < ${#whole} / 2; n += 7)); do
    unhex "${whole:0:2 * n}" | reload-dump -i binary -f annotated >said 2>/dev/null
    [ "$? $(octets <said)" = "3 ${whole:0:2 * n}" ] || missing+=" $n"
done
is "$missing" '' "nor is an octet lost of a message that is cut short"

# ---- what is marked ----

# marked LETTER <ANNOTATED: the octets marked with it, with the Length that it digests, in hex
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

# letter PATH <ANNOTATED: the one of a signature
letter()
{
    sed -n "s|^ *\([A-Za-z]\)  [A-Z.-]* $1 (Security .*|\1|p"
}

# digest JSON PATH: the DIGEST in the signature at that path, in hex
digest()
{
    jq -r --arg path "$2" 'getpath($path[1:] / "/" | map(tonumber? // .)).value | map(select(.type == "DIGEST"))[0].hex' <<<"$1"
}

# paths JSON: of all signatures
paths()
{
    jq -r 'paths(objects | .type? | strings | test("SIGNATURE$")) | map(tostring) | "/" + join("/")' <<<"$1"
}

cp "$TESTDATA"/{section-4.1,route-log,response,unknown,tunnelled}.hmac.bin .
# two more hops; the first says who it is, in a PEER-INFO that is signed as D27 has it
log=$(attr 0101 "$alice")$(printf '01060018')
log+=$(attr 0802 "$(hmac "$key" "$log")")
unhex "$(patch 13 "$(printf '%06x' $((396 - 68 + 4 + ${#log} / 2 + 4)))" "$whole")$(attr 0004 "$(attr 0402 "$log")")" >hops.hmac.bin
# a PEER-SIGNATURE in a BODY.PEER-INFO, inside what the BODY's own covers: three deep
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
            "openssl makes the DIGEST at $path of what $input shows marked"
        checked=$((checked + 1))
    done
done
is "$checked" 17 "which are all the signatures there are"
run reload-dump -f annotated three.hmac.bin
ok "three signatures over one octet have a column each" grep -qE '^ +[0-9]+  01 01 00 14 +ACD  ' "$output"
run reload-dump -f annotated section-4.1.hmac.bin
ok "those of two BODYs share a column" grep -qE '^ +1  A' <(sed -n 's/^.\{59\}\(A[BC]\) .*/\1/p' "$output" | cut -c 2 | sort | uniq | wc -l | sed 's/2/ 1  A/')

openssl x509 -in "$TESTDATA/alice.crt" -noout -pubkey >alice.pub
for name in section-4.1 route-log; do
    input=$TESTDATA/$name.certs.bin
    reload-dump -f annotated "$input" >annotated
    json=$(reload-dump -f json "$input")
    for path in $(paths "$json"); do
        unhex "$(marked "$(letter "$path" <annotated)" <annotated)" >covered
        unhex "$(digest "$json" "$path")" >signature
        t "openssl verifies the DIGEST at $path over what $name.certs.bin shows marked" 0 '=Verified OK' '' \
            openssl dgst -sha1 -verify alice.pub -signature signature covered
    done
done

# the message inside: by its own signature's letter, with offsets in the carrier
run reload-dump -f annotated "$TESTDATA/tunnel.hmac.bin"
is "$(marked A <"$output" | wc -c) $(grep -c '^ *[AB]  SIGNATURE /attributes/1 ' "$output")" "432 2" "a tunnelled message has a legend of its own"
inner=$(hex <"$TESTDATA/tunnelled.hmac.bin")
is "$(hmac "$key" "$(marked B <"$output")")" "${inner: -40}" "and openssl makes its DIGEST of what is marked"
ok "its octets have offsets in the carrier" grep -qE '^ +88  52 45 4c 4f +A\.      token "RELO"$' "$output"

# messages in messages, six deep: five are read
nested=$inner
for ((i = 0; i < 5; i++)); do
    nested=$(message 01 21 "$(attr 0008 "$(attr 0403 "$(text reload)")$(attr 0404 "$nested")")")
done
unhex "$nested" >nested
run reload-dump -f annotated nested
is "$(octets <"$output")" "$nested" "messages in messages: each octet comes out once"
is "$(grep -c 'token "RELO"' "$output") $(grep -cF '! inner messages are read no deeper (D26)' "$output")" "5 1" "down to D26's depth"

# signatures that sign nothing
peer=$(attr 0106 "$(attr 0802 '')")
unhex "$(message 02 01 "$(attr 0002 "$peer$peer$(attr 0101 "$alice")")$peer$(attr 0002 "$(attr 0106 '')")$(attr 0006 0802)$(attr 0006 '')$(attr 0002 "$peer")")" >none
run reload-dump -f annotated none
is "$(sed -n '2,7p' "$output")" '  A  PEER-SIGNATURE /attributes/0/value/0 (Security 0x02 HMAC): octets 72 to 75 ! misplaced
  -  PEER-SIGNATURE /attributes/0/value/1 (Security 0x02 HMAC): nothing is marked: duplicate
  -  PEER-SIGNATURE /attributes/1 (Security 0x02 HMAC): nothing is marked: out of place
  -  PEER-SIGNATURE /attributes/2/value/0 (Security 0x02 HMAC): nothing is marked: no DIGEST
  -  SIGNATURE /attributes/3 (Security 0x02 HMAC): nothing is marked: members cannot be read
  -  SIGNATURE /attributes/4 (Security 0x02 HMAC): nothing is marked: after the SIGNATURE' "why nothing is marked"
ok "a second one of what may come once is told" grep -qF 'PEER-SIGNATURE (0x0106), Length 4 ! duplicate' "$output"
done_testing
