/*
 * One frame of the UI for tests: a draw list, a fixed-width font, and what can be asked of them.
 */
#ifndef TESTS_SUPPORT_FRAME_H
#define TESTS_SUPPORT_FRAME_H

#include "client/desktop/ui/widgets.h"

/* Large; keep it in static memory. */
typedef struct {
    DrawList draw;
    Ui ui;
    FixedWidthFont font;
    TextMetrics metrics;
    UiFrame frame;
} FrameOfTest;

/* A fresh UI in a window of this size, dark, at 10 s. */
void frame_init(FrameOfTest *test, int width, int height, float text_size);

/* Between them the screen is emitted. */
void frame_begin(FrameOfTest *test);
void frame_end(FrameOfTest *test);

/* The first text command that is exactly `text`; NULL when there is none. */
const DrawCommand *frame_text(const FrameOfTest *test, const char *text);

/* How many commands are of this kind and this colour (alpha included). */
int frame_count(const FrameOfTest *test, DrawKind kind, Colour colour);

/* How many marks of this shape there are. */
int frame_marks(const FrameOfTest *test, Mark mark);

/*
 * Looks for a text that leaves the window or runs over another one; those in a scroll area that are
 * scrolled away do not count. Returns it (not terminated), or NULL when all is well.
 */
const char *frame_text_in_trouble(const FrameOfTest *test);

#endif
