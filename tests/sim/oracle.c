/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/oracle.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/alloc.h"
#include "sim/oracle_private.h"

#define NEVER UINT64_MAX

struct oracle *
oracle_new(uint64_t seed)
{
	struct oracle *oracle = sim_alloc(sizeof(*oracle));

	oracle->seed = seed;
	oracle->batches = sim_grow(NULL, 0, sizeof(struct oracle_batch));
	oracle->batches[0] =
	    (struct oracle_batch){ .is_acked = true, .fate = FATE_PRESENT };
	oracle->batch_count = 1;
	oracle->events = sim_grow(NULL, 0, sizeof(struct oracle_event));
	oracle->events[0] = (struct oracle_event){ .batch = 0 };
	return oracle;
}

/* An array as sim_grow() has made it, with room as that expects it. */
static void *
array_copy(const void *array, size_t count, size_t size)
{
	size_t room = 1;
	void *copy;

	while (room < count)
		room *= 2;
	copy = sim_alloc(room * size);
	if (count > 0)
		memcpy(copy, array, count * size);
	return copy;
}

static void
forget_later(struct oracle_batch *batch, uint64_t moment)
{
	if ((batch->fate == FATE_PRESENT || batch->fate == FATE_PAST) &&
	    batch->settled_at > moment)
		batch->fate = FATE_OPEN;
	if (batch->is_acked && batch->acked_at > moment)
		batch->is_acked = false;
	if (batch->seen_at > moment)
		batch->seen_at = NEVER;
}

struct oracle *
oracle_at(const struct oracle *oracle, uint64_t moment)
{
	struct oracle *copy = sim_alloc(sizeof(*copy));
	uint32_t kept = 0;

	*copy = *oracle;
	copy->batches = array_copy(oracle->batches, oracle->batch_count,
	    sizeof(struct oracle_batch));
	copy->events = array_copy(oracle->events, oracle->event_count + 1,
	    sizeof(struct oracle_event));
	for (uint32_t b = 1; b < copy->batch_count; b++)
		forget_later(&copy->batches[b], moment);
	copy->horizons = array_copy(oracle->horizons, oracle->horizon_count,
	    sizeof(struct oracle_horizon));
	for (uint32_t i = 0; i < oracle->horizon_count; i++)
		if (oracle->horizons[i].found_at <= moment)
			copy->horizons[kept++] = oracle->horizons[i];
	copy->horizon_count = kept;
	return copy;
}

void
oracle_free(struct oracle *oracle)
{
	if (oracle == NULL)
		return;
	free(oracle->batches);
	free(oracle->events);
	free(oracle->horizons);
	free(oracle);
}

bool
oracle_broken(struct oracle *oracle, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(oracle->why, sizeof(oracle->why), fmt, ap);
	va_end(ap);
	return false;
}

/* ---- what was sent ---- */

static uint32_t
newest_batch(const struct oracle *oracle)
{
	return oracle->batch_count - 1;
}

uint32_t
oracle_begin_batch(struct oracle *oracle, bool is_sync, uint64_t now,
    int64_t wall_us)
{
	if (wall_us > oracle->wall_us_max)
		oracle->wall_us_max = wall_us;
	oracle->batches = sim_grow(oracle->batches, oracle->batch_count,
	    sizeof(struct oracle_batch));
	oracle->batches[oracle->batch_count++] = (struct oracle_batch){
		.first_event = oracle->event_count + 1,
		.is_sync = is_sync,
		.sent_at = now,
		.begun_wall_us = wall_us,
		.seen_at = NEVER,
	};
	return newest_batch(oracle);
}

uint64_t
oracle_add_event(struct oracle *oracle, uint32_t type, uint32_t context,
    int64_t timestamp)
{
	oracle->events = sim_grow(oracle->events, oracle->event_count + 1,
	    sizeof(struct oracle_event));
	oracle->events[++oracle->event_count] = (struct oracle_event){
		.batch = newest_batch(oracle),
		.type = (uint16_t)type,
		.column_count = (uint16_t)oracle->types[type].column_count,
		.context = (uint16_t)context,
		.timestamp = timestamp,
		.seen_timestamp = timestamp,
	};
	oracle->batches[newest_batch(oracle)].event_count++;
	return oracle->event_count;
}

void
oracle_add_kept(struct oracle *oracle, uint32_t type, uint64_t source,
    int64_t timestamp)
{
	uint64_t event = oracle_add_event(oracle, type,
	    oracle->events[source].context, timestamp);

	oracle->events[event].source = source;
}

uint32_t
oracle_add_type(struct oracle *oracle, const char *name)
{
	struct oracle_type *type = &oracle->types[oracle->type_count];

	*type = (struct oracle_type){ .made_by = newest_batch(oracle) };
	snprintf(type->name, sizeof(type->name), "%s", name);
	oracle->batches[newest_batch(oracle)].has_ddl = true;
	return oracle->type_count++;
}

void
oracle_add_column(struct oracle *oracle, uint32_t type, enum oracle_kind kind,
    uint64_t default_seed)
{
	struct oracle_type *t = &oracle->types[type];

	t->columns[t->column_count++] = (struct oracle_column){
		.kind = kind,
		.made_by = newest_batch(oracle),
		.default_seed = default_seed,
	};
	oracle->batches[newest_batch(oracle)].has_ddl = true;
}

uint32_t
oracle_add_kept_type(struct oracle *oracle, const char *name,
    uint32_t source_type)
{
	uint32_t type = oracle_add_type(oracle, name);

	oracle->types[type].kept_of = source_type + 1;
	oracle_add_column(oracle, type, ORACLE_NUMBER, 0);
	oracle_add_column(oracle, type, ORACLE_SOURCE, 0);
	return type;
}

void
oracle_drop_type(struct oracle *oracle, uint32_t type)
{
	oracle->types[type].dropped_by = newest_batch(oracle);
	oracle->batches[newest_batch(oracle)].has_ddl = true;
}

uint32_t
oracle_add_label(struct oracle *oracle)
{
	oracle->label_made_by[oracle->label_count] = newest_batch(oracle);
	oracle->batches[newest_batch(oracle)].has_ddl = true;
	return oracle->label_count++;
}

uint32_t
oracle_add_role(struct oracle *oracle)
{
	oracle->role_made_by[oracle->role_count] = newest_batch(oracle);
	oracle->batches[newest_batch(oracle)].has_ddl = true;
	return oracle->role_count++;
}

void
oracle_rewind(struct oracle *oracle, uint64_t event_count)
{
	struct oracle_batch *batch = &oracle->batches[newest_batch(oracle)];

	batch->event_count -= (uint32_t)(oracle->event_count - event_count);
	oracle->event_count = event_count;
}

void
oracle_acked(struct oracle *oracle, uint32_t batch, uint64_t first_id,
    uint64_t now, int64_t now_us)
{
	struct oracle_batch *b = &oracle->batches[batch];

	b->is_acked = true;
	b->first_id = first_id;
	b->acked_at = now;
	b->acked_us = now_us;
}

/* What a batch was to make is not there; nothing was made since. */
static void
undo_ddl(struct oracle *oracle, uint32_t batch)
{
	while (oracle->label_count > 0 &&
	    oracle->label_made_by[oracle->label_count - 1] == batch)
		oracle->label_count--;
	while (oracle->role_count > 0 &&
	    oracle->role_made_by[oracle->role_count - 1] == batch)
		oracle->role_count--;
	for (uint32_t t = 0; t < oracle->type_count; t++) {
		struct oracle_type *type = &oracle->types[t];

		if (type->dropped_by == batch)
			type->dropped_by = 0;
		if (type->made_by == batch)
			type->is_gone = true;
		while (type->made_by != batch && type->column_count > 0 &&
		    type->columns[type->column_count - 1].made_by == batch)
			type->column_count--;
	}
}

void
oracle_refused(struct oracle *oracle, uint32_t batch)
{
	oracle->batches[batch].fate = FATE_ABSENT;
	if (oracle->batches[batch].has_ddl)
		undo_ddl(oracle, batch);
}

void
oracle_ended(struct oracle *oracle, int64_t now_us, int64_t sync_bound_us)
{
	for (uint32_t b = 1; b < oracle->batch_count; b++) {
		struct oracle_batch *batch = &oracle->batches[b];

		if (batch->fate == FATE_OPEN && batch->is_acked &&
		    batch->acked_us + sync_bound_us > now_us)
			batch->acked_us = INT64_MAX - sync_bound_us;
	}
}

/* ---- looking ---- */

void
look_begin(struct look *look, struct oracle *oracle)
{
	look->oracle = oracle;
	look->event_of_id =
	    sim_alloc((oracle->event_count + 2) * sizeof(uint64_t));
	look->id_count = look->id_last = 0;
	look->range_end = 1;
	look->seen_count = sim_alloc(oracle->batch_count * sizeof(uint32_t));
	look->seen_places = sim_alloc(oracle->batch_count * sizeof(uint32_t));
	look->seen_first = sim_alloc(oracle->batch_count * sizeof(uint64_t));
	look->newest_sent = 0;
	look->noted_at = look->moment;
	memset(look->columns_seen, 0, sizeof(look->columns_seen));
	memset(look->is_dropped, 0, sizeof(look->is_dropped));
	look->label_count = 0;
	look->role_count = 0;
	for (uint32_t t = 0; t < ORACLE_TYPES_MAX; t++)
		look->horizons[t] = ORACLE_NO_HORIZON;
}

void
look_end(struct look *look)
{
	free(look->event_of_id);
	free(look->seen_count);
	free(look->seen_places);
	free(look->seen_first);
}

bool
look_must_have(const struct look *look, uint32_t number)
{
	const struct oracle_batch *batch = &look->oracle->batches[number];

	if (batch->fate == FATE_ABSENT || batch->fate == FATE_PAST)
		return false;
	if (batch->fate == FATE_PRESENT && batch->settled_at <= look->moment)
		return true;
	if (batch->seen_at <= look->moment)
		return true;
	if (!batch->is_acked || batch->acked_at > look->moment)
		return false;
	if (batch->is_sync || batch->has_ddl || look->kind == LOOK_AFTER_KILL)
		return true;
	return look->kind == LOOK_AFTER_CUT &&
	    batch->acked_us + look->sync_bound_us <= look->moment_us;
}

bool
look_may_have(const struct look *look, uint32_t number)
{
	const struct oracle_batch *batch = &look->oracle->batches[number];

	return batch->fate != FATE_ABSENT && batch->sent_at <= look->moment;
}

/* Is what these batches made there as it must and may be, in their order? */
static bool
check_made(struct look *look, const char *what, const char *of,
    const uint32_t *made_by, uint32_t sent, uint32_t found)
{
	struct oracle *oracle = look->oracle;

	if (found > sent)
		return oracle_broken(oracle, "%s has %u %s, %u were made", of,
		    (unsigned)found, what, (unsigned)sent);
	for (uint32_t i = 0; i < sent; i++) {
		if (i < found && !look_may_have(look, made_by[i]))
			return oracle_broken(oracle,
			    "%s has %s %u, which cannot be there", of, what,
			    (unsigned)i);
		if (i >= found && look_must_have(look, made_by[i]))
			return oracle_broken(oracle,
			    "%s has lost %s %u of batch %u", of, what,
			    (unsigned)i, (unsigned)made_by[i]);
	}
	return true;
}

bool
look_labels(struct look *look, uint32_t count)
{
	look->label_count = count;
	return check_made(look, "label", "the enum",
	    look->oracle->label_made_by, look->oracle->label_count, count);
}

bool
look_roles(struct look *look, uint32_t count)
{
	look->role_count = count;
	return check_made(look, "role", "the server",
	    look->oracle->role_made_by, look->oracle->role_count, count);
}

bool
look_type(struct look *look, uint32_t type, uint32_t column_count,
    bool is_dropped)
{
	struct oracle *oracle = look->oracle;
	const struct oracle_type *t = &oracle->types[type];
	uint32_t made_by[ORACLE_COLUMNS_MAX];

	for (uint32_t c = 0; c < t->column_count; c++)
		made_by[c] = t->columns[c].made_by;
	look->columns_seen[type] = column_count;
	look->is_dropped[type] = is_dropped;
	if (!check_made(look, "column", t->name, made_by, t->column_count,
		column_count))
		return false;
	if (is_dropped &&
	    (t->dropped_by == 0 || !look_may_have(look, t->dropped_by)))
		return oracle_broken(oracle, "type %s is dropped", t->name);
	if (!is_dropped && t->dropped_by != 0 &&
	    look_must_have(look, t->dropped_by))
		return oracle_broken(oracle, "type %s is not dropped", t->name);
	return true;
}

static bool
check_values(struct look *look, uint64_t event,
    const struct oracle_value *values, uint32_t count)
{
	struct oracle *oracle = look->oracle;
	const struct oracle_event *e = &oracle->events[event];
	const struct oracle_type *type = &oracle->types[e->type];

	for (uint32_t c = 0; c < count; c++) {
		char text[ORACLE_TEXT_MAX];
		struct oracle_value sent;

		if (c < e->column_count)
			oracle_event_value(oracle, event, c, text, &sent);
		else
			oracle_default_value(&type->columns[c], text, &sent);
		if (!oracle_equal(type->columns[c].kind, &sent, &values[c]))
			return oracle_broken(oracle,
			    "event %" PRIu64 " of type %s has another value in "
			    "column %u (kind %d, null %d instead of %d, number "
			    "%" PRId64 " instead of %" PRId64 ")",
			    event, type->name, (unsigned)c,
			    (int)type->columns[c].kind, values[c].is_null,
			    sent.is_null, values[c].number, sent.number);
	}
	return true;
}

/* R5, R4: the first event that is seen of a batch; its ids are its own. */
static bool
begin_batch(struct look *look, uint32_t number, uint64_t first_id)
{
	struct oracle *oracle = look->oracle;
	const struct oracle_batch *batch = &oracle->batches[number];

	if (batch->fate == FATE_PAST)
		return oracle_broken(oracle, "batch %u was past and is not",
		    (unsigned)number);
	if (first_id < look->range_end || first_id > INT64_MAX)
		return oracle_broken(oracle,
		    "batch %u begins at event_id %" PRIu64
		    ", but the one before it ends at %" PRIu64,
		    (unsigned)number, first_id, look->range_end);
	look->seen_first[number] = first_id;
	look->range_end = first_id + batch->event_count;
	if (batch->is_acked && batch->acked_at < look->newest_sent)
		return oracle_broken(oracle,
		    "batch %u was acknowledged before an earlier one was sent",
		    (unsigned)number);
	if (batch->sent_at > look->newest_sent)
		look->newest_sent = batch->sent_at;
	return true;
}

/* What is not seen of a batch, up to a place, may be past. */
static bool
check_unseen(struct look *look, uint32_t number, uint64_t end)
{
	const struct oracle_batch *batch = &look->oracle->batches[number];

	for (uint64_t i = look->seen_places[number]; i < end; i++)
		if (!look_may_be_past(look, batch->first_event + i))
			return oracle_broken(look->oracle,
			    "event %" PRIu64 ", number %" PRIu64
			    " of batch %u, is lost",
			    batch->first_event + i, i + 1, (unsigned)number);
	return true;
}

/* R2, R4, R5: the place of an event in its batch, and of the batch. */
static bool
check_place(struct look *look, uint64_t id, uint64_t event)
{
	struct oracle *oracle = look->oracle;
	uint32_t number = oracle->events[event].batch;
	const struct oracle_batch *batch = &oracle->batches[number];
	uint64_t place = event - batch->first_event;

	if (place < look->seen_places[number])
		return oracle_broken(oracle,
		    "event %" PRIu64 " comes after number %u of batch %u",
		    event, (unsigned)look->seen_places[number],
		    (unsigned)number);
	if (!check_unseen(look, number, place))
		return false;
	if (look->seen_count[number] == 0 &&
	    !begin_batch(look, number, id - place))
		return false;
	if (id != look->seen_first[number] + place)
		return oracle_broken(oracle,
		    "batch %u is torn apart at event %" PRIu64,
		    (unsigned)number, event);
	if (batch->first_id != 0 && id != batch->first_id + place)
		return oracle_broken(oracle,
		    "event %" PRIu64 " of batch %u has event_id %" PRIu64
		    " instead of %" PRIu64,
		    event, (unsigned)number, id, batch->first_id + place);
	look->seen_count[number]++;
	look->seen_places[number] = (uint32_t)place + 1;
	return true;
}

static bool
check_core(struct look *look, uint64_t event, const char *context,
    size_t context_len, int64_t timestamp)
{
	struct oracle *oracle = look->oracle;
	struct oracle_event *e = &oracle->events[event];
	char name[64];
	size_t len = oracle_context_name(e->context, name);

	if (len != context_len || (len > 0 && memcmp(name, context, len) != 0))
		return oracle_broken(oracle,
		    "event %" PRIu64
		    " has context \"%.*s\" instead of \"%.*s\"",
		    event, (int)context_len, context, (int)len, name);
	if (e->seen_timestamp == ORACLE_SERVER_TIME)
		e->seen_timestamp = timestamp;
	if (timestamp != e->seen_timestamp)
		return oracle_broken(oracle,
		    "event %" PRIu64 " has timestamp %" PRId64
		    " instead of %" PRId64,
		    event, timestamp, e->seen_timestamp);
	if (timestamp < look->horizons[e->type])
		return oracle_broken(oracle,
		    "event %" PRIu64 " is seen, which is older than the "
		    "horizon",
		    event);
	return true;
}

bool
look_values(struct look *look, uint32_t type, uint64_t event,
    const char *context, size_t context_len, int64_t timestamp,
    const struct oracle_value *values, uint32_t value_count)
{
	struct oracle *oracle = look->oracle;

	if (event == 0 || event > oracle->event_count ||
	    oracle->events[event].type != type)
		return oracle_broken(oracle,
		    "type %s has event %" PRIu64 ", which was not sent to it",
		    oracle->types[type].name, event);
	return check_core(look, event, context, context_len, timestamp) &&
	    check_values(look, event, values, value_count);
}

bool
look_event(struct look *look, uint64_t id, uint64_t event)
{
	struct oracle *oracle = look->oracle;
	uint32_t batch = oracle->events[event].batch;

	if (id <= look->id_last || id > oracle->event_count)
		return oracle_broken(oracle,
		    "event_id %" PRIu64 " comes after %" PRIu64, id,
		    look->id_last);
	if (!look_may_have(look, batch))
		return oracle_broken(oracle,
		    "event %" PRIu64 " of batch %u cannot be there (fate %d, "
		    "sent at %" PRIu64 ", looked at %" PRIu64 ")",
		    event, (unsigned)batch, (int)oracle->batches[batch].fate,
		    oracle->batches[batch].sent_at, look->moment);
	if (!check_place(look, id, event))
		return false;
	look->event_of_id[id] = event;
	look->id_last = id;
	look->id_count++;
	return true;
}

/* R4: all ids up to the position are those of batches. */
bool
look_position(struct look *look, uint64_t position)
{
	struct oracle *oracle = look->oracle;
	uint64_t least = 0, most = 0;

	for (uint32_t b = 1; b < oracle->batch_count; b++) {
		uint64_t count = oracle->batches[b].event_count;

		if (look->seen_count[b] > 0 || look_must_have(look, b))
			least += count;
		else if (look_may_have(look, b) &&
		    look_may_be_all_past(look, b))
			most += count;
	}
	most += least;
	if (position >= least && position <= most &&
	    look->range_end <= position + 1)
		return true;
	return oracle_broken(oracle,
	    "position %" PRIu64 " with event_ids up to %" PRIu64 ", %" PRIu64
	    " to %" PRIu64 " events should be there",
	    position, look->range_end - 1, least, most);
}

bool
look_context(struct look *look, uint32_t type, uint32_t context,
    const uint64_t *ids, size_t count)
{
	struct oracle *oracle = look->oracle;
	size_t found = 0;

	for (uint64_t id = 1; id <= look->id_last; id++) {
		const struct oracle_event *e =
		    &oracle->events[look->event_of_id[id]];

		if (look->event_of_id[id] == 0 || e->type != type ||
		    e->context != context)
			continue;
		if (found >= count || ids[found] != id)
			return oracle_broken(oracle,
			    "context %u lacks event_id %" PRIu64
			    " at place %zu of %zu",
			    (unsigned)context, id, found, count);
		found++;
	}
	if (found != count)
		return oracle_broken(oracle,
		    "context %u has %zu events instead of %zu",
		    (unsigned)context, count, found);
	return true;
}

/* R7, for types and fields that look_type() was not told of. */
static bool
judge_types(struct look *look)
{
	struct oracle *oracle = look->oracle;

	for (uint32_t t = 0; t < oracle->type_count; t++)
		if (look->columns_seen[t] == 0 &&
		    look_must_have(look, oracle->types[t].made_by))
			return oracle_broken(oracle,
			    "type %s of batch %u is lost",
			    oracle->types[t].name,
			    (unsigned)oracle->types[t].made_by);
	return true;
}

/* R4: ids that were told belong to the batch though nothing of it is seen. */
static bool
judge_hidden_ids(struct look *look, uint32_t number)
{
	const struct oracle_batch *batch = &look->oracle->batches[number];

	for (uint64_t i = 0; batch->first_id != 0 && i < batch->event_count;
	     i++) {
		uint64_t id = batch->first_id + i;

		if (id <= look->id_last && look->event_of_id[id] != 0)
			return oracle_broken(look->oracle,
			    "event_id %" PRIu64
			    " of batch %u is that of event %" PRIu64,
			    id, (unsigned)number, look->event_of_id[id]);
	}
	return true;
}

static bool
judge_batch(struct look *look, uint32_t b)
{
	struct oracle *oracle = look->oracle;
	const struct oracle_batch *batch = &oracle->batches[b];

	if (look->seen_count[b] > 0)
		return check_unseen(look, b, batch->event_count);
	if (batch->event_count == 0 || !look_must_have(look, b))
		return true;
	if (look_may_be_all_past(look, b))
		return judge_hidden_ids(look, b);
	return oracle_broken(oracle,
	    "batch %u of %u events is lost (%s, acked %d at %" PRIu64
	    ", seen at %" PRId64 ", looked at %" PRIu64 ", %" PRIu64
	    " events are there)",
	    (unsigned)b, (unsigned)batch->event_count,
	    batch->is_sync ? "sync" : "no sync", batch->is_acked,
	    batch->acked_at, (int64_t)batch->seen_at, look->moment,
	    look->id_count);
}

bool
look_judge(struct look *look)
{
	for (uint32_t b = 1; b < look->oracle->batch_count; b++)
		if (!judge_batch(look, b))
			return false;
	return judge_types(look);
}

/* ---- settling ---- */

/* Is anything there that this batch has made? */
static bool
is_there(const struct look *look, uint32_t b)
{
	const struct oracle *oracle = look->oracle;

	if (look->seen_count[b] > 0)
		return true;
	for (uint32_t r = 0; r < look->role_count; r++)
		if (oracle->role_made_by[r] == b)
			return true;
	for (uint32_t l = 0; l < look->label_count; l++)
		if (oracle->label_made_by[l] == b)
			return true;
	for (uint32_t i = 0; i < oracle->horizon_count; i++)
		if (oracle->horizons[i].made_by == b &&
		    look->horizons[oracle->horizons[i].type] >=
			oracle->horizons[i].time)
			return true;
	for (uint32_t t = 0; t < oracle->type_count; t++) {
		if (look->is_dropped[t] && oracle->types[t].dropped_by == b)
			return true;
		for (uint32_t c = 0; c < look->columns_seen[t]; c++)
			if (oracle->types[t].columns[c].made_by == b)
				return true;
	}
	return false;
}

/* Schemas are as this first look has found them. */
static void
settle_schemas(struct look *look)
{
	struct oracle *oracle = look->oracle;

	oracle->label_count = look->label_count;
	oracle->role_count = look->role_count;
	for (uint32_t t = 0; t < oracle->type_count; t++) {
		struct oracle_type *type = &oracle->types[t];

		type->is_gone = look->columns_seen[t] == 0;
		if (!type->is_gone)
			type->column_count = look->columns_seen[t];
		if (!look->is_dropped[t])
			type->dropped_by = 0;
	}
}

static enum oracle_fate
fate_of(const struct look *look, uint32_t b, bool is_found)
{
	if (is_found)
		return FATE_PRESENT;
	/* Of what is past nobody can say whether it is there. */
	if (look_may_be_all_past(look, b) && look_may_have(look, b))
		return look_must_have(look, b) ? FATE_PRESENT : FATE_PAST;
	return FATE_ABSENT;
}

static void
settle_batch(struct look *look, uint32_t b)
{
	struct oracle_batch *batch = &look->oracle->batches[b];
	bool is_found = is_there(look, b);

	if (batch->fate != FATE_OPEN)
		return;
	if (look->kind == LOOK_LIVE) {
		if (is_found && look->noted_at < batch->seen_at)
			batch->seen_at = look->noted_at;
	} else {
		batch->fate = fate_of(look, b, is_found);
		batch->settled_at = look->noted_at;
	}
	if (look->seen_count[b] > 0)
		batch->first_id = look->seen_first[b];
	else if (batch->fate == FATE_ABSENT)
		batch->first_id = 0;
}

void
look_settle(struct look *look)
{
	for (uint32_t b = 1; b < look->oracle->batch_count; b++)
		settle_batch(look, b);
	look_settle_horizons(look);
	if (look->kind != LOOK_LIVE)
		settle_schemas(look);
}
