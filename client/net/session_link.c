#include "client/net/session_link.h"

#include <string.h>

#define CONNECTING_CADENCE_NS (5 * NS_PER_MS)

/* Rarer pings than the usual make silence normal for longer. */
enum {
    SILENT_PINGS_MAX = 4
};

static HostTime host_after(HostTime from, int64_t ns)
{
    return (HostTime){from.ns + ns};
}

void session_link_init(
    SessionLink *link, ClientModel *model, Outbox *outbox, const Link *address, uint64_t seed)
{
    *link = (SessionLink){
        .model = model,
        .outbox = outbox,
        .address = *address,
        .cadence_ns = SESSION_LINK_CADENCE_NS,
    };
    prng_seed(&link->prng, seed);
}

static void hang_up(SessionLink *link)
{
    if (link->connection != NULL) {
        link->past_traffic = session_link_traffic(link);
        connection_destroy(link->connection);
        link->connection = NULL;
    }
}

void session_link_finish(SessionLink *link)
{
    hang_up(link);
    link->closing = true;
}

static bool wants_connection(const SessionLink *link)
{
    switch (link->model->phase) {
    case MODEL_CONNECTING:
    case MODEL_JOINING:
    case MODEL_JOINED:
        return !link->closing;
    case MODEL_REFUSED:
    case MODEL_ENDED:
        break;
    }
    return false;
}

static void plan_retry(SessionLink *link, HostTime now)
{
    int64_t wait_ns = connection_backoff_ns(link->attempt, prng_u64(&link->prng));

    link->retry_at = host_after(now, wait_ns);
    link->attempt++;
}

static void lose_connection(SessionLink *link, HostTime now)
{
    bool breaks = wants_connection(link) && link->model->phase != MODEL_CONNECTING;

    hang_up(link);
    if (breaks) {
        link->lost_count++;
        model_disconnected(link->model, now);
    }
    plan_retry(link, now);
}

static void open_connection(SessionLink *link, HostTime now)
{
    link->heard_at = now;
    link->connection = connection_create(&link->address, link->known_hosts, &link->problem);
    if (link->connection == NULL) {
        plan_retry(link, now);
    } else {
        link->opened_count++;
        link->problem.reason[0] = '\0';
    }
}

static void take_message(SessionLink *link, HostTime now, const ConnectionEvent *event)
{
    Message message;

    link->heard_at = now;
    if (!message_decode(event->bytes, event->size_bytes, &message)) {
        link->undecodable_count++;
        return;
    }
    model_receive(link->model, now, &message);
    if (link->listener != NULL) {
        link->listener(link->owner, now, &message);
    }
}

static void take_pong(SessionLink *link, const ConnectionEvent *event)
{
    if (model_pong(link->model, &event->pong, event->pong_at) && link->pings != NULL) {
        trace_pings_add(link->pings, &link->model->newest_ping);
    }
}

static void take_event(SessionLink *link, HostTime now, const ConnectionEvent *event)
{
    switch (event->kind) {
    case CONNECTION_CONNECTED:
        link->heard_at = now;
        model_connected(link->model, now, link->outbox);
        break;
    case CONNECTION_DISCONNECTED:
        lose_connection(link, now);
        break;
    case CONNECTION_MESSAGE:
        take_message(link, now, event);
        break;
    case CONNECTION_PONG:
        link->heard_at = now;
        take_pong(link, event);
        break;
    }
}

static bool take_events(SessionLink *link, HostTime now)
{
    ConnectionEvent event;
    bool any = false;

    while (link->connection != NULL && connection_next(link->connection, &event)) {
        any = true;
        take_event(link, now, &event);
    }
    return any;
}

/* A server that was killed says nothing; ENet would notice after its timeouts only. */
static bool is_silent(const SessionLink *link, HostTime now)
{
    int64_t silence_ns = SESSION_LINK_ATTEMPT_NS;

    if (link->model->phase == MODEL_JOINED) {
        int64_t pings_ns = SILENT_PINGS_MAX * link->model->ping_interval_ns;

        silence_ns = pings_ns > SESSION_LINK_SILENCE_NS ? pings_ns : SESSION_LINK_SILENCE_NS;
    }
    return now.ns - link->heard_at.ns > silence_ns;
}

static void send_ping(SessionLink *link, HostTime now)
{
    ClockDatagram ping;

    if (model_ping_due(link->model, now, &ping) && connection_send_ping(link->connection, &ping)) {
        model_pinged(link->model, ping.id, ping.c1);
    }
}

/* Nothing can be waited for where there is no connection yet. */
static void say_goodbye(SessionLink *link)
{
    if (link->connection != NULL && connection_is_connected(link->connection)) {
        connection_close(link->connection);
    } else {
        hang_up(link);
    }
}

void session_link_flush(SessionLink *link)
{
    bool hangs_up = false;

    for (uint32_t i = 0; i < link->outbox->item_count; i++) {
        const OutboxItem *item = &link->outbox->items[i];

        if (item->kind == OUTBOX_DISCONNECT) {
            hangs_up = true;
        } else if (link->connection != NULL) {
            (void)connection_send(link->connection,
                                  outbox_bytes(link->outbox, item),
                                  item->size_bytes,
                                  item->delivery);
        }
    }
    if (link->connection != NULL && link->outbox->item_count > 0) {
        connection_flush(link->connection);
    }
    outbox_clear(link->outbox);
    if (hangs_up) {
        say_goodbye(link);
    }
}

bool session_link_service(SessionLink *link, HostTime now)
{
    bool any;

    link->serviced_at = now;
    if (link->connection == NULL && wants_connection(link) && now.ns >= link->retry_at.ns) {
        open_connection(link, now);
    }
    any = take_events(link, now);
    if (link->model->phase == MODEL_JOINED) {
        link->attempt = 0;
    }
    if (link->connection != NULL && is_silent(link, now)) {
        lose_connection(link, now);
    }
    if (link->connection != NULL && connection_is_connected(link->connection)) {
        send_ping(link, now);
    }
    model_tick(link->model, now, link->outbox);
    session_link_flush(link);
    if (!wants_connection(link)) {
        say_goodbye(link);
    }
    return any;
}

void session_link_leave(SessionLink *link, HostTime now)
{
    model_leave(link->model, now, link->outbox);
    session_link_flush(link);
    link->closing = true;
    say_goodbye(link);
}

bool session_link_is_over(const SessionLink *link)
{
    return link->connection == NULL && !wants_connection(link);
}

int session_link_socket(const SessionLink *link)
{
    return link->connection == NULL ? -1 : connection_socket(link->connection);
}

HostTime session_link_due(const SessionLink *link)
{
    int64_t due_ns = link->serviced_at.ns + link->cadence_ns;

    if (link->connection == NULL) {
        bool retries_before = wants_connection(link) && link->retry_at.ns < due_ns;

        return retries_before ? link->retry_at : (HostTime){due_ns};
    }
    if (link->model->phase == MODEL_CONNECTING) {
        due_ns = link->serviced_at.ns + CONNECTING_CADENCE_NS;
    }
    if (link->model->phase == MODEL_JOINED && link->model->next_ping_at.ns < due_ns) {
        due_ns = link->model->next_ping_at.ns;
    }
    return (HostTime){due_ns};
}

ConnectionTraffic session_link_traffic(SessionLink *link)
{
    ConnectionTraffic total = link->past_traffic;

    if (link->connection != NULL) {
        ConnectionTraffic now = connection_traffic(link->connection);

        total.sent_bytes += now.sent_bytes;
        total.received_bytes += now.received_bytes;
        total.sent_datagrams += now.sent_datagrams;
        total.received_datagrams += now.received_datagrams;
    }
    return total;
}
