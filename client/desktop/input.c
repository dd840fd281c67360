#include "client/desktop/input.h"

#include "client/desktop/event_clock.h"
#include "client/desktop/key_claims.h"
#include "client/desktop/key_listener.h"
#include "shared/platform/host_clock.h"

#include <SDL.h>
#include <SDL_syswm.h>
#include <stdatomic.h>
#include <stdlib.h>

struct Input {
    InputBindings bindings;
    /* The watch's. */
    EventClock server_clock;
    bool has_server_time; /* of the event that SDL translates next */
    HostTime server_time;
    uint32_t server_ms; /* the same as the server says it */
    int32_t server_key; /* its code; -1 for a button */

    KeyListener *listener; /* NULL: SDL is all there is */
    InputStrike strike;
    void *strike_owner;
    _Atomic bool armed;
    _Atomic int8_t pads[SDL_NUM_SCANCODES];        /* of the bindings; -1 for none */
    _Atomic int32_t scancodes[KEY_LISTENER_CODES]; /* of the server's codes; 0: not met */
    KeyClaims claims;

    InputStamp stamps[INPUT_STAMPS_MAX];
    /* SDL calls its watches one after the other, so there is one producer at a time. */
    _Atomic uint32_t written;  /* by the watch */
    _Atomic uint32_t consumed; /* by the loop */
    _Atomic uint32_t lost_count;
};

_Static_assert((INPUT_STAMPS_MAX & (INPUT_STAMPS_MAX - 1)) == 0,
               "the counters wrap at 2^32, which a power of two divides");

static bool stamp_key(const SDL_KeyboardEvent *event, InputStamp *stamp)
{
    stamp->kind = INPUT_KEY;
    stamp->code = (int32_t)event->keysym.scancode;
    return event->repeat == 0;
}

static bool stamp_mouse(const SDL_MouseButtonEvent *event, InputStamp *stamp)
{
    stamp->kind = INPUT_MOUSE;
    stamp->code = event->button;
    stamp->x = (float)event->x;
    stamp->y = (float)event->y;
    /* Fingers come as fingers. */
    return event->which != SDL_TOUCH_MOUSEID;
}

static bool stamp_finger(const SDL_TouchFingerEvent *event, InputStamp *stamp)
{
    SDL_Window *window = SDL_GetWindowFromID(event->windowID);
    int width = 0;
    int height = 0;

    if (window != NULL) {
        SDL_GetWindowSize(window, &width, &height);
    }
    stamp->kind = INPUT_TOUCH;
    stamp->code = (int32_t)(event->fingerId & 0x7fffffff);
    stamp->x = event->x * (float)width;
    stamp->y = event->y * (float)height;
    return event->touchId != SDL_MOUSE_TOUCHID;
}

/* Whether the event is something coming down; fills all but the time and the pad. */
static bool stamp_event(const SDL_Event *event, InputStamp *stamp)
{
    if (event->type == SDL_KEYDOWN) {
        return stamp_key(&event->key, stamp);
    }
    if (event->type == SDL_MOUSEBUTTONDOWN) {
        return stamp_mouse(&event->button, stamp);
    }
    if (event->type == SDL_FINGERDOWN) {
        return stamp_finger(&event->tfinger, stamp);
    }
    return false;
}

/* Thread: the listener's. */
static void strike_heard_key(void *owner, uint8_t key, uint32_t event_ms)
{
    Input *input = owner;
    const int32_t scancode = atomic_load(&input->scancodes[key]);
    const int pad = scancode > 0 ? atomic_load(&input->pads[scancode]) : -1;

    if (pad >= 0 && atomic_load(&input->armed) && key_claims_take(&input->claims, key, event_ms)) {
        input->strike(input->strike_owner, pad);
    }
}

#if defined(SDL_VIDEO_DRIVER_X11)
/* The server's time of what the person did; false for events without. */
static bool x11_event_ms(const XEvent *event, bool *comes_down, uint32_t *event_ms)
{
    *comes_down = event->type == KeyPress || event->type == ButtonPress;
    if (event->type == KeyPress || event->type == KeyRelease) {
        *event_ms = (uint32_t)event->xkey.time;
    } else if (event->type == ButtonPress || event->type == ButtonRelease) {
        *event_ms = (uint32_t)event->xbutton.time;
    } else if (event->type == MotionNotify) {
        *event_ms = (uint32_t)event->xmotion.time;
    } else {
        return false;
    }
    return *event_ms != 0; /* CurrentTime: sent by a program that knows no better */
}

/* Comes right before SDL's own event of the same thing, in the same breath. */
static void take_server_time(Input *input, const SDL_SysWMmsg *message, HostTime now)
{
    bool comes_down = false;
    uint32_t event_ms = 0;

    input->has_server_time = false;
    if (message->subsystem == SDL_SYSWM_X11 &&
        x11_event_ms(&message->msg.x11.event, &comes_down, &event_ms)) {
        input->server_time = event_clock_host(&input->server_clock, event_ms, now);
        input->has_server_time = comes_down;
        input->server_ms = event_ms;
        input->server_key = message->msg.x11.event.type == KeyPress
                                ? (int32_t)(message->msg.x11.event.xkey.keycode & 0xffU)
                                : -1;
    }
}
#else
static void take_server_time(Input *input, const SDL_SysWMmsg *message, HostTime now)
{
    (void)input;
    (void)message;
    (void)now;
}
#endif

static int SDLCALL watch(void *userdata, SDL_Event *event)
{
    Input *input = userdata;
    const HostTime now = host_clock_now();
    InputStamp stamp = {.at = now, .heard = now, .pad = -1};
    const uint32_t written = atomic_load_explicit(&input->written, memory_order_relaxed);

    if (event->type == SDL_SYSWMEVENT) {
        take_server_time(input, event->syswm.msg, now);
    }
    if (!stamp_event(event, &stamp)) {
        return 1;
    }
    if (input->has_server_time && stamp.kind != INPUT_TOUCH) {
        stamp.at = input->server_time;
        input->has_server_time = false;
        if (stamp.kind == INPUT_KEY && input->server_key >= 0) {
            atomic_store(&input->scancodes[input->server_key], stamp.code);
            stamp.struck =
                !key_claims_take(&input->claims, (uint8_t)input->server_key, input->server_ms);
        }
    }
    if (written - atomic_load_explicit(&input->consumed, memory_order_acquire) >=
        INPUT_STAMPS_MAX) {
        atomic_fetch_add_explicit(&input->lost_count, 1, memory_order_relaxed);
        return 1;
    }
    input->stamps[written % INPUT_STAMPS_MAX] = stamp;
    atomic_store_explicit(&input->written, written + 1, memory_order_release);
    return 1;
}

Input *input_create(void)
{
    Input *input = calloc(1, sizeof *input);
    InputBindings bindings;

    if (input == NULL) {
        return NULL;
    }
    input_bindings_default(&bindings);
    input_set_bindings(input, &bindings);
    (void)SDL_EventState(SDL_SYSWMEVENT, SDL_ENABLE);
    SDL_AddEventWatch(watch, input);
    return input;
}

void input_destroy(Input *input)
{
    if (input == NULL) {
        return;
    }
    key_listener_close(input->listener);
    SDL_DelEventWatch(watch, input);
    (void)SDL_EventState(SDL_SYSWMEVENT, SDL_DISABLE);
    free(input);
}

void input_strike_at_once(Input *input, SDL_Window *window, InputStrike strike, void *owner)
{
    assert(input->listener == NULL);
    input->strike = strike;
    input->strike_owner = owner;
    input->listener = key_listener_open(window, strike_heard_key, input);
}

void input_arm(Input *input, bool armed)
{
    atomic_store(&input->armed, armed);
}

void input_set_bindings(Input *input, const InputBindings *bindings)
{
    input->bindings = *bindings;
    for (int32_t scancode = 0; scancode < SDL_NUM_SCANCODES; scancode++) {
        atomic_store(&input->pads[scancode], (int8_t)input_bindings_pad(bindings, scancode));
    }
}

InputBindings input_bindings(const Input *input)
{
    return input->bindings;
}

bool input_next(Input *input, InputStamp *stamp)
{
    const uint32_t consumed = atomic_load_explicit(&input->consumed, memory_order_relaxed);

    if (consumed == atomic_load_explicit(&input->written, memory_order_acquire)) {
        return false;
    }
    *stamp = input->stamps[consumed % INPUT_STAMPS_MAX];
    atomic_store_explicit(&input->consumed, consumed + 1, memory_order_release);
    if (stamp->kind == INPUT_KEY) {
        stamp->pad = input_bindings_pad(&input->bindings, stamp->code);
    }
    return true;
}

void input_discard(Input *input)
{
    atomic_store_explicit(&input->consumed,
                          atomic_load_explicit(&input->written, memory_order_acquire),
                          memory_order_release);
}

uint32_t input_lost_count(const Input *input)
{
    return atomic_load_explicit(&input->lost_count, memory_order_relaxed);
}
