#include "shared/session/crowd.h"

#include <string.h>

#include "shared/prng.h"
#include "shared/session/group.h"
#include "shared/session/people.h"

enum {
    /* At least, for each page: five refreshes a second would let eyes follow what bytes do not, and
       what a crowd costs its readers shall hardly grow with it ... */
    ROUNDS_PER_PAGE = 5,
    /* ... but many pages make no picture older than three seconds. */
    ROUNDS_PER_REFRESH_MAX = 15
};

/* The kind of a mark, rounded: what it may say. */
static int kind_of(MapEntry mark)
{
    const int phase =
        (mark.phase_256 + 128 + CROWD_PHASE_STEP_256 / 2) / CROWD_PHASE_STEP_256 % CROWD_PHASES;
    const int spread = mark.spread_level / CROWD_SPREAD_STEP;

    return (phase * CROWD_SPREADS + spread) * 16 + mark.verdict;
}

static MapEntry mark_of(int kind)
{
    return (MapEntry){
        .phase_256 = (int8_t)(kind / 16 / CROWD_SPREADS * CROWD_PHASE_STEP_256 - 128),
        .verdict = (uint8_t)(kind % 16),
        .spread_level = (uint8_t)(kind / 16 % CROWD_SPREADS * CROWD_SPREAD_STEP),
    };
}

/* Whether there are enough people in the team, or without one, for a mark to be anybody's. */
static bool is_shown(const Session *session, const Participant *participant)
{
    const Headcount *group = participant->team != TEAM_NONE
                                 ? &session->teams[participant->team].here
                                 : &session->teamless;

    return group_mark(participant).verdict != MAP_ABSENT && group_may_count(session, group->people);
}

static void tally(Session *session)
{
    Crowd *crowd = &session->crowd;

    memset(crowd->tally, 0, sizeof crowd->tally);
    for (int i = 0; i < session->participant_count; i++) {
        const Participant *participant = &session->participants[i];

        if (is_shown(session, participant)) {
            crowd->tally[kind_of(group_mark(participant))]++;
        }
    }
}

/* Sorted by kind, so that the order says nothing of who is who ... */
static void list(Crowd *crowd)
{
    crowd->count = 0;
    for (int kind = 0; kind < CROWD_KINDS; kind++) {
        for (int people = crowd->tally[kind]; people > 0; people -= UINT8_MAX) {
            crowd->entries[crowd->count] =
                (CrowdEntry){mark_of(kind), (uint8_t)clamp_i64(people, 1, UINT8_MAX)};
            crowd->count++;
        }
    }
}

/* ... then put into an order drawn for this refresh, so that it does not tell of the values
   either. Whoever undoes it has the sorted list. */
static void shuffle(Crowd *crowd)
{
    Prng prng;

    prng_seed(&prng, crowd->number);
    for (int i = crowd->count - 1; i > 0; i--) {
        const int other = (int)prng_below(&prng, (uint64_t)i + 1);
        const CrowdEntry entry = crowd->entries[i];

        crowd->entries[i] = crowd->entries[other];
        crowd->entries[other] = entry;
    }
}

static void draw(Session *session)
{
    Crowd *crowd = &session->crowd;

    tally(session);
    list(crowd);
    crowd->number++;
    shuffle(crowd);
    crowd->drawn_in_round = session->snapshot_number;
    crowd->page = 0;
    crowd->pages = (uint8_t)((crowd->count + CROWD_PAGE_ENTRIES_MAX - 1) / CROWD_PAGE_ENTRIES_MAX);
    crowd->pages = crowd->pages > 0 ? crowd->pages : 1; /* one that says: nobody */
}

static uint32_t rounds_per_refresh(const Crowd *crowd)
{
    return (uint32_t)clamp_i64((int64_t)crowd->pages * ROUNDS_PER_PAGE, 0, ROUNDS_PER_REFRESH_MAX);
}

void crowd_send_page(Session *session, Outbox *outbox)
{
    Crowd *crowd = &session->crowd;
    Message message = {.type = MESSAGE_CROWD};
    int first = 0;

    if (session->privacy != PRIVACY_TEAMS) {
        return;
    }
    if (crowd->page == crowd->pages) {
        if (crowd->pages > 0 &&
            session->snapshot_number - crowd->drawn_in_round < rounds_per_refresh(crowd)) {
            return;
        }
        draw(session);
    }
    first = crowd->page * CROWD_PAGE_ENTRIES_MAX;
    message.crowd.number = crowd->number;
    message.crowd.page = crowd->page;
    message.crowd.pages = crowd->pages;
    message.crowd.count = (uint8_t)clamp_i64(crowd->count - first, 0, CROWD_PAGE_ENTRIES_MAX);
    memcpy(message.crowd.entries,
           &crowd->entries[first],
           sizeof crowd->entries[0] * message.crowd.count);
    if (outbox_push(outbox, CONNECTION_OTHERS, &message)) {
        crowd->page++;
    }
}

void crowd_forget(Session *session)
{
    session->crowd.page = 0;
    session->crowd.pages = 0;
}
