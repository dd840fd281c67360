/*
 * Practice without a network: the server's own session in process, and simulated bandmates.
 *
 * Allocates at creation; reads no clock: every step is given `now`, so a test runs it on virtual
 * time. One thread. The person's model and the session speak through a loopback transport, that is
 * through the same encoded messages and pings as over a network, only without delay; the session's
 * clock is the host's.
 *
 *     practice = practice_create(&config, model, others, outbox, now);
 *     every turn of the loop: practice_step(practice, now);
 *     the person's wishes and hits: through the model, into the same outbox; the person facilitates
 */
#ifndef CLIENT_DESKTOP_PRACTICE_H
#define CLIENT_DESKTOP_PRACTICE_H

#include "client/model/model.h"
#include "shared/session/session.h"

/* Longest sleep between two steps while music plays. */
#define PRACTICE_CADENCE_NS (5 * NS_PER_MS)

enum {
    PRACTICE_TEMPO_MBPM_MIN = 60000, /* of the tempo slider and the ramp */
    PRACTICE_TEMPO_MBPM_MAX = 180000,
    PRACTICE_RAMP_MBPM = 2000, /* a ramp gains so much ... */
    PRACTICE_RAMP_BARS = 4     /* ... every so many bars */
};

typedef struct {
    char name[NAME_BYTES_MAX + 1]; /* clean UTF-8; empty means "You" */
    bool calibrated;
    int32_t calibration_us;
    Profile profile;
    uint64_t seed; /* of bandmates and tokens */
} PracticeConfig;

typedef struct Practice Practice;

/*
 * Opens a session of one, in the lobby, and seats the person. `model` (initialised here), `others`
 * (may be NULL) and `outbox` (initialised here) are the caller's and outlive the practice. NULL
 * when out of memory.
 */
Practice *practice_create(const PracticeConfig *config,
                          ClientModel *model,
                          ModelOthers *others,
                          Outbox *outbox,
                          HostTime now);

/* NULL is fine. */
void practice_destroy(Practice *practice);

/*
 * Time has passed, or something was pushed into the outbox: carries it to the session, plays the
 * bandmates, ticks the model. Time that was slept through is caught up with in small steps, up to
 * two seconds of it. `now` never goes back.
 */
void practice_step(Practice *practice, HostTime now);

/* 0..BANDMATES_MAX play along from the next bar on; those too many leave at once. */
void practice_set_bandmates(Practice *practice, int count);
int practice_bandmates(const Practice *practice);

/* What a bandmate is about to be heard playing. */
typedef struct {
    HostTime at;
    Drum drum;
    float gain; /* 0..1, so that many are not louder than few */
} PracticeSound;

/* The next sound of any bandmate until `until` (at most half a second ahead) that was not asked for
   yet; false when there is none. A hit that moves after that, because the tempo changes, has been
   told as it was. */
NODISCARD bool practice_next_sound(Practice *practice, HostTime until, PracticeSound *sound);

/* While playing, the tempo moves by PRACTICE_RAMP_MBPM every PRACTICE_RAMP_BARS bars towards the
   target, in beats per minute * 1000; 0 ends the ramp. */
void practice_set_ramp(Practice *practice, int32_t target_mbpm);

/* The groove whose file is called `name`, such as "backbeat"; -1 for none. */
int practice_groove_index(const char *name);

/* The session itself, to be looked at by tests and by the results. */
const Session *practice_session(const Practice *practice);

#endif
