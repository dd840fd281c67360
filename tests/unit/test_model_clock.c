/*
 * What a client plays when clocks misbehave: it rests, and comes in again on a bar line.
 */
#include "client/model/model.h"

#include "tests/support/check.h"

#define STEP_NS (10 * NS_PER_MS)
#define PING_NS (100 * NS_PER_MS)
#define WAY_NS NS_PER_MS

/* The server's clock, 7 s ahead of the client's, as the test wishes it to be. */
typedef struct {
    ClientModel model;
    Outbox outbox;
    HostTime now;
    int64_t offset_ns;
    int64_t skew_ppb; /* how the offset grows */
    uint32_t ping_id;
    bool answers;
} World;

static World world;
static ClockEstimator estimator;
static bool uses_estimator; /* else the plain envelope: everything here holds for both */

static void receive(const Message *message)
{
    model_receive(&world.model, world.now, message);
}

static void ping(void)
{
    ClockDatagram datagram;

    if (!model_ping_due(&world.model, world.now, &datagram)) {
        return;
    }
    model_pinged(&world.model, datagram.id, world.now);
    datagram.s2 = (SessionTime){world.now.ns + WAY_NS + world.offset_ns};
    datagram.s3 = datagram.s2;
    if (world.answers) {
        (void)model_pong(&world.model, &datagram, (HostTime){world.now.ns + 2 * WAY_NS});
    }
}

static void pass(int64_t duration_ns)
{
    const int64_t end_ns = world.now.ns + duration_ns;

    while (world.now.ns < end_ns) {
        world.now.ns += STEP_NS;
        world.offset_ns += world.skew_ppb * STEP_NS / NS_PER_S;
        ping();
        model_tick(&world.model, world.now, &world.outbox);
        outbox_clear(&world.outbox);
    }
}

/* 120 beats a minute in bars of four, for a while: bar lines every 2 s from session time 100 s. */
static void begin_with_skew(int64_t skew_ppb)
{
    static Message message;

    world = (World){
        .now = {90 * NS_PER_S}, .offset_ns = 7 * NS_PER_S, .skew_ppb = skew_ppb, .answers = true};
    outbox_init(&world.outbox);
    model_init(&world.model, &(ModelConfig){.name = "Ida"}, NULL, world.now);
    if (uses_estimator) {
        model_use_estimator(&world.model, &estimator, NULL);
    }
    model_connected(&world.model, world.now, &world.outbox);
    message = (Message){.type = MESSAGE_WELCOME, .welcome = {.clock_nonce = 9}};
    receive(&message);
    message = (Message){.type = MESSAGE_TIMELINE};
    timeline_init(&message.timeline.timeline, 0, 4);
    check(timeline_start(&message.timeline.timeline, (SessionTime){100 * NS_PER_S}, 1, 120000));
    receive(&message);
    pass(15 * NS_PER_S);
    check(world.model.clock.locked);
    check(model_sounds_from(&world.model).ns < 0);
}

static void begin(void)
{
    begin_with_skew(0);
}

/* On a bar line, not past, at most a bar away. */
static void check_rests_to_bar_line(void)
{
    const SessionTime from = model_sounds_from(&world.model);
    const SessionTime now = applied_clock_session(&world.model.clock, world.now);

    check_i64((from.ns - 100 * NS_PER_S) % (2 * NS_PER_S), 0);
    check_i64_between(from.ns - now.ns, -3 * NS_PER_S, 2 * NS_PER_S);
}

static void a_small_error_is_slewed_and_nothing_rests(void **state)
{
    (void)state;
    begin();
    world.offset_ns += 20 * NS_PER_MS;
    pass(4 * NS_PER_S);
    check(model_sounds_from(&world.model).ns < 0);
}

static void half_a_second_rests_to_the_next_bar_line(void **state)
{
    (void)state;
    begin();
    world.offset_ns += NS_PER_S / 2;
    pass(200 * NS_PER_MS);
    check(model_sounds_from(&world.model).ns < 0); /* nobody can know yet */
    pass(1500 * NS_PER_MS);
    check_rests_to_bar_line();
    check_i64_between(applied_clock_session(&world.model.clock, world.now).ns - world.now.ns -
                          world.offset_ns,
                      -NS_PER_MS,
                      NS_PER_MS);
}

static void a_doubted_clock_is_silent_until_a_ping_agrees(void **state)
{
    (void)state;
    begin();
    model_doubt_clock(&world.model, world.now);
    check_i64(model_sounds_from(&world.model).ns, INT64_MAX);
    pass(2 * PING_NS);
    check(model_sounds_from(&world.model).ns < 0);
}

static void a_doubted_clock_that_was_wrong_comes_in_on_a_bar_line(void **state)
{
    (void)state;
    begin();
    world.offset_ns += 9 * NS_PER_S; /* slept */
    model_doubt_clock(&world.model, world.now);
    for (int i = 0; i < 300; i++) {
        const SessionTime from = model_sounds_from(&world.model);

        check(from.ns > 100 * NS_PER_S);
        pass(STEP_NS);
    }
    check_rests_to_bar_line();
}

static void without_any_answer_what_was_known_goes_on(void **state)
{
    (void)state;
    begin();
    world.answers = false;
    model_doubt_clock(&world.model, world.now);
    pass(2900 * NS_PER_MS);
    check_i64(model_sounds_from(&world.model).ns, INT64_MAX);
    pass(200 * NS_PER_MS);
    check(model_sounds_from(&world.model).ns < 0);
}

static int use_envelope(void **state)
{
    (void)state;
    uses_estimator = false;
    return 0;
}

static int use_estimator(void **state)
{
    (void)state;
    uses_estimator = true;
    return 0;
}

static void a_clock_known_to_more_than_40_ms_is_not_rated(void **state)
{
    (void)state;
    begin();
    check(model_timing_is_rated(&world.model));
    check_i64(model_clock_bars(&world.model), 4);
    world.model.clock_estimate.uncertainty_ns = 40 * NS_PER_MS;
    check(model_timing_is_rated(&world.model));
    check(!model_tells_sides(&world.model)); /* not calibrated */
    world.model.config.calibrated = true;
    check(model_tells_sides(&world.model));
    world.model.clock_estimate.uncertainty_ns = 40 * NS_PER_MS + 1;
    check(!model_timing_is_rated(&world.model));
    check(!model_tells_sides(&world.model));
    world.model.clock_estimate.valid = false;
    check(!model_timing_is_rated(&world.model));
}

static void the_skew_is_worth_keeping_after_a_minute(void **state)
{
    int32_t skew_ppb = 0;

    (void)state;
    begin_with_skew(-42000);
    pass(44 * NS_PER_S);
    check(!model_skew_ppb(&world.model, &skew_ppb));
    pass(2 * NS_PER_S);
    check(model_skew_ppb(&world.model, &skew_ppb) == uses_estimator); /* the envelope has none */
    if (uses_estimator) {
        check_i64_between(skew_ppb, -44500, -39500);
        clock_estimator_reset(&estimator);
        check(!model_skew_ppb(&world.model, &skew_ppb)); /* after a step or sleep: anew */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_error_is_slewed_and_nothing_rests),
        cmocka_unit_test(half_a_second_rests_to_the_next_bar_line),
        cmocka_unit_test(a_doubted_clock_is_silent_until_a_ping_agrees),
        cmocka_unit_test(a_doubted_clock_that_was_wrong_comes_in_on_a_bar_line),
        cmocka_unit_test(without_any_answer_what_was_known_goes_on),
        cmocka_unit_test(a_clock_known_to_more_than_40_ms_is_not_rated),
        cmocka_unit_test(the_skew_is_worth_keeping_after_a_minute),
    };

    return cmocka_run_group_tests_name("plain envelope", tests, use_envelope, NULL) +
           cmocka_run_group_tests_name("floors plus balance", tests, use_estimator, NULL);
}
