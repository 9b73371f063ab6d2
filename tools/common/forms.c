/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/forms.h"

#include "base/fault.h"

#include <string.h>
#include <unistd.h>

static reload_err form_put(reload_sink sink, void *arg, const void *octets, size_t len)
{
    return len == 0 || sink(arg, octets, len) == 0 ? RELOAD_OK : RELOAD_ERR_WRITE;
}

/* ---- Binary ---- */

static reload_err binary_message(const reload_msg *msg, const reload_origin *origin, unsigned flags,
                                 reload_sink sink, void *arg)
{
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    (void)origin;
    (void)flags;
    return form_put(sink, arg, octets, len);
}

static reload_err binary_garbage(const uint8_t *octets, size_t len, const char *error,
                                 const reload_origin *origin, unsigned flags, reload_sink sink,
                                 void *arg)
{
    (void)error;
    (void)origin;
    (void)flags;
    return form_put(sink, arg, octets, len);
}

/* ---- Hex digits ---- */

reload_err form_write_digits(const uint8_t *octets, size_t len, reload_sink sink, void *arg)
{
    char digits[1024];
    reload_err err = RELOAD_OK;
    while (len > 0 && err == RELOAD_OK) {
        size_t n = len < sizeof digits / 2 ? len : sizeof digits / 2;
        reload_hex_encode(octets, n, digits);
        err = form_put(sink, arg, digits, 2 * n);
        octets += n;
        len -= n;
    }
    return err;
}

/* A blank line follows octets that do not show where they end. */
static reload_err hex_message(const reload_msg *msg, const reload_origin *origin, unsigned flags,
                              reload_sink sink, void *arg)
{
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    reload_err err = form_write_digits(octets, len, sink, arg);
    (void)origin;
    (void)flags;
    return err != RELOAD_OK ? err : form_put(sink, arg, "\n", reload_msg_truncated(msg) ? 1 : 0);
}

static reload_err hex_garbage(const uint8_t *octets, size_t len, const char *error,
                              const reload_origin *origin, unsigned flags, reload_sink sink,
                              void *arg)
{
    reload_err err = form_write_digits(octets, len, sink, arg);
    (void)error;
    (void)origin;
    (void)flags;
    return err != RELOAD_OK ? err : form_put(sink, arg, "\n", 1);
}

/* ---- The table ---- */

const struct form form_text = {"text", reload_text_write, reload_text_write_garbage, "",
                               FORM_SHOWS_FAULTS};
const struct form form_line = {"line", reload_line_write, reload_line_write_garbage, "",
                               FORM_SHOWS_FAULTS};
const struct form form_json = {"json", reload_json_write, reload_json_write_garbage, "\n",
                               FORM_OPTIONAL_ORIGIN};
const struct form form_hex = {"hex", hex_message, hex_garbage, "\n", 0};
const struct form form_binary = {"binary", binary_message, binary_garbage, "", 0};
const struct form form_pcapng = {"pcapng", NULL, NULL, "", 0};

const struct form *form_named(const struct tool *tool, const char *name, const char *text,
                              const struct form *const *forms)
{
    const char *words[16] = {NULL};
    for (size_t i = 0; forms[i] != NULL && i + 1 < sizeof words / sizeof words[0]; i++)
        words[i] = forms[i]->name;
    return forms[argument_word(tool, name, text, words)];
}

void form_octets_option(struct tool *tool, const struct option_row *row, const char *text,
                        void *target)
{
    static const struct form *const forms[] = {&form_binary, &form_json, &form_hex, &form_pcapng,
                                               NULL};
    *(const struct form **)target = form_named(tool, row->name, text, forms);
}

void form_check_terminal(const struct tool *tool, const struct form *form, const char *path)
{
    if ((form == &form_binary || form == &form_pcapng) && path == NULL &&
        isatty(STDOUT_FILENO) != 0 && !RL_FAULT("options: binary octets on a terminal"))
        tool_usage(tool, "binary octets are not written to a terminal: use --output=FILE or "
                         "--format=json, or --output=- to write them anyway");
}

const char *const color_words[] = {"auto", "always", "never", NULL};

unsigned color_flag(const struct output *out, int color)
{
    bool colour = color == COLOR_ALWAYS || (color == COLOR_AUTO && output_takes_colour(out));
    return colour ? RELOAD_COLOUR : 0;
}

void output_message(struct output *out, const struct form *form, const reload_msg *msg,
                    const reload_origin *origin, unsigned flags)
{
    output_check(out, form->message(msg, origin, flags | output_flags(out), output_write, out));
    (void)output_write(out, form->end, strlen(form->end));
}

void output_garbage(struct output *out, const struct form *form, const reload_item *item,
                    const reload_origin *origin, unsigned flags)
{
    output_check(out, form->garbage(item->octets, item->len, item->diag.text, origin,
                                    flags | output_flags(out), output_write, out));
    (void)output_write(out, form->end, strlen(form->end));
}
