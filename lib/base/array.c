/* SPDX-License-Identifier: BSD-2-Clause */
/* Arrays that grow; memory that is wiped. */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>

bool rl_grow(void **array, size_t *cap, size_t count, size_t element)
{
    if (count < *cap)
        return true;
    size_t new_cap = *cap == 0 ? 16 : 2 * *cap;
    if (new_cap > SIZE_MAX / element)
        return false;
    void *grown = realloc(*array, new_cap * element);
    if (grown == NULL)
        return false;
    *array = grown;
    *cap = new_cap;
    return true;
}

void rl_wipe(void *memory, size_t len)
{
    if (memory != NULL && len > 0)
        explicit_bzero(memory, len);
}
