/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packed.h -- single values as bytes inside others: elements of arrays, fields
 * of records.  The bytes are in the machine's order and not aligned:
 *
 *   bool         1 byte
 *   i64, f64     8 bytes
 *   uuid         16 bytes
 *   interval     its struct, 16 bytes
 *   string       its bytes
 *   numeric      u8 kind, u8 how, u16 scale, then the coefficient: 16 bytes
 *                if how is 0, else limbs; of a negative number if how is 2
 *
 * A null has no bytes: who packs says which are null.
 */
#pragma once

#include <stddef.h>

#include "common/arena.h"
#include "common/str.h"
#include "vec/value.h"

size_t packed_size(enum phys phys, const struct datum *value);

/* The value is not null; `at` has room for packed_size() bytes. */
void packed_write(enum phys phys, const struct datum *value, char *at);

/* Strings are borrowed; limbs are in the arena. */
struct datum packed_read(enum phys phys, struct str bytes, struct arena *arena);
