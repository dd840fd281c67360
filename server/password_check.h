/*
 * Compares passwords with the facilitator's on a thread of its own, because one comparison takes a
 * tenth of a second and nobody's music waits for it.
 *
 * Not pure: one worker thread. All functions belong to the loop's thread; none of them waits but
 * password_check_close.
 */
#ifndef SERVER_PASSWORD_CHECK_H
#define SERVER_PASSWORD_CHECK_H

#include "shared/message.h"

enum {
    PASSWORD_CHECKS_MAX = 8 /* waiting, being compared, or answered and not taken yet */
};

typedef struct PasswordCheck PasswordCheck;

typedef struct {
    uint32_t connection; /* who asked */
    bool fits;
} PasswordAnswer;

/* NULL when there is no memory or thread for it. The password itself is not kept. */
PasswordCheck *password_check_open(const char *password);

/* Ends the thread after the comparison it is at; NULL is accepted. */
void password_check_close(PasswordCheck *check);

/* Takes a password to compare; false when too many are. */
bool password_check_ask(PasswordCheck *check, uint32_t connection, const char *password);

/* The next answer, in the order of asking; false while there is none. */
bool password_check_next(PasswordCheck *check, PasswordAnswer *answer);

#endif
