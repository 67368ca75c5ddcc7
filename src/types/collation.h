/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collation.h -- the names of the one order that text has here: bytewise.
 *
 * Every collation in the table sorts as C does.  Which one a value has is known
 * for COLLATE's rules and for pg_collation_for() only.
 *
 * Threads: the table is constant.
 */
#pragma once

#include <stdint.h>

#include "common/str.h"
#include "types/type.h"

/* PostgreSQL's OIDs; those past 12000 are what initdb of version 15 gives. */
enum collation_oid {
	COLLATION_NONE = 0, /* of a type that has none */
	COLLATION_DEFAULT = 100,
	COLLATION_C = 950,
	COLLATION_POSIX = 951,
	COLLATION_UCS_BASIC = 12340,
	COLLATION_C_UTF8 = 12341,
};

/* COLLATION_NONE if the name is not one of ours. */
enum collation_oid collation_of_name(struct str name);

/* As it was made; quoted where SQL wants it by the caller. */
struct str collation_name(enum collation_oid oid);

/* What a type's values have by themselves; arrays as their elements. */
enum collation_oid type_collation(const struct type *type);
