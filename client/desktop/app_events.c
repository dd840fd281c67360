#include "client/desktop/app.h"

#include <SDL.h>
#include <math.h>
#include <string.h>

#define WHEEL_PX 48.0F

/* How long after a halt a hit may still be for the last note before it. */
#define LAST_NOTE_NS (500 * NS_PER_MS)

typedef struct {
    SDL_Keycode code;
    UiKey key;
} KeyMeaning;

static const KeyMeaning key_meanings[] = {
    {SDLK_TAB, UI_KEY_TAB},
    {SDLK_RETURN, UI_KEY_ENTER},
    {SDLK_KP_ENTER, UI_KEY_ENTER},
    {SDLK_SPACE, UI_KEY_SPACE},
    {SDLK_ESCAPE, UI_KEY_ESCAPE},
    {SDLK_LEFT, UI_KEY_LEFT},
    {SDLK_RIGHT, UI_KEY_RIGHT},
    {SDLK_UP, UI_KEY_UP},
    {SDLK_DOWN, UI_KEY_DOWN},
    {SDLK_HOME, UI_KEY_HOME},
    {SDLK_END, UI_KEY_END},
    {SDLK_PAGEUP, UI_KEY_PAGE_UP},
    {SDLK_PAGEDOWN, UI_KEY_PAGE_DOWN},
    {SDLK_BACKSPACE, UI_KEY_BACKSPACE},
    {SDLK_DELETE, UI_KEY_DELETE},
    {SDLK_a, UI_KEY_A},
    {SDLK_c, UI_KEY_C},
    {SDLK_v, UI_KEY_V},
    {SDLK_x, UI_KEY_X},
};

/* ---- drumming -------------------------------------------------------------------------------- */

static void report_hit(const App *app, HostTime at, int pad)
{
    if (app->input_report != NULL) {
        (void)fprintf(app->input_report, "%lld,%d\n", (long long)at.ns, pad);
    }
}

/* A screen to drum on, with nothing over it. */
static bool is_at_drum(const App *app)
{
    return (app->shown == SCREEN_PLAY || app->shown == SCREEN_RING ||
            app->shown == SCREEN_PRACTICE) &&
           !app->menu_open && !app->output.wants_text;
}

static bool music_plays(const App *app, HostTime now)
{
    const ModelNow music = model_now(&app->room->model, now);

    if (app->room->kind == ROOM_NONE || !music.known) {
        return false;
    }
    if (music.transport == TRANSPORT_COUNT_IN || music.transport == TRANSPORT_PLAYING) {
        return true;
    }
    return music.time.ns - timeline_section_time(&app->room->model.timeline, music.section).ns <
           LAST_NOTE_NS;
}

bool app_is_drumming(const App *app, HostTime now)
{
    return is_at_drum(app) && (app->shown != SCREEN_PRACTICE || music_plays(app, now));
}

static bool is_over_widget(const App *app, float x, float y)
{
    for (size_t i = 0; i < app->ui.focusable_count; i++) {
        if (rect_contains(app->ui.focusables[i].rect, x, y)) {
            return true;
        }
    }
    return false;
}

static Point ui_point(const App *app, float x, float y)
{
    const float scale = window_pointer_scale(app->window) / app->layout.scale;

    return (Point){x * scale, y * scale};
}

/* Which pad a stamp strikes here and now; -1 for none. */
static int pad_of(const App *app, const InputStamp *stamp)
{
    const Point at = ui_point(app, stamp->x, stamp->y);

    if (stamp->kind == INPUT_KEY) {
        return stamp->pad;
    }
    if (stamp->kind == INPUT_MOUSE && stamp->code != SDL_BUTTON_LEFT) {
        return -1;
    }
    return at.y < BAR_HEIGHT || is_over_widget(app, at.x, at.y) ? -1 : 0;
}

/* In the lobby, and before practice begins, the drum can be tried with keys that nothing else
   wants: Space only where no widget has the keyboard (in the lobby the screen answers it). */
static bool may_try(const App *app, const InputStamp *stamp)
{
    if (app->menu_open || app->output.wants_text || stamp->kind != INPUT_KEY ||
        stamp->code == SDL_SCANCODE_RETURN) {
        return false;
    }
    if (stamp->code == SDL_SCANCODE_SPACE) {
        return app->shown == SCREEN_PRACTICE && app->ui.focus == 0;
    }
    return app->shown == SCREEN_LOBBY || app->shown == SCREEN_PRACTICE;
}

/* A tap of the wizard: nothing sounds, nothing is sent. */
static void take_tap(App *app, const InputStamp *stamp, int pad)
{
    if (stamp->kind == INPUT_KEY ? app_is_tap_key(app, stamp->code) : pad >= 0) {
        calibrate_screen_tap(&app->calibration.screen, stamp->at);
        report_hit(app, stamp->at, pad);
        app->redraws = true;
    }
}

void app_take_hits(App *app, HostTime now)
{
    InputStamp stamp;

    while (app->input != NULL && input_next(app->input, &stamp)) {
        const int pad = pad_of(app, &stamp);

        recorder_take_key(&app->recorder, &stamp, pad);
        if (app_is_tapping(app)) {
            take_tap(app, &stamp, pad);
            continue;
        }
        if (pad < 0) {
            continue;
        }
        if (!stamp.struck && (app_is_drumming(app, now) || may_try(app, &stamp))) {
            app_strike(app, pad);
        }
        if (app_is_drumming(app, now)) {
            app_hit(app, stamp.at, pad);
        }
    }
}

void app_hit(App *app, HostTime at, int pad)
{
    if (music_plays(app, at)) {
        const OwnJudgement own =
            model_hit(&app->room->model, at, (uint8_t)pad, 100, &app->room->outbox);

        room_flush(app->room, at);
        app_cue(app, &own);
    }
    report_hit(app, at, pad);
    app->redraws = true;
}

/* ---- SDL's events for the screens ------------------------------------------------------------ */

static unsigned modifiers_of(const SDL_Keysym *key)
{
    unsigned modifiers = 0;

    modifiers |= (key->mod & KMOD_SHIFT) != 0 ? UI_SHIFT : 0U;
    modifiers |= (key->mod & KMOD_CTRL) != 0 ? UI_CTRL : 0U;
    return modifiers;
}

static bool is_drum_key(const App *app, SDL_Scancode scancode)
{
    const InputBindings bindings = input_bindings(app->input);

    return input_bindings_pad(&bindings, (int32_t)scancode) >= 0;
}

static void take_key(App *app, const SDL_KeyboardEvent *event)
{
    const SDL_Keysym *key = &event->keysym;
    const unsigned modifiers = modifiers_of(key);

    app->drum_key_down = app_is_tapping(app) ? app_is_tap_key(app, (int32_t)key->scancode)
                                             : is_drum_key(app, key->scancode) &&
                                                   app_is_drumming(app, app->last_frame_at);
    if (key->sym == SDLK_F11 || (key->sym == SDLK_RETURN && (key->mod & KMOD_ALT) != 0)) {
        if (event->repeat == 0) {
            window_toggle_fullscreen(app->window);
        }
        return;
    }
    if (app->shown == SCREEN_SETTINGS && app->settings_screen.is_capturing) {
        if (settings_screen_key(
                &app->settings_screen, &app->settings, SDL_GetScancodeName(key->scancode))) {
            app_apply_settings(app, app->last_frame_at);
        }
        app->drum_key_down = true; /* its letter is no text */
        return;
    }
    if (app->drum_key_down) {
        return;
    }
    for (size_t i = 0; i < sizeof key_meanings / sizeof key_meanings[0]; i++) {
        const KeyMeaning *meaning = &key_meanings[i];
        const bool is_letter = meaning->code >= SDLK_a && meaning->code <= SDLK_z;

        if (meaning->code == key->sym && (!is_letter || (modifiers & UI_CTRL) != 0)) {
            ui_input_key(&app->ui, meaning->key, modifiers);
        }
    }
}

static void take_text(App *app, const char *text)
{
    if (!app->drum_key_down) {
        ui_input_text(&app->ui, text, strlen(text));
    }
}

static void take_mouse(App *app, const SDL_Event *event)
{
    Point at;

    if (event->type == SDL_MOUSEMOTION && event->motion.which != SDL_TOUCH_MOUSEID) {
        at = ui_point(app, (float)event->motion.x, (float)event->motion.y);
        ui_input_pointer(&app->ui, at.x, at.y);
    } else if (event->type == SDL_MOUSEWHEEL) {
        ui_input_wheel(&app->ui, event->wheel.preciseY * WHEEL_PX);
    } else if ((event->type == SDL_MOUSEBUTTONDOWN || event->type == SDL_MOUSEBUTTONUP) &&
               event->button.which != SDL_TOUCH_MOUSEID &&
               event->button.button == SDL_BUTTON_LEFT) {
        at = ui_point(app, (float)event->button.x, (float)event->button.y);
        if (event->type == SDL_MOUSEBUTTONDOWN) {
            ui_input_press(&app->ui, at.x, at.y, false);
        } else {
            ui_input_release(&app->ui, at.x, at.y);
        }
    }
}

static void take_finger(App *app, const SDL_TouchFingerEvent *event)
{
    int width = 1;
    int height = 1;
    Point at;

    if (event->touchId == SDL_MOUSE_TOUCHID) {
        return;
    }
    window_size(app->window, &width, &height);
    at.x = event->x * (float)width / app->layout.scale;
    at.y = event->y * (float)height / app->layout.scale;
    if (event->type == SDL_FINGERDOWN) {
        ui_input_press(&app->ui, at.x, at.y, true);
    } else if (event->type == SDL_FINGERUP) {
        ui_input_release(&app->ui, at.x, at.y);
    } else {
        ui_input_pointer(&app->ui, at.x, at.y);
    }
}

static void take_event(App *app, SDL_Event *event)
{
    switch (event->type) {
    case SDL_QUIT:
        app->quits = true;
        break;
    case SDL_KEYDOWN:
        take_key(app, &event->key);
        break;
    case SDL_TEXTINPUT:
        take_text(app, event->text.text);
        break;
    case SDL_MOUSEMOTION:
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
    case SDL_MOUSEWHEEL:
        take_mouse(app, event);
        break;
    case SDL_FINGERDOWN:
    case SDL_FINGERUP:
    case SDL_FINGERMOTION:
        take_finger(app, &event->tfinger);
        break;
    case SDL_DROPTEXT:
        ui_input_paste(&app->ui, event->drop.file, strlen(event->drop.file));
        SDL_free(event->drop.file);
        break;
    case SDL_DROPFILE:
        SDL_free(event->drop.file);
        break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET:
        window_device_reset(app->window);
        break;
    default:
        break;
    }
    /* The network thread's call: what came may be worth a picture, but it is no hurry. */
    app->redraws = app->redraws || (event->type != SDL_USEREVENT && event->type != SDL_SYSWMEVENT);
}

static void serve_clipboard(App *app)
{
    if (app->output.paste) {
        char *text = SDL_GetClipboardText();

        if (text != NULL) {
            ui_input_paste(&app->ui, text, strlen(text));
            SDL_free(text);
        }
        app->output.paste = false;
        app->redraws = true;
    }
    if (app->output.copy) {
        char text[UI_FIELD_BYTES_MAX + 1] = {0};

        memcpy(text,
               app->output.copy_text,
               app->output.copy_bytes < UI_FIELD_BYTES_MAX ? app->output.copy_bytes
                                                           : UI_FIELD_BYTES_MAX);
        (void)SDL_SetClipboardText(text);
        app->output.copy = false;
    }
}

void app_take_events(App *app)
{
    SDL_Event event;

    serve_clipboard(app);
    while (SDL_PollEvent(&event)) {
        if (app->input != NULL) {
            take_event(app, &event);
        } else if (event.type == SDL_QUIT) {
            app->quits = true;
        }
    }
}
