/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_collate.c -- which collation a value has, and who says so.
 *
 * All collations here sort bytewise (types/collation.h), so COLLATE leaves
 * nothing to run behind.  What it leaves while binding is PostgreSQL's
 * derivation: each expression takes the strongest collation of its arguments,
 * two explicit ones that differ are 42P21, and pg_collation_for() says the
 * result.  Two implicit ones that differ are no error, as they sort alike.
 */
#include "common/quote.h"
#include "plan/bind.h"

/* 42704 if there is no such collation. */
static int
bind_collation_name(struct binder *binder, const struct ast_name *name,
    enum collation_oid *out, struct error *err)
{
	*out = COLLATION_NONE;
	if (name->count == 1 ||
	    (name->count == 2 && str_equal(name->parts[0], STR("pg_catalog"))))
		*out = collation_of_name(ast_name_last(name));
	if (*out != COLLATION_NONE)
		return 0;
	error_at(err, name->location, STELE_E_UNDEFINED_OBJECT,
	    "collation \"%.*s\" for encoding \"UTF8\" does not exist",
	    STR_FMT(name_format(name, binder->arena)));
	return error_hint(err,
	    "Text is ordered by its bytes: use \"default\", \"C\","
	    " \"POSIX\", \"ucs_basic\" or \"C.utf8\".");
}

/* 42804 if a type has no collation. */
static int
need_collation(struct binder *binder, const struct type *type, int location,
    struct error *err)
{
	if (type_collation(type) != COLLATION_NONE)
		return 0;
	return error_at(err, location, STELE_E_DATATYPE_MISMATCH,
	    "collations are not supported by type %s", type_text(binder, type));
}

int
bind_column_collation(struct binder *binder, const struct ast_column_def *def,
    const struct type *type, struct error *err)
{
	enum collation_oid ignored;
	int rc;

	if (def->collation.count == 0)
		return 0;
	rc = bind_collation_name(binder, &def->collation, &ignored, err);
	return rc != 0
	    ? rc
	    : need_collation(binder, type, def->collation.location, err);
}

/* ---- derivation ---- */

/* What `other` does to what has been found so far. */
static int
merge(struct collate *found, const struct collate *other, struct error *err)
{
	if (other->strength > found->strength) {
		*found = *other;
		return 0;
	}
	if (other->strength < found->strength ||
	    other->collation == found->collation)
		return 0;
	if (found->strength == COLLATE_EXPLICIT)
		return error_at(err, other->location,
		    STELE_E_COLLATION_MISMATCH,
		    "collation mismatch between explicit collations \"%.*s\""
		    " and \"%.*s\"",
		    STR_FMT(collation_name(found->collation)),
		    STR_FMT(collation_name(other->collation)));
	if (found->strength != COLLATE_IMPLICIT)
		return 0;
	if (found->collation == COLLATION_DEFAULT)
		found->collation = other->collation;
	else if (other->collation != COLLATION_DEFAULT)
		*found = (struct collate){ .strength = COLLATE_CONFLICT };
	return 0;
}

/* Whether an argument's collation counts for the node's. */
static bool
takes_part(const struct expr *expr, uint32_t i)
{
	switch (expr->kind) {
	case EXPR_CASE: /* THEN and ELSE */
		return i + 1 == expr->arg_count ||
		    (i >= case_first_when(expr) &&
			(i - case_first_when(expr)) % 2 == 1);
	case EXPR_SUBSCRIPT:
		return i == 0;
	default:
		return !expr_is_row(expr);
	}
}

void
set_collation(struct expr *expr, enum collation_oid collation)
{
	if (collation != COLLATION_NONE)
		expr->collate = (struct collate){ .strength = COLLATE_IMPLICIT,
			.collation = collation };
}

/* The rest of the tree is as deep as what one place of the text made. */
int
derive_collation(struct expr *expr, struct error *err)
{
	struct collate found = { .strength = COLLATE_OPEN };
	int rc = 0;

	if (expr->collate.strength != COLLATE_OPEN || expr->is_derived)
		return 0;
	for (uint32_t i = 0; i < expr->arg_count && rc == 0; i++) {
		rc = derive_collation(expr->args[i], err);
		if (rc == 0 && takes_part(expr, i))
			rc = merge(&found, &expr->args[i]->collate, err);
	}
	if (rc != 0)
		return rc;
	if (type_collation(&expr->type) == COLLATION_NONE) {
		/* open: a literal may still become text */
		expr->is_derived =
		    expr->type.oid != 0 && expr->type.oid != TYPE_UNKNOWN;
		return 0;
	}
	if (found.strength == COLLATE_OPEN)
		set_collation(expr, type_collation(&expr->type));
	else
		expr->collate = found;
	return 0;
}

static int
merge_all(struct expr *const *exprs, uint32_t count, struct collate *out,
    struct error *err)
{
	int rc = 0;

	*out = (struct collate){ .strength = COLLATE_OPEN };
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		rc = derive_collation(exprs[i], err);
		if (rc == 0)
			rc = merge(out, &exprs[i]->collate, err);
	}
	return rc;
}

int
derive_common_collation(struct expr *const *exprs, uint32_t count,
    enum collation_oid *out, struct error *err)
{
	struct collate found;
	int rc = merge_all(exprs, count, &found, err);

	*out = found.collation;
	return rc;
}

int
derive_call_collation(struct expr *expr, struct expr *const *args,
    uint32_t count, struct error *err)
{
	struct collate found;
	int rc = merge_all(args, count, &found, err);

	if (type_collation(&expr->type) == COLLATION_NONE)
		return rc;
	expr->collate = found;
	if (found.strength == COLLATE_OPEN)
		set_collation(expr, type_collation(&expr->type));
	return rc;
}

int
derive_aggregate_collation(struct expr *expr, const struct agg_call *agg,
    struct error *err)
{
	struct expr *args[2];
	uint32_t count = 0;

	if (agg->arg != NULL)
		args[count++] = agg->arg;
	if (agg->second != NULL)
		args[count++] = agg->second;
	if (count == 0 && agg->order_count == 1)
		args[count++] = agg->order[0].key;
	return derive_call_collation(expr, args, count, err);
}

/* ---- in expressions ---- */

int
bind_collate(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	enum collation_oid collation = COLLATION_NONE;
	int rc;

	rc = bind_expr(binder, scope, ast->collate.arg, out, err);
	if (rc == 0 && (*out)->type.oid != TYPE_UNKNOWN)
		rc = need_collation(binder, &(*out)->type, ast->location, err);
	if (rc == 0)
		rc = bind_collation_name(binder, &ast->collate.name, &collation,
		    err);
	if (rc != 0)
		return rc;
	(*out)->collate = (struct collate){ .strength = COLLATE_EXPLICIT,
		.collation = collation,
		.location = ast->location };
	return 0;
}

int
bind_collation_for(struct binder *binder, struct expr *arg, int location,
    struct expr **out, struct error *err)
{
	struct buf text;
	int rc;

	if (arg->type.oid != TYPE_UNKNOWN) {
		rc = need_collation(binder, &arg->type, 0, err);
		if (rc != 0)
			return rc;
	}
	*out = expr_new(binder->arena, EXPR_COLLATION, type_of(TYPE_TEXT),
	    location, 1);
	(*out)->args[0] = arg;
	(*out)->value.is_null = arg->collate.collation == COLLATION_NONE;
	buf_init(&text);
	quote_put_name(&text, collation_name(arg->collate.collation));
	rc = text.failed ? error_no_memory(err) : 0;
	if (rc == 0)
		(*out)->value.str = arena_str(binder->arena, buf_str(&text));
	buf_release(&text);
	return rc;
}
