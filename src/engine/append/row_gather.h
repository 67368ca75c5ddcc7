/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_gather.h -- rows that are added to a batch one at a time, until they are
 * encoded together.
 *
 * A pipeline or a transaction of statements with a row each would make an entry
 * of each, with a header and columns of one value, which the session encodes,
 * the log keeps and a shard decodes again.  So rows of one type that follow each
 * other are gathered in columns, and become one entry a shard, as those of one
 * statement do: when there are GATHER_ROWS_MAX, when they have much text, and
 * before anybody looks at the entries of the batch or adds others.
 *
 * A row is built where it stays: the next one is written over it unless it is
 * kept.  Everything lies in the gather's arena.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "vec/vec.h"

struct event_type;

#define GATHER_ROWS_MAX 512u

struct row_gather {
	struct arena arena;
	uint32_t type_oid; /* 0: no type yet */
	uint32_t version;
	/* Of the type as the batch knows it: its horizon, and whether it is gone. */
	int64_t horizon;
	bool is_refused;
	uint32_t field_count;
	struct vec *cols;   /* as of write_batch_rows(), with null flags each */
	size_t fixed_bytes; /* of a row's values, text aside */
	uint32_t count;     /* rows that are kept */
	uint32_t room;
	size_t size_bytes; /* of these, about */
	bool has_begun;    /* a row, at `mark` */
	struct arena_mark mark;
};

void row_gather_init(struct row_gather *gather);
void row_gather_release(struct row_gather *gather);

/* Forget rows and type. */
void row_gather_clear(struct row_gather *gather);

/* Whether rows of the type, as it is now, may follow those that there are. */
bool row_gather_takes(const struct row_gather *gather,
    const struct event_type *type);

/* An empty gather is for rows of this type, which the batch knows as `known`. */
void row_gather_start(struct row_gather *gather, const struct event_type *type,
    const struct event_type *known);

/*
 * Room for one more row, at index `count`; what was begun and not kept is
 * forgotten.  A failure is the arena's.
 */
void row_gather_begin(struct row_gather *gather);

/* Keep the row that was begun. */
void row_gather_keep(struct row_gather *gather, size_t size_bytes);
