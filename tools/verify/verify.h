/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of reload-verify share. */
#ifndef VERIFY_H
#define VERIFY_H

#include "common/batch.h"
#include "common/forms.h"
#include "common/policy.h"
#include "store/store.h"
#include "verify/explain/explain.h"

/* The command line. */
struct verify_options {
    struct policy_options policy;
    reload_time time;  /* TIME_NOT_SPECIFIED: now */
    bool capture_time; /* each message's own */
    int64_t replay_peers;
    bool json, lint, explain, verbose;
    const struct form *form; /* to write the messages that pass in; NULL: write reports */
    struct input_options input;
    const char *output;
};

/* A message or garbage between judging and printing. */
struct slot {
    struct batch early;    /* errors reported before the state was committed */
    bool has_report;       /* else it was reported in full */
    const reload_msg *msg; /* NULL: not a message */
    reload_msg *own_msg;   /* what msg points to if later messages are read before it is printed */
    reload_buf octets;     /* of own_msg */
    reload_origin origin;
    reload_moment moment;
    reload_report *report;
};

enum { MAX_SLOTS = 64, SEEN = 4096 };

/* A request that passed in this run: its Source ID and Transaction ID. */
struct seen {
    uint8_t octets[RELOAD_ID_SIZE + RELOAD_TRANSACTION_SIZE];
};

struct verify {
    struct tool tool;
    struct verify_options options;
    reload_policy *policy;
    reload_judge *judge;
    struct store store;
    reload_store functions;
    bool stores; /* something is remembered */
    bool crls_checked;
    bool stopped; /* the store failed; nothing more can be judged */
    struct slot slots[MAX_SLOTS];
    struct seen seen[SEEN]; /* to expect replays; a later request replaces an earlier one */
    size_t filled;          /* slots that wait for the commit */
    size_t octets;          /* in them */
    int64_t since;          /* when the first was filled, by tool_milliseconds */
    struct explanations explanations; /* of the message that is being printed */
    struct output out;
    struct input in;
};

/* run.c: judges all messages of the files; the exit status is in the tool. */
void verify_run(struct verify *v, char **files, int count);

/* report-text.c: prints a slot's report in lines, or, if messages are passed on, warnings. */
void report_text(struct verify *v, const struct slot *slot);
void report_filtered(struct verify *v, const struct slot *slot);

#endif
