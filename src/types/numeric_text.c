/* SPDX-License-Identifier: Apache-2.0 */
/*
 * numeric in text and in PostgreSQL's binary form, and its modifier.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "types/numeric_private.h"
#include "types/type_private.h"

#define CHUNK_DIGITS 18 /* what 64 bits take at a time */

/* The parts of "-12.50e3": digits without the point, and where that was. */
struct decimal {
	struct str whole; /* before the point */
	struct str fraction;
	int32_t exponent;
	bool is_negative;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits at the start of `text`, cut from it. */
static struct str
take_digits(struct str *text)
{
	struct str digits = str_of(text->data, 0);

	while (digits.len < text->len && is_digit(text->data[digits.len]))
		digits.len++;
	text->data += digits.len;
	text->len -= digits.len;
	return digits;
}

static bool
take_char(struct str *text, char c)
{
	if (text->len == 0 || text->data[0] != c)
		return false;
	text->data++;
	text->len--;
	return true;
}

/* After the "e". */
static bool
take_exponent(struct str *text, int32_t *out)
{
	bool negative = take_char(text, '-');
	struct str digits;
	int64_t value = 0;

	if (!negative)
		(void)take_char(text, '+');
	digits = take_digits(text);
	if (digits.len == 0)
		return false;
	for (size_t i = 0; i < digits.len && value < INT_MAX / 2; i++)
		value = value * 10 + (digits.data[i] - '0');
	if (value >= INT_MAX / 2)
		return false;
	*out = (int32_t)(negative ? -value : value);
	return true;
}

/* Exactly a number without spaces around it. */
static bool
decimal_scan(struct str text, struct decimal *out)
{
	*out = (struct decimal){ .is_negative = take_char(&text, '-') };
	if (!out->is_negative)
		(void)take_char(&text, '+');
	out->whole = take_digits(&text);
	if (take_char(&text, '.'))
		out->fraction = take_digits(&text);
	if (out->whole.len + out->fraction.len == 0)
		return false;
	if ((take_char(&text, 'e') || take_char(&text, 'E')) &&
	    !take_exponent(&text, &out->exponent))
		return false;
	return text.len == 0;
}

static bool
special_parse(struct str text, struct numeric *out)
{
	bool negative;

	if (str_equal_nocase(text, STR("nan"))) {
		*out = numeric_special(NUMERIC_NAN);
		return true;
	}
	negative = take_char(&text, '-');
	if (!negative)
		(void)take_char(&text, '+');
	if (!str_equal_nocase(text, STR("inf")) &&
	    !str_equal_nocase(text, STR("infinity")))
		return false;
	*out = numeric_special(
	    negative ? NUMERIC_MINUS_INFINITY : NUMERIC_INFINITY);
	return true;
}

/* Append digits to a coefficient that has room for them. */
static u128
append_digits(u128 value, struct str digits)
{
	while (digits.len > 0) {
		size_t len =
		    digits.len < CHUNK_DIGITS ? digits.len : CHUNK_DIGITS;
		uint64_t chunk = 0;

		for (size_t i = 0; i < len; i++)
			chunk = chunk * 10 + (uint64_t)(digits.data[i] - '0');
		value = value == 0 ? chunk : value * numeric_pow10[len] + chunk;
		digits.data += len;
		digits.len -= len;
	}
	return value;
}

/* As arena_alloc(): any value, which nobody will see. */
static enum numeric_parse
no_memory(struct arena *arena, struct numeric *out)
{
	arena->failed = true;
	*out = numeric_of_i64(0);
	return NUMERIC_PARSE_OK;
}

/* The coefficient of a decimal of any length, times 10^append. */
static enum numeric_parse
parse_wide(const struct decimal *d, uint32_t append, uint32_t scale,
    struct arena *arena, struct numeric *out)
{
	size_t len = d->whole.len + d->fraction.len + append;
	char *digits = malloc(len + 1);
	struct error ignored;
	mpz_t z;
	int rc;

	if (digits == NULL)
		return no_memory(arena, out);
	if (d->whole.len > 0)
		memcpy(digits, d->whole.data, d->whole.len);
	if (d->fraction.len > 0)
		memcpy(digits + d->whole.len, d->fraction.data,
		    d->fraction.len);
	memset(digits + len - append, '0', append);
	digits[len] = '\0';
	mpz_init(z);
	(void)mpz_set_str(z, digits, 10);
	free(digits);
	if (d->is_negative)
		mpz_neg(z, z);
	rc = numeric_of_z(z, scale, arena, out, &ignored);
	mpz_clear(z);
	if (rc == STELE_E_OUT_OF_MEMORY)
		return no_memory(arena, out);
	return rc == 0 ? NUMERIC_PARSE_OK : NUMERIC_PARSE_OVERFLOW;
}

enum numeric_parse
numeric_parse(struct str text, struct arena *arena, struct numeric *out)
{
	struct decimal d;
	int64_t scale;
	uint32_t append = 0;

	text = type_trim(text);
	if (!decimal_scan(text, &d))
		return special_parse(text, out) ? NUMERIC_PARSE_OK
						: NUMERIC_PARSE_INVALID;
	while (d.whole.len > 0 && d.whole.data[0] == '0')
		(void)take_char(&d.whole, '0');
	scale = (int64_t)d.fraction.len - d.exponent;
	if (scale < 0) {
		append = (uint32_t)-scale;
		scale = 0;
	}
	if (scale > NUMERIC_SCALE_MAX ||
	    d.whole.len + append > NUMERIC_DIGITS_BEFORE_MAX + 1)
		return NUMERIC_PARSE_OVERFLOW;
	if (d.whole.len + d.fraction.len + append <= NUMERIC_I128_DIGITS) {
		u128 value =
		    append_digits(append_digits(0, d.whole), d.fraction);

		value *= numeric_pow10[append];
		*out =
		    numeric_of_i128(d.is_negative ? -(i128)value : (i128)value,
			(uint32_t)scale);
		return NUMERIC_PARSE_OK;
	}
	return parse_wide(&d, append, (uint32_t)scale, arena, out);
}

/*
 * The digits of a finite value's coefficient, right-aligned in small[40] or in
 * memory of their own, which the caller frees.
 */
static struct str
coefficient_digits(const struct numeric *n, char small[40], char **memory)
{
	struct numeric_view view;
	mpz_srcptr z;
	mpz_t magnitude;
	u128 rest;
	size_t at = 40;

	*memory = NULL;
	if (n->limbs != NULL) {
		z = numeric_view(&view, n);
		*memory = malloc(mpz_sizeinbase(z, 10) + 2);
		if (*memory == NULL)
			return STR("");
		mpz_init(magnitude);
		mpz_abs(magnitude, z);
		mpz_get_str(*memory, 10, magnitude);
		mpz_clear(magnitude);
		return str_of_cstr(*memory);
	}
	rest = numeric_magnitude(n->small);
	while (rest >> 64 != 0) {
		uint64_t chunk = (uint64_t)(rest % numeric_pow10[CHUNK_DIGITS]);

		rest /= numeric_pow10[CHUNK_DIGITS];
		for (int i = 0; i < CHUNK_DIGITS; i++, chunk /= 10)
			small[--at] = (char)('0' + chunk % 10);
	}
	for (uint64_t low = (uint64_t)rest; low != 0; low /= 10)
		small[--at] = (char)('0' + low % 10);
	return str_of(small + at, 40 - at);
}

static void
put_zeros(struct buf *out, size_t count)
{
	uint8_t *at = buf_take(out, count);

	if (at != NULL)
		memset(at, '0', count);
}

void
numeric_put(const struct numeric *n, struct buf *out)
{
	char small[40];
	char *memory;
	struct str digits;
	size_t whole;

	switch ((enum numeric_kind)n->kind) {
	case NUMERIC_NAN:
		buf_put_cstr(out, "NaN");
		return;
	case NUMERIC_INFINITY:
		buf_put_cstr(out, "Infinity");
		return;
	case NUMERIC_MINUS_INFINITY:
		buf_put_cstr(out, "-Infinity");
		return;
	case NUMERIC_FINITE:
		break;
	}
	digits = coefficient_digits(n, small, &memory);
	out->failed |= n->limbs != NULL && memory == NULL;
	if (n->small < 0)
		buf_put_u8(out, '-');
	whole = digits.len > n->scale ? digits.len - n->scale : 0;
	if (whole == 0)
		buf_put_u8(out, '0');
	else
		buf_put(out, digits.data, whole);
	if (n->scale > 0) {
		buf_put_u8(out, '.');
		put_zeros(out, n->scale - (digits.len - whole));
		buf_put(out, digits.data + whole, digits.len - whole);
	}
	free(memory);
}

static int
field_overflow(int32_t precision, int32_t scale, struct error *err)
{
	int32_t digits = precision - scale;

	(void)error_set(err, STELE_E_NUMERIC_OUT_OF_RANGE,
	    "numeric field overflow");
	if (digits == 0)
		return error_detail(err,
		    "A field with precision %d, scale %d must round to an "
		    "absolute value less than 1.",
		    precision, scale);
	return error_detail(err,
	    "A field with precision %d, scale %d must round to an absolute "
	    "value less than 10^%d.",
	    precision, scale, digits);
}

int
numeric_fit(int32_t mod, struct numeric *n, struct arena *arena,
    struct error *err)
{
	int32_t precision, scale;
	int rc;

	if (mod < 4 || n->kind == NUMERIC_NAN)
		return 0;
	precision = type_numeric_precision(mod);
	scale = type_numeric_scale(mod);
	if (n->kind != NUMERIC_FINITE) {
		(void)error_set(err, STELE_E_NUMERIC_OUT_OF_RANGE,
		    "numeric field overflow");
		return error_detail(err,
		    "A field with precision %d, scale %d cannot hold an "
		    "infinite value.",
		    precision, scale);
	}
	rc = numeric_rescale(n, scale, NUMERIC_ROUND, arena, n, err);
	if (rc == 0 && numeric_sign(n) != 0 &&
	    numeric_exponent(n) >= precision - scale)
		return field_overflow(precision, scale, err);
	return rc;
}

static int64_t
power_of_ten(int32_t exponent)
{
	int64_t power = 1;

	while (exponent-- > 0)
		power *= 10;
	return power;
}

bool
numeric_of_digits(int64_t digits, uint32_t scale, int32_t mod,
    struct numeric *out)
{
	int32_t precision, wanted;
	i128 value;

	if (mod < 4) {
		*out = numeric_of_i128(digits, scale);
		return true;
	}
	precision = type_numeric_precision(mod);
	wanted = type_numeric_scale(mod);
	if (precision > CHUNK_DIGITS || wanted < (int32_t)scale ||
	    wanted > CHUNK_DIGITS)
		return false;
	value = (i128)digits * power_of_ten(wanted - (int32_t)scale);
	if (value <= -power_of_ten(precision) ||
	    value >= power_of_ten(precision))
		return false;
	*out = numeric_of_i128(value, (uint32_t)wanted);
	return true;
}

static int
numeric_in(const struct type_input *in, struct datum *out)
{
	switch (numeric_parse(in->text, in->arena, &out->numeric)) {
	case NUMERIC_PARSE_OK:
		return numeric_fit(in->type->mod, &out->numeric, in->arena,
		    in->err);
	case NUMERIC_PARSE_INVALID:
		return type_invalid_input(in);
	case NUMERIC_PARSE_OVERFLOW:
		break;
	}
	return numeric_overflow(in->err);
}

static void
numeric_out(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	numeric_put(value, out);
}

/*
 * PostgreSQL's binary form: count of digits in base 10,000, weight of the
 * first, sign, scale, the digits; all in two bytes.
 */
#define NBASE          10000
#define NBASE_DIGITS   4
#define SIGN_NEGATIVE  0x4000
#define SIGN_NAN       0xc000
#define SIGN_PLUS_INF  0xd000
#define SIGN_MINUS_INF 0xf000
#define SCALE_INF      0x20 /* what PostgreSQL sends with an infinity */

static int
bad_binary(const struct type_input *in, const char *part)
{
	return error_set(in->err, STELE_E_INVALID_BINARY_REPRESENTATION,
	    "invalid %s in external \"numeric\" value", part);
}

/* More of these are quicker as one text of decimal digits. */
#define SHORT_COUNT 64

/* The next digit; it is less than NBASE unless this fails. */
static int
receive_digit(const struct type_input *in, struct reader *r, uint16_t *out)
{
	*out = reader_u16_be(r);
	if (r->failed)
		return type_check_binary_length(in, r);
	return *out < NBASE ? 0 : bad_binary(in, "digit");
}

static int
receive_many(const struct type_input *in, struct reader *r, uint32_t count,
    mpz_t z)
{
	struct arena_mark mark = arena_mark(in->arena);
	size_t len = (size_t)count * NBASE_DIGITS;
	char *text = arena_try_alloc(in->arena, len + 1);
	uint16_t digit;
	int rc = 0;

	if (text == NULL)
		return error_no_memory(in->err);
	for (size_t at = 0; at < len && rc == 0; at += NBASE_DIGITS) {
		rc = receive_digit(in, r, &digit);
		for (size_t i = NBASE_DIGITS; i-- > 0; digit /= 10)
			text[at + i] = (char)('0' + digit % 10);
	}
	text[len] = '\0';
	if (rc == 0)
		(void)mpz_set_str(z, text, 10);
	arena_rewind(in->arena, mark);
	return rc != 0 ? rc : type_check_binary_length(in, r);
}

/* The digits, as one integer at scale (count - 1 - weight) * 4. */
static int
receive_digits(const struct type_input *in, struct reader *r, uint32_t count,
    mpz_t z)
{
	uint16_t digit;
	int rc = 0;

	if (count > SHORT_COUNT)
		return receive_many(in, r, count, z);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		rc = receive_digit(in, r, &digit);
		mpz_mul_ui(z, z, NBASE);
		mpz_add_ui(z, z, digit);
	}
	return rc != 0 ? rc : type_check_binary_length(in, r);
}

/* Move z from its natural scale to `scale`, cutting digits beyond. */
static int
receive_rescale(const struct type_input *in, mpz_t z, int32_t natural,
    uint32_t scale, struct numeric *out)
{
	int32_t shift = (int32_t)scale - natural;
	mpz_t power;
	int rc;

	if (shift < 0) {
		numeric_z_divide_pow10(z, (uint32_t)-shift, NUMERIC_TRUNCATE);
	} else {
		mpz_init(power);
		numeric_z_pow10(power, (uint32_t)shift);
		mpz_mul(z, z, power);
		mpz_clear(power);
	}
	rc = numeric_of_z(z, scale, in->arena, out, in->err);
	if (rc == 0)
		rc = numeric_fit(in->type->mod, out, in->arena, in->err);
	return rc;
}

static int
numeric_receive(const struct type_input *in, struct datum *out)
{
	struct reader r = reader_over(in->text.data, in->text.len);
	uint32_t count = reader_u16_be(&r);
	int32_t weight = reader_i16_be(&r);
	uint16_t sign = reader_u16_be(&r);
	uint16_t scale = reader_u16_be(&r);
	mpz_t z;
	int rc;

	if (r.failed)
		return type_check_binary_length(in, &r);
	if (sign == SIGN_NAN || sign == SIGN_PLUS_INF ||
	    sign == SIGN_MINUS_INF) {
		out->numeric = numeric_special(sign == SIGN_NAN ? NUMERIC_NAN
			: sign == SIGN_PLUS_INF ? NUMERIC_INFINITY
						: NUMERIC_MINUS_INFINITY);
		return numeric_fit(in->type->mod, &out->numeric, in->arena,
		    in->err);
	}
	if (sign != 0 && sign != SIGN_NEGATIVE)
		return bad_binary(in, "sign");
	if (scale > NUMERIC_SCALE_MAX)
		return bad_binary(in, "scale");
	if (reader_left(&r) != (size_t)count * 2)
		return type_check_binary_length(in,
		    &(struct reader){ .next = r.next,
			.end = r.end,
			.failed = reader_left(&r) < (size_t)count * 2 });
	mpz_init(z);
	rc = receive_digits(in, &r, count, z);
	if (rc == 0 && sign == SIGN_NEGATIVE)
		mpz_neg(z, z);
	if (rc == 0)
		rc = receive_rescale(in, z,
		    ((int32_t)count - 1 - weight) * NBASE_DIGITS, scale,
		    &out->numeric);
	mpz_clear(z);
	return rc;
}

static void
send_special(const struct numeric *n, struct buf *out)
{
	bool is_nan = n->kind == NUMERIC_NAN;

	buf_put_u32_be(out, 0);
	buf_put_u16_be(out,
	    is_nan                            ? SIGN_NAN
		: n->kind == NUMERIC_INFINITY ? SIGN_PLUS_INF
					      : SIGN_MINUS_INF);
	buf_put_u16_be(out, is_nan ? 0 : SCALE_INF);
}

/* The base-10,000 digit at decimal places 10^(4*place) and the three above. */
static uint16_t
nbase_digit(struct str digits, int32_t scale, int32_t place)
{
	int32_t last = (int32_t)digits.len - 1 - (place * NBASE_DIGITS + scale);
	uint32_t digit = 0;

	for (int32_t i = last - 3; i <= last; i++)
		digit = digit * 10 +
		    (i >= 0 && i < (int32_t)digits.len
			    ? (uint32_t)(digits.data[i] - '0')
			    : 0);
	return (uint16_t)digit;
}

static void
numeric_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	const struct numeric *n = value;
	char small[40];
	char *memory;
	struct str digits;
	int32_t weight = 0, lowest = 1, exponent;

	if (n->kind != NUMERIC_FINITE) {
		send_special(n, out);
		return;
	}
	digits = coefficient_digits(n, small, &memory);
	out->failed |= n->limbs != NULL && memory == NULL;
	if (digits.len > 0) {
		exponent = (int32_t)digits.len - 1 - n->scale;
		weight = exponent >= 0 ? exponent / 4 : -((3 - exponent) / 4);
		lowest = -((n->scale + 3) / 4);
		while (nbase_digit(digits, n->scale, lowest) == 0)
			lowest++;
	}
	buf_put_u16_be(out, (uint16_t)(weight - lowest + 1));
	buf_put_u16_be(out, (uint16_t)weight);
	buf_put_u16_be(out, n->small < 0 ? SIGN_NEGATIVE : 0);
	buf_put_u16_be(out, n->scale);
	for (int32_t place = weight; place >= lowest; place--)
		buf_put_u16_be(out, nbase_digit(digits, n->scale, place));
	free(memory);
}

const struct type_ops type_ops_numeric = { numeric_in, numeric_receive,
	numeric_out, numeric_send };
