/* SPDX-License-Identifier: Apache-2.0 */
#include "server/native/native_error.h"

#include <string.h>

#include "common/error.h"
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

/* ---- SnelDB's words ---- */

/*
 * Our messages, with * for what is between, and SnelDB's, with 1 or 2 for which
 * of those to put.
 */
static const struct {
	const char *ours;
	const char *theirs;
} wordings[] = {
	{ "missing field \"*\" in payload", "Missing field '1' in payload" },
	{ "field \"*\" must not be null",
	    "Field '1' does not match expected type" },
	{ "field \"*\" does not match its type *",
	    "Field '1' does not match expected type" },
	{ "payload contains a field that event type \"*\" does not have: "
	  "\"*\"",
	    "Payload contains fields not defined in schema: 2" },
	{ "payload must be a JSON object", "Payload must be a JSON object" },
	{ "event type \"*\" does not exist",
	    "No schema defined for event type '1'" },
	{ "relation \"*\" does not exist",
	    "No schema defined for event type '1'" },
};

/* The two parts that the stars stand for; false if the message is another. */
static bool
match(const char *pattern, const char *message, struct str parts[2])
{
	unsigned count = 0;

	for (;;) {
		const char *star = strchr(pattern, '*');
		size_t len =
		    star == NULL ? strlen(pattern) : (size_t)(star - pattern);
		const char *rest, *end;

		if (strncmp(message, pattern, len) != 0)
			return false;
		message += len;
		if (star == NULL)
			return *message == '\0';
		pattern = star + 1;
		rest = strchr(pattern, '*');
		len = rest == NULL ? strlen(pattern) : (size_t)(rest - pattern);
		if (len == 0) { /* the last star */
			parts[count] = str_of_cstr(message);
			return true;
		}
		for (end = message; strncmp(end, pattern, len) != 0; end++)
			if (*end == '\0')
				return false;
		parts[count++] = str_of(message, (size_t)(end - message));
		message = end;
	}
}

static bool
put_wording(const struct error *err, struct buf *out)
{
	struct str parts[2] = { { NULL, 0 }, { NULL, 0 } };

	for (size_t i = 0; i < ARRAY_LEN(wordings); i++) {
		if (!match(wordings[i].ours, err->message, parts))
			continue;
		for (const char *at = wordings[i].theirs; *at != '\0'; at++) {
			if (*at == '1' || *at == '2')
				buf_put_str(out, parts[*at - '1']);
			else
				buf_put_u8(out, (uint8_t)*at);
		}
		return true;
	}
	return false;
}

/* Who may do what: 42501. */
static bool
put_refusal(const struct ast_stmt *stmt, const struct error *err,
    struct buf *out)
{
	struct str parts[2];

	switch ((int)stmt->kind) {
	case AST_DEFINE:
		buf_put_cstr(out, "Only admin users can define schemas");
		return true;
	case AST_CREATE_ROLE:
	case AST_ALTER_ROLE:
		buf_put_cstr(out, "Only admin users can manage users");
		return true;
	case AST_GRANT:
		buf_put_cstr(out, "Only admin users can manage permissions");
		return true;
	default:
		break;
	}
	if (!match("permission denied for table *", err->message, parts))
		return false;
	buf_printf(out, "%s permission denied for event type '%.*s'",
	    stmt->kind == AST_STORE || stmt->kind == AST_BATCH ? "Write"
							       : "Read",
	    STR_FMT(parts[0]));
	return true;
}

/* What SnelDB says of this statement; false if it is not known for that. */
static bool
put_theirs(const struct ast_stmt *stmt, const struct error *err,
    struct buf *out)
{
	if (err->code == STELE_E_INSUFFICIENT_PRIVILEGE)
		return put_refusal(stmt, err, out);
	if (err->code == STELE_E_DUPLICATE_TABLE && stmt->kind == AST_DEFINE) {
		const struct ast_name *name = &stmt->create_table.name;

		buf_printf(out,
		    "Define failed: Schema for event_type '%.*s' already"
		    " defined",
		    STR_FMT(name->parts[name->count - 1]));
		return true;
	}
	return put_wording(err, out);
}

/* ---- ours ---- */

/* The message, where, and what else there is to say. */
static void
put_own(const struct error *err, struct buf *out)
{
	buf_put_cstr(out, err->message);
	if (err->position > 0)
		buf_printf(out, ", at character %d", err->position);
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

static void
put_text(const struct native_fault *fault, struct buf *out)
{
	const struct error *err = fault->err;

	if (err->code == STELE_E_INVALID_AUTHORIZATION ||
	    err->code == STELE_E_INVALID_PASSWORD)
		buf_put_cstr(out, "Authentication failed");
	else if (err->code == STELE_E_ADMIN_SHUTDOWN)
		buf_put_cstr(out, "Server is shutting down");
	else if (is_unknown(fault))
		buf_printf(out, "Unknown command: %.*s",
		    STR_FMT(trim(fault->request)));
	else if (fault->stmt == NULL || !fault->stmt->is_native ||
	    !put_theirs(fault->stmt, err, out))
		put_own(err, out);
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
}
