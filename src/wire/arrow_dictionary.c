/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/arrow_dictionary.h"

#include <string.h>

#include "common/hash.h"

#define SLOTS_MIN 256 /* a power of two */

void
arrow_dictionary_init(struct arrow_dictionary *dict, struct mem_budget *budget)
{
	*dict = (struct arrow_dictionary){ .count = 0 };
	buf_init_charged(&dict->strings, budget);
	buf_init_charged(&dict->offsets, budget);
	buf_init_charged(&dict->slots, budget);
	buf_init_charged(&dict->of_code, budget);
}

void
arrow_dictionary_release(struct arrow_dictionary *dict)
{
	buf_release(&dict->strings);
	buf_release(&dict->offsets);
	buf_release(&dict->slots);
	buf_release(&dict->of_code);
}

void
arrow_dictionary_reset(struct arrow_dictionary *dict)
{
	dict->count = 0;
	dict->source = NULL;
	buf_reset(&dict->strings);
	buf_reset(&dict->offsets);
	buf_reset(&dict->slots);
	buf_reset(&dict->of_code);
}

static bool
has_memory(const struct arrow_dictionary *dict)
{
	return !dict->strings.failed && !dict->offsets.failed &&
	    !dict->slots.failed && !dict->of_code.failed;
}

/* `count` zeros in place of what was there. */
static void
clear(struct buf *numbers, size_t count)
{
	uint8_t *at;

	buf_reset(numbers);
	at = buf_take(numbers, count * sizeof(uint32_t));
	if (at != NULL)
		memset(at, 0, count * sizeof(uint32_t));
}

static uint32_t
get(const struct buf *numbers, uint32_t i)
{
	uint32_t number;

	memcpy(&number, numbers->data + (size_t)i * sizeof(number),
	    sizeof(number));
	return number;
}

static void
set(struct buf *numbers, uint32_t i, uint32_t number)
{
	memcpy(numbers->data + (size_t)i * sizeof(number), &number,
	    sizeof(number));
}

static struct str
string_at(const struct arrow_dictionary *dict, uint32_t i)
{
	int64_t ends[2];

	memcpy(ends, dict->offsets.data + (size_t)i * sizeof(ends[0]),
	    sizeof(ends));
	return str_of((const char *)dict->strings.data + ends[0],
	    (size_t)(ends[1] - ends[0]));
}

/* Nobody can choose strings that fall together: addresses are random. */
static uint32_t
home_of(const struct arrow_dictionary *dict, struct str text)
{
	return (uint32_t)hash_bytes_seeded(text.data, text.len,
		   (uint64_t)(uintptr_t)dict) &
	    dict->slot_mask;
}

/* The slot of a string, or the free one where it belongs. */
static uint32_t
find_slot(const struct arrow_dictionary *dict, struct str text)
{
	uint32_t slot = home_of(dict, text);
	uint32_t entry;

	while ((entry = get(&dict->slots, slot)) != 0 &&
	    !str_equal(string_at(dict, entry - 1), text))
		slot = (slot + 1) & dict->slot_mask;
	return slot;
}

/* At least twice as many slots as strings, and one more. */
static void
grow(struct arrow_dictionary *dict)
{
	uint32_t slot_count =
	    dict->slots.len == 0 ? SLOTS_MIN : (dict->slot_mask + 1) * 2;

	clear(&dict->slots, slot_count);
	dict->slot_mask = slot_count - 1;
	for (uint32_t i = 0; i < dict->count && has_memory(dict); i++)
		set(&dict->slots, find_slot(dict, string_at(dict, i)), i + 1);
}

/* 1 + the index of a string; 0 without memory. */
static uint32_t
intern(struct arrow_dictionary *dict, struct str text)
{
	uint32_t slot;

	if (dict->offsets.len == 0)
		buf_put_u64(&dict->offsets, 0);
	if (dict->slots.len == 0 || dict->count >= dict->slot_mask / 2)
		grow(dict);
	if (!has_memory(dict))
		return 0;
	slot = find_slot(dict, text);
	if (get(&dict->slots, slot) != 0)
		return get(&dict->slots, slot);
	buf_put_str(&dict->strings, text);
	buf_put_u64(&dict->offsets, dict->strings.len);
	if (!has_memory(dict))
		return 0;
	set(&dict->slots, slot, ++dict->count);
	return dict->count;
}

static uint32_t
intern_code(struct arrow_dictionary *dict, const struct vec *vec, uint32_t at)
{
	uint32_t code = vec->codes.of[at];
	uint32_t entry = get(&dict->of_code, code);

	if (entry == 0) {
		entry = intern(dict, vec->str[at]);
		set(&dict->of_code, code, entry);
	}
	return entry;
}

bool
arrow_dictionary_take(struct arrow_dictionary *dict, const struct vec *vec,
    const uint32_t *indexes, const uint8_t *nulls, uint32_t count, int32_t *out)
{
	bool has_codes =
	    vec->codes.of != NULL && vec->codes.count <= ARROW_CODES_MAX;

	if (has_codes && dict->source != vec->codes.dict) {
		clear(&dict->of_code, vec->codes.count);
		dict->source = vec->codes.dict;
	}
	for (uint32_t i = 0; i < count && has_memory(dict); i++) {
		uint32_t at = indexes[i], entry = 1;

		if (nulls[i] == 0)
			entry = has_codes ? intern_code(dict, vec, at)
					  : intern(dict, vec->str[at]);
		out[i] = (int32_t)entry - 1;
	}
	return has_memory(dict);
}
