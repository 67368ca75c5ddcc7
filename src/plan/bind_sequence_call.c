/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_sequence_call.c -- stele.sequence('a FOLLOWED BY b ...') in FROM: the
 * native language's text for a sequence, in SQL.
 */
#include "plan/bind_sequence.h"
#include "sql/parse.h"

bool
is_sequence_call(const struct ast_expr *call)
{
	const struct ast_name *name = &call->call.name;

	return call->kind == AST_CALL && name->count == 2 &&
	    str_equal(name->parts[0], STR("stele")) &&
	    str_equal(name->parts[1], STR("sequence"));
}

/* What comes before the text for it to be a statement. */
#define PREFIX "QUERY "

static int
check_clauses(const struct ast_query *query, int location, struct error *err)
{
	if (query->sequence == NULL)
		return error_at(err, location, STELE_E_SYNTAX,
		    "the text of stele.sequence() must be a FOLLOWED BY b"
		    " LINKED BY f, or a PRECEDED BY b LINKED BY f");
	if (query->has_return || query->agg_count > 0 || query->has_per ||
	    query->group_count > 0 || query->order_by.name.len > 0 ||
	    query->limit != NULL || query->offset != NULL)
		return error_at(err, location, STELE_E_SYNTAX,
		    "the text of stele.sequence() can have FOR, SINCE, USING"
		    " and WHERE; all else is for the SELECT to say");
	return 0;
}

/* A place in the text as one in the statement that has the literal. */
static int
move_position(const struct ast_expr *literal, struct error *err)
{
	int in_text = err->position - (int)strlen(PREFIX);

	return error_position(err,
	    literal->location + (in_text > 0 ? in_text : 0));
}

static int
parse_text(struct binder *binder, const struct ast_expr *literal,
    const struct ast_query **out, struct error *err)
{
	struct str text = arena_printf(binder->arena, PREFIX "%.*s",
	    STR_FMT(literal->constant.text));
	struct sql_statements statements;
	int rc;

	rc = sql_parse(text, SQL_DIALECT_NATIVE, binder->arena, &statements,
	    err);
	if (rc != 0)
		return move_position(literal, err);
	if (statements.count != 1 || statements.items[0]->kind != AST_QUERY)
		return error_at(err, literal->location, STELE_E_SYNTAX,
		    "the text of stele.sequence() must be a single sequence");
	*out = &statements.items[0]->query;
	return check_clauses(*out, literal->location, err);
}

int
bind_sequence_call(struct binder *binder, struct scope *scope,
    const struct ast_from *from, struct rel **out, struct error *err)
{
	const struct ast_call *call = &from->functions.items[0]->call;
	int location = from->functions.items[0]->location;
	const struct ast_query *query = NULL;
	int rc;

	if (call->args.count != 1 || call->args.items[0]->kind != AST_CONST ||
	    call->args.items[0]->constant.kind != AST_STRING) {
		error_at(err, location, STELE_E_UNDEFINED_FUNCTION,
		    "stele.sequence() takes one literal");
		return error_hint(err,
		    "Write stele.sequence('a FOLLOWED BY b LINKED BY"
		    " context_id').");
	}
	if (from->alias.name.len > 0 || from->with_ordinality ||
	    from->column_def_count > 0)
		return error_at(err, location, STELE_E_FEATURE_NOT_SUPPORTED,
		    "an alias of stele.sequence() is not supported: its steps"
		    " go by the names of their event types");
	rc = parse_text(binder, call->args.items[0], &query, err);
	if (rc != 0)
		return rc;
	rc = bind_sequence(binder, scope, query, out, err);
	return rc == 0 ? 0 : move_position(call->args.items[0], err);
}
