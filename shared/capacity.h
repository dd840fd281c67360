/*
 * Every capacity of the core in one place. Full is an ordinary result, never a reallocation.
 */
#ifndef SHARED_CAPACITY_H
#define SHARED_CAPACITY_H

enum {
    /* People. */
    PARTICIPANTS_MAX = 4096, /* seats of one session; a session may be given fewer */
    OBSERVERS_MAX = 16,      /* who watch or lead without a seat of the session's */
    BANS_MAX = 64,           /* people whom one session keeps out */
    TEAMS_MAX = 1024,        /* teams of one session */
    NAME_BYTES_MAX = 96,     /* UTF-8 bytes of a name, without the terminator: 24 code points */
    NAME_CODE_POINTS_MAX = 24,
    PASSWORD_BYTES_MIN = 8,
    PASSWORD_BYTES_MAX = 64,
    TITLE_BYTES_MAX = 48, /* session, groove and part titles, without the terminator */

    /* Time. */
    TEMPO_SEGMENTS_MAX = 32, /* tempo segments kept; the oldest are forgotten */
    SECTIONS_MAX = 16,       /* timeline sections kept; the oldest are forgotten */
    TEMPO_MBPM_MIN = 30000,
    TEMPO_MBPM_MAX = 300000,

    /* Grooves. */
    GROOVES_MAX = 32,       /* grooves a session can choose from */
    GROOVE_PARTS_MAX = 8,   /* parts of a groove */
    GROOVE_STEPS_MAX = 256, /* steps of one cycle */
    GROOVE_BARS_MAX = 64,   /* bars of one cycle */
    GROOVE_BEATS_PER_BAR_MAX = 16,
    GROOVE_STEPS_PER_BEAT_MAX = 24,
    GROOVE_TEXT_BYTES_MAX = 16384, /* a groove file */

    /* Judging. */
    JUDGE_NOTES_MAX = 64,   /* notes of one participant not yet closed */
    JUDGE_HITS_MAX = 96,    /* hits of one participant not yet closed */
    PADS_MAX = 8,           /* pads (keys) of one participant */
    HITS_PER_S_MAX = 25,    /* faster than anybody drums */
    STATISTICS_WINDOW = 64, /* recent hits and notes kept for the verdict */
    HISTOGRAM_BINS = 61,    /* asynchrony histogram of fixed range */

    /* Wire. */
    MESSAGE_BYTES_MAX = 1000,
    CODE_CHARS = 8,
    TOKEN_BYTES = 16,
    FINGERPRINT_BYTES = 15, /* of a server's key: 24 letters */
    HITS_PER_MESSAGE_MAX = 24,
    JUDGEMENTS_PER_MESSAGE_MAX = 16,
    MAP_PAGE_SEATS = 256,
    MAP_BLOCK_SEATS = 96, /* of them sent at a time, five times a second: the budget */
    CROWD_PAGE_ENTRIES_MAX = 64,
    CROWD_PAGES_MAX = PARTICIPANTS_MAX / CROWD_PAGE_ENTRIES_MAX,
    PRIVACY_PEOPLE_MIN = 5, /* fewer are told of by figures of all of them together */
    ROSTER_PAGE_ENTRIES_MAX = 24,
    TEAM_PAGE_ENTRIES_MAX = 24,
    BARS_PER_MESSAGE_MAX = 24,
    REPORT_PAGE_ENTRIES_MAX = 6,
    BARS_KEPT_MAX = 4096, /* bars of one session kept for its curve */

    /* Clock. */
    CLOCK_BLOCKS_MAX = 300,  /* one-second blocks of ping samples */
    CLOCK_WINDOW_S = 300,    /* what the estimator remembers */
    CLOCK_POINTS_MAX = 1300, /* of one direction: 4 a second, and 148 of the newest 12 s */

    /* Simulated players of one process. */
    BANDMATES_MAX = 30
};

#endif
