/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plain_row.h"

#include "common/arena.h"
#include "engine/catalog/catalog.h"
#include "plan/expr.h"
#include "plan/logical.h"
#include "types/function.h"
#include "types/type.h"

#define STORE_VALUES 3

/* Settings and clock have no say in what a constant of it is. */
static bool
is_timeless(const struct type *type)
{
	switch (type->oid) {
	case TYPE_BOOL:
	case TYPE_INT2:
	case TYPE_INT4:
	case TYPE_INT8:
	case TYPE_FLOAT4:
	case TYPE_FLOAT8:
	case TYPE_NUMERIC:
	case TYPE_TEXT:
	case TYPE_VARCHAR:
	case TYPE_JSON:
	case TYPE_JSONB:
	case TYPE_UUID:
		return true;
	default:
		return false;
	}
}

static bool
take_value(const struct expr *expr, struct plain_row *row)
{
	struct plain_value *value = &row->values[row->count++];

	*value = (struct plain_value){ .constant = { .is_null = true } };
	if (expr == NULL)
		return true;
	switch (expr->kind) {
	case EXPR_CONST:
		value->constant = expr->value;
		row->is_timeless &=
		    expr->value.is_null || is_timeless(&expr->type);
		return true;
	case EXPR_PARAM:
		value->kind = PLAIN_PARAM;
		value->param = expr->param;
		return true;
	case EXPR_CALL:
		value->kind = PLAIN_NOW;
		return expr->function->id == FN_NOW;
	default:
		return false;
	}
}

static bool
take_store(const struct plan_store *store, struct plain_row *row)
{
	bool is_plain = take_value(store->context, row);

	is_plain &= take_value(store->at, row);
	if (store->at == NULL)
		row->values[1].kind = PLAIN_NOW;
	return is_plain && take_value(store->payload, row);
}

static bool
has_decimals(const struct event_type *type)
{
	for (uint32_t i = 0; i < type->field_count; i++)
		if (type->fields[i].type.oid == TYPE_NUMERIC)
			return true;
	return false;
}

const struct plain_row *
plain_row_of(const struct plan_insert *insert, struct arena *arena)
{
	bool is_store = insert->store.payload != NULL;
	uint32_t count = is_store ? STORE_VALUES : insert->value_count;
	struct plain_row *row;
	bool is_plain = is_store || insert->is_single_row;

	if (!is_plain)
		return NULL;
	row = arena_alloc(arena, sizeof(*row) + count * sizeof(row->values[0]));
	row->is_timeless = true;
	row->has_decimals = has_decimals(insert->type);
	row->count = 0;
	if (is_store)
		is_plain = take_store(&insert->store, row);
	for (uint32_t i = 0; !is_store && is_plain && i < count; i++)
		is_plain = take_value(insert->values[i], row);
	return is_plain ? row : NULL;
}
