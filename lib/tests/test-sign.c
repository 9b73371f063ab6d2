/* D29 and D30, sentence by sentence; D1, D2 and D8 against digests computed here over octets cut
 * out by hand. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET  "secret"
#define PEER    "463ac413c4000000000000000000000000000000"
#define PEER_ID "01010014" PEER
#define ZERO    "0000000000000000000000000000000000000000"

/* Header pieces: Security, Method, Length are told apart. */
#define HEAD(security, method, length) \
    "52454c4f"                         \
    "20"                               \
    "00"                               \
    "0000"                             \
    "01"                               \
    "01"                               \
    "01" security method length
#define IDS                                                            \
    "a6c5927a45000000000000000000000000000000" PEER "4690c25c00000007" \
    "659df2aa"
#define DIGEST ZERO /* in the place of a digest, to be looked at apart */

/* How the next message is signed. */
static reload_sign_options options;

static void set_options(unsigned flags)
{
    options = (reload_sign_options){.size = sizeof options, .time = 1183900000, .flags = flags};
}

static reload_signer *signer_new(unsigned flags)
{
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_HMAC);
    assert_non_null(s);
    assert_int_equal(reload_signer_set_secret(s, (const uint8_t *)SECRET, strlen(SECRET)),
                     RELOAD_OK);
    set_options(flags);
    return s;
}

/* Signs a message in hex; the result goes to out. */
static reload_err sign_hex(reload_signer *s, const char *hex, reload_buf *out)
{
    reload_buf in = {0};
    reload_diag diag = {0};
    test_hex(&in, hex);
    reload_msg *msg = test_parse(&in);
    reload_err err = reload_sign(s, msg, &options, out, &diag);
    assert_int_equal(diag.code, err);
    if (err != RELOAD_OK)
        assert_true(strlen(diag.text) > 0);
    reload_msg_free(&msg);
    reload_buf_free(&in);
    return err;
}

/* Where the digest of a signature stands, and what it covers. */
struct digest {
    size_t at;   /* of the DIGEST attribute */
    size_t from; /* of the container's first member (D8); 0: the message's own */
    size_t end;  /* of the message's SIGNATURE, padding included (D2) */
};

/* That signing gives these octets, digests apart, and that each digest is right; then the digests
 * become zero. */
static void signs(reload_signer *s, const char *hex, const char *wanted,
                  const struct digest *digests, size_t count)
{
    reload_buf out = {0};
    assert_int_equal(sign_hex(s, hex, &out), RELOAD_OK);
    for (size_t i = 0; i < count; i++) {
        uint8_t digest[20];
        const struct digest *d = &digests[i];
        assert_true(d->at + 24 <= out.len);
        if (d->from == 0) {
            test_message_digest(SECRET, out.octets, d->at, d->end, digest);
        } else {
            struct test_piece piece[3] = {
                {out.octets + d->from, d->at - d->from}, {NULL, 0}, {NULL, 0}};
            test_hmac(SECRET, piece, digest);
        }
        test_same_octets(out.octets + d->at + 4, 20, digest, 20);
    }
    for (size_t i = 0; i < count; i++)
        memset(out.octets + digests[i].at + 4, 0, 20);
    test_same(out.octets, out.len, wanted);
    reload_buf_free(&out);
}

/* The same with flags alone, under HMAC. */
static void signs_with(unsigned flags, const char *hex, const char *wanted,
                       const struct digest *digests, size_t count)
{
    reload_signer *s = signer_new(flags);
    signs(s, hex, wanted, digests, count);
    reload_signer_free(&s);
}

/* What the message's own digest must be over a message that is all signed: D1 written out, octet by
 * octet. */
static void test_what_a_digest_covers(void **state)
{
    (void)state;
    reload_buf out = {0}, covered = {0};
    uint8_t digest[20];
    reload_signer *s = signer_new(RELOAD_SIGN_TIMESTAMP);
    assert_int_equal(sign_hex(s, HEAD("00", "01", "00001c") IDS "00020018" PEER_ID, &out),
                     RELOAD_OK);
    test_hex(&covered, "01"                                       /* Version */
                       "01"                                       /* DHT */
                       "01"                                       /* Hash */
                       "02"                                       /* Security */
                       "01"                                       /* Method */
                       "000040"                                   /* Length */
                       "a6c5927a45000000000000000000000000000000" /* Destination ID */
             PEER                                                 /* Source ID */
                       "4690c25c00000007"                         /* Transaction ID */
                       "659df2aa"                                 /* Overlay */
                       "00020018"                                 /* SOURCE-INFO */
             PEER_ID "00060020" /* SIGNATURE: its own type and Length */
                       "08010004"
                       "4690e160"); /* TIMESTAMP */
    struct test_piece piece[3] = {{covered.octets, covered.len}, {NULL, 0}, {NULL, 0}};
    test_hmac(SECRET, piece, digest);
    assert_int_equal(out.len, 68 + 28 + 36);
    test_same(out.octets + 108, 4, "08020014");
    test_same_octets(out.octets + 112, 20, digest, 20);
    reload_signer_free(&s);
    reload_buf_free(&covered);
    reload_buf_free(&out);
}

/* ---- D29 ---- */

static void test_signature_is_added(void **state)
{
    (void)state;
    /* D4: no TIMESTAMP unless asked for */
    signs_with(0, HEAD("02", "01", "000000") IDS,
               HEAD("02", "01", "00001c") IDS "0006001808020014" DIGEST,
               (struct digest[]){{72, 0, 96}}, 1);
    signs_with(RELOAD_SIGN_TIMESTAMP, HEAD("02", "01", "000000") IDS,
               HEAD("02", "01", "000024") IDS "00060020"
                                              "080100044690e160"
                                              "08020014" DIGEST,
               (struct digest[]){{80, 0, 104}}, 1);
}

static void test_security(void **state)
{
    (void)state;
    static const struct digest digest[] = {{72, 0, 96}};
    /* 0 is set to the algorithm's, in a PEER-JOIN request too */
    signs_with(0, HEAD("00", "01", "000000") IDS,
               HEAD("02", "01", "00001c") IDS "0006001808020014" DIGEST, digest, 1);
    signs_with(0, HEAD("00", "00", "000000") IDS,
               HEAD("02", "00", "00001c") IDS "0006001808020014" DIGEST, digest, 1);
    /* unless told to leave it */
    signs_with(RELOAD_SIGN_KEEP_SECURITY, HEAD("00", "00", "000000") IDS,
               HEAD("00", "00", "00001c") IDS "0006001808020014" DIGEST, digest, 1);
    /* which goes for a PEER-JOIN request alone */
    signs_with(RELOAD_SIGN_KEEP_SECURITY, HEAD("00", "01", "000000") IDS,
               HEAD("02", "01", "00001c") IDS "0006001808020014" DIGEST, digest, 1);
    signs_with(RELOAD_SIGN_KEEP_SECURITY, HEAD("00", "80", "00001c") IDS "00020018" PEER_ID,
               HEAD("02", "80", "000038") IDS "00020018" PEER_ID "0006001808020014" DIGEST,
               (struct digest[]){{100, 0, 124}}, 1);
    /* another one that disagrees is refused, and done with force */
    static const char *const others[] = {"01", "03", "ff"};
    for (size_t i = 0; i < COUNT(others); i++) {
        char hex[256];
        reload_buf out = {0};
        reload_signer *s = signer_new(0);
        (void)snprintf(hex, sizeof hex, HEAD("%s", "01", "000000") IDS, others[i]);
        assert_int_equal(sign_hex(s, hex, &out), RELOAD_ERR_REFUSED);
        assert_int_equal(out.len, 0);
        options.flags = RELOAD_SIGN_FORCE;
        assert_int_equal(sign_hex(s, hex, &out), RELOAD_OK);
        test_same(out.octets + 11, 1, others[i]);
        reload_signer_free(&s);
        reload_buf_free(&out);
    }
}

static void test_source_info_in_requests(void **state)
{
    (void)state;
    /* none is made; one without PEER-ID gets the Source ID as its first member */
    signs_with(0,
               HEAD("02", "01", "000008") IDS "00020004"
                                              "01020000",
               HEAD("02", "01", "00003c") IDS "0002001c" PEER_ID "01020000"
                                              "0006001808020014" DIGEST,
               (struct digest[]){{104, 0, 128}}, 1);
    signs_with(0, HEAD("02", "01", "000004") IDS "00020000",
               HEAD("02", "01", "000038") IDS "00020018" PEER_ID "0006001808020014" DIGEST,
               (struct digest[]){{100, 0, 124}}, 1);
    /* one with a PEER-ID stays as it is, wherever that stands and whatever it says */
    signs_with(0,
               HEAD("02", "01", "000020") IDS "0002001c"
                                              "01020000"
                                              "01010014" ZERO,
               HEAD("02", "01", "00003c") IDS "0002001c"
                                              "01020000"
                                              "01010014" ZERO "0006001808020014" DIGEST,
               (struct digest[]){{104, 0, 128}}, 1);
    /* the Source ID it is, told another PEER-ID or not */
    reload_signer *s = signer_new(0);
    options.peer_id = (const uint8_t *)"aaaaaaaaaaaaaaaaaaaa";
    signs(s, HEAD("02", "01", "000004") IDS "00020000",
          HEAD("02", "01", "000038") IDS "00020018" PEER_ID "0006001808020014" DIGEST,
          (struct digest[]){{100, 0, 124}}, 1);
    reload_signer_free(&s);
    /* a SOURCE-INFO behind the SIGNATURE is ignored, and stays */
    signs_with(0,
               HEAD("02", "01", "000008") IDS "00060000"
                                              "00020000",
               HEAD("02", "01", "000020") IDS "0006001808020014" DIGEST "00020000",
               (struct digest[]){{72, 0, 96}}, 1);
}

#define TOLD "6161616161616161616161616161616161616161"

static void test_source_info_in_responses(void **state)
{
    (void)state;
    reload_signer *s = signer_new(0);
    reload_buf out = {0};
    /* a missing one cannot be made where nothing says the PEER-ID */
    test_hex(&out, "aabb");
    assert_int_equal(sign_hex(s,
                              HEAD("02", "81", "000008") IDS "00010004"
                                                             "00000200",
                              &out),
                     RELOAD_ERR_REFUSED);
    assert_int_equal(sign_hex(s, HEAD("02", "81", "000004") IDS "00020000", &out),
                     RELOAD_ERR_REFUSED);
    test_same(out.octets, out.len, "aabb");
    reload_buf_free(&out);
    /* told: made after a leading RESPONSE-CODE */
    options.peer_id = (const uint8_t *)"aaaaaaaaaaaaaaaaaaaa";
    signs(s,
          HEAD("02", "81", "00000c") IDS "00010004"
                                         "00000200"
                                         "06550000",
          HEAD("02", "81", "000044") IDS "00010004"
                                         "00000200"
                                         "00020018"
                                         "01010014" TOLD "06550000"
                                         "0006001808020014" DIGEST,
          (struct digest[]){{112, 0, 136}}, 1);
    /* else first */
    signs(s,
          HEAD("02", "81", "00000c") IDS "06550000"
                                         "00010004"
                                         "00000200",
          HEAD("02", "81", "000044") IDS "00020018"
                                         "01010014" TOLD "06550000"
                                         "00010004"
                                         "00000200"
                                         "0006001808020014" DIGEST,
          (struct digest[]){{112, 0, 136}}, 1);
    signs(s, HEAD("02", "81", "000000") IDS,
          HEAD("02", "81", "000038") IDS "00020018"
                                         "01010014" TOLD "0006001808020014" DIGEST,
          (struct digest[]){{100, 0, 124}}, 1);
    /* one that is there without PEER-ID gets it as its first member; one with stays */
    signs(s,
          HEAD("02", "81", "000008") IDS "00020004"
                                         "01020000",
          HEAD("02", "81", "00003c") IDS "0002001c"
                                         "01010014" TOLD "01020000"
                                         "0006001808020014" DIGEST,
          (struct digest[]){{104, 0, 128}}, 1);
    signs(s, HEAD("02", "81", "00001c") IDS "00020018" PEER_ID,
          HEAD("02", "81", "000038") IDS "00020018" PEER_ID "0006001808020014" DIGEST,
          (struct digest[]){{100, 0, 124}}, 1);
    /* before a SIGNATURE that stands first */
    signs(s, HEAD("02", "81", "000004") IDS "00060000",
          HEAD("02", "81", "000038") IDS "00020018"
                                         "01010014" TOLD "0006001808020014" DIGEST,
          (struct digest[]){{100, 0, 124}}, 1);
    reload_signer_free(&s);
}

#define NO_TRANSACTION                                                 \
    "a6c5927a45000000000000000000000000000000" PEER "0000000000000000" \
    "659df2aa"

static void test_transaction_id(void **state)
{
    (void)state;
    static const uint8_t id[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    reload_signer *s = signer_new(0);
    reload_buf a = {0}, b = {0};
    /* random for a request that has none */
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") NO_TRANSACTION, &a), RELOAD_OK);
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") NO_TRANSACTION, &b), RELOAD_OK);
    assert_memory_not_equal(a.octets + 56, "\0\0\0\0\0\0\0", 8);
    assert_memory_not_equal(a.octets + 56, b.octets + 56, 8);
    reload_buf_free(&a);
    reload_buf_free(&b);
    /* or as told */
    options.transaction_id = id;
    signs(s, HEAD("02", "01", "000000") NO_TRANSACTION,
          HEAD("02", "01", "00001c") "a6c5927a45000000000000000000000000000000" PEER
                                     "0102030405060708"
                                     "659df2aa"
                                     "0006001808020014" DIGEST,
          (struct digest[]){{72, 0, 96}}, 1);
    /* one that is there stays */
    signs(s, HEAD("02", "01", "000000") IDS,
          HEAD("02", "01", "00001c") IDS "0006001808020014" DIGEST, (struct digest[]){{72, 0, 96}},
          1);
    /* a response keeps its own, zero or not */
    signs(s, HEAD("02", "81", "00001c") NO_TRANSACTION "00020018" PEER_ID,
          HEAD("02", "81", "000038") NO_TRANSACTION "00020018" PEER_ID "0006001808020014" DIGEST,
          (struct digest[]){{100, 0, 124}}, 1);
    reload_signer_free(&s);
}

/* A signer with alice's key and certificate. */
static reload_signer *certs_signer_new(void)
{
    reload_buf key = {0}, cert = {0};
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_CERTS);
    assert_non_null(s);
    test_file(&key, "alice.key");
    test_file(&cert, "alice.crt");
    assert_int_equal(reload_signer_set_key(s, key.octets, key.len, NULL, NULL), RELOAD_OK);
    assert_int_equal(reload_signer_set_cert(s, cert.octets, cert.len, NULL), RELOAD_OK);
    set_options(0);
    reload_buf_free(&key);
    reload_buf_free(&cert);
    return s;
}

/* That a PEER-SEARCH request gets a Transaction ID, which is in hex. */
static void gets_id(reload_signer *s, const char *hex)
{
    reload_buf out = {0}, id = {0};
    test_hex(&id, hex);
    assert_int_equal(sign_hex(s, HEAD("03", "01", "000000") NO_TRANSACTION, &out), RELOAD_OK);
    assert_memory_equal(out.octets + 56, id.octets, RELOAD_TRANSACTION_SIZE);
    reload_buf_free(&out);
    reload_buf_free(&id);
}

/* S§7: one boot time has 2^32 Transaction IDs, and no more. */
static void test_counter(void **state)
{
    (void)state;
    reload_signer *s = certs_signer_new();
    reload_buf out = {0};
    gets_id(s, "4690e16000000000"); /* the TIMESTAMP, and zero */
    gets_id(s, "4690e16000000001");
    reload_signer_set_boot_time(s, 1);
    reload_signer_set_counter(s, 0xfffffffe);
    gets_id(s, "00000001fffffffe");
    gets_id(s, "00000001ffffffff");
    for (int i = 0; i < 2; i++)
        assert_int_equal(sign_hex(s, HEAD("03", "01", "000000") NO_TRANSACTION, &out),
                         RELOAD_ERR_REFUSED);
    assert_int_equal(out.len, 0);
    reload_signer_set_boot_time(s, 2);
    reload_signer_set_counter(s, 0);
    gets_id(s, "0000000200000000");
    reload_buf_free(&out);
    reload_signer_free(&s);
}

/* A reload_counter_source that counts its calls. */
struct source {
    unsigned calls;
    uint32_t asked; /* the boot time that it found */
    reload_err err;
    const char *words;
};

static reload_err source(void *arg, uint32_t *boot_time, uint32_t *counter, reload_diag *diag)
{
    struct source *src = arg;
    src->asked = *boot_time;
    *counter = 0x100 + src->calls++;
    *boot_time = 0xabcdef01;
    (void)snprintf(diag->text, sizeof diag->text, "%s", src->words);
    return src->err;
}

static void test_counter_source(void **state)
{
    (void)state;
    struct source src = {.words = ""};
    reload_signer *s = certs_signer_new();
    reload_buf out = {0}, in = {0};
    reload_diag diag = {0};
    reload_signer_set_counter_source(s, source, &src);
    gets_id(s, "abcdef0100000100");
    assert_int_equal(src.asked, 1183900000);
    reload_signer_set_boot_time(s, 7);
    gets_id(s, "abcdef0100000101");
    assert_int_equal(src.asked, 7);
    /* it is not asked for a request that has an ID, a response, what is refused, or without the
     * names of D32 */
    assert_int_equal(sign_hex(s, HEAD("03", "01", "000000") IDS, &out), RELOAD_OK);
    assert_int_equal(sign_hex(s, HEAD("03", "81", "000000") NO_TRANSACTION, &out), RELOAD_OK);
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") NO_TRANSACTION, &out),
                     RELOAD_ERR_REFUSED);
    assert_int_equal(sign_hex(s,
                              HEAD("03", "01", "000000") PEER PEER "0000000000000000"
                                                                   "659df2ab",
                              &out),
                     RELOAD_ERR_REFUSED);
    assert_int_equal(src.calls, 2);
    /* what it says is said */
    size_t len = out.len;
    test_hex(&in, HEAD("03", "01", "000000") NO_TRANSACTION);
    reload_msg *msg = test_parse(&in);
    src.err = RELOAD_ERR_WRITE;
    src.words = "no ink";
    assert_int_equal(reload_sign(s, msg, &options, &out, &diag), RELOAD_ERR_WRITE);
    assert_string_equal(diag.text, "no ink");
    assert_int_equal(reload_sign(s, msg, &options, &out, NULL), RELOAD_ERR_WRITE);
    src.words = "";
    assert_int_equal(reload_sign(s, msg, &options, &out, &diag), RELOAD_ERR_WRITE);
    assert_string_equal(diag.text, reload_strerror(RELOAD_ERR_WRITE));
    assert_int_equal(out.len, len);
    assert_int_equal(out.err, RELOAD_OK);
    /* and without it the signer counts itself */
    reload_signer_set_counter_source(s, NULL, NULL);
    gets_id(s, "0000000700000000");
    reload_msg_free(&msg);
    reload_buf_free(&in);
    reload_buf_free(&out);
    reload_signer_free(&s);
}

/* ---- D30 ---- */

static void test_signature_is_replaced(void **state)
{
    (void)state;
    /* where it stands; all that follows stays octet for octet, padding, broken members and second
     * SIGNATUREs included; D2: the Length under the digest ends with the SIGNATURE */
    signs_with(0,
               HEAD("02", "01", "000030") IDS "06550001"
                                              "61ffffff"
                                              "00060008"
                                              "08020002"
                                              "abcd0000"
                                              "00060004"
                                              "08020000"
                                              "00020004"
                                              "0102ffff"
                                              "00070001"
                                              "ff010203"
                                              "00040000",
               HEAD("02", "01", "000040") IDS "06550001"
                                              "61ffffff"
                                              "0006001808020014" DIGEST "00060004"
                                              "08020000"
                                              "00020004"
                                              "0102ffff"
                                              "00070001"
                                              "ff010203"
                                              "00040000",
               (struct digest[]){{80, 0, 104}}, 1);
}

static void test_before_route_logs(void **state)
{
    (void)state;
    /* without one, the new one goes before the trailing run of ROUTE-LOGs */
    signs_with(0,
               HEAD("02", "01", "000010") IDS "00040000"
                                              "06550000"
                                              "00040000"
                                              "00040000",
               HEAD("02", "01", "00002c") IDS "00040000"
                                              "06550000"
                                              "0006001808020014" DIGEST "00040000"
                                              "00040000",
               (struct digest[]){{80, 0, 104}}, 1);
    signs_with(0,
               HEAD("02", "01", "000008") IDS "00040000"
                                              "00040000",
               HEAD("02", "01", "000024") IDS "0006001808020014" DIGEST "00040000"
                                              "00040000",
               (struct digest[]){{72, 0, 96}}, 1);
    signs_with(0,
               HEAD("02", "01", "000008") IDS "00040000"
                                              "06550000",
               HEAD("02", "01", "000024") IDS "00040000"
                                              "06550000"
                                              "0006001808020014" DIGEST,
               (struct digest[]){{80, 0, 104}}, 1);
}

#define BODY   \
    "03050004" \
    "00000e10" /* an EXPIRATION */
#define SIGNED "0306001808020014" DIGEST

static void test_bodies_in_put_requests(void **state)
{
    (void)state;
    /* unsigned ones are signed, last of their members; D8: from the BODY's first member */
    signs_with(0,
               HEAD("02", "11", "000018") IDS "00030014"
                                              "02010001"
                                              "61000000"
                                              "02020008" BODY,
               HEAD("02", "11", "000050") IDS "00030030"
                                              "02010001"
                                              "61000000"
                                              "02020024" BODY SIGNED "0006001808020014" DIGEST,
               (struct digest[]){{124, 0, 148}, {96, 84, 0}}, 2);
    /* with a TIMESTAMP, which is covered */
    signs_with(RELOAD_SIGN_TIMESTAMP,
               HEAD("02", "11", "000010") IDS "0003000c"
                                              "02020008" BODY,
               HEAD("02", "11", "000058") IDS "00030030"
                                              "0202002c" BODY "03060020"
                                              "080100044690e160"
                                              "08020014" DIGEST "00060020"
                                              "080100044690e160"
                                              "08020014" DIGEST,
               (struct digest[]){{132, 0, 156}, {96, 76, 0}}, 2);
}

static void test_bodies_elsewhere(void **state)
{
    (void)state;
    static const char in[] = "0003000c"
                             "02020008" BODY;
    static const char *const methods[] = {"10", "12", "01", "91"};
    for (size_t i = 0; i < COUNT(methods); i++) {
        char hex[512], plain[512], all[512];
        const char *info = methods[i][0] == '9' ? "00020018" PEER_ID : "";
        size_t shift = strlen(info) / 2;
        (void)snprintf(hex, sizeof hex, HEAD("02", "%s", "0000%02x") IDS "%s%s", methods[i],
                       (unsigned)(0x10 + shift), info, in);
        (void)snprintf(plain, sizeof plain,
                       HEAD("02", "%s", "0000%02x") IDS "%s%s"
                                                        "0006001808020014" DIGEST,
                       methods[i], (unsigned)(0x2c + shift), info, in);
        (void)snprintf(all, sizeof all,
                       HEAD("02", "%s", "0000%02x") IDS "%s"
                                                        "00030028"
                                                        "02020024" BODY SIGNED
                                                        "0006001808020014" DIGEST,
                       methods[i], (unsigned)(0x48 + shift), info);
        /* only when asked for */
        signs_with(0, hex, plain, (struct digest[]){{88 + shift, 0, 112 + shift}}, 1);
        signs_with(RELOAD_SIGN_BODIES, hex, all,
                   (struct digest[]){{116 + shift, 0, 140 + shift}, {88 + shift, 76 + shift, 0}},
                   2);
        signs_with(RELOAD_SIGN_RESIGN_BODIES, hex, all,
                   (struct digest[]){{116 + shift, 0, 140 + shift}, {88 + shift, 76 + shift, 0}},
                   2);
    }
}

static void test_signed_bodies(void **state)
{
    (void)state;
    /* carried octet for octet, wrong and misplaced and oddly padded as they are */
    static const char in[] = HEAD("02", "11", "00001c") IDS "00030018"
                                                            "02020014"
                                                            "03060008"
                                                            "08020001"
                                                            "ab010203"
                                                            "06550001"
                                                            "61ffffff";
    static const char out[] = HEAD("02", "11", "000038") IDS "00030018"
                                                             "02020014"
                                                             "03060008"
                                                             "08020001"
                                                             "ab010203"
                                                             "06550001"
                                                             "61ffffff"
                                                             "0006001808020014" DIGEST;
    signs_with(0, in, out, (struct digest[]){{100, 0, 124}}, 1);
    signs_with(RELOAD_SIGN_BODIES, in, out, (struct digest[]){{100, 0, 124}}, 1);
    /* signed anew when told so, last of their members */
    signs_with(RELOAD_SIGN_RESIGN_BODIES, in,
               HEAD("02", "11", "000048") IDS "00030028"
                                              "02020024"
                                              "06550001"
                                              "61ffffff" SIGNED "0006001808020014" DIGEST,
               (struct digest[]){{116, 0, 140}, {88, 76, 0}}, 2);
}

/* A certificate BODY is never signed (D12). Nor is a BODY that stands elsewhere, or behind the
 * SIGNATURE. */
static void test_bodies_that_are_not_signed(void **state)
{
    (void)state;
    unsigned all = RELOAD_SIGN_BODIES | RELOAD_SIGN_RESIGN_BODIES;
    signs_with(all,
               HEAD("02", "11", "000010") IDS "0003000c"
                                              "02020008"
                                              "03080001"
                                              "30010203",
               HEAD("02", "11", "00002c") IDS "0003000c"
                                              "02020008"
                                              "03080001"
                                              "30010203"
                                              "0006001808020014" DIGEST,
               (struct digest[]){{88, 0, 112}}, 1);
    signs_with(all, HEAD("02", "11", "00000c") IDS "02020008" BODY,
               HEAD("02", "11", "000028") IDS "02020008" BODY "0006001808020014" DIGEST,
               (struct digest[]){{84, 0, 108}}, 1);
    signs_with(all,
               HEAD("02", "11", "000014") IDS "00060000"
                                              "0003000c"
                                              "02020008" BODY,
               HEAD("02", "11", "00002c") IDS "0006001808020014" DIGEST "0003000c"
                                              "02020008" BODY,
               (struct digest[]){{72, 0, 96}}, 1);
}

static void test_source_info_signed(void **state)
{
    (void)state;
    /* D8: from the PEER-INFO's first member, made before the message's */
    signs_with(RELOAD_SIGN_SOURCE_INFO,
               HEAD("02", "01", "000008") IDS "00020004"
                                              "01020000",
               HEAD("02", "01", "000058") IDS "00020038" PEER_ID "01020000"
                                              "0106001808020014" DIGEST "0006001808020014" DIGEST,
               (struct digest[]){{132, 0, 156}, {104, 72, 0}}, 2);
    /* one that is there is replaced, last */
    signs_with(RELOAD_SIGN_SOURCE_INFO,
               HEAD("02", "01", "000024") IDS "00020020" PEER_ID "01060000"
                                              "01020000",
               HEAD("02", "01", "000058") IDS "00020038" PEER_ID "01020000"
                                              "0106001808020014" DIGEST "0006001808020014" DIGEST,
               (struct digest[]){{132, 0, 156}, {104, 72, 0}}, 2);
    /* and without being asked, it stays */
    signs_with(0,
               HEAD("02", "01", "000024") IDS "00020020" PEER_ID "01060000"
                                              "01020000",
               HEAD("02", "01", "000040") IDS "00020020" PEER_ID "01060000"
                                              "01020000"
                                              "0006001808020014" DIGEST,
               (struct digest[]){{108, 0, 132}}, 1);
    /* REDIRECT's is another's */
    signs_with(RELOAD_SIGN_SOURCE_INFO,
               HEAD("02", "01", "000008") IDS "00050004"
                                              "01060000",
               HEAD("02", "01", "000024") IDS "00050004"
                                              "01060000"
                                              "0006001808020014" DIGEST,
               (struct digest[]){{80, 0, 104}}, 1);
}

/* The digest of what is inside is covered by the message's: inner ones are made first. */
static void test_everything_verifies(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_report report = {0};
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    assert_int_equal(reload_policy_add_secret(policy, (const uint8_t *)SECRET, strlen(SECRET)),
                     RELOAD_OK);
    reload_policy_require_peer_signature(policy, true);
    test_everything(&buf);
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(test_verify(policy, NULL, msg, 1183900000, &report), RELOAD_OK);
    assert_int_equal(report.verdict, RELOAD_VALID);
    assert_int_equal(report.count, 3);
    reload_report_free(&report);
    reload_msg_free(&msg);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

static void test_malformed(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        bool forced; /* --force does it */
    } rows[] = {
        {HEAD("02", "01", "000008") IDS "00070001"
                                        "ff000000",
         true}, /* step 3 */
        {HEAD("02", "01", "000008") IDS "00020004"
                                        "0102ffff",
         true},
        {HEAD("02", "01", "000008") IDS "00070000", true},  /* cut short: step 1 */
        {HEAD("02", "01", "000004") IDS "000700ff", false}, /* top-level framing */
        {HEAD("02", "01", "000005") IDS "00070000"
                                        "00",
         false},
        {HEAD("02", "01", "000008") IDS "00060000"
                                        "000700ff",
         false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        reload_signer *s = signer_new(0);
        reload_buf out = {0};
        test_hex(&out, "aabb");
        assert_int_equal(sign_hex(s, rows[i].hex, &out), RELOAD_ERR_MALFORMED);
        test_same(out.octets, out.len, "aabb");
        options.flags = RELOAD_SIGN_FORCE;
        assert_int_equal(sign_hex(s, rows[i].hex, &out),
                         rows[i].forced ? RELOAD_OK : RELOAD_ERR_MALFORMED);
        if (!rows[i].forced) {
            test_same(out.octets, out.len, "aabb");
        } else {
            /* it ends with a SIGNATURE whose digest is right, behind what was in out */
            uint8_t digest[20];
            size_t len = out.len - 2;
            test_message_digest(SECRET, out.octets + 2, len - 24, len, digest);
            test_same_octets(out.octets + 2 + len - 20, 20, digest, 20);
        }
        reload_signer_free(&s);
        reload_buf_free(&out);
    }
    /* broken members behind the SIGNATURE are none of ours */
    signs_with(0,
               HEAD("02", "01", "00000c") IDS "00060000"
                                              "00020004"
                                              "0102ffff",
               HEAD("02", "01", "000024") IDS "0006001808020014" DIGEST "00020004"
                                              "0102ffff",
               (struct digest[]){{72, 0, 96}}, 1);
}

/* With force, broken composites are copied as they are, and signatures go where they can. */
static void test_force(void **state)
{
    (void)state;
    signs_with(RELOAD_SIGN_FORCE | RELOAD_SIGN_SOURCE_INFO,
               HEAD("02", "11", "000018") IDS "00020004"
                                              "0102ffff"
                                              "0003000c"
                                              "02020008"
                                              "0303ffff"
                                              "61626364",
               HEAD("02", "11", "000034") IDS "00020004"
                                              "0102ffff"
                                              "0003000c"
                                              "02020008"
                                              "0303ffff"
                                              "61626364"
                                              "0006001808020014" DIGEST,
               (struct digest[]){{96, 0, 120}}, 1);
}

static void test_too_long(void **state)
{
    (void)state;
    reload_buf in = {0}, out = {0};
    reload_builder b;
    reload_diag diag = {0};
    uint8_t *zeros = calloc(1, 0x10000);
    assert_non_null(zeros);
    /* a BODY without room for a signature */
    reload_build_begin(&b, &in, NULL);
    reload_build_field(&b, RELOAD_F_METHOD, RELOAD_RESOURCE_PUT);
    reload_build_open(&b, RELOAD_A_RESOURCE);
    reload_build_open(&b, RELOAD_A_BODY);
    reload_build_octets(&b, 0x0655, zeros, 0xfff0);
    reload_build_close(&b);
    reload_build_close(&b);
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
    reload_msg *msg = test_parse(&in);
    reload_signer *s = signer_new(0);
    test_hex(&out, "aa");
    assert_int_equal(reload_sign(s, msg, &options, &out, &diag), RELOAD_ERR_TOO_LONG);
    test_same(out.octets, out.len, "aa");
    assert_int_equal(out.err, RELOAD_OK);
    reload_msg_free(&msg);
    reload_buf_free(&in);
    /* a message */
    reload_build_begin(&b, &in, NULL);
    for (unsigned i = 0; i < 255; i++)
        reload_build_octets(&b, 0x0655, zeros, 0xfffc);
    reload_build_octets(&b, 0x0655, zeros, 0xfff4);
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
    msg = test_parse(&in);
    assert_int_equal(reload_sign(s, msg, &options, &out, &diag), RELOAD_ERR_TOO_LONG);
    test_same(out.octets, out.len, "aa");
    reload_msg_free(&msg);
    reload_signer_free(&s);
    reload_buf_free(&out);
    reload_buf_free(&in);
    free(zeros);
}

static void test_no_secret(void **state)
{
    (void)state;
    reload_buf out = {0};
    assert_null(reload_signer_new(RELOAD_SECURITY_OPEN));
    assert_null(reload_signer_new((reload_security)4));
    set_options(0);
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_CERTS); /* without key and certificate */
    assert_int_equal(sign_hex(s, HEAD("03", "01", "000000") IDS, &out), RELOAD_ERR_ARGUMENT);
    reload_signer_free(&s);
    s = reload_signer_new(RELOAD_SECURITY_HMAC);
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") IDS, &out), RELOAD_ERR_ARGUMENT);
    assert_int_equal(reload_signer_set_secret(s, (const uint8_t *)"", 0), RELOAD_ERR_VALUE);
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") IDS, &out), RELOAD_ERR_ARGUMENT);
    assert_int_equal(out.len, 0);
    reload_signer_free(&s);
    assert_null(s);
    reload_signer_free(&s);
    reload_buf_free(&out);
}

/* A signature inside the message requires the key that an attached digest does not: the diagnostic
 * names its place in the message as it was given. */
static void test_missing_key(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        unsigned flags;
        uint64_t offset; /* 0: none */
        const char *text;
    } rows[] = {
        {HEAD("03", "11", "000030") IDS "00020018" PEER_ID "00030010"
                                        "02010001"
                                        "61000000"
                                        "02020004"
                                        "06550000",
         RELOAD_SIGN_FORCE, 108,
         "refused: RESOURCE-INFO.BODY at /attributes/1/value/1 requires a signature with the "
         "private key, which is missing"},
        {HEAD("03", "01", "00001c") IDS "00020018" PEER_ID, RELOAD_SIGN_SOURCE_INFO, 68,
         "refused: SOURCE-INFO at /attributes/0 requires a signature with the private key, which "
         "is missing"},
        {HEAD("03", "01", "000000") IDS, RELOAD_SIGN_SOURCE_INFO, 0,
         "refused: the new SOURCE-INFO requires a signature with the private key, which is "
         "missing"},
        {HEAD("03", "01", "000000") IDS, 0, 0,
         "refused: the attached digest has 20 octets, expected 256"},
    };
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_CERTS);
    reload_buf cert = {0}, out = {0};
    const reload_span digest = {(const uint8_t *)"aaaaaaaaaaaaaaaaaaaa", 20};
    test_file(&cert, "alice.crt");
    assert_int_equal(reload_signer_set_cert(s, cert.octets, cert.len, NULL), RELOAD_OK);
    for (size_t i = 0; i < COUNT(rows); i++) {
        reload_buf in = {0};
        reload_diag diag = {0};
        set_options(rows[i].flags);
        options.attached = &digest;
        test_hex(&in, rows[i].hex);
        reload_msg *msg = test_parse(&in);
        assert_int_equal(reload_sign(s, msg, &options, &out, &diag), RELOAD_ERR_REFUSED);
        assert_string_equal(diag.text, rows[i].text);
        assert_int_equal(diag.has_offset, rows[i].offset != 0);
        assert_int_equal(diag.offset, rows[i].offset);
        assert_int_equal(out.len, 0);
        reload_msg_free(&msg);
        reload_buf_free(&in);
    }
    /* without an attached digest the message's own signature requires the key too */
    set_options(0);
    assert_int_equal(sign_hex(s, HEAD("03", "01", "000000") IDS, &out), RELOAD_ERR_ARGUMENT);
    options.size = 0;
    assert_int_equal(sign_hex(s, HEAD("03", "01", "000000") IDS, &out), RELOAD_ERR_ARGUMENT);
    reload_buf_free(&cert);
    reload_signer_free(&s);
}

/* Under NONE a message is completed, and nothing is signed. */
static void test_none(void **state)
{
    (void)state;
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_NONE);
    set_options(RELOAD_SIGN_TIMESTAMP | RELOAD_SIGN_SOURCE_INFO | RELOAD_SIGN_BODIES |
                RELOAD_SIGN_RESIGN_BODIES);
    signs(s,
          HEAD("00", "11", "000014") IDS "00020000"
                                         "0003000c"
                                         "02020008" BODY,
          HEAD("01", "11", "00002c") IDS "00020018" PEER_ID "0003000c"
                                         "02020008" BODY,
          NULL, 0);
    reload_buf out = {0};
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") IDS, &out), RELOAD_ERR_REFUSED);
    assert_int_equal(out.len, 0);
    reload_buf_free(&out);
    reload_signer_free(&s);
}

/* A signer is used again and again; one message leaves nothing for the next. */
static void test_signer_again(void **state)
{
    (void)state;
    reload_signer *s = signer_new(RELOAD_SIGN_SOURCE_INFO);
    reload_buf out = {0};
    for (unsigned i = 0; i < 3; i++) {
        signs(s,
              HEAD("02", "11", "000018") IDS "00030014"
                                             "02010001"
                                             "61000000"
                                             "02020008" BODY,
              HEAD("02", "11", "000050") IDS "00030030"
                                             "02010001"
                                             "61000000"
                                             "02020024" BODY SIGNED "0006001808020014" DIGEST,
              (struct digest[]){{124, 0, 148}, {96, 84, 0}}, 2);
        assert_int_equal(sign_hex(s, HEAD("03", "01", "000000") IDS, &out), RELOAD_ERR_REFUSED);
        signs(s, HEAD("02", "01", "000000") IDS,
              HEAD("02", "01", "00001c") IDS "0006001808020014" DIGEST,
              (struct digest[]){{72, 0, 96}}, 1);
    }
    /* another secret */
    assert_int_equal(reload_signer_set_secret(s, (const uint8_t *)"other", 5), RELOAD_OK);
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") IDS, &out), RELOAD_OK);
    uint8_t digest[20];
    test_message_digest("other", out.octets, 72, 96, digest);
    test_same_octets(out.octets + 76, 20, digest, 20);
    reload_signer_free(&s);
    reload_buf_free(&out);
}

/* ---- Stripping and appending ---- */

static void strips(unsigned flags, const char *hex, reload_err err, const char *wanted)
{
    reload_buf in = {0}, out = {0};
    reload_diag diag = {0};
    test_hex(&in, hex);
    test_hex(&out, "aabb");
    reload_msg *msg = test_parse(&in);
    assert_int_equal(reload_strip(msg, flags, &out, &diag), err);
    test_same(out.octets + 2, out.len - 2, wanted);
    reload_msg_free(&msg);
    reload_buf_free(&out);
    reload_buf_free(&in);
}

static void test_strip(void **state)
{
    (void)state;
    /* all three kinds, wherever they stand; the rest stays octet for octet */
    strips(0,
           HEAD("02", "11", "000048") IDS "00020008"
                                          "01020000"
                                          "01060000"
                                          "00030018"
                                          "02020014"
                                          "06550001"
                                          "61ffffff"
                                          "03060008"
                                          "08020001"
                                          "ab000000"
                                          "00060004"
                                          "08020000"
                                          "00040010"
                                          "0402000c"
                                          "01020001"
                                          "62010203"
                                          "01060000"
                                          "00060000",
           RELOAD_OK,
           HEAD("02", "11", "000028") IDS "00020004"
                                          "01020000"
                                          "0003000c"
                                          "02020008"
                                          "06550001"
                                          "61ffffff"
                                          "0004000c"
                                          "04020008"
                                          "01020001"
                                          "62010203");
    strips(0, HEAD("02", "01", "000000") IDS, RELOAD_OK, HEAD("02", "01", "000000") IDS);
    strips(0,
           HEAD("02", "01", "000008") IDS "00070001"
                                          "ff000000",
           RELOAD_ERR_MALFORMED, "");
    strips(RELOAD_SIGN_FORCE,
           HEAD("02", "01", "00000c") IDS "00070001"
                                          "ff000000"
                                          "00060000",
           RELOAD_OK,
           HEAD("02", "01", "000008") IDS "00070001"
                                          "ff000000");
    strips(RELOAD_SIGN_FORCE, HEAD("02", "01", "000004") IDS "000700ff", RELOAD_ERR_MALFORMED, "");
}

static void test_sign_and_strip(void **state)
{
    (void)state;
    static const char plain[] = HEAD("02", "11", "000034") IDS "00020018" PEER_ID "00030014"
                                                               "02010001"
                                                               "61000000"
                                                               "02020008" BODY;
    reload_signer *s = signer_new(RELOAD_SIGN_TIMESTAMP | RELOAD_SIGN_SOURCE_INFO);
    reload_buf out = {0}, again = {0};
    assert_int_equal(sign_hex(s, plain, &out), RELOAD_OK);
    reload_msg *msg = test_parse(&out);
    assert_int_equal(reload_strip(msg, 0, &again, NULL), RELOAD_OK);
    test_same(again.octets, again.len, plain);
    reload_msg_free(&msg);
    reload_signer_free(&s);
    reload_buf_free(&again);
    reload_buf_free(&out);
}

/* D2, S§8: signed, then a ROUTE-LOG appended: it still verifies. */
static void test_append(void **state)
{
    (void)state;
    reload_buf out = {0}, longer = {0}, attr = {0};
    reload_signer *s = signer_new(0);
    reload_report report = {0};
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    assert_int_equal(reload_policy_add_secret(policy, (const uint8_t *)SECRET, strlen(SECRET)),
                     RELOAD_OK);
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") IDS, &out), RELOAD_OK);
    test_hex(&attr, "00040008"
                    "04010002"
                    "00060000");
    for (unsigned hop = 1; hop <= 3; hop++) {
        reload_msg *msg = test_parse(&out);
        reload_buf_reset(&longer);
        assert_int_equal(reload_append_attr(msg, attr.octets, attr.len, 0, &longer, NULL),
                         RELOAD_OK);
        reload_msg_free(&msg);
        assert_int_equal(longer.len, 96 + 12 * hop);
        /* all octets but Length stay */
        test_same_octets(longer.octets, 13, out.octets, 13);
        test_same_octets(longer.octets + 16, out.len - 16, out.octets + 16, out.len - 16);
        test_same(longer.octets + out.len, 12,
                  "00040008"
                  "04010002"
                  "00060000");
        assert_int_equal(longer.octets[15], 28 + 12 * hop);
        reload_buf_reset(&out);
        reload_buf_append(&out, longer.octets, longer.len);
        msg = test_parse(&out);
        assert_int_equal(test_verify(policy, NULL, msg, 0, &report), RELOAD_OK);
        assert_int_equal(report.verdict, RELOAD_VALID);
        reload_msg_free(&msg);
    }
    /* signed again with the ROUTE-LOGs behind it */
    reload_buf again = {0};
    reload_msg *msg = test_parse(&out);
    assert_int_equal(reload_sign(s, msg, &options, &again, NULL), RELOAD_OK);
    test_same_octets(again.octets, again.len, out.octets, out.len);
    reload_msg_free(&msg);
    reload_buf_free(&again);
    /* malformed, unless forced */
    reload_buf bad = {0};
    reload_diag diag = {0};
    test_hex(&bad, HEAD("02", "01", "000008") IDS "00070001"
                                                  "ff000000");
    msg = test_parse(&bad);
    reload_buf_reset(&longer);
    assert_int_equal(reload_append_attr(msg, attr.octets, attr.len, 0, &longer, &diag),
                     RELOAD_ERR_MALFORMED);
    assert_int_equal(longer.len, 0);
    assert_int_equal(
        reload_append_attr(msg, attr.octets, attr.len, RELOAD_SIGN_FORCE, &longer, &diag),
        RELOAD_OK);
    test_same(longer.octets, longer.len,
              HEAD("02", "01", "000014") IDS "00070001"
                                             "ff000000"
                                             "00040008"
                                             "04010002"
                                             "00060000");
    reload_msg_free(&msg);
    reload_report_free(&report);
    reload_policy_free(&policy);
    reload_signer_free(&s);
    reload_buf_free(&bad);
    reload_buf_free(&attr);
    reload_buf_free(&longer);
    reload_buf_free(&out);
}

/* reload_signer_digest: RFC 2202's and RFC 4231's second case. */
static void test_digest(void **state)
{
    static const char text[] = "what do ya want for nothing?";
    const reload_span span = {(const uint8_t *)text, sizeof text - 1};
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_HMAC);
    reload_buf out = {0};
    (void)state;
    assert_non_null(s);
    assert_int_equal(reload_signer_digest(s, RELOAD_MD_SHA1, &span, 1, 0, &out),
                     RELOAD_ERR_ARGUMENT);
    assert_int_equal(reload_signer_set_secret(s, (const uint8_t *)"Jefe", 4), RELOAD_OK);
    assert_int_equal(reload_signer_digest(s, RELOAD_MD_SHA1, &span, 1, 0, &out), RELOAD_OK);
    test_same(out.octets, out.len, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    assert_int_equal(reload_signer_digest(s, RELOAD_MD_SHA256, &span, 1, 0, &out), RELOAD_OK);
    test_same(out.octets + 20, out.len - 20,
              "5bdcc146bf60754e6a042426089575c7"
              "5a003f089d2739839dec58b964ec3843");
    reload_signer_free(&s);
    s = reload_signer_new(RELOAD_SECURITY_CERTS);
    assert_int_equal(
        reload_signer_digest(s, RELOAD_MD_SHA1, &span, 1, RELOAD_DIGEST_RESOURCE, &out),
        RELOAD_ERR_ARGUMENT);
    reload_signer_free(&s);
    reload_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_digest_covers),
        cmocka_unit_test(test_signature_is_added),
        cmocka_unit_test(test_security),
        cmocka_unit_test(test_source_info_in_requests),
        cmocka_unit_test(test_source_info_in_responses),
        cmocka_unit_test(test_transaction_id),
        cmocka_unit_test(test_counter),
        cmocka_unit_test(test_counter_source),
        cmocka_unit_test(test_signature_is_replaced),
        cmocka_unit_test(test_before_route_logs),
        cmocka_unit_test(test_bodies_in_put_requests),
        cmocka_unit_test(test_bodies_elsewhere),
        cmocka_unit_test(test_signed_bodies),
        cmocka_unit_test(test_bodies_that_are_not_signed),
        cmocka_unit_test(test_source_info_signed),
        cmocka_unit_test(test_everything_verifies),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_force),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_no_secret),
        cmocka_unit_test(test_missing_key),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_signer_again),
        cmocka_unit_test(test_strip),
        cmocka_unit_test(test_sign_and_strip),
        cmocka_unit_test(test_append),
        cmocka_unit_test(test_digest),
    };
    return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}
