/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a transaction sees of itself: a cursor over a batch's own rows, decoded
 * from their log form.  They have no event_id yet.  Rows that were staged come
 * before: staged_cursor.c.
 *
 * Rows that were added together lie in one entry for each shard; a group is as
 * many entries as have all ordinals between the first and the last.
 */
#include <stdlib.h>

#include "common/error.h"
#include "common/must.h"
#include "engine/append/row_column.h"
#include "engine/append/write_batch.h"
#include "engine/read/scan_private.h"

/* Rows added together, of any type, that one call looks at. */
#define GROUPS_MAX 4096

struct batch_cursor {
	struct scan_cursor base;
	const struct event_type *type;  /* as the reader knows it; borrowed */
	const struct event_type *bound; /* as the batch has it; borrowed */
	struct reader entries;          /* what is left of the batch */
	uint64_t ordinal;               /* of the first row that is left */
	struct arena arena;             /* of the current vectors */
	struct vec *fields;             /* of every field of the type */
	struct vec version, context, timestamp, event_id;
	const uint32_t *attnums; /* borrowed */
	uint32_t attnum_count;
	struct vec *cols; /* of attnum_count; owned */
};

static void
batch_close(struct scan_cursor *base)
{
	struct batch_cursor *cursor = (struct batch_cursor *)base;

	arena_release(&cursor->arena);
	free(cursor->fields);
	free(cursor->cols);
	free(cursor);
}

static void
start_vecs(struct batch_cursor *cursor)
{
	struct arena *arena = &cursor->arena;

	arena_reset(arena);
	vec_init(&cursor->version, PHYS_I64, VEC_ROWS, arena);
	vec_init(&cursor->context, PHYS_STR, VEC_ROWS, arena);
	vec_init(&cursor->timestamp, PHYS_I64, VEC_ROWS, arena);
	vec_init(&cursor->event_id, PHYS_I64, VEC_ROWS, arena);
	memset(vec_need_nulls(&cursor->event_id, VEC_ROWS, arena), 1, VEC_ROWS);
	for (uint32_t i = 0; i < cursor->type->field_count; i++) {
		vec_init(&cursor->fields[i],
		    field_phys(&cursor->type->fields[i]), VEC_ROWS, arena);
		(void)vec_need_nulls(&cursor->fields[i], VEC_ROWS, arena);
	}
}

/* A field that the row is older than: its default, or null. */
static struct datum
absent_value(const struct field *field)
{
	const struct datum null = { .is_null = true };

	return field->has_default ? field->default_value : null;
}

/* A group of entries, and where it ends. */
struct group {
	struct reader end;
	uint32_t type_oid;
	uint32_t row_count;
};

/* The next group; false at the end. */
static bool
find_group(const struct batch_cursor *cursor, struct group *group)
{
	struct entry entry;
	struct rows rows;
	uint64_t end = cursor->ordinal;

	*group = (struct group){ .end = cursor->entries };
	while (entry_next(&group->end, &entry) == 1) {
		uint64_t last;

		if (entry.kind != ENTRY_ROWS)
			continue;
		MUST(rows_decode(&entry, &rows));
		last = rows_ordinal(&rows, rows.count - 1);
		end = last >= end ? last + 1 : end;
		group->type_oid = rows.type_oid;
		group->row_count += rows.count;
		if (end - cursor->ordinal == group->row_count)
			return true;
	}
	return false;
}

/* Where the rows of one entry go to. */
struct scatter {
	const struct rows *rows;
	uint64_t base; /* ordinal that goes to `at` */
	uint32_t at;
};

static uint32_t
scatter_row(const struct scatter *to, uint32_t i)
{
	return to->at + (uint32_t)(rows_ordinal(to->rows, i) - to->base);
}

/* The next column of the rows into a vector. */
static void
scatter_column(struct rows *rows, const struct scatter *to, struct vec *vec)
{
	struct numeric values[VEC_ROWS]; /* the widest of all forms */
	uint8_t nulls[VEC_ROWS];
	size_t size = phys_size(vec->phys);
	struct row_column column;

	MUST(row_column_take(&rows->columns, vec->phys, rows->count, &column) &&
	    row_column_read(&column, rows->count, values, nulls));
	for (uint32_t i = 0; i < rows->count; i++) {
		uint32_t row = scatter_row(to, i);

		memcpy((char *)vec->data + row * size,
		    (const char *)values + i * size, size);
		if (vec->nulls != NULL)
			vec->nulls[row] = nulls[i];
	}
}

static void
decode_entry(struct batch_cursor *cursor, struct rows *rows,
    const struct scatter *to)
{
	scatter_column(rows, to, &cursor->timestamp);
	scatter_column(rows, to, &cursor->context);
	for (uint32_t i = 0; i < cursor->type->field_count; i++) {
		const struct field *field = &cursor->type->fields[i];
		struct datum value = absent_value(field);

		if (i < rows->field_count) {
			scatter_column(rows, to, &cursor->fields[i]);
			continue;
		}
		for (uint32_t j = 0; j < rows->count; j++)
			vec_set(&cursor->fields[i], scatter_row(to, j), &value);
	}
	for (uint32_t j = 0; j < rows->count; j++)
		cursor->version.i64[scatter_row(to, j)] = rows->version;
}

/* No event_id yet; but where the row is in the batch. */
static void
number_rows(struct batch_cursor *cursor, uint32_t at, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		cursor->event_id.i64[at + i] = (int64_t)(cursor->ordinal + i);
}

/* The rows of a group of the type, in the order they came, from `at` on. */
static void
decode_group(struct batch_cursor *cursor, uint32_t at)
{
	struct rows rows;
	struct scatter to = { &rows, cursor->ordinal, at };
	struct group group;
	struct entry entry;

	MUST(find_group(cursor, &group));
	while (cursor->entries.next < group.end.next) {
		MUST(entry_next(&cursor->entries, &entry) == 1);
		if (entry.kind != ENTRY_ROWS)
			continue;
		MUST(rows_decode(&entry, &rows) &&
		    rows_bind(&rows, cursor->bound));
		decode_entry(cursor, &rows, &to);
	}
}

/*
 * Fill the vectors from the next rows of the type: their count.  It may be 0
 * before the end, so that the caller has a say when there are many of others.
 */
static uint32_t
decode_rows(struct batch_cursor *cursor, bool *at_end)
{
	uint32_t count = 0;
	struct group group;

	*at_end = false;
	for (uint32_t i = 0; i < GROUPS_MAX; i++) {
		*at_end = !find_group(cursor, &group);
		if (*at_end || count + group.row_count > VEC_ROWS)
			break;
		if (group.type_oid == cursor->type->oid &&
		    cursor->bound != NULL) {
			decode_group(cursor, count);
			number_rows(cursor, count, group.row_count);
			count += group.row_count;
		}
		cursor->entries = group.end;
		cursor->ordinal += group.row_count;
	}
	return count;
}

static struct vec
column(const struct batch_cursor *cursor, uint32_t attnum)
{
	switch (attnum) {
	case COLUMN_VERSION:
		return cursor->version;
	case COLUMN_CONTEXT_ID:
		return cursor->context;
	case COLUMN_TIMESTAMP:
		return cursor->timestamp;
	case COLUMN_EVENT_ID:
		return cursor->event_id;
	default:
		return cursor->fields[attnum - COLUMN_FIRST_FIELD];
	}
}

static int
batch_next(struct scan_cursor *base, struct batch *out, struct error *err)
{
	struct batch_cursor *cursor = (struct batch_cursor *)base;
	uint32_t count;
	bool at_end;
	int rc;

	start_vecs(cursor);
	rc = arena_check(&cursor->arena, err);
	if (rc != 0)
		return rc;
	count = decode_rows(cursor, &at_end);
	for (uint32_t i = 0; i < cursor->attnum_count; i++)
		cursor->cols[i] = column(cursor, cursor->attnums[i]);
	*out = (struct batch){
		.row_count = count,
		.col_count = cursor->attnum_count,
		.cols = cursor->cols,
		.sel = sel_all(count),
	};
	return count > 0 || !at_end;
}

static const struct scan_cursor_class batch_class = {
	.next = batch_next,
	.close = batch_close,
};

int
batch_cursor_open(const struct write_batch *batch,
    const struct event_type *type, const uint32_t *attnums,
    uint32_t attnum_count, struct scan_cursor **out, struct error *err)
{
	struct batch_cursor *cursor = calloc(1, sizeof(*cursor));

	*out = NULL;
	if (cursor == NULL)
		return error_no_memory(err);
	cursor->base.class = &batch_class;
	cursor->type = type;
	cursor->bound =
	    catalog_type_by_oid(write_batch_catalog(batch), type->oid);
	cursor->ordinal = batch->staged_rows;
	if (write_batch_has_type(batch, type->oid))
		cursor->entries = write_batch_entries(batch);
	cursor->attnums = attnums;
	cursor->attnum_count = attnum_count;
	arena_init(&cursor->arena, NULL);
	cursor->fields =
	    calloc(type->field_count + (size_t)1, sizeof(struct vec));
	cursor->cols = calloc(attnum_count + (size_t)1, sizeof(struct vec));
	if (cursor->fields == NULL || cursor->cols == NULL) {
		batch_close(&cursor->base);
		return error_no_memory(err);
	}
	*out = &cursor->base;
	return 0;
}
