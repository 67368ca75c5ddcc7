/* SPDX-License-Identifier: Apache-2.0 */
#include "types/array.h"

#include <string.h>

#include "common/cancel.h"
#include "common/error.h"
#include "common/must.h"
#include "types/packed.h"

#define VALUE_BYTES_MAX ((size_t)1 << 30) /* PostgreSQL's limit, too */

/* ---- shapes ---- */

int
array_shape_count(const struct array_shape *shape, uint32_t *out,
    struct error *err)
{
	int64_t count = shape->dims > 0;

	for (uint32_t d = 0; d < shape->dims; d++) {
		int64_t limit = (int64_t)shape->lowers[d] + shape->lengths[d];

		count *= shape->lengths[d];
		if (shape->lengths[d] < 0 || count > ARRAY_ELEMENTS_MAX)
			return error_set(err, STELE_E_LIMIT,
			    "array size exceeds the maximum allowed (%d)",
			    ARRAY_ELEMENTS_MAX);
		if (limit > INT32_MAX)
			return error_set(err, STELE_E_LIMIT,
			    "array lower bound is too large: %d",
			    shape->lowers[d]);
	}
	*out = (uint32_t)count;
	return 0;
}

bool
array_shape_equal(const struct array_shape *a, const struct array_shape *b)
{
	bool is_equal = a->dims == b->dims;

	for (uint32_t d = 0; d < a->dims && is_equal; d++)
		is_equal = a->lengths[d] == b->lengths[d] &&
		    a->lowers[d] == b->lowers[d];
	return is_equal;
}

/* ---- reading ---- */

static uint32_t
read_u32(const char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

struct array
array_open(struct str value)
{
	struct array array = { .count = 0 };
	struct array_shape *shape = &array.shape;
	const char *at;

	if (value.len <= sizeof(uint32_t))
		return array;
	at = value.data + sizeof(uint32_t);
	shape->dims = read_u32(value.data);
	MUST(shape->dims <= ARRAY_DIMS_MAX);
	array.count = 1;
	for (uint32_t d = 0; d < shape->dims; d++) {
		shape->lengths[d] = (int32_t)read_u32(at);
		shape->lowers[d] = (int32_t)read_u32(at + sizeof(uint32_t));
		array.count *= (uint32_t)shape->lengths[d];
		at += 2 * sizeof(uint32_t);
	}
	array.nulls = at;
	array.ends = at + array.count;
	array.data = array.ends + array.count * sizeof(uint32_t);
	return array;
}

static struct str
bytes_of(const struct array *array, uint32_t i)
{
	size_t first = 0;
	size_t end = read_u32(array->ends + i * sizeof(uint32_t));

	if (i > 0)
		first = read_u32(array->ends + (i - 1) * sizeof(uint32_t));
	return str_of(array->data + first, end - first);
}

struct datum
array_get(const struct array *array, enum phys phys, uint32_t i,
    struct arena *arena)
{
	if (array_is_null(array, i))
		return (struct datum){ .is_null = true };
	return packed_read(phys, bytes_of(array, i), arena);
}

int
array_take(const struct array *array, enum phys phys, struct arena *arena,
    struct datum *out, struct error *err)
{
	for (uint32_t i = 0; i < array->count && !arena->failed; i++)
		out[i] = array_get(array, phys, i, arena);
	return arena_check(arena, err);
}

int
array_elements(const struct array *array, enum phys phys, struct arena *arena,
    struct datum **out, struct error *err)
{
	*out = arena_try_array(arena, (size_t)array->count + 1, sizeof(**out));
	if (*out == NULL)
		return error_no_memory(err);
	return array_take(array, phys, arena, *out, err);
}

/* ---- making ---- */

static char *
write_u32(char *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
	return at + sizeof(value);
}

static char *
write_shape(char *at, const struct array_shape *shape)
{
	at = write_u32(at, shape->dims);
	for (uint32_t d = 0; d < shape->dims; d++) {
		at = write_u32(at, (uint32_t)shape->lengths[d]);
		at = write_u32(at, (uint32_t)shape->lowers[d]);
	}
	return at;
}

/* Element i is elements[i * step]: with step 0 all are the same. */
struct elements {
	const struct datum *items;
	size_t step;
	const atomic_bool *cancel;
};

/* Between two looks for a cancel, a power of 2. */
#define CANCEL_ELEMENTS 65536u

static int
make(const struct array_shape *shape, enum phys phys,
    const struct elements *elements, struct arena *arena, struct str *out,
    struct error *err)
{
	size_t header = sizeof(uint32_t) * (1 + 2 * (size_t)shape->dims);
	size_t size = 0;
	char *value, *at, *nulls, *ends, *data;
	uint32_t count;
	int rc;

	rc = array_shape_count(shape, &count, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < count && size < VALUE_BYTES_MAX; i++)
		size += packed_size(phys, &elements->items[i * elements->step]);
	size += header + count * (1 + sizeof(uint32_t));
	if (size >= VALUE_BYTES_MAX)
		return error_set(err, STELE_E_LIMIT,
		    "array size exceeds the maximum allowed (%zu)",
		    VALUE_BYTES_MAX - 1);
	value = arena_try_alloc(arena, size);
	if (value == NULL)
		return error_no_memory(err);
	*out = str_of(value, size);
	nulls = write_shape(value, shape);
	ends = nulls + count;
	data = at = ends + count * sizeof(uint32_t);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		const struct datum *item = &elements->items[i * elements->step];

		if (i % CANCEL_ELEMENTS == 0)
			rc = cancel_check(elements->cancel, err);
		nulls[i] = (char)item->is_null;
		if (!item->is_null)
			packed_write(phys, item, at);
		at += packed_size(phys, item);
		ends = write_u32(ends, (uint32_t)(at - data));
	}
	return rc;
}

int
array_make(const struct array_shape *shape, enum phys phys,
    const struct datum *elements, struct arena *arena, struct str *out,
    struct error *err)
{
	const struct elements all = { .items = elements, .step = 1 };

	return make(shape, phys, &all, arena, out, err);
}

int
array_make_filled(const struct array_shape *shape, enum phys phys,
    const struct datum *value, const atomic_bool *cancel, struct arena *arena,
    struct str *out, struct error *err)
{
	const struct elements all = { .items = value, .cancel = cancel };

	return make(shape, phys, &all, arena, out, err);
}

/* ---- types ---- */

bool
type_is_array(const struct type *type)
{
	const struct type_info *info;

	if (type->enum_type != NULL)
		return type->oid == type->enum_type->array_oid;
	info = type_info(type->oid);
	return info != NULL && info->element_oid != 0;
}

struct type
type_element(const struct type *array)
{
	struct type element = *array;

	if (!type_is_array(array))
		return type_of(0);
	element.oid = array->enum_type != NULL
	    ? array->enum_type->oid
	    : type_info(array->oid)->element_oid;
	return element;
}

struct type
type_array_of(const struct type *element)
{
	struct type array = *element;
	const struct type_info *info;

	if (type_is_array(element))
		return type_of(0);
	if (element->enum_type != NULL) {
		array.oid = element->enum_type->array_oid;
		return array;
	}
	info = type_info(element->oid);
	if (info == NULL)
		return type_of(0);
	array.oid = info->array_oid;
	return array;
}

struct type
type_array_plain(const struct type *array)
{
	const struct type element = type_element(array);

	if (array->oid == TYPE_INT2VECTOR || array->oid == TYPE_OIDVECTOR)
		return type_array_of(&element);
	return *array;
}
