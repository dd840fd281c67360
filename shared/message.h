/*
 * Every message of the protocol: its fields, its bytes and the rule for what is valid.
 *
 * Pure. docs/PROTOCOL.md is the specification in words. One function per message describes its
 * bytes for both directions (see wire.h); message_decode fills a local that the caller commits only
 * when it returned true. No message exceeds MESSAGE_BYTES_MAX.
 */
#ifndef SHARED_MESSAGE_H
#define SHARED_MESSAGE_H

#include "shared/groove.h"
#include "shared/timeline.h"
#include "shared/wire.h"

/*
 * Raised whenever the bytes of any message, or the way they travel, change.
 * 1: in clear. 2: proof of address, MAC, handshake and sealed messages. 3: privacy tiers.
 */
#define PROTOCOL_VERSION 3

/* Wire-stable numbers; retired ones stay, marked. Below 32: client to server. */
typedef enum {
    MESSAGE_NONE = 0,
    MESSAGE_JOIN = 1,
    MESSAGE_CHOOSE_PART = 2,
    MESSAGE_READY = 3,
    MESSAGE_CALIBRATION = 4,
    MESSAGE_HITS = 5,
    MESSAGE_COMMAND = 6,
    MESSAGE_LEAVE = 7,
    MESSAGE_REPORT_REQUEST = 8,
    MESSAGE_PASSWORD = 9,
    MESSAGE_WELCOME = 32,
    MESSAGE_REFUSED = 33,
    MESSAGE_TIMELINE = 34,
    MESSAGE_GROOVE = 35,
    MESSAGE_CATALOGUE = 36,
    MESSAGE_ROSTER = 37,
    MESSAGE_TEAMS = 38,
    MESSAGE_STANDING = 39,
    MESSAGE_SNAPSHOT = 40,
    MESSAGE_MAP = 41,
    MESSAGE_BARS = 42,
    MESSAGE_NOTICE = 43,
    MESSAGE_REPORT = 44,
    MESSAGE_CREATED = 45,
    MESSAGE_LEAD = 46,
    MESSAGE_CROWD = 47,
    MESSAGE_PARTS = 48,
    MESSAGE_TYPE_COUNT
} MessageType;

/* Who somebody is to a session. Never taken from a payload. */
typedef enum {
    ROLE_PLAYER = 0,
    ROLE_OBSERVER,    /* watches; takes no seat in any figure */
    ROLE_FACILITATOR, /* commands; may also play */
    ROLE_COUNT
} Role;

/* What people are told of each other; who facilitates is told all. Each is stricter than the one
   before. Wire-stable. docs/decisions/0007-privacy-tiers.md. */
typedef enum {
    PRIVACY_OPEN = 0, /* names, and everybody on the map */
    PRIVACY_TEAMS,    /* figures of teams and parts, and marks that are nobody's (CROWD) */
    PRIVACY_PRIVATE,  /* figures of the whole group */
    PRIVACY_COUNT
} Privacy;

/* Why a wish was refused; each has a sentence in docs/PROTOCOL.md and on the screen. */
typedef enum {
    REFUSAL_VERSION = 0, /* number: the server's protocol version */
    REFUSAL_NO_SESSION,
    REFUSAL_FULL, /* number: seats */
    REFUSAL_NAME_TAKEN,
    REFUSAL_NAME_INVALID,
    REFUSAL_TOKEN,       /* this facilitator token or seat is not known here */
    REFUSAL_LOCKED,      /* the session takes nobody in: no server says so yet, clients know it */
    REFUSAL_NOT_ALLOWED, /* this role may not do that */
    REFUSAL_NOT_NOW,     /* the transport's state does not allow it */
    REFUSAL_OUT_OF_RANGE,
    REFUSAL_SERVER_KEY, /* said by the client itself: text is the fingerprint the server showed */
    REFUSAL_BANNED,     /* this person was sent out for good */
    REFUSAL_PASSWORD,   /* not the facilitator's */
    REFUSAL_PRIVACY,    /* somebody joined under the stricter tier */
    REFUSAL_COUNT
} Refusal;

/* JOIN: opens every conversation. The first two bytes are the version in all versions. */
typedef struct {
    uint16_t version;
    uint8_t code[CODE_CHARS];
    char name[NAME_BYTES_MAX + 1]; /* may be empty when a seat is resumed, or for an observer */
    char team[NAME_BYTES_MAX + 1]; /* may be empty: no team */
    bool observer;
    bool resumes; /* resume_token is the seat's */
    uint8_t resume_token[TOKEN_BYTES];
    bool facilitates; /* facilitator_token is the session's */
    uint8_t facilitator_token[TOKEN_BYTES];
    bool calibrated;
    int32_t calibration_us; /* subtracted from every asynchrony; +-500 ms */
} JoinMessage;

typedef struct {
    uint8_t part;
} ChoosePartMessage;

typedef struct {
    bool ready;
} ReadyMessage;

typedef struct {
    bool calibrated;
    int32_t calibration_us;
} CalibrationMessage;

#define CALIBRATION_US_MAX 500000

/*
 * The greatest number of a hit: more than a year at HITS_PER_S_MAX. Numbers stay far from where
 * they would wrap, so that "acknowledged up to" never goes back.
 */
#define HIT_NUMBER_MAX (UINT32_C(1) << 30)

/* One onset of one participant. */
typedef struct {
    uint32_t number; /* the participant's own count of hits, 1..HIT_NUMBER_MAX */
    SessionTime at;
    uint8_t pad;      /* below PADS_MAX */
    uint8_t velocity; /* 1..127 */
} HitEntry;

/* HITS: all hits not yet acknowledged, oldest first, so that one lost datagram loses nothing. */
typedef struct {
    uint32_t clock_version;  /* of the applied clock that stamped the newest hit */
    uint32_t uncertainty_us; /* of that clock, 95 % */
    uint8_t count;           /* 1..HITS_PER_MESSAGE_MAX */
    HitEntry hits[HITS_PER_MESSAGE_MAX];
} HitsMessage;

/* What a facilitator can order. Wire-stable. */
typedef enum {
    COMMAND_START = 0, /* a: count-in bars 0..8 */
    COMMAND_PAUSE,
    COMMAND_STOP,
    COMMAND_TEMPO,  /* a: mbpm */
    COMMAND_RAMP,   /* a: mbpm, b: bars */
    COMMAND_GROOVE, /* a: groove index */
    COMMAND_PART,   /* a: seat, b: part */
    COMMAND_KICK,   /* a: seat */
    COMMAND_LOBBY,  /* from stopped back to the lobby */
    COMMAND_CREATE, /* text: title of the new session; a: seats, 0 for the default */
    COMMAND_BAN,    /* a: seat; who had it cannot come back */
    COMMAND_LOCK,   /* nobody new comes in; who has a seat may return */
    COMMAND_UNLOCK,
    COMMAND_PRIVACY, /* a: Privacy; a looser one only while nobody but facilitators has a seat */
    COMMAND_COUNT
} CommandKind;

typedef struct {
    uint8_t kind; /* CommandKind */
    int32_t a;
    int32_t b;
    char text[NAME_BYTES_MAX + 1];
} CommandMessage;

typedef struct {
    uint16_t page;
} ReportRequestMessage;

/* WELCOME: the seat, and how to come back to it. */
typedef struct {
    uint16_t version;
    uint16_t seat;
    uint8_t role;    /* Role */
    uint8_t profile; /* Profile of the judge */
    uint8_t privacy; /* Privacy */
    uint8_t part;
    uint16_t seats;           /* capacity of the session */
    uint32_t clock_nonce;     /* authenticates this client's pings */
    uint32_t next_hit_number; /* first number that was never received, 1..HIT_NUMBER_MAX + 1 */
    uint32_t grace_s;         /* how long a seat is kept for a reconnect */
    bool calibrated;
    int32_t calibration_us;
    uint8_t resume_token[TOKEN_BYTES];
    uint8_t code[CODE_CHARS];
    char title[TITLE_BYTES_MAX + 1];
    char name[NAME_BYTES_MAX + 1];
    char team[NAME_BYTES_MAX + 1];
} WelcomeMessage;

typedef struct {
    uint8_t reason; /* Refusal */
    uint32_t number;
    char text[NAME_BYTES_MAX + 1];
} RefusedMessage;

/* TIMELINE: the newest segments and sections, all that anybody needs from now on. */
enum {
    TIMELINE_SEGMENTS_SENT_MAX = 16,
    TIMELINE_SECTIONS_SENT_MAX = 8
};
typedef struct {
    Timeline timeline;
} TimelineMessage;

typedef struct {
    uint8_t index;
    Groove groove;
} GrooveMessage;

enum {
    CATALOGUE_ENTRIES_MAX = 16
};
typedef struct {
    uint8_t total;
    uint8_t first;
    uint8_t count;
    struct {
        char title[TITLE_BYTES_MAX + 1];
        int32_t tempo_mbpm;
    } entries[CATALOGUE_ENTRIES_MAX];
} CatalogueMessage;

/* Flags of a roster entry. */
enum {
    PRESENCE_TAKEN = 1, /* the seat belongs to somebody */
    PRESENCE_CONNECTED = 2,
    PRESENCE_READY = 4,
    PRESENCE_CALIBRATED = 8,
    PRESENCE_FACILITATOR = 16,
    PRESENCE_OBSERVER = 32,
    PRESENCE_ALL = 63
};

typedef struct {
    uint16_t seat;
    uint8_t presence;
    uint8_t part;
    uint8_t clock_bars; /* 0..4: quality of the clock, drawn as bars */
    uint16_t team;      /* index; TEAM_NONE for no team */
    char name[NAME_BYTES_MAX + 1];
} RosterEntry;

#define TEAM_NONE UINT16_MAX

enum {
    JUDGEMENT_COUNT_SENT = 7,
    VERDICT_COUNT_SENT = 12
};

/* ROSTER: as many entries as fit, each replaces what was known of its seat. */
enum {
    ROSTER_BYTES = 5,      /* of the message without its entries ... */
    ROSTER_ENTRY_BYTES = 8 /* ... and of an entry without its name */
};
typedef struct {
    uint16_t joined; /* people in the session now */
    uint8_t privacy; /* Privacy: everybody hears of a change with their own entry */
    uint8_t count;
    RosterEntry entries[ROSTER_PAGE_ENTRIES_MAX];
} RosterMessage;

/*
 * A team's figures. `bars` are those of the take at whose end it had a figure; the figures of bars
 * are 0 without one. What its people do is counted only where nobody is found in the counts:
 * see PRIVACY_PEOPLE_MIN.
 */
typedef struct {
    uint16_t team;
    uint16_t members;
    uint16_t together_centi;        /* 0..10000, hundredths of a point, now */
    uint16_t bars;                  /* up to UINT16_MAX */
    uint16_t first_together_centi;  /* mean over the first 8 of the bars */
    uint16_t mean_together_centi;   /* over all of them */
    uint16_t lowest_together_centi; /* of them after the first 8; 0 before */
    uint16_t wobble_centi;          /* their standard deviation (n - 1) */
    bool counted;                   /* false: the rest is 0 */
    uint16_t active;
    uint16_t verdicts[VERDICT_COUNT_SENT];
    char name[NAME_BYTES_MAX + 1];
} TeamEntry;

typedef struct {
    uint16_t total;
    uint8_t count;
    TeamEntry entries[TEAM_PAGE_ENTRIES_MAX];
} TeamsMessage;

/* The server's word on one hit or one missed note. */
typedef struct {
    uint32_t hit_number;   /* 0 for a missed note */
    int32_t note_number;   /* the participant's expected notes, counted from 1; 0 for none */
    uint8_t judgement;     /* Judgement */
    bool final;            /* false: may still be replaced until the note closes */
    int32_t asynchrony_us; /* calibrated; negative is early; 0 for a miss */
} JudgementEntry;

/* STANDING: one participant's own figures, and the newest judgements, repeated for safety. */
typedef struct {
    uint32_t number;       /* grows; older ones that arrive late are dropped */
    uint32_t acknowledged; /* every hit up to this number has been received */
    uint16_t score_centi;  /* 0..10000 */
    uint16_t combo;
    uint16_t best_combo;
    uint32_t notes;                        /* expected so far */
    uint32_t counts[JUDGEMENT_COUNT_SENT]; /* by Judgement */
    int32_t bias_us;                       /* over the take, calibrated */
    uint32_t spread_us;
    uint16_t r_tenthousandths;
    uint8_t verdict; /* Verdict */
    uint8_t part;    /* played from part_from on; before it, part_before */
    uint8_t part_before;
    Beats part_from;
    uint16_t team_together_centi;
    uint8_t count;
    JudgementEntry judgements[JUDGEMENTS_PER_MESSAGE_MAX];
} StandingMessage;

/* SNAPSHOT: the group now; its size does not depend on how many play. */
typedef struct {
    uint32_t number;
    uint32_t timeline_revision;
    int32_t tempo_mbpm; /* now, or of the next start when halted */
    uint16_t joined;
    uint16_t active;
    uint16_t together_centi;
    uint16_t team_score_centi; /* together, weighted by how many take part */
    uint16_t r_tenthousandths;
    uint32_t sigma_us;
    int32_t median_us; /* of the bias of calibrated people who keep the tempo: "ahead of the click";
                          0 while they are fewer than 5 */
    /* People by verdict. Not in the open tier: without those in teams of fewer than
       PRIVACY_PEOPLE_MIN, when they are fewer than that themselves. */
    uint16_t verdicts[VERDICT_COUNT_SENT];
    bool locked; /* nobody new comes in */
} SnapshotMessage;

/* How one person is drawn on the ring and the map. */
typedef struct {
    int8_t phase_256;     /* bias in 1/256 beat, late positive */
    uint8_t verdict;      /* Verdict, or MAP_ABSENT */
    uint8_t spread_level; /* 0..15: spread in steps of .02 beat, 15 is .30 or more */
} MapEntry;

enum {
    MAP_ABSENT = 15, /* nobody has this seat, or it does not play */
    MAP_UNRATED = 14 /* plays, without a calibration or a good clock: phase and spread say what is
                        known */
};

typedef struct {
    uint32_t number;
    uint16_t first_seat;
    uint16_t count; /* at most MAP_PAGE_SEATS */
    MapEntry entries[MAP_PAGE_SEATS];
} MapMessage;

enum {
    CROWD_PHASE_STEP_256 = 4, /* marks are this coarse in phase, a 64th of a beat ... */
    CROWD_SPREAD_STEP = 2     /* ... and this in spread levels */
};

/* People who are drawn alike. */
typedef struct {
    MapEntry mark;  /* not MAP_ABSENT; a multiple of the steps above */
    uint8_t people; /* 1..255 */
} CrowdEntry;

/*
 * CROWD: how people are drawn, without who they are; of those in teams of at least
 * PRIVACY_PEOPLE_MIN. All pages of one number belong together and replace those before. Their order
 * is drawn anew for each number and depends on nothing but the marks themselves.
 */
typedef struct {
    uint32_t number;
    uint8_t page;
    uint8_t pages; /* 1..CROWD_PAGES_MAX; one without entries when there are no marks */
    uint8_t count;
    CrowdEntry entries[CROWD_PAGE_ENTRIES_MAX];
} CrowdMessage;

/* Those who play one part of the groove, as a group. */
typedef struct {
    uint16_t members;
    uint16_t together_centi;
    bool counted; /* as for teams; false: the rest is 0 */
    uint16_t active;
} PartEntry;

/* PARTS: of the groove in force. */
typedef struct {
    uint8_t groove;
    uint8_t count;
    PartEntry parts[GROOVE_PARTS_MAX];
} PartsMessage;

/* One finished bar of the group. */
typedef struct {
    int32_t bar;
    uint16_t take;
    uint16_t active;
    uint16_t together_centi;
    uint16_t r_tenthousandths;
    uint32_t sigma_us;
    int32_t median_us;
} BarEntry;

typedef struct {
    uint8_t count;
    BarEntry entries[BARS_PER_MESSAGE_MAX];
} BarsMessage;

/* Things that are said once. Wire-stable. */
typedef enum {
    NOTICE_KICKED = 0,
    NOTICE_SERVER_STOPS,    /* it may come back: the seat is kept */
    NOTICE_SEAT_TAKEN_OVER, /* the same seat was resumed from elsewhere */
    NOTICE_BANNED,          /* kicked, and not to come back */
    NOTICE_COUNT
} NoticeKind;

typedef struct {
    uint8_t kind; /* NoticeKind */
    char text[NAME_BYTES_MAX + 1];
} NoticeMessage;

/* REPORT: the whole take per participant, for facilitators, paged. */
typedef struct {
    uint16_t seat;
    uint16_t team;
    uint8_t presence;
    uint8_t part;
    uint8_t verdict;
    uint32_t notes;
    uint32_t counts[JUDGEMENT_COUNT_SENT];
    int32_t bias_us;
    uint32_t spread_us;
    uint32_t r_millionths;
    uint16_t score_centi;
    int32_t mean_us; /* arithmetic mean and SD (n-1) of the raw asynchronies of claimed notes */
    uint32_t sd_us;
    int32_t calibration_us;
    char name[NAME_BYTES_MAX + 1];
} ReportEntry;

typedef struct {
    uint16_t page;
    uint16_t pages;
    uint8_t count;
    ReportEntry entries[REPORT_PAGE_ENTRIES_MAX];
} ReportMessage;

typedef struct {
    uint8_t code[CODE_CHARS];
    uint8_t facilitator_token[TOKEN_BYTES];
} CreatedMessage;

/* PASSWORD: asks for the facilitator's token of a session, before JOIN or after it. */
typedef struct {
    uint8_t code[CODE_CHARS];
    char text[PASSWORD_BYTES_MAX + 1]; /* not empty */
} PasswordMessage;

/* LEAD: the answer; the token goes into this and every later JOIN of the facilitator's. */
typedef struct {
    uint8_t code[CODE_CHARS];
    uint8_t facilitator_token[TOKEN_BYTES];
} LeadMessage;

typedef struct {
    MessageType type;
    union {
        JoinMessage join;
        ChoosePartMessage choose_part;
        ReadyMessage ready;
        CalibrationMessage calibration;
        HitsMessage hits;
        CommandMessage command;
        ReportRequestMessage report_request;
        PasswordMessage password;
        WelcomeMessage welcome;
        RefusedMessage refused;
        TimelineMessage timeline;
        GrooveMessage groove;
        CatalogueMessage catalogue;
        RosterMessage roster;
        TeamsMessage teams;
        StandingMessage standing;
        SnapshotMessage snapshot;
        MapMessage map;
        CrowdMessage crowd;
        PartsMessage parts;
        BarsMessage bars;
        NoticeMessage notice;
        ReportMessage report;
        CreatedMessage created;
        LeadMessage lead;
    };
} Message;

/* How a message travels. */
typedef enum {
    DELIVERY_RELIABLE = 0, /* control: every one, in order */
    DELIVERY_LIVE          /* the newest counts; may be lost or overtaken */
} Delivery;

Delivery message_delivery(MessageType type);

/* "open", "teams" or "private". */
const char *privacy_word(Privacy privacy);

/* The tier of a word; false for any other word. */
bool privacy_of_word(const char *word, Privacy *privacy);

/* The message's name for logs and documents, such as "JOIN". */
const char *message_name(MessageType type);

/*
 * Writes `message` (all its fields valid: our own bug otherwise) and returns its size, at most
 * MESSAGE_BYTES_MAX. `bytes` has room for MESSAGE_BYTES_MAX. Paged messages (roster, teams, report)
 * must be filled so that they fit: see message_fits.
 */
size_t message_encode(const Message *message, uint8_t *bytes);

/* Whether `message` would fit into MESSAGE_BYTES_MAX. */
bool message_fits(const Message *message);

/*
 * Reads one whole message: false, with `message` of no meaning, for an unknown type, a truncation,
 * a left-over byte or any value out of range. A JOIN of another version decodes to its version
 * alone.
 */
NODISCARD bool message_decode(const uint8_t *bytes, size_t size_bytes, Message *message);

/*
 * The clock's own datagrams, outside of all channels. A ping is padded to the size of its pong, so
 * that nobody can use a server to amplify traffic.
 */
enum {
    PING_BYTES = 40
};

typedef struct {
    uint32_t nonce;
    uint32_t id;
    HostTime c1;
    SessionTime s2; /* 0 in a ping */
    SessionTime s3; /* 0 in a ping */
} ClockDatagram;

void ping_encode(const ClockDatagram *datagram, uint8_t bytes[PING_BYTES]);
void pong_encode(const ClockDatagram *datagram, uint8_t bytes[PING_BYTES]);
NODISCARD bool ping_decode(const uint8_t *bytes, size_t size_bytes, ClockDatagram *datagram);
NODISCARD bool pong_decode(const uint8_t *bytes, size_t size_bytes, ClockDatagram *datagram);

#endif
