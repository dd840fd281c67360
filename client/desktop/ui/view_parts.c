#include "client/desktop/ui/view_parts.h"

#include <math.h>

/* Of a star's inner corners, as a share of the outer ones. */
#define STAR_INNER 0.42F
#define PI_F 3.14159265F

static float size_of(const UiLabel *label)
{
    return label->size_px > 0.0F ? label->size_px : TYPE_BODY;
}

static void place_text(Ui *ui, Point at, float width, const UiLabel *label, const char *text)
{
    float height = size_of(label) * TEXT_LINE_HEIGHT;
    float left = at.x;

    if (label->align == TEXT_CENTER) {
        left -= width / 2.0F;
    } else if (label->align == TEXT_RIGHT) {
        left -= width;
    }
    ui_label(ui, (Rect){left, at.y - height / 2.0F, width, height}, label, text);
}

float view_text(Ui *ui, Point at, const UiLabel *label, const char *text)
{
    float width = ui_text_width(ui, label->weight, size_of(label), text);

    place_text(ui, at, width, label, text);
    return width;
}

float view_name(Ui *ui, Point at, float width_max, const UiLabel *label, const char *text)
{
    float whole = ui_text_width(ui, label->weight, size_of(label), text);
    float width = fminf(whole, fmaxf(width_max, 0.0F));
    UiLabel shortened = *label;

    shortened.ellipsis = true;
    place_text(ui, at, width, &shortened, text);
    return width;
}

void view_beat_disc(Ui *ui, Point center, float radius, float alpha)
{
    const Theme *theme = ui->frame.theme;
    float outline = fmaxf(fminf(2.0F, radius * 0.4F), 0.14F * radius);

    if (theme->is_light) {
        draw_disc(ui->frame.draw, center, radius, colour_fade(theme->accent, alpha));
        draw_disc(ui->frame.draw, center, radius - outline, colour_fade(theme->fill, alpha));
    } else {
        draw_disc(ui->frame.draw, center, radius, colour_fade(theme->fill, alpha));
    }
}

void view_star(Ui *ui, Point center, float radius)
{
    Point points[10];

    for (int i = 0; i < 10; i++) {
        float angle = PI_F / 5.0F * (float)i;
        float reach = i % 2 == 0 ? radius : radius * STAR_INNER;

        points[i] = (Point){center.x + reach * sinf(angle), center.y - reach * cosf(angle)};
    }
    draw_polygon(ui->frame.draw, points, 10, ui->frame.theme->accent);
}

Mark view_mark_of(uint8_t verdict, float drift)
{
    static const Mark marks[VERDICT_COUNT] = {
        [VERDICT_WARMING_UP] = MARK_WARMING_UP,
        [VERDICT_IDLE] = MARK_IDLE,
        [VERDICT_DOUBLE] = MARK_DOUBLE,
        [VERDICT_HALF] = MARK_HALF,
        [VERDICT_OFF_BEAT] = MARK_OFF_BEAT,
        [VERDICT_EARLY] = MARK_EARLY,
        [VERDICT_LATE] = MARK_LATE,
        [VERDICT_ON] = MARK_ON,
        [VERDICT_TIGHT] = MARK_TIGHT,
        [VERDICT_WRONG_TEMPO] = MARK_TEMPO_FAST,
        [VERDICT_ERRATIC] = MARK_ERRATIC,
        [VERDICT_LOOSE] = MARK_LOOSE,
    };

    if (verdict >= VERDICT_COUNT) {
        return MARK_UNRATED;
    }
    if (verdict == VERDICT_WRONG_TEMPO && drift > 0.0F) {
        return MARK_TEMPO_SLOW;
    }
    return marks[verdict];
}

bool view_is_marked(uint8_t verdict)
{
    return verdict == VERDICT_OFF_BEAT || verdict == VERDICT_WRONG_TEMPO ||
           verdict == VERDICT_ERRATIC || verdict == VERDICT_DOUBLE || verdict == VERDICT_LATE ||
           verdict == VERDICT_EARLY || verdict == VERDICT_HALF;
}

const TeamEntry *view_own_team(const ClientModel *model)
{
    const ModelOthers *others = model->others;
    uint16_t team;

    if (others == NULL || !model->has_seat || model->welcome.seat >= others->seat_count) {
        return NULL;
    }
    team = model_team(others, model->welcome.seat);
    return team != TEAM_NONE ? &others->teams[team] : NULL;
}

int64_t view_beat_ns(const ModelNow *music)
{
    if (music->tempo_mbpm > 0) {
        return beat_ns_at(music->tempo_mbpm);
    }
    if (music->groove != NULL && music->groove->tempo_mbpm > 0) {
        return beat_ns_at(music->groove->tempo_mbpm);
    }
    return NS_PER_S / 2;
}

float view_ease(float value, float target, double elapsed_s, double tau_s)
{
    double share = elapsed_s <= 0.0 ? 0.0 : 1.0 - exp(-elapsed_s / tau_s);

    return value + (target - value) * (float)share;
}

const uint8_t VIEW_VERDICT_ORDER[VERDICT_COUNT] = {VERDICT_OFF_BEAT,
                                                   VERDICT_WRONG_TEMPO,
                                                   VERDICT_ERRATIC,
                                                   VERDICT_DOUBLE,
                                                   VERDICT_LATE,
                                                   VERDICT_EARLY,
                                                   VERDICT_HALF,
                                                   VERDICT_IDLE,
                                                   VERDICT_LOOSE,
                                                   VERDICT_WARMING_UP,
                                                   VERDICT_ON,
                                                   VERDICT_TIGHT};
