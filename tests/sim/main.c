/*
 * Runs whole sessions on virtual time, each drawn from a seed, and says which rule broke when.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/scenario.h"

static const char HELP[] =
    "Usage: sim --seeds N [--first SEED] | --seed SEED [--quiet] | --kept FILE\n"
    "\n"
    "Plays whole sessions on virtual time: real session, real client models, a simulated\n"
    "network, and everything going wrong that can. Every rule is checked all the time.\n"
    "\n"
    "  --seeds N      as many sessions, one per seed\n"
    "  --first SEED   the first of them (default 1)\n"
    "  --seed SEED    one session again, telling what happens\n"
    "  --quiet        without the telling\n"
    "  --kept FILE    the seeds that FILE lists, one at the start of each line\n"
    "\n"
    "Exit status: 0 when every rule held, 1 when one did not, 2 on wrong usage.\n";

enum {
    EXIT_USAGE = 2,
    FAILURES_SHOWN_MAX = 50
};

typedef struct {
    uint64_t first;
    uint64_t count;
    bool tells;
    const char *kept; /* a file of seeds; NULL */
} Wish;

typedef struct {
    uint64_t run;
    uint64_t failed;
    ScenarioResult sum;
} Tally;

static bool read_number(const char *text, uint64_t *number)
{
    char *end = NULL;

    if (text == NULL || *text < '0' || *text > '9') {
        return false;
    }
    *number = strtoull(text, &end, 10);
    return *end == '\0';
}

static bool read_wish(int argument_count, char *arguments[], Wish *wish)
{
    *wish = (Wish){.first = 1};
    for (int i = 1; i < argument_count; i++) {
        const char *value = i + 1 < argument_count ? arguments[i + 1] : NULL;

        if (strcmp(arguments[i], "--quiet") == 0) {
            wish->tells = false;
            continue;
        }
        if (strcmp(arguments[i], "--kept") == 0 && value != NULL) {
            wish->kept = value;
        } else if (strcmp(arguments[i], "--seeds") == 0 && read_number(value, &wish->count)) {
            wish->tells = false;
        } else if (strcmp(arguments[i], "--seed") == 0 && read_number(value, &wish->first)) {
            wish->count = 1;
            wish->tells = true;
        } else if (strcmp(arguments[i], "--first") != 0 || !read_number(value, &wish->first)) {
            return false;
        }
        i++;
    }
    return wish->count > 0 || wish->kept != NULL;
}

static void add(ScenarioResult *sum, const ScenarioResult *result)
{
    sum->people += result->people;
    sum->seconds += result->seconds;
    sum->hits += result->hits;
    sum->datagrams_sent += result->datagrams_sent;
    sum->datagrams_lost += result->datagrams_lost;
    sum->restarts += result->restarts;
    sum->actions += result->actions;
    sum->clock_checks += result->clock_checks;
}

static void run(Tally *tally, uint64_t seed, bool tells)
{
    const ScenarioResult result = scenario_run(seed, tells);

    tally->run++;
    add(&tally->sum, &result);
    if (result.violated != NULL) {
        tally->failed++;
        (void)printf("seed %" PRIu64 " at %.3f s: does not hold: %s (%d)\n",
                     seed,
                     result.at_s,
                     result.violated,
                     result.violated_by);
        (void)fflush(stdout);
    }
}

static bool run_kept(Tally *tally, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[256];

    if (file == NULL) {
        perror(path);
        return false;
    }
    while (fgets(line, sizeof line, file) != NULL) {
        if (line[0] >= '0' && line[0] <= '9') {
            run(tally, strtoull(line, NULL, 10), false);
        }
    }
    (void)fclose(file);
    return tally->run > 0;
}

static void print_tally(const Tally *tally)
{
    (void)printf("%" PRIu64 " seeds, %" PRIu64 " failed; %d people, %.0f s, %" PRId64
                 " things happened, %" PRId64 " server deaths, %" PRId64 " hits, %" PRId64
                 " datagrams, %" PRId64 " of them lost, %" PRId64 " looks at clocks\n",
                 tally->run,
                 tally->failed,
                 tally->sum.people,
                 tally->sum.seconds,
                 tally->sum.actions,
                 tally->sum.restarts,
                 tally->sum.hits,
                 tally->sum.datagrams_sent,
                 tally->sum.datagrams_lost,
                 tally->sum.clock_checks);
}

int main(int argument_count, char *arguments[])
{
    Tally tally = {0};
    Wish wish;

    if (argument_count == 2 && strcmp(arguments[1], "--help") == 0) {
        (void)fputs(HELP, stdout);
        return EXIT_SUCCESS;
    }
    if (!read_wish(argument_count, arguments, &wish)) {
        (void)fputs(HELP, stderr);
        return EXIT_USAGE;
    }
    if (wish.kept != NULL && !run_kept(&tally, wish.kept)) {
        return EXIT_FAILURE;
    }
    for (uint64_t i = 0; i < wish.count && tally.failed < FAILURES_SHOWN_MAX; i++) {
        run(&tally, wish.first + i, wish.tells);
    }
    print_tally(&tally);
    return tally.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
