/*
 * Draws the gallery of components, or of marks, without a window, writes it to a PNG and says how
 * long a frame takes on the software renderer.
 *
 * Usage: render_components FILE.png [components|marks|stress] [WIDTH HEIGHT [TEXT_SIZE]]
 *
 * The pictures stand beside the design's own; `stress` is about a thousand commands of every kind.
 */
#include <SDL.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/desktop/png.h"
#include "client/desktop/render.h"
#include "client/desktop/text.h"
#include "client/desktop/ui/plots.h"
#include "client/desktop/ui/widgets.h"
#include "shared/platform/host_clock.h"

enum {
    TIMED_FRAMES = 60
};

/* What a gallery is drawn with. */
typedef struct {
    Ui ui;
    DrawList draw;
    TextMetrics metrics;
    Layout layout;
    int frame;
} Gallery;

static const Theme *theme(void)
{
    return theme_of(THEME_DARK);
}

static void words(Gallery *gallery, float x, float y, const UiLabel *label, const char *text)
{
    ui_label(&gallery->ui, (Rect){x, y - 16.0F, 400.0F, 32.0F}, label, text);
}

/* Puts the pointer or the focus where a state needs it: one widget can be hovered at a time, so the
 * gallery is drawn in passes, each with its own Ui. */
typedef enum {
    STATE_REST,
    STATE_HOVER,
    STATE_FOCUS,
    STATE_PRESSED,
    STATE_DISABLED
} State;

/* The same rectangle through two frames of a private Ui that bring it into the state. */
static void
in_state(Gallery *gallery, State state, Rect rect, void (*draw)(Ui *ui, Rect rect, bool disabled))
{
    static DrawList unseen;
    Ui ui;
    UiFrame frame = {
        .draw = &unseen, .theme = theme(), .metrics = &gallery->metrics, .layout = gallery->layout};
    Point middle = {rect.x + rect.w / 3.0F, rect.y + rect.h / 2.0F};

    ui_init(&ui);
    ui_input_pointer(&ui, -10.0F, -10.0F);
    if (state == STATE_HOVER) {
        ui_input_pointer(&ui, middle.x, middle.y);
    } else if (state == STATE_PRESSED) {
        ui_input_press(&ui, middle.x, middle.y, false);
    } else if (state == STATE_FOCUS) {
        ui_input_key(&ui, UI_KEY_TAB, 0);
    }
    draw_list_clear(&unseen);
    ui_begin(&ui, &frame);
    draw(&ui, rect, state == STATE_DISABLED);
    (void)ui_end(&ui);
    frame.draw = &gallery->draw;
    frame.now_s = 0.2;
    ui_begin(&ui, &frame);
    draw(&ui, rect, state == STATE_DISABLED);
    (void)ui_end(&ui);
}

static void main_button(Ui *ui, Rect rect, bool disabled)
{
    UiButton button = {.label = "Start", .kind = UI_BUTTON_MAIN, .disabled = disabled};

    (void)ui_button(ui, ui_id("main"), rect, &button);
}

static void normal_button(Ui *ui, Rect rect, bool disabled)
{
    UiButton button = {.label = "Pause", .disabled = disabled};

    (void)ui_button(ui, ui_id("normal"), rect, &button);
}

static void toggle_on(Ui *ui, Rect rect, bool disabled)
{
    bool value = !disabled;
    UiToggle toggle = {.disabled = disabled};

    (void)ui_toggle(ui, ui_id("on"), rect, &toggle, &value);
}

static void toggle_off(Ui *ui, Rect rect, bool disabled)
{
    bool value = false;
    UiToggle toggle = {.disabled = disabled};

    (void)ui_toggle(ui, ui_id("off"), rect, &toggle, &value);
}

static void slider(Ui *ui, Rect rect, bool disabled)
{
    double value = 4.0;
    UiSlider spec = {.minimum = 0.0, .maximum = 10.0, .step = 0.1, .disabled = disabled};

    (void)ui_slider(ui, ui_id("slider"), rect, &spec, &value);
}

static void field(Ui *ui, Rect rect, bool disabled)
{
    char text[16] = "Cleo";
    UiTextField spec = {.disabled = disabled};

    if (disabled) {
        memcpy(text, "locked", sizeof "locked");
    }
    if (ui->editing == ui_id("field")) {
        ui_input_key(ui, UI_KEY_END, 0);
    }
    (void)ui_text_field(ui, ui_id("field"), rect, &spec, text, sizeof text);
}

static void draw_states(Gallery *gallery)
{
    static const char *const names[] = {"rest", "hover", "focus", "pressed", "disabled"};
    static const char *const rows[] = {"Button, main", "Button", "Toggle", "Slider", "Text field"};
    static const float row_y[] = {118.0F, 180.0F, 248.0F, 304.0F, 354.0F};
    UiLabel caption = {.size_px = TYPE_HINT, .colour = theme()->text2};
    UiLabel name = {.weight = FONT_MEDIUM};

    for (int i = 0; i < 5; i++) {
        float x = 190.0F + 172.0F * (float)i;
        State state = (State)i;

        words(gallery, x + 10.0F, 78.0F, &caption, names[i]);
        words(gallery, 24.0F, row_y[i], &name, rows[i]);
        in_state(gallery, state, (Rect){x, 98.0F, 140.0F, 44.0F}, main_button);
        in_state(gallery, state, (Rect){x, 160.0F, 140.0F, 44.0F}, normal_button);
        in_state(gallery, state, (Rect){x, 236.0F, 44.0F, 24.0F}, toggle_on);
        in_state(gallery,
                 state == STATE_FOCUS ? STATE_REST : state,
                 (Rect){x + 70.0F, 236.0F, 44.0F, 24.0F},
                 toggle_off);
        in_state(gallery,
                 state == STATE_PRESSED ? STATE_REST : state,
                 (Rect){x, 292.0F, 136.0F, 24.0F},
                 slider);
        in_state(gallery,
                 state == STATE_PRESSED ? STATE_REST : state,
                 (Rect){x, 334.0F, 148.0F, 44.0F},
                 field);
    }
}

static void draw_list_and_tabs(Gallery *gallery)
{
    static const char *const grooves[] = {"Pulse", "Backbeat", "Samba", "Son clave"};
    static const char *const views[] = {"Ring", "Map", "Teams", "Programme"};
    UiLabel caption = {.size_px = TYPE_HINT, .colour = theme()->text2};
    UiList list = {.labels = grooves, .label_count = 4};
    UiChoice tabs = {.labels = views, .label_count = 4};
    UiListState state = {.cursor = 2};
    size_t selected = 1;
    Ui *ui = &gallery->ui;

    words(gallery, 1070.0F, 78.0F, &caption, "List");
    ui_panel(ui, (Rect){1062.0F, 98.0F, 194.0F, 156.0F});
    (void)ui_list(
        ui, ui_id("list"), (Rect){1062.0F, 98.0F, 194.0F, 156.0F}, &list, &state, &selected);
    selected = 1;
    (void)ui_tabs(ui, ui_id("tabs"), (Rect){190.0F, 406.0F, 400.0F, 36.0F}, &tabs, &selected);
}

static void draw_table(Gallery *gallery)
{
    static const UiColumn columns[] = {{"Name", 0.0F, TEXT_LEFT, true},
                                       {"Bias", 90.0F, TEXT_RIGHT, true},
                                       {"Spread", 84.0F, TEXT_RIGHT, true},
                                       {"Clock", 88.0F, TEXT_RIGHT, false}};
    static const char *const cells[3][3] = {
        {"Tova", "+104", "19"}, {"Cleo", "-12", "17"}, {"Hugo", "unrated", "22"}};
    static const Mark marks[] = {MARK_LATE, MARK_ON, MARK_UNRATED};
    static const int levels[] = {4, 4, 3};
    UiTable table = {.columns = columns, .column_count = 4, .row_count = 3, .row_height = 30.0F};
    UiListState state = {.cursor = 1, .sort_column = 3};
    Ui *ui = &gallery->ui;
    UiTableRows rows =
        ui_table_begin(ui, ui_id("table"), (Rect){190.0F, 458.0F, 430.0F, 132.0F}, &table, &state);

    while (ui_table_next(ui, &rows)) {
        Rect name = ui_table_cell(&rows, 0);
        Point middle = {name.x + 8.0F, name.y + name.h / 2.0F};

        draw_mark(&gallery->draw,
                  middle,
                  12.0F,
                  marks[rows.index],
                  theme_mark_colour(theme(), marks[rows.index]));
        (void)rect_cut_left(&name, 24.0F);
        ui_label(ui, name, &(UiLabel){.ellipsis = true}, cells[rows.index][0]);
        for (size_t column = 1; column < 3; column++) {
            bool unrated = rows.index == 2 && column == 1;

            ui_label(ui,
                     ui_table_cell(&rows, column),
                     &(UiLabel){.align = TEXT_RIGHT,
                                .tabular = true,
                                .colour = unrated ? theme()->text3 : theme()->text},
                     cells[rows.index][column]);
        }
        Rect clock = ui_table_cell(&rows, 3);

        plot_signal(&gallery->draw, theme(), rect_cut_right(&clock, 24.0F), levels[rows.index]);
    }
    ui_table_end(ui, &rows);
}

static void draw_plots(Gallery *gallery)
{
    static const float trust[] = {40.0F,
                                  46.0F,
                                  50.0F,
                                  46.0F,
                                  58.0F,
                                  62.0F,
                                  60.0F,
                                  68.0F,
                                  71.0F,
                                  75.0F,
                                  74.0F,
                                  79.0F,
                                  82.0F,
                                  82.0F,
                                  86.0F};
    static const float counts[] = {0.0F,  0.0F,  0.0F,  0.0F,  0.0F,  4.0F,  5.0F,  32.0F,
                                   42.0F, 57.0F, 45.0F, 56.0F, 38.0F, 34.0F, 17.0F, 18.0F,
                                   7.0F,  0.0F,  0.0F,  0.0F,  0.0F,  0.0F,  0.0F,  0.0F};
    UiLabel caption = {.size_px = TYPE_HINT, .colour = theme()->text2};
    PlotLine line = {trust, 15, 35.0F, 90.0F, theme()->families[FAMILY_ON]};
    PlotHistogram histogram = {.counts = counts,
                               .count_count = 24,
                               .minimum = -120.0F,
                               .maximum = 120.0F,
                               .band = 30.0F,
                               .mean = -12.0F,
                               .has_mean = true,
                               .colour = colour_fade(theme()->families[FAMILY_ON], 0.85F)};

    words(gallery, 1070.0F, 284.0F, &caption, "Histogram");
    plot_histogram(&gallery->draw, theme(), (Rect){1070.0F, 304.0F, 180.0F, 74.0F}, &histogram);
    plot_sparkline(&gallery->draw, (Rect){190.0F, 622.0F, 180.0F, 28.0F}, &line);
    words(gallery, 382.0F, 640.0F, &(UiLabel){.weight = FONT_SEMIBOLD}, "86");
}

static void draw_cells(Gallery *gallery)
{
    static const Mark marks[] = {
        MARK_OFF_BEAT, MARK_LATE, MARK_HALF, MARK_LOOSE, MARK_ON, MARK_ON, MARK_TIGHT, MARK_ON};

    for (size_t i = 0; i < 8; i++) {
        Rect cell = {540.0F + 24.0F * (float)i, 629.0F, 22.0F, 22.0F};
        Colour colour = theme_mark_colour(theme(), marks[i]);
        bool flagged = i < 3;
        Colour tint = colour_mix(theme()->stage, colour, 0.22F);

        draw_rect(&gallery->draw, cell, 4.0F, flagged ? tint : theme()->surface);
        draw_mark(&gallery->draw,
                  rect_center(cell),
                  12.8F,
                  marks[i],
                  colour_fade(colour, flagged || i == 3 ? 1.0F : 0.75F));
    }
}

/* The modal of the gallery stands on the page itself: a question without the dimmed window. */
static void draw_overlays(Gallery *gallery)
{
    Ui *ui = &gallery->ui;
    Rect panel = {760.0F, 530.0F, 440.0F, 164.0F};

    (void)ui_toast(ui, (Rect){760.0F, 458.0F, 440.0F, 56.0F});
    ui_progress(ui, (Rect){760.0F, 416.0F, 280.0F, 16.0F}, 0.65F, theme()->accent);
    draw_rect(&gallery->draw, panel, RADIUS_PANEL, theme()->surface);
    draw_rect_stroke(
        &gallery->draw, panel, RADIUS_PANEL, 1.0F, colour_mix(theme()->line, theme()->edge, 0.35F));
    words(gallery,
          784.0F,
          562.0F,
          &(UiLabel){.size_px = TYPE_SENTENCE, .weight = FONT_SEMIBOLD},
          "Leave the session?");
    words(gallery,
          784.0F,
          594.0F,
          &(UiLabel){.colour = theme()->text2},
          "Your seat and score are kept for 10 minutes.");
    in_state(gallery, STATE_REST, (Rect){1046.0F, 630.0F, 130.0F, 44.0F}, normal_button);
    in_state(gallery, STATE_FOCUS, (Rect){900.0F, 630.0F, 130.0F, 44.0F}, main_button);
}

static void draw_components(Gallery *gallery)
{
    static const struct {
        float x;
        float y;
        const char *name;
    } names[] = {{24.0F, 424.0F, "Tabs"},
                 {24.0F, 478.0F, "Table"},
                 {24.0F, 640.0F, "Sparkline"},
                 {660.0F, 424.0F, "Progress"},
                 {660.0F, 486.0F, "Toast"},
                 {660.0F, 548.0F, "Modal"},
                 {440.0F, 640.0F, "Team block"}};
    UiLabel name = {.weight = FONT_MEDIUM};

    words(gallery,
          24.0F,
          36.0F,
          &(UiLabel){.size_px = TYPE_TITLE, .weight = FONT_SEMIBOLD},
          "Components");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        words(gallery, names[i].x, names[i].y, &name, names[i].name);
    }
    words(gallery,
          24.0F,
          698.0F,
          &(UiLabel){.size_px = TYPE_HINT, .colour = theme()->text2},
          "Focus is always a 2 px ring with a 2 px gap.");
    draw_states(gallery);
    draw_list_and_tabs(gallery);
    draw_table(gallery);
    draw_plots(gallery);
    draw_cells(gallery);
    draw_overlays(gallery);
}

static void draw_marks_on(Gallery *gallery, const Theme *on, float top)
{
    static const float sizes[] = {8.0F, 12.0F, 16.0F, 24.0F, 48.0F};
    static const float rows[] = {26.0F, 66.0F, 114.0F, 170.0F, 228.0F};
    static const char *const names[] = {"8 px dot", "12 px", "16 px cell", "24 px", "48 px"};
    UiLabel label = {.size_px = TYPE_HINT, .colour = on->text2};
    UiLabel centred = {.size_px = TYPE_HINT, .colour = on->text2, .align = TEXT_CENTER};

    for (size_t row = 0; row < 5; row++) {
        words(gallery, 32.0F, top + rows[row], &label, names[row]);
        for (int mark = 0; mark < MARK_COUNT; mark++) {
            Point middle = {165.0F + 80.0F * (float)mark, top + rows[row]};
            Colour colour = theme_mark_colour(on, (Mark)mark);

            if (row == 2) {
                Rect cell = {middle.x - 8.0F, middle.y - 8.0F, 16.0F, 16.0F};

                draw_rect(&gallery->draw, cell, 3.2F, colour_mix(on->stage, colour, 0.22F));
            }
            draw_mark(&gallery->draw, middle, row == 2 ? 11.5F : sizes[row], (Mark)mark, colour);
        }
    }
    for (int mark = 0; mark < MARK_COUNT; mark++) {
        Rect box = {125.0F + 80.0F * (float)mark, top + 260.0F, 80.0F, 20.0F};

        ui_label(&gallery->ui, box, &centred, mark_name((Mark)mark));
    }
}

static void draw_marks(Gallery *gallery)
{
    words(gallery,
          24.0F,
          36.0F,
          &(UiLabel){.size_px = TYPE_TITLE, .weight = FONT_SEMIBOLD},
          "Verdict marks");
    draw_marks_on(gallery, theme_of(THEME_DARK), 82.0F);
    draw_rect(&gallery->draw,
              (Rect){16.0F, 382.0F, 1248.0F, 306.0F},
              RADIUS_PANEL,
              theme_of(THEME_LIGHT)->stage);
    draw_marks_on(gallery, theme_of(THEME_LIGHT), 400.0F);
}

/* About a thousand commands, a third of them moving from frame to frame. */
static void draw_stress(Gallery *gallery)
{
    float time = (float)gallery->frame / 60.0F;
    DrawList *draw = &gallery->draw;
    Point hull[24];
    char figure[16];

    draw_components(gallery);
    draw_glow(draw, (Point){640.0F, 360.0F}, 150.0F, colour_fade(theme()->fill, 0.3F));
    for (int i = 0; i < 700; i++) {
        float angle = (float)i * 0.7F + time * 0.3F;
        float radius = 60.0F + (float)(i % 40) * 5.0F;
        Point place = {640.0F + radius * sinf(angle), 360.0F - radius * cosf(angle)};

        draw_mark(draw,
                  place,
                  10.0F,
                  (Mark)(i % MARK_COUNT),
                  theme_mark_colour(theme(), (Mark)(i % MARK_COUNT)));
    }
    for (int i = 0; i < 24; i++) {
        float angle = (float)i * 0.2618F;
        float radius = 120.0F + 10.0F * sinf(angle * 3.0F + time * 4.0F);

        hull[i] = (Point){640.0F + radius * sinf(angle), 360.0F - radius * cosf(angle)};
    }
    draw_polygon(draw, hull, 24, colour_fade(theme()->accent, 0.13F));
    draw_polyline_closed(draw, hull, 24, 1.5F, theme()->accent);
    for (int i = 0; i < 16; i++) {
        float x = 100.0F + 60.0F * (float)i + fmodf(time * 130.0F, 60.0F);

        draw_ring(draw, (Point){x, 560.0F}, 12.0F, 2.0F, theme()->text2);
        draw_line(draw, (Point){x, 520.0F}, (Point){x, 600.0F}, 1.0F, theme()->line);
    }
    draw_line(draw,
              (Point){640.0F, 200.0F},
              (Point){640.0F + 200.0F * sinf(time), 200.0F + 200.0F * cosf(time)},
              3.0F,
              theme()->text);
    draw_ring(draw, (Point){640.0F, 360.0F}, 166.0F, 1.5F, theme()->line);
    draw_ring(draw, (Point){640.0F, 360.0F}, 260.0F, 1.5F, theme()->line);
    (void)snprintf(figure, sizeof figure, "%d", gallery->frame / 30);
    ui_label(&gallery->ui,
             (Rect){600.0F, 330.0F, 80.0F, 60.0F},
             &(UiLabel){.size_px = 72.0F, .weight = FONT_SEMIBOLD, .align = TEXT_CENTER},
             figure);
}

static void draw_frame(Gallery *gallery, const char *which)
{
    UiFrame frame = {.draw = &gallery->draw,
                     .theme = theme(),
                     .metrics = &gallery->metrics,
                     .layout = gallery->layout,
                     .now_s = 1.0};

    draw_list_clear(&gallery->draw);
    if (strcmp(which, "marks") != 0 && gallery->frame == 0) {
        ui_init(&gallery->ui);
        gallery->ui.frame.now_s = 0.5;
        ui_toast_show(&gallery->ui, "Tempo goes to 120 at the next bar.");
        ui_input_pointer(&gallery->ui, -10.0F, -10.0F);
    }
    ui_begin(&gallery->ui, &frame);
    if (strcmp(which, "marks") == 0) {
        draw_marks(gallery);
    } else if (strcmp(which, "stress") == 0) {
        draw_stress(gallery);
    } else {
        draw_components(gallery);
    }
    (void)ui_end(&gallery->ui);
    gallery->frame++;
}

/* Draws the frames, prints the figures, writes the picture; false with the cause on stderr. */
static bool run(Gallery *gallery, SDL_Surface *surface, const char *which, const char *path)
{
    SDL_Renderer *sdl = SDL_CreateSoftwareRenderer(surface);
    TextEngine *text = text_engine_create();
    Renderer *renderer = sdl == NULL || text == NULL ? NULL : renderer_create(sdl, text);
    RenderStatistics statistics;
    int64_t listed_ns = 0;
    int64_t drawn_ns = 0;
    bool written;

    if (renderer == NULL) {
        (void)fprintf(stderr, "render_components: %s\n", SDL_GetError());
        return false;
    }
    text_engine_set_scale(text, gallery->layout.scale);
    gallery->metrics = text_engine_metrics(text);
    for (int i = 0; i <= TIMED_FRAMES; i++) {
        HostTime start = host_clock_now();
        HostTime middle;

        draw_frame(gallery, which);
        middle = host_clock_now();
        renderer_draw(renderer, &gallery->draw, gallery->layout.scale, theme()->stage);
        SDL_RenderPresent(sdl);
        if (i > 0) {
            /* The first frame makes the sprites. */
            listed_ns += middle.ns - start.ns;
            drawn_ns += host_clock_now().ns - middle.ns;
        } else {
            (void)printf("first_ms %.2f\n", ms_of_ns(host_clock_now().ns - middle.ns));
        }
    }
    statistics = renderer_statistics(renderer);
    (void)printf("commands %zu full %d list_ms %.2f draw_ms %.2f copies %u fills %u rasters %u\n",
                 gallery->draw.command_count,
                 gallery->draw.full ? 1 : 0,
                 ms_of_ns(listed_ns / TIMED_FRAMES),
                 ms_of_ns(drawn_ns / TIMED_FRAMES),
                 statistics.copies,
                 statistics.fills,
                 statistics.rasters);
    written = png_write(surface, path);
    if (!written) {
        (void)fprintf(stderr, "render_components: %s\n", SDL_GetError());
    }
    renderer_destroy(renderer);
    text_engine_destroy(text);
    SDL_DestroyRenderer(sdl);
    return written && !gallery->draw.full;
}

int main(int argc, char **argv)
{
    int width = argc > 4 ? (int)strtol(argv[3], NULL, 10) : 1280;
    int height = argc > 4 ? (int)strtol(argv[4], NULL, 10) : 720;
    float text_size = argc > 5 ? strtof(argv[5], NULL) : 1.0F;
    Gallery *gallery = calloc(1, sizeof *gallery);
    SDL_Surface *surface;
    bool fine;

    if (argc < 2 || gallery == NULL) {
        (void)fprintf(stderr,
                      "usage: render_components FILE.png [components|marks|stress] "
                      "[WIDTH HEIGHT [TEXT_SIZE]]\n");
        free(gallery);
        return 2;
    }
    SDL_SetHint(SDL_HINT_RENDER_BATCHING, "1");
    gallery->layout = layout_of(width, height, text_size);
    surface = SDL_CreateRGBSurfaceWithFormat(0, width, height, 32, SDL_PIXELFORMAT_RGB888);
    fine = surface != NULL && run(gallery, surface, argc > 2 ? argv[2] : "components", argv[1]);
    SDL_FreeSurface(surface);
    free(gallery);
    SDL_Quit();
    return fine ? 0 : 1;
}
