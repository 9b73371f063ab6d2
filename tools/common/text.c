/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/text.h"

#include <stdio.h>
#include <string.h>

/* Octets of the UTF-8 sequence that an octet begins. */
static size_t sequence_size(unsigned char first)
{
    return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
}

/* The length of a text that ends at len octets, without an incomplete sequence at its end. */
static size_t without_cut(const char *text, size_t len)
{
    size_t back = 1; /* octets of the last sequence */
    while (back < 4 && back < len && ((unsigned char)text[len - back] & 0xc0) == 0x80)
        back++;
    return len > 0 && sequence_size((unsigned char)text[len - back]) > back ? len - back : len;
}

void text_vappend(char *text, size_t size, const char *format, va_list args)
{
    size_t used = strlen(text);
    int n = used < size ? vsnprintf(text + used, size - used, format, args) : 0;
    if (n < 0)
        text[used] = '\0';
    else if ((size_t)n >= size - used)
        text[without_cut(text, size - 1)] = '\0';
}

void text_append(char *text, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    text_vappend(text, size, format, args);
    va_end(args);
}

int text_start(const char *text, int most)
{
    return (int)without_cut(text, strnlen(text, (size_t)most));
}
