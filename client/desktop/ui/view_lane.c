#include "client/desktop/ui/view_lane.h"

#include "client/desktop/ui/view_parts.h"
#include "client/desktop/ui/words.h"

#include <assert.h>
#include <math.h>

#define HIT_LINE_SHARE 0.30F
#define PX_PER_BEAT_MIN 96.0F
#define PX_PER_BEAT_MAX 170.0F
#define PX_PER_BEAT_SHARE 5.2F
#define SWING 0.80
#define LOW_PANEL 80.0F
#define PI 3.14159265358979323846

#define NOTE_DIAMETER 25.0F
#define ACCENT_DIAMETER 34.0F
#define NOTE_STROKE 3.0F
#define TICK_WIDTH 3.0F
#define TICK_REACH 24.0F /* to each side of the line */
#define TICK_MARK 10.0F
#define HIT_LINE_WIDTH 4.0F
#define HIT_LINE_ABOVE 8.0F
#define BOB_RADIUS 13.0F
#define PIVOT_INSET 10.0F
#define LENGTH_INSET 30.0F
#define FOLLOWERS 6
#define FOLLOWER_BEATS 0.028
#define TRACK_POINTS 25
#define LAMP_SPACING 42.0F
#define LAMP_RADIUS 10.0F
/* A judgement belongs to a note when the note it implies lies this near, in beats. */
#define SAME_NOTE_BEATS 0.02

/* One own hit as it is drawn. */
typedef struct {
    Beats at;      /* as calibrated */
    Beats note_at; /* the note it claimed */
    bool claims;
    Mark mark;
} LaneTick;

/* What one frame of the lane is drawn from. */
typedef struct {
    Ui *ui;
    const LaneView *view;
    LaneGeometry geometry;
    Beats now;   /* as shown: stepped with reduced motion */
    Beats from;  /* left edge */
    Beats to;    /* right edge */
    Beats reach; /* a note this far behind can still be hit */
    LaneTick ticks[LANE_TICKS_MAX];
    int tick_count;
    bool next_found; /* the amber note has been drawn */
} LaneFrame;

static float clampf(float value, float low, float high)
{
    return fminf(fmaxf(value, low), high);
}

LaneGeometry lane_geometry(Rect box, float pendulum_share)
{
    LaneGeometry geometry = {.panel = box};

    geometry.pendulum = rect_cut_top(&geometry.panel, box.h * pendulum_share);
    geometry.hit_x = box.x + HIT_LINE_SHARE * box.w;
    geometry.px_per_beat = clampf(box.w / PX_PER_BEAT_SHARE, PX_PER_BEAT_MIN, PX_PER_BEAT_MAX);
    /* The smallest lanes need all their room between notes and numbers. */
    geometry.middle_y =
        geometry.panel.y + (geometry.panel.h < LOW_PANEL ? 0.39F : 0.46F) * geometry.panel.h;
    geometry.numbers_y = rect_bottom(geometry.panel) - fminf(17.0F, 0.13F * geometry.panel.h);
    geometry.pivot = (Point){geometry.hit_x, geometry.pendulum.y + PIVOT_INSET};
    geometry.length = fmaxf(geometry.pendulum.h - LENGTH_INSET, 4.0F);
    return geometry;
}

float lane_x(const LaneGeometry *geometry, Beats at, Beats now)
{
    double beats = (double)(at.ubeats - now.ubeats) / (double)UBEATS_PER_BEAT;

    return geometry->hit_x + (float)beats * geometry->px_per_beat;
}

float lane_pendulum_angle(double beats)
{
    /* Two beats are one swing to and fro; without the remainder a long session loses digits. */
    return (float)(SWING * sin(PI * fmod(beats, 2.0)));
}

Point lane_pendulum_bob(const LaneGeometry *geometry, double beats)
{
    float angle = lane_pendulum_angle(beats);

    return (Point){geometry->pivot.x + geometry->length * sinf(angle),
                   geometry->pivot.y + geometry->length * cosf(angle)};
}

/* ---- the pendulum -----------------------------------------------------------------------------
 */

static float bob_radius(const LaneGeometry *geometry)
{
    return fminf(BOB_RADIUS, 3.0F + 0.4F * geometry->length);
}

static void draw_track(Ui *ui, const LaneGeometry *geometry)
{
    const Theme *theme = ui->frame.theme;
    Point points[TRACK_POINTS];

    for (int i = 0; i < TRACK_POINTS; i++) {
        double share = (double)i / (TRACK_POINTS - 1) - 0.5;
        float angle = (float)(2.0 * SWING * share);

        points[i] = (Point){geometry->pivot.x + geometry->length * sinf(angle),
                            geometry->pivot.y + geometry->length * cosf(angle)};
    }
    draw_polyline(ui->frame.draw, points, TRACK_POINTS, 1.5F, theme->line);
    draw_disc(ui->frame.draw, points[0], 3.0F, colour_mix(theme->line, theme->edge, 0.4F));
    draw_disc(
        ui->frame.draw, points[TRACK_POINTS - 1], 3.0F, colour_mix(theme->line, theme->edge, 0.4F));
}

static void draw_pendulum(const LaneFrame *frame, double beats, bool running)
{
    Ui *ui = frame->ui;
    const Theme *theme = ui->frame.theme;
    const LaneGeometry *geometry = &frame->geometry;
    float radius = bob_radius(geometry);
    Point bob = lane_pendulum_bob(geometry, running ? beats : 0.0);

    draw_track(ui, geometry);
    if (running && !frame->view->calm_light) {
        draw_glow(ui->frame.draw, bob, radius * 2.6F, colour_fade(theme->fill, 0.30F));
    }
    draw_line(ui->frame.draw, geometry->pivot, bob, 2.0F, theme->edge);
    draw_disc(ui->frame.draw, geometry->pivot, 4.0F, theme->edge);
    for (int i = FOLLOWERS; running && i > 0; i--) {
        Point follower = lane_pendulum_bob(geometry, beats - FOLLOWER_BEATS * i);
        float share = (float)i / (FOLLOWERS + 1);

        draw_disc(ui->frame.draw,
                  follower,
                  radius * (1.0F - 0.5F * share),
                  colour_fade(theme->fill, 0.26F * (1.0F - share)));
    }
    if (running) {
        view_beat_disc(ui, bob, radius, 1.0F);
    } else {
        draw_disc(ui->frame.draw, bob, radius, theme->raised);
        draw_ring(ui->frame.draw, bob, radius - 1.0F, 2.0F, theme->edge);
    }
}

static float lamp_spacing(float radius, int lamp_count)
{
    float natural = radius * LAMP_SPACING / LAMP_RADIUS;

    return lamp_count <= 8 ? natural : natural * 8.0F / (float)lamp_count;
}

void view_lamps(Ui *ui, Point center, float radius, const ModelNow *music, bool numbered)
{
    const Theme *theme = ui->frame.theme;
    bool running = music->known && music->tempo_mbpm > 0;
    int count = music->known ? music->bar.beats_per_bar : 4;
    float spacing = lamp_spacing(radius, count);
    float fitted = fminf(radius, 0.4F * spacing);

    for (int i = 0; i < count; i++) {
        float offset = ((float)i - (float)(count - 1) / 2.0F) * spacing;
        Point lamp = {center.x + offset, center.y};
        bool lit = running && i == music->bar.beat;
        WordsText number;

        if (lit) {
            view_beat_disc(ui, lamp, fitted * 1.2F, 1.0F);
        } else {
            draw_ring(ui->frame.draw, lamp, fitted - 1.0F, 2.0F, theme->edge);
        }
        if (numbered) {
            words_clear(&number);
            words_add_number(&number, i + 1);
            view_text(ui,
                      lamp,
                      &(UiLabel){.size_px = fitted,
                                 .weight = FONT_SEMIBOLD,
                                 .align = TEXT_CENTER,
                                 .colour = lit ? theme->on_fill : theme->text2},
                      number.bytes);
        }
    }
}

/* The lamps' row with the name of one's part below it, at the right end of the box. */
static void draw_corner(const LaneFrame *frame, const Groove *groove)
{
    Ui *ui = frame->ui;
    const Theme *theme = ui->frame.theme;
    const ModelNow *music = frame->view->music;
    Rect area = frame->geometry.pendulum;
    int count = music->known ? music->bar.beats_per_bar : 4;
    float spacing = lamp_spacing(LAMP_RADIUS, count);
    float right = rect_right(area) - 6.0F;
    float middle = right - LAMP_RADIUS - spacing * (float)(count - 1) / 2.0F;

    if (!ui->frame.reduced_motion) {
        view_lamps(ui, (Point){middle, area.y + 28.0F}, LAMP_RADIUS, music, false);
    }
    if (groove == NULL || area.h < 110.0F) {
        return;
    }
    view_name(
        ui,
        (Point){right, area.y + 68.0F},
        rect_right(area) - frame->geometry.hit_x - 140.0F,
        &(UiLabel){.size_px = TYPE_SENTENCE, .weight = FONT_SEMIBOLD, .align = TEXT_RIGHT},
        groove->parts[model_part_index(frame->view->model, groove, frame->view->music->position)]
            .title);
    view_text(ui,
              (Point){right, area.y + 94.0F},
              &(UiLabel){.size_px = TYPE_HINT, .align = TEXT_RIGHT, .colour = theme->text2},
              "your part");
}

/* ---- own hits ---------------------------------------------------------------------------------
 */

static Mark tick_mark(const OwnJudgement *own, bool has_side)
{
    if (own->judgement == JUDGEMENT_PERFECT || !has_side) {
        return MARK_ON;
    }
    return own->asynchrony_us < 0 ? MARK_EARLY : MARK_LATE;
}

/* Reads the newest own hits off the model, in beats: a tick stands at its own, calibrated time. */
static void collect_ticks(LaneFrame *frame)
{
    const ClientModel *model = frame->view->model;
    int64_t calibration_ns =
        model->config.calibrated ? model->config.calibration_us * NS_PER_US : 0;

    for (int i = 0; i < 2 * LANE_TICKS_MAX && frame->tick_count < LANE_TICKS_MAX; i++) {
        const OwnJudgement *own = model_own(model, i);
        LaneTick *tick = &frame->ticks[frame->tick_count];
        SessionTime at;
        SessionTime note_at;

        if (own == NULL) {
            return;
        }
        if (own->hit_number == 0 || own->judgement == JUDGEMENT_BOUNCE) {
            continue;
        }
        at = (SessionTime){own->at.ns - calibration_ns};
        note_at = (SessionTime){at.ns - own->asynchrony_us * NS_PER_US};
        *tick = (LaneTick){.at = tempo_map_beats_at(&model->timeline.tempo, at),
                           .note_at = tempo_map_beats_at(&model->timeline.tempo, note_at),
                           .claims = judgement_claims_note((Judgement)own->judgement),
                           .mark = tick_mark(own, model_tells_sides(model))};
        frame->tick_count++;
    }
}

static bool is_hit(const LaneFrame *frame, Beats note_at)
{
    for (int i = 0; i < frame->tick_count; i++) {
        double beats =
            (double)(frame->ticks[i].note_at.ubeats - note_at.ubeats) / (double)UBEATS_PER_BEAT;

        if (frame->ticks[i].claims && fabs(beats) < SAME_NOTE_BEATS) {
            return true;
        }
    }
    return false;
}

static void draw_ticks(const LaneFrame *frame)
{
    DrawList *draw = frame->ui->frame.draw;
    const Theme *theme = frame->ui->frame.theme;
    const LaneGeometry *geometry = &frame->geometry;
    float half = fmaxf(fminf(TICK_REACH, geometry->middle_y - geometry->panel.y - 18.0F), 10.0F);

    for (int i = 0; i < frame->tick_count; i++) {
        const LaneTick *tick = &frame->ticks[i];
        float x = lane_x(geometry, tick->at, frame->now);
        Colour colour = tick->claims ? theme->text : theme->text3;

        if (x < geometry->panel.x - TICK_MARK || x > rect_right(geometry->panel)) {
            continue;
        }
        draw_rect(draw,
                  (Rect){x - TICK_WIDTH / 2.0F, geometry->middle_y - half, TICK_WIDTH, 2.0F * half},
                  TICK_WIDTH / 2.0F,
                  colour);
        if (tick->claims && geometry->panel.h > 56.0F) {
            draw_mark(draw,
                      (Point){x, geometry->middle_y - half - TICK_MARK},
                      TICK_MARK,
                      tick->mark,
                      colour);
        }
    }
}

/* ---- beats and notes --------------------------------------------------------------------------
 */

static void draw_beat(const LaneFrame *frame, const Section *section, Beats at, bool dim)
{
    Ui *ui = frame->ui;
    const Theme *theme = ui->frame.theme;
    const LaneGeometry *geometry = &frame->geometry;
    int64_t beat = div_floor(at.ubeats - section->start.ubeats, UBEATS_PER_BEAT);
    int64_t in_bar = beat - section->beats_per_bar * div_floor(beat, section->beats_per_bar);
    float x = lane_x(geometry, at, frame->now);
    float room = geometry->numbers_y - geometry->middle_y - 12.0F;
    float reach = in_bar == 0 ? fminf(62.0F, room * 1.15F) : fminf(49.0F, room);
    Colour colour = in_bar == 0 ? theme->edge : theme->line;
    WordsText number;

    reach = fmaxf(reach, 12.0F);
    draw_line(ui->frame.draw,
              (Point){x, geometry->middle_y - reach},
              (Point){x, geometry->middle_y + fminf(reach, fmaxf(room, 8.0F))},
              in_bar == 0 ? 2.0F : 1.0F,
              colour_fade(colour, dim ? 0.5F : 0.9F));
    words_clear(&number);
    words_add_number(&number, in_bar + 1);
    view_text(ui,
              (Point){x, geometry->numbers_y},
              &(UiLabel){.size_px = TYPE_HINT,
                         .weight = in_bar == 0 ? FONT_SEMIBOLD : FONT_REGULAR,
                         .align = TEXT_CENTER,
                         .colour = in_bar == 0 && !dim ? theme->text : theme->text3},
              number.bytes);
}

static void draw_hollow(const LaneFrame *frame, Point center, bool accent)
{
    const Theme *theme = frame->ui->frame.theme;
    float radius = accent ? 12.0F : 9.0F;

    draw_ring(frame->ui->frame.draw, center, radius, 1.5F, theme->edge);
}

static void draw_note(LaneFrame *frame, GrooveNote note, bool preview)
{
    DrawList *draw = frame->ui->frame.draw;
    const Theme *theme = frame->ui->frame.theme;
    Point center = {lane_x(&frame->geometry, note.at, frame->now), frame->geometry.middle_y};
    /* By the music itself, also where the picture steps. */
    bool passed = note.at.ubeats < frame->view->music->position.ubeats - frame->reach.ubeats;
    float radius = (note.accent ? ACCENT_DIAMETER : NOTE_DIAMETER) / 2.0F;
    Colour colour = preview ? theme->edge : theme->text2;
    bool is_next;

    if (!preview && (passed || is_hit(frame, note.at))) {
        draw_hollow(frame, center, note.accent);
        return;
    }
    is_next = !preview && !frame->next_found;
    frame->next_found = frame->next_found || is_next;
    draw_disc(draw, center, radius, theme->surface);
    if (note.accent) {
        draw_ring(draw, center, radius + 3.0F, 1.5F, is_next ? theme->accent : theme->edge);
    }
    draw_ring(
        draw, center, radius - NOTE_STROKE / 2.0F, NOTE_STROKE, is_next ? theme->accent : colour);
    if (is_next) {
        view_beat_disc(frame->ui, center, radius - 5.0F, 1.0F);
    } else {
        draw_disc(draw, center, radius - 5.5F, colour);
    }
}

static bool shows_notes(const Section *section)
{
    return section->transport == TRANSPORT_PLAYING || section->transport == TRANSPORT_LOBBY;
}

static void draw_section_beats(const LaneFrame *frame, const Section *section, Beats from, Beats to)
{
    bool dim = section->transport != TRANSPORT_PLAYING && section->transport != TRANSPORT_COUNT_IN;
    int64_t beat = div_ceil(from.ubeats - section->start.ubeats, UBEATS_PER_BEAT);
    Beats at = {section->start.ubeats + beat * UBEATS_PER_BEAT};

    while (at.ubeats < to.ubeats) {
        draw_beat(frame, section, at, dim);
        at.ubeats += UBEATS_PER_BEAT;
    }
}

static void draw_section_notes(LaneFrame *frame, const Section *section, Beats from, Beats to)
{
    const ClientModel *model = frame->view->model;
    const Groove *groove = model_groove(model, section);
    bool preview = section->transport == TRANSPORT_LOBBY;
    GrooveNote note;

    if (groove == NULL || !shows_notes(section)) {
        return;
    }
    /* The part may change at a bar line in between: each note is looked for in its own. */
    while (from.ubeats < to.ubeats) {
        const bool before = from.ubeats < model->part_from.ubeats;
        const Beats end = before && model->part_from.ubeats < to.ubeats ? model->part_from : to;
        const int part = model_part_index(model, groove, from);

        while (groove_note_at_or_after(groove, part, section->start, from, &note) &&
               note.at.ubeats < end.ubeats) {
            draw_note(frame, note, preview);
            from.ubeats = note.at.ubeats + 1;
        }
        from = end;
    }
}

typedef enum {
    LANE_PASS_BEATS,
    LANE_PASS_NOTES
} LanePass;

/* Each section draws its own stretch of the lane; the first kept one covers all before it. */
static void draw_sections(LaneFrame *frame, LanePass pass)
{
    const Timeline *timeline = &frame->view->model->timeline;

    for (int i = 0; i < timeline->section_count; i++) {
        const Section *section = &timeline->sections[i];
        Beats end = timeline_section_end(timeline, section);
        Beats from = frame->from;
        Beats to = {end.ubeats < frame->to.ubeats ? end.ubeats : frame->to.ubeats};

        if (i > 0 && section->start.ubeats > from.ubeats) {
            from = section->start;
        }
        if (i == 0 && section->transport == TRANSPORT_LOBBY &&
            section->start.ubeats > from.ubeats) {
            from = section->start; /* nothing lies before the beginning */
        }
        if (from.ubeats >= to.ubeats) {
            continue;
        }
        if (pass == LANE_PASS_BEATS) {
            draw_section_beats(frame, section, from, to);
        } else {
            draw_section_notes(frame, section, from, to);
        }
    }
}

/* ---- the whole --------------------------------------------------------------------------------
 */

static Beats beats_of_px(const LaneGeometry *geometry, float px)
{
    return (Beats){(int64_t)((double)px / (double)geometry->px_per_beat * (double)UBEATS_PER_BEAT)};
}

static void set_window(LaneFrame *frame)
{
    const LaneGeometry *geometry = &frame->geometry;
    const ModelNow *music = frame->view->music;
    int64_t beat_ns = view_beat_ns(music);
    JudgeWindows windows =
        judge_windows(beat_ns, (Profile)(frame->view->model->welcome.profile % PROFILE_COUNT));
    Beats before = beats_of_px(geometry, geometry->hit_x - geometry->panel.x + ACCENT_DIAMETER);
    Beats after = beats_of_px(geometry, rect_right(geometry->panel) - geometry->hit_x + 24.0F);

    frame->now = music->position;
    if (frame->ui->frame.reduced_motion && music->section != NULL) {
        /* Steps with the beats, which lie whole beats after the section's start. */
        int64_t start = music->section->start.ubeats;

        frame->now.ubeats =
            start + UBEATS_PER_BEAT * div_floor(music->position.ubeats - start, UBEATS_PER_BEAT);
    }
    frame->from.ubeats = frame->now.ubeats - before.ubeats;
    frame->to.ubeats = frame->now.ubeats + after.ubeats;
    frame->reach.ubeats =
        (int64_t)((double)windows.w3_ns / (double)beat_ns * (double)UBEATS_PER_BEAT);
}

static void draw_panel(const LaneFrame *frame, bool running)
{
    Ui *ui = frame->ui;
    const Theme *theme = ui->frame.theme;
    const LaneGeometry *geometry = &frame->geometry;
    Rect panel = geometry->panel;

    ui_panel(ui, panel);
    draw_clip_push(ui->frame.draw, panel);
    if (running && !frame->view->calm_light) {
        draw_glow(ui->frame.draw,
                  (Point){geometry->hit_x, geometry->middle_y},
                  fminf(130.0F, panel.h),
                  colour_fade(theme->fill, 0.22F));
    }
    draw_line(ui->frame.draw,
              (Point){panel.x, geometry->middle_y},
              (Point){rect_right(panel), geometry->middle_y},
              2.0F,
              theme->line);
    draw_clip_pop(ui->frame.draw);
}

static void draw_hit_line(const LaneFrame *frame, bool running)
{
    const Theme *theme = frame->ui->frame.theme;
    const LaneGeometry *geometry = &frame->geometry;
    float top = geometry->panel.y - HIT_LINE_ABOVE;
    float bottom = fminf(rect_bottom(geometry->panel) - 4.0F, geometry->numbers_y - 12.0F);

    draw_rect(frame->ui->frame.draw,
              (Rect){geometry->hit_x - HIT_LINE_WIDTH / 2.0F, top, HIT_LINE_WIDTH, bottom - top},
              HIT_LINE_WIDTH / 2.0F,
              running ? theme->accent : theme->edge);
}

void view_lane(Ui *ui, const LaneView *view)
{
    const ModelNow *music = view->music;
    bool running = music->known && music->tempo_mbpm > 0;
    const Groove *groove = music->known ? music->groove : NULL;
    LaneFrame frame = {.ui = ui, .view = view};

    frame.geometry = lane_geometry(view->box, view->with_pendulum ? view->pendulum_share : 0.0F);
    set_window(&frame);
    draw_panel(&frame, running);
    if (view->with_pendulum && ui->frame.reduced_motion) {
        Rect area = frame.geometry.pendulum;

        view_lamps(ui,
                   (Point){frame.geometry.hit_x, area.y + area.h / 2.0F},
                   fminf(BOB_RADIUS, area.h * 0.3F),
                   music,
                   false);
    } else if (view->with_pendulum) {
        double beats =
            (double)(music->position.ubeats % (2 * UBEATS_PER_BEAT)) / (double)UBEATS_PER_BEAT;

        draw_pendulum(&frame, beats, running);
    }
    if (view->with_lamps) {
        draw_corner(&frame, groove);
    }
    if (!music->known) {
        return;
    }
    draw_hit_line(&frame, running);
    draw_clip_push(ui->frame.draw, frame.geometry.panel);
    collect_ticks(&frame);
    draw_sections(&frame, LANE_PASS_BEATS);
    draw_sections(&frame, LANE_PASS_NOTES);
    draw_ticks(&frame);
    draw_clip_pop(ui->frame.draw);
}
