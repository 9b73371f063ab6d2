# TAP for shell tests, and messages made of hex digits. To be sourced; done_testing prints the plan in the end.
#
#   RELOAD_TOOLS  the directory of the built tools
#   TESTDATA      the directory testdata
# shellcheck shell=bash

set -u
export LC_ALL=C TZ=UTC0
unset NO_COLOR CDPATH
# a sanitizer's complaint must not look like one of the tools' own exit statuses
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
# Debian's own programs come first: install-deps installed those, and a wrapper of the same name can take a second to start.
PATH=$RELOAD_TOOLS:/usr/bin:/bin:$PATH
umask 022
exec </dev/null

work=$(mktemp -d) || bail_out "no directory to work in"
finish()
{
    local status=$?
    cd /
    rm -rf "$work"
    if [ -z "$plan" ]; then # the script died: no plan makes the run a failure
        exit $((status == 0 ? 1 : status))
    fi
}
trap finish EXIT
cd "$work" || bail_out "no directory to work in"
mkdir run
output=$work/run/out
errors=$work/run/err
status=

# pass DESCRIPTION; fail DESCRIPTION [LINE...]
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

# member HEX FROM END TYPE NTH: the offset of the NTH attribute (from 0) of TYPE among those from FROM to END, in octets.
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

# find_attr HEX TYPE:NTH...: the offset of an attribute, down through its containers.
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

# cut_octets HEX FROM END
cut_octets()
{
    printf '%s' "${1:$((2 * $2)):$((2 * ($3 - $2)))}"
}

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

# ok DESCRIPTION COMMAND...: the command succeeds.
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

# is GOT WANTED DESCRIPTION
is()
{
    if [ "$1" = "$2" ]; then
        pass "$3"
    else
        fail "$3" "     got: $1" "expected: $2"
    fi
}

# same FILE WANTED-FILE DESCRIPTION: octet for octet.
same()
{
    local said
    if said=$(cmp -- "$1" "$2" 2>&1); then
        pass "$3"
    else
        fail "$3" "$said" "$1: $(head -c 400 -- "$1" 2>&1 | xxd | head -n 12)" "$2: $(head -c 400 -- "$2" 2>&1 | xxd | head -n 12)"
    fi
}

# Whether a file holds the expected octets: "" none, "=TEXT" the text and a newline, "@FILE" that file's octets,
# "~REGEX" lines that all together match the extended regular expression (NULs left out), "*" at least one octet. Only "@" starts a
# process, because this is called for each test.
holds()
{
    local file=$1 wanted=$2 text pieces
    case $wanted in
    '') [ ! -s "$file" ] ;;
    '*') [ -s "$file" ] ;;
    =*)
        ! IFS= read -r -d '' text <"$file" && [ "$text" = "${wanted#=}"$'\n' ] # read succeeds at a NUL
        ;;
    @*) cmp -s "${wanted#@}" "$file" ;;
    '~'*)
        mapfile -d '' pieces <"$file"
        printf -v text '%s' "${pieces[@]}"
        while [[ $text == *$'\n' ]]; do text=${text%$'\n'}; done
        [[ $text =~ ^(${wanted#\~})$ ]]
        ;;
    *) bail_out "holds: \"$wanted\" begins with none of = @ ~ *" ;;
    esac
}

# run COMMAND...: its output, errors and status go to $output, $errors and $status.
run()
{
    "$@" >"$output" 2>"$errors"
    status=$?
}

# t DESCRIPTION STATUS OUT ERR COMMAND...: one test of a command's status, output and errors; OUT and ERR as for holds.
t()
{
    local description=$1 wanted_status=$2 out=$3 err=$4 bad=()
    shift 4
    run "$@"
    [ "$status" = "$wanted_status" ] || bad+=("status $status instead of $wanted_status")
    holds "$output" "$out" || bad+=("standard output is not: $out")
    holds "$errors" "$err" || bad+=("standard error is not: $err")
    if [ ${#bad[@]} -eq 0 ]; then
        pass "$description"
    else
        fail "$description" "command: $*" "${bad[@]}" "standard output: $(head -c 1500 "$output" | tr -d '\000')" \
            "standard error: $(head -c 1500 "$errors" | tr -d '\000')"
    fi
}

# Whether the directory holds these names and no others.
only_files()
{
    local dir=$1 got
    shift
    got=$(cd "$dir" && find . -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | tr '\n' ' ')
    [ "$got" = "$(printf '%s\n' "$@" | sort | sed '/^$/d' | tr '\n' ' ')" ] || { printf 'there are: %s\n' "$got"; return 1; }
}

# ---- Messages in hex --------------------------------------------------------------------------------------------------

alice=463ac413c4000000000000000000000000000000
bob=a6c5927a45000000000000000000000000000000

# The tests spend most of their time in starting processes, and these functions are called most: they start one each.

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

# attr TYPE VALUE: an attribute with its zero padding (wire.md, "Attributes").
attr()
{
    local n=$((${#2} / 2)) zeros=000000
    printf '%s%04x%s%s' "$1" "$n" "$2" "${zeros:0:$(((4 - n % 4) % 4 * 2))}"
}

# message SECURITY METHOD ATTRIBUTES [LENGTH]: each in hex but LENGTH, which is in decimal and right unless given.
message()
{
    printf '52454c4f20000000010101%s%s%06x%s%s0102030405060708659df2aa%s' "$1" "$2" "${4:-$((${#3} / 2))}" "$bob" "$alice" "$3"
}

# patch OFFSET HEX MESSAGE: the message with octets from offset on replaced.
patch()
{
    printf '%s%s%s' "${3:0:$(($1 * 2))}" "$2" "${3:$(($1 * 2 + ${#2}))}"
}

# flip FILE DIRECTORY MASK...: for each octet of FILE and each MASK, a file DIRECTORY/OFFSET-MASK (four and three digits) with that
# octet changed by exclusive or. One process writes them all: starting xxd for each file takes longer than most tests.
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

# hmac KEY OCTETS: their HMAC-SHA1, all in hex, as the openssl command makes it.
hmac()
{
    local line
    line=$(xxd -r -p <<<"$2" | openssl dgst -sha1 -mac HMAC -macopt "hexkey:$1" -r) && printf '%s' "${line%% *}"
}
