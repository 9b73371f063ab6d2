# SPDX-License-Identifier: BSD-2-Clause
# TAP output for shell tests, and messages built from hex digits. Source this file; done_testing prints the plan.
#
#   RELOAD_TOOLS  the directory of the built tools
#   TESTDATA      the directory testdata
# shellcheck shell=bash

set -u
export LC_ALL=C TZ=UTC0
unset NO_COLOR CDPATH
# A sanitizer's exit status must differ from all of the tools' own.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}exitcode=99" UBSAN_OPTIONS="${UBSAN_OPTIONS:+$UBSAN_OPTIONS:}halt_on_error=1:exitcode=99"

tests=0
failures=0
plan=

bail_out()
{
    printf 'Bail out! %s\n' "$*"
    exit 1
}

for command in openssl jq xxd cmp mkfifo timeout; do
    command -v "$command" >/dev/null || bail_out "the command $command is missing"
done
for tool in reload-keygen reload-sign reload-verify reload-dump; do
    [ -x "${RELOAD_TOOLS:?is not set: the directory of the built tools}/$tool" ] || bail_out "$RELOAD_TOOLS/$tool is missing"
done
[ -r "${TESTDATA:?is not set: the directory testdata}/hmac.secret" ] || bail_out "$TESTDATA/hmac.secret is missing"
RELOAD_TOOLS=$(realpath "$RELOAD_TOOLS")
TESTDATA=$(realpath "$TESTDATA")
# Debian's own programs come first in PATH: install-deps installed those, and a wrapper of the same name can take a second to start.
PATH=$RELOAD_TOOLS:/usr/bin:/bin:$PATH
umask 022
exec </dev/null

work=$(mktemp -d) || bail_out "cannot create or enter a work directory"
finish()
{
    local status=$?
    cd /
    rm -rf "$work"
    if [ -z "$plan" ]; then # the script died; without a plan, the run has failed
        exit $((status == 0 ? 1 : status))
    fi
}
trap finish EXIT
cd "$work" || bail_out "cannot create or enter a work directory"
mkdir run
# A jq filter: the same hex digits with another first octet. A digest can begin with any octet.
# shellcheck disable=SC2034 # for the scripts that source this file
other_octet='((if startswith("00") then "01" else "00" end) + .[2:])'

output=$work/run/out
errors=$work/run/err
status=

# pass DESCRIPTION; fail DESCRIPTION [LINE...]: one test; the lines follow a failure as comments.
pass()
{
    tests=$((tests + 1))
    printf 'ok %d - %s\n' "$tests" "${1//[#$'\n']/}"
}

fail()
{
    local description=$1
    shift
    tests=$((tests + 1))
    failures=$((failures + 1))
    printf 'not ok %d - %s\n' "$tests" "${description//[#$'\n']/}"
    [ $# -eq 0 ] || printf '%s\n' "$@" | head -c 4000 | cat -v | sed 's/^/# /'
}

# member HEX FROM END TYPE NTH: the offset of the NTH attribute (from 0) of TYPE between the offsets FROM and END.
member()
{
    local message=$1 at=$2 end=$3 type=$4 nth=$5 length
    while [ "$at" -lt "$end" ]; do
        length=$((0x${message:$((2 * at + 4)):4}))
        if [ "${message:$((2 * at)):4}" = "$type" ]; then
            if [ "$nth" = 0 ]; then
                echo "$at"
                return 0
            fi
            nth=$((nth - 1))
        fi
        at=$((at + 4 + (length + 3) / 4 * 4))
    done
    return 1
}

# find_attr HEX TYPE:NTH...: the offset of an attribute, given the path to it through its containers.
find_attr()
{
    local message=$1 from=68 end=$((${#1} / 2)) at step
    shift
    for step; do
        at=$(member "$message" "$from" "$end" "${step%:*}" "${step#*:}") || return 1
        from=$((at + 4))
        end=$((from + 0x${message:$((2 * at + 4)):4}))
    done
    echo "$at"
}

# cut_octets HEX FROM END: the octets from offset FROM to END, without that at END.
cut_octets()
{
    printf '%s' "${1:$((2 * $2)):$((2 * ($3 - $2)))}"
}

# skip DESCRIPTION REASON: a skipped test.
skip()
{
    tests=$((tests + 1))
    printf 'ok %d - %s # SKIP %s\n' "$tests" "${1//#/}" "$2"
}

done_testing()
{
    plan=$tests
    printf '1..%d\n' "$tests"
    exit $((failures > 0))
}

# ok DESCRIPTION COMMAND...: passes if the command succeeds.
ok()
{
    local description=$1 said
    shift
    if said=$("$@" 2>&1); then
        pass "$description"
    else
        fail "$description" "status $? of: $*" "$said"
    fi
}

# is GOT EXPECTED DESCRIPTION: passes if both strings are equal.
is()
{
    if [ "$1" = "$2" ]; then
        pass "$3"
    else
        fail "$3" "     got: $1" "expected: $2"
    fi
}

# differ ONE OTHER DESCRIPTION: passes if both strings have characters, and differ.
differ()
{
    if [ -n "$1" ] && [ -n "$2" ] && [ "$1" != "$2" ]; then
        pass "$3"
    else
        fail "$3" "  one: $1" "other: $2"
    fi
}

# lacks FILE REGEX DESCRIPTION: passes if the file is not empty, and no line of it matches.
lacks()
{
    if [ -s "$1" ] && ! grep -e "$2" -- "$1" >/dev/null; then
        pass "$3"
    else
        fail "$3" "$1: $(wc -l <"$1" 2>&1) lines; with $2: $(grep -e "$2" -- "$1" 2>&1 | head -n 3)"
    fi
}

# difference FILE EXPECTED-FILE: the first lines that differ; of binary files, the first octets from 32 before the difference
difference()
{
    local at
    if grep -qI . -- "$1" "$2"; then
        diff -U 1 --label "$2" --label "$1" -- "$2" "$1" | head -n 24 | cut -c 1-200
        return
    fi
    at=$(cmp -- "$1" "$2" 2>&1 | sed -n 's/.* \(byte\|char\) \([0-9]*\),.*/\2/p')
    at=$((${at:-0} > 32 ? at - 32 : 0))
    printf '%s\n' "$1:" "$(xxd -s "$at" -l 96 -- "$1" 2>&1)" "$2:" "$(xxd -s "$at" -l 96 -- "$2" 2>&1)"
}

# same FILE EXPECTED-FILE DESCRIPTION [REMEDY]: passes if both files are equal, octet for octet.
same()
{
    local said
    if said=$(cmp -- "$1" "$2" 2>&1); then
        pass "$3"
    else
        fail "$3" "$said" "$(difference "$1" "$2")" "${@:4}"
    fi
}

# holds FILE EXPECTED: whether the file has the expected content: "" nothing, "=TEXT" the text and a newline, "@FILE" that file's octets,
# "~REGEX" lines that match the whole extended regular expression (NULs are ignored), "*" at least one octet. Only "@" starts a
# process, because each test calls this function.
holds()
{
    local file=$1 expected=$2 text pieces
    case $expected in
    '') [ ! -s "$file" ] ;;
    '*') [ -s "$file" ] ;;
    =*)
        ! IFS= read -r -d '' text <"$file" && [ "$text" = "${expected#=}"$'\n' ] # read succeeds at a NUL
        ;;
    @*) cmp -s "${expected#@}" "$file" ;;
    '~'*)
        mapfile -d '' pieces <"$file"
        printf -v text '%s' "${pieces[@]}"
        while [[ $text == *$'\n' ]]; do text=${text%$'\n'}; done
        [[ $text =~ ^(${expected#\~})$ ]]
        ;;
    *) bail_out "holds: \"$expected\" does not begin with =, @, ~ or *" ;;
    esac
}

# run COMMAND...: writes its output and errors to the files $output and $errors, and sets $status.
run()
{
    "$@" >"$output" 2>"$errors"
    status=$?
}

# t DESCRIPTION STATUS OUT ERR COMMAND...: one test of a command's status, output and errors; OUT and ERR as for holds.
t()
{
    local description=$1 expected_status=$2 out=$3 err=$4 bad=()
    shift 4
    run "$@"
    [ "$status" = "$expected_status" ] || bad+=("status $status, expected $expected_status")
    holds "$output" "$out" || bad+=("standard output is not: $out")
    holds "$errors" "$err" || bad+=("standard error is not: $err")
    if [ ${#bad[@]} -eq 0 ]; then
        pass "$description"
    else
        fail "$description" "command: $*" "${bad[@]}" "standard output: $(head -c 1500 "$output" | tr -d '\000')" \
            "standard error: $(head -c 1500 "$errors" | tr -d '\000')"
    fi
}

# mistaken DESCRIPTION ERROR-REGEX COMMAND...: a script of the vectors reports an error of one line, with status 2.
mistaken()
{
    local description=$1 error=$2
    shift 2
    t "a mistake: $description" 2 '' "~${1##*/}: $error" "$@"
    is "$(wc -l <"$errors")" 1 "a mistake: $description: one line"
}

# only_files DIRECTORY NAME...: whether the directory contains exactly these names.
only_files()
{
    local dir=$1 got
    shift
    got=$(cd "$dir" && find . -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | tr '\n' ' ')
    [ "$got" = "$(printf '%s\n' "$@" | sort | sed '/^$/d' | tr '\n' ' ')" ] || { printf 'found: %s\n' "$got"; return 1; }
}

# ---- Messages in hex --------------------------------------------------------------------------------------------------

alice=463ac413c4000000000000000000000000000000
bob=a6c5927a45000000000000000000000000000000

# One process for each call: most of the tests' time is spent in starting processes, and these functions are called most.

# hex <FILE
hex()
{
    local digits
    digits=$(xxd -p -c 0) && printf '%s' "$digits"
}

unhex()
{
    xxd -r -p <<<"$*"
}

text()
{
    printf '%s' "$1" | hex
}

# attr TYPE VALUE: an attribute, padded with zeros.
attr()
{
    local n=$((${#2} / 2)) zeros=000000
    printf '%s%04x%s%s' "$1" "$n" "$2" "${zeros:0:$(((4 - n % 4) % 4 * 2))}"
}

# message SECURITY METHOD ATTRIBUTES [LENGTH]: each in hex, but LENGTH in decimal (default: the correct one).
message()
{
    printf '52454c4f20000000010101%s%s%06x%s%s0102030405060708659df2aa%s' "$1" "$2" "${4:-$((${#3} / 2))}" "$bob" "$alice" "$3"
}

# patch OFFSET HEX MESSAGE: the message with the octets at OFFSET replaced by HEX.
patch()
{
    printf '%s%s%s' "${3:0:$(($1 * 2))}" "$2" "${3:$(($1 * 2 + ${#2}))}"
}

# flip FILE DIRECTORY MASK...: for each octet of FILE and each MASK, writes DIRECTORY/OFFSET-MASK (four and three digits) with that
# octet changed by exclusive or. One process writes all files: starting xxd for each would exceed most tests' running time.
flip()
{
    mkdir -p "$2" && python3 -I -c '
import sys
path, directory, *masks = sys.argv[1:]
octets = open(path, "rb").read()
for at, octet in enumerate(octets):
    for mask in map(int, masks):
        with open("%s/%04d-%03d" % (directory, at, mask), "wb") as file:
            file.write(octets[:at] + bytes([octet ^ mask]) + octets[at + 1:])
' "$@"
}

# hmac KEY OCTETS: the HMAC-SHA1 by openssl, all in hex.
hmac()
{
    local line
    line=$(xxd -r -p <<<"$2" | openssl dgst -sha1 -mac HMAC -macopt "hexkey:$1" -r) && printf '%s' "${line%% *}"
}
