/* SPDX-License-Identifier: Apache-2.0 */
/*
 * object_names.h -- names of catalogue objects, for the types whose values are
 * OIDs that read and print as names: regclass, regtype, regproc ...
 *
 * This layer has no catalogue.  Who reads or prints values gives one of these
 * in struct type_settings; without it OIDs are numbers.
 *
 * Threads: any at once; what it looks into does not change.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"

struct error;

struct object_names {
	/*
	 * Find the object that a text names, as the input function of `type`
	 * (TYPE_REGCLASS ...) reads it: quotes, schema, search_path.  A number
	 * or "-" is no name and does not come here.
	 *
	 * Returns 0 and *oid, or the error PostgreSQL has:
	 * STELE_E_UNDEFINED_TABLE, _UNDEFINED_OBJECT, _UNDEFINED_FUNCTION,
	 * _AMBIGUOUS_FUNCTION, _INVALID_NAME, _UNDEFINED_SCHEMA ...
	 */
	int (*find)(const struct object_names *names, uint32_t type,
	    struct str text, uint32_t *oid, struct error *err);

	/*
	 * Append the name of an object as it is printed, with its schema where
	 * it would not be found without.  False: there is none.
	 */
	bool (*put)(const struct object_names *names, uint32_t type,
	    uint32_t oid, struct buf *out);
};
