/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.c -- lines are built on the stack and go out in one write() each.
 *
 * The layer below the OS door must be able to log, so this file reads the
 * clock and writes its own file; tools/check-doors lists it as an exception.
 */
#include "common/log.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/error.h"
#include "common/log_tail.h"

#define LINE_SIZE   4096
#define VALUE_MAX   1024 /* bytes of one text; the rest is cut */
#define CONTEXT_MAX 4
#define FILE_MODE   0600

static const char *const level_name[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

static const char *const category_name[] = {
	[LOG_SERVER] = "server",
	[LOG_CONFIG] = "config",
	[LOG_NET] = "net",
	[LOG_SESSION] = "session",
	[LOG_SQL] = "sql",
	[LOG_EXEC] = "exec",
	[LOG_CATALOG] = "catalog",
	[LOG_WAL] = "wal",
	[LOG_SHARD] = "shard",
	[LOG_SEGMENT] = "segment",
	[LOG_COMPACT] = "compact",
};

/* A line being built: what does not fit is dropped, the newline never is. */
struct line {
	char text[LINE_SIZE];
	size_t len;
};

atomic_int log_threshold = LOG_LEVEL_INFO;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	int fd;     /* STDERR_FILENO, or owned */
	char *path; /* owned; NULL is stderr */
	int64_t size;
	int64_t rotation_size;
	int rotation_count;
	struct log_tail tail;
} sink = { .fd = STDERR_FILENO }; /* under `lock` */

static _Atomic(log_clock_fn) test_clock;

static _Thread_local struct {
	size_t count;
	struct {
		const char *key;
		uint64_t value;
	} field[CONTEXT_MAX];
} context;

static int64_t
now_us(void)
{
	log_clock_fn clock_us = atomic_load(&test_clock);
	struct timespec ts;

	if (clock_us != NULL)
		return clock_us();
	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

void
log_set_clock(log_clock_fn clock_us)
{
	atomic_store(&test_clock, clock_us);
}

static void
put_char(struct line *line, char c)
{
	if (line->len < sizeof(line->text) - 1)
		line->text[line->len++] = c;
}

static void
put_cstr(struct line *line, const char *text)
{
	while (*text != '\0')
		put_char(line, *text++);
}

static void PRINTF_LIKE(2, 3)
    put_format(struct line *line, const char *fmt, ...)
{
	char text[64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put_cstr(line, text);
}

static bool
is_bare(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c <= ' ' || c > '~' || c == '"' || c == '=' || c == '\\')
			return false;
	}
	return text.len > 0;
}

/* Bytes that would end the line or the quotes are written as escapes. */
static void
put_text(struct line *line, struct str text)
{
	size_t len = text.len < VALUE_MAX ? text.len : VALUE_MAX;

	if (is_bare(text) && text.len <= VALUE_MAX) {
		for (size_t i = 0; i < len; i++)
			put_char(line, text.data[i]);
		return;
	}
	put_char(line, '"');
	for (size_t i = 0; i < len; i++) {
		char c = text.data[i];

		if (c == '"' || c == '\\')
			put_format(line, "\\%c", c);
		else if (c == '\n')
			put_cstr(line, "\\n");
		else if ((unsigned char)c < ' ' || c == 0x7f)
			put_format(line, "\\x%02x", (unsigned)c);
		else
			put_char(line, c);
	}
	put_cstr(line, len < text.len ? "...\"" : "\"");
}

static void
put_named_text(struct line *line, const char *key, const char *text)
{
	if (*text == '\0')
		return;
	put_char(line, ' ');
	put_cstr(line, key);
	put_char(line, '=');
	put_text(line, str_of_cstr(text));
}

static void
put_error(struct line *line, const struct error *err)
{
	put_named_text(line, "sqlstate", error_sqlstate(err->code));
	put_named_text(line, "error", err->message);
	put_named_text(line, "detail", err->detail);
	put_named_text(line, "context", err->context);
	if (err->file != NULL)
		put_format(line, " at=%.40s:%d", err->file, err->line);
}

static void
put_field(struct line *line, const struct log_field *field)
{
	if (field->kind == LOG_FIELD_ERROR) {
		put_error(line, field->error);
		return;
	}
	put_char(line, ' ');
	put_cstr(line, field->key);
	put_char(line, '=');
	switch (field->kind) {
	case LOG_FIELD_INT:
		put_format(line, "%" PRId64, field->number);
		break;
	case LOG_FIELD_UINT:
		put_format(line, "%" PRIu64, field->natural);
		break;
	case LOG_FIELD_FLOAT:
		put_format(line, "%.3f", field->real);
		break;
	case LOG_FIELD_STR:
		put_text(line, field->text);
		break;
	case LOG_FIELD_ERROR:
	case LOG_FIELD_END:
		break;
	}
}

static void
put_time(struct line *line, int64_t us)
{
	time_t seconds = (time_t)(us / 1000000);
	char text[32];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	put_cstr(line, text);
	put_format(line, ".%03dZ ", (int)(us / 1000 % 1000));
}

/*
 * Whether this line of a site may go out.  Threads that race at the turn of a
 * second may let a few lines more through, or count one in the wrong second:
 * neither matters, hence relaxed.
 */
static bool
site_may_log(struct log_site *site, int64_t now, uint32_t *suppressed)
{
	int64_t second = now / 1000000;

	*suppressed = 0;
	if (atomic_exchange_explicit(&site->second, second,
		memory_order_relaxed) != second)
		atomic_store_explicit(&site->lines, 0, memory_order_relaxed);
	if (atomic_fetch_add_explicit(&site->lines, 1, memory_order_relaxed) >=
	    LOG_BURST) {
		atomic_fetch_add_explicit(&site->suppressed, 1,
		    memory_order_relaxed);
		return false;
	}
	*suppressed = atomic_exchange_explicit(&site->suppressed, 0,
	    memory_order_relaxed);
	return true;
}

static int
open_file(const char *path, int64_t *size, struct error *err)
{
	int fd =
	    open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, FILE_MODE);
	struct stat st;

	if (fd == -1)
		return error_set_os(err, "could not open log file \"%s\"",
		    path);
	*size = fstat(fd, &st) == 0 ? (int64_t)st.st_size : 0;
	return fd;
}

/* path.8 becomes path.9, ..., path becomes path.1; then a new file. */
static void
rotate(void)
{
	size_t room = strlen(sink.path) + 16;
	char *from = malloc(room), *to = malloc(room);
	struct error err;
	int64_t size;
	int fd;

	if (from == NULL || to == NULL)
		goto out;
	for (int i = sink.rotation_count; i > 0; i--) {
		snprintf(to, room, "%s.%d", sink.path, i);
		if (i == 1)
			snprintf(from, room, "%s", sink.path);
		else
			snprintf(from, room, "%s.%d", sink.path, i - 1);
		(void)rename(from, to); /* most of them are not there yet */
	}
	fd = open_file(sink.path, &size, &err);
	if (fd >= 0) {
		close(sink.fd);
		sink.fd = fd;
	}
	/* Without a new file, try again only after as many bytes more. */
	sink.size = 0;
out:
	free(from);
	free(to);
}

/* `last` is the same as it is kept in memory. */
static void
emit(const char *text, size_t len, const struct log_tail_line *last)
{
	ssize_t done;

	pthread_mutex_lock(&lock);
	log_tail_add(&sink.tail, last);
	if (sink.path != NULL && sink.rotation_size > 0 && sink.size > 0 &&
	    sink.size + (int64_t)len > sink.rotation_size)
		rotate();
	done = write(sink.fd, text, len);
	/* A full disk must not make the server dumb. */
	if (done == -1 && sink.fd != STDERR_FILENO)
		done = write(STDERR_FILENO, text, len);
	if (done > 0)
		sink.size += done;
	pthread_mutex_unlock(&lock);
}

void
log_write(struct log_site *site, enum log_level level,
    enum log_category category, const char *message,
    const struct log_field *fields)
{
	int64_t now = now_us();
	struct line line = { .len = 0 };
	uint32_t suppressed = 0;
	size_t text_off;

	if (site != NULL && !site_may_log(site, now, &suppressed))
		return;
	put_time(&line, now);
	put_format(&line, "%s %s ", level_name[level], category_name[category]);
	text_off = line.len;
	put_cstr(&line, message);
	for (; fields->kind != LOG_FIELD_END; fields++)
		put_field(&line, fields);
	for (size_t i = 0; i < context.count; i++)
		put_field(&line,
		    &LOG_UINT(context.field[i].key, context.field[i].value));
	if (suppressed > 0)
		put_field(&line, &LOG_UINT("suppressed", suppressed));
	line.text[line.len++] = '\n';
	emit(line.text, line.len,
	    &(struct log_tail_line){
		.time_us = now,
		.level = (uint8_t)level,
		.category = (uint8_t)category,
		.text = str_of(line.text + text_off, line.len - 1 - text_off),
	    });
}

void
log_context_push(const char *key, uint64_t value)
{
	assert(context.count < CONTEXT_MAX);
	context.field[context.count].key = key;
	context.field[context.count].value = value;
	context.count++;
}

void
log_context_pop(void)
{
	assert(context.count > 0);
	context.count--;
}

/* Under `lock`.  Takes `fd` and `path`. */
static void
sink_replace(int fd, char *path, int64_t size)
{
	if (sink.fd != STDERR_FILENO)
		close(sink.fd);
	if (path != sink.path)
		free(sink.path);
	sink.fd = fd;
	sink.path = path;
	sink.size = size;
}

int
log_open(const struct log_options *options, struct error *err)
{
	int fd = STDERR_FILENO;
	char *path = NULL;
	int64_t size = 0;

	if (options->path != NULL) {
		path = strdup(options->path);
		if (path == NULL)
			return error_no_memory(err);
		fd = open_file(path, &size, err);
		if (fd < 0) {
			free(path);
			return fd;
		}
	}
	pthread_mutex_lock(&lock);
	if (log_tail_resize(&sink.tail, options->tail_size, err) != 0) {
		pthread_mutex_unlock(&lock);
		if (fd != STDERR_FILENO)
			close(fd);
		free(path);
		return STELE_E_OUT_OF_MEMORY;
	}
	sink_replace(fd, path, size);
	sink.rotation_size = options->rotation_size;
	sink.rotation_count = options->rotation_count;
	pthread_mutex_unlock(&lock);
	atomic_store_explicit(&log_threshold, (int)options->level,
	    memory_order_relaxed);
	return 0;
}

void
log_close(void)
{
	pthread_mutex_lock(&lock);
	sink_replace(STDERR_FILENO, NULL, 0);
	log_tail_release(&sink.tail);
	pthread_mutex_unlock(&lock);
}

int
log_last_lines(struct log_tail *out, struct error *err)
{
	int rc;

	pthread_mutex_lock(&lock);
	rc = log_tail_copy(&sink.tail, out, err);
	pthread_mutex_unlock(&lock);
	return rc;
}

const char *
log_level_name(enum log_level level)
{
	return level_name[level];
}

const char *
log_category_name(enum log_category category)
{
	return category_name[category];
}

int
log_reopen(struct error *err)
{
	int64_t size = 0;
	int fd = 0;

	pthread_mutex_lock(&lock);
	if (sink.path != NULL) {
		fd = open_file(sink.path, &size, err);
		if (fd >= 0)
			sink_replace(fd, sink.path, size);
	}
	pthread_mutex_unlock(&lock);
	return fd < 0 ? fd : 0;
}
