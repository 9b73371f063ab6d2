/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON, for the other modules of the library: what reload.h does not declare. */
#ifndef RL_JSON_JSON_H
#define RL_JSON_JSON_H

#include <reload/message.h>

/* The message has more octets of attributes and trailing octets than the header's Length counts. */
#define RL_JSON_TOO_LONG "more than 16777215 octets of attributes do not fit the header's Length"

/* Reads a message or garbage while its text comes. */
typedef struct rl_json_feed rl_json_feed;

/* NULL without memory. */
rl_json_feed *rl_json_feed_new(void);
/* Frees it and sets the pointer to NULL. */
void rl_json_feed_free(rl_json_feed **feed);
/* Begins a text, whose octets are appended to out. */
void rl_json_feed_begin(rl_json_feed *feed, reload_buf *out);
/* Takes the next piece of the text. RELOAD_ERR_TOO_LONG: the octets exceed a message, whatever
 * follows. RELOAD_ERR_MEMORY. */
reload_err rl_json_feed_put(rl_json_feed *feed, const char *text, size_t len);
/* The members of meta that are read. */
typedef struct rl_json_meta {
    reload_time captured;             /* or RELOAD_NO_TIME */
    reload_value source, destination; /* of RELOAD_KIND_IP_PORT, or of another kind: not known */
    const char *transport;            /* "UDP", "TCP" or NULL */
} rl_json_meta;

/* Ends the text: like reload_json_read, and with it the message's meta. */
reload_err rl_json_feed_end(rl_json_feed *feed, rl_json_meta *meta, reload_diag *diag);

#endif
