#include "client/desktop/audio_feed.h"

#include <assert.h>
#include <string.h>

void audio_feed_init(AudioFeed *feed)
{
    feed->sent_count = 0;
    feed->source = 0;
}

void audio_feed_reset(AudioFeed *feed)
{
    feed->sent_count = 0;
}

/* Positions stay far below 2^48 ubeats (a thousand years of play), sources below 16. */
static uint64_t id_of(const AudioFeed *feed, const TimedSound *sound)
{
    return (uint64_t)feed->source << SOUND_SOURCE_SHIFT |
           (((uint64_t)sound->where.ubeats << 4 | sound->source) & UINT64_C(0xfffffffffffff));
}

static const HostSound *find(const HostSound *sounds, int sound_count, uint64_t id)
{
    for (int i = 0; i < sound_count; i++) {
        if (sounds[i].id == id) {
            return &sounds[i];
        }
    }
    return NULL;
}

static bool differs(const HostSound *one, const HostSound *other)
{
    const int64_t moved_ns = one->at.ns - other->at.ns;

    return moved_ns > AUDIO_FEED_TOLERANCE_NS || moved_ns < -AUDIO_FEED_TOLERANCE_NS ||
           one->drum != other->drum || one->gain < other->gain || one->gain > other->gain;
}

/* All sounds of the next quarter of a second, in host time as the device is to start them. */
static int list_sounds(const AudioFeed *feed,
                       const AudioFeedSource *source,
                       HostTime now,
                       HostSound sounds[SCHEDULE_SOUNDS_MAX])
{
    const int64_t offset_ns = source->audio_offset_us * NS_PER_US;
    const HostTime from = {now.ns + offset_ns};
    const HostTime until = {from.ns + AUDIO_FEED_AHEAD_NS};
    SessionTime first = applied_clock_session(source->clock, from);
    const SessionTime last = applied_clock_session(source->clock, until);
    SoundList list;

    if (source->rests && first.ns < source->rest_until.ns) {
        first = source->rest_until;
    }
    if (source->timeline == NULL || first.ns >= last.ns) {
        return 0;
    }
    schedule_sounds(source->timeline, source->grooves, source->settings, first, last, &list);
    for (int i = 0; i < list.count; i++) {
        const TimedSound *sound = &list.sounds[i];
        const HostTime heard = applied_clock_host(source->clock, sound->at);

        sounds[i] = (HostSound){.at = {heard.ns - offset_ns},
                                .id = id_of(feed, sound),
                                .drum = sound->drum,
                                .gain = sound->gain};
    }
    return list.count;
}

/*
 * The earliest of what was sent, can still be taken back, and is not wanted any more. What was
 * moved beyond the stretch looked at counts: it comes again in time.
 */
static bool find_unwanted(
    const AudioFeed *feed, const HostSound *wanted, int wanted_count, HostTime frozen, HostTime *at)
{
    bool found = false;

    for (int i = 0; i < feed->sent_count; i++) {
        const HostSound *sent = &feed->sent[i];

        if (sent->at.ns >= frozen.ns && find(wanted, wanted_count, sent->id) == NULL &&
            (!found || sent->at.ns < at->ns)) {
            found = true;
            *at = sent->at;
        }
    }
    return found;
}

void audio_feed_plan(const AudioFeed *feed,
                     const AudioFeedSource *source,
                     HostTime now,
                     AudioPlan *plan)
{
    const HostTime frozen = {now.ns + AUDIO_FEED_FROZEN_NS};
    HostSound wanted[SCHEDULE_SOUNDS_MAX];
    const int wanted_count = list_sounds(feed, source, now, wanted);

    plan->sound_count = 0;
    plan->cancel_after = now;
    plan->cancels = find_unwanted(feed, wanted, wanted_count, frozen, &plan->cancel_after);
    for (int i = 0; i < wanted_count; i++) {
        const HostSound *sent = find(feed->sent, feed->sent_count, wanted[i].id);

        if (sent != NULL) {
            const bool is_cancelled = plan->cancels && sent->at.ns >= plan->cancel_after.ns;

            if (sent->at.ns < frozen.ns || (!is_cancelled && !differs(sent, &wanted[i]))) {
                continue;
            }
        }
        plan->sounds[plan->sound_count] = wanted[i];
        plan->sound_count++;
    }
}

/* What is over, or taken back by the plan, was not sent. */
static void forget(AudioFeed *feed, HostTime over, const AudioPlan *plan)
{
    int kept = 0;

    for (int i = 0; i < feed->sent_count; i++) {
        const HostSound *sound = &feed->sent[i];
        const bool is_cancelled = plan->cancels && sound->at.ns >= plan->cancel_after.ns;

        if (!is_cancelled && sound->at.ns >= over.ns) {
            feed->sent[kept] = *sound;
            kept++;
        }
    }
    feed->sent_count = kept;
}

void audio_feed_sent(AudioFeed *feed, const AudioPlan *plan, int sound_count, HostTime now)
{
    assert(sound_count <= plan->sound_count);
    forget(feed, (HostTime){now.ns - AUDIO_FEED_MEMORY_NS}, plan);
    for (int i = 0; i < sound_count; i++) {
        int index = 0;

        while (index < feed->sent_count && feed->sent[index].id != plan->sounds[i].id) {
            index++;
        }
        if (index == AUDIO_FEED_SENT_MAX) {
            continue;
        }
        feed->sent[index] = plan->sounds[i];
        if (index == feed->sent_count) {
            feed->sent_count++;
        }
    }
}

void audio_feed_supply(AudioFeed *feed, Audio *audio, const AudioFeedSource *source, HostTime now)
{
    AudioPlan plan;

    if (feed->source == 0) {
        feed->source = audio_new_source(audio);
    }
    audio_feed_plan(feed, source, now, &plan);
    if (plan.cancels) {
        audio_cancel_source_after(audio, feed->source, plan.cancel_after);
    }
    audio_feed_sent(feed, &plan, audio_schedule(audio, plan.sounds, plan.sound_count), now);
}

void audio_feed_update(AudioFeed *feed,
                       Audio *audio,
                       const ClientModel *model,
                       const ScheduleSettings *settings,
                       int32_t audio_offset_us,
                       HostTime now)
{
    const Groove *grooves[GROOVES_MAX] = {NULL};
    const bool is_known = model->has_timeline && model->clock.locked;
    const AudioFeedSource source = {.timeline = is_known ? &model->timeline : NULL,
                                    .clock = &model->clock,
                                    .grooves = grooves,
                                    .settings = settings,
                                    .audio_offset_us = audio_offset_us,
                                    .rests = true,
                                    .rest_until = model_sounds_from(model)};

    for (int i = 0; i < MODEL_GROOVES_KNOWN_MAX; i++) {
        if (model->grooves[i].known && model->grooves[i].index < GROOVES_MAX) {
            grooves[model->grooves[i].index] = &model->grooves[i].groove;
        }
    }
    audio_feed_supply(feed, audio, &source, now);
}

void audio_feed_leave(AudioFeed *feed, Audio *audio)
{
    if (feed->source != 0) {
        audio_cancel_source_after(audio, feed->source, (HostTime){INT64_MIN});
    }
    audio_feed_reset(feed);
    feed->source = audio_new_source(audio);
}
