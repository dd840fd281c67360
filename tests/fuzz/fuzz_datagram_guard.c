/*
 * The firewall in front of ENet's parser, against a second opinion: the datagram is walked as ENet
 * 1.3.17 walks it, and it passes exactly when every command on the way is one that our programs
 * send and the last one ends where the datagram ends.
 *
 * An input is a byte for the side, two for the newest reliable number, and the datagram.
 */
#include <assert.h>
#include <string.h>

#include "shared/secure/datagram_guard.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/script.h"

/* What ENet takes for each command before it looks at any length: commandSizes in its protocol.c.
 */
static const uint8_t ENET_COMMAND_BYTES[16] = {0, 8, 48, 44, 8, 4, 6, 8, 24, 8, 12, 16, 24};

typedef struct {
    GuardSide side;
    const uint8_t *bytes;
    size_t size_bytes;
    uint16_t reliable_base;
} Case;

static unsigned number_at(const uint8_t *bytes)
{
    return bytes[0] * 256U + bytes[1];
}

/* Big endian, of any width up to four bytes. */
static uint32_t wide_number_at(const uint8_t *bytes)
{
    return number_at(bytes) * 65536U + number_at(bytes + 2);
}

/* Where the commands begin by ENet's header, or 0 for what is no header of ours. */
static size_t commands_at(const Case *judged)
{
    size_t at = 0;

    if (judged->size_bytes < 10 || judged->size_bytes > 1208 || (judged->bytes[0] & 0x40U) != 0) {
        return 0;
    }
    at = (judged->bytes[0] & 0x80U) != 0 ? 8 : 6;
    return judged->size_bytes >= at + 4 ? at : 0;
}

/* Of a connect or a verify. */
static bool are_our_terms(const uint8_t *command)
{
    return number_at(command + 4) < 4095 && wide_number_at(command + 8) >= 1100 &&
           wide_number_at(command + 8) <= 1200 && wide_number_at(command + 16) == 2 &&
           wide_number_at(command + 20) == 0 && wide_number_at(command + 24) == 0 &&
           wide_number_at(command + 40) != 0;
}

static bool is_on_control_channel(const uint8_t *command, unsigned first_byte)
{
    return command[0] == first_byte && command[1] == 0xff;
}

/* A sealed message of 1 to 1,000 bytes, all of it there. */
static bool is_payload(size_t size_bytes, size_t left_bytes)
{
    return size_bytes >= 25 + 1 && size_bytes <= 25 + 1000 && size_bytes <= left_bytes;
}

/* The bytes that ENet takes for one command without data, when it is on the list; else 0. */
static size_t plain_command_bytes(const Case *judged, const uint8_t *command, size_t fixed_bytes)
{
    bool listed = false;

    switch (command[0] % 16) {
    case 1:
        listed = command[0] == 0x01 && (command[1] == 0xff || command[1] == 0);
        break;
    case 3:
        listed = judged->side == GUARD_AT_CLIENT && is_on_control_channel(command, 0x83) &&
                 are_our_terms(command);
        break;
    case 4:
        listed = is_on_control_channel(command, 0x84) || is_on_control_channel(command, 0x44);
        break;
    case 5:
    case 10:
    case 11:
        listed = is_on_control_channel(command, 0x80U + command[0] % 16U);
        break;
    default:
        break;
    }
    return listed ? fixed_bytes : 0;
}

/* The same for one with data, which lies behind the fixed part. */
static size_t data_command_bytes(const Case *judged,
                                 const uint8_t *command,
                                 size_t fixed_bytes,
                                 size_t left_bytes)
{
    const size_t data_bytes = number_at(command + fixed_bytes - 2);

    if (!is_payload(data_bytes, left_bytes - fixed_bytes)) {
        return 0;
    }
    if (command[0] == 0x86 && command[1] == 0) {
        const unsigned ahead = (number_at(command + 2) + 65536U - judged->reliable_base) % 65536U;

        return ahead <= 256 || ahead >= 32768 ? fixed_bytes + data_bytes : 0;
    }
    return command[0] == 0x49 && command[1] == 1 ? fixed_bytes + data_bytes : 0;
}

static bool commands_may_pass(const Case *judged, size_t at)
{
    int commands = 0;
    int with_data = 0;

    while (at < judged->size_bytes) {
        const uint8_t *command = judged->bytes + at;
        const size_t left_bytes = judged->size_bytes - at;
        const size_t fixed_bytes = ENET_COMMAND_BYTES[command[0] % 16];
        const bool has_data = command[0] % 16 == 6 || command[0] % 16 == 9;
        size_t taken_bytes = 0;

        if (fixed_bytes == 0 || fixed_bytes > left_bytes) {
            return false;
        }
        taken_bytes = has_data ? data_command_bytes(judged, command, fixed_bytes, left_bytes)
                               : plain_command_bytes(judged, command, fixed_bytes);
        if (taken_bytes == 0) {
            return false;
        }
        at += taken_bytes;
        commands++;
        with_data += has_data ? 1 : 0;
    }
    return at == judged->size_bytes && commands <= 32 && with_data <= 16;
}

static bool is_lone_connect(const Case *judged, size_t at)
{
    return judged->side == GUARD_AT_SERVER && judged->size_bytes == at + 48 &&
           is_on_control_channel(judged->bytes + at, 0x82) && are_our_terms(judged->bytes + at);
}

static void check_connect(const Case *judged, const GuardConnect *connect, bool was_read)
{
    static const GuardConnect untouched = {.token = 0x55555555, .connect_id = {1, 2, 3, 4}};
    const uint8_t *end = judged->bytes + judged->size_bytes;

    if (was_read) {
        assert(connect->token == wide_number_at(end - 4));
        assert(memcmp(connect->connect_id, end - 8, sizeof connect->connect_id) == 0);
    } else {
        assert(connect->token == untouched.token);
        assert(memcmp(connect->connect_id, untouched.connect_id, 4) == 0);
    }
}

static void check_case(const Case *judged)
{
    GuardHeader header = {0};
    GuardConnect connect = {.token = 0x55555555, .connect_id = {1, 2, 3, 4}};
    GuardVerdict verdict = GUARD_PASSES;
    const size_t at = commands_at(judged);
    bool is_to_nobody = false;
    bool may_pass = false;

    assert(guard_header(judged->bytes, judged->size_bytes, &header) == (at != 0));
    if (at == 0) {
        return;
    }
    is_to_nobody = number_at(judged->bytes) % 4096 == 4095;
    may_pass = is_to_nobody ? is_lone_connect(judged, at) : commands_may_pass(judged, at);
    assert(header.peer == number_at(judged->bytes) % 4096);
    assert(header.commands_at == at && header.mac_at == at - 4);
    verdict = guard_commands(
        judged->side, judged->bytes, judged->size_bytes, &header, judged->reliable_base, &connect);
    assert(verdict < GUARD_VERDICT_COUNT);
    assert((verdict == GUARD_PASSES) == may_pass);
    check_connect(judged, &connect, may_pass && is_to_nobody);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Script script = {.bytes = data, .left = size};
    Case judged = {.side = GUARD_AT_SERVER};

    if (script_byte(&script) % 2 != 0) {
        judged.side = GUARD_AT_CLIENT;
    }
    judged.reliable_base = (uint16_t)(script_byte(&script) * 256U);
    judged.reliable_base = (uint16_t)(judged.reliable_base + script_byte(&script));
    judged.bytes = script_bytes(&script, script.left, &judged.size_bytes);
    if (judged.bytes != NULL) {
        check_case(&judged);
    }
    return 0;
}
