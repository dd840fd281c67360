/*
 * The sentences of the screen: what a judgement, a phrase, a group and a situation are called.
 *
 * Pure: constant tables and sentences put together in the caller's memory. Short, kind, no blame.
 */
#ifndef CLIENT_DESKTOP_UI_WORDS_H
#define CLIENT_DESKTOP_UI_WORDS_H

#include "shared/group_statistics.h"
#include "shared/judged_record.h"
#include "shared/message.h"
#include "shared/synth.h"
#include "shared/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WORDS_BYTES_MAX = 255
};

/* A sentence being put together; always terminated. What does not fit is cut between characters. */
typedef struct {
    char bytes[WORDS_BYTES_MAX + 1];
    size_t length_bytes;
} WordsText;

void words_clear(WordsText *text);
void words_add(WordsText *text, const char *words);
void words_add_number(WordsText *text, int64_t number);

/* "34 ms early", "17 ms late", or "0 ms": whole ms, halves away from zero. */
void words_add_lateness(WordsText *text, int64_t lateness_us);

/* Microseconds to whole milliseconds, halves away from zero. */
int64_t words_whole_ms(int64_t time_us);

/* What is said first, in bold, and what follows; either may be "". */
typedef struct {
    const char *headline;
    const char *detail;
} WordsSentence;

/* "Spot on", "A little early" ...; `asynchrony_us` says which side. Without a calibration every hit
   is "Got it". A bounce and what is still pending count as a hit of which nothing is known. */
const char *words_judgement(Judgement judgement, int64_t asynchrony_us, bool calibrated);

/* The same by sound alone: true with the cue of a hit that the words call "spot on", early or late.
   What else they say (no note, no calibration) is silence. */
bool words_cue(Judgement judgement, int64_t asynchrony_us, bool calibrated, Cue *cue);

/* ---- phrases: a word on eight notes -----------------------------------------------------------
 */

enum {
    WORDS_PHRASE_NOTES = 8
};

typedef enum {
    WORDS_PHRASE_NONE,
    WORDS_PHRASE_POCKET,
    WORDS_PHRASE_EARLY,
    WORDS_PHRASE_LATE,
    WORDS_PHRASE_STEADY, /* uncalibrated: nobody can say early or late */
    WORDS_PHRASE_LOOSE,
    WORDS_PHRASE_ERRATIC,
    WORDS_PHRASE_FASTER,
    WORDS_PHRASE_SLOWER,
    WORDS_PHRASE_OFF_BEAT,
    WORDS_PHRASE_DOUBLE,
    WORDS_PHRASE_HALF,
    WORDS_PHRASE_IDLE,
    WORDS_PHRASE_BACK,
    WORDS_PHRASE_TIGHTER,
    WORDS_PHRASE_RUSHING,
    WORDS_PHRASE_DRAGGING,
    WORDS_PHRASE_COUNT
} WordsPhrase;

/* What the last eight notes were like. Lengths are in beats, early negative. */
typedef struct {
    bool known;      /* at least four hits on notes */
    Verdict verdict; /* of the server, shown now */
    bool calibrated;
    double bias_beats;
    double spread_beats;
    double advance_beats; /* gained from one hit to the next; negative: too fast */
    GroupDrift drift;     /* of the whole group */
} WordsFigures;

/*
 * The most useful thing to say after this phrase. Flags come first, then the drift of the whole
 * group, then a return from a flag, then a spread smaller than a fifth than `before`'s, then bias
 * (beyond .03 of the beat) and spread (beyond .08: "make it even").
 */
WordsPhrase words_phrase_of(const WordsFigures *now, const WordsFigures *before);

WordsSentence words_phrase(WordsPhrase phrase);

/* ---- situations -------------------------------------------------------------------------------
 */

typedef enum {
    WORDS_WRONG_CODE,
    WORDS_SERVER_GONE,
    WORDS_NO_ANSWER,     /* number: port; name: host */
    WORDS_VERSION_NEWER, /* number: their protocol; other_number: ours; the older when less */
    WORDS_VERSION_OLDER,
    WORDS_SESSION_FULL, /* number: seats */
    WORDS_LOCKED,
    WORDS_KICKED,
    WORDS_BANNED,
    WORDS_NAME_TAKEN, /* name */
    WORDS_NAME_INVALID,
    WORDS_KEY_CHANGED,
    WORDS_TOKEN_UNKNOWN,
    WORDS_NOT_ALLOWED,
    WORDS_NOT_NOW,
    WORDS_OUT_OF_RANGE,
    WORDS_PRIVACY_HOLDS,
    WORDS_SERVER_STOPS,
    WORDS_SEAT_TAKEN_OVER,
    WORDS_NO_AUDIO,
    WORDS_TOO_UNEVEN,   /* number: spread; other_number: largest allowed, both ms */
    WORDS_TOO_FEW_TAPS, /* number: taps; other_number: least needed */
    WORDS_BETWEEN_CLICKS,
    WORDS_TAPS_TWICE,
    WORDS_DEVICE_CHANGED,
    WORDS_DEVICE_RETURNED,
    WORDS_CALIBRATED, /* number: offset, us, early negative */
    WORDS_BLUETOOTH,
    WORDS_CLOCK_UNSTEADY,
    WORDS_LOBBY,
    WORDS_PAUSED,
    WORDS_STOPPED,
    WORDS_SITUATION_COUNT
} WordsSituation;

/* What the sentence of a situation is about; the rest is ignored. */
typedef struct {
    int64_t number;
    int64_t other_number;
    const char *name; /* NULL counts as "" */
} WordsAbout;

/* Puts headline and detail together. `about` may be NULL where nothing is asked for. */
void words_situation(WordsSituation situation,
                     const WordsAbout *about,
                     WordsText *headline,
                     WordsText *detail);

/* The situation that a refusal is. */
WordsSituation words_of_refusal(Refusal refusal);
/* The situation that a notice of the server is. */
WordsSituation words_of_notice(NoticeKind notice);

/* ---- the group --------------------------------------------------------------------------------
 */

/* "The group is right on the click." and its like, from the group's median bias. */
const char *words_group_on_click(int64_t median_us, int64_t beat_ns);

/* "You are with the group." and its like, from one's own verdict. */
const char *words_where_you_are(Verdict verdict);

/* The class word of a togetherness of 0..100 at this beat: the inverse of its formula. */
GroupWord words_group_word(double together, int64_t beat_ns);

/* "From scattered to tight." and its like: what the group has become. */
void words_journey(GroupWord first, GroupWord last, WordsText *text);

/* "Clock steady" and its like, for 0..4 bars. */
const char *words_clock(int clock_bars);

/* The same with how well it is known: "Clock steady, 3 ms". Nothing is known below one bar. */
void words_clock_quality(int clock_bars, int64_t uncertainty_ns, WordsText *text);

#endif
