#include "shared/applied_clock.h"

#include <assert.h>

__extension__ typedef __int128 Wide;

static const AppliedSegment *segment_back(const AppliedClock *clock, uint32_t back)
{
    assert(back < clock->segment_count);
    return &clock->segments[(clock->newest_index + APPLIED_SEGMENTS_MAX - back) %
                            APPLIED_SEGMENTS_MAX];
}

/* elapsed + elapsed * rate / 10^9, the product rounded down. */
static int64_t session_elapsed_ns(const AppliedSegment *segment, int64_t host_elapsed_ns)
{
    const Wide gained = (Wide)host_elapsed_ns * segment->rate_ppb;
    Wide quotient = gained / NS_PER_S;

    if (gained % NS_PER_S < 0) {
        quotient--;
    }
    return host_elapsed_ns + (int64_t)quotient;
}

/* The straight line, extended both ways without end. */
static int64_t line_ns(const AppliedSegment *segment, int64_t host_ns)
{
    return segment->session_start.ns +
           session_elapsed_ns(segment, host_ns - segment->host_start.ns);
}

static SessionTime session_in(const AppliedSegment *segment, HostTime host)
{
    const int64_t session_ns = line_ns(segment, host.ns);

    if (session_ns < segment->session_floor.ns && host.ns >= segment->host_start.ns) {
        return segment->session_floor;
    }
    return (SessionTime){session_ns};
}

/* The first host nanosecond at which this segment, extended into the past, has reached `session`.
 */
static HostTime host_in(const AppliedSegment *segment, SessionTime session)
{
    const Wide scaled = ((Wide)session.ns - segment->session_start.ns) * NS_PER_S;
    const Wide speed = NS_PER_S + segment->rate_ppb;
    HostTime host = {segment->host_start.ns + (int64_t)(scaled / speed)};

    /* The quotient is within a few nanoseconds of the answer; the mapping itself decides. */
    while (line_ns(segment, host.ns) >= session.ns) {
        host.ns--;
    }
    while (line_ns(segment, host.ns) < session.ns) {
        host.ns++;
    }
    if (host.ns > segment->host_start.ns && session.ns <= segment->session_floor.ns) {
        return segment->host_start;
    }
    return host;
}

/* The segment in force at `host`: the newest that has begun, else the oldest kept. */
static const AppliedSegment *segment_at(const AppliedClock *clock, HostTime host)
{
    for (uint32_t back = 0; back < clock->segment_count; back++) {
        const AppliedSegment *segment = segment_back(clock, back);
        if (segment->host_start.ns <= host.ns) {
            return segment;
        }
    }
    return segment_back(clock, clock->segment_count - 1);
}

void applied_clock_init(AppliedClock *clock)
{
    *clock = (AppliedClock){0};
}

SessionTime applied_clock_session(const AppliedClock *clock, HostTime host)
{
    if (!clock->locked) {
        return (SessionTime){host.ns};
    }
    return session_in(segment_at(clock, host), host);
}

HostTime applied_clock_host(const AppliedClock *clock, SessionTime session)
{
    if (!clock->locked) {
        return (HostTime){session.ns};
    }
    /* The newest segment that begins before `session` leads there. */
    for (uint32_t back = 0; back + 1 < clock->segment_count; back++) {
        const AppliedSegment *segment = segment_back(clock, back);
        const AppliedSegment *before = segment_back(clock, back + 1);
        const HostTime last = {segment->host_start.ns - 1};
        if (session_in(before, last).ns < session.ns) {
            const HostTime host = host_in(segment, session);
            return host.ns > segment->host_start.ns ? host : segment->host_start;
        }
    }
    return host_in(segment_back(clock, clock->segment_count - 1), session);
}

uint32_t applied_clock_version_at(const AppliedClock *clock, HostTime host)
{
    return clock->locked ? segment_at(clock, host)->version : 0;
}

static void push(AppliedClock *clock, AppliedSegment segment)
{
    if (clock->segment_count > 0) {
        clock->newest_index = (clock->newest_index + 1) % APPLIED_SEGMENTS_MAX;
    }
    if (clock->segment_count < APPLIED_SEGMENTS_MAX) {
        clock->segment_count++;
    }
    clock->version++;
    segment.version = clock->version;
    clock->segments[clock->newest_index] = segment;
}

/* The correction for an error: gone in a second if that is slow enough, none inside the dead-band.
 */
static int64_t slew_ppb(int64_t error_ns)
{
    if (error_ns >= -APPLIED_DEAD_BAND_NS && error_ns <= APPLIED_DEAD_BAND_NS) {
        return 0;
    }
    return clamp_i64(error_ns, -APPLIED_SLEW_PPB_MAX, APPLIED_SLEW_PPB_MAX);
}

static int64_t skew_ppb(double skew)
{
    /* No crystal is worse than 500 ppm; a wild figure must not stop the clock. */
    const double limited = skew > 1e-3 ? 1e-3 : (skew < -1e-3 ? -1e-3 : skew);

    return (int64_t)(limited * 1e9);
}

static SessionTime estimated_session(const ClockEstimate *estimate, HostTime now)
{
    const int64_t elapsed_ns = now.ns - estimate->at.ns;
    const Wide gained = (Wide)elapsed_ns * skew_ppb(estimate->skew) / NS_PER_S;

    return (SessionTime){now.ns + estimate->offset_ns + (int64_t)gained};
}

/* Starts afresh, keeping the count of versions: what was before belongs to another clock. */
static bool lock(AppliedClock *clock, HostTime now, SessionTime target, int64_t rate_ppb)
{
    *clock = (AppliedClock){
        .version = clock->version, .locked = true, .step_count = clock->step_count + 1};
    push(clock,
         (AppliedSegment){.host_start = now,
                          .session_start = target,
                          .session_floor = {INT64_MIN},
                          .rate_ppb = rate_ppb});
    return true;
}

static bool bend(AppliedClock *clock, HostTime now, SessionTime start, int64_t rate_ppb)
{
    push(clock,
         (AppliedSegment){.host_start = now,
                          .session_start = start,
                          .session_floor = applied_clock_session(clock, now),
                          .rate_ppb = rate_ppb});
    return true;
}

static int64_t magnitude(int64_t value)
{
    return value < 0 ? -value : value;
}

bool applied_clock_update(AppliedClock *clock,
                          HostTime now,
                          const ClockEstimate *estimate,
                          bool may_step)
{
    if (!estimate->valid) {
        return false;
    }
    const SessionTime target = estimated_session(estimate, now);
    const int64_t drift_ppb = skew_ppb(estimate->skew);
    if (!clock->locked) {
        return lock(clock, now, target, drift_ppb);
    }

    const AppliedSegment *newest = segment_back(clock, 0);
    /* Unfloored, so that time standing still after a step back is not taken for an error. */
    const int64_t applied_ns = line_ns(newest, now.ns);
    clock->error_ns = target.ns - applied_ns;
    if (magnitude(clock->error_ns) > APPLIED_RELOCK_NS) {
        return lock(clock, now, target, drift_ppb);
    }
    if (magnitude(clock->error_ns) > (may_step ? APPLIED_STEP_NS : APPLIED_LOST_NS)) {
        clock->step_count++;
        return bend(clock, now, target, drift_ppb);
    }

    const int64_t rate_ppb = drift_ppb + slew_ppb(clock->error_ns);
    if (magnitude(rate_ppb - newest->rate_ppb) < APPLIED_RATE_CHANGE_PPB_MIN ||
        now.ns - newest->host_start.ns < APPLIED_SEGMENT_MS_MIN * NS_PER_MS) {
        return false;
    }
    return bend(clock, now, (SessionTime){applied_ns}, rate_ppb);
}
