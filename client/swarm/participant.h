/*
 * One simulated participant: a connection and a model of its own, and somebody who plays.
 *
 * Not pure; one thread. About 30 kB each, and a socket.
 */
#ifndef CLIENT_SWARM_PARTICIPANT_H
#define CLIENT_SWARM_PARTICIPANT_H

#include "client/model/simulated_player.h"
#include "client/net/session_link.h"
#include "client/swarm/flag_watch.h"
#include "client/swarm/hit_ledger.h"

/* Who it is. */
typedef struct {
    int index; /* in the swarm */
    char name[NAME_BYTES_MAX + 1];
    char team[NAME_BYTES_MAX + 1]; /* may be empty */
    PlayerProfile profile;
    PlayerTrouble trouble;
    uint64_t seed;
    int64_t cadence_ns;       /* see SessionLink */
    int64_t ping_interval_ns; /* 0: the model's own */
    const char *known_hosts;  /* see SessionLink */
    const char *trace;        /* pings are recorded beside this file; NULL: they are not */
    bool same_host;           /* session time is this machine's own clock */
} ParticipantConfig;

typedef struct {
    ParticipantConfig config;
    const Link *address;
    ClientModel *model; /* NULL before it begins */
    SessionLink link;
    TraceFile *pings; /* NULL: no recording */
    SimulatedPlayer player;
    HitLedger ledger;
    uint32_t hit_count; /* handed to the network */
    bool part_chosen;
    bool plays;     /* false: connected still, but hits no more */
    int name_count; /* names tried, because others had them */
    HostTime began_at;
    bool has_joined; /* at least once */
    HostTime joined_at;
    bool has_verdict;
    uint8_t verdict;      /* the newest while notes were expected ... */
    FlagWatch flags;      /* ... and what came of it while playing */
    uint32_t opened_seen; /* connections that the caller knows of */
} SwarmParticipant;

/* Begins to join at the next service. The outbox is shared by all. False without memory. */
NODISCARD bool participant_begin(SwarmParticipant *participant,
                                 const ParticipantConfig *config,
                                 const Link *address,
                                 Outbox *outbox,
                                 HostTime now);

void participant_finish(SwarmParticipant *participant);

/* Network, clock and playing. Call it when its socket is readable, and at participant_due. */
void participant_service(SwarmParticipant *participant, HostTime now);

HostTime participant_due(const SwarmParticipant *participant);

bool participant_is_joined(const SwarmParticipant *participant);

/* Everything it hit has a final judgement. */
bool participant_is_judged(const SwarmParticipant *participant);

#endif
