#include "client/desktop/ui/view_meter.h"

#include "client/desktop/ui/view_parts.h"

#include <math.h>

#define RANGE 1.15F /* of W3, to each side */
#define BAND_W1 0.22F
#define BAND_W2 0.14F
#define NEWEST_WIDTH 4.0F
#define OLDER_WIDTH 2.5F
#define OLDER_SHARE 0.62F
#define NEWEST_OVER 12.0F
#define ALPHA_MIN 0.16F
#define ALPHA_FIRST 0.85F
#define ALPHA_DECAY 0.9F
#define WHISKER_BELOW 9.0F

static void add_spread(Meter *meter)
{
    double sum = 0.0;
    double squares = 0.0;
    double mean;

    for (int i = 0; i < meter->hit_count; i++) {
        sum += meter->asynchrony_us[i];
    }
    mean = meter->hit_count > 0 ? sum / meter->hit_count : 0.0;
    for (int i = 0; i < meter->hit_count; i++) {
        double distance = meter->asynchrony_us[i] - mean;

        squares += distance * distance;
    }
    meter->mean_us = llround(mean);
    if (meter->hit_count > 1) {
        meter->spread_us = llround(sqrt(squares / (meter->hit_count - 1)));
    }
}

Meter meter_of(const ClientModel *model, int64_t beat_ns)
{
    Meter meter = {.calibrated = model->config.calibrated,
                   .windows =
                       judge_windows(beat_ns, (Profile)(model->welcome.profile % PROFILE_COUNT))};

    for (int i = 0; i < 4 * METER_HITS_MAX && meter.hit_count < METER_HITS_MAX; i++) {
        const OwnJudgement *own = model_own(model, i);

        if (own == NULL) {
            break;
        }
        if (judgement_claims_note((Judgement)own->judgement)) {
            meter.asynchrony_us[meter.hit_count] = own->asynchrony_us;
            meter.hit_count++;
        }
    }
    add_spread(&meter);
    return meter;
}

/* Pixels from the middle of a bar for a distance in time. */
static float meter_px(const Meter *meter, Rect bar, double time_us)
{
    double half_us = (double)RANGE * (double)meter->windows.w3_ns / 1000.0;

    return (float)(time_us / half_us) * bar.w / 2.0F;
}

float meter_x(const Meter *meter, Rect bar, int64_t asynchrony_us)
{
    float half = bar.w / 2.0F - 2.0F;
    float offset = meter_px(meter, bar, (double)asynchrony_us);

    return bar.x + bar.w / 2.0F + fminf(fmaxf(offset, -half), half);
}

static void draw_band(Ui *ui, Rect bar, const Meter *meter, int64_t window_ns, float alpha)
{
    const Theme *theme = ui->frame.theme;
    float half = meter_px(meter, bar, (double)window_ns / 1000.0);
    Colour colour = meter->calibrated ? theme->families[FAMILY_ON] : theme->families[FAMILY_QUIET];

    draw_rect(ui->frame.draw,
              (Rect){bar.x + bar.w / 2.0F - half, bar.y, 2.0F * half, bar.h},
              RADIUS_MARK + 2.0F,
              colour_fade(colour, alpha));
}

static void draw_hits(Ui *ui, Rect bar, const Meter *meter)
{
    const Theme *theme = ui->frame.theme;
    Colour colour = meter->calibrated ? theme->text : theme->families[FAMILY_QUIET];

    for (int i = meter->hit_count - 1; i > 0; i--) {
        float alpha = fmaxf(ALPHA_MIN, ALPHA_FIRST * powf(ALPHA_DECAY, (float)i));
        float x = meter_x(meter, bar, meter->asynchrony_us[i]);
        float height = OLDER_SHARE * bar.h;

        draw_rect(
            ui->frame.draw,
            (Rect){x - OLDER_WIDTH / 2.0F, bar.y + (bar.h - height) / 2.0F, OLDER_WIDTH, height},
            OLDER_WIDTH / 2.0F,
            colour_fade(colour, alpha));
    }
    if (meter->hit_count > 0) {
        float x = meter_x(meter, bar, meter->asynchrony_us[0]);

        draw_rect(ui->frame.draw,
                  (Rect){x - NEWEST_WIDTH / 2.0F,
                         bar.y - NEWEST_OVER / 2.0F,
                         NEWEST_WIDTH,
                         bar.h + NEWEST_OVER},
                  RADIUS_MARK,
                  colour);
    }
}

/* A triangle on the mean, a whisker of one standard deviation to each side. */
static void draw_mean(Ui *ui, Rect bar, const Meter *meter)
{
    const Theme *theme = ui->frame.theme;
    DrawList *draw = ui->frame.draw;
    float y = rect_bottom(bar) + WHISKER_BELOW;
    float mean = meter_x(meter, bar, meter->mean_us);
    float left = meter_x(meter, bar, meter->mean_us - meter->spread_us);
    float right = meter_x(meter, bar, meter->mean_us + meter->spread_us);
    const Point triangle[] = {{mean, y - 6.0F}, {mean + 7.0F, y + 6.0F}, {mean - 7.0F, y + 6.0F}};
    const float ends[] = {left, right};

    for (int i = 0; i < 2; i++) {
        float inner = i == 0 ? fminf(mean - 10.0F, mean) : mean + 10.0F;
        bool wide = i == 0 ? ends[i] < inner : ends[i] > inner;

        if (wide) {
            draw_line(draw, (Point){ends[i], y}, (Point){inner, y}, 2.0F, theme->text3);
            draw_line(
                draw, (Point){ends[i], y - 4.0F}, (Point){ends[i], y + 4.0F}, 2.0F, theme->text3);
        }
    }
    draw_polygon(draw, triangle, 3, theme->text);
}

void view_meter(Ui *ui, Rect bar, const Meter *meter)
{
    const Theme *theme = ui->frame.theme;
    float zero = bar.x + bar.w / 2.0F;

    draw_rect(ui->frame.draw, bar, RADIUS_CONTROL, theme->raised);
    draw_band(ui, bar, meter, meter->windows.w2_ns, BAND_W2);
    draw_band(ui, bar, meter, meter->windows.w1_ns, BAND_W1);
    draw_hits(ui, bar, meter);
    draw_rect(ui->frame.draw,
              (Rect){zero - 1.0F, bar.y - 5.0F, 2.0F, bar.h + 10.0F},
              1.0F,
              meter->calibrated ? theme->accent : theme->edge);
    if (meter->calibrated && meter->hit_count > 1) {
        draw_mean(ui, bar, meter);
    }
}

void view_meter_words(Ui *ui, Rect row, const Meter *meter, const char *words)
{
    const Theme *theme = ui->frame.theme;
    float y = row.y + row.h / 2.0F;
    UiLabel label = {.size_px = TYPE_HINT, .colour = theme->text2};

    label.align = TEXT_CENTER;
    view_text(ui, (Point){row.x + row.w / 2.0F, y}, &label, words);
    if (!meter->calibrated) {
        return;
    }
    label.align = TEXT_LEFT;
    draw_mark(ui->frame.draw, (Point){row.x + 6.0F, y}, 9.0F, MARK_EARLY, theme->text2);
    view_text(ui, (Point){row.x + 16.0F, y}, &label, "early");
    label.align = TEXT_RIGHT;
    draw_mark(ui->frame.draw, (Point){rect_right(row) - 6.0F, y}, 9.0F, MARK_LATE, theme->text2);
    view_text(ui, (Point){rect_right(row) - 16.0F, y}, &label, "late");
}

void meter_words(const Meter *meter, bool brief, WordsText *text)
{
    words_clear(text);
    if (!meter->calibrated) {
        words_add(text,
                  brief ? "calibrate to see early and late"
                        : "calibrate in the menu to see early and late");
        return;
    }
    if (meter->hit_count < 2) {
        words_add(text, "your last hits appear here");
        return;
    }
    words_add(text, "mean ");
    words_add_lateness(text, meter->mean_us);
    if (!brief) {
        words_add(text, ", spread ");
        words_add_number(text, words_whole_ms(meter->spread_us));
        words_add(text, " ms");
    }
}
