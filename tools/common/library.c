/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

bool library_load(const char *what, const char *const *files, size_t file_count,
                  const struct library_function *functions, size_t function_count, char *text,
                  size_t size)
{
    void *library = NULL;
    for (size_t i = 0; i < file_count && library == NULL; i++) {
        library = dlopen(files[i], RTLD_NOW | RTLD_LOCAL);
        if (library == NULL && i == 0)
            (void)snprintf(text, size, "%s: %s", what, dlerror());
    }
    for (size_t i = 0; library != NULL && i < function_count; i++) {
        void *function = dlsym(library, functions[i].name);
        if (function == NULL) {
            (void)snprintf(text, size, "%s: it lacks %s", what, functions[i].name);
            return false;
        }
        memcpy(functions[i].place, &function, sizeof function);
    }
    return library != NULL;
}
