/* SPDX-License-Identifier: Apache-2.0 */
#include "server/native/native_error.h"

#include <string.h>

#include "common/error.h"
#include "server/native/native_words.h"
#include "sql/ast.h"

/* ---- status ---- */

/* By the longest prefix of the SQLSTATE; what is not here is a wrong request. */
static const struct {
	const char *prefix;
	int status;
} statuses[] = {
	{ "28", 401 },    /* invalid authorization */
	{ "42501", 403 }, /* insufficient privilege */
	{ "53", 503 },    /* insufficient resources */
	{ "57014", 500 }, /* query canceled */
	{ "57P05", 408 }, /* idle for too long */
	{ "57", 503 },    /* operator intervention: the server stops */
	{ "58", 500 },    /* system error */
	{ "72", 500 },    /* snapshot too old */
	{ "XX", 500 },    /* internal error */
};

int
native_status(const char *sqlstate)
{
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
		if (strncmp(sqlstate, statuses[i].prefix,
			strlen(statuses[i].prefix)) == 0)
			return statuses[i].status;
	return 400;
}

/* ---- ours ---- */

static void
put_place(const struct error *err, struct buf *out)
{
	if (err->position > 0)
		buf_printf(out, ", at character %d", err->position);
}

/* The message, where, and what else there is to say. */
static void
put_own(const struct error *err, struct buf *out)
{
	buf_put_cstr(out, err->message);
	put_place(err, out);
	if (err->detail[0] != '\0' || err->hint[0] != '\0')
		buf_put_cstr(out, ". ");
	buf_put_cstr(out, err->detail);
	if (err->detail[0] != '\0' && err->hint[0] != '\0')
		buf_put_u8(out, ' ');
	buf_put_cstr(out, err->hint);
}

/* Nothing in it may end the line. */
static void
make_one_line(struct buf *out)
{
	for (size_t i = 0; i < out->len; i++)
		if (out->data[i] < ' ' || out->data[i] == 0x7f)
			out->data[i] = ' ';
}

static struct str
trim(struct str text)
{
	while (text.len > 0 && strchr(" \t\r\n", text.data[0]) != NULL)
		text = str_of(text.data + 1, text.len - 1);
	while (
	    text.len > 0 && strchr(" \t\r\n", text.data[text.len - 1]) != NULL)
		text.len--;
	return text;
}

/* The very first word is not one that a statement begins with. */
static bool
is_unknown(const struct native_fault *fault)
{
	struct str request = fault->request;
	struct str trimmed = trim(request);

	return fault->is_parse &&
	    (trimmed.len == 0 ||
		(fault->err->code == STELE_E_SYNTAX &&
		    fault->err->position == trimmed.data - request.data + 1));
}

/*
 * In SnelDB's words, if it has any.  They say what is wrong of the one event or
 * query; where, of a text that is no statement, or of one of several.
 */
static bool
put_theirs(const struct native_fault *fault, struct buf *out)
{
	const struct error *err = fault->err;
	const struct ast_stmt *stmt = fault->stmt;

	if ((stmt == NULL) != fault->is_parse ||
	    (stmt != NULL && !stmt->is_native) ||
	    !native_words_put(stmt, err, out))
		return false;
	if (stmt == NULL || stmt->kind == AST_BATCH)
		put_place(err, out);
	return true;
}

static void
put_text(const struct native_fault *fault, struct buf *out)
{
	const struct error *err = fault->err;

	if (err->code == STELE_E_INVALID_AUTHORIZATION ||
	    err->code == STELE_E_INVALID_PASSWORD) {
		buf_put_cstr(out, "Authentication failed");
	} else if (err->code == STELE_E_ADMIN_SHUTDOWN) {
		buf_put_cstr(out, "Server is shutting down");
	} else if (is_unknown(fault)) {
		buf_printf(out, "Unknown command: %.*s",
		    STR_FMT(trim(fault->request)));
	} else if (!put_theirs(fault, out)) {
		if (native_words_is_json(fault->stmt, err))
			buf_put_cstr(out, "Invalid JSON: ");
		put_own(err, out);
	}
}

void
native_error_make(const struct native_fault *fault, struct buf *text,
    struct native_error *out)
{
	buf_reset(text);
	put_text(fault, text);
	make_one_line(text);
	out->status = native_status(error_sqlstate(fault->err->code));
	out->is_front_end =
	    fault->is_parse || fault->is_fatal || out->status == 401;
	out->text = buf_str(text);
	out->err = fault->err;
}
