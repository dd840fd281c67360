/* Reading and writing drum tabs, the mistakes told with their place, and the built-in grooves. */
#include "shared/builtin_grooves.h"
#include "shared/groove_text.h"
#include "tests/support/check.h"

#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "title: T\nmetre: 4/4\nsteps: 2\n"
#define PART "djembe-bass |x...x...|\n"

static Groove parsed(const char *text)
{
    Groove groove = {0};
    GrooveTextError error = {0};
    bool ok = groove_text_parse(text, strlen(text), &groove, &error);

    check_text(error.reason, "");
    check(ok);
    check(groove_is_valid(&groove));
    return groove;
}

/* The text is refused at this place for this reason, and the groove is left alone. */
static void check_refused(const char *text, int line, int column, const char *reason)
{
    Groove groove = {.title = "untouched"};
    GrooveTextError error = {0};

    check(!groove_text_parse(text, strlen(text), &groove, &error));
    check_text(error.reason, reason);
    check_i64(error.line, line);
    check_i64(error.column, column);
    check_text(groove.title, "untouched");
    check(!groove_text_parse(text, strlen(text), &groove, NULL));
}

static void a_whole_groove_is_read(void **state)
{
    Groove groove = parsed("# West Africa, easy\n"
                           "title: Backbeat\n"
                           "metre: 4/4\n"
                           "steps: 2   # per beat\n"
                           "tempo: 112.5\n"
                           "\n"
                           "djembe-bass          |x...x...|\n"
                           "djembe-slap \"Answer\" |.. X. .. X.|  # on two and four\n");

    (void)state;
    check_text(groove.title, "Backbeat");
    check_i64(groove.tempo_mbpm, 112500);
    check_i64(groove.beats_per_bar, 4);
    check_i64(groove.steps_per_beat, 2);
    check_i64(groove.bars, 1);
    check_i64(groove.part_count, 2);
    check_i64(groove.parts[0].drum, DRUM_DJEMBE_BASS);
    check_text(groove.parts[0].title, "Djembe bass");
    check_text(groove.parts[1].title, "Answer");
    check_i64(groove.parts[0].steps[4], STEP_HIT);
    check_i64(groove.parts[1].steps[2], STEP_ACCENT);
    check_i64(groove.parts[1].steps[3], STEP_REST);
}

static void several_bars_are_counted(void **state)
{
    Groove groove = parsed(HEAD "cowbell |x...x...|..x...x.|x.......|\n");

    (void)state;
    check_i64(groove.bars, 3);
    check_i64(groove.parts[0].steps[10], STEP_HIT);
    check_i64(groove_step_count(&groove), 24);
}

static void compound_metres_have_beats_of_three_units(void **state)
{
    Groove bembe = parsed("title: T\nmetre: 12/8\nsteps: 3\ncowbell |x.x.xx.x.x.x|\n");
    Groove odd = parsed("title: T\nmetre: 7/8\nsteps: 1\ncowbell |x.x.x..|\n");
    Groove waltz = parsed("title: T\nmetre: 3/8\nsteps: 1\ncowbell |x..|\n");
    Groove slow = parsed("title: T\nmetre: 6/4\nsteps: 1\ncowbell |x..x..|\n");

    (void)state;
    check_i64(bembe.beats_per_bar, 4);
    check(bembe.compound);
    check_i64(odd.beats_per_bar, 7);
    check_i64(waltz.beats_per_bar, 3);
    check(!waltz.compound);
    check_i64(slow.beats_per_bar, 6);
    check_i64(groove_metre_bottom(&slow), 4);
}

static void files_from_other_systems_are_read(void **state)
{
    Groove plain = parsed(HEAD PART);
    Groove marked = parsed("\xEF\xBB\xBFtitle: T\r\nmetre: 4/4\r\nsteps: 2\r\n"
                           "djembe-bass |x...x...|\r\n");
    Groove unended = parsed(HEAD "djembe-bass |x...x...|");
    Groove tabbed = parsed("title:\tT\nmetre:\t4/4\nsteps:2\ndjembe-bass\t|x...\tx...|\t# end\n");

    (void)state;
    check(groove_is_equal(&plain, &marked));
    check(groove_is_equal(&plain, &unended));
    check(groove_is_equal(&plain, &tabbed));
}

static void a_title_may_hold_a_hash_and_any_script(void **state)
{
    Groove groove = parsed("title: Song #2, caf\xC3\xA9 \nmetre: 4/4\nsteps: 2\n" PART);

    (void)state;
    check_text(groove.title, "Song #2, caf\xC3\xA9");
}

static void the_text_need_not_be_terminated(void **state)
{
    const char text[] = HEAD PART "garbage after the end";
    Groove groove = {0};

    (void)state;
    check(groove_text_parse(text, strlen(HEAD PART), &groove, NULL));
    check_i64(groove.part_count, 1);
    check(!groove_text_parse(NULL, 0, &groove, NULL));
}

static void a_bar_of_the_wrong_length_is_named_and_counted(void **state)
{
    (void)state;
    check_refused(
        HEAD "djembe-bass |x...x..|\n", 4, 21, "bar 1 has fewer than 8 steps: 4 beats of 2");
    check_refused(HEAD "djembe-bass |x...x...|x...x....|\n",
                  4,
                  31,
                  "bar 2 has more than 8 steps: 4 beats of 2");
    check_refused(
        HEAD "djembe-bass |x...x...||\n", 4, 23, "bar 2 has fewer than 8 steps: 4 beats of 2");
}

static void parts_of_different_length_are_refused(void **state)
{
    (void)state;
    check_refused(HEAD PART "cowbell |x...x...|x.......|\n",
                  5,
                  28,
                  "this part has 2 bars, expected 1 as in the part before");
    check_refused(HEAD "bars: 2\n" PART, 5, 23, "this part has 1 bar, expected 2 as in 'bars:'");
}

static void bar_lines_belong_at_both_ends(void **state)
{
    (void)state;
    check_refused(
        HEAD "djembe-bass x...x...|\n", 4, 13, "expected | at the start of the first bar");
    check_refused(HEAD "djembe-bass |x...x...\n", 4, 22, "expected | at the end of the bar");
    check_refused(HEAD "djembe-bass\n", 4, 12, "expected | at the start of the first bar");
    check_refused(HEAD "djembe-bass |x...x... # no\n", 4, 23, "expected | at the end of the bar");
}

static void a_strange_letter_among_the_steps_is_pointed_at(void **state)
{
    (void)state;
    check_refused(HEAD "djembe-bass |x..ox...|\n",
                  4,
                  17,
                  "expected x for a hit, X for an accent, . for a rest or | for a bar line");
    check_refused(HEAD "djembe-bass |x...x...| loud\n",
                  4,
                  24,
                  "expected x for a hit, X for an accent, . for a rest or | for a bar line");
}

static void a_misspelt_drum_is_answered_with_the_nearest(void **state)
{
    (void)state;
    check_refused(HEAD "djembe-bas |x...x...|\n",
                  4,
                  1,
                  "unknown drum 'djembe-bas', the nearest are djembe-bass, djembe-slap and "
                  "djembe-tone");
    check_refused(HEAD "  Cowbel |x...x...|\n",
                  4,
                  3,
                  "unknown drum 'Cowbel', the nearest are cowbell, cymbal and clave");
    check_refused(HEAD "an-extremely-long-name-for-a-drum |x|\n",
                  4,
                  1,
                  "unknown drum 'an-extremely-lon', the nearest are djembe-tone, bongo-low "
                  "and djembe-slap");
}

static void missing_settings_are_asked_for_where_the_parts_begin(void **state)
{
    (void)state;
    check_refused(
        "metre: 4/4\nsteps: 2\n" PART, 3, 1, "expected 'title: ...' before the first part");
    check_refused("title: T\nsteps: 2\n" PART,
                  3,
                  1,
                  "expected a metre, such as 'metre: 4/4', before the first part");
    check_refused("title: T\nmetre: 4/4\n" PART,
                  3,
                  1,
                  "expected 'steps: ...' of a beat before the first part");
    check_refused(HEAD, 4, 1, "expected at least one part, such as: djembe-bass |x...x...|");
    check_refused("", 1, 1, "expected 'title: ...' before the first part");
}

static void settings_are_checked(void **state)
{
    (void)state;
    check_refused("title:  \n", 1, 9, "expected a title");
    check_refused("title: a \"b\"\n", 1, 8, "a title has no quotes and no tabs");
    check_refused("title: 1234567890123456789012345678901234567890123456789\n",
                  1,
                  56,
                  "a title has at most 48 bytes");
    check_refused("metre: 4\n", 1, 8, "expected a metre such as 4/4 or 12/8");
    check_refused("metre: 4/5\n", 1, 8, "expected a metre over 2, 4, 8 or 16, such as 4/4 or 12/8");
    check_refused("metre: 17/4\n", 1, 8, "beats of a bar must be a number from 1 to 16");
    check_refused("metre: 0/4\n", 1, 8, "beats of a bar must be a number from 1 to 16");
    check_refused("steps: 25\n", 1, 8, "steps of a beat must be a number from 1 to 24");
    check_refused(
        "steps: 99999999999999999999\n", 1, 8, "steps of a beat must be a number from 1 to 24");
    check_refused("steps: -1\n", 1, 8, "steps of a beat must be a number from 1 to 24");
    check_refused("bars: 65\n", 1, 7, "bars must be a number from 1 to 64");
    check_refused("tempo: fast\n", 1, 8, "tempo must be a number from 30 to 300");
    check_refused("tempo: 29.999\n", 1, 8, "tempo must be a number from 30 to 300");
    check_refused("tempo: 300.001\n", 1, 8, "tempo must be a number from 30 to 300");
    check_refused("tempo: 100.\n", 1, 12, "expected one to three decimals");
    check_refused("tempo: 100.0001\n", 1, 15, "expected one to three decimals");
    check_refused(
        "tempo: 100 bpm\n", 1, 12, "expected the end of the line or a comment after a space");
    check_refused("meter: 4/4\n",
                  1,
                  1,
                  "unknown setting 'meter', expected title, metre, steps, bars or tempo");
    check_refused("title: A\ntitle: B\n", 2, 1, "this setting was given before");
    check_refused(HEAD PART "tempo: 100\n", 5, 1, "settings come before the first part");
    check_refused(
        "|x...|\n", 1, 1, "expected a setting such as 'metre: 4/4', a drum, or a comment");
}

static void labels_are_checked(void **state)
{
    (void)state;
    check_refused(
        HEAD "cowbell \"low |x...x...|\n", 4, 24, "expected a quote at the end of the label");
    check_refused(HEAD "cowbell \"\" |x...x...|\n",
                  4,
                  9,
                  "a label has text, no tabs and no spaces at its ends");
    check_refused(HEAD PART PART,
                  5,
                  1,
                  "another part is called the same: give one a label, as in cowbell \"low\"");
}

static void append(char *text, size_t text_bytes, const char *more)
{
    size_t used_bytes = strlen(text);

    (void)snprintf(text + used_bytes, text_bytes - used_bytes, "%s", more);
}

static void capacities_are_kept(void **state)
{
    char text[2048] = HEAD;

    (void)state;
    for (int i = 0; i < GROOVE_PARTS_MAX; i++) {
        char part[64];

        (void)snprintf(part, sizeof(part), "cowbell \"%d\" |x...x...|\n", i);
        append(text, sizeof(text), part);
    }
    (void)parsed(text);
    append(text, sizeof(text), PART);
    check_refused(text, 4 + GROOVE_PARTS_MAX, 1, "a groove has at most 8 parts");

    (void)snprintf(text, sizeof(text), HEAD "cowbell |");
    for (int i = 0; i < 33; i++) { /* 264 steps */
        append(text, sizeof(text), "x...x...|");
    }
    check_refused(text, 4, 10 + 32 * 9, "a groove has at most 256 steps and 64 bars");
    check_refused("title: T\nmetre: 16/4\nsteps: 24\n" PART,
                  4,
                  1,
                  "a bar has at most 256 steps: choose fewer steps or beats");
}

static void a_file_that_is_too_long_is_refused(void **state)
{
    static const char BEGINNING[] = HEAD PART;
    static char text[GROOVE_TEXT_BYTES_MAX + 1];
    Groove groove = {0};

    (void)state;
    memset(text, '\n', sizeof(text));
    for (size_t i = 0; BEGINNING[i] != '\0'; i++) {
        text[i] = BEGINNING[i];
    }
    check(groove_text_parse(text, sizeof(text) - 1, &groove, NULL));
    check(!groove_text_parse(text, sizeof(text), &groove, NULL));
}

static void letters_that_could_deceive_are_refused_even_in_comments(void **state)
{
    const char zero[] = "title: T\0\n";
    Groove groove = {0};
    GrooveTextError error = {0};

    (void)state;
    check_refused("# bell \a\n", 1, 8, "a control character does not belong in a groove");
    check_refused("title: a\rb\n", 1, 9, "a control character does not belong in a groove");
    check_refused(
        "title: \xFF\n", 1, 8, "expected UTF-8 text without marks that control how it is shown");
    check_refused("# \xE2\x80\xAE reversed\n",
                  1,
                  3,
                  "expected UTF-8 text without marks that control how it is shown");
    check(!groove_text_parse(zero, sizeof(zero) - 1, &groove, &error));
    check_i64(error.column, 9);
}

static void a_groove_is_written_as_people_would(void **state)
{
    Groove groove = parsed(HEAD "tempo: 92.05\ncowbell \"Bell\" |x..x..x.|\nclave |X.......|\n");
    char text[GROOVE_TEXT_BYTES_MAX];
    const char *expected = "title: T\nmetre: 4/4\nsteps: 2\nbars: 1\ntempo: 92.05\n\n"
                           "cowbell \"Bell\" |x..x..x.|\n"
                           "clave          |X.......|\n";

    (void)state;
    check_u64(groove_text_format(&groove, text, sizeof(text)), strlen(expected));
    check_text(text, expected);
}

static void writing_into_too_little_room_cuts_and_tells_the_need(void **state)
{
    Groove groove = parsed(HEAD PART);
    char whole[GROOVE_TEXT_BYTES_MAX];
    char text[20];
    size_t need_bytes = groove_text_format(&groove, whole, sizeof(whole));

    (void)state;
    check_u64(groove_text_format(&groove, text, sizeof(text)), need_bytes);
    check_u64(strlen(text), sizeof(text) - 1);
    check(strncmp(text, whole, sizeof(text) - 1) == 0);
    check_u64(groove_text_format(&groove, NULL, 0), need_bytes);
}

static uint64_t random_below(uint64_t *state, uint64_t limit)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state % limit;
}

static Groove random_groove(uint64_t *seed)
{
    static const uint8_t UNITS[] = {2, 4, 8, 16};
    Groove groove = {.title = "A groove: \xC3\xA9 # 5"};

    do {
        groove.beats_per_bar = (uint8_t)(1 + random_below(seed, GROOVE_BEATS_PER_BAR_MAX));
        groove.steps_per_beat = (uint8_t)(1 + random_below(seed, GROOVE_STEPS_PER_BEAT_MAX));
        groove.bars = (uint8_t)(1 + random_below(seed, 16));
        groove.metre_unit = UNITS[random_below(seed, 4)];
        groove.compound = random_below(seed, 2) == 0;
        groove.tempo_mbpm = (int32_t)(TEMPO_MBPM_MIN + random_below(seed, 270001));
        groove.part_count = (uint8_t)(1 + random_below(seed, GROOVE_PARTS_MAX));
        for (int i = 0; i < groove.part_count; i++) {
            groove.parts[i].drum = (Drum)random_below(seed, DRUM_COUNT);
            (void)snprintf(groove.parts[i].title, sizeof(groove.parts[i].title), "Part #%d", i);
        }
        (void)snprintf(groove.parts[0].title,
                       sizeof(groove.parts[0].title),
                       "%s",
                       drum_title(groove.parts[0].drum));
    } while (!groove_is_valid(&groove));
    for (int i = 0; i < groove.part_count; i++) {
        for (int step = 0; step < groove_step_count(&groove); step++) {
            groove.parts[i].steps[step] = (uint8_t)random_below(seed, 3);
        }
    }
    return groove;
}

static void every_groove_that_is_written_is_read_back_equal(void **state)
{
    uint64_t seed = check_seed(4711);

    (void)state;
    for (int round = 0; round < 2000; round++) {
        Groove groove = random_groove(&seed);
        Groove again = {0};
        GrooveTextError error = {0};
        char text[GROOVE_TEXT_BYTES_MAX];
        size_t text_bytes = groove_text_format(&groove, text, sizeof(text));

        check(text_bytes < sizeof(text));
        (void)groove_text_parse(text, text_bytes, &again, &error);
        check_text(error.reason, "");
        check(groove_is_equal(&groove, &again));
    }
}

static void every_beginning_of_a_groove_is_read_or_refused_with_a_place(void **state)
{
    const char *text = "\xEF\xBB\xBF# c\ntitle: T\nmetre: 12/8\nsteps: 3\ntempo: 80.5\n"
                       "cowbell \"Bell\" |x.x.xx.x.x.x|\r\nclave |X...........| # end\n";

    (void)state;
    for (size_t bytes = 0; bytes < strlen(text); bytes++) {
        /* Of exactly this size, so that the sanitizer sees reading past it. */
        char *exact = malloc(bytes > 0 ? bytes : 1);
        Groove groove = {0};
        GrooveTextError error = {0};

        assert(exact != NULL);
        memcpy(exact, text, bytes);
        if (!groove_text_parse(exact, bytes, &groove, &error)) {
            check(error.line >= 1 && error.column >= 1);
            check(error.reason[0] != '\0');
        }
        free(exact);
    }
}

/* ---- The grooves that come with Onedrum ---- */

/* Reads a groove file of the source tree into `text`; returns its bytes. */
static size_t read_asset(const char *name, char text[GROOVE_TEXT_BYTES_MAX])
{
    char path[1024];
    FILE *file;
    size_t text_bytes;

    (void)snprintf(path, sizeof(path), "%s/assets/grooves/%s", ONEDRUM_SOURCE_DIR, name);
    file = fopen(path, "rb");
    assert(file != NULL);
    text_bytes = fread(text, 1, GROOVE_TEXT_BYTES_MAX, file);
    check(fclose(file) == 0);
    return text_bytes;
}

static Groove asset(const char *name)
{
    char text[GROOVE_TEXT_BYTES_MAX + 1];
    Groove groove = {0};
    GrooveTextError error = {0};

    text[read_asset(name, text)] = '\0';
    if (!groove_text_parse(text, strlen(text), &groove, &error)) {
        fail_msg("%s:%d:%d: %s", name, error.line, error.column, error.reason);
    }
    return groove;
}

/* Calls `inspect` for every groove file; returns how many there are. */
static int for_each_asset(void (*inspect)(const char *name, const Groove *groove))
{
    DIR *folder = opendir(ONEDRUM_SOURCE_DIR "/assets/grooves");
    int count = 0;

    assert(folder != NULL);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (strstr(entry->d_name, ".groove") != NULL) {
            Groove groove = asset(entry->d_name);

            inspect(entry->d_name, &groove);
            count++;
        }
    }
    check(closedir(folder) == 0);
    return count;
}

static void check_beginners_can_play(const char *name, const Groove *groove)
{
    for (int i = 0; i < groove->part_count; i++) {
        int64_t gap_ns = groove_smallest_gap_ns(groove, i, groove->tempo_mbpm);

        if (gap_ns < 125 * NS_PER_MS || groove_notes_per_cycle(groove, i) == 0) {
            fail_msg("%s: %s is too fast or empty", name, groove->parts[i].title);
        }
    }
}

static void beginners_can_play_every_part_of_every_groove(void **state)
{
    (void)state;
    check(for_each_asset(check_beginners_can_play) >= 8);
}

static void check_says_where_it_comes_from(const char *name, const Groove *groove)
{
    char text[GROOVE_TEXT_BYTES_MAX + 1];

    (void)groove;
    text[read_asset(name, text)] = '\0';
    check(text[0] == '#');
    if (strstr(text, "\n# Facilitator: ") == NULL) {
        fail_msg("%s: no sentence for the facilitator", name);
    }
}

static void every_groove_says_where_it_comes_from_and_how_to_lead_it(void **state)
{
    (void)state;
    check(for_each_asset(check_says_where_it_comes_from) >= 8);
}

static void the_pulse_is_one_note_on_every_beat(void **state)
{
    Groove pulse = asset("pulse.groove");

    (void)state;
    check_i64(groove_metre_top(&pulse), 4);
    check_i64(groove_metre_bottom(&pulse), 4);
    for (int64_t beat = 0; beat < 16; beat++) {
        GrooveNote note = {0};

        check(groove_note_at_index(&pulse, 0, (Beats){0}, beat, &note));
        check_i64(note.at.ubeats, beat * UBEATS_PER_BEAT);
    }
}

static void the_backbeat_has_its_four_parts_in_their_order(void **state)
{
    Groove groove = asset("backbeat.groove");
    char text[GROOVE_TEXT_BYTES_MAX];

    (void)state;
    (void)groove_text_format(&groove, text, sizeof(text));
    check_text(text,
               "title: Backbeat\nmetre: 4/4\nsteps: 2\nbars: 1\ntempo: 112\n\n"
               "djembe-bass |x...x...|\n"
               "djembe-slap |..x...x.|\n"
               "shaker      |xxxxxxxx|\n"
               "cowbell     |x..x..x.|\n");
}

static void the_built_in_grooves_are_the_files(void **state)
{
    int count = 0;

    (void)state;
    check_text(BUILTIN_GROOVES[0].name, "pulse");
    for (int i = 0; i < BUILTIN_GROOVE_COUNT; i++) {
        char text[GROOVE_TEXT_BYTES_MAX + 1];
        char name[64];

        (void)snprintf(name, sizeof(name), "%s.groove", BUILTIN_GROOVES[i].name);
        text[read_asset(name, text)] = '\0';
        check_text(BUILTIN_GROOVES[i].text, text);
        count++;
    }
    check_i64(for_each_asset(check_beginners_can_play), count);
    check(count <= GROOVES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_groove_is_read),
        cmocka_unit_test(several_bars_are_counted),
        cmocka_unit_test(compound_metres_have_beats_of_three_units),
        cmocka_unit_test(files_from_other_systems_are_read),
        cmocka_unit_test(a_title_may_hold_a_hash_and_any_script),
        cmocka_unit_test(the_text_need_not_be_terminated),
        cmocka_unit_test(a_bar_of_the_wrong_length_is_named_and_counted),
        cmocka_unit_test(parts_of_different_length_are_refused),
        cmocka_unit_test(bar_lines_belong_at_both_ends),
        cmocka_unit_test(a_strange_letter_among_the_steps_is_pointed_at),
        cmocka_unit_test(a_misspelt_drum_is_answered_with_the_nearest),
        cmocka_unit_test(missing_settings_are_asked_for_where_the_parts_begin),
        cmocka_unit_test(settings_are_checked),
        cmocka_unit_test(labels_are_checked),
        cmocka_unit_test(capacities_are_kept),
        cmocka_unit_test(a_file_that_is_too_long_is_refused),
        cmocka_unit_test(letters_that_could_deceive_are_refused_even_in_comments),
        cmocka_unit_test(a_groove_is_written_as_people_would),
        cmocka_unit_test(writing_into_too_little_room_cuts_and_tells_the_need),
        cmocka_unit_test(every_groove_that_is_written_is_read_back_equal),
        cmocka_unit_test(every_beginning_of_a_groove_is_read_or_refused_with_a_place),
        cmocka_unit_test(beginners_can_play_every_part_of_every_groove),
        cmocka_unit_test(every_groove_says_where_it_comes_from_and_how_to_lead_it),
        cmocka_unit_test(the_pulse_is_one_note_on_every_beat),
        cmocka_unit_test(the_backbeat_has_its_four_parts_in_their_order),
        cmocka_unit_test(the_built_in_grooves_are_the_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
