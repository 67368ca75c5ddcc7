/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy_sink_private.h -- a COPY FROM from the inside, for the files copy_sink*.c.
 */
#pragma once

#include "exec/exec_private.h"
#include "exec/temp_writer.h"
#include "plan/logical.h"

/* COPY events: the rows of one type in a batch. */
struct sink_type {
	const struct event_type *type;
	struct vec *cols; /* context_id, timestamp, fields */
	uint32_t row_count;
	uint32_t added; /* of them, to the target */
};

struct copy_sink {
	const struct plan_copy *plan;
	const struct plan_column *columns;
	struct exec_context context;
	struct write_batch *target;
	enum copy_form form;
	struct arena arena;  /* of the sink's life */
	struct arena values; /* of the rows that are being added */
	uint16_t *identity;  /* 0, 1, 2 ... */
	uint64_t row_count;
	uint64_t line;        /* of the row that is added alone */
	int payload_position; /* where its payload is wrong; 0: elsewhere */

	struct vec *cols;     /* COPY t: context_id, timestamp, fields */
	struct vec *row_cols; /* what WHERE asks: by attnum - 1 */
	uint16_t *passed;     /* the rows that it lets pass */
	struct exec_env env;  /* of it, and of a temporary table's defaults */
	struct temp_writer writer;

	struct sink_type *types; /* COPY events */
	uint32_t type_count;
	uint32_t type_capacity;
	struct sink_type **order; /* the type of each row */
};

/* ---- copy_sink_field.c ---- */

/* The error is one of this field of the line: "COPY t, line n, column c". */
void copy_field_context(const struct copy_sink *sink, uint32_t column,
    const struct str *value, struct error *err);
int copy_null_error(const struct copy_sink *sink, struct str column,
    struct error *err);

/* A field that is no null, as a value of its type without modifier. */
MUST_USE int copy_read_value(struct copy_sink *sink, const struct type *type,
    struct str text, struct datum *value, struct error *err);

/* A column of texts as a vector of its type. */
MUST_USE int copy_read_column(struct copy_sink *sink, uint32_t column,
    const struct vec *texts, uint32_t count, struct vec *out,
    struct error *err);

/*
 * Which of `count` rows WHERE lets pass, which the plan has: of `row_cols`,
 * whose columns are filled in.
 */
MUST_USE int copy_filter(struct copy_sink *sink, uint32_t count,
    struct sel *passed, struct error *err);

/* ---- copy_sink_events.c ---- */

/* Rows of COPY events: all of them, or none after an error. */
MUST_USE int copy_events_rows(struct copy_sink *sink, const struct batch *texts,
    struct error *err);
