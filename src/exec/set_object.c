/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/set_object.h"

#include "common/error.h"
#include "exec/object_address.h"
#include "types/array.h"

static struct datum
text_or_null(struct str text)
{
	return (struct datum){ .is_null = text.len == 0, .str = text };
}

static int
text_array(const struct str *texts, uint32_t count, struct arena *arena,
    struct datum *out, struct error *err)
{
	const struct array_shape shape = array_shape_list(count);
	struct datum items[ARRAY_LEN(((struct object_identity *)0)->parts)];

	for (uint32_t i = 0; i < count; i++)
		items[i] = (struct datum){ .str = texts[i] };
	return array_make(&shape, PHYS_STR, items, arena, &out->str, err);
}

static int
identity_row(const struct plan_names *names, enum set_function_id id,
    const struct datum *args, struct datum *row, struct arena *arena,
    struct error *err)
{
	const struct object_address address = {
		.class_oid = (uint32_t)args[0].i64,
		.oid = (uint32_t)args[1].i64,
		.column = args[2].i64,
	};
	struct object_identity its;
	int rc = object_identify(names, &address, arena, &its, err);

	if (rc != 0)
		return rc;
	row[0] = text_or_null(its.type);
	if (id == SET_OBJECT_IDENTITY) {
		row[1] = text_or_null(its.schema);
		row[2] = text_or_null(its.name);
		row[3] = text_or_null(its.identity);
		return 0;
	}
	row[1].is_null = row[2].is_null = its.part_count == 0;
	if (its.part_count == 0)
		return 0;
	rc = text_array(its.parts, its.part_count, arena, &row[1], err);
	return rc == 0 ? text_array(NULL, 0, arena, &row[2], err) : rc;
}

/* The texts of a list, none of which may be null. */
static int
read_list(struct str value, struct arena *arena, struct str **out,
    uint32_t *count, struct error *err)
{
	const struct array array = array_open(value);

	*count = array.count;
	*out =
	    arena_try_alloc(arena, ((size_t)array.count + 1) * sizeof(**out));
	if (*out == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < array.count; i++) {
		if (array_is_null(&array, i))
			return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
			    "name or argument lists may not contain nulls");
		(*out)[i] = array_get(&array, PHYS_STR, i, arena).str;
	}
	return 0;
}

static int
address_row(const struct plan_names *names, const struct datum *args,
    struct datum *row, struct arena *arena, struct error *err)
{
	struct object_address address;
	struct str *parts, *types;
	uint32_t count, type_count;
	int rc = read_list(args[1].str, arena, &parts, &count, err);

	if (rc == 0)
		rc = read_list(args[2].str, arena, &types, &type_count, err);
	if (rc == 0)
		rc = object_find(names, args[0].str, parts, count, arena,
		    &address, err);
	if (rc != 0)
		return rc;
	row[0].i64 = address.class_oid;
	row[1].i64 = address.oid;
	row[2].i64 = address.column;
	return 0;
}

int
set_object_row(const struct plan_names *names, enum set_function_id id,
    const struct datum *args, struct datum *row, struct arena *arena,
    struct error *err)
{
	uint32_t columns = id == SET_OBJECT_IDENTITY ? 4 : 3;

	if (names == NULL)
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "there is no catalogue to ask");
	if (args[0].is_null || args[1].is_null || args[2].is_null) {
		for (uint32_t i = 0; i < columns; i++)
			row[i].is_null = true;
		return 0;
	}
	if (id == SET_OBJECT_ADDRESS)
		return address_row(names, args, row, arena, err);
	return identity_row(names, id, args, row, arena, err);
}
