/*
 * The command line of onedrum-swarm: from words to a value.
 *
 * Says on stderr what is wrong, and prints the help that was asked for; nothing else.
 */
#ifndef CLIENT_SWARM_OPTIONS_H
#define CLIENT_SWARM_OPTIONS_H

#include "shared/link.h"
#include "shared/player_model.h"

enum {
    SWARM_PLAYERS_MAX = 4000,
    SWARM_TEAMS_MAX = 16
};

typedef enum {
    POPULATION_CALIBRATED, /* people who have calibrated their devices */
    POPULATION_WEB,        /* people at devices of unknown delay */
    POPULATION_TRAINED     /* people who have practised */
} Population;

typedef struct {
    Link link;
    const char *known_hosts; /* file; NULL for the default */
    int player_count;
    double seconds; /* 0: until a signal */
    uint64_t seed;
    Population population;
    char teams[SWARM_TEAMS_MAX][NAME_BYTES_MAX + 1];
    int team_count;
    int trouble_counts[TROUBLE_COUNT];
    bool same_host;
    char prefix[NAME_BYTES_MAX + 1]; /* empty: first names */
    int64_t ramp_ns;
    int64_t give_up_ns; /* end when nobody has been connected for so long; 0: never */
    bool json;
    const char
        *trace; /* pings of the n-th participant go to a file beside it; NULL: no recording */
    int64_t ping_interval_ns; /* of each; 0: as many participants as there are allow */
    int64_t settle_ns;        /* clock errors count from so long after joining */
    int64_t asymmetry_ns;     /* by so much the way to the server is longer than the way back */
} SwarmOptions;

/* An exit code, or -1 when the swarm is to run. */
int swarm_options_parse(int argument_count, char **arguments, SwarmOptions *options);

#endif
