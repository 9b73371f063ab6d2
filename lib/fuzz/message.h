/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of the message harness */
#ifndef RL_FUZZ_MESSAGE_H
#define RL_FUZZ_MESSAGE_H

#include "fuzz.h"
#include "verify/report-json.h"

enum { NOW = 1183900000, HEAD = 4, LENGTH_AT = 13, LENGTH_END = 16 };

struct verifier {
    reload_policy *policy;
    reload_judge *judge;
};

/* Made once and reused for each message, as in the tools */
struct harness {
    reload_signer *hmac, *none;
    struct verifier hmac_verifier, strict_verifier, none_verifier;
    reload_msg *msg, *made, *again;
    reload_report *report;
    struct explanations explanations;
};
extern struct harness all;

/* fuzz-message.c */
bool same(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len);
/* Whether the attributes cover the whole message. */
bool is_framed(const reload_msg *msg);

/* message-render.c */
/* The attributes cover the message without gaps, and their values are within it. */
void check_attributes(const reload_msg *msg);
/* Text for a terminal has no control characters except line feeds. */
void check_safe(const reload_buf *text, bool line);
void check_text(const reload_msg *msg);
/* The rows of a hex dump contain each octet once, in order. */
void check_rows(const reload_buf *text, const uint8_t *octets, size_t len);
void check_annotated(const reload_msg *msg);
/* A message compared with itself, and with copies that have a flipped bit or are truncated */
void check_diff(const reload_msg *msg, unsigned seed);
void check_json(const reload_msg *msg);
/* Findings are well formed and reproducible, and linting stops if the callback fails. */
void check_lint(const reload_msg *msg);
void check_building(const reload_msg *msg);

/* message-verify.c */
/* Verifies a message into all.report, which is checked and returned. */
const reload_report *verify(const struct verifier *verifier, const reload_msg *msg, int64_t time);
/* The report's entry of a signature, or NULL */
const reload_signature *entry_of(const reload_report *report, uint32_t attr);
/* The expected reason, by D24's order, of a message whose signatures are all correct */
reload_reason expected_reason(const reload_msg *msg);
/* A changed bit that the signature covers makes a valid message invalid. */
void check_tampering(const reload_buf *good, unsigned seed);
/* A stricter policy only adds reasons, in D24's order. */
void check_strictness(const reload_msg *msg);
/* Wrong digests are explained, and the report does not change. */
void check_explaining(const reload_msg *msg);

/* message-sign.c */
void check_appending(const reload_msg *msg);
/* After signing a message with any signatures, its SIGNATURE is valid, and signing again changes
 * nothing. */
void check_signing(const reload_msg *msg, unsigned flags);
void check_stripping(const reload_msg *msg, unsigned seed);

#endif
