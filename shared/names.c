#include "shared/names.h"

#include <assert.h>
#include <string.h>
#include <utf8proc.h>

enum {
    /* NFD makes at most 4 of one; the compatibility decomposition of U+FDFA has 18. */
    CANONICAL_POINTS_MAX = NAME_BYTES_MAX * 4,
    SKELETON_POINTS_MAX = NAME_BYTES_MAX * 18,
    MARKS_MAX = 4, /* on one letter */
    BRAILLE_BLANK = 0x2800
};

/* A letter and the Latin one that it looks like, in lower case or as its capital does. */
typedef struct {
    utf8proc_int32_t point;
    char looks_like;
} Confusable;

/* After case folding, so all small: a capital that looks like a Latin one counts with it. */
static const Confusable confusables[] = {
    {'0', 'o'},   {'1', 'l'},   {'i', 'l'},   {'|', 'l'},   {0x131, 'l'}, {0x269, 'l'},
    {0x3B1, 'a'}, {0x3B2, 'b'}, {0x3B5, 'e'}, {0x3B6, 'z'}, {0x3B7, 'h'}, {0x3B9, 'l'},
    {0x3BA, 'k'}, {0x3BC, 'm'}, {0x3BD, 'n'}, {0x3BF, 'o'}, {0x3C1, 'p'}, {0x3C4, 't'},
    {0x3C5, 'y'}, {0x3C7, 'x'}, {0x3F2, 'c'}, {0x3F3, 'j'}, {0x430, 'a'}, {0x432, 'b'},
    {0x433, 'r'}, {0x435, 'e'}, {0x437, '3'}, {0x43A, 'k'}, {0x43C, 'm'}, {0x43D, 'h'},
    {0x43E, 'o'}, {0x440, 'p'}, {0x441, 'c'}, {0x442, 't'}, {0x443, 'y'}, {0x445, 'x'},
    {0x455, 's'}, {0x456, 'l'}, {0x458, 'j'}, {0x475, 'v'}, {0x4AF, 'y'}, {0x4BB, 'h'},
    {0x4CF, 'l'}, {0x501, 'd'}, {0x51B, 'q'}, {0x51D, 'w'}, {0x555, 'o'}, {0x585, 'o'},
};

static bool is_space(utf8proc_int32_t point)
{
    return utf8proc_category(point) == UTF8PROC_CATEGORY_ZS;
}

static bool is_mark(utf8proc_int32_t point)
{
    const utf8proc_category_t category = utf8proc_category(point);

    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC;
}

/* Letters, marks, numbers, punctuation and symbols that can be seen, and the space. */
static bool is_allowed(utf8proc_int32_t point)
{
    if (utf8proc_get_property(point)->ignorable != 0 || point == BRAILLE_BLANK) {
        return false;
    }
    switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_ME:
        return false;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO:
    case UTF8PROC_CATEGORY_SM:
    case UTF8PROC_CATEGORY_SC:
    case UTF8PROC_CATEGORY_SK:
    case UTF8PROC_CATEGORY_SO:
    case UTF8PROC_CATEGORY_ZS:
        break;
    }
    return true;
}

/* Leading, trailing and repeated spaces go. Returns how many points are left. */
static int collapse_spaces(utf8proc_int32_t *points, int count)
{
    int kept = 0;

    for (int i = 0; i < count; i++) {
        if (!is_space(points[i])) {
            points[kept] = points[i];
            kept++;
        } else if (kept > 0 && points[kept - 1] != ' ') {
            points[kept] = ' ';
            kept++;
        }
    }
    return kept > 0 && points[kept - 1] == ' ' ? kept - 1 : kept;
}

/* Marks sit on something, and not in heaps. */
static bool marks_are_few(const utf8proc_int32_t *points, int count)
{
    int marks = MARKS_MAX;

    for (int i = 0; i < count; i++) {
        marks = is_mark(points[i]) ? marks + 1 : 0;
        if (points[i] == ' ') {
            marks = MARKS_MAX;
        }
        if (marks > MARKS_MAX) {
            return false;
        }
    }
    return true;
}

static NameProblem problem_of(const utf8proc_int32_t *points, int count)
{
    if (count == 0) {
        return NAME_EMPTY;
    }
    for (int i = 0; i < count; i++) {
        if (!is_allowed(points[i])) {
            return NAME_CHARACTERS;
        }
    }
    if (!marks_are_few(points, count)) {
        return NAME_CHARACTERS;
    }
    return count > NAME_CODE_POINTS_MAX ? NAME_TOO_LONG : NAME_GOOD;
}

/* As many points as there are; 0 for what is no UTF-8. */
static int
decompose(const char *text, utf8proc_option_t options, utf8proc_int32_t *points, int points_max)
{
    const utf8proc_ssize_t count = utf8proc_decompose((const utf8proc_uint8_t *)text,
                                                      (utf8proc_ssize_t)strlen(text),
                                                      points,
                                                      points_max,
                                                      options);

    assert(count <= points_max);
    return count < 0 ? 0 : (int)count;
}

NameProblem name_normalize(const char *text, char normal[NAME_BYTES_MAX + 1])
{
    const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    utf8proc_int32_t points[CANONICAL_POINTS_MAX];
    NameProblem problem = NAME_GOOD;
    size_t end = 0;
    int count = 0;

    normal[0] = '\0';
    assert(strlen(text) <= NAME_BYTES_MAX);
    count = decompose(text, options, points, CANONICAL_POINTS_MAX);
    if (count == 0 && text[0] != '\0') {
        return NAME_CHARACTERS;
    }
    count = (int)utf8proc_normalize_utf32(points, collapse_spaces(points, count), options);
    problem = problem_of(points, count);
    for (int i = 0; i < count && problem == NAME_GOOD; i++) {
        end += (size_t)utf8proc_encode_char(points[i], (utf8proc_uint8_t *)normal + end);
    }
    normal[end] = '\0';
    return problem;
}

static utf8proc_int32_t look_of(utf8proc_int32_t point)
{
    for (size_t i = 0; i < sizeof confusables / sizeof confusables[0]; i++) {
        if (confusables[i].point == point) {
            return confusables[i].looks_like;
        }
    }
    return point;
}

/* What is left of a name when it is only looked at. */
static int skeleton(const char *name, utf8proc_int32_t points[SKELETON_POINTS_MAX])
{
    const utf8proc_option_t options =
        UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_DECOMPOSE;
    const int count = decompose(name, options, points, SKELETON_POINTS_MAX);

    for (int i = 0; i < count; i++) {
        points[i] = look_of(points[i]);
    }
    return count;
}

bool names_alike(const char *a, const char *b)
{
    utf8proc_int32_t points_a[SKELETON_POINTS_MAX];
    utf8proc_int32_t points_b[SKELETON_POINTS_MAX];
    const int count_a = skeleton(a, points_a);
    const int count_b = skeleton(b, points_b);

    return count_a == count_b &&
           memcmp(points_a, points_b, (size_t)count_a * sizeof *points_a) == 0;
}

/* FNV-1a over the skeleton. */
uint64_t name_likeness(const char *name)
{
    utf8proc_int32_t points[SKELETON_POINTS_MAX];
    const int count = skeleton(name, points);
    uint64_t hash = UINT64_C(14695981039346656037);

    for (int i = 0; i < count; i++) {
        hash = (hash ^ (uint64_t)points[i]) * UINT64_C(1099511628211);
    }
    return hash == 0 ? 1 : hash;
}
