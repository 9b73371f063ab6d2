/* reload-dump: shows and converts messages. */
#include "common/tool.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PRETTY = 256, META, COLOR, CERTS };

static const struct tool_option options[] = {
    {'f', "format", "FORM", "what to write: text (default), line, json, hex or binary"},
    {PRETTY, "pretty", NULL, "JSON over several lines, indented"},
    {META, "meta", NULL, "JSON with each message's file and offset"},
    {COLOR, "color", "WHEN", "colour in text: auto (default), always or never"},
    {CERTS, "certs", "DIR", "write the certificates found to DIR, each named by its SHA-1 fingerprint"},
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
    const char *certs; /* NULL: certificates are not written */
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

/* Writes a certificate as it is (DER), unless it is there already. */
static void write_cert(struct dump *d, const uint8_t *octets, size_t len)
{
    char path[4096], digits[2 * RELOAD_ID_SIZE + 1] = "";
    uint8_t fingerprint[RELOAD_ID_SIZE];
    struct output out;
    if (reload_resource_id(octets, len, 0, fingerprint) != RELOAD_OK) { /* which is the SHA-1 */
        tool_error(&d->tool, STATUS_FAILED, "%s: %s", d->certs, reload_strerror(RELOAD_ERR_CRYPTO));
        return;
    }
    reload_hex_encode(fingerprint, sizeof fingerprint, digits);
    int n = snprintf(path, sizeof path, "%s/%s.der", d->certs, digits);
    if (n < 0 || (size_t)n >= sizeof path)
        tool_error(&d->tool, STATUS_FAILED, "%s: too long a name", d->certs);
    else if (access(path, F_OK) != 0 && output_open(&out, &d->tool, path, 0)) {
        (void)output_write(&out, octets, len);
        (void)output_close(&out);
    }
}

static void write_certs(struct dump *d)
{
    for (size_t i = 0; i < reload_msg_count(d->in.msg); i++) {
        uint16_t type = reload_msg_attr(d->in.msg, i)->type;
        size_t len;
        const uint8_t *octets = reload_msg_value_octets(d->in.msg, i, &len);
        if (type == RELOAD_A_PEER_CERT || type == RELOAD_A_BODY_CERTIFICATE)
            write_cert(d, octets, len);
    }
}

static void dump_message(struct dump *d)
{
    reload_diag diag;
    const reload_origin *origin = &d->in.origin;
    if (d->form == TEXT)
        output_check(&d->out, reload_text_write(d->in.msg, origin, d->flags, output_write, &d->out));
    else if (d->form == LINE)
        output_check(&d->out, reload_line_write(d->in.msg, origin, d->flags, output_write, &d->out));
    else
        tool_write_message(&d->out, d->in.msg, d->octets_form, d->meta ? origin : NULL, d->flags);
    if (d->certs != NULL)
        write_certs(d);
    if (reload_msg_check(d->in.msg, &diag) != RELOAD_OK)
        input_error(&d->in, STATUS_MALFORMED, &diag);
}

static void dump_garbage(struct dump *d)
{
    const reload_item *item = &d->in.item;
    const reload_origin *origin = &d->in.origin;
    if (d->form != OCTETS) {
        output_check(&d->out, reload_text_write_garbage(item->octets, item->len, item->diag.text, origin, d->form == LINE, d->flags,
                                                   output_write, &d->out));
    } else if (d->octets_form == OCTETS_JSON) {
        output_check(&d->out, reload_json_write_garbage(item->octets, item->len, item->diag.text, d->meta ? origin : NULL, d->flags,
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
        case CERTS:
            d.certs = argument;
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
    if (d.certs != NULL && mkdir(d.certs, 0777) != 0 && errno != EEXIST) {
        tool_error(&d.tool, STATUS_FAILED, "%s: %s", d.certs, strerror(errno));
        return d.tool.status;
    }
    if (!output_open(&d.out, &d.tool, path, 0))
        return d.tool.status;
    if (strcmp(color, "always") == 0 || (strcmp(color, "auto") == 0 && output_takes_colour(&d.out)))
        d.flags |= RELOAD_COLOUR;
    if (output_is_terminal(&d.out))
        d.flags |= RELOAD_ASCII;
    if (input_open(&d.in, &d.tool, input_form, argv + optind, argc - optind, &d.out)) {
        dump_all(&d);
        input_close(&d.in);
    }
    (void)output_close(&d.out);
    return d.tool.status;
}
