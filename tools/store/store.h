/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of reload-verify between messages, in SQLite databases (D25, D28). */
#ifndef STORE_H
#define STORE_H

#include "common/tool.h"

/* One database: a file, or one of this run alone. */
struct database {
    struct tool *tool;
    const char *path; /* NULL: of this run, in memory up to a bound and then in a temporary file */
    struct sqlite3 *handle;
    struct sqlite3_stmt *find, *keep, *count, *drop, *begin, *commit, *mark, *undo, *release;
    bool in_transaction;
    bool marked;   /* the message being committed has used it */
    bool readonly; /* the file cannot be written */
};

struct store {
    struct database peers, requests, pins;
    uint64_t max_peers, max_requests; /* beyond them, the oldest are dropped */
};

enum { DEFAULT_MAX_PEERS = 1000000, DEFAULT_MAX_REQUESTS = 1000000 };

/* Each opens one database; path: NULL for this run's. Returns false after reporting an error. */
bool store_open_peers(struct store *store, struct tool *tool, const char *path);
bool store_open_requests(struct store *store, struct tool *tool);
bool store_open_pins(struct store *store, struct tool *tool, const char *path);
/* The functions for reload_commit. The first use after store_commit begins a transaction, in which
 * no other process can use the file. */
reload_store store_functions(struct store *store);
/* Ends a message's part of the transaction; keep: false undoes it. Returns false after reporting an
 * error. */
bool store_end_message(struct store *store, bool keep);
/* Commits the transaction, if there is one: it is then on disk, and other processes can use the
 * file. Returns false after reporting an error; then the whole transaction is undone. */
bool store_commit(struct store *store);
/* Rolls back uncommitted changes. */
void store_close(struct store *store);

#endif
