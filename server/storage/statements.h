/*
 * The SQL of the store as a table of prepared statements, for database.c and its two halves.
 *
 * Not pure; one thread at a time.
 */
#ifndef SERVER_STORAGE_STATEMENTS_H
#define SERVER_STORAGE_STATEMENTS_H

#include <sqlite3.h>

#include "server/storage/database.h"

typedef enum {
    STATEMENT_BEGIN,
    STATEMENT_COMMIT,
    STATEMENT_META,
    STATEMENT_SET_META,
    STATEMENT_PUT_SESSION,
    STATEMENT_PUT_GROOVE,
    STATEMENT_PUT_TIMELINE,
    STATEMENT_TOUCH,
    STATEMENT_UPDATE_PARTICIPANT,
    STATEMENT_PUT_PARTICIPANT,
    STATEMENT_LEAVE_SEAT,
    STATEMENT_PUT_HIT,
    STATEMENT_PUT_JUDGED,
    STATEMENT_PUT_BAR,
    STATEMENT_PUT_BAN,
    STATEMENT_PUT_LOCK,
    STATEMENT_PUT_PRIVACY,
    STATEMENT_SESSIONS,
    STATEMENT_NEXT_SESSION,
    STATEMENT_GROOVES,
    STATEMENT_TIMELINE,
    STATEMENT_PARTICIPANTS,
    STATEMENT_JUDGED,
    STATEMENT_OPEN_HITS,
    STATEMENT_NEWEST_HITS,
    STATEMENT_BARS,
    STATEMENT_BANS,
    STATEMENT_LOCK,
    STATEMENT_PRIVACY,
    STATEMENT_COUNT
} StatementName;

struct Database {
    sqlite3 *handle;
    sqlite3_stmt *statements[STATEMENT_COUNT];
};

/* Makes the tables of an empty file. */
extern const char STATEMENTS_SCHEMA[];

/* Brings files of the same version up to date: adds the tables that they may not have yet, which
   older programs ignore, and drops the index that costs more than it helps. */
extern const char STATEMENTS_ADDITIONS[];

/* Prepares all. False when the file does not fit them. */
NODISCARD bool statements_prepare(Database *database);

/* A statement ready for its parameters, which are numbered from 1. */
sqlite3_stmt *statements_use(Database *database, StatementName name);

/* Parameters; texts and bytes must live until the statement has run. */
void statement_number(sqlite3_stmt *statement, int index, int64_t value);
void statement_text(sqlite3_stmt *statement, int index, const char *text);
void statement_bytes(sqlite3_stmt *statement, int index, const uint8_t *bytes, size_t size_bytes);

/* Runs a statement that yields no rows, and sets it back. */
WriteResult statement_run(sqlite3_stmt *statement);

#endif
