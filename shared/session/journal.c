#include "shared/session/journal.h"

#include <string.h>

JournalEntry *journal_push(Journal *journal, JournalKind kind, uint16_t seat)
{
    JournalEntry *entry = NULL;

    if (journal->count == journal->capacity) {
        journal->lost++;
        return NULL;
    }
    entry = &journal->entries[journal->count];
    memset(entry, 0, sizeof *entry);
    entry->kind = kind;
    entry->seat = seat;
    journal->count++;
    return entry;
}
