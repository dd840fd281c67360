#include "client/desktop/ui/screen_menu.h"

#include <stdio.h>
#include <string.h>

#include "client/desktop/ui/form_parts.h"
#include "tests/support/check.h"
#include "tests/support/screen_probe.h"
#include "tests/support/stage.h"

static Probe probe;
static Stage stage;
static MenuScreen screen;
static MenuView view;
static MenuAction action; /* the last one that was not none */
static bool is_open;

/* The menu closes as the shell closes it. */
static void draw(Ui *ui)
{
    MenuAction answered = MENU_ACTION_NONE;

    (void)ui_button(
        ui, ui_id("page"), (Rect){10.0F, 10.0F, 100.0F, 44.0F}, &(UiButton){.label = "Page"});
    if (is_open) {
        answered = screen_menu(&screen, ui, &view);
    }
    action = answered != MENU_ACTION_NONE ? answered : action;
}

static void name_grooves(void)
{
    static const char *const titles[] = {"Pulse", "Backbeat", "Samba", "Son clave", "Kpanlogo"};

    stage.model.catalogue_total = 5;
    for (int i = 0; i < 5; i++) {
        form_copy(stage.model.catalogue[0].entries[i].title, TITLE_BYTES_MAX + 1, titles[i]);
    }
}

static void open_at(bool facilitates, int people, double beats)
{
    stage_init(
        &stage,
        &(StageConfig){.people = people, .teams = 1 + people / 8, .calibrated = true, .seed = 3});
    stage.model.config.facilitates = facilitates;
    stage.model.welcome.grace_s = 600;
    for (int seat = 0; seat < people; seat++) {
        (void)snprintf(stage.others.roster[seat].name, NAME_BYTES_MAX + 1, "Person %d", seat);
    }
    name_grooves();
    memset(&screen, 0, sizeof screen);
    view = (MenuView){.model = &stage.model,
                      .music = stage_now(&stage, beats),
                      .title = "Autumn Gathering",
                      .can_leave = true};
    action = MENU_ACTION_NONE;
    is_open = true;
    probe_open(&probe, draw);
}

static int set_up(void **state)
{
    (void)state;
    open_at(false, 24, 45.0);
    return 0;
}

static int set_up_facilitator(void **state)
{
    (void)state;
    open_at(true, 24, 45.0);
    return 0;
}

/* The music as if it were in this state. */
static void set_transport(Transport transport)
{
    view.music.transport = transport;
    if (transport != TRANSPORT_PLAYING && transport != TRANSPORT_COUNT_IN) {
        view.music.tempo_mbpm = 0;
    }
    action = MENU_ACTION_NONE;
    probe_frame(&probe);
}

static void check_order(CommandKind kind, int32_t a, int32_t b)
{
    check_i64(action, MENU_ACTION_COMMAND);
    check_i64(screen.command.kind, kind);
    check_i64(screen.command.a, a);
    check_i64(screen.command.b, b);
    action = MENU_ACTION_NONE;
}

/* ---- everybody's menu ------------------------------------------------------------------------ */

static void it_opens_on_back_and_enter_and_escape_go_back(void **state)
{
    (void)state;
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, MENU_ACTION_BACK);
    action = MENU_ACTION_NONE;
    probe_key(&probe, UI_KEY_ESCAPE, 0);
    check_i64(action, MENU_ACTION_BACK);
    action = MENU_ACTION_NONE;
    probe_click(&probe, "Back");
    check_i64(action, MENU_ACTION_BACK);
}

static void tab_stays_inside(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        probe_key(&probe, UI_KEY_TAB, 0);
        probe_frame(&probe);
        check(!ui_has_focus(&probe.ui, ui_id("page")));
    }
    probe_tab_to(&probe, "Settings");
    probe_key(&probe, UI_KEY_SPACE, 0);
    check_i64(action, MENU_ACTION_SETTINGS);
}

static void letters_are_shortcuts(void **state)
{
    (void)state;
    probe_type(&probe, "c");
    check_i64(action, MENU_ACTION_CALIBRATE);
    probe_type(&probe, "s");
    check_i64(action, MENU_ACTION_SETTINGS);
}

static void leaving_asks_and_says_how_long_the_seat_is_kept(void **state)
{
    (void)state;
    probe_type(&probe, "l");
    probe_frame(&probe);
    check_i64(action, MENU_ACTION_NONE);
    check(probe_shows(&probe, "Leave the session?"));
    check(probe_shows(&probe, "Your seat and score are kept for 10 minutes."));
    probe_key(&probe, UI_KEY_ENTER, 0);
    probe_frame(&probe);
    check_i64(action, MENU_ACTION_NONE);
    check(probe_shows(&probe, "Autumn Gathering"));
}

static void staying_leads_back_to_a_menu_that_has_the_focus(void **state)
{
    (void)state;
    probe_click(&probe, "Leave");
    probe_frame(&probe);
    probe_key(&probe, UI_KEY_ESCAPE, 0);
    probe_frame(&probe);
    probe_frame(&probe);
    check_i64(action, MENU_ACTION_NONE);
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, MENU_ACTION_BACK);
}

static void leaving_is_confirmed_by_keys_and_by_pointer(void **state)
{
    (void)state;
    probe_type(&probe, "l");
    probe_frame(&probe);
    probe_tab_to(&probe, "Leave");
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, MENU_ACTION_LEAVE);
    action = MENU_ACTION_NONE;
    probe_frame(&probe);
    probe_click(&probe, "Leave");
    probe_frame(&probe);
    probe_click(&probe, "Leave");
    check_i64(action, MENU_ACTION_LEAVE);
}

static void a_take_that_begins_takes_the_question_away(void **state)
{
    (void)state;
    set_transport(TRANSPORT_LOBBY);
    probe_type(&probe, "l");
    probe_frame(&probe);
    check(probe_shows(&probe, "Leave the session?"));
    set_transport(TRANSPORT_COUNT_IN);
    check_i64(action, MENU_ACTION_BACK);
    check(!screen.asks_to_leave);
    check(!probe_shows(&probe, "Leave the session?"));
}

static void a_menu_without_a_question_stays_when_a_take_begins(void **state)
{
    (void)state;
    set_transport(TRANSPORT_LOBBY);
    set_transport(TRANSPORT_COUNT_IN);
    check_i64(action, MENU_ACTION_NONE);
    check(probe_shows(&probe, "Settings"));
}

static void in_practice_nothing_is_lost_by_leaving(void **state)
{
    (void)state;
    view.model = NULL;
    view.leaving = "End practice";
    probe_frame(&probe);
    probe_click(&probe, "End practice");
    probe_frame(&probe);
    check_i64(action, MENU_ACTION_LEAVE);
}

static void players_do_not_see_the_facilitators_panel(void **state)
{
    (void)state;
    check(!probe_shows(&probe, "Stop"));
    check(!probe_shows(&probe, "People"));
}

static void closing_gives_the_page_its_focus_back(void **state)
{
    (void)state;
    is_open = false;
    probe_frame(&probe);
    ui_focus(&probe.ui, ui_id("page"));
    probe_frame(&probe);
    memset(&screen, 0, sizeof screen);
    is_open = true;
    probe_frame(&probe);
    probe_frame(&probe);
    check(ui_has_focus(&probe.ui, ui_id("menu.back")));
    is_open = false;
    probe_frame(&probe);
    probe_frame(&probe);
    check(ui_has_focus(&probe.ui, ui_id("page")));
}

/* ---- the facilitator's panel ----------------------------------------------------------------- */

static void starting_counts_in_two_bars_or_as_many_as_chosen(void **state)
{
    (void)state;
    set_transport(TRANSPORT_LOBBY);
    probe_click(&probe, "Start");
    check_order(COMMAND_START, 2, 0);
    probe_click(&probe, "4 bars");
    probe_click(&probe, "Start");
    check_order(COMMAND_START, 4, 0);
}

static void by_keys_a_pause_and_a_stop_are_ordered(void **state)
{
    (void)state;
    probe_tab_to(&probe, "Pause");
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_order(COMMAND_PAUSE, 0, 0);
    probe_tab_to(&probe, "Stop");
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_order(COMMAND_STOP, 0, 0);
}

static void only_what_makes_sense_can_be_pressed(void **state)
{
    (void)state;
    probe_click(&probe, "Start");
    probe_click(&probe, "Lobby");
    check_i64(action, MENU_ACTION_NONE);
    set_transport(TRANSPORT_PAUSED);
    probe_click(&probe, "Pause");
    check_i64(action, MENU_ACTION_NONE);
    probe_click(&probe, "Resume");
    check_order(COMMAND_START, 2, 0);
    set_transport(TRANSPORT_STOPPED);
    probe_click(&probe, "Stop");
    check_i64(action, MENU_ACTION_NONE);
    probe_click(&probe, "Lobby");
    check_order(COMMAND_LOBBY, 0, 0);
}

static void a_tempo_is_typed_and_set_or_glided_to(void **state)
{
    (void)state;
    check(probe_shows(&probe, "112 BPM"));
    probe_tab_to(&probe, "Set at next bar");
    probe_key(&probe, UI_KEY_TAB, UI_SHIFT);
    probe_frame(&probe);
    probe_key(&probe, UI_KEY_ENTER, 0);
    probe_type(&probe, "96");
    probe_key(&probe, UI_KEY_ENTER, 0);
    probe_frame(&probe);
    check(probe_shows(&probe, "96 BPM"));
    probe_click(&probe, "Set at next bar");
    check_order(COMMAND_TEMPO, 96000, 0);
    probe_click(&probe, "16 bars");
    probe_click(&probe, "Glide there");
    check_order(COMMAND_RAMP, 96000, 16);
}

static void another_tier_is_ordered_and_shown_when_it_has_come(void **state)
{
    (void)state;
    probe_click(&probe, "Group only");
    check_order(COMMAND_PRIVACY, PRIVACY_PRIVATE, 0);
    probe_frame(&probe);
    check_i64(action, MENU_ACTION_NONE); /* asked once, whatever the server says */
    stage.model.privacy = PRIVACY_PRIVATE;
    probe_click(&probe, "Teams");
    check_order(COMMAND_PRIVACY, PRIVACY_TEAMS, 0);
    probe_click(&probe, "Group only");
    check_i64(action, MENU_ACTION_NONE);
}

static void a_groove_is_chosen_by_pointer_and_by_keys(void **state)
{
    (void)state;
    probe_click(&probe, "Samba");
    check_order(COMMAND_GROOVE, 2, 0);
    probe_frame(&probe);
    probe_key(&probe, UI_KEY_DOWN, 0);
    check_i64(action, MENU_ACTION_NONE);
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_order(COMMAND_GROOVE, 3, 0);
}

static void a_seat_is_ended_only_after_a_question(void **state)
{
    (void)state;
    probe_click(&probe, "People");
    probe_click(&probe, "Person 3");
    probe_click(&probe, "End this seat");
    probe_frame(&probe);
    check_i64(action, MENU_ACTION_NONE);
    check(probe_shows(&probe, "End the seat of Person 3?"));
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, MENU_ACTION_NONE);
    probe_frame(&probe);
    probe_frame(&probe);
    probe_click(&probe, "End this seat");
    probe_frame(&probe);
    probe_click(&probe, "End it");
    check_order(COMMAND_KICK, 3, 0);
}

static void by_keys_a_person_is_found_by_letters_and_their_seat_ended(void **state)
{
    (void)state;
    probe_tab_to(&probe, "Session");
    probe_key(&probe, UI_KEY_RIGHT, 0);
    probe_frame(&probe);
    check(probe_shows(&probe, "Person 1"));
    probe_key(&probe, UI_KEY_TAB, 0);
    probe_frame(&probe);
    probe_type(&probe, "person 7");
    probe_frame(&probe);
    probe_tab_to(&probe, "End this seat");
    probe_key(&probe, UI_KEY_ENTER, 0);
    probe_frame(&probe);
    check(probe_shows(&probe, "End the seat of Person 7?"));
    probe_tab_to(&probe, "End it");
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_order(COMMAND_KICK, 7, 0);
}

static void the_question_stays_with_its_person_when_the_list_changes(void **state)
{
    (void)state;
    probe_click(&probe, "People");
    probe_click(&probe, "Person 3");
    probe_click(&probe, "End this seat");
    stage.others.roster[2].presence = 0;
    probe_frame(&probe);
    probe_click(&probe, "End it");
    check_order(COMMAND_KICK, 3, 0);
}

static void oneself_is_not_among_the_people(void **state)
{
    (void)state;
    probe_click(&probe, "People");
    probe_frame(&probe);
    check_u64(screen.people_count, 23);
    for (size_t i = 0; i < screen.people_count; i++) {
        check(screen.seats[i] != stage.model.welcome.seat);
    }
}

static void people_are_listed_with_state_and_part(void **state)
{
    (void)state;
    stage.others.roster[1].presence = PRESENCE_TAKEN;
    stage.others.roster[2].presence |= PRESENCE_OBSERVER;
    stage.others.map[3].verdict = VERDICT_OFF_BEAT;
    stage.others.roster[3].part = 1;
    stage.others.map[4].verdict = MAP_ABSENT;
    stage.others.roster[4].presence = PRESENCE_TAKEN | PRESENCE_CONNECTED | PRESENCE_READY;
    probe_click(&probe, "People");
    probe_frame(&probe);
    check(probe_shows(&probe, "away"));
    check(probe_shows(&probe, "watching"));
    check(probe_shows(&probe, "ready"));
    check(probe_shows(&probe, mark_name(MARK_OFF_BEAT)));
    check(probe_shows(&probe, view.music.groove->parts[1].title));
    /* In a low and narrow window the state is still there. */
    probe_resize(&probe, PROBE_WINDOWS[2]);
    check(probe_shows(&probe, "away"));
}

static void in_a_tiny_window_the_menu_stays_in_its_box(void **state)
{
    Rect leave;

    (void)state;
    open_at(false, 24, 45.0);
    view.model = NULL;
    view.leaving = "End practice";
    probe_resize(&probe, (ProbeWindow){320, 240, 1.0F});
    leave = probe_place(&probe, "End practice");
    check(leave.w > 0.0F);
    check(rect_bottom(leave) <= 240.0F - SPACE_4 - SPACE_5);
    probe_check_tidy(&probe);
}

static void alone_the_list_says_so(void **state)
{
    (void)state;
    open_at(true, 1, 45.0);
    probe_click(&probe, "People");
    probe_frame(&probe);
    check(probe_mentions(&probe, "Nobody else is here yet."));
}

static void at_200_percent_everything_is_reached_by_keys_and_by_pointer(void **state)
{
    (void)state;
    probe_resize(&probe, PROBE_WINDOWS[2]);
    probe_click(&probe, "Pause");
    check_order(COMMAND_PAUSE, 0, 0);
    probe_tab_to(&probe, "Glide there");
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_order(COMMAND_RAMP, 112000, 8);
    probe_click(&probe, "Settings");
    check_i64(action, MENU_ACTION_SETTINGS);
}

/* ---- laws ------------------------------------------------------------------------------------ */

static void nothing_overlaps(void **state)
{
    static const int peoples[] = {1, 24, 4000};

    (void)state;
    probe_check_windows(&probe);
    for (size_t i = 0; i < sizeof peoples / sizeof peoples[0]; i++) {
        for (int transport = 0; transport < TRANSPORT_COUNT; transport++) {
            open_at(true, peoples[i], 45.0);
            set_transport((Transport)transport);
            probe_check_windows(&probe);
            screen.tab = 1;
            probe_check_windows(&probe);
        }
    }
    screen.asks_to_kick = true;
    form_copy(screen.kick_name, sizeof screen.kick_name, "Maximilian-Alexander 24");
    probe_check_windows(&probe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_opens_on_back_and_enter_and_escape_go_back, set_up),
        cmocka_unit_test_setup(tab_stays_inside, set_up),
        cmocka_unit_test_setup(letters_are_shortcuts, set_up),
        cmocka_unit_test_setup(leaving_asks_and_says_how_long_the_seat_is_kept, set_up),
        cmocka_unit_test_setup(staying_leads_back_to_a_menu_that_has_the_focus, set_up),
        cmocka_unit_test_setup(leaving_is_confirmed_by_keys_and_by_pointer, set_up),
        cmocka_unit_test_setup(a_take_that_begins_takes_the_question_away, set_up),
        cmocka_unit_test_setup(a_menu_without_a_question_stays_when_a_take_begins, set_up),
        cmocka_unit_test_setup(in_practice_nothing_is_lost_by_leaving, set_up),
        cmocka_unit_test_setup(players_do_not_see_the_facilitators_panel, set_up),
        cmocka_unit_test_setup(closing_gives_the_page_its_focus_back, set_up),
        cmocka_unit_test_setup(starting_counts_in_two_bars_or_as_many_as_chosen,
                               set_up_facilitator),
        cmocka_unit_test_setup(by_keys_a_pause_and_a_stop_are_ordered, set_up_facilitator),
        cmocka_unit_test_setup(only_what_makes_sense_can_be_pressed, set_up_facilitator),
        cmocka_unit_test_setup(a_tempo_is_typed_and_set_or_glided_to, set_up_facilitator),
        cmocka_unit_test_setup(another_tier_is_ordered_and_shown_when_it_has_come,
                               set_up_facilitator),
        cmocka_unit_test_setup(a_groove_is_chosen_by_pointer_and_by_keys, set_up_facilitator),
        cmocka_unit_test_setup(a_seat_is_ended_only_after_a_question, set_up_facilitator),
        cmocka_unit_test_setup(by_keys_a_person_is_found_by_letters_and_their_seat_ended,
                               set_up_facilitator),
        cmocka_unit_test_setup(the_question_stays_with_its_person_when_the_list_changes,
                               set_up_facilitator),
        cmocka_unit_test_setup(oneself_is_not_among_the_people, set_up_facilitator),
        cmocka_unit_test_setup(people_are_listed_with_state_and_part, set_up_facilitator),
        cmocka_unit_test_setup(in_a_tiny_window_the_menu_stays_in_its_box, set_up),
        cmocka_unit_test_setup(alone_the_list_says_so, set_up_facilitator),
        cmocka_unit_test_setup(at_200_percent_everything_is_reached_by_keys_and_by_pointer,
                               set_up_facilitator),
        cmocka_unit_test_setup(nothing_overlaps, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
