/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group_codes.c -- see group_codes.h.
 */
#include "exec/group_codes.h"

#include <string.h>

#include "common/attr.h"
#include "common/error.h"
#include "exec/group_table.h"

#define COMBINATIONS_MAX 65536   /* of several keys */
#define CODES_MAX        4194304 /* of one */

/* Of lookups: the combination is known to have no group. */
#define ABSENT (UINT32_MAX - 1)

void
group_codes_init(struct group_codes *codes, uint32_t key_count,
    size_t limit_bytes, struct mem_budget *budget)
{
	size_t room = limit_bytes / sizeof(*codes->groups);
	uint32_t max_count = key_count == 1 ? CODES_MAX : COMBINATIONS_MAX;

	if (room < max_count)
		max_count = (uint32_t)room;
	*codes = (struct group_codes){ .key_count = key_count,
		.max_count = max_count };
	arena_init(&codes->arena, budget);
	group_order_init(&codes->order, limit_bytes, budget);
}

void
group_codes_release(struct group_codes *codes)
{
	arena_release(&codes->arena);
	codes->groups = NULL;
	group_order_release(&codes->order);
}

/* How many combinations there are; 0: some key has no codes, or too many. */
static uint32_t
combinations(const struct group_codes *codes, const struct vec *keys)
{
	uint64_t count = 1;

	for (uint32_t k = 0; k < codes->key_count; k++) {
		if (keys[k].codes.of == NULL)
			return 0;
		count *= (uint64_t)keys[k].codes.count + 1;
		if (count > codes->max_count)
			return 0;
	}
	return (uint32_t)count;
}

static bool
is_same(const struct group_codes *codes, const struct vec *keys)
{
	for (uint32_t k = 0; k < codes->key_count; k++) {
		if (codes->dicts[k] != keys[k].codes.dict)
			return false;
	}
	return true;
}

/* An array for the keys' dictionaries. */
static int
new_array(struct group_codes *codes, const struct vec *keys, uint32_t count,
    struct error *err)
{
	arena_reset(&codes->arena);
	codes->dicts = arena_alloc_array(&codes->arena, codes->key_count,
	    sizeof(*codes->dicts));
	codes->groups =
	    arena_try_alloc(&codes->arena, count * sizeof(*codes->groups));
	if (codes->groups == NULL)
		return error_no_memory(err);
	for (uint32_t k = 0; k < codes->key_count; k++)
		codes->dicts[k] = keys[k].codes.dict;
	codes->code_count = keys[0].codes.count;
	memset(codes->groups, 0, count * sizeof(*codes->groups));
	return 0;
}

/* One key, of which equal strings are equal values. */
static bool
has_order(const struct group_codes *codes, const struct group_table *table)
{
	return codes->key_count == 1 && type_is_bytewise(&table->types[0]);
}

/* Be ready for the keys' dictionaries, if they are others than before. */
static int
begin(struct group_codes *codes, const struct group_table *table,
    const struct vec *keys, uint32_t count, struct arena *scratch,
    struct error *err)
{
	struct group_order *order = &codes->order;
	int rc = 0;

	if (codes->groups != NULL && is_same(codes, keys))
		return 0;
	order->cancel = table->keys.cancel;
	if (codes->groups != NULL && has_order(codes, table))
		rc = group_order_add(order, codes->groups, codes->code_count,
		    &table->keys.columns[0], group_table_count(table), err);
	if (rc == 0)
		rc = new_array(codes, keys, count, err);
	if (rc == 0 && has_order(codes, table))
		rc = group_order_tell(order, &keys[0].codes, scratch,
		    codes->groups, err);
	return rc;
}

#define LANES 16

/* places = places * factor + codes, in whole lines. */
STELE_CLONES static void
combine_lines(const uint32_t *restrict codes, uint32_t line_count,
    uint32_t factor, uint32_t *restrict places)
{
	for (uint32_t line = 0; line < line_count; line++) {
		for (unsigned l = 0; l < LANES; l++)
			places[l] = places[l] * factor + codes[l];
		codes += LANES;
		places += LANES;
	}
}

/* Rows are all there, and none is null. */
static bool
is_plain(const struct vec *key, struct sel sel)
{
	return sel.rows == NULL && key->nulls == NULL && !key->is_constant;
}

/* One more key. */
static void
combine_key(const struct vec *key, struct sel sel, uint32_t *places)
{
	uint32_t null = key->codes.count;
	uint32_t i = 0;

	if (is_plain(key, sel)) {
		combine_lines(key->codes.of, sel.count / LANES, null + 1,
		    places);
		i = sel.count / LANES * LANES;
	}
	for (; i < sel.count; i++) {
		uint32_t row = vec_index(key, sel_row(sel, i));
		bool is_null = key->nulls != NULL && key->nulls[row];

		places[i] = places[i] * (null + 1) +
		    (is_null ? null : key->codes.of[row]);
	}
}

/* The combination that each selected row has: one key's are its codes. */
static const uint32_t *
combine(const struct group_codes *codes, const struct vec *keys, struct sel sel,
    struct arena *scratch)
{
	uint32_t *places;

	if (codes->key_count == 1 && is_plain(&keys[0], sel))
		return keys[0].codes.of;
	places = arena_alloc_array(scratch, sel.count + 1, sizeof(*places));
	memset(places, 0, sel.count * sizeof(*places));
	for (uint32_t k = 0; k < codes->key_count; k++)
		combine_key(&keys[k], sel, places);
	return places;
}

/* What the array knows of each row's place; false if not all. */
static bool
ask_array(const struct group_codes *codes, const uint32_t *places,
    uint32_t count, uint32_t *groups)
{
	const uint32_t *known = codes->groups;
	bool is_known = true;

	for (uint32_t i = 0; i < count; i++) {
		groups[i] = known[places[i]] - 1; /* 0: GROUP_NONE */
		is_known &= groups[i] != GROUP_NONE;
	}
	return is_known;
}

/* The keys' strings of some rows, which may be late, if the table reads them. */
static int
need_strings(const struct group_table *table, const struct vec *keys,
    struct sel sel, struct error *err)
{
	int rc = 0;

	for (uint32_t k = 0; k < table->key_count && rc == 0; k++)
		if (table->texts == NULL || table->texts[k] == NULL)
			rc = vec_need_strings(&keys[k], sel, err);
	return rc;
}

/* The rows that the array knows nothing of, and where they stand in `sel`. */
static struct sel
unknown_rows(struct sel sel, const uint32_t *groups, struct arena *scratch,
    uint32_t **where)
{
	uint16_t *rows = arena_alloc_array(scratch, sel.count, sizeof(*rows));
	uint32_t count = 0;

	*where = arena_alloc_array(scratch, sel.count, sizeof(**where));
	for (uint32_t i = 0; i < sel.count; i++) {
		if (groups[i] != GROUP_NONE)
			continue;
		rows[count] = (uint16_t)sel_row(sel, i);
		(*where)[count++] = i;
	}
	return (struct sel){ .rows = rows, .count = count };
}

/* Look up in the table what the array does not know. */
static int
learn(struct group_codes *codes, struct group_table *table,
    const struct vec *keys, struct sel sel, const uint32_t *places,
    struct arena *scratch, uint32_t *groups, struct error *err)
{
	uint32_t *found = arena_alloc_array(scratch, sel.count, sizeof(*found));
	uint32_t *where;
	struct sel unknown = unknown_rows(sel, groups, scratch, &where);
	int rc;

	rc = need_strings(table, keys, unknown, err);
	if (rc == 0)
		rc = group_table_find(table, keys, unknown, scratch, found,
		    NULL, err);
	for (uint32_t i = 0; i < unknown.count && rc == 0; i++) {
		groups[where[i]] = found[i];
		codes->groups[places[where[i]]] = found[i] + 1;
	}
	return rc;
}

int
group_codes_find(struct group_codes *codes, struct group_table *table,
    const struct vec *keys, struct sel sel, struct arena *scratch,
    uint32_t *groups, struct error *err)
{
	uint32_t count = combinations(codes, keys);
	const uint32_t *places;
	int rc;

	if (count == 0) {
		rc = need_strings(table, keys, sel, err);
		return rc != 0 ? rc
			       : group_table_find(table, keys, sel, scratch,
				     groups, NULL, err);
	}
	rc = begin(codes, table, keys, count, scratch, err);
	if (rc != 0)
		return rc;
	places = combine(codes, keys, sel, scratch);
	if (ask_array(codes, places, sel.count, groups))
		return 0;
	return learn(codes, table, keys, sel, places, scratch, groups, err);
}

/* The same for group_codes_lookup(); then `groups` says what there is. */
static void
learn_lookup(struct group_codes *codes, const struct group_table *table,
    const struct vec *keys, struct sel sel, const uint32_t *places,
    struct arena *scratch, uint32_t *groups)
{
	uint32_t *found = arena_alloc_array(scratch, sel.count, sizeof(*found));
	uint32_t *where;
	struct sel unknown = unknown_rows(sel, groups, scratch, &where);

	group_table_lookup(table, keys, unknown, scratch, found);
	for (uint32_t i = 0; i < unknown.count; i++) {
		uint32_t group = found[i] == GROUP_NONE ? ABSENT : found[i];

		groups[where[i]] = group;
		codes->groups[places[where[i]]] = group + 1;
	}
}

int
group_codes_lookup(struct group_codes *codes, const struct group_table *table,
    const struct vec *keys, struct sel sel, struct arena *scratch,
    uint32_t *groups, struct error *err)
{
	uint32_t count = combinations(codes, keys);
	const uint32_t *places;
	int rc;

	if (count == 0) {
		group_table_lookup(table, keys, sel, scratch, groups);
		return 0;
	}
	rc = begin(codes, table, keys, count, scratch, err);
	if (rc != 0)
		return rc;
	places = combine(codes, keys, sel, scratch);
	if (!ask_array(codes, places, sel.count, groups))
		learn_lookup(codes, table, keys, sel, places, scratch, groups);
	for (uint32_t i = 0; i < sel.count; i++)
		if (groups[i] == ABSENT)
			groups[i] = GROUP_NONE;
	return 0;
}
