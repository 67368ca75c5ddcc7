/* SPDX-License-Identifier: Apache-2.0 */
/*
 * database_stats.h -- what was done, in numbers that only grow until they are
 * reset: pg_stat_database.
 *
 * Threads: any; nobody waits.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "exec/temp_file.h"

enum database_count {
	DATABASE_COMMITS,
	DATABASE_ROLLBACKS,
	DATABASE_SESSIONS,           /* that have begun */
	DATABASE_SESSIONS_ABANDONED, /* their clients went without a word */
	DATABASE_SESSIONS_FATAL,     /* an error ended them */
	DATABASE_SESSIONS_KILLED,    /* somebody else did */
	DATABASE_SESSION_US,
	DATABASE_ACTIVE_US,
	DATABASE_IDLE_IN_TRANSACTION_US,
	DATABASE_CHECKSUM_FAILURES, /* and what else is damaged */
	DATABASE_COUNTS,
};

/* Zeroed, but for the time. */
struct database_stats {
	atomic_uint_least64_t counts[DATABASE_COUNTS];
	struct temp_usage temp;
	atomic_int_least64_t checksum_failed_us; /* the last time; 0: none */
	atomic_int_least64_t reset_us;           /* since when is counted */
	/* What the block cache had counted then. */
	atomic_uint_least64_t cache_hits;
	atomic_uint_least64_t cache_misses;
};

static inline void
database_count(struct database_stats *stats, enum database_count what,
    uint64_t more)
{
	/* Relaxed: a number says nothing of other memory. */
	atomic_fetch_add_explicit(&stats->counts[what], more,
	    memory_order_relaxed);
}

static inline uint64_t
database_counted(const struct database_stats *stats, enum database_count what)
{
	return atomic_load_explicit(&stats->counts[what], memory_order_relaxed);
}

/* Begin anew; the block cache has counted so much. */
void database_stats_reset(struct database_stats *stats, uint64_t cache_hits,
    uint64_t cache_misses, int64_t now);
