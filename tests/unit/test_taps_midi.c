/* Recorded taps as MIDI files: what is understood, and what is refused with byte and reason. */
#include "client/score/taps_midi.h"

#include <string.h>

#include "tests/support/check.h"

enum {
    ROWS_MAX = 64,
    BYTES_MAX = 1024
};

typedef struct {
    TapsCsvRow rows[ROWS_MAX];
    int count;
} Rows;

/* A file being written. */
typedef struct {
    uint8_t bytes[BYTES_MAX];
    size_t count;
    size_t track_start;
} File;

static TapsMidi midi;
static Rows rows;

static const char *add_row(void *owner, const TapsCsvRow *row)
{
    Rows *taken = owner;

    if (taken->count == ROWS_MAX) {
        return "full";
    }
    taken->rows[taken->count] = *row;
    taken->count++;
    return NULL;
}

static void put(File *file, const char *bytes, size_t byte_count)
{
    check(file->count + byte_count <= BYTES_MAX);
    memcpy(file->bytes + file->count, bytes, byte_count);
    file->count += byte_count;
}

#define PUT(file, literal) put((file), (literal), sizeof(literal) - 1)

static void begin_file(File *file, int format, int tracks, int division)
{
    const char header[6] = {
        0, (char)format, 0, (char)tracks, (char)(division >> 8), (char)(division & 0xFF)};

    memset(file, 0, sizeof *file);
    PUT(file, "MThd\0\0\0\6");
    put(file, header, sizeof header);
}

static void begin_track(File *file)
{
    PUT(file, "MTrk\0\0\0\0");
    file->track_start = file->count;
}

static void end_track(File *file)
{
    size_t byte_count;

    PUT(file, "\0\xFF\x2F\0");
    byte_count = file->count - file->track_start;
    file->bytes[file->track_start - 2] = (uint8_t)(byte_count >> 8);
    file->bytes[file->track_start - 1] = (uint8_t)byte_count;
}

static bool read_file(const File *file)
{
    memset(&rows, 0, sizeof rows);
    return taps_midi_read(&midi, file->bytes, file->count, add_row, &rows);
}

static void check_row(int index, const char *player, double time_ms)
{
    check(index < rows.count);
    check_text(rows.rows[index].player, player);
    check_near((double)rows.rows[index].time_ns / 1e6, time_ms, 1e-6);
}

static void refused(const File *file, size_t byte, const char *reason)
{
    check(!read_file(file));
    check_text(midi.reason, reason);
    check_u64(midi.reason_byte, byte);
}

/* 120 BPM, 96 ticks: two drums on two channels of one track, by running status. */
static File two_channels(void)
{
    File file;

    begin_file(&file, 0, 1, 96);
    begin_track(&file);
    PUT(&file, "\0\x99\x24\x64");       /* channel 10 at 0 */
    PUT(&file, "\x60\x24\0");           /* at 96: velocity 0 is no note */
    PUT(&file, "\0\x24\x50");           /* at 96 */
    PUT(&file, "\x81\x40\x90\x3C\x10"); /* at 96 + 192: channel 1 */
    PUT(&file, "\0\xF0\3\1\2\xF7");     /* a system message, passed over */
    PUT(&file, "\0\xC0\5");             /* a program change */
    PUT(&file, "\x60\x80\x3C\x40");     /* a note off */
    end_track(&file);
    return file;
}

static void each_channel_of_a_track_is_a_player(void **state)
{
    (void)state;
    const File file = two_channels();

    check(read_file(&file));
    check_i64(rows.count, 3);
    check_row(0, "track 1, channel 10", 0.0);
    check_row(1, "track 1, channel 10", 500.0);
    check_row(2, "track 1, channel 1", 1500.0);
    check_i64(rows.rows[0].velocity, 0x64);
    check_i64(taps_midi_tempo_nbpm(&midi), 120 * NS_PER_S);
}

static void each_track_is_a_player_by_its_name(void **state)
{
    (void)state;
    File file;

    begin_file(&file, 1, 4, 480);
    begin_track(&file);
    PUT(&file, "\0\xFF\x51\3\x09\x27\xC0"); /* 600,000 us: 100 BPM */
    end_track(&file);
    begin_track(&file);
    PUT(&file, "\0\xFF\3\5 Ama \0\x90\x3C\x40");
    end_track(&file);
    begin_track(&file);
    PUT(&file, "\0\xFF\3\4Kofi\x83\x60\x91\x3C\x40");
    end_track(&file);
    begin_track(&file);
    PUT(&file, "\0\xFF\3\4Kofi\x87\x40\x91\x3C\x40");
    end_track(&file);
    check(read_file(&file));
    check_i64(rows.count, 3);
    check_row(0, "Ama", 0.0);
    check_row(1, "Kofi (track 3)", 600.0);
    check_row(2, "Kofi (track 4)", 1200.0);
    check_i64(taps_midi_tempo_nbpm(&midi), 100 * NS_PER_S);
}

static void time_follows_the_changes_of_tempo(void **state)
{
    (void)state;
    File file;

    begin_file(&file, 1, 2, 100);
    begin_track(&file);
    PUT(&file, "\0\xFF\x51\3\x07\xA1\x20");   /* 500 ms */
    PUT(&file, "\x64\xFF\x51\3\x0F\x42\x40"); /* from tick 100 on 1 s */
    PUT(&file, "\x64\xFF\x51\3\x03\xD0\x90"); /* from tick 200 on 250 ms */
    end_track(&file);
    begin_track(&file);
    PUT(&file, "\x32\x90\x3C\x40"); /* 50 */
    PUT(&file, "\x64\x3C\x40");     /* 150 */
    PUT(&file, "\x64\x3C\x40");     /* 250 */
    end_track(&file);
    check(read_file(&file));
    check_row(0, "track 2", 250.0);
    check_row(1, "track 2", 1000.0);
    check_row(2, "track 2", 1625.0);
    check_i64(taps_midi_tempo_nbpm(&midi), 0);
}

static void a_division_of_frames_is_seconds_whatever_the_tempo(void **state)
{
    (void)state;
    File file;

    begin_file(&file, 0, 1, 0xE728); /* -25 frames of 40 ticks: milliseconds */
    begin_track(&file);
    PUT(&file, "\0\xFF\x51\3\x0F\x42\x40\x87\x68\x90\x3C\x40");
    end_track(&file);
    check(read_file(&file));
    check_row(0, "track 1", 1000.0);
    check_i64(taps_midi_tempo_nbpm(&midi), 0);
    begin_file(&file, 0, 1, 0xE301); /* -29: 30 frames in 1001 ms */
    begin_track(&file);
    PUT(&file, "\x1E\x90\x3C\x40");
    end_track(&file);
    check(read_file(&file));
    check_row(0, "track 1", 1001.0);
}

static void chunks_of_other_kinds_are_passed_over(void **state)
{
    (void)state;
    File file;

    begin_file(&file, 0, 1, 96);
    PUT(&file, "XFIH\0\0\0\2ab");
    begin_track(&file);
    PUT(&file, "\0\x90\x3C\x40");
    end_track(&file);
    check(read_file(&file));
    check_i64(rows.count, 1);
}

static void mistakes_are_named_with_their_byte(void **state)
{
    (void)state;
    File file;

    begin_file(&file, 2, 1, 96);
    refused(&file, 8, "the format is neither 0 nor 1: its tracks are separate songs");
    begin_file(&file, 0, 2, 96);
    refused(&file, 10, "the number of tracks does not fit the format");
    begin_file(&file, 0, 1, 0);
    refused(&file, 12, "a quarter note has no ticks");
    begin_file(&file, 0, 1, 0xF040);
    refused(&file, 12, "the division is not 24, 25, 29 or 30 frames");
    begin_file(&file, 0, 1, 96);
    refused(&file, 14, "the file ends before the last of its tracks");
    begin_track(&file);
    PUT(&file, "\0\x3C\x40");
    end_track(&file);
    refused(&file, 23, "data stands where an event should begin");
    begin_file(&file, 0, 1, 96);
    begin_track(&file);
    PUT(&file, "\0\x90\x3C\x90");
    end_track(&file);
    refused(&file, 25, "an event's data has a byte above 127");
    begin_file(&file, 0, 1, 96);
    begin_track(&file);
    PUT(&file, "\0\xF8");
    end_track(&file);
    refused(&file, 23, "an event that no MIDI file has");
    begin_file(&file, 0, 1, 96);
    begin_track(&file);
    PUT(&file, "\xFF\xFF\xFF\xFF\x7F");
    end_track(&file);
    refused(&file, 22, "a number has more than four bytes");
    begin_file(&file, 0, 1, 96);
    begin_track(&file);
    PUT(&file, "\0\xFF\x51\2\1\1");
    end_track(&file);
    check(!read_file(&file));
    check_text(midi.reason, "a tempo is not three bytes above 0");
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    File file = two_channels();
    const size_t whole = file.count;

    for (file.count = 0; file.count < whole; file.count++) {
        check(!read_file(&file));
        check(midi.reason != NULL && midi.reason_byte <= file.count);
    }
    check(read_file(&file));
}

static void what_the_sink_refuses_ends_the_reading(void **state)
{
    (void)state;
    File file;

    begin_file(&file, 0, 1, 96);
    begin_track(&file);
    for (int i = 0; i <= ROWS_MAX; i++) {
        PUT(&file, "\1\x90\x3C\x40");
    }
    end_track(&file);
    check(!read_file(&file));
    check_text(midi.reason, "full");
    check_i64(rows.count, ROWS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_channel_of_a_track_is_a_player),
        cmocka_unit_test(each_track_is_a_player_by_its_name),
        cmocka_unit_test(time_follows_the_changes_of_tempo),
        cmocka_unit_test(a_division_of_frames_is_seconds_whatever_the_tempo),
        cmocka_unit_test(chunks_of_other_kinds_are_passed_over),
        cmocka_unit_test(mistakes_are_named_with_their_byte),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(what_the_sink_refuses_ends_the_reading),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
