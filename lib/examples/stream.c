/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists the items in a stream of binary messages, JSON or hex text:
 * stream <INPUT */
#include <reload.h>

#include <inttypes.h>
#include <stdio.h>

static ptrdiff_t read_octets(void *arg, uint8_t *octets, size_t size)
{
    FILE *file = (FILE *)arg;
    size_t len = fread(octets, 1, size, file);
    return len == 0 && ferror(file) ? -1 : (ptrdiff_t)len;
}

static void print_item(const reload_item *item, reload_msg *msg)
{
    printf("%" PRIu64 ": ", item->offset);
    if (item->kind == RELOAD_ITEM_BAD)
        printf("%s\n", item->diag.text);
    else if (item->kind == RELOAD_ITEM_GARBAGE)
        printf("%zu octets of garbage\n", item->len);
    else if (reload_item_parse(item, msg, NULL) == RELOAD_OK) {
        uint32_t method = reload_msg_field(msg, RELOAD_F_METHOD);
        const char *name = reload_name(RELOAD_NAMES_METHOD, method);
        printf("%s, %zu attributes\n",
               name == NULL ? "unknown method" : name,
               reload_msg_count(msg));
    }
}

int main(void)
{
    reload_reader *reader = reload_reader_new();
    reload_msg *msg = reload_msg_new();
    const reload_item *item;
    reload_err err = RELOAD_ERR_MEMORY;

    if (reader != NULL && msg != NULL) {
        reload_reader_open(reader, RELOAD_FORM_AUTO, read_octets, stdin);
        while ((err = reload_reader_next(reader, &item)) == RELOAD_OK &&
               item->kind != RELOAD_ITEM_END)
            print_item(item, msg);
    }
    if (err != RELOAD_OK)
        fprintf(stderr, "%s\n", reload_strerror(err));
    reload_msg_free(&msg);
    reload_reader_free(&reader);
    return err == RELOAD_OK ? 0 : 4;
}
