/* onedrum-ctl: leading a session from the command line. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/ctl/orders.h"
#include "shared/platform/secret_file.h"

static void on_signal(int number)
{
    (void)number;
    visit_interrupt();
}

int main(int argc, char **argv)
{
    static Visit visit;
    char password[PASSWORD_BYTES_MAX + 2] = "";
    SecretFileError cause;
    CtlOptions options;
    struct sigaction action = {.sa_handler = on_signal};
    int code = ctl_options_parse(argc, argv, &options);

    if (code >= 0) {
        return code;
    }
    if (options.password_file != NULL &&
        !secret_file_read(
            options.password_file, password, PASSWORD_BYTES_MIN, PASSWORD_BYTES_MAX, &cause)) {
        (void)fprintf(stderr, "onedrum-ctl: %s\n", cause.text);
        return EXIT_FAILURE;
    }
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    visit_begin(&visit, &options.link, password);
    visit.link.known_hosts = options.known_hosts;
    code = orders_carry_out(&visit, &options);
    visit_end(&visit);
    return code;
}
