/* SPDX-License-Identifier: Apache-2.0 */
/*
 * content_hash.h -- a hash of what rows say, whatever their order and however
 * they are stored.
 *
 * Two sets of rows have the same sum if they are the same; a row that is lost,
 * doubled, or changed in one value gives another one but for chance.  So a
 * merge knows that its outputs hold what its inputs held (promise C4).
 *
 * Threads: any.
 */
#pragma once

#include <stdint.h>

#include "common/str.h"
#include "vec/vec.h"

struct content_hash {
	uint64_t row_count;
	uint64_t sum; /* of the hashes of all rows */
};

/* What stands for a string. */
uint32_t content_hash_string(struct str s);

/*
 * Add the selected rows of a type, with the columns in the same order each
 * time.  Strings may be given as codes: then string_hashes[c] has what stands
 * for each code; NULL for all other columns.
 */
void content_hash_add(struct content_hash *hash, uint32_t type_oid,
    const struct batch *batch, const uint32_t *const *string_hashes);
