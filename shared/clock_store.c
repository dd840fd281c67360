#include "shared/clock_store.h"

#include <assert.h>
#include <string.h>

enum {
    DENSE_US = 12 * CLOCK_STORE_SLOT_US,
    SPARSE_POINTS = 4, /* kept of a slot that has left the dense part */
    HALF_SLOTS = 2 * CLOCK_WINDOW_S
};

static int32_t floor_to(int32_t x_us, int32_t unit_us)
{
    const int32_t rest = x_us % unit_us;

    return rest < 0 ? x_us - rest - unit_us : x_us - rest;
}

static int32_t half_slot_of(int32_t x_us)
{
    return floor_to(x_us, CLOCK_STORE_HALF_SLOT_US) / CLOCK_STORE_HALF_SLOT_US;
}

static uint32_t ring_index(int32_t half_slot)
{
    const int32_t rest = half_slot % HALF_SLOTS;

    return (uint32_t)(rest < 0 ? rest + HALF_SLOTS : rest);
}

static bool is_before(ClockStorePoint a, ClockStorePoint b)
{
    return a.x_us < b.x_us || (a.x_us == b.x_us && a.v_10ns < b.v_10ns);
}

/* The better to keep: less delay, and of equal ones the earlier. */
static bool is_lower(ClockStorePoint a, ClockStorePoint b)
{
    return a.v_10ns < b.v_10ns || (a.v_10ns == b.v_10ns && a.x_us < b.x_us);
}

int clock_store_first(const ClockStore *store, int32_t x_us)
{
    int low = 0;
    int high = store->count;

    while (low < high) {
        const int middle = (low + high) / 2;

        if (store->points[middle].x_us < x_us) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool clock_store_has(const ClockStore *store, int32_t x_us)
{
    const int index = clock_store_first(store, x_us);

    return index < store->count && store->points[index].x_us == x_us;
}

static void remove_at(ClockStore *store, int index)
{
    store->count--;
    memmove(&store->points[index],
            &store->points[index + 1],
            sizeof store->points[0] * (size_t)(store->count - index));
}

static void insert(ClockStore *store, ClockStorePoint point)
{
    int index = store->count;

    assert(store->count < CLOCK_POINTS_MAX);
    while (index > 0 && is_before(point, store->points[index - 1])) {
        index--;
    }
    memmove(&store->points[index + 1],
            &store->points[index],
            sizeof store->points[0] * (size_t)(store->count - index));
    store->points[index] = point;
    store->count++;
}

/* The index of the highest point among first .. end - 1. */
static int highest(const ClockStore *store, int first, int end)
{
    int worst = first;

    for (int i = first + 1; i < end; i++) {
        if (is_lower(store->points[worst], store->points[i])) {
            worst = i;
        }
    }
    return worst;
}

/* Of the slot that begins at `slot_us` only the lowest points stay. */
static void thin_slot(ClockStore *store, int32_t slot_us)
{
    const int first = clock_store_first(store, slot_us);
    int end = clock_store_first(store, slot_us + CLOCK_STORE_SLOT_US);

    while (end - first > SPARSE_POINTS) {
        remove_at(store, highest(store, first, end));
        end--;
    }
}

/* The dense part begins at `dense_us` now; what lies before is thinned out. */
static void begin_dense(ClockStore *store, int32_t dense_us)
{
    int first = clock_store_first(store, store->dense_us);

    while (first < store->count && store->points[first].x_us < dense_us) {
        const int32_t slot_us = floor_to(store->points[first].x_us, CLOCK_STORE_SLOT_US);

        thin_slot(store, slot_us);
        first = clock_store_first(store, slot_us + CLOCK_STORE_SLOT_US);
    }
    store->dense_us = dense_us;
}

/* When pings come faster than planned the dense part becomes shorter, and at last the oldest points
   go. */
static void make_room(ClockStore *store)
{
    while (store->count == CLOCK_POINTS_MAX && store->dense_us <= store->newest_us) {
        begin_dense(store, store->dense_us + CLOCK_STORE_SLOT_US);
    }
    if (store->count == CLOCK_POINTS_MAX) {
        remove_at(store, 0);
    }
}

static void count_received(ClockStore *store, int32_t x_us)
{
    const int32_t newest = half_slot_of(store->newest_us);
    const int32_t number = half_slot_of(x_us);

    if (number > newest - HALF_SLOTS && store->received[ring_index(number)] < UINT8_MAX) {
        store->received[ring_index(number)]++;
    }
}

static void advance(ClockStore *store, int32_t x_us)
{
    const int32_t dense_us = floor_to(x_us - DENSE_US, CLOCK_STORE_SLOT_US);
    const int32_t last = half_slot_of(x_us);

    if (!store->has_newest) {
        store->dense_us = dense_us;
    } else {
        const int32_t known = half_slot_of(store->newest_us);
        const int32_t first = last - known < HALF_SLOTS ? known + 1 : last - HALF_SLOTS + 1;

        for (int32_t i = first; i <= last; i++) {
            store->received[ring_index(i)] = 0;
        }
    }
    store->newest_us = x_us;
    store->has_newest = true;
    if (dense_us > store->dense_us) {
        begin_dense(store, dense_us);
    }
}

void clock_store_add(ClockStore *store, ClockStorePoint point)
{
    if (!store->has_newest || point.x_us > store->newest_us) {
        advance(store, point.x_us);
    }
    count_received(store, point.x_us);
    make_room(store);
    insert(store, point);
    if (point.x_us < store->dense_us) {
        thin_slot(store, floor_to(point.x_us, CLOCK_STORE_SLOT_US));
    }
}

void clock_store_forget(ClockStore *store, int32_t x_us)
{
    const int first = clock_store_first(store, x_us);

    if (!store->has_newest) {
        return;
    }
    store->count -= first;
    memmove(store->points, &store->points[first], sizeof store->points[0] * (size_t)store->count);
    const int32_t newest = half_slot_of(store->newest_us);
    const int32_t end = half_slot_of(x_us) < newest ? half_slot_of(x_us) : newest + 1;
    for (int32_t i = newest - HALF_SLOTS + 1; i < end; i++) {
        store->received[ring_index(i)] = 0;
    }
}

void clock_store_shift(ClockStore *store, int32_t x_us, int32_t by_10ns)
{
    for (int i = clock_store_first(store, x_us); i < store->count; i++) {
        store->points[i].v_10ns += by_10ns;
    }
}

void clock_store_rebase(ClockStore *store, int32_t spans, int32_t reference_10ns)
{
    const int32_t by_us = spans * CLOCK_STORE_SPAN_US;

    for (int i = 0; i < store->count; i++) {
        store->points[i].x_us -= by_us;
        store->points[i].v_10ns -= reference_10ns;
    }
    store->newest_us -= by_us;
    store->dense_us -= by_us;
}

int clock_store_received(const ClockStore *store, int32_t half_slot)
{
    const int32_t newest = store->has_newest ? half_slot_of(store->newest_us) : 0;

    if (!store->has_newest || half_slot > newest || half_slot <= newest - HALF_SLOTS) {
        return 0;
    }
    return store->received[ring_index(half_slot)];
}
