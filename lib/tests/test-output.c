/* SPDX-License-Identifier: BSD-2-Clause */
/* The tools' output of keys, where unlink and link fail */
#include "test.h"

#include "common/tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_second_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
