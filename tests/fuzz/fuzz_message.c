/*
 * Any bytes as a message or as a clock datagram: refused, or understood in one way only, so that
 * encoding what was decoded gives the same bytes.
 */
#include <assert.h>
#include <string.h>

#include "shared/message.h"
#include "tests/fuzz/fuzz.h"

static void check_message(const uint8_t *data, size_t size)
{
    static Message message;
    uint8_t again[MESSAGE_BYTES_MAX];

    if (!message_decode(data, size, &message)) {
        return;
    }
    if (message.type == MESSAGE_JOIN && message.join.version != PROTOCOL_VERSION) {
        return; /* nobody knows what the rest of it means */
    }
    assert(message_fits(&message));
    assert(message_encode(&message, again) == size);
    assert(memcmp(again, data, size) == 0);
    assert(message_name(message.type)[0] != '?');
}

/* All that is meant of a clock datagram lies before its spare bytes. */
static void check_clock(const uint8_t *data, size_t size)
{
    ClockDatagram datagram;
    uint8_t again[PING_BYTES];

    if (ping_decode(data, size, &datagram)) {
        ping_encode(&datagram, again);
        assert(memcmp(again, data, PING_BYTES - 4) == 0);
    }
    if (pong_decode(data, size, &datagram)) {
        pong_encode(&datagram, again);
        assert(memcmp(again, data, PING_BYTES - 4) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (data == NULL) {
        return 0; /* libFuzzer's own first input */
    }
    check_message(data, size);
    check_clock(data, size);
    return 0;
}
