#include "client/desktop/ui/screen_map.h"

#include "client/desktop/ui/view_parts.h"
#include "client/desktop/ui/view_person.h"
#include "client/desktop/ui/view_status.h"

#include <math.h>

#define PANEL_WIDTH 292.0F
#define PANEL_GAP 24.0F
#define STRIP_ENTRY_GAP 14.0F
#define STRIP_MARK 13.0F
#define STRIP_VERDICTS 9 /* of the order all but those who need nobody */

/* Areas of the map, from the one with most around it. */
enum {
    AREA_WITH_PANEL,
    AREA_WITH_HINTS,
    AREA_WHOLE,
    AREA_PAGED /* hints again: beside them stands the page */
};

typedef struct {
    Ui *ui;
    const ClientModel *model;
    const PlayView *view;
    PlayState *play;
    ScreenMapState *state;
    MapView map;
    Rect tools; /* h 0: there are none */
    bool tiny;
} MapPage;

void screen_map_init(ScreenMapState *state)
{
    *state = (ScreenMapState){.selected_seat = MAP_NOBODY, .choice = {.team = MAP_EVERYBODY}};
}

/* ---- the page ---------------------------------------------------------------------------------
 */

static void set_areas(MapPage *page)
{
    const Layout *layout = &page->ui->frame.layout;
    bool minimal = layout->size_class == LAYOUT_MINIMAL;
    bool medium = layout->size_class == LAYOUT_MEDIUM;
    float tools = page->tiny ? 36.0F : CONTROL_HEIGHT;
    float top = minimal ? 0.0F : BAR_HEIGHT;
    Rect whole = {layout->margin, top, layout->width - 2.0F * layout->margin, 0.0F};
    Rect with_hints;
    Rect with_panel;

    whole.h = layout->height - top;
    if (!minimal) {
        page->tools = rect_cut_top(&whole, tools + SPACE_2);
        (void)rect_cut_top(&page->tools, SPACE_2);
    }
    (void)rect_cut_top(&whole, page->tiny ? SPACE_1 : SPACE_2);
    (void)rect_cut_bottom(&whole, SPACE_2);
    with_hints = whole;
    if (!minimal) {
        (void)rect_cut_bottom(&with_hints, medium ? 44.0F : (page->tiny ? 26.0F : 34.0F));
    }
    with_panel = with_hints;
    if (medium) {
        (void)rect_cut_right(&with_panel, PANEL_WIDTH + PANEL_GAP);
    }
    page->map.areas[AREA_WITH_PANEL] = with_panel;
    page->map.areas[AREA_WITH_HINTS] = with_hints;
    page->map.areas[AREA_WHOLE] = whole;
    page->map.areas[AREA_PAGED] = with_hints;
}

static MapPage page_of(
    Ui *ui, const ClientModel *model, const PlayView *view, PlayState *play, ScreenMapState *state)
{
    LayoutClass size_class = ui->frame.layout.size_class;
    MapPage page = {.ui = ui,
                    .model = model,
                    .view = view,
                    .play = play,
                    .state = state,
                    .tiny = size_class == LAYOUT_TINY || size_class == LAYOUT_MINIMAL,
                    .map = {.model = model,
                            .choice = state->choice,
                            .find = state->find.text,
                            .drifts = state->drifts,
                            .bar = view->music.bar.bar,
                            .page = state->page,
                            .chosen_seat = state->selected_seat}};

    for (int seat = 0; model->others != NULL && seat < model->others->seat_count; seat++) {
        state->drifts[seat] = play->ring.dots[seat].drift;
    }
    set_areas(&page);
    return page;
}

/* Whoever leads a session; who practises has nobody to lead. */
static bool may_open_people(const MapPage *page)
{
    return page->model->welcome.role == ROLE_FACILITATOR && !page->view->practising;
}

static bool has_panel(const MapPage *page)
{
    return page->ui->frame.layout.size_class == LAYOUT_MEDIUM &&
           page->state->map.area == AREA_WITH_PANEL;
}

/* ---- the tools --------------------------------------------------------------------------------
 */

static void put_sort(MapPage *page, Rect *row)
{
    static const char *const labels[] = {"most to help", "name"};
    UiChoice choice = {.labels = labels, .label_count = 2};
    size_t sort = page->state->choice.sort == MAP_BY_NAME ? 1 : 0;

    (void)rect_cut_left(row, SPACE_4);
    view_text(page->ui,
              (Point){row->x, row->y + row->h / 2.0F},
              &(UiLabel){.size_px = TYPE_HINT, .colour = page->ui->frame.theme->text2},
              "Sort");
    (void)rect_cut_left(row, 40.0F);
    if (ui_chips(page->ui, ui_id("map sort"), rect_cut_left(row, 204.0F), &choice, &sort)) {
        page->state->choice.sort = sort == 1 ? MAP_BY_NAME : MAP_BY_NEED;
        ui_focus(page->ui, 0);
    }
}

static void put_field(MapPage *page, Rect rect)
{
    ScreenMapState *state = page->state;
    GroupPeople people = {.others = page->model->others,
                          .seats = state->map.order.seats,
                          .seat_count = state->map.order.people};

    if (people.others != NULL && model_sees_people(page->model)) {
        group_find_field(page->ui, rect, &state->find, &people, &state->selected_seat);
    }
}

/* What the panel says, in a row: how many have which verdict, as many as fit. */
static void draw_strip(MapPage *page, Rect row)
{
    Ui *ui = page->ui;
    const Theme *theme = ui->frame.theme;
    const SnapshotMessage *snapshot = &page->model->snapshot;
    float y = row.y + row.h / 2.0F;
    float x = row.x + SPACE_4;

    for (int i = 0; i < STRIP_VERDICTS; i++) {
        const uint8_t verdict = VIEW_VERDICT_ORDER[i];
        Mark mark = view_mark_of(verdict, 0.0F);
        const char *word = verdict == VERDICT_WRONG_TEMPO ? "Wrong tempo" : mark_name(mark);
        float words = ui_text_width(ui, FONT_REGULAR, TYPE_HINT, word);
        WordsText number;
        float figures;

        words_clear(&number);
        words_add_number(&number, page->model->has_snapshot ? snapshot->verdicts[verdict] : 0);
        figures = ui_text_width(ui, FONT_SEMIBOLD, TYPE_HINT, number.bytes);
        if (x + STRIP_MARK + 6.0F + words + 5.0F + figures > rect_right(row)) {
            return;
        }
        draw_mark(ui->frame.draw,
                  (Point){x + STRIP_MARK / 2.0F, y},
                  STRIP_MARK,
                  mark,
                  theme_mark_colour(theme, mark));
        x += STRIP_MARK + 6.0F;
        view_text(
            ui, (Point){x, y}, &(UiLabel){.size_px = TYPE_HINT, .colour = theme->text2}, word);
        x += words + 5.0F;
        view_text(ui,
                  (Point){x, y},
                  &(UiLabel){.size_px = TYPE_HINT, .weight = FONT_SEMIBOLD},
                  number.bytes);
        x += figures + STRIP_ENTRY_GAP;
    }
}

/* The figure, and what it is where there is room. */
static void draw_together(MapPage *page, Rect *row)
{
    Ui *ui = page->ui;
    UiLabel label = {.size_px = page->tiny ? TYPE_SENTENCE : TYPE_TITLE,
                     .weight = FONT_SEMIBOLD,
                     .tabular = true};
    UiLabel word = {.size_px = TYPE_HINT, .colour = ui->frame.theme->text2};
    float y = row->y + row->h / 2.0F;
    float width;
    WordsText figure;

    words_clear(&figure);
    words_add_number(&figure, page->play->ring.figure);
    width = SPACE_4 + ui_text_width(ui, label.weight, label.size_px, figure.bytes);
    if (!page->play->ring.started || page->model->snapshot.active < 2 || width > row->w) {
        return;
    }
    view_text(ui, (Point){row->x + SPACE_4, y}, &label, figure.bytes);
    (void)rect_cut_left(row, width + SPACE_2);
    if (!page->tiny) {
        (void)rect_cut_left(row, view_text(ui, (Point){row->x, y}, &word, "together"));
    }
}

/* "< 1 of 4 >", at the right end of the row. */
static void put_pages(MapPage *page, Rect *row)
{
    UiButton turn = {.label = "<", .kind = UI_BUTTON_BARE, .size_px = TYPE_HINT};
    float width = ui_button_width(page->ui, &turn);
    Rect next = rect_cut_right(row, width);
    WordsText words;

    words_clear(&words);
    words_add_number(&words, page->map.page + 1);
    words_add(&words, " of ");
    words_add_number(&words, page->state->map.grid.page_count);
    ui_label(page->ui,
             rect_cut_right(row, ui_text_width(page->ui, FONT_REGULAR, TYPE_HINT, words.bytes)),
             &(UiLabel){.size_px = TYPE_HINT},
             words.bytes);
    if (ui_button(page->ui, ui_id("map page before"), rect_cut_right(row, width), &turn)) {
        page->state->page--;
    }
    turn.label = ">";
    if (ui_button(page->ui, ui_id("map page next"), next, &turn)) {
        page->state->page++;
    }
}

/* Where nothing stands beside the map: counts in a row, and buttons for sorting and finding. */
static void put_strip(MapPage *page, Rect row)
{
    ScreenMapState *state = page->state;
    bool by_name = state->choice.sort == MAP_BY_NAME;
    UiButton find = {.label = "Find", .kind = UI_BUTTON_BARE, .size_px = TYPE_HINT};
    UiButton sort = {
        .label = by_name ? "By name" : "By need", .kind = UI_BUTTON_BARE, .size_px = TYPE_HINT};
    bool opens;

    if (state->find.open && model_sees_people(page->model)) {
        (void)rect_cut_left(&row, SPACE_4);
        put_field(page, row);
        return;
    }
    if (state->map.grid.page_count > 1) {
        put_pages(page, &row);
    }
    opens = model_sees_people(page->model) &&
            ui_button(page->ui,
                      ui_id("map find open"),
                      rect_cut_right(&row, ui_button_width(page->ui, &find)),
                      &find);
    if (ui_button(page->ui,
                  ui_id("map sort over"),
                  rect_cut_right(&row, ui_button_width(page->ui, &sort)),
                  &sort)) {
        state->choice.sort = by_name ? MAP_BY_NEED : MAP_BY_NAME;
        ui_focus(page->ui, 0);
    }
    if (opens) {
        group_find_open(page->ui, &state->find);
    }
    draw_together(page, &row);
    draw_strip(page, row);
}

/* True when the ring was asked for. */
static bool put_tools(MapPage *page)
{
    Rect row = page->tools;
    bool ring;

    if (row.h <= 0.0F) {
        return false;
    }
    ring = group_tabs(page->ui, rect_cut_left(&row, GROUP_TABS_WIDTH), GROUP_MAP);
    if (has_panel(page)) {
        put_sort(page, &row);
        (void)rect_cut_left(&row, SPACE_3);
        put_field(page, rect_cut_left(&row, GROUP_FIELD_WIDTH));
    } else {
        put_strip(page, row);
    }
    return ring;
}

/* ---- choosing ---------------------------------------------------------------------------------
 */

static void go_to_page_of(MapPage *page, int seat)
{
    Rect cell;
    int at;

    if (seat != MAP_NOBODY && view_map_cell(&page->state->map, seat, &cell, &at)) {
        page->state->page = at;
    }
}

static void move_by_keys(MapPage *page)
{
    ScreenMapState *state = page->state;
    float x;
    float y;

    while (group_arrow(page->ui, &x, &y)) {
        page->map.chosen_seat = state->selected_seat;
        state->selected_seat = view_map_towards(&page->map, &state->map, x, y);
    }
}

static void turn_pages(MapPage *page)
{
    ScreenMapState *state = page->state;

    if (ui_key_pressed(page->ui, UI_KEY_PAGE_DOWN, 0) || page->ui->input.wheel_px < 0.0F) {
        state->page++;
    }
    if (ui_key_pressed(page->ui, UI_KEY_PAGE_UP, 0) || page->ui->input.wheel_px > 0.0F) {
        state->page--;
    }
}

/* The team of who is chosen, else one's own; nobody's shows everybody again. */
static void turn_team(MapPage *page)
{
    ScreenMapState *state = page->state;
    const ModelOthers *others = page->model->others;
    const TeamEntry *own = view_own_team(page->model);
    int team = MAP_EVERYBODY;

    if (state->choice.team == MAP_EVERYBODY) {
        team = own == NULL ? MAP_EVERYBODY : own->team;
        if (state->selected_seat != MAP_NOBODY &&
            model_team(others, state->selected_seat) != TEAM_NONE) {
            team = model_team(others, state->selected_seat);
        }
    }
    state->choice.team = team;
}

static void sort_by_keys(MapPage *page)
{
    MapChoice *choice = &page->state->choice;

    if (ui_shortcut(page->ui, 'o')) {
        choice->only_flagged = !choice->only_flagged;
    }
    if (ui_shortcut(page->ui, 's')) {
        choice->sort = choice->sort == MAP_BY_NEED ? MAP_BY_NAME : MAP_BY_NEED;
    }
}

static void choose_by_letters(MapPage *page)
{
    Ui *ui = page->ui;
    ScreenMapState *state = page->state;

    if (ui_shortcut(ui, 't')) {
        turn_team(page);
    }
    if (ui_shortcut(ui, 'f')) {
        state->selected_seat =
            view_map_next_flagged(&state->map, page->model->others, state->selected_seat);
        go_to_page_of(page, state->selected_seat);
    }
    if (page->tools.h > 0.0F && ui_shortcut(ui, '/')) {
        group_find_open(ui, &state->find);
    }
}

/* Who has the card: whoever is under the pointer, else who is chosen. */
static int choose_person(MapPage *page)
{
    Ui *ui = page->ui;
    ScreenMapState *state = page->state;
    Point pointer = {ui->input.pointer_x, ui->input.pointer_y};
    UiInteraction on =
        ui_interact_pointer(ui, ui_id("map people"), page->map.areas[state->map.area]);
    int hovered = on.hovered ? view_map_seat_at(&page->map, &state->map, pointer) : MAP_NOBODY;

    if (on.clicked && on.hovered) {
        state->selected_seat = hovered == state->selected_seat ? MAP_NOBODY : hovered;
    }
    return hovered != MAP_NOBODY && !ui->by_keyboard ? hovered : state->selected_seat;
}

static void keep_page(MapPage *page)
{
    int last = page->state->map.grid.page_count - 1;
    int wanted = page->state->page < last ? page->state->page : last;

    page->state->page = wanted > 0 ? wanted : 0;
    page->map.page = page->state->page;
}

/* Somebody who has left, or whom the choice leaves out, is not chosen any more. */
static void keep_selection(MapPage *page)
{
    ScreenMapState *state = page->state;
    Rect cell;
    int at;

    if (state->selected_seat != MAP_NOBODY &&
        (page->model->others->map[state->selected_seat].verdict == MAP_ABSENT ||
         !view_map_cell(&state->map, state->selected_seat, &cell, &at))) {
        state->selected_seat = MAP_NOBODY;
    }
    keep_page(page);
    page->map.chosen_seat = state->selected_seat;
}

/* ---- what is drawn ----------------------------------------------------------------------------
 */

static void draw_card(MapPage *page, int seat)
{
    const Layout *layout = &page->ui->frame.layout;
    PersonCard card = {.model = page->model,
                       .seat = seat,
                       .beat_ns = view_beat_ns(&page->view->music),
                       .bounds = rect_inset(layout_window(layout), SPACE_2)};
    int at;

    if (seat == MAP_NOBODY || page->model->others->map[seat].verdict == MAP_ABSENT ||
        !view_map_cell(&page->state->map, seat, &card.of, &at) || at != page->map.page) {
        return;
    }
    card.drift = page->state->drifts[seat];
    card.bounds.y = layout->size_class == LAYOUT_MINIMAL ? card.bounds.y : BAR_HEIGHT + SPACE_1;
    card.bounds.h = layout->height - SPACE_2 - card.bounds.y;
    view_person_card(page->ui, &card);
}

static void draw_empty(MapPage *page)
{
    const MapChoice *choice = &page->state->choice;
    Rect area = page->map.areas[page->state->map.area];
    const char *words = choice->only_flagged ? "Nobody is off the beat." : "Nobody plays yet.";

    if (model_privacy(page->model) == PRIVACY_PRIVATE && !model_sees_people(page->model)) {
        words = "Here the whole group counts: the map stays empty.";
    }
    if (page->model->others == NULL || page->state->map.order.people == 0) {
        view_text(page->ui,
                  rect_center(area),
                  &(UiLabel){.align = TEXT_CENTER, .colour = page->ui->frame.theme->text2},
                  words);
    }
}

static void draw_hints(MapPage *page)
{
    const ScreenMapState *state = page->state;
    bool leads = may_open_people(page);
    bool paged = state->map.grid.page_count > 1;
    bool sees = model_sees_people(page->model);
    UiHint hints[9];
    size_t count = 0;

    if (state->map.area == AREA_WHOLE || page->tools.h <= 0.0F) {
        return;
    }
    if (paged) {
        hints[count++] = (UiHint){"Page", "turn the page"};
    }
    if (sees) {
        hints[count++] = (UiHint){"Arrows", "move"};
    }
    hints[count++] = (UiHint){"O", state->choice.only_flagged ? "everybody" : "only flagged"};
    if (sees) {
        hints[count++] = (UiHint){"/", "find"};
        hints[count++] = (UiHint){"F", "next flagged"};
        hints[count++] =
            (UiHint){"T", state->choice.team == MAP_EVERYBODY ? "one team" : "all teams"};
    }
    if (leads) {
        hints[count++] = (UiHint){"Enter", "open person"};
    }
    hints[count++] = (UiHint){"S", "sort"};
    hints[count++] = (UiHint){"Esc", "back"};
    view_status_hints(page->ui, hints, count);
}

static bool draw_bar(MapPage *page)
{
    StatusWords words;
    StatusBar bar = status_of_session(page->model, &page->view->music, &words);

    if (page->ui->frame.layout.size_class == LAYOUT_MINIMAL) {
        return false;
    }
    bar.badge = page->view->practising ? NULL : bar.badge;
    bar.has_clock = page->ui->frame.layout.size_class != LAYOUT_TINY;
    words_clear(&words.subtitle);
    words_add_number(&words.subtitle, page->model->snapshot.joined);
    words_add(&words.subtitle, page->model->snapshot.joined == 1 ? " person" : " people");
    return view_status_bar(page->ui, &bar);
}

/* ---- the whole --------------------------------------------------------------------------------
 */

/* One step: out of the search, off the person, back. */
static ScreenMapAction step_back(MapPage *page)
{
    ScreenMapState *state = page->state;

    if (group_find_close(page->ui, &state->find)) {
        return SCREEN_MAP_NONE;
    }
    if (state->selected_seat != MAP_NOBODY) {
        state->selected_seat = MAP_NOBODY;
        return SCREEN_MAP_NONE;
    }
    return SCREEN_MAP_BACK;
}

static ScreenMapAction action_of_keys(MapPage *page)
{
    Ui *ui = page->ui;
    int seat = page->state->selected_seat;

    if (ui_key_pressed(ui, UI_KEY_ESCAPE, 0)) {
        return step_back(page);
    }
    if (ui_key_pressed(ui, UI_KEY_TAB, 0)) {
        return SCREEN_MAP_NEXT;
    }
    if (ui_shortcut(ui, 'm')) {
        return SCREEN_MAP_RING;
    }
    if (may_open_people(page) && seat != MAP_NOBODY && seat != page->model->welcome.seat &&
        !group_find_has_focus(ui) && ui_key_pressed(ui, UI_KEY_ENTER, 0)) {
        return SCREEN_MAP_PERSON;
    }
    return SCREEN_MAP_NONE;
}

static void put_people(MapPage *page)
{
    int seat;

    if (model_sees_people(page->model)) {
        move_by_keys(page);
        choose_by_letters(page);
    } else {
        page->state->selected_seat = MAP_NOBODY;
        page->state->choice.team = MAP_EVERYBODY;
    }
    turn_pages(page);
    sort_by_keys(page);
    keep_selection(page);
    seat = choose_person(page);
    page->map.chosen_seat = page->state->selected_seat;
    view_map(page->ui, &page->map, &page->state->map);
    if (has_panel(page)) {
        const Layout *layout = &page->ui->frame.layout;
        Rect panel = {layout->width - layout->margin - PANEL_WIDTH,
                      72.0F,
                      PANEL_WIDTH,
                      layout->height - 128.0F};

        view_ring_legend(
            page->ui, panel, page->model, &page->play->ring, view_beat_ns(&page->view->music));
    }
    draw_hints(page);
    draw_card(page, seat);
}

ScreenMapAction screen_map(
    Ui *ui, const ClientModel *model, const PlayView *view, PlayState *play, ScreenMapState *state)
{
    MapPage page;
    ScreenMapAction action;
    bool menu;
    bool ring;
    int selected = state->selected_seat;

    play_state_advance(play, model, &view->music, ui->frame.now_s, ui->frame.reduced_motion);
    page = page_of(ui, model, view, play, state);
    if (model->others != NULL) {
        view_map_place(ui, &page.map, &state->map);
        keep_page(&page);
    }
    menu = draw_bar(&page);
    ring = put_tools(&page);
    if (state->selected_seat != selected) {
        go_to_page_of(&page, state->selected_seat);
    }
    action = action_of_keys(&page);
    if (model->others != NULL) {
        put_people(&page);
    }
    draw_empty(&page);
    if (menu) {
        return SCREEN_MAP_MENU;
    }
    return ring ? SCREEN_MAP_RING : action;
}
