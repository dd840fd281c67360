/*
 * What the form screens draw alike: the sign of Onedrum, labels of fields, notices and check marks.
 *
 * Pure: emits into the frame's draw list. Lengths are logical px.
 */
#ifndef CLIENT_DESKTOP_UI_FORM_PARTS_H
#define CLIENT_DESKTOP_UI_FORM_PARTS_H

#include "client/desktop/ui/widgets.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Height of a label above its field. */
#define FORM_LABEL_HEIGHT 26.0F

/* What the shell knows about sound. */
typedef struct {
    bool works;
    const char *device; /* "headphones, 48 kHz"; NULL where nothing is known */
} FormSound;

/* The sign of Onedrum with the light of its beat; `size` is the ring's diameter. */
void form_sign(Ui *ui, Point center, float size);

/* A disc of 24 with a check, or with an i where something is left to do. */
void form_check(Ui *ui, Point center, bool is_done);

/* Words above a field; `rect` is the field's. */
void form_label_above(Ui *ui, Rect field, const char *words);

/* A strip with a dot and a sentence; returns its height. */
float form_notice(Ui *ui, Rect rect, Colour dot, const char *words);
float form_notice_height(const Ui *ui, float width, const char *words);

/* Sentence about the sound, in one strip; returns its height. */
float form_sound_notice(Ui *ui, Rect rect, const FormSound *sound);

/* The question before leaving a session whose seats are kept for `grace_s`; see ui_ask. */
UiAnswer form_ask_to_leave(Ui *ui, uint32_t grace_s);

/* Copies text into a buffer of `capacity` bytes, cut between characters. */
void form_copy(char *target, size_t capacity, const char *text);

#endif
