#include "tests/sim/store.h"

#include <stdlib.h>
#include <string.h>

/* Where the facts begin that still count. */
typedef struct {
    int timeline;                      /* the newest; -1 for none */
    int participant[PARTICIPANTS_MAX]; /* the newest of each seat; -1 for none */
    int owner[PARTICIPANTS_MAX];       /* the first of who has the seat now */
} Newest;

void store_create(Store *store)
{
    *store = (Store){.facts = calloc(STORE_FACTS_MAX, sizeof store->facts[0]),
                     .at_ns = calloc(STORE_FACTS_MAX, sizeof store->at_ns[0])};
    assert(store->facts != NULL && store->at_ns != NULL);
}

void store_destroy(Store *store)
{
    free(store->facts);
    free(store->at_ns);
}

void store_put(Store *store, int64_t now_ns, const JournalEntry *fact)
{
    assert(store->count < STORE_FACTS_MAX);
    store->facts[store->count] = *fact;
    store->at_ns[store->count] = now_ns;
    store->count++;
}

bool store_cut(Store *store, int64_t until_ns)
{
    bool timeline_lost = false;

    while (store->count > 0 && store->at_ns[store->count - 1] > until_ns) {
        store->count--;
        timeline_lost = timeline_lost || store->facts[store->count].kind == JOURNAL_TIMELINE;
    }
    store->cut_count++;
    return timeline_lost;
}

static void find_newest(const Store *store, Newest *newest)
{
    newest->timeline = -1;
    memset(newest->participant, -1, sizeof newest->participant);
    for (int i = 0; i < store->count; i++) {
        const JournalEntry *fact = &store->facts[i];

        if (fact->kind == JOURNAL_TIMELINE) {
            newest->timeline = i;
        } else if (fact->kind == JOURNAL_PARTICIPANT) {
            const int before = newest->participant[fact->seat];

            if (before < 0 || !store->facts[before].participant.present ||
                memcmp(store->facts[before].participant.resume_token,
                       fact->participant.resume_token,
                       TOKEN_BYTES) != 0) {
                newest->owner[fact->seat] = i;
            }
            newest->participant[fact->seat] = i;
        }
    }
}

static bool is_judged_later(const Store *store, int index)
{
    const JournalEntry *hit = &store->facts[index];

    for (int i = index + 1; i < store->count; i++) {
        const JournalEntry *fact = &store->facts[i];

        if (fact->kind == JOURNAL_JUDGED && fact->seat == hit->seat &&
            fact->judged.hit_number == hit->hit.number) {
            return true;
        }
    }
    return false;
}

static bool counts(const Store *store, const Newest *newest, int index)
{
    const JournalEntry *fact = &store->facts[index];

    switch (fact->kind) {
    case JOURNAL_TIMELINE:
        return newest->timeline == index;
    case JOURNAL_PARTICIPANT:
        return newest->participant[fact->seat] == index;
    case JOURNAL_JUDGED:
        return index >= newest->owner[fact->seat];
    case JOURNAL_HIT:
        return index >= newest->owner[fact->seat] && !is_judged_later(store, index);
    case JOURNAL_BAR:
    case JOURNAL_BAN:
    case JOURNAL_LOCK:
    case JOURNAL_PRIVACY: /* the last of them counts */
        break;
    }
    return true;
}

void store_restore(const Store *store, Session *session)
{
    static const JournalKind order[] = {JOURNAL_TIMELINE,
                                        JOURNAL_PARTICIPANT,
                                        JOURNAL_JUDGED,
                                        JOURNAL_HIT,
                                        JOURNAL_BAR,
                                        JOURNAL_BAN,
                                        JOURNAL_LOCK,
                                        JOURNAL_PRIVACY};
    Newest newest;

    find_newest(store, &newest);
    for (size_t pass = 0; pass < sizeof order / sizeof order[0]; pass++) {
        for (int i = 0; i < store->count; i++) {
            if (store->facts[i].kind == order[pass] && counts(store, &newest, i)) {
                session_restore(session, &store->facts[i]);
            }
        }
    }
}
