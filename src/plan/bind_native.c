/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_native.c -- QUERY, FIND and REPLAY, as the SELECT that says the same.
 *
 *	QUERY t FOR c SINCE s WHERE w		SELECT context_id, 't' AS
 *						event_type, timestamp, event_id,
 *						fields ... FROM t WHERE
 *						context_id = c AND timestamp >=
 *						s AND w ORDER BY event_id
 *	... COUNT BY f PER DAY			SELECT date_trunc('day',
 *						timestamp) AS bucket, f,
 *						count(*) AS count ... GROUP BY
 *						bucket, f
 *	REPLAY FOR c				SELECT ... payload FROM events
 *						WHERE context_id = c
 *
 * The tree is rewritten and then bound as SQL is, so the two languages cannot
 * disagree.  A literal takes its type from the field it is compared with, a
 * number beside a datetime counts seconds (or finer, by its digits) from 1970.
 */
#include <inttypes.h>

#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/native_time.h"

struct rewrite {
	struct binder *binder;
	struct arena *arena;
	const struct ast_query *query;
	const struct event_type *type; /* NULL: events */
	struct ast_select *select;
	struct ast_target *targets; /* room for all */
	uint32_t target_count;
};

/* ---- making trees ---- */

static struct ast_expr *
new_expr(struct rewrite *rw, enum ast_expr_kind kind, int location)
{
	struct ast_expr *expr = arena_zalloc(rw->arena, sizeof(*expr));

	expr->kind = kind;
	expr->location = location;
	return expr;
}

static struct ast_name
new_name(struct str name, int location)
{
	return (struct ast_name){ .parts = { name },
		.count = 1,
		.location = location };
}

static struct ast_expr *
new_column(struct rewrite *rw, struct str name, int location)
{
	struct ast_expr *expr = new_expr(rw, AST_COLUMN, location);

	expr->column.name = new_name(name, location);
	return expr;
}

static struct ast_expr *
new_string(struct rewrite *rw, struct str text, int location)
{
	struct ast_expr *expr = new_expr(rw, AST_CONST, location);

	expr->constant.kind = AST_STRING;
	expr->constant.text = text;
	return expr;
}

static struct ast_expr *
new_op(struct rewrite *rw, struct str name, struct ast_expr *left,
    struct ast_expr *right)
{
	struct ast_expr *expr = new_expr(rw, AST_OP, left->location);

	expr->op.name = new_name(name, left->location);
	expr->op.left = left;
	expr->op.right = right;
	return expr;
}

static struct ast_expr *
new_call(struct rewrite *rw, const char *name, struct ast_expr **args,
    uint32_t count, int location)
{
	struct ast_expr *expr = new_expr(rw, AST_CALL, location);

	expr->call.name = new_name(str_of_cstr(name), location);
	expr->call.args.items =
	    arena_alloc_array(rw->arena, count + 1, sizeof(*args));
	for (uint32_t i = 0; i < count; i++)
		expr->call.args.items[i] = args[i];
	expr->call.args.count = count;
	return expr;
}

static void
add_target(struct rewrite *rw, struct ast_expr *expr, struct str alias)
{
	rw->targets[rw->target_count++] = (struct ast_target){ .expr = expr,
		.alias = alias,
		.location = expr->location };
}

/* ---- fields ---- */

static bool
is_events(const struct rewrite *rw)
{
	return rw->type == NULL;
}

/* The type of a field that the query names; oid 0 if it has no such field. */
static struct type
field_type(const struct rewrite *rw, struct str name)
{
	static const struct {
		const char *name;
		uint32_t type;
	} columns[] = {
		{ "event_type", TYPE_TEXT },
		{ "context_id", TYPE_TEXT },
		{ "timestamp", TYPE_TIMESTAMPTZ },
		{ "event_id", TYPE_INT8 },
		{ "version", TYPE_INT4 },
		{ "payload", TYPE_JSONB },
	};
	uint32_t attnum;

	if (!is_events(rw)) {
		attnum = event_type_column(rw->type, name);
		if (attnum != 0)
			return event_type_column_type(rw->type, attnum);
	}
	for (size_t i = 0; i < (is_events(rw) ? ARRAY_LEN(columns) : 1); i++) {
		if (str_equal(name, str_of_cstr(columns[i].name)))
			return type_of(columns[i].type);
	}
	return type_of(0);
}

/*
 * A field by its name, "type.field" too.  Every event has an event_type, which
 * a table does not store.
 */
static int
field_expr(struct rewrite *rw, struct str name, int location,
    struct ast_expr **out, struct error *err)
{
	if (field_type(rw, name).oid == 0)
		return error_at(err, location, STELE_E_UNDEFINED_COLUMN,
		    "column \"%.*s\" does not exist", STR_FMT(name));
	if (!is_events(rw) && str_equal(name, STR("event_type")) &&
	    event_type_column(rw->type, name) == 0) {
		struct ast_expr *cast = new_expr(rw, AST_CAST, location);

		cast->cast.arg = new_string(rw, rw->type->name, location);
		cast->cast.type.name = new_name(STR("text"), location);
		*out = cast;
	} else {
		*out = new_column(rw, name, location);
	}
	return 0;
}

/* ---- literals ---- */

static struct str
number_text(struct rewrite *rw, const struct ast_const *constant)
{
	if (constant->kind == AST_INTEGER)
		return arena_printf(rw->arena, "%" PRId32, constant->integer);
	return constant->text;
}

static bool
is_number_const(const struct ast_expr *ast)
{
	return ast->kind == AST_CONST &&
	    (ast->constant.kind == AST_INTEGER ||
		ast->constant.kind == AST_NUMBER);
}

int
bind_native_time(struct binder *binder, const struct ast_expr *ast,
    struct expr **out, struct error *err)
{
	struct type type = type_of(TYPE_TIMESTAMPTZ);
	struct rewrite rw = { .binder = binder, .arena = binder->arena };
	struct scope scope = { .place = PLACE_STORE };
	struct datum value = { .is_null = false };
	struct str text = STR("");
	int rc;

	if (is_number_const(ast))
		text = number_text(&rw, &ast->constant);
	else if (ast->kind == AST_CONST && ast->constant.kind == AST_STRING)
		text = ast->constant.text;
	if (is_number_const(ast) || native_time_is_integer(text)) {
		if (!native_time_read(text, &value.i64))
			return error_at(err, ast->location,
			    STELE_E_DATETIME_OVERFLOW,
			    "timestamp out of range: \"%.*s\"", STR_FMT(text));
		*out = expr_const(binder->arena, type, ast->location, &value);
		return 0;
	}
	rc = bind_expr(binder, &scope, ast, out, err);
	if (rc != 0)
		return rc;
	if (!can_coerce((*out)->type.oid, type.oid, CAST_ASSIGNMENT))
		return error_at(err, ast->location, STELE_E_DATATYPE_MISMATCH,
		    "a time must be of type %s, not type %s",
		    type_text(binder, &type), type_text(binder, &(*out)->type));
	return coerce(binder, out, &type, CAST_ASSIGNMENT, err);
}

/* A number that stands beside a datetime or a date, as a literal of it. */
static int
time_literal(struct rewrite *rw, const struct ast_expr *ast,
    const struct type *type, struct ast_expr **out, struct error *err)
{
	struct str text = is_number_const(ast) ? number_text(rw, &ast->constant)
					       : ast->constant.text;
	struct type timestamptz = type_of(TYPE_TIMESTAMPTZ);
	struct vec vec = { .phys = PHYS_I64, .is_constant = true };
	struct buf buf;
	int64_t us;

	if (!native_time_read(text, &us))
		return error_at(err, ast->location,
		    STELE_E_INVALID_DATETIME_FORMAT,
		    "invalid input syntax for type %s: \"%.*s\"",
		    type_text(rw->binder, type), STR_FMT(text));
	vec.data = &us;
	buf_init(&buf);
	type_out_text(&timestamptz, &type_settings_default, &vec, 0, &buf);
	*out =
	    new_string(rw, arena_str(rw->arena, buf_str(&buf)), ast->location);
	buf_release(&buf);
	return 0;
}

/* Let a literal be read as the field it is compared with. */
static int
type_literal(struct rewrite *rw, struct str field, struct ast_expr **literal,
    struct error *err)
{
	struct type type = field_type(rw, field);
	const struct ast_expr *ast = *literal;

	if (ast->kind != AST_CONST)
		return 0;
	if (type.oid == TYPE_TIMESTAMPTZ || type.oid == TYPE_DATE) {
		if (is_number_const(ast) ||
		    (ast->constant.kind == AST_STRING &&
			native_time_is_integer(ast->constant.text)))
			return time_literal(rw, ast, &type, literal, err);
		return 0;
	}
	if (is_number_const(ast) && type_category(type.oid) != 'N')
		*literal = new_string(rw, number_text(rw, &ast->constant),
		    ast->location);
	return 0;
}

/* ---- WHERE ---- */

static int rewrite_where(struct rewrite *rw, const struct ast_expr *ast,
    struct ast_expr **out, struct error *err);

/* The field a WHERE names, "t.f" too; other types' fields are an error. */
static int
where_field(struct rewrite *rw, const struct ast_expr *ast, struct str *name,
    struct ast_expr **out, struct error *err)
{
	const struct ast_name *path = &ast->column.name;

	*name = path->parts[path->count - 1];
	if (path->count == 2 && !is_events(rw) &&
	    !str_equal(path->parts[0], rw->type->name))
		return error_at(err, ast->location, STELE_E_UNDEFINED_TABLE,
		    "missing FROM-clause entry for table \"%.*s\"",
		    STR_FMT(path->parts[0]));
	return field_expr(rw, *name, ast->location, out, err);
}

static int
rewrite_operand(struct rewrite *rw, struct ast_expr **operand,
    struct ast_expr **literal, struct error *err)
{
	struct str name;
	int rc;

	if ((*operand)->kind != AST_COLUMN)
		return 0;
	rc = where_field(rw, *operand, &name, operand, err);
	if (rc == 0 && literal != NULL)
		rc = type_literal(rw, name, literal, err);
	return rc;
}

static int
rewrite_in(struct rewrite *rw, struct ast_expr *ast, struct error *err)
{
	const struct ast_expr_list from = ast->in.list;
	struct str name = STR("");
	int rc = 0;

	if (ast->in.arg->kind == AST_COLUMN)
		rc = where_field(rw, ast->in.arg, &name, &ast->in.arg, err);
	ast->in.list.items =
	    arena_alloc_array(rw->arena, from.count + 1, sizeof(*from.items));
	for (uint32_t i = 0; i < from.count && rc == 0; i++) {
		ast->in.list.items[i] = from.items[i];
		rc = type_literal(rw, name, &ast->in.list.items[i], err);
	}
	return rc;
}

static int
rewrite_bool(struct rewrite *rw, struct ast_expr *ast, struct error *err)
{
	const struct ast_expr_list from = ast->boolean.args;
	int rc = 0;

	ast->boolean.args.items =
	    arena_alloc_array(rw->arena, from.count + 1, sizeof(*from.items));
	for (uint32_t i = 0; i < from.count && rc == 0; i++)
		rc = rewrite_where(rw, from.items[i],
		    &ast->boolean.args.items[i], err);
	return rc;
}

/* A copy of the condition: the tree that was parsed stays as it is. */
static int
rewrite_where(struct rewrite *rw, const struct ast_expr *ast,
    struct ast_expr **out, struct error *err)
{
	struct ast_expr *copy = new_expr(rw, ast->kind, ast->location);
	struct str name;
	int rc;

	*copy = *ast;
	*out = copy;
	switch (ast->kind) {
	case AST_BOOL:
		return rewrite_bool(rw, copy, err);
	case AST_OP:
		if (copy->op.left == NULL)
			return 0;
		rc = rewrite_operand(rw, &copy->op.left, &copy->op.right, err);
		if (rc == 0)
			rc = rewrite_operand(rw, &copy->op.right,
			    &copy->op.left, err);
		return rc;
	case AST_IS:
		return rewrite_operand(rw, &copy->is.arg, NULL, err);
	case AST_IN:
		return rewrite_in(rw, copy, err);
	case AST_COLUMN:
		return where_field(rw, ast, &name, out, err);
	default: /* the native grammar has no others */
		return 0;
	}
}

/* ---- conditions ---- */

static void
and_condition(struct rewrite *rw, struct ast_expr *condition)
{
	struct ast_expr *both;

	if (rw->select->where == NULL) {
		rw->select->where = condition;
		return;
	}
	both = new_expr(rw, AST_BOOL, condition->location);
	both->boolean.op = AST_AND;
	both->boolean.args.items =
	    arena_alloc_array(rw->arena, 2, sizeof(struct ast_expr *));
	both->boolean.args.items[0] = rw->select->where;
	both->boolean.args.items[1] = condition;
	both->boolean.args.count = 2;
	rw->select->where = both;
}

static struct str
time_field(const struct rewrite *rw)
{
	return rw->query->time_field.name.len > 0 ? rw->query->time_field.name
						  : STR("timestamp");
}

static int
add_since(struct rewrite *rw, struct error *err)
{
	const struct ast_query *query = rw->query;
	struct ast_expr *literal = query->since;
	struct ast_expr *field;
	int rc;

	if (query->since == NULL)
		return 0;
	rc =
	    field_expr(rw, time_field(rw), query->since->location, &field, err);
	if (rc == 0)
		rc = type_literal(rw, time_field(rw), &literal, err);
	if (rc == 0)
		and_condition(rw, new_op(rw, STR(">="), field, literal));
	return rc;
}

static int
add_conditions(struct rewrite *rw, struct error *err)
{
	const struct ast_query *query = rw->query;
	struct ast_expr *where;
	int rc;

	if (query->context != NULL)
		and_condition(rw,
		    new_op(rw, STR("="),
			new_column(rw, STR("context_id"),
			    query->context->location),
			query->context));
	rc = add_since(rw, err);
	if (rc != 0 || query->where == NULL)
		return rc;
	rc = rewrite_where(rw, query->where, &where, err);
	if (rc == 0)
		and_condition(rw, where);
	return rc;
}

/* ---- what is selected ---- */

static int
add_field(struct rewrite *rw, struct str name, int location, struct error *err)
{
	struct ast_expr *field;
	int rc;

	rc = field_expr(rw, name, location, &field, err);
	if (rc == 0)
		add_target(rw, field, name);
	return rc;
}

static bool
is_core(struct str name)
{
	return str_equal(name, STR("context_id")) ||
	    str_equal(name, STR("event_type")) ||
	    str_equal(name, STR("timestamp")) ||
	    str_equal(name, STR("event_id"));
}

static bool
is_field_of_any(const struct rewrite *rw, struct str name)
{
	const struct catalog *catalog = rw->binder->context->catalog;

	for (uint32_t i = 0; i < catalog->type_count; i++) {
		if (catalog->types[i]->dropped_at == 0 &&
		    event_type_column(catalog->types[i], name) != 0)
			return true;
	}
	return false;
}

/* RETURN of a replay over all types: a member of the payload. */
static int
add_member(struct rewrite *rw, struct str name, int location, struct error *err)
{
	if (field_type(rw, name).oid != 0)
		return add_field(rw, name, location, err);
	if (!is_field_of_any(rw, name))
		return error_at(err, location, STELE_E_UNDEFINED_COLUMN,
		    "column \"%.*s\" does not exist", STR_FMT(name));
	add_target(rw,
	    new_op(rw, STR("->"), new_column(rw, STR("payload"), location),
		new_string(rw, name, location)),
	    name);
	return 0;
}

static int
add_returns(struct rewrite *rw, struct error *err)
{
	const struct ast_query *query = rw->query;
	int rc = 0;

	for (uint32_t i = 0; i < query->return_count && rc == 0; i++) {
		const struct ast_field *field = &query->returns[i];

		if (is_core(field->name))
			continue;
		rc = is_events(rw)
		    ? add_member(rw, field->name, field->location, err)
		    : add_field(rw, field->name, field->location, err);
	}
	return rc;
}

static int
add_selection(struct rewrite *rw, struct error *err)
{
	static const char *const core[] = { "context_id", "event_type",
		"timestamp", "event_id" };
	int location = rw->query->location;
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(core) && rc == 0; i++)
		rc = add_field(rw, str_of_cstr(core[i]), location, err);
	if (rc != 0)
		return rc;
	if (rw->query->has_return && rw->query->return_count > 0)
		return add_returns(rw, err);
	if (is_events(rw))
		return add_field(rw, STR("payload"), location, err);
	for (uint32_t i = 0; i < rw->type->field_count && rc == 0; i++)
		rc = add_field(rw, rw->type->fields[i].name, location, err);
	return rc;
}

static int
add_bucket(struct rewrite *rw, struct error *err)
{
	static const char *const units[] = {
		[AST_HOUR] = "hour",
		[AST_DAY] = "day",
		[AST_WEEK] = "week",
		[AST_MONTH] = "month",
		[AST_YEAR] = "year",
	};
	int location = rw->query->location;
	struct ast_expr *args[2];
	int rc;

	if (!rw->query->has_per)
		return 0;
	args[0] = new_string(rw, str_of_cstr(units[rw->query->per]), location);
	rc = field_expr(rw, time_field(rw), location, &args[1], err);
	if (rc == 0)
		add_target(rw, new_call(rw, "date_trunc", args, 2, location),
		    STR("bucket"));
	return rc;
}

static int
add_aggregate(struct rewrite *rw, const struct ast_native_agg *agg,
    struct error *err)
{
	static const struct {
		const char *function;
		const char *prefix;
	} kinds[] = {
		[AST_COUNT] = { "count", "count" },
		[AST_COUNT_FIELD] = { "count", "count_" },
		[AST_COUNT_UNIQUE] = { "count", "count_unique_" },
		[AST_TOTAL] = { "sum", "total_" },
		[AST_AVG] = { "avg", "avg_" },
		[AST_MIN] = { "min", "min_" },
		[AST_MAX] = { "max", "max_" },
	};
	struct ast_expr *field = NULL;
	struct ast_expr *call;
	int rc = 0;

	if (agg->kind != AST_COUNT)
		rc = field_expr(rw, agg->field.name, agg->field.location,
		    &field, err);
	if (rc != 0)
		return rc;
	call = new_call(rw, kinds[agg->kind].function, &field,
	    agg->kind == AST_COUNT ? 0 : 1, agg->location);
	call->call.has_star = agg->kind == AST_COUNT;
	call->call.is_distinct = agg->kind == AST_COUNT_UNIQUE;
	add_target(rw, call,
	    arena_printf(rw->arena, "%s%.*s", kinds[agg->kind].prefix,
		STR_FMT(agg->kind == AST_COUNT ? STR("") : agg->field.name)));
	return 0;
}

/* Bucket and groups come first, and are what is grouped by. */
static int
add_aggregation(struct rewrite *rw, struct error *err)
{
	const struct ast_query *query = rw->query;
	struct ast_select *select = rw->select;
	int rc;

	rc = add_bucket(rw, err);
	for (uint32_t i = 0; i < query->group_count && rc == 0; i++)
		rc = add_field(rw, query->group_by[i].name,
		    query->group_by[i].location, err);
	if (rc != 0)
		return rc;
	select->group_count = rw->target_count;
	select->groups = arena_zalloc(rw->arena,
	    (rw->target_count + 1) * sizeof(*select->groups));
	for (uint32_t i = 0; i < rw->target_count; i++)
		select->groups[i].expr = rw->targets[i].expr;
	for (uint32_t i = 0; i < query->agg_count && rc == 0; i++)
		rc = add_aggregate(rw, &query->aggs[i], err);
	return rc;
}

/* ---- the whole ---- */

static bool
is_target(const struct rewrite *rw, struct str name)
{
	for (uint32_t i = 0; i < rw->target_count; i++) {
		if (str_equal(rw->targets[i].alias, name))
			return true;
	}
	return false;
}

static int
set_order(struct rewrite *rw, bool is_aggregation, struct error *err)
{
	const struct ast_query *query = rw->query;
	struct ast_sort *sort = arena_zalloc(rw->arena, sizeof(*sort));
	struct str name = query->order_by.name;
	int rc = 0;

	if (name.len == 0 && is_aggregation)
		return 0;
	if (name.len == 0)
		name = STR("event_id");
	if (is_target(rw, name))
		sort->expr = new_column(rw, name, query->order_by.location);
	else
		rc = field_expr(rw, name, query->order_by.location, &sort->expr,
		    err);
	sort->is_descending =
	    query->order_by.name.len > 0 && query->is_descending;
	rw->select->order_by.items = sort;
	rw->select->order_by.count = 1;
	return rc;
}

static int
set_from(struct rewrite *rw, struct error *err)
{
	const struct ast_query *query = rw->query;
	struct ast_from *from = arena_zalloc(rw->arena, sizeof(*from));
	struct ast_from_list *list = &rw->select->from;
	int rc = 0;

	from->kind = AST_FROM_TABLE;
	from->location = query->location;
	from->table = query->event_type.count > 0
	    ? query->event_type
	    : new_name(STR("events"), query->location);
	if (!name_is_events(&from->table))
		rc = bind_table_name(rw->binder, &from->table, &rw->type, err);
	list->items = arena_alloc_array(rw->arena, 1, sizeof(*list->items));
	list->items[0] = from;
	list->count = 1;
	return rc;
}

int
bind_native_query(struct binder *binder, const struct ast_query *query,
    struct query *out, struct error *err)
{
	struct rewrite rw = { .binder = binder,
		.arena = binder->arena,
		.query = query };
	bool is_aggregation =
	    query->agg_count > 0 || query->group_count > 0 || query->has_per;
	uint32_t room;
	int rc;

	if (query->sequence != NULL)
		return error_at(err, query->sequence->steps[1].location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "a sequence of event types is not supported");
	rw.select = arena_zalloc(rw.arena, sizeof(*rw.select));
	rc = set_from(&rw, err);
	if (rc != 0)
		return rc;
	room = 6 + query->return_count + query->group_count + query->agg_count +
	    (is_events(&rw) ? 0 : rw.type->field_count);
	rw.targets = arena_alloc_array(rw.arena, room, sizeof(*rw.targets));
	rc = is_aggregation ? add_aggregation(&rw, err)
			    : add_selection(&rw, err);
	rw.select->targets.items = rw.targets;
	rw.select->targets.count = rw.target_count;
	if (rc == 0)
		rc = add_conditions(&rw, err);
	if (rc == 0)
		rc = set_order(&rw, is_aggregation, err);
	if (rc != 0)
		return rc;
	rw.select->limit = query->limit;
	rw.select->offset = query->offset;
	rw.select->location = query->location;
	return bind_select(binder, rw.select, UNKNOWNS_TEXT, out, err);
}
