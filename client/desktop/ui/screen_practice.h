/*
 * Practice: the lane and the meter beside what is practised: groove, tempo, gaps, a ramp,
 * bandmates.
 *
 * Pure: emits a frame, changes the settings it is given, answers what was asked for.
 */
#ifndef CLIENT_DESKTOP_UI_SCREEN_PRACTICE_H
#define CLIENT_DESKTOP_UI_SCREEN_PRACTICE_H

#include "client/desktop/ui/screen_play.h"

enum {
    PRACTICE_TEMPO_BPM_MIN = 60,
    PRACTICE_TEMPO_BPM_MAX = 180,
    PRACTICE_GAP_BARS_MAX = 8
};

/* What a person chooses. The screen keeps every field in its range. */
typedef struct {
    size_t groove;       /* index into the view's titles */
    int tempo_bpm;       /* PRACTICE_TEMPO_BPM_MIN..MAX */
    bool gap;            /* the click is silent now and then */
    int gap_click_bars;  /* 1..PRACTICE_GAP_BARS_MAX */
    int gap_silent_bars; /* 1..PRACTICE_GAP_BARS_MAX */
    bool ramp;           /* the tempo moves towards the target */
    int ramp_target_bpm; /* PRACTICE_TEMPO_BPM_MIN..MAX */
    int bandmates;       /* 0..BANDMATES_MAX */
} PracticeSettings;

/* What to begin with. */
PracticeSettings practice_settings_default(void);

/* Brings every field into its range; `groove_count` > 0. For settings from a file. */
void practice_settings_clamp(PracticeSettings *settings, size_t groove_count);

typedef struct {
    PlayView play;
    bool playing; /* counting in, or playing */
    bool has_results;
    const char *const *grooves; /* titles */
    size_t groove_count;
    int ramp_step_bpm; /* gained every `ramp_bars` bars */
    int ramp_bars;
    const float *spreads_ms; /* of past sessions, oldest first; NULL for none */
    size_t spread_count;
    const char *spread_words; /* "31 ms in September, 17 ms now"; NULL for none */
} PracticeView;

/* Caller-owned; zeroed memory is a fresh one. */
typedef struct {
    PlayState play;
    UiScrollState scroll;
} PracticeState;

typedef enum {
    PRACTICE_ACTION_NONE,
    PRACTICE_ACTION_START,
    PRACTICE_ACTION_STOP,
    PRACTICE_ACTION_RESULTS,
    PRACTICE_ACTION_CHANGED, /* a setting was changed */
    PRACTICE_ACTION_CALIBRATE,
    PRACTICE_ACTION_MENU,
    PRACTICE_ACTION_BACK /* Esc */
} PracticeAction;

PracticeAction screen_practice(Ui *ui,
                               const ClientModel *model,
                               const PracticeView *view,
                               PracticeSettings *settings,
                               PracticeState *state);

#endif
