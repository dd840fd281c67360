/*
 * Stamps what fingers do: with the X server's own time where there is one, else at the moment SDL
 * hears of it, before any frame is drawn.
 *
 * Main thread, except that SDL may deliver events on another one. An SDL event watch stamps with
 * host_clock_now() and puts the stamp into a bounded ring; the loop drains it. SDL's own time
 * stamps are whole milliseconds of the moment it looked, so they are not used. On X11 keys and
 * mouse buttons carry the time at which the server had them (SDL_SYSWMEVENT), which no drawing of
 * ours delays; event_clock.h turns it into host time. Elsewhere, and for touch, stamps are early
 * because the loop waits in SDL_WaitEventTimeout, never for the screen.
 *
 * The ear is more exacting than the judge: a drum that waits for the picture is heard to wait. So
 * on X11 a second thread (key_listener.h) hears the keys, too, and strikes at once; who of the two
 * is first strikes, and the stamp says whether that was done.
 *
 *     input = input_create();
 *     input_strike_at_once(input, window, strike, owner);    where a drum sounds
 *     loop:  SDL_WaitEventTimeout, SDL_PollEvent for the screens, then
 *            while (input_next(input, &stamp)) { the hit, with stamp.at }
 */
#ifndef CLIENT_DESKTOP_INPUT_H
#define CLIENT_DESKTOP_INPUT_H

#include "client/desktop/input_bindings.h"

enum {
    INPUT_STAMPS_MAX = 256 /* a power of two; 25 hits a second fill it in ten seconds */
};

typedef enum {
    INPUT_KEY,   /* went down; repeats are no hits */
    INPUT_MOUSE, /* a button went down */
    INPUT_TOUCH  /* a finger came down */
} InputKind;

typedef struct {
    HostTime at;
    HostTime heard; /* when SDL told us: `at` or later */
    InputKind kind;
    int32_t code; /* SDL scancode, SDL mouse button, or the low bits of the finger's number */
    int pad;      /* by the bindings; -1 for keys without one, and for mouse and touch */
    bool struck;  /* its drum sounds already */
    float x;      /* window coordinates of mouse and touch, as SDL's mouse has them; else 0 */
    float y;
} InputStamp;

typedef struct Input Input;

/* After SDL_Init. NULL when out of memory. */
Input *input_create(void);

/* Before SDL_Quit. NULL is fine. */
void input_destroy(Input *input);

struct SDL_Window;

/* Strikes this pad's drum. Thread: one of the input's own. */
typedef void (*InputStrike)(void *owner, int pad);

/* From now on, while armed, keys with a pad strike without waiting for the loop, where the system
   lets them: all but the first press of each key, which the two threads know by different names
   until then. Once; not while armed. */
void input_strike_at_once(Input *input, struct SDL_Window *window, InputStrike strike, void *owner);

/* Whether keys are drums now; at first they are not. */
void input_arm(Input *input, bool armed);

/* In force for stamps that are taken from now on. */
void input_set_bindings(Input *input, const InputBindings *bindings);
InputBindings input_bindings(const Input *input);

/* The oldest stamp not yet taken. False when there is none. */
NODISCARD bool input_next(Input *input, InputStamp *stamp);

/* Forgets what was not taken: on entering a screen, so that a key pressed before is no hit. */
void input_discard(Input *input);

/* Stamps that found the ring full, since the beginning. */
uint32_t input_lost_count(const Input *input);

#endif
