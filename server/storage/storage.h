/*
 * Keeps what outlives the process: sessions, participants, every judged hit, every bar, in SQLite.
 *
 * The loop hands facts over through a ring and never waits; a thread of the store's own writes them
 * in one transaction per second. So a killed process loses at most the last second. A disk that is
 * full or fails loses nothing as long as the ring has room: the facts wait in it and are tried
 * again.
 *
 * Threads: from storage_start to storage_close the functions storage_put_* and storage_counts are
 * the loop's alone; before storage_start one thread may call everything.
 *
 * DIRECTORY/onedrum.db, schema version 1. Times are session time in ns unless the name says `wall`
 * (milliseconds since 1970, UTC); positions are in millionths of a beat.
 *
 *     meta         key, value: schema_version, boot_id, clock_offset_ns, stored_until_ns,
 *                  stored_wall_ms, port
 *     session      id, code, facilitator_token, title, seats, profile, tempo_mbpm, groove, grace_s,
 *                  timeline (see timeline_bytes.h), created_wall_ms, touched_wall_ms
 *     groove       session_id, position in the session's list, text (see groove_text.h)
 *     participant  id, session_id, seat, present (0: the seat was given up), name, team, role,
 * part, calibrated, calibration_us, take, enters_at_ubeats, resume_token. Somebody new in an old
 * seat is a new row; the newest row of a seat counts. hit          id, participant_id, take,
 * hit_number (0: a missed note), note_number, judgement (0: not closed yet), at_ns, error_ns,
 * calibration_ns, beat_ns, spacing_ns, weight_micro, pad, velocity. A closed hit replaces the open
 * one, so that closed rows in the order of their ids are in the order in which they were closed.
 *     bar          session_id, take, bar, active, together_centi, r_tenthousandths, sigma_us,
 *                  median_us
 *     privacy      session_id, tier (0 open, 1 teams, 2 private)
 */
#ifndef SERVER_STORAGE_STORAGE_H
#define SERVER_STORAGE_STORAGE_H

#include "server/storage/data_directory.h"
#include "shared/session/session.h"

enum {
    /* 60 s of 900 people who hit 4 times a second: 900 * 60 * 4 * (44 + 92 bytes) = 29.4 MB. */
    STORAGE_RING_BYTES = 32 * 1024 * 1024,
    STORAGE_PERIOD_MS = 1000, /* between transactions, and between tries when one failed */
    STORAGE_CLOSE_TRIES = 5,  /* at the end, before what is left is given up */
    STORED_SESSIONS_MAX = 64, /* that are put back at a start */
    BOOT_ID_BYTES_MAX = 48
};

typedef struct Storage Storage;

typedef struct {
    int64_t id;
    SessionConfig config;
    int64_t created_wall_ms;
    int64_t touched_wall_ms; /* when its last fact was stored */
} StoredSession;

/* How session time went on when the last process wrote; see session_clock.h. */
typedef struct {
    bool known; /* false: nothing was ever stored */
    char boot_id[BOOT_ID_BYTES_MAX];
    int64_t offset_ns; /* session time minus CLOCK_MONOTONIC, of that boot */
    SessionTime stored_until;
    int64_t stored_wall_ms; /* the wall clock at stored_until */
} StoredClock;

/* Makes or opens the store. NULL with a cause and a remedy. */
Storage *storage_open(const char *directory, StorageError *error);

/*
 * Up to `sessions_max` sessions that were touched at or after `touched_since_wall_ms`, oldest
 * first;
 * `*left_out` counts the others. Returns how many, or -1 when the store cannot be read.
 */
int storage_sessions(Storage *storage,
                     int64_t touched_since_wall_ms,
                     StoredSession *sessions,
                     int sessions_max,
                     int *left_out);

/* The grooves of a session in their order. Returns how many; 0 when they cannot be read. */
int storage_grooves(Storage *storage, int64_t session_id, Groove *grooves, int grooves_max);

/*
 * Hands the facts of a session one by one to `take`, in the order session_restore wants: the
 * timeline; the participants; the newest hit of each when it is of a take before; of the take they
 * are in all closed hits and notes, then the open hits; bars, bans, the lock and the tier of
 * privacy. False when the store cannot be read to the end.
 */
typedef void StorageTake(void *receiver, const JournalEntry *entry);
NODISCARD bool
storage_facts(Storage *storage, int64_t session_id, StorageTake *take, void *receiver);

/* The smallest number that no session has had. */
int64_t storage_next_session_id(Storage *storage);

void storage_clock(Storage *storage, StoredClock *clock);

/* Before storage_start; false when it could not be stored. */
NODISCARD bool storage_set_clock(Storage *storage, const char *boot_id, int64_t offset_ns);

/* The port of the last process; 0 when there is none. */
uint16_t storage_port(Storage *storage);
NODISCARD bool storage_set_port(Storage *storage, uint16_t port);

/* Starts the writing thread. False, with an error, when there can be none. */
NODISCARD bool storage_start(Storage *storage, StorageError *error);

/*
 * Hand over facts; none waits. False when the ring is full: counted, and logged loudly, because the
 * fact is lost to the store (not to the session).
 */
bool storage_put_session(Storage *storage,
                         const StoredSession *session,
                         const Groove *grooves,
                         int groove_count);
bool storage_put_entry(Storage *storage, int64_t session_id, const JournalEntry *entry);

/* Everything handed over before this was true at `now`. */
bool storage_put_time(Storage *storage, SessionTime now, int64_t wall_ms);

typedef struct {
    int64_t lost;         /* facts that found the ring full */
    int64_t refused;      /* facts that the database would not take: our own bug */
    int64_t written;      /* facts in committed transactions */
    int64_t failed_tries; /* transactions that had to be tried again */
    size_t waiting_bytes; /* in the ring */
} StorageCounts;
StorageCounts storage_counts(const Storage *storage);

/*
 * Writes everything that waits in one transaction; false when it must be tried again. What the
 * thread does every second; a test calls it instead of storage_start.
 */
bool storage_write_waiting(Storage *storage, int64_t wall_ms);

/*
 * Writes everything that waits, ends the thread and closes the store; NULL is accepted. False when
 * facts had to be given up; the log says how many bytes.
 */
bool storage_close(Storage *storage);

#endif
