#include "client/desktop/ui/map_order.h"

#include "client/desktop/ui/widget_parts.h"

#include <assert.h>
#include <string.h>

enum {
    SEVERITY_COUNT = 13,
    SEVERITY_UNRATED = 10,
    FLAGGED_SEVERITIES = 8,
    SHARE_STEPS = 1 << 12
};

int map_severity(uint8_t verdict)
{
    static const uint8_t severities[VERDICT_COUNT] = {
        [VERDICT_OFF_BEAT] = 0,
        [VERDICT_WRONG_TEMPO] = 1,
        [VERDICT_ERRATIC] = 2,
        [VERDICT_DOUBLE] = 3,
        [VERDICT_LATE] = 4,
        [VERDICT_EARLY] = 5,
        [VERDICT_HALF] = 6,
        [VERDICT_IDLE] = 7,
        [VERDICT_LOOSE] = 8,
        [VERDICT_WARMING_UP] = 9,
        [VERDICT_ON] = 11,
        [VERDICT_TIGHT] = 12,
    };

    return verdict < VERDICT_COUNT ? severities[verdict] : SEVERITY_UNRATED;
}

bool map_is_flagged(uint8_t verdict)
{
    return map_severity(verdict) < FLAGGED_SEVERITIES;
}

bool map_has_seat(const ModelOthers *others, const MapChoice *choice, int seat)
{
    uint8_t verdict = others->map[seat].verdict;

    return verdict != MAP_ABSENT && (!choice->only_flagged || map_is_flagged(verdict)) &&
           (choice->team == MAP_EVERYBODY || model_team(others, seat) == choice->team);
}

static uint32_t mixed(uint32_t sum, uint32_t value)
{
    return (sum ^ value) * 16777619U;
}

/* How many cells a team has where they are nobody's: of those that are flagged, as many as are
   counted. */
static int cells_of(const TeamEntry *team, const MapChoice *choice)
{
    int flagged = 0;

    if (!choice->only_flagged) {
        return team->members;
    }
    for (int verdict = 0; verdict < VERDICT_COUNT_SENT; verdict++) {
        flagged += map_is_flagged((uint8_t)verdict) ? team->verdicts[verdict] : 0;
    }
    return flagged < team->members ? flagged : team->members;
}

uint32_t map_membership(const ClientModel *model, const MapChoice *choice)
{
    const ModelOthers *others = model->others;
    uint32_t sum = mixed(2166136261U, (uint32_t)model_privacy(model));

    for (int seat = 0; model_sees_people(model) && seat < others->seat_count; seat++) {
        if (map_has_seat(others, choice, seat)) {
            sum = mixed(mixed(sum, (uint32_t)seat), (uint32_t)model_team(others, seat));
        }
    }
    for (int team = 0; !model_sees_people(model) && team < others->team_count; team++) {
        sum = mixed(sum, others->teams[team].members);
    }
    return sum;
}

/* ---- sorting ----------------------------------------------------------------------------------
 */

/* Below, at or above 0 as a name comes before, with or after another; case does not matter. */
static int compare_names(const char *a, const char *b)
{
    while (*a != '\0' && widget_lower(*a) == widget_lower(*b)) {
        a++;
        b++;
    }
    return (unsigned char)widget_lower(*a) - (unsigned char)widget_lower(*b);
}

/* What is sorted: by key, then by name, then by number. */
typedef struct {
    const uint64_t *keys;
    const ModelOthers *others;
    bool teams; /* numbers are teams, else seats */
} Ranking;

static bool comes_after(const Ranking *ranking, uint16_t a, uint16_t b)
{
    const ModelOthers *others = ranking->others;
    int names;

    if (ranking->keys[a] != ranking->keys[b]) {
        return ranking->keys[a] > ranking->keys[b];
    }
    names = ranking->teams ? compare_names(others->teams[a].name, others->teams[b].name)
                           : compare_names(others->roster[a].name, others->roster[b].name);
    return names != 0 ? names > 0 : a > b;
}

static void merge(const Ranking *ranking, const uint16_t *from, uint16_t *to, const int bounds[3])
{
    int left = bounds[0];
    int right = bounds[1];

    for (int i = bounds[0]; i < bounds[2]; i++) {
        bool takes_right = right < bounds[2] &&
                           (left >= bounds[1] || comes_after(ranking, from[left], from[right]));

        to[i] = takes_right ? from[right] : from[left];
        right += takes_right ? 1 : 0;
        left += takes_right ? 0 : 1;
    }
}

/* Merge sort, from pairs up. */
static void sort_numbers(const Ranking *ranking, uint16_t *numbers, int count, uint16_t *merged)
{
    for (int width = 1; width < count; width *= 2) {
        for (int first = 0; first < count; first += 2 * width) {
            int middle = first + width < count ? first + width : count;
            int end = first + 2 * width < count ? first + 2 * width : count;

            merge(ranking, numbers, merged, (const int[3]){first, middle, end});
        }
        memcpy(numbers, merged, (size_t)count * sizeof numbers[0]);
    }
}

/* ---- blocks -----------------------------------------------------------------------------------
 */

static void count_people(MapOrder *order, const ModelOthers *others, const MapChoice *choice)
{
    memset(&order->scratch.members, 0, sizeof order->scratch.members);
    memset(&order->scratch.flagged, 0, sizeof order->scratch.flagged);
    order->people = 0;
    for (int seat = 0; seat < others->seat_count; seat++) {
        int team = model_team(others, seat);

        if (!map_has_seat(others, choice, seat)) {
            continue;
        }
        order->seats[order->people] = (uint16_t)seat;
        order->people++;
        if (team != TEAM_NONE) {
            order->scratch.members[team]++;
            if (map_is_flagged(others->map[seat].verdict)) {
                order->scratch.flagged[team]++;
            }
        }
    }
}

/* A single small team keeps its own block: nothing would be gained. */
static bool shares_block(const MapOrder *order, int team, int small_teams)
{
    return small_teams > 1 && order->scratch.members[team] < MAP_SMALL_TEAM;
}

/* The same where cells are nobody's: as many as the session can hold. */
static void count_cells(MapOrder *order, const ModelOthers *others, const MapChoice *choice)
{
    int left = PARTICIPANTS_MAX;

    memset(&order->scratch.members, 0, sizeof order->scratch.members);
    memset(&order->scratch.flagged, 0, sizeof order->scratch.flagged);
    for (int team = 0; team < others->team_count; team++) {
        const MapChoice flagged = {.only_flagged = true};
        int cells = cells_of(&others->teams[team], choice);

        cells = cells < left ? cells : left;
        left -= cells;
        order->scratch.members[team] = (uint16_t)cells;
        order->scratch.flagged[team] = (uint16_t)cells_of(&others->teams[team], &flagged);
    }
    order->people = PARTICIPANTS_MAX - left;
}

static void add_block(MapOrder *order, MapBlockKind kind, int team)
{
    assert(order->block_count < MAP_BLOCKS_MAX);
    order->blocks[order->block_count] = (MapBlock){.kind = kind, .team = (uint16_t)team};
    order->sizes[order->block_count] = 0;
    order->block_count++;
}

/* Blocks in their order, still empty; teams without people get none. */
static int add_team_blocks(MapOrder *order, const ModelOthers *others, const MapChoice *choice)
{
    Ranking ranking = {.keys = order->scratch.keys, .others = others, .teams = true};
    int count = 0;
    int small_teams = 0;

    for (int team = 0; team < others->team_count; team++) {
        int members = order->scratch.members[team];

        if (members > 0) {
            int share = SHARE_STEPS * order->scratch.flagged[team] / members;

            order->scratch.keys[team] =
                choice->sort == MAP_BY_NEED ? (uint64_t)(SHARE_STEPS - share) : 0;
            order->scratch.teams[count] = (uint16_t)team;
            count++;
            small_teams += members < MAP_SMALL_TEAM ? 1 : 0;
        }
    }
    sort_numbers(&ranking, order->scratch.teams, count, order->scratch.merged);
    order->block_count = 0;
    for (int i = 0; i < count; i++) {
        int team = order->scratch.teams[i];

        if (!shares_block(order, team, small_teams)) {
            order->scratch.places[team] = (uint16_t)order->block_count;
            add_block(order, MAP_BLOCK_TEAM, team);
        }
    }
    return small_teams;
}

/* The block of each person, as part of the key that they are sorted by. */
static int block_of(const MapOrder *order, const ModelOthers *others, int seat, int small_teams)
{
    int team = model_team(others, seat);

    if (team == TEAM_NONE) {
        return MAP_BLOCKS_MAX - 1;
    }
    return shares_block(order, team, small_teams) ? MAP_BLOCKS_MAX - 2
                                                  : order->scratch.places[team];
}

static int existing_block(MapOrder *order, int block)
{
    MapBlockKind kind = block == MAP_BLOCKS_MAX - 1 ? MAP_BLOCK_NO_TEAM : MAP_BLOCK_SMALL_TEAMS;

    if (block < MAP_BLOCKS_MAX - 2) {
        return block;
    }
    if (order->block_count == 0 || order->blocks[order->block_count - 1].kind != kind) {
        add_block(order, kind, TEAM_NONE);
    }
    return order->block_count - 1;
}

/* "Team Maple", "Team Birch": five bytes. */
static int shared_words(const MapOrder *order, const ModelOthers *others)
{
    const char *first = NULL;
    int shared = 0;

    for (int i = 0; i < order->block_count; i++) {
        const char *name = others->teams[order->blocks[i].team].name;
        int same = 0;

        if (first == NULL) {
            first = name;
            shared = (int)strlen(first) - 1;
            continue;
        }
        while (same < shared && name[same] == first[same]) {
            same++;
        }
        shared = same;
    }
    while (shared > 0 && first[shared - 1] != ' ') {
        shared--;
    }
    return order->block_count > 1 && shared > 0 ? shared : 0;
}

/* Blocks of cells that are nobody's follow each other; small teams' last. */
static void size_blocks(MapOrder *order, const ModelOthers *others, int small_teams)
{
    int first = 0;
    int small = 0;

    for (int block = 0; block < order->block_count; block++) {
        order->blocks[block].first = (uint16_t)first;
        order->sizes[block] = order->scratch.members[order->blocks[block].team];
        first += order->sizes[block];
    }
    for (int team = 0; team < others->team_count; team++) {
        small += shares_block(order, team, small_teams) ? order->scratch.members[team] : 0;
    }
    if (small > 0) {
        add_block(order, MAP_BLOCK_SMALL_TEAMS, TEAM_NONE);
        order->blocks[order->block_count - 1].first = (uint16_t)first;
        order->sizes[order->block_count - 1] = (uint16_t)small;
    }
}

static void sort_people(MapOrder *order, const ModelOthers *others, MapSort sort, int small_teams)
{
    Ranking ranking = {.keys = order->scratch.keys, .others = others};

    for (int i = 0; i < order->people; i++) {
        int seat = order->seats[i];
        uint64_t block = (uint64_t)block_of(order, others, seat, small_teams);
        int severity = sort == MAP_BY_NEED ? map_severity(others->map[seat].verdict) : 0;

        order->scratch.keys[seat] = block * SEVERITY_COUNT + (uint64_t)severity;
    }
    sort_numbers(&ranking, order->seats, order->people, order->scratch.merged);
    for (int i = 0; i < order->people; i++) {
        uint64_t sorted_by = order->scratch.keys[order->seats[i]] / SEVERITY_COUNT;
        int block = existing_block(order, (int)sorted_by);

        if (order->sizes[block] == 0) {
            order->blocks[block].first = (uint16_t)i;
        }
        order->sizes[block]++;
    }
}

void map_order_make(MapOrder *order, const ClientModel *model, const MapChoice *choice)
{
    const ModelOthers *others = model->others;
    int small_teams;

    order->sees_people = model_sees_people(model);
    if (order->sees_people) {
        count_people(order, others, choice);
    } else {
        count_cells(order, others, choice);
    }
    small_teams = add_team_blocks(order, others, choice);
    order->shared_bytes = shared_words(order, others);
    if (order->sees_people) {
        sort_people(order, others, choice->sort, small_teams);
    } else {
        size_blocks(order, others, small_teams);
        map_order_count(order, others, choice);
    }
}

/* ---- cells of nobody --------------------------------------------------------------------------
 */

static void count_block(uint8_t *cells, int cell_count, const TeamEntry *team, bool only_flagged)
{
    int filled = 0;

    for (int severity = 0; severity < SEVERITY_COUNT; severity++) {
        for (int verdict = 0; verdict < VERDICT_COUNT_SENT; verdict++) {
            bool is_next = map_severity((uint8_t)verdict) == severity &&
                           (!only_flagged || map_is_flagged((uint8_t)verdict));

            for (int i = 0; is_next && i < team->verdicts[verdict] && filled < cell_count; i++) {
                cells[filled] = (uint8_t)verdict;
                filled++;
            }
        }
    }
    memset(cells + filled, MAP_ABSENT, (size_t)(cell_count - filled));
}

void map_order_count(MapOrder *order, const ModelOthers *others, const MapChoice *choice)
{
    static const TeamEntry uncounted = {.counted = false};

    for (int block = 0; block < order->block_count; block++) {
        const MapBlock *place = &order->blocks[block];
        bool is_team = place->kind == MAP_BLOCK_TEAM && place->team < others->team_count;
        const TeamEntry *team = is_team ? &others->teams[place->team] : &uncounted;

        count_block(&order->verdicts[place->first],
                    order->sizes[block],
                    team->counted ? team : &uncounted,
                    choice->only_flagged);
    }
}

uint8_t map_order_verdict(const MapOrder *order, const ModelOthers *others, int index)
{
    return order->sees_people ? others->map[order->seats[index]].verdict : order->verdicts[index];
}
