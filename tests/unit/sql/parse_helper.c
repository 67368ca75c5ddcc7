/* SPDX-License-Identifier: Apache-2.0 */
#include "parse_helper.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>

struct job {
	struct parsed *parsed;
	struct str text;
	enum sql_dialect dialect;
};

static void *
run(void *arg)
{
	struct job *job = arg;
	struct parsed *parsed = job->parsed;

	parsed->rc = sql_parse(job->text, job->dialect, &parsed->arena,
	    &parsed->statements, &parsed->err);
	return NULL;
}

void
parsed_init(struct parsed *parsed, struct str text, enum sql_dialect dialect)
{
	struct job job = { parsed, text, dialect };
	pthread_attr_t attr;
	pthread_t thread;

	*parsed = (struct parsed){ 0 };
	arena_init(&parsed->arena, NULL);
	ck_assert_int_eq(pthread_attr_init(&attr), 0);
	ck_assert_int_eq(pthread_attr_setstacksize(&attr, SQL_STACK_SIZE), 0);
	ck_assert_int_eq(pthread_create(&thread, &attr, run, &job), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	pthread_attr_destroy(&attr);
}

void
parsed_release(struct parsed *parsed)
{
	arena_release(&parsed->arena);
}

const struct ast_stmt *
parsed_one(struct parsed *parsed, const char *text)
{
	parsed_init(parsed, str_of_cstr(text), SQL_DIALECT_POSTGRES);
	ck_assert_msg(parsed->rc == 0, "%s: %s", text, parsed->err.message);
	ck_assert_msg(parsed->statements.count == 1, "%s", text);
	return parsed->statements.items[0];
}
