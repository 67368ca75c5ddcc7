/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table, and a hash index over its names: a statement asks for every
 * function and operator that it has.
 */
#include "types/function.h"

#include <pthread.h>

#include "common/attr.h"
#include "common/hash.h"
#include "common/must.h"
#include "types/type.h"

#define BUCKET_COUNT 512 /* a power of two */
#define NONE         UINT16_MAX

#define PLAIN     FUNCTION_PLAIN
#define OPERATOR  FUNCTION_OPERATOR
#define INTERNAL  FUNCTION_INTERNAL
#define IMMUTABLE FUNCTION_IMMUTABLE
#define STABLE    FUNCTION_STABLE
#define MOMENTARY FUNCTION_MOMENTARY
#define VOLATILE  FUNCTION_VOLATILE
#define STRICT    true, false
#define NULLABLE  false, false
#define VARIADIC  false, true

/* clang-format off */
#define ARGS0()           0, { 0 }
#define ARGS1(a)          1, { TYPE_##a }
#define ARGS2(a, b)       2, { TYPE_##a, TYPE_##b }
#define ARGS3(a, b, c)    3, { TYPE_##a, TYPE_##b, TYPE_##c }
#define ARGS4(a, b, c, d) 4, { TYPE_##a, TYPE_##b, TYPE_##c, TYPE_##d }
#define ARGS5(a, b, c, d, e) \
	5, { TYPE_##a, TYPE_##b, TYPE_##c, TYPE_##d, TYPE_##e }
#define ARGS6(a, b, c, d, e, f) \
	6, { TYPE_##a, TYPE_##b, TYPE_##c, TYPE_##d, TYPE_##e, TYPE_##f }
#define ARGS7(a, b, c, d, e, f, g) \
	7, \
	{ \
		TYPE_##a, TYPE_##b, TYPE_##c, TYPE_##d, TYPE_##e, TYPE_##f, \
		    TYPE_##g \
	}

/* clang-format on */

static const struct function functions[FUNCTION_COUNT] = {
#define F(id, kind, name, args, result, nulls, volatility) \
	{ FN_##id, kind, name, args, TYPE_##result, nulls, volatility },
#include "types/functions.def"
#undef F
};

/* Chains of rows by hash of kind and name; rows of a name stay in order. */
static uint16_t bucket_first[BUCKET_COUNT];
static uint16_t next_in_bucket[FUNCTION_COUNT];
static pthread_once_t index_once = PTHREAD_ONCE_INIT;

static uint32_t
bucket_of(enum function_kind kind, struct str name)
{
	return (uint32_t)hash_bytes_seeded(name.data, name.len, kind) &
	    (BUCKET_COUNT - 1);
}

static void
index_build(void)
{
	for (size_t i = 0; i < BUCKET_COUNT; i++)
		bucket_first[i] = NONE;
	for (size_t i = FUNCTION_COUNT; i-- > 0;) {
		uint32_t bucket = bucket_of(functions[i].kind,
		    str_of_cstr(functions[i].name));

		next_in_bucket[i] = bucket_first[bucket];
		bucket_first[bucket] = (uint16_t)i;
	}
}

const struct function *
function_by_id(enum function_id id)
{
	MUST(id < FUNCTION_COUNT);
	return &functions[id];
}

const struct function *
function_next(enum function_kind kind, struct str name,
    const struct function *previous)
{
	uint16_t at;

	(void)pthread_once(&index_once, index_build);
	at = previous == NULL ? bucket_first[bucket_of(kind, name)]
			      : next_in_bucket[previous->id];
	while (at != NONE &&
	    (functions[at].kind != kind ||
		!str_equal(name, str_of_cstr(functions[at].name))))
		at = next_in_bucket[at];
	return at == NONE ? NULL : &functions[at];
}
