/* SPDX-License-Identifier: BSD-2-Clause */
/* Failing allocations, for tests linked with --wrap for malloc, calloc and realloc */
#ifndef RL_TESTS_FAILING_H
#define RL_TESTS_FAILING_H

#include <stdbool.h>
#include <stddef.h>

/* Number of allocations that succeed before one fails; negative: none fails */
extern long countdown;
/* Whether an allocation has failed; cleared by the test */
extern bool failed;

/* The C library's malloc, and its replacement that counts down */
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

#endif
