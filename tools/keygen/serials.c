/* SPDX-License-Identifier: BSD-2-Clause */
/* Serial numbers, and finding them. */
#include "keygen/keygen.h"

#include <stdlib.h>
#include <string.h>

bool serial_parse(const char *text, struct serial *serial)
{
    char digits[2 * MAX_SERIAL + 1];
    size_t len = 1;
    digits[0] = '0'; /* if their number is odd */
    if (strncmp(text, "serial=", 7) == 0)
        text += 7;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
        text += 2;
    bool any = *text != '\0';
    while (*text == '0' || *text == ':')
        text++;
    for (; *text != '\0'; text++) {
        if (len == sizeof digits)
            return false;
        if (*text != ':')
            digits[len++] = *text;
    }
    size_t start = len % 2;
    serial->len = (len - start) / 2;
    if (serial->len == 0) { /* zero */
        serial->len = 1;
        serial->octets[0] = 0;
        return any;
    }
    return reload_hex_decode(digits + start, len - start, serial->octets);
}

bool serial_same(const struct serial *a, const struct serial *b)
{
    return a->len == b->len && memcmp(a->octets, b->octets, a->len) == 0;
}

void serial_text(const struct serial *serial, char text[2 * MAX_SERIAL + 1])
{
    reload_hex_encode(serial->octets, serial->len, text);
    text[2 * serial->len] = '\0';
}

/* ---- A hash table (linear probing) ---- */

static const struct serial *serial_at(const struct serial_table *table, const void *array, size_t i)
{
    return (const struct serial *)(const void *)((const char *)array + i * table->element);
}

/* The slot of a serial number: its own, or a free one. */
static size_t *slot_of(const struct serial_table *table, const void *array,
                       const struct serial *serial)
{
    uint32_t hash = 2166136261; /* FNV-1a */
    for (size_t i = 0; i < serial->len; i++)
        hash = (hash ^ serial->octets[i]) * 16777619;
    size_t at = hash & (table->size - 1);
    while (table->slots[at] != 0 &&
           !serial_same(serial_at(table, array, table->slots[at] - 1), serial))
        at = (at + 1) & (table->size - 1);
    return &table->slots[at];
}

bool serial_table_reserve(struct serial_table *table, const void *array, size_t count)
{
    if (count + 1 <= table->size / 2)
        return true;
    struct serial_table larger = {.size = table->size == 0 ? 128 : 2 * table->size,
                                  .element = table->element};
    larger.slots = calloc(larger.size, sizeof *larger.slots);
    if (larger.slots == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        (void)serial_table_add(&larger, array, i);
    free(table->slots);
    *table = larger;
    return true;
}

size_t serial_table_add(struct serial_table *table, const void *array, size_t i)
{
    size_t *slot = slot_of(table, array, serial_at(table, array, i));
    if (*slot == 0)
        *slot = i + 1;
    return *slot - 1;
}

size_t serial_table_find(const struct serial_table *table, const void *array,
                         const struct serial *serial)
{
    return table->size == 0 ? NOT_FOUND : *slot_of(table, array, serial) - 1;
}

void serial_table_remove_last(struct serial_table *table, const void *array, size_t i)
{
    *slot_of(table, array, serial_at(table, array, i)) = 0;
}
