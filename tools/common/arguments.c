/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/arguments.h"

#include "base/fault.h"
#include "common/descriptors.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* getopt_long's values for rows without a letter start above every letter. */
enum { MAX_ROWS = 64, LONG_ONLY = 256 };

/* Answered for every table. */
static const struct option_row help_row = {.name = "help", .help = "show this help and exit"};
static const struct option_row version_row = {.name = "version", .help = "show version and exit"};

/* ---- --help ---- */

enum { HELP_WIDTH = 80, HELP_COLUMN = 30, HELP_USAGE_COLUMN = 11 };

/* Length of the next word up to max, and of options after it: no line begins with an option, except
 * the rows of options. */
static size_t word_len(const char *text, size_t max)
{
    size_t len = 0;
    do {
        len += strcspn(text + len + (len > 0), " ") + (len > 0);
    } while (len < max && text[len] == ' ' && text[len + 1] == '-');
    return len < max ? len : max;
}

/* Prints words from a column on, to lines of at most HELP_WIDTH columns. Lines after the first
 * begin at indent. */
static void print_wrapped(FILE *to, const char *text, size_t len, int column, int indent)
{
    const char *end = text + len;
    for (bool first = true; text < end; first = false) {
        size_t n = word_len(text, (size_t)(end - text));
        if (!first && column + 1 + (int)n > HELP_WIDTH) {
            (void)fprintf(to, "\n%*s", indent, "");
            column = indent;
        } else if (!first) {
            (void)fputc(' ', to);
            column++;
        }
        (void)fprintf(to, "%.*s", (int)n, text);
        column += (int)n;
        text += n;
        text += text < end; /* the space */
    }
    (void)fputc('\n', to);
}

static void print_row(FILE *to, const struct option_row *row)
{
    char left[128];
    bool has_letter = row->letter != '\0';
    int n = snprintf(left, sizeof left, "  %c%c%s --%s%s%s", has_letter ? '-' : ' ',
                     has_letter ? row->letter : ' ', has_letter ? "," : " ", row->name,
                     row->argument == NULL ? "" : "=", row->argument == NULL ? "" : row->argument);
    if (n < HELP_COLUMN)
        (void)fprintf(to, "%-*s", HELP_COLUMN, left);
    else
        (void)fprintf(to, "%s\n%*s", left, HELP_COLUMN, "");
    print_wrapped(to, row->help, strlen(row->help), HELP_COLUMN, HELP_COLUMN);
}

static void print_help(FILE *to, const struct command_line *line)
{
    static const char lead[] = "Usage: ";
    const char *usage = line->usage;
    for (bool first = true; *usage != '\0'; first = false) {
        size_t len = strcspn(usage, "\n");
        (void)fprintf(to, "%*s", (int)sizeof lead - 1, first ? lead : "");
        print_wrapped(to, usage, len, (int)sizeof lead - 1, HELP_USAGE_COLUMN);
        usage += len + (usage[len] == '\n');
    }
    (void)fputc('\n', to);
    print_wrapped(to, line->about, strlen(line->about), 0, 0);
    (void)fprintf(to, "\nOptions:\n");
    for (const struct option_row *row = line->options; row->name != NULL; row++)
        print_row(to, row);
    print_row(to, &help_row);
    print_row(to, &version_row);
}

/* Ends the program after printing to standard output, which may fail. */
static void finish(struct tool *tool, const struct command_line *help)
{
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);
    if (to != NULL && help != NULL)
        print_help(to, help);
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
    const struct option_row *rows[MAX_ROWS];
    struct option longs[MAX_ROWS + 1];
    char shorts[2 * MAX_ROWS + 2];
    size_t count;
};

static void add_row(struct getopt_tables *t, const struct option_row *row)
{
    if (t->count == MAX_ROWS)
        abort(); /* the table is longer than MAX_ROWS */
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

/* A long option that is in no row, or abbreviates several. argument begins with "--". */
static void reject_long(const struct tool *tool, const struct getopt_tables *t,
                        const char *argument)
{
    char names[256] = "";
    size_t len = strcspn(argument, "="), used = 0, count = 0;
    for (size_t i = 0; i < t->count; i++)
        if (strncmp(t->rows[i]->name, argument + 2, len - 2) == 0 && used < sizeof names) {
            used += (size_t)snprintf(names + used, sizeof names - used, "%s--%s",
                                     count++ == 0 ? "" : ", ", t->rows[i]->name);
        }
    if (count > 0)
        tool_usage(tool, "option %.*s is ambiguous: %s", (int)len, argument, names);
    tool_usage(tool, "unknown option %.*s", (int)len, argument);
}

/* Reports a mistake that getopt_long has found. */
static void reject(const struct tool *tool, const struct getopt_tables *t, int found, char **argv)
{
    const struct option_row *row = row_of(t, optopt);
    if (found == ':' && row != NULL)
        tool_usage(tool, "option --%s requires an argument", row->name);
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
        *(reload_form *)target = argument_form(tool, row->name, text);
        break;
    default:
        store_flag(tool, row, target);
        break;
    }
}

static void handle_row(struct tool *tool, const struct command_line *line,
                       const struct option_row *row, void *options)
{
    if (row == &help_row || row == &version_row)
        finish(tool, row == &help_row ? line : NULL);
    void *target = (char *)options + row->target;
    if (RL_FAULT_OF(tool->name, row->name))
        return;
    if (row->kind == OPTION_IS_CALL)
        row->call(tool, row, optarg, target);
    else
        store_value(tool, row, optarg, target);
}

/* Notes the input files in a list that ends with NULL. */
static void keep_inputs(struct tool *tool, char **files)
{
    if (*files == NULL)
        tool_keep(tool, "-");
    for (; *files != NULL; files++)
        tool_keep(tool, *files);
}

int arguments_parse(struct tool *tool, const struct command_line *line, int argc, char **argv,
                    void *options)
{
    struct getopt_tables tables;
    int found;
    make_tables(&tables, line->options);
    while ((found = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1) {
        if (found == '?' || found == ':')
            reject(tool, &tables, found, argv);
        handle_row(tool, line, row_of(&tables, found), options);
    }
    if (line->no_operands && optind < argc)
        tool_usage(tool, "unexpected operand \"%s\"", argv[optind]);
    if (!line->no_operands)
        keep_inputs(tool, argv + optind);
    return optind;
}

/* ---- Values ---- */

int64_t argument_number(const struct tool *tool, const char *name, const char *text, int64_t min,
                        int64_t max)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end != '\0' || errno != 0 || value < min ||
        value > max)
        tool_usage(tool, "--%s: \"%s\" is not an integer from %" PRId64 " to %" PRId64, name, text,
                   min, max);
    return value;
}

bool argument_time_parse(const char *text, reload_time *time)
{
    if (!reload_time_parse(text, time))
        return false;
    reload_time fraction = *time % RELOAD_SECOND;
    *time -= fraction < 0 ? fraction + RELOAD_SECOND : fraction;
    return true;
}

reload_time argument_time(const struct tool *tool, const char *name, const char *text)
{
    reload_time time;
    if (!argument_time_parse(text, &time))
        tool_usage(tool,
                   "--%s: \"%s\" is neither seconds since the epoch nor a time such as "
                   "2007-07-08T12:00:00Z",
                   name, text);
    return time;
}

void argument_octets(const struct tool *tool, const char *name, const char *text, uint8_t *octets,
                     size_t len)
{
    if (strlen(text) != 2 * len || !reload_hex_decode(text, 2 * len, octets))
        tool_usage(tool, "--%s: \"%s\" is not %zu hex digits", name, text, 2 * len);
}

uint8_t argument_named(const struct tool *tool, const char *name, const char *text,
                       reload_names names)
{
    uint32_t value;
    char list[256] = "";
    if (reload_name_lookup(names, text, &value))
        return (uint8_t)value;
    if (isdigit((unsigned char)text[0]))
        return (uint8_t)argument_number(tool, name, text, 0,
                                        names == RELOAD_NAMES_METHOD ? 127 : 255);
    for (uint32_t i = 0; i < 256; i++) {
        const char *known = reload_name(names, i);
        size_t used = strlen(list);
        if (known != NULL)
            (void)snprintf(list + used, sizeof list - used, "%s, ", known);
    }
    tool_usage(tool, "--%s: \"%s\" is unknown, expected %sor a number", name, text, list);
}

int argument_word(const struct tool *tool, const char *name, const char *text,
                  const char *const *words)
{
    char list[256] = "";
    for (int i = 0; words[i] != NULL; i++) {
        size_t used = strlen(list);
        if (strcmp(text, words[i]) == 0)
            return i;
        (void)snprintf(list + used, sizeof list - used, "%s%s", i == 0 ? "" : ", ", words[i]);
    }
    tool_usage(tool, "--%s: \"%s\" is unknown, expected one of %s", name, text, list);
}

reload_form argument_form(const struct tool *tool, const char *name, const char *text)
{
    static const char *const words[] = {"binary", "json", "hex", NULL};
    static const reload_form forms[] = {RELOAD_FORM_BINARY, RELOAD_FORM_JSON, RELOAD_FORM_HEX};
    return forms[argument_word(tool, name, text, words)];
}

void argument_overlay_option(struct tool *tool, const struct option_row *row, const char *text,
                             void *target)
{
    if (text[0] == '\0' && !RL_FAULT("D23: an empty name on the command line"))
        tool_usage(tool, "--%s: the name is empty", row->name);
    *(const char **)target = text;
}

void argument_file(const struct tool *tool, const char *name, const char *text,
                   struct file_list *list)
{
    if (list->count == RELOAD_MAX_FILES)
        tool_usage(tool, "--%s: more than %d files", name, RELOAD_MAX_FILES);
    list->names[list->count++] = text;
}
