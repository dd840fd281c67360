/*
 * The network on a thread of its own, so that drawing never delays a stamp or a hit.
 *
 * The thread owns connection, retries, ping timer and the stamps c1 and c4; the main thread owns
 * the model. They exchange packets through two rings without locks: events come up in the order in
 * which they happened (so that a ping is known before its pong), messages go down and leave at
 * once. Everything here is called by the main thread.
 *
 *     thread = network_thread_create(&config);
 *     every turn of the loop: while (network_thread_next(thread, &event)) ... to the model
 *     after WELCOME:          network_thread_start_pings(thread, nonce)
 *     what the model wants:   network_thread_send_all(thread, outbox)
 */
#ifndef CLIENT_DESKTOP_NETWORK_THREAD_H
#define CLIENT_DESKTOP_NETWORK_THREAD_H

#include "client/net/connection.h"
#include "shared/link.h"
#include "shared/outbox.h"

typedef struct NetworkThread NetworkThread;

/* Called on the network thread when something waits; must be quick and safe there. */
typedef void (*NetworkWake)(void *owner);

typedef struct {
    Link address;
    const char *known_hosts; /* see connection_create; borrowed while the thread lives */
    uint64_t seed;           /* spreads the reconnects of many clients */
    NetworkWake wake;        /* may be NULL */
    void *owner;             /* for wake */
} NetworkConfig;

typedef enum {
    NETWORK_CONNECTED,
    NETWORK_DISCONNECTED, /* a connection that stood is gone; the thread tries again */
    NETWORK_PROBLEM,      /* an attempt failed, for `reason`; the thread tries again */
    NETWORK_MESSAGE,
    NETWORK_PINGED, /* datagram.id left at datagram.c1 */
    NETWORK_PONG    /* datagram came back at `at` */
} NetworkEventKind;

typedef struct {
    NetworkEventKind kind;
    HostTime at; /* when it happened */
    ClockDatagram datagram;
    Message message;  /* decoded: MESSAGE */
    char reason[160]; /* PROBLEM */
} NetworkEvent;

/* Starts the thread and the first attempt. NULL when the machine gives no thread or memory. */
NetworkThread *network_thread_create(const NetworkConfig *config);

/* Hangs up and ends the thread. NULL is fine. Does not wait for a slow look-up of a name. */
void network_thread_destroy(NetworkThread *thread);

/* The next thing that happened. Messages that no rule allows are dropped and counted. */
NODISCARD bool network_thread_next(NetworkThread *thread, NetworkEvent *event);

/* Sends all that the outbox holds and empties it. What was meant for a connection that is gone is
   dropped: the model asks again. A disconnect in it is network_thread_finish. */
void network_thread_send_all(NetworkThread *thread, Outbox *outbox);

/* The nonce of the WELCOME: pings go out, 20 a second for two seconds, then 10. */
void network_thread_start_pings(NetworkThread *thread, uint32_t nonce);

/* No further attempts; what was sent reliably arrives, then the connection ends. */
void network_thread_finish(NetworkThread *thread);

/* The end of network_thread_finish has come. */
bool network_thread_is_over(const NetworkThread *thread);

#endif
