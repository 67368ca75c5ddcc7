/* SPDX-License-Identifier: Apache-2.0 */
/*
 * result_text.c -- values as text: times of RFC 3339, the rest as PostgreSQL
 * writes it.
 */
#include <assert.h>

#include "types/datetime.h"
#include "types/float_text.h"
#include "types/numeric.h"
#include "types/type_int.h"
#include "wire/result_private.h"

#define TIME_TEXT_SIZE 40 /* "-000292277-01-01T00:00:00.000000Z" and more */

static char *
put_digits(char *at, int64_t value, int width)
{
	for (int i = width; i-- > 0; value /= 10)
		at[i] = (char)('0' + value % 10);
	return at + width;
}

/* Four digits, or a sign and six: no year of ours has more. */
static char *
put_year(char *at, int64_t year)
{
	if (year >= 0 && year <= 9999)
		return put_digits(at, year, 4);
	*at++ = year < 0 ? '-' : '+';
	return put_digits(at, year < 0 ? -year : year, year > 999999 ? 7 : 6);
}

static char *
put_day(char *at, int64_t year, int month, int day)
{
	at = put_year(at, year);
	*at++ = '-';
	at = put_digits(at, month, 2);
	*at++ = '-';
	return put_digits(at, day, 2);
}

void
result_put_timestamp(struct buf *out, int64_t timestamp, bool is_utc)
{
	char text[TIME_TEXT_SIZE], *at = text;
	struct civil c;

	civil_of_timestamp(timestamp, &c);
	at = put_day(at, c.year, c.month, c.day);
	*at++ = 'T';
	at = put_digits(at, c.hour, 2);
	*at++ = ':';
	at = put_digits(at, c.minute, 2);
	*at++ = ':';
	at = put_digits(at, c.second, 2);
	*at++ = '.';
	at = put_digits(at, c.microsecond, 6);
	if (is_utc)
		*at++ = 'Z';
	buf_put(out, text, (size_t)(at - text));
}

void
result_put_date(struct buf *out, int64_t date)
{
	char text[TIME_TEXT_SIZE];
	int64_t year;
	int month, day;

	civil_of_date(date, &year, &month, &day);
	buf_put(out, text, (size_t)(put_day(text, year, month, day) - text));
}

void
result_put_plain(struct result_writer *w, const struct result_field *field,
    const struct vec *vec, uint32_t row, struct buf *out)
{
	uint32_t at = vec_index(vec, row);

	switch (field->kind) {
	case RESULT_BOOL:
		buf_put_str(out, vec->boolean[at] ? STR("true") : STR("false"));
		return;
	case RESULT_INT:
		int_put(vec->i64[at], out);
		return;
	case RESULT_STRING:
		buf_put_str(out, vec->str[at]);
		return;
	case RESULT_TIMESTAMP:
	case RESULT_TIMESTAMPTZ:
		if (timestamp_is_finite(vec->i64[at])) {
			result_put_timestamp(out, vec->i64[at],
			    field->kind == RESULT_TIMESTAMPTZ);
			return;
		}
		break;
	case RESULT_DATE:
		if (date_is_finite(vec->i64[at])) {
			result_put_date(out, vec->i64[at]);
			return;
		}
		break;
	case RESULT_FLOAT4:
	case RESULT_FLOAT8:
	case RESULT_NUMERIC:
	case RESULT_ENUM:
	case RESULT_JSON:
	case RESULT_JSONB:
	case RESULT_UUID:
	case RESULT_ARRAY:
	case RESULT_OTHER:
		break;
	}
	type_out_text(&field->type, w->settings, vec, row, out);
}
