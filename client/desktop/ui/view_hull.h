/*
 * The outline of a team on the ring: a convex hull around most of its members, with some air.
 *
 * Pure geometry; allocates nothing.
 */
#ifndef CLIENT_DESKTOP_UI_VIEW_HULL_H
#define CLIENT_DESKTOP_UI_VIEW_HULL_H

#include "client/desktop/ui/layout.h"

#include <stddef.h>

#define HULL_AIR 9.0F /* px around each member */

enum {
    HULL_CORNERS = 12,     /* points that stand for the air around a member */
    HULL_DROP_FROM = 8,    /* members from which on the farthest tenth is left out */
    HULL_MEMBERS_MAX = 128 /* corners of the members' own hull; more are left out */
};

/*
 * Writes the hull, clockwise on screen, and returns how many points it has, at most `hull_max`.
 * From HULL_DROP_FROM members on the tenth farthest from their median is dropped first; `members`
 * is reordered for it.
 */
size_t view_hull(Point *members, size_t member_count, Point *hull, size_t hull_max);

#endif
