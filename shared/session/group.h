/*
 * The group of a session: its figures now, bar by bar and per team, and what everybody is shown.
 *
 * Pure; internal to the session.
 */
#ifndef SHARED_SESSION_GROUP_H
#define SHARED_SESSION_GROUP_H

#include "shared/session/session.h"

/* A new take begins: the group's figures begin anew. */
void group_begin_take(Session *session);

/* Takes the figures of the group and its teams as of `now`. */
void group_refresh(Session *session, SessionTime now);

/* Sums up every bar that has been closed by `now`; after an absence those of its last minute. */
void group_finish_bars(Session *session, SessionTime now, Outbox *outbox, Journal *journal);

/* Notes whether the seat's verdict is another than everybody was told: its part of the map goes out
   before its turn. Once a round for each seat. */
void group_note_map_change(Session *session, uint16_t seat);

/* What goes to everybody again and again, each a bounded message. */
void group_send_snapshot(Session *session, SessionTime now, Outbox *outbox);
void group_send_map_page(Session *session, Outbox *outbox);
void group_send_team_page(Session *session, Outbox *outbox);
void group_send_parts(const Session *session, SessionTime now, Outbox *outbox);

/* Whether what so many people do may be told by counting them. */
bool group_may_count(const Session *session, int people);

/* How somebody is drawn; MAP_ABSENT who does not play. */
MapEntry group_mark(const Participant *participant);

/* The bars so far, for somebody who joins: the newest ones, or `all` that are kept. */
void group_send_bars(const Session *session, uint32_t connection, bool all, Outbox *outbox);

void group_keep_bar(Session *session, const BarEntry *bar);

#endif
