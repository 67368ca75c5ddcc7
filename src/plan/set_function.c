/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/set_function.h"

#include <stddef.h>

#include "common/attr.h"
#include "types/type.h"

#define SERIES(kind, count, type, step) \
	{ \
		"generate_series", SET_SERIES_##kind, count, \
		    { TYPE_##type, TYPE_##type, TYPE_##step }, TYPE_##type \
	}

static const struct set_function set_functions[] = {
	SERIES(INT, 2, INT4, INT4),
	SERIES(INT, 3, INT4, INT4),
	SERIES(INT, 2, INT8, INT8),
	SERIES(INT, 3, INT8, INT8),
	SERIES(NUMERIC, 2, NUMERIC, NUMERIC),
	SERIES(NUMERIC, 3, NUMERIC, NUMERIC),
	SERIES(TIMESTAMP, 3, TIMESTAMP, INTERVAL),
	SERIES(TIMESTAMPTZ, 3, TIMESTAMPTZ, INTERVAL),
};

const struct set_function *
set_function_next(struct str name, const struct set_function *previous)
{
	size_t i =
	    previous == NULL ? 0 : (size_t)(previous - set_functions) + 1;

	for (; i < ARRAY_LEN(set_functions); i++) {
		if (str_equal(name, str_of_cstr(set_functions[i].name)))
			return &set_functions[i];
	}
	return NULL;
}
