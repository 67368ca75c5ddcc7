/* SPDX-License-Identifier: Apache-2.0 */
#include "server/system_tables.h"

#include "common/attr.h"
#include "server/pgcatalog/tables.h"

/* Sorted by name. */
static const struct system_table *const tables[] = {
	&server_acks.table,
	&storage_archive.table,
	&storage_compactions.table,
	&server_event_ids.table,
	&server_types.table,
	&server_messages.table,
	&server_memory.table,
	&server_permissions.table,
	&server_remembered.table,
	&server_running.table,
	&storage_segments.table,
	&storage_shards.table,
	&server_statements.table,
	&server_users.table,
	&storage_verifications.table,
	&server_wal.table,
};

const struct system_tables server_system_tables = {
	.items = tables,
	.count = ARRAY_LEN(tables),
	.next = &pg_catalog_tables,
};
