/* The map: who stands where, what stays still, what the keys do, and what a card says. */
#include <string.h>

#include "tests/support/check.h"

#include "client/desktop/ui/screen_map.h"
#include "client/desktop/ui/view_parts.h"
#include "client/desktop/ui/view_person.h"
#include "shared/prng.h"
#include "tests/support/frame.h"
#include "tests/support/stage.h"

typedef struct {
    int width;
    int height;
    float text_size;
} Window;

static const Window windows[] = {{1280, 720, 1.0F},
                                 {1920, 1080, 1.0F},
                                 {800, 600, 1.0F},
                                 {1280, 720, 2.0F},
                                 {480, 320, 1.0F},
                                 {400, 240, 1.0F}};

static Stage stage;
static FrameOfTest frame;
static PlayState play;
static ScreenMapState map;
static int32_t bar;

static void set_up_with(int people, int teams, Privacy privacy)
{
    stage_init(&stage,
               &(StageConfig){.people = people,
                              .teams = teams,
                              .flagged = true,
                              .calibrated = true,
                              .bars = 20,
                              .privacy = privacy,
                              .seed = 5});
    memset(&play, 0, sizeof play);
    screen_map_init(&map);
    frame_init(&frame, 1280, 720, 1.0F);
    bar = 4;
}

static void set_up(int people, int teams)
{
    set_up_with(people, teams, PRIVACY_OPEN);
}

static ScreenMapAction draw(void)
{
    PlayView view = {.music = stage_now(&stage, 4.0 * (bar - 1) + 0.5), .drum_key = "Space"};
    ScreenMapAction action;

    frame_begin(&frame);
    action = screen_map(&frame.ui, &stage.model, &view, &play, &map);
    frame_end(&frame);
    frame.frame.now_s += 0.1;
    check(!frame.draw.full);
    return action;
}

static ScreenMapAction type(const char *text)
{
    ui_input_text(&frame.ui, text, strlen(text));
    return draw();
}

static ScreenMapAction press(UiKey key)
{
    ui_input_key(&frame.ui, key, 0);
    return draw();
}

static int place_of(int seat)
{
    for (int i = 0; i < map.map.order.people; i++) {
        if (map.map.order.seats[i] == seat) {
            return i;
        }
    }
    return -1;
}

static uint8_t verdict_at(int place)
{
    return stage.others.map[map.map.order.seats[place]].verdict;
}

/* ---- order ------------------------------------------------------------------------------------
 */

static void check_everybody_is_there_once(void)
{
    bool met[PARTICIPANTS_MAX] = {false};
    int blocks_people = 0;

    for (int i = 0; i < map.map.order.people; i++) {
        check(!met[map.map.order.seats[i]]);
        met[map.map.order.seats[i]] = true;
    }
    for (int seat = 0; seat < stage.others.seat_count; seat++) {
        check(met[seat] == (stage.others.map[seat].verdict != MAP_ABSENT));
    }
    for (int i = 0; i < map.map.order.block_count; i++) {
        check_i64(map.map.order.blocks[i].first, blocks_people);
        check(map.map.order.sizes[i] > 0);
        blocks_people += map.map.order.sizes[i];
    }
    check_i64(blocks_people, map.map.order.people);
}

static void everybody_is_on_the_map_once(void **state)
{
    static const int crowds[][2] = {
        {1, 1}, {2, 1}, {24, 4}, {24, 24}, {900, 550}, {3000, 46}, {4096, 1024}, {4096, 1}};

    (void)state;
    for (size_t i = 0; i < sizeof crowds / sizeof crowds[0]; i++) {
        set_up(crowds[i][0], crowds[i][1]);
        stage.others.map[0].verdict = i % 2 == 0 ? VERDICT_ON : MAP_ABSENT;
        (void)draw();
        check_everybody_is_there_once();
    }
}

static void nobody_in_a_team_is_everybody(void **state)
{
    (void)state;
    set_up(30, 3);
    for (int seat = 0; seat < 30; seat++) {
        stage.others.roster[seat].team = TEAM_NONE;
    }
    (void)draw();
    check_everybody_is_there_once();
    check_i64(map.map.order.block_count, 1);
    check(frame_text(&frame, "Everybody") != NULL);
}

/* Their verdicts come before the roster has told who they are. */
static void who_is_not_known_yet_is_in_no_team(void **state)
{
    (void)state;
    set_up(30, 3);
    (void)draw();
    check_i64(map.map.order.block_count, 3);
    for (int seat = 20; seat < 30; seat++) {
        memset(&stage.others.roster[seat], 0, sizeof stage.others.roster[seat]);
    }
    screen_map_init(&map);
    (void)draw();
    check_everybody_is_there_once();
    check_i64(map.map.order.block_count, 4);
}

static void small_teams_share_a_block(void **state)
{
    (void)state;
    set_up(24, 12);
    (void)draw();
    check_i64(map.map.order.block_count, 1);
    check(frame_text(&frame, "Small teams") != NULL);
    set_up(24, 4);
    (void)draw();
    check_i64(map.map.order.block_count, 4);
    check(frame_text(&frame, "Small teams") == NULL);
    set_up(2, 1); /* one alone keeps its name */
    (void)draw();
    check(frame_text(&frame, "Team Maple") != NULL);
}

static void who_needs_help_most_comes_first(void **state)
{
    (void)state;
    set_up(900, 34);
    (void)draw();
    for (int b = 0; b < map.map.order.block_count; b++) {
        int first = map.map.order.blocks[b].first;

        for (int i = 1; i < map.map.order.sizes[b]; i++) {
            check(map_severity(verdict_at(first + i - 1)) <= map_severity(verdict_at(first + i)));
        }
    }
    check_i64(map_severity(VERDICT_OFF_BEAT), 0);
    for (int i = 1; i < VERDICT_COUNT; i++) { /* as legend and strip have it */
        check(map_severity(VIEW_VERDICT_ORDER[i - 1]) < map_severity(VIEW_VERDICT_ORDER[i]));
    }
    check(map_severity(VERDICT_HALF) < map_severity(VERDICT_IDLE));
    check(map_severity(MAP_UNRATED) < map_severity(VERDICT_ON));
    check(map_is_flagged(VERDICT_IDLE) && !map_is_flagged(VERDICT_LOOSE));
}

static double share_flagged(int block)
{
    int flagged = 0;

    for (int i = 0; i < map.map.order.sizes[block]; i++) {
        flagged += map_is_flagged(verdict_at(map.map.order.blocks[block].first + i)) ? 1 : 0;
    }
    return (double)flagged / map.map.order.sizes[block];
}

static void teams_with_more_to_help_come_first(void **state)
{
    (void)state;
    set_up(900, 34);
    (void)draw();
    for (int b = 1; b < map.map.order.block_count; b++) {
        check(share_flagged(b) <= share_flagged(b - 1) + 1.0 / 4096.0);
    }
}

static void names_sort_teams_and_people(void **state)
{
    (void)state;
    set_up(900, 34);
    (void)draw();
    (void)type("s");
    (void)draw();
    for (int b = 1; b < map.map.order.block_count; b++) {
        check(strcmp(stage.others.teams[map.map.order.blocks[b - 1].team].name,
                     stage.others.teams[map.map.order.blocks[b].team].name) < 0);
    }
    for (int i = 1; i < map.map.order.sizes[0]; i++) {
        check(strcmp(stage.others.roster[map.map.order.seats[i - 1]].name,
                     stage.others.roster[map.map.order.seats[i]].name) <= 0);
    }
}

/* ---- stillness --------------------------------------------------------------------------------
 */

static void cells_stay_for_eight_bars(void **state)
{
    int seat;

    (void)state;
    set_up(900, 34);
    (void)draw();
    seat = map.map.order.seats[0];
    stage.others.map[seat].verdict = VERDICT_TIGHT;
    bar += 7;
    (void)draw();
    check_i64(place_of(seat), 0);
    bar += 1;
    (void)draw();
    check(place_of(seat) != 0);
}

static Point center_of(int seat)
{
    Rect cell = {0};
    int page;

    check(view_map_cell(&map.map, seat, &cell, &page));
    return rect_center(cell);
}

static void nothing_moves_under_the_pointer(void **state)
{
    Point at;
    int seat;

    (void)state;
    set_up(900, 34);
    (void)draw();
    seat = map.map.order.seats[0];
    at = center_of(seat);
    ui_input_pointer(&frame.ui, at.x, at.y);
    (void)draw();
    stage.others.map[seat].verdict = VERDICT_TIGHT;
    bar += 20;
    (void)draw();
    check_i64(place_of(seat), 0);
    frame.frame.now_s += MAP_POINTER_S; /* the pointer lies there, nobody uses it */
    (void)draw();
    check(place_of(seat) != 0);
}

static void whoever_comes_or_goes_changes_the_map_at_once(void **state)
{
    (void)state;
    set_up(900, 34);
    stage.others.map[17].verdict = MAP_ABSENT;
    (void)draw();
    check_i64(place_of(17), -1);
    stage.others.map[17].verdict = VERDICT_WARMING_UP;
    (void)draw();
    check(place_of(17) >= 0);
}

/* ---- keys -------------------------------------------------------------------------------------
 */

static void arrows_walk_to_neighbours_and_escape_steps_back(void **state)
{
    Point before;
    Point after;

    (void)state;
    set_up(900, 34);
    (void)draw();
    check_i64(press(UI_KEY_RIGHT), SCREEN_MAP_NONE);
    check_i64(map.selected_seat, map.map.order.seats[0]);
    before = center_of(map.selected_seat);
    (void)press(UI_KEY_DOWN);
    after = center_of(map.selected_seat);
    check_near(after.x, before.x, 0.01);
    check_near(after.y, before.y + map.map.grid.pitch_y, 0.01);
    check_i64(press(UI_KEY_ESCAPE), SCREEN_MAP_NONE);
    check_i64(map.selected_seat, MAP_NOBODY);
    check_i64(press(UI_KEY_ESCAPE), SCREEN_MAP_BACK);
}

static void tab_and_m_lead_to_the_other_views(void **state)
{
    (void)state;
    set_up(24, 4);
    check_i64(press(UI_KEY_TAB), SCREEN_MAP_NEXT);
    check_i64(type("m"), SCREEN_MAP_RING);
}

static void only_flagged_leaves_the_calm_ones_out(void **state)
{
    (void)state;
    set_up(900, 34);
    (void)draw();
    (void)type("o");
    (void)draw();
    check_i64_between(map.map.order.people, 50, 120);
    for (int i = 0; i < map.map.order.people; i++) {
        check(map_is_flagged(verdict_at(i)));
    }
    check(frame_text(&frame, "everybody") != NULL);
}

static void t_shows_one_team_alone(void **state)
{
    int team;

    (void)state;
    set_up(900, 34);
    (void)draw();
    (void)press(UI_KEY_RIGHT);
    team = stage.others.roster[map.selected_seat].team;
    (void)type("t");
    (void)draw();
    check_i64(map.map.order.block_count, 1);
    check_i64(map.map.order.blocks[0].team, team);
    (void)type("t");
    (void)draw();
    check_i64(map.map.order.people, 900);
}

static void letters_find_a_person_while_they_are_typed(void **state)
{
    (void)state;
    set_up(900, 34);
    memcpy(stage.others.roster[611].name, "Zoe Quist", sizeof "Zoe Quist");
    (void)draw();
    (void)type("/");
    (void)draw();
    (void)type("zoE q");
    check_i64(map.selected_seat, 611);
    (void)draw();
    check(frame.ui.wants_text || frame.ui.wants_text_before);
    check_i64(press(UI_KEY_ESCAPE), SCREEN_MAP_NONE);
    check_text(map.find.text, "");
    check_i64(map.selected_seat, 611);
}

static void enter_goes_on_to_the_next_who_is_meant(void **state)
{
    int first;

    (void)state;
    set_up(900, 34);
    (void)draw();
    (void)type("/");
    (void)draw();
    (void)type("Jonas");
    first = map.selected_seat;
    check_text(stage.others.roster[first].name, "Jonas");
    (void)press(UI_KEY_ENTER);
    check(map.selected_seat != first);
    check_text(stage.others.roster[map.selected_seat].name, "Jonas");
}

static void f_goes_from_one_flagged_person_to_the_next(void **state)
{
    (void)state;
    set_up(900, 34);
    (void)draw();
    for (int i = 0; i < 100; i++) {
        (void)type("f");
        check(map_is_flagged(stage.others.map[map.selected_seat].verdict));
    }
}

static void who_leads_opens_a_person_with_enter(void **state)
{
    (void)state;
    set_up(24, 4);
    (void)press(UI_KEY_RIGHT);
    (void)press(UI_KEY_RIGHT);
    check(map.selected_seat != MAP_NOBODY);
    check_i64(press(UI_KEY_ENTER), SCREEN_MAP_NONE);
    stage.model.welcome.role = ROLE_FACILITATOR;
    check_i64(press(UI_KEY_ENTER), SCREEN_MAP_PERSON);
    check(frame_text(&frame, "open person") != NULL);
    map.selected_seat = stage.model.welcome.seat; /* nobody ends their own seat there */
    check_i64(press(UI_KEY_ENTER), SCREEN_MAP_NONE);
}

/* ---- what is seen -----------------------------------------------------------------------------
 */

static void a_card_tells_all_that_is_known(void **state)
{
    (void)state;
    set_up(24, 4);
    (void)draw();
    map.selected_seat = 7; /* 51/256 of a beat of 536 ms late */
    (void)draw();
    check(frame_text(&frame, "Jonas, Team Cedar") != NULL);
    check(frame_text(&frame, "Late by 121 ms") != NULL);
    check(frame_text(&frame, "Spread about 21 ms") != NULL);
    check(frame_text(&frame, "Calibrated. Clock steady") != NULL);
    stage.others.roster[7].clock_bars = 1;
    stage.others.roster[7].presence &= (uint8_t)~PRESENCE_CALIBRATED;
    (void)draw();
    check(frame_text(&frame, "Uncalibrated. Clock unsteady") != NULL);
    stage.others.roster[7].presence &= (uint8_t)~PRESENCE_CONNECTED;
    (void)draw();
    check(frame_text(&frame, "Connection lost, seat kept") != NULL);
}

static void a_card_says_early_and_late_only_where_it_means_something(void **state)
{
    MapEntry entry = {.phase_256 = -12, .verdict = VERDICT_ON, .spread_level = 15};
    WordsText words;

    (void)state;
    view_person_timing(&entry, 0.0F, 500000000, &words);
    check_text(words.bytes, "On, 23 ms early");
    view_person_spread(&entry, 500000000, &words);
    check_text(words.bytes, "Spread more than 150 ms");
    entry.verdict = VERDICT_WRONG_TEMPO;
    view_person_timing(&entry, 0.1F, 500000000, &words);
    check_text(words.bytes, "Too slow");
    entry.verdict = VERDICT_ERRATIC;
    view_person_timing(&entry, 0.0F, 500000000, &words);
    check_text(words.bytes, "Erratic");
}

static void the_pointer_shows_a_card_too(void **state)
{
    Point at;

    (void)state;
    set_up(24, 4);
    (void)draw();
    at = center_of(7);
    ui_input_pointer(&frame.ui, at.x, at.y);
    (void)draw();
    (void)draw();
    check(frame_text(&frame, "Late by 121 ms") != NULL);
}

static void check_tidy(const Window *window, int people, int teams)
{
    const char *trouble;

    set_up(people, teams);
    frame_init(&frame, window->width, window->height, window->text_size);
    check_i64(draw(), SCREEN_MAP_NONE);
    check_i64(draw(), SCREEN_MAP_NONE);
    trouble = frame_text_in_trouble(&frame);
    if (trouble != NULL) {
        fail_msg("%dx%d, %d people: '%.40s'", window->width, window->height, people, trouble);
    }
}

static void the_map_is_tidy_in_every_window(void **state)
{
    static const int crowds[][2] = {{1, 1}, {24, 4}, {900, 34}, {3000, 42}, {4096, 1024}};

    (void)state;
    for (size_t w = 0; w < sizeof windows / sizeof windows[0]; w++) {
        for (size_t c = 0; c < sizeof crowds / sizeof crowds[0]; c++) {
            check_tidy(&windows[w], crowds[c][0], crowds[c][1]);
        }
    }
}

static void pages_turn_and_stop_at_the_ends(void **state)
{
    int last;

    (void)state;
    set_up(4096, 1024);
    (void)draw();
    last = map.map.grid.page_count - 1;
    check(last > 0);
    for (int i = 0; i < last + 3; i++) {
        (void)press(UI_KEY_PAGE_DOWN);
    }
    (void)draw();
    check_i64(map.page, last);
    for (int i = 0; i < last + 3; i++) {
        (void)press(UI_KEY_PAGE_UP);
    }
    (void)draw();
    check_i64(map.page, 0);
}

static void an_empty_room_says_so(void **state)
{
    (void)state;
    set_up(1, 1);
    stage.others.map[0].verdict = MAP_ABSENT;
    (void)draw();
    check(frame_text(&frame, "Nobody plays yet.") != NULL);
    stage.model.others = NULL;
    (void)draw();
    check(frame_text(&frame, "Nobody plays yet.") != NULL);
}

static void check_a_mark_for_everybody(Privacy privacy)
{
    int people[MAP_ABSENT + 1] = {0};

    set_up(900, 34);
    for (int seat = 0; seat < 900; seat++) {
        people[stage.others.map[seat].verdict]++;
    }
    set_up_with(900, 34, privacy);
    (void)draw();
    /* The legend shows each once, a wrong tempo as too fast. */
    check_i64(frame_marks(&frame, MARK_OFF_BEAT), people[VERDICT_OFF_BEAT] + 1);
    check_i64(frame_marks(&frame, MARK_LATE), people[VERDICT_LATE] + 1);
    check_i64(frame_marks(&frame, MARK_TIGHT), people[VERDICT_TIGHT] + 1);
    check_i64(frame_marks(&frame, MARK_ON), people[VERDICT_ON] + 1);
    check_i64(frame_marks(&frame, MARK_IDLE), people[VERDICT_IDLE] + 1);
    /* Teams count no people whose timing is unrated. */
    check_i64(frame_marks(&frame, MARK_UNRATED), privacy == PRIVACY_OPEN ? people[MAP_UNRATED] : 0);
}

static void the_cells_show_what_people_do(void **state)
{
    (void)state;
    check_a_mark_for_everybody(PRIVACY_OPEN);
    check_a_mark_for_everybody(PRIVACY_TEAMS);
}

/* ---- where the tier hides people --------------------------------------------------------------
 */

static int count_marks(void)
{
    int marks = 0;

    for (int mark = 0; mark < MARK_COUNT; mark++) {
        marks += frame_marks(&frame, (Mark)mark);
    }
    return marks;
}

static void a_hidden_crowd_is_counted_by_team(void **state)
{
    (void)state;
    set_up_with(900, 34, PRIVACY_TEAMS);
    (void)draw();
    check_i64(map.map.order.people, 900);
    check_i64(map.map.order.block_count, 34);
    for (int b = 0; b < map.map.order.block_count; b++) {
        const MapBlock *block = &map.map.order.blocks[b];
        const TeamEntry *team = &stage.others.teams[block->team];
        int counted[MAP_ABSENT + 1] = {0};

        check_i64(map.map.order.sizes[b], team->members);
        for (int i = 0; i < team->members; i++) {
            counted[map.map.order.verdicts[block->first + i]]++;
        }
        for (int verdict = 0; verdict < VERDICT_COUNT_SENT; verdict++) {
            check_i64(counted[verdict], team->verdicts[verdict]);
        }
    }
}

static void a_hidden_crowd_has_nobody_to_choose(void **state)
{
    (void)state;
    set_up_with(24, 4, PRIVACY_TEAMS);
    (void)draw();
    check(!map.map.grid.named);
    ui_input_pointer(&frame.ui, 40.0F, 150.0F);
    (void)draw();
    (void)press(UI_KEY_RIGHT);
    check_i64(map.selected_seat, MAP_NOBODY);
    (void)type("f");
    check_i64(map.selected_seat, MAP_NOBODY);
    (void)type("/");
    (void)draw();
    (void)type("Jonas");
    check_i64(map.selected_seat, MAP_NOBODY);
    check(frame_text(&frame, "find") == NULL);
    check(frame_text(&frame, "only flagged") != NULL);
}

/* Of fewer than five the figure of all together is all that is said. */
static void small_teams_tell_only_how_well_they_are_together(void **state)
{
    (void)state;
    set_up_with(24, 6, PRIVACY_TEAMS);
    (void)draw();
    check(frame_text(&frame, "88 together") != NULL);
    for (int i = 0; i < map.map.order.people; i++) {
        check_i64(map.map.order.verdicts[i], MAP_ABSENT);
    }
}

static void a_private_session_has_an_empty_map(void **state)
{
    (void)state;
    set_up_with(24, 4, PRIVACY_PRIVATE);
    (void)draw();
    check_i64(map.map.order.people, 0);
    check(frame_text(&frame, "Here the whole group counts: the map stays empty.") != NULL);
}

static void a_stricter_tier_takes_the_people_off_the_map_at_once(void **state)
{
    int open_marks;

    (void)state;
    set_up(24, 4);
    (void)draw();
    (void)press(UI_KEY_RIGHT);
    check(map.selected_seat != MAP_NOBODY);
    open_marks = count_marks();
    stage.model.privacy = PRIVACY_PRIVATE;
    stage.others.team_count = 0;
    (void)draw();
    check_i64(map.selected_seat, MAP_NOBODY);
    check(count_marks() < open_marks);
    check(frame_text(&frame, "Rosa") == NULL);
}

static void flagged_counts_alone_fill_the_map_too(void **state)
{
    (void)state;
    set_up_with(900, 34, PRIVACY_TEAMS);
    (void)draw();
    (void)type("o");
    (void)draw();
    check_i64_between(map.map.order.people, 50, 120);
    for (int i = 0; i < map.map.order.people; i++) {
        check(map_is_flagged(map.map.order.verdicts[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_is_on_the_map_once),
        cmocka_unit_test(nobody_in_a_team_is_everybody),
        cmocka_unit_test(who_is_not_known_yet_is_in_no_team),
        cmocka_unit_test(small_teams_share_a_block),
        cmocka_unit_test(who_needs_help_most_comes_first),
        cmocka_unit_test(teams_with_more_to_help_come_first),
        cmocka_unit_test(names_sort_teams_and_people),
        cmocka_unit_test(cells_stay_for_eight_bars),
        cmocka_unit_test(nothing_moves_under_the_pointer),
        cmocka_unit_test(whoever_comes_or_goes_changes_the_map_at_once),
        cmocka_unit_test(arrows_walk_to_neighbours_and_escape_steps_back),
        cmocka_unit_test(tab_and_m_lead_to_the_other_views),
        cmocka_unit_test(only_flagged_leaves_the_calm_ones_out),
        cmocka_unit_test(t_shows_one_team_alone),
        cmocka_unit_test(letters_find_a_person_while_they_are_typed),
        cmocka_unit_test(enter_goes_on_to_the_next_who_is_meant),
        cmocka_unit_test(f_goes_from_one_flagged_person_to_the_next),
        cmocka_unit_test(who_leads_opens_a_person_with_enter),
        cmocka_unit_test(a_card_tells_all_that_is_known),
        cmocka_unit_test(a_card_says_early_and_late_only_where_it_means_something),
        cmocka_unit_test(the_pointer_shows_a_card_too),
        cmocka_unit_test(the_map_is_tidy_in_every_window),
        cmocka_unit_test(pages_turn_and_stop_at_the_ends),
        cmocka_unit_test(an_empty_room_says_so),
        cmocka_unit_test(the_cells_show_what_people_do),
        cmocka_unit_test(a_hidden_crowd_is_counted_by_team),
        cmocka_unit_test(a_hidden_crowd_has_nobody_to_choose),
        cmocka_unit_test(small_teams_tell_only_how_well_they_are_together),
        cmocka_unit_test(a_private_session_has_an_empty_map),
        cmocka_unit_test(a_stricter_tier_takes_the_people_off_the_map_at_once),
        cmocka_unit_test(flagged_counts_alone_fill_the_map_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
