/*
 * The map: a cell for every person, gathered by team, the ones who need help most first.
 *
 * Pure: the caller owns the memory. Cells keep their places for eight bars, and while the pointer
 * is on one of them; only what they show follows the model at once. Lengths are logical px.
 */
#ifndef CLIENT_DESKTOP_UI_VIEW_MAP_H
#define CLIENT_DESKTOP_UI_VIEW_MAP_H

#include "client/desktop/ui/map_grid.h"
#include "client/desktop/ui/map_order.h"
#include "client/desktop/ui/widgets.h"
#include "client/model/model.h"

enum {
    MAP_NOBODY = -1,
    MAP_ORDER_BARS = 8, /* after so many bars the order is made anew */
    MAP_AREAS = 4       /* from the one with most around it to the largest */
};

/* A pointer that has rested on a cell for so long is forgotten there. */
#define MAP_POINTER_S 10.0

/* Caller-owned; zeroed memory is a map nobody has looked at. About 250 kB. */
typedef struct {
    MapOrder order;
    MapGrid grid;
    MapChoice choice;      /* that the order was made for */
    Rect areas[MAP_AREAS]; /* that the grid was made for */
    int area;              /* the one it took */
    uint32_t membership;
    int32_t bar; /* the order was made in */
    bool made;
    Point pointer; /* where it was last, and since when */
    double pointer_at_s;
} MapState;

typedef struct {
    const ClientModel *model; /* knows others */
    MapChoice choice;
    const char *find;      /* part of a name or team; others are faint. NULL or "": nobody is */
    const float *drifts;   /* by seat: of a wrong tempo, below 0 is too fast; may be NULL */
    int32_t bar;           /* of the music */
    int page;              /* < state->grid.page_count */
    int chosen_seat;       /* gets the focus ring; MAP_NOBODY for none */
    Rect areas[MAP_AREAS]; /* the first that holds everybody is taken, else the last, with pages */
} MapView;

/* Brings order and places up to date. Before everything else in a frame. */
void view_map_place(const Ui *ui, const MapView *view, MapState *state);

void view_map(Ui *ui, const MapView *view, const MapState *state);

/* Whose cell of this page is there; MAP_NOBODY without one. */
int view_map_seat_at(const MapView *view, const MapState *state, Point at);

/* The nearest cell of this page in the direction (x, y); from nobody, the first one. */
int view_map_towards(const MapView *view, const MapState *state, float x, float y);

/* The cell of a person; the page where it stands. False without one. */
bool view_map_cell(const MapState *state, int seat, Rect *cell, int *page);

/* The next flagged person in the map's order, after `seat` and around; MAP_NOBODY without any. */
int view_map_next_flagged(const MapState *state, const ModelOthers *others, int seat);

#endif
