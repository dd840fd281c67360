/* ctest: timeout=240 */
/*
 * The server's clock steps ahead, or its machine sleeps and it stays behind: everybody follows, and
 * nothing is counted twice.
 */
#include <stdlib.h>

#include "tests/sim/watch.h"
#include "tests/support/check.h"

#define CHECK_NS (100 * NS_PER_MS)
/* How far from the server's music anybody may be who plays through HOME. */
#define APART_NS_MAX (8 * NS_PER_MS)

enum {
    PEOPLE = 4,    /* the first with the estimator, the others with the envelope */
    FOLLOW_S = 20, /* in which every clock follows, and who rested is back in */
    WATCHED_S = 12
};

static const RoomNetwork HOME = {.delay_ms = 12, .jitter_ms = 2, .loss = 0.01, .duplicates = 0.01};

static void run_watched(Room *room, Watch *watch, int seconds)
{
    for (int i = 0; i < seconds * 10 && room->violated == NULL; i++) {
        room_run(room, CHECK_NS);
        watch_check(watch, room);
    }
    if (room->violated != NULL) {
        print_error("%d: %s\n", room->violated_by, room->violated);
    }
    check(room->violated == NULL);
}

/* What is left of a displacement by FOLLOW_S later: who plays is moved by 2 ms a second and no
   more, and is put right at once only where the displacement is beyond playing along. The first
   seconds may go until an estimate knows. */
static int64_t left_ns(int64_t displaced_ns)
{
    const int64_t size_ns = displaced_ns < 0 ? -displaced_ns : displaced_ns;
    const int64_t moved_ns = (FOLLOW_S - 5) * APPLIED_SLEW_PPB_MAX;

    return size_ns > APPLIED_LOST_NS || size_ns < moved_ns ? 0 : size_ns - moved_ns;
}

static void check_everybody_is_together(const Room *room, int64_t margin_ns)
{
    for (int i = 0; i < room->client_count; i++) {
        const RoomClient *client = &room->clients[i];
        const SessionTime believed =
            applied_clock_session(&client->model.clock, room_host_time(room, client));

        check_i64(client->model.phase, MODEL_JOINED);
        check_i64_between(believed.ns - room_session_time(room).ns,
                          -APART_NS_MAX - margin_ns,
                          APART_NS_MAX + margin_ns);
    }
}

/* Into the music, the clock's mischief, and the rest of the evening. */
static void live_through(int64_t step_ns, int64_t sleep_ns, uint64_t seed)
{
    Room *room = sim_room_create(seed, &HOME, ROOM_CLIENTS_MAX);
    Watch *watch = calloc(1, sizeof *watch);
    Prng prng;
    int64_t notes_before = 0;
    int64_t checks_before = 0;

    check(watch != NULL);
    prng_seed(&prng, seed + 1);
    watch_create(watch);
    for (int i = 0; i < PEOPLE; i++) {
        const PlayerProfile profile = player_profile_draw(&prng);

        (void)room_add(room, true, &profile, TROUBLE_NONE);
    }
    run_watched(room, watch, 3);
    room_order(room, COMMAND_START, 1, 0);
    run_watched(room, watch, 15);
    check_everybody_is_together(room, 0);

    room_step_server_clock(room, step_ns);
    room_freeze_server(room, sleep_ns);
    run_watched(room, watch, (int)(sleep_ns / NS_PER_S) + FOLLOW_S);
    check_everybody_is_together(room, left_ns(step_ns - sleep_ns));
    checks_before = watch->clock_checks;
    for (int i = 0; i < PEOPLE; i++) {
        room->clients[i].uneasy_ns = 0; /* from now on what a clock claims of itself must hold */
        notes_before += person_statistics_notes(&room->participants[i].statistics);
    }
    run_watched(room, watch, WATCHED_S);
    check(watch->clock_checks >= checks_before + INT64_C(8) * WATCHED_S * PEOPLE);

    int64_t notes = 0;
    for (int i = 0; i < PEOPLE; i++) {
        notes += person_statistics_notes(&room->participants[i].statistics);
    }
    check(notes > notes_before + INT64_C(5) * PEOPLE); /* everybody plays on */
    room_order(room, COMMAND_STOP, 0, 0);
    run_watched(room, watch, 12);
    watch_check_quiet(room);
    watch_check_store(room);
    run_watched(room, watch, 0);
    free(watch);
    sim_room_destroy(room);
}

static void a_step_ahead_is_followed(void **state)
{
    (void)state;
    live_through(500 * NS_PER_MS, 0, check_seed(31));
    live_through(120 * NS_PER_MS, 0, check_seed(32));
}

static void a_server_that_falls_behind_is_followed(void **state)
{
    (void)state;
    live_through(0, 500 * NS_PER_MS, check_seed(33));
    live_through(0, 120 * NS_PER_MS, check_seed(34));
}

static void a_server_that_slept_is_followed(void **state)
{
    (void)state;
    live_through(0, 4 * NS_PER_S, check_seed(35));
    live_through(0, 10 * NS_PER_S, check_seed(36));
}

static void both_at_once_are_followed(void **state)
{
    (void)state;
    live_through(300 * NS_PER_MS, 200 * NS_PER_MS, check_seed(37));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_ahead_is_followed),
        cmocka_unit_test(a_server_that_falls_behind_is_followed),
        cmocka_unit_test(a_server_that_slept_is_followed),
        cmocka_unit_test(both_at_once_are_followed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
