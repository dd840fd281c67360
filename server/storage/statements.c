#include "server/storage/statements.h"

#include <assert.h>
#include <string.h>

const char STATEMENTS_SCHEMA[] =
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE session ("
    " id INTEGER PRIMARY KEY, code TEXT NOT NULL, facilitator_token BLOB NOT NULL,"
    " title TEXT NOT NULL, seats INTEGER NOT NULL, profile INTEGER NOT NULL,"
    " tempo_mbpm INTEGER NOT NULL, groove INTEGER NOT NULL, grace_s INTEGER NOT NULL,"
    " timeline BLOB, created_wall_ms INTEGER NOT NULL, touched_wall_ms INTEGER NOT NULL);"
    "CREATE TABLE groove ("
    " session_id INTEGER NOT NULL REFERENCES session(id), position INTEGER NOT NULL,"
    " text TEXT NOT NULL, PRIMARY KEY (session_id, position)) WITHOUT ROWID;"
    "CREATE TABLE participant ("
    " id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL REFERENCES session(id),"
    " seat INTEGER NOT NULL, present INTEGER NOT NULL, name TEXT NOT NULL, team TEXT NOT NULL,"
    " role INTEGER NOT NULL, part INTEGER NOT NULL, calibrated INTEGER NOT NULL,"
    " calibration_us INTEGER NOT NULL, take INTEGER NOT NULL, enters_at_ubeats INTEGER NOT NULL,"
    " resume_token BLOB NOT NULL);"
    "CREATE INDEX participant_seat ON participant (session_id, seat);"
    "CREATE TABLE hit ("
    " id INTEGER PRIMARY KEY, participant_id INTEGER NOT NULL REFERENCES participant(id),"
    " take INTEGER NOT NULL, hit_number INTEGER NOT NULL, note_number INTEGER NOT NULL,"
    " judgement INTEGER NOT NULL, at_ns INTEGER NOT NULL, error_ns INTEGER NOT NULL,"
    " calibration_ns INTEGER NOT NULL, beat_ns INTEGER NOT NULL, spacing_ns INTEGER NOT NULL,"
    " weight_micro INTEGER NOT NULL, pad INTEGER NOT NULL, velocity INTEGER NOT NULL);"
    "CREATE UNIQUE INDEX hit_played ON hit (participant_id, take, hit_number)"
    " WHERE hit_number > 0;"
    "CREATE UNIQUE INDEX hit_missed ON hit (participant_id, take, note_number)"
    " WHERE hit_number = 0;"
    "CREATE TABLE bar ("
    " session_id INTEGER NOT NULL REFERENCES session(id), take INTEGER NOT NULL,"
    " bar INTEGER NOT NULL, active INTEGER NOT NULL, together_centi INTEGER NOT NULL,"
    " r_tenthousandths INTEGER NOT NULL, sigma_us INTEGER NOT NULL, median_us INTEGER NOT NULL,"
    " PRIMARY KEY (session_id, take, bar)) WITHOUT ROWID;";

const char STATEMENTS_ADDITIONS[] =
    "CREATE TABLE IF NOT EXISTS ban ("
    " id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL REFERENCES session(id),"
    " name TEXT NOT NULL, resume_token BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS door ("
    " session_id INTEGER PRIMARY KEY REFERENCES session(id), locked INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS privacy ("
    " session_id INTEGER PRIMARY KEY REFERENCES session(id), tier INTEGER NOT NULL);"
    /* Of files made before the two others were found to do its work. */
    "DROP INDEX IF EXISTS hit_participant;";

/* Whoever had the seat last. */
#define NEWEST_IN_SEAT "(SELECT MAX(id) FROM participant WHERE session_id = ?1 AND seat = ?2)"
/* Who has a seat. */
#define PEOPLE                                                                                     \
    "participant AS one WHERE session_id = ?1 AND present = 1 AND id = (SELECT MAX(id)"            \
    " FROM participant AS other WHERE other.session_id = one.session_id"                           \
    " AND other.seat = one.seat)"
#define HIT_COLUMNS                                                                                \
    "hit_number, note_number, judgement, at_ns, error_ns, calibration_ns, beat_ns, spacing_ns,"    \
    " weight_micro, pad, velocity"
#define PARTICIPANT_COLUMNS                                                                        \
    "name, team, role, part, calibrated, calibration_us, take, enters_at_ubeats, resume_token"
#define BAR_COLUMNS "take, bar, active, together_centi, r_tenthousandths, sigma_us, median_us"
/* What they played in their take, in the order of the table: read by participant, the rows lie
   scattered, and a take of an hour takes many times as long. */
#define HITS_OF_TAKE                                                                               \
    "WITH people AS MATERIALIZED (SELECT id, seat, take FROM " PEOPLE ")"                          \
    " SELECT seat, hit.take, " HIT_COLUMNS                                                         \
    " FROM hit CROSS JOIN people ON people.id = participant_id AND people.take = hit.take"         \
    " WHERE hit.id >= (SELECT MIN(first) FROM ("                                                   \
    "SELECT (SELECT MIN(id) FROM hit WHERE participant_id = people.id AND take = people.take"      \
    " AND hit_number > 0) AS first FROM people UNION ALL "                                         \
    "SELECT (SELECT MIN(id) FROM hit WHERE participant_id = people.id AND take = people.take"      \
    " AND hit_number = 0) FROM people)) AND "

static const char *const statement_texts[] = {
    [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
    [STATEMENT_COMMIT] = "COMMIT",
    [STATEMENT_META] = "SELECT value FROM meta WHERE key = ?1",
    [STATEMENT_SET_META] = "REPLACE INTO meta (key, value) VALUES (?1, ?2)",
    [STATEMENT_PUT_SESSION] =
        "REPLACE INTO session (id, code, facilitator_token, title, seats, profile, tempo_mbpm,"
        " groove, grace_s, created_wall_ms, touched_wall_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    [STATEMENT_PUT_GROOVE] = "REPLACE INTO groove (session_id, position, text) VALUES (?1, ?2, ?3)",
    [STATEMENT_PUT_TIMELINE] = "UPDATE session SET timeline = ?2 WHERE id = ?1",
    [STATEMENT_TOUCH] = "UPDATE session SET touched_wall_ms = ?2 WHERE id = ?1",
    [STATEMENT_UPDATE_PARTICIPANT] =
        "UPDATE participant SET present = 1, name = ?3, team = ?4, role = ?5, part = ?6,"
        " calibrated = ?7, calibration_us = ?8, take = ?9, enters_at_ubeats = ?10"
        " WHERE id = " NEWEST_IN_SEAT " AND resume_token = ?11 AND present = 1",
    [STATEMENT_PUT_PARTICIPANT] =
        "INSERT INTO participant (present, session_id, seat, " PARTICIPANT_COLUMNS ")"
        " VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    [STATEMENT_LEAVE_SEAT] = "UPDATE participant SET present = 0 WHERE id = " NEWEST_IN_SEAT,
    [STATEMENT_PUT_HIT] = "INSERT INTO hit (participant_id, take, " HIT_COLUMNS ")"
                          " VALUES (" NEWEST_IN_SEAT ", ?3, ?4, 0, 0, ?5, 0, 0, 0, 0, 0, ?6, ?7)"
                          " ON CONFLICT DO NOTHING",
    [STATEMENT_PUT_JUDGED] =
        "REPLACE INTO hit (participant_id, take, " HIT_COLUMNS ")"
        " VALUES (" NEWEST_IN_SEAT ", ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    [STATEMENT_PUT_BAR] =
        "REPLACE INTO bar (session_id, " BAR_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [STATEMENT_PUT_BAN] = "INSERT INTO ban (session_id, name, resume_token) VALUES (?1, ?2, ?3)",
    [STATEMENT_PUT_LOCK] = "REPLACE INTO door (session_id, locked) VALUES (?1, ?2)",
    [STATEMENT_PUT_PRIVACY] = "REPLACE INTO privacy (session_id, tier) VALUES (?1, ?2)",
    [STATEMENT_SESSIONS] =
        "SELECT id, code, facilitator_token, title, seats, profile, tempo_mbpm, groove, grace_s,"
        " created_wall_ms, touched_wall_ms FROM session ORDER BY id",
    [STATEMENT_NEXT_SESSION] = "SELECT COALESCE(MAX(id), 0) + 1 FROM session",
    [STATEMENT_GROOVES] = "SELECT text FROM groove WHERE session_id = ?1 ORDER BY position",
    [STATEMENT_TIMELINE] = "SELECT timeline FROM session WHERE id = ?1 AND timeline IS NOT NULL",
    [STATEMENT_PARTICIPANTS] =
        "SELECT id, seat, " PARTICIPANT_COLUMNS " FROM " PEOPLE " ORDER BY seat",
    [STATEMENT_JUDGED] = HITS_OF_TAKE "judgement > 0 ORDER BY hit.id",
    [STATEMENT_OPEN_HITS] = HITS_OF_TAKE "judgement = 0 ORDER BY hit.id",
    /* Of takes before: numbers are never used twice. */
    [STATEMENT_NEWEST_HITS] =
        "SELECT seat, newest.take, " HIT_COLUMNS " FROM (SELECT id, seat, take FROM " PEOPLE
        ") AS people JOIN hit AS newest ON newest.id = (SELECT id FROM hit"
        " WHERE participant_id = people.id AND hit_number > 0"
        " ORDER BY take DESC, hit_number DESC LIMIT 1) WHERE newest.take <> people.take",
    [STATEMENT_BARS] = "SELECT " BAR_COLUMNS " FROM bar WHERE session_id = ?1 ORDER BY take, bar",
    [STATEMENT_BANS] = "SELECT name, resume_token FROM ban WHERE session_id = ?1 ORDER BY id",
    [STATEMENT_LOCK] = "SELECT locked FROM door WHERE session_id = ?1",
    [STATEMENT_PRIVACY] = "SELECT tier FROM privacy WHERE session_id = ?1",
};
_Static_assert(sizeof statement_texts / sizeof statement_texts[0] == STATEMENT_COUNT,
               "every statement has a text");

bool statements_prepare(Database *database)
{
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        if (sqlite3_prepare_v3(database->handle,
                               statement_texts[i],
                               -1,
                               SQLITE_PREPARE_PERSISTENT,
                               &database->statements[i],
                               NULL) != SQLITE_OK) {
            return false;
        }
    }
    return true;
}

sqlite3_stmt *statements_use(Database *database, StatementName name)
{
    sqlite3_stmt *statement = database->statements[name];

    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
    return statement;
}

void statement_number(sqlite3_stmt *statement, int index, int64_t value)
{
    int result = sqlite3_bind_int64(statement, index, value);

    assert(result == SQLITE_OK);
    (void)result;
}

void statement_text(sqlite3_stmt *statement, int index, const char *text)
{
    int result = sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);

    assert(result == SQLITE_OK);
    (void)result;
}

void statement_bytes(sqlite3_stmt *statement, int index, const uint8_t *bytes, size_t size_bytes)
{
    int result = sqlite3_bind_blob(statement, index, bytes, (int)size_bytes, SQLITE_STATIC);

    assert(result == SQLITE_OK);
    (void)result;
}

WriteResult statement_run(sqlite3_stmt *statement)
{
    int result = sqlite3_step(statement);

    (void)sqlite3_reset(statement);
    if (result == SQLITE_DONE || result == SQLITE_ROW) {
        return WRITE_DONE;
    }
    /* A constraint undoes its own statement alone; everything else may come right by itself. */
    result &= 0xff;
    return result == SQLITE_CONSTRAINT || result == SQLITE_MISMATCH || result == SQLITE_RANGE
               ? WRITE_REFUSED
               : WRITE_FAILED;
}
