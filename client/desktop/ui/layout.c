#include "client/desktop/ui/layout.h"

#include <assert.h>
#include <math.h>

#define REFERENCE_WIDTH 1280.0F
#define REFERENCE_HEIGHT 720.0F
#define SCALE_STEP 0.25F
#define SCALE_MAX 3.0F

static float clampf(float value, float low, float high)
{
    if (value < low) {
        return low;
    }
    return value > high ? high : value;
}

static LayoutClass class_of(float width, float height)
{
    if (width >= 1040.0F && height >= 600.0F) {
        return LAYOUT_MEDIUM;
    }
    if (width >= 720.0F && height >= 540.0F) {
        return LAYOUT_SMALL;
    }
    return width < 480.0F || height < 320.0F ? LAYOUT_MINIMAL : LAYOUT_TINY;
}

Layout layout_of(int window_width_px, int window_height_px, float text_size)
{
    float width_px = window_width_px < 1 ? 1.0F : (float)window_width_px;
    float height_px = window_height_px < 1 ? 1.0F : (float)window_height_px;
    float fit = fminf(width_px / REFERENCE_WIDTH, height_px / REFERENCE_HEIGHT);
    float stepped = clampf(floorf(fit / SCALE_STEP) * SCALE_STEP, 1.0F, SCALE_MAX);
    Layout layout = {.scale =
                         stepped * clampf(text_size, LAYOUT_TEXT_SIZE_MIN, LAYOUT_TEXT_SIZE_MAX)};

    layout.width = width_px / layout.scale;
    layout.height = height_px / layout.scale;
    layout.size_class = class_of(layout.width, layout.height);
    layout.margin = layout.size_class == LAYOUT_MEDIUM ? 24.0F : 20.0F;
    return layout;
}

Rect layout_window(const Layout *layout)
{
    return (Rect){0.0F, 0.0F, layout->width, layout->height};
}

Rect rect_cut_left(Rect *rect, float width)
{
    Rect cut = *rect;

    cut.w = clampf(width, 0.0F, rect->w);
    rect->x += cut.w;
    rect->w -= cut.w;
    return cut;
}

Rect rect_cut_right(Rect *rect, float width)
{
    Rect cut = *rect;

    cut.w = clampf(width, 0.0F, rect->w);
    rect->w -= cut.w;
    cut.x = rect->x + rect->w;
    return cut;
}

Rect rect_cut_top(Rect *rect, float height)
{
    Rect cut = *rect;

    cut.h = clampf(height, 0.0F, rect->h);
    rect->y += cut.h;
    rect->h -= cut.h;
    return cut;
}

Rect rect_cut_bottom(Rect *rect, float height)
{
    Rect cut = *rect;

    cut.h = clampf(height, 0.0F, rect->h);
    rect->h -= cut.h;
    cut.y = rect->y + rect->h;
    return cut;
}

Rect rect_inset(Rect rect, float by)
{
    return rect_inset_xy(rect, by, by);
}

Rect rect_inset_xy(Rect rect, float by_x, float by_y)
{
    float width = fmaxf(rect.w - 2.0F * by_x, 0.0F);
    float height = fmaxf(rect.h - 2.0F * by_y, 0.0F);

    return rect_centered(rect, width, height);
}

Rect rect_centered(Rect rect, float width, float height)
{
    return (Rect){
        rect.x + (rect.w - width) / 2.0F, rect.y + (rect.h - height) / 2.0F, width, height};
}

Rect rect_column(Rect rect, int index, int count, float gap)
{
    float width;

    assert(count >= 1);
    assert(index >= 0 && index < count);
    width = fmaxf((rect.w - gap * (float)(count - 1)) / (float)count, 0.0F);
    return (Rect){rect.x + (width + gap) * (float)index, rect.y, width, rect.h};
}

Rect rect_intersection(Rect a, Rect b)
{
    float left = fmaxf(a.x, b.x);
    float top = fmaxf(a.y, b.y);
    float right = fminf(rect_right(a), rect_right(b));
    float bottom = fminf(rect_bottom(a), rect_bottom(b));

    return (Rect){left, top, fmaxf(right - left, 0.0F), fmaxf(bottom - top, 0.0F)};
}

bool rect_contains(Rect rect, float x, float y)
{
    return x >= rect.x && y >= rect.y && x < rect_right(rect) && y < rect_bottom(rect);
}

float rect_right(Rect rect)
{
    return rect.x + rect.w;
}

float rect_bottom(Rect rect)
{
    return rect.y + rect.h;
}

Point rect_center(Rect rect)
{
    return (Point){rect.x + rect.w / 2.0F, rect.y + rect.h / 2.0F};
}
