/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout.c -- see layout.h.  Top down, each relation is told which columns are
 * wanted of it; bottom up, each says where its columns lie.
 */
#include "plan/layout.h"

#include <assert.h>

#include "plan/column_set.h"
#include "plan/improve.h"
#include "plan/late_payload.h"
#include "plan/option.h"
#include "plan/rel_walk.h"
#include "plan/scan_bound.h"
#include "plan/temp_table.h"

/* Of copied expressions and relations: copies of copies may grow fast. */
#define NODES_MAX 1000000

/* A column that is given to an inner relation in a slot. */
struct given {
	struct given *next;
	uint32_t rel;
	uint32_t column;
	uint32_t slot;
};

/*
 * What surrounds a relation that runs inside another: a subquery, or the right
 * side of a LATERAL join.  Each has slots of its own, so that running one never
 * changes what another, that has not ended, was given.
 */
struct frame {
	struct frame *outer;
	const struct rel *host; /* whose row is the outer one; may be NULL */
	struct given *given;
	struct outer_value *values; /* those that `host` gives */
	uint32_t count;
	uint32_t capacity;
	bool is_volatile;
};

/* A CTE of the logical plan, as it is in the finished one. */
struct placed_cte {
	const struct placed_cte *outer;
	const struct cte *from;
	struct cte *to;
};

struct layouter {
	struct binder *binder;
	struct arena *arena;
	struct frame *frame;           /* NULL: outermost */
	const struct placed_cte *ctes; /* those of WITH around, newest first */
	uint32_t node_count;
	bool is_too_complex;
};

static struct rel *lay_out(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted);
static struct rel *lay_out_whole(struct layouter *l, const struct rel *rel,
    uint32_t count);
static struct expr *place_optional(struct layouter *l, const struct expr *expr,
    const struct rel *input);

/* ---- expressions ---- */

static bool
count_node(struct layouter *l)
{
	if (l->node_count >= NODES_MAX)
		l->is_too_complex = true;
	l->node_count++;
	return !l->is_too_complex;
}

#define NOT_FOUND UINT32_MAX

/* Position of a column in the layout of a relation. */
static uint32_t
find_column(const struct rel *rel, uint32_t id, uint32_t column)
{
	for (uint32_t i = 0; i < rel->column_count; i++) {
		if (rel->columns[i].rel == id &&
		    rel->columns[i].column == column)
			return i;
	}
	return NOT_FOUND;
}

static uint32_t
give(struct layouter *l, struct frame *frame, uint32_t rel, uint32_t column,
    uint32_t slot)
{
	struct given *given = arena_alloc(l->arena, sizeof(*given));

	*given = (struct given){ .next = frame->given,
		.rel = rel,
		.column = column,
		.slot = slot };
	frame->given = given;
	return slot;
}

static void
add_value(struct layouter *l, struct frame *frame, uint32_t slot,
    uint32_t column)
{
	if (frame->count == frame->capacity) {
		uint32_t capacity =
		    frame->capacity == 0 ? 4 : frame->capacity * 2;
		struct outer_value *values =
		    arena_alloc_array(l->arena, capacity, sizeof(*values));

		if (frame->count > 0)
			memcpy(values, frame->values,
			    frame->count * sizeof(*values));
		frame->values = values;
		frame->capacity = capacity;
	}
	frame->values[frame->count++] = (struct outer_value){ .slot = slot,
		.column = column,
		.type = frame->host->types[column] };
}

/* The slot of a column that a relation around the frame makes. */
static uint32_t
outer_slot(struct layouter *l, struct frame *frame, uint32_t rel,
    uint32_t column)
{
	uint32_t position = NOT_FOUND;
	uint32_t slot;

	assert(frame != NULL);
	for (const struct given *given = frame->given; given != NULL;
	     given = given->next) {
		if (given->rel == rel && given->column == column)
			return given->slot;
	}
	if (frame->host != NULL)
		position = find_column(frame->host, rel, column);
	if (position == NOT_FOUND)
		return give(l, frame, rel, column,
		    outer_slot(l, frame->outer, rel, column));
	slot = l->binder->slot_count++;
	add_value(l, frame, slot, position);
	return give(l, frame, rel, column, slot);
}

static void
place_column(struct layouter *l, struct expr *placed, const struct rel *input)
{
	uint32_t rel = placed->column.rel;
	uint32_t column = placed->column.column;
	uint32_t position =
	    input == NULL ? NOT_FOUND : find_column(input, rel, column);

	if (position != NOT_FOUND) {
		placed->column.column = position;
		return;
	}
	placed->kind = EXPR_OUTER;
	placed->slot = outer_slot(l, l->frame, rel, column);
}

/* The query inside an expression, as it runs for rows of `input`. */
static void
place_subquery(struct layouter *l, struct expr *placed, const struct rel *input)
{
	const struct subquery *from = placed->subquery;
	struct subquery *subquery = arena_alloc(l->arena, sizeof(*subquery));
	struct frame frame = { .outer = l->frame, .host = input };

	*subquery = *from;
	subquery->index = l->binder->subquery_count++;
	subquery->operand_slot = l->binder->slot_count;
	l->binder->slot_count += placed->arg_count;
	for (uint32_t i = 0; i < placed->arg_count; i++)
		(void)give(l, &frame, from->operand_rel, i,
		    subquery->operand_slot + i);
	l->frame = &frame;
	subquery->rel = lay_out_whole(l, from->rel,
	    from->kind == SUBQUERY_EXISTS ? 0 : from->column_count);
	subquery->test = place_optional(l, from->test, subquery->rel);
	l->frame = frame.outer;
	subquery->outers = frame.values;
	subquery->outer_count = frame.count;
	subquery->is_volatile = frame.is_volatile;
	subquery->can_hash = option_is_on(l->binder, OPTION_HASHED_SUBQUERY);
	subquery->can_remember = option_is_on(l->binder, OPTION_MEMOIZE) &&
	    (!frame.is_volatile || frame.count == 0);
	if (l->frame != NULL)
		l->frame->is_volatile |= frame.is_volatile;
	placed->subquery = subquery;
}

/* The expression over the batches of `input`, NULL if it has none. */
static struct expr *
place(struct layouter *l, const struct expr *expr, const struct rel *input)
{
	struct expr *placed = expr_copy(l->arena, expr);

	if (!count_node(l))
		return placed;
	for (uint32_t i = 0; i < expr->arg_count; i++)
		placed->args[i] = place(l, expr->args[i], input);
	if (expr->kind == EXPR_COLUMN)
		place_column(l, placed, input);
	else if (expr->kind == EXPR_SUBQUERY)
		place_subquery(l, placed, input);
	else if (l->frame != NULL && expr_is_volatile_call(expr))
		l->frame->is_volatile = true;
	return placed;
}

static struct expr *
place_optional(struct layouter *l, const struct expr *expr,
    const struct rel *input)
{
	return expr == NULL ? NULL : place(l, expr, input);
}

static struct expr **
place_all(struct layouter *l, struct expr *const *exprs, uint32_t count,
    const struct rel *input)
{
	struct expr **placed =
	    arena_alloc_array(l->arena, count + 1, sizeof(*placed));

	for (uint32_t i = 0; i < count; i++)
		placed[i] = place(l, exprs[i], input);
	return placed;
}

/* ---- relations ---- */

static struct rel *
copy_rel(struct layouter *l, const struct rel *rel)
{
	struct rel *copy = arena_alloc(l->arena, sizeof(*copy));

	(void)count_node(l);
	*copy = *rel;
	copy->index = l->binder->rel_count++;
	return copy;
}

/* Room for the layout of a relation with at most `count` columns. */
static void
start_columns(struct layouter *l, struct rel *rel, uint32_t count)
{
	rel->column_count = 0;
	rel->types =
	    arena_alloc_array(l->arena, count + 1, sizeof(*rel->types));
	rel->columns =
	    arena_alloc_array(l->arena, count + 1, sizeof(*rel->columns));
}

static void
add_column(struct rel *rel, uint32_t id, uint32_t column, struct type type)
{
	rel->types[rel->column_count] = type;
	rel->columns[rel->column_count++] =
	    (struct column_id){ .rel = id, .column = column };
}

/* Columns pass through: the layout is the input's. */
static void
same_columns(struct rel *rel)
{
	rel->column_count = rel->input->column_count;
	rel->types = rel->input->types;
	rel->columns = rel->input->columns;
}

/* What is wanted of an input: what is wanted above, and more to be added. */
static struct column_set
wanted_below(struct layouter *l, const struct column_set *wanted)
{
	struct column_set below;

	column_set_init(&below, l->arena);
	if (wanted != NULL)
		column_set_add_all(&below, wanted);
	return below;
}

/*
 * A relation whose batches hold exactly columns 0..count-1 of the relation
 * `id`, in order: `rel` itself or a projection of it.
 */
static struct rel *
fit(struct layouter *l, struct rel *rel, uint32_t id, uint32_t count)
{
	bool fits = rel->column_count == count;
	struct rel *project;

	for (uint32_t i = 0; i < count && fits; i++)
		fits = rel->columns[i].rel == id && rel->columns[i].column == i;
	if (fits)
		return rel;
	project = arena_zalloc(l->arena, sizeof(*project));
	project->kind = REL_PROJECT;
	project->index = l->binder->rel_count++;
	project->id = id;
	project->input = rel;
	project->project =
	    arena_alloc_array(l->arena, count + 1, sizeof(*project->project));
	start_columns(l, project, count);
	for (uint32_t i = 0; i < rel->column_count; i++) {
		uint32_t column = rel->columns[i].column;

		if (rel->columns[i].rel != id || column >= count)
			continue;
		project->columns[column] = rel->columns[i];
		project->types[column] = rel->types[i];
		project->project[column] =
		    expr_column(l->arena, rel->types[i], 0, 0, i);
	}
	project->column_count = count;
	return project;
}

/* A query as such: exactly its first columns. */
static struct rel *
lay_out_whole(struct layouter *l, const struct rel *rel, uint32_t count)
{
	struct column_set wanted;

	column_set_init(&wanted, l->arena);
	for (uint32_t i = 0; i < count; i++)
		column_set_add(&wanted, rel->id, i);
	return fit(l, lay_out(l, rel, &wanted), rel->id, count);
}

static struct rel *
lay_out_scan(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct rel *out = copy_rel(l, rel);

	start_columns(l, out, wanted->count);
	out->scan.attnums = arena_alloc_array(l->arena, wanted->count + 1,
	    sizeof(*out->scan.attnums));
	for (uint32_t i = 0; i < rel->column_count; i++) {
		if (!column_set_has(wanted, rel->id, i))
			continue;
		out->scan.attnums[out->column_count] = i + 1;
		add_column(out, rel->id, i, rel->types[i]);
	}
	return out;
}

/* The columns of a relation that are wanted of it. */
static void
add_wanted(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted, struct rel *out)
{
	start_columns(l, out, rel->column_count);
	for (uint32_t i = 0; i < rel->column_count; i++) {
		if (column_set_has(wanted, rel->id, i))
			add_column(out, rel->id, i, rel->types[i]);
	}
}

static struct rel *
lay_out_values(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct rel *out = copy_rel(l, rel);
	uint32_t row_count = rel->values.row_count;

	add_wanted(l, rel, wanted, out);
	out->values.rows = arena_alloc_array(l->arena, row_count + 1,
	    sizeof(*out->values.rows));
	for (uint32_t r = 0; r < row_count; r++) {
		struct expr **row = arena_alloc_array(l->arena,
		    out->column_count + 1, sizeof(*row));

		for (uint32_t i = 0; i < out->column_count; i++)
			row[i] = place(l,
			    rel->values.rows[r][out->columns[i].column], NULL);
		out->values.rows[r] = row;
	}
	return out;
}

static struct set_call *
place_sets(struct layouter *l, const struct set_call *calls, uint32_t count,
    const struct rel *input)
{
	struct set_call *placed =
	    arena_alloc_array(l->arena, (size_t)count + 1, sizeof(*placed));

	for (uint32_t i = 0; i < count; i++) {
		placed[i] = calls[i];
		placed[i].args =
		    place_all(l, calls[i].args, calls[i].arg_count, input);
	}
	return placed;
}

static struct rel *
lay_out_function(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct rel *out = copy_rel(l, rel);

	add_wanted(l, rel, wanted, out);
	out->function.calls =
	    place_sets(l, rel->function.calls, rel->function.call_count, NULL);
	return out;
}

static struct rel *
lay_out_filter(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct column_set below = wanted_below(l, wanted);
	struct rel *out = copy_rel(l, rel);

	for (uint32_t i = 0; i < rel->filter.count; i++)
		column_set_add_expr(&below, rel->filter.conjuncts[i]);
	out->input = lay_out(l, rel->input, &below);
	same_columns(out);
	out->filter.conjuncts =
	    place_all(l, rel->filter.conjuncts, rel->filter.count, out->input);
	if ((out->input->kind == REL_SCAN || out->input->kind == REL_EVENTS ||
		out->input->kind == REL_SYSTEM) &&
	    option_is_on(l->binder, OPTION_SCAN_BOUNDS))
		scan_set_bounds(l->arena, out->input, &out->filter);
	return out;
}

static struct rel *
lay_out_project(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct column_set below = wanted_below(l, NULL);
	struct rel *out = copy_rel(l, rel);

	start_columns(l, out, rel->column_count);
	for (uint32_t i = 0; i < rel->column_count; i++) {
		if (!column_set_has(wanted, rel->id, i))
			continue;
		add_column(out, rel->id, i, rel->types[i]);
		column_set_add_expr(&below, rel->project[i]);
	}
	out->input = lay_out(l, rel->input, &below);
	out->project = arena_alloc_array(l->arena, out->column_count + 1,
	    sizeof(*out->project));
	for (uint32_t i = 0; i < out->column_count; i++)
		out->project[i] =
		    place(l, rel->project[out->columns[i].column], out->input);
	return out;
}

/* ---- joins ---- */

/* Whether all columns of an expression are among those of one side. */
static bool
is_over(struct layouter *l, const struct expr *expr, const struct rel *side)
{
	struct column_set set;

	column_set_init(&set, l->arena);
	column_set_add_expr(&set, expr);
	for (uint32_t i = 0; i < set.count; i++) {
		if (find_column(side, set.items[i].rel, set.items[i].column) ==
		    NOT_FOUND)
			return false;
	}
	return set.count > 0;
}

/* The conjunct as an equality of both sides, if it is one that hashes. */
static bool
key_of(struct layouter *l, const struct expr *conjunct, const struct rel *left,
    const struct rel *right, struct join_key *out)
{
	if (!expr_is_equality(conjunct, &out->type))
		return false;
	for (uint32_t side = 0; side < 2; side++) {
		const struct expr *a = conjunct->args[side];
		const struct expr *b = conjunct->args[1 - side];

		if (!is_over(l, a, left) || !is_over(l, b, right))
			continue;
		out->left = place(l, a, left);
		out->right = place(l, b, right);
		return true;
	}
	return false;
}

/* What conditions see: the columns of the left side, then the right one's. */
static struct rel
both_sides(struct layouter *l, const struct rel *left, const struct rel *right)
{
	struct rel both = { .kind = REL_JOIN };

	start_columns(l, &both, left->column_count + right->column_count);
	for (uint32_t i = 0; i < left->column_count; i++)
		add_column(&both, left->columns[i].rel, left->columns[i].column,
		    left->types[i]);
	for (uint32_t i = 0; i < right->column_count; i++)
		add_column(&both, right->columns[i].rel,
		    right->columns[i].column, right->types[i]);
	return both;
}

static void
place_conditions(struct layouter *l, const struct rel *rel, struct rel *out,
    const struct rel *both)
{
	uint32_t count = rel->join.conjunct_count;
	bool can_hash =
	    !rel->join.is_lateral && option_is_on(l->binder, OPTION_HASH_JOIN);

	out->join.keys =
	    arena_alloc_array(l->arena, count + 1, sizeof(*out->join.keys));
	out->join.key_count = 0;
	out->join.conjuncts = arena_alloc_array(l->arena, count + 1,
	    sizeof(*out->join.conjuncts));
	out->join.conjunct_count = 0;
	for (uint32_t i = 0; i < count; i++) {
		const struct expr *conjunct = rel->join.conjuncts[i];

		if (can_hash &&
		    key_of(l, conjunct, out->input, out->join.right,
			&out->join.keys[out->join.key_count]))
			out->join.key_count++;
		else
			out->join.conjuncts[out->join.conjunct_count++] =
			    place(l, conjunct, both);
	}
}

/* The right side; LATERAL, it runs for each row of the left one. */
static void
lay_out_right(struct layouter *l, struct rel *join,
    const struct column_set *wanted)
{
	struct frame frame = { .outer = l->frame, .host = join->input };

	if (!join->join.is_lateral) {
		join->join.right = lay_out(l, join->join.right, wanted);
		return;
	}
	l->frame = &frame;
	join->join.right = lay_out(l, join->join.right, wanted);
	l->frame = frame.outer;
	join->join.outers = frame.values;
	join->join.outer_count = frame.count;
	if (l->frame != NULL)
		l->frame->is_volatile |= frame.is_volatile;
}

static struct rel *
lay_out_join(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct column_set below = wanted_below(l, wanted);
	struct rel *out = copy_rel(l, rel);
	struct rel both;
	uint32_t count;

	for (uint32_t i = 0; i < rel->join.conjunct_count; i++)
		column_set_add_expr(&below, rel->join.conjuncts[i]);
	if (rel->join.is_lateral)
		column_set_add_rel(&below, rel->join.right);
	out->input = lay_out(l, rel->input, &below);
	lay_out_right(l, out, &below);
	both = both_sides(l, out->input, out->join.right);
	place_conditions(l, rel, out, &both);
	count = rel->join.kind == JOIN_SEMI || rel->join.kind == JOIN_ANTI
	    ? out->input->column_count
	    : both.column_count;
	start_columns(l, out, count);
	out->join.outputs =
	    arena_alloc_array(l->arena, count + 1, sizeof(uint32_t));
	for (uint32_t i = 0; i < count; i++) {
		const struct column_id *id = &both.columns[i];

		if (!column_set_has(wanted, id->rel, id->column))
			continue;
		out->join.outputs[out->column_count] = i;
		add_column(out, id->rel, id->column, both.types[i]);
	}
	return out;
}

/* ---- aggregates, order ---- */

static void
place_call(struct layouter *l, struct agg_call *call, const struct rel *input)
{
	struct order_key *order = arena_alloc_array(l->arena,
	    (size_t)call->order_count + 1, sizeof(*order));

	call->arg = place_optional(l, call->arg, input);
	call->second = place_optional(l, call->second, input);
	call->filter = place_optional(l, call->filter, input);
	call->direct = place_all(l, call->direct, call->direct_count, input);
	for (uint32_t i = 0; i < call->order_count; i++) {
		order[i] = call->order[i];
		order[i].key = place_optional(l, order[i].key, input);
	}
	call->order = order;
}

static void
want_call(struct column_set *below, const struct agg_call *call)
{
	if (call->arg != NULL)
		column_set_add_expr(below, call->arg);
	if (call->second != NULL)
		column_set_add_expr(below, call->second);
	for (uint32_t i = 0; i < call->direct_count; i++)
		column_set_add_expr(below, call->direct[i]);
	for (uint32_t i = 0; i < call->order_count; i++)
		column_set_add_expr(below, call->order[i].key);
	if (call->filter != NULL)
		column_set_add_expr(below, call->filter);
}

/* The aggregates and GROUPING()s that are wanted, after the keys. */
static void
keep_calls(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted, struct rel *out, struct column_set *below)
{
	const struct rel_agg *agg = &rel->agg;
	uint32_t column = agg->key_count;

	out->agg.calls = arena_alloc_array(l->arena, agg->call_count + 1,
	    sizeof(*out->agg.calls));
	out->agg.call_count = 0;
	for (uint32_t i = 0; i < agg->call_count; i++, column++) {
		if (!column_set_has(wanted, rel->id, column))
			continue;
		add_column(out, rel->id, column, rel->types[column]);
		out->agg.calls[out->agg.call_count++] = agg->calls[i];
		want_call(below, &agg->calls[i]);
	}
	out->agg.groupings = arena_alloc_array(l->arena,
	    agg->grouping_count + 1, sizeof(*out->agg.groupings));
	out->agg.grouping_count = 0;
	for (uint32_t i = 0; i < agg->grouping_count; i++, column++) {
		if (!column_set_has(wanted, rel->id, column))
			continue;
		add_column(out, rel->id, column, rel->types[column]);
		out->agg.groupings[out->agg.grouping_count++] =
		    agg->groupings[i];
	}
}

/* All keys make the groups; what nobody wants of the rest is left out. */
static struct rel *
lay_out_agg(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	const struct rel_agg *agg = &rel->agg;
	struct column_set below = wanted_below(l, NULL);
	struct rel *out = copy_rel(l, rel);

	start_columns(l, out, rel->column_count);
	for (uint32_t i = 0; i < agg->key_count; i++) {
		add_column(out, rel->id, i, rel->types[i]);
		column_set_add_expr(&below, agg->keys[i]);
	}
	keep_calls(l, rel, wanted, out, &below);
	out->input = lay_out(l, rel->input, &below);
	out->agg.keys = place_all(l, agg->keys, agg->key_count, out->input);
	for (uint32_t i = 0; i < out->agg.call_count; i++)
		place_call(l, &out->agg.calls[i], out->input);
	return out;
}

/* Columns of a relation by their number as positions in a layout. */
static uint32_t *
place_numbers(struct layouter *l, const struct rel *input, uint32_t id,
    const uint32_t *columns, uint32_t count)
{
	uint32_t *placed =
	    arena_alloc_array(l->arena, count + 1, sizeof(*placed));

	for (uint32_t i = 0; i < count; i++)
		placed[i] = find_column(input, id, columns[i]);
	return placed;
}

static struct rel *
lay_out_unique(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct column_set below = wanted_below(l, wanted);
	struct rel *out = copy_rel(l, rel);

	for (uint32_t i = 0; i < rel->unique.count; i++)
		column_set_add(&below, rel->id, rel->unique.columns[i]);
	out->input = lay_out(l, rel->input, &below);
	same_columns(out);
	out->unique.columns = place_numbers(l, out->input, rel->id,
	    rel->unique.columns, rel->unique.count);
	return out;
}

static struct rel *
lay_out_sort(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct column_set below = wanted_below(l, wanted);
	struct rel *out = copy_rel(l, rel);
	uint32_t count = rel->sort.key_count;

	for (uint32_t i = 0; i < count; i++)
		column_set_add(&below, rel->id, rel->sort.keys[i].column);
	out->input = lay_out(l, rel->input, &below);
	same_columns(out);
	out->sort.keys =
	    arena_alloc_array(l->arena, count + 1, sizeof(*out->sort.keys));
	for (uint32_t i = 0; i < count; i++) {
		out->sort.keys[i] = rel->sort.keys[i];
		out->sort.keys[i].column =
		    find_column(out->input, rel->id, rel->sort.keys[i].column);
	}
	return out;
}

static struct rel *
lay_out_limit(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct column_set below = wanted_below(l, wanted);
	struct rel *out = copy_rel(l, rel);

	for (uint32_t i = 0; i < rel->limit.tie_count; i++)
		column_set_add(&below, rel->id, rel->limit.ties[i]);
	out->input = lay_out(l, rel->input, &below);
	same_columns(out);
	out->limit.limit = place_optional(l, rel->limit.limit, NULL);
	out->limit.offset = place_optional(l, rel->limit.offset, NULL);
	out->limit.ties = place_numbers(l, out->input, rel->id, rel->limit.ties,
	    rel->limit.tie_count);
	return out;
}

/* The columns of `events` get the names that they have above. */
static struct rel *
lay_out_payload(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	uint32_t source = rel->payload.source;
	struct column_set below = wanted_below(l, NULL);
	struct rel *out = copy_rel(l, rel);
	const struct rel *input;

	for (uint32_t i = 0; i < EVENTS_COLUMN_COUNT; i++) {
		if (i == EVENTS_EVENT_ID - 1 || i == EVENTS_EVENT_TYPE - 1 ||
		    i == EVENTS_PAYLOAD - 1 ||
		    column_set_has(wanted, rel->id, i))
			column_set_add(&below, source, i);
	}
	input = out->input = lay_out(l, rel->input, &below);
	start_columns(l, out, input->column_count);
	for (uint32_t i = 0; i < input->column_count; i++) {
		bool is_event = input->columns[i].rel == source &&
		    input->columns[i].column < EVENTS_COLUMN_COUNT;

		add_column(out, is_event ? rel->id : input->columns[i].rel,
		    input->columns[i].column, input->types[i]);
	}
	out->payload.event_id = find_column(input, source, EVENTS_EVENT_ID - 1);
	out->payload.event_type =
	    find_column(input, source, EVENTS_EVENT_TYPE - 1);
	out->payload.payload = find_column(input, source, EVENTS_PAYLOAD - 1);
	return out;
}

static void
all_columns(struct layouter *l, const struct rel *rel, struct rel *out)
{
	start_columns(l, out, rel->column_count);
	for (uint32_t i = 0; i < rel->column_count; i++)
		add_column(out, rel->id, i, rel->types[i]);
}

static struct rel *
lay_out_append(struct layouter *l, const struct rel *rel)
{
	struct rel *out = copy_rel(l, rel);

	all_columns(l, rel, out);
	out->append.inputs = arena_alloc_array(l->arena, rel->append.count + 1,
	    sizeof(*out->append.inputs));
	for (uint32_t i = 0; i < rel->append.count; i++)
		out->append.inputs[i] =
		    lay_out_whole(l, rel->append.inputs[i], rel->column_count);
	return out;
}

static void
place_window_call(struct layouter *l, struct window_call *call,
    const struct rel *input)
{
	call->agg.arg = place_optional(l, call->agg.arg, input);
	call->agg.second = place_optional(l, call->agg.second, input);
	call->agg.filter = place_optional(l, call->agg.filter, input);
	for (uint32_t i = 0; i < WINDOW_ARGS_MAX; i++)
		call->args[i] = place_optional(l, call->args[i], input);
	call->frame.start_offset =
	    place_optional(l, call->frame.start_offset, input);
	call->frame.end_offset =
	    place_optional(l, call->frame.end_offset, input);
	call->frame.range_key = place_optional(l, call->frame.range_key, input);
}

static int
want_slot(struct expr **slot, void *arg)
{
	column_set_add_expr(arg, *slot);
	return 0;
}

/* The input's columns that are wanted, then all calls. */
static struct rel *
lay_out_window(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct column_set below = wanted_below(l, wanted);
	struct rel *out = copy_rel(l, rel);
	struct rel_window *window = &out->window;

	(void)rel_each_expr_of(rel, want_slot, &below);
	out->input = lay_out(l, rel->input, &below);
	start_columns(l, out, out->input->column_count + window->call_count);
	for (uint32_t i = 0; i < out->input->column_count; i++)
		add_column(out, out->input->columns[i].rel,
		    out->input->columns[i].column, out->input->types[i]);
	for (uint32_t i = 0; i < window->call_count; i++)
		add_column(out, rel->id, i, rel->types[i]);
	window->partition = place_all(l, rel->window.partition,
	    window->partition_count, out->input);
	window->order = arena_alloc_array(l->arena,
	    (size_t)window->order_count + 1, sizeof(*window->order));
	window->calls = arena_alloc_array(l->arena,
	    (size_t)window->call_count + 1, sizeof(*window->calls));
	for (uint32_t i = 0; i < window->order_count; i++) {
		window->order[i] = rel->window.order[i];
		window->order[i].key =
		    place(l, window->order[i].key, out->input);
	}
	for (uint32_t i = 0; i < window->call_count; i++) {
		window->calls[i] = rel->window.calls[i];
		place_window_call(l, &window->calls[i], out->input);
	}
	return out;
}

/* The input's columns that are wanted, then all sets. */
static struct rel *
lay_out_project_set(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct column_set below = wanted_below(l, wanted);
	struct rel *out = copy_rel(l, rel);
	uint32_t count = rel->column_count;

	(void)rel_each_expr_of(rel, want_slot, &below);
	out->input = lay_out(l, rel->input, &below);
	start_columns(l, out, out->input->column_count + count);
	for (uint32_t i = 0; i < out->input->column_count; i++)
		add_column(out, out->input->columns[i].rel,
		    out->input->columns[i].column, out->input->types[i]);
	for (uint32_t i = 0; i < count; i++)
		add_column(out, rel->id, i, rel->types[i]);
	out->project_set.calls = place_sets(l, rel->project_set.calls,
	    rel->project_set.call_count, out->input);
	return out;
}

static void
lay_out_step(struct layouter *l, struct sequence_input *step,
    const struct column_set *wanted)
{
	struct column_set below = wanted_below(l, wanted);

	column_set_add_expr(&below, step->link);
	column_set_add_expr(&below, step->time);
	column_set_add_expr(&below, step->id);
	step->rel = lay_out(l, step->rel, &below);
	step->link = place(l, step->link, step->rel);
	step->time = place(l, step->time, step->rel);
	step->id = place(l, step->id, step->rel);
	/* What only its conditions and the matching look at is not kept. */
	step->kept = arena_alloc_array(l->arena,
	    (size_t)step->rel->column_count + 1, sizeof(*step->kept));
	step->kept_count = 0;
	for (uint32_t c = 0; c < step->rel->column_count; c++) {
		const struct column_id *column = &step->rel->columns[c];

		if (column_set_has(wanted, column->rel, column->column))
			step->kept[step->kept_count++] = c;
	}
}

/* The scan of a step, if there is nothing but conditions above it. */
static struct rel *
scan_of_step(struct rel *rel)
{
	while (rel->kind == REL_FILTER || rel->kind == REL_PROJECT)
		rel = rel->input;
	return rel->kind == REL_SCAN ? rel : NULL;
}

/* Linked by the context, later steps can be read context by context. */
static void
set_context_slot(struct layouter *l, struct rel_sequence *sequence)
{
	sequence->context_slot = 0;
	if (!sequence->is_by_context ||
	    !option_is_on(l->binder, OPTION_CONTEXT_WALK))
		return;
	for (uint32_t i = 1; i < sequence->step_count; i++)
		if (scan_of_step(sequence->steps[i].rel) == NULL)
			return;
	sequence->context_slot = ++l->binder->slot_count;
	for (uint32_t i = 1; i < sequence->step_count; i++) {
		struct rel *scan = scan_of_step(sequence->steps[i].rel);

		if (scan != NULL)
			scan->scan.context_slot = sequence->context_slot;
	}
}

/* The steps' columns side by side. */
static struct rel *
lay_out_sequence(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct rel *out = copy_rel(l, rel);
	uint32_t count = rel->sequence.step_count;
	uint32_t column_count = 0;

	out->sequence.within = place_optional(l, rel->sequence.within, NULL);
	out->sequence.steps =
	    arena_alloc_array(l->arena, count, sizeof(*out->sequence.steps));
	for (uint32_t i = 0; i < count; i++) {
		out->sequence.steps[i] = rel->sequence.steps[i];
		lay_out_step(l, &out->sequence.steps[i], wanted);
		column_count += out->sequence.steps[i].kept_count;
	}
	set_context_slot(l, &out->sequence);
	out->sequence.keeps_all =
	    !option_is_on(l->binder, OPTION_SEQUENCE_NEAREST);
	start_columns(l, out, column_count);
	for (uint32_t i = 0; i < count; i++) {
		const struct sequence_input *step = &out->sequence.steps[i];

		for (uint32_t k = 0; k < step->kept_count; k++) {
			uint32_t c = step->kept[k];

			add_column(out, step->rel->columns[c].rel,
			    step->rel->columns[c].column, step->rel->types[c]);
		}
	}
	return out;
}

static struct rel *
lay_out_unpivot(struct layouter *l, const struct rel *rel)
{
	struct rel *out = copy_rel(l, rel);

	all_columns(l, rel, out);
	out->input = lay_out_whole(l, rel->input,
	    rel->column_count * rel->unpivot.row_count);
	return out;
}

static struct rel *
lay_out_set_op(struct layouter *l, const struct rel *rel)
{
	struct rel *out = copy_rel(l, rel);

	all_columns(l, rel, out);
	out->input = lay_out_whole(l, rel->input, rel->column_count);
	out->set_op.right =
	    lay_out_whole(l, rel->set_op.right, rel->column_count);
	return out;
}

/* ---- WITH ---- */

static struct cte *
lay_out_cte(struct layouter *l, const struct cte *from)
{
	struct cte *to = arena_alloc(l->arena, sizeof(*to));
	struct placed_cte *placed = arena_alloc(l->arena, sizeof(*placed));

	*to = *from;
	to->index = l->binder->cte_count++;
	to->rel = lay_out_whole(l, from->rel, from->column_count);
	*placed =
	    (struct placed_cte){ .outer = l->ctes, .from = from, .to = to };
	l->ctes = placed;
	return to;
}

static struct rel *
lay_out_with(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	const struct placed_cte *outer = l->ctes;
	struct rel *out = copy_rel(l, rel);

	out->with.ctes = arena_alloc_array(l->arena, rel->with.count + 1,
	    sizeof(struct cte *));
	for (uint32_t i = 0; i < rel->with.count; i++)
		out->with.ctes[i] = lay_out_cte(l, rel->with.ctes[i]);
	out->input = lay_out(l, rel->input, wanted);
	same_columns(out);
	l->ctes = outer;
	return out;
}

/* Rows that are stored whole: of a CTE, or of a round of a recursive one. */
static struct rel *
lay_out_stored(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct rel *out = copy_rel(l, rel);

	add_wanted(l, rel, wanted, out);
	if (rel->kind == REL_CTE) {
		const struct placed_cte *placed = l->ctes;

		while (placed->from != rel->cte)
			placed = placed->outer;
		out->cte = placed->to;
	}
	return out;
}

static struct rel *
lay_out_recursive(struct layouter *l, const struct rel *rel)
{
	struct rel *out = copy_rel(l, rel);

	all_columns(l, rel, out);
	out->input = lay_out_whole(l, rel->input, rel->column_count);
	out->recursive.step =
	    lay_out_whole(l, rel->recursive.step, rel->column_count);
	return out;
}

/* ---- changes ---- */

/* What expressions over `names` see, as they are in batches of `count`. */
static const struct rel *
seen_by_names(struct layouter *l, struct column_id *names, struct type *types,
    uint32_t count)
{
	struct rel *seen = arena_zalloc(l->arena, sizeof(*seen));

	seen->columns = names;
	seen->types = types;
	seen->column_count = count;
	return seen;
}

/* The columns of a table twice: of the row that is there, and of the other. */
static struct modify_conflict *
place_conflict(struct layouter *l, const struct rel_modify *modify)
{
	const struct temp_table *table = modify->table;
	struct modify_conflict *conflict =
	    arena_alloc(l->arena, sizeof(*conflict));
	struct type *types = arena_alloc_array(l->arena,
	    2 * (size_t)table->column_count + 1, sizeof(*types));
	const struct rel *seen;

	*conflict = *modify->conflict;
	if (!conflict->is_update)
		return conflict;
	for (uint32_t i = 0; i < table->column_count; i++)
		types[i] = types[table->column_count + i] =
		    table->columns[i].type;
	seen =
	    seen_by_names(l, conflict->names, types, 2 * table->column_count);
	conflict->values =
	    place_all(l, conflict->values, table->column_count, seen);
	conflict->where = place_optional(l, conflict->where, seen);
	return conflict;
}

static struct rel *
lay_out_modify(struct layouter *l, const struct rel *rel)
{
	struct rel *out = copy_rel(l, rel);
	const struct rel *seen;

	all_columns(l, rel, out);
	out->input = lay_out_whole(l, rel->input, rel->input->column_count);
	seen = seen_by_names(l, rel->modify.names, out->input->types,
	    out->input->column_count);
	out->modify.checks =
	    place_all(l, rel->modify.checks, rel->modify.check_count, seen);
	out->modify.returning =
	    place_all(l, rel->modify.returning, rel->column_count, seen);
	if (rel->modify.conflict != NULL)
		out->modify.conflict = place_conflict(l, &rel->modify);
	return out;
}

static struct rel *
lay_out_reading(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	const struct column_set below = wanted_below(l, wanted);
	struct rel *out = copy_rel(l, rel);

	out->input = lay_out(l, rel->input, &below);
	same_columns(out);
	return out;
}

static struct rel *
lay_out(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	const struct rel *late;

	switch (rel->kind) {
	case REL_SCAN:
	case REL_EVENTS:
	case REL_SYSTEM:
	case REL_TEMP:
		return lay_out_scan(l, rel, wanted);
	case REL_VALUES:
		return lay_out_values(l, rel, wanted);
	case REL_FUNCTION:
		return lay_out_function(l, rel, wanted);
	case REL_FILTER:
		return lay_out_filter(l, rel, wanted);
	case REL_PROJECT:
		return lay_out_project(l, rel, wanted);
	case REL_JOIN:
		return lay_out_join(l, rel, wanted);
	case REL_AGG:
		return lay_out_agg(l, rel, wanted);
	case REL_SORT:
		return lay_out_sort(l, rel, wanted);
	case REL_UNIQUE:
		return lay_out_unique(l, rel, wanted);
	case REL_LIMIT:
		late = late_payload(l->binder, rel, wanted);
		return late != NULL ? lay_out(l, late, wanted)
				    : lay_out_limit(l, rel, wanted);
	case REL_PAYLOAD:
		return lay_out_payload(l, rel, wanted);
	case REL_APPEND:
		return lay_out_append(l, rel);
	case REL_WINDOW:
		return lay_out_window(l, rel, wanted);
	case REL_PROJECT_SET:
		return lay_out_project_set(l, rel, wanted);
	case REL_SEQUENCE:
		return lay_out_sequence(l, rel, wanted);
	case REL_UNPIVOT:
		return lay_out_unpivot(l, rel);
	case REL_SET_OP:
		return lay_out_set_op(l, rel);
	case REL_WITH:
		return lay_out_with(l, rel, wanted);
	case REL_CTE:
	case REL_WORK:
		return lay_out_stored(l, rel, wanted);
	case REL_RECURSIVE:
		return lay_out_recursive(l, rel);
	case REL_MODIFY:
		return lay_out_modify(l, rel);
	case REL_READING:
		return lay_out_reading(l, rel, wanted);
	}
	return copy_rel(l, rel);
}

/* ---- from outside ---- */

static int
check(const struct layouter *l, struct error *err)
{
	if (!l->is_too_complex)
		return 0;
	return error_set(err, STELE_E_TOO_COMPLEX,
	    "the plan of the statement has too many parts");
}

int
layout_rel(struct binder *binder, struct rel *rel, uint32_t count,
    struct rel **out, struct error *err)
{
	struct layouter l = { .binder = binder, .arena = binder->arena };

	*out = lay_out_whole(&l, improve_rel(binder, rel), count);
	return check(&l, err);
}

int
layout_expr(struct binder *binder, const struct expr *expr,
    const struct rel *rel, struct expr **out, struct error *err)
{
	struct layouter l = { .binder = binder, .arena = binder->arena };

	improve_expr(binder, expr);
	*out = place(&l, expr, rel);
	return check(&l, err);
}
