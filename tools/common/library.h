/* SPDX-License-Identifier: BSD-2-Clause */
/* Libraries that are loaded when a run needs them. */
#ifndef RELOAD_LIBRARY_H
#define RELOAD_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

struct library_function {
    const char *name;
    void *place; /* a pointer to the function */
};

/* Loads the first of the named files that exists, and finds its functions. The library stays
 * loaded. Returns false with the fault in text. what: "libpcap is required to read a capture (…)".
 */
bool library_load(const char *what, const char *const *files, size_t file_count,
                  const struct library_function *functions, size_t function_count, char *text,
                  size_t size);

#endif
