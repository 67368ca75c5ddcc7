/* SPDX-License-Identifier: Apache-2.0 */
/*
 * array.h -- arrays as values.
 *
 * The value of an array type is a string (PHYS_STR) that says its shape and has
 * all elements; the type says what they are.  So arrays are stored, sorted,
 * hashed and copied by what does so with strings, and only what looks inside
 * needs this header.  The string is ours alone: it leaves the process in the
 * type's text or binary form.
 *
 *   u32 dimensions; for each: i32 length, i32 lower bound
 *   u8 is null, of each element
 *   u32 offset behind each element, from the first one's
 *   the elements, last subscript first: see array.c
 *
 * An array without elements has no dimensions.  The numbers are in the
 * machine's order and not aligned.
 *
 * Memory: a struct array borrows from its string.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/str.h"
#include "types/type.h"
#include "vec/value.h"

struct error;

#define ARRAY_DIMS_MAX     6         /* PostgreSQL's limits */
#define ARRAY_ELEMENTS_MAX 134217727 /* 2^27 - 1 */

struct array_shape {
	uint32_t dims; /* 0: no elements */
	int32_t lengths[ARRAY_DIMS_MAX];
	int32_t lowers[ARRAY_DIMS_MAX]; /* the first subscripts */
};

bool array_shape_equal(const struct array_shape *a,
    const struct array_shape *b);

struct array {
	struct array_shape shape;
	uint32_t count; /* of elements */
	const char *nulls, *ends, *data;
};

/* One dimension, from 1. */
static inline struct array_shape
array_shape_list(uint32_t count)
{
	return (struct array_shape){ .dims = count > 0,
		.lengths = { (int32_t)count },
		.lowers = { 1 } };
}

/*
 * The number of elements of a shape.  54000 if there are too many, or a
 * subscript would be beyond an int4.
 */
MUST_USE int array_shape_count(const struct array_shape *shape, uint32_t *out,
    struct error *err);

struct array array_open(struct str value);

static inline bool
array_is_null(const struct array *array, uint32_t i)
{
	return array->nulls[i] != 0;
}

/* Element i from 0.  Strings are borrowed; limbs are in the arena. */
struct datum array_get(const struct array *array, enum phys phys, uint32_t i,
    struct arena *arena);

/* All elements, to where there is room for as many; 53200. */
MUST_USE int array_take(const struct array *array, enum phys phys,
    struct arena *arena, struct datum *out, struct error *err);

/* The same, to room in the arena. */
MUST_USE int array_elements(const struct array *array, enum phys phys,
    struct arena *arena, struct datum **out, struct error *err);

/*
 * Make a value of as many elements as the shape has.  54000 if it is larger
 * than 1 GiB, 53200 if there is no memory.
 */
MUST_USE int array_make(const struct array_shape *shape, enum phys phys,
    const struct datum *elements, struct arena *arena, struct str *out,
    struct error *err);

/* The same with one value in all places; may be cancelled. */
MUST_USE int array_make_filled(const struct array_shape *shape, enum phys phys,
    const struct datum *value, const atomic_bool *cancel, struct arena *arena,
    struct str *out, struct error *err);

/* ---- types ---- */

bool type_is_array(const struct type *type);

/* Of an array's elements, with its modifier; of no array: oid 0. */
struct type type_element(const struct type *array);

/* The type of arrays of these elements; oid 0: there is none. */
struct type type_array_of(const struct type *element);

/*
 * The type of an array's parts and of arrays of it, which may have any
 * dimensions: int2[] of an int2vector, else its own.
 */
struct type type_array_plain(const struct type *array);
