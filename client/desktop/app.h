/*
 * The desktop client put together: room, screens, sound, input, settings, window.
 *
 * Main thread. Time is an argument of everything, so that a picture of a practice can be made
 * without waiting for it. The parts work on one App in the caller's hands:
 *
 *     app.c          opening, closing, what happens in a turn of the loop
 *     app_screens.c  which screen is shown, and what its answers lead to
 *     app_events.c   SDL's events: keys and pointers for the screens, hits for the room
 *     app_sound.c    clicks, grooves, bandmates, the own drum
 *     app_history.c  takes of practice that are over
 *     app_calibrate.c  the calibration wizard's clicks and taps; offsets that follow the device
 */
#ifndef CLIENT_DESKTOP_APP_H
#define CLIENT_DESKTOP_APP_H

#include <stdatomic.h>
#include <stdio.h>

#include "client/desktop/audio_feed.h"
#include "client/desktop/autoplay.h"
#include "client/desktop/history.h"
#include "client/desktop/input.h"
#include "client/desktop/options.h"
#include "client/desktop/recorder.h"
#include "client/desktop/room.h"
#include "client/desktop/ui/screen_calibrate.h"
#include "client/desktop/ui/screen_join.h"
#include "client/desktop/ui/screen_lobby.h"
#include "client/desktop/ui/screen_map.h"
#include "client/desktop/ui/screen_menu.h"
#include "client/desktop/ui/screen_message.h"
#include "client/desktop/ui/screen_play.h"
#include "client/desktop/ui/screen_practice.h"
#include "client/desktop/ui/screen_results.h"
#include "client/desktop/ui/screen_ring.h"
#include "client/desktop/ui/screen_settings.h"
#include "client/desktop/window.h"
#include "shared/platform/user_paths.h"
#include "shared/player_model.h"

typedef enum {
    SCREEN_JOIN,
    SCREEN_MESSAGE,
    SCREEN_LOBBY,
    SCREEN_PLAY,
    SCREEN_RING, /* or the map */
    SCREEN_RESULTS,
    SCREEN_PRACTICE,
    SCREEN_SETTINGS,
    SCREEN_CALIBRATE,
    SCREEN_COUNT
} ScreenKind;

/* A groove that is played to somebody who waits in the lobby. */
typedef struct {
    bool on;
    Timeline timeline;
    AppliedClock clock; /* never locked: session time is host time */
    Groove groove;
    AudioFeed feed;
} GroovePreview;

enum {
    APP_CALIBRATION_TAPS_MAX = 8 /* of a simulated person, planned ahead */
};

/* The wizard, over whatever is below. */
typedef struct {
    bool open;
    bool ran; /* the music, in the turn before */
    CalibrateScreen screen;
    uint16_t source; /* of its sounds */
    uint32_t click_count;
    PlayerModel player; /* taps with --autoplay */
    HostTime taps[APP_CALIBRATION_TAPS_MAX];
    int tap_count;
} AppCalibration;

typedef struct App {
    const Options *options;
    AppSettings settings;
    UserPath settings_path; /* empty: nowhere to keep them */
    UserPath seats_path;    /* empty: seats are not kept */
    UserPath skews_path;    /* empty: the paces of servers' clocks are not kept */
    UserPath history_path;
    uint64_t seed;

    Window *window;
    Audio *audio;
    AudioFeed feed;
    ScheduleSettings schedule;
    GroovePreview preview;
    Input *input;             /* NULL without a window */
    _Atomic int32_t drum_now; /* Drum of the own part, for the thread that hears keys */
    FILE *input_report;
    Recorder recorder;
    Room *room;
    Autoplay autoplay;
    AppCalibration calibration;

    Ui ui;
    DrawList draw;
    UiOutput output;  /* of the last frame */
    Layout layout;    /* of the last frame */
    HostTime now;     /* of the last turn */
    int64_t slept_ns; /* host_clock_slept_ns then */
    HostTime last_frame_at;
    HostTime next_frame_at;
    bool drum_key_down; /* the text that follows a drum key is none */
    bool redraws;       /* something has happened since the last frame */
    bool quits;
    int exit_status;

    ScreenKind shown; /* in the last frame */
    bool is_forced;   /* a screen was asked for by name, whatever the room plays */
    ScreenKind forced;
    bool settings_open;    /* over whatever is below */
    bool ring_open;        /* over the play screen: the group as ring or map */
    bool map_open;         /* the map, where the ring would be */
    bool menu_open;        /* a modal over the screen */
    bool practice_results; /* practice shows its results */
    bool has_message;      /* over the join screen */
    bool meter_hidden;
    bool names_shown;
    uint16_t results_left_take; /* whose results have been left for the lobby */
    uint32_t refusals_seen;
    uint32_t notices_seen;
    bool told_no_sound;

    JoinScreen join;
    LobbyScreen lobby;
    MenuScreen menu;
    MessageScreen message;
    MessageView message_view;
    SettingsScreen settings_screen;
    PlayState play;
    ResultsState results;
    PracticeState practice;
    PracticeSettings practising;         /* as the screen shows them */
    PracticeSettings practising_applied; /* as they are in force */
    const char *groove_titles[GROOVES_MAX];
    ScreenRingState ring;
    ScreenMapState map;
    WordsText notice_headline; /* of this frame */
    WordsText sound_words;
    WordsText notice_detail;

    History history;
    uint16_t kept_take; /* the newest take in the history */
    HostTime take_over_at;
    uint16_t take_over; /* the take that ended then */
} App;

/* Why the client cannot run, as a sentence. */
typedef struct {
    char reason[320];
} AppError;

/*
 * Opens everything after SDL_Init and begins what the options ask for. NULL with the reason. The
 * options are borrowed.
 */
App *app_create(const Options *options, HostTime now, AppError *error);

/* Leaves the room, saves, closes. NULL is fine. */
void app_destroy(App *app);

/* One turn of the loop, without waiting: room, hits, sound. */
void app_turn(App *app, HostTime now);

/* Draws the screen of now, and brings it to the window when `shows`. */
void app_frame(App *app, HostTime now, bool shows);

/* Writes the picture of the last frame, drawn without showing. False after saying why. */
NODISCARD bool app_save_picture(App *app, const char *path);

/* How long the loop may sleep. */
int64_t app_patience_ns(const App *app, HostTime now);

/* The loop with a window, until the person quits. Returns the exit status. */
int app_run(App *app);

/* Something to be seen: bar, tempo, group, own figures. */
void app_summary(const App *app, HostTime now, FILE *out);

/* ---- among the files named above --------------------------------------------------------------
 */

/* The screen that belongs to the state of things. */
ScreenKind app_screen(const App *app, HostTime now);

/* Whether the music plays, or is counted in. */
bool app_is_playing(const App *app, HostTime now);

/* Whether keys and free places of the window are drums now. */
bool app_is_drumming(const App *app, HostTime now);

void app_emit_screen(App *app, HostTime now);

/* One of the screens' names, as --screen takes them: opens what is needed (a practice for those
   that need a room). */
void app_open_screen(App *app, const char *name, HostTime now);

/* Puts the settings into force: keys, volumes, calibration; the picture follows by itself. */
void app_apply_settings(App *app, HostTime now);
void app_save_settings(App *app);

void app_join(App *app, const Link *link, HostTime now);
void app_practise(App *app, HostTime now);
void app_leave(App *app, HostTime now);

/* An onset of the person: judged and sent. */
void app_hit(App *app, HostTime at, int pad);

/* The own drum alone. */
void app_strike(App *app, int pad);
/* The same for keys, on the thread that hears them; `owner` is the App. */
void app_strike_from_keys(void *owner, int pad);
/* Where the hit was, by sound, when the person wants that. */
void app_cue(App *app, const OwnJudgement *own);
void app_sound(App *app, HostTime now);
void app_toggle_preview(App *app, HostTime now);
/* The first beat of a bar, to try its sound. */
void app_sound_click(App *app, HostTime now);

/* Opens the wizard: practice stops for it, and it closes when a session counts in. */
void app_open_calibration(App *app, HostTime now);
/* A turn of the open wizard. */
void app_calibrate(App *app, HostTime now);
/* `seen`: when this frame is seen, without any picture offset. */
void app_emit_calibration(App *app, HostTime now, HostTime seen);
/* Whether the wizard takes taps, and by which keys. */
bool app_is_tapping(const App *app);
bool app_is_tap_key(const App *app, int32_t scancode);

/* Brings the offsets of the sound device into use when it is another one. */
void app_watch_device(App *app, HostTime now);

void app_take_events(App *app);
void app_take_hits(App *app, HostTime now);

/* Notices that a take of practice is over and adds it to the history. */
void app_watch_take(App *app, HostTime now);
void app_keep_take(App *app);

#endif
