/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/append/row_gather.h"

#include <assert.h>
#include <string.h>

#include "engine/catalog/catalog.h"

#define ROOM_MIN     8u /* most batches have one row */
#define COLUMN_ALIGN 16

void
row_gather_init(struct row_gather *gather)
{
	*gather = (struct row_gather){ .type_oid = 0 };
	arena_init(&gather->arena, NULL);
}

void
row_gather_release(struct row_gather *gather)
{
	arena_release(&gather->arena);
}

void
row_gather_clear(struct row_gather *gather)
{
	struct arena arena;

	arena_reset(&gather->arena);
	arena = gather->arena;
	*gather = (struct row_gather){ .arena = arena };
}

bool
row_gather_takes(const struct row_gather *gather, const struct event_type *type)
{
	return gather->type_oid == type->oid &&
	    gather->version == event_type_current(type)->number;
}

static enum phys
column_phys(const struct event_type *type, uint32_t i)
{
	if (i < 2)
		return i == 0 ? PHYS_STR : PHYS_I64;
	return field_phys(&type->fields[i - 2]);
}

/* Values of a column, and their null flags, with what aligns the next one. */
static size_t
column_bytes(enum phys phys, uint32_t room)
{
	return (room * (phys_size(phys) + 1) + COLUMN_ALIGN - 1) &
	    ~(size_t)(COLUMN_ALIGN - 1);
}

/* The columns are one piece of memory: of many batches one row is all. */
static void
init_columns(struct row_gather *gather, const struct event_type *type)
{
	uint32_t col_count = 2 + type->field_count, room = gather->room;
	size_t size = 0;
	unsigned char *at;

	gather->cols =
	    arena_alloc_array(&gather->arena, col_count, sizeof(struct vec));
	for (uint32_t i = 0; i < col_count; i++) {
		enum phys phys = column_phys(type, i);

		gather->cols[i].phys = phys;
		gather->fixed_bytes += phys_size(phys);
		size += column_bytes(phys, room);
	}
	at = arena_try_alloc(&gather->arena, size);
	for (uint32_t i = 0; i < col_count; i++) {
		struct vec *col = &gather->cols[i];
		enum phys phys = col->phys;

		if (at == NULL) { /* each fails as such, then */
			vec_init(col, phys, room, &gather->arena);
			(void)vec_need_nulls(col, room, &gather->arena);
			continue;
		}
		*col = (struct vec){ .phys = phys };
		col->data = at;
		col->nulls = at + room * phys_size(phys);
		memset(col->nulls, 0, room);
		at += column_bytes(phys, room);
	}
}

void
row_gather_start(struct row_gather *gather, const struct event_type *type,
    const struct event_type *known)
{
	assert(gather->type_oid == 0);
	gather->type_oid = type->oid;
	gather->version = event_type_current(type)->number;
	gather->horizon = known->horizon;
	gather->is_refused = known->dropped_at != 0;
	gather->field_count = type->field_count;
	gather->room = ROOM_MIN;
	init_columns(gather, type);
}

static void
grow(struct row_gather *gather)
{
	uint32_t room = gather->room * 4;

	for (uint32_t i = 0; i < 2 + gather->field_count; i++) {
		struct vec *col = &gather->cols[i];
		struct vec grown;

		vec_init(&grown, col->phys, room, &gather->arena);
		memcpy(grown.data, col->data,
		    gather->count * phys_size(col->phys));
		memcpy(vec_need_nulls(&grown, room, &gather->arena), col->nulls,
		    gather->count);
		*col = grown;
	}
	gather->room = room;
}

void
row_gather_begin(struct row_gather *gather)
{
	assert(gather->type_oid != 0 && gather->count < GATHER_ROWS_MAX);
	if (gather->has_begun)
		arena_rewind(&gather->arena, gather->mark);
	if (gather->count == gather->room)
		grow(gather);
	gather->has_begun = true;
	gather->mark = arena_mark(&gather->arena);
}

void
row_gather_keep(struct row_gather *gather, size_t size_bytes)
{
	assert(gather->has_begun);
	gather->has_begun = false;
	gather->count++;
	gather->size_bytes += size_bytes;
}
