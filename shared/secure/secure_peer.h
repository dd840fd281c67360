/*
 * One end of one secure connection: which key is in use, what is sealed with it, what is believed.
 *
 * Pure: time and randomness are passed in. Both ends go through the same states:
 *
 *     SECURE_PROVEN        the cookie, which both know, keys the MAC of datagrams
 *     SECURE_ESTABLISHED   Noise's keys seal messages, and key the MAC
 *
 * The MAC, SipHash-2-4 with a key per direction cut to 32 bits, rides in ENet's checksum: it keeps
 * strangers from speaking for a peer whose address they know. Clock datagrams carry 64 bits of it.
 * The client uses the new MAC key from when it has it; the server from when it has seen the client
 * use it; neither goes back.
 */
#ifndef SHARED_SECURE_SECURE_PEER_H
#define SHARED_SECURE_SECURE_PEER_H

#include "shared/capacity.h"
#include "shared/secure/cookie.h"
#include "shared/secure/noise.h"
#include "shared/secure/sealed_channel.h"

enum {
    MAC_KEY_BYTES = 16,
    CLOCK_MAC_BYTES = 8,
    CONNECT_ID_BYTES = 4,
    FRAME_FIRST_BYTES = 1 + NOISE_FIRST_BYTES,
    FRAME_SECOND_BYTES = 1 + NOISE_SECOND_BYTES,
    FRAME_BYTES_MAX = MESSAGE_BYTES_MAX + SEALED_OVERHEAD_BYTES
};

typedef enum {
    SECURE_NONE = 0, /* nothing is agreed: everything is refused */
    SECURE_PROVEN,
    SECURE_ESTABLISHED
} SecureState;

typedef struct {
    SecureState state;
    SealedDirection sends; /* FROM_CLIENT: this is the client's end */
    uint8_t mac_send[MAC_KEY_BYTES];
    uint8_t mac_receive[MAC_KEY_BYTES];
    uint8_t next_mac_send[MAC_KEY_BYTES];
    uint8_t next_mac_receive[MAC_KEY_BYTES];
    bool has_next; /* the next keys are agreed, but nothing came with them yet */
    uint8_t cookie[COOKIE_BYTES];
    NoiseHandshake handshake; /* the client's, between its two messages */
    SealedSender sender;
    SealedReceiver receiver;
} SecurePeer;

/* Begins with the cookie that both ends know. */
void secure_peer_prove(SecurePeer *peer, SealedDirection sends, const uint8_t cookie[COOKIE_BYTES]);

/* Forgets everything, beyond recovery. */
void secure_peer_wipe(SecurePeer *peer);

/* Client: the first frame. `ephemeral`: fresh random bytes. */
void secure_peer_first(SecurePeer *peer,
                       const uint8_t ephemeral[NOISE_KEY_BYTES],
                       uint8_t frame[FRAME_FIRST_BYTES]);

/* What a server answers the first frame with. */
typedef struct {
    const NoiseKeyPair *fixed;
    uint8_t ephemeral[NOISE_KEY_BYTES]; /* fresh random bytes */
} SecureAnswerer;

/* Server: takes the first frame and writes the second. False, with nothing agreed, for a frame
   that does not fit. */
NODISCARD bool secure_peer_answer(SecurePeer *peer,
                                  HostTime now,
                                  const SecureAnswerer *answerer,
                                  const uint8_t *frame,
                                  size_t frame_bytes,
                                  uint8_t answer[FRAME_SECOND_BYTES]);

/* Client: takes the second frame and learns the server's key, which the caller must check before it
   says anything. False, with nothing agreed, for a frame that does not fit. */
NODISCARD bool secure_peer_second(SecurePeer *peer,
                                  HostTime now,
                                  const uint8_t *frame,
                                  size_t frame_bytes,
                                  uint8_t server_key[NOISE_KEY_BYTES]);

/* See sealed_seal and sealed_open; false while nothing is established. */
NODISCARD bool secure_peer_seal(SecurePeer *peer,
                                HostTime now,
                                SealedOrder channel,
                                const uint8_t *plain,
                                size_t plain_bytes,
                                uint8_t *sealed);
NODISCARD bool secure_peer_open(SecurePeer *peer,
                                HostTime now,
                                SealedOrder channel,
                                const uint8_t *sealed,
                                size_t sealed_bytes,
                                uint8_t *plain);

/* The MAC of a datagram that goes out. 0 while nothing is proven. */
uint32_t secure_peer_mac(const SecurePeer *peer, const uint8_t *bytes, size_t size_bytes);

/* Whether a datagram that came in is the other's. */
NODISCARD bool
secure_peer_believes(SecurePeer *peer, const uint8_t *bytes, size_t size_bytes, uint32_t mac);

/*
 * Whether a datagram of ENet is the other's: its checksum, which is at `mac_at`, must be the MAC of
 * the datagram with `connect_id` in that place. The bytes are as before afterwards, and the
 * checksum goes to `mac`.
 */
NODISCARD bool secure_peer_believes_datagram(SecurePeer *peer,
                                             uint8_t *bytes,
                                             size_t size_bytes,
                                             size_t mac_at,
                                             const uint8_t connect_id[CONNECT_ID_BYTES],
                                             uint32_t *mac);

/* The same for clock datagrams. Those exist only between ends that are established. */
void secure_peer_clock_mac(const SecurePeer *peer,
                           const uint8_t *bytes,
                           size_t size_bytes,
                           uint8_t mac[CLOCK_MAC_BYTES]);
NODISCARD bool secure_peer_believes_clock(SecurePeer *peer,
                                          const uint8_t *bytes,
                                          size_t size_bytes,
                                          const uint8_t mac[CLOCK_MAC_BYTES]);

#endif
