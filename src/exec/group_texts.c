/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group_texts.c -- see group_texts.h.
 */
#include "exec/group_texts.h"

void
group_texts_init(struct group_texts *texts, const struct type *type,
    size_t limit_bytes, struct mem_budget *budget)
{
	group_table_init(&texts->values, type, 1, KEY_EQUAL, budget);
	group_codes_init(&texts->codes, 1, limit_bytes, budget);
}

void
group_texts_release(struct group_texts *texts)
{
	group_table_release(&texts->values);
	group_codes_release(&texts->codes);
}

/* Numbers by position in the selection, as a column. */
static void
spread(const uint32_t *found, struct sel sel, struct arena *scratch,
    struct vec *numbers)
{
	vec_init(numbers, PHYS_I64, VEC_ROWS, scratch);
	for (uint32_t i = 0; i < sel.count; i++)
		numbers->i64[sel_row(sel, i)] = found[i];
}

int
group_texts_number(struct group_texts *texts, const struct vec *strings,
    struct sel sel, struct arena *scratch, struct vec *numbers,
    struct error *err)
{
	uint32_t *found =
	    arena_alloc_array(scratch, sel.count + 1, sizeof(*found));
	int rc;

	rc = group_codes_find(&texts->codes, &texts->values, strings, sel,
	    scratch, found, err);
	if (rc == 0)
		spread(found, sel, scratch, numbers);
	return rc;
}

void
group_texts_lookup(const struct group_texts *texts, const struct vec *strings,
    struct sel sel, struct arena *scratch, struct vec *numbers)
{
	uint32_t *found =
	    arena_alloc_array(scratch, sel.count + 1, sizeof(*found));

	group_table_lookup(&texts->values, strings, sel, scratch, found);
	spread(found, sel, scratch, numbers);
}

void
group_texts_strings(const struct group_texts *texts, const struct vec *numbers,
    uint32_t count, struct arena *arena, struct vec *strings)
{
	uint32_t *rows = arena_alloc_array(arena, count + 1, sizeof(*rows));

	for (uint32_t i = 0; i < count; i++)
		rows[i] = (uint32_t)numbers->i64[i];
	row_store_gather(&texts->values.keys, 0, rows, count, arena, strings);
}
