/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_memory.c -- stele.memory: who holds how much memory.
 *
 * The parts are what grows with data and load; the process has more: its code,
 * catalogues, stacks of threads, small things of sessions.
 */
#include "engine/engine.h"
#include "os/memory.h"
#include "plan/schema.h"
#include "server/session_private.h"
#include "server/statement_stats.h"
#include "server/system_tables.h"

enum memory_column {
	MEMORY_PART,
	MEMORY_SHARD,
	MEMORY_BYTES,
	MEMORY_LIMIT_BYTES,
	MEMORY_OBJECTS,
	MEMORY_COLUMN_COUNT,
};

static const struct system_column memory_columns[MEMORY_COLUMN_COUNT] = {
	[MEMORY_PART] = { "part", TYPE_TEXT, false },
	[MEMORY_SHARD] = { "shard", TYPE_INT4, false },
	[MEMORY_BYTES] = { "bytes", TYPE_INT8, false },
	[MEMORY_LIMIT_BYTES] = { "limit_bytes", TYPE_INT8, false },
	[MEMORY_OBJECTS] = { "objects", TYPE_INT8, false },
};

/* SIZE_MAX: there is no limit. */
static void
put_part(struct system_rows *rows, const char *part, size_t bytes,
    size_t limit_bytes)
{
	system_rows_next(rows);
	system_put_cstr(rows, MEMORY_PART, part);
	system_put_i64(rows, MEMORY_BYTES, (int64_t)bytes);
	if (limit_bytes != SIZE_MAX)
		system_put_i64(rows, MEMORY_LIMIT_BYTES, (int64_t)limit_bytes);
}

static void
put_count(struct system_rows *rows, uint64_t count)
{
	system_put_i64(rows, MEMORY_OBJECTS, (int64_t)count);
}

static void
put_shards(struct system_rows *rows, struct engine *engine,
    const struct engine_memory *memory)
{
	for (uint32_t i = 0; i < engine_shard_count(engine); i++) {
		struct shard_status shard;

		engine_shard_status(engine, i, &shard);
		put_part(rows, "active MemTable", shard.memtable_bytes,
		    memory->memtable_limit_bytes);
		system_put_i64(rows, MEMORY_SHARD, i);
		put_part(rows, "passive MemTables", shard.passive_bytes,
		    memory->passive_max * memory->memtable_limit_bytes);
		system_put_i64(rows, MEMORY_SHARD, i);
		put_count(rows, shard.passive_count);
	}
}

static void
put_engine(struct system_rows *rows, const struct engine_memory *memory)
{
	put_part(rows, "old snapshots", memory->snapshot_bytes,
	    memory->snapshot_limit_bytes);
	put_part(rows, "block cache", memory->cache_bytes,
	    memory->cache_limit_bytes);
	put_part(rows, "lookup desks", memory->desk_bytes, SIZE_MAX);
	put_part(rows, "log buffers", memory->log_buffer_bytes,
	    memory->log_buffer_bytes);
	put_part(rows, "large batches", memory->batch_bytes, SIZE_MAX);
}

static void
add_statement(void *arg, const struct statement_stat *stat)
{
	size_t *bytes = arg;

	*bytes += sizeof(*stat) + stat->text_len;
}

static void
put_server(struct system_rows *rows, struct server *server)
{
	size_t limit = server->memory.limit_bytes;
	size_t statistics_bytes = 0, conn_bytes = 0;

	put_part(rows, "statements",
	    atomic_load_explicit(&server->memory.used_bytes,
		memory_order_relaxed),
	    limit == 0 ? SIZE_MAX : limit);
	for (uint32_t i = 0; i < server->net_count; i++)
		conn_bytes += loop_conn_bytes(server->nets[i].loop);
	put_part(rows, "connections", conn_bytes, SIZE_MAX);
	put_count(rows,
	    atomic_load_explicit(&server->socket_count, memory_order_relaxed));
	statement_stats_each(&server->statements, add_statement,
	    &statistics_bytes);
	put_part(rows, "statement statistics", statistics_bytes, SIZE_MAX);
}

static void
put_process(struct system_rows *rows)
{
	struct os_memory memory;

	os_memory_get(&memory);
	put_part(rows, "allocated", memory.used_bytes, SIZE_MAX);
	put_part(rows, "free for allocation", memory.free_bytes, SIZE_MAX);
	put_part(rows, "process", memory.resident_bytes, SIZE_MAX);
}

static int
memory_fill(void *arg, struct system_rows *rows, struct error *err UNUSED)
{
	const struct session *session = arg;
	struct server *server = session->server;
	struct engine_memory memory;

	engine_memory(server->engine, &memory);
	put_shards(rows, server->engine, &memory);
	put_engine(rows, &memory);
	put_server(rows, server);
	put_process(rows);
	return 0;
}

const struct system_provider server_memory = {
	.table = {
		.schema = SCHEMA_STELE,
		.name = "memory",
		.oid = 15008,
		.kind = 'v',
		.columns = memory_columns,
		.column_count = MEMORY_COLUMN_COUNT,
	},
	.fill = memory_fill,
};
