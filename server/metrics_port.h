/*
 * Answers whoever asks for the metrics, over HTTP on the loopback address alone.
 *
 * Not pure; belongs to the loop's thread and never makes it wait: a few readers at a time, each
 * with one short request and one answer that fits the socket's buffer.
 */
#ifndef SERVER_METRICS_PORT_H
#define SERVER_METRICS_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/metrics.h"
#include "shared/units.h"

typedef struct MetricsPort MetricsPort;

/* Writes the page as of now. */
typedef void MetricsWrite(void *context, MetricsPage *page);

/* Listens on 127.0.0.1; `port` 0: any free one. NULL with a cause in `error`. */
MetricsPort *metrics_port_open(uint16_t port, char *error, size_t error_bytes);
void metrics_port_close(MetricsPort *metrics);

uint16_t metrics_port_number(const MetricsPort *metrics);

/* Takes new readers, reads requests, answers, and drops who asks for nothing within 2 s. */
void metrics_port_service(MetricsPort *metrics, HostTime now, MetricsWrite *write, void *context);

#endif
