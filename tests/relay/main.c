/*
 * onedrum-relay: stands between clients and a server and does to their datagrams what a network
 * does. One upstream socket for each client address, so that the server tells them apart.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/platform/host_clock.h"
#include "tests/relay/delay_line.h"
#include "tests/relay/impairment.h"

static const char HELP[] =
    "Usage: onedrum-relay --listen HOST:PORT --to HOST:PORT [OPTION ...]\n"
    "\n"
    "A test tool: passes UDP datagrams between clients and a server, and delays, loses, doubles\n"
    "and reorders them as a network of the given kind would.\n"
    "\n"
    "  --listen HOST:PORT  where clients send to; port 0: any free one\n"
    "  --to HOST:PORT      the server\n"
    "  --profile NAME      lan, home-wifi (default), 4g, bufferbloat or bad\n"
    "  --seed N            equal seeds give equal chance (default 1)\n"
    "  --anywhere          allow addresses other than 127.0.0.0/8\n"
    "  --help              print this\n"
    "\n"
    "Prints one line of JSON with its port when ready, and one with what it did at the end\n"
    "(SIGTERM or SIGINT). Exit status: 0 when ended in order, 2 on wrong usage, 1 otherwise.\n";

enum {
    EXIT_USAGE = 2,
    PEERS_MAX = 4096,
    WAITING_MAX = 65536,
    EVENTS_MAX = 256,
    DATAGRAMS_PER_WAKE_MAX = 512,
    LISTENER = -1,
    BUFFER_BYTES = 4 * 1024 * 1024,
    DESCRIPTORS_SPARE = 64
};

#define WAIT_NS_MIN (100 * NS_PER_US)
#define WAIT_NS_MAX (100 * NS_PER_MS)

/* One client address. */
typedef struct {
    struct sockaddr_in address;
    int upstream; /* its socket towards the server */
    Impairment up;
    Impairment down;
} Peer;

typedef struct {
    const ImpairmentProfile *profile;
    struct sockaddr_in listen;
    struct sockaddr_in to;
    uint64_t seed;
    bool anywhere;
} Options;

typedef struct {
    Options options;
    int listener;
    int epoll;
    Peer *peers;
    int peer_count;
    DelayLine *line;
    int64_t no_room;      /* datagrams dropped because too many wait or too many clients came */
    int64_t send_refused; /* by the system */
} Relay;

static volatile sig_atomic_t stop_wanted;

static void request_stop(int signal_number)
{
    (void)signal_number;
    stop_wanted = 1;
}

/* --- options --- */

/* HOST:PORT with an IPv4 address, "localhost" or any other name. */
static bool read_address(const char *text, struct sockaddr_in *address)
{
    const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *found = NULL;
    char host[256];
    const char *colon = strrchr(text, ':');

    if (colon == NULL || colon == text || (size_t)(colon - text) >= sizeof host) {
        return false;
    }
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0) {
        return false;
    }
    memcpy(address, found->ai_addr, sizeof *address);
    freeaddrinfo(found);
    return true;
}

static bool is_loopback(const struct sockaddr_in *address)
{
    return ntohl(address->sin_addr.s_addr) >> 24 == 127;
}

static bool read_seed(const char *text, uint64_t *seed)
{
    char *end = NULL;

    *seed = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0';
}

/* False for a wrong value or an unknown option. */
static bool read_option(const char *name, const char *value, Options *options)
{
    if (value == NULL) {
        return false;
    }
    if (strcmp(name, "--listen") == 0) {
        return read_address(value, &options->listen);
    }
    if (strcmp(name, "--to") == 0) {
        return read_address(value, &options->to);
    }
    if (strcmp(name, "--profile") == 0) {
        options->profile = impairment_profile(value);
        return options->profile != NULL;
    }
    return strcmp(name, "--seed") == 0 && read_seed(value, &options->seed);
}

static bool read_options(int argument_count, char *arguments[], Options *options)
{
    *options = (Options){.profile = impairment_profile("home-wifi"), .seed = 1};
    for (int i = 1; i < argument_count; i++) {
        const char *value = i + 1 < argument_count ? arguments[i + 1] : NULL;

        if (strcmp(arguments[i], "--anywhere") == 0) {
            options->anywhere = true;
            continue;
        }
        if (!read_option(arguments[i], value, options)) {
            (void)fprintf(stderr,
                          "onedrum-relay: %s %s makes no sense; see --help\n",
                          arguments[i],
                          value == NULL ? "" : value);
            return false;
        }
        i++;
    }
    if (options->listen.sin_family != AF_INET || options->to.sin_family != AF_INET) {
        (void)fprintf(stderr, "onedrum-relay: --listen and --to are needed; see --help\n");
        return false;
    }
    if (!options->anywhere && (!is_loopback(&options->listen) || !is_loopback(&options->to))) {
        (void)fprintf(stderr,
                      "onedrum-relay: stays on 127.0.0.0/8 unless --anywhere is given, because it "
                      "passes on what strangers send\n");
        return false;
    }
    return true;
}

/* --- sockets --- */

static int open_socket(void)
{
    const int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int bytes = BUFFER_BYTES;

    if (descriptor >= 0) {
        (void)setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
        (void)setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    }
    return descriptor;
}

static bool watch(const Relay *relay, int descriptor, int peer)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = peer};

    return epoll_ctl(relay->epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < PEERS_MAX + DESCRIPTORS_SPARE) {
        limit.rlim_cur = limit.rlim_max < PEERS_MAX + DESCRIPTORS_SPARE
                             ? limit.rlim_max
                             : PEERS_MAX + DESCRIPTORS_SPARE;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static bool relay_open(Relay *relay, const Options *options)
{
    socklen_t bytes = sizeof relay->options.listen;

    *relay = (Relay){.options = *options,
                     .listener = open_socket(),
                     .epoll = epoll_create1(EPOLL_CLOEXEC),
                     .peers = calloc(PEERS_MAX, sizeof(Peer)),
                     .line = delay_line_create(WAITING_MAX)};
    raise_descriptor_limit();
    if (relay->peers == NULL || relay->line == NULL || relay->listener < 0 || relay->epoll < 0 ||
        bind(relay->listener,
             (const struct sockaddr *)&relay->options.listen,
             sizeof relay->options.listen) != 0 ||
        getsockname(relay->listener, (struct sockaddr *)&relay->options.listen, &bytes) != 0 ||
        !watch(relay, relay->listener, LISTENER)) {
        (void)fprintf(stderr, "onedrum-relay: cannot listen: %s\n", strerror(errno));
        return false;
    }
    return true;
}

static void relay_close(Relay *relay)
{
    for (int i = 0; i < relay->peer_count; i++) {
        (void)close(relay->peers[i].upstream);
    }
    if (relay->listener >= 0) {
        (void)close(relay->listener);
    }
    if (relay->epoll >= 0) {
        (void)close(relay->epoll);
    }
    delay_line_destroy(relay->line);
    free(relay->peers);
}

/* --- datagrams --- */

static bool is_same(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
    return a->sin_port == b->sin_port && a->sin_addr.s_addr == b->sin_addr.s_addr;
}

/* The client with this address, a new one if need be; -1 when there is no room. */
static int find_peer(Relay *relay, const struct sockaddr_in *address)
{
    const ImpairmentProfile *profile = relay->options.profile;
    const uint64_t seed = relay->options.seed * 2 * PEERS_MAX + 2 * (uint64_t)relay->peer_count;
    Peer *peer = &relay->peers[relay->peer_count];

    for (int i = 0; i < relay->peer_count; i++) {
        if (is_same(&relay->peers[i].address, address)) {
            return i;
        }
    }
    if (relay->peer_count == PEERS_MAX) {
        return -1;
    }
    peer->address = *address;
    peer->upstream = open_socket();
    if (peer->upstream < 0 ||
        connect(peer->upstream,
                (const struct sockaddr *)&relay->options.to,
                sizeof relay->options.to) != 0 ||
        !watch(relay, peer->upstream, relay->peer_count)) {
        if (peer->upstream >= 0) {
            (void)close(peer->upstream);
        }
        return -1;
    }
    impairment_init(&peer->up, &profile->up, seed);
    impairment_init(&peer->down, &profile->down, seed + 1);
    relay->peer_count++;
    return relay->peer_count - 1;
}

static void take(Relay *relay, Delayed *datagram)
{
    Peer *peer = &relay->peers[datagram->peer];
    Impairment *impairment = datagram->down ? &peer->down : &peer->up;
    int64_t arrives_ns[IMPAIRMENT_COPIES_MAX];
    const int copies =
        impairment_take(impairment, host_clock_now().ns, datagram->size_bytes, arrives_ns);

    for (int i = 0; i < copies; i++) {
        datagram->at_ns = arrives_ns[i];
        relay->no_room += delay_line_put(relay->line, datagram) ? 0 : 1;
    }
}

static void take_from_clients(Relay *relay)
{
    static Delayed datagram;

    for (int i = 0; i < DATAGRAMS_PER_WAKE_MAX; i++) {
        struct sockaddr_in address;
        socklen_t address_bytes = sizeof address;
        const ssize_t size = recvfrom(relay->listener,
                                      datagram.bytes,
                                      sizeof datagram.bytes,
                                      0,
                                      (struct sockaddr *)&address,
                                      &address_bytes);

        if (size < 0) {
            return;
        }
        datagram.size_bytes = (size_t)size;
        datagram.down = false;
        datagram.peer = find_peer(relay, &address);
        if (datagram.peer < 0) {
            relay->no_room++;
        } else {
            take(relay, &datagram);
        }
    }
}

static void take_from_server(Relay *relay, int peer)
{
    static Delayed datagram;

    for (int i = 0; i < DATAGRAMS_PER_WAKE_MAX; i++) {
        const ssize_t size =
            recv(relay->peers[peer].upstream, datagram.bytes, sizeof datagram.bytes, 0);

        if (size < 0) {
            return; /* nothing there, or the server is down: clients find out by themselves */
        }
        datagram.size_bytes = (size_t)size;
        datagram.down = true;
        datagram.peer = peer;
        take(relay, &datagram);
    }
}

static void send_due(Relay *relay, int64_t now_ns)
{
    const Delayed *next = delay_line_next(relay->line);

    while (next != NULL && next->at_ns <= now_ns) {
        const Peer *peer = &relay->peers[next->peer];
        const ssize_t sent = next->down ? sendto(relay->listener,
                                                 next->bytes,
                                                 next->size_bytes,
                                                 0,
                                                 (const struct sockaddr *)&peer->address,
                                                 sizeof peer->address)
                                        : send(peer->upstream, next->bytes, next->size_bytes, 0);

        relay->send_refused += sent < 0 ? 1 : 0;
        delay_line_drop_next(relay->line);
        next = delay_line_next(relay->line);
    }
}

/* --- the run --- */

static void add_counts(ImpairmentCounts *sum, const ImpairmentCounts *counts)
{
    sum->taken += counts->taken;
    sum->passed += counts->passed;
    sum->lost_by_chance += counts->lost_by_chance;
    sum->lost_in_bursts += counts->lost_in_bursts;
    sum->lost_by_queue += counts->lost_by_queue;
    sum->doubled += counts->doubled;
    sum->overtaken += counts->overtaken;
    sum->delay_sum_ns += counts->delay_sum_ns;
    sum->delay_max_ns =
        counts->delay_max_ns > sum->delay_max_ns ? counts->delay_max_ns : sum->delay_max_ns;
}

static void print_counts(const char *way, const ImpairmentCounts *counts)
{
    const double mean_ns =
        counts->passed == 0 ? 0.0 : (double)counts->delay_sum_ns / (double)counts->passed;

    (void)printf(",\"%s\":{\"taken\":%" PRId64 ",\"passed\":%" PRId64 ",\"lost_by_chance\":%" PRId64
                 ",\"lost_in_bursts\":%" PRId64 ",\"lost_by_queue\":%" PRId64
                 ",\"doubled\":%" PRId64 ",\"overtaken\":%" PRId64
                 ",\"delay_mean_ms\":%.3f,\"delay_max_ms\":%.3f}",
                 way,
                 counts->taken,
                 counts->passed,
                 counts->lost_by_chance,
                 counts->lost_in_bursts,
                 counts->lost_by_queue,
                 counts->doubled,
                 counts->overtaken,
                 mean_ns / (double)NS_PER_MS,
                 ms_of_ns(counts->delay_max_ns));
}

static void print_statistics(const Relay *relay)
{
    ImpairmentCounts up = {0};
    ImpairmentCounts down = {0};

    for (int i = 0; i < relay->peer_count; i++) {
        add_counts(&up, &relay->peers[i].up.counts);
        add_counts(&down, &relay->peers[i].down.counts);
    }
    (void)printf("{\"event\":\"end\",\"profile\":\"%s\",\"seed\":%" PRIu64
                 ",\"clients\":%d,\"no_room\":%" PRId64 ",\"send_refused\":%" PRId64,
                 relay->options.profile->name,
                 relay->options.seed,
                 relay->peer_count,
                 relay->no_room,
                 relay->send_refused);
    print_counts("up", &up);
    print_counts("down", &down);
    (void)printf("}\n");
}

/* Until something is due; a little later than that, so that one wake does for many. */
static struct timespec wait_of(const Relay *relay)
{
    const Delayed *next = delay_line_next(relay->line);
    const int64_t wait_ns =
        next == NULL ? WAIT_NS_MAX
                     : clamp_i64(next->at_ns - host_clock_now().ns, WAIT_NS_MIN, WAIT_NS_MAX);

    return (struct timespec){.tv_nsec = (long)wait_ns};
}

static void run(Relay *relay)
{
    struct epoll_event events[EVENTS_MAX];

    while (stop_wanted == 0) {
        const struct timespec wait = wait_of(relay);
        const int count = epoll_pwait2(relay->epoll, events, EVENTS_MAX, &wait, NULL);

        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == LISTENER) {
                take_from_clients(relay);
            } else {
                take_from_server(relay, events[i].data.fd);
            }
        }
        send_due(relay, host_clock_now().ns);
    }
}

int main(int argument_count, char *arguments[])
{
    struct sigaction action;
    Options options;
    Relay relay;

    if (argument_count == 2 && strcmp(arguments[1], "--help") == 0) {
        (void)fputs(HELP, stdout);
        return EXIT_SUCCESS;
    }
    if (!read_options(argument_count, arguments, &options)) {
        return EXIT_USAGE;
    }
    memset(&action, 0, sizeof action);
    action.sa_handler = request_stop;
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    if (!relay_open(&relay, &options)) {
        relay_close(&relay);
        return EXIT_FAILURE;
    }
    (void)printf("{\"event\":\"ready\",\"port\":%u,\"profile\":\"%s\",\"asymmetry_ms\":%.3f}\n",
                 ntohs(relay.options.listen.sin_port),
                 relay.options.profile->name,
                 relay.options.profile->up.delay_ms - relay.options.profile->down.delay_ms);
    (void)fflush(stdout);
    run(&relay);
    print_statistics(&relay);
    relay_close(&relay);
    return EXIT_SUCCESS;
}
