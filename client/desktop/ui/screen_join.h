/*
 * The first screen: who somebody is, and which session they join.
 *
 * Pure. One field takes a link or a code; a bare code asks for the host, too. What is wrong is said
 * under the field that it is about.
 */
#ifndef CLIENT_DESKTOP_UI_SCREEN_JOIN_H
#define CLIENT_DESKTOP_UI_SCREEN_JOIN_H

#include "client/desktop/ui/app_settings.h"
#include "client/desktop/ui/form_parts.h"
#include "client/desktop/ui/widgets.h"
#include "client/desktop/ui/words.h"
#include "shared/link.h"
#include "shared/message.h"

typedef enum {
    JOIN_ACTION_NONE,
    JOIN_ACTION_JOIN,     /* `link`, `name` and `team` of the screen are good */
    JOIN_ACTION_CANCEL,   /* stop trying to connect */
    JOIN_ACTION_PRACTISE, /* alone */
    JOIN_ACTION_SETTINGS,
    JOIN_ACTION_QUIT
} JoinAction;

/* The fields an error can be about. */
typedef enum {
    JOIN_FIELD_CODE,
    JOIN_FIELD_HOST,
    JOIN_FIELD_NAME,
    JOIN_FIELD_TEAM,
    JOIN_FIELD_COUNT
} JoinField;

typedef struct {
    char code[LINK_TEXT_BYTES_MAX];
    char host[LINK_HOST_BYTES_MAX + 1];
    char name[NAME_BYTES_MAX + 1];
    char team[NAME_BYTES_MAX + 1];
    Link link; /* what was understood when JOIN_ACTION_JOIN was answered */
    WordsText errors[JOIN_FIELD_COUNT];
    UiScrollState scroll;
    bool has_opened;
    bool asks_to_quit;
} JoinScreen;

typedef struct {
    FormSound sound;
    bool is_connecting;
    double connecting_s; /* for how long */
} JoinView;

/* Name, team and host as last time; errors gone. The code stays as it is: zeroed memory has none.
 */
void join_screen_open(JoinScreen *screen, const AppSettings *settings);

/* Puts a link into the field, as from the command line. */
void join_screen_set_link(JoinScreen *screen, const char *text);

/*
 * The server has refused: says so under the field it is about. False when it is about none of
 * them and wants the message screen.
 */
bool join_screen_refused(JoinScreen *screen, const RefusedMessage *refused);

/* Whether a bare code is in the field, so that a host is needed. */
bool join_screen_needs_host(const JoinScreen *screen);

JoinAction screen_join(JoinScreen *screen, Ui *ui, const JoinView *view);

#endif
