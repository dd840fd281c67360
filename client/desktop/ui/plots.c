#include "client/desktop/ui/plots.h"

#include <assert.h>
#include <math.h>

static float clamp_share(float share)
{
    return share < 0.0F ? 0.0F : (share > 1.0F ? 1.0F : share);
}

void plot_sparkline(DrawList *list, Rect rect, const PlotLine *line)
{
    Point points[PLOT_POINTS_MAX];
    size_t count = line->value_count < PLOT_POINTS_MAX ? line->value_count : PLOT_POINTS_MAX;
    const float *values = line->values + (line->value_count - count);

    assert(line->maximum > line->minimum);
    if (count == 0) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        float along = count == 1 ? 1.0F : (float)i / (float)(count - 1);
        float share = clamp_share((values[i] - line->minimum) / (line->maximum - line->minimum));

        points[i] = (Point){rect.x + along * rect.w, rect_bottom(rect) - share * rect.h};
    }
    draw_polyline(list, points, count, 2.0F, line->colour);
    draw_disc(list, points[count - 1], 4.0F, line->colour);
}

static float x_of(Rect rect, const PlotHistogram *histogram, float value)
{
    float range = histogram->maximum - histogram->minimum;

    return rect.x + clamp_share((value - histogram->minimum) / range) * rect.w;
}

static void plot_bars(DrawList *list, Rect rect, const PlotHistogram *histogram)
{
    float pitch = rect.w / (float)histogram->count_count;
    float highest = 0.0F;

    for (size_t i = 0; i < histogram->count_count; i++) {
        highest = fmaxf(highest, histogram->counts[i]);
    }
    for (size_t i = 0; i < histogram->count_count && highest > 0.0F; i++) {
        float height = rect.h * histogram->counts[i] / highest;
        Rect bar = {rect.x + pitch * (float)i + pitch * 0.1F,
                    rect_bottom(rect) - height,
                    pitch * 0.8F,
                    height};

        draw_rect(list, bar, RADIUS_MARK, histogram->colour);
    }
}

void plot_histogram(DrawList *list, const Theme *theme, Rect rect, const PlotHistogram *histogram)
{
    float zero;
    float mean;

    assert(histogram->maximum > histogram->minimum);
    zero = x_of(rect, histogram, 0.0F);
    mean = x_of(rect, histogram, histogram->mean);
    if (histogram->band > 0.0F) {
        float left = x_of(rect, histogram, -histogram->band);
        float right = x_of(rect, histogram, histogram->band);

        draw_rect(list,
                  (Rect){left, rect.y, right - left, rect.h},
                  0.0F,
                  colour_fade(theme->families[FAMILY_ON], 0.14F));
    }
    plot_bars(list, rect, histogram);
    draw_rect(list, (Rect){zero - 1.0F, rect.y - 4.0F, 2.0F, rect.h + 4.0F}, 0.0F, theme->accent);
    draw_rect(list, (Rect){rect.x, rect_bottom(rect), rect.w, 1.0F}, 0.0F, theme->edge);
    if (histogram->has_mean) {
        Point arrow[] = {{mean, rect_bottom(rect) + 2.0F},
                         {mean - 6.0F, rect_bottom(rect) + 12.0F},
                         {mean + 6.0F, rect_bottom(rect) + 12.0F}};

        draw_polygon(list, arrow, 3, theme->text);
    }
}

void plot_signal(DrawList *list, const Theme *theme, Rect rect, int level)
{
    Rect box = rect_centered(rect, 22.0F, 16.0F);

    for (int i = 0; i < 4; i++) {
        float height = 4.0F + 4.0F * (float)i;
        Rect bar = {box.x + 6.0F * (float)i, rect_bottom(box) - height, 4.0F, height};

        if (level <= 0) {
            draw_rect_stroke(list, bar, 1.5F, 1.0F, theme->edge);
        } else {
            draw_rect(list, bar, 1.5F, i < level ? theme->text2 : theme->line);
        }
    }
}

void plot_sign(DrawList *list, const Theme *theme, Point center, float size)
{
    float radius = size * 0.47F;
    float gap = 0.40F;
    DrawArc arc = {.center = center,
                   .radius = radius,
                   .width = fmaxf(size * 0.055F, 2.2F),
                   .start = gap,
                   .sweep = 6.28318531F - 2.0F * gap};
    Point ends[] = {{center.x + radius * sinf(gap), center.y - radius * cosf(gap)},
                    {center.x - radius * sinf(gap), center.y - radius * cosf(gap)}};

    draw_arc(list, &arc, theme->text);
    draw_disc(list, ends[0], arc.width / 2.0F, theme->text);
    draw_disc(list, ends[1], arc.width / 2.0F, theme->text);
    draw_disc(list, (Point){center.x, center.y - radius}, fmaxf(size * 0.115F, 4.0F), theme->fill);
}
