/*
 * What one client believes: its seat, the shared clock, the timeline, the others, its own figures.
 *
 * Pure: the shell feeds messages, ping samples, hits and time; answers are values and an outbox.
 * Desktop, swarm, control program and browser share it. Not thread-safe.
 */
#ifndef CLIENT_MODEL_MODEL_H
#define CLIENT_MODEL_MODEL_H

#include "shared/applied_clock.h"
#include "shared/clock_estimator.h"
#include "shared/clock_filter.h"
#include "shared/judge.h"
#include "shared/message.h"
#include "shared/outbox.h"
#include "shared/verdict.h"

enum {
    MODEL_PINGS_OUTSTANDING_MAX = 64,
    MODEL_HITS_OUTSTANDING_MAX = 96,
    MODEL_OWN_HITS_MAX = 8192, /* own judgements kept for the results */
    MODEL_GROOVES_KNOWN_MAX = 4,
    MODEL_REPORT_MAX = PARTICIPANTS_MAX
};

/* Who the client wants to be. Texts are clean UTF-8. */
typedef struct {
    uint8_t code[CODE_CHARS];
    char name[NAME_BYTES_MAX + 1];
    char team[NAME_BYTES_MAX + 1];
    bool observer;
    bool facilitates;
    uint8_t facilitator_token[TOKEN_BYTES];
    char password[PASSWORD_BYTES_MAX + 1]; /* asks for that token first; empty: does not */
    bool has_own_token; /* own_token opens the seat from the first JOIN on: when the connection
                           breaks before the WELCOME, the name is not lost to nobody */
    uint8_t own_token[TOKEN_BYTES]; /* random; nobody else may guess it */
    bool calibrated;
    int32_t calibration_us;
} ModelConfig;

typedef enum {
    MODEL_CONNECTING, /* no connection yet, or none any more: the shell keeps trying */
    MODEL_JOINING,    /* connected, JOIN sent */
    MODEL_JOINED,
    MODEL_REFUSED, /* see refusal; the shell stops trying */
    MODEL_ENDED    /* kicked, taken over or left; the shell stops trying */
} ModelPhase;

/* One own hit or miss, newest word of the server (or, until then, of the local judge). */
typedef struct {
    uint32_t hit_number; /* 0: a missed note */
    int32_t note_number;
    uint8_t judgement; /* Judgement */
    bool final;
    bool from_server;
    int32_t asynchrony_us; /* calibrated */
    SessionTime at;        /* of the hit; of arrival for a miss */
} OwnJudgement;

typedef struct {
    uint8_t index;
    bool known;
    uint32_t used; /* for replacing the least recently used */
    Groove groove;
} KnownGroove;

/*
 * What others look like; the caller's memory, so that a swarm can do without. Of others, roster and
 * map are only known when model_sees_people; the crowd only when not.
 */
typedef struct {
    RosterEntry roster[PARTICIPANTS_MAX]; /* by seat; presence 0 where nothing is known */
    MapEntry map[PARTICIPANTS_MAX];       /* by seat; verdict MAP_ABSENT where nobody plays */
    MapEntry crowd[PARTICIPANTS_MAX];     /* of nobody in particular; the last complete refresh */
    int crowd_count;
    uint32_t crowd_refresh;       /* its number; a mark has nothing to do with those of another */
    TeamEntry teams[TEAMS_MAX];   /* by team */
    PartsMessage parts;           /* of the groove in force */
    BarEntry bars[BARS_KEPT_MAX]; /* of the session so far, oldest first ... */
    uint8_t bar_grooves[BARS_KEPT_MAX]; /* ... and what was played; GROOVES_MAX: not known */
    ReportEntry report[MODEL_REPORT_MAX];
    int seat_count; /* seats heard of: all known lie below */
    int team_count;
    int bar_count;
    int report_count;
    uint16_t report_pages; /* of the report being received; 0 when none was asked for */
    uint16_t report_page;  /* next page expected */
    bool report_complete;

    MapEntry arriving[PARTICIPANTS_MAX]; /* the crowd's next refresh ... */
    int arriving_count;
    uint32_t arriving_number;
    uint64_t arriving_pages; /* ... and those of its pages that have come, by bit */
} ModelOthers;
_Static_assert(CROWD_PAGES_MAX <= 64, "every page of a refresh has its bit");

typedef struct {
    ModelConfig config;
    ModelPhase phase;
    RefusedMessage refusal; /* the last one, whether of JOIN or of a wish */
    bool join_is_due;       /* the token has come */
    uint32_t refusal_count; /* grows with each, so that a screen can show it once */
    NoticeMessage notice;
    uint32_t notice_count;
    bool has_seat; /* has been welcomed at least once: resumes from then on */
    WelcomeMessage welcome;
    uint8_t privacy; /* Privacy, as last heard */
    uint8_t part;    /* from part_from on; before it, part_before */
    uint8_t part_before;
    Beats part_from;
    bool ready;
    HostTime since; /* the phase began */

    ClockEstimator *estimator; /* the network clock; NULL: the plain envelope, */
    ClockFilter clock_filter;  /* which is this one */
    ClockEstimate clock_estimate;
    AppliedClock clock;
    struct {
        uint32_t id;
        HostTime c1;
        bool outstanding;
    } pings[MODEL_PINGS_OUTSTANDING_MAX];
    PingSample newest_ping;
    uint32_t ping_count;
    HostTime next_ping_at;
    HostTime next_estimate_at;
    SessionTime
        rest_until;        /* nothing is to be heard before: a bar line after a step of the clock */
    bool is_clock_doubted; /* nothing is to be heard until the server has been asked again */
    HostTime doubted_at;
    int64_t ping_interval_ns; /* after the first two seconds; the shell may lengthen it */

    bool has_timeline;
    Timeline timeline;
    KnownGroove grooves[MODEL_GROOVES_KNOWN_MAX];
    uint32_t groove_clock;
    CatalogueMessage catalogue[2];
    int catalogue_total;

    HitEntry outstanding[MODEL_HITS_OUTSTANDING_MAX]; /* not acknowledged, oldest first */
    int outstanding_count;
    uint32_t next_hit_number;
    uint32_t hits_lost; /* dropped because too many waited for an acknowledgement */
    HostTime next_resend_at;

    bool has_standing;
    StandingMessage standing;
    bool has_snapshot;
    SnapshotMessage snapshot;
    OwnJudgement own[MODEL_OWN_HITS_MAX]; /* ring */
    int own_start;
    int own_count;
    uint32_t own_revision; /* grows with every new or changed judgement */
    uint16_t own_take;
    bool created_known;
    CreatedMessage created;
    uint32_t map_number;
    uint16_t report_requested; /* the page last asked for */
    ModelOthers *others;       /* may be NULL */
} ClientModel;

/* Where the music is for this client at one moment. */
typedef struct {
    bool known; /* false: no timeline or no clock yet; the rest is 0 */
    SessionTime time;
    Beats position;
    BarPosition bar;
    const Section *section; /* in force at `time` */
    const Groove *groove;   /* NULL while not received */
    Transport transport;
    int32_t tempo_mbpm; /* 0 when halted */
} ModelNow;

/* `others` may be NULL; otherwise it is the caller's and outlives the model. */
void model_init(ClientModel *model, const ModelConfig *config, ModelOthers *others, HostTime now);

/* From now on the network clock is `estimator`, started anew: better than the plain envelope where
   queues are, at some 0.2 ms of work four times a second, which a crowd in one process does
   without. It is the caller's and outlives the model. `cached_skew` as in clock_estimator_init. */
void model_use_estimator(ClientModel *model, ClockEstimator *estimator, const double *cached_skew);

/* The connection stands: asks for the seat (again). */
void model_connected(ClientModel *model, HostTime now, Outbox *outbox);

/* The connection is gone. Music, clock and seat stay; hits wait. */
void model_disconnected(ClientModel *model, HostTime now);

/* One decoded message from the server. Wrong or unexpected ones change nothing. */
void model_receive(ClientModel *model, HostTime now, const Message *message);

/* True when a ping is due: fills nonce and id. The shell stamps c1, tells it with model_pinged and
   sends it at once. */
NODISCARD bool model_ping_due(ClientModel *model, HostTime now, ClockDatagram *ping);
void model_pinged(ClientModel *model, uint32_t id, HostTime c1);

/* A pong, received at c4; true when it was asked for: then model->newest_ping is what was measured.
   Else nothing changes. */
bool model_pong(ClientModel *model, const ClockDatagram *pong, HostTime c4);

/*
 * This machine has stood still or slept, or its clock leapt: what is planned may be wrong. Nothing
 * is to be heard until a ping sent after `now` agrees with the applied clock, or none came back for
 * three seconds: then what was known goes on.
 */
void model_doubt_clock(ClientModel *model, HostTime now);

/* From when on sounds may be planned: the least session time when nothing speaks against it, the
   greatest while the clock is doubted, and after a step of the clock the next bar line. */
SessionTime model_sounds_from(const ClientModel *model);

/* Time has passed: at least every 50 ms. Clock, repeated hits. */
void model_tick(ClientModel *model, HostTime now, Outbox *outbox);

/* An onset at host time `at` (not in the future). Judged locally at once; returns what the local
   judge says (JUDGEMENT_PENDING when nothing is expected now, as in the lobby). */
OwnJudgement
model_hit(ClientModel *model, HostTime at, uint8_t pad, uint8_t velocity, Outbox *outbox);

/* The same onset on a clock of the caller's choosing; for players made of numbers and tests. */
OwnJudgement
model_hit_at(ClientModel *model, SessionTime at, uint8_t pad, uint8_t velocity, Outbox *outbox);

/* Wishes; each goes out at once when joined, and is answered by the server. */
/* The STANDING that follows says from which bar line on. */
void model_choose_part(ClientModel *model, uint8_t part, Outbox *outbox);
void model_set_ready(ClientModel *model, bool ready, Outbox *outbox);
void model_set_calibration(ClientModel *model,
                           bool calibrated,
                           int32_t calibration_us,
                           Outbox *outbox);
void model_command(
    ClientModel *model, CommandKind kind, int32_t a, int32_t b, const char *text, Outbox *outbox);
/* The whole report, page by page; needs `others`. The page after the last received, again. */
void model_request_report(ClientModel *model, Outbox *outbox);
void model_request_report_page(ClientModel *model, Outbox *outbox);
void model_leave(ClientModel *model, HostTime now, Outbox *outbox);

ModelNow model_now(const ClientModel *model, HostTime now);

/* The groove of a section; NULL while not received. */
const Groove *model_groove(const ClientModel *model, const Section *section);

/* The own part at a position of a groove: every groove has at least one part. */
int model_part_index(const ClientModel *model, const Groove *groove, Beats where);

/* The team that somebody is known to be in; TEAM_NONE without one, or as long as nobody has
   said. */
uint16_t model_team(const ModelOthers *others, int seat);

/* The `index`-th newest own judgement, 0 the newest; NULL beyond the oldest. */
const OwnJudgement *model_own(const ClientModel *model, int index);

/* How good the clock is, drawn as bars: 0 unknown, 1 too bad to rate timing, to 4. */
int model_clock_bars(const ClientModel *model);

/* The skew of the server's clock against this machine's, in ns per second. True once the estimator
   has measured it for a minute and to a few ppm: then it is worth remembering for the next time. */
NODISCARD bool model_skew_ppb(const ClientModel *model, int32_t *skew_ppb);

/* Whether the clock is known to 40 ms: beyond that what is said about timing would say nothing. */
bool model_timing_is_rated(const ClientModel *model);

/* Whether a hit can be called early or late: by a clock that good and with an offset of one's own.
 */
bool model_tells_sides(const ClientModel *model);

/* What people are told of each other; the strictest until the server has said. */
Privacy model_privacy(const ClientModel *model);

/* Whether others are known by name and place: in the open tier, or to who facilitates. */
bool model_sees_people(const ClientModel *model);

/* The title and tempo of a groove of the catalogue; NULL beyond. */
const char *model_groove_title(const ClientModel *model, int index);

#endif
