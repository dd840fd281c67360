#include "client/desktop/ui/words.h"

#include "client/desktop/ui/text_metrics.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Shares of the beat: within it a bias is no news, above it hits are uneven. */
#define BIAS_BEATS_SMALL 0.03
#define SPREAD_BEATS_STEADY 0.08
/* A phrase is tighter than the one before when its spread is at most this share of it. */
#define TIGHTER_SHARE 0.8
#define DRIFT_BEATS 0.08

void words_clear(WordsText *text)
{
    text->bytes[0] = '\0';
    text->length_bytes = 0;
}

void words_add(WordsText *text, const char *words)
{
    size_t room = WORDS_BYTES_MAX - text->length_bytes;
    size_t words_bytes = strlen(words);
    size_t kept = 0;

    while (kept < words_bytes && text_next_byte(words, words_bytes, kept) <= room) {
        kept = text_next_byte(words, words_bytes, kept);
    }
    memcpy(&text->bytes[text->length_bytes], words, kept);
    text->length_bytes += kept;
    text->bytes[text->length_bytes] = '\0';
}

void words_add_number(WordsText *text, int64_t number)
{
    char digits[24];
    size_t start = sizeof digits - 1;
    /* Through unsigned, so that the smallest number has an absolute value too. */
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    digits[start] = '\0';
    do {
        start--;
        digits[start] = (char)('0' + (char)(rest % 10));
        rest /= 10;
    } while (rest > 0);
    if (number < 0) {
        start--;
        digits[start] = '-';
    }
    words_add(text, &digits[start]);
}

int64_t words_whole_ms(int64_t time_us)
{
    return time_us < 0 ? -((-time_us + 500) / 1000) : (time_us + 500) / 1000;
}

void words_add_lateness(WordsText *text, int64_t lateness_us)
{
    int64_t ms = words_whole_ms(lateness_us);

    words_add_number(text, ms < 0 ? -ms : ms);
    words_add(text, " ms");
    if (ms != 0) {
        words_add(text, ms < 0 ? " early" : " late");
    }
}

const char *words_judgement(Judgement judgement, int64_t asynchrony_us, bool calibrated)
{
    bool early = asynchrony_us < 0;

    switch (judgement) {
    case JUDGEMENT_MISS:
        return "One got away";
    case JUDGEMENT_EXTRA:
        return "An extra one";
    case JUDGEMENT_PERFECT:
        return calibrated ? "Spot on" : "Got it";
    case JUDGEMENT_GOOD:
        if (calibrated) {
            return early ? "A little early" : "A little late";
        }
        return "Got it";
    case JUDGEMENT_OK:
        if (calibrated) {
            return early ? "Early" : "Late";
        }
        return "Got it";
    case JUDGEMENT_PENDING:
    case JUDGEMENT_BOUNCE:
    case JUDGEMENT_COUNT:
        break;
    }
    return "Got it";
}

bool words_cue(Judgement judgement, int64_t asynchrony_us, bool calibrated, Cue *cue)
{
    if (!calibrated || !judgement_claims_note(judgement)) {
        return false;
    }
    *cue = asynchrony_us < 0 ? CUE_EARLY : CUE_LATE;
    if (judgement == JUDGEMENT_PERFECT) {
        *cue = CUE_ON;
    }
    return true;
}

/* ---- phrases ----------------------------------------------------------------------------------
 */

static const WordsSentence phrases[] = {
    [WORDS_PHRASE_NONE] = {"", ""},
    [WORDS_PHRASE_POCKET] = {"Right in the pocket.", ""},
    [WORDS_PHRASE_EARLY] = {"Steady, a little early.", "Let the click come to you."},
    [WORDS_PHRASE_LATE] = {"Steady, a little late.", "Lean in a touch."},
    [WORDS_PHRASE_STEADY] = {"Steady.", "Set your timing offset to see early and late."},
    [WORDS_PHRASE_LOOSE] = {"On the beat.", "Now make it even."},
    [WORDS_PHRASE_ERRATIC] = {"Listen for four clicks,", "then join in again."},
    [WORDS_PHRASE_FASTER] = {"A bit faster than the click.", "Breathe, join at the next bar."},
    [WORDS_PHRASE_SLOWER] = {"A bit slower than the click.", "Breathe, join at the next bar."},
    [WORDS_PHRASE_OFF_BEAT] = {"You found the off-beat.", "Move half a beat over."},
    [WORDS_PHRASE_DOUBLE] = {"Two hits a beat.", "Try every second one."},
    [WORDS_PHRASE_HALF] = {"Every other beat.", "Add the ones between when you like."},
    [WORDS_PHRASE_IDLE] = {"Join in whenever you like.", ""},
    [WORDS_PHRASE_BACK] = {"Back with the group.", ""},
    [WORDS_PHRASE_TIGHTER] = {"Tighter than before.", ""},
    [WORDS_PHRASE_RUSHING] = {"We are rushing.", "Lean back."},
    [WORDS_PHRASE_DRAGGING] = {"We are dragging.", "Lean forward."},
};

_Static_assert(sizeof phrases / sizeof phrases[0] == WORDS_PHRASE_COUNT, "a sentence for each");

WordsSentence words_phrase(WordsPhrase phrase)
{
    assert(phrase < WORDS_PHRASE_COUNT);
    return phrases[phrase];
}

/* What a flag asks for; NONE without one. */
static WordsPhrase phrase_of_flag(const WordsFigures *figures)
{
    switch (figures->verdict) {
    case VERDICT_IDLE:
        return WORDS_PHRASE_IDLE;
    case VERDICT_DOUBLE:
        return WORDS_PHRASE_DOUBLE;
    case VERDICT_HALF:
        return WORDS_PHRASE_HALF;
    case VERDICT_OFF_BEAT:
        return WORDS_PHRASE_OFF_BEAT;
    case VERDICT_WRONG_TEMPO:
        return figures->advance_beats < 0.0 ? WORDS_PHRASE_FASTER : WORDS_PHRASE_SLOWER;
    case VERDICT_ERRATIC:
        return WORDS_PHRASE_ERRATIC;
    case VERDICT_WARMING_UP:
    case VERDICT_EARLY:
    case VERDICT_LATE:
    case VERDICT_ON:
    case VERDICT_TIGHT:
    case VERDICT_LOOSE:
    case VERDICT_COUNT:
        break;
    }
    return WORDS_PHRASE_NONE;
}

static WordsPhrase phrase_of_timing(const WordsFigures *now)
{
    if (now->spread_beats > SPREAD_BEATS_STEADY) {
        return WORDS_PHRASE_LOOSE;
    }
    if (!now->calibrated) {
        return WORDS_PHRASE_STEADY;
    }
    if (now->bias_beats < -BIAS_BEATS_SMALL) {
        return WORDS_PHRASE_EARLY;
    }
    return now->bias_beats > BIAS_BEATS_SMALL ? WORDS_PHRASE_LATE : WORDS_PHRASE_POCKET;
}

WordsPhrase words_phrase_of(const WordsFigures *now, const WordsFigures *before)
{
    WordsPhrase flag = phrase_of_flag(now);

    if (flag != WORDS_PHRASE_NONE) {
        return flag;
    }
    if (now->drift != GROUP_STEADY) {
        return now->drift == GROUP_RUSHING ? WORDS_PHRASE_RUSHING : WORDS_PHRASE_DRAGGING;
    }
    if (phrase_of_flag(before) != WORDS_PHRASE_NONE &&
        (now->verdict == VERDICT_ON || now->verdict == VERDICT_TIGHT)) {
        return WORDS_PHRASE_BACK;
    }
    if (!now->known) {
        return WORDS_PHRASE_NONE;
    }
    if (before->known && before->spread_beats > SPREAD_BEATS_STEADY &&
        now->spread_beats < TIGHTER_SHARE * before->spread_beats) {
        return WORDS_PHRASE_TIGHTER;
    }
    return phrase_of_timing(now);
}

/* ---- situations -------------------------------------------------------------------------------
 */

/* In a template {n} and {m} are the numbers, {o} the first as an offset in ms, {a} the name. */
static const WordsSentence situations[] = {
    [WORDS_WRONG_CODE] = {"No session has this code.",
                          "Check the eight characters, or paste the link."},
    [WORDS_SERVER_GONE] = {"Keep drumming. The server is out of reach.",
                           "Your click goes on; your seat is kept."},
    [WORDS_NO_ANSWER] = {"No answer from {a}.",
                         "Check the link with your host, or ask IT to open UDP port {n} to {a}."},
    [WORDS_VERSION_NEWER] = {"This session needs a newer Onedrum.",
                             "It speaks protocol {n}; yours speaks {m}. Update yours."},
    [WORDS_VERSION_OLDER] = {"This session runs an older Onedrum.",
                             "It speaks protocol {n}; yours speaks {m}. Ask your host to update."},
    [WORDS_SESSION_FULL] = {"All {n} seats are taken.",
                            "Ask your host for more, or try again in a minute."},
    [WORDS_LOCKED] = {"Your host has closed the doors.", "Ask to be let in."},
    [WORDS_BANNED] = {"Your host has ended your part in this session.", "Talk to them first."},
    [WORDS_KICKED] = {"Your host has ended your seat.", "Talk to them first."},
    [WORDS_NAME_TAKEN] = {"Somebody is already called {a}.", "Add a letter."},
    [WORDS_NAME_INVALID] = {"This name cannot be shown.", "Use 1 to 24 letters or digits."},
    [WORDS_KEY_CHANGED] = {"This server is not the one you joined before.",
                           "Ask your host for a new link."},
    [WORDS_TOKEN_UNKNOWN] = {"This link is not known here.", "Ask your host for a new link."},
    [WORDS_NOT_ALLOWED] = {"Only your host can do that.", "Ask them for it."},
    [WORDS_NOT_NOW] = {"Not at this moment.", "Try again at the next start or stop."},
    [WORDS_PRIVACY_HOLDS] = {"People have joined under this privacy.",
                             "It can become stricter, not looser, while they have a seat."},
    [WORDS_OUT_OF_RANGE] = {"That is out of range.", "Choose a value in between."},
    [WORDS_SERVER_STOPS] = {"The server goes down for now.",
                            "Your seat is kept; you come back by yourself."},
    [WORDS_SEAT_TAKEN_OVER] = {"You have joined from elsewhere.",
                               "This window has let go of your seat."},
    [WORDS_NO_AUDIO] = {"No sound device found.",
                        "Plug one in and it starts by itself; until then play by eye."},
    [WORDS_TOO_UNEVEN] = {"Too uneven to be sure ({n} ms, needs {m}).",
                          "Nothing was changed. Try again."},
    [WORDS_TOO_FEW_TAPS] = {"Too few taps to be sure ({n}, needs {m}).",
                            "Nothing was changed. Try again."},
    [WORDS_BETWEEN_CLICKS] = {"Your taps lie between the clicks.",
                              "Nothing was changed. Tap right on each click, and try again."},
    [WORDS_TAPS_TWICE] = {"Two taps for every click.",
                          "Nothing was changed. One for each click, and try again."},
    [WORDS_DEVICE_CHANGED] = {"The sound device has changed.",
                              "Your offset was for the other one: calibrate again."},
    [WORDS_DEVICE_RETURNED] = {"The sound device has changed.",
                               "The offsets you had with it are back."},
    [WORDS_CALIBRATED] = {"Done. Your offset is {o}.", "From now on this is your zero."},
    [WORDS_BLUETOOTH] = {"Bluetooth adds 0.15 to 0.25 s and wanders.",
                         "A cable is better, but this will work."},
    [WORDS_CLOCK_UNSTEADY] = {"Your timing is unrated;", "the connection is too uneven."},
    [WORDS_LOBBY] = {"Try your drum.", "We start when your host says so."},
    [WORDS_PAUSED] = {"Paused.", "We go on when your host says so."},
    [WORDS_STOPPED] = {"That was it.", "Thank you for drumming together."},
};

_Static_assert(sizeof situations / sizeof situations[0] == WORDS_SITUATION_COUNT,
               "a sentence for each");

static void add_placeholder(WordsText *text, char placeholder, const WordsAbout *about)
{
    if (placeholder == 'n') {
        words_add_number(text, about->number);
    } else if (placeholder == 'm') {
        words_add_number(text, about->other_number);
    } else if (placeholder == 'o') {
        words_add_lateness(text, about->number);
    } else {
        assert(placeholder == 'a');
        words_add(text, about->name == NULL ? "" : about->name);
    }
}

static void fill_in(WordsText *text, const char *template, const WordsAbout *about)
{
    words_clear(text);
    for (size_t i = 0; template[i] != '\0'; i++) {
        if (template[i] == '{') {
            add_placeholder(text, template[i + 1], about);
            i += 2;
        } else {
            words_add(text, (const char[]){template[i], '\0'});
        }
    }
}

void words_situation(WordsSituation situation,
                     const WordsAbout *about,
                     WordsText *headline,
                     WordsText *detail)
{
    WordsAbout nothing = {.number = 0};

    assert(situation < WORDS_SITUATION_COUNT);
    about = about == NULL ? &nothing : about;
    if (situation == WORDS_VERSION_NEWER && about->number < about->other_number) {
        situation = WORDS_VERSION_OLDER;
    }
    fill_in(headline, situations[situation].headline, about);
    fill_in(detail, situations[situation].detail, about);
}

WordsSituation words_of_refusal(Refusal refusal)
{
    switch (refusal) {
    case REFUSAL_VERSION:
        return WORDS_VERSION_NEWER;
    case REFUSAL_NO_SESSION:
        return WORDS_WRONG_CODE;
    case REFUSAL_FULL:
        return WORDS_SESSION_FULL;
    case REFUSAL_NAME_TAKEN:
        return WORDS_NAME_TAKEN;
    case REFUSAL_NAME_INVALID:
        return WORDS_NAME_INVALID;
    case REFUSAL_TOKEN:
        return WORDS_TOKEN_UNKNOWN;
    case REFUSAL_LOCKED:
        return WORDS_LOCKED;
    case REFUSAL_NOT_ALLOWED:
        return WORDS_NOT_ALLOWED;
    case REFUSAL_OUT_OF_RANGE:
        return WORDS_OUT_OF_RANGE;
    case REFUSAL_SERVER_KEY:
        return WORDS_KEY_CHANGED;
    case REFUSAL_BANNED:
        return WORDS_BANNED;
    case REFUSAL_PASSWORD:
        return WORDS_TOKEN_UNKNOWN;
    case REFUSAL_PRIVACY:
        return WORDS_PRIVACY_HOLDS;
    case REFUSAL_NOT_NOW:
    case REFUSAL_COUNT:
        break;
    }
    return WORDS_NOT_NOW;
}

WordsSituation words_of_notice(NoticeKind notice)
{
    switch (notice) {
    case NOTICE_KICKED:
        return WORDS_KICKED;
    case NOTICE_BANNED:
        return WORDS_BANNED;
    case NOTICE_SEAT_TAKEN_OVER:
        return WORDS_SEAT_TAKEN_OVER;
    case NOTICE_SERVER_STOPS:
    case NOTICE_COUNT:
        break;
    }
    return WORDS_SERVER_STOPS;
}

/* ---- the group --------------------------------------------------------------------------------
 */

const char *words_group_on_click(int64_t median_us, int64_t beat_ns)
{
    double beats = (double)median_us * 1000.0 / (double)beat_ns;

    if (beats < -DRIFT_BEATS) {
        return "We are rushing. Lean back.";
    }
    if (beats > DRIFT_BEATS) {
        return "We are dragging. Lean forward.";
    }
    if (beats < -BIAS_BEATS_SMALL) {
        return "The group is a little ahead of the click.";
    }
    return beats > BIAS_BEATS_SMALL ? "The group is a little behind the click."
                                    : "The group is right on the click.";
}

const char *words_where_you_are(Verdict verdict)
{
    static const char *const sentences[] = {
        [VERDICT_WARMING_UP] = "You are warming up.",
        [VERDICT_IDLE] = "Join in whenever you like.",
        [VERDICT_DOUBLE] = "You play two hits a beat.",
        [VERDICT_HALF] = "You play every other beat.",
        [VERDICT_OFF_BEAT] = "You are half a beat away.",
        [VERDICT_EARLY] = "You are ahead of the group.",
        [VERDICT_LATE] = "You are behind the group.",
        [VERDICT_ON] = "You are with the group.",
        [VERDICT_TIGHT] = "You are with the group.",
        [VERDICT_WRONG_TEMPO] = "You have your own tempo.",
        [VERDICT_ERRATIC] = "Listen for four clicks.",
        [VERDICT_LOOSE] = "You are with the group.",
    };

    _Static_assert(sizeof sentences / sizeof sentences[0] == VERDICT_COUNT, "one for each");
    return verdict < VERDICT_COUNT ? sentences[verdict] : "";
}

GroupWord words_group_word(double together, int64_t beat_ns)
{
    double s_ms = fmin(fmax(0.10 * ms_of_ns(beat_ns), 45.0), 80.0);
    double share = fmin(fmax(together / 100.0, 1.0e-9), 1.0);

    return group_word_of(s_ms * sqrt(-2.0 * log(share)));
}

void words_journey(GroupWord first, GroupWord last, WordsText *text)
{
    words_clear(text);
    if (last < first) {
        words_add(text, "From ");
        words_add(text, group_word_text(first));
        words_add(text, " to ");
        words_add(text, group_word_text(last));
        words_add(text, ".");
    } else if (last == GROUP_WORD_ONE_DRUM) {
        words_add(text, "One drum, all the way.");
    } else if (last == GROUP_WORD_TIGHT) {
        words_add(text, "Tight, all the way.");
    } else {
        words_add(text, "You played together.");
    }
}

const char *words_clock(int clock_bars)
{
    if (clock_bars <= 0) {
        return "Finding the clock";
    }
    if (clock_bars == 1) {
        return "Clock unsteady";
    }
    return clock_bars == 2 ? "Clock fair" : "Clock steady";
}

void words_clock_quality(int clock_bars, int64_t uncertainty_ns, WordsText *text)
{
    words_clear(text);
    words_add(text, words_clock(clock_bars));
    if (clock_bars > 0) {
        words_add(text, ", ");
        words_add_number(text, clamp_i64(div_ceil(uncertainty_ns, NS_PER_MS), 1, INT32_MAX));
        words_add(text, " ms");
    }
}
