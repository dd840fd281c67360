#include "shared/clock_balance.h"

#include <math.h>

enum {
    ROUNDS = 8
};

/* Nearer to the line, or beyond it, the log is continued by its parabola. */
#define QUADRATIC_BELOW 0.3
/* The most that one point tells more than its log says. */
#define SHARPNESS_MAX 20.0
#define CONVERGED_US 0.2
#define STEP_US_MAX 2000.0

/* Sums over points: gradient and curvature in offset and skew, and the scores of both sides. */
typedef struct {
    double gradient_offset;
    double gradient_skew;
    double curvature_offset;
    double curvature_both;
    double curvature_skew;
    double scatter; /* of the scores around their side's mean */
} Sums;

/* Adds one side. `sign`: 1 forward, -1 backward. With y the excess delay plus softness, the score
   is d log y / dy and falls on the offset as -sign and on the skew as -sign x. */
static void add_side(Sums *sums,
                     const ClockBalance *balance,
                     const ClockStore *store,
                     double sign,
                     const ClockLine *line)
{
    const double edge_us = QUADRATIC_BELOW * balance->softness_us;
    const double per_edge = 1.0 / edge_us;
    const double base_us = balance->base_us - balance->softness_us + sign * line->offset_us;
    const double slope = sign * line->skew_ppm;
    double score_sum = 0.0;
    double score_x = 0.0;
    double bend_sum = 0.0;
    double bend_x = 0.0;
    double bend_xx = 0.0;
    double square_sum = 0.0;

    for (int i = 0; i < store->count; i++) {
        const double x_s = 1e-6 * (double)(store->points[i].x_us - balance->now_us);
        const double y_us = 0.01 * (double)store->points[i].v_10ns - base_us - slope * x_s;
        const double bound_us = y_us > edge_us ? y_us : edge_us;
        const double inverse = 1.0 / bound_us;
        const double score = inverse + (bound_us - y_us) * per_edge * per_edge;
        const double bend = inverse * inverse;

        score_sum += score;
        score_x += score * x_s;
        bend_sum += bend;
        bend_x += bend * x_s;
        bend_xx += bend * x_s * x_s;
        square_sum += score * score;
    }
    sums->gradient_offset -= sign * score_sum;
    sums->gradient_skew -= sign * score_x;
    sums->curvature_offset += bend_sum;
    sums->curvature_both += bend_x;
    sums->curvature_skew += bend_xx;
    sums->scatter += square_sum - score_sum * score_sum / fmax(store->count, 1.0);
}

ClockLine clock_balance_fit(const ClockBalance *balance, ClockLine start)
{
    const double prior = 1.0 / (balance->prior_sd_ppm * balance->prior_sd_ppm);
    ClockLine line = start;

    for (int round = 0; round < ROUNDS; round++) {
        Sums sums = {0};

        add_side(&sums, balance, balance->forward, 1.0, &line);
        add_side(&sums, balance, balance->backward, -1.0, &line);
        /* The sum of logs is no likelihood: scaled so that its curvature is as large as the
           scatter of its scores, it has the right spread (the sandwich of Huber 1967). */
        const double sharpness =
            fmin(sums.curvature_offset / fmax(sums.scatter, 1e-300), SHARPNESS_MAX);
        const double a = sharpness * sums.curvature_offset;
        const double b = sharpness * sums.curvature_both;
        const double d = sharpness * sums.curvature_skew + prior;
        const double determinant = fmax(a * d - b * b, 1e-300);
        const double g = sharpness * sums.gradient_offset;
        const double h =
            sharpness * sums.gradient_skew - prior * (line.skew_ppm - balance->prior_skew_ppm);
        const double step_us = (d * g - b * h) / determinant;
        const double step_ppm = (a * h - b * g) / determinant;
        const double scale = fmin(1.0, STEP_US_MAX / fmax(fabs(step_us), 1.0));

        line.offset_us += scale * step_us;
        line.skew_ppm += scale * step_ppm;
        line.offset_sd_us = sqrt(d / determinant);
        line.skew_sd_ppm = sqrt(a / determinant);
        if (fabs(step_us) < CONVERGED_US && fabs(step_ppm) < 0.02 * line.skew_sd_ppm) {
            break;
        }
    }
    return line;
}
