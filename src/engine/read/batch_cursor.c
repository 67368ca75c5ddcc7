/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a transaction sees of itself: a cursor over a batch's own rows, decoded
 * from their log form.  They have no event_id yet.
 */
#include <stdlib.h>

#include "common/error.h"
#include "engine/append/write_batch.h"
#include "engine/catalog/value_format.h"
#include "engine/read/scan_private.h"

struct batch_cursor {
	struct scan_cursor base;
	const struct event_type *type;  /* as the reader knows it; borrowed */
	const struct event_type *bound; /* as the batch has it; borrowed */
	struct reader entries;          /* what is left of the batch */
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
	const struct datum null = { .is_null = true };

	arena_reset(arena);
	vec_init(&cursor->version, PHYS_I64, VEC_ROWS, arena);
	vec_init(&cursor->context, PHYS_STR, VEC_ROWS, arena);
	vec_init(&cursor->timestamp, PHYS_I64, VEC_ROWS, arena);
	vec_init_constant(&cursor->event_id, PHYS_I64, &null, arena);
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

static void
decode_fields(struct batch_cursor *cursor, struct row *row, uint32_t at)
{
	for (uint32_t i = 0; i < cursor->type->field_count; i++) {
		const struct field *field = &cursor->type->fields[i];
		struct datum value = absent_value(field);

		if (i < row->field_count) {
			value.is_null = row_field_is_null(row, i);
			if (!value.is_null)
				value =
				    value_get(&row->fields, field_phys(field));
		}
		vec_set(&cursor->fields[i], at, &value);
	}
}

/* Fill the vectors from the next rows of the type: their count. */
static uint32_t
decode_rows(struct batch_cursor *cursor)
{
	uint32_t count = 0;
	struct entry entry;
	struct row row;

	while (count < VEC_ROWS && entry_next(&cursor->entries, &entry) == 1) {
		if (entry.kind != ENTRY_ROW || !row_decode(&entry, &row) ||
		    row.type_oid != cursor->type->oid ||
		    cursor->bound == NULL || !row_bind(&row, cursor->bound))
			continue;
		cursor->version.i64[count] = row.version;
		cursor->context.str[count] = row.context;
		cursor->timestamp.i64[count] = row.timestamp;
		decode_fields(cursor, &row, count);
		count++;
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
	int rc;

	start_vecs(cursor);
	rc = arena_check(&cursor->arena, err);
	if (rc != 0)
		return rc;
	count = decode_rows(cursor);
	for (uint32_t i = 0; i < cursor->attnum_count; i++)
		cursor->cols[i] = column(cursor, cursor->attnums[i]);
	*out = (struct batch){
		.row_count = count,
		.col_count = cursor->attnum_count,
		.cols = cursor->cols,
		.sel = sel_all(count),
	};
	return count > 0;
}

static const struct scan_cursor_class batch_class = {
	.next = batch_next,
	.close = batch_close,
};

int
write_batch_scan(struct write_batch *batch, const struct event_type *type,
    const uint32_t *attnums, uint32_t attnum_count, struct scan_cursor **out,
    struct error *err)
{
	struct batch_cursor *cursor = calloc(1, sizeof(*cursor));

	*out = NULL;
	if (cursor == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	cursor->base.class = &batch_class;
	cursor->type = type;
	cursor->bound =
	    catalog_type_by_oid(write_batch_catalog(batch), type->oid);
	cursor->entries = write_batch_entries(batch);
	cursor->attnums = attnums;
	cursor->attnum_count = attnum_count;
	arena_init(&cursor->arena, NULL);
	cursor->fields =
	    calloc(type->field_count + (size_t)1, sizeof(struct vec));
	cursor->cols = calloc(attnum_count + (size_t)1, sizeof(struct vec));
	if (cursor->fields == NULL || cursor->cols == NULL) {
		batch_close(&cursor->base);
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	}
	*out = &cursor->base;
	return 0;
}
