#include "shared/session/session.h"

#include <string.h>

#include "shared/session/group.h"
#include "shared/session/people.h"
#include "shared/session/play.h"

static void restore_participant(Session *session, const JournalEntry *entry)
{
    const JournalParticipant *stored = &entry->participant;
    Participant *participant = NULL;

    if (entry->seat >= session_participants_max(&session->config)) {
        return;
    }
    participant = &session->participants[entry->seat];
    memset(participant, 0, sizeof *participant);
    participant->team = TEAM_NONE;
    participant->group_beat = INT64_MIN;
    judge_init(&participant->judge, session->config.profile);
    if (entry->seat >= session->participant_count) {
        session->participant_count = entry->seat + 1;
    }
    if (!stored->present || stored->role == ROLE_OBSERVER) {
        return;
    }
    participant->state = SEAT_AWAY;
    participant->role = (Role)stored->role;
    participant->connection = CONNECTION_NONE;
    memcpy(participant->name, stored->name, sizeof participant->name);
    participant->likeness = name_likeness(stored->name);
    memcpy(participant->resume_token, stored->resume_token, TOKEN_BYTES);
    participant->team = people_team(session, stored->team);
    if (participant->team != TEAM_NONE) {
        session->teams[participant->team].members++;
    }
    participant->part = stored->part;
    participant->part_before = stored->part;
    participant->calibrated = stored->calibrated;
    participant->calibration_us = stored->calibration_us;
    participant->take = stored->take;
    participant->enters_at = stored->enters_at;
    participant->expected_until = stored->enters_at;
    people_changed(session, entry->seat);
}

static void restore_hit(Session *session, const JournalEntry *entry)
{
    Participant *participant = &session->participants[entry->seat];
    const JudgeHit hit = {
        .number = entry->hit.number,
        .at = entry->hit.at,
        .calibration_ns = participant->calibrated ? participant->calibration_us * NS_PER_US : 0,
        .allowance_ns = score_allowance_ns(0),
        .pad = entry->hit.pad,
        .velocity = entry->hit.velocity,
    };

    if (participant->state == SEAT_FREE) {
        return;
    }
    if (hit.number > participant->acknowledged) {
        participant->acknowledged = hit.number; /* of any take: no number counts twice */
    }
    if (entry->take == participant->take) {
        (void)judge_hit(&participant->judge, &hit);
    }
}

void session_restore(Session *session, const JournalEntry *entry)
{
    switch (entry->kind) {
    case JOURNAL_TIMELINE:
        session->timeline = entry->timeline;
        break;
    case JOURNAL_PARTICIPANT:
        restore_participant(session, entry);
        break;
    case JOURNAL_JUDGED:
        if (entry->seat < session->participant_count) {
            play_restore_judged(session, entry->seat, entry->take, &entry->judged);
        }
        break;
    case JOURNAL_HIT:
        if (entry->seat < session->participant_count) {
            restore_hit(session, entry);
        }
        break;
    case JOURNAL_BAR:
        group_keep_bar(session, &entry->bar);
        break;
    case JOURNAL_BAN:
        (void)people_keep_out(session, &entry->ban);
        break;
    case JOURNAL_LOCK:
        session->locked = entry->locked;
        break;
    case JOURNAL_PRIVACY:
        session->privacy = (Privacy)entry->privacy;
        break;
    }
}

/* The tempo to start with next: the one that was last in force. */
static void restore_tempo(Session *session)
{
    const TempoMap *tempo = &session->timeline.tempo;

    for (int i = tempo->segment_count - 1; i >= 0; i--) {
        if (tempo->segments[i].end_tempo_mbpm != 0) {
            session->tempo_mbpm = tempo->segments[i].end_tempo_mbpm;
            return;
        }
    }
}

/*
 * Greater than every revision that anybody may have heard of: the newest ones may not have been
 * stored, and one number must not mean two timelines. Time is what grows over all restarts.
 */
static uint32_t fresh_revision(const Timeline *timeline, SessionTime stored_until)
{
    const int64_t by_time = stored_until.ns / (100 * NS_PER_MS);

    return (uint32_t)clamp_i64(by_time, (int64_t)timeline->revision + 1, UINT32_MAX);
}

/* The take of `stored_until`, or the next one, when people had begun to follow it already
   (SESSION_START_DELAY_NS ahead): they must not be led back to the one before. */
static uint16_t take_followed(const Session *session, SessionTime stored_until)
{
    const SessionTime soon = {stored_until.ns + SESSION_START_DELAY_NS};
    const uint16_t next = timeline_section_at_time(&session->timeline, soon)->take;

    for (int i = 0; i < session->participant_count; i++) {
        if (session->participants[i].state != SEAT_FREE && session->participants[i].take == next) {
            return next;
        }
    }
    return timeline_section_at_time(&session->timeline, stored_until)->take;
}

void session_restored(Session *session, SessionTime stored_until)
{
    const SessionTime settled = {stored_until.ns - SESSION_SETTLE_NS - NS_PER_S};
    const Beats where = tempo_map_beats_at(&session->timeline.tempo, settled);

    session->take = take_followed(session, stored_until);
    for (int i = 0; i < session->participant_count; i++) {
        session->participants[i].away_since = stored_until;
        play_restored(session, &session->participants[i], stored_until);
    }
    /* Bars that may not have been stored are summed up (again), with what people bring back. */
    session->bars_until = timeline_bar_start(&session->timeline, where);
    session->timeline.revision = fresh_revision(&session->timeline, stored_until);
    session->is_restored = true;
    restore_tempo(session);
}
