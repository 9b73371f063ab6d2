/* reload-dump: shows and converts messages. */
#include "common/tool.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PRETTY = 256, META, COLOR, CERTS, DIFF };

/* clang-format off */
static const struct tool_option options[] = {
    {'f', "format", "FORM", "what to write: text (default), line, annotated, json, hex or binary"},
    {PRETTY, "pretty", NULL, "JSON over several lines, indented"},
    {META, "meta", NULL, "JSON with each message's file and offset"},
    {COLOR, "color", "WHEN", "colour in text: auto (default), always or never"},
    {CERTS, "certs", "DIR", "write the certificates found to DIR, each named by its SHA-1 fingerprint"},
    {DIFF, "diff", NULL, "compare the messages of two files field by field; the status is as diff(1)'s"},
    {'i', "input", "FORM", "read binary, json or hex, instead of telling it by the first octets"},
    {'o', "output", "FILE", "write to FILE instead of standard output"},
    {'q', "quiet", NULL, "print no warnings on standard error, only errors"},
    {0, NULL, NULL, NULL},
};
/* clang-format on */

static const struct tool_help help = {
    "reload-dump [options] [FILE...]\nreload-dump --diff [options] FILE FILE",
    "Shows RELOAD messages, or converts them between binary, JSON and hex text.",
    options,
};

enum { DIFF_TROUBLE = 2 }; /* diff(1)'s status */

enum form { TEXT, LINE, ANNOTATED, OCTETS };

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
    } else if (strcmp(text, "annotated") == 0) {
        d->form = ANNOTATED;
    } else {
        d->form = OCTETS;
        d->octets_form = tool_octets_form(&d->tool, "--format", text, "text, line, annotated, ");
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
        output_check(&d->out,
                     reload_text_write(d->in.msg, origin, d->flags, output_write, &d->out));
    else if (d->form == LINE)
        output_check(&d->out,
                     reload_line_write(d->in.msg, origin, d->flags, output_write, &d->out));
    else if (d->form == ANNOTATED)
        output_check(&d->out,
                     reload_annotated_write(d->in.msg, origin, d->flags, output_write, &d->out));
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
    if (d->form == ANNOTATED) {
        output_check(&d->out,
                     reload_annotated_write_garbage(item->octets, item->len, item->diag.text,
                                                    origin, d->flags, output_write, &d->out));
    } else if (d->form != OCTETS) {
        output_check(&d->out,
                     reload_text_write_garbage(item->octets, item->len, item->diag.text, origin,
                                               d->form == LINE, d->flags, output_write, &d->out));
    } else if (d->octets_form == OCTETS_JSON) {
        output_check(&d->out, reload_json_write_garbage(item->octets, item->len, item->diag.text,
                                                        d->meta ? origin : NULL, d->flags,
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

/* ---- Comparing ---- */

/* The next item of one of two inputs; nothing where it has no more, or is of no use. */
static reload_diff_side diff_side(struct input *in, bool *more)
{
    *more = *more && input_next(in);
    if (!*more)
        return (reload_diff_side){.msg = NULL};
    bool message = input_is_message(in);
    return (reload_diff_side){.msg = message ? in->msg : NULL,
                              .octets = message ? NULL : in->item.octets,
                              .len = message ? 0 : in->item.len,
                              .origin = &in->origin};
}

/* Compares what two inputs hold, item by item. */
static void diff_inputs(struct dump *d, struct input in[2])
{
    bool more[2] = {true, true}, differ;
    while (!d->out.failed) {
        reload_diff_side a = diff_side(&in[0], &more[0]), b = diff_side(&in[1], &more[1]);
        if (!more[0] && !more[1])
            return;
        if ((more[0] && in[0].item.kind == RELOAD_ITEM_BAD) ||
            (more[1] && in[1].item.kind == RELOAD_ITEM_BAD))
            continue; /* which has been told */
        output_check(&d->out,
                     reload_diff_write(&a, &b, d->flags, d->tool.quiet ? NULL : output_write,
                                       &d->out, &differ));
        if (differ)
            tool_status(&d->tool, STATUS_INVALID);
    }
}

/* What makes no sense with --diff. */
static void check_diff(const struct dump *d, bool formed, char **files, int count)
{
    if (formed || (d->flags & RELOAD_PRETTY) != 0 || d->meta || d->certs != NULL)
        tool_usage(&d->tool, "--diff takes none of --format, --pretty, --meta and --certs");
    if (count != 2)
        tool_usage(&d->tool, "--diff takes two files, not %d", count);
    if (strcmp(files[0], "-") == 0 && strcmp(files[1], "-") == 0)
        tool_usage(&d->tool, "--diff takes standard input as one of its files, not as both");
}

/* As diff(1): 0 without a difference, 1 with one, 2 where something went wrong. */
static void diff_files(struct dump *d, reload_form form, char **files)
{
    struct input in[2];
    if (!input_open(&in[0], &d->tool, form, files, 1, &d->out))
        return;
    if (input_open(&in[1], &d->tool, form, files + 1, 1, &d->out)) {
        diff_inputs(d, in);
        input_close(&in[1]);
    }
    input_close(&in[0]);
}

int main(int argc, char **argv)
{
    struct dump d = {.tool = {.name = "reload-dump"}};
    reload_form input_form = RELOAD_FORM_AUTO;
    const char *path = NULL, *color = "auto";
    bool diff = false, formed = false;
    char *argument;
    int id;
    while ((id = tool_getopt(&d.tool, argc, argv, &help, &argument)) != -1) {
        switch (id) {
        case 'f':
            set_form(&d, argument);
            formed = true;
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
        case DIFF:
            diff = true;
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
    if (diff)
        check_diff(&d, formed, argv + optind, argc - optind);
    if (d.certs != NULL && mkdir(d.certs, 0777) != 0 && errno != EEXIST) {
        tool_error(&d.tool, STATUS_FAILED, "%s: %s", d.certs, strerror(errno));
        return d.tool.status;
    }
    if (!output_open(&d.out, &d.tool, path, 0))
        return diff ? DIFF_TROUBLE : d.tool.status;
    if (strcmp(color, "always") == 0 || (strcmp(color, "auto") == 0 && output_takes_colour(&d.out)))
        d.flags |= RELOAD_COLOUR;
    if (output_is_terminal(&d.out))
        d.flags |= RELOAD_ASCII;
    if (diff) {
        diff_files(&d, input_form, argv + optind);
    } else if (input_open(&d.in, &d.tool, input_form, argv + optind, argc - optind, &d.out)) {
        dump_all(&d);
        input_close(&d.in);
    }
    (void)output_close(&d.out);
    return diff && d.tool.status > STATUS_INVALID ? DIFF_TROUBLE : d.tool.status;
}
