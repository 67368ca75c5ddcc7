/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h -- the running server: its engine, its threads, its sessions.
 *
 * One struct per process, passed to who needs it.  Every member but those that
 * say otherwise is set before the first thread starts and does not change.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/config.h"
#include "common/histogram.h"
#include "exec/exec.h"
#include "net/listener.h"
#include "net/loop.h"
#include "os/clock.h"
#include "os/thread.h"
#include "server/advisory_lock.h"
#include "server/database_stats.h"
#include "server/login/auth.h"
#include "server/login/password_checks.h"
#include "server/notify.h"
#include "server/statement_stats.h"

struct engine;
struct engine_options;
struct error;
struct pool;
struct server_socket;
struct session;
struct time_zone_set;
struct tls_context;

/* A net thread: a loop and the sessions that live on it. */
struct net_thread {
	struct server *server;
	struct loop *loop;
	struct loop_post stop; /* tells it that the server stops */
	/* Thread: the loop's. */
	struct session *sessions;
	bool is_stopping;
	struct arena scratch; /* of the message that is handled */
	int64_t lookup_ns;    /* when it looked something up itself, last, */
	int32_t lookup_pid;   /* and for which session */
	/* Nanoseconds from a write to the answer that it is stored; the loop
	 * adds, any thread reads. */
	struct histogram acks;
};

#define REGISTRY_BUCKETS 1024u

struct server {
	const char *dir;
	struct engine *engine;
	struct pool *pool;
	struct exec_wait exec_wait; /* for what runs in the pool */
	struct exec_crew exec_crew; /* the same */
	struct mem_budget memory;   /* of all statements; atomics */
	struct time_zone_set *zones;
	struct os_clock *clock;
	struct notify_hub notify;
	struct statement_stats statements;
	struct database_stats database_stats;
	struct advisory_locks advisory;
	struct auth auth; /* its rules are replaced by a reload */
	struct net_thread *nets;
	uint32_t net_count;
	struct listener *listeners;    /* on the first net thread; with */
	struct server_socket *sockets; /* what their callbacks get */

	atomic_uint_least64_t last_transaction_id; /* of txid_current() */
	atomic_uint next_net;                      /* connections go round */
	atomic_uint socket_count;                  /* accepted and not closed */
	struct password_checks password_checks;
	atomic_bool takes_signals; /* this is a program's: SIGHUP reloads */
	atomic_bool has_failed;    /* the engine stopped: exit status 1 */
	/* Counts reloads: a session compares, and asks for `config` anew. */
	atomic_uint config_version;

	int64_t started_us;        /* wall clock */
	_Atomic int64_t loaded_us; /* when `config` was read last */

	pthread_mutex_t mutex; /* all below */
	pthread_cond_t changed;
	struct config *config;   /* a reference; replaced by a reload */
	struct tls_context *tls; /* likewise; NULL: there is none */
	uint32_t nets_running;
	int32_t next_pid;
	uint32_t session_count; /* those past their startup */
	struct session *registry[REGISTRY_BUCKETS]; /* by pid */
};

/* What the options say to the engine. */
void server_engine_options(const struct config *config,
    struct engine_options *out);

/* Open the directory, start all threads, listen. */
MUST_USE int server_start(struct server *server, const char *dir,
    struct config *config, struct error *err);

/*
 * End every session and thread, close the directory.  Returns false if that
 * took too long: then the process is to end without further ado.
 */
bool server_stop(struct server *server);

/*
 * The TLS that the options ask for, NULL if they want none; with the errors of
 * tls_context_new().
 */
MUST_USE int server_tls_new(const char *dir, const struct config *config,
    struct tls_context **out, struct error *err);

/*
 * Reload: sessions take what they have not SET themselves, new connections the
 * TLS, which this takes.
 */
void server_set_config(struct server *server, struct config *config,
    struct tls_context *tls);

/* Listen, as the options say; server_listen_end() ends it, whatever came of it. */
MUST_USE int server_listen(struct server *server, struct error *err);
void server_listen_end(struct server *server);

/* The present options, a new reference.  Any thread. */
struct config *server_config(struct server *server);

/* The present TLS, a new reference; NULL if there is none.  Any thread. */
struct tls_context *server_tls(struct server *server);

/* ---- for sessions ---- */

/* As whom a session takes one of the connections that there may be. */
struct seat {
	uint32_t role_oid;
	struct str role;          /* its name */
	bool is_superuser;        /* may take a reserved one, ... */
	int32_t connection_limit; /* ... and has no limit; -1: no limit */
};

/*
 * Give a session its pid and make it known to cancel requests; 53300 when
 * there are too many, of all or of the role.
 */
MUST_USE int server_register(struct server *server, struct session *session,
    const struct seat *seat, struct error *err);
void server_unregister(struct server *server, struct session *session);
/* The same session, of another role from now on; 53300 likewise. */
MUST_USE int server_reseat(struct server *server, struct session *session,
    const struct seat *seat, struct error *err);

/* How many are registered. */
uint32_t server_session_count(struct server *server);

/* Cancel what the session of this pid and key does; no answer if none. */
void server_cancel(struct server *server, int32_t pid, struct str key);

/*
 * pg_cancel_backend() and pg_terminate_backend(): any thread.  False if nobody
 * has this pid.
 */
bool server_signal(struct server *server, int32_t pid, bool is_end);

/* The role that has logged in there; false if nobody has this pid. */
bool server_session_role(struct server *server, int32_t pid,
    uint32_t *role_oid);

/* Call fn with each session that has begun, with the mutex. */
void server_each_session(struct server *server,
    void (*fn)(void *arg, struct session *session), void *arg);

/* A session of the thread has ended. */
void server_session_ended(struct net_thread *net);
