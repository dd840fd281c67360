#include "client/desktop/recorder.h"

#include "shared/platform/log.h"

static void begin_beside(
    TraceFile *trace, const char *path, const char *what, const char *header, int column_count)
{
    char name[TRACE_PATH_BYTES_MAX];

    if (trace_file_name(path, what, name)) {
        trace_file_begin(trace, name, header, column_count);
    } else {
        log_warning("trace: the name %.40s... is too long to record %s beside it", path, what);
    }
}

void recorder_begin(Recorder *recorder, const char *path)
{
    if (path == NULL) {
        return;
    }
    trace_file_begin(&recorder->pings, path, TRACE_PINGS_HEADER, TRACE_PINGS_COLUMNS);
    begin_beside(&recorder->keys, path, "keys", "heard_ns,at_ns,kind,code,pad", 5);
    begin_beside(&recorder->audio, path, "audio", "frame,frames,called_ns,mapped_ns", 4);
}

TraceFile *recorder_pings(Recorder *recorder)
{
    return recorder->pings.path[0] == '\0' ? NULL : &recorder->pings;
}

void recorder_take_key(Recorder *recorder, const InputStamp *stamp, int pad)
{
    const int64_t row[] = {stamp->heard.ns, stamp->at.ns, stamp->kind, stamp->code, pad};

    trace_file_add(&recorder->keys, row);
}

void recorder_take_audio(Recorder *recorder, Audio *audio)
{
    SoundCallback callback;

    while (audio_next_callback(audio, &callback)) {
        const int64_t row[] = {
            callback.frame, callback.frames, callback.called.ns, callback.mapped.ns};

        trace_file_add(&recorder->audio, row);
    }
}

void recorder_end(Recorder *recorder)
{
    trace_file_end(&recorder->pings);
    trace_file_end(&recorder->keys);
    trace_file_end(&recorder->audio);
}
