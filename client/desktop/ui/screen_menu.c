#include "client/desktop/ui/screen_menu.h"

#include "client/desktop/ui/form_parts.h"
#include "client/desktop/ui/plots.h"
#include "client/desktop/ui/view_parts.h"
#include "client/desktop/ui/words.h"

#include <math.h>
#include <string.h>

#define MENU_WIDTH 420.0F
#define PANEL_WIDTH 880.0F
#define PANEL_HEIGHT 560.0F
#define SIDE_WIDTH 200.0F
/* Narrower than this, the buttons of the menu stand below the panel. */
#define SIDE_BESIDE_MIN 640.0F
/* Narrower than this, the grooves stand below tempo and transport. */
#define COLUMNS_MIN 520.0F
#define LIST_ROW 38.0F
/* Narrower than this, people have a name and a state only. */
#define PEOPLE_COLUMNS_MIN 470.0F
#define LIST_HEIGHT_MIN 160.0F

static const int32_t count_in_bars[] = {1, 2, 4};
static const int32_t ramp_bars[] = {4, 8, 16};

/* What a frame of the menu passes around. */
typedef struct {
    MenuScreen *screen;
    Ui *ui;
    const MenuView *view;
    MenuAction action;
} Page;

static void order(Page *page, CommandKind kind, int32_t a, int32_t b)
{
    page->screen->command = (MenuCommand){kind, a, b};
    page->action = MENU_ACTION_COMMAND;
}

/* ---- back, settings, leave ------------------------------------------------------------------- */

/* The three of them, below or beside each other, in one column or row. */
static void put_ways(Page *page, Rect rect, bool is_row)
{
    Ui *ui = page->ui;
    const char *leaving = page->view->leaving != NULL ? page->view->leaving : "Leave";
    UiButton back = {.label = "Back", .key_cap = "Esc", .escape = true};
    UiButton settings = {.label = "Settings", .key_cap = "S", .shortcut = 's'};
    UiButton calibrate = {.label = "Calibrate", .key_cap = "C", .shortcut = 'c'};
    UiButton leave = {.label = leaving, .key_cap = "L", .shortcut = 'l'};
    /* A row has no room for the wizard: it is in the settings, too. */
    int ways = is_row ? 2 : 3;
    int count = page->view->can_leave ? ways + 1 : ways;
    /* Low windows have lower rows, closer together. */
    float gap = rect.h < (float)count * (CONTROL_HEIGHT + SPACE_3) - SPACE_3 ? SPACE_1 : SPACE_3;
    float height = fminf(CONTROL_HEIGHT, (rect.h - gap * (float)(count - 1)) / (float)count);
    Rect places[4];

    back.kind = page->view->model == NULL || !page->view->model->config.facilitates
                    ? UI_BUTTON_MAIN
                    : UI_BUTTON_NORMAL;
    for (int i = 0; i < 4; i++) {
        places[i] = is_row ? rect_column(rect, i < count ? i : 0, count, SPACE_3)
                           : (Rect){rect.x, rect.y + (height + gap) * (float)i, rect.w, height};
    }
    if (ui_button(ui, ui_id("menu.back"), places[0], &back)) {
        page->action = MENU_ACTION_BACK;
    }
    if (ui_button(ui, ui_id("menu.settings"), places[1], &settings)) {
        page->action = MENU_ACTION_SETTINGS;
    }
    if (!is_row && ui_button(ui, ui_id("menu.calibrate"), places[2], &calibrate)) {
        page->action = MENU_ACTION_CALIBRATE;
    }
    if (count > ways && ui_button(ui, ui_id("menu.leave"), places[ways], &leave)) {
        page->screen->asks_to_leave = true;
        page->screen->has_opened = false;
    }
}

static void ask_to_leave(Page *page)
{
    const ClientModel *model = page->view->model;
    UiAnswer answer;

    if (!page->screen->asks_to_leave) {
        return;
    }
    if (model == NULL) {
        /* Practice keeps nobody's seat: there is nothing to lose. */
        page->screen->asks_to_leave = false;
        page->action = MENU_ACTION_LEAVE;
        return;
    }
    answer = form_ask_to_leave(page->ui, model->welcome.grace_s);
    page->screen->asks_to_leave = answer == UI_ANSWER_NONE;
    if (answer == UI_ANSWER_OTHER) {
        page->action = MENU_ACTION_LEAVE;
    }
}

/* ---- the facilitator's panel: session -------------------------------------------------------- */

/* What is going on; answers the height. */
static float put_state_words(const Page *page, Rect rect)
{
    static const char *const words_of[] = {
        [TRANSPORT_LOBBY] = "In the lobby",
        [TRANSPORT_COUNT_IN] = "Counting in",
        [TRANSPORT_PLAYING] = "Playing",
        [TRANSPORT_PAUSED] = "Paused",
        [TRANSPORT_STOPPED] = "Stopped",
    };
    const ModelNow *music = &page->view->music;
    UiLabel label = {.colour = page->ui->frame.theme->text2};
    WordsText words;

    words_clear(&words);
    if (!music->known) {
        words_add(&words, "Finding the clock");
    } else {
        words_add(&words, words_of[music->transport]);
    }
    if (music->known && music->transport == TRANSPORT_PLAYING) {
        words_add(&words, ", bar ");
        words_add_number(&words, music->bar.bar);
    }
    words_add(&words, ". Orders act on a bar line.");
    return ui_paragraph(page->ui, rect, &label, words.bytes);
}

/* The orders that make sense now, the likeliest first. */
static void put_transport(Page *page, Rect row)
{
    Ui *ui = page->ui;
    Transport transport = page->view->music.transport;
    bool is_known = page->view->music.known;
    bool is_running = transport == TRANSPORT_PLAYING || transport == TRANSPORT_COUNT_IN;
    bool is_paused = transport == TRANSPORT_PAUSED;
    UiButton start = {.label = is_paused ? "Resume" : "Start",
                      .kind = is_running ? UI_BUTTON_NORMAL : UI_BUTTON_MAIN,
                      .disabled = !is_known || is_running};
    UiButton pause = {.label = "Pause", .disabled = transport != TRANSPORT_PLAYING || !is_known};
    UiButton stop = {.label = "Stop", .disabled = !is_known || !(is_running || is_paused)};
    UiButton lobby = {.label = "Lobby", .disabled = !is_known || transport != TRANSPORT_STOPPED};

    if (ui_button(ui, ui_id("menu.start"), rect_column(row, 0, 4, SPACE_2), &start)) {
        order(page, COMMAND_START, count_in_bars[page->screen->count_in], 0);
    }
    if (ui_button(ui, ui_id("menu.pause"), rect_column(row, 1, 4, SPACE_2), &pause)) {
        order(page, COMMAND_PAUSE, 0, 0);
    }
    if (ui_button(ui, ui_id("menu.stop"), rect_column(row, 2, 4, SPACE_2), &stop)) {
        order(page, COMMAND_STOP, 0, 0);
    }
    if (ui_button(ui, ui_id("menu.lobby"), rect_column(row, 3, 4, SPACE_2), &lobby)) {
        order(page, COMMAND_LOBBY, 0, 0);
    }
}

static int32_t session_tempo_mbpm(const Page *page)
{
    const ClientModel *model = page->view->model;

    if (page->view->music.tempo_mbpm > 0) {
        return page->view->music.tempo_mbpm;
    }
    if (model->has_snapshot && model->snapshot.tempo_mbpm > 0) {
        return model->snapshot.tempo_mbpm;
    }
    return page->view->music.groove != NULL ? page->view->music.groove->tempo_mbpm : 100000;
}

/* A label with pills behind it, wrapped below each other where it is narrow. */
static float put_choice(
    Page *page, UiId id, Rect rect, const char *words, const UiChoice *choice, size_t *selected)
{
    UiLabel label = {.size_px = TYPE_HINT, .colour = page->ui->frame.theme->text2};
    float width = ui_text_width(page->ui, FONT_REGULAR, TYPE_HINT, words) + SPACE_3;

    ui_label(page->ui, (Rect){rect.x, rect.y, width, rect.h}, &label, words);
    (void)rect_cut_left(&rect, width);
    (void)ui_chips(page->ui, id, rect, choice, selected);
    return rect.h;
}

/* Slider, figure, and the two ways to get there. */
static float put_tempo(Page *page, Rect rect)
{
    static const char *const ramps[] = {"4 bars", "8 bars", "16 bars"};
    Ui *ui = page->ui;
    MenuScreen *screen = page->screen;
    const UiSlider slider = {
        .minimum = TEMPO_MBPM_MIN / 1000.0, .maximum = TEMPO_MBPM_MAX / 1000.0, .step = 1.0};
    UiChoice ramp = {.labels = ramps, .label_count = 3};
    UiButton set = {.label = "Set at next bar"};
    UiButton glide = {.label = "Glide there"};
    UiLabel title = {.weight = FONT_SEMIBOLD};
    UiLabel figure = {.weight = FONT_SEMIBOLD, .align = TEXT_RIGHT, .tabular = true};
    double tempo = screen->tempo_bpm > 0.0 ? screen->tempo_bpm
                                           : round((double)session_tempo_mbpm(page) / 1000.0);
    Rect row = {rect.x, rect.y, rect.w, SPACE_5};
    WordsText words;

    words_clear(&words);
    words_add_number(&words, (int64_t)tempo);
    words_add(&words, " BPM");
    ui_label(ui, row, &title, "Tempo");
    ui_label(ui, row, &figure, words.bytes);
    row.y += SPACE_5;
    row.h = CONTROL_HEIGHT;
    if (ui_slider(ui, ui_id("menu.tempo"), rect_inset_xy(row, SPACE_3, 0.0F), &slider, &tempo)) {
        screen->tempo_bpm = tempo;
    }
    row.y += CONTROL_HEIGHT;
    if (ui_button(ui, ui_id("menu.tempo.set"), rect_column(row, 0, 2, SPACE_2), &set)) {
        order(page, COMMAND_TEMPO, (int32_t)lround(tempo * 1000.0), 0);
    }
    if (ui_button(ui, ui_id("menu.tempo.ramp"), rect_column(row, 1, 2, SPACE_2), &glide)) {
        order(page, COMMAND_RAMP, (int32_t)lround(tempo * 1000.0), ramp_bars[screen->ramp]);
    }
    row.y += CONTROL_HEIGHT + SPACE_1;
    row.h = 36.0F;
    (void)put_choice(page, ui_id("menu.ramp"), row, "Glide over", &ramp, &screen->ramp);
    return rect_bottom(row) - rect.y;
}

/* What people are told of each other. A looser tier is refused while they are in, in words. */
static float put_privacy(Page *page, Rect rect)
{
    static const char *const tiers[PRIVACY_COUNT] = {"Names", "Teams", "Group only"};
    UiChoice choice = {.labels = tiers, .label_count = PRIVACY_COUNT};
    const size_t before = (size_t)model_privacy(page->view->model);
    size_t tier = before;
    const float height =
        put_choice(page, ui_id("menu.privacy"), rect, "People see", &choice, &tier);

    if (tier != before) {
        order(page, COMMAND_PRIVACY, (int32_t)tier, 0);
    }
    return height;
}

static int list_grooves(Page *page)
{
    MenuScreen *screen = page->screen;
    const ClientModel *model = page->view->model;
    int count = 0;

    while (count < model->catalogue_total && count < GROOVES_MAX) {
        screen->grooves[count] = model_groove_title(model, count);
        count++;
    }
    return count;
}

/* The one in force is marked; Enter or a click on another one orders it. */
static float put_grooves(Page *page, Rect rect)
{
    Ui *ui = page->ui;
    MenuScreen *screen = page->screen;
    int count = list_grooves(page);
    UiLabel title = {.weight = FONT_SEMIBOLD};
    UiList list = {.labels = screen->grooves, .label_count = (size_t)count, .row_height = LIST_ROW};
    const Section *section = page->view->music.section;
    size_t selected = section != NULL ? section->groove : 0;
    Rect body = {rect.x, rect.y + 28.0F, rect.w, fmaxf(rect.h - 28.0F, LIST_HEIGHT_MIN)};

    ui_label(ui, (Rect){rect.x, rect.y, rect.w, SPACE_5}, &title, "Groove");
    draw_rect(ui->frame.draw, body, RADIUS_CONTROL, ui->frame.theme->stage);
    if (count > 0 &&
        ui_list(ui, ui_id("menu.grooves"), body, &list, &screen->groove_list, &selected).changed) {
        order(page, COMMAND_GROOVE, (int32_t)selected, 0);
    }
    return rect_bottom(body) - rect.y;
}

static void put_session(Page *page, Rect rect)
{
    static const char *const counts[] = {"1 bar", "2 bars", "4 bars"};
    UiChoice count_in = {.labels = counts, .label_count = 3};
    Rect content = ui_scroll_begin(page->ui, ui_id("menu.session"), rect, &page->screen->scroll);
    bool is_beside = content.w >= COLUMNS_MIN;
    Rect left = {content.x, content.y, content.w - SPACE_3, 0.0F};
    Rect right;
    float y = content.y + SPACE_1;

    if (is_beside) {
        left.w = (content.w - SPACE_3 - SPACE_5) * 0.6F;
    }
    y += put_state_words(page, (Rect){left.x, y, left.w, SPACE_5}) + SPACE_2;
    put_transport(page, (Rect){left.x, y, left.w, CONTROL_HEIGHT});
    y += CONTROL_HEIGHT + SPACE_1;
    y += put_choice(page,
                    ui_id("menu.count_in"),
                    (Rect){left.x, y, left.w, 36.0F},
                    "Count in",
                    &count_in,
                    &page->screen->count_in);
    y += SPACE_4;
    y += put_tempo(page, (Rect){left.x, y, left.w, 0.0F}) + SPACE_4;
    y += put_privacy(page, (Rect){left.x, y, left.w, 36.0F}) + SPACE_4;
    if (is_beside) {
        right = (Rect){rect_right(left) + SPACE_5,
                       content.y + SPACE_1,
                       content.w - SPACE_3 - SPACE_5 - left.w,
                       fmaxf(y - content.y, rect.h) - SPACE_2};
        y = fmaxf(y, right.y + put_grooves(page, right));
    } else {
        right = (Rect){left.x, y, left.w, LIST_HEIGHT_MIN + 60.0F};
        y += put_grooves(page, right);
    }
    ui_scroll_end(page->ui, y + SPACE_1);
}

/* ---- the facilitator's panel: people --------------------------------------------------------- */

static bool is_listed(const ClientModel *model, int seat)
{
    return (model->others->roster[seat].presence & PRESENCE_TAKEN) != 0 &&
           seat != model->welcome.seat;
}

void menu_screen_show_person(MenuScreen *screen, const ClientModel *model, int seat)
{
    screen->tab = 1;
    screen->people_list = (UiListState){.cursor = 0};
    for (int other = 0; model->others != NULL && other < seat; other++) {
        screen->people_list.cursor += is_listed(model, other) ? 1 : 0;
    }
}

static void list_people(Page *page)
{
    MenuScreen *screen = page->screen;
    const ModelOthers *others = page->view->model->others;
    int seat_count = others != NULL ? others->seat_count : 0;

    screen->people_count = 0;
    for (int seat = 0; seat < seat_count; seat++) {
        const RosterEntry *entry = &others->roster[seat];

        if (is_listed(page->view->model, seat)) {
            screen->names[screen->people_count] = entry->name[0] != '\0' ? entry->name : "Somebody";
            screen->seats[screen->people_count] = (uint16_t)seat;
            screen->people_count++;
        }
    }
}

/* What somebody is at, as the lobby and the ring's legend say it; away before all else. */
static void draw_state(Ui *ui, Rect cell, const RosterEntry *entry, uint8_t verdict)
{
    const Theme *theme = ui->frame.theme;
    UiLabel label = {.size_px = TYPE_HINT, .colour = theme->text2, .ellipsis = true};
    Point mark = {cell.x + 8.0F, cell.y + cell.h / 2.0F};
    const char *words = "not drumming";

    (void)rect_cut_left(&cell, 24.0F);
    if ((entry->presence & PRESENCE_CONNECTED) == 0) {
        words = "away";
    } else if ((entry->presence & PRESENCE_OBSERVER) != 0) {
        words = "watching";
    } else if (verdict != MAP_ABSENT) {
        draw_mark(ui->frame.draw, mark, 12.0F, view_mark_of(verdict, 0.0F), theme->text);
        words = mark_name(view_mark_of(verdict, 0.0F));
    } else if ((entry->presence & PRESENCE_READY) != 0) {
        words = "ready";
    }
    ui_label(ui, cell, &label, words);
}

/* Name, state, part, clock; the last two where there is room for them. */
static void draw_person(const Page *page, const UiTableRows *rows, size_t column_count)
{
    Ui *ui = page->ui;
    const Theme *theme = ui->frame.theme;
    const ModelOthers *others = page->view->model->others;
    const Groove *groove = page->view->music.groove;
    uint16_t seat = page->screen->seats[rows->index];
    const RosterEntry *entry = &others->roster[seat];
    bool is_away = (entry->presence & PRESENCE_CONNECTED) == 0;
    UiLabel name = {.colour = is_away ? theme->text3 : theme->text, .ellipsis = true};
    UiLabel part = {.size_px = TYPE_HINT, .colour = theme->text2, .ellipsis = true};

    if (rows->index == page->screen->people_list.cursor) {
        draw_rect(ui->frame.draw,
                  rect_inset_xy(rows->row, SPACE_2, 3.0F),
                  RADIUS_CONTROL - 2.0F,
                  theme->raised);
    }
    ui_label(ui, ui_table_cell(rows, 0), &name, page->screen->names[rows->index]);
    draw_state(ui, ui_table_cell(rows, 1), entry, others->map[seat].verdict);
    if (column_count <= 2) {
        return;
    }
    if (groove != NULL && (entry->presence & PRESENCE_OBSERVER) == 0) {
        ui_label(ui,
                 ui_table_cell(rows, 2),
                 &part,
                 groove->parts[entry->part % groove->part_count].title);
    }
    plot_signal(ui->frame.draw, theme, ui_table_cell(rows, 3), is_away ? 0 : entry->clock_bars);
}

static void put_people_table(Page *page, Rect rect)
{
    static const UiColumn columns[] = {{.title = "Name"},
                                       {.title = "Now", .width = 138.0F},
                                       {.title = "Part", .width = 116.0F},
                                       {.title = "Clock", .width = 44.0F, .align = TEXT_CENTER}};
    MenuScreen *screen = page->screen;
    UiTable table = {.columns = columns,
                     .column_count = rect.w >= PEOPLE_COLUMNS_MIN ? 4 : 2,
                     .row_count = screen->people_count,
                     .row_height = LIST_ROW,
                     .names = screen->names};
    UiTableRows rows =
        ui_table_begin(page->ui, ui_id("menu.people"), rect, &table, &screen->people_list);

    while (ui_table_next(page->ui, &rows)) {
        draw_person(page, &rows, table.column_count);
    }
    ui_table_end(page->ui, &rows);
}

static void put_people(Page *page, Rect rect)
{
    Ui *ui = page->ui;
    MenuScreen *screen = page->screen;
    UiLabel hint = {.size_px = TYPE_HINT, .colour = ui->frame.theme->text2};
    UiButton kick = {.label = "End this seat", .alert = true};
    Rect foot;

    list_people(page);
    if (screen->people_count == 0) {
        (void)ui_paragraph(ui, rect, &hint, "Nobody else is here yet. They come with the link.");
        return;
    }
    foot = rect_cut_bottom(&rect, CONTROL_HEIGHT + SPACE_2);
    (void)rect_cut_top(&foot, SPACE_2);
    put_people_table(page, rect);
    if (ui_button(
            ui, ui_id("menu.kick"), rect_cut_right(&foot, ui_button_width(ui, &kick)), &kick)) {
        screen->asks_to_kick = true;
        screen->has_opened = false;
        screen->kick_seat = screen->seats[screen->people_list.cursor];
        form_copy(
            screen->kick_name, sizeof screen->kick_name, screen->names[screen->people_list.cursor]);
    }
    (void)rect_cut_right(&foot, SPACE_3);
    if (ui_text_width(ui, hint.weight, hint.size_px, "Type letters to find a name.") <= foot.w) {
        ui_label(ui, foot, &hint, "Type letters to find a name.");
    }
}

static void ask_to_kick(Page *page)
{
    MenuScreen *screen = page->screen;
    UiQuestion question = {.text = "They leave at once and cannot come back to this seat. Talk to "
                                   "them first.",
                           .safe = "Keep them",
                           .other = "End it"};
    WordsText title;
    UiAnswer answer;

    if (!screen->asks_to_kick) {
        return;
    }
    words_clear(&title);
    words_add(&title, "End the seat of ");
    words_add(&title, screen->kick_name);
    words_add(&title, "?");
    question.title = title.bytes;
    answer = ui_ask(page->ui, ui_id("menu.kick.ask"), &question);
    screen->asks_to_kick = answer == UI_ANSWER_NONE;
    if (answer == UI_ANSWER_OTHER) {
        order(page, COMMAND_KICK, screen->kick_seat, 0);
    }
}

/* ---- the menu -------------------------------------------------------------------------------- */

static void put_panel(Page *page, Rect rect)
{
    static const char *const tabs[] = {"Session", "People"};
    UiChoice choice = {.labels = tabs, .label_count = 2};
    Rect row = rect_cut_top(&rect, 40.0F);

    (void)rect_cut_top(&rect, SPACE_3);
    (void)ui_tabs(page->ui, ui_id("menu.tabs"), row, &choice, &page->screen->tab);
    if (page->screen->tab == 0) {
        put_session(page, rect);
    } else {
        put_people(page, rect);
    }
}

static void put_title(Page *page, Rect *rect)
{
    UiLabel title = {.size_px = TYPE_SENTENCE, .weight = FONT_SEMIBOLD, .ellipsis = true};

    ui_label(page->ui, rect_cut_top(rect, 28.0F), &title, page->view->title);
    (void)rect_cut_top(rect, SPACE_4);
}

/* Behind ui_modal_begin, which takes the focus from the page. */
static void open_menu(Page *page)
{
    MenuScreen *screen = page->screen;

    if (screen->has_opened) {
        return;
    }
    screen->has_opened = true;
    ui_focus(page->ui, ui_id("menu.back"));
}

static void put_player_menu(Page *page)
{
    float ways = page->view->can_leave ? 4.0F : 3.0F;
    float height = 2.0F * SPACE_5 + 28.0F + SPACE_4 + ways * (CONTROL_HEIGHT + SPACE_3) - SPACE_3;
    Rect rect = ui_modal_begin(page->ui, ui_id("menu"), MENU_WIDTH, height);

    open_menu(page);
    put_title(page, &rect);
    put_ways(page, rect, false);
    ui_modal_end(page->ui);
}

static void put_facilitator_menu(Page *page)
{
    Rect rect = ui_modal_begin(page->ui, ui_id("menu"), PANEL_WIDTH, PANEL_HEIGHT);

    open_menu(page);
    if (rect.w >= SIDE_BESIDE_MIN) {
        Rect side = rect_cut_left(&rect, SIDE_WIDTH);

        (void)rect_cut_left(&rect, SPACE_6);
        put_title(page, &side);
        put_ways(page, side, false);
        put_panel(page, rect);
    } else {
        Rect foot = rect_cut_bottom(&rect, CONTROL_HEIGHT);

        (void)rect_cut_bottom(&rect, SPACE_3);
        put_panel(page, rect);
        put_ways(page, foot, true);
    }
    ui_modal_end(page->ui);
}

/* A question of the lobby means nothing any more when the drumming begins, and must not be
   answered by a drum key: it goes away unanswered, and the menu with it. */
static bool is_overtaken(MenuScreen *screen, const ModelNow *music)
{
    bool is_running = music->known && (music->transport == TRANSPORT_COUNT_IN ||
                                       music->transport == TRANSPORT_PLAYING);
    bool begins = is_running && !screen->was_running && screen->has_choices;
    bool was_asking = screen->asks_to_leave || screen->asks_to_kick;

    screen->was_running = is_running;
    if (!begins || !was_asking) {
        return false;
    }
    screen->asks_to_leave = false;
    screen->asks_to_kick = false;
    return true;
}

MenuAction screen_menu(MenuScreen *screen, Ui *ui, const MenuView *view)
{
    Page page = {.screen = screen, .ui = ui, .view = view};

    if (is_overtaken(screen, &view->music)) {
        return MENU_ACTION_BACK;
    }
    if (!screen->has_choices) {
        screen->has_choices = true;
        screen->count_in = 1;
        screen->ramp = 1;
    }
    /* A question takes the menu's place: one thing at a time. */
    if (screen->asks_to_leave) {
        ask_to_leave(&page);
    } else if (screen->asks_to_kick) {
        ask_to_kick(&page);
    } else if (view->model != NULL && view->model->config.facilitates) {
        put_facilitator_menu(&page);
    } else {
        put_player_menu(&page);
    }
    return page.action;
}
