# SPDX-License-Identifier: BSD-2-Clause
# Shared by the tests of certificates that openssl makes. Source this file after tap.bash.
#
# It creates in the working directory: ca, other (a CA that the tests do not trust), leaf (a certificate of alice, by ca), each as
# NAME.key, NAME.csr, NAME.crt and NAME.der; and the keys user, leaf4096 and ec.
# shellcheck shell=bash
# shellcheck disable=SC2016 # single quotes hold scripts for jq
# shellcheck disable=SC2034,SC2154 # variables that other scripts use, and variables of tap.bash

now=1700000000 # 2023-11-14T22:13:20Z
alice_uri=URI:reload://$alice@chat/
alice_names=email:alice@example.com,URI:sip:alice@example.com,$alice_uri

# ---- keys and certificates ----

# make_key NAME OPTION...: creates NAME.key and the request NAME.csr
make_key()
{
    openssl genpkey -quiet -out "$1.key" "${@:2}" 2>/dev/null || openssl genpkey -out "$1.key" "${@:2}" 2>/dev/null || return 1
    openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr" 2>/dev/null
}
for name in ca other leaf user; do
    make_key $name -algorithm RSA -pkeyopt rsa_keygen_bits:2048 &
done
make_key leaf4096 -algorithm RSA -pkeyopt rsa_keygen_bits:4096 &
make_key ec -algorithm EC -pkeyopt ec_paramgen_curve:P-256 &
wait
chmod 600 ./*.key

cat >ca.cnf <<'END'
[ca]
default_ca = d
[d]
database = db
new_certs_dir = .
rand_serial = yes
unique_subject = no
default_md = sha256
policy = p
crlnumber = crlnumber
default_crl_days = 30
[p]
commonName = optional
END
: >db
echo 01 >crlnumber

# certify NAME KEY SUBJECT ISSUER EXTENSION... [-- OPTION...]: creates NAME.crt with KEY's public key, signed with ISSUER.crt's key. ISSUER
# may also be CERT:KEY, or "-" for a self-signed certificate.
certify()
{
    local name=$1 key=$2 subject=$3 issuer=$4 by=() extensions=() dates=(-startdate 20230101000000Z -enddate 20240101000000Z)
    shift 4
    : >"$name.ext"
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        printf '%s\n' "$1" >>"$name.ext"
        extensions=(-extfile "$name.ext")
        shift
    done
    [ $# -eq 0 ] || shift
    if [ "$issuer" = - ]; then
        by=(-selfsign -keyfile "$key.key")
        [[ $key != ed25519* ]] || by+=(-md null)
    else
        by=(-cert "${issuer%:*}.crt" -keyfile "${issuer#*:}.key")
        [[ $issuer != ed25519* ]] || by+=(-md null)
    fi
    if ! openssl ca -config ca.cnf -batch -notext -preserveDN "${by[@]}" -in "$key.csr" -subj "/CN=${subject//\//\\/}" "${dates[@]}" "${extensions[@]}" \
        -out "$name.crt" "$@" 2>ca.err; then
        cat ca.err >&2
        bail_out "openssl ca cannot make the certificate $name"
    fi
    openssl x509 -in "$name.crt" -outform DER -out "$name.der"
    rm -f ./[0-9A-F][0-9A-F][0-9A-F][0-9A-F]*.pem
}

# be_v1 NAME KEY: replaces certify's NAME.crt by one of X.509 v1. OpenSSL 3.2 and later need an option for that.
be_v1()
{
    openssl x509 -in "$1.crt" -noout -text | grep -q 'Version: 1 ' && return
    printf '[req]\ndistinguished_name = none\n[none]\n' >v1.cnf
    openssl req -config v1.cnf -x509 -x509v1 -in "$2.csr" -CA ca.crt -CAkey ca.key -days 9 -out "$1.crt" 2>/dev/null
    openssl x509 -in "$1.crt" -outform DER -out "$1.der"
}

# dates for CAs, which replace certify's own
long=(-startdate 20200101000000Z -enddate 20400101000000Z)
ca_extensions=("basicConstraints=critical,CA:TRUE" "keyUsage=critical,keyCertSign,cRLSign")
leaf_extensions=("basicConstraints=CA:FALSE" "keyUsage=critical,digitalSignature" "subjectAltName=$alice_names")
certify ca ca "chat CA" - "${ca_extensions[@]}" -- "${long[@]}"
certify other other "other CA" - "${ca_extensions[@]}" -- "${long[@]}"
certify leaf leaf alice ca "${leaf_extensions[@]}"

# patched NAME CERT FROM-HEX TO-HEX [CA-KEY]: creates NAME.der from CERT.der with octets replaced, and signs it again (RSA 2048 only).
patched()
{
    local der tbs_len signature
    der=$(hex <"$2.der")
    [ "${der//$3/}" != "$der" ] || bail_out "patched: $2.der does not contain $3"
    der=${der//$3/$4}
    tbs_len=$((4 + 0x${der:12:4}))
    unhex "${der:8:$((2 * tbs_len))}" >tbs
    signature=$(openssl dgst -sha256 -sign "${5:-ca.key}" tbs | hex)
    unhex "${der:0:$((${#der} - 512))}$signature" >"$1.der"
    openssl x509 -inform DER -in "$1.der" -out "$1.crt"
}

# ---- messages ----

declare -A example with_mark
for name in PEER-JOIN PEER-SEARCH RESOURCE-PUT RESOURCE-TRANSFER; do
    example[$name]=$(reload-sign --example "$name" | jq -c ".header.transaction_id = \"6553f10000000001\"")
    with_mark[$name]=$(jq -c '.attributes[0].value += [{type: "PEER-CERT", hex: "@MARK@"}]' <<<"${example[$name]}")
done
put_with_mark=$(jq -c '.attributes[1].value[0].value = "@MARK@"' <<<"${example[RESOURCE-PUT]}")
sign=(reload-sign --time "$now")

# judge FILE [OPTION...]: sets $got to "valid" or "REASON:CODE"; the report is in run/report, the errors in run/err
report=$work/run/report
judge()
{
    local line='' number='"response_code": ([0-9]+|null)'
    reload-verify --json --time "$now" "${@:2}" "$1" >"$report" 2>"$errors"
    status=$?
    while IFS= read -r line && [[ $line != *'"verdict": '* ]]; do :; done <"$report" # warnings have lines too
    got="no verdict, status $status"
    if [[ $line =~ \"verdict\":\ \"(invalid|malformed)\",\ \"reason\":\ \"([a-z0-9-]+)\",\ $number && $status = 1 ]]; then
        got="${BASH_REMATCH[2]}:${BASH_REMATCH[3]}"
    elif [[ $line =~ \"verdict\":\ \"valid\",\ $number && $status = 0 ]]; then
        [ "${BASH_REMATCH[1]}" != null ] || got=valid
    fi
}

# verdict DESCRIPTION EXPECTED FILE [OPTION...]: compares judge's result with EXPECTED, and appends it to the test's name
verdict()
{
    judge "${@:3}"
    if [ "$got" = "$2" ]; then
        pass "$1: $2"
    else
        fail "$1" "     got: $got" "expected: $2" "$(cat "$report" "$errors")"
    fi
}

# with_cert CERT.der [KEY] [METHOD] [JQ]: creates cert.bin, a message signed by KEY, with the file's octets as its PEER-CERT
with_cert()
{
    local octets json key=${2:-leaf}.key signer=leaf.crt
    [[ $key != leaf[0-9]* ]] || signer=${2:-leaf}.crt # reload-sign requires a certificate for a key of this size
    octets=$(hex <"$1")
    json=${with_mark[${3:-PEER-SEARCH}]/@MARK@/$octets}
    if [ "${4:-.}" != . ]; then
        json=$(jq -c "$4" <<<"$json")
    fi
    rm -f cert.bin
    "${sign[@]}" --force --key "$key" --cert "$signer" -o cert.bin <<<"$json"
}

# cert DESCRIPTION EXPECTED NAME [OPTION...]: verdict on a message with NAME.der; $key signs it (default: leaf)
cert()
{
    with_cert "$3.der" "${key:-leaf}" "${method:-PEER-SEARCH}" "${change:-.}"
    verdict "$1" "$2" cert.bin --ca ca.crt "${@:4}"
}

declare -A of
for word in untrusted bad revoked expired; do of[$word]=$word-certificate:431; done
of[weak]=weak-key:431
of[valid]=valid

# ---- CRLs ----

# crl NAME ISSUER[:KEY] [CERT DATE]... -- LASTUPDATE NEXTUPDATE: creates NAME.crl, which revokes each CERT from DATE on
crl()
{
    local name=$1 issuer=$2 saved=$work/crl.db serial
    shift 2
    : >"$saved"
    : >"$saved.attr"
    while [ "$1" != -- ]; do
        serial=$(openssl x509 -in "$1" -noout -serial)
        printf 'R\t400101000000Z\t%s\t%s\tunknown\t/CN=x\n' "$2" "${serial#*=}" >>"$saved"
        shift 2
    done
    sed 's/^database.*/database = crl.db/' ca.cnf >crl.cnf
    openssl ca -config crl.cnf -gencrl -cert "${issuer%:*}.crt" -keyfile "${issuer#*:}.key" -crl_lastupdate "$2" -crl_nextupdate "$3" \
        -out "$name.crl" 2>ca.err || { cat ca.err >&2; bail_out "openssl ca cannot make the CRL $name"; }
}
fresh=(20231101000000Z 20231201000000Z)
