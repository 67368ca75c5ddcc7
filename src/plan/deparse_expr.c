/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Terms as text.  Everything that is not closed in itself has parentheses of its
 * own; in the pretty form its place decides, by rules that are PostgreSQL's.
 */
#include "common/quote.h"
#include "plan/deparse_private.h"

/* ---- parentheses ---- */

/* A pretty operator of one sign between two operands, else 0. */
static char
simple_operator(const struct term *term)
{
	bool is_simple = term->kind == TERM_OP && term->arg_count == 2 &&
	    term->text.len == 1 && strchr("+-*/%", term->text.data[0]) != NULL;

	return is_simple ? term->text.data[0] : '\0';
}

static bool
is_sum(char sign)
{
	return sign == '+' || sign == '-';
}

/* Whether an operation may stand bare among the operands of another. */
static bool
is_bare_operand(const struct term *term, const struct term *parent)
{
	char sign = simple_operator(term), around = simple_operator(parent);

	if (sign == '\0' || around == '\0')
		return false;
	if (is_sum(sign) != is_sum(around))
		return !is_sum(sign);
	return term == parent->args[0];
}

/* What has its arguments in parentheses or brackets, or between words. */
static bool
is_closed_around(const struct term *parent)
{
	switch (parent->kind) {
	case TERM_CALL:
	case TERM_LIST:
	case TERM_CASE:
	case TERM_ARRAY:
	case TERM_ROW:
	case TERM_SUBSCRIPT:
		return true;
	case TERM_CONST:
	case TERM_COLUMN:
	case TERM_ROW_OF:
	case TERM_CAST:
	case TERM_OP:
	case TERM_ANY_ALL:
	case TERM_AND:
	case TERM_OR:
	case TERM_NOT:
	case TERM_TEST:
	case TERM_DISTINCT:
	case TERM_ROWS:
	case TERM_FIELD:
	case TERM_COLLATE:
	case TERM_WORD:
	case TERM_SUBLINK:
		return false;
	}
	return false;
}

static bool
is_logic(const struct term *term)
{
	return term->kind == TERM_AND || term->kind == TERM_OR ||
	    term->kind == TERM_NOT;
}

/* Whether a term needs no parentheses inside `parent`. */
static bool
is_bare(const struct term *term, const struct term *parent)
{
	switch (term->kind) {
	case TERM_CONST:
	case TERM_COLUMN:
	case TERM_ROW_OF:
	case TERM_CALL:
	case TERM_LIST:
	case TERM_CASE:
	case TERM_ARRAY:
	case TERM_ROW:
	case TERM_ROWS:
	case TERM_SUBSCRIPT:
	case TERM_WORD:
		return true;
	case TERM_CAST:
		return type_category(&term->type) != 'S' ||
		    is_bare(term->args[0], term);
	case TERM_FIELD:
		return parent->kind != TERM_FIELD;
	case TERM_OP:
		if (parent->kind == TERM_OP)
			return is_bare_operand(term, parent);
		return is_logic(parent) || is_closed_around(parent);
	case TERM_SUBLINK:
	case TERM_TEST:
	case TERM_DISTINCT:
		return is_logic(parent) || is_closed_around(parent);
	case TERM_NOT:
	case TERM_AND:
		return parent->kind == TERM_AND || parent->kind == TERM_OR ||
		    is_closed_around(parent);
	case TERM_OR:
		return parent->kind == TERM_OR || is_closed_around(parent);
	case TERM_ANY_ALL:
	case TERM_COLLATE:
		return false;
	}
	return false;
}

static void
put_own(struct deparse *d, const char *parenthesis)
{
	if (!d->style.is_pretty)
		deparse_put(d, parenthesis);
}

void
deparse_term_in(struct deparse *d, const struct term *term,
    const struct term *parent, bool shows_implicit)
{
	bool has_parentheses = d->style.is_pretty && !is_bare(term, parent);

	if (has_parentheses)
		deparse_put(d, "(");
	deparse_term(d, term, shows_implicit);
	if (has_parentheses)
		deparse_put(d, ")");
}

/* ---- constants, casts ---- */

/* A number that reads as numeric by itself. */
static bool
is_fraction(struct str text)
{
	if (text.len == 0 || text.data[0] < '0' || text.data[0] > '9')
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (strchr("eE.", text.data[i]) != NULL)
			return true;
	return false;
}

/* Whether it may stand without quotes. */
static bool
is_bare_value(const struct term *term)
{
	switch (term->type.oid) {
	case TYPE_BOOL:
		return true;
	case TYPE_INT4:
		return term->text.data[0] != '-';
	case TYPE_NUMERIC:
		return is_fraction(term->text);
	default: /* OIDs are no enum */
		return false;
	}
}

void
deparse_const(struct deparse *d, const struct term *term, bool has_type)
{
	bool is_bare = !term->is_null && is_bare_value(term);

	if (term->is_null)
		deparse_put(d, "NULL");
	else if (!is_bare)
		quote_put(d->out, term->text, '\'');
	else if (term->type.oid == TYPE_BOOL)
		deparse_put(d, term->text.data[0] == 't' ? "true" : "false");
	else
		buf_put_str(d->out, term->text);
	if (!has_type || is_bare || term->type.oid == TYPE_UNKNOWN)
		return;
	deparse_put(d, "::");
	deparse_put_type(d, &term->type);
}

static void
put_cast(struct deparse *d, const struct term *term, bool shows_implicit)
{
	const struct term *arg = term->args[0];

	if (term->is_implicit && !shows_implicit) {
		deparse_term_in(d, arg, term, false);
		return;
	}
	if (arg->kind == TERM_CONST && arg->type.oid == term->type.oid) {
		deparse_const(d, arg, false);
	} else {
		put_own(d, "(");
		deparse_term_in(d, arg, term, false);
		put_own(d, ")");
	}
	deparse_put(d, "::");
	deparse_put_type(d, &term->type);
}

/* ---- operators, logic ---- */

static void
put_op(struct deparse *d, const struct term *term)
{
	put_own(d, "(");
	if (term->arg_count == 2) {
		deparse_term_in(d, term->args[0], term, true);
		deparse_put(d, " ");
	}
	buf_put_str(d->out, term->text);
	deparse_put(d, " ");
	deparse_term_in(d, term->args[term->arg_count - 1], term, true);
	put_own(d, ")");
}

static void
put_between(struct deparse *d, const struct term *term, const char *word)
{
	put_own(d, "(");
	for (uint32_t i = 0; i < term->arg_count; i++) {
		if (i > 0)
			deparse_put(d, word);
		deparse_term_in(d, term->args[i], term,
		    term->kind == TERM_DISTINCT);
	}
	put_own(d, ")");
}

static void
put_not(struct deparse *d, const struct term *term)
{
	put_own(d, "(");
	deparse_put(d, "NOT ");
	deparse_term_in(d, term->args[0], term, false);
	put_own(d, ")");
}

static void
put_test(struct deparse *d, const struct term *term)
{
	struct str word = term->text;

	put_own(d, "(");
	deparse_term_in(d, term->args[0], term,
	    word.data[word.len - 1] == 'L'); /* of NULL */
	buf_printf(d->out, " %.*s", STR_FMT(word));
	put_own(d, ")");
}

static void
put_any_all(struct deparse *d, const struct term *term)
{
	put_own(d, "(");
	deparse_term_in(d, term->args[0], term, true);
	buf_printf(d->out, " %.*s %s (", STR_FMT(term->text),
	    term->is_all ? "ALL" : "ANY");
	deparse_term_in(d, term->args[1], term, true);
	deparse_put(d, ")");
	put_own(d, ")");
}

/* ---- lists, choices ---- */

static void
deparse_terms(struct deparse *d, struct term *const *terms, uint32_t count,
    const char *separator)
{
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			deparse_put(d, separator);
		deparse_term(d, terms[i], true);
	}
}

static void
put_list(struct deparse *d, struct str word, const struct term *term,
    const char *close)
{
	buf_put_str(d->out, word);
	deparse_terms(d, term->args, term->arg_count, ", ");
	deparse_put(d, close);
}

static void
put_array(struct deparse *d, const struct term *term)
{
	put_list(d, STR("ARRAY["), term, "]");
	if (term->arg_count > 0)
		return;
	deparse_put(d, "::");
	deparse_put_type(d, &term->type);
}

static void
put_rows(struct deparse *d, const struct term *term)
{
	put_list(d, STR("(ROW("), term->args[0], ")");
	buf_printf(d->out, " %.*s ", STR_FMT(term->text));
	put_list(d, STR("ROW("), term->args[1], "))");
}

static void
put_case(struct deparse *d, const struct term *term)
{
	uint32_t last = term->arg_count - 1;

	deparse_line(d, "CASE", 0, INDENT_VAR, 0);
	if (term->args[0] != NULL) {
		deparse_put(d, " ");
		deparse_term(d, term->args[0], true);
	}
	for (uint32_t i = 1; i < last; i += 2) {
		deparse_line(d, "WHEN ", 0, 0, 0);
		deparse_term(d, term->args[i], false);
		deparse_put(d, " THEN ");
		deparse_term(d, term->args[i + 1], true);
	}
	deparse_line(d, "ELSE ", 0, 0, 0);
	deparse_term(d, term->args[last], true);
	deparse_line(d, "END", -INDENT_VAR, 0, 0);
}

/* ---- parts of values ---- */

static void
put_subscript(struct deparse *d, const struct term *term)
{
	const struct term *base = term->args[0];
	bool is_bare_base = base->kind == TERM_COLUMN ||
	    base->kind == TERM_FIELD ||
	    (base->kind == TERM_SUBSCRIPT && term->ast->subscript.is_next);

	if (!is_bare_base)
		deparse_put(d, "(");
	deparse_term(d, base, true);
	deparse_put(d, is_bare_base ? "[" : ")[");
	if (term->args[1] != NULL)
		deparse_term(d, term->args[1], false);
	if (term->ast->subscript.is_slice)
		deparse_put(d, ":");
	if (term->args[2] != NULL)
		deparse_term(d, term->args[2], false);
	deparse_put(d, "]");
}

static void
put_field(struct deparse *d, const struct term *term)
{
	const struct term *arg = term->args[0];
	bool is_bare_arg =
	    arg->kind == TERM_SUBSCRIPT || arg->kind == TERM_FIELD;

	deparse_put(d, is_bare_arg ? "" : "(");
	deparse_term(d, arg, true);
	deparse_put(d, is_bare_arg ? "." : ").");
	deparse_put_name(d, term->text);
}

static void
put_collate(struct deparse *d, const struct term *term, bool shows_implicit)
{
	put_own(d, "(");
	deparse_term_in(d, term->args[0], term, shows_implicit);
	deparse_put(d, " COLLATE ");
	deparse_put_name(d, term->text);
	put_own(d, ")");
}

static void
put_column(struct deparse *d, const struct term *term)
{
	if (term->qualifier.len > 0) {
		deparse_put_name(d, term->qualifier);
		deparse_put(d, ".");
	}
	if (term->kind == TERM_ROW_OF)
		deparse_put(d, "*");
	else
		deparse_put_name(d, term->text);
}

/* ---- subqueries ---- */

static void
put_sublink_test(struct deparse *d, const struct term *term)
{
	bool is_any = term->ast->sublink.kind == AST_SUBLINK_ANY;

	if (term->arg_count > 1)
		put_list(d, STR("("), term, ")");
	else
		deparse_term(d, term->args[0], true);
	if (is_any && str_equal(term->text, STR("=")))
		deparse_put(d, " IN ");
	else if (term->ast->sublink.kind == AST_SUBLINK_SCALAR)
		buf_printf(d->out, " %.*s ", STR_FMT(term->text));
	else
		buf_printf(d->out, " %.*s %s ", STR_FMT(term->text),
		    is_any ? "ANY" : "ALL");
}

static void
put_sublink(struct deparse *d, const struct term *term)
{
	enum ast_sublink_kind kind = term->ast->sublink.kind;
	bool has_both = kind == AST_SUBLINK_EXISTS || term->arg_count > 0;

	deparse_put(d, kind == AST_SUBLINK_ARRAY ? "ARRAY(" : "(");
	if (term->arg_count > 0)
		put_sublink_test(d, term);
	if (kind == AST_SUBLINK_EXISTS)
		deparse_put(d, "EXISTS ");
	if (has_both)
		deparse_put(d, "(");
	deparse_query(d, term->ast->sublink.query, NULL, false);
	deparse_put(d, has_both ? "))" : ")");
}

/* ---- any ---- */

void
deparse_term(struct deparse *d, const struct term *term, bool shows_implicit)
{
	switch (term->kind) {
	case TERM_CONST:
		deparse_const(d, term, true);
		return;
	case TERM_COLUMN:
	case TERM_ROW_OF:
		put_column(d, term);
		return;
	case TERM_CAST:
		put_cast(d, term, shows_implicit);
		return;
	case TERM_OP:
		put_op(d, term);
		return;
	case TERM_ANY_ALL:
		put_any_all(d, term);
		return;
	case TERM_AND:
		put_between(d, term, " AND ");
		return;
	case TERM_OR:
		put_between(d, term, " OR ");
		return;
	case TERM_NOT:
		put_not(d, term);
		return;
	case TERM_TEST:
		put_test(d, term);
		return;
	case TERM_DISTINCT:
		put_between(d, term, " IS DISTINCT FROM ");
		return;
	case TERM_CALL:
		deparse_call(d, term);
		return;
	case TERM_LIST:
		buf_put_str(d->out, term->text);
		put_list(d, STR("("), term, ")");
		return;
	case TERM_CASE:
		put_case(d, term);
		return;
	case TERM_ARRAY:
		put_array(d, term);
		return;
	case TERM_ROW:
		put_list(d, STR("ROW("), term, ")");
		return;
	case TERM_ROWS:
		put_rows(d, term);
		return;
	case TERM_SUBSCRIPT:
		put_subscript(d, term);
		return;
	case TERM_FIELD:
		put_field(d, term);
		return;
	case TERM_COLLATE:
		put_collate(d, term, shows_implicit);
		return;
	case TERM_WORD:
		buf_put_str(d->out, term->text);
		return;
	case TERM_SUBLINK:
		put_sublink(d, term);
		return;
	}
}

void
deparse_expr(struct deparse *d, const struct ast_expr *ast, bool shows_implicit)
{
	deparse_term(d, term_cast_of(d, ast), shows_implicit);
}
