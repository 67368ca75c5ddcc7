/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/step.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/append/write_batch.h"
#include "sim/random.h"
#include "sim/sched.h"
#include "sim/world.h"

/* ---- appending ---- */

/* A batch of `count` events over up to `types` types, sent. */
static void
send_events(struct world *world, enum sync_mode mode, uint32_t count,
    uint32_t types)
{
	struct write_batch *batch;

	if (world_type_count(world) == 0)
		return;
	batch = world_begin(world, mode);
	if (batch == NULL)
		return;
	for (uint32_t i = 0; i < types; i++) {
		uint32_t some = i + 1 == types ? count : count / types;

		count -= some;
		if (!world_add_events(world, batch, world_draw_type(world),
			some)) {
			world_give_up(world, batch);
			return;
		}
	}
	world_send(world, batch, mode);
}

/* n events, one a batch, each answered before the next. */
static void
store_each(struct world *world, uint32_t n)
{
	while (n-- > 0) {
		send_events(world, SYNC_ON, 1, 1);
		world_wait(world);
	}
}

/* n batches on their way at once, of a few events. */
static void
store_pipelined(struct world *world, uint32_t n)
{
	while (n-- > 0)
		send_events(world, SYNC_ON,
		    1 + (uint32_t)random_below(&world->random, 4), 1);
	world_wait(world);
}

static void
store_async(struct world *world, uint32_t n)
{
	while (n-- > 0)
		send_events(world, SYNC_OFF,
		    1 + (uint32_t)random_below(&world->random, 3), 1);
	world_wait(world);
}

static void
store_mixed(struct world *world, uint32_t n)
{
	while (n-- > 0)
		send_events(world,
		    random_once_in(&world->random, 2) ? SYNC_ON : SYNC_OFF,
		    1 + (uint32_t)random_below(&world->random, 6), 2);
	world_wait(world);
}

/* One batch of n events, over shards and types. */
static void
store_batch(struct world *world, uint32_t n)
{
	send_events(world, SYNC_ON, n, 3);
	world_wait(world);
}

/* One that is not copied into the log's buffer: past 256 KiB. */
static void
store_large(struct world *world, uint32_t n)
{
	send_events(world, SYNC_ON, 1500 * n, 1);
	world_wait(world);
}

/* Rows of one type until they are too many for the log's buffer. */
static bool
add_large(struct world *world, struct write_batch *batch)
{
	uint32_t type = world_draw_type(world);

	do {
		if (!world_add_events(world, batch, type, 400))
			return false;
		write_batch_encode_gathered(batch);
	} while (batch->bytes.len <= WAL_BATCH_HEADROOM + WAL_COPY_SIZE_MAX);
	return true;
}

/*
 * A batch that is not copied into the log's buffer, and others before and
 * behind it that do not wait for it; where such a batch is not staged.
 */
static void
store_beside_large(struct world *world, uint32_t n)
{
	struct write_batch *batch;

	if (world_type_count(world) == 0 ||
	    world->options.batch_memory_bytes <= 2 * WAL_COPY_SIZE_MAX)
		return;
	send_events(world, SYNC_ON, 1, 1);
	batch = world_begin(world, SYNC_ON);
	if (batch != NULL && add_large(world, batch))
		world_send(world, batch, SYNC_ON);
	else if (batch != NULL)
		world_give_up(world, batch);
	while (n-- > 0)
		send_events(world,
		    random_once_in(&world->random, 2) ? SYNC_ON : SYNC_OFF,
		    1 + (uint32_t)random_below(&world->random, 3), 1);
	world_wait(world);
}

/* A transaction that goes back to a savepoint. */
static void
store_rewound(struct world *world, uint32_t n)
{
	struct write_batch *batch;
	struct write_batch_mark mark;
	uint64_t events;

	if (world_type_count(world) == 0)
		return;
	batch = world_begin(world, SYNC_ON);
	if (batch == NULL)
		return;
	if (!world_add_events(world, batch, world_draw_type(world), n)) {
		world_give_up(world, batch);
		return;
	}
	mark = write_batch_mark(batch);
	events = world->oracle->event_count;
	if (world_add_events(world, batch, world_draw_type(world), n))
		oracle_rewind(world->oracle, events);
	write_batch_rewind(batch, mark);
	world_send(world, batch, SYNC_ON);
	world_wait(world);
}

/*
 * A transaction past batch_memory: rows, a savepoint, rows that are taken back
 * or not, and rows again; one in four is rolled back.
 */
static bool
add_staged(struct world *world, struct write_batch *batch, uint32_t n)
{
	struct oracle *oracle = world->oracle;
	struct write_batch_mark mark;
	uint64_t events;

	if (!world_add_events(world, batch, world_draw_type(world), n) ||
	    !world_add_events(world, batch, world_draw_type(world), n))
		return false;
	mark = write_batch_mark(batch);
	events = oracle->event_count;
	if (!world_add_events(world, batch, world_draw_type(world), n) ||
	    !world_add_events(world, batch, world_draw_type(world), n / 2))
		return false;
	if (random_once_in(&world->random, 2)) {
		write_batch_rewind(batch, mark);
		oracle_rewind(oracle, events);
	}
	return world_add_events(world, batch, world_draw_type(world), n) &&
	    world_add_events(world, batch, world_draw_type(world), 2);
}

static void
store_staged(struct world *world, uint32_t n)
{
	while (n-- > 0 && world_type_count(world) > 0) {
		struct write_batch *batch = world_begin(world, SYNC_ON);

		if (batch == NULL)
			continue;
		if (!add_staged(world, batch, 70) ||
		    random_once_in(&world->random, 4))
			world_give_up(world, batch);
		else
			world_send(world, batch, SYNC_ON);
		send_events(world, SYNC_ON, 3, 1);
	}
	world_wait(world);
}

/* ---- schema changes ---- */

static void
send_or_give_up(struct world *world, struct write_batch *batch, bool is_whole)
{
	if (is_whole)
		world_send(world, batch, SYNC_ON);
	else
		world_give_up(world, batch);
	world_wait(world);
}

static void
create_type(struct world *world, uint32_t n)
{
	while (n-- > 0) {
		struct write_batch *batch = world_begin(world, SYNC_ON);

		if (batch != NULL)
			send_or_give_up(world, batch,
			    world_add_type(world, batch));
	}
}

static void
add_column(struct world *world, uint32_t n)
{
	while (n-- > 0 && world_type_count(world) > 0) {
		struct write_batch *batch = world_begin(world, SYNC_ON);

		if (batch != NULL)
			send_or_give_up(world, batch,
			    world_add_column(world, batch,
				world_draw_type(world)));
	}
}

static void
add_label(struct world *world, uint32_t n)
{
	while (n-- > 0) {
		struct write_batch *batch = world_begin(world, SYNC_ON);

		if (batch != NULL)
			send_or_give_up(world, batch,
			    world_add_label(world, batch));
	}
}

static void
add_role(struct world *world, uint32_t n)
{
	while (n-- > 0) {
		struct write_batch *batch = world_begin(world, SYNC_ON);

		if (batch != NULL)
			send_or_give_up(world, batch,
			    world_add_role(world, batch));
	}
}

/* Many schema changes and no event: they fill the log alone. */
static void
change_schemas(struct world *world, uint32_t n)
{
	while (n-- > 0 && !world->is_unsure) {
		add_label(world, 1);
		add_column(world, 1);
	}
	sched_sleep_ms(1200); /* the size of the log is looked at */
}

static void
drop_type(struct world *world, uint32_t n)
{
	struct write_batch *batch;

	(void)n;
	if (world_type_count(world) < 2)
		return;
	batch = world_begin(world, SYNC_ON);
	if (batch != NULL)
		send_or_give_up(world, batch,
		    world_drop_type(world, batch, world_draw_type(world)));
}

static void
remember(struct world *world, uint32_t n)
{
	while (n-- > 0 && world_type_count(world) > 0) {
		struct write_batch *batch = world_begin(world, SYNC_ON);

		if (batch != NULL)
			send_or_give_up(world, batch,
			    world_remember(world, batch,
				world_draw_type(world)));
	}
}

static void
refresh_some(struct world *world, uint32_t n, bool is_merge)
{
	uint32_t kept;

	while (n-- > 0 && !world->is_unsure && world_draw_kept(world, &kept)) {
		struct write_batch *batch = world_begin(world, SYNC_ON);

		if (batch != NULL)
			send_or_give_up(world, batch,
			    world_refresh(world, batch, kept, is_merge));
	}
}

static void
refresh(struct world *world, uint32_t n)
{
	refresh_some(world, n, false);
}

/* Of rows before and after it. */
static void
merge_kept(struct world *world, uint32_t n)
{
	refresh_some(world, n, true);
}

/* While batches of all types are on their way. */
static void
refresh_under_load(struct world *world, uint32_t n)
{
	while (n-- > 0)
		send_events(world, SYNC_ON, 4, 2);
	refresh_some(world, 1, false);
	world_wait(world);
}

static void
forget(struct world *world, uint32_t n)
{
	struct write_batch *batch;
	uint32_t kept;

	(void)n;
	if (world->is_unsure || !world_draw_kept(world, &kept))
		return;
	batch = world_begin(world, SYNC_ON);
	if (batch != NULL)
		send_or_give_up(world, batch, world_forget(world, batch, kept));
}

static void
retain(struct world *world, uint32_t n)
{
	while (n-- > 0 && world_type_count(world) > 0) {
		struct write_batch *batch = world_begin(world, SYNC_ON);

		if (batch != NULL)
			send_or_give_up(world, batch,
			    world_set_retain(world, batch,
				world_draw_type(world)));
	}
}

/* While batches of all types are on their way. */
static void
retain_under_load(struct world *world, uint32_t n)
{
	while (n-- > 0)
		send_events(world, SYNC_ON, 4, 2);
	retain(world, 1);
	world_wait(world);
}

/* They must be refused. */
static void
store_old(struct world *world, uint32_t n)
{
	struct write_batch *batch;

	if (world_type_count(world) == 0)
		return;
	batch = world_begin(world, SYNC_ON);
	if (batch == NULL)
		return;
	send_or_give_up(world, batch,
	    world_add_old_events(world, batch, world_draw_type(world), n));
}

/* Time goes by, an hour at most: horizons move, and merges drop events. */
static void
age(struct world *world, uint32_t n)
{
	world_jump_wall(world, (int64_t)n * 60 * 1000000);
	send_events(world, SYNC_ON, 3, 3);
	world_wait(world);
	sched_sleep_ms(2500);
}

/* Events, a new field, events with it, a new type, events of that. */
static void
store_with_ddl(struct world *world, uint32_t n)
{
	struct write_batch *batch;
	uint32_t type;

	if (world_type_count(world) == 0)
		return;
	batch = world_begin(world, SYNC_ON);
	if (batch == NULL)
		return;
	type = world_draw_type(world);
	send_or_give_up(world, batch,
	    world_add_events(world, batch, type, n) &&
		world_add_column(world, batch, type) &&
		world_add_events(world, batch, type, n) &&
		world_add_type(world, batch) &&
		world_add_events(world, batch, world_draw_type(world), n));
}

/* ---- the engine's life ---- */

static void
flush(struct world *world, uint32_t n)
{
	(void)n;
	world_flush(world);
}

/* Flushed while batches are on their way. */
static void
flush_under_load(struct world *world, uint32_t n)
{
	while (n-- > 0)
		send_events(world, SYNC_ON, 2, 1);
	world_flush(world);
	world_wait(world);
}

/* All that can be merged is. */
static void
compact(struct world *world, uint32_t n)
{
	(void)n;
	world_compact(world);
}

/* Some segments, and merges of them while batches are on their way. */
static void
compact_under_load(struct world *world, uint32_t n)
{
	send_events(world, SYNC_ON, 20, 2);
	world_flush(world);
	while (n-- > 0)
		send_events(world, SYNC_ON, 8, 2);
	world_compact(world);
	world_wait(world);
}

static void
look(struct world *world, uint32_t n)
{
	(void)n;
	(void)world_look(world);
}

static void
idle(struct world *world, uint32_t n)
{
	(void)world;
	sched_sleep_ms(n);
}

/* Start again, and look; who cannot look must not go on. */
static void
start_again(struct world *world)
{
	if (world_try_open(world) == 0 && world_look_after_end(world) != 0)
		world_stop(world);
}

static void
restart(struct world *world, uint32_t n)
{
	(void)n;
	world_stop(world);
	start_again(world);
}

static void
kill_and_restart(struct world *world, uint32_t n)
{
	while (n-- > 0)
		send_events(world,
		    random_once_in(&world->random, 2) ? SYNC_ON : SYNC_OFF, 2,
		    1);
	if (world->is_over)
		return; /* its end came before this one */
	world_end(world, END_KILL, 0);
	start_again(world);
}

/* The clock goes back or ahead; ids do not. */
static void
jump_clock(struct world *world, uint32_t n)
{
	int64_t us = (int64_t)n * 3600 * 1000000;

	world_jump_wall(world, random_once_in(&world->random, 2) ? us : -us);
}

static const struct step steps[] = {
	{ "create-type", create_type, 4, 1 },
	{ "add-column", add_column, 4, 1 },
	{ "add-label", add_label, 1, 1 },
	{ "add-role", add_role, 2, 2 },
	{ "change-schemas", change_schemas, 1, 20 },
	{ "drop-type", drop_type, 1, 1 },
	{ "remember", remember, 2, 1 },
	{ "refresh", refresh, 6, 2 },
	{ "merge-kept", merge_kept, 2, 1 },
	{ "refresh-under-load", refresh_under_load, 3, 8 },
	{ "forget", forget, 1, 1 },
	{ "retain", retain, 3, 2 },
	{ "retain-under-load", retain_under_load, 2, 10 },
	{ "store-old", store_old, 1, 3 },
	{ "age", age, 3, 59 },
	{ "store-each", store_each, 20, 6 },
	{ "store-pipelined", store_pipelined, 20, 30 },
	{ "store-async", store_async, 12, 12 },
	{ "store-mixed", store_mixed, 20, 30 },
	{ "store-batch", store_batch, 10, 200 },
	{ "store-large", store_large, 1, 1 },
	{ "store-beside-large", store_beside_large, 6, 6 },
	{ "store-rewound", store_rewound, 4, 10 },
	{ "store-staged", store_staged, 6, 3 },
	{ "store-with-ddl", store_with_ddl, 6, 10 },
	{ "flush", flush, 6, 1 },
	{ "flush-under-load", flush_under_load, 6, 10 },
	{ "compact", compact, 4, 1 },
	{ "compact-under-load", compact_under_load, 4, 10 },
	{ "look", look, 10, 1 },
	{ "idle", idle, 6, 30 },
	{ "restart", restart, 3, 1 },
	{ "kill", kill_and_restart, 3, 8 },
	{ "jump-clock", jump_clock, 1, 48 },
};

static const struct script_line script[] = {
	{ "create-type", 2, 2 },
	{ "store-each", 3, 2 },
	{ "store-async", 4, 3 },
	{ "idle", 30, 30 },
	{ "look", 1, 1 },
	{ "store-pipelined", 20, 6 },
	{ "add-column", 1, 1 },
	{ "remember", 2, 1 },
	{ "store-batch", 60, 30 },
	{ "refresh", 1, 1 },
	{ "retain", 1, 1 },
	{ "flush", 1, 1 },
	{ "store-with-ddl", 5, 3 },
	{ "store-mixed", 12, 5 },
	{ "restart", 1, 1 },
	{ "add-label", 1, 1 },
	{ "add-role", 2, 2 },
	{ "refresh-under-load", 4, 2 },
	{ "store-batch", 150, 40 },
	{ "flush-under-load", 6, 3 },
	{ "retain-under-load", 3, 2 },
	{ "store-old", 2, 1 },
	{ "age", 30, 30 },
	{ "compact", 1, 1 },
	{ "store-async", 6, 2 },
	{ "kill", 6, 3 },
	{ "store-rewound", 4, 3 },
	{ "store-batch", 200, 40 },
	{ "merge-kept", 1, 1 },
	{ "drop-type", 1, 1 },
	{ "store-pipelined", 30, 6 },
	{ "refresh", 2, 1 },
	{ "look", 1, 1 },
	{ "forget", 1, 1 },
	{ "store-large", 1, 0 },
	{ "store-staged", 3, 1 },
	{ "jump-clock", 24, 24 },
	{ "store-each", 2, 1 },
	{ "flush", 1, 1 },
	{ "store-mixed", 20, 4 },
	{ "retain", 2, 1 },
	{ "compact-under-load", 6, 2 },
	{ "age", 50, 50 },
	{ "store-batch", 250, 30 },
	{ "restart", 1, 1 },
	{ "store-each", 2, 1 },
	{ "store-batch", 250, 0 },
	{ "flush", 1, 1 },
	{ "compact", 1, 1 },
	{ "change-schemas", 60, 10 },
	{ "look", 1, 1 },
	{ "store-async", 3, 2 },
	{ "store-staged", 2, 1 },
	{ "kill", 8, 3 },
	{ "store-each", 2, 1 },
	{ "store-large", 0, 1 },
	{ "restart", 0, 1 },
};

static const struct step *
find_step(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (strcmp(steps[i].name, name) == 0)
			return &steps[i];
	world_fail("no step is called %s", name);
}

static void
run_step(struct world *world, const struct step *step, uint32_t n)
{
	if (world->engine == NULL || world->is_over || world->is_unsure)
		return;
	world_say(world, "%s %u", step->name, (unsigned)n);
	step->run(world, n);
}

void
step_run(struct world *world, const char *name, uint32_t n)
{
	run_step(world, find_step(name), n);
}

void
step_send(struct world *world)
{
	bool is_staged = random_once_in(&world->random, 5);

	send_events(world,
	    random_once_in(&world->random, 2) ? SYNC_ON : SYNC_OFF,
	    is_staged ? 150 : 3, is_staged ? 3 : 2);
}

uint32_t
script_length(void)
{
	return ARRAY_LEN(script);
}

void
script_run(struct world *world, uint32_t lines)
{
	for (uint32_t i = 0; i < lines && i < ARRAY_LEN(script); i++) {
		uint32_t n;

		if (world->script_end != 0 && i >= world->script_end)
			break;
		n = world->is_brief ? script[i].few : script[i].n;
		world->script_line = i;
		if (n != 0)
			step_run(world, script[i].step, n);
	}
}

void
script_end_after(struct world *world, uint32_t lines)
{
	world->script_end = world->script_line + 1 + lines;
}

void
step_run_random(struct world *world)
{
	uint64_t total = 0, drawn;

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		total += steps[i].weight;
	drawn = random_below(&world->random, total);
	for (size_t i = 0;; i++) {
		if (drawn < steps[i].weight) {
			run_step(world, &steps[i],
			    1 +
				(uint32_t)random_below(&world->random,
				    steps[i].most));
			return;
		}
		drawn -= steps[i].weight;
	}
}
