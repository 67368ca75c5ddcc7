/* SPDX-License-Identifier: Apache-2.0 */
/*
 * print_private.h -- the printer's parts; private to src/sql.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/str.h"
#include "sql/ast.h"
#include "sql/print.h"

/* print_name.c */
void print_dotted(struct buf *out, const struct ast_name *name);
void print_names(struct buf *out, const struct str *names, uint32_t count);
void print_operator(struct buf *out, const struct ast_name *name);

/* print_expr.c */
void print_exprs(struct buf *out, const struct ast_expr_list *list);

/* print_select.c */
void print_select(struct buf *out, const struct ast_select *select);
void print_sorts(struct buf *out, const struct ast_sort_list *list);
void print_window(struct buf *out, const struct ast_window *window);
void print_targets(struct buf *out, const struct ast_target_list *list);
void print_column_defs(struct buf *out, const struct ast_column_def *defs,
    uint32_t count);
void print_ctes(struct buf *out, const struct ast_select *select);
void print_from_list(struct buf *out, const struct ast_from_list *list);

/* print_table.c */
void print_constraints(struct buf *out,
    const struct ast_constraint *constraints, uint32_t count,
    const char *separator);
void print_on_commit(struct buf *out, bool has_on_commit,
    enum ast_on_commit on_commit);
void print_conflict(struct buf *out, const struct ast_conflict *conflict);
void print_modify(struct buf *out, const struct ast_modify *stmt,
    bool is_update);
void print_tables(struct buf *out, const struct ast_stmt *stmt);
void print_create_table_as(struct buf *out,
    const struct ast_create_table_as *stmt);
void print_create_index(struct buf *out, const struct ast_create_index *stmt);

/* print_sequence.c */
void print_identity(struct buf *out, bool is_always,
    const struct ast_sequence_options *options);
/* What ALTER TABLE does to a column's default or identity. */
void print_alter_column(struct buf *out, const struct ast_alter_action *action);
void print_create_sequence(struct buf *out,
    const struct ast_create_sequence *stmt);
void print_alter_sequence(struct buf *out,
    const struct ast_alter_sequence *stmt);

/* print_session.c */
void print_options(struct buf *out, const struct ast_option *options,
    uint32_t count);
void print_transaction(struct buf *out, const struct ast_transaction *stmt);
void print_set(struct buf *out, const struct ast_set *stmt);
void print_cursor(struct buf *out, const struct ast_declare_cursor *stmt);
void print_fetch(struct buf *out, const struct ast_fetch *stmt);
void print_setting(struct buf *out, struct str name);

/* print_role.c */
void print_create_role(struct buf *out, const struct ast_role_def *def);
void print_alter_role(struct buf *out, const struct ast_role_def *def);
void print_alter_setting(struct buf *out, const struct ast_alter_setting *stmt);
void print_drop_role(struct buf *out, const struct ast_drop_role *stmt);
void print_grant(struct buf *out, const struct ast_grant *stmt);
void print_grant_role(struct buf *out, const struct ast_grant_role *stmt);
void print_alter_owner(struct buf *out, const struct ast_alter_owner *stmt);

/* print_native.c */
/* False for what SQL says in its own words. */
bool print_native(struct buf *out, const struct ast_stmt *stmt);
void print_native_name(struct buf *out, struct str name);
void print_native_field(struct buf *out, const struct ast_field *field);
void print_native_fields(struct buf *out, const struct ast_field *fields,
    uint32_t count);
/* The unit of PER or OVER. */
void print_native_unit(struct buf *out, const struct ast_query *query);
void print_native_condition(struct buf *out, const struct ast_expr *expr);
/* The types of a sequence; then LINKED BY and WITHIN. */
void print_native_steps(struct buf *out, const struct ast_sequence *sequence,
    const char *separator);
void print_native_link(struct buf *out, const struct ast_sequence *sequence);

/* print_plot.c */
void print_plot(struct buf *out, const struct ast_plot *plot);
