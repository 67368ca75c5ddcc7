/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_cursor.c -- the cursors of SQL: DECLARE, FETCH, MOVE, CLOSE.
 *
 * A cursor is a portal.  One that only goes forward gives the rows of its query
 * as they come.  One that scrolls keeps them on a tape (cursor_tape.h), as far
 * as it has been; so does one WITH HOLD, to its end, when its transaction ends.
 *
 * One that was not said to scroll may do so where PostgreSQL's would
 * (plan/backward.h).  It goes forward as the others do, and keeps its snapshot:
 * once it is asked to go back, its query is read again, on to a tape.
 *
 * Where a cursor stands: `position` is the number of its row, from 1; 0 is
 * before the first.  After the last it is at_end.
 */
#include <inttypes.h>
#include <stdio.h>

#include "common/must.h"
#include "plan/backward.h"
#include "server/cursor_tape.h"
#include "server/session_private.h"
#include "sql/ast.h"

static const uint16_t binary_format = 1;

static enum step
done(struct session *session, const char *tag)
{
	session_complete(session, tag, false);
	statement_end(session);
	return STEP_DONE;
}

/* ---- rows that are kept ---- */

static int
need_tape(struct portal *cursor, struct error *err)
{
	if (cursor->tape != NULL)
		return 0;
	cursor->tape = cursor_tape_new(cursor->planned->plan, &cursor->context);
	if (cursor->tape == NULL)
		return error_no_memory(err);
	return 0;
}

/* What was read so far is read again, to be kept. */
static void
start_over(struct portal *cursor)
{
	if (cursor->exec != NULL)
		exec_close(cursor->exec);
	cursor->exec = NULL;
	cursor->batch = (struct batch){ .row_count = 0 };
	cursor->batch_next = 0;
}

/* Read on until row `row` (from 1) is kept, or all are. */
static int
reach(struct session *session, struct portal *cursor, uint64_t row)
{
	struct cursor_tape *tape = cursor->tape;
	int rc = 0;

	if (!tape->is_complete)
		rc = query_open(session, cursor);
	if (rc == 0)
		rc = cursor_tape_reach(tape, cursor->exec,
		    row - cursor->tape_from, &session->err);
	if (rc != 0 || tape->is_complete)
		query_close(cursor);
	if (rc != 0)
		cursor->state = PORTAL_FAILED;
	return rc;
}

/* The number of rows, as far as it is known. */
static uint64_t
row_count(const struct portal *cursor)
{
	return cursor->tape_from + cursor_tape_count(cursor->tape);
}

/* ---- FETCH from them ---- */

/* Where a cursor stands, with the place after the last row as one more. */
static uint64_t
place_of(const struct portal *cursor)
{
	return cursor->position + (cursor->at_end ? 1 : 0);
}

static void
walk_from(struct tape_walk *walk, uint64_t next, uint64_t count,
    bool is_backward)
{
	*walk = (struct tape_walk){ next, count, is_backward, true };
}

static uint64_t
magnitude(int64_t count)
{
	return count < 0 ? -(uint64_t)count : (uint64_t)count;
}

/* One row by its number; a number before the first is 0. */
static void
walk_to(struct portal *cursor, struct tape_walk *walk, uint64_t row)
{
	if (row == 0) {
		cursor->position = 0;
		cursor->at_end = false;
	}
	walk_from(walk, row, row == 0 ? 0 : 1, false);
}

/* What FETCH ABSOLUTE and RELATIVE mean by a number from the end or here. */
static uint64_t
row_before(uint64_t place, uint64_t distance)
{
	return distance >= place ? 0 : place - distance;
}

static int
walk_absolute(struct session *session, struct portal *cursor, int64_t count,
    struct tape_walk *walk)
{
	int rc = 0;

	if (count < 0)
		rc = reach(session, cursor, UINT64_MAX);
	if (rc != 0)
		return rc;
	walk_to(cursor, walk,
	    count < 0 ? row_before(row_count(cursor) + 1, magnitude(count))
		      : (uint64_t)count);
	return 0;
}

/* FETCH 0: the row that it stands on, once more. */
static void
walk_here(const struct portal *cursor, struct tape_walk *walk)
{
	bool is_on_row = cursor->position > 0 && !cursor->at_end;

	walk_from(walk, cursor->position, is_on_row ? 1 : 0, false);
}

static int
walk_begin(struct session *session, struct portal *cursor,
    const struct ast_fetch *fetch, struct tape_walk *walk)
{
	uint64_t place = place_of(cursor), distance = magnitude(fetch->count);
	bool is_backward = fetch->count < 0;

	if (fetch->direction == AST_FETCH_ABSOLUTE)
		return walk_absolute(session, cursor, fetch->count, walk);
	if (fetch->count == 0)
		walk_here(cursor, walk);
	else if (fetch->direction == AST_FETCH_RELATIVE)
		walk_to(cursor, walk,
		    is_backward ? row_before(place, distance)
				: place + distance);
	else if (is_backward == (fetch->direction == AST_FETCH_FORWARD))
		walk_from(walk, place == 0 ? 0 : place - 1, distance, true);
	else
		walk_from(walk, place + 1, distance, false);
	return 0;
}

/* The row of the walk is there: 1, 0 if there is none, or a code. */
static int
walk_row(struct session *session, struct portal *cursor,
    const struct tape_walk *walk, const struct batch **batch, uint32_t *row)
{
	int rc;

	if (walk->next == 0) {
		cursor->position = 0;
		cursor->at_end = false;
		return 0;
	}
	MUST(walk->next > cursor->tape_from); /* those before are not kept */
	rc = reach(session, cursor, walk->next - 1);
	if (rc != 0)
		return rc;
	if (walk->next > row_count(cursor)) {
		cursor->position = row_count(cursor);
		cursor->at_end = true;
		return 0;
	}
	cursor->position = walk->next;
	cursor->at_end = false;
	rc = cursor_tape_row(cursor->tape, walk->next - 1 - cursor->tape_from,
	    batch, row, &session->err);
	return rc == 0 ? 1 : rc;
}

/* Put the rows from the one that the walk has come to, as many as lie together. */
static bool
walk_on(struct session *session, struct portal *cursor, struct tape_walk *walk,
    const struct batch *batch, uint32_t row)
{
	uint32_t count = walk->is_backward ? 1 : batch->row_count - row, put;
	bool has_room;

	if (count > walk->left)
		count = (uint32_t)walk->left;
	has_room = job_put_rows(session, batch, row, count, &put);
	if (put == 0)
		return has_room;
	cursor->position += put - 1;
	walk->left -= put;
	walk->next += walk->is_backward ? (uint64_t)-1 : put;
	return has_room;
}

static void
tape_work(struct session *session)
{
	struct job *job = &session->job;
	struct portal *cursor = job->portal;
	struct tape_walk *walk = &job->walk;
	const struct batch *batch;
	uint32_t row;

	job->rc = job_begin(session);
	if (job->rc == 0 && cursor->tape == NULL)
		start_over(cursor);
	if (job->rc == 0)
		job->rc = need_tape(cursor, &session->err);
	if (job->rc == 0 && !walk->has_begun)
		job->rc = walk_begin(session, cursor, job->fetch, walk);
	while (job->rc == 0 && walk->left > 0) {
		job->rc = walk_row(session, cursor, walk, &batch, &row);
		if (job->rc != 1)
			break;
		job->rc = 0;
		if (!walk_on(session, cursor, walk, batch, row)) {
			job->outcome = JOB_PARKED;
			break;
		}
	}
	if (job->kind == JOB_QUERY && job->outcome == JOB_DONE &&
	    walk->left == 0)
		job->outcome = JOB_SUSPENDED;
	if (job->rc != 0)
		cursor->state = PORTAL_FAILED;
	job_pause(session);
}

/* The job's walk says where, or its FETCH does. */
static enum step
run_kept(struct session *session, struct portal *cursor, enum job_kind kind,
    struct row_format format)
{
	struct job *job = &session->job;

	job->portal = cursor;
	job->kind = kind;
	job->format = format;
	job->row_limit = 0;
	job->row_count = 0;
	cursor->state = PORTAL_STARTED;
	return session_submit(session, tape_work, query_finish);
}

static enum step
fetch_kept(struct session *session, struct portal *cursor,
    const struct ast_fetch *fetch, enum job_kind kind, struct row_format format)
{
	session->job.fetch = fetch;
	session->job.walk = (struct tape_walk){ .has_begun = false };
	return run_kept(session, cursor, kind, format);
}

/* ---- FETCH as the rows come ---- */

/*
 * How many rows to pass and then to take; false if that is not forward, or not
 * known to be.
 */
static bool
count_forward(const struct portal *cursor, const struct ast_fetch *fetch,
    uint64_t *skip, uint64_t *take)
{
	uint64_t place = place_of(cursor), count = magnitude(fetch->count);
	bool is_negative = fetch->count < 0;

	*skip = 0;
	*take = 0;
	switch (fetch->direction) {
	case AST_FETCH_FORWARD:
	case AST_FETCH_BACKWARD:
		*take = count;
		if (count > 0)
			return is_negative ==
			    (fetch->direction == AST_FETCH_BACKWARD);
		break;
	case AST_FETCH_ABSOLUTE:
		if (count == 0)
			return place == 0;
		*skip = count - 1 - place;
		*take = 1;
		return !is_negative && count > place;
	case AST_FETCH_RELATIVE:
		*skip = count - 1;
		*take = 1;
		if (count > 0)
			return !is_negative;
		*take = 0;
		break;
	}
	/* The row that it stands on is gone. */
	return cursor->position == 0 || cursor->at_end;
}

/*
 * A cursor that was not said to scroll may have been asked for rows before its
 * place.
 */
static int
check_direction(struct portal *cursor, const struct ast_fetch *fetch,
    struct error *err)
{
	uint64_t skip, take;

	if (cursor->is_scroll || count_forward(cursor, fetch, &skip, &take))
		return 0;
	if (cursor->goes_back) {
		cursor->is_scroll = true;
		return 0;
	}
	(void)error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
	    "cursor can only scan forward");
	return error_hint(err,
	    "Declare it with SCROLL option to enable backward scan.");
}

static enum step
fetch_forward(struct session *session, struct portal *cursor,
    const struct ast_fetch *fetch, enum job_kind kind, struct row_format format)
{
	uint64_t skip, take;

	(void)count_forward(cursor, fetch, &skip, &take);
	if (cursor->tape != NULL)
		return fetch_kept(session, cursor, fetch, kind, format);
	if (cursor->state == PORTAL_DONE || take == 0)
		return done(session, kind == JOB_MOVE ? "MOVE 0" : "FETCH 0");
	return cursor_execute(session, cursor, kind, format, skip,
	    take >= UINT32_MAX ? 0 : (uint32_t)take);
}

/* ---- FETCH ---- */

static struct portal *
need_cursor(struct session *session, struct str name)
{
	struct portal *cursor = portal_find(&session->table, name);

	if (cursor == NULL || cursor->planned == NULL ||
	    cursor->planned->plan->kind != PLAN_QUERY) {
		(void)error_set(&session->err, STELE_E_INVALID_CURSOR_NAME,
		    "cursor \"%.*s\" does not exist", STR_FMT(name));
		return NULL;
	}
	return cursor;
}

enum step
cursor_fetch(struct session *session, const struct portal *portal,
    bool is_simple)
{
	const struct ast_fetch *fetch = &portal->planned->stmt->fetch;
	struct portal *cursor = need_cursor(session, fetch->cursor);
	enum job_kind kind = fetch->is_move ? JOB_MOVE : JOB_FETCH;
	struct row_format format = { portal->formats, portal->format_count };
	enum step step;

	if (cursor == NULL || portal_check_runs(cursor, &session->err) != 0)
		return STEP_FAIL;
	if (!session_is_quiet(session))
		return session_wait(session, WAIT_QUIET, STEP_AGAIN);
	step = cursor->is_held ? STEP_DONE : cursor_open(session, cursor);
	if (step != STEP_DONE)
		return step;
	/* It may not be the one that Bind has found. */
	if (session_check_formats(session, portal->format_count,
		cursor->planned) != 0 ||
	    check_direction(cursor, fetch, &session->err) != 0)
		return STEP_FAIL;
	/* BINARY is for those who do not Bind. */
	if (is_simple)
		format = (struct row_format){ cursor->formats,
			cursor->format_count };
	if (is_simple && !fetch->is_move)
		session_columns(session, cursor, format);
	if (cursor->is_scroll)
		return fetch_kept(session, cursor, fetch, kind, format);
	return fetch_forward(session, cursor, fetch, kind, format);
}

/* ---- Execute ---- */

enum step
cursor_run(struct session *session, struct portal *cursor, uint32_t row_limit)
{
	struct row_format format = { cursor->formats, cursor->format_count };
	char tag[PLAN_TAG_SIZE];

	if (!session_is_quiet(session))
		return session_wait(session, WAIT_QUIET, STEP_AGAIN);
	if (cursor->is_scroll || cursor->tape != NULL) {
		walk_from(&session->job.walk, place_of(cursor) + 1,
		    row_limit == 0 ? UINT64_MAX : row_limit, false);
		return run_kept(session, cursor, JOB_QUERY, format);
	}
	if (cursor->state != PORTAL_DONE)
		return cursor_execute(session, cursor, JOB_QUERY, format, 0,
		    row_limit);
	plan_tag(cursor->planned->plan, 0, tag);
	return done(session, tag);
}

/* ---- WITH HOLD ---- */

/* What was read of the query and not fetched yet is the first to be kept. */
static int
keep_read(struct portal *cursor, struct error *err)
{
	uint32_t count = cursor->batch.sel.count - cursor->batch_next;
	uint16_t rows[VEC_ROWS];

	if (cursor->exec == NULL || count == 0)
		return 0;
	for (uint32_t i = 0; i < count; i++)
		rows[i] = (uint16_t)sel_row(cursor->batch.sel,
		    cursor->batch_next + i);
	return cursor_tape_add(cursor->tape, &cursor->batch,
	    (struct sel){ .rows = rows, .count = count }, err);
}

static void
hold_work(struct session *session)
{
	struct job *job = &session->job;
	struct portal *cursor = job->portal;

	job->rc = session_check_cancel(session);
	if (job->rc == 0 && cursor->tape == NULL) {
		job->rc = need_tape(cursor, &session->err);
		cursor->tape_from = cursor->position;
		if (job->rc == 0)
			job->rc = keep_read(cursor, &session->err);
		if (job->rc == 0 && cursor->state == PORTAL_DONE)
			cursor->tape->is_complete = true;
	}
	if (job->rc == 0)
		job->rc = reach(session, cursor, UINT64_MAX);
}

/* Its transaction may end, and with it all that the query has read from. */
static void
held(struct portal *cursor)
{
	cursor->is_held = true;
	cursor->context.snapshot = NULL;
	cursor->context.batch = NULL;
}

/* The transaction that is being committed fails as a whole. */
static void
hold_finish(struct session *session)
{
	if (session->job.rc == 0) {
		held(session->job.portal);
		return;
	}
	settings_rollback(&session->settings);
	transaction_abort(session);
	session_fail(session);
}

static enum step
hold(struct session *session, struct portal *cursor,
    void (*finish)(struct session *session))
{
	session->job.portal = cursor;
	return session_submit(session, hold_work, finish);
}

enum step
cursor_hold_all(struct session *session)
{
	struct portal *portal = portal_first(&session->table);

	while (portal != NULL &&
	    (!portal->is_hold || portal->is_held ||
		portal->state == PORTAL_FAILED))
		portal = portal_next(portal);
	if (portal == NULL)
		return STEP_DONE;
	(void)hold(session, portal, hold_finish);
	return STEP_AGAIN;
}

/* ---- DECLARE, CLOSE ---- */

static int
check_declare(struct session *session, const struct ast_declare_cursor *declare)
{
	struct error *err = &session->err;

	if (session->transaction.state != TRANSACTION_EXPLICIT &&
	    !declare->with_hold)
		return error_set(err, STELE_E_NO_ACTIVE_TRANSACTION,
		    "DECLARE CURSOR can only be used in transaction blocks");
	if (portal_find(&session->table, declare->name) != NULL)
		return error_set(err, STELE_E_DUPLICATE_CURSOR,
		    "cursor \"%.*s\" already exists", STR_FMT(declare->name));
	return 0;
}

/* The parameters of DECLARE are those of its query. */
static int
take_parameters(struct portal *cursor, const struct portal *portal,
    struct error *err)
{
	const struct type *types = portal->planned->plan->param_types;

	cursor->params = arena_alloc_array(&cursor->arena,
	    (size_t)portal->param_count + 1, sizeof(*cursor->params));
	cursor->param_count = portal->param_count;
	for (uint32_t i = 0; i < portal->param_count; i++)
		cursor->params[i] = datum_copy(type_phys(&types[i]),
		    &portal->params[i], &cursor->arena);
	return arena_check(&cursor->arena, err);
}

static int
plan_cursor(struct session *session, struct portal *cursor,
    const struct portal *portal)
{
	const struct planned *planned = portal->planned;
	const struct ast_stmt *stmt = planned->stmt;
	struct ast_stmt *query = arena_zalloc(&cursor->arena, sizeof(*query));
	uint32_t count = portal->param_count;
	uint32_t *oids;
	int rc;

	query->kind = AST_SELECT;
	query->text = stmt->text;
	query->select = stmt->declare_cursor.query;
	rc = take_parameters(cursor, portal, &session->err);
	oids =
	    arena_alloc_array(&cursor->arena, (size_t)count + 1, sizeof(*oids));
	for (uint32_t i = 0; i < count; i++)
		oids[i] = planned->plan->param_types[i].oid;
	if (rc == 0)
		rc = session_plan(session, planned->source, query, oids, count,
		    &cursor->planned, &session->err);
	return rc;
}

static void
declared_held(struct session *session)
{
	struct portal *cursor = session->job.portal;

	if (session->job.rc != 0) {
		portal_remove(&session->table, cursor);
		session_fail(session);
		return;
	}
	held(cursor);
	(void)done(session, "DECLARE CURSOR");
}

/*
 * What is kept anyway may as well scroll from the beginning; so may what reads
 * events of its own transaction, since there may be more of them later.
 */
static void
set_direction(struct portal *cursor, const struct ast_declare_cursor *declare)
{
	bool goes_back = !declare->is_no_scroll &&
	    declare->query->lock_count == 0 &&
	    rel_goes_back(cursor->planned->plan->root,
		declare->query->order_by.count > 0);

	if (cursor->is_scroll || !goes_back)
		return;
	if (cursor->is_hold || cursor->context.batch != NULL)
		cursor->is_scroll = true;
	else
		cursor->goes_back = true;
}

enum step
cursor_declare(struct session *session, const struct portal *portal)
{
	const struct ast_declare_cursor *declare =
	    &portal->planned->stmt->declare_cursor;
	struct portal *cursor;
	enum step step = STEP_FAIL;

	if (check_declare(session, declare) != 0)
		return STEP_FAIL;
	cursor = portal_add(&session->table, declare->name,
	    session_portal_max(session), &session->err);
	if (cursor == NULL)
		return STEP_FAIL;
	cursor->is_cursor = true;
	cursor->made_at = session->settings.types.now;
	cursor->is_scroll = declare->is_scroll;
	cursor->is_hold = declare->with_hold;
	if (plan_cursor(session, cursor, portal) == 0)
		step = cursor_open(session, cursor);
	if (step != STEP_DONE) {
		portal_remove(&session->table, cursor);
		return step;
	}
	set_direction(cursor, declare);
	if (declare->is_binary) {
		cursor->formats = &binary_format;
		cursor->format_count = 1;
	}
	if (cursor->is_hold &&
	    session->transaction.state != TRANSACTION_EXPLICIT)
		return hold(session, cursor, declared_held);
	return done(session, "DECLARE CURSOR");
}

void
cursor_close_all(struct session *session)
{
	struct portal *cursor = portal_first(&session->table);

	while (cursor != NULL) {
		struct portal *next = portal_next(cursor);

		if (cursor->is_cursor)
			portal_remove(&session->table, cursor);
		cursor = next;
	}
}

enum step
cursor_close(struct session *session, struct str name)
{
	struct portal *cursor;

	if (name.len > 0) {
		cursor = need_cursor(session, name);
		if (cursor == NULL)
			return STEP_FAIL;
		portal_remove(&session->table, cursor);
		return done(session, "CLOSE CURSOR");
	}
	cursor_close_all(session);
	return done(session, "CLOSE CURSOR ALL");
}
