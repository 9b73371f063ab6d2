#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Output on a terminal: no control characters, and echo after a prompt for a passphrase, however the prompt ends.
. "$(dirname "$0")/tap.bash"

pty=$(dirname "$0")/at-terminal.py
case $pty in /*) ;; *) pty=$OLDPWD/$pty ;; esac
if ! python3 -c 'import pty; pty.openpty()' 2>python.err; then
    skip "output on a terminal" "no pseudo-terminals here: $(tail -n 1 python.err)"
    done_testing
fi

# ---- control characters ----

install -m 600 "$TESTDATA/hmac.secret" secret
# U+009B begins a control sequence, U+202E reverses text, U+007F deletes; all are legal in a message's text.
printf '{"header": {"method": "PEER-SEARCH"}, "attributes": [{"type": "SDP", "value": "\302\2332J\342\200\256\177"}]}\n' >evil.json
reload-sign --secret secret -o evil.bin evil.json
name=$(printf 'evil\302\2332J\342\200\256\177.bin')
cp evil.bin "$name"

# clean DESCRIPTION TEXT COMMAND...: at a terminal, the command's output shows TEXT and no control or bidirectional character.
clean()
{
    local description=$1 text=$2
    shift 2
    "$pty" "$@" | tr -d '\r' >shown
    ok "$description: the text is shown" grep -qiF -- "$text" shown
    is "$(LC_ALL=C grep -acP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]' shown)" 0 "$description: no control characters"
}
clean "reload-dump -f json" '\u009b2J\u202E\u007f' reload-dump -f json evil.bin
clean "reload-dump --pretty --meta" '"file": "evil\u009b' reload-dump -f json --pretty --meta "$name"
clean "reload-dump" 'SDP' reload-dump --color=never "$name"
clean "reload-sign -f json" '\u009b2J\u202E\u007f' reload-sign --secret secret -f json evil.json
clean "reload-verify --json" '"file": "evil\u009b2J\u202E\u007f.bin"' reload-verify --json --secret secret "$name"
clean "reload-verify -f json" '\u009b2J\u202E\u007f' reload-verify -f json --secret secret evil.bin
clean "reload-verify" 'valid' reload-verify --secret secret "$name"
clean "reload-verify --lint" 'valid' reload-verify --lint --secret secret "$name"
clean "an error" 'No such file' reload-dump "missing$name"
reload-sign --secret secret -f json -o copy.json evil.json
ok "a file gets the text itself" grep -qF "$(printf '\302\2332J')" copy.json

# ---- passphrases ----

openssl rsa -in "$TESTDATA/alice.key" -traditional -aes128 -passout pass:sesame -out locked.key 2>/dev/null
sign=(reload-sign --key locked.key --cert "$TESTDATA/alice.crt" -o signed.bin "$TESTDATA/section-4.1.json")
"$pty" -t sesame "${sign[@]}" | tr -d '\r' >shown
is "$(tr '\n' ' ' <shown)" "Passphrase for locked.key:   echo=on status=0 " "a passphrase is not shown, and echo is restored"
ok "the passphrase opens the key" test -s signed.bin
rm signed.bin
"$pty" -t wrong "${sign[@]}" | tr -d '\r' >shown
is "$(tail -n 1 shown)" "echo=on status=4" "a wrong passphrase: echo is restored"
for signal in INT TERM HUP QUIT; do
    "$pty" -s "$signal" "${sign[@]}" | tr -d '\r' >shown
    is "$(tail -n 1 shown)" "echo=on status=-$(kill -l "$signal")" "SIG$signal at the prompt ends the tool, and echo is restored"
done
"$pty" -s STOP -t sesame "${sign[@]}" | tr -d '\r' >shown
ok "SIGTSTP at the prompt restores echo" grep -qF '[stopped, echo=on]' shown
is "$(grep -ao 'Passphrase for' shown | wc -l) $(tail -n 1 shown)" "2 echo=on status=0" "after SIGCONT the prompt appears again"
done_testing
