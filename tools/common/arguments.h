/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line: a table of options whose rows say where each value goes. */
#ifndef RELOAD_ARGUMENTS_H
#define RELOAD_ARGUMENTS_H

#include "common/progress.h"
#include "common/pipeline.h"
#include "common/tool.h"

/* Names of files from an option that may be repeated, and from a profile. */
struct file_list {
    const char *names[RELOAD_MAX_FILES];
    size_t count;
};

enum { ARGUMENT_MAX_OCTETS = 32, ARGUMENT_MAX_ROWS = 96 };

/* The value of an option that takes hex digits. len is 0 if the option is not specified. */
struct octets_value {
    uint8_t octets[ARGUMENT_MAX_OCTETS];
    size_t len;
};

/* The value of an option that takes a time or a number keeps its initial value if the option is not
 * specified. No argument gives one of these. */
#define NOT_SPECIFIED      INT64_C(-1)
#define TIME_NOT_SPECIFIED INT64_MIN

/* Kinds of an option's argument, with the target's type in brackets. */
enum option_kind {
    OPTION_IS_FLAG = 1,  /* no argument [bool, set to true] */
    OPTION_IS_BIT,       /* no argument [unsigned, in which the bit is set] */
    OPTION_IS_QUIET,     /* no argument; sets the tool's quiet [none] */
    OPTION_IS_TEXT,      /* [const char *] */
    OPTION_IS_FILE,      /* file that is read, which no output may replace [const char *] */
    OPTION_IS_FILES,     /* such a file; may be repeated [struct file_list] */
    OPTION_IS_STATE,     /* file that holds state, which no output may replace [const char *] */
    OPTION_IS_NUMBER,    /* from min to max [int64_t] */
    OPTION_IS_TIME,      /* from min to max, in whole seconds [reload_time] */
    OPTION_IS_SPAN,      /* seconds, at most max [int64_t] */
    OPTION_IS_TIMESTAMP, /* seconds in 32 bits [int64_t] */
    OPTION_IS_OCTETS,    /* hex digits of max octets [struct octets_value] */
    OPTION_IS_NAMED,     /* a header value by name or number [int64_t] */
    OPTION_IS_WORD,      /* one of words, whose index is stored [int] */
    OPTION_IS_FORM,      /* form of the input [struct input_form] */
    OPTION_IS_CALL       /* handled by a function, as a flag if argument is NULL */
};

struct option_row;
/* Handles an option. text is the argument, or NULL; target is the tool's struct of options, or the
 * member that the row names. An unusable argument is reported with tool_usage, which ends the
 * program. */
typedef void option_call(struct tool *tool, const struct option_row *row, const char *text,
                         void *target);

/* A row of the table. Write rows with the macros below, which check the target's type. After help,
 * a row may state which options it requires, and which it cannot be combined with:
 *
 *     OPTION_FLAG(0, "lint", …, "report …", "ca|profile", "json quiet")
 *
 * needs: names of options, without "--". Each group between spaces requires one of the options
 * between its bars. conflicts: names between spaces. NULL: none. */
struct option_row {
    enum option_kind kind;
    char letter;          /* of the short option; 0: none */
    const char *name;     /* of the long option, without "--"; NULL ends the table */
    const char *argument; /* name of the argument in --help; NULL: takes none */
    size_t target;        /* offset in the tool's struct of options */
    int64_t min, max;     /* see kind; OPTION_IS_BIT: max is the bit */
    reload_names names;
    const char *const *words; /* ends with NULL */
    option_call *call;
    const char *help; /* begins with a verb, and names its noun */
    const char *needs;
    const char *conflicts;
};

/* Offset of a member of the tool's struct. Does not compile if the member has another type. */
#define OPTION_TARGET(struct_type, member, type) \
    _Generic(((struct_type *)NULL)->member, type : offsetof(struct_type, member))

/* clang-format off */
#define OPTION_FLAG(short_name, long_name, struct_type, member, ...)                             \
    {.kind = OPTION_IS_FLAG, .letter = short_name, .name = long_name, .argument = NULL,          \
     .target = OPTION_TARGET(struct_type, member, bool),                                         \
     .help = __VA_ARGS__}
#define OPTION_BIT(short_name, long_name, struct_type, member, bit, ...)                         \
    {.kind = OPTION_IS_BIT, .letter = short_name, .name = long_name, .argument = NULL,           \
     .target = OPTION_TARGET(struct_type, member, unsigned),                                     \
     .max = bit,                                                                                 \
     .help = __VA_ARGS__}
#define OPTION_QUIET(...)                                                                        \
    {.kind = OPTION_IS_QUIET, .letter = 'q', .name = "quiet", .help = __VA_ARGS__}
#define OPTION_TEXT(short_name, long_name, arg, struct_type, member, ...)                        \
    {.kind = OPTION_IS_TEXT, .letter = short_name, .name = long_name, .argument = arg,           \
     .target = OPTION_TARGET(struct_type, member, const char *),                                 \
     .help = __VA_ARGS__}
#define OPTION_FILE(short_name, long_name, arg, struct_type, member, ...)                        \
    {.kind = OPTION_IS_FILE, .letter = short_name, .name = long_name, .argument = arg,           \
     .target = OPTION_TARGET(struct_type, member, const char *),                                 \
     .help = __VA_ARGS__}
#define OPTION_STATE(short_name, long_name, arg, struct_type, member, ...)                       \
    {.kind = OPTION_IS_STATE, .letter = short_name, .name = long_name, .argument = arg,          \
     .target = OPTION_TARGET(struct_type, member, const char *),                                 \
     .help = __VA_ARGS__}
#define OPTION_FILES(short_name, long_name, struct_type, member, ...)                            \
    {.kind = OPTION_IS_FILES, .letter = short_name, .name = long_name, .argument = "FILE",       \
     .target = OPTION_TARGET(struct_type, member, struct file_list),                             \
     .help = __VA_ARGS__}
#define OPTION_NUMBER(short_name, long_name, arg, struct_type, member, least, most, ...)         \
    {.kind = OPTION_IS_NUMBER, .letter = short_name, .name = long_name, .argument = arg,         \
     .target = OPTION_TARGET(struct_type, member, int64_t),                                      \
     .min = least, .max = most,                                                                  \
     .help = __VA_ARGS__}
#define OPTION_TIME(short_name, long_name, struct_type, member, least, most, ...)                \
    {.kind = OPTION_IS_TIME, .letter = short_name, .name = long_name, .argument = "TIME",        \
     .target = OPTION_TARGET(struct_type, member, reload_time),                                  \
     .min = least, .max = most,                                                                  \
     .help = __VA_ARGS__}
#define OPTION_SPAN(short_name, long_name, struct_type, member, most, ...)                       \
    {.kind = OPTION_IS_SPAN, .letter = short_name, .name = long_name, .argument = "SPAN",        \
     .target = OPTION_TARGET(struct_type, member, int64_t),                                      \
     .max = most,                                                                                \
     .help = __VA_ARGS__}
#define OPTION_TIMESTAMP(short_name, long_name, struct_type, member, ...)                        \
    {.kind = OPTION_IS_TIMESTAMP, .letter = short_name, .name = long_name, .argument = "TIME",   \
     .target = OPTION_TARGET(struct_type, member, int64_t),                                      \
     .max = UINT32_MAX,                                                                          \
     .help = __VA_ARGS__}
#define OPTION_OCTETS(short_name, long_name, struct_type, member, octets_size, ...)              \
    {.kind = OPTION_IS_OCTETS, .letter = short_name, .name = long_name, .argument = "HEX",       \
     .target = OPTION_TARGET(struct_type, member, struct octets_value),                          \
     .max = octets_size,                                                                         \
     .help = __VA_ARGS__}
#define OPTION_NAMED(short_name, long_name, arg, struct_type, member, set, ...)                  \
    {.kind = OPTION_IS_NAMED, .letter = short_name, .name = long_name, .argument = arg,          \
     .target = OPTION_TARGET(struct_type, member, int64_t),                                      \
     .names = set,                                                                               \
     .help = __VA_ARGS__}
#define OPTION_WORD(short_name, long_name, arg, struct_type, member, list, ...)                  \
    {.kind = OPTION_IS_WORD, .letter = short_name, .name = long_name, .argument = arg,           \
     .target = OPTION_TARGET(struct_type, member, int),                                          \
     .words = list,                                                                              \
     .help = __VA_ARGS__}
#define OPTION_FORM(short_name, long_name, struct_type, member, ...)                             \
    {.kind = OPTION_IS_FORM, .letter = short_name, .name = long_name, .argument = "FORM",        \
     .target = OPTION_TARGET(struct_type, member, struct input_form),                            \
     .help = __VA_ARGS__}
/* The form of the input and its largest message, for the member that is a struct input_options. */
#define OPTIONS_INPUT(struct_type, member)                                                       \
    OPTION_FORM('i', "input", struct_type, member.form,                                          \
                "read binary, json, hex, base64 or pcap (default: detected from the first "      \
                "octets)"),                                                                      \
    OPTION_NUMBER(0, "max-message", "N", struct_type, member.max_message, 1, RELOAD_MAX_LENGTH,  \
                  "treat a message whose Length exceeds N as malformed (default: no limit)")
/* How many threads work on messages, for a member that is an int64_t. */
#define OPTION_JOBS(struct_type, member, ...)                                                    \
    OPTION_NUMBER('j', "jobs", "N", struct_type, member, 1, MAX_JOBS,                            \
                  "process messages in N threads (default: the number of available cores)",      \
                  __VA_ARGS__)
/* The option of progress, for the member that is a struct input_options. */
#define OPTION_PROGRESS(struct_type, member)                                                     \
    OPTION_WORD(0, "progress", "WHEN", struct_type, member.progress, progress_words,             \
                "show the progress of long work on a file: auto (default: if standard error "    \
                "is a terminal and standard output is not), always or never")
/* The options of captures, for the member that is a struct input_options. */
#define OPTIONS_CAPTURE(struct_type, member)                                                     \
    OPTION_TEXT(0, "filter", "EXPR", struct_type, member.filter,                                 \
                "read only the packets of a capture that libpcap's filter EXPR selects"),        \
    OPTION_NUMBER(0, "flow-limit", "N", struct_type, member.flow_limit, 1, INT64_MAX,            \
                  "keep at most N octets of a TCP flow of a capture (default: 64 MiB)"),         \
    OPTION_NUMBER(0, "total-limit", "N", struct_type, member.total_limit, 1, INT64_MAX,          \
                  "keep at most N octets of a capture's flows and fragments (default: 256 MiB)")
#define OPTION_CALL(short_name, long_name, arg, function, ...)                                   \
    {.kind = OPTION_IS_CALL, .letter = short_name, .name = long_name, .argument = arg,           \
     .call = function,                                                                           \
     .help = __VA_ARGS__}
#define OPTION_CALL_ON(short_name, long_name, arg, struct_type, member, type, function, ...)     \
    {.kind = OPTION_IS_CALL, .letter = short_name, .name = long_name, .argument = arg,           \
     .target = OPTION_TARGET(struct_type, member, type),                                         \
     .call = function,                                                                           \
     .help = __VA_ARGS__}
#define OPTION_END {0}
/* clang-format on */

/* Options under a heading of --help. */
struct help_section {
    const char *heading; /* NULL ends the list */
    const char *options; /* names between spaces, in the order in which they are shown */
};

/* The usage of a tool, or of one of its commands. */
struct command_line {
    const char *usage; /* lines, each "reload-x …" */
    const char *about; /* one sentence */
    const struct option_row *options;
    bool no_operands; /* an operand is a mistake */
    /* Names of options: one of each group between spaces is required, as in a row's needs. NULL: no
     * option is required. */
    const char *required;
    /* As in the manual. Options in no section are shown after them. NULL: no sections. */
    const struct help_section *sections;
};

/* Stores the options' values in the tool's struct. Returns the index of the first operand. Operands
 * are input files, and standard input is one if there is none.
 * --help and --version, which are in no table, print and end the program; a mistake ends it too. */
int arguments_parse(struct tool *tool, const struct command_line *line, int argc, char **argv,
                    void *options);

/* For a tool that reads standard input without an operand: ends the program if an option reads
 * standard input too. */
void arguments_check_input(const struct tool *tool, int operands);

/* ---- Values (values.c) ---- */

/* Values of arguments, for functions of options. name is the option's, without "--". Each ends the
 * program if the text is not such a value. */
int64_t argument_number(const struct tool *tool, const char *name, const char *text, int64_t min,
                        int64_t max);
/* Reads a time, seconds since the epoch or RFC 3339, without its fraction of a second. Returns
 * false if the text is not a time. */
bool argument_time_parse(const char *text, reload_time *time);
/* A time, in whole seconds: seconds since the epoch, RFC 3339, a date, or now, each with a span
 * added or subtracted ("now-5m"). */
reload_time argument_time(const struct tool *tool, const char *name, const char *text);
/* The same, for an option that takes words too: "; or capture" for the error. */
reload_time argument_time_or(const struct tool *tool, const char *name, const char *text,
                             const char *words);
/* A span: seconds, or a number with s, m, h, d, w or y. At most max seconds. */
int64_t argument_span(const struct tool *tool, const char *name, const char *text, int64_t max);
void argument_octets(const struct tool *tool, const char *name, const char *text, uint8_t *octets,
                     size_t len);
/* A header value by name or number. */
uint8_t argument_named(const struct tool *tool, const char *name, const char *text,
                       reload_names names);
/* The index of a word in a NULL-terminated list. */
int argument_word(const struct tool *tool, const char *name, const char *text,
                  const char *const *words);
struct input_form argument_form(const struct tool *tool, const char *name, const char *text);
/* Handles an option with an overlay's name, which is never empty (D23). target: a const char *. */
option_call argument_overlay_option;
/* Adds a file to the list of an option. */
void argument_file(const struct tool *tool, const char *name, const char *text,
                   struct file_list *list);

#endif
