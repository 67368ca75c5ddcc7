/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The FROM clause, and column definitions, which it shares with CREATE TABLE.
 */
#include "sql/convert.h"

#include <assert.h>

#define NO_CONSTRAINTS \
	"Events are checked by their types and by NOT NULL alone."

static struct ast_from *convert_from(struct convert *c,
    const PgQuery__Node *node);

static struct ast_from *
new_from(struct convert *c, enum ast_from_kind kind, int location)
{
	struct ast_from *out = arena_zalloc(c->arena, sizeof(*out));

	out->kind = kind;
	out->location = location;
	return out;
}

static void
convert_alias(struct convert *c, const PgQuery__Alias *in,
    struct ast_alias *out)
{
	if (in == NULL)
		return;
	out->name = convert_str(c, in->aliasname);
	out->columns =
	    convert_strings(c, PG_LIST(in, colnames), &out->column_count);
}

static struct ast_from *
convert_table(struct convert *c, const PgQuery__RangeVar *in)
{
	struct ast_from *out =
	    new_from(c, AST_FROM_TABLE, convert_location(c, in->location));

	out->table = convert_range_name(c, in);
	out->is_only = !in->inh;
	convert_alias(c, in->alias, &out->alias);
	return out;
}

static struct ast_from *
convert_subselect(struct convert *c, const PgQuery__RangeSubselect *in)
{
	struct ast_from *out = new_from(c, AST_FROM_SUBQUERY, 0);

	out->is_lateral = in->lateral;
	out->subquery = convert_select_node(c, in->subquery);
	if (out->subquery != NULL)
		out->location = out->subquery->location;
	convert_alias(c, in->alias, &out->alias);
	return out;
}

static struct ast_column_def *
convert_column_defs(struct convert *c, struct pg_list list, uint32_t *count)
{
	struct ast_column_def *defs;

	*count = 0;
	if (list.count == 0)
		return NULL;
	defs = convert_array(c, list.count, sizeof(*defs));
	if (defs == NULL)
		return NULL;
	for (size_t i = 0; i < list.count; i++) {
		assert(list.items[i]->node_case ==
		    PG_QUERY__NODE__NODE_COLUMN_DEF);
		defs[i] = convert_column_def(c, list.items[i]->column_def);
	}
	*count = (uint32_t)list.count;
	return defs;
}

/*
 * Each function is a list of the call and its column definitions.  What
 * looks like a function but is none (CURRENT_DATE, COALESCE, a cast) is
 * allowed by the grammar too.
 */
static struct ast_expr *
convert_one_function(struct convert *c, const PgQuery__Node *node,
    struct ast_from *out)
{
	const PgQuery__List *pair = node->list;
	struct ast_expr *function;

	assert(node->node_case == PG_QUERY__NODE__NODE_LIST);
	function = convert_expr(c, pair->items[0]);
	if (function != NULL && out->location == 0)
		out->location = function->location;
	if (!convert_failed(c) && function->kind != AST_CALL)
		convert_unsupported(c, out->location, NULL,
		    "an expression that is not a function call in FROM");
	if (pair->n_items > 1 &&
	    pair->items[1]->node_case == PG_QUERY__NODE__NODE_LIST)
		out->column_defs =
		    convert_column_defs(c, PG_LIST(pair->items[1]->list, items),
			&out->column_def_count);
	return function;
}

static struct ast_from *
convert_function(struct convert *c, const PgQuery__RangeFunction *in)
{
	struct ast_from *out = new_from(c, AST_FROM_FUNCTION, 0);
	struct pg_list defs = PG_LIST(in, coldeflist);

	assert(in->n_functions > 0);
	out->is_lateral = in->lateral;
	out->with_ordinality = in->ordinality;
	out->functions.items =
	    convert_array(c, in->n_functions, sizeof(struct ast_expr *));
	if (out->functions.items == NULL)
		return out;
	for (size_t i = 0; i < in->n_functions; i++)
		out->functions.items[i] =
		    convert_one_function(c, in->functions[i], out);
	out->functions.count = (uint32_t)in->n_functions;
	if (defs.count > 0)
		out->column_defs =
		    convert_column_defs(c, defs, &out->column_def_count);
	convert_alias(c, in->alias, &out->alias);
	return out;
}

static enum ast_join_kind
join_kind(const PgQuery__JoinExpr *in)
{
	switch ((int)in->jointype) {
	case PG_QUERY__JOIN_TYPE__JOIN_LEFT:
		return AST_JOIN_LEFT;
	case PG_QUERY__JOIN_TYPE__JOIN_RIGHT:
		return AST_JOIN_RIGHT;
	case PG_QUERY__JOIN_TYPE__JOIN_FULL:
		return AST_JOIN_FULL;
	default: /* the grammar makes no other kind but JOIN_INNER */
		if (in->is_natural || in->n_using_clause > 0 ||
		    in->quals != NULL)
			return AST_JOIN_INNER;
		return AST_JOIN_CROSS;
	}
}

static struct ast_from *
convert_join(struct convert *c, const PgQuery__JoinExpr *in)
{
	struct ast_from *out = new_from(c, AST_FROM_JOIN, 0);

	out->join = join_kind(in);
	out->is_natural = in->is_natural;
	out->left = convert_from(c, in->larg);
	out->right = convert_from(c, in->rarg);
	if (in->quals != NULL)
		out->on = convert_expr(c, in->quals);
	out->using_columns =
	    convert_strings(c, PG_LIST(in, using_clause), &out->using_count);
	if (in->join_using_alias != NULL)
		out->using_alias =
		    convert_str(c, in->join_using_alias->aliasname);
	convert_alias(c, in->alias, &out->alias);
	if (out->left != NULL)
		out->location = out->left->location;
	return out;
}

static struct ast_from *
convert_from(struct convert *c, const PgQuery__Node *node)
{
	if (convert_failed(c))
		return NULL;
	switch ((int)node->node_case) {
	case PG_QUERY__NODE__NODE_RANGE_VAR:
		return convert_table(c, node->range_var);
	case PG_QUERY__NODE__NODE_RANGE_SUBSELECT:
		return convert_subselect(c, node->range_subselect);
	case PG_QUERY__NODE__NODE_RANGE_FUNCTION:
		return convert_function(c, node->range_function);
	case PG_QUERY__NODE__NODE_JOIN_EXPR:
		return convert_join(c, node->join_expr);
	case PG_QUERY__NODE__NODE_RANGE_TABLE_SAMPLE:
		convert_unsupported(c,
		    convert_location(c, node->range_table_sample->location),
		    NULL, "TABLESAMPLE");
		return NULL;
	case PG_QUERY__NODE__NODE_RANGE_TABLE_FUNC:
		convert_unsupported(c,
		    convert_location(c, node->range_table_func->location), NULL,
		    "XMLTABLE");
		return NULL;
	default:
		convert_unsupported(c, 0, NULL, "this item of FROM");
		return NULL;
	}
}

struct ast_from_list
convert_from_list(struct convert *c, struct pg_list list)
{
	struct ast_from_list out = { 0 };

	if (list.count == 0)
		return out;
	out.items = convert_array(c, list.count, sizeof(struct ast_from *));
	if (out.items == NULL)
		return out;
	for (size_t i = 0; i < list.count; i++)
		out.items[i] = convert_from(c, list.items[i]);
	out.count = (uint32_t)list.count;
	return out;
}

/* ---- column definitions ---- */

static const char *
constraint_word(PgQuery__ConstrType type)
{
	switch ((int)type) {
	case PG_QUERY__CONSTR_TYPE__CONSTR_IDENTITY:
		return "GENERATED AS IDENTITY";
	case PG_QUERY__CONSTR_TYPE__CONSTR_GENERATED:
		return "a generated column";
	case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK:
		return "CHECK";
	case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
		return "PRIMARY KEY";
	case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
		return "UNIQUE";
	case PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION:
		return "EXCLUDE";
	case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
		return "REFERENCES";
	default:
		return "a deferrable constraint";
	}
}

void
convert_refuse_constraint(struct convert *c, const PgQuery__Constraint *in)
{
	convert_unsupported(c, convert_location(c, in->location),
	    NO_CONSTRAINTS, "%s", constraint_word(in->contype));
}

static void
convert_constraint(struct convert *c, const PgQuery__Constraint *in,
    struct ast_column_def *out, bool *is_null)
{
	int location = convert_location(c, in->location);

	switch ((int)in->contype) {
	case PG_QUERY__CONSTR_TYPE__CONSTR_NULL:
		*is_null = true;
		break;
	case PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL:
		out->is_not_null = true;
		break;
	case PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT:
		if (out->default_value != NULL)
			convert_fail(c, STELE_E_SYNTAX, location,
			    "multiple default values specified for column \"%.*s\"",
			    STR_FMT(out->name));
		out->default_value = convert_expr(c, in->raw_expr);
		break;
	default:
		convert_refuse_constraint(c, in);
		return;
	}
	if (*is_null && out->is_not_null)
		convert_fail(c, STELE_E_SYNTAX, location,
		    "conflicting NULL/NOT NULL declarations for column \"%.*s\"",
		    STR_FMT(out->name));
}

struct ast_column_def
convert_column_def(struct convert *c, const PgQuery__ColumnDef *def)
{
	struct ast_column_def out = { .location =
					  convert_location(c, def->location) };
	bool is_null = false;

	out.name = convert_str(c, def->colname);
	if (def->type_name != NULL)
		out.type = convert_type(c, def->type_name);
	else
		convert_unsupported(c, out.location, NULL,
		    "a column without a type");
	if (def->compression[0] != '\0')
		convert_unsupported(c, out.location,
		    "Columns are compressed by what they hold.", "COMPRESSION");
	if (def->storage[0] != '\0')
		convert_unsupported(c, out.location, NULL, "STORAGE");
	if (def->coll_clause != NULL)
		out.collation =
		    convert_name(c, PG_LIST(def->coll_clause, collname),
			convert_location(c, def->coll_clause->location));
	if (def->n_fdwoptions > 0)
		convert_unsupported(c, out.location, NULL,
		    "OPTIONS for a column");
	for (size_t i = 0; i < def->n_constraints; i++) {
		assert(def->constraints[i]->node_case ==
		    PG_QUERY__NODE__NODE_CONSTRAINT);
		convert_constraint(c, def->constraints[i]->constraint, &out,
		    &is_null);
	}
	return out;
}
