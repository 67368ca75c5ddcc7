/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PLOT: a metric of an event type or of a sequence, by groups and time, beside
 * others.  Each side becomes the QUERY that says the same.
 */
#include "sql/native.h"

/* ---- metrics ---- */

static const struct {
	const char *word;
	enum ast_native_agg_kind kind;
} metric_word[] = {
	{ "COUNT", AST_COUNT },
	{ "TOTAL", AST_TOTAL },
	{ "SUM", AST_TOTAL },
	{ "AVG", AST_AVG },
	{ "MIN", AST_MIN },
	{ "MAX", AST_MAX },
	{ "UNIQUE", AST_COUNT_UNIQUE },
};

static bool
find_metric(struct str word, enum ast_native_agg_kind *out)
{
	for (size_t i = 0; i < ARRAY_LEN(metric_word); i++) {
		if (!str_equal_nocase(word, str_of_cstr(metric_word[i].word)))
			continue;
		*out = metric_word[i].kind;
		return true;
	}
	return false;
}

/* What follows the metric's word: a field, which COUNT may do without. */
static int
parse_argument(struct native *n, struct ast_native_agg *metric)
{
	int rc;

	if (metric->kind == AST_COUNT) {
		if (!native_is_punct(n, "("))
			return 0;
		metric->kind = AST_COUNT_FIELD;
	}
	rc = native_expect_punct(n, "(");
	if (rc == 0)
		rc = native_any_field(n, &metric->field);
	return rc != 0 ? rc : native_expect_punct(n, ")");
}

static int
parse_metric(struct native *n, struct ast_native_agg *out)
{
	out->location = native_position(n, n->token.start);
	if (n->token.kind != NATIVE_WORD ||
	    !find_metric(n->token.text, &out->kind))
		return native_expected(n,
		    "COUNT, TOTAL, SUM, AVG, MIN, MAX or UNIQUE");
	if (native_advance(n) != 0)
		return n->p->err->code;
	return parse_argument(n, out);
}

static bool
same_metric(const struct ast_native_agg *a, const struct ast_native_agg *b)
{
	return a->kind == b->kind && str_equal(a->field.name, b->field.name) &&
	    str_equal(a->field.type, b->field.type);
}

/* ---- TOP ---- */

/* After BY: a metric, or a field that may be named as one is. */
static int
parse_top_target(struct native *n, struct ast_top *out)
{
	struct ast_native_agg *metric = &out->metric;
	bool is_metric;
	int rc;

	metric->location = native_position(n, n->token.start);
	is_metric = n->token.kind == NATIVE_WORD &&
	    find_metric(n->token.text, &metric->kind);
	rc = native_any_field(n, &out->field);
	if (rc != 0 || !is_metric || out->field.type.len > 0)
		return rc;
	if (metric->kind != AST_COUNT && !native_is_punct(n, "("))
		return 0;
	out->field = (struct ast_field){ .name = { 0 } };
	out->has_metric = true;
	return parse_argument(n, metric);
}

static int
parse_top(struct native *n, struct ast_top *out)
{
	int rc;

	if (out->count != NULL)
		return native_repeated(n, "TOP");
	out->location = native_position(n, n->token.start);
	rc = native_advance(n);
	if (rc == 0)
		rc = native_count(n, "a count", &out->count);
	if (rc != 0)
		return rc;
	rc = native_accept(n, "BY");
	return rc <= 0 ? rc : parse_top_target(n, out);
}

/* What TOP names is of the side; its metric is computed with the side's. */
static int
take_top(struct native *n, struct ast_plot_side *side)
{
	struct ast_top *top = &side->top;
	int rc;

	if (!top->has_metric)
		return native_check_field(n, &side->query, &top->field);
	rc = native_check_field(n, &side->query, &top->metric.field);
	if (rc != 0 || same_metric(&top->metric, &side->query.aggs[0]))
		return rc;
	return native_add_aggregate(n, &top->metric, &side->query);
}

/* ---- sides ---- */

static int
parse_filter(struct native *n, struct ast_query *query)
{
	int rc = native_advance(n);

	return rc != 0 ? rc : native_and_where(n, &query->where);
}

static int
parse_link(struct native *n, struct ast_query *query)
{
	if (query->sequence != NULL && query->sequence->link.name.len > 0)
		return native_repeated(n, "LINKED BY");
	return native_linked(n, query);
}

static int
parse_window(struct native *n, struct ast_query *query)
{
	if (query->sequence != NULL && query->sequence->within != NULL)
		return native_repeated(n, "WITHIN");
	return native_within(n, query);
}

static int
parse_parts(struct native *n, struct ast_plot_side *side)
{
	int rc = 0;

	while (rc == 0) {
		if (native_is_word(n, "FILTER"))
			rc = parse_filter(n, &side->query);
		else if (native_is_word(n, "TOP"))
			rc = parse_top(n, &side->top);
		else if (native_is_word(n, "LINKED"))
			rc = parse_link(n, &side->query);
		else if (native_is_word(n, "WITHIN"))
			rc = parse_window(n, &side->query);
		else
			return 0;
	}
	return rc;
}

static int
parse_side(struct native *n, struct ast_plot_side *side)
{
	struct ast_query *query = &side->query;
	struct ast_native_agg metric = { 0 };
	int rc;

	query->location = native_position(n, n->token.start);
	rc = parse_metric(n, &metric);
	if (rc == 0)
		rc = native_add_aggregate(n, &metric, query);
	if (rc == 0)
		rc = native_expect(n, "OF");
	if (rc == 0)
		rc = native_name(n, "an event type",
		    &query->event_type.parts[0], &query->event_type.location);
	query->event_type.count = 1;
	if (rc == 0)
		rc = native_arrows(n, query);
	if (rc == 0)
		rc = native_check_field(n, query, &query->aggs[0].field);
	if (rc == 0)
		rc = parse_parts(n, side);
	if (rc == 0 && query->sequence != NULL &&
	    query->sequence->link.name.len == 0)
		query->sequence->link = (struct ast_field){
			.name = STR("context_id"),
			.location = query->event_type.location,
		};
	return rc;
}

static int
add_side(struct native *n, struct ast_plot *out)
{
	struct ast_plot_side side = { 0 };
	void *sides = out->sides;
	int rc;

	if (out->side_count == NATIVE_SIDES_MAX) {
		error_set(n->p->err, STELE_E_LIMIT,
		    "a PLOT can have at most %d sides", NATIVE_SIDES_MAX);
		return error_position(n->p->err,
		    native_position(n, n->token.start));
	}
	rc = parse_side(n, &side);
	if (rc == 0)
		rc = native_room(n, &sides, out->side_count, sizeof(side));
	if (rc != 0)
		return rc;
	out->sides = sides;
	out->sides[out->side_count++] = side;
	return 0;
}

/* ---- what all sides have ---- */

static int
parse_over(struct native *n, struct ast_query *query)
{
	int rc;

	if (query->has_per)
		return native_repeated(n, "OVER");
	rc = native_advance(n);
	if (rc == 0)
		rc = native_per(n, query);
	if (rc == 0)
		rc = native_expect_punct(n, "(");
	if (rc == 0)
		rc = native_field(n, query, &query->time_field);
	return rc != 0 ? rc : native_expect_punct(n, ")");
}

static int
parse_breakdown(struct native *n, struct ast_query *query)
{
	int rc;

	if (query->group_count > 0)
		return native_repeated(n, "BREAKDOWN");
	rc = native_advance(n);
	if (rc == 0)
		rc = native_expect(n, "BY");
	return rc != 0
	    ? rc
	    : native_fields(n, query, &query->group_by, &query->group_count);
}

/* A field of one type is none of the other sides. */
static int
share(struct native *n, struct ast_plot *plot)
{
	const struct ast_query *first = &plot->sides[0].query;
	int rc = 0;

	for (uint32_t i = 1; i < plot->side_count && rc == 0; i++) {
		struct ast_query *query = &plot->sides[i].query;

		query->has_per = first->has_per;
		query->per = first->per;
		query->week_start = first->week_start;
		query->time_field = first->time_field;
		query->group_by = first->group_by;
		query->group_count = first->group_count;
		rc = native_check_field(n, query, &query->time_field);
		for (uint32_t k = 0; k < query->group_count && rc == 0; k++)
			rc = native_check_field(n, query, &query->group_by[k]);
	}
	return rc;
}

static int
parse_tail(struct native *n, struct ast_plot *plot)
{
	struct ast_query *first = &plot->sides[0].query;
	struct ast_top *top =
	    plot->side_count == 1 ? &plot->sides[0].top : &plot->top;
	int rc = 0;

	while (rc == 0) {
		if (native_is_word(n, "BREAKDOWN"))
			rc = parse_breakdown(n, first);
		else if (native_is_word(n, "OVER"))
			rc = parse_over(n, first);
		else if (native_is_word(n, "TOP"))
			rc = parse_top(n, top);
		else if (native_is_word(n, "FILTER") && plot->side_count == 1)
			rc = parse_filter(n, first);
		else
			break;
	}
	return rc != 0 ? rc : share(n, plot);
}

int
native_plot(struct native *n, struct ast_plot *out)
{
	int rc = add_side(n, out);

	while (rc == 0 && native_is_word(n, "VS")) {
		rc = native_advance(n);
		if (rc == 0)
			rc = add_side(n, out);
	}
	if (rc == 0)
		rc = parse_tail(n, out);
	for (uint32_t i = 0; i < out->side_count && rc == 0; i++)
		rc = take_top(n, &out->sides[i]);
	return rc;
}
