/*
 * One participant's playing: which notes are expected, which hits are believed, what they come to.
 *
 * Pure; internal to the session.
 */
#ifndef SHARED_SESSION_PLAY_H
#define SHARED_SESSION_PLAY_H

#include "shared/session/session.h"

/* Somebody new: expects nothing before the next bar line. */
void play_enter(const Session *session, Participant *participant, SessionTime now);

/* Somebody back: goes on where they were, or at the next bar line after a long absence. */
void play_return(const Session *session, Participant *participant, SessionTime now);

/* Another part from the next bar line that all can know of. */
void play_choose_part(const Session *session,
                      Participant *participant,
                      SessionTime now,
                      uint8_t part);

/* The first hit number that was never received. */
uint32_t play_next_hit_number(const Participant *participant);

/* Takes the hits of one message: believes, judges provisionally, acknowledges. */
void play_hits(
    Session *session, SessionTime now, uint16_t seat, const HitsMessage *hits, Journal *journal);

/* Time has passed for one participant: expects, closes, folds. */
void play_advance(Session *session, SessionTime now, uint16_t seat, Journal *journal);

/* A record that was closed before the server went down: folded again, the judge set on behind it.
 */
void play_restore_judged(Session *session,
                         uint16_t seat,
                         uint16_t take,
                         const JudgedRecord *record);

/* All of the participant's records are back, of up to `stored_until`. */
void play_restored(Session *session, Participant *participant, SessionTime stored_until);

/* Sends the participant's STANDING. */
void play_send_standing(Session *session, uint16_t seat, Outbox *outbox);

/* The offset to take off this participant's errors before they count in the group; false: none is
   known yet. */
bool play_offset_ns(const Participant *participant, int64_t *offset_ns);

#endif
