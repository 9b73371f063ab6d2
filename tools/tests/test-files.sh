#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c and python3
# Files, descriptors and pipes: closed standard descriptors, what errors quote, files of a call as its outputs, special files, a CA's
# state after a failure, and pipes in non-blocking mode.
. "$(dirname "$0")/tap.bash"

command -v python3 >/dev/null || bail_out "the command python3 is missing"
secret=$work/secret
install -m 600 "$TESTDATA/hmac.secret" "$secret"
cp "$TESTDATA/tunnelled.hmac.bin" put.bin
export secret
verify=(reload-verify --secret "$secret" --time 946702799)

# ---- closed standard descriptors ----

# A key that looks like a message, after a member that causes an error
forged='{"header": {"ttl": 1, "{\"header\": {\"method\": 1}, \"attributes\": []} RELO52454c4f2000000001010102": 1}}'
printf '%s\n' "$forged" >forged.json
reload-dump -f json put.bin >>forged.json
t "with standard error closed, the output file has the output alone" 4 '' '' \
    bash -c 'reload-dump -f binary -o out.bin forged.json 2>&-; status=$?; cmp out.bin put.bin && exit $status'
t "with all three closed, the output file contains only the output" 4 '' '' \
    bash -c 'reload-sign --strip -f json -o out.json forged.json 2>&- >&- <&-; status=$?; jq -e .header out.json >run/jq && exit $status'
t "a filter with standard error closed writes no error to its file" 4 '' '' \
    bash -c '"$@" -f binary -o filtered.bin forged.json 2>&-; status=$?; cmp filtered.bin put.bin && exit $status' - "${verify[@]}"
t "standard input that is closed cannot be read" 4 '' '~reload-dump: -: Bad file descriptor' bash -c 'exec reload-dump <&-'
t "a warning that cannot be written: status 4" 4 '' '' bash -c 'exec reload-keygen secret --bits 8 -o short.secret 2>&-'
ok "the file that caused the warning is complete" grep -qxE 'hex:[0-9a-f]{2}' short.secret
t "an error on a full device: status 4" 4 '' '' bash -c 'exec reload-keygen id 2>/dev/full'
t "--version to a closed standard output: status 4" 4 '' '~reload-keygen: standard output: .*' bash -c 'exec reload-keygen --version >&-'

# ---- what errors quote ----

# reads_none DESCRIPTION: no reader finds a message in $errors, which contains neither a token nor its digits
reads_none()
{
    local form
    ok "$1: an error was written" test -s "$errors"
    for form in json hex binary; do
        reload-dump -q -i $form -f line "$errors" 2>run/read | grep -v garbage >run/found
        ok "$1: no message in it for a reader of $form" test ! -s run/found
    done
    ok "$1: no token in it" bash -c '! grep -qE "RELO([^A]|$)|52454c4f2|\{ *\"header\"" "$1"' - "$errors"
}
run reload-dump -f binary forged.json
reads_none "a key of JSON"
cp put.bin "$(printf '\n{"header": {"method": 1}} RELO52454c4f2000000001')"
run reload-dump --certs secret "$(printf '\n{"header": {"method": 1}} RELO52454c4f2000000001')" # not a directory
run reload-dump -o "$(printf 'no/\n{"header": {"method": 1}} RELO52454c4f2000000001')" put.bin
reads_none "the name of a file"
run reload-sign --time '
{"header": {"method": 1}} RELO 52 45 4c 4f 20 00 00 00 01' put.bin
reads_none "the value of an option"
cp "$errors" said
ok "the value of an option can be recognised" grep -qF '\x7b"header"' said

# ---- a call's outputs do not replace its files ----

# kept DESCRIPTION FILE COMMAND...: the command, which has FILE as its output, is refused and does not change FILE
kept()
{
    local description=$1 file=$2
    shift 2
    cp -- "$file" before
    t "$description: refused" 4 '' '~[^:]*: .*: (in use as an input, key, certificate or state file; an output cannot replace it|--output cannot replace the file of --renew; .*)' "$@"
    same "$file" before "$description: unchanged"
}
printf '{"overlay": "chat", "security": "NONE", "ca": ["named.pem"], "crl": ["named.crl"], "replay_state": "named.state"}' >profile.json
touch named.crl
ln -s put.bin symbolic
ln put.bin hard
cp put.bin other.bin
kept "reload-sign, input" put.bin reload-sign --strip -o put.bin put.bin
kept "reload-sign, input by a symbolic link" put.bin reload-sign --strip -o symbolic put.bin
kept "reload-sign, input by a hard link" put.bin reload-sign --strip -o hard other.bin put.bin
kept "reload-dump, input" put.bin reload-dump -o ./put.bin put.bin
kept "reload-dump --diff, input" put.bin reload-dump -q -o put.bin put.bin
kept "reload-dump, standard input" put.bin bash -c 'exec reload-dump -f binary <put.bin 1<>put.bin'
kept "reload-dump, an input as an open descriptor" put.bin bash -c 'exec reload-dump -f binary -o /dev/fd/3 put.bin 3>>put.bin'
kept "reload-verify, input" put.bin "${verify[@]}" -f binary -o put.bin put.bin
kept "reload-verify, secret" "$secret" "${verify[@]}" -o "$secret" put.bin
kept "reload-verify, profile" profile.json reload-verify --profile profile.json -o profile.json put.bin
kept "reload-verify, a file that only the profile names" named.crl reload-verify --profile profile.json -o named.crl put.bin
t "reload-verify, a missing file that the profile names: refused" 4 '' '~.*: in use as .*' reload-verify --profile profile.json -o ./named.state put.bin
ok "a missing file that the profile names is not created" test ! -e named.state
kept "reload-sign, profile" profile.json reload-sign --none --profile profile.json -o profile.json put.bin
kept "reload-sign, request to reply to" put.bin reload-sign --secret "$secret" --reply-to put.bin --code 200 -o put.bin
rm hard

# ---- open descriptors and special files ----

printf 'before\n' >log
t "-o /dev/fd/N writes at the descriptor's offset" 0 '' '' bash -c 'exec reload-keygen id --overlay chat -o /dev/fd/3 3>>log'
t "-o /dev/stderr appends" 0 '' '' bash -c 'exec reload-keygen id --overlay chat -o /dev/stderr 2>>log'
t "-o /dev/stdout appends" 0 '' '' bash -c 'exec reload-keygen id --overlay chat -o /dev/stdout >>log'
ln -s /dev/fd/3 link
t "-o with a link to /dev/fd/N appends" 0 '' '' bash -c 'exec reload-keygen id --overlay chat -o link 3>>log'
is "$(tr '\n' ' ' <log)" "before 659df2aa 659df2aa 659df2aa 659df2aa " "an open file is continued, not replaced"
t "-o /dev/fd/N keeps the offset" 0 '' '' bash -c 'exec 3<>log; read -r -u 3 line; exec reload-keygen id --overlay chat2 -o /dev/fd/3'
is "$(sed -n 2,3p log | tr '\n' ' ')" "$(reload-keygen id --overlay chat2) 659df2aa " "an open file is written at its offset"
t "-o /dev/fd/N that is not open fails" 4 '' '~reload-keygen id: /dev/fd/9: cannot be written: Bad file descriptor' reload-keygen id --overlay chat -o /dev/fd/9
mkfifo pipe
t "-o with a FIFO writes to it" 0 '=659df2aa' '' bash -c 'cat pipe & reload-keygen id --overlay chat -o pipe; wait'
ok "a FIFO is not replaced" test -p pipe
mkdir long
for length in 249 255; do
    name=$(printf "%${length}s" | tr ' ' n)
    t "-o with a name of $length octets" 0 '' '' reload-keygen id --overlay chat -o "long/$name"
    ok "the file with a name of $length octets is alone" only_files long "$name"
    rm "long/$name"
done
t "-o with a name of 256 octets fails at once" 4 '' '~reload-keygen id: long/n+: cannot be written: File name too long' reload-keygen id --overlay chat -o "long/${name}n"
ok "a name of 256 octets leaves no file" only_files long

# ---- a CA's state ----

peer=1111111111111111111111111111111111111111
reload-keygen ca --quiet --overlay chat --bits 1024 -o ca || bail_out "cannot create the CA"
issue=(reload-keygen issue --quiet --ca ca --bits 1024 --user a@example.com --peer-id "$peer")
cp ca/index index
for prefix in missing/a "$(printf '%252s' '' | tr ' ' n)"; do
    t "a failed issue: status 4" 4 '' '*' "${issue[@]}" -o "$prefix"
    same ca/index index "a failed issue leaves the index as it was"
done
mkdir taken taken/a.crt
t "issue whose certificate cannot be written fails" 4 '' '~.*: taken/a\.crt: .*' "${issue[@]}" --force -o taken/a
ok "a certificate that cannot be written leaves no key" only_files taken a.crt
same ca/index index "a certificate that cannot be written leaves the index as it was"
mkdir taken/r.csr taken/s.crt
t "request whose file cannot be written fails" 4 '' '~.*: taken/r\.csr: .*' reload-keygen request --quiet --bits 1024 --force -o taken/r
t "self-signed whose certificate cannot be written fails" 4 '' '~.*: taken/s\.crt: .*' \
    reload-keygen self-signed --quiet --overlay chat --bits 1024 --force -o taken/s
ok "a request or certificate that cannot be written leaves no key" only_files taken a.crt r.csr s.crt
printf 'x' >both.key
ln both.key both.crt
t "two outputs that are one file are refused" 2 '' $'~.*: both\\.key and both\\.crt are the same file: .*\nTry .*' "${issue[@]}" --force -o both
is "$(cat both.key)" x "two outputs that are one file do not change it"
t "the corrected call succeeds" 0 '' '' "${issue[@]}" -o a
serial=$(tail -n 1 ca/index | cut -f 1)
kept "issue --renew, certificate" a.crt reload-keygen issue --quiet --ca ca --renew a.crt --force -o a

revoke=(reload-keygen revoke --ca ca --serial "$serial")
# revoked: when the index says that the certificate is revoked
revoked()
{
    tail -n 1 ca/index | cut -f 3
}
t "revoke with a date to come" 0 '~revoked .*' '~.*--time is in the future: .*' "${revoke[@]}" --time 2050-01-01T00:00:00Z
t "revoke with an earlier date" 0 '~revoked .*' '~.*warning: .*2050-01-01T00:00:00Z.*2020-01-01T00:00:00Z.*' "${revoke[@]}" --time 2020-01-01T00:00:00Z
is "$(revoked)" 2020-01-01T00:00:00Z "the earlier date holds"
t "revoke with a later date" 0 '' '~.*warning: .*already revoked, as of 2020-01-01T00:00:00Z' "${revoke[@]}" --time 2021-01-01T00:00:00Z
is "$(revoked)" 2020-01-01T00:00:00Z "a later date does not hold"

# number FILE: the number of a CRL, in hex
number()
{
    openssl crl -in "$1" -noout -crlnumber | sed 's/.*=\(0x\)\{0,1\}0*//'
}
sed -i 's/^# crl-number .*/# crl-number 4294967295/' ca/index
t "a CRL after number 4294967295" 0 '' '' reload-keygen crl --ca ca -o list.crl
is "$(number list.crl)" 100000000 "CRL number 4294967295 is followed by 4294967296"
sed -i 's/^# crl-number .*/# crl-number 6/' ca/index
t "an older index, and a newer CRL" 0 '' '~.*warning: ca/overlay\.crl: its CRL number is 4294967296, more than the index.s 6, .*' reload-keygen crl --ca ca -o list.crl
is "$(number list.crl)" 100000001 "the number of the CRL that is replaced is exceeded"
ok "the index has the number" grep -qx '# crl-number 4294967297' ca/index
sed -i 's/^# crl-number .*/# crl-number 730750818665451459101842416358141509827966271486/' ca/index
t "a CRL with the largest number" 0 '' '' reload-keygen crl --ca ca -o list.crl
is "$(number list.crl)" 7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF "the largest number has 20 octets"
t "no number follows the largest" 4 '' '~.*: the CRL number is the largest .*' reload-keygen crl --ca ca -o list.crl
cp ca/index index
t "crl to a missing folder" 4 '' '*' reload-keygen crl --ca ca -o missing/list.crl
same ca/index index "a failed crl leaves the index as it was"
sed -i 's/^# crl-number .*/# crl-number 6/' ca/index
for file in index overlay.json ca.key ca.crt; do
    kept "crl, $file" "ca/$file" reload-keygen crl --ca ca -o "ca/$file"
done
kept "crl, index as standard output" ca/index bash -c 'exec reload-keygen crl --ca ca >>ca/index'

# ---- pipes in non-blocking mode ----

# Both of a tool's pipes are non-blocking, and its reader and writer are slow.
for ((i = 0; i < 1000; i++)); do cat put.bin; done >many.bin
for form in binary hex; do
    reload-dump -f $form -o expected many.bin
    t "reload-dump -f $form between non-blocking pipes" 0 @expected '' python3 -I -c '
import os, subprocess, sys, threading, time
octets = open("many.bin", "rb").read()
in_read, in_write = os.pipe()
out_read, out_write = os.pipe()
os.set_blocking(in_read, False)
os.set_blocking(out_write, False)
tool = subprocess.Popen(sys.argv[1:], stdin=in_read, stdout=out_write, stderr=out_write if "-x" in sys.argv else None)
os.close(in_read)
os.close(out_write)
def feed():
    time.sleep(0.1)
    os.write(in_write, octets[:1000])
    time.sleep(0.1)
    with os.fdopen(in_write, "wb") as pipe:
        pipe.write(octets[1000:])
threading.Thread(target=feed).start()
time.sleep(0.4)
with os.fdopen(out_read, "rb") as pipe:
    sys.stdout.buffer.write(pipe.read())
sys.exit(tool.wait())' reload-dump -f $form
done
t "a key from a non-blocking pipe, and errors to one" 0 '=4000' '' python3 -I -c '
import os, subprocess, sys, threading, time
key_read, key_write = os.pipe()
err_read, err_write = os.pipe()
os.set_blocking(key_read, False)
os.set_blocking(err_write, False)
os.set_inheritable(key_read, True)
open("bad.json", "w").write("[" + "{\"header\": 1}," * 4000 + "{}]")
tool = subprocess.Popen(["reload-sign", "--secret", "/proc/self/fd/%d" % key_read, "-o", "signed", "bad.json"], stderr=err_write, pass_fds=[key_read])
os.close(err_write)
time.sleep(0.2)
os.write(key_write, open(os.environ["secret"], "rb").read())
os.close(key_write)
time.sleep(0.3)
with os.fdopen(err_read, "rb") as pipe:
    lines = pipe.read().splitlines()
tool.wait()
print(sum(b": message " in line for line in lines) // 1000 * 1000)'

done_testing
