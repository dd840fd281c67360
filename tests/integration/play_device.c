/*
 * Plays through the real device path for a moment and says what it was like.
 *
 *     play_device SECONDS [unplug]
 *
 * With `unplug` the device is reported lost after half the time, as SDL reports it.
 * A click every quarter second and an own hit, which clicks half as loud, after each, with whatever
 * device SDL finds (SDL_AUDIODRIVER chooses: dummy, disk, or a name that does not exist). Prints
 * one JSON object. Used by test_audio_device.py.
 */
#include "client/desktop/audio.h"
#include "shared/platform/host_clock.h"

#include <SDL.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TURN_MS = 10,
    CLICK_MS = 250,
    SECONDS_MAX = 60
};

static void report(const AudioState *state, int clicks, int strikes)
{
    printf("{\"condition\":\"%s\",\"backend\":\"%s\",\"device\":\"%s\",\"rate_hz\":%d,"
           "\"block_frames\":%d,\"latency_ms\":%.2f,\"clicks\":%d,\"strikes\":%d,"
           "\"played\":%" PRIu32 ",\"late\":%" PRIu32 ",\"dropped\":%" PRIu32 ",\"steps\":%" PRIu32
           ",\"blocks\":%" PRIu32 "}\n",
           state->word,
           state->backend,
           state->device,
           state->rate_hz,
           state->block_frames,
           state->latency_ms,
           clicks,
           strikes,
           state->report.played_count,
           state->report.late_count,
           state->report.dropped_count,
           state->report.step_count,
           state->report.block_count);
}

/* What SDL says when a device that is open is pulled out. Watches hear of it at once. */
static void unplug(void)
{
    SDL_Event event = {.type = SDL_AUDIODEVICEREMOVED};

    event.adevice.which = 2;
    (void)SDL_PushEvent(&event);
}

/* Turns of a loop that feeds 250 ms ahead, as the client's does. */
static void play(Audio *audio, int seconds, bool unplugs)
{
    const HostTime start = host_clock_now();
    HostTime now = start;
    int clicks = 0;
    int strikes = 0;
    AudioState state;

    while (now.ns < start.ns + seconds * NS_PER_S) {
        const int64_t due_ns = start.ns + (clicks + 1) * (CLICK_MS * NS_PER_MS);
        const HostSound click = {.at = {due_ns}, .drum = DRUM_CLICK, .gain = 1.0F};

        if (due_ns < now.ns + CLICK_MS * NS_PER_MS && due_ns < start.ns + seconds * NS_PER_S) {
            clicks += audio_schedule(audio, &click, 1);
        }
        if (now.ns > start.ns + (strikes + 1) * (CLICK_MS * NS_PER_MS) + NS_PER_S / 8) {
            audio_strike(audio, DRUM_CLICK, 0.5F);
            strikes++;
        }
        if (unplugs && now.ns > start.ns + seconds * NS_PER_S / 2) {
            unplug();
            unplugs = false;
        }
        audio_poll(audio, now);
        SDL_PumpEvents();
        SDL_Delay(TURN_MS);
        now = host_clock_now();
    }
    SDL_Delay(TURN_MS * 5);
    audio_poll(audio, host_clock_now());
    state = audio_state(audio);
    report(&state, clicks, strikes);
}

int main(int argc, char **argv)
{
    const bool unplugs = argc == 3 && strcmp(argv[2], "unplug") == 0;
    const long seconds = argc == 2 || unplugs ? strtol(argv[1], NULL, 10) : 0;
    const AudioConfig config = {.choice = AUDIO_AUTO};
    Audio *audio = NULL;

    if (seconds < 1 || seconds > SECONDS_MAX) {
        fprintf(stderr, "usage: play_device SECONDS [unplug]\n");
        return 2;
    }
    if (SDL_Init(0) != 0) {
        fprintf(stderr, "play_device: %s\n", SDL_GetError());
        return 1;
    }
    audio = audio_create(&config, host_clock_now());
    if (audio == NULL) {
        return 1;
    }
    play(audio, (int)seconds, unplugs);
    audio_destroy(audio);
    SDL_Quit();
    return 0;
}
