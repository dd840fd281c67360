/*
 * The ring alone: the whole group on one picture, with names where they are open, and a legend.
 *
 * Pure: emits a frame and answers what was asked for. The motion is the play screen's state.
 */
#ifndef CLIENT_DESKTOP_UI_SCREEN_RING_H
#define CLIENT_DESKTOP_UI_SCREEN_RING_H

#include "client/desktop/ui/group_views.h"
#include "client/desktop/ui/screen_play.h"

typedef enum {
    SCREEN_RING_NONE,
    SCREEN_RING_MENU,  /* the menu button */
    SCREEN_RING_BACK,  /* Esc */
    SCREEN_RING_NEXT,  /* Tab, M or the other tab: the map */
    SCREEN_RING_NAMES, /* N: turn the setting `names` over */
    SCREEN_RING_PERSON /* Enter on `selected_seat`, by somebody who leads */
} ScreenRingAction;

/* Caller-owned; screen_ring_init makes a fresh one. */
typedef struct {
    int selected_seat; /* RING_NOBODY for none */
    int selected_team; /* beside one's own; RING_NOBODY for none */
    GroupFind find;
    bool only_flagged;
} ScreenRingState;

void screen_ring_init(ScreenRingState *state);

ScreenRingAction screen_ring(Ui *ui,
                             const ClientModel *model,
                             const PlayView *view,
                             PlayState *play,
                             ScreenRingState *state);

#endif
