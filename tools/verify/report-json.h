/* SPDX-License-Identifier: BSD-2-Clause */
/* Reports as JSON. */
#ifndef VERIFY_REPORT_JSON_H
#define VERIFY_REPORT_JSON_H

#include "verify/explain/explain.h"

/* Writes a report as one JSON object without a newline. msg: NULL if it is not a message; report
 * then has a verdict, reason and detail alone. lint: the algorithm whose rules the message, and
 * each inner message, is checked by, or RELOAD_SECURITY_OPEN for none. explanations: of the report,
 * or NULL. flags: of reload_json_writer_init. RELOAD_ERR_WRITE: from sink; RELOAD_ERR_CRYPTO,
 * RELOAD_ERR_ARGUMENT: from lint_message.
 */
reload_err report_json_write(const reload_report *report, const reload_msg *msg,
                             const reload_origin *origin, reload_security lint,
                             struct explanations *explanations, unsigned flags, reload_sink sink,
                             void *arg);

#endif
