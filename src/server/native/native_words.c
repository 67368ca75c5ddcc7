/* SPDX-License-Identifier: Apache-2.0 */
#include "server/native/native_words.h"

#include <string.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/error.h"
#include "common/str.h"
#include "sql/ast.h"

#define PARTS_MAX 3

/*
 * Our messages, with * for what is between, and SnelDB's, with 1, 2 or 3 for
 * which of those to put.  The first that fits is taken.
 */
struct wording {
	const char *ours;
	const char *theirs;
};

/* ---- of texts that are no statement ---- */

static const struct wording of_texts[] = {
	{ "syntax error at end of input: expected *", "Missing argument: 1" },
	{ "syntax error at or near \"*\": expected an event type",
	    "Invalid event type: 1" },
	{ "syntax error at or near \"*\": expected \"{\"",
	    "Expected JSON block, but found something else" },
	{ "syntax error at or near \"*\": expected a JSON object, a string or "
	  "$n",
	    "Expected JSON block, but found something else" },
	{ "syntax error at or near \"}\": expected at least one field",
	    "Schema cannot be empty" },
	{ "syntax error at or near \"{\": expected the type of a field",
	    "Nested JSON blocks are not allowed" },
	{ "syntax error at or near \"*\": expected the type of a field",
	    "Invalid JSON: Field type must be a string or array" },
	{ "syntax error at or near \"]\": expected at least one label",
	    "Invalid JSON: Enum must have at least one variant" },
	{ "syntax error at or near \"*\": expected a label in quotes",
	    "Invalid JSON: Enum variants must be strings" },
	{ "unterminated JSON object",
	    "Invalid JSON: unterminated JSON object" },
};

static const struct wording keyword = {
	"syntax error at or near \"*\": expected *",
	"Expected keyword '2', but found '1'",
};

static const struct wording token = {
	"syntax error at or near \"*\": expected *",
	"Unexpected token: \"1\", expected 2",
};

/* ---- of statements ---- */

static const struct wording of_all[] = {
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
	{ "field \"*\" is of event types \"*\" and \"*\"",
	    "WHERE clause validation failed: Ambiguous field '1' exists in"
	    " multiple event types: 2, 3. Use event-prefixed fields (e.g., "
	    "'2.1' or '3.1') to disambiguate." },
	{ "invalid input syntax for type timestamp with time zone: \"*\"",
	    "Invalid time string: '1'" },
	{ "invalid input syntax for type date: \"*\"",
	    "Invalid time string: '1'" },
	{ "date/time field value out of range: \"*\"",
	    "Invalid time string: '1'" },
	{ "timestamp out of range: \"*\"",
	    "Unrecognized integer time magnitude: 1" },
};

static const struct wording of_made_users[] = {
	{ "role \"*\" already exists", "User already exists" },
};

static const struct wording of_users[] = {
	{ "role \"*\" does not exist", "User not found: 1" },
};

static const struct wording of_grants[] = {
	{ "role \"*\" does not exist",
	    "Failed to grant permission: User not found: 1" },
};

static const struct wording of_revocations[] = {
	{ "role \"*\" does not exist",
	    "Failed to revoke permission: User not found: 1" },
};

static const struct wording of_remembered[] = {
	{ "relation \"*\" already exists",
	    "Materialization '1' already exists" },
};

static const struct wording of_shown[] = {
	{ "kept query \"*\" does not exist", "Materialization '1' not found" },
	{ "materialized view \"*\" does not exist",
	    "Materialization '1' not found" },
};

/* ---- the two languages ---- */

/*
 * The parts that the stars stand for, each as short as can be but for one whose
 * text ends the message; false if the message is another.
 */
static bool
match(const char *pattern, const char *message, struct str parts[PARTS_MAX])
{
	for (unsigned count = 0;; count++) {
		size_t len = strcspn(pattern, "*"), part = 0;
		const char *tail = pattern + len + 1;

		if (strncmp(message, pattern, len) != 0)
			return false;
		message += len;
		if (pattern[len] == '\0')
			return *message == '\0';
		len = strcspn(tail, "*");
		if (tail[len] == '\0') { /* it ends the message */
			size_t rest = strlen(message);

			part = rest < len ? 0 : rest - len;
		} else {
			while (message[part] != '\0' &&
			    strncmp(message + part, tail, len) != 0)
				part++;
		}
		parts[count] = str_of(message, part);
		message += part;
		pattern = tail;
	}
}

static void
put_parts(const char *theirs, const struct str parts[PARTS_MAX],
    struct buf *out)
{
	for (const char *at = theirs; *at != '\0'; at++) {
		if (*at >= '1' && *at < '1' + PARTS_MAX)
			buf_put_str(out, parts[*at - '1']);
		else
			buf_put_u8(out, (uint8_t)*at);
	}
}

static bool
put_first(const struct wording *wordings, size_t count, const char *message,
    struct buf *out)
{
	struct str parts[PARTS_MAX] = { { NULL, 0 } };

	for (size_t i = 0; i < count; i++) {
		if (!match(wordings[i].ours, message, parts))
			continue;
		put_parts(wordings[i].theirs, parts, out);
		return true;
	}
	return false;
}

/* One word, as keywords are written. */
static bool
is_keyword(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < 'A' || text.data[i] > 'Z')
			return false;
	return text.len > 0;
}

static bool
put_of_text(const char *message, struct buf *out)
{
	struct str parts[PARTS_MAX] = { { NULL, 0 } };

	if (put_first(of_texts, ARRAY_LEN(of_texts), message, out))
		return true;
	if (!match(token.ours, message, parts))
		return false;
	put_parts(is_keyword(parts[1]) ? keyword.theirs : token.theirs, parts,
	    out);
	return true;
}

/* The messages of one kind of statement. */
static bool
put_of_kind(const struct ast_stmt *stmt, const char *message, struct buf *out)
{
	switch ((int)stmt->kind) {
	case AST_CREATE_ROLE:
		return put_first(of_made_users, ARRAY_LEN(of_made_users),
		    message, out);
	case AST_ALTER_ROLE:
		return put_first(of_users, ARRAY_LEN(of_users), message, out);
	case AST_GRANT:
		return stmt->grant.is_revoke
		    ? put_first(of_revocations, ARRAY_LEN(of_revocations),
			  message, out)
		    : put_first(of_grants, ARRAY_LEN(of_grants), message, out);
	case AST_CREATE_VIEW:
		return put_first(of_remembered, ARRAY_LEN(of_remembered),
		    message, out);
	case AST_SHOW:
	case AST_DROP:
		return put_first(of_shown, ARRAY_LEN(of_shown), message, out);
	default:
		return false;
	}
}

/* ---- what one may not do ---- */

static bool
put_refusal(const struct ast_stmt *stmt, const char *message, struct buf *out)
{
	static const struct wording of_writing = {
		"permission denied for table *",
		"Write permission denied for event type '1'",
	};
	static const struct wording of_reading = {
		"permission denied for table *",
		"Read permission denied for event type '1'",
	};

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
	case AST_STORE:
	case AST_BATCH:
		return put_first(&of_writing, 1, message, out);
	default:
		return put_first(&of_reading, 1, message, out);
	}
}

static void
put_defined(const struct ast_name *type, struct buf *out)
{
	buf_printf(out,
	    "Define failed: Schema for event_type '%.*s' already defined",
	    STR_FMT(ast_name_last(type)));
}

/*
 * A text that the field's type does not take; what it is worth as a message is
 * the type's, and which field it is of is only told in the context.
 */
static bool
put_field(const struct ast_stmt *stmt, const struct error *err, struct buf *out)
{
	static const struct wording of_field = {
		"field \"*\"",
		"Field '1' does not match expected type",
	};

	return err->code == STELE_E_INVALID_TEXT_REPRESENTATION &&
	    (stmt->kind == AST_STORE || stmt->kind == AST_BATCH) &&
	    put_first(&of_field, 1, err->context, out);
}

bool
native_words_put(const struct ast_stmt *stmt, const struct error *err,
    struct buf *out)
{
	if (stmt == NULL)
		return put_of_text(err->message, out);
	if (err->code == STELE_E_INSUFFICIENT_PRIVILEGE)
		return put_refusal(stmt, err->message, out);
	if (err->code == STELE_E_DUPLICATE_TABLE && stmt->kind == AST_DEFINE) {
		put_defined(&stmt->create_table.name, out);
		return true;
	}
	return put_of_kind(stmt, err->message, out) ||
	    put_first(of_all, ARRAY_LEN(of_all), err->message, out) ||
	    put_field(stmt, err, out);
}

bool
native_words_is_json(const struct ast_stmt *stmt, const struct error *err)
{
	return stmt != NULL && stmt->is_native &&
	    strcmp(err->message, "invalid input syntax for type json") == 0;
}
