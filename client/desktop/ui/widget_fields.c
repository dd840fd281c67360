/* The text field: caret, selection, clipboard, UTF-8. */
#include "client/desktop/ui/widget_parts.h"
#include "client/desktop/ui/widgets.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Half a period of the caret, seconds: far below 3 Hz. */
#define CARET_HALF_PERIOD_S 0.53

/* A field while it is edited. */
typedef struct {
    Ui *ui;
    char *text;
    size_t text_bytes;
    size_t text_capacity;
    bool changed;
} Edit;

static size_t selection_start(const Ui *ui)
{
    return ui->caret_byte < ui->anchor_byte ? ui->caret_byte : ui->anchor_byte;
}

static size_t selection_end(const Ui *ui)
{
    return ui->caret_byte > ui->anchor_byte ? ui->caret_byte : ui->anchor_byte;
}

static void put_caret(Ui *ui, size_t at_byte, bool keep_anchor)
{
    ui->caret_byte = at_byte;
    ui->caret_moved_s = ui->frame.now_s;
    if (!keep_anchor) {
        ui->anchor_byte = at_byte;
    }
}

static void remove_bytes(Edit *edit, size_t start, size_t end)
{
    if (start >= end) {
        return;
    }
    memmove(edit->text + start, edit->text + end, edit->text_bytes - end + 1);
    edit->text_bytes -= end - start;
    edit->changed = true;
    put_caret(edit->ui, start, false);
}

static bool remove_selection(Edit *edit)
{
    bool any = edit->ui->caret_byte != edit->ui->anchor_byte;

    remove_bytes(edit, selection_start(edit->ui), selection_end(edit->ui));
    return any;
}

/* Whole, shortest-form UTF-8 that is no control character. */
static bool is_printable(const char *text, size_t bytes)
{
    const unsigned char first = (unsigned char)text[0];
    const unsigned char second = bytes > 1 ? (unsigned char)text[1] : 0;

    switch (bytes) {
    case 1:
        return first >= 0x20U && first < 0x7FU;
    case 2:
        /* C2 80 to C2 9F are controls. */
        return first != 0xC2U || second >= 0xA0U;
    case 3:
        if (first == 0xE0U) {
            return second >= 0xA0U;
        }
        /* ED A0 and up are surrogates; E2 80 A8 and A9 break lines. */
        if (first == 0xE2U && second == 0x80U) {
            return (unsigned char)text[2] != 0xA8U && (unsigned char)text[2] != 0xA9U;
        }
        return first != 0xEDU || second < 0xA0U;
    default:
        break;
    }
    return !(first == 0xF0U && second < 0x90U) && !(first == 0xF4U && second >= 0x90U);
}

static size_t expected_bytes(char lead)
{
    unsigned char byte = (unsigned char)lead;

    if (byte < 0x80U) {
        return 1;
    }
    if (byte < 0xC2U || byte > 0xF4U) {
        return 0;
    }
    if (byte < 0xE0U) {
        return 2;
    }
    return byte < 0xF0U ? 3 : 4;
}

static void insert(Edit *edit, const char *typed, size_t typed_bytes)
{
    Ui *ui = edit->ui;

    (void)remove_selection(edit);
    for (size_t at = 0; at < typed_bytes;) {
        size_t bytes = text_next_byte(typed, typed_bytes, at) - at;
        bool is_whole = bytes == expected_bytes(typed[at]);

        if (is_whole && is_printable(typed + at, bytes)) {
            if (edit->text_bytes + bytes >= edit->text_capacity) {
                return;
            }
            memmove(edit->text + ui->caret_byte + bytes,
                    edit->text + ui->caret_byte,
                    edit->text_bytes - ui->caret_byte + 1);
            memcpy(edit->text + ui->caret_byte, typed + at, bytes);
            edit->text_bytes += bytes;
            edit->changed = true;
            put_caret(ui, ui->caret_byte + bytes, false);
        }
        at += bytes;
    }
}

static size_t word_left(const Edit *edit, size_t at)
{
    while (at > 0 && edit->text[at - 1] == ' ') {
        at--;
    }
    while (at > 0 && edit->text[at - 1] != ' ') {
        at--;
    }
    return at;
}

static size_t word_right(const Edit *edit, size_t at)
{
    while (at < edit->text_bytes && edit->text[at] != ' ') {
        at++;
    }
    while (at < edit->text_bytes && edit->text[at] == ' ') {
        at++;
    }
    return at;
}

/* Where the caret goes for a key; false when the key does not move it. */
static bool caret_target(const Edit *edit, const UiEvent *event, size_t *target)
{
    const Ui *ui = edit->ui;
    bool has_selection = ui->caret_byte != ui->anchor_byte;
    bool collapse = has_selection && (event->modifiers & UI_SHIFT) == 0;
    bool by_word = (event->modifiers & UI_CTRL) != 0;

    if (event->key == UI_KEY_HOME) {
        *target = 0;
    } else if (event->key == UI_KEY_END) {
        *target = edit->text_bytes;
    } else if (event->key == UI_KEY_LEFT && by_word) {
        *target = word_left(edit, ui->caret_byte);
    } else if (event->key == UI_KEY_RIGHT && by_word) {
        *target = word_right(edit, ui->caret_byte);
    } else if (event->key == UI_KEY_LEFT) {
        *target = collapse ? selection_start(ui)
                           : text_previous_byte(edit->text, edit->text_bytes, ui->caret_byte);
    } else if (event->key == UI_KEY_RIGHT) {
        *target = collapse ? selection_end(ui)
                           : text_next_byte(edit->text, edit->text_bytes, ui->caret_byte);
    } else {
        return false;
    }
    return true;
}

static void copy_selection(Edit *edit)
{
    Ui *ui = edit->ui;
    size_t start = selection_start(ui);
    size_t bytes = selection_end(ui) - start;

    if (bytes > 0 && bytes <= sizeof ui->copied) {
        memcpy(ui->copied, edit->text + start, bytes);
        ui->copied_bytes = bytes;
        ui->copy_wanted = true;
    }
}

/* Keys with Ctrl; false when it is none of the field's. */
static bool apply_command(Edit *edit, const UiEvent *event)
{
    Ui *ui = edit->ui;

    if (event->modifiers != UI_CTRL) {
        return false;
    }
    if (event->key == UI_KEY_A) {
        ui->anchor_byte = 0;
        put_caret(ui, edit->text_bytes, true);
    } else if (event->key == UI_KEY_C) {
        copy_selection(edit);
    } else if (event->key == UI_KEY_X) {
        copy_selection(edit);
        (void)remove_selection(edit);
    } else if (event->key == UI_KEY_V) {
        ui->paste_wanted = true;
    } else {
        return false;
    }
    return true;
}

static bool apply_delete(Edit *edit, const UiEvent *event)
{
    Ui *ui = edit->ui;
    bool by_word = (event->modifiers & UI_CTRL) != 0;
    size_t other;

    if (event->key != UI_KEY_BACKSPACE && event->key != UI_KEY_DELETE) {
        return false;
    }
    if (remove_selection(edit)) {
        return true;
    }
    if (event->key == UI_KEY_BACKSPACE) {
        other = by_word ? word_left(edit, ui->caret_byte)
                        : text_previous_byte(edit->text, edit->text_bytes, ui->caret_byte);
        remove_bytes(edit, other, ui->caret_byte);
    } else {
        other = by_word ? word_right(edit, ui->caret_byte)
                        : text_next_byte(edit->text, edit->text_bytes, ui->caret_byte);
        remove_bytes(edit, ui->caret_byte, other);
    }
    return true;
}

static void apply_event(Edit *edit, UiEvent *event)
{
    size_t target;

    if (event->key == UI_KEY_TEXT || event->key == UI_KEY_PASTE) {
        insert(edit, widget_event_text(edit->ui, event), event->text_bytes);
        event->used = true;
    } else if (caret_target(edit, event, &target)) {
        put_caret(edit->ui, target, (event->modifiers & UI_SHIFT) != 0);
        event->used = true;
    } else {
        /* The space bar comes as text as well. */
        event->used =
            apply_command(edit, event) || apply_delete(edit, event) || event->key == UI_KEY_SPACE;
    }
}

static float size_of(const UiTextField *field)
{
    return field->size_px > 0.0F ? field->size_px : TYPE_BODY;
}

static float width_to(const Ui *ui, const UiTextField *field, const char *text, size_t bytes)
{
    return text_width(ui->frame.metrics, field->weight, size_of(field), text, bytes);
}

/* The gap between characters nearest to the pointer. */
static size_t byte_at_pointer(const Ui *ui, const UiTextField *field, Rect inside, const Edit *edit)
{
    float x = ui->input.pointer_x - inside.x + ui->field_scroll_px;
    TextWrap wrap = {.metrics = ui->frame.metrics,
                     .weight = field->weight,
                     .size_px = size_of(field),
                     .width_max_px = x};
    size_t before = text_fit_bytes(&wrap, edit->text, edit->text_bytes);
    size_t after = text_next_byte(edit->text, edit->text_bytes, before);
    float left = width_to(ui, field, edit->text, before);
    float right = width_to(ui, field, edit->text, after);

    return x - left > right - x ? after : before;
}

static void start_editing(Ui *ui, UiId id, size_t text_bytes)
{
    ui->editing = id;
    ui->field_scroll_px = 0.0F;
    ui->anchor_byte = 0;
    put_caret(ui, text_bytes, true);
}

static void keep_caret_shown(Ui *ui, const UiTextField *field, Rect inside, const Edit *edit)
{
    float caret = width_to(ui, field, edit->text, ui->caret_byte);
    float whole = width_to(ui, field, edit->text, edit->text_bytes) + 3.0F;

    ui->field_scroll_px = fminf(ui->field_scroll_px, fmaxf(whole - inside.w, 0.0F));
    ui->field_scroll_px = fminf(ui->field_scroll_px, caret);
    ui->field_scroll_px = fmaxf(ui->field_scroll_px, caret + 3.0F - inside.w);
}

static void draw_caret(Ui *ui, const UiTextField *field, Rect inside, const Edit *edit)
{
    const Theme *theme = ui->frame.theme;
    float height = size_of(field) * 1.4F;
    float left = inside.x - ui->field_scroll_px;
    float top = inside.y + (inside.h - height) / 2.0F;
    float from = width_to(ui, field, edit->text, selection_start(ui));
    float to = width_to(ui, field, edit->text, selection_end(ui));
    float caret = width_to(ui, field, edit->text, ui->caret_byte);
    double phase = (ui->frame.now_s - ui->caret_moved_s) / CARET_HALF_PERIOD_S;

    ui->animating = true;
    draw_rect(ui->frame.draw,
              (Rect){left + from, top, to - from, height},
              RADIUS_MARK,
              colour_fade(theme->accent, 0.35F));
    if (ui->frame.reduced_motion || fmod(phase, 2.0) < 1.0) {
        draw_rect(ui->frame.draw, (Rect){left + caret, top, 2.0F, height}, 0.0F, theme->accent);
    }
}

static void draw_field(Ui *ui, Rect rect, const UiTextField *field, bool focused)
{
    const Theme *theme = ui->frame.theme;
    Colour border = field->disabled ? theme->line : theme->edge;
    bool has_error = field->error != NULL && field->error[0] != '\0';

    border = has_error ? theme->alert : border;
    draw_rect(ui->frame.draw, rect, RADIUS_CONTROL, theme->stage);
    draw_rect_stroke(ui->frame.draw,
                     rect,
                     RADIUS_CONTROL,
                     focused ? 2.0F : 1.0F,
                     focused ? theme->focus : border);
    if (has_error) {
        (void)ui_error(ui, (Rect){rect.x, rect_bottom(rect), rect.w, 0.0F}, field->error);
    }
}

static void draw_words(Ui *ui, UiId id, Rect inside, const UiTextField *field, const Edit *edit)
{
    const Theme *theme = ui->frame.theme;
    UiLabel placeholder = {.size_px = size_of(field), .colour = theme->text3};
    TextStyle style = {.weight = field->weight, .size_px = size_of(field)};
    bool edited = ui->editing == id;
    Rect place = inside;

    draw_clip_push(ui->frame.draw, rect_inset_xy(inside, -2.0F, 0.0F));
    if (edit->text_bytes == 0 && field->placeholder != NULL) {
        ui_label(ui, inside, &placeholder, field->placeholder);
    }
    if (edited) {
        draw_caret(ui, field, inside, edit);
        place.x -= ui->field_scroll_px;
    }
    draw_text_bytes(ui->frame.draw,
                    place,
                    &style,
                    field->disabled ? theme->text3 : theme->text,
                    edit->text,
                    edit->text_bytes);
    draw_clip_pop(ui->frame.draw);
}

/* Clicks place the caret, drags select. */
static void
point(Ui *ui, const UiInteraction *on, const UiTextField *field, Rect inside, const Edit *edit)
{
    if (on->pressed) {
        put_caret(ui, byte_at_pointer(ui, field, inside, edit), false);
    } else if (on->held) {
        size_t at = byte_at_pointer(ui, field, inside, edit);

        if (at != ui->caret_byte) {
            put_caret(ui, at, true);
        }
    }
}

UiFieldResult ui_text_field(
    Ui *ui, UiId id, Rect rect, const UiTextField *field, char *text, size_t text_capacity)
{
    Edit edit = {.ui = ui, .text = text, .text_capacity = text_capacity};
    Rect inside = rect_inset_xy(rect, WIDGET_PADDING, 2.0F);
    UiFieldResult result = {0};
    UiInteraction on = {0};

    assert(text_capacity >= 2 && text_capacity <= UI_FIELD_BYTES_MAX);
    assert(memchr(text, '\0', text_capacity) != NULL);
    edit.text_bytes = strlen(text);
    if (!field->disabled) {
        on = ui_interact_pointer(ui, id, rect);
    }
    if (on.focused && (ui->editing != id || (ui->focus_moved && ui->by_keyboard))) {
        start_editing(ui, id, edit.text_bytes);
    }
    if (!on.focused && ui->editing == id && !on.inert) {
        ui->editing = 0;
    }
    if (on.focused) {
        ui->wants_text = true;
        /* The screen may have changed the text since the last frame. */
        ui->caret_byte = ui->caret_byte > edit.text_bytes ? edit.text_bytes : ui->caret_byte;
        ui->anchor_byte = ui->anchor_byte > edit.text_bytes ? edit.text_bytes : ui->anchor_byte;
        point(ui, &on, field, inside, &edit);
        for (size_t i = 0; i < ui->input.event_count; i++) {
            UiEvent *event = &ui->input.events[i];

            result.submitted = result.submitted || (event->key == UI_KEY_ENTER && !event->used);
            if (!event->used) {
                apply_event(&edit, event);
            }
        }
        keep_caret_shown(ui, field, inside, &edit);
    }
    draw_field(ui, rect, field, on.focused);
    draw_words(ui, id, inside, field, &edit);
    result.changed = edit.changed;
    return result;
}
