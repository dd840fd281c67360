#include "shared/session/journal.h"

#include <string.h>

#include "shared/judge_windows.h"
#include "shared/text.h"

/* As far as a timeline reaches either way. */
#define PLACE_MAX (INT64_MAX / 4)
/* Closer than the steps of any groove at its fastest; longer than any cycle at its slowest. */
#define SPACING_NS_MIN NS_PER_MS
#define SPACING_NS_MAX (60 * NS_PER_MINUTE)

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

static bool is_place(int64_t place)
{
    return place >= -PLACE_MAX && place <= PLACE_MAX;
}

bool journal_time_is_valid(SessionTime time)
{
    return is_place(time.ns);
}

static bool name_is_valid(const char name[NAME_BYTES_MAX + 1])
{
    const char *end = memchr(name, '\0', NAME_BYTES_MAX + 1);

    return end != NULL && text_is_clean(name, (size_t)(end - name));
}

static bool calibration_is_valid(int64_t calibration_us)
{
    return calibration_us >= -CALIBRATION_US_MAX && calibration_us <= CALIBRATION_US_MAX;
}

static bool participant_is_valid(const JournalParticipant *participant)
{
    return name_is_valid(participant->name) && name_is_valid(participant->team) &&
           participant->role < ROLE_COUNT && participant->part < GROOVE_PARTS_MAX &&
           calibration_is_valid(participant->calibration_us) &&
           is_place(participant->enters_at.ubeats);
}

static bool hit_is_valid(const HitEntry *hit)
{
    return hit->number >= 1 && hit->number <= HIT_NUMBER_MAX && journal_time_is_valid(hit->at) &&
           hit->pad < PADS_MAX && hit->velocity >= 1 && hit->velocity <= 127;
}

static bool spacing_is_valid(int64_t spacing_ns)
{
    return spacing_ns >= SPACING_NS_MIN && spacing_ns <= SPACING_NS_MAX;
}

static bool judged_is_valid(const JudgedRecord *judged)
{
    return judged->kind > JUDGEMENT_PENDING && judged->kind < JUDGEMENT_COUNT &&
           journal_time_is_valid(judged->at) && is_place(judged->error_ns) &&
           calibration_is_valid(judged->calibration_ns / NS_PER_US) && judged->note_number >= 0 &&
           is_place(judged->note_number) && spacing_is_valid(judged->beat_ns) &&
           spacing_is_valid(judged->spacing_ns) && judged->weight_micro >= 0 &&
           judged->weight_micro <= WEIGHT_MICRO_MAX && judged->hit_number <= HIT_NUMBER_MAX &&
           judged->pad < PADS_MAX && judged->velocity <= 127;
}

bool journal_entry_is_valid(const JournalEntry *entry)
{
    switch (entry->kind) {
    case JOURNAL_TIMELINE:
        return timeline_is_valid(&entry->timeline);
    case JOURNAL_PARTICIPANT:
        return participant_is_valid(&entry->participant);
    case JOURNAL_HIT:
        return hit_is_valid(&entry->hit);
    case JOURNAL_JUDGED:
        return judged_is_valid(&entry->judged);
    case JOURNAL_BAR:
        return entry->bar.together_centi <= 10000 && entry->bar.r_tenthousandths <= 10000;
    case JOURNAL_BAN:
        return name_is_valid(entry->ban.name);
    case JOURNAL_PRIVACY:
        return entry->privacy < PRIVACY_COUNT;
    case JOURNAL_LOCK:
        break;
    }
    return true;
}
