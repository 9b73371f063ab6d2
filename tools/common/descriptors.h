/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading and writing descriptors. */
#ifndef RELOAD_DESCRIPTORS_H
#define RELOAD_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Opens closed descriptors among 0 to 2 to /dev/null, standard input for writing and the others for
 * reading. So no file that is opened later gets their numbers, and using one still fails. Called
 * before anything else. */
void descriptors_open_standard(void);
/* read(2), repeated after a signal; waits for a non-blocking descriptor. */
ssize_t descriptor_read(int fd, void *octets, size_t size);
/* Writes all octets, also after signals and to non-blocking descriptors. Returns false with errno
 * set. */
bool descriptor_write(int fd, const void *octets, size_t len);
/* The descriptor that a path such as /dev/fd/3 or /dev/stdout, or a symbolic link to one, names. It
 * may be closed. -1: the path names a file. */
int descriptor_named(const char *path);

#endif
