/* SPDX-License-Identifier: BSD-2-Clause */
/* One run of lint over a message, for lint.c and lint-attributes.c. */
#ifndef VERIFY_LINT_RUN_H
#define VERIFY_LINT_RUN_H

#include "verify/lint.h"

enum { LINT_PRESENCE = 8 }; /* rows of the presence table */

struct lint {
    const reload_msg *msg;
    const reload_suite *suite; /* the overlay's */
    lint_sink sink;
    void *arg;
    reload_err err; /* the first error; nothing is reported after it */
    bool response;
    uint32_t method;
    int code;                      /* a response's; -1: not known */
    uint32_t first[LINT_PRESENCE]; /* of each row's type, up to the SIGNATURE's end */
    bool has_timestamp;            /* the message's SIGNATURE has one */
    uint32_t timestamp;
};

/* Reports a finding at an attribute, at a header field or, with RELOAD_NO_ATTR and RELOAD_FIELDS,
 * about the message. */
__attribute__((format(printf, 5, 6))) void lint_raise(struct lint *l, enum lint_rule rule,
                                                      uint32_t attr, reload_field field,
                                                      const char *format, ...);
#define RAISE_FIELD(l, rule, field, ...) lint_raise(l, rule, RELOAD_NO_ATTR, field, __VA_ARGS__)
#define RAISE_ATTR(l, rule, attr, ...)   lint_raise(l, rule, attr, RELOAD_FIELDS, __VA_ARGS__)
#define RAISE(l, rule, ...)              RAISE_ATTR(l, rule, RELOAD_NO_ATTR, __VA_ARGS__)

/* Whether the message is a request of that method. */
bool lint_is_request(const struct lint *l, uint32_t method);
/* The message's first attribute of a type in the presence table, or RELOAD_NO_ATTR. */
uint32_t lint_first_of(const struct lint *l, uint16_t type);

/* lint-attributes.c: the rules of every attribute, and of its type. */
void lint_attribute(struct lint *l, uint32_t attr);

#endif
