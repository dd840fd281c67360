/*
 * Who stands where on the map: people gathered by team, the ones who need help most first.
 *
 * Pure: reads what is known of others, fills the caller's memory. The same people in any order of
 * arrival give the same map. Where the tier hides people, a cell is one of those whom a team
 * counts, and nobody's.
 */
#ifndef CLIENT_DESKTOP_UI_MAP_ORDER_H
#define CLIENT_DESKTOP_UI_MAP_ORDER_H

#include "client/desktop/ui/map_grid.h"
#include "client/model/model.h"

enum {
    MAP_SMALL_TEAM = 4, /* teams of fewer people share a block, if there are several */
    MAP_EVERYBODY = -1  /* no team is singled out */
};

typedef enum {
    MAP_BY_NEED, /* teams by share flagged, people by severity, both then by name */
    MAP_BY_NAME
} MapSort;

typedef enum {
    MAP_BLOCK_TEAM,
    MAP_BLOCK_SMALL_TEAMS,
    MAP_BLOCK_NO_TEAM
} MapBlockKind;

typedef struct {
    MapBlockKind kind;
    uint16_t team; /* of MAP_BLOCK_TEAM */
    uint16_t first;
} MapBlock;

typedef struct {
    MapSort sort;
    bool only_flagged;
    int team; /* alone; MAP_EVERYBODY for all */
} MapChoice;

/* Large; the caller's. */
typedef struct {
    bool sees_people; /* cells are people */
    int people;
    int block_count;
    int shared_bytes; /* that all teams' names begin with, whole words: they need not be said */
    uint16_t seats[PARTICIPANTS_MAX];   /* block after block */
    uint8_t verdicts[PARTICIPANTS_MAX]; /* of cells that are nobody's; map_order_count fills it */
    MapBlock blocks[MAP_BLOCKS_MAX];
    uint16_t sizes[MAP_BLOCKS_MAX]; /* people of each block, > 0 */
    struct {                        /* scratch of map_order_make */
        uint64_t keys[PARTICIPANTS_MAX];
        uint16_t merged[PARTICIPANTS_MAX];
        uint16_t members[TEAMS_MAX];
        uint16_t flagged[TEAMS_MAX];
        uint16_t teams[TEAMS_MAX];
        uint16_t places[TEAMS_MAX]; /* of each team among the blocks */
    } scratch;
} MapOrder;

/* 0 for what needs help most: off-beat, wrong tempo, erratic, double, late, early, half, idle,
   loose, warming up, unrated, on, tight. */
int map_severity(uint8_t verdict);

/* The first eight of them. */
bool map_is_flagged(uint8_t verdict);

/* Whether the map has a cell for this person under this choice. */
bool map_has_seat(const ModelOthers *others, const MapChoice *choice, int seat);

void map_order_make(MapOrder *order, const ClientModel *model, const MapChoice *choice);

/* The number that changes when somebody comes, goes or changes team, and with the tier. */
uint32_t map_membership(const ClientModel *model, const MapChoice *choice);

/* Where cells are nobody's: what each shows now. Worst first, MAP_ABSENT where a team's people are
   not counted one by one. */
void map_order_count(MapOrder *order, const ModelOthers *others, const MapChoice *choice);

/* The verdict that the cell shows. */
uint8_t map_order_verdict(const MapOrder *order, const ModelOthers *others, int index);

#endif
