/*
 * The figure of a recording: the ring with everybody on it, and the histogram of all hits, as SVG.
 *
 * Not pure: writes a file. Geometry, marks and colours are those of the desktop client.
 */
#ifndef CLIENT_SCORE_FIGURE_H
#define CLIENT_SCORE_FIGURE_H

#include "client/score/report.h"

/* Draws into `path`, over what was there. `everybody` are the merged statistics of all players, and
   the report has verdicts. False, with errno set, when the file cannot be written. */
NODISCARD bool
figure_write(const char *path, const Report *report, const PersonStatistics *everybody);

#endif
