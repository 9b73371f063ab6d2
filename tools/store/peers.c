/* SPDX-License-Identifier: BSD-2-Clause */
/* Peers whose requests passed (D25). */
#include "base/fault.h"
#include "store/database.h"

/* The index finds the peer to drop without reading the others. */
const struct database_kind store_peers = {
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
    false,
};

reload_err store_find_peer(void *arg, const uint8_t id[RELOAD_ID_SIZE], reload_peer_state *peer,
                           bool *found)
{
    struct database *d = &((struct store *)arg)->peers;
    if (!database_use(d))
        return RELOAD_ERR_READ;
    database_bind(d->find, 1, id, RELOAD_ID_SIZE);
    reload_err err = database_find(d, found);
    if (*found)
        *peer = (reload_peer_state){.boot_time = (uint32_t)sqlite.column_int64(d->find, 0),
                                    .counter = (uint32_t)sqlite.column_int64(d->find, 1),
                                    .window = (uint64_t)sqlite.column_int64(d->find, 2),
                                    .timestamp = (uint32_t)sqlite.column_int64(d->find, 3)};
    (void)sqlite.reset(d->find);
    return err;
}

/* Drops the peers with the oldest last TIMESTAMPs if there are too many, but never the peer just
 * stored: its message would pass again at once. */
static reload_err drop_oldest(struct store *store, const uint8_t id[RELOAD_ID_SIZE])
{
    struct database *d = &store->peers;
    bool spare = !RL_FAULT("replay: the peer just stored is not dropped");
    database_bind(d->drop, 1, id, spare ? RELOAD_ID_SIZE : 0);
    for (;;) {
        bool counted = sqlite.step(d->count) == SQLITE_ROW;
        uint64_t count = counted ? (uint64_t)sqlite.column_int64(d->count, 0) : 0;
        if (!counted)
            (void)database_fail(d, "cannot be read");
        (void)sqlite.reset(d->count);
        if (!counted)
            return RELOAD_ERR_READ;
        if (count <= store->max_peers || RL_FAULT("replay: the oldest peer is dropped"))
            return RELOAD_OK;
        if (!database_step(d, d->drop))
            return RELOAD_ERR_WRITE;
    }
}

reload_err store_keep_peer(void *arg, const uint8_t id[RELOAD_ID_SIZE],
                           const reload_peer_state *peer)
{
    struct store *store = arg;
    struct database *d = &store->peers;
    if (!database_use(d))
        return RELOAD_ERR_WRITE;
    database_bind(d->keep, 1, id, RELOAD_ID_SIZE);
    (void)sqlite.bind_int64(d->keep, 2, peer->boot_time);
    (void)sqlite.bind_int64(d->keep, 3, peer->counter);
    (void)sqlite.bind_int64(d->keep, 4, (sqlite3_int64)peer->window);
    (void)sqlite.bind_int64(d->keep, 5, peer->timestamp);
    reload_err err = database_keep(d);
    return err == RELOAD_OK ? drop_oldest(store, id) : err;
}
