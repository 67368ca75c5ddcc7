/* SPDX-License-Identifier: Apache-2.0 */
/*
 * join_keys.h -- the keys of a join's table as keys of the system tables that
 * are looked up in it (exec/system_scan.h); private to src/exec/.
 */
#pragma once

#include "exec/join_private.h"

/*
 * After the table has been built and before the other side is read: where only
 * rows with a partner count, tell the system scans below which values their
 * columns must have.
 */
void join_offer_keys(struct join_op *join);
