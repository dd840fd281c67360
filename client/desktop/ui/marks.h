/*
 * The shapes that stand for verdicts, as geometry: one shape for each, told apart without colour.
 *
 * Pure. A mark lives in a box of side 1 with its origin at the centre, y down; times the size d it
 * is px. It fits in a box of half side MARK_REACH.
 */
#ifndef CLIENT_DESKTOP_UI_MARKS_H
#define CLIENT_DESKTOP_UI_MARKS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    MARK_ON,         /* disc */
    MARK_TIGHT,      /* diamond */
    MARK_EARLY,      /* triangle pointing left */
    MARK_LATE,       /* triangle pointing right */
    MARK_OFF_BEAT,   /* lower half disc */
    MARK_ERRATIC,    /* X */
    MARK_HALF,       /* one upright bar */
    MARK_DOUBLE,     /* two upright bars */
    MARK_TEMPO_FAST, /* wrong tempo, too fast: / */
    MARK_TEMPO_SLOW, /* wrong tempo, too slow: \ */
    MARK_LOOSE,      /* three discs */
    MARK_IDLE,       /* lying bar */
    MARK_WARMING_UP, /* small disc */
    MARK_UNRATED,    /* timing unrated: ring */
    MARK_COUNT
} Mark;

enum {
    MARK_DISCS_MAX = 3,
    MARK_POLYGONS_MAX = 2,
    MARK_POLYGON_POINTS_MAX = 4
};

/* The farthest that any mark reaches from its centre along x or y, as a share of d. */
#define MARK_REACH 0.55F

typedef struct {
    float x;
    float y;
    float radius;
} MarkDisc;

/* A convex polygon; x, y in turn. */
typedef struct {
    float points[MARK_POLYGON_POINTS_MAX][2];
    size_t point_count;
} MarkPolygon;

/* The union of its discs and polygons, without the hole, and only at or below `cut_y`. */
typedef struct {
    MarkDisc discs[MARK_DISCS_MAX];
    size_t disc_count;
    MarkPolygon polygons[MARK_POLYGONS_MAX];
    size_t polygon_count;
    float hole_radius; /* a disc at the centre that is left out; 0 where there is none */
    float cut_y;       /* -1 where nothing is cut off */
} MarkShape;

/* The geometry of a mark; static storage. */
const MarkShape *mark_shape(Mark mark);

/* Whether the mark covers this point of its unit box. */
bool mark_covers(Mark mark, float x, float y);

/* Its name in a legend, such as "Off-beat"; static storage. */
const char *mark_name(Mark mark);

#endif
