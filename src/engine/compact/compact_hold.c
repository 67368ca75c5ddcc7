/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compact_hold.c -- flushes that wait for merges: K5 in compactor.h.
 */
#include "engine/compact/compactor.h"
#include "engine/engine_private.h"
#include "engine/segment/segment.h"
#include "os/clock.h"

uint32_t
compactor_count_small(const struct compactor *c, uint32_t shard)
{
	struct shard_view *part = view_shard(&c->engine->view, shard);
	uint32_t small = 0;

	for (uint32_t i = 0; i < part->segment_count; i++) {
		const struct segment_meta *meta =
		    segment_meta(part->segments[i]);

		small += compact_weight(meta->row_count, meta->size_bytes) <
		    c->policy.weight_min;
	}
	shard_view_unref(part);
	return small;
}

/* Under the lock: will there be a merge of it, or the finding that none is due? */
static bool
is_at_work(const struct compactor *c, const struct compact_shard *shard)
{
	int64_t now_ns = os_clock_monotonic_ns(os_clock_real());

	if (c->is_paused || c->is_stopping || c->engine_failure.code != 0)
		return false;
	return shard->is_busy || compactor_is_due(c, shard, now_ns);
}

bool
compactor_lets_flush(struct compactor *c, uint32_t shard)
{
	uint32_t limit = ENGINE_TUNED(c->engine, max_small_segments);
	struct compact_shard *own = &c->shards[shard];
	bool is_held;

	if (limit == 0)
		return true;
	pthread_mutex_lock(&c->lock);
	is_held = own->merges == own->merges_at_flush && is_at_work(c, own) &&
	    compactor_count_small(c, shard) >= limit;
	own->holds_flush = is_held;
	pthread_mutex_unlock(&c->lock);
	return !is_held;
}

bool
compactor_holds_flush(struct compactor *c, uint32_t shard)
{
	bool is_held;

	pthread_mutex_lock(&c->lock);
	is_held = c->shards[shard].holds_flush;
	pthread_mutex_unlock(&c->lock);
	return is_held;
}

bool
compactor_holds_any(struct compactor *c)
{
	bool is_held = false;

	pthread_mutex_lock(&c->lock);
	for (uint32_t i = 0; i < c->engine->shard_count; i++)
		is_held |= c->shards[i].holds_flush;
	pthread_mutex_unlock(&c->lock);
	return is_held;
}
