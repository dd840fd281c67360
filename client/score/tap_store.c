#include "client/score/tap_store.h"

#include <stdlib.h>
#include <string.h>

enum {
    TAPS_FIRST = 4096,
    SLOT_COUNT = 262144, /* a power of two, over twice the players */
    SLOT_FREE = 0
};

typedef struct {
    char name[NAME_BYTES_MAX + 1];
    size_t first_tap;
    size_t tap_count;
} Player;

struct TapStore {
    ScoreTap *taps;
    size_t tap_count;
    size_t tap_capacity;
    Player *players;
    int player_count;
    int player_capacity;
    uint32_t slots[SLOT_COUNT]; /* player index + 1 by hash of the name, open addressing */
};

TapStore *tap_store_create(void)
{
    return calloc(1, sizeof(TapStore));
}

void tap_store_destroy(TapStore *store)
{
    if (store != NULL) {
        free(store->taps);
        free(store->players);
        free(store);
    }
}

/* FNV-1a, 32 bits. */
static uint32_t hash_of(const char *name)
{
    uint32_t hash = UINT32_C(2166136261);

    for (; *name != '\0'; name++) {
        hash = (hash ^ (uint8_t)*name) * UINT32_C(16777619);
    }
    return hash;
}

static bool grow_players(TapStore *store)
{
    int capacity = store->player_capacity == 0 ? 64 : 2 * store->player_capacity;
    Player *players;

    if (store->player_count < store->player_capacity) {
        return true;
    }
    players = realloc(store->players, sizeof *players * (size_t)capacity);
    if (players == NULL) {
        return false;
    }
    store->players = players;
    store->player_capacity = capacity;
    return true;
}

/* The index of the player with this name, entered if new; -1 when there is no room. */
static int player_of(TapStore *store, const char *name)
{
    uint32_t slot = hash_of(name) % SLOT_COUNT;

    while (store->slots[slot] != SLOT_FREE) {
        int player = (int)store->slots[slot] - 1;

        if (strcmp(store->players[player].name, name) == 0) {
            return player;
        }
        slot = (slot + 1) % SLOT_COUNT;
    }
    if (store->player_count == TAP_STORE_PLAYERS_MAX || !grow_players(store)) {
        return -1;
    }
    store->players[store->player_count] = (Player){.tap_count = 0};
    memcpy(store->players[store->player_count].name, name, strlen(name) + 1);
    store->player_count++;
    store->slots[slot] = (uint32_t)store->player_count;
    return store->player_count - 1;
}

static bool grow_taps(TapStore *store)
{
    size_t capacity = store->tap_capacity == 0 ? TAPS_FIRST : 2 * store->tap_capacity;
    ScoreTap *taps;

    if (store->tap_count < store->tap_capacity) {
        return true;
    }
    taps = realloc(store->taps, sizeof *taps * capacity);
    if (taps == NULL) {
        return false;
    }
    store->taps = taps;
    store->tap_capacity = capacity;
    return true;
}

const char *tap_store_add(void *owner, const TapsCsvRow *row)
{
    TapStore *store = owner;
    int player;

    if (store->tap_count == TAP_STORE_TAPS_MAX) {
        return "there are more than 10,000,000 taps; please split the recording";
    }
    player = player_of(store, row->player);
    if (player < 0) {
        return "there are more than 100,000 players, or too little memory";
    }
    if (!grow_taps(store)) {
        return "there is too little memory for the taps up to here; please split the recording";
    }
    store->taps[store->tap_count] = (ScoreTap){
        .time_ns = row->time_ns,
        .order = (uint32_t)store->tap_count,
        .player = (uint32_t)player,
        .pad = row->pad,
        .velocity = row->velocity,
    };
    store->tap_count++;
    store->players[player].tap_count++;
    return NULL;
}

static int compare_taps(const void *a, const void *b)
{
    const ScoreTap *one = a;
    const ScoreTap *other = b;

    if (one->player != other->player) {
        return one->player < other->player ? -1 : 1;
    }
    if (one->time_ns != other->time_ns) {
        return one->time_ns < other->time_ns ? -1 : 1;
    }
    return one->order < other->order ? -1 : 1;
}

void tap_store_sort(TapStore *store)
{
    size_t first_tap = 0;

    if (store->tap_count > 0) {
        qsort(store->taps, store->tap_count, sizeof store->taps[0], compare_taps);
    }
    for (int i = 0; i < store->player_count; i++) {
        store->players[i].first_tap = first_tap;
        first_tap += store->players[i].tap_count;
    }
}

int tap_store_player_count(const TapStore *store)
{
    return store->player_count;
}

size_t tap_store_tap_count(const TapStore *store)
{
    return store->tap_count;
}

const char *tap_store_player(const TapStore *store, int player)
{
    return store->players[player].name;
}

const ScoreTap *tap_store_taps(const TapStore *store, int player, size_t *tap_count)
{
    *tap_count = store->players[player].tap_count;
    return store->taps + store->players[player].first_tap;
}
