/* SPDX-License-Identifier: Apache-2.0 */
#include "types/encoding_single.h"

#include <iconv.h>
#include <stdlib.h>

static int
compare_codes(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The other way: codes in order, each with its byte. */
static void
sort_codes(struct upper_half *upper)
{
	uint64_t pairs[UPPER_COUNT];

	for (uint32_t i = 0; i < UPPER_COUNT; i++)
		if (upper->codes[i] != 0)
			pairs[upper->count++] =
			    (uint64_t)upper->codes[i] << 8 | (0x80 + i);
	qsort(pairs, upper->count, sizeof(pairs[0]), compare_codes);
	for (uint32_t i = 0; i < upper->count; i++) {
		upper->sorted[i] = (uint32_t)(pairs[i] >> 8);
		upper->bytes[i] = (uint8_t)pairs[i];
	}
}

/* One byte at a time, so that what is nothing is seen. */
struct upper_half *
upper_half_new(const char *library_name)
{
	struct upper_half *upper = calloc(1, sizeof(*upper));
	iconv_t library = iconv_open("UCS-4LE", library_name);

	for (uint32_t i = 0;
	     upper != NULL && library != (iconv_t)-1 && i < UPPER_COUNT; i++) {
		char in = (char)(uint8_t)(0x80 + i), out[8];
		char *from = &in, *to = out;
		size_t in_left = 1, out_left = sizeof(out);

		(void)iconv(library, NULL, NULL, NULL, NULL);
		if (iconv(library, &from, &in_left, &to, &out_left) !=
			(size_t)-1 &&
		    /* it may wait for what combines with it */
		    iconv(library, NULL, NULL, &to, &out_left) != (size_t)-1 &&
		    out_left == sizeof(out) - 4)
			upper->codes[i] = (uint32_t)(uint8_t)out[0] |
			    (uint32_t)(uint8_t)out[1] << 8 |
			    (uint32_t)(uint8_t)out[2] << 16;
	}
	if (library != (iconv_t)-1)
		(void)iconv_close(library);
	if (upper != NULL)
		sort_codes(upper);
	return upper;
}

uint8_t
upper_half_byte(const struct upper_half *upper, uint32_t code)
{
	uint32_t low = 0, high = upper->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (upper->sorted[middle] == code)
			return upper->bytes[middle];
		if (upper->sorted[middle] < code)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}
