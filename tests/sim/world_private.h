/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world_private.h -- what the parts of the world share.
 */
#pragma once

#include <pthread.h>

#include "sim/world.h"

/* An error: noted if it may be, else the end. */
void world_note_error(struct world *world, const struct error *err,
    const char *what);

/* A batch is refused because an event is too old; the end if none can be. */
bool world_is_too_old(struct world *world, const struct error *err,
    uint32_t batch);

/* ---- world_rows.c ---- */

/*
 * Events of the oracle that have just been added to it, as rows of `sql`; if they
 * cannot be added, which may be, the oracle is without them: false.
 */
bool world_put_events(struct world *world, struct write_batch *batch,
    uint32_t type, const struct event_type *sql, uint64_t first,
    uint32_t count);

/* A field as the engine wants it, with its name and default in the arena. */
struct field world_field(const struct oracle_column *column, uint32_t number,
    struct write_batch *batch, struct arena *arena);

/* `arena`, which may be NULL, holds what the change is made of. */
bool world_apply_ddl(struct world *world, struct write_batch *batch,
    struct ddl *ddl, const struct arena *arena);
