#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# check-manuals.sh SOURCE TOOLS TABLES: compares the manuals with each tool's --help and with the tables in the code. SOURCE is the
# top of the tree, TOOLS the directory of the built tools, TABLES the program print-tables. Prints TAP.
set -eu
export LC_ALL=C

if [ $# -ne 3 ]; then
    echo "usage: ${0##*/} SOURCE TOOLS TABLES" >&2
    exit 2
fi
source=$1 tools=$2 tables=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
failed=0

# result STATUS NAME: prints one test line
result() {
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $count - $2"
    else
        echo "not ok $count - $2"
        failed=1
    fi
}

# same A B NAME: passes if both files have the same set of lines and are not empty; shows the difference otherwise.
same() {
    sort -u "$1" >"$work/a"
    sort -u "$2" >"$work/b"
    if [ ! -s "$work/a" ]; then
        echo "# nothing to compare"
        result 1 "$3"
    elif diff "$work/a" "$work/b" >"$work/difference"; then
        result 0 "$3"
    else
        sed 's/^/# /' "$work/difference"
        result 1 "$3"
    fi
}

# contained A B NAME: passes if each line of A is part of a line of B, and A is not empty; shows the others otherwise.
contained() {
    missing=0
    while IFS= read -r line; do
        grep -qF -- "$line" "$2" || {
            echo "# $line"
            missing=1
        }
    done <"$1"
    [ -s "$1" ] || missing=1
    result $missing "$3"
}

# The options that --help lists, as "-o --output=FILE".
help_options() {
    "$@" --help | sed -n 's/^  \(-[A-Za-z]\), \(--[^ ]*\).*/\1 \2/p; s/^      \(--[^ ]*\).*/\1/p'
}

# The options for which a manual (standard input) has an item, in the same form. An item may have several options.
manual_options() {
    sed -n 's/^\.It Fl //p' |
        sed 's/\([A-Za-z][A-Za-z]\) , Fl /\1\n/g; s/\( Ar [^ ]*\) , Fl /\1\n/g' |
        sed 's/ , Fl -/ --/; s/^-/--/; s/^\([A-Za-z]\) --/-\1 --/; s/ Ns = Ns Ar /=/'
}

# part PAGE FROM TO: a manual from the heading FROM to the heading TO, as text.
part() {
    sed -n "/^\.S[hs] $2\$/,/^\.S[hs] $3\$/p" "$source/man/$1" | sed 's/\\(sc/§/g; s/\\&//g; s/\\-/-/g'
}

# The rows of the tables on standard input, one per line, with tabs between the cells. A cell may span several source lines.
rows() {
    awk '
        /^\.T[SE]$/ { format = $0 == ".TS"; inside = format; row = ""; next }
        !inside { next }
        format { format = !/\.$/; next }
        $0 == "_" { next }
        { row = row == "" ? $0 : row " " $0; open = open ? !/^T}/ || /T{$/ : /T{$/ }
        !open { gsub(/T{ | T}/, "", row); print row; row = "" }'
}

# The items of the lists on standard input, as "NAME: TEXT".
items() {
    awk '
        /^\.It Li / { if (item != "") print item; item = substr($0, 8) ":"; next }
        /^\./ { if (item != "") print item; item = ""; next }
        item != "" { item = item " " $0 }'
}

# table NAME: the rows of a table of print-tables, with tabs between the cells
"$tables" >"$work/tables"
table() {
    sed -n "s/^$1\t//p" "$work/tables"
}

# The headings and options of --help; and those of a manual (standard input)
help_sections() {
    "$@" --help | sed -n 's/^  \(-[A-Za-z]\), \(--[^ ]*\).*/\1 \2/p; s/^      \(--[^ ]*\).*/\1/p; /^Exit status:/q; s/^\([A-Z][^:]*\):$/\1/p'
}
manual_sections() {
    awk '/^\.Sh /{inside = $2 == "OPTIONS"} inside && /^\.It Fl /; inside && sub(/^\.Ss /, "heading ")' | while read -r word rest; do
        if [ "$word" = heading ]; then
            printf '%s\n' "$rest"
        else
            printf '%s %s\n' "$word" "$rest" | manual_options
        fi
    done
}

for tool in reload-sign reload-verify reload-dump; do
    help_sections "$tools/$tool" >"$work/help"
    manual_sections <"$source/man/$tool.1" >"$work/manual"
    diff "$work/help" "$work/manual" >"$work/difference" && status=0 || status=1
    sed 's/^/# /' "$work/difference"
    result "$status" "$tool --help has the headings of $tool(1), and the options in their order"
done
for tool in reload-sign reload-verify reload-dump; do
    help_options "$tools/$tool" >"$work/help"
    manual_options <"$source/man/$tool.1" >"$work/manual"
    same "$work/help" "$work/manual" "$tool(1) has the options of $tool --help"
done

# reload-keygen(1) has one subsection for each command, and one for their common options
"$tools/reload-keygen" --help | sed -n 's/^[ U].*reload-keygen \([a-z][a-z-]*\) .*/\1/p' | sort -u >"$work/commands"
sed -n 's/^\.Ss reload-keygen \(.*\)/\1/p' "$source/man/reload-keygen.1" >"$work/manual"
same "$work/commands" "$work/manual" "reload-keygen(1) has the commands of reload-keygen --help"
sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/s/^\.Cm //p' "$source/man/reload-keygen.1" >"$work/manual"
same "$work/commands" "$work/manual" "reload-keygen(1) has the commands of --help in its synopsis"
part reload-keygen.1 'All commands' 'reload-keygen ca' | manual_options >"$work/common"
while read -r command; do
    name="reload-keygen $command"
    help_options "$tools/reload-keygen" "$command" >"$work/help"
    awk -v name="$name" '/^\.S[hs] /{inside = $0 == ".Ss " name} inside' "$source/man/reload-keygen.1" |
        manual_options | cat - "$work/common" >"$work/manual"
    same "$work/help" "$work/manual" "reload-keygen(1) has the options of $name --help"
done <"$work/commands"

# The files of a CA's directory, and the keys of a profile that the library accepts
"$tools/reload-keygen" ca --overlay=test --output="$work/ca" --bits=1024
"$tools/reload-keygen" issue --quiet --ca="$work/ca" --output="$work/peer" --user=alice@example.com \
    --peer-id=463ac413c4000000000000000000000000000000
"$tools/reload-keygen" ca --succeed="$work/ca" --output="$work/next" --bits=1024 --quiet
find "$work/ca" "$work/next" -mindepth 1 -maxdepth 1 -exec basename {} \; >"$work/files"
part reload-profile.5 'CA DIRECTORY' INDEX | sed -n 's/^\.It Pa //p' >"$work/manual"
same "$work/files" "$work/manual" "reload-profile(5) has the files of a CA's directory"
sed -n 's/^ *"\([a-z0-9_]*\)": .*/\1/p' "$work/tables" >"$work/library"
part reload-profile.5 PROFILE 'CA DIRECTORY' | sed -n 's/^\.It Li //p' | sed 's/ , /\n/g' >"$work/manual"
same "$work/library" "$work/manual" "reload-profile(5) has the keys of a profile"

# Reasons and codes; verdicts
table reason | tr '\t' ' ' >"$work/library"
part reload-checks.7 REASONS LINT | awk '
    /^\.It Li /{name = $3; code = "-"}
    /^\([0-9]*\)$|[.:] \([0-9]*\)$/{code = $NF; gsub(/[()]/, "", code)}
    name != "" && /^\.(It|El)/{if (last != "") print last; last = ""}
    name != ""{last = name " " code}
    /^\.El/{name = ""}' >"$work/manual"
same "$work/library" "$work/manual" "reload-checks(7) has the reasons and codes"
table verdict >"$work/library"
sed -n '/^\.Ss Verdicts/,/^\.S[hs] [^V]/s/^\.It Li \(.*\)/\1/p' "$source/man/reload-verify.1" >"$work/manual"
same "$work/library" "$work/manual" "reload-verify(1) has the verdicts"

# The rules of --lint, with level, section and text; the readings of --explain, with section and text. Decisions are in
# reload-decisions(7) only.
without_decisions() {
    sed -E 's/, D[0-9]+//g; s/\(D[0-9]+, /(/; s/ \(D[0-9]+\)//'
}
table rule | awk -F '\t' '{print $1 ": " $4 " (" ($2 == "-" ? "" : $2 ", ") $3 ")"}' | without_decisions >"$work/library"
part reload-checks.7 LINT EXPLAIN | items >"$work/manual"
same "$work/library" "$work/manual" "reload-checks(7) has the rules of --lint"
table reading | awk -F '\t' '{print $1 ": " toupper(substr($3, 1, 1)) substr($3, 2) " (" $2 ")"}' |
    without_decisions >"$work/library"
part reload-checks.7 EXPLAIN EXAMPLES | items >"$work/manual"
same "$work/library" "$work/manual" "reload-checks(7) has the readings of --explain"

# The keys of a report, as the tool writes them: with a reason and a finding; of an outer and inner message under CERTS;
# and of a captured request and its response; a warning and an error
printf x >"$work/secret"
chmod 600 "$work/secret"
"$tools/reload-sign" --example=RESOURCE-PUT | sed 's/"ttl": 32/"ttl": 0/' |
    "$tools/reload-sign" --secret="$work/secret" -o "$work/message"
printf y >"$work/other"
chmod 600 "$work/other"
printf 'x\n\n' >"$work/newline" # its second newline is part of the secret
chmod 600 "$work/newline"
"$tools/reload-sign" --example=PEER-SEARCH | "$tools/reload-sign" --secret="$work/newline" -o "$work/explained"
("$tools/reload-verify" --secret="$work/other" --json --lint "$work/message" || true) >"$work/report"
("$tools/reload-verify" --secret="$work/secret" --explain --json "$work/explained" || true) >>"$work/report"
"$tools/reload-sign" --example=TRANSPORT-TUNNEL | sed "s/{\"name\": \"chat\"}/{\"name\": \"test\"}/; s/\"sip\"/\"reload\"/
    s/\"hex\": \"[0-9a-f]*\"/\"hex\": \"$("$tools/reload-dump" -f hex "$work/message")\"/" |
    "$tools/reload-sign" --key="$work/peer.key" --cert="$work/peer.crt" -o "$work/outer"
("$tools/reload-verify" --profile="$work/ca/overlay.json" --json "$work/outer" || true) >>"$work/report"
"$tools/reload-sign" --reply-to="$work/message" --code=200 --secret="$work/secret" \
    --peer-id=463ac413c4000000000000000000000000000000 -o "$work/reply"
"$tools/reload-dump" -f json "$work/message" "$work/reply" | sed 's/}$/, "meta": {"time": 1183900000}}/' |
    "$tools/reload-verify" --secret="$work/secret" --pair --json >>"$work/report"
# a capture: raw IP with a UDP datagram, of which the snaplen cut off most
{
    echo d4c3b2a1 02000400 00000000 00000000 00000400 65000000 60ea9046 00000000 78000000 00010000
    echo 45000100 00010000 40110000 0a000001 0a000002 13c417c4 00ec0000
    head -c 92 "$work/reply" | xxd -p
} | xxd -r -p >"$work/capture"
("$tools/reload-verify" --secret="$work/secret" --quiet --report="$work/captured" "$work/capture" || true) 2>"$work/errors"
cat "$work/captured" >>"$work/report"
cp "$work/secret" "$work/readable" # causes a warning
chmod 644 "$work/readable"
("$tools/reload-verify" --secret="$work/readable" --json "$work/missing" || true) >>"$work/report" 2>"$work/errors"
grep -o '"[a-z_]*": ' "$work/report" | tr -d '": ' >"$work/tool"
# keys FROM TO: those that the manual lists between two headings, and in the objects there
keys() {
    part reload-report.5 "$1" "$2" | awk '
        /^\.It Li /{print substr($0, 8)}
        inside && /^\.Li /{print substr($0, 5)}
        /^(Objects|.*objects?) of$/{inside = 1}
        /^\.(It|Ed|El|Pp)|[.]$/{inside = 0}' | tr -s ' ,' '\n' | grep '^[a-z]'
}
keys 'THE LINE OF A MESSAGE' 'THE SUMMARY' >"$work/manual"
same "$work/tool" "$work/manual" "reload-report(5) has the keys of reload-verify --json"
("$tools/reload-verify" --secret="$work/secret" --json --summary "$work/message" || true) >"$work/report"
table verdict | grep -vx unchecked >"$work/verdicts"
grep -o '"[a-z_]*": ' "$work/report" | tr -d '": ' | grep -vxFf "$work/verdicts" >"$work/tool"
keys 'THE SUMMARY' 'SEE ALSO' >"$work/manual"
same "$work/tool" "$work/manual" "reload-report(5) has the keys of reload-verify --summary"

# The known answer: the example's DIGEST is made by the secret that the manual states
part reload-message.5 'JSON FORM' 'Attributes in JSON' | sed '1,/^\.Bd/d; /^\.Ed/,$d' >"$work/answer.json"
printf secret >"$work/answer.secret"
chmod 600 "$work/answer.secret"
"$tools/reload-verify" --secret "$work/answer.secret" --json "$work/answer.json" | grep -q '"verdict": "valid"' && status=0 || status=1
result "$status" "reload-message(5): the example is valid"
"$tools/reload-dump" --tbs /attributes/1 "$work/answer.json" | tee "$work/octets" | openssl dgst -sha1 -hmac secret -r | cut -c 1-40 >"$work/tool"
sed -n '/"DIGEST"/,$s/.*"hex": "\([0-9a-f]*\)".*/\1/p' "$work/answer.json" >"$work/manual"
same "$work/tool" "$work/manual" "reload-message(5): openssl makes the example's DIGEST"
wc -c <"$work/octets" | tr -d ' ' >"$work/tool"
sed -n 's/^Its SIGNATURE covers the \([0-9]*\) octets.*/\1/p' "$source/man/reload-message.5" >"$work/manual"
same "$work/tool" "$work/manual" "reload-message(5): the number of covered octets"

# The map of the pages
find "$source/man" -name '*.[157]' ! -name reload.7 -exec basename {} \; | sed 's/\./ /' >"$work/library"
part reload.7 DESCRIPTION TUTORIAL | sed -n 's/^\.It Xr //p' | grep -v ' 3$' >"$work/manual"
sort -u "$work/library" "$work/manual" >"$work/both"
same "$work/both" "$work/manual" "reload(7) names each page"
sed -n '/^## Manuals$/,/^## [^M]/p' "$source/README.md" | grep -o 'reload[a-z-]*([157])' | tr '()' '  ' | sed 's/  *$//' >"$work/manual"
(cat "$work/library" && echo reload 7) >"$work/both"
same "$work/both" "$work/manual" "README.md names each page"

# The diagrams of the signed octets
for page in reload-message.5 reload.7; do
    awk '/^[.]Bd/{text = ""; next} /^[.]Ed/{if (text ~ /covered/) printf "%s", text} {text = text $0 "\n"}' "$source/man/$page" |
        grep . >"$work/diagrams.$page"
done
same "$work/diagrams.reload-message.5" "$work/diagrams.reload.7" "reload(7) has the diagrams of reload-message(5)"

# The catalogue of mutations, with section, effect and expected result, in the tool and in the manual
"$tools/reload-sign" --mutate=help |
    sed -n 's/^\([a-z]*\):$/group \1/p; s/^  \([^ ]*\)  */\1: /p' | without_decisions >"$work/tool"
part reload-mutate.7 CATALOGUE 'SEE ALSO' >"$work/catalogue"
sed -n 's/^\.Ss Group \(.*\)/group \1/p' "$work/catalogue" >"$work/manual"
items <"$work/catalogue" | sed 's/\.\.\./…/g' >>"$work/manual"
same "$work/tool" "$work/manual" "reload-mutate(7) has the catalogue of reload-sign --mutate=help"
"$tools/reload-sign" --example=PEER-SEARCH |
    "$tools/reload-sign" --secret="$work/secret" --time=0 --mutate=none --seed=00 --pretty >"$work/vectors"
sed -n 's/^          "\([a-zA-Z_]*\)": .*/\1/p' "$work/vectors" >"$work/tool"
part reload-mutate.7 'The JSON document' 'The directory' | sed -n 's/^\.It Li //p' >"$work/manual"
same "$work/tool" "$work/manual" "reload-mutate(7) has the keys of a test"
sed -n 's/^  "\([a-zA-Z_]*\)": .*/\1/p; /testGroups/,$s/^      "\([a-zA-Z_]*\)": .*/\1/p' "$work/vectors" >"$work/tool"
part reload-mutate.7 'The JSON document' 'The directory' | sed '/^A test has/,$d' | sed -n 's/^\.Li \([a-zA-Z]*\).*/\1/p' >"$work/manual"
same "$work/tool" "$work/manual" "reload-mutate(7) has the keys of the document"

# What a manual quotes of the tools' output, apart from the words in capitals that stand for others: each part between these is in a
# string of the sources.
find "$source/lib" "$source/tools" -name tests -prune -o -name '*.[ch]' -exec cat {} + | sed 's/\\"/'"'"'/g' |
    sed -z 's/"[[:space:]]*"//g' | grep -o '"[^"]*"' | sed 's/%[^A-Za-z%]*[hlz]*[A-Za-z]/\n/g; s/^"//; s/"$//' >"$work/strings"
sed -n 's/^\.It "\(.*\)"$/\1/p; s/^\.Dq "\([^"]*\)".*/\1/p' "$source"/man/*.1 |
    sed -E 's/\.\.\.|[()]|(^|[ =])([A-Z]|FILE|HMAC|KEY|CERT|HEX|ID|CRC|USER|DIR|OID|NAME|SUBJECT|ISSUER|SECONDS|[0-9]+)\>/\n/g
        s/warning: |refused: |PEER-ID: |the peer.s /\n/g' | sed 's/^[ ,:;]*//; s/[ ,:;]*$//' | grep . | sort -u >"$work/parts"
contained "$work/parts" "$work/strings" "the diagnostics that manuals quote are in the sources"

# Types and names of attributes, keys of header fields, names of values
table attribute | tr '\t' ' ' >"$work/library"
part reload-message.5 Attributes '.*' | rows | sed '1d' | cut -f 1,2 | tr '\t' ' ' >"$work/manual"
same "$work/library" "$work/manual" "reload-message(5) has the attributes"
table field >"$work/library"
part reload-message.5 Header Attributes | rows | sed '1d' | cut -f 3 | grep . >"$work/manual"
same "$work/library" "$work/manual" "reload-message(5) has the header's keys"
table name | cut -f 2 >"$work/names"
contained "$work/names" "$source/man/reload-message.5" "reload-message(5) has the names of values"

# The link types that a capture may have: those that the error about another one names
if [ "${RELOAD_CAPTURES:-0}" = 1 ]; then
    printf '\324\303\262\241\002\000\004\000\000\000\000\000\000\000\000\000\377\377\000\000\223\000\000\000' >"$work/link.pcap"
    "$tools/reload-dump" "$work/link.pcap" 2>&1 | sed -n 's/.*cannot be read, expected //p' | sed 's/, /\n/g; s/ or /\n/g' >"$work/links"
    part reload-captures.7 Packets '.*' | tr '\n' ' ' >"$work/manual"
    contained "$work/links" "$work/manual" "reload-captures(7) has the link types"
fi

# The presence table, by messages with what is mandatory, without one attribute and with it: what --lint reports
part reload-message.5 Presence Signatures | awk -v messages="$work/messages" '
    BEGIN {
        split("PEER-JOIN PEER-SEARCH RESOURCE-GET RESOURCE-PUT RESOURCE-TRANSFER TRANSPORT-OPEN TRANSPORT-TUNNEL", methods)
    }
    function attribute(type) {
        return "{\"type\": \"" type "\", " (type == "RESPONSE-CODE" ? "\"value\": {\"code\": 200}}" : "\"hex\": \"\"}")
    }
    function message(column, type, with,    list, r) {
        for (r = 1; r <= count; r++)
            if (names[r] != "SIGNATURE" && (names[r] == type ? with : marks[r, column] == "M"))
                list = list (list == "" ? "" : ", ") attribute(names[r])
        if (type == "SIGNATURE" && with) list = list (list == "" ? "" : ", ") attribute(type) # all after it is ignored
        print "{\"header\": {\"method\": \"" methods[int((column + 1) / 2)] "\", \"response\": " (column % 2 ? "false" : "true") \
            "}, \"attributes\": [" list "]}" >messages
    }
    NF == 15 && $2 ~ /^[MOC-]$/ {
        names[++count] = $1
        for (c = 1; c <= 14; c++) marks[count, c] = $(c + 1)
    }
    END {
        for (c = 1; c <= 14; c++)
            for (r = 1; r <= count; r++) {
                message(c, names[r], 0)
                print c, names[r], "without", (marks[r, c] == "M" ? "missing" : "fine")
                message(c, names[r], 1)
                print c, names[r], "with", (marks[r, c] == "-" ? "not-applicable" : "fine")
            }
    }' >"$work/manual"
# a rule of the presence table is one of these texts (tools/verify/lint.c)
"$tools/reload-verify" --none --json --lint "$work/messages" | awk '
    /"detail": *"[A-Z-]* is missing in a / {print "missing"; next}
    /"detail": *"not allowed in a / {print "not-applicable"; next}
    {print "fine"}' >"$work/found"
sed 's/ [^ ]*$//' "$work/manual" | paste -d ' ' - "$work/found" >"$work/tool"
same "$work/tool" "$work/manual" "reload-message(5): --lint follows the presence table"

# Each decision has a section, with the files of its vectors
sed -n 's/^\.Ss \(D[0-9]*\): .*/\1/p' "$source/man/reload-decisions.7" >"$work/items"
i=1
while [ $i -le 35 ]; do
    echo "D$i"
    i=$((i + 1))
done >"$work/decisions"
same "$work/decisions" "$work/items" "reload-decisions(7) has the decisions D1 to D35"
sed -n 's/^| \(D[0-9]*\)\..*| \(.*\) |$/\1 \2/p' "$source/testdata/vectors/COVERAGE.md" |
    awk '{
            decision = $1
            print decision, "none"
            n = split(substr($0, length(decision) + 2), parts, "; ")
            for (i = 1; i <= n; i++) if (parts[i] !~ /^`/) { split(parts[i], word, " "); print decision, word[1] }
        }' | sort -u >"$work/all"
# a decision without vectors has the word "none"
awk 'NR == FNR { count[$1]++; next } count[$1] == 1 || $2 != "none"' "$work/all" "$work/all" >"$work/library"
awk '/^\.S[sh] /{ decision = $2; sub(/:$/, "", decision); inside = 0 }
     /^\.It /{ inside = /^\.It Vectors$/; next }
     /^\./{ inside = 0 }
     inside { gsub(/,/, ""); for (i = 1; i <= NF; i++) print decision, $i }' "$source/man/reload-decisions.7" >"$work/manual"
same "$work/library" "$work/manual" "reload-decisions(7) has the files of vectors"

# The examples of a page, run one after another in a directory that has capture.pcapng, overlay/, sender.key and sender.crt at
# first: each works (status 1 is for messages that do not pass, or differ) and prints what the page shows after it, except for line
# breaks. Every literal block with a command is an example. The vectors are those of the source, wherever they are installed.
PATH=$(cd "$tools" && pwd):$PATH
EDITOR=:
export PATH EDITOR

# Programs keep their files here. tshark has the dissector, unless it is too new to run Lua as root.
HOME=$work/home
export HOME
mkdir -p "$HOME/.local/lib/wireshark/plugins"
[ -z "${RELOAD_DISSECTOR-}" ] || cp "$RELOAD_DISSECTOR" "$HOME/.local/lib/wireshark/plugins"

# Runs the command in $work/command and compares its output with $work/expected, if not empty. A command that requires a
# screen, another host, a missing tshark or a dissector that it does not load is not run.
not_run='(^|[|] )(ssh|wireshark) '
if ! command -v tshark >"$work/null"; then
    not_run="$not_run|(^|[|] )tshark |message[.]pcapng"
elif ! tshark -G fields 2>"$work/null" | grep -q 'reload07[.]method'; then
    not_run="$not_run|reload07[.]"
fi
run_example() {
    ! grep -qE "$not_run" "$work/command" || return 0
    status=0
    sed -i "s|/usr/share/libreload/vectors|$source/testdata/vectors|" "$work/command"
    sh -c "$(cat "$work/command")" >"$work/printed" 2>"$work/errors" </dev/null || status=$?
    tr -s ' \n\t' '   ' <"$work/expected" >"$work/a"
    tr -s ' \n\t' '   ' <"$work/printed" >"$work/b"
    if [ $status -gt 1 ] || { [ -s "$work/expected" ] && ! cmp -s "$work/a" "$work/b"; }; then
        sed 's/^/# /' "$work/command" "$work/printed" "$work/errors"
        bad=1
    fi
}

for page in "$source"/man/*.[157]; do
    sed -n '/^\.Bd/,/^\.Ed/p' "$page" | sed 's/\\e/\\/g; s/\\(sc/§/g; s/\\(dq/"/g; s/^\\&//' >"$work/examples"
    grep -q '^[$] ' "$work/examples" || continue
    missing=
    for command in openssl jq parallel sqlite3 tcpdump xxd; do
        grep -qE "(^([$]|   )|[|]) $command " "$work/examples" && ! command -v "$command" >"$work/null" && missing=$command
    done
    if [ "${RELOAD_CAPTURES:-1}" = 0 ] && grep -q pcapng "$work/examples"; then
        missing=libpcap
    fi
    if [ -n "$missing" ]; then
        count=$((count + 1))
        echo "ok $count # SKIP ${page##*/} has examples with $missing, which is not installed"
        continue
    fi
    mkdir "$work/here"
    cp "$source/testdata/captures/udp6.pcapng" "$work/here/capture.pcapng"
    cp -R "$source/testdata/overlay" "$work/here"
    cp "$source/testdata/alice.key" "$work/here/sender.key"
    cp "$source/testdata/alice.crt" "$work/here/sender.crt"
    (
        cd "$work/here"
        bad=0 reading=nothing examples=0
        while IFS= read -r line; do
            case $line in
            .Ed | '$ '*)
                [ $reading = nothing ] || run_example
                reading=nothing
                ;;
            esac
            case $reading:$line in
            *:.[BE]d*) ;;
            nothing:'$ '*)
                reading=typed
                examples=$((examples + 1))
                printf '%s\n' "${line#??}" >"$work/command"
                : >"$work/expected"
                ;;
            typed:*)
                # a command continues on the next line until the shell can parse it
                if sh -n "$work/command" 2>"$work/null" && ! tail -n 1 "$work/command" | grep -q '\\$'; then
                    reading=output
                    printf '%s\n' "$line" >>"$work/expected"
                else
                    printf '%s\n' "$line" >>"$work/command"
                fi
                ;;
            output:*) printf '%s\n' "$line" >>"$work/expected" ;;
            esac
        done <"$work/examples"
        [ $examples -gt 0 ] || bad=1
        exit $bad
    ) && status=0 || status=1
    rm -rf "$work/here"
    result "$status" "${page##*/}: its examples work"
done

# What a page refers to: pages of the tools, sections of its own, and sections of others ("FRAMING in reload-message(5)")
missing=0
for page in "$source"/man/*.[157]; do
    awk '
        /^\.Xr reload/{page = "/" $2 "." $3; print page; if (section != "") print page, section}
        {section = ""}
        /^\.Sx /{sub(/^\.Sx /, ""); sub(/( \))?( [.,;])?$/, ""); print "self", $0}
        /[A-Z][A-Z]+ in$/{section = $0; sub(/ in$/, "", section); sub(/.*[^A-Z ] /, "", section); sub(/.* [^A-Z]+ /, "", section)}' "$page" |
        sort -u >"$work/references"
    while read -r name section; do
        [ "$name" = self ] && file=$page || file=$source/man$name
        if [ ! -f "$file" ] || { [ -n "$section" ] && ! grep -qx "\.S[hs] $section" "$file"; }; then
            echo "# ${page##*/}: $name $section"
            missing=1
        fi
    done <"$work/references"
    cat "$work/references" >>"$work/referred"
done
[ -s "$work/referred" ] || missing=1
result $missing "the pages and sections that manuals refer to exist"

mandoc=${MANDOC-mandoc}
# render PROGRAM PAGE: prints a page as text in 80 columns, without backspaces
render() {
    if [ "$1" = man ]; then
        LC_ALL=C.UTF-8 MANWIDTH=80 man -l "$2"
    else
        "$mandoc" -T utf8 -O width=80 "$2"
    fi | LC_ALL=C.UTF-8 sed 's/.\x08//g'
}

# Pages have no faults, lines of at most 80 columns, no blank line after another or after a heading, and as many in man as in
# mandoc. The pages of tools that have reference pages too have at most 450 lines.
for page in "$source"/man/*.[1357] ${LIBRARY_MANUALS:+"$LIBRARY_MANUALS"/*.3}; do
    name=${page##*/}
    command -v "$mandoc" >"$work/null" || {
        count=$((count + 1))
        echo "ok $count # SKIP $name: mandoc is not installed"
        continue
    }
    # examples come before what other manuals have first
    "$mandoc" -T lint -W warning "$page" | grep -v 'WARNING: sections out of conventional order' | sed 's/^/# /' >"$work/faults" || :
    # groff 1.23 indents text by 7 columns, an older one by 5
    sed 's/\\e/\\/g; s/\\(../x/g; s/\\&//g' "$page" | awk -v name="# $name" '
        /^\.Bd /{most = 73; if (/-offset indent/) most -= 6; if (/-offset 2n/) most -= 2; next}
        /^\.Ed/{most = 0}
        most && length($0) > most {print name ": a literal line of " length($0) " columns, expected at most " most ": " $0}' >>"$work/faults"
    : >"$work/blanks"
    for program in man mandoc; do
        if [ $program = man ] && ! { command -v man && command -v groff; } >"$work/null"; then
            continue
        fi
        render $program "$page" >"$work/text" 2>"$work/errors"
        LC_ALL=C.UTF-8 awk -v name="# $program: $name" -v most="$(case $name in reload-verify.1 | reload-sign.1) echo 450 ;; esac)" '
            before == "" && $0 == "" && NR > 1 {print name ": two blank lines before line " NR}
            before ~ /^ ? ? ?[A-Za-z]/ && $0 == "" && NR > 2 && !/\(/ {print name ": blank line after the heading " before}
            {before = $0}
            END {if (most != "" && NR > most) print name ": " NR " lines, expected at most " most}' "$work/text" >>"$work/faults"
        grep -c '^$' "$work/text" >>"$work/blanks" || :
        columns=$(LC_ALL=C.UTF-8 wc -L <"$work/text")
        [ "$columns" -le 80 ] || echo "# $program: $name: a line of $columns columns" >>"$work/faults"
    done
    [ "$(sort -u "$work/blanks" | wc -l)" -le 1 ] || echo "# $name: blank lines in man and mandoc:" "$(paste -s "$work/blanks")" >>"$work/faults"
    cat "$work/faults"
    [ ! -s "$work/faults" ] && status=0 || status=1
    result "$status" "$name: is clean, and rendered without stray blank lines in 80 columns"
done

echo "1..$count"
exit $failed
