#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The completions of bash, zsh and fish, each run in its shell: the options of --help, the words that options accept, files.
. "$(dirname "$0")/tap.bash"

here=$(realpath "$(dirname "$0")")
made=$(realpath "${RELOAD_COMPLETIONS:?is not set: the directory of the completions}")
tables=${RELOAD_TABLES:?is not set: the program print-tables}
mkdir in in/folder completions
touch in/one.bin 'in/two words.bin'
cp "$made"/_reload-* completions # zsh-complete writes there

# offered_by_SHELL LINE: the words that the shell offers to complete the line, sorted, one per line, without words that are already on
# the line. The names of files are those in the directory "in".
# shellcheck disable=SC1090,SC2317 # the completions are made by the build; offers calls these
offered_by_bash()
{
    local tool=${1%% *}
    (
        cd in || exit
        . "$made/$tool"
        # readline's words: it breaks at blanks and "="
        read -r -a COMP_WORDS <<<"${1//=/ = }"
        [[ $1 == *[\ =] ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        "_${tool//-/_}"
        printf '%s\n' "${COMPREPLY[@]}"
    ) | grep . | sed 's/=$//' | sort -u
}

# shellcheck disable=SC2317
offered_by_zsh()
{
    (cd in && timeout 60 "$here/zsh-complete" ../completions "$1") | sed 's/=$//; s/\\ / /g' | sort -u
}

# shellcheck disable=SC2016,SC2317 # fish expands these
offered_by_fish()
{
    local file=$made/${1%% *}.fish
    # fish repeats the option of --option=value
    (cd in && HOME=$work fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$file" "$1") |
        cut -f 1 | sed 's/^--[a-z-]*=\(.\)/\1/; s/=$//' | sort -u
}

# offers LINE EXPECTED-FILE DESCRIPTION: the shell offers these lines, which must not be empty.
offers()
{
    "offered_by_$shell" "$1" >offered 2>offer-errors
    if [ -s "$2" ] && [ ! -s offer-errors ] && diff "$2" offered >difference; then
        pass "$shell: $3"
    else
        fail "$shell: $3" "line: $1" "not offered (<), or not expected (>):" "$(cat difference)" "$(cat offer-errors)"
    fi
}

# The long options that --help lists
help_options()
{
    "$@" --help | sed -n 's/^  \(-[A-Za-z],\|   \) \(--[^ =]*\).*/\2/p' | sort -u
}

# table NAME COLUMN: a column of a table of print-tables
table()
{
    "$tables" | sed -n "s/^$1\t//p" | cut -f "$2"
}

# The words of an argument, from the tables and from the text of --help
table reason 1 | sort >reasons
reload-sign --mutate=help | sed -n 's/^\([a-z]*\):$/\1/p; s/^  \([^ ]*\)  .*/\1/p' | sort >mutations
for method in PEER-JOIN PEER-SEARCH RESOURCE-GET RESOURCE-PUT RESOURCE-TRANSFER TRANSPORT-OPEN TRANSPORT-TUNNEL; do
    table name 2 | grep -x "$method"
done | sort >methods
sed -n '/^\.Sh FORMS$/,/^\.Sh DIFFERENCES$/s/^\.It Li //p' "$here/../../man/reload-dump.1" | sort >forms
printf '%s\n' base64 binary hex json pcap | sort >input-forms
printf '%s\n' always auto never >when
printf '%s\n' folder one.bin 'two words.bin' >files
echo folder >directories
echo '--format' >format
echo one.bin >one
printf '%s\n' capture now >time-words
reload-keygen --help | sed -n 's/^[ U].*reload-keygen \([a-z][a-z-]*\) .*/\1/p' | sort -u >commands
sort commands - <<<$'--help\n--version' >commands-and-options
echo folder/ >slash
sed 's/^folder$/folder\//' files >files-slash

for shell in bash zsh fish; do
    if ! command -v "$shell" >run/null; then
        skip "$shell: the completions" "$shell is not installed"
        continue
    fi
    for tool in reload-keygen reload-sign reload-verify reload-dump; do
        case $shell in
        bash) file=$made/$tool ;;
        zsh) file=$made/_$tool ;;
        fish) file=$made/$tool.fish ;;
        esac
        ok "$shell: the syntax of $tool's" "$shell" -n "$file"
    done
    for tool in reload-sign reload-verify reload-dump; do
        help_options $tool >expected
        offers "$tool --" expected "$tool has the options of --help"
    done
    while read -r command; do
        help_options reload-keygen "$command" >expected
        offers "reload-keygen $command --" expected "reload-keygen $command has the options of --help"
    done <commands
    offers "reload-keygen " "$([ "$shell" = bash ] && echo commands-and-options || echo commands)" "reload-keygen has its commands"
    offers "reload-dump --form" format "an option that begins so"
    offers "reload-dump --format=" forms "the forms of reload-dump(1) after --format="
    offers "reload-dump -f " forms "the forms of reload-dump(1) after -f"
    offers "reload-dump --pretty --input " input-forms "forms after --input and a blank"
    offers "reload-verify --reason=" reasons "reasons"
    offers "reload-verify --method=" methods "methods"
    offers "reload-sign --example " methods "methods of an example"
    offers "reload-sign --mutate=" mutations "mutations"
    grep '^cut' mutations >expected
    case $shell in
    bash | fish) sed -i 's/^/flip,/' expected ;;
    esac
    offers "reload-sign --mutate=flip,cut" expected "a second mutation of a list"
    offers "reload-verify --color=" when "words"
    offers "reload-verify --time=" time-words "words that stand for a time"
    names=$([ "$shell" = fish ] && echo files-slash || echo files)
    offers "reload-verify --secret=" "$names" "files after --secret="
    offers "reload-verify -c " "$names" "files after -c"
    offers "reload-dump " "$names" "files"
    offers "reload-keygen revoke " "$names" "reload-keygen revoke: files"
    offers "reload-dump one" one "a file that begins so"
    offers "reload-dump --certs=" "$([ "$shell" = fish ] && echo slash || echo directories)" "directories"
done

# The tools are asked for the words that they accept: no option that writes a file is tried.
mkdir empty
if command -v python3 >run/null; then
    t "make-completions" 0 "@$made/reload-keygen" '' env -C empty "$here/../completions/make-completions" bash "$RELOAD_TOOLS/reload-keygen"
    ok "it leaves no file" only_files empty
else
    skip "make-completions" "python3 is not installed"
fi

while read -r form; do
    ok "reload-dump accepts the form $form" reload-dump -f "$form" "$TESTDATA/response.hmac.bin"
done <forms
done_testing
