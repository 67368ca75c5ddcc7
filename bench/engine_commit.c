/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_commit -- durable commits a second of the engine alone, without
 * protocol or language, for comparison with bench/limits (a log that only
 * group-commits).
 *
 *   engine_commit DIR [SECONDS]
 *
 * Each client is a thread that commits batches of one event and waits for the
 * answer, or keeps a pipeline of DEPTH batches under way.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "engine/engine.h"
#include "os/clock.h"
#include "os/file.h"

#define CLIENTS_MAX 64
#define DEPTH_MAX   100

static const struct {
	uint32_t clients, depth;
} plans[] = { { 1, 1 }, { 8, 1 }, { 64, 1 }, { 1, 100 }, { 8, 100 } };

static struct engine *engine;
static const struct event_type *type;

/* Answers come on an engine thread: one condition for all, as one loop has. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t answered = PTHREAD_COND_INITIALIZER;

struct client {
	pthread_t thread;
	uint32_t number, depth;
	int64_t deadline_ns;
	uint64_t commits;
	struct commit commit[DEPTH_MAX];
	uint32_t free_count; /* under the lock */
	struct commit *free[DEPTH_MAX];
};

static void
die(const struct error *err)
{
	fprintf(stderr, "engine_commit: %s\n", err->message);
	exit(EXIT_FAILURE);
}

static void
on_done(struct commit *commit)
{
	struct client *client = commit->arg;

	if (commit->rc != 0)
		die(&commit->err);
	pthread_mutex_lock(&lock);
	client->free[client->free_count++] = commit;
	if (client->free_count == client->depth)
		pthread_cond_broadcast(&answered);
	pthread_mutex_unlock(&lock);
}

static struct write_batch *
one_event(const struct client *client, struct arena *arena)
{
	static const char text[120] = "a payload of the usual size";
	struct write_batch *batch = write_batch_new(engine);
	const struct datum null = { .is_null = true };
	struct vec cols[4];
	struct error err;

	arena_reset(arena);
	vec_init(&cols[0], PHYS_STR, 1, arena);
	cols[0].str[0] = arena_printf(arena, "order-%u-%llu", client->number,
	    (unsigned long long)client->commits);
	vec_init_constant(&cols[1], PHYS_I64, &null, arena);
	vec_init(&cols[2], PHYS_I64, 1, arena);
	cols[2].i64[0] = (int64_t)client->commits;
	vec_init(&cols[3], PHYS_STR, 1, arena);
	cols[3].str[0] = str_of(text, sizeof(text));
	if (batch == NULL ||
	    write_batch_rows(batch, type, cols, 4, sel_all(1), &err) != 0)
		die(&err);
	return batch;
}

static void *
run_client(void *arg)
{
	struct client *client = arg;
	struct arena arena;

	arena_init(&arena, NULL);
	while (os_clock_monotonic_ns(os_clock_real()) < client->deadline_ns) {
		client->free_count = 0;
		for (uint32_t i = 0; i < client->depth; i++) {
			client->commit[i] = (struct commit){
				.done = on_done,
				.arg = client,
			};
			client->commits++;
			engine_commit(engine, one_event(client, &arena),
			    SYNC_ON, &client->commit[i]);
		}
		pthread_mutex_lock(&lock);
		while (client->free_count < client->depth)
			pthread_cond_wait(&answered, &lock);
		pthread_mutex_unlock(&lock);
	}
	arena_release(&arena);
	return NULL;
}

static void
run_plan(uint32_t clients, uint32_t depth, int64_t seconds)
{
	static struct client client[CLIENTS_MAX];
	int64_t start = os_clock_monotonic_ns(os_clock_real());
	uint64_t commits = 0;
	double elapsed;

	for (uint32_t i = 0; i < clients; i++) {
		client[i].number = i;
		client[i].depth = depth;
		client[i].commits = 0;
		client[i].deadline_ns = start + seconds * 1000000000;
		if (pthread_create(&client[i].thread, NULL, run_client,
			&client[i]) != 0)
			exit(EXIT_FAILURE);
	}
	for (uint32_t i = 0; i < clients; i++) {
		pthread_join(client[i].thread, NULL);
		commits += client[i].commits;
	}
	elapsed =
	    (double)(os_clock_monotonic_ns(os_clock_real()) - start) / 1e9;
	printf("%8u %8u %12.0f\n", clients, depth, (double)commits / elapsed);
	fflush(stdout);
}

static void
define_type(void)
{
	const struct field fields[] = {
		{ .name = STR("n"), .type = type_of(TYPE_INT8) },
		{ .name = STR("payload"), .type = type_of(TYPE_TEXT) },
	};
	struct ddl ddl = {
		.kind = DDL_CREATE_TYPE,
		.name = STR("bench"),
		.fields = fields,
		.field_count = 2,
	};
	struct client client = { .depth = 1 };
	struct commit commit = { .done = on_done, .arg = &client };
	struct write_batch *batch = write_batch_new(engine);
	struct error err;

	if (batch == NULL || write_batch_ddl(batch, &ddl, &err) != 0)
		die(&err);
	engine_commit(engine, batch, SYNC_ON, &commit);
	pthread_mutex_lock(&lock);
	while (client.free_count == 0)
		pthread_cond_wait(&answered, &lock);
	pthread_mutex_unlock(&lock);
	type = catalog_type_by_name(engine_catalog(engine), STR("bench"));
}

int
main(int argc, char **argv)
{
	const struct engine_options options = {
		.memtable_size_bytes = 64 << 20,
		.zone_rows = 8192,
		.max_wal_size_bytes = 1 << 30,
		.wal_file_size_bytes = 64 << 20,
		.wal_sync_interval_ms = 10,
		.batch_memory_bytes = 1 << 30,
		.block_cache_size_bytes = 64 << 20,
		.max_fields = 1000,
		.max_event_types = 10000,
		.max_context_size_bytes = 1024,
		.max_string_size_bytes = 16 << 20,
		.max_row_size_bytes = 64 << 20,
	};
	int64_t seconds = argc > 2 ? atoi(argv[2]) : 2;
	struct error err;

	if (argc < 2) {
		fprintf(stderr, "usage: engine_commit DIR [SECONDS]\n");
		return EXIT_FAILURE;
	}
	if (engine_open(os_fs_real(), argv[1], &options, &engine, &err) != 0)
		die(&err);
	define_type();
	printf("%8s %8s %12s\n", "clients", "pipeline", "commits/s");
	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++)
		run_plan(plans[i].clients, plans[i].depth, seconds);
	engine_close(engine);
	return EXIT_SUCCESS;
}
