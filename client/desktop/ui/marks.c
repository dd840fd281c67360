#include "client/desktop/ui/marks.h"

#include <assert.h>

/* Nothing is cut off. */
#define UNCUT (-1.0F)

/* An upright or lying bar around (x, 0). */
#define BAR(x, half_width, half_height)                                                            \
    {                                                                                              \
        {{(x) - (half_width), -(half_height)},                                                     \
         {(x) + (half_width), -(half_height)},                                                     \
         {(x) + (half_width), (half_height)},                                                      \
         {(x) - (half_width), (half_height)}},                                                     \
            4                                                                                      \
    }

/* The X reaches the corners and each corner is cut off flat: .28 wide is .28 / sqrt 2 along the
 * side. */
#define CUT 0.198F

static const MarkShape shapes[] = {
    [MARK_ON] = {.discs = {{0.0F, 0.0F, 0.34F}}, .disc_count = 1, .cut_y = UNCUT},
    [MARK_TIGHT] = {.polygons = {{{{0.0F, -0.55F}, {0.55F, 0.0F}, {0.0F, 0.55F}, {-0.55F, 0.0F}},
                                  4}},
                    .polygon_count = 1,
                    .cut_y = UNCUT},
    [MARK_EARLY] = {.polygons = {{{{-0.5F, 0.0F}, {0.38F, -0.5F}, {0.38F, 0.5F}}, 3}},
                    .polygon_count = 1,
                    .cut_y = UNCUT},
    [MARK_LATE] = {.polygons = {{{{0.5F, 0.0F}, {-0.38F, 0.5F}, {-0.38F, -0.5F}}, 3}},
                   .polygon_count = 1,
                   .cut_y = UNCUT},
    /* The half disc hangs from y = -.2, so its circle's centre is there. */
    [MARK_OFF_BEAT] = {.discs = {{0.0F, -0.2F, 0.5F}}, .disc_count = 1, .cut_y = -0.2F},
    [MARK_ERRATIC] =
        {.polygons =
             {{{{-0.5F + CUT, -0.5F}, {0.5F, 0.5F - CUT}, {0.5F - CUT, 0.5F}, {-0.5F, -0.5F + CUT}},
               4},
              {{{0.5F, -0.5F + CUT}, {-0.5F + CUT, 0.5F}, {-0.5F, 0.5F - CUT}, {0.5F - CUT, -0.5F}},
               4}},
         .polygon_count = 2,
         .cut_y = UNCUT},
    [MARK_HALF] = {.polygons = {BAR(0.0F, 0.15F, 0.48F)}, .polygon_count = 1, .cut_y = UNCUT},
    [MARK_DOUBLE] = {.polygons = {BAR(-0.27F, 0.14F, 0.48F), BAR(0.27F, 0.14F, 0.48F)},
                     .polygon_count = 2,
                     .cut_y = UNCUT},
    [MARK_TEMPO_FAST] =
        {.polygons = {{{{-0.5F, 0.5F}, {0.16F, -0.5F}, {0.5F, -0.5F}, {-0.16F, 0.5F}}, 4}},
         .polygon_count = 1,
         .cut_y = UNCUT},
    [MARK_TEMPO_SLOW] =
        {.polygons = {{{{0.5F, 0.5F}, {0.16F, 0.5F}, {-0.5F, -0.5F}, {-0.16F, -0.5F}}, 4}},
         .polygon_count = 1,
         .cut_y = UNCUT},
    [MARK_LOOSE] = {.discs = {{0.0F, -0.3F, 0.2F}, {-0.32F, 0.25F, 0.2F}, {0.32F, 0.25F, 0.2F}},
                    .disc_count = 3,
                    .cut_y = UNCUT},
    [MARK_IDLE] = {.polygons = {BAR(0.0F, 0.46F, 0.13F)}, .polygon_count = 1, .cut_y = UNCUT},
    [MARK_WARMING_UP] = {.discs = {{0.0F, 0.0F, 0.18F}}, .disc_count = 1, .cut_y = UNCUT},
    [MARK_UNRATED] = {.discs = {{0.0F, 0.0F, 0.45F}},
                      .disc_count = 1,
                      .hole_radius = 0.29F,
                      .cut_y = UNCUT},
};

static const char *const names[] = {
    [MARK_ON] = "On",
    [MARK_TIGHT] = "Tight",
    [MARK_EARLY] = "Early",
    [MARK_LATE] = "Late",
    [MARK_OFF_BEAT] = "Off-beat",
    [MARK_ERRATIC] = "Erratic",
    [MARK_HALF] = "Half",
    [MARK_DOUBLE] = "Double",
    [MARK_TEMPO_FAST] = "Too fast",
    [MARK_TEMPO_SLOW] = "Too slow",
    [MARK_LOOSE] = "Loose",
    [MARK_IDLE] = "Idle",
    [MARK_WARMING_UP] = "Warming up",
    [MARK_UNRATED] = "Unrated",
};

_Static_assert(sizeof shapes / sizeof shapes[0] == MARK_COUNT, "a shape for each mark");
_Static_assert(sizeof names / sizeof names[0] == MARK_COUNT, "a name for each mark");

const MarkShape *mark_shape(Mark mark)
{
    assert(mark < MARK_COUNT);
    return &shapes[mark];
}

static bool disc_covers(const MarkDisc *disc, float x, float y)
{
    float dx = x - disc->x;
    float dy = y - disc->y;

    return dx * dx + dy * dy <= disc->radius * disc->radius;
}

/* Convex: the point is on the same side of all edges, whichever way round they run. */
static bool polygon_covers(const MarkPolygon *polygon, float x, float y)
{
    bool left = false;
    bool right = false;

    for (size_t i = 0; i < polygon->point_count; i++) {
        const float *from = polygon->points[i];
        const float *to = polygon->points[(i + 1) % polygon->point_count];
        float side = (to[0] - from[0]) * (y - from[1]) - (to[1] - from[1]) * (x - from[0]);

        left = left || side < 0.0F;
        right = right || side > 0.0F;
    }
    return !(left && right);
}

bool mark_covers(Mark mark, float x, float y)
{
    const MarkShape *shape = mark_shape(mark);
    bool covered = false;

    if (y < shape->cut_y || x * x + y * y < shape->hole_radius * shape->hole_radius) {
        return false;
    }
    for (size_t i = 0; i < shape->disc_count; i++) {
        covered = covered || disc_covers(&shape->discs[i], x, y);
    }
    for (size_t i = 0; i < shape->polygon_count; i++) {
        covered = covered || polygon_covers(&shape->polygons[i], x, y);
    }
    return covered;
}

const char *mark_name(Mark mark)
{
    assert(mark < MARK_COUNT);
    return names[mark];
}
