/* The screens around drumming: nothing is cut off or run over in any window, and keys do as said.
 */
#include <string.h>

#include "tests/support/check.h"

#include "client/desktop/ui/screen_play.h"
#include "client/desktop/ui/screen_practice.h"
#include "client/desktop/ui/screen_results.h"
#include "client/desktop/ui/screen_ring.h"
#include "tests/support/frame.h"
#include "tests/support/stage.h"

static Stage stage;
static FrameOfTest frame;
static PlayState play;
static PracticeState practice;
static PracticeSettings settings;
static ResultsState results;

static const char *const grooves[] = {
    "Pulse", "Backbeat", "Samba", "Son clave", "Call and response"};

typedef struct {
    int width;
    int height;
    float text_size;
} Window;

static const Window windows[] = {{1280, 720, 1.0F},
                                 {1920, 1080, 1.0F},
                                 {1040, 600, 1.0F},
                                 {800, 600, 1.0F},
                                 {720, 540, 1.0F},
                                 {1280, 720, 2.0F},
                                 {1280, 720, 1.25F},
                                 {800, 600, 1.5F},
                                 {480, 320, 1.0F},
                                 {400, 240, 1.0F}};

static void set_up(const Window *window, bool calibrated, bool lobby)
{
    stage_init(&stage,
               &(StageConfig){.people = 24,
                              .teams = 4,
                              .flagged = true,
                              .calibrated = calibrated,
                              .lobby = lobby,
                              .bars = 60,
                              .seed = 5});
    for (int note = 0; note < 24; note++) {
        stage_hit(&stage, note, -20000 - 1000 * (note % 5));
    }
    memset(&play, 0, sizeof play);
    memset(&practice, 0, sizeof practice);
    memset(&results, 0, sizeof results);
    settings = practice_settings_default();
    frame_init(&frame, window->width, window->height, window->text_size);
}

static PlayView play_view(double beats)
{
    return (PlayView){.music = stage_now(&stage, beats), .drum_key = "Space"};
}

static PlayAction draw_play(const PlayView *view)
{
    PlayAction action;

    frame_begin(&frame);
    action = screen_play(&frame.ui, &stage.model, view, &play);
    frame_end(&frame);
    return action;
}

static void check_tidy(const Window *window, const char *what)
{
    const char *trouble = frame_text_in_trouble(&frame);

    if (trouble != NULL || frame.draw.full) {
        print_error("%s at %dx%d, text %.2f\n",
                    what,
                    window->width,
                    window->height,
                    (double)window->text_size);
    }
    check(trouble == NULL);
    check(!frame.draw.full);
    check(draw_list_is_balanced(&frame.draw));
}

static void the_play_screen_is_tidy_in_every_window(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        PlayView view;

        set_up(&windows[i], true, false);
        view = play_view(23.9);
        (void)draw_play(&view);
        check_tidy(&windows[i], "play");
        check(frame_text(&frame, "A little early") != NULL ||
              frame_text(&frame, "Spot on") != NULL);
        view = play_view(-2.0);
        (void)draw_play(&view);
        check_tidy(&windows[i], "count-in");
        check(frame_text(&frame, "Count-in") != NULL);
        view.notice = (PlayNotice){.shown = true,
                                   .spinner = true,
                                   .headline = "Keep drumming. The server is out of reach.",
                                   .detail = "Your click goes on; your seat is kept."};
        (void)draw_play(&view);
        check_tidy(&windows[i], "notice");
    }
}

static void lobby_and_uncalibrated_are_tidy_in_every_window(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        PlayView view;

        set_up(&windows[i], true, true);
        view = play_view(0.0);
        (void)draw_play(&view);
        check_tidy(&windows[i], "lobby");
        set_up(&windows[i], false, false);
        view = play_view(23.9);
        view.hidden_meter = true;
        view.watching = i % 2 == 0;
        (void)draw_play(&view);
        check_tidy(&windows[i], "uncalibrated");
    }
}

static void long_names_do_not_break_the_page(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        PlayView view;

        set_up(&windows[i], true, false);
        memset(stage.model.welcome.title, 'W', TITLE_BYTES_MAX);
        memset(stage.model.welcome.team, 'M', 24);
        memset(stage.others.teams[0].name, 'M', 24);
        stage.model.standing.combo = 12345;
        view = play_view(23.9);
        (void)draw_play(&view);
        check_tidy(&windows[i], "long names");
    }
}

static void without_a_calibration_nobody_is_called_early(void **state)
{
    PlayView view;

    (void)state;
    set_up(&windows[0], false, false);
    view = play_view(23.9);
    (void)draw_play(&view);
    check(frame_text(&frame, "Got it") != NULL);
    check(frame_text(&frame, "calibrate in the menu to see early and late") != NULL);
    check(frame_text(&frame, "A little early") == NULL);
}

static void pause_and_stop_say_what_comes_next(void **state)
{
    PlayView view;
    bool halted;

    (void)state;
    set_up(&windows[0], true, false);
    halted = timeline_halt(&stage.model.timeline, (Beats){8 * UBEATS_PER_BEAT}, TRANSPORT_PAUSED);
    check(halted);
    view = play_view(4.0);
    view.music.transport = TRANSPORT_PAUSED;
    view.music.tempo_mbpm = 0;
    (void)draw_play(&view);
    check(frame_text(&frame, "Paused") != NULL);
    check(frame_text(&frame, "We go on when your host says so.") != NULL);
    view.music.transport = TRANSPORT_STOPPED;
    (void)draw_play(&view);
    check(frame_text(&frame, "Stopped") != NULL);
}

static PlayAction action_of(UiKey key, const char *text, const PlayView *view)
{
    if (text != NULL) {
        ui_input_text(&frame.ui, text, strlen(text));
    } else {
        ui_input_key(&frame.ui, key, 0);
    }
    return draw_play(view);
}

static void keys_ask_for_what_their_hints_say(void **state)
{
    PlayView view;

    (void)state;
    set_up(&windows[0], true, false);
    view = play_view(23.9);
    check_i64(draw_play(&view), PLAY_ACTION_NONE);
    check_i64(action_of(UI_KEY_ESCAPE, NULL, &view), PLAY_ACTION_MENU);
    check_i64(action_of(UI_KEY_TAB, NULL, &view), PLAY_ACTION_RING);
    check_i64(action_of(UI_KEY_NONE, "H", &view), PLAY_ACTION_HIDE_METER);
    view.one_key = true;
    check_i64(action_of(UI_KEY_ESCAPE, NULL, &view), PLAY_ACTION_MENU);
}

static void whoever_watches_is_told_of_neither_drum_nor_meter(void **state)
{
    PlayView view;

    (void)state;
    set_up(&windows[0], true, false);
    view = play_view(23.9);
    view.watching = true;
    (void)draw_play(&view);
    check(frame_text(&frame, "drum") == NULL);
    check(frame_text(&frame, "hide my meter") == NULL);
    check(frame_text(&frame, "ring") != NULL);
    check_i64(action_of(UI_KEY_NONE, "h", &view), PLAY_ACTION_NONE);
}

static void small_windows_name_every_key_too(void **state)
{
    static const int small[] = {3, 5, 8};

    (void)state;
    for (size_t i = 0; i < sizeof small / sizeof small[0]; i++) {
        PlayView view;

        set_up(&windows[small[i]], true, false);
        view = play_view(23.9);
        (void)draw_play(&view);
        check(frame_text(&frame, "ring") != NULL);
        check(frame_text(&frame, "menu") != NULL);
        check(small[i] == 8 || frame_text(&frame, "hide my meter") != NULL);
    }
}

static void the_menu_button_answers_the_pointer(void **state)
{
    PlayView view;

    (void)state;
    set_up(&windows[0], true, false);
    view = play_view(23.9);
    (void)draw_play(&view);
    ui_input_press(&frame.ui, 1238.0F, 28.0F, false);
    (void)draw_play(&view);
    ui_input_release(&frame.ui, 1238.0F, 28.0F);
    check_i64(draw_play(&view), PLAY_ACTION_MENU);
}

static void the_sentence_changes_every_eight_notes(void **state)
{
    PlayView view;

    (void)state;
    set_up(&windows[0], true, false);
    view = play_view(23.9);
    (void)draw_play(&view);
    check_i64(play.phrase, WORDS_PHRASE_EARLY);
    for (int note = 24; note < 31; note++) {
        stage_hit(&stage, note, 1000);
    }
    (void)draw_play(&view);
    check_i64(play.phrase, WORDS_PHRASE_EARLY);
    stage_hit(&stage, 31.0, 1000);
    (void)draw_play(&view);
    check_i64(play.phrase, WORDS_PHRASE_POCKET);
}

static void the_servers_word_does_not_light_the_word_up_again(void **state)
{
    PlayView view;
    Colour lit = theme_of(THEME_DARK)->text;
    Colour faded = theme_of(THEME_DARK)->text2;
    const DrawCommand *word;

    (void)state;
    set_up(&windows[0], true, false);
    view = play_view(23.9);
    stage_hit(&stage, 24.0, 3000);
    (void)draw_play(&view);
    word = frame_text(&frame, "Spot on");
    check(word != NULL);
    check_bytes(&word->colour, &lit, sizeof lit);
    frame.frame.now_s += 0.7;
    stage.model.own[stage.model.own_start + stage.model.own_count - 1].asynchrony_us = 2000;
    (void)draw_play(&view);
    word = frame_text(&frame, "Spot on");
    check(word != NULL);
    check_bytes(&word->colour, &faded, sizeof faded);
}

static void a_word_stays_for_a_third_of_a_second(void **state)
{
    PlayView view;

    (void)state;
    set_up(&windows[0], true, false);
    view = play_view(23.9);
    stage_hit(&stage, 24.0, 3000);
    (void)draw_play(&view);
    check(frame_text(&frame, "Spot on") != NULL);
    frame.frame.now_s += 0.1;
    stage_hit(&stage, 24.5, 34000);
    (void)draw_play(&view);
    check(frame_text(&frame, "Spot on") != NULL);
    frame.frame.now_s += 0.1;
    stage_hit(&stage, 25.0, -34000);
    (void)draw_play(&view);
    check(frame_text(&frame, "Spot on") != NULL);
    /* The newest then, not the one that was passed over. */
    frame.frame.now_s += 0.15;
    (void)draw_play(&view);
    check(frame_text(&frame, "A little early") != NULL);
    check(frame_text(&frame, "Spot on") == NULL);
}

static void the_ring_alone_is_tidy_in_every_window(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        ScreenRingState ring;
        PlayView view;

        set_up(&windows[i], true, false);
        screen_ring_init(&ring);
        view = play_view(23.9);
        view.names = i % 2 == 0;
        frame_begin(&frame);
        check_i64(screen_ring(&frame.ui, &stage.model, &view, &play, &ring), SCREEN_RING_NONE);
        frame_end(&frame);
        check_tidy(&windows[i], "ring");
    }
}

static void arrows_walk_through_the_ring(void **state)
{
    ScreenRingState ring;
    PlayView view;

    (void)state;
    set_up(&windows[0], true, false);
    screen_ring_init(&ring);
    view = play_view(23.9);
    for (int i = 0; i < 2; i++) {
        ui_input_key(&frame.ui, UI_KEY_RIGHT, 0);
        frame_begin(&frame);
        (void)screen_ring(&frame.ui, &stage.model, &view, &play, &ring);
        frame_end(&frame);
        check(ring.selected_seat != RING_NOBODY);
    }
    ui_input_text(&frame.ui, "n", 1);
    frame_begin(&frame);
    check_i64(screen_ring(&frame.ui, &stage.model, &view, &play, &ring), SCREEN_RING_NAMES);
    frame_end(&frame);
}

static ScreenRingAction type_at_ring(const char *text, ScreenRingState *ring)
{
    PlayView view = play_view(23.9);
    ScreenRingAction action;

    ui_input_text(&frame.ui, text, strlen(text));
    frame_begin(&frame);
    action = screen_ring(&frame.ui, &stage.model, &view, &play, ring);
    frame_end(&frame);
    return action;
}

static void the_ring_names_the_keys_that_work(void **state)
{
    ScreenRingState ring;

    (void)state;
    set_up(&windows[0], true, false);
    screen_ring_init(&ring);
    check_i64(type_at_ring("n", &ring), SCREEN_RING_NAMES);
    check(frame_text(&frame, "names on") != NULL);
    check(frame_text(&frame, "only flagged") != NULL);
    check(frame_text(&frame, "drum") != NULL);
    check(frame_text(&frame, "Arrows") != NULL);
    (void)type_at_ring("o", &ring);
    (void)type_at_ring("", &ring);
    check(frame_text(&frame, "everybody") != NULL);
}

static void names_that_have_no_room_have_no_key(void **state)
{
    ScreenRingState ring;

    (void)state;
    set_up(&windows[5], true, false);
    screen_ring_init(&ring);
    check_i64(type_at_ring("n", &ring), SCREEN_RING_NONE);
    check(frame_text(&frame, "names on") == NULL);
}

static PracticeAction draw_practice(bool playing)
{
    PracticeView view = {.play = play_view(23.9),
                         .playing = playing,
                         .has_results = true,
                         .grooves = grooves,
                         .groove_count = sizeof grooves / sizeof grooves[0],
                         .ramp_step_bpm = 2,
                         .ramp_bars = 4};
    PracticeAction action;

    view.play.with_score = true;
    frame_begin(&frame);
    action = screen_practice(&frame.ui, &stage.model, &view, &settings, &practice);
    frame_end(&frame);
    return action;
}

static void practice_is_tidy_in_every_window(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        set_up(&windows[i], true, false);
        settings.gap = i % 2 == 0;
        settings.ramp = i % 3 == 0;
        for (int playing = 0; playing < 2; playing++) {
            check_i64(draw_practice(playing == 1), PRACTICE_ACTION_NONE);
            check_tidy(&windows[i], playing == 1 ? "practice" : "practice stopped");
        }
    }
}

static void practice_keys_start_change_and_stop(void **state)
{
    (void)state;
    set_up(&windows[0], true, false);
    (void)draw_practice(false);
    ui_input_key(&frame.ui, UI_KEY_ENTER, 0);
    check_i64(draw_practice(false), PRACTICE_ACTION_START);
    ui_input_text(&frame.ui, "x", 1);
    check_i64(draw_practice(true), PRACTICE_ACTION_STOP);
    ui_input_key(&frame.ui, UI_KEY_UP, 0);
    check_i64(draw_practice(true), PRACTICE_ACTION_CHANGED);
    check_i64(settings.tempo_bpm, 101);
    ui_input_text(&frame.ui, "g", 1);
    check_i64(draw_practice(true), PRACTICE_ACTION_CHANGED);
    check(settings.gap);
    ui_input_key(&frame.ui, UI_KEY_ESCAPE, 0);
    check_i64(draw_practice(true), PRACTICE_ACTION_BACK);
}

static void practice_names_its_keys_in_every_window(void **state)
{
    static const int named[] = {0, 3, 5};

    (void)state;
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        set_up(&windows[named[i]], true, false);
        (void)draw_practice(true);
        check(frame_text(&frame, "menu") != NULL);
        check(frame_text(&frame, "stop") != NULL);
        check(frame_text(&frame, "ring") != NULL);
        (void)draw_practice(false);
        check(frame_text(&frame, "back") != NULL);
        check(frame_text(&frame, "stop") == NULL);
        check(frame_text(&frame, "gap") != NULL);
    }
}

/* In a font as wide as the product's, no panel is too narrow for both keys. */
static void practice_buttons_show_their_keys(void **state)
{
    static const int shown[] = {0, 3};

    (void)state;
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        set_up(&windows[shown[i]], true, false);
        (void)draw_practice(true);
        check(frame_text(&frame, "Enter") != NULL);
        (void)draw_practice(false);
        check(frame_text(&frame, "Enter") != NULL);
    }
}

static void figures_of_the_spread_are_never_shortened(void **state)
{
    static const float spreads_ms[] = {31.0F, 17.0F};
    PracticeView view;

    (void)state;
    set_up(&windows[3], true, false);
    view = (PracticeView){.play = play_view(23.9),
                          .grooves = grooves,
                          .groove_count = sizeof grooves / sizeof grooves[0],
                          .spreads_ms = spreads_ms,
                          .spread_count = 2,
                          .spread_words = "31 ms in September, 17 ms now"};
    frame_begin(&frame);
    (void)screen_practice(&frame.ui, &stage.model, &view, &settings, &practice);
    frame_end(&frame);
    check(frame_text(&frame, "Your spread") != NULL);
    check(frame_text(&frame, view.spread_words) != NULL);
    check(!frame_text(&frame, view.spread_words)->as.text.style.ellipsis);
    check_tidy(&windows[3], "spread");
}

static void practice_always_shows_the_meter(void **state)
{
    PracticeView view;

    (void)state;
    set_up(&windows[0], true, false);
    view = (PracticeView){.play = play_view(23.9),
                          .playing = true,
                          .grooves = grooves,
                          .groove_count = sizeof grooves / sizeof grooves[0]};
    view.play.hidden_meter = true;
    frame_begin(&frame);
    (void)screen_practice(&frame.ui, &stage.model, &view, &settings, &practice);
    frame_end(&frame);
    check(frame_text(&frame, "early") != NULL);
    check(frame_text(&frame, "Your meter is hidden. H shows it.") == NULL);
}

static void practice_shows_the_toast_in_every_window(void **state)
{
    static const int shown[] = {0, 3, 5};

    (void)state;
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        set_up(&windows[shown[i]], true, false);
        ui_toast_show(&frame.ui, "No sound device found.");
        frame.ui.toast_at_s = frame.frame.now_s;
        (void)draw_practice(true);
        check(frame_text(&frame, "No sound device found.") != NULL);
    }
}

static void settings_from_anywhere_are_brought_into_range(void **state)
{
    PracticeSettings wild = {.groove = 99,
                             .tempo_bpm = 5,
                             .gap_click_bars = -1,
                             .gap_silent_bars = 100,
                             .ramp_target_bpm = 1000,
                             .bandmates = 99};

    (void)state;
    practice_settings_clamp(&wild, 3);
    check_u64(wild.groove, 2);
    check_i64(wild.tempo_bpm, PRACTICE_TEMPO_BPM_MIN);
    check_i64(wild.gap_click_bars, 1);
    check_i64(wild.gap_silent_bars, PRACTICE_GAP_BARS_MAX);
    check_i64(wild.ramp_target_bpm, PRACTICE_TEMPO_BPM_MAX);
    check_i64(wild.bandmates, BANDMATES_MAX);
}

static ResultsAction draw_results(void)
{
    ResultsView view = {.music = stage_now(&stage, 300.0)};
    ResultsAction action;

    frame_begin(&frame);
    action = screen_results(&frame.ui, &stage.model, &view, &results);
    frame_end(&frame);
    return action;
}

static void results_are_tidy_in_every_window(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        set_up(&windows[i], true, false);
        check_i64(draw_results(), RESULTS_ACTION_NONE);
        check_tidy(&windows[i], "results");
        check(frame_text(&frame, "From scattered to tight.") != NULL);
    }
}

static void results_of_nothing_are_tidy_too(void **state)
{
    (void)state;
    set_up(&windows[0], true, false);
    stage.others.bar_count = 0;
    stage.others.team_count = 0;
    stage.model.own_count = 0;
    stage.model.standing = (StandingMessage){.score_centi = 0};
    check_i64(draw_results(), RESULTS_ACTION_NONE);
    check_tidy(&windows[0], "empty results");
}

static float right_of(const DrawCommand *command)
{
    return rect_right(command->as.text.box);
}

static void praise_names_the_team_and_then_its_figures(void **state)
{
    const DrawCommand *team;
    const DrawCommand *figures;

    (void)state;
    set_up(&windows[0], true, false);
    (void)draw_results();
    check(frame_text(&frame, "Tightest team") != NULL);
    figures = frame_text(&frame, ", 16 to 88");
    assert_non_null(figures);
    check_near(right_of(figures), right_of(frame_text(&frame, "64 in a row")), 0.5);
    /* A long name is shortened, its figures never are. */
    memset(stage.others.teams[0].name, 'M', 24);
    (void)draw_results();
    figures = frame_text(&frame, ", 16 to 88");
    assert_non_null(figures);
    team = figures + 1; /* drawn after them */
    check(team->as.text.style.ellipsis);
    check_near(right_of(team), figures->as.text.box.x, 0.5);
}

static void teams_that_did_not_play_are_not_praised(void **state)
{
    (void)state;
    set_up(&windows[0], true, false);
    for (int i = 0; i < stage.others.team_count; i++) {
        stage.others.teams[i].together_centi = 0;
        stage.others.teams[i].first_together_centi = 0;
    }
    (void)draw_results();
    check(frame_text(&frame, "Well done") != NULL);
    check(frame_text(&frame, "Tightest team") == NULL);
    check(frame_text(&frame, "Most improved") == NULL);
}

static void results_answer_keys_and_offer_a_new_zero(void **state)
{
    (void)state;
    set_up(&windows[0], true, false);
    (void)draw_results();
    check(results_has_offset(&stage.model));
    check(frame_text(&frame, "Use 12 ms") != NULL);
    stage.model.config.calibration_us = 50000;
    check_i64(results_offset_us(&stage.model), 38000);
    ui_input_key(&frame.ui, UI_KEY_ENTER, 0);
    check_i64(draw_results(), RESULTS_ACTION_BACK);
    stage.model.standing.bias_us = 3000;
    check(!results_has_offset(&stage.model));
}

/* As many hits on notes as this, and no others. */
static void set_hits(uint32_t hits)
{
    memset(stage.model.standing.counts, 0, sizeof stage.model.standing.counts);
    stage.model.standing.counts[JUDGEMENT_GOOD] = hits;
}

static void a_new_zero_needs_sixteen_even_hits(void **state)
{
    (void)state;
    set_up(&windows[0], true, false);
    stage.model.standing.spread_us = 39999;
    set_hits(16);
    check(results_has_offset(&stage.model));
    set_hits(15);
    check(!results_has_offset(&stage.model));
    set_hits(16);
    stage.model.standing.spread_us = 40000;
    check(!results_has_offset(&stage.model));
    (void)draw_results();
    check(frame_text(&frame, "Use 12 ms") == NULL);
}

static void whoever_only_listened_gets_no_figures_and_no_praise(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        set_up(&windows[i], true, false);
        stage.others.bar_count = 0;
        stage.model.own_count = 0;
        stage.model.snapshot.joined = 1;
        stage.model.standing = (StandingMessage){.notes = 30};
        (void)draw_results();
        check_tidy(&windows[i], "listened");
        check(frame_text(&frame, "You listened to 30 notes.") != NULL);
        check(frame_text(&frame, "0 ms, tight") == NULL);
        check(frame_text(&frame, "\xE2\x80\x93") != NULL);
    }
    set_up(&windows[0], true, false);
    stage.model.standing = (StandingMessage){.notes = 30, .best_combo = 3, .score_centi = 4000};
    stage.model.snapshot.joined = 1;
    set_hits(12);
    (void)draw_results();
    check(frame_text(&frame, "You played 12 of 30 notes for 2 minutes.") != NULL);
}

static void alone_the_headline_is_about_oneself(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        set_up(&windows[i], true, false);
        for (int bar = 0; bar < stage.others.bar_count; bar++) {
            stage.others.bars[bar].active = 1;
            stage.others.bars[bar].sigma_us = 0;
            stage.others.bars[bar].together_centi = 10000;
        }
        stage.model.standing.bias_us = -30000;
        stage.model.standing.spread_us = 9000;
        (void)draw_results();
        check_tidy(&windows[i], "alone");
        check(frame_text(&frame, "Steady, a little early.") != NULL);
        check(frame_text(&frame, "One drum, all the way.") == NULL);
    }
    set_up(&windows[0], true, false);
    for (int bar = 0; bar < stage.others.bar_count; bar++) {
        stage.others.bars[bar].active = 1;
    }
    (void)draw_results();
    check(frame_text(&frame, "Two or more make a group.") != NULL);
    check(frame_text(&frame, "Best bar") == NULL);
    check(frame_text(&frame, "Most improved") == NULL);
}

static void in_practice_nobody_is_called_a_facilitator(void **state)
{
    PlayView view = play_view(23.9);

    (void)state;
    set_up(&windows[0], true, false);
    stage.model.welcome.role = ROLE_FACILITATOR;
    (void)draw_play(&view);
    check(frame_text(&frame, "Facilitator") != NULL);
    view.practising = true;
    (void)draw_play(&view);
    check(frame_text(&frame, "Facilitator") == NULL);
}

static bool play_opens_menu(void)
{
    PlayView view = play_view(23.9);

    return draw_play(&view) == PLAY_ACTION_MENU;
}

static bool ring_opens_menu(void)
{
    PlayView view = play_view(23.9);
    ScreenRingState ring;
    ScreenRingAction action;

    screen_ring_init(&ring);
    frame_begin(&frame);
    action = screen_ring(&frame.ui, &stage.model, &view, &play, &ring);
    frame_end(&frame);
    return action == SCREEN_RING_MENU;
}

static bool practice_opens_menu(void)
{
    return draw_practice(false) == PRACTICE_ACTION_MENU;
}

static bool results_open_menu(void)
{
    return draw_results() == RESULTS_ACTION_MENU;
}

static void enter_and_space_press_the_menu_button_on_every_screen(void **state)
{
    static bool (*const screens[])(void) = {
        play_opens_menu, ring_opens_menu, practice_opens_menu, results_open_menu};
    static const UiKey keys[] = {UI_KEY_ENTER, UI_KEY_SPACE};

    (void)state;
    for (size_t i = 0; i < 2 * sizeof screens / sizeof screens[0]; i++) {
        set_up(&windows[0], true, false);
        check(!screens[i / 2]());
        ui_focus(&frame.ui, ui_id("status menu"));
        check(!screens[i / 2]());
        ui_input_key(&frame.ui, keys[i % 2], 0);
        check(screens[i / 2]());
        check(!screens[i / 2]());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_play_screen_is_tidy_in_every_window),
        cmocka_unit_test(lobby_and_uncalibrated_are_tidy_in_every_window),
        cmocka_unit_test(long_names_do_not_break_the_page),
        cmocka_unit_test(without_a_calibration_nobody_is_called_early),
        cmocka_unit_test(pause_and_stop_say_what_comes_next),
        cmocka_unit_test(keys_ask_for_what_their_hints_say),
        cmocka_unit_test(whoever_watches_is_told_of_neither_drum_nor_meter),
        cmocka_unit_test(small_windows_name_every_key_too),
        cmocka_unit_test(the_menu_button_answers_the_pointer),
        cmocka_unit_test(the_sentence_changes_every_eight_notes),
        cmocka_unit_test(the_servers_word_does_not_light_the_word_up_again),
        cmocka_unit_test(a_word_stays_for_a_third_of_a_second),
        cmocka_unit_test(the_ring_alone_is_tidy_in_every_window),
        cmocka_unit_test(arrows_walk_through_the_ring),
        cmocka_unit_test(the_ring_names_the_keys_that_work),
        cmocka_unit_test(names_that_have_no_room_have_no_key),
        cmocka_unit_test(practice_is_tidy_in_every_window),
        cmocka_unit_test(practice_keys_start_change_and_stop),
        cmocka_unit_test(practice_names_its_keys_in_every_window),
        cmocka_unit_test(practice_buttons_show_their_keys),
        cmocka_unit_test(figures_of_the_spread_are_never_shortened),
        cmocka_unit_test(practice_always_shows_the_meter),
        cmocka_unit_test(practice_shows_the_toast_in_every_window),
        cmocka_unit_test(settings_from_anywhere_are_brought_into_range),
        cmocka_unit_test(results_are_tidy_in_every_window),
        cmocka_unit_test(results_of_nothing_are_tidy_too),
        cmocka_unit_test(praise_names_the_team_and_then_its_figures),
        cmocka_unit_test(teams_that_did_not_play_are_not_praised),
        cmocka_unit_test(results_answer_keys_and_offer_a_new_zero),
        cmocka_unit_test(a_new_zero_needs_sixteen_even_hits),
        cmocka_unit_test(whoever_only_listened_gets_no_figures_and_no_praise),
        cmocka_unit_test(alone_the_headline_is_about_oneself),
        cmocka_unit_test(in_practice_nobody_is_called_a_facilitator),
        cmocka_unit_test(enter_and_space_press_the_menu_button_on_every_screen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
