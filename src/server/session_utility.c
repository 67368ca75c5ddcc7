/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_utility.c -- statements that are about the session, and a few that
 * are about the server: SET and SHOW, DISCARD, CHECKPOINT, PING; and who does
 * the others.
 */
#include <stdio.h>

#include "common/user_key.h"
#include "exec/temp_sequence.h"
#include "server/session_private.h"
#include "server/set_text.h"
#include "sql/ast.h"
#include "wire/pg_backend.h"

/* ---- rows of text ---- */

static struct pg_column *
text_columns(struct arena *arena, const struct str *names, uint32_t count)
{
	struct pg_column *columns =
	    arena_alloc_array(arena, count, sizeof(*columns));

	for (uint32_t i = 0; i < count; i++)
		columns[i] = (struct pg_column){
			.name = names[i],
			.type = type_of(TYPE_TEXT),
		};
	return columns;
}

static struct text_rows *
rows_new(struct arena *arena, uint32_t column_count, uint32_t row_count)
{
	struct text_rows *rows = arena_zalloc(arena, sizeof(*rows));

	rows->values = arena_alloc_array(arena,
	    (size_t)column_count * row_count + 1, sizeof(*rows->values));
	rows->column_count = column_count;
	return rows;
}

int
utility_put_key(struct session *session, struct portal *portal)
{
	struct user_key *key = portal->context.told_key;
	struct str values[] = {
		portal->planned->stmt->role_def.role.name,
		user_key_str(key),
	};
	struct text_rows row = {
		.values = values,
		.column_count = ARRAY_LEN(values),
		.row_count = 1,
	};
	int rc = session->voice->text_rows(session, session_out(session), &row,
	    0, 1);

	crypto_wipe(key, sizeof(*key));
	return rc;
}

/* Send the portal's rows of text, as far as the limit goes, and the tag. */
static enum step
send_rows(struct session *session, struct portal *portal, uint32_t row_limit,
    bool is_simple, const char *tag)
{
	const struct text_rows *rows = portal->rows;
	uint32_t count = rows->row_count - portal->batch_next;

	if (row_limit != 0 && count > row_limit)
		count = row_limit;
	if (is_simple)
		session_columns(session, portal,
		    (struct row_format){ NULL, 0 });
	if (session->voice->text_rows(session, session_out(session), rows,
		portal->batch_next, count) != 0)
		return STEP_FAIL;
	portal->batch_next += count;
	if (row_limit != 0 && count == row_limit) {
		session->voice->suspended(session, session_out(session));
		statement_end(session);
		return STEP_DONE;
	}
	portal->state = PORTAL_DONE;
	session_complete(session, tag, false);
	statement_end(session);
	return STEP_DONE;
}

enum step
utility_done(struct session *session, const char *tag)
{
	session_complete(session, tag, false);
	statement_end(session);
	return STEP_DONE;
}

static enum step
not_supported(struct session *session, const char *what)
{
	(void)error_set(&session->err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "%s is not supported", what);
	return STEP_FAIL;
}

/* ---- SHOW, PING ---- */

static void
count_setting(void *arg, struct str name UNUSED, struct str value UNUSED)
{
	uint32_t *count = arg;

	(*count)++;
}

static void
add_setting(void *arg, struct str name, struct str value)
{
	struct text_rows *rows = arg;
	struct str *row = rows->values + (size_t)rows->row_count * 3;

	row[0] = name;
	row[1] = value;
	row[2] = str_of("", 0);
	rows->row_count++;
}

static int
show_rows(struct session *session, struct portal *portal)
{
	struct str name = portal->planned->stmt->show, own_name;
	struct text_rows *rows;
	uint32_t count = 0;

	if (str_equal(name, STR("all"))) {
		settings_each(&session->settings, &portal->arena, count_setting,
		    &count);
		rows = rows_new(&portal->arena, 3, count);
		settings_each(&session->settings, &portal->arena, add_setting,
		    rows);
	} else {
		rows = rows_new(&portal->arena, 1, 1);
		rows->row_count = 1;
		if (settings_show(&session->settings, name, &portal->arena,
			&own_name, &rows->values[0], &session->err) != 0)
			return session->err.code;
	}
	portal->rows = rows;
	return arena_check(&portal->arena, &session->err);
}

static int
show_describe(struct session *session, struct planned *planned,
    struct error *err)
{
	static const struct str all[] = { { "name", 4 }, { "setting", 7 },
		{ "description", 11 } };
	struct str name = planned->stmt->show, own_name, value;
	int rc;

	planned->has_rows = true;
	if (str_equal(name, STR("all"))) {
		planned->columns = text_columns(&planned->arena, all, 3);
		planned->column_count = 3;
		return 0;
	}
	rc = settings_show(&session->settings, name, &planned->arena, &own_name,
	    &value, err);
	if (rc != 0)
		return rc;
	planned->columns = text_columns(&planned->arena, &own_name, 1);
	planned->column_count = 1;
	return 0;
}

static enum step
show(struct session *session, struct portal *portal, uint32_t row_limit,
    bool is_simple)
{
	if (portal->rows == NULL && show_rows(session, portal) != 0)
		return STEP_FAIL;
	return send_rows(session, portal, row_limit, is_simple, "SHOW");
}

static enum step
ping(struct session *session, struct portal *portal, uint32_t row_limit,
    bool is_simple)
{
	if (portal->rows == NULL) {
		portal->rows = rows_new(&portal->arena, 1, 1);
		portal->rows->row_count = 1;
		portal->rows->values[0] = STR("PONG");
	}
	return send_rows(session, portal, row_limit, is_simple, "PING");
}

/* ---- SET ---- */

/* Settings that are lists take several values, others one. */
static int
check_value_count(const struct ast_set *set, struct error *err)
{
	static const char *const lists[] = { "datestyle", "search_path",
		"temp_tablespaces", "local_preload_libraries",
		"session_preload_libraries", "shared_preload_libraries",
		"listen_addresses", "unix_socket_directories",
		"synchronous_standby_names", "log_destination",
		"wal_consistency_checking" };

	if (set->values.count <= 1)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (str_equal_nocase(set->name, str_of_cstr(lists[i])))
			return 0;
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "SET %.*s takes only one argument", STR_FMT(set->name));
}

static int
set_value(struct session *session, const struct ast_set *set,
    enum setting_scope scope)
{
	struct buf text;
	int rc = check_value_count(set, &session->err);

	if (rc != 0)
		return rc;
	buf_init(&text);
	rc = set_text(set, &session->settings.types, &text, &session->err);
	if (rc == 0)
		rc = settings_set(&session->settings, set->name, buf_str(&text),
		    scope, &session->err);
	buf_release(&text);
	return rc;
}

/* SESSION CHARACTERISTICS are the defaults of transactions to come. */
static int
set_characteristics(struct session *session, const struct ast_set *set)
{
	for (uint32_t i = 0; i < set->option_count; i++) {
		char name[64];
		const struct ast_const *constant = set->options[i].value == NULL
		    ? NULL
		    : set_constant(set->options[i].value);
		struct str value = STR("on");
		int rc;

		if (constant != NULL && constant->kind == AST_STRING)
			value = constant->text;
		else if (constant != NULL &&
		    ((constant->kind == AST_INTEGER &&
			 constant->integer == 0) ||
			(constant->kind == AST_BOOLEAN && !constant->boolean)))
			value = STR("off");
		(void)snprintf(name, sizeof(name), "default_%.*s",
		    STR_FMT(set->options[i].name));
		rc = settings_set(&session->settings, str_of_cstr(name), value,
		    SETTING_SESSION, &session->err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
set_transaction(struct session *session, const struct ast_set *set)
{
	const struct transaction_modes *modes = &session->settings.current;
	bool was_read_only = modes->is_read_only;
	int rc;

	if (session->transaction.state != TRANSACTION_EXPLICIT) {
		session_warn(session, "25P01",
		    "SET TRANSACTION can only be used in transaction blocks");
		return 0;
	}
	for (uint32_t i = 0; i < set->option_count; i++)
		if (str_equal(set->options[i].name,
			STR("transaction_isolation")) &&
		    session->transaction.has_statement)
			return error_set(&session->err,
			    STELE_E_ACTIVE_TRANSACTION,
			    "SET TRANSACTION ISOLATION LEVEL must be called "
			    "before any query");
	rc = transaction_set_modes(session, set->options, set->option_count);
	if (rc == 0 && was_read_only && !modes->is_read_only &&
	    session->transaction.has_statement)
		rc = error_set(&session->err, STELE_E_ACTIVE_TRANSACTION,
		    "transaction read-write mode must be set before any query");
	return rc;
}

static int
set_multi(struct session *session, const struct ast_set *set)
{
	if (str_equal(set->name, STR("transaction")))
		return set_transaction(session, set);
	if (str_equal(set->name, STR("session characteristics")))
		return set_characteristics(session, set);
	return error_set(&session->err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "SET %.*s is not supported", STR_FMT(set->name));
}

static enum step
set(struct session *session, const struct ast_set *set)
{
	enum setting_scope scope =
	    set->is_local ? SETTING_LOCAL : SETTING_SESSION;
	bool is_reset =
	    set->kind == AST_SET_RESET || set->kind == AST_SET_RESET_ALL;
	int rc = 0;

	if (set->is_local && session->transaction.state != TRANSACTION_EXPLICIT)
		session_warn(session, "25P01",
		    "SET LOCAL can only be used in transaction blocks");
	switch (set->kind) {
	case AST_SET_VALUE:
		rc = set_value(session, set, scope);
		break;
	case AST_SET_DEFAULT:
	case AST_SET_RESET:
		rc = settings_reset(&session->settings, set->name, scope,
		    &session->err);
		break;
	case AST_SET_RESET_ALL:
		settings_reset_all(&session->settings);
		break;
	case AST_SET_MULTI:
		rc = set_multi(session, set);
		break;
	case AST_SET_CURRENT:
		return not_supported(session, "SET FROM CURRENT");
	}
	if (rc != 0)
		return STEP_FAIL;
	return utility_done(session, is_reset ? "RESET" : "SET");
}

/* ---- the rest ---- */

int
session_reset(struct session *session)
{
	int rc = settings_reset(&session->settings,
	    STR("session_authorization"), SETTING_SESSION, &session->err);

	if (rc == 0)
		rc = settings_reset(&session->settings, STR("role"),
		    SETTING_SESSION, &session->err);
	if (rc != 0)
		return rc;
	settings_reset_all(&session->settings);
	prepared_remove_all(&session->table);
	cursor_close_all(session);
	temp_tables_remove_all(&session->temp);
	notify_unlisten_all(&session->server->notify, &session->listener);
	advisory_unlock_session(&session->server->advisory, &session->advisory);
	return 0;
}

static int
check_temp_unused(struct session *session)
{
	const struct temp_catalog *catalog = session->temp.catalog;
	const struct exec_context context = { .is_in_use = session_reads,
		.in_use_arg = session };
	int rc = 0;

	for (uint32_t i = 0;
	     catalog != NULL && i < catalog->table_count && rc == 0; i++)
		rc = exec_check_unused(&context, catalog->tables[i]->oid,
		    catalog->tables[i]->name, "DROP TABLE", &session->err);
	return rc;
}

static enum step
discard(struct session *session, struct str what)
{
	if (str_equal(what, STR("plans")))
		return utility_done(session, "DISCARD PLANS");
	if (str_equal(what, STR("sequences"))) {
		temp_sequences_discard(&session->temp);
		return utility_done(session, "DISCARD SEQUENCES");
	}
	if (str_equal(what, STR("temp"))) {
		if (check_temp_unused(session) != 0)
			return STEP_FAIL;
		temp_tables_remove_all(&session->temp);
		return utility_done(session, "DISCARD TEMP");
	}
	if (transaction_check_no_block(session, "DISCARD ALL", &session->err) !=
	    0)
		return STEP_FAIL;
	if (session_reset(session) != 0)
		return STEP_FAIL;
	return utility_done(session, "DISCARD ALL");
}

static void
flushed(struct session *session)
{
	if (session->job.rc != 0)
		session_fail(session);
	else
		(void)utility_done(session, "CHECKPOINT");
}

static enum step
checkpoint(struct session *session)
{
	struct pending *pending = pending_new(session);

	if (pending == NULL)
		return session_out_of_memory(session);
	pending->is_flush = true;
	pending_await(session, pending, flushed);
	(void)session_wait(session, WAIT_COMMIT, STEP_LATER);
	engine_flush(session->server->engine, &pending->commit);
	return STEP_LATER;
}

/* Borrowed columns may go before the plan that shows them does. */
static int
copy_columns(struct planned *planned, const struct planned *of,
    struct error *err)
{
	struct pg_column *columns = arena_alloc_array(&planned->arena,
	    (size_t)of->column_count + 1, sizeof(*columns));

	for (uint32_t i = 0; i < of->column_count; i++) {
		columns[i] = of->columns[i];
		columns[i].name =
		    arena_str(&planned->arena, of->columns[i].name);
		/* Only its OID and modifier are shown. */
		columns[i].type.enum_type = NULL;
	}
	planned->columns = columns;
	planned->column_count = of->column_count;
	planned->has_rows = of->has_rows;
	return arena_check(&planned->arena, err);
}

/* EXPLAIN EXECUTE. */
static const struct pg_column *
explain_columns(struct planned *planned)
{
	struct pg_column *column =
	    arena_zalloc(&planned->arena, sizeof(*column));

	column->name = planned->plan->columns[0].name;
	column->type = planned->plan->columns[0].type;
	return column;
}

int
utility_describe(struct session *session, struct planned *planned,
    struct error *err)
{
	static const struct str ping_column = { "ping", 4 };
	const struct ast_stmt *stmt = planned->stmt;
	const struct prepared *prepared;
	const struct portal *cursor;

	switch ((int)stmt->kind) {
	case AST_SHOW:
		return show_describe(session, planned, err);
	case AST_PING:
		planned->has_rows = true;
		planned->columns =
		    text_columns(&planned->arena, &ping_column, 1);
		planned->column_count = 1;
		return 0;
	case AST_EXPLAIN:
		planned->has_rows = true;
		planned->columns = explain_columns(planned);
		planned->column_count = 1;
		return 0;
	case AST_EXECUTE:
		prepared = prepared_find(&session->table, stmt->execute.name);
		if (prepared != NULL && prepared->planned != NULL)
			return copy_columns(planned, prepared->planned, err);
		return 0;
	case AST_FETCH:
		cursor = portal_find(&session->table, stmt->fetch.cursor);
		if (cursor != NULL && cursor->planned != NULL &&
		    !stmt->fetch.is_move)
			return copy_columns(planned, cursor->planned, err);
		return 0;
	default:
		return 0;
	}
}

enum step
utility_execute(struct session *session, struct portal *portal,
    uint32_t row_limit, bool is_simple)
{
	const struct ast_stmt *stmt = portal->planned->stmt;

	switch ((int)stmt->kind) {
	case AST_TRANSACTION:
		return transaction_execute(session, stmt);
	case AST_SET:
		return set(session, &stmt->set);
	case AST_SHOW:
		return show(session, portal, row_limit, is_simple);
	case AST_PING:
		return ping(session, portal, row_limit, is_simple);
	case AST_CHECKPOINT:
		return checkpoint(session);
	case AST_PREPARE:
		return prepare_execute(session, portal->planned);
	case AST_EXECUTE:
		return prepared_execute(session, portal, row_limit, is_simple);
	case AST_EXPLAIN:
	case AST_CREATE_TABLE_AS:
		return prepared_execute_within(session, portal, row_limit,
		    is_simple);
	case AST_DEALLOCATE:
		return prepared_deallocate(session, stmt->deallocate);
	case AST_DISCARD:
		return discard(session, stmt->discard);
	case AST_DECLARE_CURSOR:
		return cursor_declare(session, portal);
	case AST_FETCH:
		return cursor_fetch(session, portal, is_simple);
	case AST_CLOSE_CURSOR:
		return cursor_close(session, stmt->close_cursor);
	case AST_LISTEN:
	case AST_UNLISTEN:
	case AST_NOTIFY:
		return notify_execute(session, stmt);
	case AST_BATCH:
		return batch_execute(session, portal);
	default:
		return not_supported(session, "this statement");
	}
}
