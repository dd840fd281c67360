#include "shared/clock_middle.h"

#include <math.h>
#include <string.h>

enum {
    SECONDS_MIN = 6,
    JUMP_SECONDS = 20,
    ROUNDS = 4
};

#define TRIMMED 0.15        /* of the midpoints of a second at either end */
#define OUTLIER_SD 2.0      /* farther off a second counts less (Huber 1964) */
#define CORRELATION_MAX 0.9 /* of neighbouring seconds */
#define QUEUE_MEAN_SD 2.0   /* of a queue the mean, in its deviations */

static int32_t second_of(int32_t x_us)
{
    const int32_t rest = x_us % CLOCK_STORE_SLOT_US;

    return x_us / CLOCK_STORE_SLOT_US - (rest < 0 ? 1 : 0);
}

static uint32_t ring_index(int32_t second)
{
    const int32_t rest = second % CLOCK_WINDOW_S;

    return (uint32_t)(rest < 0 ? rest + CLOCK_WINDOW_S : rest);
}

static double trimmed_mean(const float *ascending, int count)
{
    const int cut = (int)(TRIMMED * count);
    double sum = 0.0;

    for (int i = cut; i < count - cut; i++) {
        sum += (double)ascending[i];
    }
    return sum / (count - 2 * cut);
}

/* Makes `second` the one that is not over; those between have nothing. */
static void advance(ClockMiddle *middle, int32_t second)
{
    const int32_t missing = middle->has_newest ? second - middle->newest : CLOCK_WINDOW_S;

    for (int32_t i = 0; i < missing && i < CLOCK_WINDOW_S; i++) {
        middle->count[ring_index(second - i)] = 0;
    }
    middle->newest = second;
    middle->has_newest = true;
    middle->open_count = 0;
}

void clock_middle_add(ClockMiddle *middle, int32_t x_us, double middle_us)
{
    const int32_t second = second_of(x_us);

    if (!middle->has_newest || second > middle->newest) {
        advance(middle, second);
    }
    if (second < middle->newest || middle->open_count == CLOCK_MIDDLE_OPEN_MAX) {
        return;
    }
    int place = middle->open_count;

    while (place > 0 && (double)middle->open_us[place - 1] > middle_us) {
        middle->open_us[place] = middle->open_us[place - 1];
        place--;
    }
    middle->open_us[place] = (float)middle_us;
    middle->open_count++;
    const uint32_t index = ring_index(second);
    middle->mean_us[index] = (float)trimmed_mean(middle->open_us, middle->open_count);
    middle->count[index] = (uint8_t)middle->open_count;
}

void clock_middle_forget(ClockMiddle *middle, int32_t x_us)
{
    for (int32_t i = 0; middle->has_newest && i < CLOCK_WINDOW_S; i++) {
        const int32_t second = middle->newest - i;

        if ((int64_t)second * CLOCK_STORE_SLOT_US < x_us) {
            middle->count[ring_index(second)] = 0;
            middle->open_count = i == 0 ? 0 : middle->open_count;
        }
    }
}

void clock_middle_doubt(ClockMiddle *middle, int32_t x_us)
{
    for (int32_t second = second_of(x_us); middle->has_newest && second <= middle->newest;
         second++) {
        middle->count[ring_index(second)] = 0;
        middle->open_count = 0;
    }
}

void clock_middle_shift(ClockMiddle *middle, int32_t x_us, double by_us)
{
    for (int32_t i = 0; middle->has_newest && i < CLOCK_WINDOW_S; i++) {
        const int32_t second = middle->newest - i;

        if ((int64_t)second * CLOCK_STORE_SLOT_US >= x_us) {
            middle->mean_us[ring_index(second)] += (float)by_us;
        }
    }
    for (int i = 0; i < middle->open_count; i++) {
        middle->open_us[i] += (float)by_us;
    }
}

void clock_middle_rebase(ClockMiddle *middle, int32_t spans, double reference_us)
{
    clock_middle_shift(middle, INT32_MIN, -reference_us);
    middle->newest -= spans * CLOCK_WINDOW_S;
}

/* The median of what the seconds from `first` to before `end` have above the line of this skew
   through the reference. False without any. */
static bool median_between(
    const ClockMiddle *middle, int32_t first, int32_t end, double skew_ppm, double *median_us)
{
    double sorted[JUMP_SECONDS];
    int count = 0;

    for (int32_t second = first; second < end; second++) {
        const uint32_t index = ring_index(second);
        const bool is_kept = second <= middle->newest && middle->newest - second < CLOCK_WINDOW_S;
        const double above_us = (double)middle->mean_us[index] - skew_ppm * (double)second;
        int place = count;

        if (!is_kept || middle->count[index] == 0) {
            continue;
        }
        while (place > 0 && sorted[place - 1] > above_us) {
            sorted[place] = sorted[place - 1];
            place--;
        }
        sorted[place] = above_us;
        count++;
    }
    if (count > 0) {
        *median_us = 0.5 * (sorted[(count - 1) / 2] + sorted[count / 2]);
    }
    return count > 0;
}

double clock_middle_jump(const ClockMiddle *middle, int32_t x_us, double skew_ppm)
{
    const int32_t second = second_of(x_us);
    double before_us = 0.0;
    double after_us = 0.0;

    if (!middle->has_newest ||
        !median_between(middle, second - JUMP_SECONDS, second, skew_ppm, &before_us) ||
        !median_between(middle, second + 1, second + 1 + JUMP_SECONDS, skew_ppm, &after_us)) {
        return 0.0;
    }
    return after_us - before_us;
}

/* What the fit sees of a second. */
typedef struct {
    double x_s; /* of its middle, from now */
    double mean_us;
    double count;
} Second;

typedef struct {
    double offset_us;
    double skew_ppm;
    double scatter_us2; /* of one midpoint around the line */
} Fit;

static int seconds_of(const ClockMiddle *middle, int32_t now_us, Second seconds[CLOCK_WINDOW_S])
{
    int count = 0;

    for (int32_t i = CLOCK_WINDOW_S - 1; middle->has_newest && i >= 0; i--) {
        const int32_t second = middle->newest - i;
        const uint32_t index = ring_index(second);

        if (middle->count[index] > 0) {
            seconds[count] = (Second){
                .x_s = (double)second + 0.5 - 1e-6 * (double)now_us,
                .mean_us = (double)middle->mean_us[index],
                .count = (double)middle->count[index],
            };
            count++;
        }
    }
    return count;
}

/* The scatter of one midpoint as neighbouring seconds show it, whatever line they lie on. */
static double jitter_of(const Second *seconds, int count)
{
    double sum = 0.0;

    for (int i = 1; i < count; i++) {
        const double before = seconds[i - 1].count;
        const double step_us = seconds[i].mean_us - seconds[i - 1].mean_us;

        sum += step_us * step_us * before * seconds[i].count / (before + seconds[i].count);
    }
    return count > 1 ? sum / (count - 1) : 0.0;
}

static double residual_us(const Second *second, const Fit *fit)
{
    return second->mean_us - fit->offset_us - fit->skew_ppm * second->x_s;
}

/* Weighted least squares with a prior on the skew; far seconds count as if they were nearer. */
static ClockLine solve(const Second *seconds, int count, Fit *fit, double prior_ppm, double sd_ppm)
{
    const double scatter = fmax(fit->scatter_us2, 1e-3);
    double a = 0.0;
    double b = 0.0;
    double d = 1.0 / (sd_ppm * sd_ppm);
    double g = 0.0;
    double h = -(fit->skew_ppm - prior_ppm) / (sd_ppm * sd_ppm);

    for (int i = 0; i < count; i++) {
        const double off_us = residual_us(&seconds[i], fit);
        const double limit_us = OUTLIER_SD * sqrt(scatter / seconds[i].count);
        const double share = fabs(off_us) > limit_us ? limit_us / fabs(off_us) : 1.0;
        const double weight = share * seconds[i].count / scatter;

        a += weight;
        b += weight * seconds[i].x_s;
        d += weight * seconds[i].x_s * seconds[i].x_s;
        g += weight * off_us;
        h += weight * off_us * seconds[i].x_s;
    }
    const double determinant = fmax(a * d - b * b, 1e-300);
    fit->offset_us += (d * g - b * h) / determinant;
    fit->skew_ppm += (a * h - b * g) / determinant;
    return (ClockLine){
        .offset_us = fit->offset_us,
        .offset_sd_us = sqrt(d / determinant),
        .skew_ppm = fit->skew_ppm,
        .skew_sd_ppm = sqrt(a / determinant),
    };
}

/* Mean square of a midpoint's distance from the line, told from the seconds. */
static double scatter_of(const Second *seconds, int count, const Fit *fit)
{
    double sum = 0.0;

    for (int i = 0; i < count; i++) {
        const double off_us = residual_us(&seconds[i], fit);

        sum += seconds[i].count * off_us * off_us;
    }
    return sum / (count - 2);
}

/* How much neighbouring seconds resemble each other, and the mean square of a second's distance
   from the line. Of independent ones the correlation is 0. */
typedef struct {
    double correlation;
    double square_us2;
} Likeness;

static Likeness likeness_of(const Second *seconds, int count, const Fit *fit)
{
    double products = 0.0;
    double squares = 1e-12;

    for (int i = 1; i < count; i++) {
        const double before = residual_us(&seconds[i - 1], fit);
        const double off = residual_us(&seconds[i], fit);

        products += before * off;
        squares += 0.5 * (before * before + off * off);
    }
    /* Less what chance alone makes of a few. */
    const double certain = products / squares - 1.0 / sqrt((double)count);
    return (Likeness){fmin(fmax(certain, 0.0), CORRELATION_MAX), squares / (count - 1)};
}

ClockMiddleFit clock_middle_fit(const ClockMiddle *middle, const ClockMiddleQuestion *question)
{
    Second seconds[CLOCK_WINDOW_S];
    const int count = seconds_of(middle, question->now_us, seconds);
    ClockLine line = {.offset_sd_us = HUGE_VAL, .skew_sd_ppm = question->prior_sd_ppm};
    Fit fit = {.skew_ppm = question->prior_skew_ppm, .scatter_us2 = 1e12};

    if (count < SECONDS_MIN) {
        return (ClockMiddleFit){line, 1.0, 0.0};
    }
    const double jitter_us2 = jitter_of(seconds, count);
    for (int round = 0; round < ROUNDS; round++) {
        line = solve(seconds, count, &fit, question->prior_skew_ppm, question->prior_sd_ppm);
        fit.scatter_us2 = fmax(scatter_of(seconds, count, &fit), jitter_us2);
    }
    const Likeness like = likeness_of(seconds, count, &fit);
    const double inflation = (1.0 + like.correlation) / (1.0 - like.correlation);
    const double shared_us = QUEUE_MEAN_SD * sqrt(like.correlation * like.square_us2);
    const double wider = sqrt(inflation * (1.0 + 4.0 / count));
    line.offset_sd_us = hypot(wider * line.offset_sd_us, shared_us);
    line.skew_sd_ppm *= wider;
    return (ClockMiddleFit){line, inflation, shared_us};
}

ClockMiddleGap
clock_middle_gap(const ClockMiddle *middle, const ClockLine *line, int32_t now_us, int length_s)
{
    Second seconds[CLOCK_WINDOW_S];
    const int count = seconds_of(middle, now_us, seconds);
    const Fit fit = {.offset_us = line->offset_us, .skew_ppm = line->skew_ppm};
    const double jitter_us2 = jitter_of(seconds, count);
    double halves_us[2] = {0.0, 0.0};
    double weights[2] = {0.0, 0.0};

    for (int i = count - 1; i >= 0 && seconds[i].x_s > -length_s; i--) {
        const int half = seconds[i].x_s > -0.5 * length_s ? 1 : 0;

        halves_us[half] += seconds[i].count * residual_us(&seconds[i], &fit);
        weights[half] += seconds[i].count;
    }
    if (weights[0] <= 0.0 || weights[1] <= 0.0 || count < SECONDS_MIN) {
        return (ClockMiddleGap){0.0, 0.0, HUGE_VAL};
    }
    const double weight = weights[0] + weights[1];
    return (ClockMiddleGap){
        .mean_us = (halves_us[0] + halves_us[1]) / weight,
        .older_us = halves_us[0] / weights[0],
        .sd_us = sqrt(jitter_us2 / weight),
    };
}
