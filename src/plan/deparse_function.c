/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls: functions, aggregates, window functions, and what SQL writes with words
 * between.
 */
#include "plan/deparse_private.h"
#include "plan/schema.h"
#include "sql/ast_words.h"

/* ---- SQL's words ---- */

/* The first argument is a word of its own: EXTRACT(year FROM x). */
static void
put_extract(struct deparse *d, const struct term *term)
{
	buf_printf(d->out, "EXTRACT(%.*s FROM ", STR_FMT(term->args[0]->text));
	deparse_term(d, term->args[1], false);
	deparse_put(d, ")");
}

static void
put_at_time_zone(struct deparse *d, const struct term *term)
{
	deparse_put(d, "(");
	deparse_term_in(d, term->args[1], term, false);
	deparse_put(d, " AT TIME ZONE ");
	deparse_term_in(d, term->args[0], term, false);
	deparse_put(d, ")");
}

static void
put_position(struct deparse *d, const struct term *term)
{
	deparse_put(d, "POSITION((");
	deparse_term(d, term->args[1], false);
	deparse_put(d, ") IN (");
	deparse_term(d, term->args[0], false);
	deparse_put(d, "))");
}

static void
put_trim(struct deparse *d, const struct term *term, const char *side)
{
	buf_printf(d->out, "TRIM(%s", side);
	if (term->arg_count == 2) {
		deparse_put(d, " ");
		deparse_term(d, term->args[1], false);
	}
	deparse_put(d, " FROM ");
	deparse_term(d, term->args[0], false);
	deparse_put(d, ")");
}

/* The arguments with a word before each but the first. */
static void
put_words(struct deparse *d, const struct term *term, const char *open,
    const char *const words[])
{
	deparse_put(d, open);
	for (uint32_t i = 0; i < term->arg_count; i++) {
		if (i > 0)
			buf_printf(d->out, " %s ", words[i - 1]);
		deparse_term(d, term->args[i], false);
	}
	deparse_put(d, ")");
}

static void
put_overlaps(struct deparse *d, const struct term *term)
{
	deparse_put(d, "((");
	for (uint32_t i = 0; i < term->arg_count; i++) {
		if (i > 0)
			deparse_put(d, i == 2 ? ") OVERLAPS (" : ", ");
		deparse_term(d, term->args[i], false);
	}
	deparse_put(d, "))");
}

static bool
put_text_syntax(struct deparse *d, const struct term *term)
{
	static const char *const overlay[] = { "PLACING", "FROM", "FOR" };
	static const char *const substring[] = { "FROM", "FOR" };
	struct str name = term->text;

	if (str_equal(name, STR("overlay")) && term->arg_count >= 3)
		put_words(d, term, "OVERLAY(", overlay);
	else if (str_equal(name, STR("substring")) && term->arg_count >= 2)
		put_words(d, term, "SUBSTRING(", substring);
	else if (str_equal(name, STR("btrim")))
		put_trim(d, term, "BOTH");
	else if (str_equal(name, STR("ltrim")))
		put_trim(d, term, "LEADING");
	else if (str_equal(name, STR("rtrim")))
		put_trim(d, term, "TRAILING");
	else
		return false;
	return true;
}

/*
 * The grammar names the functions that it has words for with their schema, and
 * hardly anybody else does.
 */
static bool
put_syntax(struct deparse *d, const struct term *term)
{
	struct str name = term->text;

	if (term->ast == NULL || term->ast->call.name.count != 2 ||
	    !str_equal(term->ast->call.name.parts[0], STR("pg_catalog")))
		return false;
	if (str_equal(name, STR("extract")) &&
	    term->args[0]->kind == TERM_CONST)
		put_extract(d, term);
	else if (str_equal(name, STR("timezone")) && term->arg_count == 2)
		put_at_time_zone(d, term);
	else if (str_equal(name, STR("position")))
		put_position(d, term);
	else if (str_equal(name, STR("overlaps")))
		put_overlaps(d, term);
	else if (str_equal(name, STR("pg_collation_for")))
		put_words(d, term, "COLLATION FOR (", NULL);
	else
		return put_text_syntax(d, term);
	return true;
}

/* ---- a call ---- */

static void
put_arguments(struct deparse *d, const struct term *term)
{
	const struct ast_call *call =
	    term->ast == NULL ? NULL : &term->ast->call;

	for (uint32_t i = 0; i < term->arg_count; i++) {
		if (i > 0)
			deparse_put(d, ", ");
		if (call != NULL && call->is_variadic &&
		    i + 1 == term->arg_count)
			deparse_put(d, "VARIADIC ");
		if (call != NULL && call->arg_names != NULL &&
		    call->arg_names[i].len > 0) {
			deparse_put_name(d, call->arg_names[i]);
			deparse_put(d, " => ");
		}
		deparse_term(d, term->args[i], true);
	}
}

static void
put_function_name(struct deparse *d, const struct term *term)
{
	const struct ast_name *name = &term->ast->call.name;

	if (ast_is_grouping(name)) { /* quoted it would be a function */
		deparse_put(d, "GROUPING");
		return;
	}
	if (term->qualifier.len > 0) {
		deparse_put_name(d, term->qualifier);
		deparse_put(d, ".");
	}
	deparse_put_name(d, term->text);
}

static void
put_rest(struct deparse *d, const struct ast_call *call)
{
	if (call->order_by.count > 0) {
		deparse_put(d, " ORDER BY ");
		deparse_sorts(d, &call->order_by, false);
	}
	if (call->within_group.count > 0) {
		deparse_put(d, ") WITHIN GROUP (ORDER BY ");
		deparse_sorts(d, &call->within_group, false);
	}
	if (call->filter != NULL) {
		deparse_put(d, ") FILTER (WHERE ");
		deparse_expr(d, call->filter, false);
	}
	deparse_put(d, ")");
	if (call->over == NULL)
		return;
	deparse_put(d, " OVER ");
	if (call->over->name.len > 0)
		deparse_put_name(d, call->over->name);
	else
		deparse_window(d, call->over);
}

void
deparse_call(struct deparse *d, const struct term *term)
{
	if (put_syntax(d, term))
		return;
	if (term->ast == NULL) { /* what LIKE makes */
		deparse_put_name(d, term->text);
		deparse_put(d, "(");
		put_arguments(d, term);
		deparse_put(d, ")");
		return;
	}
	put_function_name(d, term);
	deparse_put(d, "(");
	if (term->ast->call.is_distinct)
		deparse_put(d, "DISTINCT ");
	if (term->ast->call.has_star)
		deparse_put(d, "*");
	put_arguments(d, term);
	put_rest(d, &term->ast->call);
}
