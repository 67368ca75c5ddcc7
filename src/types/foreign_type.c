/* SPDX-License-Identifier: Apache-2.0 */
#include "types/foreign_type.h"

#include <stddef.h>

#include "common/attr.h"

static const struct foreign_type foreign_types[] = {
#define FOREIGN(oid, name, sql_name) { oid, name, sql_name },
#include "types/foreign_types.def"
#undef FOREIGN
};

const struct foreign_type *
foreign_type_by_oid(uint32_t oid)
{
	for (size_t i = 0; i < ARRAY_LEN(foreign_types); i++)
		if (foreign_types[i].oid == oid)
			return &foreign_types[i];
	return NULL;
}

const struct foreign_type *
foreign_type_by_name(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(foreign_types); i++)
		if (str_equal(name, str_of_cstr(foreign_types[i].name)))
			return &foreign_types[i];
	return NULL;
}
