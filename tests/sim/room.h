/*
 * A whole session in one process on virtual time: the real engine, real client models, players made
 * of numbers, and a seeded network between them that delays, loses, doubles and reorders.
 *
 * Everything follows from the seed. Datagrams arrive at their exact time; people and server run
 * every `step_ns`, one millisecond unless told otherwise.
 */
#ifndef TESTS_SIM_ROOM_H
#define TESTS_SIM_ROOM_H

#include "client/model/model.h"
#include "client/model/simulated_player.h"
#include "shared/session/session.h"
#include "tests/sim/packets.h"
#include "tests/sim/store.h"

enum {
    ROOM_CLIENTS_MAX = 40,
    ROOM_CONNECTIONS_MAX = 1024, /* of one run; none is used twice */
    ROOM_TRUE_HITS_MAX = 8192
};

#define ROOM_NEVER INT64_MAX

/* Each way; times in ms. */
typedef struct {
    double delay_ms;
    double jitter_ms; /* mean of an exponential on top */
    double loss;      /* 0..1; a reliable message then comes one retry later */
    double duplicates;
    double asymmetry_ms; /* more on the way to the server; negative: on the way from it */
    double burst;        /* 0..1: with each datagram a burst begins in which all are lost ... */
    double burst_ms;     /* ... of this mean length */
} RoomNetwork;

/* One connection as the server knows it. */
typedef struct {
    int client;
    bool open;   /* the server hears it */
    bool joined; /* the session gave it `seat` */
    uint16_t seat;
    int64_t drops_at_ns;    /* when the server gives it up; ROOM_NEVER */
    int64_t reliable_to_ns; /* nothing reliable arrives before the one sent before it */
    int64_t reliable_from_ns;
} RoomConnection;

typedef struct {
    ClientModel model;
    ClockEstimator estimator; /* of every fourth; the others have the plain envelope */
    ModelOthers others;
    SimulatedPlayer player;
    bool plays;
    RoomNetwork network;
    int64_t burst_until_ns[2]; /* from and to the server */
    int64_t partitioned_until_ns;
    bool connected;
    int connection;          /* the one in use, when connected */
    uint16_t seat;           /* the last that the session gave it */
    int64_t connect_at_ns;   /* when to connect (again); ROOM_NEVER: not */
    int64_t breaks_at_ns;    /* when it notices that its connection is dead; ROOM_NEVER */
    int64_t asleep_until_ns; /* 0: awake; else its clock stands still */
    int64_t host_anchor_ns;  /* its clock at ... */
    int64_t anchor_now_ns;   /* ... this time ... */
    double host_skew;        /* ... and how much faster it runs since */
    int64_t uneasy_ns; /* its clock or its path changed: no promise about its estimate until it has
                          been joined for so long */
    int64_t true_asynchrony_ns[ROOM_TRUE_HITS_MAX]; /* by hit number */
    uint32_t hits_played;
    int64_t timeline_at_ns; /* when its newest timeline came */
} RoomClient;

typedef struct {
    Session session;
    Participant *participants;
    Journal journal;
    Outbox outbox;
    RoomNetwork network; /* of those who come */
    Prng prng;
    int64_t step_ns;
    int64_t now_ns;
    int64_t server_offset_ns; /* of the server's clock; see room_session_time */
    int64_t server_frozen_until_ns;
    RoomClient *clients;
    int client_count;
    RoomConnection *connections;
    int connection_count;
    Packets packets;
    Store store;
    bool server_is_down;
    bool facts_lost;            /* by a server that died: it may know people that were kicked */
    int64_t timeline_set_at_ns; /* when the newest timeline was decided ... */
    uint32_t timeline_revision; /* ... and which that is */
    int64_t datagrams_sent;
    int64_t datagrams_lost;
    void (*listener)(void *owner, int client, const Message *message); /* NULL: none */
    void *owner;          /* hears all that the server sends, before the network may lose it */
    const char *violated; /* the first rule that did not hold; NULL */
    int violated_by;      /* the client or seat that showed it; -1 */
} Room;

/* All built-in grooves, pulse first. */
int room_grooves(Groove grooves[GROOVES_MAX]);

/* What a room's session is opened with. */
SessionConfig room_config(uint16_t seats);

Room *sim_room_create(uint64_t seed, const RoomNetwork *network, uint16_t seats);
void sim_room_destroy(Room *room);

/* A client with a name of its own that connects at once; the first one facilitates. Its index. */
int room_add(Room *room, bool plays, const PlayerProfile *profile, PlayerTrouble trouble);

/* The same for somebody who only watches. */
int room_add_observer(Room *room);

/* Lets virtual time pass; ends early when a rule was violated. */
void room_run(Room *room, int64_t duration_ns);

/* Notes a violated rule, the first one only; `by`: the client or seat that shows it, or -1. */
void room_violate(Room *room, const char *rule, int by);

/* The tier of privacy that this room's sessions begin with. */
void room_set_privacy(Room *room, Privacy privacy);

/* The facilitator (client 0) orders. */
void room_order(Room *room, CommandKind kind, int32_t a, int32_t b);

/* Whatever a client's model has put into the outbox goes out. */
void sim_room_flush(Room *room, int index);

/* A message as no model would send it. */
void room_send(Room *room, int index, const Message *message);

/* The connection of a client breaks; it comes back after `away_ns`, or never. */
void room_disconnect(Room *room, int index, int64_t away_ns);

/* The client goes on from another address; the server holds on to the old connection for a while.
 */
void room_rebind(Room *room, int index);

/* Nothing gets through either way; long ones cost the connection. */
void room_partition(Room *room, int index, int64_t length_ns);

/* The lid is closed: nothing runs, the clock stands still. */
void room_sleep(Room *room, int index, int64_t length_ns);

/* The client's clock steps ahead, or runs at another rate from now on. */
void room_step_clock(Room *room, int index, int64_t by_ns);
void room_set_skew(Room *room, int index, double skew);

/* The server's clock steps ahead, as that of a machine that is moved under a running system. It
   never goes back for the server itself: its clock is CLOCK_MONOTONIC. */
void room_step_server_clock(Room *room, int64_t by_ns);

/* The server's machine sleeps: nothing runs there and its clock stands still, so that for everybody
   else it is behind by `length_ns` from then on. */
void room_freeze_server(Room *room, int64_t length_ns);

/* The path of a client is another from now on. */
void room_set_network(Room *room, int index, const RoomNetwork *network);

/* The client goes in order; it may come back with room_return. */
void sim_room_leave(Room *room, int index);
void room_return(Room *room, int index);

/* The server dies without a word, losing what came in the last `lost_ns`, and comes back `away_ns`
   later with what was stored. True when a change of the timeline was lost. */
bool room_kill_server(Room *room, int64_t away_ns, int64_t lost_ns);
void room_restart_server(Room *room, int64_t away_ns);

HostTime room_host_time(const Room *room, const RoomClient *client);

/* The server's clock. */
SessionTime room_session_time(const Room *room);

bool room_server_is_frozen(const Room *room);

/* Whether the session holds a seat for this client on the connection in use. */
bool room_is_seated(const Room *room, int index);

#endif
