/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements of the native language.  Names are always quoted: its keywords
 * are words like any other where a name may stand.
 */
#include "common/attr.h"
#include "sql/print_private.h"

/* JSON's escapes; a control character that has none stands as it is. */
void
print_native_name(struct buf *out, struct str name)
{
	buf_put_cstr(out, "\"");
	for (size_t i = 0; i < name.len; i++) {
		if (name.data[i] == '"' || name.data[i] == '\\')
			buf_put_cstr(out, "\\");
		buf_put(out, &name.data[i], 1);
	}
	buf_put_cstr(out, "\"");
}

static void
put_names(struct buf *out, const struct str *names, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			buf_put_cstr(out, ", ");
		print_native_name(out, names[i]);
	}
}

void
print_native_field(struct buf *out, const struct ast_field *field)
{
	if (field->type.len > 0) {
		print_native_name(out, field->type);
		buf_put_cstr(out, ".");
	}
	print_native_name(out, field->name);
}

void
print_native_fields(struct buf *out, const struct ast_field *fields,
    uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			buf_put_cstr(out, ", ");
		print_native_field(out, &fields[i]);
	}
}

/* ---- conditions ---- */

static void
put_column(struct buf *out, const struct ast_expr *expr)
{
	for (uint32_t i = 0; i < expr->column.name.count; i++) {
		if (i > 0)
			buf_put_cstr(out, ".");
		print_native_name(out, expr->column.name.parts[i]);
	}
}

static void
put_bool(struct buf *out, const struct ast_expr *expr)
{
	static const char *const words[] = {
		[AST_AND] = " AND ",
		[AST_OR] = " OR ",
		[AST_NOT] = "",
	};
	const struct ast_expr_list *args = &expr->boolean.args;

	buf_put_cstr(out, expr->boolean.op == AST_NOT ? "NOT (" : "(");
	for (uint32_t i = 0; i < args->count; i++) {
		if (i > 0)
			buf_put_cstr(out, words[expr->boolean.op]);
		print_native_condition(out, args->items[i]);
	}
	buf_put_cstr(out, ")");
}

void
print_native_condition(struct buf *out, const struct ast_expr *expr)
{
	switch ((int)expr->kind) {
	case AST_COLUMN:
		put_column(out, expr);
		break;
	case AST_BOOL:
		put_bool(out, expr);
		break;
	case AST_OP:
		print_native_condition(out, expr->op.left);
		buf_put_cstr(out, " ");
		buf_put_str(out, expr->op.name.parts[0]);
		buf_put_cstr(out, " ");
		print_expr(out, expr->op.right);
		break;
	case AST_IN:
		print_native_condition(out, expr->in.arg);
		buf_put_cstr(out, expr->in.is_negated ? " NOT IN (" : " IN (");
		print_exprs(out, &expr->in.list);
		buf_put_cstr(out, ")");
		break;
	case AST_IS:
		print_native_condition(out, expr->is.arg);
		buf_put_cstr(out,
		    expr->is.kind == AST_IS_NULL ? " IS NULL" : " IS NOT NULL");
		break;
	default: /* a value */
		print_expr(out, expr);
		break;
	}
}

/* ---- statements ---- */

static void
put_clause(struct buf *out, const char *word, const struct ast_expr *value)
{
	if (value == NULL)
		return;
	buf_put_cstr(out, word);
	print_expr(out, value);
}

static void
put_aggregates(struct buf *out, const struct ast_query *query)
{
	static const char *const words[] = {
		[AST_COUNT] = "COUNT",
		[AST_COUNT_FIELD] = "COUNT",
		[AST_COUNT_UNIQUE] = "COUNT UNIQUE",
		[AST_TOTAL] = "TOTAL",
		[AST_AVG] = "AVG",
		[AST_MIN] = "MIN",
		[AST_MAX] = "MAX",
	};

	for (uint32_t i = 0; i < query->agg_count; i++) {
		buf_put_cstr(out, i > 0 ? ", " : " ");
		buf_put_cstr(out, words[query->aggs[i].kind]);
		if (query->aggs[i].field.name.len > 0) {
			buf_put_cstr(out, " ");
			print_native_field(out, &query->aggs[i].field);
		}
	}
}

void
print_native_unit(struct buf *out, const struct ast_query *query)
{
	static const char *const units[] = {
		[AST_HOUR] = "HOUR",
		[AST_DAY] = "DAY",
		[AST_WEEK] = "WEEK",
		[AST_MONTH] = "MONTH",
		[AST_YEAR] = "YEAR",
	};

	buf_put_cstr(out, units[query->per]);
	if (query->week_start > 0)
		buf_printf(out, " FROM %s", ast_week_days[query->week_start]);
}

static void
put_grouping(struct buf *out, const struct ast_query *query)
{
	put_aggregates(out, query);
	if (query->has_per) {
		buf_put_cstr(out, " PER ");
		print_native_unit(out, query);
	}
	if (query->group_count > 0)
		buf_put_cstr(out, " BY ");
	print_native_fields(out, query->group_by, query->group_count);
	if (query->order_by.name.len > 0) {
		buf_put_cstr(out, " ORDER BY ");
		print_native_field(out, &query->order_by);
		buf_put_cstr(out, query->is_descending ? " DESC" : "");
	}
}

void
print_native_steps(struct buf *out, const struct ast_sequence *sequence,
    const char *separator)
{
	for (uint32_t i = 0; i < sequence->step_count; i++) {
		const struct ast_step *step = &sequence->steps[i];

		if (i > 0)
			buf_put_cstr(out, separator);
		print_native_name(out, step->type.parts[0]);
		if (step->alias.len > 0) {
			buf_put_cstr(out, " AS ");
			print_native_name(out, step->alias);
		}
	}
}

void
print_native_link(struct buf *out, const struct ast_sequence *sequence)
{
	static const char *const units[] = {
		[AST_SECOND] = "SECONDS",
		[AST_MINUTE] = "MINUTES",
		[AST_HOUR] = "HOURS",
		[AST_DAY] = "DAYS",
		[AST_WEEK] = "WEEKS",
	};

	buf_put_cstr(out, " LINKED BY ");
	print_native_name(out, sequence->link.name);
	if (sequence->within == NULL)
		return;
	buf_put_cstr(out, " WITHIN ");
	print_expr(out, sequence->within);
	buf_printf(out, " %s", units[sequence->unit]);
}

static void
put_subject(struct buf *out, const struct ast_query *query)
{
	if (query->event_type.count > 0)
		buf_put_cstr(out, " ");
	if (query->sequence != NULL) {
		print_native_steps(out, query->sequence,
		    query->sequence->is_preceded ? " PRECEDED BY "
						 : " FOLLOWED BY ");
		print_native_link(out, query->sequence);
	} else if (query->event_type.count > 0) {
		print_native_name(out, query->event_type.parts[0]);
	}
}

static void
put_query(struct buf *out, const struct ast_query *query)
{
	buf_put_cstr(out, query->is_replay ? "REPLAY" : "QUERY");
	put_subject(out, query);
	put_clause(out, " FOR ", query->context);
	put_clause(out, " SINCE ", query->since);
	if (query->time_field.name.len > 0) {
		buf_put_cstr(out, " USING ");
		print_native_field(out, &query->time_field);
	}
	if (query->has_return) {
		buf_put_cstr(out, " RETURN [");
		print_native_fields(out, query->returns, query->return_count);
		buf_put_cstr(out, "]");
	}
	if (query->where != NULL) {
		buf_put_cstr(out, " WHERE ");
		print_native_condition(out, query->where);
	}
	put_grouping(out, query);
	put_clause(out, " LIMIT ", query->limit);
	put_clause(out, " OFFSET ", query->offset);
}

static void
put_store(struct buf *out, const struct ast_store *store)
{
	buf_put_cstr(out, "STORE ");
	print_native_name(out, store->event_type.parts[0]);
	put_clause(out, " FOR ", store->context);
	put_clause(out, " AT ", store->at);
	buf_put_cstr(out, " PAYLOAD ");
	if (store->payload_is_raw)
		buf_put_str(out, store->payload->constant.text);
	else
		print_expr(out, store->payload);
}

/* What DEFINE calls the types that it gives to columns. */
static const struct {
	const char *sql;
	const char *native;
} type_words[] = {
	{ "text", "string" },
	{ "int8", "i64" },
	{ "float8", "f64" },
	{ "bool", "bool" },
	{ "timestamptz", "datetime" },
	{ "date", "date" },
	{ "uuid", "uuid" },
	{ "jsonb", "json" },
	{ "numeric", "decimal" },
};

const char *
print_native_type(struct str sql_name)
{
	for (size_t i = 0; i < ARRAY_LEN(type_words); i++)
		if (str_equal(sql_name, str_of_cstr(type_words[i].sql)))
			return type_words[i].native;
	return NULL;
}

static void
put_type(struct buf *out, const struct ast_column_def *column)
{
	const struct ast_type *type = &column->type;
	struct str sql = ast_name_last(&type->name);

	if (column->is_unsigned) {
		buf_put_cstr(out, "u64");
		return;
	}
	buf_put_cstr(out, print_native_type(sql));
	for (uint32_t i = 0; i < type->mod_count; i++)
		buf_printf(out, "%s%d", i == 0 ? "(" : ", ", type->mods[i]);
	if (type->mod_count > 0)
		buf_put_cstr(out, ")");
}

static void
put_define(struct buf *out, const struct ast_create_table *define)
{
	buf_put_cstr(out, "DEFINE ");
	print_native_name(out, define->name.parts[0]);
	if (define->version > 0)
		buf_printf(out, " AS %u", define->version);
	buf_put_cstr(out, " FIELDS {");
	for (uint32_t i = 0; i < define->column_count; i++) {
		const struct ast_column_def *column = &define->columns[i];

		buf_put_cstr(out, i > 0 ? ", " : "");
		print_native_name(out, column->name);
		buf_put_cstr(out, ": ");
		if (define->enums[i].count > 0) {
			buf_put_cstr(out, "[");
			put_names(out, define->enums[i].labels,
			    define->enums[i].count);
			buf_put_cstr(out, "]");
		} else {
			put_type(out, column);
		}
		if (!column->is_not_null)
			buf_put_cstr(out, " | null");
	}
	buf_put_cstr(out, "}");
}

static void
put_batch(struct buf *out, const struct ast_stmt *stmt)
{
	buf_put_cstr(out, "BATCH [");
	for (uint32_t i = 0; i < stmt->batch.count; i++) {
		buf_put_cstr(out, i > 0 ? "; " : "");
		print_stmt(out, stmt->batch.items[i]);
	}
	buf_put_cstr(out, "]");
}

static void
put_retain(struct buf *out, const struct ast_alter_table *stmt)
{
	const struct ast_expr *value = stmt->actions[0].options[0].value;

	buf_put_cstr(out, "RETAIN ");
	print_native_name(out, stmt->name.parts[0]);
	buf_put_cstr(out, " ");
	if (value == NULL)
		buf_put_cstr(out, "FOREVER");
	else
		print_string(out, value->constant.text);
}

static void
put_remember(struct buf *out, const struct ast_create_view *stmt)
{
	buf_put_cstr(out, "REMEMBER ");
	put_query(out, stmt->native);
	buf_put_cstr(out, " AS ");
	print_native_name(out, stmt->name.parts[0]);
}

static void
put_forget(struct buf *out, const struct ast_drop *stmt)
{
	buf_put_cstr(out, "FORGET ");
	print_native_name(out, stmt->names[0].parts[0]);
}

bool
print_native(struct buf *out, const struct ast_stmt *stmt)
{
	switch ((int)stmt->kind) {
	case AST_CREATE_VIEW:
		put_remember(out, &stmt->create_view);
		break;
	case AST_DROP:
		put_forget(out, &stmt->drop);
		break;
	case AST_DEFINE:
		put_define(out, &stmt->create_table);
		break;
	case AST_STORE:
		put_store(out, &stmt->store);
		break;
	case AST_QUERY:
		put_query(out, &stmt->query);
		break;
	case AST_PLOT:
		print_plot(out, &stmt->plot);
		break;
	case AST_BATCH:
		put_batch(out, stmt);
		break;
	case AST_ALTER_TABLE:
		put_retain(out, &stmt->alter_table);
		break;
	case AST_CHECKPOINT:
		buf_put_cstr(out, "FLUSH");
		break;
	case AST_LIST_TYPES:
		buf_put_cstr(out, "LIST TYPES");
		break;
	case AST_DESCRIBE:
		buf_put_cstr(out, "DESCRIBE ");
		print_native_name(out, stmt->describe.parts[0]);
		break;
	case AST_PING:
		buf_put_cstr(out, "PING");
		break;
	default:
		return false;
	}
	return true;
}
