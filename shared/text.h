/*
 * What text that strangers send or type may hold: names, titles, files.
 *
 * Pure: allocates nothing.
 */
#ifndef SHARED_TEXT_H
#define SHARED_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How many bytes at the start of `text` are well-formed UTF-8 (no overlong forms, no surrogates)
 * without control characters (tabs are controls), line separators, and marks that turn the
 * direction of text, so that one name could be read as another. All of it is clean: `text_bytes`.
 */
size_t text_clean_bytes(const char *text, size_t text_bytes);

/* All of it is clean. */
bool text_is_clean(const char *text, size_t text_bytes);

/*
 * Something of it is seen: not all of it is spaces, characters without width, and marks that stand
 * over a letter (Unicode 15, categories Zs and Cf, and the blocks of combining marks, of variation
 * selectors and of fillers). Bytes that are not UTF-8 end the look.
 */
bool text_is_visible(const char *text, size_t text_bytes);

#endif
