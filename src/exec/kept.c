/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kept.c -- kept queries are made and refreshed.
 *
 * A refresh runs the query over the events after the position that the kept
 * rows are good for, up to that of a snapshot, and puts what it finds and the
 * new position into one batch.  So both are there or neither, whatever happens;
 * and of two refreshes at once, one is told at its commit that it comes too
 * late.  What it had found is then in the rows of the other.
 */
#include "common/cancel.h"
#include "engine/engine.h"
#include "exec/ddl_private.h"
#include "os/clock.h"
#include "plan/names.h"

/* A refresh that finds nothing moves the position only this far on. */
#define POSITION_STEP 65536

/* So many rows more than there were at first are merged. */
#define MERGE_FACTOR 4
#define MERGE_ROWS   1024

/* ---- one refresh ---- */

/*
 * Not after the newest time that is stored: horizons of other types follow
 * that.
 */
static int64_t
next_generation(const struct exec_context *context,
    const struct kept_rows *kept)
{
	int64_t time = engine_horizon(context->engine, 1);

	if (time == HORIZON_NONE)
		time = context->settings->now;
	return time > kept->generation ? time : kept->generation + 1;
}

/* Run the query's plan; *count is the number of rows that were added. */
static int
add_rows(const struct exec_context *context, const struct catalog *catalog,
    struct kept_refresh *refresh, struct write_batch *target, uint64_t *count,
    struct error *err)
{
	struct plan_context names_context = *context->names->context;
	struct exec_context inner = *context;
	struct plan_names names;
	struct arena arena;
	struct plan *plan;
	int rc;

	names_context.catalog = catalog;
	names_context.temp = NULL;
	names_context.path = NULL;
	plan_names_init(&names, &names_context);
	inner.names = &names;
	inner.batch = NULL; /* what has no position yet is not kept */
	arena_init(&arena, context->budget);
	rc = plan_refresh(&names_context, refresh, &arena, &plan, err);
	if (rc == 0)
		rc = plan_check_rights(plan, catalog, context->session, err);
	if (rc == 0)
		rc = exec_insert(plan, &inner, target, count, NULL, err);
	arena_release(&arena);
	return rc;
}

/* What is kept after `count` rows were added up to a position. */
static void
set_kept(struct kept_rows *kept, const struct kept_refresh *refresh,
    uint64_t count, uint64_t position, int64_t now)
{
	kept->row_count = refresh->is_merge ? count : kept->row_count + count;
	if (refresh->is_merge)
		kept->generation = refresh->new_generation;
	if (refresh->is_merge || !kept->is_populated)
		kept->base_count = count;
	kept->is_populated = true;
	kept->position = position;
	kept->refreshed_at = now;
	kept->number++;
}

static int
refresh(const struct exec_context *context, const struct catalog *catalog,
    uint32_t oid, struct write_batch *target, struct keep_report *report,
    struct error *err)
{
	const struct sql_view *view = catalog_view_by_oid(catalog, oid);
	struct ddl ddl = { .kind = DDL_SET_KEPT, .oid = oid };
	struct kept_rows *kept = &ddl.kept;
	struct kept_refresh its = { .oid = oid };
	uint64_t position = snapshot_position(context->snapshot);
	uint64_t count = 0, passed;
	int rc = 0;

	if (view == NULL)
		return error_set(err, STELE_E_SERIALIZATION_FAILURE,
		    "could not serialize access due to concurrent update");
	*kept = view->kept;
	passed = position < kept->position ? 0 : position - kept->position;
	its.generation = kept->generation;
	its.new_generation = next_generation(context, kept);
	/* what is not committed is not read here, and so not merged */
	its.wants_merge = !write_batch_makes_view(target, oid) &&
	    kept->row_count > MERGE_FACTOR * kept->base_count + MERGE_ROWS;
	if (!kept->is_populated || passed > 0)
		rc = add_rows(context, catalog, &its, target, &count, err);
	if (rc == 0 &&
	    (!kept->is_populated || count > 0 || passed >= POSITION_STEP)) {
		set_kept(kept, &its, count, position, context->settings->now);
		rc = write_batch_ddl(target, &ddl, err);
	}
	*report = (struct keep_report){ .row_count = kept->row_count,
		.appended = count,
		.position = kept->position,
		.refreshed_at = kept->refreshed_at };
	return rc;
}

/*
 * The catalogue that the plan is for: the snapshot's, whose position goes with
 * its kept rows; or that of a transaction which has made the kept query.
 */
static const struct catalog *
catalog_for(const struct exec_context *context,
    const struct write_batch *target)
{
	return write_batch_is_empty(target)
	    ? snapshot_catalog(context->snapshot)
	    : write_batch_catalog(target);
}

/* ---- CREATE MATERIALIZED VIEW, REMEMBER ---- */

static void
tell(const struct ddl_run *run, const struct keep_report *report)
{
	struct error notice = { .code = 0 };

	(void)error_set(&notice, STELE_E_DUPLICATE_TABLE,
	    "remembered query '%.*s'", STR_FMT(run->plan->name));
	(void)error_detail(&notice,
	    "rows stored: %llu\nrows appended: %llu\n"
	    "high-water mark: timestamp=%lld event_id=%llu",
	    (unsigned long long)report->row_count,
	    (unsigned long long)report->appended,
	    (long long)(report->refreshed_at / 1000000 + OS_EPOCH_2000_SECONDS),
	    (unsigned long long)report->position);
	notice.code = 0; /* no condition is named */
	ddl_notify(run, &notice);
}

/* *skip: it is there and that is what IF NOT EXISTS is for. */
static bool
is_there(struct ddl_run *run)
{
	const struct plan_ddl *plan = run->plan;
	const struct catalog *catalog = ddl_catalog(run);
	struct error notice = { .code = 0 };

	if (!plan->if_not_exists ||
	    (catalog_type_by_name(catalog, plan->name) == NULL &&
		catalog_view_by_name(catalog, plan->name) == NULL))
		return false;
	(void)error_set(&notice, STELE_E_DUPLICATE_TABLE,
	    "relation \"%.*s\" already exists, skipping", STR_FMT(plan->name));
	ddl_notify(run, &notice);
	return true;
}

static int
create(struct ddl_run *run, struct keep_report *report, struct error *err)
{
	const struct plan_ddl *plan = run->plan;
	const struct exec_context *context = run->env.context;
	struct ddl ddl = { .kind = DDL_CREATE_KEPT,
		.name = plan->name,
		.view = plan->view,
		.fields = plan->kept_fields,
		.field_count = plan->kept_field_count,
		.kept = { .generation = HORIZON_NONE } };
	int rc;

	if (is_there(run))
		return 0;
	ddl.kept.generation = next_generation(context, &ddl.kept);
	rc = ddl_need_right(run, ACL_SCHEMA_OID, RIGHT_CREATE, err);
	if (rc == 0)
		rc = write_batch_ddl(run->target, &ddl, err);
	if (rc == 0)
		rc = ddl_own(run, ddl.oid, err);
	if (rc == 0 && !plan->has_no_data)
		rc = refresh(context, ddl_catalog(run), ddl.oid, run->target,
		    report, err);
	if (rc == 0 && plan->tells)
		tell(run, report);
	return rc;
}

/* ---- REFRESH MATERIALIZED VIEW ---- */

/* All rows go, and nobody reads it before the next refresh. */
static int
empty(struct ddl_run *run, const struct sql_view *view, struct error *err)
{
	struct ddl ddl = { .kind = DDL_SET_KEPT,
		.oid = view->oid,
		.kept = { .type_oid = view->kept.type_oid,
		    .number = view->kept.number + 1,
		    .generation =
			next_generation(run->env.context, &view->kept) } };

	return write_batch_ddl(run->target, &ddl, err);
}

static int
find(struct ddl_run *run, const struct sql_view **out, struct error *err)
{
	const struct plan_ddl *plan = run->plan;
	const struct catalog *catalog = ddl_catalog(run);

	*out = catalog_view_by_name(catalog, plan->name);
	if (*out == NULL && catalog_type_by_name(catalog, plan->name) == NULL)
		(void)error_set(err, STELE_E_UNDEFINED_TABLE,
		    "relation \"%.*s\" does not exist", STR_FMT(plan->name));
	else if (*out == NULL || !view_is_kept(*out))
		(void)error_set(err, STELE_E_WRONG_OBJECT_TYPE,
		    "\"%.*s\" is not a materialized view", STR_FMT(plan->name));
	else
		return ddl_need_owner(run, (*out)->oid, err);
	return error_position(err, plan->location);
}

static int
keep(struct ddl_run *run, struct keep_report *report, struct error *err)
{
	const struct exec_context *context = run->env.context;
	const struct sql_view *view;
	int rc;

	if (run->plan->op == DDL_OP_CREATE_KEPT)
		return create(run, report, err);
	rc = find(run, &view, err);
	if (rc == 0)
		rc = exec_check_unused(context, view->oid, view->name,
		    "REFRESH MATERIALIZED VIEW", err);
	if (rc != 0)
		return rc;
	return run->plan->has_no_data
	    ? empty(run, view, err)
	    : refresh(context, catalog_for(context, run->target), view->oid,
		  run->target, report, err);
}

int
exec_keep(const struct plan *plan, const struct exec_context *context,
    struct write_batch *target, struct keep_report *report, struct error *err)
{
	struct ddl_run run = {
		.plan = plan->ddl,
		.env = { .context = context, .arena = &run.arena },
		.target = target,
	};
	int rc;

	*report = (struct keep_report){ .row_count = 0 };
	arena_init(&run.arena, context->budget);
	rc = keep(&run, report, err);
	if (rc == 0)
		rc = arena_check(&run.arena, err);
	arena_release(&run.arena);
	return rc;
}

/* ---- on its own ---- */

bool
exec_keeps_own(const struct plan *plan, const struct write_batch *target)
{
	const struct sql_view *view =
	    catalog_view_by_name(write_batch_catalog(target), plan->ddl->name);

	return view != NULL && write_batch_makes_view(target, view->oid);
}

/* Of one attempt: a REFRESH, or if that is NULL the refresh that SHOW does. */
struct attempt {
	const struct plan *plan;
	uint32_t oid;
	struct keep_report *report;
};

static int
run_attempt(const struct attempt *attempt, const struct exec_context *context,
    struct write_batch *batch, struct error *err)
{
	return attempt->plan != NULL
	    ? exec_keep(attempt->plan, context, batch, attempt->report, err)
	    : refresh(context, snapshot_catalog(context->snapshot),
		  attempt->oid, batch, attempt->report, err);
}

static int
commit(const struct exec_context *context, struct write_batch *batch,
    struct error *err)
{
	const struct exec_wait *wait = context->wait;
	bool is_told = wait != NULL && wait->begin(wait->arg);
	int rc = engine_commit_wait(context->engine, batch, err);

	if (is_told)
		wait->end(wait->arg);
	return rc;
}

/* In a batch of its own, as of a snapshot of its own. */
static int
try_once(const struct attempt *attempt, const struct exec_context *context,
    struct error *err)
{
	struct exec_context its = *context;
	struct write_batch *batch = write_batch_new(context->engine);
	int rc;

	its.batch = NULL;
	its.snapshot = engine_snapshot(context->engine, 0, NULL, NULL);
	if (batch == NULL || its.snapshot == NULL)
		rc = error_no_memory(err);
	else
		rc = run_attempt(attempt, &its, batch, err);
	if (its.snapshot != NULL)
		snapshot_unref(its.snapshot);
	if (batch != NULL && (rc != 0 || write_batch_is_empty(batch))) {
		write_batch_free(batch);
		return rc;
	}
	return rc != 0 ? rc : commit(context, batch, err);
}

int
exec_refresh(const struct plan *plan, const struct exec_context *context,
    struct keep_report *report, struct error *err)
{
	const struct attempt attempt = { .plan = plan, .report = report };
	int rc;

	/* whoever comes too late finds less to do: somebody was in time */
	do {
		*err = (struct error){ 0 };
		rc = try_once(&attempt, context, err);
	} while (rc == STELE_E_SERIALIZATION_FAILURE &&
	    cancel_check(context->cancel, err) == 0);
	return rc == STELE_E_SERIALIZATION_FAILURE ? err->code : rc;
}

int
exec_refresh_shown(uint32_t oid, const struct exec_context *context,
    struct error *err)
{
	struct keep_report report;
	const struct attempt attempt = { .oid = oid, .report = &report };

	return try_once(&attempt, context, err);
}
