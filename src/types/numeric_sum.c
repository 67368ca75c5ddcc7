/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums of many numerics.  The 128-bit part takes what it can; when a value
 * does not fit beside it, both go to `rest`, whose memory is used again.
 */
#include <string.h>

#include "common/error.h"
#include "types/numeric_private.h"

/* rest += n, in the memory of the sum. */
static int
rest_add(struct numeric_sum *sum, const struct numeric *n, struct arena *arena,
    struct error *err)
{
	struct arena_mark mark = arena_mark(arena);
	struct numeric total;
	int rc;

	if (!sum->has_rest) {
		sum->rest = numeric_of_i64(0);
		sum->has_rest = true;
	}
	rc = numeric_add(&sum->rest, n, arena, &total, err);
	if (rc != 0)
		return rc;
	if (total.limb_count > sum->limb_capacity) {
		/* Keep twice the room: it is the last time for long. */
		uint32_t capacity = total.limb_count * 2;
		uint64_t *limbs =
		    arena_try_alloc(arena, capacity * sizeof(*limbs));

		if (limbs == NULL)
			return error_no_memory(err);
		memcpy(limbs, total.limbs, total.limb_count * sizeof(*limbs));
		sum->limbs = limbs;
		sum->limb_capacity = capacity;
		total.limbs = limbs;
	} else if (total.limbs != NULL) {
		memcpy(sum->limbs, total.limbs,
		    total.limb_count * sizeof(*sum->limbs));
		total.limbs = sum->limbs;
		arena_rewind(arena, mark);
	}
	sum->rest = total;
	return 0;
}

/* Empty the 128-bit part into the rest. */
static int
spill(struct numeric_sum *sum, struct arena *arena, struct error *err)
{
	struct numeric part = numeric_of_i128(sum->small, sum->scale);
	int rc = rest_add(sum, &part, arena, err);

	if (rc == 0)
		sum->small = 0;
	return rc;
}

/* Bring the 128-bit part to a greater scale. */
static int
raise_scale(struct numeric_sum *sum, uint32_t scale, struct arena *arena,
    struct error *err)
{
	struct numeric part = numeric_of_i128(sum->small, sum->scale);
	int rc = 0;

	if (!numeric_to_i128(&part, scale, &sum->small)) {
		sum->small = part.small;
		rc = spill(sum, arena, err);
	}
	if (rc == 0)
		sum->scale = scale;
	return rc;
}

int
numeric_sum_add(struct numeric_sum *sum, const struct numeric *n,
    struct arena *arena, struct error *err)
{
	i128 value, total;
	int rc = 0;

	if (n->kind != NUMERIC_FINITE) {
		sum->has_nan |= n->kind == NUMERIC_NAN;
		sum->has_infinity |= n->kind == NUMERIC_INFINITY;
		sum->has_minus_infinity |= n->kind == NUMERIC_MINUS_INFINITY;
		return 0;
	}
	if (n->scale > sum->scale)
		rc = raise_scale(sum, n->scale, arena, err);
	if (rc != 0)
		return rc;
	if (!numeric_to_i128(n, sum->scale, &value))
		return rest_add(sum, n, arena, err);
	if (!__builtin_add_overflow(sum->small, value, &total) &&
	    total != I128_MIN) {
		sum->small = total;
		return 0;
	}
	rc = spill(sum, arena, err);
	sum->small = value;
	return rc;
}

int
numeric_sum_merge(struct numeric_sum *sum, const struct numeric_sum *other,
    struct arena *arena, struct error *err)
{
	struct numeric part = numeric_of_i128(other->small, other->scale);
	int rc = numeric_sum_add(sum, &part, arena, err);

	sum->has_nan |= other->has_nan;
	sum->has_infinity |= other->has_infinity;
	sum->has_minus_infinity |= other->has_minus_infinity;
	if (rc == 0 && other->has_rest)
		rc = rest_add(sum, &other->rest, arena, err);
	return rc;
}

int
numeric_sum_total(const struct numeric_sum *sum, struct arena *arena,
    struct numeric *out, struct error *err)
{
	struct numeric part = numeric_of_i128(sum->small, sum->scale);

	if (sum->has_nan || (sum->has_infinity && sum->has_minus_infinity))
		*out = numeric_special(NUMERIC_NAN);
	else if (sum->has_infinity)
		*out = numeric_special(NUMERIC_INFINITY);
	else if (sum->has_minus_infinity)
		*out = numeric_special(NUMERIC_MINUS_INFINITY);
	else if (sum->has_rest)
		return numeric_add(&part, &sum->rest, arena, out, err);
	else
		*out = part;
	return 0;
}
