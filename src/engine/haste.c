/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/haste.h"

#include "common/error.h"
#include "common/must.h"
#include "engine/engine.h"

static _Thread_local struct {
	uint64_t steps_left;
	uint64_t expectable; /* steps at the beginning, less what is expected */
	bool is_on;
	bool has_failed;
} haste;

void
engine_haste_begin(uint64_t steps)
{
	MUST(!haste.is_on);
	haste.steps_left = steps;
	haste.expectable = steps;
	haste.is_on = true;
	haste.has_failed = false;
}

void
engine_haste_end(void)
{
	MUST(haste.is_on);
	haste.is_on = false;
}

bool
engine_haste_has_failed(void)
{
	return haste.is_on && haste.has_failed;
}

static int
fail(struct error *err)
{
	haste.has_failed = true;
	return error_set(err, STELE_E_INSUFFICIENT_RESOURCES,
	    "it takes too long for the thread that reads it");
}

int
haste_check_read(struct error *err)
{
	return haste.is_on ? fail(err) : 0;
}

int
haste_take(uint64_t steps, struct error *err)
{
	if (!haste.is_on)
		return 0;
	/* What has failed once does not succeed with something smaller. */
	if (haste.has_failed || steps > haste.steps_left)
		return fail(err);
	haste.steps_left -= steps;
	return 0;
}

int
haste_expect(uint64_t steps, struct error *err)
{
	if (!haste.is_on)
		return 0;
	if (steps > haste.expectable)
		return fail(err);
	haste.expectable -= steps;
	return 0;
}

bool
haste_is_on(void)
{
	return haste.is_on;
}
