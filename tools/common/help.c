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

/* The rows of the table, then those of every tool; NULL after the last. */
static const struct option_row *row_at(const struct option_row *rows, size_t i)
{
    size_t count = 0;
    while (rows[count].name != NULL)
        count++;
    return i < count ? &rows[i] : i == count ? &help_row : i == count + 1 ? &version_row : NULL;
}

/* Whether a name between spaces, at the beginning of names, is the row's. */
static bool is_named(const struct option_row *row, const char *names)
{
    size_t len = strcspn(names, " ");
    return strncmp(row->name, names, len) == 0 && row->name[len] == '\0';
}

static const char *next_name(const char *names)
{
    names += strcspn(names, " ");
    return names + strspn(names, " ");
}

static bool is_in_section(const struct help_section *section, const struct option_row *row)
{
    const char *names = section->options;
    while (*names != '\0' && !is_named(row, names))
        names = next_name(names);
    return *names != '\0';
}

static void print_section(FILE *to, const struct help_section *section,
                          const struct option_row *rows)
{
    const struct option_row *row;
    (void)fprintf(to, "\n%s:\n", section->heading);
    for (const char *names = section->options; *names != '\0'; names = next_name(names))
        for (size_t i = 0; (row = row_at(rows, i)) != NULL; i++)
            if (is_named(row, names))
                print_help_row(to, row);
}

/* Prints the sections, then the rows that are in none. */
static void print_rows_of(FILE *to, const struct command_line *line)
{
    static const struct help_section none[] = {{NULL, NULL}};
    const struct help_section *sections = line->sections == NULL ? none : line->sections;
    const char *heading = sections == none ? "Options" : "Other options";
    const struct option_row *row;
    for (const struct help_section *s = sections; s->heading != NULL; s++)
        print_section(to, s, line->options);
    for (size_t i = 0; (row = row_at(line->options, i)) != NULL; i++) {
        const struct help_section *s = sections;
        while (s->heading != NULL && !is_in_section(s, row))
            s++;
        if (s->heading != NULL)
            continue;
        if (heading != NULL)
            (void)fprintf(to, "\n%s:\n", heading);
        heading = NULL;
        print_help_row(to, row);
    }
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
