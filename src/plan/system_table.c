/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/system_table.h"

#include <stddef.h>

const struct system_table *
system_table_find(const struct system_tables *tables, struct str schema,
    struct str name)
{
	for (uint32_t i = 0; tables != NULL && i < tables->count; i++) {
		const struct system_table *table = tables->items[i];

		if (str_equal(name, str_of_cstr(table->name)) &&
		    str_equal(schema, str_of_cstr(table->schema)))
			return table;
	}
	return NULL;
}
