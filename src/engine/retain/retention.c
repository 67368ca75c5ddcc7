/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/retain/retention.h"

#include <stdlib.h>

#include "common/error.h"
#include "common/log.h"
#include "engine/engine_private.h"
#include "engine/memtable/memtable.h"
#include "engine/segment/segment.h"
#include "os/clock.h"

#define TICK_NS INT64_C(1000000000)

/* ---- what time it is ---- */

static int64_t
greater(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The greatest timestamp that is stored; INT64_MIN: none. */
static int64_t
newest_time(struct engine *engine)
{
	int64_t newest = INT64_MIN;

	for (uint32_t i = 0; i < engine->shard_count; i++) {
		struct shard_view *part = view_shard(&engine->view, i);

		for (uint32_t s = 0; s < part->segment_count; s++)
			newest = greater(newest,
			    segment_meta(part->segments[s])->time_max);
		for (uint32_t s = 0; s < part->adopted_count; s++)
			newest = greater(newest,
			    segment_meta(part->adopted[s])->time_max);
		for (uint32_t m = 0; m < part->memtable_count; m++)
			newest = greater(newest,
			    memtable_time_max(part->memtables[m]));
		shard_view_unref(part);
	}
	return newest;
}

int64_t
engine_horizon(struct engine *engine, int64_t retain_us)
{
	return retention_wanted(retain_us, newest_time(engine),
	    os_clock_wall_us(engine->clock));
}

static int64_t
now_us(const struct retention *retention)
{
	return os_clock_monotonic_ns(retention->engine->clock) / 1000;
}

/* ---- types ---- */

static const struct retained_type *
find_retained(const struct retention *retention, uint32_t oid)
{
	for (uint32_t i = 0; i < retention->type_count; i++)
		if (retention->types[i].oid == oid)
			return &retention->types[i];
	return NULL;
}

static bool
is_retained(const struct event_type *type)
{
	return type->retain_us > 0 && type->dropped_at == 0;
}

/* Some segments may be too old as a whole now. */
static void
wake_compactor(struct engine *engine)
{
	for (uint32_t i = 0; i < engine->shard_count; i++)
		compactor_wake(&engine->compactor, i);
}

/*
 * The types that are to be looked at; an anchor holds until somebody else has
 * set the horizon.  Without memory they stay as they were.
 */
static void
follow_catalog(struct retention *retention, const struct catalog *catalog)
{
	struct retained_type *types =
	    calloc(catalog->type_count + (size_t)1, sizeof(*types));
	uint32_t count = 0;

	if (types == NULL)
		return;
	for (uint32_t i = 0; i < catalog->type_count; i++) {
		const struct event_type *type = catalog->types[i];
		const struct retained_type *known =
		    find_retained(retention, type->oid);

		if (!is_retained(type))
			continue;
		if (known != NULL && known->retain_us == type->retain_us &&
		    known->horizon == type->horizon) {
			types[count++] = *known;
			continue;
		}
		wake_compactor(retention->engine);
		types[count++] = (struct retained_type){
			.oid = type->oid,
			.retain_us = type->retain_us,
			.horizon = type->horizon,
			.anchor = { type->horizon, now_us(retention) },
		};
	}
	free(retention->types);
	retention->types = types;
	retention->type_count = count;
}

/* Told once, when it begins and when it ends. */
static void
tell_held(struct retained_type *type, const struct catalog *catalog,
    bool is_held, int64_t ahead_us)
{
	const struct event_type *known =
	    catalog_type_by_oid(catalog, type->oid);

	if (is_held == type->is_held || known == NULL)
		return;
	type->is_held = is_held;
	if (is_held)
		log_warn(LOG_CATALOG,
		    "retention is held back: time has jumped; ALTER TABLE ... "
		    "SET (retain = ...) lets it go on",
		    LOG_STR("type", known->name),
		    LOG_INT("ahead_seconds", ahead_us / 1000000));
	else
		log_info(LOG_CATALOG, "retention goes on",
		    LOG_STR("type", known->name));
}

/* ---- moving on ---- */

/* The type's horizon into the batch, if it is worth it. */
static int
move_type(struct retention *retention, struct retained_type *type,
    int64_t newest, const struct catalog *catalog, struct write_batch *batch,
    struct error *err)
{
	struct ddl ddl = { .kind = DDL_SET_HORIZON, .oid = type->oid };
	int64_t wanted = retention_wanted(type->retain_us, newest,
	    os_clock_wall_us(retention->engine->clock));
	bool is_held;

	ddl.time = retention_allowed(&type->anchor, wanted, now_us(retention),
	    &is_held);
	tell_held(type, catalog, is_held, wanted - ddl.time);
	type->moving = type->horizon;
	if (ddl.time < type->horizon ||
	    (uint64_t)ddl.time - (uint64_t)type->horizon <
		(uint64_t)retention_step(type->retain_us))
		return 0;
	type->moving = ddl.time;
	return write_batch_ddl(batch, &ddl, err);
}

static int
move_all(struct retention *retention, const struct catalog *catalog,
    struct error *err)
{
	struct write_batch *batch = write_batch_new(retention->engine);
	int64_t newest;
	int rc = 0;

	if (batch == NULL)
		return error_no_memory(err);
	newest = newest_time(retention->engine); /* of all types */
	for (uint32_t i = 0; i < retention->type_count && rc == 0; i++)
		rc = move_type(retention, &retention->types[i], newest, catalog,
		    batch, err);
	if (rc != 0 || write_batch_is_empty(batch)) {
		write_batch_free(batch);
		return rc;
	}
	rc = engine_commit_wait(retention->engine, batch, err);
	if (rc == 0)
		wake_compactor(retention->engine);
	return rc;
}

void
retention_run(struct retention *retention)
{
	const struct catalog *catalog = engine_catalog(retention->engine);
	struct error err;
	int rc = 0;

	follow_catalog(retention, catalog);
	if (retention->type_count > 0)
		rc = move_all(retention, catalog, &err);
	for (uint32_t i = 0; i < retention->type_count && rc == 0; i++)
		retention->types[i].horizon = retention->types[i].moving;
	if (rc != 0 && rc != STELE_E_ADMIN_SHUTDOWN)
		log_warn(LOG_CATALOG, "could not move a horizon",
		    LOG_FAILURE(&err));
	catalog_unref(catalog);
}

/* ---- the thread ---- */

static void
retention_thread(void *arg)
{
	struct retention *retention = arg;

	pthread_mutex_lock(&retention->lock);
	while (!retention->is_stopping) {
		pthread_mutex_unlock(&retention->lock);
		retention_run(retention);
		pthread_mutex_lock(&retention->lock);
		if (!retention->is_stopping)
			(void)os_cond_wait_until(&retention->wake,
			    &retention->lock,
			    os_clock_monotonic_ns(os_clock_real()) + TICK_NS);
	}
	pthread_mutex_unlock(&retention->lock);
}

void
retention_init(struct retention *retention, struct engine *engine)
{
	*retention = (struct retention){ .engine = engine };
	pthread_mutex_init(&retention->lock, NULL);
	os_cond_init(&retention->wake);
}

int
retention_start(struct retention *retention, struct error *err)
{
	const struct os_thread_options options = { .name = "retention",
		.nice = 10 };

	return os_thread_start(&retention->thread, &options, retention_thread,
	    retention, err);
}

void
retention_stop(struct retention *retention)
{
	if (retention->engine == NULL)
		return;
	pthread_mutex_lock(&retention->lock);
	retention->is_stopping = true;
	pthread_cond_signal(&retention->wake);
	pthread_mutex_unlock(&retention->lock);
	os_thread_join(&retention->thread);
}

void
retention_release(struct retention *retention)
{
	if (retention->engine == NULL)
		return;
	free(retention->types);
	pthread_cond_destroy(&retention->wake);
	pthread_mutex_destroy(&retention->lock);
}
