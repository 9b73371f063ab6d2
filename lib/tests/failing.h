/* Allocations that fail when a test says so. For tests linked with --wrap for malloc, calloc and
 * realloc. */
#ifndef RL_TESTS_FAILING_H
#define RL_TESTS_FAILING_H

#include <stdbool.h>
#include <stddef.h>

/* How many allocations still succeed before one fails; negative: all do. */
extern long countdown;
/* Whether one has failed; for the test to clear. */
extern bool failed;

/* The C library's, which never fails by countdown, and the one that may. */
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

#endif
