/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_sort.c -- a merge sort, half by half, over short runs that are left to
 * qsort_r().  Depth first: what is merged has just been sorted and is still in
 * the caches.
 */
#include "exec/row_sort.h"

#include <stdlib.h>
#include <string.h>

#include "common/cancel.h"
#include "os/rest.h"

/* Rows of a run, and rows merged between two tests of the flag. */
#define RUN_ROWS 4096u

struct row_sort {
	row_compare_fn *compare;
	void *arg;
	uint32_t *scratch;
	const atomic_bool *cancel;
	struct error *err;
};

/* Two halves in order, and where their merge goes. */
struct merge_halves {
	const uint32_t *left; /* in the scratch */
	const uint32_t *left_end;
	const uint32_t *right; /* in place, behind what is out */
	const uint32_t *right_end;
	uint32_t *out;
};

/* The next rows of the merge, at most RUN_ROWS. */
static void
merge_some(const struct row_sort *sort, struct merge_halves *halves)
{
	const uint32_t *left = halves->left, *right = halves->right;
	uint32_t *out = halves->out;

	for (uint32_t i = 0; i < RUN_ROWS && left < halves->left_end &&
	     right < halves->right_end;
	     i++)
		*out++ = sort->compare(left, right, sort->arg) <= 0 ? *left++
								    : *right++;
	halves->left = left;
	halves->right = right;
	halves->out = out;
}

static int
merge(const struct row_sort *sort, uint32_t *rows, uint32_t middle,
    uint32_t count)
{
	struct merge_halves halves = {
		.left = sort->scratch,
		.left_end = sort->scratch + middle,
		.right = rows + middle,
		.right_end = rows + count,
		.out = rows,
	};

	/* Halves that follow each other already. */
	if (sort->compare(&rows[middle - 1], &rows[middle], sort->arg) <= 0)
		return 0;
	memcpy(sort->scratch, rows, middle * sizeof(*rows));
	while (
	    halves.left < halves.left_end && halves.right < halves.right_end) {
		int rc = cancel_check(sort->cancel, sort->err);

		if (rc != 0)
			return rc;
		os_rest();
		merge_some(sort, &halves);
	}
	/* What is left of the right half is in its place. */
	memcpy(halves.out, halves.left,
	    (size_t)(halves.left_end - halves.left) * sizeof(*rows));
	return 0;
}

static int
sort_range(const struct row_sort *sort, uint32_t *rows, uint32_t count)
{
	uint32_t middle = count / 2;
	int rc = cancel_check(sort->cancel, sort->err);

	if (rc != 0)
		return rc;
	os_rest();
	if (count <= RUN_ROWS) {
		qsort_r(rows, count, sizeof(*rows), sort->compare, sort->arg);
		return 0;
	}
	rc = sort_range(sort, rows, middle);
	if (rc == 0)
		rc = sort_range(sort, rows + middle, count - middle);
	return rc != 0 ? rc : merge(sort, rows, middle, count);
}

int
row_sort(uint32_t *rows, uint32_t *scratch, uint32_t count,
    row_compare_fn *compare, void *arg, const atomic_bool *cancel,
    struct error *err)
{
	const struct row_sort sort = {
		.compare = compare,
		.arg = arg,
		.scratch = scratch,
		.cancel = cancel,
		.err = err,
	};

	return sort_range(&sort, rows, count);
}
