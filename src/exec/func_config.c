/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_config.c -- settings of the session: set_config(), and what search_path
 * means.
 */
#include "exec/exec.h"
#include "exec/func_array.h"
#include "exec/temp_tables.h"
#include "plan/search_path.h"

/* ---- set_config ---- */

static int
set_config_row(struct function_call *call, uint32_t row)
{
	const struct plan_session *session =
	    call->context == NULL ? NULL : call->context->session;
	bool is_local = !vec_is_null(&call->args[2], row) &&
	    ARG(call, 2, boolean, row) != 0;
	bool is_default = vec_is_null(&call->args[1], row);
	struct str value = STR(""), name;
	int rc;

	if (vec_is_null(&call->args[0], row))
		return error_set(call->err, STELE_E_NULL_NOT_ALLOWED,
		    "SET requires parameter name");
	if (session == NULL || session->set == NULL)
		return error_set(call->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "function set_config needs a session");
	name = ARG(call, 0, str, row);
	if (!is_default)
		value = ARG(call, 1, str, row);
	rc = session->set(session->arg, name, is_default ? NULL : &value,
	    is_local, call->err);
	if (rc != 0)
		return rc;
	if (!session->setting(session->arg, name, call->arena,
		&call->result->str[row]))
		call->result->str[row] = value;
	return 0;
}

static int
run_set_config(struct function_call *call)
{
	return each_row(call, set_config_row);
}

/* ---- the temporary schema ---- */

/* Whether there is one: PostgreSQL makes it with the first object in it. */
static bool
has_temp(const struct function_call *call)
{
	return call->context != NULL && call->context->temp_tables != NULL &&
	    call->context->temp_tables->catalog != NULL;
}

static int
run_my_temp_schema(struct function_call *call)
{
	EACH_ROW(call->sel, row,
		 call->result->i64[row] = has_temp(call) ? SCHEMA_PG_TEMP : 0;);
	return 0;
}

/* ---- current_schemas ---- */

static int
current_schemas_row(struct function_call *call, uint32_t row)
{
	const struct search_path *path =
	    call->context == NULL || call->context->session->path == NULL
	    ? &search_path_default
	    : call->context->session->path;
	bool with_implied = ARG(call, 0, boolean, row) != 0;
	struct datum names[SCHEMA_COUNT];
	struct array_shape shape;
	uint32_t count = 0;

	if (with_implied && has_temp(call) &&
	    !search_path_has(path, SCHEMA_PG_TEMP))
		names[count++] = (struct datum){ .str = temp_schema_name() };
	for (uint32_t i = 0; i < path->count; i++) {
		if (i == 0 && path->is_catalog_implied && !with_implied)
			continue;
		if (path->schemas[i] == SCHEMA_PG_TEMP && !has_temp(call))
			continue;
		names[count++] = (struct datum){
			.str =
			    str_of_cstr(schema_by_oid(path->schemas[i])->name)
		};
	}
	shape = array_shape_list(count);
	return put_array(call, row, &shape, PHYS_STR, names);
}

static int
run_current_schemas(struct function_call *call)
{
	return each_row(call, current_schemas_row);
}

static const struct func_row rows[] = {
	{ FN_CURRENT_SCHEMAS, { run_current_schemas, false } },
	{ FN_PG_MY_TEMP_SCHEMA, { run_my_temp_schema, true } },
	{ FN_SET_CONFIG, { run_set_config, false } },
};

const struct func_family func_config = { rows, ARRAY_LEN(rows) };
