/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of text for people: values, fields and names as reload_text_write shows them. */
#ifndef RELOAD_PRINT_H
#define RELOAD_PRINT_H

#include <reload/message.h>
#include <reload/render.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Collects a line and passes it to a sink when it ends. The first error sticks. */
typedef struct reload_printer {
    reload_err err;  /* the first error; the caller may read it */
    size_t column;   /* where values begin after reload_print_name; the caller sets it */
    unsigned indent; /* columns before each line with a depth; the caller sets it */
    /* the rest is private */
    reload_sink sink;
    void *arg;
    unsigned flags;
    reload_buf line;
} reload_printer;

typedef enum reload_colour {
    RELOAD_COLOUR_PLAIN,
    RELOAD_COLOUR_NAME,
    RELOAD_COLOUR_TITLE,
    RELOAD_COLOUR_WARNING,
    RELOAD_COLOUR_ADDED,
    RELOAD_COLOUR_FAINT
} reload_colour;

/* Begins to print. flags: RELOAD_COLOUR, or 0 to ignore colours. */
void reload_printer_init(reload_printer *p, unsigned flags, reload_sink sink, void *arg);
/* Frees the line and returns the first error: RELOAD_ERR_MEMORY, RELOAD_ERR_WRITE, or the caller's.
 * Text after the last reload_print_end_line is lost. */
reload_err reload_printer_finish(reload_printer *p);
/* Makes the printer fail with an error of the caller's, unless it has failed already. */
void reload_printer_fail(reload_printer *p, reload_err err);

/* ---- Parts of a line ---- */

/* Prints formatted text, in which numbers have a width or are plain; any other format of printf
 * yields at most 191 octets. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void reload_print(reload_printer *p, const char *format, ...);
/* Prints octets unchanged. */
void reload_print_raw(reload_printer *p, const void *octets, size_t len);
/* Changes the colour. */
void reload_print_colour(reload_printer *p, reload_colour colour);
/* Prints text in a colour, and changes to plain. */
void reload_print_coloured(reload_printer *p, reload_colour colour, const char *text);
/* Ends the line, and passes it to the sink. */
void reload_print_end_line(reload_printer *p);

/* Prints untrusted text in quotes, escaped as by reload_escape. */
void reload_print_quoted(reload_printer *p, const uint8_t *octets, size_t len);
/* Prints the first 32 octets in hex, and the number of octets if there are more. */
void reload_print_hex(reload_printer *p, const uint8_t *octets, size_t len);
/* Prints an attribute's value. */
void reload_print_value(reload_printer *p, const reload_value *value);
/* Prints a header field's value. */
void reload_print_field(reload_printer *p, const reload_msg *msg, reload_field field);
/* Prints a title such as "PEER-JOIN request, 124 octets". */
void reload_print_title(reload_printer *p, const reload_msg *msg);
/* Prints an origin such as "1: put.bin, offset 0: ", or nothing if it is NULL. */
void reload_print_origin(reload_printer *p, const reload_origin *origin);
/* Prints a warning such as "! 5 octets of garbage: no RELOAD message begins here". */
void reload_print_garbage(reload_printer *p, size_t len, const char *error);
/* Prints a note that an attribute after the SIGNATURE is ignored (D10) or unauthenticated (D27),
 * and nothing for other attributes. */
void reload_print_unsigned(reload_printer *p, const reload_msg *msg, size_t i);

/* An attribute's name, or its type in hex, which is written into unknown. */
const char *reload_attr_name(const reload_attr *attr, char unknown[8]);

/* ---- Lines with a depth, of 2 columns each ---- */

/* Begins a line with a name, and goes to the column of values if a value follows. */
void reload_print_name(reload_printer *p, unsigned depth, const char *name, bool value);
/* Prints a line "! text". */
void reload_print_warning(reload_printer *p, unsigned depth, const char *text);
/* Prints a warning that states the number of missing octets of a truncated message, or another
 * fault of its framing, if it has one. */
void reload_print_missing(reload_printer *p, unsigned depth, const reload_msg *msg);
/* Prints lines for a certificate in DER: subject, issuer, serial number, validity, key and
 * names. */
void reload_print_cert(reload_printer *p, unsigned depth, const uint8_t *octets, size_t len);

#ifdef __cplusplus
}
#endif

#endif
