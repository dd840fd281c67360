#include "client/desktop/ui/form_parts.h"

#include "client/desktop/ui/plots.h"
#include "client/desktop/ui/words.h"

#include <math.h>
#include <string.h>

/* Smaller signs shine too little to see. */
#define SIGN_GLOW_MIN 60.0F
#define NOTICE_PADDING 18.0F
#define NOTICE_INDENT 20.0F

void form_sign(Ui *ui, Point center, float size)
{
    const Theme *theme = ui->frame.theme;
    Point beat = {center.x, center.y - size * 0.47F};

    if (size > SIGN_GLOW_MIN) {
        draw_glow(ui->frame.draw, beat, size * 1.15F, colour_fade(theme->fill, 0.3F));
    }
    plot_sign(ui->frame.draw, theme, center, size);
}

void form_check(Ui *ui, Point center, bool is_done)
{
    const Theme *theme = ui->frame.theme;
    Colour ink = is_done ? theme->families[FAMILY_ON] : theme->text;
    Point check[] = {{center.x - 5.0F, center.y + 0.5F},
                     {center.x - 1.5F, center.y + 4.0F},
                     {center.x + 5.0F, center.y - 4.0F}};

    draw_disc(ui->frame.draw, center, 12.0F, colour_fade(ink, is_done ? 0.25F : 0.15F));
    if (is_done) {
        draw_polyline(ui->frame.draw, check, 3, 2.4F, ink);
        return;
    }
    draw_disc(ui->frame.draw, (Point){center.x, center.y - 5.0F}, 1.6F, ink);
    draw_rect(ui->frame.draw, (Rect){center.x - 1.25F, center.y - 1.5F, 2.5F, 8.0F}, 1.0F, ink);
}

void form_label_above(Ui *ui, Rect field, const char *words)
{
    UiLabel label = {
        .size_px = TYPE_HINT, .weight = FONT_SEMIBOLD, .colour = ui->frame.theme->text2};
    Rect rect = {field.x, field.y - FORM_LABEL_HEIGHT, field.w, 20.0F};

    ui_label(ui, rect, &label, words);
}

float form_notice_height(const Ui *ui, float width, const char *words)
{
    UiLabel label = {.size_px = TYPE_HINT};
    float inner = width - 2.0F * NOTICE_PADDING - NOTICE_INDENT;

    return fmaxf(CONTROL_HEIGHT, ui_paragraph_height(ui, inner, &label, words) + SPACE_5);
}

float form_notice(Ui *ui, Rect rect, Colour dot, const char *words)
{
    UiLabel label = {.size_px = TYPE_HINT, .colour = ui->frame.theme->text2};
    Rect text;

    rect.h = form_notice_height(ui, rect.w, words);
    ui_panel(ui, rect);
    draw_disc(ui->frame.draw, (Point){rect.x + 22.0F, rect.y + CONTROL_HEIGHT / 2.0F}, 4.0F, dot);
    text = rect_inset_xy(rect, NOTICE_PADDING, SPACE_3);
    (void)rect_cut_left(&text, NOTICE_INDENT);
    (void)ui_paragraph(ui, text, &label, words);
    return rect.h;
}

float form_sound_notice(Ui *ui, Rect rect, const FormSound *sound)
{
    const Theme *theme = ui->frame.theme;
    WordsText headline;
    WordsText detail;

    if (sound->works) {
        return form_notice(
            ui, rect, theme->families[FAMILY_ON], "Sound works. Best with headphones on a cable.");
    }
    words_situation(WORDS_NO_AUDIO, NULL, &headline, &detail);
    words_add(&headline, " ");
    words_add(&headline, detail.bytes);
    return form_notice(ui, rect, theme->alert, headline.bytes);
}

UiAnswer form_ask_to_leave(Ui *ui, uint32_t grace_s)
{
    UiQuestion question = {.title = "Leave the session?", .safe = "Stay", .other = "Leave"};
    uint32_t minutes = grace_s / 60U;
    WordsText words;

    words_clear(&words);
    words_add(&words, "Your seat and score are kept for ");
    words_add_number(&words, minutes > 1 ? (int64_t)minutes : 1);
    words_add(&words, minutes > 1 ? " minutes." : " minute.");
    question.text = words.bytes;
    return ui_ask(ui, ui_id("form.leave"), &question);
}

void form_copy(char *target, size_t capacity, const char *text)
{
    size_t text_bytes = strlen(text);
    size_t kept = 0;

    while (kept < text_bytes && text_next_byte(text, text_bytes, kept) < capacity) {
        kept = text_next_byte(text, text_bytes, kept);
    }
    memcpy(target, text, kept);
    target[kept] = '\0';
}
