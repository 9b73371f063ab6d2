# SPDX-License-Identifier: BSD-2-Clause
# Shared by the tests of an overlay under CERTS: its CA, its peers and their messages. Source this file after tap.bash.
#
# It creates in the working directory: ca/ (for the overlay "chat"), alice.key, alice.crt, bob.key, bob.crt, and METHOD.json for each example.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables that other scripts use, and variables of tap.bash

now=1700000000 # 2023-11-14T22:13:20Z
dates=(--not-before 2023-01-01T00:00:00Z --not-after 2024-01-01T00:00:00Z)
verify=(reload-verify --ca ca/ca.crt --overlay chat --time "$now")

# peer NAME PEER-ID SEED [OPTION...]: issues a certificate for the peer, as NAME.key and NAME.crt
peer()
{
    reload-keygen issue --quiet --ca ca --seed "$3" "${dates[@]}" --user "$1@example.com" --peer-id "$2" -o "$1" "${@:4}" || bail_out "cannot issue a certificate for $1"
}

reload-keygen ca --quiet --overlay chat --seed 00 --not-before 2020-01-01T00:00:00Z --not-after 2040-01-01T00:00:00Z -o ca || bail_out "cannot create the CA"
peer alice "$alice" 01
peer bob "$bob" 02
for example in PEER-JOIN PEER-SEARCH RESOURCE-GET RESOURCE-PUT RESOURCE-TRANSFER TRANSPORT-TUNNEL; do
    reload-sign --example "$example" | jq -c . >"$example.json" || bail_out "cannot print the example of $example"
done

# sign_as NAME [OPTION...]: signs standard input as NAME, at the time $now by default
sign_as()
{
    reload-sign --quiet --key "$1.key" --cert "$1.crt" --time "$now" "${@:2}"
}

# requests NAME PEER-ID BOOT-TIME COUNTER... [-- OPTION...]: a stream of signed PEER-SEARCH requests by that peer
requests()
{
    local name=$1 id=$2 boot_time=$3 ids=()
    shift 3
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        printf -v "ids[${#ids[@]}]" '%08x%08x' "$boot_time" "$1"
        shift
    done
    [ $# -eq 0 ] || shift
    printf '%s\n' "${ids[@]}" |
        jq -Rc --arg id "$id" --slurpfile example PEER-SEARCH.json \
            '. as $transaction | $example[0] | .header.source_id = $id | .header.transaction_id = $transaction | .attributes[0].value[0].value = $id' |
        sign_as "$name" "$@"
}

# in_short <JSON-REPORT: the verdict of each message, or its reason and response code, separated by spaces
in_short()
{
    jq -rsj '[.[] | if .reason then .reason + (if .response_code then ":\(.response_code)" else "" end) else .verdict end] | join(" ")'
}

# verdicts DESCRIPTION EXPECTED COMMAND...: compares in_short of a run with --json; the report is in run/out, the errors in run/err
verdicts()
{
    run "${@:3}" --json
    local got
    got=$(in_short <"$output")
    if [ "$got" = "$2" ]; then
        pass "$1"
    else
        fail "$1" "     got: $got" "expected: $2" "status $status" "$(cat "$errors")"
    fi
}
