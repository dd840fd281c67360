/*
 * ctest: label=tsan
 * Comparing passwords on a thread of its own; and what a file of a secret may be.
 */
#include "server/password_check.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/platform/secret_file.h"
#include "shared/secure/entropy.h"
#include "shared/secure/password.h"
#include "tests/support/check.h"

/* The worker needs the processor, and nobody tells when it is done; ctest bounds the wait. */
static void await(PasswordCheck *check, PasswordAnswer *answer)
{
    while (!password_check_next(check, answer)) {
        (void)sched_yield();
    }
}

static void answers_come_in_the_order_of_asking_and_eight_wait_at_most(void **state)
{
    PasswordCheck *check = password_check_open("one drum, one beat");
    PasswordAnswer answer;

    (void)state;
    check(check != NULL);
    check(!password_check_next(check, &answer));
    for (uint32_t i = 0; i < PASSWORD_CHECKS_MAX; i++) {
        check(password_check_ask(check, i, i == 3 ? "one drum, one beat" : "one drum, one bean"));
    }
    check(!password_check_ask(check, 99, "one drum, one beat"));
    for (uint32_t i = 0; i < PASSWORD_CHECKS_MAX; i++) {
        await(check, &answer);
        check_i64(answer.connection, i);
        check(answer.fits == (i == 3));
    }
    check(!password_check_next(check, &answer));
    check(password_check_ask(check, 99, ""));
    await(check, &answer);
    check(!answer.fits);
    password_check_close(check);
}

static void it_ends_with_questions_unanswered(void **state)
{
    PasswordCheck *check = password_check_open("one drum, one beat");

    (void)state;
    check(check != NULL);
    check(password_check_ask(check, 1, "a"));
    check(password_check_ask(check, 2, "b"));
    password_check_close(check);
    password_check_close(NULL);
}

static void a_hash_is_argon2id_with_64_mib_and_tells_no_password(void **state)
{
    PasswordHash one;
    PasswordHash other;

    (void)state;
    check(password_hash("one drum, one beat", &one));
    check(password_hash("one drum, one beat", &other));
    check(strstr(one.text, "$argon2id$v=19$m=65536,t=2,p=1$") == one.text);
    check(strcmp(one.text, other.text) != 0);
    check(password_fits(&one, "one drum, one beat") && password_fits(&other, "one drum, one beat"));
    check(!password_fits(&one, "One drum, one beat") && !password_fits(&one, ""));
}

static bool read_file(const char *content, mode_t mode, char secret[PASSWORD_BYTES_MAX + 2])
{
    char path[] = "/tmp/onedrum-secret-XXXXXX";
    SecretFileError error;
    const int file = mkstemp(path);
    bool read = false;

    check(file >= 0);
    check(write(file, content, strlen(content)) == (ssize_t)strlen(content));
    check(fchmod(file, mode) == 0);
    (void)close(file);
    read = secret_file_read(path, secret, PASSWORD_BYTES_MIN, PASSWORD_BYTES_MAX, &error);
    check(read || strstr(error.text, path) != NULL);
    (void)unlink(path);
    return read;
}

static void a_secret_is_the_first_line_of_a_file_that_is_ours_alone(void **state)
{
    char secret[PASSWORD_BYTES_MAX + 2];
    char path[64] = "/nowhere/at/all";
    SecretFileError error;

    (void)state;
    check(read_file("one drum, one beat\nsomething else\n", 0600, secret));
    check_text(secret, "one drum, one beat");
    check(read_file("12345678", 0400, secret));
    check(!read_file("one drum, one beat\n", 0644, secret));
    check(!read_file("1234567\n", 0600, secret));
    check(!read_file("", 0600, secret));
    check(!read_file("1234\t5678\n", 0600, secret));
    check(!read_file(
        "12345678901234567890123456789012345678901234567890123456789012345", 0600, secret));
    check(!secret_file_read(path, secret, PASSWORD_BYTES_MIN, PASSWORD_BYTES_MAX, &error));
}

static int start(void **state)
{
    (void)state;
    return secure_start() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_come_in_the_order_of_asking_and_eight_wait_at_most),
        cmocka_unit_test(it_ends_with_questions_unanswered),
        cmocka_unit_test(a_hash_is_argon2id_with_64_mib_and_tells_no_password),
        cmocka_unit_test(a_secret_is_the_first_line_of_a_file_that_is_ours_alone),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
