#include "tests/support/screen_probe.h"

#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Inter's mean advance is about .53 of the size. */
#define ADVANCE 0.55F
/* Capitals and descenders take about this share of the size. */
#define INK_HEIGHT 0.95F
#define SLACK_PX 1.5F
/* A caret may stand in front of words. */
#define CARET_WIDTH 2.0F

enum {
    WORDS_MAX = 2048,
    SETTLING_FRAMES = 4,
    TABS_MAX = 200,
    WHEEL_TURNS_MAX = 200
};

const ProbeWindow PROBE_WINDOWS[PROBE_WINDOW_COUNT] = {
    {1280, 720, 1.0F}, {800, 600, 1.0F}, {1280, 720, 2.0F}, {1920, 1080, 1.0F}};

/* One text as it can be seen. */
typedef struct {
    Rect ink;     /* where its letters are */
    Rect visible; /* what the clips leave of it */
    Rect outer;   /* the outermost clip around it, or the window */
    const char *text;
    size_t text_bytes;
} Words;

typedef struct {
    Words words[WORDS_MAX];
    size_t count;
    int covered_count; /* words that something on the same page was drawn over ... */
    Words covered;     /* ... and the last of them */
} AllWords;

/* ---- frames and input ------------------------------------------------------------------------ */

void probe_frame(Probe *probe)
{
    probe->frame.now_s += 0.1;
    draw_list_clear(&probe->draw);
    ui_begin(&probe->ui, &probe->frame);
    probe->screen(&probe->ui);
    (void)ui_end(&probe->ui);
}

static void settle(Probe *probe)
{
    for (int i = 0; i < SETTLING_FRAMES; i++) {
        probe_frame(probe);
    }
}

void probe_resize(Probe *probe, ProbeWindow window)
{
    probe->frame.layout = layout_of(window.width_px, window.height_px, window.text_size);
    ui_input_pointer(&probe->ui, -100.0F, -100.0F);
    settle(probe);
}

void probe_open(Probe *probe, ProbeScreen screen)
{
    memset(probe, 0, sizeof *probe);
    ui_init(&probe->ui);
    probe->screen = screen;
    probe->font.advance = ADVANCE;
    probe->metrics = text_metrics_fixed(&probe->font);
    probe->frame = (UiFrame){.draw = &probe->draw,
                             .theme = theme_of(THEME_DARK),
                             .metrics = &probe->metrics,
                             .now_s = 100.0};
    probe_resize(probe, PROBE_WINDOWS[0]);
}

void probe_key(Probe *probe, UiKey key, unsigned modifiers)
{
    ui_input_key(&probe->ui, key, modifiers);
    probe_frame(probe);
}

void probe_type(Probe *probe, const char *text)
{
    ui_input_text(&probe->ui, text, strlen(text));
    probe_frame(probe);
}

void probe_click_at(Probe *probe, Point point)
{
    ui_input_pointer(&probe->ui, point.x, point.y);
    probe_frame(probe);
    ui_input_press(&probe->ui, point.x, point.y, false);
    probe_frame(probe);
    ui_input_release(&probe->ui, point.x, point.y);
    probe_frame(probe);
}

/* ---- what was drawn -------------------------------------------------------------------------- */

static Rect ink_of(const Probe *probe, const DrawCommand *command)
{
    const TextStyle *style = &command->as.text.style;
    Rect box = command->as.text.box;
    float width = text_width(&probe->metrics,
                             style->weight,
                             style->size_px,
                             draw_command_text(&probe->draw, command),
                             command->as.text.text_bytes);
    float height = style->size_px * INK_HEIGHT;
    float left = box.x;

    if (style->ellipsis) {
        width = fminf(width, box.w);
    }
    if (style->align == TEXT_CENTER) {
        left += (box.w - width) / 2.0F;
    } else if (style->align == TEXT_RIGHT) {
        left += box.w - width;
    }
    return (Rect){left, box.y + (box.h - height) / 2.0F, width, height};
}

static bool is_inside(Rect inner, Rect outer)
{
    return inner.x >= outer.x - SLACK_PX && inner.y >= outer.y - SLACK_PX &&
           rect_right(inner) <= rect_right(outer) + SLACK_PX &&
           rect_bottom(inner) <= rect_bottom(outer) + SLACK_PX;
}

/* Takes away the words below an opaque surface; answers how many there were. */
static int cover(AllWords *all, Rect surface)
{
    size_t kept = 0;
    int covered_count = 0;

    for (size_t i = 0; i < all->count; i++) {
        Rect seen = rect_intersection(all->words[i].visible, surface);

        if (seen.w > SLACK_PX && seen.h > SLACK_PX) {
            covered_count++;
            all->covered = all->words[i];
        } else {
            all->words[kept] = all->words[i];
            kept++;
        }
    }
    all->count = kept;
    return covered_count;
}

static bool is_blank(const char *text, size_t text_bytes)
{
    for (size_t i = 0; i < text_bytes; i++) {
        if (text[i] != ' ') {
            return false;
        }
    }
    return true;
}

static void add_words(const Probe *probe, AllWords *all, const DrawCommand *command, Rect clips[2])
{
    const char *text = draw_command_text(&probe->draw, command);
    Words words = {.ink = ink_of(probe, command),
                   .outer = clips[0],
                   .text = text,
                   .text_bytes = command->as.text.text_bytes};

    words.visible = rect_intersection(words.ink, clips[1]);
    if (is_blank(text, words.text_bytes) || words.visible.h <= 0.0F || words.visible.w <= 0.0F) {
        return;
    }
    check(all->count < WORDS_MAX);
    all->words[all->count] = words;
    all->count++;
}

static bool is_same(Rect one, Rect other)
{
    return is_inside(one, other) && is_inside(other, one);
}

/* A veil over the whole window begins a new page; an open list lies over its own. */
static void see_surface(const Probe *probe, AllWords *all, const DrawCommand *command, Rect clip)
{
    Rect rect = command->as.rect.rect;
    bool is_veil = is_inside(layout_window(&probe->frame.layout), rect);
    bool is_popup = probe->ui.popup != 0 && is_same(rect, probe->ui.popup_rect);

    if (is_veil) {
        all->count = 0;
    } else if (command->colour.a == 255 && rect.w > CARET_WIDTH) {
        int covered_count = cover(all, rect_intersection(rect, clip));

        all->covered_count += is_popup ? 0 : covered_count;
    }
}

static const AllWords *see(const Probe *probe)
{
    static AllWords all;
    Rect stack[DRAW_CLIP_DEPTH_MAX + 1] = {layout_window(&probe->frame.layout)};
    size_t depth = 0;

    all.count = 0;
    all.covered_count = 0;
    for (size_t i = 0; i < probe->draw.command_count; i++) {
        const DrawCommand *command = &probe->draw.commands[i];

        if (command->kind == DRAW_CLIP_PUSH) {
            depth++;
            stack[depth] = command->as.clip;
        } else if (command->kind == DRAW_CLIP_POP) {
            depth--;
        } else if (command->kind == DRAW_RECT_FILL) {
            see_surface(probe, &all, command, stack[depth]);
        } else if (command->kind == DRAW_TEXT) {
            add_words(probe, &all, command, (Rect[2]){stack[depth > 0 ? 1 : 0], stack[depth]});
        }
    }
    return &all;
}

static bool says(const Words *words, const char *text)
{
    return strlen(text) == words->text_bytes && memcmp(words->text, text, words->text_bytes) == 0;
}

bool probe_shows(const Probe *probe, const char *words)
{
    return probe_place(probe, words).w > 0.0F;
}

bool probe_mentions(const Probe *probe, const char *words)
{
    const AllWords *all = see(probe);
    size_t bytes = strlen(words);

    for (size_t i = 0; i < all->count; i++) {
        for (size_t at = 0; at + bytes <= all->words[i].text_bytes; at++) {
            if (memcmp(all->words[i].text + at, words, bytes) == 0) {
                return true;
            }
        }
    }
    return false;
}

static Rect place_of_nth(const Probe *probe, const char *words, int nth)
{
    const AllWords *all = see(probe);

    for (size_t i = 0; i < all->count; i++) {
        if (says(&all->words[i], words)) {
            if (nth == 0) {
                return all->words[i].visible;
            }
            nth--;
        }
    }
    return (Rect){0};
}

Rect probe_place(const Probe *probe, const char *words)
{
    return place_of_nth(probe, words, 0);
}

void probe_click_nth(Probe *probe, const char *words, int nth)
{
    Rect place = place_of_nth(probe, words, nth);

    for (int i = 0; i < WHEEL_TURNS_MAX && place.h < 6.0F; i++) {
        Rect window = layout_window(&probe->frame.layout);

        ui_input_pointer(&probe->ui, window.w / 2.0F, window.h / 2.0F);
        ui_input_wheel(&probe->ui, -20.0F);
        probe_frame(probe);
        probe_frame(probe);
        place = place_of_nth(probe, words, nth);
    }
    if (place.w <= 0.0F) {
        print_error("nothing says \"%s\"\n", words);
        check(place.w > 0.0F);
    }
    probe_click_at(probe, rect_center(place));
}

void probe_click(Probe *probe, const char *words)
{
    probe_click_nth(probe, words, 0);
}

/* The rectangle of what has the focus; empty without. */
static Rect focused_place(const Probe *probe)
{
    for (size_t i = 0; i < probe->ui.focusable_count; i++) {
        if (probe->ui.focusables[i].id == probe->ui.focus) {
            return probe->ui.focusables[i].rect;
        }
    }
    return (Rect){0};
}

static bool focus_shows(const Probe *probe, const char *words)
{
    const AllWords *all = see(probe);
    Rect place = focused_place(probe);

    for (size_t i = 0; i < all->count; i++) {
        Point middle = rect_center(all->words[i].ink);

        if (says(&all->words[i], words) && rect_contains(place, middle.x, middle.y)) {
            return true;
        }
    }
    return false;
}

void probe_tab_to(Probe *probe, const char *words)
{
    for (int i = 0; i < TABS_MAX && !focus_shows(probe, words); i++) {
        probe_key(probe, UI_KEY_TAB, 0);
        settle(probe);
    }
    if (!focus_shows(probe, words)) {
        print_error("no focus comes to \"%s\"\n", words);
    }
    check(focus_shows(probe, words));
}

/* ---- tidiness -------------------------------------------------------------------------------- */

static void complain(const Probe *probe, const Words *one, const Words *other, const char *what)
{
    print_error("%.0f x %.0f: \"%.*s\" %s \"%.*s\"\n",
                (double)probe->frame.layout.width,
                (double)probe->frame.layout.height,
                (int)one->text_bytes,
                one->text,
                what,
                other == NULL ? 0 : (int)other->text_bytes,
                other == NULL ? "" : other->text);
}

static int count_overlaps(const Probe *probe, const AllWords *all)
{
    int overlap_count = 0;

    for (size_t i = 0; i < all->count; i++) {
        for (size_t j = i + 1; j < all->count; j++) {
            Rect both = rect_intersection(all->words[i].visible, all->words[j].visible);

            if (both.w > SLACK_PX && both.h > SLACK_PX) {
                complain(probe, &all->words[i], &all->words[j], "lies over");
                overlap_count++;
            }
        }
    }
    return overlap_count;
}

/* Words may be cut by a scroll area at its top and bottom, never at a side. */
static int count_cut(const Probe *probe, const AllWords *all)
{
    Rect window = layout_window(&probe->frame.layout);
    int cut_count = 0;

    for (size_t i = 0; i < all->count; i++) {
        const Words *words = &all->words[i];
        bool is_cut = words->visible.x < words->outer.x - SLACK_PX ||
                      words->ink.x < words->outer.x - SLACK_PX ||
                      rect_right(words->ink) > rect_right(words->outer) + SLACK_PX;
        bool is_out = !is_inside(words->visible, window);

        if (is_cut || is_out) {
            complain(probe, words, NULL, is_out ? "is beside the window" : "is cut at a side");
            cut_count++;
        }
    }
    return cut_count;
}

/* The smallest control around a point; NULL without one. */
static const UiFocusable *control_at(const Probe *probe, Point point)
{
    const UiFocusable *smallest = NULL;

    for (size_t i = 0; i < probe->ui.focusable_count; i++) {
        const UiFocusable *control = &probe->ui.focusables[i];
        bool is_around = rect_contains(control->rect, point.x, point.y);

        if (is_around && (smallest == NULL || control->rect.w < smallest->rect.w)) {
            smallest = control;
        }
    }
    return smallest;
}

/*
 * Words in the middle of a control end inside of it. Others may only look as if they were its own:
 * what is scrolled out of sight still has its place.
 */
static int count_spilled(const Probe *probe, const AllWords *all)
{
    int spilled_count = 0;

    for (size_t i = 0; i < all->count; i++) {
        const Words *words = &all->words[i];
        const UiFocusable *control = control_at(probe, rect_center(words->visible));
        bool is_own = control != NULL &&
                      fabsf(rect_center(control->rect).y - rect_center(words->ink).y) < SLACK_PX;
        bool is_spilled =
            is_own && (words->visible.x < control->rect.x - SLACK_PX ||
                       rect_right(words->visible) > rect_right(control->rect) + SLACK_PX);

        if (is_spilled) {
            complain(probe, words, NULL, "is wider than its control");
            spilled_count++;
        }
    }
    return spilled_count;
}

void probe_check_tidy(const Probe *probe)
{
    const AllWords *all = see(probe);

    check(!probe->draw.full);
    check(draw_list_is_balanced(&probe->draw));
    check_i64(count_cut(probe, all), 0);
    check_i64(count_overlaps(probe, all), 0);
    check_i64(count_spilled(probe, all), 0);
    if (all->covered_count > 0) {
        complain(probe, &all->covered, NULL, "is drawn over");
    }
    check_i64(all->covered_count, 0);
}

/* Turns the wheel over many places, so that every scroll area arrives at its end. */
static void scroll_everything(Probe *probe, float wheel_px)
{
    Rect window = layout_window(&probe->frame.layout);

    for (int i = 0; i < 5; i++) {
        for (int j = 0; j < 5; j++) {
            ui_input_pointer(&probe->ui,
                             window.w * (0.1F + 0.2F * (float)i),
                             window.h * (0.1F + 0.2F * (float)j));
            ui_input_wheel(&probe->ui, wheel_px);
            probe_frame(probe);
        }
    }
    ui_input_pointer(&probe->ui, -100.0F, -100.0F);
    settle(probe);
}

void probe_check_windows(Probe *probe)
{
    for (int i = 0; i < PROBE_WINDOW_COUNT; i++) {
        probe_resize(probe, PROBE_WINDOWS[i]);
        probe_check_tidy(probe);
        scroll_everything(probe, -170.0F);
        probe_check_tidy(probe);
        scroll_everything(probe, -1.0e5F);
        probe_check_tidy(probe);
        scroll_everything(probe, 1.0e5F);
    }
    probe_resize(probe, PROBE_WINDOWS[0]);
}
