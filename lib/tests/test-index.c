/* SPDX-License-Identifier: BSD-2-Clause */
/* The index of a CA's issued certificates */
#include "failing.h"
#include "test.h"

#include "keygen/keygen.h"

#include <string.h>

char *__wrap_strdup(const char *text);

char *__wrap_strdup(const char *text)
{
    char *copy = __wrap_malloc(strlen(text) + 1);
    if (copy != NULL)
        memcpy(copy, text, strlen(text) + 1);
    return copy;
}

/* Comparisons, which clang makes with bcmp */
static size_t comparisons;

int __real_memcmp(const void *a, const void *b, size_t len);
int __wrap_memcmp(const void *a, const void *b, size_t len);
int __wrap_bcmp(const void *a, const void *b, size_t len);

int __wrap_memcmp(const void *a, const void *b, size_t len)
{
    comparisons++;
    return __real_memcmp(a, b, len);
}

int __wrap_bcmp(const void *a, const void *b, size_t len)
{
    return __wrap_memcmp(a, b, len);
}

/* The index is neither read nor written here. */
char *ca_path(const struct ca *ca, const char *name)
{
    (void)ca;
    (void)name;
    return NULL;
}

static struct tool tool = {.name = "test", .quiet = true};

/* Two users, and Peer-IDs 5, 6, 8, 2 and 3: three blocks */
enum { NAMES = 7, BLOCKS = 3 };
static reload_cert_name names[NAMES];
static const reload_cert_name *pointers[NAMES];

static int setup(void **state)
{
    (void)state;
    static const struct {
        const char *user;
        uint8_t id;
    } rows[NAMES] = {{"alice@example.com", 0}, {NULL, 5}, {NULL, 6}, {NULL, 8},
                     {"bob@example.com", 0},   {NULL, 2}, {NULL, 3}};
    for (size_t i = 0; i < NAMES; i++) {
        names[i] = (reload_cert_name){.peer = rows[i].user == NULL,
                                      .text = rows[i].user == NULL ? "chat" : rows[i].user};
        names[i].id[RELOAD_ID_SIZE - 1] = rows[i].id;
        pointers[i] = &names[i];
    }
    return 0;
}

static struct entry *add(struct index *index, unsigned serial)
{
    const struct entry values = {
        .serial = {.octets = {(uint8_t)(serial >> 8), (uint8_t)serial}, .len = 2},
        .not_after = 1000,
        .revoked = 5,
        .reason = 4};
    return index_add_certificate(index, &tool, &values, pointers, NAMES);
}

static void assert_lines(const struct index *index, size_t from, uint8_t serial)
{
    static const uint8_t blocks[BLOCKS][2] = {{5, 2}, {8, 1}, {2, 2}};
    for (size_t i = 0; i < BLOCKS; i++) {
        const struct entry *e = &index->entries[from + i];
        assert_int_equal(e->serial.octets[1], serial);
        assert_int_equal(e->not_after, 1000);
        assert_int_equal(e->revoked, 5);
        assert_int_equal(e->reason, 4);
        assert_int_equal(e->first[RELOAD_ID_SIZE - 1], blocks[i][0]);
        assert_int_equal(e->peers, blocks[i][1]);
        assert_string_equal(e->users, "alice@example.com,bob@example.com");
    }
}

static void test_blocks(void **state)
{
    (void)state;
    struct index index = {.count = 0};
    const struct entry *first = add(&index, 7);
    assert_non_null(first);
    assert_ptr_equal(first, index.entries);
    assert_int_equal(index.count, BLOCKS);
    assert_lines(&index, 0, 7);
    index_free(&index);
}

/* A certificate without Peer-IDs has one line, and one without users lists "-". */
static void test_no_names(void **state)
{
    (void)state;
    struct index index = {.count = 0};
    const struct entry values = {.serial = {.octets = {9}, .len = 1}, .revoked = -1};
    assert_non_null(index_add_certificate(&index, &tool, &values, pointers, 0));
    assert_int_equal(index.count, 1);
    assert_int_equal(index.entries[0].peers, 0);
    assert_string_equal(index.entries[0].users, "-");
    index_free(&index);
}

/* Each allocation fails in turn: a certificate has all its lines or none. */
static void test_all_or_none(void **state)
{
    (void)state;
    bool added = false;
    size_t failures = 0;
    for (long n = 0; !added; n++) {
        struct index index = {.count = 0};
        assert_non_null(add(&index, 1));
        /* the next line needs a larger array too */
        for (unsigned serial = 2; index.count + BLOCKS <= index.cap; serial++)
            assert_non_null(add(&index, serial));
        size_t before = index.count;
        failed = false;
        countdown = n;
        added = add(&index, 99) != NULL;
        countdown = -1;
        assert_int_equal(added, !failed);
        assert_int_equal(index.count, added ? before + BLOCKS : before);
        if (added)
            assert_lines(&index, before, 99);
        assert_lines(&index, 0, 1);
        failures += failed;
        index_free(&index);
    }
    assert_in_range(failures, BLOCKS + 1, 100);
}

/* A certificate's lines are found even if other lines are between them, and after some lines were
 * dropped. */
static void test_lines(void **state)
{
    (void)state;
    struct index index = {.count = 0};
    const struct serial one = {.octets = {0, 1}, .len = 2}, other = {.octets = {0, 2}, .len = 2};
    for (unsigned i = 0; i < 3; i++) {
        assert_non_null(add(&index, 1));
        assert_non_null(add(&index, 2));
    }
    for (size_t cut = 6 * BLOCKS; cut > 0; cut--) {
        size_t lines = 0;
        index_cut(&index, cut);
        assert_ptr_equal(index_find(&index, &one), index.entries);
        assert_true(index_is_first(&index, index.entries));
        for (struct entry *e = index_find(&index, &one); e != NULL; e = index_next(&index, e))
            lines += serial_same(&e->serial, &one);
        for (struct entry *e = index_find(&index, &other); e != NULL; e = index_next(&index, e))
            lines += serial_same(&e->serial, &other);
        assert_int_equal(lines, cut);
        if (cut > BLOCKS)
            assert_ptr_equal(index_find(&index, &other), &index.entries[BLOCKS]);
        else
            assert_null(index_find(&index, &other));
    }
    index_cut(&index, 0);
    assert_null(index_find(&index, &one));
    index_free(&index);
}

/* The comparisons to add and find certificates grow linearly with the number of certificates. */
static void test_linear(void **state)
{
    (void)state;
    enum { MANY = 5000 };
    struct index index = {.count = 0};
    comparisons = 0;
    for (unsigned i = 0; i < MANY; i++) {
        const struct foreign foreign = {
            .serial = {.octets = {2, (uint8_t)(i >> 8), (uint8_t)i}, .len = 3}};
        assert_non_null(add(&index, i));
        assert_null(index_find_foreign(&index, &foreign.serial));
        assert_true(index_add_foreign(&index, &tool, &foreign));
    }
    for (size_t i = 0; i < index.count; i++) {
        const struct entry *first = index_find(&index, &index.entries[i].serial);
        size_t lines = 0;
        assert_ptr_equal(first, &index.entries[i - i % BLOCKS]);
        assert_int_equal(index_is_first(&index, &index.entries[i]), i % BLOCKS == 0);
        for (; first != NULL; first = index_next(&index, first))
            lines++;
        assert_int_equal(lines, BLOCKS);
    }
    assert_in_range(comparisons, MANY, 40 * MANY);
    index_free(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),      cmocka_unit_test(test_no_names),
        cmocka_unit_test(test_all_or_none), cmocka_unit_test(test_lines),
        cmocka_unit_test(test_linear),
    };
    return cmocka_run_group_tests_name("index", tests, setup, NULL);
}
