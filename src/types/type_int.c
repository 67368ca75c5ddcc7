/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Integers, oid and bool.
 */
#include "types/type_int.h"

#include <string.h>

#include "common/boolean.h"
#include "types/type_private.h"

/*
 * The widths differ in range and in the name that their errors show.  Digits
 * past the range are that error even if junk follows them.
 */
static int
int_in(const struct type_input *in, int64_t min, int64_t max, struct datum *out)
{
	const char *at = in->text.data;
	const char *end = at + in->text.len;
	const char *first_digit;
	bool negative = false, overflow = false;
	int64_t value = 0;

	while (at < end && type_is_space(*at))
		at++;
	if (at < end && (*at == '-' || *at == '+'))
		negative = *at++ == '-';
	first_digit = at;
	while (at < end && *at >= '0' && *at <= '9') {
		int64_t digit = *at++ - '0';

		overflow |= __builtin_mul_overflow(value, 10, &value);
		overflow |= __builtin_sub_overflow(value, digit, &value);
	}
	if (at == first_digit)
		return type_invalid_input(in);
	if (!negative)
		overflow |= __builtin_sub_overflow(0, value, &value);
	if (overflow || value < min || value > max)
		return type_input_out_of_range(in);
	while (at < end && type_is_space(*at))
		at++;
	if (at != end)
		return type_invalid_input(in);
	out->i64 = value;
	return 0;
}

static int
int2_in(const struct type_input *in, struct datum *out)
{
	return int_in(in, INT16_MIN, INT16_MAX, out);
}

static int
int4_in(const struct type_input *in, struct datum *out)
{
	return int_in(in, INT32_MIN, INT32_MAX, out);
}

static int
int8_in(const struct type_input *in, struct datum *out)
{
	return int_in(in, INT64_MIN, INT64_MAX, out);
}

/* As strtoul() reads it: -1 is the greatest oid. */
static int
oid_in(const struct type_input *in, struct datum *out)
{
	int rc = int_in(in, INT32_MIN, UINT32_MAX, out);

	if (rc == 0)
		out->i64 = (uint32_t)out->i64;
	return rc;
}

/* The value at the start of a binary form of exactly `width` bytes. */
static int
int_bytes(const struct type_input *in, size_t width, uint64_t *out)
{
	struct reader r = reader_over(in->text.data, in->text.len);

	*out = reader_uint_be(&r, width);
	return type_check_binary_length(in, &r);
}

static int
int2_receive(const struct type_input *in, struct datum *out)
{
	uint64_t bits;
	int rc = int_bytes(in, 2, &bits);

	out->i64 = (int16_t)bits;
	return rc;
}

static int
int4_receive(const struct type_input *in, struct datum *out)
{
	uint64_t bits;
	int rc = int_bytes(in, 4, &bits);

	out->i64 = (int32_t)bits;
	return rc;
}

static int
int8_receive(const struct type_input *in, struct datum *out)
{
	uint64_t bits;
	int rc = int_bytes(in, 8, &bits);

	out->i64 = (int64_t)bits;
	return rc;
}

static int
oid_receive(const struct type_input *in, struct datum *out)
{
	uint64_t bits;
	int rc = int_bytes(in, 4, &bits);

	out->i64 = (int64_t)bits;
	return rc;
}

/* How many digits it takes to write `value`: at most 20. */
static size_t
digit_count(uint64_t value)
{
	size_t count = 1;

	for (; value >= 10000; value /= 10000)
		count += 4;
	return count + (value >= 10) + (value >= 100) + (value >= 1000);
}

size_t
int_text(int64_t value, char *out)
{
	static const char pairs[] = "0001020304050607080910111213141516171819"
				    "2021222324252627282930313233343536373839"
				    "4041424344454647484950515253545556575859"
				    "6061626364656667686970717273747576777879"
				    "8081828384858687888990919293949596979899";
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	size_t len = digit_count(rest) + (value < 0), at = len;

	for (; rest >= 100; rest /= 100) {
		at -= 2;
		memcpy(out + at, pairs + rest % 100 * 2, 2);
	}
	if (rest >= 10)
		memcpy(out + at - 2, pairs + rest * 2, 2);
	else
		out[at - 1] = (char)('0' + rest);
	if (value < 0)
		out[0] = '-';
	return len;
}

void
int_put(int64_t value, struct buf *out)
{
	char text[INT_TEXT_SIZE];

	buf_put(out, text, int_text(value, text));
}

static void
int_out(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	int_put(*(const int64_t *)value, out);
}

static void
int2_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	buf_put_u16_be(out, (uint16_t) * (const int64_t *)value);
}

static void
int4_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	buf_put_u32_be(out, (uint32_t) * (const int64_t *)value);
}

static void
int8_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	buf_put_u64_be(out, (uint64_t) * (const int64_t *)value);
}

static int
bool_in(const struct type_input *in, struct datum *out)
{
	if (!boolean_parse(type_trim(in->text), &out->boolean))
		return type_invalid_input(in);
	return 0;
}

static int
bool_receive(const struct type_input *in, struct datum *out)
{
	uint64_t byte;
	int rc = int_bytes(in, 1, &byte);

	out->boolean = byte != 0;
	return rc;
}

static void
bool_out(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	buf_put_u8(out, *(const uint8_t *)value != 0 ? 't' : 'f');
}

static void
bool_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	buf_put_u8(out, *(const uint8_t *)value != 0);
}

const struct type_ops type_ops_bool = { bool_in, bool_receive, bool_out,
	bool_send };
const struct type_ops type_ops_int2 = { int2_in, int2_receive, int_out,
	int2_send };
const struct type_ops type_ops_int4 = { int4_in, int4_receive, int_out,
	int4_send };
const struct type_ops type_ops_int8 = { int8_in, int8_receive, int_out,
	int8_send };
const struct type_ops type_ops_oid = { oid_in, oid_receive, int_out,
	int4_send };
