/*
 * Names of people and teams: their normal form, which characters they may have, and which two of
 * them people would take for one another.
 *
 * Pure. The one module that includes utf8proc (Unicode 14), and of it only what works in the
 * caller's memory. Every name is stored, compared and shown in its normal form.
 */
#ifndef SHARED_NAMES_H
#define SHARED_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/capacity.h"

typedef enum {
    NAME_GOOD = 0,
    NAME_EMPTY,     /* nothing to be seen */
    NAME_TOO_LONG,  /* more than NAME_CODE_POINTS_MAX in normal form */
    NAME_CHARACTERS /* a control, invisible, private or unassigned character, or a mark alone */
} NameProblem;

/*
 * Writes the normal form of `text` (at most NAME_BYTES_MAX bytes, terminated; anything at all):
 * NFC (Unicode Standard Annex 15), spaces of every kind collapsed to one and trimmed. `normal` is
 * empty when there is a problem.
 */
NameProblem name_normalize(const char *text, char normal[NAME_BYTES_MAX + 1]);

/*
 * Whether two names in normal form could be taken for one another: equal but for case, width and
 * style of letters (NFKC, Unicode Technical Standard 39 in spirit), 0 and O, 1 and l and I, and
 * letters of Cyrillic and Greek that look like Latin ones.
 */
bool names_alike(const char *a, const char *b);

/* Equal for names that are alike; never 0. Different for almost all others. */
uint64_t name_likeness(const char *name);

#endif
