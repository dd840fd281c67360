/*
 * A recorded trace second by second: what every estimator believed then.
 *
 * The estimators are the replay's; each reading is handed to a callback. Time is the client's: c4
 * of the rows, and seconds since the c1 of the first possible one. A second is told when a row has
 * come that arrived after it, or at the end.
 */
#ifndef CLIENT_CLOCKREPLAY_REPLAY_H
#define CLIENT_CLOCKREPLAY_REPLAY_H

#include "client/clockreplay/estimators.h"

enum {
    /* Of a longer time without rows only this much is told. */
    REPLAY_SILENCE_S_MAX = 3600
};

/* `t_s` seconds since the start, which is the moment `now`. */
typedef void (*ReplaySink)(void *owner, int64_t t_s, const Estimators *estimators, HostTime now);

typedef struct {
    Estimators estimators;
    ReplaySink sink;
    void *owner;
    bool started;
    HostTime start;
    HostTime newest; /* c4 */
    int64_t next_s;  /* to be told */
    int64_t row_count;
    int64_t refused_count; /* impossible, or answered before */
} Replay;

void replay_init(Replay *replay, ReplaySink sink, void *owner);

void replay_row(Replay *replay, const PingSample *sample);

/* There are no more rows: tells the seconds up to the last one. */
void replay_finish(Replay *replay);

#endif
