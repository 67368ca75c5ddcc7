/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statement_stats.h -- how often each statement ran and how long it took:
 * stele.statements.
 *
 * Statements are the same if their normal forms are (sql/normal.h).  There are
 * at most STATEMENT_STATS_MAX; when one more comes, one that was not run for a
 * while goes.
 *
 * Threads: any.  Each call takes the lock for some hundred nanoseconds.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"
#include "os/thread.h"
#include "sql/parse.h"

#define STATEMENT_STATS_MAX     4096u
#define STATEMENT_STATS_BUCKETS 8192u
#define STATEMENT_TEXT_MAX      ((size_t)1024) /* of a normal form, about */

struct statement_stat {
	struct statement_stat *next; /* private: in its bucket */
	uint32_t recent;             /* private: how much it is run */
	uint64_t id;                 /* of its text; never 0 */
	uint64_t calls;
	uint64_t rows;
	int64_t total_ns;
	int64_t min_ns, max_ns;
	size_t text_len;
	char text[]; /* the normal form */
};

/* All private. */
struct statement_stats {
	pthread_mutex_t mutex;
	struct statement_stat *buckets[STATEMENT_STATS_BUCKETS];
	struct statement_stat *all[STATEMENT_STATS_MAX];
	uint32_t count;
	uint32_t hand; /* where the next that goes is looked for */
};

/* Zeroed before. */
void statement_stats_init(struct statement_stats *stats);
void statement_stats_release(struct statement_stats *stats);

/* How long some runs of one statement took, and the rows of all. */
struct statement_runs {
	uint64_t calls; /* > 0 */
	uint64_t rows;
	int64_t total_ns; /* they took even parts of it, as far as is known */
};

/*
 * A statement has run.  *id is 0 if it is not known yet, and set: a prepared
 * statement is looked at once.  `scratch` is the caller's.  Without memory
 * nothing is counted.
 */
void statement_stats_add(struct statement_stats *stats, struct str text,
    enum sql_dialect dialect, uint32_t param_count, uint64_t *id,
    const struct statement_runs *runs, struct buf *scratch);

void statement_stats_reset(struct statement_stats *stats);

/* Call fn with each, with the lock. */
void statement_stats_each(struct statement_stats *stats,
    void (*fn)(void *arg, const struct statement_stat *stat), void *arg);
