/* Widgets driven as a person drives them: by keys alone, or by pointer alone. */
#include "client/desktop/ui/widgets.h"

#include <math.h>
#include <string.h>

#include "tests/support/check.h"

static const FixedWidthFont font = {0.5F};
static DrawList list;
static Ui ui;
static TextMetrics metrics;
static double now_s;

static int start(void **state)
{
    (void)state;
    metrics = text_metrics_fixed(&font);
    ui_init(&ui);
    ui_input_pointer(&ui, -100.0F, -100.0F);
    now_s = 100.0;
    return 0;
}

static void begin(void)
{
    UiFrame frame = {.draw = &list,
                     .theme = theme_of(THEME_DARK),
                     .metrics = &metrics,
                     .layout = layout_of(1280, 720, 1.0F),
                     .now_s = now_s};

    draw_list_clear(&list);
    ui_begin(&ui, &frame);
}

static UiOutput end(void)
{
    now_s += 1.0 / 60.0;
    return ui_end(&ui);
}

static void key(UiKey pressed)
{
    ui_input_key(&ui, pressed, 0);
}

static void type(const char *text)
{
    ui_input_text(&ui, text, strlen(text));
}

/* ---- a page of two buttons ------------------------------------------------------------------- */

static const Rect first_rect = {0.0F, 0.0F, 100.0F, 44.0F};
static const Rect second_rect = {0.0F, 50.0F, 100.0F, 44.0F};

typedef struct {
    bool first;
    bool second;
    UiOutput output;
} Clicks;

static Clicks two_buttons(void)
{
    Clicks clicks = {0};

    begin();
    clicks.first = ui_button(&ui, ui_id("first"), first_rect, &(UiButton){.label = "First"});
    clicks.second = ui_button(
        &ui, ui_id("second"), second_rect, &(UiButton){.label = "Second", .shortcut = 's'});
    clicks.output = end();
    return clicks;
}

static void tab_visits_widgets_in_order_and_goes_round(void **state)
{
    (void)state;
    key(UI_KEY_TAB);
    (void)two_buttons();
    check(ui_has_focus(&ui, ui_id("first")));
    key(UI_KEY_TAB);
    (void)two_buttons();
    check(ui_has_focus(&ui, ui_id("second")));
    key(UI_KEY_TAB);
    (void)two_buttons();
    check(ui_has_focus(&ui, ui_id("first")));
    ui_input_key(&ui, UI_KEY_TAB, UI_SHIFT);
    (void)two_buttons();
    check(ui_has_focus(&ui, ui_id("second")));
}

static void enter_and_space_press_the_focused_button_once(void **state)
{
    (void)state;
    key(UI_KEY_TAB);
    (void)two_buttons();
    key(UI_KEY_ENTER);
    check(two_buttons().first);
    check(!two_buttons().first);
    key(UI_KEY_SPACE);
    check(two_buttons().first);
}

static void a_click_is_press_and_release_on_the_same_button(void **state)
{
    (void)state;
    ui_input_press(&ui, 50.0F, 70.0F, false);
    check(!two_buttons().second);
    ui_input_release(&ui, 50.0F, 70.0F);
    check(two_buttons().second);
    ui_input_press(&ui, 50.0F, 70.0F, false);
    (void)two_buttons();
    ui_input_release(&ui, 50.0F, 20.0F);
    check(!two_buttons().first);
}

static void a_tap_within_one_frame_is_a_click(void **state)
{
    (void)state;
    ui_input_press(&ui, 50.0F, 20.0F, true);
    ui_input_release(&ui, 50.0F, 20.0F);
    check(two_buttons().first);
    check(!two_buttons().output.pointer_over_widget);
}

static void a_shortcut_letter_presses_its_button_in_either_case(void **state)
{
    (void)state;
    type("S");
    check(two_buttons().second);
    type("x");
    check(!two_buttons().second);
}

static void a_press_beside_everything_drops_the_focus(void **state)
{
    (void)state;
    key(UI_KEY_TAB);
    (void)two_buttons();
    ui_input_press(&ui, 500.0F, 500.0F, false);
    (void)two_buttons();
    check(!ui_has_focus(&ui, ui_id("first")));
}

static void a_disabled_button_does_nothing_and_is_skipped(void **state)
{
    bool clicked = false;

    (void)state;
    for (int i = 0; i < 3; i++) {
        key(UI_KEY_TAB);
        key(UI_KEY_ENTER);
        ui_input_press(&ui, 50.0F, 20.0F, false);
        ui_input_release(&ui, 50.0F, 20.0F);
        begin();
        clicked =
            ui_button(
                &ui, ui_id("first"), first_rect, &(UiButton){.label = "First", .disabled = true}) ||
            clicked;
        (void)end();
    }
    check(!clicked);
    check(!ui_has_focus(&ui, ui_id("first")));
}

static size_t focus_ring_count(void)
{
    Colour focus = theme_of(THEME_DARK)->focus;
    size_t count = 0;

    for (size_t i = 0; i < list.command_count; i++) {
        const DrawCommand *command = &list.commands[i];

        count +=
            command->kind == DRAW_RECT_STROKE && memcmp(&command->colour, &focus, sizeof focus) == 0
                ? 1
                : 0;
    }
    return count;
}

static void the_ring_shows_for_keys_and_not_for_the_pointer(void **state)
{
    (void)state;
    key(UI_KEY_TAB);
    (void)two_buttons();
    (void)two_buttons();
    check_u64(focus_ring_count(), 1);
    ui_input_press(&ui, 50.0F, 20.0F, false);
    ui_input_release(&ui, 50.0F, 20.0F);
    (void)two_buttons();
    check_u64(focus_ring_count(), 0);
}

static void the_focus_leaves_with_its_widget(void **state)
{
    (void)state;
    key(UI_KEY_TAB);
    (void)two_buttons();
    begin();
    (void)end();
    check(!ui_has_focus(&ui, ui_id("first")));
}

/* ---- toggle, slider -------------------------------------------------------------------------- */

static void a_toggle_turns_by_space_and_by_pointer(void **state)
{
    bool value = false;
    bool changed;

    (void)state;
    ui_focus(&ui, ui_id("toggle"));
    key(UI_KEY_SPACE);
    begin();
    changed = ui_toggle(&ui, ui_id("toggle"), first_rect, &(UiToggle){0}, &value);
    (void)end();
    check(changed && value);
    ui_input_press(&ui, 90.0F, 20.0F, false);
    ui_input_release(&ui, 90.0F, 20.0F);
    begin();
    changed = ui_toggle(&ui, ui_id("toggle"), first_rect, &(UiToggle){0}, &value);
    (void)end();
    check(changed && !value);
}

static const UiSlider offset_slider = {
    .minimum = -50.0, .maximum = 50.0, .step = 2.0, .zero_tick = true};

static bool slide(double *value)
{
    bool changed;

    begin();
    changed = ui_slider(&ui, ui_id("slider"), first_rect, &offset_slider, value);
    (void)end();
    return changed;
}

static void slider_keys_step_jump_and_stay_inside(void **state)
{
    double value = 0.0;

    (void)state;
    ui_focus(&ui, ui_id("slider"));
    key(UI_KEY_RIGHT);
    check(slide(&value));
    check_near(value, 2.0, 1e-9);
    ui_input_key(&ui, UI_KEY_LEFT, UI_SHIFT);
    check(slide(&value));
    check_near(value, -18.0, 1e-9);
    key(UI_KEY_END);
    (void)slide(&value);
    check_near(value, 50.0, 1e-9);
    key(UI_KEY_UP);
    check(!slide(&value));
    check_near(value, 50.0, 1e-9);
    key(UI_KEY_HOME);
    (void)slide(&value);
    check_near(value, -50.0, 1e-9);
}

static void a_slider_takes_a_typed_number(void **state)
{
    double value = 0.0;

    (void)state;
    ui_focus(&ui, ui_id("slider"));
    key(UI_KEY_ENTER);
    (void)slide(&value);
    type("-1x3,2");
    (void)slide(&value);
    check_near(value, 0.0, 0.0);
    key(UI_KEY_ENTER);
    check(slide(&value));
    check_near(value, -14.0, 1e-9);
    key(UI_KEY_ENTER);
    (void)slide(&value);
    type("900");
    key(UI_KEY_ENTER);
    (void)slide(&value);
    check_near(value, 50.0, 1e-9);
}

static void escape_forgets_a_typed_number(void **state)
{
    double value = 4.0;

    (void)state;
    ui_focus(&ui, ui_id("slider"));
    key(UI_KEY_ENTER);
    (void)slide(&value);
    type("20");
    key(UI_KEY_ESCAPE);
    check(!slide(&value));
    check_near(value, 4.0, 0.0);
}

static void dragging_a_slider_follows_the_pointer_beyond_its_ends(void **state)
{
    double value = 0.0;

    (void)state;
    ui_input_press(&ui, 75.0F, 22.0F, false);
    check(slide(&value));
    check_near(value, 26.0, 1e-9);
    ui_input_pointer(&ui, 900.0F, 300.0F);
    check(slide(&value));
    check_near(value, 50.0, 1e-9);
    ui_input_release(&ui, 900.0F, 300.0F);
    (void)slide(&value);
    ui_input_pointer(&ui, 10.0F, 22.0F);
    check(!slide(&value));
}

/* ---- one of many ----------------------------------------------------------------------------- */

static const char *const three[] = {"Dark", "Light", "High contrast"};
static const UiChoice choice = {.labels = three, .label_count = 3};

typedef bool (*Chooser)(Ui *, UiId, Rect, const UiChoice *, size_t *);

static bool choose(Chooser chooser, size_t *selected)
{
    bool changed;

    begin();
    changed = chooser(&ui, ui_id("choice"), (Rect){0.0F, 0.0F, 400.0F, 44.0F}, &choice, selected);
    (void)end();
    return changed;
}

static void check_choice_by_keys(Chooser chooser)
{
    size_t selected = 0;

    ui_focus(&ui, ui_id("choice"));
    key(UI_KEY_RIGHT);
    check(choose(chooser, &selected));
    check_u64(selected, 1);
    key(UI_KEY_LEFT);
    key(UI_KEY_LEFT);
    check(choose(chooser, &selected));
    check_u64(selected, 2);
    key(UI_KEY_HOME);
    check(choose(chooser, &selected));
    check_u64(selected, 0);
    check(!choose(chooser, &selected));
}

static void chips_and_tabs_are_chosen_by_arrows_and_wrap(void **state)
{
    (void)state;
    check_choice_by_keys(ui_chips);
    check_choice_by_keys(ui_tabs);
}

static void chips_and_tabs_are_chosen_by_pointer(void **state)
{
    /* A character is half its size wide: the second chip and tab begin before x = 80 and go on. */
    static const struct {
        Chooser chooser;
        float x;
        float y;
    } targets[] = {{ui_chips, 80.0F, 22.0F}, {ui_tabs, 80.0F, 22.0F}};

    (void)state;
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        size_t selected = 0;

        ui_input_press(&ui, targets[i].x, targets[i].y, false);
        ui_input_release(&ui, targets[i].x, targets[i].y);
        check(choose(targets[i].chooser, &selected));
        check_u64(selected, 1);
    }
}

static void a_select_opens_and_chooses_by_keys(void **state)
{
    size_t selected = 0;

    (void)state;
    ui_focus(&ui, ui_id("choice"));
    key(UI_KEY_ENTER);
    check(!choose(ui_select, &selected));
    check(ui.popup != 0);
    key(UI_KEY_DOWN);
    check(!choose(ui_select, &selected));
    key(UI_KEY_ENTER);
    check(choose(ui_select, &selected));
    check_u64(selected, 1);
    check(ui.popup == 0);
}

static void a_select_opens_and_chooses_by_pointer(void **state)
{
    size_t selected = 0;

    (void)state;
    ui_input_press(&ui, 50.0F, 20.0F, false);
    ui_input_release(&ui, 50.0F, 20.0F);
    (void)choose(ui_select, &selected);
    /* The rows begin 10 px below the field and are 36 px high. */
    ui_input_press(&ui, 50.0F, 44.0F + 10.0F + 2.5F * 36.0F, false);
    ui_input_release(&ui, 50.0F, 44.0F + 10.0F + 2.5F * 36.0F);
    check(choose(ui_select, &selected));
    check_u64(selected, 2);
}

static void escape_and_a_press_outside_close_a_select(void **state)
{
    size_t selected = 0;

    (void)state;
    ui_focus(&ui, ui_id("choice"));
    key(UI_KEY_SPACE);
    (void)choose(ui_select, &selected);
    key(UI_KEY_DOWN);
    key(UI_KEY_ESCAPE);
    check(!choose(ui_select, &selected));
    check(ui.popup == 0);
    key(UI_KEY_SPACE);
    (void)choose(ui_select, &selected);
    ui_input_press(&ui, 900.0F, 600.0F, false);
    check(!choose(ui_select, &selected));
    check(ui.popup == 0);
    check_u64(selected, 0);
}

/* ---- text field ------------------------------------------------------------------------------ */

static char field_text[16];
static UiOutput field_output;

static UiFieldResult edit(void)
{
    UiFieldResult result;

    begin();
    result = ui_text_field(&ui,
                           ui_id("field"),
                           first_rect,
                           &(UiTextField){.size_px = 20.0F},
                           field_text,
                           sizeof field_text);
    field_output = end();
    return result;
}

static void focus_field(const char *text)
{
    memset(field_text, 0, sizeof field_text);
    memcpy(field_text, text, strlen(text) + 1);
    ui_focus(&ui, ui_id("field"));
    (void)edit();
    key(UI_KEY_END);
    (void)edit();
}

static void typing_goes_in_at_the_caret(void **state)
{
    (void)state;
    focus_field("Clo");
    key(UI_KEY_LEFT);
    (void)edit();
    type("e");
    check(edit().changed);
    check_text(field_text, "Cleo");
    check(field_output.wants_text);
}

static void characters_are_deleted_whole(void **state)
{
    (void)state;
    focus_field("a\xC3\xA9\xE2\x82\xAC");
    key(UI_KEY_BACKSPACE);
    (void)edit();
    check_text(field_text, "a\xC3\xA9");
    key(UI_KEY_HOME);
    key(UI_KEY_RIGHT);
    key(UI_KEY_DELETE);
    (void)edit();
    check_text(field_text, "a");
}

static void a_full_field_keeps_what_fits_in_whole_characters(void **state)
{
    (void)state;
    focus_field("0123456789ABCD");
    type("\xC3\xA9");
    check(!edit().changed);
    check_text(field_text, "0123456789ABCD");
    type("EF");
    check(edit().changed);
    check_text(field_text, "0123456789ABCDE");
}

static void control_characters_and_broken_text_stay_out(void **state)
{
    (void)state;
    focus_field("");
    ui_input_paste(&ui,
                   "a\n\tb\x7F\xC2\x85\xC3"
                   "c\xED\xA0\x80",
                   13);
    (void)edit();
    check_text(field_text, "abc");
}

static void selecting_copying_and_cutting(void **state)
{
    (void)state;
    focus_field("K7PM");
    ui_input_key(&ui, UI_KEY_LEFT, UI_SHIFT);
    ui_input_key(&ui, UI_KEY_LEFT, UI_SHIFT);
    ui_input_key(&ui, UI_KEY_C, UI_CTRL);
    (void)edit();
    check(field_output.copy);
    check_u64(field_output.copy_bytes, 2);
    check_bytes(field_output.copy_text, "PM", 2);
    ui_input_key(&ui, UI_KEY_X, UI_CTRL);
    (void)edit();
    check(field_output.copy);
    check_text(field_text, "K7");
    (void)edit();
    check(!field_output.copy);
}

static void paste_is_asked_for_and_replaces_the_selection(void **state)
{
    (void)state;
    focus_field("old");
    ui_input_key(&ui, UI_KEY_A, UI_CTRL);
    ui_input_key(&ui, UI_KEY_V, UI_CTRL);
    (void)edit();
    check(field_output.paste);
    ui_input_paste(&ui, "new", 3);
    (void)edit();
    check_text(field_text, "new");
}

static void words_are_jumped_and_deleted_with_control(void **state)
{
    (void)state;
    focus_field("one two");
    ui_input_key(&ui, UI_KEY_BACKSPACE, UI_CTRL);
    (void)edit();
    check_text(field_text, "one ");
    ui_input_key(&ui, UI_KEY_LEFT, UI_CTRL);
    (void)edit();
    type("x");
    (void)edit();
    check_text(field_text, "xone ");
}

static void a_click_places_the_caret_and_a_drag_selects(void **state)
{
    (void)state;
    focus_field("abcd");
    /* Characters are 10 px wide and begin 14 px inside the field. */
    ui_input_press(&ui, 14.0F + 11.0F, 20.0F, false);
    (void)edit();
    ui_input_pointer(&ui, 14.0F + 29.0F, 20.0F);
    (void)edit();
    ui_input_release(&ui, 14.0F + 29.0F, 20.0F);
    type("-");
    (void)edit();
    check_text(field_text, "a-d");
}

static void an_error_below_a_field_wraps_into_its_height(void **state)
{
    const UiTextField field = {.error = "No session has this code. Check the eight characters."};
    const Rect rect = {20.0F, 30.0F, 200.0F, 44.0F};
    float bottom;
    size_t line_count = 0;

    (void)state;
    field_text[0] = '\0';
    begin();
    bottom = rect_bottom(rect) + ui_error_height(&ui, rect.w, field.error);
    check_near(ui_error_height(&ui, rect.w, ""), 0.0, 1e-6);
    check_near(ui_error_height(&ui, rect.w, NULL), 0.0, 1e-6);
    (void)ui_text_field(&ui, ui_id("field"), rect, &field, field_text, sizeof field_text);
    (void)end();
    for (size_t i = 0; i < list.command_count; i++) {
        const DrawCommand *command = &list.commands[i];
        bool is_line = command->kind == DRAW_TEXT && command->as.text.text_bytes > 0;

        if (is_line) {
            float width = text_width(&metrics,
                                     FONT_REGULAR,
                                     TYPE_HINT,
                                     draw_command_text(&list, command),
                                     command->as.text.text_bytes);

            line_count++;
            check(command->as.text.box.x + width <= rect_right(rect));
            check(command->as.text.box.y >= rect_bottom(rect));
            check(rect_bottom(command->as.text.box) <= bottom);
        }
    }
    check(line_count >= 2);
}

static void typed_letters_are_no_shortcuts_while_a_field_has_the_focus(void **state)
{
    bool pressed;

    (void)state;
    focus_field("");
    type("s");
    begin();
    pressed = ui_button(
        &ui, ui_id("second"), second_rect, &(UiButton){.label = "Second", .shortcut = 's'});
    (void)ui_text_field(
        &ui, ui_id("field"), first_rect, &(UiTextField){0}, field_text, sizeof field_text);
    (void)end();
    check(!pressed);
    check_text(field_text, "s");
}

static bool shows_cap(void)
{
    begin();
    (void)ui_text_field(
        &ui, ui_id("field"), first_rect, &(UiTextField){0}, field_text, sizeof field_text);
    (void)ui_button(&ui,
                    ui_id("second"),
                    (Rect){0.0F, 50.0F, 200.0F, 44.0F},
                    &(UiButton){.label = "Second", .key_cap = "S", .shortcut = 's'});
    field_output = end();
    for (size_t i = 0; i < list.command_count; i++) {
        const DrawCommand *command = &list.commands[i];

        if (command->kind == DRAW_TEXT && command->as.text.text_bytes == 1 &&
            *draw_command_text(&list, command) == 'S') {
            return true;
        }
    }
    return false;
}

static void a_cap_shows_only_while_its_key_is_heard(void **state)
{
    (void)state;
    focus_field("");
    check(!shows_cap());
    ui_focus(&ui, 0);
    (void)shows_cap();
    /* The frame that hears letters again follows without input. */
    check(field_output.animating);
    check(shows_cap());
}

static void enter_in_a_field_presses_the_main_button(void **state)
{
    bool pressed;

    (void)state;
    focus_field("Cleo");
    key(UI_KEY_ENTER);
    begin();
    (void)ui_text_field(
        &ui, ui_id("field"), first_rect, &(UiTextField){0}, field_text, sizeof field_text);
    pressed = ui_button(
        &ui, ui_id("main"), second_rect, &(UiButton){.label = "Join", .kind = UI_BUTTON_MAIN});
    (void)end();
    check(pressed);
}

static void tab_leaves_the_field_and_selects_the_next_one_whole(void **state)
{
    char other[16] = "Maple";

    (void)state;
    focus_field("Cleo");
    for (int frame = 0; frame < 3; frame++) {
        if (frame == 0) {
            key(UI_KEY_TAB);
        } else if (frame == 2) {
            type("Oak");
        }
        begin();
        (void)ui_text_field(
            &ui, ui_id("field"), first_rect, &(UiTextField){0}, field_text, sizeof field_text);
        (void)ui_text_field(
            &ui, ui_id("other"), second_rect, &(UiTextField){0}, other, sizeof other);
        (void)end();
    }
    check_text(field_text, "Cleo");
    check_text(other, "Oak");
}

/* Law: whatever is typed, pressed and pasted, the text stays terminated and inside its memory, and
 * the caret on a character. */
static void random_editing_keeps_the_field_whole(void **state)
{
    static const char *const texts[] = {
        "a", "\xC3\xA9", "\xE2\x82\xAC", " ", "\xF0\x9F\xA5\x81", "\xC3", "\n"};
    uint64_t seed = check_seed(7);

    (void)state;
    focus_field("");
    for (int i = 0; i < 20000; i++) {
        unsigned draw;

        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        draw = (unsigned)(seed >> 40);
        if (draw % 3 == 0) {
            const char *text = texts[draw / 3 % 7];

            ui_input_text(&ui, text, strlen(text));
        } else if (draw % 3 == 1) {
            ui_input_key(&ui, (UiKey)(UI_KEY_LEFT + draw / 3 % 10), draw / 64 % 4);
        } else {
            ui_input_key(&ui, (UiKey)(UI_KEY_A + draw / 3 % 4), UI_CTRL);
        }
        (void)edit();
        check(memchr(field_text, '\0', sizeof field_text) != NULL);
        check(ui.caret_byte <= strlen(field_text));
        check((field_text[ui.caret_byte] & 0xC0) != 0x80);
    }
}

/* ---- lists and tables ------------------------------------------------------------------------ */

static const char *const grooves[] = {"Pulse", "Backbeat", "Samba", "Son clave", "Swell"};
static UiListState list_state;
static size_t list_selected;

static UiListResult show_list(bool select_on_move)
{
    UiList spec = {.labels = grooves, .label_count = 5, .select_on_move = select_on_move};
    UiListResult result;

    begin();
    result = ui_list(
        &ui, ui_id("list"), (Rect){0.0F, 0.0F, 200.0F, 120.0F}, &spec, &list_state, &list_selected);
    (void)end();
    return result;
}

static int start_list(void **state)
{
    memset(&list_state, 0, sizeof list_state);
    list_selected = 0;
    return start(state);
}

static void arrows_move_the_cursor_and_enter_selects(void **state)
{
    (void)state;
    ui_focus(&ui, ui_id("list"));
    key(UI_KEY_DOWN);
    check(!show_list(false).changed);
    check_u64(list_state.cursor, 1);
    key(UI_KEY_ENTER);
    check(show_list(false).activated);
    check_u64(list_selected, 1);
    key(UI_KEY_END);
    (void)show_list(false);
    check_u64(list_state.cursor, 4);
    check(list_state.scroll_px > 0.0F);
    key(UI_KEY_PAGE_UP);
    (void)show_list(false);
    check_u64(list_state.cursor, 3);
    key(UI_KEY_HOME);
    key(UI_KEY_UP);
    (void)show_list(false);
    check_u64(list_state.cursor, 0);
    check_near((double)list_state.scroll_px, 0.0, 0.0);
}

static void a_menu_selects_as_the_cursor_moves(void **state)
{
    (void)state;
    ui_focus(&ui, ui_id("list"));
    key(UI_KEY_DOWN);
    check(show_list(true).changed);
    check_u64(list_selected, 1);
}

static void type_ahead_finds_by_first_letters(void **state)
{
    (void)state;
    ui_focus(&ui, ui_id("list"));
    type("s");
    (void)show_list(false);
    check_u64(list_state.cursor, 2);
    type("w");
    (void)show_list(false);
    check_u64(list_state.cursor, 4);
    now_s += 5.0;
    type("s");
    (void)show_list(false);
    check_u64(list_state.cursor, 2);
}

static void a_row_is_selected_by_click_where_it_shows(void **state)
{
    (void)state;
    ui_input_press(&ui, 50.0F, 4.0F + 38.0F + 10.0F, false);
    ui_input_release(&ui, 50.0F, 4.0F + 38.0F + 10.0F);
    check(show_list(false).changed);
    check_u64(list_selected, 1);
}

static void the_wheel_scrolls_what_is_under_the_pointer_and_stops_at_the_end(void **state)
{
    (void)state;
    ui_input_pointer(&ui, 50.0F, 50.0F);
    ui_input_wheel(&ui, -30.0F);
    (void)show_list(false);
    check_near((double)list_state.scroll_px, 30.0, 0.0);
    ui_input_wheel(&ui, -3000.0F);
    (void)show_list(false);
    check_near((double)list_state.scroll_px, 5.0 * 38.0 - 6.0 - 112.0, 0.01);
    ui_input_pointer(&ui, 500.0F, 500.0F);
    ui_input_wheel(&ui, 30.0F);
    (void)show_list(false);
    check_near((double)list_state.scroll_px, 5.0 * 38.0 - 6.0 - 112.0, 0.01);
}

static const UiColumn columns[] = {{"Name", 0.0F, TEXT_LEFT, true},
                                   {"Bias", 80.0F, TEXT_RIGHT, true}};

/* Shows a table of 1,000 rows; returns how many rows were asked for, and the clicked one. */
static size_t show_table(size_t *clicked, bool *sorted)
{
    UiTable table = {.columns = columns, .column_count = 2, .row_count = 1000};
    UiTableRows rows;
    size_t shown = 0;

    *clicked = table.row_count;
    begin();
    rows = ui_table_begin(
        &ui, ui_id("table"), (Rect){0.0F, 0.0F, 400.0F, 300.0F}, &table, &list_state);
    while (ui_table_next(&ui, &rows)) {
        shown++;
        *clicked = rows.clicked ? rows.index : *clicked;
        check(rect_right(ui_table_cell(&rows, 0)) <= ui_table_cell(&rows, 1).x + 0.01F);
    }
    *sorted = rows.sorted;
    ui_table_end(&ui, &rows);
    (void)end();
    return shown;
}

static void a_table_shows_only_the_rows_in_view(void **state)
{
    size_t clicked;
    bool sorted;

    (void)state;
    check_i64_between((int64_t)show_table(&clicked, &sorted), 8, 10);
}

static void a_table_row_is_opened_by_enter_and_by_click(void **state)
{
    size_t clicked;
    bool sorted;

    (void)state;
    ui_focus(&ui, ui_id("table"));
    key(UI_KEY_DOWN);
    key(UI_KEY_DOWN);
    key(UI_KEY_ENTER);
    (void)show_table(&clicked, &sorted);
    check_u64(clicked, 2);
    ui_input_press(&ui, 50.0F, 38.0F + 32.0F * 4.5F, false);
    ui_input_release(&ui, 50.0F, 38.0F + 32.0F * 4.5F);
    (void)show_table(&clicked, &sorted);
    check_u64(clicked, 4);
}

static void a_table_is_sorted_from_its_header_by_keys_and_by_click(void **state)
{
    size_t clicked;
    bool sorted;

    (void)state;
    ui_focus(&ui, ui_id("table"));
    key(UI_KEY_UP);
    (void)show_table(&clicked, &sorted);
    key(UI_KEY_RIGHT);
    key(UI_KEY_ENTER);
    (void)show_table(&clicked, &sorted);
    check(sorted);
    check_u64(list_state.sort_column, 1);
    check(!list_state.sort_descending);
    ui_input_press(&ui, 380.0F, 18.0F, false);
    ui_input_release(&ui, 380.0F, 18.0F);
    (void)show_table(&clicked, &sorted);
    check(sorted && list_state.sort_descending);
}

/* ---- scroll area ----------------------------------------------------------------------------- */

static UiScrollState scroll;

static void scrolled_buttons(void)
{
    Rect content;

    begin();
    content = ui_scroll_begin(&ui, ui_id("scroll"), (Rect){0.0F, 0.0F, 200.0F, 100.0F}, &scroll);
    for (size_t i = 0; i < 10; i++) {
        Rect place = {content.x, content.y + 50.0F * (float)i, 100.0F, 44.0F};

        (void)ui_button(&ui, ui_id_index(ui_id("button"), i), place, &(UiButton){.label = "B"});
    }
    ui_scroll_end(&ui, content.y + 500.0F);
    (void)end();
}

static void tab_brings_the_focused_widget_into_view(void **state)
{
    (void)state;
    memset(&scroll, 0, sizeof scroll);
    scrolled_buttons();
    for (int i = 0; i < 5; i++) {
        key(UI_KEY_TAB);
        scrolled_buttons();
    }
    scrolled_buttons();
    /* The fifth button lies at 200 to 244, and 12 px below it shall show. */
    check_near((double)scroll.offset_px, 156.0, 0.01);
    check_near((double)scroll.content_px, 500.0, 0.01);
}

static void page_keys_scroll_and_stop_at_the_end(void **state)
{
    (void)state;
    memset(&scroll, 0, sizeof scroll);
    scrolled_buttons();
    key(UI_KEY_PAGE_DOWN);
    scrolled_buttons();
    check_near((double)scroll.offset_px, 85.0, 0.01);
    for (int i = 0; i < 10; i++) {
        key(UI_KEY_PAGE_DOWN);
        scrolled_buttons();
    }
    check_near((double)scroll.offset_px, 400.0, 0.01);
}

static void what_is_scrolled_out_of_view_cannot_be_clicked(void **state)
{
    (void)state;
    memset(&scroll, 0, sizeof scroll);
    scrolled_buttons();
    ui_input_press(&ui, 50.0F, 120.0F, false);
    scrolled_buttons();
    check(!ui_has_focus(&ui, ui_id_index(ui_id("button"), 2)));
}

/* ---- over the page --------------------------------------------------------------------------- */

static UiAnswer page_with_question(bool asked, bool *page_clicked)
{
    static const UiQuestion question = {.title = "Leave the session?",
                                        .text = "Your seat is kept.",
                                        .safe = "Stay",
                                        .other = "Leave"};
    UiAnswer answer = UI_ANSWER_NONE;

    begin();
    *page_clicked = ui_button(&ui, ui_id("first"), first_rect, &(UiButton){.label = "First"});
    if (asked) {
        answer = ui_ask(&ui, ui_id("ask"), &question);
    }
    (void)end();
    return answer;
}

static void a_question_opens_on_the_safe_answer_and_escape_gives_it(void **state)
{
    bool page_clicked;

    (void)state;
    (void)page_with_question(true, &page_clicked);
    key(UI_KEY_ENTER);
    check_i64(page_with_question(true, &page_clicked), UI_ANSWER_SAFE);
    key(UI_KEY_ESCAPE);
    check_i64(page_with_question(true, &page_clicked), UI_ANSWER_SAFE);
}

static void a_question_traps_the_focus(void **state)
{
    bool page_clicked;
    int i;

    (void)state;
    (void)page_with_question(true, &page_clicked);
    for (i = 0; i < 4; i++) {
        key(UI_KEY_TAB);
        (void)page_with_question(true, &page_clicked);
        check(!ui_has_focus(&ui, ui_id("first")));
    }
    key(UI_KEY_TAB);
    (void)page_with_question(true, &page_clicked);
    key(UI_KEY_ENTER);
    check_i64(page_with_question(true, &page_clicked), UI_ANSWER_OTHER);
}

static void the_page_under_a_question_hears_nothing(void **state)
{
    bool page_clicked;

    (void)state;
    (void)page_with_question(true, &page_clicked);
    ui_input_press(&ui, 50.0F, 20.0F, false);
    ui_input_release(&ui, 50.0F, 20.0F);
    (void)page_with_question(true, &page_clicked);
    check(!page_clicked);
}

static void the_focus_returns_when_a_question_closes(void **state)
{
    bool page_clicked;

    (void)state;
    key(UI_KEY_TAB);
    (void)page_with_question(false, &page_clicked);
    check(ui_has_focus(&ui, ui_id("first")));
    (void)page_with_question(true, &page_clicked);
    (void)page_with_question(true, &page_clicked);
    check(!ui_has_focus(&ui, ui_id("first")));
    (void)page_with_question(false, &page_clicked);
    check(ui_has_focus(&ui, ui_id("first")));
}

/* A dialog with a button, and a question over it: inside the dialog, after it, or in its place. */
typedef enum {
    NO_QUESTION,
    QUESTION_INSIDE,
    QUESTION_AFTER,
    QUESTION_INSTEAD
} QuestionPlace;

typedef struct {
    bool page;
    bool dialog;
    UiAnswer answer;
} NestedClicks;

static NestedClicks page_with_dialog(QuestionPlace place)
{
    static const UiQuestion question = {.title = "Sure?", .safe = "No", .other = "Yes"};
    NestedClicks clicks = {.answer = UI_ANSWER_NONE};
    Rect rect;

    begin();
    clicks.page = ui_button(&ui, ui_id("first"), first_rect, &(UiButton){.label = "First"});
    if (place != QUESTION_INSTEAD) {
        rect = ui_modal_begin(&ui, ui_id("dialog"), 600.0F, 600.0F);
        if (place == QUESTION_INSIDE) {
            clicks.answer = ui_ask(&ui, ui_id("ask"), &question);
        }
        rect = (Rect){rect.x, rect.y, 100.0F, 44.0F};
        clicks.dialog = ui_button(
            &ui, ui_id("end"), rect, &(UiButton){.label = "End", .shortcut = 'e', .escape = true});
        ui_modal_end(&ui);
    }
    if (place == QUESTION_AFTER || place == QUESTION_INSTEAD) {
        clicks.answer = ui_ask(&ui, ui_id("ask"), &question);
    }
    (void)end();
    return clicks;
}

/* The dialog is open and its button has the focus. */
static void open_dialog(void)
{
    key(UI_KEY_TAB);
    (void)page_with_dialog(NO_QUESTION);
    key(UI_KEY_TAB);
    (void)page_with_dialog(NO_QUESTION);
    check(ui_has_focus(&ui, ui_id("end")));
}

static void check_lower_modal_waits(QuestionPlace place)
{
    NestedClicks clicks;

    open_dialog();
    for (int i = 0; i < 3; i++) {
        /* From the frame it opens in, the question alone has keys and pointer. */
        type(i > 0 ? "e" : "");
        ui_input_press(&ui, 370.0F, 100.0F, false);
        ui_input_release(&ui, 370.0F, 100.0F);
        clicks = page_with_dialog(place);
        check(i == 0 || (!clicks.dialog && !clicks.page));
        check_i64(clicks.answer, UI_ANSWER_NONE);
    }
    for (int i = 0; i < 5; i++) {
        key(UI_KEY_TAB);
        (void)page_with_dialog(place);
        check(!ui_has_focus(&ui, ui_id("end")));
        check(!ui_has_focus(&ui, ui_id("first")));
    }
    key(UI_KEY_ESCAPE);
    check_i64(page_with_dialog(place).answer, UI_ANSWER_SAFE);
}

static void a_question_inside_a_dialog_alone_answers(void **state)
{
    (void)state;
    check_lower_modal_waits(QUESTION_INSIDE);
}

static void a_question_after_a_dialog_alone_answers(void **state)
{
    (void)state;
    check_lower_modal_waits(QUESTION_AFTER);
}

static void a_question_over_a_dialog_keeps_its_focus(void **state)
{
    (void)state;
    open_dialog();
    (void)page_with_dialog(QUESTION_AFTER);
    (void)page_with_dialog(QUESTION_AFTER);
    key(UI_KEY_TAB);
    (void)page_with_dialog(QUESTION_AFTER);
    (void)page_with_dialog(QUESTION_AFTER);
    key(UI_KEY_ENTER);
    check_i64(page_with_dialog(QUESTION_AFTER).answer, UI_ANSWER_OTHER);
}

static void the_focus_goes_back_one_modal_at_a_time(void **state)
{
    bool page_clicked;

    (void)state;
    key(UI_KEY_TAB);
    (void)page_with_question(false, &page_clicked);
    open_dialog();
    (void)page_with_dialog(QUESTION_AFTER);
    (void)page_with_dialog(QUESTION_AFTER);
    (void)page_with_dialog(NO_QUESTION);
    check(ui_has_focus(&ui, ui_id("end")));
    (void)page_with_question(false, &page_clicked);
    check(ui_has_focus(&ui, ui_id("first")));
}

static void a_modal_in_the_place_of_another_gives_the_page_its_focus_back(void **state)
{
    bool page_clicked;

    (void)state;
    key(UI_KEY_TAB);
    (void)page_with_question(false, &page_clicked);
    open_dialog();
    (void)page_with_dialog(QUESTION_INSTEAD);
    (void)page_with_dialog(QUESTION_INSTEAD);
    (void)page_with_question(false, &page_clicked);
    check(ui_has_focus(&ui, ui_id("first")));
}

static bool toast_frame(void)
{
    bool shown;

    begin();
    shown = ui_toast(&ui, first_rect);
    (void)end();
    return shown;
}

static void a_toast_shows_for_six_seconds(void **state)
{
    (void)state;
    check(!toast_frame());
    ui_toast_show(&ui, "Tempo goes to 120 at the next bar.");
    now_s = ui.toast_at_s + 5.9;
    check(toast_frame());
    now_s = ui.toast_at_s + 6.1;
    check(!toast_frame());
    now_s = ui.toast_at_s + 1.0;
    check(!toast_frame());
}

static void ids_are_stable_and_differ(void **state)
{
    (void)state;
    check(ui_id("start") == ui_id("start"));
    check(ui_id("start") != ui_id("stop"));
    check(ui_id_index(ui_id("row"), 1) != ui_id_index(ui_id("row"), 256));
    check(ui_id("") != 0);
}

static void a_key_is_heard_once(void **state)
{
    (void)state;
    key(UI_KEY_ESCAPE);
    begin();
    check(ui_key_pressed(&ui, UI_KEY_ESCAPE, 0));
    check(!ui_key_pressed(&ui, UI_KEY_ESCAPE, 0));
    (void)end();
}

static void more_input_than_fits_is_dropped(void **state)
{
    static char flood[UI_TEXT_BYTES_MAX * 2];

    (void)state;
    memset(flood, 'x', sizeof flood);
    for (int i = 0; i < UI_EVENTS_MAX * 2; i++) {
        ui_input_text(&ui, flood, sizeof flood);
        key(UI_KEY_DOWN);
    }
    check_u64(ui.input.text_bytes, UI_TEXT_BYTES_MAX);
    check_u64(ui.input.event_count, UI_EVENTS_MAX);
    (void)two_buttons();
    check_u64(ui.input.event_count, 0);
}

#define BUTTONS                                                                                    \
    cmocka_unit_test_setup(tab_visits_widgets_in_order_and_goes_round, start),                     \
        cmocka_unit_test_setup(enter_and_space_press_the_focused_button_once, start),              \
        cmocka_unit_test_setup(a_click_is_press_and_release_on_the_same_button, start),            \
        cmocka_unit_test_setup(a_tap_within_one_frame_is_a_click, start),                          \
        cmocka_unit_test_setup(a_shortcut_letter_presses_its_button_in_either_case, start),        \
        cmocka_unit_test_setup(a_press_beside_everything_drops_the_focus, start),                  \
        cmocka_unit_test_setup(a_disabled_button_does_nothing_and_is_skipped, start),              \
        cmocka_unit_test_setup(the_ring_shows_for_keys_and_not_for_the_pointer, start),            \
        cmocka_unit_test_setup(the_focus_leaves_with_its_widget, start)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BUTTONS,
        cmocka_unit_test_setup(a_toggle_turns_by_space_and_by_pointer, start),
        cmocka_unit_test_setup(slider_keys_step_jump_and_stay_inside, start),
        cmocka_unit_test_setup(a_slider_takes_a_typed_number, start),
        cmocka_unit_test_setup(escape_forgets_a_typed_number, start),
        cmocka_unit_test_setup(dragging_a_slider_follows_the_pointer_beyond_its_ends, start),
        cmocka_unit_test_setup(chips_and_tabs_are_chosen_by_arrows_and_wrap, start),
        cmocka_unit_test_setup(chips_and_tabs_are_chosen_by_pointer, start),
        cmocka_unit_test_setup(a_select_opens_and_chooses_by_keys, start),
        cmocka_unit_test_setup(a_select_opens_and_chooses_by_pointer, start),
        cmocka_unit_test_setup(escape_and_a_press_outside_close_a_select, start),
        cmocka_unit_test_setup(typing_goes_in_at_the_caret, start),
        cmocka_unit_test_setup(characters_are_deleted_whole, start),
        cmocka_unit_test_setup(a_full_field_keeps_what_fits_in_whole_characters, start),
        cmocka_unit_test_setup(control_characters_and_broken_text_stay_out, start),
        cmocka_unit_test_setup(selecting_copying_and_cutting, start),
        cmocka_unit_test_setup(paste_is_asked_for_and_replaces_the_selection, start),
        cmocka_unit_test_setup(words_are_jumped_and_deleted_with_control, start),
        cmocka_unit_test_setup(a_click_places_the_caret_and_a_drag_selects, start),
        cmocka_unit_test_setup(an_error_below_a_field_wraps_into_its_height, start),
        cmocka_unit_test_setup(typed_letters_are_no_shortcuts_while_a_field_has_the_focus, start),
        cmocka_unit_test_setup(a_cap_shows_only_while_its_key_is_heard, start),
        cmocka_unit_test_setup(enter_in_a_field_presses_the_main_button, start),
        cmocka_unit_test_setup(tab_leaves_the_field_and_selects_the_next_one_whole, start),
        cmocka_unit_test_setup(random_editing_keeps_the_field_whole, start),
        cmocka_unit_test_setup(arrows_move_the_cursor_and_enter_selects, start_list),
        cmocka_unit_test_setup(a_menu_selects_as_the_cursor_moves, start_list),
        cmocka_unit_test_setup(type_ahead_finds_by_first_letters, start_list),
        cmocka_unit_test_setup(a_row_is_selected_by_click_where_it_shows, start_list),
        cmocka_unit_test_setup(the_wheel_scrolls_what_is_under_the_pointer_and_stops_at_the_end,
                               start_list),
        cmocka_unit_test_setup(a_table_shows_only_the_rows_in_view, start_list),
        cmocka_unit_test_setup(a_table_row_is_opened_by_enter_and_by_click, start_list),
        cmocka_unit_test_setup(a_table_is_sorted_from_its_header_by_keys_and_by_click, start_list),
        cmocka_unit_test_setup(tab_brings_the_focused_widget_into_view, start),
        cmocka_unit_test_setup(page_keys_scroll_and_stop_at_the_end, start),
        cmocka_unit_test_setup(what_is_scrolled_out_of_view_cannot_be_clicked, start),
        cmocka_unit_test_setup(a_question_opens_on_the_safe_answer_and_escape_gives_it, start),
        cmocka_unit_test_setup(a_question_traps_the_focus, start),
        cmocka_unit_test_setup(the_page_under_a_question_hears_nothing, start),
        cmocka_unit_test_setup(the_focus_returns_when_a_question_closes, start),
        cmocka_unit_test_setup(a_question_inside_a_dialog_alone_answers, start),
        cmocka_unit_test_setup(a_question_after_a_dialog_alone_answers, start),
        cmocka_unit_test_setup(a_question_over_a_dialog_keeps_its_focus, start),
        cmocka_unit_test_setup(the_focus_goes_back_one_modal_at_a_time, start),
        cmocka_unit_test_setup(a_modal_in_the_place_of_another_gives_the_page_its_focus_back,
                               start),
        cmocka_unit_test_setup(a_toast_shows_for_six_seconds, start),
        cmocka_unit_test_setup(ids_are_stable_and_differ, start),
        cmocka_unit_test_setup(a_key_is_heard_once, start),
        cmocka_unit_test_setup(more_input_than_fits_is_dropped, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
