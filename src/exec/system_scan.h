/* SPDX-License-Identifier: Apache-2.0 */
/*
 * system_scan.h -- where the rows of the server's own relations come from.
 *
 * Whoever knows some state of the server makes it a relation with a struct
 * system_provider: what the planner has to know of it, and a function that
 * tells its rows.
 *
 *	enum { SHARDS_ID, SHARDS_BYTES };
 *
 *	static int
 *	shards_fill(void *arg, struct system_rows *rows, struct error *err)
 *	{
 *		...for each shard {
 *			system_rows_next(rows);
 *			system_put_i64(rows, SHARDS_ID, shard->id);
 *			system_put_i64(rows, SHARDS_BYTES, shard->bytes);
 *		}
 *		return 0;
 *	}
 *
 * The function is called once when a plan reads the relation; what it tells is
 * kept in the statement's memory, of the columns that the plan reads.  Filters,
 * order, joins and aggregates are the executor's.  Where there may be many rows
 * and the plan wants few, the function asks for which: a key.
 *
 * Threads: fill() runs on the thread that runs the plan, and takes what locks
 * its state needs, briefly.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"
#include "plan/system_table.h"
#include "vec/value.h"

struct arena;
struct error;
struct relation_space;
struct system_rows;

struct system_provider {
	struct system_table table; /* first: what the planner has points here */

	/* `arg` is exec_context.system_arg.  0 or a code. */
	int (*fill)(void *arg, struct system_rows *rows, struct error *err);
};

/*
 * The values that a column must have one of, in its type's physical form,
 * ascending, none twice and none of them null.  Rows with others may be told,
 * too, and are left out again.
 */
struct system_key {
	const struct datum *values;
	uint32_t count;
};

/* NULL: any value will do. */
const struct system_key *system_rows_key(const struct system_rows *rows,
    uint32_t column);

/* Whether a row with this value is wanted, as far as the column's key says. */
bool system_wants_i64(const struct system_rows *rows, uint32_t column,
    int64_t value);
bool system_wants_str(const struct system_rows *rows, uint32_t column,
    struct str value);

/* Whether the plan reads the column at all. */
bool system_reads(const struct system_rows *rows, uint32_t column);

/* What the plan is bound in; and memory that lasts as long as its rows. */
const struct relation_space *system_rows_space(const struct system_rows *rows);
struct arena *system_rows_arena(struct system_rows *rows);

/* Start a row; columns that nothing is put into are null. */
void system_rows_next(struct system_rows *rows);

/*
 * Put the value of a column (from 0, as in the table) into the last row, in
 * the physical form of the column's type.  Strings are copied.  A lack of
 * memory shows when fill() has returned.
 */
void system_put(struct system_rows *rows, uint32_t column,
    const struct datum *value);
void system_put_bool(struct system_rows *rows, uint32_t column, bool value);
void system_put_i64(struct system_rows *rows, uint32_t column, int64_t value);
void system_put_f64(struct system_rows *rows, uint32_t column, double value);
void system_put_str(struct system_rows *rows, uint32_t column,
    struct str value);
void system_put_cstr(struct system_rows *rows, uint32_t column,
    const char *value);
void system_put_char(struct system_rows *rows, uint32_t column, char value);

/* An array of one dimension; `element` is the OID of its elements' type. */
void system_put_array(struct system_rows *rows, uint32_t column,
    uint32_t element, const struct datum *values, uint32_t count);
