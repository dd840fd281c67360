/*
 * What several views draw alike: a word at a point, the mark of the beat, a star, a verdict's mark.
 *
 * Pure: emits into the frame's draw list. Lengths are logical px.
 */
#ifndef CLIENT_DESKTOP_UI_VIEW_PARTS_H
#define CLIENT_DESKTOP_UI_VIEW_PARTS_H

#include "client/desktop/ui/widgets.h"
#include "client/model/model.h"

/*
 * One line whose left end, middle or right end (by the label's align) is at `at.x` and whose
 * capitals are centred on `at.y`. Returns its width.
 */
float view_text(Ui *ui, Point at, const UiLabel *label, const char *text);

/* The same, shortened with an ellipsis to `width_max`: for names only. */
float view_name(Ui *ui, Point at, float width_max, const UiLabel *label, const char *text);

/* The beat: a disc in `fill`, in the light theme with an accent outline. */
void view_beat_disc(Ui *ui, Point center, float radius, float alpha);

/* A five-pointed star in the accent. */
void view_star(Ui *ui, Point center, float radius);

/* The mark of somebody's verdict on the map; `drift` < 0 is a tempo too fast. */
Mark view_mark_of(uint8_t verdict, float drift);

/* Whether this verdict on the map is one that the screen singles out: the first seven of the
   legend's order. Being idle is counted, not shown. */
bool view_is_marked(uint8_t verdict);

/* The team of one's own seat; NULL without a seat, a team, or what is known of others. */
const TeamEntry *view_own_team(const ClientModel *model);

/* The period of the beat now; while halted the groove's own tempo; half a second without either. */
int64_t view_beat_ns(const ModelNow *music);

/* The value eased towards `target` over `elapsed_s` with a time constant: 1 - exp(-t / tau). */
float view_ease(float value, float target, double elapsed_s, double tau_s);

/* All verdicts, those to help first; map_severity is higher the later one comes. */
extern const uint8_t VIEW_VERDICT_ORDER[VERDICT_COUNT];

#endif
