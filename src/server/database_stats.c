/* SPDX-License-Identifier: Apache-2.0 */
#include "server/database_stats.h"

void
database_stats_reset(struct database_stats *stats, uint64_t cache_hits,
    uint64_t cache_misses, int64_t now)
{
#define SET(member, value) \
	atomic_store_explicit(&stats->member, value, memory_order_relaxed)
	for (uint32_t i = 0; i < DATABASE_COUNTS; i++)
		SET(counts[i], 0);
	SET(temp.files, 0);
	SET(temp.bytes, 0);
	SET(checksum_failed_us, 0);
	SET(cache_hits, cache_hits);
	SET(cache_misses, cache_misses);
	SET(reset_us, now);
#undef SET
}
