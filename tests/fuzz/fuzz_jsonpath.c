/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonpaths: any bytes are refused or become a tree, whose spelling parses to
 * what is spelt the same, and which runs over a document in both modes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/error.h"
#include "exec/jsonpath_run.h"
#include "fuzz/fuzz.h"

static const char document[] =
    "{\"a\": [1, {\"b\": \"x\"}, [2.5, null]], \"c\": {\"a\": true}}";

static void
run(const struct jsonpath *path, struct arena *arena)
{
	struct json_items found = { .count = 0 };
	struct regex_cache regexes = { .use_count = 0 };
	struct jsonpath_input input = { .path = path,
		.is_silent = path->is_strict,
		.regexes = &regexes,
		.arena = arena };
	enum jsonpath_result result;
	struct error err;

	if (json_tree_read(str_of_cstr(document), arena, &input.document,
		&err) != 0)
		abort();
	input.variables = input.document;
	(void)!jsonpath_run(&input, &found, &result, &err);
	(void)!jsonpath_run(&input, NULL, &result, &err);
	regex_cache_release(&regexes);
}

/* Spell it, and run it if it is short; false if it was refused. */
static bool
respell(struct str text, struct buf *out)
{
	struct jsonpath path;
	struct arena arena;
	struct error err;
	int rc;

	arena_init(&arena, NULL);
	rc = jsonpath_parse(text, &arena, &path, &err);
	if (rc == 0)
		jsonpath_put(&path, out);
	if (rc == 0 && text.len < 200)
		run(&path, &arena);
	arena_release(&arena);
	return rc == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_of((const char *)data, size);
	struct buf once, twice;

	buf_init(&once);
	buf_init(&twice);
	if (respell(text, &once) &&
	    (!respell(buf_str(&once), &twice) ||
		!str_equal(buf_str(&once), buf_str(&twice)))) {
		fprintf(stderr, "%.*s\n%.*s\n", STR_FMT(buf_str(&once)),
		    STR_FMT(buf_str(&twice)));
		abort();
	}
	buf_release(&once);
	buf_release(&twice);
	return 0;
}
