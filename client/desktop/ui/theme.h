/*
 * The look: colours of the three themes, verdict families, type sizes, spaces, radii, durations.
 *
 * Pure: constant tables. The contrast and colour-blindness floors are recomputed by its test.
 */
#ifndef CLIENT_DESKTOP_UI_THEME_H
#define CLIENT_DESKTOP_UI_THEME_H

#include "client/desktop/ui/colour.h"
#include "client/desktop/ui/marks.h"

#include <stdbool.h>

typedef enum {
    THEME_DARK,
    THEME_LIGHT,
    THEME_HIGH_CONTRAST,
    THEME_KIND_COUNT
} ThemeKind;

/* Verdicts share eight colours; the shape tells them apart. */
typedef enum {
    FAMILY_QUIET,    /* warming up, idle, timing unrated */
    FAMILY_ON,       /* on, tight */
    FAMILY_LOOSE,    /* loose */
    FAMILY_EARLY,    /* early */
    FAMILY_LATE,     /* late */
    FAMILY_OFF_BEAT, /* off-beat */
    FAMILY_TEMPO,    /* double, half, wrong tempo */
    FAMILY_ERRATIC,  /* erratic */
    FAMILY_COUNT
} VerdictFamily;

typedef struct {
    ThemeKind kind;
    bool is_light;  /* panels have a 1 px line, beat marks an accent outline */
    Colour stage;   /* the window */
    Colour surface; /* panels */
    Colour raised;  /* buttons, selection, meter */
    Colour line;    /* decoration only */
    Colour edge;    /* control borders, ticks */
    Colour text;    /* words */
    Colour text2;   /* lesser words */
    Colour text3;   /* hints */
    Colour accent;  /* the beat, own team, links */
    Colour fill;    /* the main button, beat marks */
    Colour on_fill; /* words on `fill` */
    Colour focus;   /* the focus ring */
    Colour alert;   /* error text beside an icon */
    Colour families[FAMILY_COUNT];
} Theme;

/* Type sizes, logical px. */
#define TYPE_CAPTION 13.0F
#define TYPE_HINT 14.0F
#define TYPE_BODY 16.0F
#define TYPE_LEAD 18.0F
#define TYPE_SENTENCE 20.0F
#define TYPE_TITLE 28.0F
#define TYPE_JUDGEMENT 44.0F
#define TYPE_FIGURE 72.0F
/* Big screen. */
#define TYPE_BIG_CAPTION 28.0F
#define TYPE_BIG_BODY 32.0F
#define TYPE_BIG_LEAD 36.0F
#define TYPE_BIG_TITLE 44.0F
#define TYPE_BIG_FIGURE 120.0F

/* Spaces, logical px: the only distances there are. */
#define SPACE_1 4.0F
#define SPACE_2 8.0F
#define SPACE_3 12.0F
#define SPACE_4 16.0F
#define SPACE_5 24.0F
#define SPACE_6 32.0F
#define SPACE_7 48.0F
#define SPACE_8 64.0F

/* Radii and heights, logical px. */
#define RADIUS_MARK 2.0F
#define RADIUS_CELL_MAX 4.0F
#define RADIUS_CONTROL 8.0F
#define RADIUS_PANEL 12.0F
#define CONTROL_HEIGHT 44.0F
#define CONTROL_HEIGHT_DENSE 32.0F
#define ROW_HEIGHT 32.0F
#define BAR_HEIGHT 56.0F
#define FOCUS_RING_WIDTH 2.0F
#define FOCUS_RING_GAP 2.0F

/* Durations, seconds. */
#define MOTION_PRESS_S 0.08
#define MOTION_PANEL_S 0.16
#define TOAST_S 6.0

/* The theme's colours; static storage. */
const Theme *theme_of(ThemeKind kind);

VerdictFamily theme_mark_family(Mark mark);
Colour theme_mark_colour(const Theme *theme, Mark mark);

#endif
