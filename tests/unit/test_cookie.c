/* Proof of an address: only who receives the answer can show a cookie, and only for a while. */
#include "shared/secure/cookie.h"

#include <string.h>

#include "shared/prng.h"
#include "shared/secure/entropy.h"
#include "tests/support/check.h"

static const HostTime START = {1000 * NS_PER_S};
static const CookieSource SOURCE = {0x0100007f, 4321};

static void open_jar(CookieJar *jar)
{
    uint8_t random[2 * COOKIE_SECRET_BYTES];

    for (size_t i = 0; i < sizeof random; i++) {
        random[i] = (uint8_t)(i * 7 + 1);
    }
    cookie_jar_init(jar, START, random);
}

static HostTime after_s(int64_t seconds)
{
    return (HostTime){START.ns + seconds * NS_PER_S};
}

static bool accepts(const CookieJar *jar, CookieSource source, HostTime now, uint32_t token)
{
    uint8_t cookie[COOKIE_BYTES];

    return cookie_check(jar, source, now, token, cookie);
}

static void a_cookie_is_found_by_its_token(void **state)
{
    CookieJar jar;
    uint8_t given[COOKIE_BYTES];
    uint8_t found[COOKIE_BYTES];

    (void)state;
    open_jar(&jar);
    cookie_make(&jar, SOURCE, START, given);
    check(cookie_check(&jar, SOURCE, START, cookie_token(given), found));
    check_bytes(found, given, sizeof given);
}

static void a_cookie_is_good_for_its_slot_and_the_next(void **state)
{
    CookieJar jar;
    uint8_t given[COOKIE_BYTES];

    (void)state;
    open_jar(&jar);
    cookie_make(&jar, SOURCE, START, given);
    check(accepts(&jar, SOURCE, after_s(19), cookie_token(given)));
    check(!accepts(&jar, SOURCE, after_s(20), cookie_token(given)));
}

static void a_cookie_is_good_for_its_own_source_alone(void **state)
{
    CookieSource neighbour = {SOURCE.address, (uint16_t)(SOURCE.port + 1)};
    CookieSource stranger = {SOURCE.address + 1, SOURCE.port};
    CookieJar jar;
    uint8_t given[COOKIE_BYTES];

    (void)state;
    open_jar(&jar);
    cookie_make(&jar, SOURCE, START, given);
    check(!accepts(&jar, neighbour, START, cookie_token(given)));
    check(!accepts(&jar, stranger, START, cookie_token(given)));
}

static void a_renewed_secret_leaves_young_cookies_good(void **state)
{
    uint8_t random[COOKIE_SECRET_BYTES] = {42};
    HostTime now = {START.ns + COOKIE_SECRET_NS};
    CookieJar jar;
    uint8_t given[COOKIE_BYTES];
    uint8_t newer[COOKIE_BYTES];

    (void)state;
    open_jar(&jar);
    check(!cookie_jar_is_stale(&jar, (HostTime){now.ns - 1}));
    check(cookie_jar_is_stale(&jar, now));
    cookie_make(&jar, SOURCE, now, given);
    cookie_jar_renew(&jar, now, random);
    check(!cookie_jar_is_stale(&jar, now));
    cookie_make(&jar, SOURCE, now, newer);
    check(memcmp(given, newer, sizeof given) != 0);
    check(accepts(&jar, SOURCE, now, cookie_token(given)));
    check(accepts(&jar, SOURCE, now, cookie_token(newer)));
    random[0]++;
    cookie_jar_renew(&jar, now, random);
    check(!accepts(&jar, SOURCE, now, cookie_token(given)));
}

/* Four of 2^32 tokens are good at any time: guessing is hopeless. */
static void guessing_tokens_is_hopeless(void **state)
{
    CookieJar jar;
    Prng prng;
    int good = 0;

    (void)state;
    open_jar(&jar);
    prng_seed(&prng, check_seed(12));
    for (int i = 0; i < 200000; i++) {
        good += accepts(&jar, SOURCE, START, (uint32_t)prng_u64(&prng)) ? 1 : 0;
    }
    check_i64_between(good, 0, 1);
}

static void hellos_are_large_and_answers_are_small(void **state)
{
    Hello hello = {.version = 513, .nonce = {1, 2, 3, 4, 5, 6, 7, 8}};
    HelloAnswer answer = {.version = 2, .nonce = {8, 7}, .cookie = {9, 9, 9}};
    uint8_t bytes[HELLO_BYTES + 1] = {0};
    Hello got;
    HelloAnswer got_answer;

    (void)state;
    check_i64_between(HELLO_BYTES, 512, 1200);
    check_i64_between(ANSWER_BYTES, 1, 64);
    hello_encode(&hello, bytes);
    check(hello_decode(bytes, HELLO_BYTES, &got));
    check_i64(got.version, 513);
    check_bytes(got.nonce, hello.nonce, sizeof hello.nonce);
    check(!hello_decode(bytes, HELLO_BYTES - 1, &got));
    check(!hello_decode(bytes, HELLO_BYTES + 1, &got));
    check(!hello_answer_decode(bytes, HELLO_BYTES, &got_answer));
    hello_answer_encode(&answer, bytes);
    check(hello_answer_decode(bytes, ANSWER_BYTES, &got_answer));
    check_i64(got_answer.version, 2);
    check_bytes(got_answer.nonce, answer.nonce, sizeof answer.nonce);
    check_bytes(got_answer.cookie, answer.cookie, sizeof answer.cookie);
    check(!hello_decode(bytes, ANSWER_BYTES, &got));
    for (size_t size_bytes = 0; size_bytes < ANSWER_BYTES; size_bytes++) {
        check(!hello_answer_decode(bytes, size_bytes, &got_answer));
    }
}

static void a_slot_gives_one_cookie_and_the_next_another(void **state)
{
    uint8_t cookie[COOKIE_BYTES];
    uint8_t again[COOKIE_BYTES];
    CookieJar jar;

    (void)state;
    open_jar(&jar);
    cookie_make(&jar, SOURCE, START, cookie);
    cookie_make(&jar, SOURCE, (HostTime){START.ns + COOKIE_SLOT_NS - 1}, again);
    check_bytes(again, cookie, sizeof cookie);
    cookie_make(&jar, SOURCE, (HostTime){START.ns + COOKIE_SLOT_NS}, again);
    check(memcmp(again, cookie, sizeof cookie) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cookie_is_found_by_its_token),
        cmocka_unit_test(a_cookie_is_good_for_its_slot_and_the_next),
        cmocka_unit_test(a_cookie_is_good_for_its_own_source_alone),
        cmocka_unit_test(a_renewed_secret_leaves_young_cookies_good),
        cmocka_unit_test(guessing_tokens_is_hopeless),
        cmocka_unit_test(hellos_are_large_and_answers_are_small),
        cmocka_unit_test(a_slot_gives_one_cookie_and_the_next_another),
    };

    return secure_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
