/* SPDX-License-Identifier: BSD-2-Clause */
/* Reports as JSON. */
#ifndef VERIFY_REPORT_JSON_H
#define VERIFY_REPORT_JSON_H

#include "verify/explain/explain.h"

/* The place of an item. */
struct report_place {
    const reload_origin *origin;
    uint64_t length; /* in octets of the file */
};

/* Each writes one JSON object without a newline. flags: of reload_json_writer_init.
 * RELOAD_ERR_WRITE: from sink. */
/* An error or a warning about a file, or NULL. */
reload_err report_json_note(const char *file, const char *words, bool warning, unsigned flags,
                            reload_sink sink, void *arg);
/* A message that could not be checked. */
reload_err report_json_unchecked(const reload_origin *origin, const char *why, unsigned flags,
                                 reload_sink sink, void *arg);
/* A report. msg: NULL if it is not a message; report then has a verdict, reason and detail alone.
 * lint: the algorithm whose rules apply to the message and each inner message, or
 * RELOAD_SECURITY_OPEN to skip lint. explanations: of the report, or NULL. RELOAD_ERR_CRYPTO,
 * RELOAD_ERR_ARGUMENT: from lint_message. */
reload_err report_json_write(const reload_report *report, const reload_msg *msg,
                             const struct report_place *place, reload_security lint,
                             struct explanations *explanations, unsigned flags, reload_sink sink,
                             void *arg);

#endif
