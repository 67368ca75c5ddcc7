/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_transaction.c -- where a transaction begins and ends.
 *
 * Everything written since the beginning is in one write_batch; committing is
 * giving it to the engine.  Nothing of it is anywhere else, so rolling back is
 * freeing it, and a savepoint is a mark in it.
 */
#include <assert.h>

#include "common/log.h"
#include "server/session_private.h"
#include "sql/ast.h"

void
transaction_init(struct transaction *transaction)
{
	*transaction = (struct transaction){ .state = TRANSACTION_NONE };
	arena_init(&transaction->arena, NULL);
}

void
transaction_count(struct session *session, bool is_committed)
{
	database_count(&session->server->database_stats,
	    is_committed ? DATABASE_COMMITS : DATABASE_ROLLBACKS, 1);
}

static void
forget(struct transaction *transaction)
{
	if (transaction->batch != NULL)
		write_batch_free(transaction->batch);
	if (transaction->snapshot != NULL)
		snapshot_unref(transaction->snapshot);
	notices_free(transaction->notices);
	for (; transaction->marked != NULL;
	     transaction->marked = transaction->marked->made_before)
		temp_mark_release(&transaction->marked->temp);
	arena_reset(&transaction->arena); /* also of those that were released */
	transaction->batch = NULL;
	transaction->snapshot = NULL;
	transaction->savepoints = NULL;
	transaction->notices = NULL;
	atomic_store_explicit(&transaction->id, 0, memory_order_relaxed);
	transaction->has_ddl = false;
	transaction->has_statement = false;
	transaction->state = TRANSACTION_NONE;
	loop_timer_disarm(&transaction->timer);
}

void
transaction_release(struct transaction *transaction)
{
	forget(transaction);
	loop_timer_release(&transaction->timer);
	arena_release(&transaction->arena);
}

static void
out_of_time_cb(void *arg)
{
	struct session *session = arg;

	if (session->is_terminating)
		return;
	session->is_out_of_time = true;
	session_terminate(session);
}

void
transaction_start(struct session *session)
{
	struct transaction *transaction = &session->transaction;
	int64_t timeout_ms = session->settings.config.transaction_timeout_ms;
	struct error err;

	if (transaction->state != TRANSACTION_NONE)
		return;
	if (timeout_ms > 0 &&
	    loop_timer_arm(session->net->loop, &transaction->timer,
		(uint64_t)timeout_ms, out_of_time_cb, session, &err) != 0)
		log_warn(LOG_SESSION, "transaction runs without a timeout",
		    LOG_FAILURE(&err));
	transaction->state = TRANSACTION_IMPLICIT;
	transaction->has_run = false;
	session->settings.types.now = os_clock_wall_us(session->server->clock);
}

/*
 * Portals end with their transaction, or with the part of it that they were
 * made in; they may read its batch.
 */
static void
close_portals(struct session *session, uint64_t number)
{
	portal_remove_newer(&session->table, number);
	if (session->simple.exec != NULL)
		portal_reset(&session->simple);
}

static bool
has_locks(const struct session *session)
{
	return session->has_advisory_locks &&
	    advisory_has_transaction(&session->server->advisory,
		&session->advisory);
}

/* Give back those that were taken after the mark. */
static void
unlock(struct session *session, uint64_t mark)
{
	if (session->has_advisory_locks)
		advisory_unlock_transaction(&session->server->advisory,
		    &session->advisory, mark);
}

void
transaction_abort(struct session *session)
{
	close_portals(session, 0);
	temp_tables_abort(&session->temp);
	forget(&session->transaction);
	unlock(session, 0);
}

void
transaction_fail(struct session *session)
{
	struct transaction *transaction = &session->transaction;
	const struct savepoint *savepoint = transaction->savepoints;

	switch (transaction->state) {
	case TRANSACTION_EXPLICIT:
		close_portals(session,
		    savepoint == NULL ? 0 : savepoint->portal_number);
		unlock(session, savepoint == NULL ? 0 : savepoint->advisory);
		transaction->state = TRANSACTION_FAILED;
		break;
	case TRANSACTION_FAILED:
		break;
	case TRANSACTION_NONE:
	case TRANSACTION_IMPLICIT:
		settings_rollback(&session->settings);
		transaction_abort(session);
		transaction_count(session, false);
		break;
	}
}

bool
transaction_has_writes(const struct session *session)
{
	return session->transaction.batch != NULL &&
	    !write_batch_is_empty(session->transaction.batch);
}

char
transaction_status(const struct session *session)
{
	switch (session->transaction.state) {
	case TRANSACTION_EXPLICIT:
		return 'T';
	case TRANSACTION_FAILED:
		return 'E';
	case TRANSACTION_NONE:
	case TRANSACTION_IMPLICIT:
		break;
	}
	return 'I';
}

struct write_batch *
transaction_batch(struct session *session)
{
	struct transaction *transaction = &session->transaction;

	if (transaction->batch == NULL)
		transaction->batch = write_batch_new(session->server->engine);
	if (transaction->batch == NULL)
		(void)session_out_of_memory(session);
	return transaction->batch;
}

/* ---- commit ---- */

bool
transaction_changes_session(const struct session *session)
{
	return session->settings.undo != NULL ||
	    temp_tables_is_changed(&session->temp) ||
	    notices_change_listening(&session->transaction) ||
	    has_locks(session);
}

void
transaction_end(struct session *session, bool is_committed)
{
	if (is_committed) {
		settings_commit(&session->settings);
		temp_tables_commit(&session->temp);
	} else {
		settings_rollback(&session->settings);
	}
	transaction_abort(session);
}

static void
give_to_engine(struct session *session, struct pending *pending)
{
	struct write_batch *batch = session->transaction.batch;
	bool is_on;

	session->transaction.batch = NULL;
	session->transaction.has_ddl = false;
	pending->notices = notices_take(session, batch);
	/*
	 * Whoever is told of it, or gets a lock next, sees what was done: that is
	 * only visible when it is synced.
	 */
	is_on = session->settings.config.synchronous_commit ||
	    pending->notices != NULL || has_locks(session);
	pending->is_off = !is_on;
	pending->given_ns = session->now_ns;
	engine_commit(session->server->engine, batch,
	    is_on ? SYNC_ON : SYNC_OFF, &pending->commit);
}

void
transaction_commit_held(struct session *session, struct pending *pending)
{
	assert(transaction_has_writes(session));
	pending->has_ddl = session->transaction.has_ddl;
	pending_hold(session, pending);
	give_to_engine(session, pending);
}

enum step
transaction_commit_wait(struct session *session, void (*next)(struct session *))
{
	struct pending *pending = pending_new(session);

	assert(transaction_has_writes(session));
	if (pending == NULL)
		return session_out_of_memory(session);
	pending_await(session, pending, next);
	(void)session_wait(session, WAIT_COMMIT, STEP_LATER);
	give_to_engine(session, pending);
	return STEP_LATER;
}

/* ---- the statements ---- */

int
transaction_set_modes(struct session *session, const struct ast_option *options,
    uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct ast_expr *value = options[i].value;
		struct str text = STR("on");
		int rc;

		if (value != NULL && value->kind == AST_CONST) {
			if (value->constant.kind == AST_STRING)
				text = value->constant.text;
			else if (value->constant.kind == AST_INTEGER)
				text = value->constant.integer != 0
				    ? STR("on")
				    : STR("off");
			else if (value->constant.kind == AST_BOOLEAN)
				text = value->constant.boolean ? STR("on")
							       : STR("off");
		}
		rc = settings_set(&session->settings, options[i].name, text,
		    SETTING_LOCAL, &session->err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static enum step
begin(struct session *session, const struct ast_transaction *stmt)
{
	struct transaction *transaction = &session->transaction;

	if (transaction->state == TRANSACTION_EXPLICIT)
		session_warn(session, "25001",
		    "there is already a transaction in progress");
	else
		session->settings.current = session->settings.defaults;
	transaction_start(session);
	transaction->state = TRANSACTION_EXPLICIT;
	if (transaction_set_modes(session, stmt->options, stmt->option_count) !=
	    0)
		return STEP_FAIL;
	session_complete(session,
	    stmt->kind == AST_START ? "START TRANSACTION" : "BEGIN", false);
	statement_end(session);
	return STEP_DONE;
}

/* After COMMIT or ROLLBACK AND CHAIN: another with the same modes. */
static void
chain(struct session *session, struct transaction_modes modes)
{
	transaction_start(session);
	session->transaction.state = TRANSACTION_EXPLICIT;
	session->settings.current = modes;
}

static void
committed(struct session *session)
{
	transaction_end(session, session->job.rc == 0);
	if (session->job.rc != 0) {
		session_fail(session);
		return;
	}
	transaction_count(session, true);
	if (session->chain)
		chain(session, session->chain_modes);
	session_complete(session, "COMMIT", false);
	statement_end(session);
}

/* AND CHAIN is of a transaction that there is. */
static int
check_chain(struct session *session, const struct ast_transaction *stmt,
    const char *what)
{
	enum transaction_state state = session->transaction.state;

	if (!stmt->is_chain || state == TRANSACTION_EXPLICIT ||
	    state == TRANSACTION_FAILED)
		return 0;
	return error_set(&session->err, STELE_E_NO_ACTIVE_TRANSACTION,
	    "%s AND CHAIN can only be used in transaction blocks", what);
}

static enum step
rollback(struct session *session, const struct ast_transaction *stmt)
{
	struct transaction_modes modes = session->settings.current;

	if (check_chain(session, stmt, "ROLLBACK") != 0)
		return STEP_FAIL;
	if (session->transaction.state == TRANSACTION_IMPLICIT ||
	    session->transaction.state == TRANSACTION_NONE)
		session_warn(session, "25P01",
		    "there is no transaction in progress");
	settings_rollback(&session->settings);
	transaction_abort(session);
	transaction_count(session, false);
	if (stmt->is_chain)
		chain(session, modes);
	session_complete(session, "ROLLBACK", false);
	statement_end(session);
	return STEP_DONE;
}

/* The client has had his say: nothing but the engine's answer is left. */
static enum step
commit_writes(struct session *session)
{
	struct transaction *transaction = &session->transaction;
	enum step step;

	close_portals(session, 0);
	loop_timer_disarm(&transaction->timer);
	if (transaction->snapshot != NULL)
		snapshot_unref(transaction->snapshot);
	transaction->snapshot = NULL;
	step = transaction_commit_wait(session, committed);
	if (step == STEP_FAIL)
		transaction_end(session, false);
	return step;
}

static enum step
commit(struct session *session, const struct ast_transaction *stmt)
{
	struct transaction *transaction = &session->transaction;
	enum step step;

	if (transaction->state == TRANSACTION_FAILED)
		return rollback(session, stmt);
	if (check_chain(session, stmt, "COMMIT") != 0)
		return STEP_FAIL;
	step = cursor_hold_all(session);
	if (step != STEP_DONE)
		return step;
	if (transaction->state != TRANSACTION_EXPLICIT)
		session_warn(session, "25P01",
		    "there is no transaction in progress");
	session->chain = stmt->is_chain;
	session->chain_modes = session->settings.current;
	if (transaction_has_writes(session))
		return commit_writes(session);
	session->job.rc = 0;
	notices_commit(session);
	committed(session);
	return STEP_DONE;
}

static struct savepoint *
savepoint_find(struct transaction *transaction, struct str name)
{
	struct savepoint *savepoint = transaction->savepoints;

	while (savepoint != NULL && !str_equal(savepoint->name, name))
		savepoint = savepoint->next;
	return savepoint;
}

static enum step
savepoint_make(struct session *session, struct str name)
{
	struct transaction *transaction = &session->transaction;
	struct savepoint *savepoint =
	    arena_zalloc(&transaction->arena, sizeof(*savepoint));

	savepoint->name = arena_str(&transaction->arena, name);
	if (arena_check(&transaction->arena, &session->err) != 0)
		return STEP_FAIL;
	savepoint->settings = settings_mark(&session->settings);
	savepoint->portal_number = session->table.portal_number;
	savepoint->notice = notices_mark(transaction);
	temp_tables_mark(&session->temp, &savepoint->temp);
	savepoint->advisory =
	    advisory_mark(&session->server->advisory, &session->advisory);
	savepoint->made_before = transaction->marked;
	transaction->marked = savepoint;
	if (transaction->batch != NULL) {
		savepoint->has_mark = true;
		savepoint->mark = write_batch_mark(transaction->batch);
	}
	savepoint->next = transaction->savepoints;
	transaction->savepoints = savepoint;
	session_complete(session, "SAVEPOINT", false);
	statement_end(session);
	return STEP_DONE;
}

static enum step
savepoint_rewind(struct session *session, struct savepoint *savepoint)
{
	struct transaction *transaction = &session->transaction;

	close_portals(session, savepoint->portal_number);
	settings_rewind(&session->settings, savepoint->settings);
	notices_rewind(transaction, savepoint->notice);
	temp_tables_rewind(&session->temp, &savepoint->temp);
	unlock(session, savepoint->advisory);
	if (savepoint->has_mark) {
		write_batch_rewind(transaction->batch, savepoint->mark);
	} else if (transaction->batch != NULL) {
		write_batch_free(transaction->batch);
		transaction->batch = NULL;
	}
	transaction->savepoints = savepoint;
	transaction->state = TRANSACTION_EXPLICIT;
	session_complete(session, "ROLLBACK", false);
	statement_end(session);
	return STEP_DONE;
}

static enum step
savepoint_execute(struct session *session, const struct ast_transaction *stmt)
{
	static const char *const names[] = {
		[AST_SAVEPOINT] = "SAVEPOINT",
		[AST_RELEASE] = "RELEASE SAVEPOINT",
		[AST_ROLLBACK_TO] = "ROLLBACK TO SAVEPOINT",
	};
	struct transaction *transaction = &session->transaction;
	struct savepoint *savepoint;

	if (transaction->state != TRANSACTION_EXPLICIT &&
	    transaction->state != TRANSACTION_FAILED) {
		(void)error_set(&session->err, STELE_E_NO_ACTIVE_TRANSACTION,
		    "%s can only be used in transaction blocks",
		    names[stmt->kind]);
		return STEP_FAIL;
	}
	if (stmt->kind == AST_SAVEPOINT)
		return savepoint_make(session, stmt->name);
	savepoint = savepoint_find(transaction, stmt->name);
	if (savepoint == NULL) {
		(void)error_set(&session->err, STELE_E_INVALID_SAVEPOINT,
		    "savepoint \"%.*s\" does not exist", STR_FMT(stmt->name));
		return STEP_FAIL;
	}
	if (stmt->kind == AST_ROLLBACK_TO)
		return savepoint_rewind(session, savepoint);
	transaction->savepoints = savepoint->next;
	settings_merge(&session->settings, savepoint->settings,
	    savepoint->next == NULL ? NULL : savepoint->next->settings);
	session_complete(session, "RELEASE", false);
	statement_end(session);
	return STEP_DONE;
}

enum step
transaction_execute(struct session *session, const struct ast_stmt *stmt)
{
	const struct ast_transaction *transaction = &stmt->transaction;

	switch (transaction->kind) {
	case AST_BEGIN:
	case AST_START:
		return begin(session, transaction);
	case AST_COMMIT:
		return commit(session, transaction);
	case AST_ROLLBACK:
		return rollback(session, transaction);
	case AST_SAVEPOINT:
	case AST_RELEASE:
	case AST_ROLLBACK_TO:
		return savepoint_execute(session, transaction);
	case AST_PREPARE_TRANSACTION: /* it ends, by whatever way */
		settings_rollback(&session->settings);
		transaction_abort(session);
		break;
	case AST_COMMIT_PREPARED:
	case AST_ROLLBACK_PREPARED:
		break;
	}
	(void)error_set(&session->err, STELE_E_NOT_IN_PREREQUISITE_STATE,
	    "prepared transactions are disabled");
	(void)error_hint(&session->err,
	    "Set max_prepared_transactions to a nonzero value.");
	return STEP_FAIL;
}

int
transaction_check(const struct session *session, const struct ast_stmt *stmt,
    struct error *err)
{
	if (session->transaction.state != TRANSACTION_FAILED)
		return 0;
	if (stmt != NULL && stmt->kind == AST_TRANSACTION &&
	    (stmt->transaction.kind == AST_COMMIT ||
		stmt->transaction.kind == AST_ROLLBACK ||
		stmt->transaction.kind == AST_ROLLBACK_TO))
		return 0;
	return error_set(err, STELE_E_IN_FAILED_TRANSACTION,
	    "current transaction is aborted, commands ignored until end of "
	    "transaction block");
}

/* Several statements of one simple query are a transaction, too. */
int
transaction_check_no_block(const struct session *session, const char *what,
    struct error *err)
{
	const struct source *source = session->source;

	if (session->transaction.state == TRANSACTION_EXPLICIT ||
	    (source != NULL && source->statements.count > 1))
		return error_set(err, STELE_E_ACTIVE_TRANSACTION,
		    "%s cannot run inside a transaction block", what);
	if (session->transaction.has_run)
		return error_set(err, STELE_E_ACTIVE_TRANSACTION,
		    "%s cannot be executed within a pipeline", what);
	return 0;
}

int
transaction_check_block(const struct session *session,
    const struct ast_stmt *stmt, struct error *err)
{
	const struct source *source = session->source;

	if (stmt->kind == AST_VACUUM && !stmt->tables.is_analyze)
		return transaction_check_no_block(session, "VACUUM", err);
	if (stmt->kind != AST_LOCK_TABLE ||
	    session->transaction.state == TRANSACTION_EXPLICIT ||
	    (source != NULL && source->statements.count > 1))
		return 0;
	return error_set(err, STELE_E_NO_ACTIVE_TRANSACTION,
	    "LOCK TABLE can only be used in transaction blocks");
}
