/* SPDX-License-Identifier: BSD-2-Clause */
/* Jobs that run with each allocation failing in turn */
#ifndef RL_TESTS_JOBS_H
#define RL_TESTS_JOBS_H

#include "failing.h"
#include "test.h"

/* Ends the failures. Called before a test fails, so that the next test can allocate. */
void stop_failing(void);
/* Runs a job with each allocation failing in turn, and asserts that it returns RELOAD_ERR_MEMORY.
 * json: jansson's allocations fail too. */
void each_allocation(reload_err (*run)(void *arg), void *arg, bool json);
/* Asserts a condition in a job. */
void job_check(bool good, const char *what);

/* A signed message that has every known attribute */
extern reload_buf everything;
/* For a group of tests */
int setup_jobs(void **state);
int teardown_jobs(void **state);

/* Begins output with a prefix, without failures. */
void begin_out(reload_buf *out);
/* Asserts that an error has not changed out, and frees it. */
void end_out(reload_buf *out, reload_err err);

/* A reload_sink that discards the octets */
int discard(void *arg, const void *octets, size_t len);

extern const reload_origin origin;

#endif
