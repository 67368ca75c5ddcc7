/* SPDX-License-Identifier: Apache-2.0 */
/*
 * foreign_type.h -- the types of PostgreSQL that have no values here: point,
 * int4range, trigger ...  Clients ask for their names, and messages say that
 * they are not supported.
 *
 * Threads: constant.
 */
#pragma once

#include <stdint.h>

#include "common/str.h"

struct foreign_type {
	uint32_t oid;
	const char *name;     /* typname */
	const char *sql_name; /* format_type() */
};

/* NULL if there is none; names are exact. */
const struct foreign_type *foreign_type_by_oid(uint32_t oid);
const struct foreign_type *foreign_type_by_name(struct str name);
