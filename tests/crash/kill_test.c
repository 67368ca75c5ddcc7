/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill_test.c -- kill -9 in the middle of everything, again and again, and
 * see that nothing acknowledged is lost and nothing else is there (promises
 * D1, D2, A1, A2, O1 to O3).
 *
 *	kill_test [cycles [seed]]
 *
 * Each cycle starts the server on the same directory, checks what it holds
 * against the record (record.h), lets eight writers (writer.h) send single
 * events, transactions over shards, pipelines and COPYs, with one reader that
 * flushes, has segments merged and watches what is visible, and kills the
 * server at a random moment; some starts are killed as well, in the middle of
 * recovery.  The last stop is a clean one, and `stele verify` has the last
 * word.  $KILL_CYCLES and $KILL_SEED may stand for the arguments; with
 * $CHECK_LONG there are more cycles.  A failure prints its seed and keeps the
 * directory.
 */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <libpq-fe.h>

#include "crash/record.h"
#include "crash/writer.h"
#include "lib/test_server.h"

enum {
	CYCLES_DEFAULT = 10,
	CYCLES_LONG = 200,
	CYCLE_SECONDS_MAX = 30, /* for the watchdog */
	FULL_CHECK_EVERY = 20,
	READ_ROWS = 50000,
	REPLAYS_PER_CHECK = 4,
	ACKED_MIN = 16, /* before the kill, however slow the disk is */
	ACKED_WAIT_MS = 10000,
	WRITE_MS_MAX = 500,
	RECOVERY_KILL_MS = 40,
	START_SECONDS_MAX = 20,
	STOP_SECONDS_MAX = 2,
};

/* Small enough that flushes and recycled logs happen all the time. */
static const char *const server_options[] = { "shard_count=4",
	"memtable_size=1MB", "max_wal_size=8MB", "batch_memory=64kB", NULL };

struct reader {
	const char *conninfo;
	uint64_t random;
	uint64_t position; /* the greatest event_id it has seen */
	char failure[256];
};

struct kill_test {
	struct test_server server;
	struct record record;
	uint64_t seed;
	uint64_t random;
	int cycle;
	uint64_t position_seen; /* by a reader, so it must last */
};

static _Noreturn void
fail(struct kill_test *test, const char *what)
{
	fprintf(stderr, "kill_test: cycle %d: %s\n", test->cycle, what);
	test_server_kill(&test->server, SIGKILL);
	test_server_print_log(&test->server);
	(void)test_server_has_reports(&test->server);
	fprintf(stderr, "kill_test: KILL_SEED=%" PRIu64 ", kept: %s\n",
	    test->seed, test->server.dir);
	exit(EXIT_FAILURE);
}

/* ---- reading back ---- */

static PGresult *
query(struct kill_test *test, PGconn *conn, const char *sql)
{
	PGresult *result = PQexec(conn, sql);

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail(test, PQerrorMessage(conn));
	return result;
}

static uint64_t
query_number(struct kill_test *test, PGconn *conn, const char *sql)
{
	PGresult *result = query(test, conn, sql);
	uint64_t number = strtoull(PQgetvalue(result, 0, 0), NULL, 10);

	PQclear(result);
	return number;
}

/* The number after `"name":`; the payload is of our own making. */
static uint32_t
json_number(const char *payload, const char *name)
{
	char key[32];
	const char *at;

	snprintf(key, sizeof(key), "\"%s\":", name);
	at = strstr(payload, key);
	if (at == NULL)
		return UINT32_MAX;
	return (uint32_t)strtoul(at + strlen(key), NULL, 10);
}

/* The string after `"body":`, without its quotes; it holds no escapes. */
static void
json_body(const char *payload, char body[static BODY_SIZE_MAX])
{
	const char *at = strstr(payload, "\"body\":");
	size_t len = 0;

	if (at != NULL)
		at = strchr(at + strlen("\"body\":"), '"');
	if (at != NULL) {
		at++;
		len = strcspn(at, "\"");
	}
	if (len >= BODY_SIZE_MAX)
		len = BODY_SIZE_MAX - 1;
	if (at != NULL)
		memcpy(body, at, len);
	body[len] = '\0';
}

static uint32_t
number_after(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	if (strncmp(text, prefix, len) != 0)
		return UINT32_MAX;
	return (uint32_t)strtoul(text + len, NULL, 10);
}

static void
see_row(struct kill_test *test, const PGresult *result, int i)
{
	char body[BODY_SIZE_MAX];
	char why[256];
	const char *type = PQgetvalue(result, i, 1);
	const char *payload = PQgetvalue(result, i, 3);
	struct row row = {
		.event_id = strtoull(PQgetvalue(result, i, 0), NULL, 10),
		.type = (uint32_t)(type[strlen("kill_")] - 'a'),
		.context = number_after(PQgetvalue(result, i, 2), "context-"),
		.writer = json_number(payload, "writer"),
		.seq = json_number(payload, "seq"),
		.body = body,
	};

	json_body(payload, body);
	if (!record_see(&test->record, &row, why, sizeof(why)))
		fail(test, why);
}

/* All events past the last one seen, through the relation of all types. */
static void
read_events(struct kill_test *test, PGconn *conn)
{
	char sql[256];
	PGresult *result;
	int count;

	do {
		uint64_t after = test->record.place_count;

		snprintf(sql, sizeof(sql),
		    "SELECT event_id, event_type, context_id, payload "
		    "FROM events WHERE event_id > %" PRIu64
		    " AND event_id <= %" PRIu64 " ORDER BY event_id",
		    after, after + READ_ROWS);
		result = query(test, conn, sql);
		count = PQntuples(result);
		for (int i = 0; i < count; i++)
			see_row(test, result, i);
		PQclear(result);
	} while (count == READ_ROWS);
}

/* The same events by type: as many, and each where `events` said. */
static void
check_types(struct kill_test *test, PGconn *conn, uint64_t after)
{
	const struct record *record = &test->record;
	uint64_t total = 0;
	char sql[256];

	for (char letter = 'a'; letter < 'a' + TYPE_COUNT; letter++) {
		PGresult *result;

		snprintf(sql, sizeof(sql), "SELECT count(*) FROM kill_%c",
		    letter);
		total += query_number(test, conn, sql);
		snprintf(sql, sizeof(sql),
		    "SELECT event_id, writer, seq FROM kill_%c "
		    "WHERE event_id > %" PRIu64 " ORDER BY event_id",
		    letter, after);
		result = query(test, conn, sql);
		for (int i = 0; i < PQntuples(result); i++) {
			uint64_t id =
			    strtoull(PQgetvalue(result, i, 0), NULL, 10);

			if (id > record->place_count ||
			    record->places[id].writer !=
				strtoul(PQgetvalue(result, i, 1), NULL, 10) ||
			    record->places[id].seq !=
				strtoul(PQgetvalue(result, i, 2), NULL, 10))
				fail(test, "a type and events disagree");
		}
		PQclear(result);
	}
	if (total != record->place_count)
		fail(test, "the types' counts are not that of events");
}

/* A context's story holds exactly its events, in the order of the log. */
static void
check_replay(struct kill_test *test, PGconn *conn, uint32_t context)
{
	const struct record *record = &test->record;
	int row = 0;
	char sql[64];
	PGresult *result;

	snprintf(sql, sizeof(sql), "REPLAY FOR \"context-%u\"", context);
	result = query(test, conn, sql);
	for (uint64_t id = 1; id <= record->place_count; id++) {
		const struct place *place = &record->places[id];
		const struct writer_record *own =
		    &record->writers[place->writer];

		if (own->events[place->seq].context != context)
			continue;
		if (row >= PQntuples(result) ||
		    strtoull(PQgetvalue(result, row,
				 PQfnumber(result, "event_id")),
			NULL, 10) != id)
			fail(test, "REPLAY is not the context's story");
		row++;
	}
	if (row != PQntuples(result))
		fail(test, "REPLAY has events that are not the context's");
	PQclear(result);
}

static void
check(struct kill_test *test, bool is_full)
{
	PGconn *conn = PQconnectdb(test->server.conninfo);
	uint32_t first = random_below(&test->random, CONTEXT_COUNT);
	uint32_t replays = is_full ? CONTEXT_COUNT : REPLAYS_PER_CHECK;
	uint64_t after;
	char why[256];

	if (is_full)
		record_unsee(&test->record);
	after = test->record.place_count;
	read_events(test, conn);
	if (!record_judge(&test->record, why, sizeof(why)))
		fail(test, why);
	if (test->record.place_count < test->position_seen)
		fail(test, "a reader had seen events that are lost");
	if (query_number(test, conn, "SELECT count(*) FROM events") !=
	    test->record.place_count)
		fail(test, "count(*) of events is not its last event_id");
	check_types(test, conn, after);
	for (uint32_t i = 0; i < replays; i++)
		check_replay(test, conn, (first + i) % CONTEXT_COUNT);
	PQfinish(conn);
}

/* ---- one cycle ---- */

/* Only the kill may have ended it. */
static void
kill_server(struct kill_test *test)
{
	int status = test_server_kill(&test->server, SIGKILL);

	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fail(test, "the server ended by itself");
	if (test_server_has_reports(&test->server))
		fail(test, "a sanitizer has reported");
}

/* What is visible has no hole, never shrinks, and sometimes is flushed. */
static void *
reader_run(void *arg)
{
	struct reader *reader = arg;
	PGconn *conn = PQconnectdb(reader->conninfo);

	for (;;) {
		PGresult *result =
		    PQexec(conn, "SELECT count(*), max(event_id) FROM events");
		uint64_t count, last;

		if (PQresultStatus(result) != PGRES_TUPLES_OK) {
			if (PQstatus(conn) == CONNECTION_OK)
				snprintf(reader->failure,
				    sizeof(reader->failure), "%s",
				    PQresultErrorMessage(result));
			PQclear(result);
			break;
		}
		count = strtoull(PQgetvalue(result, 0, 0), NULL, 10);
		last = strtoull(PQgetvalue(result, 0, 1), NULL, 10);
		PQclear(result);
		if (count != last || last < reader->position) {
			snprintf(reader->failure, sizeof(reader->failure),
			    "saw %" PRIu64 " events up to %" PRIu64
			    " after %" PRIu64,
			    count, last, reader->position);
			break;
		}
		reader->position = last;
		if (random_below(&reader->random, 16) == 0)
			PQclear(PQexec(conn, "FLUSH"));
		if (random_below(&reader->random, 32) == 0)
			PQclear(PQexec(conn, "SELECT stele.compact()"));
	}
	PQfinish(conn);
	return NULL;
}

static void
sleep_ms(uint32_t ms)
{
	struct timespec pause = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&pause, NULL);
}

static void
write_and_kill(struct kill_test *test)
{
	uint32_t write_ms = random_below(&test->random, WRITE_MS_MAX);
	atomic_uint acked = 0;
	struct writer writers[WRITER_COUNT];
	struct reader reader = { .conninfo = test->server.conninfo,
		.random = test->random | 1 };
	pthread_t threads[WRITER_COUNT + 1];

	for (uint32_t i = 0; i < WRITER_COUNT; i++) {
		random_below(&test->random, 1);
		writers[i] = (struct writer){
			.conninfo = test->server.conninfo,
			.own = &test->record.writers[i],
			.random = test->random,
			.async_commit = i == WRITER_COUNT - 1,
			.acked = &acked,
		};
		if (pthread_create(&threads[i], NULL, writer_run,
			&writers[i]) != 0)
			fail(test, "could not start a thread");
	}
	if (pthread_create(&threads[WRITER_COUNT], NULL, reader_run, &reader) !=
	    0)
		fail(test, "could not start a thread");
	for (uint32_t ms = 0; ms < ACKED_WAIT_MS &&
	     atomic_load_explicit(&acked, memory_order_relaxed) < ACKED_MIN;
	     ms++)
		sleep_ms(1);
	sleep_ms(write_ms);
	kill_server(test);
	for (int i = 0; i <= WRITER_COUNT; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < WRITER_COUNT; i++)
		if (writers[i].failure[0] != '\0')
			fail(test, writers[i].failure);
	if (reader.failure[0] != '\0')
		fail(test, reader.failure);
	test->position_seen = reader.position;
}

static void
start(struct kill_test *test)
{
	/* A kill in the middle of recovery changes nothing. */
	if (random_below(&test->random, 4) == 0) {
		test_server_spawn(&test->server, server_options);
		sleep_ms(random_below(&test->random, RECOVERY_KILL_MS));
		kill_server(test);
	}
	test_server_spawn(&test->server, server_options);
	if (!test_server_wait(&test->server, START_SECONDS_MAX))
		fail(test, "the server does not start");
}

static void
define_types(struct kill_test *test)
{
	PGconn *conn = PQconnectdb(test->server.conninfo);
	char sql[128];

	for (char letter = 'a'; letter < 'a' + TYPE_COUNT; letter++) {
		PGresult *result;

		snprintf(sql, sizeof(sql),
		    "DEFINE kill_%c FIELDS { \"writer\": \"int\", "
		    "\"seq\": \"int\", \"body\": \"string\" }",
		    letter);
		result = PQexec(conn, sql);
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			fail(test, PQerrorMessage(conn));
		PQclear(result);
	}
	PQfinish(conn);
}

static void
run_cycles(struct kill_test *test, int cycles)
{
	for (test->cycle = 1; test->cycle <= cycles; test->cycle++) {
		start(test);
		if (test->cycle == 1)
			define_types(test);
		else
			check(test, test->cycle % FULL_CHECK_EVERY == 0);
		write_and_kill(test);
	}
	/* As the kill left it, and once more after a clean stop. */
	for (int i = 0; i < 2; i++) {
		start(test);
		check(test, true);
		if (!test_server_stop(&test->server, STOP_SECONDS_MAX))
			fail(test, "the server does not stop when told to");
		if (test_server_has_reports(&test->server))
			fail(test, "a sanitizer has reported");
	}
	if (!test_server_verify(&test->server))
		fail(test, "stele verify finds the directory damaged");
}

static uint64_t
number_argument(int argc, char **argv, int i, const char *env, uint64_t other)
{
	const char *text = i < argc ? argv[i] : getenv(env);

	return text != NULL ? strtoull(text, NULL, 10) : other;
}

int
main(int argc, char **argv)
{
	struct kill_test test = { .cycle = 0 };
	int cycles = (int)number_argument(argc, argv, 1, "KILL_CYCLES",
	    getenv("CHECK_LONG") != NULL ? CYCLES_LONG : CYCLES_DEFAULT);
	struct record_totals totals;

	test.seed = number_argument(argc, argv, 2, "KILL_SEED",
	    (uint64_t)time(NULL) * 1000003 + (uint64_t)getpid());
	test.random = test.seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KILL_SEED=%" PRIu64 " cycles=%d\n", test.seed, cycles);
	test_server_init(&test.server);
	record_init(&test.record);
	/* The server dies with us, so a hang ends here and leaves nothing. */
	alarm((unsigned)(cycles + 2) * CYCLE_SECONDS_MAX);
	run_cycles(&test, cycles);
	totals = record_totals(&test.record);
	printf("%d kills: %" PRIu64 " events sent in %" PRIu64
	       " units, %" PRIu64 " units there, %" PRIu64
	       " rolled back or in flight and not there; %" PRIu64
	       " events, none lost, half, twice or out of order\n",
	    cycles, totals.events, totals.units, totals.present, totals.absent,
	    test.record.place_count);
	record_release(&test.record);
	test_server_release(&test.server);
	return EXIT_SUCCESS;
}
