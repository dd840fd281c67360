/*
 * The whole client in a window of memory: what fingers, mouse buttons and sound devices do to it.
 */
#include <SDL.h>
#include <stdio.h>
#include <string.h>

#include "client/desktop/audio_offline.h"
#include "tests/support/check.h"
#include "tests/support/whole_client.h"

#define TURN_NS (20 * NS_PER_MS)
#define FRAME_NS (50 * NS_PER_MS)

enum {
    BLOCK_FRAMES = 256,
    BLOCKS_MAX = 4000, /* of which a device settles */
    TURNS_BEFORE = 500 /* of practice, until a press comes */
};

static WholeClient client;
static App *app; /* the client's */
static HostTime now;

static void frame(void)
{
    whole_client_frame(&client, now, 1.0F);
}

static int open_app(void **state)
{
    (void)state;
    now = (HostTime){NS_PER_S};
    whole_client_open(&client, now);
    app = client.app;
    frame();
    return 0;
}

static int close_app(void **state)
{
    (void)state;
    return whole_client_close(&client) ? 0 : -1;
}

/* ---- what strikes the drum ------------------------------------------------------------------- */

static SDL_Window *window;

/* Stamp right before and right after the app does: SDL asks in the order in which they came. */
static Input *sooner;
static Input *later;

/* Practice plays, and the next event is one of now. */
static void play(void)
{
    app_practise(app, now);
    for (int turn = 0; turn < TURNS_BEFORE; turn++) {
        now.ns += TURN_NS;
        app_turn(app, now);
        if (turn == 10) {
            model_command(&app->room->model, COMMAND_START, 1, 0, NULL, &app->room->outbox);
        }
    }
    frame();
    frame();
    check(app_is_playing(app, now));
    check(app_is_drumming(app, now));
}

static SDL_Event finger_at(float x, float y)
{
    return (SDL_Event){.tfinger = {.type = SDL_FINGERDOWN,
                                   .touchId = 7,
                                   .fingerId = 3,
                                   .x = x,
                                   .y = y,
                                   .windowID = SDL_GetWindowID(window)}};
}

static SDL_Event button_at(Uint8 button, Uint32 which, Sint32 y)
{
    return (SDL_Event){.button = {.type = SDL_MOUSEBUTTONDOWN,
                                  .which = which,
                                  .button = button,
                                  .state = SDL_PRESSED,
                                  .x = client.options.width / 2,
                                  .y = y,
                                  .windowID = SDL_GetWindowID(window)}};
}

static SDL_Event key_of(SDL_Scancode scancode)
{
    return (SDL_Event){.key = {.type = SDL_KEYDOWN,
                               .state = SDL_PRESSED,
                               .keysym = {.scancode = scancode},
                               .windowID = SDL_GetWindowID(window)}};
}

static HostTime stamp_of(Input *input)
{
    InputStamp stamp;

    check(input_next(input, &stamp));
    return stamp.at;
}

static int open_instrument(void **state)
{
    SDL_Event event = key_of(SDL_SCANCODE_F9);

    (void)open_app(state);
    /* The picture is in memory; the events are of a window of the same size. */
    window = SDL_CreateWindow("", 0, 0, client.options.width, client.options.height, 0);
    sooner = input_create();
    app->input = input_create();
    later = input_create();
    check(window != NULL && sooner != NULL && app->input != NULL && later != NULL);
    check(SDL_PushEvent(&event) == 1);
    (void)stamp_of(sooner);
    now.ns = stamp_of(later).ns - TURNS_BEFORE * TURN_NS;
    play();
    return 0;
}

static int close_instrument(void **state)
{
    input_destroy(sooner);
    input_destroy(later);
    SDL_DestroyWindow(window);
    return close_app(state);
}

/* The newest hit that was judged; 0 before the first. */
static uint32_t newest_hit(void)
{
    for (int i = 0; i < MODEL_OWN_HITS_MAX && model_own(&app->room->model, i) != NULL; i++) {
        if (model_own(&app->room->model, i)->hit_number != 0) {
            return model_own(&app->room->model, i)->hit_number;
        }
    }
    return 0;
}

static SessionTime time_of_hit(uint32_t hit_number)
{
    for (int i = 0; i < MODEL_OWN_HITS_MAX && model_own(&app->room->model, i) != NULL; i++) {
        if (model_own(&app->room->model, i)->hit_number == hit_number) {
            return model_own(&app->room->model, i)->at;
        }
    }
    fail_msg("hit %u was not judged", (unsigned)hit_number);
    return (SessionTime){0};
}

/* Whether the event is a hit, judged by when it was stamped and not by when it was taken. */
static bool strikes(SDL_Event event)
{
    const AppliedClock *clock = &app->room->model.clock;
    const uint32_t before = newest_hit();
    int64_t at_ns = 0;

    input_discard(sooner);
    input_discard(later);
    check(SDL_PushEvent(&event) == 1);
    now.ns += TURN_NS;
    app_take_hits(app, now);
    app_take_events(app);
    if (newest_hit() == before) {
        return false;
    }
    check_u64(newest_hit(), before + 1);
    at_ns = time_of_hit(before + 1).ns;
    check(at_ns >= applied_clock_session(clock, stamp_of(sooner)).ns);
    check(at_ns <= applied_clock_session(clock, stamp_of(later)).ns);
    return true;
}

static void fingers_and_the_left_button_strike_like_keys(void **state)
{
    (void)state;
    check(strikes(key_of(SDL_SCANCODE_SPACE)));
    check(strikes(finger_at(0.5F, 0.5F)));
    check(strikes(button_at(SDL_BUTTON_LEFT, 0, client.options.height / 2)));
    check(strikes(finger_at(0.25F, 0.6F)));
}

static void what_is_no_drum_is_not_struck(void **state)
{
    (void)state;
    check(!strikes(button_at(SDL_BUTTON_RIGHT, 0, client.options.height / 2)));
    check(!strikes(finger_at(0.5F, 0.01F))); /* the bar above */
    check(!strikes(button_at(SDL_BUTTON_LEFT, 0, 8)));
    check(!strikes(key_of(SDL_SCANCODE_F9)));
}

static void what_sdl_makes_of_another_device_strikes_no_second_time(void **state)
{
    SDL_Event finger = finger_at(0.5F, 0.5F);

    (void)state;
    finger.tfinger.touchId = SDL_MOUSE_TOUCHID;
    check(!strikes(finger));
    check(!strikes(button_at(SDL_BUTTON_LEFT, SDL_TOUCH_MOUSEID, client.options.height / 2)));
}

static void a_press_on_a_control_of_the_screen_is_no_hit(void **state)
{
    int below_bar = 0;

    (void)state;
    for (size_t i = 0; i < app->ui.focusable_count; i++) {
        const Rect rect = app->ui.focusables[i].rect;
        const float scale = app->layout.scale;

        check(!strikes(finger_at((rect.x + rect.w / 2.0F) * scale / (float)client.options.width,
                                 (rect.y + rect.h / 2.0F) * scale / (float)client.options.height)));
        below_bar += rect.y > BAR_HEIGHT ? 1 : 0;
    }
    check(below_bar > 0);
}

/* ---- the sound device ------------------------------------------------------------------------ */

#define HAS_CHANGED "The sound device has changed. "
#define CALIBRATE_AGAIN HAS_CHANGED "Your offset was for the other one: calibrate again."
#define ARE_BACK HAS_CHANGED "The offsets you had with it are back."

/* Another device, called "memory", which asks for blocks of so many frames; it has settled. */
static void plug_in(int block_frames)
{
    static float block[AUDIO_BLOCK_FRAMES_MAX];
    const AudioConfig config = {.choice = AUDIO_OFFLINE, .block_frames = block_frames};

    audio_destroy(app->audio);
    app->audio = audio_create(&config, now);
    check(app->audio != NULL);
    for (int i = 0; i < BLOCKS_MAX && audio_state(app->audio).condition != AUDIO_PLAYING; i++) {
        (void)audio_offline_render(app->audio, 0, block, AUDIO_BLOCK_FRAMES_MAX);
        audio_poll(app->audio, audio_offline_now(app->audio));
    }
    check(audio_state(app->audio).condition == AUDIO_PLAYING);
}

/* The device is looked at; what is said to the person then, "" for nothing. */
static const char *told(void)
{
    app->ui.toast_shown = false;
    app_watch_device(app, now);
    now.ns += FRAME_NS;
    frame();
    return app->ui.toast_shown ? app->ui.toast : "";
}

static void calibrate(const char *device, int32_t timing_offset_ms)
{
    SettingsOffsets *offsets = &app->settings.offsets;

    *offsets = (SettingsOffsets){.block_frames = BLOCK_FRAMES,
                                 .timing_offset_is_set = true,
                                 .timing_offset_ms = timing_offset_ms};
    (void)snprintf(offsets->sound_device, sizeof offsets->sound_device, "%s", device);
}

static void another_device_says_that_the_offset_is_lost(void **state)
{
    (void)state;
    calibrate("Headphones", -41);
    plug_in(BLOCK_FRAMES);
    check_text(told(), CALIBRATE_AGAIN);
    check(!app->settings.offsets.timing_offset_is_set);
    check_i64(app->settings.offsets.timing_offset_ms, 0);
    check_text(told(), ""); /* once */
}

static void another_block_size_says_it_too_and_the_first_one_brings_it_back(void **state)
{
    (void)state;
    calibrate("memory", -41);
    plug_in(BLOCK_FRAMES);
    check_text(told(), "");
    check(app->settings.offsets.timing_offset_is_set);
    plug_in(2 * BLOCK_FRAMES);
    check_text(told(), CALIBRATE_AGAIN);
    check(!app->settings.offsets.timing_offset_is_set);
    plug_in(BLOCK_FRAMES);
    check_text(told(), ARE_BACK);
    check(app->settings.offsets.timing_offset_is_set);
    check_i64(app->settings.offsets.timing_offset_ms, -41);
}

static void who_never_calibrated_is_told_nothing(void **state)
{
    (void)state;
    plug_in(BLOCK_FRAMES);
    check_text(told(), "");
    plug_in(2 * BLOCK_FRAMES);
    check_text(told(), "");
}

static void in_mid_song_nothing_moves(void **state)
{
    (void)state;
    play();
    calibrate("Headphones", -41);
    plug_in(BLOCK_FRAMES);
    check_text(told(), "");
    check_i64(app->settings.offsets.timing_offset_ms, -41);
    app_leave(app, now);
    check_text(told(), CALIBRATE_AGAIN);
}

static void the_room_is_judged_without_the_offset_that_is_lost(void **state)
{
    (void)state;
    calibrate("Headphones", -41);
    app_practise(app, now);
    check(app->room->model.config.calibrated);
    check_i64(app->room->model.config.calibration_us, -41000);
    plug_in(BLOCK_FRAMES);
    check_text(told(), CALIBRATE_AGAIN);
    check(!app->room->model.config.calibrated);
    check_i64(app->room->model.config.calibration_us, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            fingers_and_the_left_button_strike_like_keys, open_instrument, close_instrument),
        cmocka_unit_test_setup_teardown(
            what_is_no_drum_is_not_struck, open_instrument, close_instrument),
        cmocka_unit_test_setup_teardown(what_sdl_makes_of_another_device_strikes_no_second_time,
                                        open_instrument,
                                        close_instrument),
        cmocka_unit_test_setup_teardown(
            a_press_on_a_control_of_the_screen_is_no_hit, open_instrument, close_instrument),
        cmocka_unit_test_setup_teardown(
            another_device_says_that_the_offset_is_lost, open_app, close_app),
        cmocka_unit_test_setup_teardown(
            another_block_size_says_it_too_and_the_first_one_brings_it_back, open_app, close_app),
        cmocka_unit_test_setup_teardown(who_never_calibrated_is_told_nothing, open_app, close_app),
        cmocka_unit_test_setup_teardown(in_mid_song_nothing_moves, open_app, close_app),
        cmocka_unit_test_setup_teardown(
            the_room_is_judged_without_the_offset_that_is_lost, open_app, close_app),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
