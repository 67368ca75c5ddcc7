/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_merge.c -- see run_merge.h.  A batch ends where a block does: what it
 * borrows from the block stays until the next batch is asked for.
 */
#include "exec/run_merge.h"

#include "common/error.h"

#define NONE UINT32_MAX

static bool
is_before(const struct run_merge *merge, uint32_t a, uint32_t b)
{
	const struct run_source *x = &merge->sources[a];
	const struct run_source *y = &merge->sources[b];
	int result = row_order_compare(merge->order, x->block.cols, x->at,
	    y->block.cols, y->at);

	return result != 0 ? result < 0 : a < b;
}

static void
sift_down(struct run_merge *merge, uint32_t at)
{
	uint32_t *heap = merge->heap;
	uint32_t source = heap[at];

	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= merge->heap_count)
			break;
		if (child + 1 < merge->heap_count &&
		    is_before(merge, heap[child + 1], heap[child]))
			child++;
		if (!is_before(merge, heap[child], source))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = source;
}

/* The next block of a source: 1, 0 at the end of its run, or a code. */
static int
fill(struct run_source *source, struct error *err)
{
	source->at = 0;
	return spill_reader_next(&source->reader, &source->block, err);
}

int
run_merge_init(struct run_merge *merge, const struct row_order *order,
    const struct spill *spill, uint32_t first_run, uint32_t run_count,
    struct error *err)
{
	*merge = (struct run_merge){ .order = order, .used_up = NONE };
	arena_init(&merge->arena, spill->arena.budget);
	merge->sources = arena_zalloc(&merge->arena,
	    ((size_t)run_count + 1) * sizeof(*merge->sources));
	merge->heap = arena_alloc_array(&merge->arena, (size_t)run_count + 1,
	    sizeof(*merge->heap));
	merge->row_sources = arena_alloc_array(&merge->arena, VEC_ROWS,
	    sizeof(*merge->row_sources));
	merge->rows =
	    arena_alloc_array(&merge->arena, VEC_ROWS, sizeof(*merge->rows));
	for (uint32_t i = 0; i < run_count; i++)
		spill_reader_init(&merge->sources[i].reader, spill,
		    first_run + i);
	merge->source_count = run_count;
	for (uint32_t i = 0; i < run_count; i++) {
		int rc = fill(&merge->sources[i], err);

		if (rc < 0)
			return rc;
		if (rc > 0)
			merge->heap[merge->heap_count++] = i;
	}
	for (uint32_t i = merge->heap_count / 2; i-- > 0;)
		sift_down(merge, i);
	return arena_check(&merge->arena, err);
}

void
run_merge_release(struct run_merge *merge)
{
	for (uint32_t i = 0; i < merge->source_count; i++)
		spill_reader_release(&merge->sources[i].reader);
	merge->source_count = 0;
	arena_release(&merge->arena);
}

/* The source at the top goes on with its next block, or out of the heap. */
static int
refill(struct run_merge *merge, struct error *err)
{
	int rc;

	if (merge->used_up == NONE)
		return 0;
	merge->used_up = NONE;
	rc = fill(&merge->sources[merge->heap[0]], err);
	if (rc < 0)
		return rc;
	if (rc == 0)
		merge->heap[0] = merge->heap[--merge->heap_count];
	if (merge->heap_count > 0)
		sift_down(merge, 0);
	return 0;
}

/* Name the rows of the next batch; their number. */
static uint32_t
take_rows(struct run_merge *merge)
{
	uint32_t count = 0;

	while (count < VEC_ROWS && merge->heap_count > 0) {
		uint32_t top = merge->heap[0];
		struct run_source *source = &merge->sources[top];

		merge->row_sources[count] = top;
		merge->rows[count++] = source->at++;
		if (source->at == source->block.row_count) {
			merge->used_up = top;
			break;
		}
		sift_down(merge, 0);
	}
	return count;
}

#define GATHER(member) \
	for (uint32_t i = 0; i < count; i++) \
		out->member[i] = sources[row_sources[i]] \
				     .block.cols[column] \
				     .member[merge->rows[i]];

static void
gather(const struct run_merge *merge, uint32_t column, enum phys phys,
    uint32_t count, struct arena *arena, struct vec *out)
{
	const struct run_source *sources = merge->sources;
	const uint32_t *row_sources = merge->row_sources;
	uint8_t *nulls;

	vec_init(out, phys, count, arena);
	nulls = vec_need_nulls(out, count, arena);
	for (uint32_t i = 0; i < count; i++)
		nulls[i] =
		    vec_is_null(&sources[row_sources[i]].block.cols[column],
			merge->rows[i]);
	switch (phys) {
	case PHYS_BOOL:
		GATHER(boolean)
		break;
	case PHYS_I64:
		GATHER(i64)
		break;
	case PHYS_F64:
		GATHER(f64)
		break;
	case PHYS_NUMERIC:
		GATHER(numeric)
		break;
	case PHYS_STR:
		GATHER(str)
		break;
	case PHYS_UUID:
		GATHER(uuid)
		break;
	case PHYS_INTERVAL:
		GATHER(interval)
		break;
	case PHYS_COUNT:
		break;
	}
}

int
run_merge_next(struct run_merge *merge, struct arena *arena, struct batch *out,
    struct error *err)
{
	const struct spill *spill;
	int rc = refill(merge, err);

	if (rc != 0 || merge->heap_count == 0)
		return rc;
	spill = merge->sources[0].reader.spill;
	out->row_count = take_rows(merge);
	out->sel = sel_all(out->row_count);
	out->col_count = spill->column_count;
	out->cols = arena_alloc_array(arena, (size_t)out->col_count + 1,
	    sizeof(*out->cols));
	for (uint32_t c = 0; c < out->col_count; c++)
		gather(merge, c, type_phys(&spill->types[c]), out->row_count,
		    arena, &out->cols[c]);
	return 1;
}
