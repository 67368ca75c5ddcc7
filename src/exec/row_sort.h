/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_sort.h -- putting row numbers in order, in a way that can be cancelled.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "common/attr.h"

struct error;

/* As for qsort_r(): a and b point to row numbers. */
typedef int row_compare_fn(const void *a, const void *b, void *arg);

/*
 * Sort `count` row numbers; `scratch` has room for half as many.  `compare` is a
 * total order: it tells equal rows apart, by their numbers, where their order
 * matters.  The flag is tested every few thousand comparisons.
 *
 * Returns 0 or STELE_E_QUERY_CANCELED; then the order is none.
 */
MUST_USE int row_sort(uint32_t *rows, uint32_t *scratch, uint32_t count,
    row_compare_fn *compare, void *arg, const atomic_bool *cancel,
    struct error *err);
