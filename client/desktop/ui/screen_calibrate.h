/*
 * The calibration wizard: tap to the sound, then, if wanted, to a picture; three offsets to look at
 * and to change; nothing is in force before "Use this".
 *
 * Pure. While tapping the screen shows nothing that goes with the click: people would follow it.
 * The shell sounds the clicks of `round` and gives every tap here; it begins a round when asked to.
 */
#ifndef CLIENT_DESKTOP_UI_SCREEN_CALIBRATE_H
#define CLIENT_DESKTOP_UI_SCREEN_CALIBRATE_H

#include "client/desktop/ui/app_settings.h"
#include "client/desktop/ui/form_parts.h"
#include "client/desktop/ui/view_status.h"
#include "client/desktop/ui/words.h"
#include "shared/calibration.h"

typedef enum {
    CALIBRATE_WAITING, /* for the shell to begin a round: it may have to wait for the sound */
    CALIBRATE_TAPPING,
    CALIBRATE_RESULT
} CalibrateStep;

typedef enum {
    CALIBRATE_ACTION_NONE,
    CALIBRATE_ACTION_SILENCE, /* the round is over or another begins: its clicks are not wanted */
    CALIBRATE_ACTION_USE,     /* put `offsets` into force, keep them, and close */
    CALIBRATE_ACTION_BACK     /* close; nothing was changed */
} CalibrateAction;

typedef struct {
    CalibrateStep step;
    CalibrationKind kind; /* of the round that is wanted or going on, or was the last */
    Calibration round;
    SettingsOffsets offsets; /* as they would be used */
    /* Of the last round to the sound. */
    CalibrationFigures heard;
    int64_t heard_ns[CALIBRATION_TAPS_MAX];
    size_t heard_count;
    bool has_note; /* what the round to the picture said */
    WordsText note;
    UiScrollState scroll;
    bool has_opened; /* the step */
} CalibrateScreen;

typedef struct {
    HostTime now;
    HostTime seen; /* when this frame is seen, without any picture offset */
    FormSound sound;
    bool settling;    /* there is sound, but its clock is not known yet */
    const char *from; /* the session's title; NULL outside */
} CalibrateView;

/* Asks for a round to the sound, from these offsets on. */
void calibrate_screen_open(CalibrateScreen *screen, const SettingsOffsets *offsets);

/* The shell begins the round that the screen waits for. */
void calibrate_screen_begin(CalibrateScreen *screen, HostTime first_click);

/* A key, click or touch, stamped; nothing unless tapping. */
void calibrate_screen_tap(CalibrateScreen *screen, HostTime at);

CalibrateAction screen_calibrate(CalibrateScreen *screen, Ui *ui, const CalibrateView *view);

#endif
