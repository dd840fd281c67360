/*
 * A client's model kept in touch with its server: messages, clock, reconnects.
 *
 * Not pure; no thread: one thread services a link, with the model and the outbox that it serves.
 * Nothing waits but a look-up of the host's name. Links of one thread may share one outbox: it is
 * empty between calls, except for what the caller pushes before session_link_flush.
 */
#ifndef CLIENT_NET_SESSION_LINK_H
#define CLIENT_NET_SESSION_LINK_H

#include "client/model/model.h"
#include "client/net/connection.h"
#include "client/net/trace_file.h"
#include "shared/link.h"
#include "shared/prng.h"

/* A server that says nothing for so long, while pings go out, is gone; longer with rarer pings. */
#define SESSION_LINK_SILENCE_NS (2500 * NS_PER_MS)
/* How long one attempt to connect, or to be welcomed, may take. */
#define SESSION_LINK_ATTEMPT_NS (4 * NS_PER_S)
/* How often a link wants to be serviced when nothing arrives. */
#define SESSION_LINK_CADENCE_NS (20 * NS_PER_MS)

/* Told of each message after the model took it in; the message is borrowed. */
typedef void (*SessionLinkListener)(void *owner, HostTime now, const Message *message);

typedef struct {
    ClientModel *model;           /* the caller's */
    Outbox *outbox;               /* the caller's, perhaps shared */
    SessionLinkListener listener; /* may be NULL */
    void *owner;                  /* for the listener */
    int64_t cadence_ns;
    const char *known_hosts; /* see connection_create; NULL for the default */
    TraceFile *pings;        /* the caller's, begun with TRACE_PINGS_HEADER; NULL: no recording */

    /* The link's own. */
    Link address;
    Connection *connection; /* NULL between attempts */
    Prng prng;
    int attempt;       /* failures in a row */
    HostTime retry_at; /* the next attempt, while there is no connection */
    HostTime heard_at; /* the attempt's beginning, or the last sign of life */
    HostTime serviced_at;
    ConnectionTraffic past_traffic; /* of earlier connections */
    uint32_t opened_count;          /* connections so far: the socket is a new one when it grows */
    uint64_t lost_count;            /* connections that broke */
    uint64_t undecodable_count;     /* messages that no rule allows */
    bool closing;                   /* no further attempts */
    ConnectionError problem;        /* of the last failed attempt; empty when there was none */
} SessionLink;

/* Prepares; the first attempt starts with the first session_link_service. `seed` spreads the
   reconnects of many clients. */
void session_link_init(
    SessionLink *link, ClientModel *model, Outbox *outbox, const Link *address, uint64_t seed);

/* Hangs up at once and frees the connection. A zeroed link is fine. */
void session_link_finish(SessionLink *link);

/* Moves everything both ways. Call it when the socket is readable, and at session_link_due. Returns
   whether anything arrived. */
bool session_link_service(SessionLink *link, HostTime now);

/* Sends what the caller has pushed into the outbox through the model, and empties it. */
void session_link_flush(SessionLink *link);

/* Leaves the session for good: the seat is given up. Service on until session_link_is_over. */
void session_link_leave(SessionLink *link, HostTime now);

/* Nothing will happen any more: refused, ended or left, and hung up. */
bool session_link_is_over(const SessionLink *link);

/* The descriptor to wait for reading on, or -1 between attempts. Changes with every attempt. */
int session_link_socket(const SessionLink *link);

/* When session_link_service is to be called at the latest. */
HostTime session_link_due(const SessionLink *link);

/* Of all connections of this link. */
ConnectionTraffic session_link_traffic(SessionLink *link);

#endif
