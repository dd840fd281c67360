/*
 * Small pictures with alpha, kept side by side in one texture and found again by a key.
 *
 * Colour is part of the picture and so of the key: copying without modulation is many times faster
 * on the software renderer.
 *
 * Main thread only. One texture and one table, made at creation; a full atlas is emptied and filled
 * anew by whoever asks next.
 */
#ifndef CLIENT_DESKTOP_SPRITE_ATLAS_H
#define CLIENT_DESKTOP_SPRITE_ATLAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <SDL.h>

#include "shared/units.h"

typedef struct SpriteAtlas SpriteAtlas;

/* Where a picture lies in the texture, and what its maker wants to remember with it. */
typedef struct {
    SDL_Rect place; /* w = 0: nothing to see */
    int left_px;
    int top_px;
    int advance_px;
} Sprite;

/* NULL, with the reason in SDL_GetError, when there is no memory or no texture. */
NODISCARD SpriteAtlas *sprite_atlas_create(SDL_Renderer *renderer);
void sprite_atlas_destroy(SpriteAtlas *atlas);
SDL_Texture *sprite_atlas_texture(SpriteAtlas *atlas);

/* A key of the words; never 0. */
uint64_t sprite_key(const int32_t *words, size_t word_count);
/* The same, continued over bytes. */
uint64_t sprite_key_bytes(uint64_t key, const void *bytes, size_t byte_count);

/* The sprite stored under the key; false when there is none. */
bool sprite_atlas_find(const SpriteAtlas *atlas, uint64_t key, Sprite *sprite);

/*
 * Stores `sprite` under the key, with pixels in place.w x place.h 32-bit ARGB; sets place.x and .y.
 * False when it is larger than the whole atlas; w = 0 needs no pixels.
 */
NODISCARD bool sprite_atlas_add(
    SpriteAtlas *atlas, uint64_t key, const void *pixels, int pitch_bytes, Sprite *sprite);

/* Forgets everything. */
void sprite_atlas_clear(SpriteAtlas *atlas);
/* How often it was emptied because it was full. */
uint32_t sprite_atlas_reset_count(const SpriteAtlas *atlas);

#endif
