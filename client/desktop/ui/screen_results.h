/*
 * The screen after a take: what the group has become, one's own timing, teams, praise.
 *
 * Pure: emits a frame and answers what was asked for. Nobody but oneself is measured here.
 */
#ifndef CLIENT_DESKTOP_UI_SCREEN_RESULTS_H
#define CLIENT_DESKTOP_UI_SCREEN_RESULTS_H

#include "client/desktop/ui/widgets.h"
#include "client/model/model.h"

typedef struct {
    ModelNow music;
    const char *title; /* NULL: the session's */
    const char *back;  /* label of the main button; NULL: "Back to lobby" */
    bool practising;   /* alone: nobody to lead */
} ResultsView;

/* Caller-owned; zeroed memory is a fresh one. */
typedef struct {
    UiScrollState scroll;
} ResultsState;

typedef enum {
    RESULTS_ACTION_NONE,
    RESULTS_ACTION_MENU,
    RESULTS_ACTION_USE_OFFSET, /* results_offset_us is the new calibration */
    RESULTS_ACTION_BACK
} ResultsAction;

ResultsAction
screen_results(Ui *ui, const ClientModel *model, const ResultsView *view, ResultsState *state);

/* Whether the bias is worth a new zero (large, of enough hits that are even), and the calibration
 * that would take it away. */
bool results_has_offset(const ClientModel *model);
int32_t results_offset_us(const ClientModel *model);

#endif
