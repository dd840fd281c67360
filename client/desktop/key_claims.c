#include "client/desktop/key_claims.h"

bool key_claims_take(KeyClaims *claims, uint8_t key, uint32_t event_ms)
{
    _Atomic uint32_t *newest_ms = &claims->newest_ms[key];
    uint32_t taken_ms = atomic_load(newest_ms);

    do {
        if (taken_ms != 0 && taken_ms - event_ms < KEY_CLAIMS_MEMORY_MS) {
            return false;
        }
    } while (!atomic_compare_exchange_weak(newest_ms, &taken_ms, event_ms));
    return true;
}
