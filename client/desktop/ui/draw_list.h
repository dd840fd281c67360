/*
 * A frame as a list of things to draw, in order, back to front. The pure half of the client writes
 * it; the renderer, a test or a screenshot reads it.
 *
 * Pure: the caller owns the memory, capacities are fixed. What does not fit is left out and sets
 * the sticky `full`; nothing ever fails. Lengths are logical px. NaN or infinite lengths are left
 * out.
 */
#ifndef CLIENT_DESKTOP_UI_DRAW_LIST_H
#define CLIENT_DESKTOP_UI_DRAW_LIST_H

#include "client/desktop/ui/colour.h"
#include "client/desktop/ui/layout.h"
#include "client/desktop/ui/marks.h"
#include "client/desktop/ui/text_metrics.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DRAW_COMMANDS_MAX = 16384,   /* a map of 4,096 people is two commands each, and headers */
    DRAW_POINTS_MAX = 16384,     /* points of all polylines and polygons */
    DRAW_TEXT_BYTES_MAX = 65536, /* bytes of all texts */
    DRAW_CLIP_DEPTH_MAX = 16     /* clips inside clips */
};

typedef enum {
    DRAW_RECT_FILL,
    DRAW_RECT_STROKE,
    DRAW_LINE,
    DRAW_POLYLINE,
    DRAW_POLYGON,
    DRAW_DISC,
    DRAW_ARC,
    DRAW_GLOW,
    DRAW_MARK,
    DRAW_TEXT,
    DRAW_CLIP_PUSH,
    DRAW_CLIP_POP,
    DRAW_KIND_COUNT
} DrawKind;

typedef enum {
    TEXT_LEFT,
    TEXT_CENTER,
    TEXT_RIGHT
} TextAlign;

typedef struct {
    FontWeight weight;
    TextAlign align;
    float size_px;
    bool tabular;  /* digits stand in cells of the widest digit: for figures that change */
    bool ellipsis; /* shortened to the box width with an ellipsis: for names only */
} TextStyle;

typedef struct {
    DrawKind kind;
    Colour colour;
    union {
        struct {
            Rect rect;
            float radius;
            float stroke; /* 0 when filled; the stroke lies inside the rectangle */
        } rect;
        struct {
            Point from;
            Point to;
            float width;
        } line;
        struct {
            uint32_t first_point;
            uint32_t point_count;
            float width; /* of a polyline; 0 for a polygon */
            bool closed;
        } path;
        struct {
            Point center;
            float radius;
        } disc; /* also the glow */
        struct {
            Point center;
            float radius; /* of the middle of the stroke */
            float width;
            float start; /* radians, 0 at 12 o'clock, clockwise */
            float sweep; /* radians, clockwise, 2 pi is a whole ring */
        } arc;
        struct {
            Point center;
            float size; /* d */
            Mark mark;
        } mark;
        struct {
            Rect box;
            TextStyle style;
            uint32_t first_byte;
            uint32_t text_bytes;
        } text;
        Rect clip; /* already cut with the clips around it */
    } as;
} DrawCommand;

typedef struct {
    DrawCommand commands[DRAW_COMMANDS_MAX];
    size_t command_count;
    Point points[DRAW_POINTS_MAX];
    size_t point_count;
    char text[DRAW_TEXT_BYTES_MAX];
    size_t text_bytes;
    Rect clips[DRAW_CLIP_DEPTH_MAX];
    size_t clip_depth;
    bool full; /* something was left out since draw_list_clear */
} DrawList;

/* Empties the list and the `full` flag; also makes zeroed or uninitialised memory a list. */
void draw_list_clear(DrawList *list);

/* Every clip was popped. A screen's test asserts it at the end of a frame. */
bool draw_list_is_balanced(const DrawList *list);

/* Rectangles; a radius above half the shorter side is cut to it (a pill). Stroke lies inside. */
void draw_rect(DrawList *list, Rect rect, float radius, Colour colour);
void draw_rect_stroke(DrawList *list, Rect rect, float radius, float stroke, Colour colour);

/* A straight line with flat ends, feathered by one pixel. */
void draw_line(DrawList *list, Point from, Point to, float width, Colour colour);

/* A run of lines with round joins and ends; the points are copied. */
void draw_polyline(
    DrawList *list, const Point *points, size_t point_count, float width, Colour colour);
/* The same, and back to the first point. */
void draw_polyline_closed(
    DrawList *list, const Point *points, size_t point_count, float width, Colour colour);

/* A filled polygon, non-zero winding; need not be convex. The points are copied. */
void draw_polygon(DrawList *list, const Point *points, size_t point_count, Colour colour);

void draw_disc(DrawList *list, Point center, float radius, Colour colour);

/* A ring whose stroke has `width` around `radius`. */
void draw_ring(DrawList *list, Point center, float radius, float width, Colour colour);

/* What the arc command needs; angles in radians, 0 at 12 o'clock, clockwise; flat ends. */
typedef struct {
    Point center;
    float radius;
    float width;
    float start;
    float sweep;
} DrawArc;

void draw_arc(DrawList *list, const DrawArc *arc, Colour colour);

/* A soft light: alpha a(1-t)^2(1+2t) at t = distance / radius, a being the colour's alpha. */
void draw_glow(DrawList *list, Point center, float radius, Colour colour);

/* A verdict mark of size d around `center`. */
void draw_mark(DrawList *list, Point center, float size, Mark mark, Colour colour);

/*
 * One line of text, placed in `box` by the style's alignment, its capitals centred on the middle of
 * the box's height. Text wider than the box runs over unless the style says ellipsis. Copied.
 */
void draw_text(DrawList *list, Rect box, const TextStyle *style, Colour colour, const char *text);
void draw_text_bytes(DrawList *list,
                     Rect box,
                     const TextStyle *style,
                     Colour colour,
                     const char *text,
                     size_t text_bytes);

/* Everything until the matching pop shows only inside `clip` and the clips around it. */
void draw_clip_push(DrawList *list, Rect clip);
void draw_clip_pop(DrawList *list);

/* Text of a DRAW_TEXT command; not terminated, as.text.text_bytes long. */
const char *draw_command_text(const DrawList *list, const DrawCommand *command);
/* Points of a DRAW_POLYLINE or DRAW_POLYGON command. */
const Point *draw_command_points(const DrawList *list, const DrawCommand *command);

#endif
