/* SPDX-License-Identifier: Apache-2.0 */
#include "common/error.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/must.h"

static const char *const sqlstate_of[STELE_E_COUNT] = { [STELE_E_NONE_INDEX] =
							    "00000",
#define X(name, sqlstate) [STELE_E_##name##_INDEX] = sqlstate,
	ERRCODES(X)
#undef X
};

int
error_set_at(struct error *err, const char *file, int line, int code,
    int os_errno, const char *fmt, ...)
{
	char text[128];
	va_list ap;
	int len;

	assert(code < 0);
	*err = (struct error){
		.code = code,
		.os_errno = os_errno,
		.file = file,
		.line = line,
	};
	va_start(ap, fmt);
	len = vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);
	if (os_errno != 0 && len >= 0 && (size_t)len < sizeof(err->message))
		snprintf(err->message + len, sizeof(err->message) - (size_t)len,
		    ": %s", strerror_r(os_errno, text, sizeof(text)));
	return code;
}

int
error_null_value_at(struct error *err, const char *file, int line,
    struct str table, struct str column)
{
	int rc = error_set_at(err, file, line, STELE_E_NOT_NULL_VIOLATION, 0,
	    "null value in column \"%.*s\" of relation \"%.*s\" violates "
	    "not-null constraint",
	    STR_FMT(column), STR_FMT(table));

	snprintf(err->table, sizeof(err->table), "%.*s", STR_FMT(table));
	snprintf(err->column, sizeof(err->column), "%.*s", STR_FMT(column));
	return rc;
}

static void
keep_name(char to[ERROR_NAME_SIZE], struct str name)
{
	if (name.len > 0)
		snprintf(to, ERROR_NAME_SIZE, "%.*s", STR_FMT(name));
}

void
error_about(struct error *err, struct str schema, struct str table,
    struct str constraint)
{
	keep_name(err->schema, schema);
	keep_name(err->table, table);
	keep_name(err->constraint, constraint);
}

void
error_about_column(struct error *err, struct str column)
{
	keep_name(err->column, column);
}

int
error_put_detail(struct error *err, const char *fmt, ...)
{
	va_list ap;

	assert(err->code < 0);
	va_start(ap, fmt);
	vsnprintf(err->detail, sizeof(err->detail), fmt, ap);
	va_end(ap);
	return err->code;
}

int
error_put_hint(struct error *err, const char *fmt, ...)
{
	va_list ap;

	assert(err->code < 0);
	va_start(ap, fmt);
	vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
	va_end(ap);
	return err->code;
}

int
error_put_position(struct error *err, int position)
{
	assert(err->code < 0);
	err->position = position;
	return err->code;
}

void
error_add_context(struct error *err, const char *fmt, ...)
{
	size_t used = strlen(err->context);
	va_list ap;

	assert(err->code < 0);
	if (used > 0 && used + 1 < sizeof(err->context))
		err->context[used++] = '\n';
	va_start(ap, fmt);
	vsnprintf(err->context + used, sizeof(err->context) - used, fmt, ap);
	va_end(ap);
}

const char *
error_sqlstate(int code)
{
	if (code > 0 || code <= -STELE_E_COUNT)
		return "XX000";
	return sqlstate_of[-code];
}

void
must_failed(const char *condition, const char *file, int line)
{
	fprintf(stderr, "PANIC: broken invariant at %s:%d: %s\n", file, line,
	    condition);
	abort();
}
