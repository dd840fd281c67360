#include "tests/support/picture.h"

#include <assert.h>
#include <png.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

Picture picture_create(int width, int height)
{
    Picture picture = {.width = width, .height = height};

    assert(width > 0 && height > 0);
    picture.rgb = calloc((size_t)width * (size_t)height, 3);
    if (picture.rgb == NULL) {
        abort();
    }
    return picture;
}

void picture_free(Picture *picture)
{
    free(picture->rgb);
    *picture = (Picture){.width = 0};
}

bool picture_read(Picture *picture, const char *path)
{
    png_image image = {.version = PNG_IMAGE_VERSION};

    if (png_image_begin_read_from_file(&image, path) == 0) {
        return false;
    }
    image.format = PNG_FORMAT_RGB;
    *picture = picture_create((int)image.width, (int)image.height);
    if (png_image_finish_read(&image, NULL, picture->rgb, 0, NULL) == 0) {
        picture_free(picture);
        return false;
    }
    return true;
}

bool picture_write(const Picture *picture, const char *path)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)picture->width,
                       .height = (png_uint_32)picture->height,
                       .format = PNG_FORMAT_RGB};

    return png_image_write_to_file(&image, path, 0, picture->rgb, 0, NULL) != 0;
}

static const uint8_t *pixel_of(const Picture *picture, int x, int y)
{
    return picture->rgb + 3 * ((ptrdiff_t)y * picture->width + x);
}

/* The largest difference of a channel. */
static int levels_apart(const uint8_t *one, const uint8_t *other)
{
    int largest = 0;

    for (int i = 0; i < 3; i++) {
        const int apart = abs((int)one[i] - (int)other[i]);

        largest = apart > largest ? apart : largest;
    }
    return largest;
}

static void
compare_tile(const Picture *wanted, const Picture *drawn, int left, int top, PictureDifference *sum)
{
    int count = 0;

    for (int y = top; y < top + PICTURE_TILE_PX && y < wanted->height; y++) {
        for (int x = left; x < left + PICTURE_TILE_PX && x < wanted->width; x++) {
            const int apart = levels_apart(pixel_of(wanted, x, y), pixel_of(drawn, x, y));

            sum->largest = apart > sum->largest ? apart : sum->largest;
            count += apart > PICTURE_LEVELS ? 1 : 0;
        }
    }
    sum->pixels += count;
    if (count > sum->tile_pixels) {
        sum->tile_pixels = count;
        sum->tile_x = left;
        sum->tile_y = top;
    }
}

PictureDifference picture_difference(const Picture *wanted, const Picture *drawn)
{
    PictureDifference difference = {.same_size = wanted->width == drawn->width &&
                                                 wanted->height == drawn->height};

    for (int top = 0; difference.same_size && top < wanted->height; top += PICTURE_TILE_PX) {
        for (int left = 0; left < wanted->width; left += PICTURE_TILE_PX) {
            compare_tile(wanted, drawn, left, top, &difference);
        }
    }
    return difference;
}

bool picture_is_same(const Picture *wanted, const PictureDifference *difference)
{
    const int64_t area = (int64_t)wanted->width * wanted->height;

    return difference->same_size && difference->tile_pixels <= PICTURE_TILE_PIXELS &&
           INT64_C(10000) * difference->pixels <= PICTURE_PIXELS_PER_10000 * area;
}

Picture picture_of_difference(const Picture *wanted, const Picture *drawn)
{
    Picture picture = picture_create(wanted->width, wanted->height);

    for (int y = 0; y < wanted->height; y++) {
        for (int x = 0; x < wanted->width; x++) {
            const uint8_t *pixel = pixel_of(wanted, x, y);
            uint8_t *out = picture.rgb + (pixel - wanted->rgb);
            const bool differs = levels_apart(pixel, pixel_of(drawn, x, y)) > PICTURE_LEVELS;

            for (int i = 0; i < 3; i++) {
                out[i] = (uint8_t)(pixel[i] / 3);
            }
            if (differs) {
                out[0] = 255;
                out[1] = 40;
                out[2] = 40;
            }
        }
    }
    return picture;
}
