/*
 * What the files of the widget layer share among themselves; screens include widgets.h.
 *
 * Pure.
 */
#ifndef CLIENT_DESKTOP_UI_WIDGET_PARTS_H
#define CLIENT_DESKTOP_UI_WIDGET_PARTS_H

#include "client/desktop/ui/widgets.h"

/* Space between a control's border and its words. */
#define WIDGET_PADDING 14.0F

/* A modal or popup covers what is being emitted. */
bool widget_is_inert(const Ui *ui);

/* The first unused event of this key with exactly these modifiers; uses it. */
bool widget_take_key(Ui *ui, UiKey key, unsigned modifiers);
/* The next unused event that is typed text, or NULL; the caller marks it used. */
UiEvent *widget_next_text(Ui *ui);
const char *widget_event_text(const Ui *ui, const UiEvent *event);

void widget_set_focus(Ui *ui, UiId id);
/* 0 to 1 over MOTION_PRESS_S since the pointer came over it; 0 when it is elsewhere. */
float widget_hover_share(Ui *ui, UiId id);
/* Whether the pointer is in the rectangle and in what the clips show of it. */
bool widget_is_under_pointer(const Ui *ui, Rect rect);

/* The quiet border of buttons, caps, modals: between line and edge. */
Colour widget_border(const Theme *theme);

/* ASCII letters in lower case, all else as it is. */
char widget_lower(char letter);

/* `value` inside low..high; low when they cross. */
float widget_clamp(float value, float low, float high);

/* Moves `state` for a wheel over `view` and a drag of the bar it draws at the right edge. */
void widget_scroll_bar(Ui *ui, UiId id, Rect view, float content_px, float *offset_px);

/* Type-ahead: the first name, from the cursor on, that starts with the letters typed of late. */
typedef struct {
    const char *const *names;
    size_t name_count;
} WidgetNames;

/* Takes typed text; true when the cursor moved. */
bool widget_type_ahead(Ui *ui, const WidgetNames *names, UiListState *state);

/* Moves `cursor` for the arrow, Home, End and Page keys; true when it moved or a key was taken. */
bool widget_move_cursor(Ui *ui, size_t row_count, size_t page_rows, size_t *cursor);

/* Draws and answers the open select on top of everything; called by ui_end. */
void widget_draw_popup(Ui *ui);

#endif
