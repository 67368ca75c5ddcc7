/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leave.c -- gone without a word, in the middle of something.
 */
#include <sys/socket.h>

#include "stress/actor_private.h"

/* Nobody will take the rows. */
static void
leave_query(struct actor *actor)
{
	(void)actor_send(actor,
	    "SELECT a.body, b.body FROM stress_%u a "
	    "JOIN stress_%u b USING (context_id) WHERE a.unit > 0",
	    pick(actor, ACTOR_COUNT), pick(actor, ACTOR_COUNT));
}

/* Stored or not: the unit was begun, and nobody knows. */
static void
leave_store(struct actor *actor)
{
	actor->unit++;
	actor->sent++;
	(void)actor_send(actor,
	    "STORE stress_%u FOR \"context-1\" PAYLOAD "
	    "{\"unit\": %d, \"size\": 1, \"body\": \"left\"}",
	    actor->number, actor->unit);
}

static void
leave_transaction(struct actor *actor)
{
	if (actor_command(actor, "BEGIN"))
		(void)actor_command(actor,
		    "STORE stress_%u FOR \"context-1\" PAYLOAD "
		    "{\"unit\": -1, \"size\": 1, \"body\": \"left\"}",
		    actor->number);
}

static void
leave_copy(struct actor *actor)
{
	static const char line[] = "context-1\t-1\t1\tleft\n";

	if (!actor_send(actor,
		"COPY stress_%u (context_id, unit, size, body) FROM STDIN",
		actor->number))
		return;
	if (!actor_expect(actor, PQgetResult(actor->conn), PGRES_COPY_IN))
		return;
	for (int i = 0; i < 100; i++)
		(void)PQputCopyData(actor->conn, line, sizeof(line) - 1);
	(void)PQflush(actor->conn);
}

/* A Query message that says it has 200 bytes, and has 5. */
static void
leave_message(struct actor *actor)
{
	(void)send(PQsocket(actor->conn), "Q\0\0\0\xc8SELEC", 10, MSG_NOSIGNAL);
}

void
leave_rudely(struct actor *actor)
{
	static const action_fn ways[] = { leave_query, leave_store,
		leave_transaction, leave_copy, leave_message };

	ways[pick(actor, sizeof(ways) / sizeof(ways[0]))](actor);
	/* PQfinish() would say good-bye. */
	(void)shutdown(PQsocket(actor->conn), SHUT_RDWR);
}
