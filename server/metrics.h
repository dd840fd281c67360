/*
 * What the server counts, as text that Prometheus reads (text format 0.0.4).
 *
 * No effects: numbers in, text out.
 */
#ifndef SERVER_METRICS_H
#define SERVER_METRICS_H

#include <stddef.h>

#include "server/net/endpoint.h"
#include "server/pass_histogram.h"
#include "server/rooms.h"
#include "server/storage/storage.h"

enum {
    METRICS_BYTES_MAX = 32768
};

/* Everything of one moment. */
typedef struct {
    double up_s;
    double cpu_s; /* of the process */
    int64_t resident_bytes;
    int64_t heap_bytes; /* handed out by the allocator and not yet given back */
    int connections;
    int joined;
    int sessions;
    int64_t participants; /* seats in use, over all sessions */
    EndpointCounts endpoint;
    RoomsCounts rooms;
    SessionCounts session; /* sums over all sessions */
    StorageCounts storage;
    const PassHistogram *passes;
} Metrics;

typedef struct {
    size_t length;
    char text[METRICS_BYTES_MAX]; /* terminated */
} MetricsPage;

void metrics_format(const Metrics *metrics, MetricsPage *page);

#endif
