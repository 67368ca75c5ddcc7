/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements of the native language, and who owns a statement's first word.
 */
#include <string.h>

#include "sql/native.h"
#include "sql/scan.h"

static int parse_statement(struct native *n, struct ast_stmt **out);

/* ---- who owns a word ---- */

enum owner {
	OWNER_NATIVE, /* everywhere */
	OWNER_SHARED, /* the dialect's, but for what the other cannot say */
};

static const struct {
	const char *word;
	enum owner owner;
} first_word[] = {
	{ "STORE", OWNER_NATIVE },
	{ "QUERY", OWNER_NATIVE },
	{ "FIND", OWNER_NATIVE },
	{ "REPLAY", OWNER_NATIVE },
	{ "DEFINE", OWNER_NATIVE },
	{ "RETAIN", OWNER_NATIVE },
	{ "BATCH", OWNER_NATIVE },
	{ "FLUSH", OWNER_NATIVE },
	{ "PING", OWNER_NATIVE },
	{ "REMEMBER", OWNER_NATIVE },
	{ "ROTATE", OWNER_NATIVE },
	{ "FORGET", OWNER_NATIVE },
	{ "PLOT", OWNER_NATIVE },
	{ "LIST", OWNER_NATIVE },
	{ "DESCRIBE", OWNER_NATIVE },
	{ "HELP", OWNER_NATIVE },
	{ "SHOW", OWNER_SHARED },
	{ "GRANT", OWNER_SHARED },
	{ "REVOKE", OWNER_SHARED },
	{ "CREATE", OWNER_SHARED },
	{ "EXPLAIN", OWNER_SHARED },
};

static bool
take_word(struct scanner *scanner, const char *word)
{
	struct scanner before = *scanner;

	if (scan_is_word(scanner, scan_next(scanner), str_of_cstr(word)))
		return true;
	*scanner = before;
	return false;
}

/* Skip EXPLAIN's options: words, or a list in parentheses. */
static void
skip_explain_options(struct scanner *scanner)
{
	struct scanner before = *scanner;
	struct scan_token token = scan_next(scanner);

	if (!scan_is_punct(scanner, token, '(')) {
		*scanner = before;
		while (take_word(scanner, "ANALYZE") ||
		    take_word(scanner, "VERBOSE"))
			;
		return;
	}
	while (token.kind != SCAN_END && !scan_is_punct(scanner, token, ')'))
		token = scan_next(scanner);
}

/* Skip a user's name, which the native language has as `user-1`, too. */
static void
skip_user_name(struct scanner *scanner)
{
	struct scanner next;
	size_t end;

	end = scan_next(scanner).end;
	for (;;) {
		next = *scanner;
		struct scan_token token = scan_next(&next);

		if (token.start != end || token.kind == SCAN_END ||
		    scan_is_punct(&next, token, ';'))
			return;
		end = token.end;
		*scanner = next;
	}
}

/* After a shared word: is this what only the native language says? */
static bool
only_native(struct scanner *scanner, struct str word)
{
	if (str_equal_nocase(word, STR("EXPLAIN"))) {
		skip_explain_options(scanner);
		return take_word(scanner, "QUERY") ||
		    take_word(scanner, "FIND") ||
		    take_word(scanner, "REPLAY") || take_word(scanner, "PLOT");
	}
	if (str_equal_nocase(word, STR("SHOW")))
		return take_word(scanner, "PERMISSIONS");
	if (str_equal_nocase(word, STR("REVOKE")))
		return take_word(scanner, "KEY") || take_word(scanner, "ON");
	if (!str_equal_nocase(word, STR("CREATE")) ||
	    !take_word(scanner, "USER"))
		return false;
	skip_user_name(scanner);
	return take_word(scanner, "WITH") &&
	    (take_word(scanner, "KEY") || take_word(scanner, "ROLES"));
}

/* After CREATE USER: no more than a name, a key and roles. */
static bool
is_native_user(struct scanner *scanner)
{
	struct scanner end;
	struct scan_token token;

	skip_user_name(scanner);
	end = *scanner;
	token = scan_next(&end);
	if (token.kind == SCAN_END || scan_is_punct(&end, token, ';'))
		return true;
	if (!take_word(scanner, "WITH"))
		return false;
	end = *scanner;
	return scan_next(&end).kind == SCAN_END || take_word(scanner, "KEY") ||
	    take_word(scanner, "ROLES");
}

/*
 * On a native port: is a shared word's statement the native language's?  GRANT
 * of roles and of other rights than its own two is SQL's on every port, and so
 * are users with what SQL says of them.
 */
static bool
native_first(struct scanner *scanner, struct str word)
{
	if (str_equal_nocase(word, STR("REVOKE")) ||
	    str_equal_nocase(word, STR("GRANT")))
		return take_word(scanner, "READ") ||
		    take_word(scanner, "WRITE");
	if (str_equal_nocase(word, STR("CREATE")))
		return take_word(scanner, "USER") && is_native_user(scanner);
	return !str_equal_nocase(word, STR("EXPLAIN"));
}

bool
parse_is_native(const struct parse *p, size_t start)
{
	struct scanner scanner = scanner_at(p->text, start);
	struct scanner after;
	struct scan_token token = scan_next(&scanner);
	struct str word = scan_text(&scanner, token);

	for (size_t i = 0; i < ARRAY_LEN(first_word); i++) {
		if (!str_equal_nocase(word, str_of_cstr(first_word[i].word)))
			continue;
		if (first_word[i].owner == OWNER_NATIVE)
			return true;
		after = scanner;
		return only_native(&after, word) ||
		    (p->dialect == SQL_DIALECT_NATIVE &&
			native_first(&scanner, word));
	}
	return false;
}

/* ---- statements: the first word is taken ---- */

static int
parse_define(struct native *n, struct ast_stmt *stmt)
{
	stmt->kind = AST_DEFINE;
	return native_define(n, &stmt->create_table);
}

static int
parse_retain(struct native *n, struct ast_stmt *stmt)
{
	stmt->kind = AST_ALTER_TABLE;
	return native_retain(n, &stmt->alter_table);
}

static int
parse_store(struct native *n, struct ast_stmt *stmt)
{
	stmt->kind = AST_STORE;
	return native_store(n, &stmt->store);
}

static int
parse_query(struct native *n, struct ast_stmt *stmt)
{
	stmt->kind = AST_QUERY;
	stmt->query.location = stmt->location;
	return native_query(n, &stmt->query);
}

static int
parse_replay(struct native *n, struct ast_stmt *stmt)
{
	stmt->kind = AST_QUERY;
	stmt->query.location = stmt->location;
	return native_replay(n, &stmt->query);
}

static int
parse_plot(struct native *n, struct ast_stmt *stmt)
{
	stmt->kind = AST_PLOT;
	stmt->plot.location = stmt->location;
	return native_plot(n, &stmt->plot);
}

static int
parse_flush(struct native *n UNUSED, struct ast_stmt *stmt)
{
	stmt->kind = AST_CHECKPOINT;
	return 0;
}

static int
parse_ping(struct native *n UNUSED, struct ast_stmt *stmt)
{
	stmt->kind = AST_PING;
	return 0;
}

static int
add_statement(struct native *n, struct ast_stmt *batch)
{
	struct ast_stmt *stmt;
	void *items = batch->batch.items;
	int rc = parse_statement(n, &stmt);

	if (rc == 0)
		rc = native_room(n, &items, batch->batch.count, sizeof(stmt));
	if (rc != 0)
		return rc;
	batch->batch.items = items;
	batch->batch.items[batch->batch.count++] = stmt;
	return 0;
}

/* Within brackets `;` parts the statements. */
static bool
is_semicolon(const struct native *n)
{
	return n->token.kind == NATIVE_END && n->token.start < n->p->text.len;
}

static int
expect_end_of_batch(struct native *n)
{
	int rc = native_expected(n, "\";\" or \"]\"");

	/* psql sends what comes before a semicolon */
	if (n->p->dialect == SQL_DIALECT_POSTGRES &&
	    n->token.kind == NATIVE_END)
		error_hint(n->p->err, "In psql, use BEGIN and COMMIT.");
	return rc;
}

static int
parse_batch(struct native *n, struct ast_stmt *stmt)
{
	int rc;

	stmt->kind = AST_BATCH;
	if (n->depth > 0) {
		error_set(n->p->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "a BATCH in a BATCH is not supported");
		return error_position(n->p->err, stmt->location);
	}
	n->depth++;
	rc = native_expect_punct(n, "[");
	while (rc == 0 && !native_is_punct(n, "]")) {
		if (is_semicolon(n)) {
			rc = native_advance(n);
			continue;
		}
		rc = add_statement(n, stmt);
		if (rc == 0 && !is_semicolon(n) && !native_is_punct(n, "]"))
			rc = expect_end_of_batch(n);
	}
	n->depth--;
	return rc != 0 ? rc : native_expect_punct(n, "]");
}

/* ---- users and permissions: trees of SQL ---- */

static int
parse_create(struct native *n, struct ast_stmt *stmt)
{
	int rc;

	stmt->kind = AST_CREATE_ROLE;
	rc = native_create_user(n, &stmt->role_def);
	stmt->has_secret = stmt->role_def.key_change == AST_KEY_GIVEN;
	return rc;
}

static int
parse_rotate(struct native *n, struct ast_stmt *stmt)
{
	int rc;

	stmt->kind = AST_ALTER_ROLE;
	rc = native_rotate_key(n, &stmt->role_def);
	stmt->has_secret = stmt->role_def.key_change == AST_KEY_GIVEN;
	return rc;
}

static int
parse_grant(struct native *n, struct ast_stmt *stmt)
{
	stmt->kind = AST_GRANT;
	return native_grant(n, false, &stmt->grant);
}

static int
parse_revoke(struct native *n, struct ast_stmt *stmt)
{
	int rc = native_accept(n, "KEY");

	if (rc < 0)
		return rc;
	if (rc == 1) {
		stmt->kind = AST_ALTER_ROLE;
		return native_revoke_key(n, &stmt->role_def);
	}
	stmt->kind = AST_GRANT;
	return native_grant(n, true, &stmt->grant);
}

static int
parse_show(struct native *n, struct ast_stmt *stmt)
{
	if (native_is_word(n, "PERMISSIONS")) {
		stmt->kind = AST_SELECT;
		return native_show_permissions(n, &stmt->select);
	}
	stmt->kind = AST_SHOW;
	return native_kept_name(n, "a kept query or PERMISSIONS", &stmt->show,
	    NULL);
}

static int
parse_list(struct native *n, struct ast_stmt *stmt)
{
	int rc = native_accept(n, "TYPES");

	if (rc < 0)
		return rc;
	if (rc == 1) {
		stmt->kind = AST_LIST_TYPES;
		return 0;
	}
	stmt->kind = AST_SELECT;
	return native_list(n, &stmt->select);
}

/* ---- kept queries ---- */

static int
parse_remember(struct native *n, struct ast_stmt *stmt)
{
	stmt->kind = AST_CREATE_VIEW;
	return native_remember(n, &stmt->create_view);
}

static int
parse_forget(struct native *n, struct ast_stmt *stmt)
{
	stmt->kind = AST_DROP;
	return native_forget(n, &stmt->drop);
}

static int
parse_describe(struct native *n, struct ast_stmt *stmt)
{
	stmt->kind = AST_DESCRIBE;
	stmt->describe.count = 1;
	return native_name(n, "an event type", &stmt->describe.parts[0],
	    &stmt->describe.location);
}

static int
parse_help(struct native *n, struct ast_stmt *stmt)
{
	stmt->kind = AST_SELECT;
	return native_help(n, &stmt->select);
}

/* ---- EXPLAIN ---- */

static struct str
lower(struct native *n, struct str word)
{
	char *copy = native_alloc(n, word.len + 1);

	if (copy == NULL)
		return str_of(NULL, 0);
	for (size_t i = 0; i < word.len; i++) {
		char c = word.data[i];

		copy[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	return str_of(copy, word.len);
}

static int
add_option(struct native *n, struct ast_stmt *stmt, bool may_have_value)
{
	struct ast_option option = {
		.location = native_position(n, n->token.start),
	};
	void *options = stmt->explain.options;
	int rc;

	if (n->token.kind != NATIVE_WORD)
		return native_expected(n, "an option");
	option.name = lower(n, n->token.text);
	rc = native_advance(n);
	if (rc == 0 && may_have_value && !native_is_punct(n, ",") &&
	    !native_is_punct(n, ")"))
		rc = native_value(n, &option.value);
	if (rc == 0)
		rc = native_room(n, &options, stmt->explain.option_count,
		    sizeof(option));
	if (rc != 0)
		return rc;
	stmt->explain.options = options;
	stmt->explain.options[stmt->explain.option_count++] = option;
	return 0;
}

static int
parse_explain_options(struct native *n, struct ast_stmt *stmt)
{
	int rc = native_accept_punct(n, "(");

	if (rc < 0)
		return rc;
	if (rc == 0) {
		while (rc == 0 &&
		    (native_is_word(n, "ANALYZE") ||
			native_is_word(n, "VERBOSE")))
			rc = add_option(n, stmt, false);
		return rc;
	}
	do {
		rc = add_option(n, stmt, true);
		if (rc == 0)
			rc = native_accept_punct(n, ",");
	} while (rc == 1);
	return rc != 0 ? rc : native_expect_punct(n, ")");
}

static int
parse_explain(struct native *n, struct ast_stmt *stmt)
{
	int rc = parse_explain_options(n, stmt);

	stmt->kind = AST_EXPLAIN;
	if (rc == 0 && !native_is_word(n, "QUERY") &&
	    !native_is_word(n, "FIND") && !native_is_word(n, "REPLAY") &&
	    !native_is_word(n, "PLOT"))
		rc = native_expected(n, "QUERY, FIND, REPLAY or PLOT");
	return rc != 0 ? rc : parse_statement(n, &stmt->explain.stmt);
}

/* ---- dispatch ---- */

static const struct {
	const char *word;
	int (*parse)(struct native *n, struct ast_stmt *stmt);
} statement[] = {
	{ "STORE", parse_store },
	{ "QUERY", parse_query },
	{ "FIND", parse_query },
	{ "REPLAY", parse_replay },
	{ "PLOT", parse_plot },
	{ "DEFINE", parse_define },
	{ "RETAIN", parse_retain },
	{ "BATCH", parse_batch },
	{ "FLUSH", parse_flush },
	{ "PING", parse_ping },
	{ "EXPLAIN", parse_explain },
	{ "CREATE", parse_create },
	{ "GRANT", parse_grant },
	{ "REVOKE", parse_revoke },
	{ "ROTATE", parse_rotate },
	{ "SHOW", parse_show },
	{ "LIST", parse_list },
	{ "DESCRIBE", parse_describe },
	{ "HELP", parse_help },
	{ "REMEMBER", parse_remember },
	{ "FORGET", parse_forget },
};

static int
refuse(struct native *n)
{
	char upper[16] = { 0 };
	struct str word = n->token.text;

	for (size_t i = 0; i < ARRAY_LEN(first_word); i++)
		if (str_equal_nocase(word, str_of_cstr(first_word[i].word)))
			memcpy(upper, first_word[i].word,
			    strlen(first_word[i].word));
	if (upper[0] == '\0')
		return native_expected(n, "a statement");
	return native_unsupported(n, n->token.start, upper);
}

static int
parse_statement(struct native *n, struct ast_stmt **out)
{
	size_t start = n->token.start;
	struct ast_stmt *stmt = native_alloc(n, sizeof(*stmt));
	size_t last;
	int rc;

	if (stmt == NULL)
		return STELE_E_OUT_OF_MEMORY;
	stmt->location = native_position(n, start);
	stmt->is_native = true;
	*out = stmt;
	for (size_t i = 0; i < ARRAY_LEN(statement); i++) {
		if (!native_is_word(n, statement[i].word))
			continue;
		rc = native_advance(n);
		if (rc == 0)
			rc = statement[i].parse(n, stmt);
		if (rc != 0)
			return rc;
		last = n->token.start;
		while (last > start &&
		    strchr(" \t\r\n", n->p->text.data[last - 1]) != NULL)
			last--;
		stmt->text = stmt->has_secret
		    ? parse_without_secret(n->p, stmt)
		    : str_of(n->p->text.data + start, last - start);
		stmt->param_count = n->param_count;
		return 0;
	}
	return refuse(n);
}

int
parse_native(struct parse *p, size_t start, size_t *end)
{
	struct native n = { .p = p };
	struct ast_stmt *stmt;
	int rc = native_read(&n, start);

	if (rc == 0)
		rc = parse_statement(&n, &stmt);
	if (rc == 0 && n.token.kind != NATIVE_END)
		rc = native_expected(&n, "the end of the statement");
	if (rc != 0)
		return rc;
	*end = n.token.start;
	return parse_add(p, stmt);
}
