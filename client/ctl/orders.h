/*
 * What each command of onedrum-ctl does in a visit, until its effect is seen.
 *
 * Not pure: prints what happened on stdout, what went wrong on stderr.
 */
#ifndef CLIENT_CTL_ORDERS_H
#define CLIENT_CTL_ORDERS_H

#include "client/ctl/options.h"
#include "client/ctl/visit.h"

/* Carries the command out; returns the exit code. The visit has begun. */
int orders_carry_out(Visit *visit, const CtlOptions *options);

#endif
