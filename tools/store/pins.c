/* SPDX-License-Identifier: BSD-2-Clause */
/* The first key seen for each identity (D28). */
#include "store/database.h"

#include <string.h>

const struct database_kind store_pins = {
    "pins",
    0x524c706e,
    "CREATE TABLE pin (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, since TEXT NOT NULL) WITHOUT "
    "ROWID",
    "SELECT sha256 FROM pin WHERE name = ?1",
    "INSERT INTO pin VALUES (?1, ?2, ?3) ON CONFLICT (name) DO NOTHING",
    NULL,
    NULL,
    true,
};

reload_err store_find_pin(void *arg, const char *name, uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE],
                          bool *found)
{
    struct database *d = &((struct store *)arg)->pins;
    if (!database_use(d))
        return RELOAD_ERR_READ;
    (void)sqlite.bind_text(d->find, 1, name, -1, SQLITE_STATIC);
    reload_err err = database_find(d, found);
    if (*found) {
        const char *digits = (const char *)sqlite.column_text(d->find, 0);
        if (digits == NULL || strlen(digits) != 2 * RELOAD_FINGERPRINT_SIZE ||
            !reload_hex_decode(digits, 2 * RELOAD_FINGERPRINT_SIZE, fingerprint)) {
            tool_error_file(d->tool, STATUS_FAILED, database_name(d),
                            "the pin of %s is not a SHA-256 digest in hex", name);
            err = RELOAD_ERR_READ;
        }
    }
    (void)sqlite.reset(d->find);
    return err;
}

reload_err store_keep_pin(void *arg, const char *name,
                          const uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE])
{
    struct database *d = &((struct store *)arg)->pins;
    uint8_t stored[RELOAD_FINGERPRINT_SIZE];
    char digits[2 * RELOAD_FINGERPRINT_SIZE], since[RELOAD_TIME_SIZE];
    bool known;
    reload_err err = store_find_pin(arg, name, stored, &known);
    if (err != RELOAD_OK || known) /* a file that cannot be written may hold all pins */
        return err;
    reload_time_text(tool_now() / RELOAD_SECOND, since);
    reload_hex_encode(fingerprint, RELOAD_FINGERPRINT_SIZE, digits);
    (void)sqlite.bind_text(d->keep, 1, name, -1, SQLITE_STATIC);
    (void)sqlite.bind_text(d->keep, 2, digits, sizeof digits, SQLITE_STATIC);
    (void)sqlite.bind_text(d->keep, 3, since, -1, SQLITE_STATIC);
    return database_keep(d);
}
