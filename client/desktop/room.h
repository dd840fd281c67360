/*
 * Where somebody plays: a session over the network, or practice, behind one face.
 *
 * Main thread. The room owns the model and whatever feeds it; the screens read the model and push
 * wishes and hits into `outbox` through it, then call room_flush. It lives on the heap: the model
 * and the others are a megabyte.
 */
#ifndef CLIENT_DESKTOP_ROOM_H
#define CLIENT_DESKTOP_ROOM_H

#include "client/desktop/network_thread.h"
#include "client/desktop/practice.h"
#include "client/model/model.h"
#include "client/net/trace_file.h"

/* Away for longer than this, the screen says so. */
#define ROOM_SILENCE_NS (700 * NS_PER_MS)

typedef enum {
    ROOM_NONE,
    ROOM_NETWORK,
    ROOM_PRACTICE
} RoomKind;

typedef struct {
    RoomKind kind;
    ClientModel model;
    ClockEstimator estimator; /* of the model, in a session */
    ModelOthers others;
    Outbox outbox;

    NetworkThread *network; /* of a session */
    NetworkThread *leaving; /* of the session before, which still says goodbye */
    HostTime leaving_since;
    Link link;
    const char *kept_seats;
    const char *known_skews;
    TraceFile *pings;  /* the caller's; NULL: no recording */
    char problem[160]; /* why the last attempt failed; empty when none did since the welcome */
    HostTime lost_at;  /* when a connection that stood broke */

    Practice *practice;
} Room;

/* Who comes in. Texts are clean UTF-8. */
typedef struct {
    const char *name;
    const char *team; /* "" for none */
    bool calibrated;
    int32_t calibration_us;
    uint64_t seed;
    const char *known_hosts; /* see connection_create; outlives the room */
    const char *kept_seats;  /* file, see kept_seats.h, or NULL; outlives the room */
    const char *known_skews; /* file, see known_skews.h, or NULL; outlives the room */
} RoomPerson;

/* NULL when out of memory. */
Room *room_create(void);

/* Leaves at once; the seat is kept. NULL is fine. */
void room_destroy(Room *room);

/* Both leave the room that there is. False when the machine has no thread or memory left. */
NODISCARD bool
room_join(Room *room, const Link *link, const RoomPerson *person, NetworkWake wake, HostTime now);
NODISCARD bool room_practise(Room *room, const RoomPerson *person, HostTime now);

/* Gives the seat up and closes the door. */
void room_leave(Room *room, HostTime now);

/* Every turn of the loop: takes what has come, sends what is wanted. `now` never goes back. */
void room_service(Room *room, HostTime now);

/* Sends what was just pushed into the outbox. */
void room_flush(Room *room, HostTime now);

/* Has been seated before and is cut off from the server now, noticeably long. */
bool room_is_cut_off(const Room *room, HostTime now);

/* How long it has been cut off, or (before the first welcome) tried, in whole seconds. */
int room_waiting_s(const Room *room, HostTime now);

/* The longest the loop may sleep without room_service. */
int64_t room_cadence_ns(const Room *room);

/* The last goodbyes have been said, or have taken too long. */
bool room_has_left(const Room *room);

#endif
