/* The output of --mutate: one JSON document in the manner of C2SP's Wycheproof, or a directory of
 * messages with an index. This is the one file of the tools that includes jansson. */
#include "mutate/mutate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

struct vectors {
    struct tool *tool;
    const struct base *base;
    const char *path;
    unsigned count;
    json_t *tests; /* of the JSON document */
    json_t *flags; /* those that a test has */
    reload_buf index;
};

static const char *signing_word(enum signing signing)
{
    static const char *const words[] = {"none", "message", "all"};
    return words[signing];
}

/* Says so, and is false. */
static bool out_of_memory(struct vectors *v)
{
    tool_error(v->tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    return false;
}

struct vectors *vectors_open(struct tool *tool, const struct base *base, const char *path)
{
    struct vectors *v = calloc(1, sizeof *v);
    const char *dir = base->options->dir;
    if (v == NULL) {
        tool_error(tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
        return NULL;
    }
    *v = (struct vectors){
        .tool = tool, .base = base, .path = path, .tests = json_array(), .flags = json_object()};
    if (v->tests == NULL || v->flags == NULL)
        (void)out_of_memory(v);
    else if (dir == NULL || mkdir(dir, 0777) == 0)
        return v;
    else /* an older set must not be mixed with this one */
        tool_error(tool, STATUS_FAILED, "%s: cannot be made: %s", dir, strerror(errno));
    vectors_close(&v, false);
    return NULL;
}

static json_t *hex_string(const uint8_t *octets, size_t len)
{
    char *digits = malloc(2 * len + 1);
    if (digits == NULL)
        return NULL;
    reload_hex_encode(octets, len, digits);
    json_t *string = json_stringn(digits, 2 * len);
    free(digits);
    return string;
}

/* The flags of a mutant, which its document's notes will explain. */
static json_t *flags_of(struct vectors *v, const struct mutant *m)
{
    const char *const flags[] = {
        m->mutation->flag, m->signing != SIGN_NOTHING ? "SignedAnew" : NULL,
        m->signing == SIGN_ALL ? "AllSignedAnew" : NULL, m->trailing ? "Trailing" : NULL};
    json_t *array = json_array();
    bool good = array != NULL;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0] && good; i++)
        if (flags[i] != NULL)
            good = json_array_append_new(array, json_string(flags[i])) == 0 &&
                   json_object_set_new(v->flags, flags[i], json_true()) == 0;
    if (!good) {
        json_decref(array);
        return NULL;
    }
    return array;
}

static json_t *code_or_null(uint16_t code)
{
    return code == 0 ? json_null() : json_integer(code);
}

static json_t *string_or_null(const char *text)
{
    return text == NULL || text[0] == '\0' ? json_null() : json_string(text);
}

static bool add_test(struct vectors *v, const struct mutant *m)
{
    json_t *test = json_object();
    bool good = json_object_set_new(test, "tcId", json_integer(v->count)) == 0;
    good = json_object_set_new(test, "comment", json_string(m->comment)) == 0 && good;
    good = json_object_set_new(test, "mutation", json_string(m->mutation->name)) == 0 && good;
    good = json_object_set_new(test, "path", string_or_null(m->place)) == 0 && good;
    good = json_object_set_new(test, "signed_anew", json_string(signing_word(m->signing))) == 0 &&
           good;
    good = json_object_set_new(test, "flags", flags_of(v, m)) == 0 && good;
    good =
        json_object_set_new(test, "msg", hex_string(m->octets.octets, m->octets.len)) == 0 && good;
    good = json_object_set_new(
               test, "result",
               json_string(m->reason == RELOAD_REASON_NONE ? "valid" : "invalid")) == 0 &&
           good;
    good = json_object_set_new(test, "reason", string_or_null(label_word(m->reason))) == 0 && good;
    good = json_object_set_new(test, "response_code", code_or_null(m->code)) == 0 && good;
    if (!good) {
        json_decref(test);
        return out_of_memory(v);
    }
    return json_array_append_new(v->tests, test) == 0 || out_of_memory(v);
}

/* "0042-flip-value-attributes-1-value-0-message.bin": what a mutant is, in characters that every
 * file system has. */
static void file_name(char *name, size_t size, unsigned count, const struct mutant *m)
{
    int n = snprintf(name, size, "%05u-%s%s%s%s.bin", count, m->mutation->name, m->place,
                     m->signing == SIGN_NOTHING ? "" : "-signed-",
                     m->signing == SIGN_NOTHING ? "" : signing_word(m->signing));
    for (int i = 0; i < n && (size_t)i < size; i++)
        if (name[i] == '/')
            name[i] = '-';
}

static bool write_file(struct vectors *v, const char *name, const uint8_t *octets, size_t len)
{
    struct output out;
    reload_buf path = {0};
    const char *dir = v->base->options->dir;
    reload_buf_append(&path, dir, strlen(dir));
    reload_buf_append(&path, "/", 1);
    reload_buf_append(&path, name, strlen(name) + 1);
    bool good = path.err == RELOAD_OK ? output_open(&out, v->tool, (const char *)path.octets, 0)
                                      : out_of_memory(v);
    if (good) {
        (void)output_write(&out, octets, len);
        good = output_close(&out);
    }
    reload_buf_free(&path);
    return good;
}

/* A line of the index: the number, file, mutation, place, how far it is signed anew, result,
 * reason, code and comment; "-" where there is none. None of them has a tab or a line feed in it.
 */
static bool add_file(struct vectors *v, const struct mutant *m)
{
    char name[512], line[2048], code[8] = "-";
    const char *reason = label_word(m->reason);
    file_name(name, sizeof name, v->count, m);
    if (m->code != 0)
        (void)snprintf(code, sizeof code, "%u", m->code);
    int n =
        snprintf(line, sizeof line, "%u\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", v->count, name,
                 m->mutation->name, m->place[0] == '\0' ? "-" : m->place, signing_word(m->signing),
                 m->reason == RELOAD_REASON_NONE ? "valid" : "invalid",
                 reason == NULL ? "-" : reason, code, m->comment);
    reload_buf_append(&v->index, line, n > 0 ? (size_t)n : 0);
    if (v->index.err != RELOAD_OK)
        return out_of_memory(v);
    return write_file(v, name, m->octets.octets, m->octets.len);
}

bool vectors_add(struct vectors *v, const struct mutant *m)
{
    v->count++;
    return v->base->options->dir == NULL ? add_test(v, m) : add_file(v, m);
}

/* What a verifier must be told to come to these results, keys apart. */
static json_t *policy(const struct base *base)
{
    const struct mutate_options *options = base->options;
    json_t *object = json_object();
    bool good = json_object_set_new(
                    object, "security",
                    json_string(reload_name(RELOAD_NAMES_SECURITY, options->security))) == 0;
    if (options->overlay != NULL && options->overlay[0] != '\0')
        good = json_object_set_new(object, "overlay", json_string(options->overlay)) == 0 && good;
    good = json_object_set_new(object, "dht",
                               json_integer(reload_msg_field(base->msg, RELOAD_F_DHT))) == 0 &&
           good;
    good = json_object_set_new(object, "hash",
                               json_integer(reload_msg_field(base->msg, RELOAD_F_HASH))) == 0 &&
           good;
    good = json_object_set_new(object, "time", json_integer(options->time)) == 0 && good;
    json_t *skew = options->skew_limit ? json_integer(options->max_skew) : json_string("none");
    good = json_object_set_new(object, "max_skew", skew) == 0 && good;
    if (!good) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *notes(const struct vectors *v)
{
    json_t *object = json_object(), *unused;
    const char *flag;
    bool good = object != NULL;
    json_object_foreach(v->flags, flag, unused)
    {
        json_t *note = json_object();
        good = json_object_set_new(note, "description", json_string(flag_text(flag))) == 0 && good;
        good = json_object_set_new(object, flag, note) == 0 && good;
    }
    if (!good) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* The document around the tests. */
static json_t *document(struct vectors *v)
{
    static const char *const about[] = {
        "Messages of the 2007 form of RELOAD, made of a good one by reload-sign --mutate.",
        "reason is the first that a verifier finds in the order of reload-verify(1); response_code "
        "is null where no response is due."};
    json_t *root = json_object(), *group = json_object(), *groups = json_array(),
           *header = json_array();
    bool certs = v->base->certs;
    bool good = json_object_set_new(root, "algorithm",
                                    json_string(certs ? "RELOAD-CERTS" : "RELOAD-HMAC")) == 0;
    good = json_object_set_new(root, "schema", json_string("verify_schema.json")) == 0 && good;
    good = json_object_set_new(root, "generatorVersion", json_string(RELOAD_VERSION_STRING)) == 0 &&
           good;
    good = json_object_set_new(root, "numberOfTests", json_integer(v->count)) == 0 && good;
    for (size_t i = 0; i < sizeof about / sizeof about[0]; i++)
        good = json_array_append_new(header, json_string(about[i])) == 0 && good;
    good = json_object_set_new(root, "header", header) == 0 && good;
    good = json_object_set_new(root, "notes", notes(v)) == 0 && good;
    good = json_object_set_new(group, "type", json_string("ReloadVerify")) == 0 && good;
    good = json_object_set_new(group, "policy", policy(v->base)) == 0 && good;
    good = json_object_set(group, "tests", v->tests) == 0 && good;
    good = json_array_append_new(groups, group) == 0 && good;
    good = json_object_set_new(root, "testGroups", groups) == 0 && good;
    if (!good) {
        json_decref(root);
        return NULL;
    }
    return root;
}

static int to_output(const char *text, size_t len, void *out)
{
    return output_write(out, text, len);
}

static void write_document(struct vectors *v)
{
    struct output out;
    json_t *root = document(v);
    if (root == NULL) {
        (void)out_of_memory(v);
        return;
    }
    bool pretty = (v->base->options->json_flags & RELOAD_PRETTY) != 0;
    if (output_open(&out, v->tool, v->path, 0)) {
        if (json_dump_callback(root, to_output, &out, pretty ? JSON_INDENT(2) : 0) != 0)
            output_check(&out, out.failed ? RELOAD_ERR_WRITE : RELOAD_ERR_MEMORY);
        (void)output_write(&out, "\n", 1);
        (void)output_close(&out);
    }
    json_decref(root);
}

void vectors_close(struct vectors **vectors, bool good)
{
    struct vectors *v = *vectors;
    if (good && v->count == 0)
        tool_warn(v->tool,
                  "warning: the message has nothing that these mutations could be made of");
    if (good && v->base->options->dir != NULL)
        (void)write_file(v, "index.tsv", v->index.octets, v->index.len);
    else if (good)
        write_document(v);
    json_decref(v->tests);
    json_decref(v->flags);
    reload_buf_free(&v->index);
    free(v);
    *vectors = NULL;
}
