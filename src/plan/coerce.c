/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coerce.c -- making an expression a value of a type: literals are read,
 * open parameters get their type, all else is wrapped in a cast.
 */
#include <inttypes.h>

#include "plan/bind.h"
#include "plan/bind_notes.h"
#include "types/record.h"

const char *
type_text(struct binder *binder, const struct type *type)
{
	return type_format_bare(type, binder->arena).data;
}

const char *
type_text_whole(struct binder *binder, const struct type *type)
{
	return type_format(type, binder->arena).data;
}

char
type_category(const struct type *type)
{
	const struct type_info *info;

	if (type->enum_type != NULL)
		return type_is_enum(type) ? 'E' : 'A';
	info = type_info(type->oid);
	return info == NULL ? 'P' : info->category;
}

bool
type_is_preferred(const struct type *type)
{
	const struct type_info *info = type_info(type->oid);

	return info != NULL && info->is_preferred;
}

bool
can_coerce(const struct type *from, const struct type *to,
    enum cast_context context)
{
	if (from->oid == to->oid || to->oid == TYPE_ANY ||
	    from->oid == TYPE_UNKNOWN)
		return true;
	return cast_exists(from, to, context);
}

/* ---- literals ---- */

/*
 * A literal is read without its modifier, which is then applied as the context
 * wants: '12345'::varchar(3) is cut, an INSERT of it fails.  That of an interval
 * says what a bare number is: INTERVAL '2' HOUR.
 */
static int
read_literal(struct binder *binder, struct expr **expr,
    const struct type *target, enum cast_context context, struct error *err)
{
	const struct expr *literal = *expr;
	struct type bare = *target;
	struct datum value = { .is_null = true };
	int rc;

	if (!literal->value.is_null) {
		if (target->oid != TYPE_INTERVAL)
			bare.mod = -1;
		rc = type_in_text(&bare, binder->context->settings,
		    literal->value.str, binder->arena, &value, err);
		if (rc != 0)
			return error_position(err, literal->location);
		if (target->mod != -1)
			rc = cast_datum(&bare, target, context,
			    binder->context->settings, &value, binder->arena,
			    &value, err);
		if (rc != 0)
			return rc;
	}
	*expr = expr_const(binder->arena, *target, literal->location, &value);
	if (type_collation(target) != COLLATION_NONE)
		(*expr)->collate = literal->collate;
	return 0;
}

static bool
is_number(uint32_t oid)
{
	return oid == TYPE_INT2 || oid == TYPE_INT4 || oid == TYPE_INT8 ||
	    oid == TYPE_NUMERIC || oid == TYPE_FLOAT4 || oid == TYPE_FLOAT8;
}

/* Numbers are cast at once where that succeeds; no setting can change them. */
static bool
fold_number(struct binder *binder, struct expr **expr,
    const struct type *target, enum cast_context context)
{
	const struct expr *arg = *expr;
	struct error ignored = { 0 };
	struct datum value;

	if (arg->kind != EXPR_CONST || !is_number(arg->type.oid) ||
	    !is_number(target->oid))
		return false;
	if (cast_datum(&arg->type, target, context, binder->context->settings,
		&arg->value, binder->arena, &value, &ignored) != 0)
		return false;
	*expr = expr_const(binder->arena, *target, arg->location, &value);
	return true;
}

/* ---- parameters ---- */

static int
set_param_type(struct binder *binder, struct expr *param,
    const struct type *target, struct error *err)
{
	struct type *slot = &binder->param_types[param->param];

	if (slot->oid != 0 && slot->oid != target->oid) {
		error_at(err, param->location, STELE_E_AMBIGUOUS_PARAMETER,
		    "inconsistent types deduced for parameter $%" PRIu32,
		    param->param + 1);
		return error_detail(err, "%s versus %s",
		    type_text(binder, slot), type_text(binder, target));
	}
	*slot = *target;
	slot->mod = -1;
	param->type = *slot;
	return 0;
}

static int
cast_to(struct binder *binder, struct expr **expr, const struct type *target,
    enum cast_context context, struct error *err)
{
	struct expr *arg = *expr;
	struct expr *cast;
	int rc;

	if (arg->type.oid == TYPE_UNKNOWN && arg->kind == EXPR_CONST)
		return read_literal(binder, expr, target, context, err);
	if (arg->type.oid == TYPE_UNKNOWN && arg->kind == EXPR_PARAM) {
		rc = set_param_type(binder, arg, target, err);
		if (rc != 0)
			return rc;
	}
	if (arg->type.oid == target->oid &&
	    (target->mod == -1 || target->mod == arg->type.mod))
		return 0;
	if (fold_number(binder, expr, target, context))
		return 0;
	cast = expr_new(binder->arena, EXPR_CAST, *target, arg->location, 1);
	cast->cast = context;
	cast->args[0] = arg;
	*expr = cast;
	return 0;
}

int
coerce(struct binder *binder, struct expr **expr, const struct type *target,
    enum cast_context context, struct error *err)
{
	struct type type = *target;
	const struct expr *arg = *expr;
	int rc;

	if (target->oid == TYPE_ANY && arg->type.oid != TYPE_UNKNOWN)
		return 0;
	if (target->oid == TYPE_ANY)
		type = type_of(TYPE_TEXT);
	rc = cast_to(binder, expr, &type, context, err);
	/* PostgreSQL leaves what may be anything as it is */
	if (rc == 0 && *expr != arg && target->oid != TYPE_ANY)
		bind_note_expr(binder->notes, arg, *expr);
	return rc;
}

int
coerce_unknown(struct binder *binder, struct expr **expr, struct error *err)
{
	struct type text = type_of(TYPE_TEXT);

	if ((*expr)->type.oid != TYPE_UNKNOWN)
		return 0;
	return coerce(binder, expr, &text, CAST_IMPLICIT, err);
}

int
coerce_explicit(struct binder *binder, struct expr **expr,
    const struct type *target, int location, struct error *err)
{
	const struct type from = (*expr)->type;

	if (!can_coerce(&from, target, CAST_EXPLICIT))
		return error_at(err, location, STELE_E_CANNOT_COERCE,
		    "cannot cast type %s to %s", type_text(binder, &from),
		    type_text(binder, target));
	return coerce(binder, expr, target, CAST_EXPLICIT, err);
}

int
coerce_boolean(struct binder *binder, struct expr **expr, const char *what,
    struct error *err)
{
	struct type boolean = type_of(TYPE_BOOL);

	if (!can_coerce(&(*expr)->type, &boolean, CAST_ASSIGNMENT))
		return error_at(err, expr_start(*expr),
		    STELE_E_DATATYPE_MISMATCH,
		    "argument of %s must be type boolean, not type %s", what,
		    type_text(binder, &(*expr)->type));
	return coerce(binder, expr, &boolean, CAST_ASSIGNMENT, err);
}

/* ---- one type for several ---- */

bool
common_type_of(const struct type *types, uint32_t count, struct type *out,
    uint32_t *odd)
{
	struct type best = type_of(TYPE_UNKNOWN);

	for (uint32_t i = 0; i < count; i++) {
		const struct type *type = &types[i];

		if (type->oid == TYPE_UNKNOWN)
			continue;
		if (type->oid == best.oid) {
			if (type->row != best.row)
				best.row = NULL;
			continue;
		}
		if (best.oid == TYPE_UNKNOWN) {
			best = *type;
			continue;
		}
		if (type_category(type) != type_category(&best)) {
			*out = best;
			*odd = i;
			return false;
		}
		if (!type_is_preferred(&best) &&
		    can_coerce(&best, type, CAST_IMPLICIT) &&
		    !can_coerce(type, &best, CAST_IMPLICIT))
			best = *type;
	}
	*out = best.oid == TYPE_UNKNOWN ? type_of(TYPE_TEXT) : best;
	out->mod = -1;
	return true;
}

int
common_type(struct binder *binder, struct expr **exprs, uint32_t count,
    const char *what, struct type *out, struct error *err)
{
	struct type *types =
	    arena_alloc_array(binder->arena, (size_t)count + 1, sizeof(*types));
	uint32_t odd;

	for (uint32_t i = 0; i < count; i++)
		types[i] = exprs[i]->type;
	if (common_type_of(types, count, out, &odd))
		return 0;
	return error_at(err, expr_start(exprs[odd]), STELE_E_DATATYPE_MISMATCH,
	    "%s types %s and %s cannot be matched", what,
	    type_text(binder, out), type_text(binder, &types[odd]));
}

int32_t
common_mod(struct expr *const *exprs, uint32_t count, const struct type *type)
{
	for (uint32_t i = 0; i < count; i++) {
		if (exprs[i]->type.oid != type->oid ||
		    exprs[i]->type.mod != exprs[0]->type.mod)
			return -1;
	}
	return exprs[0]->type.mod;
}

int
coerce_common(struct binder *binder, struct expr **expr,
    const struct type *type, const char *what, struct error *err)
{
	if (!can_coerce(&(*expr)->type, type, CAST_IMPLICIT))
		return error_at(err, expr_start(*expr), STELE_E_CANNOT_COERCE,
		    "%s could not convert type %s to %s", what,
		    type_text(binder, &(*expr)->type), type_text(binder, type));
	return coerce(binder, expr, type, CAST_IMPLICIT, err);
}

static bool
is_unordered(uint32_t oid)
{
	return oid == TYPE_JSON || oid == TYPE_JSON_ARRAY ||
	    oid == TYPE_JSONPATH || oid == TYPE_JSONPATH_ARRAY ||
	    oid == TYPE_PG_SNAPSHOT || oid == TYPE_PG_SNAPSHOT_ARRAY ||
	    oid == TYPE_TXID_SNAPSHOT || oid == TYPE_TXID_SNAPSHOT_ARRAY;
}

/* Such a type, or a row with it. */
static bool
has_no_order(const struct type *type)
{
	for (uint32_t i = 0; type->row != NULL && i < type->row->count; i++)
		if (has_no_order(&type->row->types[i]))
			return true;
	return is_unordered(type->oid);
}

int
need_ordering(struct binder *binder, const struct type *type, int location,
    struct error *err)
{
	if (!has_no_order(type))
		return 0;
	error_at(err, location, STELE_E_UNDEFINED_FUNCTION,
	    "could not identify an ordering operator for type %s",
	    type_text(binder, type));
	return error_hint(err,
	    "Use an explicit ordering operator or modify the query.");
}

int
need_equality(struct binder *binder, const struct type *type, int location,
    struct error *err)
{
	if (!has_no_order(type))
		return 0;
	return error_at(err, location, STELE_E_UNDEFINED_FUNCTION,
	    "could not identify an equality operator for type %s",
	    type_text(binder, type));
}
