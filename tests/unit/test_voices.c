/* Adding drums up: on their frame, in their volume, never beyond full scale. */
#include "client/desktop/voices.h"
#include "shared/prng.h"
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 64,
    SOUND_FRAMES = 100
};

static const float FULL[VOICE_GROUP_COUNT] = {1.0F, 1.0F, 1.0F};

/* 1/128, 2/128, ...: every sample tells where in the sound it was. */
static void fill_ramp(float samples[SOUND_FRAMES])
{
    for (int i = 0; i < SOUND_FRAMES; i++) {
        samples[i] = (float)(i + 1) / 128.0F;
    }
}

static void a_sound_begins_on_its_frame_and_goes_on_over_blocks(void **state)
{
    static Voices voices;
    float samples[SOUND_FRAMES];
    float mono[4 * BLOCK];

    (void)state;
    fill_ramp(samples);
    voices_init(&voices, FULL);
    voices_start(&voices, samples, SOUND_FRAMES, 70, VOICE_CLICK, 1.0F);
    for (size_t block = 0; block < 4; block++) {
        voices_mix(&voices, FULL, mono + block * BLOCK, BLOCK);
    }
    for (int i = 0; i < 4 * BLOCK; i++) {
        const bool sounds = i >= 70 && i < 70 + SOUND_FRAMES;

        check_near((double)mono[i], sounds ? (double)samples[i - 70] : 0.0, 0.0);
    }
    check_i64(voices.voice_count, 0);
}

static void sounds_add_up(void **state)
{
    static Voices voices;
    float samples[SOUND_FRAMES];
    float mono[BLOCK];

    (void)state;
    fill_ramp(samples);
    voices_init(&voices, FULL);
    voices_start(&voices, samples, SOUND_FRAMES, 0, VOICE_CLICK, 1.0F);
    voices_start(&voices, samples, SOUND_FRAMES, 1, VOICE_BAND, 0.5F);
    voices_mix(&voices, FULL, mono, BLOCK);
    for (int i = 1; i < BLOCK; i++) {
        check_near((double)mono[i], (double)(samples[i] + 0.5F * samples[i - 1]), 0.0);
    }
}

static void a_volume_moves_over_one_block_without_a_jump(void **state)
{
    static Voices voices;
    float samples[3 * BLOCK];
    float mono[BLOCK];
    float half[VOICE_GROUP_COUNT] = {1.0F, 0.5F, 1.0F};

    (void)state;
    for (int i = 0; i < 3 * BLOCK; i++) {
        samples[i] = 0.5F;
    }
    voices_init(&voices, FULL);
    voices_start(&voices, samples, 3 * BLOCK, 0, VOICE_OWN, 1.0F);
    voices_mix(&voices, half, mono, BLOCK);
    check_near((double)mono[0], 0.5, 0.0);
    for (int i = 1; i < BLOCK; i++) {
        check_between((double)(mono[i - 1] - mono[i]), 0.0, 0.5 / BLOCK);
    }
    voices_mix(&voices, half, mono, BLOCK);
    check_near((double)mono[0], 0.25, 0.0);
    check_near((double)mono[BLOCK - 1], 0.25, 0.0);
}

static void a_full_house_lets_the_quietest_go(void **state)
{
    static Voices voices;
    float loud[SOUND_FRAMES];
    float quiet[SOUND_FRAMES];
    float mono[BLOCK];

    (void)state;
    for (int i = 0; i < SOUND_FRAMES; i++) {
        loud[i] = 0.5F;
        quiet[i] = 0.001F;
    }
    voices_init(&voices, FULL);
    for (int i = 0; i < VOICES_MAX; i++) {
        voices_start(&voices, i == 17 ? quiet : loud, SOUND_FRAMES, 0, VOICE_BAND, 1.0F);
    }
    voices_start(&voices, loud, SOUND_FRAMES, 3, VOICE_OWN, 1.0F);
    check_i64(voices.voice_count, VOICES_MAX);
    check_u64(voices.stolen_count, 1);
    voices_mix(&voices, FULL, mono, BLOCK);
    check_near((double)mono[2], 0.5 * (VOICES_MAX - 1), 1e-4);
    check_near((double)mono[3], 0.5 * VOICES_MAX, 1e-4);
}

static void a_sound_quieter_than_all_others_gives_way_itself(void **state)
{
    static Voices voices;
    float loud[SOUND_FRAMES];
    float mono[BLOCK];

    (void)state;
    for (int i = 0; i < SOUND_FRAMES; i++) {
        loud[i] = 0.5F;
    }
    voices_init(&voices, FULL);
    for (int i = 0; i < VOICES_MAX; i++) {
        voices_start(&voices, loud, SOUND_FRAMES, 0, VOICE_BAND, 1.0F);
    }
    voices_start(&voices, loud, SOUND_FRAMES, 0, VOICE_BAND, 0.01F);
    voices_mix(&voices, FULL, mono, BLOCK);
    check_near((double)mono[0], 0.5 * VOICES_MAX, 1e-4);
}

static void what_is_below_the_ceiling_passes_bit_by_bit(void **state)
{
    Limiter limiter;
    float mono[BLOCK];
    float before[BLOCK];

    (void)state;
    limiter_init(&limiter, 48000);
    for (int i = 0; i < BLOCK; i++) {
        before[i] = 0.94F * (float)sin((double)i);
    }
    memcpy(mono, before, sizeof mono);
    limiter_run(&limiter, mono, BLOCK);
    check_bytes(mono, before, sizeof mono);
}

static void after_a_loud_moment_it_comes_back_up_in_half_a_second(void **state)
{
    Limiter limiter;
    float mono[24000];

    (void)state;
    limiter_init(&limiter, 48000);
    for (int i = 0; i < 24000; i++) {
        mono[i] = i == 0 ? 10.0F : 0.5F;
    }
    limiter_run(&limiter, mono, 24000);
    check_near((double)mono[0], (double)LIMITER_CEILING, 1e-6);
    check_between((double)mono[1], 0.0, 0.1);
    check_near((double)mono[23999], 0.5, 0.0);
}

static void no_sum_goes_beyond_the_ceiling(void **state)
{
    static Voices voices;
    Limiter limiter;
    Prng prng;
    float samples[SOUND_FRAMES];
    float mono[BLOCK];

    (void)state;
    prng_seed(&prng, check_seed(7));
    for (int i = 0; i < SOUND_FRAMES; i++) {
        samples[i] = (float)(2.0 * prng_uniform(&prng) - 1.0);
    }
    voices_init(&voices, FULL);
    limiter_init(&limiter, 48000);
    for (int block = 0; block < 2000; block++) {
        for (uint64_t i = prng_below(&prng, 12); i > 0; i--) {
            voices_start(&voices,
                         samples,
                         SOUND_FRAMES,
                         (int)prng_below(&prng, BLOCK),
                         (VoiceGroup)prng_below(&prng, VOICE_GROUP_COUNT),
                         1.0F);
        }
        voices_mix(&voices, FULL, mono, BLOCK);
        limiter_run(&limiter, mono, BLOCK);
        for (int i = 0; i < BLOCK; i++) {
            check_between((double)mono[i], -0.9500001, 0.9500001);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_begins_on_its_frame_and_goes_on_over_blocks),
        cmocka_unit_test(sounds_add_up),
        cmocka_unit_test(a_volume_moves_over_one_block_without_a_jump),
        cmocka_unit_test(a_full_house_lets_the_quietest_go),
        cmocka_unit_test(a_sound_quieter_than_all_others_gives_way_itself),
        cmocka_unit_test(what_is_below_the_ceiling_passes_bit_by_bit),
        cmocka_unit_test(after_a_loud_moment_it_comes_back_up_in_half_a_second),
        cmocka_unit_test(no_sum_goes_beyond_the_ceiling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
