/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/known_function.h"

#include "plan/bind.h"
#include "plan/set_function.h"

/* An argument that repeats is an array in pg_proc. */
static bool
takes(const struct function *function, const uint32_t *args, uint32_t count)
{
	uint32_t plain = function->is_variadic ? count - 1 : count;

	if (function->arg_count != count)
		return false;
	for (uint32_t i = 0; i < plain; i++)
		if (function->args[i] != args[i])
			return false;
	return true;
}

static bool
is_known(enum function_kind kind, struct str name, const uint32_t *args,
    uint32_t count)
{
	const struct function *function = NULL;

	while ((function = function_next(kind, name, function)) != NULL)
		if (takes(function, args, count))
			return true;
	return false;
}

/* count(*) has no argument in pg_proc. */
static bool
aggregate_is_known(struct str name, const uint32_t *args, uint32_t count)
{
	const struct aggregate *aggregate = NULL;

	while ((aggregate = aggregate_next(name, aggregate)) != NULL) {
		uint32_t same = 0;

		while (same < count && same < aggregate->arg_count &&
		    aggregate->args[same] == args[same])
			same++;
		if ((same == count && count == aggregate->arg_count) ||
		    (count == 0 && str_equal(name, STR("count"))))
			return true;
	}
	return false;
}

bool
function_is_known(struct str name, const uint32_t *args, uint32_t count)
{
	return is_known(FUNCTION_PLAIN, name, args, count) ||
	    aggregate_is_known(name, args, count) ||
	    is_hypothetical_set(name) || is_window_function(name) ||
	    set_function_next(name, NULL) != NULL || is_fact_function(name);
}

bool
operator_is_known(struct str name, const uint32_t *args, uint32_t count)
{
	return is_known(FUNCTION_OPERATOR, name, args, count);
}
