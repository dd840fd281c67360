/* The hit meter: the last twenty hits, early left and late right, told by place, shape and word. */
#include "client/desktop/ui/view_meter.h"

#include <math.h>

#include "shared/prng.h"
#include "tests/support/check.h"
#include "tests/support/frame.h"
#include "tests/support/stage.h"

static Stage stage;
static FrameOfTest frame;
static const Rect bar = {100.0F, 200.0F, 600.0F, 44.0F};
static const Rect row = {100.0F, 260.0F, 600.0F, 24.0F};

static void set_up(bool calibrated)
{
    stage_init(&stage,
               &(StageConfig){.people = 2, .teams = 1, .calibrated = calibrated, .seed = 1});
    frame_init(&frame, 1280, 720, 1.0F);
}

static Meter now(void)
{
    return meter_of(&stage.model, beat_ns_at(STAGE_TEMPO_MBPM));
}

static void draw(const Meter *meter)
{
    WordsText words;

    meter_words(meter, false, &words);
    frame_begin(&frame);
    view_meter(&frame.ui, bar, meter);
    view_meter_words(&frame.ui, row, meter, words.bytes);
    frame_end(&frame);
}

static void the_last_twenty_hits_count_and_misses_do_not(void **state)
{
    Meter meter;

    (void)state;
    set_up(true);
    for (int i = 0; i < 30; i++) {
        stage_hit(&stage, i, 1000 * i);
        stage_miss(&stage, i + 0.5);
    }
    meter = now();
    check_i64(meter.hit_count, METER_HITS_MAX);
    check_i64(meter.asynchrony_us[0], 29000);
    check_i64(meter.asynchrony_us[METER_HITS_MAX - 1], 10000);
    /* Of 10, 11 .. 29 ms: mean 19.5, SD sqrt(35). */
    check_i64(meter.mean_us, 19500);
    check_near((double)meter.spread_us, 5916.0, 1.0);
}

/* The mean is that of the last twenty at every moment, whatever came before. */
static void the_mean_moves_with_the_hits(void **state)
{
    int32_t hits[100];
    Prng prng;

    (void)state;
    set_up(true);
    prng_seed(&prng, check_seed(12));
    for (int i = 0; i < 100; i++) {
        int first = i + 1 < METER_HITS_MAX ? 0 : i + 1 - METER_HITS_MAX;
        double sum = 0.0;

        hits[i] = (int32_t)lround(25000.0 * prng_normal(&prng));
        stage_hit(&stage, i, hits[i]);
        for (int j = first; j <= i; j++) {
            sum += hits[j];
        }
        check_near((double)now().mean_us, sum / (i + 1 - first), 0.51);
    }
}

static void early_is_left_and_late_is_right(void **state)
{
    Meter meter;
    float middle = bar.x + bar.w / 2.0F;

    (void)state;
    set_up(true);
    meter = now();
    check_near((double)meter_x(&meter, bar, 0), (double)middle, 1e-3);
    check(meter_x(&meter, bar, -20000) < middle);
    check(meter_x(&meter, bar, 20000) > middle);
    for (int32_t us = -400000; us < 400000; us += 5000) {
        check(meter_x(&meter, bar, us) <= meter_x(&meter, bar, us + 5000));
        check_between((double)meter_x(&meter, bar, us), (double)bar.x, (double)rect_right(bar));
    }
    /* The range is 1.15 W3 to each side; what lies outside stands at the edge. */
    check_near((double)meter_x(&meter, bar, meter.windows.w3_ns / NS_PER_US),
               (double)(middle + bar.w / 2.0F / 1.15F),
               0.1);
    check_near((double)meter_x(&meter, bar, 400000), (double)rect_right(bar), 2.1);
}

static void sides_are_told_by_shape_and_word_and_figures_by_words(void **state)
{
    const DrawCommand *early;
    const DrawCommand *late;
    Meter meter;

    (void)state;
    set_up(true);
    stage_hit(&stage, 0.0, -20000);
    stage_hit(&stage, 1.0, -14000);
    meter = now();
    draw(&meter);
    early = frame_text(&frame, "early");
    late = frame_text(&frame, "late");
    assert_non_null(early);
    assert_non_null(late);
    check(early->as.text.box.x < rect_center(row).x);
    check(rect_right(late->as.text.box) > rect_center(row).x);
    check_i64(frame_marks(&frame, MARK_EARLY), 1);
    check_i64(frame_marks(&frame, MARK_LATE), 1);
    check(frame_text(&frame, "mean 17 ms early, spread 4 ms") != NULL);
    /* The triangle of the mean, in the colour of words and of no verdict. */
    check_i64(frame_count(&frame, DRAW_POLYGON, theme_of(THEME_DARK)->text), 1);
}

static void without_a_calibration_there_is_neither_side_nor_mean(void **state)
{
    Meter meter;

    (void)state;
    set_up(false);
    stage_hit(&stage, 0.0, -20000);
    stage_hit(&stage, 1.0, -14000);
    meter = now();
    draw(&meter);
    check(frame_text(&frame, "early") == NULL);
    check(frame_text(&frame, "late") == NULL);
    check_i64(frame_count(&frame, DRAW_POLYGON, theme_of(THEME_DARK)->text), 0);
    check(frame_text(&frame, "calibrate in the menu to see early and late") != NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_twenty_hits_count_and_misses_do_not),
        cmocka_unit_test(the_mean_moves_with_the_hits),
        cmocka_unit_test(early_is_left_and_late_is_right),
        cmocka_unit_test(sides_are_told_by_shape_and_word_and_figures_by_words),
        cmocka_unit_test(without_a_calibration_there_is_neither_side_nor_mean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
