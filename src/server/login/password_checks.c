/* SPDX-License-Identifier: Apache-2.0 */
#include "server/login/password_checks.h"

#include <assert.h>

void
password_checks_init(struct password_checks *checks, uint32_t workers)
{
	checks->workers = workers;
	atomic_init(&checks->under_way, 0);
}

bool
password_checks_take(struct password_checks *checks, uint32_t max)
{
	uint32_t spared = checks->workers > 1 ? checks->workers - 1 : 1;
	uint32_t limit = max < spared ? max : spared;

	/* They count, and order nothing. */
	if (atomic_fetch_add_explicit(&checks->under_way, 1,
		memory_order_relaxed) < limit)
		return true;
	password_checks_give(checks);
	return false;
}

void
password_checks_give(struct password_checks *checks)
{
	unsigned before = atomic_fetch_sub_explicit(&checks->under_way, 1,
	    memory_order_relaxed);

	assert(before > 0);
	(void)before;
}
