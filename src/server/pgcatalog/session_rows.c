/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_rows.c -- pg_stat_activity and pg_stat_ssl, and what the session
 * itself has by name: pg_cursors and pg_prepared_statements.
 */
#include "common/attr.h"
#include "server/activity.h"
#include "server/pgcatalog/rows.h"
#include "sql/ast.h"
#include "types/network.h"
#include "types/numeric.h"

/* ---- pg_stat_activity ---- */

static const char *const state_names[] = {
	[ACTIVITY_IDLE] = "idle",
	[ACTIVITY_ACTIVE] = "active",
	[ACTIVITY_IN_TRANSACTION] = "idle in transaction",
	[ACTIVITY_IN_FAILED_TRANSACTION] = "idle in transaction (aborted)",
};

static void
put_time(struct system_rows *rows, uint32_t column, int64_t time)
{
	if (time != 0)
		system_put_i64(rows, column, time);
}

static void
put_view(struct system_rows *rows, const struct activity_view *view)
{
	system_put_str(rows, pg_stat_activity_application_name,
	    str_of(view->application_name, view->application_name_len));
	put_time(rows, pg_stat_activity_backend_start, view->session_start);
	put_time(rows, pg_stat_activity_xact_start, view->transaction_start);
	put_time(rows, pg_stat_activity_query_start, view->query_start);
	put_time(rows, pg_stat_activity_state_change, view->state_change);
	if (view->state != ACTIVITY_ACTIVE) {
		system_put_cstr(rows, pg_stat_activity_wait_event_type,
		    "Client");
		system_put_cstr(rows, pg_stat_activity_wait_event,
		    "ClientRead");
	}
	system_put_cstr(rows, pg_stat_activity_state, state_names[view->state]);
	system_put_str(rows, pg_stat_activity_query,
	    str_of(view->query, view->query_len));
}

/* As PostgreSQL has it: a client of a UNIX socket has port -1, no address. */
static void
put_client(struct system_rows *rows, const struct plan_endpoint *client)
{
	struct network address;

	if (client->address.len == 0) {
		system_put_i64(rows, pg_stat_activity_client_port, -1);
		return;
	}
	system_put_i64(rows, pg_stat_activity_client_port, client->port);
	if (network_parse(client->address, false, &address))
		system_put_str(rows, pg_stat_activity_client_addr,
		    network_make(&address, system_rows_arena(rows)));
}

/* Who looks at the sessions. */
struct viewer {
	struct system_rows *rows;
	const struct catalog *catalog;
	uint32_t role_oid;
};

/* His own role's, those of roles that he uses, or all of them. */
static bool
may_see(const struct viewer *viewer, uint32_t role_oid)
{
	return catalog_role_uses(viewer->catalog, viewer->role_oid, role_oid) ||
	    catalog_role_uses(viewer->catalog, viewer->role_oid,
		ROLE_PG_READ_ALL_STATS);
}

/* With the server's mutex: what belongs to the session stays so long. */
static void
put_session(void *arg, struct session *session)
{
	const struct viewer *viewer = arg;
	struct system_rows *rows = viewer->rows;
	const struct role *role =
	    catalog_role_by_oid(viewer->catalog, session->login_role_oid);
	struct activity_view view;

	if (!system_wants_i64(rows, pg_stat_activity_pid, session->pid))
		return;
	activity_get(&session->activity, &view);
	system_rows_next(rows);
	system_put_i64(rows, pg_stat_activity_datid, DATABASE_OID);
	system_put_str(rows, pg_stat_activity_datname, session->facts.database);
	system_put_i64(rows, pg_stat_activity_pid, session->pid);
	system_put_i64(rows, pg_stat_activity_usesysid,
	    session->login_role_oid);
	system_put_str(rows, pg_stat_activity_usename,
	    role == NULL ? session->login_user : role->name);
	system_put_cstr(rows, pg_stat_activity_backend_type, "client backend");
	if (may_see(viewer, session->login_role_oid)) {
		put_client(rows, &session->facts.client);
		put_view(rows, &view);
	} else {
		system_put_cstr(rows, pg_stat_activity_query,
		    "<insufficient privilege>");
	}
}

int
pg_stat_activity_rows(void *arg, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct session *session = arg;
	struct viewer viewer = {
		.rows = rows,
		.catalog = system_rows_space(rows)->catalog,
		.role_oid = session->facts.role_oid,
	};

	server_each_session(session->server, put_session, &viewer);
	return 0;
}

/* ---- pg_stat_ssl ---- */

static void
put_text(struct system_rows *rows, uint32_t column, struct str text)
{
	if (text.len > 0)
		system_put_str(rows, column, text);
}

static void
put_certificate(struct system_rows *rows, const struct tls_client *client)
{
	struct datum serial = { .is_null = false };

	put_text(rows, pg_stat_ssl_client_dn, client->subject);
	put_text(rows, pg_stat_ssl_issuer_dn, client->issuer);
	if (numeric_parse(client->serial, system_rows_arena(rows),
		&serial.numeric) == NUMERIC_PARSE_OK)
		system_put(rows, pg_stat_ssl_client_serial, &serial);
}

/* With the server's mutex: the facts are older than the session's pid. */
static void
put_tls(void *arg, struct session *session)
{
	struct system_rows *rows = arg;

	if (!system_wants_i64(rows, pg_stat_ssl_pid, session->pid))
		return;
	system_rows_next(rows);
	system_put_i64(rows, pg_stat_ssl_pid, session->pid);
	system_put_bool(rows, pg_stat_ssl_ssl, session->has_tls);
	if (!session->has_tls)
		return;
	system_put_cstr(rows, pg_stat_ssl_version, session->tls.version);
	system_put_cstr(rows, pg_stat_ssl_cipher, session->tls.cipher);
	system_put_i64(rows, pg_stat_ssl_bits, session->tls.bits);
	if (session->tls.has_client)
		put_certificate(rows, &session->tls.client);
}

int
pg_stat_ssl_rows(void *arg, struct system_rows *rows, struct error *err UNUSED)
{
	const struct session *session = arg;

	server_each_session(session->server, put_tls, rows);
	return 0;
}

/* ---- what the session has ---- */

/* The session waits for the scan: nothing of this changes meanwhile. */
int
pg_cursors_rows(void *arg, struct system_rows *rows, struct error *err UNUSED)
{
	const struct session *session = arg;
	const struct portal *portal = portal_first(&session->table);

	for (; portal != NULL; portal = portal_next(portal)) {
		if (portal->planned == NULL)
			continue;
		system_rows_next(rows);
		system_put_str(rows, pg_cursors_name, portal->named.name);
		system_put_str(rows, pg_cursors_statement,
		    portal->planned->stmt->text);
		system_put_bool(rows, pg_cursors_is_holdable, portal->is_hold);
		system_put_bool(rows, pg_cursors_is_binary,
		    portal->is_cursor && portal->format_count > 0);
		system_put_bool(rows, pg_cursors_is_scrollable,
		    portal->is_scroll);
		system_put_i64(rows, pg_cursors_creation_time, portal->made_at);
	}
	return 0;
}

static void
put_parameter_types(struct system_rows *rows, const struct planned *planned)
{
	uint32_t count = planned == NULL ? 0 : planned->plan->param_count;
	struct datum *values = arena_zalloc(system_rows_arena(rows),
	    ((size_t)count + 1) * sizeof(*values));

	for (uint32_t i = 0; i < count; i++)
		values[i].i64 = planned->plan->param_types[i].oid;
	system_put_array(rows, pg_prepared_statements_parameter_types,
	    TYPE_REGTYPE, values, count);
}

int
pg_prepared_statements_rows(void *arg, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct session *session = arg;
	const struct prepared *prepared = prepared_first(&session->table);

	for (; prepared != NULL; prepared = prepared_next(prepared)) {
		if (prepared->named.name.len == 0)
			continue;
		system_rows_next(rows);
		system_put_str(rows, pg_prepared_statements_name,
		    prepared->named.name);
		system_put_str(rows, pg_prepared_statements_statement,
		    prepared->source->shown);
		system_put_i64(rows, pg_prepared_statements_prepare_time,
		    prepared->made_at);
		put_parameter_types(rows, prepared->planned);
		system_put_bool(rows, pg_prepared_statements_from_sql,
		    prepared->is_from_sql);
		system_put_i64(rows, pg_prepared_statements_generic_plans, 0);
		system_put_i64(rows, pg_prepared_statements_custom_plans, 0);
	}
	return 0;
}
