/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/memtable/mem_scan.h"

#include "engine/catalog/catalog.h"

void
field_absent_vec(const struct field *field, struct arena *arena,
    struct vec *out)
{
	struct datum value = { .is_null = true };

	if (field->has_default)
		value = field->default_value;
	vec_init_constant(out, field_phys(field), &value, arena);
}

static void
column_vec(const struct mem_column *column, uint32_t from, struct vec *out)
{
	*out = (struct vec){ .phys = column->phys };
	out->data = (char *)column->data + from * phys_size(column->phys);
	/*
	 * Set before a row with a null is published: while it is false no row
	 * that the reader knows has one.
	 */
	if (atomic_load_explicit(&column->has_null, memory_order_relaxed))
		out->nulls = column->nulls + from;
}

void
mem_chunk_vec(const struct mem_chunk *chunk, const struct event_type *type,
    uint32_t attnum, uint32_t from, struct arena *arena, struct vec *out)
{
	uint32_t field = attnum - COLUMN_FIRST_FIELD;
	struct datum version = { .is_null = false };

	switch (attnum) {
	case COLUMN_VERSION:
		version.i64 = chunk->version;
		vec_init_constant(out, PHYS_I64, &version, arena);
		break;
	case COLUMN_CONTEXT_ID:
		*out = (struct vec){ .phys = PHYS_STR };
		out->str = chunk->contexts + from;
		break;
	case COLUMN_TIMESTAMP:
		*out = (struct vec){ .phys = PHYS_I64 };
		out->i64 = chunk->timestamps + from;
		break;
	case COLUMN_EVENT_ID:
		*out = (struct vec){ .phys = PHYS_I64 };
		out->i64 = chunk->event_ids + from;
		break;
	default:
		if (field < chunk->field_count)
			column_vec(&chunk->columns[field], from, out);
		else
			field_absent_vec(&type->fields[field], arena, out);
		break;
	}
}
