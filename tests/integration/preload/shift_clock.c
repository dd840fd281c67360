/*
 * Loaded before a program (LD_PRELOAD): shifts the clocks that it reads, as tests wish.
 *
 * The file that ONEDRUM_TEST_SHIFT names holds two 64-bit numbers in this machine's byte order: ns
 * to add to CLOCK_MONOTONIC, and ns to add to the wall clock. The test changes them while the
 * program runs. With ONEDRUM_TEST_LOCALE set, the program begins in the locale of its environment,
 * as if a library it uses had set it.
 *
 * Only what the programs and their libraries call is shifted. Waiting until a time of a shifted
 * clock waits until the unshifted one.
 */
#include <fcntl.h>
#include <locale.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S INT64_C(1000000000)

typedef struct {
    volatile int64_t monotonic_ns;
    volatile int64_t wall_ns;
} Shift;

static const Shift none;
static const Shift *shift = &none;

__attribute__((constructor)) static void begin(void);

static void begin(void)
{
    const char *path = getenv("ONEDRUM_TEST_SHIFT");
    const int file = path == NULL ? -1 : open(path, O_RDONLY);
    void *mapped = MAP_FAILED;

    if (file >= 0) {
        mapped = mmap(NULL, sizeof(Shift), PROT_READ, MAP_SHARED, file, 0);
        (void)close(file);
    }
    if (mapped != MAP_FAILED) {
        shift = mapped;
    }
    if (getenv("ONEDRUM_TEST_LOCALE") != NULL && setlocale(LC_ALL, "") == NULL) {
        _exit(99);
    }
}

static int64_t shift_of(clockid_t clock)
{
    if (clock == CLOCK_MONOTONIC) {
        return shift->monotonic_ns;
    }
    return clock == CLOCK_REALTIME ? shift->wall_ns : 0;
}

static struct timespec shifted(struct timespec time, int64_t by_ns)
{
    const int64_t total_ns = (int64_t)time.tv_sec * NS_PER_S + time.tv_nsec + by_ns;

    return (struct timespec){.tv_sec = (time_t)(total_ns / NS_PER_S),
                             .tv_nsec = (long)(total_ns % NS_PER_S)};
}

/* The parameters have the names that the C library gives them. */

int clock_gettime(clockid_t clock_id, struct timespec *tp)
{
    const int result = (int)syscall(SYS_clock_gettime, clock_id, tp);

    if (result == 0) {
        *tp = shifted(*tp, shift_of(clock_id));
    }
    return result;
}

int clock_nanosleep(clockid_t clock_id, int flags, const struct timespec *req, struct timespec *rem)
{
    struct timespec until = *req;

    if ((flags & TIMER_ABSTIME) != 0) {
        until = shifted(until, -shift_of(clock_id));
    }
    return (int)syscall(SYS_clock_nanosleep, clock_id, flags, &until, rem);
}

int gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
    struct timespec now;

    (void)tz;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
        return -1;
    }
    *tv = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *timer)
{
    struct timespec now;
    const time_t seconds = clock_gettime(CLOCK_REALTIME, &now) == 0 ? now.tv_sec : (time_t)-1;

    if (timer != NULL) {
        *timer = seconds;
    }
    return seconds;
}
