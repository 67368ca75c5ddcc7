/* SPDX-License-Identifier: Apache-2.0 */
/*
 * payload.h -- an event's fields as one jsonb object, for the relation
 * `events`.
 *
 * The text is jsonb's canonical one: keys by length and then bytes.  A field
 * that is null is left out, so that an event looks the same before and after
 * its type gets more fields, and STORE takes the payload back.  Times are ISO
 * 8601 in UTC, whatever the session's zone.
 */
#pragma once

#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/buf.h"
#include "vec/vec.h"

struct error;
struct event_type;

struct payload_field {
	uint32_t index;  /* of the field in its type */
	struct str head; /* "\"name\": " */
};

/* The fields of one type in the order of jsonb. */
struct payload_shape {
	const struct event_type *type;
	struct payload_field *fields; /* type->field_count */
};

void payload_shape_init(struct payload_shape *shape,
    const struct event_type *type, struct arena *arena);

/* Append the object of one row; fields[i] is field i of the type. */
MUST_USE int payload_put(const struct payload_shape *shape,
    const struct vec *fields, uint32_t row, struct arena *scratch,
    struct buf *out, struct error *err);

/* A batch whose payloads have come to this many bytes is not made longer. */
#define PAYLOAD_BATCH_BYTES ((size_t)1 << 20)

/*
 * The column `payload` of one batch while it is built: begin, put rows in any
 * order, finish.  The vector, its text and the scratch lie in the arena of
 * _begin(); rows that were not put are left as they are.
 */
struct payload_column {
	struct buf buf; /* the text of all rows; owned */
	struct arena *arena;
	struct vec *vec;
	size_t *starts; /* of each row in the text; SIZE_MAX: not put */
};

void payload_column_init(struct payload_column *column,
    struct mem_budget *budget);
void payload_column_release(struct payload_column *column);
void payload_column_begin(struct payload_column *column, uint32_t row_count,
    struct vec *vec, struct arena *arena);

/* Row `row` of the batch is row `source` of the fields. */
MUST_USE int payload_column_put(struct payload_column *column, uint32_t row,
    const struct payload_shape *shape, const struct vec *fields,
    uint32_t source, struct error *err);
MUST_USE int payload_column_finish(struct payload_column *column,
    uint32_t row_count, struct error *err);
