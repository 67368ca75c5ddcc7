/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row per cast that is not by text.  A kernel converts the selected rows
 * that are not null; the target's modifier is applied to its result
 * afterwards, for casts of a type to itself too.
 */
#include "types/cast.h"

#include <math.h>
#include <string.h>

#include "common/buf.h"
#include "common/cancel.h"
#include "common/error.h"
#include "common/json.h"
#include "common/must.h"
#include "types/array.h"
#include "types/bits.h"
#include "types/datetime.h"
#include "types/float_text.h"
#include "types/interval.h"
#include "types/network.h"
#include "types/numeric.h"
#include "types/object_names.h"
#include "types/text.h"
#include "types/type_private.h"

/* One call of cast_vec(). */
struct cast {
	const struct type *from;
	const struct type *to;
	enum cast_context context;
	const struct type_settings *settings;
	const struct vec *in;
	uint32_t row_count; /* of in and out */
	struct sel sel;
	const atomic_bool *cancel;
	struct arena *arena;
	struct vec *out;
	struct error *err;
};

typedef int (*cast_fn)(struct cast *c);

struct cast_row {
	uint16_t from;
	uint16_t to;
	enum cast_context context; /* the least that is enough */
	cast_fn run;               /* NULL: the value is the same */
};

/* `x` of the selected rows that are not null; `at` is their index. */
#define EACH_VALUE(c, T, field, ...) \
	for (uint32_t i_ = 0; i_ < (c)->sel.count; i_++) { \
		const uint32_t at = sel_row((c)->sel, i_); \
		if ((c)->in->nulls != NULL && (c)->in->nulls[at] != 0) \
			continue; \
		const T x = (c)->in->field[at]; \
		__VA_ARGS__ \
	}

/* Whether there is an i-th selected row that somebody still wants. */
static bool
has_row(const struct cast *c, uint32_t i)
{
	return i < c->sel.count && !cancel_is_set(c->cancel);
}

static int
out_of_range(const struct cast *c)
{
	if (c->to->oid == TYPE_OID || type_is_reg(c->to->oid))
		return error_set(c->err, STELE_E_NUMERIC_OUT_OF_RANGE,
		    "OID out of range");
	return error_set(c->err, STELE_E_NUMERIC_OUT_OF_RANGE,
	    "%s out of range", type_info(c->to->oid)->sql_name);
}

/* Whether an integer type has the value. */
static bool
int_fits(uint32_t oid, int64_t value)
{
	switch (oid) {
	case TYPE_INT2:
		return value == (int16_t)value;
	case TYPE_INT4:
		return value == (int32_t)value;
	case TYPE_OID:
		return value >= 0 && value <= UINT32_MAX;
	default:
		return !type_is_reg(oid) || int_fits(TYPE_OID, value);
	}
}

static int
int_to_int(struct cast *c)
{
	EACH_VALUE(c, int64_t, i64,
		   if (!int_fits(c->to->oid, x)) return out_of_range(c);
		   c->out->i64[at] = x;)
	return 0;
}

/* int4 to oid and back keep the 32 bits. */
static int
int4_to_oid(struct cast *c)
{
	EACH_VALUE(c, int64_t, i64, c->out->i64[at] = (uint32_t)x;)
	return 0;
}

static int
oid_to_int4(struct cast *c)
{
	EACH_VALUE(c, int64_t, i64, c->out->i64[at] = (int32_t)x;)
	return 0;
}

static int
int_to_float(struct cast *c)
{
	bool narrow = c->to->oid == TYPE_FLOAT4;

	EACH_VALUE(c, int64_t, i64,
		   c->out->f64[at] = narrow ? (double)(float)x : (double)x;)
	return 0;
}

static int
float_to_int(struct cast *c)
{
	EACH_VALUE(c, double, f64, const double whole = rint(x);
		   if (!(whole >= -0x1p63 && whole < 0x1p63) ||
		       !int_fits(c->to->oid,
			   (int64_t)whole)) return out_of_range(c);
		   c->out->i64[at] = (int64_t)whole;)
	return 0;
}

static int
float8_to_float4(struct cast *c)
{
	EACH_VALUE(c, double, f64, const double narrow = (double)(float)x;
		   if (isinf(narrow) && !isinf(x)) return error_set(c->err,
		       STELE_E_NUMERIC_OUT_OF_RANGE,
		       "value out of range: overflow");
		   if (narrow == 0 && x != 0) return error_set(c->err,
		       STELE_E_NUMERIC_OUT_OF_RANGE,
		       "value out of range: underflow");
		   c->out->f64[at] = narrow;)
	return 0;
}

static int
int_to_numeric(struct cast *c)
{
	EACH_VALUE(c, int64_t, i64, c->out->numeric[at] = numeric_of_i64(x);)
	return 0;
}

static int
float_to_numeric(struct cast *c)
{
	int digits = c->from->oid == TYPE_FLOAT4 ? 6 : 15;

	EACH_VALUE(c, double, f64,
		   const int rc = numeric_of_f64(x, digits, c->arena,
		       &c->out->numeric[at], c->err);
		   if (rc != 0) return rc;)
	return 0;
}

static int
numeric_to_int(struct cast *c)
{
	const char *name = type_info(c->to->oid)->sql_name;

	EACH_VALUE(c, struct numeric, numeric, int64_t value;
		   if (!numeric_is_finite(&x)) return error_set(c->err,
		       STELE_E_FEATURE_NOT_SUPPORTED, "cannot convert %s to %s",
		       x.kind == NUMERIC_NAN ? "NaN" : "infinity", name);
		   if (!numeric_to_i64(&x, &value) ||
		       !int_fits(c->to->oid, value)) return out_of_range(c);
		   c->out->i64[at] = value;)
	return 0;
}

/* As if its text was read, which has all of its digits. */
static int
out_of_float(const struct cast *c, const struct numeric *x)
{
	struct buf text;
	int rc;

	buf_init(&text);
	numeric_put(x, &text);
	rc = error_set(c->err, STELE_E_NUMERIC_OUT_OF_RANGE,
	    "\"%.*s\" is out of range for type %s", STR_FMT(buf_str(&text)),
	    type_info(c->to->oid)->sql_name);
	buf_release(&text);
	return rc;
}

static int
numeric_to_float(struct cast *c)
{
	bool narrow = c->to->oid == TYPE_FLOAT4;

	EACH_VALUE(c, struct numeric, numeric,
		   double value = numeric_to_f64(&x);
		   if (narrow) value = (double)(float)value;
		   if (numeric_is_finite(&x) &&
		       (isinf(value) ||
			   (value == 0 &&
			       numeric_sign(&x) != 0))) return out_of_float(c,
		       &x);
		   c->out->f64[at] = value;)
	return 0;
}

static int
int_to_bool(struct cast *c)
{
	EACH_VALUE(c, int64_t, i64, c->out->boolean[at] = x != 0;)
	return 0;
}

static int
bool_to_int(struct cast *c)
{
	EACH_VALUE(c, uint8_t, boolean, c->out->i64[at] = x != 0;)
	return 0;
}

static int
bool_to_text(struct cast *c)
{
	EACH_VALUE(c, uint8_t, boolean,
		   c->out->str[at] = x != 0 ? STR("true") : STR("false");)
	return 0;
}

static int
bpchar_to_text(struct cast *c)
{
	EACH_VALUE(c, struct str, str, c->out->str[at] = text_trim_blanks(x);)
	return 0;
}

static int
text_to_name(struct cast *c)
{
	EACH_VALUE(c, struct str, str, c->out->str[at] = text_name(x);)
	return 0;
}

static int
char_to_int(struct cast *c)
{
	EACH_VALUE(c, struct str, str,
		   c->out->i64[at] = x.len == 0 ? 0 : (signed char)x.data[0];)
	return 0;
}

static int
int_to_char(struct cast *c)
{
	EACH_VALUE(c, int64_t, i64, const char byte = (char)x;
		   if (x < -128 || x > 127) return error_set(c->err,
		       STELE_E_NUMERIC_OUT_OF_RANGE, "\"char\" out of range");
		   c->out->str[at] =
		       arena_str(c->arena, str_of(&byte, x != 0));)
	return 0;
}

/* The first moment of a date in a zone; false if it is out of range. */
static bool
midnight(int64_t date, const struct time_zone *zone, int64_t *out)
{
	if (__builtin_mul_overflow(date, USECS_PER_DAY, out) ||
	    !timestamp_is_valid(*out))
		return false;
	*out = timestamp_of_local(zone, *out);
	return timestamp_is_valid(*out);
}

static int
date_to_timestamp(struct cast *c)
{
	const struct time_zone *zone =
	    c->to->oid == TYPE_TIMESTAMPTZ ? c->settings->time_zone : NULL;

	EACH_VALUE(
	    c, int64_t, i64,
	    if (!date_is_finite(x)) {
		    c->out->i64[at] =
			x < 0 ? TIMESTAMP_MINUS_INFINITY : TIMESTAMP_INFINITY;
		    continue;
	    } if (!midnight(x, zone, &c->out->i64[at])) return error_set(c->err,
		STELE_E_DATETIME_OVERFLOW, "date out of range for timestamp");)
	return 0;
}

/* The zone that a timestamp with time zone is looked at in. */
static const struct time_zone *
source_zone(const struct cast *c)
{
	return c->from->oid == TYPE_TIMESTAMPTZ ? c->settings->time_zone : NULL;
}

static int
timestamp_to_date(struct cast *c)
{
	const struct time_zone *zone = source_zone(c);

	EACH_VALUE(
	    c, int64_t, i64,
	    if (!timestamp_is_finite(x)) {
		    c->out->i64[at] =
			x < 0 ? DATE_MINUS_INFINITY : DATE_INFINITY;
		    continue;
	    } c->out->i64[at] =
		floor_div(timestamp_to_local(zone, x), USECS_PER_DAY);)
	return 0;
}

/* An infinity has no time of day: null, as in PostgreSQL. */
static int
timestamp_to_time(struct cast *c)
{
	const struct time_zone *zone = source_zone(c);

	EACH_VALUE(
	    c, int64_t, i64, const int64_t local = timestamp_to_local(zone, x);
	    if (!timestamp_is_finite(x)) {
		    vec_need_nulls(c->out, c->row_count, c->arena)[at] = 1;
		    continue;
	    } c->out->i64[at] =
		local - floor_div(local, USECS_PER_DAY) * USECS_PER_DAY;)
	return 0;
}

/* Moved by the zone's offset: may leave the range, infinities stay. */
static int
check_timestamp(struct cast *c, int64_t timestamp)
{
	if (timestamp_is_valid(timestamp) || !timestamp_is_finite(timestamp))
		return 0;
	return error_set(c->err, STELE_E_DATETIME_OVERFLOW,
	    "timestamp out of range");
}

static int
timestamp_to_timestamptz(struct cast *c)
{
	const struct time_zone *zone = c->settings->time_zone;

	EACH_VALUE(c, int64_t, i64,
		   const int64_t utc = timestamp_of_local(zone, x);
		   if (check_timestamp(c, utc) != 0) return c->err->code;
		   c->out->i64[at] = utc;)
	return 0;
}

static int
timestamptz_to_timestamp(struct cast *c)
{
	const struct time_zone *zone = c->settings->time_zone;

	EACH_VALUE(c, int64_t, i64,
		   const int64_t local = timestamp_to_local(zone, x);
		   if (check_timestamp(c, local) != 0) return c->err->code;
		   c->out->i64[at] = local;)
	return 0;
}

static int
time_to_interval(struct cast *c)
{
	EACH_VALUE(c, int64_t, i64,
		   c->out->interval[at] =
		       (struct interval){ .microseconds = x };)
	return 0;
}

static int
interval_to_time(struct cast *c)
{
	EACH_VALUE(c, struct interval, interval,
		   c->out->i64[at] = floor_mod(x.microseconds, USECS_PER_DAY);)
	return 0;
}

static int
xid8_to_xid(struct cast *c)
{
	EACH_VALUE(c, int64_t, i64, c->out->i64[at] = (uint32_t)x;)
	return 0;
}

static int
inet_to_cidr(struct cast *c)
{
	EACH_VALUE(c, struct str, str, struct network network = network_open(x);
		   network_clear_host(&network);
		   c->out->str[at] = network_make(&network, c->arena);)
	return 0;
}

/* With its bits always, as text() has it. */
static int
network_to_text(struct cast *c)
{
	struct buf text;

	buf_init(&text);
	EACH_VALUE(c, struct str, str,
		   const struct network network = network_open(x);
		   buf_reset(&text); network_put(&network, true, &text);
		   c->out->str[at] = arena_str(c->arena, buf_str(&text));)
	c->arena->failed |= text.failed;
	buf_release(&text);
	return 0;
}

/* As many bits as the type says, and it is bit(1) if it does not. */
static int
int_to_bits(struct cast *c)
{
	size_t length = c->to->mod > 0 ? (size_t)c->to->mod : 1;

	EACH_VALUE(c, int64_t, i64,
		   c->out->str[at] = bits_of_integer(x, length, c->arena);)
	return 0;
}

static int
bits_to_int(struct cast *c)
{
	size_t width = c->to->oid == TYPE_INT4 ? 32 : 64;

	EACH_VALUE(c, struct str, str,
		   if (!bits_to_integer(x, width,
			   &c->out->i64[at])) return out_of_range(c);)
	return 0;
}

static int by_text(struct cast *c);

/* A name always: the input function takes the number of an OID too. */
static int
text_to_regclass(struct cast *c)
{
	const struct object_names *names = c->settings->names;
	uint32_t oid;
	int rc;

	if (names == NULL)
		return by_text(c);
	EACH_VALUE(c, struct str, str,
		   rc = names->find(names, TYPE_REGCLASS, x, &oid, c->err);
		   if (rc != 0) return rc; c->out->i64[at] = oid;)
	return 0;
}
static int convert(struct cast *c);

/* What a jsonb value is, as errors name it. */
static const char *
jsonb_kind(struct str value)
{
	struct json_reader r;

	json_reader_init(&r, value, JSON_DEPTH_LIMIT);
	switch (json_next(&r)) {
	case JSON_TRUE:
	case JSON_FALSE:
		return "boolean";
	case JSON_NUMBER:
		return "numeric";
	case JSON_STRING:
		return "string";
	case JSON_OBJECT_BEGIN:
		return "object";
	case JSON_ARRAY_BEGIN:
		return "array";
	case JSON_FAULT:
	case JSON_END:
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
	case JSON_KEY:
	case JSON_NULL:
		break;
	}
	return "null";
}

/* Numbers go by numeric, so that 1.5 becomes an int4 as it would there. */
static int
jsonb_to_number(struct cast *c)
{
	struct type numeric = type_of(TYPE_NUMERIC);
	struct vec numbers;

	vec_init(&numbers, PHYS_NUMERIC, c->row_count, c->arena);
	numbers.is_constant = c->in->is_constant;
	numbers.nulls = c->in->nulls;
	EACH_VALUE(c, struct str, str, const char *kind = jsonb_kind(x);
		   if (strcmp(kind, "numeric") != 0) return error_set(c->err,
		       STELE_E_INVALID_PARAMETER_VALUE,
		       "cannot cast jsonb %s to type %s", kind,
		       type_info(c->to->oid)->sql_name);
		   if (numeric_parse(x, c->arena, &numbers.numeric[at]) !=
		       NUMERIC_PARSE_OK) return out_of_range(c);)
	c->from = &numeric;
	c->in = &numbers;
	return convert(c);
}

static int
jsonb_to_bool(struct cast *c)
{
	EACH_VALUE(c, struct str, str, const char *kind = jsonb_kind(x);
		   if (strcmp(kind, "boolean") != 0) return error_set(c->err,
		       STELE_E_INVALID_PARAMETER_VALUE,
		       "cannot cast jsonb %s to type boolean", kind);
		   c->out->boolean[at] = x.data[0] == 't';)
	return 0;
}

#define IMPLICIT   CAST_IMPLICIT
#define ASSIGNMENT CAST_ASSIGNMENT
#define EXPLICIT   CAST_EXPLICIT

/* clang-format off */
#define C(from, to, context, run) \
	{ TYPE_##from, TYPE_##to, context, run },

static const struct cast_row casts[] = {
	C(INT2, INT4, IMPLICIT, NULL)
	C(INT2, INT8, IMPLICIT, NULL)
	C(INT4, INT8, IMPLICIT, NULL)
	C(INT4, INT2, ASSIGNMENT, int_to_int)
	C(INT8, INT2, ASSIGNMENT, int_to_int)
	C(INT8, INT4, ASSIGNMENT, int_to_int)
	C(INT2, FLOAT4, IMPLICIT, int_to_float)
	C(INT4, FLOAT4, IMPLICIT, int_to_float)
	C(INT8, FLOAT4, IMPLICIT, int_to_float)
	C(INT2, FLOAT8, IMPLICIT, int_to_float)
	C(INT4, FLOAT8, IMPLICIT, int_to_float)
	C(INT8, FLOAT8, IMPLICIT, int_to_float)
	C(INT2, NUMERIC, IMPLICIT, int_to_numeric)
	C(INT4, NUMERIC, IMPLICIT, int_to_numeric)
	C(INT8, NUMERIC, IMPLICIT, int_to_numeric)
	C(FLOAT4, FLOAT8, IMPLICIT, NULL)
	C(FLOAT8, FLOAT4, ASSIGNMENT, float8_to_float4)
	C(FLOAT4, INT2, ASSIGNMENT, float_to_int)
	C(FLOAT4, INT4, ASSIGNMENT, float_to_int)
	C(FLOAT4, INT8, ASSIGNMENT, float_to_int)
	C(FLOAT8, INT2, ASSIGNMENT, float_to_int)
	C(FLOAT8, INT4, ASSIGNMENT, float_to_int)
	C(FLOAT8, INT8, ASSIGNMENT, float_to_int)
	C(FLOAT4, NUMERIC, ASSIGNMENT, float_to_numeric)
	C(FLOAT8, NUMERIC, ASSIGNMENT, float_to_numeric)
	C(NUMERIC, INT2, ASSIGNMENT, numeric_to_int)
	C(NUMERIC, INT4, ASSIGNMENT, numeric_to_int)
	C(NUMERIC, INT8, ASSIGNMENT, numeric_to_int)
	C(NUMERIC, FLOAT4, IMPLICIT, numeric_to_float)
	C(NUMERIC, FLOAT8, IMPLICIT, numeric_to_float)
	C(INT2, OID, IMPLICIT, int4_to_oid)
	C(INT4, OID, IMPLICIT, int4_to_oid)
	C(INT8, OID, IMPLICIT, int_to_int)
	C(OID, INT4, ASSIGNMENT, oid_to_int4)
	C(OID, INT8, ASSIGNMENT, NULL)
	C(OID, OID, IMPLICIT, NULL)
	C(REGPROC, REGPROCEDURE, IMPLICIT, NULL)
	C(REGPROCEDURE, REGPROC, IMPLICIT, NULL)
	C(REGOPER, REGOPERATOR, IMPLICIT, NULL)
	C(REGOPERATOR, REGOPER, IMPLICIT, NULL)
	C(TEXT, REGCLASS, IMPLICIT, text_to_regclass)
	C(VARCHAR, REGCLASS, IMPLICIT, text_to_regclass)
	C(XID8, XID, EXPLICIT, xid8_to_xid)
	C(PG_NODE_TREE, TEXT, IMPLICIT, NULL)
	C(CIDR, INET, IMPLICIT, NULL)
	C(INET, CIDR, ASSIGNMENT, inet_to_cidr)
	C(CIDR, TEXT, ASSIGNMENT, network_to_text)
	C(CIDR, VARCHAR, ASSIGNMENT, network_to_text)
	C(CIDR, BPCHAR, ASSIGNMENT, network_to_text)
	C(INET, TEXT, ASSIGNMENT, network_to_text)
	C(INET, VARCHAR, ASSIGNMENT, network_to_text)
	C(INET, BPCHAR, ASSIGNMENT, network_to_text)
	C(BIT, VARBIT, IMPLICIT, NULL)
	C(VARBIT, BIT, IMPLICIT, NULL)
	C(BIT, INT4, EXPLICIT, bits_to_int)
	C(BIT, INT8, EXPLICIT, bits_to_int)
	C(INT4, BIT, EXPLICIT, int_to_bits)
	C(INT8, BIT, EXPLICIT, int_to_bits)
	C(INT4, BOOL, EXPLICIT, int_to_bool)
	C(BOOL, INT4, EXPLICIT, bool_to_int)
	C(BOOL, TEXT, ASSIGNMENT, bool_to_text)
	C(BOOL, VARCHAR, ASSIGNMENT, bool_to_text)
	C(BOOL, BPCHAR, ASSIGNMENT, bool_to_text)
	C(TEXT, VARCHAR, IMPLICIT, NULL)
	C(TEXT, BPCHAR, IMPLICIT, NULL)
	C(VARCHAR, TEXT, IMPLICIT, NULL)
	C(VARCHAR, BPCHAR, IMPLICIT, NULL)
	C(BPCHAR, TEXT, IMPLICIT, bpchar_to_text)
	C(BPCHAR, VARCHAR, IMPLICIT, bpchar_to_text)
	C(NAME, TEXT, IMPLICIT, NULL)
	C(NAME, VARCHAR, ASSIGNMENT, NULL)
	C(NAME, BPCHAR, ASSIGNMENT, NULL)
	C(TEXT, NAME, IMPLICIT, text_to_name)
	C(VARCHAR, NAME, IMPLICIT, text_to_name)
	C(BPCHAR, NAME, IMPLICIT, text_to_name)
	C(CHAR, TEXT, IMPLICIT, by_text)
	C(CHAR, VARCHAR, ASSIGNMENT, by_text)
	C(CHAR, BPCHAR, ASSIGNMENT, by_text)
	C(TEXT, CHAR, ASSIGNMENT, by_text)
	C(VARCHAR, CHAR, ASSIGNMENT, by_text)
	C(BPCHAR, CHAR, ASSIGNMENT, by_text)
	C(CHAR, INT4, EXPLICIT, char_to_int)
	C(INT4, CHAR, EXPLICIT, int_to_char)
	C(DATE, TIMESTAMP, IMPLICIT, date_to_timestamp)
	C(DATE, TIMESTAMPTZ, IMPLICIT, date_to_timestamp)
	C(TIMESTAMP, DATE, ASSIGNMENT, timestamp_to_date)
	C(TIMESTAMPTZ, DATE, ASSIGNMENT, timestamp_to_date)
	C(TIMESTAMP, TIME, ASSIGNMENT, timestamp_to_time)
	C(TIMESTAMPTZ, TIME, ASSIGNMENT, timestamp_to_time)
	C(TIMESTAMP, TIMESTAMPTZ, IMPLICIT, timestamp_to_timestamptz)
	C(TIMESTAMPTZ, TIMESTAMP, ASSIGNMENT, timestamptz_to_timestamp)
	C(TIME, INTERVAL, IMPLICIT, time_to_interval)
	C(INTERVAL, TIME, ASSIGNMENT, interval_to_time)
	C(JSONB, JSON, ASSIGNMENT, NULL)
	C(JSON, JSONB, ASSIGNMENT, by_text)
	C(JSONB, BOOL, EXPLICIT, jsonb_to_bool)
	C(JSONB, INT2, EXPLICIT, jsonb_to_number)
	C(JSONB, INT4, EXPLICIT, jsonb_to_number)
	C(JSONB, INT8, EXPLICIT, jsonb_to_number)
	C(JSONB, FLOAT4, EXPLICIT, jsonb_to_number)
	C(JSONB, FLOAT8, EXPLICIT, jsonb_to_number)
	C(JSONB, NUMERIC, EXPLICIT, jsonb_to_number)
};
/* clang-format on */

static bool
is_string_type(uint32_t oid)
{
	const struct type_info *info = type_info(oid);

	return info != NULL && info->category == 'S';
}

/*
 * What holds for oid holds for regclass and its like, but that one of these is
 * no other.
 */
static const struct cast_row *
cast_row(uint32_t from, uint32_t to)
{
	bool is_from_reg = type_is_reg(from), is_to_reg = type_is_reg(to);

	if (is_from_reg != is_to_reg &&
	    !is_string_type(is_from_reg ? to : from)) {
		from = is_from_reg ? TYPE_OID : from;
		to = is_to_reg ? TYPE_OID : to;
	}
	for (size_t i = 0; i < ARRAY_LEN(casts); i++)
		if (casts[i].from == from && casts[i].to == to)
			return &casts[i];
	return NULL;
}

/* What no other array becomes: it may have other dimensions. */
static bool
is_vector(uint32_t oid)
{
	return oid == TYPE_OIDVECTOR || oid == TYPE_INT2VECTOR;
}

static bool
are_arrays(const struct type *from, const struct type *to)
{
	return type_is_array(from) && type_is_array(to);
}

bool
cast_exists(const struct type *from, const struct type *to,
    enum cast_context context)
{
	const struct cast_row *row = cast_row(from->oid, to->oid);

	if (from->oid == to->oid || from->oid == TYPE_UNKNOWN)
		return true;
	if (row != NULL)
		return context >= row->context;
	if (from->oid == TYPE_VOID || to->oid == TYPE_VOID ||
	    to->oid == TYPE_UNKNOWN || to->oid == TYPE_PG_NODE_TREE)
		return false;
	if (are_arrays(from, to) && !is_vector(to->oid)) {
		const struct type elements[2] = { type_element(from),
			type_element(to) };

		return cast_exists(&elements[0], &elements[1], context);
	}
	/* By text: to a string when assigned, from a string when asked. */
	if (is_string_type(to->oid))
		return context >= CAST_ASSIGNMENT;
	return is_string_type(from->oid) && context >= CAST_EXPLICIT;
}

/* Whether values must be looked at for the target's modifier. */
static bool
needs_fit(const struct type *from, const struct type *to)
{
	if (to->mod < 0)
		return false;
	return from->oid != to->oid || from->mod != to->mod;
}

bool
cast_is_relabel(const struct type *from, const struct type *to)
{
	const struct cast_row *row = cast_row(from->oid, to->oid);

	if (needs_fit(from, to))
		return false;
	if (are_arrays(from, to)) {
		const struct type elements[2] = { type_element(from),
			type_element(to) };

		return cast_is_relabel(&elements[0], &elements[1]);
	}
	return from->oid == to->oid || (row != NULL && row->run == NULL) ||
	    (from->oid == TYPE_UNKNOWN && to->oid == TYPE_TEXT);
}

static bool
ignores_blanks(const struct type *type)
{
	return type->oid == TYPE_BPCHAR ||
	    type_element(type).oid == TYPE_BPCHAR;
}

bool
cast_keeps_order(const struct type *from, const struct type *to)
{
	return cast_is_relabel(from, to) &&
	    ignores_blanks(from) == ignores_blanks(to);
}

/* The text form of one side is read as the other's. */
static int
by_text(struct cast *c)
{
	struct type bare = { .oid = c->to->oid,
		.mod = -1,
		.enum_type = c->to->enum_type };
	bool from_text = type_is_text(c->from);
	struct buf text;
	int rc = 0;

	buf_init_charged(&text, c->arena->budget);
	for (uint32_t i = 0; has_row(c, i) && rc == 0; i++) {
		uint32_t at = sel_row(c->sel, i);
		struct datum value;
		struct str form;

		if (vec_is_null(c->in, at))
			continue;
		if (from_text) {
			form = c->in->str[at];
		} else {
			buf_reset(&text);
			type_out_text(c->from, c->settings, c->in, at, &text);
			form = buf_str(&text);
		}
		if (text.failed) {
			rc = error_no_memory(c->err);
			break;
		}
		rc = type_in_text(&bare, c->settings, form, c->arena, &value,
		    c->err);
		if (rc == 0)
			vec_set(c->out, at, &value);
	}
	buf_release(&text);
	return rc;
}

/* What cast_elements() casts a piece of after the other. */
struct element_cast {
	struct type from, to;
	struct array array;
	struct vec piece;
	uint32_t room; /* rows of the piece */
};

static void
make_piece(struct cast *c, struct element_cast *its)
{
	uint32_t room =
	    its->array.count < VEC_ROWS ? its->array.count : VEC_ROWS;

	if (room <= its->room)
		return;
	vec_init(&its->piece, type_phys(&its->from), room, c->arena);
	(void)vec_need_nulls(&its->piece, room, c->arena);
	its->room = room;
}

/* Elements from `first` on, at most a vector of them. */
static int
cast_piece(struct cast *c, struct element_cast *its, uint32_t first,
    struct datum *out)
{
	uint32_t left = its->array.count - first;
	uint32_t count = left < VEC_ROWS ? left : VEC_ROWS;
	struct vec target;
	int rc;

	for (uint32_t i = 0; i < count; i++) {
		struct datum element = array_get(&its->array, its->piece.phys,
		    first + i, c->arena);

		vec_set(&its->piece, i, &element);
	}
	rc = arena_check(c->arena, c->err);
	if (rc == 0)
		rc = cast_vec(&its->from, &its->to, c->context, c->settings,
		    &its->piece, count, sel_all(count), c->cancel, c->arena,
		    &target, c->err);
	for (uint32_t i = 0; i < count && rc == 0; i++)
		out[i] = vec_get(&target, i);
	return rc;
}

static int
cast_elements(struct cast *c, struct element_cast *its, struct str in,
    struct str *out)
{
	struct datum *elements;
	int rc = 0;

	its->array = array_open(in);
	elements = arena_try_array(c->arena, (size_t)its->array.count + 1,
	    sizeof(*elements));
	if (elements == NULL)
		return error_no_memory(c->err);
	make_piece(c, its);
	for (uint32_t at = 0; at < its->array.count && rc == 0; at += VEC_ROWS)
		rc = cast_piece(c, its, at, elements + at);
	return rc != 0 ? rc
		       : array_make(&its->array.shape, type_phys(&its->to),
			     elements, c->arena, out, c->err);
}

static int
array_to_array(struct cast *c)
{
	struct element_cast its = { .from = type_element(c->from),
		.to = type_element(c->to) };
	int rc = 0;

	for (uint32_t i = 0; has_row(c, i) && rc == 0; i++) {
		uint32_t at = sel_row(c->sel, i);

		if (!vec_is_null(c->in, at))
			rc = cast_elements(c, &its, c->in->str[at],
			    &c->out->str[at]);
	}
	return rc;
}

/* Apply the modifier to the rows of `out`. */
static int
fit(struct cast *c)
{
	enum text_cut cut =
	    c->context == CAST_EXPLICIT ? TEXT_CUT_ANY : TEXT_CUT_BLANKS;
	int rc = 0;

	for (uint32_t i = 0; has_row(c, i) && rc == 0; i++) {
		uint32_t at = sel_row(c->sel, i);

		if (vec_is_null(c->out, at))
			continue;
		switch (c->to->oid) {
		case TYPE_VARCHAR:
		case TYPE_BPCHAR:
			rc = text_fit(c->to, cut, &c->out->str[at], c->arena,
			    c->err);
			break;
		case TYPE_BIT:
		case TYPE_VARBIT:
			rc = bits_fit(c->to, c->context == CAST_EXPLICIT,
			    &c->out->str[at], c->arena, c->err);
			break;
		case TYPE_NUMERIC:
			rc = numeric_fit(c->to->mod, &c->out->numeric[at],
			    c->arena, c->err);
			break;
		case TYPE_TIME:
		case TYPE_TIMESTAMP:
		case TYPE_TIMESTAMPTZ:
			c->out->i64[at] =
			    timestamp_round(c->out->i64[at], c->to->mod);
			break;
		case TYPE_INTERVAL:
			if (!interval_fit(c->to->mod, &c->out->interval[at]))
				rc =
				    error_set(c->err, STELE_E_DATETIME_OVERFLOW,
					"interval out of range");
			break;
		default:
			return 0;
		}
	}
	return rc;
}

/* Values of one form that mean the same in both types. */
static int
copy_values(struct cast *c)
{
	size_t size = phys_size(c->out->phys);
	const char *source = c->in->data;
	char *target = c->out->data;

	for (uint32_t i = 0; i < c->sel.count; i++) {
		uint32_t at = sel_row(c->sel, i);

		memcpy(target + at * size, source + at * size, size);
	}
	return 0;
}

static int
convert(struct cast *c)
{
	const struct cast_row *row = cast_row(c->from->oid, c->to->oid);

	if (c->from->oid == c->to->oid &&
	    (!type_is_array(c->to) || !needs_fit(c->from, c->to)))
		return copy_values(c);
	if (are_arrays(c->from, c->to))
		return array_to_array(c);
	if (row == NULL)
		return by_text(c);
	return row->run == NULL ? copy_values(c) : row->run(c);
}

int
cast_vec(const struct type *from, const struct type *to,
    enum cast_context context, const struct type_settings *settings,
    const struct vec *in, uint32_t row_count, struct sel sel,
    const atomic_bool *cancel, struct arena *arena, struct vec *out,
    struct error *err)
{
	uint32_t rows = in->is_constant ? 1 : row_count;
	struct cast c = {
		.from = from,
		.to = to,
		.context = context,
		.settings = settings,
		.in = in,
		.row_count = rows,
		.sel = in->is_constant ? sel_all(sel.count > 0) : sel,
		.cancel = cancel,
		.arena = arena,
		.out = out,
		.err = err,
	};
	int rc;

	vec_init(out, type_phys(to), rows, arena);
	out->is_constant = in->is_constant;
	if (in->nulls != NULL)
		memcpy(vec_need_nulls(out, rows, arena), in->nulls, rows);
	rc = convert(&c);
	if (rc == 0 && needs_fit(from, to))
		rc = fit(&c);
	if (rc == 0)
		rc = cancel_check(cancel, err);
	return rc != 0 ? rc : arena_check(arena, err);
}

int
cast_datum(const struct type *from, const struct type *to,
    enum cast_context context, const struct type_settings *settings,
    const struct datum *in, struct arena *arena, struct datum *out,
    struct error *err)
{
	struct vec source, target;
	int rc;

	vec_init_constant(&source, type_phys(from), in, arena);
	rc = cast_vec(from, to, context, settings, &source, 1, sel_all(1), NULL,
	    arena, &target, err);
	if (rc == 0)
		*out = vec_get(&target, 0);
	return rc;
}
