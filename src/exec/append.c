/* SPDX-License-Identifier: Apache-2.0 */
/*
 * append.c -- UNION ALL: the rows of one input after those of the other.
 */
#include "exec/op.h"

struct append_op {
	struct op_state op;
	struct op_state **inputs;
	uint32_t current;
};

static int
append_open(struct op_state *op, struct error *err)
{
	struct append_op *append = (struct append_op *)op;
	int rc = 0;

	for (uint32_t i = 0; i < op->rel->append.count && rc == 0; i++)
		rc = op_open(append->inputs[i], err);
	return rc;
}

static int
append_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct append_op *append = (struct append_op *)op;

	while (append->current < op->rel->append.count) {
		int rc = op_next(append->inputs[append->current], out, err);

		if (rc != 0)
			return rc;
		append->current++;
	}
	return 0;
}

static void
append_close(struct op_state *op)
{
	struct append_op *append = (struct append_op *)op;

	for (uint32_t i = 0; i < op->rel->append.count; i++)
		op_close(append->inputs[i]);
}

static const struct op_class append_class = {
	.name = "append",
	.open = append_open,
	.next = append_next,
	.close = append_close,
};

struct op_state *
append_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct append_op *append = arena_zalloc(env->arena, sizeof(*append));

	op_init(&append->op, &append_class, env, rel);
	append->inputs = arena_alloc_array(env->arena, rel->append.count,
	    sizeof(struct op_state *));
	for (uint32_t i = 0; i < rel->append.count; i++)
		append->inputs[i] = op_new(env, rel->append.inputs[i]);
	return &append->op;
}
