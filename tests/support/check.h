/*
 * Checks that print what they compared, on top of cmocka 1.1.5, which prints signed 64-bit values
 * in hexadecimal and cannot compare doubles; and the seed of randomised tests.
 *
 * A failed check ends its test, as cmocka's own do. Include this instead of <cmocka.h>: the
 * headers cmocka insists on come with it, in the order it needs.
 */
#ifndef TESTS_SUPPORT_CHECK_H
#define TESTS_SUPPORT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The condition holds; on failure prints it as written. */
#define check(condition) check_true_at((condition), #condition, __FILE__, __LINE__)

/* Two integers of any width up to 64 bits are equal; prints both in decimal. */
#define check_i64(actual, expected) check_i64_at((actual), (expected), #actual, __FILE__, __LINE__)
#define check_u64(actual, expected) check_u64_at((actual), (expected), #actual, __FILE__, __LINE__)

/* low <= actual <= high, for integers and for doubles. */
#define check_i64_between(actual, low, high)                                                       \
    check_i64_between_at((actual), (low), (high), #actual, __FILE__, __LINE__)
#define check_between(actual, low, high)                                                           \
    check_between_at((double)(actual), (double)(low), (double)(high), #actual, __FILE__, __LINE__)

/* |actual - expected| <= tolerance; NaN is near nothing. Prints both and their distance. */
#define check_near(actual, expected, tolerance)                                                    \
    check_near_at(                                                                                 \
        (double)(actual), (double)(expected), (double)(tolerance), #actual, __FILE__, __LINE__)

/* Two terminated strings are equal; prints both in quotes. NULL equals only NULL. */
#define check_text(actual, expected)                                                               \
    check_text_at((actual), (expected), #actual, __FILE__, __LINE__)

/* The first `size` bytes are equal; prints the first place where they differ. */
#define check_bytes(actual, expected, size)                                                        \
    check_bytes_at((actual), (expected), (size), #actual, __FILE__, __LINE__)

void check_true_at(bool holds, const char *what, const char *file, int line);
void check_i64_at(int64_t actual, int64_t expected, const char *what, const char *file, int line);
void check_u64_at(uint64_t actual, uint64_t expected, const char *what, const char *file, int line);
void check_i64_between_at(
    int64_t actual, int64_t low, int64_t high, const char *what, const char *file, int line);
void check_between_at(
    double actual, double low, double high, const char *what, const char *file, int line);
void check_near_at(
    double actual, double expected, double tolerance, const char *what, const char *file, int line);
void check_text_at(
    const char *actual, const char *expected, const char *what, const char *file, int line);
void check_bytes_at(const void *actual,
                    const void *expected,
                    size_t size,
                    const char *what,
                    const char *file,
                    int line);

/*
 * The seed for a randomised test: `fixed`, or the decimal number in the environment variable
 * ONEDRUM_TEST_SEED. Printed at once, and again by every check that fails afterwards.
 */
uint64_t check_seed(uint64_t fixed);

#endif
