#include "common/tool.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_OPTIONS = 64, HELP = 1000, VERSION };

static const struct tool_option help_option = {HELP, "help", NULL, "show this and exit"};
static const struct tool_option version_option = {VERSION, "version", NULL,
                                                  "show the version and exit"};

static void print_option(const struct tool_option *option)
{
    enum { COLUMN = 30 };
    char left[128];
    bool is_short = option->id < 256;
    int n = snprintf(left, sizeof left, "  %c%c%s --%s%s%s", is_short ? '-' : ' ',
                     is_short ? option->id : ' ', is_short ? "," : " ", option->name,
                     option->argument == NULL ? "" : "=",
                     option->argument == NULL ? "" : option->argument);
    if (n < COLUMN)
        (void)printf("%-*s%s\n", COLUMN, left, option->help);
    else
        (void)printf("%s\n%*s%s\n", left, COLUMN, "", option->help);
}

static void print_help(const struct tool_help *help)
{
    const char *line = help->usage;
    for (const char *lead = "Usage: "; *line != '\0'; lead = "       ") {
        size_t len = strcspn(line, "\n");
        (void)printf("%s%.*s\n", lead, (int)len, line);
        line += len + (line[len] == '\n');
    }
    (void)printf("\n%s\n\nOptions:\n", help->about);
    for (const struct tool_option *option = help->options; option->id != 0; option++)
        print_option(option);
    print_option(&help_option);
    print_option(&version_option);
}

/* Ends the program having printed on standard output, which may fail too. */
static void finish(const struct tool *tool)
{
    if (fflush(stdout) != 0) {
        (void)fprintf(stderr, "%s: standard output: %s\n", tool->name, strerror(errno));
        exit(STATUS_FAILED);
    }
    exit(STATUS_FINE);
}

static void add_option(const struct tool_option *row, struct option *longs, size_t i, char *shorts)
{
    longs[i] = (struct option){row->name, row->argument == NULL ? no_argument : required_argument,
                               NULL, row->id};
    size_t used = strlen(shorts);
    if (row->id < 256) {
        shorts[used++] = (char)row->id;
        if (row->argument != NULL)
            shorts[used++] = ':';
        shorts[used] = '\0';
    }
}

int tool_getopt(struct tool *tool, int argc, char **argv, const struct tool_help *help,
                char **argument)
{
    struct option longs[MAX_OPTIONS + 3];
    char shorts[2 * MAX_OPTIONS + 2] = ":"; /* a missing argument gives ':' and is told by us */
    size_t n = 0;
    for (const struct tool_option *row = help->options; row->id != 0 && n < MAX_OPTIONS; row++)
        add_option(row, longs, n++, shorts);
    add_option(&help_option, longs, n++, shorts);
    add_option(&version_option, longs, n++, shorts);
    longs[n] = (struct option){0};
    int before = optind;
    int id = getopt_long(argc, argv, shorts, longs, NULL);
    *argument = optarg;
    switch (id) {
    case HELP:
        print_help(help);
        finish(tool);
        break;
    case VERSION:
        (void)printf("%s (libreload) %s\n", tool->name, RELOAD_VERSION_STRING);
        finish(tool);
        break;
    case '?':
        if (strncmp(argv[optind > before ? optind - 1 : before], "--", 2) == 0)
            tool_usage(tool, "unknown or ambiguous option, or one that takes no argument: %s",
                       argv[optind > before ? optind - 1 : before]);
        tool_usage(tool, "unknown option -%c", optopt);
    case ':':
        tool_usage(tool, "option %s wants an argument", argv[optind - 1]);
    default:
        break;
    }
    return id;
}

void file_list_add(const struct tool *tool, struct file_list *list, const char *option,
                   const char *name)
{
    if (list->count == RELOAD_MAX_FILES)
        tool_usage(tool, "%s: more than %d files", option, RELOAD_MAX_FILES);
    list->names[list->count++] = name;
}

uint64_t tool_number(const struct tool *tool, const char *option, const char *text, uint64_t min,
                     uint64_t max)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end != '\0' || errno != 0 || value < min ||
        value > max)
        tool_usage(tool, "%s: \"%s\" is not an integer from %" PRIu64 " to %" PRIu64, option, text,
                   min, max);
    return value;
}

bool time_parse(const char *text, int64_t *time)
{
    int64_t microseconds;
    if (!reload_time_parse(text, &microseconds))
        return false;
    *time = microseconds / 1000000 - (microseconds % 1000000 < 0);
    return true;
}

int64_t tool_time(const struct tool *tool, const char *option, const char *text)
{
    int64_t time;
    if (!time_parse(text, &time))
        tool_usage(
            tool,
            "%s: \"%s\" is neither seconds since the epoch nor a time such as 2007-07-08T12:00:00Z",
            option, text);
    return time;
}

uint32_t tool_timestamp(const struct tool *tool, const char *option, const char *text)
{
    int64_t time = tool_time(tool, option, text);
    if (time < 0 || time > (int64_t)UINT32_MAX)
        tool_usage(tool, "%s: \"%s\" does not fit a TIMESTAMP of 32 bits", option, text);
    return (uint32_t)time;
}

void tool_hex(const struct tool *tool, const char *option, const char *text, uint8_t *octets,
              size_t len)
{
    if (strlen(text) != 2 * len || !reload_hex_decode(text, 2 * len, octets))
        tool_usage(tool, "%s: \"%s\" is not %zu hex digits", option, text, 2 * len);
}

uint8_t tool_named(const struct tool *tool, const char *option, const char *text, reload_names set)
{
    uint32_t value;
    char names[256] = "";
    if (reload_name_lookup(set, text, &value))
        return (uint8_t)value;
    if (isdigit((unsigned char)text[0]))
        return (uint8_t)tool_number(tool, option, text, 0, set == RELOAD_NAMES_METHOD ? 127 : 255);
    for (uint32_t i = 0; i < 256; i++) {
        const char *name = reload_name(set, i);
        size_t used = strlen(names);
        if (name != NULL)
            (void)snprintf(names + used, sizeof names - used, "%s, ", name);
    }
    tool_usage(tool, "%s: \"%s\" is none of %sor a number", option, text, names);
}

reload_form tool_form(const struct tool *tool, const char *option, const char *text)
{
    if (strcmp(text, "binary") == 0)
        return RELOAD_FORM_BINARY;
    if (strcmp(text, "json") == 0)
        return RELOAD_FORM_JSON;
    if (strcmp(text, "hex") == 0)
        return RELOAD_FORM_HEX;
    tool_usage(tool, "%s: \"%s\" is none of binary, json, hex", option, text);
}
