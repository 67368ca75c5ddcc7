/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temp_ddl.h -- CREATE, ALTER, DROP of what is temporary; private to src/exec/.
 */
#pragma once

#include "common/attr.h"
#include "exec/exec.h"
#include "plan/logical.h"

/* A new table, which is the session's; 42P07 if there is one of its name. */
MUST_USE int temp_ddl_create(const struct plan *plan,
    const struct plan_temp_ddl *ddl, const struct exec_context *context,
    const struct temp_table **out, struct error *err);
