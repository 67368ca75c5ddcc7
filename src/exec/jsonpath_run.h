/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonpath_run.h -- running a jsonpath over a document.
 *
 * Memory: the arena that is passed, where the items are; what they say is
 * borrowed from the path and the document.  Threads: one.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "exec/json_tree.h"
#include "exec/regex_cache.h"
#include "types/jsonpath.h"

struct error;

/* The items that a path has made. */
struct json_items {
	struct json_node **items;
	uint32_t count;
	uint32_t capacity;
};

struct jsonpath_input {
	const struct jsonpath *path;
	struct json_node *document;
	struct json_node *variables; /* an object; NULL: there are none */
	bool is_silent; /* errors of the document end the path, and are none */
	struct regex_cache *regexes;
	const atomic_bool *cancel;
	struct arena *arena;
};

enum jsonpath_result {
	JSONPATH_FOUND,
	JSONPATH_NOT_FOUND,
	JSONPATH_FAILED, /* where errors are silent: those before are found */
};

/*
 * Run a path; `found` NULL: only whether there is an item.
 *
 * Returns 0 or an error of the document, if it is not silent (22012, 22033,
 * 22036, 22038, 22039, 2203A, 2203B, 2203C ...); 42704 for a variable that there
 * is not, 2201B for a regular expression that is none, 0A000 for datetime(),
 * 57014, 53200.
 */
MUST_USE int jsonpath_run(const struct jsonpath_input *input,
    struct json_items *found, enum jsonpath_result *out, struct error *err);
