/* SPDX-License-Identifier: BSD-2-Clause */
/* Arrays that grow. */
#ifndef RELOAD_ARRAY_H
#define RELOAD_ARRAY_H

#include <stdint.h>
#include <stdlib.h>

/* Grows an array of count elements, cap of them allocated, to hold at least one more. Returns the
 * array, which may have moved, or NULL if memory runs out; the array is then unchanged. */
static inline void *array_grow(void *array, size_t *cap, size_t count, size_t element)
{
    if (count < *cap)
        return array;
    size_t wanted = *cap == 0 ? 16 : 2 * *cap;
    void *grown = wanted > SIZE_MAX / element ? NULL : realloc(array, wanted * element);
    if (grown != NULL)
        *cap = wanted;
    return grown;
}

#endif
