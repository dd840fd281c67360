#include "server/storage/storage.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/storage/byte_ring.h"
#include "server/storage/database.h"
#include "server/touched_memory.h"
#include "shared/platform/host_clock.h"
#include "shared/platform/log.h"

enum {
    /* What is wrong every second is said every ten. */
    COMPLAINT_EVERY_MS = 10000,
    LOST_BETWEEN_COMPLAINTS = 10000
};

struct Storage {
    int lock; /* descriptor of the directory's lock */
    Database *database;
    uint8_t *ring_bytes;
    ByteRing ring;

    /* The loop's. */
    int64_t lost;

    /* The writing thread's; before it starts and after it ended the main thread's. */
    int64_t touched[STORED_SESSIONS_MAX]; /* sessions with news in this transaction */
    int touched_count;
    int64_t complained_wall_ms;
    Record record; /* being written */

    /* Written by the writing thread, read by the loop. */
    _Atomic int64_t written;
    _Atomic int64_t refused;
    _Atomic int64_t failed_tries;

    pthread_t thread;
    bool started;
    pthread_mutex_t mutex; /* guards `closing` alone */
    pthread_cond_t closes;
    bool closing;
};

_Static_assert(offsetof(Record, body) == sizeof(RecordHead), "a record lies without a gap");

/* Body sizes, so that a hit does not take the room of a timeline. */
static size_t entry_bytes(JournalKind kind)
{
    switch (kind) {
    case JOURNAL_TIMELINE:
        return sizeof(Timeline);
    case JOURNAL_PARTICIPANT:
        return sizeof(JournalParticipant);
    case JOURNAL_HIT:
        return sizeof(HitEntry);
    case JOURNAL_JUDGED:
        return sizeof(JudgedRecord);
    case JOURNAL_BAR:
        return sizeof(BarEntry);
    case JOURNAL_BAN:
        return sizeof(JournalBan);
    case JOURNAL_LOCK:
        return sizeof(bool);
    case JOURNAL_PRIVACY:
        return sizeof(uint8_t);
    }
    return 0;
}

static bool init_waiting(Storage *storage)
{
    pthread_condattr_t attributes;
    bool ready = pthread_condattr_init(&attributes) == 0;

    if (!ready) {
        return false;
    }
    ready = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
            pthread_mutex_init(&storage->mutex, NULL) == 0 &&
            pthread_cond_init(&storage->closes, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    return ready;
}

static void free_storage(Storage *storage)
{
    database_close(storage->database);
    data_directory_close(storage->lock);
    free(storage->ring_bytes);
    free(storage);
}

Storage *storage_open(const char *directory, StorageError *error)
{
    char path[PATH_MAX];
    Storage *storage = calloc(1, sizeof *storage);

    if (storage == NULL) {
        (void)snprintf(error->text, sizeof error->text, "out of memory; close other programs");
        return NULL;
    }
    storage->lock = data_directory_open(directory, error);
    if (storage->lock < 0 ||
        !data_directory_path(directory, "onedrum.db", path, sizeof path, error)) {
        free_storage(storage);
        return NULL;
    }
    storage->ring_bytes = touched_calloc(1, STORAGE_RING_BYTES);
    if (storage->ring_bytes == NULL || !init_waiting(storage)) {
        (void)snprintf(error->text, sizeof error->text, "out of memory; close other programs");
        free_storage(storage);
        return NULL;
    }
    byte_ring_init(&storage->ring, storage->ring_bytes, STORAGE_RING_BYTES);
    storage->database = database_open(path, error);
    if (storage->database == NULL) {
        free_storage(storage);
        return NULL;
    }
    return storage;
}

int storage_sessions(Storage *storage,
                     int64_t touched_since_wall_ms,
                     StoredSession *sessions,
                     int sessions_max,
                     int *left_out)
{
    return database_sessions(
        storage->database, touched_since_wall_ms, sessions, sessions_max, left_out);
}

int storage_grooves(Storage *storage, int64_t session_id, Groove *grooves, int grooves_max)
{
    return database_grooves(storage->database, session_id, grooves, grooves_max);
}

bool storage_facts(Storage *storage, int64_t session_id, StorageTake *take, void *receiver)
{
    return database_facts(storage->database, session_id, take, receiver);
}

int64_t storage_next_session_id(Storage *storage)
{
    return database_next_session_id(storage->database);
}

void storage_clock(Storage *storage, StoredClock *clock)
{
    Database *database = storage->database;

    memset(clock, 0, sizeof *clock);
    clock->known = database_meta_text(database, "boot_id", clock->boot_id, sizeof clock->boot_id) &&
                   database_meta_number(database, "clock_offset_ns", &clock->offset_ns) &&
                   database_meta_number(database, "stored_until_ns", &clock->stored_until.ns) &&
                   database_meta_number(database, "stored_wall_ms", &clock->stored_wall_ms) &&
                   journal_time_is_valid((SessionTime){clock->offset_ns}) &&
                   journal_time_is_valid(clock->stored_until) && clock->stored_wall_ms >= 0;
}

bool storage_set_clock(Storage *storage, const char *boot_id, int64_t offset_ns)
{
    return database_set_meta_text(storage->database, "boot_id", boot_id) == WRITE_DONE &&
           database_set_meta_number(storage->database, "clock_offset_ns", offset_ns) == WRITE_DONE;
}

uint16_t storage_port(Storage *storage)
{
    int64_t port = 0;

    if (!database_meta_number(storage->database, "port", &port) || port < 0 || port > UINT16_MAX) {
        return 0;
    }
    return (uint16_t)port;
}

bool storage_set_port(Storage *storage, uint16_t port)
{
    return database_set_meta_number(storage->database, "port", port) == WRITE_DONE;
}

/* --- the loop's side --- */

static bool put(Storage *storage, const RecordHead *head, const void *body, size_t body_bytes)
{
    if (byte_ring_push(&storage->ring, head, sizeof *head, body, body_bytes)) {
        return true;
    }
    if (storage->lost % LOST_BETWEEN_COMPLAINTS == 0) {
        log_error("storage: event=lost facts=%" PRId64
                  " the queue to the disk is full; what is played now is not stored",
                  storage->lost + 1);
    }
    storage->lost++;
    return false;
}

bool storage_put_session(Storage *storage,
                         const StoredSession *session,
                         const Groove *grooves,
                         int groove_count)
{
    RecordHead head = {.session_id = session->id, .kind = RECORD_SESSION};
    bool all = put(storage, &head, session, sizeof *session);

    head.kind = RECORD_GROOVE;
    for (int i = 0; i < groove_count; i++) {
        head.position = (uint16_t)i;
        all = put(storage, &head, &grooves[i], sizeof grooves[i]) && all;
    }
    return all;
}

bool storage_put_entry(Storage *storage, int64_t session_id, const JournalEntry *entry)
{
    const RecordHead head = {
        .session_id = session_id,
        .kind = RECORD_ENTRY,
        .entry_kind = (uint8_t)entry->kind,
        .seat = entry->seat,
        .take = entry->take,
    };

    /* All members of the union begin where it begins. */
    return put(storage, &head, &entry->timeline, entry_bytes(entry->kind));
}

bool storage_put_time(Storage *storage, SessionTime now, int64_t wall_ms)
{
    const RecordHead head = {.kind = RECORD_TIME};
    const RecordTime time = {.now = now, .wall_ms = wall_ms};

    return put(storage, &head, &time, sizeof time);
}

StorageCounts storage_counts(const Storage *storage)
{
    return (StorageCounts){
        .lost = storage->lost,
        .refused = atomic_load(&storage->refused),
        .written = atomic_load(&storage->written),
        .failed_tries = atomic_load(&storage->failed_tries),
        .waiting_bytes = byte_ring_used_bytes(&storage->ring),
    };
}

/* --- the writing side --- */

/* Notes that a session has news; sessions beyond the list keep an older date, nothing more. */
static void note_touched(Storage *storage, int64_t session_id)
{
    for (int i = 0; i < storage->touched_count; i++) {
        if (storage->touched[i] == session_id) {
            return;
        }
    }
    if (storage->touched_count < STORED_SESSIONS_MAX) {
        storage->touched[storage->touched_count] = session_id;
        storage->touched_count++;
    }
}

static bool touch_sessions(Storage *storage, int64_t wall_ms)
{
    for (int i = 0; i < storage->touched_count; i++) {
        if (database_touch(storage->database, storage->touched[i], wall_ms) == WRITE_FAILED) {
            return false;
        }
    }
    return true;
}

/* Writes what waits, within a transaction. Counts only once it is committed. */
static bool write_records(Storage *storage, int64_t *written, int64_t *refused)
{
    while (byte_ring_read(&storage->ring, &storage->record, sizeof storage->record) > 0) {
        WriteResult result = database_write(storage->database, &storage->record);

        if (result == WRITE_FAILED) {
            return false;
        }
        if (result == WRITE_REFUSED) {
            (*refused)++;
            log_error("storage: event=refused session_id=%" PRId64 " kind=%d entry_kind=%d seat=%d "
                      "reason=\"%s\"",
                      storage->record.head.session_id,
                      storage->record.head.kind,
                      storage->record.head.entry_kind,
                      storage->record.head.seat,
                      database_reason(storage->database));
        }
        if (storage->record.head.kind == RECORD_ENTRY) {
            note_touched(storage, storage->record.head.session_id);
        }
        (*written)++;
    }
    return true;
}

static void complain(Storage *storage, int64_t wall_ms)
{
    if (storage->complained_wall_ms != 0 &&
        wall_ms - storage->complained_wall_ms < COMPLAINT_EVERY_MS) {
        return;
    }
    storage->complained_wall_ms = wall_ms;
    log_error("storage: event=retry reason=\"%s\" waiting_bytes=%zu room_bytes=%d the music goes "
              "on; make room on the disk",
              database_reason(storage->database),
              byte_ring_used_bytes(&storage->ring),
              STORAGE_RING_BYTES);
}

bool storage_write_waiting(Storage *storage, int64_t wall_ms)
{
    int64_t written = 0;
    int64_t refused = 0;

    if (byte_ring_used_bytes(&storage->ring) == 0) {
        return true;
    }
    storage->touched_count = 0;
    if (database_begin(storage->database) && write_records(storage, &written, &refused) &&
        touch_sessions(storage, wall_ms) && database_commit(storage->database)) {
        byte_ring_release(&storage->ring);
        atomic_fetch_add(&storage->written, written);
        atomic_fetch_add(&storage->refused, refused);
        storage->complained_wall_ms = 0;
        return true;
    }
    complain(storage, wall_ms);
    database_rollback(storage->database);
    byte_ring_rewind(&storage->ring);
    atomic_fetch_add(&storage->failed_tries, 1);
    return false;
}

/* Waits for the next period, or for the end, which it returns. */
static bool wait_for_end(Storage *storage)
{
    HostTime until = {host_clock_now().ns + STORAGE_PERIOD_MS * NS_PER_MS};
    struct timespec end = {
        .tv_sec = (time_t)(until.ns / NS_PER_S),
        .tv_nsec = (long)(until.ns % NS_PER_S),
    };
    bool closing;
    int result = 0;

    (void)pthread_mutex_lock(&storage->mutex);
    while (!storage->closing && result != ETIMEDOUT) {
        result = pthread_cond_timedwait(&storage->closes, &storage->mutex, &end);
    }
    closing = storage->closing;
    (void)pthread_mutex_unlock(&storage->mutex);
    return closing;
}

static void *write_until_closed(void *argument)
{
    Storage *storage = argument;

    while (!wait_for_end(storage)) {
        (void)storage_write_waiting(storage, host_clock_wall_ms());
    }
    return NULL;
}

bool storage_start(Storage *storage, StorageError *error)
{
    int cause = pthread_create(&storage->thread, NULL, write_until_closed, storage);

    if (cause != 0) {
        (void)snprintf(error->text,
                       sizeof error->text,
                       "cannot start the thread that writes the store: %s; close other programs",
                       strerror(cause));
        return false;
    }
    storage->started = true;
    return true;
}

static void end_thread(Storage *storage)
{
    if (!storage->started) {
        return;
    }
    (void)pthread_mutex_lock(&storage->mutex);
    storage->closing = true;
    (void)pthread_cond_signal(&storage->closes);
    (void)pthread_mutex_unlock(&storage->mutex);
    (void)pthread_join(storage->thread, NULL);
    storage->started = false;
}

/* Writes the rest; waits a little between tries, because somebody may be making room. */
static bool write_rest(Storage *storage)
{
    for (int i = 0; i < STORAGE_CLOSE_TRIES; i++) {
        if (storage_write_waiting(storage, host_clock_wall_ms())) {
            return true;
        }
        host_clock_sleep_until((HostTime){host_clock_now().ns + STORAGE_PERIOD_MS / 4 * NS_PER_MS});
    }
    log_error("storage: event=given_up bytes=%zu the newest facts could not be stored",
              byte_ring_used_bytes(&storage->ring));
    return false;
}

bool storage_close(Storage *storage)
{
    bool stored;

    if (storage == NULL) {
        return true;
    }
    end_thread(storage);
    stored = write_rest(storage) && storage->lost == 0;
    (void)pthread_cond_destroy(&storage->closes);
    (void)pthread_mutex_destroy(&storage->mutex);
    free_storage(storage);
    return stored;
}
