/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_output.c -- replies, and the queue of those that wait for a commit.
 */
#include "server/session_private.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "common/log.h"
#include "sql/ast.h"

struct buf *
session_out(struct session *session)
{
	if (session->out == NULL)
		session->out = net_chunk_new(&session->server->memory);
	if (session->out == NULL) {
		session->no_memory.failed = true;
		return &session->no_memory;
	}
	return &session->out->bytes;
}

bool
session_is_quiet(const struct session *session)
{
	return session->first_pending == NULL;
}

static void
append(struct session *session, struct pending *pending)
{
	pending->next = NULL;
	if (session->last_pending == NULL)
		session->first_pending = pending;
	else
		session->last_pending->next = pending;
	session->last_pending = pending;
	session->pending_count++;
	if (pending->chunk != NULL)
		session->pending_bytes += pending->chunk->bytes.len;
}

/* A reply that had no memory leaves nothing but to close. */
static bool
check_memory(struct session *session)
{
	if (!session->no_memory.failed &&
	    (session->out == NULL || !session->out->bytes.failed))
		return true;
	log_warn(LOG_SESSION, "out of memory for a reply",
	    LOG_INT("pid", session->pid));
	conn_close(session->conn);
	return false;
}

/* All zero, but for the error in the commit. */
static struct pending *
pending_alloc(struct session *session)
{
	struct pending *pending = malloc(sizeof(*pending));

	if (pending == NULL)
		return NULL;
	memset(pending, 0,
	    offsetof(struct pending, commit) + offsetof(struct commit, err));
	pending->session = session;
	return pending;
}

void
session_flush(struct session *session)
{
	struct pending *pending;

	if (session->conn == NULL || !check_memory(session) ||
	    session->out == NULL)
		return;
	session->unacked_at = SIZE_MAX;
	if (session_is_quiet(session)) {
		conn_write(session->conn, session->out);
		session->out = NULL;
		return;
	}
	pending = pending_alloc(session);
	if (pending == NULL) {
		session->no_memory.failed = true;
		(void)check_memory(session);
		return;
	}
	pending->is_done = true;
	pending->chunk = session->out;
	session->out = NULL;
	append(session, pending);
}

/* Log a statement that took its time. */
static void
log_duration(const struct session *session, int64_t started_ns,
    const struct source *source)
{
	int64_t limit = session->settings.config.log_min_duration_statement_ms;
	int64_t taken_us;

	if (limit < 0 || started_ns == 0 || source == NULL)
		return;
	taken_us =
	    (os_clock_monotonic_ns(session->server->clock) - started_ns) / 1000;
	if (taken_us / 1000 < limit)
		return;
	log_every(LOG_LEVEL_INFO, LOG_SQL, "statement",
	    LOG_INT("pid", session->pid), LOG_INT("duration_us", taken_us),
	    LOG_STR("text", source->shown));
}

/* Replace what the failed commit would have confirmed by its error. */
static void
put_commit_error(struct session *session, struct pending *pending,
    struct buf *out)
{
	if (out->len > pending->fail_at)
		out->len = pending->fail_at;
	session_name_cancel(session, &pending->commit.err);
	session->voice->commit_failed(session, out, &pending->commit.err,
	    pending->is_amid_rows);
}

/* What pg_stat_activity shows of the settings. */
static void
show_name(struct session *session)
{
	struct str own_name, value;
	struct error ignored;
	struct arena arena;

	arena_init(&arena, NULL);
	if (settings_show(&session->settings, STR("application_name"), &arena,
		&own_name, &value, &ignored) == 0)
		activity_set_name(&session->activity, value);
	arena_release(&arena);
}

static void
report_settings(struct session *session, struct buf *out)
{
	if (session->settings.report_is_due) {
		show_name(session);
		session_set_keepalive(session);
	}
	session->voice->settings(session, out);
}

void
session_report_settings(struct session *session)
{
	report_settings(session, session_out(session));
}

static void
show_idle(struct session *session)
{
	enum activity_state state = ACTIVITY_IDLE;

	if (session->transaction.state == TRANSACTION_EXPLICIT)
		state = ACTIVITY_IN_TRANSACTION;
	else if (session->transaction.state == TRANSACTION_FAILED)
		state = ACTIVITY_IN_FAILED_TRANSACTION;
	activity_end(&session->activity, state,
	    os_clock_wall_us(session->server->clock));
}

/* The end of a request behind its replies in `out`. */
static void
put_end(struct session *session, struct buf *out, char status)
{
	report_settings(session, out);
	session->is_busy = false;
	session->voice->ready(session, out, status);
	show_idle(session);
}

/* The request that has waited for its commit ends. */
static void
decided(struct session *session, const struct pending *pending, struct buf *out)
{
	bool is_committed = pending->commit.rc == 0;

	if (pending->notices != NULL)
		notices_decided(session, pending->notices, is_committed);
	transaction_end(session, is_committed);
	if (session->state != SESSION_WAITING)
		return;
	put_end(session, out, 'I');
	session->wait = WAIT_NOTHING;
	session_set_state(session, SESSION_READY);
	session_begin_idle(session);
}

/* What a reply has to say of the commit that it has waited for. */
static void
put_outcome(struct session *session, struct pending *pending, struct buf *out)
{
	if (pending->ends_request)
		decided(session, pending, out);
	if (pending->commit.rc != 0)
		put_commit_error(session, pending, out);
	else if (pending->is_held && session->voice->committed != NULL)
		session->voice->committed(session, out,
		    pending->commit.first_event_id);
	if (pending->is_held)
		notify_put_before_ready(session, out);
}

static void
pending_free(struct pending *pending)
{
	net_chunk_free(pending->chunk);
	source_unref(pending->source);
	notices_free(pending->notices);
	free(pending);
}

/* There is none if it had no memory: who waits for it is not to wait for ever. */
static void
send_reply(struct session *session, struct pending *pending)
{
	if (session->conn == NULL)
		return;
	if (pending->chunk == NULL) {
		(void)check_memory(session);
		return;
	}
	conn_write(session->conn, pending->chunk);
	pending->chunk = NULL;
}

/* Send the replies of all commits that are done, in order. */
static void
drain(struct session *session)
{
	while (
	    session->first_pending != NULL && session->first_pending->is_done) {
		struct pending *pending = session->first_pending;

		session->first_pending = pending->next;
		if (session->first_pending == NULL)
			session->last_pending = NULL;
		session->pending_count--;
		if (pending->has_ddl)
			session->pending_ddl--;
		if (pending->is_held)
			transaction_count(session, pending->commit.rc == 0);
		if (pending->chunk != NULL) {
			session->pending_bytes -= pending->chunk->bytes.len;
			put_outcome(session, pending, &pending->chunk->bytes);
		}
		log_duration(session, pending->started_ns, pending->source);
		send_reply(session, pending);
		pending_free(pending);
	}
	if (session_is_quiet(session) && session->wait == WAIT_QUIET &&
	    session->state == SESSION_WAITING) {
		session->wait = WAIT_NOTHING;
		session_set_state(session, SESSION_READY);
	}
	if (session->listener.link_count > 0)
		session_tell(session);
}

/* The commit that the session itself waits for. */
static void
awaited_done(struct session *session)
{
	struct pending *pending = session->awaited;
	void (*next)(struct session *) = session->on_commit;

	session->awaited = NULL;
	session->on_commit = NULL;
	if (session->state == SESSION_WAITING) {
		session->wait = WAIT_NOTHING;
		session_set_state(session, SESSION_READY);
		session->job.rc = pending->commit.rc;
		if (pending->commit.rc != 0)
			session->err = pending->commit.err;
		session->committed_id = pending->commit.first_event_id;
		if (pending->notices != NULL)
			notices_decided(session, pending->notices,
			    pending->commit.rc == 0);
		if (!session->is_terminating)
			next(session);
	}
	pending_free(pending);
}

/*
 * How long a client has waited for his write.  The clock is looked at once for a
 * group of messages: they come together.
 */
static void
count_ack(struct session *session, const struct pending *pending)
{
	if (pending->given_ns == 0 || pending->commit.rc != 0)
		return;
	if (!session->is_run_deferred)
		session->acked_ns =
		    os_clock_monotonic_ns(session->server->clock);
	if (session->acked_ns > pending->given_ns)
		histogram_add(&session->net->acks,
		    (uint64_t)(session->acked_ns - pending->given_ns));
}

static void
committed_cb(struct loop_post *post)
{
	struct pending *pending = POST_OWNER(post, struct pending, post);
	struct session *session = pending->session;

	pending->is_done = true;
	count_ack(session, pending);
	if (pending->is_off && pending->commit.rc == 0 &&
	    pending->commit.last_event_id > session->async_position)
		session->async_position = pending->commit.last_event_id;
	if (pending->is_left)
		pending_free(pending);
	else if (pending == session->awaited)
		awaited_done(session);
	else
		drain(session);
	/* A group of commits is one write to the socket. */
	session_run_later(session);
	session_async_ended(session);
}

/* On an engine thread. */
static void
commit_done_cb(struct commit *commit)
{
	struct pending *pending = commit->arg;

	if (pending->notices != NULL && commit->rc == 0)
		notices_publish(pending->notices, commit->first_event_id);
	loop_post(pending->session->net->loop, &pending->post);
}

struct pending *
pending_new(struct session *session)
{
	struct pending *pending = pending_alloc(session);

	if (pending == NULL)
		return NULL;
	pending->post.fn = committed_cb;
	pending->commit.done = commit_done_cb;
	pending->commit.arg = pending;
	return pending;
}

void
pending_hold(struct session *session, struct pending *pending)
{
	pending->fail_at = session->unacked_at;
	(void)session_out(session); /* there is one, or the session ends */
	pending->chunk = session->out;
	session->out = NULL;
	session->unacked_at = SIZE_MAX;
	pending->is_amid_rows = session->is_unacked_amid_rows;
	if (session->settings.config.log_min_duration_statement_ms >= 0 &&
	    session->logged != NULL) {
		pending->source = source_ref(session->logged);
		pending->started_ns = session->started_ns;
	}
	pending->is_held = true;
	session->pending_ddl += pending->has_ddl;
	session->async_count++;
	append(session, pending);
}

void
pending_await(struct session *session, struct pending *pending,
    void (*next)(struct session *))
{
	assert(session->awaited == NULL);
	session->awaited = pending;
	session->on_commit = next;
	session->async_count++;
}

void
pending_free_all(struct session *session)
{
	while (session->first_pending != NULL) {
		struct pending *next = session->first_pending->next;

		pending_free(session->first_pending);
		session->first_pending = next;
	}
}

/* ---- single replies ---- */

/* The tag ends with the number of rows, if it has one. */
static uint64_t
tag_rows(const char *tag)
{
	const char *space = strrchr(tag, ' ');
	uint64_t rows = 0;

	if (space == NULL)
		return 0;
	for (const char *at = space + 1; *at >= '0' && *at <= '9'; at++)
		rows = rows * 10 + (uint64_t)(*at - '0');
	return rows;
}

void
session_count_runs(struct session *session, const struct statement_runs *runs)
{
	struct source *source = session->logged;
	const struct ast_stmt *stmt = session->logged_stmt;
	uint64_t several = 0;
	uint32_t param_count;

	if (source == NULL)
		return;
	param_count = stmt->param_count;
	if (stmt->kind == AST_PREPARE)
		param_count = stmt->prepare.stmt->param_count;
	statement_stats_add(&session->server->statements, stmt->text,
	    /* without its password it is SQL */
	    stmt->is_native && !stmt->has_secret ? SQL_DIALECT_NATIVE
						 : SQL_DIALECT_POSTGRES,
	    param_count,
	    source->statements.count == 1 ? &source->stats_id : &several, runs,
	    &session->normal);
}

/* A commit is waited for by the next one. */
static void
count_statement(struct session *session, const char *tag)
{
	struct statement_runs runs = { .calls = 1, .rows = tag_rows(tag) };

	if (session->logged == NULL)
		return;
	session_look_at_clock(session);
	runs.total_ns = session->now_ns - session->started_ns;
	session_count_runs(session, &runs);
}

void
session_columns(struct session *session, const struct portal *portal,
    struct row_format format)
{
	session->voice->columns(session, session_out(session), portal, format);
}

void
session_complete(struct session *session, const char *tag, bool is_write)
{
	struct buf *out = session_out(session);

	if (is_write && session->unacked_at == SIZE_MAX) {
		session->unacked_at = out->len;
		session->is_unacked_amid_rows = session->is_amid_rows;
	}
	session->voice->complete(session, out, tag);
	session->is_amid_rows = false;
	count_statement(session, tag);
	if (!is_write)
		log_duration(session, session->started_ns, session->logged);
}

void
session_notice(void *arg, const struct error *notice)
{
	struct session *session = arg;
	bool is_warning = strncmp(error_sqlstate(notice->code), "01", 2) == 0;
	bool is_chunk = (session->job.is_on_worker || session->job.is_inline) &&
	    session->job.chunk != NULL;

	if (session->settings.client_min_messages >
	    (is_warning ? MESSAGE_WARNING : MESSAGE_NOTICE))
		return;
	session->voice->notice(session,
	    is_chunk ? &session->job.chunk->bytes : session_out(session),
	    is_warning ? VOICE_WARNING : VOICE_NOTICE, notice);
}

void
session_warn(struct session *session, const char *sqlstate, const char *message)
{
	if (session->settings.client_min_messages <= MESSAGE_WARNING)
		session->voice->note(session, session_out(session),
		    VOICE_WARNING, sqlstate, message);
}

/* Nothing is left for the next request, be the transaction open or not. */
static void
end_stateless(struct session *session)
{
	if (session->transaction.state == TRANSACTION_EXPLICIT ||
	    session->transaction.state == TRANSACTION_FAILED) {
		settings_rollback(&session->settings);
		transaction_abort(session);
		transaction_count(session, false);
	}
	if (session_reset(session) != 0)
		session_fatal(session);
	settings_commit(&session->settings);
	temp_tables_commit(&session->temp);
}

/* Nothing was promised yet: say what became of it. */
static void
refuse_commit(struct session *session)
{
	struct buf *out = session_out(session);

	if (session->unacked_at < out->len)
		out->len = session->unacked_at;
	(void)session_out_of_memory(session);
	session->voice->commit_failed(session, out, &session->err,
	    session->is_unacked_amid_rows);
	transaction_end(session, false);
	transaction_count(session, false);
	session_flush(session);
}

/* The request ends now, or when it is committed: see V2 of voice.h. */
static void
commit_request(struct session *session)
{
	struct pending *pending = pending_new(session);

	/* A Flush may have sent all that was put; the end is still to come. */
	if (session->unacked_at == SIZE_MAX) {
		session->unacked_at = session_out(session)->len;
		session->is_unacked_amid_rows = false;
	}
	if (pending != NULL && transaction_changes_session(session)) {
		pending->ends_request = true;
		transaction_commit_held(session, pending);
		if (session->conn != NULL)
			(void)session_wait(session, WAIT_END, STEP_LATER);
		return;
	}
	put_end(session, session_out(session), 'I');
	if (pending == NULL) {
		refuse_commit(session);
	} else {
		transaction_commit_held(session, pending);
		transaction_end(session, true);
	}
	session_begin_idle(session);
}

static void
end_request(struct session *session)
{
	bool is_implicit = session->transaction.state == TRANSACTION_IMPLICIT;
	char status;

	if (is_implicit && transaction_has_writes(session)) {
		commit_request(session);
		return;
	}
	if (is_implicit) {
		notices_commit(session);
		transaction_end(session, true);
		transaction_count(session, true);
	}
	status = transaction_status(session);
	put_end(session, session_out(session), status);
	if (status == 'I')
		notify_put_before_ready(session, session_out(session));
	session_flush(session);
	session_begin_idle(session);
	if (session->listener.link_count > 0)
		session_tell(session);
}

void
session_end_request(struct session *session)
{
	if (session->voice->is_stateless)
		end_stateless(session);
	end_request(session);
}
