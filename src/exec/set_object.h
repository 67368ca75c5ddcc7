/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set_object.h -- the rows of pg_identify_object(), its like and their reverse;
 * of a null argument all is null.
 */
#pragma once

#include "common/attr.h"
#include "plan/names.h"
#include "plan/set_function.h"
#include "vec/value.h"

struct arena;
struct error;

/* Fill the one row of a call; errors of exec/object_address.h, and 22023. */
MUST_USE int set_object_row(const struct plan_names *names,
    enum set_function_id id, const struct datum *args, struct datum *row,
    struct arena *arena, struct error *err);
