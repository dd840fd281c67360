/* onedrum-swarm: simulated people for rehearsals, demonstrations and tests. */
#include <signal.h>
#include <stddef.h>

#include "client/swarm/swarm.h"

static void on_signal(int number)
{
    (void)number;
    swarm_stop();
}

int main(int argc, char **argv)
{
    SwarmOptions options;
    struct sigaction action = {.sa_handler = on_signal};
    int code = swarm_options_parse(argc, argv, &options);

    if (code >= 0) {
        return code;
    }
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    return swarm_run(&options);
}
