/*
 * Who is in a session: seats, coming and going, names, teams and the roster.
 *
 * Pure; internal to the session. Everything here works on the caller's Session.
 */
#ifndef SHARED_SESSION_PEOPLE_H
#define SHARED_SESSION_PEOPLE_H

#include "shared/session/session.h"

/* Somebody who drums: has a seat and is no observer. */
bool participant_plays(const Participant *participant);

/* What the participant may do is up to this; an observer who leads may all that a leader may,
   and who led before and came back without the token may not. */
Role participant_role(const Participant *participant);

/* Seats a connection or says on it why not. */
SessionResult people_join(
    Session *session, SessionTime now, const SessionEvent *event, Outbox *outbox, Journal *journal);

/* The connection of `seat` is gone: the seat is kept. */
void people_leave(Session *session, SessionTime now, uint16_t seat);

/* Frees the seat for good. */
void people_remove(Session *session, uint16_t seat, Journal *journal);

/* Whoever says this name or token gets no seat any more. False when too many are kept out. */
bool people_keep_out(Session *session, const JournalBan *ban);

/* Another tier: everybody hears of it with their own entry of the roster. */
void people_set_privacy(Session *session, Privacy privacy);

/* Whether the participant is told who the others are: in the open tier, and who leads. */
bool people_may_see(const Session *session, const Participant *participant);

/* Notes that the seat's entry of the roster changed. */
void people_changed(Session *session, uint16_t seat);

/* Gives the participant another part, and tells them from which bar line on. The part they have
   or wait for already changes nothing. */
void people_choose_part(Session *session,
                        SessionTime now,
                        uint16_t seat,
                        uint8_t part,
                        Outbox *outbox,
                        Journal *journal);

/* Journals the seat as it is. */
void people_journal(const Session *session, uint16_t seat, Journal *journal);

/* Sends the next page of the roster that this participant does not know yet, if any. */
void people_send_roster(Session *session, uint16_t seat, Outbox *outbox);

/*
 * The index of a team by name, entered if new: when there is room for no more, in the place of one
 * without members. TEAM_NONE for no name, or when all have members.
 */
uint16_t people_team(Session *session, const char *name);

void people_refuse(uint32_t connection, Refusal reason, uint32_t number, Outbox *outbox);

/* Part of the groove in force that the participant plays at `where`. */
int participant_part(const Participant *participant, const Groove *groove, Beats where);

uint8_t participant_presence(const Participant *participant);

#endif
