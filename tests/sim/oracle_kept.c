/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oracle_kept.c -- R9: what is kept of a query.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "sim/alloc.h"
#include "sim/oracle_private.h"

/* An event of the source, at its place, and how often it was found kept. */
static bool
check_source(struct look *look, uint32_t type, uint64_t id, uint32_t times,
    uint64_t position)
{
	const char *name = look->oracle->types[type].name;
	uint64_t event = look->event_of_id[id];

	if (id <= position && times == 0)
		return oracle_broken(look->oracle,
		    "%s, good up to %" PRIu64 ", does not have event %" PRIu64
		    " at %" PRIu64,
		    name, position, event, id);
	if (id > position && times > 0)
		return oracle_broken(look->oracle,
		    "%s, good up to %" PRIu64 ", has event %" PRIu64
		    " at %" PRIu64,
		    name, position, event, id);
	return true;
}

/* A kept row: of the right type, once, of what is there or has gone. */
static bool
check_row(struct look *look, uint32_t type, uint64_t event, uint32_t *times,
    const bool *is_seen)
{
	const struct oracle *oracle = look->oracle;
	uint64_t source = oracle->events[event].source;

	if (source == 0 || source > oracle->event_count ||
	    oracle->events[source].type + 1u != oracle->types[type].kept_of)
		return oracle_broken(look->oracle,
		    "row %" PRIu64 " of %s is of no event", event,
		    oracle->types[type].name);
	if (++times[source] > 1)
		return oracle_broken(look->oracle,
		    "%s has event %" PRIu64 " twice", oracle->types[type].name,
		    source);
	if (!is_seen[source] && !look_may_be_past(look, source))
		return oracle_broken(look->oracle,
		    "%s has event %" PRIu64 ", which is not there",
		    oracle->types[type].name, source);
	return true;
}

bool
look_kept(struct look *look, uint32_t type, uint64_t position)
{
	const struct oracle *oracle = look->oracle;
	uint64_t count = oracle->event_count + 1;
	uint32_t *times = sim_alloc(count * sizeof(*times));
	bool *is_seen = sim_alloc(count * sizeof(*is_seen));
	bool holds = true;

	for (uint64_t i = 0; i < count; i++) {
		times[i] = 0;
		is_seen[i] = false;
	}
	for (uint64_t id = 1; id <= look->id_last; id++)
		is_seen[look->event_of_id[id]] = true;
	for (uint64_t id = 1; id <= look->id_last && holds; id++) {
		uint64_t event = look->event_of_id[id];

		if (event != 0 && oracle->events[event].type == type)
			holds = check_row(look, type, event, times, is_seen);
	}
	for (uint64_t id = 1; id <= look->id_last && holds; id++) {
		uint64_t event = look->event_of_id[id];

		if (event != 0 &&
		    oracle->events[event].type + 1u ==
			oracle->types[type].kept_of)
			holds = check_source(look, type, id, times[event],
			    position);
	}
	free(times);
	free(is_seen);
	return holds;
}
