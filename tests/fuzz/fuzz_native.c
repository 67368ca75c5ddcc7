/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The native parser: any bytes are refused or become a tree, and what a tree
 * is printed as parses to what is printed the same.  Any bytes have a normal
 * form, too, and one id whether it is cut or not.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/error.h"
#include "fuzz/fuzz.h"
#include "sql/ast.h"
#include "sql/normal.h"
#include "sql/parse.h"
#include "sql/print.h"

/* First bytes below have a normal form made, which takes longer than to parse. */
#define NORMAL_LIMIT 128

/* The first byte chooses how a text begins, so that few are SQL. */
static const char *const head[] = { "STORE ", "QUERY ", "DEFINE t FIELDS {",
	"QUERY t WHERE ", "REPLAY ", "BATCH [", "STORE t FOR ", "EXPLAIN ",
	"QUERY t ", "", "PLOT ", "PLOT count OF " };

/* Parse and print; false if it was refused. */
static bool
reprint(struct str text, struct buf *out)
{
	struct sql_statements statements;
	struct arena arena;
	struct error err;
	int rc;

	arena_init(&arena, NULL);
	rc = sql_parse(text, SQL_DIALECT_NATIVE, &arena, &statements, &err);
	for (uint32_t i = 0; rc == 0 && i < statements.count; i++) {
		if (i > 0)
			buf_put_cstr(out, "; ");
		print_stmt(out, statements.items[i]);
	}
	arena_release(&arena);
	return rc == 0;
}

static void
fail(const char *what, const struct buf *once, const struct buf *twice)
{
	fprintf(stderr, "%s\n%.*s\n%.*s\n", what, STR_FMT(buf_str(once)),
	    STR_FMT(buf_str(twice)));
	abort();
}

static void
check_normal(struct str text)
{
	struct buf whole, cut;
	uint64_t id;

	buf_init(&whole);
	buf_init(&cut);
	id = native_put_normal(&whole, text, 0, SIZE_MAX);
	if (id != native_put_normal(&cut, text, 0, 8) || cut.len > whole.len)
		fail("another id when it is cut", &whole, &cut);
	buf_release(&whole);
	buf_release(&cut);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text, once, twice;

	if (size == 0)
		return 0;
	buf_init(&text);
	buf_init(&once);
	buf_init(&twice);
	buf_put_cstr(&text, head[data[0] % (sizeof(head) / sizeof(head[0]))]);
	buf_put(&text, data + 1, size - 1);
	if (data[0] < NORMAL_LIMIT)
		check_normal(buf_str(&text));
	if (reprint(buf_str(&text), &once)) {
		if (!reprint(buf_str(&once), &twice))
			fail("what was printed is refused", &once, &twice);
		if (!str_equal(buf_str(&once), buf_str(&twice)))
			fail("what was printed differs", &once, &twice);
	}
	buf_release(&text);
	buf_release(&once);
	buf_release(&twice);
	return 0;
}
