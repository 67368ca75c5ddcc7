/* SPDX-License-Identifier: Apache-2.0 */
/*
 * last_row.h -- some columns of one row, kept to be compared with rows of later
 * batches: for operators over rows whose equals come together.
 *
 * Memory: a row_store.  Threads: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "exec/row_store.h"
#include "types/type.h"
#include "vec/vec.h"

struct last_row {
	const uint32_t *columns; /* of the batches */
	uint32_t count;
	struct type *types;
	struct row_store store;
};

/* `types` are those of the batches' columns; `columns` stay. */
void last_row_init(struct last_row *last, const struct type *types,
    const uint32_t *columns, uint32_t count, struct arena *arena,
    struct mem_budget *budget);
void last_row_release(struct last_row *last);

static inline bool
last_row_is_set(const struct last_row *last)
{
	return last->store.row_count > 0;
}

/* Keep a row of a batch in place of the one before. */
MUST_USE int last_row_set(struct last_row *last, const struct batch *batch,
    uint32_t row, struct error *err);

/* Whether a row equals the one that is kept; nulls are equal. */
bool last_row_equal(const struct last_row *last, const struct batch *batch,
    uint32_t row);

/* The same for two rows of a batch. */
bool last_row_pair_equal(const struct last_row *last, const struct batch *batch,
    uint32_t a, uint32_t b);
