/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.c -- start and stop, and what sessions share: the registry and the
 * options.
 */
#include "server/server.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/crypto.h"
#include "common/error.h"
#include "common/log.h"
#include "engine/engine.h"
#include "exec/temp_file.h"
#include "net/tls.h"
#include "os/file.h"
#include "os/memory.h"
#include "server/crew.h"
#include "server/login/login_role.h"
#include "server/pool.h"
#include "server/session_private.h"
#include "server/zone_files.h"
#include "sql/parse.h"
#include "types/time_zone.h"

/*
 * A stop that takes longer leaves the rest to the next start's recovery.  Statements
 * are cancelled at once; on a machine with many runnable threads theirs may have to
 * wait for their turn to notice.  Less than what supervisors give before they kill.
 */
#define STOP_TIMEOUT_NS INT64_C(8000000000)

/* ---- options ---- */

struct config *
server_config(struct server *server)
{
	struct config *config;

	pthread_mutex_lock(&server->mutex);
	config = config_ref(server->config);
	pthread_mutex_unlock(&server->mutex);
	return config;
}

void
server_set_config(struct server *server, struct config *config,
    struct tls_context *tls)
{
	struct tls_context *old_tls;
	struct config *old;

	pthread_mutex_lock(&server->mutex);
	old = server->config;
	old_tls = server->tls;
	server->config = config_ref(config);
	server->tls = tls;
	pthread_mutex_unlock(&server->mutex);
	if (server->engine != NULL) {
		struct engine_options options;

		server_engine_options(config, &options);
		engine_reload(server->engine, &options);
	}
	atomic_store_explicit(&server->loaded_us,
	    os_clock_wall_us(server->clock), memory_order_relaxed);
	/* Who sees the new number finds the new config. */
	atomic_fetch_add_explicit(&server->config_version, 1,
	    memory_order_release);
	if (old != NULL)
		config_unref(old);
	tls_context_unref(old_tls);
}

/* ---- the registry ---- */

static struct session **
bucket_of(struct server *server, int32_t pid)
{
	return &server->registry[(uint32_t)pid % REGISTRY_BUCKETS];
}

static bool
pid_is_taken(struct server *server, int32_t pid)
{
	const struct session *session = *bucket_of(server, pid);

	while (session != NULL && session->pid != pid)
		session = session->registry_next;
	return session != NULL;
}

/* With the mutex, like what it calls: whether there is a place for one more. */
static uint32_t
count_of_role(const struct server *server, uint32_t role_oid)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < REGISTRY_BUCKETS; i++)
		for (const struct session *session = server->registry[i];
		     session != NULL; session = session->registry_next)
			count += session->login_role_oid == role_oid;
	return count;
}

static int
check_role_limit(const struct server *server, const struct seat *seat,
    struct error *err)
{
	if (seat->is_superuser || seat->connection_limit < 0 ||
	    count_of_role(server, seat->role_oid) <
		(uint32_t)seat->connection_limit)
		return 0;
	return error_set(err, STELE_E_TOO_MANY_CONNECTIONS,
	    "too many connections for role \"%.*s\"", STR_FMT(seat->role));
}

static int
check_seat(const struct server *server, const struct seat *seat,
    struct error *err)
{
	uint32_t limit = (uint32_t)server->config->max_connections;
	uint32_t reserved =
	    (uint32_t)server->config->superuser_reserved_connections;

	if (server->session_count >= limit)
		return error_set(err, STELE_E_TOO_MANY_CONNECTIONS,
		    "sorry, too many clients already");
	if (!seat->is_superuser && server->session_count + reserved >= limit)
		return error_set(err, STELE_E_TOO_MANY_CONNECTIONS,
		    "remaining connection slots are reserved for "
		    "non-replication superuser connections");
	return check_role_limit(server, seat, err);
}

int
server_register(struct server *server, struct session *session,
    const struct seat *seat, struct error *err)
{
	struct session **bucket;
	int rc;

	pthread_mutex_lock(&server->mutex);
	rc = check_seat(server, seat, err);
	if (rc == 0) {
		do
			server->next_pid = server->next_pid == INT32_MAX
			    ? 1
			    : server->next_pid + 1;
		while (pid_is_taken(server, server->next_pid));
		session->pid = server->next_pid;
		bucket = bucket_of(server, session->pid);
		session->registry_next = *bucket;
		*bucket = session;
		server->session_count++;
	}
	pthread_mutex_unlock(&server->mutex);
	return rc;
}

int
server_reseat(struct server *server, struct session *session,
    const struct seat *seat, struct error *err)
{
	int rc = 0;

	assert(seat->role.len <= sizeof(session->login_name));
	pthread_mutex_lock(&server->mutex);
	if (seat->role_oid != session->login_role_oid)
		rc = check_role_limit(server, seat, err);
	if (rc == 0) {
		memcpy(session->login_name, seat->role.data, seat->role.len);
		session->login_user =
		    str_of(session->login_name, seat->role.len);
		session->login_role_oid = seat->role_oid;
	}
	pthread_mutex_unlock(&server->mutex);
	return rc;
}

uint32_t
server_session_count(struct server *server)
{
	uint32_t count;

	pthread_mutex_lock(&server->mutex);
	count = server->session_count;
	pthread_mutex_unlock(&server->mutex);
	return count;
}

void
server_unregister(struct server *server, struct session *session)
{
	struct session **link;

	if (session->pid == 0)
		return;
	pthread_mutex_lock(&server->mutex);
	link = bucket_of(server, session->pid);
	while (*link != session)
		link = &(*link)->registry_next;
	*link = session->registry_next;
	server->session_count--;
	pthread_mutex_unlock(&server->mutex);
	session->pid = 0;
}

/* With the mutex. */
static struct session *
find_session(struct server *server, int32_t pid)
{
	struct session *session;

	if (pid <= 0)
		return NULL;
	session = *bucket_of(server, pid);
	while (session != NULL && session->pid != pid)
		session = session->registry_next;
	return session;
}

void
server_cancel(struct server *server, int32_t pid, struct str key)
{
	struct session *session;

	pthread_mutex_lock(&server->mutex);
	session = find_session(server, pid);
	if (session != NULL &&
	    crypto_equal(key,
		str_of((const char *)session->key, session->key_len)))
		session_cancel(session, CANCEL_USER);
	pthread_mutex_unlock(&server->mutex);
}

bool
server_signal(struct server *server, int32_t pid, bool is_end)
{
	struct session *session;

	pthread_mutex_lock(&server->mutex);
	session = find_session(server, pid);
	if (session != NULL && is_end)
		session_end(session);
	else if (session != NULL)
		session_cancel(session, CANCEL_USER);
	pthread_mutex_unlock(&server->mutex);
	return session != NULL;
}

bool
server_session_role(struct server *server, int32_t pid, uint32_t *role_oid)
{
	const struct session *session;

	pthread_mutex_lock(&server->mutex);
	session = find_session(server, pid);
	if (session != NULL)
		*role_oid = session->login_role_oid;
	pthread_mutex_unlock(&server->mutex);
	return session != NULL;
}

void
server_each_session(struct server *server,
    void (*fn)(void *arg, struct session *session), void *arg)
{
	pthread_mutex_lock(&server->mutex);
	for (uint32_t i = 0; i < REGISTRY_BUCKETS; i++)
		for (struct session *session = server->registry[i];
		     session != NULL; session = session->registry_next)
			fn(arg, session);
	pthread_mutex_unlock(&server->mutex);
}

/* ---- the end of threads ---- */

static void
net_has_stopped(struct net_thread *net)
{
	struct server *server = net->server;

	pthread_mutex_lock(&server->mutex);
	server->nets_running--;
	pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->mutex);
}

void
server_session_ended(struct net_thread *net)
{
	atomic_fetch_sub_explicit(&net->server->socket_count, 1,
	    memory_order_relaxed);
	if (net->is_stopping && net->sessions == NULL)
		net_has_stopped(net);
}

static void
stop_cb(struct loop_post *post)
{
	struct net_thread *net = POST_OWNER(post, struct net_thread, stop);
	struct session *session = net->sessions;

	net->is_stopping = true;
	if (net == &net->server->nets[0]) {
		server_listen_end(net->server);
	}
	if (session == NULL)
		net_has_stopped(net);
	/* None is freed before the next turn of the loop. */
	for (; session != NULL; session = session_next(session))
		session_terminate(session);
}

/* ---- start ---- */

static bool
wait_begin_cb(void *arg)
{
	return pool_wait_begin(arg);
}

static void
wait_end_cb(void *arg)
{
	pool_wait_end(arg);
}

static void
crew_run_cb(void *arg, uint32_t count, void (*fn)(void *fn_arg, uint32_t i),
    void *fn_arg)
{
	crew_run(arg, count, fn, fn_arg);
}

static int
open_pool(struct server *server, uint32_t workers, struct error *err)
{
	int rc = pool_open(workers, &server->pool, err);

	server->exec_wait = (struct exec_wait){
		.begin = wait_begin_cb,
		.end = wait_end_cb,
		.arg = server->pool,
	};
	server->exec_crew = (struct exec_crew){
		.run = crew_run_cb,
		.arg = server->pool,
	};
	return rc;
}

/* An engine thread says that the log has failed: end in order. */
static void
engine_failed_cb(void *arg, const struct error *err)
{
	struct server *server = arg;

	log_error(LOG_SERVER, "the engine has failed", LOG_FAILURE(err));
	atomic_store_explicit(&server->has_failed, true, memory_order_release);
	/* main waits for it like for anybody else's. */
	(void)kill(getpid(), SIGTERM);
}

void
server_engine_options(const struct config *config, struct engine_options *out)
{
	*out = (struct engine_options){
		.shard_count = (uint32_t)config->shard_count,
		.worker_count = (uint32_t)config->worker_count,
		.memtable_size_bytes = (size_t)config->memtable_size_bytes,
		.memtable_age_ms = (uint64_t)config->memtable_age_ms,
		.zone_rows = (uint32_t)config->zone_rows,
		.max_wal_size_bytes = (uint64_t)config->max_wal_size_bytes,
		.wal_file_size_bytes = (uint64_t)config->wal_file_size_bytes,
		.wal_sync_interval_ms = (uint64_t)config->wal_sync_interval_ms,
		.batch_memory_bytes = (size_t)config->batch_memory_bytes,
		.block_cache_size_bytes =
		    (size_t)config->block_cache_size_bytes,
		.old_snapshot_memory_bytes =
		    (size_t)config->old_snapshot_memory_bytes,
		.wal_archive_dir = config->wal_archive_directory,
		.max_fields = (uint32_t)config->max_fields,
		.max_event_types = (uint32_t)config->max_event_types,
		.max_context_size_bytes =
		    (uint32_t)config->max_context_size_bytes,
		.max_string_size_bytes = (size_t)config->max_string_size_bytes,
		.max_row_size_bytes = (size_t)config->max_row_size_bytes,
		.compaction = config->compaction,
		.compaction_window_us = config->compaction_window_ms * 1000,
		.compaction_rate_bytes =
		    (uint64_t)config->compaction_rate_bytes,
		.max_small_segments = (uint32_t)config->max_small_segments,
	};
}

static int
open_engine(struct server *server, const struct config *config,
    struct error *err)
{
	struct engine_options options;
	int rc;

	server_engine_options(config, &options);
	options.memory = &server->memory;
	rc = engine_open(os_fs_real(), server->dir, &options, &server->engine,
	    err);
	if (rc == 0)
		engine_on_failure(server->engine, engine_failed_cb, server);
	return rc;
}

static uint32_t
net_thread_count(const struct config *config)
{
	uint32_t cores = os_core_count();

	if (config->net_threads > 0)
		return (uint32_t)config->net_threads;
	return cores <= 4 ? 1 : cores / 4;
}

static int
open_nets(struct server *server, uint32_t count, struct error *err)
{
	server->nets = calloc(count, sizeof(*server->nets));
	if (server->nets == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < count; i++) {
		int rc;

		server->nets[i].server = server;
		server->nets[i].stop.fn = stop_cb;
		arena_init(&server->nets[i].scratch, NULL);
		rc = loop_open(&server->nets[i].loop, err);
		if (rc != 0)
			return rc;
		server->net_count++;
	}
	return 0;
}

static int
start_nets(struct server *server, struct error *err)
{
	char name[24];

	for (uint32_t i = 0; i < server->net_count; i++) {
		int rc;

		(void)snprintf(name, sizeof(name), "net %u", i % 10000);
		rc =
		    loop_start(server->nets[i].loop, name, SQL_STACK_SIZE, err);
		if (rc != 0)
			return rc;
		server->nets_running++;
	}
	return 0;
}

/* As after a restore, unless native_key_file came along. */
static void
warn_of_lost_keys(struct server *server)
{
	uint32_t count =
	    login_lost_keys(server->engine, server->auth.key_wrapping);

	if (count > 0)
		log_warn(LOG_SERVER,
		    "keys of users were wrapped with another native_key_file: "
		    "put it back, or give them new ones by ROTATE KEY",
		    LOG_INT("users", count));
}

int
server_start(struct server *server, const char *dir, struct config *config,
    struct error *err)
{
	uint32_t workers = config->worker_count > 0
	    ? (uint32_t)config->worker_count
	    : os_core_count();
	int rc;

	*server = (struct server){
		.dir = dir,
		.clock = os_clock_real(),
		.config = config_ref(config),
		.memory.limit_bytes =
		    (size_t)config->total_statement_memory_bytes,
	};
	server->started_us = os_clock_wall_us(server->clock);
	atomic_store_explicit(&server->loaded_us, server->started_us,
	    memory_order_relaxed);
	database_stats_reset(&server->database_stats, 0, 0, server->started_us);
	pthread_mutex_init(&server->mutex, NULL);
	os_cond_init(&server->changed);
	notify_hub_init(&server->notify);
	statement_stats_init(&server->statements);
	advisory_init(&server->advisory,
	    (uint32_t)config->max_connections * ADVISORY_HOLDS_PER_CONNECTION);
	password_checks_init(&server->password_checks, workers);
	auth_init(&server->auth);
	server->zones = time_zone_set_new(zone_file_load, NULL);
	if (server->zones == NULL)
		return error_no_memory(err);
	/* Before what takes long, and leaves traces. */
	rc = server_tls_new(dir, config, &server->tls, err);
	if (rc == 0)
		rc = open_engine(server, config, err);
	if (rc == 0)
		rc = auth_open(&server->auth, dir, config, err);
	if (rc == 0)
		warn_of_lost_keys(server);
	if (rc == 0)
		rc = temp_directory_clean(os_fs_real(), dir, err);
	if (rc == 0)
		rc = open_pool(server, workers, err);
	if (rc == 0)
		rc = open_nets(server, net_thread_count(config), err);
	if (rc == 0)
		rc = server_listen(server, err);
	if (rc == 0)
		rc = start_nets(server, err);
	return rc;
}

/* ---- stop ---- */

/* Wait until every session has ended; false if that takes too long. */
static bool
wait_for_nets(struct server *server)
{
	int64_t deadline =
	    os_clock_monotonic_ns(server->clock) + STOP_TIMEOUT_NS;
	bool in_time = true;

	pthread_mutex_lock(&server->mutex);
	while (server->nets_running > 0 && in_time)
		in_time = os_cond_wait_until(&server->changed, &server->mutex,
		    deadline);
	in_time = server->nets_running == 0;
	pthread_mutex_unlock(&server->mutex);
	return in_time;
}

bool
server_stop(struct server *server)
{
	uint32_t started = server->nets_running;

	for (uint32_t i = 0; i < started; i++)
		loop_post(server->nets[i].loop, &server->nets[i].stop);
	if (!wait_for_nets(server)) {
		log_warn(LOG_SERVER, "some sessions did not end in time");
		return false;
	}
	for (uint32_t i = 0; i < server->net_count; i++)
		loop_stop(server->nets[i].loop);
	for (uint32_t i = 0; i < server->net_count; i++)
		loop_join(server->nets[i].loop);
	pool_close(server->pool);
	server_listen_end(server);
	for (uint32_t i = 0; i < server->net_count; i++) {
		loop_close(server->nets[i].loop);
		arena_release(&server->nets[i].scratch);
	}
	free(server->nets);
	if (server->engine != NULL)
		engine_close(server->engine);
	time_zone_set_free(server->zones);
	config_unref(server->config);
	tls_context_unref(server->tls);
	notify_hub_release(&server->notify);
	statement_stats_release(&server->statements);
	advisory_release(&server->advisory);
	auth_release(&server->auth);
	pthread_cond_destroy(&server->changed);
	pthread_mutex_destroy(&server->mutex);
	return true;
}
