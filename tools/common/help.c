/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/help.h"

#include <string.h>

const struct option_row help_row = {
    .letter = 'h', .name = "help", .help = "show this help and exit"};
const struct option_row version_row = {
    .letter = 'V', .name = "version", .help = "show version and exit"};

static const char common_statuses[] = "0 success\n2 usage error\n4 something failed";

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

static void print_help_row(FILE *to, const struct option_row *row)
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

/* Prints the meanings of exit statuses: lines, each "N TEXT". */
static void print_statuses(FILE *to, const char *text)
{
    (void)fprintf(to, "\nExit status:\n");
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        (void)fprintf(to, "  ");
        print_wrapped(to, text, len, 2, 4);
        text += len + (text[len] == '\n');
    }
}

/* The row of an option in the table, or of one that is in no table. */
static const struct option_row *row_named(const struct option_row *rows, const char *name,
                                          size_t len)
{
    const struct option_row *const common[] = {&help_row, &version_row};
    for (const struct option_row *row = rows; row->name != NULL; row++)
        if (strlen(row->name) == len && memcmp(row->name, name, len) == 0)
            return row;
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        if (strlen(common[i]->name) == len && memcmp(common[i]->name, name, len) == 0)
            return common[i];
    return NULL;
}

static bool is_in_section(const struct help_section *section, const struct option_row *row)
{
    size_t len = strlen(row->name);
    for (const char *at = section->options; *at != '\0'; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        if (n == len && memcmp(at, row->name, n) == 0)
            return true;
        at += n;
    }
    return false;
}

static void print_section(FILE *to, const struct help_section *section,
                          const struct option_row *rows)
{
    (void)fprintf(to, "\n%s:\n", section->heading);
    for (const char *at = section->options; *at != '\0'; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        const struct option_row *row = row_named(rows, at, n);
        if (row != NULL)
            print_help_row(to, row);
        at += n;
    }
}

/* The rows that are in no section. */
static void print_other_rows(FILE *to, const struct command_line *line)
{
    bool any = false;
    for (const struct option_row *row = line->options; row->name != NULL; row++) {
        const struct help_section *section = line->sections;
        while (section->heading != NULL && !is_in_section(section, row))
            section++;
        if (section->heading != NULL)
            continue;
        (void)fprintf(to, "%s", any ? "" : "\nOther options:\n");
        print_help_row(to, row);
        any = true;
    }
}

static void print_rows_of(FILE *to, const struct command_line *line)
{
    if (line->sections != NULL) {
        for (const struct help_section *section = line->sections; section->heading != NULL;
             section++)
            print_section(to, section, line->options);
        print_other_rows(to, line);
        return;
    }
    (void)fprintf(to, "\nOptions:\n");
    for (const struct option_row *row = line->options; row->name != NULL; row++)
        print_help_row(to, row);
    print_help_row(to, &help_row);
    print_help_row(to, &version_row);
}

void help_print(FILE *to, const struct tool *tool, const struct command_line *line)
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
    print_rows_of(to, line);
    print_statuses(to, tool->statuses == NULL ? common_statuses : tool->statuses);
    (void)fprintf(to, "\nManual: %.*s(1)\n", (int)strcspn(tool->name, " "), tool->name);
}
