/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ddl_private.h -- between the files that change the schema.
 */
#pragma once

#include "engine/engine.h"
#include "exec/eval.h"
#include "plan/logical.h"

struct ddl_run {
	const struct plan_ddl *plan;
	struct exec_env env;
	struct arena arena;
	struct write_batch *target;
};

/* As the changes so far have made it. */
static inline const struct catalog *
ddl_catalog(const struct ddl_run *run)
{
	return write_batch_catalog(run->target);
}

void ddl_notify(const struct ddl_run *run, const struct error *notice);

/* An error, or with IF EXISTS a notice and 0. */
MUST_USE int ddl_missing_object(struct ddl_run *run, const char *kind,
    struct str name, int code, struct error *err);

/* ---- ddl_view.c ---- */

MUST_USE int ddl_create_view(struct ddl_run *run, struct error *err);

/* DROP of tables, views or enums; views that depend on them, too. */
MUST_USE int ddl_drop(struct ddl_run *run, struct error *err);
