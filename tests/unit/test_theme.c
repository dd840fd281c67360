/* The floors of legibility, recomputed from the colours themselves: WCAG contrast, and CIEDE2000
 * between verdict families as colour-blind people see them (Machado, Oliveira, Fernandes 2009,
 * doi:10.1109/TVCG.2009.113, severity 1, on linear RGB). */
#include <math.h>

#include "client/desktop/ui/theme.h"
#include "tests/support/check.h"

#define TEXT_FLOOR 4.5
#define MARK_FLOOR 3.0
#define DELTA_FLOOR 14.0
#define PI 3.14159265358979323846

typedef struct {
    double x;
    double y;
    double z;
} Triple;

/* L, a, b. */
typedef Triple Lab;

static double linear(uint8_t channel)
{
    double value = (double)channel / 255.0;

    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static Triple linear_rgb(Colour colour)
{
    return (Triple){linear(colour.r), linear(colour.g), linear(colour.b)};
}

static double luminance(Colour colour)
{
    Triple rgb = linear_rgb(colour);

    return 0.2126 * rgb.x + 0.7152 * rgb.y + 0.0722 * rgb.z;
}

static double contrast(Colour a, Colour b)
{
    double one = luminance(a) + 0.05;
    double other = luminance(b) + 0.05;

    return one > other ? one / other : other / one;
}

/* The lowest contrast on the three backgrounds. */
static double lowest_contrast(const Theme *theme, Colour colour)
{
    double lowest = contrast(colour, theme->stage);

    lowest = fmin(lowest, contrast(colour, theme->surface));
    return fmin(lowest, contrast(colour, theme->raised));
}

static double lab_curve(double t)
{
    return t > 216.0 / 24389.0 ? cbrt(t) : (24389.0 / 27.0 * t + 16.0) / 116.0;
}

/* D65. */
static Lab lab_of(Triple rgb)
{
    double x = (0.4124564 * rgb.x + 0.3575761 * rgb.y + 0.1804375 * rgb.z) / 0.95047;
    double y = 0.2126729 * rgb.x + 0.7151522 * rgb.y + 0.0721750 * rgb.z;
    double z = (0.0193339 * rgb.x + 0.1191920 * rgb.y + 0.9503041 * rgb.z) / 1.08883;

    return (Lab){116.0 * lab_curve(y) - 16.0,
                 500.0 * (lab_curve(x) - lab_curve(y)),
                 200.0 * (lab_curve(y) - lab_curve(z))};
}

static double hue_degrees(double a, double b)
{
    double angle = atan2(b, a) * 180.0 / PI;

    return angle < 0.0 ? angle + 360.0 : angle;
}

static double cos_degrees(double angle)
{
    return cos(angle * PI / 180.0);
}

/* Mean of two hues the short way round. */
static double mean_hue(double one, double other)
{
    double sum = one + other;

    if (fabs(one - other) <= 180.0) {
        return sum / 2.0;
    }
    return sum < 360.0 ? (sum + 360.0) / 2.0 : (sum - 360.0) / 2.0;
}

/* Sharma, Wu, Dalal 2005, doi:10.1002/col.20070. */
static double ciede2000(Lab one, Lab other)
{
    double chroma = (hypot(one.y, one.z) + hypot(other.y, other.z)) / 2.0;
    double g = 0.5 * (1.0 - sqrt(pow(chroma, 7.0) / (pow(chroma, 7.0) + pow(25.0, 7.0))));
    double a1 = one.y * (1.0 + g);
    double a2 = other.y * (1.0 + g);
    double c1 = hypot(a1, one.z);
    double c2 = hypot(a2, other.z);
    double h1 = hue_degrees(a1, one.z);
    double h2 = hue_degrees(a2, other.z);
    double turn = h2 - h1;
    double l = (one.x + other.x) / 2.0 - 50.0;
    double c = (c1 + c2) / 2.0;
    double h = mean_hue(h1, h2);
    double t = 1.0 - 0.17 * cos_degrees(h - 30.0) + 0.24 * cos_degrees(2.0 * h) +
               0.32 * cos_degrees(3.0 * h + 6.0) - 0.20 * cos_degrees(4.0 * h - 63.0);
    double rotation = 2.0 * sqrt(pow(c, 7.0) / (pow(c, 7.0) + pow(25.0, 7.0))) *
                      sin(60.0 * exp(-pow((h - 275.0) / 25.0, 2.0)) * PI / 180.0);
    double dl = (other.x - one.x) / (1.0 + 0.015 * l * l / sqrt(20.0 + l * l));
    double dc = (c2 - c1) / (1.0 + 0.045 * c);
    double dh;

    if (turn > 180.0) {
        turn -= 360.0;
    } else if (turn < -180.0) {
        turn += 360.0;
    }
    dh = 2.0 * sqrt(c1 * c2) * sin(turn / 2.0 * PI / 180.0) / (1.0 + 0.015 * c * t);
    return sqrt(dl * dl + dc * dc + dh * dh - rotation * dc * dh);
}

typedef enum {
    SIGHT_NORMAL,
    SIGHT_PROTAN,
    SIGHT_DEUTAN,
    SIGHT_TRITAN,
    SIGHT_COUNT
} Sight;

static const double sights[SIGHT_COUNT][3][3] = {
    [SIGHT_NORMAL] = {{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}},
    [SIGHT_PROTAN] = {{0.152286, 1.052583, -0.204868},
                      {0.114503, 0.786281, 0.099216},
                      {-0.003882, -0.048116, 1.051998}},
    [SIGHT_DEUTAN] = {{0.367322, 0.860646, -0.227968},
                      {0.280085, 0.672501, 0.047413},
                      {-0.011820, 0.042940, 0.968881}},
    [SIGHT_TRITAN] = {{1.255528, -0.076749, -0.178779},
                      {-0.078411, 0.930809, 0.147602},
                      {0.004733, 0.691367, 0.303900}},
};

static double clamp_unit(double value)
{
    return fmin(fmax(value, 0.0), 1.0);
}

static Lab seen(Colour colour, Sight sight)
{
    const double(*m)[3] = sights[sight];
    Triple rgb = linear_rgb(colour);

    return lab_of((Triple){
        clamp_unit(m[0][0] * rgb.x + m[0][1] * rgb.y + m[0][2] * rgb.z),
        clamp_unit(m[1][0] * rgb.x + m[1][1] * rgb.y + m[1][2] * rgb.z),
        clamp_unit(m[2][0] * rgb.x + m[2][1] * rgb.y + m[2][2] * rgb.z),
    });
}

static double least_difference(const Theme *theme, Sight sight)
{
    double least = 1000.0;

    for (int i = 0; i < FAMILY_COUNT; i++) {
        for (int k = i + 1; k < FAMILY_COUNT; k++) {
            least = fmin(
                least, ciede2000(seen(theme->families[i], sight), seen(theme->families[k], sight)));
        }
    }
    return least;
}

static void ciede2000_agrees_with_published_pairs(void **state)
{
    (void)state;
    check_near(ciede2000((Lab){50.0, 2.6772, -79.7751}, (Lab){50.0, 0.0, -82.7485}), 2.0425, 1e-4);
    check_near(ciede2000((Lab){50.0, 2.5, 0.0}, (Lab){73.0, 25.0, -18.0}), 27.1492, 1e-4);
    check_near(ciede2000((Lab){50.0, 2.5, 0.0}, (Lab){58.0, 24.0, 15.0}), 19.4535, 1e-4);
    check_near(
        ciede2000((Lab){2.0776, 0.0795, -1.135}, (Lab){0.9033, -0.0636, -0.5514}), 0.9082, 1e-4);
}

static void words_have_contrast_on_every_background(void **state)
{
    (void)state;
    for (int kind = 0; kind < THEME_KIND_COUNT; kind++) {
        const Theme *theme = theme_of((ThemeKind)kind);

        check_between(lowest_contrast(theme, theme->text), TEXT_FLOOR, 21.0);
        check_between(lowest_contrast(theme, theme->text2), TEXT_FLOOR, 21.0);
        check_between(lowest_contrast(theme, theme->text3), TEXT_FLOOR, 21.0);
        check_between(lowest_contrast(theme, theme->accent), TEXT_FLOOR, 21.0);
        check_between(lowest_contrast(theme, theme->alert), TEXT_FLOOR, 21.0);
        check_between(contrast(theme->on_fill, theme->fill), TEXT_FLOOR, 21.0);
    }
}

static void edges_and_focus_rings_have_contrast_on_every_background(void **state)
{
    (void)state;
    for (int kind = 0; kind < THEME_KIND_COUNT; kind++) {
        const Theme *theme = theme_of((ThemeKind)kind);

        check_between(lowest_contrast(theme, theme->edge), MARK_FLOOR, 21.0);
        check_between(lowest_contrast(theme, theme->focus), MARK_FLOOR, 21.0);
    }
}

static void every_family_has_contrast_on_every_background(void **state)
{
    (void)state;
    for (int kind = 0; kind < THEME_KIND_COUNT; kind++) {
        const Theme *theme = theme_of((ThemeKind)kind);

        for (int family = 0; family < FAMILY_COUNT; family++) {
            check_between(lowest_contrast(theme, theme->families[family]), MARK_FLOOR, 21.0);
        }
    }
}

/* 22 % of the family's colour over the stage, 14 % over the surface where it is light. */
static void marks_have_contrast_on_their_tinted_cells(void **state)
{
    (void)state;
    for (int family = 0; family < FAMILY_COUNT; family++) {
        const Theme *dark = theme_of(THEME_DARK);
        const Theme *light = theme_of(THEME_LIGHT);
        Colour on_dark = dark->families[family];
        Colour on_light = light->families[family];

        if (family == FAMILY_QUIET || family == FAMILY_ON || family == FAMILY_LOOSE) {
            continue; /* never flagged, so never tinted */
        }
        check_between(contrast(on_dark, colour_mix(dark->stage, on_dark, 0.22F)), MARK_FLOOR, 21.0);
        check_between(
            contrast(on_light, colour_mix(light->surface, on_light, 0.14F)), MARK_FLOOR, 21.0);
    }
}

/* People on the beat are drawn at 75 % over the surface, so that others stand out. */
static void calm_marks_have_contrast_too(void **state)
{
    (void)state;
    for (int kind = 0; kind < THEME_KIND_COUNT; kind++) {
        const Theme *theme = theme_of((ThemeKind)kind);
        const Colour calm = colour_mix(theme->surface, theme->families[FAMILY_ON], 0.75F);

        check_between(contrast(calm, theme->surface), MARK_FLOOR, 21.0);
    }
}

static void families_stay_apart_for_colour_blind_people(void **state)
{
    (void)state;
    for (int kind = 0; kind < THEME_KIND_COUNT; kind++) {
        for (int sight = 0; sight < SIGHT_COUNT; sight++) {
            check_between(
                least_difference(theme_of((ThemeKind)kind), (Sight)sight), DELTA_FLOOR, 100.0);
        }
    }
}

static void differences_are_those_of_the_design(void **state)
{
    (void)state;
    check_near(least_difference(theme_of(THEME_DARK), SIGHT_NORMAL), 22.6, 0.1);
    check_near(least_difference(theme_of(THEME_DARK), SIGHT_PROTAN), 15.0, 0.1);
    check_near(least_difference(theme_of(THEME_DARK), SIGHT_DEUTAN), 15.2, 0.1);
    check_near(least_difference(theme_of(THEME_DARK), SIGHT_TRITAN), 15.1, 0.1);
    check_near(least_difference(theme_of(THEME_LIGHT), SIGHT_NORMAL), 21.7, 0.1);
    check_near(least_difference(theme_of(THEME_LIGHT), SIGHT_PROTAN), 14.7, 0.1);
    check_near(least_difference(theme_of(THEME_LIGHT), SIGHT_DEUTAN), 14.6, 0.1);
    check_near(least_difference(theme_of(THEME_LIGHT), SIGHT_TRITAN), 14.6, 0.1);
}

static void contrasts_are_those_of_the_design(void **state)
{
    const Theme *dark = theme_of(THEME_DARK);
    const Theme *light = theme_of(THEME_LIGHT);

    (void)state;
    check_near(lowest_contrast(dark, dark->text), 13.4, 0.1);
    check_near(lowest_contrast(light, light->text), 14.2, 0.1);
    check_near(lowest_contrast(dark, dark->text3), 5.6, 0.1);
    check_near(lowest_contrast(light, light->accent), 4.9, 0.1);
    check_near(contrast(dark->on_fill, dark->fill), 11.4, 0.1);
    check_near(lowest_contrast(dark, dark->families[FAMILY_TEMPO]), 11.8, 0.1);
    check_near(lowest_contrast(light, light->families[FAMILY_ERRATIC]), 10.9, 0.1);
}

static void a_mark_has_the_colour_of_its_family(void **state)
{
    const Theme *dark = theme_of(THEME_DARK);
    Colour late = theme_mark_colour(dark, MARK_LATE);

    (void)state;
    check_i64(theme_mark_family(MARK_HALF), FAMILY_TEMPO);
    check_i64(theme_mark_family(MARK_UNRATED), FAMILY_QUIET);
    check_i64(late.r, 0xEC);
    check_i64(late.g, 0x88);
    check_i64(late.b, 0x0E);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ciede2000_agrees_with_published_pairs),
        cmocka_unit_test(words_have_contrast_on_every_background),
        cmocka_unit_test(edges_and_focus_rings_have_contrast_on_every_background),
        cmocka_unit_test(every_family_has_contrast_on_every_background),
        cmocka_unit_test(marks_have_contrast_on_their_tinted_cells),
        cmocka_unit_test(calm_marks_have_contrast_too),
        cmocka_unit_test(families_stay_apart_for_colour_blind_people),
        cmocka_unit_test(differences_are_those_of_the_design),
        cmocka_unit_test(contrasts_are_those_of_the_design),
        cmocka_unit_test(a_mark_has_the_colour_of_its_family),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
