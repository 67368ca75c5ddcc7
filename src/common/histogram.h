/* SPDX-License-Identifier: Apache-2.0 */
/*
 * histogram.h -- how often which values were seen, for those who watch.
 *
 * A value is put into one of four buckets for each power of two, so that what
 * is told of a share of all values is at most a quarter too large.
 *
 * Threads: one adds; any may read at the same time, and then sees some values
 * and not yet others.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#define HISTOGRAM_BUCKETS 252u

/* All private; zeroed before the first use. */
struct histogram {
	atomic_uint_least64_t buckets[HISTOGRAM_BUCKETS];
	atomic_uint_least64_t max;
	atomic_uint_least64_t sum;
};

void histogram_add(struct histogram *histogram, uint64_t value);

struct histogram_summary {
	uint64_t count;
	uint64_t sum;
	uint64_t max;
	uint64_t median; /* half of the values are not above it */
	uint64_t p99;    /* and 99 of 100 are not above this */
};

/* Add what it has of each bucket, and the greatest value that is put into one. */
void histogram_add_counts(const struct histogram *histogram,
    uint64_t counts[HISTOGRAM_BUCKETS]);
uint64_t histogram_bucket_max(uint32_t bucket);

/* All 0 if there are no values. */
struct histogram_summary histogram_summary(const struct histogram *histogram);
