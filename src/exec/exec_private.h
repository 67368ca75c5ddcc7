/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec_private.h -- an execution, for those files of src/exec/ that start one.
 */
#pragma once

#include "exec/exec.h"
#include "exec/op.h"

struct exec {
	struct exec_env env;
	struct exec_context context;
	struct arena arena;
	struct op_state *root;
};

/* What expressions of the plan are evaluated in; all in the arena. */
void exec_env_init(struct exec_env *env, const struct plan *plan,
    const struct exec_context *context, struct arena *arena);
void exec_env_release(struct exec_env *env);

/* An execution without operators; NULL if there is no memory. */
struct exec *exec_new(const struct plan *plan,
    const struct exec_context *context);
