/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/key_runs.h"

#include "common/attr.h"

#define RUN_ROWS 8 /* that a run must have on average */

STELE_CLONES static uint32_t
count_changes(const int64_t *restrict values, uint32_t count)
{
	uint32_t changes = 0;

	for (uint32_t i = 1; i < count; i++)
		changes += values[i] != values[i - 1];
	return changes;
}

static uint32_t
count_changes_of(const int64_t *values, struct sel sel)
{
	uint32_t changes = 0;

	if (sel.rows == NULL)
		return count_changes(values, sel.count);
	for (uint32_t i = 1; i < sel.count; i++)
		changes += values[sel.rows[i]] != values[sel.rows[i - 1]];
	return changes;
}

uint32_t
key_runs_find(const struct vec *key, struct sel sel, uint16_t *starts)
{
	uint32_t count = 1;

	if (key->phys != PHYS_I64 || key->nulls != NULL || sel.count == 0)
		return 0;
	starts[0] = 0;
	if (key->is_constant)
		return 1;
	if (count_changes_of(key->i64, sel) >= sel.count / RUN_ROWS)
		return 0;
	for (uint32_t i = 1; i < sel.count; i++) {
		starts[count] = (uint16_t)i;
		count +=
		    key->i64[sel_row(sel, i)] != key->i64[sel_row(sel, i - 1)];
	}
	return count;
}
