/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.h -- rows as values: ROW(1, 'x'), a whole row of a table.
 *
 * The value is a string (PHYS_STR), as that of an array is: who keeps, groups,
 * sorts or spills strings does so with rows.  It says itself what its columns
 * are, so that rows of any shape may meet in one column or array of records:
 *
 *   pointer to its struct row_type
 *   u8 is null, of each field
 *   u32 offset behind each field, from the first one's
 *   the fields: see packed.h
 *
 * The string is in the machine's order, not aligned, and never leaves the
 * process: clients see the record's text or binary form.
 *
 * Memory: a struct record borrows from its string.  A row_type lives as long as
 * the plan of the statement that makes its rows.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/str.h"
#include "types/type.h"
#include "vec/value.h"

struct error;

struct row_type {
	uint32_t count;
	const struct type *types; /* of the columns */
	const struct str *names;
};

struct record {
	const struct row_type *row;
	const char *nulls, *ends, *data;
};

/* The type of rows; `row` NULL: their columns are not known. */
static inline struct type
type_of_row(const struct row_type *row)
{
	return (struct type){ .oid = TYPE_RECORD, .mod = -1, .row = row };
}

struct record record_open(struct str value);

static inline bool
record_is_null(const struct record *record, uint32_t i)
{
	return record->nulls[i] != 0;
}

/* Field i from 0.  Strings are borrowed; limbs are in the arena. */
struct datum record_get(const struct record *record, uint32_t i,
    struct arena *arena);

/* 54000 if it is larger than 1 GiB, 53200 if there is no memory. */
MUST_USE int record_make(const struct row_type *row, const struct datum *fields,
    struct arena *arena, struct str *out, struct error *err);

/*
 * As ORDER BY has it: the first fields that differ decide, a null being equal
 * to a null and greater than any value.  Fields of different types are ordered
 * by these.
 */
int record_compare(struct str left, struct str right);

uint64_t record_hash(struct str value);
