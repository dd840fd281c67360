#include "client/model/simulated_player.h"

#include <string.h>

#include "shared/session/session.h"

/* How far ahead of its note a hit can lie, in spacings, and how much earlier a plan is made. */
#define LOOK_AHEAD_SPACINGS_NUMERATOR 3
#define LOOK_AHEAD_SPACINGS_DENOMINATOR 2
#define LOOK_AHEAD_NS (200 * NS_PER_MS)
/* Notes that were missed by more than this, because nobody asked, are not made up for. */
#define TOO_LATE_NS (250 * NS_PER_MS)

enum {
    NOTES_PER_PLAN_MAX = 512,
    VELOCITY_ACCENT = 112,
    VELOCITY_PLAIN = 84,
    VELOCITY_SD = 8,
    VELOCITY_MAX = 127
};

/* A note of the player's part, where it lies, and the section that it belongs to. */
typedef struct {
    GrooveNote note;
    SessionTime at;
    int64_t spacing_ns;
} PlannedNote;

void simulated_player_init(SimulatedPlayer *player,
                           const PlayerProfile *profile,
                           PlayerTrouble trouble,
                           uint64_t seed)
{
    memset(player, 0, sizeof *player);
    player->trouble_from = BEATS_NEVER;
    player_model_init(&player->player, profile, trouble, seed);
    prng_seed(&player->prng, ~seed);
}

/* The groove of a section in which notes are expected; NULL for others, or while unknown. */
static const Groove *playable_groove(const SimulatedScore *score, const Section *section)
{
    if (section->transport != TRANSPORT_PLAYING) {
        return NULL;
    }
    return score->grooves[section->groove];
}

static int part_index(const SimulatedScore *score, const Groove *groove, Beats where)
{
    const bool before = where.ubeats < score->part_from.ubeats;

    return (before ? score->part_before : score->part) % groove->part_count;
}

/* Whether a note planned at `where` is still a note there. */
static bool note_exists(const SimulatedScore *score, Beats where)
{
    const Section *section = timeline_section_at(score->timeline, where);
    const Groove *groove = playable_groove(score, section);
    GrooveNote note;

    return groove != NULL &&
           groove_note_at_or_after(
               groove, part_index(score, groove, where), section->start, where, &note) &&
           note.at.ubeats == where.ubeats &&
           tempo_map_time_of(&score->timeline->tempo, where).ns != SESSION_TIME_NEVER.ns;
}

static void insert_hit(SimulatedPlayer *player, const SimulatedHit *hit)
{
    int index = player->hit_count;

    if (player->hit_count == SIMULATED_HITS_MAX) {
        return;
    }
    while (index > 0 && player->hits[index - 1].at.ns > hit->at.ns) {
        player->hits[index] = player->hits[index - 1];
        index--;
    }
    player->hits[index] = *hit;
    player->hit_count++;
}

/* Moves what is planned to where its notes are now, and drops the first note that is gone with all
   that follow it. Planning goes on from there. */
static void follow_change(SimulatedPlayer *player, const SimulatedScore *score, SessionTime now)
{
    SimulatedHit old_hits[SIMULATED_HITS_MAX];
    int old_count = player->hit_count;
    Beats gone_from = BEATS_NEVER;
    Beats kept_until = {INT64_MIN};
    Beats last_planned = {player->planned_until.ubeats - 1};
    const Section *section = timeline_section_at(score->timeline, last_planned);

    memcpy(old_hits, player->hits, sizeof old_hits[0] * (size_t)old_count);
    if (section->start.ubeats > tempo_map_beats_at(&score->timeline->tempo, now).ubeats) {
        gone_from = section->start; /* to come, so perhaps new: its notes are planned afresh */
    }
    if (section->transport != TRANSPORT_PLAYING) {
        gone_from = section->start;
    }
    for (int i = 0; i < old_count; i++) {
        Beats note = old_hits[i].note;

        if (note.ubeats < gone_from.ubeats && !note_exists(score, note)) {
            gone_from = note;
        }
    }
    player->hit_count = 0;
    for (int i = 0; i < old_count; i++) {
        SimulatedHit hit = old_hits[i];

        if (hit.note.ubeats < gone_from.ubeats) {
            hit.note_at = tempo_map_time_of(&score->timeline->tempo, hit.note);
            hit.at.ns = hit.note_at.ns + hit.asynchrony_ns;
            kept_until.ubeats =
                hit.note.ubeats >= kept_until.ubeats ? hit.note.ubeats + 1 : kept_until.ubeats;
            insert_hit(player, &hit);
        }
    }
    if (gone_from.ubeats < player->planned_until.ubeats) {
        /* A new groove may have notes before the first one that is gone. */
        section = timeline_section_at(score->timeline, gone_from);
        player->planned_until =
            section->start.ubeats > kept_until.ubeats ? section->start : kept_until;
    }
}

static int64_t spacing_ns_of(const SimulatedScore *score,
                             const Groove *groove,
                             const Section *section,
                             const PlannedNote *planned)
{
    int32_t tempo_mbpm = tempo_map_tempo_mbpm_at(&score->timeline->tempo, planned->at);
    GrooveNote before = planned->note;

    (void)groove_note_before(groove,
                             part_index(score, groove, planned->note.at),
                             section->start,
                             planned->note.at,
                             &before);
    if (tempo_mbpm <= 0) {
        return 0;
    }
    return (planned->note.at.ubeats - before.at.ubeats) * beat_ns_at(tempo_mbpm) / UBEATS_PER_BEAT;
}

/* The first note at or after `from` in this section. False when it has none left. */
static bool note_in_section(const SimulatedScore *score,
                            const Section *section,
                            Beats from,
                            PlannedNote *planned)
{
    const Groove *groove = playable_groove(score, section);
    Beats end = timeline_section_end(score->timeline, section);
    bool found = false;

    if (from.ubeats < section->start.ubeats) {
        from = section->start;
    }
    if (groove == NULL) {
        return false;
    }
    found = groove_note_at_or_after(
        groove, part_index(score, groove, from), section->start, from, &planned->note);
    if (from.ubeats < score->part_from.ubeats &&
        (!found || planned->note.at.ubeats >= score->part_from.ubeats)) {
        from = score->part_from;
        found = groove_note_at_or_after(
            groove, part_index(score, groove, from), section->start, from, &planned->note);
    }
    if (!found || planned->note.at.ubeats >= end.ubeats) {
        return false;
    }
    planned->at = tempo_map_time_of(&score->timeline->tempo, planned->note.at);
    if (planned->at.ns == SESSION_TIME_NEVER.ns) {
        return false;
    }
    planned->spacing_ns = spacing_ns_of(score, groove, section, planned);
    return planned->spacing_ns > 0;
}

static bool
next_note(const SimulatedPlayer *player, const SimulatedScore *score, PlannedNote *planned)
{
    const Timeline *timeline = score->timeline;
    const Section *section = timeline_section_at(timeline, player->planned_until);
    const Section *end = timeline->sections + timeline->section_count;

    for (; section < end; section++) {
        if (section->transport == TRANSPORT_PLAYING && score->grooves[section->groove] == NULL) {
            return false; /* not received yet: what follows has to wait */
        }
        if (note_in_section(score, section, player->planned_until, planned)) {
            return true;
        }
    }
    return false;
}

static uint8_t draw_velocity(Prng *prng, bool accent)
{
    int64_t velocity = accent ? VELOCITY_ACCENT : VELOCITY_PLAIN;

    velocity += (int64_t)(VELOCITY_SD * prng_normal(prng));
    return (uint8_t)clamp_i64(velocity, 1, VELOCITY_MAX);
}

static void plan_note(SimulatedPlayer *player, const PlannedNote *planned, SessionTime now)
{
    const bool is_troubled = player_model_is_troubled(&player->player);
    PlayerTaps taps = player_model_next(&player->player, planned->spacing_ns);

    if (is_troubled && player->trouble_from.ubeats == BEATS_NEVER.ubeats) {
        player->trouble_from = planned->note.at;
    }
    for (int i = 0; i < taps.count; i++) {
        SimulatedHit hit = {
            .at = {planned->at.ns + taps.asynchrony_ns[i]},
            .asynchrony_ns = taps.asynchrony_ns[i],
            .note = planned->note.at,
            .note_at = planned->at,
            .spacing_ns = planned->spacing_ns,
            .velocity = draw_velocity(&player->prng, planned->note.accent),
        };

        if (hit.at.ns >= now.ns - TOO_LATE_NS) {
            insert_hit(player, &hit);
        }
    }
    player->planned_until.ubeats = planned->note.at.ubeats + 1;
}

/* The bar at which a session expects the first note of somebody who comes in now. */
static void enter(SimulatedPlayer *player, const SimulatedScore *score, SessionTime now)
{
    SessionTime known = {now.ns + SESSION_LEAD_NS};
    Beats position = tempo_map_beats_at(&score->timeline->tempo, known);

    player->planned_until = timeline_next_bar(score->timeline, position);
    player->has_entered = true;
}

void simulated_player_plan(SimulatedPlayer *player, const SimulatedScore *score, SessionTime now)
{
    PlannedNote planned;

    if (!player->has_entered) {
        enter(player, score, now);
    } else if (player->revision != score->timeline->revision || player->part != score->part) {
        follow_change(player, score, now);
    }
    player->revision = score->timeline->revision;
    player->part = score->part;
    for (int i = 0; i < NOTES_PER_PLAN_MAX && next_note(player, score, &planned); i++) {
        int64_t ahead_ns =
            planned.spacing_ns * LOOK_AHEAD_SPACINGS_NUMERATOR / LOOK_AHEAD_SPACINGS_DENOMINATOR +
            LOOK_AHEAD_NS;

        if (planned.at.ns - ahead_ns > now.ns) {
            break;
        }
        plan_note(player, &planned, now);
    }
}

bool simulated_player_take(SimulatedPlayer *player, SessionTime now, SimulatedHit *hit)
{
    if (player->hit_count == 0 || player->hits[0].at.ns > now.ns) {
        return false;
    }
    *hit = player->hits[0];
    player->hit_count--;
    memmove(player->hits, player->hits + 1, sizeof *hit * (size_t)player->hit_count);
    return true;
}

SessionTime simulated_player_due(const SimulatedPlayer *player)
{
    return player->hit_count == 0 ? SESSION_TIME_NEVER : player->hits[0].at;
}
