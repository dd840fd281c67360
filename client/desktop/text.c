#include "client/desktop/text.h"

#include <SDL.h>
#include <SDL_ttf.h>
#include <assert.h>
#include <fontconfig/fontconfig.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    FACES_MAX = 16,    /* font files: weights of Inter, the fallback, and fonts for other scripts */
    FONTS_MAX = 96,    /* faces at sizes */
    WIDTHS_MAX = 8192, /* remembered widths; a power of two */
    MISSING_MAX = 64,  /* characters no font has */
    RUN_BYTES_MAX = 1024,  /* longer lines are cut */
    PATH_BYTES_MAX = 1024, /* of a font file */
    PROBE_PX = 16          /* size at which a face is asked for its glyphs */
};

/* Faces in this order: what a weight is drawn with, and the fallback for it. */
enum {
    FACE_FALLBACK = FONT_WEIGHT_COUNT,
    FACE_FALLBACK_BOLD,
    FACES_FIXED,
    FACE_NONE = -1
};

/* Stands for a character that no font has, in place of an empty box. */
static const char unknown_glyph[] = "\xE2\x97\x86"; /* a black diamond */
#define UNKNOWN_CODE 0x25C6U

typedef struct {
    char path[PATH_BYTES_MAX]; /* empty when there is none */
    long index;
} Face;

typedef struct {
    int face;
    int size_px;
    TTF_Font *font;
} Font;

typedef struct {
    uint64_t key; /* 0 when free */
    float width_px;
} Width;

struct TextEngine {
    FcConfig *config;
    Face faces[FACES_MAX];
    int face_count;
    bool has_inter;
    Font fonts[FONTS_MAX];
    size_t font_count;
    Width widths[WIDTHS_MAX];
    size_t width_count;
    uint32_t missing[MISSING_MAX];
    size_t missing_count;
    float scale;
    struct TextContext {
        TextEngine *text;
    } context; /* what measuring gets: constant itself, but leading back to the caches */
};

/* ---- finding fonts --------------------------------------------------------------------------- */

/* Takes the file that fontconfig names for the pattern, which is destroyed; false when there is
 * none or it is of another family than `family` (NULL: any). */
static bool take_match(FcConfig *config, FcPattern *pattern, const char *family, Face *face)
{
    FcResult result = FcResultNoMatch;
    FcChar8 *path = NULL;
    FcChar8 *found = NULL;
    FcPattern *match;
    int index = 0;
    bool taken = false;

    FcConfigSubstitute(config, pattern, FcMatchPattern);
    FcDefaultSubstitute(pattern);
    match = FcFontMatch(config, pattern, &result);
    FcPatternDestroy(pattern);
    if (match == NULL) {
        return false;
    }
    if (FcPatternGetString(match, FC_FILE, 0, &path) == FcResultMatch &&
        FcPatternGetString(match, FC_FAMILY, 0, &found) == FcResultMatch &&
        strlen((const char *)path) < PATH_BYTES_MAX) {
        taken = family == NULL || strcmp((const char *)found, family) == 0;
    }
    if (taken) {
        (void)FcPatternGetInteger(match, FC_INDEX, 0, &index);
        memcpy(face->path, path, strlen((const char *)path) + 1);
        face->index = index;
    }
    FcPatternDestroy(match);
    return taken;
}

static FcPattern *pattern_of(const char *family, int weight)
{
    FcPattern *pattern = FcPatternCreate();

    if (pattern == NULL) {
        return NULL;
    }
    if (family != NULL) {
        FcPatternAddString(pattern, FC_FAMILY, (const FcChar8 *)family);
    }
    FcPatternAddInteger(pattern, FC_WEIGHT, weight);
    FcPatternAddInteger(pattern, FC_SLANT, FC_SLANT_ROMAN);
    FcPatternAddBool(pattern, FC_SCALABLE, FcTrue);
    return pattern;
}

static bool find_face(TextEngine *text, const char *family, int weight, Face *face)
{
    FcPattern *pattern = pattern_of(family, weight);

    return pattern != NULL && take_match(text->config, pattern, family, face);
}

static bool find_faces(TextEngine *text)
{
    static const int weights[FONT_WEIGHT_COUNT] = {
        [FONT_REGULAR] = FC_WEIGHT_REGULAR,
        [FONT_MEDIUM] = FC_WEIGHT_MEDIUM,
        [FONT_SEMIBOLD] = FC_WEIGHT_DEMIBOLD,
    };
    Face *fallback = &text->faces[FACE_FALLBACK];

    text->face_count = FACES_FIXED;
    if (!find_face(text, "DejaVu Sans", FC_WEIGHT_REGULAR, fallback)) {
        FcPattern *any = pattern_of("sans-serif", FC_WEIGHT_REGULAR);

        if (any == NULL || !take_match(text->config, any, NULL, fallback)) {
            return false;
        }
    }
    if (!find_face(text, "DejaVu Sans", FC_WEIGHT_BOLD, &text->faces[FACE_FALLBACK_BOLD])) {
        text->faces[FACE_FALLBACK_BOLD] = *fallback;
    }
    text->has_inter = true;
    for (int i = 0; i < FONT_WEIGHT_COUNT; i++) {
        if (!find_face(text, "Inter", weights[i], &text->faces[i])) {
            text->has_inter = false;
            text->faces[i] = text->faces[i == FONT_SEMIBOLD ? FACE_FALLBACK_BOLD : FACE_FALLBACK];
        }
    }
    return true;
}

/* ---- life ------------------------------------------------------------------------------------ */

TextEngine *text_engine_create(void)
{
    TextEngine *text = calloc(1, sizeof *text);

    if (text == NULL) {
        SDL_SetError("no memory for the text engine");
        return NULL;
    }
    if (TTF_Init() != 0) {
        free(text);
        return NULL;
    }
    text->config = FcInitLoadConfigAndFonts();
    if (text->config == NULL || !find_faces(text)) {
        SDL_SetError("no font found: install fonts-inter or fonts-dejavu-core");
        text_engine_destroy(text);
        return NULL;
    }
    text->scale = 1.0F;
    text->context.text = text;
    return text;
}

static void close_fonts(TextEngine *text)
{
    for (size_t i = 0; i < text->font_count; i++) {
        TTF_CloseFont(text->fonts[i].font);
    }
    text->font_count = 0;
}

void text_engine_destroy(TextEngine *text)
{
    if (text == NULL) {
        return;
    }
    close_fonts(text);
    if (text->config != NULL) {
        FcConfigDestroy(text->config);
    }
    TTF_Quit();
    free(text);
}

bool text_engine_has_inter(const TextEngine *text)
{
    return text->has_inter;
}

void text_engine_set_scale(TextEngine *text, float scale)
{
    if (fabsf(scale - text->scale) > 0.0F) {
        text->scale = scale;
        close_fonts(text);
    }
}

/* The face at this size, opened when first needed; NULL when its file does not open. */
static TTF_Font *font_of(TextEngine *text, int face, int size_px)
{
    Font *font;
    TTF_Font *opened;

    for (size_t i = 0; i < text->font_count; i++) {
        font = &text->fonts[i];
        if (font->face == face && font->size_px == size_px) {
            return font->font;
        }
    }
    opened = TTF_OpenFontIndex(text->faces[face].path, size_px, text->faces[face].index);
    if (opened == NULL) {
        return NULL;
    }
    TTF_SetFontHinting(opened, TTF_HINTING_LIGHT_SUBPIXEL);
    if (text->font_count == FONTS_MAX) {
        close_fonts(text);
    }
    text->fonts[text->font_count] = (Font){face, size_px, opened};
    text->font_count++;
    return opened;
}

/* ---- which face has a character -------------------------------------------------------------- */

static uint32_t code_point_at(const char *bytes, size_t count)
{
    static const uint8_t lead_bits[5] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t code = (uint32_t)((unsigned char)bytes[0] & lead_bits[count]);

    for (size_t i = 1; i < count; i++) {
        code = code << 6 | (uint32_t)((unsigned char)bytes[i] & 0x3FU);
    }
    return code;
}

static bool face_has(TextEngine *text, int face, uint32_t code)
{
    TTF_Font *font = font_of(text, face, PROBE_PX);

    return font != NULL && TTF_GlyphIsProvided32(font, code) != 0;
}

static bool is_known_missing(const TextEngine *text, uint32_t code)
{
    for (size_t i = 0; i < text->missing_count; i++) {
        if (text->missing[i] == code) {
            return true;
        }
    }
    return false;
}

/* Takes the font as one more face when it draws the character: colour fonts of fixed sizes have it
   and yet do not open. */
static bool add_face(TextEngine *text, const FcPattern *font, uint32_t code)
{
    Face *face = &text->faces[text->face_count];
    FcCharSet *charset = NULL;
    FcChar8 *path = NULL;
    int index = 0;

    if (FcPatternGetCharSet(font, FC_CHARSET, 0, &charset) != FcResultMatch ||
        !FcCharSetHasChar(charset, code) ||
        FcPatternGetString(font, FC_FILE, 0, &path) != FcResultMatch ||
        strlen((const char *)path) >= PATH_BYTES_MAX) {
        return false;
    }
    (void)FcPatternGetInteger(font, FC_INDEX, 0, &index);
    memcpy(face->path, path, strlen((const char *)path) + 1);
    face->index = index;
    if (!face_has(text, text->face_count, code)) {
        close_fonts(text); /* the next one gets the same number */
        return false;
    }
    text->face_count++;
    return true;
}

static bool search_fonts(TextEngine *text, uint32_t code)
{
    FcPattern *pattern = pattern_of("sans-serif", FC_WEIGHT_REGULAR);
    FcResult result = FcResultNoMatch;
    FcFontSet *fonts = NULL;
    bool found = false;

    if (pattern == NULL) {
        return false;
    }
    FcConfigSubstitute(text->config, pattern, FcMatchPattern);
    FcDefaultSubstitute(pattern);
    fonts = FcFontSort(text->config, pattern, FcFalse, NULL, &result);
    for (int i = 0; fonts != NULL && i < fonts->nfont && !found; i++) {
        found = add_face(text, fonts->fonts[i], code);
    }
    if (fonts != NULL) {
        FcFontSetDestroy(fonts);
    }
    FcPatternDestroy(pattern);
    return found;
}

/* Asks fontconfig for a font that has the character, the most alike first; the face, or FACE_NONE.
 */
static int look_for_face(TextEngine *text, uint32_t code)
{
    if (text->face_count < FACES_MAX && search_fonts(text, code)) {
        return text->face_count - 1;
    }
    text->missing[text->missing_count % MISSING_MAX] = code;
    text->missing_count += text->missing_count < MISSING_MAX ? 1 : 0;
    return FACE_NONE;
}

/* FACE_NONE where no installed font has the character. */
static int face_for(TextEngine *text, FontWeight weight, uint32_t code)
{
    int fallback = weight == FONT_SEMIBOLD ? FACE_FALLBACK_BOLD : FACE_FALLBACK;

    if (code < 0x80U || face_has(text, (int)weight, code)) {
        return (int)weight;
    }
    if (face_has(text, fallback, code)) {
        return fallback;
    }
    for (int face = FACES_FIXED; face < text->face_count; face++) {
        if (face_has(text, face, code)) {
            return face;
        }
    }
    return is_known_missing(text, code) ? FACE_NONE : look_for_face(text, code);
}

/* A stretch of a line in one face. */
typedef struct {
    int face;
    char bytes[RUN_BYTES_MAX + 1]; /* terminated, as SDL2_ttf wants it */
    size_t count;                  /* without the terminator */
    size_t next_byte;              /* where the next stretch begins */
} Run;

/* Joiners, variation selectors, skin tones and tags only shape the character before them: where no
   font can draw them there is nothing to be seen. */
static bool only_shapes(uint32_t code)
{
    return code == 0x200DU || (code >= 0xFE00U && code <= 0xFE0FU) ||
           (code >= 0x1F3FBU && code <= 0x1F3FFU) || (code >= 0xE0020U && code <= 0xE007FU);
}

/* What is drawn for one character. */
typedef struct {
    const char *bytes;
    size_t count;
    int face;
} Glyph;

static Glyph glyph_for(TextEngine *text, FontWeight weight, const char *bytes, size_t count)
{
    uint32_t code = code_point_at(bytes, count);
    Glyph glyph = {bytes, count, face_for(text, weight, code)};

    if (glyph.face == FACE_NONE) {
        int face = face_for(text, weight, UNKNOWN_CODE);

        glyph = (Glyph){.bytes = unknown_glyph,
                        .count = only_shapes(code) ? 0 : sizeof unknown_glyph - 1,
                        .face = face == FACE_NONE ? FACE_FALLBACK : face};
    }
    return glyph;
}

/* The run that begins at `next_byte`; a NUL byte or overlong text ends it. */
static void
take_run(TextEngine *text, FontWeight weight, const char *bytes, size_t text_bytes, Run *run)
{
    run->face = (int)weight;
    run->count = 0;
    while (run->next_byte < text_bytes) {
        size_t next = text_next_byte(bytes, text_bytes, run->next_byte);
        Glyph glyph = glyph_for(text, weight, bytes + run->next_byte, next - run->next_byte);

        if (run->count + glyph.count > RUN_BYTES_MAX ||
            (run->count > 0 && glyph.count > 0 && glyph.face != run->face)) {
            break;
        }
        memcpy(&run->bytes[run->count], glyph.bytes, glyph.count);
        run->count += glyph.count;
        run->face = glyph.count > 0 ? glyph.face : run->face;
        run->next_byte = next;
    }
    run->bytes[run->count] = '\0';
}

/* ---- measuring ------------------------------------------------------------------------------- */

static uint64_t key_of(FontWeight weight, int size_px, const char *bytes, size_t text_bytes)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    const uint64_t prime = UINT64_C(1099511628211);

    hash = (hash ^ (uint64_t)weight) * prime;
    hash = (hash ^ (uint64_t)(unsigned)size_px) * prime;
    for (size_t i = 0; i < text_bytes; i++) {
        hash = (hash ^ (unsigned char)bytes[i]) * prime;
    }
    return hash == 0 ? 1 : hash;
}

static int
measure(TextEngine *text, FontWeight weight, int size_px, const char *bytes, size_t text_bytes)
{
    Run run = {.next_byte = 0};
    int advance_px = 0;

    while (run.next_byte < text_bytes) {
        TTF_Font *font;
        int width_px = 0;

        take_run(text, weight, bytes, text_bytes, &run);
        font = font_of(text, run.face, size_px);
        if (font != NULL && TTF_SizeUTF8(font, run.bytes, &width_px, NULL) == 0) {
            advance_px += width_px;
        }
    }
    return advance_px;
}

int text_engine_advance_px(
    TextEngine *text, FontWeight weight, int size_px, const char *bytes, size_t text_bytes)
{
    uint64_t key = key_of(weight, size_px, bytes, text_bytes);
    size_t slot = (size_t)key & (WIDTHS_MAX - 1);

    while (text->widths[slot].key != 0 && text->widths[slot].key != key) {
        slot = (slot + 1) & (WIDTHS_MAX - 1);
    }
    if (text->widths[slot].key == key) {
        return (int)text->widths[slot].width_px;
    }
    if (text->width_count >= WIDTHS_MAX / 2) {
        memset(text->widths, 0, sizeof text->widths);
        text->width_count = 0;
        slot = (size_t)key & (WIDTHS_MAX - 1);
    }
    text->widths[slot].key = key;
    text->widths[slot].width_px = (float)measure(text, weight, size_px, bytes, text_bytes);
    text->width_count++;
    return (int)text->widths[slot].width_px;
}

int text_engine_digit_px(TextEngine *text, FontWeight weight, int size_px)
{
    int widest_px = 0;

    for (size_t i = 0; i < 10; i++) {
        int width_px = text_engine_advance_px(text, weight, size_px, &"0123456789"[i], 1);

        widest_px = width_px > widest_px ? width_px : widest_px;
    }
    return widest_px;
}

static float measured_width(
    const void *context, FontWeight weight, float size_px, const char *bytes, size_t text_bytes)
{
    const struct TextContext *measuring = context;
    TextEngine *text = measuring->text;
    int pixels = (int)lroundf(size_px * text->scale);
    int advance_px =
        text_engine_advance_px(text, weight, pixels < 1 ? 1 : pixels, bytes, text_bytes);

    return (float)advance_px / text->scale;
}

TextMetrics text_engine_metrics(TextEngine *text)
{
    return (TextMetrics){measured_width, &text->context};
}

/* ---- rendering ------------------------------------------------------------------------------- */

/* How far the first glyph reaches left of the pen; SDL2_ttf moves the surface by that. */
static int overhang_px(TTF_Font *font, const char *bytes, size_t text_bytes)
{
    int left_px = 0;
    size_t first = text_next_byte(bytes, text_bytes, 0);

    if (text_bytes > 0) {
        (void)TTF_GlyphMetrics32(
            font, code_point_at(bytes, first), &left_px, NULL, NULL, NULL, NULL);
    }
    return left_px < 0 ? left_px : 0;
}

static RenderedText render_run(TextEngine *text, const Run *run, int size_px, Colour colour)
{
    const SDL_Color ink = {colour.r, colour.g, colour.b, 255};
    TTF_Font *font = font_of(text, run->face, size_px);
    RenderedText result = {0};

    if (font == NULL || run->bytes[0] == '\0') {
        return result;
    }
    (void)TTF_SizeUTF8(font, run->bytes, &result.advance_px, NULL);
    result.surface = TTF_RenderUTF8_Blended(font, run->bytes, ink);
    result.baseline_px = TTF_FontAscent(font);
    result.left_px = overhang_px(font, run->bytes, strlen(run->bytes));
    return result;
}

/* Puts two rendered pieces side by side on one baseline; takes both surfaces over. */
static RenderedText join(RenderedText left, RenderedText right, Colour colour)
{
    RenderedText result = {.advance_px = left.advance_px + right.advance_px};
    int above = SDL_max(left.baseline_px, right.baseline_px);
    int below = SDL_max(left.surface->h - left.baseline_px, right.surface->h - right.baseline_px);
    int right_x = left.advance_px - left.left_px + right.left_px;
    int width = SDL_max(left.surface->w, right_x + right.surface->w);
    SDL_Rect at_left = {0, above - left.baseline_px, left.surface->w, left.surface->h};
    SDL_Rect at_right = {right_x, above - right.baseline_px, right.surface->w, right.surface->h};

    result.baseline_px = above;
    result.left_px = left.left_px;
    result.surface =
        SDL_CreateRGBSurfaceWithFormat(0, width, above + below, 32, SDL_PIXELFORMAT_ARGB8888);
    if (result.surface != NULL) {
        /* Blending is done on colour and alpha apart: what shows through must have the colour. */
        SDL_FillRect(result.surface,
                     NULL,
                     SDL_MapRGBA(result.surface->format, colour.r, colour.g, colour.b, 0));
        SDL_SetSurfaceBlendMode(left.surface, SDL_BLENDMODE_NONE);
        SDL_SetSurfaceBlendMode(right.surface, SDL_BLENDMODE_BLEND);
        SDL_BlitSurface(left.surface, NULL, result.surface, &at_left);
        SDL_BlitSurface(right.surface, NULL, result.surface, &at_right);
    }
    SDL_FreeSurface(left.surface);
    SDL_FreeSurface(right.surface);
    return result;
}

RenderedText text_engine_render(TextEngine *text,
                                FontWeight weight,
                                int size_px,
                                Colour colour,
                                const char *bytes,
                                size_t text_bytes)
{
    Run run = {.next_byte = 0};
    RenderedText whole = {0};

    while (run.next_byte < text_bytes) {
        RenderedText piece;

        take_run(text, weight, bytes, text_bytes, &run);
        piece = render_run(text, &run, size_px, colour);
        if (piece.surface == NULL) {
            whole.advance_px += piece.advance_px;
        } else if (whole.surface == NULL) {
            piece.left_px += whole.advance_px;
            piece.advance_px += whole.advance_px;
            whole = piece;
        } else {
            whole = join(whole, piece, colour);
        }
    }
    return whole;
}
