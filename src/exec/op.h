/* SPDX-License-Identifier: Apache-2.0 */
/*
 * op.h -- operators: pull a batch, give a batch; private to src/exec/.
 *
 * An operator is a struct op_state, first in a struct of its own, and a
 * constant struct op_class.  next() fills one batch and returns 1, 0 at the
 * end, or a code; the batch's selection is never empty.  What it points to
 * lives in op->batch_arena, which is reset by the next call, in the arena of
 * the execution, or in the input's batch.
 *
 * Threads: a tree of operators belongs to one thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/error.h"
#include "engine/engine.h"
#include "exec/exec.h"
#include "plan/logical.h"
#include "vec/vec.h"

struct cte_state;
struct op_state;
struct row_spool;
struct subplan;

/* Some runs of a scan that is open: what one of several threads reads. */
struct scan_piece {
	struct scan *scan; /* NULL: there is nothing to read */
	uint32_t first_run;
	uint32_t run_count;
};

/*
 * What all operators of one execution share; those of an inner plan, which runs
 * anew for each outer row, have one of their own.
 */
struct exec_env {
	const struct plan *plan;
	const struct exec_context *context;
	struct arena *arena; /* lives as long as the execution */
	struct datum *slots; /* of EXPR_OUTER, shared by inner executions */
	struct subplan **subplans; /* of subqueries met so far; see subplan.h */
	struct cte_state **ctes;   /* of the WITHs that run; shared */
	const struct row_spool **works; /* of recursive ones; shared */
	struct regex_cache *regexes;    /* shared by inner executions */
	struct op_stats *stats; /* by the index of the relation; NULL: none */
	/* By the index of the relation: scans that are open; NULL: not (yet). */
	struct scan **scans;
	const struct scan_piece *pieces; /* likewise: what is read; NULL: all */
	uint64_t *modified;              /* rows that the root has written */
};

enum sort_method {
	SORT_NONE, /* it sorts nothing */
	SORT_IN_MEMORY,
	SORT_TOP, /* only the first rows were kept */
	SORT_EXTERNAL,
};

/* What EXPLAIN ANALYZE tells of an operator. */
struct op_stats {
	uint64_t rows;         /* given, in all loops */
	uint64_t loops;        /* times it was opened */
	uint64_t first_ns;     /* until the first batch, of the first loop */
	uint64_t total_ns;     /* of it and all below */
	uint64_t memory_bytes; /* of what it kept */
	uint64_t disk_bytes;   /* written to temporary files, in all loops */
	uint64_t part_count;   /* runs or partitions that it wrote */
	uint64_t merge_count;  /* dictionaries merged: group_order.h */
	enum sort_method sort_method;
	bool is_scan;
	struct scan_stats scan;
};

/* For report(): counts of one more loop; the most that a loop kept. */
void op_stats_add_scan(struct op_stats *stats, const struct scan *scan);
void op_stats_keep_memory(struct op_stats *stats, uint64_t bytes);
void op_stats_add_spill(struct op_stats *stats, uint64_t part_count,
    uint64_t disk_bytes);

struct op_class {
	const char *name;
	/* Before its input is opened; may be NULL. */
	int (*prepare)(struct op_state *op, struct error *err);
	int (*open)(struct op_state *op, struct error *err);
	int (*next)(struct op_state *op, struct batch *out, struct error *err);
	void (*close)(struct op_state *op); /* also after a failed open */
	/* Before close, if it is asked for: what only it knows; may be NULL. */
	void (*report)(const struct op_state *op, struct op_stats *stats);
};

struct op_state {
	const struct op_class *class;
	const struct exec_env *env;
	const struct rel *rel;
	struct op_state *input; /* NULL: a leaf */
	uint64_t row_goal;      /* who asks uses no more rows; 0: not known */
	struct arena batch_arena;
};

/* The operators of a relation and all below it, not yet open. */
struct op_state *op_new(const struct exec_env *env, const struct rel *rel);

/* Each opens, asks or closes its input first. */
MUST_USE int op_open(struct op_state *op, struct error *err);
void op_close(struct op_state *op);

/* 57014 if the statement was cancelled: for work between two batches. */
MUST_USE int op_check_cancel(const struct op_state *op, struct error *err);

/* Tests cancellation and memory, forgets the last batch, calls next(). */
MUST_USE int op_next(struct op_state *op, struct batch *out, struct error *err);

/*
 * Forget what this operator allocated for a batch that nobody has seen, and test
 * cancellation: every loop that goes on without a batch for its caller does so.
 */
MUST_USE int op_forget(struct op_state *op, struct error *err);

/* Fill in what every operator has; `op` is zeroed. */
void op_init(struct op_state *op, const struct op_class *class,
    const struct exec_env *env, const struct rel *rel);

/* ---- the operators; each is in the file of its name ---- */

struct op_state *scan_op_new(const struct exec_env *env, const struct rel *rel);

/* `filter` (NULL: none) is a REL_FILTER above `rel`: it runs before payloads
 * are built, where it can. */
struct op_state *events_op_new(const struct exec_env *env,
    const struct rel *rel, const struct rel *filter);
struct op_state *payload_op_new(const struct exec_env *env,
    const struct rel *rel);
struct op_state *system_op_new(const struct exec_env *env,
    const struct rel *rel);

/*
 * Before a REL_SYSTEM is read: its column must have one of these values, which
 * stay, of a type with its physical form.  Ignored once it is read.
 */
void system_op_add_key(struct op_state *op, uint32_t column,
    const struct type *type, struct datum *values, uint32_t count);
struct op_state *values_op_new(const struct exec_env *env,
    const struct rel *rel);
struct op_state *set_function_op_new(const struct exec_env *env,
    const struct rel *rel);
struct op_state *filter_op_new(const struct exec_env *env,
    const struct rel *rel);
struct op_state *project_op_new(const struct exec_env *env,
    const struct rel *rel);
struct op_state *join_op_new(const struct exec_env *env, const struct rel *rel);
struct op_state *agg_op_new(const struct exec_env *env, const struct rel *rel);
struct op_state *unique_op_new(const struct exec_env *env,
    const struct rel *rel);
struct op_state *limit_op_new(const struct exec_env *env,
    const struct rel *rel);
/* plan->explain: a tree of its own. */
struct op_state *explain_op_new(const struct exec_env *env,
    const struct plan *plan);
struct op_state *append_op_new(const struct exec_env *env,
    const struct rel *rel);
struct op_state *project_set_op_new(const struct exec_env *env,
    const struct rel *rel);
struct op_state *window_op_new(const struct exec_env *env,
    const struct rel *rel);
struct op_state *sequence_op_new(const struct exec_env *env,
    const struct rel *rel);
struct op_state *unpivot_op_new(const struct exec_env *env,
    const struct rel *rel);

struct op_state *lateral_op_new(const struct exec_env *env,
    const struct rel *rel);

struct op_state *set_op_new(const struct exec_env *env, const struct rel *rel);
struct op_state *with_op_new(const struct exec_env *env, const struct rel *rel);
struct op_state *cte_op_new(const struct exec_env *env, const struct rel *rel);
struct op_state *recursive_op_new(const struct exec_env *env,
    const struct rel *rel);
struct op_state *work_op_new(const struct exec_env *env, const struct rel *rel);
struct op_state *temp_scan_op_new(const struct exec_env *env,
    const struct rel *rel);
struct op_state *modify_op_new(const struct exec_env *env,
    const struct rel *rel);
struct op_state *reading_op_new(const struct exec_env *env,
    const struct rel *rel);

/* `limit` (NULL: none) is a REL_LIMIT above: only its rows are kept. */
struct op_state *sort_op_new(const struct exec_env *env, const struct rel *rel,
    const struct rel *limit);

/* The values of a LIMIT: *limit is UINT64_MAX if there is none. */
MUST_USE int limit_eval(const struct exec_env *env, const struct rel *rel,
    uint64_t *limit, uint64_t *offset, struct error *err);

/*
 * How many rows a scan that is open will give, if that is known without reading
 * them; of a REL_EVENTS, or of anything else, which is no scan.
 */
bool events_op_count(const struct op_state *op, uint64_t *count);
bool scan_op_count(const struct op_state *op, uint64_t *count);

/*
 * Let a REL_SCAN or REL_EVENTS that is not open yet leave out rows by one more
 * bound, which stays.
 */
struct top_bound;
void scan_op_limit(struct op_state *op, const struct top_bound *bound);
void events_op_limit(struct op_state *op, const struct top_bound *bound);

/*
 * Before a REL_SCAN is opened: strings of columns for which is_read[], which
 * stays, is false may come late, as whoever gets them asks for those that he
 * reads (vec_need_strings()).
 */
void scan_op_let_late(struct op_state *op, const bool *is_read);

/*
 * Open what a REL_SCAN reads, as its operator does; *out is NULL if there are no
 * committed rows.
 */
MUST_USE int scan_rel_open(const struct exec_env *env, const struct rel *rel,
    struct scan **out, struct error *err);

/* Rows before any filter, about, that a piece of a REL_SCAN reads. */
uint64_t scan_piece_estimate(const struct scan_piece *piece);
