#include "client/desktop/ui/app_settings.h"

#include <stdio.h>
#include <string.h>

#include "shared/prng.h"
#include "tests/support/check.h"

static AppSettings settings;

static int set_up(void **state)
{
    (void)state;
    settings_init(&settings);
    return 0;
}

/* ---- helpers: a reader of the file's text, as simple as the text is ---------------------------
 */

/* Gives every line of `text` to settings_set; answers how many were refused. */
static int read_text(const char *text, AppSettings *target)
{
    char copy[SETTINGS_TEXT_BYTES_MAX + 1];
    char section[64] = "";
    int refused_count = 0;

    (void)snprintf(copy, sizeof copy, "%s", text);
    for (char *line = copy, *end; line != NULL && *line != '\0'; line = end) {
        char *equals;

        end = strchr(line, '\n');
        if (end != NULL) {
            *end = '\0';
            end++;
        }
        equals = strstr(line, " = ");
        if (line[0] == '[') {
            line[strlen(line) - 1] = '\0';
            (void)snprintf(section, sizeof section, "%s", line + 1);
        } else if (equals != NULL) {
            *equals = '\0';
            refused_count += settings_set(target, section, line, equals + 3, NULL) ? 0 : 1;
        }
    }
    return refused_count;
}

static void check_same_offsets(const SettingsOffsets *one, const SettingsOffsets *other)
{
    check_text(one->sound_device, other->sound_device);
    check_i64(one->block_frames, other->block_frames);
    check_i64(one->timing_offset_ms, other->timing_offset_ms);
    check_i64(one->timing_offset_is_set, other->timing_offset_is_set);
    check_i64(one->sound_offset_ms, other->sound_offset_ms);
    check_i64(one->picture_offset_ms, other->picture_offset_ms);
}

static void check_same(const AppSettings *one, const AppSettings *other)
{
    check_text(one->name, other->name);
    check_text(one->team, other->team);
    check_text(one->host, other->host);
    check_bytes(one->keys, other->keys, sizeof one->keys);
    check_i64(one->master_percent, other->master_percent);
    check_i64(one->click_percent, other->click_percent);
    check_i64(one->own_percent, other->own_percent);
    check_i64(one->own_is_muted, other->own_is_muted);
    check_i64(one->others_percent, other->others_percent);
    check_same_offsets(&one->offsets, &other->offsets);
    for (int i = 0; i < SETTINGS_DEVICES_MAX; i++) {
        check_same_offsets(&one->kept[i], &other->kept[i]);
    }
    check_i64(one->theme, other->theme);
    check_i64(one->click_sound, other->click_sound);
    check_i64(one->text_size_percent, other->text_size_percent);
    check_i64(one->reduced_motion, other->reduced_motion);
    check_i64(one->calm_light, other->calm_light);
    check_i64(one->hit_cue, other->hit_cue);
    check_i64(one->one_key, other->one_key);
    check_i64(one->remember_person, other->remember_person);
    check_i64(one->keep_history, other->keep_history);
}

/* ---- defaults -------------------------------------------------------------------------------- */

static void defaults_are_valid_and_bind_space_f_and_j(void **state)
{
    (void)state;
    check(settings_is_valid(&settings));
    check_text(settings.keys[0][0], "Space");
    check_text(settings.keys[1][0], "F");
    check_text(settings.keys[2][0], "J");
    check(!settings.offsets.timing_offset_is_set);
    check_near((double)settings_text_size(&settings), 1.0, 1.0e-6);
}

static void resetting_keeps_who_somebody_is(void **state)
{
    (void)state;
    check(settings_set(&settings, "person", "name", "Cleo", NULL));
    check(settings_set(&settings, "timing", "timing_offset_ms", "-41", NULL));
    settings_reset(&settings);
    check_text(settings.name, "Cleo");
    check_i64(settings.offsets.timing_offset_ms, 0);
}

/* ---- the setter ------------------------------------------------------------------------------ */

static void offsets_may_be_negative(void **state)
{
    (void)state;
    check(settings_set(&settings, "timing", "timing_offset_ms", "-41", NULL));
    check(settings_set(&settings, "timing", "sound_offset_ms", "180", NULL));
    check_i64(settings.offsets.timing_offset_ms, -41);
    check_i64(settings.offsets.sound_offset_ms, 180);
}

static void numbers_out_of_range_are_refused_and_change_nothing(void **state)
{
    static const char *const wrong[] = {
        "501", "-501", "99999999999999", "", "-", "4x", "1.5", "0x9"};
    SettingsError error;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        check(!settings_set(&settings, "timing", "timing_offset_ms", wrong[i], &error));
        check_i64(settings.offsets.timing_offset_ms, 0);
    }
    check(strstr(error.reason, "timing.timing_offset_ms") != NULL);
}

static void text_size_stays_between_80_and_200_percent(void **state)
{
    (void)state;
    check(!settings_set(&settings, "picture", "text_size_percent", "79", NULL));
    check(!settings_set(&settings, "picture", "text_size_percent", "201", NULL));
    check(settings_set(&settings, "picture", "text_size_percent", "200", NULL));
    check_near((double)settings_text_size(&settings), 2.0, 1.0e-6);
}

static void flags_and_themes_are_words(void **state)
{
    (void)state;
    check(settings_set(&settings, "accessibility", "reduced_motion", "yes", NULL));
    check(settings.reduced_motion);
    check(settings_set(&settings, "accessibility", "reduced_motion", "0", NULL));
    check(!settings.reduced_motion);
    check(!settings_set(&settings, "accessibility", "reduced_motion", "perhaps", NULL));
    check(settings_set(&settings, "picture", "theme", "high-contrast", NULL));
    check_i64(settings.theme, THEME_HIGH_CONTRAST);
    check(!settings_set(&settings, "picture", "theme", "pink", NULL));
    check(settings_set(&settings, "sound", "click_sound", "wood", NULL));
    check_i64(settings.click_sound, CLICK_SOUND_WOOD);
    check(!settings_set(&settings, "sound", "click_sound", "trumpet", NULL));
    check_i64(settings.click_sound, CLICK_SOUND_WOOD);
}

static void unknown_names_are_refused_with_their_name(void **state)
{
    SettingsError error;

    (void)state;
    check(!settings_set(&settings, "sound", "volume", "3", &error));
    check_text(error.reason, "sound.volume is no setting of Onedrum.");
}

static void names_longer_than_24_characters_are_refused(void **state)
{
    (void)state;
    check(settings_set(
        &settings, "person", "name", "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4", NULL));
    check(settings_set(&settings, "person", "name", "123456789012345678901234", NULL));
    check(!settings_set(&settings, "person", "name", "1234567890123456789012345", NULL));
    check(!settings_set(&settings, "person", "name", "bell%07", NULL));
    check(!settings_set(&settings, "person", "name", "half%F", NULL));
    check_text(settings.name, "123456789012345678901234");
}

static void every_prefix_of_a_value_is_taken_or_refused(void **state)
{
    char value[24];
    static const char whole[] = "Space,F%3B,%2C,J";

    (void)state;
    for (size_t bytes = 0; bytes < sizeof whole; bytes++) {
        memset(value, 0, sizeof value);
        memcpy(value, whole, bytes);
        (void)!settings_set(&settings, "keys", "pad_1", value, NULL);
        check(settings_is_valid(&settings));
    }
    check_text(settings.keys[0][1], "F;");
    check_text(settings.keys[0][2], ",");
}

/* ---- the file -------------------------------------------------------------------------------- */

static void the_file_is_readable_by_people(void **state)
{
    char text[SETTINGS_TEXT_BYTES_MAX + 1];

    (void)state;
    settings.offsets.timing_offset_ms = -41;
    check(settings_write(&settings, text, sizeof text) > 0);
    check(strstr(text, "[keys]\npad_1 = Space\npad_2 = F\npad_3 = J\npad_4 = \n") != NULL);
    check(strstr(text, "timing_offset_ms = -41\n") != NULL);
    check(strstr(text, "[picture]\ntheme = dark\n") != NULL);
}

static void a_person_who_is_not_remembered_is_not_written(void **state)
{
    char text[SETTINGS_TEXT_BYTES_MAX + 1];

    (void)state;
    check(settings_set(&settings, "person", "name", "Cleo", NULL));
    settings.remember_person = false;
    check(settings_write(&settings, text, sizeof text) > 0);
    check(strstr(text, "Cleo") == NULL);
    check(strstr(text, "[person]") == NULL);
}

static void too_little_room_writes_nothing(void **state)
{
    char text[SETTINGS_TEXT_BYTES_MAX + 1];
    size_t bytes = settings_write(&settings, text, sizeof text);

    (void)state;
    check(bytes > 0);
    check_u64(settings_write(&settings, text, bytes), 0);
    check_u64(settings_write(&settings, text, bytes + 1), bytes);
}

static void the_longest_settings_fit_and_no_line_exceeds_200_bytes(void **state)
{
    char text[SETTINGS_TEXT_BYTES_MAX + 1];
    size_t line = 0;

    (void)state;
    memset(settings.name, ';', NAME_CODE_POINTS_MAX);
    memset(settings.host, 'h', SETTINGS_HOST_BYTES_MAX);
    memset(settings.offsets.sound_device, ';', SETTINGS_DEVICE_BYTES_MAX);
    settings.offsets.timing_offset_ms = -SETTINGS_OFFSET_MS_MAX;
    settings.offsets.block_frames = SETTINGS_BLOCK_FRAMES_MAX;
    for (int i = 0; i < SETTINGS_DEVICES_MAX; i++) {
        settings.kept[i] = settings.offsets;
    }
    for (int i = 0; i < SETTINGS_PADS * SETTINGS_KEYS_PER_PAD; i++) {
        memset(settings.keys[i / SETTINGS_KEYS_PER_PAD][i % SETTINGS_KEYS_PER_PAD],
               'k',
               SETTINGS_KEY_BYTES_MAX);
    }
    check(settings_is_valid(&settings));
    check(settings_write(&settings, text, sizeof text) > 0);
    for (size_t i = 0; text[i] != '\0'; i++) {
        line = text[i] == '\n' ? 0 : line + 1;
        check(line < 200);
    }
}

static void make_random(AppSettings *made, Prng *prng)
{
    static const char *const names[] = {
        "", "Cleo", " a ", "x;y#z", "100%", "\xC3\x9Crs\xC3\xBC, \"a\""};
    static const char *const keys[] = {"", "Space", ",", ";", "F", "Left Ctrl", "Keypad 5", "="};

    settings_init(made);
    (void)snprintf(made->name, sizeof made->name, "%s", names[prng_below(prng, 6)]);
    (void)snprintf(made->team, sizeof made->team, "%s", names[prng_below(prng, 6)]);
    (void)snprintf(made->host, sizeof made->host, "%s", names[prng_below(prng, 6)]);
    for (int pad = 0; pad < SETTINGS_PADS; pad++) {
        const char *key = keys[prng_below(prng, 8)];

        memset(made->keys[pad], 0, sizeof made->keys[pad]);
        (void)snprintf(made->keys[pad][0], sizeof made->keys[pad][0], "%s", key);
    }
    made->master_percent = (int32_t)prng_below(prng, 101);
    made->offsets.timing_offset_ms = (int32_t)prng_below(prng, 1001) - 500;
    made->offsets.picture_offset_ms = (int32_t)prng_below(prng, 1001) - 500;
    made->offsets.timing_offset_is_set = prng_below(prng, 2) == 1;
    made->theme = (ThemeKind)prng_below(prng, THEME_KIND_COUNT);
    made->click_sound = (ClickSound)prng_below(prng, CLICK_SOUND_COUNT);
    made->text_size_percent = 80 + (int32_t)prng_below(prng, 121);
    made->one_key = prng_below(prng, 2) == 1;
}

static void what_is_written_is_read_back_unchanged(void **state)
{
    char text[SETTINGS_TEXT_BYTES_MAX + 1];
    AppSettings made;
    AppSettings read;
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(20));
    for (int i = 0; i < 500; i++) {
        make_random(&made, &prng);
        settings_init(&read);
        check(settings_write(&made, text, sizeof text) > 0);
        check_i64(read_text(text, &read), 0);
        check_same(&read, &made);
    }
}

/* ---- offsets of sound devices -----------------------------------------------------------------
 */

static void offsets_set_before_any_device_was_known_are_the_first_ones(void **state)
{
    (void)state;
    settings.offsets.timing_offset_ms = -41;
    settings.offsets.timing_offset_is_set = true;
    check_i64(settings_use_device(&settings, "Speakers", 256), OFFSETS_STAY);
    check_i64(settings.offsets.timing_offset_ms, -41);
    check_text(settings.offsets.sound_device, "Speakers");
}

static void another_device_or_block_size_has_its_own_offsets_and_each_comes_back(void **state)
{
    (void)state;
    check_i64(settings_use_device(&settings, "Speakers", 256), OFFSETS_STAY);
    check_i64(settings_use_device(&settings, "Headphones", 256), OFFSETS_ARE_NEW);
    settings.offsets.timing_offset_ms = 12;
    settings.offsets.timing_offset_is_set = true;
    settings.offsets.picture_offset_ms = -7;
    check_i64(settings_use_device(&settings, "Headphones", 512), OFFSETS_ARE_LOST);
    check(!settings.offsets.timing_offset_is_set);
    check_i64(settings.offsets.timing_offset_ms, 0);
    check_i64(settings_use_device(&settings, "Headphones", 512), OFFSETS_STAY);
    check_i64(settings_use_device(&settings, "Headphones", 256), OFFSETS_RETURN);
    check(settings.offsets.timing_offset_is_set);
    check_i64(settings.offsets.timing_offset_ms, 12);
    check_i64(settings.offsets.picture_offset_ms, -7);
    check_i64(settings_use_device(&settings, "", 0), OFFSETS_STAY);
    check_i64(settings.offsets.timing_offset_ms, 12);
}

static void of_nine_devices_the_oldest_is_forgotten(void **state)
{
    char name[16];

    (void)state;
    for (int i = 0; i <= SETTINGS_DEVICES_MAX + 1; i++) {
        (void)snprintf(name, sizeof name, "Device %d", i);
        (void)settings_use_device(&settings, name, 256);
        settings.offsets.timing_offset_ms = i;
        settings.offsets.timing_offset_is_set = true;
    }
    check_i64(settings_use_device(&settings, "Device 1", 256), OFFSETS_RETURN);
    check_i64(settings.offsets.timing_offset_ms, 1);
    check_i64(settings_use_device(&settings, "Device 0", 256), OFFSETS_ARE_LOST);
}

static void any_name_of_a_device_can_be_kept(void **state)
{
    char umlauts[121] = "";
    const char *const names[] = {"\x01\x02", "a\nb", "\xFF\xFE\xFD", "; # \" %", umlauts};
    char text[SETTINGS_TEXT_BYTES_MAX + 1];
    AppSettings read;

    (void)state;
    for (size_t i = 0; i + 1 < sizeof umlauts; i++) {
        umlauts[i] = i % 2 == 0 ? '\xC3' : '\xA4';
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)settings_use_device(&settings, names[i], 256);
        settings.offsets.timing_offset_is_set = true;
        check(settings_is_valid(&settings));
    }
    settings_init(&read);
    check(settings_write(&settings, text, sizeof text) > 0);
    check_i64(read_text(text, &read), 0);
    check_same(&read, &settings);
    check(strstr(text, "[device_1]\nsound_device = ") != NULL);
}

static void moving_the_sound_moves_the_hits_the_other_way(void **state)
{
    SettingsOffsets offsets = {.timing_offset_ms = 226, .timing_offset_is_set = true};

    (void)state;
    settings_move_sound(&offsets, 266);
    check_i64(offsets.sound_offset_ms, 266);
    check_i64(offsets.timing_offset_ms, -40);
    settings_move_sound(&offsets, 0);
    check_i64(offsets.timing_offset_ms, 226);
    offsets.timing_offset_is_set = false;
    settings_move_sound(&offsets, 100);
    check_i64(offsets.timing_offset_ms, 226);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void keys_of_what_is_not_built_are_free(void **state)
{
    (void)state;
    check(settings_key_use("M") == NULL);
    check(settings_key_use("T") == NULL);
    check(settings_key_use("/") == NULL);
}

static void escape_and_tab_cannot_be_bound(void **state)
{
    (void)state;
    check(!settings_bind_key(&settings, 0, 1, "Escape"));
    check(!settings_bind_key(&settings, 0, 1, "Tab"));
    check(!settings_set(&settings, "keys", "pad_1", "Tab", NULL));
    check_text(settings.keys[0][1], "");
}

static void a_key_on_two_pads_is_a_clash_of_both(void **state)
{
    int other = -1;

    (void)state;
    check(settings_bind_key(&settings, 1, 2, "Space"));
    check_i64(settings_key_clash(&settings, 0, 0, &other), KEY_CLASH_PAD);
    check_i64(other, 1);
    check_i64(settings_key_clash(&settings, 1, 2, &other), KEY_CLASH_PAD);
    check_i64(other, 0);
    check_i64(settings_key_clash(&settings, 2, 0, NULL), KEY_CLASH_NONE);
    check_i64(settings_key_clash(&settings, 3, 0, NULL), KEY_CLASH_NONE);
}

static void a_key_with_a_use_is_a_clash_with_it(void **state)
{
    (void)state;
    check(settings_bind_key(&settings, 3, 0, "N"));
    check_i64(settings_key_clash(&settings, 3, 0, NULL), KEY_CLASH_USE);
    check_text(settings_key_use("N"), "names on the ring");
}

static void binding_a_pads_own_key_again_moves_it(void **state)
{
    (void)state;
    check(settings_bind_key(&settings, 0, 3, "Space"));
    check_text(settings.keys[0][0], "");
    check_text(settings.keys[0][3], "Space");
    check(settings_bind_key(&settings, 0, 3, ""));
    for (int place = 0; place < SETTINGS_KEYS_PER_PAD; place++) {
        check_text(settings.keys[0][place], "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(defaults_are_valid_and_bind_space_f_and_j, set_up),
        cmocka_unit_test_setup(resetting_keeps_who_somebody_is, set_up),
        cmocka_unit_test_setup(offsets_may_be_negative, set_up),
        cmocka_unit_test_setup(numbers_out_of_range_are_refused_and_change_nothing, set_up),
        cmocka_unit_test_setup(text_size_stays_between_80_and_200_percent, set_up),
        cmocka_unit_test_setup(flags_and_themes_are_words, set_up),
        cmocka_unit_test_setup(unknown_names_are_refused_with_their_name, set_up),
        cmocka_unit_test_setup(names_longer_than_24_characters_are_refused, set_up),
        cmocka_unit_test_setup(every_prefix_of_a_value_is_taken_or_refused, set_up),
        cmocka_unit_test_setup(the_file_is_readable_by_people, set_up),
        cmocka_unit_test_setup(a_person_who_is_not_remembered_is_not_written, set_up),
        cmocka_unit_test_setup(too_little_room_writes_nothing, set_up),
        cmocka_unit_test_setup(the_longest_settings_fit_and_no_line_exceeds_200_bytes, set_up),
        cmocka_unit_test_setup(what_is_written_is_read_back_unchanged, set_up),
        cmocka_unit_test_setup(offsets_set_before_any_device_was_known_are_the_first_ones, set_up),
        cmocka_unit_test_setup(another_device_or_block_size_has_its_own_offsets_and_each_comes_back,
                               set_up),
        cmocka_unit_test_setup(of_nine_devices_the_oldest_is_forgotten, set_up),
        cmocka_unit_test_setup(any_name_of_a_device_can_be_kept, set_up),
        cmocka_unit_test_setup(moving_the_sound_moves_the_hits_the_other_way, set_up),
        cmocka_unit_test_setup(keys_of_what_is_not_built_are_free, set_up),
        cmocka_unit_test_setup(escape_and_tab_cannot_be_bound, set_up),
        cmocka_unit_test_setup(a_key_on_two_pads_is_a_clash_of_both, set_up),
        cmocka_unit_test_setup(a_key_with_a_use_is_a_clash_with_it, set_up),
        cmocka_unit_test_setup(binding_a_pads_own_key_again_moves_it, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
