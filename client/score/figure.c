#include "client/score/figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/desktop/ui/theme.h"
#include "client/desktop/ui/view_parts.h"
#include "client/desktop/ui/view_ring.h"

/* Lengths in px of the picture. */
#define WIDTH 1280.0F
#define HEIGHT 720.0F
#define MARGIN 40.0F
#define RING_OUTER 248.0F
#define RING_CENTER_X 420.0F
#define RING_CENTER_Y 384.0F
#define NAME_OUT 34.0F
#define NAME_SPACING 21.0F
#define PANEL_X 860.0F
#define PANEL_WIDTH (WIDTH - MARGIN - PANEL_X)
#define PANEL_PAD 20.0F
#define PLOT_TOP 196.0F
#define PLOT_HEIGHT 170.0F
#define COUNTS_TOP 520.0F
/* The spread, in beats, around which people without a tempo stand. */
#define INNER_BELT 0.25F
#define INNER_BELT_WIDTH 0.08F

enum {
    TICKS = 16,
    NAME_LETTERS_MAX = 18,
    HISTOGRAM_TICK_MS = 50
};

/* Somebody on the ring. */
typedef struct {
    const char *name;
    Point at;
    Mark mark;
    bool flagged;
    float name_y;
} Dot;

typedef struct {
    FILE *file;
    const Theme *theme;
    const Report *report;
    const PersonStatistics *everybody;
    Dot *dots;
    int dot_count;
} Figure;

static const Point center = {RING_CENTER_X, RING_CENTER_Y};

/* ---- words of SVG -----------------------------------------------------------------------------
 */

static void put(const Figure *figure, const char *text)
{
    (void)fputs(text, figure->file);
}

static void put_colour(const Figure *figure, const char *attribute, Colour colour)
{
    (void)fprintf(figure->file, " %s=\"#%02x%02x%02x\"", attribute, colour.r, colour.g, colour.b);
}

static void put_opacity(const Figure *figure, double opacity)
{
    if (opacity < 1.0) {
        (void)fprintf(figure->file, " fill-opacity=\"%.2f\"", opacity);
    }
}

static void circle(const Figure *figure, Point at, float radius, Colour colour)
{
    (void)fprintf(figure->file,
                  "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"%.2f\"",
                  (double)at.x,
                  (double)at.y,
                  (double)radius);
    put_colour(figure, "fill", colour);
    put(figure, "/>\n");
}

static void ring(const Figure *figure, float radius, float width, const char *dashes, Colour colour)
{
    (void)fprintf(figure->file,
                  "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"%.2f\" fill=\"none\" stroke-width=\"%.2f\"",
                  (double)center.x,
                  (double)center.y,
                  (double)radius,
                  (double)width);
    if (dashes != NULL) {
        (void)fprintf(figure->file, " stroke-dasharray=\"%s\"", dashes);
    }
    put_colour(figure, "stroke", colour);
    put(figure, "/>\n");
}

static void line(const Figure *figure, Point from, Point to, float width, Colour colour)
{
    (void)fprintf(figure->file,
                  "<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\" stroke-width=\"%.2f\"",
                  (double)from.x,
                  (double)from.y,
                  (double)to.x,
                  (double)to.y,
                  (double)width);
    put_colour(figure, "stroke", colour);
    put(figure, "/>\n");
}

static void rectangle(const Figure *figure, Rect rect, float radius, Colour colour)
{
    (void)fprintf(figure->file,
                  "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" rx=\"%.2f\"",
                  (double)rect.x,
                  (double)rect.y,
                  (double)rect.w,
                  (double)rect.h,
                  (double)radius);
    put_colour(figure, "fill", colour);
    put(figure, "/>\n");
}

/* Names may hold anything that is clean text; they get shorter, letter by letter. */
static void put_escaped(const Figure *figure, const char *text, int letters_max)
{
    int letters = 0;

    for (; *text != '\0'; text++) {
        const bool begins_letter = ((unsigned char)*text & 0xC0U) != 0x80U;

        letters += begins_letter ? 1 : 0;
        if (letters > letters_max) {
            put(figure, "\xe2\x80\xa6");
            return;
        }
        switch (*text) {
        case '&':
            put(figure, "&amp;");
            break;
        case '<':
            put(figure, "&lt;");
            break;
        case '>':
            put(figure, "&gt;");
            break;
        default:
            (void)fputc(*text, figure->file);
            break;
        }
    }
}

typedef struct {
    float size;
    int weight;
    const char *anchor; /* start, middle, end */
} Style;

static const Style caption = {TYPE_CAPTION, 400, "middle"};
static const Style caption_start = {TYPE_CAPTION, 400, "start"};
static const Style body_start = {TYPE_BODY, 400, "start"};
static const Style body_end = {TYPE_BODY, 500, "end"};

static void
words(const Figure *figure, Point at, const Style *style, Colour colour, const char *text)
{
    (void)fprintf(figure->file,
                  "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%.0f\" font-weight=\"%d\" "
                  "text-anchor=\"%s\"",
                  (double)at.x,
                  (double)at.y,
                  (double)style->size,
                  style->weight,
                  style->anchor);
    put_colour(figure, "fill", colour);
    put(figure, ">");
    put_escaped(figure, text, style->size < TYPE_BODY ? 60 : NAME_LETTERS_MAX * 3);
    put(figure, "</text>\n");
}

/* ---- marks ------------------------------------------------------------------------------------
 */

/* The part of a disc at or below a height is a segment of it. */
static void put_cut_disc(const Figure *figure, const MarkDisc *disc, float cut_y)
{
    const float half =
        sqrtf(fmaxf(disc->radius * disc->radius - (cut_y - disc->y) * (cut_y - disc->y), 0.0F));

    (void)fprintf(figure->file,
                  "<path d=\"M%.3f %.3fA%.3f %.3f 0 0 1 %.3f %.3fZ\"/>",
                  (double)(disc->x + half),
                  (double)cut_y,
                  (double)disc->radius,
                  (double)disc->radius,
                  (double)(disc->x - half),
                  (double)cut_y);
}

static void put_shape(const Figure *figure, const MarkShape *shape)
{
    for (size_t i = 0; i < shape->disc_count; i++) {
        const MarkDisc *disc = &shape->discs[i];

        if (shape->cut_y > disc->y - disc->radius) {
            put_cut_disc(figure, disc, shape->cut_y);
        } else {
            (void)fprintf(figure->file,
                          "<circle cx=\"%.3f\" cy=\"%.3f\" r=\"%.3f\"/>",
                          (double)disc->x,
                          (double)disc->y,
                          (double)disc->radius);
        }
    }
    for (size_t i = 0; i < shape->polygon_count; i++) {
        const MarkPolygon *polygon = &shape->polygons[i];

        put(figure, "<path d=\"");
        for (size_t k = 0; k < polygon->point_count; k++) {
            (void)fprintf(figure->file,
                          "%s%.3f %.3f",
                          k == 0 ? "M" : "L",
                          (double)polygon->points[k][0],
                          (double)polygon->points[k][1]);
        }
        put(figure, "Z\"/>");
    }
}

/* Each shape is defined once, in its colour, and used everywhere. */
static void define_marks(const Figure *figure)
{
    put(figure, "<defs>\n");
    for (int i = 0; i < MARK_COUNT; i++) {
        (void)fprintf(figure->file, "<g id=\"mark%d\"", i);
        put_colour(figure, "fill", theme_mark_colour(figure->theme, (Mark)i));
        put(figure, ">");
        put_shape(figure, mark_shape((Mark)i));
        put(figure, "</g>\n");
    }
    put(figure, "</defs>\n");
}

static void mark(const Figure *figure, Mark which, Point at, float size, double opacity)
{
    (void)fprintf(figure->file,
                  "<use href=\"#mark%d\" transform=\"translate(%.2f %.2f) scale(%.2f)\"",
                  (int)which,
                  (double)at.x,
                  (double)at.y,
                  (double)size);
    put_opacity(figure, opacity);
    put(figure, "/>\n");
}

static Mark mark_of(const PlayerVerdict *player)
{
    return view_mark_of((uint8_t)player->final, (float)player->evidence.advance_turns);
}

/* ---- ring -------------------------------------------------------------------------------------
 */

/* A fixed number in (-.5, .5) for each player, so that the inner belt is not a line. */
static float own_offset(int player)
{
    const uint32_t mixed = ((uint32_t)player + 1) * UINT32_C(2654435761);

    return (float)(mixed >> 16) / 65536.0F - 0.5F;
}

static Dot dot_of(const Report *report, int index)
{
    const PlayerVerdict *player = &report->verdicts->players[index];
    const VerdictEvidence *evidence = &player->evidence;
    const double period_ms = fmax(evidence->period_ms, 1.0);
    const bool inner = player->final == VERDICT_ERRATIC || player->final == VERDICT_WRONG_TEMPO ||
                       player->final == VERDICT_DOUBLE;
    const float spread = inner ? INNER_BELT + INNER_BELT_WIDTH * own_offset(index)
                               : (float)(evidence->spread_ms / period_ms);

    return (Dot){
        .name = report->players[index].name,
        .at = ring_point(center, RING_OUTER, (float)(evidence->bias_ms / period_ms), spread),
        .mark = mark_of(player),
        .flagged = verdict_is_flagged(player->final) || player->final == VERDICT_HALF,
    };
}

/* Everybody but the idle, who are only counted. */
static bool place_dots(Figure *figure)
{
    const Report *report = figure->report;

    figure->dots = calloc((size_t)report->player_count + 1, sizeof *figure->dots);
    for (int i = 0; figure->dots != NULL && i < report->player_count; i++) {
        if (report->verdicts->players[i].final != VERDICT_IDLE) {
            figure->dots[figure->dot_count] = dot_of(report, i);
            figure->dot_count++;
        }
    }
    return figure->dots != NULL;
}

static Point on_circle(float radius, float angle)
{
    return (Point){center.x + radius * sinf(angle), center.y - radius * cosf(angle)};
}

static void draw_ground(const Figure *figure)
{
    const Theme *theme = figure->theme;
    const float top = RING_CENTER_Y - RING_OUTER;

    circle(figure, center, RING_OUTER, colour_mix(theme->stage, theme->surface, 0.7F));
    ring(figure, RING_OUTER, 1.5F, NULL, theme->line);
    ring(figure, ring_radius(RING_OUTER, 0.05F), 1.0F, "2 5", theme->line);
    ring(figure, ring_radius(RING_OUTER, 0.16F), 1.0F, "2 5", theme->line);
    circle(figure, center, ring_radius(RING_OUTER, RING_SPREAD_MAX), theme->stage);
    ring(figure, ring_radius(RING_OUTER, RING_SPREAD_MAX), 1.5F, NULL, theme->line);
    for (int i = 0; i < TICKS; i++) {
        const float angle = ring_lens((float)i / (float)TICKS);
        const float length = i % 4 == 0 ? 12.0F : 6.0F;

        line(figure,
             on_circle(RING_OUTER, angle),
             on_circle(RING_OUTER - length, angle),
             i % 4 == 0 ? 2.0F : 1.0F,
             theme->edge);
    }
    circle(figure, (Point){center.x, top - 11.0F}, 6.0F, theme->fill);
    words(figure, (Point){center.x, top - 26.0F}, &caption, theme->text2, "on the beat");
    words(figure,
          (Point){center.x, RING_CENTER_Y + RING_OUTER + 24.0F},
          &caption,
          theme->text3,
          "half a beat away");
    if (figure->dot_count > RING_NAMES_MAX) {
        words(figure,
              (Point){center.x - RING_OUTER - 28.0F, center.y - 120.0F},
              &caption,
              theme->text2,
              "early");
        words(figure,
              (Point){center.x + RING_OUTER + 28.0F, center.y - 120.0F},
              &caption,
              theme->text2,
              "late");
    }
}

/* Towards where the group is, as long as it is together. */
static void draw_arrow(const Figure *figure)
{
    const Report *report = figure->report;
    const double beat_ms = ms_of_ns(score_beat_ns(report->grid));
    const float angle = ring_lens((float)(report->verdicts->reference.median_ms / beat_ms));
    const float inner = ring_radius(RING_OUTER, RING_SPREAD_MAX);
    const float length = 0.97F * (RING_OUTER - inner) * (float)report->group.r;
    const Point tip = on_circle(inner + length, angle);
    const Point left = on_circle(inner + length - 15.0F, angle - 0.045F);
    const Point right = on_circle(inner + length - 15.0F, angle + 0.045F);

    if (!report->group.valid || length < 18.0F) {
        return;
    }
    line(figure,
         on_circle(inner, angle),
         on_circle(inner + length - 13.0F, angle),
         4.0F,
         figure->theme->accent);
    (void)fprintf(figure->file,
                  "<path d=\"M%.2f %.2fL%.2f %.2fL%.2f %.2fZ\"",
                  (double)tip.x,
                  (double)tip.y,
                  (double)left.x,
                  (double)left.y,
                  (double)right.x,
                  (double)right.y);
    put_colour(figure, "fill", figure->theme->accent);
    put(figure, "/>\n");
}

static void draw_dots(const Figure *figure)
{
    const int people = figure->dot_count;
    const float calm = ring_mark_size(RING_OUTER, people);
    const float flag = ring_flag_size(people);

    for (int i = 0; i < people; i++) {
        if (!figure->dots[i].flagged) {
            mark(figure, figure->dots[i].mark, figure->dots[i].at, calm, people > 300 ? 0.78 : 1.0);
        }
    }
    for (int i = 0; i < people; i++) {
        if (figure->dots[i].flagged) {
            circle(figure, figure->dots[i].at, 0.72F * flag, figure->theme->stage);
        }
    }
    for (int i = 0; i < people; i++) {
        if (figure->dots[i].flagged) {
            mark(figure, figure->dots[i].mark, figure->dots[i].at, flag, 1.0);
        }
    }
}

/* From 12 o'clock down, so that leaders cross as little as they can. */
static int compare_angles(const void *a, const void *b)
{
    const Dot *one = *(Dot *const *)a;
    const Dot *other = *(Dot *const *)b;
    const float from_top = atan2f(fabsf(one->at.x - center.x), center.y - one->at.y);
    const float other_from_top = atan2f(fabsf(other->at.x - center.x), center.y - other->at.y);

    return (from_top > other_from_top) - (from_top < other_from_top);
}

/* Names of one side, from the top down; moved up again where they would leave the picture. */
static void draw_names_of_side(const Figure *figure, Dot **side, int count, bool right)
{
    const float bottom = HEIGHT - MARGIN;
    const Style style = {TYPE_HINT, 400, right ? "start" : "end"};
    const float reach = RING_OUTER + NAME_OUT;
    float last = 90.0F - NAME_SPACING;

    qsort(side, (size_t)count, sizeof(Dot *), compare_angles);
    for (int i = 0; i < count; i++) {
        side[i]->name_y = fmaxf(side[i]->at.y, last + NAME_SPACING);
        last = side[i]->name_y;
    }
    for (int i = count - 1; i >= 0; i--) {
        side[i]->name_y = fminf(side[i]->name_y, bottom - NAME_SPACING * (float)(count - 1 - i));
    }
    for (int i = 0; i < count; i++) {
        const float away = fabsf(side[i]->name_y - center.y);
        const float width = sqrtf(fmaxf(reach * reach - away * away, 60.0F * 60.0F));
        const float x = center.x + (right ? width : -width);

        line(figure,
             side[i]->at,
             (Point){x - (right ? 4.0F : -4.0F), side[i]->name_y},
             1.0F,
             figure->theme->line);
        (void)fprintf(figure->file,
                      "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%.0f\" text-anchor=\"%s\"",
                      (double)x,
                      (double)(side[i]->name_y + 5.0F),
                      (double)style.size,
                      style.anchor);
        put_colour(figure, "fill", figure->theme->text2);
        put(figure, ">");
        put_escaped(figure, side[i]->name, NAME_LETTERS_MAX);
        put(figure, "</text>\n");
    }
}

static void draw_names(const Figure *figure)
{
    Dot *left[RING_NAMES_MAX];
    Dot *right[RING_NAMES_MAX];
    int left_count = 0;
    int right_count = 0;

    if (figure->dot_count > RING_NAMES_MAX) {
        return;
    }
    for (int i = 0; i < figure->dot_count; i++) {
        if (figure->dots[i].at.x < center.x) {
            left[left_count++] = &figure->dots[i];
        } else {
            right[right_count++] = &figure->dots[i];
        }
    }
    draw_names_of_side(figure, left, left_count, false);
    draw_names_of_side(figure, right, right_count, true);
}

static void draw_together(const Figure *figure)
{
    const GroupFigures *group = &figure->report->group;
    const Style small = {TYPE_CAPTION, 500, "middle"};
    const Style large = {0.75F * ring_radius(RING_OUTER, RING_SPREAD_MAX), 600, "middle"};
    char text[16] = "\xe2\x80\x93";

    if (group->valid) {
        (void)snprintf(text, sizeof text, "%.0f", group->together);
    }
    words(figure, (Point){center.x, center.y - 36.0F}, &small, figure->theme->text3, "together");
    words(figure, (Point){center.x, center.y + 24.0F}, &large, figure->theme->text, text);
    words(figure,
          (Point){center.x, center.y + 52.0F},
          &small,
          figure->theme->text2,
          group->valid ? group_word_text(group->word) : "one person");
}

/* ---- panel ------------------------------------------------------------------------------------
 */

static float plot_x(double ms)
{
    const double range_ms = HISTOGRAM_BINS * HISTOGRAM_BIN_US / 1000.0;

    return PANEL_X + PANEL_PAD +
           (float)((ms / range_ms + 0.5) * (double)(PANEL_WIDTH - 2.0F * PANEL_PAD));
}

static void draw_band(const Figure *figure, int64_t half_ns, float share)
{
    const float left = plot_x(-ms_of_ns(half_ns));

    rectangle(figure,
              (Rect){left, PLOT_TOP, plot_x(ms_of_ns(half_ns)) - left, PLOT_HEIGHT},
              0.0F,
              colour_mix(figure->theme->surface, figure->theme->families[FAMILY_ON], share));
}

static void draw_bars(const Figure *figure, const JudgeWindows *windows)
{
    const PersonStatistics *everybody = figure->everybody;
    const float bin = (PANEL_WIDTH - 2.0F * PANEL_PAD) / (float)HISTOGRAM_BINS;
    uint32_t most = 1;

    for (int i = 0; i < HISTOGRAM_BINS; i++) {
        most = everybody->histogram[i] > most ? everybody->histogram[i] : most;
    }
    for (int i = 0; i < HISTOGRAM_BINS; i++) {
        const int middle = HISTOGRAM_BINS / 2;
        const double ms = (i - middle) * HISTOGRAM_BIN_US / 1000.0;
        const float height = PLOT_HEIGHT * (float)everybody->histogram[i] / (float)most;
        VerdictFamily family = ms < 0.0 ? FAMILY_EARLY : FAMILY_LATE;

        family = fabs(ms) <= ms_of_ns(windows->w2_ns) ? FAMILY_ON : family;
        if (everybody->histogram[i] > 0) {
            rectangle(figure,
                      (Rect){plot_x(ms) - 0.5F * bin + 0.4F,
                             PLOT_TOP + PLOT_HEIGHT - height,
                             bin - 0.8F,
                             height},
                      1.0F,
                      figure->theme->families[family]);
        }
    }
}

static void draw_axis(const Figure *figure)
{
    const Theme *theme = figure->theme;
    const float bottom = PLOT_TOP + PLOT_HEIGHT;

    line(
        figure, (Point){plot_x(-152.5), bottom}, (Point){plot_x(152.5), bottom}, 1.0F, theme->edge);
    for (int ms = -3 * HISTOGRAM_TICK_MS; ms <= 3 * HISTOGRAM_TICK_MS; ms += HISTOGRAM_TICK_MS) {
        char text[16];

        (void)snprintf(text, sizeof text, "%s%d", ms > 0 ? "+" : "", ms);
        line(figure,
             (Point){plot_x(ms), bottom},
             (Point){plot_x(ms), bottom + 5.0F},
             1.0F,
             theme->edge);
        words(figure, (Point){plot_x(ms), bottom + 20.0F}, &caption, theme->text3, text);
    }
    line(figure, (Point){plot_x(0), PLOT_TOP}, (Point){plot_x(0), bottom}, 1.5F, theme->accent);
    words(figure, (Point){plot_x(-125), bottom + 40.0F}, &caption, theme->text2, "early");
    words(figure, (Point){plot_x(0), bottom + 40.0F}, &caption, theme->text3, "ms");
    words(figure, (Point){plot_x(125), bottom + 40.0F}, &caption, theme->text2, "late");
}

static void draw_histogram(const Figure *figure)
{
    const PersonStatistics *everybody = figure->everybody;
    const Theme *theme = figure->theme;
    const JudgeWindows windows =
        judge_windows(score_beat_ns(figure->report->grid), figure->report->grid->profile);
    char text[128];

    rectangle(figure, (Rect){PANEL_X, 148.0F, PANEL_WIDTH, 322.0F}, RADIUS_PANEL, theme->surface);
    words(figure,
          (Point){PANEL_X + PANEL_PAD, 178.0F},
          &body_start,
          theme->text,
          "All hits, early and late");
    draw_band(figure, windows.w2_ns, 0.10F);
    draw_band(figure, windows.w1_ns, 0.20F);
    draw_bars(figure, &windows);
    draw_axis(figure);
    (void)snprintf(text,
                   sizeof text,
                   "%lld hits, bias %+.0f ms, spread %.0f ms",
                   (long long)person_statistics_hits(everybody),
                   person_statistics_bias_ms(everybody),
                   person_statistics_spread_ms(everybody));
    words(figure, (Point){PANEL_X + PANEL_PAD, 434.0F}, &caption_start, theme->text2, text);
    (void)snprintf(text,
                   sizeof text,
                   "%lld missed, %lld extra, %lld beyond the picture",
                   (long long)everybody->counts[JUDGEMENT_MISS],
                   (long long)everybody->counts[JUDGEMENT_EXTRA],
                   (long long)everybody->histogram_before + (long long)everybody->histogram_after);
    words(figure, (Point){PANEL_X + PANEL_PAD, 454.0F}, &caption_start, theme->text3, text);
}

/* Which marks there are, and of how many people: the key to the ring. */
static void draw_counts(const Figure *figure)
{
    static const Mark order[] = {MARK_TIGHT,
                                 MARK_ON,
                                 MARK_LOOSE,
                                 MARK_EARLY,
                                 MARK_LATE,
                                 MARK_OFF_BEAT,
                                 MARK_HALF,
                                 MARK_DOUBLE,
                                 MARK_TEMPO_FAST,
                                 MARK_TEMPO_SLOW,
                                 MARK_ERRATIC,
                                 MARK_IDLE,
                                 MARK_WARMING_UP};
    const float column = PANEL_WIDTH / 2.0F;
    int counts[MARK_COUNT] = {0};
    int row = 0;

    for (int i = 0; i < figure->report->player_count; i++) {
        counts[mark_of(&figure->report->verdicts->players[i])]++;
    }
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        const float x = PANEL_X + column * (float)(row % 2);
        const int line_index = row / 2;
        const float y = COUNTS_TOP + 27.0F * (float)line_index;
        char text[16];

        if (counts[order[i]] == 0) {
            continue;
        }
        (void)snprintf(text, sizeof text, "%d", counts[order[i]]);
        mark(figure, order[i], (Point){x + 8.0F, y - 5.0F}, 14.0F, 1.0);
        words(
            figure, (Point){x + 28.0F, y}, &body_start, figure->theme->text2, mark_name(order[i]));
        words(figure, (Point){x + column - 20.0F, y}, &body_end, figure->theme->text, text);
        row++;
    }
}

static void draw_title(const Figure *figure)
{
    const Report *report = figure->report;
    const Style title = {TYPE_TITLE, 600, "start"};
    char text[128];

    (void)snprintf(text,
                   sizeof text,
                   "%d %s, %.4g BPM",
                   report->player_count,
                   report->player_count == 1 ? "player" : "players",
                   (double)report->grid->tempo_nbpm / 1e9);
    words(figure, (Point){PANEL_X, 92.0F}, &title, figure->theme->text, text);
    if (report->group.valid) {
        (void)snprintf(text,
                       sizeof text,
                       "together %.0f, %s: the group spreads by %.0f ms",
                       report->group.together,
                       group_word_text(report->group.word),
                       report->group.sigma_ms);
    } else {
        (void)snprintf(text, sizeof text, "not two people with 16 hits: no group figure");
    }
    words(figure, (Point){PANEL_X, 120.0F}, &body_start, figure->theme->text2, text);
}

static void draw(const Figure *figure)
{
    (void)fprintf(figure->file,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
                  "viewBox=\"0 0 %.0f %.0f\" stroke=\"none\" font-family=\"Inter, 'DejaVu Sans', "
                  "sans-serif\">\n"
                  "<title>Who is on the beat</title>\n",
                  (double)WIDTH,
                  (double)HEIGHT,
                  (double)WIDTH,
                  (double)HEIGHT);
    define_marks(figure);
    rectangle(figure, (Rect){0.0F, 0.0F, WIDTH, HEIGHT}, 0.0F, figure->theme->stage);
    draw_ground(figure);
    draw_names(figure);
    draw_dots(figure);
    draw_arrow(figure);
    draw_together(figure);
    draw_title(figure);
    draw_histogram(figure);
    draw_counts(figure);
    put(figure, "</svg>\n");
}

bool figure_write(const char *path, const Report *report, const PersonStatistics *everybody)
{
    Figure figure = {.theme = theme_of(THEME_DARK), .report = report, .everybody = everybody};
    bool well = place_dots(&figure);

    figure.file = well ? fopen(path, "w") : NULL;
    well = figure.file != NULL;
    if (well) {
        draw(&figure);
        well = ferror(figure.file) == 0;
        well = fclose(figure.file) == 0 && well;
    }
    free(figure.dots);
    return well;
}
