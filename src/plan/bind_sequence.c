/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_sequence.c -- a sequence as an item of FROM: a range for each step,
 * filtered by the conditions that are about its type, and the relation that
 * finds the matches.  doc/sequences.md has the rules.
 */
#include "plan/bind_sequence.h"
#include "engine/catalog/catalog.h"
#include "plan/bind_native.h"

struct sequence_binder {
	struct binder *binder;
	const struct ast_query *query;
	struct sequence_steps steps;
	struct ast_expr **conditions; /* of the steps; NULL: none */
};

/* ---- the steps ---- */

/* The first step that has the label of step k. */
static uint32_t
first_of_label(const struct sequence_steps *steps, uint32_t k)
{
	uint32_t first = 0;

	while (!str_equal(steps->labels[first], steps->labels[k]))
		first++;
	return first;
}

/* The first step that has the type of step k. */
static uint32_t
first_of_type(const struct sequence_steps *steps, uint32_t k)
{
	uint32_t first = 0;

	while (steps->types[first] != steps->types[k])
		first++;
	return first;
}

static bool
is_taken(const struct sequence_steps *steps, uint32_t named, struct str name)
{
	for (uint32_t i = 0; i < named; i++)
		if (str_equal(steps->names[i], name))
			return true;
	for (uint32_t i = 0; i < steps->count; i++)
		if (str_equal(steps->labels[i], name))
			return true;
	return false;
}

static void
name_steps(struct binder *binder, struct sequence_steps *steps)
{
	for (uint32_t k = 0; k < steps->count; k++) {
		uint32_t n = 2;

		steps->names[k] = steps->labels[k];
		if (first_of_label(steps, k) == k)
			continue;
		do {
			steps->names[k] = arena_printf(binder->arena, "%.*s_%u",
			    STR_FMT(steps->labels[k]), n++);
		} while (is_taken(steps, k, steps->names[k]));
	}
}

/* An alias is that of one step, and the name of no other's type. */
static int
check_alias(const struct ast_sequence *sequence, uint32_t k, struct error *err)
{
	const struct ast_step *step = &sequence->steps[k];

	for (uint32_t i = 0; i < sequence->step_count; i++)
		if (i != k && step->alias.len > 0 &&
		    str_equal(ast_step_name(&sequence->steps[i]), step->alias))
			return error_at(err, step->alias_location,
			    STELE_E_DUPLICATE_ALIAS,
			    "step name \"%.*s\" specified more than once",
			    STR_FMT(step->alias));
	return 0;
}

/* A sequence reads its events whole. */
static void
need_all(struct binder *binder, const struct event_type *type)
{
	const struct relation relation = { .oid = type->oid, .type = type };

	binder_need_columns(binder, &relation, RIGHT_SELECT);
	for (uint32_t i = 0; i < relation_column_count(&relation); i++)
		binder_use_column(binder, type->oid, i + 1, RIGHT_SELECT);
}

int
sequence_steps(struct binder *binder, const struct ast_query *query,
    struct sequence_steps *out, struct error *err)
{
	const struct ast_sequence *sequence = query->sequence;
	uint32_t count = sequence->step_count;
	int rc = 0;

	out->count = count;
	out->types =
	    arena_alloc_array(binder->arena, count, sizeof(*out->types));
	out->labels =
	    arena_alloc_array(binder->arena, count, sizeof(*out->labels));
	out->names =
	    arena_alloc_array(binder->arena, count, sizeof(*out->names));
	for (uint32_t k = 0; k < count && rc == 0; k++) {
		const struct ast_name *name = &sequence->steps[k].type;

		if (name_is_events(binder, name))
			return error_at(err, name->location,
			    STELE_E_FEATURE_NOT_SUPPORTED,
			    "a sequence of all event types is not supported");
		rc = bind_event_type_name(binder, name, &out->types[k], err);
		if (rc == 0)
			need_all(binder, out->types[k]);
		if (rc == 0)
			rc = check_alias(sequence, k, err);
		out->labels[k] = ast_step_name(&sequence->steps[k]);
	}
	if (rc == 0)
		name_steps(binder, out);
	return rc;
}

/* ---- whose condition it is ---- */

/* What every step has: a condition on it alone holds for all. */
static bool
is_common(const struct ast_query *query, struct str name)
{
	return str_equal(name, STR("context_id")) ||
	    str_equal(name, STR("timestamp")) ||
	    str_equal(name, STR("event_id")) ||
	    str_equal(name, STR("event_type")) ||
	    str_equal(name, query->sequence->link.name);
}

/*
 * The first step of the label that a field is of.  42702 with a hint if steps
 * of several labels have it, 42703 or 42P01 if none.
 */
static int
sequence_field_owner(const struct sequence_steps *steps,
    const struct ast_field *field, uint32_t *owner, struct error *err)
{
	uint32_t found = steps->count;

	for (uint32_t k = 0; k < steps->count; k++) {
		if (field->type.len > 0
			? !str_equal(steps->labels[k], field->type)
			: event_type_column(steps->types[k], field->name) == 0)
			continue;
		if (found == steps->count)
			found = k;
		if (str_equal(steps->labels[k], steps->labels[found]))
			continue;
		error_at(err, field->location, STELE_E_AMBIGUOUS_COLUMN,
		    "field \"%.*s\" is of event types \"%.*s\" and \"%.*s\"",
		    STR_FMT(field->name), STR_FMT(steps->labels[found]),
		    STR_FMT(steps->labels[k]));
		return error_hint(err, "Write %.*s.%.*s or %.*s.%.*s.",
		    STR_FMT(steps->labels[found]), STR_FMT(field->name),
		    STR_FMT(steps->labels[k]), STR_FMT(field->name));
	}
	if (found < steps->count)
		*owner = found;
	else if (field->type.len > 0)
		return error_at(err, field->location, STELE_E_UNDEFINED_TABLE,
		    "event type \"%.*s\" is not part of this query",
		    STR_FMT(field->type));
	else
		return error_at(err, field->location, STELE_E_UNDEFINED_COLUMN,
		    "column \"%.*s\" does not exist", STR_FMT(field->name));
	return 0;
}

/* The same, or for what all steps have the first one. */
static int
named_owner(const struct ast_query *query, const struct sequence_steps *steps,
    const struct ast_field *field, uint32_t *owner, struct error *err)
{
	*owner = 0;
	if (field->type.len == 0 && is_common(query, field->name))
		return 0;
	return sequence_field_owner(steps, field, owner, err);
}

struct type
sequence_field_type(const struct ast_query *query,
    const struct sequence_steps *steps, const struct ast_field *field)
{
	struct error ignored;
	uint32_t owner, attnum = 0;

	if (named_owner(query, steps, field, &owner, &ignored) == 0)
		attnum = event_type_column(steps->types[owner], field->name);
	return attnum == 0
	    ? type_of(TYPE_TEXT) /* event_type */
	    : event_type_column_type(steps->types[owner], attnum);
}

int
sequence_field_expr(struct binder *binder, const struct ast_query *query,
    const struct sequence_steps *steps, const struct ast_field *field,
    struct ast_expr **out, struct error *err)
{
	struct arena *arena = binder->arena;
	const struct event_type *type;
	uint32_t owner;
	int rc = named_owner(query, steps, field, &owner, err);

	if (rc != 0)
		return rc;
	type = steps->types[owner];
	if (event_type_column(type, field->name) != 0) {
		*out = tree_column(arena, steps->names[owner], field->location);
		(*out)->column.name.parts[1] = field->name;
		(*out)->column.name.count = 2;
		return 0;
	}
	if (!str_equal(field->name, STR("event_type")))
		return error_at(err, field->location, STELE_E_UNDEFINED_COLUMN,
		    "event type \"%.*s\" has no field \"%.*s\"",
		    STR_FMT(type->name), STR_FMT(field->name));
	*out = tree_expr(arena, AST_CAST, field->location);
	(*out)->cast.arg = tree_string(arena, type->name, field->location);
	(*out)->cast.type.name = tree_name(STR("text"), field->location);
	return 0;
}

void
sequence_from(struct binder *binder, const struct ast_query *query,
    struct ast_from_list *out)
{
	struct ast_from *from = arena_zalloc(binder->arena, sizeof(*from));

	from->kind = AST_FROM_SEQUENCE;
	from->location = query->location;
	from->sequence = query;
	out->items = arena_alloc_array(binder->arena, 1, sizeof(*out->items));
	out->items[0] = from;
	out->count = 1;
}

static int find_owner(const struct sequence_binder *sb,
    const struct ast_expr *ast, uint32_t *owner, struct error *err);

/* *owner is the count of steps while nothing but what is common was named. */
static int
add_owner(const struct sequence_binder *sb, const struct ast_expr *column,
    uint32_t *owner, struct error *err)
{
	const struct ast_name *name = &column->column.name;
	const struct ast_field field = {
		.type = name->count == 2 ? name->parts[0] : STR(""),
		.name = ast_name_last(name),
		.location = column->location,
	};
	uint32_t found;
	int rc;

	if (field.type.len == 0 && is_common(sb->query, field.name))
		return 0;
	rc = sequence_field_owner(&sb->steps, &field, &found, err);
	if (rc != 0)
		return rc;
	if (*owner != sb->steps.count && *owner != found) {
		error_at(err, column->location, STELE_E_FEATURE_NOT_SUPPORTED,
		    "a condition on fields of several event types is not"
		    " supported in a sequence");
		return error_hint(err,
		    "Join conditions on single event types with AND, or put"
		    " the condition into the WHERE of a SELECT from"
		    " stele.sequence().");
	}
	*owner = found;
	return 0;
}

static int
find_owner_of_all(const struct sequence_binder *sb,
    const struct ast_expr_list *list, uint32_t *owner, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < list->count && rc == 0; i++)
		rc = find_owner(sb, list->items[i], owner, err);
	return rc;
}

static int
find_owner(const struct sequence_binder *sb, const struct ast_expr *ast,
    uint32_t *owner, struct error *err)
{
	int rc;

	switch ((int)ast->kind) {
	case AST_COLUMN:
		return add_owner(sb, ast, owner, err);
	case AST_BOOL:
		return find_owner_of_all(sb, &ast->boolean.args, owner, err);
	case AST_OP:
		rc = ast->op.left == NULL
		    ? 0
		    : find_owner(sb, ast->op.left, owner, err);
		return rc != 0 ? rc : find_owner(sb, ast->op.right, owner, err);
	case AST_IS:
		return find_owner(sb, ast->is.arg, owner, err);
	case AST_IN:
		return find_owner(sb, ast->in.arg, owner, err);
	default: /* a value */
		return 0;
	}
}

/* Give each conjunct of WHERE to the steps that it is about. */
static int
split_where(struct sequence_binder *sb, struct ast_expr *where,
    struct error *err)
{
	uint32_t owner = sb->steps.count;
	int rc = 0;

	if (where->kind == AST_BOOL && where->boolean.op == AST_AND) {
		const struct ast_expr_list *args = &where->boolean.args;

		for (uint32_t i = 0; i < args->count && rc == 0; i++)
			rc = split_where(sb, args->items[i], err);
		return rc;
	}
	rc = find_owner(sb, where, &owner, err);
	for (uint32_t k = 0; k < sb->steps.count && rc == 0; k++) {
		if (owner == sb->steps.count ||
		    first_of_label(&sb->steps, k) == owner)
			sb->conditions[k] = tree_and(sb->binder->arena,
			    sb->conditions[k], where);
	}
	return rc;
}

/* ---- a step as a relation ---- */

static int
bind_step_filter(struct sequence_binder *sb, uint32_t k, struct range *range,
    struct rel **rel, struct error *err)
{
	struct ast_query query = *sb->query;
	struct ast_select select = { .location = query.location };
	struct rewrite rw = { .binder = sb->binder,
		.arena = sb->binder->arena,
		.query = &query,
		.type = sb->steps.types[k],
		.label = sb->steps.labels[k],
		.select = &select };
	struct scope scope = { .place = PLACE_WHERE };
	struct expr *condition;
	int rc;

	query.where = sb->conditions[k];
	rc = native_conditions(&rw, err);
	if (rc != 0 || select.where == NULL)
		return rc;
	(void)scope_add(sb->binder, &scope, range);
	rc = bind_condition(sb->binder, &scope, select.where, "WHERE",
	    &condition, err);
	if (rc == 0)
		*rel = rel_new_filter(sb->binder, *rel, condition);
	return rc;
}

static int
step_column(const struct sequence_binder *sb, const struct range *range,
    struct str name, int location, struct expr **out, struct error *err)
{
	uint32_t index;

	if (!range_find_column(range, name, &index))
		return error_at(err, location, STELE_E_UNDEFINED_COLUMN,
		    "event type \"%.*s\" has no field \"%.*s\"",
		    STR_FMT(range->table_name), STR_FMT(name));
	*out = range_column_expr(sb->binder, range, index, location);
	return 0;
}

static int
step_time(const struct sequence_binder *sb, const struct range *range,
    struct expr **out, struct error *err)
{
	const struct ast_field *field = &sb->query->time_field;
	struct str name = field->name.len > 0 ? field->name : STR("timestamp");
	int rc;

	if (field->type.len > 0) {
		error_at(err, field->location, STELE_E_FEATURE_NOT_SUPPORTED,
		    "the time of a single event type is not supported in a"
		    " sequence");
		return error_hint(err,
		    "USING names a field that every event type has.");
	}
	rc = step_column(sb, range, name, field->location, out, err);
	if (rc == 0 && (*out)->type.oid != TYPE_TIMESTAMPTZ)
		return error_at(err, field->location, STELE_E_DATATYPE_MISMATCH,
		    "a sequence needs a time of type datetime, and \"%.*s\" of"
		    " event type \"%.*s\" is of type %s",
		    STR_FMT(name), STR_FMT(range->table_name),
		    type_text(sb->binder, &(*out)->type));
	return rc;
}

static int
bind_step(struct sequence_binder *sb, uint32_t k, struct scope *scope,
    struct sequence_input *step, struct error *err)
{
	const struct ast_field *link = &sb->query->sequence->link;
	struct range *range = range_new_scan(sb->binder, sb->steps.types[k],
	    sb->steps.names[k], &step->rel);
	int rc;

	step->same_as = first_of_type(&sb->steps, k);
	rc = bind_step_filter(sb, k, range, &step->rel, err);
	if (rc == 0)
		rc = step_column(sb, range, link->name, link->location,
		    &step->link, err);
	if (rc == 0)
		rc = step_time(sb, range, &step->time, err);
	if (rc == 0)
		rc = step_column(sb, range, STR("event_id"), link->location,
		    &step->id, err);
	if (rc == 0)
		(void)scope_add(sb->binder, scope, range);
	return rc;
}

/* All linking values as one type. */
static int
unify_links(struct sequence_binder *sb, struct rel_sequence *rel,
    struct error *err)
{
	struct expr **links = arena_alloc_array(sb->binder->arena,
	    rel->step_count, sizeof(*links));
	int rc;

	for (uint32_t k = 0; k < rel->step_count; k++)
		links[k] = rel->steps[k].link;
	rc = common_type(sb->binder, links, rel->step_count, "LINKED BY",
	    &rel->link_type, err);
	if (rc == 0)
		rc = need_equality(sb->binder, &rel->link_type,
		    sb->query->sequence->link.location, err);
	for (uint32_t k = 0; k < rel->step_count && rc == 0; k++)
		rc = coerce_common(sb->binder, &rel->steps[k].link,
		    &rel->link_type, "LINKED BY", err);
	return rc;
}

static int
bind_within(struct sequence_binder *sb, struct rel_sequence *rel,
    struct error *err)
{
	static const int64_t units[] = {
		[AST_SECOND] = INT64_C(1000000),
		[AST_MINUTE] = INT64_C(60000000),
		[AST_HOUR] = INT64_C(3600000000),
		[AST_DAY] = INT64_C(86400000000),
		[AST_WEEK] = INT64_C(604800000000),
	};
	const struct ast_sequence *ast = sb->query->sequence;
	const struct type int8 = type_of(TYPE_INT8);
	struct scope scope = { .place = PLACE_LIMIT };
	int rc;

	if (ast->within == NULL)
		return 0;
	rel->within_unit_us = units[ast->unit];
	rc = bind_expr(sb->binder, &scope, ast->within, &rel->within, err);
	return rc != 0
	    ? rc
	    : coerce(sb->binder, &rel->within, &int8, CAST_ASSIGNMENT, err);
}

int
bind_sequence(struct binder *binder, struct scope *scope,
    const struct ast_query *query, struct rel **out, struct error *err)
{
	struct sequence_binder sb = { .binder = binder, .query = query };
	struct rel *rel = rel_new(binder, REL_SEQUENCE, NULL, 0);
	struct rel_sequence *sequence = &rel->sequence;
	uint32_t count;
	int rc;

	rc = sequence_steps(binder, query, &sb.steps, err);
	if (rc != 0)
		return rc;
	count = sb.steps.count;
	sb.conditions =
	    arena_zalloc(binder->arena, count * sizeof(*sb.conditions));
	if (query->where != NULL)
		rc = split_where(&sb, query->where, err);
	sequence->is_preceded = query->sequence->is_preceded;
	sequence->is_by_context =
	    str_equal(query->sequence->link.name, STR("context_id"));
	sequence->step_count = count;
	sequence->steps =
	    arena_zalloc(binder->arena, count * sizeof(*sequence->steps));
	for (uint32_t k = 0; k < count && rc == 0; k++)
		rc = bind_step(&sb, k, scope, &sequence->steps[k], err);
	if (rc == 0)
		rc = unify_links(&sb, sequence, err);
	if (rc == 0)
		rc = bind_within(&sb, sequence, err);
	*out = rel;
	return rc;
}
