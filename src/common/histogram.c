/* SPDX-License-Identifier: Apache-2.0 */
/*
 * histogram.c -- the numbers below 8 have a bucket each; from then on a bucket
 * is a power of two and the two bits after the first.
 */
#include "common/histogram.h"

#include <assert.h>

#define SMALL 8u /* 2^3 */

/* Relaxed all: a number says nothing of other memory. */
static uint64_t
load(const atomic_uint_least64_t *number)
{
	return atomic_load_explicit(number, memory_order_relaxed);
}

/* There is one writer. */
static void
add(atomic_uint_least64_t *number, uint64_t more)
{
	atomic_store_explicit(number, load(number) + more,
	    memory_order_relaxed);
}

static uint32_t
bucket_of(uint64_t value)
{
	uint32_t power;

	if (value < SMALL)
		return (uint32_t)value;
	power = 63u - (uint32_t)__builtin_clzll(value);
	return SMALL + (power - 3) * 4 + (uint32_t)(value >> (power - 2) & 3);
}

/* The greatest value of a bucket. */
uint64_t
histogram_bucket_max(uint32_t bucket)
{
	uint32_t power, part;

	if (bucket < SMALL)
		return bucket;
	power = (bucket - SMALL) / 4 + 3;
	part = (bucket - SMALL) % 4;
	/* of the last one this is 2^64, and the result is right */
	return ((uint64_t)(part + 5) << (power - 2)) - 1;
}

void
histogram_add(struct histogram *histogram, uint64_t value)
{
	uint32_t bucket = bucket_of(value);

	assert(bucket < HISTOGRAM_BUCKETS);
	add(&histogram->buckets[bucket], 1);
	add(&histogram->sum, value);
	if (value > load(&histogram->max))
		atomic_store_explicit(&histogram->max, value,
		    memory_order_relaxed);
}

void
histogram_add_counts(const struct histogram *histogram,
    uint64_t counts[HISTOGRAM_BUCKETS])
{
	for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		counts[i] += load(&histogram->buckets[i]);
}

/* What `wanted` of the values are not above. */
static uint64_t
value_at(const uint64_t counts[HISTOGRAM_BUCKETS], uint64_t wanted,
    uint64_t max)
{
	uint64_t seen = 0;

	for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += counts[i];
		if (seen >= wanted)
			return histogram_bucket_max(i) < max
			    ? histogram_bucket_max(i)
			    : max;
	}
	return max;
}

struct histogram_summary
histogram_summary(const struct histogram *histogram)
{
	struct histogram_summary summary = { .max = load(&histogram->max) };
	uint64_t counts[HISTOGRAM_BUCKETS];

	for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		counts[i] = load(&histogram->buckets[i]);
		summary.count += counts[i];
	}
	if (summary.count == 0)
		return (struct histogram_summary){ .count = 0 };
	summary.sum = load(&histogram->sum);
	summary.median =
	    value_at(counts, summary.count - summary.count / 2, summary.max);
	summary.p99 =
	    value_at(counts, summary.count - summary.count / 100, summary.max);
	return summary;
}
