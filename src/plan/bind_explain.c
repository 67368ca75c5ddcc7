/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_explain.c -- EXPLAIN: the plan of the statement, as a tree of texts.
 */
#include <inttypes.h>

#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/explain.h"
#include "plan/expr_text.h"
#include "plan/rel_walk.h"
#include "plan/set_function.h"
#include "plan/system_table.h"
#include "plan/temp_table.h"

/* ---- options ---- */

static int
set_format(struct plan_explain *explain, const struct ast_option *option,
    struct error *err)
{
	struct str text = STR("");

	if (option->value != NULL && option->value->kind == AST_CONST)
		text = option->value->constant.text;
	if (str_equal_nocase(text, STR("text")))
		explain->format = EXPLAIN_TEXT;
	else if (str_equal_nocase(text, STR("json")))
		explain->format = EXPLAIN_JSON;
	else if (str_equal_nocase(text, STR("xml")) ||
	    str_equal_nocase(text, STR("yaml")))
		return error_at(err, option->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "EXPLAIN in format \"%.*s\" is not supported",
		    STR_FMT(text));
	else
		return error_at(err, option->location,
		    STELE_E_INVALID_PARAMETER_VALUE,
		    "unrecognized value for EXPLAIN option \"format\":"
		    " \"%.*s\"",
		    STR_FMT(text));
	return 0;
}

struct explain_flags {
	bool analyze, costs, timing, summary, buffers;
	bool has_timing, has_summary, has_buffers;
	bool ignored;
};

static int
set_option(struct plan_explain *explain, struct explain_flags *flags,
    const struct ast_option *option, struct error *err)
{
	const struct {
		const char *name;
		bool *flag;
		bool *was_given;
	} known[] = {
		{ "analyze", &flags->analyze, NULL },
		{ "costs", &flags->costs, NULL },
		{ "timing", &flags->timing, &flags->has_timing },
		{ "summary", &flags->summary, &flags->has_summary },
		{ "buffers", &flags->buffers, &flags->has_buffers },
		/* nothing more to be said here */
		{ "verbose", &flags->ignored, NULL },
		{ "settings", &flags->ignored, NULL },
		{ "wal", &flags->ignored, NULL },
	};

	if (str_equal(option->name, STR("format")))
		return set_format(explain, option, err);
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (!str_equal(option->name, str_of_cstr(known[i].name)))
			continue;
		if (known[i].was_given != NULL)
			*known[i].was_given = true;
		return ast_option_is_on(option, known[i].flag, err);
	}
	return error_at(err, option->location, STELE_E_SYNTAX,
	    "unrecognized EXPLAIN option \"%.*s\"", STR_FMT(option->name));
}

static int
set_options(struct plan_explain *explain, const struct ast_stmt *stmt,
    struct error *err)
{
	struct explain_flags flags = { .costs = true };
	int rc = 0;

	for (uint32_t i = 0; i < stmt->explain.option_count && rc == 0; i++)
		rc =
		    set_option(explain, &flags, &stmt->explain.options[i], err);
	if (rc == 0 && flags.has_timing && flags.timing && !flags.analyze)
		return error_at(err, stmt->location,
		    STELE_E_INVALID_PARAMETER_VALUE,
		    "EXPLAIN option TIMING requires ANALYZE");
	explain->is_analyze = flags.analyze;
	explain->has_costs = flags.costs;
	explain->has_timing = flags.has_timing ? flags.timing : flags.analyze;
	explain->has_bytes = !flags.has_buffers || flags.buffers;
	explain->has_summary =
	    flags.has_summary ? flags.summary : flags.analyze;
	return rc;
}

/* ---- nodes ---- */

struct explainer {
	struct binder *binder;
	struct explain_node *subplans[64]; /* of the node at hand */
	uint32_t subplan_count;
};

static struct explain_node *explain_rel(struct explainer *e,
    const struct rel *rel, const char *role);

/* Values are taken from the buffer, which is emptied. */
static void
add_detail(struct explainer *e, struct explain_node *node, const char *name,
    struct str value)
{
	struct arena *arena = e->binder->arena;
	struct explain_detail *detail = NULL;
	struct str *values;

	for (uint32_t i = 0; i < node->detail_count; i++)
		if (str_equal(str_of_cstr(node->details[i].name),
			str_of_cstr(name)))
			detail = &node->details[i];
	if (detail == NULL) {
		if (node->detail_count == EXPLAIN_DETAILS_MAX)
			return;
		detail = &node->details[node->detail_count++];
		*detail = (struct explain_detail){ .name = name };
	}
	values = arena_alloc_array(arena, (size_t)detail->value_count + 1,
	    sizeof(*values));
	for (uint32_t i = 0; i < detail->value_count; i++)
		values[i] = detail->values[i];
	values[detail->value_count++] = arena_str(arena, value);
	detail->values = values;
}

static void
add_expr(struct explainer *e, struct explain_node *node, const char *name,
    const struct expr_text *text, const struct expr *expr)
{
	struct buf buf;

	buf_init(&buf);
	expr_text_put(text, expr, &buf);
	add_detail(e, node, name, buf_str(&buf));
	buf_release(&buf);
}

/* All of a list in one value: "(a AND b)". */
static void
add_conjuncts(struct explainer *e, struct explain_node *node, const char *name,
    const struct expr_text *text, struct expr *const *exprs, uint32_t count)
{
	struct buf buf;

	if (count == 0)
		return;
	buf_init(&buf);
	buf_put_cstr(&buf, count > 1 ? "(" : "");
	for (uint32_t i = 0; i < count; i++) {
		buf_put_cstr(&buf, i > 0 ? " AND " : "");
		expr_text_put(text, exprs[i], &buf);
	}
	buf_put_cstr(&buf, count > 1 ? ")" : "");
	add_detail(e, node, name, buf_str(&buf));
	buf_release(&buf);
}

static void
add_child(struct explainer *e, struct explain_node *node,
    struct explain_node *child)
{
	struct explain_node **children = arena_alloc_array(e->binder->arena,
	    (size_t)node->child_count + 1, sizeof(struct explain_node *));

	for (uint32_t i = 0; i < node->child_count; i++)
		children[i] = node->children[i];
	children[node->child_count++] = child;
	node->children = children;
}

/* ---- what each kind of relation says ---- */

static struct expr_text
text_over(const struct explainer *e, const struct rel *input)
{
	return (struct expr_text){ .binder = e->binder, .left = input };
}

static void
explain_bounds(struct explainer *e, struct explain_node *node,
    const struct rel *rel, const struct range *range)
{
	static const char *const operators[] = {
		[BOUND_EQ] = "=",
		[BOUND_LT] = "<",
		[BOUND_LE] = "<=",
		[BOUND_GT] = ">",
		[BOUND_GE] = ">=",
		[BOUND_ANY] = "= ANY",
	};
	struct expr_text text = text_over(e, NULL);

	for (uint32_t i = 0; i < rel->scan.bound_count; i++) {
		const struct scan_bound *bound = &rel->scan.bounds[i];
		struct buf buf;

		buf_init(&buf);
		if (range != NULL && bound->attnum <= range->column_count)
			buf_put_str(&buf,
			    range->columns[bound->attnum - 1].name);
		buf_printf(&buf, " %s ", operators[bound->kind]);
		buf_put_cstr(&buf, bound->kind == BOUND_ANY ? "(" : "");
		expr_text_put(&text, bound->value, &buf);
		buf_put_cstr(&buf, bound->kind == BOUND_ANY ? ")" : "");
		add_detail(e, node, "Prune By", buf_str(&buf));
		buf_release(&buf);
	}
}

/* The name in the statement, if it is another one. */
static void
set_alias(const struct explainer *e, struct explain_node *node,
    const struct rel *rel)
{
	const struct range *range = binder_range_of(e->binder, rel->id);

	if (range != NULL && !str_equal(range->name, node->relation))
		node->alias = range->name;
}

static void
explain_scan(struct explainer *e, struct explain_node *node,
    const struct rel *rel)
{
	const struct range *range = binder_range_of(e->binder, rel->id);

	node->kind = "Scan";
	if (rel->kind == REL_SYSTEM)
		node->relation = str_of_cstr(rel->scan.system->name);
	else if (rel->kind == REL_TEMP)
		node->relation = rel->scan.sequence != NULL
		    ? rel->scan.sequence->name
		    : rel->scan.temp->name;
	else
		node->relation =
		    rel->kind == REL_EVENTS || rel->scan.type == NULL
		    ? STR("events")
		    : rel->scan.type->name;
	set_alias(e, node, rel);
	explain_bounds(e, node, rel, range);
}

static void
explain_agg(struct explainer *e, struct explain_node *node,
    const struct rel *rel)
{
	struct expr_text text = text_over(e, rel->input);

	node->kind = rel->agg.key_count > 0 ? "HashAggregate" : "Aggregate";
	for (uint32_t i = 0; i < rel->agg.key_count; i++)
		add_expr(e, node, "Group Key", &text, rel->agg.keys[i]);
}

static void
explain_sort(struct explainer *e, struct explain_node *node,
    const struct rel *rel)
{
	struct expr_text text = text_over(e, rel->input);

	node->kind = "Sort";
	for (uint32_t i = 0; i < rel->sort.key_count; i++) {
		const struct sort_key *key = &rel->sort.keys[i];
		struct buf buf;

		buf_init(&buf);
		column_text_put(&text, rel->input, key->column, &buf);
		order_text_put(key->is_descending, key->nulls_first, &buf);
		add_detail(e, node, "Sort Key", buf_str(&buf));
		buf_release(&buf);
	}
}

static void
explain_unique(struct explainer *e, struct explain_node *node,
    const struct rel *rel)
{
	struct expr_text text = text_over(e, rel->input);
	struct buf buf;

	node->kind = "Unique";
	for (uint32_t i = 0; i < rel->unique.count; i++) {
		buf_init(&buf);
		column_text_put(&text, rel->input, rel->unique.columns[i],
		    &buf);
		add_detail(e, node, "Unique Key", buf_str(&buf));
		buf_release(&buf);
	}
}

static void
explain_join(struct explainer *e, struct explain_node *node,
    const struct rel *rel)
{
	static const char *const hash_kinds[] = {
		[JOIN_INNER] = "Hash Join",
		[JOIN_LEFT] = "Hash Left Join",
		[JOIN_FULL] = "Hash Full Join",
		[JOIN_SEMI] = "Hash Semi Join",
		[JOIN_ANTI] = "Hash Anti Join",
	};
	static const char *const loop_kinds[] = {
		[JOIN_INNER] = "Nested Loop",
		[JOIN_LEFT] = "Nested Loop Left Join",
		[JOIN_FULL] = "Nested Loop Full Join",
		[JOIN_SEMI] = "Nested Loop Semi Join",
		[JOIN_ANTI] = "Nested Loop Anti Join",
	};
	struct expr_text text = { .binder = e->binder,
		.left = rel->input,
		.right = rel->join.right };
	struct expr_text right = text_over(e, rel->join.right);
	struct buf buf;

	node->kind = rel->join.key_count > 0 ? hash_kinds[rel->join.kind]
					     : loop_kinds[rel->join.kind];
	for (uint32_t i = 0; i < rel->join.key_count; i++) {
		buf_init(&buf);
		buf_put_cstr(&buf, "(");
		expr_text_put(&text, rel->join.keys[i].left, &buf);
		buf_put_cstr(&buf, " = ");
		expr_text_put(&right, rel->join.keys[i].right, &buf);
		buf_put_cstr(&buf, ")");
		add_detail(e, node, "Hash Cond", buf_str(&buf));
		buf_release(&buf);
	}
	add_conjuncts(e, node, "Join Filter", &text, rel->join.conjuncts,
	    rel->join.conjunct_count);
}

static void
explain_sequence(struct explainer *e, struct explain_node *node,
    const struct rel *rel)
{
	const struct rel_sequence *sequence = &rel->sequence;
	struct expr_text text = text_over(e, sequence->steps[0].rel);

	node->kind = sequence->is_preceded ? "Sequence Backward" : "Sequence";
	add_expr(e, node, "Linked By", &text, sequence->steps[0].link);
}

static void
explain_filter(struct explainer *e, struct explain_node *node,
    const struct rel *rel)
{
	struct expr_text text = text_over(e, rel->input);

	node->kind = "Filter";
	add_conjuncts(e, node, "Filter", &text, rel->filter.conjuncts,
	    rel->filter.count);
}

static void
explain_modify(struct explain_node *node, const struct rel *rel)
{
	static const char *const words[] = {
		[MODIFY_INSERT] = "Insert",
		[MODIFY_UPDATE] = "Update",
		[MODIFY_DELETE] = "Delete",
	};

	node->kind = words[rel->modify.kind];
	node->relation = rel->modify.table == NULL ? rel->modify.create->name
						   : rel->modify.table->name;
}

/* Of the one function; of several, none. */
static struct str
function_name(const struct rel *rel)
{
	const struct set_call *call = &rel->function.calls[0];

	if (rel->function.call_count > 1 || call->function == NULL)
		return STR("");
	return str_of_cstr(call->function->name);
}

static void
set_kind(struct explainer *e, struct explain_node *node, const struct rel *rel)
{
	switch (rel->kind) {
	case REL_SCAN:
	case REL_EVENTS:
	case REL_SYSTEM:
	case REL_TEMP:
		explain_scan(e, node, rel);
		return;
	case REL_MODIFY:
		explain_modify(node, rel);
		return;
	case REL_PAYLOAD:
		node->kind = "Payload";
		return;
	case REL_FUNCTION:
		node->kind = "Function Scan";
		node->relation = function_name(rel);
		set_alias(e, node, rel);
		return;
	case REL_VALUES:
		node->kind = rel->values.row_count > 1 ? "Values" : "Result";
		if (rel->values.row_count == 0)
			add_detail(e, node, "One-Time Filter", STR("false"));
		return;
	case REL_FILTER:
		explain_filter(e, node, rel);
		return;
	case REL_PROJECT:
		node->kind = "Project";
		return;
	case REL_JOIN:
		explain_join(e, node, rel);
		return;
	case REL_AGG:
		explain_agg(e, node, rel);
		return;
	case REL_SORT:
		explain_sort(e, node, rel);
		return;
	case REL_UNIQUE:
		explain_unique(e, node, rel);
		return;
	case REL_LIMIT:
		node->kind = "Limit";
		return;
	case REL_APPEND:
		node->kind = "Append";
		return;
	case REL_PROJECT_SET:
		node->kind = "ProjectSet";
		return;
	case REL_WINDOW:
		node->kind = "WindowAgg";
		return;
	case REL_SEQUENCE:
		explain_sequence(e, node, rel);
		return;
	case REL_UNPIVOT:
		node->kind = "Unpivot";
		return;
	case REL_SET_OP:
		node->kind = rel->set_op.is_except ? "Except" : "Intersect";
		return;
	case REL_WITH:
		node->kind = "With";
		return;
	case REL_READING:
		node->kind = "Kept Query";
		return;
	case REL_CTE:
		node->kind = "CTE Scan";
		node->relation = rel->cte->name;
		set_alias(e, node, rel);
		return;
	case REL_RECURSIVE:
		node->kind = "Recursive Union";
		return;
	case REL_WORK:
		node->kind = "WorkTable Scan";
		set_alias(e, node, rel);
		node->relation = node->alias;
		node->alias = STR("");
		return;
	}
}

/* ---- the tree ---- */

static void
collect_subquery(struct explainer *e, const struct subquery *subquery)
{
	const char *role = subquery_kind(subquery);
	struct explain_node *node;

	if (e->subplan_count == ARRAY_LEN(e->subplans))
		return;
	node = explain_rel(e, subquery->rel, role);
	node->label = arena_printf(e->binder->arena, "%s %" PRIu32, role,
	    subquery->index + 1);
	e->subplans[e->subplan_count++] = node;
}

static int
collect_subqueries(struct expr **slot, void *arg)
{
	struct explainer *e = arg;

	if ((*slot)->kind == EXPR_SUBQUERY)
		collect_subquery(e, (*slot)->subquery);
	for (uint32_t i = 0; i < (*slot)->arg_count; i++)
		(void)collect_subqueries(&(*slot)->args[i], arg);
	return 0;
}

static void
add_subplans(struct explainer *e, struct explain_node *node,
    const struct rel *rel)
{
	struct explainer inner = { .binder = e->binder };

	(void)rel_each_expr_of(rel, collect_subqueries, &inner);
	for (uint32_t i = 0; i < inner.subplan_count; i++)
		add_child(e, node, inner.subplans[i]);
}

/* A projection says nothing that the names of columns do not. */
static const struct rel *
skip_projections(const struct rel *rel)
{
	while (rel->kind == REL_PROJECT)
		rel = rel->input;
	return rel;
}

/* What the i-th input is to the relation. */
static const char *
role_of_input(const struct rel *rel, uint32_t i)
{
	uint32_t count = rel_input_count(rel);

	if (rel->kind == REL_APPEND)
		return "Member";
	if (i == 0)
		return "Outer";
	if (rel->kind == REL_WITH)
		return "InitPlan";
	return count == 2 ? "Inner" : "Member";
}

static struct explain_node *
explain_rel(struct explainer *e, const struct rel *rel, const char *role)
{
	struct explain_node *node =
	    arena_zalloc(e->binder->arena, sizeof(*node));
	uint32_t count = rel_input_count(rel);

	node->role = role;
	node->rel = rel;
	set_kind(e, node, rel);
	for (uint32_t i = 0; i < count; i++) {
		struct explain_node *child =
		    explain_rel(e, rel_child(rel, i), role_of_input(rel, i));

		if (rel->kind == REL_WITH && i > 0)
			child->label = arena_printf(e->binder->arena,
			    "CTE %.*s", STR_FMT(rel->with.ctes[i - 1]->name));
		add_child(e, node, child);
	}
	add_subplans(e, node, rel);
	return node;
}

/* ---- the statement ---- */

static const struct explain_node *
explain_insert(struct explainer *e, const struct plan_insert *insert)
{
	struct explain_node *node =
	    arena_zalloc(e->binder->arena, sizeof(*node));

	node->kind = "Insert";
	node->relation = insert->type->name;
	if (insert->source != NULL)
		add_child(e, node,
		    explain_rel(e, skip_projections(insert->source), "Outer"));
	return node;
}

static int
explain_plan(struct explainer *e, const struct plan *inner,
    struct plan_explain *explain, const struct ast_stmt *stmt,
    struct error *err)
{
	if (inner->root != NULL)
		explain->root = explain_rel(e, inner->root, NULL);
	else if (inner->insert != NULL && !explain->is_analyze)
		explain->root = explain_insert(e, inner->insert);
	else if (inner->insert != NULL)
		return error_at(err, stmt->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "EXPLAIN ANALYZE of a statement that writes is not"
		    " supported");
	else
		return error_at(err, stmt->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "EXPLAIN of this statement is not supported");
	return 0;
}

static void
set_result(struct binder *binder, struct plan *plan, enum explain_format format)
{
	struct plan_column *column =
	    arena_zalloc(binder->arena, sizeof(*column));

	column->name = STR("QUERY PLAN");
	column->type = type_of(format == EXPLAIN_JSON ? TYPE_JSON : TYPE_TEXT);
	plan->columns = column;
	plan->column_count = 1;
}

int
bind_explain(struct binder *binder, const struct ast_stmt *stmt,
    struct plan *plan, struct error *err)
{
	struct plan_explain *explain =
	    arena_zalloc(binder->arena, sizeof(*explain));
	struct plan *inner = arena_zalloc(binder->arena, sizeof(*inner));
	struct explainer explainer = { .binder = binder };
	int rc;

	rc = set_options(explain, stmt, err);
	if (rc == 0 && stmt->explain.stmt->kind == AST_EXECUTE) {
		/* of what is prepared then */
		plan->kind = PLAN_UTILITY;
		set_result(binder, plan, explain->format);
		return 0;
	}
	if (rc == 0)
		rc = bind_stmt(binder, stmt->explain.stmt, inner, err);
	if (rc == 0)
		rc = explain_plan(&explainer, inner, explain, stmt, err);
	if (rc != 0)
		return rc;
	plan->explain = explain;
	plan->root = inner->root;
	set_result(binder, plan, explain->format);
	return 0;
}
