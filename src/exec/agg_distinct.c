/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/agg_distinct.h"

#include <math.h>
#include <string.h>

#include "common/error.h"
#include "common/hash.h"

#define INDEX_BITS     12
#define REGISTER_COUNT (1u << INDEX_BITS)
#define RANK_MAX       (64 - INDEX_BITS + 1)
#define HASHES_MIN     16
#define HASHES_MAX     (REGISTER_COUNT / sizeof(uint64_t))
#define HALF_OVER_LN2  0.7213475204444817 /* 1 / (2 ln 2) */

/* Either a hash table, zero being free, or registers. */
struct distinct_sketch {
	uint64_t *hashes; /* NULL: registers */
	uint32_t capacity;
	uint32_t count;
	uint8_t *registers;
};

static int
new_hashes(struct distinct_sketch *sketch, uint32_t capacity,
    struct arena *arena, struct error *err)
{
	sketch->hashes =
	    arena_try_alloc(arena, capacity * sizeof(*sketch->hashes));
	if (sketch->hashes == NULL)
		return error_no_memory(err);
	memset(sketch->hashes, 0, capacity * sizeof(*sketch->hashes));
	sketch->capacity = capacity;
	sketch->count = 0;
	return 0;
}

int
distinct_sketch_new(struct arena *arena, struct distinct_sketch **out,
    struct error *err)
{
	*out = arena_try_alloc(arena, sizeof(**out));
	if (*out == NULL)
		return error_no_memory(err);
	**out = (struct distinct_sketch){ 0 };
	return new_hashes(*out, HASHES_MIN, arena, err);
}

/* The first bits say which register, the rest how many zeros it has seen. */
static void
add_to_registers(struct distinct_sketch *sketch, uint64_t hash)
{
	uint32_t index = (uint32_t)(hash >> (64 - INDEX_BITS));
	uint64_t rest = hash << INDEX_BITS;
	uint8_t rank =
	    rest == 0 ? RANK_MAX : (uint8_t)(__builtin_clzll(rest) + 1);

	if (rank > sketch->registers[index])
		sketch->registers[index] = rank;
}

/* The place of a hash, or a free one for it. */
static uint64_t *
find_hash(const struct distinct_sketch *sketch, uint64_t hash)
{
	uint32_t at = (uint32_t)hash & (sketch->capacity - 1);

	while (sketch->hashes[at] != 0 && sketch->hashes[at] != hash)
		at = (at + 1) & (sketch->capacity - 1);
	return &sketch->hashes[at];
}

static void
add_to_hashes(struct distinct_sketch *sketch, uint64_t hash)
{
	*find_hash(sketch, hash) = hash;
	sketch->count++;
}

/* A table twice as large; past the largest one, registers. */
static int
grow(struct distinct_sketch *sketch, struct arena *arena, struct error *err)
{
	const uint64_t *old = sketch->hashes;
	uint32_t capacity = sketch->capacity;
	bool is_last = capacity * 2 > HASHES_MAX;
	int rc = 0;

	if (is_last) {
		sketch->registers = arena_try_alloc(arena, REGISTER_COUNT);
		if (sketch->registers == NULL)
			return error_no_memory(err);
		memset(sketch->registers, 0, REGISTER_COUNT);
		sketch->hashes = NULL;
	} else {
		rc = new_hashes(sketch, capacity * 2, arena, err);
	}
	for (uint32_t i = 0; i < capacity && rc == 0; i++) {
		if (old[i] == 0)
			continue;
		if (is_last)
			add_to_registers(sketch, old[i]);
		else
			add_to_hashes(sketch, old[i]);
	}
	return rc;
}

static int
add_hash(struct distinct_sketch *sketch, uint64_t hash, struct arena *arena,
    struct error *err)
{
	int rc = 0;

	if (sketch->hashes != NULL && *find_hash(sketch, hash) == hash)
		return 0;
	if (sketch->hashes != NULL && sketch->count * 4 >= sketch->capacity * 3)
		rc = grow(sketch, arena, err);
	if (rc != 0)
		return rc;
	if (sketch->hashes != NULL)
		add_to_hashes(sketch, hash);
	else
		add_to_registers(sketch, hash);
	return 0;
}

int
distinct_sketch_add(struct distinct_sketch *sketch, uint64_t hash,
    struct arena *arena, struct error *err)
{
	hash = hash_u64(hash); /* some types' hashes have poor high bits */
	return add_hash(sketch, hash == 0 ? 1 : hash, arena, err);
}

int
distinct_sketch_merge(struct distinct_sketch *sketch,
    const struct distinct_sketch *other, struct arena *arena, struct error *err)
{
	int rc = 0;

	if (other->hashes != NULL) {
		for (uint32_t i = 0; i < other->capacity && rc == 0; i++)
			if (other->hashes[i] != 0)
				rc = add_hash(sketch, other->hashes[i], arena,
				    err);
		return rc;
	}
	while (sketch->hashes != NULL && rc == 0)
		rc = grow(sketch, arena, err);
	for (uint32_t i = 0; i < REGISTER_COUNT && rc == 0; i++)
		if (other->registers[i] > sketch->registers[i])
			sketch->registers[i] = other->registers[i];
	return rc;
}

/* ---- Ertl's estimator: the names are the paper's ---- */

static double
sigma(double x)
{
	double y = 1, z = x, last;

	if (x == 1)
		return INFINITY;
	do {
		x *= x;
		last = z;
		z += x * y;
		y += y;
	} while (z != last);
	return z;
}

static double
tau(double x)
{
	double y = 1, z = 1 - x, last;

	if (x == 0 || x == 1)
		return 0;
	do {
		x = sqrt(x);
		last = z;
		y *= 0.5;
		z -= (1 - x) * (1 - x) * y;
	} while (z != last);
	return z / 3;
}

int64_t
distinct_sketch_count(const struct distinct_sketch *sketch)
{
	const double m = REGISTER_COUNT;
	uint32_t of_rank[RANK_MAX + 1] = { 0 };
	double z;

	if (sketch->hashes != NULL)
		return sketch->count;
	for (uint32_t i = 0; i < REGISTER_COUNT; i++)
		of_rank[sketch->registers[i]]++;
	z = m * tau(1 - of_rank[RANK_MAX] / m);
	for (uint32_t rank = RANK_MAX - 1; rank >= 1; rank--)
		z = 0.5 * (z + of_rank[rank]);
	z += m * sigma(of_rank[0] / m);
	return llround(HALF_OVER_LN2 * m * m / z);
}
