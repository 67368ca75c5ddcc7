/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_runs.h -- rows in turn with one key: events come in the order of time, so
 * those of an hour or a day mostly stand together.
 */
#pragma once

#include <stdint.h>

#include "vec/vec.h"

/*
 * Where runs of equal values begin, as positions in the selection: how many
 * there are, or 0 if they are so short, or the values such, that it is not worth
 * while.  `starts` has room for all of the selection.
 */
uint32_t key_runs_find(const struct vec *key, struct sel sel, uint16_t *starts);
