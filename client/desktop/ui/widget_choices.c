/* Buttons, toggles, sliders and the ways to choose one of many. */
#include "client/desktop/ui/widget_parts.h"
#include "client/desktop/ui/widgets.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define TOGGLE_WIDTH 44.0F
#define TOGGLE_HEIGHT 24.0F
#define KNOB_RADIUS 9.5F
#define CHIP_HEIGHT 28.0F
#define CHIP_PADDING 12.0F
#define TAB_GAP 4.0F
#define POPUP_ROW_HEIGHT 36.0F
#define POPUP_ROWS_MAX 8
#define CAP_GAP 10.0F

/* ---- button ---------------------------------------------------------------------------------- */

static float label_size(const UiButton *button)
{
    return button->size_px > 0.0F ? button->size_px : TYPE_BODY;
}

static float cap_width(const Ui *ui, const UiButton *button)
{
    float width;

    if (button->key_cap == NULL) {
        return 0.0F;
    }
    width = ui_text_width(ui, FONT_MEDIUM, TYPE_CAPTION, button->key_cap) + 14.0F;
    return width < 22.0F ? 22.0F : width;
}

static float content_width(const Ui *ui, const UiButton *button)
{
    float label = ui_text_width(ui, FONT_SEMIBOLD, label_size(button), button->label);
    float cap = cap_width(ui, button);

    return cap > 0.0F ? label + CAP_GAP + cap : label;
}

float ui_button_width(const Ui *ui, const UiButton *button)
{
    return content_width(ui, button) + 2.0F * SPACE_5;
}

/* Pressed shows the colour at rest, fainter. */
static Colour button_fill(Ui *ui, UiId id, const UiButton *button, bool held)
{
    const Theme *theme = ui->frame.theme;
    float hover = held ? 0.0F : widget_hover_share(ui, id);
    Colour none = theme->raised;

    none.a = 0;
    switch (button->kind) {
    case UI_BUTTON_MAIN:
        return colour_mix(theme->fill, (Colour){255, 255, 255, 255}, 0.2F * hover);
    case UI_BUTTON_NORMAL:
        return colour_mix(theme->raised, theme->line, hover);
    case UI_BUTTON_BARE:
        break;
    }
    return colour_mix(none, theme->raised, hover);
}

static Colour button_ink(const Ui *ui, const UiButton *button)
{
    const Theme *theme = ui->frame.theme;

    if (button->disabled) {
        return theme->text3;
    }
    if (button->kind == UI_BUTTON_MAIN) {
        return theme->on_fill;
    }
    return button->alert ? theme->alert : theme->text;
}

/* On the main button the cap is a shade of the button itself. */
static void draw_button_cap(Ui *ui, const UiButton *button, Point left_middle)
{
    const Theme *theme = ui->frame.theme;
    Rect cap = {left_middle.x, left_middle.y - 11.0F, cap_width(ui, button), 22.0F};
    UiLabel label = {.size_px = TYPE_CAPTION,
                     .weight = FONT_MEDIUM,
                     .align = TEXT_CENTER,
                     .colour = theme->on_fill};

    if (button->kind != UI_BUTTON_MAIN || button->disabled) {
        (void)ui_key_cap(ui, left_middle, button->key_cap);
        return;
    }
    draw_rect(ui->frame.draw, cap, 5.0F, colour_fade(theme->on_fill, 0.16F));
    ui_label(ui, cap, &label, button->key_cap);
}

static void draw_button_face(Ui *ui, UiId id, Rect rect, const UiButton *button, bool held)
{
    const Theme *theme = ui->frame.theme;
    Colour fill = button_fill(ui, id, button, held);

    if (button->disabled) {
        draw_rect_stroke(ui->frame.draw, rect, RADIUS_CONTROL, 1.0F, theme->line);
        return;
    }
    draw_rect(ui->frame.draw, rect, RADIUS_CONTROL, held ? colour_fade(fill, 0.8F) : fill);
    if (button->kind == UI_BUTTON_NORMAL) {
        Colour border = widget_border(theme);

        border = colour_mix(border, theme->edge, held ? 0.0F : widget_hover_share(ui, id));
        draw_rect_stroke(ui->frame.draw, rect, RADIUS_CONTROL, 1.0F, border);
    }
}

/* While a text field has the focus letters are text: their caps would promise too much. */
static bool hears_its_key(const Ui *ui, const UiButton *button)
{
    return button->shortcut == 0 || !(ui->wants_text || ui->wants_text_before);
}

static void draw_button_words(Ui *ui, Rect rect, const UiButton *button)
{
    float width = content_width(ui, button);
    bool fits = width <= rect.w - 8.0F && hears_its_key(ui, button);
    float words = ui_text_width(ui, FONT_SEMIBOLD, label_size(button), button->label);
    float left = rect.x + (rect.w - (fits ? width : words)) / 2.0F;
    UiLabel label = {
        .size_px = label_size(button), .weight = FONT_SEMIBOLD, .colour = button_ink(ui, button)};

    ui_label(ui, (Rect){left, rect.y, words, rect.h}, &label, button->label);
    if (button->key_cap != NULL && fits) {
        draw_button_cap(ui, button, (Point){left + words + CAP_GAP, rect.y + rect.h / 2.0F});
    }
}

/* Enter reaches the main button from text fields, and when nobody has the focus. */
static bool is_pressed_from_afar(Ui *ui, const UiButton *button)
{
    bool enter_is_free = ui->focus == 0 || ui->wants_text || ui->wants_text_before;

    if (widget_is_inert(ui)) {
        return false;
    }
    if (button->kind == UI_BUTTON_MAIN && enter_is_free && widget_take_key(ui, UI_KEY_ENTER, 0)) {
        return true;
    }
    if (button->escape && widget_take_key(ui, UI_KEY_ESCAPE, 0)) {
        return true;
    }
    return button->shortcut != 0 && ui_shortcut(ui, button->shortcut);
}

bool ui_button(Ui *ui, UiId id, Rect rect, const UiButton *button)
{
    UiInteraction on = {0};
    bool clicked = false;

    if (!button->disabled) {
        on = ui_interact(ui, id, rect);
        clicked = on.clicked || is_pressed_from_afar(ui, button);
    }
    if (on.held && on.hovered) {
        rect.y += 1.0F;
    }
    draw_button_face(ui, id, rect, button, on.held && on.hovered);
    draw_button_words(ui, rect, button);
    if (on.ring) {
        ui_focus_ring(ui, rect, RADIUS_CONTROL);
    }
    return clicked;
}

/* ---- toggle ---------------------------------------------------------------------------------- */

static void draw_toggle(Ui *ui, Rect pill, bool is_on, bool disabled)
{
    const Theme *theme = ui->frame.theme;
    DrawList *draw = ui->frame.draw;
    float middle = pill.y + pill.h / 2.0F;
    Point right = {rect_right(pill) - 12.0F, middle};
    Point left = {pill.x + 12.0F, middle};

    if (is_on && !disabled) {
        draw_rect(draw, pill, pill.h / 2.0F, theme->fill);
        draw_disc(draw, right, 9.0F, theme->on_fill);
        return;
    }
    draw_rect(draw, pill, pill.h / 2.0F, disabled ? theme->surface : theme->raised);
    draw_rect_stroke(draw, pill, pill.h / 2.0F, 1.0F, disabled ? theme->line : theme->edge);
    draw_disc(draw, is_on ? right : left, 9.0F, disabled ? theme->text3 : theme->text2);
}

bool ui_toggle(Ui *ui, UiId id, Rect rect, const UiToggle *toggle, bool *value)
{
    Rect pill = {rect_right(rect) - TOGGLE_WIDTH,
                 rect.y + (rect.h - TOGGLE_HEIGHT) / 2.0F,
                 TOGGLE_WIDTH,
                 TOGGLE_HEIGHT};
    UiInteraction on = {0};

    if (!toggle->disabled) {
        on = ui_interact(ui, id, rect);
    }
    if (on.clicked) {
        *value = !*value;
    }
    draw_toggle(ui, pill, *value, toggle->disabled);
    if (on.ring) {
        ui_focus_ring(ui, pill, TOGGLE_HEIGHT / 2.0F);
    }
    return on.clicked;
}

/* ---- slider ---------------------------------------------------------------------------------- */

static double snap(const UiSlider *slider, double value)
{
    double steps = round((value - slider->minimum) / slider->step);
    double steps_max = floor((slider->maximum - slider->minimum) / slider->step + 1.0e-9);

    if (steps > steps_max) {
        steps = steps_max;
    }
    return slider->minimum + (steps < 0.0 ? 0.0 : steps) * slider->step;
}

static double moved_by_keys(Ui *ui, const UiSlider *slider, double value)
{
    static const struct {
        UiKey key;
        unsigned modifiers;
        double steps;
    } moves[] = {
        {UI_KEY_LEFT, 0, -1.0},
        {UI_KEY_DOWN, 0, -1.0},
        {UI_KEY_RIGHT, 0, 1.0},
        {UI_KEY_UP, 0, 1.0},
        {UI_KEY_LEFT, UI_SHIFT, -10.0},
        {UI_KEY_DOWN, UI_SHIFT, -10.0},
        {UI_KEY_RIGHT, UI_SHIFT, 10.0},
        {UI_KEY_UP, UI_SHIFT, 10.0},
        {UI_KEY_PAGE_DOWN, 0, -10.0},
        {UI_KEY_PAGE_UP, 0, 10.0},
    };

    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        while (widget_take_key(ui, moves[i].key, moves[i].modifiers)) {
            value = snap(slider, value + moves[i].steps * slider->step);
        }
    }
    if (widget_take_key(ui, UI_KEY_HOME, 0)) {
        value = slider->minimum;
    }
    if (widget_take_key(ui, UI_KEY_END, 0)) {
        value = snap(slider, slider->maximum);
    }
    return value;
}

/* What was typed as a number; false when it is none. A comma is a point, too. */
static bool number_of(const char *text, size_t text_bytes, double *number)
{
    double value = 0.0;
    double place = 0.0;
    bool any = false;

    for (size_t i = 0; i < text_bytes; i++) {
        char letter = text[i];

        if (letter >= '0' && letter <= '9') {
            double digit = (double)(letter - '0');

            any = true;
            value = place > 0.0 ? value + digit * place : value * 10.0 + digit;
            place /= 10.0;
        } else if ((letter == '.' || letter == ',') && place == 0.0) {
            place = 0.1;
        } else if (!(i == 0 && (letter == '-' || letter == '+'))) {
            return false;
        }
    }
    *number = text_bytes > 0 && text[0] == '-' ? -value : value;
    return any;
}

static void type_number(Ui *ui)
{
    for (UiEvent *event = widget_next_text(ui); event != NULL; event = widget_next_text(ui)) {
        const char *typed = widget_event_text(ui, event);

        event->used = true;
        for (size_t i = 0; i < event->text_bytes; i++) {
            bool is_part = typed[i] != '\0' && strchr("0123456789+-.,", typed[i]) != NULL;

            if (is_part && ui->number_bytes < UI_NUMBER_BYTES_MAX) {
                ui->number[ui->number_bytes] = typed[i];
                ui->number_bytes++;
            }
        }
    }
    while (widget_take_key(ui, UI_KEY_BACKSPACE, 0)) {
        ui->number_bytes -= ui->number_bytes > 0 ? 1 : 0;
    }
}

/* Enter opens a small field over the knob; Enter again takes the number, Esc forgets it. */
static double typed_value(Ui *ui, UiId id, const UiSlider *slider, double value)
{
    double number;

    if (ui->editing != id) {
        if (widget_take_key(ui, UI_KEY_ENTER, 0)) {
            ui->editing = id;
            ui->number_bytes = 0;
        }
        return value;
    }
    ui->wants_text = true;
    type_number(ui);
    if (widget_take_key(ui, UI_KEY_ESCAPE, 0)) {
        ui->editing = 0;
    } else if (widget_take_key(ui, UI_KEY_ENTER, 0)) {
        ui->editing = 0;
        if (number_of(ui->number, ui->number_bytes, &number)) {
            value = snap(slider, number);
        }
    }
    return value;
}

static void draw_typed_number(Ui *ui, Point knob)
{
    const Theme *theme = ui->frame.theme;
    Rect box = {knob.x - 40.0F, knob.y - 52.0F, 80.0F, 36.0F};
    TextStyle style = {.weight = FONT_SEMIBOLD, .align = TEXT_CENTER, .size_px = TYPE_BODY};
    float half =
        text_width(ui->frame.metrics, FONT_SEMIBOLD, TYPE_BODY, ui->number, ui->number_bytes) /
        2.0F;

    draw_rect(ui->frame.draw, box, RADIUS_CONTROL, theme->stage);
    draw_rect_stroke(ui->frame.draw, box, RADIUS_CONTROL, 2.0F, theme->focus);
    draw_text_bytes(ui->frame.draw, box, &style, theme->text, ui->number, ui->number_bytes);
    draw_rect(ui->frame.draw,
              (Rect){knob.x + half + 1.0F, box.y + 9.0F, 2.0F, 18.0F},
              0.0F,
              theme->accent);
}

static void draw_slider(Ui *ui, Rect track, const UiSlider *slider, float knob_x)
{
    const Theme *theme = ui->frame.theme;
    DrawList *draw = ui->frame.draw;
    Colour filled = slider->disabled ? colour_fade(theme->fill, 0.5F) : theme->fill;
    Colour knob = slider->disabled ? theme->text3 : theme->text;
    float from = track.x;

    draw_rect(draw, track, 2.0F, theme->line);
    if (slider->zero_tick && slider->minimum < 0.0 && slider->maximum > 0.0) {
        double range = slider->maximum - slider->minimum;

        from = track.x + track.w * (float)(-slider->minimum / range);
        draw_rect(draw, (Rect){from - 1.0F, track.y - 6.0F, 2.0F, 16.0F}, 0.0F, theme->edge);
    }
    draw_rect(
        draw, (Rect){fminf(from, knob_x), track.y, fabsf(knob_x - from), track.h}, 2.0F, filled);
    draw_disc(draw, (Point){knob_x, track.y + 2.0F}, KNOB_RADIUS, knob);
}

bool ui_slider(Ui *ui, UiId id, Rect rect, const UiSlider *slider, double *value)
{
    double before = *value;
    double range = slider->maximum - slider->minimum;
    Rect track = {rect.x, rect.y + rect.h / 2.0F - 2.0F, rect.w, 4.0F};
    UiInteraction on = {0};
    Point knob;

    assert(range > 0.0 && slider->step > 0.0);
    if (!slider->disabled) {
        on = ui_interact_pointer(ui, id, rect_inset_xy(rect, -KNOB_RADIUS, 0.0F));
    }
    if ((on.held || on.clicked) && track.w > 0.0F) {
        double share = (double)((ui->input.pointer_x - track.x) / track.w);

        *value = snap(slider, slider->minimum + range * share);
        ui->editing = ui->editing == id ? 0 : ui->editing;
    }
    if (on.focused) {
        *value = typed_value(ui, id, slider, *value);
        *value = moved_by_keys(ui, slider, *value);
    } else if (ui->editing == id) {
        ui->editing = 0;
    }
    knob.x =
        track.x + track.w * widget_clamp((float)((*value - slider->minimum) / range), 0.0F, 1.0F);
    knob.y = track.y + 2.0F;
    draw_slider(ui, track, slider, knob.x);
    if (on.ring) {
        draw_ring(
            ui->frame.draw, knob, KNOB_RADIUS + 3.0F, FOCUS_RING_WIDTH, ui->frame.theme->focus);
    }
    if (ui->editing == id) {
        draw_typed_number(ui, knob);
    }
    return fabs(*value - before) > 0.0;
}

/* ---- one of many ----------------------------------------------------------------------------- */

/* Left, right, up, down, Home, End; wraps. */
static void move_choice(Ui *ui, size_t count, size_t *selected)
{
    while (widget_take_key(ui, UI_KEY_RIGHT, 0) || widget_take_key(ui, UI_KEY_DOWN, 0)) {
        *selected = *selected + 1 >= count ? 0 : *selected + 1;
    }
    while (widget_take_key(ui, UI_KEY_LEFT, 0) || widget_take_key(ui, UI_KEY_UP, 0)) {
        *selected = *selected == 0 ? count - 1 : *selected - 1;
    }
    if (widget_take_key(ui, UI_KEY_HOME, 0)) {
        *selected = 0;
    }
    if (widget_take_key(ui, UI_KEY_END, 0)) {
        *selected = count - 1;
    }
}

static float chip_width(const Ui *ui, const char *label)
{
    return ui_text_width(ui, FONT_MEDIUM, TYPE_HINT, label) + 2.0F * CHIP_PADDING;
}

static float chips_width(const Ui *ui, const UiChoice *choice)
{
    float width = -SPACE_2;

    for (size_t i = 0; i < choice->label_count; i++) {
        width += chip_width(ui, choice->labels[i]) + SPACE_2;
    }
    return width;
}

static void draw_chip(Ui *ui, Rect pill, const char *words, bool selected, bool disabled)
{
    const Theme *theme = ui->frame.theme;
    UiLabel label = {.size_px = TYPE_HINT,
                     .weight = FONT_MEDIUM,
                     .align = TEXT_CENTER,
                     .colour = disabled ? theme->text3 : theme->text};

    if (selected) {
        draw_rect(ui->frame.draw, pill, pill.h / 2.0F, theme->raised);
        draw_rect_stroke(
            ui->frame.draw, pill, pill.h / 2.0F, 2.0F, disabled ? theme->line : theme->accent);
    } else {
        draw_rect_stroke(
            ui->frame.draw, pill, pill.h / 2.0F, 1.0F, disabled ? theme->line : theme->edge);
    }
    ui_label(ui, pill, &label, words);
}

/* Lets a click or the arrows choose; the rectangles are asked for one at a time. */
static bool finish_choice(
    Ui *ui, const UiInteraction *on, const UiChoice *choice, size_t *selected, size_t clicked_index)
{
    size_t before = *selected;

    if (*selected >= choice->label_count) {
        *selected = 0;
    }
    if (on->focused && !on->inert) {
        move_choice(ui, choice->label_count, selected);
    }
    if (on->clicked && clicked_index < choice->label_count) {
        *selected = clicked_index;
    }
    return *selected != before;
}

bool ui_chips(Ui *ui, UiId id, Rect rect, const UiChoice *choice, size_t *selected)
{
    float width = chips_width(ui, choice);
    float left = choice->align == TEXT_RIGHT ? rect_right(rect) - width : rect.x;
    Rect row = {left, rect.y + (rect.h - CHIP_HEIGHT) / 2.0F, width, CHIP_HEIGHT};
    Rect area = {left, rect.y, width, rect.h};
    size_t clicked_index = choice->label_count;
    UiInteraction on = {0};
    Rect cut = area;
    bool changed;

    if (choice->label_count == 0) {
        return false;
    }
    if (!choice->disabled) {
        on = ui_interact_pointer(ui, id, area);
    }
    for (size_t i = 0; i < choice->label_count; i++) {
        Rect pill = rect_cut_left(&cut, chip_width(ui, choice->labels[i]) + SPACE_2);

        if (rect_contains(pill, ui->input.pointer_x, ui->input.pointer_y)) {
            clicked_index = i;
        }
    }
    changed = finish_choice(ui, &on, choice, selected, clicked_index);
    for (size_t i = 0; i < choice->label_count; i++) {
        Rect pill = rect_cut_left(&row, chip_width(ui, choice->labels[i]));

        (void)rect_cut_left(&row, SPACE_2);
        draw_chip(ui, pill, choice->labels[i], i == *selected, choice->disabled);
        if (on.ring && i == *selected) {
            ui_focus_ring(ui, pill, pill.h / 2.0F);
        }
    }
    return changed;
}

static float tab_width(const Ui *ui, const char *label)
{
    return ui_text_width(ui, FONT_MEDIUM, TYPE_BODY, label) + 2.0F * WIDGET_PADDING;
}

static void draw_tab(Ui *ui, Rect tab, const char *words, bool selected, bool hovered)
{
    const Theme *theme = ui->frame.theme;
    UiLabel label = {.weight = selected ? FONT_SEMIBOLD : FONT_REGULAR,
                     .align = TEXT_CENTER,
                     .colour = selected || hovered ? theme->text : theme->text2};
    Rect underline = {
        tab.x + WIDGET_PADDING, rect_bottom(tab) - 3.0F, tab.w - 2.0F * WIDGET_PADDING, 3.0F};

    if (selected) {
        draw_rect(ui->frame.draw, tab, RADIUS_CONTROL, theme->raised);
        draw_rect(ui->frame.draw, underline, 0.0F, theme->accent);
    }
    ui_label(ui, tab, &label, words);
}

bool ui_tabs(Ui *ui, UiId id, Rect rect, const UiChoice *choice, size_t *selected)
{
    size_t under = choice->label_count;
    UiInteraction on = {0};
    float width = 0.0F;
    Rect cut;
    bool changed;

    for (size_t i = 0; i < choice->label_count; i++) {
        width += tab_width(ui, choice->labels[i]) + TAB_GAP;
    }
    if (choice->label_count == 0) {
        return false;
    }
    if (!choice->disabled) {
        on = ui_interact_pointer(ui, id, (Rect){rect.x, rect.y, width - TAB_GAP, rect.h});
    }
    cut = (Rect){rect.x, rect.y, width, rect.h};
    for (size_t i = 0; i < choice->label_count; i++) {
        Rect tab = rect_cut_left(&cut, tab_width(ui, choice->labels[i]) + TAB_GAP);

        if (rect_contains(tab, ui->input.pointer_x, ui->input.pointer_y)) {
            under = i;
        }
    }
    changed = finish_choice(ui, &on, choice, selected, under);
    cut = (Rect){rect.x, rect.y, width, rect.h};
    for (size_t i = 0; i < choice->label_count; i++) {
        Rect tab = rect_cut_left(&cut, tab_width(ui, choice->labels[i]));

        (void)rect_cut_left(&cut, TAB_GAP);
        draw_tab(ui, tab, choice->labels[i], i == *selected, on.hovered && i == under);
        if (on.ring && i == *selected) {
            ui_focus_ring(ui, tab, RADIUS_CONTROL);
        }
    }
    return changed;
}

/* ---- select ---------------------------------------------------------------------------------- */

/* Where its open list lies: below the field, or above it when there is more room. */
static Rect popup_place(const Ui *ui, Rect field, size_t count)
{
    size_t rows = count < POPUP_ROWS_MAX ? count : (size_t)POPUP_ROWS_MAX;
    float height = POPUP_ROW_HEIGHT * (float)rows + 2.0F * 6.0F;
    float below = ui->frame.layout.height - rect_bottom(field);
    Rect place = {field.x, rect_bottom(field) + 4.0F, field.w, height};

    if (below < height + 8.0F && field.y > below) {
        place.y = field.y - 4.0F - height;
    }
    return place;
}

static size_t popup_rows(const Ui *ui)
{
    return ui->popup_count < POPUP_ROWS_MAX ? ui->popup_count : (size_t)POPUP_ROWS_MAX;
}

static Rect popup_row(const Ui *ui, size_t shown_index)
{
    return (Rect){ui->popup_rect.x + 6.0F,
                  ui->popup_rect.y + 6.0F + POPUP_ROW_HEIGHT * (float)shown_index,
                  ui->popup_rect.w - 12.0F,
                  POPUP_ROW_HEIGHT};
}

static void open_popup(Ui *ui, UiId id, size_t selected)
{
    ui->popup = id;
    ui->popup_cursor = selected;
    ui->popup_first = 0;
}

static void keep_cursor_shown(Ui *ui)
{
    size_t rows = popup_rows(ui);

    if (ui->popup_cursor < ui->popup_first) {
        ui->popup_first = ui->popup_cursor;
    }
    if (ui->popup_cursor >= ui->popup_first + rows) {
        ui->popup_first = ui->popup_cursor + 1 - rows;
    }
}

/* The wheel moves the rows, the pointer takes the cursor along. */
static void point_at_popup(Ui *ui)
{
    size_t rows = popup_rows(ui);

    if (ui->input.wheel_px > 0.0F && ui->popup_first > 0) {
        ui->popup_first--;
    }
    if (ui->input.wheel_px < 0.0F && ui->popup_first + rows < ui->popup_count) {
        ui->popup_first++;
    }
    for (size_t i = 0; i < rows && !ui->by_keyboard; i++) {
        if (rect_contains(popup_row(ui, i), ui->input.pointer_x, ui->input.pointer_y)) {
            ui->popup_cursor = ui->popup_first + i;
        }
    }
}

/* The open list hears everything; true when it chose. */
static bool answer_popup(Ui *ui, size_t *selected)
{
    bool inside = rect_contains(ui->popup_rect, ui->input.pointer_x, ui->input.pointer_y);
    bool take = widget_take_key(ui, UI_KEY_ENTER, 0);
    UiListState typed = {.cursor = ui->popup_cursor};
    WidgetNames names = {ui->popup_labels, ui->popup_count};

    take = widget_take_key(ui, UI_KEY_SPACE, 0) || take;
    if (widget_move_cursor(ui, ui->popup_count, popup_rows(ui), &ui->popup_cursor)) {
        keep_cursor_shown(ui);
    } else if (widget_type_ahead(ui, &names, &typed)) {
        ui->popup_cursor = typed.cursor;
        keep_cursor_shown(ui);
    }
    point_at_popup(ui);
    if (widget_take_key(ui, UI_KEY_ESCAPE, 0) || (ui->input.pressed && !inside)) {
        ui->popup = 0;
        ui->active = ui->input.pressed ? ui->focus : ui->active;
        return false;
    }
    if (!take && !(ui->input.released && inside)) {
        return false;
    }
    ui->popup = 0;
    if (*selected == ui->popup_cursor) {
        return false;
    }
    *selected = ui->popup_cursor;
    return true;
}

static void draw_select(Ui *ui, Rect rect, const UiChoice *choice, size_t selected)
{
    const Theme *theme = ui->frame.theme;
    float x = rect_right(rect) - 22.0F;
    float y = rect.y + rect.h / 2.0F;
    Point arrow[] = {{x - 5.0F, y - 4.0F}, {x + 5.0F, y - 4.0F}, {x, y + 5.0F}};
    UiLabel label = {.size_px = TYPE_BODY,
                     .ellipsis = true,
                     .colour = choice->disabled ? theme->text3 : theme->text};

    draw_rect(ui->frame.draw, rect, RADIUS_CONTROL, theme->stage);
    draw_rect_stroke(
        ui->frame.draw, rect, RADIUS_CONTROL, 1.0F, choice->disabled ? theme->line : theme->edge);
    draw_polygon(ui->frame.draw, arrow, 3, choice->disabled ? theme->text3 : theme->text2);
    if (selected < choice->label_count) {
        Rect words = {rect.x + WIDGET_PADDING, rect.y, rect.w - WIDGET_PADDING - 36.0F, rect.h};

        ui_label(ui, words, &label, choice->labels[selected]);
    }
}

bool ui_select(Ui *ui, UiId id, Rect rect, const UiChoice *choice, size_t *selected)
{
    bool changed = false;
    UiInteraction on = {0};

    if (ui->popup == id && choice->label_count > 0) {
        ui->popup_labels = choice->labels;
        ui->popup_count = choice->label_count;
        ui->popup_rect = popup_place(ui, rect, choice->label_count);
        ui->popup_selected = *selected;
        ui->focus_seen = ui->focus_seen || ui->focus == id;
        changed = answer_popup(ui, selected);
    } else if (!choice->disabled && choice->label_count > 0) {
        on = ui_interact(ui, id, rect);
        if (on.focused && widget_take_key(ui, UI_KEY_DOWN, 0)) {
            on.clicked = true;
        }
        if (on.clicked) {
            open_popup(ui, id, *selected < choice->label_count ? *selected : 0);
            ui->popup_labels = choice->labels;
            ui->popup_count = choice->label_count;
            ui->popup_rect = popup_place(ui, rect, choice->label_count);
            ui->popup_selected = *selected;
            keep_cursor_shown(ui);
        }
    }
    draw_select(ui, rect, choice, *selected);
    if (on.ring || ui->popup == id) {
        ui_focus_ring(ui, rect, RADIUS_CONTROL);
    }
    return changed;
}

void widget_draw_popup(Ui *ui)
{
    const Theme *theme = ui->frame.theme;
    DrawList *draw = ui->frame.draw;

    if (ui->popup == 0) {
        return;
    }
    if (ui->focus != ui->popup) {
        /* Its field was not shown in this frame or lost the focus. */
        ui->popup = 0;
        return;
    }
    draw_rect(draw, ui->popup_rect, RADIUS_CONTROL, theme->surface);
    draw_rect_stroke(draw, ui->popup_rect, RADIUS_CONTROL, 1.0F, theme->edge);
    for (size_t i = 0; i < popup_rows(ui); i++) {
        size_t index = ui->popup_first + i;
        Rect row = popup_row(ui, i);
        bool selected = index == ui->popup_selected;
        UiLabel label = {.weight = selected ? FONT_SEMIBOLD : FONT_REGULAR, .ellipsis = true};

        if (index == ui->popup_cursor) {
            draw_rect(draw, row, 6.0F, theme->line);
        }
        if (selected) {
            draw_rect(draw, (Rect){row.x, row.y + 7.0F, 3.0F, row.h - 14.0F}, 1.5F, theme->accent);
        }
        ui_label(ui, rect_inset_xy(row, 10.0F, 0.0F), &label, ui->popup_labels[index]);
    }
}
