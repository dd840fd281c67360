#include "client/desktop/ui/screen_join.h"

#include <math.h>
#include <string.h>

#include "shared/names.h"

#define COLUMN_WIDTH 500.0F
#define CODE_SIZE 24.0F
#define JOIN_HEIGHT 56.0F
#define GUTTER 16.0F
/* The sign with name and promise below it, or beside it, or the name alone. */
#define HEAD_TALL 233.0F
#define HEAD_WIDE 96.0F
#define HEAD_SHORT 60.0F
/* Two fields beside each other need this much. */
#define PAIR_WIDTH_MIN 360.0F
/* After so long without an answer the network is the likely culprit. */
#define SILENCE_S 6.0

static const char code_hint[] = "Eight characters from your host, or paste the whole link.";

/* Where the next thing goes. */
typedef struct {
    JoinScreen *screen;
    Ui *ui;
    const JoinView *view;
    float x;
    float w;
    float y;
} Page;

/* ---- what was typed -------------------------------------------------------------------------- */

/* A code has neither slash, colon nor dot; whatever has is meant to be a link. */
static bool looks_like_link(const char *text)
{
    return strchr(text, '/') != NULL || strchr(text, ':') != NULL || strchr(text, '.') != NULL;
}

bool join_screen_needs_host(const JoinScreen *screen)
{
    uint8_t code[CODE_CHARS];

    return code_parse(screen->code, code);
}

static void say(JoinScreen *screen, JoinField field, const char *words)
{
    words_clear(&screen->errors[field]);
    words_add(&screen->errors[field], words);
}

static void forget_errors(JoinScreen *screen)
{
    for (int i = 0; i < JOIN_FIELD_COUNT; i++) {
        words_clear(&screen->errors[i]);
    }
}

/* The code and the host together are a link; so both are understood in one place. */
static bool understand_code(JoinScreen *screen)
{
    char text[LINK_TEXT_BYTES_MAX] = "onedrum://";
    size_t used = strlen(text);
    size_t host_bytes = strlen(screen->host);
    uint8_t code[CODE_CHARS];
    LinkError error;

    if (!code_parse(screen->code, code)) {
        say(screen,
            JOIN_FIELD_CODE,
            "A code has eight letters and digits, such as K7PM-4TWX. Check it, or paste the link.");
        return false;
    }
    if (host_bytes == 0) {
        say(screen,
            JOIN_FIELD_HOST,
            "Type the server: the part of the link between onedrum:// and the code.");
        return false;
    }
    memcpy(text + used, screen->host, host_bytes);
    used += host_bytes;
    text[used] = '/';
    code_format(code, text + used + 1);
    if (!link_parse(text, &screen->link, &error)) {
        say(screen, JOIN_FIELD_HOST, error.reason);
        return false;
    }
    return true;
}

static bool understand_target(JoinScreen *screen)
{
    LinkError error;

    if (screen->code[0] == '\0') {
        say(screen, JOIN_FIELD_CODE, "Type the code from your host, or paste the link.");
        return false;
    }
    if (!looks_like_link(screen->code)) {
        return understand_code(screen);
    }
    if (!link_parse(screen->code, &screen->link, &error)) {
        say(screen, JOIN_FIELD_CODE, error.reason);
        return false;
    }
    return true;
}

/* Spaces around a name are slips of the hand. */
static void trim(char *text)
{
    size_t start = 0;
    size_t bytes;

    while (text[start] == ' ') {
        start++;
    }
    bytes = strlen(text) - start;
    memmove(text, text + start, bytes + 1);
    while (bytes > 0 && text[bytes - 1] == ' ') {
        bytes--;
        text[bytes] = '\0';
    }
}

/* The server's own rule, so that nobody is sent back from the door for a name. */
static NameProblem put_in_order(char *name)
{
    char normal[NAME_BYTES_MAX + 1];
    const NameProblem problem = name_normalize(name, normal);

    if (problem == NAME_GOOD || problem == NAME_EMPTY) {
        memcpy(name, normal, strlen(normal) + 1);
    }
    return problem;
}

static bool understand_person(JoinScreen *screen)
{
    static const char *const of_name[] = {
        [NAME_GOOD] = NULL,
        [NAME_EMPTY] = "Type a name the others know you by.",
        [NAME_TOO_LONG] = "A name has at most 24 characters. Shorten it.",
        [NAME_CHARACTERS] = "Use letters, digits and signs that can be seen.",
    };
    static const char *const of_team[] = {
        [NAME_GOOD] = NULL,
        [NAME_EMPTY] = NULL,
        [NAME_TOO_LONG] = "A team has at most 24 characters. Shorten it.",
        [NAME_CHARACTERS] = "Use letters, digits and signs that can be seen.",
    };
    const NameProblem name = put_in_order(screen->name);
    const NameProblem team = put_in_order(screen->team);

    if (of_name[name] != NULL) {
        say(screen, JOIN_FIELD_NAME, of_name[name]);
    }
    if (of_team[team] != NULL) {
        say(screen, JOIN_FIELD_TEAM, of_team[team]);
    }
    return of_name[name] == NULL && of_team[team] == NULL;
}

static bool understand(JoinScreen *screen)
{
    bool is_good;

    forget_errors(screen);
    trim(screen->code);
    trim(screen->host);
    is_good = understand_target(screen);
    return understand_person(screen) && is_good;
}

static UiId field_id(JoinField field)
{
    return ui_id_index(ui_id("join.field"), (size_t)field);
}

static void focus_first_error(JoinScreen *screen, Ui *ui)
{
    for (int i = 0; i < JOIN_FIELD_COUNT; i++) {
        if (screen->errors[i].length_bytes > 0) {
            ui_focus(ui, field_id((JoinField)i));
            return;
        }
    }
}

void join_screen_open(JoinScreen *screen, const AppSettings *settings)
{
    form_copy(screen->name, sizeof screen->name, settings->name);
    form_copy(screen->team, sizeof screen->team, settings->team);
    form_copy(screen->host, sizeof screen->host, settings->host);
    forget_errors(screen);
    screen->has_opened = false;
    screen->asks_to_quit = false;
}

void join_screen_set_link(JoinScreen *screen, const char *text)
{
    form_copy(screen->code, sizeof screen->code, text);
}

bool join_screen_refused(JoinScreen *screen, const RefusedMessage *refused)
{
    WordsSituation situation = words_of_refusal((Refusal)refused->reason);
    WordsAbout about = {.number = refused->number, .name = screen->name};
    JoinField field = JOIN_FIELD_NAME;
    WordsText headline;
    WordsText detail;

    if (situation == WORDS_WRONG_CODE) {
        field = JOIN_FIELD_CODE;
    } else if (situation != WORDS_NAME_TAKEN && situation != WORDS_NAME_INVALID) {
        return false;
    }
    words_situation(situation, &about, &headline, &detail);
    words_add(&headline, " ");
    words_add(&headline, detail.bytes);
    forget_errors(screen);
    screen->errors[field] = headline;
    return true;
}

/* ---- the page -------------------------------------------------------------------------------- */

static float error_height(const Page *page, JoinField field, float width)
{
    return ui_error_height(page->ui, width, page->screen->errors[field].bytes);
}

/* One labelled field; its error below it. Answers the height used below the field. */
static float
put_field(Page *page, JoinField field, Rect rect, const char *label, const UiTextField *look)
{
    JoinScreen *screen = page->screen;
    Ui *ui = page->ui;
    char *texts[JOIN_FIELD_COUNT] = {screen->code, screen->host, screen->name, screen->team};
    size_t capacities[JOIN_FIELD_COUNT] = {
        sizeof screen->code, sizeof screen->host, sizeof screen->name, sizeof screen->team};
    float below = error_height(page, field, rect.w);
    UiTextField marked = *look;
    UiFieldResult result;

    form_label_above(ui, rect, label);
    marked.error = screen->errors[field].bytes;
    result = ui_text_field(ui, field_id(field), rect, &marked, texts[field], capacities[field]);
    if (result.changed) {
        words_clear(&screen->errors[field]);
    }
    return below;
}

/* Two fields beside each other, or one below the other where it is narrow. */
static void split(const Page *page, Rect *left, Rect *right)
{
    Rect row = {page->x, page->y + FORM_LABEL_HEIGHT, page->w, CONTROL_HEIGHT};

    *left = rect_column(row, 0, 2, GUTTER);
    *right = rect_column(row, 1, 2, GUTTER);
}

static bool host_is_shown(const Page *page)
{
    const JoinScreen *screen = page->screen;
    bool has_focus = ui_has_focus(page->ui, field_id(JOIN_FIELD_HOST));

    return join_screen_needs_host(screen) || screen->errors[JOIN_FIELD_HOST].length_bytes > 0 ||
           (has_focus && !looks_like_link(screen->code));
}

static void put_code(Page *page)
{
    UiTextField code = {.placeholder = "K7PM-4TWX",
                        .size_px = CODE_SIZE,
                        .weight = FONT_SEMIBOLD,
                        .disabled = page->view->is_connecting};
    UiTextField host = {.placeholder = "drums.example.org", .disabled = page->view->is_connecting};
    UiLabel hint = {.size_px = TYPE_HINT, .colour = page->ui->frame.theme->text3};
    bool has_host = host_is_shown(page);
    bool is_pair = has_host && page->w >= PAIR_WIDTH_MIN;
    Rect left = {page->x, page->y + FORM_LABEL_HEIGHT, page->w, CONTROL_HEIGHT};
    Rect right = left;
    float below;

    if (is_pair) {
        split(page, &left, &right);
    }
    if (looks_like_link(page->screen->code)) {
        code.size_px = TYPE_BODY;
        code.weight = FONT_REGULAR;
    }
    below = put_field(page, JOIN_FIELD_CODE, left, "Join code or link", &code);
    if (has_host && !is_pair) {
        right.y = rect_bottom(left) + below + SPACE_2 + FORM_LABEL_HEIGHT;
    }
    if (has_host) {
        float host_below = put_field(page, JOIN_FIELD_HOST, right, "Server", &host);

        below = is_pair ? fmaxf(below, host_below) : host_below;
    }
    if (below <= 0.0F) {
        Rect words = {page->x, rect_bottom(right) + SPACE_1, page->w, SPACE_5};

        below = ui_paragraph(
                    page->ui,
                    words,
                    &hint,
                    has_host ? "The server is the part of the link between onedrum:// and the code."
                             : code_hint) +
                SPACE_2;
    }
    page->y = rect_bottom(right) + below + SPACE_1;
}

static void put_person(Page *page)
{
    UiTextField name = {.placeholder = "Cleo", .disabled = page->view->is_connecting};
    UiTextField team = {.placeholder = "No team", .disabled = page->view->is_connecting};
    Rect left;
    Rect right;
    float below;

    split(page, &left, &right);
    below = put_field(page, JOIN_FIELD_NAME, left, "Your name", &name);
    below = fmaxf(below, put_field(page, JOIN_FIELD_TEAM, right, "Team", &team));
    page->y = rect_bottom(left) + below + SPACE_5 - (below > 0.0F ? SPACE_2 : 0.0F);
}

static void add_port(WordsText *text, uint16_t port)
{
    words_add(text, ", port ");
    words_add_number(text, port);
}

static float put_progress(const Page *page, Rect rect)
{
    const Link *link = &page->screen->link;
    WordsAbout about = {.number = link->port, .name = link->host};
    const Theme *theme = page->ui->frame.theme;
    WordsText words;
    WordsText detail;

    if (page->view->connecting_s >= SILENCE_S) {
        words_situation(WORDS_NO_ANSWER, &about, &words, &detail);
        words_clear(&words);
        words_add(&words, "No answer yet. ");
        words_add(&words, detail.bytes);
        return form_notice(page->ui, rect, theme->alert, words.bytes);
    }
    words_clear(&words);
    words_add(&words, "Looking for ");
    words_add(&words, link->host);
    add_port(&words, link->port);
    words_add(&words, "...");
    return form_notice(page->ui, rect, theme->accent, words.bytes);
}

static JoinAction put_buttons(Page *page)
{
    Ui *ui = page->ui;
    bool is_connecting = page->view->is_connecting;
    UiButton join = {.label = is_connecting ? "Joining" : "Join the drum circle",
                     .key_cap = is_connecting ? NULL : "Enter",
                     .kind = UI_BUTTON_MAIN,
                     .size_px = TYPE_SENTENCE,
                     .disabled = is_connecting};
    UiButton practise = {.label = "Practise alone", .key_cap = "P", .shortcut = 'p'};
    UiButton cancel = {.label = "Stop trying", .key_cap = "Esc", .escape = true};
    UiButton settings = {.label = "Settings", .key_cap = "S", .shortcut = 's'};
    Rect row = {page->x, page->y, page->w, JOIN_HEIGHT};
    Rect pair = {page->x, page->y + JOIN_HEIGHT + SPACE_4, page->w, CONTROL_HEIGHT};
    Rect left = rect_column(pair, 0, 2, GUTTER);
    JoinAction action = JOIN_ACTION_NONE;

    if (ui_button(ui, ui_id("join.join"), row, &join)) {
        if (understand(page->screen)) {
            action = JOIN_ACTION_JOIN;
        } else {
            focus_first_error(page->screen, ui);
        }
    }
    if (is_connecting) {
        if (ui_button(ui, ui_id("join.cancel"), left, &cancel)) {
            action = JOIN_ACTION_CANCEL;
        }
    } else if (ui_button(ui, ui_id("join.practise"), left, &practise)) {
        action = JOIN_ACTION_PRACTISE;
    }
    if (ui_button(ui, ui_id("join.settings"), rect_column(pair, 1, 2, GUTTER), &settings)) {
        action = JOIN_ACTION_SETTINGS;
    }
    page->y = rect_bottom(pair) + 20.0F;
    return action;
}

/* The form without its head, as tall as put_code to the notice make it. */
static float form_height(const Page *page)
{
    float half = (page->w - GUTTER) / 2.0F;
    bool is_narrow = page->w < PAIR_WIDTH_MIN;
    bool has_host = host_is_shown(page);
    float errors = fmaxf(error_height(page, JOIN_FIELD_CODE, has_host ? half : page->w),
                         error_height(page, JOIN_FIELD_HOST, half));
    float height = 2.0F * (FORM_LABEL_HEIGHT + CONTROL_HEIGHT) + SPACE_1 + SPACE_5;

    height += has_host && is_narrow ? FORM_LABEL_HEIGHT + CONTROL_HEIGHT + SPACE_2 : 0.0F;
    height += fmaxf(errors, SPACE_5 + SPACE_1);
    height +=
        fmaxf(error_height(page, JOIN_FIELD_NAME, half), error_height(page, JOIN_FIELD_TEAM, half));
    return height + JOIN_HEIGHT + SPACE_4 + CONTROL_HEIGHT + 20.0F + CONTROL_HEIGHT;
}

static void put_tall_head(Page *page)
{
    const Theme *theme = page->ui->frame.theme;
    UiLabel title = {.size_px = TYPE_JUDGEMENT, .weight = FONT_SEMIBOLD, .align = TEXT_CENTER};
    UiLabel promise = {.size_px = TYPE_LEAD, .align = TEXT_CENTER, .colour = theme->text2};
    float center = page->x + page->w / 2.0F;

    form_sign(page->ui, (Point){center, page->y + 67.0F}, 115.0F);
    ui_label(page->ui, (Rect){page->x, page->y + 132.0F, page->w, 56.0F}, &title, "Onedrum");
    ui_label(page->ui,
             (Rect){page->x, page->y + 187.0F, page->w, 26.0F},
             &promise,
             "Drum together until you sound like one drum.");
    page->y += HEAD_TALL;
}

/* The sign beside the name; without the promise where there is no room for it. */
static void put_wide_head(Page *page, float height)
{
    const Theme *theme = page->ui->frame.theme;
    UiLabel title = {.size_px = TYPE_TITLE, .weight = FONT_SEMIBOLD};
    UiLabel promise = {.align = TEXT_CENTER, .colour = theme->text2};
    bool is_short = height <= HEAD_SHORT;
    float radius = is_short ? 14.0F : 17.0F;
    float words = ui_text_width(page->ui, title.weight, title.size_px, "Onedrum");
    float left = page->x + (page->w - words - 2.0F * radius - SPACE_4) / 2.0F;
    Rect row = {left + 2.0F * radius + SPACE_4, page->y + SPACE_2, words, 40.0F};

    form_sign(page->ui, (Point){left + radius, row.y + 22.0F}, 2.1F * radius);
    ui_label(page->ui, row, &title, "Onedrum");
    if (!is_short) {
        ui_label(page->ui,
                 (Rect){page->x, rect_bottom(row), page->w, 28.0F},
                 &promise,
                 "Drum together until you sound like one drum.");
    }
    page->y += height;
}

static void put_head(Page *page)
{
    float room = page->ui->frame.layout.height - form_height(page) - 2.0F * SPACE_4;
    float heads[] = {HEAD_TALL, HEAD_WIDE, HEAD_SHORT};
    float head = heads[2];

    for (int i = 2; i >= 0; i--) {
        head = heads[i] <= room ? heads[i] : head;
    }
    page->y += fmaxf((room - head) / 2.0F, 0.0F) + SPACE_4;
    if (head >= HEAD_TALL) {
        put_tall_head(page);
    } else {
        put_wide_head(page, head);
    }
}

/* Esc lets go of a field first, then asks. */
static JoinAction answer_escape(JoinScreen *screen, Ui *ui)
{
    UiQuestion question = {
        .title = "Close Onedrum?", .text = NULL, .safe = "Stay", .other = "Close"};
    UiAnswer answer;

    if (!screen->asks_to_quit && ui_key_pressed(ui, UI_KEY_ESCAPE, 0)) {
        if (ui->focus != 0) {
            ui_focus(ui, 0);
        } else {
            screen->asks_to_quit = true;
        }
    }
    if (!screen->asks_to_quit) {
        return JOIN_ACTION_NONE;
    }
    answer = ui_ask(ui, ui_id("join.quit"), &question);
    screen->asks_to_quit = answer == UI_ANSWER_NONE;
    return answer == UI_ANSWER_OTHER ? JOIN_ACTION_QUIT : JOIN_ACTION_NONE;
}

JoinAction screen_join(JoinScreen *screen, Ui *ui, const JoinView *view)
{
    const Layout *layout = &ui->frame.layout;
    Rect window = layout_window(layout);
    float width = fminf(COLUMN_WIDTH, window.w - 2.0F * layout->margin);
    Page page = {.screen = screen, .ui = ui, .view = view, .w = width};
    JoinAction action;
    JoinAction escape;
    Rect notice;
    Rect content;

    if (!screen->has_opened) {
        screen->has_opened = true;
        ui_focus(ui, screen->code[0] == '\0' ? field_id(JOIN_FIELD_CODE) : 0);
        /* After a refusal: what is to be mended has the keyboard. */
        focus_first_error(screen, ui);
    }
    content = ui_scroll_begin(ui, ui_id("join.scroll"), window, &screen->scroll);
    page.x = (window.w - width) / 2.0F;
    page.y = content.y;
    put_head(&page);
    put_code(&page);
    put_person(&page);
    action = put_buttons(&page);
    notice = (Rect){page.x, page.y, page.w, CONTROL_HEIGHT};
    page.y += view->is_connecting ? put_progress(&page, notice)
                                  : form_sound_notice(ui, notice, &view->sound);
    ui_scroll_end(ui, page.y + SPACE_4);
    escape = answer_escape(screen, ui);
    return escape != JOIN_ACTION_NONE ? escape : action;
}
