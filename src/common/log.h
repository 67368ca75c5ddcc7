/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h -- the server's messages to whoever runs it: one event, one line.
 *
 *   2026-11-23T02:15:07.042Z info wal log recovered files=3 rows=1200
 *   ^ UTC                    ^ level  ^ message    ^ fields
 *                                 ^ category
 *
 * A call names the event with a constant message and adds typed fields:
 *
 *	log_info(LOG_WAL, "log recovered", LOG_INT("files", count));
 *	log_error(LOG_SEGMENT, "could not flush", LOG_FAILURE(&err));
 *
 * Levels: error, a human must act; warning, a human should look; info,
 * lifecycle, a few lines a minute at most; debug, for us.  A level that is
 * off costs one relaxed load, and the fields are not evaluated.
 *
 * Never log payloads, statement texts of users below debug, or secrets.  Who
 * returns an error does not log it: the session or main reports it, once.
 *
 * Repeats: a place in the code that logs more than LOG_BURST lines within one
 * second is silent for the rest of that second; its next line has the field
 * `suppressed` with the number of lines left out.  log_every() has no such
 * limit, for what was asked for by name (statements over a duration).
 *
 * Threads: everything here may be called by any thread; log_open, log_close
 * and log_reopen take turns with the writers.  Not for signal handlers.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"

struct error;
struct log_tail;

#define LOG_BURST 10

/* The same order as enum config_log_level. */
enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

enum log_category {
	LOG_SERVER,
	LOG_CONFIG,
	LOG_NET,
	LOG_SESSION,
	LOG_SQL,
	LOG_EXEC,
	LOG_CATALOG,
	LOG_WAL,
	LOG_SHARD,
	LOG_SEGMENT,
	LOG_COMPACT,
};

enum log_field_kind {
	LOG_FIELD_END,
	LOG_FIELD_INT,
	LOG_FIELD_UINT,
	LOG_FIELD_FLOAT,
	LOG_FIELD_STR,
	LOG_FIELD_ERROR,
};

struct log_field {
	const char *key;
	enum log_field_kind kind;
	union {
		int64_t number;
		uint64_t natural;
		double real;
		struct str text;
		const struct error *error;
	};
};

#define LOG_INT(name, value) \
	((struct log_field){ .key = (name), \
	    .kind = LOG_FIELD_INT, \
	    .number = (value) })
#define LOG_UINT(name, value) \
	((struct log_field){ .key = (name), \
	    .kind = LOG_FIELD_UINT, \
	    .natural = (value) })
#define LOG_FLOAT(name, value) \
	((struct log_field){ .key = (name), \
	    .kind = LOG_FIELD_FLOAT, \
	    .real = (value) })
#define LOG_STR(name, value) \
	((struct log_field){ .key = (name), \
	    .kind = LOG_FIELD_STR, \
	    .text = (value) })
#define LOG_CSTR(name, value) LOG_STR(name, str_of_cstr(value))
/* sqlstate, error, and detail and context if they are set. */
#define LOG_FAILURE(err) \
	((struct log_field){ .key = "error", \
	    .kind = LOG_FIELD_ERROR, \
	    .error = (err) })

/* What one place in the code has logged; static, in the macro below. */
struct log_site {
	atomic_int_least64_t second;      /* of the last line */
	atomic_uint_least32_t lines;      /* within it */
	atomic_uint_least32_t suppressed; /* since the last line */
};

extern atomic_int log_threshold; /* private: levels up to it are on */

static inline bool
log_is_on(enum log_level level)
{
	/* No other memory depends on it: a late change is harmless. */
	return (int)level <=
	    atomic_load_explicit(&log_threshold, memory_order_relaxed);
}

#define log_error(...) \
	LOG_LIMITED(LOG_LEVEL_ERROR, __VA_ARGS__, (struct log_field){ 0 })
#define log_warn(...) \
	LOG_LIMITED(LOG_LEVEL_WARNING, __VA_ARGS__, (struct log_field){ 0 })
#define log_info(...) \
	LOG_LIMITED(LOG_LEVEL_INFO, __VA_ARGS__, (struct log_field){ 0 })
#define log_debug(...) \
	LOG_LIMITED(LOG_LEVEL_DEBUG, __VA_ARGS__, (struct log_field){ 0 })
#define log_every(level, ...) \
	LOG_ALWAYS(level, __VA_ARGS__, (struct log_field){ 0 })

#define LOG_LIMITED(level, category, message, ...) \
	do { \
		static struct log_site log_site_; \
\
		if (log_is_on(level)) \
			log_write(&log_site_, (level), (category), (message), \
			    (const struct log_field[]){ __VA_ARGS__ }); \
	} while (0)

#define LOG_ALWAYS(level, category, message, ...) \
	do { \
		if (log_is_on(level)) \
			log_write(NULL, (level), (category), (message), \
			    (const struct log_field[]){ __VA_ARGS__ }); \
	} while (0)

/* Behind the macros.  `fields` ends with LOG_FIELD_END; site may be NULL. */
void log_write(struct log_site *site, enum log_level level,
    enum log_category category, const char *message,
    const struct log_field *fields);

/*
 * A field that every line of this thread has from now on: conn=7, shard=2.
 * `key` is a constant.  At most four at a time; pop undoes the last push.
 */
void log_context_push(const char *key, uint64_t value);
void log_context_pop(void);

struct log_options {
	enum log_level level;
	const char *path;      /* NULL is stderr */
	int64_t rotation_size; /* bytes; 0 is never */
	int rotation_count;    /* old files kept: path.1 is the newest */
	size_t tail_size;      /* bytes of the last lines kept in memory */
};

/*
 * Say where lines go; before the first call, to stderr from info on.  Called
 * again, it changes over; when it fails, all stays as it was.
 */
MUST_USE int log_open(const struct log_options *options, struct error *err);

/* Back to stderr. */
void log_close(void);

/*
 * Open the file anew under its name, after someone has moved it away.  When
 * that fails, lines go on into the old one.
 */
MUST_USE int log_reopen(struct error *err);

/*
 * A copy of the last lines that are kept, to be released.
 * STELE_E_OUT_OF_MEMORY.
 */
MUST_USE int log_last_lines(struct log_tail *out, struct error *err);

/* As they stand in a line. */
const char *log_level_name(enum log_level level);
const char *log_category_name(enum log_category category);

/* Tests only: microseconds since 1970; NULL is the system's clock. */
typedef int64_t (*log_clock_fn)(void);
void log_set_clock(log_clock_fn clock_us);
