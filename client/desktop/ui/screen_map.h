/*
 * The map alone: everybody as a cell, with search, sorting, and a card for one person.
 *
 * Pure: emits a frame and answers what was asked for. What moves is the play screen's state.
 */
#ifndef CLIENT_DESKTOP_UI_SCREEN_MAP_H
#define CLIENT_DESKTOP_UI_SCREEN_MAP_H

#include "client/desktop/ui/group_views.h"
#include "client/desktop/ui/screen_play.h"
#include "client/desktop/ui/view_map.h"

typedef enum {
    SCREEN_MAP_NONE,
    SCREEN_MAP_MENU,  /* the menu button */
    SCREEN_MAP_BACK,  /* Esc */
    SCREEN_MAP_RING,  /* the other tab, or M */
    SCREEN_MAP_NEXT,  /* Tab: the next view */
    SCREEN_MAP_PERSON /* Enter on `selected_seat`, by somebody who leads */
} ScreenMapAction;

/* Caller-owned; screen_map_init makes a fresh one. Large. */
typedef struct {
    MapState map;
    MapChoice choice;
    int selected_seat; /* MAP_NOBODY for none */
    int page;
    GroupFind find;
    float drifts[PARTICIPANTS_MAX]; /* of this frame */
} ScreenMapState;

void screen_map_init(ScreenMapState *state);

ScreenMapAction screen_map(
    Ui *ui, const ClientModel *model, const PlayView *view, PlayState *play, ScreenMapState *state);

#endif
