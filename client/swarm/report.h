/*
 * What a swarm has measured, as one JSON object or a few lines.
 *
 * Not pure: it allocates, and prints on stdout.
 */
#ifndef CLIENT_SWARM_REPORT_H
#define CLIENT_SWARM_REPORT_H

#include "client/swarm/participant.h"

enum {
    SAMPLES_MAX = 1000000 /* of a distribution; beyond, a uniform choice of them */
};

/* A bag of measurements; zero-initialised is empty. */
typedef struct {
    double *values;
    size_t count;
    size_t capacity;
    uint64_t offered_count;
    Prng prng;
} Samples;

void samples_add(Samples *samples, double value);
void samples_finish(Samples *samples);

/* The smallest value that is not below a share of all (nearest rank); sorts. 0 when empty. */
double samples_percentile(Samples *samples, double share);

typedef struct {
    const SwarmParticipant *participants;
    int participant_count;
    int connected_count; /* at the end of the playing */
    HostTime ended_at;
    bool same_host;
    Samples *clock_error_ms; /* with same_host */
    Samples *wrong_flags;    /* how many steady people were shown with a flag, at many moments */
    double minutes;          /* in which that was looked at */
    uint64_t sent_bytes;     /* UDP payload, of all */
    uint64_t received_bytes;
    uint64_t reconnect_count;
} SwarmResult;

/* False when stdout would not take it. */
bool report_print(const SwarmResult *result, bool as_json);

#endif
