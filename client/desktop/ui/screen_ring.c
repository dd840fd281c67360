#include "client/desktop/ui/screen_ring.h"

#include "client/desktop/ui/view_parts.h"
#include "client/desktop/ui/view_person.h"
#include "client/desktop/ui/view_status.h"

#include <math.h>

#define LEGEND_WIDTH 312.0F
#define LEGEND_WIDTH_SMALL 280.0F
#define NAMES_ROOM 130.0F /* beside the ring, for names on both sides */
#define LABELS_ROOM 62.0F
#define TOOLS_TOP 62.0F
#define MARK_BOX 28.0F /* around a mark that has a card */
#define POINTER_REACH 24.0F

void screen_ring_init(ScreenRingState *state)
{
    *state = (ScreenRingState){.selected_seat = RING_NOBODY, .selected_team = RING_NOBODY};
}

/* Where the ring stands, and what is around it. */
typedef struct {
    RingView ring;
    Rect legend;    /* w 0: there is none */
    bool has_names; /* there is room to show them */
    bool sees_people;
    bool leads; /* others: who practises has nobody to lead */
} RingPage;

static RingPage
page_of(const Ui *ui, const ClientModel *model, const PlayView *view, const RingState *ring)
{
    const Layout *layout = &ui->frame.layout;
    bool minimal = layout->size_class == LAYOUT_MINIMAL;
    bool tiny = minimal || layout->size_class == LAYOUT_TINY;
    bool medium = layout->size_class == LAYOUT_MEDIUM;
    bool has_names = !tiny && ring->sees_people && ring->people <= RING_NAMES_MAX;
    bool names = has_names && view->names;
    float top = minimal ? 0.0F : BAR_HEIGHT;
    /* The smallest windows give all their room to the ring. */
    bool labels = layout->height >= 350.0F && !minimal;
    float above = medium ? 102.0F : (labels ? 56.0F : 30.0F);
    float below = minimal ? 20.0F : (medium ? 94.0F : (labels ? 76.0F : 52.0F));
    float legend = medium ? LEGEND_WIDTH : LEGEND_WIDTH_SMALL;
    RingPage page = {.ring = {.model = model,
                              .music = &view->music,
                              .labels = labels,
                              .names = names,
                              .calm_light = view->calm_light,
                              .hide_own = view->watching,
                              .selected_team = RING_NOBODY},
                     .has_names = has_names,
                     .sees_people = ring->sees_people,
                     .leads = model->welcome.role == ROLE_FACILITATOR && !view->practising};
    float right = layout->width;
    float side = names ? NAMES_ROOM : LABELS_ROOM;
    float room = (layout->height - top - above - below) / 2.0F;

    if (!tiny) {
        page.legend =
            (Rect){layout->width - layout->margin - legend, 72.0F, legend, layout->height - 128.0F};
        right = page.legend.x;
    }
    page.ring.radius = fmaxf(fminf(right / 2.0F - side, room), 24.0F);
    page.ring.center = (Point){right / 2.0F, top + above + fmaxf(room, page.ring.radius)};
    page.ring.bounds = (Rect){0.0F, 0.0F, right, layout->height};
    return page;
}

/* Arrows go from person to person; a click picks the nearest. The seat that has the card: under the
   pointer, else selected. */
static int select_person(Ui *ui, RingPage *page, PlayState *play, ScreenRingState *state)
{
    float reach = page->ring.radius;
    Point pointer = {ui->input.pointer_x, ui->input.pointer_y};
    Rect area = {
        page->ring.center.x - reach, page->ring.center.y - reach, 2.0F * reach, 2.0F * reach};
    UiInteraction on = ui_interact_pointer(ui, ui_id("ring people"), area);
    int hovered =
        on.hovered ? ring_seat_at(&page->ring, &play->ring, pointer, POINTER_REACH) : RING_NOBODY;
    float x;
    float y;

    while (group_arrow(ui, &x, &y)) {
        page->ring.selected_seat = state->selected_seat;
        state->selected_seat = ring_seat_towards(&page->ring, &play->ring, x, y);
    }
    if (on.clicked && on.hovered) {
        state->selected_seat = hovered == state->selected_seat ? RING_NOBODY : hovered;
    }
    page->ring.selected_seat = state->selected_seat;
    return hovered != RING_NOBODY && !ui->by_keyboard ? hovered : state->selected_seat;
}

static void draw_card(Ui *ui, const RingPage *page, const PlayState *play, int seat)
{
    const ModelOthers *others = page->ring.model->others;
    Point mark;

    if (others == NULL || seat == RING_NOBODY || seat >= others->seat_count ||
        !play->ring.dots[seat].shown) {
        return;
    }
    mark = ring_seat_point(&page->ring, &play->ring, seat);
    view_person_card(
        ui,
        &(PersonCard){
            .model = page->ring.model,
            .seat = seat,
            .drift = play->ring.dots[seat].drift,
            .beat_ns = view_beat_ns(page->ring.music),
            .aside = ui->frame.layout.size_class == LAYOUT_TINY,
            .of = {mark.x - MARK_BOX / 2.0F, mark.y - MARK_BOX / 2.0F, MARK_BOX, MARK_BOX},
            .bounds = {SPACE_2,
                       BAR_HEIGHT + SPACE_1,
                       ui->frame.layout.width - 2.0F * SPACE_2,
                       ui->frame.layout.height - BAR_HEIGHT - SPACE_1 - SPACE_2}});
}

/* The team of who is selected, else the next one; after the last none. */
static void turn_team(const ModelOthers *others, ScreenRingState *state)
{
    int team = state->selected_team + 1;

    if (others == NULL) {
        return;
    }
    if (state->selected_seat != RING_NOBODY) {
        int theirs = model_team(others, state->selected_seat);

        team = theirs == state->selected_team ? others->team_count : theirs;
    }
    state->selected_team = team < others->team_count ? team : RING_NOBODY;
}

/* Tabs, and the search while it is open. True when the map was asked for. */
static bool put_tools(Ui *ui, const RingPage *page, const PlayState *play, ScreenRingState *state)
{
    const ModelOthers *others = page->ring.model->others;
    Rect row = {ui->frame.layout.margin, TOOLS_TOP, GROUP_TABS_WIDTH, 36.0F};
    bool asked = group_tabs(ui, row, GROUP_RING);
    uint16_t seats[PARTICIPANTS_MAX];
    GroupPeople people = {.others = others, .seats = seats};

    if (!state->find.open || !play->ring.sees_people) {
        return asked;
    }
    for (int seat = 0; seat < others->seat_count; seat++) {
        if (play->ring.dots[seat].shown) {
            seats[people.seat_count] = (uint16_t)seat;
            people.seat_count++;
        }
    }
    row.y += row.h + SPACE_2;
    row.w = fminf(GROUP_FIELD_WIDTH, page->ring.center.x);
    row.h = CONTROL_HEIGHT;
    group_find_field(ui, row, &state->find, &people, &state->selected_seat);
    return asked;
}

static void
draw_hints(Ui *ui, const PlayView *view, const RingPage *page, const ScreenRingState *state)
{
    UiHint hints[9];
    size_t count = 0;

    if (!view->watching) {
        hints[count++] = (UiHint){view->drum_key == NULL ? "Space" : view->drum_key, "drum"};
    }
    hints[count++] = (UiHint){"Tab", "map"};
    hints[count++] = (UiHint){"Esc", "back"};
    if (page->sees_people) {
        hints[count++] = (UiHint){"Arrows", "people"};
    }
    hints[count++] = (UiHint){"O", state->only_flagged ? "everybody" : "only flagged"};
    if (page->sees_people) {
        hints[count++] = (UiHint){"T", "team"};
        hints[count++] = (UiHint){"/", "find"};
    }
    if (page->leads && page->sees_people) {
        hints[count++] = (UiHint){"Enter", "open person"};
    }
    if (page->has_names) {
        hints[count++] = (UiHint){"N", view->names ? "names off" : "names on"};
    }
    view_status_hints(ui, hints, count);
}

/* One step: out of the search, off the person, off the team, back. */
static ScreenRingAction step_back(Ui *ui, ScreenRingState *state)
{
    if (group_find_close(ui, &state->find)) {
        return SCREEN_RING_NONE;
    }
    if (state->selected_seat != RING_NOBODY || state->selected_team != RING_NOBODY) {
        state->selected_seat = RING_NOBODY;
        state->selected_team = RING_NOBODY;
        return SCREEN_RING_NONE;
    }
    return SCREEN_RING_BACK;
}

static ScreenRingAction action_of_keys(Ui *ui, const RingPage *page, ScreenRingState *state)
{
    const ClientModel *model = page->ring.model;

    if (ui_key_pressed(ui, UI_KEY_ESCAPE, 0)) {
        return step_back(ui, state);
    }
    if (ui_key_pressed(ui, UI_KEY_TAB, 0) || ui_shortcut(ui, 'm')) {
        return SCREEN_RING_NEXT;
    }
    if (ui_shortcut(ui, 'o')) {
        state->only_flagged = !state->only_flagged;
    }
    if (page->sees_people && ui_shortcut(ui, 't')) {
        turn_team(model->others, state);
    }
    if (page->sees_people && ui_shortcut(ui, '/') &&
        ui->frame.layout.size_class != LAYOUT_MINIMAL) {
        group_find_open(ui, &state->find);
    }
    if (page->leads && state->selected_seat != RING_NOBODY &&
        state->selected_seat != model->welcome.seat && !group_find_has_focus(ui) &&
        ui_key_pressed(ui, UI_KEY_ENTER, 0)) {
        return SCREEN_RING_PERSON;
    }
    return page->has_names && ui_shortcut(ui, 'n') ? SCREEN_RING_NAMES : SCREEN_RING_NONE;
}

ScreenRingAction screen_ring(
    Ui *ui, const ClientModel *model, const PlayView *view, PlayState *play, ScreenRingState *state)
{
    const Layout *layout = &ui->frame.layout;
    RingPage page;
    StatusWords words;
    StatusBar bar = status_of_session(model, &view->music, &words);
    bool menu = false;
    bool map = false;
    int seat = RING_NOBODY;

    bar.badge = view->practising ? NULL : bar.badge;
    play_state_advance(play, model, &view->music, ui->frame.now_s, ui->frame.reduced_motion);
    page = page_of(ui, model, view, &play->ring);
    if (layout->size_class != LAYOUT_MINIMAL) {
        if (page.ring.names) {
            bar.subtitle = "Names are open to everyone here";
        }
        if (layout->size_class == LAYOUT_TINY) {
            bar.has_clock = false;
        }
        menu = view_status_bar(ui, &bar);
    }
    if (layout->size_class != LAYOUT_MINIMAL) {
        map = put_tools(ui, &page, play, state);
    }
    if (play->ring.sees_people) {
        seat = select_person(ui, &page, play, state);
    } else {
        state->selected_seat = RING_NOBODY;
        state->selected_team = RING_NOBODY;
    }
    page.ring.only_flagged = state->only_flagged;
    page.ring.selected_team = state->selected_team;
    view_ring(ui, &page.ring, &play->ring);
    if (page.legend.w > 0.0F) {
        view_ring_legend(ui, page.legend, model, &play->ring, view_beat_ns(&view->music));
    }
    if (layout->size_class != LAYOUT_MINIMAL) {
        draw_hints(ui, view, &page, state);
        draw_card(ui, &page, play, seat);
    }
    if (menu) {
        return SCREEN_RING_MENU;
    }
    return map ? SCREEN_RING_NEXT : action_of_keys(ui, &page, state);
}
