/*
 * Names come from strangers: a normal form is clean text of at most 24 characters, is its own
 * normal form, and is alike to itself in another case; likeness and the careful comparison agree.
 */
#include <assert.h>
#include <string.h>

#include "shared/names.h"
#include "shared/wire.h"
#include "tests/fuzz/fuzz.h"

static int characters(const char *text)
{
    int count = 0;

    for (; *text != '\0'; text++) {
        count += ((unsigned char)*text & 0xc0U) != 0x80U ? 1 : 0;
    }
    return count;
}

static NameProblem normalize(const uint8_t *data, size_t size, char normal[NAME_BYTES_MAX + 1])
{
    char text[NAME_BYTES_MAX + 1] = "";

    memcpy(text, data, size > NAME_BYTES_MAX ? NAME_BYTES_MAX : size);
    return name_normalize(text, normal);
}

static void check_good(const char *normal)
{
    char again[NAME_BYTES_MAX + 1];
    const NameProblem problem = name_normalize(normal, again);

    assert(problem == NAME_GOOD && strcmp(normal, again) == 0);
    assert(text_is_clean(normal, strlen(normal)));
    assert(characters(normal) >= 1 && characters(normal) <= NAME_CODE_POINTS_MAX);
    assert(normal[0] != ' ' && normal[strlen(normal) - 1] != ' ');
    assert(strstr(normal, "  ") == NULL);
    for (char *letter = again; *letter != '\0'; letter++) {
        if (*letter >= 'a' && *letter <= 'z') {
            *letter = (char)(*letter - 'a' + 'A');
        }
    }
    assert(names_alike(normal, again) && name_likeness(normal) == name_likeness(again));
    assert(name_likeness(normal) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const size_t half = size / 2;
    char one[NAME_BYTES_MAX + 1];
    char other[NAME_BYTES_MAX + 1];
    const NameProblem of_one = normalize(data, half, one);
    const NameProblem of_other = normalize(data + half, size - half, other);

    assert((of_one == NAME_GOOD) == (one[0] != '\0'));
    if (of_one == NAME_GOOD) {
        check_good(one);
    }
    if (of_one == NAME_GOOD && of_other == NAME_GOOD && names_alike(one, other)) {
        assert(name_likeness(one) == name_likeness(other));
    }
    return 0;
}
