#include "shared/session/play.h"

#include <string.h>

#include "tests/support/check.h"

enum {
    FACTS_MAX = 4096
};
#define BEAT_NS (500 * NS_PER_MS)

/* One person with one note to the bar, on virtual time; there is room for a second one. */
typedef struct {
    Session session;
    Participant participants[2 + OBSERVERS_MAX];
    Outbox outbox;
    Journal journal;
    JournalEntry facts[FACTS_MAX];
    int64_t now_ns;
    uint32_t hit_number;
} Booth;

static void take(Booth *booth, const SessionEvent *event)
{
    outbox_clear(&booth->outbox);
    booth->journal.count = 0;
    (void)session_step(
        &booth->session, (SessionTime){booth->now_ns}, event, &booth->outbox, &booth->journal);
}

static void say(Booth *booth, const Message *message)
{
    const SessionEvent event = {.kind = SESSION_EVENT_MESSAGE, .message = message};

    take(booth, &event);
}

static void order(Booth *booth, CommandKind kind)
{
    const Message message = {.type = MESSAGE_COMMAND, .command = {.kind = (uint8_t)kind}};

    say(booth, &message);
}

static Booth *new_booth(int32_t calibration_us)
{
    static Booth booth;
    const SessionConfig config = {
        .title = "Booth", .seats = 2, .profile = PROFILE_STANDARD, .grace_s = 600};
    const Groove groove = {.title = "Gong",
                           .tempo_mbpm = 120000,
                           .beats_per_bar = 4,
                           .steps_per_beat = 1,
                           .bars = 1,
                           .metre_unit = 4,
                           .part_count = 1,
                           .parts = {{.title = "Gong", .steps = {STEP_HIT}}}};
    const Message joining = {.type = MESSAGE_JOIN,
                             .join = {.version = PROTOCOL_VERSION,
                                      .name = "Ama",
                                      .facilitates = true,
                                      .calibrated = calibration_us != 0,
                                      .calibration_us = calibration_us}};
    const SessionEvent event = {.kind = SESSION_EVENT_JOIN, .message = &joining};

    memset(&booth, 0, sizeof booth);
    booth.journal.entries = booth.facts;
    booth.journal.capacity = FACTS_MAX;
    booth.now_ns = 1000 * NS_PER_S;
    outbox_init(&booth.outbox);
    session_init(&booth.session, &config, booth.participants, &groove, 1);
    take(&booth, &event);
    check_i64(booth.session.participant_count, 1);
    return &booth;
}

static void run(Booth *booth, int64_t duration_ns)
{
    const SessionEvent tick = {.kind = SESSION_EVENT_TICK};
    const int64_t end_ns = booth->now_ns + duration_ns;

    while (booth->now_ns < end_ns) {
        booth->now_ns += 20 * NS_PER_MS;
        take(booth, &tick);
    }
}

static void hit_at(Booth *booth, int64_t at_ns)
{
    Message message = {.type = MESSAGE_HITS, .hits = {.count = 1, .uncertainty_us = 1000}};

    booth->hit_number++;
    message.hits.hits[0] = (HitEntry){.number = booth->hit_number, .at = {at_ns}, .velocity = 90};
    say(booth, &message);
}

static int64_t next_bar_ns(const Booth *booth)
{
    const Timeline *timeline = &booth->session.timeline;
    const SessionTime now = {booth->now_ns};
    const Beats where = tempo_map_beats_at(&timeline->tempo, now);

    return tempo_map_time_of(&timeline->tempo, timeline_next_bar(timeline, where)).ns;
}

static void a_pause_before_a_lonely_note_is_not_its_spacing(void **state)
{
    Booth *booth = new_booth(0);
    const PersonStatistics *statistics = &booth->participants[0].statistics;

    (void)state;
    order(booth, COMMAND_START);
    run(booth, 2 * NS_PER_S);
    for (int bar = 0; bar < 3; bar++) {
        const int64_t line_ns = next_bar_ns(booth);

        run(booth, line_ns + 40 * NS_PER_MS - booth->now_ns);
        hit_at(booth, line_ns + 30 * NS_PER_MS);
    }
    order(booth, COMMAND_PAUSE);
    run(booth, 600 * NS_PER_S);
    order(booth, COMMAND_START);
    run(booth, 500 * NS_PER_MS);
    order(booth, COMMAND_STOP); /* after one bar: the note has no neighbour on either side */
    run(booth, SESSION_START_DELAY_NS - 400 * NS_PER_MS);
    hit_at(booth, booth->now_ns - 70 * NS_PER_MS);
    run(booth, 8 * NS_PER_S);
    check_i64(person_statistics_notes(statistics), person_statistics_hits(statistics) + 1);
    check_i64(statistics->counts[JUDGEMENT_EXTRA], 0);
    /* Of a note without neighbours the beat is the period, a quarter of the others' bar. */
    check_between(person_statistics_bias_ms(statistics), 25.0, 50.0);
}

/* Whose device stamps 300 ms early has played the first note when the stamp says before the bar. */
static void the_first_note_is_believed_by_its_calibrated_time(void **state)
{
    Booth *booth = new_booth(-300000);
    const PersonStatistics *statistics = &booth->participants[0].statistics;
    const int64_t first_ns = booth->now_ns + SESSION_START_DELAY_NS;

    (void)state;
    order(booth, COMMAND_START);
    run(booth, SESSION_START_DELAY_NS);
    hit_at(booth, first_ns - 300 * NS_PER_MS);
    run(booth, 3 * NS_PER_S);
    check_i64(statistics->counts[JUDGEMENT_PERFECT], 1);
}

/* People are served in turn: one of them meets the notes of the new take before the take itself. */
static void nobody_loses_the_first_note_of_a_take_without_a_count_in(void **state)
{
    Booth *booth = new_booth(0);
    const Message joining = {.type = MESSAGE_JOIN,
                             .join = {.version = PROTOCOL_VERSION, .name = "Kofi"}};
    const SessionEvent event = {
        .kind = SESSION_EVENT_JOIN, .connection = 1, .fresh_token = {1}, .message = &joining};

    (void)state;
    take(booth, &event);
    check_i64(booth->session.participant_count, 2);
    run(booth, 20 * NS_PER_MS); /* the first one's turn: next comes the second's */
    order(booth, COMMAND_START);
    run(booth, SESSION_START_DELAY_NS + 9 * NS_PER_S);
    check_i64(person_statistics_notes(&booth->participants[0].statistics), 4);
    check_i64(person_statistics_notes(&booth->participants[1].statistics), 4);
    order(booth, COMMAND_STOP);
    run(booth, 8 * NS_PER_S);
    order(booth, COMMAND_START); /* a take after a take */
    run(booth, SESSION_START_DELAY_NS + 9 * NS_PER_S);
    check_i64(person_statistics_notes(&booth->participants[0].statistics), 4);
    check_i64(person_statistics_notes(&booth->participants[1].statistics), 4);
    check_i64(booth->participants[1].note_number, booth->participants[0].note_number);
}

/* Times at both ends of the type, all at once, and numbers far ahead: refused, nothing more. */
static void hits_from_nowhere_are_refused(void **state)
{
    Booth *booth = new_booth(500000);
    const int64_t times_ns[] = {INT64_MIN, INT64_MAX, 0, -1, NS_PER_S};

    (void)state;
    order(booth, COMMAND_START);
    run(booth, 4 * NS_PER_S);
    for (size_t i = 0; i < sizeof times_ns / sizeof times_ns[0]; i++) {
        hit_at(booth, times_ns[i]);
    }
    check_i64(booth->participants[0].hits_refused, 5);
    booth->hit_number = HIT_NUMBER_MAX - 1;
    hit_at(booth, booth->now_ns);
    check_u64(booth->participants[0].acknowledged, HIT_NUMBER_MAX);
    check_u64(play_next_hit_number(&booth->participants[0]), HIT_NUMBER_MAX + 1);
}

/* A server that died has forgotten hits that it acknowledged; one behind them had come, and now it
   comes as the oldest that its sender waits for. */
static void a_hit_behind_forgotten_ones_is_acknowledged(void **state)
{
    Booth *booth = new_booth(0);
    Message message = {.type = MESSAGE_HITS, .hits = {.count = 2, .uncertainty_us = 1000}};

    (void)state;
    order(booth, COMMAND_START);
    run(booth, 4 * NS_PER_S);
    message.hits.hits[0] = (HitEntry){.number = 1, .at = {booth->now_ns}, .velocity = 90};
    message.hits.hits[1] = (HitEntry){.number = 5, .at = {booth->now_ns}, .velocity = 90};
    say(booth, &message);
    check_u64(booth->participants[0].acknowledged, 1);
    booth->hit_number = 4;
    hit_at(booth, booth->now_ns);
    check_u64(booth->participants[0].acknowledged, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pause_before_a_lonely_note_is_not_its_spacing),
        cmocka_unit_test(the_first_note_is_believed_by_its_calibrated_time),
        cmocka_unit_test(nobody_loses_the_first_note_of_a_take_without_a_count_in),
        cmocka_unit_test(hits_from_nowhere_are_refused),
        cmocka_unit_test(a_hit_behind_forgotten_ones_is_acknowledged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
