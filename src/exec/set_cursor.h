/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set_cursor.h -- the rows of one call of a function that returns a set.
 *
 *	set_cursor_init(&cursor, env, &call);
 *	for each set {
 *		cursor.args[i] = ...
 *		set_cursor_start(&cursor, err)
 *		while (!cursor.is_done)
 *			set_cursor_fill(&cursor, columns, at, room, ...)
 *	}
 *	set_cursor_release(&cursor);
 *
 * Values that are filled in may point into the arguments, which stay valid
 * meanwhile, and into the arena that is given.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/json.h"
#include "exec/jsonpath_rows.h"
#include "exec/op.h"
#include "exec/regex_list.h"
#include "exec/set_table.h"
#include "exec/text_split.h"
#include "plan/set_function.h"
#include "types/array.h"

struct set_cursor {
	const struct exec_env *env;
	const struct set_call *call;
	struct datum args[SET_ARGS_MAX];
	bool is_done;
	struct arena arena; /* of a series' next value, of what is found */
	union {
		int direction; /* of a series: 1 or -1 */
		struct {
			struct array array;
			uint32_t next;
		} unnest;
		struct {
			int64_t next;
			int64_t last;
			int64_t step;
		} subscripts;
		struct text_split split;
		struct {
			struct regex_list list;
			uint32_t next;
		} found; /* by a regular expression */
		struct {
			struct str *names;
			uint32_t count, next;
		} channels;
		struct json_reader json;
		struct {
			struct json_items items;
			uint32_t next;
		} path;
		struct set_table table;
	};
};

void set_cursor_init(struct set_cursor *cursor, const struct exec_env *env,
    const struct set_call *call);
void set_cursor_release(struct set_cursor *cursor);

/* The arguments that the call has are in cursor->args. */
MUST_USE int set_cursor_start(struct set_cursor *cursor, struct error *err);

/*
 * Put the next rows, at most `room`, at `at` and behind into vectors, one for
 * each column of the call, that have null flags.  *count is how many; where
 * they are fewer than the room, the set is done.
 */
MUST_USE int set_cursor_fill(struct set_cursor *cursor, struct vec *columns,
    uint32_t at, uint32_t room, struct arena *arena, uint32_t *count,
    struct error *err);
