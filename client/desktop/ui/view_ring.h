/*
 * The ring: every person as a mark, by how early or late (angle) and how steady (radius) they are.
 *
 * Pure: marks come from the model's map, eased in memory that the caller owns. The beat is at
 * 12 o'clock, half a beat away at 6; left is early, right is late. Lengths are logical px.
 */
#ifndef CLIENT_DESKTOP_UI_VIEW_RING_H
#define CLIENT_DESKTOP_UI_VIEW_RING_H

#include "client/desktop/ui/widgets.h"
#include "client/model/model.h"

enum {
    RING_NAMES_MAX = 30,    /* most people whose names stand around it */
    RING_SINGLE_MAX = 1200, /* most people who are all drawn one by one */
    RING_HULLS_ALL_MAX = 6, /* most teams that are all outlined */
    RING_HULL_POINTS_MAX = 256,
    RING_BINS_ACROSS = 128, /* cells of the hexagonal bins along one axis */
    RING_NOBODY = -1
};

/* Spread, in beats, that stands at the hole and further in. */
#define RING_SPREAD_MAX 0.30F

/* Where one mark is on its way to. Phases and spreads are in beats. */
typedef struct {
    float phase;   /* shown, (-.5, .5], late positive */
    float spread;  /* shown */
    float drift;   /* last change of the phase: below 0 the person is too fast */
    float aside_x; /* how far beside its place it was drawn last, px: flagged marks make room */
    float aside_y;
    int8_t phase_256;
    uint8_t verdict; /* Verdict, or MAP_UNRATED */
    bool shown;
} RingDot;

typedef struct {
    uint16_t people;
    uint16_t families[FAMILY_COUNT];
} RingBin;

enum {
    RING_KINDS = 64 * 8 * 16 /* phases, spreads and verdicts of marks of nobody on the wire */
};

/*
 * Caller-owned; zeroed memory is a ring nobody has looked at. About 550 kB.
 *
 * Where the tier lets people see each other, dot n is seat n and glides. Where not, dots are marks
 * of nobody in particular, in another order with every refresh: each stands where it belongs at
 * once, and one's own is known from one's own figures.
 */
typedef struct {
    RingDot dots[PARTICIPANTS_MAX];
    int dot_count;
    int people;                 /* with a mark, or idle */
    RingDot own;                /* of one's own */
    bool sees_people;           /* dots are seats */
    uint32_t refresh;           /* of the marks of nobody */
    uint16_t alike[RING_KINDS]; /* scratch: how many of a kind have been placed */
    float resultant;            /* arrow length, 0..1 */
    float phase;                /* of the arrow, beats */
    float together;             /* 0..100 */
    int figure;                 /* the number in the centre: changes at most twice a second */
    double figure_at_s;
    double now_s;
    int64_t beat; /* of the last advance */
    bool started;
    RingBin bins[RING_BINS_ACROSS * RING_BINS_ACROSS]; /* scratch of one frame */
} RingState;

/* What time it is for the motion. */
typedef struct {
    double now_s;  /* any steady clock */
    double beat_s; /* period of the beat, > 0 */
    int64_t beat;  /* whole beats of the music; where it changes, reduced motion steps */
    bool reduced_motion;
} RingTime;

/* Moves marks (time constant half a beat), arrow and figure (two beats) towards the model. */
void ring_state_advance(RingState *state, const ClientModel *model, const RingTime *time);

/* lens(p) = 2 pi p + .6 sin(2 pi p): the angle from 12 o'clock, clockwise, of a phase in beats. */
float ring_lens(float phase);

/* r(sigma) = r0 + (Ro - r0)(1 - min(sigma / .30, 1)), r0 = .36 Ro. */
float ring_radius(float outer, float spread);

Point ring_point(Point center, float outer, float phase, float spread);

/* d = clamp(.75 Ro / sqrt N, 6, 14), and of the marks that are singled out: 12, 10, 8. */
float ring_mark_size(float outer, int people);
float ring_flag_size(int people);

typedef struct {
    Point center;
    float radius; /* Ro */
    const ClientModel *model;
    const ModelNow *music;
    bool labels;       /* "early", "late", "on the beat", "half a beat away" */
    bool names;        /* names around it, while no more than RING_NAMES_MAX play */
    Rect bounds;       /* names stay inside; w 0: the whole window */
    bool calm_light;   /* the lamp does not pulse */
    bool only_flagged; /* leaves the others out */
    bool hide_own;     /* for somebody who only watches */
    int selected_seat; /* gets a focus ring; RING_NOBODY for none */
    int selected_team; /* outlined like one's own; RING_NOBODY for none */
} RingView;

void view_ring(Ui *ui, const RingView *view, RingState *state);

/* Where somebody's mark is: in motion; flagged marks may stand a little beside. */
Point ring_seat_point(const RingView *view, const RingState *state, int seat);

/* The seat whose mark is nearest to a point, at most `reach` away; RING_NOBODY without one. */
int ring_seat_at(const RingView *view, const RingState *state, Point at, float reach);

/* The seat nearest to the selected one in the direction (x, y); the same one without any. */
int ring_seat_towards(const RingView *view, const RingState *state, float x, float y);

/* The panel beside the ring: figure, class, and how many have which verdict. `rect` is the whole
   panel; `beat_ns` is the period of the beat. */
void view_ring_legend(
    Ui *ui, Rect rect, const ClientModel *model, const RingState *state, int64_t beat_ns);

#endif
