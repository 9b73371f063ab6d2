/* SPDX-License-Identifier: BSD-2-Clause */
/* Failing allocations while reading and writing: RELOAD_ERR_MEMORY, without partial results,
 * crashes or leaks (with AddressSanitizer) */
#include "jobs.h"

#include "dump/dump.h"

#include <stdlib.h>
#include <string.h>

/* ---- Parsing and reading ---- */

static reload_err run_parse(void *arg)
{
    (void)arg;
    reload_diag diag = {0};
    reload_msg *msg = reload_msg_new();
    if (msg == NULL)
        return RELOAD_ERR_MEMORY;
    reload_err err = reload_msg_parse(msg, everything.octets, everything.len, &diag);
    if (err != RELOAD_OK) {
        job_check(diag.code == err && reload_msg_count(msg) == 0, "attributes after an error");
        job_check(reload_msg_signature(msg) == RELOAD_NO_ATTR, "a SIGNATURE after an error");
    }
    reload_msg_free(&msg);
    return err;
}

static void test_parse_alloc(void **state)
{
    (void)state;
    each_allocation(run_parse, NULL, false);
}

static void test_buf_alloc(void **state)
{
    (void)state;
    reload_buf buf = {0};
    uint8_t octets[300] = {1};
    reload_buf_append(&buf, octets, 200);
    countdown = 0;
    reload_buf_append(&buf, octets, 200);
    countdown = -1;
    assert_int_equal(buf.err, RELOAD_ERR_MEMORY);
    assert_int_equal(buf.len, 200); /* unchanged */
    reload_buf_append(&buf, octets, 1);
    assert_int_equal(buf.len, 200);
    reload_buf_free(&buf);
}

struct input {
    const uint8_t *octets;
    size_t len;
    reload_form form;
    unsigned messages;
};

static reload_err run_reader(void *arg)
{
    const struct input *input = arg;
    struct test_source source = {.octets = input->octets, .len = input->len};
    reload_reader *reader = reload_reader_new();
    const reload_item *item;
    unsigned messages = 0;
    if (reader == NULL)
        return RELOAD_ERR_MEMORY;
    reload_reader_open(reader, input->form, test_pull, &source);
    reload_err err;
    while ((err = reload_reader_next(reader, &item)) == RELOAD_OK &&
           item->kind != RELOAD_ITEM_END) {
        job_check(item->kind == RELOAD_ITEM_MESSAGE, "an item that is not a message");
        messages++;
    }
    if (err == RELOAD_OK)
        job_check(messages == input->messages, "missing messages");
    reload_reader_free(&reader);
    return err;
}

static void read_with_failures(const uint8_t *octets, size_t len, reload_form form,
                               unsigned messages)
{
    struct input input = {octets, len, form, messages};
    each_allocation(run_reader, &input, false);
}

static void test_reader_binary(void **state)
{
    (void)state;
    reload_buf buf = {0};
    for (unsigned i = 0; i < 500; i++) /* more than one chunk */
        reload_buf_append(&buf, everything.octets, everything.len);
    read_with_failures(buf.octets, buf.len, RELOAD_FORM_AUTO, 500);
    reload_buf_free(&buf);
    /* a message larger than the reader's buffer */
    reload_builder b;
    uint8_t *zeros = calloc(1, 0xfffc);
    assert_non_null(zeros);
    reload_build_begin(&b, &buf, NULL);
    for (unsigned i = 0; i < 5; i++)
        reload_build_octets(&b, 0x0655, zeros, 0xfffc);
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
    free(zeros);
    read_with_failures(buf.octets, buf.len, RELOAD_FORM_BINARY, 1);
    reload_buf_free(&buf);
}

static void test_reader_hex(void **state)
{
    (void)state;
    reload_buf text = {0};
    char digits[2];
    for (unsigned k = 0; k < 300; k++) {
        for (size_t i = 0; i < everything.len; i++) {
            reload_hex_encode(everything.octets + i, 1, digits);
            reload_buf_append(&text, digits, 2);
        }
        reload_buf_append(&text, "\n\n", 2);
    }
    read_with_failures(text.octets, text.len, RELOAD_FORM_AUTO, 300);
    reload_buf_free(&text);
}

static void write_json(reload_buf *text, unsigned messages)
{
    reload_msg *msg = test_parse(&everything);
    for (unsigned i = 0; i < messages; i++) {
        assert_int_equal(reload_json_write(msg, NULL, RELOAD_PRETTY, test_sink, text), RELOAD_OK);
        reload_buf_append(text, "\n", 1);
    }
    reload_msg_free(&msg);
}

static void test_reader_json(void **state)
{
    (void)state;
    reload_buf text = {0};
    write_json(&text, 4);
    read_with_failures(text.octets, text.len, RELOAD_FORM_AUTO, 4);
    reload_buf_free(&text);
}

/* ---- JSON and text ---- */

typedef reload_err (*write_function)(const reload_msg *msg, const reload_origin *origin,
                                     unsigned flags, reload_sink sink, void *arg);

struct writing {
    write_function write;
    const reload_msg *msg;
};

static reload_err run_write(void *arg)
{
    const struct writing *w = arg;
    return w->write(w->msg, &origin, RELOAD_PRETTY | RELOAD_COLOUR, discard, NULL);
}

/* A message with a tunnelled message and trailing octets */
static void build_tunnel(reload_buf *buf)
{
    reload_builder b;
    reload_build_begin(&b, buf, NULL);
    reload_build_open(&b, RELOAD_A_APPLICATION);
    reload_build_octets(&b, RELOAD_A_APPLICATION_NAME, (const uint8_t *)"reload", 6);
    reload_build_octets(&b, RELOAD_A_APPLICATION_BODY, everything.octets, everything.len);
    reload_build_close(&b);
    reload_build_raw(&b, (const uint8_t *)"\0\7\0", 3); /* trailing */
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
}

static void write_with_failures(write_function write, bool json)
{
    reload_buf buf = {0};
    build_tunnel(&buf);
    reload_msg *msg = test_parse(&buf);
    struct writing w = {write, msg};
    each_allocation(run_write, &w, json);
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

static void test_json_write_alloc(void **state)
{
    (void)state;
    write_with_failures(reload_json_write, false);
    write_with_failures(reload_json_write, true);
}

/* With a new cache, in which each certificate is read */
static reload_err write_cached(const reload_msg *msg, const reload_origin *from, unsigned flags,
                               reload_sink sink, void *arg)
{
    reload_text_cache *cache = reload_text_cache_new();
    if (cache == NULL)
        return RELOAD_ERR_MEMORY;
    reload_err err = reload_text_write_cached(cache, msg, from, flags, sink, arg);
    reload_text_cache_free(&cache);
    return err;
}

static void test_text_write_alloc(void **state)
{
    (void)state;
    write_with_failures(reload_text_write, false);
    write_with_failures(write_cached, false);
    write_with_failures(reload_line_write, false);
    write_with_failures(annotated_write, false);
}

struct comparing {
    diff_side side[2];
};

static reload_err run_diff(void *arg)
{
    const struct comparing *c = arg;
    bool differ = false;
    reload_err err = diff_write(&c->side[0], &c->side[1], RELOAD_COLOUR, discard, NULL, &differ);
    job_check(differ, "no difference");
    return err;
}

/* Tunnelled messages that differ in their last octet; then messages with other attributes; then a
 * message and octets */
static void test_diff_alloc(void **state)
{
    (void)state;
    reload_buf buf[3] = {{0}, {0}, {0}};
    reload_msg *msg[3];
    for (int i = 0; i < 2; i++)
        build_tunnel(&buf[i]);
    buf[1].octets[buf[1].len - 4] ^= 1;
    reload_buf_append(&buf[2], everything.octets, everything.len);
    for (int i = 0; i < 3; i++)
        msg[i] = test_parse(&buf[i]);
    struct comparing c = {{{.msg = msg[0], .origin = &origin}, {.msg = msg[1]}}};
    each_allocation(run_diff, &c, false);
    c.side[1].msg = msg[2];
    each_allocation(run_diff, &c, false);
    c.side[1] = (diff_side){.octets = everything.octets, .len = everything.len};
    each_allocation(run_diff, &c, false);
    for (int i = 0; i < 3; i++) {
        reload_msg_free(&msg[i]);
        reload_buf_free(&buf[i]);
    }
}

static reload_err run_annotated_garbage(void *arg)
{
    (void)arg;
    return annotated_write_garbage(everything.octets, everything.len, "why", &origin, RELOAD_COLOUR,
                                   discard, NULL);
}

static reload_err run_garbage(void *arg)
{
    (void)arg;
    reload_err err = reload_json_write_garbage(everything.octets, everything.len, "why \xff",
                                               &origin, 0, discard, NULL);
    if (err == RELOAD_OK)
        err = reload_text_write_garbage(everything.octets, everything.len, "why", &origin, 0,
                                        discard, NULL);
    return err != RELOAD_OK ? err
                            : reload_line_write_garbage(everything.octets, everything.len, "why",
                                                        &origin, 0, discard, NULL);
}

static reload_err run_escape(void *arg)
{
    (void)arg;
    return reload_escape(everything.octets, everything.len, discard, NULL);
}

static void test_garbage_alloc(void **state)
{
    (void)state;
    each_allocation(run_garbage, NULL, false);
    each_allocation(run_garbage, NULL, true);
    each_allocation(run_escape, NULL, false);
    each_allocation(run_annotated_garbage, NULL, false);
}

/* Without jansson's allocations, because jansson 2.14's lexer does not handle their failure. */
static reload_err run_json_read(void *arg)
{
    const reload_buf *text = arg;
    reload_buf out;
    reload_diag diag = {0};
    begin_out(&out);
    reload_err err = reload_json_read((const char *)text->octets, text->len, &out, &diag);
    if (err != RELOAD_OK)
        job_check(diag.code == err, "another code in the diagnostic");
    end_out(&out, err);
    return err;
}

static void test_json_read_alloc(void **state)
{
    (void)state;
    reload_buf text = {0};
    write_json(&text, 1);
    each_allocation(run_json_read, &text, false);
    reload_buf_free(&text);
}

static reload_err run_read_attr(void *arg)
{
    (void)arg;
    static const char text[] =
        "{\"type\": \"ROUTE-LOG\", \"value\": [{\"type\": \"0x0655\", \"hex\": \"00\"}]}";
    reload_buf out;
    begin_out(&out);
    /* until out is reallocated */
    reload_err err = RELOAD_OK;
    size_t len = out.len;
    for (unsigned i = 0; i < 64 && err == RELOAD_OK; i++) {
        len = out.len;
        err = reload_json_read_attr(text, strlen(text), &out, NULL);
    }
    if (err != RELOAD_OK)
        job_check(out.len == len && out.err == RELOAD_OK, "output after an error");
    reload_buf_free(&out);
    return err;
}

static void test_read_attr_alloc(void **state)
{
    (void)state;
    each_allocation(run_read_attr, NULL, false);
}

static reload_err run_random(void *arg)
{
    (void)arg;
    uint8_t octets[8];
    reload_rng *rng;
    reload_err err = reload_rng_new(NULL, 0, &rng);
    if (err == RELOAD_OK)
        err = reload_rng_fill(rng, octets, sizeof octets);
    reload_rng_free(&rng);
    return err;
}

static void test_random_alloc(void **state)
{
    (void)state;
    each_allocation(run_random, NULL, false);
}

static reload_err run_secret(void *arg)
{
    static const char text[] = "hex:00112233\n";
    reload_buf secret = {0};
    (void)arg;
    reload_err err = reload_secret_parse((const uint8_t *)text, strlen(text), &secret, NULL);
    if (err == RELOAD_OK)
        err = reload_secret_parse((const uint8_t *)"a secret", 8, &secret, NULL);
    reload_buf_free(&secret);
    return err;
}

static void test_secret_alloc(void **state)
{
    (void)state;
    each_allocation(run_secret, NULL, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_alloc),      cmocka_unit_test(test_buf_alloc),
        cmocka_unit_test(test_reader_binary),    cmocka_unit_test(test_reader_hex),
        cmocka_unit_test(test_reader_json),      cmocka_unit_test(test_json_write_alloc),
        cmocka_unit_test(test_text_write_alloc), cmocka_unit_test(test_diff_alloc),
        cmocka_unit_test(test_garbage_alloc),    cmocka_unit_test(test_json_read_alloc),
        cmocka_unit_test(test_read_attr_alloc),  cmocka_unit_test(test_random_alloc),
        cmocka_unit_test(test_secret_alloc),
    };
    return cmocka_run_group_tests_name("alloc", tests, setup_jobs, teardown_jobs);
}
