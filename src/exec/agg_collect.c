/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agg_collect.c -- aggregates that keep every value, nulls too: array_agg(),
 * json_agg(), json_object_agg() and those of jsonb.
 *
 * Documents are written as json while rows come; what becomes jsonb is made
 * canonical at the end.
 */
#include "common/error.h"
#include "common/json.h"
#include "exec/agg_private.h"
#include "exec/json_value.h"
#include "types/array_list.h"

/* ---- adding ---- */

static int
add_to_list(struct agg_state *state, struct agg_cell *cell,
    const struct datum *value, struct error *err)
{
	if (cell->list == NULL)
		cell->list = arena_zalloc(&state->arena, sizeof(*cell->list));
	return array_list_add(cell->list, &state->call->arg->type, value,
	    &state->arena, err);
}

static bool
is_object(const struct agg_state *state)
{
	return state->call->kind == AGG_JSON_OBJECT_AGG ||
	    state->call->kind == AGG_JSONB_OBJECT_AGG;
}

static int
put_name(const struct agg_state *state, const struct datum *name,
    struct buf *out, struct error *err)
{
	const struct type *type = &state->call->arg->type;

	if (name->is_null)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "field name must not be null");
	if (!json_can_be_name(type))
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "key value must be scalar, not array, composite, or json");
	json_name_put(type, state->settings, name, out);
	buf_put_cstr(out, " : ");
	return 0;
}

/* Arrays and rows, which stand on lines of their own in json_agg(). */
static bool
is_structured(const struct expr *arg)
{
	return type_is_array(&arg->type) || arg->type.oid == TYPE_RECORD;
}

/* `second` is the value of a member, whose name `value` is. */
static int
add_to_document(struct agg_state *state, struct agg_cell *cell,
    const struct datum *value, const struct datum *second, struct buf *text,
    struct error *err)
{
	const struct type *type = &state->call->arg->type;
	int rc = 0;

	buf_reset(text);
	if (cell->count > 0)
		buf_put_cstr(text, ", ");
	else
		buf_put_cstr(text, is_object(state) ? "{ " : "[");
	if (is_object(state)) {
		rc = put_name(state, value, text, err);
		type = &state->call->second->type;
		value = second;
	}
	if (rc != 0)
		return rc;
	if (state->call->kind == AGG_JSON_AGG && cell->count > 0 &&
	    !value->is_null && is_structured(state->call->arg))
		buf_put_cstr(text, "\n ");
	json_value_put(type, state->settings, value, text);
	if (text->failed)
		return error_no_memory(err);
	return agg_text_append(state, cell, buf_str(text), err);
}

int
agg_collect_add(struct agg_state *state, const struct vec *arg,
    const struct vec *second, struct sel sel, const uint32_t *groups,
    struct error *err)
{
	struct buf text;
	int rc = 0;

	buf_init_charged(&text, state->arena.budget);
	for (uint32_t i = 0; i < sel.count && rc == 0; i++) {
		uint32_t row = sel_row(sel, i);
		struct agg_cell *cell = &state->cells[groups[i]];
		const struct datum value = vec_get(arg, row);
		struct datum its = { .is_null = true };

		if (is_object(state))
			its = vec_get(second, row);
		if (state->call->kind == AGG_ARRAY_AGG)
			rc = add_to_list(state, cell, &value, err);
		else
			rc = add_to_document(state, cell, &value, &its, &text,
			    err);
		cell->count++;
	}
	buf_release(&text);
	return rc != 0 ? rc : arena_check(&state->arena, err);
}

/* ---- results ---- */

static int
document_result(const struct agg_state *state, const struct agg_cell *cell,
    struct arena *arena, struct datum *out, struct error *err)
{
	bool is_jsonb = state->call->type.oid == TYPE_JSONB;
	struct arena scratch;
	struct buf text, canonical;
	int rc = 0;

	arena_init(&scratch, arena->budget);
	buf_init_charged(&text, arena->budget);
	buf_init_charged(&canonical, arena->budget);
	buf_put(&text, cell->text.data, cell->text.len);
	buf_put_cstr(&text, is_object(state) ? " }" : "]");
	if (is_jsonb && !text.failed)
		rc = json_canonical(buf_str(&text), JSON_DEPTH_LIMIT, &scratch,
		    &canonical, err);
	if (rc == 0 && text.failed)
		rc = error_no_memory(err);
	if (rc == 0 && !is_jsonb)
		rc = json_check_depth(buf_str(&text), err);
	if (rc == 0)
		out->str =
		    arena_str(arena, buf_str(is_jsonb ? &canonical : &text));
	buf_release(&text);
	buf_release(&canonical);
	arena_release(&scratch);
	return rc;
}

int
agg_collect_result(const struct agg_state *state, const struct agg_cell *cell,
    struct arena *arena, struct datum *out, struct error *err)
{
	if (out->is_null)
		return 0;
	if (state->call->kind == AGG_ARRAY_AGG)
		return array_list_make(cell->list, &state->call->arg->type,
		    arena, &out->str, err);
	return document_result(state, cell, arena, out, err);
}
