/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows_order.c -- rows of several segments, put in the order of their event_ids.
 *
 * Those of each segment are in order, and mostly all of them are: segments are
 * read in the order in which they begin, and few events are late.
 */
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "engine/segment/segment_cursor_private.h"

struct ranked {
	int64_t event_id;
	uint32_t row;
};

static int
compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return (x->event_id > y->event_id) - (x->event_id < y->event_id);
}

/* NULL: they are not read. */
static const int64_t *
event_ids(const struct segment_cursor *cursor)
{
	for (uint32_t i = 0; i < cursor->column_count; i++)
		if (cursor->spec->attnums[i] == COLUMN_EVENT_ID)
			return cursor->vecs[i].i64;
	return NULL;
}

static bool
is_ascending(const int64_t *ids, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++)
		if (ids[i] < ids[i - 1])
			return false;
	return true;
}

/* Row i becomes what was row ranks[i].row; `spare` has room for all. */
static void
move_values(void *values, size_t size, const struct ranked *ranks,
    uint32_t count, char *spare)
{
	memcpy(spare, values, count * size);
	for (uint32_t i = 0; i < count; i++)
		memcpy((char *)values + i * size, spare + ranks[i].row * size,
		    size);
}

static size_t
widest_value(const struct segment_cursor *cursor)
{
	size_t most = 1; /* a null flag */

	for (uint32_t i = 0; i < cursor->column_count; i++) {
		size_t size = phys_size(cursor->vecs[i].phys);

		most = size > most ? size : most;
	}
	return most;
}

int
segment_rows_order(struct segment_cursor *cursor, uint32_t count,
    struct error *err)
{
	const int64_t *ids = event_ids(cursor);
	struct ranked *ranks;
	char *spare;

	if (ids == NULL || is_ascending(ids, count))
		return 0;
	ranks = malloc(count * (sizeof(*ranks) + widest_value(cursor)));
	if (ranks == NULL)
		return error_no_memory(err);
	spare = (char *)(ranks + count);
	for (uint32_t i = 0; i < count; i++)
		ranks[i] = (struct ranked){ ids[i], i };
	qsort(ranks, count, sizeof(*ranks), compare_ranked);
	for (uint32_t i = 0; i < cursor->column_count; i++) {
		struct vec *vec = &cursor->vecs[i];

		if (vec->is_constant)
			continue;
		move_values(vec->data, phys_size(vec->phys), ranks, count,
		    spare);
		if (vec->nulls != NULL)
			move_values(vec->nulls, 1, ranks, count, spare);
	}
	free(ranks);
	return 0;
}
