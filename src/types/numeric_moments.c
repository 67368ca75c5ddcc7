/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variance of numerics, exact until the last division: with n values whose sum
 * is s and whose squares' sum is q, (n q - s^2) / (n (n - 1)), rounded as any
 * division; a deviation is the root of that, at the same scale.
 */
#include "common/error.h"
#include "types/numeric_private.h"

/* Squares of what 64 bits hold need no more than 128. */
static bool
is_short(const struct numeric *n)
{
	return numeric_is_small(n) && n->small <= INT64_MAX &&
	    n->small >= INT64_MIN;
}

int
numeric_moments_add(struct numeric_moments *moments, const struct numeric *n,
    struct arena *arena, struct error *err)
{
	const uint64_t *limbs = moments->squares.limbs;
	struct arena_mark mark;
	struct numeric square;
	int rc;

	if (!numeric_is_finite(n)) {
		moments->has_special = true;
		return 0;
	}
	rc = numeric_sum_add(&moments->sum, n, arena, err);
	if (rc != 0)
		return rc;
	if (is_short(n)) {
		square = numeric_of_i128(n->small * n->small,
		    (uint32_t)n->scale * 2);
		return numeric_sum_add(&moments->squares, &square, arena, err);
	}
	mark = arena_mark(arena);
	rc = numeric_multiply(n, n, arena, &square, err);
	if (rc == 0)
		rc = numeric_sum_add(&moments->squares, &square, arena, err);
	/* The sum has copied what it needs, unless its memory is new. */
	if (rc == 0 && moments->squares.limbs == limbs)
		arena_rewind(arena, mark);
	return rc;
}

int
numeric_moments_merge(struct numeric_moments *moments,
    const struct numeric_moments *other, struct arena *arena, struct error *err)
{
	int rc = numeric_sum_merge(&moments->sum, &other->sum, arena, err);

	moments->has_special |= other->has_special;
	return rc != 0
	    ? rc
	    : numeric_sum_merge(&moments->squares, &other->squares, arena, err);
}

int
numeric_moments_variance(const struct numeric_moments *moments, int64_t count,
    bool is_sample, bool is_root, struct arena *arena, struct numeric *out,
    struct error *err)
{
	struct numeric n = numeric_of_i64(count);
	struct numeric divisor =
	    numeric_of_i128((i128)count * (is_sample ? count - 1 : count), 0);
	struct numeric sum, squares;
	int rc;

	if (moments->has_special) {
		*out = numeric_special(NUMERIC_NAN);
		return 0;
	}
	rc = numeric_sum_total(&moments->sum, arena, &sum, err);
	if (rc == 0)
		rc = numeric_sum_total(&moments->squares, arena, &squares, err);
	if (rc == 0)
		rc = numeric_multiply(&sum, &sum, arena, &sum, err);
	if (rc == 0)
		rc = numeric_multiply(&n, &squares, arena, &squares, err);
	if (rc == 0)
		rc = numeric_subtract(&squares, &sum, arena, out, err);
	if (rc != 0)
		return rc;
	if (numeric_sign(out) <= 0) {
		*out = numeric_of_i64(0);
		return 0;
	}
	rc = numeric_divide(out, &divisor, arena, out, err);
	if (rc == 0 && is_root)
		rc = numeric_sqrt_at(out, out->scale, arena, out, err);
	return rc;
}
