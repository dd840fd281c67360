#include "client/desktop/ui/screen_lobby.h"

#include "client/desktop/ui/plots.h"
#include "client/desktop/ui/view_status.h"
#include "client/desktop/ui/words.h"

#include <math.h>
#include <string.h>

#define COLUMN_WIDTH 196.0F
#define COLUMN_GAP 12.0F
#define TEAM_HEADER 50.0F
#define TEAM_FOOT 8.0F
#define PERSON_ROW 52.0F
#define PERSON_ROW_DENSE 32.0F
/* More people than this stand in rows of one line. */
#define PEOPLE_DENSE 48
/* People below each other before a team takes another column. */
#define TEAM_ROWS 12
#define PART_WIDTH 392.0F
#define PART_WIDTH_SMALL 320.0F
#define PART_ROW 54.0F
#define PART_ROW_SMALL 42.0F
#define PART_GAP 8.0F
#define PART_GAP_SMALL 5.0F
#define PART_HEADER 78.0F
#define PART_HEADER_SMALL 60.0F
#define STRIP_HEIGHT 88.0F
#define FOOT_HEIGHT 70.0F
#define FOOT_HEIGHT_SMALL 48.0F
#define READY_WIDTH 182.0F
#define START_WIDTH 150.0F
#define ACTION_HEIGHT 48.0F
#define STEPS_SHOWN_MAX 32

/* What a frame of the lobby passes around. */
typedef struct {
    LobbyScreen *screen;
    Ui *ui;
    const LobbyView *view;
    const Groove *groove; /* NULL while not received */
    LobbyAction action;
} Page;

/* ---- who is here ----------------------------------------------------------------------------- */

static bool is_here(const RosterEntry *entry)
{
    return (entry->presence & PRESENCE_TAKEN) != 0;
}

static uint16_t place_of_team(LobbyScreen *screen, uint16_t team)
{
    size_t index = team < TEAMS_MAX ? team : TEAMS_MAX;

    if (screen->team_place[index] == 0) {
        screen->teams[screen->team_count] =
            (LobbyTeam){.team = team, .first = LOBBY_NOBODY, .last = LOBBY_NOBODY};
        screen->team_count++;
        screen->team_place[index] = (uint16_t)screen->team_count;
    }
    return (uint16_t)(screen->team_place[index] - 1);
}

static void add_person(LobbyScreen *screen, uint16_t seat, uint16_t team_index)
{
    LobbyTeam *team = &screen->teams[place_of_team(screen, team_index)];

    screen->next[seat] = LOBBY_NOBODY;
    if (team->first == LOBBY_NOBODY) {
        team->first = seat;
    } else {
        screen->next[team->last] = seat;
    }
    team->last = seat;
    team->count++;
}

/* Where only figures are told of others. */
static void count_by_figures(Page *page)
{
    LobbyScreen *screen = page->screen;
    const ClientModel *model = page->view->model;
    const PartsMessage *parts = &model->others->parts;

    if (model->has_snapshot && model->snapshot.joined > screen->people_count) {
        screen->people_count = model->snapshot.joined;
    }
    for (int i = 0; i < parts->count; i++) {
        screen->parts_taken[i] = parts->parts[i].members;
    }
}

/* The own team comes first and oneself first in it; else in the order of seats. */
static void sort_people(Page *page)
{
    LobbyScreen *screen = page->screen;
    const ModelOthers *others = page->view->model->others;
    uint16_t own_seat = page->view->model->welcome.seat;
    int part_count = page->groove != NULL ? page->groove->part_count : GROOVE_PARTS_MAX;

    screen->team_count = 0;
    screen->people_count = 0;
    memset(screen->team_place, 0, sizeof screen->team_place);
    memset(screen->parts_taken, 0, sizeof screen->parts_taken);
    if (own_seat < others->seat_count && is_here(&others->roster[own_seat])) {
        add_person(screen, own_seat, others->roster[own_seat].team);
    }
    for (uint16_t seat = 0; seat < others->seat_count; seat++) {
        const RosterEntry *entry = &others->roster[seat];

        if (!is_here(entry)) {
            continue;
        }
        if (seat != own_seat) {
            add_person(screen, seat, entry->team);
        }
        if ((entry->presence & PRESENCE_OBSERVER) == 0) {
            screen->people_count++;
            screen->parts_taken[entry->part % part_count]++;
        }
    }
    if (!model_sees_people(page->view->model)) {
        count_by_figures(page);
    }
}

static const char *team_name(const ModelOthers *others, uint16_t team)
{
    if (team < others->team_count && others->teams[team].name[0] != '\0') {
        return others->teams[team].name;
    }
    return team == TEAM_NONE ? "No team" : "Team";
}

static const char *state_words(const RosterEntry *entry)
{
    if ((entry->presence & PRESENCE_CONNECTED) == 0) {
        return "away";
    }
    if ((entry->presence & PRESENCE_OBSERVER) != 0) {
        return "watching";
    }
    if ((entry->presence & PRESENCE_READY) != 0) {
        return "ready";
    }
    return (entry->presence & PRESENCE_CALIBRATED) != 0 ? "not ready yet" : "offset not set yet";
}

/* ---- people ---------------------------------------------------------------------------------- */

static void put_own_name(WordsText *name, const RosterEntry *entry, bool is_own)
{
    words_clear(name);
    /* Who only watches may have come without a name. */
    words_add(name, entry->name[0] == '\0' ? "Somebody" : entry->name);
    words_add(name, is_own ? " (you)" : "");
    words_add(name, (entry->presence & PRESENCE_FACILITATOR) != 0 ? ", host" : "");
}

/* A tick for who is ready; nothing else has a sign, so that it stands out. */
static void draw_ready(Ui *ui, Point center, bool is_ready)
{
    const Theme *theme = ui->frame.theme;
    Point tick[] = {{center.x - 4.0F, center.y + 0.5F},
                    {center.x - 1.0F, center.y + 3.5F},
                    {center.x + 4.5F, center.y - 3.5F}};

    if (is_ready) {
        draw_polyline(ui->frame.draw, tick, 3, 2.0F, theme->families[FAMILY_ON]);
    } else {
        draw_ring(ui->frame.draw, center, 4.0F, 1.2F, theme->edge);
    }
}

static void draw_person(Page *page, Rect row, const RosterEntry *entry, bool is_dense)
{
    Ui *ui = page->ui;
    const Theme *theme = ui->frame.theme;
    bool is_own = entry->seat == page->view->model->welcome.seat;
    bool is_away = (entry->presence & PRESENCE_CONNECTED) == 0;
    bool is_ready = (entry->presence & PRESENCE_READY) != 0;
    UiLabel name = {.weight = is_own ? FONT_SEMIBOLD : FONT_MEDIUM,
                    .size_px = is_dense ? TYPE_HINT : TYPE_BODY,
                    .colour = is_away ? theme->text3 : theme->text,
                    .ellipsis = true};
    UiLabel state = {.size_px = TYPE_CAPTION, .colour = is_ready ? theme->text3 : theme->text2};
    Rect signal = {rect_right(row) - 24.0F, row.y, 22.0F, row.h};
    Rect words = {row.x, row.y + 4.0F, row.w - 34.0F, 22.0F};
    WordsText text;

    if (is_own) {
        draw_rect(ui->frame.draw,
                  rect_inset_xy(row, -SPACE_2, is_dense ? 2.0F : 4.0F),
                  RADIUS_CONTROL,
                  theme->raised);
    }
    put_own_name(&text, entry, is_own);
    plot_signal(ui->frame.draw, theme, signal, entry->clock_bars);
    if (is_dense) {
        draw_ready(ui, (Point){row.x + 5.0F, row.y + row.h / 2.0F}, is_ready);
        words = (Rect){row.x + 18.0F, row.y, row.w - 52.0F, row.h};
        ui_label(ui, words, &name, text.bytes);
        return;
    }
    words.y = row.y + 7.0F;
    ui_label(ui, words, &name, text.bytes);
    words.y += 21.0F;
    words.h = 18.0F;
    ui_label(ui, words, &state, state_words(entry));
}

/* Where the people of one team stand: `columns` beside each other. */
typedef struct {
    const LobbyTeam *team;
    Rect rect;
    Rect shown; /* what of the page can be seen */
    int columns;
    int rows;
    bool is_dense;
} TeamBlock;

static void draw_team(Page *page, const TeamBlock *block)
{
    Ui *ui = page->ui;
    const Theme *theme = ui->frame.theme;
    const ModelOthers *others = page->view->model->others;
    bool is_own = block->team == &page->screen->teams[0];
    float height = block->is_dense ? PERSON_ROW_DENSE : PERSON_ROW;
    UiLabel title = {.size_px = TYPE_LEAD,
                     .weight = FONT_SEMIBOLD,
                     .colour = is_own ? theme->accent : theme->text,
                     .ellipsis = true};
    UiLabel count = {.align = TEXT_RIGHT, .colour = theme->text2};
    Rect inner = rect_inset_xy(block->rect, SPACE_4, 0.0F);
    Rect header = {inner.x, inner.y + 6.0F, inner.w, 40.0F};
    uint16_t seat = block->team->first;
    WordsText number;

    if (rect_intersection(block->rect, block->shown).h <= 0.0F) {
        return;
    }
    ui_panel(ui, block->rect);
    words_clear(&number);
    words_add_number(&number, block->team->count);
    ui_label(ui, rect_cut_right(&header, 44.0F), &count, number.bytes);
    ui_label(ui, header, &title, team_name(others, block->team->team));
    ui_separator(ui, inner.x, inner.y + TEAM_HEADER - 4.0F, inner.w);
    for (int i = 0; seat != LOBBY_NOBODY; i++) {
        Rect row = rect_column(inner, i / block->rows, block->columns, 2.0F * SPACE_4);

        row.y = inner.y + TEAM_HEADER + height * (float)(i % block->rows);
        row.h = height;
        if (rect_intersection(row, block->shown).h > 0.0F) {
            draw_person(page, row, &others->roster[seat], block->is_dense);
        }
        seat = page->screen->next[seat];
    }
}

static int columns_of(int count, int columns_max)
{
    int columns = (count + TEAM_ROWS - 1) / TEAM_ROWS;

    return columns < columns_max ? columns : columns_max;
}

static float row_height(const Page *page)
{
    return page->screen->people_count > PEOPLE_DENSE ? PERSON_ROW_DENSE : PERSON_ROW;
}

/* Columns beside each other: as many as fit, fewer and wider where there are few teams. */
static int columns_beside(const LobbyScreen *screen, float width)
{
    int fit = (int)((width + COLUMN_GAP) / (COLUMN_WIDTH + COLUMN_GAP));
    int needed = 0;

    fit = fit < 1 ? 1 : fit;
    for (int i = 0; i < screen->team_count; i++) {
        needed += columns_of(screen->teams[i].count, fit);
    }
    if (needed >= fit) {
        return fit;
    }
    /* One lonely column across the whole window would be hard to read. */
    return needed < 2 && fit > 1 ? 2 : needed;
}

/* Teams beside each other, all as high as the highest. */
typedef struct {
    int first;
    int end;
    int columns; /* of the whole width */
    int rows;
} Shelf;

static Shelf next_shelf(const LobbyScreen *screen, int first, int columns_max)
{
    Shelf shelf = {.first = first, .end = first, .columns = columns_max};
    int used = 0;

    while (shelf.end < screen->team_count) {
        int count = screen->teams[shelf.end].count;
        int columns = columns_of(count, columns_max);
        int rows = (count + columns - 1) / columns;

        if (used > 0 && used + columns > columns_max) {
            break;
        }
        used += columns;
        shelf.rows = rows > shelf.rows ? rows : shelf.rows;
        shelf.end++;
    }
    return shelf;
}

static void put_shelf(Page *page, const Shelf *shelf, Rect area, Rect shown)
{
    int used = 0;

    for (int i = shelf->first; i < shelf->end; i++) {
        const LobbyTeam *team = &page->screen->teams[i];
        int columns = columns_of(team->count, shelf->columns);
        Rect left = rect_column(area, used, shelf->columns, COLUMN_GAP);
        Rect right = rect_column(area, used + columns - 1, shelf->columns, COLUMN_GAP);
        TeamBlock block = {.team = team,
                           .rect = {left.x, area.y, rect_right(right) - left.x, area.h},
                           .shown = shown,
                           .columns = columns,
                           .rows = (team->count + columns - 1) / columns,
                           .is_dense = page->screen->people_count > PEOPLE_DENSE};

        draw_team(page, &block);
        used += columns;
    }
}

/* Teams flow in shelves, the own first. Answers the bottom. */
static float put_teams(Page *page, Rect area, Rect shown)
{
    int columns = columns_beside(page->screen, area.w);
    int team = 0;

    while (team < page->screen->team_count) {
        Shelf shelf = next_shelf(page->screen, team, columns);

        area.h = TEAM_HEADER + TEAM_FOOT + row_height(page) * (float)shelf.rows;
        put_shelf(page, &shelf, area, shown);
        area.y += area.h + COLUMN_GAP;
        team = shelf.end;
    }
    return area.y - COLUMN_GAP;
}

/* ---- the own part ---------------------------------------------------------------------------- */

/* One cycle in small, or its first bar where a cycle is too long: dots for notes and rests. */
static void draw_pattern(Ui *ui, Rect rect, const Groove *groove, int part, Colour colour)
{
    int count = groove_step_count(groove);
    float pitch;

    if (count > STEPS_SHOWN_MAX) {
        count = count / groove->bars;
    }
    pitch = fminf(20.0F, rect.w / (float)count);
    for (int i = 0; i < count; i++) {
        uint8_t step = groove->parts[part].steps[i];
        Point center = {rect.x + pitch * ((float)i + 0.5F), rect.y + rect.h / 2.0F};
        float radius = step == STEP_ACCENT ? 5.5F : 4.5F;

        if (step == STEP_REST && pitch >= 7.0F) {
            draw_disc(ui->frame.draw, center, 2.0F, ui->frame.theme->text3);
        } else if (step != STEP_REST) {
            draw_disc(ui->frame.draw, center, fminf(radius, pitch * 0.42F), colour);
        }
    }
}

static void put_part(Page *page, Rect rect, int part, bool is_chosen)
{
    Ui *ui = page->ui;
    const Theme *theme = ui->frame.theme;
    UiInteraction on = ui_interact(ui, ui_id_index(ui_id("lobby.part"), (size_t)part), rect);
    bool is_small = rect.h < PART_ROW;
    UiLabel title = {
        .size_px = is_small ? TYPE_HINT : TYPE_BODY, .weight = FONT_MEDIUM, .ellipsis = true};
    UiLabel count = {.align = TEXT_RIGHT, .colour = theme->text2};
    Point radio = {rect.x + 22.0F, rect.y + rect.h / 2.0F};
    Rect words = {
        rect.x + 44.0F, radio.y - (is_small ? 19.0F : 21.0F), rect.w - 44.0F - 52.0F, 22.0F};
    Rect pattern = {
        rect.x + 40.0F, radio.y + (is_small ? 0.0F : 1.0F), rect.w - 40.0F - 52.0F, 20.0F};
    WordsText number;

    if (is_chosen || on.hovered) {
        draw_rect(ui->frame.draw, rect, RADIUS_CONTROL, theme->raised);
    }
    draw_rect_stroke(ui->frame.draw,
                     rect,
                     RADIUS_CONTROL,
                     is_chosen ? 2.0F : 1.0F,
                     is_chosen ? theme->accent : theme->line);
    draw_ring(ui->frame.draw,
              radio,
              9.0F,
              is_chosen ? 2.0F : 1.4F,
              is_chosen ? theme->accent : theme->edge);
    if (is_chosen) {
        draw_disc(ui->frame.draw, radio, 5.0F, theme->accent);
    }
    ui_label(ui, words, &title, page->groove->parts[part].title);
    draw_pattern(ui, pattern, page->groove, part, is_chosen ? theme->accent : theme->text2);
    words_clear(&number);
    words_add_number(&number, page->screen->parts_taken[part]);
    ui_label(ui, (Rect){rect_right(rect) - 52.0F, rect.y, 36.0F, rect.h}, &count, number.bytes);
    if (on.ring) {
        ui_focus_ring(ui, rect, RADIUS_CONTROL);
    }
    if (on.clicked) {
        page->screen->part = part;
        page->action = LOBBY_ACTION_PART;
    }
}

static void choose_by_digit(Page *page)
{
    for (int part = 0; part < page->groove->part_count; part++) {
        if (ui_shortcut(page->ui, (char)('1' + part))) {
            page->screen->part = part;
            page->action = LOBBY_ACTION_PART;
        }
    }
}

static void put_music_words(const Page *page, Rect rect)
{
    const ClientModel *model = page->view->model;
    UiLabel label = {.size_px = TYPE_HINT, .colour = page->ui->frame.theme->text2};
    int32_t tempo_mbpm = model->has_snapshot ? model->snapshot.tempo_mbpm : 0;
    WordsText words;

    words_clear(&words);
    if (page->groove == NULL) {
        words_add(&words, "The groove is on its way.");
    } else {
        tempo_mbpm = tempo_mbpm > 0 ? tempo_mbpm : page->groove->tempo_mbpm;
        words_add(&words, page->groove->title);
        words_add(&words, " \xC2\xB7 ");
        words_add_number(&words, (tempo_mbpm + 500) / 1000);
        words_add(&words, " BPM");
    }
    if (model_privacy(model) != PRIVACY_OPEN) {
        words_add(&words,
                  model_privacy(model) == PRIVACY_TEAMS ? " \xC2\xB7 only your host sees names"
                                                        : " \xC2\xB7 only your host sees people");
    }
    label.ellipsis = true;
    ui_label(page->ui, rect, &label, words.bytes);
}

/* In windows that are neither large nor scrolled as a whole, everything is a little lower. */
static bool is_low(const Page *page)
{
    return page->ui->frame.layout.size_class == LAYOUT_SMALL;
}

static void put_try_buttons(Page *page, Rect row)
{
    Ui *ui = page->ui;
    float size = is_low(page) ? TYPE_HINT : TYPE_BODY;
    UiButton try = {.label = "Try it", .key_cap = "Space", .size_px = size};
    UiButton hear = {.label = page->view->hears_groove ? "Stop it" : "Hear the groove",
                     .key_cap = "G",
                     .size_px = size,
                     .shortcut = 'g'};
    Rect left = rect_cut_left(&row, (row.w - SPACE_2) * 0.42F);

    (void)rect_cut_left(&row, SPACE_2);
    if (ui_button(ui, ui_id("lobby.try"), left, &try)) {
        page->action = LOBBY_ACTION_DRUM;
    }
    if (ui_button(ui, ui_id("lobby.hear"), row, &hear)) {
        page->action = LOBBY_ACTION_GROOVE;
    }
}

static float part_panel_height(const Page *page)
{
    float parts = page->groove != NULL ? (float)page->groove->part_count : 0.0F;
    float row = is_low(page) ? PART_ROW_SMALL + PART_GAP_SMALL : PART_ROW + PART_GAP;
    float header = is_low(page) ? PART_HEADER_SMALL : PART_HEADER;

    return header + parts * row + SPACE_1 + CONTROL_HEIGHT + (is_low(page) ? SPACE_2 : 14.0F);
}

static void put_part_panel(Page *page, Rect rect)
{
    Ui *ui = page->ui;
    UiLabel title = {.size_px = TYPE_LEAD, .weight = FONT_SEMIBOLD};
    Rect inner = rect_inset_xy(rect, 14.0F, 0.0F);
    float row = is_low(page) ? PART_ROW_SMALL : PART_ROW;
    float gap = is_low(page) ? PART_GAP_SMALL : PART_GAP;
    float header = is_low(page) ? PART_HEADER_SMALL : PART_HEADER;
    float top = rect.y + (header - 46.0F) / 2.0F;
    int own = 0;
    float y;

    ui_panel(ui, rect);
    ui_label(ui, (Rect){inner.x + 6.0F, top, inner.w, 24.0F}, &title, "Your part");
    put_music_words(page, (Rect){inner.x + 6.0F, top + 24.0F, inner.w - 6.0F, 22.0F});
    y = rect.y + header;
    if (page->groove != NULL) {
        own = model_part_index(page->view->model, page->groove, page->view->music.position);
        for (int part = 0; part < page->groove->part_count; part++) {
            put_part(page, (Rect){inner.x, y, inner.w, row}, part, part == own);
            y += row + gap;
        }
        choose_by_digit(page);
    }
    put_try_buttons(page, (Rect){inner.x, y + SPACE_1, inner.w, CONTROL_HEIGHT});
}

/* ---- what is fine ---------------------------------------------------------------------------- */

typedef struct {
    bool is_done;
    bool opens_wizard; /* pressing it does */
    const char *title;
    WordsText detail;
} Check;

static Check check_offset(const Page *page)
{
    const ModelConfig *config = &page->view->model->config;
    Check check = {.is_done = config->calibrated, .title = "Your offset", .opens_wizard = true};

    words_clear(&check.detail);
    if (config->calibrated) {
        words_add(&check.detail, "your offset is ");
        words_add_lateness(&check.detail, config->calibration_us);
        check.title = "Offset set";
    } else {
        words_add(&check.detail, "not set: press C, half a minute");
    }
    return check;
}

static Check check_clock(const Page *page)
{
    const ClientModel *model = page->view->model;
    int bars = model_clock_bars(model);
    Check check = {.is_done = bars >= 3, .title = words_clock(bars)};

    words_clear(&check.detail);
    if (bars == 0) {
        words_add(&check.detail, "this takes a second or two");
    } else {
        words_add(&check.detail, "within ");
        words_add_number(
            &check.detail,
            clamp_i64(div_ceil(model->clock_estimate.uncertainty_ns, NS_PER_MS), 1, INT32_MAX));
        words_add(&check.detail, " ms of the host");
    }
    return check;
}

static Check check_sound(const Page *page)
{
    const FormSound *sound = &page->view->sound;
    Check check = {.is_done = sound->works, .title = sound->works ? "Sound" : "No sound yet"};

    words_clear(&check.detail);
    if (!sound->works) {
        words_add(&check.detail, "plug in a device; play by eye until then");
    } else {
        words_add(&check.detail, sound->device != NULL ? sound->device : "works");
    }
    return check;
}

static float check_height(const Page *page, const Check *check, float width)
{
    UiLabel detail = {.size_px = TYPE_HINT};

    return 24.0F + ui_paragraph_height(page->ui, width - 36.0F, &detail, check->detail.bytes);
}

/* True when the wizard is wanted. */
static bool press_check(Ui *ui, Rect rect)
{
    UiInteraction on = ui_interact(ui, ui_id("lobby.calibrate"), rect);

    if (on.hovered || on.held) {
        draw_rect(
            ui->frame.draw, rect_inset(rect, -SPACE_1), RADIUS_CONTROL, ui->frame.theme->raised);
    }
    if (on.ring) {
        ui_focus_ring(ui, rect, RADIUS_CONTROL);
    }
    return on.clicked;
}

static void put_check(Page *page, Rect rect, const Check *check)
{
    Ui *ui = page->ui;
    UiLabel title = {.weight = FONT_SEMIBOLD, .ellipsis = true};
    UiLabel detail = {.size_px = TYPE_HINT, .colour = ui->frame.theme->text2};
    Rect words = {rect.x + 36.0F, rect.y, rect.w - 36.0F, 24.0F};

    rect.h = check_height(page, check, rect.w);
    if (check->opens_wizard && press_check(ui, rect)) {
        page->action = LOBBY_ACTION_CALIBRATE;
    }
    if (check->opens_wizard && !check->is_done) {
        detail.colour = ui->frame.theme->accent;
    }
    form_check(ui, (Point){rect.x + 12.0F, rect.y + 22.0F}, check->is_done);
    ui_label(ui, words, &title, check->title);
    words.y += 24.0F;
    (void)ui_paragraph(ui, words, &detail, check->detail.bytes);
}

static bool facilitates(const Page *page)
{
    return page->view->model->config.facilitates;
}

/* The facilitator's main button. */
static void put_start(Page *page, Rect rect)
{
    UiButton start = {.label = "Start",
                      .key_cap = "Enter",
                      .kind = UI_BUTTON_MAIN,
                      .disabled = page->view->model->phase != MODEL_JOINED};

    if (ui_button(page->ui, ui_id("lobby.start"), rect, &start)) {
        page->action = LOBBY_ACTION_START;
    }
}

static void put_ready(Page *page, Rect rect)
{
    bool is_ready = page->view->model->ready;
    bool is_main = !is_ready && !facilitates(page);
    UiButton ready = {.label = is_ready ? "Not ready after all" : "I am ready",
                      .key_cap = "R",
                      .shortcut = 'r',
                      .kind = is_main ? UI_BUTTON_MAIN : UI_BUTTON_NORMAL};

    if (ui_button(page->ui, ui_id("lobby.ready"), rect, &ready)) {
        page->action = LOBBY_ACTION_READY;
    }
}

/* The facilitator's two buttons stand below each other where that leaves room for the checks. */
static bool is_stacked(const Page *page)
{
    return facilitates(page) && is_low(page);
}

static float actions_width(const Page *page)
{
    return READY_WIDTH + (facilitates(page) && !is_stacked(page) ? START_WIDTH + SPACE_3 : 0.0F);
}

static float actions_height(const Page *page)
{
    return is_stacked(page) ? 2.0F * ACTION_HEIGHT + SPACE_2 : ACTION_HEIGHT;
}

/* In the middle of the height of `rect`; the main button comes first. */
static void put_actions(Page *page, Rect rect)
{
    Rect row = rect_centered(rect, rect.w, actions_height(page));

    if (is_stacked(page)) {
        put_start(page, rect_cut_top(&row, ACTION_HEIGHT));
        (void)rect_cut_top(&row, SPACE_2);
    } else if (facilitates(page)) {
        put_start(page, rect_cut_left(&row, START_WIDTH));
        (void)rect_cut_left(&row, SPACE_3);
    }
    put_ready(page, row);
}

/* Three checks, beside each other or stacked; answers their height. */
static float put_checks(Page *page, Rect rect, bool is_stacked, bool is_drawn)
{
    const Check checks[] = {check_offset(page), check_clock(page), check_sound(page)};
    float height = 0.0F;

    for (int i = 0; i < 3; i++) {
        Rect place = is_stacked ? rect : rect_column(rect, i, 3, SPACE_4);
        float own = check_height(page, &checks[i], place.w);

        place.y = is_stacked ? rect.y + height : rect.y;
        if (is_drawn) {
            put_check(page, place, &checks[i]);
        }
        height = is_stacked ? height + own + SPACE_3 : fmaxf(height, own);
    }
    return height;
}

static float strip_height(Page *page, float width)
{
    Rect rect = {0.0F, 0.0F, width - actions_width(page) - 2.0F * SPACE_5 - SPACE_4, 0.0F};
    float inner = fmaxf(put_checks(page, rect, false, false), actions_height(page));

    return fmaxf(STRIP_HEIGHT, inner + SPACE_5);
}

static void put_strip(Page *page, Rect rect)
{
    Rect inner = rect_inset_xy(rect, 22.0F, SPACE_3);
    Rect actions = rect_cut_right(&inner, actions_width(page));
    float height;

    ui_panel(page->ui, rect);
    (void)rect_cut_right(&inner, SPACE_4);
    height = put_checks(page, inner, false, false);
    inner.y += fmaxf((inner.h - height) / 2.0F, 0.0F);
    (void)put_checks(page, inner, false, true);
    put_actions(page, actions);
}

/* ---- the page -------------------------------------------------------------------------------- */

static void add_people(WordsText *words, const Page *page)
{
    int count = page->screen->people_count;

    if (count <= 1) {
        words_add(words, count == 0 ? "Nobody drums yet. " : "You are the first one here. ");
        return;
    }
    words_add_number(words, count);
    words_add(words, " people are here. ");
}

/* Headline and what is going on; answers the height. */
static float put_headline(const Page *page, Rect rect)
{
    const ClientModel *model = page->view->model;
    Ui *ui = page->ui;
    bool is_tiny = ui->frame.layout.size_class >= LAYOUT_TINY;
    UiLabel title = {.size_px = is_tiny ? TYPE_SENTENCE : TYPE_TITLE, .weight = FONT_SEMIBOLD};
    UiLabel detail = {.colour = ui->frame.theme->text2};
    bool is_gone = model->phase == MODEL_CONNECTING || model->phase == MODEL_JOINING;
    const char *headline = "We start when the host counts in.";
    WordsText words;
    float height;

    words_clear(&words);
    if (is_gone) {
        headline = "The server is out of reach.";
        words_add(&words, "Your seat is kept. We keep trying; there is nothing to do.");
    } else {
        headline = facilitates(page) ? "Start when everybody is here." : headline;
        add_people(&words, page);
        words_add(&words, "Try your drum: nobody else hears it yet.");
    }
    height = ui_paragraph(ui, rect, &title, headline);
    rect.y += height;
    return height + ui_paragraph(ui, rect, &detail, words.bytes);
}

/* Wide enough for people and part beside each other. */
static void put_wide(Page *page, Rect rest)
{
    Ui *ui = page->ui;
    bool is_small = ui->frame.layout.size_class == LAYOUT_SMALL;
    Rect strip;
    Rect part;
    Rect content;
    float bottom;

    (void)rect_cut_top(&rest, SPACE_4);
    (void)rect_cut_top(&rest, put_headline(page, rest) + SPACE_3);
    strip = rect_cut_bottom(&rest, strip_height(page, rest.w));
    (void)rect_cut_bottom(&rest, is_small ? SPACE_3 : 20.0F);
    part = rect_cut_right(&rest, is_small ? PART_WIDTH_SMALL : PART_WIDTH);
    (void)rect_cut_right(&rest, is_small ? SPACE_3 : 20.0F);
    content = ui_scroll_begin(ui, ui_id("lobby.people"), rest, &page->screen->people_scroll);
    if (page->screen->people_scroll.content_px > rest.h) {
        content.w -= SPACE_3;
    }
    bottom = put_teams(page, content, rest);
    ui_scroll_end(ui, bottom);
    if (part_panel_height(page) <= part.h) {
        put_part_panel(page, part);
    } else {
        Rect inside = ui_scroll_begin(ui, ui_id("lobby.parts"), part, &page->screen->page_scroll);

        inside.h = part_panel_height(page);
        inside.w -= SPACE_3;
        put_part_panel(page, inside);
        ui_scroll_end(ui, rect_bottom(inside));
    }
    put_strip(page, strip);
}

/* Both buttons share the width. */
static void put_narrow_actions(Page *page, Rect row)
{
    if (facilitates(page)) {
        put_start(page, rect_column(row, 0, 2, SPACE_2));
        row = rect_column(row, 1, 2, SPACE_2);
    }
    put_ready(page, row);
}

/* Narrow: one column that scrolls, with the main button always in sight below it. */
static void put_narrow(Page *page, Rect rest)
{
    Ui *ui = page->ui;
    Rect foot = rect_cut_bottom(&rest, CONTROL_HEIGHT + SPACE_3);
    Rect content = ui_scroll_begin(ui, ui_id("lobby.page"), rest, &page->screen->page_scroll);
    Rect part;
    float y = content.y + SPACE_3;

    content.w -= SPACE_3;
    y += put_headline(page, (Rect){content.x, y, content.w, SPACE_5}) + SPACE_3;
    y += put_checks(page, (Rect){content.x, y, content.w, SPACE_5}, true, true) + SPACE_1;
    part = (Rect){content.x, y, content.w, part_panel_height(page)};
    put_part_panel(page, part);
    y = rect_bottom(part) + SPACE_4;
    y = put_teams(page, (Rect){content.x, y, content.w, 0.0F}, rest);
    ui_scroll_end(ui, y + SPACE_3);
    (void)rect_cut_top(&foot, SPACE_2);
    put_narrow_actions(page, (Rect){foot.x, foot.y, foot.w, CONTROL_HEIGHT});
}

/* The newest section's groove, though the clock may not be known yet. */
static const Groove *groove_of(const LobbyView *view)
{
    const Timeline *timeline = &view->model->timeline;

    if (view->music.groove != NULL) {
        return view->music.groove;
    }
    if (!view->model->has_timeline) {
        return NULL;
    }
    return model_groove(view->model, &timeline->sections[timeline->section_count - 1]);
}

static void put_hints(const Page *page)
{
    char digits[] = "1-8";
    UiHint hints[3] = {{"Space", "try your drum"}};
    size_t count = 1;

    /* Nothing to choose from, nothing to press. */
    if (page->groove != NULL && page->groove->part_count > 1) {
        digits[2] = (char)('0' + page->groove->part_count);
        hints[count++] = (UiHint){digits, "part"};
    }
    hints[count++] = (UiHint){"Esc", "menu"};
    view_status_hints(page->ui, hints, count);
}

static bool put_bar(const Page *page)
{
    const ClientModel *model = page->view->model;
    int bars = model_clock_bars(model);
    WordsText clock;
    StatusBar bar = {.title = model->welcome.title,
                     .subtitle = "Lobby",
                     .badge = model->config.facilitates ? "Facilitator" : NULL,
                     .has_clock = true,
                     .clock = clock.bytes,
                     .clock_bars = bars};

    words_clock_quality(bars, model->clock_estimate.uncertainty_ns, &clock);
    return view_status_bar(page->ui, &bar);
}

LobbyAction screen_lobby(LobbyScreen *screen, Ui *ui, const LobbyView *view)
{
    const Layout *layout = &ui->frame.layout;
    Page page = {.screen = screen, .ui = ui, .view = view, .groove = groove_of(view)};
    Rect rest = layout_window(layout);
    bool is_tiny = layout->size_class >= LAYOUT_TINY;
    float foot = layout->size_class == LAYOUT_MEDIUM ? FOOT_HEIGHT : FOOT_HEIGHT_SMALL;

    if (!screen->has_opened) {
        screen->has_opened = true;
        ui_focus(ui, 0);
    }
    sort_people(&page);
    if (put_bar(&page)) {
        page.action = LOBBY_ACTION_MENU;
    }
    (void)rect_cut_top(&rest, BAR_HEIGHT);
    (void)rect_cut_bottom(&rest, is_tiny ? 40.0F : foot);
    rest = rect_inset_xy(rest, layout->margin, 0.0F);
    if (is_tiny) {
        put_narrow(&page, rest);
    } else {
        put_wide(&page, rest);
    }
    put_hints(&page);
    if (ui_key_pressed(ui, UI_KEY_SPACE, 0)) {
        page.action = LOBBY_ACTION_DRUM;
    }
    if (ui_shortcut(ui, 'c')) {
        page.action = LOBBY_ACTION_CALIBRATE;
    }
    if (ui_key_pressed(ui, UI_KEY_ESCAPE, 0)) {
        page.action = LOBBY_ACTION_MENU;
    }
    return page.action;
}
