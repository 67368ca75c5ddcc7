/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sql_runner.h -- a session without a server, for tests: text in, text out,
 * over a real engine in a temporary directory.
 *
 * The answer to a query is its column names and its rows, a line each, fields
 * separated by '|', null as "-"; to another statement its tag; an error is
 * "ERROR: 42P01: message [position]", then " DETAIL: " and " HINT: " lines if
 * they were asked for.  BEGIN, COMMIT, ROLLBACK and FLUSH work.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

struct sql_runner;

struct sql_runner *sql_runner_open(void);
void sql_runner_close(struct sql_runner *runner);

/* Where the engine's directory is. */
const char *sql_runner_dir(const struct sql_runner *runner);

/* Close the engine and open the directory again. */
void sql_runner_restart(struct sql_runner *runner);

/* Relations of the test's own; `arg` goes to their fill(). */
struct system_tables;
void sql_runner_set_system(struct sql_runner *runner,
    const struct system_tables *tables, void *arg);

void sql_runner_show_hints(struct sql_runner *runner, bool show);

/* Memory that a query may use; 0 is no limit. */
void sql_runner_set_memory(struct sql_runner *runner, size_t bytes);

/* What an operator keeps before it spills, and where to; NULL: never. */
struct os_fs;
void sql_runner_set_work_mem(struct sql_runner *runner, size_t bytes,
    struct os_fs *fs);

/* Aggregations, which are made shard by shard else, take all rows in order. */
void sql_runner_add_in_order(struct sql_runner *runner);

/* Of temporary files; UINT64_MAX is no limit. */
void sql_runner_set_temp_limit(struct sql_runner *runner, uint64_t bytes);

/* Statements are cancelled, from now on or no more. */
void sql_runner_cancel(struct sql_runner *runner, bool cancel);

/* Run the statements of a text.  The answer is valid until the next call. */
const char *sql_run(struct sql_runner *runner, const char *text);

/* The same with parameters in text form, types 0 or given; NULL is null. */
const char *sql_run_params(struct sql_runner *runner, const char *text,
    const uint32_t *oids, const char *const *values, uint32_t count);

/*
 * The same on the caller's thread, whose stack must do for what the text has,
 * with types 0.
 */
const char *sql_run_here(struct sql_runner *runner, const char *text,
    const char *const *values, uint32_t count);
