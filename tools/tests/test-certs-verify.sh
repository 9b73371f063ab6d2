#!/bin/bash
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c and jq
# reload-verify under CERTS: certificates that openssl made, judged by D18 to D22 and D24 case by case.
# Many seconds of CPU: openssl makes some 200 certificates and keys, each in two or three processes, and each gets a message.
. "$(dirname "$0")/tap.bash"

now=1700000000 # 2023-11-14T22:13:20Z
alice_uri=URI:reload://$alice@chat/
alice_names=email:alice@example.com,URI:sip:alice@example.com,$alice_uri

# ---- keys and certificates ----

make_key()
{
    openssl genpkey -quiet -out "$1.key" "${@:2}" 2>/dev/null || openssl genpkey -out "$1.key" "${@:2}" 2>/dev/null || return 1
    openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr" 2>/dev/null
}
for name in ca other int leaf user; do
    make_key $name -algorithm RSA -pkeyopt rsa_keygen_bits:2048 &
done
make_key leaf4096 -algorithm RSA -pkeyopt rsa_keygen_bits:4096 &
make_key leaf1024 -algorithm RSA -pkeyopt rsa_keygen_bits:1024 &
make_key ca1024 -algorithm RSA -pkeyopt rsa_keygen_bits:1024 &
make_key ec -algorithm EC -pkeyopt ec_paramgen_curve:P-256 &
make_key ec-ca -algorithm EC -pkeyopt ec_paramgen_curve:P-256 &
make_key k1 -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 &
make_key ed25519 -algorithm ED25519 &
make_key ed25519-ca -algorithm ED25519 &
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

# certify NAME KEY SUBJECT ISSUER EXTENSION... [-- OPTION...]: NAME.crt of KEY's public key, signed with ISSUER.crt's key, or its own
# where ISSUER is "-". ISSUER may be CERT:KEY.
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
        bail_out "openssl ca makes no certificate $name"
    fi
    openssl x509 -in "$name.crt" -outform DER -out "$name.der"
    rm -f ./[0-9A-F][0-9A-F][0-9A-F][0-9A-F]*.pem
}

# be_v1 NAME KEY: makes the certificate that certify has made one of X.509 v1, which OpenSSL must be told from 3.2 on.
be_v1()
{
    openssl x509 -in "$1.crt" -noout -text | grep -q 'Version: 1 ' && return
    printf '[req]\ndistinguished_name = none\n[none]\n' >v1.cnf
    openssl req -config v1.cnf -x509 -x509v1 -in "$2.csr" -CA ca.crt -CAkey ca.key -days 9 -out "$1.crt" 2>/dev/null
    openssl x509 -in "$1.crt" -outform DER -out "$1.der"
}

# options that replace certify's dates, for CAs
long=(-startdate 20200101000000Z -enddate 20400101000000Z)
ca_extensions=("basicConstraints=critical,CA:TRUE" "keyUsage=critical,keyCertSign,cRLSign")
leaf_extensions=("basicConstraints=CA:FALSE" "keyUsage=critical,digitalSignature" "subjectAltName=$alice_names")
certify ca ca "chat CA" - "${ca_extensions[@]}" -- "${long[@]}"
certify other other "other CA" - "${ca_extensions[@]}" -- "${long[@]}"
certify leaf leaf alice ca "${leaf_extensions[@]}"

# A certificate of RSA 2048 in DER with octets replaced, and its signature made anew: patched NAME CERT FROM-HEX TO-HEX
patched()
{
    local der tbs_len signature
    der=$(hex <"$2.der")
    [ "${der//$3/}" != "$der" ] || bail_out "patched: $2.der has no $3"
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

# judge FILE [OPTION...]: $got is the verdict in short; its report is in run/report, its errors in run/err
report=$work/run/report
judge()
{
    local line='' number='"response_code": ([0-9]+|null)'
    reload-verify --json --time "$now" "${@:2}" "$1" >"$report" 2>"$errors"
    status=$?
    IFS= read -r line <"$report"
    got="no verdict, status $status"
    if [[ $line =~ \"verdict\":\ \"(invalid|malformed)\",\ \"reason\":\ \"([a-z0-9-]+)\",\ $number && $status = 1 ]]; then
        got="${BASH_REMATCH[2]}:${BASH_REMATCH[3]}"
    elif [[ $line =~ \"verdict\":\ \"valid\",\ $number && $status = 0 ]]; then
        [ "${BASH_REMATCH[1]}" != null ] || got=valid
    fi
}

# Whether the verdict is what is wanted: verdict DESCRIPTION WANTED FILE [OPTION...]; WANTED: valid, or REASON:CODE
verdict()
{
    judge "${@:3}"
    if [ "$got" = "$2" ]; then
        pass "$1"
    else
        fail "$1" "     got: $got" "expected: $2" "$(cat "$report" "$errors")"
    fi
}

# with_cert CERT.der [KEY] [METHOD] [JQ]: writes cert.bin, a message whose PEER-CERT is that file's octets, signed by KEY
with_cert()
{
    local octets json key=${2:-leaf}.key signer=leaf.crt
    [[ $key != leaf[0-9]* ]] || signer=${2:-leaf}.crt # of the same size as the key
    octets=$(hex <"$1")
    json=${with_mark[${3:-PEER-SEARCH}]/@MARK@/$octets}
    if [ "${4:-.}" != . ]; then
        json=$(jq -c "$4" <<<"$json")
    fi
    rm -f cert.bin
    "${sign[@]}" --force --key "$key" --cert "$signer" -o cert.bin <<<"$json"
}

# cert DESCRIPTION WANTED NAME [OPTION...]: a message with NAME.der, and its verdict; key: the key that signs (default: leaf)
cert()
{
    with_cert "$3.der" "${key:-leaf}" "${method:-PEER-SEARCH}" "${change:-.}"
    verdict "$1" "$2" cert.bin --ca ca.crt "${@:4}"
}

declare -A of
for word in untrusted bad revoked expired; do of[$word]=$word-certificate:431; done
of[weak]=weak-key:431
of[valid]=valid

# ---- D18, case by case ----

cert "a certificate that is good" valid leaf
certify bare leaf alice ca "subjectAltName=$alice_names"
cert "neither keyUsage nor basicConstraints" valid bare
certify usage leaf alice ca keyUsage=digitalSignature,keyEncipherment,nonRepudiation "subjectAltName=$alice_names"
cert "digitalSignature among others, not critical" valid usage
certify extended leaf alice ca extendedKeyUsage=emailProtection,clientAuth "subjectAltName=$alice_names"
cert "an extendedKeyUsage" valid extended
certify known leaf alice ca 1.2.3.4.5=ASN1:UTF8String:something "subjectAltName=$alice_names"
cert "an unknown extension that is not critical" valid known

# 1. bad-certificate
certify unknown leaf alice ca 1.2.3.4.5=critical,ASN1:UTF8String:something "subjectAltName=$alice_names"
cert "an unknown critical extension" "${of[bad]}" unknown
certify v1 leaf alice ca
be_v1 v1 leaf
ok "openssl made X.509 v1" grep -q 'Version: 1 ' <(openssl x509 -in v1.crt -noout -text)
cert "X.509 v1" "${of[bad]}" v1
{ cat leaf.der; printf '\0'; } >behind0.der
cert "a zero octet behind the certificate" "${of[bad]}" behind0
{ cat leaf.der; printf 'more'; } >behind.der
cert "octets behind the certificate" "${of[bad]}" behind
cat leaf.der ca.der >chain.der
cert "another certificate behind the certificate" "${of[bad]}" chain
head -c -1 leaf.der >short.der
cert "cut short by an octet" "${of[bad]}" short
: >empty.der
cert "no octets" "${of[bad]}" empty
cp leaf.crt pem.der
cert "PEM instead of DER" "${of[bad]}" pem
{ cat leaf.crt; printf '\0'; } >pem0.der
cert "PEM instead of DER, with a NUL" "${of[bad]}" pem0
openssl pkey -in leaf.key -pubout -outform DER -out pub.der
cert "a public key instead of a certificate" "${of[bad]}" pub
certify twins leaf alice ca 1.2.3.4.5=ASN1:UTF8String:something 1.2.3.4.6=ASN1:UTF8String:something "subjectAltName=$alice_names"
patched duplicate twins 06042a030406 06042a030405
cert "an unknown extension twice" "${of[bad]}" duplicate
# subjectAltName 551d11 twice: the issuerAltName 551d12 becomes another
certify alt leaf alice ca "subjectAltName=$alice_names" issuerAltName=email:ca@example.com
patched duplicate-alt alt 0603551d12 0603551d11
cert "subjectAltName twice" "${of[bad]}" duplicate-alt
certify constraints leaf alice ca nameConstraints=critical,permitted\;email:example.com "subjectAltName=$alice_names"
cert "critical name constraints" "${of[bad]}" constraints

# 2. weak-key
certify ec ec alice ca "${leaf_extensions[@]}"
cert "an EC key" "${of[weak]}" ec
certify k1 k1 alice ca "${leaf_extensions[@]}"
cert "an EC key on another curve" "${of[weak]}" k1
certify ed25519 ed25519 alice ca "${leaf_extensions[@]}"
cert "an Ed25519 key" "${of[weak]}" ed25519
certify leaf1024 leaf1024 alice ca "${leaf_extensions[@]}"
key=leaf1024 cert "RSA 1024" "${of[weak]}" leaf1024
key=leaf1024 cert "RSA 1024, --min-rsa-bits 1024" valid leaf1024 --min-rsa-bits 1024
key=leaf1024 cert "RSA 1024, --min-rsa-bits 1025" "${of[weak]}" leaf1024 --min-rsa-bits 1025
certify leaf4096 leaf4096 alice ca "${leaf_extensions[@]}"
key=leaf4096 cert "RSA 4096" valid leaf4096
key=leaf4096 cert "RSA 4096 under a CA of 2048, --min-rsa-bits 4096" "${of[weak]}" leaf4096 --min-rsa-bits 4096
cert "RSA 2048, --min-rsa-bits 2048" valid leaf --min-rsa-bits 2048
cert "RSA 2048, --min-rsa-bits 2049" "${of[weak]}" leaf --min-rsa-bits 2049
certify ca1024 ca1024 "small CA" - "${ca_extensions[@]}" -- "${long[@]}"
certify under1024 leaf alice ca1024 "${leaf_extensions[@]}"
cert "a CA of RSA 1024" "${of[weak]}" under1024 --ca ca1024.crt
cert "a CA of RSA 1024, --min-rsa-bits 1024" valid under1024 --ca ca1024.crt --min-rsa-bits 1024
certify ec-ca ec-ca "EC CA" - "${ca_extensions[@]}" -- "${long[@]}"
certify under-ec leaf alice ec-ca "${leaf_extensions[@]}"
cert "a CA with an EC key" "${of[weak]}" under-ec --ca ec-ca.crt
certify weak-expired leaf1024 alice other "${leaf_extensions[@]}" -- -startdate 20200101000000Z -enddate 20210101000000Z
key=leaf1024 cert "weak-key comes before untrusted and expired" "${of[weak]}" weak-expired
# a modulus of random octets: nobody has its key, but the certificate is a good one of a CA
for bits in 8200 16384; do
    printf 'asn1=SEQUENCE:k\n[k]\nn=INTEGER:0x%s01\ne=INTEGER:65537\n' "c0$(openssl rand -hex $((bits / 8 - 2)))" >rsa.cnf
    printf 'asn1=SEQUENCE:s\n[s]\na=SEQUENCE:a\nk=BITWRAP,SEQUENCE:k\n[a]\no=OID:rsaEncryption\nn=NULL\n%s' "$(sed 1d rsa.cnf)" >spki.cnf
    openssl asn1parse -genconf spki.cnf -noout -out spki.der
    openssl pkey -pubin -inform DER -in spki.der -out spki.pem
    printf '%s\n' "${leaf_extensions[@]}" >big.ext
    openssl x509 -req -in leaf.csr -CA ca.crt -CAkey ca.key -force_pubkey spki.pem -extfile big.ext -days 36500 -set_serial 77 -outform DER -out big.der 2>/dev/null
    ok "openssl made a certificate of RSA $bits" grep -q "Public-Key: ($bits bit)" <(openssl x509 -inform DER -in big.der -noout -text)
    cert "RSA $bits" "${of[weak]}" big
done
# what is made here with an exponent of 64 bits is a good key; one of 65 bits costs whoever checks it too much
for exponent in c000000000000001 10000000000000001; do
    make_key "e$exponent" -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt "rsa_keygen_pubexp:0x$exponent"
    certify "e$exponent" "e$exponent" alice ca "${leaf_extensions[@]}"
done
key=ec000000000000001 cert "an exponent of 64 bits" valid ec000000000000001
key=e10000000000000001 cert "an exponent of 65 bits" "${of[weak]}" e10000000000000001

# 3. untrusted-certificate
certify stranger leaf alice other "${leaf_extensions[@]}"
cert "another CA's" "${of[untrusted]}" stranger
cert "another CA's, given too" valid stranger --ca other.crt
cat other.crt ca.crt >both.crt
with_cert stranger.der
verdict "several CAs in one file" valid cert.bin --ca both.crt
verdict "a CA in DER" valid cert.bin --ca other.der
certify self leaf alice - "${leaf_extensions[@]}"
cert "self-signed" "${of[untrusted]}" self
cert "self-signed, and given as a CA" "${of[untrusted]}" self --ca self.crt
certify impostor other "chat CA" - "${ca_extensions[@]}" -- "${long[@]}"
certify forged leaf alice impostor:other "${leaf_extensions[@]}"
cert "a CA of the same name and another key" "${of[untrusted]}" forged
cert "a CA of the same name and another key, given too" valid forged --ca impostor.crt
flip=$(hex <leaf.der)
unhex "${flip:0:$((${#flip} - 2))}$(printf '%02x' $((0x${flip: -2} ^ 1)))" >flipped.der
cert "a bit of its signature turned" "${of[untrusted]}" flipped
certify no-ca other "no CA" - keyUsage=critical,keyCertSign -- "${long[@]}"
certify by-no-ca leaf alice no-ca:other "${leaf_extensions[@]}"
cert "an issuer without basicConstraints, given as a CA" "${of[untrusted]}" by-no-ca --ca no-ca.crt
certify false-ca other "false CA" - basicConstraints=CA:FALSE keyUsage=keyCertSign -- "${long[@]}"
certify by-false-ca leaf alice false-ca:other "${leaf_extensions[@]}"
cert "an issuer that says CA:FALSE, given as a CA" "${of[untrusted]}" by-false-ca --ca false-ca.crt
certify no-sign other "no sign CA" - basicConstraints=CA:TRUE keyUsage=cRLSign,digitalSignature -- "${long[@]}"
certify by-no-sign leaf alice no-sign:other "${leaf_extensions[@]}"
cert "an issuer without keyCertSign" "${of[untrusted]}" by-no-sign --ca no-sign.crt
certify any other "any CA" - basicConstraints=CA:TRUE -- "${long[@]}"
certify by-any leaf alice any:other "${leaf_extensions[@]}"
cert "an issuer without keyUsage, its basicConstraints not critical" valid by-any --ca any.crt

certify int int "intermediate" ca "${ca_extensions[@]}" -- "${long[@]}"
certify under-int leaf alice int "${leaf_extensions[@]}"
cert "an intermediate that is not given" "${of[untrusted]}" under-int
cert "an intermediate that is given" valid under-int --intermediates int.crt
cert "an intermediate in DER" valid under-int --intermediates int.der
with_cert under-int.der
verdict "an intermediate without its CA" untrusted-certificate:431 cert.bin --ca other.crt --intermediates int.crt
verdict "an intermediate given as a CA" valid cert.bin --ca int.crt
verdict "a CA given as an intermediate only" untrusted-certificate:431 cert.bin --ca other.crt --intermediates int.crt --intermediates ca.crt
certify int2 other "intermediate 2" int "${ca_extensions[@]}" -- "${long[@]}"
certify under-int2 leaf alice int2:other "${leaf_extensions[@]}"
cert "two intermediates" valid under-int2 --intermediates int2.crt --intermediates int.crt
cert "the second of two intermediates is missing" "${of[untrusted]}" under-int2 --intermediates int2.crt
certify no-int int "no intermediate" ca basicConstraints=CA:FALSE keyUsage=keyCertSign -- "${long[@]}"
certify by-no-int leaf alice no-int:int "${leaf_extensions[@]}"
cert "an intermediate that is no CA" "${of[untrusted]}" by-no-int --intermediates no-int.crt
certify leaf2 user mallory leaf "${leaf_extensions[@]}"
key=user cert "issued by a user" "${of[untrusted]}" leaf2 --intermediates leaf.crt
certify v1-int int "v1 intermediate" ca -- "${long[@]}"
certify by-v1-int leaf alice v1-int:int "${leaf_extensions[@]}"
cert "an intermediate of X.509 v1" "${of[untrusted]}" by-v1-int --intermediates v1-int.crt
certify path0 ca "path CA" - basicConstraints=critical,CA:TRUE,pathlen:0 keyUsage=keyCertSign,cRLSign -- "${long[@]}"
certify path-leaf leaf alice path0:ca "${leaf_extensions[@]}"
cert "pathlen:0 and no intermediate" valid path-leaf --ca path0.crt
certify path-int int "path intermediate" path0:ca "${ca_extensions[@]}" -- "${long[@]}"
certify path-under leaf alice path-int:int "${leaf_extensions[@]}"
cert "pathlen:0 and an intermediate" "${of[untrusted]}" path-under --ca path0.crt --intermediates path-int.crt
certify path1 ca "path1 CA" - basicConstraints=critical,CA:TRUE,pathlen:1 keyUsage=keyCertSign,cRLSign -- "${long[@]}"
certify path1-int int "path1 intermediate" path1:ca "${ca_extensions[@]}" -- "${long[@]}"
certify path1-under leaf alice path1-int:int "${leaf_extensions[@]}"
cert "pathlen:1 and an intermediate" valid path1-under --ca path1.crt --intermediates path1-int.crt
certify path1-int2 other "path1 intermediate 2" path1-int:int "${ca_extensions[@]}" -- "${long[@]}"
certify path1-under2 leaf alice path1-int2:other "${leaf_extensions[@]}"
cert "pathlen:1 and two intermediates" "${of[untrusted]}" path1-under2 --ca path1.crt --intermediates path1-int.crt --intermediates path1-int2.crt

certify md5 leaf alice ca "${leaf_extensions[@]}" -- -md md5
cert "signed with MD5" "${of[untrusted]}" md5
cert "signed with MD5, --allow-sha1-certs" "${of[untrusted]}" md5 --allow-sha1-certs
certify sha1 leaf alice ca "${leaf_extensions[@]}" -- -md sha1
cert "signed with SHA-1" "${of[untrusted]}" sha1
cert "signed with SHA-1, --allow-sha1-certs" valid sha1 --allow-sha1-certs
certify int-sha1 int "SHA-1 intermediate" ca "${ca_extensions[@]}" -- "${long[@]}" -md sha1
certify under-sha1 leaf alice int-sha1:int "${leaf_extensions[@]}"
cert "an intermediate signed with SHA-1" "${of[untrusted]}" under-sha1 --intermediates int-sha1.crt
cert "an intermediate signed with SHA-1, --allow-sha1-certs" valid under-sha1 --intermediates int-sha1.crt --allow-sha1-certs
certify ca-sha1 ca "SHA-1 CA" - "${ca_extensions[@]}" -- "${long[@]}" -md sha1
certify by-sha1 leaf alice ca-sha1:ca "${leaf_extensions[@]}"
cert "a trust anchor signed with SHA-1" valid by-sha1 --ca ca-sha1.crt
certify ca-md5 ca "MD5 CA" - "${ca_extensions[@]}" -- "${long[@]}" -md md5
certify by-md5 leaf alice ca-md5:ca "${leaf_extensions[@]}"
cert "a trust anchor signed with MD5" valid by-md5 --ca ca-md5.crt
for md in sha224 sha384 sha512; do
    certify $md leaf alice ca "${leaf_extensions[@]}" -- -md $md
    cert "signed with $md" valid $md
done
certify ed25519-ca ed25519-ca "Ed25519 CA" - "${ca_extensions[@]}" -- "${long[@]}"
certify by-ed25519 leaf alice ed25519-ca "${leaf_extensions[@]}"
cert "signed with Ed25519 by a CA that is not given" "${of[untrusted]}" by-ed25519

certify leaf-ca leaf alice ca basicConstraints=CA:TRUE keyUsage=digitalSignature "subjectAltName=$alice_names"
cert "a leaf with CA:TRUE" "${of[untrusted]}" leaf-ca
certify leaf-sign leaf alice ca basicConstraints=CA:FALSE keyUsage=digitalSignature,keyCertSign "subjectAltName=$alice_names"
cert "a leaf with keyCertSign" "${of[untrusted]}" leaf-sign
certify leaf-enc leaf alice ca keyUsage=keyEncipherment,nonRepudiation "subjectAltName=$alice_names"
cert "a leaf whose keyUsage lacks digitalSignature" "${of[untrusted]}" leaf-enc
with_cert ca.der ca
verdict "the CA's own certificate" untrusted-certificate:431 cert.bin --ca ca.crt
certify untrusted-expired leaf alice other "${leaf_extensions[@]}" -- -startdate 20200101000000Z -enddate 20210101000000Z
cert "untrusted comes before expired" "${of[untrusted]}" untrusted-expired
cert "expired, where it is trusted" "${of[expired]}" untrusted-expired --ca other.crt

# 5. expired-certificate
certify past leaf alice ca "${leaf_extensions[@]}" -- -startdate 20220101000000Z -enddate 20230101000000Z
cert "expired" "${of[expired]}" past
certify ahead leaf alice ca "${leaf_extensions[@]}" -- -startdate 20240101000000Z -enddate 20250101000000Z
cert "not yet valid" "${of[expired]}" ahead
certify second leaf alice ca "${leaf_extensions[@]}" -- -startdate 20231114221320Z -enddate 20231114221320Z
cert "valid for this second" valid second
certify before leaf alice ca "${leaf_extensions[@]}" -- -startdate 20230101000000Z -enddate 20231114221319Z
cert "expired a second ago" "${of[expired]}" before
certify after leaf alice ca "${leaf_extensions[@]}" -- -startdate 20231114221321Z -enddate 20240101000000Z
cert "valid in a second" "${of[expired]}" after
certify y2060 leaf alice ca "${leaf_extensions[@]}" -- -startdate 20230101000000Z -enddate 20600101000000Z
cert "valid until 2060" valid y2060
certify forever leaf alice ca "${leaf_extensions[@]}" -- -startdate 20230101000000Z -enddate 99991231235959Z
cert "without end (RFC 5280 section 4.1.2.5)" valid forever
certify int-old int "old intermediate" ca "${ca_extensions[@]}" -- -startdate 20200101000000Z -enddate 20210101000000Z
certify under-old leaf alice int-old:int "${leaf_extensions[@]}"
cert "an intermediate that is expired" "${of[expired]}" under-old --intermediates int-old.crt
certify ca-old other "old CA" - "${ca_extensions[@]}" -- -startdate 20200101000000Z -enddate 20210101000000Z
certify by-old leaf alice ca-old:other "${leaf_extensions[@]}"
cert "a CA that is expired" "${of[expired]}" by-old --ca ca-old.crt
certify ca-next other "next CA" - "${ca_extensions[@]}" -- -startdate 20500101000000Z -enddate 20600101000000Z
certify by-next leaf alice ca-next:other "${leaf_extensions[@]}"
cert "a CA that is not yet valid" "${of[expired]}" by-next --ca ca-next.crt
# the machine's clock decides nothing: one CA under two certificates, of which each is valid at another time
certify roll-old other "rolling CA" - "${ca_extensions[@]}" -- -startdate 20200101000000Z -enddate 20240101000000Z
certify roll-new other "rolling CA" - "${ca_extensions[@]}" -- -startdate 20240102000000Z -enddate 20990101000000Z
certify roll leaf alice roll-old:other "${leaf_extensions[@]}" -- -startdate 20200101000000Z -enddate 20990101000000Z
cert "a CA's certificate of then and one of later, both given" valid roll --ca roll-old.crt --ca roll-new.crt
cert "a CA's certificate of later and one of then, both given" valid roll --ca roll-new.crt --ca roll-old.crt
certify roll-int-old int "rolling intermediate" ca "${ca_extensions[@]}" -- -startdate 20200101000000Z -enddate 20240101000000Z
certify roll-int-new int "rolling intermediate" ca "${ca_extensions[@]}" -- -startdate 20240102000000Z -enddate 20390101000000Z
certify roll-under leaf alice roll-int-old:int "${leaf_extensions[@]}" -- -startdate 20200101000000Z -enddate 20990101000000Z
cert "an intermediate's certificates of then and of later" valid roll-under --intermediates roll-int-old.crt --intermediates roll-int-new.crt
cert "an intermediate's certificates of later and of then" valid roll-under --intermediates roll-int-new.crt --intermediates roll-int-old.crt

# 4. revoked-certificate
# crl NAME ISSUER[:KEY] [SERIAL-FILE DATE]... -- LASTUPDATE NEXTUPDATE
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
        -out "$name.crl" 2>ca.err || { cat ca.err >&2; bail_out "openssl makes no CRL $name"; }
}
fresh=(20231101000000Z 20231201000000Z)
silent() # DESCRIPTION: no warning
{
    ok "$1" holds "$errors" ''
}
warned() # DESCRIPTION REGEX
{
    ok "$1" holds "$errors" "~reload-verify: warning: $2"
}
crl revoked ca leaf.crt 231101000000Z -- "${fresh[@]}"
cert "revoked" "${of[revoked]}" leaf --crl revoked.crl
silent "and no warning"
cert "another certificate than the revoked" valid bare --crl revoked.crl
silent "and no warning"
openssl crl -in revoked.crl -outform DER -out revoked-der.crl
cert "a CRL in DER" "${of[revoked]}" leaf --crl revoked-der.crl
crl empty ca -- "${fresh[@]}"
cert "an empty CRL" valid leaf --crl empty.crl
cert "an empty CRL and the one that counts" "${of[revoked]}" leaf --crl empty.crl --crl revoked.crl
with_cert bare.der
reload-dump -f json cert.bin | jq -c ".meta.time = $now" >captured.json
run reload-verify --ca ca.crt --time capture --crl empty.crl captured.json
is "$status $(cat "$errors")" "0 " "--time capture: a CRL is out of date or not as of the capture"
crl second ca leaf.crt 231114221320Z -- "${fresh[@]}"
cert "revoked in this second" "${of[revoked]}" leaf --crl second.crl
crl next ca leaf.crt 231114221321Z -- "${fresh[@]}"
cert "revoked from the next second on" valid leaf --crl next.crl
crl two ca bare.crt 231101000000Z leaf.crt 231102000000Z -- "${fresh[@]}"
cert "the second one in a CRL" "${of[revoked]}" leaf --crl two.crl
crl old ca leaf.crt 220101000000Z -- 20220101000000Z 20220201000000Z
cert "a CRL that is out of date counts" "${of[revoked]}" leaf --crl old.crl
warned "with a warning" '.*out of date.*'
cert "a CRL that is out of date, of another certificate" valid bare --crl old.crl
warned "with a warning" '.*out of date.*'
crl early ca leaf.crt 220101000000Z -- 20240101000000Z 20240201000000Z
cert "a CRL that is not yet valid counts" "${of[revoked]}" leaf --crl early.crl
warned "with a warning" '.*out of date.*'
crl others other leaf.crt 231101000000Z -- "${fresh[@]}"
cert "a CRL of an unknown CA has no effect" valid leaf --crl others.crl
warned "with a warning" '.*'
cert "a CRL of another CA has no effect" valid leaf --ca other.crt --crl others.crl
crl impostors impostor:other leaf.crt 231101000000Z -- "${fresh[@]}"
cert "a CRL of a CA of the same name and another key has no effect" valid leaf --crl impostors.crl
warned "with a warning" '.*signature.*'
cert "a CRL of a CA of the same name, given too, has no effect" valid leaf --ca impostor.crt --crl impostors.crl
crl_hex=$(openssl crl -in revoked.crl -outform DER | hex)
unhex "${crl_hex:0:$((${#crl_hex} - 2))}$(printf '%02x' $((0x${crl_hex: -2} ^ 1)))" >flipped.crl
cert "a CRL with a bad signature has no effect" valid leaf --crl flipped.crl
warned "with a warning" '.*signature.*'
cert "a CRL with a bad signature beside a good one" "${of[revoked]}" leaf --crl flipped.crl --crl revoked.crl
crl revoked-int ca int.crt 231101000000Z -- "${fresh[@]}"
cert "a revoked intermediate" "${of[revoked]}" under-int --intermediates int.crt --crl revoked-int.crl
crl by-int int under-int.crt 231101000000Z -- "${fresh[@]}"
cert "revoked by an intermediate" "${of[revoked]}" under-int --intermediates int.crt --crl by-int.crl
silent "and no warning"
certify quiet int "intermediate without cRLSign" ca basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign -- "${long[@]}"
certify under-quiet leaf alice quiet:int "${leaf_extensions[@]}"
crl by-quiet quiet:int under-quiet.crt 231101000000Z -- "${fresh[@]}"
cert "revoked by an issuer without cRLSign" "${of[revoked]}" under-quiet --intermediates quiet.crt --crl by-quiet.crl
silent "and no warning of that"
crl past ca past.crt 221101000000Z -- "${fresh[@]}"
cert "revoked comes before expired" "${of[revoked]}" past --crl past.crl
cert "untrusted comes before revoked" "${of[untrusted]}" stranger --crl revoked.crl --crl others.crl
for md in sha1 sha512; do
    sed -i "s/^default_md.*/default_md = $md/" ca.cnf
    crl $md ca leaf.crt 231101000000Z -- "${fresh[@]}"
    cert "a CRL signed with $md" "${of[revoked]}" leaf --crl $md.crl
done
sed -i "s/^default_md.*/default_md = sha256/" ca.cnf

# ---- D19 and D20: the peer's names ----

mismatch=peer-id-mismatch:431
upper=${alice^^}
# names DESCRIPTION WANTED SUBJECT-ALT-NAME [OPTION...]: a peer's certificate with these names
names()
{
    certify names leaf alice ca "subjectAltName=$3"
    cert "$1" "$2" names "${@:4}"
}
names "upper-case hex" valid "URI:reload://$upper@chat/"
names "upper-case hex, --overlay" valid "URI:reload://$upper@chat/" --overlay chat
names "only a Peer-ID" valid "$alice_uri"
names "the second of two Peer-IDs" valid "URI:reload://$bob@chat/,$alice_uri"
names "another Peer-ID" "$mismatch" "URI:reload://$bob@chat/"
names "another overlay's Peer-ID" "$mismatch" "URI:reload://$alice@chatter/"
names "another overlay's Peer-ID, --overlay" "$mismatch" "URI:reload://$alice@chatter/" --overlay chat
names "another overlay's Peer-ID beside this one's" valid "URI:reload://$alice@chatter/,$alice_uri" --overlay chat
names "the overlay's name in another case" "$mismatch" "URI:reload://$alice@Chat/"
names "the overlay's name in another case, --overlay" "$mismatch" "URI:reload://$alice@Chat/" --overlay chat
names "no slash behind the overlay's name" "$mismatch" "URI:reload://$alice@chat"
names "two slashes" "$mismatch" "URI:reload://$alice@chat//"
names "a path" "$mismatch" "URI:reload://$alice@chat/x"
names "a port" "$mismatch" "URI:reload://$alice@chat:6084/"
names "no overlay's name" "$mismatch" "URI:reload://$alice@/"
names "no @" "$mismatch" "URI:reload://${alice}chat/"
names "one slash in front" "$mismatch" "URI:reload:/$alice@chat/"
names "another scheme" "$mismatch" "URI:sip://$alice@chat/"
names "39 digits" "$mismatch" "URI:reload://${alice:1}@chat/"
names "41 digits" "$mismatch" "URI:reload://0$alice@chat/"
names "a letter that is no digit" "$mismatch" "URI:reload://g${alice:1}@chat/"
names "a space in front" "$mismatch" "URI:reload:// ${alice:1}@chat/"
names "a percent-encoded digit" "$mismatch" "URI:reload://%34${alice:1}@chat/"
names "a percent-encoded letter of the overlay's name" "$mismatch" "URI:reload://$alice@%63hat/"
names "a percent-encoded letter, --overlay" "$mismatch" "URI:reload://$alice@%63hat/" --overlay chat
names "a percent-encoded letter, --overlay with it" "overlay-mismatch:498" "URI:reload://$alice@%63hat/" --overlay %63hat
names "a Peer-ID as an rfc822Name" "$mismatch" "email:reload://$alice@chat/"
names "a Peer-ID as a DNS name" "$mismatch" "DNS:reload://$alice@chat/"
names "users and no Peer-ID" "$mismatch" email:alice@example.com
certify nameless leaf alice ca keyUsage=digitalSignature
cert "no names" "$mismatch" nameless
certify subject leaf "reload://$alice@chat/" ca keyUsage=digitalSignature
cert "a Peer-ID as the subject" "$mismatch" subject
issuer_alt=$(text "reload://$alice@chat/")
certify issuer-alt leaf alice ca "2.5.29.18=DER:30$(printf '%02x86%02x' $((${#issuer_alt} / 2 + 2)) $((${#issuer_alt} / 2)))$issuer_alt"
cert "a Peer-ID as an issuerAltName" "$mismatch" issuer-alt
# octets that no text has, put there afterwards
odd="URI:reload://$alice@chat/+odd/"
certify odd leaf alice ca "subjectAltName=$odd"
cert "more behind the slash" "$mismatch" odd
odd_hex=$(text '/+odd/')
for octets in 00 0a 1f 7f 80 ff; do
    patched odd-octet odd "$odd_hex" "2f${octets}6f64642f"
    cert "octet $octets in an overlay's name" "$mismatch" odd-octet
    cert "octet $octets in an overlay's name, --overlay" "$mismatch" odd-octet --overlay chat
done
certify zero leaf alice ca "subjectAltName=URI:reload://$alice@chat/+"
patched zero-last zero "$(text chat/+)" "$(text chat/)00"
cert "a NUL at the end" "$mismatch" zero-last
patched zero-before zero "$(text chat/+)" "$(text chat)002f"
cert "a NUL before the slash" "$mismatch" zero-before
patched zero-before zero "$(text chat/+)" "$(text chat)002f"
cert "a NUL before the slash, --overlay" "$mismatch" zero-before --overlay chat
# a constructed tag, and one of another class
san_hex=$(text "reload://$alice@chat/")
for tag in a6 06 16 46 c6; do
    patched odd-tag leaf "86$(printf '%02x' $((${#san_hex} / 2)))$san_hex" "$tag$(printf '%02x' $((${#san_hex} / 2)))$san_hex"
    with_cert odd-tag.der
    judge cert.bin --ca ca.crt
    case $got in
    "$mismatch" | "${of[bad]}") pass "a name with the tag $tag" ;;
    *) fail "a name with the tag $tag" "$got" ;;
    esac
done

# whose message it is
source="(.header.source_id, .attributes[0].value[0].value) = \"$bob\""
change=$source cert "a PEER-ID that the certificate does not name" "$mismatch" leaf
change=".header.source_id = \"$bob\"" cert "a Source ID that is not the PEER-ID" "$mismatch" leaf
change=".attributes[0].value[0].value = \"$bob\"" cert "a PEER-ID that is not the Source ID" "$mismatch" leaf
change='.header.overlay = {name: "other"}' cert "an Overlay field that is not the certificate's" "$mismatch" leaf
change='.header.overlay = "00000000"' cert "an Overlay field of 0" "$mismatch" leaf
change='.header.overlay = "00000000"' cert "an Overlay field of 0, --overlay" overlay-mismatch:498 leaf --overlay chat
join=peer-id-mismatch:493
method=PEER-JOIN cert "a PEER-JOIN" valid leaf
method=PEER-JOIN change=$source cert "a PEER-JOIN with a PEER-ID that the certificate does not name" $join leaf
method=PEER-JOIN change=".header.source_id = \"$bob\"" cert "a PEER-JOIN with another Source ID" $join leaf
method=PEER-JOIN change='.header.overlay = {name: "other"}' cert "a PEER-JOIN to another overlay" $join leaf
method=PEER-JOIN change='.header.overlay = "00000000"' cert "a PEER-JOIN with an Overlay field of 0: any overlay" valid leaf
method=PEER-JOIN change='.header.overlay = "00000000"' cert "a PEER-JOIN with an Overlay field of 0, --overlay" valid leaf --overlay chat
certify elsewhere leaf alice ca "subjectAltName=URI:reload://$alice@chatter/"
method=PEER-JOIN change='.header.overlay = "00000000"' cert "a PEER-JOIN with an Overlay field of 0, under another overlay's name" valid elsewhere
method=PEER-JOIN change='.header.overlay = "00000000"' cert "a PEER-JOIN with an Overlay field of 0, another --overlay" $join elsewhere --overlay chat
method=PEER-JOIN change='.header.security = 0' cert "a PEER-JOIN, Security 0" valid leaf
method=PEER-JOIN key=user cert "a PEER-JOIN with a bad digest: 431" bad-digest:431 leaf
method=PEER-JOIN cert "a PEER-JOIN with another CA's certificate: 431" "${of[untrusted]}" stranger
response=".header.response = true | .attributes = [{type: \"RESPONSE-CODE\", value: {code: 200, reason: \"OK\"}}] + .attributes"
change=$response cert "a response" valid leaf
change="$response | .header.source_id = \"$bob\"" cert "a response with its request's Source ID" valid leaf
change="$response | .attributes[1].value[0].value = \"$bob\"" cert "a response of another peer" peer-id-mismatch:null leaf
method=PEER-JOIN change="$response | .attributes[1].value[0].value = \"$bob\"" cert "a PEER-JOIN response of another peer" peer-id-mismatch:null leaf
change=$response cert "a response under another CA" untrusted-certificate:null stranger
change=$response key=user cert "a response with a bad digest" bad-digest:null leaf
change='.header.security = "HMAC"' cert "HMAC where CERTS is told" security-mismatch:401 leaf
with_cert leaf.der
verdict "CERTS where HMAC is told" security-mismatch:401 cert.bin --secret "$TESTDATA/hmac.secret"
verdict "--overlay" valid cert.bin --ca ca.crt --overlay chat
verdict "another --overlay" overlay-mismatch:498 cert.bin --ca ca.crt --overlay chatter

# ---- what is missing ----

# forged DESCRIPTION WANTED JQ [OPTION...]: cert.bin with a change that leaves its signatures as they are
forged()
{
    reload-dump -f json cert.bin | jq -c "$3" | reload-sign --append-route-log '[]' --force -o forged.bin
    verdict "$1" "$2" forged.bin --ca ca.crt "${@:4}"
}
missing="missing-certificate:401"
forged "a ROUTE-LOG behind it" valid .
forged "no SIGNATURE" missing-signature:401 'del(.attributes[1])'
forged "no SOURCE-INFO" $missing 'del(.attributes[0])'
forged "no PEER-ID" $missing 'del(.attributes[0].value[0])'
forged "no PEER-CERT" $missing 'del(.attributes[0].value[-1])'
forged "SOURCE-INFO behind the SIGNATURE" $missing '.attributes |= [.[1], .[0]]'
forged "a second PEER-CERT" duplicate-attribute:431 '.attributes[0].value += [.attributes[0].value[-1]]'
forged "a second SOURCE-INFO" duplicate-attribute:431 '.attributes |= [.[0], .[0], .[1]]'
forged "a second SIGNATURE is ignored" valid '.attributes += [.attributes[1]]'
forged "no TIMESTAMP" missing-timestamp:431 'del(.attributes[1].value[0])'
forged "no DIGEST" bad-digest-length:431 'del(.attributes[1].value[1])'
forged "neither" bad-digest-length:431 '.attributes[1].value = []'
forged "TIMESTAMP behind DIGEST" misplaced:431 '.attributes[1].value |= [.[1], .[0]]'
forged "DIGEST of 255 octets" bad-digest-length:431 '.attributes[1].value[1].hex |= .[2:]'
forged "DIGEST of 257 octets" bad-digest-length:431 '.attributes[1].value[1].hex |= "00" + .'
forged "DIGEST of no octets" bad-digest-length:431 '.attributes[1].value[1].hex = ""'
forged "DIGEST of 20 octets" bad-digest-length:431 '.attributes[1].value[1].hex |= .[:40]'
forged "DIGEST of another length comes behind the certificate" untrusted-certificate:431 '.attributes[1].value[1].hex |= .[2:] | .attributes[0].value[-1].hex = "'"$(hex <stranger.der)"'"'
forged "another DIGEST" bad-digest:431 '.attributes[1].value[1].hex |= "00" + .[2:]'
forged "another DIGEST comes before the PEER-ID" bad-digest:431 ".attributes[0].value[0].value = \"$bob\""
forged "another certificate of the same key" bad-digest:431 '.attributes[0].value[-1].hex = "'"$(hex <bare.der)"'"'
forged "a response without PEER-CERT" missing-certificate:null '.header.response = true | del(.attributes[0].value[-1])'
forged "TTL is not covered" valid '.header.ttl = 1'

# ---- freshness ----

at()
{
    with_cert leaf.der
    verdict "$1" "$2" cert.bin --ca ca.crt --time "$3" "${@:4}"
}
at "300 s later" valid $((now + 300))
at "301 s later" stale:431 $((now + 301))
at "300 s earlier" valid $((now - 300))
at "301 s earlier" future:431 $((now - 301))
at "when its certificate has expired, without a skew limit" expired-certificate:431 2024-06-01T00:00:00Z --max-skew none
at "before its certificate is valid, without a skew limit" expired-certificate:431 2022-06-01T00:00:00Z --max-skew none
at "in the last second of its certificate, without a skew limit" valid 2024-01-01T00:00:00Z --max-skew none
at "a second later" expired-certificate:431 2024-01-01T00:00:01Z --max-skew none
key=user cert "a bad digest comes before stale" bad-digest:431 leaf --time $((now + 301))
change=$source cert "peer-id-mismatch comes before stale" "$mismatch" leaf --time $((now + 301))

# ---- PEER-SIGNATURE ----

jq -c . <<<"${example[PEER-SEARCH]}" | "${sign[@]}" --key leaf.key --cert leaf.crt --sign-source-info -o cert.bin
verdict "with PEER-SIGNATURE" valid cert.bin --ca ca.crt --require-peer-signature
is "$(jq -c '[.signatures[] | .type, .verdict]' "$report")" '["PEER-SIGNATURE","valid","SIGNATURE","valid"]' "both are listed"
with_cert leaf.der
verdict "without PEER-SIGNATURE where it is required" missing-signature:401 cert.bin --ca ca.crt --require-peer-signature
# a peer carried on in a BODY or in REDIRECT, its certificate another one's
certify bob user bob ca keyUsage=digitalSignature "subjectAltName=email:bob@example.com,URI:reload://$bob@chat/"
jq -c ".header.source_id = \"$bob\" | .attributes[0].value[0].value = \"$bob\"" <<<"${example[PEER-SEARCH]}" |
    "${sign[@]}" --key user.key --cert bob.crt --sign-source-info -f json | jq -c '.attributes[0].value' >bob.json
redirect()
{
    jq -c --slurpfile peer "$3" "$response | .attributes += [{type: \"REDIRECT\", value: (\$peer[0] | ${4:-.})}]" <<<"${example[PEER-SEARCH]}" |
        "${sign[@]}" --key leaf.key --cert leaf.crt -o cert.bin
    verdict "$1" "$2" cert.bin --ca ca.crt
}
redirect "a signed REDIRECT" valid bob.json
redirect "an unsigned REDIRECT" valid bob.json 'map(select(.type != "PEER-SIGNATURE"))'
redirect "a signed REDIRECT without its certificate" missing-certificate:null bob.json 'map(select(.type != "PEER-CERT"))'
redirect "a signed REDIRECT without its PEER-ID" missing-certificate:null bob.json 'map(select(.type != "PEER-ID"))'
redirect "a signed REDIRECT with another PEER-ID" bad-digest:null bob.json ".[0].value = \"$alice\""
redirect "a signed REDIRECT that is not last" misplaced:null bob.json '[.[-1]] + .[:-1]'

# ---- D21: the resource's names ----

# put KEY SAN [KEY-FILE [CERT...]]: cert.bin, a RESOURCE-PUT for KEY; its BODYs signed by user.key under a certificate with the names SAN
put()
{
    certify owner user owner ca "subjectAltName=$2"
    "${sign[@]}" --force --key leaf.key --cert leaf.crt --resource-key user.key --resource-cert owner.crt -o cert.bin <<<"${put_with_mark/@MARK@/$1}"
}
# user DESCRIPTION yes|no KEY SAN
user()
{
    local wanted=resource-key-mismatch:431
    [ "$2" = no ] || wanted=valid
    put "$3" "$4"
    verdict "$1" "$wanted" cert.bin --ca ca.crt
}
user "an rfc822Name" yes alice@example.com email:alice@example.com
user "a SIP URI" yes alice@example.com URI:sip:alice@example.com
user "a SIPS URI" yes alice@example.com URI:sips:alice@example.com
user "both" yes alice@example.com email:alice@example.com,URI:sip:alice@example.com
user "the second of two users" yes bob@example.com email:alice@example.com,email:bob@example.com
user "the first of two users" yes alice@example.com email:alice@example.com,email:bob@example.com
user "neither of two users" no carol@example.com email:alice@example.com,email:bob@example.com
user "another user" no bob@example.com email:alice@example.com
for scheme in sip: sips: mailto: SIP: Sips: MailTo:; do
    user "a KEY with $scheme" yes "${scheme}alice@example.com" email:alice@example.com
    user "a KEY with $scheme and a SIP URI" yes "${scheme}alice@example.com" URI:sip:alice@example.com
done
user "a SIP URI in upper case" yes alice@example.com URI:SIP:alice@example.com
user "a KEY with two schemes" no sip:sip:alice@example.com email:alice@example.com
user "a KEY with another scheme" no tel:alice@example.com email:alice@example.com
user "a KEY with a scheme of another kind" no im:alice@example.com email:alice@example.com
user "an rfc822Name with sip:" yes alice@example.com email:sip:alice@example.com
user "a URI with two schemes drops only one" no alice@example.com URI:sip:mailto:alice@example.com
user "a mailto: URI names nobody (D19)" no alice@example.com URI:mailto:alice@example.com
user "a URI without a scheme names nobody" no alice@example.com URI:alice@example.com
user "a DNS name names nobody" no alice@example.com DNS:alice@example.com
user "the host in another case" yes alice@EXAMPLE.com email:alice@example.com
user "the certificate's host in another case" yes alice@example.com email:alice@Example.COM
user "the user in another case" no Alice@example.com email:alice@example.com
user "the certificate's user in another case" no alice@example.com URI:sip:ALICE@example.com
user "a port" no alice@example.com:5060 email:alice@example.com
user "a parameter" no 'alice@example.com;transport=tcp' email:alice@example.com
user "a parameter in both" yes 'alice@example.com;transport=tcp' 'URI:sip:alice@example.com;transport=tcp'
user "a port in the certificate" no alice@example.com URI:sip:alice@example.com:5060
user "a longer host" no alice@example.com.evil email:alice@example.com
user "a shorter host" no alice@example.co email:alice@example.com
user "a longer user" no xalice@example.com email:alice@example.com
user "no @" no alice email:alice@example.com
user "no @ in either" no alice URI:sip:alice
user "no user" no @example.com URI:sip:@example.com
user "no host" no alice@ URI:sip:alice@
user "only @" no @ URI:sip:@
user "two @, split at the last" yes a@b@EXAMPLE.com URI:sip:a@b@example.com
user "two @, what is before the last is the user's" no a@B@example.com URI:sip:a@b@example.com
user "a percent-encoded letter" no alice@example.com URI:sip:%61lice@example.com
user "an empty KEY" no '' email:alice@example.com
user "a space in front" no ' alice@example.com' email:alice@example.com
user "a KEY outside ASCII" no 'ålice@example.com' email:alice@example.com
user "letters beside ASCII's have no case" no 'alice@[xample.com' 'URI:sip:alice@{xample.com'
user "a Peer-ID is no user" no "$alice@chat" "$alice_uri"
user "a Peer-ID is no user, as it stands" no "reload://$alice@chat/" "$alice_uri"
user "no names" no alice@example.com DNS:example.com
certify odd-user user owner ca subjectAltName=email:alice@example.com+.evil
for octets in 00 0a 7f e9; do
    patched odd-user2 odd-user "$(text com+.evil)" "$(text com)$octets$(text .evil)"
    jq -c . <<<"${example[RESOURCE-PUT]}" |
        "${sign[@]}" --force --key leaf.key --cert leaf.crt --resource-key user.key --resource-cert odd-user2.crt -o cert.bin
    verdict "octet $octets behind the address" resource-key-mismatch:431 cert.bin --ca ca.crt
done

# ---- D21: certificate BODYs ----

# bodies DESCRIPTION WANTED [CERT|-...]: a RESOURCE-PUT signed by user.key, with these certificate BODYs
bodies()
{
    local description=$1 wanted=$2 list='' name
    shift 2
    for name; do
        list+="{\"type\": \"RESOURCE-INFO.BODY\", \"value\": [{\"type\": \"RESOURCE-INFO.BODY.CERTIFICATE\", \"hex\": \"$(hex <"$name.der")\"}]},"
    done
    list="[${list%,}]"
    # the message's SIGNATURE is made anew, the BODYs' are kept
    jq -c --argjson list "$list" '.attributes[1].value |= map(select((.value | type) != "array" or .value[0].type != "RESOURCE-INFO.BODY.CERTIFICATE")) |
        .attributes[1].value |= '"${order:-. + \$list}" signed-put.json | "${sign[@]}" --force --key leaf.key --cert leaf.crt -o cert.bin
    verdict "$description" "$wanted" cert.bin --ca ca.crt
}
certify owner user owner ca subjectAltName=email:alice@example.com
certify not-owner user bob ca subjectAltName=email:bob@example.com
certify owner-old user owner ca subjectAltName=email:alice@example.com -- -startdate 20200101000000Z -enddate 20210101000000Z
certify owner-other user owner other subjectAltName=email:alice@example.com
certify another leaf owner ca subjectAltName=email:alice@example.com
certify longer leaf4096 owner ca subjectAltName=email:alice@example.com
certify owner-v1 user owner ca
be_v1 owner-v1 user
certify owner-ec ec owner ca subjectAltName=email:alice@example.com
"${sign[@]}" --force --key leaf.key --cert leaf.crt --resource-key user.key --resource-cert owner.crt -f json -o signed-put.json <<<"${example[RESOURCE-PUT]}"
bodies "one certificate" valid owner
order='[.[0]] + $list + .[1:]' bodies "in front of what is signed" valid owner
order='[.[0], .[1]] + $list + .[2:]' bodies "between" valid owner
bodies "the same one twice" valid owner owner
bodies "none" missing-certificate:401
bodies "another key's" bad-digest:431 another
bodies "another key's, which is longer" bad-digest-length:431 longer
bodies "another user's" resource-key-mismatch:431 not-owner
bodies "an expired one" expired-certificate:431 owner-old
bodies "another CA's" untrusted-certificate:431 owner-other
bodies "X.509 v1" bad-certificate:431 owner-v1
bodies "an EC key's" weak-key:431 owner-ec
for bad in another longer not-owner owner-old owner-other owner-v1 owner-ec; do
    bodies "any one will do: $bad and the right one" valid "$bad" owner
    bodies "any one will do: the right one and $bad" valid owner "$bad"
done
bodies "the one that got furthest: a digest, not a CA" bad-digest:431 owner-other another
bodies "the one that got furthest: a digest, not a CA, the other way round" bad-digest:431 another owner-other
bodies "the one that got furthest: a user, not a digest" resource-key-mismatch:431 another not-owner owner-other
bodies "the one that got furthest: a user, not a digest, the other way round" resource-key-mismatch:431 owner-other not-owner another
bodies "the first of equals" untrusted-certificate:431 owner-other owner-other
is "$(jq -c '[.signatures[] | .type, .verdict, .reason]' "$report")" \
    '["RESOURCE-INFO.BODY.SIGNATURE","invalid","untrusted-certificate","RESOURCE-INFO.BODY.SIGNATURE","unchecked",null,"SIGNATURE","valid",null]' \
    "a bad BODY leaves the SIGNATURE valid, and what follows unchecked"
# a certificate BODY that no signature uses
jq -c --arg hex 00 '.attributes[1].value = [.attributes[1].value[0], {type: "RESOURCE-INFO.BODY", value: [{type: "RESOURCE-INFO.BODY.CERTIFICATE", hex: $hex}]}]' \
    <<<"${example[RESOURCE-PUT]}" | "${sign[@]}" --force --key leaf.key --cert leaf.crt -o cert.bin
verdict "a certificate BODY that no signature uses is not checked" valid cert.bin --ca ca.crt
jq -c --arg hex "$(hex <owner.der)" '.attributes[1].value = [.attributes[1].value[0], {type: "RESOURCE-INFO.BODY", value: [
    {type: "RESOURCE-INFO.BODY.CERTIFICATE", hex: $hex}, {type: "RESOURCE-INFO.BODY.EXPIRATION", value: 300}]}]' \
    <<<"${example[RESOURCE-PUT]}" | "${sign[@]}" --force --key leaf.key --cert leaf.crt --resource-key user.key --resource-cert owner.crt -f json |
    jq -c '.attributes[1].value |= map(select((.value | type) != "array" or (.value | length) != 1 or .value[0].type != "RESOURCE-INFO.BODY.CERTIFICATE"))' |
    "${sign[@]}" --force --key leaf.key --cert leaf.crt -o cert.bin
verdict "a CERTIFICATE with something beside it is no certificate BODY" missing-certificate:401 cert.bin --ca ca.crt

# resource DESCRIPTION WANTED JQ-BEFORE-SIGNING JQ-BEHIND [OPTION...]
resource()
{
    jq -c "$3" <<<"${example[RESOURCE-PUT]}" | "${sign[@]}" --force --key leaf.key --cert leaf.crt --resource-key user.key --resource-cert owner.crt -f json |
        jq -c "$4" | "${sign[@]}" --time "${later:-$now}" --force --key leaf.key --cert leaf.crt --resource-key user.key --resource-cert owner.crt -o cert.bin
    verdict "$1" "$2" cert.bin --ca ca.crt "${@:5}"
}
resource "no KEY" resource-key-mismatch:431 'del(.attributes[1].value[0])' .
resource "a BODY without a signature" missing-signature:401 '.header.method = "RESOURCE-TRANSFER"' .
resource "a BODY without EXPIRATION in a PUT" missing-expiration:431 'del(.attributes[1].value[1].value[1])' .
resource "a changed ENTRY" bad-digest:431 . '.attributes[1].value[1].value[0].value = "sip:mallory@10.9.9.9"'
resource "a BODY's DIGEST without TIMESTAMP" missing-timestamp:431 . 'del(.attributes[1].value[1].value[-1].value[0])'
resource "a BODY's DIGEST of another length" bad-digest-length:431 . '.attributes[1].value[1].value[-1].value[1].hex |= .[2:]'
resource "two KEYs" duplicate-attribute:431 . '.attributes[1].value |= [.[0]] + .'
resource "missing-expiration comes behind its digest" bad-digest:431 'del(.attributes[1].value[1].value[1])' '.attributes[1].value[1].value[0].value = "x"'
resource "missing-expiration comes behind its KEY" resource-key-mismatch:431 'del(.attributes[1].value[1].value[1]) | .attributes[1].value[0].value = "bob@example.com"' .
later=$((now + 700)) resource "a BODY that has expired" expired:431 . . --time $((now + 700))
later=$((now + 600)) resource "a BODY within its EXPIRATION and the skew" valid . . --time $((now + 600))
later=$((now - 500)) resource "a BODY from the future" future:431 . . --time $((now - 500))
resource "two RESOURCEs, each with its certificate" valid '.attributes += [.attributes[1]]' .
resource "two RESOURCEs, the second without its certificate" missing-certificate:401 '.attributes += [.attributes[1]]' 'del(.attributes[2].value[-1])'

# ---- --json: the signer ----

certify both user owner ca "subjectAltName=email:alice@example.com,email:bob@example.org,URI:reload://$bob@chat/,URI:reload://$upper@chat/"
resource "a message of two signers" valid . .
serial_of()
{
    openssl x509 -in "$1" -noout -serial | sed 's/.*=//' | tr A-F a-f
}
is "$(jq -c '.signatures[0].signer | [.subject, .serial, .peer_ids, .users]' "$report")" "[\"CN=owner\",\"$(serial_of owner.crt)\",[],[\"alice@example.com\"]]" "the user's certificate"
is "$(jq -c '.signatures[2].signer | [.subject, .serial, .peer_ids]' "$report")" "[\"CN=alice\",\"$(serial_of leaf.crt)\",[\"$alice\"]]" "the peer's certificate"
is "$(jq -c '.signatures[2].signer.users' "$report")" '["alice@example.com"]' "an address as rfc822Name and SIP URI is one user"
with_cert both.der user
verdict "two Peer-IDs, two users" valid cert.bin --ca ca.crt
is "$(jq -c '.signatures[0].signer | [.peer_ids, .users]' "$report")" "[[\"$bob\",\"$alice\"],[\"alice@example.com\",\"bob@example.org\"]]" "are shown"
with_cert empty.der
judge cert.bin --ca ca.crt
is "$(jq -c '.signatures[0].signer' "$report")" null "a certificate that cannot be read shows nobody"
certify control leaf x ca "${leaf_extensions[@]}" -- -subj $'/CN=a\033[31mb\nc' -utf8
with_cert control.der
t "a subject with control characters is escaped" 0 '*' '' reload-verify -v --time $now --ca ca.crt cert.bin
ok "in text" bash -c '! grep -q "$(printf "\033")" "$1" && [ "$(wc -l <"$1")" = 2 ]' - "$output"
t "and as JSON" 0 '*' '' reload-verify --json --time $now --ca ca.crt cert.bin
ok "is one line" bash -c '! grep -q "$(printf "\033")" "$1" && [ "$(wc -l <"$1")" = 1 ] && jq -e . "$1"' - "$output"

# ---- files ----

with_cert leaf.der
echo garbage >garbage
for option in ca intermediates crl; do
    t "--$option of no file" 4 '' '~reload-verify: missing: No such file or directory' reload-verify --time $now --ca ca.crt --$option missing cert.bin
    t "--$option of garbage" 4 '' '~reload-verify: garbage: .*' reload-verify --time $now --ca ca.crt --$option garbage cert.bin
    t "--$option of an empty file" 4 '' '~reload-verify: empty\.der: .*' reload-verify --time $now --ca ca.crt --$option empty.der cert.bin
done
t "--ca of a key" 4 '' '~reload-verify: ca\.key: .*' reload-verify --time $now --ca ca.key cert.bin
for bits in 1023 8193 0 -1 x; do
    t "--min-rsa-bits $bits" 2 '' '~reload-verify: --min-rsa-bits: .*' reload-verify --time $now --ca ca.crt --min-rsa-bits $bits cert.bin
done
t "--ca and --secret" 2 '' '~reload-verify: --secret, --ca, --pin and --none.*' reload-verify --ca ca.crt --secret "$TESTDATA/hmac.secret" cert.bin

# ---- the profile ----

mkdir profile
cp ca.crt profile/
profile()
{
    printf '%s' "$3" >profile/overlay.json
    verdict "$1" "$2" cert.bin --profile profile/overlay.json "${@:4}"
}
profile "a profile; its files lie beside it" valid '{"overlay": "chat", "security": "CERTS", "ca": ["ca.crt"]}'
profile "a profile of another overlay" overlay-mismatch:498 '{"overlay": "chatter", "security": "CERTS", "ca": ["ca.crt"]}'
profile "options override it" valid '{"overlay": "chatter", "security": "CERTS", "ca": ["ca.crt"]}' --overlay chat
profile "its min_rsa_bits" weak-key:431 '{"overlay": "chat", "security": "CERTS", "ca": ["ca.crt"], "min_rsa_bits": 3072}'
profile "its min_rsa_bits, overridden" valid '{"overlay": "chat", "security": "CERTS", "ca": ["ca.crt"], "min_rsa_bits": 3072}' --min-rsa-bits 2048
cp revoked.crl profile/
profile "its CRL" revoked-certificate:431 '{"overlay": "chat", "security": "CERTS", "ca": ["ca.crt"], "crl": ["revoked.crl"]}'

# ---- many messages, several files ----

with_cert leaf.der; cp cert.bin good.bin
with_cert stranger.der; cp cert.bin bad.bin
cat good.bin bad.bin good.bin >mixed.bin
t "each message on its own" 1 '=["valid",null]
["invalid","untrusted-certificate"]
["valid",null]' '' bash -c 'reload-verify --json --time '$now' --ca ca.crt mixed.bin | jq -c "[.verdict, .reason]"; exit "${PIPESTATUS[0]}"'
t "a filter" 1 @two-good.bin '~reload-verify: mixed\.bin: .*untrusted-certificate.*' bash -c 'cat good.bin good.bin >two-good.bin; reload-verify -f binary --time '$now' --ca ca.crt mixed.bin'
done_testing
