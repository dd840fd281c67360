/*
 * The outbox: order, delivery, and what happens when it is full.
 */
#include "tests/support/check.h"

#include <string.h>

#include "shared/outbox.h"

static Outbox outbox; /* half a megabyte: too much for a stack */

static int set_up(void **state)
{
    (void)state;
    outbox_init(&outbox);
    return 0;
}

static Message ready(bool value)
{
    return (Message){.type = MESSAGE_READY, .ready = {.ready = value}};
}

static void messages_come_out_whole_and_in_order(void **state)
{
    const Message first = ready(true);
    const Message second = {.type = MESSAGE_CHOOSE_PART, .choose_part = {.part = 5}};
    Message decoded;

    (void)state;
    check(outbox_push(&outbox, 7, &first));
    check(outbox_push(&outbox, CONNECTION_EVERYONE, &second));
    check_i64(outbox.item_count, 2);
    check_i64(outbox.items[0].connection, 7);
    check_i64(outbox.items[1].connection, CONNECTION_EVERYONE);
    for (uint32_t i = 0; i < 2; i++) {
        const OutboxItem *item = &outbox.items[i];

        check(message_decode(outbox_bytes(&outbox, item), item->size_bytes, &decoded));
        check_i64(decoded.type, i == 0 ? first.type : second.type);
    }
    check_i64(decoded.choose_part.part, 5);
}

static void a_message_travels_as_its_type_does(void **state)
{
    const Message control = ready(true);
    const Message live = {.type = MESSAGE_MAP};

    (void)state;
    check(outbox_push(&outbox, 1, &control));
    check(outbox_push(&outbox, 1, &live));
    check_i64(outbox.items[0].delivery, DELIVERY_RELIABLE);
    check_i64(outbox.items[1].delivery, DELIVERY_LIVE);
}

static void what_is_for_nobody_is_dropped_without_complaint(void **state)
{
    const Message message = ready(true);

    (void)state;
    check(outbox_push(&outbox, CONNECTION_NONE, &message));
    check_i64(outbox.item_count, 0);
    check_i64(outbox.refused_count, 0);
}

static void a_disconnect_keeps_its_place_behind_what_was_said(void **state)
{
    const Message message = {.type = MESSAGE_NOTICE, .notice = {.kind = NOTICE_KICKED}};

    (void)state;
    check(outbox_push(&outbox, 3, &message));
    check(outbox_push_disconnect(&outbox, 3));
    check_i64(outbox.items[0].kind, OUTBOX_SEND);
    check_i64(outbox.items[1].kind, OUTBOX_DISCONNECT);
    check_i64(outbox.items[1].connection, 3);
}

static void full_of_items_refuses_counts_and_keeps_what_it_has(void **state)
{
    const Message message = ready(false);

    (void)state;
    for (int i = 0; i < OUTBOX_ITEMS_MAX; i++) {
        check(outbox_has_room(&outbox, 1));
        check(outbox_push_disconnect(&outbox, (uint32_t)i));
    }
    check(!outbox_has_room(&outbox, 1));
    check(!outbox_push(&outbox, 1, &message));
    check(!outbox_push_disconnect(&outbox, 1));
    check_i64(outbox.refused_count, 2);
    check_i64(outbox.item_count, OUTBOX_ITEMS_MAX);
    check_i64(outbox.items[OUTBOX_ITEMS_MAX - 1].connection, OUTBOX_ITEMS_MAX - 1);
}

static void full_of_bytes_refuses_before_a_message_could_overrun(void **state)
{
    Message message = {.type = MESSAGE_MAP, .map = {.count = MAP_PAGE_SEATS}};
    uint32_t pushed = 0;

    (void)state;
    while (outbox_push(&outbox, 1, &message)) {
        pushed++;
    }
    check(pushed < OUTBOX_ITEMS_MAX);
    check(outbox.byte_count <= OUTBOX_BYTES_MAX);
    check(outbox.byte_count > OUTBOX_BYTES_MAX - MESSAGE_BYTES_MAX);
    check(!outbox_has_room(&outbox, 1));
    check_i64(outbox.refused_count, 1);
}

static void clearing_makes_room_and_remembers_refusals(void **state)
{
    const Message message = ready(true);

    (void)state;
    while (outbox_push_disconnect(&outbox, 1)) {
    }
    outbox_clear(&outbox);
    check(outbox_has_room(&outbox, OUTBOX_BYTES_MAX / MESSAGE_BYTES_MAX));
    check(!outbox_has_room(&outbox, OUTBOX_BYTES_MAX / MESSAGE_BYTES_MAX + 1));
    check(outbox_push(&outbox, 1, &message));
    check_i64(outbox.item_count, 1);
    check_i64(outbox.refused_count, 1);
}

static void an_audience_is_those_who_lead_or_the_others(void **state)
{
    static const uint32_t audiences[] = {
        CONNECTION_EVERYONE, CONNECTION_FACILITATORS, CONNECTION_OTHERS, CONNECTION_NONE, 7};
    static const bool leads[] = {true, true, false, false, true};
    static const bool follows[] = {true, false, true, false, true};

    (void)state;
    for (size_t i = 0; i < sizeof audiences / sizeof audiences[0]; i++) {
        const OutboxItem item = {.connection = audiences[i]};

        check(outbox_is_for(&item, 7, true) == leads[i]);
        check(outbox_is_for(&item, 7, false) == follows[i]);
        check(outbox_is_for(&item, 8, false) == (follows[i] && audiences[i] != 7));
        check(audiences[i] == 7 || audiences[i] >= CONNECTION_NUMBERS_END);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(messages_come_out_whole_and_in_order, set_up),
        cmocka_unit_test_setup(a_message_travels_as_its_type_does, set_up),
        cmocka_unit_test_setup(what_is_for_nobody_is_dropped_without_complaint, set_up),
        cmocka_unit_test_setup(a_disconnect_keeps_its_place_behind_what_was_said, set_up),
        cmocka_unit_test_setup(full_of_items_refuses_counts_and_keeps_what_it_has, set_up),
        cmocka_unit_test_setup(full_of_bytes_refuses_before_a_message_could_overrun, set_up),
        cmocka_unit_test_setup(clearing_makes_room_and_remembers_refusals, set_up),
        cmocka_unit_test(an_audience_is_those_who_lead_or_the_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
