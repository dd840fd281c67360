/* Where the notes of a groove lie: examples, then the laws that judging and drawing rely on. */
#include "shared/groove.h"
#include "tests/support/check.h"

#include <inttypes.h>
#include <string.h>

#define BEAT UBEATS_PER_BEAT

/* One part with the given steps ('x', 'X', '.'), one bar. */
static Groove groove_of(int beats_per_bar, int steps_per_beat, const char *steps)
{
    Groove groove = {
        .title = "Test",
        .tempo_mbpm = 100000,
        .beats_per_bar = (uint8_t)beats_per_bar,
        .steps_per_beat = (uint8_t)steps_per_beat,
        .bars = 1,
        .part_count = 1,
        .parts = {{.drum = DRUM_CLAVE, .title = "Clave"}},
    };

    for (size_t i = 0; steps[i] != '\0'; i++) {
        groove.parts[0].steps[i] = steps[i] == 'x'   ? STEP_HIT
                                   : steps[i] == 'X' ? STEP_ACCENT
                                                     : STEP_REST;
    }
    check(groove_is_valid(&groove));
    return groove;
}

static GrooveNote at_or_after(const Groove *groove, int64_t origin, int64_t from)
{
    GrooveNote note = {0};

    check(groove_note_at_or_after(groove, 0, (Beats){origin}, (Beats){from}, &note));
    return note;
}

static GrooveNote before(const Groove *groove, int64_t origin, int64_t position)
{
    GrooveNote note = {0};

    check(groove_note_before(groove, 0, (Beats){origin}, (Beats){position}, &note));
    return note;
}

static uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static int64_t random_between(uint64_t *state, int64_t low, int64_t high)
{
    return low + (int64_t)(random_next(state) % (uint64_t)(high - low + 1));
}

/* A valid groove of one part with at least one note. */
static Groove random_groove(uint64_t *state)
{
    Groove groove = groove_of(1, 1, "x");
    int step_count;

    do {
        groove.beats_per_bar = (uint8_t)random_between(state, 1, GROOVE_BEATS_PER_BAR_MAX);
        groove.steps_per_beat = (uint8_t)random_between(state, 1, GROOVE_STEPS_PER_BEAT_MAX);
        groove.bars = (uint8_t)random_between(state, 1, 8);
        step_count = groove_step_count(&groove);
    } while (step_count > GROOVE_STEPS_MAX);
    for (int i = 0; i < step_count; i++) {
        groove.parts[0].steps[i] = (uint8_t)(random_between(state, 0, 3) % 3);
    }
    groove.parts[0].steps[random_between(state, 0, step_count - 1)] = STEP_HIT;
    check(groove_is_valid(&groove));
    return groove;
}

static void a_pulse_has_its_notes_on_the_beats(void **state)
{
    Groove pulse = groove_of(4, 1, "Xxxx");

    (void)state;
    check_i64(at_or_after(&pulse, 0, 0).at.ubeats, 0);
    check_i64(at_or_after(&pulse, 0, 1).at.ubeats, BEAT);
    check_i64(at_or_after(&pulse, 0, 3 * BEAT + 1).at.ubeats, 4 * BEAT);
    check_i64(before(&pulse, 0, BEAT).at.ubeats, 0);
    check_i64(before(&pulse, 0, BEAT + 1).at.ubeats, BEAT);
}

static void accents_come_back_in_every_cycle(void **state)
{
    Groove pulse = groove_of(4, 1, "Xxxx");

    (void)state;
    check(at_or_after(&pulse, 0, 400 * BEAT).accent);
    check(!at_or_after(&pulse, 0, 401 * BEAT).accent);
}

static void notes_before_the_origin_belong_to_earlier_cycles_not_mirrored_ones(void **state)
{
    Groove clave = groove_of(4, 4, "x..x..x...x.x...");
    GrooveNote note = before(&clave, 8 * BEAT, 8 * BEAT);

    (void)state;
    check_i64(note.at.ubeats, 7 * BEAT);
    check_i64(note.index, -1);
    note = at_or_after(&clave, 8 * BEAT, 4 * BEAT);
    check_i64(note.at.ubeats, 4 * BEAT);
    check_i64(note.index, -5);
}

static void an_index_counts_notes_from_the_origin(void **state)
{
    Groove bell = groove_of(4, 2, "..x...x.");

    (void)state;
    check_i64(at_or_after(&bell, 0, 0).index, 0);
    check_i64(at_or_after(&bell, 0, 0).at.ubeats, BEAT);
    check_i64(at_or_after(&bell, 0, 4 * BEAT).index, 2);
    check_i64(before(&bell, 0, 0).index, -1);
}

static void thirds_of_a_beat_round_down_and_the_next_beat_is_exact(void **state)
{
    Groove triplets = groove_of(2, 3, "xxxxxx");

    (void)state;
    check_i64(at_or_after(&triplets, 0, 1).at.ubeats, 333333);
    check_i64(at_or_after(&triplets, 0, 333334).at.ubeats, 666666);
    check_i64(at_or_after(&triplets, 0, 666667).at.ubeats, BEAT);
    check_i64(before(&triplets, 0, 333334).at.ubeats, 333333);
    check_i64(before(&triplets, 0, 333333).at.ubeats, 0);
}

static void a_part_without_notes_has_no_next_note(void **state)
{
    Groove silence = groove_of(4, 1, "....");
    GrooveNote note = {.index = 77};

    (void)state;
    check(!groove_note_at_or_after(&silence, 0, (Beats){0}, (Beats){0}, &note));
    check(!groove_note_before(&silence, 0, (Beats){0}, (Beats){0}, &note));
    check(!groove_note_at_index(&silence, 0, (Beats){0}, 0, &note));
    check_i64(note.index, 77);
    check_i64(groove_smallest_gap_ns(&silence, 0, 120000), INT64_MAX);
}

static void the_gap_after_a_lonely_note_is_the_whole_cycle(void **state)
{
    Groove one = groove_of(4, 1, "..x.");
    GrooveNote note = at_or_after(&one, 0, 0);

    (void)state;
    check_i64(groove_gap_after(&one, 0, (Beats){0}, note).ubeats, 4 * BEAT);
    check_i64(groove_smallest_gap_ns(&one, 0, 120000), 2 * NS_PER_S);
}

static void the_smallest_gap_is_found_across_the_bar_line_too(void **state)
{
    Groove groove = groove_of(4, 4, "x.....x........x");

    (void)state;
    check_i64(groove_smallest_gap_ns(&groove, 0, 100000), 150 * NS_PER_MS);
}

static void a_compound_metre_is_written_in_its_units(void **state)
{
    Groove bembe = groove_of(4, 3, "x.x.xx.x.x.x");

    (void)state;
    bembe.compound = true;
    bembe.metre_unit = 8;
    check(groove_is_valid(&bembe));
    check_i64(groove_metre_top(&bembe), 12);
    check_i64(groove_metre_bottom(&bembe), 8);
    check_i64(groove_cycle_beats(&bembe).ubeats, 4 * BEAT);
}

static void what_is_out_of_range_is_not_valid(void **state)
{
    const Groove good = groove_of(4, 2, "x...x...");
    Groove bad = good;

    (void)state;
    bad.beats_per_bar = 0;
    check(!groove_is_valid(&bad));
    bad = good;
    bad.steps_per_beat = GROOVE_STEPS_PER_BEAT_MAX + 1;
    check(!groove_is_valid(&bad));
    bad = good;
    bad.bars = 33; /* 264 steps */
    check(!groove_is_valid(&bad));
    bad = good;
    bad.tempo_mbpm = TEMPO_MBPM_MAX + 1;
    check(!groove_is_valid(&bad));
    bad = good;
    bad.part_count = GROOVE_PARTS_MAX + 1;
    check(!groove_is_valid(&bad));
    bad = good;
    bad.metre_unit = 3;
    check(!groove_is_valid(&bad));
    bad = good;
    bad.parts[0].steps[2] = 3;
    check(!groove_is_valid(&bad));
    bad = good;
    bad.parts[0].steps[8] = STEP_HIT; /* behind the last step */
    check(!groove_is_valid(&bad));
    bad = good;
    bad.parts[0].drum = DRUM_COUNT;
    check(!groove_is_valid(&bad));
    bad = good;
    bad.part_count = 2;
    bad.parts[1] = bad.parts[0]; /* the same title */
    check(!groove_is_valid(&bad));
    bad = good;
    memset(bad.title, 'a', sizeof(bad.title)); /* without an end */
    check(!groove_is_valid(&bad));
    check(groove_is_valid(&good));
}

static void titles_are_text_that_cannot_deceive(void **state)
{
    (void)state;
    check(groove_title_is_valid("Samba", 5));
    check(groove_title_is_valid("Bemb\xC3\xA9 \xE6\x89\x93 \xF0\x9F\xA5\x81", 15));
    check(!groove_title_is_valid("", 0));
    check(!groove_title_is_valid(" Samba", 6));
    check(!groove_title_is_valid("Samba ", 6));
    check(!groove_title_is_valid("Sam\tba", 6));
    check(!groove_title_is_valid("Sam\"ba", 6));
    check(!groove_title_is_valid("Sam\0ba", 6));
    check(!groove_title_is_valid("Sam\x7F", 4));
    check(!groove_title_is_valid("\xC2\x85", 2)); /* C1 control */
    check(!groove_title_is_valid("\xE2\x80\xAE"
                                 "abc",
                                 6));                     /* right-to-left override */
    check(!groove_title_is_valid("\xC3", 1));             /* cut short */
    check(!groove_title_is_valid("\xC0\xAF", 2));         /* overlong */
    check(!groove_title_is_valid("\xED\xA0\x80", 3));     /* surrogate */
    check(!groove_title_is_valid("\xF4\x90\x80\x80", 4)); /* above U+10FFFF */
}

static void drums_keep_their_numbers_and_find_their_names(void **state)
{
    Drum drum = DRUM_COUNT;

    (void)state;
    check_i64(DRUM_BONGO_HIGH, 0);
    check_i64(DRUM_DJEMBE_TONE, 3);
    check_i64(DRUM_COWBELL, 7);
    check_i64(DRUM_CLICK_ACCENT, 13);
    check_text(drum_slug(DRUM_DJEMBE_BASS), "djembe-bass");
    check_text(drum_title(DRUM_DJEMBE_BASS), "Djembe bass");
    for (int i = 0; i < DRUM_COUNT; i++) {
        const char *slug = drum_slug((Drum)i);

        check(drum_from_slug(slug, strlen(slug), &drum));
        check_i64(drum, i);
        check(strlen(slug) <= DRUM_SLUG_BYTES_MAX);
        check(groove_title_is_valid(drum_title((Drum)i), strlen(drum_title((Drum)i))));
    }
    check(!drum_from_slug("djembe", 6, &drum));
    check(!drum_from_slug("cowbells", 8, &drum));
    check(!drum_from_slug("", 0, &drum));
    check(!drum_is_valid(-1) && !drum_is_valid(DRUM_COUNT));
}

static void the_next_note_is_the_first_that_a_search_of_all_steps_finds(void **state)
{
    uint64_t seed = check_seed(20240611);

    (void)state;
    for (int round = 0; round < 3000; round++) {
        Groove groove = random_groove(&seed);
        int64_t origin = random_between(&seed, -1000, 1000) * BEAT;
        int64_t from = origin + random_between(&seed, -40 * BEAT, 40 * BEAT);
        int64_t cycle_ubeats = groove_cycle_beats(&groove).ubeats;
        int64_t first_cycle = div_floor(from - origin, cycle_ubeats) - 1;
        int64_t expected = INT64_MAX;
        int64_t expected_before = INT64_MIN;

        for (int64_t i = 0; i < 4 * (int64_t)groove_step_count(&groove); i++) {
            int64_t cycle = first_cycle + i / groove_step_count(&groove);
            int64_t step = i % groove_step_count(&groove);
            int64_t at = origin + cycle * cycle_ubeats + step * BEAT / groove.steps_per_beat;
            bool is_note = groove.parts[0].steps[step] != STEP_REST;

            expected = is_note && at >= from && at < expected ? at : expected;
            expected_before = is_note && at < from && at > expected_before ? at : expected_before;
        }
        check_i64(at_or_after(&groove, origin, from).at.ubeats, expected);
        check_i64(before(&groove, origin, from).at.ubeats, expected_before);
    }
}

static void walking_forward_is_strictly_increasing_with_consecutive_indices(void **state)
{
    uint64_t seed = check_seed(7);

    (void)state;
    for (int round = 0; round < 200; round++) {
        Groove groove = random_groove(&seed);
        int64_t origin = random_between(&seed, -100, 100) * BEAT;
        GrooveNote note = at_or_after(&groove, origin, origin - 20 * BEAT);

        for (int i = 0; i < 300; i++) {
            GrooveNote next = at_or_after(&groove, origin, note.at.ubeats + 1);
            GrooveNote back = before(&groove, origin, next.at.ubeats);
            GrooveNote again = {0};

            check(next.at.ubeats > note.at.ubeats);
            check_i64(next.index, note.index + 1);
            check_i64(back.at.ubeats, note.at.ubeats);
            check_i64(back.index, note.index);
            check(back.accent == note.accent);
            check(groove_note_at_index(&groove, 0, (Beats){origin}, next.index, &again));
            check_i64(again.at.ubeats, next.at.ubeats);
            check_i64(groove_gap_after(&groove, 0, (Beats){origin}, note).ubeats,
                      next.at.ubeats - note.at.ubeats);
            note = next;
        }
    }
}

static void index_zero_is_the_first_note_at_or_after_the_origin(void **state)
{
    uint64_t seed = check_seed(11);

    (void)state;
    for (int round = 0; round < 500; round++) {
        Groove groove = random_groove(&seed);
        int64_t origin = random_between(&seed, -1000000, 1000000) * BEAT;

        check_i64(at_or_after(&groove, origin, origin).index, 0);
        check_i64(before(&groove, origin, origin).index, -1);
    }
}

static void ten_hours_later_every_step_is_where_it_was_in_the_first_bar(void **state)
{
    Groove groove = groove_of(4, 7, "x.x..xx.x.x..x.xxx....x.x..x");
    int64_t cycles = 10 * 60 * 180 / 4; /* ten hours at 180 beats a minute */
    int64_t later = cycles * groove_cycle_beats(&groove).ubeats;
    int64_t from = 0;

    (void)state;
    for (int i = 0; i < 100; i++) {
        GrooveNote early = at_or_after(&groove, 0, from);
        GrooveNote late = at_or_after(&groove, 0, from + later);

        check_i64(late.at.ubeats - early.at.ubeats, later);
        check_i64(late.index - early.index, cycles * groove_notes_per_cycle(&groove, 0));
        from = early.at.ubeats + 1;
    }
}

static void positions_near_the_stated_limits_do_not_overflow(void **state)
{
    Groove groove = groove_of(16,
                              16,
                              "x...............................x..............................."
                              "................................................................"
                              "................................................................"
                              "...............................................................x");
    int64_t limit = INT64_C(1) << 61;

    (void)state;
    check(at_or_after(&groove, -limit, limit).at.ubeats >= limit);
    check(before(&groove, limit, -limit).at.ubeats < -limit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pulse_has_its_notes_on_the_beats),
        cmocka_unit_test(accents_come_back_in_every_cycle),
        cmocka_unit_test(notes_before_the_origin_belong_to_earlier_cycles_not_mirrored_ones),
        cmocka_unit_test(an_index_counts_notes_from_the_origin),
        cmocka_unit_test(thirds_of_a_beat_round_down_and_the_next_beat_is_exact),
        cmocka_unit_test(a_part_without_notes_has_no_next_note),
        cmocka_unit_test(the_gap_after_a_lonely_note_is_the_whole_cycle),
        cmocka_unit_test(the_smallest_gap_is_found_across_the_bar_line_too),
        cmocka_unit_test(a_compound_metre_is_written_in_its_units),
        cmocka_unit_test(what_is_out_of_range_is_not_valid),
        cmocka_unit_test(titles_are_text_that_cannot_deceive),
        cmocka_unit_test(drums_keep_their_numbers_and_find_their_names),
        cmocka_unit_test(the_next_note_is_the_first_that_a_search_of_all_steps_finds),
        cmocka_unit_test(walking_forward_is_strictly_increasing_with_consecutive_indices),
        cmocka_unit_test(index_zero_is_the_first_note_at_or_after_the_origin),
        cmocka_unit_test(ten_hours_later_every_step_is_where_it_was_in_the_first_bar),
        cmocka_unit_test(positions_near_the_stated_limits_do_not_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
