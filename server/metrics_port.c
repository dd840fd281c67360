#include "server/metrics_port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    READERS_MAX = 4,
    REQUEST_BYTES_MAX = 2048,
    HEAD_BYTES_MAX = 160,
    SEND_BUFFER_BYTES = 2 * METRICS_BYTES_MAX
};
#define REQUEST_NS_MAX (2 * NS_PER_S)

typedef struct {
    int socket; /* -1: nobody */
    HostTime since;
    size_t length;
    char request[REQUEST_BYTES_MAX + 1];
} Reader;

struct MetricsPort {
    int listener;
    uint16_t port;
    Reader readers[READERS_MAX];
    MetricsPage page;
};

static bool listen_on(MetricsPort *metrics, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    socklen_t address_bytes = sizeof address;
    const int yes = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    metrics->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (metrics->listener < 0) {
        return false;
    }
    (void)setsockopt(metrics->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(metrics->listener, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(metrics->listener, READERS_MAX) != 0 ||
        getsockname(metrics->listener, (struct sockaddr *)&address, &address_bytes) != 0) {
        return false;
    }
    metrics->port = ntohs(address.sin_port);
    return true;
}

MetricsPort *metrics_port_open(uint16_t port, char *error, size_t error_bytes)
{
    MetricsPort *metrics = calloc(1, sizeof *metrics);

    if (metrics == NULL) {
        (void)snprintf(error, error_bytes, "out of memory; close other programs");
        return NULL;
    }
    for (int i = 0; i < READERS_MAX; i++) {
        metrics->readers[i].socket = -1;
    }
    if (!listen_on(metrics, port)) {
        (void)snprintf(error,
                       error_bytes,
                       "cannot offer metrics on 127.0.0.1 port %u: %s; give --metrics another port",
                       port,
                       strerror(errno));
        metrics_port_close(metrics);
        return NULL;
    }
    return metrics;
}

static void drop(Reader *reader)
{
    if (reader->socket >= 0) {
        (void)close(reader->socket);
        reader->socket = -1;
    }
}

void metrics_port_close(MetricsPort *metrics)
{
    if (metrics == NULL) {
        return;
    }
    for (int i = 0; i < READERS_MAX; i++) {
        drop(&metrics->readers[i]);
    }
    if (metrics->listener >= 0) {
        (void)close(metrics->listener);
    }
    free(metrics);
}

uint16_t metrics_port_number(const MetricsPort *metrics)
{
    return metrics->port;
}

/* The system's queue holds those who find no place. */
static void take_readers(MetricsPort *metrics, HostTime now)
{
    const int bytes = SEND_BUFFER_BYTES;

    for (int i = 0; i < READERS_MAX; i++) {
        Reader *reader = &metrics->readers[i];

        if (reader->socket >= 0) {
            continue;
        }
        reader->socket = accept(metrics->listener, NULL, NULL);
        if (reader->socket < 0) {
            return;
        }
        (void)fcntl(reader->socket, F_SETFL, O_NONBLOCK);
        (void)fcntl(reader->socket, F_SETFD, FD_CLOEXEC);
        (void)setsockopt(reader->socket, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
        reader->since = now;
        reader->length = 0;
    }
}

static bool is_whole(Reader *reader)
{
    reader->request[reader->length] = '\0';
    return strstr(reader->request, "\r\n\r\n") != NULL || strstr(reader->request, "\n\n") != NULL;
}

static void send_all(int descriptor, const char *text, size_t length)
{
    /* What does not fit the buffer is the reader's loss: nobody makes the beat wait. */
    (void)send(descriptor, text, length, MSG_NOSIGNAL);
}

static void answer(MetricsPort *metrics, const Reader *reader, MetricsWrite *write, void *context)
{
    const bool asks = strncmp(reader->request, "GET /metrics ", 13) == 0 ||
                      strncmp(reader->request, "GET / ", 6) == 0;
    char head[HEAD_BYTES_MAX];
    size_t length = 0;

    if (asks) {
        write(context, &metrics->page);
        length = metrics->page.length;
    }
    (void)snprintf(head,
                   sizeof head,
                   "HTTP/1.1 %s\r\nContent-Type: text/plain; version=0.0.4\r\n"
                   "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                   asks ? "200 OK" : "404 Not Found",
                   length);
    send_all(reader->socket, head, strlen(head));
    send_all(reader->socket, metrics->page.text, length);
    (void)shutdown(reader->socket, SHUT_WR);
}

static void
serve(MetricsPort *metrics, Reader *reader, HostTime now, MetricsWrite *write, void *context)
{
    const ssize_t got = recv(
        reader->socket, reader->request + reader->length, REQUEST_BYTES_MAX - reader->length, 0);

    if (got > 0) {
        reader->length += (size_t)got;
    }
    if (is_whole(reader)) {
        answer(metrics, reader, write, context);
        drop(reader);
    } else if (got == 0 || reader->length == REQUEST_BYTES_MAX ||
               now.ns - reader->since.ns > REQUEST_NS_MAX) {
        drop(reader);
    }
}

void metrics_port_service(MetricsPort *metrics, HostTime now, MetricsWrite *write, void *context)
{
    take_readers(metrics, now);
    for (int i = 0; i < READERS_MAX; i++) {
        if (metrics->readers[i].socket >= 0) {
            serve(metrics, &metrics->readers[i], now, write, context);
        }
    }
}
