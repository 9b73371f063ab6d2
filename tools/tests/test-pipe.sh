#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c
# Pipes: each message is written as soon as it is ready, before the next one is read.
. "$(dirname "$0")/tap.bash"

secret=$work/secret
install -m 600 "$TESTDATA/hmac.secret" "$secret"
patience=30 # seconds, used up by a faulty tool only

reload-dump -f json "$TESTDATA/tunnelled.hmac.bin" >one.json
reload-dump -f json "$TESTDATA/route-log.hmac.bin" >two.json
reload-dump -f hex "$TESTDATA/tunnelled.hmac.bin" >one.hex
reload-dump -f hex "$TESTDATA/route-log.hmac.bin" >two.hex
cp "$TESTDATA/tunnelled.hmac.bin" one.bin
cp "$TESTDATA/route-log.hmac.bin" two.bin

# live DESCRIPTION ONE TWO ONE-OUT TWO-OUT COMMAND...: writes ONE to COMMAND, reads ONE-OUT, and only then writes TWO.
live()
{
    local description=$1 one=$2 two=$3 one_out=$4 two_out=$5 pid
    shift 5
    rm -f in out
    mkfifo in out
    "$@" <in >out 2>live.err &
    pid=$!
    exec 8>in 7<out
    cat "$one" >&8
    timeout "$patience" head -c "$(stat -c %s "$one_out")" <&7 >got.1
    cat "$two" >&8
    timeout "$patience" head -c "$(stat -c %s "$two_out")" <&7 >got.2
    exec 8>&-
    timeout "$patience" cat <&7 >got.rest
    exec 7<&-
    wait "$pid"
    local status=$?
    if cmp got.1 "$one_out" && cmp got.2 "$two_out" && [ ! -s got.rest ] && [ ! -s live.err ] && [ "$status" = 0 ]; then
        pass "$description"
    else
        patience=2 # a faulty tool must not delay all other tests
        fail "$description" "status $status" "$(cat live.err)" "first: $(wc -c <got.1) octets, second: $(wc -c <got.2), rest: $(wc -c <got.rest)"
    fi 2>&1
}

for form in json hex binary line text; do
    reload-dump -f "$form" - <one.bin >"one.$form.out"
    reload-dump -f "$form" - <two.bin >"two.$form.out"
    if [ "$form" = line ] || [ "$form" = text ]; then
        sed -i '1s/^1/2/; 1s/offset 0/offset 124/' "two.$form.out"
    fi
    live "reload-dump -f $form" one.bin two.bin "one.$form.out" "two.$form.out" reload-dump -f "$form"
done
live "reload-dump -f binary, from JSON" one.json two.json one.bin two.bin reload-dump -f binary
live "reload-dump -f binary, from hex" one.hex two.hex one.bin two.bin reload-dump -f binary
live "reload-dump -o /dev/stdout" one.bin two.bin one.json.out two.json.out reload-dump -f json -o /dev/stdout

reload-sign --secret "$secret" <one.json >one.signed
reload-sign --secret "$secret" <two.json >two.signed
live "reload-sign" one.json two.json one.signed two.signed reload-sign --secret "$secret"
live "reload-sign, from binary" one.bin two.bin one.signed two.signed reload-sign --secret "$secret"
live "reload-verify -f binary" one.bin two.bin one.bin two.bin reload-verify --secret "$secret" --time 946702799 -f binary
reload-verify --secret "$secret" --time 946702799 --json one.bin two.bin | jq -c 'del(.file,.offset)' >reports
[ -s reports ] || bail_out "reload-verify prints no reports"
printf '%s\n' '-: offset 0: message 1: PEER-JOIN request: valid' >one.report
printf '%s\n' '-: offset 124: message 2: PEER-SEARCH request: valid' >two.report
live "reload-verify's report" one.bin two.bin one.report two.report reload-verify --secret "$secret" --time 946702799

# a pipeline of all three tools
pipeline()
{
    reload-dump -f json | reload-sign --secret "$secret" | reload-verify --secret "$secret" --time 946702799 -f json
}
pipeline <one.bin >one.pipeline
pipeline <two.bin >two.pipeline
live "a pipeline of reload-dump, reload-sign and reload-verify" one.bin two.bin one.pipeline two.pipeline pipeline

# if the reader closes the pipe, the tool may print an error or not, but must end
run bash -c 'yes "$(cat one.hex)" | timeout '"$patience"' reload-dump -f line 2>/dev/null | head -n 1 >/dev/null; exit "${PIPESTATUS[1]}"'
ok "a closed pipe ends the tool (status $status)" test "$status" != 124
done_testing
