/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/sequence_private.h"

#include <string.h>

#include "common/error.h"
#include "exec/sequence_match.h"

/* The events of a step: its columns, the ordinal, then these. */
enum { AFTER_LINK, AFTER_TIME, AFTER_ID, AFTER_COUNT };

struct part_side {
	uint32_t column_count; /* that are kept of the step */
	struct partitions partitions;
	int64_t next_ordinal;
};

struct sequence_parts {
	struct part_side *sides; /* of each step */
	struct sorter sorter;    /* matches, with the ordinal behind */
	struct sort_key by_ordinal;
};

static uint32_t
step_count(const struct sequence_op *sequence)
{
	return sequence->op.rel->sequence.step_count;
}

/* ---- writing ---- */

static void
init_side(struct sequence_op *sequence, uint32_t k)
{
	const struct rel_sequence *rel = &sequence->op.rel->sequence;
	const struct sequence_input *input = &rel->steps[k];
	struct part_side *side = &sequence->parts->sides[k];
	uint32_t count = input->kept_count;
	struct type *types = arena_alloc_array(sequence->op.env->arena,
	    (size_t)count + 1 + AFTER_COUNT, sizeof(*types));

	for (uint32_t c = 0; c < count; c++)
		types[c] = input->rel->types[input->kept[c]];
	for (uint32_t i = 0; i <= AFTER_COUNT; i++)
		types[count + i] = type_of(TYPE_INT8);
	types[count + 1 + AFTER_LINK] = rel->link_type;
	*side = (struct part_side){ .column_count = count };
	partitions_init(&side->partitions, sequence->op.env->context, types,
	    count + 1 + AFTER_COUNT);
}

static void
init_sorter(struct sequence_op *sequence)
{
	const struct rel *rel = sequence->op.rel;
	struct sequence_parts *parts = sequence->parts;
	struct type *types = arena_alloc_array(sequence->op.env->arena,
	    (size_t)rel->column_count + 1, sizeof(*types));

	memcpy(types, rel->types, rel->column_count * sizeof(*types));
	types[rel->column_count] = type_of(TYPE_INT8);
	parts->by_ordinal = (struct sort_key){ .column = rel->column_count };
	sorter_init(&parts->sorter, sequence->op.env->context, types,
	    rel->column_count + 1, &parts->by_ordinal, 1);
}

int
sequence_parts_add(struct sequence_op *sequence, uint32_t k,
    struct sequence_rows *rows, struct error *err)
{
	const struct type *link = &sequence->op.rel->sequence.link_type;
	struct part_side *side = &sequence->parts->sides[k];
	struct arena *arena = &sequence->op.batch_arena;
	struct sel sel = rows->sel;
	uint32_t count = side->column_count;
	struct vec *all = arena_alloc_array(arena,
	    (size_t)count + 1 + AFTER_COUNT, sizeof(*all));
	uint64_t *hashes =
	    arena_alloc_array(arena, (size_t)sel.count + 1, sizeof(*hashes));

	memcpy(all, rows->columns, count * sizeof(*all));
	vec_init(&all[count], PHYS_I64, rows->row_count, arena);
	for (uint32_t i = 0; i < sel.count; i++)
		all[count].i64[sel_row(sel, i)] = side->next_ordinal++;
	all[count + 1 + AFTER_LINK] = rows->link;
	all[count + 1 + AFTER_TIME] = rows->times;
	all[count + 1 + AFTER_ID] = rows->ids;
	row_key_hash(link, 1, &rows->link, sel, hashes);
	return partitions_add(&side->partitions, all, sel, hashes, err);
}

/* Rows of a step that are in memory, as they were when they came. */
static int
move_rows(struct sequence_op *sequence, uint32_t k, uint32_t first,
    uint32_t count, struct error *err)
{
	const struct step_state *step = &sequence->steps[k];
	struct arena *arena = &sequence->op.batch_arena;
	struct sequence_rows rows = { .row_count = count,
		.sel = sel_all(count) };
	uint32_t *units =
	    arena_alloc_array(arena, (size_t)count + 1, sizeof(*units));
	struct batch columns, keys;

	row_store_batch(&step->rows, NULL, first, count, arena, &columns);
	row_store_batch(&step->keys, NULL, first, count, arena, &keys);
	for (uint32_t i = 0; i < count; i++)
		units[i] = (uint32_t)keys.cols[KEY_UNIT].i64[i];
	row_store_gather(&sequence->units.keys, 0, units, count, arena,
	    &rows.link);
	rows.columns = columns.cols;
	rows.times = keys.cols[KEY_TIME];
	rows.ids = keys.cols[KEY_ID];
	return sequence_parts_add(sequence, k, &rows, err);
}

static int
move_step(struct sequence_op *sequence, uint32_t k, struct error *err)
{
	struct arena *arena = &sequence->op.batch_arena;
	uint32_t count = sequence->steps[k].keys.row_count;
	int rc = 0;

	for (uint32_t at = 0; at < count && rc == 0; at += VEC_ROWS) {
		uint32_t left = count - at;
		struct arena_mark mark = arena_mark(arena);

		rc = move_rows(sequence, k, at,
		    left < VEC_ROWS ? left : VEC_ROWS, err);
		if (rc == 0)
			rc = op_check_cancel(&sequence->op, err);
		if (rc == 0)
			rc = arena_check(arena, err);
		arena_rewind(arena, mark);
	}
	row_store_reset(&sequence->steps[k].rows);
	row_store_reset(&sequence->steps[k].keys);
	return rc;
}

int
sequence_parts_begin(struct sequence_op *sequence, struct error *err)
{
	struct arena *arena = sequence->op.env->arena;
	int rc = 0;

	sequence->parts = arena_zalloc(arena, sizeof(*sequence->parts));
	sequence->parts->sides = arena_zalloc(arena,
	    step_count(sequence) * sizeof(*sequence->parts->sides));
	init_sorter(sequence);
	for (uint32_t k = 0; k < step_count(sequence); k++)
		init_side(sequence, k);
	for (uint32_t k = 0; k < step_count(sequence) && rc == 0; k++)
		rc = move_step(sequence, k, err);
	if (!sequence->has_units)
		sequence_forget(sequence, false);
	return rc;
}

/* ---- reading ---- */

static void
open_rows(const struct part_side *side, const struct batch *block,
    struct sequence_rows *rows)
{
	const struct vec *after = block->cols + side->column_count + 1;

	*rows = (struct sequence_rows){ .columns = block->cols,
		.ordinals = block->cols[side->column_count],
		.link = after[AFTER_LINK],
		.times = after[AFTER_TIME],
		.ids = after[AFTER_ID],
		.row_count = block->row_count,
		.sel = block->sel };
}

/* A step's events of a part: 1, 0 if they are too many, or a code. */
static int
load_step(struct sequence_op *sequence, uint32_t k, const struct part *part,
    bool is_one_unit, struct error *err)
{
	const struct part_side *side = &sequence->parts->sides[k];
	struct spill_reader reader;
	struct batch block;
	bool fits = true;
	int rc;

	spill_reader_init(&reader, &side->partitions.spill, part->run);
	while ((rc = spill_reader_next(&reader, &block, err)) > 0) {
		struct sequence_rows rows;

		fits = is_one_unit ||
		    !sequence_is_too_large(sequence, k, block.row_count);
		if (!fits)
			break;
		open_rows(side, &block, &rows);
		rc = sequence_keep(sequence, k, &rows, err);
		if (rc == 0)
			rc = op_forget(&sequence->op, err);
		if (rc != 0)
			break;
	}
	spill_reader_release(&reader);
	return rc < 0 ? rc : fits;
}

/* All steps' events of a part: 1, 0 if they are too many, or a code. */
static int
load_part(struct sequence_op *sequence, const struct part *part,
    struct error *err)
{
	int rc = 1;

	sequence_forget(sequence, true);
	for (uint32_t k = 0; k < step_count(sequence) && rc > 0; k++) {
		if (sequence_prepare(sequence, k, err) != 0)
			return err->code;
		rc = load_step(sequence, k, &part[k], part_is_stuck(&part[0]),
		    err);
	}
	return rc;
}

/* A step's part again, cut by other bits. */
static int
cut_again(struct sequence_op *sequence, uint32_t k, const struct part *part,
    struct error *err)
{
	const struct type *link = &sequence->op.rel->sequence.link_type;
	struct part_side *side = &sequence->parts->sides[k];
	struct spill_reader reader;
	struct batch block;
	int rc = partitions_begin(&side->partitions, err);

	if (rc != 0)
		return rc;
	spill_reader_init(&reader, &side->partitions.spill, part->run);
	while (rc == 0 && (rc = spill_reader_next(&reader, &block, err)) > 0) {
		uint64_t *hashes = arena_alloc_array(&sequence->op.batch_arena,
		    (size_t)block.row_count + 1, sizeof(*hashes));

		row_key_hash(link, 1,
		    &block.cols[side->column_count + 1 + AFTER_LINK], block.sel,
		    hashes);
		rc = partitions_add(&side->partitions, block.cols, block.sel,
		    hashes, err);
		if (rc == 0)
			rc = op_forget(&sequence->op, err);
	}
	spill_reader_release(&reader);
	return rc == 0 ? partitions_end(&side->partitions, err) : rc;
}

/* The matches of what is in memory. */
static int
sort_matches(struct sequence_op *sequence, struct error *err)
{
	struct sequence_parts *parts = sequence->parts;
	struct vec ordinals;
	struct batch batch;
	int rc = sequence_find(sequence, err);

	while (rc == 0 && sequence_give(sequence, &batch, &ordinals) > 0) {
		batch.cols[batch.col_count] = ordinals;
		rc = sorter_add(&parts->sorter, batch.cols, batch.sel, err);
		if (rc == 0)
			rc = op_forget(&sequence->op, err);
	}
	return rc;
}

/* False if there is none, or only parts in which a step has no event. */
static bool
next_part(struct sequence_op *sequence, struct part *part)
{
	for (;;) {
		bool is_empty = false;

		for (uint32_t k = 0; k < step_count(sequence); k++) {
			struct partitions *partitions =
			    &sequence->parts->sides[k].partitions;

			if (!partitions_next(partitions, &part[k]))
				return false;
			is_empty |= part_row_count(partitions, &part[k]) == 0;
		}
		if (!is_empty)
			return true;
	}
}

int
sequence_parts_find(struct sequence_op *sequence, struct error *err)
{
	struct part part[SEQUENCE_STEPS_MAX];
	int rc = 0;

	for (uint32_t k = 0; k < step_count(sequence) && rc == 0; k++) {
		struct partitions *partitions =
		    &sequence->parts->sides[k].partitions;

		rc = partitions_begin(partitions, err);
		if (rc == 0)
			rc = partitions_end(partitions, err);
	}
	while (rc == 0 && next_part(sequence, part)) {
		rc = load_part(sequence, part, err);
		if (rc > 0)
			rc = sort_matches(sequence, err);
		else
			for (uint32_t k = 0;
			     k < step_count(sequence) && rc == 0; k++)
				rc = cut_again(sequence, k, &part[k], err);
	}
	sequence_forget(sequence, true);
	return rc != 0 ? rc : sorter_finish(&sequence->parts->sorter, err);
}

int
sequence_parts_next(struct sequence_op *sequence, struct batch *out,
    struct error *err)
{
	int rc = op_forget(&sequence->op, err);

	if (rc == 0)
		rc = sorter_next(&sequence->parts->sorter,
		    &sequence->op.batch_arena, out, err);
	out->col_count = sequence->op.rel->column_count;
	return rc;
}

void
sequence_parts_release(struct sequence_op *sequence)
{
	struct sequence_parts *parts = sequence->parts;

	if (parts == NULL)
		return;
	for (uint32_t k = 0; k < step_count(sequence); k++)
		partitions_release(&parts->sides[k].partitions);
	sorter_release(&parts->sorter);
}

void
sequence_parts_report(const struct sequence_op *sequence,
    struct op_stats *stats)
{
	const struct sequence_parts *parts = sequence->parts;
	uint64_t written = 0, bytes = 0;

	if (parts == NULL)
		return;
	for (uint32_t k = 0; k < step_count(sequence); k++) {
		written += parts->sides[k].partitions.written;
		bytes += spill_size(&parts->sides[k].partitions.spill);
	}
	op_stats_add_spill(stats, written, bytes + parts->sorter.disk_bytes);
}
