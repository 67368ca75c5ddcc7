/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reads.h -- whether a query reads a relation.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct plan;

/*
 * Of a PLAN_QUERY: an event type, a view (and what its own query reads), or what
 * is temporary, named wherever in the statement.
 */
bool plan_reads(const struct plan *plan, uint32_t oid);
