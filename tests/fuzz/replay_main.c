/*
 * Replays a fuzz corpus without a fuzzing engine: every file as it is, then seeded mutations.
 *
 * Usage: replay_TARGET CORPUS_FOLDER [MUTATIONS] [SEED]. A broken property aborts, after the
 * offending input was written beside the program so that it can join the corpus.
 */
#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

enum {
    INPUTS_MAX = 1024,
    INPUT_BYTES_MAX = 65536,
    PATH_BYTES_MAX = 1024,
    MUTATIONS_DEFAULT = 20000,
    EDITS_MAX = 6
};

typedef struct {
    uint8_t *bytes;
    size_t size;
} Input;

typedef struct {
    Input inputs[INPUTS_MAX];
    size_t count;
} Corpus;

/* The input being tried, for the handler that saves it. */
static uint8_t tried[INPUT_BYTES_MAX];
static volatile size_t tried_bytes;

static uint64_t random_next(uint64_t *state)
{
    uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);

    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

static size_t random_below(uint64_t *state, size_t limit)
{
    return limit == 0 ? 0 : (size_t)(random_next(state) % limit);
}

/* Runs while the program dies, so it calls only what a signal handler may. */
static void save_tried_input(int signal_number)
{
    static const char said[] = "the input is in replay-failure.bin\n";
    int file = open("replay-failure.bin", O_WRONLY | O_CREAT | O_TRUNC, 0644);

    (void)signal_number;
    if (file >= 0 && write(file, tried, tried_bytes) >= 0 && close(file) == 0) {
        (void)!write(STDERR_FILENO, said, sizeof said - 1);
    }
}

static void try_input(void)
{
    /* An exact copy, so that the address sanitizer sees a read past the end. */
    uint8_t *copy = malloc(tried_bytes > 0 ? tried_bytes : 1);

    assert(copy != NULL);
    memcpy(copy, tried, tried_bytes);
    (void)LLVMFuzzerTestOneInput(copy, tried_bytes);
    free(copy);
}

static void read_input(Corpus *corpus, const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t size;

    if (file == NULL || corpus->count == INPUTS_MAX) {
        (void)fprintf(stderr, "cannot take %s into the corpus\n", path);
        exit(1);
    }
    size = fread(tried, 1, sizeof tried, file);
    (void)fclose(file);
    corpus->inputs[corpus->count].bytes = malloc(size > 0 ? size : 1);
    assert(corpus->inputs[corpus->count].bytes != NULL);
    memcpy(corpus->inputs[corpus->count].bytes, tried, size);
    corpus->inputs[corpus->count].size = size;
    corpus->count++;
}

static void read_corpus(Corpus *corpus, const char *folder)
{
    struct dirent **entries = NULL;
    int entry_count = scandir(folder, &entries, NULL, alphasort);

    for (int index = 0; index < entry_count; index++) {
        char path[PATH_BYTES_MAX];

        if (entries[index]->d_name[0] != '.') {
            (void)snprintf(path, sizeof path, "%s/%s", folder, entries[index]->d_name);
            read_input(corpus, path);
        }
        free(entries[index]);
    }
    free(entries);
}

/* One small change: flip a bit, set a byte, cut, repeat a stretch, or insert noise. */
static void edit_input(uint64_t *state)
{
    static const uint8_t telling[] = {0x00, 0x01, 0x7f, 0x80, 0xff, '\n', '|', '"'};
    size_t size = tried_bytes;
    size_t where = random_below(state, size + 1);
    size_t length = random_below(state, 16);

    switch (random_below(state, 5)) {
    case 0:
        if (where < size) {
            tried[where] = (uint8_t)(tried[where] ^ (1U << random_below(state, 8)));
        }
        break;
    case 1:
        if (where < size) {
            tried[where] = telling[random_below(state, sizeof telling)];
        }
        break;
    case 2:
        tried_bytes = where;
        break;
    case 3:
        length = length < size - where ? length : size - where;
        if (size + length <= sizeof tried) {
            memmove(tried + where + length, tried + where, size - where);
            tried_bytes = size + length;
        }
        break;
    default:
        for (size_t index = where; index < size && index < where + length; index++) {
            tried[index] = (uint8_t)random_next(state);
        }
        break;
    }
}

static void load_input(const Input *input)
{
    memcpy(tried, input->bytes, input->size);
    tried_bytes = input->size;
}

static void replay(const Corpus *corpus, uint64_t mutations, uint64_t seed)
{
    uint64_t state = seed;

    tried_bytes = 0;
    try_input();
    for (size_t index = 0; index < corpus->count; index++) {
        load_input(&corpus->inputs[index]);
        try_input();
    }
    for (uint64_t mutation = 0; mutation < mutations; mutation++) {
        size_t edits = 1 + random_below(&state, EDITS_MAX);

        load_input(&corpus->inputs[random_below(&state, corpus->count)]);
        while (edits-- > 0) {
            edit_input(&state);
        }
        try_input();
    }
}

int main(int argc, char **argv)
{
    static Corpus corpus;
    uint64_t mutations = argc > 2 ? strtoull(argv[2], NULL, 10) : MUTATIONS_DEFAULT;
    uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;

    if (argc < 2) {
        (void)fprintf(stderr, "usage: %s CORPUS_FOLDER [MUTATIONS] [SEED]\n", argv[0]);
        return 2;
    }
    (void)signal(SIGABRT, save_tried_input);
    read_corpus(&corpus, argv[1]);
    if (corpus.count == 0) {
        (void)fprintf(stderr, "%s holds no input to start from\n", argv[1]);
        return 1;
    }
    (void)printf(
        "%zu inputs, %" PRIu64 " mutations, seed %" PRIu64 "\n", corpus.count, mutations, seed);
    replay(&corpus, mutations, seed);
    for (size_t index = 0; index < corpus.count; index++) {
        free(corpus.inputs[index].bytes);
    }
    return 0;
}
