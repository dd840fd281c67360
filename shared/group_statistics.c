#include "shared/group_statistics.h"

#include <assert.h>
#include <math.h>

#include "shared/units.h"

#define Q30 1073741824.0

static const char *const word_texts[GROUP_WORD_COUNT] = {
    [GROUP_WORD_ONE_DRUM] = "one drum",
    [GROUP_WORD_TIGHT] = "tight",
    [GROUP_WORD_CLOSE] = "close",
    [GROUP_WORD_LOOSE] = "loose",
    [GROUP_WORD_SCATTERED] = "scattered",
};

static size_t slot_of(int64_t beat_number)
{
    const int64_t turn = div_floor(beat_number, GROUP_BEATS_MAX);

    return (size_t)(beat_number - turn * GROUP_BEATS_MAX);
}

int32_t group_phase_uturns(int64_t error_ns, int64_t offset_ns, int64_t beat_ns)
{
    return circular_phase_uturns(error_ns - offset_ns, beat_ns);
}

/* The accumulator of a beat, or NULL when a newer beat has its slot. */
static GroupBeat *open_beat(GroupStatistics *group, int64_t beat_number)
{
    GroupBeat *beat = &group->beats[slot_of(beat_number)];

    if (beat->used && beat->beat_number > beat_number) {
        return NULL;
    }
    if (!beat->used || beat->beat_number != beat_number) {
        *beat = (GroupBeat){.used = true, .beat_number = beat_number};
    }
    return beat;
}

static bool is_on(int32_t phase_uturns)
{
    const int32_t wrapped = circular_wrap_uturns(phase_uturns);

    return wrapped >= -GROUP_ON_UTURNS && wrapped <= GROUP_ON_UTURNS;
}

void group_beat_add(GroupBeat *beat, int32_t phase_uturns)
{
    circular_add(&beat->phase, phase_uturns);
    beat->on += is_on(phase_uturns) ? 1 : 0;
}

bool group_statistics_add(GroupStatistics *group, int64_t beat_number, int32_t phase_uturns)
{
    GroupBeat *beat = open_beat(group, beat_number);

    if (beat == NULL) {
        return false;
    }
    group_beat_add(beat, phase_uturns);
    return true;
}

void group_statistics_merge(GroupStatistics *group, const GroupStatistics *other)
{
    for (size_t i = 0; i < GROUP_BEATS_MAX; i++) {
        const GroupBeat *from = &other->beats[i];
        GroupBeat *beat = from->used ? open_beat(group, from->beat_number) : NULL;
        if (beat != NULL) {
            circular_merge(&beat->phase, &from->phase);
            beat->on += from->on;
        }
    }
}

double group_pairwise_consistency(const CircularSum *phase)
{
    const double r = circular_r(phase);
    const double n = (double)phase->count;

    assert(phase->count >= 2);
    return (n * r * r - 1.0) / (n - 1.0);
}

void group_totals_add(GroupTotals *totals, const GroupBeat *beat)
{
    if (beat->phase.count < 2) {
        return;
    }
    totals->beats++;
    totals->ppc_q30 += (int64_t)floor(group_pairwise_consistency(&beat->phase) * Q30 + 0.5);
    totals->r_q30 += (int64_t)floor(circular_r(&beat->phase) * Q30 + 0.5);
    totals->on += beat->on;
    circular_merge(&totals->phase, &beat->phase);
}

void group_totals_merge(GroupTotals *totals, const GroupTotals *other)
{
    totals->beats += other->beats;
    totals->ppc_q30 += other->ppc_q30;
    totals->r_q30 += other->r_q30;
    totals->on += other->on;
    circular_merge(&totals->phase, &other->phase);
}

GroupFigures group_statistics_figures(const GroupStatistics *group,
                                      int64_t current_beat,
                                      int64_t beat_ns,
                                      int32_t active,
                                      int32_t joined)
{
    const int64_t beats = active < GROUP_SMALL_PEOPLE_BELOW ? GROUP_BEATS_SMALL : GROUP_BEATS;
    GroupTotals totals = {0};

    for (int64_t number = current_beat - beats + 1; number <= current_beat; number++) {
        const GroupBeat *beat = &group->beats[slot_of(number)];

        if (beat->used && beat->beat_number == number) {
            group_totals_add(&totals, beat);
        }
    }
    return group_totals_figures(&totals, beat_ns, active, joined);
}

GroupFigures
group_totals_figures(const GroupTotals *totals, int64_t beat_ns, int32_t active, int32_t joined)
{
    assert(beat_ns > 0);
    const double period_ms = ms_of_ns(beat_ns);
    const double scale_ms = fmin(fmax(0.10 * period_ms, 45.0), 80.0);
    GroupFigures figures = {.sigma_ms = period_ms / 2.0};

    if (totals->beats == 0) {
        return (GroupFigures){0};
    }
    figures.valid = true;
    figures.ppc = (double)totals->ppc_q30 / Q30 / (double)totals->beats;
    figures.r = (double)totals->r_q30 / Q30 / (double)totals->beats;
    figures.share_on = (double)totals->on / (double)totals->phase.count;
    figures.bias_ms = circular_mean_turns(&totals->phase) * period_ms;
    if (figures.ppc > 0.0) {
        /* -ln PPC of a PPC that is 1 but for rounding is 0, not a little less. */
        const double sigma_turns = sqrt(fmax(-log(figures.ppc), 0.0)) / CIRCULAR_TWO_PI;
        figures.sigma_ms = period_ms * fmin(sigma_turns, 0.5);
    }
    const double ratio = figures.sigma_ms / scale_ms;
    const double active_share =
        joined > 0 ? fmin(fmax((double)active / (double)joined, 0.0), 1.0) : 0.0;

    figures.together = 100.0 * exp(-0.5 * ratio * ratio);
    figures.team = figures.together * (0.5 + 0.5 * active_share);
    figures.word = group_word_of(figures.sigma_ms);
    return figures;
}

GroupWord group_word_of(double sigma_ms)
{
    static const double limits_ms[GROUP_WORD_SCATTERED] = {15.0, 25.0, 40.0, 60.0};

    for (int i = 0; i < GROUP_WORD_SCATTERED; i++) {
        if (sigma_ms <= limits_ms[i]) {
            return (GroupWord)i;
        }
    }
    return GROUP_WORD_SCATTERED;
}

const char *group_word_text(GroupWord word)
{
    assert((unsigned int)word < GROUP_WORD_COUNT);
    return word_texts[word];
}

static void swap_values(int64_t *a, int64_t *b)
{
    const int64_t kept = *a;

    *a = *b;
    *b = kept;
}

static int64_t median_of_three(int64_t a, int64_t b, int64_t c)
{
    const int64_t low = a < b ? a : b;
    const int64_t high = a < b ? b : a;

    if (c < low) {
        return low;
    }
    return c > high ? high : c;
}

/* Hoare's quickselect: puts the value of rank `rank` in its place, none greater before it and none
   smaller after it. The median of three as pivot, so that sorted values are not the worst case. */
static void select_rank(int64_t *values, ptrdiff_t count, ptrdiff_t rank)
{
    ptrdiff_t low = 0;
    ptrdiff_t high = count - 1;

    while (low < high) {
        const int64_t pivot =
            median_of_three(values[low], values[low + (high - low) / 2], values[high]);
        ptrdiff_t i = low;
        ptrdiff_t j = high;
        while (i <= j) {
            if (values[i] < pivot) {
                i++;
            } else if (values[j] > pivot) {
                j--;
            } else {
                swap_values(&values[i++], &values[j--]);
            }
        }
        /* Now low..j <= pivot <= i..high, and what lies between j and i equals the pivot. */
        if (rank > j && rank < i) {
            return;
        }
        if (rank <= j) {
            high = j;
        } else {
            low = i;
        }
    }
}

int64_t group_median(int64_t *values, size_t count)
{
    assert(count > 0);
    const size_t middle = count / 2;

    select_rank(values, (ptrdiff_t)count, (ptrdiff_t)middle);
    if (count % 2 == 1) {
        return values[middle];
    }
    int64_t below = values[0];
    for (size_t i = 1; i < middle; i++) {
        below = values[i] > below ? values[i] : below;
    }
    return div_floor(below + values[middle], 2);
}

int64_t group_median_deviation(int64_t *values, size_t count, int64_t centre)
{
    for (size_t i = 0; i < count; i++) {
        const int64_t distance = values[i] - centre;
        values[i] = distance < 0 ? -distance : distance;
    }
    return group_median(values, count);
}
