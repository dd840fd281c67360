/*
 * Where things go: the scale and size class of a window, and rectangles that are cut into pieces.
 *
 * Pure. All lengths are logical px (times `scale` = pixels of the window), x right, y down.
 */
#ifndef CLIENT_DESKTOP_UI_LAYOUT_H
#define CLIENT_DESKTOP_UI_LAYOUT_H

#include <stdbool.h>

typedef struct {
    float x;
    float y;
} Point;

/* Width and height are never negative in what this module returns. */
typedef struct {
    float x;
    float y;
    float w;
    float h;
} Rect;

/* How much room there is, in logical px. */
typedef enum {
    LAYOUT_MEDIUM,  /* w >= 1040 and h >= 600: two columns */
    LAYOUT_SMALL,   /* else w >= 720 and h >= 540 */
    LAYOUT_TINY,    /* else: panels stack and scroll, ring and map are separate views */
    LAYOUT_MINIMAL, /* below 480 x 320: lane and word only */
    LAYOUT_CLASS_COUNT
} LayoutClass;

typedef struct {
    float scale;  /* window pixels per logical px */
    float width;  /* of the window, logical px */
    float height; /* of the window, logical px */
    float margin; /* free border: 24, or 20 where the class is small or less */
    LayoutClass size_class;
} Layout;

#define LAYOUT_TEXT_SIZE_MIN 0.8F
#define LAYOUT_TEXT_SIZE_MAX 2.0F

/*
 * scale = clamp(min(W/1280, H/720) rounded down to .25, 1, 3) x text_size, text_size clamped to
 * .8..2.0. Windows smaller than 1 x 1 px count as 1 x 1.
 */
Layout layout_of(int window_width_px, int window_height_px, float text_size);

/* The whole window. */
Rect layout_window(const Layout *layout);

/*
 * RectCut: takes a strip off one side of `rect`, returns it, leaves the rest in `rect`. Never takes
 * more than there is.
 */
Rect rect_cut_left(Rect *rect, float width);
Rect rect_cut_right(Rect *rect, float width);
Rect rect_cut_top(Rect *rect, float height);
Rect rect_cut_bottom(Rect *rect, float height);

/* `rect` smaller by `by` on every side (larger when negative), around the same centre. */
Rect rect_inset(Rect rect, float by);
Rect rect_inset_xy(Rect rect, float by_x, float by_y);

/* A rectangle of this size in the middle of `rect`; it may be larger than `rect`. */
Rect rect_centered(Rect rect, float width, float height);

/* Column `index` of `count` equal columns with `gap` between them. count >= 1, index < count. */
Rect rect_column(Rect rect, int index, int count, float gap);

/* What both cover; w = h = 0 when they do not meet. */
Rect rect_intersection(Rect a, Rect b);

/* Whether the point lies in it; left and top edges belong to it, right and bottom do not. */
bool rect_contains(Rect rect, float x, float y);

float rect_right(Rect rect);
float rect_bottom(Rect rect);
Point rect_center(Rect rect);

#endif
