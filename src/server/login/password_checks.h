/* SPDX-License-Identifier: Apache-2.0 */
/*
 * password_checks.h -- how many clear passwords workers look at at a time.
 *
 * Each costs the server what a login by SCRAM costs its client, and no cancel
 * ends it.  Others wait, and one worker is left for queries, where there are
 * several.
 *
 * Threads: any.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Until somebody who has to wait looks again. */
#define PASSWORD_CHECK_WAIT_MS 20

struct password_checks {
	uint32_t workers; /* immutable */
	atomic_uint under_way;
};

void password_checks_init(struct password_checks *checks, uint32_t workers);

/* One more, of at most `max`; false: not now.  Who has taken one gives it back. */
bool password_checks_take(struct password_checks *checks, uint32_t max);
void password_checks_give(struct password_checks *checks);
