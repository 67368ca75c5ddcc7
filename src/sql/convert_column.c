/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Definitions of columns, and constraints.
 */
#include "sql/convert.h"

#include <assert.h>

#define NO_CONSTRAINTS \
	"Events are checked by their types and by NOT NULL alone."

/* What neither events nor temporary tables have. */
static const char *
constraint_word(PgQuery__ConstrType type)
{
	switch ((int)type) {
	case PG_QUERY__CONSTR_TYPE__CONSTR_GENERATED:
		return "a generated column";
	case PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION:
		return "EXCLUDE";
	case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
		return "REFERENCES";
	default:
		return "a deferrable constraint";
	}
}

static void
refuse_parts(struct convert *c, const PgQuery__Constraint *in, int location)
{
	if (in->deferrable || in->initdeferred)
		convert_unsupported(c, location, NULL,
		    "a deferrable constraint");
	if (in->n_including > 0)
		convert_unsupported(c, location, NULL, "INCLUDE");
	if (in->n_options > 0)
		convert_unsupported(c, location, NULL,
		    "an option of a constraint");
	if (in->indexname[0] != '\0')
		convert_unsupported(c, location, NULL, "USING INDEX");
	if (in->indexspace[0] != '\0')
		convert_unsupported(c, location, NULL, "USING TABLESPACE");
}

struct ast_constraint
convert_constraint(struct convert *c, const PgQuery__Constraint *in)
{
	struct ast_constraint out = { .location =
					  convert_location(c, in->location) };

	switch ((int)in->contype) {
	case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK:
		out.kind = AST_CHECK;
		out.check = convert_expr(c, in->raw_expr);
		break;
	case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
		out.kind = AST_PRIMARY_KEY;
		break;
	case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
		out.kind = AST_UNIQUE;
		break;
	case PG_QUERY__CONSTR_TYPE__CONSTR_IDENTITY:
		out.kind = AST_IDENTITY;
		out.is_always = in->generated_when[0] == 'a';
		out.options = convert_sequence_options(c, PG_LIST(in, options));
		return out;
	default:
		convert_unsupported(c, out.location, NO_CONSTRAINTS, "%s",
		    constraint_word(in->contype));
		return out;
	}
	refuse_parts(c, in, out.location);
	out.name = convert_str(c, in->conname);
	out.columns = convert_strings(c, PG_LIST(in, keys), &out.column_count);
	out.nulls_are_equal = in->nulls_not_distinct;
	return out;
}

static void
convert_column_constraint(struct convert *c, const PgQuery__Constraint *in,
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
		out->constraints[out->constraint_count++] =
		    convert_constraint(c, in);
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
	if (def->n_constraints > 0)
		out.constraints = convert_array(c, def->n_constraints,
		    sizeof(*out.constraints));
	for (size_t i = 0; i < def->n_constraints && !convert_failed(c); i++) {
		assert(def->constraints[i]->node_case ==
		    PG_QUERY__NODE__NODE_CONSTRAINT);
		convert_column_constraint(c, def->constraints[i]->constraint,
		    &out, &is_null);
	}
	return out;
}
