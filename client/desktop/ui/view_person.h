/*
 * The card of one person: who it is, what the group hears of them, and how far that can be trusted.
 *
 * Pure: emits into the frame's draw list. Lengths are logical px. Only for where the tier of the
 * session lets people see each other.
 */
#ifndef CLIENT_DESKTOP_UI_VIEW_PERSON_H
#define CLIENT_DESKTOP_UI_VIEW_PERSON_H

#include "client/desktop/ui/widgets.h"
#include "client/desktop/ui/words.h"
#include "client/model/model.h"

typedef struct {
    const ClientModel *model; /* knows others */
    int seat;                 /* that the map knows */
    float drift;              /* of a wrong tempo: below 0 it is too fast */
    int64_t beat_ns;
    Rect of;     /* the cell or mark it belongs to; the card stands beside it */
    Rect bounds; /* it stays inside, as far as it can */
    bool aside;  /* at the far side of the bounds: around what it belongs to there is no room */
} PersonCard;

void view_person_card(Ui *ui, const PersonCard *card);

/* "Late by 129 ms", "On, 4 ms early", "Wrong tempo". Early and late are said of people whose hits
   have a place in the beat; `drift` as above. */
void view_person_timing(const MapEntry *entry, float drift, int64_t beat_ns, WordsText *text);

/* "Spread about 19 ms". */
void view_person_spread(const MapEntry *entry, int64_t beat_ns, WordsText *text);

#endif
