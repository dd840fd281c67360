/*
 * Looks over a room's shoulder: keeps its own books of every fact that leaves the session and says
 * when a rule does not hold.
 *
 * Not pure: allocates. The books follow from the facts alone, so that they do not share a mistake
 * with the session. The first violated rule goes to room_violate.
 */
#ifndef TESTS_SIM_WATCH_H
#define TESTS_SIM_WATCH_H

#include "tests/sim/room.h"

enum {
    WATCH_SEATS_MAX = ROOM_CLIENTS_MAX + OBSERVERS_MAX,
    WATCH_NUMBERS_MAX = 16384, /* hit numbers whose uniqueness is watched */
    WATCH_RECENT_MAX = 256     /* newest accepted hits whose density is watched */
};

/* What the facts say of who has a seat now. */
typedef struct {
    uint8_t token[TOKEN_BYTES];
    bool taken;
    uint16_t take;
    int64_t counts[JUDGEMENT_COUNT]; /* of the take */
    int64_t points_micro;
    int64_t judged_hits;      /* of all takes */
    int64_t judged_hits_base; /* of them, before the server's last start ... */
    int64_t waiting_base;     /* ... and hits that waited in the judge then */
    SessionTime last_note_at;
    bool has_note;
    uint16_t last_note_take;
    int64_t last_note_number;
    SessionTime recent[WATCH_RECENT_MAX]; /* ring of accepted hits */
    uint32_t recent_count;
    uint8_t hit_seen[WATCH_NUMBERS_MAX / 8];
    uint8_t judged_seen[WATCH_NUMBERS_MAX / 8];
} WatchBook;

typedef struct {
    WatchBook books[WATCH_SEATS_MAX];
    JournalBan banned[BANS_MAX];
    int banned_count;
    bool locked;
    int facts_read;
    int cuts_seen;
    int64_t server_started_at_ns;
    Beats server_position;
    struct {
        bool known;
        SessionTime time;
        Beats position;
        uint32_t revision;
        uint32_t version; /* of the applied clock */
    } clients[ROOM_CLIENTS_MAX];
    int64_t clock_checks;
} Watch;

void watch_create(Watch *watch);

/* The server has just come back with what its store held. */
void watch_server_came_back(Watch *watch, Room *room, bool timeline_lost);

/* Every rule that holds at any time; call it at least every 100 ms. */
void watch_check(Watch *watch, Room *room);

/* When all is quiet: everybody who wants in is in, and all believe what the server knows. */
void watch_check_quiet(Room *room);

/* What the store holds makes the same session again. */
void watch_check_store(Room *room);

#endif
