/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_path.h -- changing what a path leads to, in a document's tree.
 *
 * A step is a member's name or an element's number, from the end if negative.
 * All but the last must lead somewhere, else nothing changes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "exec/json_tree.h"
#include "vec/value.h"

struct error;

enum json_edit_how {
	JSON_EDIT_DELETE,
	JSON_EDIT_REPLACE, /* what is there */
	JSON_EDIT_SET,     /* or make it */
	JSON_EDIT_INSERT_BEFORE,
	JSON_EDIT_INSERT_AFTER,
};

struct json_edit {
	enum json_edit_how how;
	const struct datum *steps; /* texts */
	uint32_t step_count;
	struct json_node *value; /* but to delete; is linked */
};

/* The whole text as an integer. */
bool json_step_index(struct str step, int64_t *out);

/*
 * 22004 for a step that is null, 22P02 for one into an array that is no number,
 * 22023 for a member that is to be inserted and is there.
 */
MUST_USE int json_edit(const struct json_edit *edit, struct json_node *node,
    struct error *err);
