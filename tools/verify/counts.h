/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts of messages, for reports without a line for each message. */
#ifndef VERIFY_COUNTS_H
#define VERIFY_COUNTS_H

#include "common/tool.h"

enum {
    VERIFY_VERDICTS = RELOAD_PINNED + 1,
    VERIFY_REASONS = RELOAD_REASON_EXPIRED + 1,
    /* The limit of peers' rows begun by messages that pass, and of rows begun by others. There are
     * two limits, so that invented IDs cannot displace a peer whose messages pass. */
    COUNTED_PEERS = 1000
};

/* Messages by their verdict. */
struct tally {
    uint64_t passed, failed;
};

struct counted_peer {
    uint8_t id[RELOAD_ID_SIZE];
    struct tally tally;
};

/* Zero-initialise it. */
struct counts {
    uint64_t messages, garbage, unchecked;
    uint64_t verdicts[VERIFY_VERDICTS], reasons[VERIFY_REASONS];
    struct tally methods[128], securities[256];   /* by the header's values */
    struct counted_peer peers[2 * COUNTED_PEERS]; /* by ascending ID */
    size_t peer_count;
    size_t begun[2];          /* rows of peers, by whether their first message passed */
    struct tally other_peers; /* messages of peers without a row */
    uint64_t inner;           /* messages inside others, */
    uint64_t inner_verdicts[VERIFY_VERDICTS], inner_reasons[VERIFY_REASONS];
};

/* Counts a message with the messages inside it; or garbage, if msg is NULL. */
void counts_add(struct counts *s, const reload_msg *msg, const reload_report *report);
/* Counts a message that could not be checked. */
void counts_add_unchecked(struct counts *s);
/* Whether nothing was counted. */
bool counts_are_empty(const struct counts *s);
/* Writes the counts as a table, or as a JSON object on a line. Nothing can be added after it. */
void counts_write(struct counts *s, bool json, struct output *out);

#endif
