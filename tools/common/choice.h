/* SPDX-License-Identifier: BSD-2-Clause */
/* The choice of messages to write, by their headers and by the packets of a capture that hold them.
 * All other messages are still read and judged. */
#ifndef RELOAD_CHOICE_H
#define RELOAD_CHOICE_H

#include "common/arguments.h"

enum { CHOICE_MAX_IDS = 64, CHOICE_MAX_FRAMES = 64, CHOICE_METHODS = 128 };

/* The first digits of IDs, of an option that may be repeated. */
struct choice_ids {
    struct choice_id {
        uint8_t octets[RELOAD_ID_SIZE]; /* the digits, and zeros */
        size_t digits;
    } ids[CHOICE_MAX_IDS];
    size_t count;
};

/* Values of --method. */
struct choice_methods {
    bool chosen[CHOICE_METHODS];
    bool any; /* one is chosen */
};

/* Runs of frame numbers, of an option that may be repeated. */
struct choice_frames {
    struct choice_run {
        uint64_t first, last;
    } runs[CHOICE_MAX_FRAMES];
    size_t count;
};

/* The choice that the options specify. Zero-initialise it: every message is then chosen. */
struct choice {
    struct choice_methods methods;
    struct choice_ids peers, transactions;
    bool requests, responses;
    struct choice_frames frames;
    bool captured_frames; /* the frames choose among captured items; all others are chosen */
    uint64_t seen, taken; /* messages */
};

/* Rows of a table of options for the member of the tool's struct that is a struct choice. */
/* clang-format off */
#define CHOICE_ROWS(struct_type, member)                                                         \
    OPTION_CALL_ON(0, "method", "NAME", struct_type, member.methods, struct choice_methods,      \
                   choice_method_option,                                                         \
                   "write only messages of this method, by name or number; may be repeated"),   \
    OPTION_CALL_ON(0, "peer", "HEX", struct_type, member.peers, struct choice_ids,               \
                   choice_peer_option,                                                           \
                   "write messages from or to the Peer-ID that begins with HEX; may be repeated"), \
    OPTION_CALL_ON(0, "transaction", "HEX", struct_type, member.transactions, struct choice_ids, \
                   choice_transaction_option,                                                    \
                   "write messages whose Transaction ID begins with HEX; may be repeated"),      \
    OPTION_FLAG(0, "requests", struct_type, member.requests, "write only requests", NULL,       \
                "responses"),                                                                    \
    OPTION_FLAG(0, "responses", struct_type, member.responses, "write only responses"),         \
    OPTION_CALL_ON(0, "frame", "N[-M]", struct_type, member.frames, struct choice_frames,        \
                   choice_frame_option,                                                          \
                   "write only messages in packet N of a capture, or in packets N to M; may be " \
                   "repeated")
/* clang-format on */

option_call choice_method_option, choice_peer_option, choice_transaction_option,
    choice_frame_option;

/* The name of a specified option that chooses, without "--"; or NULL. */
const char *choice_option(const struct choice *choice);
/* Ends the program if the input's form leaves an option without effect. */
void choice_check(const struct choice *choice, const struct tool *tool, struct input_form form);
/* Whether an item is chosen: it matches one of the values of each kind of option that is specified.
 * msg: NULL for garbage, which matches no value of a header field. Call it once for each item. */
bool choice_takes(struct choice *choice, const reload_msg *msg, const reload_origin *origin);
/* The peer that a message claims as its sender: the Peer-ID in its SOURCE-INFO, else its Source ID.
 * The claim is not verified unless the message passes. */
const uint8_t *choice_sender(const reload_msg *msg);
/* At the end: warns if there were messages, but none was chosen; reports frame numbers if no input
 * was a capture. file: the one whose messages they are; NULL: there may be several. */
void choice_finish(const struct choice *choice, struct tool *tool, bool captures, const char *file);

#endif
