#include "tests/relay/impairment.h"

#include <string.h>

#include "shared/units.h"

enum {
    ROOM_BYTES = 2048 /* of any datagram, with some to spare */
};

static const ImpairmentProfile profiles[] = {
    {.name = "lan",
     .up = {.delay_ms = .15, .jitter_ms = .05, .rate_bytes_per_s = 12500000, .queue_bytes = 250000},
     .down =
         {.delay_ms = .15, .jitter_ms = .05, .rate_bytes_per_s = 12500000, .queue_bytes = 250000}},
    {.name = "home-wifi",
     .up = {.delay_ms = 6,
            .jitter_ms = 2.5,
            .spike = .01,
            .spike_ms = 30,
            .loss = .005,
            .duplicates = .001,
            .reorder = .002,
            .reorder_ms = 5,
            .rate_bytes_per_s = 1250000,
            .queue_bytes = 128000},
     .down = {.delay_ms = 6,
              .jitter_ms = 1.5,
              .spike = .01,
              .spike_ms = 25,
              .loss = .005,
              .duplicates = .001,
              .reorder = .002,
              .reorder_ms = 5,
              .rate_bytes_per_s = 6250000,
              .queue_bytes = 256000}},
    {.name = "4g",
     .up = {.delay_ms = 28,
            .jitter_ms = 8,
            .spike = .02,
            .spike_ms = 70,
            .loss = .005,
            .reorder = .001,
            .reorder_ms = 10,
            .rate_bytes_per_s = 625000,
            .queue_bytes = 200000},
     .down = {.delay_ms = 22,
              .jitter_ms = 5,
              .spike = .02,
              .spike_ms = 50,
              .loss = .003,
              .reorder = .001,
              .reorder_ms = 10,
              .rate_bytes_per_s = 2500000,
              .queue_bytes = 400000}},
    {.name = "bufferbloat",
     .up = {.delay_ms = 10,
            .jitter_ms = 1,
            .loss = .001,
            .rate_bytes_per_s = 125000,
            .queue_bytes = 50000,
            .busy_s = 3,
            .idle_s = 5,
            .busy_load = 1.3},
     .down = {.delay_ms = 10,
              .jitter_ms = 1,
              .loss = .001,
              .rate_bytes_per_s = 1000000,
              .queue_bytes = 200000,
              .busy_s = 2,
              .idle_s = 8,
              .busy_load = 1.2}},
    {.name = "bad",
     .up = {.delay_ms = 70,
            .jitter_ms = 25,
            .spike = .02,
            .spike_ms = 100,
            .loss = .03,
            .burst = .003,
            .burst_ms = 300,
            .duplicates = .02,
            .reorder = .03,
            .reorder_ms = 40,
            .rate_bytes_per_s = 125000,
            .queue_bytes = 64000},
     .down = {.delay_ms = 50,
              .jitter_ms = 20,
              .spike = .02,
              .spike_ms = 80,
              .loss = .03,
              .burst = .003,
              .burst_ms = 300,
              .duplicates = .02,
              .reorder = .03,
              .reorder_ms = 40,
              .rate_bytes_per_s = 250000,
              .queue_bytes = 64000}},
};

const ImpairmentProfile *impairment_profile_at(int index)
{
    const int count = (int)(sizeof profiles / sizeof profiles[0]);

    return index >= 0 && index < count ? &profiles[index] : NULL;
}

const ImpairmentProfile *impairment_profile(const char *name)
{
    for (int i = 0; impairment_profile_at(i) != NULL; i++) {
        if (strcmp(profiles[i].name, name) == 0) {
            return &profiles[i];
        }
    }
    return NULL;
}

void impairment_init(Impairment *impairment, const ImpairmentWay *way, uint64_t seed)
{
    memset(impairment, 0, sizeof *impairment);
    impairment->way = *way;
    prng_seed(&impairment->prng, seed);
}

static int64_t drawn_ns(Impairment *impairment, double mean_ms)
{
    return (int64_t)(prng_exponential(&impairment->prng, mean_ms) * (double)NS_PER_MS);
}

static bool happens(Impairment *impairment, double share)
{
    return share > 0 && prng_uniform(&impairment->prng) < share;
}

static int64_t ns_of_bytes(const ImpairmentWay *way, double bytes)
{
    return (int64_t)(bytes * (double)NS_PER_S / (double)way->rate_bytes_per_s);
}

/* Others fill the queue but for the room of one more: who comes then has a chance. */
static int64_t full_queue_ns(const ImpairmentWay *way)
{
    return ns_of_bytes(way, (double)(way->queue_bytes - ROOM_BYTES));
}

/* What others put into the queue from `from_ns` to `until_ns`, all within one of their moods. */
static void fill_queue(Impairment *impairment, int64_t from_ns, int64_t until_ns)
{
    const ImpairmentWay *way = &impairment->way;
    int64_t longest_ns = 0;

    if (!impairment->others_busy || way->rate_bytes_per_s == 0) {
        return;
    }
    longest_ns = until_ns + full_queue_ns(way);
    if (impairment->line_free_ns < from_ns) {
        impairment->line_free_ns = from_ns;
    }
    impairment->line_free_ns += (int64_t)((double)(until_ns - from_ns) * way->busy_load);
    if (impairment->line_free_ns > longest_ns) {
        impairment->line_free_ns = longest_ns;
    }
}

static void let_others_send(Impairment *impairment, int64_t now_ns)
{
    const ImpairmentWay *way = &impairment->way;

    while (way->busy_s > 0 && impairment->others_change_ns < now_ns) {
        const int64_t change_ns = impairment->others_change_ns;
        double mean_s = 0;

        fill_queue(impairment, impairment->now_ns, change_ns);
        impairment->now_ns = change_ns;
        impairment->others_busy = !impairment->others_busy;
        mean_s = impairment->others_busy ? way->busy_s : way->idle_s;
        impairment->others_change_ns = change_ns + drawn_ns(impairment, mean_s * 1000.0) + 1;
    }
    fill_queue(impairment, impairment->now_ns, now_ns);
    impairment->now_ns = now_ns;
}

static bool is_lost_under_way(Impairment *impairment, int64_t now_ns)
{
    const ImpairmentWay *way = &impairment->way;

    if (now_ns >= impairment->burst_until_ns && happens(impairment, way->burst)) {
        impairment->burst_until_ns = now_ns + drawn_ns(impairment, way->burst_ms);
    }
    if (now_ns < impairment->burst_until_ns) {
        impairment->counts.lost_in_bursts++;
        return true;
    }
    if (happens(impairment, way->loss)) {
        impairment->counts.lost_by_chance++;
        return true;
    }
    return false;
}

/* When the line has sent it; false when the queue before the line is full. */
static bool pass_line(Impairment *impairment, int64_t now_ns, size_t size_bytes, int64_t *sent_ns)
{
    const ImpairmentWay *way = &impairment->way;
    int64_t start_ns = now_ns;

    *sent_ns = now_ns;
    if (way->rate_bytes_per_s == 0) {
        return true;
    }
    if (impairment->line_free_ns > now_ns) {
        start_ns = impairment->line_free_ns;
    }
    if (start_ns - now_ns + ns_of_bytes(way, (double)size_bytes) >
            ns_of_bytes(way, (double)way->queue_bytes) ||
        (impairment->others_busy && start_ns - now_ns >= full_queue_ns(way) &&
         happens(impairment, 1.0 - 1.0 / way->busy_load))) {
        impairment->counts.lost_by_queue++;
        return false;
    }
    *sent_ns = start_ns + ns_of_bytes(way, (double)size_bytes);
    impairment->line_free_ns = *sent_ns;
    return true;
}

static int64_t arrival_ns(Impairment *impairment, int64_t sent_ns)
{
    const ImpairmentWay *way = &impairment->way;
    int64_t at_ns = sent_ns + (int64_t)(way->delay_ms * (double)NS_PER_MS) +
                    drawn_ns(impairment, way->jitter_ms);

    if (happens(impairment, way->reorder)) {
        impairment->counts.overtaken++;
        at_ns = at_ns > impairment->in_order_ns ? at_ns : impairment->in_order_ns;
        return at_ns + drawn_ns(impairment, way->reorder_ms);
    }
    if (happens(impairment, way->spike)) {
        at_ns += drawn_ns(impairment, way->spike_ms);
    }
    if (at_ns < impairment->in_order_ns) {
        at_ns = impairment->in_order_ns;
    }
    impairment->in_order_ns = at_ns;
    return at_ns;
}

static void count_passed(ImpairmentCounts *counts, int64_t delay_ns)
{
    counts->passed++;
    counts->delay_sum_ns += delay_ns;
    counts->delay_max_ns = delay_ns > counts->delay_max_ns ? delay_ns : counts->delay_max_ns;
}

int impairment_take(Impairment *impairment,
                    int64_t now_ns,
                    size_t size_bytes,
                    int64_t arrives_ns[IMPAIRMENT_COPIES_MAX])
{
    int64_t sent_ns = 0;
    int copies = 1;

    if (!impairment->begun) {
        impairment->begun = true;
        impairment->now_ns = now_ns;
        impairment->others_change_ns = now_ns + drawn_ns(impairment, impairment->way.idle_s * 1e3);
    }
    impairment->counts.taken++;
    let_others_send(impairment, now_ns);
    if (!pass_line(impairment, now_ns, size_bytes, &sent_ns) ||
        is_lost_under_way(impairment, now_ns)) {
        return 0;
    }
    if (happens(impairment, impairment->way.duplicates)) {
        impairment->counts.doubled++;
        copies = 2;
    }
    for (int i = 0; i < copies; i++) {
        arrives_ns[i] = arrival_ns(impairment, sent_ns);
        count_passed(&impairment->counts, arrives_ns[i] - now_ns);
    }
    return copies;
}
