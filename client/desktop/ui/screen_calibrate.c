#include "client/desktop/ui/screen_calibrate.h"

#include "client/desktop/ui/plots.h"
#include "client/desktop/ui/view_parts.h"

#include <math.h>
#include <string.h>

#define COLUMN_WIDTH 720.0F
#define RING_RADIUS 130.0F
#define RING_RADIUS_MIN 64.0F
#define RING_DOTS CALIBRATION_TAPS_PREFERRED
#define DISC_SHARE 0.86F
#define EVENNESS_HEIGHT 104.0F
#define EVENNESS_RANGE_MS 120.0F
#define EVENNESS_TICKS_MAX 24
#define EVENNESS_TAPS_MIN 8
#define SWING_HEIGHT 220.0F
#define SWING_ANGLE 0.8F
#define HISTOGRAM_HEIGHT 150.0F
#define HISTOGRAM_HEIGHT_MIN 64.0F
#define HISTOGRAM_WORDS 86.0F /* below the bars */
#define HISTOGRAM_BINS 50
#define HISTOGRAM_RANGE_MS 150.0F
#define HISTOGRAM_ROOM_MS 110.0F
#define SLIDER_ROW 44.0F
#define FIGURE_WIDTH 84.0F
#define BUTTON_WIDTH 160.0F
/* Without a tap for so long it is worth saying what to do. */
#define SILENCE_NS (6 * NS_PER_S)

/* Where the next thing of the column goes. */
typedef struct {
    CalibrateScreen *screen;
    Ui *ui;
    const CalibrateView *view;
    float x;
    float w;
    float y;
    CalibrateAction action;
} Page;

/* ---- rounds ---------------------------------------------------------------------------------- */

static void want_round(CalibrateScreen *screen, CalibrationKind kind)
{
    screen->step = CALIBRATE_WAITING;
    screen->kind = kind;
    screen->has_opened = false;
    screen->round = (Calibration){.kind = kind};
}

void calibrate_screen_open(CalibrateScreen *screen, const SettingsOffsets *offsets)
{
    memset(screen, 0, sizeof *screen);
    screen->offsets = *offsets;
    want_round(screen, CALIBRATION_TO_SOUND);
}

void calibrate_screen_begin(CalibrateScreen *screen, HostTime first_click)
{
    calibration_start(&screen->round, screen->kind, first_click);
    screen->step = CALIBRATE_TAPPING;
}

void calibrate_screen_tap(CalibrateScreen *screen, HostTime at)
{
    if (screen->step == CALIBRATE_TAPPING) {
        calibration_tap(&screen->round, at);
    }
}

static int32_t offset_ms_of(int64_t offset_ns)
{
    return (int32_t)clamp_i64(
        words_whole_ms(offset_ns / NS_PER_US), -SETTINGS_OFFSET_MS_MAX, SETTINGS_OFFSET_MS_MAX);
}

/* What is said of a round that leads to no figure. */
static void refusal_words(const CalibrationFigures *figures, WordsText *headline, WordsText *detail)
{
    WordsAbout about = {.number = div_ceil(figures->spread_ns, NS_PER_MS),
                        .other_number = CALIBRATION_SPREAD_NS_MAX / NS_PER_MS};
    WordsSituation situation = WORDS_TOO_UNEVEN;

    if (figures->state == CALIBRATION_BETWEEN) {
        situation = WORDS_BETWEEN_CLICKS;
    } else if (figures->state == CALIBRATION_TWICE) {
        situation = WORDS_TAPS_TWICE;
    } else if (figures->state == CALIBRATION_TOO_FEW) {
        situation = WORDS_TOO_FEW_TAPS;
        about = (WordsAbout){.number = figures->tap_count, .other_number = CALIBRATION_TAPS_MIN};
    }
    words_situation(situation, &about, headline, detail);
}

/* The same hands at the same tempo: what is left between the two is screen and sound alone. */
static void take_picture(CalibrateScreen *screen, const CalibrationFigures *figures)
{
    WordsText detail;

    screen->has_note = true;
    if (figures->state != CALIBRATION_DONE) {
        refusal_words(figures, &screen->note, &detail);
        words_add(&screen->note, " ");
        words_add(&screen->note, detail.bytes);
        return;
    }
    screen->offsets.picture_offset_ms =
        offset_ms_of(figures->offset_ns - screen->offsets.timing_offset_ms * NS_PER_MS);
    words_clear(&screen->note);
    words_add(&screen->note, "Your picture is ");
    words_add_lateness(&screen->note, screen->offsets.picture_offset_ms * INT64_C(1000));
    words_add(&screen->note, " beside the click. That is taken off.");
}

static void take_sound(CalibrateScreen *screen, const CalibrationFigures *figures)
{
    screen->heard = *figures;
    screen->heard_count =
        calibration_asynchronies(&screen->round, screen->heard_ns, CALIBRATION_TAPS_MAX);
    if (figures->state == CALIBRATION_DONE) {
        screen->offsets.timing_offset_ms = offset_ms_of(figures->offset_ns);
        screen->offsets.timing_offset_is_set = true;
    }
}

static void end_round(Page *page, const CalibrationFigures *figures)
{
    if (page->screen->kind == CALIBRATION_TO_PICTURE) {
        take_picture(page->screen, figures);
    } else {
        take_sound(page->screen, figures);
    }
    page->screen->step = CALIBRATE_RESULT;
    page->screen->has_opened = false;
    page->action = CALIBRATE_ACTION_SILENCE;
}

/* ---- parts ----------------------------------------------------------------------------------- */

static bool is_tiny(const Page *page)
{
    return page->ui->frame.layout.size_class >= LAYOUT_TINY;
}

/* How much of a height of the widest windows is left in lower ones. */
static float lower(const Page *page, float height)
{
    static const float shares[LAYOUT_CLASS_COUNT] = {1.0F, 0.8F, 0.55F, 0.5F};

    return height * shares[page->ui->frame.layout.size_class];
}

static void put_titles(Page *page, const char *title, const char *detail)
{
    Ui *ui = page->ui;
    UiLabel large = {.size_px = is_tiny(page) ? TYPE_SENTENCE : TYPE_TITLE,
                     .weight = FONT_SEMIBOLD,
                     .align = TEXT_CENTER};
    UiLabel small = {.align = TEXT_CENTER, .colour = ui->frame.theme->text2};

    page->y += ui_paragraph(ui, (Rect){page->x, page->y, page->w, 0.0F}, &large, title);
    page->y += ui_paragraph(ui, (Rect){page->x, page->y, page->w, 0.0F}, &small, detail);
    page->y += page->ui->frame.layout.size_class == LAYOUT_MEDIUM ? SPACE_5 : SPACE_3;
}

static void put_notice(Page *page, Colour dot, const char *words)
{
    page->y += form_notice(page->ui, (Rect){page->x, page->y, page->w, CONTROL_HEIGHT}, dot, words);
    page->y += SPACE_4;
}

static void put_situation(Page *page, WordsSituation situation, Colour dot)
{
    WordsText headline;
    WordsText detail;

    words_situation(situation, NULL, &headline, &detail);
    words_add(&headline, " ");
    words_add(&headline, detail.bytes);
    put_notice(page, dot, headline.bytes);
}

/* Buttons in the middle of one row, or below each other where they do not fit; answers the one
   that was pressed, or `count`. */
static size_t put_buttons(Page *page, const UiButton *buttons, size_t count)
{
    static const char *const ids[] = {"calibrate.one", "calibrate.two", "calibrate.three"};
    Ui *ui = page->ui;
    float widths[3] = {0};
    float sum = SPACE_3 * (float)(count - 1);
    float x = page->x;
    size_t pressed = count;
    bool is_row;

    for (size_t i = 0; i < count; i++) {
        widths[i] = fmaxf(ui_button_width(ui, &buttons[i]), BUTTON_WIDTH);
        sum += widths[i];
    }
    is_row = sum <= page->w;
    x += is_row ? (page->w - sum) / 2.0F : 0.0F;
    for (size_t i = 0; i < count; i++) {
        Rect rect = {x, page->y, is_row ? widths[i] : page->w, CONTROL_HEIGHT};

        if (ui_button(ui, ui_id(ids[i]), rect, &buttons[i])) {
            pressed = i;
        }
        if (is_row) {
            x += widths[i] + SPACE_3;
        } else {
            page->y += CONTROL_HEIGHT + SPACE_2;
        }
    }
    page->y += is_row ? CONTROL_HEIGHT : 0.0F;
    page->y += SPACE_4;
    return pressed;
}

/* ---- tapping --------------------------------------------------------------------------------- */

/* How many taps it takes is a guess, and a bad one at first. */
static int shown_goal(const CalibrationFigures *figures)
{
    if (figures->tap_count < CALIBRATION_TAPS_MIN ||
        figures->goal_count <= CALIBRATION_TAPS_PREFERRED) {
        return CALIBRATION_TAPS_PREFERRED;
    }
    return (figures->goal_count + 9) / 10 * 10;
}

/* "of 32 taps", "of about 80 taps". */
static void count_words(const CalibrationFigures *figures, WordsText *words)
{
    int goal = shown_goal(figures);

    words_add(words, goal > CALIBRATION_TAPS_PREFERRED ? "of about " : "of ");
    words_add_number(words, goal);
    words_add(words, " taps");
}

static float progress_of(const CalibrationFigures *figures)
{
    return fminf((float)figures->tap_count / (float)shown_goal(figures), 1.0F);
}

static void draw_dots(const Page *page, Point center, float radius, float progress)
{
    const Theme *theme = page->ui->frame.theme;
    DrawList *draw = page->ui->frame.draw;

    for (int i = 0; i < RING_DOTS; i++) {
        float angle = (float)i * 6.28318531F / (float)RING_DOTS;
        Point dot = {center.x + radius * sinf(angle), center.y - radius * cosf(angle)};

        if ((float)i < progress * (float)RING_DOTS) {
            draw_disc(draw, dot, 5.5F, theme->fill);
            if (theme == theme_of(THEME_LIGHT)) {
                draw_ring(draw, dot, 5.5F, 1.5F, theme->accent);
            }
        } else {
            draw_ring(draw, dot, 4.5F, 2.0F, theme->edge);
        }
    }
}

static void put_ring(Page *page, const CalibrationFigures *figures, float radius)
{
    const Theme *theme = page->ui->frame.theme;
    Point center = {page->x + page->w / 2.0F, page->y + radius + 6.0F};
    bool is_small = radius < RING_RADIUS - 30.0F;
    UiLabel figure = {.size_px = is_small ? TYPE_JUDGEMENT : TYPE_FIGURE,
                      .weight = FONT_SEMIBOLD,
                      .align = TEXT_CENTER};
    UiLabel below = {
        .size_px = is_small ? TYPE_HINT : TYPE_LEAD, .align = TEXT_CENTER, .colour = theme->text2};
    WordsText words;

    draw_disc(page->ui->frame.draw, center, radius * DISC_SHARE, theme->surface);
    draw_dots(page, center, radius, progress_of(figures));
    words_clear(&words);
    words_add_number(&words, figures->tap_count);
    view_text(page->ui, (Point){center.x, center.y - figure.size_px * 0.12F}, &figure, words.bytes);
    words_clear(&words);
    count_words(figures, &words);
    view_text(page->ui, (Point){center.x, center.y + figure.size_px * 0.58F}, &below, words.bytes);
    page->y = center.y + radius + 6.0F + SPACE_5;
}

/* The same as a bar with words: where there is no room, or no eye, for a ring. */
static void put_bar(Page *page, const CalibrationFigures *figures)
{
    const Theme *theme = page->ui->frame.theme;
    UiLabel label = {.align = TEXT_CENTER, .colour = theme->text2};
    WordsText words;

    words_clear(&words);
    words_add_number(&words, figures->tap_count);
    words_add(&words, " ");
    count_words(figures, &words);
    ui_progress(
        page->ui, (Rect){page->x, page->y, page->w, SPACE_3}, progress_of(figures), theme->fill);
    ui_label(page->ui, (Rect){page->x, page->y + SPACE_3, page->w, 24.0F}, &label, words.bytes);
    page->y += 48.0F;
}

static const char *evenness_words(const CalibrationFigures *figures)
{
    if (figures->tap_count < EVENNESS_TAPS_MIN) {
        return "tap on";
    }
    return figures->spread_ns < CALIBRATION_SPREAD_NS_MAX ? "even enough to use"
                                                          : "a little uneven; tap on";
}

/* The last taps around their own middle: nothing that could be followed. */
static void draw_ticks(const Page *page, Rect bar, const CalibrationFigures *figures)
{
    const Theme *theme = page->ui->frame.theme;
    int64_t asynchrony_ns[CALIBRATION_TAPS_MAX];
    const size_t count =
        calibration_asynchronies(&page->screen->round, asynchrony_ns, CALIBRATION_TAPS_MAX);
    const size_t first = count > EVENNESS_TICKS_MAX ? count - EVENNESS_TICKS_MAX : 0;
    float half = bar.w / 2.0F - 3.0F;
    float per_ms = bar.w / 2.0F / EVENNESS_RANGE_MS;

    for (size_t i = first; i < count; i++) {
        float off = (float)ms_of_ns(asynchrony_ns[i] - figures->offset_ns) * per_ms;
        float x = bar.x + bar.w / 2.0F + fminf(fmaxf(off, -half), half);
        float age = (float)(count - 1 - i) / (float)EVENNESS_TICKS_MAX;

        draw_rect(page->ui->frame.draw,
                  (Rect){x - 1.5F, bar.y + 4.0F, 3.0F, bar.h - 8.0F},
                  1.5F,
                  colour_fade(theme->text, 1.0F - 0.75F * age));
    }
}

static void draw_whisker(const Page *page, Rect bar, const CalibrationFigures *figures)
{
    const Theme *theme = page->ui->frame.theme;
    DrawList *draw = page->ui->frame.draw;
    float reach = fminf((float)ms_of_ns(figures->spread_ns) / EVENNESS_RANGE_MS, 1.0F);
    float half = bar.w / 2.0F * reach;
    float middle = bar.x + bar.w / 2.0F;
    float y = rect_bottom(bar) + 10.0F;

    draw_line(draw, (Point){middle - half, y}, (Point){middle + half, y}, 2.0F, theme->text3);
    for (int i = -1; i <= 1; i += 2) {
        float x = middle + (float)i * half;

        draw_line(draw, (Point){x, y - 4.0F}, (Point){x, y + 4.0F}, 2.0F, theme->text3);
    }
}

static void put_evenness(Page *page, const CalibrationFigures *figures)
{
    Ui *ui = page->ui;
    Rect panel = {page->x, page->y, page->w, EVENNESS_HEIGHT};
    Rect inner = rect_inset_xy(panel, 20.0F, SPACE_3);
    UiLabel right = {.align = TEXT_RIGHT, .colour = ui->frame.theme->text2};
    Rect bar = {inner.x, inner.y + 34.0F, inner.w, 32.0F};

    ui_panel(ui, panel);
    ui_label(ui,
             (Rect){inner.x, inner.y, inner.w, 24.0F},
             &(UiLabel){.weight = FONT_SEMIBOLD},
             "Evenness");
    ui_label(ui, (Rect){inner.x, inner.y, inner.w, 24.0F}, &right, evenness_words(figures));
    draw_rect(ui->frame.draw, bar, RADIUS_CONTROL, ui->frame.theme->raised);
    draw_ticks(page, bar, figures);
    if (figures->tap_count > 1) {
        draw_whisker(page, bar, figures);
    }
    page->y = rect_bottom(panel) + SPACE_4;
}

/* A pendulum that crosses the line on every beat, at its fastest. */
static void put_swing(Page *page, const CalibrationFigures *figures)
{
    const Theme *theme = page->ui->frame.theme;
    DrawList *draw = page->ui->frame.draw;
    const HostTime start = page->screen->round.start;
    double beats = (double)(page->view->seen.ns - start.ns) / (double)CALIBRATION_BEAT_NS;
    float angle = SWING_ANGLE * sinf((float)(3.14159265358979 * fmod(beats, 2.0)));
    Rect panel = {page->x, page->y, page->w, lower(page, SWING_HEIGHT)};
    Point pivot = {panel.x + panel.w / 2.0F, panel.y + 20.0F};
    float length = panel.h - 56.0F;
    Point bob = {pivot.x + length * sinf(angle), pivot.y + length * cosf(angle)};

    ui_panel(page->ui, panel);
    draw_rect(draw, (Rect){pivot.x - 1.0F, pivot.y, 2.0F, panel.h - 32.0F}, 0.0F, theme->edge);
    draw_line(draw, pivot, bob, 2.0F, theme->text3);
    view_beat_disc(page->ui, bob, 12.0F, 1.0F);
    page->y = rect_bottom(panel) + SPACE_4;
    put_bar(page, figures);
}

/* One strip at most: what stands in the way first. */
static void put_hint(Page *page, const CalibrationFigures *figures)
{
    const Theme *theme = page->ui->frame.theme;
    const Calibration *round = &page->screen->round;
    bool is_sound = page->screen->kind == CALIBRATION_TO_SOUND;
    int64_t silent_ns = page->view->now.ns - round->start.ns - round->last_tap_ns;
    int64_t delay_ns = figures->offset_ns + page->screen->offsets.sound_offset_ms * NS_PER_MS;

    if (is_sound && !page->view->sound.works) {
        put_situation(page, WORDS_NO_AUDIO, theme->alert);
    } else if (is_sound && page->view->settling) {
        put_notice(page, theme->accent, "Getting to know the sound device...");
    } else if (page->screen->step == CALIBRATE_TAPPING && silent_ns > SILENCE_NS) {
        put_notice(page, theme->accent, "No taps yet: any letter, a click or a touch will do.");
    } else if (is_sound && figures->tap_count >= EVENNESS_TAPS_MIN &&
               delay_ns > CALIBRATION_BLUETOOTH_NS) {
        put_situation(page, WORDS_BLUETOOTH, theme->accent);
    }
}

static void put_tapping_titles(Page *page, const CalibrationFigures *figures)
{
    CalibrationStage stage = calibration_stage(&page->screen->round, page->view->now);
    const char *title = "Tap along with the click";
    WordsText detail;

    words_clear(&detail);
    if (page->screen->kind == CALIBRATION_TO_PICTURE) {
        title = "Now tap with the pendulum";
        words_add(&detail, "Whenever it crosses the line. There is nothing to hear.");
    } else if (page->screen->step == CALIBRATE_TAPPING && stage == CALIBRATION_FASTER) {
        words_add(&detail, "Good. Now a little faster: find the click again.");
    } else if (figures->tap_count < CALIBRATION_TAPS_PREFERRED) {
        words_add(&detail,
                  "Any key or pad. There is nothing to watch: close your eyes if you like.");
    } else {
        words_add(&detail, "Known to ");
        words_add_number(&detail, div_ceil(figures->uncertainty_ns, NS_PER_MS));
        words_add(&detail, " ms. Tap on to be surer, or let it be enough.");
    }
    put_titles(page, title, detail.bytes);
}

static void put_tapping_buttons(Page *page, const CalibrationFigures *figures)
{
    CalibrateScreen *screen = page->screen;
    bool may_end = figures->tap_count >= CALIBRATION_TAPS_MIN;
    const UiButton enough = {
        .label = "That will do", .key_cap = "Enter", .kind = UI_BUTTON_MAIN, .disabled = !may_end};
    const UiButton again = {.label = "Start over", .key_cap = "R", .shortcut = 'r'};
    const UiButton back = {.label = "Not now", .key_cap = "Esc", .escape = true};
    const UiButton buttons[] = {again, back, enough};
    size_t pressed = put_buttons(page, buttons, may_end ? 3 : 2);

    if (pressed == 0) {
        want_round(screen, screen->kind);
        page->action = CALIBRATE_ACTION_SILENCE;
    } else if (pressed == 1 && screen->kind == CALIBRATION_TO_PICTURE) {
        screen->step = CALIBRATE_RESULT;
        screen->has_opened = false;
    } else if (pressed == 1) {
        page->action = CALIBRATE_ACTION_BACK;
    } else if (pressed == 2 && may_end) {
        CalibrationFigures last = calibration_figures(&screen->round, true);

        end_round(page, &last);
    }
}

static void put_tapping(Page *page, float height)
{
    CalibrateScreen *screen = page->screen;
    CalibrationFigures figures = calibration_figures(&screen->round, false);
    float rest;

    put_tapping_titles(page, &figures);
    if (screen->kind == CALIBRATION_TO_PICTURE) {
        put_swing(page, &figures);
    } else if (is_tiny(page)) {
        put_bar(page, &figures);
        put_evenness(page, &figures);
    } else {
        rest = height - page->y - EVENNESS_HEIGHT - 2.0F * CONTROL_HEIGHT - 6.0F * SPACE_4;
        put_ring(page, &figures, fmaxf(fminf(rest / 2.0F, RING_RADIUS), RING_RADIUS_MIN));
        put_evenness(page, &figures);
    }
    put_hint(page, &figures);
    put_tapping_buttons(page, &figures);
    if (screen->step == CALIBRATE_TAPPING && page->action == CALIBRATE_ACTION_NONE &&
        figures.state != CALIBRATION_GOES_ON) {
        end_round(page, &figures);
    }
}

/* ---- the result ------------------------------------------------------------------------------ */

/* Bars of 6 ms at most, over a range that has the taps and the click in it. */
static void draw_histogram(const Page *page, Rect rect)
{
    const CalibrateScreen *screen = page->screen;
    float offset_ms = (float)ms_of_ns(screen->heard.offset_ns);
    float maximum = fmaxf(HISTOGRAM_RANGE_MS, offset_ms + HISTOGRAM_ROOM_MS);
    float minimum = -HISTOGRAM_RANGE_MS;
    float counts[HISTOGRAM_BINS] = {0};
    Point zero = {rect.x - rect.w * minimum / (maximum - minimum), rect_bottom(rect) + 28.0F};
    UiLabel label = {.size_px = TYPE_HINT, .colour = page->ui->frame.theme->text2};
    WordsText words;

    for (size_t i = 0; i < screen->heard_count; i++) {
        float share = ((float)ms_of_ns(screen->heard_ns[i]) - minimum) / (maximum - minimum);

        if (share >= 0.0F && share < 1.0F) {
            counts[(size_t)(share * (float)HISTOGRAM_BINS)] += 1.0F;
        }
    }
    plot_histogram(page->ui->frame.draw,
                   page->ui->frame.theme,
                   rect,
                   &(PlotHistogram){.counts = counts,
                                    .count_count = HISTOGRAM_BINS,
                                    .minimum = minimum,
                                    .maximum = maximum,
                                    .mean = offset_ms,
                                    .has_mean = true,
                                    .colour = page->ui->frame.theme->families[FAMILY_ON]});
    words_clear(&words);
    words_add_number(&words, lroundf(minimum));
    words_add(&words, " ms");
    view_text(page->ui, (Point){rect.x, zero.y}, &label, words.bytes);
    words_clear(&words);
    words_add(&words, "+");
    words_add_number(&words, lroundf(maximum));
    words_add(&words, " ms");
    label.align = TEXT_RIGHT;
    view_text(page->ui, (Point){rect_right(rect), zero.y}, &label, words.bytes);
    label = (UiLabel){.size_px = TYPE_HINT,
                      .weight = FONT_SEMIBOLD,
                      .align = TEXT_CENTER,
                      .colour = page->ui->frame.theme->accent};
    view_text(page->ui, zero, &label, "click");
    label.weight = FONT_REGULAR;
    label.colour = page->ui->frame.theme->text2;
    view_text(page->ui, (Point){(rect.x + 2.0F * zero.x) / 3.0F, zero.y}, &label, "early");
    view_text(page->ui, (Point){(rect_right(rect) + 2.0F * zero.x) / 3.0F, zero.y}, &label, "late");
}

/* As high as leaves room for what stands below it, within reason. */
static float histogram_height(const Page *page, bool has_notice)
{
    const float below = HISTOGRAM_WORDS + SPACE_3 + 3.0F * SLIDER_ROW + SPACE_3 +
                        (has_notice ? CONTROL_HEIGHT + SPACE_4 : 0.0F) + CONTROL_HEIGHT + SPACE_4;
    const float room = page->ui->frame.layout.height - page->y - below;

    return fmaxf(fminf(lower(page, HISTOGRAM_HEIGHT), room), HISTOGRAM_HEIGHT_MIN);
}

static void put_histogram(Page *page, bool has_notice)
{
    const CalibrationFigures *heard = &page->screen->heard;
    Rect panel = {page->x, page->y, page->w, histogram_height(page, has_notice) + HISTOGRAM_WORDS};
    Rect inner = rect_inset_xy(panel, SPACE_6, SPACE_5);
    UiLabel label = {.size_px = TYPE_HINT, .align = TEXT_CENTER};
    WordsText words;

    label.colour = page->ui->frame.theme->text2;
    ui_panel(page->ui, panel);
    draw_histogram(page, (Rect){inner.x, inner.y, inner.w, panel.h - HISTOGRAM_WORDS});
    words_clear(&words);
    words_add_number(&words, heard->used_count);
    words_add(&words, " of ");
    words_add_number(&words, heard->tap_count);
    words_add(&words, " taps used, evenness ");
    words_add_number(&words, words_whole_ms(heard->spread_ns / NS_PER_US));
    words_add(&words, " ms, sure to ");
    words_add_number(&words, div_ceil(heard->uncertainty_ns, NS_PER_MS));
    words_add(&words, " ms");
    view_text(page->ui,
              (Point){panel.x + panel.w / 2.0F, rect_bottom(panel) - 16.0F},
              &label,
              words.bytes);
    page->y = rect_bottom(panel) + SPACE_3;
}

/* True when moved. */
static bool put_slider(Page *page, const char *title, UiId id, int32_t *offset_ms)
{
    const UiSlider slider = {.minimum = -SETTINGS_OFFSET_MS_MAX,
                             .maximum = SETTINGS_OFFSET_MS_MAX,
                             .step = 1.0,
                             .zero_tick = true};
    UiLabel figure = {.weight = FONT_SEMIBOLD, .align = TEXT_RIGHT, .tabular = true};
    Rect row = {page->x, page->y, page->w, SLIDER_ROW};
    Rect words_rect = rect_cut_left(&row, fminf(page->w * 0.24F + 12.0F, 170.0F));
    double value = (double)*offset_ms;
    Rect number = rect_cut_right(&row, FIGURE_WIDTH);
    bool has_moved;
    WordsText words;

    ui_label(page->ui, words_rect, &(UiLabel){.size_px = 0.0F}, title);
    has_moved = ui_slider(page->ui, id, rect_inset_xy(row, SPACE_3, 0.0F), &slider, &value);
    words_clear(&words);
    words_add(&words, value > 0.0 ? "+" : "");
    words_add_number(&words, lround(value));
    words_add(&words, " ms");
    ui_label(page->ui, number, &figure, words.bytes);
    page->y += SLIDER_ROW;
    *offset_ms = has_moved ? (int32_t)lround(value) : *offset_ms;
    return has_moved;
}

static void put_sliders(Page *page)
{
    SettingsOffsets *offsets = &page->screen->offsets;
    int32_t sound_ms = offsets->sound_offset_ms;

    (void)put_slider(page, "Hit offset", ui_id("calibrate.timing"), &offsets->timing_offset_ms);
    if (put_slider(page, "Sound offset", ui_id("calibrate.sound"), &sound_ms)) {
        settings_move_sound(offsets, sound_ms);
    }
    (void)put_slider(
        page, "Picture offset", ui_id("calibrate.picture"), &offsets->picture_offset_ms);
    page->y += SPACE_3;
}

static void put_success_buttons(Page *page)
{
    static const UiButton buttons[] = {
        {.label = "Try again", .key_cap = "R", .shortcut = 'r'},
        {.label = "Picture next", .key_cap = "P", .shortcut = 'p'},
        {.label = "Use this", .key_cap = "Enter", .kind = UI_BUTTON_MAIN},
    };

    switch (put_buttons(page, buttons, 3)) {
    case 0:
        want_round(page->screen, CALIBRATION_TO_SOUND);
        break;
    case 1:
        want_round(page->screen, CALIBRATION_TO_PICTURE);
        break;
    case 2:
        page->action = CALIBRATE_ACTION_USE;
        break;
    default:
        break;
    }
    if (ui_key_pressed(page->ui, UI_KEY_ESCAPE, 0)) {
        page->action = CALIBRATE_ACTION_BACK;
    }
}

static void put_success(Page *page)
{
    const Theme *theme = page->ui->frame.theme;
    const CalibrateScreen *screen = page->screen;
    const WordsAbout about = {.number = screen->offsets.timing_offset_ms * INT64_C(1000)};
    int64_t delay_ns =
        (screen->offsets.timing_offset_ms + screen->offsets.sound_offset_ms) * NS_PER_MS;
    bool is_slow = delay_ns > CALIBRATION_BLUETOOTH_NS;
    WordsText headline;
    WordsText detail;

    words_situation(WORDS_CALIBRATED, &about, &headline, &detail);
    words_add(&detail, " It contains your device and your habit; both are fine.");
    put_titles(page, headline.bytes, detail.bytes);
    put_histogram(page, screen->has_note || is_slow);
    put_sliders(page);
    if (screen->has_note) {
        put_notice(page, theme->accent, screen->note.bytes);
    } else if (is_slow) {
        put_situation(page, WORDS_BLUETOOTH, theme->accent);
    }
    put_success_buttons(page);
}

static void put_refusal(Page *page)
{
    static const UiButton buttons[] = {
        {.label = "Not now", .key_cap = "Esc", .escape = true},
        {.label = "Try again", .key_cap = "Enter", .kind = UI_BUTTON_MAIN, .shortcut = 'r'},
    };
    WordsText headline;
    WordsText detail;
    size_t pressed;

    refusal_words(&page->screen->heard, &headline, &detail);
    page->y += SPACE_7;
    put_titles(page, headline.bytes, detail.bytes);
    page->y += SPACE_4;
    pressed = put_buttons(page, buttons, 2);
    if (pressed == 0) {
        page->action = CALIBRATE_ACTION_BACK;
    } else if (pressed == 1) {
        want_round(page->screen, CALIBRATION_TO_SOUND);
    }
}

/* ---- the screen ------------------------------------------------------------------------------ */

CalibrateAction screen_calibrate(CalibrateScreen *screen, Ui *ui, const CalibrateView *view)
{
    const Layout *layout = &ui->frame.layout;
    Rect window = layout_window(layout);
    float width = fminf(COLUMN_WIDTH, window.w - 2.0F * layout->margin - SPACE_3);
    bool has_bar = layout->size_class < LAYOUT_TINY;
    Page page = {.screen = screen, .ui = ui, .view = view, .w = width};
    Rect content;

    if (!screen->has_opened) {
        screen->has_opened = true;
        screen->scroll = (UiScrollState){0};
        ui_focus(ui, 0);
    }
    if (has_bar) {
        (void)rect_cut_top(&window, BAR_HEIGHT);
        (void)view_status_bar(ui,
                              &(StatusBar){.title = view->from != NULL ? view->from : "Onedrum",
                                           .subtitle = "Calibrate",
                                           .no_menu = true});
    }
    content = ui_scroll_begin(ui, ui_id("calibrate.page"), window, &screen->scroll);
    page.x = (window.w - width) / 2.0F;
    page.y = content.y + (has_bar ? SPACE_5 : SPACE_2) +
             (layout->size_class == LAYOUT_MEDIUM ? SPACE_3 : 0.0F);
    if (screen->step != CALIBRATE_RESULT) {
        put_tapping(&page, layout->height);
    } else if (screen->heard.state == CALIBRATION_DONE) {
        put_success(&page);
    } else {
        put_refusal(&page);
    }
    ui_scroll_end(ui, page.y);
    ui->animating = ui->animating || screen->step != CALIBRATE_RESULT;
    return page.action;
}
