/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_settings.c -- what a session begins with: ALTER ROLE and ALTER
 * DATABASE ... SET.
 *
 * They are taken in this order, so that later ones win: of all, of the
 * database, of the role, of the role in the database; then what the client asks
 * for.  One that is not valid any more is a warning: nobody is shut out by it.
 */
#include "common/log.h"
#include "server/server.h"
#include "server/session_private.h"
#include "server/set_text.h"
#include "sql/ast.h"

/* ---- at login ---- */

static void
take_list(struct session *session, const struct setting_list *list,
    session_warn_fn *warn)
{
	for (uint32_t i = 0; list != NULL && i < list->count; i++) {
		const struct kept_setting *setting = &list->settings[i];
		struct error err;

		if (settings_set(&session->settings, setting->name,
			setting->value, SETTING_KEPT, &err) == 0)
			continue;
		log_warn(LOG_SESSION, "a setting of a role is not valid",
		    LOG_STR("name", setting->name),
		    LOG_STR("user", session->facts.session_user),
		    LOG_FAILURE(&err));
		if (warn != NULL)
			warn(session, error_sqlstate(err.code), err.message);
	}
}

void
session_take_settings(struct session *session, session_warn_fn *warn)
{
	const struct catalog *catalog = engine_catalog(session->server->engine);
	uint32_t role_oid = session->login_role_oid;

	take_list(session, catalog_settings(catalog, 0, 0), warn);
	take_list(session, catalog_settings(catalog, ACL_DATABASE_OID, 0),
	    warn);
	if (role_oid != 0) {
		take_list(session, catalog_settings(catalog, 0, role_oid),
		    warn);
		take_list(session,
		    catalog_settings(catalog, ACL_DATABASE_OID, role_oid),
		    warn);
	}
	catalog_unref(catalog);
}

/* ---- what may be kept ---- */

/* The text that is said, or, FROM CURRENT, that there is. */
static int
said_value(const struct session *session, const struct ast_set *set,
    struct arena *arena, struct str *out, struct error *err)
{
	const struct settings *settings = &session->settings;
	struct str own_name;
	struct buf text;
	int rc;

	if (set->kind == AST_SET_CURRENT)
		return settings_show(settings, set->name, arena, &own_name, out,
		    err);
	buf_init(&text);
	rc = set_text(set, &settings->types, &text, err);
	*out = arena_str(arena, buf_str(&text));
	buf_release(&text);
	return rc;
}

int
session_setting_to_keep(void *arg, const struct ast_set *set,
    struct arena *arena, struct kept_setting *out, struct error *err)
{
	const struct session *session = arg;
	bool has_value =
	    set->kind == AST_SET_VALUE || set->kind == AST_SET_CURRENT;
	int rc = 0;

	*out = (struct kept_setting){ .value = STR("") };
	if (set->kind == AST_SET_MULTI)
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "SET %.*s is of one session", STR_FMT(set->name));
	if (has_value)
		rc = said_value(session, set, arena, &out->value, err);
	return rc != 0 ? rc
		       : settings_check(&session->settings, set->name,
			     has_value ? &out->value : NULL, &out->name, err);
}
