/* What lies over the page: modals, questions, the toast. */
#include "client/desktop/ui/widget_parts.h"
#include "client/desktop/ui/widgets.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define QUESTION_WIDTH 440.0F
#define ANSWER_WIDTH 130.0F

/* The modal as it was in the last frame; NULL for one that has just opened. */
static const UiModal *modal_before(const Ui *ui, UiId id)
{
    for (size_t i = 0; i < ui->modal_count; i++) {
        if (ui->modals[i].id == id) {
            return &ui->modals[i];
        }
    }
    return NULL;
}

/* Takes the focus, and the Tab order, from what it covers. */
static UiModal open_modal(Ui *ui, UiId id)
{
    UiModal modal = {.id = id, .focus_under = ui->focus};

    ui->modal_top = id;
    ui->focus = 0;
    ui->focusable_count = 0;
    return modal;
}

Rect ui_modal_begin(Ui *ui, UiId id, float width, float height)
{
    const Theme *theme = ui->frame.theme;
    const UiModal *before = modal_before(ui, id);
    Rect window = layout_window(&ui->frame.layout);
    Rect panel = rect_centered(
        window, fminf(width, window.w - 2.0F * SPACE_4), fminf(height, window.h - 2.0F * SPACE_4));

    assert(id != 0);
    assert(ui->modal_depth < UI_MODAL_DEPTH_MAX);
    assert(ui->modal_met_count < UI_MODAL_DEPTH_MAX);
    ui->scope_stack[ui->modal_depth] = ui->scope;
    ui->modal_depth++;
    ui->scope = id;
    ui->modals_met[ui->modal_met_count] = before != NULL ? *before : open_modal(ui, id);
    ui->modal_met_count++;
    draw_rect(ui->frame.draw, window, 0.0F, colour_fade(theme->stage, 0.7F));
    draw_rect(ui->frame.draw, panel, RADIUS_PANEL, theme->surface);
    draw_rect_stroke(ui->frame.draw, panel, RADIUS_PANEL, 1.0F, widget_border(theme));
    return rect_inset(panel, SPACE_5);
}

void ui_modal_end(Ui *ui)
{
    assert(ui->modal_depth > 0);
    ui->modal_depth--;
    ui->scope = ui->scope_stack[ui->modal_depth];
}

static bool answer_button(Ui *ui, UiId id, Rect *row, const UiButton *button)
{
    float width = fmaxf(ui_button_width(ui, button), ANSWER_WIDTH);
    Rect place = rect_cut_right(row, width);

    (void)rect_cut_right(row, SPACE_4);
    return ui_button(ui, id, place, button);
}

UiAnswer ui_ask(Ui *ui, UiId id, const UiQuestion *question)
{
    const Theme *theme = ui->frame.theme;
    UiLabel title = {.size_px = TYPE_SENTENCE, .weight = FONT_SEMIBOLD};
    UiLabel words = {.size_px = TYPE_BODY, .colour = theme->text2};
    const char *text = question->text == NULL ? "" : question->text;
    float inner = fminf(QUESTION_WIDTH, ui->frame.layout.width - 2.0F * SPACE_4) - 2.0F * SPACE_5;
    float title_height = ui_paragraph_height(ui, inner, &title, question->title);
    float text_height = ui_paragraph_height(ui, inner, &words, text);
    float height = title_height + text_height + CONTROL_HEIGHT + SPACE_1 + 3.0F * SPACE_5;
    UiId safe_id = ui_id_index(id, 1);
    UiAnswer answer = UI_ANSWER_NONE;
    bool has_opened = modal_before(ui, id) == NULL;
    Rect rect = ui_modal_begin(ui, id, QUESTION_WIDTH, height);
    Rect buttons = rect_cut_bottom(&rect, CONTROL_HEIGHT);
    UiButton safe = {.label = question->safe, .kind = UI_BUTTON_MAIN, .escape = true};
    UiButton other = {.label = question->other};

    (void)rect_cut_top(&rect, ui_paragraph(ui, rect, &title, question->title) + SPACE_1);
    (void)ui_paragraph(ui, rect, &words, text);
    if (has_opened) {
        ui_focus(ui, safe_id);
    }
    /* Written from the right: the other answer stands last, and last in the Tab order. */
    if (question->other != NULL) {
        float other_width = fmaxf(ui_button_width(ui, &other), ANSWER_WIDTH);
        Rect other_rect = rect_cut_right(&buttons, other_width);

        (void)rect_cut_right(&buttons, SPACE_4);
        answer = answer_button(ui, safe_id, &buttons, &safe) ? UI_ANSWER_SAFE : answer;
        answer = ui_button(ui, ui_id_index(id, 2), other_rect, &other) ? UI_ANSWER_OTHER : answer;
    } else {
        answer = answer_button(ui, safe_id, &buttons, &safe) ? UI_ANSWER_SAFE : answer;
    }
    ui_modal_end(ui);
    return answer;
}

/* ---- toast ----------------------------------------------------------------------------------- */

void ui_toast_show(Ui *ui, const char *text)
{
    size_t text_bytes = strlen(text);
    size_t kept = 0;

    while (kept < text_bytes && text_next_byte(text, text_bytes, kept) < UI_TOAST_BYTES_MAX) {
        kept = text_next_byte(text, text_bytes, kept);
    }
    memcpy(ui->toast, text, kept);
    ui->toast[kept] = '\0';
    ui->toast_bytes = kept;
    ui->toast_at_s = ui->frame.now_s;
    ui->toast_shown = true;
}

bool ui_toast(Ui *ui, Rect rect)
{
    const Theme *theme = ui->frame.theme;
    double age_s = ui->frame.now_s - ui->toast_at_s;
    float rest = 1.0F - widget_clamp((float)(age_s / MOTION_PANEL_S), 0.0F, 1.0F);
    float share = ui->frame.reduced_motion ? 1.0F : 1.0F - rest * rest * rest;
    UiLabel label = {.size_px = rect.h < CONTROL_HEIGHT ? TYPE_HINT : TYPE_BODY,
                     .colour = colour_fade(theme->text, share)};
    Rect words = rect_inset_xy(rect, 22.0F, 0.0F);
    float height;

    if (!ui->toast_shown || age_s >= TOAST_S) {
        ui->toast_shown = false;
        return false;
    }
    ui->animating = true;
    draw_rect(ui->frame.draw, rect, RADIUS_CONTROL, colour_fade(theme->raised, share));
    draw_rect_stroke(
        ui->frame.draw, rect, RADIUS_CONTROL, 1.0F, colour_fade(widget_border(theme), share));
    draw_rect(ui->frame.draw,
              (Rect){rect.x, rect.y + 8.0F, 4.0F, rect.h - 16.0F},
              2.0F,
              colour_fade(theme->accent, share));
    height = ui_paragraph_height(ui, words.w, &label, ui->toast);
    (void)ui_paragraph(ui, rect_centered(words, words.w, height), &label, ui->toast);
    return true;
}
