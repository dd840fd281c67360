/*
 * Plays clicks at exact times through the client's sound, in real time, into a file.
 *
 *     play_clicks SECONDS BLOCK_FRAMES SOUND.wav
 *
 * From the third second on one click every 207 ms and a little, planned a quarter of a second ahead
 * in turns of 20 ms as the client does. Prints one JSON object with the host time of each; the log
 * says when the file begins. Used by `./dev bench audio`.
 */
#include "client/desktop/audio.h"
#include "shared/platform/host_clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    SECONDS_MAX = 600,
    BLOCK_FRAMES_MAX = 4096
};

#define SETTLE_NS (2 * NS_PER_S)
#define EVERY_NS INT64_C(207123457) /* in step with nothing */
#define AHEAD_NS (250 * NS_PER_MS)
#define TURN_NS (20 * NS_PER_MS)

static HostTime time_of(HostTime start, int click)
{
    return (HostTime){start.ns + SETTLE_NS + click * EVERY_NS};
}

static int play(Audio *audio, HostTime start, int seconds)
{
    const HostTime end = {start.ns + seconds * NS_PER_S};
    HostTime now = start;
    int clicks = 0;

    while (now.ns < end.ns) {
        const HostSound click = {.at = time_of(start, clicks), .drum = DRUM_CLICK, .gain = 1.0F};

        if (click.at.ns < now.ns + AHEAD_NS && click.at.ns < end.ns - AHEAD_NS) {
            clicks += audio_schedule(audio, &click, 1);
            continue;
        }
        audio_poll(audio, now);
        host_clock_sleep_until((HostTime){now.ns + TURN_NS});
        now = host_clock_now();
    }
    return clicks;
}

int main(int argc, char **argv)
{
    const long seconds = argc == 4 ? strtol(argv[1], NULL, 10) : 0;
    const long block_frames = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
    AudioConfig config = {.choice = AUDIO_FILE};
    HostTime start;
    Audio *audio = NULL;
    int clicks = 0;

    if (seconds < 3 || seconds > SECONDS_MAX || block_frames < 1 ||
        block_frames > BLOCK_FRAMES_MAX) {
        (void)fprintf(stderr, "usage: play_clicks SECONDS BLOCK_FRAMES SOUND.wav\n");
        return 2;
    }
    config.block_frames = (int)block_frames;
    config.file = argv[3];
    start = host_clock_now();
    audio = audio_create(&config, start);
    if (audio == NULL) {
        return 1;
    }
    clicks = play(audio, start, (int)seconds);
    (void)printf("{\"steps\":%" PRIu32 ",\"late\":%" PRIu32 ",\"clicks_ns\":[",
                 audio_state(audio).report.step_count,
                 audio_state(audio).report.late_count);
    for (int i = 0; i < clicks; i++) {
        (void)printf("%s%" PRId64, i > 0 ? "," : "", time_of(start, i).ns);
    }
    (void)printf("]}\n");
    audio_destroy(audio);
    return 0;
}
