/* ctest: label=tsan timeout=120 */
#include "server/storage/storage.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/storage/database.h"
#include "server/storage/timeline_bytes.h"
#include "shared/prng.h"
#include "tests/support/check.h"

enum {
    FACTS_MAX = 4096
};
#define SESSION_ID 1
#define WALL_MS INT64_C(1790000000000)
#define DAY_MS (24 * INT64_C(3600000))

/* A directory of the test's own, and what was read back from the store in it. */
typedef struct {
    char directory[256];
    JournalEntry facts[FACTS_MAX];
    int fact_count;
} Place;

static int make_place(void **state)
{
    const char *parent = getenv("TMPDIR");
    Place *place = calloc(1, sizeof *place);

    if (place == NULL) {
        return -1;
    }
    (void)snprintf(place->directory,
                   sizeof place->directory,
                   "%.200s/onedrum-storage-XXXXXX",
                   parent == NULL ? "/tmp" : parent);
    *state = place;
    return mkdtemp(place->directory) == NULL ? -1 : 0;
}

static int remove_place(void **state)
{
    static const char *const names[] = {"onedrum.db", "onedrum.db-wal", "onedrum.db-shm", "lock"};
    Place *place = *state;
    char path[512];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", place->directory, names[i]);
        (void)remove(path);
    }
    (void)rmdir(place->directory);
    free(place);
    return 0;
}

static Storage *open_store(const Place *place)
{
    StorageError error = {""};
    Storage *storage = storage_open(place->directory, &error);

    check_text(error.text, "");
    check(storage != NULL);
    return storage;
}

static void take_fact(void *receiver, const JournalEntry *entry)
{
    Place *place = receiver;

    check(place->fact_count < FACTS_MAX);
    place->facts[place->fact_count] = *entry;
    place->fact_count++;
}

static void read_facts(Place *place, Storage *storage)
{
    place->fact_count = 0;
    check(storage_facts(storage, SESSION_ID, take_fact, place));
}

static StoredSession example_session(void)
{
    StoredSession session = {
        .id = SESSION_ID,
        .config = {.title = "Sunday's circle", /* a quote, for good measure */
                   .code = {'K', '7', 'P', 'M', '4', 'T', 'W', 'X'},
                   .facilitator_token = {1, 2, 3, 0, 5, 255},
                   .seats = 24,
                   .profile = PROFILE_EXPERT,
                   .tempo_mbpm = 96500,
                   .groove = 1,
                   .grace_s = 600},
        .created_wall_ms = WALL_MS - 1000,
        .touched_wall_ms = WALL_MS,
    };

    return session;
}

static Groove example_groove(const char *title)
{
    Groove groove = {
        .tempo_mbpm = 112000,
        .beats_per_bar = 4,
        .steps_per_beat = 2,
        .bars = 1,
        .metre_unit = 4,
        .part_count = 1,
        .parts = {{.drum = DRUM_DJEMBE_BASS, .title = "bass", .steps = {2, 0, 1, 1}}},
    };

    (void)snprintf(groove.title, sizeof groove.title, "%s", title);
    check(groove_is_valid(&groove));
    return groove;
}

static void put_example_session(Storage *storage)
{
    StoredSession session = example_session();
    Groove grooves[2] = {example_groove("First"), example_groove("Second")};

    check(storage_put_session(storage, &session, grooves, 2));
}

static JournalEntry participant_fact(uint16_t seat, uint8_t token, uint16_t take)
{
    JournalEntry entry = {.kind = JOURNAL_PARTICIPANT, .seat = seat, .take = take};
    JournalParticipant *participant = &entry.participant;

    (void)snprintf(participant->name, sizeof participant->name, "Adjoa %d", token);
    (void)snprintf(participant->team, sizeof participant->team, "Maple");
    participant->role = ROLE_FACILITATOR;
    participant->part = 3;
    participant->present = true;
    participant->calibrated = true;
    participant->calibration_us = -31250;
    participant->take = take;
    participant->enters_at.ubeats = 8000000;
    memset(participant->resume_token, token, TOKEN_BYTES);
    return entry;
}

static JournalEntry hit_fact(uint16_t seat, uint16_t take, uint32_t number)
{
    JournalEntry entry = {.kind = JOURNAL_HIT, .seat = seat, .take = take};

    entry.hit = (HitEntry){
        .number = number, .at = {INT64_C(123456789012) + number}, .pad = 2, .velocity = 101};
    return entry;
}

static JournalEntry
judged_fact(uint16_t seat, uint16_t take, uint32_t hit_number, int64_t note_number)
{
    JournalEntry entry = {.kind = JOURNAL_JUDGED, .seat = seat, .take = take};

    entry.judged = (JudgedRecord){
        .kind = hit_number == 0 ? JUDGEMENT_MISS : JUDGEMENT_GOOD,
        .at = {INT64_C(123456789012) + hit_number},
        .note_number = note_number,
        .error_ns = hit_number == 0 ? 0 : -17000001,
        .calibration_ns = -31250000,
        .beat_ns = 600000000,
        .spacing_ns = 300000000,
        .weight_micro = hit_number == 0 ? 0 : 812345,
        .hit_number = hit_number,
        .pad = hit_number == 0 ? 0 : 2,
        .velocity = hit_number == 0 ? 0 : 101,
    };
    return entry;
}

static void put(Storage *storage, JournalEntry entry)
{
    check(storage_put_entry(storage, SESSION_ID, &entry));
}

static void write_now(Storage *storage)
{
    check(storage_write_waiting(storage, WALL_MS));
    check_i64(storage_counts(storage).refused, 0);
}

static void check_judged(const JournalEntry *entry, const JudgedRecord *expected)
{
    check_i64(entry->kind, JOURNAL_JUDGED);
    check_i64(entry->judged.kind, expected->kind);
    check_i64(entry->judged.at.ns, expected->at.ns);
    check_i64(entry->judged.note_number, expected->note_number);
    check_i64(entry->judged.error_ns, expected->error_ns);
    check_i64(entry->judged.calibration_ns, expected->calibration_ns);
    check_i64(entry->judged.beat_ns, expected->beat_ns);
    check_i64(entry->judged.spacing_ns, expected->spacing_ns);
    check_i64(entry->judged.weight_micro, expected->weight_micro);
    check_i64(entry->judged.hit_number, expected->hit_number);
    check_i64(entry->judged.pad, expected->pad);
    check_i64(entry->judged.velocity, expected->velocity);
}

/* --- opening --- */

static void a_new_store_holds_nothing(void **state)
{
    Storage *storage = open_store(*state);
    StoredSession session;
    StoredClock clock;
    int left_out = -1;

    check_i64(storage_sessions(storage, 0, &session, 1, &left_out), 0);
    check_i64(left_out, 0);
    check_i64(storage_next_session_id(storage), 1);
    check_i64(storage_port(storage), 0);
    storage_clock(storage, &clock);
    check(!clock.known);
    check(storage_close(storage));
}

/* Tokens are in all of them, and the system's own mask may let everybody in. */
static void a_store_is_made_for_its_owner_alone(void **state)
{
    static const char *const names[] = {"onedrum.db", "onedrum.db-wal", "onedrum.db-shm", "lock"};
    const mode_t mask = umask(0);
    Place *place = *state;
    char directory[512];
    char path[640];
    struct stat status;
    StorageError error;
    Storage *storage;

    (void)snprintf(directory, sizeof directory, "%s/a/b", place->directory);
    storage = storage_open(directory, &error);
    check(storage != NULL);
    check(stat(directory, &status) == 0);
    check_i64(status.st_mode & 0777, 0700);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        check(stat(path, &status) == 0);
        check_i64(status.st_mode & 0777, 0600);
    }
    check(storage_close(storage));
    (void)umask(mask);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        (void)remove(path);
    }
    (void)rmdir(directory);
    (void)snprintf(path, sizeof path, "%s/a", place->directory);
    (void)rmdir(path);
}

static void a_directory_in_use_is_refused_with_a_remedy(void **state)
{
    Place *place = *state;
    Storage *storage = open_store(place);
    StorageError error;

    check(storage_open(place->directory, &error) == NULL);
    check(strstr(error.text, "another onedrum-server uses") != NULL);
    check(strstr(error.text, "--data") != NULL);
    check(storage_close(storage));
    storage = open_store(place);
    check(storage_close(storage));
}

static void a_place_where_nothing_can_be_made_is_refused_with_a_remedy(void **state)
{
    StorageError error;

    (void)state;
    check(storage_open("/dev/null/store", &error) == NULL);
    check(strstr(error.text, "cannot write in the data directory") != NULL);
    check(strstr(error.text, "--data") != NULL);
}

static void a_store_of_a_newer_version_is_left_alone(void **state)
{
    Place *place = *state;
    Storage *storage = open_store(place);
    char path[512];
    StorageError error = {""};
    Database *database;

    check(storage_close(storage));
    (void)snprintf(path, sizeof path, "%s/onedrum.db", place->directory);
    database = database_open(path, &error);
    check(database != NULL);
    check(database_set_meta_number(database, "schema_version", DATABASE_SCHEMA_VERSION + 1) ==
          WRITE_DONE);
    database_close(database);
    check(storage_open(place->directory, &error) == NULL);
    check(strstr(error.text, "newer onedrum-server") != NULL);
}

static void a_file_that_is_no_store_is_refused(void **state)
{
    Place *place = *state;
    char path[512];
    StorageError error = {""};
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/onedrum.db", place->directory);
    file = fopen(path, "w");
    check(file != NULL);
    check(fputs("These are the songs that we know by heart, and there are many.", file) >= 0);
    check(fclose(file) == 0);
    check(storage_open(place->directory, &error) == NULL);
    check(strstr(error.text, "onedrum.db") != NULL);
    check(strstr(error.text, "--data") != NULL);
}

/* --- sessions --- */

static void a_session_comes_back_as_it_was(void **state)
{
    Storage *storage = open_store(*state);
    StoredSession expected = example_session();
    StoredSession session;
    Groove grooves[3];
    Groove second = example_groove("Second");
    int left_out;

    put_example_session(storage);
    check(storage_close(storage));
    storage = open_store(*state);
    check_i64(storage_sessions(storage, 0, &session, 1, &left_out), 1);
    check_i64(session.id, SESSION_ID);
    check_text(session.config.title, expected.config.title);
    check_bytes(session.config.code, expected.config.code, CODE_CHARS);
    check_bytes(session.config.facilitator_token, expected.config.facilitator_token, TOKEN_BYTES);
    check_i64(session.config.seats, 24);
    check_i64(session.config.profile, PROFILE_EXPERT);
    check_i64(session.config.tempo_mbpm, 96500);
    check_i64(session.config.groove, 1);
    check_i64(session.config.grace_s, 600);
    check_i64(session.created_wall_ms, expected.created_wall_ms);
    check_i64(session.touched_wall_ms, expected.touched_wall_ms);
    check_i64(storage_grooves(storage, SESSION_ID, grooves, 3), 2);
    check(groove_is_equal(&grooves[1], &second));
    check_i64(storage_next_session_id(storage), SESSION_ID + 1);
    check(storage_close(storage));
}

static void sessions_that_nobody_touched_for_long_are_left_out(void **state)
{
    Storage *storage = open_store(*state);
    StoredSession session = example_session();
    StoredSession found[3];
    int left_out;

    for (int i = 0; i < 3; i++) {
        session.id = i + 1;
        session.touched_wall_ms = WALL_MS - (2 - i) * (40 * DAY_MS);
        check(storage_put_session(storage, &session, NULL, 0));
    }
    write_now(storage);
    check_i64(storage_sessions(storage, WALL_MS - 30 * DAY_MS, found, 3, &left_out), 1);
    check_i64(left_out, 2);
    check_i64(found[0].id, 3);
    check(storage_close(storage));
}

static void a_fact_touches_its_session(void **state)
{
    Storage *storage = open_store(*state);
    StoredSession session;
    int left_out;

    put_example_session(storage);
    put(storage, participant_fact(0, 1, 1));
    check(storage_write_waiting(storage, WALL_MS + DAY_MS));
    check_i64(storage_sessions(storage, 0, &session, 1, &left_out), 1);
    check_i64(session.touched_wall_ms, WALL_MS + DAY_MS);
    check(storage_close(storage));
}

/* --- facts --- */

static void facts_come_back_in_the_order_a_session_wants(void **state)
{
    Place *place = *state;
    Storage *storage = open_store(place);
    JournalEntry bar = {.kind = JOURNAL_BAR, .take = 1};
    JournalEntry line = {.kind = JOURNAL_TIMELINE};
    static const JournalKind order[] = {JOURNAL_TIMELINE,
                                        JOURNAL_PARTICIPANT,
                                        JOURNAL_PARTICIPANT,
                                        JOURNAL_JUDGED,
                                        JOURNAL_JUDGED,
                                        JOURNAL_HIT,
                                        JOURNAL_BAR};

    bar.bar = (BarEntry){.bar = -1,
                         .take = 1,
                         .active = 2,
                         .together_centi = 8765,
                         .r_tenthousandths = 9876,
                         .sigma_us = 12345,
                         .median_us = -4321};
    timeline_init(&line.timeline, 1, 4);
    check(timeline_start(&line.timeline, (SessionTime){5 * NS_PER_S}, 2, 120000));
    put_example_session(storage);
    put(storage, bar);
    put(storage, participant_fact(1, 11, 1));
    put(storage, participant_fact(0, 10, 1));
    put(storage, hit_fact(0, 1, 1));
    put(storage, hit_fact(0, 1, 2));
    put(storage, judged_fact(1, 1, 0, 1));
    put(storage, judged_fact(0, 1, 1, 1));
    put(storage, line);
    check(storage_close(storage));
    storage = open_store(place);
    read_facts(place, storage);
    check_i64(place->fact_count, (int)(sizeof order / sizeof order[0]));
    for (int i = 0; i < place->fact_count; i++) {
        check_i64(place->facts[i].kind, order[i]);
    }
    check_i64(place->facts[0].timeline.revision, line.timeline.revision);
    check_i64(place->facts[0].timeline.section_count, line.timeline.section_count);
    check_i64(place->facts[1].seat, 0);
    check_i64(place->facts[2].seat, 1);
    check_i64(place->facts[3].seat, 1);
    check_i64(place->facts[4].seat, 0);
    check_i64(place->facts[5].seat, 0);
    check_i64(place->facts[5].hit.number, 2);
    check_i64(place->facts[5].hit.at.ns, hit_fact(0, 1, 2).hit.at.ns);
    check_i64(place->facts[5].hit.pad, 2);
    check_i64(place->facts[5].hit.velocity, 101);
    check_i64(place->facts[6].bar.bar, -1);
    check_i64(place->facts[6].bar.sigma_us, 12345);
    check_i64(place->facts[6].bar.median_us, -4321);
    check(storage_close(storage));
}

static void bans_the_newest_lock_and_the_newest_tier_come_back(void **state)
{
    Place *place = *state;
    Storage *storage = open_store(place);
    JournalEntry ban = {.kind = JOURNAL_BAN, .seat = 3, .ban = {.name = "Kofi"}};
    JournalEntry lock = {.kind = JOURNAL_LOCK, .locked = false};
    JournalEntry privacy = {.kind = JOURNAL_PRIVACY, .privacy = PRIVACY_TEAMS};

    memset(ban.ban.resume_token, 9, TOKEN_BYTES);
    put_example_session(storage);
    put(storage, ban);
    put(storage, lock);
    lock.locked = true;
    put(storage, lock);
    put(storage, privacy);
    privacy.privacy = PRIVACY_PRIVATE;
    put(storage, privacy);
    check(storage_close(storage));
    storage = open_store(place);
    read_facts(place, storage);
    check_i64(place->fact_count, 3);
    check_i64(place->facts[0].kind, JOURNAL_BAN);
    check_text(place->facts[0].ban.name, "Kofi");
    check_bytes(place->facts[0].ban.resume_token, ban.ban.resume_token, TOKEN_BYTES);
    check_i64(place->facts[1].kind, JOURNAL_LOCK);
    check(place->facts[1].locked);
    check_i64(place->facts[2].kind, JOURNAL_PRIVACY);
    check_i64(place->facts[2].privacy, PRIVACY_PRIVATE);
    check(storage_close(storage));
}

static void a_participant_comes_back_with_every_field(void **state)
{
    Place *place = *state;
    Storage *storage = open_store(place);
    JournalEntry expected = participant_fact(7, 42, 3);
    const JournalParticipant *participant = &place->facts[0].participant;

    put_example_session(storage);
    put(storage, participant_fact(7, 42, 1));
    put(storage, expected);
    write_now(storage);
    read_facts(place, storage);
    check_i64(place->fact_count, 1);
    check_i64(place->facts[0].seat, 7);
    check_text(participant->name, expected.participant.name);
    check_text(participant->team, expected.participant.team);
    check_i64(participant->role, ROLE_FACILITATOR);
    check_i64(participant->part, 3);
    check(participant->present);
    check(participant->calibrated);
    check_i64(participant->calibration_us, -31250);
    check_i64(participant->take, 3);
    check_i64(participant->enters_at.ubeats, 8000000);
    check_bytes(participant->resume_token, expected.participant.resume_token, TOKEN_BYTES);
    check(storage_close(storage));
}

static void a_closed_hit_replaces_the_open_one(void **state)
{
    Place *place = *state;
    Storage *storage = open_store(place);
    JournalEntry judged = judged_fact(0, 1, 5, 9);

    put_example_session(storage);
    put(storage, participant_fact(0, 1, 1));
    put(storage, hit_fact(0, 1, 5));
    write_now(storage);
    put(storage, judged);
    /* Heard twice, as after a restart: the closed one stays. */
    put(storage, hit_fact(0, 1, 5));
    write_now(storage);
    read_facts(place, storage);
    check_i64(place->fact_count, 2);
    check_judged(&place->facts[1], &judged.judged);
    check(storage_close(storage));
}

static void closed_hits_come_back_in_the_order_of_closing(void **state)
{
    Place *place = *state;
    Storage *storage = open_store(place);
    static const uint32_t closing_order[] = {2, 1, 0, 4, 3};

    put_example_session(storage);
    put(storage, participant_fact(0, 1, 1));
    for (uint32_t i = 1; i <= 4; i++) {
        put(storage, hit_fact(0, 1, i));
    }
    for (size_t i = 0; i < 5; i++) {
        put(storage, judged_fact(0, 1, closing_order[i], (int64_t)i + 1));
    }
    write_now(storage);
    read_facts(place, storage);
    check_i64(place->fact_count, 6);
    for (int i = 0; i < 5; i++) {
        check_i64(place->facts[i + 1].judged.hit_number, closing_order[i]);
    }
    check(storage_close(storage));
}

static void missed_notes_are_kept_apart_by_their_note(void **state)
{
    Place *place = *state;
    Storage *storage = open_store(place);

    put_example_session(storage);
    put(storage, participant_fact(0, 1, 1));
    put(storage, judged_fact(0, 1, 0, 1));
    put(storage, judged_fact(0, 1, 0, 2));
    put(storage, judged_fact(0, 1, 0, 2));
    write_now(storage);
    read_facts(place, storage);
    check_i64(place->fact_count, 3);
    check_i64(place->facts[1].judged.note_number, 1);
    check_i64(place->facts[2].judged.note_number, 2);
    check(storage_close(storage));
}

static void only_the_take_somebody_is_in_comes_back(void **state)
{
    Place *place = *state;
    Storage *storage = open_store(place);

    put_example_session(storage);
    put(storage, participant_fact(0, 1, 1));
    put(storage, judged_fact(0, 1, 1, 1));
    put(storage, participant_fact(0, 1, 2));
    put(storage, judged_fact(0, 2, 2, 1));
    write_now(storage);
    read_facts(place, storage);
    check_i64(place->fact_count, 2);
    check_i64(place->facts[1].judged.hit_number, 2);
    check(storage_close(storage));
}

static void
who_has_not_played_in_this_take_yet_brings_the_newest_hit_of_the_one_before(void **state)
{
    Place *place = *state;
    Storage *storage = open_store(place);

    put_example_session(storage);
    put(storage, participant_fact(0, 1, 1));
    put(storage, judged_fact(0, 1, 7, 7));
    put(storage, judged_fact(0, 1, 8, 8));
    put(storage, participant_fact(1, 2, 1));
    put(storage, hit_fact(1, 1, 5));
    put(storage, participant_fact(0, 1, 2));
    put(storage, participant_fact(1, 2, 2));
    write_now(storage);
    read_facts(place, storage);
    check_i64(place->fact_count, 4);
    check_i64(place->facts[2].kind + place->facts[3].kind, JOURNAL_JUDGED + JOURNAL_HIT);
    for (int i = 2; i < 4; i++) {
        const JournalEntry *fact = &place->facts[i];

        check_i64(fact->take, 1);
        check_i64(fact->seat == 0 ? fact->judged.hit_number : fact->hit.number,
                  fact->seat == 0 ? 8 : 5);
    }
    check(storage_close(storage));
}

static void somebody_new_in_a_seat_does_not_inherit_its_hits(void **state)
{
    Place *place = *state;
    Storage *storage = open_store(place);
    JournalEntry leaves = participant_fact(0, 1, 1);

    leaves.participant.present = false;
    put_example_session(storage);
    put(storage, participant_fact(0, 1, 1));
    put(storage, judged_fact(0, 1, 1, 1));
    put(storage, leaves);
    write_now(storage);
    read_facts(place, storage);
    check_i64(place->fact_count, 0);
    put(storage, participant_fact(0, 2, 1));
    put(storage, judged_fact(0, 1, 1, 2));
    write_now(storage);
    read_facts(place, storage);
    check_i64(place->fact_count, 2);
    check_text(place->facts[0].participant.name, "Adjoa 2");
    check_i64(place->facts[1].judged.note_number, 2);
    check(storage_close(storage));
}

static void a_fact_about_nobody_is_refused_and_holds_nothing_up(void **state)
{
    Place *place = *state;
    Storage *storage = open_store(place);

    put_example_session(storage);
    put(storage, hit_fact(5, 1, 1));
    put(storage, participant_fact(0, 1, 1));
    check(storage_write_waiting(storage, WALL_MS));
    check_i64(storage_counts(storage).refused, 1);
    read_facts(place, storage);
    check_i64(place->fact_count, 1);
    check(storage_close(storage));
}

static void clock_and_port_come_back(void **state)
{
    Storage *storage = open_store(*state);
    StoredClock clock;

    check(storage_set_clock(storage, "a-boot", -12345678901));
    check(storage_set_port(storage, 54321));
    check(storage_put_time(storage, (SessionTime){777}, WALL_MS));
    check(storage_put_time(storage, (SessionTime){888}, WALL_MS + 1));
    check(storage_close(storage));
    storage = open_store(*state);
    storage_clock(storage, &clock);
    check(clock.known);
    check_text(clock.boot_id, "a-boot");
    check_i64(clock.offset_ns, -12345678901);
    check_i64(clock.stored_until.ns, 888);
    check_i64(clock.stored_wall_ms, WALL_MS + 1);
    check_i64(storage_port(storage), 54321);
    check(storage_close(storage));
}

static void a_timeline_survives_as_bytes_and_no_part_of_it_is_taken_for_a_whole(void **state)
{
    Timeline timeline;
    Timeline again;
    uint8_t bytes[TIMELINE_STORED_BYTES_MAX + 1] = {0};
    size_t size;

    (void)state;
    timeline_init(&timeline, 2, 3);
    check(timeline_start(&timeline, (SessionTime){NS_PER_S}, 1, 90000));
    check(timeline_ramp_tempo(&timeline, (Beats){30 * UBEATS_PER_BEAT}, 4, 140000));
    size = timeline_bytes_write(&timeline, bytes);
    check(timeline_bytes_read(bytes, size, &again));
    check_i64(again.revision, timeline.revision);
    check_i64(again.tempo.segment_count, timeline.tempo.segment_count);
    check_i64(again.tempo.segments[again.tempo.segment_count - 1].end_tempo_mbpm, 140000);
    check_i64(again.sections[again.section_count - 1].beats_per_bar, 3);
    for (size_t i = 0; i < size; i++) {
        check(!timeline_bytes_read(bytes, i, &again));
    }
    check(!timeline_bytes_read(bytes, size + 1, &again));
}

/* --- trouble --- */

static void a_killed_process_keeps_what_was_written(void **state)
{
    Place *place = *state;
    Storage *storage;
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        storage = open_store(place);
        put_example_session(storage);
        put(storage, participant_fact(0, 1, 1));
        put(storage, judged_fact(0, 1, 1, 1));
        write_now(storage);
        put(storage, judged_fact(0, 1, 2, 2));
        (void)raise(SIGKILL);
    }
    check(child > 0);
    check(waitpid(child, &status, 0) == child);
    check(WIFSIGNALED(status));
    storage = open_store(place);
    read_facts(place, storage);
    check_i64(place->fact_count, 2);
    check_i64(place->facts[1].judged.hit_number, 1);
    check(storage_close(storage));
}

static void a_full_disk_holds_facts_back_and_loses_none(void **state)
{
    Place *place = *state;
    Storage *storage = open_store(place);
    struct rlimit limit;
    rlim_t soft;

    put_example_session(storage);
    put(storage, participant_fact(0, 1, 1));
    write_now(storage);
    (void)signal(SIGXFSZ, SIG_IGN);
    check(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    soft = limit.rlim_cur;
    limit.rlim_cur = 1024;
    check(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    for (uint32_t i = 1; i <= 1000; i++) {
        put(storage, judged_fact(0, 1, i, i));
    }
    check(!storage_write_waiting(storage, WALL_MS));
    check(!storage_write_waiting(storage, WALL_MS));
    limit.rlim_cur = soft;
    check(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    check_i64(storage_counts(storage).failed_tries, 2);
    check_i64(storage_counts(storage).lost, 0);
    put(storage, judged_fact(0, 1, 1001, 1001));
    write_now(storage);
    read_facts(place, storage);
    check_i64(place->fact_count, 1002);
    check_i64(place->facts[1001].judged.hit_number, 1001);
    check(storage_close(storage));
}

static void a_full_ring_counts_what_it_loses(void **state)
{
    Place *place = *state;
    Storage *storage = open_store(place);
    JournalEntry line = {.kind = JOURNAL_TIMELINE};
    int taken = 0;

    timeline_init(&line.timeline, 0, 4);
    put_example_session(storage);
    while (storage_put_entry(storage, SESSION_ID, &line)) {
        taken++;
        check(taken < STORAGE_RING_BYTES);
    }
    check(!storage_put_entry(storage, SESSION_ID, &line));
    check_i64(storage_counts(storage).lost, 2);
    check_i64_between(taken, STORAGE_RING_BYTES / 1600, STORAGE_RING_BYTES / 1400);
    write_now(storage);
    check_u64(storage_counts(storage).waiting_bytes, 0);
    check(storage_put_entry(storage, SESSION_ID, &line));
    check(!storage_close(storage));
}

static void sixty_seconds_of_900_players_fit_into_the_ring(void **state)
{
    const JournalEntry hit = hit_fact(0, 1, 1);
    const JournalEntry judged = judged_fact(0, 1, 1, 1);
    int status = -1;
    /* In a process of its own, which ends without the work of writing half a million facts. */
    pid_t child = fork();

    if (child == 0) {
        Storage *storage = open_store(*state);

        for (int i = 0; i < 900 * 60 * 4; i++) {
            (void)storage_put_entry(storage, SESSION_ID, &hit);
            (void)storage_put_entry(storage, SESSION_ID, &judged);
        }
        _Exit(storage_counts(storage).lost == 0 ? 0 : 1);
    }
    check(child > 0);
    check(waitpid(child, &status, 0) == child);
    check(WIFEXITED(status));
    check_i64(WEXITSTATUS(status), 0);
}

/* Law: whatever order facts of several people come in, each person's closed records come back as
 * they were put, beside a thread that writes meanwhile. */
static void the_thread_stores_all_that_was_handed_over(void **state)
{
    Place *place = *state;
    Storage *storage = open_store(place);
    StorageError error;
    Prng prng;
    uint32_t put_count[8] = {0};
    uint32_t read_count[8] = {0};

    prng_seed(&prng, check_seed(404));
    put_example_session(storage);
    for (uint16_t seat = 0; seat < 8; seat++) {
        put(storage, participant_fact(seat, (uint8_t)(seat + 1), 1));
    }
    check(storage_start(storage, &error));
    for (int i = 0; i < FACTS_MAX - 8; i++) {
        uint16_t seat = (uint16_t)prng_below(&prng, 8);

        put_count[seat]++;
        put(storage, hit_fact(seat, 1, put_count[seat]));
        put(storage, judged_fact(seat, 1, put_count[seat], put_count[seat]));
    }
    check(storage_close(storage));
    storage = open_store(place);
    read_facts(place, storage);
    check_i64(place->fact_count, FACTS_MAX);
    for (int i = 0; i < place->fact_count; i++) {
        const JournalEntry *entry = &place->facts[i];

        if (entry->kind == JOURNAL_JUDGED) {
            read_count[entry->seat]++;
            check_i64(entry->judged.hit_number, read_count[entry->seat]);
        }
    }
    for (int seat = 0; seat < 8; seat++) {
        check_i64(read_count[seat], put_count[seat]);
    }
    check(storage_close(storage));
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_new_store_holds_nothing),
        STORE_TEST(a_store_is_made_for_its_owner_alone),
        STORE_TEST(a_directory_in_use_is_refused_with_a_remedy),
        STORE_TEST(a_place_where_nothing_can_be_made_is_refused_with_a_remedy),
        STORE_TEST(a_store_of_a_newer_version_is_left_alone),
        STORE_TEST(a_file_that_is_no_store_is_refused),
        STORE_TEST(a_session_comes_back_as_it_was),
        STORE_TEST(sessions_that_nobody_touched_for_long_are_left_out),
        STORE_TEST(a_fact_touches_its_session),
        STORE_TEST(facts_come_back_in_the_order_a_session_wants),
        STORE_TEST(bans_the_newest_lock_and_the_newest_tier_come_back),
        STORE_TEST(a_participant_comes_back_with_every_field),
        STORE_TEST(a_closed_hit_replaces_the_open_one),
        STORE_TEST(closed_hits_come_back_in_the_order_of_closing),
        STORE_TEST(missed_notes_are_kept_apart_by_their_note),
        STORE_TEST(only_the_take_somebody_is_in_comes_back),
        STORE_TEST(who_has_not_played_in_this_take_yet_brings_the_newest_hit_of_the_one_before),
        STORE_TEST(somebody_new_in_a_seat_does_not_inherit_its_hits),
        STORE_TEST(a_fact_about_nobody_is_refused_and_holds_nothing_up),
        STORE_TEST(clock_and_port_come_back),
        cmocka_unit_test(a_timeline_survives_as_bytes_and_no_part_of_it_is_taken_for_a_whole),
        STORE_TEST(a_killed_process_keeps_what_was_written),
        STORE_TEST(a_full_disk_holds_facts_back_and_loses_none),
        STORE_TEST(a_full_ring_counts_what_it_loses),
        STORE_TEST(sixty_seconds_of_900_players_fit_into_the_ring),
        STORE_TEST(the_thread_stores_all_that_was_handed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
