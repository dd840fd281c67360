/*
 * The server's end of all connections: one UDP socket, messages in and out, clock pings answered
 * where they arrive.
 *
 * Not pure; one thread, the loop's. The only file of the server that includes ENet. Pings are
 * stamped beside the system calls, so that no queue touches a stamp. Secrecy happens in here, and
 * nobody else notices: CONNECTED comes when a client has proven its address and shaken hands, and
 * messages are opened before they are handed out and sealed for each receiver. What ENet's parser
 * sees has passed the gate (gate.h) and, before that, a filter in the kernel.
 */
#ifndef SERVER_NET_ENDPOINT_H
#define SERVER_NET_ENDPOINT_H

#include "server/net/gate.h"
#include "shared/message.h"

enum {
    ENDPOINT_SLOTS_MAX = 4095, /* of ENet's protocol */
    ENDPOINT_SLOTS_MIN = 512
};

typedef struct Endpoint Endpoint;

typedef struct {
    const char *host;          /* IPv4 address or name to listen on */
    uint16_t port;             /* 0: any */
    int slots;                 /* ENDPOINT_SLOTS_MIN..ENDPOINT_SLOTS_MAX connections */
    int64_t session_offset_ns; /* session time minus host time */
    NoiseKeyPair key;          /* the server's own */
} EndpointConfig;

/* Cause and remedy as a sentence; `in_use` when it was the port that somebody else has. */
typedef struct {
    char text[256];
    bool in_use;
} EndpointError;

typedef enum {
    ENDPOINT_CONNECTED,
    ENDPOINT_RECEIVED,
    ENDPOINT_DISCONNECTED
} EndpointEventKind;

typedef struct {
    EndpointEventKind kind;
    uint32_t connection;  /* never reused while anybody may remember it; the low 16 bits are an
                             index below the slots */
    uint32_t address;     /* CONNECTED: of the host, as ENet has it */
    const uint8_t *bytes; /* RECEIVED: valid until the next call */
    size_t size_bytes;
} EndpointEvent;

typedef struct {
    int64_t received;       /* messages */
    int64_t sent;           /* messages */
    int64_t unsent;         /* messages for connections that were gone, or when memory ran out */
    int64_t service_errors; /* passes that ENet or the system cut short; the next went on */
    int64_t pings_answered;
    int64_t pings_refused;     /* with an unknown nonce, from another address, or forged */
    int64_t handshakes;        /* that ended in keys */
    int64_t handshakes_failed; /* that did not fit, took too long or made room */
    int64_t unopened;          /* messages that were not sealed as they should be, or repeated */
    GateCounts gate;
    int64_t answers_unsent; /* pongs and cookies that the system did not take */
    int64_t cut_off;        /* datagrams that the system dropped before us: of a wrong length, or
                               for want of room in the socket's buffer */
    int64_t received_bytes; /* UDP payload, pings and all */
    int64_t sent_bytes;
    int64_t received_datagrams; /* of all kinds */
    int64_t sent_datagrams;
} EndpointCounts;

/* NULL with a cause and a remedy. */
Endpoint *endpoint_open(const EndpointConfig *config, EndpointError *error);

/* Forgets all connections without a word; NULL is accepted. */
void endpoint_close(Endpoint *endpoint);

uint16_t endpoint_port(const Endpoint *endpoint);
int endpoint_slots(const Endpoint *endpoint);
int endpoint_connection_count(const Endpoint *endpoint);
EndpointCounts endpoint_counts(const Endpoint *endpoint);

/* One pass: sends what waits, takes what has arrived, answers pings. Does not wait. */
void endpoint_service(Endpoint *endpoint);

/* What the last pass brought, one by one; false at the end. */
NODISCARD bool endpoint_next(Endpoint *endpoint, EndpointEvent *event);

/* Sends what waits: now, or of hundreds of connections with the next pass, before which
   endpoint_wait then does not wait for anything to arrive. */
void endpoint_flush(Endpoint *endpoint);

/*
 * Waits until `until` or until something arrives; a signal ends it, too. With many connections it
 * first rests for up to a millisecond, because every pass looks at each.
 */
void endpoint_wait(Endpoint *endpoint, HostTime until);

/* Queues one message for several connections; those that are gone are skipped and counted. */
void endpoint_send(Endpoint *endpoint,
                   const uint32_t *connections,
                   size_t connection_count,
                   const uint8_t *bytes,
                   size_t size_bytes,
                   Delivery delivery);

/* Ends a connection when all that was queued reliably has arrived; DISCONNECTED follows. */
void endpoint_disconnect(Endpoint *endpoint, uint32_t connection);

/* From now on nobody new gets in: those who try hear nothing, and try again later. */
void endpoint_stop_accepting(Endpoint *endpoint);

/* From now on pings with this nonce from this connection's address are answered. */
void endpoint_answer_pings(Endpoint *endpoint, uint32_t connection, uint32_t nonce);

#endif
