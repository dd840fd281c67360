/*
 * The session: who takes part, what is played, how everybody does. The one engine of Onedrum:
 * server, practice mode and simulation all run this step function. (Recorded taps are judged
 * without it: they have no people and no clock, so client/score feeds the judge itself.)
 *
 * Pure: allocates nothing, reads no clock, keeps no globals; `now` is an argument. Not thread-safe:
 * one thread steps a session. Everything random comes with the event.
 *
 *     event + now  ->  session_step  ->  outbox (messages to people) + journal (facts to store)
 */
#ifndef SHARED_SESSION_SESSION_H
#define SHARED_SESSION_SESSION_H

#include "shared/group_statistics.h"
#include "shared/judge.h"
#include "shared/message.h"
#include "shared/names.h"
#include "shared/outbox.h"
#include "shared/person_statistics.h"
#include "shared/session/journal.h"
#include "shared/verdict.h"

/* How long before its bar line a command must be known to all. */
#define SESSION_LEAD_NS (750 * NS_PER_MS)
/* From the order to start until the first click of the count-in. */
#define SESSION_START_DELAY_NS (1200 * NS_PER_MS)
/* What was played before a halt has been closed this long after it: a note closes W3 and
   JUDGE_CLOSE_NS after itself, at the next slice. */
#define SESSION_SETTLE_NS (JUDGE_CLOSE_NS + 500 * NS_PER_MS)
/* A participant away for no longer than this loses no note: their hits still arrive. */
#define SESSION_AWAY_NS (15 * NS_PER_S)
/* After a restart: until people have returned and brought the hits they played meanwhile. */
#define SESSION_RETURN_NS (8 * NS_PER_S)
/* A hit may lie this far ahead of its arrival (plus the sender's uncertainty), or behind it. */
#define SESSION_HIT_AHEAD_NS (5 * NS_PER_MS)
#define SESSION_HIT_BEHIND_NS (2 * NS_PER_S)

typedef struct {
    char title[TITLE_BYTES_MAX + 1];
    uint8_t code[CODE_CHARS];
    uint8_t facilitator_token[TOKEN_BYTES];
    uint16_t seats; /* for people who play: 1..PARTICIPANTS_MAX */
    Profile profile;
    int32_t tempo_mbpm; /* 0: the groove's own */
    uint8_t groove;     /* the one to begin with */
    uint32_t grace_s;   /* how long the seat of somebody gone is kept; at least 60 */
    Privacy privacy;    /* at first */
} SessionConfig;

/* Where a seat stands. */
typedef enum {
    SEAT_FREE = 0,
    SEAT_CONNECTED,
    SEAT_AWAY /* the connection is gone, the seat is kept */
} SeatState;

typedef struct {
    SeatState state;
    Role role;
    bool facilitates;    /* may command; an observer may too */
    uint32_t connection; /* when connected */
    uint8_t resume_token[TOKEN_BYTES];
    SessionTime away_since;
    SessionTime returned_at; /* from its last absence, that began at away_since */

    char name[NAME_BYTES_MAX + 1]; /* in normal form */
    uint64_t likeness;             /* of the name */
    uint16_t team;                 /* index into teams, or TEAM_NONE */
    bool ready;
    bool calibrated;
    int32_t calibration_us;
    uint32_t uncertainty_us;   /* of its clock, as it last said */
    SessionTime unrated_until; /* its newest hit by a clock that was not known well enough */
    bool is_unrated;           /* such was the hit that was closed last */

    uint8_t part;        /* of the groove in force; taken modulo its parts */
    uint8_t part_before; /* the one before part_from */
    Beats part_from;
    Beats enters_at;            /* notes before this are not expected */
    Beats expected_until;       /* notes before this have been given to the judge */
    SessionTime last_note_at;   /* the newest of them, when note_number > 0 */
    uint32_t timeline_revision; /* they were taken from this one */
    uint16_t take;              /* the take that the figures belong to */
    int64_t note_number;        /* of the newest expected note */
    bool suspended;             /* away for too long: no notes are expected until the return */

    uint32_t acknowledged;  /* every hit up to this number has been received */
    uint64_t received_mask; /* bit i: hit acknowledged + 1 + i has been received */
    uint32_t hits_received; /* numbers that came for the first time: each is refused, idle, waits
                               in the judge or has been judged */
    uint32_t hits_refused;  /* implausible, too late or too many */
    uint32_t hits_idle;     /* outside of the music: drumming in the lobby */
    SessionTime closed_hits[HITS_PER_S_MAX]; /* ring of the newest that wait no more ... */
    uint32_t closed_hit_count;               /* ... of so many ever */

    Judge judge;
    PersonStatistics statistics; /* of the take */
    VerdictState verdict;
    Beats window_from;      /* the stretch of one section and part that the verdict is about */
    int32_t window_bias_us; /* over the verdict's window, calibrated */
    MapEntry map_entry;
    int64_t group_beat; /* the newest beat it counted in, for the group */

    JudgementEntry recent[JUDGEMENTS_PER_MESSAGE_MAX]; /* newest last */
    uint8_t recent_sent[JUDGEMENTS_PER_MESSAGE_MAX];   /* how often each went out */
    int recent_count;
    uint32_t standing_number;
    uint8_t quiet_slices; /* turns since the last STANDING */

    uint32_t roster_revision; /* the roster this participant knows ... */
    uint32_t roster_target;   /* ... the one being sent ... */
    uint16_t roster_cursor;   /* ... and how far that has come */
} Participant;

/* What is looked for among all seats, beside each other: the people themselves lie 10 kB apart. */
typedef struct {
    uint64_t likeness;   /* of the name */
    uint32_t token_hash; /* of the resume token, also of a seat given up */
    uint8_t state;       /* SeatState */
    bool observes;
} SeatGlance;

/* People who are here, by the verdict they are shown. */
typedef struct {
    uint16_t people;
    uint16_t verdicts[VERDICT_COUNT_SENT];
} Headcount;

/* Figures at the ends of bars, in hundredths: exact sums. Zero-initialised is empty. */
typedef struct {
    uint16_t count;     /* stops at UINT16_MAX, and all with it */
    uint32_t first_sum; /* of the first TEAM_FIRST_BARS */
    uint32_t sum;
    uint64_t square_sum;
    uint16_t lowest; /* after the first; valid when there are more */
} BarFigures;

enum {
    TEAM_FIRST_BARS = 8 /* how a team began */
};

typedef struct {
    char name[NAME_BYTES_MAX + 1];
    uint64_t likeness; /* of the name */
    uint16_t members;  /* with a seat */
    uint16_t active;   /* of them, those who drum */
    Headcount here;
    GroupStatistics statistics;
    GroupFigures figures;
    BarFigures bars; /* of the take */
} Team;

/* Those who play one part of the groove in force, as a group of their own. */
typedef struct {
    uint16_t members;
    uint16_t active; /* of them, those who drum */
    GroupStatistics statistics;
    GroupFigures figures;
} PartGroup;

enum {
    CROWD_PHASES = 256 / CROWD_PHASE_STEP_256,
    CROWD_SPREADS = 16 / CROWD_SPREAD_STEP,
    CROWD_KINDS = CROWD_PHASES * CROWD_SPREADS * 16 /* 16: what a mark says as verdict */
};

/* The marks that are being told to those who may not know whose they are. */
typedef struct {
    uint32_t number;         /* of the refresh */
    uint32_t drawn_in_round; /* snapshot number */
    uint8_t page;            /* the next to be sent ... */
    uint8_t pages;           /* ... of so many; then they are drawn anew */
    int count;
    CrowdEntry entries[PARTICIPANTS_MAX]; /* frozen, in the order they are sent */
    uint16_t tally[CROWD_KINDS];
} Crowd;

/* Somebody sent out for good. */
typedef struct {
    JournalBan who;
    uint64_t likeness; /* of the name; 0 without one */
} Ban;

/* What became of everything that people sent, since the session began or came back. */
typedef struct {
    int64_t hits_received;
    int64_t hits_repeated; /* sent again, because no acknowledgement had come: changes nothing */
    int64_t hits_taken;    /* given to the judge */
    int64_t hits_idle;
    int64_t hits_untimely; /* from the future, or from too long ago */
    int64_t hits_too_many; /* faster than anybody drums */
    int64_t hits_late;     /* their stretch of time was closed, or the judge was full */
    int64_t not_allowed;   /* wishes of people without the right */
} SessionCounts;

typedef struct {
    SessionConfig config;
    SessionCounts counts;
    Timeline timeline;
    Groove grooves[GROOVES_MAX];
    int groove_count;
    int32_t tempo_mbpm;        /* for the next start */
    Participant *participants; /* the caller's, session_participants_max() of them */
    int participant_count;     /* seats ever taken: all in use lie below */
    Team teams[TEAMS_MAX];
    int team_count;
    uint16_t take; /* that the figures belong to: the next begins when all of it has closed */
    uint32_t roster_revision;
    /* When each seat's entry last changed. Beside each other and not with the people, because all
       who read the roster look through all of them. */
    uint32_t roster_changed[PARTICIPANTS_MAX];
    SeatGlance glances[PARTICIPANTS_MAX];
    uint8_t map_sent[PARTICIPANTS_MAX];                           /* the verdicts last sent ... */
    uint16_t map_changed[PARTICIPANTS_MAX / MAP_BLOCK_SEATS + 1]; /* ... and how many of a block
                                                                   differ from them now */
    Crowd crowd;
    Headcount here;     /* everybody ... */
    Headcount teamless; /* ... and of them those without a team */
    PartGroup parts[GROOVE_PARTS_MAX];
    GroupStatistics group;
    GroupFigures figures;
    GroupReference reference;
    bool locked; /* nobody new comes in */
    Privacy privacy;
    Ban bans[BANS_MAX];
    int ban_count;
    uint16_t joined;              /* people in the session, without observers */
    uint16_t active;              /* of them, those who drum */
    BarEntry bars[BARS_KEPT_MAX]; /* ring */
    int bar_start;
    int bar_count;
    Beats bars_until;         /* bars that end before this have been summed up */
    bool is_restored;         /* and has not been stepped since */
    SessionTime bars_held_to; /* no bar is summed up before this */
    SessionTime next_slice_at;
    int slice;
    uint16_t map_cursor; /* the next block in turn */
    uint16_t team_cursor;
    uint32_t snapshot_number;
    int64_t scratch[PARTICIPANTS_MAX];
} Session;

/* What happens to a session. */
typedef enum {
    SESSION_EVENT_JOIN,         /* a connection sent JOIN with this session's code */
    SESSION_EVENT_MESSAGE,      /* a connection that has a seat sent something */
    SESSION_EVENT_DISCONNECTED, /* the connection of a seat is gone */
    SESSION_EVENT_TICK,         /* time has passed: at least every 20 ms */
    SESSION_EVENT_CLOSING       /* the server goes down in order: say goodbye, keep the seats */
} SessionEventKind;

typedef struct {
    SessionEventKind kind;
    uint16_t seat;                    /* MESSAGE, DISCONNECTED */
    uint32_t connection;              /* JOIN */
    uint32_t clock_nonce;             /* JOIN: what this connection's pings are to carry */
    uint8_t fresh_token[TOKEN_BYTES]; /* JOIN: random, becomes the resume token of a new seat */
    const Message *message;           /* JOIN, MESSAGE: decoded and valid; borrowed */
} SessionEvent;

typedef struct {
    bool joined;  /* JOIN: the connection now has `seat` */
    bool resumed; /* which was its own before */
    uint16_t seat;
    uint32_t replaced_connection; /* JOIN that resumed a connected seat: this one lost it;
                                     else CONNECTION_NONE */
} SessionResult;

/* Seats and, beside them, room for observers: how many Participants a session needs. */
uint16_t session_participants_max(const SessionConfig *config);

/*
 * `participants` has room for session_participants_max() and lives as long as the session.
 * `grooves`: 1..GROOVES_MAX valid ones, copied.
 */
void session_init(Session *session,
                  const SessionConfig *config,
                  Participant *participants,
                  const Groove *grooves,
                  int groove_count);

/* Takes one event. `now` never goes back. Outbox and journal must be emptied between steps. */
SessionResult session_step(
    Session *session, SessionTime now, const SessionEvent *event, Outbox *outbox, Journal *journal);

/*
 * Puts stored facts back, before the first step, in the order: timeline, participants, the facts
 * about them as journalled, bars, bans, the lock and the tier of privacy; session_restored(now)
 * ends it: everybody is away since `stored_until`.
 */
void session_restore(Session *session, const JournalEntry *entry);
void session_restored(Session *session, SessionTime stored_until);

/* The groove in force in a section. */
const Groove *session_groove(const Session *session, const Section *section);

/* The participant's figures for a report. */
void session_report_entry(const Session *session, uint16_t seat, ReportEntry *entry);

#endif
