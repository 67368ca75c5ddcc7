/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options, transactions, settings and cursors.
 */
#include <string.h>

#include "common/attr.h"
#include "sql/print_private.h"

/* The mask of INTERVAL ... HOUR (PostgreSQL's timestamp.h). */
#define INTERVAL_HOUR (1 << 10)

/* A value of an option: TRUE and 'true' are the same there. */
static void
print_option_value(struct buf *out, const struct ast_expr *value)
{
	if (value->kind == AST_CONST && value->constant.kind == AST_BOOLEAN)
		buf_put_cstr(out,
		    value->constant.boolean ? "'true'" : "'false'");
	else
		print_expr(out, value);
}

/* (name value, ...) */
void
print_options(struct buf *out, const struct ast_option *options, uint32_t count)
{
	buf_put_cstr(out, "(");
	for (uint32_t i = 0; i < count; i++) {
		const struct ast_option *option = &options[i];

		if (i > 0)
			buf_put_cstr(out, ", ");
		buf_put_str(out, option->name);
		if (option->value != NULL) {
			buf_put_cstr(out, " ");
			print_option_value(out, option->value);
		}
		if (option->list.count > 0) {
			buf_put_cstr(out, " (");
			print_exprs(out, &option->list);
			buf_put_cstr(out, ")");
		}
	}
	buf_put_cstr(out, ")");
}

/* ---- transactions ---- */

static bool
is_on(const struct ast_option *option)
{
	return option->value != NULL && option->value->constant.integer != 0;
}

static void
print_modes(struct buf *out, const struct ast_option *options, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct ast_option *option = &options[i];

		buf_put_cstr(out, i == 0 ? " " : ", ");
		if (str_equal(option->name, STR("transaction_isolation"))) {
			buf_put_cstr(out, "ISOLATION LEVEL ");
			buf_put_str(out, option->value->constant.text);
		} else if (str_equal(option->name,
			       STR("transaction_read_only"))) {
			buf_put_cstr(out,
			    is_on(option) ? "READ ONLY" : "READ WRITE");
		} else {
			buf_put_cstr(out,
			    is_on(option) ? "DEFERRABLE" : "NOT DEFERRABLE");
		}
	}
}

void
print_transaction(struct buf *out, const struct ast_transaction *stmt)
{
	static const char *const words[] = {
		[AST_BEGIN] = "BEGIN",
		[AST_START] = "START TRANSACTION",
		[AST_COMMIT] = "COMMIT",
		[AST_ROLLBACK] = "ROLLBACK",
		[AST_SAVEPOINT] = "SAVEPOINT ",
		[AST_RELEASE] = "RELEASE SAVEPOINT ",
		[AST_ROLLBACK_TO] = "ROLLBACK TO SAVEPOINT ",
		[AST_PREPARE_TRANSACTION] = "PREPARE TRANSACTION ",
		[AST_COMMIT_PREPARED] = "COMMIT PREPARED ",
		[AST_ROLLBACK_PREPARED] = "ROLLBACK PREPARED ",
	};

	buf_put_cstr(out, words[stmt->kind]);
	if (stmt->kind >= AST_PREPARE_TRANSACTION)
		print_string(out, stmt->name);
	else if (stmt->name.len > 0)
		print_name(out, stmt->name);
	print_modes(out, stmt->options, stmt->option_count);
	if (stmt->is_chain)
		buf_put_cstr(out, " AND CHAIN");
}

/* ---- settings ---- */

/* "search_path", "myapp.user": each part a name. */
void
print_setting(struct buf *out, struct str name)
{
	while (name.len > 0) {
		const char *dot = memchr(name.data, '.', name.len);
		size_t len = dot == NULL ? name.len : (size_t)(dot - name.data);

		print_name(out, str_of(name.data, len));
		if (dot == NULL)
			return;
		buf_put_cstr(out, ".");
		name.data += len + 1;
		name.len -= len + 1;
	}
}

static void
print_set_multi(struct buf *out, const struct ast_set *stmt)
{
	if (str_equal(stmt->name, STR("transaction snapshot"))) {
		buf_put_cstr(out, "TRANSACTION SNAPSHOT ");
		print_exprs(out, &stmt->values);
		return;
	}
	buf_put_cstr(out,
	    str_equal(stmt->name, STR("transaction"))
		? "TRANSACTION"
		: "SESSION CHARACTERISTICS AS TRANSACTION");
	print_modes(out, stmt->options, stmt->option_count);
}

/* INTERVAL '+01:00' HOUR TO MINUTE, which only SET TIME ZONE takes. */
static void
print_zone(struct buf *out, const struct ast_expr *zone)
{
	const struct ast_type *type = &zone->cast.type;

	buf_put_cstr(out, "TIME ZONE INTERVAL ");
	print_expr(out, zone->cast.arg);
	if (type->mod_count == 0)
		return;
	buf_put_cstr(out,
	    type->mods[0] == INTERVAL_HOUR ? " HOUR" : " HOUR TO MINUTE");
}

void
print_set(struct buf *out, const struct ast_set *stmt)
{
	switch (stmt->kind) {
	case AST_SET_RESET_ALL:
		buf_put_cstr(out, "RESET ALL");
		return;
	case AST_SET_RESET:
		buf_put_cstr(out, "RESET ");
		print_setting(out, stmt->name);
		return;
	case AST_SET_MULTI:
		buf_put_cstr(out, stmt->is_local ? "SET LOCAL " : "SET ");
		print_set_multi(out, stmt);
		return;
	case AST_SET_VALUE:
	case AST_SET_DEFAULT:
	case AST_SET_CURRENT:
		break;
	}
	buf_put_cstr(out, stmt->is_local ? "SET LOCAL " : "SET ");
	if (stmt->values.count == 1 &&
	    stmt->values.items[0]->kind == AST_CAST) {
		print_zone(out, stmt->values.items[0]);
		return;
	}
	print_setting(out, stmt->name);
	if (stmt->kind == AST_SET_CURRENT) {
		buf_put_cstr(out, " FROM CURRENT");
	} else if (stmt->kind == AST_SET_DEFAULT) {
		buf_put_cstr(out, " TO DEFAULT");
	} else {
		buf_put_cstr(out, " TO ");
		print_exprs(out, &stmt->values);
	}
}

/* ---- cursors ---- */

void
print_cursor(struct buf *out, const struct ast_declare_cursor *stmt)
{
	buf_put_cstr(out, "DECLARE ");
	print_name(out, stmt->name);
	buf_put_cstr(out, stmt->is_binary ? " BINARY" : "");
	buf_put_cstr(out, stmt->is_insensitive ? " INSENSITIVE" : "");
	buf_put_cstr(out, stmt->is_asensitive ? " ASENSITIVE" : "");
	buf_put_cstr(out, stmt->is_scroll ? " SCROLL" : "");
	buf_put_cstr(out, stmt->is_no_scroll ? " NO SCROLL" : "");
	buf_put_cstr(out, " CURSOR");
	buf_put_cstr(out, stmt->with_hold ? " WITH HOLD" : "");
	buf_put_cstr(out, " FOR ");
	print_select(out, stmt->query);
}

void
print_fetch(struct buf *out, const struct ast_fetch *stmt)
{
	static const char *const words[] = {
		[AST_FETCH_FORWARD] = "FORWARD",
		[AST_FETCH_BACKWARD] = "BACKWARD",
		[AST_FETCH_ABSOLUTE] = "ABSOLUTE",
		[AST_FETCH_RELATIVE] = "RELATIVE",
	};

	buf_put_cstr(out, stmt->is_move ? "MOVE " : "FETCH ");
	buf_put_cstr(out, words[stmt->direction]);
	if (stmt->count == AST_FETCH_ALL)
		buf_put_cstr(out, " ALL ");
	else
		buf_printf(out, " %lld ", (long long)stmt->count);
	buf_put_cstr(out, "FROM ");
	print_name(out, stmt->cursor);
}
