/*
 * A whole session in one process on virtual time: the real engine, real client models, players made
 * of numbers, and a seeded network between them that delays, loses, doubles and reorders.
 *
 * Everything follows from the seed. One step is one millisecond.
 */
#ifndef TESTS_SIM_ROOM_H
#define TESTS_SIM_ROOM_H

#include "client/model/model.h"
#include "client/model/simulated_player.h"
#include "shared/session/session.h"

enum {
    ROOM_CLIENTS_MAX = 40,
    ROOM_PACKETS_MAX = 16384,
    ROOM_TRUE_HITS_MAX = 8192
};

/* Each way; times in ms. */
typedef struct {
    double delay_ms;
    double jitter_ms; /* mean of an exponential on top */
    double loss;      /* 0..1; a reliable message then comes one retry later */
    double duplicates;
} RoomNetwork;

typedef enum {
    ROOM_MESSAGE,
    ROOM_PING,
    ROOM_PONG
} RoomPacketKind;

typedef struct {
    RoomPacketKind kind;
    bool to_server;
    int client;
    int64_t at_ns;
    uint16_t size_bytes;
    uint8_t bytes[MESSAGE_BYTES_MAX];
} RoomPacket;

typedef struct {
    ClientModel model;
    ModelOthers others;
    SimulatedPlayer player;
    bool plays;
    bool connected;
    bool joined; /* the session gave it `seat` */
    uint16_t seat;
    int64_t host_offset_ns; /* its clock against the session's ... */
    double host_skew;       /* ... and how much faster it runs */
    int64_t reliable_to_ns; /* nothing reliable arrives before the one sent before it */
    int64_t reliable_from_ns;
    int64_t connect_at_ns;                          /* when to connect (again); INT64_MAX: not */
    int64_t true_asynchrony_ns[ROOM_TRUE_HITS_MAX]; /* by hit number */
    uint32_t hits_played;
} RoomClient;

typedef struct {
    Session session;
    Participant *participants;
    Journal journal;
    Outbox outbox;
    RoomNetwork network;
    Prng prng;
    int64_t now_ns;
    RoomClient *clients;
    int client_count;
    RoomPacket *packets;
    int packet_count;
    bool server_is_down;
    /* The store: all facts, in order, as a server would read them back. */
    JournalEntry *stored;
    int stored_count;
    int stored_max;
} Room;

/* All built-in grooves, pulse first. */
int room_grooves(Groove grooves[GROOVES_MAX]);

Room *room_create(uint64_t seed, const RoomNetwork *network, uint16_t seats);
void room_destroy(Room *room);

/* A client with a name of its own that connects at once; the first one facilitates. Its index. */
int room_add(Room *room, bool plays, const PlayerProfile *profile, PlayerTrouble trouble);

/* Lets virtual time pass. */
void room_run(Room *room, int64_t duration_ns);

/* The facilitator (client 0) orders. */
void room_order(Room *room, CommandKind kind, int32_t a, int32_t b);

/* The connection of a client breaks; it comes back after `away_ns`. */
void room_disconnect(Room *room, int index, int64_t away_ns);

/* The server dies without a word and comes back `away_ns` later with what was stored. */
void room_restart_server(Room *room, int64_t away_ns);

HostTime room_host_time(const Room *room, const RoomClient *client);

#endif
