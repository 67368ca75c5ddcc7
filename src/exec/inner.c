/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/inner.h"

#include "exec/exec_private.h"
#include "exec/subplan.h"

void
inner_init(struct inner *inner, const struct exec_env *outer,
    const struct rel *rel)
{
	*inner = (struct inner){ .rel = rel, .env = *outer };
	arena_init(&inner->arena, outer->context->budget);
	inner->env.arena = &inner->arena;
	inner->env.scans = NULL;
	inner->env.pieces = NULL;
}

void
inner_set_slots(const struct exec_env *env, const struct outer_value *values,
    uint32_t count, const struct vec *columns, uint32_t row)
{
	for (uint32_t i = 0; i < count; i++)
		env->slots[values[i].slot] =
		    vec_get(&columns[values[i].column], row);
}

int
inner_start(struct inner *inner, struct error *err)
{
	int rc;

	inner_end(inner);
	subplans_init(&inner->env);
	inner->env.scans = arena_zalloc(&inner->arena,
	    ((size_t)inner->env.plan->rel_count + 1) * sizeof(struct scan *));
	inner->root = op_new(&inner->env, inner->rel);
	rc = op_open(inner->root, err);
	if (rc == 0)
		rc = arena_check(&inner->arena, err);
	return rc;
}

int
inner_next(struct inner *inner, struct batch *out, struct error *err)
{
	return op_next(inner->root, out, err);
}

void
inner_end(struct inner *inner)
{
	if (inner->root != NULL) {
		op_close(inner->root);
		subplans_release(&inner->env);
	}
	inner->root = NULL;
	arena_release(&inner->arena);
}
