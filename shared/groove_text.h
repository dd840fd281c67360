/*
 * Grooves as drum-tab text: reading with an error that names line and column, and writing.
 *
 * Pure; no allocation; every function may be called from any thread. A groove file looks so:
 *
 *     # West African hand drums, easy
 *     title: Backbeat
 *     metre: 4/4
 *     steps: 2             # per beat
 *     bars: 1              # may be left out: the parts tell
 *     tempo: 112           # beats per minute, up to three decimals
 *
 *     djembe-bass           |x...x...|
 *     djembe-slap "answer"  |..x...X.|
 *
 * `x` is a hit, `X` an accent, `.` a rest, `|` a bar line. Spaces between steps are for the eye. A
 * label in quotes replaces the drum's name on screen. `#` at the start of a line or after a space
 * begins a comment, except inside quotes and titles. A metre with an upper figure of 6, 9, 12 or
 * any higher multiple of 3 over 8 or 16 is compound: 12/8 has four beats of three eighths.
 */
#ifndef SHARED_GROOVE_TEXT_H
#define SHARED_GROOVE_TEXT_H

#include "shared/groove.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    int line;        /* from 1 */
    int column;      /* from 1, in bytes: what editors show for ASCII */
    char reason[96]; /* a sentence without a full stop, what was expected; ASCII, terminated */
} GrooveTextError;

/*
 * Reads a groove. `text` is untrusted and need not be terminated; at most GROOVE_TEXT_BYTES_MAX
 * bytes. A byte order mark and CRLF line ends are accepted. On success the groove is valid in the
 * sense of groove_is_valid. On failure `*groove` is untouched and `*error` tells the first mistake.
 * `error` may be NULL.
 */
bool groove_text_parse(const char *text, size_t text_bytes, Groove *groove, GrooveTextError *error);

/*
 * Writes a valid groove as text that groove_text_parse reads back to an equal groove. Returns the
 * bytes needed, without the terminator, which is always at most GROOVE_TEXT_BYTES_MAX. When that
 * is >= `out_bytes` the text was cut; it is terminated if out_bytes > 0.
 */
size_t groove_text_format(const Groove *groove, char *out, size_t out_bytes);

#endif
