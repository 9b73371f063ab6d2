/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts in arrays. */
#ifndef RELOAD_TEXT_H
#define RELOAD_TEXT_H

#include <stdarg.h>
#include <stddef.h>

/* Appends to a terminated text of at most size octets. What does not fit ends between characters.
 */
__attribute__((format(printf, 3, 4))) void text_append(char *text, size_t size, const char *format,
                                                       ...);
__attribute__((format(printf, 3, 0))) void text_vappend(char *text, size_t size, const char *format,
                                                        va_list args);
/* The length of the longest start of a terminated text, of at most most octets, that ends between
 * characters; for "%.*s". */
int text_start(const char *text, int most);

#endif
