/*
 * Text as a field of a CSV file, so that neither a comma nor a spreadsheet's formula hides in it.
 *
 * Pure. RFC 4180 quoting; a text that a spreadsheet would take for a formula gets an apostrophe in
 * front, which spreadsheets take for "this is text" (OWASP, CSV injection).
 */
#ifndef CLIENT_CTL_CSV_TEXT_H
#define CLIENT_CTL_CSV_TEXT_H

#include <stddef.h>

/* Room that any text of `text_bytes` bytes fits into as a field, with the terminator. */
#define CSV_FIELD_ROOM(text_bytes) (2 * (text_bytes) + 4)

/* Writes `text` as one field, terminated; `field` has CSV_FIELD_ROOM(strlen(text)). */
void csv_text_field(const char *text, char *field);

#endif
