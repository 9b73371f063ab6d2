#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The files that "meson install" installs, in a scratch directory: each part is present. The programs of the library's manuals compile
# with pkg-config alone, in C and in C++, with the shared library and with the static one, and work as the manuals describe.
. "$(dirname "$0")/tap.bash"

top=$(realpath "$(dirname "$0")/../..")
build=$RELOAD_TOOLS/..
for command in meson pkg-config; do
    if ! command -v "$command" >run/null; then
        skip "the installed tree" "$command is not installed"
        done_testing
    fi
done
ok "the tree is installed" meson install -C "$build" --no-rebuild --quiet --destdir "$work/copy"
prefix=$work/copy${RELOAD_PREFIX:?is not set: the prefix of the build}

# The directory of the installed file with this name
directory_of()
{
    find "$prefix" -name "$1" -printf '%h\n' | head -n 1
}
library=$(directory_of 'libreload.so')
manuals=$(directory_of 'libreload.3')
pkgconfig=$(directory_of 'libreload.pc')
examples=$(directory_of verify.c)
export PATH="$prefix/bin:$PATH" LD_LIBRARY_PATH="$library"

# ---- Each part ----

for tool in reload-keygen reload-sign reload-verify reload-dump; do
    is "$(command -v $tool)" "$prefix/bin/$tool" "the program $tool"
    ok "the manual $tool(1)" test -s "$(directory_of $tool.1)/$tool.1"
    if [ -e "$build/tools/completions/$tool" ]; then
        ok "$tool's completions for bash" test -s "$prefix/share/bash-completion/completions/$tool"
        ok "$tool's completions for zsh" test -s "$prefix/share/zsh/site-functions/_$tool"
        ok "$tool's completions for fish" test -s "$prefix/share/fish/vendor_completions.d/$tool.fish"
    fi
done
version=$(reload-dump --version | grep -o '[0-9.]*$')
for name in libreload.a libreload.so libreload.so.0 "libreload.so.$version" pkgconfig/libreload.pc; do
    ok "the library: $name" test -e "$library/$name"
done
if command -v readelf >run/null; then
    ok "the soname is libreload.so.0" grep -q 'SONAME.*\[libreload\.so\.0\]' <(readelf -d "$library/libreload.so")
fi
ok "the dissector for Wireshark" test -n "$(directory_of reload07.lua)"
(cd "$top/lib" && printf '%s\n' reload.h reload/*.h reload/version.h) | sort >headers
(cd "$prefix/include" && find . -name '*.h' -printf '%P\n') | sort >installed
same installed headers "the headers, and no other"
vectors=$prefix/share/libreload/vectors
(cd "$top/testdata/vectors" && printf '%s\n' *_test.json schemas/*) >files
(cd "$vectors" && printf '%s\n' *_test.json schemas/*) >installed
same installed files "the vectors"
t "the vectors' runner works where it is installed" 0 '*' '' "$vectors/run" --help

# ---- The library's manuals ----

sed -n 's/^ *\(reload_[a-z0-9_]*\);$/\1/p' "$top/lib/libreload.map" >symbols
missing=()
while read -r symbol; do
    page=$(readlink "$manuals/$symbol.3") && grep -q "^\.Fo $symbol\$" "$manuals/$page" && grep -q "^\.Fn $symbol\( \|\$\)" "$manuals/$page" ||
        missing+=("$symbol")
done <symbols
# shellcheck disable=SC2016 # the marks of a block in Markdown
sed -n '/^```c$/,/^```$/{/^```/!p}' "$top/README.md" >block
if [ -s block ]; then
    sed '1,2d' "$examples/show.c" >text
    same block text "the program in README.md is show.c"
fi
is "${missing[*]}" "" "each exported function is a name of a manual that describes it"
find "$manuals" -name 'reload_*.3' -printf '%f\n' | sed 's/\.3$//' | sort >names
same names symbols "the manuals describe no other function"
sed -n 's/^@example //p' "$top"/man/library/*.3.in | sort >named
find "$examples" -name '*.c' -printf '%f\n' | sed 's/\.c$//' | sort >installed
same installed named "each program is in a manual"

# ---- Programs ----

flags()
{
    PKG_CONFIG_PATH=$pkgconfig pkg-config --define-variable=prefix="$prefix" "$@" libreload
}
is "$(flags --modversion)" "$version" "pkg-config knows the version"
read -r -a compile < <(flags --cflags)
read -r -a shared < <(flags --libs)
read -r -a static < <(flags --libs --static)

printf 'hex:%s\n' "$(text secret)" >secret
chmod 600 secret
reload-keygen ca --overlay chat -o ca
reload-keygen issue --ca ca -o alice --user alice@example.com --peer-id $alice --quiet
reload-sign --example PEER-SEARCH >search.json
reload-sign --secret secret --timestamp -o hmac search.json
# forge MESSAGE: the message with another port
forge()
{
    reload-dump -f json "$1" | sed 's/"port": [0-9]*/"port": 1/' | reload-dump -f binary
}
forge hmac >forged
reload-sign --key alice.key --cert alice.crt -o signed search.json
forge signed >signed-forged
head -c 100 hmac >short
{ cat hmac; printf garbage; cat signed; } >stream
reload-dump -f text hmac | sed 's/^1: hmac, offset 0: //' >as-text
reload-dump -f json --pretty hmac >as-json
reload-dump -f hex hmac >as-hex
{
    openssl x509 -in alice.crt -noout -enddate -dateopt iso_8601 | sed 's/notAfter=\(.*\) \(.*\)Z/CN=alice@example.com, until \1T\2Z/'
    echo "user alice@example.com"
    echo "peer $alice of overlay chat"
} | sort >cert-expected

{
    echo "PEER-CERT   $(openssl x509 -in alice.crt -outform DER | wc -c) octets"
    reload-dump -f text signed | sed -En 's/^ +(subject|issuer|serial|valid|key|user|Peer-ID) +/\1 /p' |
        while read -r name value; do printf '  %-10s%s\n' "$name" "$value"; done
} >certs-expected

# All programs, as they were compiled: programs NAME
programs()
{
    t "$1: verify, a valid message" 0 =valid '' "$1/verify" secret hmac
    t "$1: verify, a forged one" 1 '~invalid: DIGEST .*' '' "$1/verify" secret forged
    t "$1: verify, without a message" 1 '' '*' "$1/verify" secret /dev/null
    t "$1: members" 0 $'~SOURCE-INFO, .*\n  PEER-ID, 20 octets\n.*DIGEST, 20 octets' '' sh -c "$1/members <hmac"
    t "$1: members, a truncated message" 3 '' '~truncated: .*' sh -c "$1/members <short"
    t "$1: build" 0 '' '' sh -c "$1/build >built"
    t "$1: what build makes can be signed" 0 '*' '' sh -c 'reload-sign --secret secret built | reload-verify --secret secret --overlay chat'
    t "$1: stream" 0 "~0: PEER-SEARCH, [0-9]+ attributes"$'\n'"$(wc -c <hmac): 7 octets of garbage"$'\n'"[0-9]+: PEER-SEARCH, .*" '' \
        sh -c "$1/stream <stream"
    t "$1: stream, of hex text" 0 '~0: PEER-SEARCH, [0-9]+ attributes' '' sh -c "$1/stream <as-hex"
    t "$1: cert" 0 @cert-expected '' sh -c "$1/cert <alice.crt | sort"
    t "$1: certs" 0 @certs-expected '' sh -c "$1/certs <signed"
    t "$1: threads" 0 $'=signed: valid\nsigned-forged: invalid\nsigned: valid' '' "$1/threads" ca/ca.crt signed signed-forged signed
    t "$1: replay" 0 $'~signed: valid \nsigned: invalid .*' '' "$1/replay" ca/ca.crt signed signed
    t "$1: sign" 0 '' '' sh -c "$1/sign secret <search.json >made"
    t "$1: what sign makes is valid" 0 '*' '' reload-verify --secret secret made
    t "$1: convert, to JSON" 0 @as-json '' sh -c "$1/convert <hmac"
    t "$1: convert, from JSON" 0 @hmac '' sh -c "$1/convert <as-json"
    t "$1: show" 0 @as-text '' sh -c "$1/show <hmac"
}

# compiled NAME COMPILER... -- LINK...: compiles all programs into the directory NAME, and runs them
compiled()
{
    local name=$1 command=() program
    shift
    while [ "$1" != -- ]; do
        command+=("$1")
        shift
    done
    shift
    mkdir "$name"
    for program in "$examples"/*.c; do
        ok "$name: $(basename "$program") compiles" "${command[@]}" -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror "${compile[@]}" \
            "$program" -x none -o "$name/$(basename "$program" .c)" "$@"
    done
    programs "$name"
}
read -r -a cc <<<"${RELOAD_CC:?is not set: the C compiler}"
compiled c "${cc[@]}" -std=c11 -x c -- "${shared[@]}"
compiled c-static "${cc[@]}" -std=c11 -static -x c -- "${static[@]}"
if command -v readelf >run/null; then
    ok "a program needs the shared library" grep -q 'NEEDED.*libreload' <(readelf -d c/verify)
    t "a static program needs none" 1 '' '' grep NEEDED <(readelf -d c-static/verify)
fi
if [ -n "${RELOAD_CXX-}" ]; then
    compiled c++ "$RELOAD_CXX" -std=c++11 -x c++ -- "${shared[@]}"
    compiled c++-static "$RELOAD_CXX" -std=c++11 -static -x c++ -- "${static[@]}"
else
    skip "in C++" "there is no C++ compiler"
fi

# ---- The check of the ABI reports a change ----

if command -v abidiff >run/null; then
    # changed DESCRIPTION STATUS OUT SED: the check, after a change of base.h
    changed()
    {
        rm -rf source
        mkdir -p source/lib/tests
        cp -r "$top/lib/reload" "$top/lib/reload.h" source/lib
        cp "$top/lib/tests/abi.txt" source/lib/tests
        sed -i "$4" source/lib/reload/base.h
        t "check-abi: $1" "$2" "$3" '' "$top/lib/tests/check-abi" source "$build" "${RELOAD_CC}"
    }
    changed "no change" 0 '~ok 1 .*' ''
    changed "a function is added" 0 '~ok 1 .*' 's/^const char \*reload_strerror.*/&\nint reload_added(void);/'
    changed "a function is removed" 1 '~not ok 1 .*reload_strerror.*' 's/^const char \*reload_strerror.*//'
    changed "a struct has another member" 1 '~not ok 1 .*reload_diag.*' 's/ bool has_offset;/ int more; &/'
    changed "a constant has another value" 1 '~not ok 1 .*RELOAD_TIME_SIZE.*' 's/TIME_SIZE = 32/TIME_SIZE = 40/'
else
    skip "check-abi" "abidiff is not installed"
fi
done_testing
