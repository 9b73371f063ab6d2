/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the parts of reload-verify. */
#ifndef VERIFY_H
#define VERIFY_H

#include "common/batch.h"
#include "common/choice.h"
#include "common/forms.h"
#include "common/kept.h"
#include "common/packets.h"
#include "common/pipeline.h"
#include "common/policy.h"
#include "ladder/ladder.h"
#include "store/store.h"
#include "verify/explain/explain.h"
#include "verify/counts.h"

#include <time.h>

/* The choice of failures to write. */
struct failures {
    bool all;                     /* --invalid */
    bool reasons[VERIFY_REASONS]; /* --reason */
    bool by_reason;               /* one is specified */
};

/* The command line. */
struct verify_options {
    struct policy_options policy;
    reload_time time;  /* TIME_NOT_SPECIFIED: now */
    bool capture_time; /* each message's own */
    int64_t replay_peers, jobs, cache;
    bool json, lint, explain, verbose, check_all, summary;
    struct choice choice;
    struct failures failures;
    const struct form *form; /* to write the messages that pass in; NULL: write reports */
    int color;               /* an index of color_words */
    struct input_options input;
    const char *output;
    const char *report, *rejects, *annotate; /* files, or NULL */
};

/* A message or garbage between judging and printing. */
struct slot {
    struct batch early; /* errors reported before the state was committed */
    reload_buf notes;   /* about files, as lines of JSON, to write before the report */
    bool has_report;    /* false: it was reported in full */
    const char *error;  /* the error if the item could not be checked, or NULL */
    struct kept kept;
    bool chosen; /* by its header */
    reload_moment moment;
    reload_err err; /* of judging */
    reload_report *report;
    bool is_rest; /* garbage that is the SIGNATURE of the message before it */
};

enum { SEEN = 4096, DEFAULT_CACHE_MIB = RELOAD_DEFAULT_CACHE / (1024 * 1024) };

/* A request that passed in this run: its Source ID and Transaction ID. */
struct seen {
    uint8_t octets[RELOAD_ID_SIZE + RELOAD_TRANSACTION_SIZE];
};

/* The identity and times of a regular file, to detect a change. */
struct file_state {
    bool exists;
    dev_t dev;
    ino_t ino;
    off_t size;
    struct timespec changed;
};

/* A file of certificates or CRLs. If CRLs may be read again, its octets are kept for the next
 * policy. */
struct source {
    const char *path;
    octets_taker *take;
    bool watched;            /* a regular file of CRLs */
    struct file_state state; /* when it was last read */
    reload_buf octets;
    reload_buf next; /* while the next policy is made: of a watched file */
};

enum { MAX_SOURCES = 3 * RELOAD_MAX_FILES };

struct verify {
    struct tool tool;
    struct verify_options options;
    reload_policy *policy;
    reload_judge **judges; /* one for each worker, and one for the commit; owned */
    size_t judge_count;
    struct source sources[MAX_SOURCES];
    size_t source_count;
    bool watches;    /* some source is watched */
    int64_t watched; /* when changes were last looked for, by tool_milliseconds */
    bool crls_checked;
    reload_time checked;      /* when the CRLs were checked */
    reload_time next_warning; /* time of the next warning, or RELOAD_NO_TIME */
    struct store store;
    reload_store functions;
    bool stores;  /* something is remembered */
    bool stopped; /* the store failed; nothing more can be judged, */
    bool lost;    /* and the state of some messages was not stored */
    struct pipeline *pipeline;
    struct slot *slots;     /* those of the pipeline; owned */
    struct slot *current;   /* the one being filled; NULL before there are slots */
    reload_buf notes;       /* until then, as a slot's */
    bool keeps;             /* more is read before a slot is printed */
    struct seen seen[SEEN]; /* for expecting replays; a later request replaces an earlier one */
    uint64_t verdicts[VERIFY_VERDICTS][VERIFY_REASONS]; /* how many reports had them */
    uint64_t unchecked;                                 /* messages without a report */
    struct explanations explanations;                   /* of the message that is being printed */
    struct output out, report, rejects, annotate;
    struct packets *packets; /* of --annotate and the form pcapng; else NULL */
    struct counts counts;
    struct ladder *ladder; /* if the form is one */
    struct input in;
    bool reported;             /* reports go where standard error goes */
    const char *unsigned_file; /* of the last item if it was a message without SIGNATURE, or NULL */
};

/* run.c: judges all messages of the files; the exit status is in the tool. */
void verify_run(struct verify *v, char **files, int count);

/* ---- policy.c: the policy, and CRLs that change ---- */

/* Lists the files of certificates and CRLs. If there are CRLs, SIGHUP then asks to read them again
 * instead of ending the program. */
void policy_list_files(struct verify *v);
/* Makes the policy and the judges. Returns false after reporting an error. */
bool policy_make(struct verify *v);
/* Between two messages: if CRLs changed, or SIGHUP came, finishes the slots and replaces the
 * policy. If a CRL cannot be read, the old policy stays, with a warning. */
void policy_refresh(struct verify *v);
/* Warns of doubtful CRLs (D18): at the first time of checking, and then when one goes out of date
 * during the run, unless the time is each message's own. */
void policy_check_crls(struct verify *v, reload_time now);
/* The time of checking, unless it is each message's own. */
reload_time policy_time(const struct verify *v);
void policy_forget(struct verify *v);

/* ---- choose.c: which messages are written ---- */

/* Handles --reason [struct failures]. */
option_call failures_reason_option;
/* Whether the slot's item is written, according to its header and, if it has a report, to its
 * failures, including those of inner messages. */
bool choose_slot(const struct verify *v, const struct slot *slot);
/* The same, before it is judged, if it turns out to be malformed. */
bool choose_malformed(const struct verify *v, const struct slot *slot);

/* ---- slots.c: from judging to the commit ---- */

/* Makes the pipeline and its slots. Returns false without memory. */
bool slots_open(struct verify *v);
/* Reports that the slot's message could not be checked. */
void slot_fail(struct verify *v, struct slot *slot, const char *why);
/* Whether a request passed before in this run: a hint that saves work, since the store decides. */
bool slots_expect_replay(struct verify *v, const reload_msg *msg);
/* Passes the current slot on, and makes the next one the current one. */
void slots_add(struct verify *v);
/* Judges, commits and writes all slots. The current slot may have errors and notes already. */
void slots_finish(struct verify *v);
void slots_free(struct verify *v);

/* ---- writers.c: the outputs of reports and messages ---- */

/* Opens the outputs. Returns false after reporting an error. */
bool writers_open(struct verify *v);
/* Writes pending octets; old: only those that have been pending for long. */
void writers_flush(struct verify *v, bool old);
/* Whether an output failed. */
bool writers_failed(const struct verify *v);
/* A tool_note: adds it to the notes of the current slot. */
void writers_note(void *arg, const char *file, const char *words, bool warning);
/* Writes the slot's notes and its report or message. */
void writers_write(struct verify *v, struct slot *slot);
/* Closes the outputs. read: all input was read, so that their files appear even if they are empty.
 */
void writers_close(struct verify *v, bool read);

/* ---- annotate.c: output as packets ---- */

/* The outputs of packets, in the order in which they are added. */
enum { PACKETS_OUT, PACKETS_REJECTS, PACKETS_ANNOTATE };
/* Prepares --annotate and the form pcapng, once the outputs are open. Returns false without memory.
 */
bool annotate_open(struct verify *v);
/* Writes a slot's message to an output in its packets. */
void annotate_write_message(struct verify *v, const struct slot *slot, unsigned output);
/* Comments on a slot's last packet, if that is asked for. */
void annotate_slot(struct verify *v, const struct slot *slot);
/* Writes all packets that wait. read: all input was read. */
void annotate_finish(struct verify *v, bool read);

/* closing.c: counts a slot's verdict, and prints them all after a capture's counts, if there was
 * one. */
void closing_count(struct verify *v, const struct slot *slot);
void closing_print(struct verify *v);

/* report-text.c: prints a slot's report in lines. If messages are written instead, warns of a
 * message that is not passed on, and prints the results of --lint and --explain as warnings. */
void report_text(struct verify *v, const struct slot *slot);
void report_rejected(struct verify *v, const struct slot *slot);
/* Writes "invalid: bad-digest (431): …", escaped. */
reload_err report_verdict(const reload_report *report, reload_sink sink, void *arg);

#endif
