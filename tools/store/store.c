/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening databases, and transactions over them. */
#include "base/fault.h"
#include "store/database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { WAIT_MS = 120000 }; /* for another process's transaction */

const char *database_name(const struct database *d)
{
    return d->path == NULL ? "state of this run" : d->path;
}

/* Reports a file of another kind, if its kind is known. */
static bool report_content(const struct database *d)
{
    const char *content = d->path == NULL ? NULL : reload_content_text(content_of_file(d->path));
    if (content != NULL)
        tool_error_file(d->tool, STATUS_FAILED, d->path,
                        "%s, not a database of reload-verify; a missing file is created", content);
    return content != NULL;
}

bool database_fail(const struct database *d, const char *what)
{
    int code = d->handle == NULL ? SQLITE_NOMEM : sqlite.errcode(d->handle);
    if (code == SQLITE_NOTADB && report_content(d))
        return false;
    tool_error_file(d->tool, STATUS_FAILED, database_name(d), "%s: %s", what,
                    code == SQLITE_NOTADB ? "not a database of reload-verify"
                    : code == SQLITE_BUSY ? "locked by another program"
                    : d->handle == NULL   ? sqlite.errstr(code)
                                          : sqlite.errmsg(d->handle));
    return false;
}

/* Reports that the file cannot be written; returns false. */
static bool database_refuse(const struct database *d)
{
    tool_error_file(d->tool, STATUS_FAILED, database_name(d), "cannot be written");
    return false;
}

bool database_step(struct database *d, sqlite3_stmt *statement)
{
    bool done = sqlite.step(statement) == SQLITE_DONE;
    (void)sqlite.reset(statement);
    return done || database_fail(d, "cannot be used");
}

static bool run_sql(struct database *d, const char *sql)
{
    return sqlite.exec(d->handle, sql, NULL, NULL, NULL) == SQLITE_OK ||
           database_fail(d, "cannot be used");
}

/* The number that a query returns. */
static bool ask(struct database *d, const char *sql, int64_t *number)
{
    sqlite3_stmt *statement = NULL;
    bool good = sqlite.prepare_v2(d->handle, sql, -1, &statement, NULL) == SQLITE_OK &&
                sqlite.step(statement) == SQLITE_ROW;
    *number = good ? sqlite.column_int64(statement, 0) : 0;
    if (!good)
        (void)database_fail(d, "cannot be read");
    (void)sqlite.finalize(statement);
    return good;
}

/* Makes the tables of a new database, or checks the kind of an existing one. Other processes may do
 * the same. */
static bool prepare_tables(struct database *d, const struct database_kind *kind)
{
    char sql[128];
    int64_t tables, id, version;
    (void)snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = 1;",
                   kind->application_id);
    if (!run_sql(d, d->readonly ? "BEGIN" : "BEGIN IMMEDIATE") ||
        !ask(d, "SELECT count(*) FROM sqlite_master", &tables) ||
        !ask(d, "PRAGMA application_id", &id) || !ask(d, "PRAGMA user_version", &version))
        return false;
    if (tables == 0 && id == 0 && d->readonly)
        return database_refuse(d);
    if (tables == 0 && id == 0)
        return run_sql(d, kind->schema) && run_sql(d, sql) && run_sql(d, "COMMIT");
    bool own =
        id == kind->application_id || RL_FAULT("replay: another program's database is left alone");
    if (!own)
        tool_error_file(d->tool, STATUS_FAILED, database_name(d),
                        "not a database of %s: application_id is 0x%08llx, expected 0x%08x",
                        kind->what, (unsigned long long)id, (unsigned)kind->application_id);
    else if (version != 1)
        tool_error_file(d->tool, STATUS_FAILED, database_name(d),
                        "was written by another version of reload-verify: user_version is %lld, "
                        "expected 1",
                        (long long)version);
    return own && version == 1 && run_sql(d, "COMMIT");
}

static bool prepare_statement(struct database *d, const char *sql, sqlite3_stmt **statement)
{
    return sql == NULL ||
           sqlite.prepare_v3(d->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) ==
               SQLITE_OK ||
           database_fail(d, "cannot be read");
}

/* Opens the file, or for NULL a temporary one of SQLite's, which is written only when its cache is
 * full. */
static bool open_path(struct database *d, const char *path)
{
    struct stat st;
    if (path != NULL && stat(path, &st) == 0 &&
        !S_ISREG(st.st_mode)) { /* SQLite would make a journal beside it */
        tool_error_file(d->tool, STATUS_FAILED, path,
                        "cannot be opened: not a regular file; a missing file is created");
        return false;
    }
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    /* "./" keeps SQLite from its own meanings of "", ":memory:" and "file:…" */
    size_t size = path == NULL ? 1 : strlen(path) + sizeof "./";
    char *name = malloc(size);
    if (name != NULL)
        (void)snprintf(name, size, "%s%s", path == NULL || path[0] == '/' ? "" : "./",
                       path == NULL ? "" : path);
    bool opened = name != NULL && sqlite.open_v2(name, &d->handle, flags, NULL) == SQLITE_OK;
    free(name);
    return opened || database_fail(d, "cannot be opened");
}

static bool open_database(struct database *d, struct tool *tool, const char *path,
                          const struct database_kind *kind)
{
    *d = (struct database){.tool = tool, .path = path};
    if (!sqlite_load(tool) || !open_path(d, path))
        return false;
    d->readonly = sqlite.db_readonly(d->handle, "main") == 1;
    /* without this it would fail only at the first entry */
    if (d->readonly && !kind->readable &&
        !RL_FAULT("replay: a file that cannot be written is refused"))
        return database_refuse(d);
    if (!RL_FAULT("replay: another process's transaction is waited for"))
        (void)sqlite.busy_timeout(d->handle, WAIT_MS);
    if (path != NULL)
        tool_keep(tool, path);
    /* EXTRA: after a commit even the removal of its journal is on disk */
    const char *durable = RL_FAULT("replay: the removal of a journal is synced")
                              ? "PRAGMA synchronous = FULL"
                              : "PRAGMA synchronous = EXTRA";
    bool turns = !RL_FAULT("replay: processes take turns");
    return run_sql(d, path == NULL ? "PRAGMA synchronous = OFF" : durable) &&
           prepare_tables(d, kind) && prepare_statement(d, kind->find, &d->find) &&
           prepare_statement(d, kind->keep, &d->keep) &&
           prepare_statement(d, kind->count, &d->count) &&
           prepare_statement(d, kind->drop, &d->drop) &&
           prepare_statement(d, turns && !d->readonly ? "BEGIN IMMEDIATE" : "BEGIN", &d->begin) &&
           prepare_statement(d, "COMMIT", &d->commit) &&
           prepare_statement(d, "SAVEPOINT message", &d->mark) &&
           prepare_statement(d, "ROLLBACK TO message", &d->undo) &&
           prepare_statement(d, "RELEASE message", &d->release);
}

static void close_database(struct database *d)
{
    sqlite3_stmt *const statements[] = {d->find,   d->keep, d->count, d->drop,   d->begin,
                                        d->commit, d->mark, d->undo,  d->release};
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        if (statements[i] != NULL)
            (void)sqlite.finalize(statements[i]);
    if (d->handle != NULL)
        (void)sqlite.close(d->handle); /* rolls back */
    *d = (struct database){0};
}

bool store_open_peers(struct store *store, struct tool *tool, const char *path)
{
    return open_database(&store->peers, tool, path, &store_peers);
}

bool store_open_requests(struct store *store, struct tool *tool)
{
    return open_database(&store->requests, tool, NULL, &store_requests);
}

bool store_open_pins(struct store *store, struct tool *tool, const char *path)
{
    return open_database(&store->pins, tool, path, &store_pins);
}

void store_close(struct store *store)
{
    close_database(&store->peers);
    close_database(&store->requests);
    close_database(&store->pins);
}

/* ---- Transactions ---- */

bool database_use(struct database *d)
{
    /* IMMEDIATE: no other process changes the entries that a message is compared with before its
     * effects are stored */
    if (!d->in_transaction)
        d->in_transaction = database_step(d, d->begin);
    if (d->in_transaction && !d->marked)
        d->marked = database_step(d, d->mark);
    return d->marked;
}

static bool end_message(struct database *d, bool keep)
{
    /* after some errors SQLite has undone the whole transaction */
    bool marked = d->marked && sqlite.get_autocommit(d->handle) == 0;
    d->marked = false;
    keep = keep || RL_FAULT("replay: a message that cannot be judged has no effects");
    return !marked || ((keep || database_step(d, d->undo)) && database_step(d, d->release));
}

bool store_end_message(struct store *store, bool keep)
{
    bool peers = end_message(&store->peers, keep), pins = end_message(&store->pins, keep);
    return end_message(&store->requests, keep) && peers && pins;
}

static bool commit(struct database *d)
{
    bool good = !d->in_transaction || database_step(d, d->commit);
    if (!good)
        (void)sqlite.exec(d->handle, "ROLLBACK", NULL, NULL, NULL);
    d->in_transaction = false;
    return good;
}

bool store_commit(struct store *store)
{
    bool peers = commit(&store->peers), pins = commit(&store->pins);
    return commit(&store->requests) && peers && pins;
}

/* ---- Entries ---- */

void database_bind(sqlite3_stmt *statement, int i, const uint8_t *octets, size_t len)
{
    (void)sqlite.bind_blob(statement, i, octets, (int)len, SQLITE_STATIC);
}

reload_err database_find(struct database *d, bool *found)
{
    int result = sqlite.step(d->find);
    *found = result == SQLITE_ROW;
    if (result == SQLITE_ROW || result == SQLITE_DONE)
        return RELOAD_OK;
    (void)database_fail(d, "cannot be read");
    return RELOAD_ERR_READ;
}

reload_err database_keep(struct database *d)
{
    bool kept = d->readonly ? database_refuse(d) : database_step(d, d->keep);
    return kept ? RELOAD_OK : RELOAD_ERR_WRITE;
}

reload_store store_functions(struct store *store)
{
    return (reload_store){.size = sizeof(reload_store),
                          .arg = store,
                          .find_peer = store_find_peer,
                          .keep_peer = store_keep_peer,
                          .find_request = store_find_request,
                          .keep_request = store_keep_request,
                          .find_pin = store_find_pin,
                          .keep_pin = store_keep_pin};
}
