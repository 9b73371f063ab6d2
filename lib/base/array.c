/* SPDX-License-Identifier: BSD-2-Clause */
/* Arrays that grow; memory that is wiped. */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>

void *rl_grow(void *array, size_t *cap, size_t count, size_t element)
{
    if (count < *cap)
        return array;
    size_t wanted = *cap == 0 ? 16 : 2 * *cap;
    void *grown = wanted > SIZE_MAX / element ? NULL : realloc(array, wanted * element);
    if (grown != NULL)
        *cap = wanted;
    return grown;
}

void rl_wipe(void *memory, size_t len)
{
    if (memory != NULL && len > 0)
        explicit_bzero(memory, len);
}
