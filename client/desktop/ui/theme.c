#include "client/desktop/ui/theme.h"

#include <assert.h>

#define DARK_FAMILIES                                                                              \
    {                                                                                              \
        [FAMILY_QUIET] = COLOUR_RGB(0x999185), [FAMILY_ON] = COLOUR_RGB(0x6AD4BF),                 \
        [FAMILY_LOOSE] = COLOUR_RGB(0x4D7576), [FAMILY_EARLY] = COLOUR_RGB(0x3F82F1),              \
        [FAMILY_LATE] = COLOUR_RGB(0xEC880E), [FAMILY_OFF_BEAT] = COLOUR_RGB(0xF5A6F9),            \
        [FAMILY_TEMPO] = COLOUR_RGB(0xECE686), [FAMILY_ERRATIC] = COLOUR_RGB(0xCF3D40),            \
    }

#define LIGHT_FAMILIES                                                                             \
    {                                                                                              \
        [FAMILY_QUIET] = COLOUR_RGB(0x80786C), [FAMILY_ON] = COLOUR_RGB(0x0C5952),                 \
        [FAMILY_LOOSE] = COLOUR_RGB(0x319599), [FAMILY_EARLY] = COLOUR_RGB(0x445EF0),              \
        [FAMILY_LATE] = COLOUR_RGB(0xC66F32), [FAMILY_OFF_BEAT] = COLOUR_RGB(0x890883),            \
        [FAMILY_TEMPO] = COLOUR_RGB(0x6A5200), [FAMILY_ERRATIC] = COLOUR_RGB(0x66091F),            \
    }

static const Theme themes[] = {
    [THEME_DARK] = {.kind = THEME_DARK,
                    .stage = COLOUR_RGB(0x14110E),
                    .surface = COLOUR_RGB(0x1F1A16),
                    .raised = COLOUR_RGB(0x2B241E),
                    .line = COLOUR_RGB(0x443A30),
                    .edge = COLOUR_RGB(0x8C7E6D),
                    .text = COLOUR_RGB(0xF6EFE6),
                    .text2 = COLOUR_RGB(0xCABDAD),
                    .text3 = COLOUR_RGB(0xA99B8A),
                    .accent = COLOUR_RGB(0xFFC35A),
                    .fill = COLOUR_RGB(0xFFC35A),
                    .on_fill = COLOUR_RGB(0x1D1405),
                    .focus = COLOUR_RGB(0xFFFFFF),
                    .alert = COLOUR_RGB(0xFF9F8C),
                    .families = DARK_FAMILIES},
    [THEME_LIGHT] = {.kind = THEME_LIGHT,
                     .is_light = true,
                     .stage = COLOUR_RGB(0xFBF7F0),
                     .surface = COLOUR_RGB(0xFFFFFF),
                     .raised = COLOUR_RGB(0xF2EBE0),
                     .line = COLOUR_RGB(0xDCD1C1),
                     .edge = COLOUR_RGB(0x8B7E6E),
                     .text = COLOUR_RGB(0x241C15),
                     .text2 = COLOUR_RGB(0x52463A),
                     .text3 = COLOUR_RGB(0x6C5F51),
                     .accent = COLOUR_RGB(0x965500),
                     .fill = COLOUR_RGB(0xFFBE45),
                     .on_fill = COLOUR_RGB(0x241C15),
                     .focus = COLOUR_RGB(0x241C15),
                     .alert = COLOUR_RGB(0xA3261B),
                     .families = LIGHT_FAMILIES},
    /* Dark, with black behind and white words and edges. */
    [THEME_HIGH_CONTRAST] = {.kind = THEME_HIGH_CONTRAST,
                             .stage = COLOUR_RGB(0x000000),
                             .surface = COLOUR_RGB(0x000000),
                             .raised = COLOUR_RGB(0x1A1A1A),
                             .line = COLOUR_RGB(0x443A30),
                             .edge = COLOUR_RGB(0xFFFFFF),
                             .text = COLOUR_RGB(0xFFFFFF),
                             .text2 = COLOUR_RGB(0xFFFFFF),
                             .text3 = COLOUR_RGB(0xD8D8D8),
                             .accent = COLOUR_RGB(0xFFC35A),
                             .fill = COLOUR_RGB(0xFFC35A),
                             .on_fill = COLOUR_RGB(0x1D1405),
                             .focus = COLOUR_RGB(0xFFFFFF),
                             .alert = COLOUR_RGB(0xFF9F8C),
                             .families = DARK_FAMILIES},
};

static const VerdictFamily families[] = {
    [MARK_ON] = FAMILY_ON,
    [MARK_TIGHT] = FAMILY_ON,
    [MARK_EARLY] = FAMILY_EARLY,
    [MARK_LATE] = FAMILY_LATE,
    [MARK_OFF_BEAT] = FAMILY_OFF_BEAT,
    [MARK_ERRATIC] = FAMILY_ERRATIC,
    [MARK_HALF] = FAMILY_TEMPO,
    [MARK_DOUBLE] = FAMILY_TEMPO,
    [MARK_TEMPO_FAST] = FAMILY_TEMPO,
    [MARK_TEMPO_SLOW] = FAMILY_TEMPO,
    [MARK_LOOSE] = FAMILY_LOOSE,
    [MARK_IDLE] = FAMILY_QUIET,
    [MARK_WARMING_UP] = FAMILY_QUIET,
    [MARK_UNRATED] = FAMILY_QUIET,
};

_Static_assert(sizeof themes / sizeof themes[0] == THEME_KIND_COUNT, "a theme for each kind");
_Static_assert(sizeof families / sizeof families[0] == MARK_COUNT, "a family for each mark");

const Theme *theme_of(ThemeKind kind)
{
    assert(kind < THEME_KIND_COUNT);
    return &themes[kind];
}

VerdictFamily theme_mark_family(Mark mark)
{
    assert(mark < MARK_COUNT);
    return families[mark];
}

Colour theme_mark_colour(const Theme *theme, Mark mark)
{
    return theme->families[theme_mark_family(mark)];
}
