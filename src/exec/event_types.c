/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_types.c -- see event_types.h.
 */
#include "exec/event_types.h"

#include "engine/catalog/catalog.h"
#include "engine/engine.h"
#include "exec/eval.h"

uint32_t
events_attnum(uint32_t column)
{
	switch ((enum events_column)column) {
	case EVENTS_EVENT_ID:
		return COLUMN_EVENT_ID;
	case EVENTS_CONTEXT_ID:
		return COLUMN_CONTEXT_ID;
	case EVENTS_TIMESTAMP:
		return COLUMN_TIMESTAMP;
	case EVENTS_VERSION:
		return COLUMN_VERSION;
	case EVENTS_EVENT_TYPE:
	case EVENTS_PAYLOAD:
		return ATTNUM_NONE;
	}
	return ATTNUM_NONE;
}

/* event_type = 'x' leaves one type; *out stays as it is without that. */
static int
wanted_type(const struct exec_env *env, const struct rel_scan *scan,
    struct str *out, bool *is_one, struct error *err)
{
	*is_one = false;
	for (uint32_t i = 0; i < scan->bound_count; i++) {
		struct datum value;
		int rc;

		if (scan->bounds[i].attnum != EVENTS_EVENT_TYPE ||
		    scan->bounds[i].kind != BOUND_EQ)
			continue;
		rc = eval_fixed(env, scan->bounds[i].value, env->arena, &value,
		    err);
		if (rc != 0)
			return rc;
		*is_one = true;
		*out = value.is_null ? STR("") : value.str;
	}
	return 0;
}

/*
 * Whether rows of it may come.  `places`: NULL, or where the context is that is
 * asked for.
 */
static bool
may_have_rows(const struct exec_env *env, const struct context_places *places,
    const struct event_type *type)
{
	return places == NULL || context_places_has(places, type->oid) ||
	    (env->context->batch != NULL &&
		write_batch_has_type(env->context->batch, type->oid));
}

/* Whose rights decide which types there are. */
static uint32_t
reader_of(const struct exec_env *env, const struct rel *rel)
{
	const struct plan_session *session = env->context->session;
	uint32_t owner = rel->scan.role_oid;

	return owner != 0 || session == NULL ? owner : session->role_oid;
}

int
event_types_choose(const struct exec_env *env, const struct rel *rel,
    const struct context_places *places, struct event_types *out,
    struct error *err)
{
	const struct catalog *catalog = env->context->batch != NULL
	    ? write_batch_catalog(env->context->batch)
	    : snapshot_catalog(env->context->snapshot);
	uint32_t reader = reader_of(env, rel);
	bool reads_all = catalog_is_superuser(catalog, reader);
	struct str name = STR("");
	bool is_one;
	int rc;

	rc = wanted_type(env, &rel->scan, &name, &is_one, err);
	if (rc != 0)
		return rc;
	*out = (struct event_types){ .types = arena_alloc_array(env->arena,
					 (size_t)catalog->type_count + 1,
					 sizeof(*out->types)) };
	for (uint32_t i = 0; i < catalog->type_count; i++) {
		const struct event_type *type = catalog->types[i];

		if (!event_type_has_name(type) ||
		    (is_one && !str_equal(type->name, name)))
			continue;
		if (!reads_all && !plan_may_read(catalog, reader, type))
			out->left_out_count++;
		else if (may_have_rows(env, places, type))
			out->types[out->count++] = type;
	}
	return 0;
}
