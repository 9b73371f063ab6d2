/* SPDX-License-Identifier: BSD-2-Clause */
#include "jobs.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

void stop_failing(void)
{
    countdown = -1;
    json_set_alloc_funcs(__real_malloc, free);
}

void each_allocation(reload_err (*run)(void *arg), void *arg, bool json)
{
    unsigned runs = 0;
    json_set_alloc_funcs(json ? __wrap_malloc : __real_malloc, free);
    for (long n = 0;; n++) {
        countdown = n;
        failed = false;
        reload_err err = run(arg);
        countdown = -1;
        if (!failed) {
            assert_int_equal(err, RELOAD_OK);
            break;
        }
        if (err != RELOAD_ERR_MEMORY) {
            stop_failing();
            fail_msg("allocation %ld failed, but the result is %d: %s", n, err,
                     reload_strerror(err));
        }
        runs++;
    }
    stop_failing();
    assert_true(runs > 0);
}

void job_check(bool good, const char *what)
{
    if (!good) {
        stop_failing();
        fail_msg("%s", what);
    }
}

reload_buf everything;

int setup_jobs(void **state)
{
    (void)state;
    test_everything(&everything);
    return 0;
}

int teardown_jobs(void **state)
{
    (void)state;
    reload_buf_free(&everything);
    return 0;
}

static const char prefix[] = "prefix";

void begin_out(reload_buf *out)
{
    long kept = countdown;
    countdown = -1;
    *out = (reload_buf){0};
    reload_buf_append(out, prefix, strlen(prefix));
    countdown = kept;
}

void end_out(reload_buf *out, reload_err err)
{
    job_check(out->len >= strlen(prefix) && memcmp(out->octets, prefix, strlen(prefix)) == 0,
              "the output's prefix was changed");
    if (err != RELOAD_OK)
        job_check(out->len == strlen(prefix) && out->err == RELOAD_OK, "output after an error");
    else
        job_check(out->len > strlen(prefix), "empty output");
    reload_buf_free(out);
}

int discard(void *arg, const void *octets, size_t len)
{
    (void)arg;
    (void)octets;
    (void)len;
    return 0;
}

const reload_origin origin = {.size = sizeof origin, .file = "a\xff.bin", .offset = 1, .index = 1};
