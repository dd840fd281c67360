#include "client/swarm/swarm.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "client/model/refusal_sentence.h"
#include "client/swarm/names.h"
#include "client/swarm/report.h"
#include "shared/platform/host_clock.h"
#include "shared/platform/log.h"

#define PROGRESS_NS (5 * NS_PER_S)
#define SAMPLE_NS (250 * NS_PER_MS)
#define JUDGEMENTS_WAIT_NS (4 * NS_PER_S)
#define GOODBYE_WAIT_NS (1 * NS_PER_S)
#define WAIT_NS_MAX (20 * NS_PER_MS)
/* A crowd is serviced and pings more rarely, so that one thread carries it. */
#define CROWD_CADENCE_NS (40 * NS_PER_MS)
#define CROWD_PING_NS_PER_PLAYER (1 * NS_PER_MS)
#define WEB_DEVICE_MEAN_MS 20.0

enum {
    CROWD_PLAYERS = 100,
    EVENTS_MAX = 256,
    DESCRIPTORS_SPARE = 64
};

typedef struct {
    const SwarmOptions *options;
    SwarmParticipant *participants;
    ParticipantConfig *configs;
    int begun_count;
    Outbox *outbox;
    int epoll;
    HostTime started_at;
    HostTime progress_at;
    HostTime sample_at;
    HostTime connected_at; /* when somebody was last connected */
    Samples clock_error_ms;
    Samples wrong_flags; /* steady people shown with a flag, at each sample while notes are due */
} Swarm;

static volatile sig_atomic_t stop_wanted;

void swarm_stop(void)
{
    stop_wanted = 1;
}

static PlayerProfile draw_profile(Population population, Prng *prng)
{
    switch (population) {
    case POPULATION_WEB:
        return player_profile_draw_uncalibrated(prng, WEB_DEVICE_MEAN_MS);
    case POPULATION_TRAINED: {
        PlayerProfile profile = player_profile_named(PLAYER_TRAINED);

        profile.calibrated = true;
        profile.calibration_ms = profile.mean_ms;
        return profile;
    }
    case POPULATION_CALIBRATED:
        break;
    }
    return player_profile_draw(prng);
}

/* Troublemakers come last, in the order of their kinds. */
static PlayerTrouble trouble_of(const SwarmOptions *options, int index)
{
    int from_end = options->player_count - 1 - index;

    for (int kind = TROUBLE_COUNT - 1; kind > TROUBLE_NONE; kind--) {
        if (from_end < options->trouble_counts[kind]) {
            return (PlayerTrouble)kind;
        }
        from_end -= options->trouble_counts[kind];
    }
    return TROUBLE_NONE;
}

static void name_participant(const SwarmOptions *options, int index, char name[NAME_BYTES_MAX + 1])
{
    int round = index / name_count();

    if (options->prefix[0] != '\0') {
        (void)snprintf(name, NAME_BYTES_MAX + 1, "%.64s %d", options->prefix, index + 1);
    } else if (round == 0) {
        (void)snprintf(name, NAME_BYTES_MAX + 1, "%s", name_of_person(index));
    } else {
        (void)snprintf(name, NAME_BYTES_MAX + 1, "%s %d", name_of_person(index), round + 1);
    }
}

/* 0: the model's own. */
static int64_t ping_interval_ns(const SwarmOptions *options)
{
    if (options->ping_interval_ns > 0 || options->player_count <= CROWD_PLAYERS) {
        return options->ping_interval_ns;
    }
    return clamp_i64(options->player_count * CROWD_PING_NS_PER_PLAYER, 0, NS_PER_S);
}

static void draw_configs(Swarm *swarm)
{
    const SwarmOptions *options = swarm->options;
    bool crowd = options->player_count > CROWD_PLAYERS;
    Prng prng;

    prng_seed(&prng, options->seed);
    for (int i = 0; i < options->player_count; i++) {
        ParticipantConfig *config = &swarm->configs[i];

        *config = (ParticipantConfig){
            .index = i,
            .trouble = trouble_of(options, i),
            .seed = prng_u64(&prng),
            .known_hosts = options->known_hosts,
            .trace = options->trace,
            .same_host = options->same_host,
            .cadence_ns = crowd ? CROWD_CADENCE_NS : SESSION_LINK_CADENCE_NS,
            .ping_interval_ns = ping_interval_ns(options),
        };
        config->profile = draw_profile(options->population, &prng);
        name_participant(options, i, config->name);
        if (options->team_count > 0) {
            memcpy(config->team, options->teams[i % options->team_count], sizeof config->team);
        }
    }
}

/* A socket for each, beside what the program has open. */
static void raise_descriptor_limit(int participant_count)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)participant_count + DESCRIPTORS_SPARE;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static bool swarm_open(Swarm *swarm, const SwarmOptions *options)
{
    size_t count = (size_t)options->player_count;

    *swarm = (Swarm){
        .options = options,
        .participants = calloc(count, sizeof(SwarmParticipant)),
        .configs = calloc(count, sizeof(ParticipantConfig)),
        .outbox = malloc(sizeof(Outbox)),
        .epoll = epoll_create1(0),
        .started_at = host_clock_now(),
    };
    if (swarm->participants == NULL || swarm->configs == NULL || swarm->outbox == NULL ||
        swarm->epoll < 0) {
        log_error("swarm: there is too little memory or there are too few descriptors");
        return false;
    }
    swarm->progress_at = (HostTime){swarm->started_at.ns + PROGRESS_NS};
    swarm->connected_at = swarm->started_at;
    outbox_init(swarm->outbox);
    raise_descriptor_limit(options->player_count);
    draw_configs(swarm);
    return true;
}

static void swarm_close(Swarm *swarm)
{
    for (int i = 0; i < swarm->begun_count; i++) {
        participant_finish(&swarm->participants[i]);
    }
    samples_finish(&swarm->clock_error_ms);
    samples_finish(&swarm->wrong_flags);
    if (swarm->epoll >= 0) {
        (void)close(swarm->epoll);
    }
    free(swarm->participants);
    free(swarm->configs);
    free(swarm->outbox);
}

/* A closed socket leaves the epoll set by itself; a new one has to be entered. */
static void watch_socket(Swarm *swarm, int index)
{
    SwarmParticipant *participant = &swarm->participants[index];
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)index};
    int descriptor = session_link_socket(&participant->link);

    if (descriptor < 0 || participant->opened_seen == participant->link.opened_count) {
        return;
    }
    if (epoll_ctl(swarm->epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 || errno == EEXIST) {
        participant->opened_seen = participant->link.opened_count;
    }
}

static void service(Swarm *swarm, int index, HostTime now)
{
    participant_service(&swarm->participants[index], now);
    watch_socket(swarm, index);
}

static int64_t begin_time_ns(const Swarm *swarm, int index)
{
    return swarm->started_at.ns + swarm->options->ramp_ns / swarm->options->player_count * index;
}

/* Lets those in whose time has come. */
static bool begin_due(Swarm *swarm, HostTime now)
{
    while (swarm->begun_count < swarm->options->player_count &&
           now.ns >= begin_time_ns(swarm, swarm->begun_count)) {
        int index = swarm->begun_count;

        /* One file that cannot be written is enough to hear of. */
        if (index > 0 && swarm->participants[index - 1].pings != NULL &&
            swarm->participants[index - 1].pings->path[0] == '\0') {
            for (int i = index; i < swarm->options->player_count; i++) {
                swarm->configs[i].trace = NULL;
            }
        }
        if (!participant_begin(&swarm->participants[index],
                               &swarm->configs[index],
                               &swarm->options->link,
                               swarm->outbox,
                               now)) {
            log_error("swarm: there is too little memory for participant %d", index + 1);
            return false;
        }
        swarm->begun_count++;
    }
    return true;
}

static int connected_count(const Swarm *swarm)
{
    int count = 0;

    for (int i = 0; i < swarm->begun_count; i++) {
        count += participant_is_joined(&swarm->participants[i]) ? 1 : 0;
    }
    return count;
}

static void sample_clocks(Swarm *swarm, HostTime now)
{
    if (!swarm->options->same_host) {
        return;
    }
    for (int i = 0; i < swarm->begun_count; i++) {
        const SwarmParticipant *participant = &swarm->participants[i];

        if (participant->has_joined && participant->model->clock.locked &&
            now.ns - participant->joined_at.ns > swarm->options->settle_ns) {
            SessionTime believed = applied_clock_session(&participant->model->clock, now);

            const int64_t error_ns = believed.ns - now.ns - swarm->options->asymmetry_ns / 2;

            samples_add(&swarm->clock_error_ms, fabs(ms_of_ns(error_ns)));
        }
    }
}

static void sample_flags(Swarm *swarm)
{
    int wrong_count = 0;
    bool is_heard = false;

    for (int i = 0; i < swarm->begun_count; i++) {
        const SwarmParticipant *participant = &swarm->participants[i];

        is_heard = is_heard || (participant->has_verdict && participant->plays);
        wrong_count += flag_watch_is_wrong(&participant->flags) ? 1 : 0;
    }
    if (is_heard) {
        samples_add(&swarm->wrong_flags, wrong_count);
    }
}

static void sample(Swarm *swarm, HostTime now)
{
    if (now.ns >= swarm->sample_at.ns) {
        swarm->sample_at = (HostTime){now.ns + SAMPLE_NS};
        sample_clocks(swarm, now);
        sample_flags(swarm);
    }
}

/* Why somebody is not in, if anybody knows. */
static const char *trouble_joining(const Swarm *swarm)
{
    for (int i = 0; i < swarm->begun_count; i++) {
        const SwarmParticipant *participant = &swarm->participants[i];

        if (participant->model->phase == MODEL_REFUSED) {
            return refusal_sentence(participant->model->refusal.reason);
        }
        if (participant->link.problem.reason[0] != '\0') {
            return participant->link.problem.reason;
        }
    }
    return "";
}

static void tell_progress(Swarm *swarm, HostTime now)
{
    int64_t sent = 0;
    int64_t judged = 0;
    int joined = connected_count(swarm);
    const char *why = joined < swarm->begun_count ? trouble_joining(swarm) : "";

    if (now.ns < swarm->progress_at.ns) {
        return;
    }
    swarm->progress_at = (HostTime){swarm->progress_at.ns + PROGRESS_NS};
    for (int i = 0; i < swarm->begun_count; i++) {
        sent += swarm->participants[i].hit_count;
        judged += swarm->participants[i].ledger.judged_count;
    }
    log_info("swarm: %lld s: %d of %d in, %lld hits sent, %lld judged%s%s",
             (long long)((now.ns - swarm->started_at.ns) / NS_PER_S),
             joined,
             swarm->options->player_count,
             (long long)sent,
             (long long)judged,
             why[0] == '\0' ? "" : "; ",
             why);
}

/* Waits for sockets or for the next thing that is due; then services who wants it. */
static void turn(Swarm *swarm)
{
    struct epoll_event events[EVENTS_MAX];
    HostTime now = host_clock_now();
    int64_t wake_ns = now.ns + WAIT_NS_MAX;
    int64_t wait_ms;
    int ready;

    for (int i = 0; i < swarm->begun_count; i++) {
        int64_t due_ns = participant_due(&swarm->participants[i]).ns;

        wake_ns = due_ns < wake_ns ? due_ns : wake_ns;
    }
    wait_ms = wake_ns <= now.ns ? 0 : div_ceil(wake_ns - now.ns, NS_PER_MS);
    ready = epoll_wait(swarm->epoll, events, EVENTS_MAX, (int)wait_ms);
    now = host_clock_now();
    for (int i = 0; i < ready; i++) {
        service(swarm, (int)events[i].data.u32, now);
    }
    for (int i = 0; i < swarm->begun_count; i++) {
        if (participant_due(&swarm->participants[i]).ns <= now.ns) {
            service(swarm, i, now);
        }
    }
    sample(swarm, now);
    tell_progress(swarm, now);
}

/* Nobody can come in any more, or nobody has been in for too long. */
static bool is_lost(Swarm *swarm, HostTime now)
{
    int over = 0;

    if (connected_count(swarm) > 0) {
        swarm->connected_at = now;
        return false;
    }
    for (int i = 0; i < swarm->begun_count; i++) {
        over += session_link_is_over(&swarm->participants[i].link) ? 1 : 0;
    }
    return over == swarm->options->player_count ||
           (swarm->options->give_up_ns > 0 &&
            now.ns - swarm->connected_at.ns > swarm->options->give_up_ns);
}

static void play(Swarm *swarm)
{
    int64_t play_ns = (int64_t)(swarm->options->seconds * (double)NS_PER_S);
    HostTime now = host_clock_now();

    while (stop_wanted == 0 && !is_lost(swarm, now) &&
           (play_ns == 0 || now.ns - swarm->started_at.ns < play_ns)) {
        if (!begin_due(swarm, now)) {
            return;
        }
        turn(swarm);
        now = host_clock_now();
    }
}

static bool all_judged(const Swarm *swarm)
{
    for (int i = 0; i < swarm->begun_count; i++) {
        if (participant_is_joined(&swarm->participants[i]) &&
            !participant_is_judged(&swarm->participants[i])) {
            return false;
        }
    }
    return true;
}

/* Nobody plays any more, and the last hits are judged: notes close some seconds after them. */
static void await_judgements(Swarm *swarm)
{
    HostTime now = host_clock_now();
    int64_t until_ns = now.ns + JUDGEMENTS_WAIT_NS;

    for (int i = 0; i < swarm->begun_count; i++) {
        swarm->participants[i].plays = false;
    }
    while (now.ns < until_ns && !all_judged(swarm)) {
        turn(swarm);
        now = host_clock_now();
    }
}

static void say_goodbye(Swarm *swarm)
{
    HostTime now = host_clock_now();
    int64_t until_ns = now.ns + GOODBYE_WAIT_NS;
    int over = 0;

    for (int i = 0; i < swarm->begun_count; i++) {
        session_link_leave(&swarm->participants[i].link, now);
    }
    while (over < swarm->begun_count && now.ns < until_ns) {
        over = 0;
        turn(swarm);
        for (int i = 0; i < swarm->begun_count; i++) {
            over += session_link_is_over(&swarm->participants[i].link) ? 1 : 0;
        }
        now = host_clock_now();
    }
}

static SwarmResult result_of(Swarm *swarm)
{
    SwarmResult result = {
        .participants = swarm->participants,
        .participant_count = swarm->options->player_count,
        .connected_count = connected_count(swarm),
        .ended_at = host_clock_now(),
        .same_host = swarm->options->same_host,
        .clock_error_ms = &swarm->clock_error_ms,
        .wrong_flags = &swarm->wrong_flags,
        .minutes = (double)swarm->wrong_flags.offered_count * (double)SAMPLE_NS / (60.0 * NS_PER_S),
    };

    for (int i = 0; i < swarm->begun_count; i++) {
        SessionLink *link = &swarm->participants[i].link;
        ConnectionTraffic traffic = session_link_traffic(link);

        result.sent_bytes += traffic.sent_bytes;
        result.received_bytes += traffic.received_bytes;
        result.reconnect_count += link->lost_count;
    }
    return result;
}

int swarm_run(const SwarmOptions *options)
{
    static Swarm swarm;
    SwarmResult result;
    bool all_joined = true;
    bool well;

    if (!swarm_open(&swarm, options)) {
        swarm_close(&swarm);
        return EXIT_FAILURE;
    }
    play(&swarm);
    await_judgements(&swarm);
    result = result_of(&swarm);
    for (int i = 0; i < options->player_count; i++) {
        all_joined = all_joined && swarm.participants[i].has_joined;
    }
    if (!all_joined) {
        log_error("swarm: not everybody could join. %s", trouble_joining(&swarm));
    }
    say_goodbye(&swarm);
    well = report_print(&result, options->json) && all_joined;
    swarm_close(&swarm);
    return well ? EXIT_SUCCESS : EXIT_FAILURE;
}
