/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_begin.c -- a session begins, through whichever door: what is known of
 * its client, its place among the server's sessions, and what functions may ask
 * of it.
 */
#include <signal.h>
#include <unistd.h>

#include "common/log.h"
#include "server/session_private.h"

#define SERVER_VERSION_TEXT \
	"PostgreSQL 15.20 (Stele " VERSION "), compiled by gcc, 64-bit"

/* ---- what functions ask ---- */

static bool
setting_cb(void *arg, struct str name, struct arena *arena, struct str *out)
{
	const struct session *session = arg;
	struct error ignored;
	struct str own_name;

	return settings_show(&session->settings, name, arena, &own_name, out,
		   &ignored) == 0;
}

static int
set_cb(void *arg, struct str name, const struct str *value, bool is_local,
    struct error *err)
{
	struct session *session = arg;
	enum setting_scope scope = is_local ? SETTING_LOCAL : SETTING_SESSION;

	if (value == NULL)
		return settings_reset(&session->settings, name, scope, err);
	return settings_set(&session->settings, name, *value, scope, err);
}

static int
notify_cb(void *arg, struct str channel, struct str payload, struct error *err)
{
	return session_notify(arg, channel, payload, err);
}

static double
usage_cb(void *arg)
{
	const struct session *session = arg;

	return notify_usage(&session->server->notify);
}

static int
signal_cb(void *arg, int32_t pid, bool is_end, struct error *err)
{
	return session_signal(arg, pid, is_end, err);
}

static void
forget_cb(void *arg)
{
	const struct session *session = arg;

	statement_stats_reset(&session->server->statements);
}

static uint64_t
next_transaction_id(const struct server *server, uint64_t last)
{
	uint64_t least = engine_last_event_id(server->engine) + 3;

	return last + 1 > least ? last + 1 : least;
}

/*
 * Numbers grow, and with what is committed, so that they do after a restart
 * too.  Workers that share a statement may ask at the same time.
 */
static uint64_t
new_transaction_id(struct server *server)
{
	uint64_t last = atomic_load_explicit(&server->last_transaction_id,
	    memory_order_relaxed);
	uint64_t next;

	do
		next = next_transaction_id(server, last);
	while (
	    !atomic_compare_exchange_weak_explicit(&server->last_transaction_id,
		&last, next, memory_order_relaxed, memory_order_relaxed));
	return next;
}

static uint64_t
transaction_id_cb(void *arg, bool give)
{
	struct session *session = arg;
	atomic_uint_least64_t *own = &session->transaction.id;
	uint64_t id = atomic_load_explicit(own, memory_order_relaxed);

	if (id == 0 && give) {
		uint64_t fresh = new_transaction_id(session->server);

		if (atomic_compare_exchange_strong_explicit(own, &id, fresh,
			memory_order_relaxed, memory_order_relaxed))
			id = fresh;
	}
	return id;
}

struct running {
	uint64_t *ids;
	uint32_t count;
	uint32_t room;
};

static void
add_running(void *arg, struct session *session)
{
	struct running *running = arg;
	uint64_t id = atomic_load_explicit(&session->transaction.id,
	    memory_order_relaxed);

	if (id != 0 && running->count < running->room)
		running->ids[running->count++] = id;
}

static uint32_t
running_cb(void *arg, struct arena *arena, uint64_t **out, uint64_t *next)
{
	const struct session *session = arg;
	struct server *server = session->server;
	struct running running = {
		.room = server_session_count(server) + 1,
	};

	*next = next_transaction_id(server,
	    atomic_load_explicit(&server->last_transaction_id,
		memory_order_relaxed));
	running.ids =
	    arena_alloc_array(arena, running.room, sizeof(*running.ids));
	server_each_session(server, add_running, &running);
	*out = running.ids;
	return running.count;
}

static struct str
query_cb(void *arg)
{
	const struct session *session = arg;
	const struct source *source = session->logged;

	return source == NULL   ? STR("")
	    : source->is_parsed ? source->shown
				: source->text;
}

static const char *
flags_cb(void *arg UNUSED, struct str name)
{
	return setting_flags(name);
}

static bool
reload_cb(void *arg)
{
	const struct session *session = arg;

	return atomic_load_explicit(&session->server->takes_signals,
		   memory_order_relaxed) &&
	    kill(getpid(), SIGHUP) == 0;
}

static void
reset_cb(void *arg)
{
	const struct session *session = arg;
	struct server *server = session->server;
	struct engine_memory memory;

	engine_memory(server->engine, &memory);
	engine_reset_activity(server->engine, 0);
	database_stats_reset(&server->database_stats, memory.cache_hits,
	    memory.cache_misses, os_clock_wall_us(server->clock));
}

static int
advisory_try_cb(void *arg, const struct advisory_request *request,
    struct error *err)
{
	struct session *session = arg;

	session->has_advisory_locks = true;
	return advisory_try(&session->server->advisory, &session->advisory,
	    request, err);
}

static int
advisory_wait_cb(void *arg, struct advisory_wait *wait, struct error *err)
{
	struct session *session = arg;

	session->has_advisory_locks = true;
	return advisory_wait(&session->server->advisory, &session->advisory,
	    wait, err);
}

static int
advisory_check_cb(void *arg, struct advisory_wait *wait, struct error *err)
{
	struct session *session = arg;

	return advisory_check(&session->server->advisory, wait, err);
}

static void
advisory_leave_cb(void *arg, struct advisory_wait *wait)
{
	struct session *session = arg;

	advisory_leave(&session->server->advisory, wait);
}

static int64_t
lock_timeout_cb(void *arg)
{
	const struct session *session = arg;

	return session->settings.config.lock_timeout_ms;
}

static bool
advisory_unlock_cb(void *arg, const struct advisory_request *request)
{
	struct session *session = arg;

	return advisory_unlock(&session->server->advisory, &session->advisory,
	    request);
}

static void
advisory_unlock_all_cb(void *arg)
{
	struct session *session = arg;

	advisory_unlock_session(&session->server->advisory, &session->advisory);
}

/* What functions may ask of the session that runs them. */
static const struct session_calls session_calls = {
	.notify = notify_cb,
	.channels = session_channels,
	.notify_usage = usage_cb,
	.signal = signal_cb,
	.forget_statements = forget_cb,
	.reset_statistics = reset_cb,
	.transaction_id = transaction_id_cb,
	.running_transactions = running_cb,
	.query = query_cb,
	.setting_flags = flags_cb,
	.reload = reload_cb,
	.advisory_try = advisory_try_cb,
	.advisory_wait = advisory_wait_cb,
	.advisory_check = advisory_check_cb,
	.advisory_leave = advisory_leave_cb,
	.lock_timeout_ms = lock_timeout_cb,
	.advisory_unlock = advisory_unlock_cb,
	.advisory_unlock_all = advisory_unlock_all_cb,
	.setting_to_keep = session_setting_to_keep,
};

/* ---- who it is for ---- */

static int
know_ends(struct session *session)
{
	struct plan_session *facts = &session->facts;
	char address[CONN_ADDRESS_SIZE];

	/* The peer's has been known from the first. */
	if (conn_own_address(session->conn, address, &facts->server.port))
		facts->server.address =
		    arena_str(&session->arena, str_of_cstr(address));
	session->has_tls = conn_is_tls(session->conn);
	if (!session->has_tls)
		return 0;
	return conn_tls_facts(session->conn, &session->arena, &session->tls,
	    &session->err);
}

int
session_know_client(struct session *session, struct str user,
    struct str database)
{
	struct plan_session *facts = &session->facts;

	if (know_ends(session) != 0)
		return session->err.code;
	facts->user = arena_str(&session->arena, user);
	facts->session_user = facts->user;
	facts->database = arena_str(&session->arena, database);
	facts->version = STR(SERVER_VERSION_TEXT);
	facts->start_time = session->server->started_us;
	facts->load_time = atomic_load_explicit(&session->server->loaded_us,
	    memory_order_relaxed);
	facts->setting = setting_cb;
	facts->set = set_cb;
	facts->path = &session->settings.search_path;
	facts->arg = session;
	facts->calls = &session_calls;
	facts->random = &session->random;
	facts->cancel = &session->cancel;
	session->settings.user = facts->user;
	return arena_check(&session->arena, &session->err);
}

/* ---- its place ---- */

void
session_leave_pending(struct session *session)
{
	if (session->pending_key == 0)
		return;
	peers_leave(&session->server->auth.peers, session->pending_key);
	session->pending_key = 0;
}

int
session_begin(struct session *session)
{
	struct seat seat;
	int rc = session_role_begin(session, &seat, &session->err);

	session_leave_pending(session);
	if (rc == 0)
		rc = server_register(session->server, session, &seat,
		    &session->err);
	if (rc != 0)
		return rc;
	session->facts.backend_pid = session->pid;
	session->advisory.pid = session->pid;
	database_count(&session->server->database_stats, DATABASE_SESSIONS, 1);
	activity_count(&session->activity, &session->server->database_stats,
	    os_clock_wall_us(session->server->clock));
	return 0;
}

void
session_begun(struct session *session)
{
	session->settings.current = session->settings.defaults;
	loop_timer_disarm(&session->timer);
	conn_limit_input(session->conn, 0);
	log_debug(LOG_SESSION, "session started", LOG_INT("pid", session->pid),
	    LOG_STR("user", session->facts.user),
	    LOG_STR("database", session->facts.database));
}

/* ---- TLS ---- */

enum step
session_start_tls(struct session *session, struct tls_context *tls,
    const struct tls_wish *wish)
{
	int rc;

	/* What invites to it may have had no memory. */
	if (session->conn == NULL) {
		tls_context_unref(tls);
		return STEP_IDLE;
	}
	rc = conn_start_tls(session->conn, tls, wish, &session->err);
	tls_context_unref(tls);
	if (rc == 0)
		return STEP_DONE;
	log_warn(LOG_NET, "no TLS", LOG_FAILURE(&session->err));
	if (session->conn != NULL)
		conn_close(session->conn);
	return STEP_IDLE;
}
