/* SPDX-License-Identifier: Apache-2.0 */
#include "types/array_list.h"

#include <string.h>

#include "common/error.h"

static int
reserve(struct array_list *list, uint32_t more, struct arena *arena,
    struct error *err)
{
	uint64_t count = (uint64_t)list->count + more;
	uint64_t capacity = list->capacity == 0 ? 8 : list->capacity;
	struct datum *items;

	if (count <= list->capacity)
		return 0;
	if (count > ARRAY_ELEMENTS_MAX)
		return error_set(err, STELE_E_LIMIT,
		    "array size exceeds the maximum allowed (%d)",
		    ARRAY_ELEMENTS_MAX);
	while (capacity < count)
		capacity *= 2;
	items = arena_try_alloc(arena, capacity * sizeof(*items));
	if (items == NULL)
		return error_no_memory(err);
	if (list->count > 0)
		memcpy(items, list->items, list->count * sizeof(*items));
	list->items = items;
	list->capacity = (uint32_t)capacity;
	return 0;
}

static int
check_array(const struct array_list *list, const struct datum *value,
    const struct array *array, struct error *err)
{
	if (value->is_null)
		return error_set(err, STELE_E_NULL_NOT_ALLOWED,
		    "cannot accumulate null arrays");
	if (array->count == 0)
		return error_set(err, STELE_E_ARRAY_SUBSCRIPT,
		    "cannot accumulate empty arrays");
	if (array->shape.dims == ARRAY_DIMS_MAX)
		return error_set(err, STELE_E_LIMIT,
		    "number of array dimensions (%d) exceeds the maximum"
		    " allowed (%d)",
		    ARRAY_DIMS_MAX + 1, ARRAY_DIMS_MAX);
	if (list->values > 0 && !array_shape_equal(&list->shape, &array->shape))
		return error_set(err, STELE_E_ARRAY_SUBSCRIPT,
		    "cannot accumulate arrays of different dimensionality");
	return 0;
}

static int
add_array(struct array_list *list, const struct type *type,
    const struct datum *value, struct arena *arena, struct error *err)
{
	const struct type element = type_element(type);
	struct array array = { .count = 0 };
	enum phys phys = type_phys(&element);
	struct datum kept;
	int rc;

	if (!value->is_null)
		array = array_open(value->str);
	rc = check_array(list, value, &array, err);
	if (rc == 0)
		rc = reserve(list, array.count, arena, err);
	if (rc != 0)
		return rc;
	kept = datum_copy(PHYS_STR, value, arena);
	array = array_open(kept.str);
	for (uint32_t i = 0; i < array.count; i++)
		list->items[list->count++] = array_get(&array, phys, i, arena);
	list->shape = array.shape;
	list->values++;
	return 0;
}

int
array_list_add(struct array_list *list, const struct type *type,
    const struct datum *value, struct arena *arena, struct error *err)
{
	int rc;

	if (type_is_array(type))
		return add_array(list, type, value, arena, err);
	rc = reserve(list, 1, arena, err);
	if (rc != 0)
		return rc;
	list->items[list->count++] =
	    value->is_null ? *value : datum_copy(type_phys(type), value, arena);
	list->values++;
	return 0;
}

int
array_list_make(const struct array_list *list, const struct type *type,
    struct arena *arena, struct str *out, struct error *err)
{
	const struct type element =
	    type_is_array(type) ? type_element(type) : *type;
	struct array_shape shape = array_shape_list(list->values);

	if (type_is_array(type) && list->values > 0) {
		shape.dims = list->shape.dims + 1;
		for (uint32_t d = 0; d < list->shape.dims; d++) {
			shape.lengths[d + 1] = list->shape.lengths[d];
			shape.lowers[d + 1] = list->shape.lowers[d];
		}
	}
	return array_make(&shape, type_phys(&element), list->items, arena, out,
	    err);
}
