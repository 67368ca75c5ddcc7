/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.c -- the machine: what moves a session from step to step, how it
 * fails and how it ends.
 */
#include "server/session_private.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/cancel.h"
#include "common/log.h"

/* What a client gets to take the last replies when the server stops. */
#define LINGER_MS 1000
/* How long a session is stepped before others have their turn. */
#define TURN_NS        INT64_C(2000000)
#define STEPS_PER_LOOK 8
/* Commits of one session that are on their way at a time. */
#define PENDING_MAX 1024
/* Replies that are sent although nobody has asked for them with Sync. */
#define REPLIES_MAX ((size_t)64 << 10)

#define TO(state) (1u << (state))
static const unsigned session_moves[] = {
	[SESSION_STARTUP] =
	    TO(SESSION_READY) | TO(SESSION_WORKING) | TO(SESSION_ENDED),
	[SESSION_READY] =
	    TO(SESSION_WAITING) | TO(SESSION_WORKING) | TO(SESSION_ENDED),
	[SESSION_WAITING] =
	    TO(SESSION_READY) | TO(SESSION_WORKING) | TO(SESSION_ENDED),
	[SESSION_WORKING] = TO(SESSION_STARTUP) | TO(SESSION_READY) |
	    TO(SESSION_WAITING) | TO(SESSION_ENDED),
	[SESSION_ENDED] = 0,
};

void
session_set_state(struct session *session, enum session_state next)
{
	assert(session_moves[session->state] & TO(next));
	assert(next == SESSION_WAITING || session->wait == WAIT_NOTHING ||
	    next == SESSION_ENDED);
	session->state = next;
}

enum step
session_wait(struct session *session, enum session_wait wait, enum step step)
{
	session->wait = wait;
	session_set_state(session, SESSION_WAITING);
	return step;
}

void
session_look_at_clock(struct session *session)
{
	session->now_ns = os_clock_monotonic_ns(session->server->clock);
}

enum step
session_out_of_memory(struct session *session)
{
	(void)error_no_memory(&session->err);
	return STEP_FAIL;
}

/* ---- the end ---- */

static void
session_free(struct session *session)
{
	struct net_thread *net = session->net;

	if (session->previous != NULL)
		session->previous->next = session->next;
	else
		net->sessions = session->next;
	if (session->next != NULL)
		session->next->previous = session->previous;
	login_free(session);
	if (session->voice->release != NULL)
		session->voice->release(session);
	copy_in_abandon(session);
	portal_release(&session->simple);
	store_plans_release(session);
	portal_remove_all(&session->table);
	prepared_remove_all(&session->table);
	statement_table_release(&session->table);
	source_unref(session->source);
	source_unref(session->parsing);
	planned_unref(session->parsing_plan);
	source_unref(session->logged);
	transaction_release(&session->transaction);
	temp_tables_release(&session->temp);
	pending_free_all(session);
	net_chunk_free(session->out);
	net_chunk_free(session->job.chunk);
	settings_release(&session->settings);
	loop_timer_release(&session->timer);
	activity_release(&session->activity);
	buf_release(&session->normal);
	arena_release(&session->arena);
	free(session);
	server_session_ended(net);
}

static void
free_cb(struct loop_post *post)
{
	session_free(POST_OWNER(post, struct session, free_post));
}

/* Free it on a later turn, once nothing refers to it. */
static void
free_if_over(struct session *session)
{
	if (session->state != SESSION_ENDED || session->async_count > 0 ||
	    session->is_freeing)
		return;
	if (session->has_advisory_locks) {
		advisory_unlock_session(&session->server->advisory,
		    &session->advisory);
		advisory_unlock_transaction(&session->server->advisory,
		    &session->advisory, 0);
	}
	session->is_freeing = true;
	session->free_post.fn = free_cb;
	loop_post(session->net->loop, &session->free_post);
}

void
session_async_ended(struct session *session)
{
	assert(session->async_count > 0);
	session->async_count--;
	free_if_over(session);
}

static bool
is_in_transaction(const struct session *session)
{
	return session->transaction.state == TRANSACTION_EXPLICIT ||
	    session->transaction.state == TRANSACTION_FAILED;
}

/* How it ended, for pg_stat_database. */
static void
count_end(struct session *session)
{
	struct database_stats *stats = &session->server->database_stats;

	if (session->pid == 0)
		return;
	activity_close(&session->activity,
	    os_clock_wall_us(session->server->clock));
	/* What becomes of a COMMIT that is on its way nobody will know. */
	if (is_in_transaction(session) &&
	    (session->awaited == NULL || session->awaited->is_flush))
		database_count(stats, DATABASE_ROLLBACKS, 1);
	if (session->is_terminating ||
	    atomic_load_explicit(&session->is_to_end, memory_order_acquire))
		database_count(stats, DATABASE_SESSIONS_KILLED, 1);
	else if (session->is_fatal)
		database_count(stats, DATABASE_SESSIONS_FATAL, 1);
	else if (!session->said_goodbye)
		database_count(stats, DATABASE_SESSIONS_ABANDONED, 1);
}

static void
closed_cb(void *owner)
{
	struct session *session = owner;

	session->conn = NULL;
	session_leave_pending(session);
	count_end(session);
	session_cancel(session, CANCEL_GONE);
	loop_timer_disarm(&session->timer);
	server_unregister(session->server, session);
	notify_unlisten_all(&session->server->notify, &session->listener);
	session_set_state(session, SESSION_ENDED);
	log_debug(LOG_SESSION, "session ended", LOG_INT("pid", session->pid));
	free_if_over(session);
}

/* ---- failures ---- */

static void
count_damage(struct session *session)
{
	struct database_stats *stats = &session->server->database_stats;

	database_count(stats, DATABASE_CHECKSUM_FAILURES, 1);
	atomic_store_explicit(&stats->checksum_failed_us,
	    os_clock_wall_us(session->server->clock), memory_order_relaxed);
}

void
session_fail(struct session *session)
{
	if (!session->keep_error)
		session_name_cancel(session, &session->err);
	session->keep_error = false;
	session_stop_timeout(session);
	log_debug(LOG_SQL, "statement failed", LOG_INT("pid", session->pid),
	    LOG_FAILURE(&session->err));
	if (session->err.code == STELE_E_CORRUPT)
		count_damage(session);
	if (session->err.code == STELE_E_CORRUPT ||
	    session->err.code == STELE_E_INTERNAL)
		log_error(LOG_SQL, "statement failed",
		    LOG_INT("pid", session->pid), LOG_FAILURE(&session->err));
	copy_in_abandon(session);
	transaction_fail(session);
	session->voice->error(session, session_out(session), VOICE_ERROR,
	    &session->err);
	session->is_amid_rows = false;
	if (session->source != NULL) {
		portal_reset(&session->simple);
		source_unref(session->source);
		session->source = NULL;
		session_end_request(session);
		return;
	}
	session->skip_to_sync = true;
	session_flush(session);
}

void
session_fail_ready(struct session *session)
{
	session_fail(session);
	session->skip_to_sync = false;
	session_end_request(session);
}

void
session_fatal(struct session *session)
{
	session->is_fatal = true;
	session->voice->error(session, session_out(session), VOICE_FATAL,
	    &session->err);
	/* Replies that wait for a commit come before it, or never. */
	session_flush(session);
	if (session->conn != NULL)
		conn_finish(session->conn);
}

static void
linger_cb(void *arg)
{
	struct session *session = arg;

	if (session->conn != NULL)
		conn_close(session->conn);
}

static void
say_terminated(struct session *session)
{
	if (session->is_out_of_time)
		(void)error_set(&session->err, STELE_E_TRANSACTION_TIMEOUT,
		    "terminating connection due to transaction timeout");
	else
		(void)error_set(&session->err, STELE_E_ADMIN_SHUTDOWN,
		    "terminating connection due to administrator command");
	session_fatal(session);
}

void
session_terminate(struct session *session)
{
	struct error ignored;

	if (session->conn == NULL)
		return;
	if (session->state == SESSION_STARTUP) {
		conn_close(session->conn);
		return;
	}
	session_cancel(session, CANCEL_GONE);
	session->is_terminating = true;
	if (loop_timer_arm(session->net->loop, &session->timer, LINGER_MS,
		linger_cb, session, &ignored) != 0) {
		conn_close(session->conn);
		return;
	}
	if (session_take_back(session))
		session_async_ended(session);
	/* The error must not stand amid a worker's rows. */
	if (session->state != SESSION_WORKING)
		say_terminated(session);
}

/* ---- workers ---- */

static void
work_cb(struct pool_job *pool_job)
{
	struct job *job = POST_OWNER(pool_job, struct job, job);
	struct session *session = POST_OWNER(job, struct session, job);

	session->job.is_on_worker = true;
	session->job.work(session);
	session->job.is_on_worker = false;
	loop_post(session->net->loop, &session->job.post);
}

void
session_resume_job(struct session *session)
{
	if (session->state == SESSION_WAITING) {
		session->wait = WAIT_NOTHING;
		session_set_state(session, SESSION_WORKING);
	}
	session->async_count++;
	session->job.handed_bytes = 0;
	pool_submit(session->server->pool, &session->job.job);
}

/* The worker has filled the socket: go on when it has been taken. */
static void
parked(struct session *session)
{
	if (!conn_settle(session->conn))
		return;
	/* A cancel that came while it worked is one that nobody repeats. */
	if (conn_out_bytes(session->conn) < CONN_OUT_LOW ||
	    cancel_is_set(&session->cancel)) {
		session_resume_job(session);
		return;
	}
	(void)session_wait(session, WAIT_DRAINED, STEP_LATER);
	conn_notify_drained(session->conn);
}

static void
worked_cb(struct loop_post *post)
{
	struct job *job = POST_OWNER(post, struct job, post);
	struct session *session = POST_OWNER(job, struct session, job);

	session_look_at_clock(session);
	if (session->conn != NULL) {
		if (job->chunk != NULL)
			conn_write(session->conn, job->chunk);
		job->chunk = NULL;
		if (session->is_terminating) {
			say_terminated(session);
		} else if (job->rc == 0 && job->outcome == JOB_PARKED) {
			parked(session);
		} else {
			session_set_state(session,
			    session->login == NULL ? SESSION_READY
						   : SESSION_STARTUP);
			job->finish(session);
		}
	}
	session_async_ended(session);
	session_run(session);
}

enum step
session_submit(struct session *session, void (*work)(struct session *),
    void (*finish)(struct session *))
{
	struct job *job = &session->job;

	session_flush(session);
	if (session->conn == NULL)
		return STEP_LATER;
	job->job.run = work_cb;
	job->post.fn = worked_cb;
	job->work = work;
	job->finish = finish;
	job->outcome = JOB_DONE;
	job->rc = 0;
	job->handed_bytes = 0;
	session_set_state(session, SESSION_WORKING);
	session->async_count++;
	pool_submit(session->server->pool, &job->job);
	return STEP_LATER;
}

/* ---- waking ---- */

static void
woken_cb(struct loop_post *post)
{
	struct session *session = POST_OWNER(post, struct session, wake);

	session->is_wake_due = false;
	if (session->state == SESSION_WAITING && session->wait == WAIT_WAKE) {
		session->wait = WAIT_NOTHING;
		session_set_state(session, SESSION_READY);
	}
	session_async_ended(session);
	session_run(session);
}

void
session_wake_cb(void *arg)
{
	struct session *session = arg;

	loop_post(session->net->loop, &session->wake);
}

enum step
session_wait_wake(struct session *session)
{
	if (!session->is_wake_due)
		session->async_count++;
	session->is_wake_due = true;
	return session_wait(session, WAIT_WAKE, STEP_AGAIN);
}

enum step
session_wait_room(struct session *session)
{
	if (!session->is_wake_due &&
	    !engine_is_full(session->server->engine, session_wake_cb, session))
		return STEP_DONE;
	return session_wait_wake(session);
}

static void
drained_cb(void *owner)
{
	struct session *session = owner;

	if (session->state == SESSION_WAITING &&
	    session->wait == WAIT_DRAINED) {
		session_resume_job(session);
	} else if (session->state == SESSION_WAITING &&
	    session->wait == WAIT_OUTPUT) {
		session->wait = WAIT_NOTHING;
		session_set_state(session, SESSION_READY);
		session_run(session);
	} else {
		session_tell(session);
	}
}

/* ---- idle or not ---- */

/* The server's options, if they were reloaded. */
static void
follow_config(struct session *session)
{
	unsigned version =
	    atomic_load_explicit(&session->server->config_version,
		memory_order_acquire);
	struct config *config;

	if (version == session->config_version)
		return;
	config = server_config(session->server);
	settings_follow(&session->settings, config);
	config_unref(config);
	session->config_version = version;
	session->facts.load_time =
	    atomic_load_explicit(&session->server->loaded_us,
		memory_order_relaxed);
}

void
session_begin_work(struct session *session)
{
	/* What came since the last request was for what is over. */
	session_forget_cancel(session);
	follow_config(session);
	loop_timer_disarm(&session->timer);
	session->is_busy = true;
}

static void
idle_cb(void *arg)
{
	struct session *session = arg;

	if (session->conn == NULL || session->is_busy)
		return;
	if (session->pending_count > 0) {
		/* It is us whom the client waits for. */
		session_begin_idle(session);
		return;
	}
	if (is_in_transaction(session))
		(void)error_set(&session->err,
		    STELE_E_IDLE_IN_TRANSACTION_TIMEOUT,
		    "terminating connection due to idle-in-transaction "
		    "timeout");
	else
		(void)error_set(&session->err, STELE_E_IDLE_SESSION_TIMEOUT,
		    "terminating connection due to idle-session timeout");
	session_fatal(session);
}

void
session_begin_idle(struct session *session)
{
	const struct config_session *config = &session->settings.config;
	int64_t timeout_ms = is_in_transaction(session)
	    ? config->idle_in_transaction_session_timeout_ms
	    : config->idle_session_timeout_ms;
	struct error err;

	if (timeout_ms == 0 || session->is_terminating)
		return;
	if (loop_timer_arm(session->net->loop, &session->timer,
		(uint64_t)timeout_ms, idle_cb, session, &err) != 0)
		log_warn(LOG_SESSION, "session is idle without a timeout",
		    LOG_FAILURE(&err));
}

/* ---- stepping ---- */

void
session_goodbye(struct session *session)
{
	session->said_goodbye = true;
	session_flush(session);
	if (session->conn != NULL)
		conn_finish(session->conn);
}

static void
yielded_cb(struct loop_post *post)
{
	struct session *session = POST_OWNER(post, struct session, yield_post);

	session->is_yielding = false;
	session_run(session);
	session_async_ended(session);
}

/* Go on when the loop has looked at its other sockets. */
static void
yield(struct session *session)
{
	if (session->is_yielding)
		return;
	session->is_yielding = true;
	session->yield_post.fn = yielded_cb;
	session->async_count++;
	loop_post(session->net->loop, &session->yield_post);
}

/*
 * Whoever does not read what he has asked for gets no more: true, and
 * the session waits, or its connection is gone.
 */
static bool
waits_for_output(struct session *session)
{
	if (session->out != NULL && session->out->bytes.len >= REPLIES_MAX)
		session_flush(session);
	if (session->conn == NULL)
		return true;
	if (conn_out_bytes(session->conn) < CONN_OUT_HIGH)
		return false;
	if (!conn_settle(session->conn))
		return true;
	if (conn_out_bytes(session->conn) < CONN_OUT_HIGH)
		return false;
	(void)session_wait(session, WAIT_OUTPUT, STEP_LATER);
	conn_notify_drained(session->conn);
	return true;
}

static enum step
next_step(struct session *session)
{
	if (session->state == SESSION_STARTUP)
		return session->voice->startup(session);
	if (session->pending_ddl > 0 || session->pending_count >= PENDING_MAX ||
	    session->pending_bytes >= CONN_OUT_HIGH)
		return session_wait(session, WAIT_QUIET, STEP_AGAIN);
	if (waits_for_output(session))
		return STEP_LATER;
	if (session->source != NULL && session->copy == NULL)
		return simple_step(session);
	return session->voice->input(session);
}

/*
 * Step until something is waited for; true if that is only the others' turn:
 * what a client sends at once may be many statements.
 */
static bool
step_on(struct session *session)
{
	int64_t seen_ns, end_ns;

	session_look_at_clock(session);
	session->epoch_us = 0;
	seen_ns = session->now_ns;
	end_ns = seen_ns + TURN_NS;

	/* What is to end begins nothing, and leaves the timer alone. */
	for (unsigned i = 1;
	     session->conn != NULL && !session->is_terminating &&
	     (session->state == SESSION_STARTUP ||
		 session->state == SESSION_READY);
	     i++) {
		enum step step = next_step(session);

		if (step == STEP_FAIL)
			session_fail(session);
		else if (step == STEP_IDLE || step == STEP_MORE)
			return false;
		if (i % STEPS_PER_LOOK == 0) {
			/* Statements that have ended looked at it. */
			if (session->now_ns == seen_ns)
				session_look_at_clock(session);
			seen_ns = session->now_ns;
		}
		if (step == STEP_YIELD || seen_ns >= end_ns)
			return true;
	}
	return false;
}

void
session_run(struct session *session)
{
	if (session->is_stepping)
		return;
	session->is_stepping = true;
	if (step_on(session))
		yield(session);
	session->is_stepping = false;
	if (session->conn != NULL)
		(void)conn_settle(session->conn);
}

static void
run_cb(struct loop_post *post)
{
	struct session *session = POST_OWNER(post, struct session, run_post);

	session->is_run_deferred = false;
	session_run(session);
	session_async_ended(session);
}

void
session_run_later(struct session *session)
{
	if (session->is_run_deferred)
		return;
	session->is_run_deferred = true;
	session->run_post.fn = run_cb;
	session->async_count++;
	loop_defer(session->net->loop, &session->run_post);
}

static void
input_cb(void *owner)
{
	struct session *session = owner;

	if (session->voice->glance != NULL &&
	    session->state != SESSION_STARTUP &&
	    session->state != SESSION_READY)
		session->voice->glance(session);
	session_run(session);
}

static const struct conn_handler session_handler = {
	.input = input_cb,
	.drained = drained_cb,
	.closed = closed_cb,
};

static void
startup_timeout_cb(void *arg)
{
	struct session *session = arg;

	if (session->conn == NULL || session->pid != 0)
		return;
	log_info(LOG_SESSION, "no login in time",
	    LOG_STR("address", session->facts.client.address));
	conn_close(session->conn);
}

/*
 * Who is at the other end.  A peer that has sent a reset has no address any more,
 * but what it sent before that would be done: it must not pass for a local one.
 */
static int
know_peer(struct session *session, struct hba_address *address)
{
	struct plan_endpoint *client = &session->facts.client;
	char text[CONN_ADDRESS_SIZE];

	session->is_local = conn_is_local(session->conn);
	if (session->is_local)
		return 0;
	if (!conn_peer_address(session->conn, text, &client->port) ||
	    !hba_address_parse(str_of_cstr(text), address))
		return error_set(&session->err, STELE_E_CONNECTION_FAILURE,
		    "the client has gone, and its address with it");
	client->address = arena_str(&session->arena, str_of_cstr(text));
	return arena_check(&session->arena, &session->err);
}

/* Begin to wait for a login; false if it is not to be waited for. */
static bool
begin_pending(struct session *session, const struct config *config)
{
	struct auth *auth = &session->server->auth;
	const struct plan_endpoint *client = &session->facts.client;
	struct hba_address address;
	uint64_t key;

	if (know_peer(session, &address) != 0)
		return false;
	if (session->is_local)
		return true;
	key = offenders_key(&auth->offenders, &address, STR(""));
	if (!peers_enter(&auth->peers, key,
		(uint32_t)config->max_pending_logins,
		os_clock_monotonic_ns(session->server->clock) / 1000000)) {
		log_warn(LOG_NET, "too many connections without a login",
		    LOG_STR("address", client->address),
		    LOG_INT("max_pending_logins", config->max_pending_logins));
		(void)error_set(&session->err, STELE_E_TOO_MANY_CONNECTIONS,
		    "too many connections from \"%.*s\" have not logged in",
		    STR_FMT(client->address));
		(void)error_hint(&session->err,
		    "max_pending_logins allows %d of one address.",
		    config->max_pending_logins);
		return false;
	}
	session->pending_key = key;
	return true;
}

struct session *
session_next(struct session *session)
{
	return session->next;
}

void
session_set_keepalive(struct session *session)
{
	const struct config_session *config = &session->settings.config;
	const struct conn_keepalive keepalive = {
		.idle_s = (unsigned)(config->tcp_keepalives_idle_ms / 1000),
		.interval_s =
		    (unsigned)(config->tcp_keepalives_interval_ms / 1000),
		.count = (unsigned)config->tcp_keepalives_count,
		.user_timeout_ms = (unsigned)config->tcp_user_timeout_ms,
	};

	conn_set_keepalive(session->conn, &keepalive);
}

void
session_open(struct net_thread *net, int fd, const struct voice *voice)
{
	struct session *session = calloc(1, sizeof(*session));
	/* Before the config: rather ask for it once too often. */
	unsigned version = atomic_load_explicit(&net->server->config_version,
	    memory_order_acquire);
	struct config *config = server_config(net->server);
	struct error err;

	if (session == NULL) {
		close(fd);
		server_session_ended(net);
		config_unref(config);
		return;
	}
	session->server = net->server;
	session->net = net;
	session->voice = voice;
	session->state = SESSION_STARTUP;
	session->unacked_at = SIZE_MAX;
	session->wake.fn = woken_cb;
	session_cancel_init(session);
	notify_init(session);
	buf_init(&session->normal);
	activity_init(&session->activity, os_clock_wall_us(net->server->clock));
	arena_init(&session->arena, NULL);
	portal_init(&session->simple);
	transaction_init(&session->transaction);
	temp_tables_init(&session->temp, 0, &net->server->memory);
	session->config_version = version;
	settings_init(&session->settings, config, net->server->zones);
	session->next = net->sessions;
	if (net->sessions != NULL)
		net->sessions->previous = session;
	net->sessions = session;
	if (conn_open(net->loop, fd, &session_handler, session,
		&net->server->memory, &session->conn, &err) != 0 ||
	    loop_timer_arm(net->loop, &session->timer,
		(uint64_t)config->authentication_timeout_ms, startup_timeout_cb,
		session, &err) != 0) {
		log_warn(LOG_NET, "could not open a connection",
		    LOG_FAILURE(&err));
		if (session->conn != NULL) {
			conn_close(session->conn);
		} else {
			session->state = SESSION_ENDED;
			free_if_over(session);
		}
		config_unref(config);
		return;
	}
	if (voice->open != NULL && !voice->open(session)) {
		conn_close(session->conn);
		config_unref(config);
		return;
	}
	session_set_keepalive(session);
	conn_set_read_timeout(session->conn,
	    (uint64_t)config->client_read_timeout_ms);
	conn_limit_input(session->conn, CONN_INPUT_LEAST);
	if (!begin_pending(session, config))
		session_fatal(session);
	config_unref(config);
}
