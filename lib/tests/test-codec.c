/* The codec against octets written by hand. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The header ---- */

/* Every field with a value of its own, so that none can be taken for another. */
static const char full_header[] = "52454c4f" /* token "RELO" */
                                  "05"       /* TTL 5 */
                                  "02"       /* Routing REDIRECT */
                                  "9234"     /* FRAG 1, LFRG 0, reserved 0x1234 */
                                  "ff"       /* EXP 1, Version 0x7f */
                                  "02"       /* DHT Bamboo1.0 */
                                  "09"       /* Hash 9 */
                                  "03"       /* Security CERTS */
                                  "a1"       /* response, Method TRANSPORT-TUNNEL */
                                  "000008"   /* Length 8 */
                                  "000102030405060708090a0b0c0d0e0f10111213" /* Destination ID */
                                  "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff00112233" /* Source ID */
                                  "4690c25c00000007"                         /* Transaction ID */
                                  "cbf43926"                                 /* Overlay */
                                  "0655"      /* an attribute of the DHT's: type */
                                  "0004"      /* Length */
                                  "01020304"; /* value */

static const struct {
    reload_field field;
    uint32_t value;  /* of a number or flag */
    const char *hex; /* of octets */
} full_fields[] = {
    {RELOAD_F_TTL, 5, NULL},
    {RELOAD_F_ROUTING, 2, NULL},
    {RELOAD_F_FRAG, 1, NULL},
    {RELOAD_F_LFRG, 0, NULL},
    {RELOAD_F_FRAG_RESERVED, 0x1234, NULL},
    {RELOAD_F_EXPERIMENTAL, 1, NULL},
    {RELOAD_F_VERSION, 0x7f, NULL},
    {RELOAD_F_DHT, 2, NULL},
    {RELOAD_F_HASH, 9, NULL},
    {RELOAD_F_SECURITY, 3, NULL},
    {RELOAD_F_RESPONSE, 1, NULL},
    {RELOAD_F_METHOD, 0x21, NULL},
    {RELOAD_F_LENGTH, 8, NULL},
    {RELOAD_F_DESTINATION_ID, 0, "000102030405060708090a0b0c0d0e0f10111213"},
    {RELOAD_F_SOURCE_ID, 0, "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff00112233"},
    {RELOAD_F_TRANSACTION_ID, 0, "4690c25c00000007"},
    {RELOAD_F_OVERLAY, 0xcbf43926, "cbf43926"},
};

static void test_header_get(void **state)
{
    (void)state;
    reload_buf buf = {0};
    test_hex(&buf, full_header);
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(COUNT(full_fields), RELOAD_FIELDS);
    for (size_t i = 0; i < COUNT(full_fields); i++) {
        size_t len = 0;
        assert_int_equal(full_fields[i].field, i);
        assert_int_equal(reload_msg_field(msg, full_fields[i].field), full_fields[i].value);
        if (full_fields[i].hex != NULL) {
            const uint8_t *octets = reload_msg_field_octets(msg, full_fields[i].field, &len);
            assert_non_null(octets);
            test_same(octets, len, full_fields[i].hex);
        }
    }
    /* fields that do not fill whole octets have none */
    size_t len;
    assert_null(reload_msg_field_octets(msg, RELOAD_F_METHOD, &len));
    assert_null(reload_msg_field_octets(msg, RELOAD_F_VERSION, &len));
    const uint8_t *octets = reload_msg_octets(msg, &len);
    test_same(octets, len, full_header);
    assert_int_equal(reload_msg_count(msg), 1);
    assert_false(reload_msg_truncated(msg));
    reload_msg_free(&msg);
    assert_null(msg);
    reload_buf_free(&buf);
}

static void test_header_build(void **state)
{
    (void)state;
    static const uint8_t value[4] = {1, 2, 3, 4};
    reload_buf buf = {0}, ids = {0};
    reload_builder b;
    reload_build_begin(&b, &buf, NULL);
    for (size_t i = 0; i < COUNT(full_fields); i++) {
        if (full_fields[i].hex == NULL) {
            if (full_fields[i].field != RELOAD_F_LENGTH)
                reload_build_field(&b, full_fields[i].field, full_fields[i].value);
            continue;
        }
        reload_buf_reset(&ids);
        test_hex(&ids, full_fields[i].hex);
        reload_build_field_octets(&b, full_fields[i].field, ids.octets);
    }
    reload_build_octets(&b, 0x0655, value, sizeof value);
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
    test_same(buf.octets, buf.len, full_header);
    reload_buf_free(&ids);
    reload_buf_free(&buf);
}

/* Each number and flag alone: all bits set, and none; the neighbours stay as they are. */
static void test_header_each_field_alone(void **state)
{
    (void)state;
    for (reload_field f = 0; f < RELOAD_FIELDS; f++) {
        const reload_field_def *def = reload_field_def_of(f);
        assert_non_null(def);
        if (def->width > 32 || f == RELOAD_F_LENGTH)
            continue;
        for (int ones = 0; ones < 2; ones++) {
            uint8_t header[68], wanted[68];
            memset(header, ones ? 0 : 0xff, sizeof header);
            memcpy(header, "RELO", 4);
            memcpy(wanted, header, sizeof wanted);
            wanted[13] = wanted[14] = wanted[15] = 0; /* Length, set by the end */
            for (unsigned bit = def->bit; bit < (unsigned)def->bit + def->width; bit++) {
                uint8_t mask = (uint8_t)(0x80u >> bit % 8);
                wanted[bit / 8] =
                    (uint8_t)(ones ? wanted[bit / 8] | mask : wanted[bit / 8] & ~mask);
            }
            uint32_t all = (uint32_t)((UINT64_C(1) << def->width) - 1);
            reload_buf buf = {0};
            reload_builder b;
            reload_build_begin(&b, &buf, header);
            reload_build_field(&b, f, ones ? all : 0);
            assert_int_equal(reload_build_end(&b), RELOAD_OK);
            test_same_octets(buf.octets, buf.len, wanted, sizeof wanted);
            reload_msg *msg = test_parse(&buf);
            assert_int_equal(reload_msg_field(msg, f), ones ? all : 0);
            reload_msg_free(&msg);
            reload_buf_free(&buf);
            if (def->width == 32)
                continue;
            /* one more does not fit */
            reload_build_begin(&b, &buf, header);
            reload_build_field(&b, f, all + 1);
            assert_int_equal(reload_build_end(&b), RELOAD_ERR_VALUE);
            reload_buf_free(&buf);
        }
    }
    assert_null(reload_field_def_of(RELOAD_FIELDS));
}

static void test_header_initial(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_builder b;
    reload_build_begin(&b, &buf, NULL);
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
    test_same(buf.octets, buf.len,
              "52454c4f"                                 /* token */
              "20"                                       /* TTL 32 */
              "00"                                       /* UNSPECIFIED */
              "0000"                                     /* no fragment */
              "01"                                       /* Version 1 */
              "01"                                       /* Chord1.0 */
              "01"                                       /* SHA-1 */
              "00"                                       /* Security left open */
              "00"                                       /* PEER-JOIN request */
              "000000"                                   /* Length */
              "0000000000000000000000000000000000000000" /* Destination ID */
              "0000000000000000000000000000000000000000" /* Source ID */
              "0000000000000000"                         /* Transaction ID */
              "00000000");                               /* Overlay */
    reload_buf_free(&buf);
}

/* ---- Every row of the attribute table ---- */

static const struct vector {
    uint16_t type;
    const char *name;
    const char *hex; /* type, Length, value, padding */
    reload_kind kind;
    uint32_t number;
    const char *octets; /* what the value's octets are, in hex */
    uint8_t protocol;
    bool ipv6;
    uint16_t port;
    const char *address;
    const char *json;
} vectors[] = {
    {.type = 0x0001,
     .name = "RESPONSE-CODE",
     .hex = "0001"           /* type */
            "000b"           /* Length 11 */
            "0000041f"       /* reserved 0, class 4, number 31 */
            "426164206d6163" /* "Bad mac" */
            "00",            /* padding */
     .kind = RELOAD_KIND_RESPONSE,
     .number = 431,
     .octets = "426164206d6163",
     .json = "{\"type\": \"RESPONSE-CODE\", \"value\": {\"code\": 431, \"reason\": \"Bad mac\"}}"},
    {.type = 0x0002,
     .name = "SOURCE-INFO",
     .hex = "0002"      /* type */
            "0008"      /* Length: one member */
            "01040004"  /* PEER-EXPIRATION */
            "0000012c", /* 300 s */
     .kind = RELOAD_KIND_COMPOSITE,
     .json = "{\"type\": \"SOURCE-INFO\", \"value\": [{\"type\": \"PEER-EXPIRATION\", \"value\": "
             "300}]}"},
    {.type = 0x0003,
     .name = "RESOURCE",
     .hex = "0003"      /* type */
            "0008"      /* Length: the member's padding counts */
            "02010001"  /* KEY of one octet */
            "61000000", /* "a", padding */
     .kind = RELOAD_KIND_COMPOSITE,
     .json = "{\"type\": \"RESOURCE\", \"value\": [{\"type\": \"RESOURCE-INFO.KEY\", \"value\": "
             "\"a\"}]}"},
    {.type = 0x0004,
     .name = "ROUTE-LOG",
     .hex = "0004"      /* type */
            "0008"      /* Length */
            "04010002"  /* TRANSPORT */
            "00110000", /* UDP, padding */
     .kind = RELOAD_KIND_COMPOSITE,
     .json = "{\"type\": \"ROUTE-LOG\", \"value\": [{\"type\": \"ROUTE-LOG.TRANSPORT\", \"value\": "
             "\"UDP\"}]}"},
    {.type = 0x0005,
     .name = "REDIRECT",
     .hex = "0005"      /* type */
            "0008"      /* Length */
            "01020002"  /* PEER-NAME */
            "70310000", /* "p1", padding */
     .kind = RELOAD_KIND_COMPOSITE,
     .json = "{\"type\": \"REDIRECT\", \"value\": [{\"type\": \"PEER-NAME\", \"value\": \"p1\"}]}"},
    {.type = 0x0006,
     .name = "SIGNATURE",
     .hex = "0006"      /* type */
            "0008"      /* Length */
            "08010004"  /* TIMESTAMP */
            "4690e2a0", /* 1183900320 */
     .kind = RELOAD_KIND_COMPOSITE,
     .json = "{\"type\": \"SIGNATURE\", \"value\": [{\"type\": \"TIMESTAMP\", \"value\": "
             "1183900320}]}"},
    {.type = 0x0007,
     .name = "SDP",
     .hex = "0007"       /* type */
            "0005"       /* Length 5 */
            "763d300d0a" /* "v=0" CR LF */
            "000000",    /* padding */
     .kind = RELOAD_KIND_TEXT,
     .octets = "763d300d0a",
     .json = "{\"type\": \"SDP\", \"value\": \"v=0\\r\\n\"}"},
    {.type = 0x0008,
     .name = "APPLICATION",
     .hex = "0008"      /* type */
            "0008"      /* Length */
            "04050004"  /* DIALOG */
            "00000001", /* 1 */
     .kind = RELOAD_KIND_COMPOSITE,
     .json = "{\"type\": \"APPLICATION\", \"value\": [{\"type\": \"APPLICATION.DIALOG\", "
             "\"value\": 1}]}"},
    {.type = 0x0101,
     .name = "PEER-ID",
     .hex = "0101" /* type */
            "0014" /* Length 20 */
            "463ac413c4000000000000000000000000000001",
     .kind = RELOAD_KIND_ID,
     .octets = "463ac413c4000000000000000000000000000001",
     .json = "{\"type\": \"PEER-ID\", \"value\": \"463ac413c4000000000000000000000000000001\"}"},
    {.type = 0x0102,
     .name = "PEER-NAME",
     .hex = "0102"         /* type */
            "0006"         /* Length 6 */
            "c3a9e282ac21" /* U+00E9, U+20AC, "!" */
            "0000",        /* padding */
     .kind = RELOAD_KIND_TEXT,
     .octets = "c3a9e282ac21",
     .json = "{\"type\": \"PEER-NAME\", \"value\": \"\xc3\xa9\xe2\x82\xac!\"}"},
    {.type = 0x0103,
     .name = "PEER-IP-PORT",
     .hex = "0103"      /* type */
            "0008"      /* Length 8 */
            "11"        /* IANA protocol number: UDP */
            "01"        /* family: IPv4 */
            "13c4"      /* port 5060 */
            "0a040102", /* 10.4.1.2 */
     .kind = RELOAD_KIND_IP_PORT,
     .protocol = 17,
     .port = 5060,
     .address = "0a040102",
     .json = "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"10.4.1.2\", \"port\": 5060, "
             "\"protocol\": 17}}"},
    {.type = 0x0103,
     .name = "PEER-IP-PORT",
     .hex = "0103" /* type */
            "0014" /* Length 20 */
            "00"   /* not used */
            "02"   /* family: IPv6 */
            "ffff" /* port 65535 */
            "20010db8000000000000000000000001",
     .kind = RELOAD_KIND_IP_PORT,
     .ipv6 = true,
     .port = 65535,
     .address = "20010db8000000000000000000000001",
     .json = "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"2001:db8::1\", \"port\": 65535}}"},
    {.type = 0x0104,
     .name = "PEER-EXPIRATION",
     .hex = "0104"      /* type */
            "0004"      /* Length 4 */
            "ffffffff", /* as long as can be */
     .kind = RELOAD_KIND_SECONDS,
     .number = 0xffffffff,
     .json = "{\"type\": \"PEER-EXPIRATION\", \"value\": 4294967295}"},
    {.type = 0x0105,
     .name = "PEER-CERT",
     .hex = "0105"   /* type */
            "0003"   /* Length 3 */
            "308201" /* the beginning of some DER */
            "00",    /* padding */
     .kind = RELOAD_KIND_OCTETS,
     .octets = "308201",
     .json = "{\"type\": \"PEER-CERT\", \"hex\": \"308201\"}"},
    {.type = 0x0106,
     .name = "PEER-SIGNATURE",
     .hex = "0106"      /* type */
            "0008"      /* Length */
            "08020002"  /* DIGEST */
            "abcd0000", /* too short, but octets are octets; padding */
     .kind = RELOAD_KIND_COMPOSITE,
     .json =
         "{\"type\": \"PEER-SIGNATURE\", \"value\": [{\"type\": \"DIGEST\", \"hex\": \"abcd\"}]}"},
    {.type = 0x0201,
     .name = "RESOURCE-INFO.KEY",
     .hex = "0201"   /* type */
            "0003"   /* Length 3 */
            "614062" /* "a@b" */
            "00",    /* padding */
     .kind = RELOAD_KIND_TEXT,
     .octets = "614062",
     .json = "{\"type\": \"RESOURCE-INFO.KEY\", \"value\": \"a@b\"}"},
    {.type = 0x0202,
     .name = "RESOURCE-INFO.BODY",
     .hex = "0202"      /* type */
            "0008"      /* Length */
            "03050004"  /* EXPIRATION */
            "00000000", /* 0 removes */
     .kind = RELOAD_KIND_COMPOSITE,
     .json = "{\"type\": \"RESOURCE-INFO.BODY\", \"value\": [{\"type\": "
             "\"RESOURCE-INFO.BODY.EXPIRATION\", \"value\": 0}]}"},
    {.type = 0x0303,
     .name = "RESOURCE-INFO.BODY.ENTRY",
     .hex = "0303"      /* type */
            "0004"      /* Length 4: no padding */
            "7369703a", /* "sip:" */
     .kind = RELOAD_KIND_TEXT,
     .octets = "7369703a",
     .json = "{\"type\": \"RESOURCE-INFO.BODY.ENTRY\", \"value\": \"sip:\"}"},
    {.type = 0x0304,
     .name = "RESOURCE-INFO.BODY.PARAMETER",
     .hex = "0304"      /* type */
            "0008"      /* Length */
            "030a0001"  /* OP */
            "02000000", /* !=, padding */
     .kind = RELOAD_KIND_COMPOSITE,
     .json = "{\"type\": \"RESOURCE-INFO.BODY.PARAMETER\", \"value\": "
             "[{\"type\": \"RESOURCE-INFO.BODY.PARAMETER.OP\", \"value\": \"!=\"}]}"},
    {.type = 0x0305,
     .name = "RESOURCE-INFO.BODY.EXPIRATION",
     .hex = "0305"      /* type */
            "0004"      /* Length 4 */
            "00000e10", /* an hour */
     .kind = RELOAD_KIND_SECONDS,
     .number = 3600,
     .json = "{\"type\": \"RESOURCE-INFO.BODY.EXPIRATION\", \"value\": 3600}"},
    {.type = 0x0306,
     .name = "RESOURCE-INFO.BODY.SIGNATURE",
     .hex = "0306"  /* type */
            "0000", /* Length: empty */
     .kind = RELOAD_KIND_COMPOSITE,
     .json = "{\"type\": \"RESOURCE-INFO.BODY.SIGNATURE\", \"value\": []}"},
    {.type = 0x0307,
     .name = "RESOURCE-INFO.BODY.PEER-INFO",
     .hex = "0307"      /* type */
            "0008"      /* Length */
            "01020001"  /* PEER-NAME */
            "7a000000", /* "z", padding */
     .kind = RELOAD_KIND_COMPOSITE,
     .json = "{\"type\": \"RESOURCE-INFO.BODY.PEER-INFO\", \"value\": [{\"type\": \"PEER-NAME\", "
             "\"value\": \"z\"}]}"},
    {.type = 0x0308,
     .name = "RESOURCE-INFO.BODY.CERTIFICATE",
     .hex = "0308"    /* type */
            "0001"    /* Length 1 */
            "30"      /* value */
            "000000", /* padding */
     .kind = RELOAD_KIND_OCTETS,
     .octets = "30",
     .json = "{\"type\": \"RESOURCE-INFO.BODY.CERTIFICATE\", \"hex\": \"30\"}"},
    {.type = 0x0309,
     .name = "RESOURCE-INFO.BODY.PARAMETER.NAME",
     .hex = "0309"    /* type */
            "0001"    /* Length 1 */
            "71"      /* "q" */
            "000000", /* padding */
     .kind = RELOAD_KIND_TEXT,
     .octets = "71",
     .json = "{\"type\": \"RESOURCE-INFO.BODY.PARAMETER.NAME\", \"value\": \"q\"}"},
    {.type = 0x030a,
     .name = "RESOURCE-INFO.BODY.PARAMETER.OP",
     .hex = "030a"    /* type */
            "0001"    /* Length 1 */
            "06"      /* <= */
            "000000", /* padding */
     .kind = RELOAD_KIND_OP,
     .number = 6,
     .json = "{\"type\": \"RESOURCE-INFO.BODY.PARAMETER.OP\", \"value\": \"<=\"}"},
    {.type = 0x030b,
     .name = "RESOURCE-INFO.BODY.PARAMETER.VALUE",
     .hex = "030b"   /* type */
            "0003"   /* Length 3 */
            "302e35" /* "0.5" */
            "00",    /* padding */
     .kind = RELOAD_KIND_TEXT,
     .octets = "302e35",
     .json = "{\"type\": \"RESOURCE-INFO.BODY.PARAMETER.VALUE\", \"value\": \"0.5\"}"},
    {.type = 0x0400,
     .name = "ROUTE-LOG.P2PSIP-VERSION",
     .hex = "0400"   /* type */
            "0003"   /* Length 3 */
            "312e30" /* "1.0" */
            "00",    /* padding */
     .kind = RELOAD_KIND_TEXT,
     .octets = "312e30",
     .json = "{\"type\": \"ROUTE-LOG.P2PSIP-VERSION\", \"value\": \"1.0\"}"},
    {.type = 0x0401,
     .name = "ROUTE-LOG.TRANSPORT",
     .hex = "0401"  /* type */
            "0002"  /* Length: two octets, D6 */
            "0084"  /* SCTP */
            "0000", /* padding */
     .kind = RELOAD_KIND_TRANSPORT,
     .number = 0x84,
     .json = "{\"type\": \"ROUTE-LOG.TRANSPORT\", \"value\": \"SCTP\"}"},
    {.type = 0x0402,
     .name = "ROUTE-LOG.PEER-INFO",
     .hex = "0402"      /* type */
            "0008"      /* Length */
            "01040004"  /* PEER-EXPIRATION */
            "00000001", /* 1 s */
     .kind = RELOAD_KIND_COMPOSITE,
     .json = "{\"type\": \"ROUTE-LOG.PEER-INFO\", \"value\": [{\"type\": \"PEER-EXPIRATION\", "
             "\"value\": 1}]}"},
    {.type = 0x0403,
     .name = "APPLICATION.NAME",
     .hex = "0403"   /* type */
            "0003"   /* Length 3 */
            "736970" /* "sip" */
            "00",    /* padding */
     .kind = RELOAD_KIND_TEXT,
     .octets = "736970",
     .json = "{\"type\": \"APPLICATION.NAME\", \"value\": \"sip\"}"},
    {.type = 0x0404,
     .name = "APPLICATION.BODY",
     .hex = "0404"  /* type */
            "0002"  /* Length 2 */
            "00ff"  /* value */
            "0000", /* padding */
     .kind = RELOAD_KIND_OCTETS,
     .octets = "00ff",
     .json = "{\"type\": \"APPLICATION.BODY\", \"hex\": \"00ff\"}"},
    {.type = 0x0405,
     .name = "APPLICATION.DIALOG",
     .hex = "0405"      /* type */
            "0004"      /* Length 4 */
            "80000001", /* the top bit is a bit like others */
     .kind = RELOAD_KIND_INTEGER,
     .number = 0x80000001,
     .json = "{\"type\": \"APPLICATION.DIALOG\", \"value\": 2147483649}"},
    {.type = 0x0801,
     .name = "TIMESTAMP",
     .hex = "0801"      /* type */
            "0004"      /* Length 4 */
            "4690e160", /* 1183900000 */
     .kind = RELOAD_KIND_TIME,
     .number = 1183900000,
     .json = "{\"type\": \"TIMESTAMP\", \"value\": 1183900000}"},
    {.type = 0x0802,
     .name = "DIGEST",
     .hex = "0802" /* type */
            "0014" /* Length 20 */
            "000102030405060708090a0b0c0d0e0f10111213",
     .kind = RELOAD_KIND_OCTETS,
     .octets = "000102030405060708090a0b0c0d0e0f10111213",
     .json = "{\"type\": \"DIGEST\", \"hex\": \"000102030405060708090a0b0c0d0e0f10111213\"}"},
    {.type = 0x0655,
     .name = NULL,    /* the DHT's: unknown here */
     .hex = "0655"    /* type */
            "0001"    /* Length 1 */
            "ab"      /* value */
            "000000", /* padding */
     .kind = RELOAD_KIND_OCTETS,
     .octets = "ab",
     .json = "{\"type\": \"0x0655\", \"hex\": \"ab\"}"},
    {.type = 0x0800,
     .name = NULL,  /* reserved for the security algorithm */
     .hex = "0800"  /* type */
            "0000", /* Length 0 */
     .kind = RELOAD_KIND_OCTETS,
     .octets = "",
     .json = "{\"type\": \"0x0800\", \"hex\": \"\"}"},
};

/* That attribute i decodes as the vector says, and encodes to the same octets again. */
static void check_vector(const reload_msg *msg, size_t i, const struct vector *v)
{
    reload_value value;
    reload_buf buf = {0};
    reload_builder b;
    const reload_attr *attr = reload_msg_attr(msg, i);
    assert_int_equal(attr->type, v->type);
    assert_int_equal(attr->flaw, RELOAD_FLAW_NONE);
    reload_build_begin(&b, &buf, NULL);
    if (v->kind == RELOAD_KIND_COMPOSITE) {
        assert_false(reload_msg_value(msg, i, &value));
        size_t len;
        const uint8_t *members = reload_msg_value_octets(msg, i, &len);
        assert_int_equal(attr->end, i + (len > 0 ? 2 : 1));
        reload_build_open(&b, v->type);
        if (len > 0 && reload_msg_value(msg, i + 1, &value))
            reload_build_value(&b, reload_msg_attr(msg, i + 1)->type, &value);
        reload_build_close(&b);
        assert_int_equal(len, v->hex[0] == '\0' ? 0 : strlen(v->hex) / 2 - 4);
        (void)members;
    } else {
        assert_true(reload_msg_value(msg, i, &value));
        assert_int_equal(value.kind, v->kind);
        assert_int_equal(value.number, v->number);
        assert_int_equal(value.protocol, v->protocol);
        assert_int_equal(value.ipv6, v->ipv6);
        assert_int_equal(value.port, v->port);
        if (v->octets != NULL)
            test_same(value.octets, value.len, v->octets);
        if (v->address != NULL)
            test_same(value.address, value.ipv6 ? 16 : 4, v->address);
        reload_build_value(&b, v->type, &value);
    }
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
    test_same(buf.octets + 68, buf.len - 68, v->hex);
    reload_buf_free(&buf);
}

/* Alone in a message: octets, values, JSON text, and back. */
static void test_each_attribute(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(vectors); k++) {
        const struct vector *v = &vectors[k];
        reload_buf buf = {0}, again = {0};
        char text[2048];
        print_message("# %s\n", v->json);
        test_message(&buf, v->hex);
        reload_msg *msg = test_parse(&buf);
        check_vector(msg, 0, v);
        (void)snprintf(text, sizeof text,
                       HEADER_JSON_TO_LENGTH "%zu" HEADER_JSON_FROM_LENGTH
                                             ", \"attributes\": [%s]}",
                       strlen(v->hex) / 2, v->json);
        test_json_is(msg, 0, text);
        test_json(&again, text);
        test_same_octets(again.octets, again.len, buf.octets, buf.len);
        const reload_attr_def *def = reload_attr_def_of(v->type);
        if (v->name == NULL) {
            assert_null(def);
            assert_null(reload_msg_attr(msg, 0)->def);
            assert_false(reload_msg_attr(msg, 0)->in_place);
        } else {
            assert_string_equal(def->name, v->name);
            assert_int_equal(def->kind, v->kind);
            assert_ptr_equal(reload_attr_def_named(v->name), def);
            assert_ptr_equal(reload_msg_attr(msg, 0)->def, def);
            assert_int_equal(reload_msg_attr(msg, 0)->in_place, def->in == RELOAD_IN_MESSAGE);
        }
        reload_msg_free(&msg);
        reload_buf_free(&again);
        reload_buf_free(&buf);
    }
}

/* A row that nobody wrote a vector for fails here. */
static void test_each_row_has_a_vector(void **state)
{
    (void)state;
    size_t rows = 0;
    for (const reload_attr_def *def; (def = reload_attr_def_at(rows)) != NULL; rows++) {
        bool found = false;
        for (size_t k = 0; k < COUNT(vectors); k++)
            found = found || vectors[k].type == def->type;
        if (!found)
            fail_msg("%s has no vector", def->name);
        assert_ptr_equal(reload_attr_def_of(def->type), def);
        if (rows > 0)
            assert_true(def->type > reload_attr_def_at(rows - 1)->type);
        /* a composite, and nothing else, has members */
        assert_int_equal(def->kind == RELOAD_KIND_COMPOSITE, def->members != RELOAD_IN_NOTHING);
        assert_true(strlen(def->section) > 0);
    }
    assert_int_equal(rows, 33); /* of wire.md */
    assert_null(reload_attr_def_named("NO-SUCH-ATTRIBUTE"));
}

/* wire.md: where each attribute belongs; D11: which may be there once. */
static void test_places(void **state)
{
    (void)state;
    static const struct {
        uint16_t type;
        reload_place in, members;
        bool once;
    } rows[] = {
        {0x0001, RELOAD_IN_MESSAGE, RELOAD_IN_NOTHING, true},
        {0x0002, RELOAD_IN_MESSAGE, RELOAD_IN_PEER_INFO, true},
        {0x0003, RELOAD_IN_MESSAGE, RELOAD_IN_RESOURCE_INFO, false},
        {0x0004, RELOAD_IN_MESSAGE, RELOAD_IN_ROUTE_LOG, false},
        {0x0005, RELOAD_IN_MESSAGE, RELOAD_IN_PEER_INFO, true},
        {0x0006, RELOAD_IN_MESSAGE, RELOAD_IN_SIGNATURE, false},
        {0x0007, RELOAD_IN_MESSAGE, RELOAD_IN_NOTHING, false},
        {0x0008, RELOAD_IN_MESSAGE, RELOAD_IN_APPLICATION, false},
        {0x0101, RELOAD_IN_PEER_INFO, RELOAD_IN_NOTHING, true},
        {0x0102, RELOAD_IN_PEER_INFO, RELOAD_IN_NOTHING, false},
        {0x0103, RELOAD_IN_PEER_INFO, RELOAD_IN_NOTHING, false},
        {0x0104, RELOAD_IN_PEER_INFO, RELOAD_IN_NOTHING, true},
        {0x0105, RELOAD_IN_PEER_INFO, RELOAD_IN_NOTHING, true},
        {0x0106, RELOAD_IN_PEER_INFO, RELOAD_IN_SIGNATURE, true},
        {0x0201, RELOAD_IN_RESOURCE_INFO, RELOAD_IN_NOTHING, true},
        {0x0202, RELOAD_IN_RESOURCE_INFO, RELOAD_IN_BODY, false},
        {0x0303, RELOAD_IN_BODY, RELOAD_IN_NOTHING, true},
        {0x0304, RELOAD_IN_BODY, RELOAD_IN_PARAMETER, false},
        {0x0305, RELOAD_IN_BODY, RELOAD_IN_NOTHING, true},
        {0x0306, RELOAD_IN_BODY, RELOAD_IN_SIGNATURE, true},
        {0x0307, RELOAD_IN_BODY, RELOAD_IN_PEER_INFO, true},
        {0x0308, RELOAD_IN_BODY, RELOAD_IN_NOTHING, true},
        {0x0309, RELOAD_IN_PARAMETER, RELOAD_IN_NOTHING, true},
        {0x030a, RELOAD_IN_PARAMETER, RELOAD_IN_NOTHING, true},
        {0x030b, RELOAD_IN_PARAMETER, RELOAD_IN_NOTHING, true},
        {0x0400, RELOAD_IN_ROUTE_LOG, RELOAD_IN_NOTHING, false},
        {0x0401, RELOAD_IN_ROUTE_LOG, RELOAD_IN_NOTHING, false},
        {0x0402, RELOAD_IN_ROUTE_LOG, RELOAD_IN_PEER_INFO, false},
        {0x0403, RELOAD_IN_APPLICATION, RELOAD_IN_NOTHING, true},
        {0x0404, RELOAD_IN_APPLICATION, RELOAD_IN_NOTHING, true},
        {0x0405, RELOAD_IN_APPLICATION, RELOAD_IN_NOTHING, true},
        {0x0801, RELOAD_IN_SIGNATURE, RELOAD_IN_NOTHING, true},
        {0x0802, RELOAD_IN_SIGNATURE, RELOAD_IN_NOTHING, true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const reload_attr_def *def = reload_attr_def_of(rows[i].type);
        assert_non_null(def);
        assert_ptr_equal(def, reload_attr_def_at(i));
        assert_int_equal(def->in, rows[i].in);
        assert_int_equal(def->members, rows[i].members);
        assert_int_equal(def->once, rows[i].once);
    }
    assert_null(reload_attr_def_at(COUNT(rows)));
}

/* Each attribute once more, inside the container where it belongs. */
static void test_each_attribute_in_place(void **state)
{
    (void)state;
    static const uint16_t containers[][4] = {
        [RELOAD_IN_MESSAGE] = {0},
        [RELOAD_IN_PEER_INFO] = {0x0002},
        [RELOAD_IN_RESOURCE_INFO] = {0x0003},
        [RELOAD_IN_BODY] = {0x0003, 0x0202},
        [RELOAD_IN_PARAMETER] = {0x0003, 0x0202, 0x0304},
        [RELOAD_IN_ROUTE_LOG] = {0x0004},
        [RELOAD_IN_APPLICATION] = {0x0008},
        [RELOAD_IN_SIGNATURE] = {0x0006},
    };
    for (size_t k = 0; k < COUNT(vectors); k++) {
        const reload_attr_def *def = reload_attr_def_of(vectors[k].type);
        if (def == NULL)
            continue;
        reload_buf buf = {0}, attr = {0};
        reload_builder b;
        unsigned depth = 0;
        test_hex(&attr, vectors[k].hex);
        reload_build_begin(&b, &buf, NULL);
        for (; containers[def->in][depth] != 0; depth++)
            reload_build_open(&b, containers[def->in][depth]);
        reload_build_raw(&b, attr.octets, attr.len);
        for (unsigned i = 0; i < depth; i++)
            reload_build_close(&b);
        assert_int_equal(reload_build_end(&b), RELOAD_OK);
        reload_msg *msg = test_parse(&buf);
        for (unsigned i = 0; i <= depth; i++) {
            assert_true(reload_msg_attr(msg, i)->in_place);
            assert_int_equal(reload_msg_attr(msg, i)->depth, i + 1);
            assert_int_equal(reload_msg_attr(msg, i)->parent, i == 0 ? RELOAD_NO_ATTR : i - 1);
        }
        check_vector(msg, depth, &vectors[k]);
        assert_int_equal(reload_msg_check(msg, NULL), RELOAD_OK);
        reload_msg_free(&msg);
        reload_buf_free(&attr);
        reload_buf_free(&buf);
    }
}

/* Names of header values and of OP and TRANSPORT, both ways. */
static void test_names(void **state)
{
    (void)state;
    static const struct {
        reload_names set;
        uint32_t value;
        const char *name;
    } rows[] = {
        {RELOAD_NAMES_ROUTING, 0, "UNSPECIFIED"},
        {RELOAD_NAMES_ROUTING, 1, "PROXY"},
        {RELOAD_NAMES_ROUTING, 2, "REDIRECT"},
        {RELOAD_NAMES_ROUTING, 3, NULL},
        {RELOAD_NAMES_DHT, 0, NULL},
        {RELOAD_NAMES_DHT, 1, "Chord1.0"},
        {RELOAD_NAMES_DHT, 2, "Bamboo1.0"},
        {RELOAD_NAMES_DHT, 3, NULL},
        {RELOAD_NAMES_HASH, 0, NULL},
        {RELOAD_NAMES_HASH, 1, "SHA-1"},
        {RELOAD_NAMES_SECURITY, 0, NULL},
        {RELOAD_NAMES_SECURITY, 1, "NONE"},
        {RELOAD_NAMES_SECURITY, 2, "HMAC"},
        {RELOAD_NAMES_SECURITY, 3, "CERTS"},
        {RELOAD_NAMES_METHOD, 0x00, "PEER-JOIN"},
        {RELOAD_NAMES_METHOD, 0x01, "PEER-SEARCH"},
        {RELOAD_NAMES_METHOD, 0x10, "RESOURCE-GET"},
        {RELOAD_NAMES_METHOD, 0x11, "RESOURCE-PUT"},
        {RELOAD_NAMES_METHOD, 0x12, "RESOURCE-TRANSFER"},
        {RELOAD_NAMES_METHOD, 0x20, "TRANSPORT-OPEN"},
        {RELOAD_NAMES_METHOD, 0x21, "TRANSPORT-TUNNEL"},
        {RELOAD_NAMES_METHOD, 0x30, NULL},
        {RELOAD_NAMES_OP, 0, NULL},
        {RELOAD_NAMES_OP, 1, "="},
        {RELOAD_NAMES_OP, 2, "!="},
        {RELOAD_NAMES_OP, 3, ">"},
        {RELOAD_NAMES_OP, 4, ">="},
        {RELOAD_NAMES_OP, 5, "<"},
        {RELOAD_NAMES_OP, 6, "<="},
        {RELOAD_NAMES_OP, 7, NULL},
        {RELOAD_NAMES_TRANSPORT, 0x06, "TCP"},
        {RELOAD_NAMES_TRANSPORT, 0x11, "UDP"},
        {RELOAD_NAMES_TRANSPORT, 0x38, "TLS"},
        {RELOAD_NAMES_TRANSPORT, 0x84, "SCTP"},
        {RELOAD_NAMES_NONE, 1, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t value = 0xdead;
        const char *name = reload_name(rows[i].set, rows[i].value);
        if (rows[i].name == NULL) {
            assert_null(name);
            continue;
        }
        assert_string_equal(name, rows[i].name);
        assert_true(reload_name_lookup(rows[i].set, rows[i].name, &value));
        assert_int_equal(value, rows[i].value);
    }
    uint32_t value;
    assert_false(reload_name_lookup(RELOAD_NAMES_SECURITY, "hmac", &value));
    assert_false(reload_name_lookup(RELOAD_NAMES_METHOD, "HMAC", &value));
}

/* ---- Flaws ---- */

#define AT 68 /* the first attribute of a message */

/* One broken thing a row. Values that do not fit stay raw; the message is malformed, and the place
 * is told. */
/* clang-format off */
static const struct {
    const char *hex;    /* the attributes */
    uint32_t attr;      /* index of the attribute with the flaw, or RELOAD_NO_ATTR: in the message's own framing */
    reload_flaw flaw;
    uint64_t offset;    /* of what is broken */
    const char *pointer; /* of the attribute */
} flaws[] = {
    /* the message's own framing */
    {"00070000" /* an empty SDP */ "00", RELOAD_NO_ATTR, RELOAD_FLAW_HEAD, AT + 4, NULL},
    {"00070000" "0007", RELOAD_NO_ATTR, RELOAD_FLAW_HEAD, AT + 4, NULL},
    {"00070000" "000700", RELOAD_NO_ATTR, RELOAD_FLAW_HEAD, AT + 4, NULL},
    {"00070000" "00070001", RELOAD_NO_ATTR, RELOAD_FLAW_LENGTH, AT + 4, NULL},
    {"00070000" "00070005" "61626364", RELOAD_NO_ATTR, RELOAD_FLAW_LENGTH, AT + 4, NULL},
    {"00070000" "0655ffff" "61626364", RELOAD_NO_ATTR, RELOAD_FLAW_LENGTH, AT + 4, NULL},
    {"00070001" "61", RELOAD_NO_ATTR, RELOAD_FLAW_PADDING, AT, NULL},
    {"00070001" "610000", RELOAD_NO_ATTR, RELOAD_FLAW_PADDING, AT, NULL},
    {"00070003" "616263", RELOAD_NO_ATTR, RELOAD_FLAW_PADDING, AT, NULL},
    /* the framing of members: the offset is the member's */
    {"00020003" "010200" "00", 0, RELOAD_FLAW_HEAD, AT + 4, "/attributes/0"},
    {"00020006" "01020000" "0102" "0000", 0, RELOAD_FLAW_HEAD, AT + 8, "/attributes/0"},
    {"00020008" "01020005" "61626364", 0, RELOAD_FLAW_LENGTH, AT + 4, "/attributes/0"},
    {"0002000c" "01020000" "01020005" "61626364", 0, RELOAD_FLAW_LENGTH, AT + 8, "/attributes/0"},
    {"00020005" "01020001" "61" "000000", 0, RELOAD_FLAW_PADDING, AT + 4, "/attributes/0"},
    /* a member may not reach into its container's neighbour */
    {"00020008" "01020008" "61626364" "00070000", 0, RELOAD_FLAW_LENGTH, AT + 4, "/attributes/0"},
    /* a member of a member */
    {"0003000c" "02020008" "03030005" "61626364", 1, RELOAD_FLAW_LENGTH, AT + 8, "/attributes/0/value/0"},
    /* sizes */
    {"00010003" "000002" "00", 0, RELOAD_FLAW_SIZE, AT, "/attributes/0"},
    {"00020018" "01010013" "00000000000000000000000000000000000000" "00", 1, RELOAD_FLAW_SIZE, AT + 4, "/attributes/0/value/0"},
    {"0002001c" "01010015" "000000000000000000000000000000000000000000" "000000", 1, RELOAD_FLAW_SIZE, AT + 4,
     "/attributes/0/value/0"},
    {"00020008" "01030003" "000100" "00", 1, RELOAD_FLAW_SIZE, AT + 4, "/attributes/0/value/0"},
    {"00020008" "01040003" "000000" "00", 1, RELOAD_FLAW_SIZE, AT + 4, "/attributes/0/value/0"},
    {"0002000c" "01040005" "0000000000" "000000", 1, RELOAD_FLAW_SIZE, AT + 4, "/attributes/0/value/0"},
    {"00060008" "08010003" "000000" "00", 1, RELOAD_FLAW_SIZE, AT + 4, "/attributes/0/value/0"},
    {"00080008" "04050002" "0000" "0000", 1, RELOAD_FLAW_SIZE, AT + 4, "/attributes/0/value/0"},
    {"00030010" "0202000c" "03040008" "030a0002" "0101" "0000", 3, RELOAD_FLAW_SIZE, AT + 12,
     "/attributes/0/value/0/value/0/value/0"},
    {"0003000c" "02020008" "03040004" "030a0000", 3, RELOAD_FLAW_SIZE, AT + 12, "/attributes/0/value/0/value/0/value/0"},
    {"00040008" "04010001" "06" "000000", 1, RELOAD_FLAW_SIZE, AT + 4, "/attributes/0/value/0"},
    {"00040008" "04010004" "00000006", 1, RELOAD_FLAW_SIZE, AT + 4, "/attributes/0/value/0"},
    /* text (RFC 3629): a lone continuation, overlong, a surrogate, past U+10FFFF, cut off, a NUL */
    {"00070001" "80" "000000", 0, RELOAD_FLAW_UTF8, AT, "/attributes/0"},
    {"00070002" "c080" "0000", 0, RELOAD_FLAW_UTF8, AT, "/attributes/0"},
    {"00070003" "e08080" "00", 0, RELOAD_FLAW_UTF8, AT, "/attributes/0"},
    {"00070003" "eda080" "00", 0, RELOAD_FLAW_UTF8, AT, "/attributes/0"},
    {"00070004" "f0808080", 0, RELOAD_FLAW_UTF8, AT, "/attributes/0"},
    {"00070004" "f4908080", 0, RELOAD_FLAW_UTF8, AT, "/attributes/0"},
    {"00070001" "ff" "000000", 0, RELOAD_FLAW_UTF8, AT, "/attributes/0"},
    {"00070002" "61c3" "a900", 0, RELOAD_FLAW_UTF8, AT, "/attributes/0"}, /* the padding is no part of the value */
    {"00070002" "6100" "0000", 0, RELOAD_FLAW_NUL, AT, "/attributes/0"},
    /* RESPONSE-CODE */
    {"00010004" "00001000", 0, RELOAD_FLAW_RESERVED, AT, "/attributes/0"},
    {"00010004" "80000200", 0, RELOAD_FLAW_RESERVED, AT, "/attributes/0"},
    {"00010004" "00000000", 0, RELOAD_FLAW_CODE, AT, "/attributes/0"},
    {"00010004" "00000264", 0, RELOAD_FLAW_CODE, AT, "/attributes/0"},
    {"00010005" "00000200" "ff" "000000", 0, RELOAD_FLAW_UTF8, AT, "/attributes/0"},
    {"00010005" "00000200" "00" "000000", 0, RELOAD_FLAW_NUL, AT, "/attributes/0"},
    /* PEER-IP-PORT */
    {"0002000c" "01030008" "000013c4" "0a040102", 1, RELOAD_FLAW_FAMILY, AT + 4, "/attributes/0/value/0"},
    {"0002000c" "01030008" "000313c4" "0a040102", 1, RELOAD_FLAW_FAMILY, AT + 4, "/attributes/0/value/0"},
    {"00020008" "01030004" "000113c4", 1, RELOAD_FLAW_ADDRESS, AT + 4, "/attributes/0/value/0"},
    {"0002000c" "01030008" "000213c4" "0a040102", 1, RELOAD_FLAW_ADDRESS, AT + 4, "/attributes/0/value/0"},
    {"00020018" "01030014" "000113c4" "20010db8000000000000000000000001", 1, RELOAD_FLAW_ADDRESS, AT + 4,
     "/attributes/0/value/0"},
};
/* clang-format on */

static void test_flaws(void **state)
{
    (void)state;
    bool seen[RELOAD_FLAW_ADDRESS + 1] = {false};
    for (size_t k = 0; k < COUNT(flaws); k++) {
        reload_buf buf = {0}, out = {0}, again = {0};
        reload_diag diag = {0};
        print_message("# %s\n", flaws[k].hex);
        test_message(&buf, flaws[k].hex);
        reload_msg *msg = test_parse(&buf);
        seen[flaws[k].flaw] = true;
        if (flaws[k].attr == RELOAD_NO_ATTR) {
            size_t len;
            reload_flaw flaw;
            const uint8_t *trailing = reload_msg_trailing(msg, &len, &flaw);
            assert_int_equal(flaw, flaws[k].flaw);
            assert_ptr_equal(trailing, buf.octets + flaws[k].offset);
            assert_int_equal(len, buf.len - flaws[k].offset);
        } else {
            reload_value value;
            const reload_attr *attr = reload_msg_attr(msg, flaws[k].attr);
            assert_int_equal(attr->flaw, flaws[k].flaw);
            assert_int_equal(attr->end, flaws[k].attr + 1); /* no members */
            assert_false(reload_msg_value(msg, flaws[k].attr, &value));
        }
        /* no other attribute has one */
        for (size_t i = 0; i < reload_msg_count(msg); i++)
            if (i != flaws[k].attr)
                assert_int_equal(reload_msg_attr(msg, i)->flaw, RELOAD_FLAW_NONE);
        assert_int_equal(reload_msg_check(msg, &diag), RELOAD_ERR_MALFORMED);
        assert_int_equal(diag.code, RELOAD_ERR_MALFORMED);
        assert_true(diag.has_offset);
        assert_int_equal(diag.offset, flaws[k].offset);
        assert_int_equal(diag.has_pointer, flaws[k].pointer != NULL);
        if (flaws[k].pointer != NULL)
            assert_string_equal(diag.pointer, flaws[k].pointer);
        assert_non_null(strstr(diag.text, reload_flaw_text(flaws[k].flaw)));
        /* nothing is lost in JSON */
        assert_int_equal(reload_json_write(msg, NULL, 0, test_sink, &out), RELOAD_OK);
        assert_int_equal(reload_json_read((const char *)out.octets, out.len, &again, &diag),
                         RELOAD_OK);
        test_same_octets(again.octets, again.len, buf.octets, buf.len);
        reload_msg_free(&msg);
        reload_buf_free(&again);
        reload_buf_free(&out);
        reload_buf_free(&buf);
    }
    for (reload_flaw f = RELOAD_FLAW_HEAD; f <= RELOAD_FLAW_ADDRESS; f++) {
        assert_true(seen[f] || f == RELOAD_FLAW_DEPTH); /* which has tests of its own */
        for (reload_flaw g = RELOAD_FLAW_NONE; g < f; g++)
            assert_string_not_equal(reload_flaw_text(f), reload_flaw_text(g));
    }
    assert_non_null(reload_flaw_text((reload_flaw)99));
}

/* What is no flaw: bounds of values, empty texts, empty composites, octets of any length. */
static void test_no_flaws(void **state)
{
    (void)state;
    static const char *const good[] = {
        "",
        "00070000",
        "00020000",
        "00070004"
        "f48fbfbf", /* U+10FFFF */
        "00070003"
        "efbfbf"
        "00", /* U+FFFF */
        "00070003"
        "ee8080"
        "00", /* U+E000, behind the surrogates */
        "00070003"
        "ed9fbf"
        "00", /* U+D7FF, before them */
        "00010004"
        "00000100", /* 100 */
        "00010004"
        "00000763", /* 799 */
        "00060004"
        "08020000",
        "08030001"
        "ff"
        "000000",
    };
    for (size_t k = 0; k < COUNT(good); k++) {
        reload_buf buf = {0};
        reload_diag diag;
        test_message(&buf, good[k]);
        reload_msg *msg = test_parse(&buf);
        assert_int_equal(reload_msg_check(msg, &diag), RELOAD_OK);
        reload_msg_free(&msg);
        reload_buf_free(&buf);
    }
}

/* D24: a flaw out of its place, or behind the SIGNATURE, makes no message malformed. */
static void test_flaws_that_do_not_count(void **state)
{
    (void)state;
    static const char *const good[] = {
        "01010001"
        "00"
        "000000", /* a PEER-ID of one octet in the message itself */
        "00040008"
        "01010001"
        "00"
        "000000", /* and in a ROUTE-LOG */
        "00060000"
        "00070001"
        "ff"
        "000000", /* bad text behind the SIGNATURE */
        "00060000"
        "00020003"
        "010200"
        "00", /* bad members behind it */
        "00060000"
        "00040008"
        "04010001"
        "06"
        "000000", /* in a ROUTE-LOG too */
        "0655000c"
        "0655ffff"
        "0000000000000000", /* an unknown type has no members */
    };
    for (size_t k = 0; k < COUNT(good); k++) {
        reload_buf buf = {0};
        reload_diag diag;
        test_message(&buf, good[k]);
        reload_msg *msg = test_parse(&buf);
        assert_int_equal(reload_msg_check(msg, &diag), RELOAD_OK);
        reload_msg_free(&msg);
        reload_buf_free(&buf);
    }
    /* but the top-level framing holds behind it too (D10) */
    reload_buf buf = {0};
    reload_diag diag;
    test_message(&buf, "00060000"
                       "000700ff");
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(reload_msg_check(msg, &diag), RELOAD_ERR_MALFORMED);
    assert_int_equal(diag.offset, AT + 4);
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

/* Composites one in the other, the innermost empty. */
static void nested(reload_buf *buf, size_t depth)
{
    test_hex(buf, HEADER);
    for (size_t i = 0; i < depth; i++) {
        size_t len = 4 * (depth - 1 - i);
        uint8_t head[4] = {0x00, 0x02, (uint8_t)(len >> 8), (uint8_t)len};
        reload_buf_append(buf, head, sizeof head);
    }
    test_set_length(buf, 0);
}

static void test_depth(void **state)
{
    (void)state;
    /* a composite at depth 15 is read, one at depth 16 is kept raw (D3), however many there are
     * below */
    static const struct {
        size_t depth, count;
        reload_flaw last;
    } rows[] = {
        {1, 1, RELOAD_FLAW_NONE},    {15, 15, RELOAD_FLAW_NONE},     {16, 16, RELOAD_FLAW_DEPTH},
        {17, 16, RELOAD_FLAW_DEPTH}, {10000, 16, RELOAD_FLAW_DEPTH},
    };
    for (size_t k = 0; k < COUNT(rows); k++) {
        reload_buf buf = {0}, out = {0}, again = {0};
        reload_diag diag;
        nested(&buf, rows[k].depth);
        reload_msg *msg = test_parse(&buf);
        assert_int_equal(reload_msg_count(msg), rows[k].count);
        const reload_attr *last = reload_msg_attr(msg, rows[k].count - 1);
        assert_int_equal(last->depth, rows[k].count);
        assert_int_equal(last->flaw, rows[k].last);
        assert_int_equal(reload_msg_check(msg, &diag),
                         rows[k].last == RELOAD_FLAW_NONE ? RELOAD_OK : RELOAD_ERR_MALFORMED);
        if (rows[k].last != RELOAD_FLAW_NONE) {
            assert_int_equal(diag.offset, AT + 4 * 15);
            assert_true(diag.has_pointer);
        }
        assert_int_equal(reload_json_write(msg, NULL, 0, test_sink, &out), RELOAD_OK);
        assert_int_equal(reload_json_read((const char *)out.octets, out.len, &again, &diag),
                         RELOAD_OK);
        test_same_octets(again.octets, again.len, buf.octets, buf.len);
        reload_msg_free(&msg);
        reload_buf_free(&again);
        reload_buf_free(&out);
        reload_buf_free(&buf);
    }
}

/* An attribute of another kind than composite is read at depth 16. */
static void test_depth_leaf(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_builder b;
    reload_value value = {.kind = RELOAD_KIND_SECONDS, .number = 300};
    reload_build_begin(&b, &buf, NULL);
    for (unsigned i = 0; i < 15; i++)
        reload_build_open(&b, RELOAD_A_SOURCE_INFO);
    reload_build_value(&b, RELOAD_A_PEER_EXPIRATION, &value);
    for (unsigned i = 0; i < 15; i++)
        reload_build_close(&b);
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(reload_msg_count(msg), 16);
    assert_int_equal(reload_msg_attr(msg, 15)->depth, 16);
    assert_int_equal(reload_msg_attr(msg, 15)->flaw, RELOAD_FLAW_NONE);
    assert_int_equal(reload_msg_check(msg, NULL), RELOAD_OK);
    char pointer[256];
    assert_true(reload_msg_pointer(msg, 15, pointer, sizeof pointer));
    assert_string_equal(
        pointer,
        "/attributes/0/value/0/value/0/value/0/value/0/value/0/value/0/value/0/value/0/value/0"
        "/value/0/value/0/value/0/value/0/value/0/value/0");
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

/* ---- Whole messages ---- */

static void parse_fails(const char *hex, size_t len, reload_err err, uint64_t offset)
{
    reload_buf buf = {0};
    reload_diag diag = {0};
    reload_msg *msg = reload_msg_new();
    test_hex(&buf, hex);
    assert_int_equal(reload_msg_parse(msg, buf.octets, len, &diag), err);
    assert_int_equal(diag.code, err);
    assert_true(diag.has_offset);
    assert_int_equal(diag.offset, offset);
    assert_int_equal(reload_msg_count(msg), 0);
    /* an empty message reads as a header of zeros */
    static const uint8_t zeros[RELOAD_HEADER_SIZE];
    const uint8_t *octets = reload_msg_octets(msg, &len);
    test_same_octets(octets, len, zeros, sizeof zeros);
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

static void test_no_message(void **state)
{
    (void)state;
    parse_fails(HEADER, 0, RELOAD_ERR_NO_MESSAGE, 0);
    parse_fails(HEADER, 3, RELOAD_ERR_NO_MESSAGE, 0);
    parse_fails(HEADER, 4, RELOAD_ERR_NO_MESSAGE, 0);
    parse_fails(HEADER, 67, RELOAD_ERR_NO_MESSAGE, 0);
    parse_fails("52454c50"
                "20000000"
                "01010102"
                "01000000" HEADER_FROM_LENGTH,
                68, RELOAD_ERR_NO_MESSAGE, 0);
    parse_fails("d2454c4f"
                "20000000"
                "01010102"
                "01000000" HEADER_FROM_LENGTH,
                68, RELOAD_ERR_RFC6940, 0);
    parse_fails("d2454c4f", 4, RELOAD_ERR_RFC6940, 0);
}

/* More octets than Length says. */
static void test_octets_behind(void **state)
{
    (void)state;
    parse_fails(HEADER "00", 69, RELOAD_ERR_VALUE, 68);
    parse_fails(HEADER_TO_LENGTH "000004" HEADER_FROM_LENGTH "00070000"
                                 "00070000",
                76, RELOAD_ERR_VALUE, 72);
}

/* Fewer octets than Length says. */
static void test_cut_short(void **state)
{
    (void)state;
    static const char whole[] = HEADER_TO_LENGTH "000010" HEADER_FROM_LENGTH "00070008"
                                                 "6162636465666768"
                                                 "00070000";
    reload_buf buf = {0};
    test_hex(&buf, whole);
    for (size_t len = 68; len < buf.len; len++) {
        reload_buf cut = {0}, out = {0}, again = {0};
        reload_diag diag = {0};
        reload_buf_append(&cut, buf.octets, len);
        reload_msg *msg = test_parse(&cut);
        assert_true(reload_msg_truncated(msg));
        assert_int_equal(reload_msg_field(msg, RELOAD_F_LENGTH), 16);
        assert_int_equal(reload_msg_count(msg), len < 80 ? 0 : 1);
        assert_int_equal(reload_msg_check(msg, &diag), RELOAD_ERR_MALFORMED);
        assert_int_equal(diag.offset, 13); /* the Length field */
        assert_int_equal(reload_json_write(msg, NULL, 0, test_sink, &out), RELOAD_OK);
        assert_int_equal(reload_json_read((const char *)out.octets, out.len, &again, &diag),
                         RELOAD_OK);
        test_same_octets(again.octets, again.len, cut.octets, cut.len);
        reload_msg_free(&msg);
        reload_buf_free(&again);
        reload_buf_free(&out);
        reload_buf_free(&cut);
    }
    reload_msg *msg = test_parse(&buf);
    assert_false(reload_msg_truncated(msg));
    assert_int_equal(reload_msg_check(msg, NULL), RELOAD_OK);
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

/* Another Version and a fragment are judged by step 1's length alone. */
static void test_other_versions_and_fragments(void **state)
{
    (void)state;
    for (int k = 0; k < 3; k++) {
        reload_buf buf = {0};
        test_message(&buf, "000700ff"
                           "61626364");
        if (k == 1)
            buf.octets[8] = 2; /* Version 2 */
        if (k == 2)
            buf.octets[6] = 0x80; /* FRAG */
        reload_msg *msg = test_parse(&buf);
        assert_int_equal(reload_msg_check(msg, NULL), k == 0 ? RELOAD_ERR_MALFORMED : RELOAD_OK);
        reload_msg_free(&msg);
        buf.octets[15]++;
        msg = test_parse(&buf);
        assert_int_equal(reload_msg_check(msg, NULL), RELOAD_ERR_MALFORMED);
        reload_msg_free(&msg);
        reload_buf_free(&buf);
    }
}

/* Padding is kept and shown, whatever it is. */
static void test_padding(void **state)
{
    (void)state;
    reload_buf buf = {0};
    test_message(&buf, "00070001"
                       "61"
                       "0000ff" /* one octet of text */
                       "00070002"
                       "6162"
                       "0100" /* two */
                       "00070003"
                       "616263"
                       "80" /* three */
                       "00070004"
                       "61626364" /* four: none */
                       "00070003"
                       "616263"
                       "00");
    static const char *const padding[] = {"0000ff", "0100", "80", "", "00"};
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(reload_msg_count(msg), COUNT(padding));
    for (size_t i = 0; i < COUNT(padding); i++) {
        size_t len;
        const uint8_t *octets = reload_msg_padding(msg, i, &len);
        test_same(octets, len, padding[i]);
    }
    assert_int_equal(reload_msg_check(msg, NULL), RELOAD_OK);
    test_json_is(msg, 0,
                 HEADER_JSON_TO_LENGTH
                 "40" HEADER_JSON_FROM_LENGTH ", \"attributes\": ["
                 "{\"type\": \"SDP\", \"value\": \"a\", \"padding\": \"0000ff\"}, "
                 "{\"type\": \"SDP\", \"value\": \"ab\", \"padding\": \"0100\"}, "
                 "{\"type\": \"SDP\", \"value\": \"abc\", \"padding\": \"80\"}, "
                 "{\"type\": \"SDP\", \"value\": \"abcd\"}, "
                 "{\"type\": \"SDP\", \"value\": \"abc\"}]}");
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

/* 16 MiB of attributes of four octets. */
static void test_many_attributes(void **state)
{
    (void)state;
    enum { MANY = 0xffffff / 4 };
    reload_buf buf = {0};
    test_hex(&buf, HEADER);
    uint8_t *attrs = calloc(MANY, 4);
    assert_non_null(attrs);
    for (size_t i = 0; i < MANY; i++)
        attrs[4 * i + 1] = 7; /* SDP */
    reload_buf_append(&buf, attrs, (size_t)MANY * 4);
    free(attrs);
    test_set_length(&buf, 0);
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(reload_msg_count(msg), MANY);
    const reload_attr *last = reload_msg_attr(msg, MANY - 1);
    assert_int_equal(last->offset, 68 + 4 * ((size_t)MANY - 1));
    assert_int_equal(last->ordinal, MANY - 1);
    assert_int_equal(last->type, RELOAD_A_SDP);
    assert_int_equal(reload_msg_check(msg, NULL), RELOAD_OK);
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

/* D10, and what stands where. */
static void test_ignored_and_in_place(void **state)
{
    (void)state;
    static const struct {
        uint16_t type;
        bool in_place, ignored;
        const char *pointer;
    } wanted[] = {
        {0x0002, true, false, "/attributes/0"},
        {0x0101, true, false, "/attributes/0/value/0"},
        {0x0201, false, false, "/attributes/0/value/1"}, /* a KEY in a PEER-INFO */
        {0x0202, false, false, "/attributes/0/value/2"}, /* a BODY in a PEER-INFO */
        {0x0303, false, false,
         "/attributes/0/value/2/value/0"}, /* whose ENTRY is therefore out of place too */
        {0x0655, false, false, "/attributes/1"},
        {0x0006, true, false, "/attributes/2"},
        {0x0801, true, false, "/attributes/2/value/0"},
        {0x0004, true, false, "/attributes/3"}, /* ROUTE-LOGs are not ignored */
        {0x0402, true, false, "/attributes/3/value/0"},
        {0x0102, true, false, "/attributes/3/value/0/value/0"},
        {0x0005, true, true, "/attributes/4"},
        {0x0102, true, true, "/attributes/4/value/0"},
        {0x0006, true, true, "/attributes/5"}, /* a second SIGNATURE */
        {0x0004, true, false, "/attributes/6"},
        {0x0655, false, true, "/attributes/7"},
    };
    reload_buf buf = {0};
    test_message(&buf, "00020028" /* SOURCE-INFO */
                       "01010014"
                       "463ac413c4000000000000000000000000000000" /* PEER-ID */
                       "02010001"
                       "61"
                       "000000"   /* KEY */
                       "02020004" /* BODY */
                       "03030000" /* ENTRY */
                       "06550000" /* the DHT's */
                       "00060008" /* SIGNATURE */
                       "08010004"
                       "00000000" /* TIMESTAMP */
                       "00040008" /* ROUTE-LOG */
                       "04020004" /* PEER-INFO */
                       "01020000" /* PEER-NAME */
                       "00050004" /* REDIRECT */
                       "01020000" /* PEER-NAME */
                       "00060000" /* SIGNATURE */
                       "00040000" /* ROUTE-LOG */
                       "06550000");
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(reload_msg_count(msg), COUNT(wanted));
    for (size_t i = 0; i < COUNT(wanted); i++) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        char pointer[64], small[14];
        assert_int_equal(attr->type, wanted[i].type);
        assert_int_equal(attr->in_place, wanted[i].in_place);
        assert_int_equal(attr->ignored, wanted[i].ignored);
        assert_true(reload_msg_pointer(msg, i, pointer, sizeof pointer));
        assert_string_equal(pointer, wanted[i].pointer);
        assert_int_equal(reload_msg_pointer(msg, i, small, sizeof small),
                         strlen(wanted[i].pointer) < sizeof small);
    }
    assert_int_equal(reload_msg_signature(msg), 6);
    assert_int_equal(reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_ROUTE_LOG), 8);
    assert_int_equal(reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_PEER_ID),
                     RELOAD_NO_ATTR); /* a member's member */
    assert_int_equal(reload_msg_member(msg, 0, RELOAD_A_BODY), 3);
    assert_int_equal(reload_msg_member(msg, 0, RELOAD_A_SIGNATURE), RELOAD_NO_ATTR);
    test_json_is(
        msg, 0,
        HEADER_JSON_TO_LENGTH
        "92" HEADER_JSON_FROM_LENGTH ", \"attributes\": ["
        "{\"type\": \"SOURCE-INFO\", \"value\": ["
        "{\"type\": \"PEER-ID\", \"value\": \"463ac413c4000000000000000000000000000000\"}, "
        "{\"type\": \"RESOURCE-INFO.KEY\", \"value\": \"a\"}, "
        "{\"type\": \"RESOURCE-INFO.BODY\", \"value\": [{\"type\": \"RESOURCE-INFO.BODY.ENTRY\", "
        "\"value\": \"\"}]}]}, "
        "{\"type\": \"0x0655\", \"hex\": \"\"}, "
        "{\"type\": \"SIGNATURE\", \"value\": [{\"type\": \"TIMESTAMP\", \"value\": 0}]}, "
        "{\"type\": \"ROUTE-LOG\", \"value\": [{\"type\": \"ROUTE-LOG.PEER-INFO\", \"value\": "
        "[{\"type\": \"PEER-NAME\", \"value\": \"\"}]}]}, "
        "{\"type\": \"REDIRECT\", \"value\": [{\"type\": \"PEER-NAME\", \"value\": \"\"}], "
        "\"ignored\": true}, "
        "{\"type\": \"SIGNATURE\", \"value\": [], \"ignored\": true}, "
        "{\"type\": \"ROUTE-LOG\", \"value\": []}, "
        "{\"type\": \"0x0655\", \"hex\": \"\", \"ignored\": true}]}");
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

/* ---- Messages in messages ---- */

#define INNER HEADER_TO_LENGTH "000004" HEADER_FROM_LENGTH "00070000" /* 72 octets */

static void tunnelled(const char *attributes, size_t i, bool carried)
{
    reload_buf buf = {0};
    size_t len = 0;
    test_message(&buf, attributes);
    reload_msg *msg = test_parse(&buf);
    const uint8_t *octets = reload_msg_tunnelled(msg, i, &len);
    if (!carried) {
        assert_null(octets);
    } else {
        size_t value_len;
        assert_ptr_equal(octets, reload_msg_value_octets(msg, i, &value_len));
        assert_int_equal(len, value_len);
    }
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

static void test_tunnelled(void **state)
{
    (void)state;
    /* APPLICATION { NAME "reload", BODY }, in either order */
    tunnelled("00080058"
              "04030006"
              "72656c6f6164"
              "0000"
              "04040048" INNER,
              2, true);
    tunnelled("00080058"
              "04040048" INNER "04030006"
              "72656c6f6164"
              "0000",
              1, true);
    tunnelled("00080058"
              "04030006"
              "72656c6f6164"
              "0000"
              "04040048" INNER,
              1, false); /* the NAME */
    tunnelled("00080058"
              "04030006"
              "72656c6f6164"
              "0000"
              "04040048" INNER,
              0, false); /* the APPLICATION */
    /* cut short */
    tunnelled("00080054"
              "04030006"
              "72656c6f6164"
              "0000"
              "04040044" HEADER_TO_LENGTH "000004" HEADER_FROM_LENGTH,
              2, true);
    /* another name */
    tunnelled("00080058"
              "04030006"
              "52656c6f6164"
              "0000"
              "04040048" INNER,
              2, false);
    tunnelled("00080058"
              "04030007"
              "72656c6f616464"
              "00"
              "04040048" INNER,
              2, false);
    tunnelled("0008004c"
              "04040048" INNER,
              1, false);
    /* octets behind the message, fewer than a header, another token */
    tunnelled("0008005c"
              "04030006"
              "72656c6f6164"
              "0000"
              "0404004c" INNER "00000000",
              2, false);
    tunnelled("00080054"
              "04030006"
              "72656c6f6164"
              "0000"
              "04040043"
              "52454c4f"
              "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
              "000000000000000000000000000000"
              "00000000000000"
              "00",
              2, false);
    tunnelled("00080054"
              "04030006"
              "72656c6f6164"
              "0000"
              "04040044"
              "d2454c4f"
              "20000000"
              "01010102"
              "01000000" HEADER_FROM_LENGTH,
              2, false);
    /* not in an APPLICATION */
    tunnelled("00020058"
              "04030006"
              "72656c6f6164"
              "0000"
              "04040048" INNER,
              2, false);
    tunnelled("04040048" INNER, 0, false);
}

static void test_tunnelled_json(void **state)
{
    (void)state;
    reload_buf buf = {0}, again = {0};
    test_message(&buf, "00080058"
                       "04030006"
                       "72656c6f6164"
                       "0000"
                       "04040048" INNER);
    static const char text[] = HEADER_JSON_TO_LENGTH
        "92" HEADER_JSON_FROM_LENGTH ", \"attributes\": [{\"type\": \"APPLICATION\", \"value\": ["
        "{\"type\": \"APPLICATION.NAME\", \"value\": \"reload\"}, "
        "{\"type\": \"APPLICATION.BODY\", \"hex\": \""
        "52454c4f200000000101010201000004a6c5927a45000000000000000000000000000000463ac413c400000000"
        "0000000000000000000000"
        "4690c25c00000000659df2aa00070000\", \"message\": " HEADER_JSON_TO_LENGTH
        "4" HEADER_JSON_FROM_LENGTH
        ", \"attributes\": [{\"type\": \"SDP\", \"value\": \"\"}]}}]}]}";
    reload_msg *msg = test_parse(&buf);
    test_json_is(msg, 0, text);
    test_json(&again, text);
    test_same_octets(again.octets, again.len, buf.octets, buf.len);
    reload_msg_free(&msg);
    reload_buf_free(&again);
    reload_buf_free(&buf);
}

/* D26: messages in messages are shown to a depth of 4. */
static void test_tunnelled_depth(void **state)
{
    (void)state;
    reload_buf inner = {0};
    test_message(&inner, "");
    for (unsigned depth = 1; depth <= 6; depth++) {
        reload_buf outer = {0}, out = {0};
        reload_builder b;
        reload_build_begin(&b, &outer, inner.octets);
        reload_build_open(&b, RELOAD_A_APPLICATION);
        reload_build_octets(&b, RELOAD_A_APPLICATION_NAME, (const uint8_t *)"reload", 6);
        reload_build_octets(&b, RELOAD_A_APPLICATION_BODY, inner.octets, inner.len);
        reload_build_close(&b);
        assert_int_equal(reload_build_end(&b), RELOAD_OK);
        reload_msg *msg = test_parse(&outer);
        assert_int_equal(reload_json_write(msg, NULL, 0, test_sink, &out), RELOAD_OK);
        reload_buf_append(&out, "", 1);
        unsigned shown = 0;
        for (const char *at = (const char *)out.octets; (at = strstr(at, "\"message\": {")) != NULL;
             at++)
            shown++;
        assert_int_equal(shown, depth < 4 ? depth : 4);
        reload_msg_free(&msg);
        reload_buf_free(&out);
        reload_buf_free(&inner);
        inner = outer;
    }
    reload_buf_free(&inner);
}

/* ---- Building ---- */

static reload_err build_value(uint16_t type, const reload_value *value)
{
    reload_buf buf = {0};
    reload_builder b;
    reload_build_begin(&b, &buf, NULL);
    reload_build_value(&b, type, value);
    reload_build_field(&b, RELOAD_F_TTL, 1); /* the error sticks */
    reload_err err = reload_build_end(&b);
    reload_buf_free(&buf);
    return err;
}

static void test_build_values(void **state)
{
    (void)state;
    static const uint8_t zeros[21];
    static const uint8_t nul[1];
    static const struct {
        uint16_t type;
        reload_value value;
        reload_err err;
    } rows[] = {
        {RELOAD_A_PARAMETER_OP, {.kind = RELOAD_KIND_OP, .number = 255}, RELOAD_OK},
        {RELOAD_A_PARAMETER_OP, {.kind = RELOAD_KIND_OP, .number = 256}, RELOAD_ERR_VALUE},
        {RELOAD_A_ROUTE_LOG_TRANSPORT, {.kind = RELOAD_KIND_TRANSPORT, .number = 65535}, RELOAD_OK},
        {RELOAD_A_ROUTE_LOG_TRANSPORT,
         {.kind = RELOAD_KIND_TRANSPORT, .number = 65536},
         RELOAD_ERR_VALUE},
        {RELOAD_A_RESPONSE_CODE, {.kind = RELOAD_KIND_RESPONSE, .number = 99}, RELOAD_ERR_VALUE},
        {RELOAD_A_RESPONSE_CODE, {.kind = RELOAD_KIND_RESPONSE, .number = 100}, RELOAD_OK},
        {RELOAD_A_RESPONSE_CODE, {.kind = RELOAD_KIND_RESPONSE, .number = 799}, RELOAD_OK},
        {RELOAD_A_RESPONSE_CODE, {.kind = RELOAD_KIND_RESPONSE, .number = 800}, RELOAD_ERR_VALUE},
        {RELOAD_A_RESPONSE_CODE, {.kind = RELOAD_KIND_RESPONSE, .number = 25700}, RELOAD_ERR_VALUE},
        {RELOAD_A_PEER_ID, {.kind = RELOAD_KIND_ID, .octets = zeros, .len = 20}, RELOAD_OK},
        {RELOAD_A_PEER_ID, {.kind = RELOAD_KIND_ID, .octets = zeros, .len = 19}, RELOAD_ERR_VALUE},
        {RELOAD_A_PEER_ID, {.kind = RELOAD_KIND_ID, .octets = zeros, .len = 21}, RELOAD_ERR_VALUE},
        {RELOAD_A_SDP, {.kind = RELOAD_KIND_TEXT, .octets = nul, .len = 1}, RELOAD_ERR_VALUE},
        {RELOAD_A_SDP,
         {.kind = RELOAD_KIND_TEXT, .octets = (const uint8_t *)"\xff", .len = 1},
         RELOAD_ERR_VALUE},
        {RELOAD_A_SDP, {.kind = RELOAD_KIND_TEXT}, RELOAD_OK},
        {RELOAD_A_SOURCE_INFO, {.kind = RELOAD_KIND_COMPOSITE}, RELOAD_ERR_ARGUMENT},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(build_value(rows[i].type, &rows[i].value), rows[i].err);
}

static void test_build_limits(void **state)
{
    (void)state;
    uint8_t *octets = calloc(1, 0x10000);
    reload_buf buf = {0};
    reload_builder b;
    assert_non_null(octets);
    /* an attribute's Length */
    reload_build_begin(&b, &buf, NULL);
    reload_build_octets(&b, 0x0655, octets, 0xffff);
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
    assert_int_equal(buf.len, 68 + 4 + 0xffff + 1);
    reload_buf_free(&buf);
    reload_build_begin(&b, &buf, NULL);
    reload_build_octets(&b, 0x0655, octets, 0x10000);
    assert_int_equal(reload_build_end(&b), RELOAD_ERR_TOO_LONG);
    reload_buf_free(&buf);
    /* a composite's */
    reload_build_begin(&b, &buf, NULL);
    reload_build_open(&b, RELOAD_A_SOURCE_INFO);
    reload_build_octets(&b, 0x0655, octets, 0xfffc);
    reload_build_close(&b);
    assert_int_equal(reload_build_end(&b), RELOAD_ERR_TOO_LONG);
    reload_buf_free(&buf);
    /* the header's: 255 attributes of 64 KiB fit, 256 do not */
    for (unsigned n = 255; n <= 256; n++) {
        reload_build_begin(&b, &buf, NULL);
        for (unsigned i = 0; i < n; i++)
            reload_build_octets(&b, 0x0655, octets, 0xfffc);
        assert_int_equal(reload_build_end(&b), n == 255 ? RELOAD_OK : RELOAD_ERR_TOO_LONG);
        reload_buf_free(&buf);
    }
    /* depth: 16 open composites, not 17; closes that do not match */
    for (unsigned n = 16; n <= 17; n++) {
        reload_build_begin(&b, &buf, NULL);
        for (unsigned i = 0; i < n; i++)
            reload_build_open(&b, RELOAD_A_SOURCE_INFO);
        for (unsigned i = 0; i < 16; i++)
            reload_build_close(&b);
        assert_int_equal(reload_build_end(&b), n == 16 ? RELOAD_OK : RELOAD_ERR_VALUE);
        reload_buf_free(&buf);
    }
    reload_build_begin(&b, &buf, NULL);
    reload_build_close(&b);
    assert_int_equal(reload_build_end(&b), RELOAD_ERR_ARGUMENT);
    reload_buf_free(&buf);
    reload_build_begin(&b, &buf, NULL);
    reload_build_open(&b, RELOAD_A_SOURCE_INFO);
    assert_int_equal(reload_build_end(&b), RELOAD_ERR_ARGUMENT);
    reload_buf_free(&buf);
    free(octets);
}

/* A message behind others in the same buffer. */
static void test_build_append(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_builder b;
    test_hex(&buf, "aabb");
    reload_build_begin(&b, &buf, NULL);
    reload_build_field(&b, RELOAD_F_TTL, 7);
    reload_build_octets(&b, RELOAD_A_SDP, (const uint8_t *)"a", 1);
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
    test_same(buf.octets, 7,
              "aabb"
              "52454c4f"
              "07");
    test_same(buf.octets + 2 + 13, 3, "000008");
    test_same(buf.octets + 70, buf.len - 70,
              "00070001"
              "61000000");
    reload_buf_free(&buf);
}

/* What a whole message is like, parsed again and again by one object. */
static void test_parse_again(void **state)
{
    (void)state;
    reload_buf a = {0}, b = {0};
    test_message(&a, "00060000"
                     "00070000");
    test_message(&b, "00070000");
    reload_msg *msg = test_parse(&a);
    assert_int_equal(reload_msg_signature(msg), 0);
    assert_int_equal(reload_msg_parse(msg, b.octets, b.len, NULL), RELOAD_OK);
    assert_int_equal(reload_msg_count(msg), 1);
    assert_int_equal(reload_msg_signature(msg), RELOAD_NO_ATTR);
    assert_false(reload_msg_attr(msg, 0)->ignored);
    assert_int_equal(reload_msg_parse(msg, b.octets, 5, NULL), RELOAD_ERR_NO_MESSAGE);
    assert_int_equal(reload_msg_count(msg), 0);
    reload_msg_free(&msg);
    reload_msg_free(&msg);
    reload_msg_free(NULL);
    reload_buf_free(&b);
    reload_buf_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header_get),
        cmocka_unit_test(test_header_build),
        cmocka_unit_test(test_header_each_field_alone),
        cmocka_unit_test(test_header_initial),
        cmocka_unit_test(test_each_attribute),
        cmocka_unit_test(test_each_row_has_a_vector),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_each_attribute_in_place),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_flaws),
        cmocka_unit_test(test_no_flaws),
        cmocka_unit_test(test_flaws_that_do_not_count),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_depth_leaf),
        cmocka_unit_test(test_no_message),
        cmocka_unit_test(test_octets_behind),
        cmocka_unit_test(test_cut_short),
        cmocka_unit_test(test_other_versions_and_fragments),
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_many_attributes),
        cmocka_unit_test(test_ignored_and_in_place),
        cmocka_unit_test(test_tunnelled),
        cmocka_unit_test(test_tunnelled_json),
        cmocka_unit_test(test_tunnelled_depth),
        cmocka_unit_test(test_build_values),
        cmocka_unit_test(test_build_limits),
        cmocka_unit_test(test_build_append),
        cmocka_unit_test(test_parse_again),
    };
    return cmocka_run_group_tests_name("codec", tests, NULL, NULL);
}
