#include "client/desktop/ui/screen_ring.h"

#include "client/desktop/ui/view_parts.h"
#include "client/desktop/ui/view_status.h"

#include <math.h>

#define LEGEND_WIDTH 312.0F
#define LEGEND_WIDTH_SMALL 280.0F
#define NAMES_ROOM 130.0F /* beside the ring, for names on both sides */
#define LABELS_ROOM 62.0F
#define SELECTED_WIDTH 190.0F /* beside the light of the beat */

void screen_ring_init(ScreenRingState *state)
{
    *state = (ScreenRingState){.selected_seat = RING_NOBODY};
}

/* Where the ring stands, and what is around it. */
typedef struct {
    RingView ring;
    Rect legend;    /* w 0: there is none */
    bool has_names; /* there is room to show them */
} RingPage;

static RingPage page_of(const Ui *ui, const ClientModel *model, const PlayView *view)
{
    const Layout *layout = &ui->frame.layout;
    bool minimal = layout->size_class == LAYOUT_MINIMAL;
    bool tiny = minimal || layout->size_class == LAYOUT_TINY;
    bool medium = layout->size_class == LAYOUT_MEDIUM;
    bool has_names = !tiny && ring_people(model->others) <= RING_NAMES_MAX;
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
                     .has_names = has_names};
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

/* Arrows go from person to person; a click picks the nearest. */
static void select_person(Ui *ui, RingPage *page, PlayState *play, ScreenRingState *state)
{
    static const struct {
        UiKey key;
        float x;
        float y;
    } arrows[] = {{UI_KEY_LEFT, -1.0F, 0.0F},
                  {UI_KEY_RIGHT, 1.0F, 0.0F},
                  {UI_KEY_UP, 0.0F, -1.0F},
                  {UI_KEY_DOWN, 0.0F, 1.0F}};
    float reach = page->ring.radius;
    Rect area = {
        page->ring.center.x - reach, page->ring.center.y - reach, 2.0F * reach, 2.0F * reach};
    UiInteraction on = ui_interact_pointer(ui, ui_id("ring people"), area);

    page->ring.selected_seat = state->selected_seat;
    for (size_t i = 0; i < sizeof arrows / sizeof arrows[0]; i++) {
        if (ui_key_pressed(ui, arrows[i].key, 0)) {
            state->selected_seat =
                ring_seat_towards(&page->ring, &play->ring, arrows[i].x, arrows[i].y);
        }
    }
    if (on.clicked) {
        state->selected_seat = ring_seat_at(
            &page->ring, &play->ring, (Point){ui->input.pointer_x, ui->input.pointer_y}, 24.0F);
    }
    page->ring.selected_seat = state->selected_seat;
}

/* Who is selected, in words: names follow the tier, for all or for none. */
static void draw_selected(Ui *ui, const ClientModel *model, const PlayView *view, int seat)
{
    const Layout *layout = &ui->frame.layout;
    const ModelOthers *others = model->others;
    bool own = model->has_seat && seat == model->welcome.seat;
    uint8_t verdict;
    WordsText words;

    if (others == NULL || seat == RING_NOBODY || seat >= others->seat_count ||
        others->map[seat].verdict == MAP_ABSENT) {
        return;
    }
    verdict = others->map[seat].verdict;
    words_clear(&words);
    if (own) {
        words_add(&words, "You: ");
    } else if (view->names) {
        words_add(&words, others->roster[seat].name);
        words_add(&words, ": ");
    }
    words_add(&words, verdict < VERDICT_COUNT ? verdict_word((Verdict)verdict) : "timing unrated");
    view_name(ui,
              (Point){layout->margin, BAR_HEIGHT + SPACE_5},
              SELECTED_WIDTH,
              &(UiLabel){.weight = FONT_SEMIBOLD},
              words.bytes);
}

static void
draw_hints(Ui *ui, const PlayView *view, const RingPage *page, const ScreenRingState *state)
{
    const UiHint hints[] = {{view->drum_key == NULL ? "Space" : view->drum_key, "drum"},
                            {"Tab", "lane"},
                            {"Esc", "back"},
                            {"Arrows", "people"},
                            {"O", state->only_flagged ? "everybody" : "only flagged"},
                            {"N", view->names ? "names off" : "names on"}};
    size_t first = view->watching ? 1 : 0;

    view_status_hints(ui, hints + first, (page->has_names ? 6 : 5) - first);
}

static ScreenRingAction action_of_keys(Ui *ui, const RingPage *page, ScreenRingState *state)
{
    if (ui_key_pressed(ui, UI_KEY_ESCAPE, 0)) {
        return SCREEN_RING_BACK;
    }
    if (ui_key_pressed(ui, UI_KEY_TAB, 0)) {
        return SCREEN_RING_NEXT;
    }
    if (ui_shortcut(ui, 'o')) {
        state->only_flagged = !state->only_flagged;
    }
    return page->has_names && ui_shortcut(ui, 'n') ? SCREEN_RING_NAMES : SCREEN_RING_NONE;
}

ScreenRingAction screen_ring(
    Ui *ui, const ClientModel *model, const PlayView *view, PlayState *play, ScreenRingState *state)
{
    const Layout *layout = &ui->frame.layout;
    RingPage page = page_of(ui, model, view);
    StatusWords words;
    StatusBar bar = status_of_session(model, &view->music, &words);
    bool menu = false;

    bar.badge = view->practising ? NULL : bar.badge;
    play_state_advance(play, model, &view->music, ui->frame.now_s, ui->frame.reduced_motion);
    if (layout->size_class != LAYOUT_MINIMAL) {
        if (page.ring.names) {
            bar.subtitle = "Names are open to everyone here";
        }
        if (layout->size_class == LAYOUT_TINY) {
            bar.has_clock = false;
        }
        menu = view_status_bar(ui, &bar);
    }
    select_person(ui, &page, play, state);
    page.ring.only_flagged = state->only_flagged;
    view_ring(ui, &page.ring, &play->ring);
    if (page.legend.w > 0.0F) {
        view_ring_legend(ui, page.legend, model, &play->ring, view_beat_ns(&view->music));
    }
    if (layout->size_class != LAYOUT_MINIMAL) {
        draw_selected(ui, model, view, state->selected_seat);
        draw_hints(ui, view, &page, state);
    }
    return menu ? SCREEN_RING_MENU : action_of_keys(ui, &page, state);
}
