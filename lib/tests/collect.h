/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading an input's items, and describing them in one line of text */
#ifndef RL_TESTS_COLLECT_H
#define RL_TESTS_COLLECT_H

#include "test.h"

/* The items as text, and the octets of messages and garbage */
struct test_log {
    char text[4096];
    size_t len;
    reload_buf octets;
};

/* Reads all items of a source. In log->text, "M72@0" is a message of 72 octets at offset 0,
 * "M72@0!5" one with a fault of its framing, "G5@72!2" is garbage of 5 octets with error code 2,
 * and "B@80=1:2!6" is a bad item at offset 80, line 1, column 2, with error code 6. "!9" at the end
 * is the reader's error code. detected: the expected form of each item. */
void test_collect(struct test_log *log, reload_form form, struct test_source *source,
                  reload_form detected);
/* The same with another function for the source */
void test_collect_from(struct test_log *log, reload_form form, reload_source pull,
                       struct test_source *source, reload_form detected);
/* Asserts that the items are as expected for each size of the source's chunks, both with the form
 * specified and with it detected. octets: the items' octets in hex, or NULL. */
void test_reads(const void *input, size_t len, reload_form form, const char *expected,
                const char *octets);

#define M68 HEADER                                                  /* 68 octets */
#define M72 HEADER_TO_LENGTH "000004" HEADER_FROM_LENGTH "00070000" /* 72 octets */
#define J68 "{\"header\":{\"method\": \"PEER-JOIN\"}}"              /* 34 characters */
/* 68 characters */
#define J72 "{\"header\":{\"method\": 1}, \"attributes\": [{\"type\": \"SDP\", \"hex\": \"\"}]}"

#endif
