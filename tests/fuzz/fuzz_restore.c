/* ctest: timeout=120 */
/*
 * A session that comes back from a store which somebody edited: any facts that make sense one by
 * one, in any order and number. It goes on: people take their seats again, hits are judged, what it
 * sends can be read and what it journals makes sense. The bytes of a stored timeline are refused,
 * or are those that the timeline is written as.
 */
#include <assert.h>
#include <string.h>

#include "server/storage/timeline_bytes.h"
#include "shared/session/session.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/script_message.h"
#include "tests/fuzz/small_session.h"

enum {
    FACTS_MAX = 60,
    STEPS_MAX = 60
};

static Session session;
static Participant participants[SMALL_PEOPLE];
static Outbox outbox;
static JournalEntry entries[JOURNAL_ENTRIES_MAX];
static Journal journal;
static SessionTime now;

/* --- values, of which some lie at an end of their range and some near where music is --- */

static int64_t any_place(Script *script)
{
    static const int64_t places[] = {INT64_MIN,
                                     INT64_MAX,
                                     INT64_MIN / 4,
                                     INT64_MAX / 4,
                                     INT64_MIN / 4 - 1,
                                     INT64_MAX / 4 + 1,
                                     -1,
                                     0,
                                     1,
                                     1000000};
    const uint8_t choice = script_byte(script);

    if (choice < sizeof places / sizeof places[0]) {
        return places[choice];
    }
    return 1000 * NS_PER_S + (choice - 128) * NS_PER_S / 16 + script_byte(script) * NS_PER_MS;
}

static int64_t any_length(Script *script)
{
    static const int64_t lengths[] = {
        0, 1, -1, NS_PER_S / 2, NS_PER_S, 60 * NS_PER_MINUTE, 60 * NS_PER_MINUTE + 1, INT64_MAX};
    const uint8_t choice = script_byte(script);

    return choice < 8 ? lengths[choice] : INT64_C(4) * choice * NS_PER_MS;
}

static uint32_t any_number(Script *script)
{
    static const uint32_t numbers[] = {0, UINT32_MAX, HIT_NUMBER_MAX, HIT_NUMBER_MAX + 1};
    const uint8_t choice = script_byte(script);

    return choice < 4 ? numbers[choice] : choice - 3U;
}

static void any_name(Script *script, char name[NAME_BYTES_MAX + 1])
{
    const uint8_t choice = script_byte(script);

    if (choice == 255) {
        memset(name, 'x', NAME_BYTES_MAX);
    } else {
        name[0] = (char)(choice % 32 == 0 ? '\0' : 'A' + choice % 32);
    }
}

/* --- facts, field by field as a row of the store is read --- */

static void any_participant(Script *script, JournalEntry *entry)
{
    JournalParticipant *participant = &entry->participant;

    any_name(script, participant->name);
    any_name(script, participant->team);
    participant->role = (uint8_t)(script_byte(script) % (ROLE_COUNT + 1));
    participant->part = script_byte(script);
    participant->calibrated = participant->part % 2 != 0;
    participant->calibration_us = (script_byte(script) - 128) * 4000;
    participant->take = script_byte(script);
    participant->enters_at.ubeats = any_place(script);
    participant->present = participant->part != 255;
    memset(participant->resume_token, entry->seat + 1, TOKEN_BYTES);
    entry->take = participant->take;
}

static void any_judged(Script *script, JournalEntry *entry)
{
    entry->take = script_byte(script) % 4;
    entry->judged = (JudgedRecord){
        .hit_number = any_number(script),
        .note_number = any_place(script),
        .kind = (Judgement)(script_byte(script) % (JUDGEMENT_COUNT + 1)),
        .at = {any_place(script)},
        .error_ns = any_place(script),
        .calibration_ns = INT64_C(4) * (script_byte(script) - 128) * NS_PER_MS,
        .beat_ns = any_length(script),
        .spacing_ns = any_length(script),
        .weight_micro = script_byte(script) * 4000,
        .pad = script_byte(script) % (PADS_MAX + 1),
        .velocity = script_byte(script) % 129,
    };
    if (entry->judged.error_ns > 900 * NS_PER_S && entry->judged.error_ns < 1100 * NS_PER_S) {
        entry->judged.error_ns -= 1000 * NS_PER_S;
    }
}

static void any_hit(Script *script, JournalEntry *entry)
{
    entry->take = script_byte(script) % 4;
    entry->hit = (HitEntry){.number = any_number(script),
                            .at = {any_place(script)},
                            .pad = script_byte(script) % (PADS_MAX + 1),
                            .velocity = script_byte(script) % 129};
}

static void any_bar(Script *script, JournalEntry *entry)
{
    entry->bar = (BarEntry){.take = script_byte(script) % 4,
                            .bar = (int32_t)any_place(script),
                            .active = script_byte(script),
                            .together_centi = (uint16_t)(script_byte(script) * 40),
                            .r_tenthousandths = (uint16_t)(script_byte(script) * 40),
                            .sigma_us = any_number(script),
                            .median_us = (int32_t)any_place(script)};
}

/* What the store has as bytes: the script's own, or those of some timeline with a few changes. */
static bool any_timeline(Script *script, Timeline *timeline)
{
    uint8_t bytes[TIMELINE_STORED_BYTES_MAX];
    uint8_t again[TIMELINE_STORED_BYTES_MAX];
    const uint8_t choice = script_byte(script);
    size_t size_bytes = 0;
    int edits = 0;
    Prng prng;

    if (choice < 64) {
        const uint8_t *given = script_bytes(script, 2 * (size_t)script_byte(script), &size_bytes);

        if (size_bytes > 0) {
            memcpy(bytes, given, size_bytes);
        }
    } else {
        prng_seed(&prng, choice);
        random_timeline(&prng, timeline);
        size_bytes = timeline_bytes_write(timeline, bytes);
        edits = script_byte(script) % 4;
        for (int i = 0; i < edits; i++) {
            const size_t where = script_byte(script) * 256U + script_byte(script);

            bytes[where % size_bytes] = script_byte(script);
        }
    }
    if (!timeline_bytes_read(bytes, size_bytes, timeline)) {
        assert(choice < 64 || edits > 0);
        return false;
    }
    assert(timeline_is_valid(timeline));
    assert(timeline_bytes_write(timeline, again) == size_bytes);
    assert(memcmp(bytes, again, size_bytes) == 0);
    return true;
}

static bool any_fact(Script *script, JournalEntry *entry)
{
    const uint8_t choice = script_byte(script);

    memset(entry, 0, sizeof *entry);
    entry->kind = (JournalKind)(choice % (JOURNAL_PRIVACY + 1));
    entry->seat = choice / 8U % (SMALL_SEATS + 2);
    switch (entry->kind) {
    case JOURNAL_TIMELINE:
        return any_timeline(script, &entry->timeline);
    case JOURNAL_PARTICIPANT:
        any_participant(script, entry);
        break;
    case JOURNAL_HIT:
        any_hit(script, entry);
        break;
    case JOURNAL_JUDGED:
        any_judged(script, entry);
        break;
    case JOURNAL_BAR:
        any_bar(script, entry);
        break;
    case JOURNAL_BAN:
        any_name(script, entry->ban.name);
        memset(entry->ban.resume_token, choice, TOKEN_BYTES);
        break;
    case JOURNAL_LOCK:
        entry->locked = choice % 2 != 0;
        break;
    case JOURNAL_PRIVACY:
        entry->privacy = script_byte(script) % (PRIVACY_COUNT + 1);
        break;
    }
    return journal_entry_is_valid(entry);
}

/* --- the session that goes on --- */

static void check_output(void)
{
    static Message message;

    assert(outbox.refused_count == 0 && journal.lost == 0);
    for (uint32_t i = 0; i < outbox.item_count; i++) {
        const OutboxItem *item = &outbox.items[i];

        assert(item->kind == OUTBOX_DISCONNECT ||
               message_decode(outbox_bytes(&outbox, item), item->size_bytes, &message));
    }
    for (int i = 0; i < journal.count; i++) {
        assert(journal.entries[i].seat < SMALL_PEOPLE);
        assert(journal_entry_is_valid(&journal.entries[i]));
    }
    outbox_clear(&outbox);
    journal.count = 0;
    assert(timeline_is_valid(&session.timeline));
    assert(session.bar_count >= 0 && session.bar_count <= BARS_KEPT_MAX);
    assert(session.joined <= SMALL_SEATS && session.active <= session.joined);
    for (int seat = 0; seat < session.participant_count; seat++) {
        const Participant *participant = &participants[seat];

        assert(participant->judge.note_count >= 0 &&
               participant->judge.note_count <= JUDGE_NOTES_MAX);
        assert(participant->judge.hit_count >= 0 && participant->judge.hit_count <= JUDGE_HITS_MAX);
        assert(participant->state == SEAT_FREE || participant->team == TEAM_NONE ||
               participant->team < session.team_count);
    }
}

static SessionResult step(const SessionEvent *event)
{
    const SessionResult result = session_step(&session, now, event, &outbox, &journal);

    check_output();
    return result;
}

static void tick(int64_t step_ns, int steps)
{
    const SessionEvent event = {.kind = SESSION_EVENT_TICK};

    for (int i = 0; i < steps; i++) {
        now.ns += step_ns;
        (void)step(&event);
    }
}

/* Somebody comes back with the token of a seat; hits follow the last one that was received. */
static void come_back(uint16_t seat, Script *script)
{
    static Message message;
    SessionEvent event = {.kind = SESSION_EVENT_JOIN, .connection = seat, .message = &message};
    SessionResult result;
    const uint8_t shape = script_byte(script);

    memset(&message, 0, sizeof message);
    message.type = MESSAGE_JOIN;
    message.join.version = PROTOCOL_VERSION;
    message.join.name[0] = (char)('a' + seat);
    message.join.resumes = shape % 4 != 0;
    memset(message.join.resume_token, seat + 1, TOKEN_BYTES);
    memset(event.fresh_token, 0x80 + seat, TOKEN_BYTES);
    result = step(&event);
    if (!result.joined || participants[result.seat].role == ROLE_OBSERVER) {
        return;
    }
    memset(&message, 0, sizeof message);
    message.type = MESSAGE_HITS;
    message.hits.count = 1;
    message.hits.hits[0] = (HitEntry){.number = participants[result.seat].acknowledged + 1,
                                      .at = {now.ns - INT64_C(4) * shape * NS_PER_MS},
                                      .velocity = 100};
    event = (SessionEvent){.kind = SESSION_EVENT_MESSAGE, .seat = result.seat, .message = &message};
    if (message.hits.hits[0].number <= HIT_NUMBER_MAX) {
        (void)step(&event);
    }
}

/* How long the server was down: seconds, or days in which its music went on. */
static int64_t any_absence_ns(Script *script)
{
    const uint8_t choice = script_byte(script);

    return choice < 224 ? choice * NS_PER_S : INT64_C(6) * (choice - 223) * 60 * NS_PER_MINUTE;
}

static void go_on(Script *script)
{
    for (int i = 0; i < STEPS_MAX && !script_is_over(script); i++) {
        const uint8_t choice = script_byte(script);

        switch (choice % 4) {
        case 0:
            tick(20 * NS_PER_MS, 1 + choice / 16);
            break;
        case 1:
            tick((choice / 4 + 1) * NS_PER_S, 1);
            break;
        default:
            come_back(choice / 4U % SMALL_SEATS, script);
            break;
        }
    }
    tick(20 * NS_PER_MS, 10);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static JournalEntry fact;
    const SessionConfig config = small_session_config();
    Script script = {.bytes = data, .left = size};
    SessionTime stored_until = {1000 * NS_PER_S};
    Groove grooves[SMALL_GROOVES];
    int facts = 0;

    small_session_grooves(grooves);
    session_init(&session, &config, participants, grooves, SMALL_GROOVES);
    outbox_init(&outbox);
    journal = (Journal){.entries = entries, .capacity = JOURNAL_ENTRIES_MAX};
    facts = script_byte(&script) % (FACTS_MAX + 1);
    stored_until.ns += script_byte(&script) * NS_PER_S / 8;
    for (int i = 0; i < facts && !script_is_over(&script); i++) {
        if (any_fact(&script, &fact)) {
            session_restore(&session, &fact);
        }
    }
    session_restored(&session, stored_until);
    now.ns = stored_until.ns + any_absence_ns(&script);
    go_on(&script);
    return 0;
}
