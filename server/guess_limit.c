#include "server/guess_limit.h"

#include <stddef.h>

static SessionTime later(SessionTime a, SessionTime b)
{
    return a.ns > b.ns ? a : b;
}

static GuessSource *find(GuessLimit *limit, uint32_t address)
{
    for (int i = 0; i < GUESS_SOURCES_MAX; i++) {
        if (limit->sources[i].address == address && limit->sources[i].paid_at.ns != 0) {
            return &limit->sources[i];
        }
    }
    return NULL;
}

/* The source that has the least to pay gives its place to a new one. */
static GuessSource *find_or_take(GuessLimit *limit, uint32_t address)
{
    GuessSource *source = find(limit, address);

    if (source != NULL) {
        return source;
    }
    source = &limit->sources[0];
    for (int i = 1; i < GUESS_SOURCES_MAX; i++) {
        if (limit->sources[i].paid_at.ns < source->paid_at.ns) {
            source = &limit->sources[i];
        }
    }
    *source = (GuessSource){.address = address};
    return source;
}

static SessionTime take_turn(GuessSource *source, const GuessRule *rule, SessionTime now)
{
    if (source == NULL || source->paid_at.ns - now.ns <= rule->burst * rule->recovery_ns) {
        return now;
    }
    source->turn_at = later(now, (SessionTime){source->turn_at.ns + rule->pace_ns});
    return source->turn_at;
}

SessionTime guess_limit_turn(GuessLimit *limit, uint32_t address, SessionTime now)
{
    const SessionTime own = take_turn(find(limit, address), &limit->rules.each, now);

    return later(own, take_turn(&limit->everybody, &limit->rules.all, now));
}

static void fail(GuessSource *source, const GuessRule *rule, SessionTime now)
{
    source->paid_at = later(source->paid_at, now);
    source->paid_at.ns += rule->recovery_ns;
}

void guess_limit_failed(GuessLimit *limit, uint32_t address, SessionTime now)
{
    fail(find_or_take(limit, address), &limit->rules.each, now);
    fail(&limit->everybody, &limit->rules.all, now);
}
