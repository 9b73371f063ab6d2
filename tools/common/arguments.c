/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/arguments.h"

#include "base/fault.h"
#include "common/descriptors.h"
#include "common/help.h"
#include "common/rules.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* getopt_long's values for rows without a letter are larger than every letter. */
enum { LONG_ONLY = 256 };

/* Ends the program after printing to standard output, which may fail. */
static void finish(struct tool *tool, const struct command_line *help)
{
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);
    if (to != NULL && help != NULL)
        help_print(to, tool, help);
    else if (to != NULL)
        (void)fprintf(to, "%s (libreload) %s\n", tool->name, RELOAD_VERSION_STRING);
    if (to == NULL || fclose(to) != 0 || !descriptor_write(STDOUT_FILENO, text, len))
        tool_error(tool, STATUS_FAILED, "standard output: %s", strerror(errno));
    free(text);
    exit(tool_finish(tool));
}

/* ---- getopt_long ---- */

/* getopt_long's tables, made from ours. */
struct getopt_tables {
    const struct option_row *rows[ARGUMENT_MAX_ROWS];
    struct option longs[ARGUMENT_MAX_ROWS + 1];
    char shorts[2 * ARGUMENT_MAX_ROWS + 2];
    size_t count;
};

static void add_row(struct getopt_tables *t, const struct option_row *row)
{
    if (t->count == ARGUMENT_MAX_ROWS)
        abort(); /* the table is longer than ARGUMENT_MAX_ROWS */
    int value = row->letter != '\0' ? row->letter : LONG_ONLY + (int)t->count;
    t->longs[t->count] = (struct option){
        row->name, row->argument == NULL ? no_argument : required_argument, NULL, value};
    t->rows[t->count++] = row;
    if (row->letter != '\0') {
        size_t used = strlen(t->shorts);
        t->shorts[used++] = row->letter;
        if (row->argument != NULL)
            t->shorts[used] = ':';
    }
}

static void make_tables(struct getopt_tables *t, const struct option_row *rows)
{
    *t = (struct getopt_tables){.shorts = ":"}; /* ':' for a missing argument, and no output */
    for (; rows->name != NULL; rows++)
        add_row(t, rows);
    add_row(t, &help_row);
    add_row(t, &version_row);
}

/* The row of one of getopt_long's values; NULL: none has it. */
static const struct option_row *row_of(const struct getopt_tables *t, int value)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->longs[i].val == value)
            return t->rows[i];
    return NULL;
}

/* The tool that has an option that others lack, or NULL. */
static const char *tool_with(const char *name)
{
    static const struct {
        const char *name, *tool;
    } options[] = {
        {"certs", "reload-dump"},     {"diff", "reload-dump"},        {"meta", "reload-dump"},
        {"tbs", "reload-dump"},       {"attach", "reload-sign"},      {"example", "reload-sign"},
        {"mutate", "reload-sign"},    {"reply-to", "reload-sign"},    {"strip", "reload-sign"},
        {"timestamp", "reload-sign"}, {"check-all", "reload-verify"}, {"explain", "reload-verify"},
        {"lint", "reload-verify"},    {"pair", "reload-verify"},      {"pin", "reload-verify"},
        {"rejects", "reload-verify"}, {"replay", "reload-verify"},    {"report", "reload-verify"},
        {"summary", "reload-verify"},
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (strcmp(options[i].name, name) == 0)
            return options[i].tool;
    return NULL;
}

/* Reports a long option that is in no row, or abbreviates several. argument begins with "--". */
static void reject_long(const struct tool *tool, const struct getopt_tables *t,
                        const char *argument)
{
    const char *words[ARGUMENT_MAX_ROWS + 1] = {NULL};
    char names[256] = "", name[64];
    size_t len = strcspn(argument, "="), used = 0, count = 0;
    for (size_t i = 0; i < t->count; i++) {
        words[i] = t->rows[i]->name;
        if (strncmp(words[i], argument + 2, len - 2) == 0 && used < sizeof names)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s--%s",
                                     count++ == 0 ? "" : ", ", words[i]);
    }
    if (count > 0)
        tool_usage(tool, "option %.*s is ambiguous: %s", (int)len, argument, names);
    (void)snprintf(name, sizeof name, "%.*s", (int)(len - 2), argument + 2);
    const char *near = len - 2 < sizeof name ? reload_nearest_word(name, words) : NULL;
    const char *other = tool_with(name);
    if (other != NULL && (near == NULL || strncmp(near, name, strlen(near)) != 0))
        tool_usage(tool, "unknown option --%s (%s has it)", name, other);
    tool_usage(tool, "unknown option %.*s%s%s%s", (int)len, argument,
               near == NULL ? "" : " (did you mean --", near == NULL ? "" : near,
               near == NULL ? "" : "?)");
}

/* Whether a word that begins with '-' is the name of a file rather than options. */
static bool is_file(const char *word)
{
    return word[0] == '-' && word[1] != '\0' && strcmp(word, "--") != 0 && access(word, F_OK) == 0;
}

__attribute__((noreturn)) static void reject_file(const struct tool *tool, const char *word)
{
    tool_usage(tool,
               "%s is a file, but a name that begins with - is read as an option; write ./%s, "
               "or -- before the files",
               word, word);
}

/* Rejects a file's name, such as -overlay.json, from which getopt_long has just read an option. The
 * argument of an option may be such a name. */
static void check_word(const struct tool *tool, char **argv)
{
    const char *words[2] = {argv[optind - 1], argv[optind]};
    for (size_t i = 0; i < 2; i++)
        if (words[i] != NULL && words[i] != optarg && is_file(words[i]))
            reject_file(tool, words[i]);
}

/* Reports a mistake that getopt_long has found. */
static void reject(const struct tool *tool, const struct getopt_tables *t, int found, char **argv)
{
    const struct option_row *row = row_of(t, optopt);
    for (char **word = argv + 1; *word != NULL && strcmp(*word, "--") != 0; word++)
        if (is_file(*word))
            reject_file(tool, *word);
    if (found == ':' && row != NULL)
        tool_usage(tool, "option --%s requires an argument%s%s", row->name,
                   row->argument == NULL ? "" : ": ", row->argument == NULL ? "" : row->argument);
    if (row != NULL)
        tool_usage(tool, "option --%s takes no argument", row->name);
    if (optopt == 0)
        reject_long(tool, t, argv[optind - 1]);
    tool_usage(tool, "unknown option -%c", optopt);
}

/* ---- Storing values ---- */

static void store_flag(struct tool *tool, const struct option_row *row, void *target)
{
    if (row->kind == OPTION_IS_FLAG)
        *(bool *)target = true;
    else if (row->kind == OPTION_IS_BIT)
        *(unsigned *)target |= (unsigned)row->max;
    else if (row->kind == OPTION_IS_QUIET)
        tool->quiet = true;
}

static reload_time time_in_range(const struct tool *tool, const struct option_row *row,
                                 const char *text)
{
    reload_time time = argument_time(tool, row->name, text);
    if (row->min < row->max && (time < row->min || time > row->max))
        tool_usage(tool, "--%s: \"%s\": date out of range (1970 to 9999)", row->name, text);
    return time;
}

static int64_t timestamp(const struct tool *tool, const struct option_row *row, const char *text)
{
    int64_t seconds = argument_time(tool, row->name, text) / RELOAD_SECOND;
    if (seconds < 0 || seconds > row->max)
        tool_usage(tool,
                   "--%s: \"%s\" is outside 1970 to 2106-02-07T06:28:15Z, the range of 32 bits",
                   row->name, text);
    return seconds;
}

static void store_value(struct tool *tool, const struct option_row *row, const char *text,
                        void *target)
{
    switch (row->kind) {
    case OPTION_IS_TEXT:
        *(const char **)target = text;
        break;
    case OPTION_IS_FILE:
    case OPTION_IS_STATE:
        tool_keep(tool, text);
        *(const char **)target = text;
        break;
    case OPTION_IS_FILES:
        tool_keep(tool, text);
        argument_file(tool, row->name, text, target);
        break;
    case OPTION_IS_NUMBER:
        *(int64_t *)target = argument_number(tool, row->name, text, row->min, row->max);
        break;
    case OPTION_IS_TIME:
        *(reload_time *)target = time_in_range(tool, row, text);
        break;
    case OPTION_IS_SPAN:
        *(int64_t *)target = argument_span(tool, row->name, text, row->max);
        break;
    case OPTION_IS_TIMESTAMP:
        *(int64_t *)target = timestamp(tool, row, text);
        break;
    case OPTION_IS_OCTETS:
        argument_octets(tool, row->name, text, ((struct octets_value *)target)->octets,
                        (size_t)row->max);
        ((struct octets_value *)target)->len = (size_t)row->max;
        break;
    case OPTION_IS_NAMED:
        *(int64_t *)target = argument_named(tool, row->name, text, row->names);
        break;
    case OPTION_IS_WORD:
        *(int *)target = argument_word(tool, row->name, text, row->words);
        break;
    case OPTION_IS_FORM:
        *(struct input_form *)target = argument_form(tool, row->name, text);
        break;
    default:
        store_flag(tool, row, target);
        break;
    }
}

/* An empty name is most often that of a variable which is not set. */
static void check_name(const struct tool *tool, const struct option_row *row, const char *text)
{
    bool file = row->kind == OPTION_IS_FILE || row->kind == OPTION_IS_FILES ||
                row->kind == OPTION_IS_STATE ||
                (row->kind == OPTION_IS_TEXT &&
                 (strcmp(row->argument, "FILE") == 0 || strcmp(row->argument, "DIR") == 0));
    if (file && text[0] == '\0')
        tool_usage(tool, "--%s: the name is empty, expected %s", row->name, row->argument);
}

static void check_operands(const struct tool *tool, char **operands)
{
    for (size_t i = 0; operands[i] != NULL; i++)
        if (operands[i][0] == '\0')
            tool_usage(tool, "operand %zu is an empty name, expected FILE", i + 1);
}

static void handle_row(struct tool *tool, const struct command_line *line,
                       const struct option_row *row, void *options)
{
    if (row == &help_row || row == &version_row)
        finish(tool, row == &help_row ? line : NULL);
    void *target = (char *)options + row->target;
    if (RL_FAULT_OF(tool->name, row->name))
        return;
    check_name(tool, row, optarg);
    if (row->kind == OPTION_IS_CALL)
        row->call(tool, row, optarg, target);
    else
        store_value(tool, row, optarg, target);
}

/* Records the input files of a NULL-terminated list. */
static void keep_inputs(struct tool *tool, char **files)
{
    if (*files == NULL)
        tool_keep(tool, "-");
    for (; *files != NULL; files++)
        tool_keep(tool, *files);
}

/* ---- Standard input ---- */

/* Records an option that reads standard input, which can be read only once. */
static void take_standard_input(struct tool *tool, const struct option_row *row, const char *path)
{
    struct standard_input *taken = &tool->standard_input;
    if (!path_is_standard_input(path) || RL_FAULT("options: standard input can be read only once"))
        return;
    if (taken->option != NULL && strcmp(taken->option, row->name) == 0)
        tool_usage(tool, "--%s=%s cannot be repeated: standard input can be read only once",
                   row->name, path);
    if (taken->option != NULL)
        tool_usage(tool,
                   "--%s=%s cannot be combined with --%s=%s: standard input can be read only once",
                   taken->option, taken->path, row->name, path);
    *taken = (struct standard_input){row->name, path};
}

static void check_standard_input(struct tool *tool, const struct option_set *specified,
                                 const void *options, char **operands)
{
    for (size_t i = 0; i < specified->count; i++) {
        const struct option_row *row = specified->rows[i];
        const void *target = (const char *)options + row->target;
        const struct file_list *list = target;
        if (row->kind == OPTION_IS_FILE && *(const char *const *)target != NULL)
            take_standard_input(tool, row, *(const char *const *)target);
        for (size_t k = 0; row->kind == OPTION_IS_FILES && k < list->count; k++)
            take_standard_input(tool, row, list->names[k]);
    }
    for (; *operands != NULL && tool->standard_input.option != NULL; operands++)
        if (path_is_standard_input(*operands))
            tool_usage(tool,
                       "--%s=%s cannot be combined with the operand \"%s\": standard input is read "
                       "once",
                       tool->standard_input.option, tool->standard_input.path, *operands);
}

void arguments_check_input(const struct tool *tool, int operands)
{
    if (operands == 0 && tool->standard_input.option != NULL)
        tool_usage(tool, "--%s=%s requires an input FILE: standard input can be read only once",
                   tool->standard_input.option, tool->standard_input.path);
}

int arguments_parse(struct tool *tool, const struct command_line *line, int argc, char **argv,
                    void *options)
{
    struct getopt_tables tables;
    struct option_set specified = {.count = 0};
    int found;
    make_tables(&tables, line->options);
    while ((found = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1) {
        if (found == '?' || found == ':')
            reject(tool, &tables, found, argv);
        check_word(tool, argv);
        const struct option_row *row = row_of(&tables, found);
        option_set_add(&specified, row);
        handle_row(tool, line, row, options);
    }
    option_set_check(tool, &specified, line->required);
    if (line->no_operands && optind < argc)
        tool_usage(tool, "unexpected operand \"%s\"", argv[optind]);
    check_operands(tool, argv + optind);
    check_standard_input(tool, &specified, options, argv + optind);
    if (!line->no_operands)
        keep_inputs(tool, argv + optind);
    return optind;
}
