/* SPDX-License-Identifier: Apache-2.0 */
#include "vec/vec.h"

#include <assert.h>
#include <string.h>

static const size_t size_of_phys[PHYS_COUNT] = {
	[PHYS_BOOL] = sizeof(uint8_t),
	[PHYS_I64] = sizeof(int64_t),
	[PHYS_F64] = sizeof(double),
	[PHYS_NUMERIC] = sizeof(struct numeric),
	[PHYS_STR] = sizeof(struct str),
	[PHYS_UUID] = sizeof(struct uuid),
	[PHYS_INTERVAL] = sizeof(struct interval),
};

size_t
phys_size(enum phys phys)
{
	return size_of_phys[phys];
}

void
vec_init(struct vec *vec, enum phys phys, uint32_t rows, struct arena *arena)
{
	size_t bytes = (rows == 0 ? 1 : rows) * phys_size(phys);

	*vec = (struct vec){ .phys = phys };
	vec->data = arena_alloc(arena, bytes);
}

void
vec_init_constant(struct vec *vec, enum phys phys, const struct datum *value,
    struct arena *arena)
{
	vec_init(vec, phys, 1, arena);
	vec->is_constant = true;
	if (value->is_null)
		(void)vec_need_nulls(vec, 1, arena);
	vec_set(vec, 0, value);
}

uint8_t *
vec_need_nulls(struct vec *vec, uint32_t rows, struct arena *arena)
{
	if (vec->nulls == NULL)
		vec->nulls = arena_zalloc(arena, rows == 0 ? 1 : rows);
	return vec->nulls;
}

struct datum
vec_get(const struct vec *vec, uint32_t row)
{
	struct datum value = { .is_null = vec_is_null(vec, row) };
	uint32_t at = vec_index(vec, row);

	if (value.is_null)
		return value;
	switch (vec->phys) {
	case PHYS_BOOL:
		value.boolean = vec->boolean[at] != 0;
		break;
	case PHYS_I64:
		value.i64 = vec->i64[at];
		break;
	case PHYS_F64:
		value.f64 = vec->f64[at];
		break;
	case PHYS_NUMERIC:
		value.numeric = vec->numeric[at];
		break;
	case PHYS_STR:
		value.str = vec->str[at];
		break;
	case PHYS_UUID:
		value.uuid = vec->uuid[at];
		break;
	case PHYS_INTERVAL:
		value.interval = vec->interval[at];
		break;
	case PHYS_COUNT:
		break;
	}
	return value;
}

void
vec_set(struct vec *vec, uint32_t row, const struct datum *value)
{
	if (vec->nulls != NULL)
		vec->nulls[row] = value->is_null;
	assert(vec->nulls != NULL || !value->is_null);
	if (value->is_null) {
		memset((char *)vec->data + row * phys_size(vec->phys), 0,
		    phys_size(vec->phys));
		return;
	}
	switch (vec->phys) {
	case PHYS_BOOL:
		vec->boolean[row] = value->boolean;
		break;
	case PHYS_I64:
		vec->i64[row] = value->i64;
		break;
	case PHYS_F64:
		vec->f64[row] = value->f64;
		break;
	case PHYS_NUMERIC:
		vec->numeric[row] = value->numeric;
		break;
	case PHYS_STR:
		vec->str[row] = value->str;
		break;
	case PHYS_UUID:
		vec->uuid[row] = value->uuid;
		break;
	case PHYS_INTERVAL:
		vec->interval[row] = value->interval;
		break;
	case PHYS_COUNT:
		break;
	}
}

#define GATHER(field) \
	for (uint32_t i = 0; i < sel.count; i++) \
	target->field[i] = source->field[vec_index(source, sel_row(sel, i))]

void
vec_gather(struct vec *target, const struct vec *source, struct sel sel,
    struct arena *arena)
{
	vec_init(target, source->phys, sel.count, arena);
	switch (source->phys) {
	case PHYS_BOOL:
		GATHER(boolean);
		break;
	case PHYS_I64:
		GATHER(i64);
		break;
	case PHYS_F64:
		GATHER(f64);
		break;
	case PHYS_NUMERIC:
		GATHER(numeric);
		break;
	case PHYS_STR:
		GATHER(str);
		break;
	case PHYS_UUID:
		GATHER(uuid);
		break;
	case PHYS_INTERVAL:
		GATHER(interval);
		break;
	case PHYS_COUNT:
		break;
	}
	if (source->nulls != NULL) {
		(void)vec_need_nulls(target, sel.count, arena);
		GATHER(nulls);
	}
}

struct datum
datum_copy(enum phys phys, const struct datum *value, struct arena *arena)
{
	struct datum copy = *value;

	if (value->is_null)
		return copy;
	if (phys == PHYS_STR)
		copy.str = arena_str(arena, value->str);
	if (phys == PHYS_NUMERIC && value->numeric.limbs != NULL) {
		uint64_t *limbs = arena_alloc_array(arena,
		    value->numeric.limb_count, sizeof(*limbs));

		memcpy(limbs, value->numeric.limbs,
		    value->numeric.limb_count * sizeof(*limbs));
		copy.numeric.limbs = limbs;
	}
	return copy;
}

/* All of them at once. */
static void
own_strings(struct vec *vec, uint32_t first, uint32_t limit,
    struct arena *arena)
{
	size_t bytes = 0;
	char *to;

	for (uint32_t i = first; i < limit; i++)
		bytes += vec_is_null(vec, i) ? 0 : vec->str[i].len;
	to = arena_try_alloc(arena, bytes + 1);
	if (to == NULL) {
		arena->failed = true;
		return;
	}
	for (uint32_t i = first; i < limit; i++) {
		size_t len = vec_is_null(vec, i) ? 0 : vec->str[i].len;

		if (len > 0)
			memcpy(to, vec->str[i].data, len);
		vec->str[i] = str_of(to, len);
		to += len;
	}
}

/* Few numbers have limbs. */
static void
own_numbers(struct vec *vec, uint32_t first, uint32_t limit,
    struct arena *arena)
{
	for (uint32_t i = first; i < limit && !arena->failed; i++) {
		struct datum value = { .numeric = vec->numeric[i] };

		if (vec_is_null(vec, i) || value.numeric.limbs == NULL)
			continue;
		value = datum_copy(PHYS_NUMERIC, &value, arena);
		if (!arena->failed)
			vec->numeric[i] = value.numeric;
	}
}

void
vec_own(struct vec *vec, uint32_t first, uint32_t count, struct arena *arena)
{
	assert(!vec->is_constant);
	if (vec->phys == PHYS_STR)
		own_strings(vec, first, first + count, arena);
	else if (vec->phys == PHYS_NUMERIC)
		own_numbers(vec, first, first + count, arena);
}
