#include "client/desktop/wav_file.h"

#include <math.h>
#include <string.h>

enum {
    HEADER_BYTES = 44,
    FRAME_BYTES = 2,
    PIECE_FRAMES = 1024
};

static void put_u16(uint8_t *bytes, unsigned value)
{
    bytes[0] = (uint8_t)(value & 0xffU);
    bytes[1] = (uint8_t)(value >> 8 & 0xffU);
}

static void put_u32(uint8_t *bytes, uint32_t value)
{
    put_u16(bytes, value & 0xffffU);
    put_u16(bytes + 2, value >> 16);
}

/* The RIFF header of mono 16-bit PCM. */
static void put_header(uint8_t header[HEADER_BYTES], uint32_t data_bytes, uint32_t rate_hz)
{
    static const uint8_t words[] = {
        'R', 'I', 'F', 'F', 'W', 'A', 'V', 'E', 'f', 'm', 't', ' ', 'd', 'a', 't', 'a'};

    memcpy(header, words, 4);
    memcpy(header + 8, words + 4, 8);
    put_u32(header + 4, HEADER_BYTES - 8 + data_bytes);
    put_u32(header + 16, 16);                    /* bytes of the format */
    put_u16(header + 20, 1);                     /* PCM */
    put_u16(header + 22, 1);                     /* channels */
    put_u32(header + 24, rate_hz);               /* frames a second */
    put_u32(header + 28, rate_hz * FRAME_BYTES); /* bytes a second */
    put_u16(header + 32, FRAME_BYTES);
    put_u16(header + 34, 16); /* bits a sample */
    memcpy(header + 36, words + 12, 4);
    put_u32(header + 40, data_bytes);
}

static bool write_header(const WavFile *wav)
{
    uint8_t header[HEADER_BYTES];

    put_header(header, (uint32_t)(wav->frame_count * FRAME_BYTES), (uint32_t)wav->rate_hz);
    return fwrite(header, sizeof header, 1, wav->file) == 1;
}

bool wav_file_begin(WavFile *wav, const char *path, int rate_hz)
{
    *wav = (WavFile){.file = fopen(path, "wb"), .rate_hz = rate_hz};
    if (wav->file == NULL) {
        return false;
    }
    if (!write_header(wav) || fflush(wav->file) != 0) {
        (void)fclose(wav->file);
        wav->file = NULL;
    }
    return wav->file != NULL;
}

static bool add_piece(WavFile *wav, const float *mono, int frames)
{
    uint8_t samples[PIECE_FRAMES * FRAME_BYTES];

    for (int i = 0; i < frames; i++) {
        put_u16(samples + (size_t)i * FRAME_BYTES, (unsigned)lrintf(mono[i] * 32767.0F) & 0xffffU);
    }
    if (fwrite(samples, FRAME_BYTES, (size_t)frames, wav->file) != (size_t)frames) {
        return false;
    }
    wav->frame_count += frames;
    return true;
}

bool wav_file_add(WavFile *wav, const float *mono, int frames)
{
    if ((wav->frame_count + frames) * FRAME_BYTES > INT64_C(0xffffff00)) {
        return false;
    }
    for (int done = 0; done < frames; done += PIECE_FRAMES) {
        const int left = frames - done;

        if (!add_piece(wav, mono + done, left < PIECE_FRAMES ? left : PIECE_FRAMES)) {
            return false;
        }
    }
    return true;
}

bool wav_file_end(WavFile *wav)
{
    bool well = false;

    if (wav->file == NULL) {
        return false;
    }
    well = fseek(wav->file, 0, SEEK_SET) == 0 && write_header(wav);
    well = fclose(wav->file) == 0 && well;
    wav->file = NULL;
    return well;
}
