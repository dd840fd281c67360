#include "client/desktop/ui/screen_settings.h"

#include "client/desktop/ui/view_status.h"
#include "client/desktop/ui/words.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define NAVIGATION_WIDTH 232.0F
#define NAVIGATION_WIDTH_SMALL 184.0F
#define NAVIGATION_ROW 46.0F
#define PAGE_PADDING 28.0F
#define PAGE_PADDING_SMALL 20.0F
#define SLIDER_WIDTH 250.0F
#define SLIDER_WIDTH_SMALL 150.0F
#define FIGURE_WIDTH 76.0F
#define KEY_WIDTH 84.0F
#define KEY_WIDTH_SMALL 60.0F
#define KEY_GAP 8.0F
/* Narrower than this, a control stands below its words. */
#define ROW_BESIDE_MIN 480.0F
/* Narrower than this, controls are smaller. */
#define ROW_WIDE_MIN 640.0F
#define FOOT_HEIGHT 64.0F
#define MARK_CELL_WIDTH 132.0F
#define MARK_ROW 30.0F

static const char *const section_titles[SETTINGS_SECTION_COUNT] = {
    "Drum and keys",
    "Sound",
    "Timing",
    "Picture",
    "Accessibility",
    "Privacy",
    "About",
};

/* Where the next row of a section goes. */
typedef struct {
    SettingsScreen *screen;
    Ui *ui;
    const SettingsView *view;
    AppSettings *settings;
    Rect area; /* x and width count */
    float y;
    SettingsAction action;
} Page;

/* Words of a row on the left, room for its control on the right. */
typedef struct {
    const char *title;
    const char *detail;
    float control_width;
    float control_height; /* 0 means CONTROL_HEIGHT */
} Row;

/* Lays a row down and answers where its control stands. */
static Rect put_row(Page *page, const Row *row)
{
    Ui *ui = page->ui;
    UiLabel title = {.weight = FONT_SEMIBOLD};
    UiLabel detail = {.size_px = TYPE_HINT, .colour = ui->frame.theme->text2};
    bool is_beside = page->area.w >= ROW_BESIDE_MIN || row->control_width <= 60.0F;
    float control_height = row->control_height > 0.0F ? row->control_height : CONTROL_HEIGHT;
    float words_width = is_beside ? page->area.w - row->control_width - SPACE_5 : page->area.w;
    Rect words = {page->area.x, page->y + SPACE_3, words_width, SPACE_5};
    Rect control = {rect_right(page->area) - row->control_width, 0, row->control_width, 0};
    float words_height;

    words_height = ui_paragraph(ui, words, &title, row->title);
    words.y += words_height;
    words_height += ui_paragraph(ui, words, &detail, row->detail);
    control.h = control_height;
    if (is_beside) {
        float height = fmaxf(words_height, control_height);

        control.y = page->y + SPACE_3 + (height - control_height) / 2.0F;
        page->y += height + 2.0F * SPACE_3;
    } else {
        control.x = page->area.x;
        control.w = fminf(control.w, page->area.w);
        control.y = page->y + SPACE_3 + words_height + SPACE_1;
        page->y = rect_bottom(control) + SPACE_3;
    }
    ui_separator(ui, page->area.x, page->y, page->area.w);
    page->y += 1.0F;
    return control;
}

/* A sentence across the page, without a line below. */
static void put_words(Page *page, const char *text)
{
    UiLabel label = {.size_px = TYPE_HINT, .colour = page->ui->frame.theme->text2};
    Rect rect = {page->area.x, page->y + SPACE_3, page->area.w, SPACE_5};

    page->y += ui_paragraph(page->ui, rect, &label, text) + 2.0F * SPACE_3;
}

static void put_toggle(Page *page, UiId id, const Row *row, bool *value)
{
    Row switch_row = *row;
    Rect control;

    switch_row.control_width = 44.0F;
    control = put_row(page, &switch_row);
    page->screen->has_changed =
        ui_toggle(page->ui, id, control, &(UiToggle){0}, value) || page->screen->has_changed;
}

/* A slider with its figure behind it. True when moved. */
static bool put_slider(Page *page, UiId id, const Row *row, const UiSlider *slider, double *value)
{
    UiLabel figure = {.weight = FONT_SEMIBOLD, .align = TEXT_RIGHT, .tabular = true};
    Row slider_row = *row;
    Rect control;
    Rect number;
    bool has_moved;
    WordsText words;

    slider_row.control_width = page->area.w < ROW_WIDE_MIN ? SLIDER_WIDTH_SMALL : SLIDER_WIDTH;
    slider_row.control_width += FIGURE_WIDTH + 2.0F * SPACE_3;
    control = put_row(page, &slider_row);
    number = rect_cut_right(&control, FIGURE_WIDTH);
    /* Room for the knob at either end. */
    control = rect_inset_xy(control, SPACE_3, 0.0F);
    has_moved = ui_slider(page->ui, id, control, slider, value);
    words_clear(&words);
    if (slider->zero_tick && *value > 0.0) {
        words_add(&words, "+");
    }
    words_add_number(&words, (int64_t)lround(*value));
    words_add(&words, slider->zero_tick ? " ms" : " %");
    ui_label(page->ui, number, &figure, words.bytes);
    return has_moved;
}

static bool put_integer(Page *page, UiId id, const Row *row, const UiSlider *slider, int32_t *value)
{
    double moved = (double)*value;

    if (!put_slider(page, id, row, slider, &moved)) {
        return false;
    }
    *value = (int32_t)lround(moved);
    page->screen->has_changed = true;
    return true;
}

/* ---- drum and keys --------------------------------------------------------------------------- */

bool settings_screen_key(SettingsScreen *screen, AppSettings *settings, const char *key)
{
    if (!screen->is_capturing) {
        return false;
    }
    screen->is_key_refused = false;
    if (settings_key_is_reserved(key)) {
        /* Esc is one step back here as everywhere. */
        screen->is_capturing = strcmp(key, "Escape") != 0;
        screen->is_key_refused = screen->is_capturing;
        return false;
    }
    screen->is_capturing = false;
    return settings_bind_key(settings, screen->pad, screen->place, key);
}

static void draw_key(Page *page, Rect rect, int pad, int place)
{
    Ui *ui = page->ui;
    const Theme *theme = ui->frame.theme;
    const SettingsScreen *screen = page->screen;
    const char *key = page->settings->keys[pad][place];
    bool is_waiting = screen->is_capturing && screen->pad == pad && screen->place == place;
    KeyClash clash = settings_key_clash(page->settings, pad, place, NULL);
    Colour border = clash == KEY_CLASH_NONE ? theme->edge : theme->alert;
    UiLabel label = {.size_px = TYPE_HINT,
                     .weight = FONT_MEDIUM,
                     .align = TEXT_CENTER,
                     .ellipsis = true,
                     .colour = key[0] == '\0' ? theme->text3 : theme->text};

    draw_rect(ui->frame.draw, rect, RADIUS_CONTROL, key[0] == '\0' ? theme->surface : theme->stage);
    draw_rect_stroke(ui->frame.draw,
                     rect,
                     RADIUS_CONTROL,
                     is_waiting || clash != KEY_CLASH_NONE ? 2.0F : 1.0F,
                     is_waiting ? theme->accent : border);
    ui_label(ui,
             rect_inset_xy(rect, 6.0F, 0.0F),
             &label,
             is_waiting ? "press..." : (key[0] == '\0' ? "add" : key));
}

static void put_keys_of_pad(Page *page, int pad)
{
    static const char *const details[SETTINGS_PADS] = {
        "Strikes your part.",
        "For alternating hands.",
        "For alternating hands.",
        "For a foot switch, or a friend.",
    };
    float key_width = page->area.w < ROW_WIDE_MIN ? KEY_WIDTH_SMALL : KEY_WIDTH;
    float width = key_width * SETTINGS_KEYS_PER_PAD + KEY_GAP * (SETTINGS_KEYS_PER_PAD - 1);
    Row row = {settings_pad_title(pad), details[pad], width, 36.0F};
    Rect control = put_row(page, &row);
    UiId id = ui_id_index(ui_id("settings.key"), (size_t)pad);

    for (int place = 0; place < SETTINGS_KEYS_PER_PAD; place++) {
        Rect rect = rect_column(control, place, SETTINGS_KEYS_PER_PAD, KEY_GAP);
        UiId key_id = ui_id_index(id, (size_t)place);
        UiInteraction on = ui_interact(page->ui, key_id, rect);

        if (on.clicked && !page->screen->is_capturing) {
            page->screen->is_capturing = true;
            page->screen->is_key_refused = false;
            page->screen->pad = pad;
            page->screen->place = place;
        }
        if (on.focused && page->settings->keys[pad][place][0] != '\0' &&
            (ui_key_pressed(page->ui, UI_KEY_DELETE, 0) ||
             ui_key_pressed(page->ui, UI_KEY_BACKSPACE, 0))) {
            page->screen->has_changed =
                settings_bind_key(page->settings, pad, place, "") || page->screen->has_changed;
        }
        draw_key(page, rect, pad, place);
        if (on.ring) {
            ui_focus_ring(page->ui, rect, RADIUS_CONTROL);
        }
    }
}

static void add_clash(Page *page, int pad, int place)
{
    const char *key = page->settings->keys[pad][place];
    int other_pad = 0;
    KeyClash clash = settings_key_clash(page->settings, pad, place, &other_pad);
    Rect rect = {page->area.x, page->y + SPACE_2, page->area.w, SPACE_5};
    WordsText words;

    /* Said once, at the pad that loses. */
    if (clash == KEY_CLASH_NONE || (clash == KEY_CLASH_PAD && other_pad > pad)) {
        return;
    }
    words_clear(&words);
    words_add(&words, key);
    if (clash == KEY_CLASH_PAD) {
        words_add(&words, " is also a key of ");
        words_add(&words, settings_pad_title(other_pad));
        words_add(&words, ", which wins. Take one of them away.");
    } else {
        words_add(&words, " is also for ");
        words_add(&words, settings_key_use(key));
        words_add(&words, ". While you play, the drum wins.");
    }
    page->y += ui_error(page->ui, rect, words.bytes) + SPACE_1;
}

/* What to do now, in the place where the clashes are told otherwise. */
static void put_capture(Page *page)
{
    Ui *ui = page->ui;
    SettingsScreen *screen = page->screen;
    UiButton cancel = {.label = "Leave it", .key_cap = "Esc", .escape = true};
    UiButton free = {.label = "Take the key away"};
    Rect row = {page->area.x, 0.0F, page->area.w, CONTROL_HEIGHT};
    bool is_bound = page->settings->keys[screen->pad][screen->place][0] != '\0';

    put_words(page,
              screen->is_key_refused
                  ? "Esc and Tab always belong to the screens. Press another key."
                  : "Press the key that shall strike this pad.");
    row.y = page->y;
    if (ui_button(ui,
                  ui_id("settings.key.cancel"),
                  rect_cut_left(&row, ui_button_width(ui, &cancel)),
                  &cancel)) {
        screen->is_capturing = false;
    }
    (void)rect_cut_left(&row, SPACE_4);
    if (is_bound && ui_button(ui,
                              ui_id("settings.key.free"),
                              rect_cut_left(&row, ui_button_width(ui, &free)),
                              &free)) {
        screen->is_capturing = false;
        screen->has_changed = settings_bind_key(page->settings, screen->pad, screen->place, "") ||
                              screen->has_changed;
    }
    page->y += CONTROL_HEIGHT + SPACE_3;
}

static void put_section_keys(Page *page)
{
    for (int pad = 0; pad < SETTINGS_PADS; pad++) {
        put_keys_of_pad(page, pad);
    }
    if (page->screen->is_capturing) {
        put_capture(page);
        return;
    }
    put_words(page, "Enter or a click on a key changes it; Delete takes it away.");
    put_words(page,
              "Two hands: many keyboards lose the third key of some threes that are held together. "
              "If a hit goes missing, move one hand to keys far from the other's, or use Shift and "
              "Ctrl keys, which are never lost.");
    for (int i = 0; i < SETTINGS_PADS * SETTINGS_KEYS_PER_PAD; i++) {
        add_clash(page, i / SETTINGS_KEYS_PER_PAD, i % SETTINGS_KEYS_PER_PAD);
    }
}

/* ---- sound ----------------------------------------------------------------------------------- */

static void put_click_sound(Page *page)
{
    const char *titles[CLICK_SOUND_COUNT];
    Row row = {"Click sound", "Take one that your drum does not cover.", 286.0F, 0};
    UiChoice choice = {.labels = titles, .label_count = CLICK_SOUND_COUNT};
    size_t selected = (size_t)page->settings->click_sound;
    Rect control = put_row(page, &row);

    for (int i = 0; i < CLICK_SOUND_COUNT; i++) {
        titles[i] = click_sound_title((ClickSound)i);
    }
    choice.align = control.x > page->area.x ? TEXT_RIGHT : TEXT_LEFT;
    if (ui_chips(page->ui, ui_id("settings.click.sound"), control, &choice, &selected)) {
        page->settings->click_sound = (ClickSound)selected;
        page->action = SETTINGS_ACTION_TEST_CLICK;
    }
}

static void put_section_sound(Page *page)
{
    const UiSlider percent = {.minimum = 0.0, .maximum = 100.0, .step = 1.0};
    AppSettings *settings = page->settings;
    UiButton test = {.label = "Play your drum"};
    Row device = {"Sound device", "No sound device found.", ui_button_width(page->ui, &test), 0};
    const FormSound *sound = &page->view->sound;
    Row master = {"Everything", "How loud Onedrum is as a whole.", 0, 0};
    Row click = {"Click", "The metronome that everybody shares.", 0, 0};
    Row own = {"Your drum", "Heard the moment you strike.", 0, 0};
    Row muted = {"Silence your drum", "For those who hear their own drum, or sit together.", 0, 0};
    Row others = {"The groove and bandmates", "Other parts and simulated players.", 0, 0};
    Rect control;

    (void)put_integer(page, ui_id("settings.master"), &master, &percent, &settings->master_percent);
    (void)put_integer(page, ui_id("settings.click"), &click, &percent, &settings->click_percent);
    put_click_sound(page);
    (void)put_integer(page, ui_id("settings.own"), &own, &percent, &settings->own_percent);
    put_toggle(page, ui_id("settings.own.muted"), &muted, &settings->own_is_muted);
    (void)put_integer(page, ui_id("settings.others"), &others, &percent, &settings->others_percent);
    if (sound->works) {
        device.detail = sound->device != NULL ? sound->device : "It works.";
    } else {
        device.detail = "None was found. Plug one in and it starts by itself.";
    }
    test.disabled = !sound->works;
    control = put_row(page, &device);
    if (ui_button(page->ui, ui_id("settings.test"), control, &test)) {
        page->action = SETTINGS_ACTION_TEST_SOUND;
    }
}

/* ---- timing ---------------------------------------------------------------------------------- */

static void put_section_timing(Page *page)
{
    const UiSlider offset = {.minimum = -SETTINGS_OFFSET_MS_MAX,
                             .maximum = SETTINGS_OFFSET_MS_MAX,
                             .step = 1.0,
                             .zero_tick = true};
    SettingsOffsets *offsets = &page->settings->offsets;
    UiButton measure = {.label = "Calibrate", .key_cap = "C", .shortcut = 'c'};
    Row wizard = {"Measure it",
                  "Tap along with a click for half a minute. The offsets hold for this sound "
                  "device.",
                  ui_button_width(page->ui, &measure),
                  0};
    Row timing = {"Your timing offset",
                  "Where your hits usually lie when they feel right; early is negative. It becomes "
                  "your zero.",
                  0,
                  0};
    Row rate = {"Use the timing offset",
                "Without one, early and late are not told and your timing is not rated.",
                0,
                0};
    Row sound = {"Sound offset",
                 "How late your speakers or headphones sound. The click starts that much earlier, "
                 "and your timing offset moves with it.",
                 0,
                 0};
    int32_t sound_ms = offsets->sound_offset_ms;
    Row picture = {"Picture offset",
                   "How late your screen shows things. The picture runs ahead by that much.",
                   0,
                   0};

    if (ui_button(page->ui, ui_id("settings.calibrate"), put_row(page, &wizard), &measure)) {
        page->action = SETTINGS_ACTION_CALIBRATE;
    }
    if (put_integer(page, ui_id("settings.timing"), &timing, &offset, &offsets->timing_offset_ms)) {
        offsets->timing_offset_is_set = true;
    }
    put_toggle(page, ui_id("settings.timing.set"), &rate, &offsets->timing_offset_is_set);
    if (put_integer(page, ui_id("settings.sound"), &sound, &offset, &sound_ms)) {
        settings_move_sound(offsets, sound_ms);
    }
    (void)put_integer(
        page, ui_id("settings.picture"), &picture, &offset, &offsets->picture_offset_ms);
    put_words(page,
              "Arrows move by 1 ms, with Shift by 10; Enter lets you type a number. They are "
              "kept here, for each sound device and block size.");
}

/* ---- picture and accessibility --------------------------------------------------------------- */

static void put_theme(Page *page)
{
    static const char *const themes[] = {"Dark", "Light", "High contrast"};
    Row row = {"Theme", "Dark suits a hall, light suits a bright room.", 250.0F, 0};
    UiChoice choice = {.labels = themes, .label_count = 3, .align = TEXT_RIGHT};
    size_t selected = (size_t)page->settings->theme;
    Rect control = put_row(page, &row);

    choice.align = control.x > page->area.x ? TEXT_RIGHT : TEXT_LEFT;
    if (ui_chips(page->ui, ui_id("settings.theme"), control, &choice, &selected)) {
        page->settings->theme = (ThemeKind)selected;
        page->screen->has_changed = true;
    }
}

/* The size changes when the slider is let go: else it would run away from the pointer. */
static void put_text_size(Page *page)
{
    const UiSlider slider = {.minimum = SETTINGS_TEXT_SIZE_PERCENT_MIN,
                             .maximum = SETTINGS_TEXT_SIZE_PERCENT_MAX,
                             .step = 5.0};
    Row row = {"Text size", "Everything grows with it, from 80 to 200 %.", 0, 0};
    SettingsScreen *screen = page->screen;
    UiId id = ui_id("settings.text_size");
    bool was_held = page->ui->active == id;

    if (!screen->text_size_moves) {
        screen->text_size = (double)page->settings->text_size_percent;
    }
    if (put_slider(page, id, &row, &slider, &screen->text_size)) {
        screen->text_size_moves = true;
    }
    if (screen->text_size_moves && (!was_held || !page->ui->input.down)) {
        screen->text_size_moves = page->ui->input.down;
        if (!screen->text_size_moves) {
            page->settings->text_size_percent = (int32_t)lround(screen->text_size);
            screen->has_changed = true;
        }
    }
}

static void put_sample(Page *page)
{
    Ui *ui = page->ui;
    UiLabel judgement = {.size_px = TYPE_JUDGEMENT, .weight = FONT_SEMIBOLD};
    Rect rect = {page->area.x, page->y + SPACE_4, page->area.w, 56.0F};
    Point mark = {rect.x + 20.0F, rect.y + 28.0F};

    draw_mark(ui->frame.draw, mark, 28.0F, MARK_ON, ui->frame.theme->text);
    (void)rect_cut_left(&rect, 52.0F);
    ui_label(ui, rect, &judgement, "Spot on");
    page->y = rect_bottom(rect) + SPACE_2;
    put_words(page, "This is how a judgement looks while you play.");
}

static void put_section_picture(Page *page)
{
    put_theme(page);
    put_text_size(page);
    put_sample(page);
    put_words(page, "F11 fills the whole screen, and gives it back.");
}

static void put_marks(Page *page)
{
    Ui *ui = page->ui;
    UiLabel title = {.weight = FONT_SEMIBOLD};
    UiLabel name = {.size_px = TYPE_HINT, .colour = ui->frame.theme->text2};
    int columns = (int)fmaxf(page->area.w / MARK_CELL_WIDTH, 1.0F);
    Rect rect = {page->area.x, page->y + SPACE_3, page->area.w, SPACE_5};

    ui_label(ui, rect, &title, "Marks");
    (void)rect_cut_left(&rect, ui_text_width(ui, title.weight, TYPE_BODY, "Marks") + SPACE_3);
    ui_label(ui, rect, &name, "Each has its own shape.");
    rect.x = page->area.x;
    rect.y += SPACE_6;
    for (int i = 0; i < MARK_COUNT; i++) {
        int row = i / columns;
        int column = i % columns;
        Rect cell = {rect.x + MARK_CELL_WIDTH * (float)column,
                     rect.y + MARK_ROW * (float)row,
                     MARK_CELL_WIDTH,
                     28.0F};

        draw_mark(ui->frame.draw,
                  (Point){cell.x + 10.0F, cell.y + 14.0F},
                  16.0F,
                  (Mark)i,
                  theme_mark_colour(ui->frame.theme, (Mark)i));
        (void)rect_cut_left(&cell, 28.0F);
        ui_label(ui, cell, &name, mark_name((Mark)i));
    }
    page->y = rect.y + MARK_ROW * ceilf((float)MARK_COUNT / (float)columns) + SPACE_3;
}

static void put_section_accessibility(Page *page)
{
    AppSettings *settings = page->settings;
    Row motion = {"Reduced motion",
                  "The beat is shown as steps instead of a swing. Nothing drifts or fades.",
                  0,
                  0};
    Row calm = {"Calm light",
                "The beat lamp changes brightness by less than a tenth. Never faster than 3 times "
                "a second.",
                0,
                0};
    Row cue = {"Hear early and late",
               "A soft tone after your hit: it falls when you were early, rises when you were "
               "late, and stays when you were on the beat.",
               0,
               0};
    Row one_key = {"Play with one key", "Every key of yours strikes the main drum.", 0, 0};

    put_theme(page);
    put_text_size(page);
    put_toggle(page, ui_id("settings.motion"), &motion, &settings->reduced_motion);
    put_toggle(page, ui_id("settings.calm"), &calm, &settings->calm_light);
    put_toggle(page, ui_id("settings.cue"), &cue, &settings->hit_cue);
    put_toggle(page, ui_id("settings.one_key"), &one_key, &settings->one_key);
    put_marks(page);
}

/* ---- privacy and about ----------------------------------------------------------------------- */

static void put_section_privacy(Page *page)
{
    AppSettings *settings = page->settings;
    Row person = {"Remember me",
                  "Keeps your name, team and last host on this device for the next time.",
                  0,
                  0};
    Row history = {
        "Keep my practice", "Keeps the results of practice on this device, to plot them.", 0, 0};
    UiButton forget = {.label = "Forget them now"};
    Row now = {"Name, team and host", "Nothing is remembered at the moment.", 0, 0};
    bool is_known =
        settings->name[0] != '\0' || settings->team[0] != '\0' || settings->host[0] != '\0';
    Rect control;

    put_toggle(page, ui_id("settings.remember"), &person, &settings->remember_person);
    put_toggle(page, ui_id("settings.history"), &history, &settings->keep_history);
    now.control_width = ui_button_width(page->ui, &forget);
    now.detail = is_known ? "They are remembered from the last time you joined." : now.detail;
    forget.disabled = !is_known;
    control = put_row(page, &now);
    if (ui_button(page->ui, ui_id("settings.forget"), control, &forget)) {
        settings->name[0] = '\0';
        settings->team[0] = '\0';
        settings->host[0] = '\0';
        page->screen->has_changed = true;
    }
    put_words(page,
              "In a session the server learns your name, your team, when you hit and how steady "
              "your clock is. The others see your name and where you lie around the beat. Nothing "
              "else leaves this device; there is no microphone and no camera in Onedrum.");
}

static void put_section_about(Page *page)
{
    WordsText version;
    Row program = {"Onedrum", "", 0, 0};
    Row licence = {
        "Free software", "Under the MIT licence: use it, read it, change it, pass it on.", 0, 0};
    Row built_on = {"Built on",
                    "SDL, ENet and SQLite; words are set in Inter, or DejaVu Sans without it.",
                    0,
                    0};

    words_clear(&version);
    words_add(&version, "Version ");
    words_add(&version, page->view->version);
    words_add(&version, ". Drum together until you sound like one drum.");
    program.detail = version.bytes;
    (void)put_row(page, &program);
    (void)put_row(page, &licence);
    (void)put_row(page, &built_on);
}

/* ---- the screen ------------------------------------------------------------------------------ */

static void put_section(Page *page)
{
    static void (*const sections[SETTINGS_SECTION_COUNT])(Page * page) = {
        put_section_keys,
        put_section_sound,
        put_section_timing,
        put_section_picture,
        put_section_accessibility,
        put_section_privacy,
        put_section_about,
    };
    UiLabel title = {.size_px = TYPE_TITLE, .weight = FONT_SEMIBOLD};
    bool is_tiny = page->ui->frame.layout.size_class >= LAYOUT_TINY;
    Rect rect = {page->area.x, page->y + SPACE_3, page->area.w, 40.0F};

    assert(page->screen->section < SETTINGS_SECTION_COUNT);
    if (!is_tiny) {
        ui_label(page->ui, rect, &title, section_titles[page->screen->section]);
        page->y = rect_bottom(rect) + SPACE_1;
    }
    sections[page->screen->section](page);
}

static void put_navigation(SettingsScreen *screen, Ui *ui, Rect rect)
{
    UiList list = {.labels = section_titles,
                   .label_count = SETTINGS_SECTION_COUNT,
                   .row_height = NAVIGATION_ROW,
                   .select_on_move = true};

    ui_panel(ui, rect);
    (void)ui_list(ui,
                  ui_id("settings.sections"),
                  rect_inset(rect, 2.0F),
                  &list,
                  &screen->list,
                  &screen->section);
}

/* Keys on the left, the way back to all defaults on the right. */
static SettingsAction put_foot(SettingsScreen *screen, Ui *ui, Rect rect)
{
    static const UiHint hints[] = {{"Tab", "next"}, {"Arrows", "change"}};
    bool is_tiny = ui->frame.layout.size_class >= LAYOUT_TINY;
    bool is_capturing = screen->is_capturing; /* Esc lets the key be, then */
    UiButton back = {
        .label = "Back", .key_cap = is_capturing ? NULL : "Esc", .escape = !is_capturing};
    UiButton reset = {.label = is_tiny ? "Reset" : "Set all back"};
    Rect row = rect_inset_xy(rect, ui->frame.layout.margin, (rect.h - 40.0F) / 2.0F);
    Rect reset_rect = rect_cut_right(&row, fmaxf(ui_button_width(ui, &reset), 100.0F));
    Rect back_rect;
    SettingsAction action = SETTINGS_ACTION_NONE;

    (void)rect_cut_right(&row, SPACE_3);
    back_rect = rect_cut_right(&row, fmaxf(ui_button_width(ui, &back), 120.0F));
    (void)rect_cut_right(&row, SPACE_3);
    ui_hints(ui, row, hints, sizeof hints / sizeof hints[0]);
    if (ui_button(ui, ui_id("settings.back"), back_rect, &back)) {
        action = SETTINGS_ACTION_BACK;
    }
    if (ui_button(ui, ui_id("settings.reset"), reset_rect, &reset)) {
        screen->asks_to_reset = true;
    }
    return action;
}

static void ask_to_reset(SettingsScreen *screen, Ui *ui, AppSettings *settings)
{
    UiQuestion question = {
        .title = "Set everything back?",
        .text = "Keys, sound, timing and picture become as Onedrum comes. Your name stays.",
        .safe = "Keep mine",
        .other = "Set back"};
    UiAnswer answer;

    if (!screen->asks_to_reset) {
        return;
    }
    answer = ui_ask(ui, ui_id("settings.ask"), &question);
    screen->asks_to_reset = answer == UI_ANSWER_NONE;
    if (answer == UI_ANSWER_OTHER) {
        settings_reset(settings);
        screen->text_size_moves = false;
        screen->has_changed = true;
    }
}

static void open_screen(SettingsScreen *screen, Ui *ui)
{
    if (screen->section >= SETTINGS_SECTION_COUNT) {
        screen->section = 0;
    }
    if (!screen->has_opened) {
        screen->has_opened = true;
        screen->list.cursor = screen->section;
        ui_focus(ui, ui_id("settings.sections"));
    }
    if (screen->scrolled_section != screen->section) {
        screen->scrolled_section = screen->section;
        screen->scroll = (UiScrollState){0};
        screen->is_capturing = false;
    }
    screen->has_changed = false;
}

/* The list beside the section, or (tiny) a field that opens it above. */
static Rect put_frame(SettingsScreen *screen, Ui *ui, Rect rest)
{
    UiChoice sections = {.labels = section_titles, .label_count = SETTINGS_SECTION_COUNT};
    bool is_small = ui->frame.layout.size_class == LAYOUT_SMALL;
    Rect panel;

    if (ui->frame.layout.size_class >= LAYOUT_TINY) {
        Rect choice = rect_cut_top(&rest, BAR_HEIGHT + SPACE_2);

        choice = rect_inset_xy(choice, ui->frame.layout.margin, SPACE_2);
        (void)ui_select(ui, ui_id("settings.sections"), choice, &sections, &screen->section);
        return rect_inset_xy(rest, ui->frame.layout.margin, 0.0F);
    }
    rest = rect_inset_xy(rest, ui->frame.layout.margin, 0.0F);
    (void)rect_cut_top(&rest, SPACE_4);
    put_navigation(
        screen, ui, rect_cut_left(&rest, is_small ? NAVIGATION_WIDTH_SMALL : NAVIGATION_WIDTH));
    (void)rect_cut_left(&rest, is_small ? SPACE_4 : SPACE_5);
    panel = rest;
    ui_panel(ui, panel);
    return rect_inset_xy(panel, is_small ? PAGE_PADDING_SMALL : PAGE_PADDING, SPACE_2);
}

SettingsAction
screen_settings(SettingsScreen *screen, Ui *ui, const SettingsView *view, AppSettings *settings)
{
    Rect rest = layout_window(&ui->frame.layout);
    Rect foot = rect_cut_bottom(&rest, FOOT_HEIGHT);
    Page page = {.screen = screen, .ui = ui, .view = view, .settings = settings};
    SettingsAction foot_action;

    open_screen(screen, ui);
    if (ui->frame.layout.size_class < LAYOUT_TINY) {
        (void)rect_cut_top(&rest, BAR_HEIGHT);
        (void)view_status_bar(ui, &(StatusBar){.title = "Settings", .no_menu = true});
    }
    page.area = put_frame(screen, ui, rest);
    {
        Rect content = ui_scroll_begin(
            ui, ui_id_index(ui_id("settings.page"), screen->section), page.area, &screen->scroll);

        /* The scroll bar stands in the free border. */
        page.area = (Rect){content.x, content.y, content.w - SPACE_3, content.h};
        page.y = content.y;
        put_section(&page);
        ui_scroll_end(ui, page.y + SPACE_2);
    }
    foot_action = put_foot(screen, ui, foot);
    ask_to_reset(screen, ui, settings);
    if (foot_action != SETTINGS_ACTION_NONE) {
        return foot_action;
    }
    if (page.action != SETTINGS_ACTION_NONE) {
        return page.action;
    }
    return screen->has_changed ? SETTINGS_ACTION_CHANGED : SETTINGS_ACTION_NONE;
}
