#include "shared/secure/datagram_guard.h"

#include <string.h>

#include "shared/secure/sealed_channel.h"

/* ENet's protocol, version 1.3: big endian, a header of 2 or 4 bytes, the checksum, commands. */
enum {
    FLAG_SENT_TIME = 0x8000,
    FLAG_COMPRESSED = 0x4000,
    PEER_MASK = 0x0fff,
    CHECKSUM_BYTES = 4,
    COMMAND_HEADER_BYTES = 4,
    ACKNOWLEDGED = 0x80,
    UNSEQUENCED = 0x40,
    CONTROL_CHANNEL = 0xff,
    COMMAND_ACKNOWLEDGE = 1,
    COMMAND_CONNECT = 2 | ACKNOWLEDGED,
    COMMAND_VERIFY = 3 | ACKNOWLEDGED,
    COMMAND_DISCONNECT = 4 | ACKNOWLEDGED,
    COMMAND_DISCONNECT_NOW = 4 | UNSEQUENCED,
    COMMAND_PING = 5 | ACKNOWLEDGED,
    COMMAND_RELIABLE = 6 | ACKNOWLEDGED,
    COMMAND_UNSEQUENCED = 9 | UNSEQUENCED,
    COMMAND_BANDWIDTH = 10 | ACKNOWLEDGED,
    COMMAND_THROTTLE = 11 | ACKNOWLEDGED,
    BOTH = GUARD_AT_SERVER | GUARD_AT_CLIENT
};

_Static_assert((int)GUARD_PAYLOAD_BYTES_MIN == (int)SEALED_OVERHEAD_BYTES + 1, "one byte, sealed");
_Static_assert((int)GUARD_PAYLOAD_BYTES_MAX == (int)MESSAGE_BYTES_MAX + (int)SEALED_OVERHEAD_BYTES,
               "the longest message, sealed");
_Static_assert((int)GUARD_PAYLOAD_BYTES_MAX + 16 < (int)GUARD_MTU_BYTES_MIN, "no fragments");

typedef struct {
    uint8_t command; /* with its flags */
    uint8_t channel;
    uint8_t sides; /* where it may arrive, GuardSide */
    uint8_t size_bytes;
    uint8_t length_at; /* where the payload's length is; 0: carries none */
} CommandRule;

static const CommandRule RULES[] = {
    {COMMAND_CONNECT, CONTROL_CHANNEL, GUARD_AT_SERVER, 48, 0},
    {COMMAND_VERIFY, CONTROL_CHANNEL, GUARD_AT_CLIENT, 44, 0},
    {COMMAND_DISCONNECT, CONTROL_CHANNEL, BOTH, 8, 0},
    {COMMAND_DISCONNECT_NOW, CONTROL_CHANNEL, BOTH, 8, 0},
    {COMMAND_PING, CONTROL_CHANNEL, BOTH, 4, 0},
    {COMMAND_BANDWIDTH, CONTROL_CHANNEL, BOTH, 12, 0},
    {COMMAND_THROTTLE, CONTROL_CHANNEL, BOTH, 16, 0},
    {COMMAND_RELIABLE, SEALED_ORDERED, BOTH, 6, 4},
    {COMMAND_UNSEQUENCED, SEALED_LIVE, BOTH, 8, 6},
    /* Of whatever was received, so on either of the channels that have acknowledgements. */
    {COMMAND_ACKNOWLEDGE, CONTROL_CHANNEL, BOTH, 8, 0},
    {COMMAND_ACKNOWLEDGE, SEALED_ORDERED, BOTH, 8, 0},
};

static uint16_t get_u16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t get_u32(const uint8_t *bytes)
{
    return (uint32_t)get_u16(bytes) << 16 | get_u16(bytes + 2);
}

bool guard_header(const uint8_t *bytes, size_t size_bytes, GuardHeader *header)
{
    uint16_t first;

    if (size_bytes < GUARD_DATAGRAM_BYTES_MIN || size_bytes > GUARD_DATAGRAM_BYTES_MAX) {
        return false;
    }
    first = get_u16(bytes);
    if ((first & FLAG_COMPRESSED) != 0) {
        return false;
    }
    header->peer = first & PEER_MASK;
    header->mac_at = (first & FLAG_SENT_TIME) != 0 ? 4 : 2;
    header->commands_at = header->mac_at + CHECKSUM_BYTES;
    return size_bytes >= header->commands_at + COMMAND_HEADER_BYTES;
}

static const CommandRule *find_rule(GuardSide side, uint8_t command, uint8_t channel)
{
    for (size_t i = 0; i < sizeof RULES / sizeof RULES[0]; i++) {
        const CommandRule *rule = &RULES[i];

        if (rule->command == command && rule->channel == channel && (rule->sides & side) != 0) {
            return rule;
        }
    }
    return NULL;
}

/* Connect and verify have the same fields in the same places. */
static bool terms_are_ours(const uint8_t *command)
{
    uint16_t peer = get_u16(command + 4);
    uint32_t mtu_bytes = get_u32(command + 8);

    return peer < GUARD_PEER_NONE && mtu_bytes >= GUARD_MTU_BYTES_MIN &&
           mtu_bytes <= GUARD_MTU_BYTES_MAX && get_u32(command + 16) == GUARD_CHANNELS &&
           get_u32(command + 20) == 0 && get_u32(command + 24) == 0 && get_u32(command + 40) != 0;
}

/* The payload's size, or 0 when it must not pass. `left_bytes`: behind the fixed part. */
static size_t payload_bytes(const CommandRule *rule,
                            const uint8_t *command,
                            size_t left_bytes,
                            uint16_t reliable_base)
{
    size_t size_bytes = get_u16(command + rule->length_at);
    uint16_t ahead = (uint16_t)(get_u16(command + 2) - reliable_base);

    if (size_bytes < GUARD_PAYLOAD_BYTES_MIN || size_bytes > GUARD_PAYLOAD_BYTES_MAX ||
        size_bytes > left_bytes) {
        return 0;
    }
    /* What was received already is repeated when its acknowledgement was lost. */
    if (rule->command == COMMAND_RELIABLE && ahead > GUARD_RELIABLE_AHEAD_MAX && ahead < 0x8000) {
        return 0;
    }
    return size_bytes;
}

static GuardVerdict judge_connect(const uint8_t *bytes,
                                  size_t size_bytes,
                                  const GuardHeader *header,
                                  GuardConnect *connect)
{
    const uint8_t *command = bytes + header->commands_at;

    if (command[0] != COMMAND_CONNECT || command[1] != CONTROL_CHANNEL ||
        size_bytes - header->commands_at != RULES[0].size_bytes || !terms_are_ours(command)) {
        return GUARD_BAD_CONNECT;
    }
    memcpy(connect->connect_id, command + 40, sizeof connect->connect_id);
    connect->token = get_u32(command + 44);
    return GUARD_PASSES;
}

/* One command; its size goes to `taken_bytes`. */
static GuardVerdict judge_command(GuardSide side,
                                  const uint8_t *command,
                                  size_t left_bytes,
                                  uint16_t reliable_base,
                                  size_t *taken_bytes,
                                  int *data_count)
{
    const CommandRule *rule;

    if (left_bytes < COMMAND_HEADER_BYTES) {
        return GUARD_BAD_COMMAND;
    }
    rule = find_rule(side, command[0], command[1]);
    if (rule == NULL || left_bytes < rule->size_bytes || rule->command == COMMAND_CONNECT) {
        return GUARD_BAD_COMMAND;
    }
    *taken_bytes = rule->size_bytes;
    if (rule->command == COMMAND_VERIFY && !terms_are_ours(command)) {
        return GUARD_BAD_CONNECT;
    }
    if (rule->length_at != 0) {
        size_t size_bytes =
            payload_bytes(rule, command, left_bytes - rule->size_bytes, reliable_base);

        if (size_bytes == 0) {
            return GUARD_BAD_DATA;
        }
        *taken_bytes += size_bytes;
        *data_count += 1;
    }
    return GUARD_PASSES;
}

GuardVerdict guard_commands(GuardSide side,
                            const uint8_t *bytes,
                            size_t size_bytes,
                            const GuardHeader *header,
                            uint16_t reliable_base,
                            GuardConnect *connect)
{
    size_t at = header->commands_at;
    int count = 0;
    int data_count = 0;

    if (header->peer == GUARD_PEER_NONE) {
        return side == GUARD_AT_SERVER ? judge_connect(bytes, size_bytes, header, connect)
                                       : GUARD_BAD_HEADER;
    }
    while (at < size_bytes) {
        size_t taken_bytes = 0;
        GuardVerdict verdict = judge_command(
            side, bytes + at, size_bytes - at, reliable_base, &taken_bytes, &data_count);

        if (verdict != GUARD_PASSES) {
            return verdict;
        }
        at += taken_bytes;
        count++;
        if (count > GUARD_COMMANDS_MAX || data_count > GUARD_DATA_COMMANDS_MAX) {
            return GUARD_BAD_COUNT;
        }
    }
    return GUARD_PASSES;
}

/* The generic cell rate algorithm: each token puts off the time at which the bucket is full. */
bool token_bucket_take(TokenBucket *bucket, TokenRate rate, HostTime now)
{
    int64_t full_at_ns = bucket->full_at.ns > now.ns ? bucket->full_at.ns : now.ns;

    if (full_at_ns - now.ns > (rate.burst - 1) * rate.interval_ns) {
        return false;
    }
    bucket->full_at.ns = full_at_ns + rate.interval_ns;
    return true;
}
