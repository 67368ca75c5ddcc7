/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_private.h -- the session's state, shared by the files session_*.c.
 *
 * A session is a state machine that is stepped by input, by messages of
 * workers and of the engine, and by timers, all on its net thread:
 *
 *   STARTUP --> READY <--> WAITING
 *      |          |  ^--> WORKING
 *      +----------+-----------> ENDED
 *
 * STARTUP  reads the packets before the session proper; `login` is there
 *          while the client proves who it is, and a worker may look at that
 * READY    takes the next statement or message
 * WAITING  for a commit, for room, a snapshot, for output to drain; what it
 *          waits for takes it back to READY
 * WORKING  a worker runs `job`: transaction, portal and settings are the
 *          worker's until its message comes back
 * ENDED    the connection is gone or going; freed when async_count is 0
 *
 * What a client says and is told, as bytes, is the business of `voice`.
 *
 * Output.  Replies are put into `out`.  A commit that nothing need wait for
 * takes the replies up to the end of its request with it, into the queue of
 * `pending`; they are sent, in order, when it is done.  Meanwhile the session
 * goes on: that is how a pipeline of a hundred stores costs one flush of the
 * disk.  Statements that read, and everything after a change of the schema,
 * wait until the queue is empty ("quiet").
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/error.h"
#include "engine/engine.h"
#include "exec/random.h"
#include "exec/temp_tables.h"
#include "net/conn.h"
#include "server/activity.h"
#include "server/notify.h"
#include "server/pool.h"
#include "server/server.h"
#include "server/session.h"
#include "server/settings.h"
#include "server/statement.h"
#include "server/voice.h"
#include "wire/pg_frontend.h"

struct ast_fetch;
struct ast_option;
struct ast_stmt;
struct copy_in;
struct login;
struct native;
struct session_notice;
struct session_notices;

/* The struct that a message is a member of. */
#define POST_OWNER(post, type, member) \
	((type *)(void *)((char *)(post)-offsetof(type, member)))

#define STORE_PLANS       8  /* of types that a session has stored last */
#define SESSION_ROLE_NAME 64 /* the bytes of a role's name, and one more */
/* Parameters that a net thread handles itself; with more, a worker does. */
#define CHEAP_PARAM_BYTES ((size_t)16 << 10)

enum session_state {
	SESSION_STARTUP,
	SESSION_READY,
	SESSION_WAITING,
	SESSION_WORKING,
	SESSION_ENDED,
};

enum session_wait {
	WAIT_NOTHING,
	WAIT_QUIET,   /* no commit is pending */
	WAIT_COMMIT,  /* of `awaited` */
	WAIT_END,     /* of the request, whose commit is pending */
	WAIT_WAKE,    /* the engine has room, or the snapshot */
	WAIT_DRAINED, /* the socket has taken the output: the job goes on, */
	WAIT_OUTPUT,  /* or the next step */
};

enum transaction_state {
	TRANSACTION_NONE,
	TRANSACTION_IMPLICIT, /* until the end of the request */
	TRANSACTION_EXPLICIT, /* after BEGIN */
	TRANSACTION_FAILED,   /* after an error in an explicit one */
};

struct savepoint {
	struct savepoint *next; /* older */
	struct str name;        /* in the transaction's arena */
	struct write_batch_mark mark;
	bool has_mark;                       /* there was a batch */
	uint64_t portal_number;              /* of the last portal before it */
	const struct session_notice *notice; /* likewise; or NULL */
	const struct setting_undo *settings;
	uint64_t advisory;             /* locks that were taken before it */
	struct savepoint *made_before; /* of all of the transaction */
	struct temp_mark temp;
};

struct transaction {
	enum transaction_state state;
	struct write_batch *batch;       /* owned; NULL: nothing written */
	struct snapshot *snapshot;       /* a reference; of REPEATABLE READ */
	struct savepoint *savepoints;    /* newest first */
	struct savepoint *marked;        /* all, released ones too */
	struct arena arena;              /* of savepoints */
	struct session_notices *notices; /* owned; NULL: nothing to tell */
	atomic_uint_least64_t id;        /* 0: nobody has asked for it */
	bool has_ddl;
	bool has_statement;      /* too late for SET TRANSACTION ISOLATION */
	bool has_run;            /* a statement has ended in it */
	struct loop_timer timer; /* of transaction_timeout */
};

/* A commit on its way, or replies that wait behind one. */
struct pending {
	struct pending *next;
	struct session *session;
	struct loop_post post;
	bool is_done;
	bool has_ddl;
	bool is_off;       /* SYNC_OFF */
	bool is_flush;     /* no commit but a flush */
	bool is_left;      /* awaited by nobody any more */
	bool is_held;      /* its chunk ends a request */
	bool ends_request; /* whose end is put when it is done */
	bool is_amid_rows; /* fail_at is behind rows of its statement */
	struct session_notices *notices; /* owned; NULL: none to publish */
	struct net_chunk *chunk; /* owned; NULL: the session waits itself */
	size_t fail_at;          /* in the chunk: what an error replaces */
	/* Statement log: NULL if it is off. */
	struct source *source;
	int64_t started_ns;
	int64_t given_ns;     /* to the engine; 0: it is a flush */
	struct commit commit; /* ends with an error, which is not zeroed */
};

/* What becomes of a query's rows. */
enum job_kind {
	JOB_QUERY,
	JOB_FETCH,
	JOB_MOVE, /* counted, not sent */
};

/* What is left of a FETCH or MOVE of rows that are kept. */
struct tape_walk {
	uint64_t next; /* row, from 1 */
	uint64_t left;
	bool is_backward;
	bool has_begun;
};

/* What a worker is asked to do, and how it came out. */
enum job_outcome {
	JOB_DONE,
	JOB_SUSPENDED, /* the row limit is reached */
	JOB_PARKED,    /* enough output for now */
};

struct job {
	struct pool_job job;
	struct loop_post post;                   /* back to the session */
	void (*work)(struct session *session);   /* on the worker */
	void (*finish)(struct session *session); /* on the net thread */
	struct portal *portal;
	enum job_kind kind;
	struct net_chunk *chunk; /* output; NULL if there was no memory */
	bool is_inline;          /* not on a worker: the chunk stays whole */
	bool is_hasty;           /* likewise, and a worker goes on with it */
	size_t handed_bytes;     /* of chunks sent to the net thread */
	struct row_format format;
	uint64_t skip_count;           /* rows that are passed first */
	uint32_t row_limit;            /* 0: none */
	uint64_t row_count;            /* of this Execute */
	const struct ast_fetch *fetch; /* of a cursor whose rows are kept, */
	struct tape_walk walk;         /* and how far it is */
	enum job_outcome outcome;
	int rc;            /* as in session->err */
	bool is_on_worker; /* set and read by the worker */
};

enum cancel_reason {
	CANCEL_NONE,
	CANCEL_USER,
	CANCEL_TIMEOUT,
	CANCEL_GONE, /* nobody wants the answer */
};

struct session {
	const struct voice *voice;
	struct native *native; /* of the voices of native doors; owned */
	struct server *server;
	struct net_thread *net;
	struct session *next; /* on the thread */
	struct session *previous;
	struct conn *conn; /* NULL once it is closed */
	enum session_state state;
	enum session_wait wait;
	bool is_stepping;     /* inside session_run() */
	uint32_t async_count; /* messages that are still to come back */
	struct loop_post free_post;
	bool is_freeing;
	struct loop_post run_post; /* runs it once for a group of messages */
	bool is_run_deferred;
	int64_t acked_ns; /* when the first of a group of messages came */
	struct loop_post yield_post; /* runs it on the loop's next turn */
	bool is_yielding;

	/* who it is */
	struct session *registry_next;
	int32_t pid; /* 0: not registered */
	uint8_t key[32];
	size_t key_len;
	uint64_t pending_key; /* not 0: counted by peers.h until it is let in */
	struct login *login;  /* owned; NULL: not begun, or let in */
	bool seen_ssl;
	bool is_local; /* over a UNIX socket */
	bool seen_gssenc;
	struct arena arena; /* names */
	bool has_tls;
	struct tls_facts tls; /* if has_tls; in the arena */
	struct plan_session facts;
	uint32_t login_role_oid; /* who has logged in, */
	struct str login_user;   /* by which name then; both by server.mutex */
	bool has_role;           /* SET ROLE is on */
	/* what facts.user and .session_user are, but for a longer login_user */
	char user_name[SESSION_ROLE_NAME];
	char session_user_name[SESSION_ROLE_NAME];
	char login_name[SESSION_ROLE_NAME]; /* of session_role_change() */
	uint64_t role_generation;   /* of the catalogue that names are of */
	struct random_state random; /* of setseed() */
	struct settings settings;
	unsigned config_version; /* of the server's options in settings */
	struct loop_timer timer; /* of startup, statements, idleness */

	/* what it runs */
	struct statement_table table;
	struct transaction transaction;
	struct temp_tables temp; /* owned; temporary tables and views */
	struct source
	    *source; /* of the request; NULL: it is none, or no text */
	uint32_t next_stmt;
	struct portal simple; /* of the source's statement */
	struct store_plans {
		struct planned *plans[STORE_PLANS]; /* references, or NULL */
		uint32_t next; /* whose place the next one takes */
	} stores;              /* of session_store.c */
	bool skip_to_sync;
	size_t frame_size;    /* of the message that is being handled */
	bool insert_is_alone; /* see is_alone() */
	bool chain;           /* COMMIT AND CHAIN waits for its commit */
	struct transaction_modes chain_modes;
	struct copy_in *copy;   /* COPY FROM STDIN is on; owned */
	struct source *parsing; /* owned; of a Parse that a worker does, */
	struct pg_parse parse;  /* its message, in the source's arena, */
	struct planned *parsing_plan; /* and what it makes of it */
	/*
	 * When the clock was looked at last: as a turn begins and whenever a
	 * statement ends, which is when the next one begins.
	 */
	int64_t now_ns;
	int64_t epoch_us;   /* the time of day at 0 of that clock; 0: unknown */
	int64_t started_ns; /* of the statement that runs, or ran last */
	struct source *logged; /* a reference; where it stands */
	const struct ast_stmt *logged_stmt;
	struct activity activity;
	struct scan_progress progress; /* of the statement that runs */
	struct buf normal;             /* scratch, for statement_stats_add() */

	/* replies */
	struct net_chunk *out;
	struct buf no_memory; /* stands in for out when there is none */
	size_t unacked_at;    /* in out: first reply of what is not committed */
	bool is_unacked_amid_rows; /* behind rows of the same statement */
	bool is_amid_rows;         /* the voice's: it owes an end of rows */
	struct pending *first_pending;
	struct pending *last_pending;
	uint32_t pending_count;
	uint32_t pending_ddl;
	size_t pending_bytes;    /* of replies that wait for commits */
	struct pending *awaited; /* owned; of WAIT_COMMIT */
	void (*on_commit)(struct session *); /* continues after it */
	uint64_t committed_id; /* first event of the awaited commit */
	uint64_t
	    async_position; /* committed with SYNC_OFF, maybe not visible */

	/* waits and jobs */
	struct loop_post wake; /* of the engine */
	bool is_wake_due;      /* it will come, maybe for what was cancelled */
	struct job job;
	bool is_terminating; /* it is to end: FATAL when the job is back, */
	bool is_out_of_time; /* for transaction_timeout, not the server's end */
	bool said_goodbye;   /* the client has ended it, */
	bool is_fatal;       /* or an error has */
	bool is_busy;        /* while a request is handled */
	/*
	 * Set by any thread at any time; forgotten when the session gets busy,
	 * so that it hits what is being done, from its first message on.
	 */
	atomic_bool cancel;
	atomic_int cancel_reason; /* enum cancel_reason */
	atomic_bool is_poked;     /* `poke` is on its way */
	atomic_bool is_to_end;    /* ... to end the session */
	struct loop_post poke;    /* look at `cancel` */

	/* what it listens for, and has been told */
	struct notify_listener listener;
	struct advisory_owner advisory;
	bool has_advisory_locks; /* has asked for one, ever */
	atomic_bool is_told;     /* `tell` is on its way */
	struct loop_post tell;   /* pass it on */

	bool keep_error; /* err is a client's own 57014, not a cancel */

	struct error err; /* of the step or job that failed */
};

/* ---- session.c: the machine ---- */

void session_run(struct session *session);
/* Run it when all messages that came together have been delivered. */
void session_run_later(struct session *session);
void session_set_state(struct session *session, enum session_state next);
enum step session_wait(struct session *session, enum session_wait wait,
    enum step step);
/* A message that begins something: the session is idle no more. */
void session_begin_work(struct session *session);
/* The end of a request has been put: it is idle, for as long as is allowed. */
void session_begin_idle(struct session *session);
/* An error of the current step: the reply, the transaction, what to skip. */
void session_fail(struct session *session);
/* The same for what is a request of its own. */
void session_fail_ready(struct session *session);
/* FATAL: the error is sent and the connection ends. */
void session_fatal(struct session *session);
/* The client ends it: what was answered before still goes out. */
void session_goodbye(struct session *session);
/* Hand the session to a worker; `finish` is called on the net thread. */
enum step session_submit(struct session *session,
    void (*work)(struct session *), void (*finish)(struct session *));
/* Go on with a job that stopped for the socket. */
void session_resume_job(struct session *session);
/* The wake of an engine call, whose argument is the session ... */
void session_wake_cb(void *arg);
/*
 * ... which has said that it will come: the step is repeated then.  While
 * session->is_wake_due, the engine is not asked again.
 */
enum step session_wait_wake(struct session *session);
/* STEP_DONE once the engine has room for what is to be written. */
enum step session_wait_room(struct session *session);
void session_async_ended(struct session *session);
enum step session_out_of_memory(struct session *session);

/* Set now_ns. */
void session_look_at_clock(struct session *session);

/* ---- session_cancel.c ---- */

void session_cancel_init(struct session *session);
/* Any thread. */
void session_cancel(struct session *session, enum cancel_reason reason);
/* Any thread: the session ends as when the server stops. */
void session_end(struct session *session);
void session_forget_cancel(struct session *session);
/* 57014 in session->err if what the session does was cancelled. */
int session_check_cancel(struct session *session);
/* The statement is over: its timeout too. */
void session_stop_timeout(struct session *session);
/* Who was cancelled knows not why: say it, if err is a cancel. */
void session_name_cancel(const struct session *session, struct error *err);
/*
 * Take the session's job from a pool that has not begun it.  True if it was: then
 * its message will not come, and the caller says session_async_ended().
 */
bool session_take_back(struct session *session);

/* ---- session_output.c: replies in order ---- */

/* Where replies go; never NULL, but its buffer may have failed. */
struct buf *session_out(struct session *session);
/* Send what is complete, in its place. */
void session_flush(struct session *session);
void session_notice(void *arg, const struct error *notice);
typedef void session_warn_fn(struct session *session, const char *sqlstate,
    const char *message);
void session_warn(struct session *session, const char *sqlstate,
    const char *message);
/* The columns of the rows to come. */
void session_columns(struct session *session, const struct portal *portal,
    struct row_format format);
/*
 * What begins with session_columns(), if it has, ends well; of a write it is not
 * sent before its commit.
 */
void session_complete(struct session *session, const char *tag, bool is_write);
/* For stele.statements: the statement that is logged has run. */
void session_count_runs(struct session *session,
    const struct statement_runs *runs);
/* The connection takes tcp_keepalives_idle and the like. */
void session_set_keepalive(struct session *session);
/*
 * Settings that have changed; pg_stat_activity shows one of them, the connection
 * takes others.
 */
void session_report_settings(struct session *session);
/* The end of a request: its implicit transaction ends, and it is answered. */
void session_end_request(struct session *session);
/* A commit to be: zeroed but for what the session needs; NULL: no memory. */
struct pending *pending_new(struct session *session);
/* It takes the replies so far with it.  Call before engine_commit(). */
void pending_hold(struct session *session, struct pending *pending);
/* The session waits for it, and then for `next`. */
void pending_await(struct session *session, struct pending *pending,
    void (*next)(struct session *));
void pending_free_all(struct session *session);
/* Whether no commit is pending. */
bool session_is_quiet(const struct session *session);

/* ---- session_begin.c, session_login.c ---- */

/*
 * Who the client says it is, and where it comes from: what functions of SQL tell,
 * and rules are asked about.  Names are copied.  0, or a code in session->err.
 */
MUST_USE int session_know_client(struct session *session, struct str user,
    struct str database);
/*
 * The client is that: give the session its role and its place among others.
 * 0, or a code in session->err: 28000, 53300.
 */
MUST_USE int session_begin(struct session *session);

/* session_settings.c: what is kept for its role and database; NULL: the log is told. */
void session_take_settings(struct session *session, session_warn_fn *warn);

/* Of struct session_calls. */
int session_setting_to_keep(void *arg, const struct ast_set *set,
    struct arena *arena, struct kept_setting *out, struct error *err);
/* It has begun: nothing that limits those who have not applies any more. */
void session_begun(struct session *session);
/* It counts no longer as a connection that has not logged in. */
void session_leave_pending(struct session *session);
/* What comes next is TLS.  Takes the context.  STEP_DONE or STEP_IDLE. */
enum step session_start_tls(struct session *session, struct tls_context *tls,
    const struct tls_wish *wish);
void login_free(struct session *session);

/* ---- session_role.c ---- */

/*
 * The role of a client that is who it says: 28000 if there are roles, and none
 * of this name, or one that cannot log in.  Its password, and how long that is
 * good, were looked at before.
 */
MUST_USE int session_role_begin(struct session *session, struct seat *seat,
    struct error *err);
/*
 * Another role in its place, for a session that has begun: 28000 or 53300 in err,
 * or 25001 inside a transaction block.  Nothing of the other's is left.
 */
MUST_USE int session_role_change(struct session *session, struct str name,
    struct error *err);
/* Names of roles as a catalogue has them. */
void session_role_refresh(struct session *session,
    const struct catalog *catalog);
/*
 * The newest catalogue, or that of the transaction's own changes: of what rights
 * there are now.  A new reference.
 */
const struct catalog *session_rights_catalog(struct session *session);
/* Whether a role may cancel what a session of the role `target` does. */
bool session_role_may_signal(const struct catalog *catalog, uint32_t role_oid,
    uint32_t target);
/* pg_cancel_backend(), pg_terminate_backend(): 1, 0 (no session), 42501. */
MUST_USE int session_signal(struct session *session, int32_t pid, bool is_end,
    struct error *err);
/* 42501 in session->err unless current_user may run the plan; else 0. */
MUST_USE int session_check_rights(struct session *session,
    const struct plan *plan, const struct catalog *planned_in);

/* ---- session_simple.c, session_extended.c ---- */

/* A request that is a text of statements: it is copied, and parsed. */
enum step simple_begin(struct session *session, struct str text);
/* Parse session->source, which is not large. */
enum step simple_parse(struct session *session);
/* The next statement of it. */
enum step simple_step(struct session *session);
/*
 * Begin the request if it is one STORE as programs write it, by a plan that there
 * is.  If simple_step() fails then, the text is for simple_parse() after all.
 */
MUST_USE bool store_begin(struct session *session, struct str text);
enum step store_anew(struct session *session);
void store_plans_release(struct session *session);
/* Whether a plan is what would be made now. */
bool session_is_fresh(struct session *session, const struct planned *planned);
/* A portal of a statement without its parameters; NULL and session->err. */
struct portal *session_portal(struct session *session,
    const struct prepared *prepared, struct str name);
/*
 * A parameter of a message for the portal, whose `types` are set.  It may borrow
 * from the message; what it needs besides is from the arena.
 */
MUST_USE int session_read_param(struct session *session, struct portal *portal,
    const struct pg_bind *bind, uint32_t i, struct arena *arena,
    struct datum *out);
/* Plan a prepared statement anew if the catalogue is another one now. */
int prepared_refresh(struct session *session, struct prepared *prepared);

/* ---- session_statement.c ---- */

/* A statement is about to run: its timeout, its place in the log. */
void statement_begin(struct session *session, struct source *source,
    const struct ast_stmt *stmt);
/* The same, of a text that is the statement's but for its constants. */
void statement_begin_as(struct session *session, struct source *source,
    const struct ast_stmt *stmt, struct str text);
/* It is over: what comes after it. */
void statement_end(struct session *session);
/* Nothing has been read yet, for who watches it. */
void session_begin_progress(struct session *session);
/* A source of the session, with its limit of memory; NULL: no memory. */
struct source *session_source(struct session *session, struct str text);
/* The most prepared statements of the session, and portals. */
uint32_t session_prepared_max(const struct session *session);
uint32_t session_portal_max(const struct session *session);

/* ---- session_plan.c ---- */

/* The catalogue that the next statement sees; a new reference. */
const struct catalog *session_catalog(struct session *session);
/* Whether names mean to the next statement what they mean in that one. */
bool session_has_names(struct session *session, const struct catalog *catalog);
/* Plan, or plan anew if names have another meaning. */
int session_plan(struct session *session, struct source *source,
    const struct ast_stmt *stmt, const uint32_t *param_oids,
    uint32_t param_oid_count, struct planned **out, struct error *err);
/* The plan of a portal against the snapshot that it is going to read. */
MUST_USE int portal_plan_for_snapshot(struct session *session,
    struct portal *portal);
/*
 * Anew if temporary tables have changed since it was bound, or for the first
 * time (PLAN_LATER).
 */
MUST_USE int portal_plan_for_now(struct session *session,
    struct portal *portal);

/* ---- session_context.c ---- */

/* How values of a portal are read and written; objects by their names. */
void session_types(struct session *session, struct portal *portal);
/* That, and all else that the portal's plan is run with. */
void session_context(struct session *session, struct portal *portal);
/*
 * The first query or write of a REPEATABLE READ settles what all of them read,
 * be it that this one reads nothing.  STEP_DONE and others as below.
 */
bool transaction_needs_snapshot(const struct session *session);
enum step transaction_take_snapshot(struct session *session);
/*
 * What the portal is going to read, if it reads.  STEP_DONE, STEP_AGAIN
 * (commits must end first, or the snapshot is not visible yet) or STEP_FAIL.
 */
enum step portal_take_snapshot(struct session *session, struct portal *portal);

/* ---- session_kept.c ---- */

/* A PLAN_KEEP. */
enum step keep_execute(struct session *session, struct portal *portal);
/* SHOW of a kept query: whether it is refreshed before it is read; do both. */
bool is_refreshed_first(const struct session *session,
    const struct portal *portal);
enum step shown_execute(struct session *session, struct portal *portal,
    uint32_t row_limit);

/* ---- session_plain.c ---- */

/* One row of parameters and constants, of so many bytes, that stays short? */
bool session_is_plain(const struct session *session,
    const struct planned *planned, size_t param_bytes);
/* Put it into the transaction's batch, which there is. */
MUST_USE int session_insert_plain(struct session *session,
    struct portal *portal, const struct datum *params);
/* Rows are in the batch, and that is the end of the statement. */
void session_inserted(struct session *session, struct portal *portal);
/*
 * A Bind's parameters are good for its statement: execute it at once, if it is
 * plain, and if the messages for that are behind this one, which is over with
 * them then.  False: nothing was done.
 */
MUST_USE bool execute_at_hand(struct session *session,
    const struct prepared *prepared, const struct pg_bind *bind);

/* ---- session_execute.c ---- */

/*
 * Run a portal and reply, CommandComplete included.  With is_simple the
 * result is described first.
 */
enum step portal_execute(struct session *session, struct portal *portal,
    uint32_t row_limit, bool is_simple);
/* The failure of an expression of constants is that of who runs it. */
MUST_USE int session_check_constants(struct session *session,
    const struct portal *portal);
/*
 * 08P01 if there are more formats than one, which is for all columns, and not as
 * many as there are columns: nobody looks for their end afterwards.
 */
MUST_USE int session_check_formats(struct session *session,
    uint32_t format_count, const struct planned *planned);
/* 25006 in a read-only transaction; `what` is the statement. */
MUST_USE int session_check_writable(struct session *session, const char *what);
/*
 * Whether an open query reads a relation: a cursor whose rows are not kept, or what a
 * Bind has made.
 */
bool session_reads(void *session, uint32_t oid);
/* 55006 while a cursor is open that reads the transaction's own events. */
MUST_USE int session_check_no_reader(struct session *session);

/* ---- session_query.c ---- */

/* A PLAN_QUERY, or a PLAN_COPY_TO, whose options are known. */
enum step query_execute(struct session *session, struct portal *portal,
    uint32_t row_limit, bool is_simple);
/* Run a query whose snapshot is there. */
enum step query_start(struct session *session, struct portal *portal,
    uint32_t row_limit, bool is_simple);
/* The next rows of a portal that was started, as its Bind has asked for them. */
enum step portal_run(struct session *session, struct portal *portal,
    uint32_t row_limit);
/* Start the portal's query, if it has not been. */
MUST_USE int query_open(struct session *session, struct portal *portal);
/* Its end: nothing is left but what is kept. */
void query_close(struct portal *portal);
/* CommandComplete of the job, and what is next. */
void query_finish(struct session *session);
/*
 * A cursor's snapshot, and whether it reads the transaction's own events: from
 * here on it sees no others.  STEP_DONE, STEP_AGAIN or STEP_FAIL.
 */
enum step cursor_open(struct session *session, struct portal *cursor);
/* FETCH and MOVE: pass skip_count rows of a cursor, then take row_limit. */
enum step cursor_execute(struct session *session, struct portal *cursor,
    enum job_kind kind, struct row_format format, uint64_t skip_count,
    uint32_t row_limit);

/* ---- session_job.c ---- */

/* The job has a chunk, and is not cancelled: 0 or a code. */
MUST_USE int job_begin(struct session *session);
/*
 * Selected rows of a batch to the job's chunk, and full chunks to the client;
 * *put is how many.  False when it is time to stop for a while: JOB_PARKED.  If not
 * all were put otherwise, job.rc says why.
 */
bool job_put_rows(struct session *session, const struct batch *batch,
    uint32_t first, uint32_t count, uint32_t *put);
/* The last call of a job that puts rows: what the voice has open is closed. */
void job_pause(struct session *session);

/* ---- session_insert.c, session_ddl.c ---- */

/* A PLAN_INSERT; STEP_MORE: it is not known yet what follows it. */
enum step insert_execute(struct session *session, struct portal *portal,
    uint32_t row_limit, bool is_simple);
/* A PLAN_DDL, a PLAN_TEMP_DDL. */
enum step ddl_execute(struct session *session, struct portal *portal,
    bool is_simple);
enum step temp_ddl_execute(struct session *session, struct portal *portal);

/* ---- session_cursor.c ---- */

enum step cursor_declare(struct session *session, const struct portal *portal);
enum step cursor_fetch(struct session *session, const struct portal *portal,
    bool is_simple);
/* Execute of a cursor's portal: its next rows, as FETCH gives them. */
enum step cursor_run(struct session *session, struct portal *cursor,
    uint32_t row_limit);
enum step cursor_close(struct session *session, struct str name);
void cursor_close_all(struct session *session);
/*
 * Keep the rows of the cursors that outlive the transaction, which is about to
 * be committed.  STEP_DONE, STEP_AGAIN, or STEP_FAIL.
 */
enum step cursor_hold_all(struct session *session);

/* ---- session_notify.c ---- */

void notify_init(struct session *session);
/* LISTEN, UNLISTEN, NOTIFY. */
enum step notify_execute(struct session *session, const struct ast_stmt *stmt);
/* pg_notify(): 22023 for a bad name or too long a payload. */
MUST_USE int session_notify(struct session *session, struct str channel,
    struct str payload, struct error *err);
/* pg_listening_channels(). */
uint32_t session_channels(void *arg, struct arena *arena, struct str **out);
/* Pass on what the session has been told, if it is idle. */
void session_tell(struct session *session);
/* What waits, as far as it is not too much. */
void notify_put_waiting(struct session *session, struct buf *out);
/* The same in front of the ReadyForQuery with which `out` ends. */
void notify_put_before_ready(struct session *session, struct buf *out);

/* The last notice of a transaction, and back to it. */
const struct session_notice *notices_mark(
    const struct transaction *transaction);
void notices_rewind(struct transaction *transaction,
    const struct session_notice *mark);
/* A transaction that has written nothing is committed. */
void notices_commit(struct session *session);
/*
 * One that commits `batch`: what is to be published when that is done, or NULL.
 */
struct session_notices *notices_take(struct session *session,
    struct write_batch *batch);
/* Whether the session will listen for more, or less. */
bool notices_change_listening(const struct transaction *transaction);
/* The commit that they were taken for is done, or has failed. */
void notices_decided(struct session *session,
    const struct session_notices *notices, bool is_committed);
/* Any thread.  first_event_id is that of the batch. */
void notices_publish(const struct session_notices *notices,
    uint64_t first_event_id);
/* NULL is allowed. */
void notices_free(struct session_notices *notices);

/* ---- session_copy.c ---- */

enum step copy_in_begin(struct session *session, struct portal *portal,
    bool is_simple);
/* While it is on: data, its end, the client's failure (NULL: session->err). */
enum step copy_in_data(struct session *session, struct str bytes);
/*
 * Rows that are texts already, of COPY events.  STEP_FAIL: *good_count of them are
 * added, and the next one is wrong, as session->err says (its position is in the
 * payload); COPY goes on, unless session->copy is NULL.  Else all are, or none and STEP_AGAIN.
 */
enum step copy_in_rows(struct session *session, const struct batch *texts,
    uint32_t *good_count);
enum step copy_in_done(struct session *session);
enum step copy_in_fail(struct session *session, const struct str *reason);
/* What came is no part of it, session->err says why: the connection ends. */
enum step copy_in_lost(struct session *session);
/* session->err is a cancel. */
enum step copy_in_cancelled(struct session *session);
void copy_in_abandon(struct session *session);
/* It was cancelled while it waits for data. */
void copy_in_cancel(struct session *session);
/* That of COPY's data; NULL: UTF-8. */
const struct text_encoding *copy_encoding(const struct session *session,
    const struct portal *portal);

/* ---- session_copy_options.c ---- */

/* What COPY says of its lines, into the portal. */
int copy_options_parse(const struct ast_stmt *stmt, struct portal *portal,
    struct error *err);

/* ---- session_utility.c ---- */

/* A utility statement that has no rows has run. */
enum step utility_done(struct session *session, const char *tag);
enum step utility_execute(struct session *session, struct portal *portal,
    uint32_t row_limit, bool is_simple);
/*
 * DISCARD ALL: forget what statements leave behind in a session; the transaction
 * is not ended.  0, or a code in session->err.
 */
MUST_USE int session_reset(struct session *session);
/* The row of a statement that has given a user a key, which is wiped then. */
MUST_USE int utility_put_key(struct session *session, struct portal *portal);
/* The columns that a utility statement will have. */
int utility_describe(struct session *session, struct planned *planned,
    struct error *err);

/* ---- session_prepare.c ---- */

enum step prepare_execute(struct session *session,
    const struct planned *planned);
enum step prepared_execute(struct session *session, struct portal *portal,
    uint32_t row_limit, bool is_simple);
/*
 * EXPLAIN EXECUTE, CREATE TABLE AS EXECUTE: the portal becomes one of the same
 * statement around what was prepared.
 */
enum step prepared_execute_within(struct session *session,
    struct portal *portal, uint32_t row_limit, bool is_simple);
/* All of them, if the name is empty. */
enum step prepared_deallocate(struct session *session, struct str name);

/* ---- session_batch.c ---- */

enum step batch_execute(struct session *session, struct portal *portal);

/* ---- session_transaction.c ---- */

void transaction_init(struct transaction *transaction);
void transaction_release(struct transaction *transaction);
/* An implicit one if there is none; `now` is its time. */
void transaction_start(struct session *session);
/* Forget everything, back to no transaction. */
void transaction_abort(struct session *session);
/* One has ended, for the statistics. */
void transaction_count(struct session *session, bool is_committed);
/* After an error: abort, or wait for the client's ROLLBACK. */
void transaction_fail(struct session *session);
bool transaction_has_writes(const struct session *session);
char transaction_status(const struct session *session);
/* A batch to write into; NULL (session->err) if there is no memory. */
struct write_batch *transaction_batch(struct session *session);
/*
 * Whether its end changes more than what is stored: settings, temporary tables,
 * what the session listens for, its locks.  That waits until the commit is decided.
 */
bool transaction_changes_session(const struct session *session);
/* It is decided: that changes, or is as it was; back to no transaction. */
void transaction_end(struct session *session, bool is_committed);
/* Commit what is written, with the replies so far, which wait for it. */
void transaction_commit_held(struct session *session, struct pending *pending);
/*
 * Commit what is written and wait; then `next` is called, with job.rc.  The
 * caller ends the transaction, or lets it go on without writes.
 */
enum step transaction_commit_wait(struct session *session,
    void (*next)(struct session *));
/* BEGIN, COMMIT, SAVEPOINT ... */
enum step transaction_execute(struct session *session,
    const struct ast_stmt *stmt);
/* 25P02 unless the statement ends the failed transaction; 0 if allowed. */
int transaction_check(const struct session *session,
    const struct ast_stmt *stmt, struct error *err);
/* 25001 where others of a transaction come before, or may follow. */
int transaction_check_no_block(const struct session *session, const char *what,
    struct error *err);
/*
 * The same for VACUUM; 25P01 for LOCK TABLE where no other statement of a
 * transaction follows.
 */
int transaction_check_block(const struct session *session,
    const struct ast_stmt *stmt, struct error *err);
/* The options of BEGIN and SET TRANSACTION. */
int transaction_set_modes(struct session *session,
    const struct ast_option *options, uint32_t count);
