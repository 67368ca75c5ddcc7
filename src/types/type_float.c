/* SPDX-License-Identifier: Apache-2.0 */
/*
 * float4 and float8.  A float4 is kept as the double of the same value.
 */
#include <float.h>

#include "types/float_text.h"
#include "types/type_private.h"

static int
float_in(const struct type_input *in, enum float_parse parsed)
{
	switch (parsed) {
	case FLOAT_PARSE_OK:
		return 0;
	case FLOAT_PARSE_INVALID:
		return type_invalid_input(in);
	case FLOAT_PARSE_RANGE:
		break;
	}
	return error_set(in->err, STELE_E_NUMERIC_OUT_OF_RANGE,
	    "\"%.*s\" is out of range for type %s",
	    STR_FMT(type_trim(in->text)), type_info(in->type->oid)->sql_name);
}

static int
float8_in(const struct type_input *in, struct datum *out)
{
	return float_in(in, float8_parse(in->text, &out->f64));
}

static int
float4_in(const struct type_input *in, struct datum *out)
{
	return float_in(in, float4_parse(in->text, &out->f64));
}

static int
float8_receive(const struct type_input *in, struct datum *out)
{
	struct reader r = reader_over(in->text.data, in->text.len);
	uint64_t bits = reader_u64_be(&r);

	memcpy(&out->f64, &bits, sizeof(bits));
	return type_check_binary_length(in, &r);
}

static int
float4_receive(const struct type_input *in, struct datum *out)
{
	struct reader r = reader_over(in->text.data, in->text.len);
	uint32_t bits = reader_u32_be(&r);
	float value;

	memcpy(&value, &bits, sizeof(bits));
	out->f64 = (double)value;
	return type_check_binary_length(in, &r);
}

static void
float8_out(const struct type *type UNUSED, const struct type_settings *settings,
    const void *value, struct buf *out)
{
	double number = *(const double *)value;
	char text[FLOAT_TEXT_SIZE];
	size_t len;

	if (settings->extra_float_digits > 0)
		len = float8_text(number, text);
	else
		len = float_text_rounded(number,
		    DBL_DIG + settings->extra_float_digits, text);
	buf_put(out, text, len);
}

static void
float4_out(const struct type *type UNUSED, const struct type_settings *settings,
    const void *value, struct buf *out)
{
	double number = *(const double *)value;
	char text[FLOAT_TEXT_SIZE];
	size_t len;

	if (settings->extra_float_digits > 0)
		len = float4_text(number, text);
	else
		len = float_text_rounded(number,
		    FLT_DIG + settings->extra_float_digits, text);
	buf_put(out, text, len);
}

static void
float8_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	uint64_t bits;

	memcpy(&bits, value, sizeof(bits));
	buf_put_u64_be(out, bits);
}

static void
float4_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	float number = (float)*(const double *)value;
	uint32_t bits;

	memcpy(&bits, &number, sizeof(bits));
	buf_put_u32_be(out, bits);
}

const struct type_ops type_ops_float8 = { float8_in, float8_receive, float8_out,
	float8_send };
const struct type_ops type_ops_float4 = { float4_in, float4_receive, float4_out,
	float4_send };
