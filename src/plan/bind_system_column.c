/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_system_column.c -- columns that every table has and no star shows.
 *
 * PostgreSQL keeps them with each row.  Here the place of an event is its
 * event_id, and no event has versions: it was there before all transactions
 * that may be asked about.  Rows of the catalogue are as old as its last change.
 */
#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/temp_table.h"

#define XID_INVALID 0
#define XID_FROZEN  2
#define XID_FIRST   3 /* of a transaction */

static struct expr *
number(struct binder *binder, uint32_t type, int64_t value, int location)
{
	const struct datum datum = { .i64 = value };

	return expr_const(binder->arena, type_of(type), location, &datum);
}

/* The transaction that made a row. */
static int64_t
maker_of(const struct binder *binder, const struct range *range)
{
	const struct catalog *catalog = binder->context->catalog;

	if (range->system_oid >= FIRST_USER_OID)
		return XID_FROZEN;
	return (uint32_t)(XID_FIRST + catalog->generation);
}

/* An event's event_id, or a row's number, in the form of a tid. */
static struct expr *
place_of(struct binder *binder, const struct range *range, int location)
{
	bool is_temp = range->system_oid >= TEMP_OID_FIRST;
	struct expr *place;

	if (range->system_oid < FIRST_USER_OID)
		return NULL;
	place =
	    expr_new(binder->arena, EXPR_CALL, type_of(TYPE_TID), location, 1);
	place->function = function_by_id(FN_EVENT_TID);
	place->args[0] = is_temp
	    ? expr_column(binder->arena, type_of(TYPE_INT8), location,
		  range->rel_id, range->column_count)
	    : range_column_expr(binder, range, COLUMN_EVENT_ID - 1, location);
	return place;
}

struct expr *
range_system_column(struct binder *binder, const struct range *range,
    struct str name, int location)
{
	struct expr *value;

	if (range->system_oid == 0)
		return NULL;
	if (str_equal(name, STR("tableoid")))
		value = number(binder, TYPE_OID, range->system_oid, location);
	else if (str_equal(name, STR("xmin")))
		value =
		    number(binder, TYPE_XID, maker_of(binder, range), location);
	else if (str_equal(name, STR("xmax")))
		value = number(binder, TYPE_XID, XID_INVALID, location);
	else if (str_equal(name, STR("ctid")))
		return place_of(binder, range, location);
	else
		return NULL;
	return range_unless_null(binder, range, value);
}
