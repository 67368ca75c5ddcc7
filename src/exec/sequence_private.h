/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequence_private.h -- the sequence, for the two files that make it:
 *
 *   sequence.c        the operator: reads the steps, orders, matches
 *   sequence_parts.c  events that do not fit into work_mem
 *
 * When the events that are kept fill work_mem, they and all that follow are
 * written to parts by the hash of their linking value, those of each step to
 * parts of its own.  Then the parts are matched one after the other, each as if
 * it were all there is, and the matches go through a sorter by the ordinals of
 * the first step's events.  A part that is too large is cut again; events of one
 * unit are not.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "exec/eval.h"
#include "exec/group_table.h"
#include "exec/op.h"
#include "exec/partition.h"
#include "exec/row_store.h"
#include "exec/sorter.h"

/* The rows of a step, in the order they came. */
struct step_state {
	struct op_state *input;
	struct row_store rows; /* of a part: the last column is the ordinal */
	struct row_store keys; /* of each row: unit, time, id */

	/* in order of (unit, time, id), once all is read */
	uint32_t *order; /* rows */
	int64_t *times;
	int64_t *ids;
	uint32_t *starts; /* of each unit, and the end */
};

/* Columns of step_state.keys. */
enum { KEY_UNIT, KEY_TIME, KEY_ID, KEY_COUNT };

struct sequence_op {
	struct op_state op;
	struct step_state *steps;
	struct group_table units;
	struct arena arena;          /* of what is made when all is read */
	const struct datum *context; /* that is being read; NULL: all */
	uint32_t unit;               /* its number */
	uint32_t *matches;           /* of each entry: the rows of all steps */
	uint32_t *entries;           /* those that have a match, ascending */
	uint32_t match_count;
	uint32_t at; /* next to give */
	bool is_read;
	bool has_units;               /* all of the first step's */
	struct sequence_parts *parts; /* NULL: all is in memory */
	uint64_t memory_bytes;        /* the most that was kept */
};

/* What is known of the selected rows of a batch, at their positions. */
struct sequence_rows {
	const struct vec *columns; /* of the step */
	struct vec ordinals;       /* of a part */
	struct vec link, times, ids;
	uint32_t row_count;
	struct sel sel;
};

/* ---- sequence.c ---- */

/* Whether `count` more rows of a step would be more than work_mem. */
bool sequence_is_too_large(const struct sequence_op *sequence, uint32_t k,
    uint32_t count);

/* Forget all rows; those of a part have an ordinal. */
void sequence_forget(struct sequence_op *sequence, bool has_ordinals);

/* Keep the rows of a step; of later steps those that belong to a unit. */
MUST_USE int sequence_keep(struct sequence_op *sequence, uint32_t k,
    const struct sequence_rows *rows, struct error *err);

/* Find the matches of all that is kept. */
MUST_USE int sequence_find(struct sequence_op *sequence, struct error *err);

/* The next matches: 1, or 0 at the end.  `ordinals` may be NULL. */
int sequence_give(struct sequence_op *sequence, struct batch *out,
    struct vec *ordinals);

/* ---- sequence_parts.c ---- */

/* What is kept goes to parts, and all that comes. */
MUST_USE int sequence_parts_begin(struct sequence_op *sequence,
    struct error *err);
MUST_USE int sequence_parts_add(struct sequence_op *sequence, uint32_t k,
    struct sequence_rows *rows, struct error *err);

/* All steps have been read: the matches, into the sorter. */
MUST_USE int sequence_parts_find(struct sequence_op *sequence,
    struct error *err);
MUST_USE int sequence_parts_next(struct sequence_op *sequence,
    struct batch *out, struct error *err);
void sequence_parts_release(struct sequence_op *sequence);
void sequence_parts_report(const struct sequence_op *sequence,
    struct op_stats *stats);
