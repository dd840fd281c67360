#include "client/desktop/ui/screen_settings.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/check.h"
#include "tests/support/screen_probe.h"

static Probe probe;
static SettingsScreen screen;
static SettingsView view;
static AppSettings settings;
static SettingsAction action; /* the last one that was not none */

static void draw(Ui *ui)
{
    SettingsAction answered = screen_settings(&screen, ui, &view, &settings);

    action = answered != SETTINGS_ACTION_NONE ? answered : action;
}

static int set_up(void **state)
{
    (void)state;
    settings_init(&settings);
    memset(&screen, 0, sizeof screen);
    view = (SettingsView){.sound = {.works = true, .device = "headphones, 48 kHz"},
                          .version = "0.1.0"};
    action = SETTINGS_ACTION_NONE;
    probe_open(&probe, draw);
    return 0;
}

static void open_section(SettingsSection section)
{
    memset(&screen, 0, sizeof screen);
    screen.section = section;
    action = SETTINGS_ACTION_NONE;
    probe_open(&probe, draw);
}

/* ---- moving about ---------------------------------------------------------------------------- */

static void arrows_walk_through_all_sections_from_the_start(void **state)
{
    (void)state;
    for (size_t i = 0; i < SETTINGS_SECTION_COUNT; i++) {
        check_u64(screen.section, i);
        probe_key(&probe, UI_KEY_DOWN, 0);
        probe_frame(&probe);
    }
    check(probe_mentions(&probe, "Version 0.1.0"));
}

static void the_pointer_opens_a_section(void **state)
{
    (void)state;
    probe_click(&probe, "Privacy");
    check_u64(screen.section, SETTINGS_PRIVACY);
}

static void at_200_percent_a_field_opens_the_sections_by_keys(void **state)
{
    (void)state;
    probe_resize(&probe, PROBE_WINDOWS[2]);
    probe_tab_to(&probe, "Drum and keys");
    probe_key(&probe, UI_KEY_ENTER, 0);
    probe_key(&probe, UI_KEY_DOWN, 0);
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_u64(screen.section, SETTINGS_SOUND);
}

static void at_200_percent_a_field_opens_the_sections_by_pointer(void **state)
{
    (void)state;
    probe_resize(&probe, PROBE_WINDOWS[2]);
    probe_click(&probe, "Drum and keys");
    probe_click(&probe, "Timing");
    check_u64(screen.section, SETTINGS_TIMING);
}

static void escape_and_the_button_go_back(void **state)
{
    (void)state;
    probe_key(&probe, UI_KEY_ESCAPE, 0);
    check_i64(action, SETTINGS_ACTION_BACK);
    action = SETTINGS_ACTION_NONE;
    probe_click(&probe, "Back");
    check_i64(action, SETTINGS_ACTION_BACK);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void by_keys_a_key_is_bound_anew(void **state)
{
    (void)state;
    probe_tab_to(&probe, "F");
    probe_key(&probe, UI_KEY_ENTER, 0);
    check(screen.is_capturing);
    check(settings_screen_key(&screen, &settings, "D"));
    check(!screen.is_capturing);
    check_text(settings.keys[1][0], "D");
    probe_frame(&probe);
    check(probe_shows(&probe, "D"));
}

static void by_pointer_a_key_is_added_and_taken_away(void **state)
{
    (void)state;
    probe_click_nth(&probe, "add", 0);
    check(screen.is_capturing);
    check(settings_screen_key(&screen, &settings, "Right Ctrl"));
    check_text(settings.keys[0][1], "Right Ctrl");
    probe_frame(&probe);
    probe_click(&probe, "Right Ctrl");
    probe_click(&probe, "Take the key away");
    check_text(settings.keys[0][1], "");
    check_i64(action, SETTINGS_ACTION_CHANGED);
}

static void delete_takes_the_focused_key_away(void **state)
{
    (void)state;
    probe_tab_to(&probe, "J");
    probe_key(&probe, UI_KEY_DELETE, 0);
    check_text(settings.keys[2][0], "");
    check_i64(action, SETTINGS_ACTION_CHANGED);
}

static void escape_forgets_the_wish_and_tab_is_refused_in_words(void **state)
{
    (void)state;
    probe_click(&probe, "J");
    check(!settings_screen_key(&screen, &settings, "Tab"));
    check(screen.is_capturing);
    probe_frame(&probe);
    check(probe_mentions(&probe, "Esc and Tab always belong to the screens."));
    check(!settings_screen_key(&screen, &settings, "Escape"));
    check(!screen.is_capturing);
    check_text(settings.keys[2][0], "J");
    check(!settings_screen_key(&screen, &settings, "A"));
}

/* It stands where keys are chosen, and makes room for what to press while one is. */
static void two_hands_are_told_which_keys_a_keyboard_may_lose(void **state)
{
    static const char hint[] = "many keyboards lose the third key of some threes";

    (void)state;
    check_u64(screen.section, SETTINGS_KEYS);
    check(probe_mentions(&probe, "Two hands:"));
    probe_resize(&probe, PROBE_WINDOWS[3]);
    check(probe_mentions(&probe, hint));
    check(probe_mentions(&probe, "Ctrl keys, which are never lost."));
    probe_click(&probe, "J");
    check(screen.is_capturing);
    probe_frame(&probe);
    check(!probe_mentions(&probe, hint));
    check(!settings_screen_key(&screen, &settings, "Escape"));
    probe_frame(&probe);
    check(probe_mentions(&probe, hint));
    open_section(SETTINGS_SOUND);
    probe_resize(&probe, PROBE_WINDOWS[3]);
    check(!probe_mentions(&probe, hint));
}

static void clashes_are_told_in_words(void **state)
{
    (void)state;
    check(settings_bind_key(&settings, 1, 1, "Space"));
    check(settings_bind_key(&settings, 2, 1, "N"));
    probe_frame(&probe);
    check(probe_mentions(&probe, "Space is also a key of Main drum, which wins."));
    check(probe_mentions(&probe, "N is also for names on the ring."));
}

/* ---- the wizard ------------------------------------------------------------------------------ */

static void the_wizard_is_opened_by_key_and_by_pointer(void **state)
{
    (void)state;
    open_section(SETTINGS_TIMING);
    probe_key(&probe, UI_KEY_TAB, 0);
    probe_frame(&probe);
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, SETTINGS_ACTION_CALIBRATE);
    action = SETTINGS_ACTION_NONE;
    probe_click(&probe, "Calibrate");
    check_i64(action, SETTINGS_ACTION_CALIBRATE);
}

/* ---- values ---------------------------------------------------------------------------------- */

static void arrows_move_an_offset_below_zero_and_set_it(void **state)
{
    (void)state;
    open_section(SETTINGS_TIMING);
    probe_key(&probe, UI_KEY_TAB, 0);
    probe_frame(&probe);
    probe_key(&probe, UI_KEY_TAB, 0);
    probe_frame(&probe);
    for (int i = 0; i < 4; i++) {
        probe_key(&probe, UI_KEY_LEFT, UI_SHIFT);
    }
    probe_key(&probe, UI_KEY_LEFT, 0);
    check_i64(settings.offsets.timing_offset_ms, -41);
    check(settings.offsets.timing_offset_is_set);
    check(probe_shows(&probe, "-41 ms"));
    check_i64(action, SETTINGS_ACTION_CHANGED);
}

static void an_offset_can_be_typed(void **state)
{
    (void)state;
    open_section(SETTINGS_TIMING);
    probe_key(&probe, UI_KEY_TAB, 0);
    probe_frame(&probe);
    probe_key(&probe, UI_KEY_TAB, 0);
    probe_frame(&probe);
    probe_key(&probe, UI_KEY_ENTER, 0);
    probe_type(&probe, "-180");
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(settings.offsets.timing_offset_ms, -180);
}

static void the_pointer_moves_an_offset(void **state)
{
    Rect figure;

    (void)state;
    open_section(SETTINGS_TIMING);
    figure = probe_place(&probe, "0 ms");
    probe_click_at(&probe, (Point){figure.x - 60.0F, rect_center(figure).y});
    check(settings.offsets.timing_offset_ms > 0);
}

static void the_text_size_changes_when_the_slider_is_let_go(void **state)
{
    Rect figure;
    float x;
    float y;

    (void)state;
    open_section(SETTINGS_PICTURE);
    figure = probe_place(&probe, "100 %");
    x = figure.x - 60.0F;
    y = rect_center(figure).y;
    ui_input_pointer(&probe.ui, x, y);
    probe_frame(&probe);
    ui_input_press(&probe.ui, x, y, false);
    probe_frame(&probe);
    check_i64(settings.text_size_percent, 100);
    ui_input_release(&probe.ui, x, y);
    probe_frame(&probe);
    check(settings.text_size_percent > 100);
    check_i64(action, SETTINGS_ACTION_CHANGED);
}

static void arrows_change_the_text_size(void **state)
{
    (void)state;
    open_section(SETTINGS_PICTURE);
    probe_key(&probe, UI_KEY_TAB, 0);
    probe_frame(&probe);
    probe_key(&probe, UI_KEY_TAB, 0);
    probe_frame(&probe);
    probe_key(&probe, UI_KEY_RIGHT, 0);
    probe_frame(&probe);
    check_i64(settings.text_size_percent, 105);
}

static void themes_are_chosen_by_keys_and_by_pointer(void **state)
{
    (void)state;
    open_section(SETTINGS_ACCESSIBILITY);
    probe_key(&probe, UI_KEY_TAB, 0);
    probe_frame(&probe);
    probe_key(&probe, UI_KEY_RIGHT, 0);
    check_i64(settings.theme, THEME_LIGHT);
    probe_click(&probe, "High contrast");
    check_i64(settings.theme, THEME_HIGH_CONTRAST);
}

static void switches_answer_space_and_pointer(void **state)
{
    Rect words;

    (void)state;
    open_section(SETTINGS_ACCESSIBILITY);
    for (int i = 0; i < 3; i++) {
        probe_key(&probe, UI_KEY_TAB, 0);
        probe_frame(&probe);
    }
    probe_key(&probe, UI_KEY_SPACE, 0);
    check(settings.reduced_motion);
    words = probe_place(&probe, "Calm light");
    probe_click_at(&probe, (Point){1200.0F, words.y + 20.0F});
    check(!settings.calm_light);
}

static void the_test_sound_is_asked_for(void **state)
{
    (void)state;
    open_section(SETTINGS_SOUND);
    probe_click(&probe, "Play your drum");
    check_i64(action, SETTINGS_ACTION_TEST_SOUND);
}

static void another_click_is_heard_at_once(void **state)
{
    (void)state;
    open_section(SETTINGS_SOUND);
    probe_click(&probe, "Bell");
    check_i64(action, SETTINGS_ACTION_TEST_CLICK);
    check_i64(settings.click_sound, CLICK_SOUND_BELL);
}

static void forgetting_empties_name_team_and_host(void **state)
{
    (void)state;
    form_copy(settings.name, sizeof settings.name, "Cleo");
    form_copy(settings.host, sizeof settings.host, "drums.example.org");
    open_section(SETTINGS_PRIVACY);
    probe_click(&probe, "Forget them now");
    check_text(settings.name, "");
    check_text(settings.host, "");
}

static void setting_all_back_asks_first(void **state)
{
    (void)state;
    settings.click_percent = 3;
    probe_click(&probe, "Set all back");
    probe_frame(&probe);
    check(probe_shows(&probe, "Set everything back?"));
    probe_key(&probe, UI_KEY_ESCAPE, 0);
    probe_frame(&probe);
    check_i64(settings.click_percent, 3);
    check_i64(action, SETTINGS_ACTION_NONE);
    probe_click(&probe, "Set all back");
    probe_frame(&probe);
    probe_click(&probe, "Set back");
    check_i64(settings.click_percent, 70);
    check_i64(action, SETTINGS_ACTION_CHANGED);
}

/* ---- laws ------------------------------------------------------------------------------------ */

static void no_section_overlaps_in_any_window(void **state)
{
    (void)state;
    check(settings_bind_key(&settings, 1, 1, "Space"));
    check(settings_bind_key(&settings, 2, 1, "Keypad Enter"));
    form_copy(settings.name, sizeof settings.name, "Cleo");
    for (int section = 0; section < SETTINGS_SECTION_COUNT; section++) {
        open_section((SettingsSection)section);
        probe_check_windows(&probe);
    }
}

static void rebinding_and_asking_overlap_nothing(void **state)
{
    (void)state;
    probe_click(&probe, "J");
    probe_check_windows(&probe);
    check(screen.is_capturing);
    (void)settings_screen_key(&screen, &settings, "Escape");
    screen.asks_to_reset = true;
    probe_check_windows(&probe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(arrows_walk_through_all_sections_from_the_start, set_up),
        cmocka_unit_test_setup(the_pointer_opens_a_section, set_up),
        cmocka_unit_test_setup(at_200_percent_a_field_opens_the_sections_by_keys, set_up),
        cmocka_unit_test_setup(at_200_percent_a_field_opens_the_sections_by_pointer, set_up),
        cmocka_unit_test_setup(escape_and_the_button_go_back, set_up),
        cmocka_unit_test_setup(by_keys_a_key_is_bound_anew, set_up),
        cmocka_unit_test_setup(by_pointer_a_key_is_added_and_taken_away, set_up),
        cmocka_unit_test_setup(delete_takes_the_focused_key_away, set_up),
        cmocka_unit_test_setup(escape_forgets_the_wish_and_tab_is_refused_in_words, set_up),
        cmocka_unit_test_setup(two_hands_are_told_which_keys_a_keyboard_may_lose, set_up),
        cmocka_unit_test_setup(clashes_are_told_in_words, set_up),
        cmocka_unit_test_setup(the_wizard_is_opened_by_key_and_by_pointer, set_up),
        cmocka_unit_test_setup(arrows_move_an_offset_below_zero_and_set_it, set_up),
        cmocka_unit_test_setup(an_offset_can_be_typed, set_up),
        cmocka_unit_test_setup(the_pointer_moves_an_offset, set_up),
        cmocka_unit_test_setup(the_text_size_changes_when_the_slider_is_let_go, set_up),
        cmocka_unit_test_setup(arrows_change_the_text_size, set_up),
        cmocka_unit_test_setup(themes_are_chosen_by_keys_and_by_pointer, set_up),
        cmocka_unit_test_setup(switches_answer_space_and_pointer, set_up),
        cmocka_unit_test_setup(the_test_sound_is_asked_for, set_up),
        cmocka_unit_test_setup(another_click_is_heard_at_once, set_up),
        cmocka_unit_test_setup(forgetting_empties_name_team_and_host, set_up),
        cmocka_unit_test_setup(setting_all_back_asks_first, set_up),
        cmocka_unit_test_setup(no_section_overlaps_in_any_window, set_up),
        cmocka_unit_test_setup(rebinding_and_asking_overlap_nothing, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
