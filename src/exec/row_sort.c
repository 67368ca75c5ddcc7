/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_sort.c -- runs that are sorted by qsort_r(), merged two by two until one
 * is left.
 */
#include "exec/row_sort.h"

#include <stdlib.h>
#include <string.h>

#include "common/cancel.h"

/* Rows of a run, and rows merged between two tests of the flag. */
#define RUN_ROWS 4096u

struct row_sort {
	row_compare_fn *compare;
	void *arg;
	const atomic_bool *cancel;
	struct error *err;
};

/* Two neighbouring runs of `source`, and where their merge goes. */
struct merge_pair {
	const uint32_t *left;
	const uint32_t *middle; /* the end of the left one */
	const uint32_t *end;
	uint32_t *out;
};

static int
sort_runs(const struct row_sort *sort, uint32_t *rows, uint32_t count)
{
	for (uint32_t first = 0; first < count; first += RUN_ROWS) {
		uint32_t left = count - first;
		int rc = cancel_check(sort->cancel, sort->err);

		if (rc != 0)
			return rc;
		qsort_r(rows + first, left < RUN_ROWS ? left : RUN_ROWS,
		    sizeof(*rows), sort->compare, sort->arg);
	}
	return 0;
}

/* The next rows of the merge, at most RUN_ROWS. */
static void
merge_some(const struct row_sort *sort, struct merge_pair *pair,
    const uint32_t **right)
{
	for (uint32_t i = 0; i < RUN_ROWS && pair->left < pair->middle &&
	     *right < pair->end;
	     i++)
		*pair->out++ =
		    sort->compare(pair->left, *right, sort->arg) <= 0
		    ? *pair->left++
		    : *(*right)++;
}

static void
copy_rest(struct merge_pair *pair, const uint32_t *from, const uint32_t *end)
{
	size_t count = (size_t)(end - from);

	memcpy(pair->out, from, count * sizeof(*from));
	pair->out += count;
}

static int
merge_runs(const struct row_sort *sort, struct merge_pair pair)
{
	const uint32_t *right = pair.middle;

	/* Runs that follow each other already, or one that has no other. */
	if (right == pair.end ||
	    sort->compare(right - 1, right, sort->arg) <= 0) {
		copy_rest(&pair, pair.left, pair.end);
		return 0;
	}
	while (pair.left < pair.middle && right < pair.end) {
		int rc = cancel_check(sort->cancel, sort->err);

		if (rc != 0)
			return rc;
		merge_some(sort, &pair, &right);
	}
	copy_rest(&pair, pair.left, pair.middle);
	copy_rest(&pair, right, pair.end);
	return 0;
}

/* All pairs of runs of so many rows, from one array into the other. */
static int
merge_all(const struct row_sort *sort, const uint32_t *source, uint32_t *target,
    uint32_t count, uint64_t width)
{
	int rc = 0;

	for (uint64_t first = 0; first < count && rc == 0;
	     first += 2 * width) {
		uint64_t middle = first + width < count ? first + width : count;
		uint64_t end = middle + width < count ? middle + width : count;

		rc = merge_runs(sort,
		    (struct merge_pair){
			.left = source + first,
			.middle = source + middle,
			.end = source + end,
			.out = target + first,
		    });
	}
	return rc;
}

int
row_sort(uint32_t *rows, uint32_t *scratch, uint32_t count,
    row_compare_fn *compare, void *arg, const atomic_bool *cancel,
    struct error *err)
{
	const struct row_sort sort = {
		.compare = compare,
		.arg = arg,
		.cancel = cancel,
		.err = err,
	};
	uint32_t *source = rows, *target = scratch;
	int rc = sort_runs(&sort, rows, count);

	for (uint64_t width = RUN_ROWS; width < count && rc == 0; width *= 2) {
		uint32_t *merged = target;

		rc = merge_all(&sort, source, target, count, width);
		target = source;
		source = merged;
	}
	if (rc == 0 && source != rows)
		memcpy(rows, source, count * sizeof(*rows));
	return rc;
}
