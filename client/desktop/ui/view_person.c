#include "client/desktop/ui/view_person.h"

#include "client/desktop/ui/plots.h"
#include "client/desktop/ui/view_parts.h"

#include <math.h>

#define CARD_WIDTH 250.0F
#define CARD_HEIGHT 128.0F
#define CARD_PADDING 16.0F
#define CARD_GAP 12.0F /* to what it belongs to */
#define SIGNAL_ROOM 34.0F
#define SPREAD_LEVEL_MAX 15 /* stands for all that is wider */
#define SPREAD_LEVELS_PER_BEAT 50

static int64_t bias_us(const MapEntry *entry, int64_t beat_ns)
{
    return entry->phase_256 * (beat_ns / NS_PER_US) / 256;
}

void view_person_timing(const MapEntry *entry, float drift, int64_t beat_ns, WordsText *text)
{
    int64_t late_us = bias_us(entry, beat_ns);

    words_clear(text);
    words_add(text, mark_name(view_mark_of(entry->verdict, drift)));
    if (entry->verdict == VERDICT_EARLY || entry->verdict == VERDICT_LATE) {
        words_add(text, " by ");
        words_add_number(text, words_whole_ms(late_us < 0 ? -late_us : late_us));
        words_add(text, " ms");
    } else if (entry->verdict == VERDICT_ON || entry->verdict == VERDICT_TIGHT ||
               entry->verdict == VERDICT_LOOSE || entry->verdict == VERDICT_HALF) {
        words_add(text, ", ");
        words_add_lateness(text, late_us);
    }
}

void view_person_spread(const MapEntry *entry, int64_t beat_ns, WordsText *text)
{
    int64_t spread_us = entry->spread_level * (beat_ns / NS_PER_US) / SPREAD_LEVELS_PER_BEAT;

    words_clear(text);
    words_add(text,
              entry->spread_level >= SPREAD_LEVEL_MAX ? "Spread more than " : "Spread about ");
    words_add_number(text, words_whole_ms(spread_us));
    words_add(text, " ms");
}

/* Nothing is known of the spread of whoever does not play. */
static bool has_spread(uint8_t verdict)
{
    return verdict != VERDICT_IDLE && verdict != VERDICT_WARMING_UP;
}

static void add_connection(const RosterEntry *entry, WordsText *text)
{
    words_clear(text);
    if ((entry->presence & PRESENCE_CONNECTED) == 0) {
        words_add(text, "Connection lost, seat kept");
        return;
    }
    words_add(text,
              (entry->presence & PRESENCE_CALIBRATED) != 0 ? "Calibrated. " : "Uncalibrated. ");
    words_add(text, words_clock(entry->clock_bars));
}

/* To the right of what it belongs to, else to the left, else wherever there is room. */
static Rect place_of(const PersonCard *card)
{
    Rect place = {rect_right(card->of) + CARD_GAP, card->of.y - 28.0F, CARD_WIDTH, CARD_HEIGHT};
    float lowest = rect_bottom(card->bounds) - place.h;

    if (card->aside) {
        bool is_right = rect_center(card->of).x > rect_center(card->bounds).x;

        place.x = is_right ? card->bounds.x : rect_right(card->bounds) - place.w;
        place.y = rect_center(card->bounds).y - place.h / 2.0F;
        return place;
    }
    if (rect_right(place) > rect_right(card->bounds)) {
        place.x = card->of.x - CARD_GAP - place.w;
    }
    if (place.x < card->bounds.x) {
        bool below = rect_bottom(card->of) + CARD_GAP <= lowest;

        place.x = fmaxf(fminf(card->of.x, rect_right(card->bounds) - place.w), card->bounds.x);
        place.y = below ? rect_bottom(card->of) + CARD_GAP : card->of.y - CARD_GAP - place.h;
    }
    place.y = fmaxf(fminf(place.y, lowest), card->bounds.y);
    return place;
}

static void draw_who(Ui *ui, Rect inner, const PersonCard *card)
{
    const ModelOthers *others = card->model->others;
    const RosterEntry *entry = &others->roster[card->seat];
    bool own = card->model->has_seat && card->seat == card->model->welcome.seat;
    WordsText who;

    words_clear(&who);
    words_add(&who, own ? "You" : entry->name);
    if (entry->team < others->team_count) {
        words_add(&who, ", ");
        words_add(&who, others->teams[entry->team].name);
    }
    view_name(ui,
              (Point){inner.x, inner.y + 9.0F},
              inner.w - SIGNAL_ROOM,
              &(UiLabel){.weight = FONT_SEMIBOLD},
              who.bytes);
    plot_signal(ui->frame.draw,
                ui->frame.theme,
                (Rect){rect_right(inner) - 22.0F, inner.y + 1.0F, 22.0F, 16.0F},
                (entry->presence & PRESENCE_CONNECTED) != 0 ? entry->clock_bars : 0);
}

void view_person_card(Ui *ui, const PersonCard *card)
{
    const Theme *theme = ui->frame.theme;
    const MapEntry *entry = &card->model->others->map[card->seat];
    Rect place = place_of(card);
    Rect inner = rect_inset_xy(place, CARD_PADDING, CARD_PADDING - 2.0F);
    UiLabel lesser = {.size_px = TYPE_HINT, .colour = theme->text2};
    Mark mark = view_mark_of(entry->verdict, card->drift);
    WordsText words;

    draw_rect(ui->frame.draw,
              (Rect){place.x + 2.0F, place.y + 4.0F, place.w, place.h},
              RADIUS_PANEL,
              colour_fade((Colour){0, 0, 0, 255}, theme->is_light ? 0.12F : 0.4F));
    draw_rect(ui->frame.draw, place, RADIUS_PANEL, theme->raised);
    draw_rect_stroke(ui->frame.draw, place, RADIUS_PANEL, 1.0F, theme->edge);
    draw_who(ui, inner, card);
    draw_mark(ui->frame.draw,
              (Point){inner.x + 7.0F, inner.y + 37.0F},
              14.0F,
              mark,
              theme_mark_colour(theme, mark));
    view_person_timing(entry, card->drift, card->beat_ns, &words);
    view_name(
        ui, (Point){inner.x + 24.0F, inner.y + 37.0F}, inner.w - 24.0F, &(UiLabel){0}, words.bytes);
    if (has_spread(entry->verdict)) {
        view_person_spread(entry, card->beat_ns, &words);
        view_text(ui, (Point){inner.x, inner.y + 64.0F}, &lesser, words.bytes);
    }
    add_connection(&card->model->others->roster[card->seat], &words);
    view_name(ui, (Point){inner.x, inner.y + 87.0F}, inner.w, &lesser, words.bytes);
}
