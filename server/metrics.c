#include "server/metrics.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

/* The rest of the page, for one more piece. */
static char *rest(MetricsPage *page)
{
    return page->text + page->length;
}

static size_t rest_bytes(const MetricsPage *page)
{
    return METRICS_BYTES_MAX - page->length;
}

static void took(MetricsPage *page, int written)
{
    assert(written >= 0 && (size_t)written < rest_bytes(page));
    page->length += (size_t)written;
}

#define PRINT(page, ...) took((page), snprintf(rest(page), rest_bytes(page), __VA_ARGS__))

static void head(MetricsPage *page, const char *name, const char *type, const char *help)
{
    PRINT(page, "# HELP onedrum_%s %s\n# TYPE onedrum_%s %s\n", name, help, name, type);
}

static void gauge(MetricsPage *page, const char *name, const char *help, double value)
{
    head(page, name, "gauge", help);
    PRINT(page, "onedrum_%s %.17g\n", name, value);
}

static void counter(MetricsPage *page, const char *name, const char *help, int64_t value)
{
    head(page, name, "counter", help);
    PRINT(page, "onedrum_%s %" PRId64 "\n", name, value);
}

static void
labelled(MetricsPage *page, const char *name, const char *label, const char *word, int64_t value)
{
    PRINT(page, "onedrum_%s{%s=\"%s\"} %" PRId64 "\n", name, label, word, value);
}

static void print_process(MetricsPage *page, const Metrics *metrics)
{
    gauge(page, "up_seconds", "Since the start of the server.", metrics->up_s);
    head(page, "cpu_seconds_total", "counter", "Processor time of all threads.");
    PRINT(page, "onedrum_cpu_seconds_total %.6f\n", metrics->cpu_s);
    gauge(page, "resident_bytes", "Memory in use.", (double)metrics->resident_bytes);
    gauge(page,
          "heap_bytes",
          "Memory of it that the allocator has handed out.",
          (double)metrics->heap_bytes);
    gauge(page, "connections", "Connections that stand.", metrics->connections);
    gauge(page, "joined", "Connections with a seat.", metrics->joined);
    gauge(page, "sessions", "Sessions that are open.", metrics->sessions);
    gauge(page, "seats_taken", "Seats in use or kept.", (double)metrics->participants);
}

/* What the firewall found wrong, by verdict. */
static const char *const GUARDED[GUARD_VERDICT_COUNT] = {
    [GUARD_BAD_HEADER] = "bad_header",
    [GUARD_BAD_COMMAND] = "bad_command",
    [GUARD_BAD_COUNT] = "bad_count",
    [GUARD_BAD_DATA] = "bad_data",
    [GUARD_BAD_CONNECT] = "bad_connect",
};

static void print_traffic(MetricsPage *page, const EndpointCounts *counts, const RoomsCounts *rooms)
{
    const GateCounts *gate = &counts->gate;

    counter(page, "received_bytes_total", "UDP payload received.", counts->received_bytes);
    counter(page, "sent_bytes_total", "UDP payload sent.", counts->sent_bytes);
    counter(page, "received_datagrams_total", "Datagrams received.", counts->received_datagrams);
    counter(page, "sent_datagrams_total", "Datagrams sent.", counts->sent_datagrams);
    counter(page, "received_messages_total", "Messages received.", counts->received);
    counter(page, "sent_messages_total", "Messages sent.", counts->sent);
    counter(page, "pings_answered_total", "Clock pings answered.", counts->pings_answered);
    head(page, "dropped_datagrams_total", "counter", "Dropped by the endpoint, by cause.");
    labelled(page, "dropped_datagrams_total", "cause", "ping_of_nobody", counts->pings_refused);
    labelled(page, "dropped_datagrams_total", "cause", "answer_not_sent", counts->answers_unsent);
    labelled(page, "dropped_datagrams_total", "cause", "system", counts->cut_off);
    labelled(page, "dropped_datagrams_total", "cause", "hello_rate", gate->hellos_dropped);
    labelled(page, "dropped_datagrams_total", "cause", "connect", gate->connects_refused);
    labelled(page, "dropped_datagrams_total", "cause", "no_place", gate->connects_unplaced);
    labelled(page, "dropped_datagrams_total", "cause", "stranger", gate->strangers);
    labelled(page, "dropped_datagrams_total", "cause", "forged", gate->forged);
    labelled(page, "dropped_datagrams_total", "cause", "rate", gate->over_rate);
    for (int i = GUARD_PASSES + 1; i < GUARD_VERDICT_COUNT; i++) {
        labelled(page, "dropped_datagrams_total", "cause", GUARDED[i], gate->guarded[i]);
    }
    counter(page, "handshakes_total", "Handshakes that ended in keys.", counts->handshakes);
    counter(page,
            "handshakes_failed_total",
            "Handshakes that did not fit, took too long or made room.",
            counts->handshakes_failed);
    head(page, "dropped_messages_total", "counter", "Messages that went nowhere, by cause.");
    labelled(page, "dropped_messages_total", "cause", "receiver_gone", counts->unsent);
    labelled(page, "dropped_messages_total", "cause", "not_opened", counts->unopened);
    labelled(page, "dropped_messages_total", "cause", "sender_leaving", rooms->from_leaving);
    counter(page,
            "service_errors_total",
            "Passes that the network library or the system cut short.",
            counts->service_errors);
}

static void print_rooms(MetricsPage *page, const RoomsCounts *counts)
{
    counter(page, "joins_total", "Seats given to newcomers.", counts->joins);
    counter(page, "resumes_total", "Seats given back to those who have one.", counts->resumes);
    counter(page, "leaves_total", "Connections with a seat that ended.", counts->leaves);
    counter(page, "commands_total", "Commands received.", counts->commands);
    head(page, "refused_total", "counter", "Wishes refused, by reason.");
    for (int i = 0; i < REFUSAL_COUNT; i++) {
        labelled(
            page, "refused_total", "reason", rooms_refusal_word((uint8_t)i), counts->refused[i]);
    }
    head(page, "dropped_connections_total", "counter", "Ended by the server, by cause.");
    labelled(page, "dropped_connections_total", "cause", "unjoined", counts->dropped_unjoined);
    labelled(page, "dropped_connections_total", "cause", "attempts", counts->dropped_attempts);
    labelled(page, "dropped_connections_total", "cause", "malformed", counts->dropped_malformed);
    labelled(page, "dropped_connections_total", "cause", "session", counts->dropped_by_session);
    counter(page, "malformed_total", "Messages that make no sense.", counts->malformed);
    counter(page, "outbox_full_total", "Messages held back for want of room.", counts->outbox_full);
    counter(
        page, "facts_lost_total", "Facts that the journal had no room for.", counts->facts_lost);
}

static void print_hits(MetricsPage *page, const SessionCounts *counts)
{
    counter(
        page, "hits_received_total", "Hits that came for the first time.", counts->hits_received);
    head(page, "hits_total", "counter", "What became of hits.");
    labelled(page, "hits_total", "fate", "taken", counts->hits_taken);
    labelled(page, "hits_total", "fate", "idle", counts->hits_idle);
    labelled(page, "hits_total", "fate", "repeated", counts->hits_repeated);
    labelled(page, "hits_total", "fate", "untimely", counts->hits_untimely);
    labelled(page, "hits_total", "fate", "too_many", counts->hits_too_many);
    labelled(page, "hits_total", "fate", "late", counts->hits_late);
    counter(page, "not_allowed_total", "Wishes without the right.", counts->not_allowed);
}

static void print_storage(MetricsPage *page, const StorageCounts *counts)
{
    counter(page, "stored_total", "Records written to the store.", counts->written);
    counter(page, "store_retries_total", "Transactions tried again.", counts->failed_tries);
    head(page, "store_dropped_total", "counter", "Records that were not stored, by cause.");
    labelled(page, "store_dropped_total", "cause", "queue_full", counts->lost);
    labelled(page, "store_dropped_total", "cause", "refused", counts->refused);
    gauge(page,
          "store_waiting_bytes",
          "Records that wait to be written.",
          (double)counts->waiting_bytes);
}

static void print_passes(MetricsPage *page, const PassHistogram *passes)
{
    int64_t below = 0;

    head(page, "pass_seconds", "histogram", "How long a turn of the loop took, without waiting.");
    for (int i = 0; i < PASS_CLASSES - 1; i++) {
        below += passes->counts[i];
        PRINT(page,
              "onedrum_pass_seconds_bucket{le=\"%.7g\"} %" PRId64 "\n",
              (double)pass_histogram_limit_ns(i) / 1e9,
              below);
    }
    PRINT(page, "onedrum_pass_seconds_bucket{le=\"+Inf\"} %" PRId64 "\n", passes->count);
    PRINT(page, "onedrum_pass_seconds_sum %.9f\n", (double)passes->sum_ns / 1e9);
    PRINT(page, "onedrum_pass_seconds_count %" PRId64 "\n", passes->count);
    gauge(page, "pass_seconds_max", "The longest of them.", (double)passes->max_ns / 1e9);
}

void metrics_format(const Metrics *metrics, MetricsPage *page)
{
    page->length = 0;
    print_process(page, metrics);
    print_traffic(page, &metrics->endpoint, &metrics->rooms);
    print_rooms(page, &metrics->rooms);
    print_hits(page, &metrics->session);
    print_storage(page, &metrics->storage);
    print_passes(page, metrics->passes);
}
