/* The sentences: which word belongs to which hit, phrase, group and situation. */
#include <string.h>

#include "tests/support/check.h"

#include "client/desktop/ui/words.h"
#include "shared/prng.h"

#define BEAT_NS INT64_C(535714285)

static void a_judgement_has_its_word(void **state)
{
    (void)state;
    check_text(words_judgement(JUDGEMENT_PERFECT, -4000, true), "Spot on");
    check_text(words_judgement(JUDGEMENT_GOOD, -34000, true), "A little early");
    check_text(words_judgement(JUDGEMENT_GOOD, 34000, true), "A little late");
    check_text(words_judgement(JUDGEMENT_OK, -80000, true), "Early");
    check_text(words_judgement(JUDGEMENT_OK, 80000, true), "Late");
    check_text(words_judgement(JUDGEMENT_MISS, 0, true), "One got away");
    check_text(words_judgement(JUDGEMENT_EXTRA, 0, true), "An extra one");
}

static void nobody_is_called_early_or_late_without_a_calibration(void **state)
{
    (void)state;
    for (int judgement = 0; judgement < JUDGEMENT_COUNT; judgement++) {
        const char *word = words_judgement((Judgement)judgement, -80000, false);

        check(strstr(word, "arly") == NULL);
        check(strstr(word, "ate") == NULL);
    }
    check_text(words_judgement(JUDGEMENT_OK, 80000, false), "Got it");
}

static void lateness_is_said_in_whole_milliseconds(void **state)
{
    WordsText text;

    (void)state;
    words_clear(&text);
    words_add_lateness(&text, -17499);
    check_text(text.bytes, "17 ms early");
    words_clear(&text);
    words_add_lateness(&text, 17500);
    check_text(text.bytes, "18 ms late");
    words_clear(&text);
    words_add_lateness(&text, -499);
    check_text(text.bytes, "0 ms");
}

static void numbers_of_every_size_are_written(void **state)
{
    WordsText text;

    (void)state;
    words_clear(&text);
    words_add_number(&text, 0);
    words_add(&text, " ");
    words_add_number(&text, INT64_MIN);
    words_add(&text, " ");
    words_add_number(&text, INT64_MAX);
    check_text(text.bytes, "0 -9223372036854775808 9223372036854775807");
}

static void a_sentence_that_is_too_long_is_cut_between_characters(void **state)
{
    WordsText text;

    (void)state;
    words_clear(&text);
    for (int i = 0; i < WORDS_BYTES_MAX; i++) {
        words_add(&text, "\xC3\xA9");
    }
    check_u64(text.length_bytes, WORDS_BYTES_MAX - 1);
    check_u64(strlen(text.bytes), text.length_bytes);
}

static WordsFigures steady(void)
{
    return (WordsFigures){
        .known = true, .verdict = VERDICT_ON, .calibrated = true, .spread_beats = 0.03};
}

static void a_phrase_in_the_middle_is_in_the_pocket(void **state)
{
    WordsFigures now = steady();
    WordsFigures before = {.known = false};

    (void)state;
    check_i64(words_phrase_of(&now, &before), WORDS_PHRASE_POCKET);
    now.bias_beats = -0.05;
    check_i64(words_phrase_of(&now, &before), WORDS_PHRASE_EARLY);
    now.bias_beats = 0.05;
    check_i64(words_phrase_of(&now, &before), WORDS_PHRASE_LATE);
    now.spread_beats = 0.1;
    check_i64(words_phrase_of(&now, &before), WORDS_PHRASE_LOOSE);
}

static void a_flag_is_spoken_of_before_anything_else(void **state)
{
    WordsFigures now = steady();
    WordsFigures before = steady();

    (void)state;
    now.drift = GROUP_RUSHING;
    now.verdict = VERDICT_OFF_BEAT;
    check_i64(words_phrase_of(&now, &before), WORDS_PHRASE_OFF_BEAT);
    now.verdict = VERDICT_WRONG_TEMPO;
    now.advance_beats = -0.02;
    check_i64(words_phrase_of(&now, &before), WORDS_PHRASE_FASTER);
    now.advance_beats = 0.02;
    check_i64(words_phrase_of(&now, &before), WORDS_PHRASE_SLOWER);
    now.verdict = VERDICT_ON;
    check_i64(words_phrase_of(&now, &before), WORDS_PHRASE_RUSHING);
}

static void coming_back_and_getting_tighter_are_noticed(void **state)
{
    WordsFigures now = steady();
    WordsFigures before = steady();

    (void)state;
    before.verdict = VERDICT_ERRATIC;
    check_i64(words_phrase_of(&now, &before), WORDS_PHRASE_BACK);
    before.verdict = VERDICT_LOOSE;
    before.spread_beats = 0.12;
    check_i64(words_phrase_of(&now, &before), WORDS_PHRASE_TIGHTER);
}

static void uncalibrated_phrases_say_nothing_about_early_and_late(void **state)
{
    WordsFigures now = steady();
    WordsFigures before = {.known = false};

    (void)state;
    now.calibrated = false;
    now.bias_beats = -0.2;
    check_i64(words_phrase_of(&now, &before), WORDS_PHRASE_STEADY);
}

static bool is_kind(const char *sentence)
{
    static const char *const banned[] = {"!", "bad", "wrong", "fail", "error", "{", "}"};

    for (size_t i = 0; i < sizeof banned / sizeof banned[0]; i++) {
        if (strstr(sentence, banned[i]) != NULL) {
            return false;
        }
    }
    return true;
}

static void every_sentence_is_kind_and_complete(void **state)
{
    WordsAbout about = {.number = -41000, .other_number = 30, .name = "Ada"};
    WordsText headline;
    WordsText detail;

    (void)state;
    for (int i = WORDS_PHRASE_NONE + 1; i < WORDS_PHRASE_COUNT; i++) {
        WordsSentence sentence = words_phrase((WordsPhrase)i);

        check(sentence.headline[0] != '\0');
        check(is_kind(sentence.headline));
        check(is_kind(sentence.detail));
    }
    for (int i = 0; i < WORDS_SITUATION_COUNT; i++) {
        words_situation((WordsSituation)i, &about, &headline, &detail);
        check(headline.length_bytes > 0);
        check(detail.length_bytes > 0);
        check(is_kind(headline.bytes));
        check(is_kind(detail.bytes));
    }
}

static void a_situation_speaks_of_what_it_is_about(void **state)
{
    WordsText headline;
    WordsText detail;

    (void)state;
    words_situation(WORDS_NO_ANSWER,
                    &(WordsAbout){.number = 47800, .name = "drum.example"},
                    &headline,
                    &detail);
    check_text(headline.bytes, "No answer from drum.example.");
    check_text(detail.bytes,
               "Check the link with your host, or ask IT to open UDP port 47800 to drum.example.");
    words_situation(WORDS_CALIBRATED, &(WordsAbout){.number = -41000}, &headline, &detail);
    check_text(headline.bytes, "Done. Your offset is 41 ms early.");
    words_situation(WORDS_NAME_TAKEN, &(WordsAbout){.name = "Ada"}, &headline, &detail);
    check_text(headline.bytes, "Somebody is already called Ada.");
    check_i64(words_of_refusal(REFUSAL_FULL), WORDS_SESSION_FULL);
    check_i64(words_of_notice(NOTICE_KICKED), WORDS_KICKED);
    check_i64(words_of_notice(NOTICE_BANNED), WORDS_BANNED);
    check_i64(words_of_refusal(REFUSAL_BANNED), WORDS_BANNED);
    check_i64(words_of_refusal(REFUSAL_PRIVACY), WORDS_PRIVACY_HOLDS);
}

static void the_older_of_two_versions_is_the_one_to_update(void **state)
{
    WordsSituation refused = words_of_refusal(REFUSAL_VERSION);
    WordsText headline;
    WordsText detail;

    (void)state;
    words_situation(refused, &(WordsAbout){.number = 2, .other_number = 1}, &headline, &detail);
    check_text(headline.bytes, "This session needs a newer Onedrum.");
    check_text(detail.bytes, "It speaks protocol 2; yours speaks 1. Update yours.");
    words_situation(refused, &(WordsAbout){.number = 1, .other_number = 2}, &headline, &detail);
    check_text(headline.bytes, "This session runs an older Onedrum.");
    check_text(detail.bytes, "It speaks protocol 1; yours speaks 2. Ask your host to update.");
}

static void the_group_is_on_the_click_or_drifts(void **state)
{
    (void)state;
    check_text(words_group_on_click(6000, BEAT_NS), "The group is right on the click.");
    check_text(words_group_on_click(-25000, BEAT_NS), "The group is a little ahead of the click.");
    check_text(words_group_on_click(-60000, BEAT_NS), "We are rushing. Lean back.");
    check_text(words_group_on_click(60000, BEAT_NS), "We are dragging. Lean forward.");
}

#define Q30 1073741824.0

/* Law: the word of a figure is the word of the spread that the figure was made from. */
static void a_figure_has_the_word_of_its_spread(void **state)
{
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(20261121));
    for (int i = 0; i < 1000; i++) {
        double r = 0.3 + 0.69 * prng_uniform(&prng);
        GroupTotals totals = {
            .beats = 1, .ppc_q30 = (int64_t)(r * r * Q30), .r_q30 = (int64_t)(r * Q30)};
        GroupFigures figures = group_totals_figures(&totals, BEAT_NS, 24, 24);

        check_i64(words_group_word(figures.together, BEAT_NS), figures.word);
    }
}

static void a_journey_praises_or_keeps_silent(void **state)
{
    WordsText text;

    (void)state;
    words_journey(GROUP_WORD_SCATTERED, GROUP_WORD_TIGHT, &text);
    check_text(text.bytes, "From scattered to tight.");
    words_journey(GROUP_WORD_TIGHT, GROUP_WORD_SCATTERED, &text);
    check_text(text.bytes, "You played together.");
}

static void the_clock_is_told_with_its_uncertainty_in_whole_ms(void **state)
{
    WordsText text;

    (void)state;
    words_clock_quality(0, 50 * NS_PER_MS, &text);
    check_text(text.bytes, "Finding the clock");
    words_clock_quality(4, NS_PER_MS / 10, &text);
    check_text(text.bytes, "Clock steady, 1 ms");
    words_clock_quality(1, 41 * NS_PER_MS + 1, &text);
    check_text(text.bytes, "Clock unsteady, 42 ms");
}

static void the_cue_and_the_word_say_the_same(void **state)
{
    Cue cue = CUE_COUNT;

    (void)state;
    check(words_cue(JUDGEMENT_PERFECT, -9000, true, &cue) && cue == CUE_ON);
    check(words_cue(JUDGEMENT_GOOD, -40000, true, &cue) && cue == CUE_EARLY);
    check(words_cue(JUDGEMENT_GOOD, 40000, true, &cue) && cue == CUE_LATE);
    check(words_cue(JUDGEMENT_OK, -90000, true, &cue) && cue == CUE_EARLY);
    for (int judgement = 0; judgement < JUDGEMENT_COUNT; judgement++) {
        for (int64_t side = -1; side <= 1; side += 2) {
            const char *word = words_judgement((Judgement)judgement, side * 50000, true);
            bool told = words_cue((Judgement)judgement, side * 50000, true, &cue);
            bool late = strstr(word, "ate") != NULL;
            bool early = strstr(word, "arly") != NULL;

            check_i64(told, late || early || strcmp(word, "Spot on") == 0);
            check_i64(told && cue == CUE_LATE, late);
            check_i64(told && cue == CUE_EARLY, early);
            check(!words_cue((Judgement)judgement, side * 50000, false, &cue));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clock_is_told_with_its_uncertainty_in_whole_ms),
        cmocka_unit_test(a_judgement_has_its_word),
        cmocka_unit_test(the_cue_and_the_word_say_the_same),
        cmocka_unit_test(nobody_is_called_early_or_late_without_a_calibration),
        cmocka_unit_test(lateness_is_said_in_whole_milliseconds),
        cmocka_unit_test(numbers_of_every_size_are_written),
        cmocka_unit_test(a_sentence_that_is_too_long_is_cut_between_characters),
        cmocka_unit_test(a_phrase_in_the_middle_is_in_the_pocket),
        cmocka_unit_test(a_flag_is_spoken_of_before_anything_else),
        cmocka_unit_test(coming_back_and_getting_tighter_are_noticed),
        cmocka_unit_test(uncalibrated_phrases_say_nothing_about_early_and_late),
        cmocka_unit_test(every_sentence_is_kind_and_complete),
        cmocka_unit_test(a_situation_speaks_of_what_it_is_about),
        cmocka_unit_test(the_older_of_two_versions_is_the_one_to_update),
        cmocka_unit_test(the_group_is_on_the_click_or_drifts),
        cmocka_unit_test(a_figure_has_the_word_of_its_spread),
        cmocka_unit_test(a_journey_praises_or_keeps_silent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
