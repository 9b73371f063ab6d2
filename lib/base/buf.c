/* SPDX-License-Identifier: BSD-2-Clause */
/* Growing buffers of octets. */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>

/* Grows the buffer to hold len more octets. */
static bool buf_reserve(reload_buf *buf, size_t len)
{
    if (len <= buf->cap - buf->len)
        return true;
    size_t cap = buf->cap < 256 ? 256 : buf->cap;
    while (cap - buf->len < len) {
        if (cap > SIZE_MAX / 2)
            return false;
        cap *= 2;
    }
    /* realloc would leave secrets in the old block */
    uint8_t *grown = malloc(cap);
    if (grown == NULL)
        return false;
    if (buf->len > 0)
        memcpy(grown, buf->octets, buf->len);
    rl_wipe(buf->octets, buf->len);
    free(buf->octets);
    buf->octets = grown;
    buf->cap = cap;
    return true;
}

void reload_buf_append(reload_buf *buf, const void *octets, size_t len)
{
    if (buf->err != RELOAD_OK || len == 0)
        return;
    if (!buf_reserve(buf, len)) {
        buf->err = RELOAD_ERR_MEMORY;
        return;
    }
    memcpy(buf->octets + buf->len, octets, len);
    buf->len += len;
}

void reload_buf_reset(reload_buf *buf)
{
    rl_wipe(buf->octets, buf->len);
    buf->len = 0;
    buf->err = RELOAD_OK;
}

void reload_buf_free(reload_buf *buf)
{
    if (buf == NULL)
        return;
    rl_wipe(buf->octets, buf->len);
    free(buf->octets);
    *buf = (reload_buf){0};
}
