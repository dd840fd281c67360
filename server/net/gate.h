/*
 * Who may speak to the server, decided before ENet sees a byte: proof of address, MAC, firewall and
 * rates, and a count of everything that was turned away.
 *
 * Not pure, for it draws randomness; no sockets and no ENet. One thread, the loop's.
 */
#ifndef SERVER_NET_GATE_H
#define SERVER_NET_GATE_H

#include "shared/secure/datagram_guard.h"
#include "shared/secure/secure_peer.h"

enum {
    GATE_PEER_DATAGRAMS_PER_S = 60, /* of one connection */
    GATE_PEER_BURST = 120,
    GATE_HELLOS_PER_S = 4000, /* answered, from everybody together: anybody can send those */
    GATE_HELLO_BURST = 4000,
    GATE_CONNECTS_PER_S = 1000, /* from proven addresses together */
    GATE_CONNECT_BURST = 3000,
    GATE_NO_PLACE = -2,
    GATE_FREE_PLACE = -1
};

/* For so long nobody's handshake is ended in favour of somebody else's. */
#define GATE_SHAKING_NS_MIN (500 * NS_PER_MS)

typedef struct {
    int64_t hellos;            /* answered */
    int64_t hellos_dropped;    /* over the rate */
    int64_t connects;          /* admitted, repeated ones too */
    int64_t connects_refused;  /* without a good cookie, or over the rate */
    int64_t connects_unplaced; /* admitted, but with no slot or against the rule of one */
    int64_t strangers;         /* datagrams that are none of ours, or of nobody we know */
    int64_t forged;            /* with a known address and a wrong MAC */
    int64_t over_rate;         /* of a connection that sends too much */
    int64_t guarded[GUARD_VERDICT_COUNT];
} GateCounts;

/* What belongs to one connection. Zeroed it is nobody's. */
typedef struct {
    SecurePeer secure;
    uint8_t connect_id[CONNECT_ID_BYTES]; /* of ENet; what `secure` was made for */
    HostTime proven_at;
    TokenBucket bucket;
} GatePeer;

typedef struct {
    NoiseKeyPair key; /* the server's own */
    CookieJar jar;
    TokenBucket hellos;
    TokenBucket connects;
    GateCounts counts;
} Gate;

/* One datagram; the bytes may be changed while they are looked at. */
typedef struct {
    CookieSource source;
    uint8_t *bytes;
    size_t size_bytes;
    GuardHeader header; /* of guard_header */
} GateDatagram;

void gate_init(Gate *gate, const NoiseKeyPair *key, HostTime now);
void gate_wipe(Gate *gate);

/* Once per turn: renews the secret of cookies when it is time. */
void gate_tick(Gate *gate, HostTime now);

/* Whether these bytes are a hello that is to be answered with `answer`. */
NODISCARD bool gate_answers_hello(Gate *gate,
                                  CookieSource source,
                                  HostTime now,
                                  const uint8_t *bytes,
                                  size_t size_bytes,
                                  uint8_t answer[ANSWER_BYTES]);

/* A datagram to nobody: admitted when it is a connect from an address that was proven. */
NODISCARD bool gate_admits_connect(
    Gate *gate, HostTime now, const GateDatagram *datagram, GuardConnect *connect, uint32_t *mac);

/* Makes `peer` that of a connection that has just been admitted with this token. False when its
   cookie is no longer good. */
NODISCARD bool gate_knows(Gate *gate,
                          GatePeer *peer,
                          CookieSource source,
                          HostTime now,
                          const uint8_t connect_id[CONNECT_ID_BYTES],
                          uint32_t token);

/* A datagram of a connection: admitted when it is its own, and of the kinds that we know. */
NODISCARD bool gate_admits(Gate *gate,
                           GatePeer *peer,
                           HostTime now,
                           const GateDatagram *datagram,
                           uint16_t reliable_base,
                           uint32_t *mac);

/* A clock datagram with its MAC behind it. */
NODISCARD bool gate_admits_clock(
    Gate *gate, GatePeer *peer, HostTime now, const uint8_t *bytes, size_t size_bytes);

void gate_forget(GatePeer *peer);

/* One slot, as the connect that looks for a place sees it. */
typedef struct {
    bool taken;
    bool same_source; /* by the connect's own address and port */
    bool same_id;     /* with the connect's own id */
    bool shaking;     /* by somebody whose handshake is not over */
    HostTime proven_at;
} GateSlot;

/*
 * The search of a place, slot by slot; zeroed it has seen none. One address and port has one
 * connection, so that who proved one does not take them all: a newer connect takes the place of a
 * handshake that is not over, and is dropped beside anything else. Two connections of one id could
 * not be told apart. When no slot is free, the oldest handshake that is not over makes room.
 */
typedef struct {
    bool conflicts;
    bool repeats; /* a connect that ENet has seen, and drops by itself */
    bool replaces;
    int replaced;
    bool has_free;
    bool has_shaking;
    int oldest_shaking;
    HostTime oldest_at;
} GateSearch;

void gate_search(GateSearch *search, int index, const GateSlot *slot);

/* GATE_NO_PLACE, GATE_FREE_PLACE, or the slot that is to be emptied. */
int gate_place(const GateSearch *search, HostTime now);

#endif
