/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top_parts.h -- the parts of scans in which the search for a top_bound.h looks:
 * those of the scan of a type, or of all types that `events` is made of, by the
 * best that each promises.
 *
 * Threads: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "exec/best_ranks.h"
#include "exec/op.h"

struct error;
struct event_type;
struct scan;

/* A type whose events are among the rows. */
struct top_source {
	const struct event_type *type;
	struct scan *scan;
};

/* A part of its scan, by the best rank that it may have. */
struct top_part {
	int64_t best;
	const struct top_source *source;
	uint32_t run;
	uint32_t part;
};

struct top_search {
	const struct exec_env *env;
	const struct rel *scan_rel;
	const struct rel *filters; /* the first of those above the scan */
	uint32_t column;           /* of the key among the scan's */

	struct arena arena; /* of the scans and what is here */
	struct arena rows;  /* of a batch */
	struct top_source *sources;
	uint32_t source_count;
	uint32_t *attnums; /* of the columns that are read */
	uint32_t *columns; /* which of scan_rel's they are */
	uint32_t attnum_count;
	uint32_t type_column;   /* of scan_rel: the type's name; UINT32_MAX */
	struct vec *vecs;       /* of scan_rel's columns */
	struct top_part *parts; /* the best first */
	uint32_t part_count;
	struct best_ranks best;
};

/* The column of a type that a column of the scan is; ATTNUM_NONE: it is made. */
uint32_t top_attnum_of(const struct rel *scan, uint32_t column);

/*
 * Choose columns and open the scans; without any if there is nothing to be looked
 * at.  What is opened is closed by top_parts_close(), after an error too.
 */
MUST_USE int top_parts_open(struct top_search *search, struct error *err);
void top_parts_close(struct top_search *search);

/* Rows of the scans before any filter, about. */
uint64_t top_parts_rows(const struct top_search *search);

MUST_USE int top_parts_list(struct top_search *search, struct error *err);
