#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c and jq
# Certificates and their chains (D18): reload-verify accepts or refuses, with the right reason, certificates that openssl made.
# Many seconds of CPU: openssl makes some 100 certificates and keys, each in two or three processes, and each is tested in a message.
here=$(dirname "$(realpath "$0")")
. "$here/tap.bash"
. "$here/openssl-certs.bash"

make_key int -algorithm RSA -pkeyopt rsa_keygen_bits:2048 &
make_key leaf1024 -algorithm RSA -pkeyopt rsa_keygen_bits:1024 &
make_key ca1024 -algorithm RSA -pkeyopt rsa_keygen_bits:1024 &
make_key ec-ca -algorithm EC -pkeyopt ec_paramgen_curve:P-256 &
make_key k1 -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 &
make_key ed25519 -algorithm ED25519 &
make_key ed25519-ca -algorithm ED25519 &
wait
chmod 600 ./*.key

cert "a good certificate" valid leaf
certify bare leaf alice ca "subjectAltName=$alice_names"
cert "a certificate without keyUsage and basicConstraints" valid bare
certify usage leaf alice ca keyUsage=digitalSignature,keyEncipherment,nonRepudiation "subjectAltName=$alice_names"
cert "a keyUsage of digitalSignature and others, not critical" valid usage
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
cert "a certificate of X.509 v1" "${of[bad]}" v1
{ cat leaf.der; printf '\0'; } >trailing0.der
cert "a zero octet after the certificate" "${of[bad]}" trailing0
{ cat leaf.der; printf 'more'; } >trailing.der
cert "octets after the certificate" "${of[bad]}" trailing
cat leaf.der ca.der >chain.der
cert "another certificate after the certificate" "${of[bad]}" chain
head -c -1 leaf.der >short.der
cert "a certificate truncated by one octet" "${of[bad]}" short
: >empty.der
cert "an empty PEER-CERT" "${of[bad]}" empty
cp leaf.crt pem.der
cert "PEM instead of DER" "${of[bad]}" pem
{ cat leaf.crt; printf '\0'; } >pem0.der
cert "PEM instead of DER, with a NUL" "${of[bad]}" pem0
openssl pkey -in leaf.key -pubout -outform DER -out pub.der
cert "a public key instead of a certificate" "${of[bad]}" pub
certify twins leaf alice ca 1.2.3.4.5=ASN1:UTF8String:something 1.2.3.4.6=ASN1:UTF8String:something "subjectAltName=$alice_names"
patched duplicate twins 06042a030406 06042a030405
cert "an unknown extension twice" "${of[bad]}" duplicate
# 551d11 is subjectAltName, 551d12 issuerAltName
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
key=leaf1024 cert "a key of RSA 1024" "${of[weak]}" leaf1024
key=leaf1024 cert "a key of RSA 1024, --min-rsa-bits 1024" valid leaf1024 --min-rsa-bits 1024
key=leaf1024 cert "a key of RSA 1024, --min-rsa-bits 1025" "${of[weak]}" leaf1024 --min-rsa-bits 1025
certify leaf4096 leaf4096 alice ca "${leaf_extensions[@]}"
key=leaf4096 cert "a key of RSA 4096" valid leaf4096
key=leaf4096 cert "a key of RSA 4096 under a CA of RSA 2048, --min-rsa-bits 4096" "${of[weak]}" leaf4096 --min-rsa-bits 4096
cert "a key of RSA 2048, --min-rsa-bits 2048" valid leaf --min-rsa-bits 2048
cert "a key of RSA 2048, --min-rsa-bits 2049" "${of[weak]}" leaf --min-rsa-bits 2049
certify ca1024 ca1024 "small CA" - "${ca_extensions[@]}" -- "${long[@]}"
certify under1024 leaf alice ca1024 "${leaf_extensions[@]}"
cert "a CA of RSA 1024" "${of[weak]}" under1024 --ca ca1024.crt
cert "a CA of RSA 1024, --min-rsa-bits 1024" valid under1024 --ca ca1024.crt --min-rsa-bits 1024
certify ec-ca ec-ca "EC CA" - "${ca_extensions[@]}" -- "${long[@]}"
certify under-ec leaf alice ec-ca "${leaf_extensions[@]}"
cert "a CA with an EC key" "${of[weak]}" under-ec --ca ec-ca.crt
certify weak-expired leaf1024 alice other "${leaf_extensions[@]}" -- -startdate 20200101000000Z -enddate 20210101000000Z
key=leaf1024 cert "a weak key precedes untrusted and expired" "${of[weak]}" weak-expired
# a random modulus, without a private key: generating keys of this size would take minutes
for bits in 8200 16384; do
    printf 'asn1=SEQUENCE:k\n[k]\nn=INTEGER:0x%s01\ne=INTEGER:65537\n' "c0$(openssl rand -hex $((bits / 8 - 2)))" >rsa.cnf
    printf 'asn1=SEQUENCE:s\n[s]\na=SEQUENCE:a\nk=BITWRAP,SEQUENCE:k\n[a]\no=OID:rsaEncryption\nn=NULL\n%s' "$(sed 1d rsa.cnf)" >spki.cnf
    openssl asn1parse -genconf spki.cnf -noout -out spki.der
    openssl pkey -pubin -inform DER -in spki.der -out spki.pem
    printf '%s\n' "${leaf_extensions[@]}" >big.ext
    openssl x509 -req -in leaf.csr -CA ca.crt -CAkey ca.key -force_pubkey spki.pem -extfile big.ext -days 36500 -set_serial 77 -outform DER -out big.der 2>/dev/null
    ok "openssl made a certificate of RSA $bits" grep -q "Public-Key: ($bits bit)" <(openssl x509 -inform DER -in big.der -noout -text)
    cert "a key of RSA $bits" "${of[weak]}" big
done
# exponents of up to 64 bits are accepted; a longer one costs the verifier too much
for exponent in c000000000000001 10000000000000001; do
    make_key "e$exponent" -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt "rsa_keygen_pubexp:0x$exponent"
    certify "e$exponent" "e$exponent" alice ca "${leaf_extensions[@]}"
done
key=ec000000000000001 cert "a public exponent of 64 bits" valid ec000000000000001
key=e10000000000000001 cert "a public exponent of 65 bits" "${of[weak]}" e10000000000000001

# 3. untrusted-certificate
certify foreign leaf alice other "${leaf_extensions[@]}"
cert "a certificate of another CA" "${of[untrusted]}" foreign
cert "a certificate of another CA, with that CA specified too" valid foreign --ca other.crt
cat other.crt ca.crt >both.crt
with_cert foreign.der
verdict "two CAs in one file" valid cert.bin --ca both.crt
verdict "a CA in DER" valid cert.bin --ca other.der
certify self leaf alice - "${leaf_extensions[@]}"
cert "a self-signed certificate" "${of[untrusted]}" self
cert "a self-signed certificate, specified as a CA" "${of[untrusted]}" self --ca self.crt
certify impostor other "chat CA" - "${ca_extensions[@]}" -- "${long[@]}"
certify forged leaf alice impostor:other "${leaf_extensions[@]}"
cert "a CA with the same name and another key" "${of[untrusted]}" forged
cert "a CA with the same name and another key, specified too" valid forged --ca impostor.crt
flip=$(hex <leaf.der)
unhex "${flip:0:$((${#flip} - 2))}$(printf '%02x' $((0x${flip: -2} ^ 1)))" >flipped.der
cert "a certificate with a flipped bit in its signature" "${of[untrusted]}" flipped
certify no-ca other "no CA" - keyUsage=critical,keyCertSign -- "${long[@]}"
certify by-no-ca leaf alice no-ca:other "${leaf_extensions[@]}"
cert "an issuer without basicConstraints, specified as a CA" "${of[untrusted]}" by-no-ca --ca no-ca.crt
certify false-ca other "false CA" - basicConstraints=CA:FALSE keyUsage=keyCertSign -- "${long[@]}"
certify by-false-ca leaf alice false-ca:other "${leaf_extensions[@]}"
cert "an issuer with CA:FALSE, specified as a CA" "${of[untrusted]}" by-false-ca --ca false-ca.crt
certify no-sign other "no sign CA" - basicConstraints=CA:TRUE keyUsage=cRLSign,digitalSignature -- "${long[@]}"
certify by-no-sign leaf alice no-sign:other "${leaf_extensions[@]}"
cert "an issuer without keyCertSign" "${of[untrusted]}" by-no-sign --ca no-sign.crt
certify any other "any CA" - basicConstraints=CA:TRUE -- "${long[@]}"
certify by-any leaf alice any:other "${leaf_extensions[@]}"
cert "an issuer without keyUsage, with basicConstraints not critical" valid by-any --ca any.crt

certify int int "intermediate" ca "${ca_extensions[@]}" -- "${long[@]}"
certify under-int leaf alice int "${leaf_extensions[@]}"
cert "an intermediate that is not specified" "${of[untrusted]}" under-int
cert "an intermediate that is specified" valid under-int --intermediates int.crt
cert "an intermediate in DER" valid under-int --intermediates int.der
with_cert under-int.der
verdict "an intermediate without its CA" untrusted-certificate:431 cert.bin --ca other.crt --intermediates int.crt
verdict "an intermediate specified as a CA" valid cert.bin --ca int.crt
verdict "a CA specified as an intermediate only" untrusted-certificate:431 cert.bin --ca other.crt --intermediates int.crt --intermediates ca.crt
certify int2 other "intermediate 2" int "${ca_extensions[@]}" -- "${long[@]}"
certify under-int2 leaf alice int2:other "${leaf_extensions[@]}"
cert "two intermediates" valid under-int2 --intermediates int2.crt --intermediates int.crt
cert "the second of two intermediates is missing" "${of[untrusted]}" under-int2 --intermediates int2.crt
certify no-int int "no intermediate" ca basicConstraints=CA:FALSE keyUsage=keyCertSign -- "${long[@]}"
certify by-no-int leaf alice no-int:int "${leaf_extensions[@]}"
cert "an intermediate that is not a CA" "${of[untrusted]}" by-no-int --intermediates no-int.crt
certify leaf2 user mallory leaf "${leaf_extensions[@]}"
key=user cert "a certificate issued by a user" "${of[untrusted]}" leaf2 --intermediates leaf.crt
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
cert "a certificate signed with MD5" "${of[untrusted]}" md5
cert "a certificate signed with MD5, --allow-sha1-certs" "${of[untrusted]}" md5 --allow-sha1-certs
certify sha1 leaf alice ca "${leaf_extensions[@]}" -- -md sha1
cert "a certificate signed with SHA-1" "${of[untrusted]}" sha1
cert "a certificate signed with SHA-1, --allow-sha1-certs" valid sha1 --allow-sha1-certs
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
    cert "a certificate signed with $md" valid $md
done
certify ed25519-ca ed25519-ca "Ed25519 CA" - "${ca_extensions[@]}" -- "${long[@]}"
certify by-ed25519 leaf alice ed25519-ca "${leaf_extensions[@]}"
cert "a certificate signed with Ed25519 by a CA that is not specified" "${of[untrusted]}" by-ed25519

certify leaf-ca leaf alice ca basicConstraints=CA:TRUE keyUsage=digitalSignature "subjectAltName=$alice_names"
cert "a leaf with CA:TRUE" "${of[untrusted]}" leaf-ca
certify leaf-sign leaf alice ca basicConstraints=CA:FALSE keyUsage=digitalSignature,keyCertSign "subjectAltName=$alice_names"
cert "a leaf with keyCertSign" "${of[untrusted]}" leaf-sign
certify leaf-enc leaf alice ca keyUsage=keyEncipherment,nonRepudiation "subjectAltName=$alice_names"
cert "a leaf whose keyUsage lacks digitalSignature" "${of[untrusted]}" leaf-enc
with_cert ca.der ca
verdict "a message signed with the CA's own certificate" untrusted-certificate:431 cert.bin --ca ca.crt
certify untrusted-expired leaf alice other "${leaf_extensions[@]}" -- -startdate 20200101000000Z -enddate 20210101000000Z
cert "an expired certificate of another CA" "${of[untrusted]}" untrusted-expired
cert "an expired certificate of another CA, with that CA specified" "${of[expired]}" untrusted-expired --ca other.crt

# 5. expired-certificate
certify past leaf alice ca "${leaf_extensions[@]}" -- -startdate 20220101000000Z -enddate 20230101000000Z
cert "an expired certificate" "${of[expired]}" past
certify ahead leaf alice ca "${leaf_extensions[@]}" -- -startdate 20240101000000Z -enddate 20250101000000Z
cert "a certificate that is not yet valid" "${of[expired]}" ahead
certify second leaf alice ca "${leaf_extensions[@]}" -- -startdate 20231114221320Z -enddate 20231114221320Z
cert "a certificate whose only second is the time of checking" valid second
certify before leaf alice ca "${leaf_extensions[@]}" -- -startdate 20230101000000Z -enddate 20231114221319Z
cert "a certificate that expired a second ago" "${of[expired]}" before
certify after leaf alice ca "${leaf_extensions[@]}" -- -startdate 20231114221321Z -enddate 20240101000000Z
cert "a certificate that becomes valid in a second" "${of[expired]}" after
certify y2060 leaf alice ca "${leaf_extensions[@]}" -- -startdate 20230101000000Z -enddate 20600101000000Z
cert "a certificate until 2060" valid y2060
certify forever leaf alice ca "${leaf_extensions[@]}" -- -startdate 20230101000000Z -enddate 99991231235959Z
cert "a certificate without an end of validity (RFC 5280 section 4.1.2.5)" valid forever
certify int-old int "old intermediate" ca "${ca_extensions[@]}" -- -startdate 20200101000000Z -enddate 20210101000000Z
certify under-old leaf alice int-old:int "${leaf_extensions[@]}"
cert "an expired intermediate" "${of[expired]}" under-old --intermediates int-old.crt
certify ca-old other "old CA" - "${ca_extensions[@]}" -- -startdate 20200101000000Z -enddate 20210101000000Z
certify by-old leaf alice ca-old:other "${leaf_extensions[@]}"
cert "an expired CA" "${of[expired]}" by-old --ca ca-old.crt
certify ca-next other "next CA" - "${ca_extensions[@]}" -- -startdate 20500101000000Z -enddate 20600101000000Z
certify by-next leaf alice ca-next:other "${leaf_extensions[@]}"
cert "a CA that is not yet valid" "${of[expired]}" by-next --ca ca-next.crt
# two certificates of one CA, the second valid later: the machine's clock must not select one
certify roll-old other "rolling CA" - "${ca_extensions[@]}" -- -startdate 20200101000000Z -enddate 20240101000000Z
certify roll-new other "rolling CA" - "${ca_extensions[@]}" -- -startdate 20240102000000Z -enddate 20990101000000Z
certify roll leaf alice roll-old:other "${leaf_extensions[@]}" -- -startdate 20200101000000Z -enddate 20990101000000Z
cert "a CA's certificate for the time of checking, then one for later" valid roll --ca roll-old.crt --ca roll-new.crt
cert "a CA's certificate for later, then one for the time of checking" valid roll --ca roll-new.crt --ca roll-old.crt
certify roll-int-old int "rolling intermediate" ca "${ca_extensions[@]}" -- -startdate 20200101000000Z -enddate 20240101000000Z
certify roll-int-new int "rolling intermediate" ca "${ca_extensions[@]}" -- -startdate 20240102000000Z -enddate 20390101000000Z
certify roll-under leaf alice roll-int-old:int "${leaf_extensions[@]}" -- -startdate 20200101000000Z -enddate 20990101000000Z
cert "an intermediate's certificate for the time of checking, then one for later" valid roll-under --intermediates roll-int-old.crt --intermediates roll-int-new.crt
cert "an intermediate's certificate for later, then one for the time of checking" valid roll-under --intermediates roll-int-new.crt --intermediates roll-int-old.crt

# 4. revoked-certificate
silent() # DESCRIPTION: the last command printed no warning
{
    ok "$1" holds "$errors" ''
}
warned() # DESCRIPTION REGEX: the last command printed one warning, which matches
{
    ok "$1" holds "$errors" "~reload-verify: [a-z-]+\.crl: warning: $2"
}
crl revoked ca leaf.crt 231101000000Z -- "${fresh[@]}"
cert "a revoked certificate" "${of[revoked]}" leaf --crl revoked.crl
silent "a CRL that lists the certificate: no warning"
cert "a certificate not on the CRL" valid bare --crl revoked.crl
silent "a CRL that does not list the certificate: no warning"
openssl crl -in revoked.crl -outform DER -out revoked-der.crl
cert "a CRL in DER" "${of[revoked]}" leaf --crl revoked-der.crl
crl empty ca -- "${fresh[@]}"
cert "an empty CRL" valid leaf --crl empty.crl
cert "an empty CRL, then one that lists the certificate" "${of[revoked]}" leaf --crl empty.crl --crl revoked.crl
with_cert bare.der
reload-dump -f json cert.bin | jq -c ".meta.time = $now" >captured.json
run reload-verify --ca ca.crt --time capture --crl empty.crl captured.json
is "$status $(cat "$errors")" "0 " "--time capture: a CRL's dates are compared with the capture time"
crl second ca leaf.crt 231114221320Z -- "${fresh[@]}"
cert "a certificate revoked in the second of checking" "${of[revoked]}" leaf --crl second.crl
crl next ca leaf.crt 231114221321Z -- "${fresh[@]}"
cert "a certificate revoked one second after checking" valid leaf --crl next.crl
crl two ca bare.crt 231101000000Z leaf.crt 231102000000Z -- "${fresh[@]}"
cert "the second entry of a CRL" "${of[revoked]}" leaf --crl two.crl
crl old ca leaf.crt 220101000000Z -- 20220101000000Z 20220201000000Z
cert "an expired CRL is still applied" "${of[revoked]}" leaf --crl old.crl
warned "an expired CRL: a warning" '.*out of date.*'
cert "an expired CRL that does not list the certificate" valid bare --crl old.crl
warned "an expired CRL that does not list the certificate: a warning" '.*out of date.*'
crl early ca leaf.crt 220101000000Z -- 20240101000000Z 20240201000000Z
cert "a CRL that is not yet valid is still applied" "${of[revoked]}" leaf --crl early.crl
warned "a CRL that is not yet valid: a warning" '.*not yet valid, but still applied: thisUpdate is 2024-01-01T00:00:00Z.*'
crl others other leaf.crt 231101000000Z -- "${fresh[@]}"
cert "a CRL of an unknown CA is ignored" valid leaf --crl others.crl
warned "a CRL of an unknown CA: a warning" '.*'
cert "a CRL of another known CA is ignored" valid leaf --ca other.crt --crl others.crl
crl impostors impostor:other leaf.crt 231101000000Z -- "${fresh[@]}"
cert "a CRL of a CA with the same name and another key is ignored" valid leaf --crl impostors.crl
warned "a CRL of a CA with the same name and another key: a warning" '.*signature.*'
cert "a CRL of a specified CA with the same name and another key is ignored" valid leaf --ca impostor.crt --crl impostors.crl
crl_hex=$(openssl crl -in revoked.crl -outform DER | hex)
unhex "${crl_hex:0:$((${#crl_hex} - 2))}$(printf '%02x' $((0x${crl_hex: -2} ^ 1)))" >flipped.crl
cert "a CRL with a bad signature is ignored" valid leaf --crl flipped.crl
warned "a CRL with a bad signature: a warning" '.*signature.*'
cert "a CRL with a bad signature, then a good one" "${of[revoked]}" leaf --crl flipped.crl --crl revoked.crl
crl revoked-int ca int.crt 231101000000Z -- "${fresh[@]}"
cert "a revoked intermediate" "${of[revoked]}" under-int --intermediates int.crt --crl revoked-int.crl
crl by-int int under-int.crt 231101000000Z -- "${fresh[@]}"
cert "a certificate revoked by an intermediate" "${of[revoked]}" under-int --intermediates int.crt --crl by-int.crl
silent "a CRL of an intermediate: no warning"
certify quiet int "intermediate without cRLSign" ca basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign -- "${long[@]}"
certify under-quiet leaf alice quiet:int "${leaf_extensions[@]}"
crl by-quiet quiet:int under-quiet.crt 231101000000Z -- "${fresh[@]}"
cert "a certificate revoked by an issuer without cRLSign" "${of[revoked]}" under-quiet --intermediates quiet.crt --crl by-quiet.crl
warned "an issuer without cRLSign: a warning" 'CRL by CN=intermediate without cRLSign: .*lacks cRLSign.*'
certify crl-key user "chat CA" ca keyUsage=critical,cRLSign -- "${long[@]}"
crl by-crl-key crl-key:user leaf.crt 231101000000Z -- "${fresh[@]}"
cert "a certificate revoked by a CRL key of its CA" "${of[revoked]}" leaf --intermediates crl-key.crt --crl by-crl-key.crl
silent "a CRL key of the CA: no warning"
cert "a CRL key that is not specified" valid leaf --crl by-crl-key.crl
warned "a CRL key that is not specified: a warning" 'CRL by CN=chat CA: ignored: its signature does not verify with.*'
cert "--require-crl with a current CRL" valid bare --require-crl --crl revoked.crl
cert "--require-crl with an expired CRL" "${of[untrusted]}" bare --require-crl --crl old.crl
cert "--require-crl without a CRL" "${of[untrusted]}" bare --require-crl
cert "--require-crl with an expired CRL that lists the certificate" "${of[revoked]}" leaf --require-crl --crl old.crl
echo '{"overlay": "chat", "security": "CERTS", "ca": ["ca.crt"], "require_crl": true}' >require.json
run reload-verify --profile require.json --time $now cert.bin
is "$status" 1 "require_crl in a profile"
touch pins
for other in "--pin pins" --none; do
    # shellcheck disable=SC2086 # two words
    run reload-verify $other --require-crl cert.bin
    is "$status $(head -n 1 "$errors")" "2 reload-verify: --require-crl requires --ca: other certificates have no issuer with a CRL" "--require-crl with ${other%% *}"
done
certify limited other "limited CA" - "${ca_extensions[@]}" nameConstraints=critical,permitted\;email:example.com -- "${long[@]}"
cat ca.crt limited.crt other.crt >bundle.pem
run reload-verify --ca bundle.pem --time $now cert.bin
is "$status $(cat "$errors")" "4 reload-verify: bundle.pem: certificate 2 of 3 has an unknown critical extension 2.5.29.30 (nameConstraints): CN=limited CA" \
    "a certificate of a bundle that cannot be used is named"
crl past ca past.crt 221101000000Z -- "${fresh[@]}"
cert "an expired certificate that is revoked" "${of[revoked]}" past --crl past.crl
cert "a revoked certificate of another CA" "${of[untrusted]}" foreign --crl revoked.crl --crl others.crl
for md in sha1 sha512; do
    sed -i "s/^default_md.*/default_md = $md/" ca.cnf
    crl $md ca leaf.crt 231101000000Z -- "${fresh[@]}"
    cert "a CRL signed with $md" "${of[revoked]}" leaf --crl $md.crl
done
sed -i "s/^default_md.*/default_md = sha256/" ca.cnf
done_testing
