/*
 * Renders a groove as a client would play it, to a WAV file, faster than time passes.
 *
 *     render_audio GROOVE SECONDS FILE.wav
 *
 * One bar of count-in, then the click and all parts of one of the built-in grooves at its own
 * tempo, through the timeline, the feed, the ring and the voices, on a device of memory. Prints one
 * JSON object that says what was done; the file is judged by test_audio_render.py.
 */
#include "client/desktop/audio_feed.h"
#include "client/desktop/audio_offline.h"
#include "shared/builtin_grooves.h"
#include "shared/groove_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RATE_HZ = 48000,
    SECONDS_MAX = 600,
    FEED_MS = 20
};

static const HostTime START = {INT64_C(3600000000000)};
static const SessionTime LEAD_IN = {NS_PER_S / 2};

static bool find_groove(const char *name, Groove *groove)
{
    for (int i = 0; i < BUILTIN_GROOVE_COUNT; i++) {
        const BuiltinGroove *builtin = &BUILTIN_GROOVES[i];

        if (strcmp(builtin->name, name) == 0) {
            return groove_text_parse(builtin->text, strlen(builtin->text), groove, NULL);
        }
    }
    return false;
}

/* A model that has been told of a session which starts half a second after START. */
static bool prepare(ClientModel *model, const Groove *groove)
{
    const ClockEstimate estimate = {.valid = true, .at = START, .offset_ns = -START.ns};

    applied_clock_init(&model->clock);
    if (!applied_clock_update(&model->clock, START, &estimate, true)) {
        return false;
    }
    timeline_init(&model->timeline, 0, groove->beats_per_bar);
    model->has_timeline = true;
    model->grooves[0].known = true;
    model->grooves[0].groove = *groove;
    return timeline_start(&model->timeline, LEAD_IN, 1, groove->tempo_mbpm);
}

static void render(Audio *audio, const ClientModel *model, float *mono, int frames)
{
    const ScheduleSettings settings = {.plays_groove = true, .part_mask = UINT32_MAX};
    HostTime feed_at = START;
    AudioFeed feed;
    int done = 0;

    audio_feed_init(&feed);
    while (done < frames) {
        const HostTime now = audio_offline_now(audio);

        if (now.ns >= feed_at.ns) {
            audio_feed_update(&feed, audio, model, &settings, 0, now);
            feed_at.ns += FEED_MS * NS_PER_MS;
        }
        done += audio_offline_render(audio, 0, mono + done, frames - done);
    }
}

static int run(const Groove *groove, int frames, const char *path)
{
    const AudioConfig config = {.choice = AUDIO_OFFLINE, .rate_hz = RATE_HZ};
    ClientModel *model = calloc(1, sizeof *model);
    Audio *audio = audio_create(&config, START);
    float *mono = calloc((size_t)frames, sizeof *mono);
    bool done = false;

    if (model != NULL && audio != NULL && mono != NULL && prepare(model, groove)) {
        const SoundReport *report = NULL;
        AudioState state;

        render(audio, model, mono, frames);
        state = audio_state(audio);
        report = &state.report;
        printf("{\"rate_hz\":%d,\"lead_in_ns\":%" PRId64 ",\"tempo_mbpm\":%" PRId32
               ",\"played\":%" PRIu32 ",\"late\":%" PRIu32 ",\"dropped\":%" PRIu32 "}\n",
               RATE_HZ,
               LEAD_IN.ns,
               groove->tempo_mbpm,
               report->played_count,
               report->late_count,
               report->dropped_count);
        done = audio_offline_write_wav(path, mono, frames, RATE_HZ);
    }
    free(mono);
    audio_destroy(audio);
    free(model);
    return done ? 0 : 1;
}

int main(int argc, char **argv)
{
    const long seconds = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
    Groove groove;

    if (seconds < 1 || seconds > SECONDS_MAX) {
        fprintf(stderr, "usage: render_audio GROOVE SECONDS FILE.wav\n");
        return 2;
    }
    if (!find_groove(argv[1], &groove)) {
        fprintf(stderr, "render_audio: there is no groove %s\n", argv[1]);
        return 1;
    }
    return run(&groove, (int)seconds * RATE_HZ, argv[3]);
}
