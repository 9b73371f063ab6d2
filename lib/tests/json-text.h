/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages in JSON, and their octets in hex */
#ifndef RL_TESTS_JSON_TEXT_H
#define RL_TESTS_JSON_TEXT_H

#define ID      "463ac413c4000000000000000000000000000000"
#define ZERO_ID "0000000000000000000000000000000000000000"

/* Messages with the default value of each field */
#define START  \
    "52454c4f" \
    "20000000" \
    "01010100"
#define REST                           \
    ZERO_ID ZERO_ID "0000000000000000" \
                    "00000000"
#define PLAIN(length) START "00" length REST
/* The beginning of a message; its attributes follow. */
#define H "{\"header\": {\"method\": 0}, \"attributes\": ["

#endif
