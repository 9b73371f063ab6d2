/* SPDX-License-Identifier: BSD-2-Clause */
/* SQLite, which is loaded when a run keeps state. Private to the store. */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "common/tool.h"

#include <sqlite3.h>

/* The functions of SQLite that are used, without their prefix "sqlite3_". */
struct sqlite {
    int (*bind_blob)(sqlite3_stmt *, int, const void *, int, void (*)(void *));
    int (*bind_int64)(sqlite3_stmt *, int, sqlite3_int64);
    int (*bind_text)(sqlite3_stmt *, int, const char *, int, void (*)(void *));
    int (*busy_timeout)(sqlite3 *, int);
    int (*close)(sqlite3 *);
    int (*column_int)(sqlite3_stmt *, int);
    sqlite3_int64 (*column_int64)(sqlite3_stmt *, int);
    const unsigned char *(*column_text)(sqlite3_stmt *, int);
    int (*db_readonly)(sqlite3 *, const char *);
    int (*errcode)(sqlite3 *);
    const char *(*errmsg)(sqlite3 *);
    const char *(*errstr)(int);
    int (*exec)(sqlite3 *, const char *, int (*)(void *, int, char **, char **), void *, char **);
    int (*finalize)(sqlite3_stmt *);
    int (*get_autocommit)(sqlite3 *);
    int (*open_v2)(const char *, sqlite3 **, int, const char *);
    int (*prepare_v2)(sqlite3 *, const char *, int, sqlite3_stmt **, const char **);
    int (*prepare_v3)(sqlite3 *, const char *, int, unsigned, sqlite3_stmt **, const char **);
    int (*reset)(sqlite3_stmt *);
    int (*step)(sqlite3_stmt *);
};
extern struct sqlite sqlite;

/* Loads SQLite, once. Returns false after reporting an error. */
bool sqlite_load(struct tool *tool);

#endif
