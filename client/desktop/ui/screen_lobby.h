/*
 * The lobby: who is here, which part one plays, whether clock, sound and offset are fine.
 *
 * Pure. Reads the model, answers wishes; from two people to thousands (teams scroll, one's own
 * first, people in rows of one line when they are many).
 */
#ifndef CLIENT_DESKTOP_UI_SCREEN_LOBBY_H
#define CLIENT_DESKTOP_UI_SCREEN_LOBBY_H

#include "client/desktop/ui/form_parts.h"
#include "client/desktop/ui/widgets.h"
#include "client/model/model.h"

typedef enum {
    LOBBY_ACTION_NONE,
    LOBBY_ACTION_PART,   /* choose the screen's `part` */
    LOBBY_ACTION_READY,  /* set ready to the opposite of the model's */
    LOBBY_ACTION_DRUM,   /* try the own drum: by the button or the Space key */
    LOBBY_ACTION_GROOVE, /* hear the groove, or stop hearing it */
    LOBBY_ACTION_CALIBRATE,
    LOBBY_ACTION_START, /* the facilitator counts in */
    LOBBY_ACTION_MENU   /* by its button or Esc */
} LobbyAction;

/* People of one team, as a list through `next`. */
typedef struct {
    uint16_t team; /* TEAM_NONE for those without */
    uint16_t first;
    uint16_t last;
    uint16_t count;
} LobbyTeam;

enum {
    LOBBY_TEAMS_MAX = TEAMS_MAX + 1,
    LOBBY_NOBODY = UINT16_MAX
};

/* Zeroed memory is a screen that opens. */
typedef struct {
    int part; /* of LOBBY_ACTION_PART */
    UiScrollState people_scroll;
    UiScrollState page_scroll;
    bool has_opened;
    /* Who is here, sorted into teams anew in every frame. */
    LobbyTeam teams[LOBBY_TEAMS_MAX];
    int team_count;
    uint16_t team_place[TEAMS_MAX + 1]; /* place in `teams` by team index, plus one; 0: none */
    uint16_t next[PARTICIPANTS_MAX];
    int people_count; /* without observers */
    int parts_taken[GROOVE_PARTS_MAX];
} LobbyScreen;

typedef struct {
    const ClientModel *model; /* with others */
    ModelNow music;           /* model_now() */
    FormSound sound;
    bool hears_groove; /* the groove is being demonstrated */
} LobbyView;

LobbyAction screen_lobby(LobbyScreen *screen, Ui *ui, const LobbyView *view);

#endif
