/* SPDX-License-Identifier: Apache-2.0 */
/*
 * effort.c -- how much planning one statement may take (ADR 79).
 *
 * What a statement's text says is bounded by its length.  What is not, are
 * copies: a view bound again at each name of it, an operand that stands in two
 * comparisons, a condition said anew of each input.  Copies of copies double with
 * each few characters of text, so they are counted.
 */
#include "common/cancel.h"
#include "plan/bind.h"
#include "sql/parse.h"

#define COPIES_MAX 1000000 /* expressions and relations */
#define JOINS_MAX  5000    /* each is the input of the next: a chain of them */

static const atomic_bool *
cancel_of(const struct binder *binder)
{
	const struct plan_session *session = binder->context->session;

	return session == NULL ? NULL : session->cancel;
}

void
binder_add_copies(struct binder *binder, uint32_t count)
{
	if (__builtin_add_overflow(binder->copy_count, count,
		&binder->copy_count))
		binder->copy_count = UINT32_MAX;
}

bool
binder_has_room(const struct binder *binder, uint32_t count)
{
	return binder->copy_count <= COPIES_MAX &&
	    count <= COPIES_MAX - binder->copy_count;
}

bool
binder_may_join(const struct binder *binder)
{
	return binder->join_count < JOINS_MAX;
}

bool
binder_is_over(const struct binder *binder)
{
	return binder->arena->failed || !binder_has_room(binder, 0) ||
	    cancel_is_set(cancel_of(binder));
}

int
too_many_targets(struct error *err)
{
	return error_set(err, STELE_E_TOO_MANY_COLUMNS,
	    "target lists can have at most %d entries", SQL_TARGETS_MAX);
}

int
too_complex(struct error *err)
{
	return error_set(err, STELE_E_TOO_COMPLEX,
	    "the plan of the statement has too many parts");
}

int
binder_check(const struct binder *binder, struct error *err)
{
	int rc = arena_check(binder->arena, err);

	if (rc == 0)
		rc = cancel_check(cancel_of(binder), err);
	if (rc == 0 && !binder_has_room(binder, 0))
		rc = too_complex(err);
	return rc;
}
