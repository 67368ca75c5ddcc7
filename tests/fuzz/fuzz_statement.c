/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Binder and executor over statements that a grammar makes of any input
 * (grammar.h): some of them in a transaction, which is rolled back.
 *
 * A statement has rows or an error, which is not ours (XX...); what it took of
 * memory it has given back (sql_runner.c); and its tree is spelt as a text that
 * means the same tree.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/buf.h"
#include "common/error.h"
#include "common/must.h"
#include "fuzz/fuzz.h"
#include "fuzz/grammar.h"
#include "os/clock.h"
#include "sql/ast.h"
#include "sql/parse.h"
#include "sql/print.h"
#include "unit/exec/sql_runner.h"

#define STATEMENTS_MAX    3
#define STATEMENT_MAX_NS  ((int64_t)200 * 1000000)
#define WATCH_INTERVAL_NS 20000000
#define MEMORY_MAX        ((size_t)4 << 20)

/* ---- spelling ---- */

static bool
spell(struct str text, struct buf *out)
{
	struct sql_statements parsed;
	struct arena arena;
	struct error err;
	int rc;

	arena_init(&arena, NULL);
	rc = sql_parse(text, SQL_DIALECT_POSTGRES, &arena, &parsed, &err);
	for (uint32_t i = 0; rc == 0 && i < parsed.count; i++)
		print_stmt(out, parsed.items[i]);
	arena_release(&arena);
	return rc == 0;
}

static void
check_spelling(struct str text)
{
	struct buf once, twice;

	buf_init(&once);
	buf_init(&twice);
	if (spell(text, &once) &&
	    (!spell(buf_str(&once), &twice) ||
		!str_equal(buf_str(&once), buf_str(&twice)))) {
		fprintf(stderr, "%.*s\n%.*s\n%.*s\n", STR_FMT(text),
		    STR_FMT(buf_str(&once)), STR_FMT(buf_str(&twice)));
		abort();
	}
	buf_release(&once);
	buf_release(&twice);
}

/* ---- running ---- */

static struct sql_runner *runner;
static _Atomic int64_t deadline_ns; /* 0: nothing runs */

/* Cancels what takes long. */
static void *
watch(void *arg)
{
	const struct timespec interval = { .tv_nsec = WATCH_INTERVAL_NS };

	for (;;) {
		int64_t deadline = atomic_load(&deadline_ns);

		(void)nanosleep(&interval, NULL);
		if (deadline != 0 &&
		    os_clock_monotonic_ns(os_clock_real()) > deadline &&
		    atomic_load(&deadline_ns) == deadline)
			sql_runner_cancel(runner, true);
	}
	return arg;
}

static const char *const setup[] = {
	"CREATE TABLE t (i int, f float8, n numeric, s text, b bool, d date,"
	" j jsonb, g uuid)",
	"CREATE TABLE u (i int, z timestamptz, s text)",
	"INSERT INTO t (context_id, i, f, n, s, b, d, j)"
	" SELECT chr(97 + g % 5), g % 7, g / 3.0, g * 1.10, 's' || g % 4,"
	" g % 2 = 0, date '2026-01-01' + g, jsonb_build_object('a', g)"
	" FROM generate_series(1, 40) g",
	"INSERT INTO u (context_id, i, s) VALUES ('a', 1, 's1'),"
	" ('a', NULL, NULL), ('b', 3, 's3')",
	"CHECKPOINT",
	"INSERT INTO t (context_id, i) VALUES ('a', 3), ('e', NULL)",
};

static void
stop(void)
{
	sql_runner_close(runner);
}

static void
start(void)
{
	pthread_t thread;

	runner = sql_runner_open();
	MUST(atexit(stop) == 0);
	for (size_t i = 0; i < ARRAY_LEN(setup); i++) {
		const char *answer = sql_run(runner, setup[i]);

		if (strstr(answer, "ERROR") != NULL) {
			fprintf(stderr, "%s: %s", setup[i], answer);
			abort();
		}
	}
	sql_runner_set_memory(runner, MEMORY_MAX);
	MUST(pthread_create(&thread, NULL, watch, NULL) == 0);
	MUST(pthread_detach(thread) == 0);
}

static void
run(const char *text)
{
	static const char *const params[] = { "1" };
	const char *answer;

	sql_runner_cancel(runner, false);
	atomic_store(&deadline_ns,
	    os_clock_monotonic_ns(os_clock_real()) + STATEMENT_MAX_NS);
	answer = sql_run_here(runner, text, params, 1);
	atomic_store(&deadline_ns, 0);
	if (strncmp(answer, "ERROR: XX", strlen("ERROR: XX")) == 0) {
		fprintf(stderr, "%s\n%s\n", text, answer);
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text;
	struct choices choices = { .data = data, .size = size, .out = &text };

	if (runner == NULL)
		start();
	buf_init(&text);
	(void)sql_run(runner, "BEGIN");
	for (uint32_t i = 0; i < STATEMENTS_MAX && choices.size > 0; i++) {
		text.len = 0;
		grammar_put_statement(&choices);
		check_spelling(buf_str(&text));
		buf_put_u8(&text, '\0');
		MUST(!text.failed);
		run((const char *)text.data);
	}
	sql_runner_cancel(runner, false);
	(void)sql_run(runner, "ROLLBACK");
	buf_release(&text);
	return 0;
}
