/* onedrum-ctl: leading a session from the command line. */
#include <signal.h>
#include <stdlib.h>

#include "client/ctl/orders.h"

static void on_signal(int number)
{
    (void)number;
    visit_interrupt();
}

int main(int argc, char **argv)
{
    static Visit visit;
    CtlOptions options;
    struct sigaction action = {.sa_handler = on_signal};
    int code = ctl_options_parse(argc, argv, &options);

    if (code >= 0) {
        return code;
    }
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    visit_begin(&visit, &options.link);
    visit.link.known_hosts = options.known_hosts;
    code = orders_carry_out(&visit, &options);
    visit_end(&visit);
    return code;
}
