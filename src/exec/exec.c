/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec.c -- running a query: a tree of operators and the arena it lives in.
 */
#include "exec/exec_private.h"

#include <stdlib.h>

#include "exec/regex_cache.h"
#include "exec/subplan.h"

void
exec_env_init(struct exec_env *env, const struct plan *plan,
    const struct exec_context *context, struct arena *arena)
{
	*env = (struct exec_env){ .plan = plan,
		.context = context,
		.arena = arena };
	if (plan->slot_count > 0)
		env->slots =
		    arena_zalloc(arena, plan->slot_count * sizeof(*env->slots));
	for (uint32_t i = 0; i < plan->slot_count; i++)
		env->slots[i].is_null = true;
	if (plan->cte_count > 0)
		env->ctes =
		    arena_zalloc(arena, plan->cte_count * sizeof(*env->ctes));
	if (plan->work_count > 0)
		env->works =
		    arena_zalloc(arena, plan->work_count * sizeof(*env->works));
	env->scans = arena_zalloc(arena,
	    ((size_t)plan->rel_count + 1) * sizeof(struct scan *));
	env->regexes = arena_zalloc(arena, sizeof(*env->regexes));
	env->modified = arena_zalloc(arena, sizeof(*env->modified));
	subplans_init(env);
}

void
exec_env_release(struct exec_env *env)
{
	subplans_release(env);
	regex_cache_release(env->regexes);
}

struct exec *
exec_new(const struct plan *plan, const struct exec_context *context)
{
	struct exec *exec = calloc(1, sizeof(*exec));

	if (exec == NULL)
		return NULL;
	exec->context = *context;
	if (plan->spills_all)
		exec->context.work_mem_bytes = 0;
	arena_init(&exec->arena, context->budget);
	exec_env_init(&exec->env, plan, &exec->context, &exec->arena);
	return exec;
}

int
exec_open(const struct plan *plan, const struct exec_context *context,
    struct exec **out, struct error *err)
{
	struct exec *exec = exec_new(plan, context);
	int rc;

	*out = NULL;
	if (exec == NULL)
		return error_no_memory(err);
	exec->root = plan->explain != NULL ? explain_op_new(&exec->env, plan)
					   : op_new(&exec->env, plan->root);
	rc = arena_check(&exec->arena, err);
	if (rc == 0)
		rc = op_open(exec->root, err);
	if (rc != 0) {
		exec_close(exec);
		return rc;
	}
	*out = exec;
	return 0;
}

int
exec_next(struct exec *exec, struct batch *out, struct error *err)
{
	return op_next(exec->root, out, err);
}

uint64_t
exec_modified(const struct exec *exec)
{
	return *exec->env.modified;
}

int
exec_check_unused(const struct exec_context *context, uint32_t oid,
    struct str name, const char *what, struct error *err)
{
	if (context->is_in_use == NULL ||
	    !context->is_in_use(context->in_use_arg, oid))
		return 0;
	return error_set(err, STELE_E_OBJECT_IN_USE,
	    "cannot %s \"%.*s\" because it is being used by active queries in"
	    " this session",
	    what, STR_FMT(name));
}

void
exec_close(struct exec *exec)
{
	if (exec == NULL)
		return;
	op_close(exec->root);
	exec_env_release(&exec->env);
	arena_release(&exec->arena);
	free(exec);
}
