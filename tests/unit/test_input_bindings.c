/* Keys and pads: defaults, clashes, and the text in the settings. Scancodes are those of USB. */
#include "client/desktop/input_bindings.h"
#include "tests/support/check.h"

enum {
    KEY_F = 9,
    KEY_J = 13,
    KEY_K = 14,
    KEY_M = 16,
    KEY_ESCAPE = 41,
    KEY_SPACE = 44,
    KEY_COMMA = 54,
    KEY_SLASH = 56,
    KEY_KEYPAD_COMMA = 133
};

static InputBindings defaults(void)
{
    InputBindings bindings;

    input_bindings_default(&bindings);
    return bindings;
}

static void space_f_and_j_strike_the_first_pads(void **state)
{
    const InputBindings bindings = defaults();

    (void)state;
    check_i64(input_bindings_pad(&bindings, KEY_SPACE), 0);
    check_i64(input_bindings_pad(&bindings, KEY_F), 1);
    check_i64(input_bindings_pad(&bindings, KEY_J), 2);
    check_i64(input_bindings_pad(&bindings, KEY_K), -1);
    check_i64(input_bindings_pad(&bindings, 0), -1);
    check_i64(input_bindings_first_conflict(&bindings), 0);
}

static void a_key_on_two_pads_is_a_conflict(void **state)
{
    InputBindings bindings = defaults();

    (void)state;
    check_i64(input_bindings_conflict(&bindings, 3, KEY_F), 1);
    check_i64(input_bindings_conflict(&bindings, 1, KEY_F), -1);
    check(input_bindings_add(&bindings, 3, KEY_F));
    check_i64(input_bindings_first_conflict(&bindings), KEY_F);
    input_bindings_remove(&bindings, 1, KEY_F);
    check_i64(input_bindings_first_conflict(&bindings), 0);
    check_i64(input_bindings_pad(&bindings, KEY_F), 3);
}

static void a_pad_has_four_keys_at_most(void **state)
{
    InputBindings bindings = defaults();

    (void)state;
    check(input_bindings_add(&bindings, 0, KEY_K));
    check(input_bindings_add(&bindings, 0, KEY_K));
    check(input_bindings_add(&bindings, 0, KEY_COMMA));
    check(input_bindings_add(&bindings, 0, KEY_SLASH));
    check(!input_bindings_add(&bindings, 0, KEY_KEYPAD_COMMA));
    input_bindings_remove(&bindings, 0, KEY_SPACE);
    check(input_bindings_add(&bindings, 0, KEY_KEYPAD_COMMA));
}

static void keys_of_the_screens_cannot_be_taken(void **state)
{
    InputBindings bindings = defaults();

    (void)state;
    check(!input_bindings_add(&bindings, 0, KEY_ESCAPE));
    check(!input_bindings_add(&bindings, 0, KEY_M));
    check(!input_bindings_add(&bindings, 0, 0));
    check(!input_bindings_add(&bindings, 0, 100000));
}

static void keys_are_written_by_name_and_read_back(void **state)
{
    static const int32_t keys[] = {KEY_COMMA, KEY_KEYPAD_COMMA, KEY_SPACE, KEY_COMMA + 3};
    InputBindings bindings = {0};
    InputBindings read = defaults();
    char text[INPUT_BINDING_BYTES_MAX];

    (void)state;
    for (int i = 0; i < 4; i++) {
        check(input_bindings_add(&bindings, 5, keys[i]));
    }
    input_bindings_write(&bindings, 5, text);
    check_text(text, ",, Keypad ,, Space, CapsLock");
    check(input_bindings_read(&read, 5, text));
    for (int i = 0; i < 4; i++) {
        check_i64(read.scancodes[5][i], keys[i]);
    }
    check_i64(input_bindings_pad(&read, KEY_F), 1);
}

static void every_key_survives_writing_and_reading(void **state)
{
    char text[INPUT_BINDING_BYTES_MAX];
    int count = 0;

    (void)state;
    for (int32_t scancode = 1; scancode < 290; scancode++) {
        InputBindings bindings = {0};
        InputBindings read = {0};

        if (!input_bindings_add(&bindings, 0, scancode)) {
            continue;
        }
        input_bindings_write(&bindings, 0, text);
        check(input_bindings_read(&read, 0, text));
        if (read.scancodes[0][0] != scancode) {
            char other[INPUT_BINDING_BYTES_MAX];

            /* Two places with one name (two backslashes, two returns): the name is what counts. */
            input_bindings_write(&read, 0, other);
            check_text(other, text);
        }
        count++;
    }
    check(count > 200);
}

static void what_is_not_a_list_of_keys_changes_nothing(void **state)
{
    static const char *const texts[] = {"Spaceship",
                                        "Space, ",
                                        ", Space",
                                        "Space,F",
                                        "Escape",
                                        "F, J, K, L, Space",
                                        "Key 0",
                                        "Key -3"};
    InputBindings bindings = defaults();

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (input_bindings_read(&bindings, 0, texts[i])) {
            check_text(texts[i], "(refused)");
        }
        check_i64(bindings.scancodes[0][0], KEY_SPACE);
        check_i64(bindings.scancodes[0][1], 0);
    }
    check(input_bindings_read(&bindings, 0, ""));
    check_i64(input_bindings_pad(&bindings, KEY_SPACE), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(space_f_and_j_strike_the_first_pads),
        cmocka_unit_test(a_key_on_two_pads_is_a_conflict),
        cmocka_unit_test(a_pad_has_four_keys_at_most),
        cmocka_unit_test(keys_of_the_screens_cannot_be_taken),
        cmocka_unit_test(keys_are_written_by_name_and_read_back),
        cmocka_unit_test(every_key_survives_writing_and_reading),
        cmocka_unit_test(what_is_not_a_list_of_keys_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
