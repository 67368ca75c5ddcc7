/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequence_private.h -- the sequence, for the files that make it:
 *
 *   sequence.c        the operator: reads the steps, matches
 *   sequence_order.c  the order of a step's events, and whom a match can have
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
#include "exec/group_codes.h"
#include "exec/group_table.h"
#include "exec/op.h"
#include "exec/partition.h"
#include "exec/row_store.h"
#include "exec/sorter.h"

/* The rows of a step, in the order they came. */
struct step_state {
	struct op_state *input;
	struct group_codes codes; /* to find units by */
	struct row_store rows;    /* kept columns; of a part the ordinal, too */
	struct row_store keys;    /* of each row: unit, time, id */

	/* in order of (unit, time, id), once all is read; else NULL */
	uint32_t *order; /* rows */
	int64_t *times;
	int64_t *ids;
	uint32_t *starts; /* of each unit, and the end */

	/*
	 * Of each event of the step before, in its order: the first that has
	 * come of those at or after it, and before the next of them.  NULL: not
	 * known.  No other can be in a match.
	 */
	struct nearest_event {
		int64_t time;
		int64_t id;
	} * nearest;
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
	const struct vec *columns; /* those of the step that are kept */
	struct vec ordinals;       /* of a part */
	struct vec link, times, ids;
	uint32_t row_count;
	struct sel sel;
};

/* ---- sequence.c ---- */

/* Arrays that order and match need for each row, beside the row itself. */
#define SEQUENCE_ROW_BYTES(steps) (20 + 4 * ((size_t)(steps) + 1))

/* What is kept now, in bytes. */
size_t sequence_bytes(const struct sequence_op *sequence);

/* Whether `count` more rows of a step would be more than work_mem. */
bool sequence_is_too_large(const struct sequence_op *sequence, uint32_t k,
    uint32_t count);

/* Forget all rows; those of a part have an ordinal. */
void sequence_forget(struct sequence_op *sequence, bool has_ordinals);

/*
 * Keep the rows of a step; of later steps those that belong to a unit and, if
 * that was prepared, can be in a match.
 */
MUST_USE int sequence_keep(struct sequence_op *sequence, uint32_t k,
    const struct sequence_rows *rows, struct error *err);

/* Find the matches of all that is kept. */
MUST_USE int sequence_find(struct sequence_op *sequence, struct error *err);

/* The next matches: 1, or 0 at the end.  `ordinals` may be NULL. */
int sequence_give(struct sequence_op *sequence, struct batch *out,
    struct vec *ordinals);

/* ---- sequence_order.c ---- */

/* To be XORed with times and ids before they are compared: -1 looks back. */
int64_t sequence_flip(const struct sequence_op *sequence);

/* Whether an event may serve several steps. */
bool sequence_is_shared(const struct rel_sequence *rel);

/* Put the rows of a step in order; all have been read. */
MUST_USE int sequence_order(struct sequence_op *sequence, uint32_t k,
    struct error *err);

/*
 * All rows of the steps before are kept: prepare to keep of this one only those
 * that a match can have.
 */
MUST_USE int sequence_prepare(struct sequence_op *sequence, uint32_t k,
    struct error *err);

/*
 * Whether a match can have this event of step k, after those that have come;
 * always, if that was not prepared.  Time and id are flipped.
 */
bool sequence_is_nearest(const struct sequence_op *sequence, uint32_t k,
    uint32_t unit, const struct nearest_event *event);

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
