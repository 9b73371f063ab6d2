/* SPDX-License-Identifier: BSD-2-Clause */
/* Each known attribute, against octets written by hand */
#include "test.h"

#include <stdio.h>
#include <string.h>

static const struct vector {
    uint16_t type;
    const char *name;
    const char *hex; /* type, Length, value, padding */
    reload_kind kind;
    uint32_t number;
    const char *octets; /* the value's octets in hex */
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
            "0008"      /* Length, including the member's padding */
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
            "ffffffff", /* the maximum */
     .kind = RELOAD_KIND_SECONDS,
     .number = 0xffffffff,
     .json = "{\"type\": \"PEER-EXPIRATION\", \"value\": 4294967295}"},
    {.type = 0x0105,
     .name = "PEER-CERT",
     .hex = "0105"   /* type */
            "0003"   /* Length 3 */
            "308201" /* the first octets of DER */
            "00",    /* padding */
     .kind = RELOAD_KIND_OCTETS,
     .octets = "308201",
     .json = "{\"type\": \"PEER-CERT\", \"hex\": \"308201\"}"},
    {.type = 0x0106,
     .name = "PEER-SIGNATURE",
     .hex = "0106"      /* type */
            "0008"      /* Length */
            "08020002"  /* DIGEST */
            "abcd0000", /* any octets are allowed; padding */
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
            "00000000", /* 0: removal */
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
            "80000001", /* unsigned */
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
     .name = NULL,    /* the DHT's, unknown to the library */
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

/* Asserts that attribute i decodes to the vector's value, and that the value encodes to the same
 * octets. */
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

/* Each attribute alone in a message: octets, value, JSON and round trip */
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

/* Each row of the attribute table has a vector. */
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
        if (rows > 0 && def->type <= reload_attr_def_at(rows - 1)->type)
            fail_msg("%s is not in order of type", def->name);
        assert_ptr_equal(reload_attr_def_of(def->type), def);
        /* only composites have members */
        assert_int_equal(def->kind == RELOAD_KIND_COMPOSITE, def->members != RELOAD_IN_NOTHING);
        assert_true(strlen(def->section) > 0);
    }
    assert_null(reload_attr_def_named("NO-SUCH-ATTRIBUTE"));
}

/* The dictionary of the fuzzers of JSON has each name. */
static void test_dictionary(void **state)
{
    (void)state;
    reload_buf dictionary = {0};
    test_file(&dictionary, "../lib/fuzz/json.dict");
    reload_buf_append(&dictionary, "", 1);
    for (size_t i = 0; reload_attr_def_at(i) != NULL; i++) {
        char entry[80];
        const char *name = reload_attr_def_at(i)->name;
        (void)snprintf(entry, sizeof entry, "\"\\\"%s\\\"\"\n", name);
        if (strstr((const char *)dictionary.octets, entry) == NULL)
            fail_msg("%s is not in lib/fuzz/json.dict", name);
    }
    reload_buf_free(&dictionary);
}

/* The container of each attribute; D11: the attributes that may occur once */
static void test_containers(void **state)
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
        if (def != reload_attr_def_at(i))
            fail_msg("%s has no row in this test", reload_attr_def_at(i)->name);
        assert_int_equal(def->in, rows[i].in);
        assert_int_equal(def->members, rows[i].members);
        assert_int_equal(def->once, rows[i].once);
    }
    if (reload_attr_def_at(COUNT(rows)) != NULL)
        fail_msg("%s has no row in this test", reload_attr_def_at(COUNT(rows))->name);
}

/* The types of signatures and certificates */
static void test_roles_of_types(void **state)
{
    (void)state;
    for (unsigned type = 0; type <= 0xffff; type++) {
        bool signature = type == 0x0006 || type == 0x0106 || type == 0x0306;
        assert_int_equal(reload_is_signature((uint16_t)type), signature);
        bool certificate = type == 0x0105 || type == 0x0308;
        assert_int_equal(reload_is_certificate((uint16_t)type), certificate);
    }
}

/* Each attribute in its container */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_attribute), cmocka_unit_test(test_each_row_has_a_vector),
        cmocka_unit_test(test_dictionary),     cmocka_unit_test(test_containers),
        cmocka_unit_test(test_roles_of_types), cmocka_unit_test(test_each_attribute_in_place),
    };
    return cmocka_run_group_tests_name("attributes", tests, NULL, NULL);
}
