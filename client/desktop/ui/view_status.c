#include "client/desktop/ui/view_status.h"

#include "client/desktop/ui/plots.h"
#include "client/desktop/ui/view_parts.h"

#include <math.h>

#define MENU_SIZE 36.0F
#define SIGN_SIZE 22.0F
#define SIGNAL_WIDTH 22.0F
#define TITLE_WIDTH_MIN 90.0F /* of a title that is shortened */

/* The free stretch of the bar while it is filled from both ends. */
typedef struct {
    float left;
    float right;
    float y;
} BarRoom;

static bool is_empty(const char *text)
{
    return text == NULL || text[0] == '\0';
}

/* Three lines on a button; the label is for nobody's eyes, so it is drawn by hand. */
static bool draw_menu(Ui *ui, BarRoom *room)
{
    const Theme *theme = ui->frame.theme;
    Rect button = {room->right - MENU_SIZE, room->y - MENU_SIZE / 2.0F, MENU_SIZE, MENU_SIZE};
    UiInteraction interaction = ui_interact(ui, ui_id("status menu"), button);
    bool lit = interaction.hovered || interaction.held;

    draw_rect(ui->frame.draw, button, RADIUS_CONTROL, lit ? theme->line : theme->raised);
    for (int i = -1; i <= 1; i++) {
        draw_rect(ui->frame.draw,
                  (Rect){button.x + 10.0F, room->y + 6.0F * (float)i - 1.0F, 16.0F, 2.0F},
                  1.0F,
                  theme->text);
    }
    if (interaction.ring) {
        ui_focus_ring(ui, button, RADIUS_CONTROL);
    }
    room->right = button.x - SPACE_4;
    return interaction.clicked;
}

static void draw_clock(Ui *ui, const StatusBar *bar, BarRoom *room, bool with_words)
{
    const Theme *theme = ui->frame.theme;
    UiLabel label = {.size_px = TYPE_HINT, .align = TEXT_RIGHT, .colour = theme->text2};

    plot_signal(ui->frame.draw,
                theme,
                (Rect){room->right - SIGNAL_WIDTH, room->y - 8.0F, SIGNAL_WIDTH, 16.0F},
                bar->clock_bars);
    room->right -= SIGNAL_WIDTH + SPACE_3;
    if (with_words && !is_empty(bar->clock)) {
        room->right -= view_text(ui, (Point){room->right, room->y}, &label, bar->clock) + SPACE_4;
    }
}

static void draw_badge(Ui *ui, const char *badge, BarRoom *room)
{
    const Theme *theme = ui->frame.theme;
    float width = ui_text_width(ui, FONT_SEMIBOLD, TYPE_HINT, badge) + 2.0F * SPACE_3;
    Rect pill = {room->right - width, room->y - 14.0F, width, 28.0F};

    draw_rect(ui->frame.draw, pill, 14.0F, colour_fade(theme->fill, 0.16F));
    view_text(ui,
              rect_center(pill),
              &(UiLabel){.size_px = TYPE_HINT,
                         .weight = FONT_SEMIBOLD,
                         .align = TEXT_CENTER,
                         .colour = theme->accent},
              badge);
    room->right -= width + SPACE_4;
}

static void draw_figure(Ui *ui, const StatusBar *bar, BarRoom *room)
{
    const Theme *theme = ui->frame.theme;
    WordsText figure;

    words_clear(&figure);
    words_add_number(&figure, bar->figure);
    room->right -= view_text(
        ui,
        (Point){room->right, room->y},
        &(UiLabel){
            .size_px = TYPE_TITLE, .weight = FONT_SEMIBOLD, .align = TEXT_RIGHT, .tabular = true},
        figure.bytes);
    room->right -= SPACE_3;
    if (room->right - room->left > 260.0F) {
        room->right -= view_text(ui,
                                 (Point){room->right, room->y},
                                 &(UiLabel){.align = TEXT_RIGHT, .colour = theme->text2},
                                 "together") +
                       SPACE_4;
    }
}

/* In the middle of the window where there is room, else as near to it as the ends allow. */
static void draw_middle(Ui *ui, const char *middle, float title_width, BarRoom *room)
{
    const Theme *theme = ui->frame.theme;
    float width = ui_text_width(ui, FONT_REGULAR, TYPE_BODY, middle);
    float left = ui->frame.layout.width / 2.0F - width / 2.0F;

    left = fmaxf(left, room->left + fminf(title_width, TITLE_WIDTH_MIN) + SPACE_5);
    if (left > room->right - width) {
        return;
    }
    view_text(ui, (Point){left, room->y}, &(UiLabel){.colour = theme->text2}, middle);
    room->right = left - SPACE_5;
}

static void draw_titles(Ui *ui, const StatusBar *bar, BarRoom *room)
{
    const Theme *theme = ui->frame.theme;

    if (!is_empty(bar->title)) {
        room->left += view_name(ui,
                                (Point){room->left, room->y},
                                room->right - room->left,
                                &(UiLabel){.size_px = TYPE_LEAD, .weight = FONT_SEMIBOLD},
                                bar->title) +
                      14.0F;
    }
    if (!is_empty(bar->subtitle) &&
        ui_text_width(ui, FONT_REGULAR, TYPE_BODY, bar->subtitle) <= room->right - room->left) {
        view_text(
            ui, (Point){room->left, room->y}, &(UiLabel){.colour = theme->text2}, bar->subtitle);
    }
}

static float title_width(const Ui *ui, const StatusBar *bar)
{
    return is_empty(bar->title) ? 0.0F : ui_text_width(ui, FONT_SEMIBOLD, TYPE_LEAD, bar->title);
}

/* Whether the clock's words leave room for title and music. */
static bool has_room_for_words(const Ui *ui, const StatusBar *bar)
{
    float middle = is_empty(bar->middle)
                       ? 0.0F
                       : ui_text_width(ui, FONT_REGULAR, TYPE_BODY, bar->middle) + SPACE_5;
    float title = title_width(ui, bar);
    float badge = is_empty(bar->badge)
                      ? 0.0F
                      : ui_text_width(ui, FONT_SEMIBOLD, TYPE_HINT, bar->badge) + SPACE_6;
    float clock =
        is_empty(bar->clock) ? 0.0F : ui_text_width(ui, FONT_REGULAR, TYPE_HINT, bar->clock);

    return title + middle + badge + clock + 210.0F < ui->frame.layout.width;
}

bool view_status_bar(Ui *ui, const StatusBar *bar)
{
    const Layout *layout = &ui->frame.layout;
    float middle = BAR_HEIGHT / 2.0F;
    BarRoom room = {.left = layout->margin, .right = layout->width - layout->margin, .y = middle};
    bool pressed = false;

    plot_sign(
        ui->frame.draw, ui->frame.theme, (Point){room.left + SIGN_SIZE / 2.0F, middle}, SIGN_SIZE);
    room.left += SIGN_SIZE + SPACE_3;
    if (!bar->no_menu) {
        pressed = draw_menu(ui, &room);
    }
    if (bar->has_figure) {
        draw_figure(ui, bar, &room);
    }
    if (bar->has_clock) {
        draw_clock(ui, bar, &room, has_room_for_words(ui, bar));
    }
    if (!is_empty(bar->badge)) {
        draw_badge(ui, bar->badge, &room);
    }
    if (!is_empty(bar->middle)) {
        draw_middle(ui, bar->middle, title_width(ui, bar), &room);
    }
    draw_titles(ui, bar, &room);
    ui_separator(ui, 0.0F, BAR_HEIGHT - 1.0F, layout->width);
    return pressed;
}

void view_status_hints(Ui *ui, const UiHint *hints, size_t hint_count)
{
    const Layout *layout = &ui->frame.layout;
    float up = STATUS_HINTS_TINY;

    if (layout->size_class == LAYOUT_MEDIUM) {
        up = STATUS_HINTS_MEDIUM;
    } else if (layout->size_class == LAYOUT_SMALL) {
        up = STATUS_HINTS_SMALL;
    }
    ui_hints(ui,
             (Rect){layout->margin,
                    layout->height - up - 12.0F,
                    layout->width - 2.0F * layout->margin,
                    24.0F},
             hints,
             hint_count);
}

static void add_part(WordsText *text, const char *part)
{
    if (text->length_bytes > 0) {
        words_add(text, " \xC2\xB7 ");
    }
    words_add(text, part);
}

static const char *transport_word(Transport transport)
{
    switch (transport) {
    case TRANSPORT_LOBBY:
        return "lobby";
    case TRANSPORT_COUNT_IN:
        return "count-in";
    case TRANSPORT_PAUSED:
        return "paused";
    case TRANSPORT_STOPPED:
        return "stopped";
    case TRANSPORT_PLAYING:
    case TRANSPORT_COUNT:
        break;
    }
    return "";
}

void status_music_words(const ClientModel *model, const ModelNow *music, WordsText *text)
{
    const char *title = NULL;
    bool playing = music->known && music->transport == TRANSPORT_PLAYING;

    words_clear(text);
    if (!music->known) {
        return;
    }
    title = music->groove != NULL ? music->groove->title
                                  : model_groove_title(model, music->section->groove);
    if (title != NULL) {
        add_part(text, title);
    }
    if (music->tempo_mbpm > 0) {
        add_part(text, "");
        words_add_number(text, (music->tempo_mbpm + 500) / 1000);
        words_add(text, " BPM");
    }
    if (playing) {
        add_part(text, "bar ");
        words_add_number(text, music->bar.bar);
    } else {
        add_part(text, transport_word(music->transport));
    }
}

StatusBar status_of_session(const ClientModel *model, const ModelNow *music, StatusWords *words)
{
    bool connected = model->phase == MODEL_JOINED;
    int clock_bars = connected ? model_clock_bars(model) : 0;

    words_clock_quality(clock_bars, model->clock_estimate.uncertainty_ns, &words->clock);
    words_clear(&words->subtitle);
    if (model->welcome.team[0] != '\0') {
        words_add(&words->subtitle, model->welcome.team);
    }
    status_music_words(model, music, &words->middle);
    return (StatusBar){
        .title = model->welcome.title[0] != '\0' ? model->welcome.title : "Onedrum",
        .subtitle = words->subtitle.bytes,
        .middle = words->middle.bytes,
        .badge = model->welcome.role == ROLE_FACILITATOR ? "Facilitator" : NULL,
        .has_clock = true,
        .clock = connected ? words->clock.bytes : "Out of reach",
        .clock_bars = clock_bars,
    };
}
