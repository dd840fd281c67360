#include "client/score/taps_midi.h"

#include <stdio.h>
#include <string.h>

#include "shared/text.h"

__extension__ typedef __int128 Int128;

enum {
    HEADER_BYTES = 14,
    CHUNK_HEAD_BYTES = 8,
    QUARTER_US_DEFAULT = 500000, /* 120 beats per minute, where a file says nothing */
    VARIABLE_BYTES_MAX = 4,
    META_TRACK_NAME = 0x03,
    META_END_OF_TRACK = 0x2F,
    META_TEMPO = 0x51,
    STATUS_NOTE_ON = 0x90,
    STATUS_SYSTEM = 0xF0,
    STATUS_SYSEX = 0xF0,
    STATUS_SYSEX_MORE = 0xF7,
    STATUS_META = 0xFF
};

/* Going through one track. */
typedef struct {
    TapsMidi *midi;
    const uint8_t *bytes; /* of the file */
    size_t at;
    size_t end; /* of the track */
    int64_t tick;
    int track;
    uint8_t status; /* the running one, 0 before the first */
    int tempo;      /* the next change of tempo ... */
    Int128 passed;  /* ... ticks times microseconds per quarter note up to the last ... */
    int64_t tempo_tick;
    int64_t quarter_us;
    bool emits; /* the second time: rows come out; the first time names and tempi are found */
    bool is_over;
} Walk;

static bool refuse(TapsMidi *midi, size_t byte, const char *reason)
{
    midi->reason = reason;
    midi->reason_byte = byte;
    return false;
}

static uint32_t big_endian(const uint8_t *bytes, int byte_count)
{
    uint32_t value = 0;

    for (int i = 0; i < byte_count; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

bool taps_midi_is_one(const uint8_t *bytes, size_t byte_count)
{
    return byte_count >= 4 && memcmp(bytes, "MThd", 4) == 0;
}

/* Seven bits a byte, the last one without its top bit. */
static bool take_variable(Walk *walk, uint32_t *value)
{
    const size_t start = walk->at;

    *value = 0;
    for (int i = 0; i < VARIABLE_BYTES_MAX; i++) {
        if (walk->at == walk->end) {
            return refuse(walk->midi, start, "the track ends within a number");
        }
        const uint8_t byte = walk->bytes[walk->at];
        walk->at++;
        *value = *value << 7 | (byte & 0x7FU);
        if (byte < 0x80) {
            return true;
        }
    }
    return refuse(walk->midi, start, "a number has more than four bytes");
}

/* Where the next `byte_count` bytes are; NULL when the track has not so many. */
static const uint8_t *take_bytes(Walk *walk, size_t byte_count)
{
    const uint8_t *bytes = walk->bytes + walk->at;

    if (walk->end - walk->at < byte_count) {
        (void)refuse(walk->midi, walk->at, "the track ends within an event");
        return NULL;
    }
    walk->at += byte_count;
    return bytes;
}

static bool add_tempo(Walk *walk, const uint8_t *data, uint32_t byte_count)
{
    TapsMidi *midi = walk->midi;
    const uint32_t quarter_us = byte_count == 3 ? big_endian(data, 3) : 0;
    int index = midi->tempo_count;

    if (quarter_us == 0) {
        return refuse(midi, walk->at, "a tempo is not three bytes above 0");
    }
    if (midi->tempo_count == MIDI_TEMPOS_MAX) {
        return refuse(midi, walk->at, "there are more than 16,384 tempo changes");
    }
    while (index > 0 && midi->tempos[index - 1].tick > walk->tick) {
        midi->tempos[index] = midi->tempos[index - 1];
        index--;
    }
    midi->tempos[index] = (MidiTempo){walk->tick, quarter_us};
    midi->tempo_count++;
    return true;
}

/* Blanks at both ends and what cannot be a name are left out. */
static void name_track(MidiTrack *track, const uint8_t *data, size_t byte_count)
{
    const char *text = (const char *)data;

    while (byte_count > 0 && (text[byte_count - 1] == ' ' || text[byte_count - 1] == '\0')) {
        byte_count--;
    }
    while (byte_count > 0 && *text == ' ') {
        text++;
        byte_count--;
    }
    if (track->name[0] == '\0' && byte_count <= MIDI_TRACK_NAME_BYTES_MAX &&
        text_is_clean(text, byte_count)) {
        memcpy(track->name, text, byte_count);
        track->name[byte_count] = '\0';
    }
}

static bool take_meta(Walk *walk)
{
    uint32_t byte_count = 0;
    const uint8_t *type = take_bytes(walk, 1);
    const uint8_t *data = NULL;

    if (type == NULL || !take_variable(walk, &byte_count)) {
        return false;
    }
    data = take_bytes(walk, byte_count);
    if (data == NULL) {
        return false;
    }
    if (*type == META_END_OF_TRACK) {
        walk->is_over = true;
    } else if (*type == META_TRACK_NAME && !walk->emits) {
        name_track(&walk->midi->tracks[walk->track], data, byte_count);
    } else if (*type == META_TEMPO && !walk->emits) {
        return add_tempo(walk, data, byte_count);
    }
    return true;
}

/* The time of the tick that has been reached: ticks never go back within a track. */
static Int128 time_ns(Walk *walk)
{
    const TapsMidi *midi = walk->midi;
    const Int128 tick = walk->tick;

    if (midi->ticks_per_quarter == 0) {
        return tick * midi->unit_ms * NS_PER_MS / midi->ticks_per_unit;
    }
    while (walk->tempo < midi->tempo_count && midi->tempos[walk->tempo].tick <= walk->tick) {
        const MidiTempo *tempo = &midi->tempos[walk->tempo];

        walk->passed += (Int128)(tempo->tick - walk->tempo_tick) * walk->quarter_us;
        walk->tempo_tick = tempo->tick;
        walk->quarter_us = tempo->quarter_us;
        walk->tempo++;
    }
    return (walk->passed + (tick - walk->tempo_tick) * walk->quarter_us) * NS_PER_US /
           midi->ticks_per_quarter;
}

/* Tracks with notes and the same name get their numbers as well. */
static void compare_names(TapsMidi *midi)
{
    for (int i = 0; i < midi->track_count; i++) {
        for (int k = 0; k < i; k++) {
            MidiTrack *one = &midi->tracks[i];
            MidiTrack *other = &midi->tracks[k];

            if (one->channels != 0 && other->channels != 0 && strcmp(one->name, other->name) == 0) {
                one->shares_name = true;
                other->shares_name = true;
            }
        }
    }
}

static void name_player(const TapsMidi *midi, int track, int channel, TapsCsvRow *row)
{
    const MidiTrack *found = &midi->tracks[track];
    const bool several = (found->channels & (found->channels - 1)) != 0;
    const int size = (int)sizeof row->player;
    int used = 0;

    if (found->name[0] == '\0') {
        used = snprintf(row->player, (size_t)size, "track %d", track + 1);
    } else if (found->shares_name) {
        used = snprintf(row->player, (size_t)size, "%s (track %d)", found->name, track + 1);
    } else {
        used = snprintf(row->player, (size_t)size, "%s", found->name);
    }
    if (several) {
        (void)snprintf(row->player + used, (size_t)(size - used), ", channel %d", channel + 1);
    }
}

static bool take_note_on(Walk *walk, int channel, uint8_t velocity)
{
    TapsMidi *midi = walk->midi;
    TapsCsvRow row = {.velocity = velocity};
    const char *reason = NULL;
    Int128 at_ns = 0;

    if (!walk->emits) {
        midi->tracks[walk->track].channels |= (uint16_t)(1U << channel);
        return true;
    }
    at_ns = time_ns(walk);
    if (at_ns > CSV_TIME_MS_MAX * NS_PER_MS) {
        return refuse(midi, walk->at, "a note is later than 4e12 ms");
    }
    row.time_ns = (int64_t)at_ns;
    name_player(midi, walk->track, channel, &row);
    reason = midi->sink(midi->owner, &row);
    midi->row_count++;
    return reason == NULL || refuse(midi, walk->at, reason);
}

/* Program changes (0xC) and channel pressure (0xD) have one byte of data, the others two. */
static bool take_channel_event(Walk *walk)
{
    const int kind = walk->status & 0xF0;
    const size_t byte_count = kind == 0xC0 || kind == 0xD0 ? 1 : 2;
    const size_t start = walk->at;
    const uint8_t *data = take_bytes(walk, byte_count);

    if (data == NULL) {
        return false;
    }
    for (size_t i = 0; i < byte_count; i++) {
        if (data[i] >= 0x80) {
            return refuse(walk->midi, start + i, "an event's data has a byte above 127");
        }
    }
    if (kind == STATUS_NOTE_ON && data[1] > 0) {
        return take_note_on(walk, walk->status & 0x0F, data[1]);
    }
    return true;
}

static bool take_event(Walk *walk)
{
    uint32_t delta = 0;
    uint8_t status;

    if (!take_variable(walk, &delta)) {
        return false;
    }
    if (walk->at == walk->end) {
        return refuse(walk->midi, walk->at, "the track ends before an event");
    }
    walk->tick += delta;
    status = walk->bytes[walk->at];
    if (status < 0x80) {
        return walk->status != 0
                   ? take_channel_event(walk)
                   : refuse(walk->midi, walk->at, "data stands where an event should begin");
    }
    walk->at++;
    if (status < STATUS_SYSTEM) {
        walk->status = status;
        return take_channel_event(walk);
    }
    if (status == STATUS_META) {
        return take_meta(walk);
    }
    if (status == STATUS_SYSEX || status == STATUS_SYSEX_MORE) {
        uint32_t byte_count = 0;

        return take_variable(walk, &byte_count) && take_bytes(walk, byte_count) != NULL;
    }
    return refuse(walk->midi, walk->at - 1, "an event that no MIDI file has");
}

static bool take_track(TapsMidi *midi, const uint8_t *bytes, size_t at, size_t end, Walk *walk)
{
    walk->midi = midi;
    walk->bytes = bytes;
    walk->at = at;
    walk->end = end;
    walk->tick = 0;
    walk->status = 0;
    walk->is_over = false;
    walk->tempo = 0;
    walk->passed = 0;
    walk->tempo_tick = 0;
    walk->quarter_us = QUARTER_US_DEFAULT;
    while (walk->at < walk->end && !walk->is_over) {
        if (!take_event(walk)) {
            return false;
        }
    }
    return true;
}

/* All tracks, in their order; chunks of other kinds are passed over. */
static bool take_tracks(TapsMidi *midi, const uint8_t *bytes, size_t byte_count, bool emits)
{
    Walk walk = {.emits = emits};
    size_t at = CHUNK_HEAD_BYTES + big_endian(bytes + 4, 4);

    while (walk.track < midi->track_count) {
        size_t chunk_bytes = 0;

        if (byte_count - at < CHUNK_HEAD_BYTES) {
            return refuse(midi, byte_count, "the file ends before the last of its tracks");
        }
        chunk_bytes = big_endian(bytes + at + 4, 4);
        if (chunk_bytes > byte_count - at - CHUNK_HEAD_BYTES) {
            return refuse(midi, at + 4, "the file ends within a track, or the length is wrong");
        }
        if (memcmp(bytes + at, "MTrk", 4) == 0) {
            const size_t start = at + CHUNK_HEAD_BYTES;

            if (!take_track(midi, bytes, start, start + chunk_bytes, &walk)) {
                return false;
            }
            walk.track++;
        }
        at += CHUNK_HEAD_BYTES + chunk_bytes;
    }
    return true;
}

/* Ticks per quarter note, or minus the frames per second and the ticks in each. */
static bool take_division(TapsMidi *midi, const uint8_t *bytes)
{
    const int32_t frames = 256 - bytes[0];

    if (bytes[0] < 0x80) {
        midi->ticks_per_quarter = (int32_t)big_endian(bytes, 2);
        return midi->ticks_per_quarter > 0 ||
               refuse(midi, HEADER_BYTES - 2, "a quarter note has no ticks");
    }
    if (bytes[1] == 0 || (frames != 24 && frames != 25 && frames != 29 && frames != 30)) {
        return refuse(midi, HEADER_BYTES - 2, "the division is not 24, 25, 29 or 30 frames");
    }
    /* "29" are the 30000 / 1001 of colour television. */
    midi->unit_ms = frames == 29 ? 1001 : 1000;
    midi->ticks_per_unit = (frames == 29 ? 30 : frames) * bytes[1];
    return true;
}

static bool take_header(TapsMidi *midi, const uint8_t *bytes, size_t byte_count)
{
    if (!taps_midi_is_one(bytes, byte_count)) {
        return refuse(midi, 0, "this is no MIDI file: it does not begin with MThd");
    }
    if (byte_count < HEADER_BYTES || big_endian(bytes + 4, 4) < 6 ||
        big_endian(bytes + 4, 4) > byte_count - CHUNK_HEAD_BYTES) {
        return refuse(midi, 4, "the header is too short or too long");
    }
    midi->format = (uint16_t)big_endian(bytes + 8, 2);
    midi->track_count = (uint16_t)big_endian(bytes + 10, 2);
    if (midi->format > 1) {
        return refuse(midi, 8, "the format is neither 0 nor 1: its tracks are separate songs");
    }
    if (midi->track_count == 0 || (midi->format == 0 && midi->track_count != 1)) {
        return refuse(midi, 10, "the number of tracks does not fit the format");
    }
    if (midi->track_count > MIDI_TRACKS_MAX) {
        return refuse(midi, 10, "there are more than 4,096 tracks");
    }
    return take_division(midi, bytes + 12);
}

bool taps_midi_read(
    TapsMidi *midi, const uint8_t *bytes, size_t byte_count, TapsCsvSink sink, void *owner)
{
    memset(midi, 0, sizeof *midi);
    midi->sink = sink;
    midi->owner = owner;
    if (!take_header(midi, bytes, byte_count) || !take_tracks(midi, bytes, byte_count, false)) {
        return false;
    }
    compare_names(midi);
    return take_tracks(midi, bytes, byte_count, true);
}

int64_t taps_midi_tempo_nbpm(const TapsMidi *midi)
{
    int64_t quarter_us = QUARTER_US_DEFAULT;

    if (midi->ticks_per_quarter == 0) {
        return 0;
    }
    for (int i = 0; i < midi->tempo_count; i++) {
        if (i > 0 && midi->tempos[i].quarter_us != midi->tempos[0].quarter_us) {
            return 0;
        }
        quarter_us = midi->tempos[i].quarter_us;
    }
    if (midi->tempo_count > 0 && midi->tempos[0].tick > 0 && quarter_us != QUARTER_US_DEFAULT) {
        return 0;
    }
    return (INT64_C(60000000) * NS_PER_S + quarter_us / 2) / quarter_us;
}
