#include "client/desktop/ui/view_ring.h"

#include "client/desktop/ui/view_hull.h"
#include "client/desktop/ui/view_parts.h"
#include "client/desktop/ui/words.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define TWO_PI 6.28318530717958647692F
#define LENS 0.6F
#define HOLE 0.36F
#define LAMP_OUT 11.0F
#define BEAD_FOLLOWERS 6
#define BEAD_BEATS 0.024F
#define INNER_BELT 0.25F /* spread around which people without a tempo stand */
#define INNER_BELT_WIDTH 0.08F
#define SPREAD_STEP 0.02F
#define FIGURE_S 0.5
#define SMALL_RING 120.0F
#define NAME_OUT 34.0F
#define NAME_SPACING 21.0F
#define PULSE_MBPM_MAX 150000
#define TEAM_NAME_MAX 140.0F
/* A pulsing light covers less than this share of the window. */
#define LIGHT_SHARE 0.009F

/* ---- geometry ---------------------------------------------------------------------------------
 */

float ring_lens(float phase)
{
    return TWO_PI * phase + LENS * sinf(TWO_PI * phase);
}

float ring_radius(float outer, float spread)
{
    float hole = HOLE * outer;

    return hole + (outer - hole) * (1.0F - fminf(fmaxf(spread, 0.0F) / RING_SPREAD_MAX, 1.0F));
}

static Point on_circle(Point center, float radius, float angle)
{
    return (Point){center.x + radius * sinf(angle), center.y - radius * cosf(angle)};
}

Point ring_point(Point center, float outer, float phase, float spread)
{
    return on_circle(center, ring_radius(outer, spread), ring_lens(phase));
}

float ring_mark_size(float outer, int people)
{
    float crowd = sqrtf((float)(people < 1 ? 1 : people));

    return fminf(fmaxf(0.75F * outer / crowd, 6.0F), 14.0F);
}

float ring_flag_size(int people)
{
    if (people > RING_SINGLE_MAX) {
        return 8.0F;
    }
    return people > 300 ? 10.0F : 12.0F;
}

static bool is_shown(uint8_t verdict)
{
    return verdict != MAP_ABSENT && verdict != VERDICT_IDLE;
}

/* A small ring has no room for large marks. */
static float flag_size(const RingView *view, int people)
{
    return view->radius < SMALL_RING && people > RING_NAMES_MAX ? 8.0F : ring_flag_size(people);
}

/* ---- motion -----------------------------------------------------------------------------------
 */

static float wrap_phase(float phase)
{
    return phase - ceilf(phase - 0.5F);
}

/* A fixed number in (-.5, .5) for each number: spreads marks within what the wire's steps leave
   open. */
static float offset_of(uint32_t number)
{
    uint32_t mixed = (number + 1U) * UINT32_C(2654435761);

    mixed ^= mixed >> 15;
    mixed *= UINT32_C(2246822519);
    mixed ^= mixed >> 13;
    return (float)(mixed & 0xFFFFU) / 65536.0F - 0.5F;
}

/* How coarse a mark is on the wire, and the number that spreads it. */
typedef struct {
    float phase_step; /* of 1/256 beat */
    float spread_step;
    uint32_t number;
} MarkGrain;

static float target_spread(const MapEntry *entry, const MarkGrain *grain)
{
    bool inner = entry->verdict == VERDICT_ERRATIC || entry->verdict == VERDICT_WRONG_TEMPO ||
                 entry->verdict == VERDICT_DOUBLE;
    float offset = offset_of(grain->number);
    float spread = SPREAD_STEP * ((float)entry->spread_level + grain->spread_step * offset);

    if (inner) {
        spread = INNER_BELT + INNER_BELT_WIDTH * offset;
    }
    return fminf(fmaxf(spread, 0.0F), RING_SPREAD_MAX);
}

static float target_phase(const MapEntry *entry, const MarkGrain *grain)
{
    /* Another number than the spread's: else marks would stand on lines. */
    float offset = offset_of(grain->number + UINT32_C(0x10000));

    return wrap_phase(((float)entry->phase_256 + grain->phase_step * offset) / 256.0F);
}

static RingDot dot_at_once(const MapEntry *entry, const MarkGrain *grain)
{
    return (RingDot){.phase = target_phase(entry, grain),
                     .spread = target_spread(entry, grain),
                     .phase_256 = entry->phase_256,
                     .verdict = entry->verdict,
                     .shown = is_shown(entry->verdict)};
}

static void advance_dot(RingDot *dot, const MapEntry *entry, int seat, float share)
{
    MarkGrain grain = {.phase_step = 1.0F, .spread_step = 1.0F, .number = (uint32_t)seat};
    float phase = target_phase(entry, &grain);
    float spread = target_spread(entry, &grain);

    if (!dot->shown || !is_shown(entry->verdict)) {
        *dot = dot_at_once(entry, &grain);
        return;
    }
    if (entry->phase_256 != dot->phase_256) {
        dot->drift = wrap_phase((float)(entry->phase_256 - dot->phase_256) / 256.0F);
        dot->phase_256 = entry->phase_256;
    }
    dot->verdict = entry->verdict;
    dot->phase = wrap_phase(dot->phase + share * wrap_phase(phase - dot->phase));
    dot->spread += share * (spread - dot->spread);
}

static void advance_seats(RingState *state, const ModelOthers *others, float share)
{
    state->dot_count = others->seat_count;
    state->people = 0;
    for (int seat = 0; seat < others->seat_count; seat++) {
        advance_dot(&state->dots[seat], &others->map[seat], seat, share);
        state->people += others->map[seat].verdict != MAP_ABSENT ? 1 : 0;
    }
}

static uint32_t kind_of(const MapEntry *entry)
{
    uint32_t phase = (uint32_t)(uint8_t)entry->phase_256 / CROWD_PHASE_STEP_256;
    uint32_t spread = (entry->spread_level & 15U) / CROWD_SPREAD_STEP;

    return (phase * 8U + spread) * 16U + (entry->verdict & 15U);
}

/* The marks of nobody: the n-th of a kind stands in the same place in every refresh, so that the
   picture does not tremble although nobody can be followed. */
static void place_crowd(RingState *state, const ModelOthers *others)
{
    memset(state->alike, 0, sizeof state->alike);
    state->dot_count = others->crowd_count;
    state->people = others->crowd_count;
    for (int i = 0; i < others->crowd_count; i++) {
        const MapEntry *entry = &others->crowd[i];
        uint32_t kind = kind_of(entry);
        uint16_t *alike = &state->alike[kind];
        MarkGrain grain = {.phase_step = CROWD_PHASE_STEP_256,
                           .spread_step = CROWD_SPREAD_STEP,
                           .number = kind * UINT32_C(31) + *alike};

        state->dots[i] = dot_at_once(entry, &grain);
        (*alike)++;
    }
    state->refresh = others->crowd_refresh;
}

/* One's own mark where the map does not tell: from one's own figures. */
static void advance_own(RingState *state, const ClientModel *model, double beat_s, float share)
{
    const StandingMessage *standing = &model->standing;
    float phase = wrap_phase((float)((double)standing->bias_us / 1.0e6 / beat_s));
    float spread = fminf((float)((double)standing->spread_us / 1.0e6 / beat_s), RING_SPREAD_MAX);
    bool shown = model->has_standing && is_shown(standing->verdict);

    if (!state->own.shown || !shown) {
        state->own = (RingDot){.phase = phase, .spread = spread, .shown = shown};
    }
    state->own.verdict = standing->verdict;
    state->own.phase = wrap_phase(state->own.phase + share * wrap_phase(phase - state->own.phase));
    state->own.spread += share * (spread - state->own.spread);
}

/* Nothing of what another tier told stays on the ring. */
static void forget_marks(RingState *state, bool sees_people)
{
    memset(state->dots, 0, sizeof state->dots);
    state->own = (RingDot){.shown = false};
    state->dot_count = 0;
    state->people = 0;
    state->refresh = 0;
    state->sees_people = sees_people;
}

/* The share of the way that a time constant covers; all or nothing at beats with reduced motion. */
static float share_of(const RingState *state, const RingTime *time, double tau_beats)
{
    if (!state->started) {
        return 1.0F;
    }
    if (time->reduced_motion) {
        return time->beat != state->beat ? 1.0F : 0.0F;
    }
    return view_ease(0.0F, 1.0F, time->now_s - state->now_s, tau_beats * time->beat_s);
}

static void advance_figures(RingState *state, const SnapshotMessage *snapshot, const RingTime *time)
{
    float share = share_of(state, time, 2.0);
    float phase = (float)((double)snapshot->median_us / 1.0e6 / time->beat_s);
    int figure;

    state->resultant += share * ((float)snapshot->r_tenthousandths / 1.0e4F - state->resultant);
    state->phase = wrap_phase(state->phase + share * wrap_phase(phase - state->phase));
    state->together += share * ((float)snapshot->together_centi / 100.0F - state->together);
    figure = (int)lroundf(state->together);
    if (!state->started ||
        (figure != state->figure && time->now_s >= state->figure_at_s + FIGURE_S)) {
        state->figure = figure;
        state->figure_at_s = time->now_s;
    }
}

static void advance_marks(RingState *state, const ClientModel *model, double beat_s, float share)
{
    const ModelOthers *others = model->others;
    bool sees_people = model_sees_people(model);

    if (state->sees_people != sees_people) {
        forget_marks(state, sees_people);
    }
    if (!sees_people) {
        if (state->refresh != others->crowd_refresh || state->dot_count != others->crowd_count) {
            place_crowd(state, others);
        }
        advance_own(state, model, beat_s, share);
        return;
    }
    advance_seats(state, others, share);
    state->own = (RingDot){.shown = false};
    if (model->has_seat && model->welcome.seat < others->seat_count) {
        state->own = state->dots[model->welcome.seat];
    }
}

void ring_state_advance(RingState *state, const ClientModel *model, const RingTime *time)
{
    assert(time->beat_s > 0.0);
    if (model->others != NULL) {
        advance_marks(state, model, time->beat_s, share_of(state, time, 0.5));
    }
    if (model->has_snapshot) {
        advance_figures(state, &model->snapshot, time);
        state->started = true;
    }
    state->now_s = time->now_s;
    state->beat = time->beat;
}

/* ---- ground -----------------------------------------------------------------------------------
 */

static void draw_ground(Ui *ui, const RingView *view)
{
    const Theme *theme = ui->frame.theme;
    DrawList *draw = ui->frame.draw;
    Point center = view->center;
    float outer = view->radius;

    draw_disc(draw, center, outer, colour_mix(theme->stage, theme->surface, 0.7F));
    draw_ring(draw, center, outer, 1.5F, theme->line);
    draw_ring(draw, center, ring_radius(outer, 0.05F), 1.0F, colour_fade(theme->line, 0.8F));
    draw_ring(draw, center, ring_radius(outer, 0.16F), 1.0F, colour_fade(theme->line, 0.8F));
    for (int i = 0; i < 16; i++) {
        bool quarter = i % 4 == 0;
        float angle = ring_lens((float)i / 16.0F);
        float reach = quarter ? 10.0F : 5.0F;

        draw_line(draw,
                  on_circle(center, outer, angle),
                  on_circle(center, outer - reach, angle),
                  quarter ? 2.0F : 1.0F,
                  theme->edge);
    }
}

static void draw_labels(Ui *ui, const RingView *view)
{
    const Theme *theme = ui->frame.theme;
    Point center = view->center;
    float outer = view->radius;
    UiLabel label = {.size_px = TYPE_HINT, .align = TEXT_CENTER, .colour = theme->text2};

    view_text(ui, (Point){center.x, center.y + outer + 26.0F}, &label, "half a beat away");
    view_text(ui,
              (Point){center.x, center.y - outer - 32.0F},
              &(UiLabel){.size_px = TYPE_HINT,
                         .weight = FONT_SEMIBOLD,
                         .align = TEXT_CENTER,
                         .colour = theme->accent},
              "on the beat");
    if (view->names) {
        return; /* the names stand there, and say which side is which by themselves */
    }
    view_text(ui, (Point){center.x - outer - 40.0F, center.y - 10.0F}, &label, "early");
    draw_mark(ui->frame.draw,
              (Point){center.x - outer - 33.0F, center.y + 10.0F},
              9.0F,
              MARK_EARLY,
              theme->text2);
    view_text(ui, (Point){center.x + outer + 36.0F, center.y - 10.0F}, &label, "late");
    draw_mark(ui->frame.draw,
              (Point){center.x + outer + 33.0F, center.y + 10.0F},
              9.0F,
              MARK_LATE,
              theme->text2);
}

/* ---- teams ------------------------------------------------------------------------------------
 */

/* The dot that is one's own; none where dots are nobody's. */
static int own_seat(const RingView *view)
{
    return model_sees_people(view->model) && !view->hide_own ? (int)view->model->welcome.seat
                                                             : RING_NOBODY;
}

static Point dot_point(const RingView *view, const RingDot *dot)
{
    return ring_point(view->center, view->radius, dot->phase, dot->spread);
}

Point ring_seat_point(const RingView *view, const RingState *state, int seat)
{
    const RingDot *dot = &state->dots[seat];
    Point at = dot_point(view, dot);

    return (Point){at.x + dot->aside_x, at.y + dot->aside_y};
}

static int own_team(const RingView *view)
{
    int seat = own_seat(view);
    const ModelOthers *others = view->model->others;

    if (seat == RING_NOBODY || others == NULL || model_team(others, seat) == TEAM_NONE) {
        return RING_NOBODY;
    }
    return model_team(others, seat);
}

/* Members count while they are unflagged and calibrated. */
static bool in_hull(const RingView *view, const RingState *state, int seat, int team)
{
    const ModelOthers *others = view->model->others;
    const RosterEntry *entry = &others->roster[seat];

    return entry->team == team && (entry->presence & PRESENCE_CALIBRATED) != 0 &&
           state->dots[seat].shown && !view_is_marked(state->dots[seat].verdict);
}

/* At the upper right of its outline, on a pill. */
static void
draw_team_name(Ui *ui, const RingView *view, const Point *hull, size_t hull_count, const char *name)
{
    const Theme *theme = ui->frame.theme;
    UiLabel label = {.size_px = TYPE_HINT,
                     .weight = FONT_SEMIBOLD,
                     .align = TEXT_CENTER,
                     .colour = theme->is_light ? theme->surface : theme->on_fill};
    Rect bounds = view->bounds.w > 0.0F ? view->bounds : layout_window(&ui->frame.layout);
    float width = fminf(ui_text_width(ui, label.weight, label.size_px, name), TEAM_NAME_MAX);
    Point at = hull[0];
    Rect pill;

    for (size_t i = 1; i < hull_count; i++) {
        at = hull[i].x - hull[i].y > at.x - at.y ? hull[i] : at;
    }
    pill = (Rect){at.x + SPACE_3, at.y - 26.0F, width + 2.0F * SPACE_3, 22.0F};
    pill.x = fminf(pill.x, rect_right(bounds) - pill.w - SPACE_2);
    draw_rect(ui->frame.draw, pill, 11.0F, theme->accent);
    view_name(ui, rect_center(pill), width, &label, name);
}

static void draw_hull(Ui *ui, const RingView *view, const RingState *state, int team)
{
    const Theme *theme = ui->frame.theme;
    const ModelOthers *others = view->model->others;
    bool own = team == own_team(view) || team == view->selected_team;
    Point members[PARTICIPANTS_MAX];
    Point hull[RING_HULL_POINTS_MAX];
    size_t member_count = 0;
    size_t hull_count;

    for (int seat = 0; seat < others->seat_count; seat++) {
        if (in_hull(view, state, seat, team)) {
            members[member_count] = ring_seat_point(view, state, seat);
            member_count++;
        }
    }
    if (member_count < 2) {
        return;
    }
    hull_count = view_hull(members, member_count, hull, RING_HULL_POINTS_MAX);
    draw_polygon(ui->frame.draw,
                 hull,
                 hull_count,
                 own ? colour_fade(theme->accent, 0.13F) : colour_fade(theme->text2, 0.06F));
    draw_polyline_closed(ui->frame.draw,
                         hull,
                         hull_count,
                         1.5F,
                         own ? colour_fade(theme->accent, 0.9F) : colour_fade(theme->edge, 0.45F));
    if (team == view->selected_team && view->labels) {
        draw_team_name(ui, view, hull, hull_count, others->teams[team].name);
    }
}

static void draw_hulls(Ui *ui, const RingView *view, const RingState *state)
{
    const ModelOthers *others = view->model->others;
    int own = own_team(view);

    for (int team = 0; team < others->team_count && others->team_count <= RING_HULLS_ALL_MAX;
         team++) {
        if (team != own && team != view->selected_team) {
            draw_hull(ui, view, state, team);
        }
    }
    if (view->selected_team != RING_NOBODY && view->selected_team != own) {
        draw_hull(ui, view, state, view->selected_team);
    }
    if (own != RING_NOBODY) {
        draw_hull(ui, view, state, own);
    }
}

/* ---- people -----------------------------------------------------------------------------------
 */

/* Marks that are singled out, after they have been moved apart. */
enum {
    BUCKETS_ACROSS = 64
};

/* Flagged marks that have their place, in square buckets at least as wide as marks keep apart: only
   the nine around a place are asked. */
typedef struct {
    Point at[PARTICIPANTS_MAX];
    uint16_t seats[PARTICIPANTS_MAX];
    int next[PARTICIPANTS_MAX]; /* in the same bucket; RING_NOBODY at the end */
    int heads[BUCKETS_ACROSS * BUCKETS_ACROSS];
    int count;
    Point corner;
    float bucket; /* px */
    float apart;  /* px between centres */
} PlacedFlags;

static void start_flags(PlacedFlags *flags, const RingView *view, float size)
{
    flags->count = 0;
    flags->apart = 0.95F * size;
    flags->bucket = fmaxf(flags->apart, 2.1F * view->radius / (float)BUCKETS_ACROSS);
    flags->corner =
        (Point){view->center.x - 1.05F * view->radius, view->center.y - 1.05F * view->radius};
    for (int i = 0; i < BUCKETS_ACROSS * BUCKETS_ACROSS; i++) {
        flags->heads[i] = RING_NOBODY;
    }
}

static int bucket_along(const PlacedFlags *flags, float from, float to)
{
    int bucket = (int)floorf((to - from) / flags->bucket);

    return bucket < 0 ? 0 : (bucket >= BUCKETS_ACROSS ? BUCKETS_ACROSS - 1 : bucket);
}

static void add_flag(PlacedFlags *flags, Point at, int seat)
{
    int column = bucket_along(flags, flags->corner.x, at.x);
    int *head = &flags->heads[bucket_along(flags, flags->corner.y, at.y) * BUCKETS_ACROSS + column];

    flags->at[flags->count] = at;
    flags->seats[flags->count] = (uint16_t)seat;
    flags->next[flags->count] = *head;
    *head = flags->count;
    flags->count++;
}

static bool is_bucket_free(const PlacedFlags *flags, int bucket, Point at)
{
    for (int i = flags->heads[bucket]; i != RING_NOBODY; i = flags->next[i]) {
        float x = flags->at[i].x - at.x;
        float y = flags->at[i].y - at.y;

        if (x * x + y * y < flags->apart * flags->apart) {
            return false;
        }
    }
    return true;
}

static bool is_free(const PlacedFlags *flags, Point at)
{
    int column = bucket_along(flags, flags->corner.x, at.x);
    int row = bucket_along(flags, flags->corner.y, at.y);

    for (int i = 0; i < 9; i++) {
        int x = column + i % 3 - 1;
        int y = row + i / 3 - 1;

        if (x >= 0 && y >= 0 && x < BUCKETS_ACROSS && y < BUCKETS_ACROSS &&
            !is_bucket_free(flags, y * BUCKETS_ACROSS + x, at)) {
            return false;
        }
    }
    return true;
}

static bool in_band(const RingView *view, Point at)
{
    float radius = hypotf(at.x - view->center.x, at.y - view->center.y);

    return radius <= view->radius && radius >= HOLE * view->radius;
}

/* The first free of sixteen places on a spiral around where the mark belongs; else there. */
static Point placed(const RingView *view, const PlacedFlags *flags, Point at, float size)
{
    if (is_free(flags, at)) {
        return at;
    }
    for (int k = 1; k <= 16; k++) {
        float radius = 0.55F * size * sqrtf((float)k);
        Point there = on_circle(at, radius, 2.4F * (float)k);

        if (in_band(view, there) && is_free(flags, there)) {
            return there;
        }
    }
    return at;
}

static void place_flags(const RingView *view, RingState *state, float size, PlacedFlags *flags)
{
    start_flags(flags, view, size);
    for (int seat = 0; seat < state->dot_count; seat++) {
        RingDot *dot = &state->dots[seat];
        bool flagged = dot->shown && view_is_marked(dot->verdict) && seat != own_seat(view);
        Point belongs = dot_point(view, dot);
        Point at = flagged ? placed(view, flags, belongs, size) : belongs;

        dot->aside_x = at.x - belongs.x;
        dot->aside_y = at.y - belongs.y;
        if (flagged) {
            add_flag(flags, at, seat);
        }
    }
}

static bool is_calm(const RingView *view, const RingState *state, int seat)
{
    return state->dots[seat].shown && seat != own_seat(view) &&
           !view_is_marked(state->dots[seat].verdict);
}

static void draw_calm(Ui *ui, const RingView *view, const RingState *state, int people)
{
    float size = ring_mark_size(view->radius, people);
    float alpha = people > 300 ? 0.78F : 1.0F;

    for (int seat = 0; seat < state->dot_count; seat++) {
        if (is_calm(view, state, seat)) {
            Mark mark = view_mark_of(state->dots[seat].verdict, 0.0F);

            draw_mark(ui->frame.draw,
                      ring_seat_point(view, state, seat),
                      size,
                      mark,
                      colour_fade(theme_mark_colour(ui->frame.theme, mark), alpha));
        }
    }
}

static void draw_flags(Ui *ui, const RingState *state, const PlacedFlags *flags, float size)
{
    const Theme *theme = ui->frame.theme;

    for (int i = 0; i < flags->count; i++) {
        draw_disc(ui->frame.draw, flags->at[i], 0.725F * size, colour_fade(theme->stage, 0.8F));
    }
    for (int i = 0; i < flags->count; i++) {
        const RingDot *dot = &state->dots[flags->seats[i]];
        Mark mark = view_mark_of(dot->verdict, dot->drift);

        draw_mark(ui->frame.draw, flags->at[i], size, mark, theme_mark_colour(theme, mark));
    }
}

/* ---- a crowd: hexagonal bins ------------------------------------------------------------------
 */

/* Rows of bins are shifted by half a pitch in turn; the nearest of two candidate rows wins. */
typedef struct {
    Point corner;
    float pitch;
} BinGrid;

static Point bin_center(const BinGrid *grid, int column, int row)
{
    float shift = row % 2 == 0 ? 0.0F : 0.5F;

    return (Point){grid->corner.x + grid->pitch * ((float)column + shift),
                   grid->corner.y + grid->pitch * 0.8660254F * (float)row};
}

static float squared_distance(Point a, Point b)
{
    return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y);
}

static int bin_index(const BinGrid *grid, Point at)
{
    int row = (int)floorf((at.y - grid->corner.y) / (grid->pitch * 0.8660254F));
    int best = 0;
    float best_distance = INFINITY;

    for (int candidate = row; candidate <= row + 1; candidate++) {
        float shift = candidate % 2 == 0 ? 0.0F : 0.5F;
        int column = (int)lroundf((at.x - grid->corner.x) / grid->pitch - shift);
        float distance;

        if (column < 0 || column >= RING_BINS_ACROSS || candidate < 0 ||
            candidate >= RING_BINS_ACROSS) {
            continue;
        }
        distance = squared_distance(bin_center(grid, column, candidate), at);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate * RING_BINS_ACROSS + column;
        }
    }
    return best;
}

static VerdictFamily majority(const RingBin *bin)
{
    VerdictFamily best = FAMILY_QUIET;

    for (int family = 0; family < FAMILY_COUNT; family++) {
        if (bin->families[family] > bin->families[best]) {
            best = (VerdictFamily)family;
        }
    }
    return best;
}

static int fill_bins(const RingView *view, RingState *state, const BinGrid *grid)
{
    int people = 0;

    for (int i = 0; i < RING_BINS_ACROSS * RING_BINS_ACROSS; i++) {
        state->bins[i] = (RingBin){.people = 0};
    }
    for (int seat = 0; seat < state->dot_count; seat++) {
        if (is_calm(view, state, seat)) {
            Mark mark = view_mark_of(state->dots[seat].verdict, 0.0F);
            RingBin *bin = &state->bins[bin_index(grid, ring_seat_point(view, state, seat))];

            bin->people++;
            bin->families[theme_mark_family(mark)]++;
            people++;
        }
    }
    return people;
}

/* The number of people that 95 % of the used bins do not exceed. */
static int bin_people_95(const RingState *state)
{
    int by_people[PARTICIPANTS_MAX + 1] = {0};
    int used = 0;
    int passed = 0;

    for (int i = 0; i < RING_BINS_ACROSS * RING_BINS_ACROSS; i++) {
        if (state->bins[i].people > 0) {
            by_people[state->bins[i].people]++;
            used++;
        }
    }
    for (int people = 1; people <= PARTICIPANTS_MAX; people++) {
        passed += by_people[people];
        if (passed * 20 >= used * 19) {
            return people;
        }
    }
    return 1;
}

static void draw_crowd(Ui *ui, const RingView *view, RingState *state)
{
    const Theme *theme = ui->frame.theme;
    float pitch = fminf(fmaxf(view->radius / 46.0F, 5.0F), 8.0F);
    BinGrid grid = {.pitch = fmaxf(pitch, 2.1F * view->radius / (float)(RING_BINS_ACROSS - 18))};
    int most;

    grid.corner = (Point){view->center.x - view->radius - grid.pitch,
                          view->center.y - view->radius - grid.pitch};
    if (fill_bins(view, state, &grid) == 0) {
        return;
    }
    most = bin_people_95(state);
    for (int i = 0; i < RING_BINS_ACROSS * RING_BINS_ACROSS; i++) {
        const RingBin *bin = &state->bins[i];
        float f = fminf(1.0F, (float)bin->people / (float)most);

        if (bin->people > 0) {
            draw_disc(ui->frame.draw,
                      bin_center(&grid, i % RING_BINS_ACROSS, i / RING_BINS_ACROSS),
                      grid.pitch * (0.42F + 0.56F * sqrtf(f)) / 2.0F,
                      colour_fade(theme->families[majority(bin)], 0.45F + 0.55F * sqrtf(f)));
        }
    }
}

/* ---- oneself, the group, the beat -------------------------------------------------------------
 */

static float arrow_angle(const RingState *state)
{
    return ring_lens(state->phase);
}

static void draw_arrow(Ui *ui, const RingView *view, const RingState *state)
{
    const Theme *theme = ui->frame.theme;
    float hole = HOLE * view->radius;
    float reach = hole + 0.97F * (view->radius - hole) * state->resultant;
    float head = fminf(15.0F, 0.09F * view->radius);
    float angle = arrow_angle(state);
    Point tail = on_circle(view->center, hole, angle);
    Point tip = on_circle(view->center, reach, angle);
    Point neck = on_circle(view->center, fmaxf(reach - head, hole), angle);
    Point side = {cosf(angle) * head * 0.45F, sinf(angle) * head * 0.45F};
    const Point triangle[] = {
        tip, {neck.x + side.x, neck.y + side.y}, {neck.x - side.x, neck.y - side.y}};

    if (reach - hole < head) {
        return;
    }
    draw_line(ui->frame.draw, tail, neck, 4.0F, theme->text);
    draw_polygon(ui->frame.draw, triangle, 3, theme->text);
}

static void draw_you(Ui *ui, const RingView *view, const RingState *state, Point own)
{
    const Theme *theme = ui->frame.theme;
    float group_x = on_circle(view->center, view->radius, arrow_angle(state)).x;
    float side = group_x >= own.x ? -1.0F : 1.0F;
    Point label = {own.x + 44.0F * side, own.y + 44.0F};
    Rect pill = {label.x - 21.0F, label.y - 11.0F, 42.0F, 22.0F};

    draw_line(ui->frame.draw, own, label, 2.0F, theme->accent);
    draw_rect(ui->frame.draw, pill, 11.0F, theme->accent);
    view_text(ui,
              label,
              &(UiLabel){.size_px = TYPE_HINT,
                         .weight = FONT_SEMIBOLD,
                         .align = TEXT_CENTER,
                         .colour = theme->is_light ? theme->surface : theme->on_fill},
              "You");
}

static void draw_own(Ui *ui, const RingView *view, const RingState *state)
{
    const Theme *theme = ui->frame.theme;
    Point own = dot_point(view, &state->own);

    if (view->hide_own || !state->own.shown) {
        return;
    }
    if (!view->names && view->labels) {
        draw_you(ui, view, state, own);
    }
    draw_disc(ui->frame.draw, own, 11.0F, theme->accent);
    draw_disc(ui->frame.draw, own, 8.5F, theme->stage);
    draw_mark(ui->frame.draw,
              own,
              11.0F,
              view_mark_of(state->own.verdict, state->own.drift),
              theme->text);
}

/* How bright the lamp's light is: it decays over the beat; every second beat above 150 BPM. */
static float lamp_light(const RingView *view)
{
    const ModelNow *music = view->music;
    bool skipped = music->tempo_mbpm > PULSE_MBPM_MAX && music->bar.beat % 2 != 0;
    float fraction = (float)music->bar.beat_fraction;

    if (view->calm_light) {
        return 0.5F;
    }
    return skipped ? 0.35F : 0.35F + 0.65F * (1.0F - fraction) * (1.0F - fraction);
}

static void draw_beat(Ui *ui, const RingView *view)
{
    const Theme *theme = ui->frame.theme;
    const ModelNow *music = view->music;
    float path = view->radius + LAMP_OUT;
    Point lamp = on_circle(view->center, path, 0.0F);
    float window = ui->frame.layout.width * ui->frame.layout.height;
    float light = fminf(fminf(0.33F * view->radius, 80.0F), sqrtf(LIGHT_SHARE * window / 3.14159F));
    float beat = (float)music->bar.beat_fraction;

    if (!music->known || music->tempo_mbpm == 0) {
        draw_ring(ui->frame.draw, lamp, 7.0F, 2.0F, theme->edge);
        return;
    }
    draw_glow(ui->frame.draw, lamp, light, colour_fade(theme->fill, 0.45F * lamp_light(view)));
    view_beat_disc(ui, lamp, 8.0F, 1.0F);
    if (ui->frame.reduced_motion) {
        return;
    }
    for (int i = BEAD_FOLLOWERS; i >= 0; i--) {
        float share = (float)i / (BEAD_FOLLOWERS + 1);
        Point bead = on_circle(view->center, path, ring_lens(beat - BEAD_BEATS * (float)i));

        if (i == 0) {
            view_beat_disc(ui, bead, 5.5F, 1.0F);
        } else {
            draw_disc(ui->frame.draw,
                      bead,
                      5.0F - 2.5F * share,
                      colour_fade(theme->fill, 0.6F * (1.0F - share)));
        }
    }
}

static void draw_figure(Ui *ui, const RingView *view, const RingState *state)
{
    const Theme *theme = ui->frame.theme;
    float size = fminf(fmaxf(0.75F * HOLE * view->radius, 26.0F), 72.0F);
    float small = view->radius > 200.0F ? TYPE_LEAD : TYPE_HINT;
    float hole = HOLE * view->radius;
    /* Where the word would stand on people, the figure stands alone. */
    bool alone = hole < 30.0F || (hole < 40.0F && state->people > RING_NAMES_MAX);
    WordsText figure;

    words_clear(&figure);
    if (state->started && view->model->snapshot.active >= 2) {
        words_add_number(&figure, state->figure);
    } else {
        words_add(&figure, "\xE2\x80\x93"); /* an en dash: nothing to measure yet */
    }
    view_text(ui,
              (Point){view->center.x, view->center.y - (alone ? 0.0F : 0.17F * size)},
              &(UiLabel){.size_px = size,
                         .weight = FONT_SEMIBOLD,
                         .align = TEXT_CENTER,
                         .colour = theme->text,
                         .tabular = size <= 36.0F},
              figure.bytes);
    if (alone) {
        return;
    }
    view_text(ui,
              (Point){view->center.x, view->center.y + 0.38F * size + 0.55F * small},
              &(UiLabel){.size_px = small, .align = TEXT_CENTER, .colour = theme->text2},
              "together");
}

/* ---- names ------------------------------------------------------------------------------------
 */

typedef struct {
    int seats[RING_NAMES_MAX];
    Point marks[RING_NAMES_MAX];
    float y[RING_NAMES_MAX];
    int count;
} NameColumn;

static void insert_name(NameColumn *column, int seat, Point mark)
{
    int at = column->count;

    while (at > 0 && column->marks[at - 1].y > mark.y) {
        column->marks[at] = column->marks[at - 1];
        column->seats[at] = column->seats[at - 1];
        at--;
    }
    column->marks[at] = mark;
    column->seats[at] = seat;
    column->count++;
}

/* Down the side with at least a line between them; then up again where they ran over the end. */
static void space_names(NameColumn *column, float top, float bottom)
{
    for (int i = 0; i < column->count; i++) {
        float first = i == 0 ? top : column->y[i - 1] + NAME_SPACING;

        column->y[i] = fmaxf(column->marks[i].y - 10.0F, first);
    }
    for (int i = column->count - 1; i >= 0; i--) {
        float last = i == column->count - 1 ? bottom : column->y[i + 1] - NAME_SPACING;

        column->y[i] = fminf(column->y[i], last);
    }
}

static void draw_name(Ui *ui, const RingView *view, const NameColumn *column, int index)
{
    const Theme *theme = ui->frame.theme;
    const ModelOthers *others = view->model->others;
    int seat = column->seats[index];
    bool own = seat == own_seat(view);
    bool left = column->marks[index].x < view->center.x;
    float circle = view->radius + NAME_OUT;
    float y = column->y[index];
    float rise = fminf(fabsf(y - view->center.y), circle);
    float reach = fmaxf(sqrtf(circle * circle - rise * rise), 70.0F);
    float x = left ? view->center.x - reach : view->center.x + reach;
    Rect bounds = view->bounds.w > 0.0F ? view->bounds : layout_window(&ui->frame.layout);
    float edge = left ? x - bounds.x - SPACE_2 : rect_right(bounds) - SPACE_2 - x;
    UiLabel label = {.size_px = TYPE_HINT,
                     .weight = own ? FONT_SEMIBOLD : FONT_REGULAR,
                     .align = left ? TEXT_RIGHT : TEXT_LEFT,
                     .colour = own ? theme->accent : theme->text};

    draw_line(ui->frame.draw,
              (Point){left ? x + 6.0F : x - 6.0F, y},
              column->marks[index],
              1.0F,
              own ? theme->accent : colour_fade(theme->edge, 0.7F));
    view_name(
        ui, (Point){x, y}, fminf(edge, 150.0F), &label, own ? "You" : others->roster[seat].name);
}

static void draw_names(Ui *ui, const RingView *view, const RingState *state)
{
    NameColumn columns[2] = {{.count = 0}, {.count = 0}};
    float top = view->center.y - view->radius - 12.0F;
    float bottom = view->center.y + view->radius + 12.0F;

    for (int seat = 0; seat < state->dot_count; seat++) {
        Point mark = ring_seat_point(view, state, seat);
        NameColumn *column = &columns[mark.x < view->center.x ? 0 : 1];

        if (state->dots[seat].shown && column->count < RING_NAMES_MAX) {
            insert_name(column, seat, mark);
        }
    }
    for (int side = 0; side < 2; side++) {
        space_names(&columns[side], top, bottom);
        for (int i = 0; i < columns[side].count; i++) {
            draw_name(ui, view, &columns[side], i);
        }
    }
}

/* ---- the whole --------------------------------------------------------------------------------
 */

static void draw_people(Ui *ui, const RingView *view, RingState *state)
{
    int people = state->people;
    float size = flag_size(view, people);
    PlacedFlags flags;

    place_flags(view, state, size, &flags);
    if (state->sees_people) {
        draw_hulls(ui, view, state);
    }
    if (state->sees_people && view->names && people <= RING_NAMES_MAX) {
        draw_names(ui, view, state);
    }
    if (people > RING_SINGLE_MAX && !view->only_flagged) {
        draw_crowd(ui, view, state);
    } else if (!view->only_flagged) {
        draw_calm(ui, view, state, people);
    }
    draw_flags(ui, state, &flags, size);
}

void view_ring(Ui *ui, const RingView *view, RingState *state)
{
    bool has_people = view->model->others != NULL;

    draw_ground(ui, view);
    if (view->labels) {
        draw_labels(ui, view);
    }
    if (has_people) {
        draw_people(ui, view, state);
    }
    if (view->model->has_snapshot && view->model->snapshot.active >= 2) {
        draw_arrow(ui, view, state);
    }
    if (has_people) {
        draw_own(ui, view, state);
    }
    if (state->sees_people && view->selected_seat != RING_NOBODY &&
        state->dots[view->selected_seat].shown) {
        draw_ring(ui->frame.draw,
                  ring_seat_point(view, state, view->selected_seat),
                  14.0F,
                  FOCUS_RING_WIDTH,
                  ui->frame.theme->focus);
    }
    draw_beat(ui, view);
    draw_figure(ui, view, state);
}

int ring_seat_at(const RingView *view, const RingState *state, Point at, float reach)
{
    float best = reach * reach;
    int found = RING_NOBODY;

    for (int seat = 0; seat < state->dot_count; seat++) {
        float distance = squared_distance(ring_seat_point(view, state, seat), at);

        if (state->dots[seat].shown && distance <= best) {
            best = distance;
            found = seat;
        }
    }
    return found;
}

int ring_seat_towards(const RingView *view, const RingState *state, float x, float y)
{
    Point from = view->center;
    float best = INFINITY;
    int found = view->selected_seat;

    if (view->selected_seat != RING_NOBODY) {
        from = ring_seat_point(view, state, view->selected_seat);
    }
    for (int seat = 0; seat < state->dot_count; seat++) {
        Point at = ring_seat_point(view, state, seat);
        float along = (at.x - from.x) * x + (at.y - from.y) * y;
        float across = fabsf((at.x - from.x) * y - (at.y - from.y) * x);
        /* Sideways counts double: the nearest in that direction, not just the nearest. */
        float cost = along + 2.0F * across;

        if (state->dots[seat].shown && seat != view->selected_seat && along > 0.5F && cost < best) {
            best = cost;
            found = seat;
        }
    }
    return found;
}

/* ---- legend -----------------------------------------------------------------------------------
 */

#define LEGEND_ROW 29.0F
#define LEGEND_ROW_MIN 20.0F
#define LEGEND_TOP 134.0F
#define LEGEND_PADDING 20.0F

static void draw_legend_row(Ui *ui, Rect row, uint8_t verdict, int people, int all)
{
    const Theme *theme = ui->frame.theme;
    Mark mark = view_mark_of(verdict, 0.0F);
    Colour colour = people > 0 ? theme->text : theme->text3;
    float y = row.y + row.h / 2.0F;
    float bar_width = row.w < 260.0F ? 46.0F : 65.0F;
    Rect bar = {rect_right(row) - 50.0F - bar_width, y - 3.0F, bar_width, 6.0F};
    WordsText number;

    words_clear(&number);
    words_add_number(&number, people);
    draw_mark(
        ui->frame.draw, (Point){row.x + 9.0F, y}, 13.0F, mark, theme_mark_colour(theme, mark));
    view_text(ui,
              (Point){row.x + 28.0F, y},
              &(UiLabel){.colour = colour},
              verdict == VERDICT_WRONG_TEMPO ? "Wrong tempo" : mark_name(mark));
    draw_rect(ui->frame.draw, bar, 3.0F, theme->raised);
    if (people > 0 && all > 0) {
        /* The root, so that one person of a thousand still shows. */
        bar.w = fmaxf(bar.w * sqrtf((float)people / (float)all), 6.0F);
        draw_rect(ui->frame.draw, bar, 3.0F, theme_mark_colour(theme, mark));
    }
    view_text(
        ui,
        (Point){rect_right(row), y},
        &(UiLabel){.weight = FONT_SEMIBOLD, .align = TEXT_RIGHT, .colour = colour, .tabular = true},
        number.bytes);
}

static void draw_legend_head(
    Ui *ui, Rect inner, const ClientModel *model, const RingState *state, int64_t beat_ns)
{
    const Theme *theme = ui->frame.theme;
    const SnapshotMessage *snapshot = &model->snapshot;
    WordsText figure;
    WordsText words;
    float width;
    bool fits;

    words_clear(&figure);
    words_clear(&words);
    if (state->started && snapshot->active >= 2) {
        words_add_number(&figure, state->figure);
        words_add(&words, group_word_text(group_word_of((double)snapshot->sigma_us / 1000.0)));
        words_add(&words, ", spread ");
        words_add_number(&words, words_whole_ms((int64_t)snapshot->sigma_us));
        words_add(&words, " ms");
    } else {
        words_add(&figure, "\xE2\x80\x93");
        words_add(&words, "nobody plays yet");
    }
    width = view_text(ui,
                      (Point){inner.x, inner.y + 26.0F},
                      &(UiLabel){.size_px = 60.0F, .weight = FONT_SEMIBOLD},
                      figure.bytes);
    view_text(ui,
              (Point){inner.x + width + 18.0F, inner.y + 14.0F},
              &(UiLabel){.size_px = TYPE_HINT, .colour = theme->text2},
              "together");
    fits = width + 18.0F + ui_text_width(ui, FONT_SEMIBOLD, TYPE_BODY, words.bytes) <= inner.w;
    view_text(ui,
              (Point){inner.x + width + 18.0F, inner.y + 38.0F},
              &(UiLabel){.size_px = fits ? TYPE_BODY : TYPE_CAPTION, .weight = FONT_SEMIBOLD},
              words.bytes);
    if (snapshot->active >= 2) {
        view_text(ui,
                  (Point){inner.x, inner.y + 72.0F},
                  &(UiLabel){.size_px = TYPE_HINT, .colour = theme->text2},
                  words_group_on_click(snapshot->median_us, beat_ns));
    }
    ui_separator(ui, inner.x, inner.y + 92.0F, inner.w);
}

/* ---- teams under the legend: the ones to visit for whoever leads, the tightest for all --------
 */

#define LEGEND_TEAM_ROW 24.0F
#define LEGEND_TEAMS_TOP 28.0F

enum {
    LEGEND_TEAMS = 3
};

typedef struct {
    int team;
    int worth; /* more comes first */
    int flagged;
} RankedTeam;

/* How many of each team are flagged. */
static void count_flagged(const ModelOthers *others, uint16_t flagged[TEAMS_MAX])
{
    memset(flagged, 0, TEAMS_MAX * sizeof flagged[0]);
    for (int seat = 0; seat < others->seat_count; seat++) {
        uint16_t team = model_team(others, seat);

        if (team != TEAM_NONE && view_is_marked(others->map[seat].verdict)) {
            flagged[team]++;
        }
    }
}

static int rank_teams(const ModelOthers *others, bool to_visit, RankedTeam ranked[LEGEND_TEAMS])
{
    uint16_t flagged[TEAMS_MAX];
    int count = 0;

    count_flagged(others, flagged);
    for (int team = 0; team < others->team_count; team++) {
        const TeamEntry *entry = &others->teams[team];
        int members = entry->members;
        RankedTeam next = {team,
                           to_visit ? flagged[team] * 1000 / (members > 0 ? members : 1)
                                    : entry->together_centi,
                           flagged[team]};
        int at = count;

        if (members < PRIVACY_PEOPLE_MIN || next.worth == 0) {
            continue;
        }
        while (at > 0 && ranked[at - 1].worth < next.worth) {
            if (at < LEGEND_TEAMS) {
                ranked[at] = ranked[at - 1];
            }
            at--;
        }
        if (at < LEGEND_TEAMS) {
            ranked[at] = next;
            count += count < LEGEND_TEAMS ? 1 : 0;
        }
    }
    return count;
}

static void draw_legend_teams(Ui *ui, Rect inner, const ClientModel *model)
{
    const Theme *theme = ui->frame.theme;
    bool to_visit = model->welcome.role == ROLE_FACILITATOR;
    RankedTeam ranked[LEGEND_TEAMS];
    int count = model->others == NULL ? 0 : rank_teams(model->others, to_visit, ranked);

    if (count == 0 || (!to_visit && model->others->team_count < 2)) {
        return;
    }
    ui_separator(ui, inner.x, inner.y, inner.w);
    view_text(ui,
              (Point){inner.x, inner.y + 22.0F},
              &(UiLabel){.size_px = TYPE_HINT, .weight = FONT_SEMIBOLD, .colour = theme->text2},
              to_visit ? "Teams to visit first" : "Tightest right now");
    for (int i = 0; i < count; i++) {
        const TeamEntry *entry = &model->others->teams[ranked[i].team];
        float y = inner.y + LEGEND_TEAMS_TOP + LEGEND_TEAM_ROW * ((float)i + 0.75F);
        WordsText figure;

        words_clear(&figure);
        words_add_number(&figure,
                         to_visit ? ranked[i].flagged : (entry->together_centi + 50) / 100);
        if (to_visit) {
            words_add(&figure, " of ");
            words_add_number(&figure, entry->members);
        }
        view_text(
            ui,
            (Point){rect_right(inner), y},
            &(UiLabel){.align = TEXT_RIGHT, .weight = to_visit ? FONT_REGULAR : FONT_SEMIBOLD},
            figure.bytes);
        view_name(ui, (Point){inner.x, y}, inner.w - 80.0F, &(UiLabel){0}, entry->name);
    }
}

void view_ring_legend(
    Ui *ui, Rect rect, const ClientModel *model, const RingState *state, int64_t beat_ns)
{
    Rect inner = rect_inset(rect, LEGEND_PADDING);
    int all = model->has_snapshot ? model->snapshot.joined : 0;
    float fitted = (rect.h - LEGEND_TOP) / (float)VERDICT_COUNT;
    float height = fminf(LEGEND_ROW, fmaxf(fitted, LEGEND_ROW_MIN));
    float y = rect.y + LEGEND_TOP - 0.4F * height;

    ui_panel(ui, rect);
    draw_legend_head(ui, inner, model, state, beat_ns);
    for (int i = 0; i < VERDICT_COUNT; i++) {
        int people = model->has_snapshot ? model->snapshot.verdicts[VIEW_VERDICT_ORDER[i]] : 0;

        draw_legend_row(
            ui, (Rect){inner.x, y, inner.w, height}, VIEW_VERDICT_ORDER[i], people, all);
        y += height;
    }
    if (rect_bottom(inner) - y >= LEGEND_TEAMS_TOP + LEGEND_TEAM_ROW * LEGEND_TEAMS) {
        draw_legend_teams(ui, (Rect){inner.x, y + SPACE_1, inner.w, 0.0F}, model);
    }
}
