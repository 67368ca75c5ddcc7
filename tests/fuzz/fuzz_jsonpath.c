/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonpaths: any text is refused or becomes a tree, whose spelling is UTF-8 and
 * parses to what is spelt the same, and which runs over a document in both modes.
 *
 * Texts are checked where they come in: a byte that is not UTF-8 is a "?" here.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/error.h"
#include "common/must.h"
#include "common/utf8.h"
#include "exec/jsonpath_run.h"
#include "fuzz/fuzz.h"

static const char document[] =
    "{\"a\": [1, {\"b\": \"x\"}, [2.5, null]], \"c\": {\"a\": true}}";

/* A short path may go over the document in each filter of each filter. */
#define MEMORY_MAX ((size_t)4 << 20)

static void
run(const struct jsonpath *path)
{
	struct json_items found = { .count = 0 };
	struct regex_cache regexes = { .use_count = 0 };
	struct mem_budget budget = { .limit_bytes = MEMORY_MAX };
	struct arena arena;
	struct jsonpath_input input = { .path = path,
		.is_silent = path->is_strict,
		.regexes = &regexes,
		.arena = &arena };
	enum jsonpath_result result;
	struct error err;

	arena_init(&arena, &budget);
	if (json_tree_read(str_of_cstr(document), &arena, &input.document,
		&err) != 0)
		abort();
	input.variables = input.document;
	(void)!jsonpath_run(&input, &found, &result, &err);
	(void)!jsonpath_run(&input, NULL, &result, &err);
	regex_cache_release(&regexes);
	arena_release(&arena);
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
		run(&path);
	arena_release(&arena);
	return rc == 0;
}

static void
mend(struct buf *text)
{
	for (size_t at = 0; at < text->len; at++) {
		at += utf8_valid_prefix(
		    str_of((const char *)text->data + at, text->len - at));
		if (at < text->len)
			text->data[at] = '?';
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text, once, twice;

	buf_init(&text);
	buf_init(&once);
	buf_init(&twice);
	buf_put(&text, data, size);
	MUST(!text.failed);
	mend(&text);
	if (respell(buf_str(&text), &once) &&
	    (!utf8_is_valid(buf_str(&once)) ||
		!respell(buf_str(&once), &twice) ||
		!str_equal(buf_str(&once), buf_str(&twice)))) {
		fprintf(stderr, "%.*s\n%.*s\n", STR_FMT(buf_str(&once)),
		    STR_FMT(buf_str(&twice)));
		abort();
	}
	buf_release(&text);
	buf_release(&once);
	buf_release(&twice);
	return 0;
}
