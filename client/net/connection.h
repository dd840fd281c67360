/*
 * One client's connection to a server: messages, clock datagrams, one UDP socket.
 *
 * Not pure; no thread: one thread uses it, at any cadence, and nothing here waits except the
 * look-up of a host name. The only client file that includes ENet. Everything about secrecy happens
 * inside: the proof of our address, the handshake, the server's key, sealing and the MAC (see
 * shared/secure/secure_peer.h). CONNECTED comes when all that is done. When the server's key is not
 * the one of the link or of the last time, or the server speaks another version, the connection
 * says so as if the server had: CONNECTED, then a REFUSED message; nothing is sent to it.
 * Ping and pong are stamped here,
 * beside the system calls, so that neither ENet's queues nor the caller's loop touch a stamp.
 */
#ifndef CLIENT_NET_CONNECTION_H
#define CLIENT_NET_CONNECTION_H

#include "shared/link.h"
#include "shared/message.h"

typedef struct Connection Connection;

/* Why there is no connection, as a sentence. */
typedef struct {
    char reason[160];
} ConnectionError;

typedef enum {
    CONNECTION_CONNECTED,
    CONNECTION_DISCONNECTED, /* the end: also of an attempt that nobody answered */
    CONNECTION_MESSAGE,      /* bytes, not decoded yet */
    CONNECTION_PONG
} ConnectionEventKind;

typedef struct {
    ConnectionEventKind kind;
    const uint8_t *bytes; /* MESSAGE: the connection's, valid until its next call */
    size_t size_bytes;
    ClockDatagram pong; /* PONG */
    HostTime pong_at;   /* PONG: c4, when it was taken from the socket */
} ConnectionEvent;

/* UDP payload bytes and datagrams of both directions, clock included. */
typedef struct {
    uint64_t sent_bytes;
    uint64_t received_bytes;
    uint64_t sent_datagrams;
    uint64_t received_datagrams;
} ConnectionTraffic;

/*
 * Opens a socket and begins to connect; CONNECTION_CONNECTED tells when that worked. Waits for the
 * look-up when the host is a name. `known_hosts`: the file of servers met before, for an address
 * without a fingerprint (see known_hosts.h); borrowed, NULL for the default. NULL, with `error`
 * filled, when the host is not known or the machine has no socket left. The caller destroys it.
 */
Connection *connection_create(const Link *address, const char *known_hosts, ConnectionError *error);

/* Says goodbye in one datagram, if connected, and frees. NULL is fine. */
void connection_destroy(Connection *connection);

/* The next thing that happened, or false when there is nothing more for now. Also keeps ENet
   going: call it until false whenever the socket is readable, and every 20 ms. */
NODISCARD bool connection_next(Connection *connection, ConnectionEvent *event);

bool connection_is_connected(const Connection *connection);

/* Queues one message; it leaves with the next connection_flush or connection_next. False when not
   connected or out of memory. */
bool connection_send(Connection *connection,
                     const uint8_t *bytes,
                     size_t size_bytes,
                     Delivery delivery);

/* Sends what is queued. */
void connection_flush(Connection *connection);

/* Sends a ping at once, with nonce and id as given, and stamps c1. False when not connected or the
   socket would not take it: then c1 means nothing. */
bool connection_send_ping(Connection *connection, ClockDatagram *ping);

/* Ends in order: what was queued reliably arrives first; CONNECTION_DISCONNECTED follows. */
void connection_close(Connection *connection);

/* The descriptor to wait for reading on. */
int connection_socket(const Connection *connection);

ConnectionTraffic connection_traffic(Connection *connection);

/*
 * How long to wait before attempt number `attempt` (0 is the first) of a row of failures: 0.25 s,
 * 0.5 s, then 1 s each, spread by +-20 % through `random`, so that 900 clients of a restarted
 * server do not come in one burst.
 */
int64_t connection_backoff_ns(int attempt, uint64_t random);

#endif
