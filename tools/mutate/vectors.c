/* SPDX-License-Identifier: BSD-2-Clause */
/* The output of --mutate: one JSON document in the form of C2SP's Wycheproof, or a directory of
 * messages with an index. */
#include "common/array.h"
#include "mutate/mutate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_FLAGS = 16, MUTANT_FLAGS = 4 };

/* A mutant of the JSON document, which begins with counts known only after the last one. */
struct test {
    const struct mutation *mutation;
    enum signing signing;
    char *comment, *place;
    uint8_t *octets;
    size_t len;
    const char *flags[MUTANT_FLAGS];
    size_t flag_count;
    reload_reason reason;
    uint16_t code; /* 0: none */
};

struct vectors {
    struct tool *tool;
    const struct base *base;
    const char *path;
    unsigned count;
    struct test *tests;
    size_t test_count, cap;
    const char *flags[MAX_FLAGS]; /* flags that a test has, in the order of their first test */
    size_t flag_count;
    reload_buf index; /* of the directory */
};

static const char *signing_word(enum signing signing)
{
    static const char *const words[] = {"none", "message", "all"};
    return words[signing];
}

/* Reports it, and returns false. */
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
    *v = (struct vectors){.tool = tool, .base = base, .path = path};
    if (dir == NULL || mkdir(dir, 0777) == 0)
        return v;
    /* an older set must not be mixed with this one */
    tool_error(tool, STATUS_FAILED, "%s: cannot be created: %s", dir, strerror(errno));
    vectors_close(&v, false);
    return NULL;
}

/* ---- The tests of the JSON document ---- */

/* Notes a flag, which the document's notes explain. */
static void add_flag(struct vectors *v, struct test *test, const char *flag)
{
    test->flags[test->flag_count++] = flag;
    for (size_t i = 0; i < v->flag_count; i++)
        if (strcmp(v->flags[i], flag) == 0)
            return;
    if (v->flag_count < MAX_FLAGS)
        v->flags[v->flag_count++] = flag;
}

static bool add_test(struct vectors *v, const struct mutant *m)
{
    struct test *tests = array_grow(v->tests, &v->cap, v->test_count, sizeof *tests);
    if (tests == NULL)
        return out_of_memory(v);
    v->tests = tests;
    struct test *test = &tests[v->test_count++];
    *test = (struct test){.mutation = m->mutation,
                          .signing = m->signing,
                          .comment = strdup(m->comment),
                          .place = strdup(m->place),
                          .octets = malloc(m->octets.len + 1),
                          .len = m->octets.len,
                          .reason = m->reason,
                          .code = m->code};
    if (test->comment == NULL || test->place == NULL || test->octets == NULL)
        return out_of_memory(v);
    memcpy(test->octets, m->octets.octets, test->len);
    add_flag(v, test, m->mutation->flag);
    if (m->signing != SIGN_NOTHING)
        add_flag(v, test, "SignedAnew");
    if (m->signing == SIGN_ALL)
        add_flag(v, test, "AllSignedAnew");
    if (m->trailing)
        add_flag(v, test, "Trailing");
    return true;
}

static void member_string(reload_json_writer *w, const char *key, const char *text)
{
    reload_json_key(w, key);
    reload_json_string(w, text);
}

static void member_integer(reload_json_writer *w, const char *key, int64_t value)
{
    reload_json_key(w, key);
    reload_json_integer(w, value);
}

static void write_test(reload_json_writer *w, const struct test *test, int64_t number)
{
    reload_json_begin_object(w);
    member_integer(w, "tcId", number);
    member_string(w, "comment", test->comment);
    member_string(w, "mutation", test->mutation->name);
    member_string(w, "path", test->place[0] == '\0' ? NULL : test->place);
    member_string(w, "signed_anew", signing_word(test->signing));
    reload_json_key(w, "flags");
    reload_json_begin_array(w);
    for (size_t i = 0; i < test->flag_count; i++)
        reload_json_string(w, test->flags[i]);
    reload_json_end_array(w);
    reload_json_key(w, "msg");
    reload_json_hex(w, test->octets, test->len);
    member_string(w, "result", test->reason == RELOAD_REASON_NONE ? "valid" : "invalid");
    member_string(w, "reason", label_word(test->reason));
    reload_json_key(w, "response_code");
    if (test->code == 0)
        reload_json_null(w);
    else
        reload_json_integer(w, test->code);
    reload_json_end_object(w);
}

/* ---- The JSON document ---- */

/* The configuration of a verifier, apart from keys. */
static void write_policy(reload_json_writer *w, const struct base *base)
{
    const struct mutate_options *options = base->options;
    reload_json_begin_object(w);
    member_string(w, "security", options->suite->name);
    if (options->overlay != NULL && options->overlay[0] != '\0')
        member_string(w, "overlay", options->overlay);
    member_integer(w, "dht", reload_msg_field(base->msg, RELOAD_F_DHT));
    member_integer(w, "hash", reload_msg_field(base->msg, RELOAD_F_HASH));
    member_integer(w, "time", options->time);
    if (options->skew_limit)
        member_integer(w, "max_skew", options->max_skew);
    else
        member_string(w, "max_skew", "none");
    reload_json_end_object(w);
}

static void write_notes(reload_json_writer *w, const struct vectors *v)
{
    reload_json_begin_object(w);
    for (size_t i = 0; i < v->flag_count; i++) {
        reload_json_key(w, v->flags[i]);
        reload_json_begin_object(w);
        member_string(w, "description", flag_text(v->flags[i]));
        reload_json_end_object(w);
    }
    reload_json_end_object(w);
}

static void write_group(reload_json_writer *w, const struct vectors *v)
{
    reload_json_begin_object(w);
    member_string(w, "type", "ReloadVerify");
    reload_json_key(w, "policy");
    write_policy(w, v->base);
    reload_json_key(w, "tests");
    reload_json_begin_array(w);
    for (size_t i = 0; i < v->test_count; i++)
        write_test(w, &v->tests[i], (int64_t)i + 1);
    reload_json_end_array(w);
    reload_json_end_object(w);
}

static void write_root(reload_json_writer *w, const struct vectors *v)
{
    reload_json_begin_object(w);
    char algorithm[64];
    (void)snprintf(algorithm, sizeof algorithm, "RELOAD-%s", v->base->options->suite->name);
    member_string(w, "algorithm", algorithm);
    member_string(w, "schema", "verify_schema.json");
    member_string(w, "generatorVersion", RELOAD_VERSION_STRING);
    member_integer(w, "numberOfTests", v->count);
    reload_json_key(w, "header");
    reload_json_begin_array(w);
    reload_json_string(
        w, "Messages of the 2007 form of RELOAD, made from a good one by reload-sign --mutate.");
    reload_json_string(w, "reason is the first that a verifier finds in the order of "
                          "reload-checks(7); response_code is null if no response is due.");
    reload_json_end_array(w);
    reload_json_key(w, "notes");
    write_notes(w, v);
    reload_json_key(w, "testGroups");
    reload_json_begin_array(w);
    write_group(w, v);
    reload_json_end_array(w);
    reload_json_end_object(w);
}

static void write_document(struct vectors *v)
{
    struct output out;
    reload_json_writer w;
    if (!output_open(&out, v->tool, v->path, 0))
        return;
    reload_json_writer_init(&w, (v->base->options->json_flags & RELOAD_PRETTY) | output_flags(&out),
                            output_write, &out);
    write_root(&w, v);
    output_check(&out, reload_json_writer_finish(&w));
    (void)output_write(&out, "\n", 1);
    (void)output_close(&out);
}

/* ---- The directory ---- */

/* "00042-flip-value-attributes-1-value-0-signed-message.bin", without "/" from the place. */
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

/* A line of the index: number, file, mutation, place, signatures made again, result, reason, code
 * and comment, or "-". None of them contains a tab or a line feed. */
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

void vectors_close(struct vectors **vectors, bool good)
{
    struct vectors *v = *vectors;
    if (good && v->count == 0)
        tool_warn(v->tool, "warning: none of these mutations applies to the message");
    if (good && v->base->options->dir != NULL)
        (void)write_file(v, "index.tsv", v->index.octets, v->index.len);
    else if (good)
        write_document(v);
    for (size_t i = 0; i < v->test_count; i++) {
        free(v->tests[i].comment);
        free(v->tests[i].place);
        free(v->tests[i].octets);
    }
    free(v->tests);
    reload_buf_free(&v->index);
    free(v);
    *vectors = NULL;
}
