#include "tests/relay/delay_line.h"

#include <stdlib.h>
#include <string.h>

struct DelayLine {
    size_t capacity;
    size_t count;
    uint64_t put_count;
    size_t *heap;  /* slots: the first `count` wait, the others are free */
    Delayed *pool; /* by slot */
};

DelayLine *delay_line_create(size_t capacity)
{
    DelayLine *line = calloc(1, sizeof *line);

    if (line == NULL) {
        return NULL;
    }
    line->capacity = capacity;
    line->heap = calloc(capacity, sizeof line->heap[0]);
    line->pool = calloc(capacity, sizeof line->pool[0]);
    if (line->heap == NULL || line->pool == NULL) {
        delay_line_destroy(line);
        return NULL;
    }
    for (size_t i = 0; i < capacity; i++) {
        line->heap[i] = i;
    }
    return line;
}

void delay_line_destroy(DelayLine *line)
{
    if (line != NULL) {
        free(line->heap);
        free(line->pool);
        free(line);
    }
}

static bool comes_before(const DelayLine *line, size_t a, size_t b)
{
    const Delayed *one = &line->pool[line->heap[a]];
    const Delayed *other = &line->pool[line->heap[b]];

    return one->at_ns != other->at_ns ? one->at_ns < other->at_ns : one->order < other->order;
}

static void swap(DelayLine *line, size_t a, size_t b)
{
    const size_t kept = line->heap[a];

    line->heap[a] = line->heap[b];
    line->heap[b] = kept;
}

bool delay_line_put(DelayLine *line, const Delayed *delayed)
{
    size_t place = line->count;
    Delayed *slot = NULL;

    if (line->count == line->capacity) {
        return false;
    }
    slot = &line->pool[line->heap[place]];
    memcpy(slot, delayed, offsetof(Delayed, bytes) + delayed->size_bytes);
    slot->order = line->put_count;
    line->put_count++;
    line->count++;
    while (place > 0 && comes_before(line, place, (place - 1) / 2)) {
        swap(line, place, (place - 1) / 2);
        place = (place - 1) / 2;
    }
    return true;
}

const Delayed *delay_line_next(const DelayLine *line)
{
    return line->count == 0 ? NULL : &line->pool[line->heap[0]];
}

void delay_line_drop_next(DelayLine *line)
{
    size_t place = 0;
    size_t least = 0;

    if (line->count == 0) {
        return;
    }
    line->count--;
    swap(line, 0, line->count);
    do {
        place = least;
        for (size_t child = 2 * place + 1; child <= 2 * place + 2 && child < line->count; child++) {
            if (comes_before(line, child, least)) {
                least = child;
            }
        }
        if (least != place) {
            swap(line, place, least);
        }
    } while (least != place);
}
