#include "client/desktop/ui/screen_lobby.h"

#include <string.h>

#include "tests/support/check.h"
#include "tests/support/screen_probe.h"
#include "tests/support/stage.h"

static Probe probe;
static Stage stage;
static LobbyScreen screen;
static LobbyView view;
static LobbyAction action; /* the last one that was not none */

static void draw(Ui *ui)
{
    LobbyAction answered = screen_lobby(&screen, ui, &view);

    action = answered != LOBBY_ACTION_NONE ? answered : action;
}

static void open_with(int people, int teams, bool calibrated)
{
    stage_init(
        &stage,
        &(StageConfig){
            .people = people, .teams = teams, .calibrated = calibrated, .lobby = true, .seed = 3});
    memset(&screen, 0, sizeof screen);
    view = (LobbyView){.model = &stage.model,
                       .music = stage_now(&stage, 0.0),
                       .sound = {.works = true, .device = "headphones, 48 kHz"}};
    action = LOBBY_ACTION_NONE;
    probe_open(&probe, draw);
}

static int set_up(void **state)
{
    (void)state;
    open_with(24, 4, true);
    return 0;
}

/* ---- who is here ----------------------------------------------------------------------------- */

static void the_own_team_stands_first_and_oneself_first_in_it(void **state)
{
    uint16_t own_team = stage.others.roster[0].team;

    (void)state;
    check_i64(screen.team_count, 4);
    check_i64(screen.teams[0].team, own_team);
    check_i64(screen.teams[0].first, stage.model.welcome.seat);
    check(probe_mentions(&probe, " (you)"));
    check(probe_mentions(&probe, "24 people are here."));
}

static void everybody_is_in_exactly_one_team(void **state)
{
    int count = 0;

    (void)state;
    open_with(300, 37, true);
    for (int team = 0; team < screen.team_count; team++) {
        int in_team = 0;

        for (uint16_t seat = screen.teams[team].first; seat != LOBBY_NOBODY;
             seat = screen.next[seat]) {
            check_i64(stage.others.roster[seat].team, screen.teams[team].team);
            in_team++;
        }
        check_i64(in_team, screen.teams[team].count);
        count += in_team;
    }
    check_i64(count, 300);
    check_i64(screen.people_count, 300);
}

static void people_without_a_team_stand_together(void **state)
{
    (void)state;
    stage.others.roster[1].team = TEAM_NONE;
    stage.others.roster[5].team = TEAM_NONE;
    probe_frame(&probe);
    check_i64(screen.team_count, 5);
    check(probe_shows(&probe, "No team"));
}

static void who_has_left_is_not_here_and_who_is_away_is_said_to_be(void **state)
{
    (void)state;
    stage.others.roster[4].presence = 0;
    stage.others.roster[8].presence = PRESENCE_TAKEN;
    probe_frame(&probe);
    check_i64(screen.people_count, 23);
    check(probe_shows(&probe, "away"));
}

static void watchers_are_listed_but_not_counted(void **state)
{
    int before;

    (void)state;
    before = screen.parts_taken[0];
    stage.others.roster[3].presence = PRESENCE_TAKEN | PRESENCE_CONNECTED | PRESENCE_OBSERVER;
    stage.others.roster[3].part = 0;
    probe_frame(&probe);
    check_i64(screen.people_count, 23);
    check(screen.parts_taken[0] <= before);
    check(probe_shows(&probe, "watching"));
    stage.others.roster[3].name[0] = '\0';
    probe_frame(&probe);
    check(probe_shows(&probe, "Somebody"));
}

static void a_long_roster_scrolls_by_the_wheel(void **state)
{
    (void)state;
    open_with(300, 25, true);
    ui_input_pointer(&probe.ui, 200.0F, 350.0F);
    ui_input_wheel(&probe.ui, -1.0e6F);
    probe_frame(&probe);
    probe_frame(&probe);
    check(screen.people_scroll.offset_px > 500.0F);
}

static void a_long_roster_scrolls_by_keys(void **state)
{
    (void)state;
    open_with(300, 25, true);
    probe_key(&probe, UI_KEY_PAGE_DOWN, 0);
    check(screen.people_scroll.offset_px > 100.0F);
}

/* ---- part, ready, drum ----------------------------------------------------------------------- */

static void digits_choose_a_part(void **state)
{
    (void)state;
    probe_type(&probe, "3");
    check_i64(action, LOBBY_ACTION_PART);
    check_i64(screen.part, 2);
}

static void a_digit_beyond_the_parts_does_nothing(void **state)
{
    (void)state;
    probe_type(&probe, "8");
    check_i64(action, LOBBY_ACTION_NONE);
}

static void a_part_is_chosen_by_tab_and_enter_and_by_pointer(void **state)
{
    const char *second = view.music.groove->parts[1].title;
    const char *third = view.music.groove->parts[2].title;

    (void)state;
    probe_tab_to(&probe, second);
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, LOBBY_ACTION_PART);
    check_i64(screen.part, 1);
    probe_click(&probe, third);
    check_i64(screen.part, 2);
}

static void parts_are_counted(void **state)
{
    int total = 0;

    (void)state;
    for (int part = 0; part < view.music.groove->part_count; part++) {
        total += screen.parts_taken[part];
    }
    check_i64(total, 24);
}

/* Where others are not named, how many play a part is still told. */
static void parts_are_counted_by_figures_where_people_are_not_named(void **state)
{
    (void)state;
    open_with(24, 4, true);
    stage.model.privacy = PRIVACY_TEAMS;
    for (int seat = 1; seat < 24; seat++) {
        stage.others.roster[seat] = (RosterEntry){0};
    }
    stage.model.snapshot.joined = 24;
    stage.model.has_snapshot = true;
    stage.others.parts = (PartsMessage){.count = 2, .parts = {{.members = 17}, {.members = 7}}};
    probe_frame(&probe);
    check_i64(screen.people_count, 24);
    check_i64(screen.parts_taken[0], 17);
    check_i64(screen.parts_taken[1], 7);
}

static void r_and_the_button_say_ready_and_not_ready(void **state)
{
    (void)state;
    probe_type(&probe, "r");
    check_i64(action, LOBBY_ACTION_READY);
    action = LOBBY_ACTION_NONE;
    stage.model.ready = true;
    probe_frame(&probe);
    probe_click(&probe, "Not ready after all");
    check_i64(action, LOBBY_ACTION_READY);
}

static void space_and_the_button_try_the_drum(void **state)
{
    (void)state;
    probe_key(&probe, UI_KEY_SPACE, 0);
    check_i64(action, LOBBY_ACTION_DRUM);
    action = LOBBY_ACTION_NONE;
    probe_click(&probe, "Try it");
    check_i64(action, LOBBY_ACTION_DRUM);
}

static void g_and_the_button_let_hear_the_groove(void **state)
{
    (void)state;
    probe_type(&probe, "g");
    check_i64(action, LOBBY_ACTION_GROOVE);
    action = LOBBY_ACTION_NONE;
    probe_click(&probe, "Hear the groove");
    check_i64(action, LOBBY_ACTION_GROOVE);
    view.hears_groove = true;
    probe_frame(&probe);
    check(probe_shows(&probe, "Stop it"));
}

static void without_a_groove_it_says_so(void **state)
{
    (void)state;
    view.music.groove = NULL;
    memset(stage.model.grooves, 0, sizeof stage.model.grooves);
    probe_frame(&probe);
    check(probe_shows(&probe, "The groove is on its way."));
    probe_type(&probe, "1");
    check_i64(action, LOBBY_ACTION_NONE);
}

/* ---- what is fine ---------------------------------------------------------------------------- */

static void an_offset_that_nobody_set_is_offered_to_be_measured(void **state)
{
    (void)state;
    open_with(4, 1, false);
    check(probe_shows(&probe, "not set: press C, half a minute"));
    probe_type(&probe, "c");
    check_i64(action, LOBBY_ACTION_CALIBRATE);
    action = LOBBY_ACTION_NONE;
    probe_click(&probe, "Your offset");
    check_i64(action, LOBBY_ACTION_CALIBRATE);
    stage.model.config.calibrated = true;
    stage.model.config.calibration_us = -41000;
    probe_frame(&probe);
    check(probe_shows(&probe, "your offset is 41 ms early"));
}

static void the_clock_is_told_in_words_and_whole_ms(void **state)
{
    (void)state;
    stage.model.clock_estimate.valid = true;
    stage.model.clock_estimate.uncertainty_ns = 1200 * NS_PER_US;
    probe_frame(&probe);
    check(probe_shows(&probe, "within 2 ms of the host"));
    stage.model.clock_estimate.valid = false;
    probe_frame(&probe);
    check(probe_shows(&probe, "this takes a second or two"));
}

static void a_server_out_of_reach_is_said_and_the_seat_is_kept(void **state)
{
    (void)state;
    stage.model.phase = MODEL_CONNECTING;
    probe_frame(&probe);
    check(probe_shows(&probe, "The server is out of reach."));
    check(probe_mentions(&probe, "Your seat is kept."));
}

/* ---- starting, menu ---------------------------------------------------------------------------
 */

static void escape_opens_the_menu_for_everybody(void **state)
{
    (void)state;
    probe_key(&probe, UI_KEY_ESCAPE, 0);
    check_i64(action, LOBBY_ACTION_MENU);
    action = LOBBY_ACTION_NONE;
    stage.model.config.facilitates = true;
    probe_key(&probe, UI_KEY_ESCAPE, 0);
    check_i64(action, LOBBY_ACTION_MENU);
}

static void the_facilitator_starts_by_enter_and_by_pointer(void **state)
{
    (void)state;
    stage.model.config.facilitates = true;
    for (int i = 0; i < PROBE_WINDOW_COUNT; i++) {
        probe_resize(&probe, PROBE_WINDOWS[i]);
        check(probe_shows(&probe, "Start when everybody is here."));
        action = LOBBY_ACTION_NONE;
        probe_key(&probe, UI_KEY_ENTER, 0);
        check_i64(action, LOBBY_ACTION_START);
        action = LOBBY_ACTION_NONE;
        probe_click(&probe, "Start");
        check_i64(action, LOBBY_ACTION_START);
        ui_focus(&probe.ui, 0);
        probe_frame(&probe);
    }
}

static void the_facilitator_can_be_ready_too(void **state)
{
    (void)state;
    stage.model.config.facilitates = true;
    probe_frame(&probe);
    probe_click(&probe, "I am ready");
    check_i64(action, LOBBY_ACTION_READY);
    action = LOBBY_ACTION_NONE;
    probe_type(&probe, "r");
    check_i64(action, LOBBY_ACTION_READY);
}

static void players_are_ready_by_enter_and_cannot_start(void **state)
{
    (void)state;
    check(!probe_shows(&probe, "Start"));
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, LOBBY_ACTION_READY);
}

static void out_of_reach_nothing_is_started(void **state)
{
    (void)state;
    stage.model.config.facilitates = true;
    stage.model.phase = MODEL_CONNECTING;
    probe_frame(&probe);
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, LOBBY_ACTION_NONE);
}

static void the_menu_opens_by_pointer_and_by_keys(void **state)
{
    (void)state;
    probe_click_at(&probe, (Point){1238.0F, 28.0F});
    check_i64(action, LOBBY_ACTION_MENU);
    action = LOBBY_ACTION_NONE;
    for (int i = 0; i < 30 && action == LOBBY_ACTION_NONE; i++) {
        probe_key(&probe, UI_KEY_TAB, 0);
        probe_frame(&probe);
        if (ui_has_focus(&probe.ui, ui_id("status menu"))) {
            probe_key(&probe, UI_KEY_ENTER, 0);
        }
    }
    check_i64(action, LOBBY_ACTION_MENU);
    action = LOBBY_ACTION_NONE;
    probe_key(&probe, UI_KEY_SPACE, 0);
    check_i64(action, LOBBY_ACTION_MENU);
}

static void without_a_groove_there_is_no_part_to_press(void **state)
{
    (void)state;
    check(probe_shows(&probe, "1-4"));
    stage.model.has_timeline = false;
    view.music.groove = NULL;
    probe_frame(&probe);
    check(!probe_shows(&probe, "part"));
    check(probe_shows(&probe, "menu"));
}

/* ---- laws ------------------------------------------------------------------------------------ */

static void nothing_overlaps_from_one_person_to_thousands(void **state)
{
    static const int peoples[] = {1, 2, 7, 24, 48, 300, 4000};

    (void)state;
    for (size_t i = 0; i < sizeof peoples / sizeof peoples[0]; i++) {
        open_with(peoples[i], 1 + peoples[i] / 9, i % 2 == 0);
        probe_check_windows(&probe);
    }
    open_with(500, 1, true);
    probe_check_windows(&probe);
}

static void nothing_overlaps_when_all_is_long(void **state)
{
    (void)state;
    open_with(60, 5, false);
    for (int seat = 0; seat < 60; seat++) {
        memcpy(stage.others.roster[seat].name, "Maximilian-Alexander 24", 24);
        stage.others.roster[seat].presence |= PRESENCE_FACILITATOR;
    }
    for (int team = 0; team < 5; team++) {
        memcpy(stage.others.teams[team].name, "The Northern Marketing12", 25);
    }
    view.sound.works = false;
    stage.model.config.facilitates = true;
    probe_check_windows(&probe);
    stage.model.ready = true;
    probe_check_windows(&probe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_own_team_stands_first_and_oneself_first_in_it, set_up),
        cmocka_unit_test_setup(everybody_is_in_exactly_one_team, set_up),
        cmocka_unit_test_setup(people_without_a_team_stand_together, set_up),
        cmocka_unit_test_setup(who_has_left_is_not_here_and_who_is_away_is_said_to_be, set_up),
        cmocka_unit_test_setup(watchers_are_listed_but_not_counted, set_up),
        cmocka_unit_test_setup(a_long_roster_scrolls_by_the_wheel, set_up),
        cmocka_unit_test_setup(a_long_roster_scrolls_by_keys, set_up),
        cmocka_unit_test_setup(digits_choose_a_part, set_up),
        cmocka_unit_test_setup(a_digit_beyond_the_parts_does_nothing, set_up),
        cmocka_unit_test_setup(a_part_is_chosen_by_tab_and_enter_and_by_pointer, set_up),
        cmocka_unit_test_setup(parts_are_counted, set_up),
        cmocka_unit_test_setup(parts_are_counted_by_figures_where_people_are_not_named, set_up),
        cmocka_unit_test_setup(r_and_the_button_say_ready_and_not_ready, set_up),
        cmocka_unit_test_setup(space_and_the_button_try_the_drum, set_up),
        cmocka_unit_test_setup(g_and_the_button_let_hear_the_groove, set_up),
        cmocka_unit_test_setup(without_a_groove_it_says_so, set_up),
        cmocka_unit_test_setup(an_offset_that_nobody_set_is_offered_to_be_measured, set_up),
        cmocka_unit_test_setup(the_clock_is_told_in_words_and_whole_ms, set_up),
        cmocka_unit_test_setup(a_server_out_of_reach_is_said_and_the_seat_is_kept, set_up),
        cmocka_unit_test_setup(escape_opens_the_menu_for_everybody, set_up),
        cmocka_unit_test_setup(the_facilitator_starts_by_enter_and_by_pointer, set_up),
        cmocka_unit_test_setup(the_facilitator_can_be_ready_too, set_up),
        cmocka_unit_test_setup(players_are_ready_by_enter_and_cannot_start, set_up),
        cmocka_unit_test_setup(out_of_reach_nothing_is_started, set_up),
        cmocka_unit_test_setup(the_menu_opens_by_pointer_and_by_keys, set_up),
        cmocka_unit_test_setup(without_a_groove_there_is_no_part_to_press, set_up),
        cmocka_unit_test_setup(nothing_overlaps_from_one_person_to_thousands, set_up),
        cmocka_unit_test_setup(nothing_overlaps_when_all_is_long, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
