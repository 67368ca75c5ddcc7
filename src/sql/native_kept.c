/* SPDX-License-Identifier: Apache-2.0 */
/*
 * REMEMBER and FORGET: trees of CREATE and DROP MATERIALIZED VIEW.
 */
#include "sql/native.h"

/* Digits, letters and what joins them. */
static bool
is_plain(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			(c >= 'A' && c <= 'Z') || c == '_' ||
			(c == '-' && i > 0)))
			return false;
	}
	return true;
}

int
native_kept_name(struct native *n, const char *what, struct str *out,
    int *location)
{
	struct native_token *token = &n->token;

	if ((token->kind == NATIVE_NUMBER || token->kind == NATIVE_BARE) &&
	    is_plain(token->text))
		token->kind = NATIVE_WORD;
	return native_name(n, what, out, location);
}

int
native_remember(struct native *n, struct ast_create_view *out)
{
	struct ast_query *query = native_alloc(n, sizeof(*query));
	struct ast_step name = { .alias.len = 0 };
	int rc = 0;

	if (query == NULL)
		return n->p->err->code;
	out->is_kept = true;
	out->native = query;
	out->name.count = 1;
	query->location = native_position(n, n->token.start);
	if (!native_is_word(n, "QUERY") && !native_is_word(n, "FIND"))
		rc = native_expected(n, "QUERY or FIND");
	if (rc == 0)
		rc = native_advance(n);
	n->remembered = &name;
	if (rc == 0)
		rc = native_query(n, query);
	n->remembered = NULL;
	out->name.parts[0] = name.alias;
	out->name.location = name.alias_location;
	if (rc != 0 || name.alias.len > 0)
		return rc;
	rc = native_expect(n, "AS");
	return rc != 0 ? rc
		       : native_kept_name(n, "a name for what is kept",
			     &out->name.parts[0], &out->name.location);
}

int
native_forget(struct native *n, struct ast_drop *out)
{
	struct ast_name *name = native_alloc(n, sizeof(*name));

	if (name == NULL)
		return n->p->err->code;
	out->kind = AST_OBJECT_KEPT;
	out->names = name;
	out->count = 1;
	name->count = 1;
	return native_kept_name(n, "a kept query", &name->parts[0],
	    &name->location);
}
