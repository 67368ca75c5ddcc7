/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_target.c -- the columns that statements write to: of an event type, or of
 * a temporary table.
 *
 * A row of an event type is (context_id, timestamp, fields ...), in this order;
 * event_id is generated.
 */
#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/temp_table.h"
#include "sql/parse.h"

uint32_t
target_width(const struct write_target *target)
{
	const struct relation *relation = &target->relation;

	return relation->temp != NULL ? relation->temp->column_count
				      : relation->type->field_count + 2;
}

uint32_t
target_attnum(const struct write_target *target, uint32_t index)
{
	if (target->relation.temp != NULL || index < 2)
		return index + 1;
	return index + 2;
}

uint32_t
target_index(const struct write_target *target, uint32_t attnum)
{
	if (target->relation.temp != NULL || attnum < COLUMN_EVENT_ID)
		return attnum - 1;
	return attnum - 2;
}

struct type
target_type(const struct write_target *target, uint32_t attnum)
{
	return relation_column(&target->space, &target->relation, attnum).type;
}

struct str
target_column_name(const struct write_target *target, uint32_t attnum)
{
	return relation_column(&target->space, &target->relation, attnum).name;
}

int
target_find(const struct write_target *target, struct str name, int location,
    uint32_t *attnum, struct error *err)
{
	*attnum = relation_column_find(&target->space, &target->relation, name);
	if (*attnum != 0)
		return 0;
	return error_at(err, location, STELE_E_UNDEFINED_COLUMN,
	    "column \"%.*s\" of relation \"%.*s\" does not exist",
	    STR_FMT(name), STR_FMT(target->relation.name));
}

int
target_coerce(struct binder *binder, const struct write_target *target,
    uint32_t attnum, struct expr **expr, struct error *err)
{
	struct type type = target_type(target, attnum);
	struct str name = target_column_name(target, attnum);

	if (can_coerce(&(*expr)->type, &type, CAST_ASSIGNMENT))
		return coerce(binder, expr, &type, CAST_ASSIGNMENT, err);
	error_at(err, (*expr)->location, STELE_E_DATATYPE_MISMATCH,
	    "column \"%.*s\" is of type %s but expression is of type %s",
	    STR_FMT(name), type_text(binder, &type),
	    type_text(binder, &(*expr)->type));
	return error_hint(err,
	    "You will need to rewrite or cast the expression.");
}

/* ---- defaults ---- */

static int
event_default(struct binder *binder, const struct event_type *type,
    uint32_t attnum, struct expr **out, struct error *err)
{
	const struct field *field;

	if (attnum == COLUMN_TIMESTAMP)
		return bind_function(binder, FUNCTION_PLAIN, STR("now"), NULL,
		    0, 0, out, err);
	if (attnum < COLUMN_FIRST_FIELD)
		return 0;
	field = &type->fields[attnum - COLUMN_FIRST_FIELD];
	if (field->has_default)
		*out = expr_const(binder->arena, field->type, 0,
		    &field->default_value);
	return 0;
}

int
bind_temp_text(struct binder *binder, struct str text, struct range *range,
    struct expr **out, struct error *err)
{
	struct scope scope = { .place = range == NULL ? PLACE_DEFAULT
						      : PLACE_CHECK };
	struct str query =
	    arena_printf(binder->arena, "SELECT %.*s", STR_FMT(text));
	struct sql_statements statements;
	int rc;

	rc = sql_parse(query, SQL_DIALECT_POSTGRES, binder->arena, &statements,
	    err);
	if (rc == 0 && range != NULL)
		(void)scope_add(binder, &scope, range);
	if (rc == 0)
		rc = bind_expr(binder, &scope,
		    statements.items[0]->select->targets.items[0].expr, out,
		    err);
	if (rc != 0) /* a position in that text would mislead */
		err->position = 0;
	return rc;
}

int
bind_temp_checks(struct binder *binder, const struct temp_table *table,
    const struct range *range, struct expr ***out, struct error *err)
{
	struct range named = *range;
	struct expr **checks = arena_alloc_array(binder->arena,
	    (size_t)table->check_count + 1, sizeof(*checks));
	int rc = 0;

	named.name = table->name; /* whatever the statement calls it */
	for (uint32_t i = 0; i < table->check_count && rc == 0; i++) {
		rc = bind_temp_text(binder, table->checks[i].text, &named,
		    &checks[i], err);
		if (rc == 0)
			rc = coerce_boolean(binder, &checks[i], "CHECK", err);
	}
	*out = checks;
	return rc;
}

int
target_default(struct binder *binder, const struct write_target *target,
    uint32_t attnum, struct expr **out, struct error *err)
{
	const struct temp_table *temp = target->relation.temp;
	struct str text;
	int rc;

	*out = NULL;
	if (temp == NULL)
		return event_default(binder, target->relation.type, attnum, out,
		    err);
	text = temp->columns[attnum - 1].default_text;
	if (temp->columns[attnum - 1].sequence_oid != 0)
		rc = bind_next_number(binder,
		    temp->columns[attnum - 1].sequence_oid, out, err);
	else if (text.len == 0)
		return 0;
	else
		rc = bind_temp_text(binder, text, NULL, out, err);
	return rc != 0 ? rc : target_coerce(binder, target, attnum, out, err);
}
