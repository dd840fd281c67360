/*
 * The top bar and the row of key hints: where one is, how the clock is, the way to the menu.
 *
 * Pure: emits into the frame's draw list. Lengths are logical px.
 */
#ifndef CLIENT_DESKTOP_UI_VIEW_STATUS_H
#define CLIENT_DESKTOP_UI_VIEW_STATUS_H

#include "client/desktop/ui/widgets.h"
#include "client/desktop/ui/words.h"
#include "client/model/model.h"

#define STATUS_HINTS_MEDIUM 32.0F /* from the bottom to the middle of the row of hints */
#define STATUS_HINTS_SMALL 26.0F
#define STATUS_HINTS_TINY 20.0F

/* What the bar says. Texts may be NULL or "" for nothing; they are borrowed for the frame. */
typedef struct {
    const char *title;    /* of the session or screen */
    const char *subtitle; /* beside it, in a lesser colour; left out where it does not fit */
    const char *middle;   /* groove, tempo, bar */
    const char *badge;    /* such as "Facilitator" */
    bool has_clock;
    const char *clock; /* in words; left out where it does not fit */
    int clock_bars;    /* 0..4 */
    bool has_figure;   /* togetherness at the right, for windows without a ring */
    int figure;
    bool no_menu;
} StatusBar;

/* Draws the bar over the window's top BAR_HEIGHT px. True when the menu button was pressed. */
bool view_status_bar(Ui *ui, const StatusBar *bar);

/* The row of hints at the bottom of the window. */
void view_status_hints(Ui *ui, const UiHint *hints, size_t hint_count);

/* "Backbeat · 112 BPM · bar 12", as far as known; `model` may not know the groove. */
void status_music_words(const ClientModel *model, const ModelNow *music, WordsText *text);

/* The bar of a connected session: titles, music, clock. Texts are put into the given memory. */
typedef struct {
    WordsText subtitle;
    WordsText middle;
    WordsText clock;
} StatusWords;

StatusBar status_of_session(const ClientModel *model, const ModelNow *music, StatusWords *words);

#endif
