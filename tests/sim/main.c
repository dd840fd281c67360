/*
 * Runs whole sessions on virtual time, each drawn from a seed, and says which rule broke when.
 *
 * Several at once, each in a process of its own: seeds share nothing, and one that ends its process
 * is named like one that broke a rule.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/sim/scenario.h"

static const char HELP[] =
    "Usage: sim --seeds N [--from SEED] [--jobs J] | --seed SEED [--quiet] | --kept FILE\n"
    "\n"
    "Plays whole sessions on virtual time: real session, real client models, a simulated\n"
    "network, and everything going wrong that can. Every rule is checked all the time.\n"
    "\n"
    "  --seeds N      as many sessions, one per seed\n"
    "  --from SEED    the first of them (default 1)\n"
    "  --jobs J       so many at once, 1 to 64 (default 1)\n"
    "  --seed SEED    one session again, telling what happens\n"
    "  --quiet        without the telling\n"
    "  --kept FILE    the seeds that FILE lists, one at the start of each line\n"
    "\n"
    "Exit status: 0 when every rule held, 1 when one did not, 2 on wrong usage.\n";

enum {
    EXIT_USAGE = 2,
    FAILURES_SHOWN_MAX = 50,
    JOBS_MAX = 64,
    SEEDS_BETWEEN_WORDS = 500 /* of progress, on the standard error stream */
};

typedef struct {
    uint64_t from;
    uint64_t count;
    uint64_t jobs;
    bool tells;
    const char *kept; /* a file of seeds; NULL */
} Wish;

typedef struct {
    uint64_t run;
    uint64_t failed;
    ScenarioResult sum;
} Tally;

/* What a process says of a seed: that it begins, and what came of it. One write, so that those of
   others do not come between. */
typedef struct {
    uint64_t seed;
    int job;
    bool ended;
    ScenarioResult result; /* when ended; its text lies where the parent, of which the process is a
                              copy, has it too */
} Report;

static bool read_number(const char *text, uint64_t *number)
{
    char *end = NULL;

    if (text == NULL || *text < '0' || *text > '9') {
        return false;
    }
    errno = 0;
    *number = strtoull(text, &end, 10);
    return *end == '\0' && errno == 0;
}

/* One option with its value; false when it is none. */
static bool read_option(const char *name, const char *value, Wish *wish)
{
    if (value == NULL) {
        return false;
    }
    if (strcmp(name, "--kept") == 0) {
        wish->kept = value;
        return true;
    }
    if (strcmp(name, "--seed") == 0) {
        wish->count = 1;
        wish->tells = true;
        return read_number(value, &wish->from);
    }
    if (strcmp(name, "--jobs") == 0) {
        return read_number(value, &wish->jobs) && wish->jobs >= 1 && wish->jobs <= JOBS_MAX;
    }
    if (strcmp(name, "--seeds") == 0) {
        return read_number(value, &wish->count);
    }
    return strcmp(name, "--from") == 0 && read_number(value, &wish->from);
}

static bool read_wish(int argument_count, char *arguments[], Wish *wish)
{
    bool quiet = false;

    *wish = (Wish){.from = 1, .jobs = 1};
    for (int i = 1; i < argument_count; i++) {
        if (strcmp(arguments[i], "--quiet") == 0) {
            quiet = true;
            continue;
        }
        if (!read_option(arguments[i], i + 1 < argument_count ? arguments[i + 1] : NULL, wish)) {
            return false;
        }
        i++;
    }
    wish->tells = wish->tells && !quiet;
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

static void count(Tally *tally, uint64_t seed, const ScenarioResult *result)
{
    tally->run++;
    add(&tally->sum, result);
    if (result->violated != NULL) {
        tally->failed++;
        (void)printf("seed %" PRIu64 " at %.3f s: does not hold: %s (%d)\n",
                     seed,
                     result->at_s,
                     result->violated,
                     result->violated_by);
        (void)fflush(stdout);
    }
}

static void run(Tally *tally, uint64_t seed, bool tells)
{
    const ScenarioResult result = scenario_run(seed, tells);

    count(tally, seed, &result);
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

/* --- several at once --- */

static void say(int pipe_end, const Report *report)
{
    if (write(pipe_end, report, sizeof *report) != (ssize_t)sizeof *report) {
        _exit(EXIT_FAILURE); /* the parent is gone */
    }
}

/* Every `jobs`th seed of the wish; does not return. */
static void run_job(const Wish *wish, int job, int pipe_end)
{
    for (uint64_t i = (uint64_t)job; i < wish->count; i += wish->jobs) {
        Report report = {.seed = wish->from + i, .job = job};

        say(pipe_end, &report);
        report.result = scenario_run(report.seed, false);
        report.ended = true;
        say(pipe_end, &report);
    }
    _exit(EXIT_SUCCESS);
}

/* Counts what the processes say until all have ended; `current`: the seed of each. */
static void listen_to_jobs(const Wish *wish, int pipe_end, uint64_t *current, Tally *tally)
{
    Report report;

    while (tally->failed < FAILURES_SHOWN_MAX &&
           read(pipe_end, &report, sizeof report) == (ssize_t)sizeof report) {
        if (!report.ended) {
            current[report.job] = report.seed;
            continue;
        }
        count(tally, report.seed, &report.result);
        if (tally->run % SEEDS_BETWEEN_WORDS == 0) {
            (void)fprintf(stderr,
                          "%" PRIu64 " of %" PRIu64 " seeds, %" PRIu64 " failed\n",
                          tally->run,
                          wish->count,
                          tally->failed);
        }
    }
}

static void await_jobs(const pid_t *processes, int job_count, const uint64_t *current, Tally *tally)
{
    for (int i = 0; i < job_count; i++) {
        int status = 0;

        if (waitpid(processes[i], &status, 0) == processes[i] && status == 0) {
            continue;
        }
        if (tally->failed < FAILURES_SHOWN_MAX) {
            tally->failed++;
            (void)printf("seed %" PRIu64 ": ended its process, status %d\n", current[i], status);
        }
    }
}

static bool run_jobs(const Wish *wish, Tally *tally)
{
    uint64_t current[JOBS_MAX] = {0};
    pid_t processes[JOBS_MAX];
    int job_count = 0;
    int ends[2];

    _Static_assert(sizeof(Report) <= 512, "a report is written as a whole (POSIX's PIPE_BUF)");
    if (pipe(ends) != 0) {
        perror("sim: pipe");
        return false;
    }
    (void)fflush(stdout);
    for (; job_count < (int)wish->jobs; job_count++) {
        processes[job_count] = fork();
        if (processes[job_count] == 0) {
            (void)close(ends[0]);
            run_job(wish, job_count, ends[1]);
        }
        if (processes[job_count] < 0) {
            perror("sim: fork");
            break;
        }
    }
    (void)close(ends[1]);
    listen_to_jobs(wish, ends[0], current, tally);
    (void)close(ends[0]); /* who still writes is ended by it */
    await_jobs(processes, job_count, current, tally);
    return job_count == (int)wish->jobs;
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
    if (wish.count > 1 && !run_jobs(&wish, &tally)) {
        return EXIT_FAILURE;
    }
    if (wish.count == 1) {
        run(&tally, wish.from, wish.tells);
    }
    print_tally(&tally);
    return tally.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
