/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stress.c -- everything at once: clients (actor.h) that store, copy, query,
 * replay, change the schema, flush, merge and vanish, while others cancel what they
 * do, and the server is told to read its options and to open its log anew.
 *
 *	stress [seconds [seed]]
 *
 * Nothing may go wrong meanwhile; afterwards all that was acknowledged is
 * there, nothing else is, and the server stops and verifies well, twice.  When
 * the seconds are over, what still runs is cancelled, and each phase that is left
 * has a bound of its own.  It is meant for a server built with -fsanitize=thread
 * or =address: their reports fail it.  $STRESS_SECONDS and $STRESS_SEED may stand for the arguments; with
 * $CHECK_LONG it takes a minute.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/test_server.h"
#include "sim/random.h"
#include "stress/actor.h"

enum {
	SECONDS_DEFAULT = 5,
	SECONDS_LONG = 60,
	START_SECONDS_MAX = 60,
	STOP_SECONDS_MAX = 60,
	LEAVE_SECONDS_MAX = 60,
	TURN_MS = 20,
	RELOAD_TURNS = 10,
	REOPEN_TURNS = 25,
};

/* Small enough that flushes, rotations and full logs happen all the time. */
static const char *const server_options[] = { "shard_count=3", "worker_count=2",
	"net_threads=2", "memtable_size=1MB", "max_wal_size=8MB",
	"log_destination=file", "log_rotation_size=64kB", "min_parallel_rows=0",
	NULL };

/* What SIGHUP changes, turn by turn. */
static const char *const reloads[] = {
	"log_min_duration_statement = 0\nstatement_timeout = 2s\n",
	"log_min_duration_statement = -1\nsynchronous_commit = off\n",
	"log_min_messages = debug\nwork_mem = 1MB\n",
	"port = 1\n",
};

struct stress_test {
	struct test_server server;
	struct stress stress;
	struct actor actors[ACTOR_COUNT];
	pthread_t threads[ACTOR_COUNT];
	char socket_path[96];
	uint64_t seed;
	uint64_t random;
	time_t began;
};

/* What goes on now, for whoever waits. */
static void
say(const struct stress_test *test, const char *what)
{
	printf("%4lld s: %s\n", (long long)(time(NULL) - test->began), what);
}

static _Noreturn void
fail(struct stress_test *test, const char *what)
{
	fprintf(stderr, "stress: %s\n", what);
	test_server_kill(&test->server, SIGKILL);
	test_server_print_log(&test->server);
	(void)test_server_has_reports(&test->server);
	fprintf(stderr, "stress: seed %" PRIu64 ", kept: %s\n", test->seed,
	    test->server.dir);
	exit(EXIT_FAILURE);
}

static void
check_actors(struct stress_test *test)
{
	char what[320];

	for (uint32_t i = 0; i < ACTOR_COUNT; i++) {
		if (test->actors[i].failure[0] == '\0')
			continue;
		snprintf(what, sizeof(what), "actor %u: %s", i,
		    test->actors[i].failure);
		fail(test, what);
	}
}

static void
start(struct stress_test *test)
{
	say(test, "the server starts");
	test_server_spawn(&test->server, server_options);
	if (!test_server_wait(&test->server, START_SECONDS_MAX))
		fail(test, "the server does not start");
}

static void
stop(struct stress_test *test)
{
	say(test, "it stops");
	if (!test_server_stop(&test->server, STOP_SECONDS_MAX))
		fail(test, "the server does not stop well");
	if (test_server_has_reports(&test->server))
		fail(test, "a sanitizer has reported");
	say(test, "its directory is verified");
	if (!test_server_verify(&test->server))
		fail(test, "stele verify finds the directory damaged");
}

/* With a connection: define the types, or judge what they hold. */
static void
for_all_actors(struct stress_test *test, void (*fn)(struct actor *, PGconn *))
{
	PGconn *conn = PQconnectdb(test->server.conninfo);

	/* The last reload may have left one that is too short for all of it. */
	PQclear(PQexec(conn, "SET statement_timeout = 0"));
	for (uint32_t i = 0; i < ACTOR_COUNT; i++)
		fn(&test->actors[i], conn);
	PQfinish(conn);
	check_actors(test);
}

static void
judge(struct stress_test *test)
{
	say(test, "what is stored is counted");
	for_all_actors(test, actor_judge);
}

static void
reload(struct stress_test *test, uint32_t turn)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/data/stele.conf", test->server.dir);
	file = fopen(path, "w");
	if (file == NULL)
		fail(test, "could not write stele.conf");
	fputs(reloads[turn % (sizeof(reloads) / sizeof(reloads[0]))], file);
	fclose(file);
	kill(test->server.pid, SIGHUP);
}

/* As any client may, who knows the key: too early, too late, in time. */
static void
cancel_actor(struct stress_test *test, uint32_t i)
{
	char reason[256];

	pthread_mutex_lock(&test->stress.lock);
	if (test->stress.cancels[i] != NULL)
		(void)PQcancel(test->stress.cancels[i], reason, sizeof(reason));
	pthread_mutex_unlock(&test->stress.lock);
}

static void
start_actors(struct stress_test *test)
{
	for (uint32_t i = 0; i < ACTOR_COUNT; i++)
		if (pthread_create(&test->threads[i], NULL, actor_run,
			&test->actors[i]) != 0)
			fail(test, "could not start a thread");
}

/*
 * An actor ends its last action first.  That may have all events to read, or a
 * join of them, and no timeout: nobody but us will cut it short any more.
 */
static void
join_actor(struct stress_test *test, uint32_t i)
{
	char what[64];

	for (int turn = 0;
	     turn < LEAVE_SECONDS_MAX * TEST_PATIENCE * 1000 / TURN_MS;
	     turn++) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += TURN_MS * 1000000;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		if (pthread_timedjoin_np(test->threads[i], NULL, &until) == 0)
			return;
		cancel_actor(test, i);
	}
	snprintf(what, sizeof(what), "actor %u does not come to an end", i);
	fail(test, what);
}

static void
run(struct stress_test *test, int seconds)
{
	const struct timespec pause = { 0, TURN_MS * 1000000 };
	const time_t end = time(NULL) + seconds;

	say(test, "clients do everything at once");
	start_actors(test);
	for (uint32_t turn = 0; time(NULL) < end &&
	     !atomic_load_explicit(&test->stress.is_over, memory_order_relaxed);
	     turn++) {
		nanosleep(&pause, NULL);
		cancel_actor(test,
		    (uint32_t)random_below(&test->random, ACTOR_COUNT));
		if (turn % RELOAD_TURNS == 0)
			reload(test, turn / RELOAD_TURNS);
		if (turn % REOPEN_TURNS == 0)
			kill(test->server.pid, SIGUSR1);
	}
	atomic_store_explicit(&test->stress.is_over, true,
	    memory_order_relaxed);
	say(test, "they leave");
	for (uint32_t i = 0; i < ACTOR_COUNT; i++)
		join_actor(test, i);
	check_actors(test);
}

static void
init(struct stress_test *test)
{
	test_server_init(&test->server);
	test->began = time(NULL);
	snprintf(test->socket_path, sizeof(test->socket_path),
	    "%s/.s.PGSQL.5433", test->server.dir);
	test->random = test->seed;
	test->stress.conninfo = test->server.conninfo;
	test->stress.socket_path = test->socket_path;
	pthread_mutex_init(&test->stress.lock, NULL);
	for (uint32_t i = 0; i < ACTOR_COUNT; i++)
		test->actors[i] = (struct actor){
			.stress = &test->stress,
			.number = i,
			.random = random_mix(test->seed, i),
		};
}

static void
report(const struct stress_test *test)
{
	uint64_t actions = 0, cancelled = 0, sent = 0, acked = 0;

	for (uint32_t i = 0; i < ACTOR_COUNT; i++) {
		actions += test->actors[i].actions;
		cancelled += test->actors[i].cancelled;
		sent += test->actors[i].sent;
		acked += test->actors[i].acked;
	}
	printf("%" PRIu64 " actions, %" PRIu64 " statements cancelled, %" PRIu64
	       " events sent, %" PRIu64 " acknowledged\n",
	    actions, cancelled, sent, acked);
}

static uint64_t
argument(int argc, char **argv, int i, const char *env, uint64_t other)
{
	const char *text = i < argc ? argv[i] : getenv(env);

	return text != NULL ? strtoull(text, NULL, 10) : other;
}

int
main(int argc, char **argv)
{
	static struct stress_test test;
	int seconds = (int)argument(argc, argv, 1, "STRESS_SECONDS",
	    getenv("CHECK_LONG") != NULL ? SECONDS_LONG : SECONDS_DEFAULT);

	test.seed = argument(argc, argv, 2, "STRESS_SEED",
	    (uint64_t)time(NULL) * 1000003 + (uint64_t)getpid());
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("seed %" PRIu64 ", %d seconds\n", test.seed, seconds);
	init(&test);
	start(&test);
	for_all_actors(&test, actor_define);
	run(&test, seconds);
	judge(&test);
	stop(&test);
	start(&test);
	judge(&test);
	stop(&test);
	report(&test);
	test_server_release(&test.server);
	return EXIT_SUCCESS;
}
