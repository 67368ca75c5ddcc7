/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vec_copy.c -- moving rows between vectors of one form.
 */
#include <string.h>

#include "exec/eval.h"

/* Rows go to their own places (at < 0), or one after the other. */
static inline uint32_t
to_row(int64_t at, struct sel sel, uint32_t first, uint32_t i)
{
	return at < 0 ? sel_row(sel, first + i) : (uint32_t)at + i;
}

#define COPY(member) \
	for (uint32_t i = 0; i < count; i++) \
	target->member[to_row(at, sel, first, i)] = \
	    source->member[vec_index(source, sel_row(sel, first + i))]

static void
copy_values(struct vec *target, int64_t at, const struct vec *source,
    struct sel sel, uint32_t first, uint32_t count)
{
	switch (source->phys) {
	case PHYS_BOOL:
		COPY(boolean);
		break;
	case PHYS_I64:
		COPY(i64);
		break;
	case PHYS_F64:
		COPY(f64);
		break;
	case PHYS_NUMERIC:
		COPY(numeric);
		break;
	case PHYS_STR:
		COPY(str);
		break;
	case PHYS_UUID:
		COPY(uuid);
		break;
	case PHYS_INTERVAL:
		COPY(interval);
		break;
	case PHYS_COUNT:
		break;
	}
}

static void
copy_nulls(struct vec *target, int64_t at, const struct vec *source,
    struct sel sel, uint32_t first, uint32_t count, uint32_t row_count,
    struct arena *arena)
{
	uint8_t *nulls;

	if (source->nulls == NULL && target->nulls == NULL)
		return;
	nulls = vec_need_nulls(target, row_count, arena);
	for (uint32_t i = 0; i < count; i++)
		nulls[to_row(at, sel, first, i)] =
		    vec_is_null(source, sel_row(sel, first + i));
}

void
vec_copy_rows(struct vec *target, const struct vec *source, struct sel sel,
    uint32_t row_count, struct arena *arena)
{
	copy_values(target, -1, source, sel, 0, sel.count);
	copy_nulls(target, -1, source, sel, 0, sel.count, row_count, arena);
}

void
vec_copy_span(struct vec *target, uint32_t at, const struct vec *source,
    struct sel sel, uint32_t first, uint32_t count, uint32_t row_count,
    struct arena *arena)
{
	copy_values(target, at, source, sel, first, count);
	copy_nulls(target, at, source, sel, first, count, row_count, arena);
}
