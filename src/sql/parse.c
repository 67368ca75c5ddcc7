/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Splits a text into native statements and runs of SQL, which go to their
 * parsers.  A run is as many statements as possible in one call of PostgreSQL's
 * parser; the guard sees each token of it first.
 */
#include "sql/parse.h"

#include <string.h>

#include "common/error.h"
#include "common/utf8.h"
#include "sql/parse_private.h"
#include "sql/scan.h"

#define IDENTIFIER_MAX 63

/* Room for one more of `size` bytes in an array of the result's arena. */
static int
grow(struct parse *p, void **items, uint32_t count, uint32_t *capacity,
    size_t size)
{
	uint32_t next = *capacity == 0 ? 4 : *capacity * 2;
	void *larger;

	if (count < *capacity)
		return 0;
	larger = arena_try_alloc(p->arena, next * size);
	if (larger == NULL)
		return error_no_memory(p->err);
	if (count > 0)
		memcpy(larger, *items, count * size);
	*items = larger;
	*capacity = next;
	return 0;
}

int
parse_add(struct parse *p, struct ast_stmt *stmt)
{
	void *items = p->out->items;
	int rc = grow(p, &items, p->out->count, &p->capacity, sizeof(stmt));

	if (rc != 0)
		return rc;
	p->out->items = items;
	p->out->items[p->out->count++] = stmt;
	return 0;
}

int
parse_too_nested(struct parse *p, size_t off)
{
	error_set(p->err, STELE_E_TOO_COMPLEX,
	    "statement is nested too deeply");
	error_detail(p->err, "Brackets and CASE may nest %d deep.",
	    SQL_NESTING_MAX);
	return error_position(p->err, position_of(&p->positions, off));
}

static int
parse_too_long(struct parse *p, size_t off)
{
	error_set(p->err, STELE_E_TOO_COMPLEX, "statement is too complex");
	error_detail(p->err,
	    "An expression has more than %d tokens without a comma.",
	    SQL_RUN_MAX);
	error_hint(p->err,
	    "Use IN (...) or = ANY (...) for a long chain of OR, or several statements.");
	return error_position(p->err, position_of(&p->positions, off));
}

static int
too_many_targets(struct parse *p)
{
	return error_set(p->err, STELE_E_TOO_MANY_COLUMNS,
	    "target lists can have at most %d entries", SQL_TARGETS_MAX);
}

/* ---- identifiers that PostgreSQL cuts ---- */

/* The length of the longest prefix of at most 63 bytes of whole characters. */
static size_t
kept_length(struct str name)
{
	size_t len = IDENTIFIER_MAX;

	while (len > 0 && ((unsigned char)name.data[len] & 0xc0) == 0x80)
		len--;
	return len;
}

/* A quoted name without its quotes; doubled ones inside become one. */
static struct str
unquote_name(struct parse *p, struct str quoted)
{
	char *copy = arena_try_alloc(p->arena, quoted.len);
	size_t len = 0;

	if (copy == NULL)
		return str_of(NULL, 0);
	for (size_t i = 1; i + 1 < quoted.len; i++) {
		copy[len++] = quoted.data[i];
		if (quoted.data[i] == '"')
			i++;
	}
	return str_of(copy, len);
}

static int
note_truncation(struct parse *p, const struct scanner *scanner,
    struct scan_token token)
{
	struct str written = scan_text(scanner, token);
	void *items = p->out->truncations;
	int rc;

	if (token.kind == SCAN_QUOTED)
		written = unquote_name(p, written);
	if (written.len <= IDENTIFIER_MAX)
		return 0;
	rc = grow(p, &items, p->out->truncation_count, &p->truncation_capacity,
	    sizeof(*p->out->truncations));
	if (rc != 0)
		return rc;
	p->out->truncations = items;
	p->out->truncations[p->out->truncation_count++] =
	    (struct sql_truncation){
		    .written = written,
		    .kept = str_of(written.data, kept_length(written)),
	    };
	return 0;
}

/* ---- runs of SQL ---- */

/*
 * Find where the run of SQL that begins at `start` ends: before the next
 * native statement, or at the end of the text.
 */
static int
find_run(struct parse *p, size_t start, size_t *end)
{
	struct scanner scanner = scanner_at(p->text, start);
	bool at_start = false;

	if (p->guard == NULL)
		p->guard = arena_try_alloc(&p->scratch, sizeof(*p->guard));
	if (p->guard == NULL)
		return error_no_memory(p->err);
	scan_guard_init(p->guard);
	for (;;) {
		struct scan_token token = scan_next(&scanner);
		int rc;

		*end = token.start;
		if (token.kind == SCAN_END ||
		    (at_start && token.kind == SCAN_WORD &&
			parse_is_native(p, token.start)))
			return 0;
		switch (scan_guard_take(p->guard, &scanner, token)) {
		case SCAN_FINE:
			at_start = false;
			break;
		case SCAN_STATEMENT_ENDS:
			at_start = true;
			break;
		case SCAN_TOO_NESTED:
			return parse_too_nested(p, token.start);
		case SCAN_TOO_LONG:
			return parse_too_long(p, token.start);
		case SCAN_TOO_MANY_TARGETS:
			return too_many_targets(p);
		}
		if (token.end - token.start > IDENTIFIER_MAX &&
		    (token.kind == SCAN_WORD || token.kind == SCAN_QUOTED)) {
			rc = note_truncation(p, &scanner, token);
			if (rc != 0)
				return rc;
		}
	}
}

static int
parse_text(struct parse *p)
{
	struct scanner scanner = scanner_at(p->text, 0);
	size_t end;
	int rc;

	for (;;) {
		struct scan_token token = scan_next(&scanner);

		if (token.kind == SCAN_END)
			return 0;
		if (scan_is_punct(&scanner, token, ';'))
			continue;
		if (token.kind == SCAN_WORD &&
		    parse_is_native(p, token.start)) {
			rc = parse_native(p, token.start, &end);
		} else {
			rc = find_run(p, token.start, &end);
			if (rc == 0)
				rc = parse_sql_run(p, token.start, end);
		}
		if (rc != 0)
			return rc;
		scanner.at = end;
	}
}

static int
check_encoding(struct str text, struct error *err)
{
	size_t valid = utf8_valid_prefix(text);

	if (valid == text.len)
		return 0;
	return error_set(err, STELE_E_CHARACTER_NOT_IN_REPERTOIRE,
	    "invalid byte sequence for encoding \"UTF8\": 0x%02x",
	    (unsigned char)text.data[valid]);
}

int
sql_parse(struct str text, enum sql_dialect dialect, struct arena *arena,
    struct sql_statements *out, struct error *err)
{
	struct parse p = {
		.text = text,
		.dialect = dialect,
		.arena = arena,
		.out = out,
		.err = err,
	};
	int rc;

	*out = (struct sql_statements){ 0 };
	rc = check_encoding(text, err);
	if (rc != 0)
		return rc;
	arena_init(&p.scratch, arena->budget);
	if (position_map_build(&p.positions, text, &p.scratch))
		rc = parse_text(&p);
	else
		rc = error_no_memory(err);
	if (rc == 0)
		rc = arena_check(arena, err);
	arena_release(&p.scratch);
	return rc;
}
