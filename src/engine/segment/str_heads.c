/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/str_heads.h"

#include <assert.h>
#include <stdbool.h>

#define HEAD_BYTES 4
#define LINE_BYTES 64 /* of the processor's cache */

/* Numbers compare as the bytes do; a string that ends comes before all others. */
static uint32_t
head_of(struct str s, size_t prefix_len)
{
	uint32_t head = 0;

	for (size_t i = prefix_len; i < prefix_len + HEAD_BYTES; i++)
		head = head << 8 | (i < s.len ? (uint8_t)s.data[i] : 0);
	return head;
}

static const struct str *
string_at(const struct str *first, size_t stride, uint32_t i)
{
	return (const void *)((const char *)first + i * stride);
}

/* What the first and the last of sorted strings begin with, all do. */
static struct str
common_prefix(struct str a, struct str b)
{
	size_t len = 0;

	while (len < a.len && len < b.len && a.data[len] == b.data[len])
		len++;
	return str_of(a.data, len);
}

void
str_heads_init(struct str_heads *heads, uint32_t *numbers,
    const struct str *first, size_t stride, uint32_t count)
{
	uint32_t *samples = numbers + count;

	assert(count > 0);
	heads->prefix =
	    common_prefix(*first, *string_at(first, stride, count - 1));
	heads->of = numbers;
	heads->samples = samples;
	heads->count = count;
	for (uint32_t i = 0; i < count; i++) {
		numbers[i] =
		    head_of(*string_at(first, stride, i), heads->prefix.len);
		if (i % HEADS_STEP == HEADS_STEP - 1)
			*samples++ = numbers[i];
	}
}

/* How many of ascending numbers are less. */
static uint32_t
count_less(const uint32_t *numbers, uint32_t count, uint32_t number)
{
	uint32_t first = 0;

	while (count > 0) {
		uint32_t half = count / 2;
		bool is_less = numbers[first + half] < number;

		first = is_less ? first + half + 1 : first;
		count = is_less ? count - half - 1 : half;
	}
	return first;
}

void
str_heads_find(const struct str_heads *heads, struct str s, uint32_t *first,
    uint32_t *limit)
{
	struct str start = str_of(s.data,
	    s.len < heads->prefix.len ? s.len : heads->prefix.len);
	int order = str_compare(start, heads->prefix);
	uint32_t head, at, left, step = 1;

	*first = *limit = order > 0 ? heads->count : 0;
	if (order != 0)
		return;
	head = head_of(s, heads->prefix.len);
	at = count_less(heads->samples, heads->count / HEADS_STEP, head) *
	    HEADS_STEP;
	left = heads->count - at;
	at += count_less(heads->of + at, left < HEADS_STEP ? left : HEADS_STEP,
	    head);
	*first = *limit = at;
	if (at == heads->count || heads->of[at] != head)
		return;
	while (step < heads->count - at && heads->of[at + step] == head)
		step *= 2;
	*limit = step < heads->count - at ? at + step : heads->count;
}

void
str_heads_hint(const struct str_heads *heads)
{
	size_t bytes = heads->count / HEADS_STEP * sizeof(*heads->samples);

	__builtin_prefetch(heads->prefix.data);
	for (size_t i = 0; i < bytes; i += LINE_BYTES)
		__builtin_prefetch((const char *)heads->samples + i);
}
