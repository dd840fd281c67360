/*
 * Reading back: rows become values again. The file may have been damaged or edited, so that every
 * field is checked, and a row that makes no sense is left out.
 */
#include <string.h>

#include "server/storage/statements.h"
#include "server/storage/timeline_bytes.h"
#include "shared/groove_text.h"

/* A whole number of a row within low..high; clears `*valid` otherwise. */
static int64_t
column_number(sqlite3_stmt *statement, int index, int64_t low, int64_t high, bool *valid)
{
    int64_t value = sqlite3_column_int64(statement, index);

    if (value < low || value > high) {
        *valid = false;
        return low;
    }
    return value;
}

/* A text of a row; clears `*valid` when it is too long or no clean text. */
static void
column_text(sqlite3_stmt *statement, int index, char *text, size_t bytes_max, bool *valid)
{
    const unsigned char *column = sqlite3_column_text(statement, index);
    size_t size = (size_t)sqlite3_column_bytes(statement, index);

    text[0] = '\0';
    if (column == NULL || size > bytes_max || !text_is_clean((const char *)column, size)) {
        *valid = false;
        return;
    }
    memcpy(text, column, size);
    text[size] = '\0';
}

/* Exactly `size_bytes` bytes of a row. */
static void
column_bytes(sqlite3_stmt *statement, int index, uint8_t *bytes, size_t size_bytes, bool *valid)
{
    const void *column = sqlite3_column_blob(statement, index);

    if (column == NULL || (size_t)sqlite3_column_bytes(statement, index) != size_bytes) {
        *valid = false;
        memset(bytes, 0, size_bytes);
        return;
    }
    memcpy(bytes, column, size_bytes);
}

static bool read_session(sqlite3_stmt *row, StoredSession *session)
{
    SessionConfig *config = &session->config;
    char code[CODE_CHARS + 1] = {0};
    bool valid = true;

    memset(session, 0, sizeof *session);
    session->id = sqlite3_column_int64(row, 0);
    column_text(row, 1, code, CODE_CHARS, &valid);
    valid = valid && strlen(code) == CODE_CHARS;
    memcpy(config->code, code, CODE_CHARS);
    column_bytes(row, 2, config->facilitator_token, TOKEN_BYTES, &valid);
    column_text(row, 3, config->title, TITLE_BYTES_MAX, &valid);
    config->seats = (uint16_t)column_number(row, 4, 1, PARTICIPANTS_MAX, &valid);
    config->profile = (Profile)column_number(row, 5, 0, PROFILE_COUNT - 1, &valid);
    config->tempo_mbpm = (int32_t)column_number(row, 6, 0, TEMPO_MBPM_MAX, &valid);
    valid = valid && (config->tempo_mbpm == 0 || config->tempo_mbpm >= TEMPO_MBPM_MIN);
    config->groove = (uint8_t)column_number(row, 7, 0, GROOVES_MAX - 1, &valid);
    config->grace_s = (uint32_t)column_number(row, 8, 0, UINT32_MAX, &valid);
    session->created_wall_ms = sqlite3_column_int64(row, 9);
    session->touched_wall_ms = sqlite3_column_int64(row, 10);
    return valid;
}

int database_sessions(Database *database,
                      int64_t touched_since_wall_ms,
                      StoredSession *sessions,
                      int sessions_max,
                      int *left_out)
{
    sqlite3_stmt *row = statements_use(database, STATEMENT_SESSIONS);
    int count = 0;
    int result;

    *left_out = 0;
    while ((result = sqlite3_step(row)) == SQLITE_ROW) {
        StoredSession session;

        if (!read_session(row, &session) || session.touched_wall_ms < touched_since_wall_ms ||
            count == sessions_max) {
            (*left_out)++;
            continue;
        }
        sessions[count] = session;
        count++;
    }
    (void)sqlite3_reset(row);
    return result == SQLITE_DONE ? count : -1;
}

int64_t database_next_session_id(Database *database)
{
    sqlite3_stmt *row = statements_use(database, STATEMENT_NEXT_SESSION);
    int64_t id = sqlite3_step(row) == SQLITE_ROW ? sqlite3_column_int64(row, 0) : 1;

    (void)sqlite3_reset(row);
    return id;
}

int database_grooves(Database *database, int64_t session_id, Groove *grooves, int grooves_max)
{
    sqlite3_stmt *row = statements_use(database, STATEMENT_GROOVES);
    bool valid = true;
    int count = 0;
    int result = SQLITE_DONE;

    statement_number(row, 1, session_id);
    while (valid && (result = sqlite3_step(row)) == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(row, 0);
        size_t size = (size_t)sqlite3_column_bytes(row, 0);

        /* Positions have a meaning: a list with a gap is none. */
        valid = text != NULL && count < grooves_max &&
                groove_text_parse((const char *)text, size, &grooves[count], NULL);
        count++;
    }
    (void)sqlite3_reset(row);
    return valid && result == SQLITE_DONE ? count : 0;
}

/* The timeline, if one was stored. */
static bool read_timeline(Database *database, int64_t session_id, StorageTake *take, void *receiver)
{
    sqlite3_stmt *row = statements_use(database, STATEMENT_TIMELINE);
    JournalEntry entry = {.kind = JOURNAL_TIMELINE};
    int result;

    statement_number(row, 1, session_id);
    result = sqlite3_step(row);
    if (result == SQLITE_ROW) {
        const uint8_t *bytes = sqlite3_column_blob(row, 0);
        size_t size = (size_t)sqlite3_column_bytes(row, 0);

        result = bytes != NULL && timeline_bytes_read(bytes, size, &entry.timeline) ? SQLITE_DONE
                                                                                    : SQLITE_ERROR;
        if (result == SQLITE_DONE) {
            take(receiver, &entry);
        }
    }
    (void)sqlite3_reset(row);
    return result == SQLITE_DONE;
}

static bool read_participant(sqlite3_stmt *row, JournalEntry *entry)
{
    JournalParticipant *participant = &entry->participant;
    bool valid = true;

    memset(entry, 0, sizeof *entry);
    entry->kind = JOURNAL_PARTICIPANT;
    entry->seat = (uint16_t)column_number(row, 1, 0, PARTICIPANTS_MAX - 1, &valid);
    column_text(row, 2, participant->name, NAME_BYTES_MAX, &valid);
    column_text(row, 3, participant->team, NAME_BYTES_MAX, &valid);
    participant->role = (uint8_t)column_number(row, 4, 0, ROLE_COUNT - 1, &valid);
    participant->part = (uint8_t)column_number(row, 5, 0, GROOVE_PARTS_MAX - 1, &valid);
    participant->calibrated = sqlite3_column_int(row, 6) != 0;
    participant->calibration_us =
        (int32_t)column_number(row, 7, -CALIBRATION_US_MAX, CALIBRATION_US_MAX, &valid);
    participant->take = (uint16_t)column_number(row, 8, 0, UINT16_MAX, &valid);
    participant->enters_at.ubeats = sqlite3_column_int64(row, 9);
    column_bytes(row, 10, participant->resume_token, TOKEN_BYTES, &valid);
    participant->present = true;
    entry->take = participant->take;
    return valid && journal_entry_is_valid(entry);
}

static bool read_judged(sqlite3_stmt *row, JournalEntry *entry)
{
    JudgedRecord *judged = &entry->judged;
    bool valid = true;

    memset(entry, 0, sizeof *entry);
    entry->kind = JOURNAL_JUDGED;
    entry->seat = (uint16_t)column_number(row, 0, 0, PARTICIPANTS_MAX - 1, &valid);
    entry->take = (uint16_t)column_number(row, 1, 0, UINT16_MAX, &valid);
    judged->hit_number = (uint32_t)column_number(row, 2, 0, UINT32_MAX, &valid);
    judged->note_number = sqlite3_column_int64(row, 3);
    judged->kind = (Judgement)column_number(row, 4, JUDGEMENT_PERFECT, JUDGEMENT_COUNT - 1, &valid);
    judged->at.ns = sqlite3_column_int64(row, 5);
    judged->error_ns = sqlite3_column_int64(row, 6);
    judged->calibration_ns = sqlite3_column_int64(row, 7);
    judged->beat_ns = column_number(row, 8, 1, INT64_MAX, &valid);
    judged->spacing_ns = column_number(row, 9, 1, INT64_MAX, &valid);
    judged->weight_micro = (int32_t)column_number(row, 10, 0, WEIGHT_MICRO_MAX, &valid);
    judged->pad = (uint8_t)column_number(row, 11, 0, PADS_MAX - 1, &valid);
    judged->velocity = (uint8_t)column_number(row, 12, 0, 127, &valid);
    return valid && journal_entry_is_valid(entry);
}

static bool read_open_hit(sqlite3_stmt *row, JournalEntry *entry)
{
    HitEntry *hit = &entry->hit;
    bool valid = true;

    memset(entry, 0, sizeof *entry);
    entry->kind = JOURNAL_HIT;
    entry->seat = (uint16_t)column_number(row, 0, 0, PARTICIPANTS_MAX - 1, &valid);
    entry->take = (uint16_t)column_number(row, 1, 0, UINT16_MAX, &valid);
    hit->number = (uint32_t)column_number(row, 2, 1, UINT32_MAX, &valid);
    hit->at.ns = sqlite3_column_int64(row, 5);
    hit->pad = (uint8_t)column_number(row, 11, 0, PADS_MAX - 1, &valid);
    hit->velocity = (uint8_t)column_number(row, 12, 1, 127, &valid);
    return valid && journal_entry_is_valid(entry);
}

static bool read_bar(sqlite3_stmt *row, JournalEntry *entry)
{
    BarEntry *bar = &entry->bar;
    bool valid = true;

    memset(entry, 0, sizeof *entry);
    entry->kind = JOURNAL_BAR;
    bar->take = (uint16_t)column_number(row, 0, 0, UINT16_MAX, &valid);
    bar->bar = (int32_t)column_number(row, 1, INT32_MIN, INT32_MAX, &valid);
    bar->active = (uint16_t)column_number(row, 2, 0, UINT16_MAX, &valid);
    bar->together_centi = (uint16_t)column_number(row, 3, 0, 10000, &valid);
    bar->r_tenthousandths = (uint16_t)column_number(row, 4, 0, 10000, &valid);
    bar->sigma_us = (uint32_t)column_number(row, 5, 0, UINT32_MAX, &valid);
    bar->median_us = (int32_t)column_number(row, 6, INT32_MIN, INT32_MAX, &valid);
    entry->take = bar->take;
    return valid && journal_entry_is_valid(entry);
}

static bool read_ban(sqlite3_stmt *row, JournalEntry *entry)
{
    bool valid = true;

    memset(entry, 0, sizeof *entry);
    entry->kind = JOURNAL_BAN;
    column_text(row, 0, entry->ban.name, NAME_BYTES_MAX, &valid);
    column_bytes(row, 1, entry->ban.resume_token, TOKEN_BYTES, &valid);
    return valid && journal_entry_is_valid(entry);
}

static bool read_lock(sqlite3_stmt *row, JournalEntry *entry)
{
    memset(entry, 0, sizeof *entry);
    entry->kind = JOURNAL_LOCK;
    entry->locked = sqlite3_column_int(row, 0) != 0;
    return true;
}

static bool read_privacy(sqlite3_stmt *row, JournalEntry *entry)
{
    const int64_t tier = sqlite3_column_int64(row, 0);

    memset(entry, 0, sizeof *entry);
    entry->kind = JOURNAL_PRIVACY;
    entry->privacy = (uint8_t)tier;
    return tier == entry->privacy && journal_entry_is_valid(entry);
}

typedef bool ReadRow(sqlite3_stmt *row, JournalEntry *entry);

/* All rows of one kind that belong to the session itself. */
static bool
read_rows(sqlite3_stmt *row, ReadRow *read, int64_t session_id, StorageTake *take, void *receiver)
{
    JournalEntry entry;
    int result;

    statement_number(row, 1, session_id);
    while ((result = sqlite3_step(row)) == SQLITE_ROW) {
        if (read(row, &entry)) {
            take(receiver, &entry);
        }
    }
    (void)sqlite3_reset(row);
    return result == SQLITE_DONE;
}

/* The hit of a take before, open or judged, tells how far the numbers have come. */
static bool read_newest(sqlite3_stmt *row, JournalEntry *entry)
{
    return sqlite3_column_int(row, 4) == 0 ? read_open_hit(row, entry) : read_judged(row, entry);
}

bool database_facts(Database *database, int64_t session_id, StorageTake *take, void *receiver)
{
    static const struct {
        StatementName statement;
        ReadRow *read;
    } kinds[] = {
        {STATEMENT_PARTICIPANTS, read_participant},
        {STATEMENT_NEWEST_HITS, read_newest},
        {STATEMENT_JUDGED, read_judged},
        {STATEMENT_OPEN_HITS, read_open_hit},
        {STATEMENT_BARS, read_bar},
        {STATEMENT_BANS, read_ban},
        {STATEMENT_LOCK, read_lock},
        {STATEMENT_PRIVACY, read_privacy},
    };
    bool read = read_timeline(database, session_id, take, receiver);

    for (size_t i = 0; read && i < sizeof kinds / sizeof kinds[0]; i++) {
        read = read_rows(statements_use(database, kinds[i].statement),
                         kinds[i].read,
                         session_id,
                         take,
                         receiver);
    }
    return read;
}
