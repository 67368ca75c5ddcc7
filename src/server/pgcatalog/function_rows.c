/* SPDX-License-Identifier: Apache-2.0 */
/*
 * function_rows.c -- pg_proc, pg_aggregate, pg_operator, pg_cast, pg_range.
 */
#include "common/attr.h"
#include "plan/pg_function.h"
#include "server/pgcatalog/rows.h"
#include "types/cast.h"

/* ---- pg_proc ---- */

static uint32_t
type_datums(const char *list, struct datum out[PROC_ARGS_MAX])
{
	uint32_t types[PROC_ARGS_MAX];
	uint32_t count = pg_function_types(list, types);

	for (uint32_t i = 0; i < count; i++)
		out[i] = (struct datum){ .i64 = types[i] };
	return count;
}

/* Names may be empty. */
static uint32_t
name_datums(const char *list, struct datum out[PROC_ARGS_MAX])
{
	uint32_t count = 0;

	for (;;) {
		size_t len = strcspn(list, " ");

		out[count++] = (struct datum){ .str = str_of(list, len) };
		list += len;
		if (*list == '\0' || count == PROC_ARGS_MAX)
			return count;
		list++;
	}
}

static void
put_arguments(struct system_rows *rows, const struct pg_function *function)
{
	struct datum values[PROC_ARGS_MAX];
	uint32_t count = type_datums(function->args, values);

	system_put_i64(rows, pg_proc_pronargs, count);
	system_put_i64(rows, pg_proc_pronargdefaults, function->default_count);
	system_put_array(rows, pg_proc_proargtypes, TYPE_OID, values, count);
	if (function->all_args != NULL) {
		count = type_datums(function->all_args, values);
		system_put_array(rows, pg_proc_proallargtypes, TYPE_OID, values,
		    count);
	}
	if (function->modes != NULL) {
		count = (uint32_t)strlen(function->modes);
		for (uint32_t i = 0; i < count; i++)
			values[i] = (struct datum){
				.str = str_of(function->modes + i, 1)
			};
		system_put_array(rows, pg_proc_proargmodes, TYPE_CHAR, values,
		    count);
	}
	if (function->names != NULL) {
		count = name_datums(function->names, values);
		system_put_array(rows, pg_proc_proargnames, TYPE_TEXT, values,
		    count);
	}
	if (function->defaults != NULL)
		system_put_cstr(rows, pg_proc_proargdefaults,
		    function->defaults);
}

static void
put_function(struct system_rows *rows, const struct pg_function *function)
{
	uint32_t schema;
	struct str name = pg_function_name(function, &schema);

	if (!system_wants_str(rows, pg_proc_proname, name))
		return;
	system_rows_next(rows);
	system_put_i64(rows, pg_proc_oid, function->oid);
	system_put_str(rows, pg_proc_proname, name);
	system_put_i64(rows, pg_proc_pronamespace, schema);
	system_put_i64(rows, pg_proc_proowner, OWNER_OID);
	system_put_i64(rows, pg_proc_prolang, function->language);
	system_put_f64(rows, pg_proc_procost, function->cost);
	system_put_f64(rows, pg_proc_prorows, function->rows);
	system_put_i64(rows, pg_proc_provariadic, function->variadic);
	system_put_i64(rows, pg_proc_prosupport, 0);
	system_put_char(rows, pg_proc_prokind, function->kind);
	system_put_bool(rows, pg_proc_prosecdef, false);
	system_put_bool(rows, pg_proc_proleakproof, function->is_leakproof);
	system_put_bool(rows, pg_proc_proisstrict, function->is_strict);
	system_put_bool(rows, pg_proc_proretset, function->returns_set);
	system_put_char(rows, pg_proc_provolatile, function->volatility);
	system_put_char(rows, pg_proc_proparallel, function->parallel);
	system_put_i64(rows, pg_proc_prorettype, function->result);
	put_arguments(rows, function);
	system_put_cstr(rows, pg_proc_prosrc, function->source);
}

int
pg_proc_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct system_key *oids = system_rows_key(rows, pg_proc_oid);
	const struct pg_function *function = NULL;

	for (uint32_t i = 0; oids != NULL && i < oids->count; i++) {
		function = pg_function_by_oid((uint32_t)oids->values[i].i64);
		if (function != NULL)
			put_function(rows, function);
	}
	while (oids == NULL && (function = pg_function_next(function)) != NULL)
		put_function(rows, function);
	return 0;
}

/* ---- pg_aggregate ---- */

/* How an aggregate works here is not told in functions. */
static void
put_no_functions(struct system_rows *rows)
{
	for (uint32_t c = pg_aggregate_aggtransfn;
	     c <= pg_aggregate_aggmfinalfn; c++)
		system_put_i64(rows, c, 0);
	system_put_bool(rows, pg_aggregate_aggfinalextra, false);
	system_put_bool(rows, pg_aggregate_aggmfinalextra, false);
	system_put_char(rows, pg_aggregate_aggfinalmodify, 'r');
	system_put_char(rows, pg_aggregate_aggmfinalmodify, 'r');
	system_put_i64(rows, pg_aggregate_aggsortop, 0);
	system_put_i64(rows, pg_aggregate_aggtransspace, 0);
	system_put_i64(rows, pg_aggregate_aggmtranstype, 0);
	system_put_i64(rows, pg_aggregate_aggmtransspace, 0);
}

int
pg_aggregate_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	static const struct {
		uint32_t oid;
		char kind;
		int direct_count;
		uint32_t state;
		const char *initial;
	} aggregates[] = {
#define AGGREGATE(oid, kind, direct, state, initial) \
	{ oid, kind, direct, state, initial },
#include "plan/pg_aggregates.def"
#undef AGGREGATE
	};

	for (size_t i = 0; i < ARRAY_LEN(aggregates); i++) {
		if (!system_wants_i64(rows, pg_aggregate_aggfnoid,
			aggregates[i].oid) ||
		    pg_function_by_oid(aggregates[i].oid) == NULL)
			continue;
		system_rows_next(rows);
		system_put_i64(rows, pg_aggregate_aggfnoid, aggregates[i].oid);
		system_put_char(rows, pg_aggregate_aggkind, aggregates[i].kind);
		system_put_i64(rows, pg_aggregate_aggnumdirectargs,
		    aggregates[i].direct_count);
		system_put_i64(rows, pg_aggregate_aggtranstype,
		    aggregates[i].state);
		if (aggregates[i].initial != NULL)
			system_put_cstr(rows, pg_aggregate_agginitval,
			    aggregates[i].initial);
		put_no_functions(rows);
	}
	return 0;
}

/* ---- pg_operator ---- */

static void
put_operator(struct system_rows *rows, const struct pg_operator *op)
{
	if (!system_wants_str(rows, pg_operator_oprname, str_of_cstr(op->name)))
		return;
	system_rows_next(rows);
	system_put_i64(rows, pg_operator_oid, op->oid);
	system_put_cstr(rows, pg_operator_oprname, op->name);
	system_put_i64(rows, pg_operator_oprnamespace, SCHEMA_PG_CATALOG);
	system_put_i64(rows, pg_operator_oprowner, OWNER_OID);
	system_put_char(rows, pg_operator_oprkind, op->kind);
	system_put_bool(rows, pg_operator_oprcanmerge, op->can_merge);
	system_put_bool(rows, pg_operator_oprcanhash, op->can_hash);
	system_put_i64(rows, pg_operator_oprleft, op->left);
	system_put_i64(rows, pg_operator_oprright, op->right);
	system_put_i64(rows, pg_operator_oprresult, op->result);
	system_put_i64(rows, pg_operator_oprcom, op->commutator);
	system_put_i64(rows, pg_operator_oprnegate, op->negator);
	system_put_i64(rows, pg_operator_oprcode, op->code);
	system_put_i64(rows, pg_operator_oprrest, op->restrict_estimator);
	system_put_i64(rows, pg_operator_oprjoin, op->join_estimator);
}

int
pg_operator_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct system_key *oids = system_rows_key(rows, pg_operator_oid);
	const struct pg_operator *op = NULL;

	for (uint32_t i = 0; oids != NULL && i < oids->count; i++) {
		op = pg_operator_by_oid((uint32_t)oids->values[i].i64);
		if (op != NULL)
			put_operator(rows, op);
	}
	while (oids == NULL && (op = pg_operator_next(op)) != NULL)
		put_operator(rows, op);
	return 0;
}

/* ---- pg_cast ---- */

static enum cast_context
context_of(char context)
{
	switch (context) {
	case 'i':
		return CAST_IMPLICIT;
	case 'a':
		return CAST_ASSIGNMENT;
	}
	return CAST_EXPLICIT;
}

int
pg_cast_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	static const struct {
		uint32_t oid;
		uint32_t from;
		uint32_t to;
		uint32_t function;
		char context;
		char method;
	} casts[] = {
#define CAST(oid, from, to, function, context, method) \
	{ oid, from, to, function, context, method },
#include "server/pgcatalog/casts.def"
#undef CAST
	};

	for (size_t i = 0; i < ARRAY_LEN(casts); i++) {
		struct type from = type_of(casts[i].from);
		struct type to = type_of(casts[i].to);

		if (type_info(from.oid) == NULL || type_info(to.oid) == NULL ||
		    !cast_exists(&from, &to, context_of(casts[i].context)))
			continue;
		system_rows_next(rows);
		system_put_i64(rows, pg_cast_oid, casts[i].oid);
		system_put_i64(rows, pg_cast_castsource, from.oid);
		system_put_i64(rows, pg_cast_casttarget, to.oid);
		system_put_i64(rows, pg_cast_castfunc, casts[i].function);
		system_put_char(rows, pg_cast_castcontext, casts[i].context);
		system_put_char(rows, pg_cast_castmethod, casts[i].method);
	}
	return 0;
}

/* ---- pg_range ---- */

/* Of PostgreSQL's, as pg_type shows them: drivers want to know what they are. */
int
pg_range_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	static const struct {
		uint32_t range;
		uint32_t subtype;
		uint32_t multirange;
		uint32_t operators;
		uint32_t canonical;
		uint32_t difference;
	} ranges[] = {
		{ 3904, TYPE_INT4, 4451, 1978, 3914, 3922 },
		{ 3906, TYPE_NUMERIC, 4532, 3125, 0, 3924 },
		{ 3908, TYPE_TIMESTAMP, 4533, 3128, 0, 3929 },
		{ 3910, TYPE_TIMESTAMPTZ, 4534, 3127, 0, 3930 },
		{ 3912, TYPE_DATE, 4535, 3122, 3915, 3925 },
		{ 3926, TYPE_INT8, 4536, 3124, 3928, 3923 },
	};

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		system_rows_next(rows);
		system_put_i64(rows, pg_range_rngtypid, ranges[i].range);
		system_put_i64(rows, pg_range_rngsubtype, ranges[i].subtype);
		system_put_i64(rows, pg_range_rngmultitypid,
		    ranges[i].multirange);
		system_put_i64(rows, pg_range_rngcollation, 0);
		system_put_i64(rows, pg_range_rngsubopc, ranges[i].operators);
		system_put_i64(rows, pg_range_rngcanonical,
		    ranges[i].canonical);
		system_put_i64(rows, pg_range_rngsubdiff, ranges[i].difference);
	}
	return 0;
}
