/* SPDX-License-Identifier: Apache-2.0 */
/*
 * insert.c -- INSERT and STORE: rows into a write_batch.
 *
 * A statement with one row of fixed values, prepared or not, needs no
 * operators: its values are computed and handed over.
 */
#include <inttypes.h>

#include "common/cancel.h"
#include "engine/catalog/catalog.h"
#include "engine/engine.h"
#include "exec/eval.h"
#include "exec/exec_private.h"
#include "exec/payload_read.h"
#include "exec/returning.h"
#include "exec/row_store.h"
#include "plan/plain_row.h"

struct insert {
	const struct plan_insert *plan;
	struct exec_env env;
	struct arena env_arena;
	struct arena arena; /* of one batch */
	struct write_batch *target;
	struct exec *returning; /* NULL: nobody asks */
	uint64_t row_count;
};

/* ---- rows ---- */

static int
check_timestamp(const struct event_type *type, const struct vec *timestamps,
    struct sel sel, struct error *err)
{
	if (timestamps->nulls == NULL)
		return 0;
	for (uint32_t i = 0; i < sel.count; i++) {
		if (vec_is_null(timestamps, sel_row(sel, i)))
			return error_null_value(err, type->name,
			    STR("timestamp"));
	}
	return 0;
}

/* Decimals are stored in 128 bits. */
static int
check_decimals(const struct field *field, const struct vec *vec, struct sel sel,
    struct error *err)
{
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);

		if (!vec_is_null(vec, row) &&
		    vec->numeric[vec_index(vec, row)].limbs != NULL)
			return error_set(err, STELE_E_NUMERIC_OUT_OF_RANGE,
			    "value of column \"%.*s\" has more than 38 digits",
			    STR_FMT(field->name));
	}
	return 0;
}

/* What the executor says before the engine would. */
static int
check_rows(const struct event_type *type, const struct vec *cols,
    struct sel sel, struct error *err)
{
	int rc = check_timestamp(type, &cols[1], sel, err);

	for (uint32_t i = 0; i < type->field_count && rc == 0; i++) {
		if (cols[i + 2].phys == PHYS_NUMERIC)
			rc = check_decimals(&type->fields[i], &cols[i + 2], sel,
			    err);
	}
	return rc;
}

static int
add_rows(struct insert *insert, const struct vec *cols, struct sel sel,
    struct error *err)
{
	const struct event_type *type = insert->plan->type;
	int rc = check_rows(type, cols, sel, err);

	if (rc == 0 && write_batch_is_full(insert->target))
		rc = write_batch_stage(insert->target, err);
	if (rc == 0)
		rc = write_batch_rows(insert->target, type, cols,
		    type->field_count + 2, sel, err);
	if (rc == 0 && insert->returning != NULL)
		rc = returning_add(insert->returning, cols, sel, err);
	insert->row_count += sel.count;
	return rc;
}

static void
null_column(struct insert *insert, uint32_t i, struct vec *out)
{
	const struct datum null = { .is_null = true };
	struct type type =
	    event_type_column_type(insert->plan->type, i < 2 ? i + 1 : i + 2);

	vec_init_constant(out, type_phys(&type), &null, &insert->arena);
}

static int
eval_values(struct insert *insert, const struct eval *eval, struct sel sel,
    struct error *err)
{
	const struct plan_insert *plan = insert->plan;
	struct vec *cols =
	    arena_alloc_array(&insert->arena, plan->value_count, sizeof(*cols));

	for (uint32_t i = 0; i < plan->value_count; i++) {
		int rc;

		if (plan->values[i] == NULL) {
			null_column(insert, i, &cols[i]);
			continue;
		}
		rc = eval_expr(eval, plan->values[i], sel, &cols[i], err);
		if (rc != 0)
			return rc;
	}
	return add_rows(insert, cols, sel, err);
}

static int
insert_single(struct insert *insert, struct error *err)
{
	const struct eval eval = { .env = &insert->env,
		.arena = &insert->arena,
		.row_count = 1 };

	return eval_values(insert, &eval, sel_all(1), err);
}

/* ---- STORE ---- */

/* Where in the JSON it is wrong becomes a place in the statement. */
static int
payload_error(const struct plan_store *store, struct error *err)
{
	if (store->payload_location == 0)
		return error_position(err, 0);
	if (store->payload_is_of_psql && err->hint[0] == '\0' &&
	    strcmp(err->message, "invalid input syntax for type json") == 0)
		error_hint(err,
		    "In psql, write the payload as a string: PAYLOAD"
		    " '{...}'.");
	if (err->position > 0 && store->payload_is_verbatim)
		return error_position(err,
		    store->payload_location + err->position - 1);
	return error_position(err, store->payload_location);
}

static int
store_core(struct insert *insert, struct vec *cols, struct error *err)
{
	const struct plan_store *store = &insert->plan->store;
	struct datum value;
	int rc;

	rc = eval_fixed(&insert->env, store->context, &insert->arena, &value,
	    err);
	if (rc != 0)
		return rc;
	vec_init_constant(&cols[0], PHYS_STR, &value, &insert->arena);
	value = (struct datum){
		.i64 = insert->env.context->settings->now,
	};
	if (store->at != NULL)
		rc = eval_fixed(&insert->env, store->at, &insert->arena, &value,
		    err);
	vec_init_constant(&cols[1], PHYS_I64, &value, &insert->arena);
	return rc;
}

static int
store_row(struct insert *insert, struct error *err)
{
	const struct event_type *type = insert->plan->type;
	const struct plan_store *store = &insert->plan->store;
	struct vec *cols = arena_alloc_array(&insert->arena,
	    type->field_count + 2, sizeof(*cols));
	struct datum payload;
	int rc;

	rc = store_core(insert, cols, err);
	if (rc == 0)
		rc = eval_fixed(&insert->env, store->payload, &insert->arena,
		    &payload, err);
	if (rc != 0)
		return rc;
	if (payload.is_null)
		return error_set(err, STELE_E_NOT_NULL_VIOLATION,
		    "payload must not be null");
	for (uint32_t i = 0; i < type->field_count; i++) {
		vec_init(&cols[i + 2], type_phys(&type->fields[i].type), 1,
		    &insert->arena);
		vec_need_nulls(&cols[i + 2], 1, &insert->arena);
	}
	rc = payload_read(type, insert->env.context->settings, payload.str,
	    &cols[2], 0, &insert->arena, err);
	if (rc != 0)
		return payload_error(store, err);
	return add_rows(insert, cols, sel_all(1), err);
}

/* ---- a plain row ---- */

/* Strings are copied to where the row stays. */
static void
set_plain(const struct plain_value *value, const struct datum *params,
    const struct type_settings *settings, const struct row_slot *slot,
    struct vec *col)
{
	struct datum datum = value->constant;

	if (value->kind == PLAIN_PARAM)
		datum = params[value->param];
	else if (value->kind == PLAIN_NOW)
		datum = (struct datum){ .i64 = settings->now };
	if (!datum.is_null && col->phys == PHYS_STR)
		datum = datum_copy(PHYS_STR, &datum, slot->arena);
	vec_set(col, slot->row, &datum);
}

static int
set_payload(const struct plan_insert *plan, const struct datum *params,
    const struct type_settings *settings, const struct row_slot *slot,
    struct error *err)
{
	const struct plain_value *value = &plan->plain->values[2];
	struct datum payload =
	    value->kind == PLAIN_PARAM ? params[value->param] : value->constant;
	int rc;

	if (payload.is_null)
		return error_set(err, STELE_E_NOT_NULL_VIOLATION,
		    "payload must not be null");
	payload = datum_copy(PHYS_STR, &payload, slot->arena);
	rc = payload_read(plan->type, settings, payload.str, &slot->cols[2],
	    slot->row, slot->arena, err);
	return rc == 0 ? 0 : payload_error(&plan->store, err);
}

static int
check_plain(const struct event_type *type, const struct row_slot *slot,
    struct error *err)
{
	uint16_t row = (uint16_t)slot->row;

	return check_rows(type, slot->cols, (struct sel){ &row, 1 }, err);
}

int
exec_insert_plain(const struct plan_insert *plan, const struct datum *params,
    const struct type_settings *settings, struct write_batch *target,
    struct error *err)
{
	const struct plain_row *plain = plan->plain;
	bool is_store = plan->store.payload != NULL;
	uint32_t count = is_store ? 2 : plain->count;
	struct row_slot slot;
	int rc = 0;

	write_batch_row_begin(target, plan->type, &slot);
	for (uint32_t i = 0; i < count; i++)
		set_plain(&plain->values[i], params, settings, &slot,
		    &slot.cols[i]);
	if (is_store)
		rc = set_payload(plan, params, settings, &slot, err);
	if (rc == 0 && (plain->has_decimals || slot.cols[1].nulls[slot.row]))
		rc = check_plain(plan->type, &slot, err);
	return rc == 0 ? write_batch_row_end(target, plan->type, err) : rc;
}

/* ---- from a source ---- */

static int
insert_batch(struct insert *insert, const struct batch *batch,
    struct error *err)
{
	const struct eval eval =
	    eval_of_batch(&insert->env, &insert->arena, batch);
	int rc;

	rc = eval_values(insert, &eval, batch->sel, err);
	if (rc == 0)
		rc = arena_check(&insert->arena, err);
	arena_reset(&insert->arena);
	return rc;
}

/* Rows as they come: the source does not read what is written. */
static int
insert_streamed(struct insert *insert, struct op_state *source,
    struct error *err)
{
	struct batch batch;
	int rc;

	while ((rc = op_next(source, &batch, err)) > 0) {
		rc = insert_batch(insert, &batch, err);
		if (rc != 0)
			return rc;
	}
	return rc;
}

/* A source that may read the batch's own rows is read whole first. */
static int
insert_stored(struct insert *insert, struct op_state *source,
    struct row_store *rows, struct error *err)
{
	struct batch batch;
	uint32_t at = 0;
	int rc;

	while ((rc = op_next(source, &batch, err)) > 0) {
		rc = row_store_add(rows, batch.cols, batch.sel, err);
		if (rc != 0)
			return rc;
	}
	while (rc == 0 && at < rows->row_count) {
		uint32_t left = rows->row_count - at;
		uint32_t count = left < VEC_ROWS ? left : VEC_ROWS;

		rc = cancel_check(insert->env.context->cancel, err);
		if (rc != 0)
			break;
		row_store_batch(rows, NULL, at, count, &insert->arena, &batch);
		rc = insert_batch(insert, &batch, err);
		at += count;
	}
	return rc;
}

static int
insert_from_source(struct insert *insert, const struct plan *plan,
    const struct exec_context *context, struct error *err)
{
	const struct rel *rel = insert->plan->source;
	struct exec *exec = exec_new(plan, context);
	struct row_store rows;
	int rc;

	if (exec == NULL)
		return error_no_memory(err);
	row_store_init(&rows, rel->types, rel->column_count, context->budget);
	rows.cancel = context->cancel;
	exec->root = op_new(&exec->env, rel);
	rc = op_open(exec->root, err);
	if (rc == 0 && context->batch == NULL)
		rc = insert_streamed(insert, exec->root, err);
	else if (rc == 0)
		rc = insert_stored(insert, exec->root, &rows, err);
	row_store_release(&rows);
	exec_close(exec);
	return rc;
}

/* ---- the statement ---- */

static int
check_returning(const struct plan_insert *plan,
    const struct exec_context *context, struct error *err)
{
	if (plan->event_id_location == 0 || !context->ids_come_later)
		return 0;
	error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "RETURNING event_id is not supported inside a transaction block");
	error_hint(err,
	    "Events get their event_id when the transaction commits: insert them"
	    " in one statement of its own, outside of a transaction block, or"
	    " give them a key of your own, such as a uuid.");
	return error_position(err, plan->event_id_location);
}

static int
run(struct insert *insert, const struct plan *plan,
    const struct exec_context *context, struct error *err)
{
	if (insert->plan->store.payload != NULL)
		return store_row(insert, err);
	if (insert->plan->is_single_row)
		return insert_single(insert, err);
	return insert_from_source(insert, plan, context, err);
}

int
exec_insert(const struct plan *plan, const struct exec_context *context,
    struct write_batch *target, uint64_t *row_count, struct exec **returning,
    struct error *err)
{
	struct insert insert = {
		.plan = plan->insert,
		.target = target,
	};
	int rc;

	arena_init(&insert.arena, context->budget);
	arena_init(&insert.env_arena, context->budget);
	exec_env_init(&insert.env, plan, context, &insert.env_arena);
	if (returning != NULL)
		*returning = NULL;
	rc = check_returning(plan->insert, context, err);
	if (rc == 0 && plan->column_count > 0)
		rc = returning_new(plan, context, &insert.returning, err);
	if (rc == 0)
		rc = run(&insert, plan, context, err);
	if (rc == 0)
		rc = arena_check(&insert.arena, err);
	arena_release(&insert.arena);
	exec_env_release(&insert.env);
	arena_release(&insert.env_arena);
	*row_count = insert.row_count;
	if (rc == 0 && returning != NULL)
		*returning = insert.returning;
	else
		exec_close(insert.returning);
	return rc;
}
