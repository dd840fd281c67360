/*
 * What a program says about its own running: one line per event, on the standard error stream.
 *
 *     2026-11-21T18:00:00.000Z info  net: event=join session=K7PM4TWX seat=3
 *
 * Not pure. Safe on any thread but audio: a line is one write, so lines never mix. Never called
 * from the audio callback, because a write may wait.
 */
#ifndef SHARED_PLATFORM_LOG_H
#define SHARED_PLATFORM_LOG_H

enum {
    LOG_LINE_BYTES_MAX = 1024 /* longer lines are cut */
};

#if defined(__GNUC__)
#define LOG_FORMAT __attribute__((format(printf, 1, 2)))
#else
#define LOG_FORMAT
#endif

/* The text starts with the module: "net: ...". Control characters in it are shown as '?'. */
void log_info(const char *format, ...) LOG_FORMAT;

/* Something is wrong, and was dealt with. */
void log_warning(const char *format, ...) LOG_FORMAT;

/* Something is wrong, and somebody must do something about it: the text says what. */
void log_error(const char *format, ...) LOG_FORMAT;

#endif
