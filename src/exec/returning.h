/* SPDX-License-Identifier: Apache-2.0 */
/*
 * returning.h -- RETURNING: the rows of an INSERT, kept until their event_ids
 * are known; private to src/exec/.
 */
#pragma once

#include "exec/exec_private.h"

MUST_USE int returning_new(const struct plan *plan,
    const struct exec_context *context, struct exec **out, struct error *err);

/* Keep rows; `cols` is context_id, timestamp, fields, as they are written. */
MUST_USE int returning_add(struct exec *returning, const struct vec *cols,
    struct sel sel, struct error *err);
