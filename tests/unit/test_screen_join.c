#include "client/desktop/ui/screen_join.h"
#include "client/desktop/ui/screen_message.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/check.h"
#include "tests/support/screen_probe.h"

static Probe probe;
static JoinScreen screen;
static JoinView view;
static JoinAction action; /* the last one that was not none */
static AppSettings settings;
static MessageScreen message;
static MessageView message_view;
static MessageAction message_action;

static void draw_join(Ui *ui)
{
    JoinAction answered = screen_join(&screen, ui, &view);

    action = answered != JOIN_ACTION_NONE ? answered : action;
}

static void draw_message(Ui *ui)
{
    MessageAction answered = screen_message(&message, ui, &message_view);

    message_action = answered != MESSAGE_ACTION_NONE ? answered : message_action;
}

static int set_up(void **state)
{
    (void)state;
    settings_init(&settings);
    memset(&screen, 0, sizeof screen);
    view = (JoinView){.sound = {.works = true}};
    action = JOIN_ACTION_NONE;
    join_screen_open(&screen, &settings);
    probe_open(&probe, draw_join);
    return 0;
}

/* Opens it as somebody who was here before. */
static void come_back(const char *host)
{
    form_copy(settings.name, sizeof settings.name, "Cleo");
    form_copy(settings.team, sizeof settings.team, "Team Maple");
    form_copy(settings.host, sizeof settings.host, host);
    join_screen_open(&screen, &settings);
    probe_open(&probe, draw_join);
}

/* ---- joining --------------------------------------------------------------------------------- */

static void by_keys_a_link_and_a_name_join(void **state)
{
    (void)state;
    probe_type(&probe, "onedrum://10.0.0.7:5000/K7PM-4TWX");
    probe_key(&probe, UI_KEY_TAB, 0);
    probe_frame(&probe);
    probe_type(&probe, "Cleo");
    probe_key(&probe, UI_KEY_TAB, 0);
    probe_frame(&probe);
    probe_type(&probe, "Team Maple");
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, JOIN_ACTION_JOIN);
    check_text(screen.link.host, "10.0.0.7");
    check_i64(screen.link.port, 5000);
    check_bytes(screen.link.code, "K7PM4TWX", CODE_CHARS);
    check_text(screen.name, "Cleo");
    check_text(screen.team, "Team Maple");
}

static void by_pointer_a_pasted_link_joins(void **state)
{
    static const char link[] = "onedrum://drums.example.org/K7PM-4TWX";

    (void)state;
    come_back("");
    probe_click(&probe, "K7PM-4TWX");
    ui_input_paste(&probe.ui, link, sizeof link - 1);
    probe_frame(&probe);
    probe_click(&probe, "Join the drum circle");
    check_i64(action, JOIN_ACTION_JOIN);
    check_text(screen.link.host, "drums.example.org");
    check_i64(screen.link.port, LINK_DEFAULT_PORT);
}

static void a_bare_code_asks_for_the_host_and_offers_the_last_one(void **state)
{
    (void)state;
    come_back("drums.example.org:4000");
    check(!probe_shows(&probe, "Server"));
    probe_type(&probe, "k7pm-4twx");
    probe_frame(&probe);
    check(probe_shows(&probe, "Server"));
    check(probe_shows(&probe, "drums.example.org:4000"));
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, JOIN_ACTION_JOIN);
    check_text(screen.link.host, "drums.example.org");
    check_i64(screen.link.port, 4000);
    check_bytes(screen.link.code, "K7PM4TWX", CODE_CHARS);
}

static void a_code_without_a_host_says_what_to_type(void **state)
{
    (void)state;
    come_back("");
    probe_type(&probe, "K7PM4TWX");
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, JOIN_ACTION_NONE);
    check(screen.errors[JOIN_FIELD_HOST].length_bytes > 0);
    probe_frame(&probe);
    check(probe_mentions(&probe, "Type the server:"));
    /* The focus is there by itself. */
    probe_type(&probe, "127.0.0.1:4321");
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, JOIN_ACTION_JOIN);
}

static void after_a_refused_code_the_code_has_the_keyboard(void **state)
{
    const RefusedMessage refused = {.reason = REFUSAL_NO_SESSION};
    JoinScreen said;

    (void)state;
    come_back("drums.example.org:4000");
    probe_type(&probe, "K7PM4TWX");
    probe_key(&probe, UI_KEY_ENTER, 0);
    check(join_screen_refused(&screen, &refused));
    /* As the shell goes back to the form. */
    said = screen;
    join_screen_open(&screen, &settings);
    memcpy(screen.errors, said.errors, sizeof said.errors);
    ui_focus(&probe.ui, 0);
    probe_frame(&probe);
    probe_frame(&probe);
    check(ui_has_focus(&probe.ui, ui_id_index(ui_id("join.field"), JOIN_FIELD_CODE)));
}

static void nothing_typed_is_an_error_in_words_under_each_field(void **state)
{
    (void)state;
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, JOIN_ACTION_NONE);
    probe_frame(&probe);
    check(probe_shows(&probe, "Type the code from your host, or paste the link."));
    check(probe_mentions(&probe, "Type a name"));
    probe_type(&probe, "K");
    check_u64(screen.errors[JOIN_FIELD_CODE].length_bytes, 0);
    check(screen.errors[JOIN_FIELD_NAME].length_bytes > 0);
}

static void a_name_of_25_characters_is_refused_before_the_server_does(void **state)
{
    (void)state;
    come_back("host");
    probe_type(&probe, "K7PM4TWX");
    form_copy(screen.name, sizeof screen.name, "1234567890123456789012345");
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, JOIN_ACTION_NONE);
    check(screen.errors[JOIN_FIELD_NAME].length_bytes > 0);
}

static void a_name_is_put_in_order_or_the_fault_is_told(void **state)
{
    (void)state;
    come_back("host");
    probe_type(&probe, "K7PM4TWX");
    form_copy(screen.name,
              sizeof screen.name,
              "Cl\xe2\x80\xae"
              "eo");
    form_copy(screen.team, sizeof screen.team, " Team   Maple ");
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, JOIN_ACTION_NONE);
    check_text(screen.errors[JOIN_FIELD_NAME].bytes,
               "Use letters, digits and signs that can be seen.");
    check_text(screen.team, "Team Maple");
    form_copy(screen.name, sizeof screen.name, "Zoe\xcc\x88 ");
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, JOIN_ACTION_JOIN);
    check_text(screen.name, "Zo\xc3\xab");
}

static void the_servers_refusals_stand_under_their_field(void **state)
{
    RefusedMessage wrong_code = {.reason = REFUSAL_NO_SESSION};
    RefusedMessage name_taken = {.reason = REFUSAL_NAME_TAKEN};
    RefusedMessage full = {.reason = REFUSAL_FULL, .number = 100};

    (void)state;
    come_back("host");
    check(join_screen_refused(&screen, &wrong_code));
    check_text(screen.errors[JOIN_FIELD_CODE].bytes,
               "No session has this code. Check the eight characters, or paste the link.");
    check(join_screen_refused(&screen, &name_taken));
    check_text(screen.errors[JOIN_FIELD_NAME].bytes,
               "Somebody is already called Cleo. Add a letter.");
    check_u64(screen.errors[JOIN_FIELD_CODE].length_bytes, 0);
    check(!join_screen_refused(&screen, &full));
}

/* ---- the other ways -------------------------------------------------------------------------- */

static void letters_are_shortcuts_only_while_no_field_has_the_focus(void **state)
{
    (void)state;
    probe_type(&probe, "p");
    check_i64(action, JOIN_ACTION_NONE);
    check_text(screen.code, "p");
    probe_key(&probe, UI_KEY_ESCAPE, 0);
    probe_frame(&probe);
    probe_type(&probe, "p");
    check_i64(action, JOIN_ACTION_PRACTISE);
    probe_type(&probe, "s");
    check_i64(action, JOIN_ACTION_SETTINGS);
}

static void tab_reaches_practise_and_settings(void **state)
{
    (void)state;
    probe_tab_to(&probe, "Practise alone");
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, JOIN_ACTION_PRACTISE);
    probe_tab_to(&probe, "Settings");
    probe_key(&probe, UI_KEY_SPACE, 0);
    check_i64(action, JOIN_ACTION_SETTINGS);
}

static void the_pointer_reaches_practise_and_settings(void **state)
{
    (void)state;
    probe_click(&probe, "Practise alone");
    check_i64(action, JOIN_ACTION_PRACTISE);
    probe_click(&probe, "Settings");
    check_i64(action, JOIN_ACTION_SETTINGS);
}

static void escape_leaves_the_field_then_asks_and_stays_by_default(void **state)
{
    (void)state;
    probe_key(&probe, UI_KEY_ESCAPE, 0);
    check(!probe_shows(&probe, "Close Onedrum?"));
    probe_frame(&probe);
    probe_key(&probe, UI_KEY_ESCAPE, 0);
    probe_frame(&probe);
    check(probe_shows(&probe, "Close Onedrum?"));
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, JOIN_ACTION_NONE);
    probe_frame(&probe);
    probe_key(&probe, UI_KEY_ESCAPE, 0);
    probe_frame(&probe);
    probe_frame(&probe);
    if (!probe_shows(&probe, "Close Onedrum?")) {
        probe_key(&probe, UI_KEY_ESCAPE, 0);
        probe_frame(&probe);
    }
    probe_click(&probe, "Close");
    check_i64(action, JOIN_ACTION_QUIT);
}

static void while_connecting_one_can_only_stop(void **state)
{
    (void)state;
    come_back("host");
    probe_type(&probe, "K7PM4TWX");
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(action, JOIN_ACTION_JOIN);
    view.is_connecting = true;
    probe_frame(&probe);
    check(probe_mentions(&probe, "Looking for host, port 4321"));
    action = JOIN_ACTION_NONE;
    probe_key(&probe, UI_KEY_ENTER, 0);
    probe_type(&probe, "p");
    check_i64(action, JOIN_ACTION_NONE);
    probe_key(&probe, UI_KEY_ESCAPE, 0);
    check_i64(action, JOIN_ACTION_CANCEL);
}

static void a_long_silence_names_the_port_to_open(void **state)
{
    (void)state;
    screen.link.port = 4321;
    form_copy(screen.link.host, sizeof screen.link.host, "drums.example.org");
    view.is_connecting = true;
    view.connecting_s = 30.0;
    probe_frame(&probe);
    check(probe_mentions(&probe, "4321"));
    check(probe_mentions(&probe, "No answer yet."));
}

static void without_sound_it_says_that_one_can_play_by_eye(void **state)
{
    (void)state;
    view.sound.works = false;
    probe_frame(&probe);
    check(probe_mentions(&probe, "No sound device found."));
}

/* ---- laws ------------------------------------------------------------------------------------ */

static void nothing_overlaps_in_any_window(void **state)
{
    RefusedMessage refused = {.reason = REFUSAL_NAME_TAKEN};

    (void)state;
    probe_check_windows(&probe);
    come_back("drums.example.org");
    probe_type(&probe, "K7PM4TWX");
    probe_check_windows(&probe);
    check(join_screen_refused(&screen, &refused));
    words_add(&screen.errors[JOIN_FIELD_CODE],
              "No session has this code. Check the eight characters, or paste the link.");
    probe_check_windows(&probe);
    view.sound.works = false;
    probe_check_windows(&probe);
    view = (JoinView){.is_connecting = true, .connecting_s = 60.0};
    probe_check_windows(&probe);
}

static void every_button_is_reached_by_pointer_at_200_percent(void **state)
{
    (void)state;
    probe_resize(&probe, PROBE_WINDOWS[2]);
    probe_click(&probe, "Settings");
    check_i64(action, JOIN_ACTION_SETTINGS);
}

/* ---- messages -------------------------------------------------------------------------------- */

static void open_message(const MessageView *shown)
{
    message_view = *shown;
    memset(&message, 0, sizeof message);
    message_action = MESSAGE_ACTION_NONE;
    probe_open(&probe, draw_message);
}

static void a_full_session_can_be_tried_again(void **state)
{
    RefusedMessage full = {.reason = REFUSAL_FULL, .number = 200};
    MessageView shown = message_view_of_refusal(&full, "Cleo");

    (void)state;
    open_message(&shown);
    check(probe_shows(&probe, "All 200 seats are taken."));
    probe_key(&probe, UI_KEY_ENTER, 0);
    check_i64(message_action, MESSAGE_ACTION_TRY_AGAIN);
    probe_key(&probe, UI_KEY_ESCAPE, 0);
    check_i64(message_action, MESSAGE_ACTION_BACK);
    probe_click(&probe, "Try again");
    check_i64(message_action, MESSAGE_ACTION_TRY_AGAIN);
}

static void who_was_kicked_can_only_go_back(void **state)
{
    NoticeMessage kicked = {.kind = NOTICE_KICKED};
    MessageView shown = message_view_of_notice(&kicked);

    (void)state;
    open_message(&shown);
    check(probe_shows(&probe, "Your host has ended your seat."));
    check(!probe_shows(&probe, "Try again"));
    probe_click(&probe, "Back");
    check_i64(message_action, MESSAGE_ACTION_BACK);
}

static void every_refusal_has_a_sentence_and_fits_every_window(void **state)
{
    (void)state;
    for (int reason = 0; reason <= REFUSAL_COUNT; reason++) {
        RefusedMessage refused = {.reason = (uint8_t)reason, .number = 4096};
        MessageView shown = message_view_of_refusal(&refused, "Maximilian-Alexander 24");

        check(shown.headline.length_bytes > 0);
        check(shown.detail.length_bytes > 0);
        open_message(&shown);
        probe_check_windows(&probe);
    }
}

static void silence_tells_the_port(void **state)
{
    MessageView shown = message_view_of_silence("drums.example.org", 4321);

    (void)state;
    open_message(&shown);
    check(probe_mentions(&probe, "4321"));
    check(shown.can_try_again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(by_keys_a_link_and_a_name_join, set_up),
        cmocka_unit_test_setup(by_pointer_a_pasted_link_joins, set_up),
        cmocka_unit_test_setup(a_bare_code_asks_for_the_host_and_offers_the_last_one, set_up),
        cmocka_unit_test_setup(a_code_without_a_host_says_what_to_type, set_up),
        cmocka_unit_test_setup(after_a_refused_code_the_code_has_the_keyboard, set_up),
        cmocka_unit_test_setup(nothing_typed_is_an_error_in_words_under_each_field, set_up),
        cmocka_unit_test_setup(a_name_of_25_characters_is_refused_before_the_server_does, set_up),
        cmocka_unit_test_setup(a_name_is_put_in_order_or_the_fault_is_told, set_up),
        cmocka_unit_test_setup(the_servers_refusals_stand_under_their_field, set_up),
        cmocka_unit_test_setup(letters_are_shortcuts_only_while_no_field_has_the_focus, set_up),
        cmocka_unit_test_setup(tab_reaches_practise_and_settings, set_up),
        cmocka_unit_test_setup(the_pointer_reaches_practise_and_settings, set_up),
        cmocka_unit_test_setup(escape_leaves_the_field_then_asks_and_stays_by_default, set_up),
        cmocka_unit_test_setup(while_connecting_one_can_only_stop, set_up),
        cmocka_unit_test_setup(a_long_silence_names_the_port_to_open, set_up),
        cmocka_unit_test_setup(without_sound_it_says_that_one_can_play_by_eye, set_up),
        cmocka_unit_test_setup(nothing_overlaps_in_any_window, set_up),
        cmocka_unit_test_setup(every_button_is_reached_by_pointer_at_200_percent, set_up),
        cmocka_unit_test_setup(a_full_session_can_be_tried_again, set_up),
        cmocka_unit_test_setup(who_was_kicked_can_only_go_back, set_up),
        cmocka_unit_test_setup(every_refusal_has_a_sentence_and_fits_every_window, set_up),
        cmocka_unit_test_setup(silence_tells_the_port, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
