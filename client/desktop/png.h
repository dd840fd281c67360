/*
 * Writes pictures of the screen to PNG files.
 *
 * Blocks on the file; main thread, and only for screenshots.
 */
#ifndef CLIENT_DESKTOP_PNG_H
#define CLIENT_DESKTOP_PNG_H

#include "shared/units.h"

#include <stdbool.h>

struct SDL_Surface;

/*
 * Writes the surface as an 8-bit RGB PNG, replacing the file only once it is complete. Any pixel
 * format; alpha is dropped. False, with the cause in SDL_GetError, when it could not be written.
 */
NODISCARD bool png_write(struct SDL_Surface *surface, const char *path);

#endif
