/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_system_column.c -- columns that every table has and no star shows.
 *
 * PostgreSQL keeps them with each row.  Here rows have neither a place nor
 * versions, so that they are the same for all rows of a table.
 */
#include "engine/catalog/catalog.h"
#include "plan/bind.h"

struct expr *
range_system_column(struct binder *binder, const struct range *range,
    struct str name, int location)
{
	const struct datum oid = { .i64 = range->system_oid };

	if (range->system_oid == 0 || !str_equal(name, STR("tableoid")))
		return NULL;
	return range_unless_null(binder, range,
	    expr_const(binder->arena, type_of(TYPE_OID), location, &oid));
}
