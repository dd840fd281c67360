/*
 * How session time goes on from one process to the next.
 *
 * Session time is CLOCK_MONOTONIC plus an offset, 0 on a fresh server. Another process of the same
 * boot takes the same offset. After a reboot CLOCK_MONOTONIC has begun anew: then the wall clock
 * tells how long nothing was stored, and if it was set back meanwhile, a second is taken.
 */
#ifndef SERVER_SESSION_CLOCK_H
#define SERVER_SESSION_CLOCK_H

#include "server/storage/storage.h"

/* What tells one boot of this machine from another; empty when the system does not say. */
typedef struct {
    char text[BOOT_ID_BYTES_MAX];
} BootId;

BootId session_clock_boot_id(void);

/*
 * Pure: the offset in ns for a process that starts at `now` and `wall_ms`. Never lets session time
 * go back behind stored->stored_until.
 */
int64_t session_clock_offset_ns(const StoredClock *stored,
                                const BootId *boot_id,
                                HostTime now,
                                int64_t wall_ms);

#endif
