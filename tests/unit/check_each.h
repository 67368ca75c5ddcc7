/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_each.h -- assertions in loops.
 */
#pragma once

#include <check.h>

/*
 * As ck_assert(), for each of many: Check writes every assertion that holds into
 * a file, this only one that does not.
 */
#define CHECK_EACH(condition) \
	do { \
		if (!(condition)) \
			ck_abort_msg("%s", #condition); \
	} while (0)
