/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonpath_rows.h -- what all functions over jsonpaths share: their paths and
 * variables.
 */
#pragma once

#include "exec/jsonpath_run.h"

/*
 * jsonpath_parse(); the regular expressions of the path are compiled, so that
 * one that is none is an error, 2201B, whatever the path meets.
 */
MUST_USE int jsonpath_read(struct str text, struct regex_cache *regexes,
    struct arena *arena, struct jsonpath *out, struct error *err);

/* 22023 if they are not an object. */
MUST_USE int jsonpath_read_variables(struct str text, struct arena *arena,
    struct json_node **out, struct error *err);
