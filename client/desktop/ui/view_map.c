#include "client/desktop/ui/view_map.h"

#include "client/desktop/ui/group_views.h"
#include "client/desktop/ui/view_parts.h"
#include "client/desktop/ui/words.h"

#include <math.h>

#define CALM_ALPHA 0.75F
#define UNMEANT_ALPHA 0.25F
#define TINT_DARK 0.22F
#define TINT_LIGHT 0.14F
#define NAME_LEFT 30.0F /* in a cell with a name: the mark stands before it */
#define NAMED_MARK 16.0F
#define MARK_MIN 8.0F

/* ---- places -----------------------------------------------------------------------------------
 */

static bool is_same_choice(const MapChoice *a, const MapChoice *b)
{
    return a->sort == b->sort && a->only_flagged == b->only_flagged && a->team == b->team;
}

static bool is_same_rect(Rect a, Rect b)
{
    return !(a.x < b.x || a.x > b.x || a.y < b.y || a.y > b.y || a.w < b.w || a.w > b.w ||
             a.h < b.h || a.h > b.h);
}

static bool are_same_areas(const MapView *view, const MapState *state)
{
    bool same = true;

    for (int i = 0; i < MAP_AREAS; i++) {
        same = same && is_same_rect(view->areas[i], state->areas[i]);
    }
    return same;
}

static void place_cells(const MapView *view, MapState *state)
{
    MapCrowd crowd = {.sizes = state->order.sizes,
                      .block_count = state->order.block_count,
                      .names = state->order.sees_people};

    state->area = -1;
    do {
        state->area++;
        state->areas[state->area] = view->areas[state->area];
        crowd.area = view->areas[state->area];
        map_grid_place(&state->grid, &crowd);
    } while (state->grid.page_count > 1 && state->area + 1 < MAP_AREAS);
    for (int i = state->area + 1; i < MAP_AREAS; i++) {
        state->areas[i] = view->areas[i];
    }
}

static void make(const MapView *view, MapState *state)
{
    map_order_make(&state->order, view->model, &view->choice);
    state->choice = view->choice;
    state->membership = map_membership(view->model, &view->choice);
    state->bar = view->bar;
    state->made = true;
    place_cells(view, state);
}

/* Nothing moves under a pointer that is being used. */
static bool is_held(const Ui *ui, const MapView *view, MapState *state)
{
    Point pointer = {ui->input.pointer_x, ui->input.pointer_y};

    if (fabsf(pointer.x - state->pointer.x) + fabsf(pointer.y - state->pointer.y) > 0.5F) {
        state->pointer = pointer;
        state->pointer_at_s = ui->frame.now_s;
    }
    return ui->frame.now_s - state->pointer_at_s < MAP_POINTER_S &&
           view_map_seat_at(view, state, pointer) != MAP_NOBODY;
}

void view_map_place(const Ui *ui, const MapView *view, MapState *state)
{
    bool is_old = view->bar >= state->bar + MAP_ORDER_BARS || view->bar < state->bar;

    if (!state->made || !is_same_choice(&state->choice, &view->choice)) {
        make(view, state);
        return;
    }
    if (!are_same_areas(view, state)) {
        place_cells(view, state);
    }
    if (!state->order.sees_people) {
        map_order_count(&state->order, view->model->others, &view->choice);
    } else if (is_held(ui, view, state)) {
        return;
    }
    if (is_old || state->membership != map_membership(view->model, &view->choice)) {
        make(view, state);
    }
}

/* Calls for every cell of a page would need a function for each; a walk needs a loop. */
typedef struct {
    const MapState *state;
    int piece;
    int index; /* of the piece's people */
    int page;
    /* Of the current cell: */
    int place; /* in the order */
    int seat;  /* MAP_NOBODY's where cells are nobody's */
    Rect cell;
} CellWalk;

static CellWalk walk_page(const MapState *state, int page)
{
    CellWalk walk = {.state = state, .index = -1, .page = page};

    while (walk.piece < state->grid.piece_count && state->grid.pieces[walk.piece].page < page) {
        walk.piece++;
    }
    return walk;
}

static bool next_cell(CellWalk *walk)
{
    const MapGrid *grid = &walk->state->grid;
    const MapPiece *piece = &grid->pieces[walk->piece];

    if (walk->piece >= grid->piece_count || piece->page != walk->page) {
        return false;
    }
    walk->index++;
    if (walk->index == piece->count) {
        walk->piece++;
        walk->index = 0;
        piece++;
        if (walk->piece >= grid->piece_count || piece->page != walk->page) {
            return false;
        }
    }
    walk->place = walk->state->order.blocks[piece->block].first + piece->first + walk->index;
    walk->seat =
        walk->state->order.sees_people ? walk->state->order.seats[walk->place] : MAP_NOBODY;
    walk->cell = map_grid_cell(grid, piece, walk->index);
    return true;
}

/* ---- drawing ----------------------------------------------------------------------------------
 */

/* The colours of one verdict's cells: they are the same for thousands. */
typedef struct {
    Colour ground;
    Colour mark;
} CellColours;

static CellColours colours_of(const Theme *theme, uint8_t verdict)
{
    Colour colour = theme_mark_colour(theme, view_mark_of(verdict, 0.0F));
    Colour tinted = theme->is_light ? colour_mix(theme->surface, colour, TINT_LIGHT)
                                    : colour_mix(theme->stage, colour, TINT_DARK);
    bool is_calm = verdict == VERDICT_ON || verdict == VERDICT_TIGHT;

    return (CellColours){
        .ground = view_is_marked(verdict) ? tinted : theme->surface,
        .mark = is_calm ? colour_mix(theme->surface, colour, CALM_ALPHA) : colour,
    };
}

static float mark_size(const MapGrid *grid, Rect cell)
{
    if (grid->named) {
        return NAMED_MARK;
    }
    return fmaxf((grid->pitch_y >= 22.0F ? 0.58F : 0.72F) * cell.h, MARK_MIN);
}

static void draw_cell_name(Ui *ui, const MapView *view, const CellWalk *walk, float alpha)
{
    const Theme *theme = ui->frame.theme;
    bool own = view->model->has_seat && walk->seat == view->model->welcome.seat;
    UiLabel label = {.size_px = TYPE_HINT,
                     .weight = own ? FONT_SEMIBOLD : FONT_REGULAR,
                     .colour = colour_fade(own ? theme->accent : theme->text, alpha)};

    view_name(ui,
              (Point){walk->cell.x + NAME_LEFT, walk->cell.y + walk->cell.h / 2.0F},
              walk->cell.w - NAME_LEFT - SPACE_1,
              &label,
              own ? "You" : view->model->others->roster[walk->seat].name);
}

static void draw_cells(Ui *ui, const MapView *view, const MapState *state)
{
    const Theme *theme = ui->frame.theme;
    const ModelOthers *others = view->model->others;
    const MapGrid *grid = &state->grid;
    int own = model_sees_people(view->model) ? view->model->welcome.seat : MAP_NOBODY - 1;
    bool searches = view->find != NULL && view->find[0] != '\0';
    float radius = fminf(RADIUS_CELL_MAX, 0.2F * grid->pitch_y);
    CellColours colours[MAP_ABSENT + 1];

    for (int verdict = 0; verdict <= MAP_ABSENT; verdict++) {
        colours[verdict] = colours_of(theme, (uint8_t)verdict);
    }
    for (CellWalk walk = walk_page(state, view->page); next_cell(&walk);) {
        uint8_t verdict = map_order_verdict(&state->order, others, walk.place) & MAP_ABSENT;
        float drift =
            view->drifts == NULL || walk.seat == MAP_NOBODY ? 0.0F : view->drifts[walk.seat];
        bool faint =
            searches && walk.seat != MAP_NOBODY && !group_is_meant(others, walk.seat, view->find);
        float alpha = faint ? UNMEANT_ALPHA : 1.0F;
        Point center = rect_center(walk.cell);

        center.x = grid->named ? walk.cell.x + NAME_LEFT / 2.0F : center.x;
        draw_rect(ui->frame.draw, walk.cell, radius, colour_fade(colours[verdict].ground, alpha));
        if (verdict == MAP_ABSENT) {
            continue; /* has gone, and the cell with the next order; or is not counted */
        }
        draw_mark(ui->frame.draw,
                  center,
                  mark_size(grid, walk.cell),
                  view_mark_of(verdict, drift),
                  colour_fade(colours[verdict].mark, alpha));
        if (grid->named) {
            draw_cell_name(ui, view, &walk, alpha);
        }
        if (walk.seat == own) {
            draw_rect_stroke(
                ui->frame.draw, rect_inset(walk.cell, -1.0F), radius, 2.0F, theme->accent);
        }
    }
}

static const char *label_of(const MapView *view, const MapState *state, const MapPiece *piece)
{
    const MapBlock *block = &state->order.blocks[piece->block];

    switch (block->kind) {
    case MAP_BLOCK_TEAM:
        return view->model->others->teams[block->team].name + state->order.shared_bytes;
    case MAP_BLOCK_SMALL_TEAMS:
        return "Small teams";
    case MAP_BLOCK_NO_TEAM:
        break;
    }
    return state->order.block_count == 1 ? "Everybody" : "No team";
}

/* Of the whole block, on each of its pieces. */
static int flagged_in(const MapView *view, const MapState *state, const MapPiece *piece)
{
    const MapBlock *block = &state->order.blocks[piece->block];
    int flagged = 0;

    for (int i = 0; i < state->order.sizes[piece->block]; i++) {
        uint8_t verdict = map_order_verdict(&state->order, view->model->others, block->first + i);

        flagged += map_is_flagged(verdict) ? 1 : 0;
    }
    return flagged;
}

/* What stands at the right of a label: how many are flagged; of a team whose people are not
   counted, how well it is together. Empty for neither. */
static void
add_figure(const MapView *view, const MapState *state, const MapPiece *piece, WordsText *text)
{
    const MapBlock *block = &state->order.blocks[piece->block];
    const TeamEntry *team =
        block->kind == MAP_BLOCK_TEAM ? &view->model->others->teams[block->team] : NULL;
    int flagged = flagged_in(view, state, piece);

    words_clear(text);
    if (flagged > 0) {
        words_add_number(text, flagged);
    } else if (!state->order.sees_people && team != NULL && !team->counted && team->members > 1) {
        words_add_number(text, (team->together_centi + 50) / 100);
        words_add(text, " together");
    }
}

static void draw_label(Ui *ui, const MapView *view, const MapState *state, const MapPiece *piece)
{
    const Theme *theme = ui->frame.theme;
    const TeamEntry *own = view_own_team(view->model);
    const MapBlock *block = &state->order.blocks[piece->block];
    bool is_own = own != NULL && block->kind == MAP_BLOCK_TEAM && block->team == own->team;
    float y = piece->y + state->grid.label / 2.0F - 1.0F;
    float width = piece->width;
    WordsText figure;

    add_figure(view, state, piece, &figure);
    if (figure.length_bytes > 0) {
        width -=
            view_text(
                ui,
                (Point){piece->x + piece->width - 2.0F, y},
                &(UiLabel){.size_px = TYPE_CAPTION, .weight = FONT_SEMIBOLD, .align = TEXT_RIGHT},
                figure.bytes) +
            SPACE_2;
    }
    view_name(ui,
              (Point){piece->x, y},
              width,
              &(UiLabel){.size_px = TYPE_CAPTION,
                         .weight = is_own ? FONT_SEMIBOLD : FONT_MEDIUM,
                         .colour = is_own ? theme->accent : theme->text2},
              label_of(view, state, piece));
}

void view_map(Ui *ui, const MapView *view, const MapState *state)
{
    const MapGrid *grid = &state->grid;
    Rect cell;
    int page;

    for (int i = 0; i < grid->piece_count; i++) {
        if (grid->pieces[i].page == view->page) {
            draw_label(ui, view, state, &grid->pieces[i]);
        }
    }
    draw_cells(ui, view, state);
    if (view->chosen_seat != MAP_NOBODY && view_map_cell(state, view->chosen_seat, &cell, &page) &&
        page == view->page) {
        ui_focus_ring(ui, cell, fminf(RADIUS_CELL_MAX, 0.2F * grid->pitch_y));
    }
}

/* ---- finding ----------------------------------------------------------------------------------
 */

int view_map_seat_at(const MapView *view, const MapState *state, Point at)
{
    const MapGrid *grid = &state->grid;

    if (!state->order.sees_people) {
        return MAP_NOBODY;
    }
    for (int i = 0; i < grid->piece_count; i++) {
        const MapPiece *piece = &grid->pieces[i];
        float x = at.x - piece->x;
        float y = at.y - piece->y - grid->label;
        int column = (int)floorf(x / grid->pitch_x);
        int index = column + piece->columns * (int)floorf(y / grid->pitch_y);

        if (piece->page == view->page && x >= 0.0F && y >= 0.0F && column < piece->columns &&
            index < piece->count) {
            return state->order
                .seats[state->order.blocks[piece->block].first + piece->first + index];
        }
    }
    return MAP_NOBODY;
}

bool view_map_cell(const MapState *state, int seat, Rect *cell, int *page)
{
    for (int i = 0; state->order.sees_people && i < state->grid.piece_count; i++) {
        const MapPiece *piece = &state->grid.pieces[i];
        int first = state->order.blocks[piece->block].first + piece->first;

        for (int index = 0; index < piece->count; index++) {
            if (state->order.seats[first + index] == seat) {
                *cell = map_grid_cell(&state->grid, piece, index);
                *page = piece->page;
                return true;
            }
        }
    }
    return false;
}

int view_map_towards(const MapView *view, const MapState *state, float x, float y)
{
    int found = view->chosen_seat;
    float best = INFINITY;
    Rect cell;
    Point from;
    int page;

    if (!view_map_cell(state, view->chosen_seat, &cell, &page) || page != view->page) {
        CellWalk walk = walk_page(state, view->page);

        return next_cell(&walk) ? walk.seat : MAP_NOBODY;
    }
    from = rect_center(cell);
    for (CellWalk walk = walk_page(state, view->page); next_cell(&walk);) {
        Point at = rect_center(walk.cell);
        float along = (at.x - from.x) * x + (at.y - from.y) * y;
        float across = fabsf((at.x - from.x) * y - (at.y - from.y) * x);
        /* Sideways counts double: the nearest in that direction, not just the nearest. */
        float cost = along + 2.0F * across;

        if (along > 0.5F && cost < best) {
            best = cost;
            found = walk.seat;
        }
    }
    return found;
}

/* Where somebody stands in the order; -1 for nobody. */
static int position_of(const MapState *state, int seat)
{
    for (int i = 0; i < state->order.people; i++) {
        if (state->order.seats[i] == seat) {
            return i;
        }
    }
    return -1;
}

int view_map_next_flagged(const MapState *state, const ModelOthers *others, int seat)
{
    int after = position_of(state, seat);

    for (int i = 1; state->order.sees_people && i <= state->order.people; i++) {
        int candidate = state->order.seats[(after + i) % state->order.people];

        if (map_is_flagged(others->map[candidate].verdict)) {
            return candidate;
        }
    }
    return MAP_NOBODY;
}
