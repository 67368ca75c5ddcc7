/* SPDX-License-Identifier: Apache-2.0 */
#include "types/collation.h"

#include "common/attr.h"
#include "types/array.h"

static const struct {
	const char *name;
	enum collation_oid oid;
} collations[] = {
	{ "default", COLLATION_DEFAULT }, { "C", COLLATION_C },
	{ "POSIX", COLLATION_POSIX }, { "ucs_basic", COLLATION_UCS_BASIC },
	{ "C.utf8", COLLATION_C_UTF8 },
	{ "C.UTF-8", COLLATION_C_UTF8 }, /* as glibc spells it too */
};

enum collation_oid
collation_of_name(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(collations); i++) {
		if (str_equal(name, str_of_cstr(collations[i].name)))
			return collations[i].oid;
	}
	return COLLATION_NONE;
}

struct str
collation_name(enum collation_oid oid)
{
	for (size_t i = 0; i < ARRAY_LEN(collations); i++) {
		if (collations[i].oid == oid)
			return str_of_cstr(collations[i].name);
	}
	return STR("");
}

enum collation_oid
type_collation(const struct type *type)
{
	const struct type element = type_element(type);

	switch (element.oid != 0 ? element.oid : type->oid) {
	case TYPE_NAME:
		return COLLATION_C;
	case TYPE_TEXT:
	case TYPE_VARCHAR:
	case TYPE_BPCHAR:
		return COLLATION_DEFAULT;
	default:
		return COLLATION_NONE;
	}
}
