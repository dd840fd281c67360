#include "client/desktop/png.h"

#include <SDL.h>
#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum {
    PNG_PATH_BYTES_MAX = 4096
};

static bool write_file(SDL_Surface *rgb, const char *path)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)rgb->w,
                       .height = (png_uint_32)rgb->h,
                       .format = PNG_FORMAT_RGB};
    FILE *file = fopen(path, "wb");
    bool written;

    if (file == NULL) {
        SDL_SetError("cannot write %s: %s", path, strerror(errno));
        return false;
    }
    written = png_image_write_to_stdio(&image, file, 0, rgb->pixels, rgb->pitch, NULL) != 0;
    /* A full disk may show only now. */
    if (fclose(file) != 0 || !written) {
        SDL_SetError("cannot write the picture to %s: is the disk full?", path);
        return false;
    }
    return true;
}

/* A device or a pipe is written to, never replaced: other programs use it too. */
static bool is_special(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

bool png_write(struct SDL_Surface *surface, const char *path)
{
    char part[PNG_PATH_BYTES_MAX];
    int part_bytes = snprintf(part, sizeof part, "%s.part", path);
    SDL_Surface *rgb;
    bool written;

    if (part_bytes < 0 || (size_t)part_bytes >= sizeof part) {
        SDL_SetError("the path is too long: %s", path);
        return false;
    }
    rgb = SDL_ConvertSurfaceFormat(surface, SDL_PIXELFORMAT_RGB24, 0);
    if (rgb == NULL) {
        return false;
    }
    if (is_special(path)) {
        written = write_file(rgb, path);
        SDL_FreeSurface(rgb);
        return written;
    }
    written = write_file(rgb, part);
    SDL_FreeSurface(rgb);
    if (written && rename(part, path) != 0) {
        SDL_SetError("cannot name the picture %s: %s", path, strerror(errno));
        written = false;
    }
    if (!written) {
        (void)remove(part);
    }
    return written;
}
