/*
 * Widgets: a small immediate-mode layer. Each frame the screen calls the widgets it shows; they
 * draw into a draw list, and answer what the person did to them.
 *
 * Pure: input is fed in by calls, time is an argument, all memory is one caller-owned `Ui` (plus
 * small states that screens own). Every widget works by keyboard alone and by pointer alone; touch
 * is a pointer. Labels are borrowed until ui_end. All lengths are logical px.
 *
 * A frame:
 *     ui_input_...(ui, ...)                what happened since the last frame
 *     ui_begin(ui, &frame);                frame.now_s etc.
 *     if (ui_button(ui, ui_id("start"), rect, &(UiButton){.label = "Start"})) { ... }
 *     UiOutput output = ui_end(ui);        clipboard wishes, text input wanted, redraw wanted
 */
#ifndef CLIENT_DESKTOP_UI_WIDGETS_H
#define CLIENT_DESKTOP_UI_WIDGETS_H

#include "client/desktop/ui/draw_list.h"
#include "client/desktop/ui/layout.h"
#include "client/desktop/ui/text_metrics.h"
#include "client/desktop/ui/theme.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    UI_EVENTS_MAX = 32,       /* keys and texts of one frame */
    UI_TEXT_BYTES_MAX = 512,  /* typed and pasted bytes of one frame */
    UI_FOCUS_MAX = 256,       /* focusable widgets of one frame */
    UI_SCROLL_DEPTH_MAX = 4,  /* scroll areas inside scroll areas */
    UI_MODAL_DEPTH_MAX = 4,   /* modals over modals */
    UI_FIELD_BYTES_MAX = 512, /* bytes of a text field, terminator included */
    UI_NUMBER_BYTES_MAX = 16, /* a number typed into a slider */
    UI_TOAST_BYTES_MAX = 160, /* words of a toast */
    UI_TYPE_AHEAD_BYTES_MAX = 32,
    UI_LINES_MAX = 32 /* lines of a wrapped paragraph */
};

/* Names a widget; unique in its frame, the same in every frame. 0 is nobody. */
typedef uint32_t UiId;

/* FNV-1a of the name; never 0. */
UiId ui_id(const char *name);
/* One of many, such as the rows of a list. Never 0. */
UiId ui_id_index(UiId parent, size_t index);

/* ---- input ---------------------------------------------------------------------------------- */

typedef enum {
    UI_KEY_NONE,
    UI_KEY_TAB,
    UI_KEY_ENTER,
    UI_KEY_SPACE,
    UI_KEY_ESCAPE,
    UI_KEY_LEFT,
    UI_KEY_RIGHT,
    UI_KEY_UP,
    UI_KEY_DOWN,
    UI_KEY_HOME,
    UI_KEY_END,
    UI_KEY_PAGE_UP,
    UI_KEY_PAGE_DOWN,
    UI_KEY_BACKSPACE,
    UI_KEY_DELETE,
    UI_KEY_A,    /* with UI_CTRL: select all */
    UI_KEY_C,    /* with UI_CTRL: copy */
    UI_KEY_V,    /* with UI_CTRL: paste */
    UI_KEY_X,    /* with UI_CTRL: cut */
    UI_KEY_TEXT, /* typed text; made by ui_input_text */
    UI_KEY_PASTE /* pasted text; made by ui_input_paste */
} UiKey;

enum {
    UI_SHIFT = 1,
    UI_CTRL = 2
};

typedef struct {
    UiKey key;
    unsigned modifiers; /* of UI_SHIFT, UI_CTRL */
    size_t first_byte;  /* of a text */
    size_t text_bytes;
    bool used; /* a widget took it */
} UiEvent;

typedef struct {
    float pointer_x;
    float pointer_y;
    float wheel_px; /* up positive */
    bool down;      /* held now */
    bool pressed;   /* went down since the last frame */
    bool released;  /* came up since the last frame */
    bool touch;     /* no hover after it came up */
    UiEvent events[UI_EVENTS_MAX];
    size_t event_count;
    char text[UI_TEXT_BYTES_MAX];
    size_t text_bytes;
} UiInput;

/* ---- states that screens own; zeroed memory is a fresh one ----------------------------------- */

/* Where a list or table stands. */
typedef struct {
    size_t cursor;   /* the row with the focus ring */
    float scroll_px; /* how far it is scrolled, >= 0 */
    size_t sort_column;
    bool sort_descending;
    bool header_focused; /* the keyboard is on the header row */
    size_t header_column;
    char typed[UI_TYPE_AHEAD_BYTES_MAX]; /* letters of the type-ahead */
    size_t typed_bytes;
    double typed_at_s;
} UiListState;

typedef struct {
    float offset_px;  /* >= 0 */
    float content_px; /* height of the content in the last frame */
} UiScrollState;

/* ---- the layer ------------------------------------------------------------------------------- */

/* What a frame is drawn with; pointers are borrowed until ui_end. */
typedef struct {
    DrawList *draw;
    const Theme *theme;
    const TextMetrics *metrics;
    Layout layout;
    double now_s; /* any steady clock */
    bool reduced_motion;
} UiFrame;

typedef struct {
    bool copy;                /* put `copy_text` on the clipboard */
    bool paste;               /* feed the clipboard with ui_input_paste before the next frame */
    bool wants_text;          /* a text field has the focus: on-screen keyboard, no drum keys */
    bool animating;           /* draw again even without input */
    bool pointer_over_widget; /* show the hand */
    const char *copy_text;    /* valid until the next ui_begin; not terminated */
    size_t copy_bytes;
} UiOutput;

typedef struct {
    UiId id;
    Rect rect;
} UiFocusable;

typedef struct {
    UiScrollState *state;
    Rect view;
    UiId id;
    size_t first_focusable;
    float start_px; /* the offset that its content was placed with */
} UiScrollFrame;

typedef struct {
    UiId id;
    UiId focus_under; /* had the focus when it opened, and gets it back */
} UiModal;

/* Fields are the module's own; screens go through the functions. */
typedef struct {
    UiFrame frame;
    UiInput input;

    UiId hot;         /* under the pointer */
    UiId active;      /* pressed and held */
    UiId focus;       /* has the keyboard */
    bool focus_moved; /* in the last frame: scroll it into view, select its text */
    bool focus_set;   /* in this frame: keep it although its widget was not met yet */
    bool by_keyboard; /* the last input was a key: show focus rings */
    double hot_since_s;
    UiId hot_before;
    float drag_px; /* where a scroll bar was taken */

    UiFocusable focusables[UI_FOCUS_MAX];
    size_t focusable_count;
    bool focus_seen;

    UiModal modals[UI_MODAL_DEPTH_MAX]; /* of the last frame, the topmost last */
    size_t modal_count;
    UiModal modals_met[UI_MODAL_DEPTH_MAX]; /* of this frame so far */
    size_t modal_met_count;
    UiId modal_top;                       /* the only one that answers; 0 without any */
    UiId scope;                           /* modal being emitted, 0 outside */
    UiId scope_stack[UI_MODAL_DEPTH_MAX]; /* scopes around the one being emitted */
    size_t modal_depth;

    UiScrollFrame scrolls[UI_SCROLL_DEPTH_MAX];
    size_t scroll_depth;

    UiId editing; /* text field or slider whose text the fields below describe */
    size_t caret_byte;
    size_t anchor_byte; /* other end of the selection */
    float field_scroll_px;
    double caret_moved_s;
    char number[UI_NUMBER_BYTES_MAX]; /* typed into a slider */
    size_t number_bytes;

    char copied[UI_FIELD_BYTES_MAX];
    size_t copied_bytes;
    bool copy_wanted;
    bool paste_wanted;
    bool wants_text;        /* a text field had the focus in this frame */
    bool wants_text_before; /* and in the last one: typed letters are no shortcuts */
    bool animating;

    UiId popup; /* open select */
    Rect popup_rect;
    const char *const *popup_labels;
    size_t popup_count;
    size_t popup_cursor;
    size_t popup_selected;
    size_t popup_first;

    char toast[UI_TOAST_BYTES_MAX];
    size_t toast_bytes;
    double toast_at_s;
    bool toast_shown;

    bool in_frame;
} Ui;

/* Zeroes it: nothing focused, no input. */
void ui_init(Ui *ui);

/* Input since the last frame; positions in logical px. What exceeds the capacities is dropped. */
void ui_input_pointer(Ui *ui, float x, float y);
void ui_input_press(Ui *ui, float x, float y, bool touch);
void ui_input_release(Ui *ui, float x, float y);
void ui_input_wheel(Ui *ui, float up_px);
void ui_input_key(Ui *ui, UiKey key, unsigned modifiers);
/* Typed UTF-8. Space and Enter also come as keys; widgets take the form they need. */
void ui_input_text(Ui *ui, const char *text, size_t text_bytes);
void ui_input_paste(Ui *ui, const char *text, size_t text_bytes);

void ui_begin(Ui *ui, const UiFrame *frame);
/* Moves the focus for Tab, draws what lies on top, forgets the input; asserts balanced stacks. */
UiOutput ui_end(Ui *ui);

/* Gives the focus to a widget (as when a screen opens), or to nobody (0). */
void ui_focus(Ui *ui, UiId id);
bool ui_has_focus(const Ui *ui, UiId id);

/* The key was pressed and nobody used it; uses it. Call after the widgets that may want it. */
bool ui_key_pressed(Ui *ui, UiKey key, unsigned modifiers);
/* The ASCII character was typed (letters in either case) and no field or list took it; uses it. */
bool ui_shortcut(Ui *ui, char letter);

/* A custom widget (ring, map): puts the rectangle into the Tab order, tells what the pointer and
 * Enter or Space do to it, draws nothing. */
typedef struct {
    bool hovered;
    bool focused; /* has the keyboard */
    bool ring;    /* draw a focus ring: focused, and by keyboard */
    bool held;    /* pressed and held */
    bool pressed; /* went down on it in this frame */
    bool clicked; /* came up on it, or Enter or Space when focused */
    bool inert;   /* covered by a modal */
} UiInteraction;

UiInteraction ui_interact(Ui *ui, UiId id, Rect rect);
/* The same for something that uses Enter and Space itself. */
UiInteraction ui_interact_pointer(Ui *ui, UiId id, Rect rect);

/* The 2 px ring with a 2 px gap around a rectangle of this radius. */
void ui_focus_ring(Ui *ui, Rect rect, float radius);

/* ---- words and surfaces: not focusable ------------------------------------------------------- */

/* One line in `rect`, left, centre or right, vertically in the middle. */
typedef struct {
    float size_px; /* 0 means TYPE_BODY */
    FontWeight weight;
    TextAlign align;
    Colour colour; /* alpha 0 means the theme's text */
    bool tabular;
    bool ellipsis;
} UiLabel;

void ui_label(Ui *ui, Rect rect, const UiLabel *label, const char *text);
float ui_text_width(const Ui *ui, FontWeight weight, float size_px, const char *text);
/* Wraps to the width of `rect`, from its top, and returns the height used. Alignment counts. */
float ui_paragraph(Ui *ui, Rect rect, const UiLabel *label, const char *text);
/* The height ui_paragraph would use; draws nothing. */
float ui_paragraph_height(const Ui *ui, float width, const UiLabel *label, const char *text);

/* An alert sign and the words beside it, from the top of `rect`, wrapped; returns the height, with
 * the gaps above and below. */
float ui_error(Ui *ui, Rect rect, const char *words);
/* The height ui_error would use; 0 for NULL or "". */
float ui_error_height(const Ui *ui, float width, const char *words);

/* A surface with the panel radius (in the light theme with a line). */
void ui_panel(Ui *ui, Rect rect);
/* A 1 px decoration line. */
void ui_separator(Ui *ui, float x, float y, float width);
/* A key on a cap, its left edge at `left_middle`; returns its width. Draws nothing wider than it.
 */
float ui_key_cap(Ui *ui, Point left_middle, const char *key);

typedef struct {
    const char *key;  /* "Esc" */
    const char *word; /* "back" */
} UiHint;

/* A row of key caps with words, from the left; those that do not fit whole are left out. */
void ui_hints(Ui *ui, Rect rect, const UiHint *hints, size_t hint_count);

/* An 8 px bar filled by `fraction` (clamped to 0..1), in the middle of the rect's height. */
void ui_progress(Ui *ui, Rect rect, float fraction, Colour colour);

/* ---- buttons and choices --------------------------------------------------------------------- */

typedef enum {
    UI_BUTTON_NORMAL,
    UI_BUTTON_MAIN, /* one per screen: also takes Enter from text fields and from nobody */
    UI_BUTTON_BARE  /* no border or fill at rest: links and icon-like buttons */
} UiButtonKind;

typedef struct {
    const char *label;
    const char *key_cap; /* NULL for none: its key, drawn on a cap */
    UiButtonKind kind;
    float size_px; /* 0 means TYPE_BODY */
    char shortcut; /* 0 for none: this typed character presses it too */
    bool escape;   /* Esc presses it too */
    bool disabled;
    bool alert; /* label in the alert colour: it takes something away */
} UiButton;

bool ui_button(Ui *ui, UiId id, Rect rect, const UiButton *button);
/* The width it needs: label, cap, padding. */
float ui_button_width(const Ui *ui, const UiButton *button);

/* A 44 x 24 switch at the right end of `rect`, which answers the pointer as a whole. */
typedef struct {
    bool disabled;
} UiToggle;

bool ui_toggle(Ui *ui, UiId id, Rect rect, const UiToggle *toggle, bool *value);

typedef struct {
    double minimum;
    double maximum; /* > minimum */
    double step;    /* > 0; Shift moves by ten */
    bool zero_tick; /* signed: marks zero, fills from there */
    bool disabled;
    int decimals; /* of a typed number that is shown while typing, 0..3 */
} UiSlider;

/* True when the value changed. It stays on minimum + n step, inside the range. */
bool ui_slider(Ui *ui, UiId id, Rect rect, const UiSlider *slider, double *value);

/* One of many as pills; one Tab stop, arrows change it. True when changed. */
typedef struct {
    const char *const *labels;
    size_t label_count;
    TextAlign align; /* pills stand left or right in the rect */
    bool disabled;
} UiChoice;

bool ui_chips(Ui *ui, UiId id, Rect rect, const UiChoice *choice, size_t *selected);
/* One of many as tabs: left and right wrap; the chosen one is underlined. */
bool ui_tabs(Ui *ui, UiId id, Rect rect, const UiChoice *choice, size_t *selected);
/* One of many as a field that opens a list below (or above) it. */
bool ui_select(Ui *ui, UiId id, Rect rect, const UiChoice *choice, size_t *selected);

/* ---- text field ------------------------------------------------------------------------------ */

typedef struct {
    const char *placeholder; /* NULL for none */
    const char *error;       /* NULL or "" for none; below the rect: leave ui_error_height there */
    float size_px;           /* 0 means TYPE_BODY */
    FontWeight weight;
    bool disabled;
} UiTextField;

typedef struct {
    bool changed;
    bool submitted; /* Enter; the main button of the frame hears it too */
} UiFieldResult;

/*
 * Edits the NUL-terminated UTF-8 in `text`, whose memory is `text_capacity` bytes (2 to
 * UI_FIELD_BYTES_MAX, terminator included). Typed or pasted control characters and broken UTF-8 are
 * left out; what does not fit is cut between characters.
 */
UiFieldResult ui_text_field(
    Ui *ui, UiId id, Rect rect, const UiTextField *field, char *text, size_t text_capacity);

/* ---- lists, tables, scrolling ---------------------------------------------------------------- */

typedef struct {
    bool changed;   /* the selection */
    bool activated; /* Enter, Space or click on the row */
} UiListResult;

/* Rows of words on whatever lies behind; put a panel there. */
typedef struct {
    const char *const *labels;
    size_t label_count;
    float row_height;    /* 0 means ROW_HEIGHT + 6 */
    bool select_on_move; /* arrows select at once (a menu), else Enter or Space does */
} UiList;

UiListResult
ui_list(Ui *ui, UiId id, Rect rect, const UiList *list, UiListState *state, size_t *selected);

typedef struct {
    const char *title;
    float width; /* 0: shares what is left */
    TextAlign align;
    bool sortable;
} UiColumn;

typedef struct {
    const UiColumn *columns;
    size_t column_count;
    size_t row_count;
    float row_height;         /* 0 means ROW_HEIGHT */
    const char *const *names; /* of the rows, for type-ahead; NULL for none */
} UiTable;

/* A table being emitted: filled by ui_table_begin, a row at a time by ui_table_next. */
typedef struct {
    const UiTable *table;
    UiListState *state;
    UiId id;
    Rect body;    /* the rows' window */
    Rect row;     /* of the current row */
    size_t index; /* of the current row */
    size_t next_index;
    float row_height;
    bool focused; /* the current row has the keyboard */
    bool hovered;
    bool clicked; /* the current row was pressed by Enter or pointer */
    bool sorted;  /* the sort of the state was changed in this frame */
    bool inert;
    bool has_focus;
    bool ring;
    bool enter;
    size_t clicked_index; /* row_count when none */
    size_t hovered_index; /* row_count when none */
} UiTableRows;

/*
 * Header and panel; then only the visible rows:
 *     UiTableRows rows = ui_table_begin(ui, id, rect, &table, &state);
 *     while (ui_table_next(ui, &rows)) { ui_label(ui, ui_table_cell(&rows, 0), ...); }
 *     ui_table_end(ui, &rows);
 */
UiTableRows ui_table_begin(Ui *ui, UiId id, Rect rect, const UiTable *table, UiListState *state);
bool ui_table_next(Ui *ui, UiTableRows *rows);
Rect ui_table_cell(const UiTableRows *rows, size_t column);
void ui_table_end(Ui *ui, UiTableRows *rows);

/*
 * A window onto content that may be taller. Returns the content's rectangle: x and width of `rect`,
 * y moved by the offset. Wheel, dragging its bar, Page keys, and Tab into hidden widgets move it.
 */
Rect ui_scroll_begin(Ui *ui, UiId id, Rect rect, UiScrollState *state);
/* `content_bottom` is the y below the last thing drawn. */
void ui_scroll_end(Ui *ui, float content_bottom);

/* ---- over the page --------------------------------------------------------------------------- */

typedef struct {
    const char *title;
    const char *text;  /* NULL for none */
    const char *safe;  /* the answer that has the focus first, and Esc; main button */
    const char *other; /* NULL: only the safe answer */
} UiQuestion;

typedef enum {
    UI_ANSWER_NONE,
    UI_ANSWER_SAFE,
    UI_ANSWER_OTHER
} UiAnswer;

/* A modal question in the middle of the window. Emit it every frame, last, until it answers. */
UiAnswer ui_ask(Ui *ui, UiId id, const UiQuestion *question);

/*
 * A modal of free content: dims the page, traps the focus. Modals over modals are emitted inside or
 * after the one they cover, in the same order in every frame; only the topmost answers, and gives
 * the focus back when it is gone. Returns the content rectangle inside a panel of this size (cut to
 * the window). Esc is the caller's: ui_key_pressed(ui, UI_KEY_ESCAPE, 0)
 * before ui_modal_end, or a button with .escape.
 */
Rect ui_modal_begin(Ui *ui, UiId id, float width, float height);
void ui_modal_end(Ui *ui);

/* Shows these words for TOAST_S, in place of any before; cut to UI_TOAST_BYTES_MAX - 1 bytes. */
void ui_toast_show(Ui *ui, const char *text);
/* Draws the toast, if there is one, and says whether it did; in low rectangles its words are small.
 */
bool ui_toast(Ui *ui, Rect rect);

#endif
