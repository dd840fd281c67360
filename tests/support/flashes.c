#include "tests/support/flashes.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define CHANGE 0.1F
#define DARK 0.8F
/* A tenth of a second: what changes further apart is not seen as one. */
#define AT_ONCE_FRAMES (FLASH_FPS / 10)
#define NEAR_COLUMNS (341 / FLASH_BLOCK_PX)
#define NEAR_ROWS (256 / FLASH_BLOCK_PX)

enum {
    CHANGES_KEPT = sizeof((FlashBlock *)NULL)->change_frames / sizeof(int)
};

void flash_film_init(FlashFilm *film, int width, int height)
{
    assert(width > 0 && width <= FLASH_COLUMNS_MAX * FLASH_BLOCK_PX);
    assert(height > 0 && height <= FLASH_ROWS_MAX * FLASH_BLOCK_PX);
    memset(film, 0, sizeof *film);
    film->columns = width / FLASH_BLOCK_PX;
    film->rows = height / FLASH_BLOCK_PX;
}

/* Relative luminance of one channel's byte. */
static float linear(uint32_t channel)
{
    static float table[256];

    if (table[255] <= 0.0F) {
        for (int i = 0; i < 256; i++) {
            const double value = i / 255.0;

            table[i] =
                (float)(value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4));
        }
    }
    return table[channel & 255U];
}

/* Every second pixel of every second line: nothing that is drawn is that fine. */
static float block_luminance(const uint32_t *const lines[FLASH_BLOCK_PX], int column)
{
    float sum = 0.0F;

    for (int y = 0; y < FLASH_BLOCK_PX; y += 2) {
        const uint32_t *pixel = lines[y] + (ptrdiff_t)column * FLASH_BLOCK_PX;

        for (int x = (y / 2) % 2; x < FLASH_BLOCK_PX; x += 2) {
            sum += 0.2126F * linear(pixel[x] >> 16) + 0.7152F * linear(pixel[x] >> 8) +
                   0.0722F * linear(pixel[x]);
        }
    }
    return 4.0F * sum / (float)(FLASH_BLOCK_PX * FLASH_BLOCK_PX);
}

static void follow(FlashBlock *block, float luminance, int frame)
{
    const float change = luminance - block->extreme;
    const int direction = change > 0.0F ? 1 : -1;

    if (direction == block->direction || frame == 0) {
        block->extreme = luminance; /* further the same way */
        return;
    }
    if (fabsf(change) >= CHANGE && fminf(luminance, block->extreme) < DARK) {
        block->direction = direction;
        block->extreme = luminance;
        block->change_frames[block->change_count % CHANGES_KEPT] = frame;
        block->change_count++;
    }
}

static int flashes_within_a_second(const FlashBlock *block, int frame)
{
    int changes = 0;

    for (int i = 0; i < block->change_count && i < CHANGES_KEPT; i++) {
        changes += block->change_frames[i] > frame - FLASH_FPS ? 1 : 0;
    }
    return changes / 2;
}

/* Whether the block has just become brighter (1) or darker (-1). */
static bool has_turned(const FlashBlock *block, int frame, int direction)
{
    const int newest = (block->change_count + CHANGES_KEPT - 1) % CHANGES_KEPT;

    return block->change_count > 0 && block->direction == direction &&
           block->change_frames[newest] > frame - AT_ONCE_FRAMES;
}

/* The most flashing blocks within one rectangle of a person's view that turn at once. */
static int
most_near(const FlashFilm *film, bool flashing[FLASH_ROWS_MAX][FLASH_COLUMNS_MAX], int direction)
{
    static int sums[FLASH_ROWS_MAX + 1][FLASH_COLUMNS_MAX + 1];
    int most = 0;

    for (int y = 0; y < film->rows; y++) {
        for (int x = 0; x < film->columns; x++) {
            const bool counts =
                flashing[y][x] && has_turned(&film->blocks[y][x], film->frame, direction);

            sums[y + 1][x + 1] = (counts ? 1 : 0) + sums[y][x + 1] + sums[y + 1][x] - sums[y][x];
        }
    }
    for (int y = 1; y <= film->rows; y++) {
        for (int x = 1; x <= film->columns; x++) {
            const int top = y > NEAR_ROWS ? y - NEAR_ROWS : 0;
            const int left = x > NEAR_COLUMNS ? x - NEAR_COLUMNS : 0;
            const int count = sums[y][x] - sums[top][x] - sums[y][left] + sums[top][left];

            most = count > most ? count : most;
        }
    }
    return most;
}

static bool is_apart(const FlashFilm *film, int column, int row)
{
    const int x = column * FLASH_BLOCK_PX;
    const int y = row * FLASH_BLOCK_PX;

    return x >= film->apart.x && x < film->apart.x + film->apart.width && y >= film->apart.y &&
           y < film->apart.y + film->apart.height;
}

static void look_back(FlashFilm *film)
{
    static bool flashing[FLASH_ROWS_MAX][FLASH_COLUMNS_MAX];
    int count = 0;
    double share = 0.0;

    for (int y = 0; y < film->rows; y++) {
        for (int x = 0; x < film->columns; x++) {
            flashing[y][x] =
                flashes_within_a_second(&film->blocks[y][x], film->frame) > FLASHES_PER_S_MAX;
            count += flashing[y][x] && !is_apart(film, x, y) ? 1 : 0;
        }
    }
    share = (double)count / (film->columns * film->rows);
    for (int direction = -1; direction <= 1; direction += 2) {
        const int near_px = most_near(film, flashing, direction) * FLASH_BLOCK_PX * FLASH_BLOCK_PX;

        film->worst_near_px = near_px > film->worst_near_px ? near_px : film->worst_near_px;
    }
    film->worst_share = share > film->worst_share ? share : film->worst_share;
}

void flash_film_add(FlashFilm *film, const uint32_t *(*row)(void *owner, int y), void *owner)
{
    for (int y = 0; y < film->rows; y++) {
        const uint32_t *lines[FLASH_BLOCK_PX];

        for (int i = 0; i < FLASH_BLOCK_PX; i++) {
            lines[i] = row(owner, y * FLASH_BLOCK_PX + i);
        }
        for (int x = 0; x < film->columns; x++) {
            follow(&film->blocks[y][x], block_luminance(lines, x), film->frame);
        }
    }
    look_back(film);
    film->frame++;
}
