#include "client/desktop/raster.h"

#include <math.h>
#include <string.h>

#define HALF_TURN 3.14159265F
#define FULL_TURN 6.28318531F
#define MARK_SUBSAMPLES 8
#define POLYGON_SUBROWS 8

static float clamp_unit(float value)
{
    if (value > 1.0F) {
        return 1.0F;
    }
    return value > 0.0F ? value : 0.0F;
}

static void put(const Mask *mask, int column, int row, float coverage)
{
    uint8_t *pixel = &mask->alpha[(size_t)row * (size_t)mask->width + (size_t)column];
    uint8_t level = (uint8_t)(clamp_unit(coverage) * 255.0F + 0.5F);

    if (level > *pixel) {
        *pixel = level;
    }
}

static int clamp_int(int value, int low, int high)
{
    if (value < low) {
        return low;
    }
    return value > high ? high : value;
}

/* Columns or rows of the mask that [from, to] touches: `first` included, `end` not. */
static void touched(float from, float to, int limit, int *first, int *end)
{
    *first = clamp_int((int)floorf(from), 0, limit);
    *end = clamp_int((int)ceilf(to) + 1, *first, limit);
}

void mask_clear(const Mask *mask)
{
    memset(mask->alpha, 0, (size_t)mask->width * (size_t)mask->height);
}

void mask_disc(const Mask *mask, Point center, float radius)
{
    for (int row = 0; row < mask->height; row++) {
        for (int column = 0; column < mask->width; column++) {
            float dx = mask->left + (float)column + 0.5F - center.x;
            float dy = mask->top + (float)row + 0.5F - center.y;

            put(mask, column, row, radius - sqrtf(dx * dx + dy * dy) + 0.5F);
        }
    }
}

/* How much of a stroke this wide a pixel at this distance from its middle shows. */
static float stroke_coverage(float distance, float width)
{
    /* Thinner than a pixel: fainter instead. */
    float faint = width < 1.0F ? width : 1.0F;
    float half = width < 1.0F ? 0.5F : width / 2.0F;

    return faint * clamp_unit(half - distance + 0.5F);
}

/* How far inside the sweep a point lies, in pixels along its circle; less than 0 outside. */
static float inside_sweep(const MaskArc *arc, float dx, float dy)
{
    float distance = sqrtf(dx * dx + dy * dy);
    float angle = fmodf(atan2f(dx, -dy) - arc->start, FULL_TURN);
    float middle = arc->sweep / 2.0F;
    float off;

    if (angle < 0.0F) {
        angle += FULL_TURN;
    }
    off = fabsf(angle - middle);
    off = off > HALF_TURN + middle ? FULL_TURN - off : off;
    if (middle - off > HALF_TURN / 2.0F) {
        return distance;
    }
    return (middle - off) * distance;
}

void mask_arc(const Mask *mask, const MaskArc *arc)
{
    float reach = arc->radius + arc->width / 2.0F + 1.0F;
    float hollow = arc->radius - arc->width / 2.0F - 1.0F;
    int first_row;
    int end_row;

    touched(arc->center.y - reach - mask->top,
            arc->center.y + reach - mask->top,
            mask->height,
            &first_row,
            &end_row);
    for (int row = first_row; row < end_row; row++) {
        for (int column = 0; column < mask->width; column++) {
            float dx = mask->left + (float)column + 0.5F - arc->center.x;
            float dy = mask->top + (float)row + 0.5F - arc->center.y;
            float square = dx * dx + dy * dy;
            float coverage;

            if (square > reach * reach || (hollow > 0.0F && square < hollow * hollow)) {
                continue;
            }
            coverage = stroke_coverage(fabsf(sqrtf(square) - arc->radius), arc->width);
            if (arc->sweep < FULL_TURN - 0.0001F) {
                coverage *= clamp_unit(inside_sweep(arc, dx, dy) + 0.5F);
            }
            put(mask, column, row, coverage);
        }
    }
}

/* Signed distance to a rounded rectangle around the origin; negative inside. */
static float round_box(float x, float y, float half_width, float half_height, float radius)
{
    float qx = fabsf(x) - half_width + radius;
    float qy = fabsf(y) - half_height + radius;
    float outside = hypotf(fmaxf(qx, 0.0F), fmaxf(qy, 0.0F));

    return outside + fminf(fmaxf(qx, qy), 0.0F) - radius;
}

void mask_frame(const Mask *mask, float radius, float stroke)
{
    float half_width = (float)mask->width / 2.0F;
    float half_height = (float)mask->height / 2.0F;

    for (int row = 0; row < mask->height; row++) {
        for (int column = 0; column < mask->width; column++) {
            float x = (float)column + 0.5F - half_width;
            float y = (float)row + 0.5F - half_height;
            float outer = clamp_unit(0.5F - round_box(x, y, half_width, half_height, radius));
            float inner = clamp_unit(
                0.5F -
                round_box(
                    x, y, half_width - stroke, half_height - stroke, fmaxf(radius - stroke, 0.0F)));

            put(mask, column, row, outer - inner);
        }
    }
}

void mask_mark(const Mask *mask, Point center, float size, Mark mark)
{
    const float step = 1.0F / (float)MARK_SUBSAMPLES;

    for (int row = 0; row < mask->height; row++) {
        for (int column = 0; column < mask->width; column++) {
            int covered = 0;

            for (int i = 0; i < MARK_SUBSAMPLES * MARK_SUBSAMPLES; i++) {
                int sub_row = i / MARK_SUBSAMPLES;
                float sub_x = ((float)(i % MARK_SUBSAMPLES) + 0.5F) * step;
                float sub_y = ((float)sub_row + 0.5F) * step;
                float x = mask->left + (float)column + sub_x - center.x;
                float y = mask->top + (float)row + sub_y - center.y;

                covered += mark_covers(mark, x / size, y / size) ? 1 : 0;
            }
            put(mask, column, row, (float)covered * step * step);
        }
    }
}

void mask_glow(const Mask *mask, Point center, float radius, float peak)
{
    /* Bayer's ordered pattern: thresholds spread evenly over 0..1. */
    static const uint8_t order[4][4] = {
        {0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}};

    for (int row = 0; row < mask->height; row++) {
        for (int column = 0; column < mask->width; column++) {
            float dx = mask->left + (float)column + 0.5F - center.x;
            float dy = mask->top + (float)row + 0.5F - center.y;
            float t = clamp_unit(sqrtf(dx * dx + dy * dy) / radius);
            float level = peak * (1.0F - t) * (1.0F - t) * (1.0F + 2.0F * t);
            float threshold = ((float)order[row & 3][column & 3] + 0.5F) / 16.0F;
            float stepped = floorf(level + threshold);

            mask->alpha[(size_t)row * (size_t)mask->width + (size_t)column] =
                (uint8_t)fminf(stepped, 255.0F);
        }
    }
}

/* A straight stroke, ready to be asked pixel by pixel. */
typedef struct {
    Point from;
    float along_x; /* unit vector from one end to the other */
    float along_y;
    float length;
    float width;
    bool round;
} Stroke;

static float coverage_of(const Stroke *stroke, float x, float y)
{
    float dx = x - stroke->from.x;
    float dy = y - stroke->from.y;
    float along = dx * stroke->along_x + dy * stroke->along_y;
    float across = fabsf(dx * stroke->along_y - dy * stroke->along_x);
    float beyond = fmaxf(fmaxf(-along, along - stroke->length), 0.0F);

    if (stroke->round) {
        return stroke_coverage(hypotf(across, beyond), stroke->width);
    }
    return stroke_coverage(across, stroke->width) * clamp_unit(along + 0.5F) *
           clamp_unit(stroke->length - along + 0.5F);
}

/* Asks only the pixels near the stroke: in each row those between its two edges. */
static void mask_stroke(const Mask *mask, const Stroke *stroke)
{
    float reach = stroke->width / 2.0F + 1.5F;
    Point to = {stroke->from.x + stroke->along_x * stroke->length,
                stroke->from.y + stroke->along_y * stroke->length};
    float low_x = fminf(stroke->from.x, to.x) - reach;
    float high_x = fmaxf(stroke->from.x, to.x) + reach;
    int first_row;
    int end_row;

    touched(fminf(stroke->from.y, to.y) - reach - mask->top,
            fmaxf(stroke->from.y, to.y) + reach - mask->top,
            mask->height,
            &first_row,
            &end_row);
    for (int row = first_row; row < end_row; row++) {
        float y = mask->top + (float)row + 0.5F;
        float left = low_x;
        float right = high_x;
        int first_column;
        int end_column;

        if (fabsf(stroke->along_y) > 0.01F) {
            float middle =
                stroke->from.x + (y - stroke->from.y) * stroke->along_x / stroke->along_y;
            float spread = (reach + 0.5F) / fabsf(stroke->along_y);

            left = fmaxf(left, middle - spread);
            right = fminf(right, middle + spread);
        }
        touched(left - mask->left, right - mask->left, mask->width, &first_column, &end_column);
        for (int column = first_column; column < end_column; column++) {
            put(mask, column, row, coverage_of(stroke, mask->left + (float)column + 0.5F, y));
        }
    }
}

static Stroke stroke_of(Point from, Point to, float width, bool round)
{
    float dx = to.x - from.x;
    float dy = to.y - from.y;
    float length = hypotf(dx, dy);
    bool is_dot = length < 0.0001F;

    return (Stroke){.from = from,
                    .along_x = is_dot ? 1.0F : dx / length,
                    .along_y = is_dot ? 0.0F : dy / length,
                    .length = length,
                    .width = width,
                    .round = round};
}

void mask_line(const Mask *mask, Point from, Point to, float width)
{
    Stroke stroke = stroke_of(from, to, width, false);

    mask_stroke(mask, &stroke);
}

void mask_capsule(const Mask *mask, Point from, Point to, float width)
{
    Stroke stroke = stroke_of(from, to, width, true);

    mask_stroke(mask, &stroke);
}

/* ---- polygon --------------------------------------------------------------------------------- */

typedef struct {
    float x;
    int turn; /* +1 where the edge runs down, -1 where it runs up */
} Crossing;

static size_t find_crossings(const Point *points, size_t point_count, float y, Crossing *crossings)
{
    size_t count = 0;

    for (size_t i = 0; i < point_count && count < RASTER_CROSSINGS_MAX; i++) {
        Point from = points[i];
        Point to = points[i + 1 == point_count ? 0 : i + 1];
        bool down = from.y <= y && to.y > y;
        bool up = to.y <= y && from.y > y;

        if (down || up) {
            float x = from.x + (y - from.y) * (to.x - from.x) / (to.y - from.y);
            size_t place = count;

            while (place > 0 && crossings[place - 1].x > x) {
                crossings[place] = crossings[place - 1];
                place--;
            }
            crossings[place] = (Crossing){x, down ? 1 : -1};
            count++;
        }
    }
    return count;
}

static void add_level(uint8_t *pixel, float level)
{
    int sum = *pixel + (int)(level + 0.5F);

    *pixel = (uint8_t)(sum > 255 ? 255 : sum);
}

/* Adds a span to one row; whole pixels get `weight`, the ones at its ends a part of it. */
static void add_span(const Mask *mask, int row, float left, float right, uint8_t weight)
{
    uint8_t *pixels = &mask->alpha[(size_t)row * (size_t)mask->width];
    float from = fmaxf(left - mask->left, 0.0F);
    float to = fminf(right - mask->left, (float)mask->width);
    int first = (int)from;
    int last = (int)to;

    if (!(from < to)) {
        return;
    }
    if (first == last) {
        add_level(&pixels[first], (to - from) * (float)weight);
        return;
    }
    add_level(&pixels[first], ((float)first + 1.0F - from) * (float)weight);
    for (int column = first + 1; column < last; column++) {
        int sum = pixels[column] + weight;

        pixels[column] = (uint8_t)(sum > 255 ? 255 : sum);
    }
    if (last < mask->width) {
        add_level(&pixels[last], (to - (float)last) * (float)weight);
    }
}

void mask_polygon(const Mask *mask, const Point *points, size_t point_count)
{
    Crossing crossings[RASTER_CROSSINGS_MAX];

    /* Weights that sum to 255 leave no seam of 254 inside. */
    for (int sub_row = 0; sub_row < mask->height * POLYGON_SUBROWS; sub_row++) {
        int row = sub_row / POLYGON_SUBROWS;
        float y = mask->top + ((float)sub_row + 0.5F) / (float)POLYGON_SUBROWS;
        uint8_t weight = sub_row % POLYGON_SUBROWS == 0 ? 31 : 32;
        size_t count = find_crossings(points, point_count, y, crossings);
        int turns = 0;

        for (size_t i = 0; i + 1 < count; i++) {
            turns += crossings[i].turn;
            if (turns != 0) {
                add_span(mask, row, crossings[i].x, crossings[i + 1].x, weight);
            }
        }
    }
}
