/*
 * What ring and map have in common: the tabs between them, arrow keys, the search for a person.
 *
 * Pure: emits into the frame's draw list. Lengths are logical px.
 */
#ifndef CLIENT_DESKTOP_UI_GROUP_VIEWS_H
#define CLIENT_DESKTOP_UI_GROUP_VIEWS_H

#include "client/desktop/ui/widgets.h"
#include "client/model/model.h"

#define GROUP_TABS_WIDTH 142.0F
#define GROUP_FIELD_WIDTH 208.0F

enum {
    GROUP_FIND_BYTES = 64,
    GROUP_NOBODY = -1
};

typedef enum {
    GROUP_RING,
    GROUP_MAP
} GroupView;

/* True when the other one was asked for. */
bool group_tabs(Ui *ui, Rect rect, GroupView shown);

/* The next arrow key that nobody used, as a direction; false without one. */
bool group_arrow(Ui *ui, float *x, float *y);

/* Zeroed memory is a search that is closed. */
typedef struct {
    bool open; /* the field is to be seen where it is not always */
    char text[GROUP_FIND_BYTES];
} GroupFind;

/* What a search looks through: people in an order of the caller's. */
typedef struct {
    const ModelOthers *others;
    const uint16_t *seats;
    int seat_count;
} GroupPeople;

/* Opens the field and gives it the keyboard. */
void group_find_open(Ui *ui, GroupFind *find);
/* False when there was nothing to close. */
bool group_find_close(Ui *ui, GroupFind *find);
bool group_find_has_focus(const Ui *ui);

/* The field: typing jumps to the first who is meant, Enter to the next. `seat` is who is chosen. */
void group_find_field(Ui *ui, Rect rect, GroupFind *find, const GroupPeople *people, int *seat);

/* Whether somebody is meant by these words: they are part of the name or the team's name, in either
   case. Nobody is by none. */
bool group_is_meant(const ModelOthers *others, int seat, const char *words);

#endif
