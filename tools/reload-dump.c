/* reload-dump: shows and converts messages. */
#include "common/tool.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

enum { PRETTY = 256, META, COLOR };

static const struct tool_option options[] = {
    {'f', "format", "FORM", "what to write: text (default), line, json, hex or binary"},
    {PRETTY, "pretty", NULL, "JSON over several lines, indented"},
    {META, "meta", NULL, "JSON with each message's file and offset"},
    {COLOR, "color", "WHEN", "colour in text: auto (default), always or never"},
    {'i', "input", "FORM", "read binary, json or hex, instead of telling it by the first octets"},
    {'o', "output", "FILE", "write to FILE instead of standard output"},
    {'q', "quiet", NULL, "print no warnings on standard error, only errors"},
    {0, NULL, NULL, NULL},
};

static const struct tool_help help = {
    "reload-dump [options] [FILE...]",
    "Shows RELOAD messages, or converts them between binary, JSON and hex text.",
    options,
};

enum form { TEXT, LINE, OCTETS };

struct dump {
    struct tool tool;
    enum form form;
    enum tool_octets_form octets_form;
    unsigned flags;
    bool meta;
    struct output out;
    struct input in;
};

static void set_form(struct dump *d, const char *text)
{
    if (strcmp(text, "text") == 0) {
        d->form = TEXT;
    } else if (strcmp(text, "line") == 0) {
        d->form = LINE;
    } else {
        d->form = OCTETS;
        d->octets_form = tool_octets_form(&d->tool, "--format", text, "text, line, ");
    }
}

/* Says why a rendering failed, where the output has not said so itself. */
static void check_written(struct dump *d, reload_err err)
{
    if (err != RELOAD_OK && err != RELOAD_ERR_WRITE)
        tool_error(&d->tool, STATUS_FAILED, "%s: message %" PRIu64 ": %s", d->in.file, d->in.index, reload_strerror(err));
}

static void dump_message(struct dump *d)
{
    reload_diag diag;
    const reload_origin *origin = &d->in.origin;
    if (d->form == TEXT)
        check_written(d, reload_text_write(d->in.msg, origin, d->flags, output_write, &d->out));
    else if (d->form == LINE)
        check_written(d, reload_line_write(d->in.msg, origin, d->flags, output_write, &d->out));
    else
        tool_write_message(&d->out, d->in.msg, d->octets_form, d->meta ? origin : NULL, d->flags);
    if (reload_msg_check(d->in.msg, &diag) != RELOAD_OK)
        input_error(&d->in, STATUS_MALFORMED, &diag);
}

static void dump_garbage(struct dump *d)
{
    const reload_item *item = &d->in.item;
    const reload_origin *origin = &d->in.origin;
    if (d->form != OCTETS) {
        check_written(d, reload_text_write_garbage(item->octets, item->len, item->diag.text, origin, d->form == LINE, d->flags,
                                                   output_write, &d->out));
    } else if (d->octets_form == OCTETS_JSON) {
        check_written(d, reload_json_write_garbage(item->octets, item->len, item->diag.text, d->meta ? origin : NULL, d->flags,
                                                   output_write, &d->out));
        (void)output_write(&d->out, "\n", 1);
    } else if (d->octets_form == OCTETS_HEX) {
        tool_write_hex(&d->out, item->octets, item->len, true);
    } else {
        (void)output_write(&d->out, item->octets, item->len);
    }
}

static void dump_all(struct dump *d)
{
    while (!d->out.failed && input_next(&d->in)) {
        if (input_is_message(&d->in))
            dump_message(d);
        else if (d->in.item.kind == RELOAD_ITEM_GARBAGE)
            dump_garbage(d);
    }
}

int main(int argc, char **argv)
{
    struct dump d = {.tool = {.name = "reload-dump"}};
    reload_form input_form = RELOAD_FORM_AUTO;
    const char *path = NULL, *color = "auto";
    char *argument;
    int id;
    while ((id = tool_getopt(&d.tool, argc, argv, &help, &argument)) != -1) {
        switch (id) {
        case 'f':
            set_form(&d, argument);
            break;
        case PRETTY:
            d.flags |= RELOAD_PRETTY;
            break;
        case META:
            d.meta = true;
            break;
        case COLOR:
            color = argument;
            break;
        case 'i':
            input_form = tool_form(&d.tool, "--input", argument);
            break;
        case 'o':
            path = argument;
            break;
        case 'q':
            d.tool.quiet = true;
            break;
        default:
            break;
        }
    }
    if (strcmp(color, "auto") != 0 && strcmp(color, "always") != 0 && strcmp(color, "never") != 0)
        tool_usage(&d.tool, "--color: \"%s\" is none of auto, always, never", color);
    if (!output_open(&d.out, &d.tool, path, 0))
        return d.tool.status;
    if (strcmp(color, "always") == 0 || (strcmp(color, "auto") == 0 && output_takes_colour(&d.out)))
        d.flags |= RELOAD_COLOUR;
    if (input_open(&d.in, &d.tool, input_form, argv + optind, argc - optind, &d.out)) {
        dump_all(&d);
        input_close(&d.in);
    }
    (void)output_close(&d.out);
    return d.tool.status;
}
