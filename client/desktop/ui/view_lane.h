/*
 * The note lane and the pendulum above it: what to play, when, and where one's own hits fell.
 *
 * Pure: positions come from the timeline and the shared clock, never from frames, so nothing is
 * eased. Lengths are logical px.
 */
#ifndef CLIENT_DESKTOP_UI_VIEW_LANE_H
#define CLIENT_DESKTOP_UI_VIEW_LANE_H

#include "client/desktop/ui/widgets.h"
#include "client/model/model.h"

enum {
    LANE_TICKS_MAX = 32 /* newest own hits that are looked at */
};

/* Shares of the box that the pendulum takes. */
#define LANE_PENDULUM_MEDIUM 0.55F
#define LANE_PENDULUM_SMALL 0.50F
#define LANE_PENDULUM_TINY 0.42F

typedef struct {
    Rect pendulum;     /* upper part of the box */
    Rect panel;        /* lower part: the lane */
    float hit_x;       /* of hit line and pivot */
    float px_per_beat; /* clamp(w / 5.2, 96, 170) */
    float middle_y;    /* of the notes */
    float numbers_y;   /* of the beats' numbers */
    Point pivot;
    float length; /* of the pendulum */
} LaneGeometry;

LaneGeometry lane_geometry(Rect box, float pendulum_share);

/* Where something at `at` stands when the music is at `now`. */
float lane_x(const LaneGeometry *geometry, Beats at, Beats now);

/* .80 sin(pi b) radians, late positive: 0 on every beat, from alternating sides. */
float lane_pendulum_angle(double beats);
Point lane_pendulum_bob(const LaneGeometry *geometry, double beats);

typedef struct {
    Rect box;
    float pendulum_share;
    bool with_pendulum; /* false: the box is all lane */
    bool with_lamps;    /* the beats of the bar and the part's name, upper right */
    bool calm_light;    /* no glow at all */
    const ClientModel *model;
    const ModelNow *music;
} LaneView;

void view_lane(Ui *ui, const LaneView *view);

/* One lamp per beat of the bar around `center`, the one of now lit; with numbers when `numbered`.
 */
void view_lamps(Ui *ui, Point center, float radius, const ModelNow *music, bool numbered);

#endif
