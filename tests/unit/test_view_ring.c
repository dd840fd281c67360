/* The ring: its lens, who stands where, how marks move, and that crowds fit. */
#include <math.h>
#include <string.h>

#include "tests/support/check.h"

#include "client/desktop/ui/view_hull.h"
#include "client/desktop/ui/view_ring.h"
#include "shared/prng.h"
#include "tests/support/frame.h"
#include "tests/support/stage.h"

#define PI 3.14159265358979323846
/* Of a phase on the wire, in beats: marks are spread within one. */
#define STEP (1.0 / 256.0)

static Stage stage;
static FrameOfTest frame;
static RingState ring;

static const Point center = {1024.0F, 302.0F};

static void set_up(int people, int teams)
{
    stage_init(
        &stage,
        &(StageConfig){
            .people = people, .teams = teams, .flagged = true, .calibrated = true, .seed = 5});
    memset(&ring, 0, sizeof ring);
    frame_init(&frame, 1280, 720, 1.0F);
}

static void advance(double now_s, int64_t beat)
{
    RingTime time = {.now_s = now_s, .beat_s = 0.5, .beat = beat};

    time.reduced_motion = frame.frame.reduced_motion;
    ring_state_advance(&ring, &stage.model, &time);
}

static RingView ring_view(const ModelNow *music)
{
    return (RingView){.center = center,
                      .radius = 166.0F,
                      .model = &stage.model,
                      .music = music,
                      .labels = true,
                      .selected_seat = RING_NOBODY,
                      .selected_team = RING_NOBODY};
}

static void draw(bool names)
{
    ModelNow music = stage_now(&stage, 8.25);
    RingView view = ring_view(&music);

    view.names = names;
    frame_begin(&frame);
    view_ring(&frame.ui, &view, &ring);
    frame_end(&frame);
    check(!frame.draw.full);
}

static void the_beat_is_on_top_and_late_is_right(void **state)
{
    Point top = ring_point(center, 166.0F, 0.0F, 0.0F);
    Point late = ring_point(center, 166.0F, 0.1F, 0.0F);
    Point early = ring_point(center, 166.0F, -0.1F, 0.0F);
    Point away = ring_point(center, 166.0F, 0.5F, 0.0F);

    (void)state;
    check_near(top.x, center.x, 0.001);
    check_near(top.y, center.y - 166.0F, 0.001);
    check(late.x > center.x + 50.0F);
    check_near(early.x + late.x, 2.0F * center.x, 0.01);
    check_near(away.x, center.x, 0.01);
    check_near(away.y, center.y + 166.0F, 0.01);
}

static void small_errors_get_more_room(void **state)
{
    (void)state;
    check_near((double)ring_lens(0.001F) / (2.0 * PI * 0.001), 1.6, 0.001);
    check_near(ring_lens(0.5F), PI, 1.0e-5);
}

static void a_larger_spread_stands_further_in(void **state)
{
    (void)state;
    check_near(ring_radius(100.0F, 0.0F), 100.0, 1.0e-4);
    check_near(ring_radius(100.0F, 0.15F), 68.0, 1.0e-3);
    check_near(ring_radius(100.0F, 0.30F), 36.0, 1.0e-3);
    check_near(ring_radius(100.0F, 7.0F), 36.0, 1.0e-3);
}

static void marks_shrink_with_the_crowd(void **state)
{
    (void)state;
    check_near(ring_mark_size(166.0F, 4), 14.0, 0.0);
    check_near(ring_mark_size(240.0F, 300), 0.75 * 240.0 / sqrt(300.0), 0.01);
    check_near(ring_mark_size(166.0F, 3000), 6.0, 0.0);
    check_near(ring_flag_size(300), 12.0, 0.0);
    check_near(ring_flag_size(301), 10.0, 0.0);
    check_near(ring_flag_size(1201), 8.0, 0.0);
}

/* Law: the lens never turns back and stays odd, so early and late are never confused. */
static void the_lens_keeps_the_order(void **state)
{
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(20261121));
    for (int i = 0; i < 1000; i++) {
        float a = (float)(prng_uniform(&prng) - 0.5);
        float b = (float)(prng_uniform(&prng) - 0.5);

        check(fabsf(a - b) < 1.0e-4F || (a < b) == (ring_lens(a) < ring_lens(b)));
        check_near(ring_lens(-a), -ring_lens(a), 1.0e-5);
    }
}

static void a_mark_glides_to_its_new_place_over_half_a_beat(void **state)
{
    float before;
    float moved;

    (void)state;
    set_up(2, 1);
    stage.others.map[1] = (MapEntry){.phase_256 = 0, .verdict = VERDICT_ON, .spread_level = 2};
    advance(1.0, 0);
    before = ring.dots[1].phase;
    check_near(before, 0.0, STEP / 2.0);
    stage.others.map[1].phase_256 = 64;
    advance(1.25, 0);
    moved = (ring.dots[1].phase - before) / 0.25F;
    check_near(moved, 1.0 - exp(-1.0), 0.001);
}

/* People of one phase and spread on the wire do not stand on one line or in one place. */
static void marks_are_spread_within_a_step_of_the_wire(void **state)
{
    (void)state;
    set_up(200, 1);
    for (int seat = 0; seat < 200; seat++) {
        stage.others.map[seat] = (MapEntry){.phase_256 = 10, .verdict = VERDICT_ON};
    }
    advance(1.0, 0);
    for (int seat = 1; seat < 200; seat++) {
        const RingDot *dot = &ring.dots[seat];

        check_near(dot->phase, 10.0 * STEP, STEP / 2.0 + 1.0e-6);
        check_between(dot->spread, 0.0, 0.011);
        check(dot->phase < ring.dots[seat - 1].phase || dot->phase > ring.dots[seat - 1].phase);
    }
}

static void a_mark_takes_the_short_way_round(void **state)
{
    (void)state;
    set_up(2, 1);
    stage.others.map[1] = (MapEntry){.phase_256 = 120, .verdict = VERDICT_OFF_BEAT};
    advance(1.0, 0);
    stage.others.map[1].phase_256 = -120;
    advance(1.1, 0);
    check(fabsf(ring.dots[1].phase) > 0.46F);
    check(ring.dots[1].drift > 0.0F);
}

static void with_reduced_motion_marks_jump_on_the_beat(void **state)
{
    (void)state;
    set_up(2, 1);
    frame.frame.reduced_motion = true;
    stage.others.map[1] = (MapEntry){.phase_256 = 0, .verdict = VERDICT_ON};
    advance(1.0, 4);
    stage.others.map[1].phase_256 = 64;
    advance(1.2, 4);
    check_near(ring.dots[1].phase, 0.0, STEP / 2.0);
    advance(1.5, 5);
    check_near(ring.dots[1].phase, 0.25, STEP / 2.0);
}

static void the_figure_changes_at_most_twice_a_second(void **state)
{
    int changes = 0;
    int shown;

    (void)state;
    set_up(24, 4);
    advance(1.0, 0);
    shown = ring.figure;
    for (int i = 1; i <= 100; i++) {
        stage.model.snapshot.together_centi = (uint16_t)(i % 2 == 0 ? 1000 : 9000);
        advance(1.0 + 0.02 * i, i / 25);
        changes += ring.figure != shown;
        shown = ring.figure;
    }
    check_i64_between(changes, 1, 4);
}

static void everybody_has_a_mark_except_the_idle_and_the_absent(void **state)
{
    int marks = 0;

    (void)state;
    set_up(24, 4);
    stage.others.map[3].verdict = VERDICT_IDLE;
    stage.others.map[4].verdict = MAP_ABSENT;
    advance(1.0, 0);
    draw(false);
    for (int mark = 0; mark < MARK_COUNT; mark++) {
        marks += frame_marks(&frame, (Mark)mark);
    }
    /* Two marks are the arrows of "early" and "late". */
    check_i64(marks, 24 - 2 + 2);
    check(frame_text(&frame, "You") != NULL);
    check(frame_text(&frame, "66") != NULL);
}

static void nobody_is_together_alone(void **state)
{
    (void)state;
    set_up(1, 1);
    advance(1.0, 0);
    draw(false);
    check(frame_text(&frame, "66") == NULL);
    check(frame_text(&frame, "\xE2\x80\x93") != NULL);
}

static void flagged_people_never_cover_each_other_in_a_hall(void **state)
{
    Point at[PARTICIPANTS_MAX];
    int count = 0;

    (void)state;
    set_up(300, 20);
    advance(1.0, 0);
    draw(false);
    for (size_t i = 0; i < frame.draw.command_count; i++) {
        const DrawCommand *command = &frame.draw.commands[i];

        if (command->kind == DRAW_MARK && command->as.mark.size > 11.5F &&
            command->as.mark.size < 12.5F) {
            for (int other = 0; other < count; other++) {
                check(hypotf(at[other].x - command->as.mark.center.x,
                             at[other].y - command->as.mark.center.y) > 0.9F * 12.0F);
            }
            at[count] = command->as.mark.center;
            count++;
        }
    }
    check_i64_between(count, 25, 40);
}

static void names_stand_at_least_a_line_apart(void **state)
{
    float last_y[2] = {-1.0e6F, -1.0e6F};
    int names = 0;

    (void)state;
    set_up(24, 4);
    advance(1.0, 0);
    draw(true);
    for (size_t i = 0; i < frame.draw.command_count; i++) {
        const DrawCommand *command = &frame.draw.commands[i];

        if (command->kind == DRAW_TEXT && command->as.text.style.ellipsis) {
            Rect text = command->as.text.box;
            int side = text.x < center.x ? 0 : 1;

            check(text.y - last_y[side] > 20.5F);
            last_y[side] = text.y;
            names++;
        }
    }
    check_i64(names, 24);
    check(frame_text(&frame, "You") != NULL);
    check(frame_text(&frame, "Dario") != NULL);
}

static void names_are_for_all_or_for_none(void **state)
{
    (void)state;
    set_up(31, 4);
    advance(1.0, 0);
    draw(true);
    check(frame_text(&frame, "Dario") == NULL);
    set_up(24, 4);
    advance(1.0, 0);
    draw(false);
    check(frame_text(&frame, "Dario") == NULL);
}

static void a_full_session_fits_into_one_frame(void **state)
{
    (void)state;
    set_up(PARTICIPANTS_MAX, TEAMS_MAX);
    advance(1.0, 0);
    draw(false);
    /* The calm majority is gathered into bins. */
    check_i64_between((int64_t)frame.draw.command_count, 500, 5000);
}

static void the_nearest_person_can_be_picked_and_left(void **state)
{
    ModelNow music;
    RingView view;
    int right;

    (void)state;
    set_up(24, 4);
    advance(1.0, 0);
    music = stage_now(&stage, 8.0);
    view = ring_view(&music);
    view.selected_seat = 0;
    check_i64(ring_seat_at(&view,
                           &ring,
                           ring_point(center, 166.0F, ring.dots[0].phase, ring.dots[0].spread),
                           24.0F),
              0);
    check_i64(ring_seat_at(&view, &ring, center, 10.0F), RING_NOBODY);
    right = ring_seat_towards(&view, &ring, 1.0F, 0.0F);
    check(right != 0);
    check(ring.dots[right].phase > ring.dots[0].phase);
}

/* Law: a hull is convex, contains its members, and keeps the air around them. */
static void a_hull_surrounds_its_members(void **state)
{
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(20261122));
    for (int round = 0; round < 200; round++) {
        Point members[7];
        Point hull[RING_HULL_POINTS_MAX];
        size_t member_count = 2 + (size_t)prng_below(&prng, 6);
        size_t count;

        for (size_t i = 0; i < member_count; i++) {
            members[i] =
                (Point){(float)(400.0 * prng_uniform(&prng)), (float)(300.0 * prng_uniform(&prng))};
        }
        count = view_hull(members, member_count, hull, RING_HULL_POINTS_MAX);
        check_i64_between((int64_t)count, 3, RING_HULL_POINTS_MAX - 1);
        for (size_t i = 0; i < count; i++) {
            Point a = hull[i];
            Point b = hull[(i + 1) % count];

            for (size_t m = 0; m < member_count; m++) {
                float side =
                    (b.x - a.x) * (members[m].y - a.y) - (b.y - a.y) * (members[m].x - a.x);

                check(side / hypotf(b.x - a.x, b.y - a.y) > 0.9F * HULL_AIR);
            }
        }
    }
}

static void members_in_one_place_have_a_hull_too(void **state)
{
    Point members[40];
    Point hull[RING_HULL_POINTS_MAX];

    (void)state;
    for (size_t i = 0; i < 40; i++) {
        members[i] = (Point){100.0F, 100.0F};
    }
    check_i64((int64_t)view_hull(members, 40, hull, RING_HULL_POINTS_MAX), HULL_CORNERS);
}

static void one_straggler_does_not_stretch_a_hull(void **state)
{
    Point members[10];
    Point hull[RING_HULL_POINTS_MAX];
    size_t count;

    (void)state;
    for (size_t i = 0; i < 10; i++) {
        members[i] = (Point){100.0F + (float)i, 100.0F};
    }
    members[4] = (Point){900.0F, 900.0F};
    count = view_hull(members, 10, hull, RING_HULL_POINTS_MAX);
    for (size_t i = 0; i < count; i++) {
        check(hull[i].x < 130.0F);
    }
}

static bool is_drawn_at(Point at)
{
    for (size_t i = 0; i < frame.draw.command_count; i++) {
        const DrawCommand *command = &frame.draw.commands[i];

        if (command->kind == DRAW_MARK && fabsf(command->as.mark.center.x - at.x) < 0.01F &&
            fabsf(command->as.mark.center.y - at.y) < 0.01F) {
            return true;
        }
    }
    return false;
}

/* Flagged marks stand aside for each other; what points at somebody points at the mark. */
static void a_mark_that_stands_aside_is_found_where_it_is(void **state)
{
    ModelNow music;
    RingView view;
    int aside = 0;

    (void)state;
    set_up(900, 4);
    advance(1.0, 0);
    draw(false);
    music = stage_now(&stage, 8.25);
    view = ring_view(&music);
    for (int seat = 1; seat < 900; seat++) {
        const RingDot *dot = &ring.dots[seat];

        if (dot->shown) {
            check(is_drawn_at(ring_seat_point(&view, &ring, seat)));
            aside += fabsf(dot->aside_x) + fabsf(dot->aside_y) > 1.0F ? 1 : 0;
        }
    }
    check(aside > 5);
}

/* ---- where the tier hides people --------------------------------------------------------------
 */

static void set_up_hidden(int people, Privacy privacy)
{
    stage_init(&stage,
               &(StageConfig){.people = people,
                              .teams = 4,
                              .flagged = true,
                              .calibrated = true,
                              .privacy = privacy,
                              .seed = 5});
    memset(&ring, 0, sizeof ring);
    frame_init(&frame, 1280, 720, 1.0F);
}

static void a_hidden_crowd_is_marks_of_nobody(void **state)
{
    (void)state;
    set_up_hidden(24, PRIVACY_TEAMS);
    advance(1.0, 0);
    check_i64(ring.people, 24);
    check(!ring.sees_people);
    draw(true); /* names are asked for and nobody has one */
    check(frame_text(&frame, "Jonas") == NULL);
    check(frame_marks(&frame, MARK_OFF_BEAT) >= 1);
}

static void turn_crowd_round(void)
{
    ModelOthers *others = &stage.others;

    for (int i = 0, k = others->crowd_count - 1; i < k; i++, k--) {
        MapEntry entry = others->crowd[i];

        others->crowd[i] = others->crowd[k];
        others->crowd[k] = entry;
    }
    others->crowd_refresh++;
}

static int places_in_common(const RingDot *before, int count)
{
    int common = 0;

    for (int i = 0; i < count; i++) {
        bool found = false;

        for (int k = 0; k < ring.dot_count && !found; k++) {
            float off = fabsf(before[i].phase - ring.dots[k].phase) +
                        fabsf(before[i].spread - ring.dots[k].spread);

            found = off < 1.0e-6F && before[i].verdict == ring.dots[k].verdict;
        }
        common += found ? 1 : 0;
    }
    return common;
}

/* The same marks in another order are the same picture: nothing trembles, nobody can be followed.
 */
static void another_order_of_a_hidden_crowd_is_the_same_picture(void **state)
{
    static RingDot before[PARTICIPANTS_MAX];

    (void)state;
    set_up_hidden(900, PRIVACY_TEAMS);
    advance(1.0, 0);
    memcpy(before, ring.dots, sizeof before);
    turn_crowd_round();
    advance(1.1, 0);
    check_i64(ring.dot_count, 900);
    check_i64(places_in_common(before, 900), 900);
}

static void ones_own_mark_comes_from_ones_own_figures(void **state)
{
    (void)state;
    set_up_hidden(24, PRIVACY_PRIVATE);
    stage.model.standing.bias_us = -50000;
    stage.model.standing.spread_us = 25000;
    advance(1.0, 0);
    check_i64(ring.people, 0);
    check(ring.own.shown);
    check_near(ring.own.phase, -0.1, 0.001);
    check_near(ring.own.spread, 0.05, 0.001);
    draw(false);
    check(frame_text(&frame, "You") != NULL);
}

static void a_stricter_tier_takes_the_marks_off_the_ring_at_once(void **state)
{
    (void)state;
    set_up(24, 4);
    advance(1.0, 0);
    check_i64(ring.people, 24);
    stage.model.privacy = PRIVACY_PRIVATE;
    advance(1.1, 0);
    check_i64(ring.people, 0);
    draw(true);
    check(frame_text(&frame, "Jonas") == NULL);
    check_i64(frame_marks(&frame, MARK_OFF_BEAT), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_beat_is_on_top_and_late_is_right),
        cmocka_unit_test(small_errors_get_more_room),
        cmocka_unit_test(a_larger_spread_stands_further_in),
        cmocka_unit_test(marks_shrink_with_the_crowd),
        cmocka_unit_test(the_lens_keeps_the_order),
        cmocka_unit_test(a_mark_glides_to_its_new_place_over_half_a_beat),
        cmocka_unit_test(marks_are_spread_within_a_step_of_the_wire),
        cmocka_unit_test(a_mark_takes_the_short_way_round),
        cmocka_unit_test(with_reduced_motion_marks_jump_on_the_beat),
        cmocka_unit_test(the_figure_changes_at_most_twice_a_second),
        cmocka_unit_test(everybody_has_a_mark_except_the_idle_and_the_absent),
        cmocka_unit_test(nobody_is_together_alone),
        cmocka_unit_test(flagged_people_never_cover_each_other_in_a_hall),
        cmocka_unit_test(names_stand_at_least_a_line_apart),
        cmocka_unit_test(names_are_for_all_or_for_none),
        cmocka_unit_test(a_full_session_fits_into_one_frame),
        cmocka_unit_test(the_nearest_person_can_be_picked_and_left),
        cmocka_unit_test(a_hull_surrounds_its_members),
        cmocka_unit_test(members_in_one_place_have_a_hull_too),
        cmocka_unit_test(one_straggler_does_not_stretch_a_hull),
        cmocka_unit_test(a_mark_that_stands_aside_is_found_where_it_is),
        cmocka_unit_test(a_hidden_crowd_is_marks_of_nobody),
        cmocka_unit_test(another_order_of_a_hidden_crowd_is_the_same_picture),
        cmocka_unit_test(ones_own_mark_comes_from_ones_own_figures),
        cmocka_unit_test(a_stricter_tier_takes_the_marks_off_the_ring_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
