#include "client/desktop/path_tiles.h"

#include "client/desktop/sprite_atlas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TILE_PX = 32,
    TILES_ACROSS = 40, /* of the texture */
    TILES_MAX = TILES_ACROSS * TILES_ACROSS,
    PIECES_MAX = 16384, /* tiles in use by shapes, full ones included */
    SHAPES_MAX = 1024,  /* a power of two; at most half are used */
    TILE_FULL = -1,
    NONE = -1
};

/* A tile of a shape: where on the window, and which tile of the texture shows there. */
typedef struct {
    int x;
    int y;
    int w; /* of a full piece; tiles are TILE_PX wide */
    int h;
    int tile; /* or TILE_FULL */
    int next; /* piece of the same shape, or of the free list; NONE at the end */
} Piece;

typedef struct {
    uint64_t key;   /* 0 when free */
    uint32_t frame; /* drawn last */
    int first_piece;
} Shape;

struct PathTiles {
    SDL_Renderer *renderer;
    SDL_Texture *texture;
    Shape shapes[SHAPES_MAX];
    size_t shape_count;
    Piece pieces[PIECES_MAX];
    int free_piece;
    int free_tiles[TILES_MAX];
    int free_tile_count;
    uint8_t *mask; /* scratch for one shape */
    size_t mask_bytes;
    uint32_t frame;
    Colour colour; /* of the shape being made */
    PathStatistics statistics;
};

void path_tiles_clear(PathTiles *tiles)
{
    memset(tiles->shapes, 0, sizeof tiles->shapes);
    tiles->shape_count = 0;
    for (int i = 0; i < PIECES_MAX; i++) {
        tiles->pieces[i].next = i + 1 < PIECES_MAX ? i + 1 : NONE;
    }
    tiles->free_piece = 0;
    for (int i = 0; i < TILES_MAX; i++) {
        tiles->free_tiles[i] = i;
    }
    tiles->free_tile_count = TILES_MAX;
}

PathTiles *path_tiles_create(SDL_Renderer *renderer)
{
    PathTiles *tiles = calloc(1, sizeof *tiles);

    if (tiles == NULL) {
        SDL_SetError("no memory for path tiles");
        return NULL;
    }
    tiles->renderer = renderer;
    tiles->texture = SDL_CreateTexture(renderer,
                                       SDL_PIXELFORMAT_ARGB8888,
                                       SDL_TEXTUREACCESS_STATIC,
                                       TILES_ACROSS * TILE_PX,
                                       TILES_ACROSS * TILE_PX);
    if (tiles->texture == NULL) {
        free(tiles);
        return NULL;
    }
    SDL_SetTextureBlendMode(tiles->texture, SDL_BLENDMODE_BLEND);
    path_tiles_clear(tiles);
    return tiles;
}

void path_tiles_destroy(PathTiles *tiles)
{
    if (tiles != NULL) {
        SDL_DestroyTexture(tiles->texture);
        free(tiles->mask);
        free(tiles);
    }
}

PathStatistics path_tiles_statistics(const PathTiles *tiles)
{
    return tiles->statistics;
}

/* ---- remembering ----------------------------------------------------------------------------- */

static void release(PathTiles *tiles, Shape *shape)
{
    int index = shape->first_piece;

    while (index != NONE) {
        Piece *piece = &tiles->pieces[index];
        int next = piece->next;

        if (piece->tile != TILE_FULL) {
            tiles->free_tiles[tiles->free_tile_count] = piece->tile;
            tiles->free_tile_count++;
        }
        piece->next = tiles->free_piece;
        tiles->free_piece = index;
        index = next;
    }
    shape->first_piece = NONE;
}

static Shape *slot_of(PathTiles *tiles, uint64_t key)
{
    size_t slot = (size_t)(key ^ (key >> 32)) & (SHAPES_MAX - 1);

    while (tiles->shapes[slot].key != 0 && tiles->shapes[slot].key != key) {
        slot = (slot + 1) & (SHAPES_MAX - 1);
    }
    return &tiles->shapes[slot];
}

/* Keeps the shapes drawn in frame `oldest` or later, and places them anew: open addressing has no
 * simple way to take one out. */
static void forget_before(PathTiles *tiles, uint32_t oldest)
{
    static const Shape nothing = {0};
    Shape kept[SHAPES_MAX / 2];
    size_t kept_count = 0;

    for (size_t i = 0; i < SHAPES_MAX; i++) {
        Shape *shape = &tiles->shapes[i];

        if (shape->key != 0 && shape->frame >= oldest) {
            kept[kept_count] = *shape;
            kept_count++;
        } else if (shape->key != 0) {
            release(tiles, shape);
        }
        *shape = nothing;
    }
    for (size_t i = 0; i < kept_count; i++) {
        *slot_of(tiles, kept[i].key) = kept[i];
    }
    tiles->shape_count = kept_count;
}

void path_tiles_begin_frame(PathTiles *tiles)
{
    tiles->statistics = (PathStatistics){0};
    forget_before(tiles, tiles->frame);
    tiles->frame++;
}

static uint64_t key_of(const Path *path, SDL_Rect bounds, Colour colour)
{
    const int32_t words[] = {(int32_t)path->kind,
                             colour.r << 16 | colour.g << 8 | colour.b,
                             colour.a,
                             path->closed ? 1 : 0,
                             bounds.x,
                             bounds.y,
                             bounds.w,
                             bounds.h,
                             (int32_t)path->point_count};
    uint64_t key = sprite_key(words, sizeof words / sizeof words[0]);

    key = sprite_key_bytes(key, &path->width, sizeof path->width);
    if (path->kind == PATH_ARC) {
        return sprite_key_bytes(key, &path->arc, sizeof path->arc);
    }
    return sprite_key_bytes(key, path->points, path->point_count * sizeof path->points[0]);
}

/* ---- making ---------------------------------------------------------------------------------- */

/* The pixels the path can touch. */
static SDL_Rect bounds_of(const Path *path)
{
    float reach = path->width / 2.0F + 1.0F;
    float low_x;
    float low_y;
    float high_x;
    float high_y;

    if (path->kind == PATH_ARC) {
        reach = path->arc.radius + path->arc.width / 2.0F + 1.0F;
        low_x = high_x = path->arc.center.x;
        low_y = high_y = path->arc.center.y;
    } else {
        low_x = high_x = path->points[0].x;
        low_y = high_y = path->points[0].y;
        for (size_t i = 1; i < path->point_count; i++) {
            low_x = fminf(low_x, path->points[i].x);
            high_x = fmaxf(high_x, path->points[i].x);
            low_y = fminf(low_y, path->points[i].y);
            high_y = fmaxf(high_y, path->points[i].y);
        }
    }
    return (SDL_Rect){(int)floorf(low_x - reach),
                      (int)floorf(low_y - reach),
                      (int)ceilf(high_x + reach) - (int)floorf(low_x - reach),
                      (int)ceilf(high_y + reach) - (int)floorf(low_y - reach)};
}

static void rasterise(const Path *path, const Mask *mask)
{
    mask_clear(mask);
    switch (path->kind) {
    case PATH_LINE:
        mask_line(mask, path->points[0], path->points[1], path->width);
        break;
    case PATH_POLYLINE:
        for (size_t i = 0; i + 1 < path->point_count; i++) {
            mask_capsule(mask, path->points[i], path->points[i + 1], path->width);
        }
        if (path->closed) {
            mask_capsule(mask, path->points[path->point_count - 1], path->points[0], path->width);
        }
        break;
    case PATH_POLYGON:
        mask_polygon(mask, path->points, path->point_count);
        break;
    case PATH_ARC:
        mask_arc(mask, &path->arc);
        break;
    }
}

/* What a tile's part of the mask holds. */
typedef enum {
    PART_EMPTY,
    PART_MIXED,
    PART_FULL
} PartKind;

static PartKind part_kind(const Mask *mask, SDL_Rect part)
{
    uint8_t lowest = 255;
    uint8_t highest = 0;

    for (int row = part.y; row < part.y + part.h; row++) {
        const uint8_t *pixels = &mask->alpha[(size_t)row * (size_t)mask->width];

        for (int column = part.x; column < part.x + part.w; column++) {
            lowest = pixels[column] < lowest ? pixels[column] : lowest;
            highest = pixels[column] > highest ? pixels[column] : highest;
        }
    }
    if (highest == 0) {
        return PART_EMPTY;
    }
    return lowest == 255 ? PART_FULL : PART_MIXED;
}

static SDL_Rect tile_place(int tile)
{
    return (SDL_Rect){
        tile % TILES_ACROSS * TILE_PX, tile / TILES_ACROSS * TILE_PX, TILE_PX, TILE_PX};
}

static bool upload(PathTiles *tiles, int tile, const Mask *mask, SDL_Rect part)
{
    const Colour colour = tiles->colour;
    const uint32_t rgb = (uint32_t)colour.r << 16 | (uint32_t)colour.g << 8 | colour.b;
    uint32_t pixels[TILE_PX * TILE_PX];
    SDL_Rect place = tile_place(tile);

    place.w = part.w;
    place.h = part.h;
    for (int row = 0; row < part.h; row++) {
        const uint8_t *from =
            &mask->alpha[(size_t)(part.y + row) * (size_t)mask->width + (size_t)part.x];

        for (int column = 0; column < part.w; column++) {
            uint32_t alpha = ((uint32_t)from[column] * colour.a + 127U) / 255U;

            pixels[row * TILE_PX + column] = alpha << 24 | rgb;
        }
    }
    return SDL_UpdateTexture(tiles->texture, &place, pixels, TILE_PX * 4) == 0;
}

/* False when there is no tile or piece left. */
static bool add_piece(PathTiles *tiles, Shape *shape, const Mask *mask, SDL_Rect part)
{
    PartKind kind = part_kind(mask, part);
    int index = tiles->free_piece;
    int tile = TILE_FULL;

    if (kind == PART_EMPTY) {
        return true;
    }
    if (index == NONE) {
        return false;
    }
    if (kind == PART_MIXED) {
        if (tiles->free_tile_count == 0) {
            return false;
        }
        tile = tiles->free_tiles[tiles->free_tile_count - 1];
        if (!upload(tiles, tile, mask, part)) {
            return false;
        }
        tiles->free_tile_count--;
        tiles->statistics.rasters++;
    }
    tiles->free_piece = tiles->pieces[index].next;
    tiles->pieces[index] = (Piece){.x = (int)mask->left + part.x,
                                   .y = (int)mask->top + part.y,
                                   .w = part.w,
                                   .h = part.h,
                                   .tile = tile,
                                   .next = shape->first_piece};
    shape->first_piece = index;
    return true;
}

static bool cut_up(PathTiles *tiles, Shape *shape, const Mask *mask)
{
    for (int y = 0; y < mask->height; y += TILE_PX) {
        for (int x = 0; x < mask->width; x += TILE_PX) {
            SDL_Rect part = {
                x, y, SDL_min(TILE_PX, mask->width - x), SDL_min(TILE_PX, mask->height - y)};

            if (!add_piece(tiles, shape, mask, part)) {
                release(tiles, shape);
                return false;
            }
        }
    }
    return true;
}

static bool reserve_mask(PathTiles *tiles, size_t bytes)
{
    uint8_t *grown;

    if (bytes <= tiles->mask_bytes) {
        return true;
    }
    grown = realloc(tiles->mask, bytes);
    if (grown == NULL) {
        return false;
    }
    tiles->mask = grown;
    tiles->mask_bytes = bytes;
    return true;
}

/* Makes the shape's tiles; NULL when it is too much for the texture. */
static Shape *make(PathTiles *tiles, const Path *path, SDL_Rect bounds, uint64_t key)
{
    Shape made = {.key = key, .frame = tiles->frame, .first_piece = NONE};
    Mask mask = {
        .width = bounds.w, .height = bounds.h, .left = (float)bounds.x, .top = (float)bounds.y};
    Shape *slot;

    if (!reserve_mask(tiles, (size_t)bounds.w * (size_t)bounds.h)) {
        return NULL;
    }
    mask.alpha = tiles->mask;
    rasterise(path, &mask);
    if (tiles->shape_count >= SHAPES_MAX / 2) {
        forget_before(tiles, tiles->frame + 1);
    }
    if (!cut_up(tiles, &made, &mask)) {
        /* Full: what this frame has drawn already may go, SDL has it queued or drawn. */
        forget_before(tiles, tiles->frame + 1);
        if (!cut_up(tiles, &made, &mask)) {
            return NULL;
        }
    }
    slot = slot_of(tiles, key);
    *slot = made;
    tiles->shape_count++;
    return slot;
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw_pieces(PathTiles *tiles, const Shape *shape)
{
    for (int i = shape->first_piece; i != NONE; i = tiles->pieces[i].next) {
        const Piece *piece = &tiles->pieces[i];
        SDL_Rect place = {piece->x, piece->y, piece->w, piece->h};

        if (piece->tile == TILE_FULL) {
            SDL_RenderFillRect(tiles->renderer, &place);
            tiles->statistics.fills++;
        } else {
            SDL_Rect from = tile_place(piece->tile);

            from.w = piece->w;
            from.h = piece->h;
            SDL_RenderCopy(tiles->renderer, tiles->texture, &from, &place);
            tiles->statistics.copies++;
        }
    }
}

void path_tiles_draw(PathTiles *tiles, const Path *path, SDL_Rect clip, Colour colour)
{
    SDL_Rect whole = bounds_of(path);
    SDL_Rect bounds;
    uint64_t key;
    Shape *shape;

    if (!SDL_IntersectRect(&whole, &clip, &bounds)) {
        return;
    }
    tiles->colour = colour;
    key = key_of(path, bounds, colour);
    shape = slot_of(tiles, key);
    if (shape->key != key) {
        shape = make(tiles, path, bounds, key);
    }
    if (shape == NULL) {
        return;
    }
    shape->frame = tiles->frame;
    SDL_SetRenderDrawColor(tiles->renderer, colour.r, colour.g, colour.b, colour.a);
    draw_pieces(tiles, shape);
}
