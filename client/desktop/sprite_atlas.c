#include "client/desktop/sprite_atlas.h"

#include <stdlib.h>
#include <string.h>

enum {
    ATLAS_SIDE_PX = 2048,
    SPRITES_MAX = 16384, /* a power of two; at most half are used, so that finding stays quick */
    SHELVES_MAX = 256,
    SHELF_STEP_PX = 4 /* shelf heights are multiples of this, so that sprites of a kind share one */
};

typedef struct {
    int y;
    int height;
    int used; /* px from the left */
} Shelf;

typedef struct {
    uint64_t key; /* 0 when free */
    Sprite sprite;
} Entry;

struct SpriteAtlas {
    SDL_Texture *texture;
    Entry entries[SPRITES_MAX];
    size_t entry_count;
    Shelf shelves[SHELVES_MAX];
    size_t shelf_count;
    uint32_t reset_count;
};

SpriteAtlas *sprite_atlas_create(SDL_Renderer *renderer)
{
    SpriteAtlas *atlas = calloc(1, sizeof *atlas);

    if (atlas == NULL) {
        SDL_SetError("no memory for the sprite atlas");
        return NULL;
    }
    atlas->texture = SDL_CreateTexture(
        renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STATIC, ATLAS_SIDE_PX, ATLAS_SIDE_PX);
    if (atlas->texture == NULL) {
        free(atlas);
        return NULL;
    }
    SDL_SetTextureBlendMode(atlas->texture, SDL_BLENDMODE_BLEND);
    return atlas;
}

void sprite_atlas_destroy(SpriteAtlas *atlas)
{
    if (atlas != NULL) {
        SDL_DestroyTexture(atlas->texture);
        free(atlas);
    }
}

SDL_Texture *sprite_atlas_texture(SpriteAtlas *atlas)
{
    return atlas->texture;
}

uint64_t sprite_key_bytes(uint64_t key, const void *bytes, size_t byte_count)
{
    const unsigned char *byte = bytes;

    for (size_t i = 0; i < byte_count; i++) {
        key = (key ^ byte[i]) * UINT64_C(1099511628211);
    }
    return key == 0 ? 1 : key;
}

/* A word at a time, mixed: most keys are a few small numbers, asked for at every command. */
uint64_t sprite_key(const int32_t *words, size_t word_count)
{
    uint64_t key = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < word_count; i++) {
        key = (key ^ (uint32_t)words[i]) * UINT64_C(0x9E3779B97F4A7C15);
        key ^= key >> 29;
    }
    return key == 0 ? 1 : key;
}

/* The key's entry, or the free one where it would go. */
static size_t slot_of(const SpriteAtlas *atlas, uint64_t key)
{
    size_t slot = (size_t)(key ^ (key >> 32)) & (SPRITES_MAX - 1);

    while (atlas->entries[slot].key != 0 && atlas->entries[slot].key != key) {
        slot = (slot + 1) & (SPRITES_MAX - 1);
    }
    return slot;
}

bool sprite_atlas_find(const SpriteAtlas *atlas, uint64_t key, Sprite *sprite)
{
    const Entry *entry = &atlas->entries[slot_of(atlas, key)];

    if (entry->key != key) {
        return false;
    }
    *sprite = entry->sprite;
    return true;
}

/* Room on a shelf of fitting height, or on a new one; a pixel apart, so that nothing bleeds. */
static bool place(SpriteAtlas *atlas, SDL_Rect *rect)
{
    int width = rect->w + 1;
    int height = (rect->h + SHELF_STEP_PX) / SHELF_STEP_PX * SHELF_STEP_PX;
    const Shelf *last;
    int top;

    for (size_t i = 0; i < atlas->shelf_count; i++) {
        Shelf *shelf = &atlas->shelves[i];

        if (shelf->height == height && shelf->used + width <= ATLAS_SIDE_PX) {
            rect->x = shelf->used;
            rect->y = shelf->y;
            shelf->used += width;
            return true;
        }
    }
    last = atlas->shelf_count == 0 ? NULL : &atlas->shelves[atlas->shelf_count - 1];
    top = last == NULL ? 0 : last->y + last->height;
    if (top + height > ATLAS_SIDE_PX || atlas->shelf_count == SHELVES_MAX) {
        return false;
    }
    atlas->shelves[atlas->shelf_count] = (Shelf){top, height, width};
    atlas->shelf_count++;
    rect->x = 0;
    rect->y = top;
    return true;
}

bool sprite_atlas_add(
    SpriteAtlas *atlas, uint64_t key, const void *pixels, int pitch_bytes, Sprite *sprite)
{
    bool is_picture = sprite->place.w > 0 && sprite->place.h > 0;
    Entry *entry;

    if (sprite->place.w >= ATLAS_SIDE_PX || sprite->place.h >= ATLAS_SIDE_PX) {
        return false;
    }
    if (atlas->entry_count >= SPRITES_MAX / 2 || (is_picture && !place(atlas, &sprite->place))) {
        sprite_atlas_clear(atlas);
        atlas->reset_count++;
        if (is_picture && !place(atlas, &sprite->place)) {
            return false;
        }
    }
    if (is_picture && SDL_UpdateTexture(atlas->texture, &sprite->place, pixels, pitch_bytes) != 0) {
        return false;
    }
    entry = &atlas->entries[slot_of(atlas, key)];
    *entry = (Entry){key, *sprite};
    atlas->entry_count++;
    return true;
}

void sprite_atlas_clear(SpriteAtlas *atlas)
{
    memset(atlas->entries, 0, sizeof atlas->entries);
    atlas->entry_count = 0;
    atlas->shelf_count = 0;
}

uint32_t sprite_atlas_reset_count(const SpriteAtlas *atlas)
{
    return atlas->reset_count;
}
