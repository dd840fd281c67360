#include "shared/platform/host_clock.h"

#include <assert.h>
#include <time.h>

static int64_t read_clock_ns(clockid_t clock)
{
    struct timespec reading = {0};
    int result = clock_gettime(clock, &reading);

    assert(result == 0);
    (void)result;
    return (int64_t)reading.tv_sec * NS_PER_S + (int64_t)reading.tv_nsec;
}

HostTime host_clock_now(void)
{
    return (HostTime){read_clock_ns(CLOCK_MONOTONIC)};
}

int64_t host_clock_slept_ns(void)
{
#if defined(CLOCK_BOOTTIME)
    const int64_t awake_ns = read_clock_ns(CLOCK_MONOTONIC);

    return read_clock_ns(CLOCK_BOOTTIME) - awake_ns;
#else
    return 0;
#endif
}

int64_t host_clock_wall_ms(void)
{
    return read_clock_ns(CLOCK_REALTIME) / NS_PER_MS;
}

void host_clock_sleep_until(HostTime time)
{
    struct timespec end = {
        .tv_sec = (time_t)(time.ns / NS_PER_S),
        .tv_nsec = (long)(time.ns % NS_PER_S),
    };

    if (time.ns > 0) {
        (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL);
    }
}
