/*
 * The menu that Esc opens over a session: back, settings, leave; for facilitators the panel that
 * starts, pauses and stops, sets tempo and groove, and ends a person's seat.
 *
 * Pure. A modal: emit it last, every frame while it is open. It is never opened by itself.
 */
#ifndef CLIENT_DESKTOP_UI_SCREEN_MENU_H
#define CLIENT_DESKTOP_UI_SCREEN_MENU_H

#include "client/desktop/ui/widgets.h"
#include "client/model/model.h"

typedef enum {
    MENU_ACTION_NONE,
    MENU_ACTION_BACK, /* close the menu: asked for, or a take began over a question */
    MENU_ACTION_SETTINGS,
    MENU_ACTION_CALIBRATE,
    MENU_ACTION_LEAVE,  /* has been confirmed */
    MENU_ACTION_COMMAND /* order the screen's `command`; the menu stays */
} MenuAction;

/* What to give to model_command. */
typedef struct {
    CommandKind kind;
    int32_t a;
    int32_t b;
} MenuCommand;

/* Zeroed memory is a menu that opens. */
typedef struct {
    MenuCommand command; /* of MENU_ACTION_COMMAND */
    bool has_opened;
    bool asks_to_leave;
    bool was_running; /* the music, in the last frame */
    size_t tab;       /* session, people */
    bool has_choices; /* the two below have begun at two and eight bars */
    size_t count_in;
    size_t ramp;
    double tempo_bpm; /* that the slider shows; 0: follows the session */
    size_t groove;
    UiScrollState scroll;
    UiListState groove_list;
    UiListState people_list;
    bool asks_to_kick;
    uint16_t kick_seat;
    char kick_name[NAME_BYTES_MAX + 1];
    /* Rows of the list of people, anew in every frame. */
    const char *names[PARTICIPANTS_MAX];
    uint16_t seats[PARTICIPANTS_MAX];
    size_t people_count;
    const char *grooves[GROOVES_MAX];
} MenuScreen;

typedef struct {
    const ClientModel *model; /* NULL in practice */
    ModelNow music;
    const char *title;   /* what "back" goes back to, such as the session's title */
    bool can_leave;      /* false where there is nothing to leave */
    const char *leaving; /* label of the button, "Leave"; NULL for that */
} MenuView;

/* Opens at this person of the list of people. */
void menu_screen_show_person(MenuScreen *screen, const ClientModel *model, int seat);

MenuAction screen_menu(MenuScreen *screen, Ui *ui, const MenuView *view);

#endif
