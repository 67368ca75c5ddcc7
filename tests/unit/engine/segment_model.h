/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_model.h -- events of every form in plain arrays: what segments are
 * made from and compared with in tests.
 */
#pragma once

#include <stdint.h>

#include "common/arena.h"
#include "engine/engine.h"
#include "engine/segment/segment.h"
#include "vec/vec.h"

#define MODEL_FIELDS  15
#define MODEL_COLUMNS (SEGMENT_CORE_COLUMNS + MODEL_FIELDS)
#define MODEL_OID     20000u

struct model {
	struct arena arena;
	uint64_t seed;
	uint64_t ref_count; /* drawn so far */
	uint32_t row_count;
	uint32_t zone_rows;
	struct vec cols[MODEL_COLUMNS]; /* row_count rows, as in a section */
	struct event_type type;         /* all fields and one younger */
	struct field fields[MODEL_FIELDS + 1];
	struct uuid directory;
};

/* Fill with random events; `flavour` chooses how values repeat. */
void model_init(struct model *model, uint64_t seed, uint32_t row_count,
    uint32_t zone_rows);
void model_release(struct model *model);
uint64_t model_draw(struct model *model);

/* Write as segment `number` of one type, in batches of odd sizes. */
void model_write(struct model *model, struct os_fs *fs, const char *dir,
    uint64_t number, struct segment_meta *meta);

/* Fails the test unless row `row` of the batch is row `at` of the model. */
void model_check_row(const struct model *model, const struct batch *batch,
    const uint32_t *attnums, uint32_t row, uint32_t at);

/* Is a value of the model within a range?  Nulls are not. */
bool model_in_range(const struct model *model, uint32_t row,
    const struct scan_range *range);
