/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted text at the end of a buffer. Rendering spends most of its time here, and printf takes
 * five times as long. */
#include "base/base.h"

#include <stdio.h>
#include <string.h>

char *rl_put_decimal(char *text, uint64_t number, unsigned least)
{
    unsigned count = number < 10 ? 1 : 2;
    for (uint64_t left = number / 10; left > 9; left /= 10)
        count++;
    count = count < least ? least : count;
    for (char *at = text + count; at > text; number /= 10)
        *--at = (char)('0' + number % 10);
    return text + count;
}

/* A conversion: %[-0][width][.precision][length]letter */
struct conversion {
    bool left, zeros;
    int width, precision; /* precision: -1 if there is none */
    int size;             /* of the number, in octets */
    char letter;
};

static int read_number(const char **at)
{
    int number = 0;
    for (; **at >= '0' && **at <= '9' && number < 1000; ++*at)
        number = 10 * number + (**at - '0');
    return number;
}

/* Reads a conversion after its "%". The arguments for "*" follow in args. */
static struct conversion read_conversion(const char **at, va_list *args)
{
    struct conversion c = {.precision = -1};
    for (; **at == '-' || **at == '0'; ++*at) {
        c.left = c.left || **at == '-';
        c.zeros = c.zeros || **at == '0';
    }
    if (**at == '*') {
        c.width = va_arg(*args, int);
        ++*at;
    } else {
        c.width = read_number(at);
    }
    if (**at == '.' && *++*at == '*') {
        c.precision = va_arg(*args, int);
        ++*at;
    } else if ((*at)[-1] == '.') {
        c.precision = read_number(at);
    }
    for (; **at == 'l' || **at == 'z' || **at == 'j'; ++*at)
        c.size = (int)(**at == 'z'                  ? sizeof(size_t)
                       : **at == 'l' && c.size == 0 ? sizeof(long)
                                                    : sizeof(int64_t));
    c.letter = **at;
    *at += c.letter != '\0';
    return c;
}

/* Like reload_buf_append, and faster for the few octets that fit. */
static void append(reload_buf *buf, const char *text, size_t len)
{
    if (buf->err == RELOAD_OK && len < buf->cap - buf->len) {
        memcpy(buf->octets + buf->len, text, len);
        buf->len += len;
    } else {
        reload_buf_append(buf, text, len);
    }
}

static void append_run(reload_buf *buf, char octet, int count)
{
    char run[32];
    memset(run, octet, sizeof run);
    for (; count > 0; count -= (int)sizeof run)
        append(buf, run, count < (int)sizeof run ? (size_t)count : sizeof run);
}

/* Appends a text in its field. */
static void append_field(reload_buf *buf, const struct conversion *c, const char *text, size_t len)
{
    int fill = len < (size_t)(c->width > 0 ? c->width : 0) ? c->width - (int)len : 0;
    if (!c->left)
        append_run(buf, c->zeros ? '0' : ' ', fill);
    append(buf, text, len);
    if (c->left)
        append_run(buf, ' ', fill);
}

static void append_number(reload_buf *buf, const struct conversion *c, uint64_t number, bool minus)
{
    char digits[24], *at = digits + sizeof digits;
    unsigned base = c->letter == 'x' ? 16 : 10;
    do {
        *--at = "0123456789abcdef"[number % base];
        number /= base;
    } while (number > 0);
    if (minus)
        *--at = '-';
    append_field(buf, c, at, (size_t)(digits + sizeof digits - at));
}

static void append_signed(reload_buf *buf, const struct conversion *c, va_list *args)
{
    int64_t number = c->size == 8 ? va_arg(*args, int64_t) : va_arg(*args, int);
    append_number(buf, c, number < 0 ? 0 - (uint64_t)number : (uint64_t)number, number < 0);
}

static void append_unsigned(reload_buf *buf, const struct conversion *c, va_list *args)
{
    uint64_t number = c->size == 8 ? va_arg(*args, uint64_t) : va_arg(*args, unsigned);
    append_number(buf, c, number, false);
}

static void append_text(reload_buf *buf, const struct conversion *c, va_list *args)
{
    const char *text = va_arg(*args, const char *);
    size_t len = c->precision < 0 ? strlen(text) : strnlen(text, (size_t)c->precision);
    append_field(buf, c, text, len);
}

/* Appends what a conversion yields. Returns false if it is not one of the few that are known. */
static bool convert(reload_buf *buf, const struct conversion *c, va_list *args)
{
    char octet;
    bool number = c->letter == 'd' || c->letter == 'u' || c->letter == 'x';
    if (c->width < 0 || (number && (c->precision >= 0 || (c->zeros && c->left))) ||
        (c->zeros && c->letter == 'd'))
        return false;
    switch (c->letter) {
    case 'd':
        append_signed(buf, c, args);
        return true;
    case 'u':
    case 'x':
        append_unsigned(buf, c, args);
        return true;
    case 's':
        append_text(buf, c, args);
        return true;
    case 'c':
        octet = (char)va_arg(*args, int);
        append_field(buf, c, &octet, 1);
        return true;
    case '%':
        append(buf, "%", 1);
        return true;
    default:
        return false;
    }
}

/* Any format, by printf. */
static void append_printed(reload_buf *buf, const char *format, va_list args)
{
    char words[192];
    rl_vtext(words, sizeof words, format, args);
    append(buf, words, strlen(words));
}

void rl_format(reload_buf *buf, const char *format, va_list args)
{
    size_t start = buf->len;
    va_list again, rest;
    va_copy(again, args);
    va_copy(rest, args);
    for (const char *at = format; *at != '\0';) {
        const char *end = strchrnul(at, '%');
        if (end > at)
            append(buf, at, (size_t)(end - at));
        at = end;
        if (*at == '\0')
            break;
        at++;
        if (*at == 's') { /* the most frequent one */
            const char *text = va_arg(rest, const char *);
            append(buf, text, strlen(text));
            at++;
            continue;
        }
        struct conversion c = read_conversion(&at, &rest);
        if (!convert(buf, &c, &rest)) {
            buf->len = start;
            append_printed(buf, format, again);
            break;
        }
    }
    va_end(rest);
    va_end(again);
}
