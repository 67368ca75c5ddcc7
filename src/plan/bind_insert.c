/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_insert.c -- INSERT and STORE.
 *
 * A row of an event type is (context_id, timestamp, fields ...), in this
 * order; event_id is generated and can only be named in RETURNING.
 */
#include <inttypes.h>

#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/layout.h"
#include "plan/plain_row.h"
#include "plan/rel_walk.h"

/* Place of a column in a row that is written. */
static uint32_t
row_index(uint32_t attnum)
{
	return attnum < COLUMN_EVENT_ID ? attnum - 1 : attnum - 2;
}

static uint32_t
row_attnum(uint32_t index)
{
	return index < 2 ? index + 1 : index + 2;
}

static uint32_t
row_width(const struct event_type *type)
{
	return type->field_count + 2;
}

/* What INSERT names, or all columns; event_id keeps its place to be refused. */
struct insert_targets {
	uint32_t *attnums;
	uint32_t count;
	const int *locations; /* NULL: not named */
};

static int
bind_named_columns(const struct ast_insert *insert,
    const struct event_type *type, struct insert_targets *out,
    struct error *err)
{
	out->locations = insert->column_locations;
	out->count = insert->column_count;
	for (uint32_t i = 0; i < insert->column_count; i++) {
		struct str name = insert->columns[i];
		uint32_t attnum = event_type_column(type, name);

		if (attnum == 0)
			return error_at(err, insert->column_locations[i],
			    STELE_E_UNDEFINED_COLUMN,
			    "column \"%.*s\" of relation \"%.*s\" does not"
			    " exist",
			    STR_FMT(name), STR_FMT(type->name));
		for (uint32_t k = 0; k < i; k++) {
			if (out->attnums[k] == attnum)
				return error_at(err,
				    insert->column_locations[i],
				    STELE_E_DUPLICATE_COLUMN,
				    "column \"%.*s\" specified more than once",
				    STR_FMT(name));
		}
		out->attnums[i] = attnum;
	}
	return 0;
}

static int
bind_columns(struct binder *binder, const struct ast_insert *insert,
    const struct event_type *type, struct insert_targets *out,
    struct error *err)
{
	uint32_t count =
	    insert->has_columns ? insert->column_count : row_width(type);

	*out = (struct insert_targets){ .count = count };
	out->attnums =
	    arena_alloc_array(binder->arena, count + 1, sizeof(*out->attnums));
	if (insert->has_columns)
		return bind_named_columns(insert, type, out, err);
	for (uint32_t i = 0; i < count; i++)
		out->attnums[i] = row_attnum(i);
	return 0;
}

/* ---- values ---- */

static int
coerce_to_column(struct binder *binder, const struct event_type *type,
    uint32_t attnum, struct expr **expr, struct error *err)
{
	struct type target = event_type_column_type(type, attnum);
	struct str name = event_type_column_name(type, attnum);

	if (can_coerce(&(*expr)->type, &target, CAST_ASSIGNMENT))
		return coerce(binder, expr, &target, CAST_ASSIGNMENT, err);
	error_at(err, (*expr)->location, STELE_E_DATATYPE_MISMATCH,
	    "column \"%.*s\" is of type %s but expression is of type %s",
	    STR_FMT(name), type_text(binder, &target),
	    type_text(binder, &(*expr)->type));
	return error_hint(err,
	    "You will need to rewrite or cast the expression.");
}

/* What a column that is not given gets; NULL is null. */
static int
default_of(struct binder *binder, const struct event_type *type,
    uint32_t attnum, struct expr **out, struct error *err)
{
	const struct field *field;

	*out = NULL;
	if (attnum == COLUMN_TIMESTAMP)
		return bind_function(binder, FUNCTION_PLAIN, STR("now"), NULL,
		    0, 0, out, err);
	if (attnum < COLUMN_FIRST_FIELD)
		return 0;
	field = &type->fields[attnum - COLUMN_FIRST_FIELD];
	if (field->has_default)
		*out = expr_const(binder->arena, field->type, 0,
		    &field->default_value);
	return 0;
}

static int
event_id_error(int location, struct error *err)
{
	error_at(err, location, STELE_E_GENERATED_ALWAYS,
	    "cannot insert a non-DEFAULT value into column \"event_id\"");
	return error_detail(err,
	    "Column \"event_id\" is the position of the event, which is given"
	    " when it is stored.");
}

static int
bind_cell(struct binder *binder, const struct event_type *type, uint32_t attnum,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	struct scope scope = { .place = PLACE_VALUES };
	struct type target;
	int rc;

	if (ast->kind == AST_DEFAULT) {
		rc = default_of(binder, type, attnum, out, err);
		if (rc != 0 || *out != NULL)
			return rc;
		target = event_type_column_type(type, attnum);
		*out = expr_const(binder->arena, target, ast->location, NULL);
		return 0;
	}
	if (attnum == COLUMN_EVENT_ID)
		return event_id_error(ast->location, err);
	rc = bind_expr(binder, &scope, ast, out, err);
	if (rc == 0)
		rc = coerce_to_column(binder, type, attnum, out, err);
	return rc;
}

static int
check_count(const struct insert_targets *targets,
    const struct ast_insert *insert, uint32_t count, int location,
    struct error *err)
{
	if (count > targets->count)
		return error_at(err, location, STELE_E_SYNTAX,
		    "INSERT has more expressions than target columns");
	if (insert->has_columns && count < targets->count)
		return error_at(err, targets->locations[count], STELE_E_SYNTAX,
		    "INSERT has more target columns than expressions");
	return 0;
}

/* One row of VALUES into `cells`, one for each named column. */
static int
bind_insert_row(struct binder *binder, const struct ast_insert *insert,
    const struct event_type *type, const struct insert_targets *targets,
    const struct ast_expr_list *row, struct expr **cells, struct error *err)
{
	int location = row->count > targets->count
	    ? row->items[targets->count]->location
	    : 0;
	int rc;

	rc = check_count(targets, insert, row->count, location, err);
	for (uint32_t i = 0; i < row->count && rc == 0; i++)
		rc = bind_cell(binder, type, targets->attnums[i], row->items[i],
		    &cells[i], err);
	return rc;
}

/* Columns that the statement does not give. */
static int
set_defaults(struct binder *binder, const struct event_type *type,
    const struct insert_targets *targets, uint32_t given, struct expr **values,
    struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < row_width(type) && rc == 0; i++) {
		bool is_given = false;

		for (uint32_t t = 0; t < given; t++)
			is_given |= targets->attnums[t] == row_attnum(i);
		if (!is_given)
			rc = default_of(binder, type, row_attnum(i), &values[i],
			    err);
	}
	return rc;
}

/* The cells of a single row are the values, without any relation. */
static int
set_single_row(struct binder *binder, struct plan_insert *plan,
    const struct insert_targets *targets, struct expr **cells, uint32_t count,
    struct error *err)
{
	int rc = 0;

	plan->is_single_row = true;
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		if (targets->attnums[i] != COLUMN_EVENT_ID)
			rc = layout_expr(binder, cells[i], NULL,
			    &plan->values[row_index(targets->attnums[i])], err);
	}
	return rc;
}

/* Values are the first columns of a source. */
static int
set_from_source(struct binder *binder, struct plan_insert *plan,
    const struct insert_targets *targets, struct rel *rel, uint32_t count,
    struct error *err)
{
	struct rel *source;
	int rc;

	rc = layout_rel(binder, rel, count, &source, err);
	plan->source = source;
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		uint32_t attnum = targets->attnums[i];
		struct expr *value;

		if (attnum == COLUMN_EVENT_ID)
			continue;
		value = expr_column(binder->arena, source->types[i], 0,
		    source->id, i);
		rc = coerce_to_column(binder, plan->type, attnum, &value, err);
		plan->values[row_index(attnum)] = value;
	}
	return rc;
}

static int
bind_rows(struct binder *binder, const struct ast_insert *insert,
    struct plan_insert *plan, const struct insert_targets *targets,
    uint32_t *given, struct error *err)
{
	const struct ast_select *source = insert->source;
	uint32_t count = source->values[0].count;
	struct rel *rel = rel_new(binder, REL_VALUES, NULL, count);
	int rc = 0;

	*given = count;
	rel->values.row_count = source->value_count;
	rel->values.rows = arena_alloc_array(binder->arena, source->value_count,
	    sizeof(*rel->values.rows));
	for (uint32_t r = 0; r < source->value_count && rc == 0; r++) {
		const struct ast_expr_list *row = &source->values[r];

		if (row->count != count)
			return error_at(err,
			    row->count > 0 ? row->items[0]->location : 0,
			    STELE_E_SYNTAX,
			    "VALUES lists must all be the same length");
		rel->values.rows[r] = arena_zalloc(binder->arena,
		    (count + 1) * sizeof(*rel->values.rows[r]));
		rc = bind_insert_row(binder, insert, plan->type, targets, row,
		    rel->values.rows[r], err);
	}
	if (rc != 0)
		return rc;
	if (source->value_count == 1)
		return set_single_row(binder, plan, targets,
		    rel->values.rows[0], count, err);
	for (uint32_t i = 0; i < count; i++)
		rel->types[i] =
		    event_type_column_type(plan->type, targets->attnums[i]);
	return set_from_source(binder, plan, targets, rel, count, err);
}

/* A literal of the source's select list becomes what its column needs. */
static int
coerce_source(struct binder *binder, const struct plan_insert *plan,
    const struct insert_targets *targets, struct query *query,
    struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0;
	     query->exprs != NULL && i < query->column_count && rc == 0; i++) {
		rc = coerce_to_column(binder, plan->type, targets->attnums[i],
		    &query->exprs[i], err);
		query->rel->types[i] = query->exprs[i]->type;
	}
	return rc;
}

static int
bind_source(struct binder *binder, const struct ast_insert *insert,
    struct plan_insert *plan, const struct insert_targets *targets,
    uint32_t *given, struct error *err)
{
	struct query query;
	int rc;

	rc = bind_select(binder, NULL, insert->source, UNKNOWNS_STAY, &query,
	    err);
	if (rc == 0)
		rc = check_count(targets, insert, query.column_count,
		    insert->source->location, err);
	for (uint32_t i = 0; rc == 0 && i < query.column_count; i++) {
		if (targets->attnums[i] == COLUMN_EVENT_ID)
			return event_id_error(insert->source->location, err);
	}
	if (rc == 0)
		rc = coerce_source(binder, plan, targets, &query, err);
	if (rc != 0)
		return rc;
	*given = query.column_count;
	return set_from_source(binder, plan, targets, query.rel,
	    query.column_count, err);
}

static bool
is_plain_values(const struct ast_select *source)
{
	return source->set_op == AST_SET_NONE && source->value_count > 0 &&
	    source->order_by.count == 0 && source->limit == NULL &&
	    source->offset == NULL && source->cte_count == 0;
}

/* ---- RETURNING ---- */

struct find_event_id {
	uint32_t rel_id;
	int location;
};

static bool
is_event_id(const struct expr *expr, void *arg)
{
	struct find_event_id *find = arg;

	if (expr->kind != EXPR_COLUMN || expr->column.rel != find->rel_id ||
	    expr->column.column != COLUMN_EVENT_ID - 1)
		return false;
	find->location = expr->location;
	return true;
}

static void
find_event_id(const struct expr *expr, uint32_t rel_id,
    struct plan_insert *plan)
{
	struct find_event_id find = { .rel_id = rel_id };

	if (plan->event_id_location == 0 && expr_find(expr, is_event_id, &find))
		plan->event_id_location = find.location;
}

static struct range *
returning_range(struct binder *binder, const struct ast_insert *insert,
    const struct event_type *type, struct rel **rel)
{
	bool reads_events = binder->reads_events;
	struct range *range = range_new_scan(binder, type, insert->alias, rel);

	/* the new rows, not a scan; all columns stand where they are */
	binder->reads_events = reads_events;
	(*rel)->columns = arena_alloc_array(binder->arena, (*rel)->column_count,
	    sizeof(*(*rel)->columns));
	for (uint32_t i = 0; i < (*rel)->column_count; i++)
		(*rel)->columns[i] =
		    (struct column_id){ .rel = (*rel)->id, .column = i };
	return range;
}

static int
bind_returning(struct binder *binder, const struct ast_insert *insert,
    struct plan_insert *plan_insert, struct plan *plan, struct error *err)
{
	struct rel *rel;
	struct range *range =
	    returning_range(binder, insert, plan_insert->type, &rel);
	struct scope scope = { .place = PLACE_RETURNING };
	struct target_list targets = { .count = 0 };
	struct plan_column *columns;
	int rc;

	(void)scope_add(binder, &scope, range);
	rc = bind_targets(binder, &scope, &insert->returning, UNKNOWNS_TEXT,
	    &targets, err);
	if (rc != 0)
		return rc;
	columns = arena_alloc_array(binder->arena, targets.count + 1,
	    sizeof(*columns));
	plan_insert->returning_count = targets.count;
	plan_insert->returning = arena_alloc_array(binder->arena,
	    targets.count + 1, sizeof(*plan_insert->returning));
	for (uint32_t i = 0; i < targets.count && rc == 0; i++) {
		const struct target *target = &targets.items[i];

		rc = layout_expr(binder, target->expr, rel,
		    &plan_insert->returning[i], err);
		find_event_id(target->expr, range->rel_id, plan_insert);
		columns[i] = (struct plan_column){
			.name = target->column.name,
			.type = target->expr->type,
			.table_oid = target->column.table_oid,
			.attnum = target->column.attnum,
		};
	}
	plan->columns = columns;
	plan->column_count = targets.count;
	return rc;
}

/* ---- the statements ---- */

static int
bind_target(struct binder *binder, const struct ast_name *name,
    struct plan_insert *out, struct error *err)
{
	int rc;

	if (name_is_events(binder, name)) {
		error_at(err, name->location, STELE_E_FEATURE_NOT_SUPPORTED,
		    "cannot insert into relation \"events\"");
		return error_hint(err,
		    "Insert into the table of the event type, or use COPY"
		    " events FROM STDIN.");
	}
	rc = bind_table_name(binder, name, &out->type, err);
	if (rc != 0)
		return rc;
	binder_need_relation(binder, out->type->oid, RIGHT_INSERT);
	out->value_count = row_width(out->type);
	out->values = arena_zalloc(binder->arena,
	    out->value_count * sizeof(struct expr *));
	return 0;
}

int
bind_insert(struct binder *binder, const struct ast_insert *insert,
    struct plan *plan, struct error *err)
{
	struct plan_insert *out = arena_zalloc(binder->arena, sizeof(*out));
	struct insert_targets targets;
	uint32_t given = 0;
	int rc;

	plan->insert = out;
	rc = bind_target(binder, &insert->table, out, err);
	if (rc != 0)
		return rc;
	rc = bind_columns(binder, insert, out->type, &targets, err);
	if (rc != 0)
		return rc;
	if (insert->source == NULL)
		out->is_single_row = true;
	else if (is_plain_values(insert->source))
		rc = bind_rows(binder, insert, out, &targets, &given, err);
	else
		rc = bind_source(binder, insert, out, &targets, &given, err);
	if (rc == 0)
		rc = set_defaults(binder, out->type, &targets, given,
		    out->values, err);
	if (insert->returning.count > 0)
		binder_need_relation(binder, out->type->oid, RIGHT_SELECT);
	if (rc == 0 && insert->returning.count > 0)
		rc = bind_returning(binder, insert, out, plan, err);
	if (rc == 0)
		out->plain = plain_row_of(out, binder->arena);
	return rc;
}

static int
bind_payload(struct binder *binder, struct expr **expr, struct error *err)
{
	struct type json = type_of(TYPE_JSON);
	struct type text = type_of(TYPE_TEXT);
	uint32_t oid = (*expr)->type.oid;

	if (oid == TYPE_UNKNOWN && (*expr)->kind == EXPR_PARAM)
		return coerce(binder, expr, &json, CAST_IMPLICIT, err);
	if (oid == TYPE_UNKNOWN || oid == TYPE_VARCHAR)
		return coerce(binder, expr, &text, CAST_IMPLICIT, err);
	if (oid == TYPE_TEXT || oid == TYPE_JSON || oid == TYPE_JSONB)
		return 0;
	return error_at(err, (*expr)->location, STELE_E_DATATYPE_MISMATCH,
	    "argument of PAYLOAD must be type json, not type %s",
	    type_text(binder, &(*expr)->type));
}

int
bind_store(struct binder *binder, const struct ast_store *store,
    struct plan *plan, struct error *err)
{
	struct plan_insert *out = arena_zalloc(binder->arena, sizeof(*out));
	struct scope scope = { .place = PLACE_STORE };
	struct type text = type_of(TYPE_TEXT);
	int rc;

	plan->insert = out;
	rc = bind_target(binder, &store->event_type, out, err);
	if (rc != 0)
		return rc;
	rc =
	    bind_expr(binder, &scope, store->context, &out->store.context, err);
	if (rc == 0)
		rc = coerce(binder, &out->store.context, &text, CAST_ASSIGNMENT,
		    err);
	if (rc == 0 && store->at != NULL)
		rc = bind_native_time(binder, store->at, &out->store.at, err);
	if (rc == 0)
		rc = bind_expr(binder, &scope, store->payload,
		    &out->store.payload, err);
	if (rc == 0)
		rc = bind_payload(binder, &out->store.payload, err);
	if (store->payload->kind != AST_PARAM)
		out->store.payload_location = store->payload_location;
	if (rc == 0 && out->store.payload->kind == EXPR_PARAM)
		plan->payload_param = out->store.payload->param + 1;
	out->store.payload_is_raw = store->payload_is_raw;
	out->store.payload_is_verbatim = store->payload_is_verbatim;
	if (rc == 0)
		out->plain = plain_row_of(out, binder->arena);
	return rc;
}
