#include "client/desktop/ui/widgets.h"

#include "client/desktop/ui/widget_parts.h"

#include <assert.h>
#include <string.h>

/* How far inside a scroll area a newly focused widget is brought. */
#define FOLLOW_MARGIN 12.0F
/* From the left edge of an error's sign to its words. */
#define ERROR_INDENT 24.0F

static const UiId fnv_basis = 2166136261U;
static const UiId fnv_prime = 16777619U;

UiId ui_id(const char *name)
{
    UiId hash = fnv_basis;

    for (size_t i = 0; name[i] != '\0'; i++) {
        hash = (hash ^ (unsigned char)name[i]) * fnv_prime;
    }
    return hash == 0 ? 1 : hash;
}

UiId ui_id_index(UiId parent, size_t index)
{
    UiId hash = parent;

    for (unsigned shift = 0; shift < 32; shift += 8) {
        hash = (hash ^ (UiId)((index >> shift) & 0xFFU)) * fnv_prime;
    }
    return hash == 0 ? 1 : hash;
}

void ui_init(Ui *ui)
{
    memset(ui, 0, sizeof *ui);
}

/* ---- input ---------------------------------------------------------------------------------- */

void ui_input_pointer(Ui *ui, float x, float y)
{
    ui->input.pointer_x = x;
    ui->input.pointer_y = y;
}

void ui_input_press(Ui *ui, float x, float y, bool touch)
{
    ui_input_pointer(ui, x, y);
    ui->input.down = true;
    ui->input.pressed = true;
    ui->input.touch = touch;
    ui->by_keyboard = false;
}

void ui_input_release(Ui *ui, float x, float y)
{
    ui_input_pointer(ui, x, y);
    ui->input.down = false;
    ui->input.released = true;
}

void ui_input_wheel(Ui *ui, float up_px)
{
    ui->input.wheel_px += up_px;
}

static void push_event(Ui *ui, UiEvent event)
{
    if (ui->input.event_count < UI_EVENTS_MAX) {
        ui->input.events[ui->input.event_count] = event;
        ui->input.event_count++;
    }
}

void ui_input_key(Ui *ui, UiKey key, unsigned modifiers)
{
    assert(key < UI_KEY_TEXT);
    ui->by_keyboard = true;
    push_event(ui, (UiEvent){.key = key, .modifiers = modifiers});
}

/* What does not fit is cut between characters. */
static void push_text(Ui *ui, UiKey key, const char *text, size_t text_bytes)
{
    UiInput *input = &ui->input;
    size_t room = UI_TEXT_BYTES_MAX - input->text_bytes;
    size_t kept = 0;

    while (kept < text_bytes && text_next_byte(text, text_bytes, kept) <= room) {
        kept = text_next_byte(text, text_bytes, kept);
    }
    if (kept == 0 || input->event_count >= UI_EVENTS_MAX) {
        return;
    }
    memcpy(&input->text[input->text_bytes], text, kept);
    push_event(ui, (UiEvent){.key = key, .first_byte = input->text_bytes, .text_bytes = kept});
    input->text_bytes += kept;
}

void ui_input_text(Ui *ui, const char *text, size_t text_bytes)
{
    push_text(ui, UI_KEY_TEXT, text, text_bytes);
}

void ui_input_paste(Ui *ui, const char *text, size_t text_bytes)
{
    push_text(ui, UI_KEY_PASTE, text, text_bytes);
}

bool widget_take_key(Ui *ui, UiKey key, unsigned modifiers)
{
    for (size_t i = 0; i < ui->input.event_count; i++) {
        UiEvent *event = &ui->input.events[i];

        if (!event->used && event->key == key && event->modifiers == modifiers) {
            event->used = true;
            return true;
        }
    }
    return false;
}

UiEvent *widget_next_text(Ui *ui)
{
    for (size_t i = 0; i < ui->input.event_count; i++) {
        UiEvent *event = &ui->input.events[i];

        if (!event->used && event->key == UI_KEY_TEXT) {
            return event;
        }
    }
    return NULL;
}

const char *widget_event_text(const Ui *ui, const UiEvent *event)
{
    return &ui->input.text[event->first_byte];
}

bool ui_key_pressed(Ui *ui, UiKey key, unsigned modifiers)
{
    return !widget_is_inert(ui) && widget_take_key(ui, key, modifiers);
}

char widget_lower(char letter)
{
    if (letter >= 'A' && letter <= 'Z') {
        return (char)(letter - 'A' + 'a');
    }
    return letter;
}

bool ui_shortcut(Ui *ui, char letter)
{
    if (widget_is_inert(ui) || ui->wants_text || ui->wants_text_before) {
        return false;
    }
    for (size_t i = 0; i < ui->input.event_count; i++) {
        UiEvent *event = &ui->input.events[i];
        bool is_letter = !event->used && event->key == UI_KEY_TEXT && event->text_bytes == 1;

        if (is_letter && widget_lower(*widget_event_text(ui, event)) == widget_lower(letter)) {
            event->used = true;
            return true;
        }
    }
    return false;
}

/* ---- a frame --------------------------------------------------------------------------------- */

void ui_begin(Ui *ui, const UiFrame *frame)
{
    assert(!ui->in_frame);
    ui->in_frame = true;
    ui->frame = *frame;
    ui->focusable_count = 0;
    ui->focus_seen = false;
    ui->focus_moved = ui->focus_set;
    ui->focus_set = false;
    ui->hot = 0;
    memcpy(ui->modals, ui->modals_met, sizeof ui->modals);
    ui->modal_count = ui->modal_met_count;
    ui->modal_met_count = 0;
    ui->modal_top = ui->modal_count > 0 ? ui->modals[ui->modal_count - 1].id : 0;
    ui->scope = 0;
    ui->copy_wanted = false;
    ui->paste_wanted = false;
    ui->wants_text_before = ui->wants_text;
    ui->wants_text = false;
    ui->animating = false;
}

static size_t focus_index(const Ui *ui)
{
    for (size_t i = 0; i < ui->focusable_count; i++) {
        if (ui->focusables[i].id == ui->focus) {
            return i;
        }
    }
    return ui->focusable_count;
}

static void move_focus(Ui *ui)
{
    size_t count = ui->focusable_count;

    while (count > 0 && widget_take_key(ui, UI_KEY_TAB, 0)) {
        size_t index = focus_index(ui);

        widget_set_focus(ui, ui->focusables[index >= count - 1 ? 0 : index + 1].id);
    }
    while (count > 0 && widget_take_key(ui, UI_KEY_TAB, UI_SHIFT)) {
        size_t index = focus_index(ui);

        widget_set_focus(ui, ui->focusables[index == 0 ? count - 1 : index - 1].id);
    }
}

static void forget_input(Ui *ui)
{
    UiInput *input = &ui->input;

    if (input->released && input->touch) {
        /* A finger that came up points at nothing. */
        input->pointer_x = -1.0e6F;
        input->pointer_y = -1.0e6F;
    }
    input->pressed = false;
    input->released = false;
    input->wheel_px = 0.0F;
    input->event_count = 0;
    input->text_bytes = 0;
}

/* A modal that was not met again has closed: what it covered gets the focus back, or, where another
 * has opened in its place, will get it back from that one. */
static void leave_modals(Ui *ui)
{
    size_t same = 0;

    while (same < ui->modal_count && same < ui->modal_met_count &&
           ui->modals[same].id == ui->modals_met[same].id) {
        same++;
    }
    if (same == ui->modal_count) {
        return;
    }
    if (same < ui->modal_met_count) {
        ui->modals_met[same].focus_under = ui->modals[same].focus_under;
    } else if (!ui->focus_set) {
        widget_set_focus(ui, ui->modals[same].focus_under);
    }
}

UiOutput ui_end(Ui *ui)
{
    assert(ui->in_frame);
    assert(ui->modal_depth == 0);
    assert(ui->scroll_depth == 0);
    widget_draw_popup(ui);
    assert(draw_list_is_balanced(ui->frame.draw));

    move_focus(ui);
    leave_modals(ui);
    /* Key caps come and go with the focus of a text field. */
    ui->animating = ui->animating || ui->wants_text != ui->wants_text_before;
    if (ui->input.pressed && ui->active == 0 && ui->modal_top == 0) {
        ui->focus = 0;
    }
    if (!ui->focus_seen && !ui->focus_set) {
        ui->focus = 0;
    }
    if (ui->hot != ui->hot_before) {
        ui->hot_since_s = ui->frame.now_s;
        ui->hot_before = ui->hot;
    }
    if (!ui->input.down) {
        ui->active = 0;
    }
    forget_input(ui);
    ui->in_frame = false;
    return (UiOutput){
        .copy = ui->copy_wanted,
        .paste = ui->paste_wanted,
        .wants_text = ui->wants_text,
        .animating = ui->animating,
        .pointer_over_widget = ui->hot != 0,
        .copy_text = ui->copied,
        .copy_bytes = ui->copied_bytes,
    };
}

/* ---- focus and pointer ----------------------------------------------------------------------- */

void widget_set_focus(Ui *ui, UiId id)
{
    ui->focus_set = true;
    ui->focus = id;
}

void ui_focus(Ui *ui, UiId id)
{
    widget_set_focus(ui, id);
}

bool ui_has_focus(const Ui *ui, UiId id)
{
    return id != 0 && ui->focus == id;
}

/* In the frame in which a modal opens, what was emitted before it was not yet covered. */
bool widget_is_inert(const Ui *ui)
{
    return ui->popup != 0 || (ui->modal_top != 0 && ui->scope != ui->modal_top);
}

float widget_clamp(float value, float low, float high)
{
    if (value > high) {
        value = high;
    }
    return value < low ? low : value;
}

bool widget_is_under_pointer(const Ui *ui, Rect rect)
{
    const DrawList *draw = ui->frame.draw;
    size_t depth = draw->clip_depth;
    Rect shown = rect;

    if (depth > 0 && depth <= DRAW_CLIP_DEPTH_MAX) {
        shown = rect_intersection(rect, draw->clips[depth - 1]);
    }
    return rect_contains(shown, ui->input.pointer_x, ui->input.pointer_y);
}

/* Brings a widget that has just got the focus into every scroll area around it. */
static void follow(const Ui *ui, Rect rect)
{
    for (size_t i = 0; i < ui->scroll_depth; i++) {
        const UiScrollFrame *scroll = &ui->scrolls[i];
        float above = scroll->view.y + FOLLOW_MARGIN - rect.y;
        float below = rect_bottom(rect) + FOLLOW_MARGIN - rect_bottom(scroll->view);

        if (above > 0.0F || rect.h > scroll->view.h) {
            scroll->state->offset_px -= above;
        } else if (below > 0.0F) {
            scroll->state->offset_px += below;
        }
        if (scroll->state->offset_px < 0.0F) {
            scroll->state->offset_px = 0.0F;
        }
    }
}

static void register_focusable(Ui *ui, UiId id, Rect rect)
{
    if (ui->focusable_count < UI_FOCUS_MAX) {
        ui->focusables[ui->focusable_count] = (UiFocusable){id, rect};
        ui->focusable_count++;
    }
    if (ui->focus == id) {
        ui->focus_seen = true;
        if (ui->focus_moved) {
            follow(ui, rect);
        }
    }
}

UiInteraction ui_interact_pointer(Ui *ui, UiId id, Rect rect)
{
    UiInteraction result = {.inert = widget_is_inert(ui)};
    bool is_under;

    assert(id != 0);
    assert(ui->in_frame);
    if (result.inert) {
        /* The focus waits under the modal; it is not lost. */
        ui->focus_seen = ui->focus_seen || ui->focus == id;
        return result;
    }
    register_focusable(ui, id, rect);
    is_under = widget_is_under_pointer(ui, rect);
    if (is_under && ui->input.pressed && ui->active == 0) {
        ui->active = id;
        result.pressed = true;
        widget_set_focus(ui, id);
        ui->focus_seen = true;
    }
    if (is_under && (ui->active == 0 || ui->active == id)) {
        ui->hot = id;
        result.hovered = true;
    }
    result.clicked = ui->active == id && ui->input.released && is_under;
    result.held = ui->active == id && ui->input.down;
    result.focused = ui->focus == id;
    result.ring = result.focused && ui->by_keyboard;
    return result;
}

UiInteraction ui_interact(Ui *ui, UiId id, Rect rect)
{
    UiInteraction result = ui_interact_pointer(ui, id, rect);

    if (result.focused && !result.inert) {
        result.clicked = widget_take_key(ui, UI_KEY_ENTER, 0) || result.clicked;
        result.clicked = widget_take_key(ui, UI_KEY_SPACE, 0) || result.clicked;
    }
    return result;
}

float widget_hover_share(Ui *ui, UiId id)
{
    float share;

    if (ui->hot != id) {
        return 0.0F;
    }
    if (ui->frame.reduced_motion) {
        return 1.0F;
    }
    if (ui->hot_before != id) {
        ui->animating = true;
        return 0.0F;
    }
    share = (float)((ui->frame.now_s - ui->hot_since_s) / MOTION_PRESS_S);
    ui->animating = ui->animating || share < 1.0F;
    return widget_clamp(share, 0.0F, 1.0F);
}

Colour widget_border(const Theme *theme)
{
    return colour_mix(theme->line, theme->edge, 0.4F);
}

void ui_focus_ring(Ui *ui, Rect rect, float radius)
{
    float out = FOCUS_RING_GAP + FOCUS_RING_WIDTH;

    draw_rect_stroke(ui->frame.draw,
                     rect_inset(rect, -out),
                     radius + out,
                     FOCUS_RING_WIDTH,
                     ui->frame.theme->focus);
}

/* ---- words and surfaces ---------------------------------------------------------------------- */

static TextStyle style_of(const UiLabel *label)
{
    return (TextStyle){
        .weight = label->weight,
        .align = label->align,
        .size_px = label->size_px > 0.0F ? label->size_px : TYPE_BODY,
        .tabular = label->tabular,
        .ellipsis = label->ellipsis,
    };
}

static Colour colour_of(const Ui *ui, const UiLabel *label)
{
    return label->colour.a == 0 ? ui->frame.theme->text : label->colour;
}

void ui_label(Ui *ui, Rect rect, const UiLabel *label, const char *text)
{
    TextStyle style = style_of(label);

    draw_text(ui->frame.draw, rect, &style, colour_of(ui, label), text);
}

float ui_text_width(const Ui *ui, FontWeight weight, float size_px, const char *text)
{
    return text_width(ui->frame.metrics, weight, size_px, text, strlen(text));
}

static size_t wrap_label(
    const Ui *ui, float width, const UiLabel *label, const char *text, TextLine lines[UI_LINES_MAX])
{
    TextStyle style = style_of(label);
    TextWrap wrap = {.metrics = ui->frame.metrics,
                     .weight = style.weight,
                     .size_px = style.size_px,
                     .width_max_px = width};

    return text_wrap(&wrap, text, strlen(text), lines, UI_LINES_MAX);
}

float ui_paragraph(Ui *ui, Rect rect, const UiLabel *label, const char *text)
{
    TextLine lines[UI_LINES_MAX];
    TextStyle style = style_of(label);
    float line_height = style.size_px * TEXT_LINE_HEIGHT;
    size_t count = wrap_label(ui, rect.w, label, text, lines);

    for (size_t i = 0; i < count; i++) {
        Rect line = {rect.x, rect.y + line_height * (float)i, rect.w, line_height};

        draw_text_bytes(ui->frame.draw,
                        line,
                        &style,
                        colour_of(ui, label),
                        text + lines[i].start_byte,
                        lines[i].line_bytes);
    }
    return line_height * (float)count;
}

float ui_paragraph_height(const Ui *ui, float width, const UiLabel *label, const char *text)
{
    TextLine lines[UI_LINES_MAX];
    TextStyle style = style_of(label);

    return style.size_px * TEXT_LINE_HEIGHT * (float)wrap_label(ui, width, label, text, lines);
}

float ui_error_height(const Ui *ui, float width, const char *words)
{
    UiLabel label = {.size_px = TYPE_HINT};

    if (words == NULL || words[0] == '\0') {
        return 0.0F;
    }
    return ui_paragraph_height(ui, width - ERROR_INDENT, &label, words) + SPACE_2;
}

float ui_error(Ui *ui, Rect rect, const char *words)
{
    const Theme *theme = ui->frame.theme;
    DrawList *draw = ui->frame.draw;
    UiLabel label = {.size_px = TYPE_HINT, .colour = theme->alert};
    Point sign = {rect.x + 8.0F, rect.y + SPACE_1 + TYPE_HINT * TEXT_LINE_HEIGHT / 2.0F};
    Rect text = {rect.x + ERROR_INDENT, rect.y + SPACE_1, rect.w - ERROR_INDENT, rect.h};

    draw_disc(draw, sign, 8.0F, theme->alert);
    draw_rect(draw, (Rect){sign.x - 1.0F, sign.y - 5.0F, 2.0F, 6.0F}, 1.0F, theme->stage);
    draw_disc(draw, (Point){sign.x, sign.y + 4.0F}, 1.3F, theme->stage);
    return ui_paragraph(ui, text, &label, words) + SPACE_2;
}

void ui_panel(Ui *ui, Rect rect)
{
    const Theme *theme = ui->frame.theme;

    draw_rect(ui->frame.draw, rect, RADIUS_PANEL, theme->surface);
    if (theme->kind != THEME_DARK) {
        /* White on cream, black on black: only a line shows where the panel ends. */
        draw_rect_stroke(ui->frame.draw, rect, RADIUS_PANEL, 1.0F, theme->line);
    }
}

void ui_separator(Ui *ui, float x, float y, float width)
{
    draw_rect(ui->frame.draw, (Rect){x, y, width, 1.0F}, 0.0F, ui->frame.theme->line);
}

float ui_key_cap(Ui *ui, Point left_middle, const char *key)
{
    const Theme *theme = ui->frame.theme;
    float width = ui_text_width(ui, FONT_MEDIUM, TYPE_CAPTION, key) + 14.0F;
    Rect cap = {left_middle.x, left_middle.y - 11.0F, width < 22.0F ? 22.0F : width, 22.0F};
    UiLabel label = {.size_px = TYPE_CAPTION,
                     .weight = FONT_MEDIUM,
                     .align = TEXT_CENTER,
                     .colour = theme->text2};

    draw_rect(ui->frame.draw, cap, 5.0F, theme->stage);
    draw_rect_stroke(ui->frame.draw, cap, 5.0F, 1.0F, widget_border(theme));
    ui_label(ui, cap, &label, key);
    return cap.w;
}

void ui_hints(Ui *ui, Rect rect, const UiHint *hints, size_t hint_count)
{
    UiLabel label = {.size_px = TYPE_HINT, .colour = ui->frame.theme->text2};
    float x = rect.x;

    for (size_t i = 0; i < hint_count; i++) {
        float cap = ui_text_width(ui, FONT_MEDIUM, TYPE_CAPTION, hints[i].key) + 14.0F;
        float word = ui_text_width(ui, FONT_REGULAR, TYPE_HINT, hints[i].word);

        cap = cap < 22.0F ? 22.0F : cap;
        if (x + cap + SPACE_2 + word > rect_right(rect)) {
            return;
        }
        (void)ui_key_cap(ui, (Point){x, rect.y + rect.h / 2.0F}, hints[i].key);
        ui_label(ui, (Rect){x + cap + SPACE_2, rect.y, word, rect.h}, &label, hints[i].word);
        x += cap + SPACE_2 + word + 22.0F;
    }
}

void ui_progress(Ui *ui, Rect rect, float fraction, Colour colour)
{
    Rect bar = rect_centered(rect, rect.w, 8.0F);
    Rect done = bar;

    draw_rect(ui->frame.draw, bar, 4.0F, ui->frame.theme->raised);
    done.w = bar.w * widget_clamp(fraction, 0.0F, 1.0F);
    draw_rect(ui->frame.draw, done, 4.0F, colour);
}
