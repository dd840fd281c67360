#include "client/desktop/ui/screen_results.h"

#include "client/desktop/ui/view_parts.h"
#include "client/desktop/ui/view_results.h"
#include "client/desktop/ui/view_status.h"
#include "client/desktop/ui/words.h"

#include <math.h>

#define RIGHT_COLUMN 456.0F
#define WIDE_HEIGHT_MIN 690.0F
#define FOOTER_TOP 66.0F /* from the bottom of the window to the buttons */
#define CURVE_HEIGHT 248.0F
#define PANEL_HEIGHT 220.0F
#define SCORE_HEIGHT 150.0F
#define TEAMS_HEIGHT 196.0F
#define PRAISE_HEIGHT 186.0F
#define HEADLINE_HITS_MIN 4
#define OFFER_BIAS_US_MIN 5000
#define OFFER_HITS_MIN 16
#define OFFER_SPREAD_US_BELOW 40000

bool results_has_offset(const ClientModel *model)
{
    int32_t bias_us = model->standing.bias_us;
    int64_t offset_us = (int64_t)model->config.calibration_us + bias_us;

    return model->has_standing && results_hit_count(model) >= OFFER_HITS_MIN &&
           model->standing.spread_us < OFFER_SPREAD_US_BELOW &&
           (bias_us >= OFFER_BIAS_US_MIN || bias_us <= -OFFER_BIAS_US_MIN) &&
           offset_us >= -CALIBRATION_US_MAX && offset_us <= CALIBRATION_US_MAX;
}

int32_t results_offset_us(const ClientModel *model)
{
    /* The bias is what is left after the present zero. */
    return model->config.calibration_us + model->standing.bias_us;
}

/* ---- words ------------------------------------------------------------------------------------
 */

static void add_count(WordsText *text, int64_t count, const char *one, const char *many)
{
    words_add_number(text, count);
    words_add(text, " ");
    words_add(text, count == 1 ? one : many);
}

/* "You played 412 notes" or, where some got away, "You played 380 of 412 notes". */
static void add_notes(const ClientModel *model, WordsText *text)
{
    uint32_t notes = model->standing.notes;
    uint32_t hits = results_hit_count(model);

    if (hits == 0) {
        words_add(text, "You listened");
        words_add(text, notes > 0 ? " to " : "");
    } else {
        words_add(text, "You played ");
    }
    if (hits > 0 && hits < notes) {
        words_add_number(text, hits);
        words_add(text, " of ");
    }
    if (notes > 0) {
        add_count(text, notes, "note", "notes");
    }
}

/* "You played 412 notes with 23 others for 6 minutes." */
static void
played_words(const ClientModel *model, const ResultsTake *take, int64_t beat_ns, WordsText *text)
{
    int people = model->has_snapshot ? model->snapshot.joined : 0;
    int64_t beats =
        (int64_t)take->bar_count *
        model->timeline
            .sections[model->timeline.section_count > 0 ? model->timeline.section_count - 1 : 0]
            .beats_per_bar;
    int64_t minutes = div_floor(beats * beat_ns + NS_PER_MINUTE / 2, NS_PER_MINUTE);

    words_clear(text);
    add_notes(model, text);
    if (people > 1) {
        words_add(text, " with ");
        add_count(text, people - 1, "other", "others");
    }
    if (minutes >= 1) {
        words_add(text, " for ");
        add_count(text, minutes, "minute", "minutes");
    }
    words_add(text, ".");
}

/* How the group has become, or, without one, how oneself played: by timing alone, since a flag is
   about the last moments and not about the take. */
static void
headline_words(const ClientModel *model, const ResultsTake *take, int64_t beat_ns, WordsText *text)
{
    const StandingMessage *standing = &model->standing;
    const double beat_us = (double)beat_ns / 1000.0;
    const WordsFigures none = {.known = false};
    const WordsFigures figures = {.known = results_hit_count(model) >= HEADLINE_HITS_MIN,
                                  .verdict = VERDICT_ON,
                                  .calibrated = model->config.calibrated,
                                  .bias_beats = standing->bias_us / beat_us,
                                  .spread_beats = standing->spread_us / beat_us};

    words_clear(text);
    if (take->is_group) {
        words_journey(take->first_word, take->last_word, text);
    } else if (figures.known) {
        words_add(text, words_phrase(words_phrase_of(&figures, &none)).headline);
    } else {
        words_add(text, "That was it.");
    }
}

static void draw_titles(Ui *ui, Rect rect, const ClientModel *model, int64_t beat_ns)
{
    ResultsTake take = results_take(model->others);
    WordsText words;

    headline_words(model, &take, beat_ns, &words);
    view_text(ui,
              (Point){rect.x, rect.y + 22.0F},
              &(UiLabel){.size_px = rect.w < 420.0F ? TYPE_SENTENCE : TYPE_TITLE,
                         .weight = FONT_SEMIBOLD},
              words.bytes);
    played_words(model, &take, beat_ns, &words);
    (void)ui_paragraph(ui,
                       (Rect){rect.x, rect.y + 44.0F, rect.w, rect.h},
                       &(UiLabel){.colour = ui->frame.theme->text2},
                       words.bytes);
}

static void offset_words(const ClientModel *model, WordsText *question, WordsText *answer)
{
    int64_t ms = words_whole_ms(model->standing.bias_us);

    words_clear(question);
    words_clear(answer);
    words_add(question, "Next time, use ");
    words_add_number(question, ms < 0 ? -ms : ms);
    words_add(question, " ms as your new zero?");
    words_add(answer, "Use ");
    words_add_number(answer, ms < 0 ? -ms : ms);
    words_add(answer, " ms");
}

/* ---- buttons ----------------------------------------------------------------------------------
 */

static ResultsAction draw_offer(Ui *ui, Rect row, const ClientModel *model)
{
    WordsText question;
    WordsText answer;
    UiButton button = {.label = answer.bytes};
    UiLabel label = {.size_px = TYPE_HINT, .align = TEXT_RIGHT, .colour = ui->frame.theme->text2};
    Rect rect;

    offset_words(model, &question, &answer);
    rect = rect_cut_right(&row, fmaxf(ui_button_width(ui, &button), 110.0F));
    view_text(ui,
              (Point){rect_right(row) - SPACE_4, row.y + row.h / 2.0F},
              &label,
              ui_text_width(ui, FONT_REGULAR, TYPE_HINT, question.bytes) + SPACE_4 <= row.w
                  ? question.bytes
                  : "As your new zero:");
    return ui_button(ui, ui_id("results offset"), rect, &button) ? RESULTS_ACTION_USE_OFFSET
                                                                 : RESULTS_ACTION_NONE;
}

/* The row at the bottom; the offer stands in it when it is wide. */
static ResultsAction
draw_footer(Ui *ui, const ClientModel *model, const ResultsView *view, bool wide)
{
    const Layout *layout = &ui->frame.layout;
    Rect row = {layout->margin,
                layout->height - FOOTER_TOP,
                layout->width - 2.0F * layout->margin,
                CONTROL_HEIGHT};
    ResultsAction action = RESULTS_ACTION_NONE;
    UiButton back = {.label = view->back == NULL ? "Back to lobby" : view->back,
                     .key_cap = layout->width >= 640.0F ? "Enter" : NULL,
                     .kind = UI_BUTTON_MAIN,
                     .escape = true};
    float back_width = ui_button_width(ui, &back);

    if (wide && results_has_offset(model)) {
        Rect left = row;

        left.w = layout->width - layout->margin - RIGHT_COLUMN - SPACE_4 - left.x;
        action = draw_offer(ui, left, model);
    }
    if (ui_button(ui, ui_id("results back"), rect_cut_right(&row, back_width), &back)) {
        action = RESULTS_ACTION_BACK;
    }
    return action;
}

/* ---- pages ------------------------------------------------------------------------------------
 */

static void draw_wide(Ui *ui, const ClientModel *model, int64_t beat_ns)
{
    const Layout *layout = &ui->frame.layout;
    float x = layout->margin;
    float left = layout->width - 2.0F * x - RIGHT_COLUMN - SPACE_4;
    float bottom = layout->height - FOOTER_TOP - 18.0F;
    float room = bottom - 152.0F - SPACE_4;
    Rect curve = {x, 152.0F, left, room * CURVE_HEIGHT / (CURVE_HEIGHT + PANEL_HEIGHT)};
    Rect pair = {x, rect_bottom(curve) + SPACE_4, left, bottom - rect_bottom(curve) - SPACE_4};
    Rect right = {x + left + SPACE_4, 72.0F, RIGHT_COLUMN, bottom - 72.0F};
    Rect praise = rect_cut_bottom(&right, PRAISE_HEIGHT);

    draw_titles(ui, (Rect){x, 72.0F, left, 72.0F}, model, beat_ns);
    view_results_curve(ui, curve, model);
    view_results_hits(ui, rect_column(pair, 0, 2, SPACE_4), model, beat_ns);
    view_results_timing(ui, rect_column(pair, 1, 2, SPACE_4), model, beat_ns);
    view_results_score(ui, rect_cut_top(&right, SCORE_HEIGHT), model, beat_ns);
    (void)rect_cut_top(&right, SPACE_4);
    (void)rect_cut_bottom(&right, SPACE_4);
    view_results_teams(ui, right, model);
    view_results_praise(ui, praise, model);
}

/* Two panels beside each other, or below each other where they would be too narrow. */
static void draw_pair(Ui *ui, Rect *page, const ClientModel *model, int64_t beat_ns)
{
    bool beside = page->w >= 640.0F;
    Rect pair = {page->x, page->y, page->w, beside ? PANEL_HEIGHT : 2.0F * PANEL_HEIGHT + SPACE_4};

    if (beside) {
        view_results_hits(ui, rect_column(pair, 0, 2, SPACE_4), model, beat_ns);
        view_results_timing(ui, rect_column(pair, 1, 2, SPACE_4), model, beat_ns);
    } else {
        Rect below = pair;

        view_results_hits(ui, rect_cut_top(&below, PANEL_HEIGHT), model, beat_ns);
        (void)rect_cut_top(&below, SPACE_4);
        view_results_timing(ui, below, model, beat_ns);
    }
    page->y += pair.h + SPACE_4;
}

static ResultsAction
draw_stack(Ui *ui, const ClientModel *model, int64_t beat_ns, UiScrollState *scroll)
{
    const Layout *layout = &ui->frame.layout;
    Rect view = {0.0F,
                 BAR_HEIGHT,
                 layout->width,
                 fmaxf(layout->height - BAR_HEIGHT - FOOTER_TOP - SPACE_2, 0.0F)};
    Rect page = ui_scroll_begin(ui, ui_id("results page"), view, scroll);
    ResultsAction action = RESULTS_ACTION_NONE;

    page = (Rect){layout->margin, page.y + SPACE_3, layout->width - 2.0F * layout->margin, 0.0F};
    draw_titles(ui, (Rect){page.x, page.y, page.w, 72.0F}, model, beat_ns);
    page.y += page.w < 420.0F ? 100.0F : 80.0F;
    view_results_score(ui, (Rect){page.x, page.y, page.w, SCORE_HEIGHT}, model, beat_ns);
    page.y += SCORE_HEIGHT + SPACE_4;
    view_results_curve(ui, (Rect){page.x, page.y, page.w, CURVE_HEIGHT - 28.0F}, model);
    page.y += CURVE_HEIGHT - 28.0F + SPACE_4;
    draw_pair(ui, &page, model, beat_ns);
    if (results_has_offset(model)) {
        action = draw_offer(ui, (Rect){page.x, page.y, page.w, CONTROL_HEIGHT}, model);
        page.y += CONTROL_HEIGHT + SPACE_4;
    }
    view_results_teams(ui, (Rect){page.x, page.y, page.w, TEAMS_HEIGHT}, model);
    page.y += TEAMS_HEIGHT + SPACE_4;
    view_results_praise(ui, (Rect){page.x, page.y, page.w, PRAISE_HEIGHT}, model);
    ui_scroll_end(ui, page.y + PRAISE_HEIGHT + SPACE_4);
    return action;
}

ResultsAction
screen_results(Ui *ui, const ClientModel *model, const ResultsView *view, ResultsState *state)
{
    const Layout *layout = &ui->frame.layout;
    int64_t beat_ns = view_beat_ns(&view->music);
    bool wide = layout->size_class == LAYOUT_MEDIUM && layout->height >= WIDE_HEIGHT_MIN;
    StatusWords words;
    StatusBar bar = status_of_session(model, &view->music, &words);
    ResultsAction action = RESULTS_ACTION_NONE;
    ResultsAction footer;

    bar.title = view->title == NULL ? bar.title : view->title;
    bar.subtitle = "Results";
    bar.middle = NULL;
    bar.badge = view->practising ? NULL : bar.badge;
    if (view_status_bar(ui, &bar)) {
        action = RESULTS_ACTION_MENU;
    }
    if (wide) {
        draw_wide(ui, model, beat_ns);
    } else {
        ResultsAction offer = draw_stack(ui, model, beat_ns, &state->scroll);

        action = offer == RESULTS_ACTION_NONE ? action : offer;
    }
    footer = draw_footer(ui, model, view, wide);
    return footer == RESULTS_ACTION_NONE ? action : footer;
}
