/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_context.c -- what a portal runs with: its snapshot, the settings as they
 * are now, its share of memory and files.
 */
#include "plan/logical.h"
#include "server/session_private.h"
#include "server/system_tables.h"

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
		.is_in_use = session_reads,
		.in_use_arg = session,
	};
}

/* What is committed now, and by this session before. */
static enum step
take_snapshot(struct session *session, struct snapshot **out)
{
	if (session->is_wake_due)
		return session_wait_wake(session);
	*out = engine_snapshot(session->server->engine, session->async_position,
	    session_wake_cb, session);
	/* With nothing to wait for there is no memory, and no wake. */
	if (*out == NULL && session->async_position == 0)
		return session_out_of_memory(session);
	if (*out == NULL)
		return session_wait_wake(session);
	session->async_position = 0;
	return STEP_DONE;
}

bool
transaction_needs_snapshot(const struct session *session)
{
	return session->transaction.state == TRANSACTION_EXPLICIT &&
	    session->settings.current.isolation >= ISOLATION_REPEATABLE_READ &&
	    session->transaction.snapshot == NULL;
}

enum step
transaction_take_snapshot(struct session *session)
{
	if (!transaction_needs_snapshot(session))
		return STEP_DONE;
	if (!session_is_quiet(session))
		return session_wait(session, WAIT_QUIET, STEP_AGAIN);
	return take_snapshot(session, &session->transaction.snapshot);
}

enum step
portal_take_snapshot(struct session *session, struct portal *portal)
{
	struct transaction *transaction = &session->transaction;
	enum step step = transaction_take_snapshot(session);

	if (step != STEP_DONE)
		return step;
	if (!session_is_quiet(session))
		return session_wait(session, WAIT_QUIET, STEP_AGAIN);
	if (!portal->planned->plan->reads_events || portal->snapshot != NULL)
		return STEP_DONE;
	if (transaction->snapshot != NULL)
		portal->snapshot = snapshot_ref(transaction->snapshot);
	else
		step = take_snapshot(session, &portal->snapshot);
	if (step != STEP_DONE)
		return step;
	if (portal_plan_for_snapshot(session, portal) != 0)
		return STEP_FAIL;
	return STEP_DONE;
}
