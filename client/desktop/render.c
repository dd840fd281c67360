#include "client/desktop/render.h"

#include "client/desktop/path_tiles.h"
#include "client/desktop/raster.h"
#include "client/desktop/sprite_atlas.h"

#include <SDL.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PHASES = 4,             /* sub-pixel places of a sprite along x and along y */
    RING_SPRITE_PX = 48,    /* whole rings up to this radius are sprites: they move */
    RECT_SPRITE_PX = 48,    /* rounded rectangles up to this side too: a map has thousands */
    GLOW_SIDE_MAX_PX = 640, /* larger glows are stretched */
    GLOW_LEVELS = 8,        /* brightnesses a glow is kept in; between them alpha is scaled */
    SPRITE_SIDE_MAX_PX = 1024
};

/* The capitals of Inter are .727 of the size high, so their middle is half of that up. */
#define CAPITAL_MIDDLE 0.3635F
#define FULL_TURN 6.28318531F
#define ELLIPSIS "\xE2\x80\xA6"

/* What a sprite's key begins with. */
enum {
    SPRITE_DISC,
    SPRITE_RING,
    SPRITE_FRAME,
    SPRITE_RECT,
    SPRITE_MARK,
    SPRITE_GLOW,
    SPRITE_TEXT
};

enum {
    PIECE_COMMANDS = 32 /* of a drawing, between two pauses */
};

struct Renderer {
    SDL_Renderer *sdl;
    TextEngine *text;
    SpriteAtlas *atlas;
    PathTiles *paths;
    RenderStatistics statistics;
    float scale;
    uint32_t rgb;  /* colour of the sprites being drawn */
    SDL_Rect clip; /* in window pixels; what is outside is not drawn */
    uint8_t mask[SPRITE_SIDE_MAX_PX * SPRITE_SIDE_MAX_PX];
    uint32_t pixels[SPRITE_SIDE_MAX_PX * SPRITE_SIDE_MAX_PX];
    Point points[DRAW_POINTS_MAX];
    RenderPause pause; /* NULL: none */
    void *pause_owner;
};

Renderer *renderer_create(struct SDL_Renderer *sdl, TextEngine *text)
{
    Renderer *renderer = calloc(1, sizeof *renderer);

    if (renderer == NULL) {
        SDL_SetError("no memory for the renderer");
        return NULL;
    }
    renderer->sdl = sdl;
    renderer->text = text;
    renderer->atlas = sprite_atlas_create(sdl);
    renderer->paths = renderer->atlas == NULL ? NULL : path_tiles_create(sdl);
    if (renderer->paths == NULL) {
        renderer_destroy(renderer);
        return NULL;
    }
    return renderer;
}

void renderer_destroy(Renderer *renderer)
{
    if (renderer != NULL) {
        path_tiles_destroy(renderer->paths);
        sprite_atlas_destroy(renderer->atlas);
        free(renderer);
    }
}

void renderer_device_reset(Renderer *renderer)
{
    sprite_atlas_clear(renderer->atlas);
    path_tiles_clear(renderer->paths);
}

RenderStatistics renderer_statistics(const Renderer *renderer)
{
    return renderer->statistics;
}

/* ---- pixels ---------------------------------------------------------------------------------- */

static int px(const Renderer *renderer, float length)
{
    return (int)lroundf(length * renderer->scale);
}

/* Rectangles lie on whole pixels: their edges are crisp and neighbours share them. */
static SDL_Rect snap(const Renderer *renderer, Rect rect)
{
    int left = px(renderer, rect.x);
    int top = px(renderer, rect.y);
    int width = px(renderer, rect.x + rect.w) - left;
    int height = px(renderer, rect.y + rect.h) - top;

    /* Thin is not gone. */
    return (SDL_Rect){left, top, SDL_max(width, 1), SDL_max(height, 1)};
}

static uint32_t rgb_of(Colour colour)
{
    return (uint32_t)colour.r << 16 | (uint32_t)colour.g << 8 | colour.b;
}

/* What is drawn next: fills take the colour, sprites are made in it, copies take its alpha. */
static void set_colour(Renderer *renderer, Colour colour)
{
    renderer->rgb = rgb_of(colour);
    SDL_SetRenderDrawColor(renderer->sdl, colour.r, colour.g, colour.b, colour.a);
    SDL_SetTextureAlphaMod(sprite_atlas_texture(renderer->atlas), colour.a);
}

static void fill(Renderer *renderer, int x, int y, int width, int height)
{
    SDL_Rect rect = {x, y, width, height};

    if (width > 0 && height > 0 && SDL_HasIntersection(&rect, &renderer->clip)) {
        SDL_RenderFillRect(renderer->sdl, &rect);
        renderer->statistics.fills++;
    }
}

/* Copies a part of a sprite to a place on the window, not scaled. */
static void copy(Renderer *renderer, SDL_Rect from, int x, int y)
{
    SDL_Rect to = {x, y, from.w, from.h};

    if (from.w > 0 && from.h > 0 && SDL_HasIntersection(&to, &renderer->clip)) {
        SDL_RenderCopy(renderer->sdl, sprite_atlas_texture(renderer->atlas), &from, &to);
        renderer->statistics.copies++;
    }
}

/* The sprite whose mask was just drawn into the scratch memory. */
static bool keep_mask(Renderer *renderer, uint64_t key, const Mask *mask, Sprite *sprite)
{
    size_t count = (size_t)mask->width * (size_t)mask->height;

    for (size_t i = 0; i < count; i++) {
        renderer->pixels[i] = (uint32_t)mask->alpha[i] << 24 | renderer->rgb;
    }
    sprite->place.w = mask->width;
    sprite->place.h = mask->height;
    renderer->statistics.rasters++;
    return sprite_atlas_add(renderer->atlas, key, renderer->pixels, mask->width * 4, sprite);
}

/* An empty mask in the scratch memory; false when it would be too large. */
static bool start_mask(Renderer *renderer, int width, int height, Mask *mask)
{
    *mask = (Mask){.alpha = renderer->mask, .width = width, .height = height};
    if (width > SPRITE_SIDE_MAX_PX || height > SPRITE_SIDE_MAX_PX) {
        return false;
    }
    mask_clear(mask);
    return true;
}

/* A place on the window as a whole pixel and a sub-pixel phase of 0 to PHASES - 1. */
typedef struct {
    int x;
    int y;
    int phase_x;
    int phase_y;
} Spot;

static Spot spot_of(const Renderer *renderer, Point center)
{
    int x = (int)floorf(center.x * renderer->scale * (float)PHASES + 0.5F);
    int y = (int)floorf(center.y * renderer->scale * (float)PHASES + 0.5F);
    Spot spot = {.phase_x = x & (PHASES - 1), .phase_y = y & (PHASES - 1)};

    spot.x = (x - spot.phase_x) / PHASES;
    spot.y = (y - spot.phase_y) / PHASES;
    return spot;
}

/* A mask around the spot that reaches this far; the spot lies at the origin plus its phase. */
static bool start_centered(Renderer *renderer, float reach, Spot spot, Mask *mask, Point *center)
{
    int margin = (int)ceilf(reach) + 1;

    if (!start_mask(renderer, 2 * margin + 1, 2 * margin + 1, mask)) {
        return false;
    }
    mask->left = (float)-margin;
    mask->top = (float)-margin;
    *center = (Point){(float)spot.phase_x / (float)PHASES, (float)spot.phase_y / (float)PHASES};
    return true;
}

static void copy_centered(Renderer *renderer, const Sprite *sprite, Spot spot)
{
    int margin = (sprite->place.w - 1) / 2;

    copy(renderer, sprite->place, spot.x - margin, spot.y - margin);
}

/* ---- rectangles ------------------------------------------------------------------------------ */

/* A square whose corners are this round and whose stroke is this wide; stroke = side / 2 fills it.
 */
static bool frame_sprite(Renderer *renderer, int cell, int radius, int stroke, Sprite *sprite)
{
    const int32_t words[] = {SPRITE_FRAME, (int32_t)renderer->rgb, cell, radius, stroke};
    uint64_t key = sprite_key(words, sizeof words / sizeof words[0]);
    Mask mask;

    *sprite = (Sprite){0};
    if (sprite_atlas_find(renderer->atlas, key, sprite)) {
        return true;
    }
    if (!start_mask(renderer, 2 * cell, 2 * cell, &mask)) {
        return false;
    }
    mask_frame(&mask, (float)radius, (float)stroke);
    return keep_mask(renderer, key, &mask, sprite);
}

/* The four corners of the sprite, `cell` px each, into the corners of the rectangle. */
static void draw_corners(Renderer *renderer, const Sprite *sprite, SDL_Rect rect, int cell)
{
    int far_x = rect.x + rect.w - cell;
    int far_y = rect.y + rect.h - cell;
    SDL_Rect from = {sprite->place.x, sprite->place.y, cell, cell};

    copy(renderer, from, rect.x, rect.y);
    from.x += cell;
    copy(renderer, from, far_x, rect.y);
    from.y += cell;
    copy(renderer, from, far_x, far_y);
    from.x -= cell;
    copy(renderer, from, rect.x, far_y);
}

static int radius_px(const Renderer *renderer, SDL_Rect rect, float radius)
{
    return SDL_min(px(renderer, radius), SDL_min(rect.w, rect.h) / 2);
}

/* A whole rounded rectangle. */
static bool rect_sprite(Renderer *renderer, SDL_Rect rect, int radius, Sprite *sprite)
{
    const int32_t words[] = {SPRITE_RECT, (int32_t)renderer->rgb, rect.w, rect.h, radius};
    uint64_t key = sprite_key(words, sizeof words / sizeof words[0]);
    Mask mask;

    *sprite = (Sprite){0};
    if (sprite_atlas_find(renderer->atlas, key, sprite)) {
        return true;
    }
    if (!start_mask(renderer, rect.w, rect.h, &mask)) {
        return false;
    }
    mask_frame(&mask, (float)radius, (float)SDL_max(rect.w, rect.h));
    return keep_mask(renderer, key, &mask, sprite);
}

static void draw_rect_fill(Renderer *renderer, const DrawCommand *command)
{
    SDL_Rect rect = snap(renderer, command->as.rect.rect);
    int radius = radius_px(renderer, rect, command->as.rect.radius);
    Sprite sprite;

    if (!SDL_HasIntersection(&rect, &renderer->clip)) {
        return;
    }
    set_colour(renderer, command->colour);
    if (radius > 0 && rect.w <= RECT_SPRITE_PX && rect.h <= RECT_SPRITE_PX &&
        rect_sprite(renderer, rect, radius, &sprite)) {
        copy(renderer, sprite.place, rect.x, rect.y);
        return;
    }
    if (radius == 0 || !frame_sprite(renderer, radius, radius, radius, &sprite)) {
        fill(renderer, rect.x, rect.y, rect.w, rect.h);
        return;
    }
    draw_corners(renderer, &sprite, rect, radius);
    fill(renderer, rect.x + radius, rect.y, rect.w - 2 * radius, radius);
    fill(renderer, rect.x, rect.y + radius, rect.w, rect.h - 2 * radius);
    fill(renderer, rect.x + radius, rect.y + rect.h - radius, rect.w - 2 * radius, radius);
}

static void draw_rect_frame(Renderer *renderer, const DrawCommand *command)
{
    SDL_Rect rect = snap(renderer, command->as.rect.rect);
    int radius = radius_px(renderer, rect, command->as.rect.radius);
    int stroke = SDL_max(px(renderer, command->as.rect.stroke), 1);
    int cell = SDL_max(radius, stroke);
    Sprite sprite;

    if (!SDL_HasIntersection(&rect, &renderer->clip)) {
        return;
    }
    set_colour(renderer, command->colour);
    if (2 * cell > rect.w || 2 * cell > rect.h ||
        !frame_sprite(renderer, cell, radius, stroke, &sprite)) {
        fill(renderer, rect.x, rect.y, rect.w, rect.h);
        return;
    }
    draw_corners(renderer, &sprite, rect, cell);
    fill(renderer, rect.x + cell, rect.y, rect.w - 2 * cell, stroke);
    fill(renderer, rect.x + cell, rect.y + rect.h - stroke, rect.w - 2 * cell, stroke);
    fill(renderer, rect.x, rect.y + cell, stroke, rect.h - 2 * cell);
    fill(renderer, rect.x + rect.w - stroke, rect.y + cell, stroke, rect.h - 2 * cell);
}

/* ---- round things ---------------------------------------------------------------------------- */

/* A disc, or a ring when `width_px` is not 0; sizes are kept to an eighth of a pixel. */
static bool
round_sprite(Renderer *renderer, float radius_px, float width_px, Spot spot, Sprite *sprite)
{
    int eighths = (int)lroundf(radius_px * 8.0F);
    int width_eighths = (int)lroundf(width_px * 8.0F);
    const int32_t words[] = {width_eighths > 0 ? SPRITE_RING : SPRITE_DISC,
                             (int32_t)renderer->rgb,
                             eighths,
                             width_eighths,
                             spot.phase_x,
                             spot.phase_y};
    uint64_t key = sprite_key(words, sizeof words / sizeof words[0]);
    MaskArc ring = {
        .radius = (float)eighths / 8.0F, .width = (float)width_eighths / 8.0F, .sweep = FULL_TURN};
    Mask mask;

    *sprite = (Sprite){0};
    if (sprite_atlas_find(renderer->atlas, key, sprite)) {
        return true;
    }
    if (!start_centered(renderer, radius_px + width_px / 2.0F, spot, &mask, &ring.center)) {
        return false;
    }
    if (width_eighths > 0) {
        mask_arc(&mask, &ring);
    } else {
        mask_disc(&mask, ring.center, ring.radius);
    }
    return keep_mask(renderer, key, &mask, sprite);
}

static void draw_disc_command(Renderer *renderer, const DrawCommand *command)
{
    Spot spot = spot_of(renderer, command->as.disc.center);
    float radius = command->as.disc.radius * renderer->scale;
    Sprite sprite;

    set_colour(renderer, command->colour);
    if (round_sprite(renderer, radius, 0.0F, spot, &sprite)) {
        copy_centered(renderer, &sprite, spot);
    }
}

static void draw_arc_command(Renderer *renderer, const DrawCommand *command)
{
    float scale = renderer->scale;
    float width = command->as.arc.width * scale;
    float radius = command->as.arc.radius * scale;
    Path path = {.kind = PATH_ARC};
    Sprite sprite;

    if (radius <= (float)RING_SPRITE_PX && command->as.arc.sweep > FULL_TURN - 0.001F &&
        width >= 0.125F) {
        Spot spot = spot_of(renderer, command->as.arc.center);

        set_colour(renderer, command->colour);
        if (round_sprite(renderer, radius, width, spot, &sprite)) {
            copy_centered(renderer, &sprite, spot);
        }
        return;
    }
    path.arc = (MaskArc){
        .center = {command->as.arc.center.x * scale, command->as.arc.center.y * scale},
        .radius = radius,
        .width = width,
        .start = command->as.arc.start,
        .sweep = command->as.arc.sweep,
    };
    path_tiles_draw(renderer->paths, &path, renderer->clip, command->colour);
}

/* The glow is kept at a few brightnesses and dimmed by alpha to the one asked for: the dither then
 * shrinks with it, and a pulsing light does not fill the atlas. */
static bool glow_sprite(Renderer *renderer, int radius_px, int level, Sprite *sprite)
{
    const int32_t words[] = {SPRITE_GLOW, (int32_t)renderer->rgb, radius_px, level};
    uint64_t key = sprite_key(words, sizeof words / sizeof words[0]);
    Mask mask;

    *sprite = (Sprite){0};
    if (sprite_atlas_find(renderer->atlas, key, sprite)) {
        return true;
    }
    if (!start_mask(renderer, 2 * radius_px, 2 * radius_px, &mask)) {
        return false;
    }
    mask_glow(&mask,
              (Point){(float)radius_px, (float)radius_px},
              (float)radius_px,
              255.0F * (float)level / (float)GLOW_LEVELS);
    return keep_mask(renderer, key, &mask, sprite);
}

static void draw_glow_command(Renderer *renderer, const DrawCommand *command)
{
    int radius = SDL_max(px(renderer, command->as.disc.radius), 1);
    int sprite_radius = SDL_min(radius, GLOW_SIDE_MAX_PX / 2);
    int alpha = command->colour.a;
    int level = (alpha * GLOW_LEVELS + 254) / 255;
    Colour colour = command->colour;
    SDL_Rect to = {px(renderer, command->as.disc.center.x) - radius,
                   px(renderer, command->as.disc.center.y) - radius,
                   2 * radius,
                   2 * radius};
    Sprite sprite;

    if (level == 0 || !SDL_HasIntersection(&to, &renderer->clip)) {
        return;
    }
    colour.a = (uint8_t)SDL_min(alpha * GLOW_LEVELS / level, 255);
    set_colour(renderer, colour);
    if (!glow_sprite(renderer, sprite_radius, level, &sprite)) {
        return;
    }
    SDL_RenderCopy(renderer->sdl, sprite_atlas_texture(renderer->atlas), &sprite.place, &to);
    renderer->statistics.copies++;
}

static void draw_mark_command(Renderer *renderer, const DrawCommand *command)
{
    Spot spot = spot_of(renderer, command->as.mark.center);
    int quarters = SDL_max((int)lroundf(command->as.mark.size * renderer->scale * 4.0F), 1);
    const int32_t words[] = {SPRITE_MARK,
                             (int32_t)rgb_of(command->colour),
                             quarters,
                             (int32_t)command->as.mark.mark,
                             spot.phase_x,
                             spot.phase_y};
    uint64_t key = sprite_key(words, sizeof words / sizeof words[0]);
    float size = (float)quarters / 4.0F;
    Sprite sprite = {0};
    Point center;
    Mask mask;

    set_colour(renderer, command->colour);
    if (!sprite_atlas_find(renderer->atlas, key, &sprite)) {
        if (!start_centered(renderer, size * MARK_REACH, spot, &mask, &center)) {
            return;
        }
        mask_mark(&mask, center, size, command->as.mark.mark);
        if (!keep_mask(renderer, key, &mask, &sprite)) {
            return;
        }
    }
    copy_centered(renderer, &sprite, spot);
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* A band [from, to] along one axis as up to three steps: a part of a pixel, whole ones, a part. */
typedef struct {
    int start[3];
    int count[3];
    float share[3];
} Band;

static Band band_of(float from, float to)
{
    float first = floorf(from);
    float last = floorf(to);
    Band band = {{0}, {0}, {0}};

    band.start[0] = (int)first;
    band.count[0] = 1;
    if (first >= last) {
        band.share[0] = to - from;
        return band;
    }
    band.share[0] = first + 1.0F - from;
    band.start[1] = (int)first + 1;
    band.count[1] = (int)last - (int)first - 1;
    band.share[1] = 1.0F;
    band.start[2] = (int)last;
    band.count[2] = 1;
    band.share[2] = to - last;
    return band;
}

/* Upright and lying lines are most of all lines: rectangles with faint edges. */
static void
fill_soft(Renderer *renderer, float left, float top, float right, float bottom, Colour colour)
{
    Band across = band_of(left, right);
    Band down = band_of(top, bottom);

    for (int i = 0; i < 9; i++) {
        int column = i % 3;
        int row = i / 3;
        Colour part = colour_fade(colour, across.share[column] * down.share[row]);

        if (part.a > 0 && across.count[column] > 0 && down.count[row] > 0) {
            SDL_SetRenderDrawColor(renderer->sdl, part.r, part.g, part.b, part.a);
            fill(renderer,
                 across.start[column],
                 down.start[row],
                 across.count[column],
                 down.count[row]);
        }
    }
}

static void draw_line_command(Renderer *renderer, const DrawCommand *command)
{
    float scale = renderer->scale;
    Point ends[2] = {{command->as.line.from.x * scale, command->as.line.from.y * scale},
                     {command->as.line.to.x * scale, command->as.line.to.y * scale}};
    float width = command->as.line.width * scale;
    float left = fminf(ends[0].x, ends[1].x);
    float right = fmaxf(ends[0].x, ends[1].x);
    float top = fminf(ends[0].y, ends[1].y);
    float bottom = fmaxf(ends[0].y, ends[1].y);

    if (right - left < 0.01F) {
        fill_soft(renderer, left - width / 2.0F, top, left + width / 2.0F, bottom, command->colour);
    } else if (bottom - top < 0.01F) {
        fill_soft(renderer, left, top - width / 2.0F, right, top + width / 2.0F, command->colour);
    } else {
        Path path = {.kind = PATH_LINE, .points = ends, .point_count = 2, .width = width};

        path_tiles_draw(renderer->paths, &path, renderer->clip, command->colour);
    }
}

static void draw_path_command(Renderer *renderer, const DrawList *list, const DrawCommand *command)
{
    const Point *points = draw_command_points(list, command);
    Path path = {
        .kind = command->kind == DRAW_POLYGON ? PATH_POLYGON : PATH_POLYLINE,
        .points = renderer->points,
        .point_count = command->as.path.point_count,
        .width = command->as.path.width * renderer->scale,
        .closed = command->as.path.closed,
    };

    for (size_t i = 0; i < path.point_count; i++) {
        renderer->points[i] = (Point){points[i].x * renderer->scale, points[i].y * renderer->scale};
    }
    path_tiles_draw(renderer->paths, &path, renderer->clip, command->colour);
}

/* ---- text ------------------------------------------------------------------------------------ */

/* A line of text being placed. */
typedef struct {
    const char *bytes;
    size_t count;
    FontWeight weight;
    int size_px;
    int cell_px; /* of tabular digits; 0 for none */
} Words;

static bool text_sprite(Renderer *renderer, const Words *words, Sprite *sprite)
{
    const Colour colour = {
        (uint8_t)(renderer->rgb >> 16), (uint8_t)(renderer->rgb >> 8), (uint8_t)renderer->rgb, 255};
    const int32_t numbers[] = {
        SPRITE_TEXT, (int32_t)renderer->rgb, (int32_t)words->weight, words->size_px};
    uint64_t key = sprite_key(numbers, sizeof numbers / sizeof numbers[0]);
    RenderedText rendered;
    bool kept;

    *sprite = (Sprite){0};
    key = sprite_key_bytes(key, words->bytes, words->count);
    if (sprite_atlas_find(renderer->atlas, key, sprite)) {
        return true;
    }
    rendered = text_engine_render(
        renderer->text, words->weight, words->size_px, colour, words->bytes, words->count);
    sprite->left_px = rendered.left_px;
    sprite->top_px = -rendered.baseline_px;
    sprite->advance_px = rendered.advance_px;
    renderer->statistics.rasters++;
    if (rendered.surface == NULL) {
        return sprite_atlas_add(renderer->atlas, key, NULL, 0, sprite);
    }
    sprite->place.w = rendered.surface->w;
    sprite->place.h = rendered.surface->h;
    kept = sprite_atlas_add(
        renderer->atlas, key, rendered.surface->pixels, rendered.surface->pitch, sprite);
    SDL_FreeSurface(rendered.surface);
    return kept;
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* The next piece of tabular text: one digit, or all up to the next digit. */
static Words next_piece(const Words *words, size_t at)
{
    Words piece = *words;
    size_t end = at + 1;

    while (!is_digit(words->bytes[at]) && end < words->count && !is_digit(words->bytes[end])) {
        end++;
    }
    piece.bytes = words->bytes + at;
    piece.count = end - at;
    return piece;
}

static int piece_width(const Renderer *renderer, const Words *piece)
{
    if (piece->cell_px > 0 && is_digit(piece->bytes[0])) {
        return piece->cell_px;
    }
    return text_engine_advance_px(
        renderer->text, piece->weight, piece->size_px, piece->bytes, piece->count);
}

static int words_width(const Renderer *renderer, const Words *words)
{
    int width = 0;

    if (words->cell_px == 0) {
        return piece_width(renderer, words);
    }
    for (size_t at = 0; at < words->count;) {
        Words piece = next_piece(words, at);

        width += piece_width(renderer, &piece);
        at += piece.count;
    }
    return width;
}

static void draw_words(Renderer *renderer, const Words *words, int x, int baseline)
{
    for (size_t at = 0; at < words->count;) {
        Words piece = words->cell_px == 0 ? *words : next_piece(words, at);
        int width = piece_width(renderer, &piece);
        Sprite sprite;

        if (text_sprite(renderer, &piece, &sprite)) {
            /* A narrow digit stands in the middle of its cell. */
            int left = x + (width - sprite.advance_px) / 2;

            copy(renderer, sprite.place, left + sprite.left_px, baseline + sprite.top_px);
        }
        x += width;
        at += piece.count;
    }
}

/* Cuts the words to what fits beside an ellipsis; returns the width of both together. */
static int shorten(const Renderer *renderer, Words *words, const Words *dots, int room_px)
{
    TextMetrics metrics = text_engine_metrics(renderer->text);
    int dots_px = words_width(renderer, dots);
    TextWrap wrap = {.metrics = &metrics,
                     .weight = words->weight,
                     .size_px = (float)words->size_px / renderer->scale,
                     .width_max_px = (float)(room_px - dots_px) / renderer->scale};

    words->count = text_fit_bytes(&wrap, words->bytes, words->count);
    while (words->count > 0 && words->bytes[words->count - 1] == ' ') {
        words->count--;
    }
    return words_width(renderer, words) + dots_px;
}

static void draw_text_command(Renderer *renderer, const DrawList *list, const DrawCommand *command)
{
    const TextStyle *style = &command->as.text.style;
    Rect box = command->as.text.box;
    SDL_Rect place = snap(renderer, box);
    Words words = {.bytes = draw_command_text(list, command),
                   .count = command->as.text.text_bytes,
                   .weight = style->weight,
                   .size_px = SDL_max(px(renderer, style->size_px), 1)};
    Words dots = {.bytes = ELLIPSIS,
                  .count = sizeof ELLIPSIS - 1,
                  .weight = words.weight,
                  .size_px = words.size_px};
    float middle = (box.y + box.h / 2.0F) * renderer->scale;
    int baseline = (int)lroundf(middle + CAPITAL_MIDDLE * (float)words.size_px);
    bool is_cut;
    int width;
    int x = place.x;

    if (baseline + words.size_px < renderer->clip.y ||
        baseline - 2 * words.size_px > renderer->clip.y + renderer->clip.h) {
        return;
    }
    if (style->tabular) {
        words.cell_px = text_engine_digit_px(renderer->text, words.weight, words.size_px);
    }
    width = words_width(renderer, &words);
    is_cut = style->ellipsis && width > place.w;
    if (is_cut) {
        width = shorten(renderer, &words, &dots, place.w);
    }
    if (style->align == TEXT_CENTER) {
        x = (int)lroundf((box.x + box.w / 2.0F) * renderer->scale - (float)width / 2.0F);
    } else if (style->align == TEXT_RIGHT) {
        x = place.x + place.w - width;
    }
    set_colour(renderer, command->colour);
    draw_words(renderer, &words, x, baseline);
    if (is_cut) {
        draw_words(renderer, &dots, x + words_width(renderer, &words), baseline);
    }
}

/* ---- the list -------------------------------------------------------------------------------- */

static void set_clip(Renderer *renderer, SDL_Rect clip)
{
    SDL_Rect window = {0};

    SDL_GetRendererOutputSize(renderer->sdl, &window.w, &window.h);
    if (!SDL_IntersectRect(&window, &clip, &renderer->clip)) {
        renderer->clip = (SDL_Rect){0, 0, 0, 0};
    }
    SDL_RenderSetClipRect(renderer->sdl, &renderer->clip);
}

static void draw_clip_command(Renderer *renderer, const DrawCommand *command)
{
    Rect clip = command->as.clip;
    bool is_empty = !(clip.w > 0.0F) || !(clip.h > 0.0F);

    set_clip(renderer, is_empty ? (SDL_Rect){0, 0, 0, 0} : snap(renderer, clip));
}

static void draw_command(Renderer *renderer, const DrawList *list, const DrawCommand *command)
{
    switch (command->kind) {
    case DRAW_RECT_FILL:
        draw_rect_fill(renderer, command);
        break;
    case DRAW_RECT_STROKE:
        draw_rect_frame(renderer, command);
        break;
    case DRAW_LINE:
        draw_line_command(renderer, command);
        break;
    case DRAW_POLYLINE:
    case DRAW_POLYGON:
        draw_path_command(renderer, list, command);
        break;
    case DRAW_DISC:
        draw_disc_command(renderer, command);
        break;
    case DRAW_ARC:
        draw_arc_command(renderer, command);
        break;
    case DRAW_GLOW:
        draw_glow_command(renderer, command);
        break;
    case DRAW_MARK:
        draw_mark_command(renderer, command);
        break;
    case DRAW_TEXT:
        draw_text_command(renderer, list, command);
        break;
    case DRAW_CLIP_PUSH:
    case DRAW_CLIP_POP:
        draw_clip_command(renderer, command);
        break;
    case DRAW_KIND_COUNT:
        break;
    }
}

static void make_pause(const Renderer *renderer)
{
    if (renderer->pause != NULL) {
        /* SDL collects what is to be drawn, and would draw it all at the end. */
        SDL_RenderFlush(renderer->sdl);
        renderer->pause(renderer->pause_owner);
    }
}

void renderer_on_pause(Renderer *renderer, RenderPause pause, void *owner)
{
    renderer->pause = pause;
    renderer->pause_owner = owner;
}

void renderer_draw(Renderer *renderer, const DrawList *list, float scale, Colour background)
{
    SDL_Rect window = {0, 0, 1 << 20, 1 << 20};
    uint32_t resets_before = sprite_atlas_reset_count(renderer->atlas);
    PathStatistics paths;

    renderer->scale = scale;
    renderer->statistics = (RenderStatistics){0};
    text_engine_set_scale(renderer->text, scale);
    path_tiles_begin_frame(renderer->paths);
    SDL_SetRenderDrawBlendMode(renderer->sdl, SDL_BLENDMODE_NONE);
    SDL_SetRenderDrawColor(renderer->sdl, background.r, background.g, background.b, 255);
    SDL_RenderSetClipRect(renderer->sdl, NULL);
    SDL_RenderClear(renderer->sdl);
    SDL_SetRenderDrawBlendMode(renderer->sdl, SDL_BLENDMODE_BLEND);
    set_clip(renderer, window);
    for (size_t i = 0; i < list->command_count; i++) {
        draw_command(renderer, list, &list->commands[i]);
        if (i % PIECE_COMMANDS == PIECE_COMMANDS - 1) {
            make_pause(renderer);
        }
    }
    SDL_RenderSetClipRect(renderer->sdl, NULL);
    paths = path_tiles_statistics(renderer->paths);
    renderer->statistics.copies += paths.copies;
    renderer->statistics.fills += paths.fills;
    renderer->statistics.rasters += paths.rasters;
    renderer->statistics.resets = sprite_atlas_reset_count(renderer->atlas) - resets_before;
}
