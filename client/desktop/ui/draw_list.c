#include "client/desktop/ui/draw_list.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Farther than any screen reaches; what is beyond is a bug upstream and would overflow an int. */
#define FAR_PX 1.0e6F
#define FULL_TURN 6.28318531F

/* Clips nobody can see out of: the first one is cut with this. */
static const Rect everywhere = {-FAR_PX, -FAR_PX, 2.0F * FAR_PX, 2.0F * FAR_PX};

void draw_list_clear(DrawList *list)
{
    list->command_count = 0;
    list->point_count = 0;
    list->text_bytes = 0;
    list->clip_depth = 0;
    list->full = false;
}

bool draw_list_is_balanced(const DrawList *list)
{
    return list->clip_depth == 0;
}

/* False for NaN, too. */
static bool is_near(float value)
{
    return value >= -FAR_PX && value <= FAR_PX;
}

static bool is_point(Point point)
{
    return is_near(point.x) && is_near(point.y);
}

static bool is_rect(Rect rect)
{
    return is_near(rect.x) && is_near(rect.y) && is_near(rect.w) && is_near(rect.h);
}

static bool is_length(float value)
{
    return value > 0.0F && value <= FAR_PX;
}

/* A command to fill in, or NULL when the list is full. */
static DrawCommand *push(DrawList *list, DrawKind kind, Colour colour)
{
    DrawCommand *command;

    if (list->command_count >= DRAW_COMMANDS_MAX) {
        list->full = true;
        return NULL;
    }
    command = &list->commands[list->command_count];
    list->command_count++;
    *command = (DrawCommand){.kind = kind, .colour = colour};
    return command;
}

static void
push_rect(DrawList *list, DrawKind kind, Rect rect, float radius, float stroke, Colour colour)
{
    DrawCommand *command;

    if (!is_rect(rect) || !(rect.w > 0.0F) || !(rect.h > 0.0F) || colour.a == 0) {
        return;
    }
    command = push(list, kind, colour);
    if (command != NULL) {
        float half = fminf(rect.w, rect.h) / 2.0F;

        command->as.rect.rect = rect;
        command->as.rect.radius = radius > 0.0F ? fminf(radius, half) : 0.0F;
        command->as.rect.stroke = fminf(stroke, half);
    }
}

void draw_rect(DrawList *list, Rect rect, float radius, Colour colour)
{
    push_rect(list, DRAW_RECT_FILL, rect, radius, 0.0F, colour);
}

void draw_rect_stroke(DrawList *list, Rect rect, float radius, float stroke, Colour colour)
{
    if (is_length(stroke)) {
        push_rect(list, DRAW_RECT_STROKE, rect, radius, stroke, colour);
    }
}

void draw_line(DrawList *list, Point from, Point to, float width, Colour colour)
{
    DrawCommand *command;

    if (!is_point(from) || !is_point(to) || !is_length(width) || colour.a == 0) {
        return;
    }
    command = push(list, DRAW_LINE, colour);
    if (command != NULL) {
        command->as.line.from = from;
        command->as.line.to = to;
        command->as.line.width = width;
    }
}

/* Copies the points; NULL when they do not fit or one of them is nowhere. */
static DrawCommand *
push_path(DrawList *list, DrawKind kind, const Point *points, size_t point_count, Colour colour)
{
    DrawCommand *command;

    if (colour.a == 0) {
        return NULL;
    }
    for (size_t i = 0; i < point_count; i++) {
        if (!is_point(points[i])) {
            return NULL;
        }
    }
    if (point_count > DRAW_POINTS_MAX - list->point_count) {
        list->full = true;
        return NULL;
    }
    command = push(list, kind, colour);
    if (command == NULL) {
        return NULL;
    }
    command->as.path.first_point = (uint32_t)list->point_count;
    command->as.path.point_count = (uint32_t)point_count;
    memcpy(&list->points[list->point_count], points, point_count * sizeof points[0]);
    list->point_count += point_count;
    return command;
}

static void push_polyline(DrawList *list,
                          const Point *points,
                          size_t point_count,
                          float width,
                          bool closed,
                          Colour colour)
{
    DrawCommand *command;

    if (point_count < 2 || !is_length(width)) {
        return;
    }
    command = push_path(list, DRAW_POLYLINE, points, point_count, colour);
    if (command != NULL) {
        command->as.path.width = width;
        command->as.path.closed = closed;
    }
}

void draw_polyline(
    DrawList *list, const Point *points, size_t point_count, float width, Colour colour)
{
    push_polyline(list, points, point_count, width, false, colour);
}

void draw_polyline_closed(
    DrawList *list, const Point *points, size_t point_count, float width, Colour colour)
{
    push_polyline(list, points, point_count, width, true, colour);
}

void draw_polygon(DrawList *list, const Point *points, size_t point_count, Colour colour)
{
    if (point_count >= 3) {
        (void)push_path(list, DRAW_POLYGON, points, point_count, colour);
    }
}

static void push_disc(DrawList *list, DrawKind kind, Point center, float radius, Colour colour)
{
    DrawCommand *command;

    if (!is_point(center) || !is_length(radius) || colour.a == 0) {
        return;
    }
    command = push(list, kind, colour);
    if (command != NULL) {
        command->as.disc.center = center;
        command->as.disc.radius = radius;
    }
}

void draw_disc(DrawList *list, Point center, float radius, Colour colour)
{
    push_disc(list, DRAW_DISC, center, radius, colour);
}

void draw_glow(DrawList *list, Point center, float radius, Colour colour)
{
    push_disc(list, DRAW_GLOW, center, radius, colour);
}

void draw_ring(DrawList *list, Point center, float radius, float width, Colour colour)
{
    DrawArc ring = {
        .center = center, .radius = radius, .width = width, .start = 0.0F, .sweep = FULL_TURN};

    draw_arc(list, &ring, colour);
}

void draw_arc(DrawList *list, const DrawArc *arc, Colour colour)
{
    DrawCommand *command;
    bool is_somewhere = is_point(arc->center) && is_length(arc->radius) && is_length(arc->width);

    if (!is_somewhere || !is_near(arc->start) || !is_length(arc->sweep) || colour.a == 0) {
        return;
    }
    command = push(list, DRAW_ARC, colour);
    if (command != NULL) {
        command->as.arc.center = arc->center;
        command->as.arc.radius = arc->radius;
        command->as.arc.width = arc->width;
        command->as.arc.start = arc->start;
        command->as.arc.sweep = fminf(arc->sweep, FULL_TURN);
    }
}

void draw_mark(DrawList *list, Point center, float size, Mark mark, Colour colour)
{
    DrawCommand *command;

    assert(mark < MARK_COUNT);
    if (!is_point(center) || !is_length(size) || colour.a == 0) {
        return;
    }
    command = push(list, DRAW_MARK, colour);
    if (command != NULL) {
        command->as.mark.center = center;
        command->as.mark.size = size;
        command->as.mark.mark = mark;
    }
}

void draw_text(DrawList *list, Rect box, const TextStyle *style, Colour colour, const char *text)
{
    draw_text_bytes(list, box, style, colour, text, strlen(text));
}

void draw_text_bytes(DrawList *list,
                     Rect box,
                     const TextStyle *style,
                     Colour colour,
                     const char *text,
                     size_t text_bytes)
{
    DrawCommand *command;

    if (text_bytes == 0 || !is_rect(box) || !is_length(style->size_px) || colour.a == 0) {
        return;
    }
    if (text_bytes > DRAW_TEXT_BYTES_MAX - list->text_bytes) {
        list->full = true;
        return;
    }
    command = push(list, DRAW_TEXT, colour);
    if (command == NULL) {
        return;
    }
    command->as.text.box = box;
    command->as.text.style = *style;
    command->as.text.first_byte = (uint32_t)list->text_bytes;
    command->as.text.text_bytes = (uint32_t)text_bytes;
    memcpy(&list->text[list->text_bytes], text, text_bytes);
    list->text_bytes += text_bytes;
}

/* Clips deeper than the capacity are counted, so that pops match, but show the outer clip. */
static Rect clip_now(const DrawList *list)
{
    size_t depth =
        list->clip_depth < DRAW_CLIP_DEPTH_MAX ? list->clip_depth : (size_t)DRAW_CLIP_DEPTH_MAX;

    return depth == 0 ? everywhere : list->clips[depth - 1];
}

void draw_clip_push(DrawList *list, Rect clip)
{
    Rect cut = is_rect(clip) ? rect_intersection(clip_now(list), clip) : (Rect){0};
    DrawCommand *command = push(list, DRAW_CLIP_PUSH, (Colour){0});

    if (command != NULL) {
        command->as.clip = cut;
    }
    if (list->clip_depth < DRAW_CLIP_DEPTH_MAX) {
        list->clips[list->clip_depth] = cut;
    } else {
        list->full = true;
    }
    list->clip_depth++;
}

/* The command carries the clip that holds again, so that a reader needs no stack. */
void draw_clip_pop(DrawList *list)
{
    DrawCommand *command;

    assert(list->clip_depth > 0);
    list->clip_depth--;
    command = push(list, DRAW_CLIP_POP, (Colour){0});
    if (command != NULL) {
        command->as.clip = clip_now(list);
    }
}

const char *draw_command_text(const DrawList *list, const DrawCommand *command)
{
    assert(command->kind == DRAW_TEXT);
    return &list->text[command->as.text.first_byte];
}

const Point *draw_command_points(const DrawList *list, const DrawCommand *command)
{
    assert(command->kind == DRAW_POLYLINE || command->kind == DRAW_POLYGON);
    return &list->points[command->as.path.first_point];
}
