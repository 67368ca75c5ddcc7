/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read.c -- queries in both languages.  What can be said of any answer at any
 * time is checked: no hole, nothing that was seen is gone, no half unit.
 */
#include <stdlib.h>
#include <time.h>

#include "stress/actor_private.h"

static void
sleep_ms(long ms)
{
	struct timespec pause = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&pause, NULL);
}

static uint64_t
field(const PGresult *result, int column)
{
	return strtoull(PQgetvalue(result, 0, column), NULL, 10);
}

static void
read_position(struct actor *actor)
{
	PGresult *result = actor_query(actor,
	    "SELECT count(*), coalesce(max(event_id), 0) FROM events");
	uint64_t count, last;

	if (result == NULL)
		return;
	count = field(result, 0);
	last = field(result, 1);
	PQclear(result);
	if (count != last || last < actor->position)
		actor_fail(actor, "saw %llu events up to %llu after %llu",
		    (unsigned long long)count, (unsigned long long)last,
		    (unsigned long long)actor->position);
	actor->position = last;
}

static void
read_half_units(struct actor *actor)
{
	uint32_t other = pick(actor, ACTOR_COUNT);
	PGresult *result = actor_query(actor,
	    "SELECT unit, count(*), max(size) FROM stress_%u GROUP BY unit "
	    "HAVING count(*) <> max(size) OR min(unit) < 0",
	    other);

	if (result != NULL && PQntuples(result) != 0)
		actor_fail(actor, "unit %s of %u has %s rows of %s",
		    PQgetvalue(result, 0, 0), other, PQgetvalue(result, 0, 1),
		    PQgetvalue(result, 0, 2));
	PQclear(result);
}

static void
read_groups(struct actor *actor)
{
	PQclear(actor_query(actor,
	    "SELECT context_id, count(*), sum(size), max(body) "
	    "FROM stress_%u WHERE unit > %u GROUP BY context_id "
	    "ORDER BY 2 DESC, 1 LIMIT 5",
	    pick(actor, ACTOR_COUNT), pick(actor, 1000)));
}

/* In the order of the log, each once. */
static void
read_stream(struct actor *actor)
{
	uint64_t first = random_below(&actor->random, actor->position + 1);
	PGresult *result = actor_query(actor,
	    "SELECT event_id, event_type, payload FROM events "
	    "WHERE event_id > %llu ORDER BY event_id LIMIT 500",
	    (unsigned long long)first);

	for (int i = 0; i < PQntuples(result); i++)
		if (strtoull(PQgetvalue(result, i, 0), NULL, 10) !=
		    first + (uint64_t)i + 1)
			actor_fail(actor, "a hole after %llu",
			    (unsigned long long)first);
	PQclear(result);
}

static void
read_native(struct actor *actor)
{
	uint32_t context = pick(actor, CONTEXT_COUNT);

	PQclear(actor_query(actor, "REPLAY FOR \"context-%u\"", context));
	PQclear(actor_query(actor,
	    "QUERY stress_%u FOR \"context-%u\" WHERE size > 1 COUNT BY size",
	    pick(actor, ACTOR_COUNT), context));
}

static void
read_prepared(struct actor *actor)
{
	static const char sql[] = "SELECT event_id, body FROM events e "
				  "JOIN stress_0 s USING (event_id) "
				  "WHERE s.context_id = $1 ORDER BY 1 LIMIT 20";
	const char *values[1] = { "context-7" };

	PQclear(PQprepare(actor->conn, "p", sql, 0, NULL));
	for (int i = 0; i < 3; i++)
		PQclear(PQexecPrepared(actor->conn, "p", 1, values, NULL, NULL,
		    i % 2));
	(void)actor_command(actor, "DEALLOCATE ALL");
}

/* A cursor is read in pieces, on its snapshot, while others write. */
static void
read_cursor(struct actor *actor)
{
	if (!actor_command(actor, "BEGIN") ||
	    !actor_command(actor,
		"DECLARE c CURSOR FOR SELECT body, unit FROM stress_%u "
		"ORDER BY body",
		pick(actor, ACTOR_COUNT)))
		return;
	for (uint32_t i = pick(actor, 5); i > 0; i--) {
		PGresult *result = actor_query(actor, "FETCH 100 FROM c");

		PQclear(result);
		if (result == NULL)
			return; /* the transaction is aborted */
	}
	if (pick(actor, 2) == 0 && !actor_command(actor, "CLOSE c"))
		return;
	(void)actor_command(actor, "COMMIT");
}

/* More than the connection's buffer holds, taken slowly or not to the end. */
static void
read_slowly(struct actor *actor)
{
	uint32_t rows = pick(actor, 2000);
	PGresult *result;

	if (!actor_send(actor, "SELECT a.payload, a.payload FROM events a"))
		return;
	PQsetSingleRowMode(actor->conn);
	while (rows-- > 0 && (result = PQgetResult(actor->conn)) != NULL) {
		PQclear(result);
		if (rows % 100 == 0)
			sleep_ms(1);
	}
	if (pick(actor, 2) == 0) {
		PGcancel *cancel = PQgetCancel(actor->conn);
		char reason[256];

		(void)PQcancel(cancel, reason, sizeof(reason));
		PQfreeCancel(cancel);
	}
}

static void
read_copy(struct actor *actor)
{
	char *line;

	if (!actor_send(actor, "COPY stress_%u TO STDOUT",
		pick(actor, ACTOR_COUNT)))
		return;
	if (!actor_expect(actor, PQgetResult(actor->conn), PGRES_COPY_OUT))
		return;
	while (PQgetCopyData(actor->conn, &line, 0) > 0)
		PQfreemem(line);
}

const struct action read_actions[] = {
	{ read_position, 6 },
	{ read_half_units, 4 },
	{ read_groups, 6 },
	{ read_stream, 8 },
	{ read_native, 8 },
	{ read_prepared, 6 },
	{ read_cursor, 4 },
	{ read_slowly, 3 },
	{ read_copy, 2 },
	{ NULL, 0 },
};
