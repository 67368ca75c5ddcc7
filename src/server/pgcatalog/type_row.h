/* SPDX-License-Identifier: Apache-2.0 */
/*
 * type_row.h -- types as pg_type has them: PostgreSQL's built-in ones, users'
 * enums, the row types of relations, and the arrays of all these; private to
 * src/server/pgcatalog/.
 *
 * Threads: constant, or as the catalogue that is asked.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"
#include "plan/relation.h"

/* Functions are OIDs of pg_proc; 0 is none throughout. */
struct type_row {
	uint32_t oid;
	struct str name;
	bool is_array_of_name; /* typname is "_" and the name */
	uint32_t schema;       /* enum schema_oid */
	int16_t len;
	bool is_by_value;
	char type;     /* typtype */
	char category; /* typcategory */
	bool is_preferred;
	char delimiter;
	uint32_t relation; /* of a row type: whose rows they are */
	uint32_t element;
	uint32_t array;
	uint32_t subscript;
	uint32_t input, output, receive, send;
	uint32_t mod_in, mod_out, analyze;
	char align;
	char storage;
	uint32_t base; /* of a domain */
	int32_t base_mod;
	uint32_t collation;
};

bool type_row_by_oid(const struct relation_space *space, uint32_t oid,
    struct type_row *out);

/* opclass_rows.c: the operator class of btree that orders it; 0: none does. */
uint32_t opclass_of_type(const struct type_row *type);

/* Call `fn` with every type until it fails; its code, or 0. */
int type_rows_each(const struct relation_space *space,
    int (*fn)(void *arg, const struct type_row *row), void *arg);
