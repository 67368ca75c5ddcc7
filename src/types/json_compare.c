/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two readers walk over both texts.  Canonical texts have their keys in order,
 * so that equal objects are equal token by token; only numbers may be written
 * in more than one way, with zeros at their end.
 */
#include "types/json_compare.h"

#include "common/hash.h"
#include "common/json.h"

/* A number without zeros after the point. */
static struct str
trim_number(struct str number)
{
	if (number.len == 0 || memchr(number.data, '.', number.len) == NULL)
		return number;
	while (number.data[number.len - 1] == '0')
		number.len--;
	if (number.data[number.len - 1] == '.')
		number.len--;
	return number;
}

static size_t
whole_digits(struct str number)
{
	const char *point = memchr(number.data, '.', number.len);

	return point == NULL ? number.len : (size_t)(point - number.data);
}

/* By value, from the digits: canonical numbers have no exponent. */
static int
compare_numbers(struct str a, struct str b)
{
	bool negative = a.data[0] == '-';
	int order;

	a = trim_number(a);
	b = trim_number(b);
	if (negative != (b.data[0] == '-'))
		return negative ? -1 : 1;
	if (whole_digits(a) != whole_digits(b))
		order = whole_digits(a) < whole_digits(b) ? -1 : 1;
	else
		order = str_compare(a, b);
	return negative ? -order : order;
}

static int
rank(enum json_token token)
{
	switch (token) {
	case JSON_OBJECT_BEGIN:
		return 5;
	case JSON_ARRAY_BEGIN:
		return 4;
	case JSON_TRUE:
	case JSON_FALSE:
		return 3;
	case JSON_NUMBER:
		return 2;
	case JSON_STRING:
		return 1;
	case JSON_FAULT:
	case JSON_END:
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
	case JSON_KEY:
	case JSON_NULL:
		break;
	}
	return 0;
}

/* Elements of the container that a copy of the reader has just entered. */
static size_t
count_elements(struct json_reader r, enum json_token begin)
{
	size_t count = 0;
	enum json_token token;

	while ((token = json_next(&r)) > JSON_END && token != JSON_OBJECT_END &&
	    token != JSON_ARRAY_END) {
		if (begin == JSON_OBJECT_BEGIN)
			token = json_next(&r);
		if (!json_skip(&r, token))
			break;
		count++;
	}
	return count;
}

/* -1, 0 or 1 for one pair of tokens. */
static int
compare_tokens(const struct json_reader *x, enum json_token a,
    const struct json_reader *y, enum json_token b)
{
	size_t count_a, count_b;

	if (rank(a) != rank(b))
		return rank(a) < rank(b) ? -1 : 1;
	switch (a) {
	case JSON_OBJECT_BEGIN:
	case JSON_ARRAY_BEGIN:
		count_a = count_elements(*x, a);
		count_b = count_elements(*y, b);
		return (count_a > count_b) - (count_a < count_b);
	case JSON_TRUE:
	case JSON_FALSE:
		return (a == JSON_TRUE) - (b == JSON_TRUE);
	case JSON_NUMBER:
		return compare_numbers(x->text, y->text);
	case JSON_STRING:
	case JSON_KEY: /* in the order of lengths, but compared as text */
		return str_compare(x->text, y->text);
	case JSON_FAULT:
	case JSON_END:
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
	case JSON_NULL:
		break;
	}
	return 0;
}

/* As in PostgreSQL, for the sake of its history, [] is less than a scalar. */
static bool
is_empty_against_scalar(struct str a, struct str b)
{
	return str_equal(a, STR("[]")) && b.len > 0 && b.data[0] != '[' &&
	    b.data[0] != '{';
}

int
jsonb_compare(struct str a, struct str b)
{
	struct json_reader x, y;
	enum json_token token_a, token_b;
	int order = 0;

	if (str_equal(a, b))
		return 0;
	if (is_empty_against_scalar(a, b))
		return -1;
	if (is_empty_against_scalar(b, a))
		return 1;
	json_reader_init(&x, a, JSON_DEPTH_LIMIT);
	json_reader_init(&y, b, JSON_DEPTH_LIMIT);
	do {
		token_a = json_next(&x);
		token_b = json_next(&y);
		order = compare_tokens(&x, token_a, &y, token_b);
	} while (order == 0 && token_a > JSON_END && token_b > JSON_END);
	return order;
}

uint64_t
jsonb_hash(struct str value)
{
	struct json_reader r;
	enum json_token token;
	uint64_t hash = 0;

	json_reader_init(&r, value, JSON_DEPTH_LIMIT);
	while ((token = json_next(&r)) > JSON_END) {
		struct str text = str_of(NULL, 0);

		if (token == JSON_NUMBER)
			text = trim_number(r.text);
		else if (token == JSON_STRING || token == JSON_KEY)
			text = r.text;
		hash = hash_combine(hash,
		    hash_bytes_seeded(text.data, text.len, (uint64_t)token));
	}
	return hash;
}
