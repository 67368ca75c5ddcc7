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

/* What PostgreSQL numbers them. */
static const struct {
	const char *name;
	int16_t attnum;
} system_columns[] = {
	{ "ctid", -1 },
	{ "xmin", -2 },
	{ "xmax", -4 },
	{ "tableoid", -6 },
};

static int16_t
attnum_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(system_columns); i++)
		if (str_equal(name, str_of_cstr(system_columns[i].name)))
			return system_columns[i].attnum;
	return 0;
}

static struct expr *
value_of(struct binder *binder, const struct range *range, int16_t attnum,
    int location)
{
	switch (attnum) {
	case -1:
		return place_of(binder, range, location);
	case -2:
		return number(binder, TYPE_XID, maker_of(binder, range),
		    location);
	case -4:
		return number(binder, TYPE_XID, XID_INVALID, location);
	case -6:
		return number(binder, TYPE_OID, range->system_oid, location);
	default:
		return NULL;
	}
}

struct expr *
range_system_column(struct binder *binder, const struct range *range,
    struct str name, int location)
{
	int16_t attnum = range->system_oid == 0 ? 0 : attnum_of(name);
	struct expr *value = value_of(binder, range, attnum, location);

	if (value == NULL)
		return NULL;
	if (attnum != -1) /* whose event_id is null then */
		value = range_unless_null(binder, range, value);
	binder->system_column = (struct system_column_use){ .expr = value,
		.table_oid = range->system_oid,
		.attnum = attnum };
	return value;
}
