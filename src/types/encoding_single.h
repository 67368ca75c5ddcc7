/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encoding_single.h -- encodings of one byte a character; private to
 * src/types/encoding*.c.
 *
 * Threads: what is made does not change.
 */
#pragma once

#include <stdint.h>

#define UPPER_COUNT 128u /* bytes from 0x80 on */

/* What the upper half of the bytes are, and back. */
struct upper_half {
	uint32_t codes[UPPER_COUNT]; /* 0: nothing */
	uint32_t count;              /* of those that are something: */
	uint32_t sorted[UPPER_COUNT];
	uint8_t bytes[UPPER_COUNT]; /* of sorted[i] */
};

/* By the C library's name of an encoding; NULL without memory. */
struct upper_half *upper_half_new(const char *library_name);

/* The byte of a code point; 0: there is none. */
uint8_t upper_half_byte(const struct upper_half *upper, uint32_t code);
