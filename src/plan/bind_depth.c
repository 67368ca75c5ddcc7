/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_depth.c -- how deep the tree of a statement may become: all that walk
 * it later recurse.
 *
 * What is bound inside something else is a level deeper, also when a view's or
 * a WITH's text is where the tree goes on; items of FROM are a chain of joins,
 * the first one at its end.
 */
#include "plan/bind.h"

#define DEPTH_MAX 5000

int
binder_reach(struct binder *binder, uint32_t levels, const char *what,
    int location, struct error *err)
{
	uint32_t depth = binder->depth + levels;

	if (depth > DEPTH_MAX)
		return error_at(err, location, STELE_E_TOO_COMPLEX,
		    "%s is nested too deeply", what);
	if (depth > binder->deepest)
		binder->deepest = depth;
	return 0;
}

int
binder_enter(struct binder *binder, uint32_t levels, const char *what,
    int location, struct error *err)
{
	int rc = binder_reach(binder, levels, what, location, err);

	if (rc == 0)
		binder->depth += levels;
	return rc;
}

void
binder_leave(struct binder *binder, uint32_t levels)
{
	binder->depth -= levels;
}
