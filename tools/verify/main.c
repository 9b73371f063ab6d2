/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-verify: verifies messages as a receiving peer must. */
#include "common/descriptors.h"
#include "verify/verify.h"

#include <string.h>

static void time_option(struct tool *tool, const struct option_row *row, const char *text,
                        void *target)
{
    struct verify_options *options = target;
    options->capture_time = strcmp(text, "capture") == 0;
    options->time = options->capture_time ? TIME_NOT_SPECIFIED
                                          : argument_time_or(tool, row->name, text, "; or capture");
}

static void form_option(struct tool *tool, const struct option_row *row, const char *text,
                        void *target)
{
    static const struct form *const forms[] = {&form_binary, &form_json, &form_hex, &form_pcapng,
                                               &form_ladder, &form_svg,  NULL};
    *(const struct form **)target = form_named(tool, row->name, text, forms);
}

/* clang-format off */
static const struct option_row rows[] = {
    POLICY_COMMON_ROWS(struct verify_options, policy, NULL),
    POLICY_VERIFY_ROWS(struct verify_options, policy),
    OPTION_NUMBER(0, "replay-peers", "N", struct verify_options, replay_peers, 1, UINT32_MAX,
                  "keep replay state of at most N peers (default: 1000000)",
                  "replay|replay-state|profile"),
    OPTION_CALL('t', "time", "TIME", time_option,
                "check as of TIME (default: now), or as of each message's capture with capture"),
    OPTION_FLAG('v', "verbose", struct verify_options, verbose, "report each signature too", NULL,
                "json format quiet"),
    OPTION_FLAG(0, "summary", struct verify_options, summary,
                "report counts by verdict, reason, method, algorithm and peer", NULL,
                "format verbose quiet"),
    OPTION_FLAG(0, "json", struct verify_options, json,
                "report as JSON, one line per message", NULL, "format"),
    OPTION_FLAG(0, "check-all", struct verify_options, check_all,
                "check all signatures, even after one fails"),
    OPTION_FLAG(0, "lint", struct verify_options, lint,
                "report the rules of the drafts that a message breaks; verdicts do not change"),
    OPTION_FLAG(0, "explain", struct verify_options, explain,
                "for each bad digest, report which known mistake reproduces it"),
    OPTION_CALL_ON('f', "format", "FORM", struct verify_options, form, const struct form *,
                   form_option,
                "write the messages that pass, as binary, json, hex or pcapng, instead of "
                "reports; or draw all messages with their verdicts, as ladder or svg"),
    OPTION_WORD(0, "color", "WHEN", struct verify_options, color, color_words,
                "colour a ladder: auto (default), always or never", "format"),
    CHOICE_ROWS(struct verify_options, choice),
    OPTION_FLAG(0, "invalid", struct verify_options, failures.all,
                "report only invalid and malformed messages", NULL, "reason"),
    OPTION_CALL_ON(0, "reason", "REASON", struct verify_options, failures, struct failures,
                   failures_reason_option,
                   "report only messages that fail for this reason; may be repeated"),
    OPTIONS_INPUT(struct verify_options, input),
    OPTIONS_CAPTURE(struct verify_options, input),
    OPTION_JOBS(struct verify_options, jobs, NULL, NULL),
    OPTION_NUMBER(0, "cache", "MIB", struct verify_options, cache, 0, 1024,
                  "keep at most MIB MiB of certificates and good signatures in each thread "
                  "(default: 4)",
                  "ca|pin|profile"),
    OPTION_TEXT('o', "output", "FILE", struct verify_options, output,
                "write to FILE instead of standard output"),
    OPTION_TEXT(0, "report", "FILE", struct verify_options, report,
                "write the lines of --json to FILE too"),
    OPTION_TEXT(0, "rejects", "FILE", struct verify_options, rejects,
                "write the messages that --format does not pass to FILE"),
    OPTION_TEXT(0, "annotate", "FILE", struct verify_options, annotate,
                "write the whole capture to FILE as pcapng, with each verdict as a packet comment"),
    OPTION_PROGRESS(struct verify_options, input),
    OPTION_QUIET("print errors only; the exit status reports the result"),
    OPTION_END,
};
/* clang-format on */

static const struct help_section sections[] = {
    {"The overlay", "profile secret ca pin none overlay time"},
    {"Reports", "verbose json summary explain lint check-all report quiet"},
    {"Filter", "format output rejects"},
    {"Choosing messages", "invalid reason method peer transaction requests responses frame"},
    {"Certificates and limits", "crl require-crl intermediates min-rsa-bits allow-sha1-certs "
                                "max-skew require-peer-signature dht hash"},
    {"Earlier messages", "replay replay-state replay-peers pair"},
    {"Input and captures", "input max-message jobs cache filter annotate flow-limit total-limit "
                           "color progress help version"},
    {NULL, NULL},
};

static const struct command_line command = {
    .usage = "reload-verify (--secret=FILE | --ca=FILE | --pin=FILE | --none | --profile=FILE) "
             "[options] [FILE...]",
    .about = "Verifies RELOAD messages as a receiving peer must, and reports why one fails.",
    .options = rows,
    .sections = sections,
};

/* Reports options whose results a summary or a ladder does not show. */
static void check_overview(const struct tool *tool, const struct verify_options *o)
{
    bool overview = o->summary || ladder_is_form(o->form);
    const char *other = !overview || o->report != NULL ? NULL
                        : o->lint                      ? "--lint"
                        : o->explain                   ? "--explain"
                        : o->check_all                 ? "--check-all"
                                                       : NULL;
    if (other != NULL && o->summary)
        tool_usage(tool, "%s with --summary requires --report", other);
    if (other != NULL)
        tool_usage(tool, "%s with --format=%s requires --report", other, o->form->name);
    if (o->color == COLOR_ALWAYS && o->form != &form_ladder)
        tool_usage(tool, "--color=always requires --format=ladder");
}

/* Reports a choice of messages if no messages are written. */
static void check_choice(const struct tool *tool, const struct verify_options *o)
{
    const char *option = o->failures.all         ? "invalid"
                         : o->failures.by_reason ? "reason"
                                                 : choice_option(&o->choice);
    bool failures = o->failures.all || o->failures.by_reason;
    if (failures && o->form != NULL && !ladder_is_form(o->form))
        tool_usage(tool, "--%s cannot be combined with --format=%s; --rejects writes what failed",
                   option, o->form->name);
    if (option != NULL && tool->quiet && o->report == NULL && o->form == NULL)
        tool_usage(tool, "--%s with --quiet requires --report or --format", option);
}

/* Reports options whose results a quiet run does not print. */
static void check_quiet(const struct tool *tool, const struct verify_options *o)
{
    const char *other = !tool->quiet || o->report != NULL ? NULL
                        : o->lint                         ? "--lint"
                        : o->explain                      ? "--explain"
                        : o->check_all                    ? "--check-all"
                                                          : NULL;
    if (other != NULL)
        tool_usage(tool, "%s with --quiet requires --report", other);
}

/* Ends the program if two outputs are one file. */
static void check_outputs(const struct tool *tool, const struct verify_options *o)
{
    const char *const files[] = {o->report, o->rejects, o->annotate};
    enum { FILES = sizeof files / sizeof files[0] };
    for (size_t i = 0; i < FILES; i++)
        if (files[i] != NULL)
            tool_check_different(tool, files[i], o->output);
    for (size_t i = 0; i < FILES; i++)
        for (size_t k = i + 1; k < FILES; k++)
            if (files[i] != NULL && files[k] != NULL)
                tool_check_different(tool, files[i], files[k]);
}

/* Ends the program if options contradict each other. */
static void check_options(const struct tool *tool, const struct verify_options *o)
{
    if (o->rejects != NULL && (o->form == NULL || ladder_is_form(o->form)))
        tool_usage(tool, "--rejects requires --format=binary, json, hex or pcapng");
    if (o->check_all && o->policy.none)
        tool_usage(tool, "--check-all cannot be combined with --none: no signature is checked");
    if (o->check_all && !o->json && o->report == NULL && !o->explain &&
        (!o->verbose || o->form != NULL))
        tool_usage(tool, "--check-all requires --json, --report, --explain or --verbose");
    check_overview(tool, o);
    check_choice(tool, o);
    check_quiet(tool, o);
    check_outputs(tool, o);
}

static const char statuses[] = "0 all messages passed, and there was one\n"
                               "1 some message is invalid or malformed, or there was none\n"
                               "2 usage error\n"
                               "4 something could not be read, written, loaded or checked";

int main(int argc, char **argv)
{
    static struct verify v = {.tool = {.name = "reload-verify", .statuses = statuses},
                              .options = {.policy = POLICY_OPTIONS_INIT,
                                          .time = TIME_NOT_SPECIFIED,
                                          .replay_peers = DEFAULT_MAX_PEERS,
                                          .cache = DEFAULT_CACHE_MIB}};
    v.options.jobs = pipeline_default_jobs();
    descriptors_open_standard();
    int operand = arguments_parse(&v.tool, &command, argc, argv, &v.options);
    arguments_check_input(&v.tool, argc - operand);
    check_options(&v.tool, &v.options);
    v.options.input.captures_only = v.options.annotate != NULL;
    input_check(&v.tool, &v.options.input);
    choice_check(&v.options.choice, &v.tool, v.options.input.form);
    form_check_terminal(&v.tool, v.options.form, v.options.output);
    verify_run(&v, argv + operand, argc - operand);
    if (v.tool.status ==
        STATUS_MALFORMED) /* in this tool, a malformed message has the status of an invalid one */
        v.tool.status = STATUS_INVALID;
    return tool_finish(&v.tool);
}
