/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oracle_horizon.c -- R8: what is too old.
 */
#include <inttypes.h>

#include "sim/alloc.h"
#include "sim/oracle_private.h"

/* ---- what was sent ---- */

static void
add_horizon(struct oracle *oracle, const struct oracle_horizon *horizon)
{
	oracle->horizons = sim_grow(oracle->horizons, oracle->horizon_count,
	    sizeof(*oracle->horizons));
	oracle->horizons[oracle->horizon_count++] = *horizon;
}

void
oracle_set_horizon(struct oracle *oracle, uint32_t type, int64_t retain_us,
    int64_t time)
{
	add_horizon(oracle,
	    &(struct oracle_horizon){
		.type = type,
		.made_by = oracle->batch_count - 1,
		.retain_us = retain_us,
		.time = time,
	    });
	oracle->batches[oracle->batch_count - 1].has_ddl = true;
}

static bool
is_absent(const struct oracle *oracle, const struct oracle_horizon *horizon)
{
	return oracle->batches[horizon->made_by].fate == FATE_ABSENT;
}

/* Where the engine may have moved it to by itself since. */
static int64_t
moved_horizon(const struct oracle *oracle, const struct oracle_horizon *horizon)
{
	if (horizon->made_by == 0 || horizon->retain_us == 0)
		return ORACLE_NO_HORIZON;
	return oracle->wall_us_max - horizon->retain_us;
}

int64_t
oracle_greatest_horizon(const struct oracle *oracle, uint32_t type)
{
	int64_t greatest = ORACLE_NO_HORIZON;

	for (uint32_t i = 0; i < oracle->horizon_count; i++) {
		const struct oracle_horizon *horizon = &oracle->horizons[i];

		if (horizon->type == type && !is_absent(oracle, horizon) &&
		    horizon->time > greatest)
			greatest = horizon->time;
	}
	return greatest;
}

/* The least that its timestamp can be. */
static int64_t
time_of(const struct oracle *oracle, const struct oracle_event *event)
{
	return event->seen_timestamp != ORACLE_SERVER_TIME
	    ? event->seen_timestamp
	    : oracle->batches[event->batch].begun_wall_us;
}

bool
oracle_may_be_too_old(const struct oracle *oracle, uint32_t batch)
{
	const struct oracle_batch *b = &oracle->batches[batch];

	for (uint32_t i = 0; i < oracle->horizon_count; i++) {
		const struct oracle_horizon *horizon = &oracle->horizons[i];
		int64_t moved = moved_horizon(oracle, horizon);

		for (uint32_t k = 0; k < b->event_count; k++) {
			const struct oracle_event *event =
			    &oracle->events[b->first_event + k];
			int64_t time = time_of(oracle, event);

			if (event->type == horizon->type &&
			    !is_absent(oracle, horizon) &&
			    (time < horizon->time || time < moved))
				return true;
		}
	}
	return false;
}

bool
oracle_check_taken(struct oracle *oracle, uint32_t batch)
{
	const struct oracle_batch *b = &oracle->batches[batch];

	for (uint32_t i = 0; i < oracle->horizon_count; i++) {
		const struct oracle_horizon *horizon = &oracle->horizons[i];
		const struct oracle_batch *by =
		    &oracle->batches[horizon->made_by];
		bool was_there = horizon->made_by == 0
		    ? horizon->found_at < b->sent_at
		    : by->is_acked && by->acked_at < b->sent_at;

		for (uint32_t k = 0; was_there && k < b->event_count; k++) {
			const struct oracle_event *event =
			    &oracle->events[b->first_event + k];

			if (event->type == horizon->type &&
			    event->timestamp != ORACLE_SERVER_TIME &&
			    event->timestamp < horizon->time)
				return oracle_broken(oracle,
				    "event %" PRIu64 " of batch %u is taken, "
				    "which is older than the horizon",
				    b->first_event + k, (unsigned)batch);
		}
	}
	return true;
}

/* ---- what is there ---- */

/* The least that the type's horizon must be. */
static int64_t
least_horizon(const struct look *look, uint32_t type)
{
	int64_t least = ORACLE_NO_HORIZON;

	for (uint32_t i = 0; i < look->oracle->horizon_count; i++) {
		const struct oracle_horizon *horizon =
		    &look->oracle->horizons[i];
		bool must_be = horizon->made_by == 0
		    ? horizon->found_at <= look->moment
		    : look_must_have(look, horizon->made_by);

		if (horizon->type == type && must_be && horizon->time > least)
			least = horizon->time;
	}
	return least;
}

bool
look_horizon(struct look *look, uint32_t type, int64_t retain_us, int64_t time)
{
	struct oracle *oracle = look->oracle;
	const char *name = oracle->types[type].name;
	int64_t least = least_horizon(look, type);
	bool may_be = time == ORACLE_NO_HORIZON, may_retain = retain_us == 0;

	look->horizons[type] = time;
	for (uint32_t i = 0; i < oracle->horizon_count; i++) {
		const struct oracle_horizon *horizon = &oracle->horizons[i];

		if (horizon->type != type ||
		    (horizon->made_by != 0 &&
			!look_may_have(look, horizon->made_by)))
			continue;
		may_be |= time == horizon->time ||
		    time <= moved_horizon(oracle, horizon);
		may_retain |=
		    horizon->made_by != 0 && horizon->retain_us == retain_us;
	}
	may_be |= look->is_of_salvage && oracle->types[type].kept_of != 0;
	if (time < least)
		return oracle_broken(oracle,
		    "the horizon of type %s is %" PRId64 " instead of %" PRId64
		    " or more",
		    name, time, least);
	if (!may_be || !may_retain)
		return oracle_broken(oracle,
		    "type %s has horizon %" PRId64 " and retains for %" PRId64
		    ", which nobody has asked for",
		    name, time, retain_us);
	return true;
}

bool
look_may_be_past(const struct look *look, uint64_t event)
{
	const struct oracle_event *e = &look->oracle->events[event];

	return time_of(look->oracle, e) < look->horizons[e->type];
}

bool
look_may_be_all_past(const struct look *look, uint32_t batch)
{
	const struct oracle_batch *b = &look->oracle->batches[batch];

	for (uint32_t k = 0; k < b->event_count; k++)
		if (!look_may_be_past(look, b->first_event + k))
			return false;
	return b->event_count > 0;
}

void
look_settle_horizons(struct look *look)
{
	for (uint32_t type = 0; type < look->oracle->type_count; type++)
		if (look->horizons[type] > least_horizon(look, type))
			add_horizon(look->oracle,
			    &(struct oracle_horizon){
				.type = type,
				.found_at = look->noted_at,
				.time = look->horizons[type],
			    });
}
