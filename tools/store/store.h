/* What reload-verify remembers from one message to the next, in SQLite's databases (D25, D28). */
#ifndef REMEMBER_H
#define REMEMBER_H

#include "common/tool.h"

/* One database: a file that is kept, or one that goes with the run. */
struct database {
    struct tool *tool;
    const char *path; /* NULL: of this run alone, in memory up to a bound and beyond it in a
                         temporary file */
    struct sqlite3 *handle;
    struct sqlite3_stmt *find, *keep, *count, *forget, *begin, *commit, *mark, *undo, *release;
    bool in_transaction;
    bool marked;           /* where the message that is being judged began to use it */
    unsigned uses;         /* of the transaction that is open */
    int64_t since;         /* when it was begun, in milliseconds of a clock that only goes on */
    int64_t waiting_since; /* the same of the wait for others */
};

struct remember {
    struct database peers, requests, pins;
    uint64_t max_peers, max_requests; /* more are forgotten, the oldest first */
};

enum { DEFAULT_MAX_PEERS = 1000000, DEFAULT_MAX_REQUESTS = 1000000 };

/* Each opens what its kind of memory is kept in; path: NULL for the run's. Returns false having
 * said why it cannot. */
bool remember_peers(struct remember *r, struct tool *tool, const char *path);
bool remember_requests(struct remember *r, struct tool *tool);
bool remember_pins(struct remember *r, struct tool *tool, const char *path);
/* The functions for a verifier, and which of them matter. */
reload_store remember_memory(struct remember *r, unsigned *what);
/* A message has been judged, or could not be: then what it has taught is forgotten. Returns false
 * having said why it cannot. */
bool remember_message(struct remember *r, bool judged);
/* Makes all that was learnt last, and lets others at it: before anything that follows from it goes
 * out, and before input is waited for. Returns false having said why it cannot; then nothing that
 * was learnt since the last time has lasted. */
bool remember_commit(struct remember *r);
/* The same when enough has gathered, or others have waited for long enough. For after each message,
 * whatever it was. */
bool remember_commit_some(struct remember *r);
/* The same unless a message is being judged: what stands before words that somebody may be slow to
 * read. */
bool remember_commit_between(struct remember *r);
/* Commits nothing that is open. */
void remember_close(struct remember *r);

#endif
