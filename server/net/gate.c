#include "server/net/gate.h"

#include <string.h>

#include "shared/message.h"
#include "shared/secure/entropy.h"

static const TokenRate PEER_RATE = {NS_PER_S / GATE_PEER_DATAGRAMS_PER_S, GATE_PEER_BURST};
static const TokenRate HELLO_RATE = {NS_PER_S / GATE_HELLOS_PER_S, GATE_HELLO_BURST};
static const TokenRate CONNECT_RATE = {NS_PER_S / GATE_CONNECTS_PER_S, GATE_CONNECT_BURST};

void gate_init(Gate *gate, const NoiseKeyPair *key, HostTime now)
{
    uint8_t random[2 * COOKIE_SECRET_BYTES];

    *gate = (Gate){.key = *key};
    secure_random(random, sizeof random);
    cookie_jar_init(&gate->jar, now, random);
    secure_wipe(random, sizeof random);
}

void gate_wipe(Gate *gate)
{
    secure_wipe(gate, sizeof *gate);
}

void gate_tick(Gate *gate, HostTime now)
{
    uint8_t random[COOKIE_SECRET_BYTES];

    if (cookie_jar_is_stale(&gate->jar, now)) {
        secure_random(random, sizeof random);
        cookie_jar_renew(&gate->jar, now, random);
        secure_wipe(random, sizeof random);
    }
}

bool gate_answers_hello(Gate *gate,
                        CookieSource source,
                        HostTime now,
                        const uint8_t *bytes,
                        size_t size_bytes,
                        uint8_t answer[ANSWER_BYTES])
{
    HelloAnswer told = {.version = PROTOCOL_VERSION};
    Hello hello;

    if (!hello_decode(bytes, size_bytes, &hello)) {
        gate->counts.strangers++;
        return false;
    }
    if (!token_bucket_take(&gate->hellos, HELLO_RATE, now)) {
        gate->counts.hellos_dropped++;
        return false;
    }
    gate->counts.hellos++;
    memcpy(told.nonce, hello.nonce, sizeof told.nonce);
    cookie_make(&gate->jar, source, now, told.cookie);
    hello_answer_encode(&told, answer);
    return true;
}

static bool connect_is_good(
    Gate *gate, HostTime now, const GateDatagram *datagram, GuardConnect *connect, uint32_t *mac)
{
    /* ENet puts no connect id into the checksum of a connect: the other does not know it yet. */
    static const uint8_t no_id[CONNECT_ID_BYTES];
    uint8_t cookie[COOKIE_BYTES];
    SecurePeer peer;
    bool good;

    if (guard_commands(GUARD_AT_SERVER,
                       datagram->bytes,
                       datagram->size_bytes,
                       &datagram->header,
                       0,
                       connect) != GUARD_PASSES ||
        !cookie_check(&gate->jar, datagram->source, now, connect->token, cookie)) {
        return false;
    }
    secure_peer_prove(&peer, SEALED_FROM_SERVER, cookie);
    good = secure_peer_believes_datagram(
        &peer, datagram->bytes, datagram->size_bytes, datagram->header.mac_at, no_id, mac);
    secure_peer_wipe(&peer);
    return good && token_bucket_take(&gate->connects, CONNECT_RATE, now);
}

bool gate_admits_connect(
    Gate *gate, HostTime now, const GateDatagram *datagram, GuardConnect *connect, uint32_t *mac)
{
    bool good = connect_is_good(gate, now, datagram, connect, mac);

    if (good) {
        gate->counts.connects++;
    } else {
        gate->counts.connects_refused++;
    }
    return good;
}

bool gate_knows(Gate *gate,
                GatePeer *peer,
                CookieSource source,
                HostTime now,
                const uint8_t connect_id[CONNECT_ID_BYTES],
                uint32_t token)
{
    uint8_t cookie[COOKIE_BYTES];

    gate_forget(peer);
    if (!cookie_check(&gate->jar, source, now, token, cookie)) {
        return false;
    }
    secure_peer_prove(&peer->secure, SEALED_FROM_SERVER, cookie);
    memcpy(peer->connect_id, connect_id, CONNECT_ID_BYTES);
    peer->proven_at = now;
    return true;
}

/* Who is not believed spends nothing: the bucket is the peer's, not that of who uses its address.
 */
static bool takes_token(Gate *gate, GatePeer *peer, HostTime now)
{
    if (token_bucket_take(&peer->bucket, PEER_RATE, now)) {
        return true;
    }
    gate->counts.over_rate++;
    return false;
}

bool gate_admits(Gate *gate,
                 GatePeer *peer,
                 HostTime now,
                 const GateDatagram *datagram,
                 uint16_t reliable_base,
                 uint32_t *mac)
{
    GuardVerdict verdict;

    if (!secure_peer_believes_datagram(&peer->secure,
                                       datagram->bytes,
                                       datagram->size_bytes,
                                       datagram->header.mac_at,
                                       peer->connect_id,
                                       mac)) {
        gate->counts.forged++;
        return false;
    }
    if (!takes_token(gate, peer, now)) {
        return false;
    }
    verdict = guard_commands(GUARD_AT_SERVER,
                             datagram->bytes,
                             datagram->size_bytes,
                             &datagram->header,
                             reliable_base,
                             NULL);
    gate->counts.guarded[verdict]++;
    return verdict == GUARD_PASSES;
}

bool gate_admits_clock(
    Gate *gate, GatePeer *peer, HostTime now, const uint8_t *bytes, size_t size_bytes)
{
    size_t mac_at = size_bytes - CLOCK_MAC_BYTES;

    if (!secure_peer_believes_clock(&peer->secure, bytes, mac_at, bytes + mac_at)) {
        gate->counts.forged++;
        return false;
    }
    return takes_token(gate, peer, now);
}

void gate_forget(GatePeer *peer)
{
    secure_wipe(peer, sizeof *peer);
}

void gate_search(GateSearch *search, int index, const GateSlot *slot)
{
    if (!slot->taken) {
        search->has_free = true;
    } else if (slot->same_source && slot->same_id) {
        search->repeats = true;
    } else if (slot->same_id || (slot->same_source && !slot->shaking)) {
        search->conflicts = true;
    } else if (slot->same_source) {
        search->replaces = true;
        search->replaced = index;
    } else if (slot->shaking &&
               (!search->has_shaking || slot->proven_at.ns < search->oldest_at.ns)) {
        search->has_shaking = true;
        search->oldest_shaking = index;
        search->oldest_at = slot->proven_at;
    }
}

int gate_place(const GateSearch *search, HostTime now)
{
    if (search->conflicts) {
        return GATE_NO_PLACE;
    }
    if (search->repeats) {
        return GATE_FREE_PLACE;
    }
    if (search->replaces) {
        return search->replaced;
    }
    if (search->has_free) {
        return GATE_FREE_PLACE;
    }
    return search->has_shaking && now.ns - search->oldest_at.ns >= GATE_SHAKING_NS_MIN
               ? search->oldest_shaking
               : GATE_NO_PLACE;
}
