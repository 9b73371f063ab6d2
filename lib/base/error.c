#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *reload_strerror(reload_err err)
{
    switch (err) {
    case RELOAD_OK:
        return "no error";
    case RELOAD_ERR_MEMORY:
        return "out of memory";
    case RELOAD_ERR_ARGUMENT:
        return "invalid argument";
    case RELOAD_ERR_NO_MESSAGE:
        return "no RELOAD message";
    case RELOAD_ERR_RFC6940:
        return "a message of RFC 6940, whose wire format is not supported";
    case RELOAD_ERR_MALFORMED:
        return "malformed message";
    case RELOAD_ERR_SYNTAX:
        return "bad syntax";
    case RELOAD_ERR_VALUE:
        return "invalid value";
    case RELOAD_ERR_TOO_LONG:
        return "too long for its Length field";
    case RELOAD_ERR_REFUSED:
        return "refused";
    case RELOAD_ERR_READ:
        return "read error";
    case RELOAD_ERR_WRITE:
        return "write error";
    case RELOAD_ERR_CRYPTO:
        return "the cryptographic library failed";
    case RELOAD_ERR_PASSPHRASE:
        return "passphrase missing or wrong";
    }
    return "unknown error";
}

static void fill(reload_diag *diag, reload_err code, const char *format, va_list args)
{
    *diag = (reload_diag){.code = code};
    (void)vsnprintf(diag->text, sizeof diag->text, format, args);
    for (char *c = diag->text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = ' ';
}

reload_err rl_fail(reload_diag *diag, reload_err code, const char *format, ...)
{
    if (diag != NULL) {
        va_list args;
        va_start(args, format);
        fill(diag, code, format, args);
        va_end(args);
    }
    return code;
}

reload_err rl_fail_at(reload_diag *diag, reload_err code, uint64_t offset, const char *format, ...)
{
    if (diag != NULL) {
        va_list args;
        va_start(args, format);
        fill(diag, code, format, args);
        va_end(args);
        diag->has_offset = true;
        diag->offset = offset;
    }
    return code;
}

bool rl_grow(void **array, size_t *cap, size_t count, size_t element)
{
    if (count < *cap)
        return true;
    size_t wanted = *cap == 0 ? 16 : *cap;
    if (wanted > SIZE_MAX / 2 / element)
        return false;
    wanted = *cap == 0 ? wanted : wanted * 2;
    void *grown = realloc(*array, wanted * element);
    if (grown == NULL)
        return false;
    *array = grown;
    *cap = wanted;
    return true;
}

void rl_wipe(void *memory, size_t len)
{
    if (memory != NULL && len > 0)
        explicit_bzero(memory, len);
}

void reload_buf_append(reload_buf *buf, const void *octets, size_t len)
{
    if (buf->err != RELOAD_OK || len == 0)
        return;
    if (len > buf->cap - buf->len) {
        size_t cap = buf->cap < 256 ? 256 : buf->cap;
        while (cap - buf->len < len) {
            if (cap > SIZE_MAX / 2) {
                buf->err = RELOAD_ERR_MEMORY;
                return;
            }
            cap *= 2;
        }
        /* not realloc: what moves out of the old block may be secret */
        uint8_t *grown = malloc(cap);
        if (grown == NULL) {
            buf->err = RELOAD_ERR_MEMORY;
            return;
        }
        if (buf->len > 0)
            memcpy(grown, buf->octets, buf->len);
        rl_wipe(buf->octets, buf->len);
        free(buf->octets);
        buf->octets = grown;
        buf->cap = cap;
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

void reload_hex_encode(const uint8_t *octets, size_t len, char *digits)
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        digits[2 * i] = hex[octets[i] >> 4];
        digits[2 * i + 1] = hex[octets[i] & 15];
    }
}

int rl_hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool reload_hex_decode(const char *digits, size_t len, uint8_t *octets)
{
    if (len % 2 != 0)
        return false;
    for (size_t i = 0; i < len; i += 2) {
        int high = rl_hex_digit((unsigned char)digits[i]);
        int low = rl_hex_digit((unsigned char)digits[i + 1]);
        if (high < 0 || low < 0)
            return false;
        octets[i / 2] = (uint8_t)(high << 4 | low);
    }
    return true;
}

size_t rl_utf8(const uint8_t *octets, size_t len, uint32_t *code)
{
    /* RFC 3629 section 4: the first octet tells the length and the bounds of the second */
    if (len == 0)
        return 0;
    uint8_t first = octets[0];
    size_t size;
    uint8_t low = 0x80, high = 0xbf;
    if (first < 0x80) {
        *code = first;
        return 1;
    } else if (first >= 0xc2 && first <= 0xdf) {
        size = 2;
        *code = first & 0x1fu;
    } else if (first >= 0xe0 && first <= 0xef) {
        size = 3;
        *code = first & 0x0fu;
        low = first == 0xe0 ? 0xa0 : 0x80;
        high = first == 0xed ? 0x9f : 0xbf;
    } else if (first >= 0xf0 && first <= 0xf4) {
        size = 4;
        *code = first & 0x07u;
        low = first == 0xf0 ? 0x90 : 0x80;
        high = first == 0xf4 ? 0x8f : 0xbf;
    } else {
        return 0;
    }
    if (len < size)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if (octets[i] < low || octets[i] > high)
            return 0;
        *code = *code << 6 | (octets[i] & 0x3fu);
        low = 0x80;
        high = 0xbf;
    }
    return size;
}
