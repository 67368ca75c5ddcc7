/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parts.h -- values of any fixed form as one to four arrays of integers, which
 * int_codec.h then makes small.
 *
 *   form      parts
 *   double    its bits, those of negative ones turned so that the integers
 *             have the order of the doubles: near doubles share their high bits
 *   uuid      the first and the last eight bytes, as big-endian numbers: those
 *             that begin with a time ascend
 *   interval  microseconds; days; months
 *   numeric   low and high 64 bits of the coefficient; scale; kind
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "vec/value.h"

#define PARTS_MAX 4

/* How many parts a form has; 0: it has none. */
unsigned parts_count(enum phys phys);

/* Part p of some values. */
void parts_take(enum phys phys, unsigned p, const void *values, uint32_t count,
    int64_t *out);

/* And back: put part p into the values, in ascending order of p. */
void parts_put(enum phys phys, unsigned p, const int64_t *in, uint32_t count,
    void *values);

/* Could a numeric be what its parts say?  Others always can. */
bool parts_are_valid(enum phys phys, const void *values, uint32_t count);
