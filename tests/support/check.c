#include "tests/support/check.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint64_t announced_seed;
static bool seed_is_announced;

/* Ends the test, after the line that says what was compared. */
static void fail_at(const char *file, int line)
{
    if (seed_is_announced) {
        print_error("repeat with ONEDRUM_TEST_SEED=%" PRIu64 "\n", announced_seed);
    }
    _fail(file, line);
}

void check_true_at(bool holds, const char *what, const char *file, int line)
{
    if (!holds) {
        print_error("does not hold: %s\n", what);
        fail_at(file, line);
    }
}

void check_i64_at(int64_t actual, int64_t expected, const char *what, const char *file, int line)
{
    if (actual != expected) {
        print_error("%s is %" PRId64 ", expected %" PRId64 "\n", what, actual, expected);
        fail_at(file, line);
    }
}

void check_u64_at(uint64_t actual, uint64_t expected, const char *what, const char *file, int line)
{
    if (actual != expected) {
        print_error("%s is %" PRIu64 ", expected %" PRIu64 "\n", what, actual, expected);
        fail_at(file, line);
    }
}

void check_i64_between_at(
    int64_t actual, int64_t low, int64_t high, const char *what, const char *file, int line)
{
    if (actual < low || actual > high) {
        print_error(
            "%s is %" PRId64 ", expected %" PRId64 " to %" PRId64 "\n", what, actual, low, high);
        fail_at(file, line);
    }
}

void check_between_at(
    double actual, double low, double high, const char *what, const char *file, int line)
{
    /* Written so that NaN fails. */
    if (!(actual >= low && actual <= high)) {
        print_error("%s is %.17g, expected %.17g to %.17g\n", what, actual, low, high);
        fail_at(file, line);
    }
}

void check_near_at(
    double actual, double expected, double tolerance, const char *what, const char *file, int line)
{
    if (!(fabs(actual - expected) <= tolerance)) {
        print_error("%s is %.17g, expected %.17g within %g (off by %g)\n",
                    what,
                    actual,
                    expected,
                    tolerance,
                    actual - expected);
        fail_at(file, line);
    }
}

void check_text_at(
    const char *actual, const char *expected, const char *what, const char *file, int line)
{
    bool equal = actual == expected;

    if (actual != NULL && expected != NULL) {
        equal = strcmp(actual, expected) == 0;
    }
    if (!equal) {
        print_error("%s is \"%s\", expected \"%s\"\n",
                    what,
                    actual != NULL ? actual : "(null)",
                    expected != NULL ? expected : "(null)");
        fail_at(file, line);
    }
}

void check_bytes_at(const void *actual,
                    const void *expected,
                    size_t size,
                    const char *what,
                    const char *file,
                    int line)
{
    const unsigned char *left = actual;
    const unsigned char *right = expected;

    for (size_t index = 0; index < size; index++) {
        if (left[index] != right[index]) {
            print_error("%s differs at byte %zu of %zu: %02x, expected %02x\n",
                        what,
                        index,
                        size,
                        (unsigned)left[index],
                        (unsigned)right[index]);
            fail_at(file, line);
        }
    }
}

uint64_t check_seed(uint64_t fixed)
{
    const char *chosen = getenv("ONEDRUM_TEST_SEED");

    announced_seed = chosen != NULL ? strtoull(chosen, NULL, 10) : fixed;
    seed_is_announced = true;
    print_message("seed %" PRIu64 "\n", announced_seed);
    return announced_seed;
}
