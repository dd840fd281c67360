#include "server/password_check.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "shared/secure/entropy.h"
#include "shared/secure/password.h"

typedef struct {
    uint32_t connection;
    bool fits;
    char password[PASSWORD_BYTES_MAX + 1];
} Asked;

struct PasswordCheck {
    PasswordHash hash;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards all that follows */
    pthread_cond_t news;
    bool closing;
    Asked asked[PASSWORD_CHECKS_MAX]; /* ring; the answered ones come first */
    int first;
    int answered_count;
    int count; /* answered and waiting */
};

static Asked *at(PasswordCheck *check, int place)
{
    return &check->asked[(check->first + place) % PASSWORD_CHECKS_MAX];
}

/* The mutex is held but for the comparison: meanwhile nobody touches the entry. */
static void *compare(void *argument)
{
    PasswordCheck *check = argument;

    (void)pthread_mutex_lock(&check->mutex);
    while (!check->closing) {
        Asked *asked = NULL;
        bool fits = false;

        if (check->answered_count == check->count) {
            (void)pthread_cond_wait(&check->news, &check->mutex);
            continue;
        }
        asked = at(check, check->answered_count);
        (void)pthread_mutex_unlock(&check->mutex);
        fits = password_fits(&check->hash, asked->password);
        (void)pthread_mutex_lock(&check->mutex);
        secure_wipe(asked->password, sizeof asked->password);
        asked->fits = fits;
        check->answered_count++;
    }
    (void)pthread_mutex_unlock(&check->mutex);
    return NULL;
}

PasswordCheck *password_check_open(const char *password)
{
    PasswordCheck *check = calloc(1, sizeof *check);

    if (check == NULL || !password_hash(password, &check->hash)) {
        free(check);
        return NULL;
    }
    (void)pthread_mutex_init(&check->mutex, NULL);
    (void)pthread_cond_init(&check->news, NULL);
    if (pthread_create(&check->thread, NULL, compare, check) != 0) {
        free(check);
        return NULL;
    }
    return check;
}

void password_check_close(PasswordCheck *check)
{
    if (check == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&check->mutex);
    check->closing = true;
    (void)pthread_cond_signal(&check->news);
    (void)pthread_mutex_unlock(&check->mutex);
    (void)pthread_join(check->thread, NULL);
    (void)pthread_cond_destroy(&check->news);
    (void)pthread_mutex_destroy(&check->mutex);
    secure_wipe(check, sizeof *check);
    free(check);
}

bool password_check_ask(PasswordCheck *check, uint32_t connection, const char *password)
{
    bool taken = false;

    (void)pthread_mutex_lock(&check->mutex);
    if (check->count < PASSWORD_CHECKS_MAX && strlen(password) <= PASSWORD_BYTES_MAX) {
        Asked *asked = at(check, check->count);

        asked->connection = connection;
        memcpy(asked->password, password, strlen(password) + 1);
        check->count++;
        taken = true;
        (void)pthread_cond_signal(&check->news);
    }
    (void)pthread_mutex_unlock(&check->mutex);
    return taken;
}

bool password_check_next(PasswordCheck *check, PasswordAnswer *answer)
{
    bool there = false;

    (void)pthread_mutex_lock(&check->mutex);
    if (check->answered_count > 0) {
        const Asked *asked = at(check, 0);

        *answer = (PasswordAnswer){.connection = asked->connection, .fits = asked->fits};
        check->first = (check->first + 1) % PASSWORD_CHECKS_MAX;
        check->answered_count--;
        check->count--;
        there = true;
    }
    (void)pthread_mutex_unlock(&check->mutex);
    return there;
}
