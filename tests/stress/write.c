/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write.c -- a unit of rows, in all the ways that rows are stored.
 */
#include <stdio.h>

#include "stress/actor_private.h"

#define ROWS_MAX      12
#define COPY_ROWS_MAX 400
#define BODY_MAX      300

/* Never stored: what is rolled back, given up or left behind. */
#define UNIT_NEVER (-1)

struct body {
	char text[BODY_MAX + 1];
};

static struct body
make_body(struct actor *actor)
{
	struct body body;
	uint32_t len = pick(actor, BODY_MAX);

	for (uint32_t i = 0; i < len; i++)
		body.text[i] = (char)('a' + pick(actor, 26));
	body.text[len] = '\0';
	return body;
}

static void
begin_unit(struct actor *actor, uint32_t rows)
{
	actor->unit++;
	actor->sent += rows;
}

static void
end_unit(struct actor *actor, uint32_t rows, bool acked)
{
	if (acked)
		actor->acked += rows;
}

static bool
store(struct actor *actor, int32_t unit, uint32_t size)
{
	return actor_command(actor,
	    "STORE stress_%u FOR \"context-%u\" PAYLOAD {\"unit\": %d, "
	    "\"size\": %u, \"body\": \"%s\"}",
	    actor->number, pick(actor, CONTEXT_COUNT), unit, size,
	    make_body(actor).text);
}

static void
write_one(struct actor *actor)
{
	begin_unit(actor, 1);
	end_unit(actor, 1, store(actor, actor->unit, 1));
}

/* A statement with parameters; `size` rows make the unit. */
static void
parameters(struct actor *actor, uint32_t size, char text[4][BODY_MAX + 64])
{
	snprintf(text[0], sizeof(text[0]), "context-%u",
	    pick(actor, CONTEXT_COUNT));
	snprintf(text[1], sizeof(text[1]), "%d", actor->unit);
	snprintf(text[2], sizeof(text[2]), "%u", size);
	snprintf(text[3], sizeof(text[3]), "%s", make_body(actor).text);
}

static void
insert_text(const struct actor *actor, char *sql, size_t room)
{
	snprintf(sql, room,
	    "INSERT INTO stress_%u (context_id, unit, size, body) "
	    "VALUES ($1, $2, $3, $4)",
	    actor->number);
}

static void
write_with_parameters(struct actor *actor)
{
	char text[4][BODY_MAX + 64], sql[128];
	const char *values[4] = { text[0], text[1], text[2], text[3] };

	begin_unit(actor, 1);
	parameters(actor, 1, text);
	insert_text(actor, sql, sizeof(sql));
	end_unit(actor, 1,
	    actor_expect(actor,
		PQexecParams(actor->conn, sql, 4, NULL, values, NULL, NULL, 0),
		PGRES_COMMAND_OK));
}

/* Statements before one Sync are one transaction. */
static void
write_pipeline(struct actor *actor)
{
	uint32_t rows = 1 + pick(actor, ROWS_MAX);
	char text[4][BODY_MAX + 64], sql[128];
	const char *values[4] = { text[0], text[1], text[2], text[3] };
	bool ok = true;

	begin_unit(actor, rows);
	insert_text(actor, sql, sizeof(sql));
	PQenterPipelineMode(actor->conn);
	for (uint32_t i = 0; i < rows; i++) {
		parameters(actor, rows, text);
		(void)PQsendQueryParams(actor->conn, sql, 4, NULL, values, NULL,
		    NULL, 0);
	}
	(void)PQpipelineSync(actor->conn);
	for (uint32_t i = 0; i < rows; i++) {
		PGresult *result = PQgetResult(actor->conn);

		/* After an error the rest is left out. */
		if (ok)
			ok = actor_expect(actor, result, PGRES_COMMAND_OK);
		else
			PQclear(result);
		PQclear(PQgetResult(actor->conn));
	}
	ok &=
	    actor_expect(actor, PQgetResult(actor->conn), PGRES_PIPELINE_SYNC);
	PQexitPipelineMode(actor->conn);
	end_unit(actor, rows, ok);
}

/* With a savepoint that is rolled back, and a look at its own rows. */
static void
write_transaction(struct actor *actor)
{
	uint32_t rows = 1 + pick(actor, ROWS_MAX);
	bool ok = actor_command(actor, "BEGIN");

	begin_unit(actor, rows);
	for (uint32_t i = 0; i < rows && ok; i++)
		ok = store(actor, actor->unit, rows);
	if (ok && pick(actor, 2) == 0)
		ok = actor_command(actor, "SAVEPOINT s") &&
		    store(actor, UNIT_NEVER, 1) &&
		    actor_command(actor, "ROLLBACK TO s");
	if (ok && pick(actor, 4) == 0) {
		PGresult *result = actor_query(actor,
		    "SELECT count(*) FROM stress_%u WHERE unit = %d",
		    actor->number, actor->unit);

		ok = result != NULL;
		PQclear(result);
	}
	end_unit(actor, rows, ok && actor_command(actor, "COMMIT"));
}

static void
write_rolled_back(struct actor *actor)
{
	if (actor_command(actor, "BEGIN") && store(actor, UNIT_NEVER, 2) &&
	    store(actor, UNIT_NEVER, 2))
		(void)actor_command(actor, "ROLLBACK");
}

static void
put_line(struct actor *actor, int32_t unit, uint32_t size, bool is_mixed)
{
	char line[BODY_MAX + 200];
	int len;

	if (is_mixed)
		len = snprintf(line, sizeof(line),
		    "stress_%u\tcontext-%u\t2026-01-02 03:04:05Z\t"
		    "{\"unit\": %d, \"size\": %u, \"body\": \"%s\"}\n",
		    actor->number, pick(actor, CONTEXT_COUNT), unit, size,
		    make_body(actor).text);
	else
		len = snprintf(line, sizeof(line), "context-%u\t%d\t%u\t%s\n",
		    pick(actor, CONTEXT_COUNT), unit, size,
		    make_body(actor).text);
	(void)PQputCopyData(actor->conn, line, len);
}

static bool
copy_begin(struct actor *actor, bool is_mixed)
{
	char sql[128];

	if (is_mixed)
		snprintf(sql, sizeof(sql),
		    "COPY events (event_type, context_id, timestamp, payload) "
		    "FROM STDIN");
	else
		snprintf(sql, sizeof(sql),
		    "COPY stress_%u (context_id, unit, size, body) FROM STDIN",
		    actor->number);
	return actor_expect(actor, PQexec(actor->conn, sql), PGRES_COPY_IN);
}

static void
write_copy(struct actor *actor)
{
	uint32_t rows = 1 + pick(actor, COPY_ROWS_MAX);
	bool is_mixed = pick(actor, 3) == 0;

	begin_unit(actor, rows);
	if (!copy_begin(actor, is_mixed))
		return;
	for (uint32_t i = 0; i < rows; i++)
		put_line(actor, actor->unit, rows, is_mixed);
	(void)PQputCopyEnd(actor->conn, NULL);
	end_unit(actor, rows,
	    actor_expect(actor, PQgetResult(actor->conn), PGRES_COMMAND_OK));
}

/* Given up; or not even that, which the end of the action makes up for. */
static void
write_failed_copy(struct actor *actor)
{
	if (!copy_begin(actor, false))
		return;
	for (uint32_t i = pick(actor, COPY_ROWS_MAX); i > 0; i--)
		put_line(actor, UNIT_NEVER, 2, false);
	if (pick(actor, 2) == 0)
		(void)PQputCopyEnd(actor->conn, "given up");
}

const struct action write_actions[] = {
	{ write_one, 20 },
	{ write_with_parameters, 20 },
	{ write_pipeline, 10 },
	{ write_transaction, 15 },
	{ write_rolled_back, 4 },
	{ write_copy, 8 },
	{ write_failed_copy, 3 },
	{ NULL, 0 },
};
