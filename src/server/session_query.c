/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_query.c -- queries: on workers, in slices that end where the client has
 * enough to read; on the net thread where that takes microseconds.
 */
#include <inttypes.h>
#include <stdio.h>

#include "plan/logical.h"
#include "server/session_private.h"

/*
 * What a lookup on a net thread may take: some hundred microseconds, in which
 * one or two hundred events are read.
 */
#define LOOKUP_STEPS 1500
#define ALONE_NS     INT64_C(1000000)

int
query_open(struct session *session, struct portal *portal)
{
	int rc;

	if (portal->exec != NULL)
		return 0;
	rc = exec_open(portal->planned->plan, &portal->context, &portal->exec,
	    &session->err);
	if (rc == 0 && portal->planned->plan->kind == PLAN_COPY_TO &&
	    portal->copy.header != PG_COPY_NO_HEADER)
		rc = session->voice->copy->header(session,
		    &session->job.chunk->bytes, portal);
	return rc;
}

void
query_close(struct portal *portal)
{
	if (portal->exec != NULL)
		exec_close(portal->exec);
	portal->exec = NULL;
	if (portal->snapshot != NULL && !portal->goes_back)
		snapshot_unref(portal->snapshot);
	if (!portal->goes_back) {
		portal->snapshot = NULL;
		portal->context.snapshot = NULL;
	}
	portal->state = PORTAL_DONE;
}

/* Those of the portal's batch that are not wanted. */
static void
skip_rows(struct job *job)
{
	struct portal *portal = job->portal;
	uint32_t left = portal->batch.sel.count - portal->batch_next;
	uint32_t count =
	    job->skip_count < left ? (uint32_t)job->skip_count : left;

	portal->batch_next += count;
	portal->position += count;
	job->skip_count -= count;
}

/*
 * Encode the rest of the portal's batch.  Returns JOB_DONE when it is used
 * up; row_limit and the output's bound stop it before.
 */
static enum job_outcome
put_batch(struct session *session)
{
	struct job *job = &session->job;
	struct portal *portal = job->portal;
	bool is_limited = job->row_limit != 0;
	bool has_room;
	uint32_t count, put;

	skip_rows(job);
	count = portal->batch.sel.count - portal->batch_next;
	if (is_limited && count > job->row_limit - job->row_count)
		count = (uint32_t)(job->row_limit - job->row_count);
	has_room = job_put_rows(session, &portal->batch, portal->batch_next,
	    count, &put);
	portal->batch_next += put;
	if (!has_room)
		return JOB_PARKED;
	if (is_limited && job->row_count == job->row_limit)
		return JOB_SUSPENDED;
	return JOB_DONE;
}

/* Rows of the query, up to where its outcome says. */
static void
query_pull(struct session *session)
{
	struct job *job = &session->job;
	struct portal *portal = job->portal;

	job->rc = job_begin(session);
	if (job->rc == 0)
		job->rc = query_open(session, portal);
	while (job->rc == 0) {
		job->outcome = put_batch(session);
		if (job->rc != 0 || job->outcome != JOB_DONE)
			break;
		portal->batch_next = 0;
		job->rc =
		    exec_next(portal->exec, &portal->batch, &session->err);
		if (job->rc != 1)
			break;
		job->rc = 0;
	}
	job_pause(session);
	if (portal->exec != NULL && portal->planned->plan->is_modify)
		portal->tag_count = exec_modified(portal->exec);
}

/* Its rows are at their end, or cannot be had. */
static void
close_ended(const struct job *job)
{
	if (job->rc != 0 || job->outcome == JOB_DONE)
		query_close(job->portal);
	if (job->rc != 0)
		job->portal->state = PORTAL_FAILED;
}

static void
query_work(struct session *session)
{
	query_pull(session);
	/* Freeing what a query has built up is the worker's too. */
	close_ended(&session->job);
}

/*
 * Whether the tag counts what was written, rather than the rows of this
 * Execute, which with RETURNING are those.
 */
static bool
counts_written(const struct plan *plan)
{
	return plan->kind == PLAN_INSERT ||
	    (plan->is_modify && plan->column_count == 0);
}

/* Whether what it says waits for a commit that is still to come. */
static bool
is_held(const struct session *session, const struct plan *plan)
{
	return plan->is_modify ||
	    (plan->kind == PLAN_INSERT && !session->insert_is_alone);
}

void
query_finish(struct session *session)
{
	struct job *job = &session->job;
	struct portal *portal = job->portal;
	const struct plan *plan = portal->planned->plan;
	char tag[PLAN_TAG_SIZE];

	if (job->rc != 0) {
		session_fail(session);
		return;
	}
	if (portal->tape == NULL) {
		portal->position += job->row_count;
		portal->at_end = job->outcome == JOB_DONE;
	}
	if (job->kind != JOB_QUERY) {
		(void)snprintf(tag, sizeof(tag), "%s %" PRIu64,
		    job->kind == JOB_FETCH ? "FETCH" : "MOVE", job->row_count);
		session_complete(session, tag, false);
		statement_end(session);
		return;
	}
	if (job->outcome == JOB_SUSPENDED) {
		session->voice->suspended(session, session_out(session));
		statement_end(session);
		return;
	}
	if (plan->kind == PLAN_COPY_TO)
		session->voice->copy->end_out(session, session_out(session),
		    portal, job->row_count);
	plan_tag(plan,
	    counts_written(plan) ? portal->tag_count : job->row_count, tag);
	session_complete(session, tag, is_held(session, plan));
	statement_end(session);
}

/* ---- on the net thread ---- */

/* What takes microseconds is done here; a worker's wake-up takes more. */
static bool
is_cheap(const struct portal *portal)
{
	return portal->planned->plan->is_trivial &&
	    !portal->planned->source->is_large &&
	    portal->param_bytes <= CHEAP_PARAM_BYTES;
}

/* Do as a worker would, with the replies so far as its chunk. */
static void
lend_output(struct session *session)
{
	(void)session_out(session);
	session->job.chunk = session->out;
	session->out = NULL;
	session->job.is_inline = true;
}

static void
take_output_back(struct session *session)
{
	session->job.is_inline = false;
	session->out = session->job.chunk;
	session->job.chunk = NULL;
}

static enum step
query_inline(struct session *session)
{
	lend_output(session);
	query_work(session);
	take_output_back(session);
	query_finish(session);
	return STEP_DONE;
}

/* ---- lookups ---- */

/*
 * Whether the thread may look something up itself: it has nothing else to do,
 * and no other session has just done so.  Where several ask at once, they ask
 * workers, who are more.
 */
static bool
may_look_up(struct session *session, const struct portal *portal)
{
	const struct net_thread *net = session->net;

	return portal->planned->plan->is_lookup && portal->exec == NULL &&
	    session->job.kind == JOB_QUERY && portal->context.batch == NULL &&
	    !portal->planned->source->is_large &&
	    session->settings.config.enable_quick_lookups &&
	    session->settings.config.enable_context_index &&
	    (net->lookup_pid == session->pid ||
		session->now_ns - net->lookup_ns > ALONE_NS) &&
	    loop_is_idle(net->loop) &&
	    (session->voice->try_rows == NULL ||
		session->voice->try_rows(session));
}

/* As if it had not been begun: what it has put is none of the replies. */
static void
forget_lookup(struct session *session, size_t replies_len)
{
	struct job *job = &session->job;
	struct portal *portal = job->portal;

	exec_close(portal->exec);
	portal->exec = NULL;
	portal->batch = (struct batch){ .row_count = 0 };
	portal->batch_next = 0;
	job->chunk->bytes.len = replies_len;
	job->row_count = 0;
	if (session->voice->forget_rows != NULL)
		session->voice->forget_rows(session);
	session_begin_progress(session);
}

/* A worker has it if it is more than was thought: anew, or from here on. */
static enum step
query_look_up(struct session *session)
{
	struct job *job = &session->job;
	size_t replies_len;
	bool has_failed;

	lend_output(session);
	replies_len = job->chunk == NULL ? 0 : job->chunk->bytes.len;
	job->is_hasty = true;
	engine_haste_begin(LOOKUP_STEPS);
	query_pull(session);
	has_failed = job->rc != 0 && engine_haste_has_failed();
	if (has_failed)
		forget_lookup(session, replies_len);
	engine_haste_end();
	job->is_hasty = false;
	take_output_back(session);
	session->net->lookup_pid = session->pid;
	session->net->lookup_ns = session->now_ns;
	if (has_failed || (job->rc == 0 && job->outcome == JOB_PARKED))
		return session_submit(session, query_work, query_finish);
	close_ended(job);
	query_finish(session);
	return STEP_DONE;
}

/* ---- any ---- */

static enum step
query_run(struct session *session, struct portal *portal, enum job_kind kind,
    struct row_format format, uint32_t row_limit)
{
	session->job.portal = portal;
	session->job.kind = kind;
	session->job.format = format;
	session->job.row_limit = row_limit;
	session->job.row_count = 0;
	portal->state = PORTAL_STARTED;
	if (is_cheap(portal))
		return query_inline(session);
	if (may_look_up(session, portal))
		return query_look_up(session);
	return session_submit(session, query_work, query_finish);
}

enum step
portal_run(struct session *session, struct portal *portal, uint32_t row_limit)
{
	session->job.skip_count = 0;
	return query_run(session, portal, JOB_QUERY,
	    (struct row_format){ portal->formats, portal->format_count },
	    row_limit);
}

/* What is undone with a savepoint takes its readers with it. */
static void
begin_reading(struct session *session, struct portal *portal)
{
	session_context(session, portal);
	if (portal->context.batch != NULL || portal->planned->temp != NULL)
		portal_renumber(&session->table, portal);
}

enum step
query_start(struct session *session, struct portal *portal, uint32_t row_limit,
    bool is_simple)
{
	const struct planned *planned = portal->planned;

	if (portal->state == PORTAL_NEW) {
		begin_reading(session, portal);
		if (planned->plan->kind == PLAN_COPY_TO)
			session->voice->copy->begin_out(session,
			    session_out(session), portal);
		else if (is_simple && planned->has_rows)
			session_columns(session, portal,
			    (struct row_format){ NULL, 0 });
	}
	return portal_run(session, portal,
	    planned->plan->kind == PLAN_COPY_TO ? 0 : row_limit);
}

enum step
query_execute(struct session *session, struct portal *portal,
    uint32_t row_limit, bool is_simple)
{
	char tag[PLAN_TAG_SIZE];
	enum step step;

	if (portal->state == PORTAL_DONE) {
		plan_tag(portal->planned->plan, 0, tag);
		session_complete(session, tag, false);
		statement_end(session);
		return STEP_DONE;
	}
	for (uint32_t i = 0; i < portal->format_count; i++) {
		if (portal->formats[i] <= 1)
			continue;
		(void)error_set(&session->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "unsupported format code: %u", portal->formats[i]);
		return STEP_FAIL;
	}
	step = portal_take_snapshot(session, portal);
	if (step != STEP_DONE)
		return step;
	if (portal->state == PORTAL_NEW && is_refreshed_first(session, portal))
		return shown_execute(session, portal, row_limit);
	return query_start(session, portal, row_limit, is_simple);
}

/* ---- cursors ---- */

enum step
cursor_open(struct session *session, struct portal *cursor)
{
	enum step step;

	if (cursor->context.engine != NULL)
		return STEP_DONE;
	step = portal_take_snapshot(session, cursor);
	if (step == STEP_DONE &&
	    (session_check_rights(session, cursor->planned->plan,
		 cursor->planned->catalog) != 0 ||
		session_check_constants(session, cursor) != 0))
		return STEP_FAIL;
	if (step == STEP_DONE)
		begin_reading(session, cursor);
	return step;
}

enum step
cursor_execute(struct session *session, struct portal *cursor,
    enum job_kind kind, struct row_format format, uint64_t skip_count,
    uint32_t row_limit)
{
	session->job.skip_count = skip_count;
	return query_run(session, cursor, kind, format, row_limit);
}
