/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h -- the server's options: one table, and the values of one moment.
 *
 * Each option is one row of the table in config_table.c: name, type, default,
 * range, unit, when it may change, one sentence.  The parsing of stele.conf,
 * `-c name=value`, SET and SHOW, `stele config`, the sample file and the
 * manual page all follow from the row.
 *
 * To add an option: a member in struct config (or, for an option that a
 * session may SET, in struct config_session) and a row in config_table.c, in
 * alphabetical order.  Nothing else.
 *
 * Settings that only clients know, such as TimeZone or DateStyle, are not
 * here: the session has them.
 *
 * Lifetime: a struct config is built (config_new, then the file, then the
 * command line), published, and from then on never changes.  A reload builds
 * another one.  config_ref() and config_unref() keep it alive; the last
 * unref frees it.
 *
 * Threads: a published config is read by any thread without a lock.  Before
 * that it belongs to the thread that builds it.  A struct config_session
 * belongs to its session and holds no pointers: it is copied by assignment,
 * which is also how a transaction restores it.
 *
 * Errors have PostgreSQL's codes and words: 42704 for an unknown name, 22023
 * for a bad value, 55P02 for a change at the wrong time, F0000 in a file.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"

struct error;

enum config_type {
	CONFIG_BOOL,     /* bool */
	CONFIG_INT,      /* int */
	CONFIG_SIZE,     /* int64_t, bytes */
	CONFIG_DURATION, /* int64_t, milliseconds */
	CONFIG_STRING,   /* char *, never NULL, owned by the config */
	CONFIG_ENUM,     /* int, an index into `choices` */
};

/* When a new value is taken. */
enum config_reload {
	CONFIG_STARTUP,   /* at the next start */
	CONFIG_SIGHUP,    /* at a reload of the file */
	CONFIG_SUPERUSER, /* at a reload, and by SET of a superuser */
	CONFIG_SESSION,   /* at a reload, and by SET in a session */
};

/* Chapters of the sample file and the manual. */
enum config_group {
	CONFIG_CONNECTIONS,
	CONFIG_AUTHENTICATION,
	CONFIG_STATEMENTS,
	CONFIG_WAL,
	CONFIG_STORAGE,
	CONFIG_LIMITS,
	CONFIG_LOGGING,
};
#define CONFIG_GROUP_COUNT 7

#define CONFIG_OPTION_MAX 256 /* rows of the table */

/* The values of log_min_messages; the same order as enum log_level. */
enum config_log_level {
	CONFIG_LOG_ERROR,
	CONFIG_LOG_WARNING,
	CONFIG_LOG_INFO,
	CONFIG_LOG_DEBUG,
};

enum config_log_destination {
	CONFIG_LOG_TO_STDERR,
	CONFIG_LOG_TO_FILE,
};

/* The values of ssl_min_protocol_version and ssl_max_protocol_version. */
enum config_signed_commands {
	CONFIG_SIGNED_OFF,
	CONFIG_SIGNED_LOOPBACK,
	CONFIG_SIGNED_TLS,
	CONFIG_SIGNED_ON,
};

enum config_ssl_version {
	CONFIG_TLS_1_2,
	CONFIG_TLS_1_3,
};

/* The values of native_trust. */
enum config_native_trust {
	CONFIG_NATIVE_TRUST_OFF,
	CONFIG_NATIVE_TRUST_FIRST,
	CONFIG_NATIVE_TRUST_ON,
};

/* Where a value is from. */
enum config_source {
	CONFIG_FROM_DEFAULT,
	CONFIG_FROM_FILE,
	CONFIG_FROM_ARGUMENT, /* -c of the command line */
};

/* What a session may change for itself. */
struct config_session {
	/* private: rows that the session has SET, a bit each */
	uint64_t set_bits[CONFIG_OPTION_MAX / 64];
	bool synchronous_commit;
	int64_t statement_timeout_ms; /* 0 is none; so are these: */
	int64_t lock_timeout_ms;
	int64_t idle_in_transaction_session_timeout_ms;
	int64_t idle_session_timeout_ms;
	int64_t transaction_timeout_ms;
	int64_t work_mem_bytes;
	int64_t temp_table_memory_bytes;
	int64_t temp_file_limit_bytes; /* of one statement; -1 is none */
	int64_t log_min_duration_statement_ms; /* -1 is never, 0 is all */
	int64_t tcp_keepalives_idle_ms;        /* 0: the system's; and these */
	int64_t tcp_keepalives_interval_ms;
	int64_t tcp_user_timeout_ms;
	int tcp_keepalives_count;
	int log_min_messages;  /* enum config_log_level; the server's counts */
	int min_parallel_rows; /* -1: never */
	int scram_iterations;
	bool enable_context_index;
	bool enable_filters;
	bool enable_quick_lookups;
	bool enable_row_filter;
	bool enable_segment_ranges;
	bool enable_zone_maps;
	bool enable_zone_sets;
};

struct config {
	atomic_uint ref_count; /* private */
	/* private: config_source_of(), by row of the table */
	uint32_t source_lines[CONFIG_OPTION_MAX];

	/* connections */
	char *listen_addresses;        /* comma-separated; empty is none */
	char *unix_socket_directories; /* likewise; relative to the data */
	int port;
	bool console;             /* is served at / */
	char *environment;        /* what it is for, as the console shows it */
	int http_port;            /* 0: closed */
	char *http_allowed_hosts; /* comma-separated; empty is any */
	char *http_allowed_origins;   /* likewise; empty is none */
	int64_t http_body_rate_bytes; /* a second; 0 is any */
	int64_t http_body_timeout_ms; /* 0 is none, */
	int http_header_count;
	int64_t http_header_size_bytes;
	int64_t http_header_timeout_ms; /* here too, */
	int64_t http_idle_timeout_ms;   /* here, */
	int http_max_requests;          /* and here */
	int line_port;                  /* 0: closed */
	bool line_reply_blank_line;
	int ws_port; /* 0: closed */
	int ws_max_fragments;
	int max_connections;
	int superuser_reserved_connections; /* of them */
	int64_t client_read_timeout_ms;     /* 0 is none */
	int net_threads;                    /* 0: from the number of cores */

	/* authentication */
	char *hba_file;        /* relative to the data, */
	char *native_key_file; /* and so is this */
	int64_t authentication_timeout_ms;
	int max_password_checks;    /* at a time */
	int max_pending_logins;     /* of one address */
	int native_signed_commands; /* enum config_signed_commands */
	int64_t native_token_expiry_ms;
	bool allow_remote_trust;
	int native_trust; /* enum config_native_trust */

	/* TLS; files are relative to the data */
	bool ssl;
	char *ssl_cert_file;
	char *ssl_key_file;
	char *ssl_ca_file;  /* empty: none, like */
	char *ssl_crl_file; /* this */
	char *ssl_ciphers;
	char *ssl_ecdh_curve;
	bool ssl_prefer_server_ciphers;
	int ssl_min_protocol_version; /* enum config_ssl_version */
	int ssl_max_protocol_version; /* enum config_ssl_version */

	/* statements */
	int64_t max_statement_size_bytes;
	int64_t http_statement_timeout_ms;    /* 0 is none */
	int64_t statement_memory_bytes;       /* 0 is no limit */
	int64_t total_statement_memory_bytes; /* 0 is no limit */
	int max_prepared_statements;          /* of one session, */
	int max_portals;                      /* like these */

	/* the log of events (WAL) */
	int64_t max_wal_size_bytes;
	int64_t wal_file_size_bytes;
	int64_t wal_sync_interval_ms;
	int64_t batch_memory_bytes;
	char *wal_archive_directory; /* empty is none; relative to the data */

	/* storage */
	int shard_count;  /* 0: one per core */
	int worker_count; /* 0: one per core */
	int zone_rows;
	int64_t memtable_size_bytes;
	int64_t memtable_age_ms;        /* 0 is any age */
	int64_t block_cache_size_bytes; /* 0: from the machine's memory */
	int64_t old_snapshot_memory_bytes;
	bool compaction;
	int64_t compaction_rate_bytes; /* a second; 0 is any */
	int64_t compaction_window_ms;
	int max_small_segments; /* of a shard; 0 is any number */

	/* limits of one event and of the catalogue */
	int64_t max_context_size_bytes;
	int64_t max_string_size_bytes;
	int64_t max_row_size_bytes;
	int max_fields;
	int max_event_types;

	/* the server's messages */
	int log_destination; /* enum config_log_destination */
	char *log_filename;  /* relative to the data */
	int64_t log_rotation_size_bytes;
	int log_rotation_count;
	int64_t log_tail_size_bytes; /* in memory */
	bool log_connections;

	struct config_session session; /* what new sessions start with */
};

/* One row of the table. */
struct config_option {
	const char *name;
	const char *doc; /* one sentence */
	enum config_group group;
	enum config_type type;
	enum config_reload reload;
	size_t offset;              /* in struct config */
	const char *unit;           /* of a plain number: "B", "kB", "ms" … */
	int64_t def, min, max;      /* bytes, milliseconds, or as stored */
	int64_t multiple;           /* the value must divide by it; 0 is any */
	const char *def_text;       /* CONFIG_STRING */
	const char *const *choices; /* CONFIG_ENUM, NULL-terminated */
};

/* Whether a session has a value of its own: it is in struct config_session. */
bool config_option_is_of_session(const struct config_option *opt);

/* The table, sorted by name. */
size_t config_option_count(void);
const struct config_option *config_option_at(size_t index);

/* How many bytes or milliseconds are one `opt->unit`; 1 if it has none. */
int64_t config_unit_factor(const struct config_option *opt);

/* NULL if there is none.  Letters compare without case. */
const struct config_option *config_option_find(struct str name);

/* All defaults, one reference; NULL if there is no memory. */
struct config *config_new(void);
struct config *config_ref(struct config *config);
void config_unref(struct config *config);

/* Give one option a value, whatever its reload class. */
MUST_USE int config_set(struct config *config, struct str name,
    struct str value, struct error *err);

/*
 * One argument of `-c`: name=value.  A '-' in the name counts as '_'.
 */
MUST_USE int config_set_argument(struct config *config, struct str argument,
    struct error *err);

/*
 * The text of stele.conf: lines of `name = value`, the '=' optional, values
 * with anything but letters, digits and [-._:/] in single quotes, '#' starts
 * a comment.  The last of several lines for one name wins.  `file_name` is
 * for messages.  At the first mistake: F0000 with file and line; the config
 * then holds what came before and is to be thrown away.
 */
MUST_USE int config_set_text(struct config *config, struct str text,
    const char *file_name, struct error *err);

/* *line is the last one of the file that says it; 0 if none does. */
enum config_source config_source_of(const struct config *config,
    const struct config_option *opt, uint32_t *line);

/*
 * Before publishing a reloaded config: startup options keep the running
 * values and where those are from, and the names of those that the file wants otherwise are put into
 * `pending`, separated by ", ".
 */
MUST_USE int config_keep_startup(struct config *next,
    const struct config *running, struct buf *pending, struct error *err);

/* The value as SHOW prints it: on, 64MB, 10ms. */
void config_show(const struct config *config, const struct config_option *opt,
    struct buf *out);

/* The value as pg_settings has it in `setting`: a number in opt->unit. */
void config_show_setting(const struct config *config,
    const struct config_option *opt, struct buf *out);

/* Likewise, the value that it has without a file; the title of its group. */
void config_show_default(const struct config_option *opt, struct buf *out);
const char *config_group_title(enum config_group group);

/*
 * SET, SHOW and RESET in a session.  Options of the other classes answer
 * 55P02 when set; whether a superuser sets those of CONFIG_SUPERUSER is for the
 * caller to see to.  RESET takes the value of `config`.
 */
MUST_USE int config_session_set(struct config_session *session,
    const struct config_option *opt, struct str value, struct error *err);
MUST_USE int config_session_reset(struct config_session *session,
    const struct config *config, const struct config_option *opt,
    struct error *err);

/* Whether the session has SET it, and not RESET since. */
bool config_session_is_set(const struct config_session *session,
    const struct config_option *opt);
void config_session_show(const struct config_session *session,
    const struct config *config, const struct config_option *opt,
    struct buf *out);
void config_session_show_setting(const struct config_session *session,
    const struct config *config, const struct config_option *opt,
    struct buf *out);

/* After a reload: take what the session has not SET itself. */
void config_session_follow(struct config_session *session,
    const struct config *config);

/* A stele.conf with every option commented out at its default. */
void config_write_sample(struct buf *out);

/* The table for people: name, value, range and class, one a line. */
void config_write_list(const struct config *config, struct buf *out);

/* The options as a section of the manual page, in mdoc(7). */
void config_write_manual(struct buf *out);
