/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temp_writer.h -- rows into a temporary table, as its definition allows them:
 * for INSERT, UPDATE and COPY.
 *
 * Threads: the session's.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "exec/eval.h"
#include "exec/temp_index.h"

struct temp_writer {
	const struct temp_table *table;
	const struct type_settings *settings; /* to print values in errors */
	uint64_t stamp;                       /* of what it writes */
	uint64_t seen;    /* what has a later one is the statement's own */
	bool is_building; /* rows that were there get a key, or a column */
};

/* A stamp is taken. */
void temp_writer_init(struct temp_writer *writer,
    const struct temp_table *table, const struct exec_context *context);

/*
 * Whether the selected rows may be in the table, but for its keys: 23502, 23514.
 * `values` are the table's columns; the conditions are over `eval`'s.
 */
MUST_USE int temp_writer_check(const struct temp_writer *writer,
    const struct eval *eval, const struct vec *values,
    struct expr *const *checks, uint32_t check_count, struct sel sel,
    struct error *err);

/* Row `from` is added; 23505 if a key of it is there. */
MUST_USE int temp_writer_add(const struct temp_writer *writer,
    const struct vec *values, uint32_t from, struct error *err);

/* All selected ones. */
MUST_USE int temp_writer_add_all(const struct temp_writer *writer,
    const struct vec *values, struct sel sel, struct error *err);

/* Whether the row was there before the statement and still is. */
bool temp_writer_may_change(const struct temp_writer *writer, uint64_t row);

MUST_USE int temp_writer_delete(const struct temp_writer *writer, uint64_t row,
    struct error *err);
