/*
 * The taps of one recording, by player.
 *
 * Not pure: it allocates, up to its limits. Players are numbered in the order of their first taps.
 */
#ifndef CLIENT_SCORE_TAP_STORE_H
#define CLIENT_SCORE_TAP_STORE_H

#include "client/score/score.h"
#include "client/score/taps_csv.h"

enum {
    TAP_STORE_TAPS_MAX = 10000000,
    TAP_STORE_PLAYERS_MAX = 100000
};

typedef struct TapStore TapStore;

/* NULL without memory; the caller destroys it. */
TapStore *tap_store_create(void);

void tap_store_destroy(TapStore *store);

/* A TapsCsvSink whose owner is the store. */
const char *tap_store_add(void *owner, const TapsCsvRow *row);

/* Sorts the taps by player, time and place in the recording. Call it once, after the last tap. */
void tap_store_sort(TapStore *store);

int tap_store_player_count(const TapStore *store);
size_t tap_store_tap_count(const TapStore *store);

/* The name and, once sorted, the taps of a player. The store's. */
const char *tap_store_player(const TapStore *store, int player);
const ScoreTap *tap_store_taps(const TapStore *store, int player, size_t *tap_count);

#endif
