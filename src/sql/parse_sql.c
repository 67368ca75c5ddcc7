/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQL through libpg_query: PostgreSQL's parser writes its tree as protobuf,
 * protobuf-c reads it into scratch memory, convert.h makes ours of it.
 */
#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>
#include <string.h>

#include "sql/convert.h"
#include "sql/parse_private.h"
#include "sql/print.h"
#include "sql/scan.h"

/* libpg_query's own, of the text of a run. */
#define TEXT_COPIES 4

/* ---- errors ---- */

/*
 * libpg_query does not hand the SQLSTATE on.  What its lexer and grammar raise
 * with another one than syntax_error, by the beginning of the text.
 */
static const struct {
	const char *prefix;
	const char *function; /* that raises it; NULL: any */
	int code;
} error_code[] = {
	{ "invalid byte sequence for encoding", NULL,
	    STELE_E_CHARACTER_NOT_IN_REPERTOIRE },
	{ "invalid Unicode escape", "core_yylex",
	    STELE_E_INVALID_ESCAPE_SEQUENCE },
	{ "memory exhausted", NULL, STELE_E_TOO_COMPLEX },
	{ "stack depth limit exceeded", NULL, STELE_E_TOO_COMPLEX },
	{ "out of memory", NULL, STELE_E_OUT_OF_MEMORY },
	{ "precision for type float", NULL, STELE_E_INVALID_PARAMETER_VALUE },
	{ "current database cannot be changed", NULL,
	    STELE_E_FEATURE_NOT_SUPPORTED },
	{ "CREATE ASSERTION is not yet implemented", NULL,
	    STELE_E_FEATURE_NOT_SUPPORTED },
	{ "MATCH PARTIAL not yet implemented", NULL,
	    STELE_E_FEATURE_NOT_SUPPORTED },
	{ "WITH CHECK OPTION not supported", NULL,
	    STELE_E_FEATURE_NOT_SUPPORTED },
	{ "UNENCRYPTED PASSWORD is no longer supported", NULL,
	    STELE_E_FEATURE_NOT_SUPPORTED },
	{ "role name \"", NULL, STELE_E_RESERVED_NAME },
	{ "UNIQUE predicate is not yet implemented", NULL,
	    STELE_E_FEATURE_NOT_SUPPORTED },
};

static int
code_of(const PgQueryError *error)
{
	for (size_t i = 0; i < ARRAY_LEN(error_code); i++)
		if (strncmp(error->message, error_code[i].prefix,
			strlen(error_code[i].prefix)) == 0 &&
		    (error_code[i].function == NULL ||
			(error->funcname != NULL &&
			    strcmp(error->funcname, error_code[i].function) ==
				0)))
			return error_code[i].code;
	return STELE_E_SYNTAX;
}

/* cursorpos counts the characters of the run from 1; 0 is no place. */
static int
report(struct parse *p, size_t start, const PgQueryError *error)
{
	int before = position_of(&p->positions, start) - 1;

	error_set(p->err, code_of(error), "%s", error->message);
	if (error->cursorpos > 0)
		error_position(p->err, before + error->cursorpos);
	return p->err->code;
}

static int
parse_too_costly(struct parse *p, size_t cost)
{
	error_set(p->err, STELE_E_OUT_OF_MEMORY,
	    "statement is too large to be parsed");
	error_detail(p->err,
	    "Parsing it may take %zu kB; a statement may use %zu kB.",
	    cost >> 10, p->arena->budget->limit_bytes >> 10);
	return error_hint(p->err,
	    "Use COPY, several statements, or a larger statement_memory.");
}

/* ---- the tree ---- */

static void *
unpack_alloc(void *arena, size_t size)
{
	return arena_try_alloc(arena, size);
}

/* The arena gives all back at once. */
static void
unpack_free(void *arena UNUSED, void *memory UNUSED)
{
}

/* Where the statement's first token begins, past blanks and comments. */
static size_t
first_token(const struct parse *p, size_t at)
{
	struct scanner scanner = scanner_at(p->text, at);

	return scan_next(&scanner).start;
}

static struct str
statement_text(const struct parse *p, size_t start, size_t end)
{
	while (end > start && strchr(" \t\r\n\f\v;", p->text.data[end - 1]))
		end--;
	return str_of(p->text.data + start, end - start);
}

struct str
parse_without_secret(struct parse *p, const struct ast_stmt *stmt)
{
	struct buf text;
	struct str copy;

	buf_init(&text);
	print_stmt(&text, stmt);
	p->arena->failed |= text.failed;
	copy = arena_str(p->arena, buf_str(&text));
	buf_release(&text);
	return copy;
}

static int
convert_run(struct parse *p, size_t start, size_t end,
    const PgQuery__ParseResult *tree)
{
	struct convert c = {
		.arena = p->arena,
		.positions = &p->positions,
		.base = start,
		.err = p->err,
	};

	for (size_t i = 0; i < tree->n_stmts; i++) {
		const PgQuery__RawStmt *raw = tree->stmts[i];
		size_t from = start + (size_t)raw->stmt_location;
		size_t limit =
		    raw->stmt_len == 0 ? end : from + (size_t)raw->stmt_len;
		struct ast_stmt *stmt;
		int rc;

		from = first_token(p, from);
		c.stmt_location = position_of(&p->positions, from);
		c.param_count = 0;
		stmt = convert_stmt(&c, raw->stmt);
		if (convert_failed(&c))
			return c.rc;
		stmt->text = stmt->has_secret ? parse_without_secret(p, stmt)
					      : statement_text(p, from, limit);
		stmt->param_count = c.param_count;
		rc = parse_add(p, stmt);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
unpack_run(struct parse *p, size_t start, size_t end,
    const PgQueryProtobuf *packed)
{
	ProtobufCAllocator allocator = {
		.alloc = unpack_alloc,
		.free = unpack_free,
		.allocator_data = &p->scratch,
	};
	const PgQuery__ParseResult *tree =
	    pg_query__parse_result__unpack(&allocator, packed->len,
		(const uint8_t *)packed->data);

	if (tree == NULL)
		return error_no_memory(p->err);
	return convert_run(p, start, end, tree);
}

/* The grammar: its own memory is charged before it is called. */
static int
parse_charged(struct parse *p, size_t start, size_t end, const char *text)
{
	struct mem_budget *budget = p->arena->budget;
	size_t cost = p->guard->memory_bytes + TEXT_COPIES * (end - start);
	PgQueryProtobufParseResult result;
	int rc;

	if (!mem_budget_take(budget, cost))
		return parse_too_costly(p, cost);
	result = pg_query_parse_protobuf(text);
	if (result.error != NULL)
		rc = report(p, start, result.error);
	else
		rc = unpack_run(p, start, end, &result.parse_tree);
	pg_query_free_protobuf_parse_result(result);
	mem_budget_give(budget, cost);
	return rc;
}

int
parse_sql_run(struct parse *p, size_t start, size_t end)
{
	struct arena_mark mark = arena_mark(&p->scratch);
	char *text = arena_try_alloc(&p->scratch, end - start + 1);
	int rc;

	if (text == NULL)
		return error_no_memory(p->err);
	memcpy(text, p->text.data + start, end - start);
	text[end - start] = '\0';
	rc = parse_charged(p, start, end, text);
	arena_rewind(&p->scratch, mark);
	return rc;
}
