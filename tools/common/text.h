/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts in arrays. */
#ifndef RELOAD_TEXT_H
#define RELOAD_TEXT_H

#include <stdarg.h>
#include <stddef.h>

/* Appends to a terminated text of at most size octets. A text that does not fit is cut between
 * characters. */
__attribute__((format(printf, 3, 4))) void text_append(char *text, size_t size, const char *format,
                                                       ...);
__attribute__((format(printf, 3, 0))) void text_vappend(char *text, size_t size, const char *format,
                                                        va_list args);
/* The length of a terminated text, cut between characters to at most most octets; for "%.*s". */
int text_start(const char *text, int most);

#endif
