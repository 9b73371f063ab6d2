/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests that a response can match (D25). */
#include "base/fault.h"
#include "store/database.h"

const struct database_kind store_requests = {
    "requests",
    0x524c7271,
    "CREATE TABLE request (number INTEGER PRIMARY KEY, transaction_id BLOB NOT NULL, overlay "
    "INTEGER NOT NULL,"
    " captured INTEGER NOT NULL, open_overlay INTEGER NOT NULL, UNIQUE (transaction_id, overlay))",
    "SELECT captured, open_overlay FROM request WHERE transaction_id = ?1 AND overlay = ?2",
    /* a PEER-JOIN with Overlay 0 remains recorded as such, even if its Transaction ID is repeated
     */
    "INSERT OR REPLACE INTO request (transaction_id, overlay, captured, open_overlay) VALUES (?1, "
    "?2, ?3, max(?4,"
    " ifnull((SELECT open_overlay FROM request WHERE transaction_id = ?1 AND overlay = ?2), 0)))",
    NULL,
    "DELETE FROM request WHERE number <= (SELECT max(number) FROM request) - ?1",
    false,
};

static void bind_key(sqlite3_stmt *statement, const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE],
                     uint32_t overlay)
{
    database_bind(statement, 1, transaction_id, RELOAD_TRANSACTION_SIZE);
    if (RL_FAULT("D25: a response repeats the Overlay"))
        overlay = 0;
    (void)sqlite.bind_int64(statement, 2, overlay);
}

reload_err store_find_request(void *arg, const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE],
                              uint32_t overlay, reload_request_state *request, bool *found)
{
    struct database *d = &((struct store *)arg)->requests;
    bind_key(d->find, transaction_id, overlay);
    reload_err err = database_find(d, found);
    if (*found)
        *request = (reload_request_state){.captured = sqlite.column_int64(d->find, 0),
                                          .open_overlay = sqlite.column_int(d->find, 1) != 0};
    (void)sqlite.reset(d->find);
    return err;
}

reload_err store_keep_request(void *arg, const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE],
                              uint32_t overlay, const reload_request_state *request)
{
    struct store *store = arg;
    struct database *d = &store->requests;
    if (!database_use(d))
        return RELOAD_ERR_WRITE;
    bind_key(d->keep, transaction_id, overlay);
    (void)sqlite.bind_int64(d->keep, 3, request->captured);
    (void)sqlite.bind_int64(d->keep, 4, request->open_overlay);
    if (RL_FAULT("D25: an open Overlay stays open")) /* for SQLite's max, text exceeds numbers */
        (void)sqlite.bind_text(d->keep, 4, request->open_overlay ? "1" : "0", 1, SQLITE_STATIC);
    (void)sqlite.bind_int64(d->drop, 1, (sqlite3_int64)store->max_requests);
    reload_err err = database_keep(d);
    return err == RELOAD_OK && !database_step(d, d->drop) ? RELOAD_ERR_WRITE : err;
}
