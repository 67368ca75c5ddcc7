/* SPDX-License-Identifier: Apache-2.0 */
/*
 * str_sort.h -- many strings in bytewise order.
 *
 * Strings that share a beginning are not compared with each other: eight bytes
 * at a time are sorted as integers, by radix, and only those that are equal so
 * far are looked at further.
 */
#pragma once

#include <stdint.h>

#include "common/str.h"

struct str_item {
	struct str string;
	uint64_t key; /* private */
	uint32_t tag; /* the caller's */
};

/* `spare` has room for as many items and is overwritten. */
void str_sort(struct str_item *items, struct str_item *spare, uint32_t count);
