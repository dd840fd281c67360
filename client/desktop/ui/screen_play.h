/*
 * The screen one drums with: lane, judgement, meter, sentence, and the group as a ring.
 *
 * Pure: takes the model and what it cannot know, emits a frame, answers what was asked for. What
 * moves smoothly is remembered in a PlayState of the caller. Lengths are logical px.
 */
#ifndef CLIENT_DESKTOP_UI_SCREEN_PLAY_H
#define CLIENT_DESKTOP_UI_SCREEN_PLAY_H

#include "client/desktop/ui/view_meter.h"
#include "client/desktop/ui/view_ring.h"
#include "client/desktop/ui/widgets.h"
#include "client/desktop/ui/words.h"
#include "client/model/model.h"

/* Something that takes the place of the phrase sentence. Texts are borrowed for the frame. */
typedef struct {
    bool shown;
    bool spinner; /* something is being tried again */
    const char *headline;
    const char *detail;
} PlayNotice;

/* What the screen needs beyond model and frame. Theme and reduced motion are the frame's. */
typedef struct {
    ModelNow music; /* model_now, at the moment the frame will be seen */
    bool calm_light;
    bool hidden_meter;    /* on the play screen */
    bool names;           /* names stand around the ring */
    bool one_key;         /* to play: no keys but the drum's and the menu's */
    bool watching;        /* takes part without drumming */
    bool practising;      /* alone: nobody to lead */
    bool with_score;      /* the score stands beside the run, as in practice */
    const char *drum_key; /* "Space"; NULL counts as that */
    PlayNotice notice;
} PlayView;

/* Caller-owned; zeroed memory is a fresh one. */
typedef struct {
    RingState ring;
    WordsPhrase phrase;
    WordsFigures phrase_figures; /* of the phrase the sentence is about */
    int32_t phrase_number;       /* phrases of eight notes that were looked at */
    uint16_t take;
    OwnJudgement newest; /* as last shown */
    double newest_since_s;
    float own_team; /* eased togetherness of one's own team */
    bool has_own_team;
    double now_s;
} PlayState;

typedef enum {
    PLAY_ACTION_NONE,
    PLAY_ACTION_MENU,      /* Esc, or the menu button */
    PLAY_ACTION_RING,      /* Tab: the ring alone */
    PLAY_ACTION_MAP,       /* M: the map */
    PLAY_ACTION_HIDE_METER /* H: turn the setting over */
} PlayAction;

/* Emits the frame's page between ui_begin and ui_end, in every size class. */
PlayAction screen_play(Ui *ui, const ClientModel *model, const PlayView *view, PlayState *state);

/* Moves what is eased; screen_play does it by itself, other screens with a ring call this. */
void play_state_advance(PlayState *state,
                        const ClientModel *model,
                        const ModelNow *music,
                        double now_s,
                        bool reduced_motion);

/* The figures of the last eight notes, for the phrase sentence. */
WordsFigures play_phrase_figures(const ClientModel *model, int64_t beat_ns);

/* ---- parts that the practice screen shares ----------------------------------------------------
 */

/* The lane; `share` of the box is the pendulum's. The lamps stand in it where the window is large.
 */
void play_lane(Ui *ui, Rect box, float share, const ClientModel *model, const PlayView *view);

/* Lane and word alone, in windows that hold no more. */
void play_minimal(
    Ui *ui, Rect page, const ClientModel *model, const PlayView *view, PlayState *state);

/* The word for the newest hit, its ms and the run, with its middle on y. `size` of the word. */
void play_word_row(
    Ui *ui, Rect row, float size, const ClientModel *model, const PlayView *view, PlayState *state);

/* The hit meter, hidden or not, with its words 18..42 px below `bar`; the count while counting in.
 */
void play_meter(Ui *ui, Rect bar, const ClientModel *model, const PlayView *view);

/* What stands where the phrase sentence does: notice, toast or sentence. */
void play_sentence(
    Ui *ui, Rect rect, const ClientModel *model, const PlayView *view, const PlayState *state);

#endif
