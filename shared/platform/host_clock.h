/*
 * This machine's clocks: the one file that reads them, so that everybody else takes `now`.
 *
 * Not pure. Safe on any thread, including audio: no call allocates, locks or, but for
 * host_clock_sleep_until, waits.
 */
#ifndef SHARED_PLATFORM_HOST_CLOCK_H
#define SHARED_PLATFORM_HOST_CLOCK_H

#include "shared/units.h"

/* CLOCK_MONOTONIC: counts from the machine's start, the same in all its processes; never back. */
HostTime host_clock_now(void);

/*
 * How long this machine has slept since its start, while host time stood still: it grows when a
 * lid is opened again. Good to a few microseconds; 0 where the system does not say.
 */
int64_t host_clock_slept_ns(void);

/*
 * Milliseconds since 1970, UTC, for logs, file names and stored dates alone: it steps whenever
 * somebody sets the machine's time.
 */
int64_t host_clock_wall_ms(void);

/* Waits until `time`; returns at once when that is over. May return early after a signal. */
void host_clock_sleep_until(HostTime time);

#endif
