/*
 * The screen that says why somebody cannot go on, and what to do about it.
 *
 * Pure. Full sentences, no blame, a way to try again where that can help and always a way back.
 */
#ifndef CLIENT_DESKTOP_UI_SCREEN_MESSAGE_H
#define CLIENT_DESKTOP_UI_SCREEN_MESSAGE_H

#include "client/desktop/ui/widgets.h"
#include "client/desktop/ui/words.h"
#include "shared/message.h"

typedef enum {
    MESSAGE_ACTION_NONE,
    MESSAGE_ACTION_TRY_AGAIN,
    MESSAGE_ACTION_BACK /* to the join screen */
} MessageAction;

/* What is said; made by the functions below. */
typedef struct {
    WordsSituation situation;
    WordsText headline;
    WordsText detail;
    bool can_try_again;
} MessageView;

/* Zeroed memory is a screen that opens. */
typedef struct {
    UiScrollState scroll;
    bool has_opened;
} MessageScreen;

/* `name` is the one that was asked for. */
MessageView message_view_of_refusal(const RefusedMessage *refused, const char *name);
/* Kicked, taken over, the server stops. */
MessageView message_view_of_notice(const NoticeMessage *notice);
/* The server does not answer at all. */
MessageView message_view_of_silence(const char *host, uint16_t port);

MessageAction screen_message(MessageScreen *screen, Ui *ui, const MessageView *view);

#endif
