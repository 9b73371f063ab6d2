/* SPDX-License-Identifier: BSD-2-Clause */
/* Values in words: each function writes a terminated text of at most size octets. */
#ifndef RL_VERIFY_WORDS_H
#define RL_VERIFY_WORDS_H

#include "base/base.h"

/* "25 min", "2 h 5 min". Returns text. */
const char *rl_span_text(reload_time span, char *text, size_t size);

#endif
