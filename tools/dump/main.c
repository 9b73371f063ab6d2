/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-dump: shows, converts and compares messages. */
#include "common/descriptors.h"
#include "dump/run.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

struct dump_options {
    const struct form *form; /* NULL: not specified */
    unsigned flags;
    bool meta;
    int color;
    const char *certs;
    const char *tbs;
    bool diff;
    struct choice choice;
    struct input_options input;
    int64_t jobs;
    const char *output;
};

static const struct form form_annotated = {"annotated", annotated_write, annotated_write_garbage,
                                           "", FORM_SHOWS_FAULTS};
static const struct form *const forms[] = {&form_text,      &form_line, &form_ladder, &form_svg,
                                           &form_annotated, &form_json, &form_hex,    &form_binary,
                                           &form_pcapng,    NULL};

static void set_form(struct tool *tool, const struct option_row *row, const char *text,
                     void *target)
{
    *(const struct form **)target = form_named(tool, row->name, text, forms);
}

static const struct option_row rows[] = {
    OPTION_CALL_ON(
        'f', "format", "FORM", struct dump_options, form, const struct form *, set_form,
        "write text (default), line, ladder, svg, annotated, json, hex, binary or pcapng"),
    OPTION_BIT(0, "pretty", struct dump_options, flags, RELOAD_PRETTY,
               "write JSON on several lines, indented"),
    OPTION_FLAG(0, "meta", struct dump_options, meta,
                "write each message's file and offset in JSON"),
    OPTION_WORD(0, "color", "WHEN", struct dump_options, color, color_words,
                "colour text: auto (default), always or never"),
    OPTION_TEXT(0, "certs", "DIR", struct dump_options, certs,
                "write each certificate to directory DIR, named after its SHA-1"),
    OPTION_TEXT(0, "tbs", "POINTER", struct dump_options, tbs,
                "write the octets that the signature at POINTER covers (\"/attributes/2\")", NULL,
                "pretty meta color certs"),
    OPTION_FLAG(0, "diff", struct dump_options, diff,
                "compare the messages of two files field by field, with diff(1)'s exit status; "
                "a choice of messages applies to both files, --frame to captures alone",
                NULL, "format pretty meta certs tbs"),
    CHOICE_ROWS(struct dump_options, choice),
    OPTIONS_INPUT(struct dump_options, input),
    OPTIONS_CAPTURE(struct dump_options, input),
    OPTION_JOBS(struct dump_options, jobs, NULL, "diff tbs"),
    OPTION_TEXT('o', "output", "FILE", struct dump_options, output,
                "write to FILE instead of standard output"),
    OPTION_PROGRESS(struct dump_options, input),
    OPTION_QUIET("print errors only, no warnings"),
    OPTION_END,
};

static const struct help_section sections[] = {
    {"Output", "format output diff tbs pretty meta certs color quiet"},
    {"Choosing messages", "method peer transaction requests responses frame"},
    {"Input", "input max-message filter flow-limit total-limit jobs progress help version"},
    {NULL, NULL},
};

static const struct command_line line = {
    "reload-dump [options] [FILE...]\nreload-dump --diff [options] FILE FILE",
    "Shows RELOAD messages, or converts them between binary, JSON and hex text.",
    rows,
    false,
    NULL,
    sections};

static void check_diff(const struct tool *tool, char **files, int count)
{
    if (count != 2)
        tool_usage(tool, "--diff requires two files, not %d", count);
    if (strcmp(files[0], "-") == 0 && strcmp(files[1], "-") == 0)
        tool_usage(tool, "--diff can read only one of its files from standard input");
}

/* Reports an option that has no effect on the form. */
static void check_dump_form(const struct tool *tool, const struct dump_options *o)
{
    const struct form *form = o->form == NULL ? &form_text : o->form;
    bool coloured = o->diff || form == &form_text || form == &form_line || form == &form_ladder ||
                    form == &form_annotated;
    if ((o->flags & RELOAD_PRETTY) != 0 && form != &form_json)
        tool_usage(tool, "--pretty requires --format=json");
    if (o->meta && form != &form_json)
        tool_usage(tool, "--meta requires --format=json");
    if (o->color == COLOR_ALWAYS && !coloured)
        tool_usage(tool, "--color=always requires --format=text, line, ladder or annotated");
    form_check_terminal(tool, form, o->output);
}

/* Checks --tbs, which writes octets alone. */
static void check_tbs(const struct tool *tool, const struct dump_options *o)
{
    if (o->form != NULL && o->form != &form_binary && o->form != &form_hex)
        tool_usage(tool, "--tbs writes binary or hex, not %s", o->form->name);
    if (o->tbs[0] != '/')
        tool_usage(tool, "--tbs: \"%s\" is not a JSON Pointer such as \"/attributes/2\"", o->tbs);
    form_check_terminal(tool, o->form == NULL ? &form_binary : o->form, o->output);
}

static const char statuses[] = "0 every message is well formed; --diff: the messages are equal\n"
                               "1 --diff: the messages differ\n"
                               "2 usage error; --diff: any failure\n"
                               "3 some input is garbage or malformed, or has no message\n"
                               "4 something could not be read or written";

int main(int argc, char **argv)
{
    struct tool tool = {.name = "reload-dump", .statuses = statuses};
    struct dump_options o = {.color = COLOR_AUTO, .jobs = pipeline_default_jobs()};
    descriptors_open_standard();
    int first = arguments_parse(&tool, &line, argc, argv, &o), count = argc - first;
    char **files = argv + first;
    struct output out;
    input_check(&tool, &o.input);
    choice_check(&o.choice, &tool, o.input.form);
    if (o.diff)
        check_diff(&tool, files, count);
    if (o.tbs != NULL)
        check_tbs(&tool, &o);
    else
        check_dump_form(&tool, &o);
    if (o.certs != NULL && mkdir(o.certs, 0777) != 0 && errno != EEXIST)
        tool_error(&tool, STATUS_FAILED, "%s: %s", o.certs, strerror(errno));
    else if (output_open(&out, &tool, o.output, 0)) {
        struct dump d = {.tool = &tool,
                         .out = &out,
                         .input = o.input,
                         .form = o.form != NULL  ? o.form
                                 : o.tbs != NULL ? &form_binary
                                                 : &form_text,
                         .flags = o.flags | color_flag(&out, o.color),
                         .meta = o.meta,
                         .jobs = (unsigned)o.jobs,
                         .choice = &o.choice,
                         .certs = o.certs,
                         .tbs = o.tbs};
        if (output_is_hidden(&out))
            tool_keep(&tool, o.output); /* no certificate takes its name meanwhile */
        if (o.diff)
            dump_diff(&d, files);
        else
            dump_files(&d, files, count);
        (void)output_close(&out);
    }
    int status = tool_finish(&tool);
    return o.diff && status > STATUS_INVALID ? STATUS_DIFF_FAILED : status;
}
