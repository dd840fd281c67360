/* Who is told what in a session: whoever waits for their turn takes part, whoever comes late warms
   up, a pause is nobody's fault, and the network's order of arrival changes nothing. */
#include "shared/session/session.h"

#include <stdio.h>
#include <string.h>

#include "shared/player_model.h"
#include "tests/support/check.h"

enum {
    PEOPLE = 12,
    NOTES_MAX = 128,
    HITS_MAX = 3 * NOTES_MAX,
    REPEATED_HITS = 12, /* hits of a person that every message carries */
    SAMPLES_MAX = 80,
    FACTS_MAX = 8192
};
#define TICK_NS (20 * NS_PER_MS)
#define BEAT_NS (500 * NS_PER_MS)

/* What a person plays, and how far the network has taken it. */
typedef struct {
    int64_t at_ns[HITS_MAX];
    int hit_count;
    int next;                /* the first hit for which no message has been sent */
    uint32_t uncertainty_us; /* of their clock */
} Hands;

/* What is seen of the session at one moment. */
typedef struct {
    Verdict shown[PEOPLE];
    Verdict ruled[PEOPLE];
    uint8_t drawn[PEOPLE]; /* on ring and map */
    int32_t bias_us[PEOPLE];
    double together;
    double median_ms;
    uint16_t active;
} Sample;

typedef struct {
    Session session;
    Participant participants[PEOPLE + OBSERVERS_MAX];
    Outbox outbox;
    Journal journal;
    JournalEntry facts[FACTS_MAX];
    int64_t now_ns;
    Hands hands[PEOPLE];
    Sample samples[SAMPLES_MAX];
    int sample_count;
} Hall;

static void take(Hall *hall, const SessionEvent *event)
{
    outbox_clear(&hall->outbox);
    hall->journal.count = 0;
    (void)session_step(
        &hall->session, (SessionTime){hall->now_ns}, event, &hall->outbox, &hall->journal);
}

static void say(Hall *hall, uint16_t seat, const Message *message)
{
    const SessionEvent event = {.kind = SESSION_EVENT_MESSAGE, .seat = seat, .message = message};

    take(hall, &event);
}

static void order(Hall *hall, CommandKind kind)
{
    const Message message = {.type = MESSAGE_COMMAND, .command = {.kind = (uint8_t)kind}};

    say(hall, 0, &message);
}

static const char *const names[PEOPLE] = {
    "Ama", "Bela", "Esi", "Kofi", "Mei", "Nils", "Oguz", "Priya", "Ravi", "Tariq", "Yaa", "Zuri"};

/* The next person takes the seat with their number. */
static void join(Hall *hall, int person)
{
    Message message = {
        .type = MESSAGE_JOIN,
        .join = {.version = PROTOCOL_VERSION, .facilitates = person == 0, .calibrated = true}};
    SessionEvent event = {.kind = SESSION_EVENT_JOIN, .message = &message};

    (void)snprintf(message.join.name, sizeof message.join.name, "%s", names[person]);
    event.connection = (uint32_t)person + 1;
    memset(event.fresh_token, person + 1, sizeof event.fresh_token);
    take(hall, &event);
    check_i64(hall->session.participant_count, person + 1);
}

static Hall *new_hall(const Groove *groove, int people)
{
    static Hall hall;
    const SessionConfig config = {
        .title = "Hall", .seats = PEOPLE, .profile = PROFILE_STANDARD, .grace_s = 600};

    memset(&hall, 0, sizeof hall);
    hall.journal.entries = hall.facts;
    hall.journal.capacity = FACTS_MAX;
    hall.now_ns = 1000 * NS_PER_S;
    outbox_init(&hall.outbox);
    session_init(&hall.session, &config, hall.participants, groove, 1);
    for (int i = 0; i < people; i++) {
        hall.hands[i].uncertainty_us = 1000;
        join(&hall, i);
    }
    return &hall;
}

static const Section *playing(const Hall *hall)
{
    const Timeline *timeline = &hall->session.timeline;

    for (int i = timeline->section_count - 1; i >= 0; i--) {
        if (timeline->sections[i].transport == TRANSPORT_PLAYING) {
            return &timeline->sections[i];
        }
    }
    check(false);
    return NULL;
}

/* A person with this trouble plays `notes` notes from number `first` of the music's newest stretch
   on. */
static void learn(Hall *hall, int person, PlayerTrouble trouble, int first, int notes)
{
    const Section *section = playing(hall);
    const Groove *groove = &hall->session.grooves[0];
    PlayerProfile profile = player_profile_named(PLAYER_TRAINED);
    Hands *hands = &hall->hands[person];
    PlayerModel model;

    profile.mean_ms = 0.0;
    player_model_init(&model, &profile, trouble, 60 + (uint64_t)person);
    for (int i = first; i < first + notes; i++) {
        GrooveNote note;
        PlayerTaps taps;
        int64_t at_ns;

        check(groove_note_at_index(groove,
                                   hall->participants[person].part % groove->part_count,
                                   section->start,
                                   i,
                                   &note));
        at_ns = tempo_map_time_of(&hall->session.timeline.tempo, note.at).ns;
        taps = player_model_next(&model, BEAT_NS);
        for (int k = 0; k < taps.count; k++) {
            int index = hands->hit_count++;

            for (; index > 0 && hands->at_ns[index - 1] > at_ns + taps.asynchrony_ns[k]; index--) {
                hands->at_ns[index] = hands->at_ns[index - 1];
            }
            hands->at_ns[index] = at_ns + taps.asynchrony_ns[k];
        }
    }
}

/* A message with the newest hits up to `last`, as a client sends them until they are acknowledged.
 */
static void send(Hall *hall, int person, int last)
{
    const Hands *hands = &hall->hands[person];
    Message message = {.type = MESSAGE_HITS, .hits = {.uncertainty_us = hands->uncertainty_us}};
    int first = last - REPEATED_HITS + 1;

    for (first = first < 0 ? 0 : first; first <= last; first++) {
        message.hits.hits[message.hits.count] =
            (HitEntry){.number = (uint32_t)first + 1, .at = {hands->at_ns[first]}, .velocity = 90};
        message.hits.count++;
    }
    say(hall, (uint16_t)person, &message);
}

static void keep_sample(Hall *hall)
{
    Sample *sample = &hall->samples[hall->sample_count];

    check(hall->sample_count < SAMPLES_MAX);
    memset(sample, 0, sizeof *sample);
    for (int i = 0; i < hall->session.participant_count; i++) {
        sample->shown[i] = hall->participants[i].verdict.shown;
        sample->ruled[i] = hall->participants[i].verdict.last;
        sample->drawn[i] = hall->participants[i].map_entry.verdict;
        sample->bias_us[i] = hall->participants[i].window_bias_us;
    }
    sample->together = hall->session.figures.together;
    sample->median_ms = hall->session.reference.median_ms;
    sample->active = hall->session.active;
    hall->sample_count++;
}

/* Lets the session go on for a while, with a sample each second. Without `network` every hit
   arrives at once; with one, messages come up to .8 s late, in any order, some twice and some
   never.
 */
static void play(Hall *hall, int64_t duration_ns, Prng *network)
{
    const SessionEvent tick = {.kind = SESSION_EVENT_TICK};
    const int64_t end_ns = hall->now_ns + duration_ns;

    while (hall->now_ns < end_ns) {
        hall->now_ns += TICK_NS;
        for (int i = 0; i < hall->session.participant_count; i++) {
            Hands *hands = &hall->hands[i];
            const int64_t late_ns =
                network == NULL ? 0 : (int64_t)prng_below(network, 800) * NS_PER_MS;

            while (hands->next < hands->hit_count &&
                   hands->at_ns[hands->next] <= hall->now_ns - late_ns) {
                hands->next++;
            }
            if (hands->next > 0 && network == NULL) {
                send(hall, i, hands->next - 1);
            } else if (hands->next > 0) {
                /* An old message is overtaken by a newer one, a lost one is made good by the next.
                 */
                const int back = (int)prng_below(network, 4);

                send(hall, i, hands->next - 1);
                send(hall, i, hands->next > back ? hands->next - 1 - back : 0);
            }
        }
        take(hall, &tick);
        if (hall->now_ns % NS_PER_S < TICK_NS) {
            keep_sample(hall);
        }
    }
}

static Groove pulse(void)
{
    return (Groove){.title = "Pulse",
                    .tempo_mbpm = 120000,
                    .beats_per_bar = 4,
                    .steps_per_beat = 1,
                    .bars = 1,
                    .metre_unit = 4,
                    .part_count = 1,
                    .parts = {{.title = "All", .steps = {1, 1, 1, 1}}}};
}

/* Four bars call, four answer: eight seconds of silence for each. */
static Groove call_and_response(void)
{
    Groove groove = pulse();

    groove.bars = 8;
    groove.part_count = 2;
    (void)snprintf(groove.parts[0].title, sizeof groove.parts[0].title, "Call");
    (void)snprintf(groove.parts[1].title, sizeof groove.parts[1].title, "Response");
    for (int i = 0; i < 32; i++) {
        groove.parts[0].steps[i] = i < 16 ? STEP_HIT : STEP_REST;
        groove.parts[1].steps[i] = i < 16 ? STEP_REST : STEP_HIT;
    }
    return groove;
}

static void nobody_is_idle_while_it_is_not_their_turn(void **state)
{
    (void)state;
    const Groove groove = call_and_response();
    Hall *hall = new_hall(&groove, 6);

    check(groove_is_valid(&groove));
    order(hall, COMMAND_START);
    for (int i = 0; i < 6; i++) {
        learn(hall, i, i == 5 ? TROUBLE_SLOW : TROUBLE_NONE, 0, 48);
    }
    play(hall, 50 * NS_PER_S, NULL);
    /* From where the last of them has had their first turn. */
    for (int i = 28; i < hall->sample_count; i++) {
        check_i64(hall->samples[i].active, 6);
        for (int person = 0; person < 5; person++) {
            check(!verdict_is_flagged(hall->samples[i].shown[person]));
        }
    }
    check_text(verdict_word(hall->participants[5].verdict.shown), "wrong tempo");
}

/* The call is together and the response is not, and each is told for itself. */
static void each_part_is_a_group_of_its_own(void **state)
{
    (void)state;
    const Groove groove = call_and_response();
    Hall *hall = new_hall(&groove, 8);

    order(hall, COMMAND_START);
    for (int i = 0; i < 8; i++) {
        learn(hall, i, i % 4 == 1 ? TROUBLE_HALF_BEAT : TROUBLE_NONE, 0, 48);
    }
    /* Small groups are looked at over 16 beats: in the fourth bar of a turn both have played some.
     */
    play(hall, 44 * NS_PER_S, NULL);
    const PartGroup *call = &hall->session.parts[0];
    const PartGroup *response = &hall->session.parts[1];

    check_i64(call->members, 4);
    check_i64(response->members, 4);
    check_i64(call->active, 4);
    check_i64(response->active, 4);
    check(call->figures.valid && response->figures.valid);
    check_between(call->figures.together, 85.0, 100.0);
    check_between(response->figures.together, 0.0, 40.0);
    check_between(call->figures.share_on, 0.9, 1.0);
    check_between(response->figures.share_on, 0.4, 0.7);
}

/* Three, three and two: the notes of a part need not lie on beats, nor equally far apart. */
static void a_part_across_the_beat_is_judged_by_its_own_notes(void **state)
{
    (void)state;
    Groove groove = pulse();

    groove.steps_per_beat = 2;
    for (int i = 0; i < 8; i++) {
        groove.parts[0].steps[i] = i == 0 || i == 3 || i == 6 ? STEP_HIT : STEP_REST;
    }
    Hall *hall = new_hall(&groove, 7);

    check(groove_is_valid(&groove));
    order(hall, COMMAND_START);
    for (int i = 0; i < 7; i++) {
        learn(hall, i, i == 5 ? TROUBLE_ERRATIC : i == 6 ? TROUBLE_LATE : TROUBLE_NONE, 0, 48);
    }
    play(hall, 30 * NS_PER_S, NULL);
    for (int i = 0; i < hall->sample_count; i++) {
        for (int person = 0; person < 5; person++) {
            check(!verdict_is_flagged(hall->samples[i].shown[person]));
        }
    }
    check_text(verdict_word(hall->participants[5].verdict.shown), "erratic");
    check_text(verdict_word(hall->participants[6].verdict.shown), "late");
}

static void who_stops_in_the_middle_of_their_turns_is_idle_and_not_active(void **state)
{
    (void)state;
    const Groove groove = call_and_response();
    Hall *hall = new_hall(&groove, 2);

    order(hall, COMMAND_START);
    learn(hall, 0, TROUBLE_NONE, 0, 48);
    learn(hall, 1, TROUBLE_NONE, 0, 20); /* one turn, and the beginning of the next */
    play(hall, 50 * NS_PER_S, NULL);
    check_text(verdict_word(hall->participants[1].verdict.shown), "idle");
    check(!verdict_is_flagged(hall->participants[0].verdict.shown));
    check_i64(hall->session.active, 1);
}

static void who_comes_late_warms_up_and_is_told_nothing_before(void **state)
{
    (void)state;
    const Groove groove = pulse();
    Hall *hall = new_hall(&groove, 6);

    order(hall, COMMAND_START);
    for (int i = 0; i < 6; i++) {
        learn(hall, i, TROUBLE_NONE, 0, 60);
    }
    play(hall, 14 * NS_PER_S, NULL);
    join(hall, 6);
    const int seen_before = hall->sample_count;

    learn(hall, 6, TROUBLE_NONE, 30, 30);
    play(hall, 16 * NS_PER_S, NULL);
    for (int i = seen_before; i < hall->sample_count; i++) {
        check(!verdict_is_flagged(hall->samples[i].shown[6]));
    }
    check(hall->samples[seen_before].shown[6] == VERDICT_WARMING_UP);
    check(hall->participants[6].verdict.shown == VERDICT_TIGHT ||
          hall->participants[6].verdict.shown == VERDICT_ON);
}

static void a_pause_is_nobodys_silence(void **state)
{
    (void)state;
    const Groove groove = pulse();
    Hall *hall = new_hall(&groove, 6);

    order(hall, COMMAND_START);
    for (int i = 0; i < 6; i++) {
        learn(hall, i, TROUBLE_NONE, 0, 21);
    }
    play(hall, 10 * NS_PER_S, NULL);
    order(hall, COMMAND_PAUSE);
    play(hall, 20 * NS_PER_S, NULL);
    order(hall, COMMAND_START);
    for (int i = 0; i < 6; i++) {
        learn(hall, i, TROUBLE_NONE, 0, 24);
    }
    play(hall, 14 * NS_PER_S, NULL);
    for (int i = 12; i < hall->sample_count; i++) {
        for (int person = 0; person < 6; person++) {
            check(!verdict_is_flagged(hall->samples[i].shown[person]));
        }
    }
    check_i64(hall->session.active, 6);
}

static const PlayerTrouble troubles[PEOPLE] = {TROUBLE_NONE,
                                               TROUBLE_NONE,
                                               TROUBLE_NONE,
                                               TROUBLE_NONE,
                                               TROUBLE_NONE,
                                               TROUBLE_NONE,
                                               TROUBLE_HALF_BEAT,
                                               TROUBLE_FAST,
                                               TROUBLE_LATE,
                                               TROUBLE_ERRATIC,
                                               TROUBLE_DOUBLE,
                                               TROUBLE_HALF};

/* Half a minute of everybody, over this network. */
static const Hall *play_all(Prng *network)
{
    const Groove groove = pulse();
    Hall *hall = new_hall(&groove, PEOPLE);

    order(hall, COMMAND_START);
    for (int i = 0; i < PEOPLE; i++) {
        learn(hall, i, troubles[i], 0, 60);
    }
    play(hall, 36 * NS_PER_S, network);
    return hall;
}

static void everybody_is_told_what_is_so(void **state)
{
    (void)state;
    const Hall *hall = play_all(NULL);
    static const char *const words[PEOPLE] = {[6] = "off-beat",
                                              [7] = "wrong tempo",
                                              [8] = "late",
                                              [9] = "erratic",
                                              [10] = "double",
                                              [11] = "half"};
    /* The music is over shortly before the last sample: then silence sets in. */
    const Sample *sample = &hall->samples[30];

    for (int i = 0; i < PEOPLE; i++) {
        if (words[i] != NULL) {
            check_text(verdict_word(sample->shown[i]), words[i]);
        } else {
            check(!verdict_is_flagged(sample->shown[i]));
        }
    }
}

/* Those whose clocks are not known are neither flagged nor counted in the group, until they are. */
static void a_clock_known_to_more_than_40_ms_rates_nobody(void **state)
{
    enum {
        STOPS = 5,
        LATE = 8,
        ERRATIC = 9
    };
    (void)state;
    const double together_of_all = play_all(NULL)->samples[20].together;
    const Groove groove = pulse();
    Hall *hall = new_hall(&groove, PEOPLE);
    const Sample *samples = hall->samples;

    order(hall, COMMAND_START);
    for (int i = 0; i < PEOPLE; i++) {
        learn(hall, i, troubles[i], 0, i == STOPS ? 12 : 100);
    }
    hall->hands[STOPS].uncertainty_us = 50000;
    hall->hands[LATE].uncertainty_us = 40001;
    hall->hands[ERRATIC].uncertainty_us = 1000000;
    play(hall, 24 * NS_PER_S, NULL);
    for (int i = 0; i < hall->sample_count; i++) {
        check_i64(samples[i].shown[LATE], VERDICT_WARMING_UP);
        check_i64(samples[i].shown[ERRATIC], VERDICT_WARMING_UP);
    }
    check_i64(samples[20].drawn[LATE], MAP_UNRATED);
    check_i64(samples[20].drawn[ERRATIC], MAP_UNRATED);
    check_i64(samples[10].drawn[STOPS], MAP_UNRATED);
    check_i64(samples[20].drawn[STOPS], VERDICT_IDLE); /* silence needs no clock */
    check_text(verdict_word(samples[20].shown[6]), "off-beat");
    check(samples[20].together > together_of_all + 1.0);
    hall->hands[LATE].uncertainty_us = 40000;
    play(hall, 16 * NS_PER_S, NULL);
    for (int i = 24; i < hall->sample_count; i++) {
        check(samples[i].shown[LATE] == VERDICT_WARMING_UP ||
              samples[i].shown[LATE] == VERDICT_LATE);
    }
    check_i64(samples[39].drawn[LATE], VERDICT_LATE);
    check_i64(samples[39].drawn[ERRATIC], MAP_UNRATED);
}

/* Everybody drags: that is said of the group, and nobody is late. */
static void a_group_that_drags_together_is_nobodys_fault(void **state)
{
    (void)state;
    const Groove groove = pulse();
    Hall *hall = new_hall(&groove, PEOPLE);

    order(hall, COMMAND_START);
    for (int i = 0; i < PEOPLE; i++) {
        learn(hall, i, TROUBLE_LATE, 0, 60);
    }
    play(hall, 30 * NS_PER_S, NULL);
    for (int i = 0; i < hall->sample_count; i++) {
        for (int person = 0; person < PEOPLE; person++) {
            check(!verdict_is_flagged(hall->samples[i].shown[person]));
        }
    }
    check_near(hall->session.reference.median_ms, 110.0, 10.0);
    check_i64(verdict_group_drift(&hall->session.reference, BEAT_NS), GROUP_DRAGGING);
}

/* Law: any order and any repetition of arriving messages gives the same verdicts at every moment.
 */
static void arrival_does_not_matter(void **state)
{
    (void)state;
    static Sample samples[SAMPLES_MAX];
    const Hall *hall = play_all(NULL);
    const int count = hall->sample_count;
    Prng network;

    memcpy(samples, hall->samples, sizeof samples);
    prng_seed(&network, check_seed(77));
    for (int round = 0; round < 8; round++) {
        hall = play_all(&network);
        check_i64(hall->sample_count, count);
        for (int i = 0; i < count; i++) {
            check_bytes(&hall->samples[i], &samples[i], sizeof samples[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_idle_while_it_is_not_their_turn),
        cmocka_unit_test(each_part_is_a_group_of_its_own),
        cmocka_unit_test(a_part_across_the_beat_is_judged_by_its_own_notes),
        cmocka_unit_test(who_stops_in_the_middle_of_their_turns_is_idle_and_not_active),
        cmocka_unit_test(who_comes_late_warms_up_and_is_told_nothing_before),
        cmocka_unit_test(a_pause_is_nobodys_silence),
        cmocka_unit_test(everybody_is_told_what_is_so),
        cmocka_unit_test(a_clock_known_to_more_than_40_ms_rates_nobody),
        cmocka_unit_test(a_group_that_drags_together_is_nobodys_fault),
        cmocka_unit_test(arrival_does_not_matter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
