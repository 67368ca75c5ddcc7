/* SPDX-License-Identifier: Apache-2.0 */
#include "sql_runner.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/must.h"
#include "engine/catalog/role.h"
#include "engine/engine.h"
#include "exec/exec.h"
#include "exec/temp_file.h"
#include "os/file.h"
#include "plan/plan.h"
#include "sql/ast.h"
#include "sql/parse.h"
#include "types/type.h"

struct sql_runner {
	char dir[64];
	struct engine *engine;
	struct write_batch *transaction; /* NULL: none */
	struct buf out;
	bool shows_hints;
	size_t memory_bytes; /* of a query; 0 is no limit */
	size_t work_mem_bytes;
	int64_t min_parallel_rows;
	struct temp_space temp; /* without an fs: none */
	atomic_bool cancel;
	struct arena arena; /* of one call */
	struct type_settings settings;
	struct plan_session session;
	const struct system_tables *system;
	void *system_arg;
	/* parameters of the statement */
	const uint32_t *oids;
	const char *const *values;
	uint32_t value_count;
};

struct waiter {
	struct commit commit;
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	bool is_done;
};

static void
open_engine(struct sql_runner *runner)
{
	const struct engine_options options = {
		.shard_count = 2,
		.worker_count = 1,
		.memtable_size_bytes = (size_t)16 << 20,
		.zone_rows = 4096,
		.max_wal_size_bytes = (uint64_t)64 << 20,
		.wal_file_size_bytes = (uint64_t)4 << 20,
		.wal_sync_interval_ms = 10,
		.batch_memory_bytes = (size_t)64 << 20,
		.block_cache_size_bytes = (size_t)16 << 20,
		.max_fields = 1000,
		.max_event_types = 1000,
		.max_context_size_bytes = 1024,
		.max_string_size_bytes = (size_t)1 << 20,
		.max_row_size_bytes = (size_t)4 << 20,
	};
	struct error err = { .code = 0 };
	int rc;

	rc = engine_open(os_fs_real(), runner->dir, &options, &runner->engine,
	    &err);
	if (rc != 0)
		fprintf(stderr, "engine_open: %s\n", err.message);
	MUST(rc == 0);
}

struct sql_runner *
sql_runner_open(void)
{
	struct sql_runner *runner = calloc(1, sizeof(*runner));

	MUST(runner != NULL);
	snprintf(runner->dir, sizeof(runner->dir), "/tmp/stele-exec-XXXXXX");
	MUST(mkdtemp(runner->dir) != NULL);
	open_engine(runner);
	runner->temp.dir = runner->dir;
	runner->temp.limit_bytes = UINT64_MAX;
	buf_init(&runner->out);
	arena_init(&runner->arena, NULL);
	runner->settings = type_settings_default;
	runner->settings.now = INT64_C(820454400000000); /* 2026-01-01 */
	runner->session = (struct plan_session){
		.user = STR("tester"),
		.session_user = STR("tester"),
		.role_oid = ROLE_OWNER_OID,
		.session_role_oid = ROLE_OWNER_OID,
		.database = STR("stele"),
		.version = STR("PostgreSQL 15.0 (Stele)"),
		.backend_pid = 42,
	};
	return runner;
}

void
sql_runner_close(struct sql_runner *runner)
{
	char command[128];

	write_batch_free(runner->transaction);
	engine_close(runner->engine);
	snprintf(command, sizeof(command), "rm -rf '%s'", runner->dir);
	MUST(system(command) == 0);
	buf_release(&runner->out);
	arena_release(&runner->arena);
	free(runner);
}

const char *
sql_runner_dir(const struct sql_runner *runner)
{
	return runner->dir;
}

void
sql_runner_restart(struct sql_runner *runner)
{
	engine_close(runner->engine);
	open_engine(runner);
}

void
sql_runner_set_system(struct sql_runner *runner,
    const struct system_tables *tables, void *arg)
{
	runner->system = tables;
	runner->system_arg = arg;
}

void
sql_runner_show_hints(struct sql_runner *runner, bool show)
{
	runner->shows_hints = show;
}

void
sql_runner_set_memory(struct sql_runner *runner, size_t bytes)
{
	runner->memory_bytes = bytes;
}

void
sql_runner_set_work_mem(struct sql_runner *runner, size_t bytes,
    struct os_fs *fs)
{
	runner->work_mem_bytes = bytes;
	runner->temp.fs = fs;
}

void
sql_runner_add_in_order(struct sql_runner *runner)
{
	runner->min_parallel_rows = -1;
}

void
sql_runner_set_temp_limit(struct sql_runner *runner, uint64_t bytes)
{
	runner->temp.limit_bytes = bytes;
}

void
sql_runner_cancel(struct sql_runner *runner, bool cancel)
{
	atomic_store(&runner->cancel, cancel);
}

/* ---- commits ---- */

static void
wake(struct commit *commit)
{
	struct waiter *waiter = commit->arg;

	pthread_mutex_lock(&waiter->mutex);
	waiter->is_done = true;
	pthread_cond_signal(&waiter->cond);
	pthread_mutex_unlock(&waiter->mutex);
}

static void
waiter_init(struct waiter *waiter)
{
	*waiter = (struct waiter){ .commit = { .done = wake } };
	waiter->commit.arg = waiter;
	pthread_mutex_init(&waiter->mutex, NULL);
	pthread_cond_init(&waiter->cond, NULL);
}

static int
waiter_wait(struct waiter *waiter, struct error *err)
{
	pthread_mutex_lock(&waiter->mutex);
	while (!waiter->is_done)
		pthread_cond_wait(&waiter->cond, &waiter->mutex);
	pthread_mutex_unlock(&waiter->mutex);
	if (waiter->commit.rc != 0)
		*err = waiter->commit.err;
	return waiter->commit.rc;
}

static int
commit_batch(struct sql_runner *runner, struct write_batch *batch,
    uint64_t *first_event_id, struct error *err)
{
	struct waiter waiter;
	int rc;

	waiter_init(&waiter);
	engine_commit(runner->engine, batch, SYNC_ON, &waiter.commit);
	rc = waiter_wait(&waiter, err);
	*first_event_id = waiter.commit.first_event_id;
	return rc;
}

static int
flush(struct sql_runner *runner, struct error *err)
{
	struct waiter waiter;

	waiter_init(&waiter);
	engine_flush(runner->engine, &waiter.commit);
	return waiter_wait(&waiter, err);
}

/* ---- output ---- */

static void
put_rows(struct sql_runner *runner, const struct plan *plan,
    const struct batch *batch)
{
	for (uint32_t i = 0; i < batch->sel.count; i++) {
		uint32_t row = sel_row(batch->sel, i);

		for (uint32_t c = 0; c < plan->column_count; c++) {
			const struct vec *vec = &batch->cols[c];

			if (c > 0)
				buf_put_u8(&runner->out, '|');
			if (vec_is_null(vec, row))
				buf_put_u8(&runner->out, '-');
			else
				type_out_text(&plan->columns[c].type,
				    &runner->settings, vec, row, &runner->out);
		}
		buf_put_u8(&runner->out, '\n');
	}
}

static int
put_result(struct sql_runner *runner, const struct plan *plan,
    struct exec *exec, struct error *err)
{
	struct batch batch;
	int rc;

	for (uint32_t c = 0; c < plan->column_count; c++)
		buf_printf(&runner->out, "%s%.*s", c > 0 ? "|" : "",
		    STR_FMT(plan->columns[c].name));
	buf_put_u8(&runner->out, '\n');
	while ((rc = exec_next(exec, &batch, err)) > 0)
		put_rows(runner, plan, &batch);
	return rc;
}

static void
put_error(struct sql_runner *runner, const char *level, const struct error *err)
{
	buf_printf(&runner->out, "%s: %s: %s", level, error_sqlstate(err->code),
	    err->message);
	if (err->position > 0)
		buf_printf(&runner->out, " [%d]", err->position);
	buf_put_u8(&runner->out, '\n');
	if (!runner->shows_hints)
		return;
	if (err->detail[0] != '\0')
		buf_printf(&runner->out, " DETAIL: %s\n", err->detail);
	if (err->hint[0] != '\0')
		buf_printf(&runner->out, " HINT: %s\n", err->hint);
	if (err->context[0] != '\0')
		buf_printf(&runner->out, " CONTEXT: %s\n", err->context);
}

static void
put_notice(void *arg, const struct error *notice)
{
	put_error(arg, "NOTICE", notice);
}

/* ---- statements ---- */

static int
read_params(struct sql_runner *runner, const struct plan *plan,
    struct datum **out, struct error *err)
{
	int rc = 0;

	*out = arena_zalloc(&runner->arena,
	    (plan->param_count + 1) * sizeof(**out));
	for (uint32_t i = 0; i < plan->param_count && rc == 0; i++) {
		MUST(i < runner->value_count);
		(*out)[i].is_null = runner->values[i] == NULL;
		if (!(*out)[i].is_null)
			rc = type_in_text(&plan->param_types[i],
			    &runner->settings, str_of_cstr(runner->values[i]),
			    &runner->arena, &(*out)[i], err);
	}
	return rc;
}

static int
run_query(struct sql_runner *runner, const struct plan *plan,
    const struct exec_context *context, struct error *err)
{
	struct exec *exec;
	int rc;

	rc = exec_open(plan, context, &exec, err);
	if (rc != 0)
		return rc;
	rc = put_result(runner, plan, exec, err);
	exec_close(exec);
	return rc;
}

/* The fields of the lines, by column, each line ended by a newline. */
static struct batch
split_lines(struct arena *arena, uint32_t col_count, const char *data)
{
	struct batch texts = {
		.col_count = col_count,
		.cols = arena_alloc_array(arena, col_count, sizeof(struct vec)),
	};

	for (uint32_t i = 0; i < col_count; i++) {
		vec_init(&texts.cols[i], PHYS_STR, VEC_ROWS, arena);
		(void)vec_need_nulls(&texts.cols[i], VEC_ROWS, arena);
	}
	for (; *data != '\0'; texts.row_count++) {
		for (uint32_t i = 0; i < col_count; i++) {
			struct str field = str_of(data, strcspn(data, "\t\n"));
			struct datum value = { .str = field };

			value.is_null = str_equal(field, STR("\\N"));
			vec_set(&texts.cols[i], texts.row_count, &value);
			data += field.len + 1;
		}
		MUST(data[-1] == '\n');
	}
	texts.sel = sel_all(texts.row_count);
	return texts;
}

static int
copy_lines(struct copy_sink *sink, uint32_t col_count, const char *data,
    struct error *err)
{
	struct arena arena;
	struct batch texts;
	uint32_t bad_row;
	int rc;

	arena_init(&arena, NULL);
	texts = split_lines(&arena, col_count, data);
	rc = copy_sink_add(sink, &texts, NULL, &bad_row, err);
	arena_release(&arena);
	return rc;
}

/* The data of COPY FROM is the first parameter. */
static int
run_copy(struct sql_runner *runner, const struct plan *plan,
    const struct exec_context *context, struct write_batch *batch,
    uint64_t *row_count, struct error *err)
{
	struct copy_sink *sink;
	int rc;

	MUST(runner->value_count == 1);
	rc = copy_sink_open(plan, context, batch, COPY_TEXTS, &sink, err);
	if (rc == 0)
		rc = copy_lines(sink, plan->column_count, runner->values[0],
		    err);
	if (rc == 0)
		*row_count = copy_sink_row_count(sink);
	copy_sink_close(sink);
	return rc;
}

static int
run_write(struct sql_runner *runner, const struct plan *plan,
    const struct exec_context *context, struct error *err)
{
	struct write_batch *batch = runner->transaction != NULL
	    ? runner->transaction
	    : write_batch_new(runner->engine);
	struct write_batch_mark mark = write_batch_mark(batch);
	struct exec *returning = NULL;
	uint64_t row_count = 0;
	uint64_t first = 0;
	char tag[PLAN_TAG_SIZE];
	int rc;

	if (plan->kind == PLAN_DDL)
		rc = exec_ddl(plan, context, batch, err);
	else if (plan->kind == PLAN_COPY_FROM)
		rc = run_copy(runner, plan, context, batch, &row_count, err);
	else
		rc = exec_insert(plan, context, batch, &row_count, &returning,
		    err);
	if (rc != 0 && runner->transaction != NULL)
		write_batch_rewind(batch, mark);
	else if (rc != 0)
		write_batch_free(batch);
	else if (runner->transaction == NULL)
		rc = commit_batch(runner, batch, &first, err);
	if (rc == 0 && returning != NULL) {
		exec_returning(returning, first);
		rc = put_result(runner, plan, returning, err);
	}
	exec_close(returning);
	if (rc != 0)
		return rc;
	plan_tag(plan, row_count, tag);
	buf_printf(&runner->out, "%s\n", tag);
	return 0;
}

static int
run_utility(struct sql_runner *runner, const struct ast_stmt *stmt,
    struct error *err)
{
	uint64_t first;
	int rc = 0;

	if (stmt->kind == AST_CHECKPOINT)
		return flush(runner, err);
	MUST(stmt->kind == AST_TRANSACTION);
	switch (stmt->transaction.kind) {
	case AST_BEGIN:
		runner->transaction = write_batch_new(runner->engine);
		break;
	case AST_COMMIT:
		rc = commit_batch(runner, runner->transaction, &first, err);
		runner->transaction = NULL;
		break;
	default:
		write_batch_free(runner->transaction);
		runner->transaction = NULL;
		break;
	}
	return rc;
}

/* A statement has a thread of its own here: nobody is told that it waits. */
static bool
begin_wait(void *arg UNUSED)
{
	return true;
}

static void
end_wait(void *arg UNUSED)
{
}

static const struct exec_wait wait_here = { .begin = begin_wait,
	.end = end_wait };

static int
run_plan(struct sql_runner *runner, const struct ast_stmt *stmt,
    const struct plan *plan, struct error *err)
{
	struct mem_budget budget = { .limit_bytes = runner->memory_bytes };
	struct exec_context context = {
		.engine = runner->engine,
		.budget = &budget,
		.work_mem_bytes = runner->work_mem_bytes,
		.min_parallel_rows = runner->min_parallel_rows,
		.temp = runner->temp.fs == NULL ? NULL : &runner->temp,
		.batch = runner->transaction,
		.ids_come_later = runner->transaction != NULL,
		.settings = &runner->settings,
		.session = &runner->session,
		.cancel = &runner->cancel,
		.wait = &wait_here,
		.notice = put_notice,
		.notice_arg = runner,
		.system_arg = runner->system_arg,
	};
	struct datum *params;
	int rc;

	if (plan->kind == PLAN_UTILITY)
		return run_utility(runner, stmt, err);
	rc = read_params(runner, plan, &params, err);
	if (rc != 0)
		return rc;
	context.params = params;
	context.param_count = plan->param_count;
	context.snapshot = engine_snapshot(runner->engine, 0, NULL, NULL);
	if (plan->kind == PLAN_QUERY || plan->kind == PLAN_COPY_TO)
		rc = run_query(runner, plan, &context, err);
	else
		rc = run_write(runner, plan, &context, err);
	/* whatever has happened, all of it is gone */
	MUST(atomic_load(&runner->temp.used_bytes) == 0);
	MUST(atomic_load(&budget.used_bytes) == 0);
	snapshot_unref(context.snapshot);
	return rc;
}

static int
run_stmt(struct sql_runner *runner, const struct ast_stmt *stmt,
    struct error *err)
{
	const struct catalog *catalog = runner->transaction != NULL
	    ? catalog_ref(write_batch_catalog(runner->transaction))
	    : engine_catalog(runner->engine);
	const struct plan_context context = {
		.catalog = catalog,
		.session = &runner->session,
		.settings = &runner->settings,
		.system = runner->system,
	};
	struct plan *plan;
	int rc;

	rc = plan_statement(&context, stmt, runner->oids,
	    runner->oids == NULL ? 0 : runner->value_count, &runner->arena,
	    &plan, err);
	if (rc == 0)
		rc = run_plan(runner, stmt, plan, err);
	catalog_unref(catalog);
	return rc;
}

/* ---- the whole text, on a thread with the stack that parsing needs ---- */

struct job {
	struct sql_runner *runner;
	const char *text;
};

static void *
run_job(void *arg)
{
	const struct job *job = arg;
	struct sql_runner *runner = job->runner;
	struct sql_statements statements;
	struct error err = { .code = 0 };
	int rc;

	rc = sql_parse(str_of_cstr(job->text), SQL_DIALECT_POSTGRES,
	    &runner->arena, &statements, &err);
	for (uint32_t i = 0; rc == 0 && i < statements.count; i++)
		rc = run_stmt(runner, statements.items[i], &err);
	if (rc != 0)
		put_error(runner, "ERROR", &err);
	return NULL;
}

static void
begin_text(struct sql_runner *runner, const uint32_t *oids,
    const char *const *values, uint32_t count)
{
	buf_reset(&runner->out);
	arena_reset(&runner->arena);
	runner->oids = oids;
	runner->values = values;
	runner->value_count = count;
}

static const char *
end_text(struct sql_runner *runner)
{
	buf_put_u8(&runner->out, '\0');
	return (const char *)runner->out.data;
}

const char *
sql_run_here(struct sql_runner *runner, const char *text,
    const char *const *values, uint32_t count)
{
	struct job job = { runner, text };

	begin_text(runner, NULL, values, count);
	(void)run_job(&job);
	return end_text(runner);
}

const char *
sql_run_params(struct sql_runner *runner, const char *text,
    const uint32_t *oids, const char *const *values, uint32_t count)
{
	struct job job = { runner, text };
	pthread_attr_t attr;
	pthread_t thread;

	begin_text(runner, oids, values, count);
	MUST(pthread_attr_init(&attr) == 0);
	MUST(pthread_attr_setstacksize(&attr, SQL_STACK_SIZE) == 0);
	MUST(pthread_create(&thread, &attr, run_job, &job) == 0);
	MUST(pthread_join(thread, NULL) == 0);
	pthread_attr_destroy(&attr);
	return end_text(runner);
}

const char *
sql_run(struct sql_runner *runner, const char *text)
{
	return sql_run_params(runner, text, NULL, NULL, 0);
}
