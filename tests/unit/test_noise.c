/*
 * The handshake: published vectors byte for byte, and that nothing but an honest conversation ends
 * in keys.
 */
#include "shared/secure/noise.h"

#include <stdio.h>
#include <string.h>

#include "shared/prng.h"
#include "shared/secure/entropy.h"
#include "tests/support/check.h"

enum {
    FIELD_BYTES_MAX = 512,
    MESSAGES_MAX = 8,
    LINE_CHARS_MAX = 1200,
    FIRST_BITS = 8 * NOISE_FIRST_BYTES,
    SECOND_BITS = 8 * NOISE_SECOND_BYTES
};

typedef struct {
    uint8_t bytes[FIELD_BYTES_MAX];
    size_t size_bytes;
} Field;

typedef struct {
    char source[120];
    Field prologue;
    Field client_ephemeral;
    Field server_fixed;
    Field server_ephemeral;
    Field payloads[MESSAGES_MAX];
    Field ciphertexts[MESSAGES_MAX];
    int payload_count;
    int ciphertext_count;
} Vector;

static int hex_value(char letter)
{
    const char *digits = "0123456789abcdef";
    const char *found = strchr(digits, letter);

    check(found != NULL && letter != '\0');
    return (int)(found - digits);
}

static void parse_hex(const char *text, Field *field)
{
    size_t length = strcspn(text, "\n");

    check(length % 2 == 0 && length / 2 <= sizeof field->bytes);
    field->size_bytes = length / 2;
    for (size_t i = 0; i < length / 2; i++) {
        field->bytes[i] = (uint8_t)(hex_value(text[2 * i]) * 16 + hex_value(text[2 * i + 1]));
    }
}

static void take_field(Vector *vector, const char *key, const char *value)
{
    if (strcmp(key, "prologue") == 0) {
        parse_hex(value, &vector->prologue);
    } else if (strcmp(key, "init_ephemeral") == 0) {
        parse_hex(value, &vector->client_ephemeral);
    } else if (strcmp(key, "resp_static") == 0) {
        parse_hex(value, &vector->server_fixed);
    } else if (strcmp(key, "resp_ephemeral") == 0) {
        parse_hex(value, &vector->server_ephemeral);
    } else if (strcmp(key, "payload") == 0) {
        check(vector->payload_count < MESSAGES_MAX);
        parse_hex(value, &vector->payloads[vector->payload_count]);
        vector->payload_count++;
    } else {
        check_text(key, "ciphertext");
        check(vector->ciphertext_count < MESSAGES_MAX);
        parse_hex(value, &vector->ciphertexts[vector->ciphertext_count]);
        vector->ciphertext_count++;
    }
}

static int read_vectors(Vector *vectors, int vectors_max)
{
    FILE *file = fopen("tests/golden/noise_nx.txt", "r");
    char line[LINE_CHARS_MAX];
    int count = 0;

    check(file != NULL);
    while (fgets(line, sizeof line, file) != NULL) {
        char *space = strchr(line, ' ');

        if (line[0] == '#' || space == NULL) {
            continue;
        }
        *space = '\0';
        if (strcmp(line, "vector") == 0) {
            check(count < vectors_max);
            vectors[count] = (Vector){0};
            (void)snprintf(vectors[count].source, sizeof vectors[count].source, "%s", space + 1);
            count++;
        } else {
            check(count > 0);
            take_field(&vectors[count - 1], line, space + 1);
        }
    }
    (void)fclose(file);
    return count;
}

typedef struct {
    NoiseHandshake client;
    NoiseHandshake server;
    NoiseKeyPair fixed;
} Pair;

static void begin_vector(Pair *pair, const Vector *vector)
{
    noise_key_pair(vector->server_fixed.bytes, &pair->fixed);
    noise_begin_client(&pair->client,
                       vector->prologue.bytes,
                       vector->prologue.size_bytes,
                       vector->client_ephemeral.bytes);
    noise_begin_server(&pair->server,
                       vector->prologue.bytes,
                       vector->prologue.size_bytes,
                       &pair->fixed,
                       vector->server_ephemeral.bytes);
}

/* One handshake message as the vector has it, written by one end and read by the other. */
static void
check_message(const Vector *vector, int index, NoiseHandshake *writer, NoiseHandshake *reader)
{
    const Field *payload = &vector->payloads[index];
    const Field *ciphertext = &vector->ciphertexts[index];
    uint8_t message[FIELD_BYTES_MAX];
    uint8_t received[FIELD_BYTES_MAX];
    size_t received_bytes;

    check_u64(noise_write(writer, payload->bytes, payload->size_bytes, message),
              ciphertext->size_bytes);
    check_bytes(message, ciphertext->bytes, ciphertext->size_bytes);
    check(noise_read(reader, message, ciphertext->size_bytes, received, &received_bytes));
    check_u64(received_bytes, payload->size_bytes);
    check_bytes(received, payload->bytes, payload->size_bytes);
}

static void check_transport(const Vector *vector, const NoiseKeys *keys)
{
    for (int i = 2; i < vector->payload_count; i++) {
        NoiseCipher cipher = {.key = i % 2 == 0 ? keys->client_to_server : keys->server_to_client,
                              .nonce = (uint64_t)(i / 2 - 1)};
        const Field *payload = &vector->payloads[i];
        const Field *ciphertext = &vector->ciphertexts[i];
        uint8_t sealed[FIELD_BYTES_MAX];

        check_u64(payload->size_bytes + NOISE_TAG_BYTES, ciphertext->size_bytes);
        noise_encrypt(&cipher, payload->bytes, payload->size_bytes, sealed);
        check_bytes(sealed, ciphertext->bytes, ciphertext->size_bytes);
    }
}

static void published_vectors_are_met_byte_for_byte(void **state)
{
    static Vector vectors[4];
    int count = read_vectors(vectors, 4);

    (void)state;
    check_i64(count, 2);
    for (int i = 0; i < count; i++) {
        NoiseKeys keys;
        NoiseKeys mirrored;
        Pair pair;

        (void)printf("%s", vectors[i].source);
        check_i64_between(vectors[i].payload_count, 4, MESSAGES_MAX);
        check_i64(vectors[i].ciphertext_count, vectors[i].payload_count);
        begin_vector(&pair, &vectors[i]);
        check_message(&vectors[i], 0, &pair.client, &pair.server);
        check_message(&vectors[i], 1, &pair.server, &pair.client);
        check_bytes(pair.client.remote_fixed, pair.fixed.open, NOISE_KEY_BYTES);
        noise_split(&pair.client, &keys);
        noise_split(&pair.server, &mirrored);
        check_bytes(&keys, &mirrored, sizeof keys);
        check_transport(&vectors[i], &keys);
    }
}

/* RFC 7748, section 6.1: Alice's key pair. */
static void a_key_pair_is_that_of_the_curve(void **state)
{
    static const uint8_t secret[NOISE_KEY_BYTES] = {0x77, 0x07, 0x6d, 0x0a, 0x73, 0x18, 0xa5, 0x7d,
                                                    0x3c, 0x16, 0xc1, 0x72, 0x51, 0xb2, 0x66, 0x45,
                                                    0xdf, 0x4c, 0x2f, 0x87, 0xeb, 0xc0, 0x99, 0x2a,
                                                    0xb1, 0x77, 0xfb, 0xa5, 0x1d, 0xb9, 0x2c, 0x2a};
    static const uint8_t expected[NOISE_KEY_BYTES] = {
        0x85, 0x20, 0xf0, 0x09, 0x89, 0x30, 0xa7, 0x54, 0x74, 0x8b, 0x7d,
        0xdc, 0xb4, 0x3e, 0xf7, 0x5a, 0x0d, 0xbf, 0x3a, 0x0d, 0x26, 0x38,
        0x1a, 0xf4, 0xeb, 0xa4, 0xa9, 0x8e, 0xaa, 0x9b, 0x4e, 0x6a};
    NoiseKeyPair pair;

    (void)state;
    noise_key_pair(secret, &pair);
    check_bytes(pair.open, expected, sizeof expected);
}

static void fill(Prng *prng, uint8_t *bytes, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; i++) {
        bytes[i] = (uint8_t)prng_u64(prng);
    }
}

static void begin_random(Pair *pair, Prng *prng, const char *client_says, const char *server_says)
{
    uint8_t secret[NOISE_KEY_BYTES];

    fill(prng, secret, sizeof secret);
    noise_key_pair(secret, &pair->fixed);
    fill(prng, secret, sizeof secret);
    noise_begin_client(&pair->client, (const uint8_t *)client_says, strlen(client_says), secret);
    fill(prng, secret, sizeof secret);
    noise_begin_server(
        &pair->server, (const uint8_t *)server_says, strlen(server_says), &pair->fixed, secret);
}

static void another_prologue_ends_the_handshake(void **state)
{
    uint8_t message[NOISE_SECOND_BYTES];
    uint8_t payload[NOISE_SECOND_BYTES];
    size_t payload_bytes;
    Prng prng;
    Pair pair;

    (void)state;
    prng_seed(&prng, check_seed(3));
    begin_random(&pair, &prng, "version 1", "version 2");
    check_u64(noise_write(&pair.client, NULL, 0, message), NOISE_FIRST_BYTES);
    check(noise_read(&pair.server, message, NOISE_FIRST_BYTES, payload, &payload_bytes));
    check_u64(noise_write(&pair.server, NULL, 0, message), NOISE_SECOND_BYTES);
    check(!noise_read(&pair.client, message, NOISE_SECOND_BYTES, payload, &payload_bytes));
    check_i64(pair.client.state, NOISE_FAILED);
}

/* Any flipped bit of either message, and any other length, leaves the client without keys. */
static void nothing_but_the_honest_messages_gives_keys(void **state)
{
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(4));
    for (int i = 0; i < 400; i++) {
        uint8_t message[NOISE_SECOND_BYTES + 1];
        uint8_t payload[NOISE_SECOND_BYTES + 1];
        size_t payload_bytes;
        size_t size_bytes = NOISE_SECOND_BYTES;
        uint64_t bit = prng_below(&prng, FIRST_BITS);
        bool first = i % 4 == 0;
        Pair pair;

        begin_random(&pair, &prng, "same", "same");
        check_u64(noise_write(&pair.client, NULL, 0, message), NOISE_FIRST_BYTES);
        if (first && bit != 255) { /* the curve ignores the highest bit, the hash does not */
            message[bit / 8] ^= (uint8_t)(1U << bit % 8);
        } else if (first) {
            message[31] ^= 0x80;
        }
        check(noise_read(&pair.server, message, NOISE_FIRST_BYTES, payload, &payload_bytes));
        check_u64(noise_write(&pair.server, NULL, 0, message), NOISE_SECOND_BYTES);
        if (!first && i % 4 == 1) {
            size_bytes = prng_u64(&prng) % NOISE_SECOND_BYTES;
        } else if (!first) {
            bit = prng_below(&prng, SECOND_BITS);
            message[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
        check(!noise_read(&pair.client, message, size_bytes, payload, &payload_bytes));
        check_i64(pair.client.state, NOISE_FAILED);
        check_u64(payload_bytes, 0);
    }
}

/* The key of all zeros gives everybody the same secret with everybody. */
static void a_key_without_a_secret_is_refused(void **state)
{
    uint8_t message[NOISE_SECOND_BYTES] = {0};
    uint8_t payload[NOISE_SECOND_BYTES];
    size_t payload_bytes;
    Prng prng;
    Pair pair;

    (void)state;
    prng_seed(&prng, check_seed(5));
    begin_random(&pair, &prng, "same", "same");
    check(noise_read(&pair.server, message, NOISE_FIRST_BYTES, payload, &payload_bytes));
    check_u64(noise_write(&pair.server, NULL, 0, message), 0);
    check_i64(pair.server.state, NOISE_FAILED);
}

static void messages_out_of_turn_are_refused(void **state)
{
    uint8_t message[NOISE_SECOND_BYTES] = {9};
    uint8_t payload[NOISE_SECOND_BYTES];
    size_t payload_bytes;
    Prng prng;
    Pair pair;

    (void)state;
    prng_seed(&prng, check_seed(6));
    begin_random(&pair, &prng, "same", "same");
    check(!noise_read(&pair.client, message, sizeof message, payload, &payload_bytes));
    check(!noise_read(&pair.client, message, sizeof message, payload, &payload_bytes));
    check(!noise_read(&pair.server, message, NOISE_FIRST_BYTES - 1, payload, &payload_bytes));
}

static void a_split_leaves_no_secret_behind(void **state)
{
    static const NoiseHandshake empty;
    uint8_t message[NOISE_SECOND_BYTES];
    uint8_t payload[NOISE_SECOND_BYTES];
    size_t payload_bytes;
    NoiseKeys keys;
    Prng prng;
    Pair pair;

    (void)state;
    prng_seed(&prng, check_seed(7));
    begin_random(&pair, &prng, "same", "same");
    (void)noise_write(&pair.client, NULL, 0, message);
    check(noise_read(&pair.server, message, NOISE_FIRST_BYTES, payload, &payload_bytes));
    (void)noise_write(&pair.server, NULL, 0, message);
    noise_split(&pair.server, &keys);
    check_bytes(&pair.server, &empty, sizeof empty);
    check(memcmp(keys.client_to_server, keys.server_to_client, NOISE_KEY_BYTES) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_vectors_are_met_byte_for_byte),
        cmocka_unit_test(a_key_pair_is_that_of_the_curve),
        cmocka_unit_test(another_prologue_ends_the_handshake),
        cmocka_unit_test(nothing_but_the_honest_messages_gives_keys),
        cmocka_unit_test(a_key_without_a_secret_is_refused),
        cmocka_unit_test(messages_out_of_turn_are_refused),
        cmocka_unit_test(a_split_leaves_no_secret_behind),
    };

    return secure_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
