/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_role.c -- who the session is, and who it acts as.
 *
 * Three roles: who has logged in, who the session is since SET SESSION
 * AUTHORIZATION (session_user), and whose rights are asked for since SET ROLE
 * (current_user).  A session keeps their OIDs, which last; their names it looks
 * up again when the catalogue has changed.  One that began when there were no
 * roles is the owner's: its names are those that it gave until there is a first
 * role.
 */
#include <string.h>

#include "plan/plan.h"
#include "server/server.h"
#include "server/session_private.h"

/* ---- names ---- */

/* A session may change its roles for ever: their names take no more memory. */
static struct str
keep_name(char slot[SESSION_ROLE_NAME], struct str name)
{
	if (name.len > SESSION_ROLE_NAME)
		return name; /* no role has it: login_user */
	if (name.len > 0)
		memmove(slot, name.data, name.len);
	return str_of(slot, name.len);
}

/* The name that a role has now; `name` if there is none. */
static struct str
name_of(const struct catalog *catalog, uint32_t oid, struct str name)
{
	const struct role *role = catalog_role_by_oid(catalog, oid);

	return role == NULL ? name : role->name;
}

/* What SHOW tells, and the client is told, of it. */
static void
show_roles(struct session *session, const struct catalog *catalog)
{
	const struct plan_session *facts = &session->facts;
	struct settings *settings = &session->settings;

	settings->user = facts->session_user;
	settings->role = session->has_role ? facts->user : STR("none");
	settings->is_superuser = catalog_is_superuser(catalog, facts->role_oid);
	settings_changed(settings);
}

void
session_role_refresh(struct session *session, const struct catalog *catalog)
{
	struct plan_session *facts = &session->facts;

	if (session->role_generation == catalog->generation)
		return;
	session->role_generation = catalog->generation;
	facts->user = keep_name(session->user_name,
	    name_of(catalog, facts->role_oid, facts->user));
	facts->session_user = keep_name(session->session_user_name,
	    name_of(catalog, facts->session_role_oid, facts->session_user));
	show_roles(session, catalog);
}

/* ---- login ---- */

static int set_role_cb(void *arg, bool is_session, struct str name,
    struct error *err);

/* The place that a role of this name has. */
static int
find_seat(const struct catalog *catalog, struct str name, struct seat *seat,
    struct error *err)
{
	const struct role *role = catalog_role_by_name(catalog, name);

	*seat = (struct seat){
		.role_oid = ROLE_OWNER_OID,
		.role = name,
		.connection_limit = role == NULL ? -1 : role->connection_limit,
	};
	if (catalog_has_roles(catalog)) {
		seat->role_oid = role == NULL ? 0 : role->oid;
		if (role == NULL)
			return error_set(err, STELE_E_INVALID_AUTHORIZATION,
			    "role \"%.*s\" does not exist", STR_FMT(name));
		if (!role_can_login(role))
			return error_set(err, STELE_E_INVALID_AUTHORIZATION,
			    "role \"%.*s\" is not permitted to log in",
			    STR_FMT(name));
	}
	seat->is_superuser = catalog_is_superuser(catalog, seat->role_oid);
	return 0;
}

int
session_role_begin(struct session *session, struct seat *seat,
    struct error *err)
{
	const struct catalog *catalog = engine_catalog(session->server->engine);
	struct plan_session *facts = &session->facts;
	int rc = find_seat(catalog, facts->session_user, seat, err);

	session->login_role_oid = seat->role_oid;
	session->login_user = facts->session_user;
	facts->session_role_oid = seat->role_oid;
	facts->role_oid = seat->role_oid;
	session->settings.set_role = set_role_cb;
	session->settings.set_role_arg = session;
	show_roles(session, catalog);
	catalog_unref(catalog);
	return rc;
}

int
session_role_change(struct session *session, struct str name, struct error *err)
{
	const struct catalog *catalog;
	struct plan_session *facts = &session->facts;
	struct seat seat;
	int rc;

	if (session->transaction.state == TRANSACTION_EXPLICIT ||
	    session->transaction.state == TRANSACTION_FAILED)
		return error_set(err, STELE_E_ACTIVE_TRANSACTION,
		    "another user's transaction is open on this connection");
	rc = session_reset(session);
	settings_commit(&session->settings);
	temp_tables_commit(&session->temp);
	if (rc != 0)
		return rc;
	settings_forget_start(&session->settings);
	catalog = engine_catalog(session->server->engine);
	rc = find_seat(catalog, name, &seat, err);
	if (rc == 0)
		rc = server_reseat(session->server, session, &seat, err);
	if (rc == 0) {
		facts->session_role_oid = facts->role_oid = seat.role_oid;
		facts->session_user = facts->user = session->login_user;
		session->has_role = false;
		show_roles(session, catalog);
		session_take_settings(session, NULL);
		settings_commit(&session->settings);
	}
	catalog_unref(catalog);
	return rc;
}

/* ---- SET SESSION AUTHORIZATION, SET ROLE ---- */

static void
become(struct session *session, uint32_t oid, struct str name)
{
	session->facts.role_oid = oid;
	session->facts.user = keep_name(session->user_name, name);
}

static int
find_role(struct session *session, const struct catalog *catalog,
    struct str name, uint32_t *oid, struct str *own_name, struct error *err)
{
	const struct role *role = catalog_role_by_name(catalog, name);

	if (role == NULL && !catalog_has_roles(catalog) &&
	    str_equal(name, session->login_user)) {
		*oid = ROLE_OWNER_OID;
		*own_name = session->login_user;
		return 0;
	}
	if (role == NULL)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "role \"%.*s\" does not exist", STR_FMT(name));
	*oid = role->oid;
	*own_name = role->name; /* the catalogue's */
	return 0;
}

/* Nothing but the default ends what SET ROLE did, as in PostgreSQL. */
static int
set_authorization(struct session *session, const struct catalog *catalog,
    struct str name, struct error *err)
{
	struct plan_session *facts = &session->facts;
	uint32_t oid = session->login_role_oid;
	struct str own_name = name_of(catalog, oid, session->login_user);
	int rc = 0;

	if (name.len > 0)
		rc = find_role(session, catalog, name, &oid, &own_name, err);
	if (rc == 0 && oid != session->login_role_oid &&
	    !catalog_is_superuser(catalog, session->login_role_oid))
		rc = error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
		    "permission denied to set session authorization");
	if (rc != 0)
		return rc;
	facts->session_role_oid = oid;
	facts->session_user = keep_name(session->session_user_name, own_name);
	session->has_role = false;
	become(session, oid, own_name);
	return 0;
}

static int
set_role(struct session *session, const struct catalog *catalog,
    struct str name, struct error *err)
{
	const struct plan_session *facts = &session->facts;
	struct str own_name;
	uint32_t oid;
	int rc;

	if (str_equal(name, STR("none"))) {
		session->has_role = false;
		become(session, facts->session_role_oid, facts->session_user);
		return 0;
	}
	rc = find_role(session, catalog, name, &oid, &own_name, err);
	if (rc == 0 &&
	    !catalog_role_is_member(catalog, facts->session_role_oid, oid))
		rc = error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
		    "permission denied to set role \"%.*s\"", STR_FMT(name));
	if (rc != 0)
		return rc;
	session->has_role = true;
	become(session, oid, own_name);
	return 0;
}

static int
set_role_cb(void *arg, bool is_session, struct str name, struct error *err)
{
	struct session *session = arg;
	const struct catalog *catalog = session_rights_catalog(session);
	int rc = is_session ? set_authorization(session, catalog, name, err)
			    : set_role(session, catalog, name, err);

	if (rc == 0)
		show_roles(session, catalog);
	catalog_unref(catalog);
	return rc;
}

/* ---- rights ---- */

const struct catalog *
session_rights_catalog(struct session *session)
{
	const struct transaction *transaction = &session->transaction;

	if (transaction->has_ddl && transaction->batch != NULL)
		return catalog_ref(write_batch_catalog(transaction->batch));
	return engine_catalog(session->server->engine);
}

int
session_check_rights(struct session *session, const struct plan *plan,
    const struct catalog *planned_in)
{
	const struct catalog *catalog;
	int rc;

	if (plan->right_count == 0 && plan->need != NEED_CHECKPOINT)
		return 0;
	/* outside of a block it was planned, or found fresh, just now */
	if (session->transaction.state != TRANSACTION_EXPLICIT)
		return plan_check_rights(plan, planned_in, &session->facts,
		    &session->err);
	catalog = session_rights_catalog(session);
	rc = plan_check_rights(plan, catalog, &session->facts, &session->err);
	catalog_unref(catalog);
	return rc;
}

/* ---- other sessions ---- */

static bool
is_beyond(const struct catalog *catalog, uint32_t role_oid, uint32_t target)
{
	return catalog_is_superuser(catalog, target) &&
	    !catalog_is_superuser(catalog, role_oid);
}

bool
session_role_may_signal(const struct catalog *catalog, uint32_t role_oid,
    uint32_t target)
{
	return !is_beyond(catalog, role_oid, target) &&
	    (catalog_role_uses(catalog, role_oid, target) ||
		catalog_role_uses(catalog, role_oid, ROLE_PG_SIGNAL_BACKEND));
}

static int
may_signal(struct session *session, uint32_t target, bool is_end,
    struct error *err)
{
	const struct catalog *catalog = session_rights_catalog(session);
	uint32_t role_oid = session->facts.role_oid;
	int rc = 0;

	if (is_beyond(catalog, role_oid, target))
		rc = error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
		    is_end
			? "must be a superuser to terminate superuser process"
			: "must be a superuser to cancel superuser query");
	else if (!session_role_may_signal(catalog, role_oid, target))
		rc = error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
		    "must be a member of the role whose %s or member of "
		    "pg_signal_backend",
		    is_end ? "process is being terminated"
			   : "query is being canceled");
	catalog_unref(catalog);
	return rc;
}

int
session_signal(struct session *session, int32_t pid, bool is_end,
    struct error *err)
{
	uint32_t target;
	int rc;

	if (!server_session_role(session->server, pid, &target))
		return 0;
	rc = may_signal(session, target, is_end, err);
	if (rc != 0)
		return rc;
	return server_signal(session->server, pid, is_end) ? 1 : 0;
}
