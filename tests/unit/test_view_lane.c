/* The lane and the pendulum: where notes, beats and one's own hits stand at a moment. */
#include <math.h>
#include <string.h>

#include "tests/support/check.h"

#include "client/desktop/ui/view_lane.h"
#include "shared/prng.h"
#include "tests/support/frame.h"
#include "tests/support/stage.h"

static Stage stage;
static FrameOfTest frame;

static const Rect box = {24.0F, 72.0F, 744.0F, 340.0F};

static void set_up(bool lobby)
{
    stage_init(&stage, &(StageConfig){.people = 4, .teams = 1, .calibrated = true, .lobby = lobby});
    frame_init(&frame, 1280, 720, 1.0F);
}

static void draw_at(double beats)
{
    ModelNow music = stage_now(&stage, beats);

    frame_begin(&frame);
    view_lane(&frame.ui,
              &(LaneView){.box = box,
                          .pendulum_share = LANE_PENDULUM_MEDIUM,
                          .with_pendulum = true,
                          .model = &stage.model,
                          .music = &music});
    frame_end(&frame);
    check(!frame.draw.full);
}

static Beats beats_of(double beats)
{
    return (Beats){(int64_t)llround(beats * (double)UBEATS_PER_BEAT)};
}

/* Where something so many beats ahead stands. */
static double x_ahead(double beats)
{
    LaneGeometry geometry = lane_geometry(box, LANE_PENDULUM_MEDIUM);

    return (double)geometry.hit_x + beats * (double)geometry.px_per_beat;
}

/* The x of the amber note: the disc on the lane that has the colour of the beat. */
static float next_note_x(void)
{
    LaneGeometry geometry = lane_geometry(box, LANE_PENDULUM_MEDIUM);
    Colour fill = theme_of(THEME_DARK)->fill;

    for (size_t i = 0; i < frame.draw.command_count; i++) {
        const DrawCommand *command = &frame.draw.commands[i];

        if (command->kind == DRAW_DISC && command->as.disc.center.y > geometry.panel.y &&
            memcmp(&command->colour, &fill, sizeof fill) == 0) {
            return command->as.disc.center.x;
        }
    }
    return -1.0F;
}

/* Rings of played notes: thin, in the colour of edges, on the notes' line. */
static int hollow_notes(void)
{
    LaneGeometry geometry = lane_geometry(box, LANE_PENDULUM_MEDIUM);
    Colour edge = theme_of(THEME_DARK)->edge;
    int count = 0;

    for (size_t i = 0; i < frame.draw.command_count; i++) {
        const DrawCommand *command = &frame.draw.commands[i];

        count += command->kind == DRAW_ARC && command->as.arc.width < 2.0F &&
                 command->as.arc.radius < 13.0F &&
                 fabsf(command->as.arc.center.y - geometry.middle_y) < 0.1F &&
                 memcmp(&command->colour, &edge, sizeof edge) == 0;
    }
    return count;
}

static void the_geometry_is_the_designs(void **state)
{
    LaneGeometry geometry = lane_geometry(box, LANE_PENDULUM_MEDIUM);

    (void)state;
    check_near(geometry.hit_x, 24.0 + 0.3 * 744.0, 0.01);
    check_near(geometry.px_per_beat, 744.0 / 5.2, 0.01);
    check_near(geometry.pendulum.h, 187.0, 0.01);
    check_near(geometry.length, 157.0, 0.01);
    check_near(lane_geometry((Rect){0, 0, 200, 200}, 0.5F).px_per_beat, 96.0, 0.01);
    check_near(lane_geometry((Rect){0, 0, 4000, 200}, 0.5F).px_per_beat, 170.0, 0.01);
}

static void the_pendulum_crosses_the_hit_line_on_every_beat(void **state)
{
    LaneGeometry geometry = lane_geometry(box, LANE_PENDULUM_MEDIUM);

    (void)state;
    for (int beat = 0; beat < 4; beat++) {
        float before = lane_pendulum_bob(&geometry, beat - 0.01 + 4.0).x - geometry.hit_x;
        float after = lane_pendulum_bob(&geometry, beat + 0.01 + 4.0).x - geometry.hit_x;

        check_near(lane_pendulum_bob(&geometry, beat).x, geometry.hit_x, 0.01);
        check(before * after < 0.0F);
        /* From alternating sides. */
        check((before < 0.0F) == (beat % 2 == 0));
    }
    check_near(lane_pendulum_angle(0.5), 0.80, 1.0e-4);
    check_near(lane_pendulum_angle(1.5), -0.80, 1.0e-4);
}

static void a_note_stands_on_the_hit_line_at_its_time(void **state)
{
    (void)state;
    set_up(false);
    draw_at(8.0);
    check_near(next_note_x(), x_ahead(0.0), 0.05);
    draw_at(7.75);
    check_near(next_note_x(), x_ahead(0.25), 0.05);
}

static void the_next_note_stays_amber_until_it_can_no_longer_be_hit(void **state)
{
    (void)state;
    set_up(false);
    draw_at(8.15);
    check_near(next_note_x(), x_ahead(-0.15), 0.05);
    draw_at(8.25);
    check_near(next_note_x(), x_ahead(0.75), 0.05);
}

static void a_hit_note_is_hollow_at_once_with_a_tick_at_its_own_time(void **state)
{
    float tick_x = 0.0F;

    (void)state;
    set_up(false);
    stage_hit(&stage, 9.0, -34000);
    draw_at(9.0);
    check_near(next_note_x(), x_ahead(1.0), 0.05);
    for (size_t i = 0; i < frame.draw.command_count; i++) {
        const DrawCommand *command = &frame.draw.commands[i];

        if (command->kind == DRAW_MARK) {
            check_i64(command->as.mark.mark, MARK_EARLY);
            tick_x = command->as.mark.center.x;
        }
    }
    /* 34 ms of 535.7 ms, before the note. */
    check_near(tick_x, x_ahead(-34.0 / 535.714), 0.2);
}

static void a_tick_stands_where_the_calibrated_hit_does(void **state)
{
    (void)state;
    set_up(false);
    stage.model.config.calibration_us = 120000;
    stage_hit(&stage, 9.0, 20000);
    draw_at(9.5);
    for (size_t i = 0; i < frame.draw.command_count; i++) {
        const DrawCommand *command = &frame.draw.commands[i];

        if (command->kind == DRAW_MARK) {
            check_near(command->as.mark.center.x, x_ahead(20.0 / 535.714 - 0.5), 0.2);
        }
    }
    check_i64(frame_marks(&frame, MARK_ON), 1);
}

static void the_count_in_has_beats_and_no_notes_before_its_end(void **state)
{
    (void)state;
    set_up(false);
    draw_at(-3.0);
    check_near(next_note_x(), x_ahead(3.0), 0.05);
    check_i64(hollow_notes(), 0);
    check(frame_text(&frame, "2") != NULL);
}

static void notes_across_a_change_of_groove_come_from_both(void **state)
{
    KnownGroove *second;
    bool changed;

    (void)state;
    set_up(false);
    second = &stage.model.grooves[1];
    *second = stage.model.grooves[0];
    second->index = 1;
    memset(second->groove.parts[0].steps, STEP_REST, sizeof second->groove.parts[0].steps);
    second->groove.parts[0].steps[3] = STEP_HIT;
    /* After the count-in bar, bar 3 begins at beat 12 of the timeline. */
    changed = timeline_change_groove(&stage.model.timeline, beats_of(12.0), 1, 4);
    check(changed);
    draw_at(7.75);
    check_near(next_note_x(), x_ahead(1.75), 0.05);
}

static void nothing_is_amber_while_the_music_stands_still(void **state)
{
    (void)state;
    set_up(true);
    draw_at(0.0);
    check_near(next_note_x(), -1.0, 0.0);
    check_i64(frame_count(&frame, DRAW_DISC, theme_of(THEME_DARK)->fill), 0);
}

static void reduced_motion_steps_and_has_no_pendulum(void **state)
{
    (void)state;
    set_up(false);
    frame.frame.reduced_motion = true;
    draw_at(7.1);
    check_near(next_note_x(), x_ahead(0.0), 0.05);
    draw_at(7.9);
    check_near(next_note_x(), x_ahead(1.0), 0.05);
}

/* Law: a note moves left by exactly the time that passes. */
static void the_lane_moves_with_the_music_and_with_nothing_else(void **state)
{
    LaneGeometry geometry = lane_geometry(box, LANE_PENDULUM_MEDIUM);
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(20261121));
    for (int i = 0; i < 1000; i++) {
        Beats note = {(int64_t)prng_below(&prng, UINT64_C(4000000000000))};
        Beats now = {note.ubeats - (int64_t)prng_below(&prng, 4000000)};
        Beats later = {now.ubeats + 250000};

        check_near(lane_x(&geometry, note, now) - lane_x(&geometry, note, later),
                   0.25F * geometry.px_per_beat,
                   0.01);
        check_near(lane_x(&geometry, note, note), geometry.hit_x, 0.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_geometry_is_the_designs),
        cmocka_unit_test(the_pendulum_crosses_the_hit_line_on_every_beat),
        cmocka_unit_test(a_note_stands_on_the_hit_line_at_its_time),
        cmocka_unit_test(the_next_note_stays_amber_until_it_can_no_longer_be_hit),
        cmocka_unit_test(a_hit_note_is_hollow_at_once_with_a_tick_at_its_own_time),
        cmocka_unit_test(a_tick_stands_where_the_calibrated_hit_does),
        cmocka_unit_test(the_count_in_has_beats_and_no_notes_before_its_end),
        cmocka_unit_test(notes_across_a_change_of_groove_come_from_both),
        cmocka_unit_test(nothing_is_amber_while_the_music_stands_still),
        cmocka_unit_test(reduced_motion_steps_and_has_no_pendulum),
        cmocka_unit_test(the_lane_moves_with_the_music_and_with_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
