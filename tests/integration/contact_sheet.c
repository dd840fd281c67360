/*
 * Puts pictures of one size side by side, half as large, in few colours: to be looked at together,
 * and small enough to be kept.
 *
 * Usage: contact_sheet SHEET COLUMNS PICTURE ...
 */
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/picture.h"

enum {
    GAP_PX = 16,
    COLOURS = 256,
    BUCKETS = 32 * 32 * 32, /* 5 bits a channel */
    GROUND = 0x80
};

static int counts[BUCKETS];
static uint8_t palette[COLOURS][3];
static uint8_t nearest[BUCKETS];

static void fail(const char *what, const char *which)
{
    (void)fprintf(stderr, "contact_sheet: %s: %s\n", which, what);
    exit(1);
}

/* The mean of each 2 x 2 pixels. */
static void put_half(Picture *sheet, const Picture *picture, int left, int top)
{
    for (int y = 0; y < picture->height / 2; y++) {
        for (int x = 0; x < picture->width / 2; x++) {
            const uint8_t *from =
                picture->rgb + 3 * ((ptrdiff_t)2 * y * picture->width + (ptrdiff_t)2 * x);
            uint8_t *to = sheet->rgb + 3 * ((ptrdiff_t)(top + y) * sheet->width + left + x);

            for (int i = 0; i < 3; i++) {
                const uint8_t *below = from + (ptrdiff_t)3 * picture->width + i;

                to[i] = (uint8_t)((from[i] + from[i + 3] + below[0] + below[3] + 2) / 4);
            }
        }
    }
}

static Picture gather(int columns, char **paths, int count)
{
    Picture sheet = {.rgb = NULL};
    int width = 0;
    int height = 0;

    for (int i = 0; i < count; i++) {
        Picture picture;

        if (!picture_read(&picture, paths[i])) {
            fail("it is no picture, or is missing", paths[i]);
        }
        if (i == 0) {
            width = picture.width / 2;
            height = picture.height / 2;
            sheet = picture_create(columns * (width + GAP_PX) + GAP_PX,
                                   (count + columns - 1) / columns * (height + GAP_PX) + GAP_PX);
            memset(sheet.rgb, GROUND, (size_t)3 * (size_t)sheet.width * (size_t)sheet.height);
        }
        if (picture.width / 2 != width || picture.height / 2 != height) {
            fail("it has another size than the first", paths[i]);
        }
        put_half(&sheet,
                 &picture,
                 GAP_PX + i % columns * (width + GAP_PX),
                 GAP_PX + i / columns * (height + GAP_PX));
        picture_free(&picture);
    }
    return sheet;
}

/* ---- few colours ----------------------------------------------------------------------------- */

static int bucket_of(const uint8_t *rgb)
{
    return (rgb[0] >> 3) << 10 | (rgb[1] >> 3) << 5 | rgb[2] >> 3;
}

static uint8_t channel_of(int bucket, int channel)
{
    const int five = bucket >> (10 - 5 * channel) & 31;

    return (uint8_t)(five << 3 | five >> 2);
}

static int distance(const uint8_t *colour, int bucket)
{
    int sum = 0;

    for (int i = 0; i < 3; i++) {
        const int apart = (int)colour[i] - (int)channel_of(bucket, i);

        sum += apart * apart;
    }
    return sum;
}

/* The colours that are met most often, each as the mean of what fell into its bucket. */
static void choose_colours(const Picture *sheet)
{
    static int64_t sums[BUCKETS][3];
    const size_t pixels = (size_t)sheet->width * (size_t)sheet->height;

    for (size_t i = 0; i < pixels; i++) {
        const int bucket = bucket_of(sheet->rgb + 3 * i);

        counts[bucket]++;
        for (size_t channel = 0; channel < 3; channel++) {
            sums[bucket][channel] += sheet->rgb[3 * i + channel];
        }
    }
    for (int colour = 0; colour < COLOURS; colour++) {
        int most = 0;

        for (int bucket = 1; bucket < BUCKETS; bucket++) {
            most = counts[bucket] > counts[most] ? bucket : most;
        }
        for (int i = 0; i < 3 && counts[most] > 0; i++) {
            palette[colour][i] = (uint8_t)(sums[most][i] / counts[most]);
        }
        counts[most] = 0;
    }
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
        for (int colour = 1; colour < COLOURS; colour++) {
            if (distance(palette[colour], bucket) < distance(palette[nearest[bucket]], bucket)) {
                nearest[bucket] = (uint8_t)colour;
            }
        }
    }
}

static void write_sheet(const Picture *sheet, const char *path)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)sheet->width,
                       .height = (png_uint_32)sheet->height,
                       .format = PNG_FORMAT_RGB_COLORMAP,
                       .colormap_entries = COLOURS};
    const size_t pixels = (size_t)sheet->width * (size_t)sheet->height;
    uint8_t *indexed = malloc(pixels);

    if (indexed == NULL) {
        fail("no memory is left", path);
    }
    for (size_t i = 0; i < pixels; i++) {
        indexed[i] = nearest[bucket_of(sheet->rgb + 3 * i)];
    }
    if (png_image_write_to_file(&image, path, 0, indexed, 0, palette) == 0) {
        fail("it cannot be written: is the folder there, and the disk not full?", path);
    }
    free(indexed);
}

int main(int argc, char **argv)
{
    const int columns = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0;
    Picture sheet;

    if (argc < 4 || columns < 1) {
        (void)fprintf(stderr, "usage: contact_sheet SHEET COLUMNS PICTURE ...\n");
        return 2;
    }
    sheet = gather(columns, argv + 3, argc - 3);
    choose_colours(&sheet);
    write_sheet(&sheet, argv[1]);
    printf("%s: %d x %d\n", argv[1], sheet.width, sheet.height);
    picture_free(&sheet);
    return 0;
}
