/* Reading an input and writing down its items. */
#ifndef RL_TESTS_COLLECT_H
#define RL_TESTS_COLLECT_H

#include "test.h"

/* The items of an input: their text, and the octets of messages and garbage. */
struct test_log {
    char text[4096];
    size_t len;
    reload_buf octets;
};

/* Reads all items of a source. log->text is "M72@0" for a message of 72 octets at offset 0,
 * "G5@72!2" for garbage with its error code, "B80@1:2!6" for an error at line 1, column 2; in the
 * end the result if it is not RELOAD_OK. detected: the form that each item must have. */
void test_collect(struct test_log *log, reload_form form, struct test_source *source,
                  reload_form detected);
/* The same with a source of its own. */
void test_collect_from(struct test_log *log, reload_form form, reload_source pull,
                       struct test_source *source, reload_form detected);
/* The items do not depend on how the octets come (one by one, in odd pieces, all at once), or on
 * whether the form is specified. octets: those of the items in hex, or NULL. */
void test_reads(const void *input, size_t len, reload_form form, const char *expected,
                const char *octets);

#define M68 HEADER                                                  /* a message of 68 octets */
#define M72 HEADER_TO_LENGTH "000004" HEADER_FROM_LENGTH "00070000" /* one of 72 */
#define J68 "{\"header\":{\"method\": \"PEER-JOIN\"}}"              /* 34 characters */
/* 68 characters */
#define J72 "{\"header\":{\"method\": 1}, \"attributes\": [{\"type\": \"SDP\", \"hex\": \"\"}]}"

#endif
