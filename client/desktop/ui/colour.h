/*
 * A colour on screen, and the few sums done with one.
 *
 * Pure: values in, values out. sRGB, eight bits a channel, alpha not premultiplied.
 */
#ifndef CLIENT_DESKTOP_UI_COLOUR_H
#define CLIENT_DESKTOP_UI_COLOUR_H

#include <stdint.h>

typedef struct {
    uint8_t r;
    uint8_t g;
    uint8_t b;
    uint8_t a; /* 255 is opaque */
} Colour;

/* The opaque colour written #RRGGBB, given as 0xRRGGBB; usable in constant initialisers. */
#define COLOUR_RGB(rgb)                                                                            \
    {                                                                                              \
        (uint8_t)(((rgb) >> 16) & 0xFF), (uint8_t)(((rgb) >> 8) & 0xFF), (uint8_t)((rgb)&0xFF),    \
            255                                                                                    \
    }

/* `colour` with its alpha multiplied by `alpha`, which is clamped to 0..1. */
static inline Colour colour_fade(Colour colour, float alpha)
{
    float clamped = alpha < 0.0F ? 0.0F : alpha;

    clamped = clamped > 1.0F ? 1.0F : clamped;
    colour.a = (uint8_t)((float)colour.a * clamped + 0.5F);
    return colour;
}

/* From `from` (share 0) to `to` (share 1, clamped), channel by channel, alpha too. */
static inline Colour colour_mix(Colour from, Colour to, float share)
{
    float t = share < 0.0F ? 0.0F : share;

    t = t > 1.0F ? 1.0F : t;
    return (Colour){
        (uint8_t)((float)from.r + ((float)to.r - (float)from.r) * t + 0.5F),
        (uint8_t)((float)from.g + ((float)to.g - (float)from.g) * t + 0.5F),
        (uint8_t)((float)from.b + ((float)to.b - (float)from.b) * t + 0.5F),
        (uint8_t)((float)from.a + ((float)to.a - (float)from.a) * t + 0.5F),
    };
}

#endif
