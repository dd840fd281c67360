/* Writing: one function per kind of fact. */
#include <assert.h>
#include <string.h>

#include "server/storage/statements.h"
#include "server/storage/timeline_bytes.h"
#include "shared/groove_text.h"

static WriteResult write_session(Database *database, const StoredSession *session)
{
    sqlite3_stmt *statement = statements_use(database, STATEMENT_PUT_SESSION);
    const SessionConfig *config = &session->config;
    char code[CODE_CHARS + 1] = {0};

    memcpy(code, config->code, CODE_CHARS);
    statement_number(statement, 1, session->id);
    statement_text(statement, 2, code);
    statement_bytes(statement, 3, config->facilitator_token, TOKEN_BYTES);
    statement_text(statement, 4, config->title);
    statement_number(statement, 5, config->seats);
    statement_number(statement, 6, (int64_t)config->profile);
    statement_number(statement, 7, config->tempo_mbpm);
    statement_number(statement, 8, config->groove);
    statement_number(statement, 9, config->grace_s);
    statement_number(statement, 10, session->created_wall_ms);
    statement_number(statement, 11, session->touched_wall_ms);
    return statement_run(statement);
}

static WriteResult write_groove(Database *database, const Record *record)
{
    sqlite3_stmt *statement = statements_use(database, STATEMENT_PUT_GROOVE);
    char text[GROOVE_TEXT_BYTES_MAX + 1];

    (void)groove_text_format(&record->body.groove, text, sizeof text);
    statement_number(statement, 1, record->head.session_id);
    statement_number(statement, 2, record->head.position);
    statement_text(statement, 3, text);
    return statement_run(statement);
}

static WriteResult write_time(Database *database, const RecordTime *time)
{
    WriteResult result = database_set_meta_number(database, "stored_until_ns", time->now.ns);

    if (result != WRITE_DONE) {
        return result;
    }
    return database_set_meta_number(database, "stored_wall_ms", time->wall_ms);
}

static WriteResult write_timeline(Database *database, const Record *record)
{
    sqlite3_stmt *statement = statements_use(database, STATEMENT_PUT_TIMELINE);
    uint8_t bytes[TIMELINE_STORED_BYTES_MAX];
    size_t size_bytes = timeline_bytes_write(&record->body.timeline, bytes);

    statement_number(statement, 1, record->head.session_id);
    statement_bytes(statement, 2, bytes, size_bytes);
    return statement_run(statement);
}

static void bind_participant(sqlite3_stmt *statement, const Record *record)
{
    const JournalParticipant *participant = &record->body.participant;

    statement_number(statement, 1, record->head.session_id);
    statement_number(statement, 2, record->head.seat);
    statement_text(statement, 3, participant->name);
    statement_text(statement, 4, participant->team);
    statement_number(statement, 5, participant->role);
    statement_number(statement, 6, participant->part);
    statement_number(statement, 7, participant->calibrated ? 1 : 0);
    statement_number(statement, 8, participant->calibration_us);
    statement_number(statement, 9, participant->take);
    statement_number(statement, 10, participant->enters_at.ubeats);
    statement_bytes(statement, 11, participant->resume_token, TOKEN_BYTES);
}

static WriteResult write_participant(Database *database, const Record *record)
{
    sqlite3_stmt *statement;
    WriteResult result;

    if (!record->body.participant.present) {
        statement = statements_use(database, STATEMENT_LEAVE_SEAT);
        statement_number(statement, 1, record->head.session_id);
        statement_number(statement, 2, record->head.seat);
        return statement_run(statement);
    }
    statement = statements_use(database, STATEMENT_UPDATE_PARTICIPANT);
    bind_participant(statement, record);
    result = statement_run(statement);
    if (result != WRITE_DONE || sqlite3_changes(database->handle) > 0) {
        return result;
    }
    /* The seat is new, or somebody else's now. */
    statement = statements_use(database, STATEMENT_PUT_PARTICIPANT);
    bind_participant(statement, record);
    return statement_run(statement);
}

static WriteResult write_hit(Database *database, const Record *record)
{
    sqlite3_stmt *statement = statements_use(database, STATEMENT_PUT_HIT);
    const HitEntry *hit = &record->body.hit;

    statement_number(statement, 1, record->head.session_id);
    statement_number(statement, 2, record->head.seat);
    statement_number(statement, 3, record->head.take);
    statement_number(statement, 4, hit->number);
    statement_number(statement, 5, hit->at.ns);
    statement_number(statement, 6, hit->pad);
    statement_number(statement, 7, hit->velocity);
    return statement_run(statement);
}

static WriteResult write_judged(Database *database, const Record *record)
{
    sqlite3_stmt *statement = statements_use(database, STATEMENT_PUT_JUDGED);
    const JudgedRecord *judged = &record->body.judged;

    statement_number(statement, 1, record->head.session_id);
    statement_number(statement, 2, record->head.seat);
    statement_number(statement, 3, record->head.take);
    statement_number(statement, 4, judged->hit_number);
    statement_number(statement, 5, judged->note_number);
    statement_number(statement, 6, (int64_t)judged->kind);
    statement_number(statement, 7, judged->at.ns);
    statement_number(statement, 8, judged->error_ns);
    statement_number(statement, 9, judged->calibration_ns);
    statement_number(statement, 10, judged->beat_ns);
    statement_number(statement, 11, judged->spacing_ns);
    statement_number(statement, 12, judged->weight_micro);
    statement_number(statement, 13, judged->pad);
    statement_number(statement, 14, judged->velocity);
    return statement_run(statement);
}

static WriteResult write_bar(Database *database, const Record *record)
{
    sqlite3_stmt *statement = statements_use(database, STATEMENT_PUT_BAR);
    const BarEntry *bar = &record->body.bar;

    statement_number(statement, 1, record->head.session_id);
    statement_number(statement, 2, bar->take);
    statement_number(statement, 3, bar->bar);
    statement_number(statement, 4, bar->active);
    statement_number(statement, 5, bar->together_centi);
    statement_number(statement, 6, bar->r_tenthousandths);
    statement_number(statement, 7, bar->sigma_us);
    statement_number(statement, 8, bar->median_us);
    return statement_run(statement);
}

static WriteResult write_ban(Database *database, const Record *record)
{
    sqlite3_stmt *statement = statements_use(database, STATEMENT_PUT_BAN);

    statement_number(statement, 1, record->head.session_id);
    statement_text(statement, 2, record->body.ban.name);
    statement_bytes(statement, 3, record->body.ban.resume_token, TOKEN_BYTES);
    return statement_run(statement);
}

static WriteResult write_lock(Database *database, const Record *record)
{
    sqlite3_stmt *statement = statements_use(database, STATEMENT_PUT_LOCK);

    statement_number(statement, 1, record->head.session_id);
    statement_number(statement, 2, record->body.locked ? 1 : 0);
    return statement_run(statement);
}

static WriteResult write_privacy(Database *database, const Record *record)
{
    sqlite3_stmt *statement = statements_use(database, STATEMENT_PUT_PRIVACY);

    statement_number(statement, 1, record->head.session_id);
    statement_number(statement, 2, record->body.privacy);
    return statement_run(statement);
}

static WriteResult write_entry(Database *database, const Record *record)
{
    switch ((JournalKind)record->head.entry_kind) {
    case JOURNAL_TIMELINE:
        return write_timeline(database, record);
    case JOURNAL_PARTICIPANT:
        return write_participant(database, record);
    case JOURNAL_HIT:
        return write_hit(database, record);
    case JOURNAL_JUDGED:
        return write_judged(database, record);
    case JOURNAL_BAR:
        return write_bar(database, record);
    case JOURNAL_BAN:
        return write_ban(database, record);
    case JOURNAL_LOCK:
        return write_lock(database, record);
    case JOURNAL_PRIVACY:
        return write_privacy(database, record);
    }
    return WRITE_REFUSED;
}

WriteResult database_write(Database *database, const Record *record)
{
    switch ((RecordKind)record->head.kind) {
    case RECORD_SESSION:
        return write_session(database, &record->body.session);
    case RECORD_GROOVE:
        return write_groove(database, record);
    case RECORD_TIME:
        return write_time(database, &record->body.time);
    case RECORD_ENTRY:
        return write_entry(database, record);
    }
    return WRITE_REFUSED;
}

WriteResult database_touch(Database *database, int64_t session_id, int64_t wall_ms)
{
    sqlite3_stmt *statement = statements_use(database, STATEMENT_TOUCH);

    statement_number(statement, 1, session_id);
    statement_number(statement, 2, wall_ms);
    return statement_run(statement);
}
