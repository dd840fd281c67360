/*
 * What one simulated participant really did, hit by hit, beside what the server said about it.
 *
 * Not pure: it allocates. Hits are entered in the order of their numbers.
 */
#ifndef CLIENT_SWARM_HIT_LEDGER_H
#define CLIENT_SWARM_HIT_LEDGER_H

#include "shared/judged_record.h"
#include "shared/message.h"

enum {
    LEDGER_HITS_MAX = 1000000 /* later ones are counted and not compared */
};

/* Both distances are of the calibrated hit. */
typedef struct {
    int32_t after_note_us;  /* >= 0: since the last note at or before it */
    int32_t before_note_us; /* > 0: until the first note after it */
    int32_t judged_us;
    int32_t clock_us;  /* what the player's clock was behind when the hit was played */
    uint8_t judgement; /* JUDGEMENT_PENDING until the server has spoken */
    bool final;
} LedgerEntry;

/* Zero-initialised is empty. */
typedef struct {
    LedgerEntry *entries;
    uint32_t first_number; /* of entries[0] */
    uint32_t count;
    uint32_t capacity;
    uint32_t unlisted_count; /* hits that found no room */
    uint32_t judged_count;
    uint32_t final_count;
} HitLedger;

void hit_ledger_finish(HitLedger *ledger);

/* Enters the next hit; `truth` is what is known when it is played. */
void hit_ledger_add(HitLedger *ledger, uint32_t number, const LedgerEntry *truth);

/* What the server says; numbers that were never entered are ignored, and so is a provisional word
   after a final one. */
void hit_ledger_judge(HitLedger *ledger, const JudgementEntry *judgement);

/*
 * The server's asynchrony minus the true one. A hit that claimed a note is compared with the nearer
 * note; one that claimed none with whichever note fits, because at the ends of what is expected the
 * nearest expected note is not the nearest of all. False when there is nothing to compare.
 */
bool hit_ledger_error_us(const LedgerEntry *entry, int32_t *error_us);

/* The same by the player's own clock, whose error moves hit and click alike: what is left is the
   server's. */
bool hit_ledger_heard_error_us(const LedgerEntry *entry, int32_t *error_us);

#endif
