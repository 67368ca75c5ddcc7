/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transactions, settings and cursors.
 */
#include "sql/convert.h"

#include <assert.h>

/* Bits of DeclareCursorStmt's options (PostgreSQL's parsenodes.h). */
enum cursor_option {
	CURSOR_BINARY = 0x01,
	CURSOR_SCROLL = 0x02,
	CURSOR_NO_SCROLL = 0x04,
	CURSOR_INSENSITIVE = 0x08,
	CURSOR_ASENSITIVE = 0x10,
	CURSOR_HOLD = 0x20,
};

void
convert_transaction(struct convert *c, const PgQuery__TransactionStmt *in,
    struct ast_stmt *stmt)
{
	static const enum ast_transaction_kind kinds[] = {
		[PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN] = AST_BEGIN,
		[PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START] = AST_START,
		[PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT] =
		    AST_COMMIT,
		[PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK] =
		    AST_ROLLBACK,
		[PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT] =
		    AST_SAVEPOINT,
		[PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_RELEASE] =
		    AST_RELEASE,
		[PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO] =
		    AST_ROLLBACK_TO,
		[PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE] =
		    AST_PREPARE_TRANSACTION,
		[PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT_PREPARED] =
		    AST_COMMIT_PREPARED,
		[PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_PREPARED] =
		    AST_ROLLBACK_PREPARED,
	};
	struct ast_transaction *out = &stmt->transaction;

	assert((size_t)in->kind < ARRAY_LEN(kinds));
	stmt->kind = AST_TRANSACTION;
	out->kind = kinds[in->kind];
	out->name = convert_str(c, in->savepoint_name);
	if (out->name.len == 0)
		out->name = convert_str(c, in->gid);
	out->options =
	    convert_options(c, PG_LIST(in, options), &out->option_count);
	out->is_chain = in->chain;
}

/* ---- SET ---- */

static void
convert_set_values(struct convert *c, struct pg_list args, struct ast_set *out)
{
	for (size_t i = 0; i < args.count; i++)
		if (args.items[i]->node_case == PG_QUERY__NODE__NODE_PARAM_REF)
			convert_no_param(c, args.items[i]->param_ref);
	out->values = convert_exprs(c, args);
}

void
convert_set(struct convert *c, const PgQuery__VariableSetStmt *in,
    struct ast_set *out)
{
	static const enum ast_set_kind kinds[] = {
		[PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE] = AST_SET_VALUE,
		[PG_QUERY__VARIABLE_SET_KIND__VAR_SET_DEFAULT] =
		    AST_SET_DEFAULT,
		[PG_QUERY__VARIABLE_SET_KIND__VAR_SET_CURRENT] =
		    AST_SET_CURRENT,
		[PG_QUERY__VARIABLE_SET_KIND__VAR_SET_MULTI] = AST_SET_MULTI,
		[PG_QUERY__VARIABLE_SET_KIND__VAR_RESET] = AST_SET_RESET,
		[PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL] =
		    AST_SET_RESET_ALL,
	};
	struct pg_list args = PG_LIST(in, args);

	assert((size_t)in->kind < ARRAY_LEN(kinds));
	out->kind = kinds[in->kind];
	out->name = convert_lower(c, in->name);
	out->is_local = in->is_local;
	out->location = c->stmt_location;
	if (args.count > 0 &&
	    args.items[0]->node_case == PG_QUERY__NODE__NODE_DEF_ELEM)
		out->options = convert_options(c, args, &out->option_count);
	else
		convert_set_values(c, args, out);
}

void
convert_discard(struct convert *c, const PgQuery__DiscardStmt *in,
    struct ast_stmt *stmt)
{
	stmt->kind = AST_DISCARD;
	switch ((int)in->target) {
	case PG_QUERY__DISCARD_MODE__DISCARD_ALL:
		stmt->discard = STR("all");
		break;
	case PG_QUERY__DISCARD_MODE__DISCARD_PLANS:
		stmt->discard = STR("plans");
		break;
	case PG_QUERY__DISCARD_MODE__DISCARD_SEQUENCES:
		stmt->discard = STR("sequences");
		break;
	case PG_QUERY__DISCARD_MODE__DISCARD_TEMP:
		stmt->discard = STR("temp");
		break;
	default:
		convert_unsupported(c, 0, NULL, "this form of DISCARD");
		break;
	}
}

/* ---- cursors ---- */

void
convert_declare_cursor(struct convert *c, const PgQuery__DeclareCursorStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_declare_cursor *out = &stmt->declare_cursor;

	stmt->kind = AST_DECLARE_CURSOR;
	out->name = convert_str(c, in->portalname);
	out->is_binary = (in->options & CURSOR_BINARY) != 0;
	out->is_scroll = (in->options & CURSOR_SCROLL) != 0;
	out->is_no_scroll = (in->options & CURSOR_NO_SCROLL) != 0;
	out->is_insensitive = (in->options & CURSOR_INSENSITIVE) != 0;
	out->is_asensitive = (in->options & CURSOR_ASENSITIVE) != 0;
	out->with_hold = (in->options & CURSOR_HOLD) != 0;
	out->query = convert_select_node(c, in->query);
}

void
convert_fetch(struct convert *c, const PgQuery__FetchStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_fetch *out = &stmt->fetch;

	stmt->kind = AST_FETCH;
	switch ((int)in->direction) {
	case PG_QUERY__FETCH_DIRECTION__FETCH_BACKWARD:
		out->direction = AST_FETCH_BACKWARD;
		break;
	case PG_QUERY__FETCH_DIRECTION__FETCH_ABSOLUTE:
		out->direction = AST_FETCH_ABSOLUTE;
		break;
	case PG_QUERY__FETCH_DIRECTION__FETCH_RELATIVE:
		out->direction = AST_FETCH_RELATIVE;
		break;
	default:
		out->direction = AST_FETCH_FORWARD;
		break;
	}
	out->count = in->how_many;
	out->cursor = convert_str(c, in->portalname);
	out->is_move = in->ismove;
}
