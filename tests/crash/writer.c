/* SPDX-License-Identifier: Apache-2.0 */
#include "crash/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "crash/record.h"

enum {
	ROWS_MAX = 20,
	COPY_ROWS_MAX = 300,
	STAGED_ROWS_MAX = 2000, /* several times batch_memory */
	TRANSACTION_MAX = 8,
	PIPELINE_MAX = 30,
};

enum answer {
	ANSWER_OK,
	ANSWER_LOST, /* the connection is gone, or the server says it goes */
	ANSWER_WRONG,
};

/* An event as text, for the statement that carries it. */
struct event_text {
	char context[16];
	char writer[12];
	char seq[12];
	char body[BODY_SIZE_MAX];
	char payload[BODY_SIZE_MAX + 64];
	uint32_t seq_number;
};

static const char type_letter[TYPE_COUNT] = { 'a', 'b', 'c' };

uint32_t
random_below(uint64_t *state, uint32_t limit)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)((*state >> 11) % limit);
}

/* Enter a new event into the record and word it. */
static void
event_make(struct writer *w, uint32_t type, struct event_text *text)
{
	uint32_t context = random_below(&w->random, CONTEXT_COUNT);
	uint32_t seq = record_add_event(w->own, type, context);

	text->seq_number = seq;
	record_body(w->own->writer, seq, text->body);
	snprintf(text->context, sizeof(text->context), "context-%u", context);
	snprintf(text->writer, sizeof(text->writer), "%u", w->own->writer);
	snprintf(text->seq, sizeof(text->seq), "%u", seq);
	snprintf(text->payload, sizeof(text->payload),
	    "{\"writer\":%u,\"seq\":%u,\"body\":\"%s\"}", w->own->writer, seq,
	    text->body);
}

static enum answer
answer_of(struct writer *w, const PGconn *conn, PGresult *result,
    ExecStatusType expected)
{
	enum answer answer = ANSWER_OK;
	const char *state;

	if (PQresultStatus(result) != expected) {
		state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
		answer = ANSWER_LOST;
		if (PQstatus(conn) == CONNECTION_OK &&
		    (state == NULL || strncmp(state, "57", 2) != 0)) {
			answer = ANSWER_WRONG;
			snprintf(w->failure, sizeof(w->failure), "%s: %s",
			    PQresStatus(PQresultStatus(result)),
			    PQresultErrorMessage(result));
		}
	}
	PQclear(result);
	return answer;
}

static enum answer
run(struct writer *w, PGconn *conn, const char *sql)
{
	return answer_of(w, conn, PQexec(conn, sql), PGRES_COMMAND_OK);
}

static enum answer
insert(struct writer *w, PGconn *conn, uint32_t type)
{
	struct event_text text;
	const char *values[4] = { text.context, text.writer, text.seq,
		text.body };
	char sql[128];

	event_make(w, type, &text);
	snprintf(sql, sizeof(sql),
	    "INSERT INTO kill_%c (context_id, writer, seq, body) "
	    "VALUES ($1, $2, $3, $4)",
	    type_letter[type]);
	return answer_of(w, conn,
	    PQexecParams(conn, sql, 4, NULL, values, NULL, NULL, 0),
	    PGRES_COMMAND_OK);
}

static enum answer
unit_insert_returning(struct writer *w, PGconn *conn)
{
	uint32_t type = random_below(&w->random, TYPE_COUNT);
	struct event_text text;
	char sql[BODY_SIZE_MAX + 256];
	PGresult *result;

	event_make(w, type, &text);
	snprintf(sql, sizeof(sql),
	    "INSERT INTO kill_%c (context_id, writer, seq, body) "
	    "VALUES ('%s', %s, %s, '%s') RETURNING event_id",
	    type_letter[type], text.context, text.writer, text.seq, text.body);
	result = PQexec(conn, sql);
	if (PQntuples(result) == 1)
		w->own->events[text.seq_number].returned_id =
		    strtoull(PQgetvalue(result, 0, 0), NULL, 10);
	return answer_of(w, conn, result, PGRES_TUPLES_OK);
}

static enum answer
unit_store(struct writer *w, PGconn *conn)
{
	uint32_t type = random_below(&w->random, TYPE_COUNT);
	struct event_text text;
	const char *values[2] = { text.context, text.payload };
	char sql[BODY_SIZE_MAX + 256];

	event_make(w, type, &text);
	if (random_below(&w->random, 2) == 0) {
		snprintf(sql, sizeof(sql),
		    "STORE kill_%c FOR \"%s\" PAYLOAD %s", type_letter[type],
		    text.context, text.payload);
		return run(w, conn, sql);
	}
	snprintf(sql, sizeof(sql), "STORE kill_%c FOR $1 PAYLOAD $2",
	    type_letter[type]);
	return answer_of(w, conn,
	    PQexecParams(conn, sql, 2, NULL, values, NULL, NULL, 0),
	    PGRES_COMMAND_OK);
}

static enum answer
unit_rows(struct writer *w, PGconn *conn)
{
	uint32_t type = random_below(&w->random, TYPE_COUNT);
	uint32_t count = 2 + random_below(&w->random, ROWS_MAX - 1);
	size_t room = 128 + count * (size_t)(BODY_SIZE_MAX + 64);
	char *sql = malloc(room);
	struct event_text text;
	enum answer answer;
	size_t len;

	if (sql == NULL)
		return ANSWER_WRONG;
	len = (size_t)snprintf(sql, room,
	    "INSERT INTO kill_%c (context_id, writer, seq, body) VALUES",
	    type_letter[type]);
	for (uint32_t i = 0; i < count; i++) {
		event_make(w, type, &text);
		len += (size_t)snprintf(sql + len, room - len,
		    "%s ('%s', %s, %s, '%s')", i == 0 ? "" : ",", text.context,
		    text.writer, text.seq, text.body);
	}
	answer = run(w, conn, sql);
	free(sql);
	return answer;
}

/* Several contexts, hence shards, and several types in one transaction. */
static enum answer
unit_transaction(struct writer *w, PGconn *conn)
{
	uint32_t count = 1 + random_below(&w->random, TRANSACTION_MAX);
	enum answer answer = run(w, conn, "BEGIN");

	/* Whatever ends it before COMMIT is sent: it is not committed. */
	for (uint32_t i = 0; i < count && answer == ANSWER_OK; i++)
		answer = insert(w, conn, random_below(&w->random, TYPE_COUNT));
	if (answer != ANSWER_OK) {
		record_settle_unit(w->own, UNIT_ABSENT);
		return answer;
	}
	if (random_below(&w->random, 6) == 0) {
		record_settle_unit(w->own, UNIT_ABSENT);
		return run(w, conn, "ROLLBACK");
	}
	return run(w, conn, "COMMIT");
}

/* The line of one event, of one type's COPY or of a mixed stream's. */
static int
copy_line(struct writer *w, uint32_t type, bool is_mixed, char *line,
    size_t room)
{
	struct event_text text;

	event_make(w, type, &text);
	if (!is_mixed)
		return snprintf(line, room, "%s\t%s\t%s\t%s\n", text.context,
		    text.writer, text.seq, text.body);
	return snprintf(line, room, "kill_%c\t%s\t2026-01-02 03:04:05Z\t%s\n",
	    type_letter[type], text.context, text.payload);
}

static enum answer
unit_copy(struct writer *w, PGconn *conn, bool is_mixed)
{
	bool is_staged = random_below(&w->random, 6) == 0;
	uint32_t count = 1 +
	    random_below(&w->random,
		is_staged ? STAGED_ROWS_MAX : COPY_ROWS_MAX);
	uint32_t type = random_below(&w->random, TYPE_COUNT);
	bool is_given_up = random_below(&w->random, 8) == 0;
	char line[BODY_SIZE_MAX + 256];
	char sql[128] = "COPY events (event_type, context_id, timestamp, "
			"payload) FROM STDIN";
	enum answer answer;

	if (!is_mixed)
		snprintf(sql, sizeof(sql),
		    "COPY kill_%c (context_id, writer, seq, body) FROM STDIN",
		    type_letter[type]);
	answer = answer_of(w, conn, PQexec(conn, sql), PGRES_COPY_IN);
	for (uint32_t i = 0; i < count && answer == ANSWER_OK; i++) {
		if (is_mixed)
			type = random_below(&w->random, TYPE_COUNT);
		if (PQputCopyData(conn, line,
			copy_line(w, type, is_mixed, line, sizeof(line))) != 1)
			answer = ANSWER_LOST;
	}
	if (answer != ANSWER_OK || is_given_up)
		record_settle_unit(w->own, UNIT_ABSENT);
	if (answer != ANSWER_OK)
		return answer;
	if (PQputCopyEnd(conn, is_given_up ? "given up" : NULL) != 1)
		return ANSWER_LOST;
	return answer_of(w, conn, PQgetResult(conn),
	    is_given_up ? PGRES_FATAL_ERROR : PGRES_COMMAND_OK);
}

/* Statements before one Sync are one implicit transaction. */
static enum answer
unit_pipeline(struct writer *w, PGconn *conn)
{
	uint32_t count = 2 + random_below(&w->random, PIPELINE_MAX - 1);
	enum answer answer = ANSWER_OK;
	struct event_text text;
	const char *values[2] = { text.context, text.payload };
	PGresult *result;

	PQenterPipelineMode(conn);
	for (uint32_t i = 0; i < count; i++) {
		event_make(w, 1, &text);
		if (PQsendQueryParams(conn, "STORE kill_b FOR $1 PAYLOAD $2", 2,
			NULL, values, NULL, NULL, 0) != 1)
			return ANSWER_LOST;
	}
	if (PQpipelineSync(conn) != 1)
		return ANSWER_LOST;
	for (uint32_t i = 0; i < count && answer == ANSWER_OK; i++) {
		answer =
		    answer_of(w, conn, PQgetResult(conn), PGRES_COMMAND_OK);
		result = PQgetResult(conn); /* NULL: the statement's end */
		PQclear(result);
	}
	if (answer == ANSWER_OK)
		answer =
		    answer_of(w, conn, PQgetResult(conn), PGRES_PIPELINE_SYNC);
	PQexitPipelineMode(conn);
	return answer;
}

static enum answer
unit_send(struct writer *w, PGconn *conn)
{
	switch (random_below(&w->random, 16)) {
	case 0:
		return unit_copy(w, conn, false);
	case 1:
		return unit_copy(w, conn, true);
	case 2:
	case 3:
		return unit_rows(w, conn);
	case 4:
	case 5:
		return unit_pipeline(w, conn);
	case 6:
	case 7:
	case 8:
		return unit_transaction(w, conn);
	case 9:
	case 10:
	case 11:
		return unit_insert_returning(w, conn);
	default:
		return unit_store(w, conn);
	}
}

/* Throw away what follows the answer: only a COPY that was given up has it. */
static void
drain(PGconn *conn)
{
	PGresult *result;

	while ((result = PQgetResult(conn)) != NULL)
		PQclear(result);
}

void *
writer_run(void *arg)
{
	struct writer *w = arg;
	PGconn *conn = PQconnectdb(w->conninfo);
	enum answer answer = ANSWER_LOST;

	if (PQstatus(conn) == CONNECTION_OK)
		answer = ANSWER_OK;
	if (answer == ANSWER_OK && w->async_commit)
		answer = run(w, conn, "SET synchronous_commit = off");
	while (answer == ANSWER_OK) {
		struct unit *unit;

		record_begin_unit(w->own);
		answer = unit_send(w, conn);
		unit = &w->own->units[w->own->unit_count - 1];
		if (answer == ANSWER_OK && unit->state == UNIT_OPEN) {
			unit->state = UNIT_PRESENT;
			atomic_fetch_add_explicit(w->acked, 1,
			    memory_order_relaxed);
		}
		drain(conn);
	}
	PQfinish(conn);
	return NULL;
}
