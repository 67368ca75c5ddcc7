/* SPDX-License-Identifier: Apache-2.0 */
/*
 * date, time, timestamp and timestamptz as types.
 */
#include "types/datetime.h"
#include "types/type_private.h"

static int
date_in(const struct type_input *in, struct datum *out)
{
	return date_parse(in->text, in->settings, &out->i64, in->err);
}

static int
time_in(const struct type_input *in, struct datum *out)
{
	int rc = time_parse(in->text, in->settings, &out->i64, in->err);

	if (rc == 0)
		out->i64 = timestamp_round(out->i64, in->type->mod);
	return rc;
}

static int
timestamp_in(const struct type_input *in, struct datum *out)
{
	int rc = timestamp_parse(in->text, in->settings, &out->i64, in->err);

	if (rc == 0)
		out->i64 = timestamp_round(out->i64, in->type->mod);
	return rc;
}

static int
timestamptz_in(const struct type_input *in, struct datum *out)
{
	int rc = timestamptz_parse(in->text, in->settings, &out->i64, in->err);

	if (rc == 0)
		out->i64 = timestamp_round(out->i64, in->type->mod);
	return rc;
}

static int
date_receive(const struct type_input *in, struct datum *out)
{
	struct reader r = reader_over(in->text.data, in->text.len);
	int rc;

	out->i64 = reader_i32_be(&r);
	rc = type_check_binary_length(in, &r);
	if (rc == 0 && date_is_finite(out->i64) && !date_is_valid(out->i64))
		rc = error_set(in->err, STELE_E_DATETIME_OVERFLOW,
		    "date out of range");
	return rc;
}

static int
time_receive(const struct type_input *in, struct datum *out)
{
	struct reader r = reader_over(in->text.data, in->text.len);
	int rc;

	out->i64 = (int64_t)reader_u64_be(&r);
	rc = type_check_binary_length(in, &r);
	if (rc == 0 && (out->i64 < 0 || out->i64 > USECS_PER_DAY))
		rc = error_set(in->err, STELE_E_DATETIME_OVERFLOW,
		    "time out of range");
	if (rc == 0)
		out->i64 = timestamp_round(out->i64, in->type->mod);
	return rc;
}

static int
timestamp_receive(const struct type_input *in, struct datum *out)
{
	struct reader r = reader_over(in->text.data, in->text.len);
	int rc;

	out->i64 = (int64_t)reader_u64_be(&r);
	rc = type_check_binary_length(in, &r);
	if (rc == 0 && timestamp_is_finite(out->i64) &&
	    !timestamp_is_valid(out->i64))
		rc = error_set(in->err, STELE_E_DATETIME_OVERFLOW,
		    "timestamp out of range");
	if (rc == 0)
		out->i64 = timestamp_round(out->i64, in->type->mod);
	return rc;
}

static void
date_out(const struct type *type UNUSED, const struct type_settings *settings,
    const void *value, struct buf *out)
{
	date_put(*(const int64_t *)value, settings, out);
}

static void
time_out(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	time_put(*(const int64_t *)value, out);
}

static void
timestamp_out(const struct type *type UNUSED,
    const struct type_settings *settings, const void *value, struct buf *out)
{
	timestamp_put(*(const int64_t *)value, settings, out);
}

static void
timestamptz_out(const struct type *type UNUSED,
    const struct type_settings *settings, const void *value, struct buf *out)
{
	timestamptz_put(*(const int64_t *)value, settings, out);
}

static void
date_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	buf_put_u32_be(out, (uint32_t) * (const int64_t *)value);
}

static void
timestamp_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	buf_put_u64_be(out, (uint64_t) * (const int64_t *)value);
}

const struct type_ops type_ops_date = { date_in, date_receive, date_out,
	date_send };
const struct type_ops type_ops_time = { time_in, time_receive, time_out,
	timestamp_send };
const struct type_ops type_ops_timestamp = { timestamp_in, timestamp_receive,
	timestamp_out, timestamp_send };
const struct type_ops type_ops_timestamptz = { timestamptz_in,
	timestamp_receive, timestamptz_out, timestamp_send };
