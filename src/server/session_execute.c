/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_execute.c -- running portals: queries on workers, writes where they
 * stand.
 *
 * A query is run in slices.  The worker encodes rows into chunks and sends each
 * full one to the net thread; after CONN_OUT_HIGH bytes it stops, and goes on,
 * maybe on another worker, when the socket has taken them.
 */
#include <inttypes.h>
#include <stdio.h>

#include "common/cancel.h"
#include "common/log.h"
#include "common/user_key.h"
#include "plan/logical.h"
#include "server/session_private.h"
#include "server/system_tables.h"
#include "sql/ast.h"

#define CHUNK_BYTES ((size_t)64 << 10)

/*
 * What a lookup on a net thread may take: some hundred microseconds, in which
 * one or two hundred events are read.
 */
#define LOOKUP_STEPS 1500
#define ALONE_NS     INT64_C(1000000)

/* ---- before a statement ---- */

static void
timeout_cb(void *arg)
{
	session_cancel(arg, CANCEL_TIMEOUT);
}

/* The time of day when the clock was looked at last. */
static int64_t
wall_us(struct session *session)
{
	if (session->epoch_us == 0)
		session->epoch_us = os_clock_wall_us(session->server->clock) -
		    session->now_ns / 1000;
	return session->epoch_us + session->now_ns / 1000;
}

static void
begin_progress(struct scan_progress *progress)
{
	atomic_store_explicit(&progress->events, 0, memory_order_relaxed);
	atomic_store_explicit(&progress->events_total, 0, memory_order_relaxed);
	atomic_store_explicit(&progress->memory_bytes, 0, memory_order_relaxed);
}

static int64_t
timeout_ms(const struct session *session)
{
	int64_t own_ms = session->settings.config.statement_timeout_ms;

	return own_ms == 0 && session->voice->statement_timeout_ms != NULL
	    ? session->voice->statement_timeout_ms(session)
	    : own_ms;
}

void
statement_begin(struct session *session, struct source *source,
    const struct ast_stmt *stmt)
{
	statement_begin_as(session, source, stmt, stmt->text);
}

void
statement_begin_as(struct session *session, struct source *source,
    const struct ast_stmt *stmt, struct str text)
{
	int64_t left_ms = timeout_ms(session);
	struct error err;

	if (left_ms > 0 &&
	    loop_timer_arm(session->net->loop, &session->timer,
		(uint64_t)left_ms, timeout_cb, session, &err) != 0)
		log_warn(LOG_SESSION, "statement runs without a timeout",
		    LOG_FAILURE(&err));
	source_unref(session->logged);
	session->logged = source_ref(source);
	session->logged_stmt = stmt;
	session->started_ns = session->now_ns;
	session->is_amid_rows = false;
	begin_progress(&session->progress);
	activity_begin(&session->activity, text, wall_us(session));
}

const struct catalog *
session_catalog(struct session *session)
{
	const struct transaction *transaction = &session->transaction;

	if (transaction->batch != NULL)
		return catalog_ref(write_batch_catalog(transaction->batch));
	if (transaction->snapshot != NULL)
		return catalog_ref(snapshot_catalog(transaction->snapshot));
	return engine_catalog(session->server->engine);
}

bool
session_has_catalog(struct session *session, const struct catalog *catalog)
{
	const struct write_batch *batch = session->transaction.batch;
	const struct catalog *current;
	bool is_current;

	if (batch != NULL) /* each statement of a pipeline but the first */
		return write_batch_catalog(batch) == catalog;
	current = session_catalog(session);
	is_current = current == catalog;
	catalog_unref(current);
	return is_current;
}

static int
plan_against(struct session *session, const struct catalog *catalog,
    struct source *source, const struct ast_stmt *stmt,
    const uint32_t *param_oids, uint32_t param_oid_count, struct planned **out,
    struct error *err)
{
	int rc;

	session_role_refresh(session, catalog);
	rc = planned_new(source, stmt, catalog, session->temp.catalog,
	    &session->facts, &session->settings.types, param_oids,
	    param_oid_count, out, err);
	if (rc == 0 && (*out)->plan->kind == PLAN_UTILITY)
		rc = utility_describe(session, *out, err);
	if (rc != 0) {
		planned_unref(*out);
		*out = NULL;
	}
	return rc;
}

int
session_plan(struct session *session, struct source *source,
    const struct ast_stmt *stmt, const uint32_t *param_oids,
    uint32_t param_oid_count, struct planned **out, struct error *err)
{
	const struct catalog *catalog = session_catalog(session);
	int rc;

	*out = NULL;
	rc = plan_against(session, catalog, source, stmt, param_oids,
	    param_oid_count, out, err);
	catalog_unref(catalog);
	return rc;
}

/* The plan of a portal against another catalogue, or temporary tables. */
static int
plan_anew(struct session *session, struct portal *portal,
    const struct catalog *catalog)
{
	struct planned *old = portal->planned, *planned;
	uint32_t *oids;
	int rc;

	oids = arena_alloc_array(&portal->arena, portal->param_count + 1,
	    sizeof(*oids));
	for (uint32_t i = 0; i < portal->param_count; i++)
		oids[i] = old->plan->param_types[i].oid;
	rc = plan_against(session, catalog, old->source, old->stmt, oids,
	    portal->param_count, &planned, &session->err);
	if (rc != 0)
		return rc;
	/* A client may know already what a portal of its own gives. */
	if (portal != &session->simple && !planned_same_result(old, planned)) {
		planned_unref(planned);
		return error_set(&session->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "cached plan must not change result type");
	}
	planned_unref(old);
	portal->planned = planned;
	return 0;
}

int
portal_plan_for_snapshot(struct session *session, struct portal *portal)
{
	const struct catalog *catalog = snapshot_catalog(portal->snapshot);

	if (session->transaction.batch != NULL ||
	    portal->planned->catalog == catalog)
		return 0;
	return plan_anew(session, portal, catalog);
}

/* Temporary tables may have changed since it was bound. */
static int
plan_for_temp(struct session *session, struct portal *portal)
{
	const struct catalog *catalog;
	int rc;

	if (portal->planned->temp == session->temp.catalog ||
	    portal->state != PORTAL_NEW)
		return 0;
	catalog = session_catalog(session);
	rc = plan_anew(session, portal, catalog);
	catalog_unref(catalog);
	return rc;
}

struct source *
session_source(struct session *session, struct str text)
{
	return source_new(text,
	    (size_t)session->settings.server->statement_memory_bytes);
}

uint32_t
session_prepared_max(const struct session *session)
{
	return (uint32_t)session->settings.server->max_prepared_statements;
}

uint32_t
session_portal_max(const struct session *session)
{
	return (uint32_t)session->settings.server->max_portals;
}

/* What scans have to do without. */
static unsigned
scan_without(const struct config_session *config)
{
	unsigned without = 0;

	if (!config->enable_context_index)
		without |= SCAN_WITHOUT_CONTEXT_INDEX;
	if (!config->enable_filters)
		without |= SCAN_WITHOUT_FILTERS;
	if (!config->enable_row_filter)
		without |= SCAN_WITHOUT_ROW_FILTER;
	if (!config->enable_segment_ranges)
		without |= SCAN_WITHOUT_SEGMENT_RANGES;
	if (!config->enable_zone_maps)
		without |= SCAN_WITHOUT_ZONE_MAPS;
	if (!config->enable_zone_sets)
		without |= SCAN_WITHOUT_ZONE_SETS;
	return without;
}

void
session_types(struct session *session, struct portal *portal)
{
	portal->types = session->settings.types;
	portal->names_context = (struct plan_context){
		.catalog = portal->planned->catalog,
		.session = &session->facts,
		.settings = &portal->types,
		.system = &server_system_tables,
		.temp = portal->planned->temp,
		.path = session->facts.path,
	};
	plan_names_init(&portal->names, &portal->names_context);
	portal->types.names = &portal->names.base;
}

void
session_context(struct session *session, struct portal *portal)
{
	struct transaction *transaction = &session->transaction;
	int64_t temp_limit = session->settings.config.temp_file_limit_bytes;

	transaction->has_statement = true;
	session->temp.budget.limit_bytes =
	    (size_t)session->settings.config.temp_table_memory_bytes;
	session_types(session, portal);
	portal->budget = (struct mem_budget){
		.limit_bytes =
		    (size_t)session->settings.server->statement_memory_bytes,
		.total = &session->server->memory,
	};
	portal->temp = (struct temp_space){
		.fs = os_fs_real(),
		.dir = session->server->dir,
		.limit_bytes =
		    temp_limit < 0 ? UINT64_MAX : (uint64_t)temp_limit,
		.usage = &session->server->database_stats.temp,
	};
	portal->context = (struct exec_context){
		.engine = session->server->engine,
		.snapshot = portal->snapshot,
		.scan_without = scan_without(&session->settings.config),
		.batch =
		    transaction_has_writes(session) ? transaction->batch : NULL,
		.params = portal->params,
		.param_count = portal->param_count,
		.settings = &portal->types,
		.session = &session->facts,
		.names = &portal->names,
		.budget = &portal->budget,
		.work_mem_bytes =
		    (size_t)session->settings.config.work_mem_bytes,
		.temp = &portal->temp,
		.cancel = &session->cancel,
		.wait = &session->server->exec_wait,
		.crew = &session->server->exec_crew,
		.min_parallel_rows = session->settings.config.min_parallel_rows,
		.progress = &session->progress,
		.system_arg = session,
		.scram_iterations =
		    (uint32_t)session->settings.config.scram_iterations,
		.key_wrapping = session->server->auth.key_wrapping,
		.temp_tables = &session->temp,
		.temp_seen = session->temp.stamp,
		.notice = session_notice,
		.notice_arg = session,
	};
}

enum step
portal_take_snapshot(struct session *session, struct portal *portal)
{
	struct transaction *transaction = &session->transaction;
	bool is_kept = transaction->state == TRANSACTION_EXPLICIT &&
	    session->settings.current.isolation >= ISOLATION_REPEATABLE_READ;

	if (!session_is_quiet(session))
		return session_wait(session, WAIT_QUIET, STEP_AGAIN);
	if (!portal->planned->plan->reads_events || portal->snapshot != NULL)
		return STEP_DONE;
	if (session->is_wake_due)
		return session_wait_wake(session);
	if (transaction->snapshot != NULL)
		portal->snapshot = snapshot_ref(transaction->snapshot);
	else
		portal->snapshot = engine_snapshot(session->server->engine,
		    session->async_position, session_wake_cb, session);
	if (portal->snapshot == NULL)
		return session_wait_wake(session);
	session->async_position = 0;
	if (is_kept && transaction->snapshot == NULL)
		transaction->snapshot = snapshot_ref(portal->snapshot);
	if (portal_plan_for_snapshot(session, portal) != 0)
		return STEP_FAIL;
	return STEP_DONE;
}

/* ---- queries ---- */

static void
chunk_cb(struct loop_post *post)
{
	struct net_chunk *chunk = POST_OWNER(post, struct net_chunk, post);
	struct session *session = chunk->owner;

	if (session->conn == NULL) {
		net_chunk_free(chunk);
		return;
	}
	conn_write(session->conn, chunk);
	(void)conn_settle(session->conn);
}

/*
 * Send the full chunk; false when it is time to stop for a while.  Without
 * memory for another the job fails.
 */
static bool
hand_over(struct session *session)
{
	struct job *job = &session->job;
	struct net_chunk *chunk = job->chunk;

	job->handed_bytes += chunk->bytes.len;
	job->chunk = net_chunk_new(&session->server->memory);
	chunk->owner = session;
	chunk->post.fn = chunk_cb;
	loop_post(session->net->loop, &chunk->post);
	if (job->chunk == NULL) {
		job->rc = error_set(&session->err, STELE_E_OUT_OF_MEMORY,
		    "out of memory");
		return true;
	}
	return job->handed_bytes < CONN_OUT_HIGH &&
	    !cancel_is_set(&session->cancel);
}

bool
job_put_rows(struct session *session, const struct batch *batch, uint32_t first,
    uint32_t count, uint32_t *put)
{
	struct job *job = &session->job;
	size_t limit = job->is_inline ? SIZE_MAX : CHUNK_BYTES;
	bool has_room = true;

	*put = 0;
	if (job->kind == JOB_MOVE) {
		*put = count;
		job->row_count += count;
		return true;
	}
	while (*put < count && has_room && job->rc == 0) {
		struct buf *out = &job->chunk->bytes;
		uint32_t done = session->voice->rows(session, out, batch,
		    first + *put, count - *put, limit);

		*put += done;
		job->row_count += done;
		if (job->rc == 0 && out->len >= limit)
			has_room = !job->is_hasty && hand_over(session);
	}
	return has_room;
}

void
job_pause(struct session *session)
{
	struct job *job = &session->job;

	if (session->voice->pause != NULL && job->chunk != NULL)
		session->voice->pause(session, &job->chunk->bytes);
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
	if (portal->snapshot != NULL)
		snapshot_unref(portal->snapshot);
	portal->snapshot = NULL;
	portal->state = PORTAL_DONE;
}

int
job_begin(struct session *session)
{
	struct job *job = &session->job;

	if (job->chunk == NULL)
		job->chunk = net_chunk_new(&session->server->memory);
	job->outcome = JOB_DONE; /* it may go on after JOB_PARKED */
	if (session_check_cancel(session) != 0)
		return session->err.code;
	if (job->chunk == NULL)
		return error_set(&session->err, STELE_E_OUT_OF_MEMORY,
		    "out of memory");
	return 0;
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

static void
query_work(struct session *session)
{
	struct job *job = &session->job;

	query_pull(session);
	/* Freeing what a query has built up is the worker's too. */
	if (job->rc != 0 || job->outcome == JOB_DONE)
		query_close(job->portal);
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
may_look_up(const struct session *session, const struct portal *portal)
{
	const struct net_thread *net = session->net;

	return portal->planned->plan->is_lookup && portal->exec == NULL &&
	    session->job.kind == JOB_QUERY && portal->context.batch == NULL &&
	    !portal->planned->source->is_large &&
	    session->settings.config.enable_quick_lookups &&
	    session->settings.config.enable_context_index &&
	    (net->lookup_pid == session->pid ||
		session->now_ns - net->lookup_ns > ALONE_NS) &&
	    loop_is_idle(net->loop);
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
	begin_progress(&session->progress);
}

/* A worker has it if it is more than was thought: anew, or from here on. */
static enum step
query_look_up(struct session *session)
{
	struct job *job = &session->job;
	struct portal *portal = job->portal;
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
	if (job->rc != 0 || job->outcome == JOB_DONE)
		query_close(portal);
	query_finish(session);
	return STEP_DONE;
}

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

/* The rows of a query, as its Bind has asked for them. */
static enum step
portal_run(struct session *session, struct portal *portal, uint32_t row_limit)
{
	session->job.skip_count = 0;
	return query_run(session, portal, JOB_QUERY,
	    (struct row_format){ portal->formats, portal->format_count },
	    row_limit);
}

enum step
query_start(struct session *session, struct portal *portal, uint32_t row_limit,
    bool is_simple)
{
	const struct planned *planned = portal->planned;

	if (portal->state == PORTAL_NEW) {
		session_context(session, portal);
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

static enum step
query_execute(struct session *session, struct portal *portal,
    uint32_t row_limit, bool is_simple)
{
	char tag[PLAN_TAG_SIZE];
	enum step step;

	if (portal->tape != NULL) {
		(void)error_set(&session->err,
		    STELE_E_NOT_IN_PREREQUISITE_STATE,
		    "portal \"%.*s\" cannot be run: it is a cursor",
		    STR_FMT(portal->named.name));
		return STEP_FAIL;
	}
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

enum step
cursor_open(struct session *session, struct portal *cursor)
{
	enum step step;

	if (cursor->context.engine != NULL)
		return STEP_DONE;
	step = portal_take_snapshot(session, cursor);
	if (step == STEP_DONE &&
	    session_check_rights(session, cursor->planned->plan,
		cursor->planned->catalog) != 0)
		return STEP_FAIL;
	if (step == STEP_DONE)
		session_context(session, cursor);
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

/* COPY's data goes to and comes from the client: 0A000 if that cannot be. */
static int
check_copy(struct session *session)
{
	const struct voice_copy *copy = session->voice->copy;

	if (copy != NULL && (copy->may == NULL || copy->may(session)))
		return 0;
	(void)error_set(&session->err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "COPY is not supported on this port");
	return error_hint(&session->err, "Use it on PostgreSQL's port.");
}

static enum step
copy_out_execute(struct session *session, struct portal *portal, bool is_simple)
{
	if (check_copy(session) != 0)
		return STEP_FAIL;
	/* Bind has read the options; a simple query has no Bind. */
	if (is_simple && portal->state == PORTAL_NEW &&
	    copy_options_parse(portal->planned->stmt, portal, &session->err) !=
		0)
		return STEP_FAIL;
	return query_execute(session, portal, 0, is_simple);
}

/* ---- writes ---- */

int
session_check_writable(struct session *session, const char *what)
{
	const struct transaction_modes *modes = &session->settings.current;

	/* An implicit transaction has the session's defaults. */
	if (session->transaction.state != TRANSACTION_EXPLICIT)
		modes = &session->settings.defaults;
	if (!modes->is_read_only && !session->settings.is_read_only_held)
		return 0;
	return error_set(&session->err, STELE_E_READ_ONLY_TRANSACTION,
	    "cannot execute %s in a read-only transaction", what);
}

enum step
session_wait_room(struct session *session)
{
	if (!session->is_wake_due &&
	    !engine_is_full(session->server->engine, session_wake_cb, session))
		return STEP_DONE;
	return session_wait_wake(session);
}

/* A query that reads the batch holds, or will hold, cursors into it. */
static bool
is_reader(const struct portal *portal)
{
	bool is_open = portal->exec != NULL ||
	    (portal->is_cursor && portal->state == PORTAL_NEW);

	return is_open && portal->context.batch != NULL;
}

int
session_check_no_reader(struct session *session)
{
	const struct portal *portal = portal_first(&session->table);

	for (; portal != NULL; portal = portal_next(portal))
		if (is_reader(portal))
			return error_set(&session->err, STELE_E_OBJECT_IN_USE,
			    "cannot write while a cursor is open that reads "
			    "this transaction's own events");
	return 0;
}

/*
 * Whether the statement is a transaction of its own, so that it can be
 * committed before its RETURNING is answered: then the events have numbers.
 */
static enum alone
is_alone(const struct session *session, bool is_simple)
{
	if (session->transaction.state != TRANSACTION_IMPLICIT ||
	    transaction_has_writes(session))
		return IS_NOT_ALONE;
	if (is_simple)
		return session->source->statements.count == 1 ? IS_ALONE
							      : IS_NOT_ALONE;
	return session->voice->follows(session);
}

static void
returning_committed(struct session *session)
{
	struct portal *portal = session->job.portal;

	if (session->job.rc != 0) {
		session_fail(session);
		return;
	}
	exec_returning(portal->exec, session->committed_id);
	(void)portal_run(session, portal, session->job.row_limit);
}

/* Add the rows to the transaction's batch; on any thread. */
static void
insert_work(struct session *session)
{
	struct portal *portal = session->job.portal;
	struct write_batch *batch = session->transaction.batch;
	struct write_batch_mark mark = write_batch_mark(batch);

	session->job.rc = exec_insert(portal->planned->plan, &portal->context,
	    batch, &portal->tag_count, &portal->exec, &session->err);
	if (session->job.rc != 0)
		write_batch_rewind(batch, mark);
}

static void
insert_finish(struct session *session)
{
	struct portal *portal = session->job.portal;

	if (session->job.rc != 0) {
		session_fail(session);
		return;
	}
	if (portal->exec == NULL) {
		session_inserted(session, portal);
		return;
	}
	if (session->insert_is_alone && transaction_has_writes(session)) {
		/* The portal outlives the transaction that it makes. */
		if (transaction_commit_wait(session, returning_committed) ==
		    STEP_FAIL)
			session_fail(session);
		return;
	}
	exec_returning(portal->exec, 0);
	(void)portal_run(session, portal, session->job.row_limit);
}

/* Whether it may take long, or needs a disk: then a worker does it. */
static bool
is_workers_insert(const struct session *session, const struct planned *planned)
{
	const struct plan *plan = planned->plan;
	const struct rel *source = plan->insert->source;

	while (source != NULL && source->kind == REL_PROJECT)
		source = source->input;
	return plan->reads_events || planned->source->is_large ||
	    plan->subquery_count > 0 ||
	    write_batch_is_full(session->transaction.batch) ||
	    (source != NULL && source->kind != REL_VALUES);
}

static enum step
insert_start(struct session *session, struct portal *portal, uint32_t row_limit,
    bool is_simple)
{
	const struct planned *planned = portal->planned;

	if (transaction_batch(session) == NULL)
		return STEP_FAIL;
	if (session_is_plain(session, planned, portal->param_bytes)) {
		if (session_insert_plain(session, portal, portal->params) != 0)
			return STEP_FAIL;
		session_inserted(session, portal);
		return STEP_DONE;
	}
	session_context(session, portal);
	portal->context.ids_come_later = !session->insert_is_alone;
	if (is_simple && planned->has_rows)
		session_columns(session, portal,
		    (struct row_format){ NULL, 0 });
	session->job.portal = portal;
	session->job.row_limit = row_limit;
	if (is_workers_insert(session, planned))
		return session_submit(session, insert_work, insert_finish);
	portal->context.wait = NULL; /* a net thread must not */
	insert_work(session);
	if (session->job.rc != 0)
		return STEP_FAIL;
	insert_finish(session);
	return session->state == SESSION_READY ? STEP_DONE : STEP_LATER;
}

static enum step
insert_execute(struct session *session, struct portal *portal,
    uint32_t row_limit, bool is_simple)
{
	const struct plan *plan = portal->planned->plan;
	enum step step;

	if (portal->state == PORTAL_STARTED && portal->exec != NULL)
		return portal_run(session, portal, row_limit);
	if (portal->state != PORTAL_NEW) {
		(void)error_set(&session->err,
		    STELE_E_NOT_IN_PREREQUISITE_STATE,
		    "portal \"%.*s\" cannot be run",
		    STR_FMT(portal->named.name));
		return STEP_FAIL;
	}
	if (session_check_writable(session, "INSERT") != 0 ||
	    session_check_no_reader(session) != 0)
		return STEP_FAIL;
	step = session_wait_room(session);
	if (step != STEP_DONE)
		return step;
	session->insert_is_alone = false;
	if (plan->column_count > 0) {
		enum alone alone = is_alone(session, is_simple);

		if (alone == NOT_KNOWN)
			return STEP_MORE;
		session->insert_is_alone = alone == IS_ALONE;
	}
	if (plan->reads_events || plan->column_count > 0) {
		step = portal_take_snapshot(session, portal);
		if (step != STEP_DONE)
			return step;
	}
	return insert_start(session, portal, row_limit, is_simple);
}

static void
ddl_work(struct session *session)
{
	struct portal *portal = session->job.portal;
	struct write_batch *batch = session->transaction.batch;
	struct write_batch_mark mark = write_batch_mark(batch);

	session->job.rc = exec_ddl(portal->planned->plan, &portal->context,
	    batch, &session->err);
	if (session->job.rc != 0)
		write_batch_rewind(batch, mark);
}

static void
ddl_finish(struct session *session)
{
	struct portal *portal = session->job.portal;
	char tag[PLAN_TAG_SIZE];

	if (session->job.rc == 0 && portal->context.told_key != NULL)
		session->job.rc = utility_put_key(session, portal);
	if (session->job.rc != 0) {
		session_fail(session);
		return;
	}
	plan_tag(portal->planned->plan, 0, tag);
	session->transaction.has_ddl = true;
	portal->state = PORTAL_DONE;
	session_complete(session, tag, true);
	statement_end(session);
}

static enum step
ddl_execute(struct session *session, struct portal *portal, bool is_simple)
{
	const struct planned *planned = portal->planned;
	char tag[PLAN_TAG_SIZE];

	plan_tag(planned->plan, 0, tag);
	if (session_check_writable(session, tag) != 0 ||
	    session_check_no_reader(session) != 0)
		return STEP_FAIL;
	if (transaction_batch(session) == NULL)
		return STEP_FAIL;
	session_context(session, portal);
	if (planned->has_rows) {
		portal->context.told_key =
		    arena_zalloc(&portal->arena, sizeof(struct user_key));
		if (arena_check(&portal->arena, &session->err) != 0)
			return STEP_FAIL;
	}
	if (is_simple && planned->has_rows)
		session->voice->columns(session, session_out(session), portal,
		    (struct row_format){ NULL, 0 });
	session->job.portal = portal;
	if (planned->stmt->has_secret) /* a password takes its time */
		return session_submit(session, ddl_work, ddl_finish);
	ddl_work(session);
	if (session->job.rc != 0)
		return STEP_FAIL;
	ddl_finish(session);
	return STEP_DONE;
}

static void
temp_ddl_work(struct session *session)
{
	struct portal *portal = session->job.portal;

	session->job.rc = exec_temp_ddl(portal->planned->plan, &portal->context,
	    &session->err);
}

static void
temp_ddl_finish(struct session *session)
{
	struct portal *portal = session->job.portal;
	char tag[PLAN_TAG_SIZE];

	if (session->job.rc != 0) {
		session_fail(session);
		return;
	}
	portal->state = PORTAL_DONE;
	plan_tag(portal->planned->plan, 0, tag);
	session_complete(session, tag, true);
	statement_end(session);
}

/* What has rows to rewrite is a worker's. */
static enum step
temp_ddl_execute(struct session *session, struct portal *portal)
{
	enum temp_op op = portal->planned->plan->temp_ddl->op;

	if (transaction_check_block(session, portal->planned->stmt,
		&session->err) != 0)
		return STEP_FAIL;
	session_context(session, portal);
	session->job.portal = portal;
	if (op == TEMP_OP_ALTER_TABLE || op == TEMP_OP_CREATE_INDEX)
		return session_submit(session, temp_ddl_work, temp_ddl_finish);
	temp_ddl_work(session);
	if (session->job.rc != 0)
		return STEP_FAIL;
	temp_ddl_finish(session);
	return STEP_DONE;
}

enum step
portal_execute(struct session *session, struct portal *portal,
    uint32_t row_limit, bool is_simple)
{
	enum step step;

	if (session_check_cancel(session) != 0 ||
	    plan_for_temp(session, portal) != 0 ||
	    (portal->state == PORTAL_NEW &&
		session_check_rights(session, portal->planned->plan,
		    portal->planned->catalog) != 0))
		return STEP_FAIL;
	switch (portal->planned->plan->kind) {
	case PLAN_QUERY:
		return query_execute(session, portal, row_limit, is_simple);
	case PLAN_INSERT:
		return insert_execute(session, portal, row_limit, is_simple);
	case PLAN_COPY_FROM:
		if (check_copy(session) != 0)
			return STEP_FAIL;
		if (portal->planned->plan->copy->temp == NULL &&
		    (session_check_writable(session, "COPY FROM") != 0 ||
			session_check_no_reader(session) != 0))
			return STEP_FAIL;
		step = session_wait_room(session);
		if (step != STEP_DONE)
			return step;
		return copy_in_begin(session, portal, is_simple);
	case PLAN_COPY_TO:
		return copy_out_execute(session, portal, is_simple);
	case PLAN_DDL:
		return ddl_execute(session, portal, is_simple);
	case PLAN_KEEP:
		return keep_execute(session, portal);
	case PLAN_TEMP_DDL:
		return temp_ddl_execute(session, portal);
	case PLAN_UTILITY:
		return utility_execute(session, portal, row_limit, is_simple);
	}
	return STEP_FAIL;
}
