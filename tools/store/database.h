/* SPDX-License-Identifier: BSD-2-Clause */
/* The common part of all kinds of database. Private to the store. */
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include "store/sqlite.h"
#include "store/store.h"

/* A kind of database: its application_id in SQLite's file header, and its statements. */
struct database_kind {
    const char *what;
    int application_id; /* "RL" and two letters */
    const char *schema; /* of version 1 */
    const char *find, *keep, *count, *drop;
    bool readable; /* usable if read-only: known entries can still be found */
};

extern const struct database_kind store_peers, store_requests, store_pins;

reload_err store_find_peer(void *store, const uint8_t id[RELOAD_ID_SIZE], reload_peer_state *peer,
                           bool *found);
reload_err store_keep_peer(void *store, const uint8_t id[RELOAD_ID_SIZE],
                           const reload_peer_state *peer);
reload_err store_find_request(void *store, const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE],
                              uint32_t overlay, reload_request_state *request, bool *found);
reload_err store_keep_request(void *store, const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE],
                              uint32_t overlay, const reload_request_state *request);
reload_err store_find_pin(void *store, const char *name,
                          uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE], bool *found);
reload_err store_keep_pin(void *store, const char *name,
                          const uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE]);

/* For messages: the path, or "state of this run". */
const char *database_name(const struct database *d);
/* Reports SQLite's error; returns false. */
bool database_fail(const struct database *d, const char *what);
/* Begins the transaction and the message's part of it, unless done. Returns false after reporting
 * an error. */
bool database_use(struct database *d);
void database_bind(sqlite3_stmt *statement, int i, const uint8_t *octets, size_t len);
/* Runs a statement that gives no rows. Returns false after reporting an error. */
bool database_step(struct database *d, sqlite3_stmt *statement);
/* Finds an entry by the values bound to d->find. The row, if *found, is valid until the statement
 * is reset. */
reload_err database_find(struct database *d, bool *found);
/* Stores the values bound to d->keep. */
reload_err database_keep(struct database *d);

#endif
