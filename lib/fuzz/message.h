/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of the message harness */
#ifndef RL_FUZZ_MESSAGE_H
#define RL_FUZZ_MESSAGE_H

#include "judging.h"

/* Made once and reused for each message, as in the tools */
struct harness {
    reload_signer *hmac, *none;
    struct verifier hmac_verifier, strict_verifier, none_verifier;
    reload_msg *msg, *made, *again;
};
extern struct harness all;

/* fuzz-message.c */
/* A stricter policy only adds reasons, in D24's order. */
void check_strictness(const reload_msg *msg);

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

/* message-sign.c */
void check_appending(const reload_msg *msg);
/* After signing a message with any signatures, its SIGNATURE is valid, and signing again changes
 * nothing. */
void check_signing(const reload_msg *msg, unsigned flags);
void check_stripping(const reload_msg *msg, unsigned seed);

#endif
