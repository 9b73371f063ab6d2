/* SPDX-License-Identifier: BSD-2-Clause */
/* Untrusted JSON text: it is accepted or refused with a diagnostic, and the octets that it encodes
 * survive a round trip. */
#include "fuzz.h"

#include <string.h>

/* Reads text as an attribute, or as a message or garbage. */
static bool read_value(const uint8_t *data, size_t size, bool attribute, reload_buf *out)
{
    reload_diag diag;
    reload_err err;
    const char *text = (const char *)data;
    reload_buf_reset(out);
    reload_buf_append(out, "kept", 4);
    if (attribute)
        err = reload_json_read_attr(text, size, out, &diag);
    else
        err = reload_json_read(text, size, out, &diag);
    MUST(out->err == RELOAD_OK && out->len >= 4 && memcmp(out->octets, "kept", 4) == 0);
    if (err == RELOAD_OK)
        return true;
    MUST(out->len == 4);
    MUST(diag.code == err && diag.text[0] != '\0');
    MUST(err == RELOAD_ERR_SYNTAX || err == RELOAD_ERR_VALUE || err == RELOAD_ERR_TOO_LONG);
    MUST(err == RELOAD_ERR_SYNTAX ? diag.line > 0 && diag.column > 0 : diag.has_pointer);
    /* the diagnostic is optional */
    MUST((attribute ? reload_json_read_attr(text, size, out, NULL)
                    : reload_json_read(text, size, out, NULL)) == err);
    return false;
}

/* The octets of a message's or garbage's JSON object, read as binary, are the items that the reader
 * gets from the text. */
static void check_octets(const uint8_t *data, size_t size, const uint8_t *octets, size_t len)
{
    struct fuzz_items direct = {0}, read = {0};
    fuzz_read(&direct, RELOAD_FORM_BINARY, octets, len, 0);
    MUST(direct.bad == 0);
    MUST(direct.octets.len == len && (len == 0 || memcmp(direct.octets.octets, octets, len) == 0));
    fuzz_round_trip(&direct);
    fuzz_read(&read, RELOAD_FORM_JSON, data, size, 0);
    fuzz_same_items(&direct, &read, false);
    fuzz_items_free(&direct);
    fuzz_items_free(&read);
}

/* An attribute's octets can be put into a message, even if their Length is forced. */
static void check_attribute(const uint8_t *octets, size_t len)
{
    reload_buf buf = {0};
    reload_builder b;
    struct fuzz_items items = {0};
    MUST(len >= 4 && len % 4 == 0);
    reload_build_begin(&b, &buf, NULL);
    reload_build_raw(&b, octets, len);
    if (reload_build_end(&b) == RELOAD_OK) {
        fuzz_read(&items, RELOAD_FORM_BINARY, buf.octets, buf.len, 0);
        MUST(items.count == 1 && items.item[0].kind == RELOAD_ITEM_MESSAGE &&
             items.item[0].len == buf.len);
        fuzz_round_trip(&items);
    }
    fuzz_items_free(&items);
    reload_buf_free(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_items items = {0};
    reload_buf out = {0};
    if (read_value(data, size, false, &out))
        check_octets(data, size, out.octets + 4, out.len - 4);
    if (read_value(data, size, true, &out))
        check_attribute(out.octets + 4, out.len - 4);
    fuzz_read(&items, RELOAD_FORM_JSON, data, size, 0);
    fuzz_round_trip(&items);
    fuzz_chunks(&items, RELOAD_FORM_JSON, data, size);
    fuzz_read(&items, RELOAD_FORM_AUTO, data, size, 0);
    fuzz_chunks(&items, RELOAD_FORM_AUTO, data, size);
    fuzz_items_free(&items);
    reload_buf_free(&out);
    return 0;
}
