#include "tests/support/frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* About the mean advance of the product's font. */
#define ADVANCE 0.56F
/* Capitals and descenders, as a share of the size. */
#define TEXT_TALL 0.8F

void frame_init(FrameOfTest *test, int width, int height, float text_size)
{
    memset(test, 0, sizeof *test);
    test->font.advance = ADVANCE;
    test->metrics = text_metrics_fixed(&test->font);
    test->frame = (UiFrame){.draw = &test->draw,
                            .theme = theme_of(THEME_DARK),
                            .metrics = &test->metrics,
                            .layout = layout_of(width, height, text_size),
                            .now_s = 10.0};
    ui_init(&test->ui);
    ui_input_pointer(&test->ui, -10.0F, -10.0F);
}

void frame_begin(FrameOfTest *test)
{
    draw_list_clear(&test->draw);
    ui_begin(&test->ui, &test->frame);
}

void frame_end(FrameOfTest *test)
{
    (void)ui_end(&test->ui);
}

const DrawCommand *frame_text(const FrameOfTest *test, const char *text)
{
    for (size_t i = 0; i < test->draw.command_count; i++) {
        const DrawCommand *command = &test->draw.commands[i];

        if (command->kind == DRAW_TEXT && command->as.text.text_bytes == strlen(text) &&
            memcmp(draw_command_text(&test->draw, command), text, strlen(text)) == 0) {
            return command;
        }
    }
    return NULL;
}

int frame_count(const FrameOfTest *test, DrawKind kind, Colour colour)
{
    int count = 0;

    for (size_t i = 0; i < test->draw.command_count; i++) {
        const DrawCommand *command = &test->draw.commands[i];

        count += command->kind == kind && memcmp(&command->colour, &colour, sizeof colour) == 0;
    }
    return count;
}

int frame_marks(const FrameOfTest *test, Mark mark)
{
    int count = 0;

    for (size_t i = 0; i < test->draw.command_count; i++) {
        const DrawCommand *command = &test->draw.commands[i];

        count += command->kind == DRAW_MARK && command->as.mark.mark == mark;
    }
    return count;
}

/* Where the letters are, not the box they stand in. */
static Rect text_extent(const FrameOfTest *test, const DrawCommand *command)
{
    Rect box = command->as.text.box;
    const TextStyle *style = &command->as.text.style;
    float width = text_width(&test->metrics,
                             style->weight,
                             style->size_px,
                             draw_command_text(&test->draw, command),
                             command->as.text.text_bytes);
    Rect extent = {box.x,
                   box.y + (box.h - TEXT_TALL * style->size_px) / 2.0F,
                   width,
                   TEXT_TALL * style->size_px};

    if (style->ellipsis) {
        extent.w = fminf(width, box.w);
    }
    if (style->align == TEXT_CENTER) {
        extent.x = box.x + (box.w - extent.w) / 2.0F;
    } else if (style->align == TEXT_RIGHT) {
        extent.x = rect_right(box) - extent.w;
    }
    return extent;
}

typedef struct {
    Rect extents[512];
    const char *texts[512];
    size_t count;
} SeenTexts;

static bool is_inside(Rect inner, Rect outer)
{
    return inner.x >= outer.x - 0.5F && inner.y >= outer.y - 0.5F &&
           rect_right(inner) <= rect_right(outer) + 0.5F &&
           rect_bottom(inner) <= rect_bottom(outer) + 0.5F;
}

/* False when the text runs over another one. */
static bool is_clear(SeenTexts *seen, Rect extent, const char *text)
{
    for (size_t i = 0; i < seen->count; i++) {
        Rect common = rect_intersection(extent, seen->extents[i]);

        if (common.w > 0.5F && common.h > 0.5F) {
            (void)fprintf(
                stderr, "over another text: \"%.24s\" on \"%.24s\"\n", text, seen->texts[i]);
            return false;
        }
    }
    if (seen->count < sizeof seen->extents / sizeof seen->extents[0]) {
        seen->extents[seen->count] = extent;
        seen->texts[seen->count] = text;
        seen->count++;
    }
    return true;
}

const char *frame_text_in_trouble(const FrameOfTest *test)
{
    Rect clips[DRAW_CLIP_DEPTH_MAX + 1] = {layout_window(&test->frame.layout)};
    size_t depth = 0;
    SeenTexts seen = {.count = 0};

    for (size_t i = 0; i < test->draw.command_count; i++) {
        const DrawCommand *command = &test->draw.commands[i];

        if (command->kind == DRAW_CLIP_PUSH && depth < DRAW_CLIP_DEPTH_MAX) {
            depth++;
            clips[depth] = command->as.clip;
        } else if (command->kind == DRAW_CLIP_POP) {
            depth--;
        } else if (command->kind == DRAW_TEXT) {
            Rect extent = text_extent(test, command);
            const char *text = draw_command_text(&test->draw, command);
            bool cut = !is_inside(extent, clips[depth]);

            if (cut && depth == 0) {
                (void)fprintf(stderr,
                              "outside: \"%.24s\" x %.1f..%.1f y %.1f\n",
                              text,
                              (double)extent.x,
                              (double)rect_right(extent),
                              (double)extent.y);
                return text;
            }
            if (!cut && !is_clear(&seen, extent, text)) {
                return text;
            }
        }
    }
    return NULL;
}
