/*
 * A session small enough that a fuzzer fills its seats, its list of grooves and its lists of teams.
 */
#ifndef TESTS_FUZZ_SMALL_SESSION_H
#define TESTS_FUZZ_SMALL_SESSION_H

#include <assert.h>
#include <string.h>

#include "shared/session/session.h"

enum {
    SMALL_SEATS = 6,
    SMALL_PEOPLE = SMALL_SEATS + OBSERVERS_MAX,
    SMALL_GROOVES = 2,
    SMALL_TOKEN = 7 /* every byte of the facilitator's token */
};

/* Two grooves of different metre, with two parts each. */
static inline void small_session_grooves(Groove grooves[SMALL_GROOVES])
{
    for (int i = 0; i < SMALL_GROOVES; i++) {
        Groove *groove = &grooves[i];

        memset(groove, 0, sizeof *groove);
        groove->title[0] = (char)('A' + i);
        groove->tempo_mbpm = 120000;
        groove->beats_per_bar = (uint8_t)(4 - i);
        groove->steps_per_beat = 2;
        groove->bars = 1;
        groove->metre_unit = 4;
        groove->part_count = 2;
        for (int part = 0; part < 2; part++) {
            groove->parts[part].drum = DRUM_CLAVE;
            groove->parts[part].title[0] = (char)('P' + part);
            groove->parts[part].steps[part == 0 ? 0 : 3] = STEP_HIT;
            groove->parts[part].steps[2] = STEP_ACCENT;
        }
        assert(groove_is_valid(groove));
    }
}

static inline SessionConfig small_session_config(void)
{
    SessionConfig config = {.title = "Fuzz", .seats = SMALL_SEATS, .profile = PROFILE_STANDARD};

    memset(config.facilitator_token, SMALL_TOKEN, TOKEN_BYTES);
    config.grace_s = 60;
    return config;
}

#endif
