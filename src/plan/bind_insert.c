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
#include "plan/names.h"
#include "plan/plain_row.h"
#include "plan/rel_walk.h"
#include "plan/temp_table.h"

int
bind_insert_columns(struct binder *binder, const struct ast_insert *insert,
    const struct write_target *target, struct insert_columns *out,
    struct error *err)
{
	uint32_t count =
	    insert->has_columns ? insert->column_count : target_width(target);
	int rc = 0;

	*out = (struct insert_columns){ .count = count,
		.locations = insert->column_locations };
	out->attnums =
	    arena_alloc_array(binder->arena, count + 1, sizeof(*out->attnums));
	for (uint32_t i = 0; i < count && !insert->has_columns; i++)
		out->attnums[i] = target_attnum(target, i);
	for (uint32_t i = 0; i < insert->column_count && rc == 0; i++) {
		struct str name = insert->columns[i];
		int location = insert->column_locations[i];

		rc = target_find(target, name, location, &out->attnums[i], err);
		for (uint32_t k = 0; k < i && rc == 0; k++)
			if (out->attnums[k] == out->attnums[i])
				rc = error_at(err, location,
				    STELE_E_DUPLICATE_COLUMN,
				    "column \"%.*s\" specified more than once",
				    STR_FMT(name));
	}
	return rc;
}

/* ---- values ---- */

static bool
is_event_id(const struct write_target *target, uint32_t attnum)
{
	return target->relation.type != NULL && attnum == COLUMN_EVENT_ID;
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
identity_error(struct str column, struct error *err)
{
	(void)error_set(err, STELE_E_GENERATED_ALWAYS,
	    "cannot insert a non-DEFAULT value into column \"%.*s\"",
	    STR_FMT(column));
	(void)error_detail(err,
	    "Column \"%.*s\" is an identity column defined as GENERATED"
	    " ALWAYS.",
	    STR_FMT(column));
	return error_hint(err, "Use OVERRIDING SYSTEM VALUE to override.");
}

/* Whether a value may be given for a column, which is an identity perhaps. */
static int
check_given(const struct write_target *target, const struct ast_insert *insert,
    uint32_t attnum, int location, struct error *err)
{
	const struct temp_table *temp = target->relation.temp;

	if (is_event_id(target, attnum))
		return event_id_error(location, err);
	if (temp == NULL || temp->columns[attnum - 1].identity != 'a' ||
	    insert->overriding != AST_OVERRIDING_NOTHING)
		return 0;
	return identity_error(temp->columns[attnum - 1].name, err);
}

static int
bind_cell(struct binder *binder, const struct ast_insert *insert,
    const struct write_target *target, uint32_t attnum,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	struct scope scope = { .place = PLACE_VALUES };
	int rc;

	if (ast->kind == AST_DEFAULT) {
		rc = target_default(binder, target, attnum, out, err);
		if (rc == 0 && *out == NULL)
			*out = expr_const(binder->arena,
			    target_type(target, attnum), ast->location, NULL);
		return rc;
	}
	rc = check_given(target, insert, attnum, ast->location, err);
	if (rc == 0)
		rc = bind_expr(binder, &scope, ast, out, err);
	if (rc == 0)
		rc = target_coerce(binder, target, attnum, out, err);
	return rc;
}

static int
check_count(const struct insert_columns *targets,
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
    const struct write_target *target, const struct insert_columns *targets,
    const struct ast_expr_list *row, struct expr **cells, struct error *err)
{
	int location = row->count > targets->count
	    ? row->items[targets->count]->location
	    : 0;
	int rc;

	rc = check_count(targets, insert, row->count, location, err);
	for (uint32_t i = 0; i < row->count && rc == 0; i++)
		rc = bind_cell(binder, insert, target, targets->attnums[i],
		    row->items[i], &cells[i], err);
	return rc;
}

/* VALUES, without more. */
static int
bind_rows(struct binder *binder, const struct ast_insert *insert,
    const struct write_target *target, const struct insert_columns *targets,
    struct rel **out, uint32_t *given, struct error *err)
{
	const struct ast_select *source = insert->source;
	uint32_t count = source->values[0].count;
	struct rel *rel = rel_new(binder, REL_VALUES, NULL, count);
	int rc = 0;

	*out = rel;
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
		rc = bind_insert_row(binder, insert, target, targets, row,
		    rel->values.rows[r], err);
	}
	for (uint32_t i = 0; i < count && rc == 0; i++)
		rel->types[i] = target_type(target, targets->attnums[i]);
	return rc;
}

/* A literal of the source's select list becomes what its column needs. */
static int
coerce_source(struct binder *binder, const struct write_target *target,
    const struct insert_columns *targets, struct query *query,
    struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0;
	     query->exprs != NULL && i < query->column_count && rc == 0; i++) {
		rc = target_coerce(binder, target, targets->attnums[i],
		    &query->exprs[i], err);
		query->rel->types[i] = query->exprs[i]->type;
	}
	return rc;
}

static int
bind_source(struct binder *binder, struct scope *outer,
    const struct ast_insert *insert, const struct write_target *target,
    const struct insert_columns *targets, struct rel **out, uint32_t *given,
    struct error *err)
{
	struct query query;
	int rc;

	rc = bind_select(binder, outer, insert->source, UNKNOWNS_STAY, &query,
	    err);
	if (rc == 0)
		rc = check_count(targets, insert, query.column_count,
		    insert->source->location, err);
	for (uint32_t i = 0; rc == 0 && i < query.column_count; i++)
		rc = check_given(target, insert, targets->attnums[i],
		    insert->source->location, err);
	if (rc == 0)
		rc = coerce_source(binder, target, targets, &query, err);
	*out = query.rel;
	*given = query.column_count;
	return rc;
}

static bool
is_plain_values(const struct ast_select *source)
{
	return source->set_op == AST_SET_NONE && source->value_count > 0 &&
	    source->order_by.count == 0 && source->limit == NULL &&
	    source->offset == NULL && source->cte_count == 0;
}

int
bind_insert_rows(struct binder *binder, struct scope *outer,
    const struct ast_insert *insert, const struct write_target *target,
    const struct insert_columns *columns, struct rel **out, uint32_t *given,
    struct error *err)
{
	*out = NULL;
	*given = 0;
	if (insert->source == NULL)
		return 0;
	if (is_plain_values(insert->source))
		return bind_rows(binder, insert, target, columns, out, given,
		    err);
	return bind_source(binder, outer, insert, target, columns, out, given,
	    err);
}

/* ---- into events ---- */

/* Columns that the statement does not give. */
static int
set_defaults(struct binder *binder, const struct write_target *target,
    const struct insert_columns *targets, uint32_t given, struct expr **values,
    struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < target_width(target) && rc == 0; i++) {
		uint32_t attnum = target_attnum(target, i);
		bool is_given = false;

		for (uint32_t t = 0; t < given; t++)
			is_given |= targets->attnums[t] == attnum;
		if (!is_given)
			rc = target_default(binder, target, attnum, &values[i],
			    err);
	}
	return rc;
}

/* The cells of a single row are the values, without any relation. */
static int
set_single_row(struct binder *binder, const struct write_target *target,
    const struct insert_columns *targets, struct expr **cells, uint32_t count,
    struct plan_insert *plan, struct error *err)
{
	int rc = 0;

	plan->is_single_row = true;
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		if (targets->attnums[i] != COLUMN_EVENT_ID)
			rc = layout_expr(binder, cells[i], NULL,
			    &plan->values[target_index(target,
				targets->attnums[i])],
			    err);
	}
	return rc;
}

/* Values are the first columns of a source. */
static int
set_from_source(struct binder *binder, const struct write_target *target,
    const struct insert_columns *targets, struct rel *rel, uint32_t count,
    struct plan_insert *plan, struct error *err)
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
		rc = target_coerce(binder, target, attnum, &value, err);
		plan->values[target_index(target, attnum)] = value;
	}
	return rc;
}

static int
bind_event_rows(struct binder *binder, const struct ast_insert *insert,
    const struct write_target *target, struct plan_insert *plan,
    struct error *err)
{
	struct insert_columns columns;
	struct rel *rel;
	uint32_t given = 0;
	int rc;

	rc = bind_insert_columns(binder, insert, target, &columns, err);
	if (rc == 0)
		rc = bind_insert_rows(binder, NULL, insert, target, &columns,
		    &rel, &given, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < given; i++)
		binder_use_column(binder, plan->type->oid, columns.attnums[i],
		    RIGHT_INSERT);
	if (insert->source == NULL)
		plan->is_single_row = true;
	else if (is_plain_values(insert->source) &&
	    insert->source->value_count == 1)
		rc = set_single_row(binder, target, &columns,
		    rel->values.rows[0], given, plan, err);
	else
		rc = set_from_source(binder, target, &columns, rel, given, plan,
		    err);
	return rc != 0
	    ? rc
	    : set_defaults(binder, target, &columns, given, plan->values, err);
}

/* ---- RETURNING ---- */

struct find_event_id {
	uint32_t rel_id;
	int location;
};

static bool
names_event_id(const struct expr *expr, void *arg)
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

	if (plan->event_id_location == 0 &&
	    expr_find(expr, names_event_id, &find))
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
	rel_name_columns(binder, *rel);
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
    struct write_target *out, struct error *err)
{
	out->space = names_space(binder->context);
	if (name_is_events(binder, name)) {
		error_at(err, name->location, STELE_E_FEATURE_NOT_SUPPORTED,
		    "cannot insert into relation \"events\"");
		return error_hint(err,
		    "Insert into the table of the event type, or use COPY"
		    " events FROM STDIN.");
	}
	return bind_table_name(binder, name, &out->relation, err);
}

static void
set_target(struct binder *binder, const struct write_target *target,
    struct plan_insert *out)
{
	out->type = target->relation.type;
	binder_need_columns(binder, &target->relation, RIGHT_INSERT);
	out->value_count = target_width(target);
	out->values = arena_zalloc(binder->arena,
	    out->value_count * sizeof(struct expr *));
}

int
bind_insert(struct binder *binder, const struct ast_insert *insert,
    struct plan *plan, struct error *err)
{
	struct plan_insert *out = arena_zalloc(binder->arena, sizeof(*out));
	struct write_target target;
	int rc;

	rc = bind_target(binder, &insert->table, &target, err);
	if (rc != 0)
		return rc;
	if (target.relation.temp != NULL)
		return bind_temp_insert(binder, insert, &target, plan, err);
	if (insert->overriding == AST_OVERRIDING_USER_VALUE)
		return error_at(err, insert->table.location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "OVERRIDING USER VALUE is not supported");
	if (insert->conflict != NULL) {
		(void)error_at(err, insert->conflict->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "ON CONFLICT is not supported");
		return error_hint(err,
		    "Events are immutable and have no unique keys.");
	}
	plan->kind = PLAN_INSERT;
	plan->insert = out;
	set_target(binder, &target, out);
	rc = bind_event_rows(binder, insert, &target, out, err);
	if (insert->returning.count > 0)
		binder_need_columns(binder, &target.relation, RIGHT_SELECT);
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

/* STORE is of events alone. */
static int
check_event_type(const struct write_target *target, const struct ast_name *name,
    struct error *err)
{
	if (target->relation.type != NULL)
		return 0;
	return error_at(err, name->location, STELE_E_WRONG_OBJECT_TYPE,
	    "\"%.*s\" is not a table of events",
	    STR_FMT(target->relation.name));
}

/* What is stored, whatever the type is. */
static int
bind_store_values(struct binder *binder, const struct ast_store *store,
    struct plan_insert *out, struct error *err)
{
	struct scope scope = { .place = PLACE_STORE };
	struct type text = type_of(TYPE_TEXT);
	int rc;

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
	return rc != 0 ? rc : bind_payload(binder, &out->store.payload, err);
}

/* A payload may have any field: all are written. */
static void
use_stored(struct binder *binder, const struct ast_store *store,
    const struct event_type *type)
{
	binder_use_column(binder, type->oid, COLUMN_CONTEXT_ID, RIGHT_INSERT);
	if (store->at != NULL)
		binder_use_column(binder, type->oid, COLUMN_TIMESTAMP,
		    RIGHT_INSERT);
	for (uint32_t i = 0; i < type->field_count; i++)
		binder_use_column(binder, type->oid, COLUMN_FIRST_FIELD + i,
		    RIGHT_INSERT);
}

int
bind_store(struct binder *binder, const struct ast_store *store,
    struct plan *plan, struct error *err)
{
	struct plan_insert *out = arena_zalloc(binder->arena, sizeof(*out));
	struct write_target target;
	int rc;

	plan->insert = out;
	rc = bind_target(binder, &store->event_type, &target, err);
	if (rc == 0)
		rc = check_event_type(&target, &store->event_type, err);
	if (rc != 0)
		return rc;
	set_target(binder, &target, out);
	use_stored(binder, store, out->type);
	rc = bind_store_values(binder, store, out, err);
	if (rc != 0)
		return rc;
	if (store->payload->kind != AST_PARAM)
		out->store.payload_location = store->payload_location;
	if (out->store.payload->kind == EXPR_PARAM)
		plan->payload_param = out->store.payload->param + 1;
	out->store.payload_is_of_psql = store->payload_is_of_psql;
	out->store.payload_is_verbatim = store->payload_is_verbatim;
	out->plain = plain_row_of(out, binder->arena);
	return 0;
}

int
bind_batch(struct binder *binder, const struct ast_stmt *stmt,
    struct error *err)
{
	int rc = 0;

	if (stmt->param_count == 0)
		return 0;
	for (uint32_t i = 0; i < stmt->batch.count && rc == 0; i++) {
		const struct ast_stmt *item = stmt->batch.items[i];
		struct plan_insert ignored = { .type = NULL };

		if (item->kind == AST_STORE)
			rc = bind_store_values(binder, &item->store, &ignored,
			    err);
	}
	return rc;
}
