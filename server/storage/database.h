/*
 * The statements behind the store: opening, the schema, writing single facts, reading them back.
 *
 * Not pure; one thread at a time. Only server/storage uses it. Every function that can fail because
 * of the disk says so in its result; database_reason tells why.
 */
#ifndef SERVER_STORAGE_DATABASE_H
#define SERVER_STORAGE_DATABASE_H

#include "server/storage/records.h"

#define DATABASE_SCHEMA_VERSION 1

typedef struct Database Database;

/* What became of one write. */
typedef enum {
    WRITE_DONE,
    WRITE_REFUSED, /* this fact can never be written: our own bug */
    WRITE_FAILED   /* the disk is full or fails: the transaction must be tried again */
} WriteResult;

/* Opens or creates the file. NULL with a cause and a remedy. */
Database *database_open(const char *path, StorageError *error);

/* NULL is accepted. */
void database_close(Database *database);

/* Why the last call failed; valid until the next call. */
const char *database_reason(const Database *database);

NODISCARD bool database_begin(Database *database);
NODISCARD bool database_commit(Database *database);
void database_rollback(Database *database);

/* A whole number or a text of the meta table; false when there is none. */
bool database_meta_number(Database *database, const char *key, int64_t *value);
bool database_meta_text(Database *database, const char *key, char *text, size_t text_bytes);
WriteResult database_set_meta_number(Database *database, const char *key, int64_t value);
WriteResult database_set_meta_text(Database *database, const char *key, const char *text);

/* Writes one record. */
WriteResult database_write(Database *database, const Record *record);

/* Remembers that a session had news. */
WriteResult database_touch(Database *database, int64_t session_id, int64_t wall_ms);

/* Readers; see the functions of the same name in storage.h. */
int database_sessions(Database *database,
                      int64_t touched_since_wall_ms,
                      StoredSession *sessions,
                      int sessions_max,
                      int *left_out);
int database_grooves(Database *database, int64_t session_id, Groove *grooves, int grooves_max);
bool database_facts(Database *database, int64_t session_id, StorageTake *take, void *receiver);
int64_t database_next_session_id(Database *database);

#endif
