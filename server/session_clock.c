#include "server/session_clock.h"

#include <stdio.h>
#include <string.h>

/* Longer gaps come from a wall clock that is wrong; session time has room for much more. */
#define GAP_MS_MAX (INT64_C(10) * 365 * 24 * 3600 * 1000)

BootId session_clock_boot_id(void)
{
    BootId boot_id = {""};
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");

    if (file == NULL) {
        return boot_id;
    }
    if (fgets(boot_id.text, sizeof boot_id.text, file) == NULL) {
        boot_id.text[0] = '\0';
    }
    boot_id.text[strcspn(boot_id.text, "\n")] = '\0';
    (void)fclose(file);
    return boot_id;
}

int64_t session_clock_offset_ns(const StoredClock *stored,
                                const BootId *boot_id,
                                HostTime now,
                                int64_t wall_ms)
{
    int64_t gap_ms = wall_ms - stored->stored_wall_ms;

    if (!stored->known) {
        return 0;
    }
    if (boot_id->text[0] != '\0' && strcmp(boot_id->text, stored->boot_id) == 0 &&
        now.ns + stored->offset_ns >= stored->stored_until.ns) {
        return stored->offset_ns;
    }
    if (gap_ms <= 0) {
        gap_ms = 1000;
    }
    return stored->stored_until.ns + clamp_i64(gap_ms, 1, GAP_MS_MAX) * NS_PER_MS - now.ns;
}
