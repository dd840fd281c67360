/*
 * The firewall in front of ENet's parser: which datagrams it may see.
 *
 * Pure: bytes and limits in, a verdict out. Stock ENet 1.3.17 believes its peers: fragments and
 * commands without payload let anybody who is connected take gigabytes of memory or seconds of
 * processor time. Only what our own programs send passes, and of that only whole datagrams whose
 * commands end exactly where the datagram ends: acknowledge, connect (to a server), verify (to a
 * client), disconnect, ping, reliable, unsequenced, bandwidth limit and throttle configure.
 *
 * A datagram carries at most GUARD_DATA_COMMANDS_MAX commands with data. Acknowledgements may fill
 * ENet's own maximum of commands, because that is how it answers a burst.
 */
#ifndef SHARED_SECURE_DATAGRAM_GUARD_H
#define SHARED_SECURE_DATAGRAM_GUARD_H

#include <stddef.h>

#include "shared/capacity.h"
#include "shared/units.h"

enum {
    GUARD_DATAGRAM_BYTES_MIN = 10,
    GUARD_DATAGRAM_BYTES_MAX = 1208,
    GUARD_COMMANDS_MAX = 32,
    GUARD_DATA_COMMANDS_MAX = 16,
    GUARD_PAYLOAD_BYTES_MIN = 26, /* a sealed message of one byte */
    GUARD_PAYLOAD_BYTES_MAX = MESSAGE_BYTES_MAX + 25,
    GUARD_RELIABLE_AHEAD_MAX = 256, /* reliable packets that wait for an earlier one */
    GUARD_CHANNELS = 2,
    GUARD_MTU_BYTES_MIN = 1100, /* so that no message is cut into fragments */
    GUARD_MTU_BYTES_MAX = 1200, /* no fragment of IP on any usual path */
    GUARD_PEER_NONE = 0xfff
};

typedef enum {
    GUARD_AT_SERVER = 1,
    GUARD_AT_CLIENT = 2
} GuardSide;

/* What was wrong; each is counted. */
typedef enum {
    GUARD_PASSES = 0,
    GUARD_BAD_HEADER,  /* length, compression, or nothing in it */
    GUARD_BAD_COMMAND, /* not of those above, with other flags, or cut off */
    GUARD_BAD_COUNT,   /* too many */
    GUARD_BAD_DATA,    /* no payload, too much, wrong channel or far ahead */
    GUARD_BAD_CONNECT, /* a connect or verify that no program of ours sends */
    GUARD_VERDICT_COUNT
} GuardVerdict;

/* Where things are in a datagram of ENet with a checksum. */
typedef struct {
    uint16_t peer;      /* the receiver's index, or GUARD_PEER_NONE in front of a connect */
    size_t mac_at;      /* where the four bytes of the checksum are */
    size_t commands_at; /* where the commands begin */
} GuardHeader;

/* What a connect carries. */
typedef struct {
    uint32_t token;        /* of the cookie */
    uint8_t connect_id[4]; /* as on the wire: names the connection in each checksum */
} GuardConnect;

/* False for what is no datagram of ENet with a checksum. */
NODISCARD bool guard_header(const uint8_t *bytes, size_t size_bytes, GuardHeader *header);

/*
 * Judges the commands. `reliable_base`: the newest reliable number that was received in order on
 * channel 0 (any, for a connect). At the server, a datagram for nobody must be one connect, which
 * goes to `connect`; otherwise `connect` is left alone and may be NULL.
 */
GuardVerdict guard_commands(GuardSide side,
                            const uint8_t *bytes,
                            size_t size_bytes,
                            const GuardHeader *header,
                            uint16_t reliable_base,
                            GuardConnect *connect);

/* A rate with a burst, in one number: when the bucket would be full again. Zeroed it is full. */
typedef struct {
    HostTime full_at;
} TokenBucket;

typedef struct {
    int64_t interval_ns; /* between tokens */
    int burst;           /* that a full bucket holds */
} TokenRate;

/* Takes a token, if there is one. */
NODISCARD bool token_bucket_take(TokenBucket *bucket, TokenRate rate, HostTime now);

#endif
