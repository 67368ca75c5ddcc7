/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_plan.c -- the catalogue that a session sees, and plans against it.
 */
#include "plan/logical.h"
#include "server/session_private.h"

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
session_has_names(struct session *session, const struct catalog *catalog)
{
	const struct write_batch *batch = session->transaction.batch;
	const struct catalog *current;
	bool is_same;

	if (batch != NULL) /* each statement of a pipeline but the first */
		return catalog_means_same(write_batch_catalog(batch), catalog);
	current = session_catalog(session);
	is_same = catalog_means_same(current, catalog);
	catalog_unref(current);
	return is_same;
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
	if (rc == 0)
		rc = arena_check(&(*out)->arena, err);
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
	uint32_t count = old->plan->param_count;
	uint32_t *oids;
	int rc;

	oids =
	    arena_alloc_array(&portal->arena, (size_t)count + 1, sizeof(*oids));
	for (uint32_t i = 0; i < count; i++)
		oids[i] = old->plan->param_types[i].oid;
	rc = plan_against(session, catalog, old->source, old->stmt, oids, count,
	    &planned, &session->err);
	if (rc != 0)
		return rc;
	if (old->inner != NULL)
		planned->inner = source_ref(old->inner);
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
	    catalog_means_same(portal->planned->catalog, catalog))
		return 0;
	return plan_anew(session, portal, catalog);
}

int
portal_plan_for_now(struct session *session, struct portal *portal)
{
	const struct planned *planned = portal->planned;
	bool is_late = planned->plan->kind == PLAN_LATER;
	const struct catalog *catalog;
	int rc;

	if (portal->state != PORTAL_NEW ||
	    (planned->temp == session->temp.catalog && !is_late))
		return 0;
	catalog = session_catalog(session);
	rc = plan_anew(session, portal, catalog);
	catalog_unref(catalog);
	if (rc == 0 && is_late && portal->planned->plan->param_count > 0)
		rc = error_set(&session->err, STELE_E_UNDEFINED_PARAMETER,
		    "there is no parameter $1");
	return rc;
}
