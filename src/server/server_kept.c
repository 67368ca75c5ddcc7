/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_kept.c -- stele.remembered: the kept queries that current_user may
 * read.
 */
#include "engine/catalog/catalog.h"
#include "plan/names.h"
#include "plan/schema.h"
#include "server/session_private.h"
#include "server/system_tables.h"

enum remembered_column {
	REMEMBERED_NAME,
	REMEMBERED_OWNER,
	REMEMBERED_QUERY,
	REMEMBERED_POPULATED,
	REMEMBERED_ROWS,
	REMEMBERED_EVENT_ID,
	REMEMBERED_REFRESHED,
	REMEMBERED_COLUMN_COUNT,
};

static const struct system_column
    remembered_columns[REMEMBERED_COLUMN_COUNT] = {
	    [REMEMBERED_NAME] = { "name", TYPE_TEXT, true },
	    [REMEMBERED_OWNER] = { "owner", TYPE_TEXT, false },
	    [REMEMBERED_QUERY] = { "query", TYPE_TEXT, true },
	    [REMEMBERED_POPULATED] = { "is_populated", TYPE_BOOL, true },
	    /* that are stored; of aggregates, of each refresh */
	    [REMEMBERED_ROWS] = { "row_count", TYPE_INT8, true },
	    /* all events up to it are in them */
	    [REMEMBERED_EVENT_ID] = { "event_id", TYPE_INT8, true },
	    [REMEMBERED_REFRESHED] = { "refreshed_at", TYPE_TIMESTAMPTZ,
		false },
    };

static void
put_kept(struct system_rows *rows, const struct session *session,
    const struct catalog *catalog, const struct sql_view *view)
{
	const struct plan_context context = {
		.catalog = catalog,
		.session = &session->facts,
	};
	const struct kept_rows *kept = &view->kept;
	struct str owner;

	system_rows_next(rows);
	system_put_str(rows, REMEMBERED_NAME, view->name);
	if (names_role_name(&context, view->owner, &owner))
		system_put_str(rows, REMEMBERED_OWNER, owner);
	system_put_str(rows, REMEMBERED_QUERY, view->query);
	system_put_bool(rows, REMEMBERED_POPULATED, kept->is_populated);
	system_put_i64(rows, REMEMBERED_ROWS, (int64_t)kept->row_count);
	system_put_i64(rows, REMEMBERED_EVENT_ID, (int64_t)kept->position);
	if (kept->is_populated)
		system_put_i64(rows, REMEMBERED_REFRESHED, kept->refreshed_at);
}

static int
remembered_fill(void *arg, struct system_rows *rows, struct error *err UNUSED)
{
	struct session *session = arg;
	/* How far rows are is not what a plan's catalogue knows. */
	const struct catalog *catalog = session_catalog(session);
	struct acl_object object;

	for (uint32_t i = 0; i < catalog->view_count; i++) {
		const struct sql_view *view = catalog->views[i];

		if (view_is_kept(view) &&
		    catalog_acl_object(catalog, view->oid, &object) &&
		    catalog_rights(catalog, session->facts.role_oid, &object,
			RIGHT_SELECT) != 0)
			put_kept(rows, session, catalog, view);
	}
	catalog_unref(catalog);
	return 0;
}

const struct system_provider server_remembered = {
	.table = {
		.schema = SCHEMA_STELE,
		.name = "remembered",
		.oid = 15013,
		.kind = 'v',
		.columns = remembered_columns,
		.column_count = REMEMBERED_COLUMN_COUNT,
	},
	.fill = remembered_fill,
};
