/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory: arrays that grow, structs of other versions, wiping. */
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

bool rl_sized_copy(void *known, size_t size, const void *given)
{
    size_t given_size = 0;
    memset(known, 0, size);
    if (given != NULL)
        memcpy(&given_size, given, sizeof given_size);
    if (given_size < sizeof given_size || given_size % sizeof given_size != 0)
        return false;
    memcpy(known, given, given_size < size ? given_size : size);
    return true;
}
