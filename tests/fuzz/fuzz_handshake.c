/*
 * The handshake with evil on either side and in between: frames of honest ends, of an evil server,
 * of another client and of another cookie, damaged or made up, to either end in any order. Keys are
 * agreed on only by whom saw one and the same genuine conversation, and a client always learns
 * whose key it was; whoever refuses a frame has agreed on nothing.
 */
#include <assert.h>
#include <string.h>

#include "shared/secure/entropy.h"
#include "shared/secure/secure_peer.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/script.h"

enum {
    STEPS_MAX = 8,
    FRAME_SPACE_BYTES = FRAME_SECOND_BYTES + 16
};

typedef struct {
    uint8_t bytes[FRAME_SPACE_BYTES];
    size_t size_bytes;
} Frame;

/* What there is to be sent, made once. */
typedef enum {
    FRAME_OF_CLIENT,       /* the first frame of the client under test */
    FRAME_OF_OTHER_CLIENT, /* of one with another fresh key */
    FRAME_OF_NO_KEY,       /* a first frame with a key that makes everybody's secret the same */
    FRAME_OF_SERVER,       /* the server's answer to FRAME_OF_CLIENT */
    FRAME_OF_EVIL_SERVER,  /* that of one who knows the cookie, but not the server's key */
    FRAME_TO_OTHER_CLIENT, /* the server's answer to FRAME_OF_OTHER_CLIENT */
    FRAME_OF_OTHER_COOKIE, /* the server's answer to FRAME_OF_CLIENT over another cookie */
    FRAME_KINDS
} FrameKind;

static const HostTime NOW = {5000};
static const uint8_t COOKIE[COOKIE_BYTES] = {1, 2, 3};
static const uint8_t OTHER_COOKIE[COOKIE_BYTES] = {1, 2, 4};
static bool is_ready;
static NoiseKeyPair server_key;
static NoiseKeyPair evil_key;
static SecurePeer fresh_client; /* has sent its first frame */
static SecurePeer fresh_server;
static Frame frames[FRAME_KINDS];

/* The two ends of this input. */
static SecurePeer client;
static SecurePeer server;
static bool client_gave_up; /* a wrong second frame ends its handshake for good */
static bool client_met_server;
static bool client_met_evil;
static bool server_met_client;

static void make_first(SecurePeer *peer, uint8_t ephemeral_byte, Frame *frame)
{
    uint8_t ephemeral[NOISE_KEY_BYTES];

    memset(ephemeral, ephemeral_byte, sizeof ephemeral);
    secure_peer_prove(peer, SEALED_FROM_CLIENT, COOKIE);
    secure_peer_first(peer, ephemeral, frame->bytes);
    frame->size_bytes = FRAME_FIRST_BYTES;
}

static bool answer(SecurePeer *peer, const NoiseKeyPair *fixed, const Frame *first, Frame *second)
{
    SecureAnswerer answerer = {.fixed = fixed};

    memset(answerer.ephemeral, 8, sizeof answerer.ephemeral);
    second->size_bytes = FRAME_SECOND_BYTES;
    return secure_peer_answer(peer, NOW, &answerer, first->bytes, first->size_bytes, second->bytes);
}

static void
make_answer(const uint8_t *cookie, const NoiseKeyPair *fixed, FrameKind to, FrameKind as)
{
    SecurePeer peer;

    secure_peer_prove(&peer, SEALED_FROM_SERVER, cookie);
    if (!answer(&peer, fixed, &frames[to], &frames[as])) {
        assert(false);
    }
}

static void make_ready(void)
{
    static const uint8_t server_secret[NOISE_KEY_BYTES] = {7};
    static const uint8_t evil_secret[NOISE_KEY_BYTES] = {6, 6, 6};
    const bool started = secure_start();
    SecurePeer other;

    assert(started);
    (void)started;
    noise_key_pair(server_secret, &server_key);
    noise_key_pair(evil_secret, &evil_key);
    make_first(&other, 10, &frames[FRAME_OF_OTHER_CLIENT]);
    make_first(&fresh_client, 9, &frames[FRAME_OF_CLIENT]);
    secure_peer_prove(&fresh_server, SEALED_FROM_SERVER, COOKIE);
    frames[FRAME_OF_NO_KEY] = (Frame){.bytes = {FRAME_FIRST}, .size_bytes = FRAME_FIRST_BYTES};
    make_answer(COOKIE, &server_key, FRAME_OF_CLIENT, FRAME_OF_SERVER);
    make_answer(COOKIE, &evil_key, FRAME_OF_CLIENT, FRAME_OF_EVIL_SERVER);
    make_answer(COOKIE, &server_key, FRAME_OF_OTHER_CLIENT, FRAME_TO_OTHER_CLIENT);
    make_answer(OTHER_COOKIE, &server_key, FRAME_OF_CLIENT, FRAME_OF_OTHER_COOKIE);
    for (int kind = FRAME_OF_SERVER + 1; kind < FRAME_KINDS; kind++) {
        assert(memcmp(frames[kind].bytes, frames[FRAME_OF_SERVER].bytes, FRAME_SECOND_BYTES) != 0);
    }
    is_ready = true;
}

static bool is_frame(const Frame *frame, FrameKind kind)
{
    return frame->size_bytes == frames[kind].size_bytes &&
           memcmp(frame->bytes, frames[kind].bytes, frame->size_bytes) == 0;
}

static void to_server(const Frame *frame)
{
    SecurePeer before;
    Frame second;

    memcpy(&before, &server, sizeof before);
    if (answer(&server, &server_key, frame, &second)) {
        assert(before.state == SECURE_PROVEN && server.state == SECURE_ESTABLISHED);
        assert(frame->size_bytes == FRAME_FIRST_BYTES && frame->bytes[0] == FRAME_FIRST);
        assert(!is_frame(frame, FRAME_OF_NO_KEY));
        server_met_client = is_frame(frame, FRAME_OF_CLIENT);
        assert(is_frame(&second, FRAME_OF_SERVER) == server_met_client);
    } else {
        assert(is_untouched(&server, &before, sizeof before));
        assert(before.state == SECURE_ESTABLISHED || !is_frame(frame, FRAME_OF_CLIENT));
    }
}

static void check_client_agreed(const Frame *frame, const uint8_t learned[NOISE_KEY_BYTES])
{
    client_met_server = is_frame(frame, FRAME_OF_SERVER);
    client_met_evil = is_frame(frame, FRAME_OF_EVIL_SERVER);
    assert(client_met_server || client_met_evil);
    assert(client.state == SECURE_ESTABLISHED);
    assert(client_met_server == secure_equal(learned, server_key.open, NOISE_KEY_BYTES));
    assert(client_met_evil == secure_equal(learned, evil_key.open, NOISE_KEY_BYTES));
}

static void to_client(const Frame *frame)
{
    const bool looks_right =
        frame->size_bytes == FRAME_SECOND_BYTES && frame->bytes[0] == FRAME_SECOND;
    uint8_t learned[NOISE_KEY_BYTES];
    SecurePeer before;

    memcpy(&before, &client, sizeof before);
    if (secure_peer_second(&client, NOW, frame->bytes, frame->size_bytes, learned)) {
        assert(before.state == SECURE_PROVEN && !client_gave_up);
        check_client_agreed(frame, learned);
        return;
    }
    assert(before.state == SECURE_ESTABLISHED || client_gave_up ||
           !is_frame(frame, FRAME_OF_SERVER));
    if (looks_right && before.state == SECURE_PROVEN) {
        client_gave_up = true;
        memset(&before.handshake, 0, sizeof before.handshake);
        before.handshake.state = NOISE_FAILED;
    }
    assert(is_untouched(&client, &before, sizeof before));
}

/* Whether what one end seals now is opened by the other, and its datagrams are believed. */
static bool travels(SecurePeer *from, SecurePeer *to)
{
    static const uint8_t text[] = "one beat";
    uint8_t sealed[sizeof text + SEALED_OVERHEAD_BYTES];
    uint8_t plain[sizeof text];

    if (!secure_peer_seal(from, NOW, SEALED_LIVE, text, sizeof text, sealed)) {
        assert(from->state != SECURE_ESTABLISHED);
        return false;
    }
    if (!secure_peer_open(to, NOW, SEALED_LIVE, sealed, sizeof sealed, plain)) {
        return false;
    }
    assert(memcmp(plain, text, sizeof text) == 0);
    assert(secure_peer_believes(
        to, sealed, sizeof sealed, secure_peer_mac(from, sealed, sizeof sealed)));
    return true;
}

static void edit(Script *script, Frame *frame)
{
    const uint8_t how = script_byte(script);

    if (how >= 224) {
        frame->size_bytes += 1 + how % 16U;
    } else if (how >= 192) {
        frame->size_bytes -= 1 + how % 32U;
    }
    for (int edits = how % 4; edits > 0; edits--) {
        const size_t where = script_byte(script) % frame->size_bytes;

        frame->bytes[where] = (uint8_t)(frame->bytes[where] ^ script_byte(script));
    }
}

static Frame next_frame(Script *script)
{
    const uint8_t kind = script_byte(script) % (FRAME_KINDS + 1);
    Frame frame = {.size_bytes = 0};
    size_t given = 0;

    if (kind < FRAME_KINDS) {
        frame = frames[kind];
        edit(script, &frame);
    } else {
        const uint8_t *bytes =
            script_bytes(script, script_byte(script) % (sizeof frame.bytes + 1), &given);

        if (given > 0) {
            memcpy(frame.bytes, bytes, given);
        }
        frame.size_bytes = given;
    }
    return frame;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Script script = {.bytes = data, .left = size};

    if (!is_ready) {
        make_ready();
    }
    memcpy(&client, &fresh_client, sizeof client);
    memcpy(&server, &fresh_server, sizeof server);
    client_gave_up = false;
    client_met_server = false;
    client_met_evil = false;
    server_met_client = false;
    for (int i = 0; i < STEPS_MAX && !script_is_over(&script); i++) {
        const bool goes_to_client = script_byte(&script) % 2 == 0;
        const Frame frame = next_frame(&script);

        if (goes_to_client) {
            to_client(&frame);
        } else {
            to_server(&frame);
        }
    }
    assert((client.state == SECURE_ESTABLISHED) == (client_met_server || client_met_evil));
    assert(travels(&client, &server) == (client_met_server && server_met_client));
    assert(travels(&server, &client) == (client_met_server && server_met_client));
    return 0;
}
