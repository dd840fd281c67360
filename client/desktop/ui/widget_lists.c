/* Lists, tables, scroll areas. */
#include "client/desktop/ui/widget_parts.h"
#include "client/desktop/ui/widgets.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define LIST_PADDING 6.0F
#define LIST_ROW_GAP 6.0F
#define TABLE_HEADER_HEIGHT 36.0F
#define TABLE_PADDING 16.0F
#define SCROLL_BAR_WIDTH 6.0F
#define SCROLL_BAR_MIN 32.0F
/* Letters typed within this time belong to one word, seconds. */
#define TYPE_AHEAD_S 1.0

/* ---- keys of rows ---------------------------------------------------------------------------- */

bool widget_move_cursor(Ui *ui, size_t row_count, size_t page_rows, size_t *cursor)
{
    size_t before = *cursor;
    size_t last = row_count > 0 ? row_count - 1 : 0;
    size_t page = page_rows > 1 ? page_rows - 1 : 1;

    while (widget_take_key(ui, UI_KEY_DOWN, 0)) {
        *cursor += *cursor < last ? 1 : 0;
    }
    while (*cursor > 0 && widget_take_key(ui, UI_KEY_UP, 0)) {
        (*cursor)--;
    }
    while (widget_take_key(ui, UI_KEY_PAGE_DOWN, 0)) {
        *cursor = last - *cursor < page ? last : *cursor + page;
    }
    while (widget_take_key(ui, UI_KEY_PAGE_UP, 0)) {
        *cursor = *cursor < page ? 0 : *cursor - page;
    }
    if (widget_take_key(ui, UI_KEY_HOME, 0)) {
        *cursor = 0;
    }
    if (widget_take_key(ui, UI_KEY_END, 0)) {
        *cursor = last;
    }
    return *cursor != before;
}

static bool starts_with(const char *name, const char *typed, size_t typed_bytes)
{
    for (size_t i = 0; i < typed_bytes; i++) {
        if (name[i] == '\0' || widget_lower(name[i]) != widget_lower(typed[i])) {
            return false;
        }
    }
    return true;
}

static void collect_typed(Ui *ui, UiListState *state)
{
    for (UiEvent *event = widget_next_text(ui); event != NULL; event = widget_next_text(ui)) {
        const char *text = widget_event_text(ui, event);
        bool is_fresh = ui->frame.now_s - state->typed_at_s > TYPE_AHEAD_S;

        event->used = true;
        if (is_fresh) {
            state->typed_bytes = 0;
        }
        if (state->typed_bytes == 0 && text[0] == ' ') {
            continue;
        }
        if (state->typed_bytes + event->text_bytes <= UI_TYPE_AHEAD_BYTES_MAX) {
            memcpy(&state->typed[state->typed_bytes], text, event->text_bytes);
            state->typed_bytes += event->text_bytes;
        }
        state->typed_at_s = ui->frame.now_s;
    }
}

bool widget_type_ahead(Ui *ui, const WidgetNames *names, UiListState *state)
{
    size_t before = state->cursor;
    /* A single letter goes on to the next name; more letters may stay where they are. */
    size_t first;

    if (widget_next_text(ui) == NULL || names->names == NULL || names->name_count == 0) {
        return false;
    }
    collect_typed(ui, state);
    if (state->typed_bytes == 0) {
        return false;
    }
    first = state->typed_bytes == 1 ? 1 : 0;
    for (size_t i = 0; i < names->name_count; i++) {
        size_t index = (state->cursor + first + i) % names->name_count;

        if (starts_with(names->names[index], state->typed, state->typed_bytes)) {
            state->cursor = index;
            break;
        }
    }
    return state->cursor != before;
}

/* ---- scrolling ------------------------------------------------------------------------------- */

static float scroll_max(Rect view, float content_px)
{
    return fmaxf(content_px - view.h, 0.0F);
}

void widget_scroll_bar(Ui *ui, UiId id, Rect view, float content_px, float *offset_px)
{
    float longest = scroll_max(view, content_px);
    float length = fmaxf(view.h * view.h / fmaxf(content_px, 1.0F), SCROLL_BAR_MIN);
    float track = fmaxf(view.h - length, 1.0F);
    UiId bar_id = ui_id_index(id, 0xBA5U);
    Rect bar = {rect_right(view) - SCROLL_BAR_WIDTH - 2.0F, view.y, SCROLL_BAR_WIDTH, length};
    bool inert = widget_is_inert(ui);

    if (!inert && widget_is_under_pointer(ui, view)) {
        *offset_px -= ui->input.wheel_px;
        ui->input.wheel_px = longest > 0.0F ? 0.0F : ui->input.wheel_px;
    }
    *offset_px = widget_clamp(*offset_px, 0.0F, longest);
    if (longest <= 0.0F) {
        return;
    }
    bar.y = view.y + track * *offset_px / longest;
    /* No focus and no ring: the keyboard has its own ways. */
    if (!inert && ui->active == 0 && ui->input.pressed &&
        widget_is_under_pointer(ui, rect_inset_xy(bar, -6.0F, 0.0F))) {
        ui->active = bar_id;
        ui->drag_px = ui->input.pointer_y - bar.y;
    }
    if (ui->active == bar_id) {
        bar.y = widget_clamp(ui->input.pointer_y - ui->drag_px, view.y, view.y + track);
        *offset_px = longest * (bar.y - view.y) / track;
    }
    draw_rect(ui->frame.draw, bar, SCROLL_BAR_WIDTH / 2.0F, ui->frame.theme->line);
}

Rect ui_scroll_begin(Ui *ui, UiId id, Rect rect, UiScrollState *state)
{
    assert(ui->scroll_depth < UI_SCROLL_DEPTH_MAX);
    state->offset_px = widget_clamp(state->offset_px, 0.0F, scroll_max(rect, state->content_px));
    ui->scrolls[ui->scroll_depth] = (UiScrollFrame){.state = state,
                                                    .view = rect,
                                                    .id = id,
                                                    .first_focusable = ui->focusable_count,
                                                    .start_px = state->offset_px};
    ui->scroll_depth++;
    /* Room for focus rings at the sides. */
    draw_clip_push(ui->frame.draw, rect_inset_xy(rect, -SPACE_1, 0.0F));
    return (Rect){rect.x, rect.y - state->offset_px, rect.w, rect.h};
}

static bool has_focus_inside(const Ui *ui, const UiScrollFrame *scroll)
{
    for (size_t i = scroll->first_focusable; i < ui->focusable_count; i++) {
        if (ui->focusables[i].id == ui->focus) {
            return true;
        }
    }
    return false;
}

static void scroll_by_keys(Ui *ui, const UiScrollFrame *scroll)
{
    UiScrollState *state = scroll->state;
    float page = scroll->view.h * 0.85F;
    /* A page of nothing but words has no focus to follow: it takes the page keys from anywhere. */
    bool listens = ui->focus == 0 || scroll->first_focusable == ui->focusable_count ||
                   has_focus_inside(ui, scroll);

    if (widget_is_inert(ui) || !listens) {
        return;
    }
    while (widget_take_key(ui, UI_KEY_PAGE_DOWN, 0)) {
        state->offset_px += page;
    }
    while (widget_take_key(ui, UI_KEY_PAGE_UP, 0)) {
        state->offset_px -= page;
    }
    while (ui->focus == 0 && widget_take_key(ui, UI_KEY_DOWN, 0)) {
        state->offset_px += 48.0F;
    }
    while (ui->focus == 0 && widget_take_key(ui, UI_KEY_UP, 0)) {
        state->offset_px -= 48.0F;
    }
}

void ui_scroll_end(Ui *ui, float content_bottom)
{
    UiScrollFrame scroll;

    assert(ui->scroll_depth > 0);
    ui->scroll_depth--;
    scroll = ui->scrolls[ui->scroll_depth];
    draw_clip_pop(ui->frame.draw);
    /* A followed focus may have changed the offset since the content was placed. */
    scroll.state->content_px = fmaxf(content_bottom - scroll.view.y + scroll.start_px, 0.0F);
    scroll_by_keys(ui, &scroll);
    widget_scroll_bar(
        ui, scroll.id, scroll.view, scroll.state->content_px, &scroll.state->offset_px);
}

/* Moves the scroll so that row `index` shows whole. */
static void show_row(float *scroll_px, size_t index, float row_height, float view_height)
{
    float top = row_height * (float)index;

    if (top < *scroll_px) {
        *scroll_px = top;
    }
    if (top + row_height > *scroll_px + view_height) {
        *scroll_px = top + row_height - view_height;
    }
}

/* The row under the pointer; row_count when there is none. */
static size_t
row_at_pointer(const Ui *ui, Rect body, float scroll_px, float row_height, size_t row_count)
{
    float y = ui->input.pointer_y - body.y + scroll_px;
    size_t index;

    if (!widget_is_under_pointer(ui, body) || y < 0.0F) {
        return row_count;
    }
    index = (size_t)(y / row_height);
    return index < row_count ? index : row_count;
}

/* ---- list ------------------------------------------------------------------------------------ */

/* What a list row looks like. */
typedef struct {
    bool selected;
    bool ring;
    bool hovered;
} RowLook;

static void draw_list_row(Ui *ui, Rect row, const char *words, RowLook look)
{
    const Theme *theme = ui->frame.theme;
    bool plain = !look.selected && !look.hovered;
    UiLabel label = {.weight = look.selected ? FONT_SEMIBOLD : FONT_REGULAR,
                     .colour = plain ? theme->text2 : theme->text,
                     .ellipsis = true};

    if (look.selected) {
        draw_rect(ui->frame.draw, row, RADIUS_CONTROL - 2.0F, theme->raised);
        draw_rect(
            ui->frame.draw, (Rect){row.x, row.y + 6.0F, 3.0F, row.h - 12.0F}, 1.5F, theme->accent);
    } else if (look.hovered) {
        draw_rect(ui->frame.draw, row, RADIUS_CONTROL - 2.0F, colour_fade(theme->raised, 0.6F));
    }
    if (look.ring) {
        draw_rect_stroke(
            ui->frame.draw, row, RADIUS_CONTROL - 2.0F, FOCUS_RING_WIDTH, theme->focus);
    }
    ui_label(ui, rect_inset_xy(row, TABLE_PADDING, 0.0F), &label, words);
}

/* Keys of a focused list; true when Enter or Space took the row. */
static bool list_keys(Ui *ui, const UiList *list, UiListState *state, Rect body, float row_height)
{
    size_t page = (size_t)fmaxf(body.h / row_height, 1.0F);
    WidgetNames names = {list->labels, list->label_count};
    bool moved = widget_move_cursor(ui, list->label_count, page, &state->cursor);
    bool take;

    moved = widget_type_ahead(ui, &names, state) || moved;
    if (moved) {
        show_row(&state->scroll_px, state->cursor, row_height, body.h);
    }
    take = widget_take_key(ui, UI_KEY_ENTER, 0);
    return widget_take_key(ui, UI_KEY_SPACE, 0) || take;
}

/* A list in one frame. */
typedef struct {
    const UiList *list;
    const UiListState *state;
    Rect body;
    float row_height;
    size_t selected;
    size_t hovered; /* label_count when none */
    bool ring;
} ListView;

static void draw_list_rows(Ui *ui, const ListView *view)
{
    size_t first = (size_t)(view->state->scroll_px / view->row_height);
    bool scrolls = view->row_height * (float)view->list->label_count - LIST_ROW_GAP > view->body.h;

    draw_clip_push(ui->frame.draw, view->body);
    for (size_t i = first; i < view->list->label_count; i++) {
        Rect row = {view->body.x,
                    view->body.y + view->row_height * (float)i - view->state->scroll_px,
                    view->body.w - (scrolls ? SCROLL_BAR_WIDTH + 6.0F : 0.0F),
                    view->row_height - LIST_ROW_GAP};

        if (row.y > rect_bottom(view->body)) {
            break;
        }
        draw_list_row(ui,
                      row,
                      view->list->labels[i],
                      (RowLook){.selected = i == view->selected,
                                .ring = view->ring && i == view->state->cursor,
                                .hovered = i == view->hovered});
    }
    draw_clip_pop(ui->frame.draw);
}

UiListResult
ui_list(Ui *ui, UiId id, Rect rect, const UiList *list, UiListState *state, size_t *selected)
{
    UiInteraction on = ui_interact_pointer(ui, id, rect);
    ListView view = {.list = list, .state = state, .ring = on.ring, .hovered = list->label_count};
    UiListResult result = {0};
    size_t before = *selected;
    size_t under;

    view.row_height = list->row_height > 0.0F ? list->row_height : ROW_HEIGHT + LIST_ROW_GAP;
    view.body = rect_inset_xy(rect, LIST_PADDING, SPACE_1);
    if (state->cursor >= list->label_count) {
        state->cursor = list->label_count > 0 ? list->label_count - 1 : 0;
    }
    widget_scroll_bar(ui,
                      id,
                      view.body,
                      view.row_height * (float)list->label_count - LIST_ROW_GAP,
                      &state->scroll_px);
    under = row_at_pointer(ui, view.body, state->scroll_px, view.row_height, list->label_count);
    if (on.focused && !on.inert && list->label_count > 0) {
        if (ui->focus_moved && ui->by_keyboard && *selected < list->label_count) {
            state->cursor = *selected;
        }
        result.activated = list_keys(ui, list, state, view.body, view.row_height);
    }
    if (on.clicked && under < list->label_count) {
        state->cursor = under;
        result.activated = true;
    }
    if (result.activated || (list->select_on_move && on.focused && state->cursor != before)) {
        *selected = list->label_count > 0 ? state->cursor : *selected;
    }
    result.changed = *selected != before;
    view.selected = *selected;
    view.hovered = on.hovered ? under : list->label_count;
    draw_list_rows(ui, &view);
    return result;
}

/* ---- table ----------------------------------------------------------------------------------- */

static Rect column_rect(const UiTable *table, Rect row, size_t column)
{
    float fixed = 0.0F;
    size_t shares = 0;
    float share;
    float x = row.x + TABLE_PADDING;

    for (size_t i = 0; i < table->column_count; i++) {
        fixed += table->columns[i].width;
        shares += table->columns[i].width > 0.0F ? 0 : 1;
    }
    share = fmaxf(row.w - 2.0F * TABLE_PADDING - fixed, 0.0F) / (float)(shares > 0 ? shares : 1);
    for (size_t i = 0; i < column; i++) {
        x += table->columns[i].width > 0.0F ? table->columns[i].width : share;
    }
    return (Rect){x,
                  row.y,
                  table->columns[column].width > 0.0F ? table->columns[column].width : share,
                  row.h};
}

static void sort_by(UiTableRows *rows, size_t column)
{
    UiListState *state = rows->state;

    if (!rows->table->columns[column].sortable) {
        return;
    }
    state->sort_descending = state->sort_column == column && !state->sort_descending;
    state->sort_column = column;
    rows->sorted = true;
}

/* Left and right choose a column, Enter sorts by it, down goes back to the rows. */
static void header_keys(Ui *ui, UiTableRows *rows)
{
    UiListState *state = rows->state;
    size_t last = rows->table->column_count - 1;

    while (widget_take_key(ui, UI_KEY_LEFT, 0)) {
        state->header_column -= state->header_column > 0 ? 1 : 0;
    }
    while (widget_take_key(ui, UI_KEY_RIGHT, 0)) {
        state->header_column += state->header_column < last ? 1 : 0;
    }
    if (widget_take_key(ui, UI_KEY_ENTER, 0) || widget_take_key(ui, UI_KEY_SPACE, 0)) {
        sort_by(rows, state->header_column);
    }
    if (widget_take_key(ui, UI_KEY_DOWN, 0)) {
        state->header_focused = false;
    }
}

static bool has_sortable_column(const UiTable *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].sortable) {
            return true;
        }
    }
    return false;
}

static void table_keys(Ui *ui, UiTableRows *rows)
{
    const UiTable *table = rows->table;
    UiListState *state = rows->state;
    WidgetNames names = {table->names, table->row_count};
    size_t page = (size_t)fmaxf(rows->body.h / rows->row_height, 1.0F);
    bool moved;

    if (state->header_focused) {
        header_keys(ui, rows);
        return;
    }
    if (state->cursor == 0 && has_sortable_column(table) && widget_take_key(ui, UI_KEY_UP, 0)) {
        state->header_focused = true;
        return;
    }
    moved = widget_move_cursor(ui, table->row_count, page, &state->cursor);
    moved = widget_type_ahead(ui, &names, state) || moved;
    if (moved) {
        show_row(&state->scroll_px, state->cursor, rows->row_height, rows->body.h);
    }
    rows->enter = table->row_count > 0 && widget_take_key(ui, UI_KEY_ENTER, 0);
}

static void draw_sort_arrow(Ui *ui, Rect cell, const UiColumn *column, bool descending)
{
    float words = ui_text_width(ui, FONT_REGULAR, TYPE_HINT, column->title);
    float x =
        column->align == TEXT_RIGHT ? rect_right(cell) - words - 10.0F : cell.x + words + 10.0F;
    float y = cell.y + cell.h / 2.0F;
    float tip = descending ? 4.0F : -4.0F;
    Point arrow[] = {{x - 4.0F, y - tip / 2.0F}, {x + 4.0F, y - tip / 2.0F}, {x, y + tip}};

    draw_polygon(ui->frame.draw, arrow, 3, ui->frame.theme->text2);
}

static void draw_table_header(Ui *ui, const UiTableRows *rows, Rect header)
{
    const UiTable *table = rows->table;
    const UiListState *state = rows->state;

    for (size_t i = 0; i < table->column_count; i++) {
        const UiColumn *column = &table->columns[i];
        Rect cell = column_rect(table, header, i);
        UiLabel label = {
            .size_px = TYPE_HINT, .align = column->align, .colour = ui->frame.theme->text2};

        ui_label(ui, cell, &label, column->title);
        if (column->sortable && i == state->sort_column) {
            draw_sort_arrow(ui, cell, column, state->sort_descending);
        }
        if (rows->ring && state->header_focused && i == state->header_column) {
            draw_rect_stroke(ui->frame.draw,
                             rect_inset_xy(cell, -6.0F, 4.0F),
                             RADIUS_CONTROL,
                             FOCUS_RING_WIDTH,
                             ui->frame.theme->focus);
        }
    }
    ui_separator(ui, header.x, rect_bottom(header), header.w);
}

static void click_header(const Ui *ui, UiTableRows *rows, Rect header)
{
    for (size_t i = 0; i < rows->table->column_count; i++) {
        Rect cell = column_rect(rows->table, header, i);

        if (rect_contains(cell, ui->input.pointer_x, ui->input.pointer_y)) {
            sort_by(rows, i);
        }
    }
}

UiTableRows ui_table_begin(Ui *ui, UiId id, Rect rect, const UiTable *table, UiListState *state)
{
    UiInteraction on = ui_interact_pointer(ui, id, rect);
    UiTableRows rows = {.table = table, .state = state, .id = id, .inert = on.inert};
    Rect header = {rect.x, rect.y, rect.w, TABLE_HEADER_HEIGHT};

    assert(table->column_count > 0);
    rows.row_height = table->row_height > 0.0F ? table->row_height : ROW_HEIGHT;
    rows.body = (Rect){rect.x,
                       rect.y + TABLE_HEADER_HEIGHT + 2.0F,
                       rect.w,
                       fmaxf(rect.h - TABLE_HEADER_HEIGHT - 6.0F, 0.0F)};
    rows.clicked_index = table->row_count;
    rows.has_focus = on.focused;
    rows.ring = on.ring;
    if (state->cursor >= table->row_count) {
        state->cursor = table->row_count > 0 ? table->row_count - 1 : 0;
    }
    ui_panel(ui, rect);
    if (on.focused && !on.inert) {
        table_keys(ui, &rows);
    }
    if (on.clicked && rect_contains(header, ui->input.pointer_x, ui->input.pointer_y)) {
        click_header(ui, &rows, header);
    }
    draw_table_header(ui, &rows, header);
    widget_scroll_bar(
        ui, id, rows.body, rows.row_height * (float)table->row_count, &state->scroll_px);
    rows.hovered_index =
        on.hovered
            ? row_at_pointer(ui, rows.body, state->scroll_px, rows.row_height, table->row_count)
            : table->row_count;
    if (on.clicked && rows.hovered_index < table->row_count) {
        rows.clicked_index = rows.hovered_index;
        state->cursor = rows.clicked_index;
        state->header_focused = false;
    } else if (rows.enter) {
        rows.clicked_index = state->cursor;
    }
    rows.next_index = (size_t)(state->scroll_px / rows.row_height);
    draw_clip_push(ui->frame.draw, rows.body);
    return rows;
}

bool ui_table_next(Ui *ui, UiTableRows *rows)
{
    const UiListState *state = rows->state;
    Rect row = {rows->body.x,
                rows->body.y + rows->row_height * (float)rows->next_index - state->scroll_px,
                rows->body.w,
                rows->row_height};
    Rect inner = rect_inset_xy(row, SPACE_1, 1.0F);

    if (rows->next_index >= rows->table->row_count || row.y >= rect_bottom(rows->body)) {
        return false;
    }
    rows->index = rows->next_index;
    rows->next_index++;
    rows->row = row;
    rows->hovered = rows->index == rows->hovered_index;
    rows->clicked = rows->index == rows->clicked_index;
    rows->focused = rows->has_focus && !state->header_focused && rows->index == state->cursor;
    if (rows->hovered && !rows->inert) {
        draw_rect(ui->frame.draw,
                  inner,
                  RADIUS_CONTROL - 2.0F,
                  colour_fade(ui->frame.theme->raised, 0.6F));
    }
    if (rows->focused && rows->ring) {
        draw_rect_stroke(
            ui->frame.draw, inner, RADIUS_CONTROL - 2.0F, FOCUS_RING_WIDTH, ui->frame.theme->focus);
    }
    return true;
}

Rect ui_table_cell(const UiTableRows *rows, size_t column)
{
    assert(column < rows->table->column_count);
    return column_rect(rows->table, rows->row, column);
}

void ui_table_end(Ui *ui, UiTableRows *rows)
{
    draw_clip_pop(ui->frame.draw);
    rows->next_index = rows->table->row_count;
}
