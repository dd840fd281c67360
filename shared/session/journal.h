/*
 * The facts of a session that outlive the process, as a list of values for a store.
 *
 * Pure; fixed capacity in the caller's memory. The shell takes the entries after every step and
 * hands them to its store; session_restore takes the same entries back.
 */
#ifndef SHARED_SESSION_JOURNAL_H
#define SHARED_SESSION_JOURNAL_H

#include "shared/judged_record.h"
#include "shared/message.h"

enum {
    JOURNAL_ENTRIES_MAX = 8192
};

typedef enum {
    JOURNAL_TIMELINE,    /* replaces the session's timeline */
    JOURNAL_PARTICIPANT, /* replaces what is stored of the seat */
    JOURNAL_HIT,         /* received, not closed yet; replaced by its JUDGED */
    JOURNAL_JUDGED,      /* a closed record, final */
    JOURNAL_BAR,         /* a finished bar of the group */
    JOURNAL_BAN,         /* one more who may not come back */
    JOURNAL_LOCK,        /* whether somebody new may come in; the newest counts */
    JOURNAL_PRIVACY      /* what people are told of each other; the newest counts */
} JournalKind;

typedef struct {
    char name[NAME_BYTES_MAX + 1];
    char team[NAME_BYTES_MAX + 1];
    uint8_t role; /* Role */
    uint8_t part;
    bool present; /* false: the seat was given up */
    bool calibrated;
    int32_t calibration_us;
    uint16_t take;
    Beats enters_at;
    uint8_t resume_token[TOKEN_BYTES];
} JournalParticipant;

/* Who may not come back: whoever says either. */
typedef struct {
    char name[NAME_BYTES_MAX + 1]; /* of the one sent out; empty: none */
    uint8_t resume_token[TOKEN_BYTES];
} JournalBan;

typedef struct {
    JournalKind kind;
    uint16_t seat; /* PARTICIPANT, HIT, JUDGED */
    uint16_t take; /* JUDGED, HIT */
    union {
        Timeline timeline;
        JournalParticipant participant;
        HitEntry hit;
        JudgedRecord judged;
        BarEntry bar;
        JournalBan ban;
        bool locked;
        uint8_t privacy; /* Privacy */
    };
} JournalEntry;

typedef struct {
    JournalEntry *entries; /* the caller's, `capacity` of them */
    int capacity;
    int count;
    int64_t lost; /* entries that found it full: our own bug, counted */
} Journal;

/* The next free entry, cleared, of this kind; NULL and counted when full. */
JournalEntry *journal_push(Journal *journal, JournalKind kind, uint16_t seat);

/*
 * Whether a fact makes sense: a session writes no other and can be restored from no other. Times
 * and positions lie where a timeline can be (INT64_MAX / 4 either way), numbers within what
 * messages carry, texts are clean.
 */
NODISCARD bool journal_entry_is_valid(const JournalEntry *entry);

/* Whether session time can be `time`: 73 years from its beginning. */
NODISCARD bool journal_time_is_valid(SessionTime time);

#endif
