/* SPDX-License-Identifier: Apache-2.0 */
/*
 * best_ranks.c -- see best_ranks.h.
 */
#include "exec/best_ranks.h"

#include <math.h>
#include <string.h>

/* NaN is the greatest, zeros are equal. */
int64_t
best_rank_of_f64(double value)
{
	int64_t bits;

	if (isnan(value))
		return INT64_MAX;
	value += 0.0; /* of -0, 0 */
	memcpy(&bits, &value, sizeof(bits));
	return bits < 0 ? bits ^ INT64_MAX : bits;
}

static double
f64_of_rank(int64_t rank)
{
	int64_t bits = rank < 0 ? rank ^ INT64_MAX : rank;
	double value;

	if (rank == INT64_MAX)
		return NAN;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

struct datum
best_value_of(const struct best_ranks *best, int64_t rank)
{
	struct datum value = { .is_null = false };

	rank = best->is_descending ? ~rank : rank;
	if (best->phys == PHYS_F64)
		value.f64 = f64_of_rank(rank);
	else
		value.i64 = rank;
	return value;
}

static void
sift_down(struct best_ranks *best, uint32_t at, int64_t rank)
{
	int64_t *heap = best->heap;

	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= best->count)
			break;
		if (child + 1 < best->count && heap[child + 1] > heap[child])
			child++;
		if (heap[child] <= rank)
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = rank;
}

void
best_ranks_keep(struct best_ranks *best, int64_t rank)
{
	int64_t *heap = best->heap;
	uint32_t at = best->count;

	if (best->count == best->wanted) {
		if (rank < heap[0])
			sift_down(best, 0, rank);
		return;
	}
	best->count++;
	while (at > 0 && heap[(at - 1) / 2] < rank) {
		heap[at] = heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap[at] = rank;
}
