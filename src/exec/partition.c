/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/partition.h"

#include <string.h>

#include "common/error.h"
#include "common/hash.h"

#define FAN_OUT_MAX 32u
#define LIST_MIN    (2 * FAN_OUT_MAX)

void
partitions_init(struct partitions *partitions,
    const struct exec_context *context, const struct type *types,
    uint32_t column_count)
{
	uint32_t fan_out;

	*partitions = (struct partitions){ .context = context };
	spill_init(&partitions->spill, context, types, column_count);
	fan_out = spill_fan_in(&partitions->spill);
	partitions->fan_out = fan_out < FAN_OUT_MAX ? fan_out : FAN_OUT_MAX;
	arena_init(&partitions->arena, context->budget);
}

static void
close_open(struct partitions *partitions)
{
	for (uint32_t i = 0;
	     partitions->open != NULL && i < partitions->fan_out; i++)
		row_store_release(&partitions->open[i]);
	partitions->open = NULL;
}

void
partitions_release(struct partitions *partitions)
{
	close_open(partitions);
	spill_release(&partitions->spill);
	arena_release(&partitions->arena);
}

static int
out_of_memory(struct error *err)
{
	return error_no_memory(err);
}

/* ---- writing ---- */

int
partitions_begin(struct partitions *partitions, struct error *err)
{
	const struct spill *spill = &partitions->spill;
	struct row_store *open;
	int rc;

	if (partitions->open != NULL)
		return 0;
	open = arena_try_alloc(&partitions->arena,
	    partitions->fan_out * sizeof(*open));
	if (open == NULL)
		return out_of_memory(err);
	partitions->first_run = spill->run_count;
	rc = spill_add_runs(&partitions->spill, partitions->fan_out, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < partitions->fan_out; i++)
		row_store_init(&open[i], spill->types, spill->column_count,
		    partitions->context->budget);
	partitions->open = open;
	partitions->written += partitions->fan_out;
	return 0;
}

static int
flush(struct partitions *partitions, uint32_t part, struct error *err)
{
	struct row_store *rows = &partitions->open[part];
	int rc;

	rc = spill_write(&partitions->spill, partitions->first_run + part,
	    rows->columns, sel_all(rows->row_count), err);
	row_store_reset(rows);
	return rc;
}

static int
add_to_part(struct partitions *partitions, uint32_t part,
    const struct vec *columns, struct sel sel, struct error *err)
{
	struct row_store *rows = &partitions->open[part];
	int rc = 0;

	if (sel.count == 0)
		return 0;
	if (rows->row_count > 0 &&
	    (rows->row_count + sel.count > VEC_ROWS ||
		row_store_bytes_with(rows, sel.count) >
		    partitions->spill.block_bytes))
		rc = flush(partitions, part, err);
	return rc != 0 ? rc : row_store_add(rows, columns, sel, err);
}

/* Other levels use other bits. */
static uint32_t
part_of(const struct partitions *partitions, uint64_t hash)
{
	uint64_t mixed = hash_combine(partitions->level + 1, hash);

	return (uint32_t)((mixed >> 32) * partitions->fan_out >> 32);
}

int
partitions_add(struct partitions *partitions, const struct vec *columns,
    struct sel sel, const uint64_t *hashes, struct error *err)
{
	uint32_t ends[FAN_OUT_MAX + 1] = { 0 };
	uint8_t parts[VEC_ROWS];
	uint16_t rows[VEC_ROWS];
	uint32_t first = 0;
	int rc = partitions_begin(partitions, err);

	for (uint32_t i = 0; i < sel.count; i++) {
		parts[i] = (uint8_t)part_of(partitions, hashes[i]);
		ends[parts[i] + 1]++;
	}
	for (uint32_t p = 0; p < partitions->fan_out; p++)
		ends[p + 1] += ends[p];
	/* placing rows moves each end to that of its part */
	for (uint32_t i = 0; i < sel.count; i++)
		rows[ends[parts[i]]++] = (uint16_t)sel_row(sel, i);
	for (uint32_t p = 0; p < partitions->fan_out && rc == 0; p++) {
		rc = add_to_part(partitions, p, columns,
		    (struct sel){ .rows = rows + first,
			.count = ends[p] - first },
		    err);
		first = ends[p];
	}
	return rc;
}

static int
reserve_waiting(struct partitions *partitions, struct error *err)
{
	uint32_t capacity = partitions->waiting_capacity == 0
	    ? LIST_MIN
	    : 2 * partitions->waiting_capacity;
	struct part *waiting;

	if (partitions->waiting_count + partitions->fan_out <=
	    partitions->waiting_capacity)
		return 0;
	waiting =
	    arena_try_alloc(&partitions->arena, capacity * sizeof(*waiting));
	if (waiting == NULL)
		return out_of_memory(err);
	if (partitions->waiting_count > 0)
		memcpy(waiting, partitions->waiting,
		    partitions->waiting_count * sizeof(*waiting));
	partitions->waiting = waiting;
	partitions->waiting_capacity = capacity;
	return 0;
}

int
partitions_end(struct partitions *partitions, struct error *err)
{
	const struct spill_run *runs;
	uint64_t rows = 0;
	int rc;

	if (partitions->open == NULL)
		return 0;
	rc = reserve_waiting(partitions, err);
	for (uint32_t p = 0; p < partitions->fan_out && rc == 0; p++)
		rc = flush(partitions, p, err);
	if (rc != 0)
		return rc;
	close_open(partitions);
	runs = partitions->spill.runs + partitions->first_run;
	for (uint32_t p = 0; p < partitions->fan_out; p++)
		rows += runs[p].row_count;
	for (uint32_t p = partitions->fan_out; p-- > 0;)
		partitions->waiting[partitions->waiting_count++] =
		    (struct part){ .run = partitions->first_run + p,
			    .level = partitions->level,
			    .times_whole = runs[p].row_count == rows
				? partitions->times_whole + 1
				: 0 };
	return 0;
}

/* ---- reading ---- */

bool
partitions_next(struct partitions *partitions, struct part *part)
{
	if (partitions->waiting_count == 0)
		return false;
	*part = partitions->waiting[--partitions->waiting_count];
	partitions->level = part->level + 1;
	partitions->times_whole = part->times_whole;
	return true;
}
