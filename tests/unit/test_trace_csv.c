/* Recorded pings as CSV: what is understood, what is refused with line and reason, and the replay
   of it second by second.

   ctest: timeout=120 */
#include "client/clockreplay/trace_csv.h"

#include <string.h>

#include "client/clockreplay/replay.h"
#include "shared/prng.h"
#include "tests/support/check.h"
#include "tests/support/clock_trace.h"

enum {
    SAMPLES_MAX = 16
};

typedef struct {
    PingSample samples[SAMPLES_MAX];
    int count;
} Samples;

static void keep_sample(void *owner, const PingSample *sample)
{
    Samples *samples = owner;

    if (samples->count < SAMPLES_MAX) {
        samples->samples[samples->count] = *sample;
        samples->count++;
    }
}

static bool read_csv(TraceCsv *csv, Samples *samples, const char *text, size_t piece_bytes)
{
    const size_t bytes = strlen(text);

    memset(samples, 0, sizeof *samples);
    trace_csv_init(csv, keep_sample, samples);
    for (size_t at = 0; at < bytes; at += piece_bytes) {
        if (!trace_csv_feed(csv, text + at, bytes - at < piece_bytes ? bytes - at : piece_bytes)) {
            return false;
        }
    }
    return trace_csv_finish(csv);
}

static void rows_are_read_exactly(void **state)
{
    (void)state;
    TraceCsv csv;
    Samples samples;

    check(read_csv(&csv,
                   &samples,
                   "\xef\xbb\xbf"
                   "c1_ns, s2_ns,s3_ns ,c4_ns\r\n"
                   "1,2,3,4\r\n"
                   "\n"
                   " -9223372036854775808 ,9223372036854775807,+5,\t-0\n"
                   "1732224000123456789,007,-1,1732224000123456788",
                   1000));
    check_i64(samples.count, 3);
    check_i64(samples.samples[0].c1.ns, 1);
    check_i64(samples.samples[0].s2.ns, 2);
    check_i64(samples.samples[0].s3.ns, 3);
    check_i64(samples.samples[0].c4.ns, 4);
    check_i64(samples.samples[1].c1.ns, INT64_MIN);
    check_i64(samples.samples[1].s2.ns, INT64_MAX);
    check_i64(samples.samples[1].s3.ns, 5);
    check_i64(samples.samples[1].c4.ns, 0);
    check_i64(samples.samples[2].c1.ns, INT64_C(1732224000123456789));
    check_i64(samples.samples[2].s2.ns, 7);
    check_i64(samples.samples[2].c4.ns, INT64_C(1732224000123456788));
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
    static const char header[] = "c1_ns,s2_ns,s3_ns,c4_ns\n";
    static const struct {
        const char *rows; /* after the header */
        int64_t line;
        const char *mentions;
    } cases[] = {
        {"1,2,3\n", 2, "four fields"},
        {"1,2,3,4,5\n", 2, "four fields"},
        {"1,2,3,4\n\n1,2,3,x\n", 4, "whole number"},
        {"1,2,,4\n", 2, "whole number"},
        {"1,2,-,4\n", 2, "whole number"},
        {"1,2,3.5,4\n", 2, "whole number"},
        {"1,2,3e9,4\n", 2, "whole number"},
        {"1,2,0x3,4\n", 2, "whole number"},
        {"1,2,3 3,4\n", 2, "whole number"},
        {"1,2,nan,4", 2, "whole number"},
        {"9223372036854775808,2,3,4\n", 2, "64 bits"},
        {"1,-9223372036854775809,3,4\n", 2, "64 bits"},
        {"1,2,99999999999999999999999999,4\n", 2, "64 bits"},
        {"c1_ns,s2_ns,s3_ns,c4_ns\n", 2, "whole number"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        TraceCsv csv;
        Samples samples;
        char text[200] = "";

        memcpy(text, header, sizeof header);
        memcpy(text + sizeof header - 1, cases[i].rows, strlen(cases[i].rows) + 1);
        if (read_csv(&csv, &samples, text, 1000) || strstr(csv.reason, cases[i].mentions) == NULL) {
            print_error("%s: %s\n", cases[i].rows, csv.reason != NULL ? csv.reason : "understood");
            fail();
        }
        check_i64(csv.reason_line, cases[i].line);
    }
}

static void without_its_header_nothing_is_understood(void **state)
{
    static const char *const texts[] = {
        "", "\n\n", "1,2,3,4\n", "c1,s2,s3,c4\n", "s2_ns,c1_ns,s3_ns,c4_ns\n", "c1_ns,s2_ns\n"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        TraceCsv csv;
        Samples samples;

        check(!read_csv(&csv, &samples, texts[i], 1000));
        check(strstr(csv.reason, "header") != NULL);
    }
}

static void a_line_without_end_is_refused(void **state)
{
    (void)state;
    TraceCsv csv;
    Samples samples = {0};
    char digits[TRACE_CSV_LINE_BYTES_MAX + 1];

    memset(digits, '1', sizeof digits);
    trace_csv_init(&csv, keep_sample, &samples);
    check(!trace_csv_feed(&csv, digits, sizeof digits));
    check(strstr(csv.reason, "longer than") != NULL);
    check(!trace_csv_finish(&csv));
}

static void the_pieces_in_which_bytes_arrive_do_not_matter(void **state)
{
    static const char letters[] = "0123456789,,,\n\r -x";
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(3));
    for (int round = 0; round < 5000; round++) {
        char text[100] = "c1_ns,s2_ns,s3_ns,c4_ns\n";
        size_t bytes = strlen(text);
        TraceCsv whole;
        TraceCsv pieces;
        Samples whole_samples;
        Samples piece_samples;

        for (uint64_t i = prng_below(&prng, 60); i > 0; i--) {
            text[bytes] = letters[prng_below(&prng, sizeof letters - 1)];
            bytes++;
        }
        text[bytes] = '\0';
        const bool well = read_csv(&whole, &whole_samples, text, sizeof text);
        const size_t piece_bytes = 1 + (size_t)prng_below(&prng, 5);
        check_i64(read_csv(&pieces, &piece_samples, text, piece_bytes), well);
        check_bytes(&whole_samples, &piece_samples, sizeof whole_samples);
        if (!well) {
            check_text(whole.reason, pieces.reason);
            check_i64(whole.reason_line, pieces.reason_line);
        }
    }
}

/* What the sink saw. */
typedef struct {
    int64_t count;
    int64_t last_s;
    int64_t valid_count;
    double worst_ms; /* of ours, from 10 s on */
    const ClockTrace *trace;
} Told;

static void note_second(void *owner, int64_t t_s, const Estimators *estimators, HostTime now)
{
    Told *told = owner;

    check(t_s > told->last_s);
    told->last_s = t_s;
    told->count++;
    for (int kind = 0; kind < ESTIMATOR_COUNT; kind++) {
        const EstimatorReading reading = estimators_read(estimators, (EstimatorKind)kind, now);

        told->valid_count += reading.valid ? 1 : 0;
        if (kind == ESTIMATOR_ONEDRUM && told->trace != NULL && t_s >= 10) {
            const double at_s = 1e-9 * (double)(now.ns - told->trace->start_ns);
            const int64_t error_ns = reading.offset_ns - clock_trace_truth_ns(told->trace, at_s);
            const double error_ms = ms_of_ns(error_ns < 0 ? -error_ns : error_ns);

            told->worst_ms = error_ms > told->worst_ms ? error_ms : told->worst_ms;
        }
    }
}

static void every_second_of_a_trace_is_told_once(void **state)
{
    (void)state;
    static ClockTrace trace;
    static Replay replay;
    Told told = {.trace = &trace};

    clock_trace_make(&trace, clock_trace_scenario("B"), 60.5, check_seed(4));
    replay_init(&replay, note_second, &told);
    for (int i = 0; i < trace.count; i++) {
        replay_row(&replay, &trace.samples[i]);
        replay_row(&replay, &trace.samples[i]);
    }
    replay_finish(&replay);
    check_i64(told.count, 60);
    check_i64(told.last_s, 60);
    check_i64(told.valid_count, INT64_C(60) * ESTIMATOR_COUNT);
    check_i64(replay.refused_count, trace.count);
    check_between(told.worst_ms, 0.0, 1.5);
}

/* The third row's round trip contradicts the first one's: ours starts from it, the envelope is
   empty until the next one. */
static void ours_always_tells_what_it_believes(void **state)
{
    (void)state;
    static const PingSample rows[] = {
        {{0}, {5020000000}, {5020051615}, {1000000000}},
        {{105000000}, {5070300000}, {5070350000}, {1091000000}},
        {{1100910000}, {5120300000}, {5135290000}, {1141000000}},
        {{2200000000}, {6220300000}, {6220350000}, {2241000000}},
    };
    Estimators estimators;

    estimators_init(&estimators);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check(estimators_add(&estimators, &rows[i]));
        check(estimators_read(&estimators, ESTIMATOR_ONEDRUM, rows[i].c4).valid);
        check(estimators_read(&estimators, ESTIMATOR_ENVELOPE, rows[i].c4).valid == (i != 2));
    }
}

/* Rows that no network makes: whatever they are, it ends, and time goes on. */
static void nonsense_is_survived(void **state)
{
    (void)state;
    static Replay replay;
    Prng prng;

    prng_seed(&prng, check_seed(5));
    for (int round = 0; round < 60; round++) {
        Told told = {0};
        PingSample sample = {{0}, {0}, {0}, {0}};

        replay_init(&replay, note_second, &told);
        for (int i = 0; i < 200; i++) {
            const int64_t far = (int64_t)prng_u64(&prng) >> prng_below(&prng, 63);
            const int64_t delay_ns = (int64_t)prng_below(&prng, 100000000);

            switch (prng_below(&prng, 6)) {
            case 0:
                sample.c1.ns = far;
                break;
            case 1:
                sample.c1.ns = far / 4;
                sample.s2.ns = (int64_t)prng_u64(&prng) / 5;
                break;
            default:
                sample.c1.ns = (int64_t)((uint64_t)sample.c4.ns + prng_below(&prng, 1000000000));
                sample.s2.ns = (int64_t)((uint64_t)sample.s3.ns + prng_below(&prng, 1000000000));
                break;
            }
            sample.s3.ns = (int64_t)((uint64_t)sample.s2.ns + prng_below(&prng, 1000));
            sample.c4.ns = (int64_t)((uint64_t)sample.c1.ns + (uint64_t)delay_ns);
            replay_row(&replay, &sample);
        }
        replay_finish(&replay);
        check_i64_between(told.count, 0, INT64_C(200) * (REPLAY_SILENCE_S_MAX + 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read_exactly),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line),
        cmocka_unit_test(without_its_header_nothing_is_understood),
        cmocka_unit_test(a_line_without_end_is_refused),
        cmocka_unit_test(the_pieces_in_which_bytes_arrive_do_not_matter),
        cmocka_unit_test(every_second_of_a_trace_is_told_once),
        cmocka_unit_test(ours_always_tells_what_it_believes),
        cmocka_unit_test(nonsense_is_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
