#include "client/score/fit.h"

#include <math.h>
#include <stdlib.h>

/* Taps nearer than this are one onset for the intervals. */
#define BOUNCE_NS 80e6
/* The coarse search goes so far to both sides of the median interval ... */
#define SEARCH_SHARE 0.12
/* ... where a tempo is worth this share less ... */
#define FAR_LOSS 0.3
/* ... and counts a tap as exp(-d^2 / (2 s^2)), d beats from its note. */
#define NEARNESS_BEATS 0.10
/* A tap farther than this from its player's median, in note spacings, is not that player's beat. */
#define INLIER_SHARE 0.20
/* A player of whose taps fewer are inliers has no say in the tempo. */
#define INLIERS_MIN 0.6

enum {
    FIT_PLAYERS_MAX = 256, /* of more, so many are taken, evenly */
    COARSE_BEATS = 32,     /* of which stretch the coarse search looks at taps ... */
    COARSE_PLAYERS = 64,   /* ... of about so many of them */
    SHIFTS_PER_BEAT = 16,
    TABLE_PER_BEAT = 64,
    REGRESSION_PASSES = 3
};

static const char too_little_memory[] = "there is too little memory";

/* One player's say. */
typedef struct {
    double value;
    double weight;
} Vote;

typedef struct {
    const ScoreGrid *grid;
    const TapStore *store;
    int players[FIT_PLAYERS_MAX];
    int player_count;
    int64_t zero_ns; /* times below are relative to this tap: doubles hold them exactly enough */
    double note_beats[GROOVE_STEPS_MAX]; /* the part's notes in a cycle */
    int note_count;
    double cycle_beats;
    double *nearness; /* by place in the cycle, TABLE_PER_BEAT a beat */
    double *scratch;  /* as long as the longest player */
    Vote *votes;      /* one a player */
    double beat_ns;   /* as far as known ... */
    double shift_ns;  /* ... and where a cycle begins */
    double begin_ns;  /* the beat from which the search begins */
    int shift_count;  /* in a cycle */
    double middle_ns; /* the stretch looked at is around this */
} Fit;

static int compare_doubles(const void *a, const void *b)
{
    const double one = *(const double *)a;
    const double other = *(const double *)b;

    return (one > other) - (one < other);
}

/* The lower middle one: a value that is there. Reorders them. */
static double middle_of(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_doubles);
    return values[(count - 1) / 2];
}

static int compare_votes(const void *a, const void *b)
{
    return compare_doubles(&((const Vote *)a)->value, &((const Vote *)b)->value);
}

static double weighted_median(Vote *votes, size_t count)
{
    double half = 0.0;
    double below = 0.0;
    size_t i = 0;

    qsort(votes, count, sizeof *votes, compare_votes);
    for (size_t k = 0; k < count; k++) {
        half += votes[k].weight / 2.0;
    }
    while (i + 1 < count && below + votes[i].weight < half) {
        below += votes[i].weight;
        i++;
    }
    return votes[i].value;
}

static double time_of(const Fit *fit, const ScoreTap *tap)
{
    return (double)(tap->time_ns - fit->zero_ns);
}

static void list_notes(Fit *fit)
{
    const Groove *groove = fit->grid->groove;

    fit->note_count = groove_notes_per_cycle(groove, 0);
    fit->cycle_beats = (double)groove_cycle_beats(groove).ubeats / (double)UBEATS_PER_BEAT;
    fit->shift_count = (int)lround(fit->cycle_beats) * SHIFTS_PER_BEAT;
    for (int i = 0; i < fit->note_count; i++) {
        GrooveNote note = {0};

        (void)groove_note_at_index(groove, 0, (Beats){0}, i, &note);
        fit->note_beats[i] = (double)note.at.ubeats / (double)UBEATS_PER_BEAT;
    }
}

/* `beats` within the cycle. */
static double within_cycle(const Fit *fit, double beats)
{
    const double within = beats - floor(beats / fit->cycle_beats) * fit->cycle_beats;

    return within < fit->cycle_beats ? within : 0.0;
}

/* How far, in beats, a place lies behind (or before: negative) the note that is nearest to it. */
static double distance_beats(const Fit *fit, double beats)
{
    const double within = within_cycle(fit, beats);
    double nearest = fit->cycle_beats;

    for (int i = 0; i < fit->note_count; i++) {
        double distance = within - fit->note_beats[i];

        distance -= fit->cycle_beats * floor(distance / fit->cycle_beats + 0.5);
        if (fabs(distance) < fabs(nearest)) {
            nearest = distance;
        }
    }
    return nearest;
}

static bool fill_table(Fit *fit)
{
    const size_t count = (size_t)lround(fit->cycle_beats) * TABLE_PER_BEAT;

    fit->nearness = calloc(count, sizeof *fit->nearness);
    for (size_t i = 0; fit->nearness != NULL && i < count; i++) {
        const double away = distance_beats(fit, (double)i / TABLE_PER_BEAT) / NEARNESS_BEATS;

        fit->nearness[i] = exp(-0.5 * away * away);
    }
    return fit->nearness != NULL;
}

/* The players with taps enough, or every so-many-th of them. */
static size_t choose_players(Fit *fit)
{
    const int all = tap_store_player_count(fit->store);
    size_t most = 0;
    size_t tap_count = 0;
    int able = 0;
    int seen = 0;

    for (int i = 0; i < all; i++) {
        (void)tap_store_taps(fit->store, i, &tap_count);
        able += tap_count >= FIT_TAPS_MIN ? 1 : 0;
    }
    for (int i = 0; i < all; i++) {
        const ScoreTap *taps = tap_store_taps(fit->store, i, &tap_count);

        if (tap_count < FIT_TAPS_MIN) {
            continue;
        }
        if (able <= FIT_PLAYERS_MAX ||
            (int64_t)seen * FIT_PLAYERS_MAX / able >= fit->player_count) {
            fit->players[fit->player_count] = i;
            fit->zero_ns = fit->player_count == 0 ? taps[0].time_ns : fit->zero_ns;
            fit->player_count++;
            most = tap_count > most ? tap_count : most;
        }
        seen++;
    }
    return most;
}

/* The median time that a player takes for as many notes as a cycle has, in beats of it. */
static double own_beat_ns(const Fit *fit, int player)
{
    size_t tap_count;
    const ScoreTap *taps = tap_store_taps(fit->store, player, &tap_count);
    const size_t notes = (size_t)fit->note_count;
    size_t onsets = 0;

    for (size_t i = 0; i < tap_count; i++) {
        const double at_ns = time_of(fit, &taps[i]);

        if (onsets == 0 || at_ns - fit->scratch[onsets - 1] >= BOUNCE_NS) {
            fit->scratch[onsets] = at_ns;
            onsets++;
        }
    }
    if (onsets <= notes) {
        return onsets < 2 ? 0.0
                          : (fit->scratch[onsets - 1] - fit->scratch[0]) / (double)(onsets - 1) *
                                (double)notes / fit->cycle_beats;
    }
    for (size_t i = 0; i + notes < onsets; i++) {
        fit->scratch[i] = fit->scratch[i + notes] - fit->scratch[i];
    }
    return middle_of(fit->scratch, onsets - notes) / fit->cycle_beats;
}

/* The median player's tempo, and where the median player begins. */
static bool begin(Fit *fit)
{
    size_t count = 0;

    for (int i = 0; i < fit->player_count; i++) {
        const double beat_ns = own_beat_ns(fit, fit->players[i]);

        if (beat_ns > 0.0) {
            fit->votes[count] = (Vote){beat_ns, 1.0};
            count++;
        }
    }
    if (count == 0) {
        return false;
    }
    fit->begin_ns = weighted_median(fit->votes, count);
    for (int i = 0; i < fit->player_count; i++) {
        size_t tap_count;
        const ScoreTap *taps = tap_store_taps(fit->store, fit->players[i], &tap_count);

        fit->votes[i] = (Vote){time_of(fit, &taps[0]), 1.0};
    }
    fit->middle_ns = weighted_median(fit->votes, (size_t)fit->player_count);
    return true;
}

/* How near to notes one player's taps of the first stretch are on average, by shift. */
static void rate_shifts(const Fit *fit, int player, double beat_ns, double *rates)
{
    size_t tap_count;
    const ScoreTap *taps = tap_store_taps(fit->store, player, &tap_count);
    const int shifts = fit->shift_count;
    int counted = 0;

    for (int k = 0; k < shifts; k++) {
        rates[k] = 0.0;
    }
    for (size_t i = 0; i < tap_count; i++) {
        const double since_ns = time_of(fit, &taps[i]) - fit->middle_ns;

        if (since_ns > COARSE_BEATS * fit->begin_ns) {
            break;
        }
        if (since_ns < -COARSE_BEATS / 2.0 * fit->begin_ns) {
            continue;
        }
        for (int k = 0; k < shifts; k++) {
            const double beats =
                within_cycle(fit, since_ns / beat_ns - (double)k / SHIFTS_PER_BEAT);

            rates[k] += fit->nearness[(size_t)(beats * TABLE_PER_BEAT)];
        }
        counted++;
    }
    for (int k = 0; k < shifts && counted > 0; k++) {
        rates[k] /= counted;
    }
}

/* How well a tempo suits, everybody at their own best shift: a bias costs nobody anything. `all`
   becomes the sum of everybody's rates by shift. */
static double rate_tempo(const Fit *fit, double beat_ns, double *own, double *all)
{
    double sum = 0.0;

    for (int k = 0; k < fit->shift_count; k++) {
        all[k] = 0.0;
    }
    for (int i = 0; i < fit->player_count; i += 1 + fit->player_count / COARSE_PLAYERS) {
        double best = 0.0;

        rate_shifts(fit, fit->players[i], beat_ns, own);
        for (int k = 0; k < fit->shift_count; k++) {
            all[k] += own[k];
            best = fmax(best, own[k]);
        }
        sum += best;
    }
    return sum;
}

/* The best tempo near the median player's, and the best shift for it. */
static bool search(Fit *fit, bool keeps_tempo)
{
    const double step = 1.0 / (SHIFTS_PER_BEAT * (double)COARSE_BEATS);
    const int steps = keeps_tempo ? 0 : (int)(SEARCH_SHARE / step);
    double *own = calloc(2 * (size_t)fit->shift_count, sizeof *own);
    double *all = own + fit->shift_count;
    double best = -1.0;
    int shift = 0;

    if (own == NULL) {
        return false;
    }
    for (int i = -steps; i <= steps; i++) {
        const double beat_ns = fit->begin_ns * (1.0 + step * i);
        const double away = steps > 0 ? (double)i / steps : 0.0;
        /* A short recording suits many tempi: of two that suit, the one nearer to the median. */
        const double rate = rate_tempo(fit, beat_ns, own, all) * (1.0 - FAR_LOSS * away * away);

        if (rate > best) {
            best = rate;
            fit->beat_ns = beat_ns;
        }
    }
    (void)rate_tempo(fit, fit->beat_ns, own, all);
    for (int k = 1; k < fit->shift_count; k++) {
        shift = all[k] > all[shift] ? k : shift;
    }
    fit->shift_ns = fit->middle_ns + fit->beat_ns * shift / SHIFTS_PER_BEAT;
    free(own);
    return true;
}

/* A player's taps against the grid so far, within a stretch. */
typedef struct {
    double offset_ns; /* median, and then where the line is at the middle of the stretch */
    double slope;     /* ns of drift per ns */
    double weight;    /* how certain the slope is; 0: not at all */
    bool is_known;
} Line;

static double residual_ns(const Fit *fit, double at_ns)
{
    return distance_beats(fit, (at_ns - fit->shift_ns) / fit->beat_ns) * fit->beat_ns;
}

/* What is left of a residual after an offset, the shorter way round. */
static double around(double residual, double period)
{
    return residual - period * floor(residual / period + 0.5);
}

/* The mean spacing of notes. */
static double spacing_ns(const Fit *fit)
{
    return fit->beat_ns * fit->cycle_beats / fit->note_count;
}

/* One pass of least squares through the taps near the line. */
static void straighten(const Fit *fit, int player, double reach_ns, Line *line)
{
    const double period_ns = spacing_ns(fit);
    size_t tap_count;
    const ScoreTap *taps = tap_store_taps(fit->store, player, &tap_count);
    double n = 0.0;
    double x_sum = 0.0;
    double y_sum = 0.0;
    double xx_sum = 0.0;
    double xy_sum = 0.0;
    double yy_sum = 0.0;
    double seen = 0.0;

    for (size_t i = 0; i < tap_count; i++) {
        const double x = time_of(fit, &taps[i]) - fit->middle_ns;

        if (fabs(x) > reach_ns) {
            continue;
        }
        const double expected = line->offset_ns + line->slope * x;
        const double y = around(residual_ns(fit, x + fit->middle_ns) - expected, period_ns);

        seen += 1.0;
        if (fabs(y) <= INLIER_SHARE * period_ns) {
            n += 1.0;
            x_sum += x;
            y_sum += y;
            xx_sum += x * x;
            xy_sum += x * y;
            yy_sum += y * y;
        }
    }
    line->weight = 0.0;
    if (n < FIT_TAPS_MIN || n < INLIERS_MIN * seen) {
        return;
    }
    const double xx = xx_sum - x_sum * x_sum / n;
    const double yy = yy_sum - y_sum * y_sum / n;
    const double slope = xx > 0.0 ? (xy_sum - x_sum * y_sum / n) / xx : 0.0;

    line->offset_ns += (y_sum - slope * x_sum) / n;
    line->slope += slope;
    /* 1 / variance of the slope, never quite certain. */
    line->weight = xx / (fmax(yy - slope * slope * xx, 0.0) / n + 1e12);
}

static Line line_of(const Fit *fit, int player, double reach_ns)
{
    Line line = {0};
    size_t tap_count;
    const ScoreTap *taps = tap_store_taps(fit->store, player, &tap_count);
    double cos_sum = 0.0;
    double sin_sum = 0.0;

    for (size_t i = 0; i < tap_count; i++) {
        const double at_ns = time_of(fit, &taps[i]);
        const double turns = residual_ns(fit, at_ns) / spacing_ns(fit);

        if (fabs(at_ns - fit->middle_ns) <= reach_ns) {
            cos_sum += cos(CIRCULAR_TWO_PI * turns);
            sin_sum += sin(CIRCULAR_TWO_PI * turns);
            line.is_known = true;
        }
    }
    line.offset_ns = atan2(sin_sum, cos_sum) / CIRCULAR_TWO_PI * spacing_ns(fit);
    for (int i = 0; i < REGRESSION_PASSES; i++) {
        straighten(fit, player, reach_ns, &line);
    }
    return line;
}

/* The median of the offsets that were voted for; of two in the middle the mean, unless they are
   different beats. */
static double middle_offset(const Fit *fit, size_t count)
{
    const double lower = weighted_median(fit->votes, count);
    const double upper = fit->votes[count / 2].value;

    return upper - lower < spacing_ns(fit) / 2.0 ? (lower + upper) / 2.0 : lower;
}

/* The tempo by the slopes of all players, then the shift by their offsets. */
static void refine(Fit *fit, double reach_ns, bool keeps_tempo)
{
    size_t count = 0;

    for (int i = 0; i < fit->player_count && !keeps_tempo; i++) {
        const Line line = line_of(fit, fit->players[i], reach_ns);

        if (line.weight > 0.0) {
            fit->votes[count] = (Vote){line.slope, line.weight};
            count++;
        }
    }
    if (count > 0) {
        const double slope = weighted_median(fit->votes, count);
        const double beats = (fit->middle_ns - fit->shift_ns) / fit->beat_ns;

        /* Drifting by `slope` per unit of time against the grid is a beat so much longer; the
           grid turns around the middle. */
        fit->beat_ns /= 1.0 - slope;
        fit->shift_ns = fit->middle_ns - beats * fit->beat_ns;
    }
    count = 0;
    for (int i = 0; i < fit->player_count; i++) {
        const Line line = line_of(fit, fit->players[i], reach_ns);

        if (line.is_known) {
            fit->votes[count] = (Vote){line.offset_ns, 1.0};
            count++;
        }
    }
    if (count > 0) {
        fit->shift_ns += middle_offset(fit, count);
    }
}

/* The farthest tap from the middle, and the first one of all. */
static double farthest_ns(const Fit *fit, double *first_ns)
{
    double farthest = 0.0;

    *first_ns = fit->middle_ns;
    for (int i = 0; i < tap_store_player_count(fit->store); i++) {
        size_t tap_count;
        const ScoreTap *taps = tap_store_taps(fit->store, i, &tap_count);
        const double begins_ns = time_of(fit, &taps[0]);
        const double ends_ns = time_of(fit, &taps[tap_count - 1]);

        farthest = fmax(farthest, fmax(fit->middle_ns - begins_ns, ends_ns - fit->middle_ns));
        *first_ns = fmin(*first_ns, begins_ns);
    }
    return farthest;
}

/* From a stretch that the coarse search is good for, twice as far each time: a tempo known from n
   beats is certain enough not to lose count over 2 n. */
static const char *find(Fit *fit, ScoreGrid *grid, bool keeps_tempo, bool keeps_t0)
{
    double first_ns = 0.0;
    const double all_ns = farthest_ns(fit, &first_ns);
    double tempo_nbpm = 0.0;

    if (!search(fit, keeps_tempo)) {
        return too_little_memory;
    }
    for (double reach_ns = COARSE_BEATS * fit->beat_ns;; reach_ns *= 2.0) {
        refine(fit, reach_ns, keeps_tempo);
        if (reach_ns >= all_ns) {
            refine(fit, reach_ns, keeps_tempo);
            break;
        }
    }
    tempo_nbpm = 60e18 / fit->beat_ns;
    if (tempo_nbpm < (double)SCORE_TEMPO_NBPM_MIN || tempo_nbpm > (double)SCORE_TEMPO_NBPM_MAX) {
        return "the tempo of these taps is below 1 or above 1000 beats per minute";
    }
    if (!keeps_tempo) {
        grid->tempo_nbpm = (int64_t)llround(tempo_nbpm);
    }
    if (!keeps_t0) {
        /* The last cycle that begins no later than half a note spacing behind the first tap. */
        const double cycle_ns = fit->beat_ns * fit->cycle_beats;
        const double cycles = floor((first_ns + 0.5 * spacing_ns(fit) - fit->shift_ns) / cycle_ns);

        grid->t0_ns = fit->zero_ns + (int64_t)llround(fit->shift_ns + cycles * cycle_ns);
    }
    return NULL;
}

const char *fit_grid(ScoreGrid *grid, const TapStore *store, bool keeps_tempo, bool keeps_t0)
{
    Fit fit = {.grid = grid, .store = store};
    const size_t most = choose_players(&fit);
    const char *reason = NULL;

    if (most == 0) {
        return "nobody has the eight taps that --fit needs";
    }
    list_notes(&fit);
    fit.scratch = calloc(most, sizeof *fit.scratch);
    fit.votes = calloc((size_t)fit.player_count, sizeof *fit.votes);
    if (fit.scratch == NULL || fit.votes == NULL || !fill_table(&fit)) {
        reason = too_little_memory;
    } else if (!begin(&fit)) {
        reason = "the taps have no tempo";
    } else {
        if (keeps_tempo) {
            fit.begin_ns = 60e18 / (double)grid->tempo_nbpm;
        }
        reason = find(&fit, grid, keeps_tempo, keeps_t0);
    }
    free(fit.scratch);
    free(fit.votes);
    free(fit.nearness);
    return reason;
}
