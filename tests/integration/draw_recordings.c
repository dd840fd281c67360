/*
 * Draws the screens of recorded sessions (tests/support/recording.h) without a display, and
 * compares them with the pictures that were looked at and kept.
 *
 * Usage: draw_recordings SESSIONS KEPT OUT [--keep]
 *
 * SESSIONS holds the recordings, KEPT the pictures. Every picture is written to OUT; for one that
 * differs there is also OUT/NAME-difference.png, and the exit status is 1. With --keep the pictures
 * are written to KEPT instead, and nothing is compared. Exit status 77: letters are measured
 * otherwise than when the pictures were kept, so that nothing can be said (another version of the
 * font).
 */
#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/desktop/ui/screen_lobby.h"
#include "client/desktop/ui/screen_map.h"
#include "client/desktop/ui/screen_play.h"
#include "client/desktop/ui/screen_results.h"
#include "client/desktop/ui/screen_ring.h"
#include "tests/support/canvas.h"
#include "tests/support/picture.h"
#include "tests/support/recording.h"

enum {
    WIDTH = 1280,
    HEIGHT = 720,
    PATH_BYTES_MAX = 1024,
    FONTS_BYTES_MAX = 256,
    SKIPPED = 77
};

static const char fonts_file[] = "fonts.txt";

typedef void (*DrawScreen)(void);

typedef struct {
    const char *name;
    const char *session;
    const char *moment;
    DrawScreen draw;
    float text_size;
    ThemeKind theme;
} Shot;

static ClientModel model;
static ModelOthers others;
static HostTime now;
static Ui ui;
static DrawList draw;
static PlayState play_state;
static const char *sessions_folder;
static const char *kept_folder;
static const char *out_folder;
static bool keeps;

static void fail(const char *what, const char *which)
{
    (void)fprintf(stderr, "draw_recordings: %s: %s\n", which, what);
    exit(2);
}

/* ---- screens --------------------------------------------------------------------------------- */

static PlayView play_view(void)
{
    return (PlayView){.music = model_now(&model, now), .calm_light = true, .drum_key = "Space"};
}

static void show_lobby(void)
{
    static LobbyScreen screen;
    const LobbyView view = {.model = &model,
                            .music = model_now(&model, now),
                            .sound = {.works = true, .device = "headphones, 48 kHz"}};

    (void)screen_lobby(&screen, &ui, &view);
}

static void show_play(void)
{
    const PlayView view = play_view();

    (void)screen_play(&ui, &model, &view, &play_state);
}

static void show_ring(void)
{
    ScreenRingState state;
    PlayView view = play_view();

    view.names = true;
    screen_ring_init(&state);
    (void)screen_ring(&ui, &model, &view, &play_state, &state);
}

/* Somebody has the card. */
static void show_map(void)
{
    static ScreenMapState state;
    const PlayView view = play_view();

    screen_map_init(&state);
    state.selected_seat = 7;
    (void)screen_map(&ui, &model, &view, &play_state, &state);
}

static void show_results(void)
{
    static ResultsState state;
    const ResultsView view = {.music = model_now(&model, now)};

    (void)screen_results(&ui, &model, &view, &state);
}

static const Shot shots[] = {
    {"lobby-24", "24", "lobby", show_lobby, 1.0F, THEME_DARK},
    {"play-24", "24", "play", show_play, 1.0F, THEME_DARK},
    {"play-24-light", "24", "play", show_play, 1.0F, THEME_LIGHT},
    {"play-24-text-200", "24", "play", show_play, 2.0F, THEME_DARK},
    {"ring-24", "24", "play", show_ring, 1.0F, THEME_DARK},
    {"map-24", "24", "play", show_map, 1.0F, THEME_DARK},
    {"results-24", "24", "results", show_results, 1.0F, THEME_DARK},
    {"ring-900", "900", "play", show_ring, 1.0F, THEME_DARK},
    {"map-900", "900", "play", show_map, 1.0F, THEME_DARK},
};

/* ---- drawing --------------------------------------------------------------------------------- */

/* What is eased and what is measured in one frame and placed in the next comes to rest. */
static void draw_shot(const Shot *shot, Canvas *canvas)
{
    const Layout layout = layout_of(WIDTH, HEIGHT, shot->text_size);
    const TextMetrics metrics = canvas_metrics(canvas, layout.scale);
    UiFrame frame = {
        .draw = &draw, .theme = theme_of(shot->theme), .metrics = &metrics, .layout = layout};

    memset(&play_state, 0, sizeof play_state);
    ui_init(&ui);
    ui_input_pointer(&ui, -10.0F, -10.0F);
    for (int i = 0; i < 3; i++) {
        frame.now_s = 10.0 + 0.05 * i;
        draw_list_clear(&draw);
        ui_begin(&ui, &frame);
        shot->draw();
        (void)ui_end(&ui);
    }
    if (draw.full) {
        fail("it does not fit into a draw list", shot->name);
    }
    canvas_draw(canvas, &draw, layout.scale, frame.theme->stage);
}

static Picture picture_of(const Canvas *canvas)
{
    Picture picture = picture_create(canvas->width, canvas->height);

    for (int y = 0; y < canvas->height; y++) {
        const uint32_t *row = canvas_row(canvas, y);
        uint8_t *out = picture.rgb + (ptrdiff_t)3 * y * canvas->width;

        for (int x = 0; x < canvas->width; x++) {
            out[0] = (uint8_t)(row[x] >> 16);
            out[1] = (uint8_t)(row[x] >> 8);
            out[2] = (uint8_t)row[x];
            out += 3;
        }
    }
    return picture;
}

static void
path_to(char path[PATH_BYTES_MAX], const char *folder, const char *name, const char *end)
{
    (void)snprintf(path, PATH_BYTES_MAX, "%s/%s%s", folder, name, end);
}

static void save(const Picture *picture, const char *folder, const char *name, const char *end)
{
    char path[PATH_BYTES_MAX];

    path_to(path, folder, name, end);
    if (!picture_write(picture, path)) {
        fail("it cannot be written: is the folder there, and the disk not full?", path);
    }
}

/* Says what differs, and draws it. */
static bool compare(const Shot *shot, const Picture *drawn)
{
    char path[PATH_BYTES_MAX];
    Picture wanted;
    PictureDifference difference;
    bool same;

    path_to(path, kept_folder, shot->name, ".png");
    if (!picture_read(&wanted, path)) {
        fail("there is no such picture: ./dev pictures makes it, look at it then", path);
    }
    difference = picture_difference(&wanted, drawn);
    same = picture_is_same(&wanted, &difference);
    printf("%s: %s, %d pixels differ, at most %d in a tile, by at most %d levels\n",
           shot->name,
           same ? "same" : "DIFFERS",
           difference.pixels,
           difference.tile_pixels,
           difference.largest);
    if (!same && difference.same_size) {
        Picture red = picture_of_difference(&wanted, drawn);

        save(&red, out_folder, shot->name, "-difference.png");
        printf("    most of it at %d, %d; look at %s/%s-difference.png, and if it is meant so, "
               "./dev pictures\n",
               difference.tile_x,
               difference.tile_y,
               out_folder,
               shot->name);
        picture_free(&red);
    }
    picture_free(&wanted);
    return same;
}

static bool shoot(const Shot *shot, Canvas *canvas)
{
    Picture picture;
    bool same = true;

    draw_shot(shot, canvas);
    picture = picture_of(canvas);
    save(&picture, keeps ? kept_folder : out_folder, shot->name, ".png");
    if (!keeps) {
        same = compare(shot, &picture);
    }
    picture_free(&picture);
    return same;
}

/* ---- recordings ------------------------------------------------------------------------------ */

static uint8_t *read_file(const char *path, size_t *size_bytes)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    long end = 0;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        fail("there is no such recording: ./dev pictures makes it", path);
    }
    end = ftell(file);
    rewind(file);
    bytes = malloc(end > 0 ? (size_t)end : 1);
    if (end <= 0 || bytes == NULL || fread(bytes, 1, (size_t)end, file) != (size_t)end) {
        fail("it cannot be read", path);
    }
    (void)fclose(file);
    *size_bytes = (size_t)end;
    return bytes;
}

static bool is_moment(const RecordEntry *entry, const char *name)
{
    return entry->kind == RECORD_MOMENT && entry->size_bytes == strlen(name) &&
           memcmp(entry->bytes, name, entry->size_bytes) == 0;
}

/* Plays the recording, and stops at its moments for those who want a picture of them. */
static bool play(const char *session, Canvas *canvas)
{
    char path[PATH_BYTES_MAX];
    size_t size_bytes = 0;
    uint8_t *bytes;
    RecordReader reader;
    RecordEntry entry;
    bool all_same = true;

    path_to(path, sessions_folder, session, ".session");
    bytes = read_file(path, &size_bytes);
    if (!record_open(&reader, bytes, size_bytes)) {
        fail("it is of another version of the protocol: ./dev pictures makes a new one", path);
    }
    while (record_next(&reader, &entry)) {
        record_replay(&entry, &model, &others);
        now = entry.at;
        for (size_t i = 0; i < sizeof shots / sizeof shots[0]; i++) {
            if (strcmp(shots[i].session, session) == 0 && is_moment(&entry, shots[i].moment)) {
                all_same = shoot(&shots[i], canvas) && all_same;
            }
        }
    }
    if (reader.at_byte != reader.size_bytes) {
        fail("it is broken", path);
    }
    free(bytes);
    return all_same;
}

/* ---- fonts ----------------------------------------------------------------------------------- */

/* How wide a line is in each weight: another version of the font is another design. */
static void measure_fonts(Canvas *canvas, char text[FONTS_BYTES_MAX])
{
    static const char line[] = "Sphinx of black quartz, judge my vow 0123456789";
    const TextMetrics metrics = canvas_metrics(canvas, 1.0F);

    (void)snprintf(text,
                   FONTS_BYTES_MAX,
                   "regular %.0f medium %.0f semibold %.0f\n",
                   (double)text_width(&metrics, FONT_REGULAR, 64.0F, line, sizeof line - 1),
                   (double)text_width(&metrics, FONT_MEDIUM, 64.0F, line, sizeof line - 1),
                   (double)text_width(&metrics, FONT_SEMIBOLD, 64.0F, line, sizeof line - 1));
}

static bool fonts_are_those(Canvas *canvas)
{
    char measured[FONTS_BYTES_MAX];
    char wanted[FONTS_BYTES_MAX] = "";
    char path[PATH_BYTES_MAX];
    FILE *file;

    measure_fonts(canvas, measured);
    path_to(path, kept_folder, fonts_file, "");
    file = fopen(path, keeps ? "w" : "r");
    if (file == NULL) {
        fail("it cannot be opened", path);
    }
    if (keeps) {
        (void)fputs(measured, file);
    } else if (fgets(wanted, sizeof wanted, file) == NULL) {
        wanted[0] = '\0';
    }
    (void)fclose(file);
    if (!keeps && strcmp(wanted, measured) != 0) {
        printf("the pictures are of another version of the font Inter, which measures\n%shere:\n%s",
               wanted,
               measured);
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    static Canvas canvas;
    bool all_same = true;
    bool comparable;

    if (argc < 4) {
        (void)fprintf(stderr, "usage: draw_recordings SESSIONS KEPT OUT [--keep]\n");
        return 2;
    }
    sessions_folder = argv[1];
    kept_folder = argv[2];
    out_folder = argv[3];
    keeps = argc > 4 && strcmp(argv[4], "--keep") == 0;
    if (!canvas_init() || !canvas_open(&canvas, WIDTH, HEIGHT)) {
        fail(SDL_GetError(), "a canvas");
    }
    comparable = fonts_are_those(&canvas);
    if (comparable) {
        all_same = play("24", &canvas);
        all_same = play("900", &canvas) && all_same;
    }
    canvas_close(&canvas);
    SDL_Quit();
    if (!comparable) {
        return SKIPPED;
    }
    return all_same ? 0 : 1;
}
