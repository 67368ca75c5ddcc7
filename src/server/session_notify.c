/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_notify.c -- LISTEN, UNLISTEN, NOTIFY.
 *
 * What a transaction says waits in its `notices` until it commits.  With a
 * commit that the engine does they go along: it publishes them, together with
 * the events that were committed, in the order of its commits.
 *
 * What the session is told it passes on when it is idle, or before the
 * ReadyForQuery of a statement that has just ended outside a transaction.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "server/session_private.h"
#include "server/voice_pg.h"
#include "sql/ast.h"
#include "types/array.h"

#define SEEN_BUCKETS   256u
#define READY_SIZE     6 /* of a ReadyForQuery */
#define CHANNEL_MAX    63
#define RUNS_MAX_BYTES NOTIFY_QUEUE_BYTES

enum notice_kind {
	NOTICE_LISTEN,
	NOTICE_UNLISTEN, /* without a channel: from all */
	NOTICE_NOTIFY,
};

struct session_notice {
	struct session_notice *next;    /* later */
	struct session_notice *earlier; /* the one before it */
	struct session_notice *in_bucket;
	uint64_t hash;
	enum notice_kind kind;
	struct str channel;
	struct str payload;
	bool is_early; /* the session listens, before it is committed */
};

/* Events of one type that follow each other in the batch. */
struct event_run {
	struct str channel; /* in the arena */
	uint64_t first;     /* ordinal in the batch */
	uint64_t count;
};

struct session_notices {
	struct notify_hub *hub;
	int32_t pid;
	struct arena arena;
	struct session_notice *first, *last;
	struct session_notice *seen[SEEN_BUCKETS]; /* those of NOTIFY */
	struct buf runs;                           /* struct event_run */
};

/* ---- what a transaction says ---- */

static struct session_notices *
notices_new(struct session *session)
{
	struct session_notices *notices = calloc(1, sizeof(*notices));

	if (notices == NULL)
		return NULL;
	notices->hub = &session->server->notify;
	notices->pid = session->pid;
	arena_init(&notices->arena, NULL);
	buf_init(&notices->runs);
	return notices;
}

void
notices_free(struct session_notices *notices)
{
	if (notices == NULL)
		return;
	arena_release(&notices->arena);
	buf_release(&notices->runs);
	free(notices);
}

static bool
was_said(const struct session_notices *notices, uint64_t hash,
    struct str channel, struct str payload)
{
	const struct session_notice *notice =
	    notices->seen[hash % SEEN_BUCKETS];

	while (notice != NULL &&
	    (notice->hash != hash || !str_equal(notice->channel, channel) ||
		!str_equal(notice->payload, payload)))
		notice = notice->in_bucket;
	return notice != NULL;
}

static void
append(struct session_notices *notices, struct session_notice *notice)
{
	notice->earlier = notices->last;
	if (notices->last == NULL)
		notices->first = notice;
	else
		notices->last->next = notice;
	notices->last = notice;
	if (notice->kind != NOTICE_NOTIFY)
		return;
	notice->in_bucket = notices->seen[notice->hash % SEEN_BUCKETS];
	notices->seen[notice->hash % SEEN_BUCKETS] = notice;
}

static int
say(struct session *session, enum notice_kind kind, struct str channel,
    struct str payload, struct error *err)
{
	struct session_notices *notices = session->transaction.notices;
	uint64_t hash = hash_bytes(channel.data, channel.len) ^
	    hash_bytes(payload.data, payload.len) * 31;
	struct session_notice *notice;

	if (notices == NULL)
		notices = session->transaction.notices = notices_new(session);
	if (notices == NULL)
		return error_no_memory(err);
	if (kind == NOTICE_NOTIFY && was_said(notices, hash, channel, payload))
		return 0;
	if (notices->arena.used_bytes > NOTIFY_QUEUE_BYTES)
		return error_set(err, STELE_E_LIMIT,
		    "too many notifications in one transaction");
	notice = arena_zalloc(&notices->arena, sizeof(*notice));
	notice->kind = kind;
	notice->hash = hash;
	notice->channel = arena_str(&notices->arena, channel);
	notice->payload = arena_str(&notices->arena, payload);
	if (arena_check(&notices->arena, err) != 0)
		return err->code;
	append(notices, notice);
	return 0;
}

int
session_notify(struct session *session, struct str channel, struct str payload,
    struct error *err)
{
	if (channel.len == 0)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "channel name cannot be empty");
	if (channel.len > CHANNEL_MAX)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "channel name too long");
	if (payload.len >= NOTIFY_PAYLOAD_MAX)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "payload string too long");
	return say(session, NOTICE_NOTIFY, channel, payload, err);
}

const struct session_notice *
notices_mark(const struct transaction *transaction)
{
	return transaction->notices == NULL ? NULL : transaction->notices->last;
}

void
notices_rewind(struct transaction *transaction,
    const struct session_notice *mark)
{
	struct session_notices *notices = transaction->notices;

	while (notices != NULL && notices->last != mark) {
		struct session_notice *notice = notices->last;

		assert(notice != NULL); /* the mark is one of them, or none */
		if (notice->kind ==
		    NOTICE_NOTIFY) /* the newest of its bucket */
			notices->seen[notice->hash % SEEN_BUCKETS] =
			    notice->in_bucket;
		notices->last = notice->earlier;
		if (notices->last == NULL)
			notices->first = NULL;
		else
			notices->last->next = NULL;
	}
}

enum step
notify_execute(struct session *session, const struct ast_stmt *stmt)
{
	const char *tag = stmt->kind == AST_LISTEN ? "LISTEN" : "UNLISTEN";
	struct str none = str_of("", 0);
	int rc;

	if (stmt->kind == AST_LISTEN && !session->voice->can_listen) {
		(void)error_set(&session->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "LISTEN is not supported on this port");
		(void)error_hint(&session->err, "Listen on PostgreSQL's port.");
		return STEP_FAIL;
	}
	if (stmt->kind == AST_NOTIFY) {
		rc = session_notify(session, stmt->notify.channel,
		    stmt->notify.payload, &session->err);
		tag = "NOTIFY";
	} else {
		rc = say(session,
		    stmt->kind == AST_LISTEN ? NOTICE_LISTEN : NOTICE_UNLISTEN,
		    stmt->notify.channel, none, &session->err);
	}
	if (rc != 0)
		return STEP_FAIL;
	session_complete(session, tag, false);
	statement_end(session);
	return STEP_DONE;
}

/* ---- its commit ---- */

/* From now on the session listens, or does not. */
static void
take_effect(struct session *session, const struct session_notices *notices)
{
	struct notify_hub *hub = notices->hub;
	const struct session_notice *notice = notices->first;

	for (; notice != NULL; notice = notice->next) {
		struct error err;

		if (notice->kind == NOTICE_LISTEN) {
			if (notify_listen(hub, &session->listener,
				notice->channel, &err) != 0)
				session_warn(session, error_sqlstate(err.code),
				    err.message);
		} else if (notice->kind == NOTICE_UNLISTEN) {
			if (notice->channel.len == 0)
				notify_unlisten_all(hub, &session->listener);
			else
				notify_unlisten(hub, &session->listener,
				    notice->channel);
		}
	}
}

bool
notices_change_listening(const struct transaction *transaction)
{
	const struct session_notice *notice =
	    transaction->notices == NULL ? NULL : transaction->notices->first;

	while (notice != NULL && notice->kind == NOTICE_NOTIFY)
		notice = notice->next;
	return notice != NULL;
}

/*
 * Who is told that he listens misses nothing from then on, so the session
 * listens before its commit is done.  It is told of nothing until then.
 */
static void
listen_early(struct session *session, const struct session_notices *notices)
{
	struct notify_hub *hub = notices->hub;
	struct session_notice *notice = notices->first;

	for (; notice != NULL; notice = notice->next) {
		struct error ignored; /* said once it is committed */

		if (notice->kind == NOTICE_LISTEN &&
		    !notify_listens(hub, &session->listener, notice->channel))
			notice->is_early =
			    notify_listen(hub, &session->listener,
				notice->channel, &ignored) == 0;
	}
}

void
notices_decided(struct session *session, const struct session_notices *notices,
    bool is_committed)
{
	const struct session_notice *notice = notices->first;

	if (is_committed) {
		take_effect(session, notices);
		return;
	}
	for (; notice != NULL; notice = notice->next)
		if (notice->is_early)
			notify_unlisten(notices->hub, &session->listener,
			    notice->channel);
}

void
notices_publish(const struct session_notices *notices, uint64_t first_event_id)
{
	const struct event_run *runs =
	    (const struct event_run *)(const void *)notices->runs.data;
	size_t count = notices->runs.len / sizeof(*runs);
	const struct session_notice *notice = notices->first;

	for (size_t i = 0; i < count; i++)
		notify_publish_events(notices->hub, notices->pid,
		    runs[i].channel, first_event_id + runs[i].first,
		    runs[i].count);
	for (; notice != NULL; notice = notice->next)
		if (notice->kind == NOTICE_NOTIFY)
			notify_publish(notices->hub, notices->pid,
			    notice->channel, notice->payload);
}

void
notices_commit(struct session *session)
{
	struct session_notices *notices = session->transaction.notices;

	if (notices == NULL)
		return;
	session->transaction.notices = NULL;
	take_effect(session, notices);
	notices_publish(notices, 0);
	notices_free(notices);
}

/* ---- events that somebody listens for ---- */

struct run_finder {
	struct session *session;
	struct write_batch *batch;
	struct session_notices *notices; /* NULL: none yet */
	uint32_t type_count;
	bool is_lost; /* no memory for what there is */
};

static void
add_run(struct run_finder *finder, struct str channel, uint64_t first,
    uint64_t count)
{
	struct buf *runs = &finder->notices->runs;
	struct event_run run = { channel, first, count };
	struct event_run *last = runs->len == 0
	    ? NULL
	    : (struct event_run *)(void *)(runs->data + runs->len -
		  sizeof(run));

	if (last != NULL && last->channel.data == channel.data &&
	    last->first + last->count == first)
		last->count += count;
	else if (runs->len < RUNS_MAX_BYTES)
		buf_put(runs, &run, sizeof(run));
	else
		finder->is_lost = true;
}

/* The places of a type's rows among those of others. */
static void
find_runs(struct run_finder *finder, const struct event_type *type,
    struct str channel)
{
	static const uint32_t event_id = COLUMN_EVENT_ID;
	struct scan_cursor *cursor;
	struct batch batch;
	struct error err;
	int rc;

	rc = write_batch_scan(finder->batch, type, &event_id, 1, &cursor, &err);
	if (rc != 0) {
		finder->is_lost = true;
		return;
	}
	while ((rc = scan_cursor_next(cursor, &batch, &err)) == 1) {
		const struct vec *ids = &batch.cols[0];

		for (uint32_t i = 0; i < batch.sel.count; i++)
			add_run(finder, channel,
			    (uint64_t)
				ids->i64[vec_index(ids, sel_row(batch.sel, i))],
			    1);
	}
	if (rc < 0)
		finder->is_lost = true;
	scan_cursor_close(cursor);
}

static void
count_type(void *arg, uint32_t oid UNUSED)
{
	((struct run_finder *)arg)->type_count++;
}

static void
find_type(void *arg, uint32_t oid)
{
	struct run_finder *finder = arg;
	const struct event_type *type =
	    catalog_type_by_oid(write_batch_catalog(finder->batch), oid);
	struct notify_hub *hub = &finder->session->server->notify;
	struct str channel;

	if (type == NULL || !event_type_has_name(type) ||
	    !notify_is_listened(hub, type->name))
		return;
	if (finder->notices == NULL)
		finder->notices = notices_new(finder->session);
	if (finder->notices == NULL) {
		notify_lose(hub, type->name);
		return;
	}
	channel = arena_str(&finder->notices->arena, type->name);
	finder->is_lost = false;
	if (finder->type_count == 1)
		add_run(finder, channel, 0,
		    write_batch_row_count(finder->batch));
	else
		find_runs(finder, type, channel);
	if (finder->is_lost || finder->notices->runs.failed ||
	    finder->notices->arena.failed)
		notify_lose(hub, type->name);
}

static int
compare_runs(const void *a, const void *b)
{
	uint64_t first = ((const struct event_run *)a)->first;
	uint64_t other = ((const struct event_run *)b)->first;

	return (first > other) - (first < other);
}

struct session_notices *
notices_take(struct session *session, struct write_batch *batch)
{
	struct run_finder finder = {
		.session = session,
		.batch = batch,
		.notices = session->transaction.notices,
	};

	session->transaction.notices = NULL;
	if (finder.notices != NULL)
		listen_early(session, finder.notices);
	if (!notify_is_used(&session->server->notify))
		return finder.notices;
	write_batch_each_type(batch, count_type, &finder);
	write_batch_each_type(batch, find_type, &finder);
	if (finder.notices != NULL && finder.type_count > 1)
		qsort(finder.notices->runs.data,
		    finder.notices->runs.len / sizeof(struct event_run),
		    sizeof(struct event_run), compare_runs);
	return finder.notices;
}

/* ---- what the session is told ---- */

struct channel_list {
	struct arena *arena;
	struct str *names;
	uint32_t count;
};

static void
add_channel(void *arg, struct str channel)
{
	struct channel_list *list = arg;

	list->names[list->count++] = arena_str(list->arena, channel);
}

uint32_t
session_channels(void *arg, struct arena *arena, struct str **out)
{
	struct session *session = arg;
	struct channel_list list = {
		.arena = arena,
		.names = arena_alloc_array(arena,
		    (size_t)session->listener.link_count + 1,
		    sizeof(*list.names)),
	};

	/* They change by this session alone. */
	notify_each_channel(&session->server->notify, &session->listener,
	    add_channel, &list);
	*out = list.names;
	return list.count;
}

static void
tell_cb(struct loop_post *post)
{
	struct session *session = POST_OWNER(post, struct session, tell);

	atomic_store_explicit(&session->is_told, false, memory_order_release);
	session_tell(session);
}

/* On any thread. */
static void
wake_cb(void *arg)
{
	struct session *session = arg;

	if (!atomic_exchange_explicit(&session->is_told, true,
		memory_order_acq_rel))
		loop_post(session->net->loop, &session->tell);
}

void
notify_init(struct session *session)
{
	session->tell.fn = tell_cb;
	session->listener.wake = wake_cb;
	session->listener.arg = session;
}

static void
say_lost(struct session *session)
{
	(void)error_set(&session->err, STELE_E_CONFIG_LIMIT_EXCEEDED,
	    "terminating connection because its notifications were not taken "
	    "in time");
	(void)error_detail(&session->err, "At most %zu bytes of them wait.",
	    NOTIFY_QUEUE_BYTES);
	session_fatal(session);
}

void
notify_put_waiting(struct session *session, struct buf *out)
{
	size_t begin = out->len;
	bool is_lost;

	if (session->listener.link_count == 0)
		return;
	(void)notify_put(&session->server->notify, &session->listener, out,
	    out->len + CONN_OUT_LOW, &is_lost);
	voice_pg_recode(session, out, begin);
}

/* Notices of a commit come before the ReadyForQuery, which ends `out`. */
void
notify_put_before_ready(struct session *session, struct buf *out)
{
	uint8_t ready[READY_SIZE];

	if (session->listener.link_count == 0 || out->len < READY_SIZE ||
	    out->failed)
		return;
	memcpy(ready, out->data + out->len - READY_SIZE, READY_SIZE);
	out->len -= READY_SIZE;
	notify_put_waiting(session, out);
	buf_put(out, ready, READY_SIZE);
}

/* Nothing is being done, nor half said. */
static bool
is_idle(const struct session *session)
{
	return session->conn != NULL && session->state == SESSION_READY &&
	    !session->is_busy && !session->is_terminating &&
	    session->transaction.state == TRANSACTION_NONE &&
	    session_is_quiet(session);
}

void
session_tell(struct session *session)
{
	bool is_left = true, is_lost = false;

	while (is_idle(session) && is_left &&
	    notify_is_waiting(&session->server->notify, &session->listener)) {
		struct buf *out;
		size_t begin;

		if (conn_out_bytes(session->conn) >= CONN_OUT_LOW) {
			if (!conn_settle(session->conn))
				return;
			if (conn_out_bytes(session->conn) < CONN_OUT_LOW)
				continue;
			conn_notify_drained(session->conn);
			return;
		}
		out = session_out(session);
		begin = out->len;
		is_left = notify_put(&session->server->notify,
		    &session->listener, out, CONN_OUT_LOW, &is_lost);
		voice_pg_recode(session, out, begin);
		if (is_lost) {
			say_lost(session);
			return;
		}
		session_flush(session);
	}
	if (session->conn != NULL && !session->is_stepping)
		(void)conn_settle(session->conn);
}
