/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agg_distinct.h -- about how many different values there were.
 *
 * HyperLogLog (Flajolet, Fusy, Gandouet, Meunier 2007) with 4,096 registers,
 * read by Ertl's improved estimator (O. Ertl, "New cardinality estimation
 * algorithms for HyperLogLog sketches", 2017), which needs no tables and no
 * range of its own for few values.  The standard error is 1.04 / sqrt(4096):
 * 1.6 %.  Until there are some hundred, the hashes themselves are kept and the
 * count is exact; a sketch never takes more than 4 KiB and what it grew from.
 *
 * Values come as 64-bit hashes.  Memory: the arena that is passed, always the
 * same one.  Threads: one.
 */
#pragma once

#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"

struct distinct_sketch;
struct error;

MUST_USE int distinct_sketch_new(struct arena *arena,
    struct distinct_sketch **out, struct error *err);
MUST_USE int distinct_sketch_add(struct distinct_sketch *sketch, uint64_t hash,
    struct arena *arena, struct error *err);

/* Add all that `other` has seen. */
MUST_USE int distinct_sketch_merge(struct distinct_sketch *sketch,
    const struct distinct_sketch *other, struct arena *arena,
    struct error *err);
int64_t distinct_sketch_count(const struct distinct_sketch *sketch);
