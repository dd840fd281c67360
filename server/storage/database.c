#include "server/storage/database.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/storage/statements.h"

enum {
    /* Somebody else reads or writes the file: waited for on the store's own thread. */
    BUSY_TIMEOUT_MS = 2000
};

static void set_error(StorageError *error, const char *path, const char *cause, const char *remedy)
{
    (void)snprintf(
        error->text, sizeof error->text, "the store %.200s: %.150s; %s", path, cause, remedy);
}

static bool run_text(Database *database, const char *text)
{
    return sqlite3_exec(database->handle, text, NULL, NULL, NULL) == SQLITE_OK;
}

/* Whether the file has no tables yet. */
static bool is_empty(Database *database, bool *empty)
{
    sqlite3_stmt *statement = NULL;
    bool read = false;

    if (sqlite3_prepare_v2(
            database->handle, "SELECT COUNT(*) FROM sqlite_master", -1, &statement, NULL) ==
            SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        *empty = sqlite3_column_int(statement, 0) == 0;
        read = true;
    }
    (void)sqlite3_finalize(statement);
    return read;
}

static bool create_schema(Database *database)
{
    char version[96];

    (void)snprintf(version,
                   sizeof version,
                   "INSERT INTO meta VALUES ('schema_version', %d);",
                   DATABASE_SCHEMA_VERSION);
    if (run_text(database, "BEGIN IMMEDIATE;") && run_text(database, STATEMENTS_SCHEMA) &&
        run_text(database, version) && run_text(database, "COMMIT;")) {
        return true;
    }
    return false;
}

/* Tells a file of another program or of a newer version from one of ours. */
static bool check_version(Database *database, const char *path, StorageError *error)
{
    sqlite3_stmt *statement = NULL;
    int version = 0;

    if (sqlite3_prepare_v2(database->handle,
                           "SELECT value FROM meta WHERE key = 'schema_version'",
                           -1,
                           &statement,
                           NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        version = sqlite3_column_int(statement, 0);
    }
    (void)sqlite3_finalize(statement);
    if (version == DATABASE_SCHEMA_VERSION) {
        return true;
    }
    if (version > DATABASE_SCHEMA_VERSION) {
        set_error(error,
                  path,
                  "was written by a newer onedrum-server",
                  "start that version, or choose another directory with --data");
        return false;
    }
    set_error(error,
              path,
              "is not a store of onedrum-server",
              "move it away, or choose another directory with --data");
    return false;
}

static bool prepare_file(Database *database, const char *path, StorageError *error)
{
    bool empty = false;

    (void)sqlite3_extended_result_codes(database->handle, 1);
    (void)sqlite3_busy_timeout(database->handle, BUSY_TIMEOUT_MS);
    if (!run_text(database, "PRAGMA journal_mode = WAL;") ||
        !run_text(database, "PRAGMA synchronous = NORMAL;") || !is_empty(database, &empty) ||
        (empty && !create_schema(database))) {
        set_error(error,
                  path,
                  database_reason(database),
                  "see that the directory is writable and the disk has room, or choose another "
                  "with --data");
        return false;
    }
    if (!check_version(database, path, error)) {
        return false;
    }
    if (!run_text(database, STATEMENTS_ADDITIONS) || !statements_prepare(database)) {
        set_error(error,
                  path,
                  database_reason(database),
                  "restore the file from a copy, or choose another directory with --data");
        return false;
    }
    return true;
}

Database *database_open(const char *path, StorageError *error)
{
    Database *database = calloc(1, sizeof *database);
    int file;

    if (database == NULL) {
        set_error(error, path, "out of memory", "close other programs");
        return NULL;
    }
    /* Made by us, so that tokens are readable by nobody else in any directory. */
    file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file >= 0) {
        (void)close(file);
    }
    /* One thread at a time uses it, so that SQLite's own locks would only cost time. */
    if (sqlite3_open_v2(path,
                        &database->handle,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK) {
        set_error(error,
                  path,
                  database->handle == NULL ? "out of memory" : database_reason(database),
                  "make it writable, or choose another directory with --data");
        database_close(database);
        return NULL;
    }
    if (!prepare_file(database, path, error)) {
        database_close(database);
        return NULL;
    }
    return database;
}

void database_close(Database *database)
{
    if (database == NULL) {
        return;
    }
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        (void)sqlite3_finalize(database->statements[i]);
    }
    (void)sqlite3_close(database->handle);
    free(database);
}

const char *database_reason(const Database *database)
{
    return sqlite3_errmsg(database->handle);
}

bool database_begin(Database *database)
{
    return statement_run(statements_use(database, STATEMENT_BEGIN)) == WRITE_DONE;
}

bool database_commit(Database *database)
{
    return statement_run(statements_use(database, STATEMENT_COMMIT)) == WRITE_DONE;
}

void database_rollback(Database *database)
{
    /* SQLite may have rolled back by itself already. */
    if (sqlite3_get_autocommit(database->handle) == 0) {
        (void)run_text(database, "ROLLBACK;");
    }
}

bool database_meta_number(Database *database, const char *key, int64_t *value)
{
    sqlite3_stmt *statement = statements_use(database, STATEMENT_META);
    bool found;

    statement_text(statement, 1, key);
    found = sqlite3_step(statement) == SQLITE_ROW &&
            sqlite3_column_type(statement, 0) == SQLITE_INTEGER;
    if (found) {
        *value = sqlite3_column_int64(statement, 0);
    }
    (void)sqlite3_reset(statement);
    return found;
}

bool database_meta_text(Database *database, const char *key, char *text, size_t text_bytes)
{
    sqlite3_stmt *statement = statements_use(database, STATEMENT_META);
    bool found;

    statement_text(statement, 1, key);
    found =
        sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_type(statement, 0) == SQLITE_TEXT;
    if (found) {
        (void)snprintf(text, text_bytes, "%s", (const char *)sqlite3_column_text(statement, 0));
    }
    (void)sqlite3_reset(statement);
    return found;
}

WriteResult database_set_meta_number(Database *database, const char *key, int64_t value)
{
    sqlite3_stmt *statement = statements_use(database, STATEMENT_SET_META);

    statement_text(statement, 1, key);
    statement_number(statement, 2, value);
    return statement_run(statement);
}

WriteResult database_set_meta_text(Database *database, const char *key, const char *text)
{
    sqlite3_stmt *statement = statements_use(database, STATEMENT_SET_META);

    statement_text(statement, 1, key);
    statement_text(statement, 2, text);
    return statement_run(statement);
}
