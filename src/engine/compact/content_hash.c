/* SPDX-License-Identifier: Apache-2.0 */
/*
 * content_hash.c -- a column at a time over a batch: each row has a running
 * hash, into which its value is mixed.
 */
#include "engine/compact/content_hash.h"

#include <math.h>
#include <string.h>

#include "common/hash.h"

#define NULL_VALUE UINT64_C(0x6e756c6c6e756c6c)
#define NAN_VALUE  UINT64_C(0x7ff8000000000000)

static inline uint64_t
mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

uint32_t
content_hash_string(struct str s)
{
	return (uint32_t)hash_bytes(s.data, s.len);
}

/* ---- values ---- */

static inline uint64_t
of_f64(double value)
{
	uint64_t bits;

	if (isnan(value))
		return NAN_VALUE;
	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static inline uint64_t
of_numeric(const struct numeric *value)
{
	uint64_t hash = mix(value->kind, value->scale);

	hash = mix(hash, (uint64_t)value->small);
	return mix(hash, (uint64_t)(value->small >> 64));
}

static inline uint64_t
of_uuid(const struct uuid *value)
{
	uint64_t halves[2];

	memcpy(halves, value->bytes, sizeof(halves));
	return mix(halves[0], halves[1]);
}

static inline uint64_t
of_interval(const struct interval *value)
{
	uint64_t hash =
	    mix((uint64_t)value->microseconds, (uint64_t)(uint32_t)value->days);

	return mix(hash, (uint64_t)(uint32_t)value->months);
}

/* ---- columns ---- */

/* `value` is an expression over `at`, an index into the vector. */
#define MIX_ROWS(value) \
	for (uint32_t i = 0; i < sel.count; i++) { \
		uint32_t at = vec_index(vec, sel_row(sel, i)); \
		hashes[i] = mix(hashes[i], \
		    vec->nulls != NULL && vec->nulls[at] != 0 ? NULL_VALUE \
							      : (value)); \
	}

static void
mix_column(const struct vec *vec, const uint32_t *string_hashes, struct sel sel,
    uint64_t *hashes)
{
	switch (vec->phys) {
	case PHYS_BOOL:
		MIX_ROWS(vec->boolean[at] != 0);
		break;
	case PHYS_I64:
		if (string_hashes != NULL)
			MIX_ROWS(string_hashes[vec->i64[at]])
		else
			MIX_ROWS((uint64_t)vec->i64[at])
		break;
	case PHYS_F64:
		MIX_ROWS(of_f64(vec->f64[at]));
		break;
	case PHYS_NUMERIC:
		MIX_ROWS(of_numeric(&vec->numeric[at]));
		break;
	case PHYS_STR:
		MIX_ROWS(content_hash_string(vec->str[at]));
		break;
	case PHYS_UUID:
		MIX_ROWS(of_uuid(&vec->uuid[at]));
		break;
	case PHYS_INTERVAL:
		MIX_ROWS(of_interval(&vec->interval[at]));
		break;
	case PHYS_COUNT:
		break;
	}
}

void
content_hash_add(struct content_hash *hash, uint32_t type_oid,
    const struct batch *batch, const uint32_t *const *string_hashes)
{
	uint64_t hashes[VEC_ROWS];

	for (uint32_t i = 0; i < batch->sel.count; i++)
		hashes[i] = type_oid;
	for (uint32_t c = 0; c < batch->col_count; c++)
		mix_column(&batch->cols[c], string_hashes[c], batch->sel,
		    hashes);
	for (uint32_t i = 0; i < batch->sel.count; i++)
		hash->sum += mix(hashes[i], 0);
	hash->row_count += batch->sel.count;
}
