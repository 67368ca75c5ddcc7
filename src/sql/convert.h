/* SPDX-License-Identifier: Apache-2.0 */
/*
 * convert.h -- libpg_query's tree to ours; private to src/sql.
 *
 * One pass over the unpacked protobuf messages.  The first failure stays in
 * `rc` and `err`; after it a converter may return NULL or a half filled node,
 * so callers do not test after each call: who starts a conversion tests
 * convert_failed() once at its end.
 *
 * Every field of every message that is read here is either put into the tree
 * or refused: see convert_unsupported().
 *
 * Recursion is as deep as the tree, which scan.h bounds.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <pg_query/pg_query.pb-c.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/error.h"
#include "common/str.h"
#include "sql/ast.h"
#include "sql/position.h"

/* A repeated field of a message. */
struct pg_list {
	PgQuery__Node **items;
	size_t count;
};

#define PG_LIST(message, field) \
	((struct pg_list){ (message)->field, (message)->n_##field })

struct convert {
	struct arena *arena;
	const struct position_map *positions;
	size_t base;          /* where the parsed run begins in the text */
	int stmt_location;    /* of the statement being converted */
	uint32_t param_count; /* highest $n of it */
	const PgQuery__IntoClause *into; /* that is looked at; NULL */
	int rc;
	struct error *err;
};

static inline bool
convert_failed(const struct convert *c)
{
	return c->rc != 0;
}

/* convert.c: what all use */

/* Zeroed; NULL and failed without memory: count what came back as empty. */
void *convert_array(struct convert *c, size_t count, size_t size);
int convert_location(const struct convert *c, int32_t byte);
struct str convert_str(struct convert *c, const char *text);
struct str convert_lower(struct convert *c, const char *text);
struct str convert_string_node(struct convert *c, const PgQuery__Node *node);
struct str *convert_strings(struct convert *c, struct pg_list list,
    uint32_t *count);
struct ast_name convert_name(struct convert *c, struct pg_list parts,
    int location);
struct ast_name convert_range_name(struct convert *c,
    const PgQuery__RangeVar *range);
struct ast_type convert_type(struct convert *c, const PgQuery__TypeName *type);
struct ast_option *convert_options(struct convert *c, struct pg_list list,
    uint32_t *count);

/* Refuse with 0A000: "%s is not supported".  The first failure stays. */
void convert_unsupported(struct convert *c, int location, const char *hint,
    const char *fmt, ...) PRINTF_LIKE(4, 5);
void convert_fail(struct convert *c, int code, int location, const char *fmt,
    ...) PRINTF_LIKE(4, 5);

/*
 * Refuse a parameter as PostgreSQL does: libpg_query lets it stand where the
 * grammar wants a constant.
 */
void convert_no_param(struct convert *c, const PgQuery__ParamRef *param);

/* convert_expr.c */
struct ast_expr *convert_new_expr(struct convert *c, enum ast_expr_kind kind,
    int location);
struct ast_expr *convert_expr(struct convert *c, const PgQuery__Node *node);
struct ast_expr_list convert_exprs(struct convert *c, struct pg_list list);

/* convert_call.c */
struct ast_expr *convert_call(struct convert *c, const PgQuery__FuncCall *call);
struct ast_window *convert_window(struct convert *c,
    const PgQuery__WindowDef *def);
struct ast_sort_list convert_sorts(struct convert *c, struct pg_list list);

/* convert_const.c */
struct ast_expr *convert_const(struct convert *c, const PgQuery__AConst *in);
struct ast_expr *convert_value_node(struct convert *c,
    const PgQuery__Node *node);

/* convert_from.c */
struct ast_from_list convert_from_list(struct convert *c, struct pg_list list);

/* convert_column.c */
struct ast_constraint convert_constraint(struct convert *c,
    const PgQuery__Constraint *in);
struct ast_column_def convert_column_def(struct convert *c,
    const PgQuery__ColumnDef *def);

/* convert_select.c */
struct ast_select *convert_select(struct convert *c,
    const PgQuery__SelectStmt *in);
struct ast_select *convert_select_node(struct convert *c,
    const PgQuery__Node *node);
struct ast_target_list convert_targets(struct convert *c, struct pg_list list);
void convert_with(struct convert *c, const PgQuery__WithClause *with,
    struct ast_select *out);

/* convert_modify.c */
void convert_update(struct convert *c, const PgQuery__UpdateStmt *in,
    struct ast_stmt *stmt);
void convert_delete(struct convert *c, const PgQuery__DeleteStmt *in,
    struct ast_stmt *stmt);
struct ast_conflict *convert_conflict(struct convert *c,
    const PgQuery__OnConflictClause *in);

/* convert_sequence.c */
struct ast_sequence_options convert_sequence_options(struct convert *c,
    struct pg_list list);
void convert_create_sequence(struct convert *c,
    const PgQuery__CreateSeqStmt *in, struct ast_stmt *stmt);
void convert_alter_sequence(struct convert *c, const PgQuery__AlterSeqStmt *in,
    struct ast_stmt *stmt);
/* A column's default or identity; false if the action is about neither. */
bool convert_alter_column(struct convert *c, const PgQuery__AlterTableCmd *in,
    struct ast_alter_action *out);

/* convert_table.c */
enum ast_on_commit convert_on_commit(PgQuery__OnCommitAction action);
/* CREATE TABLE AS, and SELECT INTO: false if the SELECT has none. */
void convert_create_table_as(struct convert *c,
    const PgQuery__CreateTableAsStmt *in, struct ast_stmt *stmt);
void convert_refresh(struct convert *c, const PgQuery__RefreshMatViewStmt *in,
    struct ast_stmt *stmt);
bool convert_select_into(struct convert *c, const PgQuery__SelectStmt *in,
    struct ast_stmt *stmt);
void convert_index(struct convert *c, const PgQuery__IndexStmt *in,
    struct ast_stmt *stmt);
void convert_truncate(struct convert *c, const PgQuery__TruncateStmt *in,
    struct ast_stmt *stmt);
/* False if it is one that cannot be. */
bool convert_create_schema(struct convert *c,
    const PgQuery__CreateSchemaStmt *in, struct ast_stmt *stmt);
void convert_lock(struct convert *c, const PgQuery__LockStmt *in,
    struct ast_stmt *stmt);
void convert_vacuum(struct convert *c, const PgQuery__VacuumStmt *in,
    struct ast_stmt *stmt);

/* convert_stmt.c */
struct ast_stmt *convert_stmt(struct convert *c, const PgQuery__Node *node);

/* convert_ddl.c */
void convert_create_table(struct convert *c, const PgQuery__CreateStmt *in,
    struct ast_stmt *out);
void convert_alter_table(struct convert *c, const PgQuery__AlterTableStmt *in,
    struct ast_stmt *out);
void convert_rename(struct convert *c, const PgQuery__RenameStmt *in,
    struct ast_stmt *out);
void convert_comment(struct convert *c, const PgQuery__CommentStmt *in,
    struct ast_stmt *stmt);
void convert_drop(struct convert *c, const PgQuery__DropStmt *in,
    struct ast_stmt *out);
void convert_create_view(struct convert *c, const PgQuery__ViewStmt *in,
    struct ast_stmt *stmt);
void convert_create_enum(struct convert *c, const PgQuery__CreateEnumStmt *in,
    struct ast_stmt *out);
void convert_alter_enum(struct convert *c, const PgQuery__AlterEnumStmt *in,
    struct ast_stmt *out);

/* convert_role.c */
void convert_create_role(struct convert *c, const PgQuery__CreateRoleStmt *in,
    struct ast_stmt *out);
void convert_alter_role_set(struct convert *c,
    const PgQuery__AlterRoleSetStmt *in, struct ast_stmt *stmt);
void convert_alter_database_set(struct convert *c,
    const PgQuery__AlterDatabaseSetStmt *in, struct ast_stmt *stmt);
void convert_alter_role(struct convert *c, const PgQuery__AlterRoleStmt *in,
    struct ast_stmt *out);
void convert_rename_role(struct convert *c, const PgQuery__RenameStmt *in,
    struct ast_stmt *out);
void convert_drop_role(struct convert *c, const PgQuery__DropRoleStmt *in,
    struct ast_stmt *out);
void convert_grant(struct convert *c, const PgQuery__GrantStmt *in,
    struct ast_stmt *out);
void convert_grant_role(struct convert *c, const PgQuery__GrantRoleStmt *in,
    struct ast_stmt *out);
/* ALTER TABLE or VIEW ... OWNER TO; false if it is none. */
bool convert_table_owner(struct convert *c, const PgQuery__AlterTableStmt *in,
    struct ast_stmt *out);
void convert_alter_owner(struct convert *c, const PgQuery__AlterOwnerStmt *in,
    struct ast_stmt *out);
void convert_reassign_owned(struct convert *c,
    const PgQuery__ReassignOwnedStmt *in, struct ast_stmt *out);
void convert_drop_owned(struct convert *c, const PgQuery__DropOwnedStmt *in,
    struct ast_stmt *out);

/* convert_session.c */
void convert_transaction(struct convert *c, const PgQuery__TransactionStmt *in,
    struct ast_stmt *out);
void convert_set(struct convert *c, const PgQuery__VariableSetStmt *in,
    struct ast_set *out);
void convert_discard(struct convert *c, const PgQuery__DiscardStmt *in,
    struct ast_stmt *out);
void convert_declare_cursor(struct convert *c,
    const PgQuery__DeclareCursorStmt *in, struct ast_stmt *out);
void convert_fetch(struct convert *c, const PgQuery__FetchStmt *in,
    struct ast_stmt *out);

/* unsupported.c: refuse a statement that the tree cannot hold, by its name. */
void convert_refuse_stmt(struct convert *c, PgQuery__Node__NodeCase kind);
