/*
 * ctest: timeout=240
 * Whatever the pointer can press, the keyboard reaches: every screen of the whole client, in a
 * window of memory, with Tab for the one and a pointer that goes over all of it for the other.
 */
#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/check.h"
#include "tests/support/whole_client.h"

enum {
    IDS_MAX = 512,
    SWEEP_PX = 14, /* logical; no control is smaller */
    TABS_MAX = UI_FOCUS_MAX
};

#define FRAME_NS (50 * NS_PER_MS)

static WholeClient client;
static App *app; /* the client's */
static HostTime now;

typedef struct {
    UiId ids[IDS_MAX];
    Point places[IDS_MAX]; /* where the pointer met it */
    size_t count;
} Ids;

static bool has(const Ids *set, UiId id)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->ids[i] == id) {
            return true;
        }
    }
    return false;
}

static void add(Ids *set, UiId id, Point place)
{
    if (id != 0 && !has(set, id)) {
        check(set->count < IDS_MAX);
        set->ids[set->count] = id;
        set->places[set->count] = place;
        set->count++;
    }
}

static void frame(float text_size)
{
    now.ns += FRAME_NS;
    whole_client_frame(&client, now, text_size);
}

static void rest_pointer(float text_size)
{
    ui_input_pointer(&app->ui, -100.0F, -100.0F);
    frame(text_size);
    frame(text_size);
}

/* Everything that Tab gives the focus, once round; the wizard's lists and all. */
static void walk(float text_size, Ids *reached)
{
    for (int i = 0; i < TABS_MAX; i++) {
        ui_input_key(&app->ui, UI_KEY_TAB, 0);
        frame(text_size);
        frame(text_size);
        if (reached->count > 0 && app->ui.focus == reached->ids[0] && i > 0) {
            return;
        }
        add(reached, app->ui.focus, (Point){0.0F, 0.0F});
    }
}

static void sweep(float text_size, Ids *hot)
{
    const int columns = (int)app->layout.width / SWEEP_PX;
    const int rows = (int)app->layout.height / SWEEP_PX;

    for (int i = 0; i < rows * columns; i++) {
        const int column = i % columns;
        const int row = i / columns;
        const Point place = {((float)column + 0.5F) * SWEEP_PX, ((float)row + 0.5F) * SWEEP_PX};

        ui_input_pointer(&app->ui, place.x, place.y);
        frame(text_size);
        add(hot, app->ui.hot, place);
    }
}

static void tell_unreached(const char *screen, float text_size, UiId id, Point place)
{
    print_error("%s at %.0f %%: nothing but a pointer reaches what lies at %.0f, %.0f (%08x)\n",
                screen,
                (double)text_size * 100.0,
                (double)place.x,
                (double)place.y,
                (unsigned)id);
}

static void check_screen(const char *name, float text_size)
{
    static Ids reached;
    static Ids hot;
    int unreached = 0;

    reached.count = 0;
    hot.count = 0;
    rest_pointer(text_size);
    walk(text_size, &reached);
    rest_pointer(text_size);
    sweep(text_size, &hot);
    for (size_t i = 0; i < hot.count; i++) {
        if (!has(&reached, hot.ids[i])) {
            tell_unreached(name, text_size, hot.ids[i], hot.places[i]);
            unreached++;
        }
    }
    /* What the screen itself put into the Tab order is all there, too. */
    for (size_t i = 0; i < app->ui.focusable_count; i++) {
        check(has(&reached, app->ui.focusables[i].id));
    }
    print_message("%s at %.0f %%: %zu by Tab, %zu by pointer\n",
                  name,
                  (double)text_size * 100.0,
                  reached.count,
                  hot.count);
    check_i64(unreached, 0);
    check(reached.count > 0);
}

static int open_app(void **state)
{
    (void)state;
    now = (HostTime){1000 * NS_PER_S};
    whole_client_open(&client, now);
    app = client.app;
    return 0;
}

static int close_app(void **state)
{
    (void)state;
    return whole_client_close(&client) ? 0 : -1;
}

static const float text_sizes[] = {1.0F, 2.0F};

static void check_screens(const char *const *names, size_t name_count)
{
    for (size_t i = 0; i < name_count; i++) {
        for (size_t size = 0; size < sizeof text_sizes / sizeof text_sizes[0]; size++) {
            app_open_screen(app, names[i], now);
            check_screen(names[i], text_sizes[size]);
        }
    }
}

static void the_keyboard_reaches_everything_before_a_session(void **state)
{
    static const char *const names[] = {"join", "message", "calibrate"};

    (void)state;
    check_screens(names, sizeof names / sizeof names[0]);
}

static void the_keyboard_reaches_every_setting(void **state)
{
    (void)state;
    for (size_t section = 0; section < SETTINGS_SECTION_COUNT; section++) {
        for (size_t size = 0; size < sizeof text_sizes / sizeof text_sizes[0]; size++) {
            char name[32];

            app_open_screen(app, "settings", now);
            app->settings_screen.section = section;
            (void)snprintf(name, sizeof name, "settings %zu", section);
            check_screen(name, text_sizes[size]);
        }
    }
}

static void the_keyboard_reaches_everything_in_a_session(void **state)
{
    static const char *const names[] = {"lobby", "results", "practice", "menu"};

    (void)state;
    check_screens(names, sizeof names / sizeof names[0]);
}

/* Tab leads to the ring while drumming: what the pointer can press has a key of its own. */
static void while_drumming_escape_opens_the_menu(void **state)
{
    static Ids hot;

    (void)state;
    app_open_screen(app, "play", now);
    hot.count = 0;
    rest_pointer(1.0F);
    sweep(1.0F, &hot);
    rest_pointer(1.0F);
    check_u64(hot.count, 1); /* the menu button */
    check(!app->menu_open);
    ui_input_key(&app->ui, UI_KEY_ESCAPE, 0);
    frame(1.0F);
    check(app->menu_open);
}

static void pages_of_words_scroll_by_keys_whatever_has_the_focus(void **state)
{
    (void)state;
    app_open_screen(app, "results", now);
    rest_pointer(2.0F);
    ui_input_key(&app->ui, UI_KEY_TAB, 0);
    frame(2.0F);
    frame(2.0F);
    check(app->ui.focus != 0);
    check_between((double)app->results.scroll.offset_px, 0.0, 0.0);
    ui_input_key(&app->ui, UI_KEY_PAGE_DOWN, 0);
    frame(2.0F);
    check_between((double)app->results.scroll.offset_px, 50.0, 400.0);
    ui_input_key(&app->ui, UI_KEY_PAGE_UP, 0);
    frame(2.0F);
    check_between((double)app->results.scroll.offset_px, 0.0, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_keyboard_reaches_everything_before_a_session),
        cmocka_unit_test(the_keyboard_reaches_every_setting),
        cmocka_unit_test(the_keyboard_reaches_everything_in_a_session),
        cmocka_unit_test(while_drumming_escape_opens_the_menu),
        cmocka_unit_test(pages_of_words_scroll_by_keys_whatever_has_the_focus),
    };

    return cmocka_run_group_tests(tests, open_app, close_app);
}
