/*
 * The product's own figures on real taps: 30 people, five tempi, 17,356 asynchronies (Baath and
 * Madison 2012). The data are not part of this repository; without them the test says so and is
 * skipped.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/circular.h"
#include "shared/group_statistics.h"
#include "shared/moments.h"
#include "shared/units.h"

enum {
    TAPS_MAX = 4096,
    LINE_BYTES_MAX = 128
};

/* A row of the table, each figure as printed there. */
typedef struct {
    int isi_ms;
    const char *count;
    const char *mean;
    const char *sd;
    const char *median;
    const char *mad;
    const char *r;
    const char *theta;
    const char *lag1;
} GoldenRow;

static const GoldenRow golden_rows[] = {
    {600, "3412", "-40.0929", "43.6005", "-38.5", "23.5", "0.913308", "-40.6774", "0.4049"},
    {1200, "3492", "-48.5936", "72.6733", "-53", "39", "0.936082", "-50.8588", "0.38032"},
    {1800, "3488", "-50.4280", "117.8993", "-54", "68", "0.922638", "-51.8264", "0.21645"},
    {2400, "3481", "-78.4108", "169.2201", "-81", "112", "0.908365", "-78.4551", "0.12630"},
    {3000, "3483", "-117.9512", "222.2836", "-115", "161", "0.899075", "-116.3748", "0.08538"},
};

typedef struct {
    int count;
    int trial[TAPS_MAX]; /* subject and trial in one number */
    int64_t error_ns[TAPS_MAX];
} Taps;

static FILE *open_data(void)
{
    static const char below[] = "/../shared/data/tapping/baath_madison_2012.csv";
    const char *source = getenv("ONEDRUM_SOURCE");
    char path[1024];

#ifdef ONEDRUM_SOURCE_DIR
    source = source == NULL ? ONEDRUM_SOURCE_DIR : source;
#endif
    (void)snprintf(path, sizeof path, "%s%s", source == NULL ? "." : source, below);
    return fopen(path, "r");
}

/* Reads the taps of one tempo; false on a line that is not four integers. */
static bool read_taps(FILE *file, int isi_ms, Taps *taps)
{
    char line[LINE_BYTES_MAX];

    *taps = (Taps){0};
    rewind(file);
    if (fgets(line, sizeof line, file) == NULL) {
        return false;
    }
    while (fgets(line, sizeof line, file) != NULL) {
        long fields[4];
        char *at = line;
        for (int i = 0; i < 4; i++) {
            char *end = at;
            fields[i] = strtol(at, &end, 10);
            if (end == at) {
                return false;
            }
            at = end + 1;
        }
        if (fields[2] == isi_ms && taps->count < TAPS_MAX) {
            taps->trial[taps->count] = (int)(fields[0] * 1000 + fields[1]);
            taps->error_ns[taps->count++] = fields[3] * NS_PER_MS;
        }
    }
    return true;
}

/* Pooled over trials, each around its own mean: sum of x_j x_(j+1) over sum of x_j^2. */
static double lag1_within_trials(const Taps *taps)
{
    double product_sum = 0.0;
    double square_sum = 0.0;
    int end = 0;

    for (int start = 0; start < taps->count; start = end) {
        Moments moments = {0};
        for (end = start; end < taps->count && taps->trial[end] == taps->trial[start]; end++) {
            moments_add_ns(&moments, taps->error_ns[end]);
        }
        const double mean_ms = moments_mean_ms(&moments);
        for (int i = start; i < end; i++) {
            const double x = ms_of_ns(taps->error_ns[i]) - mean_ms;
            square_sum += x * x;
            product_sum += i + 1 < end ? x * (ms_of_ns(taps->error_ns[i + 1]) - mean_ms) : 0.0;
        }
    }
    return product_sum / square_sum;
}

/* Equal when printed with as many decimals as the table has. */
static void check_printed(double actual, const char *expected, const char *what, int isi_ms)
{
    const char *point = strchr(expected, '.');
    const int decimals = point == NULL ? 0 : (int)strlen(point + 1);
    char text[64];

    (void)snprintf(text, sizeof text, "%.*f", decimals, actual);
    if (strcmp(text, expected) != 0) {
        print_error("ISI %d, %s: ", isi_ms, what);
    }
    check_text(text, expected);
}

static void check_row(const Taps *taps, const GoldenRow *row)
{
    static int64_t sorted[TAPS_MAX];
    const int64_t period_ns = row->isi_ms * NS_PER_MS;
    Moments moments = {0};
    CircularSum phase = {0};

    for (int i = 0; i < taps->count; i++) {
        moments_add_ns(&moments, taps->error_ns[i]);
        circular_add(&phase, circular_phase_uturns(taps->error_ns[i], period_ns));
        sorted[i] = taps->error_ns[i];
    }
    const size_t count = (size_t)taps->count;
    const int64_t median_ns = group_median(sorted, count);
    const int64_t mad_ns = group_median_deviation(sorted, count, median_ns);

    check_printed((double)moments.count, row->count, "n", row->isi_ms);
    check_printed(moments_mean_ms(&moments), row->mean, "mean", row->isi_ms);
    check_printed(moments_sd_ms(&moments), row->sd, "SD", row->isi_ms);
    check_printed(ms_of_ns(median_ns), row->median, "median", row->isi_ms);
    check_printed(ms_of_ns(mad_ns), row->mad, "MAD", row->isi_ms);
    check_printed(circular_r(&phase), row->r, "R", row->isi_ms);
    check_printed(circular_mean_turns(&phase) * row->isi_ms, row->theta, "theta", row->isi_ms);
    check_printed(lag1_within_trials(taps), row->lag1, "lag-1", row->isi_ms);
}

static void the_golden_table_is_reproduced_to_the_printed_digits(void **state)
{
    (void)state;
    static Taps taps;
    FILE *file = open_data();

    if (file == NULL) {
        print_message("no tapping data beside the source: skipped\n");
        skip();
        return;
    }
    bool is_read = true;
    for (size_t i = 0; is_read && i < sizeof golden_rows / sizeof golden_rows[0]; i++) {
        is_read = read_taps(file, golden_rows[i].isi_ms, &taps);
        if (is_read) {
            check_row(&taps, &golden_rows[i]);
        }
    }
    (void)fclose(file);
    check(is_read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_golden_table_is_reproduced_to_the_printed_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
