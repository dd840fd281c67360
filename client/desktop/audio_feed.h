/*
 * Keeps the audio supplied: what the shared timeline says, a quarter of a second ahead.
 *
 * Main thread. audio_feed_plan is pure; audio_feed_update sends its plan. Each sound is sent once,
 * and again only when its time has moved by more than half a millisecond (another tempo, a
 * correction of the clock) and it is not about to sound: what is less than 20 ms away stays.
 */
#ifndef CLIENT_DESKTOP_AUDIO_FEED_H
#define CLIENT_DESKTOP_AUDIO_FEED_H

#include "client/desktop/audio.h"
#include "client/model/model.h"
#include "client/model/schedule.h"

enum {
    AUDIO_FEED_SENT_MAX = 512
};

#define AUDIO_FEED_AHEAD_NS (250 * NS_PER_MS)
#define AUDIO_FEED_FROZEN_NS (20 * NS_PER_MS)
#define AUDIO_FEED_TOLERANCE_NS (NS_PER_MS / 2)
#define AUDIO_FEED_MEMORY_NS NS_PER_S

typedef struct {
    HostSound sent[AUDIO_FEED_SENT_MAX]; /* not yet over for a second */
    int sent_count;
    uint16_t source; /* of ids: differs from session to session; 0: not given yet */
} AudioFeed;

/* From where the sounds come. */
typedef struct {
    const Timeline *timeline;
    const AppliedClock *clock;
    const Groove *const *grooves; /* GROOVES_MAX of them, by index; NULL where unknown */
    const ScheduleSettings *settings;
    int32_t audio_offset_us; /* sounds are started so much earlier: the way to the ear */
    bool rests;              /* nothing before `rest_until` */
    SessionTime rest_until;
} AudioFeedSource;

/* What to do now: first the cancellation, then the sounds in order. */
typedef struct {
    bool cancels;
    HostTime cancel_after;
    HostSound sounds[SCHEDULE_SOUNDS_MAX];
    int sound_count;
} AudioPlan;

void audio_feed_init(AudioFeed *feed);

/* What was sent is forgotten, not taken back: see audio_feed_leave. */
void audio_feed_reset(AudioFeed *feed);

/* The plan for `now`; a source without a timeline (NULL) cancels all. */
void audio_feed_plan(const AudioFeed *feed,
                     const AudioFeedSource *source,
                     HostTime now,
                     AudioPlan *plan);

/* The plan was carried out, at least its cancellation and the first `sound_count` sounds. */
void audio_feed_sent(AudioFeed *feed, const AudioPlan *plan, int sound_count, HostTime now);

/* Plans and sends. */
void audio_feed_supply(AudioFeed *feed, Audio *audio, const AudioFeedSource *source, HostTime now);

/* The same from the model: call it every 20 ms or more often. */
void audio_feed_update(AudioFeed *feed,
                       Audio *audio,
                       const ClientModel *model,
                       const ScheduleSettings *settings,
                       int32_t audio_offset_us,
                       HostTime now);

/* Leaves a session: what it had planned is silent. Other feeds of the same audio are not touched.
 */
void audio_feed_leave(AudioFeed *feed, Audio *audio);

#endif
