/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/constant.h"

#include "exec/eval.h"
#include "exec/exec.h"
#include "plan/plan.h"

int
exec_constant(const struct plan_context *planning, const struct expr *expr,
    struct arena *arena, struct datum *out, struct error *err)
{
	static const struct plan no_plan;
	const struct exec_context context = { .settings = planning->settings,
		.session = planning->session };
	const struct exec_env env = { .plan = &no_plan,
		.context = &context,
		.arena = arena };

	return eval_fixed(&env, expr, arena, out, err);
}
