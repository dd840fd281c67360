#include "server/server.h"

#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "server/groove_library.h"
#include "server/metrics.h"
#include "server/metrics_port.h"
#include "server/net/endpoint.h"
#include "server/password_check.h"
#include "server/rooms.h"
#include "server/server_key.h"
#include "server/session_clock.h"
#include "server/touched_memory.h"
#include "shared/platform/host_clock.h"
#include "shared/platform/log.h"
#include "shared/platform/secret_file.h"
#include "shared/secure/entropy.h"
#include "shared/secure/fingerprint.h"

#define TICK_NS (5 * NS_PER_MS)
/* With nobody there a session only has to notice that time passes. */
#define IDLE_TICK_NS (20 * NS_PER_MS)
#define TIME_MARK_NS (250 * NS_PER_MS)
#define SLOW_TURN_NS (20 * NS_PER_MS)
#define METRICS_EVERY_NS (50 * NS_PER_MS)
#define COUNTS_LOGGED_NS (60 * NS_PER_S)

enum {
    /* What waits for a connection at most when many come back at once: measured, 300 players whose
       server stood still for 12 s had 3 KiB each. */
    BURST_BYTES_PER_SLOT = 4096,
    /* The pages that SQLite keeps by itself (2,000 KiB) with what it writes beside each. */
    STORE_CACHE_BYTES = 2304 * 1024
};

struct Server {
    ServerOptions options;
    GrooveLibrary library;
    Storage *storage;
    Endpoint *endpoint;
    Rooms *rooms;
    PasswordCheck *password_check;          /* NULL without a facilitator's password */
    int64_t offset_ns;                      /* session time minus host time */
    uint8_t fingerprint[FINGERPRINT_BYTES]; /* of the server's key */
    bool announced;
    bool has_news; /* something was stored since the last time mark */
    HostTime tick_at;
    HostTime mark_at;
    HostTime counts_at;
    HostTime metrics_at;
    HostTime opened_at;
    MetricsPort *metrics; /* NULL: not offered */
    PassHistogram passes;
    HostTime slow_told_at; /* of the next word about a slow turn */
    EndpointCounts logged; /* as last written to the log */
};

static SessionTime session_now(const Server *server)
{
    return (SessionTime){host_clock_now().ns + server->offset_ns};
}

/* --- the ready lines --- */

static void
format_links(const Server *server, const SessionConfig *config, char *plain, char *facilitator)
{
    const char *host = server->options.public_host;
    Link link = {
        .port = endpoint_port(server->endpoint), .has_token = true, .has_fingerprint = true};

    if (host[0] == '\0') {
        host = server->options.listen_host;
    }
    if (strcmp(host, "0.0.0.0") == 0) {
        host = "127.0.0.1";
    }
    (void)snprintf(link.host, sizeof link.host, "%s", host);
    memcpy(link.code, config->code, CODE_CHARS);
    memcpy(link.facilitator_token, config->facilitator_token, TOKEN_BYTES);
    memcpy(link.fingerprint, server->fingerprint, FINGERPRINT_BYTES);
    (void)link_format(&link, false, plain, LINK_TEXT_BYTES_MAX);
    (void)link_format(&link, true, facilitator, LINK_TEXT_BYTES_MAX);
}

static void print_session(const Server *server, const char *event, const SessionConfig *config)
{
    char plain[LINK_TEXT_BYTES_MAX] = "";
    char facilitator[LINK_TEXT_BYTES_MAX] = "";
    char code[CODE_CHARS + 1] = {0};
    char fingerprint[FINGERPRINT_TEXT_BYTES];
    json_t *line;
    char *text;

    memcpy(code, config->code, CODE_CHARS);
    format_links(server, config, plain, facilitator);
    fingerprint_format(server->fingerprint, fingerprint);
    line = json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:i}",
                     "event",
                     event,
                     "port",
                     (int)endpoint_port(server->endpoint),
                     "code",
                     code,
                     "link",
                     plain,
                     "facilitator_link",
                     facilitator,
                     "fingerprint",
                     fingerprint,
                     "title",
                     config->title,
                     "seats",
                     (int)config->seats);
    if (line != NULL && server->metrics != NULL) {
        (void)json_object_set_new(
            line, "metrics_port", json_integer(metrics_port_number(server->metrics)));
    }
    text = line == NULL ? NULL : json_dumps(line, JSON_COMPACT);
    if (text == NULL) {
        log_error("server: cannot write the line for session %s: out of memory", code);
    } else {
        (void)printf("%s\n", text);
        (void)fflush(stdout);
    }
    free(text);
    json_decref(line);
}

void server_announce(Server *server)
{
    for (int i = 0; i < rooms_count(server->rooms); i++) {
        print_session(
            server, i == 0 ? "ready" : "session", &rooms_session(server->rooms, i)->config);
    }
    server->announced = true;
}

/* --- what the rooms ask for --- */

static void port_send(void *context,
                      const uint32_t *connections,
                      size_t connection_count,
                      const uint8_t *bytes,
                      size_t size_bytes,
                      Delivery delivery)
{
    const Server *server = context;

    endpoint_send(server->endpoint, connections, connection_count, bytes, size_bytes, delivery);
}

static void port_disconnect(void *context, uint32_t connection)
{
    const Server *server = context;

    endpoint_disconnect(server->endpoint, connection);
}

static void port_answer_pings(void *context, uint32_t connection, uint32_t nonce)
{
    const Server *server = context;

    endpoint_answer_pings(server->endpoint, connection, nonce);
}

static void port_store_session(
    void *context, int64_t id, const SessionConfig *config, const Groove *grooves, int groove_count)
{
    Server *server = context;
    int64_t wall_ms = host_clock_wall_ms();
    const StoredSession session = {
        .id = id, .config = *config, .created_wall_ms = wall_ms, .touched_wall_ms = wall_ms};

    (void)storage_put_session(server->storage, &session, grooves, groove_count);
    server->has_news = true;
    if (server->announced) {
        print_session(server, "session", config);
    }
}

static void port_store_entry(void *context, int64_t id, const JournalEntry *entry)
{
    Server *server = context;

    (void)storage_put_entry(server->storage, id, entry);
    server->has_news = true;
}

static bool port_check_password(void *context, uint32_t connection, const char *password)
{
    const Server *server = context;

    return password_check_ask(server->password_check, connection, password);
}

static void port_random(void *context, uint8_t *bytes, size_t size_bytes)
{
    int result = getentropy(bytes, size_bytes);

    /* Fails only for more than 256 bytes, or on a kernel without it. */
    assert(result == 0);
    (void)result;
    (void)context;
}

/* --- opening --- */

/* Puts a message together from what a part of the server says. */
static bool fail(ServerError *error, const char *text)
{
    (void)snprintf(error->text, sizeof error->text, "%s", text);
    return false;
}

static bool load_grooves(Server *server, ServerError *error)
{
    GrooveLibraryError mistake;

    groove_library_init(&server->library);
    if (server->options.grooves[0] != '\0' &&
        !groove_library_add(&server->library, server->options.grooves, &mistake)) {
        return fail(error, mistake.text);
    }
    return true;
}

/* What new sessions are like. */
static bool make_defaults(const Server *server, SessionConfig *config, ServerError *error)
{
    const ServerOptions *options = &server->options;
    int groove = 0;

    if (options->groove[0] != '\0') {
        groove = groove_library_find(&server->library, options->groove);
    }
    if (groove < 0) {
        char names[300];

        groove_library_list(&server->library, names, sizeof names);
        (void)snprintf(error->text,
                       sizeof error->text,
                       "--groove %.64s: there is no such groove; there are: %s",
                       options->groove,
                       names);
        error->usage = true;
        return false;
    }
    *config = (SessionConfig){
        .seats = options->seats,
        .profile = options->profile,
        .privacy = options->privacy,
        .tempo_mbpm = options->tempo_mbpm,
        .groove = (uint8_t)groove,
        .grace_s = options->grace_s,
    };
    memcpy(config->title, options->title, sizeof config->title);
    return true;
}

static bool open_storage(Server *server, ServerError *error)
{
    StorageError cause;

    server->storage = storage_open(server->options.data, &cause);
    return server->storage != NULL ? true : fail(error, cause.text);
}

/* Reads or makes the key; the storage has made the directory and locked it. */
static bool open_key(Server *server, NoiseKeyPair *key, ServerError *error)
{
    StorageError cause;

    if (!secure_start()) {
        return fail(error, "the system gives no randomness; see that /dev/urandom is there");
    }
    if (!server_key_open(server->options.data, key, &cause)) {
        return fail(error, cause.text);
    }
    fingerprint_of_key(key->open, server->fingerprint);
    return true;
}

static bool set_clock(Server *server, StoredClock *clock, ServerError *error)
{
    BootId boot_id = session_clock_boot_id();
    int64_t wall_ms = host_clock_wall_ms();

    storage_clock(server->storage, clock);
    server->offset_ns = session_clock_offset_ns(clock, &boot_id, host_clock_now(), wall_ms);
    log_info("server: event=clock offset_ns=%" PRId64 " stored_until_ns=%" PRId64,
             server->offset_ns,
             clock->stored_until.ns);
    if (!storage_set_clock(server->storage, boot_id.text, server->offset_ns)) {
        return fail(error, "the store cannot be written; see that the disk has room");
    }
    return true;
}

/* As many connections as the sessions need, and one in ten more for those who come and go. */
static int slots_for(const Server *server, const StoredSession *sessions, int session_count)
{
    int64_t seats = server->options.seats;
    int64_t stored_seats = 0;

    for (int i = 0; i < session_count; i++) {
        stored_seats += sessions[i].config.seats;
    }
    if (server->options.new_session || stored_seats > seats) {
        seats = stored_seats + (server->options.new_session ? seats : 0);
    }
    return (int)clamp_i64(seats + seats / 10 + 1, ENDPOINT_SLOTS_MIN, ENDPOINT_SLOTS_MAX);
}

/* Port 0 means the last port first, so that clients find the way back by themselves. */
static Endpoint *open_endpoint(EndpointConfig *config, uint16_t last_port, EndpointError *cause)
{
    Endpoint *endpoint;

    if (config->port == 0 && last_port != 0) {
        config->port = last_port;
        endpoint = endpoint_open(config, cause);
        if (endpoint != NULL) {
            return endpoint;
        }
        log_warning("server: event=port_taken port=%u cause=\"%s\"", last_port, cause->text);
        config->port = 0;
    }
    return endpoint_open(config, cause);
}

static bool listen_on(Server *server, int slots, ServerError *error)
{
    EndpointConfig config = {.host = server->options.listen_host,
                             .port = server->options.listen_port,
                             .slots = slots,
                             .session_offset_ns = server->offset_ns};
    EndpointError cause;

    if (!open_key(server, &config.key, error)) {
        return false;
    }
    server->endpoint = open_endpoint(&config, storage_port(server->storage), &cause);
    secure_wipe(&config.key, sizeof config.key);
    if (server->endpoint == NULL) {
        return fail(error, cause.text);
    }
    if (!storage_set_port(server->storage, endpoint_port(server->endpoint))) {
        return fail(error, "the store cannot be written; see that the disk has room");
    }
    return true;
}

/* Where facts on their way from the store to a session go. */
typedef struct {
    Rooms *rooms;
    int index;
} Restoring;

static void take_fact(void *receiver, const JournalEntry *entry)
{
    const Restoring *restoring = receiver;

    rooms_restore_entry(restoring->rooms, restoring->index, entry);
}

static bool restore_session(Server *server,
                            const StoredSession *session,
                            SessionTime stored_until,
                            ServerError *error)
{
    Groove grooves[GROOVES_MAX];
    int groove_count = storage_grooves(server->storage, session->id, grooves, GROOVES_MAX);
    Restoring restoring = {.rooms = server->rooms};

    if (groove_count <= session->config.groove) {
        log_error("server: event=left_out session_id=%" PRId64 " its grooves cannot be read",
                  session->id);
        return true;
    }
    restoring.index =
        rooms_restore(server->rooms, session->id, &session->config, grooves, groove_count);
    if (restoring.index < 0) {
        return fail(error, "out of memory for the stored sessions; close other programs");
    }
    if (!storage_facts(server->storage, session->id, take_fact, &restoring)) {
        return fail(error,
                    "the store cannot be read to the end; restore it from a copy, or choose "
                    "another directory with --data");
    }
    rooms_restored(server->rooms, restoring.index, stored_until);
    return true;
}

/* After the key, which has started the secure parts. */
static bool open_password(Server *server, ServerError *error)
{
    char password[PASSWORD_BYTES_MAX + 2];
    SecretFileError cause;

    if (server->options.password_file[0] == '\0') {
        return true;
    }
    if (!secret_file_read(server->options.password_file,
                          password,
                          PASSWORD_BYTES_MIN,
                          PASSWORD_BYTES_MAX,
                          &cause)) {
        return fail(error, cause.text);
    }
    server->password_check = password_check_open(password);
    secure_wipe(password, sizeof password);
    return server->password_check != NULL
               ? true
               : fail(error, "no memory for the facilitator's password; close other programs");
}

static bool open_rooms(Server *server, const SessionConfig *defaults, ServerError *error)
{
    const RoomsConfig config = {.defaults = *defaults,
                                .grooves = server->library.grooves,
                                .groove_count = server->library.count,
                                .seats_max = endpoint_slots(server->endpoint),
                                .next_id = storage_next_session_id(server->storage)};
    const RoomsPorts ports = {.context = server,
                              .send = port_send,
                              .disconnect = port_disconnect,
                              .answer_pings = port_answer_pings,
                              .store_session = port_store_session,
                              .store_entry = port_store_entry,
                              .check_password =
                                  server->password_check != NULL ? port_check_password : NULL,
                              .random = port_random};

    server->rooms = rooms_create(&config, &ports);
    return server->rooms != NULL ? true : fail(error, "out of memory; close other programs");
}

/* The stored sessions first, a new one if there is none or it is wanted. */
static bool fill_rooms(Server *server,
                       const StoredSession *sessions,
                       int session_count,
                       SessionTime stored_until,
                       ServerError *error)
{
    for (int i = 0; i < session_count; i++) {
        if (!restore_session(server, &sessions[i], stored_until, error)) {
            return false;
        }
    }
    if ((server->options.new_session || rooms_count(server->rooms) == 0) &&
        rooms_open(server->rooms, server->options.title, server->options.seats) < 0) {
        return fail(error,
                    "there is no room for another session; choose another directory with --data");
    }
    return true;
}

static bool open_metrics(Server *server, ServerError *error)
{
    if (!server->options.has_metrics) {
        return true;
    }
    server->metrics =
        metrics_port_open(server->options.metrics_port, error->text, sizeof error->text);
    return server->metrics != NULL;
}

/* A session that was announced must be there after a kill. */
static bool store_opening(Server *server, ServerError *error)
{
    StorageError cause;
    int64_t wall_ms = host_clock_wall_ms();

    (void)storage_put_time(server->storage, session_now(server), wall_ms);
    if (!storage_write_waiting(server->storage, wall_ms)) {
        return fail(error, "the store cannot be written; see that the disk has room");
    }
    return storage_start(server->storage, &cause) ? true : fail(error, cause.text);
}

/* What whoever started the server would find out only when the guests are there. */
static void warn_of_surprises(const Server *server, int stored_count)
{
    const ServerOptions *options = &server->options;

    if (options->public_host[0] == '\0' && strcmp(options->listen_host, "0.0.0.0") == 0) {
        log_warning("server: the links that are printed work on this machine only; give "
                    "--public-host the name or address by which people reach it");
    }
    if (stored_count > 0 && options->describes_session && !options->new_session) {
        log_warning("server: the stored session goes on as it was opened, and --title, --seats, "
                    "--profile, --privacy, --groove, --tempo and --grace are for new ones; "
                    "--new-session opens one beside it");
    }
}

static bool open_all(Server *server, ServerError *error)
{
    StoredSession sessions[STORED_SESSIONS_MAX];
    SessionConfig defaults;
    StoredClock clock;
    int64_t since_wall_ms = host_clock_wall_ms() - SESSION_KEPT_DAYS * INT64_C(24) * 3600 * 1000;
    int left_out = 0;
    int count;

    if (!load_grooves(server, error) || !make_defaults(server, &defaults, error) ||
        !open_storage(server, error) || !set_clock(server, &clock, error)) {
        return false;
    }
    count =
        storage_sessions(server->storage, since_wall_ms, sessions, STORED_SESSIONS_MAX, &left_out);
    if (count < 0) {
        return fail(error,
                    "the stored sessions cannot be read; restore the store from a copy, or choose "
                    "another directory with --data");
    }
    if (left_out > 0) {
        log_info("server: event=left_out sessions=%d cause=untouched_for_%d_days",
                 left_out,
                 SESSION_KEPT_DAYS);
    }
    if (!listen_on(server, slots_for(server, sessions, count), error) ||
        !open_password(server, error) || !open_rooms(server, &defaults, error) ||
        !fill_rooms(server, sessions, count, clock.stored_until, error) ||
        !open_metrics(server, error) || !store_opening(server, error)) {
        return false;
    }
    warn_of_surprises(server, count);
    return true;
}

static void free_server(Server *server)
{
    password_check_close(server->password_check);
    metrics_port_close(server->metrics);
    rooms_destroy(server->rooms);
    endpoint_close(server->endpoint);
    (void)storage_close(server->storage);
    free(server);
}

Server *server_open(const ServerOptions *options, ServerError *error)
{
    Server *server = calloc(1, sizeof *server);

    *error = (ServerError){.text = "out of memory; close other programs"};
    if (server == NULL) {
        return NULL;
    }
    server->options = *options;
    server->opened_at = host_clock_now();
    if (!open_all(server, error) ||
        !touched_heap_keep(STORE_CACHE_BYTES +
                           (size_t)endpoint_slots(server->endpoint) * BURST_BYTES_PER_SLOT)) {
        free_server(server);
        return NULL;
    }
    return server;
}

/* --- the loop --- */

static void take_events(Server *server, SessionTime now)
{
    EndpointEvent event;

    while (endpoint_next(server->endpoint, &event)) {
        switch (event.kind) {
        case ENDPOINT_CONNECTED:
            rooms_connected(server->rooms, now, event.connection, event.address);
            break;
        case ENDPOINT_RECEIVED:
            rooms_received(server->rooms, now, event.connection, event.bytes, event.size_bytes);
            break;
        case ENDPOINT_DISCONNECTED:
            rooms_disconnected(server->rooms, now, event.connection);
            break;
        }
    }
}

static void take_answers(Server *server, SessionTime now)
{
    PasswordAnswer answer;

    while (server->password_check != NULL && password_check_next(server->password_check, &answer)) {
        rooms_password_checked(server->rooms, now, answer.connection, answer.fits);
    }
}

/* Says up to when everything was handed to the store; an idle server lets the disk sleep. */
static void mark_time(Server *server, HostTime now)
{
    if (now.ns < server->mark_at.ns) {
        return;
    }
    server->mark_at.ns = now.ns + TIME_MARK_NS;
    if (server->has_news || rooms_joined_count(server->rooms) > 0) {
        SessionTime marked = {now.ns + server->offset_ns};

        (void)storage_put_time(server->storage, marked, host_clock_wall_ms());
        server->has_news = false;
    }
}

/* Who came, and what was turned away. */
static void log_gate(const EndpointCounts *counts)
{
    const GateCounts *gate = &counts->gate;
    int64_t guarded = 0;

    for (int i = GUARD_PASSES + 1; i < GUARD_VERDICT_COUNT; i++) {
        guarded += gate->guarded[i];
    }
    log_info("server: event=gate hellos=%" PRId64 " hellos_dropped=%" PRId64 " connects=%" PRId64
             " connects_refused=%" PRId64 " handshakes=%" PRId64 " handshakes_failed=%" PRId64
             " strangers=%" PRId64 " forged=%" PRId64 " over_rate=%" PRId64 " guarded=%" PRId64
             " unopened=%" PRId64,
             gate->hellos,
             gate->hellos_dropped,
             gate->connects,
             gate->connects_refused,
             counts->handshakes,
             counts->handshakes_failed,
             gate->strangers,
             gate->forged,
             gate->over_rate,
             guarded,
             counts->unopened);
}

static void log_counts(Server *server)
{
    EndpointCounts counts = endpoint_counts(server->endpoint);
    StorageCounts stored = storage_counts(server->storage);

    if (counts.received == server->logged.received && counts.sent == server->logged.sent &&
        counts.service_errors == server->logged.service_errors) {
        return;
    }
    server->logged = counts;
    log_info("server: event=counts connections=%d joined=%d received=%" PRId64 " sent=%" PRId64
             " unsent=%" PRId64 " service_errors=%" PRId64 " pings=%" PRId64
             " pings_refused=%" PRId64 " stored=%" PRId64 " store_retries=%" PRId64,
             endpoint_connection_count(server->endpoint),
             rooms_joined_count(server->rooms),
             counts.received,
             counts.sent,
             counts.unsent,
             counts.service_errors,
             counts.pings_answered,
             counts.pings_refused,
             stored.written,
             stored.failed_tries);
    log_gate(&counts);
}

/* --- metrics --- */

static double cpu_seconds(void)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) != 0) {
        return 0.0;
    }
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* The second number of the system's file is resident pages; 0 when it cannot be read. */
static int64_t resident_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    char line[128] = "";
    char *end = line;
    int64_t pages = 0;

    if (file != NULL) {
        if (fgets(line, sizeof line, file) != NULL) {
            (void)strtoll(line, &end, 10);
            pages = strtoll(end, NULL, 10);
        }
        (void)fclose(file);
    }
    return pages * sysconf(_SC_PAGESIZE);
}

/* Small pieces and those large enough for a mapping of their own. */
static int64_t heap_bytes(void)
{
    const struct mallinfo2 heap = mallinfo2();

    return (int64_t)(heap.uordblks + heap.hblkhd);
}

static void add_session(Metrics *metrics, const Session *session)
{
    const SessionCounts *counts = &session->counts;
    SessionCounts *sum = &metrics->session;

    sum->hits_received += counts->hits_received;
    sum->hits_repeated += counts->hits_repeated;
    sum->hits_taken += counts->hits_taken;
    sum->hits_idle += counts->hits_idle;
    sum->hits_untimely += counts->hits_untimely;
    sum->hits_too_many += counts->hits_too_many;
    sum->hits_late += counts->hits_late;
    sum->not_allowed += counts->not_allowed;
    metrics->participants += session->participant_count;
}

static void write_metrics(void *context, MetricsPage *page)
{
    const Server *server = context;
    Metrics metrics = {
        .up_s = (double)(host_clock_now().ns - server->opened_at.ns) / (double)NS_PER_S,
        .cpu_s = cpu_seconds(),
        .resident_bytes = resident_bytes(),
        .heap_bytes = heap_bytes(),
        .connections = endpoint_connection_count(server->endpoint),
        .joined = rooms_joined_count(server->rooms),
        .sessions = rooms_count(server->rooms),
        .endpoint = endpoint_counts(server->endpoint),
        .rooms = rooms_counts(server->rooms),
        .storage = storage_counts(server->storage),
        .passes = &server->passes,
    };

    for (int i = 0; i < rooms_count(server->rooms); i++) {
        add_session(&metrics, rooms_session(server->rooms, i));
    }
    metrics_format(&metrics, page);
}

static void offer_metrics(Server *server, HostTime now)
{
    if (server->metrics != NULL && now.ns >= server->metrics_at.ns) {
        server->metrics_at.ns = now.ns + METRICS_EVERY_NS;
        metrics_port_service(server->metrics, now, write_metrics, server);
    }
}

/* What is due at this time. */
static void tick(Server *server, HostTime now)
{
    if (now.ns < server->tick_at.ns) {
        return;
    }
    rooms_tick(server->rooms, (SessionTime){now.ns + server->offset_ns});
    server->tick_at.ns =
        now.ns + (endpoint_connection_count(server->endpoint) > 0 ? TICK_NS : IDLE_TICK_NS);
    mark_time(server, now);
    if (now.ns >= server->counts_at.ns) {
        server->counts_at.ns = now.ns + COUNTS_LOGGED_NS;
        log_counts(server);
    }
}

/* When the parts of a turn ended. */
typedef struct {
    HostTime begun;
    HostTime serviced;
    HostTime taken; /* what arrived */
    HostTime ticked;
    HostTime flushed;
} TurnTimes;

/* A turn that others could hear: where the time went; at most once a second. */
static void note_turn(Server *server, const TurnTimes *times)
{
    const int64_t turn_ns = times->flushed.ns - times->begun.ns;

    pass_histogram_add(&server->passes, turn_ns);
    if (turn_ns > SLOW_TURN_NS && times->flushed.ns >= server->slow_told_at.ns) {
        server->slow_told_at.ns = times->flushed.ns + NS_PER_S;
        log_warning("server: event=slow_turn us=%" PRId64 " service_us=%" PRId64
                    " messages_us=%" PRId64 " tick_us=%" PRId64 " flush_us=%" PRId64,
                    turn_ns / NS_PER_US,
                    (times->serviced.ns - times->begun.ns) / NS_PER_US,
                    (times->taken.ns - times->serviced.ns) / NS_PER_US,
                    (times->ticked.ns - times->taken.ns) / NS_PER_US,
                    (times->flushed.ns - times->ticked.ns) / NS_PER_US);
    }
}

/* One turn: what arrived, what is due, what is to be sent. */
static void turn(Server *server)
{
    TurnTimes times = {.begun = host_clock_now()};

    endpoint_service(server->endpoint);
    /* Read after the pass: nothing that it brought happened later than this. */
    times.serviced = host_clock_now();
    take_events(server, (SessionTime){times.serviced.ns + server->offset_ns});
    take_answers(server, (SessionTime){times.serviced.ns + server->offset_ns});
    times.taken = host_clock_now();
    tick(server, times.taken);
    times.ticked = host_clock_now();
    endpoint_flush(server->endpoint);
    times.flushed = host_clock_now();
    note_turn(server, &times);
    offer_metrics(server, times.flushed);
}

void server_run(Server *server, const volatile sig_atomic_t *stop)
{
    while (*stop == 0) {
        turn(server);
        endpoint_wait(server->endpoint, server->tick_at);
    }
}

bool server_close(Server *server)
{
    HostTime end;
    bool stored;

    if (server == NULL) {
        return true;
    }
    log_info("server: event=stop joined=%d", rooms_joined_count(server->rooms));
    endpoint_stop_accepting(server->endpoint);
    rooms_close(server->rooms, session_now(server));
    end.ns = host_clock_now().ns + CLOSING_MS_MAX * NS_PER_MS;
    while (endpoint_connection_count(server->endpoint) > 0 && host_clock_now().ns < end.ns) {
        turn(server);
        endpoint_wait(server->endpoint, server->tick_at);
    }
    log_counts(server);
    (void)storage_put_time(server->storage, session_now(server), host_clock_wall_ms());
    stored = storage_close(server->storage);
    server->storage = NULL;
    free_server(server);
    return stored;
}
