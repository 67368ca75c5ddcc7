/* SPDX-License-Identifier: Apache-2.0 */
/*
 * must.h -- an assertion that stays in release builds.
 *
 * For what protects data: a broken invariant ends the process, and recovery
 * from the log is the way on.  Never for input, a peer, or a disk.
 */
#pragma once

#include "common/attr.h"

NORETURN void must_failed(const char *condition, const char *file, int line);

#define MUST(condition) \
	((condition) ? (void)0 : must_failed(#condition, __FILE__, __LINE__))
