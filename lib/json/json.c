/* The JSON rendering, both ways. The one file of the library that includes jansson. */
#include "crypto/digest.h"
#include "stream/stream.h"

#include <reload.h>

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

enum { MICRO = 1000000 };

/* Of a real, 16 digits and no more: the 17 that jansson writes by default show how a double differs
 * from 0.000001. */
enum { DUMP_FLAGS = JSON_REAL_PRECISION(16) };

/* ---- Writing ---- */

/* Values are made by jansson, a top-level attribute at a time, so that a message of 16 MiB is never
 * in memory as a tree. jansson's makers and setters take NULL and return failure, which is looked
 * at once, in the end of each tree. */

static json_t *hex_json(const uint8_t *octets, size_t len)
{
    char small[128];
    char *digits = 2 * len <= sizeof small
                       ? small
                       : malloc(2 * len); /* len comes from a message or a piece of garbage */
    if (digits == NULL)
        return NULL;
    reload_hex_encode(octets, len, digits);
    json_t *text = json_stringn(digits, 2 * len);
    if (digits != small)
        free(digits);
    return text;
}

/* Text that may not be UTF-8 (a file's name): what is not becomes U+FFFD. */
static json_t *loose_text_json(const char *text)
{
    reload_buf buf = {0};
    const uint8_t *at = (const uint8_t *)text;
    size_t left = strlen(text);
    while (left > 0) {
        uint32_t code;
        size_t n = rl_utf8(at, left, &code);
        if (n == 0)
            reload_buf_append(&buf, "\xef\xbf\xbd", 3);
        else
            reload_buf_append(&buf, at, n);
        n = n == 0 ? 1 : n;
        at += n;
        left -= n;
    }
    json_t *json = buf.err == RELOAD_OK
                       ? json_stringn(buf.len > 0 ? (const char *)buf.octets : "", buf.len)
                       : NULL;
    reload_buf_free(&buf);
    return json;
}

static json_t *named_json(reload_names set, uint32_t value)
{
    const char *name = reload_name(set, value);
    return name == NULL ? json_integer(value) : json_string(name);
}

/* Sets a key of an object and takes value over. Returns whether that worked. */
static bool set(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

/* Returns the object, or NULL having freed it where something about it failed. */
static json_t *whole(json_t *object, bool good)
{
    if (good)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *ip_port_json(const reload_value *value)
{
    char text[INET6_ADDRSTRLEN] = "";
    json_t *object = json_object();
    (void)inet_ntop(value->ipv6 ? AF_INET6 : AF_INET, value->address, text, sizeof text);
    bool good = set(object, "ip", json_string(text)) &&
                set(object, "port", json_integer(value->port)) &&
                (value->protocol == 0 || set(object, "protocol", json_integer(value->protocol)));
    return whole(object, good);
}

static json_t *response_json(const reload_value *value)
{
    json_t *object = json_object();
    return whole(object,
                 set(object, "code", json_integer(value->number)) &&
                     set(object, "reason", json_stringn((const char *)value->octets, value->len)));
}

static json_t *value_json(const reload_value *value)
{
    switch (value->kind) {
    case RELOAD_KIND_TEXT:
        return json_stringn((const char *)value->octets, value->len);
    case RELOAD_KIND_ID:
        return hex_json(value->octets, value->len);
    case RELOAD_KIND_SECONDS:
    case RELOAD_KIND_TIME:
    case RELOAD_KIND_INTEGER:
    case RELOAD_KIND_OP:
    case RELOAD_KIND_TRANSPORT:
        return named_json(rl_kind_names(value->kind), value->number);
    case RELOAD_KIND_RESPONSE:
        return response_json(value);
    case RELOAD_KIND_IP_PORT:
        return ip_port_json(value);
    case RELOAD_KIND_OCTETS:
    case RELOAD_KIND_COMPOSITE:
    default:
        return hex_json(value->octets, value->len);
    }
}

static json_t *message_json(const uint8_t *octets, size_t len, unsigned tunnel);
static json_t *attr_json(const reload_msg *msg, uint32_t i, unsigned tunnel);

static json_t *members_json(const reload_msg *msg, uint32_t i, unsigned tunnel)
{
    json_t *array = json_array();
    bool good = true;
    uint32_t end = reload_msg_attr(msg, i)->end;
    for (uint32_t m = i + 1; good && m < end; m = reload_msg_attr(msg, m)->end)
        good = json_array_append_new(array, attr_json(msg, m, tunnel)) == 0;
    return whole(array, good);
}

/* An attribute with all its members, at most 64 KiB of the message. tunnel: how many messages it is
 * inside of. */
static json_t *attr_json(const reload_msg *msg, uint32_t i, unsigned tunnel)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    reload_kind kind = attr->def == NULL ? RELOAD_KIND_OCTETS : attr->def->kind;
    json_t *object = json_object();
    size_t len;
    const uint8_t *octets;
    bool good;
    if (attr->def != NULL)
        good = set(object, "type", json_string(attr->def->name));
    else
        good = set(object, "type", json_sprintf("0x%04x", (unsigned)attr->type));
    octets = reload_msg_value_octets(msg, i, &len);
    if (attr->flaw != RELOAD_FLAW_NONE || kind == RELOAD_KIND_OCTETS) {
        good = good && set(object, "hex", hex_json(octets, len));
        if (attr->flaw != RELOAD_FLAW_NONE)
            good = good &&
                   set(object, "error", json_string(reload_flaw_text((reload_flaw)attr->flaw)));
    } else if (kind == RELOAD_KIND_COMPOSITE) {
        good = good && set(object, "value", members_json(msg, i, tunnel));
    } else {
        reload_value value;
        good = good && reload_msg_value(msg, i, &value) && set(object, "value", value_json(&value));
    }
    const uint8_t *padding = reload_msg_padding(msg, i, &len);
    for (size_t k = 0; k < len; k++)
        if (padding[k] != 0) {
            good = good && set(object, "padding", hex_json(padding, len));
            break;
        }
    if (attr->ignored && attr->depth == 1)
        good = good && set(object, "ignored", json_true());
    octets = tunnel < RELOAD_MAX_TUNNEL ? reload_msg_tunnelled(msg, i, &len) : NULL;
    if (octets != NULL)
        good = good && set(object, "message", message_json(octets, len, tunnel + 1));
    return whole(object, good);
}

static json_t *header_json(const reload_msg *msg)
{
    json_t *object = json_object();
    bool good = true;
    for (reload_field f = 0; good && f < RELOAD_FIELDS; f++) {
        const reload_field_def *def = reload_field_def_of(f);
        size_t len;
        if (def->kind == RELOAD_FIELD_FLAG) {
            good = set(object, def->key, json_boolean(reload_msg_field(msg, f) != 0));
        } else if (def->kind == RELOAD_FIELD_OCTETS) {
            const uint8_t *octets = reload_msg_field_octets(msg, f, &len);
            good = set(object, def->key, hex_json(octets, len));
        } else if (f == RELOAD_F_LENGTH) {
            (void)reload_msg_octets(msg, &len);
            good = set(object, def->key, json_integer((json_int_t)(len - RELOAD_HEADER_SIZE)));
            if (reload_msg_cut_short(msg))
                good = good && set(object, "forced_length", json_integer(reload_msg_field(msg, f)));
        } else {
            good = set(object, def->key, named_json(def->names, reload_msg_field(msg, f)));
        }
    }
    return whole(object, good);
}

static json_t *octets_json(const uint8_t *octets, size_t len, const char *error)
{
    json_t *object = json_object();
    return whole(object, set(object, "hex", hex_json(octets, len)) &&
                             set(object, "error", loose_text_json(error)));
}

static json_t *trailing_json(const reload_msg *msg)
{
    size_t len;
    reload_flaw flaw;
    const uint8_t *octets = reload_msg_trailing(msg, &len, &flaw);
    return octets_json(octets, len, reload_flaw_text(flaw));
}

static bool has_trailing(const reload_msg *msg)
{
    size_t len;
    reload_flaw flaw;
    (void)reload_msg_trailing(msg, &len, &flaw);
    return len > 0;
}

/* Microseconds as a number of seconds: of 16 digits (DUMP_FLAGS), which are all of a microsecond's
 * until the year 2286. */
static json_t *seconds_json(int64_t microseconds)
{
    return microseconds % MICRO == 0 ? json_integer(microseconds / MICRO)
                                     : json_real((double)microseconds / MICRO);
}

static json_t *meta_json(const reload_origin *origin)
{
    json_t *object = json_object();
    return whole(object, set(object, "file", loose_text_json(origin->file)) &&
                             set(object, "offset", json_integer((json_int_t)origin->offset)) &&
                             set(object, "index", json_integer((json_int_t)origin->index)) &&
                             (origin->captured == RELOAD_NO_TIME ||
                              set(object, "time", seconds_json(origin->captured))));
}

/* A tunnelled message, of less than 64 KiB. */
static json_t *message_json(const uint8_t *octets, size_t len, unsigned tunnel)
{
    reload_msg *msg = reload_msg_new();
    if (msg == NULL || reload_msg_parse(msg, octets, len, NULL) != RELOAD_OK) {
        reload_msg_free(&msg);
        return NULL;
    }
    json_t *object = json_object(), *attrs = json_array();
    bool good = true;
    for (uint32_t i = 0; good && i < reload_msg_count(msg); i = reload_msg_attr(msg, i)->end)
        good = json_array_append_new(attrs, attr_json(msg, i, tunnel)) == 0;
    good = set(object, "header", header_json(msg)) && good;
    good = set(object, "attributes", attrs) && good;
    if (has_trailing(msg))
        good = set(object, "trailing", trailing_json(msg)) && good;
    reload_msg_free(&msg);
    return whole(object, good);
}

/* Text on its way to a sink. */
struct writer {
    reload_sink sink;
    void *arg;
    unsigned flags;
    int indent; /* of the lines that jansson begins, in columns */
    reload_err err;
    reload_security lint; /* a report is to have what reload_lint finds under this algorithm;
                             RELOAD_SECURITY_OPEN: no */
};

static void put(struct writer *w, const char *text, size_t len)
{
    if (w->err == RELOAD_OK && len > 0 && w->sink(w->arg, text, len) != 0)
        w->err = RELOAD_ERR_WRITE;
}

/* Begins a new line where the text is for people, else puts what separates on one line. */
static void put_break(struct writer *w, const char *separator, int indent)
{
    char line[32];
    put(w, separator, strlen(separator));
    if ((w->flags & RELOAD_PRETTY) != 0) {
        int n = snprintf(line, sizeof line, "\n%*s", indent, "");
        put(w, line, (size_t)n);
    } else if (strcmp(separator, ",") == 0) {
        put(w, " ", 1);
    }
}

/* The same, with the one control character that is plain ASCII escaped for terminals. */
static void put_ascii(struct writer *w, const char *text, size_t len)
{
    const char *delete;
    while ((w->flags & RELOAD_ASCII) != 0 && (delete = memchr(text, 0x7f, len)) != NULL) {
        put(w, text, (size_t)(delete - text));
        put(w, "\\u007f", 6);
        len -= (size_t)(delete - text) + 1;
        text = delete + 1;
    }
    put(w, text, len);
}

/* jansson's text, its lines moved in by what stands around it. A line break never stands in a JSON
 * string. */
static int put_dumped(const char *text, size_t len, void *arg)
{
    struct writer *w = arg;
    while (len > 0) {
        const char *end = w->indent > 0 ? memchr(text, '\n', len) : NULL;
        size_t n = end == NULL ? len : (size_t)(end - text) + 1;
        put_ascii(w, text, n);
        if (end != NULL) {
            char blanks[32];
            int columns = snprintf(blanks, sizeof blanks, "%*s", w->indent, "");
            put(w, blanks, (size_t)columns);
        }
        text += n;
        len -= n;
    }
    return w->err == RELOAD_OK ? 0 : -1;
}

/* Writes a tree and frees it; NULL is a tree that could not be made. */
static void put_tree(struct writer *w, json_t *tree, int indent)
{
    if (tree == NULL && w->err == RELOAD_OK)
        w->err = RELOAD_ERR_MEMORY;
    size_t flags = ((w->flags & RELOAD_PRETTY) != 0 ? JSON_INDENT(2) : 0) |
                   ((w->flags & RELOAD_ASCII) != 0 ? JSON_ENSURE_ASCII : 0);
    w->indent = indent;
    if (w->err == RELOAD_OK &&
        json_dump_callback(tree, put_dumped, w, flags | DUMP_FLAGS | JSON_ENCODE_ANY) != 0 &&
        w->err == RELOAD_OK)
        w->err = RELOAD_ERR_MEMORY;
    json_decref(tree);
}

static void put_key(struct writer *w, const char *separator, const char *key)
{
    put_break(w, separator, 2);
    put(w, "\"", 1);
    put(w, key, strlen(key));
    put(w, "\": ", 3);
}

reload_err reload_json_write(const reload_msg *msg, const reload_origin *origin, unsigned flags,
                             reload_sink sink, void *arg)
{
    struct writer w = {.sink = sink, .arg = arg, .flags = flags};
    uint32_t count = (uint32_t)reload_msg_count(msg);
    put(&w, "{", 1);
    put_key(&w, "", "header");
    put_tree(&w, header_json(msg), 2);
    put_key(&w, ",", "attributes");
    put(&w, "[", 1);
    for (uint32_t i = 0; i < count && w.err == RELOAD_OK; i = reload_msg_attr(msg, i)->end) {
        put_break(&w, i == 0 ? "" : ",", 4);
        put_tree(&w, attr_json(msg, i, 0), 4);
    }
    if (count > 0)
        put_break(&w, "", 2);
    put(&w, "]", 1);
    if (has_trailing(msg)) {
        put_key(&w, ",", "trailing");
        put_tree(&w, trailing_json(msg), 2);
    }
    if (origin != NULL) {
        put_key(&w, ",", "meta");
        put_tree(&w, meta_json(origin), 2);
    }
    put_break(&w, "", 0);
    put(&w, "}", 1);
    return w.err;
}

reload_err reload_json_write_garbage(const uint8_t *octets, size_t len, const char *error,
                                     const reload_origin *origin, unsigned flags, reload_sink sink,
                                     void *arg)
{
    struct writer w = {.sink = sink, .arg = arg, .flags = flags};
    json_t *object = json_object();
    bool good = set(object, "garbage", octets_json(octets, len, error)) &&
                (origin == NULL || set(object, "meta", meta_json(origin)));
    put_tree(&w, whole(object, good), 0);
    return w.err;
}

/* A word, or null where there is none. */
static json_t *word_json(const char *word)
{
    return word == NULL ? json_null() : json_string(word);
}

/* Who signed: subject, serial number and names of the certificate. */
static json_t *signer_json(const reload_cert *cert)
{
    if (cert == NULL)
        return json_null();
    json_t *object = json_object(), *peers = json_array(), *users = json_array();
    bool good = true;
    for (size_t i = 0; good && i < reload_cert_names(cert); i++) {
        const reload_cert_name *name = reload_cert_name_at(cert, i);
        good = json_array_append_new(name->peer ? peers : users,
                                     name->peer ? hex_json(name->id, sizeof name->id)
                                                : json_string(name->text)) == 0;
    }
    good = set(object, "subject", loose_text_json(reload_cert_subject(cert))) && good;
    good = set(object, "serial", json_string(reload_cert_serial(cert))) && good;
    good = set(object, "peer_ids", peers) && good;
    good = set(object, "users", users) && good;
    return whole(object, good);
}

/* The misreadings by which a digest fits. */
static json_t *explanation_json(const reload_explanation *explanation)
{
    json_t *fits = json_array();
    bool good = true;
    for (size_t i = 0; good && i < explanation->count; i++) {
        const reload_fit *fit = &explanation->fits[i];
        char detail[1024];
        json_t *object = json_object(), *words = json_array();
        for (size_t k = 0; good && k < fit->count; k++)
            good = json_array_append_new(words, json_string(fit->readings[k]->word)) == 0;
        reload_fit_text(fit, detail, sizeof detail);
        good = set(object, "reading", words) && good;
        good = set(object, "detail", json_string(detail)) && good;
        good = json_array_append_new(fits, whole(object, good)) == 0 && good;
    }
    return whole(fits, good);
}

/* What else is to be said of the search for them, in words for scripts. */
static json_t *explanation_notes_json(const reload_explanation *explanation)
{
    const struct {
        bool said;
        const char *word;
    } notes[] = {{explanation->no_digest, "no-digest"},
                 {explanation->key_fits, "key-fits"},
                 {explanation->incomplete, "not-all-tried"}};
    json_t *words = json_array();
    bool good = true;
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
        good = (!notes[i].said || json_array_append_new(words, json_string(notes[i].word)) == 0) &&
               good;
    return whole(words, good);
}

static json_t *signature_json(const reload_msg *msg, const reload_signature *signature)
{
    char pointer[256];
    json_t *object = json_object();
    bool good =
        reload_msg_pointer(msg, signature->attr, pointer, sizeof pointer) &&
        set(object, "path", json_string(pointer)) &&
        set(object, "type", json_string(reload_msg_attr(msg, signature->attr)->def->name)) &&
        set(object, "verdict", json_string(reload_verdict_text(signature->verdict))) &&
        (signature->reason == RELOAD_REASON_NONE ||
         set(object, "reason", json_string(reload_reason_text(signature->reason)))) &&
        set(object, "timestamp",
            signature->has_timestamp ? json_integer(signature->timestamp) : json_null()) &&
        set(object, "signer", signer_json(signature->signer)) &&
        (signature->explanation == NULL ||
         (set(object, "explain", explanation_json(signature->explanation)) &&
          set(object, "explain_notes", explanation_notes_json(signature->explanation))));
    return whole(object, good);
}

/* A header field for a report: null without a message. */
static json_t *report_field_json(const reload_msg *msg, reload_field field)
{
    const reload_field_def *def = reload_field_def_of(field);
    size_t len;
    if (msg == NULL)
        return json_null();
    if (def->kind == RELOAD_FIELD_FLAG)
        return json_boolean(reload_msg_field(msg, field) != 0);
    if (def->kind == RELOAD_FIELD_NUMBER)
        return named_json(def->names, reload_msg_field(msg, field));
    const uint8_t *octets = reload_msg_field_octets(msg, field, &len);
    return hex_json(octets, len);
}

/* What a report says before its list of signatures. origin: NULL inside of another report. */
static bool set_report(json_t *object, const reload_report *report, const reload_msg *msg,
                       const reload_origin *origin)
{
    static const reload_field fields[] = {RELOAD_F_METHOD,         RELOAD_F_RESPONSE,
                                          RELOAD_F_SECURITY,       RELOAD_F_SOURCE_ID,
                                          RELOAD_F_DESTINATION_ID, RELOAD_F_TRANSACTION_ID};
    bool good = origin == NULL || (set(object, "index", json_integer((json_int_t)origin->index)) &&
                                   set(object, "file", loose_text_json(origin->file)) &&
                                   set(object, "offset", json_integer((json_int_t)origin->offset)));
    good = good && set(object, "verdict", word_json(reload_verdict_text(report->verdict))) &&
           (report->reason == RELOAD_REASON_NONE ||
            set(object, "reason", word_json(reload_reason_text(report->reason)))) &&
           set(object, "response_code",
               report->response_code == 0 ? json_null() : json_integer(report->response_code)) &&
           (report->detail[0] == '\0' || set(object, "detail", loose_text_json(report->detail)));
    for (size_t i = 0; good && i < sizeof fields / sizeof fields[0]; i++)
        good = set(object, reload_field_def_of(fields[i])->key, report_field_json(msg, fields[i]));
    return good &&
           (!report->has_round_trip || set(object, "round_trip", seconds_json(report->round_trip)));
}

/* Puts a tree without the bracket at its end, to go on with it. */
static int put_open(const char *text, size_t len, void *arg)
{
    struct writer *w = arg;
    put_ascii(w, text, len);
    return w->err == RELOAD_OK ? 0 : -1;
}

/* Findings as they are made. */
struct finding_writer {
    struct writer *w;
    const reload_msg *msg;
    size_t count;
};

static int put_finding(void *arg, const reload_finding *finding)
{
    struct finding_writer *f = arg;
    const reload_rule_def *rule = reload_rule_def_of(finding->rule);
    char pointer[256];
    json_t *object = json_object();
    bool good = reload_finding_pointer(f->msg, finding, pointer, sizeof pointer) &&
                set(object, "rule", json_string(rule->word)) &&
                set(object, "section", json_string(rule->section)) &&
                set(object, "level", word_json(reload_level_text(rule->level))) &&
                set(object, "path", json_string(pointer)) &&
                set(object, "detail", json_string(finding->detail));
    put(f->w, ", ", f->count++ == 0 ? 0 : 2);
    put_tree(f->w, whole(object, good), 0);
    return f->w->err == RELOAD_OK ? 0 : -1;
}

/* What lint says of a message; nothing of what is none. */
static void put_lint(struct writer *w, const reload_msg *msg)
{
    struct finding_writer f = {.w = w, .msg = msg};
    if (w->lint == RELOAD_SECURITY_OPEN)
        return;
    put(w, ", \"lint\": [", 11);
    reload_err err =
        msg == NULL || w->err != RELOAD_OK ? RELOAD_OK : reload_lint(w->lint, msg, put_finding, &f);
    if (w->err == RELOAD_OK)
        w->err = err;
    put(w, "]", 1);
}

/* A report piece by piece, since a message of 16 MiB may have millions of signatures. path: of the
 * attribute that holds the message, inside of another report; else NULL. */
static void put_report(struct writer *w, const reload_report *report, const reload_msg *msg,
                       const reload_origin *origin, const char *path)
{
    json_t *object = json_object();
    bool good = path == NULL || set(object, "path", json_string(path));
    object = whole(object, good && set_report(object, report, msg, origin));
    put(w, "{", 1);
    if (object == NULL && w->err == RELOAD_OK)
        w->err = RELOAD_ERR_MEMORY;
    else if (w->err == RELOAD_OK &&
             json_dump_callback(object, put_open, w, DUMP_FLAGS | JSON_EMBED) != 0 &&
             w->err == RELOAD_OK)
        w->err = RELOAD_ERR_MEMORY;
    json_decref(object);
    put(w, ", \"signatures\": [", 17);
    for (size_t i = 0; msg != NULL && i < report->count && w->err == RELOAD_OK; i++) {
        put(w, ", ", i == 0 ? 0 : 2);
        put_tree(w, signature_json(msg, &report->signatures[i]), 0);
    }
    put(w, "]", 1);
    put_lint(w, msg);
    for (size_t i = 0; msg != NULL && i < report->tunnelled_count && w->err == RELOAD_OK; i++) {
        const reload_tunnelled *inner = &report->tunnelled[i];
        char pointer[256];
        bool several = report->tunnelled_count > 1;
        put(w, ", \"tunnelled\": [", i > 0 ? 0 : several ? 16 : 15);
        put(w, ", ", i == 0 ? 0 : 2);
        if (!reload_msg_pointer(msg, inner->attr, pointer, sizeof pointer))
            pointer[0] = '\0';
        put_report(w, &inner->report, inner->msg, NULL, pointer);
        put(w, "]", several && i + 1 == report->tunnelled_count);
    }
    put(w, "}", 1);
}

reload_err reload_json_write_report(const reload_report *report, const reload_msg *msg,
                                    const reload_origin *origin, reload_sink sink, void *arg)
{
    struct writer w = {.sink = sink, .arg = arg};
    put_report(&w, report, msg, origin, NULL);
    return w.err;
}

reload_err reload_json_write_report_lint(const reload_report *report, const reload_msg *msg,
                                         const reload_origin *origin, reload_security algorithm,
                                         reload_sink sink, void *arg)
{
    struct writer w = {.sink = sink, .arg = arg, .lint = algorithm};
    if (algorithm != RELOAD_SECURITY_NONE && algorithm != RELOAD_SECURITY_HMAC &&
        algorithm != RELOAD_SECURITY_CERTS)
        return RELOAD_ERR_ARGUMENT;
    put_report(&w, report, msg, origin, NULL);
    return w.err;
}

/* ---- Reading ---- */

/* The object being read, and where in it we are. */
struct reading {
    reload_diag *diag; /* never NULL */
    char path[sizeof((reload_diag *)0)->pointer];
    size_t len;
    bool reals; /* integers were read as reals, to find the one that is too large */
    reload_builder b;
};

/* Appends one reference token to the JSON Pointer (RFC 6901 section 3); returns the length to go
 * back to. A path that is too long ends with an ellipsis. */
static size_t enter(struct reading *r, const char *key)
{
    size_t before = r->len, n = r->len;
    char token[sizeof r->path];
    size_t used = 0;
    token[used++] = '/';
    for (const char *c = key; *c != '\0' && used + 3 < sizeof token; c++) {
        if (*c == '~' || *c == '/') {
            token[used++] = '~';
            token[used++] = *c == '~' ? '0' : '1';
        } else {
            token[used++] = *c;
        }
    }
    if (n + used >= sizeof r->path) { /* leave room for the ellipsis, unless it is there already */
        size_t room = sizeof r->path - 1 - n;
        used = room < used ? room : used;
        if (used >= 3)
            memcpy(token + used - 3, "...", 3);
    }
    memcpy(r->path + n, token, used);
    r->len = n + used;
    r->path[r->len] = '\0';
    return before;
}

static size_t enter_index(struct reading *r, size_t index)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%zu", index);
    return enter(r, digits);
}

static void leave(struct reading *r, size_t before)
{
    r->len = before;
    r->path[before] = '\0';
}

/* An error at the place where we are. */
static reload_err fail_here(struct reading *r, reload_err code, const char *text)
{
    (void)rl_fail(r->diag, code, "%s", text);
    r->diag->has_pointer = true;
    memcpy(r->diag->pointer, r->path, r->len + 1);
    return code;
}

static reload_err fail_at(struct reading *r, const char *key, const char *text)
{
    size_t before = enter(r, key);
    reload_err err = fail_here(r, RELOAD_ERR_VALUE, text);
    leave(r, before);
    return err;
}

/* That object is one, and has no keys but those in the list, which ends with NULL. */
static reload_err check_keys(struct reading *r, json_t *object, const char *const *keys)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return fail_here(r, RELOAD_ERR_VALUE, "must be an object");
    json_object_foreach(object, key, value)
    {
        size_t k = 0;
        while (keys[k] != NULL && strcmp(keys[k], key) != 0)
            k++;
        if (keys[k] == NULL)
            return fail_at(r, key, "unknown key");
    }
    return RELOAD_OK;
}

/* Whether a value is an integer from min to max. */
static bool integer_in(const struct reading *r, const json_t *json, uint32_t min, uint32_t max,
                       uint32_t *value)
{
    double real = r->reals && json_is_real(json) ? json_real_value(json) : -1;
    json_int_t integer = json_is_integer(json)             ? json_integer_value(json)
                         : real >= 0 && real <= UINT32_MAX ? (json_int_t)real
                                                           : -1;
    *value = (uint32_t)integer;
    return integer >= (json_int_t)min && integer <= (json_int_t)max;
}

/* A string without NUL, or NULL. */
static const char *plain_string(const json_t *json)
{
    const char *text = json_string_value(json);
    return text != NULL && strlen(text) == json_string_length(json) ? text : NULL;
}

static reload_err read_integer(struct reading *r, json_t *json, uint32_t max, uint32_t *value)
{
    char text[64];
    if (integer_in(r, json, 0, max, value))
        return RELOAD_OK;
    (void)snprintf(text, sizeof text, "must be an integer from 0 to %" PRIu32, max);
    return fail_here(r, RELOAD_ERR_VALUE, text);
}

static reload_err read_named(struct reading *r, json_t *json, reload_names set_of_names,
                             uint32_t max, uint32_t *value)
{
    if (!json_is_string(json) || set_of_names == RELOAD_NAMES_NONE)
        return read_integer(r, json, max, value);
    const char *name = plain_string(json);
    if (name != NULL && reload_name_lookup(set_of_names, name, value))
        return RELOAD_OK;
    return fail_here(r, RELOAD_ERR_VALUE, "not a known name; an integer is taken too");
}

/* Appends the octets of a string of hex digits. */
static reload_err read_hex(struct reading *r, json_t *json, reload_buf *out)
{
    size_t len = json_string_length(json);
    if (!json_is_string(json))
        return fail_here(r, RELOAD_ERR_VALUE, "must be a string of hex digits");
    uint8_t *octets = malloc(len / 2 + 1);
    if (octets == NULL)
        return fail_here(r, RELOAD_ERR_MEMORY, reload_strerror(RELOAD_ERR_MEMORY));
    bool good = reload_hex_decode(json_string_value(json), len, octets);
    if (good)
        reload_buf_append(out, octets, len / 2);
    free(octets);
    return good ? RELOAD_OK
                : fail_here(r, RELOAD_ERR_VALUE, "must be an even number of hex digits");
}

/* Exactly len octets in hex. */
static reload_err read_fixed_hex(struct reading *r, json_t *json, uint8_t *octets, size_t len)
{
    char text[64];
    if (json_is_string(json) && json_string_length(json) == 2 * len &&
        reload_hex_decode(json_string_value(json), 2 * len, octets))
        return RELOAD_OK;
    (void)snprintf(text, sizeof text, "must be a string of %zu hex digits", 2 * len);
    return fail_here(r, RELOAD_ERR_VALUE, text);
}

/* An object with one key, whose value is a string: {"sha1": "…"}. NULL where it is not. */
static json_t *sole_string(json_t *json, const char *key)
{
    json_t *value = json_object_size(json) == 1 ? json_object_get(json, key) : NULL;
    return plain_string(value) != NULL ? value : NULL;
}

/* An ID: 40 hex digits, or the text that it is the SHA-1 of. */
static reload_err read_id(struct reading *r, json_t *json, uint8_t id[RELOAD_ID_SIZE])
{
    if (!json_is_object(json))
        return read_fixed_hex(r, json, id, RELOAD_ID_SIZE);
    json_t *text = sole_string(json, "sha1");
    if (text == NULL)
        return fail_here(r, RELOAD_ERR_VALUE,
                         "must be a string of 40 hex digits, or {\"sha1\": \"text\"}");
    if (reload_digest(
            RELOAD_MD_SHA1,
            &(reload_span){(const uint8_t *)json_string_value(text), json_string_length(text)}, 1,
            id) != RELOAD_OK)
        return fail_here(r, RELOAD_ERR_CRYPTO, reload_strerror(RELOAD_ERR_CRYPTO));
    return RELOAD_OK;
}

static reload_err read_overlay(struct reading *r, json_t *json, uint8_t octets[4])
{
    if (!json_is_object(json))
        return read_fixed_hex(r, json, octets, 4);
    json_t *name = sole_string(json, "name");
    if (name == NULL)
        return fail_here(r, RELOAD_ERR_VALUE,
                         "must be a string of 8 hex digits, or {\"name\": \"overlay\"}");
    rl_put32(octets, reload_overlay_id(json_string_value(name)));
    return RELOAD_OK;
}

static reload_err read_field(struct reading *r, json_t *json, reload_field field)
{
    const reload_field_def *def = reload_field_def_of(field);
    uint8_t octets[RELOAD_ID_SIZE];
    uint32_t value = 0;
    reload_err err;
    switch (def->kind) {
    case RELOAD_FIELD_FLAG:
        if (!json_is_boolean(json))
            return fail_here(r, RELOAD_ERR_VALUE, "must be true or false");
        reload_build_field(&r->b, field, json_is_true(json));
        return RELOAD_OK;
    case RELOAD_FIELD_NUMBER:
        err = read_named(r, json, def->names, (uint32_t)((UINT64_C(1) << def->width) - 1), &value);
        if (err == RELOAD_OK)
            reload_build_field(&r->b, field, value);
        return err;
    case RELOAD_FIELD_OCTETS:
    default:
        if (def->width == 8 * RELOAD_ID_SIZE)
            err = read_id(r, json, octets);
        else if (field == RELOAD_F_OVERLAY)
            err = read_overlay(r, json, octets);
        else
            err = read_fixed_hex(r, json, octets, def->width / 8u);
        if (err == RELOAD_OK)
            reload_build_field_octets(&r->b, field, octets);
        return err;
    }
}

/* The header's fields into the builder's header. *forced is the Length to write whatever there is,
 * or stays as it is. */
static reload_err read_header(struct reading *r, json_t *header, int64_t *forced)
{
    const char *key;
    json_t *value;
    if (!json_is_object(header))
        return fail_here(r, RELOAD_ERR_VALUE, header == NULL ? "missing" : "must be an object");
    if (json_object_get(header, reload_field_def_of(RELOAD_F_METHOD)->key) == NULL)
        return fail_at(r, reload_field_def_of(RELOAD_F_METHOD)->key, "missing");
    json_object_foreach(header, key, value)
    {
        reload_field f = 0;
        while (f < RELOAD_FIELDS && strcmp(reload_field_def_of(f)->key, key) != 0)
            f++;
        if (f == RELOAD_F_LENGTH) /* computed; for reading only */
            continue;
        size_t before = enter(r, key);
        reload_err err;
        if (f < RELOAD_FIELDS) {
            err = read_field(r, value, f);
        } else if (strcmp(key, "forced_length") == 0) {
            uint32_t length = 0;
            err = read_integer(r, value, RELOAD_MAX_LENGTH, &length);
            *forced = length;
        } else {
            err = fail_here(r, RELOAD_ERR_VALUE, "unknown key");
        }
        leave(r, before);
        if (err != RELOAD_OK)
            return err;
    }
    return RELOAD_OK;
}

static reload_err read_type(struct reading *r, json_t *json, uint16_t *type)
{
    uint32_t number;
    if (integer_in(r, json, 0, 0xffff, &number)) {
        *type = (uint16_t)number;
        return RELOAD_OK;
    }
    const char *name = plain_string(json);
    if (name != NULL) {
        const reload_attr_def *def = reload_attr_def_named(name);
        uint8_t octets[2];
        if (def != NULL) {
            *type = def->type;
            return RELOAD_OK;
        }
        if (strlen(name) == 6 && name[0] == '0' && name[1] == 'x' &&
            reload_hex_decode(name + 2, 4, octets)) {
            *type = rl_get16(octets);
            return RELOAD_OK;
        }
    }
    return fail_here(r, RELOAD_ERR_VALUE,
                     "must be an attribute's name, or \"0x\" and four hex digits");
}

static reload_err read_response(struct reading *r, json_t *json, reload_value *value)
{
    static const char *const keys[] = {"code", "reason", NULL};
    reload_err err = check_keys(r, json, keys);
    if (err != RELOAD_OK)
        return err;
    json_t *code = json_object_get(json, "code"), *reason = json_object_get(json, "reason");
    if (!integer_in(r, code, 100, 799, &value->number))
        return fail_at(r, "code", "must be an integer from 100 to 799");
    if (reason != NULL && plain_string(reason) == NULL)
        return fail_at(r, "reason", "must be a string without NUL");
    value->octets = (const uint8_t *)json_string_value(reason);
    value->len = json_string_length(reason);
    return RELOAD_OK;
}

static reload_err read_ip_port(struct reading *r, json_t *json, reload_value *value)
{
    static const char *const keys[] = {"ip", "port", "protocol", NULL};
    if (json_is_string(json)) {
        if (plain_string(json) != NULL && reload_address_parse(json_string_value(json), value))
            return RELOAD_OK;
        return fail_here(r, RELOAD_ERR_VALUE,
                         "must be an address such as \"10.4.1.2:5060\" or \"[2001:db8::1]:5060\"");
    }
    reload_err err = check_keys(r, json, keys);
    if (err != RELOAD_OK)
        return err;
    json_t *protocol = json_object_get(json, "protocol");
    const char *ip = plain_string(json_object_get(json, "ip"));
    uint32_t number = 0;
    if (ip != NULL && inet_pton(AF_INET, ip, value->address) == 1)
        value->ipv6 = false;
    else if (ip != NULL && inet_pton(AF_INET6, ip, value->address) == 1)
        value->ipv6 = true;
    else
        return fail_at(r, "ip", "must be an IPv4 or IPv6 address");
    size_t before = enter(r, "port");
    err = read_integer(r, json_object_get(json, "port"), 0xffff, &number);
    leave(r, before);
    value->port = (uint16_t)number;
    if (err != RELOAD_OK || protocol == NULL)
        return err;
    before = enter(r, "protocol");
    err = read_integer(r, protocol, 0xff, &number);
    leave(r, before);
    value->protocol = (uint8_t)number;
    return err;
}

/* The value of an attribute that is no composite, appended to the message. */
static reload_err read_value(struct reading *r, json_t *json, reload_kind kind)
{
    reload_value value = {.kind = kind};
    uint8_t id[RELOAD_ID_SIZE];
    reload_err err = RELOAD_OK;
    switch (kind) {
    case RELOAD_KIND_TEXT:
        if (plain_string(json) == NULL)
            return fail_here(r, RELOAD_ERR_VALUE, "must be a string without NUL");
        value.octets = (const uint8_t *)json_string_value(json);
        value.len = json_string_length(json);
        break;
    case RELOAD_KIND_ID:
        err = read_id(r, json, id);
        value.octets = id;
        value.len = sizeof id;
        break;
    case RELOAD_KIND_SECONDS:
    case RELOAD_KIND_TIME:
    case RELOAD_KIND_INTEGER:
        err = read_integer(r, json, UINT32_MAX, &value.number);
        break;
    case RELOAD_KIND_OP:
        err = read_named(r, json, rl_kind_names(kind), 0xff, &value.number);
        break;
    case RELOAD_KIND_TRANSPORT:
        err = read_named(r, json, rl_kind_names(kind), 0xffff, &value.number);
        break;
    case RELOAD_KIND_RESPONSE:
        err = read_response(r, json, &value);
        break;
    case RELOAD_KIND_IP_PORT:
        err = read_ip_port(r, json, &value);
        break;
    case RELOAD_KIND_OCTETS:
    case RELOAD_KIND_COMPOSITE:
    default:
        return fail_here(r, RELOAD_ERR_VALUE, "octets of this type are written as \"hex\"");
    }
    if (err == RELOAD_OK)
        rl_kind_encode(&value, r->b.buf);
    return err;
}

static reload_err read_attrs(struct reading *r, json_t *array, unsigned depth);

/* Writes an attribute's value and returns; its head is there already. */
static reload_err read_content(struct reading *r, json_t *object, uint16_t type, unsigned depth)
{
    const reload_attr_def *def = reload_attr_def_of(type);
    reload_kind kind = def == NULL ? RELOAD_KIND_OCTETS : def->kind;
    json_t *value = json_object_get(object, "value"), *hex = json_object_get(object, "hex");
    if ((value == NULL) == (hex == NULL))
        return fail_here(r, RELOAD_ERR_VALUE, "an attribute has either \"value\" or \"hex\"");
    size_t before = enter(r, value == NULL ? "hex" : "value");
    reload_err err;
    if (hex != NULL)
        err = read_hex(r, hex, r->b.buf);
    else if (kind != RELOAD_KIND_COMPOSITE)
        err = read_value(r, value, kind);
    else if (depth == RELOAD_MAX_DEPTH)
        err =
            fail_here(r, RELOAD_ERR_VALUE, "nested deeper than 16 attributes; write it as \"hex\"");
    else
        err = read_attrs(r, value, depth + 1);
    leave(r, before);
    return err;
}

/* Lengths and padding behind a value that begins at start + 4. */
static reload_err finish_attr(struct reading *r, json_t *object, size_t start)
{
    json_t *padding = json_object_get(object, "padding"),
           *forced = json_object_get(object, "forced_length");
    reload_buf *buf = r->b.buf;
    uint8_t octets[3] = {0};
    if (buf->err != RELOAD_OK)
        return fail_here(r, buf->err, reload_strerror(buf->err));
    size_t len = buf->len - start - RL_HEAD;
    uint32_t length = (uint32_t)len;
    if (forced != NULL) {
        size_t before = enter(r, "forced_length");
        reload_err err = read_integer(r, forced, RL_MAX_VALUE, &length);
        leave(r, before);
        if (err != RELOAD_OK)
            return err;
    } else if (len > RL_MAX_VALUE) {
        return fail_here(r, RELOAD_ERR_TOO_LONG,
                         "a value of more than 65535 octets does not fit the attribute's Length");
    }
    rl_put16(buf->octets + start + 2, length);
    if (padding != NULL) {
        size_t before = enter(r, "padding");
        reload_err err = read_fixed_hex(r, padding, octets, rl_padding(len));
        leave(r, before);
        if (err != RELOAD_OK)
            return err;
    }
    reload_buf_append(buf, octets, rl_padding(len));
    return RELOAD_OK;
}

static reload_err read_attr(struct reading *r, json_t *object, unsigned depth)
{
    static const char *const keys[] = {"type",    "value",   "hex",   "padding", "forced_length",
                                       "ignored", "message", "error", NULL};
    uint8_t head[RL_HEAD] = {0};
    uint16_t type = 0;
    reload_err err = check_keys(r, object, keys);
    if (err != RELOAD_OK)
        return err;
    size_t before = enter(r, "type");
    err = read_type(r, json_object_get(object, "type"), &type);
    leave(r, before);
    if (err != RELOAD_OK)
        return err;
    size_t start = r->b.buf->len;
    rl_put16(head, type);
    reload_buf_append(r->b.buf, head, sizeof head);
    err = read_content(r, object, type, depth);
    return err == RELOAD_OK ? finish_attr(r, object, start) : err;
}

static reload_err read_attrs(struct reading *r, json_t *array, unsigned depth)
{
    size_t i;
    json_t *object;
    reload_err err = RELOAD_OK;
    if (!json_is_array(array))
        return fail_here(r, RELOAD_ERR_VALUE, "must be an array of attributes");
    json_array_foreach(array, i, object)
    {
        size_t before = enter_index(r, i);
        err = read_attr(r, object, depth);
        leave(r, before);
        if (err != RELOAD_OK)
            break;
    }
    return err;
}

/* {"hex": "…", "error": "…"}: octets as they are. */
static reload_err read_octets(struct reading *r, json_t *object)
{
    static const char *const keys[] = {"hex", "error", NULL};
    reload_err err = check_keys(r, object, keys);
    if (err != RELOAD_OK)
        return err;
    size_t before = enter(r, "hex");
    err = read_hex(r, json_object_get(object, "hex"), r->b.buf);
    leave(r, before);
    return err;
}

static reload_err read_garbage(struct reading *r, json_t *root)
{
    static const char *const keys[] = {"garbage", "meta", NULL};
    if (json_object_get(root, "header") != NULL)
        return fail_at(r, "header", "\"garbage\" stands alone");
    reload_err err = check_keys(r, root, keys);
    if (err != RELOAD_OK)
        return err;
    size_t before = enter(r, "garbage");
    err = read_octets(r, json_object_get(root, "garbage"));
    leave(r, before);
    return err;
}

static reload_err read_message(struct reading *r, json_t *root)
{
    static const char *const keys[] = {"header", "attributes", "trailing", "meta", NULL};
    int64_t forced = -1;
    reload_err err = check_keys(r, root, keys);
    if (err != RELOAD_OK)
        return err;
    json_t *attrs = json_object_get(root, "attributes"),
           *trailing = json_object_get(root, "trailing");
    reload_build_begin(&r->b, r->b.buf, NULL);
    size_t before = enter(r, "header");
    err = read_header(r, json_object_get(root, "header"), &forced);
    leave(r, before);
    if (err == RELOAD_OK && attrs != NULL) {
        before = enter(r, "attributes");
        err = read_attrs(r, attrs, 1);
        leave(r, before);
    }
    if (err == RELOAD_OK && trailing != NULL) {
        before = enter(r, "trailing");
        err = read_octets(r, trailing);
        leave(r, before);
    }
    if (err != RELOAD_OK)
        return err;
    err = reload_build_end(&r->b);
    if (err == RELOAD_ERR_TOO_LONG && forced >= 0)
        err = r->b.buf->err = RELOAD_OK; /* told to lie about it */
    if (err == RELOAD_ERR_TOO_LONG)
        return fail_here(r, err,
                         "more than 16777215 octets of attributes do not fit the header's Length");
    if (err == RELOAD_OK && forced >= 0)
        reload_build_field(&r->b, RELOAD_F_LENGTH, (uint32_t)forced);
    return err;
}

/* Parses the text of one JSON value. An integer that jansson cannot hold is out of every range: it
 * is read as a real, so that the reader that meets it can name its place; *reals says so. */
static json_t *load(const char *text, size_t len, bool *reals, reload_diag *diag)
{
    json_error_t error;
    if (text == NULL)
        text = ""; /* jansson takes no NULL, and blames the caller */
    json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    *reals = root == NULL && json_error_code(&error) == json_error_numeric_overflow;
    if (*reals)
        root = json_loadb(
            text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);
    if (root == NULL) {
        /* some of jansson's failures to allocate come without a word */
        bool memory = json_error_code(&error) == json_error_out_of_memory || error.text[0] == '\0';
        (void)rl_fail(diag, memory ? RELOAD_ERR_MEMORY : RELOAD_ERR_SYNTAX, "%s",
                      memory ? reload_strerror(RELOAD_ERR_MEMORY)
                      : json_error_code(&error) == json_error_numeric_overflow
                          ? "a number too large to be read"
                          : error.text);
        diag->line = error.line > 0 ? (unsigned)error.line : 1;
        diag->column = error.column > 0 ? (unsigned)error.column : 1;
    }
    return root;
}

/* What meta.time says, if it says a time: it is for reading only, and so never a mistake. */
static int64_t capture_time(json_t *root)
{
    json_t *time = json_object_get(json_object_get(root, "meta"), "time");
    int64_t captured;
    if (plain_string(time) != NULL && reload_time_parse(json_string_value(time), &captured))
        return captured;
    double seconds = json_is_number(time) ? json_number_value(time) : -1;
    return seconds > 0 && seconds <= (double)RELOAD_MAX_TIME ? (int64_t)(seconds * MICRO + 0.5)
                                                             : RELOAD_NO_TIME;
}

/* Reads text by one of the readers above, and leaves out as it was where that fails. */
static reload_err read_text(const char *text, size_t len, reload_buf *out, reload_diag *diag,
                            bool attribute, int64_t *captured)
{
    reload_diag unseen;
    struct reading r = {.diag = diag == NULL ? &unseen : diag, .b = {.buf = out}};
    size_t start = out->len;
    if (out->err != RELOAD_OK)
        return fail_here(&r, out->err, reload_strerror(out->err));
    json_t *root = load(text, len, &r.reals, r.diag);
    if (root == NULL)
        return r.diag->code;
    reload_err err;
    if (attribute)
        err = read_attr(&r, root, 1);
    else if (json_object_get(root, "garbage") != NULL)
        err = read_garbage(&r, root);
    else
        err = read_message(&r, root);
    if (err == RELOAD_OK && out->err != RELOAD_OK)
        err = fail_here(&r, out->err, reload_strerror(out->err));
    if (captured != NULL)
        *captured = capture_time(root);
    json_decref(root);
    if (err != RELOAD_OK) {
        out->len = start;
        out->err = RELOAD_OK;
    }
    return err;
}

reload_err reload_json_read(const char *text, size_t len, reload_buf *out, reload_diag *diag)
{
    return read_text(text, len, out, diag, false, NULL);
}

reload_err rl_json_read_captured(const char *text, size_t len, reload_buf *out, int64_t *captured,
                                 reload_diag *diag)
{
    return read_text(text, len, out, diag, false, captured);
}

reload_err reload_json_read_attr(const char *text, size_t len, reload_buf *out, reload_diag *diag)
{
    return read_text(text, len, out, diag, true, NULL);
}

/* ---- Profiles ---- */

/* The keys of a profile that are lists of files. */
static char **profile_files(reload_profile *profile, size_t i, const char **key)
{
    static const char *const keys[] = {"ca", "intermediates", "crl"};
    char **const lists[] = {profile->ca, profile->intermediates, profile->crl};
    if (i >= sizeof keys / sizeof keys[0])
        return NULL;
    *key = keys[i];
    return lists[i];
}

void reload_profile_free(reload_profile *profile)
{
    const char *key;
    char **files;
    for (size_t i = 0; (files = profile_files(profile, i, &key)) != NULL; i++)
        for (size_t k = 0; files[k] != NULL; k++)
            free(files[k]);
    free(profile->overlay);
    free(profile->replay_state);
    free(profile->pin);
    *profile =
        (reload_profile){.security = -1, .dht = -1, .hash = -1, .max_skew = -1, .min_rsa_bits = -1};
}

static reload_err read_string(struct reading *r, json_t *json, char **text)
{
    if (plain_string(json) == NULL)
        return fail_here(r, RELOAD_ERR_VALUE, "must be a string without NUL");
    *text = strdup(json_string_value(json));
    return *text == NULL ? fail_here(r, RELOAD_ERR_MEMORY, reload_strerror(RELOAD_ERR_MEMORY))
                         : RELOAD_OK;
}

/* The name of a file, or an array of them. */
static reload_err read_files(struct reading *r, json_t *json, char **files)
{
    size_t i;
    json_t *file;
    if (!json_is_array(json))
        return read_string(r, json, &files[0]);
    if (json_array_size(json) > RELOAD_MAX_FILES)
        return fail_here(r, RELOAD_ERR_VALUE, "more than 16 files");
    json_array_foreach(json, i, file)
    {
        size_t before = enter_index(r, i);
        reload_err err = read_string(r, file, &files[i]);
        leave(r, before);
        if (err != RELOAD_OK)
            return err;
    }
    return RELOAD_OK;
}

static reload_err read_bool(struct reading *r, json_t *json, bool *value)
{
    *value = json_is_true(json);
    return json_is_boolean(json) ? RELOAD_OK
                                 : fail_here(r, RELOAD_ERR_VALUE, "must be true or false");
}

static reload_err read_profile_number(struct reading *r, json_t *json, reload_names set_of_names,
                                      uint32_t max, int64_t *value)
{
    uint32_t number = 0;
    reload_err err = read_named(r, json, set_of_names, max, &number);
    *value = number;
    return err;
}

static reload_err read_profile_key(struct reading *r, const char *key, json_t *json,
                                   reload_profile *profile)
{
    const char *files_key;
    char **files;
    for (size_t i = 0; (files = profile_files(profile, i, &files_key)) != NULL; i++)
        if (strcmp(key, files_key) == 0)
            return read_files(r, json, files);
    if (strcmp(key, "overlay") == 0)
        return read_string(r, json, &profile->overlay);
    if (strcmp(key, "security") == 0)
        return read_profile_number(r, json, RELOAD_NAMES_SECURITY, 0xff, &profile->security);
    if (strcmp(key, "dht") == 0)
        return read_profile_number(r, json, RELOAD_NAMES_DHT, 0xff, &profile->dht);
    if (strcmp(key, "hash") == 0)
        return read_profile_number(r, json, RELOAD_NAMES_HASH, 0xff, &profile->hash);
    if (strcmp(key, "max_skew") == 0 && json_is_string(json) &&
        strcmp(json_string_value(json), "none") == 0) {
        profile->max_skew = -2;
        return RELOAD_OK;
    }
    if (strcmp(key, "max_skew") == 0)
        return read_profile_number(r, json, RELOAD_NAMES_NONE, UINT32_MAX, &profile->max_skew);
    if (strcmp(key, "min_rsa_bits") == 0)
        return read_profile_number(r, json, RELOAD_NAMES_NONE, 8192, &profile->min_rsa_bits);
    if (strcmp(key, "allow_sha1_certs") == 0)
        return read_bool(r, json, &profile->allow_sha1_certs);
    if (strcmp(key, "require_peer_signature") == 0)
        return read_bool(r, json, &profile->require_peer_signature);
    if (strcmp(key, "replay") == 0)
        return read_bool(r, json, &profile->replay);
    if (strcmp(key, "pair") == 0)
        return read_bool(r, json, &profile->pair);
    if (strcmp(key, "replay_state") == 0)
        return read_string(r, json, &profile->replay_state);
    if (strcmp(key, "pin") == 0)
        return read_string(r, json, &profile->pin);
    return fail_here(r, RELOAD_ERR_VALUE, "unknown key");
}

reload_err reload_profile_read(const char *text, size_t len, reload_profile *profile,
                               reload_diag *diag)
{
    reload_diag unseen;
    struct reading r = {.diag = diag == NULL ? &unseen : diag};
    const char *key;
    json_t *value, *root = load(text, len, &r.reals, r.diag);
    *profile = (reload_profile){0};
    reload_profile_free(profile); /* which leaves nothing said */
    if (root == NULL)
        return r.diag->code;
    reload_err err =
        json_is_object(root) ? RELOAD_OK : fail_here(&r, RELOAD_ERR_VALUE, "must be an object");
    json_object_foreach(root, key, value)
    {
        if (err != RELOAD_OK)
            break;
        size_t before = enter(&r, key);
        err = read_profile_key(&r, key, value, profile);
        leave(&r, before);
    }
    if (err == RELOAD_OK && profile->ca[0] != NULL && profile->pin != NULL)
        err = fail_here(&r, RELOAD_ERR_VALUE, "\"ca\" and \"pin\" exclude each other");
    json_decref(root);
    if (err != RELOAD_OK)
        reload_profile_free(profile);
    return err;
}

reload_err reload_profile_write(const reload_profile *profile, reload_sink sink, void *arg)
{
    struct writer w = {.sink = sink, .arg = arg, .flags = RELOAD_PRETTY};
    json_t *object = json_object();
    const char *key;
    char **files;
    bool good =
        profile->overlay == NULL || set(object, "overlay", loose_text_json(profile->overlay));
    if (profile->security >= 0)
        good = set(object, "security",
                   named_json(RELOAD_NAMES_SECURITY, (uint32_t)profile->security)) &&
               good;
    if (profile->dht >= 0)
        good = set(object, "dht", named_json(RELOAD_NAMES_DHT, (uint32_t)profile->dht)) && good;
    if (profile->hash >= 0)
        good = set(object, "hash", named_json(RELOAD_NAMES_HASH, (uint32_t)profile->hash)) && good;
    for (size_t i = 0;
         (files = profile_files((reload_profile *)(uintptr_t)profile, i, &key)) != NULL; i++) {
        json_t *array = files[0] == NULL ? NULL : json_array();
        for (size_t k = 0; files[k] != NULL; k++)
            good = json_array_append_new(array, loose_text_json(files[k])) == 0 && good;
        good = (files[0] == NULL || set(object, key, array)) && good;
    }
    if (profile->max_skew != -1)
        good = set(object, "max_skew",
                   profile->max_skew < 0 ? json_string("none") : json_integer(profile->max_skew)) &&
               good;
    if (profile->min_rsa_bits >= 0)
        good = set(object, "min_rsa_bits", json_integer(profile->min_rsa_bits)) && good;
    if (profile->allow_sha1_certs)
        good = set(object, "allow_sha1_certs", json_true()) && good;
    if (profile->require_peer_signature)
        good = set(object, "require_peer_signature", json_true()) && good;
    if (profile->replay)
        good = set(object, "replay", json_true()) && good;
    if (profile->replay_state != NULL)
        good = set(object, "replay_state", loose_text_json(profile->replay_state)) && good;
    if (profile->pair)
        good = set(object, "pair", json_true()) && good;
    if (profile->pin != NULL)
        good = set(object, "pin", loose_text_json(profile->pin)) && good;
    put_tree(&w, whole(object, good), 0);
    put(&w, "\n", 1);
    return w.err;
}
