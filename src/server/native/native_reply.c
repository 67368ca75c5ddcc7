/* SPDX-License-Identifier: Apache-2.0 */
/*
 * native_reply.c -- what a native door's session answers: which of rows, lines
 * and errors a statement gets, and the words of the lines.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/native/native.h"
#include "server/native/native_error.h"
#include "server/session_private.h"
#include "sql/ast.h"

/* ---- rows ---- */

/*
 * LIST USERS and SHOW PERMISSIONS are queries of views of ours; SHOW of a kept
 * query is one, too, and that of a setting is not.
 */
static enum native_shape
shape_of(const struct ast_stmt *stmt, const struct plan *plan)
{
	const struct ast_from *from;
	struct str table;

	if (stmt->kind == AST_PING ||
	    (stmt->kind == AST_SHOW && plan->kind == PLAN_UTILITY))
		return NATIVE_TEXTS;
	if (stmt->kind == AST_CREATE_ROLE || stmt->kind == AST_ALTER_ROLE)
		return NATIVE_KEY;
	if (stmt->kind != AST_SELECT || !stmt->is_native ||
	    stmt->select->from.count != 1)
		return NATIVE_ROWS;
	from = stmt->select->from.items[0];
	if (from->kind != AST_FROM_TABLE)
		return NATIVE_ROWS;
	table = ast_name_last(&from->table);
	if (str_equal(table, STR("users")))
		return NATIVE_USERS;
	if (str_equal(table, STR("permissions")))
		return NATIVE_PERMISSIONS;
	return NATIVE_ROWS;
}

static size_t
begin_part(struct session *session, struct buf *out)
{
	const struct native_door *door = session->native->door;

	return door->begin_part == NULL ? 0 : door->begin_part(session, out);
}

static void
end_part(struct session *session, struct buf *out, size_t begin)
{
	const struct native_door *door = session->native->door;

	if (door->end_part != NULL)
		door->end_part(session, out, begin);
}

/* How the values of a portal are written: a utility's are texts anyway. */
static const struct type_settings *
settings_of(struct session *session, const struct portal *portal)
{
	return portal->types.names == NULL ? &session->settings.types
					   : &portal->types;
}

void
native_columns(struct session *session, struct buf *out UNUSED,
    const struct portal *portal, struct row_format format UNUSED)
{
	struct native *native = session->native;

	native->portal = portal;
	native->has_columns = true;
	native->shape = shape_of(session->logged_stmt, portal->planned->plan);
	native->row_count = 0;
	native->line_count = 0;
	buf_reset(&native->lines);
}

/* The first of what is put of rows: an error can stand alone no more. */
static void
begin_rows(struct session *session, struct buf *out)
{
	struct native *native = session->native;
	const struct portal *portal = native->portal;
	size_t begin;

	if (session->is_amid_rows)
		return;
	session->is_amid_rows = true;
	native->writer.format = native->format;
	native->door->begin_rows(session, out);
	begin = begin_part(session, out);
	native->writer.format->begin(&native->writer, out,
	    portal->planned->columns, portal->planned->column_count,
	    settings_of(session, portal));
	end_part(session, out, begin);
}

static void
end_line(struct native *native)
{
	buf_put_u8(&native->lines, 0);
	native->line_count++;
}

static struct str
text_at(const struct batch *batch, uint32_t column, uint32_t row)
{
	const struct vec *vec = &batch->cols[column];

	return vec_is_null(vec, row) ? str_of("", 0)
				     : vec->str[vec_index(vec, row)];
}

static bool
bool_at(const struct batch *batch, uint32_t column, uint32_t row)
{
	const struct vec *vec = &batch->cols[column];

	return !vec_is_null(vec, row) && vec_get(vec, row).boolean;
}

/* stele.users: user_name, active, ... */
static void
put_user(struct native *native, const struct batch *batch, uint32_t row)
{
	buf_put_str(&native->lines, text_at(batch, 0, row));
	buf_put_cstr(&native->lines,
	    bool_at(batch, 1, row) ? ": active" : ": inactive");
	end_line(native);
}

/* stele.permissions: user_name, event_type, read, write */
static void
put_permission(struct native *native, const struct batch *batch, uint32_t row)
{
	bool may_read = bool_at(batch, 2, row);
	bool may_write = bool_at(batch, 3, row);

	if (native->line_count == 0) {
		buf_printf(&native->lines, "Permissions for user '%.*s':",
		    STR_FMT(text_at(batch, 0, row)));
		end_line(native);
	}
	buf_printf(&native->lines, "  %.*s: %s",
	    STR_FMT(text_at(batch, 1, row)),
	    may_read && may_write ? "read, write"
		: may_read        ? "read"
		: may_write       ? "write"
				  : "none");
	end_line(native);
}

/* Rows that are said in lines: these come at the end, all at once. */
static uint32_t
keep_lines(struct native *native, const struct batch *batch, uint32_t first,
    uint32_t count)
{
	for (uint32_t i = first; i < first + count; i++) {
		uint32_t row = sel_row(batch->sel, i);

		if (native->shape == NATIVE_USERS)
			put_user(native, batch, row);
		else
			put_permission(native, batch, row);
	}
	return count;
}

static uint32_t
out_of_memory(struct session *session, struct buf *buf)
{
	buf->failed = false;
	session->job.rc = error_no_memory(&session->err);
	return 0;
}

uint32_t
native_rows(struct session *session, struct buf *out, const struct batch *batch,
    uint32_t first, uint32_t count, size_t limit_bytes)
{
	struct native *native = session->native;
	struct batch part = *batch;
	uint32_t done;
	size_t begin;

	if (native->shape != NATIVE_ROWS) {
		done = keep_lines(native, batch, first, count);
		if (native->lines.failed)
			(void)out_of_memory(session, &native->lines);
		return done;
	}
	begin_rows(session, out);
	part.sel.count = first + count;
	begin = begin_part(session, out);
	done = native->writer.format->rows(&native->writer, out, &part, first,
	    limit_bytes);
	if (out->failed) /* it ends with a whole row */
		(void)out_of_memory(session, out);
	end_part(session, out, begin);
	native->row_count += done;
	return done;
}

/* Rows that become lines are kept, not put: those are not tried. */
bool
native_try_rows(struct session *session)
{
	const struct native *native = session->native;

	return native->shape == NATIVE_ROWS &&
	    (native->door->try_rows == NULL || native->door->try_rows(session));
}

void
native_forget_rows(struct session *session)
{
	struct native *native = session->native;

	session->is_amid_rows = false;
	native->row_count = 0;
	if (native->door->forget_rows != NULL)
		native->door->forget_rows(session);
}

void
native_pause(struct session *session, struct buf *out)
{
	struct native *native = session->native;
	size_t begin;

	if (!session->is_amid_rows)
		return;
	begin = begin_part(session, out);
	native->writer.format->close(&native->writer, out);
	end_part(session, out, begin);
}

/* user_name, secret_key: said once. */
static void
put_key(struct native *native, const struct ast_stmt *stmt,
    const struct str *row)
{
	buf_put_cstr(&native->lines,
	    stmt->kind == AST_CREATE_ROLE ? "User '"
					  : "Key rotated for user '");
	buf_put_str(&native->lines, row[0]);
	buf_put_cstr(&native->lines,
	    stmt->kind == AST_CREATE_ROLE ? "' created" : "'");
	end_line(native);
	buf_put_cstr(&native->lines, "Secret key: ");
	buf_put_str(&native->lines, row[1]);
	end_line(native);
}

/* A line each: the values that there are. */
static void
put_texts(struct native *native, const struct str *row, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0 && row[i].len > 0)
			buf_put_cstr(&native->lines, ": ");
		buf_put_str(&native->lines, row[i]);
	}
	end_line(native);
}

int
native_text_rows(struct session *session, struct buf *out UNUSED,
    const struct text_rows *rows, uint32_t first, uint32_t count)
{
	struct native *native = session->native;

	for (uint32_t i = first; i < first + count; i++) {
		const struct str *row =
		    rows->values + (size_t)i * rows->column_count;

		if (native->shape == NATIVE_KEY)
			put_key(native, session->logged_stmt, row);
		else
			put_texts(native, row, rows->column_count);
	}
	if (!native->lines.failed)
		return 0;
	native->lines.failed = false;
	return error_no_memory(&session->err);
}

void
native_suspended(struct session *session UNUSED, struct buf *out UNUSED)
{
	/* There is no limit of rows in a request. */
}

/* ---- lines ---- */

#define LINES_AT_HAND 8 /* more of them take an allocation */

/* Those that were kept. */
static void
put_lines(struct session *session, struct buf *out)
{
	struct native *native = session->native;
	const char *at = (const char *)native->lines.data;
	struct str at_hand[LINES_AT_HAND], *lines = at_hand;

	if (native->line_count > LINES_AT_HAND)
		lines = calloc(native->line_count, sizeof(*lines));
	if (native->lines.failed || lines == NULL) {
		out->failed = true;
	} else {
		for (uint32_t i = 0; i < native->line_count; i++) {
			lines[i] = str_of_cstr(at);
			at += lines[i].len + 1;
		}
		native->door->put_lines(session, out, lines,
		    native->line_count);
	}
	if (lines != at_hand)
		free(lines);
}

static void
add_line(struct native *native, const char *before, struct str name,
    const char *after)
{
	buf_put_cstr(&native->lines, before);
	buf_put_str(&native->lines, name);
	buf_put_cstr(&native->lines, after);
	end_line(native);
}

static void
add_text(struct native *native, const char *text)
{
	add_line(native, text, str_of("", 0), "");
}

/* No rows, where SnelDB says so. */
static void
add_nothing_found(struct native *native, const struct ast_stmt *stmt)
{
	const struct ast_expr *where = stmt->select->where;

	if (native->shape == NATIVE_USERS)
		add_text(native, "No users found");
	else if (where != NULL && where->kind == AST_OP &&
	    where->op.right->kind == AST_CONST)
		add_line(native, "User '", where->op.right->constant.text,
		    "' has no permissions");
}

/* "INSERT 0 3" */
static void
add_batch(struct native *native, const char *tag)
{
	const char *space = strrchr(tag, ' ');

	add_line(native, "", str_of_cstr(space == NULL ? tag : space + 1),
	    " events accepted for storage");
}

/* "REMEMBER 3": all that is stored was appended just now. */
static void
add_remembered(struct native *native, struct str name, const char *tag)
{
	const char *space = strrchr(tag, ' ');
	struct str count = str_of_cstr(space == NULL ? tag : space + 1);

	add_line(native, "remembered query '", name, "'");
	add_line(native, "rows stored: ", count, "");
	add_line(native, "rows appended: ", count, "");
}

static void
add_granted(struct native *native, const struct ast_grant *grant)
{
	for (uint32_t i = 0; i < grant->roles.count; i++)
		add_line(native,
		    grant->is_revoke ? "Permissions revoked from user '"
				     : "Permissions granted to user '",
		    grant->roles.items[i].name, "'");
}

static void
add_words(struct native *native, const struct ast_stmt *stmt, const char *tag)
{
	const struct ast_name *type = &stmt->create_table.name;

	switch ((int)(stmt->is_native ? stmt->kind : AST_SELECT)) {
	case AST_STORE:
		add_text(native, "Event accepted for storage");
		break;
	case AST_BATCH:
		add_batch(native, tag);
		break;
	case AST_DEFINE:
		add_line(native, "Schema defined for '", ast_name_last(type),
		    "'");
		break;
	case AST_ALTER_TABLE:
		add_line(native, "Retention set for '",
		    stmt->alter_table.name.parts[0], "'");
		break;
	case AST_CHECKPOINT:
		add_text(native, "Flush command completed");
		break;
	case AST_CREATE_ROLE:
		add_line(native, "User '", stmt->role_def.role.name,
		    "' created");
		break;
	case AST_ALTER_ROLE:
		add_line(native, "Key revoked for user '",
		    stmt->role_def.role.name, "'");
		break;
	case AST_GRANT:
		add_granted(native, &stmt->grant);
		break;
	case AST_CREATE_VIEW:
		add_remembered(native, stmt->create_view.name.parts[0], tag);
		break;
	case AST_DROP:
		add_line(native, "forgotten query '",
		    stmt->drop.names[0].parts[0], "'");
		break;
	default:
		add_text(native, tag);
	}
}

static void
finish_rows(struct session *session, struct buf *out)
{
	struct native *native = session->native;
	size_t begin;

	begin_rows(session, out);
	if (native->writer.has_time) {
		session_look_at_clock(session);
		native->writer.time_us =
		    (session->now_ns - session->started_ns) / 1000;
	}
	begin = begin_part(session, out);
	native->writer.format->end(&native->writer, out, native->row_count);
	end_part(session, out, begin);
	native->door->end_rows(session, out);
}

void
native_complete(struct session *session, struct buf *out, const char *tag)
{
	struct native *native = session->native;
	const struct ast_stmt *stmt = session->logged_stmt;
	bool has_columns = native->has_columns;

	native->has_columns = false;
	if (has_columns && native->shape == NATIVE_ROWS) {
		finish_rows(session, out);
		return;
	}
	if (!has_columns) {
		buf_reset(&native->lines);
		native->line_count = 0;
		add_words(native, stmt, tag);
	} else if (native->line_count == 0) {
		add_nothing_found(native, stmt);
	}
	put_lines(session, out);
}

/* ---- errors ---- */

/* Behind rows, which the writer has closed. */
static void
break_rows(struct session *session, struct buf *out,
    const struct native_error *error, const struct error *err)
{
	const struct native *native = session->native;
	const struct result_format *format = native->format;
	struct result_writer writer;
	size_t begin;

	if (format->error != NULL) {
		result_writer_init(&writer, format, NULL);
		begin = begin_part(session, out);
		format->error(&writer, out, err);
		end_part(session, out, begin);
		result_writer_release(&writer);
	}
	native->door->break_rows(session, out, error);
}

static void
put_fault(struct session *session, struct buf *out, struct native_fault *fault,
    bool is_amid)
{
	struct native_error error;
	struct buf text;

	buf_init(&text);
	native_error_make(fault, &text, &error);
	if (is_amid)
		break_rows(session, out, &error, fault->err);
	else
		session->native->door->put_error(session, out, &error);
	out->failed |= text.failed;
	buf_release(&text);
}

void
native_empty(struct session *session, struct buf *out)
{
	struct error err;
	struct native_fault fault = { .err = &err, .is_parse = true };

	(void)error_set(&err, STELE_E_SYNTAX, "empty command");
	put_fault(session, out, &fault, false);
}

void
native_put_error(struct session *session, struct buf *out,
    enum voice_severity severity, const struct error *err)
{
	const struct source *source = session->source;
	bool is_parsed = source != NULL && source->is_parsed;
	struct native_fault fault = {
		.err = err,
		.request = source == NULL ? STR("") : source->text,
		.stmt = is_parsed ? source->statements.items[session->next_stmt]
				  : NULL,
		.is_parse = source != NULL && !is_parsed,
		.is_fatal = severity == VOICE_FATAL,
	};

	session->native->has_columns = false;
	put_fault(session, out, &fault, session->is_amid_rows);
}

void
native_commit_failed(struct session *session, struct buf *out,
    const struct error *err, bool is_amid)
{
	struct native_fault fault = { .err = err };

	put_fault(session, out, &fault, is_amid);
	session->native->door->end_request(session, out);
}

/* ---- the rest ---- */

void
native_notice(struct session *session UNUSED, struct buf *out UNUSED,
    enum voice_severity severity UNUSED, const struct error *notice UNUSED)
{
	/* There is no place for them in a reply. */
}

void
native_note(struct session *session UNUSED, struct buf *out UNUSED,
    enum voice_severity severity UNUSED, const char *sqlstate UNUSED,
    const char *message UNUSED)
{
}

void
native_settings(struct session *session, struct buf *out UNUSED)
{
	settings_skip_reports(&session->settings);
}

void
native_ready(struct session *session, struct buf *out, char status UNUSED)
{
	session->native->door->end_request(session, out);
}
