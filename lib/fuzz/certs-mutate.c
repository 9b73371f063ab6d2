/* SPDX-License-Identifier: BSD-2-Clause */
/* The mutator of fuzz-certs.c, for libFuzzer alone. It changes one attribute, header or message at
 * a time, writes the Lengths again, and replaces digests by the octet that means a correct digest,
 * so that the change is signed. */
#include "certs.h"

#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

static uint64_t state;

static uint32_t below(uint32_t limit)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33) % limit;
}

/* ---- An attribute ---- */

enum edit {
    EDIT_VALUE,
    EDIT_TYPE,
    EDIT_REMOVE,
    EDIT_REPEAT,
    EDIT_INSERT, /* another one before it */
    EDIT_HEADER, /* of the message */
    EDITS
};

/* Places of one octet that represent a certificate or a digest */
static bool is_short(const reload_attr *attr)
{
    return attr->type == RELOAD_A_DIGEST || reload_is_certificate(attr->type);
}

static void append_new(reload_builder *b)
{
    uint8_t octets[24] = {0};
    size_t rows = 0;
    while (reload_attr_def_at(rows) != NULL)
        rows++;
    const reload_attr_def *def = reload_attr_def_at(below((uint32_t)rows));
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = below(4) == 0 ? (uint8_t)below(256) : 0;
    size_t len = def->kind == RELOAD_KIND_COMPOSITE ? 0
                 : def->kind == RELOAD_KIND_ID      ? RELOAD_ID_SIZE
                 : def->kind == RELOAD_KIND_OCTETS  ? 1
                                                    : 4;
    reload_build_octets(b, def->type, octets, len);
}

static void append_value(reload_builder *b, const reload_attr *attr, uint16_t type,
                         const uint8_t *octets, size_t len, bool edited)
{
    static uint8_t value[4096];
    uint8_t right = (uint8_t)(below(8) == 0 ? below(256) : below(2));
    if (len > sizeof value / 2) {
        reload_build_octets(b, type, octets, len);
        return;
    }
    memcpy(value, octets, len);
    if (edited && is_short(attr) && below(4) != 0) {
        value[0] = right;
        len = 1;
    } else if (edited) {
        len = LLVMFuzzerMutate(value, len, sizeof value / 2);
    } else if (attr->type == RELOAD_A_DIGEST && len != 1 && below(2) == 0) {
        value[0] = 0;
        len = 1;
    }
    reload_build_octets(b, type, value, len);
}

static void append_members(reload_builder *b, const reload_msg *msg, uint32_t parent,
                           uint32_t target, enum edit edit)
{
    reload_iter it = reload_members(msg, parent);
    while (reload_next(&it)) {
        size_t len, rows = 0;
        const uint8_t *octets = reload_msg_value_octets(msg, it.index, &len);
        bool edited = it.index == target, composite = it.attr->end > it.index + 1;
        uint16_t type = it.attr->type;
        if (edited && edit == EDIT_REMOVE)
            continue;
        while (edited && edit == EDIT_TYPE && reload_attr_def_at(rows) != NULL)
            rows++;
        if (rows > 0)
            type = reload_attr_def_at(below((uint32_t)rows))->type;
        if (edited && edit == EDIT_INSERT)
            append_new(b);
        for (unsigned n = edited && edit == EDIT_REPEAT ? 2 : 1; n > 0; n--) {
            if (composite) {
                reload_build_open(b, type);
                append_members(b, msg, it.index, target, edit);
                if (edited && edit == EDIT_VALUE)
                    append_new(b);
                reload_build_close(b);
            } else {
                append_value(b, it.attr, type, octets, len, edited && edit == EDIT_VALUE);
            }
        }
    }
}

/* Returns false if the message cannot be written again. */
static bool edit_message(const uint8_t *octets, size_t len, reload_buf *out)
{
    uint8_t header[RELOAD_HEADER_SIZE];
    enum edit edit = (enum edit)below(EDITS);
    reload_builder b;
    reload_msg *msg = reload_msg_new();
    bool good = msg != NULL && reload_msg_parse(msg, octets, len, NULL) == RELOAD_OK;
    if (good) {
        uint32_t count = (uint32_t)reload_msg_count(msg);
        size_t start = out->len;
        memcpy(header, octets, sizeof header);
        if (edit == EDIT_HEADER)
            (void)LLVMFuzzerMutate(header + 4, sizeof header - 4, sizeof header - 4);
        reload_build_begin(&b, out, header);
        append_members(&b, msg, RELOAD_NO_ATTR, count > 0 ? below(count) : 0, edit);
        if (edit == EDIT_INSERT && below(4) == 0)
            append_new(&b);
        good = reload_build_end(&b) == RELOAD_OK;
        if (!good) {
            out->len = start;
            out->err = RELOAD_OK;
        }
    }
    reload_msg_free(&msg);
    return good;
}

/* ---- A stream ---- */

/* Changes one item: removes it, repeats it, or edits the message in it. */
static void edit_stream(const struct fuzz_items *items, reload_buf *out)
{
    size_t target = below((uint32_t)items->count);
    unsigned what = below(12);
    for (size_t i = 0; i < items->count; i++) {
        const struct fuzz_item *item = &items->item[i];
        const uint8_t *octets = items->octets.octets + item->at;
        if (i == target && what == 0 && items->count > 1)
            continue;
        if (i == target && what != 1 && item->kind == RELOAD_ITEM_MESSAGE &&
            edit_message(octets, item->len, out)) {
            if (what == 2) /* beside the original */
                reload_buf_append(out, octets, item->len);
            continue;
        }
        reload_buf_append(out, octets, item->len);
        if (i == target && what == 1)
            reload_buf_append(out, octets, item->len);
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    struct fuzz_items items = {0};
    reload_buf out = {0};
    const size_t head = sizeof(struct options);
    state = seed;
    if (size <= head || below(16) == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    if (below(8) == 0)
        data[below((uint32_t)head)] = (uint8_t)below(256);
    fuzz_read(&items, RELOAD_FORM_BINARY, data + head, size - head, 0);
    for (unsigned n = 1 + below(3); n > 0 && items.count > 0; n--) {
        reload_buf_reset(&out);
        edit_stream(&items, &out);
        fuzz_read(&items, RELOAD_FORM_BINARY, out.octets, out.len, 0);
    }
    if (out.len > 0 && out.len <= max_size - head) {
        memcpy(data + head, out.octets, out.len);
        size = head + out.len;
    } else {
        size = LLVMFuzzerMutate(data, size, max_size);
    }
    fuzz_items_free(&items);
    reload_buf_free(&out);
    return size;
}
