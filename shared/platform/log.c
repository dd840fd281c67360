#include "shared/platform/log.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "shared/platform/host_clock.h"

#if defined(__GNUC__)
#define LINE_FORMAT __attribute__((format(printf, 2, 0)))
#else
#define LINE_FORMAT
#endif

static void write_line(const char *level, const char *format, va_list arguments) LINE_FORMAT;

/* "2026-11-21T18:00:00.000Z info  "; returns its length. */
static size_t write_prefix(char *line, size_t line_bytes, const char *level)
{
    int64_t wall_ms = host_clock_wall_ms();
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm date = {0};
    size_t length;

    (void)gmtime_r(&seconds, &date);
    length = strftime(line, line_bytes, "%Y-%m-%dT%H:%M:%S", &date);
    length += (size_t)snprintf(
        line + length, line_bytes - length, ".%03dZ %-5s ", (int)(wall_ms % 1000), level);
    return length;
}

static void write_line(const char *level, const char *format, va_list arguments)
{
    char line[LOG_LINE_BYTES_MAX];
    size_t length = write_prefix(line, sizeof line, level);
    size_t room = sizeof line - length;
    int wanted = vsnprintf(line + length, room, format, arguments);
    size_t end = length;

    if (wanted > 0) {
        /* One byte stays for the end of the line. */
        end += (size_t)wanted < room - 1 ? (size_t)wanted : room - 1;
    }
    for (size_t i = length; i < end; i++) {
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f) {
            line[i] = '?';
        }
    }
    line[end] = '\n';
    /* There is nobody left to tell when this fails. */
    if (write(STDERR_FILENO, line, end + 1) < 0) {
        return;
    }
}

void log_info(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_line("info", format, arguments);
    va_end(arguments);
}

void log_warning(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_line("warn", format, arguments);
    va_end(arguments);
}

void log_error(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_line("error", format, arguments);
    va_end(arguments);
}
