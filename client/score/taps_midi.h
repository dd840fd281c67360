/*
 * Reads recorded taps as a Standard MIDI File of format 0 or 1.
 *
 * Pure: the bytes of a whole file in, rows out of a callback. Each channel of each track is a
 * player, named after the track or "track N"; where a track has notes on several channels the
 * channel is named too. Every note-on with a velocity is a tap, whatever the key: a chord is one
 * tap and its bounces. Times follow the file's tempo changes, or its SMPTE division.
 * Format: Standard MIDI Files 1.0 (MIDI Manufacturers Association, RP-001).
 */
#ifndef CLIENT_SCORE_TAPS_MIDI_H
#define CLIENT_SCORE_TAPS_MIDI_H

#include "client/score/taps_csv.h"

enum {
    MIDI_TRACKS_MAX = 4096,
    MIDI_TEMPOS_MAX = 16384,
    MIDI_CHANNELS = 16,
    MIDI_TRACK_NAME_BYTES_MAX = 64 /* what follows it must fit in a name too */
};

/* From this tick on a quarter note lasts so many microseconds. */
typedef struct {
    int64_t tick;
    uint32_t quarter_us;
} MidiTempo;

typedef struct {
    char name[MIDI_TRACK_NAME_BYTES_MAX + 1]; /* clean, or empty */
    uint16_t channels;                        /* bit c: there are notes on channel c */
    bool shares_name;                         /* with another track that has notes */
} MidiTrack;

typedef struct {
    TapsCsvSink sink;
    void *owner;
    uint16_t format;
    uint16_t track_count;      /* as the header says */
    int32_t ticks_per_quarter; /* 0 with an SMPTE division, which is ... */
    int32_t ticks_per_unit;    /* ... so many ticks in ... */
    int32_t unit_ms;           /* ... so many ms */
    MidiTrack tracks[MIDI_TRACKS_MAX];
    MidiTempo tempos[MIDI_TEMPOS_MAX]; /* by tick; of two at one tick the later counts */
    int tempo_count;
    int64_t row_count;
    const char *reason; /* why it failed; NULL while all is well */
    size_t reason_byte; /* where, from 0 on */
} TapsMidi;

/* Whether the bytes begin like such a file. */
bool taps_midi_is_one(const uint8_t *bytes, size_t byte_count);

/* Takes a whole file. False after a mistake: see reason and reason_byte. */
NODISCARD bool taps_midi_read(
    TapsMidi *midi, const uint8_t *bytes, size_t byte_count, TapsCsvSink sink, void *owner);

/* The file's tempo in 10^-9 beats per minute, a quarter note being a beat; 0 when it changes or the
   file counts in seconds. */
int64_t taps_midi_tempo_nbpm(const TapsMidi *midi);

#endif
