/*
 * The group as a facilitator sees it, as text or as a JSON value.
 *
 * Reads a visit that knows all; prints text on stdout.
 */
#ifndef CLIENT_CTL_STATUS_H
#define CLIENT_CTL_STATUS_H

#include <jansson.h>

#include "client/ctl/visit.h"

/* "lobby", "count-in", "playing", "paused" or "stopped". */
const char *status_transport_word(Transport transport);

/* What people are told in this tier. */
const char *status_privacy_sentence(Privacy privacy);

/* The name of a team; empty for none. */
const char *status_team_name(const ModelOthers *others, uint16_t team);

/* The title of a part of a groove, whatever its number; empty for no groove. */
const char *status_part_title(const Groove *groove, uint8_t part);

/* Whether a seat belongs to somebody who drums. */
bool status_is_participant(const RosterEntry *entry);

/* The groove of the section in force, by title. */
const char *status_groove_title(const ClientModel *model, const ModelNow *music);

/* The tempo of the music, or of the next start. */
double status_tempo_bpm(const ClientModel *model, const ModelNow *music);

/* The bars heard of, oldest first. */
json_t *status_bars_json(const ModelOthers *others);

json_t *status_json(const Visit *visit, HostTime now);

void status_print(const Visit *visit, HostTime now);

#endif
