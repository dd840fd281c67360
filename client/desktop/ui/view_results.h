/*
 * The panels of the results: the group over the take, one's own hits, teams, and who did well.
 *
 * Pure: read off the model, emitted into the frame. Lengths are logical px.
 */
#ifndef CLIENT_DESKTOP_UI_VIEW_RESULTS_H
#define CLIENT_DESKTOP_UI_VIEW_RESULTS_H

#include "client/desktop/ui/widgets.h"
#include "client/model/model.h"
#include "shared/group_statistics.h"

enum {
    RESULTS_CURVE_POINTS_MAX = 200, /* a longer take is averaged into so many points */
    RESULTS_HITS_SHOWN_MAX = 400,   /* dots of the timing over time */
    RESULTS_BINS = 41,              /* of the histogram, over +-W3 */
    RESULTS_EDGE_BARS = 8,          /* bars that "first" and "last" are an average of */
    RESULTS_STAGES_MAX = 64,
    RESULTS_AWARD_BARS = 12,
    RESULTS_GAIN_CENTI_MIN = 500,   /* less is no gain and no comeback: half of what 2 bars of the
                                       same team differ by */
    RESULTS_STEADY_CENTI_MIN = 4000 /* mean figure from which evenness is worth a word */
};

/* The newest take, as the group's bars tell it. */
typedef struct {
    const BarEntry *bars; /* the model's; NULL without any */
    int bar_count;
    GroupWord first_word; /* of the first and of the last few bars of the whole session: its way */
    GroupWord last_word;
    int best_bar;  /* index of the bar with the largest figure */
    bool is_group; /* two or more have drummed at the same time */
} ResultsTake;

ResultsTake results_take(const ModelOthers *others);

/* A stretch of the session in which one groove was played: bars [from, to) of others->bars. */
typedef struct {
    int from;
    int to;
    uint16_t take;
    uint8_t groove; /* GROOVES_MAX: not known any more */
} ResultsStage;

/* The stages of the whole session, in order; beyond `stage_max` the last one has all the rest.
   Returns how many there are. */
int results_stages(const ModelOthers *others, ResultsStage *stages, int stage_max);

/* What a group is praised for: always for the most, never for the least. */
typedef enum {
    AWARD_TIGHTEST,      /* the largest figure */
    AWARD_MOST_IMPROVED, /* gained most since its first bars */
    AWARD_STEADIEST,     /* its figure varied least from bar to bar */
    AWARD_COMEBACK,      /* has come back furthest from its lowest bar after the first ones */
    AWARD_COUNT
} Award;

typedef struct {
    int team;       /* of others->teams; -1: nobody has deserved it yet */
    int from_centi; /* where it came from: MOST_IMPROVED and COMEBACK */
} ResultsAward;

/* Of teams that played together at least RESULTS_AWARD_BARS bars. None where fewer than two teams
   play, and none that would be for next to nothing. Equal ones: the larger figure. */
ResultsAward results_award(const ModelOthers *others, Award award);

/* One bin per RESULTS_BINS, of the hits that claimed a note; those outside +-`range_us` count at
   the edge. Returns how many hits there are. */
int results_histogram(const ClientModel *model, int64_t range_us, float counts[RESULTS_BINS]);

/* How many notes of the take were hit, by the server's count. */
uint32_t results_hit_count(const ClientModel *model);

/* Seats of teams by falling togetherness: indices into others->teams. Returns how many, those with
   members only. */
int results_team_order(const ModelOthers *others, uint16_t order[TEAMS_MAX]);

/* Each draws a panel that fills `rect`. `beat_ns` is the period of the beat. */
void view_results_curve(Ui *ui, Rect rect, const ClientModel *model);
void view_results_hits(Ui *ui, Rect rect, const ClientModel *model, int64_t beat_ns);
void view_results_timing(Ui *ui, Rect rect, const ClientModel *model, int64_t beat_ns);
void view_results_score(Ui *ui, Rect rect, const ClientModel *model, int64_t beat_ns);
void view_results_teams(Ui *ui, Rect rect, const ClientModel *model);
void view_results_praise(Ui *ui, Rect rect, const ClientModel *model);

#endif
