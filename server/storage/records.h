/*
 * What travels through the store's ring: one fact each, as the writing thread reads it back.
 *
 * Pure data, inside one process: bytes are copied as they lie in memory.
 */
#ifndef SERVER_STORAGE_RECORDS_H
#define SERVER_STORAGE_RECORDS_H

#include "server/storage/storage.h"

typedef enum {
    RECORD_SESSION,
    RECORD_GROOVE,
    RECORD_TIME,
    RECORD_ENTRY /* a JournalEntry; its own kind says which */
} RecordKind;

typedef struct {
    int64_t session_id;
    uint8_t kind;       /* RecordKind */
    uint8_t entry_kind; /* JournalKind of a RECORD_ENTRY */
    uint16_t seat;
    uint16_t take;
    uint16_t position; /* of a RECORD_GROOVE */
} RecordHead;

typedef struct {
    SessionTime now;
    int64_t wall_ms;
} RecordTime;

typedef union {
    StoredSession session;
    Groove groove;
    RecordTime time;
    Timeline timeline;
    JournalParticipant participant;
    HitEntry hit;
    JudgedRecord judged;
    BarEntry bar;
    JournalBan ban;
    bool locked;
    uint8_t privacy;
} RecordBody;

typedef struct {
    RecordHead head;
    RecordBody body;
} Record;

#endif
