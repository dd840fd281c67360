#include "client/desktop/ui/screen_practice.h"

#include "client/desktop/ui/plots.h"
#include "client/desktop/ui/view_lane.h"
#include "client/desktop/ui/view_parts.h"
#include "client/desktop/ui/view_status.h"

#include <assert.h>
#include <math.h>

#define PANEL_WIDTH 408.0F
#define PANEL_WIDTH_SMALL 290.0F
#define LEFT_SMALL 450.0F
#define PADDING 24.0F
#define HINTS_TINY 40.0F
#define SPREAD_MS_MAX 45.0F
#define CHIPS_GROOVES_MAX 4

/* Bars with and without the click that are offered. */
static const struct {
    const char *label;
    int click_bars;
    int silent_bars;
} gaps[] = {{"3 and 1", 3, 1}, {"2 and 2", 2, 2}, {"1 and 1", 1, 1}, {"1 and 3", 1, 3}};

enum {
    GAP_COUNT = sizeof gaps / sizeof gaps[0]
};

PracticeSettings practice_settings_default(void)
{
    return (PracticeSettings){.tempo_bpm = 100,
                              .gap_click_bars = 3,
                              .gap_silent_bars = 1,
                              .ramp_target_bpm = 140,
                              .bandmates = 3};
}

static int clamp_int(int value, int low, int high)
{
    return (int)clamp_i64(value, low, high);
}

void practice_settings_clamp(PracticeSettings *settings, size_t groove_count)
{
    assert(groove_count > 0);
    settings->groove = settings->groove < groove_count ? settings->groove : groove_count - 1;
    settings->tempo_bpm =
        clamp_int(settings->tempo_bpm, PRACTICE_TEMPO_BPM_MIN, PRACTICE_TEMPO_BPM_MAX);
    settings->gap_click_bars = clamp_int(settings->gap_click_bars, 1, PRACTICE_GAP_BARS_MAX);
    settings->gap_silent_bars = clamp_int(settings->gap_silent_bars, 1, PRACTICE_GAP_BARS_MAX);
    settings->ramp_target_bpm =
        clamp_int(settings->ramp_target_bpm, PRACTICE_TEMPO_BPM_MIN, PRACTICE_TEMPO_BPM_MAX);
    settings->bandmates = clamp_int(settings->bandmates, 0, BANDMATES_MAX);
}

/* ---- settings ---------------------------------------------------------------------------------
 */

/* The settings as they are emitted from top to bottom. */
typedef struct {
    Ui *ui;
    Rect column; /* y moves down */
    bool changed;
} SettingsColumn;

static Rect take_row(SettingsColumn *column, float height)
{
    Rect row = {column->column.x, column->column.y, column->column.w, height};

    column->column.y += height;
    return row;
}

static void say(SettingsColumn *column, const char *words)
{
    UiLabel label = {.size_px = TYPE_HINT, .colour = column->ui->frame.theme->text2};
    Rect row = take_row(column, 24.0F);

    view_text(column->ui, (Point){row.x, row.y + row.h / 2.0F}, &label, words);
}

static void title(SettingsColumn *column, Rect row, const char *words)
{
    view_text(column->ui,
              (Point){row.x, row.y + row.h / 2.0F},
              &(UiLabel){.weight = FONT_SEMIBOLD},
              words);
}

/* A titled slider with its value at the right and its ends below. */
typedef struct {
    const char *id;
    const char *title; /* NULL: the slider alone */
    const char *unit;
    int minimum;
    int maximum;
} NumberRow;

static void number_row(SettingsColumn *column, const NumberRow *number, int *value)
{
    Ui *ui = column->ui;
    UiSlider slider = {.minimum = number->minimum, .maximum = number->maximum, .step = 1.0};
    UiLabel ends = {.size_px = TYPE_HINT, .colour = ui->frame.theme->text2};
    double chosen = *value;
    WordsText words;
    Rect row;

    if (number->title != NULL) {
        row = take_row(column, 28.0F);
        title(column, row, number->title);
        words_clear(&words);
        words_add_number(&words, *value);
        words_add(&words, number->unit);
        view_text(ui,
                  (Point){rect_right(row), row.y + row.h / 2.0F},
                  &(UiLabel){.size_px = TYPE_LEAD,
                             .weight = FONT_SEMIBOLD,
                             .align = TEXT_RIGHT,
                             .tabular = true},
                  words.bytes);
    }
    if (ui_slider(ui, ui_id(number->id), take_row(column, 32.0F), &slider, &chosen)) {
        *value = (int)lround(chosen);
        column->changed = true;
    }
    if (number->title == NULL) {
        return;
    }
    row = take_row(column, 18.0F);
    words_clear(&words);
    words_add_number(&words, number->minimum);
    view_text(ui, (Point){row.x, row.y + row.h / 2.0F}, &ends, words.bytes);
    words_clear(&words);
    words_add_number(&words, number->maximum);
    ends.align = TEXT_RIGHT;
    view_text(ui, (Point){rect_right(row), row.y + row.h / 2.0F}, &ends, words.bytes);
}

static void groove_row(SettingsColumn *column, const PracticeView *view, PracticeSettings *settings)
{
    UiChoice choice = {.labels = view->grooves, .label_count = view->groove_count};
    UiId id = ui_id("practice groove");
    Rect row = take_row(column, 28.0F);

    title(column, row, "Groove");
    if (view->groove_count <= CHIPS_GROOVES_MAX && column->column.w > 300.0F) {
        column->changed =
            ui_chips(column->ui, id, take_row(column, 36.0F), &choice, &settings->groove) ||
            column->changed;
    } else {
        (void)take_row(column, SPACE_1);
        column->changed =
            ui_select(
                column->ui, id, take_row(column, CONTROL_HEIGHT), &choice, &settings->groove) ||
            column->changed;
    }
}

/* Two cycles of bars: filled ones click. */
static void draw_gap_bars(SettingsColumn *column, const PracticeSettings *settings)
{
    const Theme *theme = column->ui->frame.theme;
    int cycle = settings->gap_click_bars + settings->gap_silent_bars;
    Rect row = take_row(column, 28.0F);

    for (int bar = 0; bar < 2 * cycle; bar++) {
        Rect box = rect_column(row, bar, 2 * cycle, cycle > 8 ? 3.0F : 6.0F);

        box.y += SPACE_1;
        box.h = 18.0F;
        if (bar % cycle < settings->gap_click_bars) {
            draw_rect(column->ui->frame.draw,
                      box,
                      RADIUS_CELL_MAX,
                      colour_fade(theme->fill, settings->gap ? 0.85F : 0.35F));
        } else {
            draw_rect_stroke(column->ui->frame.draw, box, RADIUS_CELL_MAX, 1.0F, theme->edge);
        }
    }
}

static void add_bars(WordsText *words, int bars, const char *rest)
{
    words_add_number(words, bars);
    words_add(words, bars == 1 ? " bar " : " bars ");
    words_add(words, rest);
}

static void gap_rows(SettingsColumn *column, PracticeSettings *settings)
{
    const char *labels[GAP_COUNT];
    size_t chosen = GAP_COUNT;
    UiToggle toggle = {.disabled = false};
    Rect row = take_row(column, 32.0F);
    WordsText words;

    title(column, row, "Gap click");
    column->changed = ui_toggle(column->ui, ui_id("practice gap"), row, &toggle, &settings->gap) ||
                      column->changed;
    words_clear(&words);
    add_bars(&words, settings->gap_click_bars, "with click, ");
    add_bars(&words, settings->gap_silent_bars, "without");
    say(column, words.bytes);
    draw_gap_bars(column, settings);
    if (!settings->gap) {
        return;
    }
    for (size_t i = 0; i < GAP_COUNT; i++) {
        labels[i] = gaps[i].label;
        if (gaps[i].click_bars == settings->gap_click_bars &&
            gaps[i].silent_bars == settings->gap_silent_bars) {
            chosen = i;
        }
    }
    if (ui_chips(column->ui,
                 ui_id("practice gap bars"),
                 take_row(column, 36.0F),
                 &(UiChoice){.labels = labels,
                             .label_count = column->column.w < 330.0F ? 3U : GAP_COUNT},
                 &chosen) &&
        chosen < GAP_COUNT) {
        settings->gap_click_bars = gaps[chosen].click_bars;
        settings->gap_silent_bars = gaps[chosen].silent_bars;
        column->changed = true;
    }
}

static void ramp_rows(SettingsColumn *column, const PracticeView *view, PracticeSettings *settings)
{
    UiToggle toggle = {.disabled = false};
    Rect row = take_row(column, 32.0F);
    WordsText words;

    title(column, row, "Tempo ramp");
    column->changed =
        ui_toggle(column->ui, ui_id("practice ramp"), row, &toggle, &settings->ramp) ||
        column->changed;
    words_clear(&words);
    words_add(&words, settings->ramp_target_bpm < settings->tempo_bpm ? "-" : "+");
    words_add_number(&words, view->ramp_step_bpm);
    words_add(&words, " BPM every ");
    words_add_number(&words, view->ramp_bars);
    words_add(&words,
              settings->ramp_target_bpm < settings->tempo_bpm ? " bars, down to "
                                                              : " bars, up to ");
    words_add_number(&words, settings->ramp_target_bpm);
    say(column, words.bytes);
    if (settings->ramp) {
        number_row(column,
                   &(NumberRow){.id = "practice ramp target",
                                .minimum = PRACTICE_TEMPO_BPM_MIN,
                                .maximum = PRACTICE_TEMPO_BPM_MAX},
                   &settings->ramp_target_bpm);
    }
}

/* Emits all settings into a column and returns the y below them. */
static float draw_settings(
    Ui *ui, Rect rect, const PracticeView *view, PracticeSettings *settings, bool *changed)
{
    SettingsColumn column = {.ui = ui, .column = rect};
    float gap = rect.w < 300.0F ? SPACE_3 : SPACE_4;

    groove_row(&column, view, settings);
    column.column.y += gap;
    number_row(&column,
               &(NumberRow){.id = "practice tempo",
                            .title = "Tempo",
                            .unit = " BPM",
                            .minimum = PRACTICE_TEMPO_BPM_MIN,
                            .maximum = PRACTICE_TEMPO_BPM_MAX},
               &settings->tempo_bpm);
    column.column.y += gap;
    gap_rows(&column, settings);
    column.column.y += gap;
    ramp_rows(&column, view, settings);
    column.column.y += gap;
    number_row(&column,
               &(NumberRow){.id = "practice bandmates",
                            .title = "Bandmates",
                            .unit = "",
                            .minimum = 0,
                            .maximum = BANDMATES_MAX},
               &settings->bandmates);
    *changed = *changed || column.changed;
    return column.column.y;
}

/* ---- buttons ----------------------------------------------------------------------------------
 */

/* Stop and results while playing, else start and, when there are any, results. */
static PracticeAction draw_buttons(Ui *ui, Rect row, const PracticeView *view)
{
    bool two = view->playing || view->has_results;
    /* The one with the longer key is wider where it is narrow. */
    float share = row.w < 340.0F ? 0.42F : 0.5F;
    Rect right = row;
    Rect left = two ? rect_cut_left(&right, share * (row.w - SPACE_3)) : row;
    UiButton stop = {.label = "Stop", .key_cap = "X", .shortcut = 'x'};
    UiButton results = {.label = "Results",
                        .key_cap = view->playing ? "Enter" : NULL,
                        .kind = view->playing ? UI_BUTTON_MAIN : UI_BUTTON_NORMAL};
    UiButton start = {.label = "Start", .key_cap = "Enter", .kind = UI_BUTTON_MAIN};

    if (two) {
        (void)rect_cut_left(&right, SPACE_3);
    }
    if (view->playing && ui_button(ui, ui_id("practice stop"), left, &stop)) {
        return PRACTICE_ACTION_STOP;
    }
    if (two && ui_button(ui, ui_id("practice results"), view->playing ? right : left, &results)) {
        return PRACTICE_ACTION_RESULTS;
    }
    if (!view->playing && ui_button(ui, ui_id("practice start"), right, &start)) {
        return PRACTICE_ACTION_START;
    }
    return PRACTICE_ACTION_NONE;
}

/* Up and down that no focused widget has taken, by ten with Shift. True when the tempo changed. */
static bool step_tempo(Ui *ui, PracticeSettings *settings)
{
    int step = (ui_key_pressed(ui, UI_KEY_UP, 0) ? 1 : 0) -
               (ui_key_pressed(ui, UI_KEY_DOWN, 0) ? 1 : 0) +
               (ui_key_pressed(ui, UI_KEY_UP, UI_SHIFT) ? 10 : 0) -
               (ui_key_pressed(ui, UI_KEY_DOWN, UI_SHIFT) ? 10 : 0);
    int before = settings->tempo_bpm;

    settings->tempo_bpm = clamp_int(before + step, PRACTICE_TEMPO_BPM_MIN, PRACTICE_TEMPO_BPM_MAX);
    return settings->tempo_bpm != before;
}

/* The panel: settings that scroll where they must, buttons that always show. */
static PracticeAction draw_panel(
    Ui *ui, Rect panel, const PracticeView *view, PracticeSettings *settings, UiScrollState *scroll)
{
    float padding = panel.w < 340.0F ? SPACE_4 : PADDING;
    Rect inner = rect_inset_xy(panel, padding, SPACE_3);
    Rect buttons = rect_cut_bottom(&inner, CONTROL_HEIGHT + SPACE_2);
    PracticeAction action;
    bool changed = false;
    float bottom;
    Rect page;

    ui_panel(ui, panel);
    (void)rect_cut_bottom(&inner, SPACE_2);
    /* Room for focus rings and knobs at the sides of the scroll's window. */
    inner = rect_inset_xy(inner, -SPACE_3, 0.0F);
    page = ui_scroll_begin(ui, ui_id("practice settings"), inner, scroll);
    page = rect_inset_xy(page, SPACE_3, 0.0F);
    bottom = draw_settings(ui, page, view, settings, &changed);
    /* Before the scroll area, which would take the same keys to scroll. */
    changed = step_tempo(ui, settings) || changed;
    ui_scroll_end(ui, bottom + SPACE_2);
    buttons.h = CONTROL_HEIGHT;
    action = draw_buttons(ui, buttons, view);
    if (action != PRACTICE_ACTION_NONE) {
        return action;
    }
    return changed ? PRACTICE_ACTION_CHANGED : PRACTICE_ACTION_NONE;
}

/* ---- the left side ----------------------------------------------------------------------------
 */

/* Where what is played stands; the settings are beside it, or elsewhere. */
typedef struct {
    Rect lane;
    float pendulum_share;
    Rect word;
    float word_size;
    Rect meter;
} DrumSide;

static void draw_drum_side(Ui *ui,
                           const DrumSide *side,
                           const ClientModel *model,
                           const PracticeView *view,
                           PracticeState *state)
{
    play_lane(ui, side->lane, side->pendulum_share, model, &view->play);
    play_word_row(ui, side->word, side->word_size, model, &view->play, &state->play);
    play_meter(ui, side->meter, model, &view->play);
}

static void draw_history(Ui *ui, Rect rect, const PracticeView *view)
{
    const Theme *theme = ui->frame.theme;
    Rect inner = rect_inset_xy(rect, 20.0F, 0.0F);
    UiLabel words = {.size_px = TYPE_HINT, .align = TEXT_RIGHT, .colour = theme->text2};
    const char *spread_words = view->spread_words != NULL ? view->spread_words : "";
    float room = inner.w - ui_text_width(ui, FONT_REGULAR, TYPE_HINT, spread_words) - SPACE_4;
    const char *heading = "Your spread, last sessions";

    if (ui_text_width(ui, FONT_SEMIBOLD, TYPE_BODY, heading) > room) {
        heading = "Your spread";
    }
    ui_panel(ui, rect);
    view_text(ui, (Point){inner.x, rect.y + 26.0F}, &(UiLabel){.weight = FONT_SEMIBOLD}, heading);
    /* Figures are never shortened. */
    if (ui_text_width(ui, FONT_SEMIBOLD, TYPE_BODY, heading) <= room) {
        view_text(ui, (Point){rect_right(inner), rect.y + 26.0F}, &words, spread_words);
    }
    if (view->spread_count < 2 || view->spreads_ms == NULL) {
        words.align = TEXT_LEFT;
        view_text(
            ui, (Point){inner.x, rect.y + 58.0F}, &words, "It appears here after two sessions.");
        return;
    }
    plot_sparkline(ui->frame.draw,
                   (Rect){inner.x + 4.0F, rect.y + 46.0F, inner.w - 8.0F, rect.h - 62.0F},
                   &(PlotLine){.values = view->spreads_ms,
                               .value_count = view->spread_count,
                               .minimum = 0.0F,
                               .maximum = SPREAD_MS_MAX,
                               .colour = theme->families[FAMILY_ON]});
}

/* A notice takes the place of the history. */
static void draw_below(
    Ui *ui, Rect rect, const ClientModel *model, const PracticeView *view, PracticeState *state)
{
    if (view->play.notice.shown) {
        rect.h = fminf(rect.h, 84.0F);
        play_sentence(ui, rect, model, &view->play, &state->play);
    } else if (!ui_toast(ui, (Rect){rect.x, rect.y, rect.w, fminf(rect.h, 60.0F)})) {
        draw_history(ui, rect, view);
    }
}

static void draw_hints(Ui *ui, const PracticeView *view)
{
    const char *key = view->play.drum_key == NULL ? "Space" : view->play.drum_key;
    const UiHint hints[] = {{key, "drum"},
                            {"\xE2\x86\x91\xE2\x86\x93", "tempo"},
                            {"G", "gap"},
                            {"R", "ring"},
                            {"Esc", view->playing ? "menu" : "back"},
                            {view->playing ? "X" : "C", view->playing ? "stop" : "calibrate"}};

    view_status_hints(ui, hints, sizeof hints / sizeof hints[0]);
}

/* ---- size classes -----------------------------------------------------------------------------
 */

static PracticeAction draw_medium(Ui *ui,
                                  const ClientModel *model,
                                  const PracticeView *view,
                                  PracticeSettings *settings,
                                  PracticeState *state)
{
    const Layout *layout = &ui->frame.layout;
    float x = layout->margin;
    float bottom = layout->height;
    float width = layout->width - 2.0F * x - PANEL_WIDTH - SPACE_5;
    Rect panel = {layout->width - x - PANEL_WIDTH, 72.0F, PANEL_WIDTH, bottom - 142.0F};
    DrumSide side = {.lane = {x, 72.0F, width, bottom - 430.0F},
                     .pendulum_share = LANE_PENDULUM_MEDIUM,
                     .word = {x, bottom - 350.0F, width, 56.0F},
                     .word_size = TYPE_JUDGEMENT - 4.0F,
                     .meter = {x, bottom - 284.0F, width, 44.0F}};

    draw_drum_side(ui, &side, model, view, state);
    draw_below(ui, (Rect){x, bottom - 188.0F, width, 118.0F}, model, view, state);
    return draw_panel(ui, panel, view, settings, &state->scroll);
}

static PracticeAction draw_small(Ui *ui,
                                 const ClientModel *model,
                                 const PracticeView *view,
                                 PracticeSettings *settings,
                                 PracticeState *state)
{
    const Layout *layout = &ui->frame.layout;
    float x = layout->margin;
    float bottom = layout->height;
    float width = layout->width - 2.0F * x - PANEL_WIDTH_SMALL - SPACE_4;
    Rect panel = {
        layout->width - x - PANEL_WIDTH_SMALL, 72.0F, PANEL_WIDTH_SMALL, bottom - 72.0F - 56.0F};
    DrumSide side = {.lane = {x, 66.0F, width, bottom - 376.0F},
                     .pendulum_share = LANE_PENDULUM_SMALL,
                     .word = {x, bottom - 301.0F, width, 48.0F},
                     .word_size = 34.0F,
                     .meter = {x, bottom - 246.0F, width, 40.0F}};

    draw_drum_side(ui, &side, model, view, state);
    draw_below(ui, (Rect){x, bottom - 148.0F, width, 84.0F}, model, view, state);
    return draw_panel(ui, panel, view, settings, &state->scroll);
}

/* Either what is played or what is chosen: there is room for one. */
static PracticeAction draw_tiny(Ui *ui,
                                const ClientModel *model,
                                const PracticeView *view,
                                PracticeSettings *settings,
                                PracticeState *state)
{
    const Layout *layout = &ui->frame.layout;
    float x = layout->margin;
    float width = layout->width - 2.0F * x;
    float bottom = layout->height;
    DrumSide side = {.lane = {x, 60.0F, width, bottom - 212.0F},
                     .pendulum_share = LANE_PENDULUM_TINY,
                     .word = {x, bottom - 149.0F, width, 38.0F},
                     .word_size = TYPE_TITLE - 3.0F,
                     .meter = {x, bottom - 108.0F, width, 26.0F}};

    if (!view->playing) {
        Rect panel = {x, BAR_HEIGHT + SPACE_2, width, bottom - BAR_HEIGHT - SPACE_2 - HINTS_TINY};

        return draw_panel(ui, panel, view, settings, &state->scroll);
    }
    draw_drum_side(ui, &side, model, view, state);
    (void)ui_toast(ui, (Rect){x, bottom - 68.0F, width, 34.0F});
    return PRACTICE_ACTION_NONE;
}

static PracticeAction draw_minimal(Ui *ui,
                                   const ClientModel *model,
                                   const PracticeView *view,
                                   PracticeSettings *settings,
                                   PracticeState *state)
{
    Rect page = rect_inset(layout_window(&ui->frame.layout), SPACE_2);

    if (!view->playing) {
        return draw_panel(ui, page, view, settings, &state->scroll);
    }
    play_minimal(ui, page, model, &view->play, &state->play);
    return PRACTICE_ACTION_NONE;
}

/* ---- the whole --------------------------------------------------------------------------------
 */

/* Keys that no focused widget has taken. */
static PracticeAction action_of_keys(Ui *ui, const PracticeView *view, PracticeSettings *settings)
{
    if (ui_key_pressed(ui, UI_KEY_ESCAPE, 0)) {
        return PRACTICE_ACTION_BACK;
    }
    if (step_tempo(ui, settings)) {
        return PRACTICE_ACTION_CHANGED;
    }
    if (ui_shortcut(ui, 'g')) {
        settings->gap = !settings->gap;
        return PRACTICE_ACTION_CHANGED;
    }
    if (!view->playing && ui_shortcut(ui, 'c')) {
        return PRACTICE_ACTION_CALIBRATE;
    }
    return view->playing && ui_shortcut(ui, 'x') ? PRACTICE_ACTION_STOP : PRACTICE_ACTION_NONE;
}

PracticeAction screen_practice(Ui *ui,
                               const ClientModel *model,
                               const PracticeView *view,
                               PracticeSettings *settings,
                               PracticeState *state)
{
    LayoutClass size_class = ui->frame.layout.size_class;
    PracticeAction action = PRACTICE_ACTION_NONE;
    WordsText middle;
    bool menu = false;

    practice_settings_clamp(settings, view->groove_count);
    play_state_advance(
        &state->play, model, &view->play.music, ui->frame.now_s, ui->frame.reduced_motion);
    if (size_class != LAYOUT_MINIMAL) {
        words_clear(&middle);
        if (view->playing) {
            status_music_words(model, &view->play.music, &middle);
        }
        menu = view_status_bar(ui,
                               &(StatusBar){.title = "Practice",
                                            .subtitle = "no network needed",
                                            .middle = middle.bytes});
    }
    if (size_class == LAYOUT_MEDIUM) {
        action = draw_medium(ui, model, view, settings, state);
    } else if (size_class == LAYOUT_SMALL) {
        action = draw_small(ui, model, view, settings, state);
    } else if (size_class == LAYOUT_TINY) {
        action = draw_tiny(ui, model, view, settings, state);
    } else {
        action = draw_minimal(ui, model, view, settings, state);
    }
    if (size_class != LAYOUT_MINIMAL) {
        draw_hints(ui, view);
    }
    if (menu) {
        return PRACTICE_ACTION_MENU;
    }
    return action != PRACTICE_ACTION_NONE ? action : action_of_keys(ui, view, settings);
}
