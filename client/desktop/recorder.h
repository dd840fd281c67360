/*
 * Records what the client's times are made of: pings, keys, and what the sound device asked for.
 *
 * Main thread. Zeroed memory, and a recorder that was begun with NULL, record nothing.
 */
#ifndef CLIENT_DESKTOP_RECORDER_H
#define CLIENT_DESKTOP_RECORDER_H

#include "client/desktop/audio.h"
#include "client/desktop/input.h"
#include "client/net/trace_file.h"

typedef struct {
    TraceFile pings;
    TraceFile keys;  /* heard_ns,at_ns,kind,code,pad */
    TraceFile audio; /* frame,frames,called_ns,mapped_ns */
} Recorder;

/* Pings go to `path`, the others beside it: see trace_file_name. */
void recorder_begin(Recorder *recorder, const char *path);

/* For those who ping; NULL when nothing is recorded. */
TraceFile *recorder_pings(Recorder *recorder);

/* `pad`: -1 for what struck none. */
void recorder_take_key(Recorder *recorder, const InputStamp *stamp, int pad);

/* Every turn of the loop: what the device has asked for since. */
void recorder_take_audio(Recorder *recorder, Audio *audio);

void recorder_end(Recorder *recorder);

#endif
