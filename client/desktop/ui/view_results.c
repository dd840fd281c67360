#include "client/desktop/ui/view_results.h"

#include "client/desktop/ui/plots.h"
#include "client/desktop/ui/view_parts.h"
#include "client/desktop/ui/words.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define PADDING 20.0F
#define HEAD 26.0F /* from a panel's top to the middle of its title */
#define TEAM_ROW 34.0F
#define RUNNING_HITS 16
/* Of one take: a rest of the averaging may add one. */
#define RESULTS_POINTS_MAX (RESULTS_CURVE_POINTS_MAX + 1)
#define NO_FIGURE "\xE2\x80\x93" /* a dash where there is nothing to measure */

/* ---- figures ----------------------------------------------------------------------------------
 */

static GroupWord word_of(const BarEntry *bars, int bar_count)
{
    double sum = 0.0;

    for (int i = 0; i < bar_count; i++) {
        sum += (double)bars[i].sigma_us / 1000.0;
    }
    return group_word_of(bar_count == 0 ? (double)INFINITY : sum / bar_count);
}

ResultsTake results_take(const ModelOthers *others)
{
    ResultsTake take = {.first_word = GROUP_WORD_SCATTERED, .last_word = GROUP_WORD_SCATTERED};
    int first;
    int edge;

    if (others == NULL || others->bar_count == 0) {
        return take;
    }
    first = others->bar_count;
    while (first > 0 && others->bars[first - 1].take == others->bars[others->bar_count - 1].take) {
        first--;
    }
    take.bars = &others->bars[first];
    take.bar_count = others->bar_count - first;
    edge = others->bar_count < RESULTS_EDGE_BARS ? others->bar_count : RESULTS_EDGE_BARS;
    take.first_word = word_of(others->bars, edge);
    take.last_word = word_of(&others->bars[others->bar_count - edge], edge);
    for (int i = 0; i < take.bar_count; i++) {
        take.is_group = take.is_group || take.bars[i].active > 1;
        if (take.bars[i].together_centi > take.bars[take.best_bar].together_centi) {
            take.best_bar = i;
        }
    }
    return take;
}

int results_stages(const ModelOthers *others, ResultsStage *stages, int stage_max)
{
    int count = 0;

    assert(stage_max > 0);
    for (int bar = 0; others != NULL && bar < others->bar_count; bar++) {
        const uint16_t take = others->bars[bar].take;
        const uint8_t groove = others->bar_grooves[bar];
        const ResultsStage *last = count == 0 ? NULL : &stages[count - 1];

        if (last == NULL || (count < stage_max && (last->take != take || last->groove != groove))) {
            stages[count] = (ResultsStage){.from = bar, .take = take, .groove = groove};
            count++;
        }
        stages[count - 1].to = bar + 1;
    }
    return count;
}

int results_histogram(const ClientModel *model, int64_t range_us, float counts[RESULTS_BINS])
{
    int hits = 0;

    assert(range_us > 0);
    for (int i = 0; i < RESULTS_BINS; i++) {
        counts[i] = 0.0F;
    }
    for (int i = 0; i < model->own_count; i++) {
        const OwnJudgement *own = model_own(model, i);

        if (judgement_claims_note((Judgement)own->judgement)) {
            int64_t bin = div_floor((own->asynchrony_us + range_us) * RESULTS_BINS, 2 * range_us);

            counts[clamp_i64(bin, 0, RESULTS_BINS - 1)] += 1.0F;
            hits++;
        }
    }
    return hits;
}

uint32_t results_hit_count(const ClientModel *model)
{
    uint32_t count = 0;

    for (int i = 0; i < JUDGEMENT_COUNT_SENT; i++) {
        count += judgement_claims_note((Judgement)i) ? model->standing.counts[i] : 0;
    }
    return count;
}

int results_team_order(const ModelOthers *others, uint16_t order[TEAMS_MAX])
{
    int count = 0;

    for (int team = 0; others != NULL && team < others->team_count; team++) {
        int at = count;

        if (others->teams[team].members == 0) {
            continue;
        }
        while (at > 0 &&
               others->teams[order[at - 1]].together_centi < others->teams[team].together_centi) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = (uint16_t)team;
        count++;
    }
    return count;
}

/* What the award counts, larger is better; 0 is nothing to be praised for. */
static int award_worth(const TeamEntry *team, Award award)
{
    const int now = team->together_centi;

    switch (award) {
    case AWARD_TIGHTEST:
        return now;
    case AWARD_MOST_IMPROVED:
        return now - team->first_together_centi >= RESULTS_GAIN_CENTI_MIN
                   ? now - team->first_together_centi
                   : 0;
    case AWARD_STEADIEST:
        return team->mean_together_centi >= RESULTS_STEADY_CENTI_MIN
                   ? UINT16_MAX + 1 - team->wobble_centi
                   : 0;
    case AWARD_COMEBACK:
        return team->lowest_together_centi > 0 &&
                       now - team->lowest_together_centi >= RESULTS_GAIN_CENTI_MIN
                   ? now - team->lowest_together_centi
                   : 0;
    case AWARD_COUNT:
        break;
    }
    return 0;
}

static bool has_played(const TeamEntry *team)
{
    return team->members > 0 && team->together_centi > 0 && team->bars >= RESULTS_AWARD_BARS;
}

ResultsAward results_award(const ModelOthers *others, Award award)
{
    ResultsAward best = {.team = -1};
    int best_worth = 0;
    int playing = 0;

    for (int i = 0; others != NULL && i < others->team_count; i++) {
        const TeamEntry *team = &others->teams[i];
        const int worth = has_played(team) ? award_worth(team, award) : 0;
        const bool equal = worth > 0 && worth == best_worth &&
                           team->together_centi > others->teams[best.team].together_centi;

        playing += has_played(team) ? 1 : 0;
        if (worth > best_worth || equal) {
            best_worth = worth;
            best.team = i;
            best.from_centi =
                award == AWARD_COMEBACK ? team->lowest_together_centi : team->first_together_centi;
        }
    }
    if (playing < 2) {
        best.team = -1;
    }
    return best;
}

/* ---- panels -----------------------------------------------------------------------------------
 */

static const UiLabel head_label = {.weight = FONT_SEMIBOLD};

static UiLabel lesser(const Ui *ui, TextAlign align)
{
    return (UiLabel){.size_px = TYPE_HINT, .align = align, .colour = ui->frame.theme->text2};
}

/* The panel, its title, and what is left below it. */
static Rect begin_panel(Ui *ui, Rect rect, const char *title)
{
    ui_panel(ui, rect);
    view_text(ui, (Point){rect.x + PADDING, rect.y + HEAD}, &head_label, title);
    return (Rect){rect.x + PADDING,
                  rect.y + 2.0F * HEAD,
                  fmaxf(rect.w - 2.0F * PADDING, 0.0F),
                  fmaxf(rect.h - 2.0F * HEAD - SPACE_3, 0.0F)};
}

static void say_empty(Ui *ui, Rect inner, const char *words)
{
    UiLabel label = lesser(ui, TEXT_CENTER);

    view_text(ui, rect_center(inner), &label, words);
}

/* ---- the group over the take ------------------------------------------------------------------
 */

/* Where a bar of the session lies; the first at the left edge, the last at the right one. */
static float bar_x(Rect plot, const ModelOthers *others, int bar)
{
    return others->bar_count == 1 ? rect_right(plot)
                                  : plot.x + plot.w * (float)bar / (float)(others->bar_count - 1);
}

/* Bars [from, to), a long session averaged into no more points than can be told apart. */
static int curve_points(const ModelOthers *others, int from, int to, Rect plot, Point *points)
{
    int step = (int)div_ceil(others->bar_count, RESULTS_CURVE_POINTS_MAX);
    int count = 0;

    for (int bar = from; bar < to; bar += step) {
        int end = bar + step < to ? bar + step : to;
        double sum = 0.0;

        for (int i = bar; i < end; i++) {
            sum += others->bars[i].together_centi;
        }
        points[count] =
            (Point){(bar_x(plot, others, bar) + bar_x(plot, others, end - 1)) / 2.0F,
                    rect_bottom(plot) - plot.h * (float)(sum / (double)(end - bar) / 10000.0)};
        count++;
    }
    return count;
}

/* Its groove; without one, the take. */
static void stage_name(const ClientModel *model, const ResultsStage *stage, WordsText *text)
{
    const char *title =
        stage->groove < GROOVES_MAX ? model_groove_title(model, stage->groove) : NULL;

    words_clear(text);
    if (title != NULL) {
        words_add(text, title);
    } else {
        words_add(text, "Take ");
        words_add_number(text, stage->take);
    }
}

/* Every second stage is shaded, each is named below where its name fits, and a new take begins with
   a line. */
static void draw_stages(
    Ui *ui, Rect plot, const ClientModel *model, const ResultsStage *stages, int stage_count)
{
    const Theme *theme = ui->frame.theme;
    UiLabel label = lesser(ui, TEXT_CENTER);

    for (int i = 0; i < stage_count; i++) {
        float left = bar_x(plot, model->others, stages[i].from);
        float right =
            i + 1 < stage_count ? bar_x(plot, model->others, stages[i].to) : rect_right(plot);
        WordsText name;

        if (i % 2 == 1) {
            draw_rect(ui->frame.draw,
                      (Rect){left, plot.y, right - left, plot.h},
                      0.0F,
                      colour_fade(theme->raised, 0.6F));
        }
        if (i > 0 && stages[i].take != stages[i - 1].take) {
            draw_line(ui->frame.draw,
                      (Point){left, plot.y},
                      (Point){left, rect_bottom(plot)},
                      1.0F,
                      theme->edge);
        }
        stage_name(model, &stages[i], &name);
        if (ui_text_width(ui, FONT_REGULAR, TYPE_HINT, name.bytes) < right - left - SPACE_2) {
            view_text(
                ui, (Point){(left + right) / 2.0F, rect_bottom(plot) + 22.0F}, &label, name.bytes);
        }
    }
}

static void draw_scale(Ui *ui, Rect plot)
{
    UiLabel label = lesser(ui, TEXT_RIGHT);
    static const char *const marks[] = {"0", "50", "100"};

    for (int i = 0; i < 3; i++) {
        float y = rect_bottom(plot) - plot.h * (float)i / 2.0F;

        draw_line(ui->frame.draw,
                  (Point){plot.x, y},
                  (Point){rect_right(plot), y},
                  1.0F,
                  ui->frame.theme->line);
        view_text(ui, (Point){plot.x - 10.0F, y}, &label, marks[i]);
    }
}

/* What the curve's point is worth, in words beside it, inside the plot. */
static void draw_worth(Ui *ui, Rect plot, Point point, TextAlign align)
{
    float worth = 100.0F * (rect_bottom(plot) - point.y) / plot.h;
    bool below = align == TEXT_LEFT || point.y < plot.y + 34.0F;
    float y = below ? fminf(point.y + 20.0F, rect_bottom(plot) - 10.0F) : point.y - 18.0F;
    float x = align == TEXT_RIGHT ? point.x - SPACE_1 : point.x + SPACE_2;
    WordsText figure;

    words_clear(&figure);
    words_add_number(&figure, lroundf(worth));
    view_text(ui, (Point){x, y}, &(UiLabel){.weight = FONT_SEMIBOLD, .align = align}, figure.bytes);
}

/* One take; the curve has a gap between two. */
static void draw_take(Ui *ui, Rect plot, const Point *points, int count)
{
    Colour colour = ui->frame.theme->families[FAMILY_ON];
    Point area[RESULTS_POINTS_MAX + 2];

    memcpy(area, points, sizeof *points * (size_t)count);
    area[count] = (Point){points[count - 1].x, rect_bottom(plot)};
    area[count + 1] = (Point){points[0].x, rect_bottom(plot)};
    draw_polygon(ui->frame.draw, area, (size_t)count + 2, colour_fade(colour, 0.16F));
    draw_polyline(ui->frame.draw, points, (size_t)count, 2.5F, colour);
}

static void draw_curve(Ui *ui, Rect plot, const ModelOthers *others)
{
    Point points[RESULTS_POINTS_MAX];
    Point first = {0.0F, 0.0F};
    Point last = {0.0F, 0.0F};
    int from = 0;

    while (from < others->bar_count) {
        int to = from + 1;
        int count;

        while (to < others->bar_count && others->bars[to].take == others->bars[from].take) {
            to++;
        }
        count = curve_points(others, from, to, plot, points);
        draw_take(ui, plot, points, count);
        first = from == 0 ? points[0] : first;
        last = points[count - 1];
        from = to;
    }
    draw_disc(ui->frame.draw, last, 4.0F, ui->frame.theme->families[FAMILY_ON]);
    draw_worth(ui, plot, last, TEXT_RIGHT);
    if (others->bar_count >= RESULTS_EDGE_BARS) {
        draw_worth(ui, plot, first, TEXT_LEFT);
    }
}

static bool was_a_group(const ModelOthers *others)
{
    for (int i = 0; i < others->bar_count; i++) {
        if (others->bars[i].active > 1) {
            return true;
        }
    }
    return false;
}

void view_results_curve(Ui *ui, Rect rect, const ClientModel *model)
{
    Rect inner = begin_panel(ui, rect, "The group over the session");
    const ModelOthers *others = model->others;
    ResultsStage stages[RESULTS_STAGES_MAX];
    int stage_count = results_stages(others, stages, RESULTS_STAGES_MAX);
    UiLabel label = lesser(ui, TEXT_RIGHT);
    Rect plot = {inner.x + 36.0F, inner.y, inner.w - 40.0F, fmaxf(inner.h - 34.0F, 20.0F)};

    if (stage_count == 0) {
        say_empty(ui, inner, "No bar has been finished yet.");
        return;
    }
    if (!was_a_group(others)) {
        say_empty(ui, inner, "Two or more make a group.");
        return;
    }
    view_text(ui, (Point){rect_right(inner), rect.y + HEAD}, &label, "together");
    draw_stages(ui, plot, model, stages, stage_count);
    draw_scale(ui, plot);
    draw_curve(ui, plot, others);
}

/* ---- one's own hits ---------------------------------------------------------------------------
 */

static JudgeWindows windows_of(const ClientModel *model, int64_t beat_ns)
{
    return judge_windows(beat_ns, (Profile)(model->welcome.profile % PROFILE_COUNT));
}

static void draw_histogram_words(Ui *ui, Rect inner, int64_t range_us)
{
    float y = rect_bottom(inner) - 10.0F;
    UiLabel label = lesser(ui, TEXT_LEFT);
    WordsText words;

    words_clear(&words);
    words_add(&words, "early ");
    words_add_number(&words, words_whole_ms(range_us));
    words_add(&words, " ms");
    view_text(ui, (Point){inner.x, y}, &label, words.bytes);
    words_clear(&words);
    words_add(&words, "late ");
    words_add_number(&words, words_whole_ms(range_us));
    words_add(&words, " ms");
    label.align = TEXT_RIGHT;
    view_text(ui, (Point){rect_right(inner), y}, &label, words.bytes);
    view_text(ui,
              (Point){inner.x + inner.w / 2.0F, y},
              &(UiLabel){.size_px = TYPE_HINT,
                         .weight = FONT_SEMIBOLD,
                         .align = TEXT_CENTER,
                         .colour = ui->frame.theme->accent},
              "on");
}

void view_results_hits(Ui *ui, Rect rect, const ClientModel *model, int64_t beat_ns)
{
    const Theme *theme = ui->frame.theme;
    Rect inner = begin_panel(ui, rect, "Your hits");
    JudgeWindows windows = windows_of(model, beat_ns);
    int64_t range_us = windows.w3_ns / NS_PER_US;
    float counts[RESULTS_BINS];
    int hits = results_histogram(model, range_us, counts);
    UiLabel label = lesser(ui, TEXT_RIGHT);
    WordsText missed;

    words_clear(&missed);
    words_add_number(&missed, model->standing.counts[JUDGEMENT_MISS]);
    words_add(&missed, " missed");
    view_text(ui, (Point){rect_right(inner), rect.y + HEAD}, &label, missed.bytes);
    if (hits == 0) {
        say_empty(ui, inner, "Your hits appear here.");
        return;
    }
    plot_histogram(ui->frame.draw,
                   theme,
                   (Rect){inner.x, inner.y, inner.w, fmaxf(inner.h - 42.0F, 20.0F)},
                   &(PlotHistogram){.counts = counts,
                                    .count_count = RESULTS_BINS,
                                    .minimum = -(float)range_us,
                                    .maximum = (float)range_us,
                                    .band = (float)windows.w1_ns / 1000.0F,
                                    .mean = (float)model->standing.bias_us,
                                    .has_mean = model->config.calibrated && hits > 1,
                                    .colour = theme->families[FAMILY_ON]});
    draw_histogram_words(ui, inner, range_us);
}

/* ---- timing over time -------------------------------------------------------------------------
 */

/* Late is up; what lies outside stands at the edge. */
static float timing_y(Rect plot, int64_t range_us, double late_us)
{
    double share = fmin(fmax(late_us / (double)range_us, -1.0), 1.0);

    return plot.y + plot.h / 2.0F - (float)share * plot.h / 2.0F;
}

/* A line through the means of the last sixteen hits, and a dot for as many hits as can be seen. */
static void draw_timing(Ui *ui, Rect plot, const ClientModel *model, int64_t range_us)
{
    const Theme *theme = ui->frame.theme;
    Colour dot = colour_fade(theme->families[FAMILY_ON], 0.55F);
    int step = model->own_count / RESULTS_HITS_SHOWN_MAX + 1;
    Point line[RESULTS_HITS_SHOWN_MAX + 1];
    int line_count = 0;
    double mean = 0.0;
    int hits = 0;

    for (int i = 0; i < model->own_count; i++) {
        const OwnJudgement *own = model_own(model, model->own_count - 1 - i);
        float x = plot.x + plot.w * (float)i / fmaxf((float)model->own_count - 1.0F, 1.0F);

        if (!judgement_claims_note((Judgement)own->judgement)) {
            continue;
        }
        hits++;
        mean += (own->asynchrony_us - mean) / (hits < RUNNING_HITS ? hits : RUNNING_HITS);
        if (i % step == 0) {
            float y = timing_y(plot, range_us, own->asynchrony_us);

            draw_disc(ui->frame.draw, (Point){x, y}, 1.7F, dot);
            line[line_count] = (Point){x, timing_y(plot, range_us, mean)};
            line_count++;
        }
    }
    if (line_count > 1) {
        draw_polyline(ui->frame.draw, line, (size_t)line_count, 2.0F, theme->text);
    }
}

void view_results_timing(Ui *ui, Rect rect, const ClientModel *model, int64_t beat_ns)
{
    const Theme *theme = ui->frame.theme;
    Rect inner = begin_panel(ui, rect, "Your timing over time");
    JudgeWindows windows = windows_of(model, beat_ns);
    int64_t range_us = windows.w3_ns / NS_PER_US;
    Rect plot = {inner.x + 40.0F, inner.y, inner.w - 40.0F, fmaxf(inner.h - 30.0F, 20.0F)};
    float middle = plot.y + plot.h / 2.0F;
    float band = plot.h / 2.0F * (float)windows.w1_ns / (float)windows.w3_ns;
    UiLabel label = lesser(ui, TEXT_RIGHT);

    if (model->own_count == 0) {
        say_empty(ui, inner, "Your hits appear here.");
        return;
    }
    draw_rect(ui->frame.draw,
              (Rect){plot.x, middle - band, plot.w, 2.0F * band},
              0.0F,
              colour_fade(theme->families[FAMILY_ON], 0.14F));
    draw_line(ui->frame.draw,
              (Point){plot.x, middle},
              (Point){rect_right(plot), middle},
              2.0F,
              theme->accent);
    draw_timing(ui, plot, model, range_us);
    view_text(ui, (Point){plot.x - 10.0F, plot.y + 8.0F}, &label, "late");
    view_text(ui, (Point){plot.x - 10.0F, rect_bottom(plot) - 8.0F}, &label, "early");
    view_text(ui,
              (Point){plot.x - 10.0F, middle},
              &(UiLabel){.size_px = TYPE_HINT,
                         .weight = FONT_SEMIBOLD,
                         .align = TEXT_RIGHT,
                         .colour = theme->accent},
              "on");
    view_text(ui, (Point){rect_right(plot), rect_bottom(inner) - 10.0F}, &label, "end");
    label.align = TEXT_LEFT;
    view_text(ui, (Point){plot.x, rect_bottom(inner) - 10.0F}, &label, "start");
}

/* ---- the score --------------------------------------------------------------------------------
 */

static void draw_fact(Ui *ui, Rect row, const char *name, const char *value)
{
    UiLabel label = lesser(ui, TEXT_LEFT);
    float y = row.y + row.h / 2.0F;

    view_text(ui, (Point){row.x, y}, &label, name);
    view_text(ui,
              (Point){rect_right(row), y},
              &(UiLabel){.size_px = row.w > 220.0F ? TYPE_LEAD : TYPE_BODY,
                         .weight = FONT_SEMIBOLD,
                         .align = TEXT_RIGHT},
              value);
}

static void add_spread(const ClientModel *model, int64_t beat_ns, WordsText *text)
{
    double share = (double)model->standing.spread_us * 1000.0 / (double)beat_ns;

    words_add_number(text, words_whole_ms((int64_t)model->standing.spread_us));
    words_add(text, " ms");
    words_add(text, share <= 0.05 ? ", tight" : (share <= 0.08 ? ", steady" : ""));
}

/* Two hits make a spread, and no hit is no figure at all. */
static void
add_figures(const ClientModel *model, int64_t beat_ns, WordsText *bias, WordsText *spread)
{
    uint32_t hits = results_hit_count(model);

    words_clear(bias);
    words_clear(spread);
    if (hits == 0) {
        words_add(bias, NO_FIGURE);
    } else if (model->config.calibrated) {
        words_add_lateness(bias, model->standing.bias_us);
    } else {
        words_add(bias, "not calibrated");
    }
    if (hits < 2) {
        words_add(spread, NO_FIGURE);
    } else {
        add_spread(model, beat_ns, spread);
    }
}

void view_results_score(Ui *ui, Rect rect, const ClientModel *model, int64_t beat_ns)
{
    const StandingMessage *standing = &model->standing;
    Rect inner = rect_inset(rect, PADDING);
    Rect facts = {inner.x + 130.0F, inner.y - 8.0F, fmaxf(inner.w - 130.0F, 0.0F), 40.0F};
    UiLabel label = lesser(ui, TEXT_CENTER);
    WordsText words;
    WordsText bias;
    WordsText spread;

    ui_panel(ui, rect);
    words_clear(&words);
    if (results_hit_count(model) == 0) {
        words_add(&words, NO_FIGURE);
    } else {
        words_add_number(&words, (standing->score_centi + 50) / 100);
    }
    view_text(ui,
              (Point){inner.x + 42.0F, inner.y + 38.0F},
              &(UiLabel){.size_px = standing->score_centi >= 9950 ? 56.0F : TYPE_FIGURE,
                         .weight = FONT_SEMIBOLD,
                         .align = TEXT_CENTER},
              words.bytes);
    view_text(ui, (Point){inner.x + 42.0F, inner.y + 94.0F}, &label, "your score");
    add_figures(model, beat_ns, &bias, &spread);
    draw_fact(ui, facts, "Bias", bias.bytes);
    facts.y += 40.0F;
    draw_fact(ui, facts, "Spread", spread.bytes);
    words_clear(&words);
    if (standing->best_combo > 0) {
        words_add_number(&words, standing->best_combo);
        words_add(&words, " in a row");
    } else {
        words_add(&words, NO_FIGURE);
    }
    facts.y += 40.0F;
    draw_fact(ui, facts, "Best run", words.bytes);
}

/* ---- teams ------------------------------------------------------------------------------------
 */

static void draw_team(Ui *ui, Rect row, const TeamEntry *team, bool own)
{
    const Theme *theme = ui->frame.theme;
    float y = row.y + row.h / 2.0F;
    float right = rect_right(row);
    float name_width = fminf(0.30F * row.w, row.w - 210.0F);
    int gained = ((int)team->together_centi - (int)team->first_together_centi) / 100;
    Rect bar = {row.x + name_width + SPACE_3,
                row.y,
                fmaxf(row.w - name_width - SPACE_3 - 136.0F, 0.0F),
                row.h};
    WordsText words;

    if (own) {
        draw_rect(ui->frame.draw,
                  (Rect){row.x - 10.0F, row.y + 1.0F, row.w + 20.0F, row.h - 2.0F},
                  RADIUS_CONTROL,
                  theme->raised);
    }
    view_name(ui,
              (Point){row.x, y},
              name_width,
              &(UiLabel){.weight = own ? FONT_SEMIBOLD : FONT_REGULAR,
                         .colour = own ? theme->accent : theme->text},
              team->name);
    ui_progress(ui,
                bar,
                (float)team->together_centi / 10000.0F,
                own ? theme->accent : theme->families[FAMILY_ON]);
    words_clear(&words);
    words_add_number(&words, (team->together_centi + 50) / 100);
    view_text(ui,
              (Point){right - 86.0F, y},
              &(UiLabel){.weight = FONT_SEMIBOLD, .align = TEXT_RIGHT, .tabular = true},
              words.bytes);
    /* A loss is nobody's business. */
    if (gained > 0) {
        words_clear(&words);
        words_add(&words, "+");
        words_add_number(&words, gained);
        view_text(ui,
                  (Point){right, y},
                  &(UiLabel){.align = TEXT_RIGHT, .colour = theme->text2, .tabular = true},
                  words.bytes);
    }
}

void view_results_teams(Ui *ui, Rect rect, const ClientModel *model)
{
    const ModelOthers *others = model->others;
    Rect inner = begin_panel(ui, rect, "Teams");
    UiLabel label = lesser(ui, TEXT_RIGHT);
    uint16_t order[TEAMS_MAX];
    int count = results_team_order(others, order);
    int rows = (int)((rect_bottom(rect) - inner.y + 10.0F) / TEAM_ROW);
    const TeamEntry *own = view_own_team(model);
    bool own_shown = own == NULL;
    Rect row = {inner.x, inner.y - 8.0F, inner.w, TEAM_ROW};

    if (count == 0) {
        say_empty(ui,
                  inner,
                  model_privacy(model) == PRIVACY_PRIVATE && !model_sees_people(model)
                      ? "Figures of teams are private here."
                      : "Nobody is in a team.");
        return;
    }
    view_text(ui, (Point){rect_right(inner) - 70.0F, rect.y + HEAD}, &label, "together");
    view_text(ui, (Point){rect_right(inner), rect.y + HEAD}, &label, "gained");
    rows = rows < count ? rows : count;
    for (int i = 0; i < rows; i++) {
        /* The top, and always one's own. */
        const TeamEntry *team = i == rows - 1 && !own_shown ? own : &others->teams[order[i]];
        const bool is_own = own != NULL && team == own;

        own_shown = own_shown || is_own;
        draw_team(ui, row, team, is_own);
        row.y += TEAM_ROW;
    }
}

/* ---- well done --------------------------------------------------------------------------------
 */

/* What was done well, by whom, and how much of it; `who` and `figures` may be "". Only a name is
 * ever shortened. */
static void draw_praise(Ui *ui, Rect *row, const char *what, const char *who, const char *figures)
{
    UiLabel label = {.weight = FONT_MEDIUM};
    UiLabel lesser_label = {.align = TEXT_RIGHT, .colour = ui->frame.theme->text2};
    float y = row->y + row->h / 2.0F;
    float right = rect_right(*row);

    view_star(ui, (Point){row->x + 10.0F, y}, 9.0F);
    row->x += 30.0F;
    view_text(ui, (Point){row->x, y}, &label, what);
    right -= view_text(ui, (Point){right, y}, &lesser_label, figures);
    view_name(ui,
              (Point){right, y},
              right - row->x - ui_text_width(ui, FONT_MEDIUM, TYPE_BODY, what) - SPACE_3,
              &lesser_label,
              who);
    row->x -= 30.0F;
    row->y += row->h;
}

static void add_points(WordsText *words, int centi)
{
    words_add_number(words, (centi + 50) / 100);
}

/* The awards of teams, as many as have been deserved. */
static void draw_awards(Ui *ui, Rect *row, const ModelOthers *others)
{
    static const char *const titles[AWARD_COUNT] = {
        "Tightest team", "Most improved", "Steadiest", "Best comeback"};

    for (int i = 0; i < AWARD_COUNT; i++) {
        const ResultsAward award = results_award(others, (Award)i);
        WordsText figures;

        if (award.team < 0) {
            continue;
        }
        words_clear(&figures);
        if (i == AWARD_MOST_IMPROVED || i == AWARD_COMEBACK) {
            words_add(&figures, ", ");
            add_points(&figures, award.from_centi);
            words_add(&figures, " to ");
            add_points(&figures, others->teams[award.team].together_centi);
        }
        draw_praise(ui, row, titles[i], others->teams[award.team].name, figures.bytes);
    }
}

static void draw_best_bar(Ui *ui, Rect *row, const ResultsTake *take)
{
    WordsText words;

    words_clear(&words);
    words_add(&words, "bar ");
    words_add_number(&words, take->bars[take->best_bar].bar);
    words_add(&words, ", ");
    add_points(&words, take->bars[take->best_bar].together_centi);
    words_add(&words, " together");
    draw_praise(ui, row, "Best bar", "", words.bytes);
}

void view_results_praise(Ui *ui, Rect rect, const ClientModel *model)
{
    Rect inner = begin_panel(ui, rect, "");
    ResultsTake take = results_take(model->others);
    Rect row = {inner.x, inner.y - 8.0F, inner.w, 32.0F};
    float top = row.y;
    float bottom = rect_bottom(rect) - row.h;
    WordsText words;

    if (take.is_group) {
        draw_awards(ui, &row, model->others);
    }
    if (take.is_group && take.bars[take.best_bar].together_centi > 0 && row.y <= bottom) {
        draw_best_bar(ui, &row, &take);
    }
    if (model->standing.best_combo > 1 && row.y <= bottom) {
        words_clear(&words);
        words_add_number(&words, model->standing.best_combo);
        words_add(&words, " in a row");
        draw_praise(ui, &row, "Your longest run", "", words.bytes);
    }
    view_text(ui,
              (Point){rect.x + PADDING, rect.y + HEAD},
              &head_label,
              row.y > top ? "Well done" : "Best moments");
    if (row.y <= top) {
        say_empty(ui, inner, "Your best moments appear here.");
    }
}
