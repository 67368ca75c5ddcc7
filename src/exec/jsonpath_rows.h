/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonpath_rows.h -- what all functions over jsonpaths share: their variables.
 */
#pragma once

#include "exec/jsonpath_run.h"

/* 22023 if they are not an object. */
MUST_USE int jsonpath_read_variables(struct str text, struct arena *arena,
    struct json_node **out, struct error *err);
