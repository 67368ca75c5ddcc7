/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spill.c -- see spill.h.  A block, each part of which starts at a multiple of
 * 16 bytes:
 *
 *   per column   1 byte in 16: whether it has nulls
 *                the null flags, if so
 *                values, as in memory; of text: the lengths, 8 bytes each
 *                of numeric: the limbs of all values; of text: the bytes
 */
#include "exec/spill.h"

#include <assert.h>
#include <string.h>

#include "common/cancel.h"
#include "common/error.h"
#include "common/hash.h"
#include "common/reader.h"
#include "exec/temp_file.h"

#define ALIGN          ((size_t)16)
#define BLOCK_MIN      ((size_t)8 << 10)
#define BLOCK_MAX      ((size_t)256 << 10)
#define BLOCKS_OF_MEM  64
#define FAN_IN_MIN     4u
#define FAN_IN_MAX     64u
#define DECODED_FACTOR 2 /* a block in memory over one in the file */
#define LIST_MIN       16u

static_assert(sizeof(struct uuid) == 16, "has no padding");
static_assert(sizeof(struct interval) == 16, "has no padding");
static_assert(sizeof(double) == 8, "as in memory");

void
spill_init(struct spill *spill, const struct exec_context *context,
    const struct type *types, uint32_t column_count)
{
	size_t block = context->work_mem_bytes / BLOCKS_OF_MEM;

	*spill = (struct spill){ .context = context,
		.types = types,
		.column_count = column_count };
	spill->block_bytes = block < BLOCK_MIN ? BLOCK_MIN
	    : block > BLOCK_MAX                ? BLOCK_MAX
					       : block;
	arena_init(&spill->arena, context->budget);
	arena_init(&spill->scratch, context->budget);
}

void
spill_release(struct spill *spill)
{
	temp_file_close(spill->file);
	spill->file = NULL;
	arena_release(&spill->arena);
	arena_release(&spill->scratch);
}

uint64_t
spill_size(const struct spill *spill)
{
	return spill->file == NULL ? 0 : temp_file_size(spill->file);
}

uint32_t
spill_fan_in(const struct spill *spill)
{
	size_t fan_in = spill->context->work_mem_bytes /
	    (spill->block_bytes * DECODED_FACTOR);

	if (fan_in < FAN_IN_MIN)
		return FAN_IN_MIN;
	return fan_in > FAN_IN_MAX ? FAN_IN_MAX : (uint32_t)fan_in;
}

static int
out_of_memory(struct error *err)
{
	return error_no_memory(err);
}

static size_t
aligned(size_t size)
{
	return (size + ALIGN - 1) & ~(ALIGN - 1);
}

/* ---- sizes ---- */

/* What a value takes in a block beside what all of its form take. */
static size_t
tail_size(const struct vec *vec, uint32_t row)
{
	uint32_t at = vec_index(vec, row);

	if (vec_is_null(vec, row))
		return 0;
	if (vec->phys == PHYS_STR)
		return vec->str[at].len;
	if (vec->phys == PHYS_NUMERIC && vec->numeric[at].limbs != NULL)
		return vec->numeric[at].limb_count * sizeof(uint64_t);
	return 0;
}

static size_t
value_size(enum phys phys)
{
	return phys == PHYS_STR ? sizeof(uint64_t) : phys_size(phys);
}

static bool
has_tails(enum phys phys)
{
	return phys == PHYS_STR || phys == PHYS_NUMERIC;
}

static size_t
column_size(const struct vec *vec, struct sel sel)
{
	size_t size = ALIGN + aligned(sel.count * value_size(vec->phys));

	if (vec->nulls != NULL)
		size += aligned(sel.count);
	if (has_tails(vec->phys)) {
		size_t tails = 0;

		for (uint32_t i = 0; i < sel.count; i++)
			tails += tail_size(vec, sel_row(sel, i));
		size += aligned(tails);
	}
	return size;
}

/* How many rows, from the first-th on, a block takes. */
static uint32_t
rows_of_block(const struct spill *spill, const struct vec *columns,
    struct sel sel, uint32_t first)
{
	size_t size = 0, row_size = 0;
	uint32_t count = 0;

	for (uint32_t c = 0; c < spill->column_count; c++)
		row_size += value_size(columns[c].phys) + 1;
	while (first + count < sel.count && count < VEC_ROWS) {
		uint32_t row = sel_row(sel, first + count);

		size += row_size;
		for (uint32_t c = 0; c < spill->column_count; c++) {
			if (has_tails(columns[c].phys))
				size += tail_size(&columns[c], row);
		}
		if (count > 0 && size > spill->block_bytes)
			break;
		count++;
	}
	return count;
}

/* ---- writing ---- */

/* Leave `size` bytes, rounded up; what is skipped is zero. */
static uint8_t *
take(uint8_t **at, size_t size)
{
	uint8_t *part = *at;

	memset(part + size, 0, aligned(size) - size);
	*at += aligned(size);
	return part;
}

#define PUT(member, form) \
	for (uint32_t i = 0; i < sel.count; i++) \
		((form *)values)[i] = \
		    vec->member[vec_index(vec, sel_row(sel, i))];

/* The limbs are written behind the values; the pointers mean nothing. */
static void
put_numerics(const struct vec *vec, struct sel sel, void *values)
{
	struct numeric *numerics = values;

	memset(numerics, 0, sel.count * sizeof(*numerics));
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		const struct numeric *from = &vec->numeric[vec_index(vec, row)];

		if (vec_is_null(vec, row))
			continue;
		numerics[i].small = from->small;
		numerics[i].limb_count =
		    from->limbs == NULL ? 0 : from->limb_count;
		numerics[i].scale = from->scale;
		numerics[i].kind = from->kind;
	}
}

static void
put_values(const struct vec *vec, struct sel sel, void *values)
{
	switch (vec->phys) {
	case PHYS_BOOL:
		PUT(boolean, uint8_t)
		break;
	case PHYS_I64:
		PUT(i64, int64_t)
		break;
	case PHYS_F64:
		PUT(f64, double)
		break;
	case PHYS_NUMERIC:
		put_numerics(vec, sel, values);
		break;
	case PHYS_STR:
		for (uint32_t i = 0; i < sel.count; i++)
			((uint64_t *)values)[i] =
			    tail_size(vec, sel_row(sel, i));
		break;
	case PHYS_UUID:
		PUT(uuid, struct uuid)
		break;
	case PHYS_INTERVAL:
		PUT(interval, struct interval)
		break;
	case PHYS_COUNT:
		break;
	}
}

static void
put_tails(const struct vec *vec, struct sel sel, uint8_t **at)
{
	uint8_t *end = *at;

	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		size_t size = tail_size(vec, row);
		uint32_t index = vec_index(vec, row);

		if (size > 0)
			memcpy(end,
			    vec->phys == PHYS_STR
				? (const void *)vec->str[index].data
				: (const void *)vec->numeric[index].limbs,
			    size);
		end += size;
	}
	(void)take(at, (size_t)(end - *at));
}

static void
put_column(const struct vec *vec, struct sel sel, uint8_t **at)
{
	*take(at, 1) = vec->nulls != NULL;
	if (vec->nulls != NULL) {
		uint8_t *nulls = take(at, sel.count);

		for (uint32_t i = 0; i < sel.count; i++)
			nulls[i] = vec_is_null(vec, sel_row(sel, i));
	}
	put_values(vec, sel, take(at, sel.count * value_size(vec->phys)));
	if (has_tails(vec->phys))
		put_tails(vec, sel, at);
}

static int
add_to_run(struct spill *spill, struct spill_run *run,
    const struct spill_block *block, struct error *err)
{
	if (run->block_count == run->capacity) {
		uint32_t capacity =
		    run->capacity == 0 ? LIST_MIN : 2 * run->capacity;
		struct spill_block *blocks =
		    arena_try_alloc(&spill->arena, capacity * sizeof(*blocks));

		if (blocks == NULL)
			return out_of_memory(err);
		if (run->block_count > 0)
			memcpy(blocks, run->blocks,
			    run->block_count * sizeof(*blocks));
		run->blocks = blocks;
		run->capacity = capacity;
	}
	run->blocks[run->block_count++] = *block;
	run->row_count += block->row_count;
	return 0;
}

static int
write_block(struct spill *spill, uint32_t run, const struct vec *columns,
    struct sel sel, struct error *err)
{
	struct spill_block block = { .row_count = sel.count };
	uint8_t *data, *at;
	int rc = 0;

	for (uint32_t c = 0; c < spill->column_count; c++)
		block.size += column_size(&columns[c], sel);
	arena_reset(&spill->scratch);
	data = arena_try_alloc(&spill->scratch, block.size + 1);
	if (data == NULL)
		return out_of_memory(err);
	at = data;
	for (uint32_t c = 0; c < spill->column_count; c++)
		put_column(&columns[c], sel, &at);
	assert((size_t)(at - data) == block.size);
	block.checksum = hash_bytes(data, block.size);
	if (spill->file == NULL)
		rc = temp_file_open(spill->context->temp, &spill->file, err);
	if (rc == 0)
		rc = temp_file_append(spill->file, data, block.size,
		    &block.offset, err);
	if (rc == 0)
		rc = add_to_run(spill, &spill->runs[run], &block, err);
	return rc;
}

int
spill_add_runs(struct spill *spill, uint32_t count, struct error *err)
{
	uint32_t wanted = spill->run_count + count;

	if (wanted > spill->run_capacity) {
		uint32_t capacity =
		    spill->run_capacity == 0 ? LIST_MIN : spill->run_capacity;
		struct spill_run *runs;

		while (capacity < wanted)
			capacity *= 2;
		runs = arena_try_alloc(&spill->arena, capacity * sizeof(*runs));
		if (runs == NULL)
			return out_of_memory(err);
		if (spill->run_count > 0)
			memcpy(runs, spill->runs,
			    spill->run_count * sizeof(*runs));
		spill->runs = runs;
		spill->run_capacity = capacity;
	}
	memset(spill->runs + spill->run_count, 0, count * sizeof(*spill->runs));
	spill->run_count = wanted;
	return 0;
}

int
spill_write(struct spill *spill, uint32_t run, const struct vec *columns,
    struct sel sel, struct error *err)
{
	for (uint32_t first = 0; first < sel.count;) {
		uint32_t count = rows_of_block(spill, columns, sel, first);
		uint16_t rows[VEC_ROWS];
		int rc = cancel_check(spill->context->cancel, err);

		if (rc != 0)
			return rc;
		for (uint32_t i = 0; i < count; i++)
			rows[i] = (uint16_t)sel_row(sel, first + i);
		rc = write_block(spill, run, columns,
		    (struct sel){ .rows = rows, .count = count }, err);
		if (rc != 0)
			return rc;
		first += count;
	}
	return 0;
}

/* ---- reading ---- */

/* The next `size` bytes of a block; NULL if there are fewer. */
static void *
skip(struct reader *reader, size_t size)
{
	const uint8_t *part = reader_take(reader, aligned(size));

	/* a block belongs to its reader, who may write to it */
	return part == NULL ? NULL : (uint8_t *)(uintptr_t)part;
}

static void
get_strings(struct reader *reader, uint32_t count, const uint64_t *sizes,
    struct arena *arena, struct vec *out)
{
	struct reader tails;
	size_t all = 0;

	vec_init(out, PHYS_STR, count, arena);
	for (uint32_t i = 0; i < count; i++)
		all += sizes[i];
	tails = reader_over(skip(reader, all), reader->failed ? 0 : all);
	for (uint32_t i = 0; i < count; i++)
		out->str[i] = reader_str(&tails, sizes[i]);
	reader->failed |= tails.failed;
}

static void
get_numerics(struct reader *reader, uint32_t count, struct numeric *numerics)
{
	const uint64_t *limbs;
	size_t all = 0;

	for (uint32_t i = 0; i < count; i++)
		all += numerics[i].limb_count;
	limbs = skip(reader, all * sizeof(*limbs));
	for (uint32_t i = 0; i < count && limbs != NULL; i++) {
		if (numerics[i].limb_count == 0)
			continue;
		numerics[i].limbs = limbs;
		limbs += numerics[i].limb_count;
	}
}

static void
get_column(struct reader *reader, enum phys phys, uint32_t count,
    struct arena *arena, struct vec *out)
{
	const uint8_t *has_nulls = skip(reader, 1);
	uint8_t *nulls = NULL;
	void *values;

	if (has_nulls != NULL && *has_nulls != 0)
		nulls = skip(reader, count);
	values = skip(reader, count * value_size(phys));
	if (values == NULL)
		return;
	if (phys == PHYS_STR) {
		get_strings(reader, count, values, arena, out);
	} else {
		*out = (struct vec){ .phys = phys, .data = values };
		if (phys == PHYS_NUMERIC)
			get_numerics(reader, count, values);
	}
	out->nulls = nulls;
}

static int
decode(const struct spill *spill, const struct spill_block *block,
    const uint8_t *data, struct arena *arena, struct batch *out,
    struct error *err)
{
	struct reader reader = reader_over(data, block->size);

	out->row_count = block->row_count;
	out->sel = sel_all(block->row_count);
	out->col_count = spill->column_count;
	out->cols =
	    arena_alloc_array(arena, out->col_count + 1, sizeof(*out->cols));
	for (uint32_t c = 0; c < out->col_count; c++)
		get_column(&reader, type_phys(&spill->types[c]),
		    block->row_count, arena, &out->cols[c]);
	if (reader.failed || reader_left(&reader) > 0)
		return error_set(err, STELE_E_CORRUPT,
		    "temporary file is damaged");
	return arena_check(arena, err);
}

int
spill_read(const struct spill *spill, uint32_t run, uint32_t number,
    struct arena *arena, struct batch *out, struct error *err)
{
	const struct spill_block *block = &spill->runs[run].blocks[number];
	uint8_t *data = arena_try_alloc(arena, block->size + 1);
	int rc;

	if (data == NULL)
		return out_of_memory(err);
	rc = temp_file_read(spill->file, data, block->size, block->offset, err);
	if (rc != 0)
		return rc;
	if (hash_bytes(data, block->size) != block->checksum)
		return error_set(err, STELE_E_CORRUPT,
		    "temporary file is damaged");
	return decode(spill, block, data, arena, out, err);
}

void
spill_reader_init(struct spill_reader *reader, const struct spill *spill,
    uint32_t run)
{
	*reader = (struct spill_reader){ .spill = spill, .run = run };
	arena_init(&reader->arena, spill->arena.budget);
}

void
spill_reader_release(struct spill_reader *reader)
{
	arena_release(&reader->arena);
}

int
spill_reader_next(struct spill_reader *reader, struct batch *out,
    struct error *err)
{
	int rc;

	if (reader->next == reader->spill->runs[reader->run].block_count)
		return 0;
	arena_reset(&reader->arena);
	rc = spill_read(reader->spill, reader->run, reader->next++,
	    &reader->arena, out, err);
	return rc != 0 ? rc : 1;
}
