/* SPDX-License-Identifier: Apache-2.0 */
#include "server/statement_stats.h"

#include <stdlib.h>
#include <string.h>

#include "sql/normal.h"

#define RECENT_MAX 16u

void
statement_stats_init(struct statement_stats *stats)
{
	pthread_mutex_init(&stats->mutex, NULL);
}

static void
remove_all(struct statement_stats *stats)
{
	for (uint32_t i = 0; i < stats->count; i++)
		free(stats->all[i]);
	memset(stats->buckets, 0, sizeof(stats->buckets));
	stats->count = 0;
	stats->hand = 0;
}

void
statement_stats_release(struct statement_stats *stats)
{
	remove_all(stats);
	pthread_mutex_destroy(&stats->mutex);
}

void
statement_stats_reset(struct statement_stats *stats)
{
	pthread_mutex_lock(&stats->mutex);
	remove_all(stats);
	pthread_mutex_unlock(&stats->mutex);
}

/* ---- with the lock ---- */

static struct statement_stat **
bucket_of(struct statement_stats *stats, uint64_t id)
{
	return &stats->buckets[id % STATEMENT_STATS_BUCKETS];
}

static struct statement_stat *
find(struct statement_stats *stats, uint64_t id)
{
	struct statement_stat *stat = *bucket_of(stats, id);

	while (stat != NULL && stat->id != id)
		stat = stat->next;
	return stat;
}

/* The place of one that was not run for a while, which goes. */
static uint32_t
make_place(struct statement_stats *stats)
{
	struct statement_stat *stat;
	struct statement_stat **link;
	uint32_t place;

	if (stats->count < STATEMENT_STATS_MAX)
		return stats->count++;
	for (;;) {
		place = stats->hand;
		stats->hand = (stats->hand + 1) % STATEMENT_STATS_MAX;
		stat = stats->all[place];
		if (stat->recent == 0)
			break;
		stat->recent--;
	}
	for (link = bucket_of(stats, stat->id); *link != stat;
	     link = &(*link)->next)
		;
	*link = stat->next;
	free(stat);
	return place;
}

static void
insert(struct statement_stats *stats, struct statement_stat *stat)
{
	struct statement_stat **bucket = bucket_of(stats, stat->id);

	stats->all[make_place(stats)] = stat;
	stat->next = *bucket;
	*bucket = stat;
}

static void
count(struct statement_stat *stat, const struct statement_runs *runs)
{
	int64_t taken_ns = runs->total_ns / (int64_t)runs->calls;
	uint64_t recent = stat->recent + runs->calls;

	if (stat->calls == 0 || taken_ns < stat->min_ns)
		stat->min_ns = taken_ns;
	if (taken_ns > stat->max_ns)
		stat->max_ns = taken_ns;
	stat->calls += runs->calls;
	stat->rows += runs->rows;
	stat->total_ns += runs->total_ns;
	stat->recent = recent < RECENT_MAX ? (uint32_t)recent : RECENT_MAX;
}

/* Count it, if it is there. */
static bool
count_known(struct statement_stats *stats, uint64_t id,
    const struct statement_runs *runs)
{
	struct statement_stat *stat;

	pthread_mutex_lock(&stats->mutex);
	stat = find(stats, id);
	if (stat != NULL)
		count(stat, runs);
	pthread_mutex_unlock(&stats->mutex);
	return stat != NULL;
}

/* ---- without ---- */

static struct statement_stat *
stat_new(struct str text, uint64_t id)
{
	struct statement_stat *stat = calloc(1, sizeof(*stat) + text.len);

	if (stat == NULL)
		return NULL;
	stat->id = id;
	stat->text_len = text.len;
	memcpy(stat->text, text.data, text.len);
	return stat;
}

/* One that is not known, or not any more. */
static void
count_new(struct statement_stats *stats, struct str normal, uint64_t id,
    const struct statement_runs *runs)
{
	struct statement_stat *stat = stat_new(normal, id);
	struct statement_stat *other;

	if (stat == NULL)
		return;
	pthread_mutex_lock(&stats->mutex);
	other = find(stats, id);
	if (other == NULL)
		insert(stats, stat);
	count(other == NULL ? stat : other, runs);
	pthread_mutex_unlock(&stats->mutex);
	if (other != NULL)
		free(stat);
}

void
statement_stats_add(struct statement_stats *stats, struct str text,
    enum sql_dialect dialect, uint32_t param_count, uint64_t *id,
    const struct statement_runs *runs, struct buf *scratch)
{
	if (*id != 0 && count_known(stats, *id, runs))
		return;
	buf_reset(scratch);
	*id = dialect == SQL_DIALECT_NATIVE
	    ? native_put_normal(scratch, text, param_count, STATEMENT_TEXT_MAX)
	    : sql_put_normal(scratch, text, param_count, STATEMENT_TEXT_MAX);
	if (scratch->failed)
		*id = 0;
	else if (!count_known(stats, *id, runs))
		count_new(stats, buf_str(scratch), *id, runs);
}

void
statement_stats_each(struct statement_stats *stats,
    void (*fn)(void *arg, const struct statement_stat *stat), void *arg)
{
	pthread_mutex_lock(&stats->mutex);
	for (uint32_t i = 0; i < stats->count; i++)
		fn(arg, stats->all[i]);
	pthread_mutex_unlock(&stats->mutex);
}
