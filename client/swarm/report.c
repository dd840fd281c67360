#include "client/swarm/report.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "shared/platform/log.h"
#include "shared/verdict.h"

enum {
    SAMPLES_FIRST = 1024,
    ODD_HITS_TOLD_MAX = 10,
    FOUND_BEATS = 20,    /* a flag should come this soon */
    ODD_ERROR_US = 2000, /* errors above this are told one by one */
    JSON_DIGITS = 8
};

/* The people with one kind of trouble. */
typedef struct {
    Samples found_after_beats; /* of those who were told so */
    int begun_count;           /* who have begun their trouble */
    int found_soon_count;      /* within FOUND_BEATS */
} Found;

/* Sums over all participants. */
typedef struct {
    Found found[TROUBLE_COUNT];
    uint32_t false_hard_count;
    Samples join_ms;
    Samples judge_error_ms;
    Samples heard_error_ms;
    int joined_count;
    int odd_count;
    int64_t sent_count;
    int64_t judged_count;
    double seconds; /* of all connections together */
    int verdicts[TROUBLE_COUNT][VERDICT_COUNT];
} Summary;

static bool grow(Samples *samples)
{
    size_t capacity = samples->capacity == 0 ? SAMPLES_FIRST : 2 * samples->capacity;
    double *values;

    if (samples->count < samples->capacity) {
        return true;
    }
    if (samples->count >= SAMPLES_MAX) {
        return false;
    }
    values = realloc(samples->values, sizeof *values * capacity);
    if (values == NULL) {
        return false;
    }
    samples->values = values;
    samples->capacity = capacity;
    return true;
}

/* Beyond the room, each offered value has the same chance to be among those kept (reservoir). */
void samples_add(Samples *samples, double value)
{
    if (samples->offered_count == 0) {
        prng_seed(&samples->prng, 1);
    }
    samples->offered_count++;
    if (grow(samples)) {
        samples->values[samples->count] = value;
        samples->count++;
    } else if (samples->count > 0) {
        uint64_t slot = prng_below(&samples->prng, samples->offered_count);

        if (slot < samples->count) {
            samples->values[slot] = value;
        }
    }
}

void samples_finish(Samples *samples)
{
    free(samples->values);
    *samples = (Samples){0};
}

static int compare(const void *a, const void *b)
{
    const double *one = a;
    const double *other = b;

    return (*one > *other) - (*one < *other);
}

double samples_percentile(Samples *samples, double share)
{
    size_t rank;

    if (samples->count == 0) {
        return 0.0;
    }
    qsort(samples->values, samples->count, sizeof samples->values[0], compare);
    rank = (size_t)ceil(share * (double)samples->count);
    return samples->values[rank == 0 ? 0 : rank - 1];
}

/* An error that the clocks do not explain is worth a look. */
static void tell_odd_hit(const SwarmParticipant *participant, uint32_t index, Summary *summary)
{
    const LedgerEntry *entry = &participant->ledger.entries[index];

    summary->odd_count++;
    if (summary->odd_count <= ODD_HITS_TOLD_MAX) {
        log_warning("swarm: hit %u of %s, %.3f ms after a note and %.3f before one, was judged %s "
                    "at %.3f ms%s",
                    participant->ledger.first_number + index,
                    participant->config.name,
                    entry->after_note_us / 1000.0,
                    entry->before_note_us / 1000.0,
                    entry->judgement == JUDGEMENT_EXTRA    ? "extra"
                    : entry->judgement == JUDGEMENT_BOUNCE ? "a bounce"
                                                           : "on a note",
                    entry->judged_us / 1000.0,
                    entry->final ? "" : ", for now");
    }
}

static void summarise_hits(const SwarmParticipant *participant, Summary *summary)
{
    const HitLedger *ledger = &participant->ledger;

    summary->sent_count += participant->hit_count;
    /* Hits beyond the ledger are not followed: they count as judged like the followed ones. */
    summary->judged_count += ledger->judged_count + ledger->unlisted_count;
    for (uint32_t i = 0; i < ledger->count; i++) {
        int32_t error_us;
        int32_t heard_us;

        if (hit_ledger_error_us(&ledger->entries[i], &error_us)) {
            samples_add(&summary->judge_error_ms, fabs(error_us / 1000.0));
            if (hit_ledger_heard_error_us(&ledger->entries[i], &heard_us)) {
                samples_add(&summary->heard_error_ms, fabs(heard_us / 1000.0));
            }
            if (error_us > ODD_ERROR_US || error_us < -ODD_ERROR_US) {
                tell_odd_hit(participant, i, summary);
            }
        }
    }
}

static void summarise_flags(const SwarmParticipant *participant, Summary *summary)
{
    const FlagWatch *flags = &participant->flags;
    Found *found = &summary->found[participant->config.trouble];

    summary->false_hard_count += flags->false_hard_count;
    if (flags->has_trouble) {
        found->begun_count++;
    }
    if (flags->is_found) {
        samples_add(&found->found_after_beats, flags->found_after_beats);
        found->found_soon_count += flags->found_after_beats <= FOUND_BEATS ? 1 : 0;
    }
}

static void summarise(const SwarmResult *result, Summary *summary)
{
    for (int i = 0; i < result->participant_count; i++) {
        const SwarmParticipant *participant = &result->participants[i];

        if (!participant->has_joined) {
            continue;
        }
        summary->joined_count++;
        samples_add(&summary->join_ms,
                    ms_of_ns(participant->joined_at.ns - participant->began_at.ns));
        summary->seconds +=
            (double)(result->ended_at.ns - participant->joined_at.ns) / (double)NS_PER_S;
        summarise_hits(participant, summary);
        summarise_flags(participant, summary);
        if (participant->has_verdict && participant->verdict < VERDICT_COUNT) {
            summary->verdicts[participant->config.trouble][participant->verdict]++;
        }
    }
}

static double per_second(uint64_t bytes, const Summary *summary)
{
    return summary->seconds > 0.0 ? (double)bytes / summary->seconds : 0.0;
}

static json_t *error_json(Samples *samples)
{
    return json_pack("{s:f, s:f, s:f, s:f}",
                     "p50",
                     samples_percentile(samples, 0.50),
                     "p95",
                     samples_percentile(samples, 0.95),
                     "p99",
                     samples_percentile(samples, 0.99),
                     "max",
                     samples_percentile(samples, 1.0));
}

static json_t *verdicts_json(const Summary *summary)
{
    json_t *root = json_object();

    for (int truth = 0; truth < TROUBLE_COUNT; truth++) {
        json_t *labels = json_object();

        for (int label = 0; label < VERDICT_COUNT; label++) {
            if (summary->verdicts[truth][label] > 0) {
                (void)json_object_set_new(labels,
                                          verdict_word((Verdict)label),
                                          json_integer(summary->verdicts[truth][label]));
            }
        }
        if (json_object_size(labels) > 0) {
            (void)json_object_set_new(root, player_trouble_word((PlayerTrouble)truth), labels);
        } else {
            json_decref(labels);
        }
    }
    return root;
}

static json_t *found_json(Summary *summary)
{
    json_t *root = json_object();

    for (int kind = TROUBLE_NONE + 1; kind < TROUBLE_COUNT; kind++) {
        Found *found = &summary->found[kind];

        if (found->begun_count == 0) {
            continue;
        }
        (void)json_object_set_new(root,
                                  player_trouble_word((PlayerTrouble)kind),
                                  json_pack("{s:i, s:I, s:i, s:f, s:f}",
                                            "people",
                                            found->begun_count,
                                            "found",
                                            (json_int_t)found->found_after_beats.offered_count,
                                            "within_20_beats",
                                            found->found_soon_count,
                                            "beats_p50",
                                            samples_percentile(&found->found_after_beats, 0.5),
                                            "beats_p95",
                                            samples_percentile(&found->found_after_beats, 0.95)));
    }
    return root;
}

static json_t *wrong_flags_json(const SwarmResult *result, const Summary *summary)
{
    const double minutes = result->minutes;

    return json_pack("{s:f, s:f, s:f, s:i, s:f}",
                     "at_once_p50",
                     samples_percentile(result->wrong_flags, 0.5),
                     "at_once_max",
                     samples_percentile(result->wrong_flags, 1.0),
                     "minutes",
                     minutes,
                     "hard",
                     (int)summary->false_hard_count,
                     "hard_per_minute",
                     minutes > 0.0 ? summary->false_hard_count / minutes : 0.0);
}

static json_t *result_json(const SwarmResult *result, Summary *summary)
{
    Samples *join_ms = &summary->join_ms;

    return json_pack("{s:i, s:i, s:i, s:I, s:{s:f, s:f, s:f}, s:{s:I, s:I, s:I}, s:o, s:o, s:o*, "
                     "s:f, s:f, s:o, s:o, s:o}",
                     "players",
                     result->participant_count,
                     "joined",
                     summary->joined_count,
                     "lost",
                     summary->joined_count - result->connected_count,
                     "reconnects",
                     (json_int_t)result->reconnect_count,
                     "join_ms",
                     "p50",
                     samples_percentile(join_ms, 0.50),
                     "p99",
                     samples_percentile(join_ms, 0.99),
                     "max",
                     samples_percentile(join_ms, 1.0),
                     "hits",
                     "sent",
                     (json_int_t)summary->sent_count,
                     "judged",
                     (json_int_t)summary->judged_count,
                     "lost",
                     (json_int_t)(summary->sent_count - summary->judged_count),
                     "judge_error_ms",
                     error_json(&summary->judge_error_ms),
                     "heard_error_ms",
                     error_json(&summary->heard_error_ms),
                     "clock_error_ms",
                     result->same_host ? error_json(result->clock_error_ms) : NULL,
                     "down_bytes_per_player_s",
                     per_second(result->received_bytes, summary),
                     "up_bytes_per_player_s",
                     per_second(result->sent_bytes, summary),
                     "verdicts",
                     verdicts_json(summary),
                     "troublemakers",
                     found_json(summary),
                     "wrongly_flagged",
                     wrong_flags_json(result, summary));
}

static bool print_json(const SwarmResult *result, Summary *summary)
{
    json_t *root = result_json(result, summary);
    bool well = root != NULL &&
                json_dumpf(root, stdout, JSON_COMPACT | JSON_REAL_PRECISION(JSON_DIGITS)) == 0 &&
                putchar('\n') != EOF;

    json_decref(root);
    return well;
}

static void print_flags(const SwarmResult *result, Summary *summary)
{
    for (int kind = TROUBLE_NONE + 1; kind < TROUBLE_COUNT; kind++) {
        Found *found = &summary->found[kind];

        if (found->begun_count > 0) {
            (void)printf("%s: %d of %d told so within %d beats, after %.1f (median)\n",
                         player_trouble_word((PlayerTrouble)kind),
                         found->found_soon_count,
                         found->begun_count,
                         FOUND_BEATS,
                         samples_percentile(&found->found_after_beats, 0.5));
        }
    }
    (void)printf("steady people with a flag: %.0f at once at most; %u times one that is neither "
                 "early nor late, in %.1f minutes\n",
                 samples_percentile(result->wrong_flags, 1.0),
                 summary->false_hard_count,
                 result->minutes);
}

static void print_lines(const SwarmResult *result, Summary *summary)
{
    (void)printf("%d of %d joined, in %.0f ms (median) to %.0f ms; %d lost, %llu reconnects\n",
                 summary->joined_count,
                 result->participant_count,
                 samples_percentile(&summary->join_ms, 0.5),
                 samples_percentile(&summary->join_ms, 1.0),
                 summary->joined_count - result->connected_count,
                 (unsigned long long)result->reconnect_count);
    (void)printf(
        "%lld hits sent, %lld judged, %lld lost; judge error %.3f ms (median), %.3f (p99)\n",
        (long long)summary->sent_count,
        (long long)summary->judged_count,
        (long long)(summary->sent_count - summary->judged_count),
        samples_percentile(&summary->judge_error_ms, 0.5),
        samples_percentile(&summary->judge_error_ms, 0.99));
    if (result->same_host) {
        (void)printf("clock error %.3f ms (median), %.3f (p99), %.3f (max)\n",
                     samples_percentile(result->clock_error_ms, 0.5),
                     samples_percentile(result->clock_error_ms, 0.99),
                     samples_percentile(result->clock_error_ms, 1.0));
    }
    (void)printf("%.0f bytes/s down, %.0f bytes/s up, per player\n",
                 per_second(result->received_bytes, summary),
                 per_second(result->sent_bytes, summary));
    print_flags(result, summary);
    for (int truth = 0; truth < TROUBLE_COUNT; truth++) {
        for (int label = 0; label < VERDICT_COUNT; label++) {
            if (summary->verdicts[truth][label] > 0) {
                (void)printf("%d %s -> %s\n",
                             summary->verdicts[truth][label],
                             player_trouble_word((PlayerTrouble)truth),
                             verdict_word((Verdict)label));
            }
        }
    }
}

bool report_print(const SwarmResult *result, bool as_json)
{
    static Summary summary;
    bool well = true;

    summary = (Summary){0};
    summarise(result, &summary);
    if (as_json) {
        well = print_json(result, &summary);
    } else {
        print_lines(result, &summary);
    }
    samples_finish(&summary.join_ms);
    samples_finish(&summary.judge_error_ms);
    samples_finish(&summary.heard_error_ms);
    for (int kind = 0; kind < TROUBLE_COUNT; kind++) {
        samples_finish(&summary.found[kind].found_after_beats);
    }
    return fflush(stdout) == 0 && well;
}
