#include "shared/session/play.h"

#include <math.h>
#include <string.h>

#include "shared/session/people.h"

/* Notes are given to the judge this long before they are due: more than any early hit. */
#define EXPECT_AHEAD_NS (2 * NS_PER_S)
/* Hits before the first note of all that may belong to it. */
#define ENTRY_MARGIN_NS (200 * NS_PER_MS)
/* Longer than half of any cell, and well before the first note of a take that was just ordered. */
/* A clock may not excuse more than this. */
#define UNCERTAINTY_NS_MAX (40 * NS_PER_MS)
/* How long after a return old hits may still come in. */
#define RETURN_GRACE_NS (5 * NS_PER_S)
/* How often each judgement is told, against loss. */
enum {
    JUDGEMENT_REPEATS = 3
};

static Beats later(Beats a, Beats b)
{
    return a.ubeats > b.ubeats ? a : b;
}

static Beats earlier(Beats a, Beats b)
{
    return a.ubeats < b.ubeats ? a : b;
}

void play_enter(const Session *session, Participant *participant, SessionTime now)
{
    const SessionTime known = {now.ns + SESSION_LEAD_NS};
    const Beats where = tempo_map_beats_at(&session->timeline.tempo, known);

    participant->enters_at = timeline_next_bar(&session->timeline, where);
    participant->expected_until = participant->enters_at;
    participant->take = session->take;
    participant->suspended = false;
}

void play_return(const Session *session, Participant *participant, SessionTime now)
{
    if (participant->suspended) {
        play_enter(session, participant, now);
    }
}

void play_choose_part(const Session *session,
                      Participant *participant,
                      SessionTime now,
                      uint8_t part)
{
    const SessionTime known = {now.ns + SESSION_LEAD_NS};
    const Beats where = tempo_map_beats_at(&session->timeline.tempo, known);
    const Beats now_at = tempo_map_beats_at(&session->timeline.tempo, now);
    const Beats from = timeline_next_bar(&session->timeline, where);

    if (now_at.ubeats >= participant->part_from.ubeats) {
        participant->part_before = participant->part;
    }
    participant->part = part;
    participant->part_from = from;
    participant->timeline_revision = 0; /* the notes already expected may be of the old part */
}

static int64_t calibration_ns(const Participant *participant)
{
    return participant->calibrated ? participant->calibration_us * NS_PER_US : 0;
}

/* A note of the participant's part, wherever in the timeline it lies. */
typedef struct {
    Beats at;
    SessionTime time;
} ExpectedNote;

/*
 * The first note at or after `from`, in whichever playing section; false when the timeline ends
 * before one. A section, and within it the stretch of one part, is searched at a time.
 */
static bool
find_note(const Session *session, const Participant *participant, Beats from, ExpectedNote *found)
{
    const Timeline *timeline = &session->timeline;
    const Section *last = &timeline->sections[timeline->section_count - 1];
    const Section *section = timeline_section_at(timeline, from);

    for (; section <= last; section++) {
        const Groove *groove = session_groove(session, section);
        const Beats section_end = timeline_section_end(timeline, section);
        Beats start = later(from, section->start);

        while (section->transport == TRANSPORT_PLAYING && start.ubeats < section_end.ubeats) {
            const bool before = start.ubeats < participant->part_from.ubeats;
            const Beats end = before ? earlier(section_end, participant->part_from) : section_end;
            const int part = participant_part(participant, groove, start);
            GrooveNote note;

            if (groove_note_at_or_after(groove, part, section->start, start, &note) &&
                note.at.ubeats < end.ubeats) {
                found->at = note.at;
                found->time = tempo_map_time_of(&timeline->tempo, note.at);
                /* No note is due where the music stands, whatever a stored timeline says. */
                return found->time.ns != SESSION_TIME_NEVER.ns &&
                       tempo_map_tempo_mbpm_at(&timeline->tempo, found->time) > 0;
            }
            start = end;
        }
    }
    return false;
}

/*
 * The time from the note before `note` to it; INT64_MAX for none. A note more than a cycle of the
 * groove before it lies behind a halt and is no neighbour: a pause is not the period of any phase.
 */
static int64_t
gap_before_ns(const Session *session, const Participant *participant, const ExpectedNote *note)
{
    const Section *section = timeline_section_at(&session->timeline, note->at);
    const Groove *groove = session_groove(session, section);
    const int part = participant_part(participant, groove, note->at);
    const int64_t beat_ns =
        beat_ns_at(tempo_map_tempo_mbpm_at(&session->timeline.tempo, note->time));
    const int64_t cycle_ns = groove_cycle_beats(groove).ubeats / UBEATS_PER_BEAT * beat_ns;
    GrooveNote before;

    if (participant->note_number > 0 && participant->last_note_at.ns < note->time.ns &&
        participant->expected_until.ubeats > participant->enters_at.ubeats) {
        const int64_t gap_ns = note->time.ns - participant->last_note_at.ns;

        return gap_ns <= cycle_ns ? gap_ns : INT64_MAX;
    }
    if (groove_note_before(groove, part, section->start, note->at, &before) &&
        before.at.ubeats >= section->start.ubeats) {
        return note->time.ns - tempo_map_time_of(&session->timeline.tempo, before.at).ns;
    }
    return INT64_MAX;
}

static void expect_note(Session *session, Participant *participant, const ExpectedNote *found)
{
    ExpectedNote after;
    JudgeNote note = {
        .number = participant->note_number + 1,
        .at = found->time,
        .beat_ns = beat_ns_at(tempo_map_tempo_mbpm_at(&session->timeline.tempo, found->time)),
        .gap_before_ns = gap_before_ns(session, participant, found),
        .gap_after_ns = INT64_MAX,
    };

    if (find_note(session, participant, (Beats){found->at.ubeats + 1}, &after)) {
        note.gap_after_ns = after.time.ns - found->time.ns;
    }
    if (!judge_expect(&participant->judge, &note)) {
        return;
    }
    participant->note_number++;
    participant->last_note_at = found->time;
    participant->expected_until = (Beats){found->at.ubeats + 1};
}

/* Notes before this position are due by `time`. On the bar line of a halt nothing has been played.
 */
static Beats first_unplayed(const Session *session, SessionTime time)
{
    const TempoMap *tempo = &session->timeline.tempo;
    const int64_t passed = tempo_map_tempo_mbpm_at(tempo, time) == 0 ? 0 : 1;

    return (Beats){tempo_map_beats_at(tempo, time).ubeats + passed};
}

static void expect_notes(Session *session, Participant *participant, SessionTime now)
{
    const SessionTime until = {now.ns + EXPECT_AHEAD_NS};
    ExpectedNote note;

    while (participant->judge.note_count < JUDGE_NOTES_MAX &&
           find_note(session, participant, participant->expected_until, &note) &&
           note.time.ns <= until.ns) {
        expect_note(session, participant, &note);
    }
    if (participant->judge.note_count < JUDGE_NOTES_MAX) {
        participant->expected_until =
            later(participant->expected_until, first_unplayed(session, until));
    }
}

/* After a change of plan the notes to come are taken from the new one. */
static void follow_timeline(Session *session, Participant *participant, SessionTime now)
{
    Judge *judge = &participant->judge;

    if (participant->timeline_revision == session->timeline.revision) {
        return;
    }
    participant->timeline_revision = session->timeline.revision;
    participant->note_number -= judge_forget_notes(judge, now);
    participant->expected_until = later(
        participant->enters_at, earlier(participant->expected_until, first_unplayed(session, now)));
    if (judge->note_count > 0) {
        participant->last_note_at = judge->notes[judge->note_count - 1].at;
    } else if (judge->has_last_note) {
        participant->last_note_at = judge->last_note.at;
    } else {
        participant->note_number = 0;
    }
}

static void tell(Participant *participant, const JudgedRecord *record, bool final)
{
    const JudgementEntry entry = {
        .hit_number = record->hit_number,
        .note_number = (int32_t)clamp_i64(record->note_number, 0, INT32_MAX),
        .judgement = (uint8_t)record->kind,
        .final = final,
        .asynchrony_us = (int32_t)clamp_i64(
            (record->error_ns - record->calibration_ns) / NS_PER_US, INT32_MIN, INT32_MAX),
    };
    int index = participant->recent_count;

    for (int i = 0; i < participant->recent_count && record->hit_number != 0; i++) {
        if (participant->recent[i].hit_number == record->hit_number) {
            index = i;
        }
    }
    if (index == JUDGEMENTS_PER_MESSAGE_MAX) {
        index--;
        memmove(participant->recent, participant->recent + 1, sizeof entry * (size_t)index);
        memmove(participant->recent_sent, participant->recent_sent + 1, (size_t)index);
    } else if (index == participant->recent_count) {
        participant->recent_count++;
    }
    participant->recent[index] = entry;
    if (record->kind == JUDGEMENT_MISS) {
        participant->recent[index].asynchrony_us = 0;
    }
    participant->recent_sent[index] = 0;
}

bool play_offset_ns(const Participant *participant, int64_t *offset_ns)
{
    *offset_ns = 0;
    if (participant->calibrated) {
        *offset_ns = participant->calibration_us * NS_PER_US;
        return true;
    }
    return person_statistics_own_bias(&participant->statistics, offset_ns);
}

/* The part that the participant plays there. */
static int part_at(const Session *session, const Participant *participant, Beats where)
{
    const Section *section = timeline_section_at(&session->timeline, where);

    return participant_part(participant, session_groove(session, section), where);
}

/* Adds a hit to the beat of its group, part and team: one hit of each person counts in each beat.
   It is the first and not the nearest, or who drums without end would always be near. */
static void add_to_group(Session *session, Participant *participant, const JudgedRecord *record)
{
    const SessionTime note_at = {record->at.ns - record->error_ns};
    const int64_t position = tempo_map_beats_at(&session->timeline.tempo, note_at).ubeats;
    const int64_t beat = div_floor(position + UBEATS_PER_BEAT / 2, UBEATS_PER_BEAT);
    int64_t offset_ns = 0;
    int32_t phase_uturns = 0;

    if (beat <= participant->group_beat || participant->is_unrated ||
        !play_offset_ns(participant, &offset_ns)) {
        return;
    }
    participant->group_beat = beat;
    phase_uturns = group_phase_uturns(record->error_ns, offset_ns, record->beat_ns);
    (void)group_statistics_add(&session->group, beat, phase_uturns);
    (void)group_statistics_add(
        &session->parts[part_at(session, participant, (Beats){position})].statistics,
        beat,
        phase_uturns);
    if (participant->team != TEAM_NONE) {
        (void)group_statistics_add(
            &session->teams[participant->team].statistics, beat, phase_uturns);
    }
}

/* How this participant is drawn: where they are and how steady. */
static void update_map_entry(Participant *participant, const VerdictEvidence *evidence)
{
    const double beat_ms = evidence->period_ms > 0 ? evidence->period_ms : 500.0;
    const double phase = evidence->bias_ms / beat_ms * 256.0;
    const double level = evidence->spread_ms / beat_ms / 0.02;
    const Verdict shown = participant->verdict.shown;
    const bool rated =
        shown == VERDICT_IDLE ||
        (!participant->is_unrated &&
         (participant->calibrated ||
          (shown != VERDICT_ON && shown != VERDICT_TIGHT && shown != VERDICT_LOOSE)));

    participant->map_entry = (MapEntry){
        .phase_256 = (int8_t)clamp_i64((int64_t)floor(phase + 0.5), -128, 127),
        .verdict = (uint8_t)(rated ? (uint8_t)shown : MAP_UNRATED),
        .spread_level = (uint8_t)clamp_i64((int64_t)floor(level + 0.5), 0, 15),
    };
    participant->window_bias_us = (int32_t)(evidence->bias_ms * 1000.0);
}

static void update_verdict(Session *session, Participant *participant, SessionTime horizon)
{
    const VerdictEvidence evidence = verdict_evidence(&participant->statistics, horizon);
    Verdict judged = verdict_judge(&evidence, &session->reference, participant->calibrated);

    if (participant->is_unrated && judged != VERDICT_IDLE) {
        judged = VERDICT_WARMING_UP;
    }
    (void)verdict_update(&participant->verdict, judged);
    update_map_entry(participant, &evidence);
}

/* Another section or part is another thing to play: the verdict warms up again. */
static void
follow_stretch(const Session *session, Participant *participant, const JudgedRecord *record)
{
    const SessionTime note_at = {record->at.ns - record->error_ns};
    const Beats where = tempo_map_beats_at(&session->timeline.tempo, note_at);
    Beats from = timeline_section_at(&session->timeline, where)->start;

    if (participant->part_from.ubeats <= where.ubeats) {
        from = later(from, participant->part_from);
    }
    if (participant->window_from.ubeats != from.ubeats) {
        participant->window_from = from;
        person_statistics_restart_window(&participant->statistics);
    }
}

/* Hits by a clock that was not known well enough rate nobody; with the first that is by a better
   one the verdict begins anew. */
static void follow_clock(Participant *participant, const JudgedRecord *record)
{
    const bool was_unrated = participant->is_unrated;

    if (record->hit_number == 0) {
        return;
    }
    participant->is_unrated = record->at.ns <= participant->unrated_until.ns;
    if (was_unrated && !participant->is_unrated) {
        person_statistics_restart_window(&participant->statistics);
    }
}

/* A closed record into the figures of person, team and group; again when it comes from a store. */
static void fold_record(Session *session, Participant *participant, const JudgedRecord *record)
{
    if (judgement_closes_note(record->kind)) {
        follow_stretch(session, participant, record);
    }
    person_statistics_fold(&participant->statistics, record);
    if (judgement_is_hit(record->kind)) {
        add_to_group(session, participant, record);
    }
}

static void
take_record(Session *session, uint16_t seat, const JudgedRecord *record, Journal *journal)
{
    Participant *participant = &session->participants[seat];
    JournalEntry *entry = journal_push(journal, JOURNAL_JUDGED, seat);

    if (entry != NULL) {
        entry->take = participant->take;
        entry->judged = *record;
    }
    if (record->hit_number != 0) {
        participant->closed_hits[participant->closed_hit_count % HITS_PER_S_MAX] = record->at;
        participant->closed_hit_count++;
    }
    follow_clock(participant, record);
    fold_record(session, participant, record);
    if (judgement_closes_note(record->kind)) {
        update_verdict(session, participant, record->at);
    }
    tell(participant, record, true);
}

/* Closes up to `horizon`; what the judge cannot know yet stays open. */
static void close_until(Session *session, uint16_t seat, SessionTime horizon, Journal *journal)
{
    Participant *participant = &session->participants[seat];
    JudgedRecord records[2 * JUDGE_HITS_MAX];
    const int records_max = (int)(sizeof records / sizeof records[0]);
    int count = 0;

    do {
        count = judge_close(&participant->judge, horizon, records, records_max);
        for (int i = 0; i < count; i++) {
            take_record(session, seat, &records[i], journal);
        }
    } while (count >= records_max - JUDGE_HITS_MAX);
}

/* Where a take begins, count-in and all. */
static Beats take_start(const Timeline *timeline, uint16_t take)
{
    int first = timeline->section_count - 1;

    while (first > 0 && timeline->sections[first - 1].take >= take) {
        first--;
    }
    return timeline->sections[first].start;
}

/*
 * A new take: what was played before is closed, and the figures begin anew. Notes of the new take
 * that were expected before it was noticed are expected again, so that it counts from the first.
 */
static void begin_take(Session *session, SessionTime now, uint16_t seat, Journal *journal)
{
    Participant *participant = &session->participants[seat];
    const Beats start = take_start(&session->timeline, session->take);
    const int64_t start_ns = tempo_map_time_of(&session->timeline.tempo, start).ns;
    const SessionTime end = {now.ns < start_ns - ENTRY_MARGIN_NS ? now.ns
                                                                 : start_ns - ENTRY_MARGIN_NS};

    if (participant->take == session->take) {
        return;
    }
    (void)judge_forget_notes(&participant->judge, end);
    close_until(session, seat, end, journal);
    (void)judge_forget_notes(&participant->judge, (SessionTime){INT64_MIN});
    participant->take = session->take;
    /* Stored with the participant: a server that comes back must not expect the notes of an older
       take again. */
    participant->enters_at = later(participant->enters_at, start);
    participant->expected_until = participant->enters_at;
    participant->note_number = 0;
    participant->judge.has_last_note = false;
    participant->recent_count = 0;
    participant->group_beat = INT64_MIN;
    memset(&participant->statistics, 0, sizeof participant->statistics);
    memset(&participant->verdict, 0, sizeof participant->verdict);
    participant->map_entry = (MapEntry){.verdict = VERDICT_WARMING_UP};
    people_journal(session, seat, journal);
}

/* The latest time that may be closed: old enough, and all its notes are known. */
static SessionTime
closing_horizon(const Session *session, const Participant *participant, SessionTime now)
{
    SessionTime horizon = {now.ns - JUDGE_CLOSE_NS};

    if (participant->judge.note_count == JUDGE_NOTES_MAX) {
        const int64_t known_ns =
            tempo_map_time_of(&session->timeline.tempo, participant->expected_until).ns;

        horizon.ns =
            horizon.ns < known_ns - ENTRY_MARGIN_NS ? horizon.ns : known_ns - ENTRY_MARGIN_NS;
    }
    return horizon;
}

void play_advance(Session *session, SessionTime now, uint16_t seat, Journal *journal)
{
    Participant *participant = &session->participants[seat];

    if (!participant_plays(participant)) {
        return;
    }
    begin_take(session, now, seat, journal);
    if (participant->state == SEAT_AWAY) {
        if (!participant->suspended && now.ns - participant->away_since.ns > SESSION_AWAY_NS) {
            participant->note_number -=
                judge_forget_notes(&participant->judge, participant->away_since);
            close_until(session, seat, now, journal);
            participant->suspended = true;
            participant->map_entry.verdict = MAP_ABSENT;
        }
        /* While a change lies ahead: on the return its bar line may have passed. */
        follow_timeline(session, participant, now);
        return;
    }
    follow_timeline(session, participant, now);
    expect_notes(session, participant, now);
    if (participant->returned_at.ns == 0 ||
        now.ns - participant->returned_at.ns > RETURN_GRACE_NS / 2) {
        close_until(session, seat, closing_horizon(session, participant, now), journal);
    }
}

/* Sets the judge on behind a record that it closed in its earlier life. */
static void resume_judge(Judge *judge, const JudgedRecord *record)
{
    const SessionTime calibrated = {record->at.ns - record->calibration_ns};

    if (judgement_is_hit(record->kind)) {
        judge->accepted_at[record->pad % PADS_MAX] = calibrated;
        judge->has_accepted[record->pad % PADS_MAX] = true;
    }
    if (calibrated.ns > judge->closed_until.ns) {
        judge->closed_until = calibrated;
    }
    if (judgement_closes_note(record->kind)) {
        judge->last_note = (JudgeNote){.number = record->note_number,
                                       .at = {record->at.ns - record->error_ns},
                                       .beat_ns = record->beat_ns,
                                       .gap_before_ns = record->spacing_ns,
                                       .gap_after_ns = record->spacing_ns};
        judge->has_last_note = true;
    }
}

void play_restore_judged(Session *session, uint16_t seat, uint16_t take, const JudgedRecord *record)
{
    Participant *participant = &session->participants[seat];

    if (participant->state == SEAT_FREE) {
        return;
    }
    if (record->hit_number > participant->acknowledged) {
        participant->acknowledged = record->hit_number; /* of any take: no number counts twice */
    }
    if (take != participant->take) {
        return;
    }
    fold_record(session, participant, record);
    resume_judge(&participant->judge, record);
    if (judgement_closes_note(record->kind)) {
        const SessionTime note_at = participant->judge.last_note.at;
        const Beats where = tempo_map_beats_at(&session->timeline.tempo, note_at);

        participant->note_number = record->note_number;
        participant->last_note_at = note_at;
        participant->expected_until = later(participant->enters_at, (Beats){where.ubeats + 1});
    }
}

void play_restored(Session *session, Participant *participant, SessionTime stored_until)
{
    /* Whoever played, or was not away for long, has no older note open than this. */
    const int64_t oldest_ns = stored_until.ns - SESSION_AWAY_NS - SESSION_SETTLE_NS - NS_PER_S;
    ExpectedNote note;

    participant->suspended = participant_plays(participant) &&
                             find_note(session, participant, participant->expected_until, &note) &&
                             note.time.ns < oldest_ns;
    if (participant->judge.has_last_note) {
        update_verdict(session, participant, participant->judge.last_note.at);
    }
}

uint32_t play_next_hit_number(const Participant *participant)
{
    uint32_t newest = participant->acknowledged;

    for (uint32_t i = 0; i < 64; i++) {
        if ((participant->received_mask >> i & 1U) != 0) {
            newest = participant->acknowledged + 1 + i;
        }
    }
    return newest + 1;
}

/* On by so many numbers, and by those behind them that have come already. */
static void shift_acknowledged(Participant *participant, uint32_t by)
{
    participant->acknowledged += by;
    participant->received_mask = by < 64 ? participant->received_mask >> by : 0;
    while ((participant->received_mask & 1U) != 0) {
        participant->acknowledged++;
        participant->received_mask >>= 1;
    }
}

/* Notes that a hit has come; false when it had come before, or its number is out of reach. */
static bool receive_number(Participant *participant, uint32_t number)
{
    const uint32_t ahead = number - participant->acknowledged - 1;

    if (number <= participant->acknowledged || ahead >= 64 ||
        (participant->received_mask >> ahead & 1U) != 0) {
        return false;
    }
    participant->received_mask |= UINT64_C(1) << ahead;
    shift_acknowledged(participant, 0);
    return true;
}

/* Neither from the future nor from too long ago; after an absence, what was played meanwhile. */
static bool time_is_plausible(const Participant *participant, SessionTime now, SessionTime at)
{
    const int64_t excuse_ns =
        clamp_i64(participant->uncertainty_us * NS_PER_US, 0, UNCERTAINTY_NS_MAX);
    int64_t oldest_ns = now.ns - SESSION_HIT_BEHIND_NS;

    if (participant->returned_at.ns != 0 &&
        now.ns - participant->returned_at.ns < RETURN_GRACE_NS &&
        participant->away_since.ns - SESSION_HIT_BEHIND_NS < oldest_ns) {
        oldest_ns = participant->away_since.ns - SESSION_HIT_BEHIND_NS;
    }
    return at.ns >= oldest_ns && at.ns <= now.ns + SESSION_HIT_AHEAD_NS + excuse_ns;
}

/* Notes are expected around this time, as the participant heard it: no drumming in the lobby is
   judged. */
static bool
is_playing_around(const Session *session, const Participant *participant, SessionTime at)
{
    const int64_t heard_ns = at.ns - calibration_ns(participant);
    const SessionTime soon = {heard_ns + ENTRY_MARGIN_NS};
    const SessionTime past = {heard_ns - ENTRY_MARGIN_NS};
    const Beats soon_at = tempo_map_beats_at(&session->timeline.tempo, soon);

    return (timeline_section_at_time(&session->timeline, soon)->transport == TRANSPORT_PLAYING ||
            timeline_section_at_time(&session->timeline, past)->transport == TRANSPORT_PLAYING) &&
           soon_at.ubeats >= participant->enters_at.ubeats;
}

static uint32_t closed_hits_kept(const Participant *participant)
{
    return participant->closed_hit_count < HITS_PER_S_MAX ? participant->closed_hit_count
                                                          : HITS_PER_S_MAX;
}

/* The hits within the second from `start` on, waiting or just closed. */
static int hits_in_second(const Participant *participant, SessionTime start)
{
    const Judge *judge = &participant->judge;
    int count = 0;

    for (int i = 0; i < judge->hit_count; i++) {
        const int64_t since_ns = judge->hits[i].at.ns - start.ns;

        count += since_ns >= 0 && since_ns < NS_PER_S ? 1 : 0;
    }
    for (uint32_t i = 0; i < closed_hits_kept(participant); i++) {
        const int64_t since_ns = participant->closed_hits[i].ns - start.ns;

        count += since_ns >= 0 && since_ns < NS_PER_S ? 1 : 0;
    }
    return count;
}

/* Whether a second that begins with a hit at `start` holds `at`, and as many as anybody drums. */
static bool fills_second(const Participant *participant, SessionTime start, SessionTime at)
{
    return start.ns <= at.ns && start.ns > at.ns - NS_PER_S &&
           hits_in_second(participant, start) >= HITS_PER_S_MAX;
}

/* More hits within any second than anybody drums are noise, in whatever order they come. */
static bool is_too_many(const Participant *participant, SessionTime at)
{
    const Judge *judge = &participant->judge;
    bool full = false;

    if ((uint32_t)judge->hit_count + closed_hits_kept(participant) < HITS_PER_S_MAX) {
        return false;
    }
    full = fills_second(participant, at, at);
    for (int i = 0; i < judge->hit_count && !full; i++) {
        full = fills_second(participant, judge->hits[i].at, at);
    }
    for (uint32_t i = 0; i < closed_hits_kept(participant) && !full; i++) {
        full = fills_second(participant, participant->closed_hits[i], at);
    }
    return full;
}

static void take_hit(Session *session, uint16_t seat, const HitEntry *entry, Journal *journal)
{
    Participant *participant = &session->participants[seat];
    const JudgeHit hit = {
        .number = entry->number,
        .at = entry->at,
        .calibration_ns = calibration_ns(participant),
        .allowance_ns = score_allowance_ns(participant->uncertainty_us * NS_PER_US),
        .pad = entry->pad,
        .velocity = entry->velocity,
    };
    JudgedRecord record;
    JournalEntry *fact = NULL;

    if (judge_hit(&participant->judge, &hit) != JUDGE_HIT_TAKEN) {
        participant->hits_refused++;
        session->counts.hits_late++;
        return;
    }
    session->counts.hits_taken++;
    if (participant->uncertainty_us * NS_PER_US > CLOCK_UNRATED_NS &&
        hit.at.ns > participant->unrated_until.ns) {
        participant->unrated_until = hit.at;
    }
    fact = journal_push(journal, JOURNAL_HIT, seat);
    if (fact != NULL) {
        fact->take = participant->take;
        fact->hit = *entry;
    }
    if (judge_provisional(&participant->judge, entry->number, &record)) {
        tell(participant, &record, false);
    }
}

void play_hits(
    Session *session, SessionTime now, uint16_t seat, const HitsMessage *hits, Journal *journal)
{
    Participant *participant = &session->participants[seat];
    const uint32_t oldest = hits->hits[0].number;

    participant->uncertainty_us = hits->uncertainty_us;
    if (oldest > participant->acknowledged + 1 &&
        oldest - participant->acknowledged - 1 < UINT32_MAX / 2) {
        /* The sender waits for none before its oldest: those were acknowledged by a server that
           has forgotten them, or given up. */
        shift_acknowledged(participant, oldest - participant->acknowledged - 1);
    }
    for (int i = 0; i < hits->count; i++) {
        const HitEntry *hit = &hits->hits[i];

        if (!receive_number(participant, hit->number)) {
            session->counts.hits_repeated++;
            continue;
        }
        participant->hits_received++;
        session->counts.hits_received++;
        if (!time_is_plausible(participant, now, hit->at)) {
            participant->hits_refused++;
            session->counts.hits_untimely++;
        } else if (is_too_many(participant, hit->at)) {
            participant->hits_refused++;
            session->counts.hits_too_many++;
        } else if (is_playing_around(session, participant, hit->at)) {
            take_hit(session, seat, hit, journal);
        } else {
            participant->hits_idle++;
            session->counts.hits_idle++;
        }
    }
}

static uint16_t centi_of(double percent)
{
    return (uint16_t)clamp_i64((int64_t)floor(percent * 100.0 + 0.5), 0, 10000);
}

static void fill_judgements(Participant *participant, StandingMessage *standing)
{
    for (int i = 0; i < participant->recent_count; i++) {
        if (participant->recent_sent[i] < JUDGEMENT_REPEATS) {
            participant->recent_sent[i]++;
            standing->judgements[standing->count] = participant->recent[i];
            standing->count++;
        }
    }
}

void play_send_standing(Session *session, uint16_t seat, Outbox *outbox)
{
    Participant *participant = &session->participants[seat];
    const PersonStatistics *statistics = &participant->statistics;
    Message message = {.type = MESSAGE_STANDING};
    StandingMessage *standing = &message.standing;

    if (!outbox_has_room(outbox, 1)) {
        return;
    }
    participant->standing_number++;
    participant->quiet_slices = 0;
    standing->number = participant->standing_number;
    standing->acknowledged = participant->acknowledged;
    standing->score_centi = centi_of(person_statistics_score(statistics));
    standing->combo = (uint16_t)clamp_i64(statistics->combo, 0, UINT16_MAX);
    standing->best_combo = (uint16_t)clamp_i64(statistics->best_combo, 0, UINT16_MAX);
    standing->notes = (uint32_t)person_statistics_notes(statistics);
    for (int i = 0; i < JUDGEMENT_COUNT_SENT; i++) {
        standing->counts[i] = (uint32_t)statistics->counts[i];
    }
    standing->bias_us =
        (int32_t)floor(person_statistics_calibrated_bias_ms(statistics) * 1000.0 + 0.5);
    standing->spread_us = (uint32_t)floor(person_statistics_spread_ms(statistics) * 1000.0 + 0.5);
    standing->r_tenthousandths =
        (uint16_t)clamp_i64((int64_t)(person_statistics_r(statistics) * 10000.0), 0, 10000);
    standing->verdict = (uint8_t)participant->verdict.shown;
    standing->part = participant->part;
    standing->part_before = participant->part_before;
    standing->part_from = participant->part_from;
    if (participant->team != TEAM_NONE &&
        (session->privacy != PRIVACY_PRIVATE || people_may_see(session, participant))) {
        standing->team_together_centi =
            centi_of(session->teams[participant->team].figures.together);
    }
    fill_judgements(participant, standing);
    (void)outbox_push(outbox, participant->connection, &message);
}
