/*
 * Several sessions in one process, and which connection belongs to which.
 *
 * Not pure (it logs and allocates when a session opens), but without network, disk or clock of its
 * own: those are ports that the caller gives, so that tests give others. One thread. A connection
 * belongs to no session until a JOIN names a code; all that arrives is decoded and checked here,
 * and only valid messages reach a session.
 */
#ifndef SERVER_ROOMS_H
#define SERVER_ROOMS_H

#include "shared/session/session.h"

enum {
    ROOMS_MAX = 64,
    ROOM_CONNECTIONS_MAX = 4096, /* connection numbers have an index below this in 16 low bits */
    UNJOINED_S_MAX = 10,         /* a connection that has joined nothing by then is dropped */
    JOIN_ATTEMPTS_MAX = 8,       /* refused JOINs of one connection */
    MALFORMED_MAX = 16           /* undecodable messages of one connection */
};

typedef struct Rooms Rooms;

/* Effects, each with the caller's `context`. */
typedef struct {
    void *context;
    void (*send)(void *context,
                 const uint32_t *connections,
                 size_t connection_count,
                 const uint8_t *bytes,
                 size_t size_bytes,
                 Delivery delivery);
    /* Ends a connection after what was sent before; rooms_disconnected follows. */
    void (*disconnect)(void *context, uint32_t connection);
    /* Pings of this connection carry `nonce` and may be answered from now on. */
    void (*answer_pings)(void *context, uint32_t connection, uint32_t nonce);
    void (*store_session)(void *context,
                          int64_t id,
                          const SessionConfig *config,
                          const Groove *grooves,
                          int groove_count);
    void (*store_entry)(void *context, int64_t id, const JournalEntry *entry);
    /*
     * Starts to compare a password with the facilitator's; rooms_password_checked follows. False
     * when too many wait. NULL where there is no such password.
     */
    bool (*check_password)(void *context, uint32_t connection, const char *password);
    /* Bytes that nobody can guess. */
    void (*random)(void *context, uint8_t *bytes, size_t size_bytes);
} RoomsPorts;

typedef struct {
    SessionConfig defaults; /* of new sessions; code and token are drawn for each */
    const Groove *grooves;  /* for new sessions; copied */
    int groove_count;       /* 1..GROOVES_MAX */
    int seats_max;          /* of all sessions together */
    int64_t next_id;        /* for the next new session */
} RoomsConfig;

/* Since the start, over all sessions. */
typedef struct {
    int64_t joins;   /* seats given to newcomers */
    int64_t resumes; /* and to those who came back */
    int64_t leaves;
    int64_t commands;
    int64_t refused[REFUSAL_COUNT];
    int64_t malformed;          /* messages that make no sense */
    int64_t from_leaving;       /* messages of connections that are being ended */
    int64_t dropped_unjoined;   /* connections ended because they joined nothing, ... */
    int64_t dropped_attempts;   /* ... tried too often, ... */
    int64_t dropped_malformed;  /* ... sent too much that makes no sense, ... */
    int64_t dropped_by_session; /* ... or because the session said so */
    int64_t outbox_full;        /* messages that wait for the next step */
    int64_t facts_lost;
} RoomsCounts;

/* NULL when out of memory. */
Rooms *rooms_create(const RoomsConfig *config, const RoomsPorts *ports);
void rooms_destroy(Rooms *rooms);

/* Opens a new session. Returns its index, or -1 when there is no room for it. */
int rooms_open(Rooms *rooms, const char *title, uint16_t seats);

/*
 * Puts a stored session back: rooms_restore, then every fact in order, then rooms_restored. Returns
 * its index, or -1 when there is no room for it.
 */
int rooms_restore(
    Rooms *rooms, int64_t id, const SessionConfig *config, const Groove *grooves, int groove_count);
void rooms_restore_entry(Rooms *rooms, int index, const JournalEntry *entry);
void rooms_restored(Rooms *rooms, int index, SessionTime stored_until);

int rooms_count(const Rooms *rooms);
const Session *rooms_session(const Rooms *rooms, int index);

RoomsCounts rooms_counts(const Rooms *rooms);

/* A reason in one word, such as "name_taken"; "unknown" beyond the last. */
const char *rooms_refusal_word(uint8_t reason);

/* People with a connection, over all sessions. */
int rooms_joined_count(const Rooms *rooms);

/*
 * What the network brings, with the number of the connection. `now` never goes back. `address` is
 * that of the host it comes from, in any form: it tells those who guess codes from others.
 */
void rooms_connected(Rooms *rooms, SessionTime now, uint32_t number, uint32_t address);
void rooms_received(
    Rooms *rooms, SessionTime now, uint32_t number, const uint8_t *bytes, size_t size_bytes);
void rooms_disconnected(Rooms *rooms, SessionTime now, uint32_t number);

/* Whether the password of this connection was the facilitator's. */
void rooms_password_checked(Rooms *rooms, SessionTime now, uint32_t number, bool fits);

/* Time has passed: every 5 to 20 ms. */
void rooms_tick(Rooms *rooms, SessionTime now);

/* Says goodbye to everybody and ends all connections in order. */
void rooms_close(Rooms *rooms, SessionTime now);

#endif
