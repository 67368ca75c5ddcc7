/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QUERY, FIND and REPLAY: clauses in any order, each once.
 */
#include <string.h>

#include "sql/native.h"

enum clause {
	CLAUSE_FOR,
	CLAUSE_SINCE,
	CLAUSE_USING,
	CLAUSE_RETURN,
	CLAUSE_WHERE,
	CLAUSE_BY,
	CLAUSE_PER,
	CLAUSE_ORDER,
	CLAUSE_LIMIT,
	CLAUSE_OFFSET,
	CLAUSE_AGGREGATE,
	CLAUSE_LINKED, /* of sequences, as is CLAUSE_WITHIN */
	CLAUSE_WITHIN,
	CLAUSE_STEP, /* only right behind an event type */
	CLAUSE_NONE,
};

static const struct {
	const char *word;
	enum clause clause;
} clause_word[] = {
	{ "FOR", CLAUSE_FOR },
	{ "SINCE", CLAUSE_SINCE },
	{ "USING", CLAUSE_USING },
	{ "RETURN", CLAUSE_RETURN },
	{ "WHERE", CLAUSE_WHERE },
	{ "BY", CLAUSE_BY },
	{ "PER", CLAUSE_PER },
	{ "ORDER", CLAUSE_ORDER },
	{ "LIMIT", CLAUSE_LIMIT },
	{ "OFFSET", CLAUSE_OFFSET },
	{ "COUNT", CLAUSE_AGGREGATE },
	{ "TOTAL", CLAUSE_AGGREGATE },
	{ "AVG", CLAUSE_AGGREGATE },
	{ "MIN", CLAUSE_AGGREGATE },
	{ "MAX", CLAUSE_AGGREGATE },
	{ "LINKED", CLAUSE_LINKED },
	{ "WITHIN", CLAUSE_WITHIN },
	{ "FOLLOWED", CLAUSE_STEP },
	{ "PRECEDED", CLAUSE_STEP },
};

static enum clause
next_clause(const struct native *n)
{
	for (size_t i = 0; i < ARRAY_LEN(clause_word); i++)
		if (native_is_word(n, clause_word[i].word))
			return clause_word[i].clause;
	return CLAUSE_NONE;
}

/* ---- fields ---- */

static bool
is_type_of_query(const struct ast_query *query, struct str type)
{
	const struct ast_sequence *sequence = query->sequence;

	if (sequence == NULL)
		return query->event_type.count > 0 &&
		    str_equal(query->event_type.parts[0], type);
	for (uint32_t i = 0; i < sequence->step_count; i++)
		if (str_equal(ast_step_name(&sequence->steps[i]), type))
			return true;
	return false;
}

int
native_check_field(struct native *n, const struct ast_query *query,
    const struct ast_field *field)
{
	if (field->type.len == 0 || is_type_of_query(query, field->type))
		return 0;
	error_set(n->p->err, STELE_E_UNDEFINED_TABLE,
	    "event type \"%.*s\" is not part of this query",
	    STR_FMT(field->type));
	return error_position(n->p->err, field->location);
}

int
native_any_field(struct native *n, struct ast_field *out)
{
	int rc = native_name(n, "a field", &out->name, &out->location);

	out->type = STR("");
	if (rc == 0)
		rc = native_accept_punct(n, ".");
	if (rc <= 0)
		return rc;
	out->type = out->name;
	return native_name(n, "a field", &out->name, NULL);
}

int
native_field(struct native *n, const struct ast_query *query,
    struct ast_field *out)
{
	int rc = native_any_field(n, out);

	return rc != 0 ? rc : native_check_field(n, query, out);
}

static int
add_field(struct native *n, const struct ast_query *query,
    struct ast_field **fields, uint32_t *count)
{
	struct ast_field field;
	void *items = *fields;
	int rc = native_field(n, query, &field);

	if (rc == 0)
		rc = native_room(n, &items, *count, sizeof(field));
	if (rc != 0)
		return rc;
	*fields = items;
	(*fields)[(*count)++] = field;
	return 0;
}

int
native_fields(struct native *n, const struct ast_query *query,
    struct ast_field **fields, uint32_t *count)
{
	int rc;

	do {
		rc = add_field(n, query, fields, count);
		if (rc == 0)
			rc = native_accept_punct(n, ",");
	} while (rc == 1);
	return rc;
}

/* ---- clauses: the keyword is taken ---- */

/* AS, behind the query that REMEMBER gives a name. */
static bool
is_remember_end(const struct native *n)
{
	return n->remembered != NULL && native_is_word(n, "AS");
}

static int
parse_using(struct native *n, struct ast_query *out)
{
	int rc = 0;

	/* USING TIME f, or USING f; a field may be named time */
	if (native_is_word(n, "TIME")) {
		struct ast_field first = { .name = n->token.text,
			.location = native_position(n, n->token.start) };

		rc = native_advance(n);
		if (rc != 0)
			return rc;
		if (n->token.kind == NATIVE_END || is_remember_end(n) ||
		    next_clause(n) != CLAUSE_NONE) {
			out->time_field = first;
			return 0;
		}
	}
	return native_field(n, out, &out->time_field);
}

static int
parse_return(struct native *n, struct ast_query *out)
{
	int rc = native_expect_punct(n, "[");

	out->has_return = true;
	if (rc == 0 && !native_is_punct(n, "]"))
		rc = native_fields(n, out, &out->returns, &out->return_count);
	return rc != 0 ? rc : native_expect_punct(n, "]");
}

/* WEEK [FROM day] */
static int
parse_week_start(struct native *n, struct ast_query *out)
{
	int rc = native_accept(n, "FROM");

	if (rc <= 0)
		return rc;
	for (uint32_t i = 0; i < ARRAY_LEN(ast_week_days); i++) {
		if (!native_is_word(n, ast_week_days[i]))
			continue;
		out->week_start = i;
		return native_advance(n);
	}
	return native_expected(n, "a day of the week");
}

/* PER unit and BY fields may be followed by USING, as a clause is. */
int
native_per(struct native *n, struct ast_query *out)
{
	static const struct {
		const char *word;
		enum ast_time_unit unit;
	} units[] = {
		{ "HOUR", AST_HOUR },
		{ "DAY", AST_DAY },
		{ "WEEK", AST_WEEK },
		{ "MONTH", AST_MONTH },
		{ "YEAR", AST_YEAR },
	};

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		int rc;

		if (!native_is_word(n, units[i].word))
			continue;
		out->has_per = true;
		out->per = units[i].unit;
		rc = native_advance(n);
		return rc != 0 || out->per != AST_WEEK
		    ? rc
		    : parse_week_start(n, out);
	}
	return native_expected(n, "HOUR, DAY, WEEK, MONTH or YEAR");
}

static int
parse_order(struct native *n, struct ast_query *out)
{
	int rc = native_expect(n, "BY");

	if (rc == 0)
		rc = native_field(n, out, &out->order_by);
	if (rc != 0)
		return rc;
	rc = native_accept(n, "DESC");
	if (rc < 0)
		return rc;
	out->is_descending = rc == 1;
	if (rc == 0)
		rc = native_accept(n, "ASC");
	return rc < 0 ? rc : 0;
}

/* ---- aggregates ---- */

static bool
is_field_next(const struct native *n)
{
	return (n->token.kind == NATIVE_WORD && next_clause(n) == CLAUSE_NONE &&
		   !is_remember_end(n)) ||
	    (n->token.kind == NATIVE_STRING && n->token.is_name);
}

static int
parse_count(struct native *n, const struct ast_query *query,
    struct ast_native_agg *agg)
{
	int rc = native_accept(n, "UNIQUE");

	if (rc < 0)
		return rc;
	if (rc == 0 && !is_field_next(n)) {
		agg->kind = AST_COUNT;
		return 0;
	}
	agg->kind = rc == 1 ? AST_COUNT_UNIQUE : AST_COUNT_FIELD;
	return native_field(n, query, &agg->field);
}

static int
parse_aggregate(struct native *n, const struct ast_query *query,
    struct ast_native_agg *agg)
{
	static const struct {
		const char *word;
		enum ast_native_agg_kind kind;
	} kinds[] = {
		{ "COUNT", AST_COUNT },
		{ "TOTAL", AST_TOTAL },
		{ "AVG", AST_AVG },
		{ "MIN", AST_MIN },
		{ "MAX", AST_MAX },
	};
	int rc;

	agg->location = native_position(n, n->token.start);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!native_is_word(n, kinds[i].word))
			continue;
		agg->kind = kinds[i].kind;
		rc = native_advance(n);
		if (rc != 0)
			return rc;
		if (agg->kind == AST_COUNT)
			return parse_count(n, query, agg);
		return native_field(n, query, &agg->field);
	}
	return native_expected(n, "COUNT, TOTAL, AVG, MIN or MAX");
}

int
native_add_aggregate(struct native *n, const struct ast_native_agg *agg,
    struct ast_query *out)
{
	void *aggs = out->aggs;
	int rc = native_room(n, &aggs, out->agg_count, sizeof(*agg));

	if (rc != 0)
		return rc;
	out->aggs = aggs;
	out->aggs[out->agg_count++] = *agg;
	return 0;
}

static int
parse_aggregates(struct native *n, struct ast_query *out)
{
	int rc;

	do {
		struct ast_native_agg agg = { 0 };

		rc = parse_aggregate(n, out, &agg);
		if (rc == 0)
			rc = native_add_aggregate(n, &agg, out);
		if (rc == 0)
			rc = native_accept_punct(n, ",");
	} while (rc == 1);
	return rc;
}

/* ---- the whole ---- */

static int
parse_clause(struct native *n, enum clause clause, struct ast_query *out)
{
	int rc;

	if (clause == CLAUSE_AGGREGATE)
		return parse_aggregates(n, out);
	if (clause == CLAUSE_LINKED)
		return native_linked(n, out);
	if (clause == CLAUSE_WITHIN)
		return native_within(n, out);
	rc = native_advance(n);
	if (rc != 0)
		return rc;
	switch (clause) {
	case CLAUSE_FOR:
		return native_context(n, &out->context);
	case CLAUSE_SINCE:
		return native_value(n, &out->since);
	case CLAUSE_USING:
		return parse_using(n, out);
	case CLAUSE_RETURN:
		return parse_return(n, out);
	case CLAUSE_WHERE:
		return native_where(n, &out->where);
	case CLAUSE_BY:
		return native_fields(n, out, &out->group_by, &out->group_count);
	case CLAUSE_PER:
		return native_per(n, out);
	case CLAUSE_ORDER:
		return parse_order(n, out);
	case CLAUSE_LIMIT:
		return native_count(n, "a count", &out->limit);
	case CLAUSE_OFFSET:
		return native_count(n, "a count", &out->offset);
	case CLAUSE_AGGREGATE:
	case CLAUSE_LINKED:
	case CLAUSE_WITHIN:
	case CLAUSE_STEP:
	case CLAUSE_NONE:
		break;
	}
	return native_expected(n, "a clause");
}

static int
refuse_repeated(struct native *n, enum clause clause)
{
	const char *word = "";

	for (size_t i = 0; i < ARRAY_LEN(clause_word); i++)
		if (clause_word[i].clause == clause)
			word = clause_word[i].word;
	return native_repeated(n,
	    clause == CLAUSE_AGGREGATE ? "list of aggregates" : word);
}

/* All clauses whose bits are in `allowed`, until something else stands there. */
static int
parse_clauses(struct native *n, unsigned allowed, struct ast_query *out)
{
	unsigned seen = 0;

	for (;;) {
		enum clause clause = next_clause(n);
		unsigned bit = 1u << clause;
		int rc;

		if (clause == CLAUSE_NONE || (allowed & bit) == 0)
			return 0;
		if (seen & bit)
			return refuse_repeated(n, clause);
		seen |= bit;
		rc = parse_clause(n, clause, out);
		if (rc != 0)
			return rc;
	}
}

int
native_query(struct native *n, struct ast_query *out)
{
	struct ast_name *name = &out->event_type;
	int rc =
	    native_name(n, "an event type", &name->parts[0], &name->location);

	size_t start;

	name->count = 1;
	if (rc == 0)
		rc = native_steps(n, out);
	start = n->token.start;
	if (rc == 0 && (n->remembered == NULL || n->remembered->alias.len == 0))
		rc = parse_clauses(n, (1u << CLAUSE_STEP) - 1, out);
	if (rc != 0 || out->sequence == NULL ||
	    out->sequence->link.name.len > 0)
		return rc;
	error_set(n->p->err, STELE_E_SYNTAX,
	    "a sequence of event types needs LINKED BY");
	error_hint(n->p->err,
	    "LINKED BY names the field whose value the events of a sequence "
	    "have in common; context_id will do.");
	return error_position(n->p->err, native_position(n, start));
}

int
native_replay(struct native *n, struct ast_query *out)
{
	const unsigned allowed = 1u << CLAUSE_SINCE | 1u << CLAUSE_RETURN |
	    1u << CLAUSE_USING | 1u << CLAUSE_LIMIT | 1u << CLAUSE_OFFSET;
	struct ast_name *name = &out->event_type;
	int rc = 0;

	out->is_replay = true;
	if (!native_is_word(n, "FOR")) {
		rc = native_name(n, "an event type or FOR", &name->parts[0],
		    &name->location);
		name->count = 1;
	}
	if (rc == 0)
		rc = native_expect(n, "FOR");
	if (rc == 0)
		rc = native_context(n, &out->context);
	return rc != 0 ? rc : parse_clauses(n, allowed, out);
}
