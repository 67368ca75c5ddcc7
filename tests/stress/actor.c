/* SPDX-License-Identifier: Apache-2.0 */
#include "stress/actor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stress/actor_private.h"

#define ACTIONS_MAX  40 /* of one connection */
#define SQL_SIZE_MAX 8192

void
actor_fail(struct actor *actor, const char *format, ...)
{
	va_list args;

	atomic_store_explicit(&actor->stress->is_over, true,
	    memory_order_relaxed);
	if (actor->failure[0] != '\0')
		return;
	va_start(args, format);
	vsnprintf(actor->failure, sizeof(actor->failure), format, args);
	va_end(args);
}

/* ---- statements ---- */

/* 57014: by a cancel request, or by statement_timeout. */
static bool
is_cancelled(struct actor *actor, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (state == NULL || strcmp(state, "57014") != 0)
		return false;
	actor->cancelled++;
	return true;
}

static bool
is_as_expected(struct actor *actor, const PGresult *result,
    ExecStatusType status)
{
	if (PQresultStatus(result) == status)
		return true;
	if (!is_cancelled(actor, result))
		actor_fail(actor, "%s: %s", PQresStatus(PQresultStatus(result)),
		    result != NULL ? PQresultErrorMessage(result)
				   : PQerrorMessage(actor->conn));
	return false;
}

bool
actor_expect(struct actor *actor, PGresult *result, ExecStatusType status)
{
	bool as_expected = is_as_expected(actor, result, status);

	PQclear(result);
	return as_expected;
}

static char *word(const char *format, va_list args)
    __attribute__((format(printf, 1, 0)));

static char *
word(const char *format, va_list args)
{
	char *sql = malloc(SQL_SIZE_MAX);

	if (sql == NULL ||
	    vsnprintf(sql, SQL_SIZE_MAX, format, args) >= SQL_SIZE_MAX)
		abort();
	return sql;
}

bool
actor_command(struct actor *actor, const char *format, ...)
{
	va_list args;
	char *sql;
	bool ok;

	va_start(args, format);
	sql = word(format, args);
	va_end(args);
	ok = actor_expect(actor, PQexec(actor->conn, sql), PGRES_COMMAND_OK);
	free(sql);
	return ok;
}

PGresult *
actor_query(struct actor *actor, const char *format, ...)
{
	PGresult *result;
	va_list args;
	char *sql;

	va_start(args, format);
	sql = word(format, args);
	va_end(args);
	result = PQexec(actor->conn, sql);
	free(sql);
	if (is_as_expected(actor, result, PGRES_TUPLES_OK))
		return result;
	PQclear(result);
	return NULL;
}

bool
actor_send(struct actor *actor, const char *format, ...)
{
	va_list args;
	char *sql;
	bool ok;

	va_start(args, format);
	sql = word(format, args);
	va_end(args);
	ok = PQsendQuery(actor->conn, sql) == 1;
	if (!ok)
		actor_fail(actor, "%s", PQerrorMessage(actor->conn));
	free(sql);
	return ok;
}

/* ---- the connection ---- */

static void
publish_cancel(struct actor *actor, PGcancel *cancel)
{
	struct stress *stress = actor->stress;
	PGcancel *old;

	pthread_mutex_lock(&stress->lock);
	old = stress->cancels[actor->number];
	stress->cancels[actor->number] = cancel;
	pthread_mutex_unlock(&stress->lock);
	PQfreeCancel(old);
}

static bool
connect_actor(struct actor *actor)
{
	actor->conn = PQconnectdb(actor->stress->conninfo);
	if (PQstatus(actor->conn) != CONNECTION_OK) {
		actor_fail(actor, "%s", PQerrorMessage(actor->conn));
		return false;
	}
	publish_cancel(actor, PQgetCancel(actor->conn));
	return true;
}

/* Take the answers that an action has left, and end its transaction. */
static void
tidy(struct actor *actor)
{
	PGresult *result;

	while ((result = PQgetResult(actor->conn)) != NULL) {
		if (PQresultStatus(result) == PGRES_COPY_IN)
			(void)PQputCopyEnd(actor->conn, "given up");
		PQclear(result);
	}
	for (int i = 0; i < 10 && actor->failure[0] == '\0' &&
	     PQtransactionStatus(actor->conn) != PQTRANS_IDLE;
	     i++)
		(void)actor_command(actor, "ROLLBACK");
	if (PQstatus(actor->conn) != CONNECTION_OK)
		actor_fail(actor, "the connection was lost: %s",
		    PQerrorMessage(actor->conn));
}

static action_fn
pick_action(struct actor *actor)
{
	static const struct action *const kinds[] = { write_actions,
		read_actions, admin_actions };
	unsigned total = 0, at;

	for (size_t i = 0; i < 3; i++)
		for (const struct action *a = kinds[i]; a->run != NULL; a++)
			total += a->weight;
	at = pick(actor, total);
	for (size_t i = 0; i < 3; i++)
		for (const struct action *a = kinds[i]; a->run != NULL; a++) {
			if (at < a->weight)
				return a->run;
			at -= a->weight;
		}
	abort();
}

static bool
is_over(const struct actor *actor)
{
	return atomic_load_explicit(&actor->stress->is_over,
	    memory_order_relaxed);
}

void *
actor_run(void *arg)
{
	struct actor *actor = arg;

	while (!is_over(actor) && connect_actor(actor)) {
		uint32_t count = pick(actor, ACTIONS_MAX);

		for (uint32_t i = 0; i < count && !is_over(actor); i++) {
			pick_action(actor)(actor);
			tidy(actor);
			actor->actions++;
		}
		if (!is_over(actor) && pick(actor, 2) == 0)
			leave_rudely(actor);
		publish_cancel(actor, NULL);
		PQfinish(actor->conn);
		actor->conn = NULL;
	}
	PQfinish(actor->conn);
	return NULL;
}

/* ---- before and after ---- */

void
actor_define(struct actor *actor, PGconn *conn)
{
	actor->conn = conn;
	(void)actor_command(actor,
	    "DEFINE stress_%u FIELDS { \"unit\": \"int\", \"size\": \"int\", "
	    "\"body\": \"string\" }",
	    actor->number);
	actor->conn = NULL;
}

static uint64_t
number(struct actor *actor, const char *where)
{
	PGresult *result = actor_query(actor,
	    "SELECT count(*) FROM stress_%u WHERE %s", actor->number, where);
	uint64_t count = 0;

	if (result != NULL)
		count = strtoull(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return count;
}

void
actor_judge(struct actor *actor, PGconn *conn)
{
	uint64_t there, never;

	actor->conn = conn;
	there = number(actor, "unit > 0");
	never = number(actor, "unit < 0");
	if (there < actor->acked || there > actor->sent)
		actor_fail(actor, "%llu rows, of %llu sent, %llu acknowledged",
		    (unsigned long long)there, (unsigned long long)actor->sent,
		    (unsigned long long)actor->acked);
	if (never != 0)
		actor_fail(actor, "%llu rows that were rolled back",
		    (unsigned long long)never);
	actor->conn = NULL;
}
