/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/sqlite.h"

#include "common/library.h"

struct sqlite sqlite;

bool sqlite_load(struct tool *tool)
{
    static const char *const files[] = {"libsqlite3.so.0"};
    static const struct library_function functions[] = {
        {"sqlite3_bind_blob", &sqlite.bind_blob},
        {"sqlite3_bind_int64", &sqlite.bind_int64},
        {"sqlite3_bind_text", &sqlite.bind_text},
        {"sqlite3_busy_timeout", &sqlite.busy_timeout},
        {"sqlite3_close", &sqlite.close},
        {"sqlite3_column_int", &sqlite.column_int},
        {"sqlite3_column_int64", &sqlite.column_int64},
        {"sqlite3_column_text", &sqlite.column_text},
        {"sqlite3_db_readonly", &sqlite.db_readonly},
        {"sqlite3_errcode", &sqlite.errcode},
        {"sqlite3_errmsg", &sqlite.errmsg},
        {"sqlite3_errstr", &sqlite.errstr},
        {"sqlite3_exec", &sqlite.exec},
        {"sqlite3_finalize", &sqlite.finalize},
        {"sqlite3_get_autocommit", &sqlite.get_autocommit},
        {"sqlite3_open_v2", &sqlite.open_v2},
        {"sqlite3_prepare_v2", &sqlite.prepare_v2},
        {"sqlite3_prepare_v3", &sqlite.prepare_v3},
        {"sqlite3_reset", &sqlite.reset},
        {"sqlite3_step", &sqlite.step},
    };
    char fault[256];
    if (sqlite.open_v2 != NULL ||
        library_load("SQLite is required to keep state (Debian: libsqlite3-0)", files, 1, functions,
                     sizeof functions / sizeof functions[0], fault, sizeof fault))
        return true;
    tool_error(tool, STATUS_FAILED, "%s", fault);
    return false;
}
