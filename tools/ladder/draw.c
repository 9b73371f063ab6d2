/* SPDX-License-Identifier: BSD-2-Clause */
/* The ladder's forms and their widths. */
#include "ladder/internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

const struct form form_ladder = {.name = "ladder"}, form_svg = {.name = "svg"};

bool ladder_is_form(const struct form *form)
{
    return form == &form_ladder || form == &form_svg;
}

static size_t terminal_width(int fd)
{
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* The width of the terminal that shows the output, directly or through less(1). COLUMNS overrides
 * it. */
static size_t page_width(const struct output *out)
{
    const char *columns = getenv("COLUMNS");
    size_t width = columns == NULL ? 0 : strtoul(columns, NULL, 10);
    if (width == 0 && out->path == NULL)
        width = terminal_width(out->fd);
    if (width == 0 && out->path == NULL)
        width = terminal_width(STDERR_FILENO);
    return width == 0 ? 80 : width;
}

/* Whether the locale's encoding is UTF-8. */
static bool is_utf8(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *value = getenv(variables[i]);
        if (value != NULL && value[0] != '\0')
            return strcasestr(value, "UTF-8") != NULL || strcasestr(value, "utf8") != NULL;
    }
    return false;
}

void ladder_draw(struct ladder *ladder, const struct form *form, struct output *out, unsigned flags)
{
    reload_err err = ladder_arrange(ladder);
    if (ladder->more > 0)
        tool_warn_file(out->tool, NULL,
                       "the ladder holds %d messages, and %" PRIu64
                       " more %s not drawn: choose with --peer, --transaction or --filter",
                       LADDER_ROWS, ladder->more, ladder->more == 1 ? "is" : "are");
    if (err == RELOAD_OK && form == &form_svg)
        err = ladder_write_svg(ladder, output_write, out);
    else if (err == RELOAD_OK)
        err = ladder_write_text(ladder, page_width(out), is_utf8(), flags, output_write, out);
    output_check(out, err);
}
