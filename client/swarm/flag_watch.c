#include "client/swarm/flag_watch.h"

Verdict flag_watch_right_verdict(PlayerTrouble trouble)
{
    switch (trouble) {
    case TROUBLE_HALF_BEAT:
        return VERDICT_OFF_BEAT;
    case TROUBLE_DOUBLE:
        return VERDICT_DOUBLE;
    case TROUBLE_HALF:
        return VERDICT_HALF;
    case TROUBLE_FAST:
    case TROUBLE_SLOW:
        return VERDICT_WRONG_TEMPO;
    case TROUBLE_EARLY:
        return VERDICT_EARLY;
    case TROUBLE_LATE:
        return VERDICT_LATE;
    case TROUBLE_ERRATIC:
        return VERDICT_ERRATIC;
    case TROUBLE_IDLE:
    case TROUBLE_QUITTER:
        return VERDICT_IDLE;
    case TROUBLE_NONE:
    case TROUBLE_COUNT:
        break;
    }
    return VERDICT_COUNT;
}

bool flag_watch_is_hard(Verdict verdict)
{
    return verdict_is_flagged(verdict) && verdict != VERDICT_EARLY && verdict != VERDICT_LATE;
}

void flag_watch_hear(FlagWatch *watch, PlayerTrouble trouble, double trouble_beats, Verdict shown)
{
    const bool is_new = shown != watch->shown;

    watch->shown = shown;
    watch->has_trouble = trouble != TROUBLE_NONE && trouble_beats >= 0.0;
    if (!watch->has_trouble) {
        watch->false_hard_count += is_new && flag_watch_is_hard(shown) ? 1 : 0;
    } else if (!watch->is_found && shown == flag_watch_right_verdict(trouble)) {
        watch->is_found = true;
        watch->found_after_beats = trouble_beats;
    }
}

bool flag_watch_is_wrong(const FlagWatch *watch)
{
    return !watch->has_trouble && verdict_is_flagged(watch->shown);
}
