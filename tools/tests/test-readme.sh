#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The commands of README.md, with an installed copy of the tools in an empty directory: each file that they make works in every later
# command. Its recipes for scripts, with messages that pass, that fail, and that cannot be checked.
. "$(dirname "$0")/tap.bash"

scripts=$(realpath "$(dirname "$0")/../scripts")
readme=$scripts/../../README.md
if ! command -v meson >run/null; then
    skip "README.md" "meson is not installed"
    done_testing
fi
ok "the tools are installed" meson install -C "$RELOAD_TOOLS/.." --no-rebuild --destdir "$work/copy"
bin=$(dirname "$(find copy -path "*/bin/reload-verify")")
lib=$(dirname "$(find copy -name 'libreload.so*' | head -n 1)")
case $lib in
copy/usr/lib*) skip "an installed tool finds its library" "the loader looks there" ;;
*) ok "an installed tool finds its library" grep -qaF "${lib#copy}" "$bin/reload-verify" ;;
esac
export PATH="$work/$bin:$PATH" LD_LIBRARY_PATH="$work/$lib"
is "$(command -v reload-keygen)" "$work/$bin/reload-keygen" "the installed tools come first"
mkdir here
cd here || bail_out "no directory"
t "the session and the recipes work" 0 '*' '' "$scripts/session" "$readme"

# ---- The session's script reports faults ----

# refused DESCRIPTION REGEX LINE...: the session fails on a block of these lines
refused()
{
    printf '```%s\n' "${3-}" >../block
    printf '%s\n' "${@:4}" '```' >>../block
    t "$1" 1 '*' "~session: $2" "$scripts/session" ../block
}
refused "another status" 'exit status 1, expected 0: false' '' '$ false'
refused "another output" 'the output is not as documented: echo 1' '' '$ echo 1' 2
refused "a script's command fails" 'exit status 1: the script above' sh false true

# ---- Packages are named before they are installed ----

mkdir ../fake
# dpkg-query knows all packages but jq, apt-get only reports its call
# shellcheck disable=SC2016 # the fake expands it
printf '#!/bin/sh\n[ "$4" = jq ] || echo installed\n' >../fake/dpkg-query
printf '#!/bin/sh\necho 1000\n' >../fake/id
printf '#!/bin/sh\necho "sudo $*"\n' >../fake/sudo
chmod +x ../fake/*
PATH=../fake:$PATH t "install-deps names sudo, apt-get and the packages before it calls them" 0 \
    '=install-deps: running sudo apt-get update, then sudo apt-get install jq
sudo apt-get update -qq' '' "$scripts/install-deps" try
PATH=../fake t "install-deps without apt-get names the packages" 4 '' '=install-deps: no apt-get here; install what these packages of Debian have: jq' \
    "$BASH" "$scripts/install-deps" try
printf '#!/bin/sh\necho installed\n' >../fake/dpkg-query
PATH=../fake:$PATH t "install-deps calls nothing if no package is missing" 0 '' '' "$scripts/install-deps" try

# ---- The recipes ----

sed -n '/^set -euo pipefail$/,/^```$/p' "$readme" | sed '$d' >../recipes
ok "README.md has recipes" test -s ../recipes
recipes()
{
    rm -rf inbox good bad report.ndjson
    t "the recipes, $1" "$2" "$3" "$4" bash ../recipes
}
recipes "one message passes, one does not" 0 $'~in\t396\tbad-digest\nRESOURCE-PUT' '*'
is "$(jq -r .verdict report.ndjson | sort | xargs)" "invalid valid" "xargs: a report on both"
same good put.bin "the message that passes"
same bad forged.bin "the message that does not"
cp forged.bin in
recipes "no message passes" 0 $'~in\t0\tbad-digest' '*'
cp put.bin in
recipes "each message passes" 0 =RESOURCE-PUT ''
chmod 644 overlay.secret
recipes "with a warning in the report" 0 =RESOURCE-PUT '*'
ok "the report has the warning" grep -q '"warning"' report.ndjson
chmod 600 overlay.secret
mv in away
recipes "without input" 4 '' '~reload-verify: in: No such file or directory'
mv away in
mv overlay.secret away
recipes "without the secret" 4 '' '~reload-verify: overlay.secret: No such file or directory; --secret requires .*'
sed '2,/in a pipeline/d' ../recipes >../rest
t "the pipeline, without the secret" 1 '' '*' bash ../rest
sed '2,/many files/d' ../recipes >../rest
t "xargs, without the secret" 123 '' '*' bash ../rest

# ---- The commands that use testdata/ ----

mkdir ../top
cd ../top || bail_out "no directory"
ln -s "$(realpath "$TESTDATA")" testdata
sed -n 's/^    \(reload-.*\)/\1/p' "$readme" >commands
t "the picture's command" 1 '' '*' bash -c "$(grep 'exchange\.svg$' commands)"
same exchange.svg testdata/exchange.svg "the picture equals its command's output"
if [ "$RELOAD_CAPTURES" = 1 ]; then
    t "the commands for captures" 0 '' '' bash -e -c "$(grep pcap commands)"
    ok "the annotated capture has a comment" grep -q 'reload-verify: message 1: valid' annotated.pcapng
else
    skip "the commands for captures" "built without libpcap"
fi
done_testing
