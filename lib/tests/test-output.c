/* SPDX-License-Identifier: BSD-2-Clause */
/* The tools' output of keys and certificates, where unlink and rename fail */
#include "test.h"

#include "keygen/keygen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int __real_unlink(const char *path);
int __wrap_unlink(const char *path);

static bool unlink_fails;
static char left[4096]; /* the file that was not removed */

int __wrap_unlink(const char *path)
{
    if (!unlink_fails)
        return __real_unlink(path);
    (void)snprintf(left, sizeof left, "%s", path);
    errno = EPERM;
    return -1;
}

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);

static bool rename_fails;

int __wrap_rename(const char *from, const char *to)
{
    if (!rename_fails)
        return __real_rename(from, to);
    errno = EPERM;
    return -1;
}

/* Writes a key to a file of a new directory, and returns the exit status. */
static int write_key(const char *path)
{
    struct tool tool = {.name = "test"};
    struct output out;
    assert_true(output_open(&out, &tool, path, OUTPUT_SECRET));
    assert_int_equal(output_write(&out, "key", 3), 0);
    assert_true(output_close(&out)); /* the file is in place */
    return tool_finish(&tool);
}

/* A second name of a key would stay unseen. */
static void test_second_name(void **state)
{
    (void)state;
    char dir[] = "/tmp/reload-output-XXXXXX", path[64];
    struct stat st;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/a", dir);
    assert_int_equal(write_key(path), STATUS_FINE);
    assert_int_equal(unlink(path), 0);
    unlink_fails = true;
    assert_int_equal(write_key(path), STATUS_FAILED);
    unlink_fails = false;
    assert_int_equal(stat(left, &st), 0);
    assert_int_equal(st.st_nlink, 2);
    assert_int_equal(unlink(left), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0);
}

static int commits, undone;

static bool count_commit(void *arg, bool undo)
{
    (void)arg;
    commits += !undo;
    undone += undo;
    return true;
}

/* A key without its certificate, or changed state, would make the next call fail. */
static void test_both_or_none(void **state)
{
    (void)state;
    char dir[] = "/tmp/reload-output-XXXXXX", key_path[64], path[64];
    struct stat st;
    struct tool tool = {.name = "test"};
    reload_rng *rng = keygen_rng(&tool, "00", "test", true);
    reload_buf pem = {.octets = (uint8_t *)"pem", .len = 3};
    struct keygen_files files = {.tool = &tool,
                                 .key = keygen_key(&tool, rng, 1024),
                                 .key_path = key_path,
                                 .path = path,
                                 .pem = &pem,
                                 .commit = count_commit};
    assert_non_null(mkdtemp(dir));
    (void)snprintf(key_path, sizeof key_path, "%s/a.key", dir);
    (void)snprintf(path, sizeof path, "%s/a.crt", dir);
    rename_fails = true;
    assert_false(keygen_write_files(&files));
    rename_fails = false;
    assert_int_equal(commits, 1);
    assert_int_equal(undone, 1);
    assert_int_equal(rmdir(dir), 0); /* it is empty */
    assert_int_equal(mkdir(dir, 0700), 0);
    tool.status = STATUS_FINE;
    assert_true(keygen_write_files(&files));
    assert_int_equal(undone, 1);
    assert_int_equal(stat(key_path, &st), 0);
    assert_int_equal(unlink(key_path), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0);
    reload_key_free(&files.key);
    reload_rng_free(&rng);
    assert_int_equal(tool_finish(&tool), STATUS_FINE);
}

/* A text for which memory was short is not written in part. */
static void test_lost_text(void **state)
{
    (void)state;
    char dir[] = "/tmp/reload-output-XXXXXX", path[64];
    struct tool tool = {.name = "test"};
    struct output out;
    const reload_buf text = {.octets = (uint8_t *)"begin", .len = 5, .err = RELOAD_ERR_MEMORY};
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/a", dir);
    assert_true(output_open(&out, &tool, path, 0));
    output_write_buf(&out, &text);
    assert_false(output_close(&out));
    assert_int_equal(rmdir(dir), 0); /* it is empty */
    assert_int_equal(tool_finish(&tool), STATUS_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_second_name),
                                       cmocka_unit_test(test_both_or_none),
                                       cmocka_unit_test(test_lost_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
