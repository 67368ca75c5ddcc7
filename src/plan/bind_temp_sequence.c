/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_temp_sequence.c -- temporary sequences: those that have a statement of
 * their own, and those of serial and identity columns.
 *
 * A column's default is either an expression, kept as text, or the next number
 * of a sequence, kept as its OID: what is renamed stays what it is, and what a
 * column needs is known.
 */
#include <inttypes.h>
#include <string.h>

#include "plan/bind.h"
#include "plan/names.h"
#include "plan/temp_table.h"

/* ---- options ---- */

struct sequence_change {
	struct binder *binder;
	const struct ast_sequence_options *options;
	struct temp_sequence *its;
	struct plan_temp_sequence *plan;
	bool is_new;
};

/* NULL: it is not said. */
static const struct ast_sequence_option *
option_of(const struct sequence_change *change, enum ast_sequence_word word)
{
	for (uint32_t i = 0; i < change->options->count; i++)
		if (change->options->items[i].word == word)
			return &change->options->items[i];
	return NULL;
}

static int64_t
type_max(uint32_t type_oid)
{
	switch (type_oid) {
	case TYPE_INT2:
		return INT16_MAX;
	case TYPE_INT4:
		return INT32_MAX;
	default:
		return INT64_MAX;
	}
}

static int64_t
type_min(uint32_t type_oid)
{
	return -type_max(type_oid) - 1;
}

static bool
is_integer(uint32_t type_oid)
{
	return type_oid == TYPE_INT2 || type_oid == TYPE_INT4 ||
	    type_oid == TYPE_INT8;
}

static int
refuse_type(bool is_identity, struct error *err)
{
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "%s type must be smallint, integer, or bigint",
	    is_identity ? "identity column" : "sequence");
}

/* Bounds that are those of the old type become those of the new one. */
static int
set_type(struct sequence_change *change, bool *resets_min, bool *resets_max,
    struct error *err)
{
	const struct ast_sequence_option *as =
	    option_of(change, AST_SEQUENCE_AS);
	struct temp_sequence *its = change->its;
	struct type type;
	int rc;

	if (as == NULL)
		return 0;
	rc = bind_type_name(change->binder, &as->type, &type, err);
	if (rc != 0)
		return rc;
	if (!is_integer(type.oid))
		return refuse_type(its->is_identity, err);
	*resets_max = its->max == type_max(its->type_oid);
	*resets_min = its->min == type_min(its->type_oid);
	its->type_oid = type.oid;
	return 0;
}

static int
set_increment(struct sequence_change *change, struct error *err)
{
	const struct ast_sequence_option *increment =
	    option_of(change, AST_SEQUENCE_INCREMENT);

	if (increment == NULL)
		return 0;
	change->its->increment = increment->value;
	if (increment->value != 0)
		return 0;
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "INCREMENT must not be zero");
}

/* A bound as it is said, or as the direction gives it where it is not. */
static int
set_bound(struct sequence_change *change, enum ast_sequence_word word,
    int64_t by_default, bool resets, int64_t *bound, struct error *err)
{
	const struct ast_sequence_option *option = option_of(change, word);
	uint32_t type_oid = change->its->type_oid;
	const struct type type = type_of(type_oid);

	if (option != NULL && option->has_value)
		*bound = option->value;
	else if (option != NULL || change->is_new || resets)
		*bound = by_default;
	if (*bound >= type_min(type_oid) && *bound <= type_max(type_oid))
		return 0;
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "%s (%" PRId64 ") is out of range for sequence data type %s",
	    word == AST_SEQUENCE_MINVALUE ? "MINVALUE" : "MAXVALUE", *bound,
	    type_text(change->binder, &type));
}

static int
set_bounds(struct sequence_change *change, struct error *err)
{
	struct temp_sequence *its = change->its;
	bool resets_min = false, resets_max = false;
	int rc = set_type(change, &resets_min, &resets_max, err);

	if (rc == 0)
		rc = set_increment(change, err);
	if (rc == 0)
		rc = set_bound(change, AST_SEQUENCE_MAXVALUE,
		    its->increment > 0 ? type_max(its->type_oid) : -1,
		    resets_max, &its->max, err);
	if (rc == 0)
		rc = set_bound(change, AST_SEQUENCE_MINVALUE,
		    its->increment > 0 ? 1 : type_min(its->type_oid),
		    resets_min, &its->min, err);
	if (rc != 0 || its->min < its->max)
		return rc;
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "MINVALUE (%" PRId64 ") must be less than MAXVALUE (%" PRId64 ")",
	    its->min, its->max);
}

static int
check_value(const struct temp_sequence *its, const char *what, int64_t value,
    struct error *err)
{
	if (value < its->min)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "%s value (%" PRId64
		    ") cannot be less than MINVALUE (%" PRId64 ")",
		    what, value, its->min);
	if (value > its->max)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "%s value (%" PRId64
		    ") cannot be greater than MAXVALUE (%" PRId64 ")",
		    what, value, its->max);
	return 0;
}

static int
set_start(struct sequence_change *change, struct error *err)
{
	const struct ast_sequence_option *start =
	    option_of(change, AST_SEQUENCE_START);
	struct temp_sequence *its = change->its;

	if (start != NULL)
		its->start = start->value;
	else if (change->is_new)
		its->start = its->increment > 0 ? its->min : its->max;
	return check_value(its, "START", its->start, err);
}

/* What it has come to must be within the bounds, restarted or not. */
static int
set_restart(struct sequence_change *change, struct error *err)
{
	const struct ast_sequence_option *restart =
	    option_of(change, AST_SEQUENCE_RESTART);
	const struct temp_sequence *its = change->its;
	int64_t value =
	    its->counter != NULL ? its->counter->last_value : its->start;

	if (restart != NULL)
		value = restart->has_value ? restart->value : its->start;
	change->plan->restarts = restart != NULL || change->is_new;
	change->plan->restart = value;
	return check_value(its, "RESTART", value, err);
}

static int
set_cache(struct sequence_change *change, struct error *err)
{
	const struct ast_sequence_option *cache =
	    option_of(change, AST_SEQUENCE_CACHE);

	if (cache == NULL)
		return 0;
	change->its->cache = cache->value;
	if (cache->value > 0)
		return 0;
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "CACHE (%" PRId64 ") must be greater than zero", cache->value);
}

static int
own_nothing(struct temp_sequence *its, const struct ast_name *name,
    struct error *err)
{
	if (!str_equal(name->parts[0], STR("none"))) {
		(void)error_set(err, STELE_E_SYNTAX, "invalid OWNED BY option");
		return error_hint(err,
		    "Specify OWNED BY table.column or OWNED BY NONE.");
	}
	its->owner_oid = 0;
	its->owner_column = 0;
	return 0;
}

static int
set_owner(struct sequence_change *change, struct error *err)
{
	const struct ast_sequence_option *owner =
	    option_of(change, AST_SEQUENCE_OWNED_BY);
	struct temp_sequence *its = change->its;
	struct ast_name table;
	struct relation relation;
	struct str column;
	int rc;

	if (owner == NULL)
		return 0;
	if (owner->name.count == 1)
		return own_nothing(its, &owner->name, err);
	table = owner->name;
	column = table.parts[--table.count];
	rc = bind_relation(change->binder, &table, &relation, err);
	if (rc != 0)
		return error_position(err, 0);
	if (relation.schema != SCHEMA_PG_TEMP)
		return error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
		    "sequence must be in same schema as table it is linked to");
	if (relation.temp == NULL)
		return error_set(err, STELE_E_WRONG_OBJECT_TYPE,
		    "sequence cannot be owned by relation \"%.*s\"",
		    STR_FMT(relation.name));
	its->owner_oid = relation.oid;
	its->owner_column = temp_table_column(relation.temp, column) + 1;
	if (its->owner_column != 0)
		return 0;
	return error_set(err, STELE_E_UNDEFINED_COLUMN,
	    "column \"%.*s\" of relation \"%.*s\" does not exist",
	    STR_FMT(column), STR_FMT(relation.name));
}

/* Of an identity, its column is the owner. */
static int
check_identity(struct sequence_change *change, struct error *err)
{
	const struct temp_sequence *its = change->its;
	const struct temp_table *table;

	if (!its->is_identity || change->is_new ||
	    option_of(change, AST_SEQUENCE_OWNED_BY) == NULL)
		return 0;
	table =
	    temp_table_by_oid(change->binder->context->temp, its->owner_oid);
	(void)error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "cannot change ownership of identity sequence");
	return error_detail(err,
	    "Sequence \"%.*s\" is linked to table \"%.*s\".",
	    STR_FMT(its->name), STR_FMT(table->name));
}

/* All options, each tested where PostgreSQL tests it. */
static int
change_sequence(struct sequence_change *change, struct error *err)
{
	const struct ast_sequence_option *cycle =
	    option_of(change, AST_SEQUENCE_CYCLE);
	int rc = set_bounds(change, err);

	if (cycle != NULL)
		change->its->cycles = cycle->has_value;
	if (rc == 0)
		rc = set_start(change, err);
	if (rc == 0)
		rc = set_restart(change, err);
	if (rc == 0)
		rc = set_cache(change, err);
	if (rc == 0)
		rc = check_identity(change, err);
	if (rc == 0)
		rc = set_owner(change, err);
	change->plan->definition = change->its;
	return rc;
}

static struct temp_sequence *
new_sequence(struct binder *binder, struct str name, uint32_t type_oid)
{
	struct temp_sequence *its = arena_zalloc(binder->arena, sizeof(*its));

	its->name = name;
	its->type_oid = type_oid;
	its->increment = 1;
	its->cache = 1;
	return its;
}

/* What is there, to be changed. */
static struct temp_sequence *
copy_sequence(struct binder *binder, const struct temp_sequence *from)
{
	struct temp_sequence *its = arena_alloc(binder->arena, sizeof(*its));

	*its = *from;
	return its;
}

/* ---- columns that have one ---- */

/* Whether a name is another relation's, or will be. */
static bool
is_taken(struct binder *binder, const struct temp_table *table,
    const struct plan_temp_ddl *ddl, struct str name)
{
	const struct relation_space space = names_space(binder->context);
	struct relation relation;

	for (uint32_t i = 0; i < ddl->sequence_count; i++)
		if (str_equal(ddl->sequences[i].definition->name, name))
			return true;
	return str_equal(table->name, name) ||
	    relation_by_name(&space, SCHEMA_PG_TEMP, name, &relation);
}

#define NAME_BYTES_MAX 63

/* table_column_seq, of whose parts the longer is cut; then with a number. */
static struct str
sequence_name(struct binder *binder, const struct temp_table *table,
    const struct plan_temp_ddl *ddl, struct str column)
{
	const char *suffix = "seq";
	struct str name;

	for (unsigned i = 1;; i++) {
		struct str first = table->name, second = column;

		while (first.len + second.len + strlen(suffix) + 2 >
		    NAME_BYTES_MAX)
			*(first.len > second.len ? &first.len : &second.len) -=
			    1;
		name = arena_printf(binder->arena, "%.*s_%.*s_%s",
		    STR_FMT(first), STR_FMT(second), suffix);
		if (!is_taken(binder, table, ddl, name))
			return name;
		suffix = arena_printf(binder->arena, "seq%u", i).data;
	}
}

static int
sequence_of_column(struct binder *binder, const struct temp_table *table,
    uint32_t column, const struct ast_sequence_options *options,
    bool is_identity, struct plan_temp_ddl *ddl, struct error *err)
{
	struct plan_temp_sequence *plan = &ddl->sequences[ddl->sequence_count];
	const struct temp_column *its = &table->columns[column];
	struct sequence_change change = { .binder = binder,
		.options = options,
		.plan = plan,
		.is_new = true };
	const struct ast_sequence_option *name;
	int rc;

	*plan = (struct plan_temp_sequence){ .column = column + 1 };
	change.its = new_sequence(binder, STR(""), its->type.oid);
	change.its->is_identity = is_identity;
	name = option_of(&change, AST_SEQUENCE_NAME);
	change.its->name = name != NULL
	    ? ast_name_last(&name->name)
	    : sequence_name(binder, table, ddl, its->name);
	rc = change_sequence(&change, err);
	change.its->owner_column = column + 1;
	ddl->sequence_count++;
	return rc;
}

static uint32_t
serial_type(const struct ast_type *type)
{
	static const struct {
		const char *name;
		uint32_t oid;
	} serials[] = {
		{ "serial", TYPE_INT4 },
		{ "serial4", TYPE_INT4 },
		{ "bigserial", TYPE_INT8 },
		{ "serial8", TYPE_INT8 },
		{ "smallserial", TYPE_INT2 },
		{ "serial2", TYPE_INT2 },
	};

	for (size_t i = 0; i < ARRAY_LEN(serials); i++)
		if (type->name.count == 1 && type->mod_count == 0 &&
		    str_equal(type->name.parts[0],
			str_of_cstr(serials[i].name)))
			return serials[i].oid;
	return 0;
}

int
bind_serial_type(struct binder *binder, const struct temp_table *table,
    const struct ast_column_def *def, struct type *out, bool *is_serial,
    struct error *err)
{
	uint32_t oid = serial_type(&def->type);

	*is_serial = oid != 0;
	if (oid == 0)
		return bind_type_name(binder, &def->type, out, err);
	if (def->type.array_bounds > 0)
		return error_at(err, def->type.location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "array of serial is not implemented");
	if (def->default_value != NULL)
		return error_set(err, STELE_E_SYNTAX,
		    "multiple default values specified for column \"%.*s\" of"
		    " table \"%.*s\"",
		    STR_FMT(def->name), STR_FMT(table->name));
	*out = type_of(oid);
	return 0;
}

int
bind_serial(struct binder *binder, struct temp_table *table, uint32_t column,
    struct plan_temp_ddl *ddl, struct error *err)
{
	const struct ast_sequence_options none = { .count = 0 };

	table->columns[column].is_not_null = true;
	return sequence_of_column(binder, table, column, &none, false, ddl,
	    err);
}

int
check_identity_type(const struct type *type, struct error *err)
{
	return is_integer(type->oid) ? 0 : refuse_type(true, err);
}

static bool
has_new_sequence(const struct plan_temp_ddl *ddl, uint32_t column)
{
	for (uint32_t i = 0; i < ddl->sequence_count; i++)
		if (ddl->sequences[i].column == column + 1)
			return true;
	return false;
}

int
bind_identity(struct binder *binder, struct temp_table *table, uint32_t column,
    bool is_always, const struct ast_sequence_options *options, int location,
    struct plan_temp_ddl *ddl, struct error *err)
{
	struct temp_column *its = &table->columns[column];

	if (check_identity_type(&its->type, err) != 0)
		return err->code;
	if (its->identity != 0)
		return error_at(err, location, STELE_E_SYNTAX,
		    "multiple identity specifications for column \"%.*s\" of"
		    " table \"%.*s\"",
		    STR_FMT(its->name), STR_FMT(table->name));
	if (its->default_text.len > 0 || its->sequence_oid != 0 ||
	    has_new_sequence(ddl, column))
		return error_at(err,
		    has_new_sequence(ddl, column) ? 0 : location,
		    STELE_E_SYNTAX,
		    "both default and identity specified for column \"%.*s\" of"
		    " table \"%.*s\"",
		    STR_FMT(its->name), STR_FMT(table->name));
	its->identity = is_always ? 'a' : 'd';
	its->is_not_null = true;
	return sequence_of_column(binder, table, column, options, true, ddl,
	    err);
}

int
bind_set_identity(struct binder *binder, struct temp_column *column,
    const struct ast_alter_action *action, struct plan_temp_ddl *ddl,
    struct error *err)
{
	struct sequence_change change = { .binder = binder,
		.options = &action->sequence,
		.plan = &ddl->sequences[ddl->sequence_count] };

	if (action->has_generated)
		column->identity = action->is_always ? 'a' : 'd';
	if (action->sequence.count == 0)
		return 0;
	*change.plan = (struct plan_temp_sequence){ .column = 0 };
	change.its = copy_sequence(binder,
	    temp_sequence_by_oid(binder->context->temp, column->sequence_oid));
	ddl->sequence_count++;
	return change_sequence(&change, err);
}

/* ---- nextval('s') as a default ---- */

uint32_t
default_sequence(const struct binder *binder, const struct expr *value)
{
	const struct expr *arg;

	if (value->kind != EXPR_CALL || value->function->id != FN_NEXTVAL)
		return 0;
	arg = value->args[0];
	if (arg->kind != EXPR_CONST || arg->value.is_null ||
	    temp_sequence_by_oid(binder->context->temp,
		(uint32_t)arg->value.i64) == NULL)
		return 0;
	return (uint32_t)arg->value.i64;
}

int
bind_next_number(struct binder *binder, uint32_t oid, struct expr **out,
    struct error *err)
{
	const struct datum value = { .i64 = oid };
	struct expr *arg =
	    expr_const(binder->arena, type_of(TYPE_REGCLASS), 0, &value);

	return bind_function(binder, FUNCTION_PLAIN, STR("nextval"), &arg, 1, 0,
	    out, err);
}

/* ---- the statements ---- */

static int
bind_create_sequence(struct binder *binder,
    const struct ast_create_sequence *ast, struct plan_temp_ddl *ddl,
    struct error *err)
{
	struct sequence_change change = { .binder = binder,
		.options = &ast->options,
		.is_new = true };
	int rc;

	ddl->op = TEMP_OP_CREATE_SEQUENCE;
	rc = bind_temp_name(binder, &ast->name, &ddl->name, err);
	if (rc != 0 ||
	    temp_name_is_there(binder, ddl->name, ast->if_not_exists, ddl))
		return rc;
	change.plan = ddl->sequences;
	change.its = new_sequence(binder, ddl->name, TYPE_INT8);
	ddl->sequence_count = 1;
	return change_sequence(&change, err);
}

static int
bind_alter_sequence(struct binder *binder, const struct ast_alter_sequence *ast,
    struct plan_temp_ddl *ddl, struct error *err)
{
	struct sequence_change change = { .binder = binder,
		.options = &ast->options,
		.plan = ddl->sequences };
	struct relation relation;
	int rc = bind_relation(binder, &ast->name, &relation, err);

	ddl->op = TEMP_OP_ALTER_SEQUENCE;
	if (rc == STELE_E_UNDEFINED_TABLE && ast->if_exists) {
		temp_ddl_nothing(binder, ddl, 0,
		    arena_printf(binder->arena,
			"relation \"%.*s\" does not exist, skipping",
			STR_FMT(ast_name_last(&ast->name))));
		return 0;
	}
	if (rc != 0)
		return error_position(err, 0);
	if (relation_kind(&relation) != 'S')
		return error_set(err, STELE_E_WRONG_OBJECT_TYPE,
		    "\"%.*s\" is not a sequence", STR_FMT(relation.name));
	if (relation.sequence == NULL)
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "ALTER SEQUENCE of \"%.*s\" is not supported",
		    STR_FMT(relation.name));
	change.its = copy_sequence(binder, relation.sequence);
	ddl->sequence_count = 1;
	return change_sequence(&change, err);
}

int
bind_temp_sequence(struct binder *binder, const struct ast_stmt *stmt,
    struct plan_temp_ddl *ddl, struct error *err)
{
	ddl->sequences = arena_zalloc(binder->arena, sizeof(*ddl->sequences));
	if (stmt->kind == AST_CREATE_SEQUENCE)
		return bind_create_sequence(binder, &stmt->create_sequence, ddl,
		    err);
	return bind_alter_sequence(binder, &stmt->alter_sequence, ddl, err);
}

int
bind_rename_sequence(const struct temp_sequence *sequence,
    const struct ast_alter_action *action, struct binder *binder,
    struct plan_temp_ddl *ddl)
{
	struct temp_sequence *its = copy_sequence(binder, sequence);

	its->name = action->new_name;
	ddl->op = TEMP_OP_ALTER_SEQUENCE;
	ddl->sequences = arena_zalloc(binder->arena, sizeof(*ddl->sequences));
	ddl->sequences->definition = its;
	ddl->sequence_count = 1;
	return 0;
}
