/*
 * Plays a screen the way a person does, by keys alone or by pointer alone, and checks what it drew:
 * nothing beside the window, no words over words, none below a control.
 *
 * Words are measured by a font of fixed width, a little wider than the real one. Holds a whole Ui
 * and DrawList: keep it in static memory.
 */
#ifndef TESTS_SUPPORT_SCREEN_PROBE_H
#define TESTS_SUPPORT_SCREEN_PROBE_H

#include "client/desktop/ui/widgets.h"

/* Emits the screen between ui_begin and ui_end. Its answer is kept by the test. */
typedef void (*ProbeScreen)(Ui *ui);

typedef struct {
    int width_px;
    int height_px;
    float text_size;
} ProbeWindow;

enum {
    PROBE_WINDOW_COUNT = 4
};

/* 1280x720, 800x600, 1280x720 at 200 %, 1920x1080. */
extern const ProbeWindow PROBE_WINDOWS[PROBE_WINDOW_COUNT];

typedef struct {
    Ui ui;
    DrawList draw;
    FixedWidthFont font;
    TextMetrics metrics;
    UiFrame frame;
    ProbeScreen screen;
} Probe;

/* A fresh Ui in the first of the windows; then draws once. */
void probe_open(Probe *probe, ProbeScreen screen);
/* Another window, without input; draws until focus and scrolling have settled. */
void probe_resize(Probe *probe, ProbeWindow window);

/* One frame, a tenth of a second later. */
void probe_frame(Probe *probe);

/* Key down, one frame; then one more, so that a moved focus has arrived. */
void probe_key(Probe *probe, UiKey key, unsigned modifiers);
/* Typed text, one frame. */
void probe_type(Probe *probe, const char *text);
/* Presses Tab until a control that shows these words has the focus. Fails when none gets it. */
void probe_tab_to(Probe *probe, const char *words);
/* Press and release in the middle of the `nth` (0 the first) text that is exactly this. Fails
   without one. Scrolls by the wheel while it is out of sight. */
void probe_click_nth(Probe *probe, const char *words, int nth);
void probe_click(Probe *probe, const char *words);
void probe_click_at(Probe *probe, Point point);

/* Whether a visible text is exactly this, or contains it. */
bool probe_shows(const Probe *probe, const char *words);
bool probe_mentions(const Probe *probe, const char *words);
/* Place of the first visible text that is exactly this; an empty rectangle without one. */
Rect probe_place(const Probe *probe, const char *words);

/* The drawing is complete and tidy; on failure prints the words concerned. */
void probe_check_tidy(const Probe *probe);
/* The same in all windows, with every scroll area at its top and at its end. Leaves the first. */
void probe_check_windows(Probe *probe);

#endif
