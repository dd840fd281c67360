/*
 * What datagrams cost without any protocol: sendto and recvfrom between two sockets on loopback.
 * The physical limit that the load benchmark compares the server with.
 *
 * Usage: bench_sendto [BYTES [DATAGRAMS]]; prints one line of JSON.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/platform/host_clock.h"

enum {
    BYTES_MAX = 1200,
    BATCH = 64,
    DATAGRAMS_DEFAULT = 200000,
    BYTES_DEFAULT = 300
};

/* A socket on loopback and its address; ends the program when there is none. */
static int open_socket(struct sockaddr_in *address)
{
    socklen_t bytes = sizeof *address;
    const int descriptor = socket(AF_INET, SOCK_DGRAM, 0);

    memset(address, 0, sizeof *address);
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)address, sizeof *address) != 0 ||
        getsockname(descriptor, (struct sockaddr *)address, &bytes) != 0) {
        perror("bench_sendto");
        exit(EXIT_FAILURE);
    }
    return descriptor;
}

static long number(int argument_count, char *arguments[], int index, long otherwise)
{
    const long value = index < argument_count ? strtol(arguments[index], NULL, 10) : otherwise;

    return value > 0 ? value : otherwise;
}

int main(int argument_count, char *arguments[])
{
    const long wanted = number(argument_count, arguments, 1, BYTES_DEFAULT);
    const size_t bytes = wanted < BYTES_MAX ? (size_t)wanted : BYTES_MAX;
    const long rounds = number(argument_count, arguments, 2, DATAGRAMS_DEFAULT) / BATCH;
    struct sockaddr_in from;
    struct sockaddr_in to;
    uint8_t datagram[BYTES_MAX] = {0};
    const int sender = open_socket(&from);
    const int receiver = open_socket(&to);
    int64_t send_ns = 0;
    int64_t receive_ns = 0;
    long failed = 0;

    for (long round = 0; round < rounds; round++) {
        const int64_t begun_ns = host_clock_now().ns;
        int64_t sent_ns;

        for (int i = 0; i < BATCH; i++) {
            failed += sendto(sender, datagram, bytes, 0, (struct sockaddr *)&to, sizeof to) < 0;
        }
        sent_ns = host_clock_now().ns;
        for (int i = 0; i < BATCH; i++) {
            failed += recvfrom(receiver, datagram, sizeof datagram, MSG_DONTWAIT, NULL, NULL) < 0;
        }
        send_ns += sent_ns - begun_ns;
        receive_ns += host_clock_now().ns - sent_ns;
    }
    (void)printf("{\"bytes\":%zu,\"send_ns\":%.1f,\"receive_ns\":%.1f,\"failed\":%ld}\n",
                 bytes,
                 (double)send_ns / (double)(rounds * BATCH),
                 (double)receive_ns / (double)(rounds * BATCH),
                 failed);
    (void)close(sender);
    (void)close(receiver);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
