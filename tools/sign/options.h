/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-sign's command line. */
#ifndef RELOAD_SIGN_OPTIONS_H
#define RELOAD_SIGN_OPTIONS_H

#include "common/forms.h"
#include "common/policy.h"
#include "mutate/mutate.h"

/* Initialise it with SIGN_OPTIONS_INIT; policy_free frees its policy. */
struct sign_options {
    struct policy_options policy;
    const char *secret, *key, *cert, *resource_key, *resource_cert, *passphrase_file; /* files */
    int64_t time, boot_time; /* or NOT_SPECIFIED */
    const char *counter_file;
    struct octets_value transaction_id, peer_id;
    unsigned flags; /* RELOAD_SIGN_… */
    const char *reply_to;
    int64_t code; /* or NOT_SPECIFIED */
    bool tbs, strip;
    const char *attach;    /* file */
    const char *route_log; /* JSON */
    struct mutate_options mutate;
    const char *example;
    const struct form *form; /* NULL: not specified */
    unsigned json_flags;
    struct input_options input;
    int64_t jobs;
    const char *output;
    char **files;
    int file_count;
};

#define SIGN_OPTIONS_INIT                                                                 \
    {                                                                                     \
        .policy = POLICY_OPTIONS_INIT, .time = NOT_SPECIFIED, .boot_time = NOT_SPECIFIED, \
        .code = NOT_SPECIFIED, .jobs = pipeline_default_jobs()                            \
    }

/* Stores the options' values. Ends the program if one cannot be used. */
void sign_options_parse(struct tool *tool, struct sign_options *options, int argc, char **argv);
/* Ends the program if the options cannot be combined, or one that is required is missing. */
void sign_options_check(const struct tool *tool, const struct sign_options *options);

/* Whether there is something to sign with. */
bool sign_options_keyed(const struct sign_options *options);

#endif
