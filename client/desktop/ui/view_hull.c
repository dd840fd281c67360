#include "client/desktop/ui/view_hull.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

#define TWO_PI 6.28318530717958647692F

/* Shell sort by a coordinate or by the distance to a point: no more than a few thousand members. */
typedef enum {
    KEY_X,
    KEY_Y,
    KEY_DISTANCE
} SortKey;

static float key_of(Point point, SortKey key, Point from)
{
    if (key == KEY_X) {
        return point.x;
    }
    if (key == KEY_Y) {
        return point.y;
    }
    return (point.x - from.x) * (point.x - from.x) + (point.y - from.y) * (point.y - from.y);
}

static void sort_points(Point *points, size_t point_count, SortKey key, Point from)
{
    static const size_t gaps[] = {1750, 701, 301, 132, 57, 23, 10, 4, 1};

    for (size_t g = 0; g < sizeof gaps / sizeof gaps[0]; g++) {
        for (size_t i = gaps[g]; i < point_count; i++) {
            Point moving = points[i];
            size_t at = i;

            while (at >= gaps[g] &&
                   key_of(points[at - gaps[g]], key, from) > key_of(moving, key, from)) {
                points[at] = points[at - gaps[g]];
                at -= gaps[g];
            }
            points[at] = moving;
        }
    }
}

static size_t drop_farthest(Point *members, size_t member_count)
{
    Point median;

    sort_points(members, member_count, KEY_X, (Point){0.0F, 0.0F});
    median.x = members[member_count / 2].x;
    sort_points(members, member_count, KEY_Y, (Point){0.0F, 0.0F});
    median.y = members[member_count / 2].y;
    sort_points(members, member_count, KEY_DISTANCE, median);
    return member_count - member_count / 10;
}

/* Positive when c lies to the right of the way from a to b, as seen on screen (y down). */
static float turn(Point a, Point b, Point c)
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

static float squared(Point a, Point b)
{
    return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y);
}

static bool is_same(Point a, Point b)
{
    return squared(a, b) < 1.0e-6F;
}

/* Gift wrapping: from the topmost point, always to the one that leaves all others on its right. */
static size_t wrap(const Point *points, size_t point_count, Point *hull, size_t hull_max)
{
    Point start = points[0];
    Point current;
    size_t hull_count = 0;

    for (size_t i = 1; i < point_count; i++) {
        if (points[i].y < start.y || (points[i].y <= start.y && points[i].x < start.x)) {
            start = points[i];
        }
    }
    current = start;
    do {
        Point next = current;

        hull[hull_count] = current;
        hull_count++;
        for (size_t i = 0; i < point_count; i++) {
            float side = turn(current, next, points[i]);
            bool farther = squared(current, points[i]) > squared(current, next);

            if (!is_same(points[i], current) &&
                (is_same(next, current) || side < 0.0F || (side <= 0.0F && farther))) {
                next = points[i];
            }
        }
        current = next;
    } while (hull_count < hull_max && !is_same(current, start));
    return hull_count;
}

size_t view_hull(Point *members, size_t member_count, Point *hull, size_t hull_max)
{
    Point corners[HULL_MEMBERS_MAX];
    Point aired[HULL_MEMBERS_MAX * HULL_CORNERS];
    size_t corner_count;
    size_t aired_count = 0;

    assert(member_count > 0);
    assert(hull_max >= HULL_CORNERS);
    if (member_count >= HULL_DROP_FROM) {
        member_count = drop_farthest(members, member_count);
    }
    corner_count = wrap(members, member_count, corners, HULL_MEMBERS_MAX);
    for (size_t i = 0; i < corner_count; i++) {
        for (size_t k = 0; k < HULL_CORNERS; k++) {
            float angle = TWO_PI * (float)k / (float)HULL_CORNERS;

            aired[aired_count] = (Point){corners[i].x + HULL_AIR * sinf(angle),
                                         corners[i].y - HULL_AIR * cosf(angle)};
            aired_count++;
        }
    }
    return wrap(aired, aired_count, hull, hull_max);
}
