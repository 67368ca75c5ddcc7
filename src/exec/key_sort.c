/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_sort.c -- see key_sort.h.
 *
 * One key at a time: of a span of rows that are equal by the keys before, the
 * next key's values become 64-bit numbers in their order, and the rows are
 * sorted by these; rows with equal numbers are a span for the key behind.
 * Many are sorted in place by the bytes of their numbers, the first first
 * (McIlroy, Bostic and McIlroy, "Engineering Radix Sort", 1993), few by
 * insertion.  The numbers of rows are the last key.
 *
 * Of strings the number has seven bytes behind what all of the span begin with,
 * and how many there are; where there are more, equal ones are a span for the
 * same key.  Values without such numbers, as numerics, are compared: row_sort.h.
 */
#include "exec/key_sort.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "common/cancel.h"
#include "exec/row_sort.h"
#include "os/rest.h"

#define FEW_ITEMS     32
#define ITEMS_A_CHECK 4096
#define BUCKETS       256
#define KEY_BYTES     8
#define PREFIX_BYTES  7
#define MORE_BYTES    8 /* there are more than in the prefix */
#define DEEP_MAX      8 /* spans of the same key within each other */

struct key_sort {
	const struct row_order *order;
	const struct vec *columns;
	const atomic_bool *cancel;
	struct error *err;
	uint32_t since_check; /* items looked at */
};

/* Rows that are equal by the keys before one. */
struct span {
	struct key_item *items;
	uint32_t count;
	uint32_t key; /* key_count: the numbers of rows */
	unsigned depth;
};

static int sort_span(struct key_sort *sort, struct span span);

static int
check(struct key_sort *sort, uint32_t count)
{
	sort->since_check += count;
	if (sort->since_check < ITEMS_A_CHECK)
		return 0;
	sort->since_check = 0;
	os_rest();
	return cancel_check(sort->cancel, sort->err);
}

static uint64_t
key_of(const struct key_item *item)
{
	return (uint64_t)item->key_high << 32 | item->key_low;
}

static void
set_key(struct key_item *item, uint64_t key)
{
	item->key_high = (uint32_t)(key >> 32);
	item->key_low = (uint32_t)key;
}

/* ---- by numbers ---- */

static bool
is_after(const struct key_item *a, const struct key_item *b)
{
	uint64_t x = key_of(a), y = key_of(b);

	return x != y ? x > y : a->row > b->row;
}

static void
insert_each(struct key_item *items, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		struct key_item item = items[i];
		uint32_t at = i;

		for (; at > 0 && is_after(&items[at - 1], &item); at--)
			items[at] = items[at - 1];
		items[at] = item;
	}
}

static unsigned
byte_of(const struct key_item *item, unsigned shift)
{
	return (unsigned)(key_of(item) >> shift) & (BUCKETS - 1);
}

/* Every item to the bucket of its byte; where these end is in `ends`. */
static void
to_buckets(struct key_item *items, uint32_t count, unsigned shift,
    uint32_t ends[BUCKETS])
{
	uint32_t next[BUCKETS] = { 0 }, at = 0;

	for (uint32_t i = 0; i < count; i++)
		next[byte_of(&items[i], shift)]++;
	for (unsigned b = 0; b < BUCKETS; b++) {
		uint32_t size = next[b];

		next[b] = at;
		at += size;
		ends[b] = at;
	}
	for (unsigned b = 0; b < BUCKETS; b++) {
		while (next[b] < ends[b]) {
			struct key_item item = items[next[b]];
			unsigned its = byte_of(&item, shift);

			while (its != b) {
				struct key_item *place = &items[next[its]++];
				struct key_item other = *place;

				*place = item;
				item = other;
				its = byte_of(&item, shift);
			}
			items[next[b]++] = item;
		}
	}
}

/* By the key, from the byte at `shift` down; equal ones in any order. */
static int
sort_bytes(struct key_sort *sort, struct key_item *items, uint32_t count,
    unsigned shift)
{
	uint32_t ends[BUCKETS], first = 0;
	uint64_t differing = 0;
	int rc = check(sort, count);

	if (rc != 0 || count <= FEW_ITEMS) {
		insert_each(items, rc != 0 ? 0 : count);
		return rc;
	}
	for (uint32_t i = 1; i < count; i++)
		differing |= key_of(&items[i]) ^ key_of(&items[0]);
	if (differing == 0)
		return 0;
	while ((differing >> shift & (BUCKETS - 1)) == 0)
		shift -= KEY_BYTES;
	to_buckets(items, count, shift, ends);
	for (unsigned b = 0; b < BUCKETS && shift > 0 && rc == 0; b++) {
		if (ends[b] - first > 1)
			rc = sort_bytes(sort, items + first, ends[b] - first,
			    shift - KEY_BYTES);
		first = ends[b];
	}
	return rc;
}

/* ---- by comparison ---- */

struct comparison {
	struct row_order order; /* the keys that are left */
	const struct vec *columns;
};

static int
compare_rows(const void *a, const void *b, void *arg)
{
	const struct comparison *comparison = arg;
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;
	int result = row_order_compare(&comparison->order, comparison->columns,
	    x, comparison->columns, y);

	return result != 0 ? result : (x > y) - (x < y);
}

/* The rows alone, at the beginning of the items. */
static uint32_t *
pack_rows(struct key_item *items, uint32_t count)
{
	/* It takes the address of a member for its value. */
	/* cppcheck-suppress AssignmentIntegerToAddress */
	uint32_t *rows = &items[0].key_high;

	for (uint32_t i = 0; i < count; i++)
		rows[i] = items[i].row;
	return rows;
}

/* The scratch of row_sort() has room behind the rows, in the items. */
static_assert(sizeof(struct key_item) == 3 * sizeof(uint32_t), "packed");

static int
sort_by_comparison(struct key_sort *sort, struct span span)
{
	struct comparison comparison = {
		.order = { .keys = sort->order->keys + span.key,
		    .key_count = sort->order->key_count - span.key,
		    .types = sort->order->types },
		.columns = sort->columns,
	};
	uint32_t *rows = pack_rows(span.items, span.count);
	int rc = row_sort(rows, rows + span.count, span.count, compare_rows,
	    &comparison, sort->cancel, sort->err);

	for (uint32_t i = span.count; i-- > 0;)
		span.items[i].row = rows[i];
	return rc;
}

/* ---- numbers of values ---- */

static uint64_t
number_of_i64(int64_t value)
{
	return (uint64_t)value ^ UINT64_C(1) << 63;
}

/* NaN is equal to itself and greater than all others; zeros are equal. */
static uint64_t
number_of_f64(double value)
{
	uint64_t bits;

	if (isnan(value))
		return UINT64_MAX;
	if (value == 0)
		value = 0;
	memcpy(&bits, &value, sizeof(bits));
	return bits >> 63 != 0 ? ~bits : bits | UINT64_C(1) << 63;
}

static uint64_t
number_of_str(struct str value, size_t prefix)
{
	size_t left = value.len - prefix;
	uint64_t bytes = 0;

	if (left >= PREFIX_BYTES)
		memcpy(&bytes, value.data + prefix, PREFIX_BYTES);
	else if (left > 0)
		memcpy(&bytes, value.data + prefix, left);
	return __builtin_bswap64(bytes) |
	    (left < MORE_BYTES ? left : MORE_BYTES);
}

/* How many bytes all strings of the span begin with. */
static size_t
common_prefix(const struct span *span, const struct str *values)
{
	struct str first = values[span->items[0].row];
	size_t prefix = first.len;

	for (uint32_t i = 1; i < span->count && prefix > 0; i++) {
		struct str value = values[span->items[i].row];
		size_t at = 0;

		if (value.len < prefix)
			prefix = value.len;
		if (prefix == 0 || memcmp(value.data, first.data, prefix) == 0)
			continue;
		while (value.data[at] == first.data[at])
			at++;
		prefix = at;
	}
	return prefix;
}

static void
set_str_keys(const struct span *span, const struct str *values)
{
	size_t prefix = common_prefix(span, values);

	for (uint32_t i = 0; i < span->count; i++)
		set_key(&span->items[i],
		    number_of_str(values[span->items[i].row], prefix));
}

static bool
has_numbers(const struct type *type)
{
	enum phys phys = type_phys(type);

	return phys == PHYS_I64 || phys == PHYS_F64 || phys == PHYS_BOOL ||
	    type_is_bytewise(type);
}

/* The key's numbers of a span without nulls. */
static void
set_keys(const struct key_sort *sort, const struct span *span)
{
	const struct sort_key *key = &sort->order->keys[span->key];
	const struct vec *column = &sort->columns[key->column];
	struct key_item *items = span->items;

	if (column->phys == PHYS_STR)
		set_str_keys(span, column->str);
	for (uint32_t i = 0; column->phys == PHYS_I64 && i < span->count; i++)
		set_key(&items[i], number_of_i64(column->i64[items[i].row]));
	for (uint32_t i = 0; column->phys == PHYS_F64 && i < span->count; i++)
		set_key(&items[i], number_of_f64(column->f64[items[i].row]));
	for (uint32_t i = 0; column->phys == PHYS_BOOL && i < span->count; i++)
		set_key(&items[i], column->boolean[items[i].row]);
	for (uint32_t i = 0; key->is_descending && i < span->count; i++)
		set_key(&items[i], ~key_of(&items[i]));
}

/* ---- spans ---- */

/* Rows whose value is null to one end: how many the others are. */
static uint32_t
part_nulls(const struct key_sort *sort, const struct span *span)
{
	const struct sort_key *key = &sort->order->keys[span->key];
	const uint8_t *nulls = sort->columns[key->column].nulls;
	struct key_item *items = span->items;
	uint32_t first = 0;

	for (uint32_t i = 0; i < span->count; i++) {
		struct key_item item = items[i];

		if ((nulls[item.row] != 0) != key->nulls_first)
			continue;
		items[i] = items[first];
		items[first++] = item;
	}
	return key->nulls_first ? span->count - first : first;
}

/* Whether strings with this number may differ. */
static bool
is_prefix(const struct key_sort *sort, uint32_t number, uint64_t key)
{
	const struct sort_key *its = &sort->order->keys[number];

	return sort->columns[its->column].phys == PHYS_STR &&
	    ((its->is_descending ? ~key : key) & (BUCKETS - 1)) == MORE_BYTES;
}

/* The span is sorted by its keys: go on with those that are equal. */
static int
sort_equal(struct key_sort *sort, struct span span)
{
	struct key_item *items = span.items;
	uint32_t limit;
	int rc = 0;

	for (uint32_t i = 0; i < span.count && rc == 0; i = limit) {
		uint64_t key = key_of(&items[i]);
		struct span equal = { .items = items + i, .key = span.key + 1 };

		for (limit = i + 1;
		     limit < span.count && key_of(&items[limit]) == key;)
			limit++;
		equal.count = limit - i;
		if (equal.count > 1 && is_prefix(sort, span.key, key)) {
			equal.key = span.key;
			equal.depth = span.depth + 1;
		}
		if (equal.count > 1)
			rc = sort_span(sort, equal);
	}
	return rc;
}

/* Whose key is not null. */
static int
sort_values(struct key_sort *sort, struct span span)
{
	int rc;

	set_keys(sort, &span);
	rc = sort_bytes(sort, span.items, span.count, 64 - KEY_BYTES);
	return rc != 0 ? rc : sort_equal(sort, span);
}

static int
sort_by_row(struct key_sort *sort, struct span span)
{
	for (uint32_t i = 0; i < span.count; i++)
		set_key(&span.items[i], span.items[i].row);
	return sort_bytes(sort, span.items, span.count, 64 - KEY_BYTES);
}

static int
sort_span(struct key_sort *sort, struct span span)
{
	const struct sort_key *key;
	struct span nulls = span, values = span;
	int rc = 0;

	if (span.key == sort->order->key_count)
		return sort_by_row(sort, span);
	key = &sort->order->keys[span.key];
	if (span.depth > DEEP_MAX ||
	    !has_numbers(&sort->order->types[key->column]))
		return sort_by_comparison(sort, span);
	values.count = part_nulls(sort, &span);
	nulls.count = span.count - values.count;
	nulls.key++;
	if (key->nulls_first)
		values.items += nulls.count;
	else
		nulls.items += values.count;
	if (values.count > 1)
		rc = sort_values(sort, values);
	if (nulls.count > 1 && rc == 0)
		rc = sort_span(sort, nulls);
	return rc;
}

int
key_sort(const struct row_order *order, const struct vec *columns,
    uint32_t count, struct key_item *items, const atomic_bool *cancel,
    uint32_t **rows, struct error *err)
{
	struct key_sort sort = { .order = order,
		.columns = columns,
		.cancel = cancel,
		.err = err };
	int rc = cancel_check(cancel, err);

	for (uint32_t i = 0; i < count; i++)
		items[i] = (struct key_item){ .row = i };
	if (rc == 0 && count > 1)
		rc = sort_span(&sort,
		    (struct span){ .items = items, .count = count });
	*rows = pack_rows(items, count);
	return rc;
}
