#include "store/remember.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum {
    BATCH = 128,      /* uses before a commit, where nothing asks for one earlier */
    BATCH_MS = 50,    /* the same in time, since messages that use nothing may go on for ever */
    WAIT_MS = 120000, /* for another call that is writing */
    RETRY_NANOSECONDS = 1000000
};

/* A kind of database: what SQLite's file header says of it, and its statements. */
struct kind {
    const char *what;
    int application_id; /* "RL" and two letters more */
    const char *schema; /* of version 1 */
    const char *find, *keep, *count, *forget;
};

/* ordered: so that the oldest are found without looking at the others */
static const struct kind peers_kind = {
    "replay state",
    0x524c7270,
    "CREATE TABLE peer (peer_id BLOB PRIMARY KEY, boot_time INTEGER NOT NULL, counter INTEGER NOT "
    "NULL,"
    " window INTEGER NOT NULL, timestamp INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX ordered ON peer (timestamp, peer_id);"
    "CREATE TABLE number (peers INTEGER NOT NULL);"
    "INSERT INTO number VALUES (0);"
    "CREATE TRIGGER more AFTER INSERT ON peer BEGIN UPDATE number SET peers = peers + 1; END;"
    "CREATE TRIGGER fewer AFTER DELETE ON peer BEGIN UPDATE number SET peers = peers - 1; END;",
    "SELECT boot_time, counter, window, timestamp FROM peer WHERE peer_id = ?1",
    "INSERT INTO peer VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (peer_id) DO UPDATE SET boot_time = "
    "?2, counter = ?3, window = ?4,"
    " timestamp = ?5",
    "SELECT peers FROM number",
    "DELETE FROM peer WHERE peer_id = (SELECT peer_id FROM peer WHERE peer_id <> ?1 ORDER BY "
    "timestamp, peer_id LIMIT 1)",
};

static const struct kind requests_kind = {
    "requests",
    0x524c7271,
    "CREATE TABLE request (number INTEGER PRIMARY KEY, transaction_id BLOB NOT NULL, overlay "
    "INTEGER NOT NULL,"
    " captured INTEGER NOT NULL, open_overlay INTEGER NOT NULL, UNIQUE (transaction_id, overlay))",
    "SELECT captured, open_overlay FROM request WHERE transaction_id = ?1 AND overlay = ?2",
    /* an Overlay that a PEER-JOIN left open stays open, whoever repeats its Transaction ID */
    "INSERT OR REPLACE INTO request (transaction_id, overlay, captured, open_overlay) VALUES (?1, "
    "?2, ?3, max(?4,"
    " ifnull((SELECT open_overlay FROM request WHERE transaction_id = ?1 AND overlay = ?2), 0)))",
    NULL,
    "DELETE FROM request WHERE number <= (SELECT max(number) FROM request) - ?1",
};

static const struct kind pins_kind = {
    "pins",
    0x524c706e,
    "CREATE TABLE pin (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, since TEXT NOT NULL) WITHOUT "
    "ROWID",
    "SELECT sha256 FROM pin WHERE name = ?1",
    "INSERT INTO pin VALUES (?1, ?2, ?3) ON CONFLICT (name) DO NOTHING",
    NULL,
    NULL,
};

static const char *shown(const struct database *d)
{
    return d->path == NULL ? "the run's memory" : d->path;
}

static bool failed(const struct database *d, const char *what)
{
    int code = d->handle == NULL ? SQLITE_NOMEM : sqlite3_errcode(d->handle);
    tool_error(d->tool, STATUS_FAILED, "%s: %s: %s", shown(d), what,
               code == SQLITE_NOTADB ? "it is no database of reload-verify"
               : code == SQLITE_BUSY ? "another program holds it"
               : d->handle == NULL   ? sqlite3_errstr(code)
                                     : sqlite3_errmsg(d->handle));
    return false;
}

/* SQLite's busy handler: looks again every millisecond, so that a gap between another call's
 * transactions is not missed. */
static int wait_for_others(void *arg, int tries)
{
    struct database *d = arg;
    const struct timespec pause = {0, RETRY_NANOSECONDS};
    if (tries == 0)
        d->waiting_since = tool_milliseconds();
    (void)nanosleep(&pause, NULL);
    return tool_milliseconds() - d->waiting_since < WAIT_MS;
}

/* Runs a statement that gives no rows. */
static bool step_through(struct database *d, sqlite3_stmt *statement)
{
    bool done = sqlite3_step(statement) == SQLITE_DONE;
    (void)sqlite3_reset(statement);
    return done || failed(d, "cannot be used");
}

static bool run_sql(struct database *d, const char *sql)
{
    return sqlite3_exec(d->handle, sql, NULL, NULL, NULL) == SQLITE_OK ||
           failed(d, "cannot be used");
}

/* The one number that a query gives. */
static bool ask(struct database *d, const char *sql, int64_t *number)
{
    sqlite3_stmt *statement = NULL;
    bool good = sqlite3_prepare_v2(d->handle, sql, -1, &statement, NULL) == SQLITE_OK &&
                sqlite3_step(statement) == SQLITE_ROW;
    *number = good ? sqlite3_column_int64(statement, 0) : 0;
    if (!good)
        (void)failed(d, "cannot be read");
    (void)sqlite3_finalize(statement);
    return good;
}

/* Makes the tables of a new database, or makes sure that a database is ours. Others may be doing
 * the same. */
static bool prepare_tables(struct database *d, const struct kind *kind)
{
    char sql[128];
    int64_t tables, id, version;
    (void)snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = 1;",
                   kind->application_id);
    if (!run_sql(d, "BEGIN IMMEDIATE") || !ask(d, "SELECT count(*) FROM sqlite_master", &tables) ||
        !ask(d, "PRAGMA application_id", &id) || !ask(d, "PRAGMA user_version", &version))
        return false;
    if (tables == 0 && id == 0)
        return run_sql(d, kind->schema) && run_sql(d, sql) && run_sql(d, "COMMIT");
    if (id != kind->application_id)
        tool_error(d->tool, STATUS_FAILED, "%s: is a database of something else than %s", shown(d),
                   kind->what);
    else if (version != 1)
        tool_error(d->tool, STATUS_FAILED, "%s: was written by another version of reload-verify",
                   shown(d));
    return id == kind->application_id && version == 1 && run_sql(d, "COMMIT");
}

static bool prepare(struct database *d, const char *sql, sqlite3_stmt **statement)
{
    return sql == NULL ||
           sqlite3_prepare_v3(d->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) ==
               SQLITE_OK ||
           failed(d, "cannot be read");
}

/* Opens the file, or for NULL one of SQLite's own, which it removes, and which is written to when
 * its cache is full. */
static bool open_path(struct database *d, const char *path)
{
    struct stat st;
    if (path != NULL && stat(path, &st) == 0 &&
        !S_ISREG(st.st_mode)) { /* a journal would be made beside it */
        tool_error(d->tool, STATUS_FAILED, "%s: cannot be opened: not a regular file", path);
        return false;
    }
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    /* SQLite itself has a meaning for "", ":memory:" and "file:…", none of which is kept */
    size_t size = path == NULL ? 1 : strlen(path) + sizeof "./";
    char *name = malloc(size);
    if (name != NULL)
        (void)snprintf(name, size, "%s%s", path == NULL || path[0] == '/' ? "" : "./",
                       path == NULL ? "" : path);
    bool opened = name != NULL && sqlite3_open_v2(name, &d->handle, flags, NULL) == SQLITE_OK;
    free(name);
    return opened || failed(d, "cannot be opened");
}

static bool open_database(struct database *d, struct tool *tool, const char *path,
                          const struct kind *kind)
{
    *d = (struct database){.tool = tool, .path = path};
    if (!open_path(d, path))
        return false;
    if (sqlite3_db_readonly(d->handle, "main") ==
        1) { /* it would do until there is something to be kept */
        tool_error(tool, STATUS_FAILED, "%s: cannot be written", shown(d));
        return false;
    }
    (void)sqlite3_busy_handler(d->handle, wait_for_others, d);
    if (path != NULL)
        tool_keep(tool, path);
    /* a commit has lasted when it returns, its journal's name included */
    return run_sql(d, path == NULL ? "PRAGMA synchronous = OFF" : "PRAGMA synchronous = EXTRA") &&
           prepare_tables(d, kind) && prepare(d, kind->find, &d->find) &&
           prepare(d, kind->keep, &d->keep) && prepare(d, kind->count, &d->count) &&
           prepare(d, kind->forget, &d->forget) && prepare(d, "BEGIN IMMEDIATE", &d->begin) &&
           prepare(d, "COMMIT", &d->commit) && prepare(d, "SAVEPOINT message", &d->mark) &&
           prepare(d, "ROLLBACK TO message", &d->undo) &&
           prepare(d, "RELEASE message", &d->release);
}

static void close_database(struct database *d)
{
    sqlite3_stmt *const statements[] = {d->find,   d->keep, d->count, d->forget, d->begin,
                                        d->commit, d->mark, d->undo,  d->release};
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        (void)sqlite3_finalize(statements[i]);
    (void)sqlite3_close(d->handle); /* rolls back */
    *d = (struct database){0};
}

bool remember_peers(struct remember *r, struct tool *tool, const char *path)
{
    return open_database(&r->peers, tool, path, &peers_kind);
}

bool remember_requests(struct remember *r, struct tool *tool)
{
    return open_database(&r->requests, tool, NULL, &requests_kind);
}

bool remember_pins(struct remember *r, struct tool *tool, const char *path)
{
    return open_database(&r->pins, tool, path, &pins_kind);
}

void remember_close(struct remember *r)
{
    close_database(&r->peers);
    close_database(&r->requests);
    close_database(&r->pins);
}

/* ---- Transactions ---- */

/* What a message is compared with must not change before what it teaches is written: a transaction
 * begins with the first look. */
static bool begin(struct database *d)
{
    d->uses++;
    if (!d->in_transaction) {
        d->in_transaction = step_through(d, d->begin);
        d->since = tool_milliseconds();
    }
    if (d->in_transaction && !d->marked)
        d->marked = step_through(d, d->mark);
    return d->marked;
}

static bool end_message(struct database *d, bool judged)
{
    bool marked = d->marked && sqlite3_get_autocommit(d->handle) ==
                                   0; /* after some errors SQLite has undone all of it */
    d->marked = false;
    return !marked || ((judged || step_through(d, d->undo)) && step_through(d, d->release));
}

bool remember_message(struct remember *r, bool judged)
{
    bool peers = end_message(&r->peers, judged), pins = end_message(&r->pins, judged);
    return end_message(&r->requests, judged) && peers && pins;
}

static bool commit(struct database *d)
{
    bool good = !d->in_transaction || step_through(d, d->commit);
    if (!good)
        (void)sqlite3_exec(d->handle, "ROLLBACK", NULL, NULL, NULL);
    d->in_transaction = false;
    d->uses = 0;
    return good;
}

bool remember_commit(struct remember *r)
{
    bool peers = commit(&r->peers), pins = commit(&r->pins);
    return commit(&r->requests) && peers && pins;
}

bool remember_commit_between(struct remember *r)
{
    return r->peers.marked || r->pins.marked || r->requests.marked || remember_commit(r);
}

/* Whether others would like to have their turn. */
static bool is_old(const struct database *d)
{
    return d->in_transaction && d->path != NULL && tool_milliseconds() - d->since >= BATCH_MS;
}

bool remember_commit_some(struct remember *r)
{
    const struct timespec pause = {0, 2 * RETRY_NANOSECONDS};
    if (r->peers.uses + r->pins.uses < BATCH && !is_old(&r->peers) && !is_old(&r->pins))
        return true;
    bool good = remember_commit(r);
    if (r->peers.path != NULL || r->pins.path != NULL)
        (void)nanosleep(&pause, NULL); /* another call that waits gets its turn */
    return good;
}

/* ---- The verifier's functions ---- */

static void bind_octets(sqlite3_stmt *statement, int i, const uint8_t *octets, size_t len)
{
    (void)sqlite3_bind_blob(statement, i, octets, (int)len, SQLITE_STATIC);
}

/* Looks an entry up by what is bound. The row, where *found, is there until the statement is reset.
 */
static reload_err look_up(struct database *d, bool *found)
{
    int result = sqlite3_step(d->find);
    *found = result == SQLITE_ROW;
    if (result == SQLITE_ROW || result == SQLITE_DONE)
        return RELOAD_OK;
    (void)failed(d, "cannot be read");
    return RELOAD_ERR_READ;
}

static reload_err keep_bound(struct database *d)
{
    return step_through(d, d->keep) ? RELOAD_OK : RELOAD_ERR_WRITE;
}

static reload_err find_peer(void *arg, const uint8_t id[RELOAD_ID_SIZE], reload_peer_state *peer,
                            bool *found)
{
    struct database *d = &((struct remember *)arg)->peers;
    if (!begin(d))
        return RELOAD_ERR_READ;
    bind_octets(d->find, 1, id, RELOAD_ID_SIZE);
    reload_err err = look_up(d, found);
    if (*found)
        *peer = (reload_peer_state){.boot_time = (uint32_t)sqlite3_column_int64(d->find, 0),
                                    .counter = (uint32_t)sqlite3_column_int64(d->find, 1),
                                    .window = (uint64_t)sqlite3_column_int64(d->find, 2),
                                    .timestamp = (uint32_t)sqlite3_column_int64(d->find, 3)};
    (void)sqlite3_reset(d->find);
    return err;
}

/* Forgets the peers that were heard of the longest ago while there are too many, but not the one
 * that has just come: its message would pass again at once. */
static reload_err make_room(struct remember *r, const uint8_t id[RELOAD_ID_SIZE])
{
    struct database *d = &r->peers;
    bind_octets(d->forget, 1, id, RELOAD_ID_SIZE);
    for (;;) {
        bool counted = sqlite3_step(d->count) == SQLITE_ROW;
        uint64_t count = counted ? (uint64_t)sqlite3_column_int64(d->count, 0) : 0;
        if (!counted)
            (void)failed(d, "cannot be read");
        (void)sqlite3_reset(d->count);
        if (!counted)
            return RELOAD_ERR_READ;
        if (count <= r->max_peers)
            return RELOAD_OK;
        if (!step_through(d, d->forget))
            return RELOAD_ERR_WRITE;
    }
}

static reload_err keep_peer(void *arg, const uint8_t id[RELOAD_ID_SIZE],
                            const reload_peer_state *peer)
{
    struct remember *r = arg;
    struct database *d = &r->peers;
    if (!begin(d))
        return RELOAD_ERR_WRITE;
    bind_octets(d->keep, 1, id, RELOAD_ID_SIZE);
    (void)sqlite3_bind_int64(d->keep, 2, peer->boot_time);
    (void)sqlite3_bind_int64(d->keep, 3, peer->counter);
    (void)sqlite3_bind_int64(d->keep, 4, (sqlite3_int64)peer->window);
    (void)sqlite3_bind_int64(d->keep, 5, peer->timestamp);
    reload_err err = keep_bound(d);
    return err == RELOAD_OK ? make_room(r, id) : err;
}

static reload_err find_request(void *arg, const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE],
                               uint32_t overlay, reload_request_state *request, bool *found)
{
    struct database *d = &((struct remember *)arg)->requests;
    bind_octets(d->find, 1, transaction_id, RELOAD_TRANSACTION_SIZE);
    (void)sqlite3_bind_int64(d->find, 2, overlay);
    reload_err err = look_up(d, found);
    if (*found)
        *request = (reload_request_state){.captured = sqlite3_column_int64(d->find, 0),
                                          .open_overlay = sqlite3_column_int(d->find, 1) != 0};
    (void)sqlite3_reset(d->find);
    return err;
}

static reload_err keep_request(void *arg, const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE],
                               uint32_t overlay, const reload_request_state *request)
{
    struct remember *r = arg;
    struct database *d = &r->requests;
    if (!begin(d))
        return RELOAD_ERR_WRITE;
    bind_octets(d->keep, 1, transaction_id, RELOAD_TRANSACTION_SIZE);
    (void)sqlite3_bind_int64(d->keep, 2, overlay);
    (void)sqlite3_bind_int64(d->keep, 3, request->captured);
    (void)sqlite3_bind_int64(d->keep, 4, request->open_overlay);
    (void)sqlite3_bind_int64(d->forget, 1, (sqlite3_int64)r->max_requests);
    reload_err err = keep_bound(d);
    return err == RELOAD_OK && !step_through(d, d->forget) ? RELOAD_ERR_WRITE : err;
}

static reload_err find_pin(void *arg, const char *name,
                           uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE], bool *found)
{
    struct database *d = &((struct remember *)arg)->pins;
    if (!begin(d))
        return RELOAD_ERR_READ;
    (void)sqlite3_bind_text(d->find, 1, name, -1, SQLITE_STATIC);
    reload_err err = look_up(d, found);
    if (*found) {
        const char *digits = (const char *)sqlite3_column_text(d->find, 0);
        if (digits == NULL || strlen(digits) != 2 * RELOAD_FINGERPRINT_SIZE ||
            !reload_hex_decode(digits, 2 * RELOAD_FINGERPRINT_SIZE, fingerprint)) {
            tool_error(d->tool, STATUS_FAILED, "%s: the pin of %s is no SHA-256 in hex", shown(d),
                       name);
            err = RELOAD_ERR_READ;
        }
    }
    (void)sqlite3_reset(d->find);
    return err;
}

static reload_err keep_pin(void *arg, const char *name,
                           const uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE])
{
    struct database *d = &((struct remember *)arg)->pins;
    char digits[2 * RELOAD_FINGERPRINT_SIZE], since[32] = "";
    const time_t now = time(NULL);
    struct tm tm;
    if (gmtime_r(&now, &tm) != NULL)
        (void)strftime(since, sizeof since, "%Y-%m-%dT%H:%M:%SZ", &tm);
    reload_hex_encode(fingerprint, RELOAD_FINGERPRINT_SIZE, digits);
    if (!begin(d))
        return RELOAD_ERR_WRITE;
    (void)sqlite3_bind_text(d->keep, 1, name, -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(d->keep, 2, digits, sizeof digits, SQLITE_STATIC);
    (void)sqlite3_bind_text(d->keep, 3, since, -1, SQLITE_STATIC);
    return keep_bound(d);
}

reload_store remember_memory(struct remember *r, unsigned *what)
{
    *what = (r->peers.handle != NULL ? RELOAD_REMEMBER_PEERS : 0) |
            (r->requests.handle != NULL ? RELOAD_REMEMBER_REQUESTS : 0) |
            (r->pins.handle != NULL ? RELOAD_REMEMBER_PINS : 0);
    return (reload_store){r, find_peer, keep_peer, find_request, keep_request, find_pin, keep_pin};
}
