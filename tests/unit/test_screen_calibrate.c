#include "client/desktop/ui/screen_calibrate.h"

#include <string.h>

#include "tests/support/check.h"
#include "tests/support/screen_probe.h"

static Probe probe;
static CalibrateScreen screen;
static CalibrateView view;
static CalibrateAction action; /* the last one that was not none */

static void draw(Ui *ui)
{
    CalibrateAction answered = screen_calibrate(&screen, ui, &view);

    action = answered != CALIBRATE_ACTION_NONE ? answered : action;
}

static int set_up(void **state)
{
    const SettingsOffsets offsets = {.picture_offset_ms = 12};

    (void)state;
    calibrate_screen_open(&screen, &offsets);
    view = (CalibrateView){.sound = {.works = true}};
    action = CALIBRATE_ACTION_NONE;
    probe_open(&probe, draw);
    return 0;
}

/* The shell's part: begins the round, hears `clicks` clicks, taps each `delay_ms` late, and by
   `wobble_ms` more or less. */
static void tap(int clicks, int64_t delay_ms, int64_t wobble_ms)
{
    HostTime click;

    if (screen.step == CALIBRATE_WAITING) {
        calibrate_screen_begin(&screen, (HostTime){view.now.ns + NS_PER_S});
    }
    for (int i = 0; i < clicks; i++) {
        /* A pattern of four, so that the middle is `delay_ms`. */
        const int64_t off_ms = (i / 2 % 2 == 0 ? wobble_ms : -wobble_ms) * (1 + i % 2) / 2;

        check(calibration_next_click(&screen.round, (HostTime){INT64_MAX}, &click));
        calibrate_screen_tap(&screen, (HostTime){click.ns + (delay_ms + off_ms) * NS_PER_MS});
        view.now = click;
        view.seen = click;
    }
    probe_frame(&probe);
}

static void even_taps_lead_to_the_figure_and_one_key_uses_it(void **state)
{
    (void)state;
    check(probe_mentions(&probe, "Tap along with the click"));
    tap(60, -41, 4);
    check_i64(screen.step, CALIBRATE_RESULT);
    check_i64(action, CALIBRATE_ACTION_SILENCE);
    probe_frame(&probe);
    check(probe_mentions(&probe, "Done. Your offset is 41 ms early."));
    check(probe_shows(&probe, "-41 ms"));
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, CALIBRATE_ACTION_USE);
    check_i64(screen.offsets.timing_offset_ms, -41);
    check(screen.offsets.timing_offset_is_set);
    check_i64(screen.offsets.picture_offset_ms, 12);
}

static void uneven_taps_are_refused_with_a_reason_and_change_nothing(void **state)
{
    (void)state;
    tap(70, 0, 140);
    probe_frame(&probe);
    check(probe_mentions(&probe, "Too uneven to be sure ("));
    check(probe_mentions(&probe, "Nothing was changed."));
    check(!screen.offsets.timing_offset_is_set);
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(screen.step, CALIBRATE_WAITING);
    check_i64(screen.round.tap_count, 0);
}

static void nothing_moves_with_the_click_while_tapping(void **state)
{
    uint8_t before[sizeof probe.draw.commands[0] * 64];
    size_t count;

    (void)state;
    tap(20, 0, 2);
    view.now.ns += NS_PER_S / 20;
    probe_frame(&probe);
    count = probe.draw.command_count < 64 ? probe.draw.command_count : 64;
    memcpy(before, probe.draw.commands, count * sizeof probe.draw.commands[0]);
    for (int i = 0; i < 10; i++) {
        view.now.ns += NS_PER_S / 20;
        view.seen = view.now;
        probe_frame(&probe);
        check_bytes(probe.draw.commands, before, count * sizeof probe.draw.commands[0]);
    }
}

static void a_round_can_be_ended_by_hand_from_24_taps_on(void **state)
{
    (void)state;
    tap(8 + CALIBRATION_BEATS_TO_SETTLE + 23, 30, 24);
    check(!probe_mentions(&probe, "That will do"));
    tap(1, 30, 24);
    check_i64(screen.step, CALIBRATE_TAPPING);
    probe_click(&probe, "That will do");
    check_i64(screen.step, CALIBRATE_RESULT);
    check(screen.offsets.timing_offset_is_set);
}

static void headphones_without_a_cable_are_warned_of(void **state)
{
    (void)state;
    tap(30, 110, 4);
    check(!probe_mentions(&probe, "Bluetooth"));
    probe_type(&probe, "r");
    check_i64(screen.step, CALIBRATE_WAITING);
    tap(30, 180, 4);
    check(probe_mentions(&probe, "Bluetooth adds"));
    tap(30, 180, 4);
    probe_frame(&probe);
    check(probe_mentions(&probe, "180 ms late"));
    check(probe_mentions(&probe, "Bluetooth adds"));
}

static void the_picture_is_measured_against_the_sound(void **state)
{
    (void)state;
    tap(60, 100, 4);
    probe_frame(&probe);
    probe_type(&probe, "p");
    check_i64(screen.kind, CALIBRATION_TO_PICTURE);
    tap(60, 117, 4);
    probe_frame(&probe);
    check_i64(screen.step, CALIBRATE_RESULT);
    check_i64(screen.offsets.timing_offset_ms, 100);
    check_i64(screen.offsets.picture_offset_ms, 17);
    check(probe_mentions(&probe, "Your picture is 17 ms late"));
}

static void escape_from_the_picture_goes_back_to_the_figures(void **state)
{
    (void)state;
    tap(60, 100, 4);
    probe_frame(&probe);
    probe_click(&probe, "Picture next");
    probe_frame(&probe);
    check(probe_mentions(&probe, "Now tap with the pendulum"));
    probe_key(&probe, UI_KEY_ESCAPE, 0);
    check_i64(screen.step, CALIBRATE_RESULT);
    check_i64(screen.offsets.picture_offset_ms, 12);
    probe_key(&probe, UI_KEY_ESCAPE, 0);
    check_i64(action, CALIBRATE_ACTION_BACK);
}

static void offsets_can_be_moved_by_keys_below_zero_and_the_sound_takes_the_hits_along(void **state)
{
    (void)state;
    tap(60, 3, 4);
    probe_frame(&probe);
    probe_key(&probe, UI_KEY_TAB, 0);
    probe_frame(&probe);
    probe_key(&probe, UI_KEY_LEFT, UI_SHIFT);
    check_i64(screen.offsets.timing_offset_ms, -7);
    probe_key(&probe, UI_KEY_TAB, 0);
    probe_frame(&probe);
    probe_key(&probe, UI_KEY_RIGHT, UI_SHIFT);
    check_i64(screen.offsets.sound_offset_ms, 10);
    check_i64(screen.offsets.timing_offset_ms, -17);
}

static void without_sound_or_taps_it_says_what_to_do(void **state)
{
    (void)state;
    view.sound.works = false;
    probe_frame(&probe);
    check(probe_mentions(&probe, "No sound device found."));
    view.sound.works = true;
    view.settling = true;
    probe_frame(&probe);
    check(probe_mentions(&probe, "Getting to know the sound device"));
    view.settling = false;
    calibrate_screen_begin(&screen, view.now);
    view.now.ns += 7 * NS_PER_S;
    probe_frame(&probe);
    check(probe_mentions(&probe, "No taps yet"));
}

static void escape_leaves_at_once(void **state)
{
    (void)state;
    probe_key(&probe, UI_KEY_ESCAPE, 0);
    check_i64(action, CALIBRATE_ACTION_BACK);
}

static void every_step_is_tidy_in_every_window(void **state)
{
    (void)state;
    probe_check_windows(&probe);
    tap(30, 200, 20);
    probe_check_windows(&probe);
    tap(100, 200, 20);
    probe_frame(&probe);
    check_i64(screen.step, CALIBRATE_RESULT);
    probe_check_windows(&probe);
    probe_type(&probe, "p");
    tap(20, 180, 10);
    probe_check_windows(&probe);
    tap(100, 180, 10);
    probe_frame(&probe);
    probe_check_windows(&probe);
    calibrate_screen_open(&screen, &(SettingsOffsets){.timing_offset_ms = 0});
    probe_frame(&probe);
    tap(70, 0, 140);
    probe_frame(&probe);
    probe_check_windows(&probe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(even_taps_lead_to_the_figure_and_one_key_uses_it, set_up),
        cmocka_unit_test_setup(uneven_taps_are_refused_with_a_reason_and_change_nothing, set_up),
        cmocka_unit_test_setup(nothing_moves_with_the_click_while_tapping, set_up),
        cmocka_unit_test_setup(a_round_can_be_ended_by_hand_from_24_taps_on, set_up),
        cmocka_unit_test_setup(headphones_without_a_cable_are_warned_of, set_up),
        cmocka_unit_test_setup(the_picture_is_measured_against_the_sound, set_up),
        cmocka_unit_test_setup(escape_from_the_picture_goes_back_to_the_figures, set_up),
        cmocka_unit_test_setup(
            offsets_can_be_moved_by_keys_below_zero_and_the_sound_takes_the_hits_along, set_up),
        cmocka_unit_test_setup(without_sound_or_taps_it_says_what_to_do, set_up),
        cmocka_unit_test_setup(escape_leaves_at_once, set_up),
        cmocka_unit_test_setup(every_step_is_tidy_in_every_window, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
