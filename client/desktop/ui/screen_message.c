#include "client/desktop/ui/screen_message.h"

#include "client/desktop/ui/form_parts.h"

#include <math.h>

#define PANEL_WIDTH 600.0F
#define BUTTON_WIDTH 150.0F

static bool helps_to_try_again(WordsSituation situation)
{
    switch (situation) {
    case WORDS_SERVER_GONE:
    case WORDS_NO_ANSWER:
    case WORDS_SESSION_FULL:
    case WORDS_LOCKED:
    case WORDS_SERVER_STOPS:
    case WORDS_SEAT_TAKEN_OVER:
    case WORDS_NOT_NOW:
        return true;
    case WORDS_WRONG_CODE:
    case WORDS_VERSION_NEWER:
    case WORDS_VERSION_OLDER:
    case WORDS_BANNED:
    case WORDS_KICKED:
    case WORDS_NAME_TAKEN:
    case WORDS_NAME_INVALID:
    case WORDS_KEY_CHANGED:
    case WORDS_TOKEN_UNKNOWN:
    case WORDS_NOT_ALLOWED:
    case WORDS_OUT_OF_RANGE:
    case WORDS_PRIVACY_HOLDS:
    case WORDS_NO_AUDIO:
    case WORDS_TOO_UNEVEN:
    case WORDS_TOO_FEW_TAPS:
    case WORDS_BETWEEN_CLICKS:
    case WORDS_TAPS_TWICE:
    case WORDS_DEVICE_CHANGED:
    case WORDS_DEVICE_RETURNED:
    case WORDS_CALIBRATED:
    case WORDS_BLUETOOTH:
    case WORDS_CLOCK_UNSTEADY:
    case WORDS_LOBBY:
    case WORDS_PAUSED:
    case WORDS_STOPPED:
    case WORDS_SITUATION_COUNT:
        break;
    }
    return false;
}

static MessageView view_of(WordsSituation situation, const WordsAbout *about)
{
    MessageView view = {.situation = situation, .can_try_again = helps_to_try_again(situation)};

    words_situation(situation, about, &view.headline, &view.detail);
    return view;
}

MessageView message_view_of_refusal(const RefusedMessage *refused, const char *name)
{
    WordsAbout about = {.number = refused->number, .other_number = PROTOCOL_VERSION, .name = name};

    return view_of(words_of_refusal((Refusal)refused->reason), &about);
}

MessageView message_view_of_notice(const NoticeMessage *notice)
{
    return view_of(words_of_notice((NoticeKind)notice->kind), NULL);
}

MessageView message_view_of_silence(const char *host, uint16_t port)
{
    WordsAbout about = {.number = port, .name = host};

    return view_of(WORDS_NO_ANSWER, &about);
}

static MessageAction put_buttons(Ui *ui, Rect row, bool can_try_again)
{
    UiButton again = {.label = "Try again", .key_cap = "Enter", .kind = UI_BUTTON_MAIN};
    UiButton back = {.label = "Back", .key_cap = "Esc", .escape = true};
    MessageAction action = MESSAGE_ACTION_NONE;

    if (!can_try_again) {
        back =
            (UiButton){.label = "Back", .key_cap = "Enter", .kind = UI_BUTTON_MAIN, .escape = true};
    }
    if (can_try_again) {
        Rect left = rect_cut_left(&row, fmaxf(BUTTON_WIDTH, ui_button_width(ui, &again)));

        (void)rect_cut_left(&row, SPACE_4);
        if (ui_button(ui, ui_id("message.again"), left, &again)) {
            action = MESSAGE_ACTION_TRY_AGAIN;
        }
    }
    row.w = fminf(row.w, fmaxf(BUTTON_WIDTH, ui_button_width(ui, &back)));
    if (ui_button(ui, ui_id("message.back"), row, &back)) {
        action = MESSAGE_ACTION_BACK;
    }
    return action;
}

MessageAction screen_message(MessageScreen *screen, Ui *ui, const MessageView *view)
{
    const Theme *theme = ui->frame.theme;
    Rect window = layout_window(&ui->frame.layout);
    float width = fminf(PANEL_WIDTH, window.w - 2.0F * ui->frame.layout.margin);
    float inner = width - 2.0F * SPACE_6;
    UiLabel headline = {.size_px = TYPE_TITLE, .weight = FONT_SEMIBOLD};
    UiLabel detail = {.size_px = TYPE_LEAD, .colour = theme->text2};
    float headline_height = ui_paragraph_height(ui, inner, &headline, view->headline.bytes);
    float detail_height = ui_paragraph_height(ui, inner, &detail, view->detail.bytes);
    float height = headline_height + detail_height + CONTROL_HEIGHT + SPACE_3 + SPACE_6;
    Rect content;
    Rect panel;
    Rect rest;
    MessageAction action;

    height += 2.0F * SPACE_6;
    if (!screen->has_opened) {
        screen->has_opened = true;
        ui_focus(ui, 0);
    }
    content = ui_scroll_begin(ui, ui_id("message.scroll"), window, &screen->scroll);
    panel = (Rect){(window.w - width) / 2.0F,
                   content.y + fmaxf((window.h - height) / 2.0F, SPACE_4),
                   width,
                   height};
    ui_panel(ui, panel);
    rest = rect_inset(panel, SPACE_6);
    (void)rect_cut_top(&rest, ui_paragraph(ui, rest, &headline, view->headline.bytes) + SPACE_3);
    (void)rect_cut_top(&rest, ui_paragraph(ui, rest, &detail, view->detail.bytes) + SPACE_6);
    action = put_buttons(ui, (Rect){rest.x, rest.y, rest.w, CONTROL_HEIGHT}, view->can_try_again);
    ui_scroll_end(ui, rect_bottom(panel) + SPACE_4);
    return action;
}
