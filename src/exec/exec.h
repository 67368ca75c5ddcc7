/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec.h -- running plans: rows out of a query, rows into a batch, changes of
 * the schema.
 *
 * Nothing here waits for a lock of the log: what is written goes into a
 * write_batch, and committing it is the caller's.  Functions that are there to
 * wait do so only where the caller allows it.
 *
 * Threads: each object belongs to one thread at a time.  The plan and all that
 * exec_context points to must stay, unchanged, until the object is closed;
 * `cancel` may be set by any thread.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/error.h"
#include "plan/plan.h"
#include "types/type.h"
#include "vec/vec.h"

struct copy_sink;
struct engine;
struct exec;
struct snapshot;
struct temp_space;
struct temp_tables;
struct user_key;
struct write_batch;

/*
 * What a function that waits (pg_sleep) calls around it, so that the thread's
 * place can be taken by another meanwhile.
 */
struct exec_wait {
	/* False: this thread is one that must not wait, and nothing has begun. */
	bool (*begin)(void *arg);
	void (*end)(void *arg);
	void *arg;
};

/* Threads that help with one statement, as far as they are free. */
struct exec_crew {
	/* Call fn(fn_arg, i) for each i < count, and return when all have. */
	void (*run)(void *arg, uint32_t count,
	    void (*fn)(void *fn_arg, uint32_t i), void *fn_arg);
	void *arg;
};

struct exec_context {
	struct engine *engine;
	struct snapshot *snapshot; /* NULL only if !plan->reads_events */
	unsigned scan_without;     /* enum scan_without, of all its scans */

	/*
	 * The open transaction's rows, which its queries see after all others,
	 * in insertion order, with a null event_id.  NULL: none.
	 */
	struct write_batch *batch;

	/*
	 * What is written is not committed with the statement, but gets its
	 * event_ids later: RETURNING event_id is refused.
	 */
	bool ids_come_later;

	/* In the types of plan->param_types; as many. */
	const struct datum *params;
	uint32_t param_count;

	const struct type_settings *settings; /* `now` too */
	const struct plan_session *session;
	const struct plan_names *names; /* NULL: there is no catalogue to ask */
	struct mem_budget *budget;      /* of the statement; NULL: no limit */
	size_t work_mem_bytes;        /* what an operator keeps, if there is */
	struct temp_space *temp;      /* for the rest; NULL: all is kept */
	const atomic_bool *cancel;    /* NULL: cannot be cancelled */
	const struct exec_wait *wait; /* NULL: nothing may wait here */
	const struct exec_crew *crew; /* NULL: there is none */
	int64_t min_parallel_rows;    /* of a scan that is split; -1: none is */
	struct scan_progress *progress; /* NULL: nobody watches */
	void *system_arg;               /* of the providers of system tables */
	uint32_t scram_iterations;      /* of passwords that are given */
	/*
	 * What users' keys are wrapped with, of CRYPTO_SEAL_KEY_SIZE bytes, and
	 * where the key that a statement gives or makes is put in clear text, to
	 * be told once.  NULL: there are no keys.
	 */
	const uint8_t *key_wrapping;
	struct user_key *told_key;
	struct temp_tables *temp_tables; /* of the session; NULL: none */
	uint64_t temp_seen; /* the last stamp whose rows are seen */

	/* Told of each notice (IF NOT EXISTS, ...); may be NULL. */
	void (*notice)(void *arg, const struct error *notice);
	void *notice_arg;

	/*
	 * Whether an open query of the session reads a relation, which is then
	 * not to be changed or dropped.  NULL: none does.
	 */
	bool (*is_in_use)(void *arg, uint32_t oid);
	void *in_use_arg;
};

/* 55006 if it is; `what` is to be done to it: "DROP TABLE". */
MUST_USE int exec_check_unused(const struct exec_context *context, uint32_t oid,
    struct str name, const char *what, struct error *err);

/* ---- queries ---- */

/*
 * Start a PLAN_QUERY or PLAN_COPY_TO.  Returns 0 and *out, or a code with *out
 * NULL.
 */
MUST_USE int exec_open(const struct plan *plan,
    const struct exec_context *context, struct exec **out, struct error *err);

/*
 * The next batch: the vectors are plan->columns, in order, and the rows those
 * of out->sel, which is never empty.  Valid until the next call.  Memory is
 * tested once per batch, cancellation as often as to end within milliseconds.
 *
 * Returns 1, 0 at the end, or a code; after an error only exec_close() is
 * left.
 */
MUST_USE int exec_next(struct exec *exec, struct batch *out, struct error *err);
void exec_close(struct exec *exec);

/* Rows that a plan that is_modify has written, once exec_next() was called. */
uint64_t exec_modified(const struct exec *exec);

/* ---- writing ---- */

/*
 * Run a PLAN_INSERT and add its rows to `target`.  *row_count is their number.
 * On an error some rows may have been added: rewind to a mark.
 *
 * If the plan has columns (RETURNING), *returning is the rest of the work, to
 * be started by exec_returning() and closed by exec_close(); NULL otherwise.
 * `returning` itself may be NULL only if the plan has no columns.
 */
MUST_USE int exec_insert(const struct plan *plan,
    const struct exec_context *context, struct write_batch *target,
    uint64_t *row_count, struct exec **returning, struct error *err);

/*
 * The same for a plan whose insert is `plain`, without RETURNING: nothing is
 * evaluated, and what is no parameter costs little.  On an error no row is
 * added.
 */
MUST_USE int exec_insert_plain(const struct plan_insert *plan,
    const struct datum *params, const struct type_settings *settings,
    struct write_batch *target, struct error *err);

/*
 * Let exec_next() give the rows of RETURNING.  first_event_id is that of the
 * statement's first row, from its commit; 0 if there is none yet, inside a
 * transaction, where RETURNING event_id is STELE_E_FEATURE_NOT_SUPPORTED
 * (exec_insert() has refused it already, by ids_come_later).
 */
void exec_returning(struct exec *returning, uint64_t first_event_id);

/*
 * Run a PLAN_DDL: add its changes to `target`.  Names are looked up again, in
 * the batch's catalogue; IF [NOT] EXISTS becomes a notice.
 */
MUST_USE int exec_ddl(const struct plan *plan,
    const struct exec_context *context, struct write_batch *target,
    struct error *err);

/* What a kept query has after it was made or refreshed. */
struct keep_report {
	uint64_t row_count; /* stored for it */
	uint64_t appended;  /* of these, just now */
	uint64_t position;  /* all events up to it are in them */
	int64_t refreshed_at;
};

/*
 * Run a PLAN_KEEP: add the kept query, or new rows of it and how far they
 * reach, to `target`.  The context's snapshot says up to where events are read.
 * A REFRESH is done so only of what the transaction itself has made, which
 * nobody else refreshes: exec_keeps_own().
 */
MUST_USE int exec_keep(const struct plan *plan,
    const struct exec_context *context, struct write_batch *target,
    struct keep_report *report, struct error *err);

bool exec_keeps_own(const struct plan *plan, const struct write_batch *target);

/*
 * Any other REFRESH: a transaction of its own, which is committed when this
 * returns, as often as others were faster.  It changes nothing for those who
 * read.  Waits; the context's snapshot is not used.
 */
MUST_USE int exec_refresh(const struct plan *plan,
    const struct exec_context *context, struct keep_report *report,
    struct error *err);

/*
 * Store what is new of a kept query before it is shown.  If this fails, it is
 * no worse to read.  Waits, too.
 */
MUST_USE int exec_refresh_shown(uint32_t oid,
    const struct exec_context *context, struct error *err);

/*
 * Run a PLAN_TEMP_DDL: it changes what is temporary in the session.  After an
 * error that has to be taken back.
 */
MUST_USE int exec_temp_ddl(const struct plan *plan,
    const struct exec_context *context, struct error *err);

/* ---- COPY FROM ---- */

/* What fields are: texts, or values in the binary form of their types. */
enum copy_form { COPY_TEXTS, COPY_VALUES };

/*
 * Takes the fields of COPY's lines, reads them as the columns' types and adds
 * them to a batch.  Framing (text, csv, binary) is the caller's.  Events of all
 * types (COPY events) keep the order they came in.
 */
MUST_USE int copy_sink_open(const struct plan *plan,
    const struct exec_context *context, struct write_batch *target,
    enum copy_form form, struct copy_sink **out, struct error *err);

/*
 * Add rows: a vector of texts, valid UTF-8 (or of values, which are checked),
 * with null flags, for each column of the plan; at most VEC_ROWS.  Nothing of
 * them is kept.  `lines` are the numbers of the rows' lines; NULL: from 1 on.
 *
 * After an error *bad_row is the first row that is wrong, and rows before it
 * have been added.  If a value is wrong the error has the context
 * "COPY t, line n, column c"; else it has none.
 */
MUST_USE int copy_sink_add(struct copy_sink *sink, const struct batch *texts,
    const uint64_t *lines, uint32_t *bad_row, struct error *err);

/*
 * Where the payload of the wrong row is wrong, in characters from 1; 0: it is
 * something else.
 */
int copy_sink_payload_position(const struct copy_sink *sink);

/* The rows that were added so far: those that WHERE lets pass. */
uint64_t copy_sink_row_count(const struct copy_sink *sink);

/* Free it, at the end or after an error. */
void copy_sink_close(struct copy_sink *sink);
