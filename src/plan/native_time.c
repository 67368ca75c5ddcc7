/* SPDX-License-Identifier: Apache-2.0 */
/*
 * native_time.c -- see native_time.h.
 */
#include "plan/native_time.h"

#include <math.h>
#include <stdlib.h>

#include "types/datetime.h"

#define DIGITS_SECONDS      11
#define DIGITS_MILLISECONDS 14
#define DIGITS_MICROSECONDS 16
#define DIGITS_NANOSECONDS  19
#define TEXT_SIZE           40

bool
native_time_is_integer(struct str text)
{
	size_t start = text.len > 0 && text.data[0] == '-' ? 1 : 0;

	for (size_t i = start; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	}
	return text.len > start;
}

static bool
read_integer(const char *digits, size_t len, int64_t *out)
{
	int64_t value = strtoll(digits, NULL, 10);

	if (len <= DIGITS_SECONDS)
		*out = value * USECS_PER_SEC;
	else if (len <= DIGITS_MILLISECONDS)
		*out = value * (USECS_PER_SEC / 1000);
	else if (len <= DIGITS_MICROSECONDS)
		*out = value;
	else if (len <= DIGITS_NANOSECONDS)
		*out = value / 1000;
	else
		return false;
	return true;
}

static bool
read_seconds(const char *text, int64_t *out)
{
	char *end;
	double seconds = strtod(text, &end);

	if (*end != '\0' || end == text || !(fabs(seconds) < 1e11))
		return false;
	*out = (int64_t)llround(seconds * (double)USECS_PER_SEC);
	return true;
}

bool
native_time_read(struct str text, int64_t *out)
{
	char copy[TEXT_SIZE];
	bool is_read;

	if (text.len == 0 || text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	is_read = native_time_is_integer(text)
	    ? read_integer(copy, text.len - (copy[0] == '-' ? 1 : 0), out)
	    : read_seconds(copy, out);
	if (is_read)
		*out += UNIX_EPOCH;
	return is_read;
}
