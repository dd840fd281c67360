#include "client/desktop/ui/group_views.h"

#include "client/desktop/ui/widget_parts.h"

#include <math.h>
#include <string.h>

#define FIELD_HEIGHT 38.0F

bool group_tabs(Ui *ui, Rect rect, GroupView shown)
{
    static const char *const labels[] = {"Ring", "Map"};
    UiChoice choice = {.labels = labels, .label_count = 2};
    size_t tab = (size_t)shown;

    if (!ui_tabs(ui, ui_id("group views"), rect, &choice, &tab)) {
        return false;
    }
    ui_focus(ui, 0); /* arrows belong to the people again */
    return true;
}

bool group_arrow(Ui *ui, float *x, float *y)
{
    static const struct {
        UiKey key;
        float x;
        float y;
    } arrows[] = {{UI_KEY_LEFT, -1.0F, 0.0F},
                  {UI_KEY_RIGHT, 1.0F, 0.0F},
                  {UI_KEY_UP, 0.0F, -1.0F},
                  {UI_KEY_DOWN, 0.0F, 1.0F}};

    for (size_t i = 0; i < sizeof arrows / sizeof arrows[0]; i++) {
        if (ui_key_pressed(ui, arrows[i].key, 0)) {
            *x = arrows[i].x;
            *y = arrows[i].y;
            return true;
        }
    }
    return false;
}

/* ---- search -----------------------------------------------------------------------------------
 */

static UiId field_id(void)
{
    return ui_id("group find");
}

void group_find_open(Ui *ui, GroupFind *find)
{
    find->open = true;
    ui_focus(ui, field_id());
}

bool group_find_has_focus(const Ui *ui)
{
    return ui_has_focus(ui, field_id());
}

bool group_find_close(Ui *ui, GroupFind *find)
{
    bool was_open = find->open || find->text[0] != '\0' || group_find_has_focus(ui);

    if (was_open) {
        *find = (GroupFind){.open = false};
        ui_focus(ui, 0);
    }
    return was_open;
}

static bool contains(const char *text, const char *part)
{
    for (; *text != '\0'; text++) {
        size_t i = 0;

        while (part[i] != '\0' && widget_lower(text[i]) == widget_lower(part[i])) {
            i++;
        }
        if (part[i] == '\0') {
            return true;
        }
    }
    return false;
}

bool group_is_meant(const ModelOthers *others, int seat, const char *words)
{
    const RosterEntry *entry = &others->roster[seat];

    if (words[0] == '\0') {
        return false;
    }
    return contains(entry->name, words) ||
           (entry->team < others->team_count && contains(others->teams[entry->team].name, words));
}

static bool is_on_map(const ModelOthers *others, int seat)
{
    return others->map[seat].verdict != MAP_ABSENT;
}

/* The first who is meant after `seat`, and around. */
static int next_meant(const GroupPeople *people, const char *words, int seat)
{
    int after = -1;

    for (int i = 0; i < people->seat_count; i++) {
        after = people->seats[i] == seat ? i : after;
    }
    for (int i = 1; i <= people->seat_count; i++) {
        int candidate = people->seats[(after + i) % people->seat_count];

        if (is_on_map(people->others, candidate) &&
            group_is_meant(people->others, candidate, words)) {
            return candidate;
        }
    }
    return GROUP_NOBODY;
}

void group_find_field(Ui *ui, Rect rect, GroupFind *find, const GroupPeople *people, int *seat)
{
    UiTextField field = {.placeholder = "Find a person or team"};
    Rect place = rect_centered(rect, rect.w, fminf(rect.h, FIELD_HEIGHT));
    UiFieldResult result =
        ui_text_field(ui, field_id(), place, &field, find->text, sizeof find->text);
    bool is_meant = *seat != GROUP_NOBODY && group_is_meant(people->others, *seat, find->text);

    if (result.submitted) {
        *seat = next_meant(people, find->text, *seat);
    } else if (result.changed && !is_meant && find->text[0] != '\0') {
        *seat = next_meant(people, find->text, GROUP_NOBODY);
    }
}
