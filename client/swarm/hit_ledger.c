#include "client/swarm/hit_ledger.h"

#include <stdlib.h>

enum {
    ENTRIES_FIRST = 256
};

void hit_ledger_finish(HitLedger *ledger)
{
    free(ledger->entries);
    *ledger = (HitLedger){0};
}

static bool grow(HitLedger *ledger)
{
    uint32_t capacity = ledger->capacity == 0 ? ENTRIES_FIRST : 2 * ledger->capacity;
    LedgerEntry *entries;

    if (ledger->count < ledger->capacity) {
        return true;
    }
    if (ledger->count >= LEDGER_HITS_MAX) {
        return false;
    }
    entries = realloc(ledger->entries, sizeof *entries * capacity);
    if (entries == NULL) {
        return false;
    }
    ledger->entries = entries;
    ledger->capacity = capacity;
    return true;
}

void hit_ledger_add(HitLedger *ledger, uint32_t number, const LedgerEntry *truth)
{
    if (ledger->count == 0) {
        ledger->first_number = number;
    }
    if (ledger->unlisted_count > 0 || number != ledger->first_number + ledger->count ||
        !grow(ledger)) {
        ledger->unlisted_count++;
        return;
    }
    ledger->entries[ledger->count] = (LedgerEntry){.after_note_us = truth->after_note_us,
                                                   .before_note_us = truth->before_note_us,
                                                   .clock_us = truth->clock_us};
    ledger->count++;
}

void hit_ledger_judge(HitLedger *ledger, const JudgementEntry *judgement)
{
    uint32_t index = judgement->hit_number - ledger->first_number;
    LedgerEntry *entry;

    if (judgement->hit_number < ledger->first_number || index >= ledger->count ||
        judgement->judgement == JUDGEMENT_PENDING) {
        return;
    }
    entry = &ledger->entries[index];
    if (entry->final) {
        return;
    }
    ledger->judged_count += entry->judgement == JUDGEMENT_PENDING ? 1 : 0;
    ledger->final_count += judgement->final ? 1 : 0;
    entry->judgement = judgement->judgement;
    entry->judged_us = judgement->asynchrony_us;
    entry->final = judgement->final;
}

static int64_t distance(int64_t value)
{
    return value < 0 ? -value : value;
}

bool hit_ledger_error_us(const LedgerEntry *entry, int32_t *error_us)
{
    int64_t spacing_us = (int64_t)entry->after_note_us + entry->before_note_us;
    int64_t error = (int64_t)entry->judged_us - entry->after_note_us;

    if (entry->judgement == JUDGEMENT_PENDING || entry->judgement == JUDGEMENT_MISS ||
        spacing_us <= 0) {
        return false;
    }
    if (entry->judgement == JUDGEMENT_EXTRA || entry->judgement == JUDGEMENT_BOUNCE) {
        error %= spacing_us;
        if (distance(error) > spacing_us / 2) {
            error += error > 0 ? -spacing_us : spacing_us;
        }
    } else if (entry->before_note_us < entry->after_note_us) {
        error = (int64_t)entry->judged_us + entry->before_note_us;
    }
    *error_us = (int32_t)clamp_i64(error, INT32_MIN, INT32_MAX);
    return true;
}

bool hit_ledger_heard_error_us(const LedgerEntry *entry, int32_t *error_us)
{
    if (!hit_ledger_error_us(entry, error_us)) {
        return false;
    }
    *error_us = (int32_t)clamp_i64((int64_t)*error_us + entry->clock_us, INT32_MIN, INT32_MAX);
    return true;
}
