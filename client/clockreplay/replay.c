#include "client/clockreplay/replay.h"

void replay_init(Replay *replay, ReplaySink sink, void *owner)
{
    *replay = (Replay){.sink = sink, .owner = owner, .next_s = 1};
    estimators_init(&replay->estimators);
}

/* Tells every second that is over before `end`. */
static void tell_until(Replay *replay, HostTime end)
{
    const int64_t newest_s = (replay->newest.ns - replay->start.ns) / NS_PER_S;
    const int64_t last_s = div_ceil(end.ns - replay->start.ns, NS_PER_S) - 1;

    while (replay->next_s <= last_s && replay->next_s <= newest_s + REPLAY_SILENCE_S_MAX) {
        replay->sink(replay->owner,
                     replay->next_s,
                     &replay->estimators,
                     (HostTime){replay->start.ns + replay->next_s * NS_PER_S});
        replay->next_s++;
    }
    if (replay->next_s <= last_s) {
        replay->next_s = last_s + 1;
    }
}

void replay_row(Replay *replay, const PingSample *sample)
{
    replay->row_count++;
    if (!ping_sample_is_possible(sample)) {
        replay->refused_count++;
        return;
    }
    if (!replay->started) {
        replay->started = true;
        replay->start = sample->c1;
        replay->newest = sample->c1;
    }
    if (sample->c4.ns > replay->newest.ns) {
        tell_until(replay, sample->c4);
        replay->newest = sample->c4;
    }
    if (!estimators_add(&replay->estimators, sample)) {
        replay->refused_count++;
    }
}

void replay_finish(Replay *replay)
{
    if (replay->started) {
        tell_until(replay, (HostTime){replay->newest.ns + 1});
    }
}
