/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admin.c -- flushes, merges, changes of the schema, settings, and those who knock and
 * do not come in.
 */
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "stress/actor_private.h"

#define COLUMNS_MAX 8
#define TABLES_MAX  20

static void
admin_flush(struct actor *actor)
{
	(void)actor_command(actor,
	    pick(actor, 2) == 0 ? "CHECKPOINT" : "FLUSH");
}

static void
admin_compact(struct actor *actor)
{
	PQclear(actor_query(actor, "SELECT stele.compact()"));
}

/* A new version of a type that others read, and of which plans are kept. */
static void
admin_add_column(struct actor *actor)
{
	if (actor->column_count == COLUMNS_MAX)
		return;
	if (actor_command(actor, "ALTER TABLE stress_%u ADD COLUMN more_%u int",
		actor->number, actor->column_count))
		actor->column_count++;
}

/* One that is used, or one that is dropped: its events would be missed. */
static void
admin_make_table(struct actor *actor)
{
	uint32_t table = actor->table_count;

	if (table == TABLES_MAX)
		return;
	actor->table_count++;
	if (!actor_command(actor,
		"CREATE TABLE made_%u_%u (a int, b text, c numeric(10,2))",
		actor->number, table))
		return;
	if (pick(actor, 2) == 0)
		(void)actor_command(actor, "DROP TABLE made_%u_%u",
		    actor->number, table);
	else
		(void)actor_command(actor,
		    "INSERT INTO made_%u_%u (context_id, a, c) "
		    "VALUES ('made', 1, 2.50)",
		    actor->number, table);
}

static void
admin_settings(struct actor *actor)
{
	(void)actor_command(actor, "SET synchronous_commit = %s",
	    pick(actor, 2) == 0 ? "off" : "on");
	(void)actor_command(actor, "SET TIME ZONE '%s'",
	    pick(actor, 2) == 0 ? "Europe/Berlin" : "America/New_York");
	PQclear(actor_query(actor, "SHOW work_mem"));
}

static void
knock(const char *path, const void *bytes, size_t len)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	if (fd != -1 &&
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		(void)send(fd, bytes, len, MSG_NOSIGNAL);
	if (fd != -1)
		close(fd);
}

static void
admin_knock(struct actor *actor)
{
	/* SSLRequest; half a startup; a cancel for nobody; no message. */
	static const struct {
		const char *bytes;
		size_t len;
	} texts[] = {
		{ "\0\0\0\x08\x04\xd2\x16\x2f", 8 },
		{ "\0\0\0\x20\0\x03\0\0user", 12 },
		{ "\0\0\0\x10\x04\xd2\x16\x2e\0\0\0\x01\0\0\0\x01", 16 },
		{ "GET / HTTP/1.1\r\n\r\n", 18 },
		{ "", 0 },
	};
	uint32_t i = pick(actor, sizeof(texts) / sizeof(texts[0]));

	knock(actor->stress->socket_path, texts[i].bytes, texts[i].len);
}

const struct action admin_actions[] = {
	{ admin_flush, 1 },
	{ admin_compact, 1 },
	{ admin_add_column, 1 },
	{ admin_make_table, 2 },
	{ admin_settings, 3 },
	{ admin_knock, 4 },
	{ NULL, 0 },
};
