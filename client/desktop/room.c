#include "client/desktop/room.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/net/kept_seats.h"
#include "client/net/known_skews.h"
#include "shared/platform/log.h"

#define GOODBYE_NS NS_PER_S

Room *room_create(void)
{
    Room *room = calloc(1, sizeof *room);

    if (room != NULL) {
        outbox_init(&room->outbox);
    }
    return room;
}

static void close_goodbye(Room *room)
{
    network_thread_destroy(room->leaving);
    room->leaving = NULL;
}

void room_destroy(Room *room)
{
    if (room == NULL) {
        return;
    }
    close_goodbye(room);
    network_thread_destroy(room->network);
    practice_destroy(room->practice);
    free(room);
}

/* The next session with this server begins with it. */
static void keep_skew(const Room *room)
{
    int32_t skew_ppb = 0;

    if (room->known_skews != NULL && model_skew_ppb(&room->model, &skew_ppb) &&
        !known_skews_keep(room->known_skews, &room->link, skew_ppb)) {
        log_warning("room: the server's pace cannot be written down in %s: %s",
                    room->known_skews,
                    strerror(errno));
    }
}

void room_leave(Room *room, HostTime now)
{
    if (room->kind == ROOM_NETWORK) {
        keep_skew(room);
        close_goodbye(room);
        model_leave(&room->model, now, &room->outbox);
        network_thread_send_all(room->network, &room->outbox);
        network_thread_finish(room->network);
        room->leaving = room->network;
        room->leaving_since = now;
        room->network = NULL;
    }
    practice_destroy(room->practice);
    room->practice = NULL;
    room->kind = ROOM_NONE;
    room->problem[0] = '\0';
    outbox_clear(&room->outbox);
}

bool room_has_left(const Room *room)
{
    return room->leaving == NULL;
}

/* The seat's token from before, else a new one. Without chance from the system the server chooses
   it, as it always can. */
static bool choose_token(const Link *link, const RoomPerson *person, uint8_t token[TOKEN_BYTES])
{
    const char *path = person->kept_seats;

    return (path != NULL && kept_seats_find(path, link, person->name, token)) ||
           getentropy(token, TOKEN_BYTES) == 0;
}

/* Starts the network clock from the skew that this server had before. */
static void use_estimator(Room *room, const Link *link, const char *known_skews)
{
    int32_t skew_ppb = 0;
    double skew = 0.0;

    if (known_skews != NULL && known_skews_find(known_skews, link, &skew_ppb)) {
        skew = 1e-9 * skew_ppb;
        model_use_estimator(&room->model, &room->estimator, &skew);
    } else {
        model_use_estimator(&room->model, &room->estimator, NULL);
    }
    log_info("room: event=clock skew_ppm=%.3f", room->estimator.prior_skew_ppm);
}

bool room_join(
    Room *room, const Link *link, const RoomPerson *person, NetworkWake wake, HostTime now)
{
    ModelConfig config = {
        .facilitates = link->has_token,
        .calibrated = person->calibrated,
        .calibration_us = person->calibration_us,
    };
    NetworkConfig network = {
        .address = *link, .known_hosts = person->known_hosts, .seed = person->seed, .wake = wake};

    room_leave(room, now);
    memcpy(config.code, link->code, sizeof config.code);
    memcpy(config.facilitator_token, link->facilitator_token, sizeof config.facilitator_token);
    (void)snprintf(config.name, sizeof config.name, "%s", person->name);
    (void)snprintf(config.team, sizeof config.team, "%s", person->team);
    config.has_own_token = choose_token(link, person, config.own_token);
    model_init(&room->model, &config, &room->others, now);
    use_estimator(room, link, person->known_skews);
    room->network = network_thread_create(&network);
    if (room->network == NULL) {
        return false;
    }
    room->link = *link;
    room->kept_seats = person->kept_seats;
    room->known_skews = person->known_skews;
    room->kind = ROOM_NETWORK;
    return true;
}

bool room_practise(Room *room, const RoomPerson *person, HostTime now)
{
    PracticeConfig config = {
        .calibrated = person->calibrated,
        .calibration_us = person->calibration_us,
        .profile = PROFILE_STANDARD,
        .seed = person->seed,
    };

    room_leave(room, now);
    (void)snprintf(config.name, sizeof config.name, "%s", person->name);
    room->practice = practice_create(&config, &room->model, &room->others, &room->outbox, now);
    if (room->practice == NULL) {
        return false;
    }
    room->kind = ROOM_PRACTICE;
    return true;
}

/* ---- the network's events -------------------------------------------------------------------- */

/* Whoever comes back after a fall finds the seat by this. */
static void keep_seat(Room *room)
{
    const ClientModel *model = &room->model;

    if (room->kept_seats != NULL &&
        !kept_seats_keep(
            room->kept_seats, &room->link, model->config.name, model->welcome.resume_token)) {
        log_warning(
            "room: the seat cannot be written down in %s: %s", room->kept_seats, strerror(errno));
        room->kept_seats = NULL; /* said once */
    }
}

static void take_message(Room *room, HostTime now, const Message *message)
{
    model_receive(&room->model, now, message);
    if (message->type == MESSAGE_WELCOME && room->model.phase == MODEL_JOINED) {
        room->problem[0] = '\0';
        keep_seat(room);
        network_thread_start_pings(room->network, message->welcome.clock_nonce);
    }
    if (room->model.phase == MODEL_REFUSED || room->model.phase == MODEL_ENDED) {
        network_thread_finish(room->network);
    }
}

static void take_pong(Room *room, const NetworkEvent *event)
{
    if (model_pong(&room->model, &event->datagram, event->at) && room->pings != NULL) {
        trace_pings_add(room->pings, &room->model.newest_ping);
    }
}

static void take_event(Room *room, HostTime now, const NetworkEvent *event)
{
    switch (event->kind) {
    case NETWORK_CONNECTED:
        model_connected(&room->model, now, &room->outbox);
        network_thread_send_all(room->network, &room->outbox);
        break;
    case NETWORK_DISCONNECTED:
        room->lost_at = event->at;
        model_disconnected(&room->model, now);
        break;
    case NETWORK_PROBLEM:
        (void)snprintf(room->problem, sizeof room->problem, "%s", event->reason);
        break;
    case NETWORK_MESSAGE:
        take_message(room, now, &event->message);
        break;
    case NETWORK_PINGED:
        model_pinged(&room->model, event->datagram.id, event->datagram.c1);
        break;
    case NETWORK_PONG:
        take_pong(room, event);
        break;
    }
}

static void service_network(Room *room, HostTime now)
{
    NetworkEvent event;

    while (network_thread_next(room->network, &event)) {
        take_event(room, now, &event);
    }
    model_tick(&room->model, now, &room->outbox);
    network_thread_send_all(room->network, &room->outbox);
}

void room_service(Room *room, HostTime now)
{
    if (room->leaving != NULL &&
        (network_thread_is_over(room->leaving) || now.ns - room->leaving_since.ns > GOODBYE_NS)) {
        close_goodbye(room);
    }
    if (room->kind == ROOM_NETWORK) {
        service_network(room, now);
    } else if (room->kind == ROOM_PRACTICE) {
        practice_step(room->practice, now);
    }
}

void room_flush(Room *room, HostTime now)
{
    if (room->kind == ROOM_NETWORK) {
        network_thread_send_all(room->network, &room->outbox);
    } else if (room->kind == ROOM_PRACTICE) {
        practice_step(room->practice, now);
    }
}

bool room_is_cut_off(const Room *room, HostTime now)
{
    return room->kind == ROOM_NETWORK && room->model.has_seat &&
           (room->model.phase == MODEL_CONNECTING || room->model.phase == MODEL_JOINING) &&
           now.ns - room->lost_at.ns > ROOM_SILENCE_NS;
}

int room_waiting_s(const Room *room, HostTime now)
{
    const HostTime since = room->model.has_seat ? room->lost_at : room->model.since;

    return (int)clamp_i64((now.ns - since.ns) / NS_PER_S, 0, INT32_MAX);
}

int64_t room_cadence_ns(const Room *room)
{
    if (room->kind == ROOM_PRACTICE) {
        return PRACTICE_CADENCE_NS;
    }
    return room->kind == ROOM_NETWORK || room->leaving != NULL ? 20 * NS_PER_MS : NS_PER_S;
}
