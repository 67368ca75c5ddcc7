/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_role.c -- who the session is, and who it acts as.
 *
 * A session keeps the OIDs of roles, which last; their names it looks up again
 * when the catalogue has changed.  One that began when there were no roles is
 * the owner's: its names are those that it gave until there is a first role.
 */
#include "server/session_private.h"

static void
take_name(struct session *session, const struct catalog *catalog, uint32_t oid,
    struct str *name)
{
	const struct role *role = catalog_role_by_oid(catalog, oid);

	if (role == NULL || str_equal(role->name, *name))
		return;
	*name = arena_str(&session->arena, role->name);
}

void
session_role_refresh(struct session *session, const struct catalog *catalog)
{
	struct plan_session *facts = &session->facts;

	if (session->role_generation == catalog->generation)
		return;
	session->role_generation = catalog->generation;
	take_name(session, catalog, facts->role_oid, &facts->user);
	take_name(session, catalog, facts->session_role_oid,
	    &facts->session_user);
	session->settings.user = facts->user;
}

int
session_role_begin(struct session *session, struct error *err)
{
	const struct catalog *catalog = engine_catalog(session->server->engine);
	struct plan_session *facts = &session->facts;
	const struct role *role =
	    catalog_role_by_name(catalog, facts->session_user);
	int rc = 0;

	facts->session_role_oid = ROLE_OWNER_OID;
	if (catalog_has_roles(catalog)) {
		if (role == NULL)
			rc = error_set(err, STELE_E_INVALID_AUTHORIZATION,
			    "role \"%.*s\" does not exist",
			    STR_FMT(facts->session_user));
		else if (!role_can_login(role))
			rc = error_set(err, STELE_E_INVALID_AUTHORIZATION,
			    "role \"%.*s\" is not permitted to log in",
			    STR_FMT(facts->session_user));
		facts->session_role_oid = role == NULL ? 0 : role->oid;
	}
	facts->role_oid = facts->session_role_oid;
	catalog_unref(catalog);
	return rc;
}
